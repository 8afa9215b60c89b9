"""Tables whose cells stand on one line between tabs or pipes, Markdown included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import regex

from foi_nlp.figures import periods
from foi_nlp.grids import EMPTY, Cell, Grid
from foi_nlp.tables.cells import LONGEST_CELL, cell_at, is_band, is_number, period_of, value_of
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.words import is_word

_RULE_CELL = regex.compile(r"\s*:?-+:?\s*")
_PIPE = regex.compile(r"(?<!\\)[|│┃║]")
_BOX_RULE = regex.compile(r"[ \t]*[+┌├└┏┣┗╔╠╚][-=+─━═┬┼┴┐┤┘┳╋┻┓┫┛╦╬╩╗╣╝┠┨╟╢╪╤╧ \t]{3,}")
"""A rule of a table drawn with signs, which holds no cells."""

_EMPHASIS = regex.compile(r"(\*{1,3}|_{1,3}|`|~~)(?=\S)(.+?)(?<=\S)\1")
_LIST_MARK = regex.compile(r"\(?(?:[0-9]{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.):]\)?|[-•·*‣–o▪]|Q[0-9]{1,2}[a-z]?[.:)]?")

_QUOTED = regex.compile(r'"[^"]*"')
_OTHER_MARK = regex.compile(r",\s|(?<![\p{L}0-9])[0-9]++\s+[0-9]")
"""A comma or semicolon of running text, or numbers with blanks between them, whose commas part thousands.

In `Q1 2019` the first digit is no number of its own.
"""
_FIELDS = {mark: regex.compile(rf'(?:"(?P<quoted>[^"]*)"|(?P<plain>[^"{mark}]*))(?:{mark}|$)') for mark in (",", ";")}

_SPACED_MARK = regex.compile(r"(?<=\S)[ \t]+(?P<mark>[/·•¦~])[ \t]+(?=\S)")
"""A sign with blanks on both sides, as some web pages and mails put between cells."""

LONGEST_HEADING = 60

Row = list[Cell]


def is_rule(cells: Sequence[str]) -> bool:
    """Whether a row is the line under a Markdown header."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) >= 1 and all(_RULE_CELL.fullmatch(cell) for cell in filled) and any("--" in c for c in filled)


def has_pipe(lines: Lines, n: int) -> bool:
    """Whether a line has a pipe between cells."""
    return _PIPE.search(lines.text, *lines.spans[n]) is not None


def is_box_rule(lines: Lines, n: int) -> bool:
    """Whether a line is a rule of a table drawn with signs."""
    return _BOX_RULE.fullmatch(lines.text, *lines.spans[n]) is not None


def split_pipes(lines: Lines, n: int, *, closed: bool = True, opened: bool = True) -> list[tuple[int, int]]:
    """Give the stretches between the pipes of a line, without those outside the outer pipes.

    `closed` says that the lines of the table end with a pipe, so that nothing after it is no blank cell;
    `opened` says the same of the pipe that they begin with.
    """
    start, end = lines.spans[n]
    line = lines.text[start:end]
    cuts = [found.start() for found in _PIPE.finditer(line)]
    edges = [-1, *cuts, len(line)]
    cells = [(start + a + 1, start + b) for a, b in pairwise(edges)]
    if opened and cuts and not line[: cuts[0]].strip():
        cells = cells[1:]
    if closed and cuts and len(cells) > 1 and not line[cuts[-1] + 1 :].strip():
        cells = cells[:-1]
    return cells


def markup_cell(text: str, start: int, end: int) -> Cell:
    """Make a cell of Markdown: marks of emphasis around its text and escapes are no part of it."""
    plain = cell_at(text, start, end)
    while plain.segments:
        first, last = plain.segments[0]
        found = _EMPHASIS.fullmatch(text[first:last])
        if found is None or found[1] in found[2]:
            break
        plain = cell_at(text, first + found.start(2), first + found.end(2))
    if "\\" in plain.text or "&lt;" in plain.text:
        unescaped = regex.sub(r"\\([\\`*_{}\[\]()#+\-.!|~<>])", r"\1", plain.text).replace("&lt;", "<")
        return Cell(unescaped, plain.segments)
    return plain


