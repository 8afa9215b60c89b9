"""What reviewers decided is what is collated."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from foi_nlp.collate import Collation, collate, method_note
from foi_nlp.collate.note import brief
from foi_nlp.collate.report import report_html
from foi_nlp.records import Date, LetterRecord, Observation
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
    text = str(issue["text"])
    assert "kent.txt: observation «31»: 1 reviewer: question 1: 2018 = 32" in text
    assert "1 reviewer: rejected" in text
    published = method_note(c) + report_html(c) + "".join(brief(c))
    assert text in published
    assert "ann" not in re.findall(r"\w+", published)
    assert "Reviewers have decided, and none of their decisions could be applied." in method_note(c)


def test_decisions_that_fit_no_letter_are_named(tmp_path: Path) -> None:
    run = _write(tmp_path)
    _decide(run, "ann", WRONG, CORRECTED, record=KENT.model_copy(update={"text_sha256": "0" * 64}))
    c = collate([run])
    assert _values(c) == [("2018", 31), ("2019", 42)]
    said = "kent.txt: 1 decision not applied, made on a text that no letter has"
    assert said in [row["text"] for row in c.tables["issues"]]
    assert "none of their decisions could be applied" in "\n".join(brief(c))


def test_a_torn_decision_is_named(tmp_path: Path) -> None:
    run = _write(tmp_path)
    (run / "review").mkdir()
    (run / "review" / "ann.jsonl").write_text('{"schema": "foi_deci', encoding="utf-8")
    (issue,) = [row for row in collate([run]).tables["issues"] if row["code"] == "unreadable_decision"]
    assert issue["text"] == "run: 1 decision could not be read; foi_nlp review merge says where"


@pytest.mark.parametrize("first", [0, 1])
def test_what_was_decided_in_either_run_holds_for_a_letter_of_both(first: int, tmp_path: Path) -> None:
    runs = [_write(tmp_path), _write(tmp_path, name="again")]
    _decide(runs[first], "ann", WRONG, CORRECTED)
    _decide(runs[1 - first], "bob", MEANT)
    c = collate(runs)
    assert _values(c) == [("2018", 32)]
    assert "2 decisions of 1 reviewer in run and 1 reviewer in again were applied." in method_note(c)
    assert [(row["decisions"], row["reviewers"]) for row in c.tables["runs"]] == [(1, 1), (1, 1)]


def test_one_decision_that_is_kept_in_two_runs_counts_once(tmp_path: Path) -> None:
    runs = [_write(tmp_path), _write(tmp_path, name="again")]
    for run in runs:
        _decide(run, "ann", WRONG, CORRECTED)
    assert "1 decision of 1 reviewer in run and 1 reviewer in again was applied." in method_note(collate(runs))


def test_reviewers_of_two_runs_who_differ_on_one_letter_are_named_as_a_conflict(tmp_path: Path) -> None:
    runs = [_write(tmp_path), _write(tmp_path, name="again")]
    _decide(runs[0], "ann", WRONG, CORRECTED)
    _decide(runs[1], "bob", WRONG)
    c = collate(runs)
    assert _values(c) == [("2018", 31), ("2019", 42)]
    assert [row["code"] for row in c.tables["issues"]].count("reviewers_differ") == 1


def _elsewhere(record: LetterRecord) -> LetterRecord:
    """Give the letter as another file has it: the same facts, dated and referenced, in another text."""
    return _hashed(record.model_copy(update={"text": f" {record.text}", "source": "kent.pdf"}))


@pytest.mark.parametrize("reviewed", [0, 1])
def test_of_two_copies_the_reviewed_one_counts(reviewed: int, tmp_path: Path) -> None:
    dated = letter("kent", {"2018": 31, "2019": 42}, text=TEXT, reference="1/21", date="2021-03-01")
    copies = [_hashed(dated), _elsewhere(dated)]
    run = tmp_path / "run"
    run.mkdir()
    (run / "letters.jsonl").write_text("\n".join(r.model_dump_json(by_alias=True) for r in copies), encoding="utf-8")
    _decide(run, "ann", WRONG, CORRECTED, record=copies[reviewed])
    c = collate([run])
    assert _values(c) == [("2018", 32), ("2019", 42)]
    (standing,) = [row for row in c.tables["letters"] if row["duplicate_of"] is None]
    assert (standing["source"], standing["decisions"]) == (copies[reviewed].source, 1)


def test_a_date_that_a_reviewer_corrects_changes_the_clock(tmp_path: Path) -> None:
    run = _write(tmp_path)
    dated = _hashed(letter("surrey", {"2018": 1}, text=f"{TEXT} 2 March 2021 1 March 2021", date="2021-03-01"))
    received = Date(role="received", iso="2021-02-01", start=0, end=1)
    dated = dated.model_copy(update={"dates": [*dated.dates, received]})
    (run / "letters.jsonl").write_text(dated.model_dump_json(by_alias=True), encoding="utf-8")
    decision = {
        "id": "d1", "when": "2026-01-01T00:00:00Z", "who": "ann", "letter": dated.text_sha256, "source": dated.source,
        "action": "edit", "kind": "date", "before": received.model_dump(mode="json"),
        "after": received.model_copy(update={"iso": "2021-01-04"}).model_dump(mode="json"),
    }  # fmt: skip
    Journal(run / "review" / "ann.jsonl").append([Decision.model_validate(decision)])
    (clock,) = collate([run]).tables["timeliness"]
    assert (clock["received"], clock["working_days"], clock["deadline"], clock["in_time"]) == (
        "2021-01-04", 40, "2021-02-01", "no",
    )  # fmt: skip


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
