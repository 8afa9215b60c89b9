"""`foi_nlp annotate`: letters in, data out."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from foi_nlp.run import Inputs, Options
    from foi_nlp.store import Failure, Tally


class Format(str, Enum):
    """What `annotate` writes."""

    run = "run"
    jsonl = "jsonl"


def annotate(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Letters: files, folders (read with all below them), or - for standard input.", metavar="PATH..."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The run folder to write.", metavar="DIR")] = Path(
        "run"
    ),
    output_format: Annotated[
        Format, typer.Option("--format", help="run: write the run folder. jsonl: stream records to standard output.")
    ] = Format.run,
    patterns: Annotated[
        list[Path] | None,
        typer.Option("--patterns", help="A folder of rules of your own; may be given several times.", metavar="DIR"),
    ] = None,
    config: Annotated[
        str, typer.Option(help="The pipeline: foi (everything) or tags (tags only, no figures).")
    ] = "foi",
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes; by default as many as pay.")
    ] = None,
    include_hidden: Annotated[
        bool,
        typer.Option("--include-hidden", help="Read hidden sheets, rows and columns too. They may be a data breach."),
    ] = False,
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", help="Raise a bound of the readers: characters=5000000.", metavar="NAME=NUMBER"),
    ] = None,
    annexes: Annotated[
        bool,
        typer.Option(
            "--annexes/--no-annexes",
            help="Read an annex as a part of the one letter of its folder that has its reference, or is alone there.",
        ),
    ] = True,
) -> None:
    """Annotate letters: write letters.jsonl, annotations.spacy, observations.csv and run.json.

    Exit code 0: all went well. 1: some letters failed; they are named, the others are done. 2: wrong usage.
    """
    from foi_nlp.letters.limits import Limits
    from foi_nlp.run import Inputs, Options, gather, standard_input

    try:
        limits = Limits.from_settings(limit or [])
    except ValueError as error:
        typer.echo(f"foi_nlp: --limit {error}", err=True)
        raise typer.Exit(2) from None
    options = Options(
        config=config,
        patterns=tuple(patterns or ()),
        include_hidden=include_hidden,
        limits=limits,
        tie_annexes=annexes,
    )
    with ExitStack() as stack:
        inputs = Inputs()
        if Path("-") in paths:
            inputs.files.append(stack.enter_context(standard_input(sys.stdin.buffer.read())))
        found = gather([path for path in paths if path != Path("-")])
        inputs.files += found.files
        inputs.missing += found.missing
        inputs.skipped += found.skipped
        if not inputs.files:  # nothing is written: the run that is there may be a good one
            typer.echo(f"foi_nlp: {_nothing_to_read(paths, inputs)}", err=True)
            raise typer.Exit(2)
        try:
            failures = (
                _stream(inputs, options) if output_format is Format.jsonl else _run(inputs, output, options, jobs)
            )
        except KeyboardInterrupt:
            typer.echo("foi_nlp: stopped; run the same command again to go on where it stopped", err=True)
            raise typer.Exit(130) from None
    if failures:
        raise typer.Exit(1)


def _stream(inputs: Inputs, options: Options) -> list[Failure]:
    from foi_nlp.run import stream
    from foi_nlp.store import Failure

    failures: list[Failure] = []
    for result in stream(inputs, options=options):
        if isinstance(result, Failure):
            failures.append(result)
            _name_failure(result)
        else:
            sys.stdout.buffer.write(result.model_dump_json(by_alias=True).encode("utf-8") + b"\n")
            sys.stdout.buffer.flush()
    if inputs.skipped:
        typer.echo(f"foi_nlp: skipped{_skipped(inputs)}", err=True)
    return failures


def _run(inputs: Inputs, output: Path, options: Options, jobs: int | None) -> list[Failure]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from foi_nlp.display import one_line
    from foi_nlp.run import annotate_files

    console = Console(stderr=True)
    with Progress(
        TextColumn("Annotating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console, disable=not console.is_terminal, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("", total=len(inputs.files))

        def progress(done: int, total: int, source: str) -> None:
            bar.update(task, completed=done, total=total, description=one_line(source, limit=40))

        tally, failures = annotate_files(inputs, output, options=options, jobs=jobs, progress=progress)
    for failure in failures:
        _name_failure(failure)
    _summary(tally, output, _skipped(inputs))
    return failures


def _name_failure(failure: Failure) -> None:
    from foi_nlp.display import one_line

    typer.echo(f"foi_nlp: {one_line(failure.source, limit=300)}: {one_line(failure.message, limit=600)}", err=True)


def _nothing_to_read(paths: list[Path], inputs: Inputs) -> str:
    from foi_nlp.display import one_line

    if inputs.missing:
        return "; ".join(
            f"{one_line(failure.source, limit=300)}: {one_line(failure.message, limit=600)}"
            for failure in inputs.missing
        )
    where = ", ".join(str(path) for path in paths)
    return f"{where}: no letters here{_skipped(inputs)}; give files or folders that hold letters"


def _skipped(inputs: Inputs) -> str:
    from foi_nlp.store import ending_counts

    counts = ending_counts(inputs.skipped)
    kinds = ", ".join(f"{count} {ending}" for ending, count in sorted(counts.items()))
    return f" ({len(inputs.skipped)} files of kinds that are not read: {kinds})" if counts else ""


def _to_review(tally: Tally) -> str:
    """Say how many items a person should look at, and in how many letters."""
    if not tally.needs_review:
        return "0 items"
    items, letters = tally.needs_review, tally.letters_to_review
    return f"{items} item{'s' * (items != 1)} in {letters} letter{'s' * (letters != 1)}"


def _summary(tally: Tally, output: Path, skipped: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    failed = f", {tally.letters_failed} failed" if tally.letters_failed else ""
    for name, count in (
        ("Letters", f"{tally.letters_out} of {tally.letters_in}{failed}"),
        ("Authorities", str(len(tally.authorities))),
        ("Observations", str(tally.observations)),
        ("Refusals", str(tally.refusals)),
        ("To review", _to_review(tally)),
    ):
        table.add_row(name, count)
    if tally.files_skipped:
        table.add_row("Skipped", skipped.strip(" ()"))
    Console().print(table)
    typer.echo(f"Written to {output}")
