"""Decisions applied to records: settled items stay settled, whatever newer rules say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foi_nlp.records import LetterRecord, Observation
from foi_nlp.review.corrections import apply_decisions, settle
from foi_nlp.review.decisions import Decision
from foi_nlp.review.gold import changes_of_run, write_gold
from foi_nlp.review.items import FINISHED, Item, items_of
from foi_nlp.review.journal import Journal, JournalError
from foi_nlp.review.merging import cohens_kappa, merge, merge_run
from tests.review_sample import corpus_records, hostile_record, sha256, write_run

TEXT = "On 3 May 2019 there were 12 thefts and 30 robberies in 2018. Section 31 applies. Figures are a snapshot."


def figure(value: int, *, id: str = "o1", **changes: Any) -> dict[str, Any]:  # noqa: A002
    start = TEXT.index(str(12 if value < 20 else 30))
    base: dict[str, Any] = {
        "id": id, "question": "1", "value": value, "value_raw": TEXT[start : start + 2], "start": start,
        "end": start + 2,
        "period": {"label": "2018", "type": "calendar_year", "start": "2018-01-01", "end": "2018-12-31"},
    }  # fmt: skip
    return base | changes


def record(*observations: dict[str, Any], **more: Any) -> LetterRecord:
    return LetterRecord.model_validate(
        {"source": "a/1.txt", "source_sha256": "s", "text_sha256": sha256(TEXT), "text": TEXT,
         "observations": list(observations), **more}
    )  # fmt: skip


PROVISION = {"id": "foia.31(1)", "status": "cited", "start": 61, "end": 71}
CAVEAT = {"id": "c1", "category": "unaudited_snapshot", "start": 81, "end": 104}


class Reviewer:
    """Makes decisions as the page does."""

    def __init__(self, name: str = "ann") -> None:
        self.name = name
        self.made: list[Decision] = []

    def decide(
        self,
        action: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None = None,
        *,
        kind: str = "observation",
        **more: Any,
    ) -> Decision:
        values = {
            "id": f"{self.name}{len(self.made)}", "when": f"2026-01-01T00:00:{len(self.made):02}Z", "who": self.name,
            "letter": sha256(TEXT), "source": "a/1.txt", "action": action, "kind": kind,
            "before": before, "after": after,
        }  # fmt: skip
        self.made.append(Decision.model_validate(values | more))
        return self.made[-1]

    def finish(self) -> None:
        self.decide("accept", {}, kind="letter")


def values(corrected: LetterRecord) -> list[object]:
    return [observation.value for observation in corrected.observations]


@pytest.mark.parametrize("sample", [hostile_record(), *corpus_records(3)], ids=lambda r: r.source[-12:])
def test_without_decisions_a_record_stays_as_it_is(sample: LetterRecord) -> None:
    assert apply_decisions(sample, []) == sample


def test_the_key_of_an_item_does_not_depend_on_ids() -> None:
    one, other = record(figure(12, id="o1")), record(figure(12, id="o77", table="t9", caveats=["c4"]))
    assert [item.key for item in items_of(one)] == [item.key for item in items_of(other)]


@pytest.mark.parametrize(
    "changes", [{"value": 13}, {"question": "2"}, {"breakdown": {"area": "x"}}, {"start": 3}, {"metric": "thefts"}]
)
def test_the_key_of_an_item_depends_on_what_it_says_and_where(changes: dict[str, Any]) -> None:
    assert items_of(record(figure(12)))[0].key != items_of(record({**figure(12), **changes}))[0].key


@pytest.mark.parametrize(
    ("action", "after", "wanted", "state"),
    [
        ("accept", None, [12, 30], "accepted"),
        ("reject", None, [30], "rejected"),
        ("edit", figure(14), [14, 30], "corrected"),
    ],
)
def test_a_decision_does_what_it_says(action: str, after: Any, wanted: list[int], state: str) -> None:
    ann = Reviewer()
    ann.decide(action, figure(12), after)
    sample = record(figure(12), figure(30, id="o2"))
    settlement = settle(sample, ann.made)
    assert values(apply_decisions(sample, ann.made)) == wanted
    assert [row.state for row in settlement.rows] == [state, "open"]
    assert settlement.changes == []


def test_the_prediction_is_never_overwritten() -> None:
    ann = Reviewer()
    ann.decide("edit", figure(12), figure(14))
    sample = record(figure(12))
    before = sample.model_dump_json()
    apply_decisions(sample, ann.made)
    assert sample.model_dump_json() == before


def test_undo_brings_the_decision_before_back() -> None:
    ann = Reviewer()
    ann.decide("accept", figure(12))
    rejected = ann.decide("reject", figure(12))
    assert values(apply_decisions(record(figure(12)), ann.made)) == []
    ann.decide("undo", None, undoes=rejected.id)
    assert [row.state for row in settle(record(figure(12)), ann.made).rows] == ["accepted"]


def test_an_added_figure_gets_an_id_of_its_own_and_its_caveats_by_their_new_ids() -> None:
    ann = Reviewer()
    ann.decide("add", None, figure(30, id="new", caveats=["c1"]), caveats=[("unaudited_snapshot", 81, 104)])
    newer = record(figure(12, id="o1"), caveats=[{**CAVEAT, "id": "c9"}])
    added = apply_decisions(newer, ann.made).observations[1]
    assert (added.id, added.value, added.caveats) == ("r1", 30, ["c9"])


def test_a_value_that_was_corrected_is_no_longer_vouched_for_by_the_totals() -> None:
    ann = Reviewer()
    ann.decide("edit", figure(12, check="totals_agree"), figure(14, check="totals_agree"))
    assert apply_decisions(record(figure(12, check="totals_agree")), ann.made).observations[0].check == "unchecked"


def test_a_rejected_caveat_no_longer_limits_a_figure() -> None:
    ann = Reviewer()
    ann.decide("reject", CAVEAT, kind="caveat")
    corrected = apply_decisions(record(figure(12, caveats=["c1"]), caveats=[CAVEAT]), ann.made)
    assert corrected.caveats == []
    assert corrected.observations[0].caveats == []


@pytest.mark.parametrize("action", ["accept", "reject"])
def test_an_item_to_review_is_done_with_either_way(action: str) -> None:
    entry = {"code": "refused_pair", "reason": "why", "start": 0, "end": 2}
    ann = Reviewer()
    ann.decide(action, entry, kind="doubt")
    assert apply_decisions(record(needs_review=[entry]), ann.made).needs_review == []


# The rules of a newer run: what they say at the place of a settled item, and what must come of it.
NEWER = [
    ("accept", None, [figure(12, id="o5")], [12], []),
    ("accept", None, [figure(13)], [12], ["says otherwise"]),
    ("accept", None, [], [12], ["no longer found"]),
    ("reject", None, [figure(12)], [], []),
    ("reject", None, [figure(13)], [13], ["says otherwise"]),
    ("reject", None, [], [], []),
    ("edit", figure(14), [figure(12)], [14], []),
    ("edit", figure(14), [figure(14)], [14], ["agrees now"]),
    ("edit", figure(14), [figure(13)], [14], ["says otherwise"]),
    ("edit", figure(14), [figure(12), figure(14, id="o2")], [14], ["agrees now"]),
    ("edit", figure(14), [], [14], ["no longer found"]),
    ("add", figure(14), [], [14], []),
    ("add", figure(14), [figure(14)], [14], ["agrees now"]),
    ("add", figure(14), [figure(12)], [14], ["says otherwise"]),
]


@pytest.mark.parametrize(("action", "after", "newer", "wanted", "changed"), NEWER)
def test_settled_items_stay_settled_under_newer_rules(
    action: str, after: Any, newer: list[dict[str, Any]], wanted: list[int], changed: list[str]
) -> None:
    ann = Reviewer()
    ann.decide(action, None if action == "add" else figure(12), after)
    settlement = settle(record(*newer), ann.made)
    assert values(apply_decisions(record(*newer), ann.made)) == wanted
    assert [change.type for change in settlement.changes] == changed
    assert [row.item.part.value for row in settlement.open if isinstance(row.item.part, Observation)] == (
        [13] if action == "reject" and changed else []
    )


def test_what_newer_rules_find_in_a_finished_letter_is_listed_and_open() -> None:
    ann = Reviewer()
    ann.decide("accept", figure(12))
    ann.finish()
    settlement = settle(record(figure(12), figure(30, id="o2")), ann.made)
    assert [(change.type, change.now) for change in settlement.changes] == [("new", "question 1: 2018 = 30 count")]
    assert len(settlement.open) == 1


def test_a_decision_on_a_corrected_item_replaces_the_one_before() -> None:
    ann = Reviewer()
    ann.decide("edit", figure(12), figure(14))
    ann.decide("edit", figure(12), figure(15))
    assert values(apply_decisions(record(figure(12)), ann.made)) == [15]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["accept", "reject", "edit"]), st.integers(0, 60)), max_size=25))
def test_decisions_settle_the_same_when_the_rules_stay_the_same(steps: list[tuple[str, int]]) -> None:
    sample = corpus_records(1)[0]
    items = [item for item in items_of(sample) if item.kind not in {"doubt", "letter"}]
    made = []
    for number, (action, which) in enumerate(steps):
        item = items[which % len(items)]
        before = item.part.model_dump(mode="json")
        after = {**before, "rule": "x"} if "rule" in before else before
        made.append(
            Decision(
                id=str(number), when="", who="a", letter=sample.text_sha256, source="", action=action, kind=item.kind,
                before=before, after=after if action == "edit" else None,
            )  # type: ignore[arg-type]
        )  # fmt: skip
    settlement = settle(sample, made)
    assert settlement.changes == []
    touched = {items[which % len(items)].key for _, which in steps}
    assert {row.key for row in settlement.rows if row.state != "open"} == touched


# Reviewers who worked apart.


def test_the_same_word_from_both_is_merged_and_another_is_a_conflict() -> None:
    ann, bob = Reviewer("ann"), Reviewer("bob")
    for reviewer in (ann, bob):
        reviewer.decide("accept", figure(12))
    ann.decide("accept", figure(30, id="o2"))
    bob.decide("edit", figure(30, id="o2"), figure(31, id="o2"))
    ann.decide("reject", PROVISION, kind="provision")
    merged = merge({"ann": ann.made, "bob": bob.made})
    assert [d.kind for d in merged.decisions] == ["observation", "provision"]
    assert [dict(conflict.opinions) for conflict in merged.conflicts] == [
        {"ann": "question 1: 2018 = 30 count", "bob": "question 1: 2018 = 31 count"}
    ]
    agreement = merged.agreements[0]
    assert (agreement.items, agreement.same) == (2, 1)
    assert "Cohen's kappa" in agreement.words


def test_a_decider_settles_conflicts() -> None:
    ann, bob = Reviewer("ann"), Reviewer("bob")
    ann.decide("accept", figure(12))
    bob.decide("reject", figure(12))
    merged = merge({"ann": ann.made, "bob": bob.made}, decider="bob")
    assert merged.conflicts == []
    assert [d.who for d in merged.decisions] == ["bob"]


def test_a_fact_that_another_finished_the_letter_without_is_a_conflict() -> None:
    ann, bob = Reviewer("ann"), Reviewer("bob")
    ann.decide("add", None, figure(30))
    ann.finish()
    assert merge({"ann": ann.made, "bob": bob.made}).conflicts == []
    bob.finish()
    conflict = merge({"ann": ann.made, "bob": bob.made}).conflicts[0]
    assert dict(conflict.opinions) == {"ann": "question 1: 2018 = 30 count", "bob": "not in the letter"}


def test_the_f1_of_facts_is_reckoned_on_letters_that_both_finished() -> None:
    ann, bob = Reviewer("ann"), Reviewer("bob")
    sample = record(figure(12), figure(30, id="o2"))
    for reviewer, action in ((ann, "accept"), (bob, "reject")):
        reviewer.decide("accept", figure(12))
        reviewer.decide(action, figure(30, id="o2"))
        reviewer.finish()
    agreement = merge({"ann": ann.made, "bob": bob.made}, records={sample.text_sha256: sample}).agreements[0]
    assert agreement.f1 == pytest.approx(2 / 3)
    assert agreement.letters == 1


@pytest.mark.parametrize(
    ("answers", "kappa"),
    [
        ([], None),
        ([("accept", "accept")] * 3, None),
        ([("accept", "accept"), ("reject", "reject")], 1.0),
        ([("accept", "reject"), ("reject", "accept")], -1.0),
        # Worked by hand: 20 + 15 of 50 the same, 0.7 against 0.5 by chance.
        ([("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15, 0.4),
    ],
)
def test_cohens_kappa(answers: list[tuple[str, str]], kappa: float | None) -> None:
    assert cohens_kappa(answers) == (None if kappa is None else pytest.approx(kappa))


# Gold.


def reviewed_run(folder: Path, *reviewers: Reviewer) -> Path:
    run = write_run(folder / "run", [record(figure(12), figure(30, id="o2"), provisions=[PROVISION])])
    for reviewer in reviewers:
        Journal(run / "review" / f"{reviewer.name}.jsonl").append(reviewer.made)
    return run


def test_a_finished_letter_becomes_gold_with_what_was_settled(tmp_path: Path) -> None:
    ann = Reviewer()
    ann.decide("edit", figure(12), figure(14))
    ann.decide("reject", PROVISION, kind="provision")
    ann.finish()
    result = write_gold(reviewed_run(tmp_path, ann), tmp_path / "gold", reviewer="ann")
    assert [path.name for path in result.written] == ["1.txt.json"]
    gold = json.loads(result.written[0].read_text(encoding="utf-8"))
    assert (gold["schema"], gold["file"]) == ("foi_gold/1", "1.txt")
    assert [o["value"] for o in gold["observations"]] == [14]
    assert gold["provisions"] == []
    LetterRecord.model_validate({k: v for k, v in gold.items() if k != "file"} | {"schema": "foi_letter/1"})


def test_gold_can_be_evaluated(tmp_path: Path) -> None:
    from foi_nlp.evaluate import evaluate, read_gold, read_predictions

    ann = Reviewer()
    ann.decide("accept", figure(12))
    ann.decide("edit", figure(30, id="o2"), figure(31, id="o2"))
    ann.decide("accept", PROVISION, kind="provision")
    ann.finish()
    run = reviewed_run(tmp_path, ann)
    write_gold(run, tmp_path / "gold")
    score = evaluate(read_gold(tmp_path / "gold"), read_predictions(run)).scores["pair"]
    assert (score.right, score.wrong, score.missed) == (1, 1, 1)


def test_letters_that_are_not_finished_or_disputed_are_not_gold(tmp_path: Path) -> None:
    ann, bob = Reviewer("ann"), Reviewer("bob")
    ann.decide("accept", figure(12))
    assert write_gold(reviewed_run(tmp_path / "1", ann), tmp_path / "g1").unfinished == ["a/1.txt"]
    bob.decide("reject", figure(12))
    for reviewer in (ann, bob):
        reviewer.finish()
    result = write_gold(reviewed_run(tmp_path / "2", ann, bob), tmp_path / "g2")
    assert result.written == []
    assert "conflict" in result.notes[0]
    assert len(write_gold(reviewed_run(tmp_path / "3", ann, bob), tmp_path / "g3", decider="ann").written) == 1


def test_two_letters_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    one = record(figure(12))
    other = hostile_record(source="b/1.txt")
    run = write_run(tmp_path / "run", [one, other])
    ann = Reviewer()
    ann.finish()
    made = [ann.made[0], ann.made[0].model_copy(update={"id": "second", "letter": other.text_sha256})]
    Journal(run / "review" / "ann.jsonl").append(made)
    result = write_gold(run, tmp_path / "gold")
    assert len({path.name for path in result.written}) == 2
    assert any("same file name" in note for note in result.notes)


def test_decisions_on_letters_that_the_run_does_not_have_are_told(tmp_path: Path) -> None:
    ann = Reviewer()
    ann.decide("accept", figure(12))
    run = reviewed_run(tmp_path, ann)
    write_run(run, [hostile_record()])
    assert "made on another text" in " ".join(changes_of_run(run).notes)


def test_the_changes_of_a_newer_run_are_listed(tmp_path: Path) -> None:
    ann = Reviewer()
    ann.decide("accept", figure(12))
    run = reviewed_run(tmp_path, ann)
    newer = write_run(tmp_path / "newer", [record(figure(13))], rules="rules-2")
    found = changes_of_run(newer, decisions=run / "review").changes
    assert [(c.type, c.settled, c.now) for c in found] == [
        ("says otherwise", "question 1: 2018 = 12 count", "question 1: 2018 = 13 count")
    ]


@pytest.mark.parametrize("work", [merge_run, changes_of_run, lambda run: write_gold(run, run / "gold")])
def test_a_run_that_nobody_reviewed_is_told(tmp_path: Path, work: Any) -> None:
    run = write_run(tmp_path / "run", [record(figure(12))])
    with pytest.raises(JournalError, match="nobody has decided anything yet"):
        work(run)


def test_finished_is_an_item_like_others() -> None:
    assert Item("letter", FINISHED.part).key == FINISHED.key
