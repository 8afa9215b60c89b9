"""Find the tables of a PDF page: by its ruling lines, and where there are none by words that line up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from foi_nlp.letters.pdf_words import Box, Line, Word, lines_of, wrapped

if TYPE_CHECKING:
    from pdfplumber.page import Page

_SNAP = 3.0
_THIN = 3.0
_WRAPPED_GAP = 0.35  # lines of one cell stand closer together than this share of their type's size
_FIGURE = re.compile(
    r"[<>≤≥~£(]{0,2}\s?\d[\d,.\s]*[%)*#†‡⁰¹²³⁴-⁹]{0,3}|[*#†‡\-–—.]{1,3}|nil|none|zero|n/?[ak]|[<>≤≥]\s?\d+|\d{4}\s?[/–-]\s?\d{2,4}",
    re.IGNORECASE,
)


@dataclass(slots=True)
class TableCell:
    """A cell: its words in reading order, and how far it spans."""

    words: list[Word] = field(default_factory=list)
    column_span: int = 1
    row_span: int = 1

    @property
    def text(self) -> str:
        """The words, one space apart."""
        return " ".join(word.text for word in self.words)


Row = list[TableCell]


@dataclass(slots=True)
class PageTable:
    """A table of one page. `columns` are the left and right of each column; rows have one cell a column."""

    box: Box
    columns: list[tuple[float, float]]
    rows: list[Row]
    ruled: bool

    @property
    def filled_columns(self) -> int:
        """How many columns have text."""
        return sum(any(row[c].words for row in self.rows) for c in range(len(self.columns)))


Interval = tuple[float, float]


@dataclass(slots=True)
class _Rules:
    """Ruling lines, each position with the stretches it covers."""

    positions: list[float] = field(default_factory=list)
    stretches: list[list[Interval]] = field(default_factory=list)

    @classmethod
    def of(cls, pieces: list[tuple[float, float, float]]) -> _Rules:
        """Gather (position, start, end) pieces: near positions are one, and pieces that touch are one stretch."""
        rules = cls()
        for position, start, end in sorted(pieces):
            if not rules.positions or position - rules.positions[-1] > _SNAP:
                rules.positions.append(position)
                rules.stretches.append([])
            rules.stretches[-1].append((start, end))
        rules.stretches = [_merged(stretch) for stretch in rules.stretches]
        return rules

    def covers(self, index: int, at: float) -> bool:
        return any(start - _SNAP <= at <= end + _SNAP for start, end in self.stretches[index])


def _merged(intervals: list[Interval]) -> list[Interval]:
    out: list[Interval] = []
    for start, end in sorted(intervals):
        if out and start <= out[-1][1] + _SNAP:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def ruling_lines(page: Page) -> tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]:
    """Give a page's horizontal and vertical rules as (position, start, end).

    Only what is drawn as a line is a rule. Filled boxes are shading: Word shades each paragraph of a cell by
    itself, and the edges of such boxes part a cell where it is whole.
    """
    flat: list[tuple[float, float, float]] = []
    upright: list[tuple[float, float, float]] = []

    def add(x0: float, top: float, x1: float, bottom: float) -> None:
        wide, high = x1 - x0, bottom - top
        if wide > high and wide > _THIN:
            flat.append(((top + bottom) / 2, x0, x1))
        elif high > wide and high > _THIN:
            upright.append(((x0 + x1) / 2, top, bottom))

    for line in page.lines:
        if min(abs(line["x1"] - line["x0"]), abs(line["bottom"] - line["top"])) <= _THIN:
            add(line["x0"], line["top"], line["x1"], line["bottom"])
    for rect in page.rects:
        x0, top, x1, bottom = rect["x0"], rect["top"], rect["x1"], rect["bottom"]
        if min(x1 - x0, bottom - top) <= _THIN:
            add(x0, top, x1, bottom)
        elif rect.get("stroke") and not (rect.get("fill") and rect["stroking_color"] == rect["non_stroking_color"]):
            for edge in ((x0, top, x1, top), (x0, bottom, x1, bottom), (x0, top, x0, bottom), (x1, top, x1, bottom)):
                add(*edge)
    for curve in page.curves:
        for (xa, ya), (xb, yb) in zip(curve["pts"], curve["pts"][1:], strict=False):
            if min(abs(xa - xb), abs(ya - yb)) < 1:
                add(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
    return flat, upright


def _components(
    flat: list[tuple[float, float, float]], upright: list[tuple[float, float, float]]
) -> list[tuple[_Rules, _Rules]]:
    """Part the rules into sets that touch: each set is the frame of one table."""
    across = _stretches(_Rules.of(flat))
    down = _stretches(_Rules.of(upright))
    parent = list(range(len(across) + len(down)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, (y, x0, x1) in enumerate(across):
        for j, (x, y0, y1) in enumerate(down):
            if x0 - _SNAP <= x <= x1 + _SNAP and y0 - _SNAP <= y <= y1 + _SNAP:
                parent[find(i)] = find(len(across) + j)
    groups: dict[int, tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]] = {}
    for i, piece in enumerate(across):
        groups.setdefault(find(i), ([], []))[0].append(piece)
    for j, piece in enumerate(down):
        groups.setdefault(find(len(across) + j), ([], []))[1].append(piece)
    return [(_Rules.of(a), _Rules.of(d)) for a, d in groups.values() if len(a) > 1 and len(d) > 1]


def _stretches(rules: _Rules) -> list[tuple[float, float, float]]:
    return [(p, a, b) for p, stretch in zip(rules.positions, rules.stretches, strict=True) for a, b in stretch]


def ruled_tables(page: Page, words: Sequence[Word], *, most_cells: int) -> tuple[list[PageTable], list[float]]:
    """Find tables framed by rules, in the order of the page; and the heights of rules that frame nothing."""
    flat, upright = ruling_lines(page)
    tables: list[PageTable] = []
    for across, down in _components(flat, upright):
        _close_frame(across, down)
        if len(across.positions) * len(down.positions) > most_cells:
            continue
        table = _table_of(across, down, words)
        if table is not None:
            tables.append(table)
    tables = [
        t for t in tables if not any(o is not t and _within(o.box, t.box) and o.filled_columns > 1 for o in tables)
    ]
    loose = [y for y, _, _ in flat if not any(t.box[1] - _SNAP <= y <= t.box[3] + _SNAP for t in tables)]
    return sorted(tables, key=lambda table: table.box[1]), loose


def _close_frame(across: _Rules, down: _Rules) -> None:
    """Close a frame that is open on a side, as it is where a page break cuts a table: its other rules reach further."""
    for rules, others in ((across, down), (down, across)):
        reach = [end for stretch in others.stretches for end in stretch]
        start, end = rules.positions[0], rules.positions[-1]
        if sum(stretch[0][0] < start - 2 * _SNAP for stretch in others.stretches) > 1:
            rules.positions.insert(0, min(a for a, _ in reach))
            rules.stretches.insert(0, [(others.positions[0], others.positions[-1])])
        if sum(stretch[-1][1] > end + 2 * _SNAP for stretch in others.stretches) > 1:
            rules.positions.append(max(b for _, b in reach))
            rules.stretches.append([(others.positions[0], others.positions[-1])])


def _within(inner: Box, outer: Box) -> bool:
    return (
        inner[0] >= outer[0] - _SNAP
        and inner[1] >= outer[1] - _SNAP
        and inner[2] <= outer[2] + _SNAP
        and inner[3] <= outer[3] + _SNAP
    )


def inside(word: Word, box: Box) -> bool:
    """Tell whether the middle of a word lies in a box."""
    return box[0] - 1 <= word.centre <= box[2] + 1 and box[1] - 1 <= word.middle <= box[3] + 1


def _table_of(across: _Rules, down: _Rules, words: Sequence[Word]) -> PageTable | None:
    ys, xs = across.positions, down.positions
    box = (xs[0], ys[0], xs[-1], ys[-1])
    held = [word for word in words if inside(word, box)]
    if len(xs) < 3 or not held:
        return None
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = _cell_owners(across, down, rows, columns)
    cells: dict[int, list[Word]] = {}
    for word in held:
        r = max(0, min(rows - 1, sum(1 for y in ys[1:-1] if y < word.middle)))
        c = max(0, min(columns - 1, sum(1 for x in xs[1:-1] if x < word.centre)))
        cells.setdefault(owner[r * columns + c], []).append(word)
    made: list[Row] = []
    for r in range(rows):
        row: Row = []
        for c in range(columns):
            cell = TableCell()
            at = r * columns + c
            if owner[at] == at:
                cell.words = cells.get(at, [])
                cell.column_span = sum(owner[r * columns + k] == at for k in range(c, columns))
                cell.row_span = sum(owner[k * columns + c] == at for k in range(r, rows))
            row.append(cell)
        made += _split_row(row)
    table = PageTable(box, list(pairwise(xs)), made, ruled=True)
    return table if table.filled_columns > 1 else None


def _cell_owners(across: _Rules, down: _Rules, rows: int, columns: int) -> list[int]:
    """Tell for each square of the frame which square (its first) it forms one cell with: no rule parts them."""
    ys, xs = across.positions, down.positions
    owner = list(range(rows * columns))
    for r in range(rows):
        for c in range(columns):
            at = r * columns + c
            mid_y, mid_x = (ys[r] + ys[r + 1]) / 2, (xs[c] + xs[c + 1]) / 2
            if c and not down.covers(c, mid_y):
                owner[at] = owner[at - 1]
            elif r and not across.covers(r, mid_x):
                owner[at] = owner[at - columns]
    return owner


def _split_row(row: Row) -> list[Row]:
    """Put each cell's words in order; part a row that has no rules between its lines of figures."""
    lines = [lines_of(cell.words) if cell.words else [] for cell in row]
    stacked = [i for i, cell_lines in enumerate(lines) if i and _all_figures(cell_lines)]
    if not stacked or any(cell.row_span > 1 for cell in row):
        for cell in row:
            cell.words = wrapped(cell.words)
        return [row]
    levels = [sum(w.middle for w in line.words) / len(line.words) for line in lines[stacked[0]]]
    parts: list[Row] = [[TableCell(column_span=cell.column_span) for cell in row] for _ in levels]
    for column, cell_lines in enumerate(lines):
        for line in cell_lines:
            middle = sum(w.middle for w in line.words) / len(line.words)
            nearest = min(range(len(levels)), key=lambda i: abs(levels[i] - middle))
            parts[nearest][column].words += line.words
    for part in parts:
        for cell in part:
            cell.words = wrapped(cell.words)
    return parts


