"""Read the period of a figure: years, financial years, months, quarters, ranges, open years, days.

Offsets are code points into the text given, half-open. A period that cannot be placed in time with certainty
(a month or quarter without a year) is found and marked, never completed from elsewhere by this module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from foi_nlp.records import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodContext:
    """What the letter says around a period, without which some forms stay open or ambiguous.

    * `fiscal`: the neighbours are consecutive pairs of years, so that `2016-2017` is a financial year.
    * `fiscal_year`: the year, written as a financial year, that a month or quarter alone belongs to.
    * `year`: the calendar year that a month or quarter alone belongs to.
    * `as_of`: the day the data was taken, which closes an open period.
    * `letter_date`, `received`: the days of the answer and of the request.
    * `open_years`: years that the request or a note calls unfinished (`thus far in 2018`).
    """

    fiscal: bool = False
    fiscal_year: int | None = None
    year: int | None = None
    as_of: date | None = None
    letter_date: date | None = None
    received: date | None = None
    open_years: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A period and where it stands in the text given.

    `needs_year`: a month or quarter alone; its `period.start` is None until a context gives the year.
    `open`: the period is said to be unfinished (to date, so far, a part mark).
    `rule`: the id of the rule of `patterns/regex/periods.jsonl` that found it.
    """

    period: Period
    start: int
    end: int
    needs_year: bool = False
    open: bool = False
    rule: str = ""


def parse_period(text: str, *, context: PeriodContext | None = None) -> FoundPeriod | None:
    """Read a text that is a period and nothing else (a footnote mark apart), such as a cell; else None."""
    raise NotImplementedError


def find_periods(text: str, *, context: PeriodContext | None = None) -> list[FoundPeriod]:
    """Find the periods in running text or in a header, in order, without overlaps."""
    raise NotImplementedError
