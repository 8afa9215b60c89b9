"""`foi_nlp export` and `foi_nlp import`: spans to other review tools and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_FORMATS = "label-studio, prodigy, doccano, brat, cas (INCEpTION), web-annotation, docbin or conll"


def export_run(
    run: Annotated[Path, typer.Argument(help="A run folder.", metavar="RUN")],
    to: Annotated[str, typer.Option("--to", help=f"The format: {_FORMATS}.", metavar="FORMAT")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A new folder to write.", metavar="DIR")],
) -> None:
    """Write the spans of a run for review in another tool, with a relation from each figure to its period."""
    from foi_nlp.exchange import annotated, export
    from foi_nlp.store import read_records

    export(map(annotated, read_records(run)), to, output)
    typer.echo(f"written to {output}")


def import_review(
    run: Annotated[Path, typer.Argument(help="The run that was exported.", metavar="RUN")],
    path: Annotated[Path, typer.Argument(help="What the tool gave back.", metavar="FILE")],
    source: Annotated[str, typer.Option("--from", help=f"The format: {_FORMATS}.", metavar="FORMAT")],
    reviewer: Annotated[str, typer.Option(help="Who reviewed.", prompt="Name of the reviewer")],
    accept_rest: Annotated[
        bool, typer.Option("--accept-rest", help="What the reviewer left as it was counts as accepted.")
    ] = False,
) -> None:
    """Take corrections back from another tool. They become decisions of the reviewer beside the run.

    Every span's text is held against the letter's. What does not fit is listed, and the exit code is then 1.
    """
    from datetime import UTC, datetime

    from foi_nlp.display import one_line
    from foi_nlp.exchange import ExchangeError, read_back
    from foi_nlp.exchange.returned import Reviewer, decisions_of
    from foi_nlp.review.journal import REVIEW_FOLDER, Journal, JournalError, journal_path
    from foi_nlp.review.runs import Run
    from foi_nlp.store import read_records

    records = {record.text_sha256: record for record in read_records(run)}
    who = Reviewer(reviewer, datetime.now(UTC).isoformat(timespec="seconds"), Run(run).rules_sha256)
    decisions, problems, untouched = [], [], 0
    for text, misfits in read_back(path, source):
        untouched += not text.reviewed
        problems += [f"{p.source}: {p.message}" for p in misfits]
        record = records.get(text.text_sha256)
        if record is None:
            problems.append(f"{text.source}: this letter is not in the run; import into the run that was exported")
        elif misfits:
            problems.append(f"{text.source}: nothing of this letter was taken over; mend the file and import it again")
        elif text.reviewed:
            try:
                returned = decisions_of(record, text, who, accept_rest=accept_rest)
            except ExchangeError as error:
                problems.append(str(error))
            else:
                decisions += returned.decisions
    try:
        Journal(journal_path(run / REVIEW_FOLDER, reviewer)).append(decisions)
    except JournalError as error:
        typer.echo(f"foi_nlp: {error}", err=True)
        raise typer.Exit(1) from None
    for problem in problems:
        typer.echo(one_line(problem, limit=500), err=True)
    if untouched:
        typer.echo(f"{untouched} letters came back without an answer; nothing is decided on them")
    typer.echo(
        f"{len(decisions)} decisions of {reviewer} kept in {run / REVIEW_FOLDER}, {len(problems)} misfits listed"
    )
    if problems:
        raise typer.Exit(1)
