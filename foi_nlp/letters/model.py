"""A letter as it was read: one frozen text, its tables, and where each character stood in the file."""

from __future__ import annotations

import bisect
import hashlib
from dataclasses import dataclass
from functools import cached_property

from foi_nlp.grids import Grid
from foi_nlp.records import Place, SourceNote


class LetterError(Exception):
    """A file cannot be read. The message says what is wrong and what to do; `source` names the file."""

    def __init__(self, source: str, message: str) -> None:
        super().__init__(f"{source}: {message}")
        self.source = source
        self.message = message


@dataclass(frozen=True)
class PlacedText:
    """A stretch of the frozen text, half-open, and the place it was read from."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True)
class Letter:
    """One reply. `text` is frozen: offsets of everything that is said about the letter point into it.

    `source` is the path as given; a member of an archive or mail is `mail.zip!/reply.docx`.
    `grids` are the tables whose cells the format itself gives; in `text` their rows are lines of cells
    separated by tabs, blank cells kept. `places` are sorted and do not overlap.
    """

    source: str
    source_sha256: str
    text: str
    grids: tuple[Grid, ...] = ()
    places: tuple[PlacedText, ...] = ()
    notes: tuple[SourceNote, ...] = ()
    ocr: bool = False

    @cached_property
    def text_sha256(self) -> str:
        """The SHA-256 of the text in UTF-8."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def _place_starts(self) -> list[int]:
        return [placed.start for placed in self.places]

    def place_of(self, start: int, end: int) -> Place | None:
        """Give the place of a stretch of the text, its boxes joined where it is made of several."""
        first = max(0, bisect.bisect_right(self._place_starts, start) - 1)
        found: list[Place] = []
        for placed in self.places[first:]:
            if placed.start >= end:
                break
            if placed.end > start:
                found.append(placed.place)
        if not found:
            return None
        place = found[0]
        boxes = [p.box for p in found if p.box is not None and p.page == place.page]
        if boxes:
            joined = (
                min(b[0] for b in boxes),
                min(b[1] for b in boxes),
                max(b[2] for b in boxes),
                max(b[3] for b in boxes),
            )
            place = place.model_copy(update={"box": joined})
        return place
