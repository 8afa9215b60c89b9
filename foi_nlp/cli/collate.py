"""`foi_nlp collate`: letters that answer one request, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def collate(
    runs: Annotated[list[Path], typer.Argument(help="Runs that annotate wrote.", metavar="RUN...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write; a new folder.", metavar="DIR")],
    campaign: Annotated[
        Path | None,
        typer.Option(help="A campaign file (TOML): the request, who was asked and when.", metavar="FILE"),
    ] = None,
    predictions: Annotated[
        bool, typer.Option("--predictions", help="Collate what the rules found, without what reviewers decided.")
    ] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Also write Parquet (needs duckdb).")] = False,
    report: Annotated[bool, typer.Option(help="Write the HTML report.")] = True,
    quotes_only: Annotated[
        bool, typer.Option("--quotes-only", help="Put the quoted lines of letters into the report, not whole letters.")
    ] = False,
) -> None:
    """Group letters that answer one request, align their questions, and write tables and a report."""
    from foi_nlp.collate import CollateError, write
    from foi_nlp.collate import collate as collate_runs
    from foi_nlp.collate.note import brief

    try:
        collation = collate_runs(runs, campaign=campaign, predictions=predictions)
        write(collation, output, parquet=parquet, report=report, whole_letters=not quotes_only)
    except CollateError as error:
        typer.echo(f"foi_nlp: {error}", err=True)
        raise typer.Exit(2) from None
    for line in brief(collation):
        typer.echo(line)
    typer.echo(f"Written to {output}")
