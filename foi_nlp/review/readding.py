"""Add the totals of a table up again after a reviewer corrected its figures, by the pairing that added them up first.

A record keeps where the cells of a table stand, not all that its format said of them. So the table is first paired
as the letter has it: only where that gives every figure and every check that the record has is it paired again with
the corrections. Elsewhere the figures are said not to be re-added, and none of them keeps a proof that is out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from foi_nlp.grids import EMPTY, Cell, Grid
from foi_nlp.records import LetterRecord, Observation, TableRecord

if TYPE_CHECKING:
    from foi_nlp.tables.model import PairedTable

Check = Literal["totals_agree", "totals_disagree", "unchecked"]
Place = tuple[int, int]

# A word that pairing reads as a value which is not given: it may be anything, and no sum with it proves anything.
_UNKNOWN = "not known"
_MOST_REASONS = 2


@dataclass(frozen=True, slots=True)
class Readded:
    """What the totals said of a figure before a correction in its table, and what they say now.

    `now` is None where they could not be added up again.
    """

    before: Check
    now: Check | None

    @property
    def said(self) -> str:
        """What to say of the figure in few words; empty where the correction changed nothing and all is well."""
        if self.now == self.before:
            return "totals still disagree after correction" if self.now == "totals_disagree" else ""
        return f"{(self.now or 'not re-added').replace('_', ' ')} after correction"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A figure after review: what the rules say (None for an added one), and what holds (None for a rejected one)."""

    predicted: Observation | None
    held: Observation | None

    @property
    def changed(self) -> bool:
        """Whether it no longer adds to a sum what it did."""
        if self.predicted is None or self.held is None:
            return True
        return _adds(self.predicted) != _adds(self.held)


@dataclass
class TableSums:
    """The checks of one table after correction, by the place of the cell; None when it could not be added up again."""

    checks: Mapping[Place, Check] | None
    reasons: list[str] = field(default_factory=list)


def warm_up() -> None:
    """Load what adding up needs, which takes seconds, before a reviewer waits for it."""
    from foi_nlp.tables.pairing import pair

    text = "Area\t2019\nNorth\t<5\nSouth\t2%\nTotal\t£7"
    rows: list[tuple[Cell, ...]] = []
    at = 0
    for line in text.split("\n"):
        cells = []
        for word in line.split("\t"):
            cells.append(Cell(word, ((at, at + len(word)),)))
            at += len(word) + 1
        rows.append(tuple(cells))
    pair(Grid(tuple(rows), 0, len(text), "tabs"), text=text)


def _adds(part: Observation) -> tuple[object, ...]:
    return part.value, part.symbol, part.status, part.low, part.high, part.start, part.end


def add_up_again(record: LetterRecord, table: TableRecord, figures: Sequence[Reviewed]) -> TableSums | None:
    """Add up one table of a record with what the reviewer made of its figures. None when nothing was changed."""
    own = [figure for figure in figures if _is_in(table, figure)]
    changed = [figure for figure in own if figure.changed]
    if not changed:
        return None
    from foi_nlp.tables.pairing import pair  # brings spaCy, which the page otherwise does without

    grid = _grid(record, table)
    if not _is_faithful(pair(grid, text=record.text), own):
        return TableSums(None)
    texts = _texts(record, table, changed)
    if texts is None:
        return TableSums(None)
    paired = pair(_with(grid, texts), text=record.text)
    checks: dict[Place, Check] = {}
    for found in paired.figures:
        checks.setdefault((found.row, found.column), found.check)
    wrong = [
        f"After correction, the stated total {total.stated:g} ({total.label}) is not the sum of its parts, "
        f"{total.added:g}."
        for total in paired.totals
        if not total.agrees
    ]
    reasons = wrong[:_MOST_REASONS]
    if len(wrong) > _MOST_REASONS:
        reasons.append(f"So it is with {len(wrong) - _MOST_REASONS} more of the totals of this table.")
    if not wrong and any(total.agrees for total in paired.totals):
        reasons = ["After correction, the stated totals of this table agree."]
    return TableSums(checks, reasons)


