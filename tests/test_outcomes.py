"""What became of each question and of the letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from foi_nlp.resources import registers_folder

if TYPE_CHECKING:
    from spacy.language import Language

ONE = "Request\n\nHow many patrol cars were stolen in 2016?\n\nResponse\n\n"
TWO = "Request\n\n1. How many cars were stolen in 2016?\n2. Do you have a camera unit?\n\nResponse\n\n"


def _outcomes(nlp: Language, text: str) -> dict[str, str]:
    return {o["question"]: o["outcome"] for o in nlp(text)._.foi["outcomes"]}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param("There were 88 in 2016.", "disclosed_full", id="a figure"),
        pytest.param("Please see the attached spreadsheet.", "disclosed_attachment", id="elsewhere in the file"),
        pytest.param("Example Police does not hold this information.", "not_held", id="not held"),
        pytest.param("To answer would exceed the appropriate limit of 18 hours.", "refused_cost", id="cost"),
        pytest.param("This is exempt by virtue of Section 31(1)(a) of the Act.", "refused_exempt", id="exempt"),
        pytest.param("This is exempt under Section 21, reasonably accessible.", "refused_accessible", id="accessible"),
        pytest.param(
            "It is exempt under Section 22, future publication.", "deferred_publication", id="to be published"
        ),
        pytest.param("We neither confirm nor deny that we hold it.", "ncnd", id="neither confirmed nor denied"),
        pytest.param("No.", "answered_negative", id="no"),
        pytest.param("N/A", "not_applicable", id="not applicable"),
        pytest.param("Could you please clarify which cars you mean?", "clarification_sought", id="clarification"),
        pytest.param("Your request has been transferred to the council.", "transferred", id="transferred"),
    ],
)
def test_one_question(nlp: Language, answer: str, outcome: str) -> None:
    assert _outcomes(nlp, ONE + answer) == {"1": outcome}


@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [
        pytest.param("1. There were 88.\n\n2. No.", {"1": "disclosed_full", "2": "answered_negative"}, id="labels"),
        pytest.param(
            "We do not hold that information and this relates to points 1 & 2.",
            {"1": "not_held", "2": "not_held"},
            id="a statement for several",
        ),
        pytest.param(
            "1. There were 88.\n\n2. Yes.\n\nThis letter is a refusal notice for question 2 as section "
            "31(1)(a) applies.",
            {"1": "disclosed_full", "2": "disclosed_partial"},
            id="a statement for one",
        ),
        pytest.param(
            "The cost of answering would exceed the appropriate limit of 18 hours under Section 12(1) of the Act.",
            {"1": "refused_cost", "2": "refused_cost"},
            id="a statement for all",
        ),
    ],
)
def test_reach(nlp: Language, answer: str, outcomes: dict[str, str]) -> None:
    assert _outcomes(nlp, TWO + answer) == outcomes


def test_request_text_yields_no_outcome(nlp: Language) -> None:
    text = (
        "Request\n\nHow many complaints were withdrawn, not held or exempt from disclosure? I neither "
        "confirm nor deny that "
        "I am a reporter.\n\nResponse\n\nThere were 88 in 2016."
    )
    assert _outcomes(nlp, text) == {"1": "disclosed_full"}


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("1. There were 88.\n\n2. No.", "all_disclosed"),
        ("1. There were 88.\n\n2. No information held.", "some_disclosed"),
        ("1. No information held.\n\n2. No information held.", "none_held"),
        ("1. Exempt by virtue of Section 31(1)(a).\n\n2. It would exceed the appropriate limit.", "all_refused"),
        ("1. We neither confirm nor deny this.\n\n2. We neither confirm nor deny this.", "ncnd_all"),
        ("Could you please clarify what you mean? The 20 working days will not begin until then.", "clarification"),
    ],
)
def test_letter(nlp: Language, answer: str, letter: str) -> None:
    assert nlp(TWO + answer)._.foi["letter_outcome"]["id"] == letter


def test_letter_carries_the_public_state(nlp: Language) -> None:
    assert nlp(ONE + "No information held.")._.foi["letter_outcome"]["alaveteli"] == "not_held"


def test_internal_review_is_told(nlp: Language) -> None:
    text = f"INTERNAL REVIEW - FOI 12/34\n\nDear Applicant\n\n{ONE}Your complaint is upheld. There were 88 in 2016."
    letter = nlp(text)._.foi["letter_outcome"]
    assert letter["id"] == "review"
    assert "revised_on_review" in letter["flags"]


def test_register_ids_are_unique() -> None:
    rows = [
        json.loads(line) for line in (registers_folder() / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