def _all_figures(lines: list[Line]) -> bool:
    figures = len(lines) > 1 and all(_FIGURE.fullmatch(line.text) for line in lines)
    return figures and not any(_bracketed([line.words]) for line in lines[1:])


def aligned_tables(lines: Sequence[Line], rules: Sequence[float] = ()) -> list[PageTable]:
    """Find tables without rules: runs of lines whose words stand in the same columns, some of them of figures.

    `rules` are the heights of lines drawn across the page; between two of them stands one row.
    """
    tables: list[PageTable] = []
    at = 0
    while at < len(lines):
        end = _run_end(lines, at)
        rows = [line for line in lines[at:end] if is_data(line)]
        if len(rows) < 2:
            at = end if end > at else at + 1
            continue
        columns = _columns([chunk for line in rows for chunk in _spans(line)])
        table = (
            _aligned(list(lines[_header_start(lines, at, columns) : end]), columns, rules) if len(columns) > 1 else None
        )
        if table is not None:
            tables.append(table)
        at = max(end, at + 1)
    return tables


def _spans(line: Line) -> list[Interval]:
    return [(chunk[0].x0, chunk[-1].x1) for chunk in line.chunks()]


def is_data(line: Line) -> bool:
    """Tell whether a line has a figure in a column of its own."""
    chunks = line.chunks()
    return len(chunks) > 1 and any(_FIGURE.fullmatch(" ".join(w.text for w in chunk)) for chunk in chunks[1:])


