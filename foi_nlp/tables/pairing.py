"""Pair the figures of a grid with their periods and labels, and prove them by the totals that the grid states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from foi_nlp.figures import periods
from foi_nlp.figures.periods import FoundPeriod
from foi_nlp.figures.values import Value
from foi_nlp.grids import Cell, Grid
from foi_nlp.records import ObservationStatus
from foi_nlp.registers import names_to
from foi_nlp.tables.cells import (
    LONGEST_CELL,
    cell_at,
    has_direction_marks,
    has_foreign_digits,
    is_number,
    period_of,
    value_of,
)
from foi_nlp.tables.keys import dash_key
from foi_nlp.tables.model import Check, CheckedSum, PairedFigure, PairedTable, Refusal, TotalKind
from foi_nlp.tables.structure import Head, Structure, combine, understand
from foi_nlp.tables.totals import NOTHING, Axis, Gap, Number, SearchTooLongError, Sum, place
from foi_nlp.tables.words import fold_label, is_word

__all__ = ["CheckedSum", "PairedFigure", "PairedTable", "Refusal", "pair"]

MANY_COLUMNS = 400
MANY_CELLS = 2_000_000
_LOSSY = {"flattened", "stacked"}
_DROPPED = {
    "column_without_period": "The {what} has no period of its own beside others that have one, and adds nothing up.",
    "row_without_period": "The {what} has no period of its own beside others that have one, and adds nothing up.",
    "row_without_label": "The {what} has no label beside others that have one, and adds nothing up.",
    "labels_repeat": "Another {what} of the table has the same labels and period, so what tells them apart was lost.",
    "ambiguous_columns": "Cells have vanished, and no total proves where the figures of this {what} belong.",
}
_LEAST_FIGURES = 2
_TOTALS = {"total", "subtotal"}
_COUNTED = regex.compile(
    r"(?P<number>\d{1,4})\s?[x×]\s+(?P<thing>.{2,80}?)(?=\s*(?:[,;]|\band\b)?\s*\d{1,4}\s?[x×]\s|$)", regex.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in its place: the cell that it stands in may have been cut out of a cell that spans several."""

    value: Value
    cell: Cell


def pair(grid: Grid, *, text: str = "") -> PairedTable:
    """Pair the figures of a grid. `text` is the letter's text, which places a value inside its cell exactly.

    Nothing is paired from a grid that is uncertain, nor from rows whose values cannot be put in columns with
    certainty; each is a refusal.
    """
    if grid.uncertain:
        return PairedTable(refusals=(Refusal("uncertain_table", grid.uncertain, grid.start, grid.end),))
    if not grid.rows or not grid.rows[0]:
        return PairedTable()
    if len(grid.rows[0]) > MANY_COLUMNS or len(grid.rows) * len(grid.rows[0]) > MANY_CELLS:
        reason = (
            f"The table has {len(grid.rows)} rows of {len(grid.rows[0])} cells, too many to be read with certainty."
        )
        return PairedTable(refusals=(Refusal("table_too_large", reason, grid.start, grid.end),))
    again = _headers_again(grid)
    if again:
        return _pair_parts(grid, text, again)
    halves = _side_by_side(grid)
    if halves > 1:
        return _unfolded(grid, text, halves)
    order = _order_of_columns(grid)
    if order is None:
        return _Pairing(grid, text).run()
    turned = replace(grid, rows=tuple(tuple(row[c] for c in order) for row in grid.rows))
    paired = _Pairing(turned, text).run()
    figures = tuple(replace(figure, column=order[figure.column]) for figure in paired.figures)
    return replace(paired, figures=figures)


def _headers_again(grid: Grid) -> list[int]:
    """Give the rows within a table that are headers of other columns: the same corner, then periods or words alone."""
    corner = fold_label(grid.rows[0][0].text)
    heads = [cell.text for cell in grid.rows[0][1:]]
    out = []
    for r in range(1, len(grid.rows) - 1):
        texts = [cell.text for cell in grid.rows[r][1:]]
        filled = [text for text in texts if text]
        if fold_label(grid.rows[r][0].text) != corner or not filled or texts == heads:
            continue
        dated = sum(period_of(text) is not None for text in filled)
        worded = all(period_of(text) is not None or value_of(text) is None for text in filled)
        if worded and (corner or dated == len(filled) > 1):
            out.append(r)
    return [r for r in out if r > 1 or corner] if len(grid.rows[0]) > 1 and _has_figures(grid, out) else []


