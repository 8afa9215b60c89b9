"""`foi_nlp show`: one letter, with its spans coloured and its record beside it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def show(
    file: Annotated[Path, typer.Argument(help="The letter.", metavar="FILE")],
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
    """Print a letter with its spans coloured and its record beside it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from foi_nlp.display import one_line
    from foi_nlp.patterns import load_rules
    from foi_nlp.run import Inputs, Options, gather, stream
    from foi_nlp.show import explanations, html_page, terminal_page
    from foi_nlp.store import Failure

    inputs: Inputs = gather([file])
    options = Options(patterns=tuple(patterns or ()), include_hidden=include_hidden)
    if inputs.skipped and not inputs.files:
        typer.echo(f"foi_nlp: {file}: files of this kind are not read", err=True)
        raise typer.Exit(2)
    book = load_rules(options.patterns) if explain else None
    failed = False
    target = output.open("w", encoding="utf-8") if output else sys.stdout
    try:
        for record in stream(inputs, options=options):
            if isinstance(record, Failure):
                typer.echo(f"foi_nlp: {one_line(record.source)}: {one_line(record.message, limit=600)}", err=True)
                failed = True
            elif as_html:
                target.write(html_page(record, file=file, book=book))
            else:
                console = Console(file=target)
                console.print(terminal_page(record))
                if book is not None:
                    table = Table("span", "text", "rule", "why", box=None, pad_edge=False)
                    for label, text, rule, source in explanations(record, book):
                        table.add_row(label, Text(one_line(text, limit=60)), rule, Text(source))
                    console.print(table)
    finally:
        if output:
            target.close()
    if failed:
        raise typer.Exit(1)
