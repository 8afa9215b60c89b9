"""A table as a grid of cells that know where they stand in the letter's frozen text.

Readers that know the cells of a table (HTML, DOCX, sheets, PDF) make grids; for plain text
`foi_nlp.tables` finds them. Pairing works on grids alone, whatever they came from.
Offsets are code points into the letter's text, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text with white space folded, and the pieces of the letter it was made of.

    A cell that was cut over two lines has two segments. An empty cell has no segments.
    """

    text: str
    segments: tuple[tuple[int, int], ...] = ()
    header: bool = False
    column_span: int = 1
    row_span: int = 1

    @property
    def start(self) -> int | None:
        """Where the cell begins, or None for an empty cell."""
        return self.segments[0][0] if self.segments else None

    @property
    def end(self) -> int | None:
        """Where the cell ends, or None for an empty cell."""
        return self.segments[-1][1] if self.segments else None


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `rows` are all of one length; `start` and `end` bound it in the letter's text.

    `source` says what the grid was read from: a format ("html", "docx", "pdf", "sheet") or a layout of
    plain text ("tabs", "pipes", "markdown", "aligned", "stacked", "flattened").
    `caption` is the table's own title where its format has one. `uncertain` holds a reason when the grid
    could not be rebuilt with certainty; nothing is paired from such a grid.
    """

    rows: tuple[tuple[Cell, ...], ...]
    start: int
    end: int
    source: str
    caption: str = ""
    uncertain: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the grid as plain JSON values, as it is kept on a Doc."""
        return {
            "start": self.start,
            "end": self.end,
            "source": self.source,
            "caption": self.caption,
            "uncertain": self.uncertain,
            "rows": [
                [
                    {
                        "text": cell.text,
                        "segments": [list(segment) for segment in cell.segments],
                        "header": cell.header,
                        "column_span": cell.column_span,
                        "row_span": cell.row_span,
                    }
                    for cell in row
                ]
                for row in self.rows
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Grid:
        """Rebuild a grid from what `to_json` gave."""
        return cls(
            rows=tuple(
                tuple(
                    Cell(
                        text=cell["text"],
                        segments=tuple((int(a), int(b)) for a, b in cell["segments"]),
                        header=cell["header"],
                        column_span=cell["column_span"],
                        row_span=cell["row_span"],
                    )
                    for cell in row
                )
                for row in data["rows"]
            ),
            start=data["start"],
            end=data["end"],
            source=data["source"],
            caption=data["caption"],
            uncertain=data["uncertain"],
        )