def _is_in(table: TableRecord, figure: Reviewed) -> bool:
    part = figure.predicted or figure.held
    if part is None:
        return False
    if figure.predicted is not None:
        return part.table == table.id and part.cell is not None
    return _cell_at(table, part) is not None


def _cell_at(table: TableRecord, part: Observation) -> Place | None:
    """Find the cell in which a fact stands that a reviewer added."""
    for r, row in enumerate(table.cells):
        for c, cell in enumerate(row):
            if cell is not None and cell[0] <= part.start and part.end <= cell[1]:
                return r, c
    return None


def _grid(record: LetterRecord, table: TableRecord) -> Grid:
    rows = tuple(
        tuple(EMPTY if cell is None else Cell(" ".join(record.text[slice(*cell)].split()), (cell,)) for cell in row)
        for row in table.cells
    )
    return Grid(rows, table.start, table.end, table.source, table.caption)


def _is_faithful(paired: PairedTable, figures: Iterable[Reviewed]) -> bool:
    """Whether the rebuilt table says of each figure what the record says. Of two in one cell the first counts."""
    found: dict[Place, tuple[object, Check]] = {}
    for figure in paired.figures:
        found.setdefault((figure.row, figure.column), (figure.value.value, figure.check))
    said: dict[Place, tuple[object, Check]] = {}
    for reviewed in figures:
        part = reviewed.predicted
        if part is not None and part.cell is not None:
            said.setdefault(part.cell, (part.value, part.check))
    return bool(said) and all(found.get(place) == value for place, value in said.items())


def _texts(record: LetterRecord, table: TableRecord, changed: Iterable[Reviewed]) -> dict[Place, str] | None:
    """Give the new texts of cells; None when one cannot be said so that it is read as what the reviewer means."""
    out: dict[Place, str] = {}
    for figure in sorted(changed, key=lambda figure: figure.predicted is None):
        old, new = figure.predicted, figure.held
        if old is not None and old.cell is not None:
            place, around = old.cell, old
        elif new is not None and (found := _cell_at(table, new)) is not None:
            place, around = found, new
        else:
            return None
        if new is None:
            out[place] = _UNKNOWN
            continue
        cell = table.cells[place[0]][place[1]]
        if cell is None or not (cell[0] <= new.start and new.end <= cell[1]):
            return None  # it was moved to another cell
        written = _written(record, cell, around, new)
        if written is None:
            return None
        out[place] = written
    return out


def _written(record: LetterRecord, cell: tuple[int, int], around: Observation, new: Observation) -> str | None:
    """Write a value into the text of its cell, with the unit signs and marks that stand around it."""
    from foi_nlp.tables.cells import value_of

    raw = " ".join(record.text[around.start : around.end].split())
    if new.value is not None:
        sign = next((sign for sign in "£$€" if raw.startswith(sign)), "")
        number = f"{new.value:f}".rstrip("0").rstrip(".") if isinstance(new.value, float) else str(new.value)
        said = f"{sign}{number}{'%' if raw.endswith('%') else ''}"
    else:
        said = new.symbol or _UNKNOWN
    whole = " ".join(record.text[slice(*cell)].split())
    for text in (whole.replace(raw, said, 1) if raw else said, said):
        value = value_of(text)
        if value is not None and value.value == new.value:
            return text
    return _UNKNOWN if new.value is None else None


def _with(grid: Grid, texts: Mapping[Place, str]) -> Grid:
    rows = [list(row) for row in grid.rows]
    for (r, c), text in texts.items():
        rows[r][c] = replace(rows[r][c], text=text)
    return replace(grid, rows=tuple(tuple(row) for row in rows))


def outdated(figures: Sequence[Reviewed]) -> set[str]:
    """Name the figures of lists and sentences whose stated total was added up with a value that has changed.

    A record does not say which figures a list's total adds up: all figures of the question with a check are meant.
    """
    questions = {f.predicted.question for f in figures if f.changed and f.predicted and _is_listed(f.predicted)}
    return {
        f.predicted.id for f in figures if f.predicted and _is_listed(f.predicted) and f.predicted.question in questions
    }


def _is_listed(part: Observation) -> bool:
    return part.table is None and part.method != "table"
