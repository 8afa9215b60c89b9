"""The sections of a letter: consecutive, without gaps, and each kind told from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from spacy.language import Language

LETTER = """Example Police Headquarters
Telephone: 01234 567890

Our Ref: FOI 12/345
Date: 3 May 2019

Dear Applicant

I write in connection with your request received on 10 April 2019. You asked for the following information:

1. How many patrol cars are there?
2. How many were sold?

Any information released is in the public domain without caveat.

Response

1. There are 70 cars.

2. We will not say.

Section 31 - Law Enforcement

Harm

In 2018 there were 12 attacks on cars.

Question 2 is therefore refused.

Should you have any further enquiries please contact me.

Yours sincerely

Disclosure Officer

COMPLAINT RIGHTS

You may ask for an internal review within 40 working days.

The Information Commissioner can be reached at Wycliffe House.
"""


def _section_of(nlp: Language, text: str, words: str) -> str:
    at = text.index(words)
    return next(s["id"] for s in nlp(text)._.foi["sections"] if s["start"] <= at < s["end"])


@pytest.mark.parametrize(
    ("words", "section"),
    [
        ("01234 567890", "letterhead"),
        ("FOI 12/345", "ref_block"),
        ("Dear Applicant", "addressee"),
        ("10 April 2019", "intro"),
        ("How many patrol cars", "request"),
        ("How many were sold", "request"),
        ("public domain", "boilerplate_act"),
        ("There are 70 cars", "response"),
        ("12 attacks", "exemption"),
        ("further enquiries", "closing"),
        ("Disclosure Officer", "closing"),
        ("40 working days", "review_rights"),
        ("Wycliffe House", "ico"),
    ],
)
def test_parts_of_a_plain_letter(nlp: Language, words: str, section: str) -> None:
    assert _section_of(nlp, LETTER, words) == section


@pytest.mark.parametrize(
    ("text", "words", "section"),
    [
        pytest.param(
            "You asked:\n\nHow many cars are there?\n\nIn Response:\n\nThere are 7.",
            "There are 7",
            "response",
            id="web page",
        ),
        pytest.param(
            "Dear Applicant\n\nThank you for your request. Each of your questions is set out below with its answer.\n\n"
            "1) How many cars are there?\n\nThere are 7 of them.\n\n2) How many vans are there?\n\nThere "
            "are 9 of them.",
            "There are 7 of them",
            "response",
            id="answers between the questions",
        ),
        pytest.param(
            "Dear Applicant\n\nThank you for your request. Each of your questions is set out below with its answer.\n\n"
            "1) How many cars are there?\n\nThere are 7 of them.\n\n2) How many vans are there?\n\nThere "
            "are 9 of them.",
            "How many vans",
            "request",
            id="questions between the answers",
        ),
        pytest.param(
            "Dear Applicant\n\nI write about your request. You wish to know the following:\n\nQ1. How "
            "many cars?\nQ2. How many "
            "vans?\n\nQ1\nThere are 7.\n\nQ2\nThere are 9.",
            "There are 7",
            "response",
            id="labels begin again",
        ),
        pytest.param(
            "Dear Applicant\n\nThere are 7 cars in the fleet.\n\nYours sincerely\n\n-----Original Message-----\n\n"
            "How many cars do you have?",
            "How many cars",
            "request",
            id="request below the reply",
        ),
        pytest.param(
            "Request 1\n\nHow many cars are there?\n\nAnswer\n\nThere are 7.\n\nRequest 2\n\nHow many "
            "vans?\n\nAnswer\n\nNine.",
            "How many vans",
            "request",
            id="request and answer by turns",
        ),
        pytest.param(
            "Response\n\nThere are 7.\n\nExample Police Headquarters, Tel: 01234 567890\nPage 1 of "
            "2\n\nThere are 9 more.\n\n"
            "Example Police Headquarters, Tel: 01234 567890\nPage 2 of 2",
            "There are 9 more",
            "response",
            id="running heads cut no section",
        ),
        pytest.param(
            "Dear Applicant\n\nYou requested the following:\n\n“How many cars are there? I ask for "
            "2016.”\n\nThe fleet is 7.",
            "The fleet is 7",
            "response",
            id="a quoted request ends with its quotation mark",
        ),
    ],
)
def test_layouts(nlp: Language, text: str, words: str, section: str) -> None:
    assert _section_of(nlp, text, words) == section


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [*LETTER.split("\n"), "", "\x0c", "“", "”*", "2016 2017 2018", "Reference: 12-34", "Page 1 of 2"]
        ),
        max_size=30,
    )
)
def test_sections_cover_any_text_once(nlp: Language, lines: list[str]) -> None:
    text = "\n".join(lines)
    sections = nlp(text)._.foi["sections"]
    assert "".join(text[s["start"] : s["end"]] for s in sections) == text


def test_a_head_that_never_ends_is_cut_and_the_rest_is_the_response(nlp: Language) -> None:
    head = "Kent Police\nInformation Access\nTelephone: 01622 000000\n\n"
    text = head + "The dog went round the yard once more.\n" * 120 + "\nYear\tDogs\n2019\t12\n2020\t15\n"
    facts = nlp(text)._.foi
    at = text.index("2019")
    assert next(s["id"] for s in facts["sections"] if s["start"] <= at < s["end"]) not in {"letterhead", "addressee"}
    assert [(o["period"]["label"], o["value"]) for o in facts["observations"]] == [("2019", 12), ("2020", 15)]


@pytest.mark.parametrize(
    ("text", "words", "section"),
    [
        pytest.param(
            "Example Police\n\n> **Request.** How many vans do you own?\n> 2018 will do.\n\nWe own seven.",
            "We own seven",
            "response",
            id="marked lines end with the last of them",
        ),
        pytest.param(
            "Dear Applicant\n\nI refer to your letter.\n\nYour request is below with our reply.\n\nHow many vans do "
            "you own?\n\nI can say that there are 7.\n\nWho drives them?\n\nOfficers do.",
            "Who drives",
            "request",
            id="questions without labels stand above their answers",
        ),
        pytest.param(
            "Dear Applicant\n\nYou asked:\n\n1. How many vans do you own?\n\nYour request falls outside what we keep.",
            "falls outside",
            "response",
            id="the authority calls the request the applicant's",
        ),
        pytest.param(
            "INTERNAL REVIEW\n\nDear Applicant\n\nWhat you asked for\n\nThe number of vans.\n\nWhat you were told\n\n"
            "It was exempt.\n\nWhat I have decided\n\nThere are 7.",
            "It was exempt",
            "intro",
            id="what was decided before a review is no answer of the review",
        ),
    ],
)
def test_who_speaks(nlp: Language, text: str, words: str, section: str) -> None:
    at = text.index(words)
    sections = nlp(text)._.foi["sections"]
    assert next(s["id"] for s in sections if s["start"] <= at < s["end"]) == section
