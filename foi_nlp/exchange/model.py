"""What all review tools share: a text, labelled spans over it, and relations between spans.

Offsets are code points, half-open; a format whose tool counts otherwise converts at its own border.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import regex

from foi_nlp.marks import marks_of
from foi_nlp.records import LetterRecord

IN_PERIOD = "IN_PERIOD"
LABELS = ("AUTHORITY", "REFERENCE", "DATE", "QUESTION", "OUTCOME", "PROVISION", "CAVEAT", "PERIOD", "VALUE")
_WORD = regex.compile(r"\w+|[^\w\s]")


class ExchangeError(Exception):
    """A file cannot be exchanged. The message names the file, the place and the remedy."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of text. `key` names the part of the record it is; empty for a span made elsewhere."""

    start: int
    end: int
    label: str
    value: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """A directed relation between two spans, by their places and labels."""

    head: Span
    child: Span
    label: str


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """A letter as review tools see it. `reviewed` is false for a letter that came back with nobody's answer."""

    source: str
    text_sha256: str
    text: str
    spans: tuple[Span, ...]
    relations: tuple[Relation, ...] = ()
    reviewed: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in an imported file that does not fit its letter. It is listed, not dropped in silence."""

    source: str
    message: str


def annotated(record: LetterRecord) -> AnnotatedText:
    """Give a record as spans, with a relation from each figure to its period."""
    spans = sorted({Span(m.start, m.end, m.label, m.value, m.key) for m in marks_of(record)})
    periods = {(span.start, span.end): span for span in spans if span.label == "PERIOD"}
    values = {span.key: span for span in spans if span.label == "VALUE"}
    relations = [
        Relation(values[f"observations/{o.id}"], periods[o.period_span], IN_PERIOD)
        for o in record.observations
        if o.period_span in periods and f"observations/{o.id}" in values
    ]
    return AnnotatedText(record.source, record.text_sha256, record.text, tuple(spans), tuple(sorted(relations)))


@dataclass(frozen=True, slots=True)
class Difference:
    """What a reviewer changed elsewhere: spans added, spans taken away, and spans with another label or value."""

    added: tuple[Span, ...]
    removed: tuple[Span, ...]
    changed: tuple[tuple[Span, Span], ...]


def compare(before: AnnotatedText, after: AnnotatedText) -> Difference:
    """Compare a letter as it went out with what came back."""
    place = {(span.start, span.end, span.key): span for span in before.spans}
    changed, added, met = [], [], set[Span]()
    for span in after.spans:
        old = place.get((span.start, span.end, span.key))
        if old is None:
            added.append(span)
            continue
        met.add(old)
        if old != span:
            changed.append((old, span))
    return Difference(tuple(added), tuple(s for s in before.spans if s not in met), tuple(changed))


def check(text: AnnotatedText, quotes: Iterable[tuple[Span, str | None]]) -> Iterator[Problem]:
    """Hold the words that a tool gives for each span against the letter's own."""
    for span, quote in quotes:
        if not 0 <= span.start < span.end <= len(text.text):
            yield Problem(
                text.source, f"{span.label} at {span.start}-{span.end} lies outside the letter; the offsets are shifted"
            )
        elif span.label not in LABELS:
            yield Problem(
                text.source, f"the label {span.label!r} at {span.start}-{span.end} is not one of {', '.join(LABELS)}"
            )
        elif quote is not None and quote != text.text[span.start : span.end]:
            held = text.text[span.start : span.end]
            yield Problem(
                text.source,
                f"{span.label} at {span.start}-{span.end} says {quote!r}, the letter has {held!r} there; "
                "the offsets are shifted or the letter is another one",
            )


@dataclass(frozen=True, slots=True)
class Token:
    """A token that no span boundary cuts, in code points."""

    start: int
    end: int


def tokens(text: str, spans: Iterable[Span]) -> list[Token]:
    """Cut a text into words and signs, and further where spans begin or end, so that every span is whole tokens."""
    cuts = sorted({offset for span in spans for offset in (span.start, span.end)})
    out, at = [], 0
    for word in _WORD.finditer(text):
        start, end = word.span()
        while at < len(cuts) and cuts[at] <= start:
            at += 1
        inner = at
        edges = [start]
        while inner < len(cuts) and cuts[inner] < end:
            edges.append(cuts[inner])
            inner += 1
        out += [Token(a, b) for a, b in itertools.pairwise([*edges, end])]
    return out


def utf16_offsets(text: str) -> list[int]:
    """Give for each code point offset of a text, its end included, the offset in UTF-16 units."""
    out, at = [], 0
    for char in text:
        out.append(at)
        at += 2 if ord(char) > 0xFFFF else 1
    out.append(at)
    return out


def code_point_offsets(text: str) -> dict[int, int]:
    """Give for each offset in UTF-16 units of a text the offset in code points."""
    return {units: point for point, units in enumerate(utf16_offsets(text))}
