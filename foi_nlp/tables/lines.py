"""The lines of a letter, and which of them a table has taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from foi_nlp.tables.pieces import Piece, pieces_of


@dataclass(slots=True)
class Lines:
    """A text by lines. `free` says of each line whether a table may still take it."""

    text: str
    spans: list[tuple[int, int]] = field(default_factory=list)
    free: bytearray = field(default_factory=bytearray)
    _pieces: dict[int, list[Piece]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, taken: Sequence[tuple[int, int]] = ()) -> Lines:
        """Split a text; lines that touch a stretch of `taken` are not free."""
        spans, start = [], 0
        for piece in text.split("\n"):
            spans.append((start, start + len(piece)))
            start += len(piece) + 1
        free = bytearray(b"\x01") * len(spans)
        lines = cls(text, spans, free)
        stretches = sorted(taken)
        i = 0
        for n, (first, last) in enumerate(spans):
            while i < len(stretches) and stretches[i][1] <= first:
                i += 1
            if i < len(stretches) and stretches[i][0] < max(last, first + 1):
                free[n] = 0
        return lines

    def __len__(self) -> int:
        return len(self.spans)

    def line(self, n: int) -> str:
        """Give the text of a line."""
        start, end = self.spans[n]
        return self.text[start:end]

    def blank(self, n: int) -> bool:
        """Whether a line has nothing but white space."""
        start, end = self.spans[n]
        return not self.text[start:end].strip()

    def pieces(self, n: int) -> list[Piece]:
        """Give the pieces of a line set in columns."""
        found = self._pieces.get(n)
        if found is None:
            found = self._pieces[n] = pieces_of(self.text, *self.spans[n])
        return found

    def take(self, first: int, last: int) -> None:
        """Mark the lines `first` to `last` (excluded) as taken."""
        for n in range(first, last):
            self.free[n] = 0
