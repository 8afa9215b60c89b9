"""`foi_nlp review`: check what was found, in the browser, and make gold of it.

`foi_nlp review RUN` opens the page; `gold`, `merge` and `changes` are commands below it.
"""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from foi_nlp.review.session import Session

_SERVE = "serve"


class ReviewGroup(TyperGroup):
    """A group whose first argument may be a run folder: then it means `serve`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put `serve` in front of arguments that begin with no command of this group."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [_SERVE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ReviewGroup,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Review a run in the browser: `foi_nlp review RUN`. Decisions are kept in RUN/review and become gold. "
    "(A run folder that is called like a command here is written ./gold.)",
)

RunFolder = Annotated[Path, typer.Argument(help="The run folder that `annotate` wrote.", metavar="RUN")]
DecisionFolder = Annotated[
    Path | None,
    typer.Option("--decisions", help="The folder of decisions; by default RUN/review.", metavar="DIR"),
]


@app.command(_SERVE)
def review(
    run: RunFolder,
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", help="Your name, under which decisions are kept.", metavar="NAME")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; by default one that is free.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    decisions: DecisionFolder = None,
) -> None:
    """Open the review page. It listens on this machine only. Ctrl-C stops it; every decision is kept at once."""
    from foi_nlp.review.journal import JournalError, reviewer_name
    from foi_nlp.review.server import PortError, serve

    def ready(address: str, session: Session) -> None:
        for problem in [*session.run.problems, *session.problems]:
            typer.echo(f"foi_nlp: {problem}", err=True)
        typer.echo(f"Reviewing {len(session.run.entries)} letters as {session.reviewer}. Stop with Ctrl-C.")
        typer.echo(address)
        if not no_browser:
            import webbrowser

            webbrowser.open(address)

    try:
        serve(run, reviewer_name(reviewer or _user()), port=port, decisions=decisions, ready=ready)
    except (JournalError, PortError) as error:
        _fail(str(error))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "reviewer"


@app.command()
def gold(
    run: RunFolder,
    folder: Annotated[
        Path, typer.Argument(help="The folder to write gold to, one .json file a letter.", metavar="GOLD_DIR")
    ],
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", help="Take the decisions of this reviewer; by default of all, merged.")
    ] = None,
    decider: Annotated[
        str | None, typer.Option("--decider", help="Where reviewers differ, this one's word holds.", metavar="NAME")
    ] = None,
    decisions: DecisionFolder = None,
) -> None:
    """Write the finished letters of a review as gold facts, for `evaluate`."""
    from foi_nlp.review.gold import write_gold
    from foi_nlp.review.journal import JournalError

    try:
        result = write_gold(run, folder, reviewer=reviewer, decider=decider, decisions=decisions)
    except JournalError as error:
        _fail(str(error))
    for note in result.notes:
        typer.echo(f"foi_nlp: {note}", err=True)
    typer.echo(
        f"{len(result.written)} gold letters written to {folder}; {len(result.unfinished)} letters are not finished"
    )
    if not result.written:
        raise typer.Exit(1)


@app.command()
def merge(
    run: RunFolder,
    decider: Annotated[
        str | None, typer.Option("--decider", help="Where reviewers differ, this one's word holds.", metavar="NAME")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the result to this file too.", metavar="FILE")
    ] = None,
    decisions: DecisionFolder = None,
) -> None:
    """Bring reviewers together: how far they agree, and each item on which they do not."""
    from foi_nlp.display import one_line
    from foi_nlp.review.journal import JournalError
    from foi_nlp.review.merging import merge_run

    try:
        result = merge_run(run, decider=decider, decisions=decisions)
    except JournalError as error:
        _fail(str(error))
    for problem in result.problems:
        typer.echo(f"foi_nlp: {problem}", err=True)
    for agreement in result.agreements:
        typer.echo(one_line(agreement.words, limit=400))
    for conflict in result.conflicts:
        typer.echo(one_line(f"! {conflict.words}", limit=600))
    typer.echo(f"{len(result.decisions)} decisions agreed on, {len(result.conflicts)} conflicts")
    if json_file is not None:
        json_file.write_text(json.dumps(result.to_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if result.conflicts:
        raise typer.Exit(1)


@app.command()
def changes(
    run: RunFolder,
    reviewer: Annotated[str | None, typer.Option("--reviewer", help="Only this reviewer's decisions.")] = None,
    decisions: DecisionFolder = None,
) -> None:
    """List what the rules of this run change about items that were settled in an earlier one."""
    from foi_nlp.display import one_line
    from foi_nlp.review.gold import changes_of_run
    from foi_nlp.review.journal import JournalError

    try:
        found = changes_of_run(run, reviewer=reviewer, decisions=decisions)
    except JournalError as error:
        _fail(str(error))
    for note in found.notes:
        typer.echo(f"foi_nlp: {note}", err=True)
    for change in found.changes:
        now = f" -> {change.now}" if change.now else ""
        typer.echo(one_line(f"{change.source}: {change.type}: {change.kind}: {change.settled}{now}", limit=600))
    typer.echo(f"{len(found.changes)} changes to settled items")


def _fail(message: str) -> None:
    typer.echo(f"foi_nlp: {message}", err=True)
    raise typer.Exit(2)