def _run_end(lines: Sequence[Line], at: int) -> int:
    """Give the end of the run of table lines that begins with a data line at `at`; `at` itself when none does."""
    if not is_data(lines[at]):
        return at
    end = at + 1
    step = 0.0
    beyond_first = _spans(lines[at])[1:]
    while end < len(lines):
        gap = lines[end].top - lines[end - 1].bottom
        height = max(lines[end].size, lines[end - 1].size)
        if gap > max(1.6 * height, step + 0.4 * height):
            break
        if is_data(lines[end]):
            step = max(step, gap)
            beyond_first += _spans(lines[end])[1:]
        elif not (_is_label(lines, end, beyond_first) or (gap < 0.5 * height and _under(beyond_first, lines[end]))):
            break
        end += 1
    while end > at + 1 and not (
        is_data(lines[end - 1]) or _continues(lines[end - 2], lines[end - 1]) or _under(beyond_first, lines[end - 1])
    ):
        end -= 1
    return end


def _is_label(lines: Sequence[Line], at: int, beyond_first: list[Interval]) -> bool:
    """Tell whether a line may be a piece of a wrapped label: one chunk in the first column, with figures close by."""
    line = lines[at]
    if len(line.chunks()) > 1 or any(x0 < line.x1 and line.x0 < x1 for x0, x1 in beyond_first):
        return False
    near = [lines[i] for i in (at - 1, at + 1, at + 2) if 0 <= i < len(lines) and i != at and is_data(lines[i])]
    return any(line.x0 < other.chunks()[0][-1].x1 for other in near)


