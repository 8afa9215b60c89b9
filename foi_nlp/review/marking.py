"""The letter's text cut into pieces that the page shows: each with the facts that stand on it."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from foi_nlp.marks import Mark, segments
from foi_nlp.records import Observation
from foi_nlp.review.corrections import Row

# What a browser changes when it reads a page; each stand-in is one code point too, so that offsets hold.
_STAND_INS = {0: "\ufffd", **dict.fromkeys(range(55296, 57344), "�")}
_GRAPHEME_REACH = 64
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Layer:
    """One mark around a piece of text. `depth` counts the layers inside it, 0 being the innermost.

    `again`: a layer inside it has the same kind and stretch, so that its line need not be drawn twice.
    """

    key: str
    kind: str
    state: str
    depth: int
    label: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text. `layers` go from the outermost (longest) to the innermost."""

    start: int
    text: str
    layers: tuple[Layer, ...]


def pieces(text: str, rows: list[Row]) -> list[Piece]:
    """Cut a text where facts begin or end. The text of all pieces is the text given, character for character."""
    states = {row.key: row for row in rows}
    marks = sorted(
        (
            Mark(start, end, kind, "", "", row.key)
            for row in rows
            for kind, start, end in _stretches(row)
            if 0 <= start < end <= len(text)
        ),
        key=lambda mark: (mark.start, -mark.end, mark.label, mark.key),
    )
    out = []
    for segment in segments(len(text), marks):
        inner_last = sorted(segment.marks, key=lambda mark: (mark.start - mark.end, mark.start, mark.label, mark.key))
        layers: list[Layer] = []
        drawn: set[tuple[str, int, int]] = set()
        for mark in reversed(inner_last):
            state = states[mark.key].state
            again = (mark.label, mark.start, mark.end) in drawn
            depth = min(max(len(drawn) - again, 0), _DEEPEST)
            drawn.add((mark.label, mark.start, mark.end))
            layers.append(Layer(mark.key, mark.label, state, depth, mark.label.replace("_", " "), again))
        out.append(Piece(segment.start, shown(text[segment.start : segment.end]), tuple(reversed(layers))))
    return out


@dataclass(frozen=True, slots=True)
class Context:
    """A stretch of text in its line: what stands before it, the stretch, what stands behind."""

    before: str
    quote: str
    after: str


def context(text: str, start: int, end: int, *, reach: int = 70) -> Context:
    """Give a stretch with as much of its line as a reader needs to see what it is about."""
    line_start = max(text.rfind("\n", 0, start) + 1, start - reach)
    line_end = text.find("\n", end)
    line_end = min(len(text) if line_end < 0 else line_end, end + reach)
    return Context(shown(text[line_start:start]), shown(text[start:end]), shown(text[end:line_end]))


def _stretches(row: Row) -> list[tuple[str, int, int]]:
    part = row.item.part
    out = [row.item.place]
    if isinstance(part, Observation) and part.period_span is not None and part.period_span[0] < part.period_span[1]:
        out.append(("period", *part.period_span))
    return out


def shown(text: str) -> str:
    """Give a text with as many code points that a browser keeps as they are."""
    return text.translate(_STAND_INS)


def whole_characters(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch to whole characters as a reader sees them: emoji sequences, letters with their accents.

    Blank margins are left out. Gives an empty stretch where only blanks were selected.
    """
    start, end = max(0, start), min(len(text), end)
    low, high = max(0, start - _GRAPHEME_REACH), min(len(text), end + _GRAPHEME_REACH)
    for cluster in regex.finditer(r"\X", text[low:high]):
        first, last = cluster.start() + low, cluster.end() + low
        if first < start < last:
            start = first
        if first < end < last:
            end = last
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