def _has_figures(grid: Grid, again: Sequence[int]) -> bool:
    """Whether figures stand between all the headers of a table."""
    cuts = [0, *again, len(grid.rows)]
    return all(
        any(is_number(value_of(c.text)) and period_of(c.text) is None for row in grid.rows[a + 1 : b] for c in row[1:])
        for a, b in pairwise(cuts)
    )


def _pair_parts(grid: Grid, text: str, again: Sequence[int]) -> PairedTable:
    """Pair the parts of a table that have a header each."""
    figures: list[PairedFigure] = []
    refusals: list[Refusal] = []
    totals: list[CheckedSum] = []
    for first, last in pairwise([0, *again, len(grid.rows)]):
        part = pair(replace(grid, rows=grid.rows[first:last]), text=text)
        figures += [replace(figure, row=figure.row + first) for figure in part.figures]
        refusals += part.refusals
        totals += part.totals
    return PairedTable(tuple(figures), tuple(refusals), tuple(totals))


def _side_by_side(grid: Grid) -> int:
    """Count the tables that stand side by side under one header of repeated heads; 1 for one table."""
    heads = [cell.text for cell in grid.rows[0]]
    spans = any(cell.column_span > 1 or cell.row_span > 1 for row in grid.rows for cell in row)
    named = is_word(heads[0], "period_header") or fold_label(heads[0]) in names_to("breakdowns", "key")
    count = heads.count(heads[0])
    size = len(heads) // count
    if spans or not named or count < _LEAST_FIGURES or len(heads) % count or size < _LEAST_FIGURES:
        return 1
    return count if heads == heads[:size] * count else 1


def _unfolded(grid: Grid, text: str, count: int) -> PairedTable:
    """Pair tables that stand side by side as one, one below the other."""
    size = len(grid.rows[0]) // count
    places = [
        (r, part * size)
        for part in range(count)
        for r in range(1, len(grid.rows))
        if any(cell.text for cell in grid.rows[r][part * size : (part + 1) * size])
    ]
    rows = tuple(tuple(grid.rows[r][c : c + size]) for r, c in [(0, 0), *places])
    paired = _Pairing(replace(grid, rows=rows), text).run()
    figures = [(places[f.row - 1], f) for f in paired.figures if f.row]
    moved = (replace(f, row=r, column=c + f.column) for (r, c), f in figures)
    return replace(paired, figures=tuple(sorted(moved, key=lambda figure: figure.start)))


def _order_of_columns(grid: Grid) -> list[int] | None:
    """Give the columns with the one of the periods first, where it stands right of figures; else None."""
    width = len(grid.rows[0])
    if any(cell.column_span > 1 or cell.row_span > 1 for row in grid.rows for cell in row):
        return None
    named = [c for c in range(width) if is_word(grid.rows[0][c].text, "period_header")]
    if len(named) != 1 or named[0] == 0:
        return None
    [column] = named
    below = [row[column].text for row in grid.rows[1:] if row[column].text]
    if not below or any(period_of(text) is None and not is_word(text, "total") for text in below):
        return None
    before = [row[c].text for row in grid.rows[1:] for c in range(column) if row[c].text]
    if not before or not all(value_of(text) is not None for text in before):
        return None
    if any(is_word(grid.rows[0][c].text, "index_header", "attribute_header") for c in range(column)):
        return None
    return [column, *(c for c in range(width) if c != column)]


