"""Understand a grid: which rows are headers, which columns are labels, and the period of each row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import regex

from foi_nlp.figures import periods
from foi_nlp.figures.periods import FoundPeriod, PeriodContext
from foi_nlp.figures.values import Value
from foi_nlp.grids import Cell, Grid
from foi_nlp.tables.cells import has_foreign_digits, is_band, is_number, join_cells, period_of, value_of
from foi_nlp.tables.words import fold_label, has_word, is_word, starts_with_word

_YEAR_PAIR = regex.compile(r"\s*((?:19|20)[0-9]{2})\s?[-–]\s?((?:19|20)[0-9]{2})\s*\*?")
_LEAST_FISCAL = 2
_LEAST_BANDS = 2
_LIST_MARK = regex.compile(r"[•·▪◦‣●○][ \u00a0]*(?=\S)")
"""A mark before the label of a row that is a part of the row without one above it."""
_TOTAL_AT_END = regex.compile(r"[ ,:–-]*\b(?:sub-?)?totals?$", regex.IGNORECASE)
_LETTER = regex.compile(r"\p{L}")
_WORDED = regex.compile(r"[\p{L}£%]")


@dataclass(slots=True)
class Head:
    """What heads one row or column: its labels, outermost first, and its period with where that stands."""

    labels: tuple[str, ...] = ()
    period: FoundPeriod | None = None
    period_span: tuple[int, int] | None = None
    subset: bool = False
    unread: bool = False

    @property
    def label(self) -> str:
        """The innermost label."""
        return self.labels[-1] if self.labels else ""


@dataclass(slots=True)
class Structure:
    """A grid understood. `rows` and `columns` are the indexes that hold figures, with their heads."""

    header_rows: int
    label_columns: tuple[int, ...]
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    row_heads: dict[int, Head] = field(default_factory=dict)
    column_heads: dict[int, Head] = field(default_factory=dict)
    attribute_columns: list[int] = field(default_factory=list)
    corner: tuple[str, ...] = ()
    corner_period: FoundPeriod | None = None
    corner_span: tuple[int, int] | None = None
    refusal: str = ""


class Reader:
    """The cells of a grid as values and periods, read once."""

    def __init__(self, grid: Grid) -> None:
        self.cells = grid.rows
        self.context = PeriodContext(fiscal=True) if _fiscal_pairs(grid) else None

    def value(self, row: int, column: int) -> Value | None:
        """Give the value of a cell, or None; `2016 Male` is a header though it begins like `12 officers`."""
        text = self.cells[row][column].text
        value = value_of(text)
        if value is not None and _names_period(text, value):
            return None
        return value

    def period(self, row: int, column: int) -> FoundPeriod | None:
        """Give the period that a cell is, or None."""
        return period_of(self.cells[row][column].text, self.context)

    def filled(self, row: int, column: int) -> bool:
        """Whether a cell holds anything."""
        return bool(self.cells[row][column].text)

    def number(self, row: int, column: int) -> bool:
        """Whether a cell is a number and cannot be a period, or holds figures of several columns."""
        cell = self.cells[row][column]
        if cell.column_span > 1 and len(cell.segments) > 1 and not cell.header:
            return any(is_number(value_of(word)) for word in cell.text.split())
        return is_number(self.value(row, column)) and self.period(row, column) is None


def _names_period(text: str, value: Value) -> bool:
    if value.value is None or not 1900 <= value.value <= 2100 or not _LETTER.search(text):
        return False
    return bool(periods.find_periods(text))


def _fiscal_pairs(grid: Grid) -> bool:
    """Whether pairs of years in the grid's headers are financial years: their neighbours are consecutive."""
    edge = [cell for row in grid.rows[:3] for cell in row] + [cell for row in grid.rows for cell in row[:2]]
    pairs, certain = set(), set()
    for cell in edge:
        found = _YEAR_PAIR.fullmatch(cell.text)
        if found and int(found[2]) == int(found[1]) + 1:
            pairs.add(int(found[1]))
        elif (read := period_of(cell.text)) is not None and read.period.type == "financial_year":
            certain.add(int((read.period.start or "0")[:4]))
    return any(year + 1 in pairs or year + 1 in certain or year - 1 in certain for year in pairs)


