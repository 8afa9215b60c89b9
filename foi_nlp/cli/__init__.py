"""The command line: a thin face on functions that a notebook can call too. spaCy is imported only on demand."""

from __future__ import annotations

import os
import sys

import typer

from foi_nlp import __version__
from foi_nlp.cli.annotate import annotate
from foi_nlp.cli.collate import collate
from foi_nlp.cli.evaluate import evaluate
from foi_nlp.cli.exchange import export_run, import_review
from foi_nlp.cli.patterns import app as patterns_app
from foi_nlp.cli.review import app as review_app
from foi_nlp.cli.show import show

app = typer.Typer(
    name="foi_nlp",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Read replies to Freedom of Information requests: who answered, what was refused, and every figure "
    "with its period, label and caveats. A figure stands in the letter, or it is in the review list.",
)

app.command()(annotate)
app.command()(show)
app.command()(evaluate)
app.command()(collate)
app.command("export")(export_run)
app.command("import")(import_review)
app.add_typer(review_app, name="review")
app.add_typer(patterns_app, name="patterns")


def _version(*, value: bool) -> None:
    if value:
        typer.echo(f"foi_nlp {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: bool = typer.Option(
        False,
        "--version",
        callback=lambda value: _version(value=value),
        is_eager=True,
        help="Show the version and exit.",
    ),
) -> None:
    """Hold the options of all commands."""


def main() -> None:
    """Run the command line. No traceback reaches a user: a known error is one line, and its exit code is 1 or 2."""
    from foi_nlp.exchange.model import ExchangeError
    from foi_nlp.letters.model import LetterError
    from foi_nlp.patterns import PatternError
    from foi_nlp.resources import ResourceError
    from foi_nlp.store import StoreError

    try:
        app()
    except (PatternError, ResourceError, StoreError, ExchangeError) as error:
        _fail(str(error), 2)
    except LetterError as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        _fail(f"{name}{error.strerror or error}; free some space or check the permissions, then run it again", 1)
    except KeyboardInterrupt:
        _fail("stopped; run the same command again to go on where it stopped", 130)


def _fail(message: str, code: int) -> None:
    typer.echo(f"foi_nlp: {message}", err=True)
    sys.exit(code)
