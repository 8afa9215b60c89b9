"""Put a letter's frozen text together: lines, paragraphs, table rows, and where each stretch came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from foi_nlp.grids import EMPTY, Cell, Grid
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError, PlacedText
from foi_nlp.letters.source import SourceFile
from foi_nlp.records import Place, SourceNote


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell on its way into the text. `pieces` are its words or lines with their places, joined by one space."""

    pieces: tuple[tuple[str, Place | None], ...] = ()
    header: bool = False
    column_span: int = 1
    row_span: int = 1

    @classmethod
    def of(cls, text: str, place: Place | None = None, *, header: bool = False) -> CellText:
        """Make a cell of one piece; white space within it is folded, so that a cell stays on its line."""
        folded = " ".join(text.split(None))
        return cls(pieces=((folded, place),) if folded else (), header=header)

    @property
    def text(self) -> str:
        """The cell's text."""
        return " ".join(piece for piece, _ in self.pieces)


@dataclass
class TextBuilder:
    """Grows the frozen text. Breaks are written only when more text follows, so no letter ends in blank lines."""

    length: int = 0
    grids: list[Grid] = field(default_factory=list)
    places: list[PlacedText] = field(default_factory=list)
    notes: list[SourceNote] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _breaks: int = 0

    def add(self, text: str, place: Place | None = None) -> tuple[int, int]:
        """Append text and give its start and end."""
        if text and self._breaks:
            if self.length:
                self._append("\n" * self._breaks)
            self._breaks = 0
        start = self.length
        self._append(text)
        if place is not None and text:
            self.places.append(PlacedText(start, self.length, place))
        return start, self.length

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self.length += len(text)

    def end_line(self) -> None:
        """End the line in hand."""
        self._breaks = max(self._breaks, 1)

    def end_paragraph(self) -> None:
        """End the paragraph in hand: one blank line follows."""
        self._breaks = max(self._breaks, 2)

    def note(self, code: str, text: str) -> None:
        """Say something about the file, once."""
        said = SourceNote(code=code, text=text)
        if said not in self.notes:
            self.notes.append(said)

    def add_table(self, rows: Sequence[Sequence[CellText]], source: str, caption: str = "") -> Grid | None:
        """Append rows as lines of tab-separated cells with blanks kept, and keep the grid. Blank rows are dropped."""
        width = max((len(row) for row in rows), default=0)
        kept = [row for row in rows if any(cell.pieces for cell in row)]
        if not kept:
            return None
        self.end_line()
        made: list[tuple[Cell, ...]] = []
        start = -1
        for row in kept:
            cells: list[Cell] = []
            # A break that is still owed must not fall between a row's leading tabs and its first cell.
            self._write_breaks()
            start = self.length if start < 0 else start
            for column in range(width):
                if column:
                    self.add("\t")
                cells.append(self._add_cell(row[column]) if column < len(row) else EMPTY)
            made.append(tuple(cells))
            self.end_line()
        grid = Grid(tuple(made), start, self.length, source, caption)
        self.grids.append(grid)
        return grid

    def _write_breaks(self) -> None:
        if self.length:
            self._append("\n" * self._breaks)
        self._breaks = 0

    def _add_cell(self, cell: CellText) -> Cell:
        start = self.length
        for number, (piece, place) in enumerate(cell.pieces):
            if number:
                self.add(" ")
            self.add(piece, place)
        segments = ((start, self.length),) if self.length > start else ()
        return Cell(cell.text, segments, cell.header, cell.column_span, cell.row_span)

    def add_letter(self, letter: Letter, part: str | None = None) -> None:
        """Append the text of another letter with its grids, places and notes; `part` names where it came from."""
        shift = self.add(letter.text)[0]
        self.grids += [shifted(grid, shift) for grid in letter.grids]
        places: Iterable[PlacedText] = letter.places
        if part is not None:
            places = _with_part(letter, part)
        self.places += [PlacedText(p.start + shift, p.end + shift, p.place) for p in places]
        for said in letter.notes:
            self.note(said.code, f"{part}: {said.text}" if part else said.text)

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._pieces)

    def finish(self, file: SourceFile, options: ReadOptions, *, ocr: bool = False) -> Letter:
        """Make the letter. Raises LetterError when there is no text or too much."""
        text = self.text
        check_length(file.source, text, options)
        return Letter(
            source=file.source,
            source_sha256=file.sha256,
            text=text,
            grids=tuple(self.grids),
            places=tuple(self.places),
            notes=tuple(self.notes),
            ocr=ocr,
        )


def check_length(source: str, text: str, options: ReadOptions) -> None:
    """Raise LetterError when there is no text, or more than a letter can have."""
    limits = options.limits
    if not text.strip():
        raise LetterError(source, "there is no text in it; ask the sender for a copy that has text")
    if len(text) > limits.characters:
        raise limits.refuse(source, "characters", f"{len(text):,} characters are too many for a letter")
    if len(text) > limits.line_characters:
        longest = max(map(len, text.split("\n")))
        if longest > limits.line_characters:
            raise limits.refuse(
                source, "line_characters", f"one line of {longest:,} characters is too long for a letter"
            )


def shifted(grid: Grid, by: int) -> Grid:
    """Give the grid as it stands when its letter's text begins `by` characters later."""
    rows = tuple(
        tuple(replace(cell, segments=tuple((a + by, b + by) for a, b in cell.segments)) for cell in row)
        for row in grid.rows
    )
    return replace(grid, rows=rows, start=grid.start + by, end=grid.end + by)


def _with_part(letter: Letter, part: str) -> list[PlacedText]:
    """Name the part in every place, and place what had none."""
    placed: list[PlacedText] = []
    at = 0
    for known in letter.places:
        if known.start > at:
            placed.append(PlacedText(at, known.start, Place(part=part)))
        inner = f"{part}/{known.place.part}" if known.place.part else part
        placed.append(PlacedText(known.start, known.end, known.place.model_copy(update={"part": inner})))
        at = known.end
    if at < len(letter.text):
        placed.append(PlacedText(at, len(letter.text), Place(part=part)))
    return placed