def _under(spans: list[Interval], line: Line) -> bool:
    """Tell whether each chunk of a line stands under one column only: then it goes on the cells there."""
    columns = _columns(spans)
    return all(sum(x0 < b and a < x1 for a, b in columns) == 1 for x0, x1 in _spans(line))


def _continues(before: Line, line: Line) -> bool:
    return line.top - before.bottom < _WRAPPED_GAP * line.size and line.words[0].text[:1].islower()


def _columns(spans: Iterable[Interval]) -> list[Interval]:
    out: list[Interval] = []
    for x0, x1 in sorted(spans):
        if out and x0 <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], x1))
        else:
            out.append((x0, x1))
    return out


def _header_start(lines: Sequence[Line], at: int, columns: list[Interval]) -> int:
    """Give where the header lines above a run begin: lines close above whose words stand over the columns."""
    start = at
    while start > 0:
        line, below = lines[start - 1], lines[start]
        if below.top - line.bottom > 1.6 * max(line.size, below.size):
            break
        chunks = line.chunks()
        over = line.x0 > columns[0][1] or len(chunks) > 1
        if not over or line.x1 > columns[-1][1] + 40:
            break
        start -= 1
    return start


def _aligned(lines: list[Line], columns: list[Interval], rules: Sequence[float]) -> PageTable | None:
    width = len(columns)
    rows: list[tuple[Line, Row]] = []
    for line in lines:
        row: Row = [TableCell() for _ in range(width)]
        for chunk in line.chunks():
            over = _overlapped(chunk, columns)
            for word in chunk:
                # A chunk over one column is that column's; a wide one is several headers with narrow gaps.
                column = over[0] if len(over) == 1 else _column_of(word, columns)
                row[column].words.append(word)
        rows.append((line, row))
    first = _first_data(rows)
    if first is None:
        return None
    kept: list[Row] = []
    header = [row for _, row in rows[:first]]
    if header:
        kept.append(_stacked(header))
    kept += _with_labels(rows[first:], rules)
    if not any(_mostly_figures([row[c].text for row in kept]) for c in range(1, width)):
        return None
    box = (
        min(line.x0 for line in lines),
        min(line.top for line in lines),
        max(line.x1 for line in lines),
        max(line.bottom for line in lines),
    )
    return PageTable(box, columns, kept, ruled=False)


