"""What a review tool gives back becomes decisions, and suggestions for rules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foi_nlp.cli import app
from foi_nlp.exchange import AnnotatedText, ExchangeError, Span, annotated, export
from foi_nlp.exchange.returned import Reviewer, decisions_of
from foi_nlp.patterns import load_rules
from foi_nlp.records import Caveat, LetterRecord, Observation, Period, Reference
from foi_nlp.review.corrections import apply_decisions, settle
from foi_nlp.store import RUN_SCHEMA
from foi_nlp.suggest import suggest

TEXT = "Our Ref: 12/34\n2019: 7\nThe ledger was kept by three people in turn. FOI 99/01\n"
WHO = Reviewer("Ada", "2026-01-01T00:00:00+00:00")


def a_record() -> LetterRecord:
    year = Period(label="2019", type="calendar_year", start="2019-01-01", end="2019-12-31")
    return LetterRecord(
        source="a.txt", source_sha256="0", text_sha256="t", text=TEXT,
        references=[Reference(value="12/34", role="authority_reference", start=9, end=14, rule="reference.mine")],
        caveats=[Caveat(id="c1", category="estimate", start=23, end=44, rule="caveat.mine")],
        observations=[
            Observation(id="o1", period=year, value=7, value_raw="7", start=21, end=22, period_span=(15, 19))
        ],
    )  # fmt: skip


def returned(*, without: tuple[str, ...] = (), plus: tuple[Span, ...] = ()) -> AnnotatedText:
    sent = annotated(a_record())
    kept = [span for span in sent.spans if span.label not in without]
    return replace(sent, spans=tuple(sorted([*kept, *plus])), relations=())


def test_what_came_back_unchanged_decides_nothing() -> None:
    assert decisions_of(a_record(), returned(), WHO).decisions == []


def test_what_was_left_as_it_was_can_count_as_accepted() -> None:
    decisions = decisions_of(a_record(), returned(), WHO, accept_rest=True).decisions
    assert {(d.action, d.kind) for d in decisions} == {
        ("accept", "reference"),
        ("accept", "caveat"),
        ("accept", "observation"),
    }


def test_a_span_taken_away_is_rejected() -> None:
    decisions = decisions_of(a_record(), returned(without=("CAVEAT",)), WHO).decisions
    assert [(d.action, d.kind) for d in decisions] == [("reject", "caveat")]
    assert apply_decisions(a_record(), decisions).caveats == []


def test_a_span_that_says_enough_becomes_a_fact() -> None:
    span = Span(TEXT.index("99/01"), TEXT.index("99/01") + 5, "REFERENCE")
    decisions = decisions_of(a_record(), returned(plus=(span,)), WHO).decisions
    assert [r.value for r in apply_decisions(a_record(), decisions).references] == ["12/34", "99/01"]


def test_a_span_that_does_not_say_enough_becomes_a_doubt() -> None:
    decisions = decisions_of(a_record(), returned(plus=(Span(23, 30, "OUTCOME"),)), WHO).decisions
    [decision] = decisions
    assert (decision.action, decision.kind) == ("add", "doubt")
    assert decision.after is not None
    assert "OUTCOME" in decision.after["reason"]


def test_the_same_import_twice_gives_the_same_decisions() -> None:
    first, second = (decisions_of(a_record(), returned(without=("CAVEAT",)), WHO).decisions for _ in range(2))
    assert [d.id for d in first] == [d.id for d in second]


def test_another_letter_is_refused() -> None:
    with pytest.raises(ExchangeError, match="another text"):
        decisions_of(a_record(), replace(returned(), text="other"), WHO)


def test_export_and_import_by_command(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "letters.jsonl").write_text(a_record().model_dump_json(by_alias=True) + "\n", encoding="utf-8")
    (run / "run.json").write_text(
        json.dumps({"schema": RUN_SCHEMA, "rules_sha256": "r", "letters": []}), encoding="utf-8"
    )
    out = tmp_path / "out"
    said = CliRunner().invoke(app, ["export", str(run), "--to", "prodigy", "-o", str(out)])
    assert said.exit_code == 0, said.output
    back = tmp_path / "back"
    export([returned(without=("CAVEAT",))], "prodigy", back)
    said = CliRunner().invoke(app, ["import", str(run), str(back), "--from", "prodigy", "--reviewer", "Ada"])
    assert said.exit_code == 0, said.output
    assert "1 decisions of Ada" in said.output
    said = CliRunner().invoke(app, ["patterns", "suggest", str(run)])
    assert said.exit_code == 0, said.output


def test_an_import_of_a_foreign_letter_is_listed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "letters.jsonl").write_text(a_record().model_dump_json(by_alias=True) + "\n", encoding="utf-8")
    (run / "run.json").write_text(
        json.dumps({"schema": RUN_SCHEMA, "rules_sha256": "r", "letters": []}), encoding="utf-8"
    )
    export([replace(returned(), text_sha256="other")], "doccano", tmp_path / "back")
    said = CliRunner().invoke(
        app, ["import", str(run), str(tmp_path / "back"), "--from", "doccano", "--reviewer", "Ada"]
    )
    assert said.exit_code == 1
    assert "not in the run" in said.output


def test_an_added_caveat_suggests_a_rule_with_its_example() -> None:
    span = Span(TEXT.index("The ledger"), TEXT.index(" in turn"), "CAVEAT", "data_quality")
    decisions = decisions_of(a_record(), returned(plus=(span,)), WHO).decisions
    [best, *_] = suggest([settle(a_record(), decisions)], load_rules())
    assert best.record["label"] == "CAVEAT"
    assert best.record["value"] == "data_quality"
    assert best.gained > best.lost
    assert "ledger" in best.record["match"][0]
