"""Totals are added up again after a correction, by the pairing that added them up first, and it is said when not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from foi_nlp.annotate import annotate_letter
from foi_nlp.letters.model import Letter
from foi_nlp.records import LetterRecord, Observation
from foi_nlp.review.application import check_words
from foi_nlp.review.corrections import Row, Settlement, apply_decisions, settle
from foi_nlp.review.decisions import Decision
from foi_nlp.review.doubts import Doubt
from foi_nlp.review.forms import typed_values
from foi_nlp.review.items import Item
from tests.review_sample import write_run
from tests.test_review_page import Page

if TYPE_CHECKING:
    from spacy.language import Language

HEAD = "Dear applicant,\n\nQuestion 1\nHow many thefts were there in each area?\n\nResponse\n\n"
TABLE = "Area\t2016\t2017\nNorth\t11\t22\nSouth\t30\t40\nTotal\t41\t{total}\n"


@pytest.fixture(scope="module")
def wrong(nlp: Language) -> LetterRecord:
    """Give a letter whose table states 66 where its parts add up to 62."""
    return annotate_letter(nlp, Letter("wrong.txt", "0" * 64, HEAD + TABLE.format(total=66)))


@pytest.fixture(scope="module")
def right(nlp: Language) -> LetterRecord:
    return annotate_letter(nlp, Letter("right.txt", "0" * 64, HEAD + TABLE.format(total=62)))


def decide(record: LetterRecord, raw: str, **changes: Any) -> Decision:
    """Correct the figure that is written so; without changes it is rejected."""
    [found] = [o for o in record.observations if o.value_raw == raw]
    before = found.model_dump(mode="json")
    return Decision(
        id=f"d{raw}", when="2026-01-01T00:00:00Z", who="ann", letter=record.text_sha256, source=record.source,
        action="edit" if changes else "reject", kind="observation", before=before,
        after=before | changes if changes else None,
    )  # fmt: skip


def added(record: LetterRecord, raw: str, value: int) -> Decision:
    start = record.text.index(raw)
    after = record.observations[0].model_copy(
        update={"id": "new", "value": value, "value_raw": raw, "start": start, "end": start + len(raw), "table": None,
                "cell": None, "check": "unchecked", "breakdown": {"area": "added"}}
    )  # fmt: skip
    return Decision(
        id=f"a{raw}", when="2026-01-01T00:00:01Z", who="ann", letter=record.text_sha256, source=record.source,
        action="add", kind="observation", after=after.model_dump(mode="json"),
    )  # fmt: skip


def checks(settlement: Settlement) -> dict[str, str]:
    return {
        row.item.part.value_raw: row.item.part.check
        for row in settlement.rows
        if isinstance(row.item.part, Observation) and row.state != "rejected"
    }


def row_of(settlement: Settlement, raw: str) -> Row:
    return next(row for row in settlement.rows if getattr(row.item.part, "value_raw", "") == raw)


def test_without_a_correction_nothing_is_said(wrong: LetterRecord) -> None:
    settlement = settle(wrong, [])
    assert {row.readded for row in settlement.rows} == {None}
    assert checks(settlement)["66"] == "totals_disagree"
    assert check_words(row_of(settlement, "66")) == "totals disagree"


def test_a_corrected_total_agrees_and_all_its_parts_do(wrong: LetterRecord) -> None:
    settlement = settle(wrong, [decide(wrong, "66", value=62)])
    assert set(checks(settlement).values()) == {"totals_agree"}
    assert check_words(row_of(settlement, "66")) == "totals agree after correction (before: totals disagree)"
    assert check_words(row_of(settlement, "22")) == "totals agree after correction (before: totals disagree)"
    assert check_words(row_of(settlement, "11")) == "totals agree, also after correction"
    assert row_of(settlement, "22").judgement.doubt is not Doubt.TOTALS


def test_the_doubt_about_the_total_says_how_it_stands_now(wrong: LetterRecord) -> None:
    settlement = settle(wrong, [decide(wrong, "66", value=62)])
    doubts = [row for row in settlement.rows if getattr(row.item.part, "code", "") == "totals_disagree"]
    assert doubts
    assert all("agree" in row.judgement.reasons[-1] for row in doubts)
    settlement = settle(wrong, [decide(wrong, "66", value=65)])
    doubts = [row for row in settlement.rows if getattr(row.item.part, "code", "") == "totals_disagree"]
    assert all("65" in row.judgement.reasons[-1] for row in doubts)
    assert all(row.judgement.reasons[-1].startswith("After correction") for row in doubts)


def test_a_correction_that_breaks_a_total_puts_its_parts_in_doubt(right: LetterRecord) -> None:
    settlement = settle(right, [decide(right, "40", value=400)])
    assert checks(settlement) == {
        "11": "totals_agree", "30": "totals_agree", "41": "totals_agree",
        "22": "totals_disagree", "40": "totals_disagree", "62": "totals_disagree",
    }  # fmt: skip
    assert row_of(settlement, "22").judgement.doubt is Doubt.TOTALS
    assert "After correction" in row_of(settlement, "22").judgement.reasons[-1]


def test_a_figure_rejected_proves_nothing(right: LetterRecord) -> None:
    settlement = settle(right, [decide(right, "40")])
    assert checks(settlement) == {
        "11": "totals_agree", "30": "totals_agree", "41": "totals_agree", "22": "unchecked", "62": "unchecked",
    }  # fmt: skip
    assert check_words(row_of(settlement, "22")) == "unchecked after correction (before: totals agree)"


def test_a_figure_added_in_the_place_of_a_rejected_one_counts(wrong: LetterRecord) -> None:
    settlement = settle(wrong, [decide(wrong, "66"), added(wrong, "66", 62)])
    assert checks(settlement)["22"] == "totals_agree"


def test_a_suppressed_figure_proves_only_what_its_bounds_do(right: LetterRecord) -> None:
    suppressed = {"value": None, "symbol": "<5", "status": "suppressed", "high": 4.0}
    assert checks(settle(right, [decide(right, "40", **suppressed)]))["22"] == "totals_disagree"
    assert checks(settle(right, [decide(right, "40", **suppressed | {"symbol": "not known"})]))["22"] == "unchecked"


def test_what_is_accepted_or_has_another_label_is_not_added_up_again(right: LetterRecord) -> None:
    settlement = settle(right, [decide(right, "40", breakdown={"area": "West"})])
    assert {row.readded for row in settlement.rows} == {None}


def test_a_figure_moved_to_another_cell_is_not_added_up(right: LetterRecord) -> None:
    other = right.text.index("22")
    settlement = settle(right, [decide(right, "40", value=22, start=other, end=other + 2)])
    assert "not re-added after correction (before: totals agree)" in check_words(row_of(settlement, "62"))
    assert checks(settlement)["62"] == "unchecked"


def test_a_table_that_cannot_be_rebuilt_keeps_no_old_proof(wrong: LetterRecord) -> None:
    [table] = wrong.tables
    cut = wrong.model_copy(update={"tables": [table.model_copy(update={"cells": table.cells[:-1]})]})
    settlement = settle(cut, [decide(cut, "66", value=62)])
    assert check_words(row_of(settlement, "11")) == "not re-added after correction (before: totals agree)"
    assert checks(settlement)["11"] == "unchecked"
    assert checks(settlement)["22"] == "totals_disagree"  # it stays in doubt until somebody has looked


def test_the_total_of_a_list_is_not_added_up_again(nlp: Language) -> None:
    text = HEAD + "2016: 11\n2017: 22\n2018: 30\nTotal: 63\n"
    record = annotate_letter(nlp, Letter("list.txt", "0" * 64, text))
    assert [o.check for o in record.observations if o.value == 63] == ["totals_agree"]
    settlement = settle(record, [decide(record, "22", value=23)])
    assert check_words(row_of(settlement, "63")) == "not re-added after correction (before: totals agree)"


def test_the_corrected_record_has_the_checks_after_correction(wrong: LetterRecord) -> None:
    corrected = apply_decisions(wrong, [decide(wrong, "66", value=62)])
    assert {o.check for o in corrected.observations} == {"totals_agree"}
    assert {o.check for o in wrong.observations} == {"totals_agree", "totals_disagree"}


def test_an_item_keeps_its_key_when_its_check_changes(wrong: LetterRecord) -> None:
    before = {row.key for row in settle(wrong, []).rows}
    assert {row.key for row in settle(wrong, [decide(wrong, "66", value=62)]).rows} == before
    assert all(isinstance(row.item, Item) for row in settle(wrong, []).rows)


def test_the_page_says_that_it_is_after_correction(wrong: LetterRecord, tmp_path: Path) -> None:
    page = Page(write_run(tmp_path / "run", [wrong]))
    row = next(row for row in page.rows(1, "observation") if row.item.part.value_raw == "66")
    assert "after correction" not in page.get(f"/letters/1?item={row.key}")
    assert page.send(1, action="edit", item=row.key, **{**typed_values(row.item), "value": "62"}).status_code == 303
    html = page.get(f"/letters/1?item={row.key}")
    assert "totals agree after correction (before: totals disagree)" in html
    assert '<span class="badge">totals agree after correction</span>' in html
    other = next(row for row in page.rows(1, "observation") if row.item.part.value_raw == "22")
    assert page.send(1, action="edit", item=other.key, **{**typed_values(other.item), "value": "23"}).status_code == 303
    html = page.get(f"/letters/1?item={row.key}")
    assert "totals disagree, also after correction" in html