def understand(grid: Grid) -> Structure:
    """Say which rows and columns of a grid head which figures, and for which period."""
    reader = Reader(grid)
    n_rows, n_columns = len(grid.rows), len(grid.rows[0])
    depth = _header_depth(reader, n_rows, n_columns)
    data = [r for r in range(depth, n_rows) if any(cell.text for cell in grid.rows[r])]
    heads = {c: _column_cells(grid, reader, depth, c) for c in range(n_columns)}
    labels = _label_columns(reader, data, heads, n_columns, depth)
    numbering = [c for c in range(labels) if labels > 1 and _only_numbers_rows(reader, data, heads[c], c)]
    structure = Structure(depth, tuple(range(labels)))
    repeated = {_row_key(grid.rows[r]) for r in range(depth)}
    structure.rows = [r for r in data if _row_key(grid.rows[r]) not in repeated]
    for c in range(labels, n_columns):
        if _is_figure_column(reader, structure.rows, c, heads[c]):
            structure.columns.append(c)
        else:
            structure.attribute_columns.append(c)
    for c in structure.columns:
        structure.column_heads[c] = _column_head(heads[c], reader)
    _drop_lonely_embedded(structure)
    _date_shares(structure)
    corner = [cell for c in range(labels) for cell in heads[c][-1:]]
    structure.corner = tuple(" ".join(cell.text for cell in heads[c]) for c in range(labels) if c not in numbering)
    for cell in corner:
        found = period_of(cell.text, reader.context)
        if found is not None:
            structure.corner_period, structure.corner_span = found, _span(cell)
    _read_rows(grid, reader, structure, numbering)
    _begin_with_neighbours(list(structure.column_heads.values()))
    _begin_with_neighbours(list(structure.row_heads.values()))
    if structure.corner_period is None:
        _date_by_corner(structure, corner, reader)
    return structure


def _date_by_corner(structure: Structure, corner: Sequence[Cell], reader: Reader) -> None:
    """Take the period inside the corner, as in `Place of arrest (2021)`, where no row or column has one of its own."""
    heads = [*structure.row_heads.values(), *structure.column_heads.values()]
    if any(head.period is not None for head in heads):
        return
    inside = [(cell, found) for cell in corner for found in periods.find_periods(cell.text, context=reader.context)]
    if len(inside) != 1:
        return
    cell, found = inside[0]
    before, after = cell.text[: found.start].rstrip(), cell.text[found.end :].strip()
    bracketed = before.endswith(("(", "[")) and after.startswith((")", "]"))
    parted = before.endswith((":", ",", "-", "–", "—"))
    led = bool(before) and is_word(before.rsplit(" ", 1)[-1], "period_lead")
    if bracketed or (not after and (parted or led)):
        structure.corner_period, structure.corner_span = found, _inner_span(cell, found)


