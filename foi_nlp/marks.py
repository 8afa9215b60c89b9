"""The spans of a record as marks on its text, for everything that shows a letter to a person."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foi_nlp.records import LetterRecord, Observation


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the letter with its label, what it says, the rule behind it, and the key of its record part.

    `key` names the part of the record: `observations/o3`, `dates/0`.
    """

    start: int
    end: int
    label: str
    value: str
    rule: str
    key: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that the same marks cover throughout."""

    start: int
    end: int
    marks: tuple[Mark, ...]


def marks_of(record: LetterRecord) -> list[Mark]:
    """Give every mark of a record, in the order of the letter, the longer first."""
    out = [Mark(*place, label, value, rule, key) for place, label, value, rule, key in _parts(record)]
    unique = {(m.start, m.end, m.label, m.value): m for m in reversed(out) if m.start < m.end}
    return sorted(unique.values(), key=lambda m: (m.start, -m.end, m.label, m.value))


def _parts(record: LetterRecord) -> Iterator[tuple[tuple[int, int], str, str, str, str]]:
    for i, a in enumerate(record.authorities):
        yield (a.start, a.end), "AUTHORITY", f"{a.name} ({a.role})", a.rule, f"authorities/{i}"
    for i, r in enumerate(record.references):
        yield (r.start, r.end), "REFERENCE", f"{r.value} ({r.role})", r.rule, f"references/{i}"
    for i, d in enumerate(record.dates):
        yield (d.start, d.end), "DATE", f"{d.iso} ({d.role})", d.rule, f"dates/{i}"
    for i, q in enumerate(record.questions):
        yield (q.start, q.end), "QUESTION", q.id, q.rule, f"questions/{i}"
    for i, outcome in enumerate(record.outcomes):
        words = f"question {outcome.question}: {outcome.outcome}"
        yield (outcome.start, outcome.end), "OUTCOME", words, outcome.rule, f"outcomes/{i}"
    for i, p in enumerate(record.provisions):
        yield (p.start, p.end), "PROVISION", f"{p.id} ({p.status})", p.rule, f"provisions/{i}"
    for c in record.caveats:
        yield (c.start, c.end), "CAVEAT", f"{c.category} ({c.scope})", c.rule, f"caveats/{c.id}"
    for o in record.observations:
        if o.period_span is not None:
            yield o.period_span, "PERIOD", o.period.label, o.rule, f"observations/{o.id}/period"
        yield (o.start, o.end), "VALUE", observation_words(o), o.rule, f"observations/{o.id}"


def observation_words(observation: Observation) -> str:
    """Say an observation in one line: `question 2: 2018 = 14 crimes (offence: Arson)`."""
    value = observation.symbol or (f"{observation.value:,}" if observation.value is not None else observation.value_raw)
    label = "; ".join(k if v is True else f"{k}: {v}" for k, v in observation.breakdown.items())
    question = f"question {observation.question}: " if observation.question else ""
    return f"{question}{observation.period.label} = {value} {observation.unit}" + (f" ({label})" if label else "")


def segments(length: int, marks: Sequence[Mark]) -> list[Segment]:
    """Cut a text of `length` code points where marks begin or end, so that overlapping marks can be shown."""
    cuts = sorted({0, length, *(m.start for m in marks), *(m.end for m in marks)})
    starting: dict[int, list[Mark]] = {}
    for mark in marks:
        starting.setdefault(mark.start, []).append(mark)
    out: list[Segment] = []
    active: list[Mark] = []
    for start, end in itertools.pairwise(cuts):
        active = [mark for mark in active if mark.end > start] + starting.get(start, [])
        out.append(Segment(start, end, tuple(active)))
    return out