def find_piped(lines: Lines) -> list[Grid]:
    """Find tables with a row a line and pipes between the cells."""
    grids = []
    n = 0
    while n < len(lines):
        if not lines.free[n] or not has_pipe(lines, n):
            n += 1
            continue
        first, ruled = n, False
        opened, closed = _outer_pipes(lines, n)
        rows: list[Row] = []
        while n < len(lines) and lines.free[n] and (has_pipe(lines, n) or is_box_rule(lines, n)):
            if is_box_rule(lines, n):
                n += 1
                continue
            cells = split_pipes(lines, n, closed=closed, opened=opened)
            texts = [lines.text[a:b] for a, b in cells]
            if is_rule(texts):
                if len(rows) == 1 and not ruled:
                    rows[0] = [replace(cell, header=True) for cell in rows[0]]
                ruled = True
            else:
                rows.append([markup_cell(lines.text, a, b) for a, b in cells])
            n += 1
        widths = Counter(len(row) for row in rows)
        if not rows or (not ruled and (len(rows) < 2 or widths.most_common(1)[0][1] < 2)) or max(widths) < 2:
            continue
        if one_cell_a_line(lines, first, n):
            continue
        grid = make_grid(lines, first, n, rows, "markdown" if ruled else "pipes")
        if grid is not None:
            grids.append(grid)
            lines.take(first, n)
    return grids


def _outer_pipes(lines: Lines, n: int) -> tuple[bool, bool]:
    """Whether all lines of a table with pipes begin with one, and whether all end with one."""
    opened = closed = True
    while n < len(lines) and lines.free[n] and (has_pipe(lines, n) or is_box_rule(lines, n)):
        if not is_box_rule(lines, n):
            line = lines.line(n).strip()
            opened = opened and _PIPE.match(line) is not None
            closed = closed and _PIPE.fullmatch(line[-1:]) is not None
        n += 1
    return opened, closed


def one_cell_a_line(lines: Lines, first: int, last: int) -> bool:
    """Whether most lines hold one cell and the pipe after it, as in copies of web pages."""
    single = 0
    for n in range(first, last):
        line = lines.line(n).strip()
        if (line.endswith("|") or line.startswith("|")) and line.count("|") == 1:
            single += 1
    return single * 2 > last - first


def find_tabbed(lines: Lines) -> list[Grid]:
    """Find tables with a row a line and tabs between the cells."""
    grids = []
    n = 0
    while n < len(lines):
        if not _is_tabbed(lines, n):
            n += 1
            continue
        first = n
        last = n + 1
        while True:
            following = last
            while following < len(lines) and lines.free[following] and lines.blank(following):
                following += 1
            if following - last > 1 or following >= len(lines):
                break
            if _is_tabbed(lines, following):
                last = following + 1
            elif following == last and _heads_rows(lines, first, following):
                last = following + 2
            else:
                break
        n = last
        rows = [_tab_cells(lines, i) for i in range(first, last) if not lines.blank(i)]
        if len(rows) < 2:
            continue
        grid = make_grid(lines, first, last, rows, "tabs")
        if grid is not None:
            grids.append(grid)
            lines.take(first, last)
    return grids


def _heads_rows(lines: Lines, first: int, n: int) -> bool:
    """Whether a line without tabs inside a table is a short heading of the rows below it, as wide as those above."""
    text = lines.line(n).strip()
    if not lines.free[n] or len(text) > LONGEST_HEADING or text.endswith((".", ":", ";", "?")):
        return False
    if n + 1 >= len(lines) or not _is_tabbed(lines, n + 1):
        return False
    above, below = _tab_cells(lines, first), _tab_cells(lines, n + 1)
    figures = [cell for cell in below[1:] if cell.segments]
    return len(above) == len(below) > 1 and bool(figures) and all(_is_plain(cell) for cell in figures)


def _is_plain(cell: Cell) -> bool:
    return value_of(cell.text) is not None and period_of(cell.text) is None


def _is_tabbed(lines: Lines, n: int) -> bool:
    if not lines.free[n]:
        return False
    line = lines.line(n)
    if "\t" not in line.strip() and not (line.startswith("\t") and line.strip() and value_of(line.strip())):
        return False
    cells = line.split("\t")
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return False
    listed = _LIST_MARK.fullmatch(cells[0].strip()) is not None
    return not (listed and len(filled) <= 2 and (len(filled) < 2 or value_of(filled[1].strip()) is None))


def _tab_cells(lines: Lines, n: int) -> Row:
    start, _ = lines.spans[n]
    row, at = [], start
    for piece in lines.line(n).split("\t"):
        row.append(cell_at(lines.text, at, at + len(piece)))
        at += len(piece) + 1
    return row


