"""The pieces of a line set in columns: stretches with two or more blanks between them."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from foi_nlp.figures import periods
from foi_nlp.figures.periods import FoundPeriod
from foi_nlp.figures.values import Value
from foi_nlp.grids import Cell
from foi_nlp.tables.cells import is_number, is_symbol, period_of, value_of

LONGEST_CUT = 120
"""Characters of a piece that may still be a run of periods or numbers; longer ones are running text."""

_PIECE = regex.compile(r"[^\s\u00a0]+(?:[ \u00a0][^\s\u00a0]+)*")


_DIGIT = regex.compile(r"[0-9]")
_RUN_END = regex.compile(r"[0-9)*]|^(?:19|20|[A-Z][a-z]{2})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line: `left` and `right` are its columns on the page, `start` and `end` its offsets."""

    left: int
    right: int
    start: int
    end: int
    text: str

    @property
    def middle(self) -> float:
        """The middle of the piece on the page."""
        return (self.left + self.right) / 2

    @property
    def value(self) -> Value | None:
        """The value that the piece is, if it is one."""
        return value_of(self.text)

    @property
    def period(self) -> FoundPeriod | None:
        """The period that the piece is, if it is one."""
        return period_of(self.text)

    @property
    def is_figure(self) -> bool:
        """Whether the piece is a value and cannot be a period."""
        return self.value is not None and self.period is None

    @property
    def is_number(self) -> bool:
        """Whether the piece is a number and cannot be a period."""
        return is_number(self.value) and self.period is None

    @property
    def is_symbol(self) -> bool:
        """Whether the piece is a number, a dash or a mark, and cannot be a period."""
        return is_symbol(self.value) and self.period is None

    @property
    def cell(self) -> Cell:
        """The piece as a cell."""
        return Cell(self.text, ((self.start, self.end),))


def pieces_of(text: str, start: int, end: int) -> list[Piece]:
    """Cut a line into its pieces; runs of periods or of numbers with single blanks between them are cut too."""
    out: list[Piece] = []
    for found in _PIECE.finditer(text, start, end):
        piece = Piece(found.start() - start, found.end() - start, found.start(), found.end(), found[0])
        out += _cut(piece)
    return out


def _cut(piece: Piece) -> list[Piece]:
    words = piece.text.replace("\u00a0", " ").split(" ")
    if len(words) < 2 or len(piece.text) > LONGEST_CUT or not _looks_like_run(words):
        return [piece]
    if piece.period is not None or piece.value is not None:
        return [piece]
    dated = [period_of(word) is not None for word in words]
    if all(is_number(value_of(word)) for word in words) and not (dated[0] and not all(dated)):
        return _slices(piece, _word_bounds(words))
    found = periods.find_periods(piece.text)
    if len(found) >= 2:
        between = piece.text
        for one in found:
            between = between[: one.start] + " " * (one.end - one.start) + between[one.end :]
        if not between.strip(" *"):
            return _slices(piece, [(one.start, one.end) for one in found])
    return [piece]


def _looks_like_run(words: list[str]) -> bool:
    """Whether a run of periods or numbers could begin and end like this; a cheap look before a thorough one."""
    opening = words[0] + words[1]
    return _DIGIT.search(opening) is not None and _RUN_END.search(words[-1]) is not None


def _word_bounds(words: list[str]) -> list[tuple[int, int]]:
    out, at = [], 0
    for word in words:
        out.append((at, at + len(word)))
        at += len(word) + 1
    return out


def _slices(piece: Piece, bounds: list[tuple[int, int]]) -> list[Piece]:
    return [Piece(piece.left + a, piece.left + b, piece.start + a, piece.start + b, piece.text[a:b]) for a, b in bounds]


def last_word(piece: Piece) -> Piece | None:
    """Give the last word of a piece of several words as a piece of its own."""
    at = piece.text.rfind(" ")
    return _slices(piece, [(at + 1, len(piece.text))])[0] if at > 0 else None


def before(piece: Piece, tail: Piece) -> Piece:
    """Give what stands before the last word of a piece."""
    return _slices(piece, [(0, len(piece.text) - len(tail.text) - 1)])[0]