def _row_key(row: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(fold_label(cell.text) for cell in row)


def _span(cell: Cell) -> tuple[int, int] | None:
    return None if cell.start is None or cell.end is None else (cell.start, cell.end)


def _header_depth(reader: Reader, n_rows: int, n_columns: int) -> int:
    """Count the rows before the first row of figures."""
    depth = 0
    dated = False
    if n_columns == 2 and all(cell.header and not cell.text for cell in reader.cells[0]):
        return 1
    while depth < n_rows - 1:
        row = reader.cells[depth]
        filled = [c for c in range(n_columns) if row[c].text]
        if filled and all(row[c].header for c in filled) and any(not cell.header for cell in reader.cells[depth + 1]):
            dated = dated or any(reader.period(depth, c) for c in filled if c)
            depth += 1
            continue
        if filled and _is_data(reader, depth, filled, dated=dated, n_rows=n_rows):
            break
        dated = dated or any(reader.period(depth, c) for c in filled if c)
        depth += 1
    return depth


def _is_data(reader: Reader, row: int, filled: Sequence[int], *, dated: bool, n_rows: int) -> bool:
    rest = [c for c in filled if c]
    if not rest and _heads_group(reader, row, n_rows):
        return True
    if row == 0 and (_bands_of_numbers(reader, rest, n_rows) or _heads_words(reader, rest, n_rows)):
        return False
    if any(reader.number(row, c) for c in rest):
        return True
    first_is_period = 0 in filled and reader.period(row, 0) is not None
    periods_right = [c for c in rest if reader.period(row, c) is not None]
    if row == 0:
        if 0 in filled and reader.number(row, 0) and not periods_right:
            return True
        if first_is_period and periods_right:
            return _periods_down(reader, n_rows)
        return first_is_period and any(reader.value(row, c) is not None for c in rest)
    if first_is_period:
        return True
    if 0 in filled and reader.number(row, 0) and len(filled) > 1:
        return True
    if any(reader.value(row, c) is not None and reader.period(row, c) is None for c in rest):
        return True
    if periods_right:
        return dated and not _parts_of_years(reader, row, filled, periods_right)
    if rest == [] and filled:
        return True
    below = range(row + 1, min(n_rows, row + 40))
    return not any(sum(reader.number(r, c) for r in below) > 0 for c in rest)


def _parts_of_years(reader: Reader, row: int, filled: Sequence[int], dated: Sequence[int]) -> bool:
    """Whether a row below years holds months or quarters alone, which go on with the header."""
    if 0 in filled and not is_word(reader.cells[row][0].text, "period_header"):
        return False
    found = [reader.period(row, c) for c in dated]
    return len(dated) > 1 and all(one is not None and one.needs_year for one in found)


def _heads_group(reader: Reader, row: int, n_rows: int) -> bool:
    """Whether a row is a period alone that heads the rows below, as another such row further down shows."""
    if reader.period(row, 0) is None:
        return False
    return any(
        reader.period(r, 0) is not None and not any(cell.text for cell in reader.cells[r][1:])
        for r in range(row + 1, n_rows)
    )


def _heads_words(reader: Reader, rest: Sequence[int], n_rows: int) -> bool:
    """Whether a first row that holds numbers stands over a row of words alone, so that its numbers are names."""
    if n_rows < 3 or not rest or (reader.filled(1, 0) and reader.cells[1][0].text != reader.cells[0][0].text):
        return False
    below = [c for c in range(1, len(reader.cells[1])) if reader.filled(1, c)]
    worded = all(reader.value(1, c) is None and reader.period(1, c) is None for c in below)
    return len(below) >= 2 and len(below) >= len(rest) and worded


def _bands_of_numbers(reader: Reader, rest: Sequence[int], n_rows: int) -> bool:
    """Whether a first row of numbers is a header: bands such as `10-17`, or numbers counting up over dated rows."""
    numbers = [c for c in rest if reader.number(0, c)]
    if len(numbers) < 2 or n_rows < 2 or not reader.filled(0, 0) or reader.value(0, 0) or reader.period(0, 0):
        return False
    texts = [reader.cells[0][c].text for c in numbers]
    if len(set(texts)) < len(texts):
        return False
    values = [reader.value(0, c) for c in numbers]
    banded = [v is not None and (v.value is None or "+" in text) for v, text in zip(values, texts, strict=True)]
    below = [reader.value(r, c) for r in range(1, min(n_rows, 12)) for c in numbers]
    plain = sum(v is not None and v.value is not None for v in below)
    if sum(banded) * 2 > len(numbers):
        return plain * 2 > len(below)
    counted = [v.value for v in values if v is not None and v.value is not None]
    steps = {b - a for a, b in pairwise(counted)}
    dated = all(reader.period(r, 0) is not None for r in range(1, min(n_rows, 4)) if reader.filled(r, 0))
    named = is_word(reader.cells[0][0].text, "period_header", "attribute_header")
    return len(counted) == len(numbers) and steps == {1} and (dated or named)


def _periods_down(reader: Reader, n_rows: int) -> bool:
    """Whether the first column, rather than the first row, is a sequence of periods."""
    return n_rows > 1 and all(reader.period(r, 0) is not None for r in range(min(n_rows, 12)) if reader.filled(r, 0))


def _column_cells(grid: Grid, reader: Reader, depth: int, column: int) -> list[Cell]:
    """Give the header cells over a column, outermost first, with cells that span it from the left."""
    out = []
    for r in range(depth):
        cell = grid.rows[r][column]
        if not cell.text:
            cell = _spanning(grid, reader, depth, r, column) or cell
        if cell.text and cell not in out:
            out.append(cell)
    return out


def _spanning(grid: Grid, reader: Reader, depth: int, row: int, column: int) -> Cell | None:
    cells = grid.rows[row]
    c = column - 1
    while c >= 0 and not cells[c].text:
        c -= 1
    if c < 0:
        return None
    if cells[c].column_span > column - c:
        return cells[c]
    if row == depth - 1 or not any(grid.rows[r][column].text for r in range(row + 1, depth)):
        return None
    if cells[c].column_span > 1 or c == 0:
        return None
    filled = [i for i in range(1, len(cells)) if cells[i].text]
    all_periods = all(reader.period(row, i) is not None for i in filled)
    below = [fold_label(grid.rows[depth - 1][i].text) for i in range(filled[0], len(cells))]
    repeats = len(set(below)) * 2 <= len(below)
    return cells[c] if all_periods or repeats else None


def _label_columns(
    reader: Reader, data: Sequence[int], heads: dict[int, list[Cell]], n_columns: int, depth: int
) -> int:
    """Count the columns at the left that label the rows."""
    dated = [c for c in range(n_columns) if any(period_of(cell.text, reader.context) for cell in heads[c])]
    if not data:
        return min(1, n_columns)
    if not _first_is_label(reader, data, dated, depth):
        return 0
    count = 1
    while count < n_columns - 1:
        if count in dated:
            break
        filled = [r for r in data if reader.filled(r, count)]
        if not filled:
            break
        values = sum(reader.value(r, count) is not None and not is_band(reader.cells[r][count].text) for r in filled)
        found = sum(reader.period(r, count) is not None for r in filled)
        named = any(is_word(cell.text, "period_header") for cell in heads[count])
        right = any(reader.number(r, c) for c in range(count + 1, n_columns) for r in data[:200])
        is_label = values * 2 < len(filled) or (found == len(filled) and (named or len(filled) >= 3))
        if not is_label or not right:
            break
        count += 1
    return count


def _only_numbers_rows(reader: Reader, data: Sequence[int], heads: Sequence[Cell], column: int) -> bool:
    """Whether a column under `No.` or the like counts the rows up from one and says nothing of them."""
    if heads and not any(is_word(cell.text, "index_header") for cell in heads[-1:]):
        return False
    texts = [reader.cells[r][column].text.rstrip(".)") for r in data if reader.filled(r, column)]
    return len(texts) > 1 and texts == [str(number) for number in range(1, len(texts) + 1)]


def _first_is_label(reader: Reader, data: Sequence[int], dated: Sequence[int], depth: int) -> bool:
    filled = [r for r in data if reader.filled(r, 0)]
    numbers = sum(is_number(reader.value(r, 0)) and not is_band(reader.cells[r][0].text) for r in filled)
    if 0 in dated and len(dated) > 1 and numbers == len(filled) and filled:
        return False
    if len(data) == 1 and depth and numbers == len(filled) and filled:
        return any(reader.period(r, 0) for r in filled) and 0 not in dated
    return True


def _is_figure_column(reader: Reader, rows: Sequence[int], column: int, heads: Sequence[Cell]) -> bool:
    filled = [r for r in rows if reader.filled(r, column)]
    values = [r for r in filled if reader.value(r, column) is not None or reader.cells[r][column].column_span > 1]
    if any(is_word(cell.text, "attribute_header") for cell in heads[-1:]):
        return False
    named = any(is_word(cell.text, "period_header") for cell in heads[-1:])
    if named and filled and all(reader.period(r, column) is not None for r in filled):
        return False
    foreign = any(has_foreign_digits(reader.cells[r][column].text) for r in filled)
    if foreign or not filled:
        return True
    if not heads and len(values) < len(filled):
        return False
    return len(values) * 2 >= len(filled) and any(
        is_number(reader.value(r, column)) or reader.cells[r][column].column_span > 1 or _is_nothing(reader, r, column)
        for r in values
    )


def _is_nothing(reader: Reader, row: int, column: int) -> bool:
    value = reader.value(row, column)
    return value is not None and (value.status in {"nil", "suppressed"} or value.ambiguous)


def _column_head(cells: Sequence[Cell], reader: Reader) -> Head:
    labels: list[str] = []
    head = Head()
    cut = _stacked_period(cells, reader)
    for cell in cells[:cut]:
        if has_foreign_digits(cell.text):
            head.unread = True
        _add_label(head, labels, cell, reader, embedded=True)
    if cut < len(cells):
        _add_label(head, labels, join_cells(cells[cut:]), reader, embedded=False)
    head.labels = tuple(labels)
    head.subset = any(starts_with_word(label, "subset_mark") for label in labels)
    return head


def _stacked_period(cells: Sequence[Cell], reader: Reader) -> int:
    """Give where the cells begin that are one period only together: `Year ending`, `31 March`, `2020`."""
    for first in range(len(cells) - 1):
        if period_of(cells[first].text, reader.context) is None:
            joined = period_of(join_cells(cells[first:]).text, reader.context)
            if joined is not None and not joined.needs_year:
                return first
    return len(cells)


def _add_label(head: Head, labels: list[str], cell: Cell, reader: Reader, *, embedded: bool) -> None:
    """Add a header or label cell to a head: as a period, as a label, or as both."""
    found = period_of(cell.text, reader.context)
    if found is not None:
        joined = combine(head.period, found, cell.text)
        if joined is None and head.period is not None:
            labels.append(cell.text)
            return
        head.period = joined or found
        head.period_span = _span(cell)
        return
    if embedded and _WORDED.search(cell.text):
        inside = periods.find_periods(cell.text, context=reader.context)
        if len(inside) == 1 and head.period is None:
            one = inside[0]
            rest = _without_lead(cell.text[: one.start]) + " " + cell.text[one.end :]
            rest = rest.strip(" -–:,()?[]")
            head.period = replace(one, rule=one.rule or "embedded")
            head.period_span = _inner_span(cell, one)
            if rest:
                labels.append(" ".join(rest.split()))
            return
    if cell.text:
        labels.append(cell.text)


def _without_lead(text: str) -> str:
    """Give what stands before a period without the word that leads up to it: `Arrests in`, `Crimes (for`."""
    before = text.rstrip(" (-–:,")
    last = before.rsplit(" ", 1)
    return last[0] if len(last) > 1 and is_word(last[1], "period_lead") else before


def _inner_span(cell: Cell, found: FoundPeriod) -> tuple[int, int] | None:
    if len(cell.segments) == 1 and cell.segments[0][1] - cell.segments[0][0] == len(cell.text):
        start = cell.segments[0][0]
        return start + found.start, start + found.end
    return _span(cell)


def _drop_lonely_embedded(structure: Structure) -> None:
    """Take back a period found inside one header alone: it names the column, as in `Offences (Act of 1861)`."""
    heads = [head for head in structure.column_heads.values() if head.period is not None]
    if len(structure.columns) >= 3 and len(heads) == 1 and heads[0].labels:
        heads[0].period = heads[0].period_span = None


def _date_shares(structure: Structure) -> None:
    """Give columns of shares the period of the column before them, where every dated column is followed by one."""
    heads = [structure.column_heads[c] for c in structure.columns]
    shares = [head for head in heads if head.period is None and is_word(head.label, "share_word")]
    pairs = [(a, b) for a, b in pairwise(heads) if a.period is not None and any(b is share for share in shares)]
    dated = sum(head.period is not None for head in heads)
    if pairs and len(pairs) == len(shares) == dated:
        for before, share in pairs:
            share.period, share.period_span = before.period, before.period_span


def _begin_with_neighbours(heads: Sequence[Head]) -> None:
    """Let the one unfinished calendar year beside financial years begin when they do: `2021-22 | 2022 to 30/09/22`."""
    dated = [head for head in heads if head.period is not None]
    fiscal = {(h.period.period.start or "")[:4] for h in dated if h.period and h.period.period.type == "financial_year"}
    odd = [h for h in dated if h.period and h.period.period.type != "financial_year"]
    starts = {h.period.period.start or "" for h in odd if h.period}
    if len(fiscal) < _LEAST_FISCAL or len(starts) != 1:
        return
    start = starts.pop()
    year, begin = start[:4], f"{start[:4]}-04-01"
    if not start.endswith("-01-01") or year in fiscal or str(int(year) - 1) not in fiscal:
        return
    for head in odd:
        found = head.period
        if (
            found is not None
            and found.period.type in {"year_to_date", "date_range"}
            and (found.period.end or begin) >= begin
        ):
            period = found.period.model_copy(update={"type": "year_to_date", "start": begin, "complete": False})
            head.period = replace(found, period=period)


def combine(outer: FoundPeriod | None, inner: FoundPeriod, inner_text: str) -> FoundPeriod | None:
    """Make one period of two that head the same figure; None when they contradict each other."""
    if outer is None:
        return inner
    if inner.needs_year and not outer.needs_year:
        start = outer.period.start
        if start is None or len(start) < 7:
            return None
        year = int(start[:4])
        fiscal = outer.period.type == "financial_year" or start[5:7] == "04"
        context = PeriodContext(year=year, year_is_fiscal=fiscal)
        return period_of(inner_text[inner.start : inner.end], context)
    if outer.needs_year and not inner.needs_year:
        return inner if inner.period.start is not None else None
    a, b = outer.period, inner.period
    if a.start is None or b.start is None:
        return None
    if a.start <= b.start and (a.end is None or (b.end is not None and b.end <= a.end)):
        return inner
    if b.start <= a.start and (b.end is None or (a.end is not None and a.end <= b.end)):
        return outer
    return None


def _read_rows(grid: Grid, reader: Reader, structure: Structure, numbering: Sequence[int]) -> None:
    """Give each row its head; outer labels are carried down over blank cells, headings over their group."""
    width = len(structure.label_columns)
    dated_columns = {c for c in structure.label_columns if _holds_periods(reader, structure.rows, c)}
    headings = _headings(grid, reader, structure)
    bands = {c for c in structure.label_columns if c not in dated_columns and _holds_bands(grid, structure.rows, c)}
    embedded = bool(dated_columns) or _each_has_period(grid, reader, structure)
    totalled = _groups_are_totalled(grid, structure.rows, width)
    carried: list[Cell | None] = [None] * width
    heading: Cell | None = None
    shares: set[int] = set()
    whole: tuple[str, ...] = ()
    kept: list[int] = []
    for r in structure.rows:
        if r in headings:
            heading = grid.rows[r][0]
            carried = [None] * width
            continue
        cells: list[Cell] = []
        for c in range(width):
            cell = grid.rows[r][c]
            if cell.text:
                carried[c] = cell
                for inner in range(c + 1, width):
                    carried[inner] = None
            elif c < width - 1 and (r in totalled or not _total_row(grid, r, width)):
                cell = carried[c] or cell
            if cell.text and c not in numbering:
                cells.append(cell)
        banded = {id(cell) for cell in cells for c in bands if cell is carried[c]}
        head = Head()
        labels: list[str] = []
        if heading is not None:
            _add_label(head, labels, heading, reader, embedded=False)
        for cell in cells:
            if has_foreign_digits(cell.text):
                head.unread = True
            if id(cell) in banded:
                labels.append(cell.text)
                continue
            _add_label(head, labels, cell, reader, embedded=embedded)
        if len(labels) == 1 and is_word(labels[0], "share_word") and kept and kept[-1] not in shares:
            labels = [*structure.row_heads[kept[-1]].labels, *labels]
            shares.add(r)
        head.labels = tuple(labels)
        head.labels, whole = _under_whole(head.labels, whole)
        head.subset = any(starts_with_word(label, "subset_mark") for label in labels)
        if width and not grid.rows[r][width - 1].text and not cells and len(structure.rows) > 1 and dated_columns:
            head.unread = True
        structure.row_heads[r] = head
        kept.append(r)
    structure.rows = kept


def _under_whole(labels: tuple[str, ...], whole: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the labels of a row, and the label of the whole that rows with a mark before theirs are parts of."""
    marked = _LIST_MARK.match(labels[0]) if len(labels) == 1 else None
    if marked is not None and whole:
        return (*whole, labels[0][marked.end() :]), whole
    if len(labels) == 1 and marked is None:
        whole = tuple(filter(None, (_TOTAL_AT_END.sub("", labels[0]),)))
    return labels, whole


def _each_has_period(grid: Grid, reader: Reader, structure: Structure) -> bool:
    """Whether all row labels hold a period, each another one, and no column has one: `Arrests in 2019`."""
    if len(structure.label_columns) != 1 or any(head.period for head in structure.column_heads.values()):
        return False
    texts = [grid.rows[r][0].text for r in structure.rows if grid.rows[r][0].text]
    found = [periods.find_periods(text, context=reader.context) for text in texts]
    starts = {one[0].period.start for one in found if len(one) == 1}
    return len(texts) > 1 and all(len(one) == 1 for one in found) and len(starts) == len(texts) and None not in starts


def _groups_are_totalled(grid: Grid, rows: Sequence[int], width: int) -> set[int]:
    """Give the total rows that close a group of the outer labels, where every group has one of its own."""
    groups: list[list[int]] = []
    for r in rows:
        if grid.rows[r][0].text or not groups:
            groups.append([])
        groups[-1].append(r)
    closed = [next((r for r in group[1:] if _total_row(grid, r, width)), None) for group in groups]
    wanted = [found for group, found in zip(groups, closed, strict=True) if len(group) > 1]
    return {r for r in wanted if r is not None} if len(wanted) > 1 and None not in wanted else set()


def _total_row(grid: Grid, row: int, width: int) -> bool:
    return any(is_word(grid.rows[row][c].text, "total") for c in range(width))


def _holds_periods(reader: Reader, rows: Sequence[int], column: int) -> bool:
    filled = [r for r in rows if reader.filled(r, column)]
    return bool(filled) and sum(reader.period(r, column) is not None for r in filled) * 2 >= len(filled)


def _holds_bands(grid: Grid, rows: Sequence[int], column: int) -> bool:
    """Whether two or more labels of a column are bands such as `10-12`, beside which `16-17` is no year."""
    filled = [grid.rows[r][column].text for r in rows if grid.rows[r][column].text]
    bands = sum(is_band(text) or has_word(text, "band_before") for text in filled)
    return bands >= _LEAST_BANDS and bands * 2 >= len(filled)


def _headings(grid: Grid, reader: Reader, structure: Structure) -> set[int]:
    """Give the rows that hold one label and no figure and head the rows below them."""
    alone = []
    for r in structure.rows:
        filled = [c for c, cell in enumerate(grid.rows[r]) if cell.text]
        if filled == [0] and structure.columns:
            alone.append(r)
    if not alone:
        return set()
    sure = {r for r in alone if grid.rows[r][0].column_span > 1 or reader.period(r, 0) is not None}
    groups: dict[str, set[int]] = {}
    group = -1
    for r in structure.rows:
        if r in alone:
            group = r
        else:
            groups.setdefault(fold_label(grid.rows[r][0].text), set()).add(group)
    repeated = {g for members in groups.values() if len(members) > 1 for g in members}
    return sure | {r for r in alone if r in repeated}