def _first_data(rows: list[tuple[Line, Row]]) -> int | None:
    """Give where the rows of figures begin; numbers within a header that is wrapped word by word head columns."""
    data = [i for i, (line, _) in enumerate(rows) if is_data(line)]
    labelled = next((i for i, (_, row) in enumerate(rows) if row[0].words and i in data), None)
    if not data or labelled is None or labelled == data[0]:
        return data[0] if data else None
    lead = [line for line, row in rows[data[0] : labelled] if not row[0].words]
    whole = len(lead) == labelled - data[0] and not all(is_data(line) for line in lead)
    tight = all(below.top - line.bottom < _WRAPPED_GAP * line.size for line, below in pairwise(lead))
    return labelled if whole and tight else data[0]


def _goes_on_above(rows: list[tuple[Line, Row]], at: int) -> bool:
    """Tell whether a line of bracketed figures without a label goes on the cells right above: "4" over "(21.1%)"."""
    if at == 0 or not _bracketed(rows[at][0].chunks()):
        return False
    (above, over), (line, row) = rows[at - 1], rows[at]
    under = all(upper.words for upper, cell in zip(over, row, strict=True) if cell.words)
    return not row[0].words and under and line.top - above.bottom < _WRAPPED_GAP * line.size


def _bracketed(chunks: list[list[Word]]) -> bool:
    return all(chunk[0].text.startswith("(") for chunk in chunks)


def _mostly_figures(texts: list[str]) -> bool:
    filled = [text for text in texts if text]
    figures = [all(_FIGURE.fullmatch(word) for word in text.split()) or _FIGURE.fullmatch(text) for text in filled]
    return sum(map(bool, figures)) > max(1, 0.6 * len(filled) - 1)


def _overlapped(chunk: list[Word], columns: list[Interval]) -> list[int]:
    return [c for c, (x0, x1) in enumerate(columns) if x0 < chunk[-1].x1 and chunk[0].x0 < x1]


def _column_of(word: Word, columns: list[Interval]) -> int:
    return min(range(len(columns)), key=lambda c: _distance(word, columns[c]))


def _distance(word: Word, column: Interval) -> tuple[float, float]:
    outside = max(column[0] - word.centre, word.centre - column[1], 0.0)
    return (outside, abs(word.centre - (column[0] + column[1]) / 2))


def _stacked(rows: list[Row]) -> Row:
    """Join the lines of a wrapped header, column by column."""
    out: Row = [TableCell() for _ in rows[0]]
    for row in rows:
        for cell, piece in zip(out, row, strict=True):
            cell.words = cell.words + piece.words
    return out


def _with_labels(rows: list[tuple[Line, Row]], rules: Sequence[float]) -> list[Row]:
    """Join lines without a figure to the row that they belong to.

    That is the row of the lines they stand closest with; where all lines stand equally close, the nearer row;
    never one beyond a drawn rule.
    """
    data = [i for i, (line, _) in enumerate(rows) if is_data(line) and not _goes_on_above(rows, i)]
    joined: dict[int, list[int]] = {i: [i] for i in data}
    for group in _groups([line for line, _ in rows]):
        within = [i for i in group if i in joined] or data
        for i in group:
            if i not in joined:
                line = rows[i][0]
                distances = [
                    (_parted(line, rows[d][0], rules), abs(_middle(line) - _middle(rows[d][0])), d) for d in within
                ]
                joined[min(distances)[2]].append(i)
    out: list[Row] = []
    for i in data:
        row: Row = [TableCell() for _ in rows[0][1]]
        for j in sorted(joined[i]):
            for cell, piece in zip(row, rows[j][1], strict=True):
                cell.words = cell.words + piece.words
        for cell in row:
            cell.words = wrapped(cell.words)
        out.append(row)
    return out


def _groups(lines: list[Line]) -> list[list[int]]:
    """Part lines where the gap between them is wider than the smallest: rows stand further apart than wrapped lines."""
    gaps = [below.top - above.bottom for above, below in pairwise(lines)]
    smallest = min(gaps, default=0.0)
    out = [[0]]
    for i, gap in enumerate(gaps, start=1):
        if gap > smallest + 1.5:
            out.append([])
        out[-1].append(i)
    return out


def _middle(line: Line) -> float:
    return median(word.middle for word in line.words)


def _parted(line: Line, other: Line, rules: Sequence[float]) -> bool:
    low, high = sorted((_middle(line), _middle(other)))
    return any(low < y < high for y in rules)
