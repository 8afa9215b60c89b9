"""What the text of a cell is: a value, a period, words, or nothing; and how cells are cut from lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import regex

from foi_nlp.figures import periods, values
from foi_nlp.figures.periods import FoundPeriod, PeriodContext
from foi_nlp.figures.values import Value
from foi_nlp.grids import EMPTY, Cell
from foi_nlp.tables.words import table_words

LONGEST_CELL = 120
"""Characters of a cell that can still be a value or a period; longer texts are words."""

LEAST_BAND = 10
"""Counts are suppressed below ten at most: `Under 18` names a band, `Under 5` may hide a count."""

_FOREIGN_DIGITS = regex.compile(r"(?![0-9])\p{Nd}")
_DIRECTION_MARKS = regex.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_DIGITS = regex.compile(r"[0-9]")
_HELD = regex.compile(r"[^\s/–-][/–-]$")
"""The end of a line that holds on to the next one without a blank: `2007/` and `08`, `Newcastle-under-` and `Lyme`."""


@lru_cache(maxsize=16384)
def value_of(text: str) -> Value | None:
    """Read a whole cell as a value, or None."""
    if not text or len(text) > LONGEST_CELL:
        return None
    return values.parse_value(text)


@lru_cache(maxsize=16384)
def period_of(text: str, context: PeriodContext | None = None) -> FoundPeriod | None:
    """Read a whole cell as a period, or None."""
    if not text or len(text) > LONGEST_CELL:
        return None
    return periods.parse_period(text, context=context)


def is_number(value: Value | None) -> bool:
    """Whether a value is a number or a suppressed number, rather than a word such as `N/A` or a dash."""
    return value is not None and bool(_DIGITS.search(value.raw))


@lru_cache(maxsize=1)
def _band() -> regex.Pattern[str]:
    """Give the shape of a band, from the words of the register: `Under 18`, `10 - 17 years`, `£100-£200`, `65+`."""

    def one_of(name: str) -> str:
        words = sorted(table_words()[name], key=len, reverse=True)
        return "|".join(regex.escape(word, literal_spaces=True).replace(" ", r"\s+") for word in words)

    number = r"[£€$]?[0-9]{1,3}(?:,?[0-9]{3})*(?:\.[0-9]+)?(?![0-9.,])"
    unit = rf"(?:\s?(?P<unit>{one_of('band_unit')})\b)?"
    return regex.compile(
        rf"(?:(?P<before>{one_of('band_before')})\s+){{0,2}}(?P<low>{number}){unit}"
        rf"(?:(?:\s?[-–—]\s?|\s(?P<between>{one_of('band_between')})\s)(?P<high>{number}){unit})?"
        rf"(?P<after>\s?\+|\s(?:{one_of('band_after')})\b)?{unit}(?P<marks>[*#†‡]+|\[\w\])?",
        regex.IGNORECASE,
    )


def band_end(text: str, start: int, end: int, *, first: bool) -> int:
    """Give where the band that begins at `start` ends, or `start` where none does.

    Counts are suppressed below ten at most, so that `1-4` and `Under 5` hide counts, while `Under 18` is a band.
    Outside the first words of a line, two numbers with a dash between blanks are two figures and a nil.
    """
    found = _band().match(text, start, end)
    if found is None or (found.end() < end and not text[found.end()].isspace()):
        return start
    low, high = found["low"], found["high"]
    words = bool(found["before"] or found["after"] or found["between"])
    if not (words or high) or (high and _amount(low) >= _amount(high)):
        return start
    if found["between"] == "and" and (found["before"] or "").lower() not in table_words()["band_around"]:
        return start
    sure = bool(found.captures("unit")) or not low[0].isdigit()
    if not sure and _amount(high or low) <= LEAST_BAND:
        return start
    spaced = high and not words and not sure and " " in text[found.start("low") : found.end("high")]
    return start if spaced and not first else found.end()


def _amount(number: str) -> float:
    return float(number.lstrip("£€$").replace(",", ""))


@lru_cache(maxsize=16384)
def is_band(text: str) -> bool:
    """Whether a text names a band of ages, times or sums: `10 - 13`, `65+`, `Under 18`."""
    return bool(text) and len(text) <= LONGEST_CELL and band_end(text, 0, len(text), first=True) == len(text)


def is_symbol(value: Value | None) -> bool:
    """Whether a value is written as a number, a dash or a mark, which no words of a header can be."""
    return value is not None and (is_number(value) or not any(char.isalpha() for char in value.raw))


def has_foreign_digits(text: str) -> bool:
    """Whether a text holds digits other than 0 to 9, which are not read."""
    return _FOREIGN_DIGITS.search(text) is not None


def has_direction_marks(text: str) -> bool:
    """Whether a text holds marks that change the order in which it is shown."""
    return _DIRECTION_MARKS.search(text) is not None


def cell_at(text: str, start: int, end: int, *, column_span: int = 1) -> Cell:
    """Make the cell of a stretch of the letter, blanks around it left out."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start >= end:
        return EMPTY if column_span == 1 else Cell("", column_span=column_span)
    return Cell(" ".join(text[start:end].split()), ((start, end),), column_span=column_span)


def join_cells(cells: Iterable[Cell], *, column_span: int | None = None) -> Cell:
    """Join the pieces of a cell that was cut over lines, in the order given."""
    pieces = [cell for cell in cells if cell.segments]
    if not pieces:
        return EMPTY if column_span is None else Cell("", column_span=column_span)
    joined = pieces[0].text
    for piece in pieces[1:]:
        joined += ("" if _HELD.search(joined) else " ") + piece.text
    span = max(piece.column_span for piece in pieces) if column_span is None else column_span
    return Cell(joined, tuple(s for piece in pieces for s in piece.segments), column_span=span)


def in_order(found: Sequence[FoundPeriod]) -> bool:
    """Whether periods can be the heads of neighbouring columns: of one kind, and each after (or before) the last."""
    kinds = {one.period.type for one in found} - {"year_to_date", "date_range"}
    starts = [one.period.start for one in found if one.period.start is not None]
    rising = sorted(set(starts))
    return len(kinds) <= 1 and starts in (rising, rising[::-1])
