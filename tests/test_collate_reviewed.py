"""What reviewers decided is what is collated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from foi_nlp.collate import Collation, collate, method_note
from foi_nlp.collate.note import brief
from foi_nlp.collate.report import report_html
from foi_nlp.records import LetterRecord, Observation
from foi_nlp.review.decisions import Decision
from foi_nlp.review.items import FINISHED
from foi_nlp.review.journal import Journal
from tests.collate_support import ROOT
from tests.review_sample import sha256
from tests.test_collate_tables import ASKED, letter


def _hashed(record: LetterRecord) -> LetterRecord:
    return record.model_copy(update={"text_sha256": sha256(record.text)})


TEXT = f"{ASKED} 31 42 53"
KENT = _hashed(letter("kent", {"2018": 31, "2019": 42}, text=TEXT))
ESSEX = _hashed(letter("essex", {"2019": 7, "2020": 8}))
WRONG, MEANT = KENT.observations
CORRECTED = WRONG.model_copy(update={"value": 32})
ADDED = letter("kent", {"2020": 53}, text=TEXT).observations[0]


def _write(folder: Path, *, name: str = "run") -> Path:
    run = folder / name
    run.mkdir()
    lines = [record.model_dump_json(by_alias=True) for record in (KENT, ESSEX)]
    (run / "letters.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run


def _decide(
    run: Path,
    who: str,
    before: Observation | None = None,
    after: Observation | None = None,
    *,
    record: LetterRecord = KENT,
    finish: bool = False,
) -> None:
    journal = Journal(run / "review" / f"{who}.jsonl")
    number = len(journal.load().decisions)
    action = "accept" if finish else "add" if before is None else "edit" if after else "reject"
    values = {
        "id": f"{who}{number}", "when": f"2026-01-01T00:00:{number:02}Z", "who": who, "letter": record.text_sha256,
        "source": record.source, "action": action, "kind": FINISHED.kind if finish else "observation",
        "before": {} if finish else before and before.model_dump(mode="json"),
        "after": after and after.model_dump(mode="json"),
    }  # fmt: skip
    journal.append([Decision.model_validate(values)])


def _values(c: Collation, force: str = "kent") -> list[tuple[object, object]]:
    return sorted(
        (str(row["period_label"]), row["value"])
        for row in c.tables["comparison"]
        if row["authority_id"] == force and row["observation_id"]
    )


def test_rejected_corrected_and_added_figures_are_what_is_collated(tmp_path: Path) -> None:
    run = _write(tmp_path)
    assert _values(collate([run])) == [("2018", 31), ("2019", 42)]
    _decide(run, "ann", WRONG, CORRECTED)
    _decide(run, "ann", MEANT)
    _decide(run, "bob", None, ADDED)
    _decide(run, "bob", WRONG, CORRECTED)
    _decide(run, "bob", record=ESSEX, finish=True)
    c = collate([run])
    assert _values(c) == [("2018", 32), ("2020", 53)]
    assert _values(c, "essex") == [("2019", 7), ("2020", 8)]
    said = "3 decisions of 2 reviewers were applied"
    assert f"2 letters were read. {said}. Every figure" in method_note(c)
    assert f"  {said}" in brief(c)
    assert f"{said}." in report_html(c)
    assert [(row["decisions"], row["reviewers"]) for row in c.tables["runs"]] == [(3, 2)]
    assert _values(collate([run / "letters.jsonl"])) == _values(c)


def test_predictions_are_collated_when_asked_for(tmp_path: Path) -> None:
    run = _write(tmp_path)
    _decide(run, "ann", WRONG, CORRECTED)
    c = collate([run], predictions=True)
    assert _values(c) == [("2018", 31), ("2019", 42)]
    assert "The figures are those that the rules found, without what reviewers decided." in method_note(c)


def test_where_reviewers_differ_the_prediction_stands_and_the_item_is_named(tmp_path: Path) -> None:
    run = _write(tmp_path)
    _decide(run, "ann", WRONG, CORRECTED)
    _decide(run, "bob", WRONG)
    c = collate([run])
    assert _values(c) == [("2018", 31), ("2019", 42)]
    (issue,) = [row for row in c.tables["issues"] if row["code"] == "reviewers_differ"]
    assert f"kent.txt: observation at {WRONG.start}: ann: " in str(issue["text"])
    assert "bob: rejected" in str(issue["text"])
    assert "Reviewers have decided, and none of their decisions could be applied." in method_note(c)


def test_decisions_that_fit_no_letter_are_named(tmp_path: Path) -> None:
    run = _write(tmp_path)
    _decide(run, "ann", WRONG, CORRECTED, record=KENT.model_copy(update={"text_sha256": "0" * 64}))
    c = collate([run])
    assert _values(c) == [("2018", 31), ("2019", 42)]
    said = "kent.txt: 1 decision was not applied, made on a text that run lacks"
    assert said in [row["text"] for row in c.tables["issues"]]
    assert "none of their decisions could be applied" in "\n".join(brief(c))


def test_a_torn_decision_is_named(tmp_path: Path) -> None:
    run = _write(tmp_path)
    (run / "review").mkdir()
    (run / "review" / "ann.jsonl").write_text('{"schema": "foi_deci', encoding="utf-8")
    assert "unreadable_decision" in [row["code"] for row in collate([run]).tables["issues"]]


def test_of_several_runs_each_is_said(tmp_path: Path) -> None:
    runs = [_write(tmp_path), _write(tmp_path, name="again")]
    for run in runs:
        _decide(run, "ann", WRONG, CORRECTED)
    said = "1 decision of 1 reviewer (run) and 1 decision of 1 reviewer (again) were applied."
    assert said in method_note(collate(runs))


@pytest.mark.parametrize(
    ("option", "said"),
    [([], "1 decision of 1 reviewer was applied"), (["--predictions"], "without what reviewers decided")],
)
def test_the_command_says_whose_figures_they_are(option: list[str], said: str, tmp_path: Path) -> None:
    run = _write(tmp_path)
    _decide(run, "ann", WRONG, CORRECTED)
    code = "import typer; from foi_nlp.cli.collate import collate; app = typer.Typer(); app.command()(collate); app()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(run), "-o", str(tmp_path / "out"), "--no-report", *option],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert said in done.stdout
    assert said in (tmp_path / "out" / "method.md").read_text(encoding="utf-8")
