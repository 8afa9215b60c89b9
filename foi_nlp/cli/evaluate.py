"""`foi_nlp evaluate`: how good the annotations are, and what a change gained and lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from foi_nlp.evaluate import Change, Evaluation


def evaluate(
    gold: Annotated[Path, typer.Argument(help="A folder of gold facts, one .json file a letter.", metavar="GOLD_DIR")],
    run: Annotated[
        Path | None,
        typer.Argument(
            help="A run to measure. Without it the letters beside the gold folder are annotated now.", metavar="[RUN]"
        ),
    ] = None,
    letters: Annotated[
        Path | None,
        typer.Option(help="Where the letters are; by default the folder that holds GOLD_DIR.", metavar="DIR"),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="An earlier run: also print what was gained and lost since.", metavar="RUN")
    ] = None,
    patterns: Annotated[list[Path] | None, typer.Option(help="A folder of rules of your own.", metavar="DIR")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name each fact that was missed or wrong.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the scores to this file too.", metavar="FILE")
    ] = None,
) -> None:
    """Print precision, recall and F1 for each type of fact, against gold facts."""
    from foi_nlp.evaluate import EvaluationError, changes, read_gold, read_predictions
    from foi_nlp.evaluate import evaluate as compare

    try:
        truth = read_gold(gold)
        if run is not None:
            found = read_predictions(run)
        else:
            found = _annotate(letters or gold.resolve().parent, {str(g["file"]) for g in truth}, tuple(patterns or ()))
        if not any(str(letter["file"]) in found for letter in truth):
            _none_in_common(gold, run, letters)
        result = compare(truth, found)
        _print(result, verbose=verbose)
        if against is not None:
            _print_changes(changes(read_predictions(against), found, truth))
    except EvaluationError as error:
        typer.echo(f"foi_nlp: {error}", err=True)
        raise typer.Exit(2) from None
    if json_file is not None:
        json_file.write_text(json.dumps(result.to_json(), indent=2) + "\n", encoding="utf-8")


def _none_in_common(gold: Path, run: Path | None, letters: Path | None) -> NoReturn:
    from foi_nlp.evaluate import EvaluationError

    if run is not None:
        raise EvaluationError(f"{run}: this run holds none of these letters; name a run over the letters of {gold}")
    folder = letters or gold.resolve().parent
    raise EvaluationError(f"{folder}: holds none of these letters; say with --letters where those of {gold} are")


def _annotate(folder: Path, names: set[str], patterns: tuple[Path, ...]) -> dict[str, dict[str, Any]]:
    from foi_nlp.evaluate import base_name
    from foi_nlp.run import Input, Inputs, Options, stream
    from foi_nlp.store import Failure

    files = [Input(folder / name, str(folder / name)) for name in sorted(names) if (folder / name).is_file()]
    records: dict[str, dict[str, Any]] = {}
    for result in stream(Inputs(files=files), options=Options(patterns=patterns)):
        if isinstance(result, Failure):
            typer.echo(f"foi_nlp: {result.source}: {result.message}", err=True)
        else:
            records[base_name(result.source)] = result.model_dump(mode="json", by_alias=True)
    return records


def _print(result: Evaluation, *, verbose: bool) -> None:
    absent = f", {len(result.absent)} without a record: {', '.join(result.absent)}" if result.absent else ""
    typer.echo(f"{result.letters} letters{absent}")
    typer.echo(f"{'':12} {'precision':>9} {'recall':>7} {'F1':>6} {'right':>6} {'wrong':>6} {'missed':>6}")
    for name, s in result.scores.items():
        precision = f"{s.precision:.3f}" if s.right or s.wrong else "-"
        typer.echo(f"{name:12} {precision:>9} {s.recall:7.3f} {s.f1:6.3f} {s.right:6} {s.wrong:6} {s.missed:6}")
    grounded = f"{result.grounded_share:.3f}" if result.observations else "-"
    typer.echo(f"{'grounded':12} {grounded:>9} of {result.observations} observations")
    if verbose:
        from foi_nlp.display import one_line

        for name, s in result.scores.items():
            for note in s.notes:
                typer.echo(f"  {name}: {one_line(note)}")


def _print_changes(found: list[Change]) -> None:
    from foi_nlp.display import one_line

    kinds = dict.fromkeys(change.kind for change in found)
    typer.echo(f"\n{'':12} {'gained':>7} {'lost':>6}" if kinds else "\nnothing gained, nothing lost")
    for kind in kinds:
        of_kind = [change for change in found if change.kind == kind]
        gained = sum(change.gained for change in of_kind)
        typer.echo(f"{kind:12} {gained:7} {len(of_kind) - gained:6}")
    for change in found:
        verdict = {None: "", True: " (in gold)", False: " (not in gold)"}[change.right]
        sign = "+" if change.gained else "-"
        typer.echo(one_line(f"{sign} {change.letter}: {change.kind}: {' = '.join(change.fact)}{verdict}"))