def find_comma_separated(lines: Lines) -> list[Grid]:
    """Find tables with a row a line and commas or semicolons between the cells, none of them followed by a blank."""
    return [grid for mark in _FIELDS for grid in _find_separated(lines, mark)]


def _find_separated(lines: Lines, mark: str) -> list[Grid]:
    grids = []
    n = 0
    while n < len(lines):
        first = n
        rows: list[Row] = []
        while n < len(lines) and lines.free[n] and (row := _separated_cells(lines, n, mark)) is not None:
            if rows and len(row) != len(rows[0]):
                break
            rows.append(row)
            n += 1
        figures = sum(value_of(cell.text) is not None for row in rows[1:] for cell in row[1:])
        paired = len(rows) < 3 or len(rows[0]) > 2 or _headed_pairs(rows)
        if len(rows) >= 3 and paired and figures * 2 > sum(len(row) - 1 for row in rows[1:]):
            grid = make_grid(lines, first, n, rows, "commas")
            if grid is not None:
                grids.append(grid)
                lines.take(first, n)
        n = max(n, first + 1)
    return grids


def find_marked(lines: Lines) -> list[Grid]:
    """Find tables with a row a line and a slash or dot with blanks around it between the cells.

    Each row holds a label and a figure for every head of the first line, so that signs in running text are no cells.
    """
    grids = []
    n = 0
    while n < len(lines):
        first = n
        mark, header = _marked_cells(lines, n, "")
        n += 1
        if len(header) < 2 or any(_is_plain(cell) for cell in header):
            continue
        rows: list[Row] = [header]
        while n < len(lines) and (row := _marked_cells(lines, n, mark)[1]) and len(row) - len(header) in (0, 1):
            if (
                len(row) < 2
                or any(value_of(cell.text) is None for cell in row[1:])
                or len(row) != len((*rows[1:2], row)[0])
            ):
                break
            rows.append(row)
            n += 1
        if len(rows) < 3 or (
            len(rows[1]) == len(header) and period_of(header[0].text) and not period_of(rows[1][0].text)
        ):
            n = first + 1
            continue
        grid = make_grid(lines, first, n, rows, "marks")
        if grid is not None:
            grids.append(grid)
            lines.take(first, n)
    return grids


def _marked_cells(lines: Lines, n: int, mark: str) -> tuple[str, Row]:
    """Give the sign between the cells of a line and the cells; no cells where the sign is not `mark`, if given."""
    start, end = lines.spans[n]
    cuts = (
        list(_SPACED_MARK.finditer(lines.text, start, end)) if lines.free[n] and end - start <= 4 * LONGEST_CELL else []
    )
    marks = {cut["mark"] for cut in cuts}
    if len(marks) != 1 or (mark and marks != {mark}):
        return mark, []
    edges = [(start, start), *(cut.span() for cut in cuts), (end, end)]
    return marks.pop(), [cell_at(lines.text, a[1], b[0]) for a, b in pairwise(edges)]


def _headed_pairs(rows: Sequence[Row]) -> bool:
    """Whether rows of two cells have a header and a period or a name each, so that their comma parts no thousands."""
    if _is_plain(rows[0][1]):
        return False
    return all(period_of(row[0].text) is not None or is_band(row[0].text) or _is_named(row) for row in rows[1:])


def _is_named(row: Row) -> bool:
    """Whether the first cell of a row is words, with no digit beside the comma."""
    name = row[0].text
    return name[:1].isalpha() and not name[-1:].isdigit() and value_of(row[1].text) is not None


def _separated_cells(lines: Lines, n: int, mark: str) -> Row | None:
    start, end = lines.spans[n]
    line = lines.text[start:end]
    if mark not in line or _OTHER_MARK.search(_QUOTED.sub("", line).replace(mark, ",")):
        return None
    cells: Row = []
    at = 0
    ended = False
    while not ended:
        found = _FIELDS[mark].match(line, at)
        if found is None:
            return None
        ended = not found[0].endswith(mark)
        field = found["quoted"]
        a, b = found.span("quoted") if field is not None else found.span("plain")
        cells.append(cell_at(lines.text, start + a, start + b))
        at = found.end()
    return cells if len(cells) > 1 else None


