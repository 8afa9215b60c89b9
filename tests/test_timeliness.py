"""The statutory clock, against worked examples and a published list of bank holidays."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foi_nlp.timeliness import clock, deadline_after, is_working_day, working_days_between

HOLIDAYS = Path(__file__).parents[2] / "shared" / "rulebook" / "bank_holidays.csv"
days = st.dates(min_value=date(2005, 1, 1), max_value=date(2027, 6, 30))


@pytest.mark.parametrize(
    ("received", "answered", "taken", "deadline", "in_time"),
    [
        ("2018-07-17", "2018-08-14", 19, "2018-08-15", True),  # the Scottish holiday of 6 August is left out
        ("2018-08-10", "2018-09-10", 20, "2018-09-10", True),  # on the last day
        ("2019-09-27", "2019-10-18", 15, "2019-10-25", True),
        ("2018-02-09", "2018-03-08", 19, "2018-03-09", True),
        ("2018-02-09", "2018-03-12", 21, "2018-03-09", False),
        ("2018-07-18", None, None, "2018-08-16", None),
        (None, "2018-08-16", None, None, None),
        (None, None, None, None, None),
    ],
)
def test_worked_examples(
    received: str | None, answered: str | None, taken: int | None, deadline: str | None, in_time: bool | None
) -> None:
    result = clock(
        received=date.fromisoformat(received) if received else None,
        answered=date.fromisoformat(answered) if answered else None,
    )
    assert (result.working_days, result.deadline, result.in_time) == (taken, deadline, in_time)


def test_scotland_counts_the_late_august_holiday_as_a_working_day() -> None:
    assert deadline_after(date(2018, 8, 10), regime="FOISA 2002") == date(2018, 9, 7)
    assert deadline_after(date(2018, 8, 10)) == date(2018, 9, 10)


def test_clarification_restarts_the_clock() -> None:
    result = clock(received=date(2018, 1, 15), answered=date(2018, 1, 23), clarified=date(2018, 1, 17))
    assert (result.received, result.working_days) == ("2018-01-15", 4)
    assert "clarification" in result.note


def test_clarification_after_the_answer_does_not_count() -> None:
    assert clock(received=date(2022, 6, 28), answered=date(2022, 8, 4), clarified=date(2022, 8, 9)).in_time is False


def test_an_answer_before_receipt_is_not_counted() -> None:
    result = clock(received=date(2018, 5, 2), answered=date(2018, 5, 1))
    assert result.working_days is None
    assert result.in_time is None
    assert "before" in result.note


@pytest.mark.parametrize("proclaimed", ["2011-04-29", "2012-06-05", "2022-06-03", "2022-09-19", "2023-05-08"])
def test_holidays_proclaimed_once_are_no_working_days(proclaimed: str) -> None:
    assert not is_working_day(date.fromisoformat(proclaimed))


@pytest.mark.skipif(not HOLIDAYS.is_file(), reason="the published list of bank holidays is not beside the project")
@pytest.mark.parametrize(("regime", "column"), [("FOIA 2000", "non_working_FOIA"), ("FOISA 2002", "non_working_FOISA")])
def test_every_weekday_agrees_with_the_published_list(regime: str, column: str) -> None:
    with HOLIDAYS.open(encoding="utf-8") as file:
        listed = {row["date"] for row in csv.DictReader(file) if row[column] == "yes"}
    start = date(2005, 1, 1)
    weekdays = [d for n in range((date(2027, 12, 31) - start).days + 1) if (d := start + timedelta(n)).weekday() < 5]
    assert {d.isoformat() for d in weekdays if not is_working_day(d, regime=regime)} == listed


@given(days)
def test_the_deadline_is_the_last_day_in_time(received: date) -> None:
    deadline = deadline_after(received)
    assert working_days_between(received, deadline) == 20
    assert is_working_day(deadline)
