"""Corrections become proposals for rules that load, prove themselves, and are ranked by what they gain and lose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from foi_nlp import workbench
from foi_nlp.annotate import annotate_letter
from foi_nlp.cli import app
from foi_nlp.exchange.model import Span
from foi_nlp.letters.model import Letter
from foi_nlp.patterns import PatternError, load_rules
from foi_nlp.records import Caveat, Part, Reference
from foi_nlp.review.corrections import Settlement, settle
from foi_nlp.review.decisions import Decision, by_letter
from foi_nlp.review.journal import REVIEW_FOLDER, Journal, load_decisions
from foi_nlp.store import read_records
from foi_nlp.suggest import Suggestion, prove, suggest, write
from tests.review_sample import write_run

if TYPE_CHECKING:
    from spacy.language import Language

    from foi_nlp.records import LetterRecord

OPENING = "Dear applicant,\n\nQuestion 1\nHow many dogs did the force lose?\n\nResponse\n\n"
LEDGER = "was written down in paper ledgers by hand"
# The shipped rules find a caveat in "live system"; of the kennels it says nothing about the data.
LETTERS = {
    "one": f"{OPENING}2019: 7\nEach loss {LEDGER} at the time. The kennels have a live system of cameras. "
    "Ref KX/204/19\n",
    "two": f"{OPENING}2019: 9\nThe loss of a dog {LEDGER}, year by year. The kennels have a live system of doors.\n",
    "three": f"{OPENING}2019: 3\nThe offices have a live system. A museum shows what {LEDGER} once.\n"
    "Ref KX/311/20\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def records(nlp: Language) -> dict[str, LetterRecord]:
    return {name: annotate_letter(nlp, Letter(f"{name}.txt", "0" * 64, text)) for name, text in LETTERS.items()}


def decision(record: LetterRecord, action: str, kind: str, part: Part) -> Decision:
    values = part.model_dump(mode="json")
    return Decision(
        id=f"{record.source}-{action}-{kind}-{values.get('start')}", when="2026-01-01T00:00:00Z", who="ann",
        letter=record.text_sha256, source=record.source, action=action, kind=kind,
        before=None if action == "add" else values, after=values if action == "add" else None,
    )  # type: ignore[arg-type]  # fmt: skip


def added(record: LetterRecord, quote: str, category: str = "data_quality") -> Decision:
    start = record.text.index(quote)
    return decision(record, "add", "caveat", Caveat(id="new", category=category, start=start, end=start + len(quote)))


def live(record: LetterRecord) -> Caveat:
    """Give the caveat that the shipped rules find in "live system"."""
    at = record.text.index("live system")
    return next(c for c in record.caveats if c.start < at + 11 and at < c.end)


@pytest.fixture(scope="module")
def decisions(records: dict[str, LetterRecord]) -> list[Decision]:
    """Two letters lack a caveat, and in both a find of a shipped rule is rejected; in the third it is right."""
    one, two, three = records["one"], records["two"], records["three"]
    reference = Reference(
        value="KX/204/19", role="authority_reference", start=one.text.index("KX/"), end=one.text.index("KX/") + 9
    )
    known = {part.value for part in one.references}
    return [
        added(one, LEDGER),
        added(two, LEDGER),
        decision(one, "reject", "caveat", live(one)),
        decision(two, "reject", "caveat", live(two)),
        decision(three, "accept", "caveat", live(three)),
        *([] if "KX/204/19" in known else [decision(one, "add", "reference", reference)]),
    ]


@pytest.fixture(scope="module")
def settlements(records: dict[str, LetterRecord], decisions: list[Decision]) -> list[Settlement]:
    made = by_letter(decisions)
    return [settle(record, made.get(record.text_sha256, [])) for record in records.values()]


@pytest.fixture(scope="module")
def proposed(settlements: list[Settlement]) -> list[Suggestion]:
    return suggest(settlements, load_rules())


def of_label(found: list[Suggestion], label: str, *, own: bool) -> Suggestion:
    return next(s for s in found if s.record.get("label") == label and (".suggested." in str(s.record["id"])) == own)


def test_an_added_phrase_gains_both_letters_and_loses_where_no_reviewer_sees_it(proposed: list[Suggestion]) -> None:
    best = of_label(proposed, "CAVEAT", own=True)
    # The words stand in the third letter too, where they are no caveat.
    assert (best.gained, best.lost) == (2, 1)
    assert best.record["value"] == "data_quality"
    assert len(best.record["match"]) == 2
    assert all("paper ledgers" in example for example in best.record["match"])
    assert all(not example.count("paper ledgers") for example in best.record["no_match"])


def test_an_added_fact_is_proposed_once_however_many_phrases_it_has(proposed: list[Suggestion]) -> None:
    own = [s for s in proposed if ".suggested." in str(s.record["id"]) and s.record["label"] == "CAVEAT"]
    assert len(own) == 1


def test_a_rejected_find_is_cancelled_by_words_that_right_ones_lack(
    proposed: list[Suggestion], records: dict[str, LetterRecord]
) -> None:
    rule = load_rules()[live(records["one"]).rule]
    best = of_label(proposed, "CAVEAT", own=False)
    assert best.record["id"] == rule.id
    assert (best.gained, best.lost) == (2, 0)
    assert best.record["regex"] == rule.regex
    assert dict(best.record.get("attributes", {})) == dict(rule.attributes)
    assert "kennels" in best.record["cancelled_by"][-1] or "system of" in best.record["cancelled_by"][-1]
    assert any("cameras" in example for example in best.record["no_match"])


def test_a_number_is_proposed_by_its_shape_after_the_words_that_lead_to_it(
    records: dict[str, LetterRecord],
) -> None:
    one, three = records["one"], records["three"]
    start = one.text.index("KX/204/19")
    # Without the shipped rules' own finds, so that the shape is what is looked at.
    bare = [r.model_copy(update={"references": []}) for r in (one, three)]
    reference = Reference(value="KX/204/19", role="authority_reference", start=start, end=start + 9)
    settled = [settle(bare[0], [decision(bare[0], "add", "reference", reference)]), settle(bare[1], [])]
    found = [s for s in suggest(settled, load_rules()) if s.record["label"] == "REFERENCE"]
    assert found == []  # the same shape in the third letter is a loss as long as nobody says it is a reference
    start = three.text.index("KX/311/20")
    other = Reference(value="KX/311/20", role="authority_reference", start=start, end=start + 9)
    settled[1] = settle(bare[1], [decision(bare[1], "add", "reference", other)])
    best = of_label(suggest(settled, load_rules()), "REFERENCE", own=True)
    assert (best.gained, best.lost) == (2, 0)
    assert r"KX/\d{3}/\d{2}" in best.record["regex"]


def test_a_rule_that_was_never_right_is_switched_off(records: dict[str, LetterRecord]) -> None:
    settled = [
        settle(record, [decision(record, "reject", "caveat", live(record))])
        for record in (records["one"], records["two"])
    ]
    [best] = suggest(settled, load_rules())
    assert best.record == {
        "id": live(records["one"]).rule, "enabled": False, "source": "Of no use: rejected 2 times, right 0 times.",
    }  # fmt: skip
    assert (best.gained, best.lost) == (2, 0)


def test_proposals_are_ranked_by_gain_less_loss(proposed: list[Suggestion]) -> None:
    worth = [s.gained - s.lost for s in proposed]
    assert worth == sorted(worth, reverse=True)
    assert all(gain > 0 for gain in worth)


def test_accepted_facts_alone_suggest_nothing(records: dict[str, LetterRecord]) -> None:
    record = records["three"]
    assert suggest([settle(record, [decision(record, "accept", "caveat", live(record))])], load_rules()) == []


def test_from_the_journal_to_rules_that_pass_the_check(
    records: dict[str, LetterRecord], decisions: list[Decision], tmp_path: Path
) -> None:
    run = write_run(tmp_path / "run", list(records.values()))
    Journal(run / REVIEW_FOLDER / "ann.jsonl").append(decisions)
    said = CliRunner().invoke(app, ["patterns", "suggest", str(run), "-o", str(tmp_path / "rules")])
    assert said.exit_code == 0, said.output
    shown = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    assert {record.get("label") for record in shown} >= {"CAVEAT"}
    import foi_nlp

    book = load_rules((tmp_path / "rules",))
    nlp = foi_nlp.load(patterns=(tmp_path / "rules",))
    assert workbench.check(nlp, book, rules=[book[record["id"]] for record in shown]) == []
    # With the proposals the rejected is no longer found, and what was added is, if only by a part of its words.
    made = by_letter(load_decisions(run / REVIEW_FOLDER).decisions)
    for record in read_records(run):
        again = annotate_letter(nlp, Letter(record.source, "0" * 64, record.text))
        settled = settle(again, made.get(record.text_sha256, []))
        assert not [row for row in settled.rows if row.state == "rejected"], record.source
        for row in settled.rows:
            if row.state == "added" and row.item.kind == "caveat":
                found = [c for c in again.caveats if c.start < row.item.end and row.item.start < c.end]
                assert [c.category for c in found] == ["data_quality"], record.source


def test_a_proposal_that_does_not_hold_is_named_and_left_out() -> None:
    good = {"id": "caveat.suggested.good", "label": "CAVEAT", "value": "data_quality",
            "regex": r"\bpaper ledgers\b",
            "match": ["Each loss stands in paper ledgers."], "no_match": ["The paper is white."],
            "source": "x"}  # fmt: skip
    dead = good | {"id": "caveat.suggested.dead", "regex": r"\bstone tablets\b"}
    broken = good | {"id": "caveat.suggested.broken", "regex": r"(paper"}
    held, refused = prove([Suggestion(record, 1, 0, "") for record in (dead, good, broken)])
    assert [s.record["id"] for s in held] == ["caveat.suggested.good"]
    assert len(refused) == 2
    assert "caveat.suggested.broken cannot be loaded" in refused[0]
    assert "caveat.suggested.dead is dead" in refused[1]


def test_rules_are_not_written_over_others(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").touch()
    with pytest.raises(PatternError, match="not an empty folder"):
        write([], tmp_path)


def test_a_span_marked_in_another_tool_counts_as_added(records: dict[str, LetterRecord]) -> None:
    from dataclasses import replace

    from foi_nlp.exchange import annotated
    from foi_nlp.exchange.returned import Reviewer, decisions_of

    record = records["one"]
    start = record.text.index(LEDGER)
    sent = annotated(record)
    span = Span(start, start + len(LEDGER), "CAVEAT", "data_quality")
    back = replace(sent, spans=tuple(sorted([*sent.spans, span])))
    made = decisions_of(record, back, Reviewer("Ada", "2026-01-01T00:00:00Z")).decisions
    best = of_label(suggest([settle(record, made)], load_rules()), "CAVEAT", own=True)
    assert (best.gained, best.lost) == (1, 0)
