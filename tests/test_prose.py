"""Figures of lists, answers and sentences: each is bound to its period, and what is no figure is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from spacy.language import Language

LETTER = """Dear Applicant,

FREEDOM OF INFORMATION REQUEST - 123/20

I write in connection with your request for information received on 3 March 2020.

You asked:

1. How many burglaries were recorded in each year from 2016 to 2018?

Response:

1. {answer}

Yours sincerely,

Disclosure Officer
"""
WHOLE = ("2016-01-01", "2018-12-31")


def year(number: int) -> tuple[str, str]:
    return f"{number}-01-01", f"{number}-12-31"


def figures(nlp: Language, answer: str) -> list[tuple[str, tuple[str, str]]]:
    facts: dict[str, Any] = nlp(LETTER.format(answer=answer))._.foi
    return [(o["value_raw"], (o["period"]["start"], o["period"]["end"])) for o in facts["observations"]]


THREE = [("23", year(2016)), ("15", year(2017)), ("9", year(2018))]


@pytest.mark.parametrize(
    "answer",
    [
        "In 2016 there were 23 burglaries, in 2017 there were 15 and in 2018 there were 9.",
        "We recorded 23 burglaries in 2016, 15 in 2017 and 9 in 2018.",
        "2016 – 23, 2017 – 15 and 2018 – 9",
        "2016: 23\n2017: 15\n2018: 9",
        "2016 = 23\n2017 = 15\n2018 = 9",
        "23 in 2016\n15 in 2017\n9 in 2018",
        "In 2016, 23; in 2017, 15; and in 2018, 9.",
    ],
)
def test_each_number_has_its_own_year(nlp: Language, answer: str) -> None:
    assert figures(nlp, answer) == THREE


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Burglaries fell from 23 in 2016 to 9 in 2018.", [("23", year(2016)), ("9", year(2018))]),
        ("In 2016 and 2017 there were 23 and 15 burglaries respectively.", [("23", year(2016)), ("15", year(2017))]),
        ("For 2016 the figure is 23 and for 2017 it is 15.", [("23", year(2016)), ("15", year(2017))]),
        ("23 (2016), 15 (2017)", [("23", year(2016)), ("15", year(2017))]),
        ("2016/17 23 burglaries", [("23", ("2016-04-01", "2017-03-31"))]),
        ("The number of burglaries recorded between 2016 and 2018 was 47.", [("47", WHOLE)]),
        ("In the financial year 2016/17 we spent £61,840 on it.", [("£61,840", ("2016-04-01", "2017-03-31"))]),
        ("As of 1 March 2020, there were 1,204 police officers.", [("1,204", ("2020-03-01", "2020-03-01"))]),
        ("Of the 23 burglaries recorded in 2016, 4 resulted in a charge.", [("4", year(2016))]),
        ("In 2016 two persons were arrested.", [("two", year(2016))]),
    ],
)
def test_a_number_goes_to_the_period_of_its_clause(
    nlp: Language, answer: str, expected: list[tuple[str, tuple[str, str]]]
) -> None:
    assert figures(nlp, answer) == expected


@pytest.mark.parametrize(
    "answer",
    ["47", "47 burglaries.", "A total of 47 burglaries were recorded during this period.", "The answer is 47."],
)
def test_an_answer_without_a_period_has_that_of_its_question(nlp: Language, answer: str) -> None:
    assert figures(nlp, answer) == [("47", WHOLE)]


def test_a_list_that_states_its_total_is_added_up(nlp: Language) -> None:
    facts = nlp(LETTER.format(answer="2016: 12\n2017: 15\n2018: 9\nTotal: 36"))._.foi
    assert [o["check"] for o in facts["observations"]] == ["totals_agree"] * 4
    assert facts["observations"][-1]["breakdown"] == {"total": True}


def test_a_total_that_is_wrong_goes_to_review(nlp: Language) -> None:
    facts = nlp(LETTER.format(answer="2016: 12\n2017: 15\n2018: 9\nTotal: 40"))._.foi
    assert "totals_disagree" in {item["code"] for item in facts["needs_review"]}


def test_a_zero_in_words_is_a_nil(nlp: Language) -> None:
    facts = nlp(LETTER.format(answer="No burglaries were recorded in 2016."))._.foi
    assert [(o["value"], o["symbol"], o["status"], o["value_raw"]) for o in facts["observations"]] == [
        (0, "nil", "nil", "No")
    ]


def test_a_threshold_in_words_is_suppressed(nlp: Language) -> None:
    facts = nlp(LETTER.format(answer="There were fewer than five burglaries in 2016."))._.foi
    assert [(o["value"], o["symbol"], o["high"], o["status"]) for o in facts["observations"]] == [
        (None, "<5", 4, "suppressed")
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "We would have to read 3,715 records at 3 minutes each in 2016, which is 185 hours.",
        "The Theft Act 1968 applies to section 5 of it.",
        "There are 43 police forces in England and Wales.",
        "A boy aged 12, a Year 9 pupil, was seen in 2016.",
        "Please see Outcome 21 and points 6 and 7 for 2016.",
        "In 2016 the number of our telephone was 01234 567890.",
        "On 3 May 2018 the policy was changed within 20 working days.",
        "A dash denotes that no burglaries were recorded in 2016.",
        "Our reference for 2016 is 123/16.",
        "You said that there were 50 burglaries in 2016.",
    ],
)
def test_what_is_no_figure_gives_none(nlp: Language, answer: str) -> None:
    assert figures(nlp, answer) == []


def test_a_number_of_the_request_is_no_figure(nlp: Language) -> None:
    letter = LETTER.replace("from 2016 to 2018?", "from 2016 to 2018? In 2015 there were 300 burglaries.")
    facts = nlp(letter.format(answer="We hold nothing on this."))._.foi
    assert facts["observations"] == []


@pytest.mark.parametrize(
    "line", ["In 2016 there were ٢٣ thefts.", "2016 - ٢٣", "In 2016 there were \u202e12\u202c thefts."]
)
def test_digits_that_cannot_be_read_are_put_before_a_person(nlp: Language, line: str) -> None:
    facts = nlp(f"Response\n\n{line}\n\nThank you.\n")._.foi
    assert facts["observations"] == []
    assert "unreadable_digits" in [item["code"] for item in facts["needs_review"]]
