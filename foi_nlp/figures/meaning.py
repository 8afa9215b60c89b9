"""Say what a figure means: its unit, its breakdown, its metric, and the period that the letter gives it.

The words (units and their nouns, names of breakdowns, heads that say nothing) are registers.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from foi_nlp.figures.periods import (
    FoundPeriod,
    PeriodContext,
    closed,
    find_periods,
    parse_period,
    resolve,
    spanning,
)
from foi_nlp.records import Period
from foi_nlp.registers import names_to, register

if TYPE_CHECKING:
    from foi_nlp.pipeline.reading import Reading

_WORDS = regex.compile(r"[^\W\d_][\w&'-]*")
_COUNT_CUE = regex.compile(
    r"\b(?:number of|how many|total of|count of|numbers of|total number of|nifer y)\b", regex.IGNORECASE
)
_FOOTNOTES = regex.compile(r"[*#†‡§¹²³⁴⁵⁶⁷⁸⁹^]+|\[[a-z0-9]\]")
_LONGEST_NOUN = 3
_METRIC_LENGTH = 160
_FISCAL_START = 4
_LEAD_LENGTH = 700


@dataclass(frozen=True, slots=True)
class PlacedPeriod:
    """A period with where it stands in the letter, and what gave it."""

    period: Period
    span: tuple[int, int] | None
    basis: str


def context_of(reading: Reading) -> PeriodContext:
    """Gather what the letter says that closes open periods: its dates, and years that the request calls unfinished."""

    def day(role: str) -> date | None:
        days = [d.iso for d in reading.facts.dates if d.role == role and len(d.iso) == len("2000-01-01")]
        return date.fromisoformat(max(days)) if days else None

    asked = [p for q in reading.facts.questions for p in find_periods(q.text)]
    for section in reading.facts.sections:
        if section.id in {"request", "clarification"}:
            asked += find_periods(reading.text[section.start : section.end])
    open_years = frozenset(
        int(p.period.start[:4])
        for p in asked
        if p.open and p.kind == "to_date" and p.period.start and p.period.start.endswith("-01-01")
    )
    return PeriodContext(
        as_of=day("as_of"), letter_date=day("letter_date"), received=day("received"), open_years=open_years
    )


def with_defined_years(context: PeriodContext, definitions: Iterable[tuple[str, str, str]]) -> PeriodContext:
    """Add what the letter says of its unfinished years: (the year as named, its first part if said, its last).

    A year that is only called "this year" or "to date" is the one of the letter's date.
    """
    anchor = context.letter_date or context.as_of or context.received
    ends: dict[date, date] = {}
    open_end = None
    for named, begin, finish in definitions:
        year = named if any(c.isdigit() for c in named) else _year_of(anchor, begin)
        if not year:
            open_end = _before_anchor(finish, anchor) or open_end
            continue
        whole, part = parse_period(year), parse_period(f"{year} to {finish}")
        if whole is None or part is None or not whole.period.start or not part.period.end:
            continue
        if not begin or begin.strip().lower() in _year_beginnings(whole.period.start):
            ends.setdefault(date.fromisoformat(whole.period.start), date.fromisoformat(part.period.end))
    return replace(context, year_ends=tuple(ends.items()), open_end=open_end)


def _year_of(anchor: date | None, begin: str) -> str:
    if anchor is None or not begin:
        return ""
    months = names_to("months", "number")
    month = next((months[w.lower()] for w in _WORDS.findall(begin) if w.lower() in months), None)
    if month == 1:
        return str(anchor.year)
    first = anchor.year - (anchor.month < _FISCAL_START)
    return f"{first}/{(first + 1) % 100:02}" if month == _FISCAL_START else ""


def _year_beginnings(start: str) -> set[str]:
    months = names_to("months", "number")
    number = int(start[5:7])
    names = {name for name, month in months.items() if month == number}
    return names | {f"{day} {name}" for name in names for day in ("1", "1st", "1st of")}


def _before_anchor(finish: str, anchor: date | None) -> date | None:
    found = parse_period(finish)
    if found and found.period.end:
        return date.fromisoformat(found.period.end)
    if anchor is None:
        return None
    for year in (anchor.year, anchor.year - 1):
        found = parse_period(f"{finish} {year}")
        if found and found.period.end and date.fromisoformat(found.period.end) <= anchor:
            return date.fromisoformat(found.period.end)
    return None


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    return frozenset(name.lower() for record in register("generic_headers") for name in record["names"])


def is_generic(label: str) -> bool:
    """Whether a head names no metric of its own (Total, Number, Year, ...)."""
    plain = " ".join(_FOOTNOTES.sub(" ", label).lower().strip(" .:()").split())
    return not plain or plain in _generic() or plain.rstrip(".") in _generic()


def unit_in(text: str) -> str | None:
    """Give the unit that a text counts: the first counted noun after "number of" and the like, else the first."""
    units = names_to("units", "unit")
    cue = _COUNT_CUE.search(text)
    for begin in ([cue.end()] if cue else []) + [0]:
        words = [w.group().lower() for w in _WORDS.finditer(text, begin)]
        for i in range(len(words)):
            for length in range(_LONGEST_NOUN, 0, -1):
                unit: str | None = units.get(" ".join(words[i : i + length]))
                if unit is not None and len(words) >= i + length:
                    return unit
    if "£" in text:
        return "GBP"
    return "percent" if "%" in text else None


def breakdown_key(*names: str, default: str = "category") -> str:
    """Give the key of a breakdown from the head over its labels, or another text that names it."""
    keys = names_to("breakdowns", "key")
    for name in names:
        plain = " ".join(_FOOTNOTES.sub(" ", name).lower().replace("/", " / ").split()).strip(" .:")
        if plain in keys:
            return str(keys[plain])
        words = [w.group().lower() for w in _WORDS.finditer(plain)]
        for length in range(_LONGEST_NOUN, 0, -1):
            for i in range(len(words) - length + 1):
                found = keys.get(" ".join(words[i : i + length]))
                if found is not None:
                    return str(found)
    return default


def plain_label(label: str) -> str:
    """Give a label without footnote marks and doubled blanks."""
    return " ".join(_FOOTNOTES.sub(" ", label).split()).strip(" :")


def lead_of(reading: Reading, start: int) -> list[tuple[int, int]]:
    """Give the sentences that lead up to a place, the nearest first, as far as another table or a page's worth."""
    floor = max([g.end for g in reading.grids if g.end <= start] + [start - _LEAD_LENGTH, 0])
    return [
        (max(s, floor), min(e, start))
        for s, e in reversed(_sentences_between(reading, floor, start))
        if reading.text[max(s, floor) : min(e, start)].strip()
    ]


