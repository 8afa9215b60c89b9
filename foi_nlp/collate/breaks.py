"""Tell on which figures a change in recording bears, where the letter only says that there was one.

A change breaks a series at its day: it bears on the periods that reach past that day, if there are earlier ones of
the same question. Where the letter names a row of its figures, it bears on that row alone. Where it gives no day it
bears on all: a break of which nobody knows the place cannot be stepped around.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from foi_nlp.collate.grading import words_as_label
from foi_nlp.records import Caveat, LetterRecord, Observation

_BREAKING = "recording_change"
_UNPLACED = "period"
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_SENTENCE_END = re.compile(r"[.!?][)”\"'*_]*\s+(?=[\"“'(*_]*[A-Z0-9])")
_YEAR = re.compile(r"(?<![\d/.,£])(?:19|20)\d\d(?!\d)")
_LONGEST_PARAGRAPH = 2000


def with_breaks(record: LetterRecord) -> LetterRecord:
    """Give the record with each change in recording that it has not yet placed put on the figures it bears on."""
    placed = {caveat for o in record.observations for caveat in o.caveats}
    changes = [c for c in record.caveats if c.category == _BREAKING and c.scope == _UNPLACED and c.id not in placed]
    if not changes or not record.observations:
        return record
    bears: dict[str, list[str]] = {}
    for change in changes:
        for observation in _broken(record, change):
            bears.setdefault(observation.id, []).append(change.id)
    observations = [
        o.model_copy(update={"caveats": [*o.caveats, *bears[o.id]]}) if o.id in bears else o
        for o in record.observations
    ]
    return record.model_copy(update={"observations": observations})


def _broken(record: LetterRecord, change: Caveat) -> list[Observation]:
    sentence, explained = _around(record.text, change)
    days = _days(record, sentence) or _days(record, explained)
    rows = _rows_named(record, sentence)
    figures = [o for o in record.observations if not rows or rows & set(_labels(o))]
    if not days:
        return figures
    first: dict[str | None, str] = {}
    for o in figures:
        start = o.period.start or ""
        first[o.question] = min(first.get(o.question, start), start)
    return [o for o in figures if any(first[o.question] < day and _reaches(o, day) for day in days)]


def _reaches(observation: Observation, day: str) -> bool:
    """Whether a period goes on to or past a day; one with an open end does."""
    end = observation.period.end
    return end is None or end >= day


def _around(text: str, change: Caveat) -> tuple[tuple[int, int], tuple[int, int]]:
    """Give the sentence in which a caveat stands, and that sentence with the one after it in the same paragraph."""
    floor, ceiling = max(0, change.start - _LONGEST_PARAGRAPH), min(len(text), change.end + _LONGEST_PARAGRAPH)
    before = [m.end() for m in _PARAGRAPH.finditer(text, floor, change.start)]
    after = _PARAGRAPH.search(text, change.end, ceiling)
    first, last = before[-1] if before else floor, after.start() if after else ceiling
    starts = [m.end() for m in _SENTENCE_END.finditer(text, first, change.start)]
    ends = [m.end() for m in _SENTENCE_END.finditer(text, change.end, last)]
    start = starts[-1] if starts else first
    return (start, ends[0] if ends else last), (start, ends[1] if len(ends) > 1 else last)


def _days(record: LetterRecord, span: tuple[int, int]) -> list[str]:
    """Give the first day of each date within a stretch of the letter; of each bare year, if it has no date."""
    start, end = span
    dates = [d.iso for d in record.dates if d.start < end and d.end > start]
    years = dates or [match[0] for match in _YEAR.finditer(record.text, start, end)]
    return [f"{iso}{'-01-01'[len(iso) - 4 :]}" for iso in years]


def _rows_named(record: LetterRecord, span: tuple[int, int]) -> set[str]:
    """Give the labels of the letter's figures that a sentence names; a label of one short word names nothing."""
    said = f" {words_as_label(record.text[slice(*span)])} "
    labels = {label for o in record.observations for label in _labels(o)}
    return {label for label in labels if " " in label and f" {label} " in said}


def _labels(observation: Observation) -> Iterable[str]:
    return (words_as_label(str(v)) for k, v in observation.breakdown.items() if v is not True and k != "subset_of")