def make_grid(lines: Lines, first: int, last: int, rows: list[Row], source: str) -> Grid | None:
    """Make a grid of the rows of some lines, all rows brought to one length; None when they are no table."""
    rows = squared(_parted(lines.text, rows) or rows)
    if not rows or len(rows[0]) < 2:
        return None
    start = lines.spans[first][0]  # a first cell that is blank belongs to the table as well
    end = max((s[1] for row in rows for c in row for s in c.segments), default=lines.spans[last - 1][1])
    return Grid(tuple(tuple(row) for row in rows), start, end, source)


def _parted(text: str, rows: Sequence[Row]) -> list[Row] | None:
    """Part cells that each hold a period and its figure, as in `Hours: 2016/17 1,204`, into header and rows."""
    header: Row = []
    out: list[Row] = []
    for row in rows:
        parts = [_period_and_figure(text, cell, first=i == 0) for i, cell in enumerate(row)]
        if len(parts) < 2 or any(part is None for part in parts):
            return None
        found = [part for part in parts if part is not None]
        if header and [part[1].text for part in found] != [cell.text for cell in header[1:]]:
            return None
        header = header or [EMPTY, *[part[1] for part in found]]
        out.append([found[0][0], *[part[2] for part in found]])
    return [header, *out]


def _period_and_figure(text: str, cell: Cell, *, first: bool) -> tuple[Cell, Cell, Cell] | None:
    """Give label, period and figure of a cell that holds just them; only the first cell may have a label."""
    if len(cell.segments) != 1 or len(cell.text) > LONGEST_CELL:
        return None
    start, end = cell.segments[0]
    inside = periods.find_periods(text[start:end])
    if not inside:
        return None
    one = inside[0]
    label = text[start : start + one.start].strip(" :–-")
    figure = cell_at(text, start + one.end, end)
    lead = regex.match(r"[:=–-]\s+", figure.text)
    if lead and figure.segments:
        figure = cell_at(text, figure.segments[0][0] + lead.end(), end)
    if (label and not first) or not is_number(value_of(figure.text)):
        return None
    held = cell_at(text, start, start + len(text[start : start + one.start].rstrip(" :–-"))) if label else EMPTY
    return held, cell_at(text, start + one.start, start + one.end), figure


def squared(rows: list[Row]) -> list[Row]:
    """Bring rows to one length.

    A shorter row lost its last cells where the table keeps blank cells elsewhere. Otherwise nobody can tell which
    cells it lost: its values become one cell that spans all their columns, with a segment for each.
    """
    rows = [row for row in rows if any(cell.segments or cell.header for cell in row)]
    if not rows:
        return []
    lengths = Counter(len(row) for row in rows)
    width = max(lengths, key=lambda length: (lengths[length], length))
    if max(lengths) > width and all(not c.segments for row in rows for c in row[width:]):
        rows = [row[:width] for row in rows]
    keeps_blanks = any(not cell.segments for row in rows[1:] for cell in row)
    out = []
    for i, row in enumerate(rows):
        if len(row) == width:
            out.append(row)
        elif i == 0 and len(row) == width - 1 and _lacks_corner(row, rows[1:]):
            out.append([EMPTY, *row])
        elif len(row) > width:
            out.append([row[0], merged(row[1:], width - 1), *[EMPTY] * (width - 2)])
        elif keeps_blanks or len(row) <= 1 or _is_heading(row):
            out.append([*row, *[EMPTY] * (width - len(row))])
        else:
            out.append([row[0], merged(row[1:], width - 1), *[EMPTY] * (width - 2)])
    return out


def _is_heading(row: Row) -> bool:
    return not any(is_number(value_of(cell.text)) for cell in row)


def _lacks_corner(header: Row, rows: Sequence[Row]) -> bool:
    if any(not cell.segments for cell in header):
        return False
    if is_word(header[0].text, "period_header"):
        return False
    named = [row for row in rows if row and row[0].segments]
    labelled = all(not is_number(value_of(row[0].text)) or period_of(row[0].text) for row in named)
    return labelled and not any(is_number(value_of(c.text)) and not period_of(c.text) for c in header)


def merged(cells: Sequence[Cell], span: int) -> Cell:
    """Make one cell that spans `span` columns of cells whose columns are not known."""
    filled = [cell for cell in cells if cell.segments]
    return Cell(
        "  ".join(cell.text for cell in filled),
        tuple(segment for cell in filled for segment in cell.segments),
        column_span=span,
    )
