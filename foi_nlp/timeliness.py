"""The statutory clock: twenty working days from the day after receipt.

Freedom of Information Act 2000 section 10(6): a working day is no Saturday, Sunday, Christmas Day, Good Friday
nor a bank holiday in any part of the United Kingdom. Freedom of Information (Scotland) Act 2002 section 73: the
bank holidays of Scotland alone. The bank holidays, those proclaimed once included, are those of the `holidays`
library.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import holidays

from foi_nlp.records import Date, Timeliness

WORKING_DAYS_LIMIT = 20
EXTENDED_LIMIT = 40  # with more time for the public interest test; the Commissioner's guidance on section 10(3)
REVIEW = "review"  # the outcome of a letter that decides an internal review
LONGEST_CREDIBLE_WORKING_DAYS = 60
LONGEST_CREDIBLE_DAYS = 400
_NATIONS = ("ENG", "WLS", "SCT", "NIR")
_SCOTTISH_REGIME = "FOISA 2002"
_ONE_DAY = timedelta(days=1)


def is_working_day(day: date, *, regime: str = "FOIA 2000") -> bool:
    """Whether a day counts under the regime. The Environmental Information Regulations count as the 2000 Act does."""
    return day.weekday() < 5 and day not in _bank_holidays(day.year, regime == _SCOTTISH_REGIME)


@lru_cache(maxsize=128)
def _bank_holidays(year: int, scotland_only: bool) -> frozenset[date]:
    nations = ("SCT",) if scotland_only else _NATIONS
    return frozenset(day for nation in nations for day in holidays.country_holidays("GB", subdiv=nation, years=year))


def working_days_between(received: date, answered: date, *, regime: str = "FOIA 2000") -> int:
    """Count the working days after `received`, up to and including `answered`. Raises ValueError if it is earlier."""
    if answered < received:
        raise ValueError(f"answered on {answered}, before it was received on {received}")
    days = (answered - received).days
    return sum(is_working_day(received + timedelta(days=n), regime=regime) for n in range(1, days + 1))


def deadline_after(received: date, *, limit: int = WORKING_DAYS_LIMIT, regime: str = "FOIA 2000") -> date:
    """Give the last day in time: the `limit`-th working day after the day of receipt."""
    day, left = received, limit
    while left:
        day += _ONE_DAY
        left -= is_working_day(day, regime=regime)
    return day


def clock(
    *,
    received: date | None,
    answered: date | None,
    clarified: date | None = None,
    regime: str = "FOIA 2000",
    limit: int = WORKING_DAYS_LIMIT,
) -> Timeliness:
    """Work out the clock. What the letter does not say stays None.

    Clarification restarts the count (section 1(3)): the day it came is day 0, unless it came after the answer.
    """
    start, notes = received, []
    if clarified and clarified <= (answered or clarified) and clarified >= (received or clarified):
        start = clarified
        notes.append("counted from the day the clarification came, which restarts the clock")
    if start is None:
        notes.append("the letter does not say when the request was received")
    if answered is None:
        notes.append("the letter bears no date")
    result = Timeliness(
        received=received.isoformat() if received else None,
        answered=answered.isoformat() if answered else None,
        limit=limit,
        deadline=deadline_after(start, limit=limit, regime=regime).isoformat() if start else None,
    )
    if start and answered:
        if answered < start:
            notes.append("the letter is dated before the request was received")
        elif (answered - start).days > LONGEST_CREDIBLE_DAYS:
            notes.append("more than a year lies between receipt and answer: check both dates")
        else:
            taken = working_days_between(start, answered, regime=regime)
            result.working_days, result.in_time = taken, taken <= limit
            if taken > LONGEST_CREDIBLE_WORKING_DAYS:
                notes.append("a long delay, or a wrong year: check both dates")
    result.note = "; ".join(notes)
    return result


def whole_day(iso: str) -> date | None:
    """Give the day that an ISO date names; None for a part of a date, or for no date at all."""
    try:
        return date.fromisoformat(iso) if len(iso) == len("2000-01-01") else None
    except ValueError:
        return None


def timeliness_of(dates: Sequence[Date], *, regime: str = "FOIA 2000", of_review: bool = False) -> Timeliness:
    """Work out the clock from the dates of a letter. A page of several answers has no one clock.

    With `of_review` the letter is the decision of an internal review, which says nothing of when the first answer came.
    """
    days = {
        role: sorted({day for d in dates if d.role == role and (day := whole_day(d.iso)) is not None})
        for role in ("letter_date", "received", "clarified")
    }
    if len(days["letter_date"]) > 1:
        return Timeliness(note="the page holds several answers, each with its own clock")
    received, answered = (min(days[role], default=None) for role in ("received", "letter_date"))
    if of_review:
        return Timeliness(
            received=received.isoformat() if received else None,
            answered=answered.isoformat() if answered else None,
            note="the decision of an internal review: it has no part in the time that the first answer took",
        )
    return clock(
        received=received,
        answered=answered,
        clarified=days["clarified"][-1] if days["clarified"] else None,
        regime=regime,
    )
