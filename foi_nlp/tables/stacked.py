"""Tables with one cell a line, as copies of web pages and some PDF texts have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from foi_nlp.figures.meaning import unit_in
from foi_nlp.figures.periods import FoundPeriod
from foi_nlp.grids import EMPTY, Cell, Grid
from foi_nlp.registers import names_to
from foi_nlp.tables.cells import cell_at, in_order, is_band, is_number, join_cells, period_of, value_of
from foi_nlp.tables.delimited import has_pipe, is_rule, merged, one_cell_a_line, split_pipes
from foi_nlp.tables.heads import over_two_lines, with_shares
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.pieces import Piece
from foi_nlp.tables.tokens import Token
from foi_nlp.tables.totals import close
from foi_nlp.tables.words import fold_label, is_word, starts_with_word
from foi_nlp.tables.wrapped import ends_loose, headed, starts_loose

LONGEST_LABEL = 90
MOST_LABEL_LINES = 6
MOST_CELLS = 400
MOST_HEADERS = 30
MOST_HEADER_ROWS = 3
MOST_LABELS = 2
_SAME = 1e-6
_LEAST_DATED = 3
_LEAST_LEFT = 2
_COUNTED = regex.compile(r"\s*([0-9][0-9,]*)\s+(\p{L}[^\n0-9]{1,60}?)\s*")
_GAP = 3
"""Blank lines after which a cell no longer belongs to the row before it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One cell and its line. `kind` is "P" for a period, "V" for a figure, "T" for words."""

    line: int
    cell: Cell
    kind: str
    found: FoundPeriod | None

    @property
    def text(self) -> str:
        """The cell's text."""
        return self.cell.text

    @property
    def prose(self) -> bool:
        """Whether the cell is too long for a label or ends as a sentence does."""
        text = self.cell.text
        return len(text) > LONGEST_LABEL or (text.endswith((".", ":", "?", ";")) and " " in text)


# ---- one cell a line with pipes


def find_piped_cells(lines: Lines) -> list[Grid]:
    """Find tables with one cell and a pipe a line; a pipe alone is a blank cell."""
    grids = []
    n = 0
    while n < len(lines):
        if not lines.free[n] or not has_pipe(lines, n):
            n += 1
            continue
        first = n
        while n < len(lines) and lines.free[n] and (has_pipe(lines, n) or _is_bridge(lines, n)):
            n += 1
        if n - first < 4 or not one_cell_a_line(lines, first, n):
            continue
        grid = _piped_grid(lines, first, n)
        if grid is not None:
            grids.append(grid)
            lines.take(first, n)
    return grids


def _is_bridge(lines: Lines, n: int) -> bool:
    """Whether a blank line stands between two lines with pipes."""
    return lines.blank(n) and n + 1 < len(lines) and has_pipe(lines, n + 1)