def _sentences_between(reading: Reading, start: int, end: int) -> list[tuple[int, int]]:
    first = max(0, bisect.bisect_right(reading.sentences, start, key=lambda s: s[0]) - 1)
    last = bisect.bisect_left(reading.sentences, end, key=lambda s: s[0])
    return [(s, e) for s, e in reading.sentences[first:last] if e > start]


def found_in(
    reading: Reading, span: tuple[int, int], context: PeriodContext, masked: Sequence[tuple[int, int]] = ()
) -> list[tuple[FoundPeriod, int]]:
    """Find the periods of a stretch of the letter, settled, each with the offset of the stretch.

    Those that overlap a `masked` stretch are left out: the year of an Act, an end without its beginning.
    """
    found = [(resolve(p, context), span[0]) for p in find_periods(reading.text[span[0] : span[1]], context=context)]
    return [(p, at) for p, at in found if not any(s < at + p.end and at + p.start < e for s, e in masked)]


def one_period(found: Sequence[tuple[FoundPeriod, int]], context: PeriodContext, basis: str) -> PlacedPeriod | None:
    """Give the one period that several say together: the range from the first to the last, or the widest."""
    usable = [(p, at) for p, at in found if p.period.start]
    usable = [(p, at) for p, at in usable if p.kind != "rolling"] or usable
    if not usable:
        return None
    stretches = [(p, at) for p, at in usable if p.period.type != "instant"] or usable
    if stretches == usable and len({p.period.start for p, _ in usable if p.period.type == "instant"}) > 1:
        return None
    period = stretches[0][0].period
    if len(stretches) > 1:
        joined = spanning([p.period for p, _ in stretches])
        if joined is None:
            return None
        period = closed(joined, context, is_open=any(p.open for p, _ in stretches))
    first, last = stretches[0], stretches[-1]
    span = (first[0].start + first[1], last[0].end + last[1])
    return PlacedPeriod(period.model_copy(update={"basis": basis}), span, basis)


def caveats_for(
    observation_question: str | None, table: str | None, marked: bool, caveats: Iterable[tuple[str, str]]
) -> list[str]:
    """Give the ids of the caveats (id, scope) that bear on a figure: the letter's, its question's, its table's."""
    out = []
    for caveat, scope in caveats:
        plain = scope.lower()
        if (
            plain == "letter"
            or (table is not None and plain in {table, f"table {table.lstrip('t')}"})
            or (observation_question is not None and plain in _question_scopes(observation_question))
            or (marked and plain in {"cell", "cells"})
        ):
            out.append(caveat)
    return out


def _question_scopes(question: str) -> set[str]:
    plain = question.lower()
    return {f"question {plain}", f"q{plain}", f"question {plain[:1]}", f"q{plain[:1]}"}


def shortened(text: str) -> str:
    """Give a metric in one line, cut at a word."""
    plain = " ".join(text.split()).strip(" :.-–")
    return plain if len(plain) <= _METRIC_LENGTH else plain[:_METRIC_LENGTH].rsplit(" ", 1)[0]
