"""`foi_nlp show`: one letter, with its spans coloured and its record beside it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from foi_nlp.patterns import RuleBook
    from foi_nlp.records import LetterRecord
    from foi_nlp.run import Inputs, Options


def show(
    file: Annotated[
        Path, typer.Argument(help="The letter, a folder or ZIP of letters, or - for standard input.", metavar="FILE")
    ],
    explain: Annotated[
        bool, typer.Option("--explain", help="Name the rule behind each span, and why it exists.")
    ] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Write one self-contained HTML page instead.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file; otherwise to standard output.", metavar="FILE"),
    ] = None,
    patterns: Annotated[
        list[Path] | None, typer.Option("--patterns", help="A folder of rules of your own.", metavar="DIR")
    ] = None,
    include_hidden: Annotated[
        bool, typer.Option("--include-hidden", help="Read hidden sheets, rows and columns too.")
    ] = False,
) -> None:
    """Print a letter with its spans coloured and its record beside it.

    The rules of --explain are written whole, parted by tabs, into a file or another command.
    """
    from foi_nlp.run import Inputs, Options, gather, standard_input

    options = Options(patterns=tuple(patterns or ()), include_hidden=include_hidden)
    with ExitStack() as stack:
        if file == Path("-"):
            inputs = Inputs(files=[stack.enter_context(standard_input(sys.stdin.buffer.read()))])
        else:
            inputs = gather([file])
        if not inputs.files and not inputs.missing:
            why = "files of this kind are not read" if inputs.skipped else "no letters here"
            typer.echo(f"foi_nlp: {file}: {why}", err=True)
            raise typer.Exit(2)
        target = stack.enter_context(output.open("w", encoding="utf-8")) if output else sys.stdout
        failed = _write(inputs, options, target, file=file, explain=explain, as_html=as_html)
    if failed:
        raise typer.Exit(1)


def _write(inputs: Inputs, options: Options, target: TextIO, *, file: Path, explain: bool, as_html: bool) -> bool:
    """Write the letters, and give whether any failed."""
    from rich.console import Console
    from rich.text import Text

    from foi_nlp.display import one_line
    from foi_nlp.patterns import load_rules
    from foi_nlp.run import stream
    from foi_nlp.show import html_page, terminal_page
    from foi_nlp.store import Failure

    book = load_rules(options.patterns) if explain else None
    alone = {item.source for item in inputs.files} if not file.is_dir() else set()
    failed = False
    for record in stream(inputs, options=options):
        if isinstance(record, Failure):
            typer.echo(f"foi_nlp: {one_line(record.source)}: {one_line(record.message, limit=600)}", err=True)
            failed = True
        elif as_html:
            target.write(html_page(record, file=file, book=book))
        else:
            console = Console(file=target)
            if record.source not in alone:
                console.print(Text(one_line(record.source, limit=1000), style="bold"), soft_wrap=True)
            console.print(terminal_page(record))
            if book is not None:
                _explain(record, book, target)
    return failed


def _explain(record: LetterRecord, book: RuleBook, target: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from foi_nlp.display import one_line, tab_separated
    from foi_nlp.show import explanations

    headings = ("span", "text", "rule", "why")
    rows = list(explanations(record, book))
    if not target.isatty():
        target.writelines(f"{tab_separated(row)}\n" for row in (headings, *rows))
        return
    table = Table(*headings, box=None, pad_edge=False)
    for label, text, rule, source in rows:
        table.add_row(label, Text(one_line(text, limit=60)), Text(rule), Text(source))
    Console(file=target).print(table)