class _Pairing:
    """The state of pairing one grid."""

    def __init__(self, grid: Grid, text: str) -> None:
        self.grid = grid
        self.text = text
        self.shape: Structure = understand(grid)
        self.figures: dict[tuple[int, int], Figure] = {}
        self.unread: set[tuple[int, int]] = set()
        self.refusals: list[Refusal] = []
        self.gaps: list[Gap] = []
        self.gap_cells: dict[int, list[tuple[Value, Cell]]] = {}

    def run(self) -> PairedTable:
        self._read_cells()
        if self._is_listing():
            reason = "The rows list single records rather than counts, so no figure is taken from the table."
            return PairedTable(refusals=(Refusal("record_listing", reason, self.grid.start, self.grid.end),))
        if self._lacks_header():
            reason = "The columns have no header, so nobody can tell what their figures count."
            return PairedTable(refusals=(Refusal("no_header", reason, self.grid.start, self.grid.end),))
        self._fill_gaps()
        down, across = self._axes()
        checks = self._checks(down, across)
        self._drop_undated(down, across)
        self._drop_unlabelled(down)
        self._drop_doubtful(across)
        self._drop_repeated(down, across)
        self._settle_dashes(checks)
        self._say_blanks()
        figures = [self._paired(at, figure, down, across, checks) for at, figure in sorted(self.figures.items())]
        kept = [figure for figure in figures if figure is not None]
        kept += self._counted_parts(kept)
        kept.sort(key=lambda figure: figure.start)
        if not kept and not self.refusals and self._holds_numbers():
            reason = "The stretch looks like a table, but which labels and periods its figures belong to is not clear."
            self.refusals.append(Refusal("not_understood", reason, self.grid.start, self.grid.end))
        return PairedTable(tuple(kept), tuple(self.refusals), tuple(self._checked(down, across)))

    # ---- cells

    def _read_cells(self) -> None:
        for r in self.shape.rows:
            for c in self.shape.columns:
                cell = self.grid.rows[r][c]
                if not cell.text:
                    continue
                if cell.column_span > 1:
                    self._read_merged(r, c, cell)
                elif cell.row_span > 1 and self._is_shared(r, c, cell):
                    self._refuse("merged_cells", "The figure stands beside several rows at once.", cell)
                    self.unread.update((row, c) for row in range(r, r + cell.row_span))
                elif has_foreign_digits(cell.text) or (has_direction_marks(cell.text) and _has_digit(cell.text)):
                    self._refuse("unreadable_digits", "The figure has digits or marks that are not read.", cell)
                    self.unread.add((r, c))
                elif self.shape.row_heads[r].unread or self.shape.column_heads[c].unread:
                    self._refuse("unreadable_header", "The figure's row or column has a header that is not read.", cell)
                    self.unread.add((r, c))
                else:
                    value = value_of(cell.text)
                    if value is not None:
                        self.figures[r, c] = Figure(value, cell)

    def _is_shared(self, row: int, column: int, cell: Cell) -> bool:
        """Whether a figure stands beside several rows that have figures of their own in other columns."""
        below = [r for r in range(row + 1, row + cell.row_span) if r in self.shape.rows]
        return value_of(cell.text) is not None and any(
            value_of(self.grid.rows[r][c].text) is not None for r in below for c in self.shape.columns if c != column
        )

    def _read_merged(self, row: int, column: int, cell: Cell) -> None:
        columns = tuple(c for c in self.shape.columns if column <= c < column + cell.column_span)
        pieces = [cell_at(self.text, *s) for s in cell.segments] if self.text else []
        if len(cell.segments) == 1:
            pieces = [Cell(cell.text, cell.segments)]
        values = [(value_of(piece.text), piece) for piece in pieces]
        known = [(value, piece) for value, piece in values if value is not None and value.value is not None]
        head = self.shape.row_heads[row]
        if known and len(known) == len(cell.segments) == len(columns):
            for c, (value, piece) in zip(columns, known, strict=True):
                self.figures[row, c] = Figure(value, piece)
            return
        if known and len(known) == len(cell.segments) and len(known) < len(columns) and not head.unread:
            numbers = tuple(float(value.value) for value, _ in known if value.value is not None)
            self.gaps.append(Gap(row, columns, numbers))
            self.gap_cells[row] = known
            return
        self._refuse("merged_cells", "The figures of this row do not stand in columns that can be told apart.", cell)
        self.unread.update((row, c) for c in columns)

    def _refuse(self, code: str, reason: str, cell: Cell) -> None:
        start, end = cell.start, cell.end
        self.refusals.append(
            Refusal(code, reason, self.grid.start if start is None else start, self.grid.end if end is None else end)
        )

    def _is_listing(self) -> bool:
        """Whether rows repeat the same labels and period: then they are records, not counts of anything."""
        if not self.shape.columns or len(self.shape.rows) < 4:
            return False
        keys = Counter(
            (head.labels, head.period.period.label if head.period else None)
            for r in self.shape.rows
            if (head := self.shape.row_heads[r]) and (head.labels or head.period)
        )
        repeated = sum(count for count in keys.values() if count > 1)
        texts = len(self.shape.attribute_columns)
        return repeated * 4 > len(self.shape.rows) and (texts > 0 or repeated * 2 > len(self.shape.rows))

    def _lacks_header(self) -> bool:
        """Whether two or more columns have no header at all."""
        if len(self.shape.columns) < 2 or not (self.figures or self.gaps):
            return False
        return not any(head.labels or head.period for head in self.shape.column_heads.values())

    def _holds_numbers(self) -> bool:
        """Whether two or more cells hold figures, alone or after a period."""
        held = 0
        for cell in (cell for row in self.grid.rows for cell in row if len(cell.text) <= LONGEST_CELL):
            held += is_number(value_of(cell.text)) and period_of(cell.text) is None
            held += _pairs_inside(cell.text)
            if held >= _LEAST_FIGURES:
                return True
        return False

    # ---- vanished cells

    def _fill_gaps(self) -> None:
        if not self.gaps:
            return
        solved: list[tuple[int, ...]] | None
        try:
            solved = self._solve()
        except SearchTooLongError:
            solved = None
        for i, gap in enumerate(self.gaps):
            cells = self.gap_cells[gap.row]
            if solved is None:
                reason = (
                    f"The row has {len(cells)} figures for {len(gap.columns)} columns, and the stated totals do not "
                    "say which are blank."
                )
                start, end = cells[0][1].start, cells[-1][1].end
                self.refusals.append(
                    Refusal("ambiguous_columns", reason, start or self.grid.start, end or self.grid.end)
                )
                self.unread.update((gap.row, c) for c in gap.columns)
                continue
            for c, (value, piece) in zip(solved[i], cells, strict=True):
                self.figures[gap.row, c] = Figure(value, piece)

    def _solve(self) -> list[tuple[int, ...]] | None:
        """Use the total row at the foot, and the column of row totals, as equations."""
        rows, columns = self.shape.rows, self.shape.columns
        gap_rows = {gap.row for gap in self.gaps}
        foot = next((r for r in reversed(rows) if is_word(self.shape.row_heads[r].label, "total")), None)
        if foot is None or foot in gap_rows:
            return None
        above = [r for r in rows if r < foot and not is_word(self.shape.row_heads[r].label, "total", "subtotal")]
        wanted: dict[int, float] = {}
        for c in columns:
            stated = self._number(foot, c)
            known = [self._number(r, c) or NOTHING for r in above if r not in gap_rows]
            if stated is not None and stated.known and all(number.known for number in known):
                wanted[c] = stated.low - sum(number.low for number in known)
        if not wanted:
            return None
        total = columns[-1]
        is_total = is_word(self.shape.column_heads[total].label, "total") and len(columns) > 2
        return place(self.gaps, wanted, row_total=total if is_total and total in wanted else None)

    # ---- totals

    def _number(self, row: int, column: int) -> Number | None:
        figure = self.figures.get((row, column))
        if figure is None:
            return Number(0, float("inf")) if (row, column) in self.unread else None
        value = figure.value
        if value.unit == "percent":
            return None
        if value.value is not None:
            return Number(float(value.value), float(value.value))
        if value.status == "suppressed":
            return Number(value.low or 0, float("inf") if value.high is None else value.high)
        return Number(0, float("inf"))

    def _axes(self) -> tuple[Axis, Axis]:
        rows, columns = self.shape.rows, self.shape.columns
        down = Axis(
            rows,
            columns,
            {r: self._label(self.shape.row_heads[r]) for r in rows},
            self._number,
            apart={r for r in rows if self.shape.row_heads[r].subset},
            dated=_dated(self.shape.row_heads),
        )
        down.solve()
        across = Axis(
            columns,
            [r for r in rows if down.kinds.get(r) != "apart"],
            {c: self._label(self.shape.column_heads[c]) for c in columns},
            lambda column, row: self._number(row, column),
            apart={c for c in columns if self.shape.column_heads[c].subset},
            dated=_dated(self.shape.column_heads),
        )
        if len(columns) > 1:
            across.solve()
        return down, across

    @staticmethod
    def _label(head: Head) -> str:
        return head.label

    def _drop_undated(self, down: Axis, across: Axis) -> None:
        """Refuse columns or rows without a period beside others that have one, unless they add those up."""
        shape = self.shape
        if not any(head.period is not None for head in shape.row_heads.values()):
            dated = [c for c in shape.columns if shape.column_heads[c].period is not None]
            if dated:
                apart = [c for c in shape.columns if c not in dated and across.kinds.get(c) not in _TOTALS]
                for c in apart:
                    self._drop([(r, c) for r in shape.rows], "column_without_period", "column")
        elif not any(head.period is not None for head in shape.column_heads.values()):
            dated = [r for r in shape.rows if shape.row_heads[r].period is not None]
            if len(dated) * 2 >= len(shape.rows):
                apart = [r for r in shape.rows if r not in dated and down.kinds.get(r) not in _TOTALS]
                for r in apart:
                    self._drop([(r, c) for c in shape.columns], "row_without_period", "row")

    def _drop_unlabelled(self, down: Axis) -> None:
        """Refuse rows that lost their label among rows that have one, unless they add those up."""
        heads = self.shape.row_heads
        bare = [r for r in self.shape.rows if not heads[r].labels and heads[r].period is None]
        labelled = [r for r in self.shape.rows if heads[r].labels]
        if not self.shape.label_columns or len(labelled) < _LEAST_FIGURES or len(labelled) < len(bare):
            return
        for r in bare:
            if down.kinds.get(r) not in _TOTALS:
                self._drop([(r, c) for c in self.shape.columns], "row_without_label", "row")

    def _drop_doubtful(self, across: Axis) -> None:
        """Refuse rows that do not add up where cells vanished: a number of the label may stand among the figures."""
        if self.grid.source not in _LOSSY or (self.grid.source == "stacked" and not self.gaps):
            return
        doubtful = {found.line for found in across.sums if found.disagrees}
        unsolved = any((gap.row, c) in self.unread for gap in self.gaps for c in gap.columns)
        if unsolved:
            doubtful |= {
                r for (r, c), f in self.figures.items() if c != self.shape.columns[0] and f.value.raw[:1].isalpha()
            }
        if unsolved and self.grid.source == "flattened":
            doubtful |= set(self.shape.rows) - {found.line for found in across.sums if found.agrees}
        for r in sorted(doubtful):
            self._drop([(r, c) for c in self.shape.columns], "ambiguous_columns", "row")

    def _drop_repeated(self, down: Axis, across: Axis) -> None:
        """Refuse rows, and columns, that have the labels and the period of another with other figures.

        They are headed by something that the text has lost: what stands over a group of rows, or over columns.
        Totals of groups repeat, and so may rows that say the same twice.
        """
        for heads, axis, what in (
            (self.shape.row_heads, down, "row"),
            (self.shape.column_heads, across, "column"),
        ):
            alike: dict[tuple[tuple[str, ...], object], list[int]] = {}
            for entry in axis.entries:
                head = heads[entry]
                labels = tuple(map(fold_label, head.labels))
                attributes = self._attributes(entry) if what == "row" else ()
                if axis.kinds.get(entry) == "part" and (labels or head.period) and not head.subset:
                    dates = (head.period.period.label, head.period.period.start) if head.period else None
                    alike.setdefault((labels, (dates, attributes)), []).append(entry)
            for entries in alike.values():
                rows = {tuple(self._raw(axis is down, e, line) for line in axis.lines) for e in entries}
                if len(entries) > 1 and len(rows) > 1:
                    for e in entries:
                        places = [(e, line) if axis is down else (line, e) for line in axis.lines]
                        self._drop(places, "labels_repeat", what)

    def _settle_dashes(self, checks: dict[tuple[int, int], Check]) -> None:
        """Say what dashes stand for, by the table's own key, by its sums, or by the noughts beside them.

        A dash is nil where a key or a sum says so, and where it stands for the noughts that the table has nowhere
        else; then a person is asked. Beside noughts it is something else, and no number.
        """
        dashes = {at: f for at, f in self.figures.items() if f.value.ambiguous and f.value.value == 0}
        if not dashes:
            return
        told = dash_key(self.text, self.grid.end)
        others = [f.value for at, f in self.figures.items() if at not in dashes]
        noughts = any(value.value == 0 for value in others)
        open_ones = []
        for at, figure in dashes.items():
            proved = told == "nil" or (not told and checks.get(at) == "totals_agree")
            if proved or (not told and not noughts):
                open_ones += [] if proved else [figure]
                continue
            open_ones += [] if told else [figure]
            status: ObservationStatus = "not_held" if told == "absent" else "unclear"
            value = replace(figure.value, value=None, symbol=figure.value.raw, status=status)
            self.figures[at] = replace(figure, value=value)
        if open_ones:
            how = "left without a number, as the table has noughts too" if noughts else "read as nil"
            reason = f"No key and no sum says what the dashes of this table mean ({len(open_ones)}); they were {how}."
            self._refuse("unexplained_dash", reason, open_ones[0].cell)

    def _say_blanks(self) -> None:
        """Ask about the cells among figures that are blank or cannot be read: they are no figures, and no noughts."""
        shape = self.shape
        rows = {r for r, _ in self.figures}
        columns = {c for _, c in self.figures}
        held = {*self.figures, *self.unread}
        places = [(r, c) for r in shape.rows for c in shape.columns if r in rows and c in columns]
        blank = [(r, c) for r, c in places if (r, c) not in held and self._is_open(r, c)]
        words = [(r, c) for r, c in blank if self.grid.rows[r][c].text]
        if words:
            cell = self.grid.rows[words[0][0]][words[0][1]]
            reason = f"Cells among the figures of this table hold words that are no value ({len(words)})."
            self._refuse("unread_cells", reason, cell)
        if len(blank) > len(words):
            reason = (
                f"Cells among the figures of this table are blank ({len(blank) - len(words)}), which is not nought."
            )
            self.refusals.append(Refusal("blank_cells", reason, self.grid.start, self.grid.end))

    def _is_open(self, row: int, column: int) -> bool:
        """Whether a cell stands for itself alone, and no other cell spans it."""
        spanned = any(
            self.grid.rows[row][c].column_span > column - c for c in range(column) if self.grid.rows[row][c].text
        )
        return not spanned and self.grid.rows[row][column].column_span == 1

    def _raw(self, is_down: bool, entry: int, line: int) -> str:
        figure = self.figures.get((entry, line) if is_down else (line, entry))
        return figure.value.raw if figure else ""

    def _drop(self, places: Sequence[tuple[int, int]], code: str, what: str) -> None:
        gone = [self.figures.pop(at) for at in places if at in self.figures]
        if gone:
            start = min(figure.cell.segments[0][0] for figure in gone)
            end = max(figure.cell.segments[-1][1] for figure in gone)
            reason = _DROPPED[code].format(what=what)
            self.refusals.append(Refusal(code, reason, start, end))

    def _checks(self, down: Axis, across: Axis) -> dict[tuple[int, int], Check]:
        checks: dict[tuple[int, int], Check] = {}
        wrong: set[tuple[int, int]] = set()
        for axis in (down, across):
            for found in axis.sums:
                entries = [*found.parts, found.at]
                cells = [(e, found.line) if axis is down else (found.line, e) for e in entries]
                if found.disagrees:
                    wrong.update(cells)
                elif found.agrees:
                    checks.update(dict.fromkeys(cells, "totals_agree"))
        checks.update(dict.fromkeys(wrong, "totals_disagree"))
        for axis in (down, across):
            for found in axis.sums:
                if found.disagrees:
                    self._say_disagreement(axis is down, found)
        return checks

    def _say_disagreement(self, is_down: bool, found: Sum) -> None:
        at = (found.at, found.line) if is_down else (found.line, found.at)
        figure = self.figures.get(at)
        if figure is None:
            return
        added = _plain(found.low) if found.low == found.high else f"at least {_plain(found.low)}"
        reason = f"The total is stated as {_plain(found.stated)}, but its parts add up to {added}."
        self._refuse("totals_disagree", reason, figure.cell)

    def _checked(self, down: Axis, across: Axis) -> list[CheckedSum]:
        out = []
        for axis in (down, across):
            for found in axis.sums:
                at = (found.at, found.line) if axis is down else (found.line, found.at)
                if not (found.agrees or found.disagrees) or at not in self.figures:
                    continue
                start, end = self._place(self.figures[at])
                out.append(CheckedSum(axis.labels.get(found.at, ""), found.stated, found.low, found.agrees, start, end))
        return out

    # ---- figures

    def _paired(
        self,
        at: tuple[int, int],
        figure: Figure,
        down: Axis,
        across: Axis,
        checks: dict[tuple[int, int], Check],
    ) -> PairedFigure | None:
        r, c = at
        row, column = self.shape.row_heads[r], self.shape.column_heads[c]
        period, span = row.period, row.period_span
        if column.period is not None:
            joined = column.period
            if row.period is not None:
                outer, inner = (column.period, row.period) if row.period.needs_year else (row.period, column.period)
                both = combine(outer, inner, inner.period.label)
                if both is None:
                    self._refuse("periods_conflict", "The row and the column give different periods.", figure.cell)
                    return None
                joined = both
                span = row.period_span if joined is row.period or row.period.needs_year else column.period_span
            else:
                span = column.period_span
            period = joined
        if period is not None and period.needs_year and self.shape.corner_period is not None:
            both = combine(self.shape.corner_period, period, period.period.label)
            period = both or period
        elif period is None and self.shape.corner_period is not None and not self.shape.corner_period.needs_year:
            period, span = self.shape.corner_period, self.shape.corner_span
        row_total = _adds_up(across, c)
        column_total = _adds_up(down, r)
        first = last = None
        if column_total and row.period is None:
            first, last = self._range(down, r, self.shape.row_heads)
        if row_total and column.period is None and first is None:
            first, last = self._range(across, c, self.shape.column_heads)
        if first is not None and first.needs_year and period is not None:
            first = last = None
        if first is None and period is not None and not period.needs_year:
            if column_total and row.period is None:
                first, last = self._part_range(down, r, self.shape.row_heads, period)
            elif row_total and column.period is None:
                first, last = self._part_range(across, c, self.shape.column_heads, period)
            if first is not None:
                period = None
        total: TotalKind | None = (
            "grand" if row_total and column_total else "row" if row_total else "column" if column_total else None
        )
        start, end = self._place(figure)
        return PairedFigure(
            value=figure.value,
            start=start,
            end=end,
            row=r,
            column=c,
            period=period,
            period_span=span,
            first_period=first,
            last_period=last,
            row_labels=row.labels,
            column_labels=column.labels,
            row_header_names=tuple(name for name in self.shape.corner if name),
            attributes=self._attributes(r),
            subset=row.subset or column.subset,
            total=total,
            check=checks.get(at, "unchecked"),
            recoverable=figure.value.status == "suppressed" and self._recoverable(at, down, across),
        )

    def _counted_parts(self, figures: Sequence[PairedFigure]) -> list[PairedFigure]:
        """Read the text cells that say how a row's figure is made up: `2 x Sergeant 1 x Constable`."""
        out: list[PairedFigure] = []
        by_row: dict[int, list[PairedFigure]] = {}
        for figure in figures:
            by_row.setdefault(figure.row, []).append(figure)
        for r in self.shape.rows:
            for c in self.shape.attribute_columns:
                cell = self.grid.rows[r][c]
                if len(cell.segments) == 1 and r in by_row:
                    out += self._parts_of_cell(r, c, cell, by_row[r])
        return out

    def _parts_of_cell(self, row: int, column: int, cell: Cell, siblings: Sequence[PairedFigure]) -> list[PairedFigure]:
        found = list(_COUNTED.finditer(cell.text))
        if (
            not found
            or found[0].start() > 0
            or cell.end is None
            or cell.segments[0][1] - cell.segments[0][0] != len(cell.text)
        ):
            return []
        head = self.shape.row_heads[row]
        numbers = [int(one["number"]) for one in found]
        wanted = [f.value.value for f in siblings]
        whole = sum(numbers) in wanted or (len(numbers) > 2 and numbers[0] == sum(numbers[1:]) and numbers[0] in wanted)
        header = next((h for h, text in self._attributes(row) if text == cell.text), "")
        out = []
        for one in found:
            value = value_of(one["number"])
            if value is None:
                continue
            start = cell.segments[0][0] + one.start("number")
            thing = one["thing"].strip(" ,;.")
            out.append(
                PairedFigure(
                    value=value,
                    start=start,
                    end=start + len(one["number"]),
                    row=row,
                    column=column,
                    period=head.period,
                    period_span=head.period_span,
                    row_labels=(*head.labels, thing),
                    column_labels=(header,) if header else (),
                    row_header_names=tuple(name for name in self.shape.corner if name),
                    subset=True,
                    check="totals_agree" if whole and len(siblings) == 1 else "unchecked",
                )
            )
        return out

    def _range(self, axis: Axis, entry: int, heads: dict[int, Head]) -> tuple[FoundPeriod | None, FoundPeriod | None]:
        """Give the first and the last period of the entries that a total adds up."""
        parts = next((s.parts for s in axis.sums if s.at == entry), ())
        if not parts:
            parts = tuple(e for e in axis.entries if axis.kinds.get(e) == "part")
        found = [self._with_corner(heads[e]) for e in parts if heads[e].period is not None]
        dated = [p for p in found if p is not None and p.period.start is not None]
        if not dated:
            return None, None
        first = min(dated, key=lambda p: p.period.start or "")
        last = max(dated, key=lambda p: (p.period.end or "9999", p.period.start or ""))
        return first, last

    def _part_range(
        self, axis: Axis, entry: int, heads: dict[int, Head], year: FoundPeriod
    ) -> tuple[FoundPeriod | None, FoundPeriod | None]:
        """Give the first and last month or quarter that a year's total adds up, where they are not the whole year."""
        parts = next((s.parts for s in axis.sums if s.at == entry and s.agrees), ())
        named = [heads[part].period for part in parts]
        within = [combine(year, one, one.period.label) for one in named if one is not None and one.needs_year]
        dated = sorted((p.period.start or "", p.period.end or "", i) for i, p in enumerate(within) if p is not None)
        if len(dated) < len(parts) or not dated:
            return None, None
        first, last = within[dated[0][2]], within[dated[-1][2]]
        if first is None or last is None or (dated[0][0], dated[-1][1]) == (year.period.start, year.period.end):
            return None, None
        return first, last

    def _with_corner(self, head: Head) -> FoundPeriod | None:
        if head.period is not None and head.period.needs_year and self.shape.corner_period is not None:
            return combine(self.shape.corner_period, head.period, head.period.period.label)
        return head.period

    def _attributes(self, row: int) -> tuple[tuple[str, str], ...]:
        out = []
        for c in self.shape.attribute_columns:
            cell = self.grid.rows[row][c]
            if cell.text:
                header = " ".join(
                    self.grid.rows[r][c].text for r in range(self.shape.header_rows) if self.grid.rows[r][c].text
                )
                out.append((header, cell.text))
        return tuple(out)

    def _recoverable(self, at: tuple[int, int], down: Axis, across: Axis) -> bool:
        """Whether a stated total and all its other parts are known, so that the suppressed one can be worked out."""
        for axis, entry, line in ((down, at[0], at[1]), (across, at[1], at[0])):
            for found in axis.sums:
                if found.line != line or entry not in found.parts:
                    continue
                others = [axis.number(part, line) for part in found.parts if part != entry]
                if all(number is None or number.known for number in others):
                    return True
        return False

    def _place(self, figure: Figure) -> tuple[int, int]:
        """Give where the value itself stands in the letter."""
        cell, value = figure.cell, figure.value
        first, last = cell.segments[0][0], cell.segments[-1][1]
        if len(cell.segments) == 1 and last - first == len(cell.text):
            return first + value.start, first + value.end
        if self.text:
            at = self.text.find(value.raw, first, last)
            if at >= 0 and value.raw:
                return at, at + len(value.raw)
        return first, last


def _adds_up(axis: Axis, entry: int) -> bool:
    """Whether an entry is a total, or a sub-total that calls itself one."""
    kind = axis.kinds.get(entry)
    return kind == "total" or (kind == "subtotal" and is_word(axis.labels.get(entry, ""), "total", "subtotal"))


def _pairs_inside(text: str) -> bool:
    """Whether a cell holds two periods or more with a number after each."""
    found = periods.find_periods(text)
    ends = [one.start for one in found[1:]] + [len(text)]
    return len(found) >= _LEAST_FIGURES and all(
        _has_digit(text[one.end : end]) for one, end in zip(found, ends, strict=True)
    )


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _plain(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.2f}"


def _dated(heads: dict[int, Head]) -> dict[int, tuple[str, str]]:
    return {
        key: (head.period.period.start, head.period.period.end or "9999")
        for key, head in heads.items()
        if head.period is not None and head.period.period.start is not None
    } | {key: ("", "") for key, head in heads.items() if head.period is not None and head.period.period.start is None}