def _piped_grid(lines: Lines, first: int, last: int) -> Grid | None:
    cells: list[Cell] = []
    width = before = 0
    for n in range(first, last):
        if lines.blank(n):
            continue
        parts = split_pipes(lines, n)
        if is_rule([lines.text[a:b] for a, b in parts]):
            width, before = len(parts), len(cells)
            continue
        cells += [cell_at(lines.text, a, b) for a, b in parts] if len(parts) > 1 else [_only_cell(lines, n)]
    if width:
        if before != width or len(cells) % width:
            return _unsure(cells, "The table has one cell a line, and its cells do not fill whole rows.")
        rows = _rows_of(cells, width)
        return _as_grid(rows, "pipes")
    dated = _dated_width(cells)
    widths = [dated] if dated else range(2, min(len(cells) // 2, 60) + 1)
    fitting = [w for w in widths if len(cells) % w == 0 and _fits(_rows_of(cells, w))]
    if dated and not fitting:
        return _unsure(cells, "The table has one cell a line, and its cells do not fill rows under its periods.")
    if len(fitting) != 1:
        return _unsure(cells, "The table has one cell a line, and its cells do not say how many make a row.")
    rows = _rows_of(cells, fitting[0])
    if not rows[0][-1].text and period_of(rows[0][0].text):
        rows[0] = [rows[0][-1], *rows[0][:-1]]
    return _as_grid(rows, "pipes")


def _dated_width(cells: Sequence[Cell]) -> int:
    """Count the corner and the two or more periods that begin a table, and the total after them; else 0."""
    found = [period_of(cell.text) for cell in cells[1 : MOST_HEADERS + 1]]
    i = 1
    while i <= len(found) and (one := found[i - 1]) is not None and found[0] and one.needs_year == found[0].needs_year:
        i += 1
    if i < _LEAST_DATED or period_of(cells[0].text) is not None:
        return 0
    return i + 1 if i < len(cells) and is_word(cells[i].text, "total") and _fits(_rows_of(cells, i + 1)) else i


def _only_cell(lines: Lines, n: int) -> Cell:
    start, end = lines.spans[n]
    pipe = lines.text.find("|", start, end)
    before = cell_at(lines.text, start, pipe)
    return before if before.text else cell_at(lines.text, pipe + 1, end)


def _rows_of(cells: Sequence[Cell], width: int) -> list[list[Cell]]:
    return [list(cells[i : i + width]) for i in range(0, len(cells), width)]


def _fits(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether cells cut into rows are a header without figures, and rows of one label or two with figures alone."""
    depth = next((n for n, row in enumerate(rows) if any(_is_figure_cell(cell) for cell in row)), 0)
    if not 0 < depth <= MOST_HEADER_ROWS:
        return False
    for labels in range(1, min(MOST_LABELS, len(rows[0]) - 1) + 1):
        body = rows[depth:]
        named = all(row[labels - 1].text and not any(map(_is_figure_cell, row[:labels])) for row in body)
        valued = all(not cell.text or value_of(cell.text) is not None for row in body for cell in row[labels:])
        filled = sum(any(cell.text for cell in row[labels:]) for row in body)
        if named and valued and filled:
            return True
    return False


def _is_figure_cell(cell: Cell) -> bool:
    return is_number(value_of(cell.text)) and period_of(cell.text) is None and not is_band(cell.text)


def _unsure(cells: Sequence[Cell], reason: str) -> Grid | None:
    filled = [cell for cell in cells if cell.segments]
    if not any(is_number(value_of(cell.text)) for cell in filled):
        return None
    rows = tuple((cell,) for cell in filled)
    return Grid(rows, filled[0].segments[0][0], filled[-1].segments[-1][1], "pipes", uncertain=reason)


def _as_grid(rows: Sequence[Sequence[Cell]], source: str) -> Grid:
    segments = [s for row in rows for cell in row for s in cell.segments]
    return Grid(tuple(tuple(row) for row in rows), min(s[0] for s in segments), max(s[1] for s in segments), source)


# ---- one cell a line without pipes


def find_stacked(lines: Lines) -> list[Grid]:
    """Find tables with one cell a line: periods across or down, or labels with a stated total."""
    units = _units(lines)
    grids = []
    i = 0
    while i < len(units):
        found = next((one for read in _READERS if (one := read(units, i)) is not None), None)
        if found is None:
            i += 1
            continue
        grid, first, last = found
        grids.append(grid)
        rest = last if grid.uncertain else _left_over(units, first, last)
        if rest > last:
            reason = "The row does not have as many figures as those above it, so its columns cannot be told."
            cells = [(unit.cell,) for unit in units[last:rest]]
            grids.append(replace(_as_grid(cells, "stacked"), uncertain=reason))
        for n in range(units[first].line, units[rest - 1].line + 1):
            lines.free[n] = 0
        i = rest
    return grids


def _left_over(units: Sequence[Unit], first: int, last: int) -> int:
    """Give the end of what follows a table as closely as its own cells do, but is no row of it."""
    gap = max((b.line - a.line for a, b in pairwise(units[first:last])), default=1)
    end = i = last
    while i < len(units) and units[i].line - units[i - 1].line <= gap and not units[i].prose:
        label = i
        while i < len(units) and units[i].kind == "T" and not units[i].prose and i - label < MOST_LABEL_LINES:
            i += 1
        figures = i
        while i < len(units) and units[i].kind in "PV" and units[i].line - units[i - 1].line <= gap:
            i += 1
        if i - figures < _LEAST_LEFT or units[label].kind == "P" or units[figures].kind == "P":
            break
        end = i
    return end


def find_counted(lines: Lines) -> list[Grid]:
    """Find lists with the number before what is counted, a line each, that add up to the total in their last line."""
    grids = []
    n = 0
    while n < len(lines):
        first = n
        pairs: list[tuple[Cell, Cell, float]] = []
        while n < len(lines) and lines.free[n]:
            pair = _counted(lines, n)
            if pair is None and not (lines.blank(n) and pairs and n + 1 < len(lines) and _counted(lines, n + 1)):
                break
            if pair is not None:
                pairs.append(pair)
            n += 1
            if pair is not None and len(pairs) > 2 and is_word(pair[0].text, "total"):
                break
        numbers = [number for _, _, number in pairs]
        if len(pairs) > 2 and is_word(pairs[-1][0].text, "total") and abs(sum(numbers[:-1]) - numbers[-1]) < _SAME:
            grids.append(_as_grid([[label, figure] for label, figure, _ in pairs], "stacked"))
            lines.take(first, n)
        n = max(n, first + 1)
    return grids


def _counted(lines: Lines, n: int) -> tuple[Cell, Cell, float] | None:
    """Give label, figure and number of a line such as `5 Superintendents`."""
    start, end = lines.spans[n]
    found = _COUNTED.fullmatch(lines.text, start, end)
    if found is None:
        return None
    figure = cell_at(lines.text, *found.span(1))
    value = value_of(figure.text)
    if value is None or value.value is None or period_of(figure.text) is not None:
        return None
    return cell_at(lines.text, *found.span(2)), figure, float(value.value)


def _units(lines: Lines) -> list[Unit]:
    out = []
    for n in range(len(lines)):
        if lines.free[n]:
            out += [_unit(n, piece) for piece in lines.pieces(n)]
    return out


def _unit(n: int, piece: Piece) -> Unit:
    if len(piece.text) > LONGEST_LABEL:
        return Unit(n, piece.cell, "T", None)
    found = piece.period
    figure = piece.value is not None and not is_band(piece.text)
    kind = "P" if found is not None else "V" if figure else "T"
    return Unit(n, piece.cell, kind, found)


def _next_to(before: Unit, after: Unit) -> bool:
    return after.line - before.line <= _GAP


def _run(units: Sequence[Unit], start: int, kind: str, most: int = 100) -> int:
    """Give the end of the run of units of one kind that begins at `start`."""
    i = start
    while i < len(units) and i - start < most and units[i].kind == kind:
        if i > start and not _next_to(units[i - 1], units[i]):
            break
        i += 1
    return i


Found = tuple[Grid, int, int]


def _periods_across(units: Sequence[Unit], at: int) -> Found | None:
    """Read a header of two or more periods, then rows of a label and a figure for each period."""
    if units[at].kind != "P" or (at and units[at - 1].kind == "P" and _next_to(units[at - 1], units[at])):
        return None
    end = _run(units, at, "P")
    while end - at > 1 and _needs_year(units[end - 1]) != _needs_year(units[at]):
        end -= 1
    width = end - at
    if width < 2 or not in_order([unit.found for unit in units[at:end] if unit.found is not None]):
        return None
    corner = at - 1 if at and units[at - 1].kind == "T" and _heads(units[at - 1], units[at]) else None
    if corner is not None and is_word(units[corner].text, "total"):
        led = _total_first(units, corner, end)
        if led is not None:
            return led
    heads = [end + 1] if end < len(units) and _heads_total(units, end) else []
    for stop in [*heads, end]:
        rows, last = _rows_across(units, stop, stop - at)
        if rows and (not heads or stop > end or not adds_up(rows)):
            head = units[corner].cell if corner is not None else EMPTY
            header = [head, *[unit.cell for unit in units[at:stop]]]
            return _as_grid([header, *rows], "stacked"), at if corner is None else corner, last
    return None


def _total_first(units: Sequence[Unit], at: int, end: int) -> Found | None:
    """Read a header whose totals stand before its periods, proved by the figures of all rows."""
    rows, last = _rows_across(units, end, end - at)
    if not rows or not opens_with_totals(rows):
        return None
    corner = at - 1 if at and units[at - 1].kind == "T" and _heads(units[at - 1], units[at]) else None
    head = units[corner].cell if corner is not None else EMPTY
    header = [head, *[unit.cell for unit in units[at:end]]]
    return _as_grid([header, *rows], "stacked"), at if corner is None else corner, last


def _heads_total(units: Sequence[Unit], at: int) -> bool:
    """Whether a cell after a header's periods heads a column of totals: words follow it, not figures."""
    if not is_word(units[at].text, "total", "average") or not _next_to(units[at - 1], units[at]):
        return False
    return at + 1 < len(units) and (units[at + 1].kind != "V" or _names_row(units, at + 1))


def _is_dated_label(units: Sequence[Unit], i: int, parts_across: bool) -> bool:
    """Whether a period labels a row: a month alone under years, or a year under months."""
    return units[i].kind == "P" and _needs_year(units[i]) != parts_across


def _rows_across(units: Sequence[Unit], start: int, width: int) -> tuple[list[list[Cell]], int]:
    """Read rows of a label and up to `width` figures; most of them have to be full."""
    parts_across = start > 0 and _needs_year(units[start - 1])
    rows: list[list[Cell]] = []
    labels: list[list[Cell]] = []
    full = 0
    i = last = start
    while i < len(units):
        label = i
        while i < len(units) and units[i].kind == "T" and not units[i].prose and i - label < MOST_LABEL_LINES:
            i += 1
        if i == label and i < len(units) and (_names_row(units, i) or _is_dated_label(units, i, parts_across)):
            i += 1
        if i == label and rows:
            break
        if label and i > label and units[label].line == units[label - 1].line:
            break
        stop = _figures(units, i, width, labelled=i > label)
        count = stop - i
        if count == 0 or count > width or (i > label and not _next_to(units[i - 1], units[i])):
            break
        figures = [unit.cell for unit in units[i:stop]]
        labels.append([unit.cell for unit in units[label:i]])
        full += count == width
        rows.append(figures if count == width else [merged(figures, width), *[EMPTY] * (width - 1)])
        i = last = stop
    while rows and rows[-1][0].column_span > 1:
        last -= len(rows[-1][0].segments) + len(labels.pop())
        rows.pop()
    return (_with_headings(labels, rows, width), last) if full else ([], start)


def _with_headings(labels: Sequence[Sequence[Cell]], rows: Sequence[list[Cell]], width: int) -> list[list[Cell]]:
    """Put labels before the figures of rows; the first lines of a label that head a group of rows are a row."""
    cuts = headed([[cell.text for cell in lines] for lines in labels])
    out = []
    for i, (lines, figures) in enumerate(zip(labels, rows, strict=True)):
        cut = cuts.get(i, 0)
        if cut:
            out.append([join_cells(lines[:cut], column_span=width + 1), *[EMPTY] * width])
        out.append([join_cells(lines[cut:]), *figures])
    return out


def adds_up(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the last figure of any row of a label and figures may be the total of the others."""
    return any(_may_add_up(row[1:]) for row in rows if any(cell.text for cell in row[1:]))


def opens_with_totals(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first figure of every row of a label and figures may be the total of the others."""
    return all(_may_add_up(row[:0:-1]) for row in rows if any(cell.text for cell in row[1:]))


def _may_add_up(figures: Sequence[Cell]) -> bool:
    """Whether the last of some figures is the sum of the others, or not all of them are known."""
    words = [word for cell in figures for word in cell.text.split("  ")]
    values = [value_of(word) for word in words if word]
    numbers = [float(v.value) for v in values if v is not None and v.value is not None]
    return len(numbers) < len(values) or len(numbers) < 2 or close(sum(numbers[:-1]), numbers[-1])


def _needs_year(unit: Unit) -> bool:
    return unit.found is not None and unit.found.needs_year


def _heads(corner: Unit, first: Unit) -> bool:
    return _next_to(corner, first) and not corner.prose


def _figures(units: Sequence[Unit], start: int, width: int, *, labelled: bool = False) -> int:
    """Give the end of the figures of a row; a number that could be a year counts while the row is not full."""
    i = start
    while i < len(units) and _is_figure(units[i], i - start + labelled, width + labelled):
        if i - start == width and _names_row(units, i):  # the next row's label
            break
        if i > start and not _next_to(units[i - 1], units[i]):
            break
        i += 1
    return i


def _names_row(units: Sequence[Unit], i: int) -> bool:
    """Whether what can be a value (`Not recorded`) is the label of the number after it."""
    if units[i].kind != "V" or i + 1 >= len(units):
        return False
    if not units[i].text[:1].isalpha():
        return False
    return units[i + 1].kind == "V" and units[i + 1].text[:1].isdigit()


def _is_label(units: Sequence[Unit], i: int) -> bool:
    return units[i].kind == "T" or _names_row(units, i)


def _is_figure(unit: Unit, count: int, width: int) -> bool:
    return unit.kind == "V" or (0 < count < width and unit.kind == "P" and is_number(value_of(unit.text)))


def _periods_down(units: Sequence[Unit], at: int) -> Found | None:
    """Read rows of a period and the same number of figures each, and the header before them."""
    if units[at].kind != "P" or at + 1 >= len(units) or units[at + 1].kind != "V":
        return None
    width = _run(units, at + 1, "V") - at - 1
    rows: list[list[Cell]] = []
    full = 0
    i = last = at
    while i < len(units):
        closing = units[i].kind == "T" and is_word(units[i].text, "total", "subtotal")
        if units[i].kind != "P" and not closing:
            break
        if rows and not _next_to(units[i - 1], units[i]):
            break
        stop = _figures(units, i + 1, width)
        count = stop - i - 1
        if count == 0 or count > width or not _next_to(units[i], units[i + 1]):
            break
        figures = [unit.cell for unit in units[i + 1 : stop]]
        full += count == width
        rows.append(
            [units[i].cell, *figures]
            if count == width
            else [units[i].cell, merged(figures, width), *[EMPTY] * (width - 1)]
        )
        i = last = stop
        if closing:
            break
    first = _header_before(units, at, width)
    if full < 2 and not (full and first is not None):
        return None
    if first is None and _needs_year(units[at]):
        return None
    if first is None:
        return None if width > 1 else (_as_grid(rows, "stacked"), at, last)
    header = [unit.cell for unit in units[first:at]]
    return _as_grid([header, *rows], "stacked"), first, last


def _names_column(unit: Unit) -> bool:
    """Whether a cell is words, such as one that heads a column though it can be a value: `Unknown`."""
    return (unit.kind == "T" or (unit.kind == "V" and unit.text[:1].isalpha())) and not unit.prose


def _header_before(units: Sequence[Unit], at: int, width: int) -> int | None:
    """Give where the header begins: a word for the period, then one header for each column of figures."""
    first = at - width - 1
    if first < 0 or not all(_names_column(unit) for unit in units[first:at]):
        return None
    named = starts_with_word(units[first].text, "period_header")
    near = all(_next_to(units[k], units[k + 1]) for k in range(first, at))
    return first if named and near else None


def _words_across(units: Sequence[Unit], at: int) -> Found | None:
    """Read a header of words, then rows of a label and as many figures each.

    The cells before the first figure have to be the headers and the first label exactly, the corner or not:
    what stands before them is cut off by blank lines or by running text.
    """
    if units[at].kind != "T" or units[at].prose:
        return None
    if at and units[at - 1].kind == "T" and not units[at - 1].prose and units[at].line - units[at - 1].line == 1:
        return None
    first = at
    while first < len(units) and _names_column(units[first]) and first - at < MOST_HEADERS:
        if first > at and units[first].line - units[first - 1].line > 1:
            return None
        first += 1
    width = _run(units, first, "V") - first
    named = first - at - 1
    if width < 2 or named not in (width, width + 1):
        return None
    rows: list[list[Cell]] = []
    i = first - 1
    while i + width < len(units) and units[i].kind == "T" and _run(units, i + 1, "V") == i + 1 + width:
        if rows and not _next_to(units[i - 1], units[i]):
            break
        rows.append([unit.cell for unit in units[i : i + 1 + width]])
        i += 1 + width
    if len(rows) < 2:
        return None
    if any(a.line == b.line for a, b in pairwise(units[at:i])):
        return None
    header = [unit.cell for unit in units[at : first - 1]]
    return _as_grid([[EMPTY, *header] if named == width else header, *rows], "stacked"), at, i


def _headed_twice(units: Sequence[Unit], at: int) -> Found | None:
    """Read a header of two rows, or of periods each with a share, and rows of a label and a figure for each column."""
    if units[at].kind not in "TP" or units[at].prose or (at and not units[at - 1].prose and units[at - 1].kind != "V"):
        return None
    first = at
    while first < len(units) and units[first].kind in "TP" and not units[first].prose and first - at < MOST_HEADERS:
        first += 1
    width = _run(units, first, "V") - first
    if width < _LEAST_DATED or first - at <= width:
        return None
    tokens = [Token(u.kind, *u.cell.segments[0], u.text, u.found) for u in units[at : first - 1]]
    dated = next((i for i, token in enumerate(tokens) if token.kind != "P"), 0)
    cuts = sorted({cut for cut in (dated, len(tokens) - width - 1, len(tokens) - width) if 0 < cut < len(tokens)})
    heads = with_shares(tokens, width)
    for cut in cuts:
        heads = heads or over_two_lines(tokens[:cut], tokens[cut:], width, whole=True)
    rows, last = _rows_across(units, first - 1, width) if heads else ([], at)
    return (_as_grid([*heads, *rows], "stacked"), at, last) if heads and rows else None


def _labels_down(units: Sequence[Unit], at: int) -> Found | None:
    """Read lines of a label and of its figure that end in a total which they add up to."""
    if units[at].kind != "T" or not is_word(units[at].text, "total"):
        return None
    if at + 1 >= len(units) or units[at + 1].kind != "V" or not _next_to(units[at], units[at + 1]):
        return None
    stated = _amount(units[at + 1])
    if stated is None:
        return None
    added = 0.0
    first = None
    i = at
    while i >= 2 and _is_pair(units[i - 2], units[i - 1], units[i]):
        added += _amount(units[i - 1]) or 0.0
        i -= 2
        if abs(added - stated) < 1e-6 and added:
            first = i
        if added > stated or at - i > MOST_CELLS:
            break
    if first is None or at - first < 4:
        return None
    rows = [[units[k].cell, units[k + 1].cell] for k in range(first, at + 2, 2)]
    begin, head = _words_before(units, first)
    if begin < first:
        rows[0][0] = join_cells([*(unit.cell for unit in units[begin + len(head) : first]), rows[0][0]])
    return _as_grid([head, *rows] if head else rows, "stacked"), begin, at + 2


def _words_before(units: Sequence[Unit], first: int) -> tuple[int, list[Cell]]:
    """Give where a header and the first lines of a wrapped label begin before the first figure's label; the header.

    Without a header, only lines that plainly go on belong to the label.
    """
    begin = first
    while begin and first - begin < MOST_LABEL_LINES and units[begin - 1].kind == "T" and not units[begin - 1].prose:
        if units[begin].line - units[begin - 1].line > 1 and begin < first:
            break
        begin -= 1
    for k in range(begin, first - 1):
        if _is_header_of_words(units[k].text, units[k + 1]):
            return k, [units[k].cell, units[k + 1].cell]
    at = first
    while at > begin and (ends_loose(units[at - 1].text) or starts_loose(units[at].text)):
        at -= 1
    return at, []


def _is_header_of_words(corner: str, counted: Unit) -> bool:
    """Whether two cells name what the labels are, and what is counted or in which period."""
    known = fold_label(corner) in names_to("breakdowns", "key")
    text = counted.text
    return known and (counted.kind == "P" or is_word(text, "generic_header") or unit_in(text) is not None)


def _words_down(units: Sequence[Unit], at: int) -> Found | None:
    """Read lines of a label and of its figure under a header that names what the labels are and what is counted."""
    if at + 5 >= len(units) or units[at].kind != "T" or units[at + 1].kind not in "TP":
        return None
    if not _is_header_of_words(units[at].text, units[at + 1]) or units[at].line == units[at + 1].line:
        return None
    rows: list[list[Cell]] = []
    i = last = at + 2
    while i < len(units) and _is_label(units, i) and not units[i].prose and _next_to(units[i - 1], units[i]):
        label = i
        while i + 1 < len(units) and units[i + 1].kind == "T" and _holds_on(units[i], units[i + 1]):
            i += 1
        if i + 1 >= len(units) or not _is_figure(units[i + 1], 1, 2) or not _next_to(units[i], units[i + 1]):
            break
        if units[i].line == units[i + 1].line or (i + 2 < len(units) and units[i + 2].kind == "V"):
            break
        rows.append([join_cells(unit.cell for unit in units[label : i + 1]), units[i + 1].cell])
        i = last = i + 2
    if len(rows) < 2:
        return None
    return _as_grid([[units[at].cell, units[at + 1].cell], *rows], "stacked"), at, last


def _holds_on(before: Unit, after: Unit) -> bool:
    return after.line - before.line == 1 and (ends_loose(before.text) or starts_loose(after.text))


def _is_pair(label: Unit, figure: Unit, following: Unit) -> bool:
    if label.kind != "T" or figure.kind != "V" or label.prose or _amount(figure) is None:
        return False
    return _next_to(label, figure) and _next_to(figure, following) and label.line < figure.line


def _unread(units: Sequence[Unit], at: int) -> Found | None:
    """Say of a header of periods with figures below it, which no row could be made of, that it could not be read."""
    if units[at].kind != "P" or (at and units[at - 1].kind == "P" and _next_to(units[at - 1], units[at])):
        return None
    end = _run(units, at, "P")
    if end - at < 2 or not in_order([unit.found for unit in units[at:end] if unit.found is not None]):
        return None
    last = _left_over(units, at, end)
    if last - end <= end - at:
        return None
    reason = f"The lines look like a table under {end - at} periods, but its rows cannot be told apart."
    return replace(_as_grid([(unit.cell,) for unit in units[at:last]], "stacked"), uncertain=reason), at, last


_READERS = (_headed_twice, _periods_across, _periods_down, _words_across, _words_down, _labels_down, _unread)


def _amount(unit: Unit) -> float | None:
    value = value_of(unit.text)
    return None if value is None or value.value is None else float(value.value)
