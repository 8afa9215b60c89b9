"""Dates: the grammar, the roles, years that are missing, dates that are traps."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foi_nlp.pipeline.dates import date_of, latest_on_or_before

if TYPE_CHECKING:
    from spacy.language import Language


def _roles(nlp: Language, text: str) -> set[tuple[str, str]]:
    doc = nlp(text)
    return {(d["role"], d["iso"]) for d in doc._.foi["dates"]}


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("14th August 2018", "2018-08-14"), ("13 th October 2025", "2025-10-13"), ("22^nd October 2018", "2018-10-22"),
        ("31.01.12", "2012-01-31"), ("09/08/2013", "2013-08-09"), ("1/4/2019", "2019-04-01"),
        ("2018-08-14", "2018-08-14"), ("Monday 07 January 2013", "2013-01-07"), ("April 28, 2021", "2021-04-28"),
        ("21 Hydref 2025", "2025-10-21"), ("1 4 August 2018", "2018-08-14"), ("Friday, 1 December, 2017", "2017-12-01"),
        ("9-Aug-18", "2018-08-09"), ("3 Sept. 2012", "2012-09-03"),
    ],
)  # fmt: skip
def test_forms_of_the_letter_date(nlp: Language, written: str, iso: str) -> None:
    assert ("letter_date", iso) in _roles(nlp, f"Kent Police\n\nDate: {written}\n\nDear Applicant\n\nNone.\n")


HEAD = "Kent Police\n\n14 August 2018\n\nDear Applicant\n\n"


@pytest.mark.parametrize(
    ("text", "role", "iso"),
    [
        (HEAD + "I write about your request received on 17th July.", "received", "2018-07-17"),
        ("8 January 2019\n\nDear Applicant\n\nYour request was received on 10th December.", "received", "2018-12-10"),
        (HEAD + "Your request dated 1 July 2018 and received on 3 July 2018 is closed.", "received", "2018-07-03"),
        (HEAD + "I write in response to the request submitted on the 2nd July 2018.", "received", "2018-07-02"),
        (HEAD + "Thank you for your request received by Kent Police on 19/07/2018.", "received", "2018-07-19"),
        (HEAD + "Your request came to us on 3 July 2018.", "received", "2018-07-03"),
        (HEAD + "Eich cais a dderbyniwyd ar 3 Gorffennaf 2018.", "received", "2018-07-03"),
        (HEAD + "Requests received on 4 July and 19 July 2018 are joined.", "received", "2018-07-04"),
        (HEAD + "I refer to your request of 3 July 2018, received by us the following day.", "received", "2018-07-04"),
        (HEAD + "I refer to your request of 6 July 2018, received the next working day.", "received", "2018-07-09"),
        (HEAD + "I refer to your request of 31 July, received on the 2nd.", "received", "2018-08-02"),
        (
            HEAD + "Your request received by Kent Police on 3 July 2018, asks:\nReports made in 2017",
            "received",
            "2018-07-03",
        ),
        ("Reference: 1-18\nDate: 11/09/2018 I write in connection with dogs.", "letter_date", "2018-09-11"),
        ("Kent Police\n\nIssued 11 March 2025, this response is about dogs.", "letter_date", "2025-03-11"),
        (HEAD + "The figures are correct as at 9 August 2018.", "as_of", "2018-08-09"),
        (HEAD + "The data was extracted from Niche on 9 August 2018.", "as_of", "2018-08-09"),
        (HEAD + "Thank you for your e-mail dated 3 July 2018.", "request_dated", "2018-07-03"),
        (HEAD + "Your request was clarified on 20 July 2018.", "clarified", "2018-07-20"),
        ("Dogs - 1/21\n\nDate Responded 26 November 2021\n\nYou asked:", "letter_date", "2021-11-26"),
        ("Date of request: 24/10/2012\n\nDate of response:   08/11/2012\n", "letter_date", "2012-11-08"),
        ("Home\nJuly 17, 2025 | Crime , Knives\nRequest Number: FOI/14669\n", "letter_date", "2025-07-17"),
        ("Date received: 03/05/2018\nDate of response: 20/05/2018\n", "received", "2018-05-03"),
        ("Date: Wed, 13 Apr 2011 15:42:10 +0100\nSubject: dogs\n\nDear Applicant\n", "letter_date", "2011-04-13"),
    ],
)
def test_roles(nlp: Language, text: str, role: str, iso: str) -> None:
    assert (role, iso) in _roles(nlp, text)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Published: 5 September 2022\n\nFOI Request\n\nNone.", "letter_date"),
        (
            HEAD + "As at 31 March 2017: 684 officers. As at 31 March 2018: 718 officers. Received on 2 July 2018.",
            "as_of",
        ),
        (HEAD + "Thank you for your e-mail dated 3 July 2018.", "received"),
        ("Your request was received on 31 February 2018.", "received"),
        ("Your request of May 2018 was received.", "received"),
        (HEAD + "As of 9 August 2018 you had not asked for it.", "as_of"),
        ("FOI date\n\nThe statement was put on our page at 17.47 on August 11 2023.\n\nNone.", "letter_date"),
        ("Kent Police\n\n2020 up to 31st January - 59\n2019 - 768", "period_end"),
        (HEAD + "-----Original Message-----\nSent: 09 July 2018 20:14\nSubject: dogs\n\nHow many dogs?", "received"),
    ],
)
def test_traps(nlp: Language, text: str, role: str) -> None:
    assert role not in {found for found, _ in _roles(nlp, text)}


def test_an_inferred_year_says_so(nlp: Language) -> None:
    doc = nlp(HEAD + "I write about your request received on 17th July.")
    received = next(d for d in doc._.foi["dates"] if d["role"] == "received")
    assert received["inferred"]
    assert "letter date" in received["inference"]


def test_a_page_of_several_answers_has_several_letter_dates(nlp: Language) -> None:
    text = (
        "Disclosure log\n\nReference: 9317-18\nDate: 23/01/2018\n\nReceived on 15th January 2018.\n\nNone.\n\n"
        "Reference: 9281-18\nDate: 17/01/2018\n\nReceived on 4th January 2018.\n\nNone.\n"
    )
    roles = _roles(nlp, text)
    assert {iso for role, iso in roles if role == "letter_date"} == {"2018-01-23", "2018-01-17"}
    assert {iso for role, iso in roles if role == "received"} == {"2018-01-15", "2018-01-04"}


def test_the_clock_is_filled(nlp: Language) -> None:
    timeliness = nlp(HEAD + "I write about your request received on 17th July.")._.foi["timeliness"]
    assert (timeliness["working_days"], timeliness["deadline"], timeliness["in_time"]) == (19, "2018-08-15", True)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2049, 12, 31)))
def test_a_written_day_is_read_back(day: date) -> None:
    parts = {"day": str(day.day), "month": day.strftime("%B"), "year": str(day.year)}
    assert date_of(parts) == (day.year, day.month, day.day)
    assert date_of(parts | {"year": f"{day.year % 100:02d}"}) == (day.year, day.month, day.day)


@given(st.dates(min_value=date(1960, 1, 1), max_value=date(2040, 1, 1)), st.integers(0, 364))
def test_the_latest_day_is_within_a_year(limit: date, back: int) -> None:
    day = date.fromordinal(limit.toordinal() - back)
    assert latest_on_or_before(day.month, day.day, limit) == day
