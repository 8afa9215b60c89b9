"""The measure of facts: it agrees with the reference measure, and its keys are as documented."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foi_nlp.cli import app
from foi_nlp.evaluate import (
    FACT_TYPES,
    EvaluationError,
    changes,
    evaluate,
    is_ground,
    label_words,
    pair_key,
    period_key,
    question_key,
    read_gold,
    read_predictions,
    reference_key,
    value_key,
)
from tests.shared_files import GOLD, shared


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("FOI2018/03894", "201803894"),
        ("FOI 002509-18", "00250918"),
        ("Ref No 12/15", "1215"),
        ("IM-FOI-2019-1", "imfoi20191"),
    ],
)
def test_reference_key(value: str, key: str) -> None:
    assert reference_key(value) == key


@pytest.mark.parametrize(("value", "key"), [("Q2a", "2a"), ("1(b)", "1b"), (None, ""), ("A", "a")])
def test_question_key(value: object, key: str) -> None:
    assert question_key(value) == key


@pytest.mark.parametrize(
    ("period", "key"),
    [
        ({"type": "calendar_year", "start": "2016-01-01", "end": "2016-12-31"}, "2016"),
        ({"type": "year_to_date", "start": "2018-01-01", "end": "2018-10-31"}, "2018"),
        ({"type": "year_to_date", "start": "2018-01-01", "end": None}, "2018"),
        ({"type": "financial_year", "start": "2016-04-01", "end": "2017-03-31"}, "2016/17"),
        ({"type": "financial_year", "start": "1999-04-01", "end": "2000-03-31"}, "1999/00"),
        ({"type": "year_to_date", "start": "2016-04-01", "end": "2016-09-30"}, "2016/17"),
        ({"type": "date_range", "start": "2016-04-01", "end": "2018-03-31"}, "2016-04-01..2018-03-31"),
        ({"type": "instant", "start": "2018-03-31", "end": "2018-03-31"}, "@2018-03-31"),
        ({"label": "Last Year", "start": None}, "lastyear"),
    ],
)
def test_period_key(period: dict[str, object], key: str) -> None:
    assert period_key(period) == key


@pytest.mark.parametrize(
    ("observation", "key"),
    [
        ({"value": 3.0}, "3"),
        ({"value": None, "symbol": "fewer than 5"}, "<5"),
        ({"value": None, "symbol": "*"}, "*"),
        ({"value": None, "symbol": None, "value_raw": "–"}, "0"),
        ({"value": 0, "symbol": "nil"}, "0"),
    ],
)
def test_value_key(observation: dict[str, object], key: str) -> None:
    assert value_key(observation) == key


@pytest.mark.parametrize(
    ("provision", "ground"),
    [
        ("foia.12(1)", True), ("foia.17", False), ("foia.40(2)", True), ("foia.50", False), ("foisa.17(1)", True),
        ("foisa.16", False), ("eir.12(4)(b)", True), ("eir.12(1)", False), ("eir.13", True), ("eirscotland.10", True),
        ("dpa1998", False),
    ],
)  # fmt: skip
def test_is_ground(provision: str, ground: bool) -> None:
    assert is_ground(provision) is ground


def test_a_total_has_a_label_word_of_its_own() -> None:
    assert label_words({"breakdown": {"total": True, "area": "North of the City"}}) == {"grandtotal", "north", "city"}


def test_gold_against_itself_is_perfect() -> None:
    gold = read_gold(GOLD)
    result = evaluate(gold, {str(letter["file"]): letter for letter in gold})
    assert {name: score.f1 for name, score in result.scores.items()} == dict.fromkeys(FACT_TYPES, 1.0)


def test_nothing_found_is_recall_nought() -> None:
    result = evaluate(read_gold(GOLD), {})
    assert {name: score.recall for name, score in result.scores.items()} == dict.fromkeys(FACT_TYPES, 0.0)
    assert len(result.absent) == result.letters


def test_the_scores_agree_with_the_reference_measure(tmp_path: Path) -> None:
    measure = shared("score.py")
    gold = read_gold(GOLD)
    damaged = [damage(letter) for letter in gold]
    letters = tmp_path / "letters.jsonl"
    letters.write_text(
        "".join(json.dumps({**letter, "source": letter["file"]}) + "\n" for letter in damaged), encoding="utf-8"
    )
    theirs = tmp_path / "theirs.json"
    subprocess.run([sys.executable, measure, GOLD, letters, "--json", theirs], check=True, capture_output=True)
    expected = json.loads(theirs.read_text())
    ours = evaluate(gold, read_predictions(letters))
    for name in FACT_TYPES:
        assert ours.scores[name].f1 == pytest.approx(expected[name]["f1"]), name
        assert ours.scores[name].f1 < 1, name
    assert ours.grounded_share == pytest.approx(expected["grounded"])


def damage(letter: dict[str, object]) -> dict[str, object]:
    """Take every third fact away and change another, so that every score falls."""
    copy = json.loads(json.dumps(letter))
    for key in ("references", "dates", "provisions", "caveats", "outcomes", "observations"):
        copy[key] = [part for i, part in enumerate(copy[key]) if i % 3]
    for i, observation in enumerate(copy["observations"]):
        if i % 5 == 0:
            observation["value"] = 987654
    if len(str(copy["file"])) % 2:
        copy["authorities"] = [{"id": "nowhere", "role": "responder"}]
        copy["letter_outcome"] = {"id": "closed"}
    return copy


def test_changes_between_two_runs_are_named() -> None:
    old = {"a.txt": {"caveats": [{"category": "estimate"}], "observations": []}}
    new = {"a.txt": {"caveats": [{"category": "rounding"}], "observations": []}}
    gold = [{"file": "a.txt", "caveats": [{"category": "rounding"}], "references": []}]
    found = {(c.kind, c.fact, c.gained, c.right) for c in changes(old, new, gold)}
    assert found == {("caveat", ("rounding",), True, True), ("caveat", ("estimate",), False, False)}


@pytest.mark.parametrize(("content", "words"), [("{", "cannot be read as JSON"), ("[]", '"file"')])
def test_gold_that_cannot_be_used_is_named(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(EvaluationError, match=words):
        read_gold(tmp_path)


def test_a_folder_without_gold_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="holds no gold facts"):
        read_gold(tmp_path)


def test_a_run_of_other_letters_is_not_measured(tmp_path: Path) -> None:
    (tmp_path / "letters.jsonl").write_text(json.dumps({"source": "other.txt"}) + "\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["evaluate", str(GOLD), str(tmp_path)])
    assert result.exit_code == 2
    assert f"{tmp_path}: this run holds none of these letters" in result.output
    assert "precision" not in result.output


def test_no_precision_is_shown_where_nothing_was_found(tmp_path: Path) -> None:
    name = str(read_gold(GOLD)[0]["file"])
    (tmp_path / "letters.jsonl").write_text(json.dumps({"source": name}) + "\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["evaluate", str(GOLD), str(tmp_path)])
    assert result.exit_code == 0, result.output
    table = {line.split()[0]: line.split()[1] for line in result.output.splitlines()[2:]}
    assert table == dict.fromkeys([*FACT_TYPES, "grounded"], "-")


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["patterns", "coverage"])
    assert result.exit_code == 2
    assert "there is no such folder" in result.output


def test_pair_key_is_period_and_value() -> None:
    observation = {"period": {"type": "calendar_year", "start": "2016-01-01", "end": "2016-12-31"}, "value": 1012}
    assert pair_key(observation) == ("2016", "1012")
