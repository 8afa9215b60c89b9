"""The commands of the review: what they print, and how they say what is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
import typer
from typer.testing import CliRunner

from foi_nlp.cli.review import app
from foi_nlp.review.items import FINISHED
from foi_nlp.review.session import Session
from tests.review_sample import hostile_record, write_run

outer = typer.Typer()
outer.add_typer(app, name="review")


@outer.command()
def other() -> None:
    """Stand beside the group, as other commands do."""


def call(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(outer, ["review", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", [hostile_record()])


def reviewed(run: Path, *, by: str = "ann", reject_first: bool = False) -> None:
    session = Session(run, by)
    entry = session.entry(1)
    if reject_first:
        session.decide(entry, "reject", session.settled(entry).rows[0].key, id=f"{by}-reject")
    session.accept_all(entry, id=by)


@pytest.mark.parametrize("order", ["run first", "options first", "by its name"])
def test_a_run_folder_alone_opens_the_page(run: Path, order: str) -> None:
    options = ["--reviewer", "ann", "--no-browser"]
    arguments = {
        "run first": [str(run), *options],
        "options first": [*options, str(run)],
        "by its name": ["serve", str(run), *options],
    }[order]
    code = "from tests.test_review_command import outer; outer()"
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, "review", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "Reviewing 1 letters as ann. Stop with Ctrl-C.\n"
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        with build_opener(HTTPCookieProcessor()).open(address, timeout=20) as answer:
            assert b"foi_nlp review" in answer.read()
    finally:
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert errors == ""


def test_the_help_names_the_commands() -> None:
    code, text = call("--help")
    assert code == 0
    for name in ("serve", "gold", "merge", "changes"):
        assert name in text


@pytest.mark.parametrize("name", ["../ann", ".ann", "a/b"])
def test_an_unfit_reviewer_is_told_without_a_traceback(run: Path, name: str) -> None:
    code, text = call(run, "--reviewer", name, "--no-browser")
    assert code == 2
    assert "cannot be a reviewer's name" in text


def test_a_port_that_is_taken_is_told(run: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, text = call(run, "--reviewer", "ann", "--no-browser", "--port", taken.getsockname()[1])
    assert code == 2
    assert "is taken" in text


def test_gold_is_written_and_told(run: Path, tmp_path: Path) -> None:
    reviewed(run)
    code, text = call("gold", run, tmp_path / "gold")
    assert code == 0
    assert "1 gold letters written" in text
    assert len(list((tmp_path / "gold").glob("*.json"))) == 1


def test_gold_of_a_run_nobody_reviewed_is_an_error(run: Path, tmp_path: Path) -> None:
    code, text = call("gold", run, tmp_path / "gold")
    assert code == 2
    assert "nobody has decided anything yet" in text


def test_merging_tells_agreement_and_conflicts(run: Path, tmp_path: Path) -> None:
    reviewed(run)
    reviewed(run, by="bob", reject_first=True)
    code, text = call("merge", run, "--json", tmp_path / "merged.json")
    assert code == 1
    assert "Cohen's kappa" in text
    assert "1 conflicts" in text
    told = json.loads((tmp_path / "merged.json").read_text(encoding="utf-8"))
    assert set(told["conflicts"][0]["opinions"]) == {"ann", "bob"}
    code, text = call("merge", run, "--decider", "ann")
    assert code == 0
    assert call("merge", run, "--decider", "carl")[0] == 2


def test_changes_of_newer_rules_are_listed(run: Path) -> None:
    reviewed(run)
    newer = hostile_record()
    newer.observations[0].value = 999
    write_run(run, [newer], rules="rules-2")
    code, text = call("changes", run)
    assert code == 0
    assert "says otherwise" in text
    assert "1 changes to settled items" in text


def test_a_finished_letter_is_kept_with_the_run(run: Path) -> None:
    reviewed(run)
    session = Session(run, "ann")
    assert session.settled(session.entry(1)).finished
    assert FINISHED.key in {d.subject.key for d in session.decisions_on(session.entry(1).text_sha256)}
