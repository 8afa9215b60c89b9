"""Tables set in columns by blanks, as in typed letters and in text taken from PDF files with its layout kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

import regex

from foi_nlp.grids import EMPTY, Cell, Grid
from foi_nlp.tables.cells import in_order, is_band, is_number, join_cells, period_of
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.pieces import Piece, before, last_word
from foi_nlp.tables.words import is_word, starts_with_word, table_words
from foi_nlp.tables.wrapped import Run, ends_loose, share, starts_loose

MOST_BLANK_LINES = 2
MOST_LABEL_LINES = 16
MOST_FURNITURE_LINES = 10
MOST_BRIEF_LINES = 4
MOST_HEADER_LINES = 8
LONGEST_HEADER = 60
LONGEST_PIECE = 80
_CERTAIN = 0.55
"""A figure belongs to the nearest column when the next one is at least 1 / 0.55 times as far."""

_NEAR = 3
_LEAST_BANDS = 2
_LEAST_RAGGED = 3
"""One in so many figures stands apart from the one above it where the columns are not aligned."""
_PAGE = regex.compile(r"\b(?:page|tudalen)\s+\d+\b|^\W*\d+\s+of\s+\d+\W*$|\f", regex.IGNORECASE)
_HALF_PERIOD = regex.compile(r"[0-9]\s?[/–-]$")
_NUMBERED_PAGE = regex.compile(r"\b(?:page|tudalen)\s+\d+\b|^\W*\d+\s+of\s+\d+\W*$", regex.IGNORECASE)
_BARE_NUMBER = regex.compile(r"[-–—\s]{0,3}[0-9]{1,3}[-–—\s]{0,3}")
_SEPARATORS = frozenset("-–—=:|")
_UNALIGNED = "The columns are not aligned, and the lines of the header do not say which figures they stand over."
_DIGITS = regex.compile(r"\d+")


@dataclass(slots=True)
class Line:
    """A line with its pieces. `completes` says that its numbers end the periods begun in the line above."""

    number: int
    pieces: list[Piece]
    completes: bool = False

    @property
    def is_data(self) -> bool:
        """Whether the line has a figure right of its label."""
        rest = self.pieces[1:]
        if self.completes or _are_bands(rest or self.pieces):
            return False
        if self.single:  # a word alone (`Unknown`) names the rows below it
            return self.pieces[0].is_symbol
        return any(p.is_symbol for p in rest) or (bool(rest) and all(p.is_figure for p in rest))

    @property
    def prose(self) -> bool:
        """Whether the line holds a stretch too long for a cell."""
        return any(p.right - p.left > LONGEST_PIECE for p in self.pieces)

    @property
    def single(self) -> bool:
        """Whether the line is one piece."""
        return len(self.pieces) == 1


def _are_bands(pieces: Sequence[Piece]) -> bool:
    """Whether pieces are the bands over columns, beside words at most: `10-17`, `18-24`, `25+`, `Total`."""
    bands = sum(is_band(p.text) for p in pieces)
    return bands >= _LEAST_BANDS and all(is_band(p.text) or p.value is None for p in pieces)


@dataclass(slots=True)
class Row:
    """A row of figures: the pieces right of the label columns, and the label's pieces, line by line."""

    line: int
    label: list[Piece]
    figures: list[Piece]
    above: list[list[Piece]] = field(default_factory=list)
    below: list[list[Piece]] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """A table, or what stands of it on one page."""

    first: int
    last: int
    header: list[list[Piece]]
    rows: list[Row]
    edge: int
    margin: int
    headings: dict[int, list[Piece]] = field(default_factory=dict)


def find_aligned(lines: Lines) -> list[Grid]:
    """Find tables whose columns are aligned by runs of blanks."""
    parsed = [Line(n, lines.pieces(n)) if lines.free[n] else Line(n, []) for n in range(len(lines))]
    for above, line in pairwise(parsed):
        line.completes = _completes(above.pieces, line.pieces)
    repeated = _repeated(lines)
    groups: list[list[Part]] = []
    for first, last in _clusters(lines, parsed):
        part = _part(lines, parsed, first, last)
        if part is None:
            continue
        if groups and _continues(lines, groups[-1], part, repeated):
            groups[-1].append(part)
        else:
            groups.append([part])
    grids = []
    for parts in groups:
        grid = _grid(parts)
        if grid is not None:
            grids.append(grid)
            lines.take(parts[0].first, parts[-1].last)
    return grids


def _completes(above: Sequence[Piece], below: Sequence[Piece]) -> bool:
    """Whether two periods or more are cut over two lines, as `2007/` over `08` is."""
    begun = [p for p in above if _HALF_PERIOD.search(p.text)]
    if len(begun) < 2 or len(below) < 2:
        return False
    under = [next((b for b in below if b.left < p.right and p.left < b.right), None) for p in begun]
    return all(b is not None and period_of(p.text + b.text) is not None for p, b in zip(begun, under, strict=True))


def _repeated(lines: Lines) -> Counter[str]:
    """Count lines that recur but for their numbers, as the furniture of pages does."""
    return Counter(_folded(lines, n) for n in range(len(lines)) if not lines.blank(n))


def _folded(lines: Lines, n: int) -> str:
    return _DIGITS.sub("0", " ".join(lines.line(n).split()).lower())


# ---- where tables stand


def _clusters(lines: Lines, parsed: Sequence[Line]) -> list[tuple[int, int]]:
    """Give runs of lines that may be a table: lines of several pieces, and what is wrapped between them."""
    out = []
    n = 0
    while n < len(parsed):
        if len(parsed[n].pieces) < 2 or parsed[n].prose or _is_furniture(lines, n):
            n += 1
            continue
        last = _cluster_end(lines, parsed, n)
        out.append((n, last))
        n = last
    return out


def _is_furniture(lines: Lines, n: int) -> bool:
    """Whether a line is the head or foot of a page."""
    line = lines.line(n).strip("\f ")
    if _NUMBERED_PAGE.search(line) is not None or starts_with_word(line, "furniture"):
        return True
    apart = 0 < n < len(lines) - 1 and lines.blank(n - 1) and lines.blank(n + 1)
    return apart and _BARE_NUMBER.fullmatch(line) is not None


def _cluster_end(lines: Lines, parsed: Sequence[Line], first: int) -> int:
    edge: int | None = None
    header_left = min(p.left for p in parsed[first].pieces[1:])
    last = first
    n = first
    blanks = labels = 0
    while n < len(parsed):
        line = parsed[n]
        if not line.pieces:
            blanks += 1
            if blanks > MOST_BLANK_LINES or not lines.free[n]:
                break
        elif ("\f" in lines.line(n) and n > first) or line.prose or _is_furniture(lines, n):
            break
        elif line.single and not line.is_data:
            piece = line.pieces[0]
            labels += 1
            in_label = edge is None or piece.right <= edge
            in_header = edge is None and (piece.left >= header_left or piece.right <= header_left)
            if labels > MOST_LABEL_LINES or not (in_header if edge is None else in_label):
                break
            blanks = 0
        elif edge is not None and not line.is_data and _begins_table(line, parsed[first], edge, after_blank=blanks > 0):
            break
        else:
            if line.is_data:
                figure = next(p for p in (line.pieces[1:] or line.pieces) if p.is_figure)
                edge = figure.left if edge is None else min(edge, figure.left)
            last, blanks, labels = n, 0, 0
        n += 1
    if edge is not None:
        room = max(
            (p.right - p.left for line in parsed[first:last] for p in line.pieces[:1] if p.right <= edge), default=0
        )
        while last + 1 < len(parsed) and _is_tail(parsed, last + 1, edge, room):
            last += 1
    return last + 1


def _begins_table(line: Line, head: Line, edge: int, *, after_blank: bool) -> bool:
    """Whether a line of several pieces below figures is the header of another table, or of this one again."""
    again = [p.text for p in line.pieces] == [p.text for p in head.pieces]
    return again or _is_header(line) or (after_blank and line.pieces[-1].left >= edge)


def _is_tail(parsed: Sequence[Line], n: int, edge: int, room: int) -> bool:
    """Whether a line right below the last row goes on with its label, whose column is `room` wide."""
    line = parsed[n]
    if not line.single or line.pieces[0].right > edge or line.is_data:
        return False
    above = parsed[n - 1].pieces
    if starts_loose(line.pieces[0].text):
        return True
    if above and above[0].left < edge:
        return ends_loose(above[0].text) or _is_pushed_down(parsed, n, room)
    around = parsed[n - 2].pieces if above and n >= 2 else []
    return len(around) == 1 and around[0].right <= edge and _encloses(around[0], line.pieces[0])


def _is_pushed_down(parsed: Sequence[Line], n: int, room: int) -> bool:
    """Whether the last line of a block is no sentence, and its first word had no room left in the label above it."""
    above, below = parsed[n - 1].pieces[0], parsed[n].pieces[0]
    ends = n + 1 == len(parsed) or not parsed[n + 1].pieces
    first = below.text.split(" ", 1)[0]
    plain = above.left == below.left and first[:1].isalpha() and not below.text.endswith((".", ":", ";", "?"))
    return ends and plain and below.right - below.left <= room < above.right - above.left + 1 + len(first)


def _encloses(above: Piece, below: Piece) -> bool:
    """Whether the lines above and below a row of figures alone are set to one side or one middle, as one label is."""
    return abs(above.left - below.left) <= 1 or abs(above.middle - below.middle) <= 1


def _is_header(line: Line) -> bool:
    rest = line.pieces[1:]
    return len(rest) >= 1 and (
        all(p.period is not None for p in rest)
        or is_word(line.pieces[0].text, "period_header")
        or starts_with_word(line.pieces[0].text, "period_header")
    )


def _part(lines: Lines, parsed: Sequence[Line], first: int, last: int) -> Part | None:
    """Read a run of lines as a table: its header, and its rows with their wrapped labels."""
    data = [n for n in range(first, last) if parsed[n].is_data and len(parsed[n].pieces) > 1]
    if not data:
        return None
    edge = _edge(
        [parsed[n] for n in range(first, last) if parsed[n].is_data], [parsed[n] for n in range(first, data[0])]
    )
    lone = [
        n for n in range(first, last) if parsed[n].single and parsed[n].is_data and parsed[n].pieces[0].left >= edge
    ]
    data = sorted([*data, *lone, *_rows_of_words(parsed, data[0], last, edge)])
    margin = min((parsed[n].pieces[0].left for n in data if parsed[n].pieces[0].left < edge), default=-1)
    heads = _header_lines(lines, parsed, first, data[0], edge, margin)
    mistaken = _rows_of_years(parsed, heads)
    data = sorted([*data, *mistaken])
    heads = [n for n in heads if n not in mistaken]
    begin = heads[0] if heads else min([data[0], *_labels_above(lines, parsed, data[0], edge)])
    rows, headings = _rows(lines, parsed, begin, last, data, edge, set(heads))
    if not rows:
        return None
    return Part(begin, last, [parsed[n].pieces for n in heads], rows, edge, margin, headings=headings)


def _rows_of_words(parsed: Sequence[Line], first: int, last: int, edge: int) -> list[int]:
    """Give the lines between rows that have words where others have figures, and do not go on with a label."""
    out = []
    for n in range(first + 1, last):
        pieces = parsed[n].pieces
        if len(pieces) < 2 or parsed[n].is_data or pieces[-1].left < edge or pieces[0].left >= edge:
            continue
        above = parsed[n - 1].pieces
        if not starts_loose(pieces[0].text) and not (above and above[0].left < edge and ends_loose(above[0].text)):
            out.append(n)
    return out


def _edge(data: Sequence[Line], above: Sequence[Line]) -> int:
    """Give the column where figures begin: left of it stand labels. A header's periods stand over figures, too."""
    lefts = []
    for line in data:
        rest = line.pieces[1:] if len(line.pieces) > 1 else line.pieces
        figure = next(p for p in rest if p.is_figure)
        lefts.append(figure.left)
    for line in above:
        dated = [p.left for p in line.pieces if p.period is not None]
        if len(dated) >= 2:
            lefts.append(dated[0])
    return min(lefts)


def _header_lines(lines: Lines, parsed: Sequence[Line], first: int, data: int, edge: int, margin: int) -> list[int]:
    """Give the header's lines: the lowest block of lines that stand over the columns of figures."""
    bottom = next((n for n in range(data - 1, first - 1, -1) if parsed[n].pieces and _is_over(parsed[n], edge)), None)
    if bottom is None:
        return []
    heads = [bottom]
    n = bottom - 1
    while n >= 0 and bottom - n < MOST_HEADER_LINES and lines.free[n]:
        line = parsed[n]
        if not line.pieces or "\f" in lines.line(n + 1) or line.prose or _is_furniture(lines, n):
            break
        if n < first and line.pieces[0].left <= margin + 2:
            break
        if (
            n < first
            and line.single
            and (len(line.pieces[0].text) > LONGEST_HEADER or line.pieces[0].text.endswith((".", ":", ";")))
        ):
            break
        if _is_over(line, edge):
            heads.append(n)
        n -= 1
    corners = [
        n for n in range(min(heads), data) if n not in heads and parsed[n].pieces and _is_corner(parsed, n, heads)
    ]
    return sorted([*heads, *corners])


def _rows_of_years(parsed: Sequence[Line], heads: Sequence[int]) -> list[int]:
    """Give the lines below a header of periods whose figures could be years, too: they are rows."""
    out = []
    dated = False
    for n in heads:
        rest = parsed[n].pieces[1:]
        if dated and rest and all(is_number(p.value) for p in rest):
            out.append(n)
        dated = dated or sum(p.period is not None for p in rest) >= 2
    return out


def _is_over(line: Line, edge: int) -> bool:
    return line.pieces[-1].right > edge


def _is_corner(parsed: Sequence[Line], n: int, heads: Sequence[int]) -> bool:
    """Whether a line of labels among the header lines, or right below them, is a part of the wrapped corner."""
    if any(head > n for head in heads):
        return any(head < n for head in heads)
    return n - 1 in heads and starts_loose(parsed[n].pieces[0].text)


def _labels_above(lines: Lines, parsed: Sequence[Line], data: int, edge: int) -> list[int]:
    """Give the lines right above the first row of a table without header that are its wrapped label."""
    out: list[int] = []
    n = data - 1
    while n >= 0 and lines.free[n] and parsed[n].single and parsed[n].pieces[0].right <= edge and len(out) < 4:
        if "\f" in lines.line(n):
            break
        out.append(n)
        n -= 1
    return sorted(out)


# ---- rows and their wrapped labels


def _rows(
    lines: Lines,
    parsed: Sequence[Line],
    first: int,
    last: int,
    data: Sequence[int],
    edge: int,
    header: set[int],
) -> tuple[list[Row], dict[int, list[Piece]]]:
    rows: list[Row] = []
    for n in data:
        pieces = parsed[n].pieces
        cut = next(i for i, p in enumerate(pieces) if p.left >= edge or (i and p.is_figure))
        rows.append(Row(n, pieces[:cut], pieces[cut:]))
    loose = [
        n for n in range(first, last) if parsed[n].pieces and n not in header and not any(row.line == n for row in rows)
    ]
    headings: dict[int, list[Piece]] = {}
    loose = _take_headings(parsed, rows, loose, headings)
    _share_out(lines, parsed, rows, _runs([row.line for row in rows], loose), headings, edge)
    return rows, headings


def _take_headings(
    parsed: Sequence[Line], rows: Sequence[Row], loose: Sequence[int], headings: dict[int, list[Piece]]
) -> list[int]:
    """Take the lines that head a group of rows: their labels are indented deeper, or recur in another group."""
    alone = [n for n in loose if parsed[n].single and not _is_wrap(parsed, n)]
    recurring = _recurring_groups(parsed, rows, alone)
    kept = []
    for n in loose:
        left = parsed[n].pieces[0].left
        after = [i for i, row in enumerate(rows) if row.line > n and row.label]
        group = 0
        while group < len(after) and rows[after[group]].label[0].left >= left + 2:
            group += 1
        dated = parsed[n].pieces[0].period is not None and bool(after)
        heads = group >= 2 or dated or n in recurring
        if heads and n in alone and after and after[0] not in headings:
            headings[after[0]] = parsed[n].pieces
        else:
            kept.append(n)
    return kept


def _recurring_groups(parsed: Sequence[Line], rows: Sequence[Row], alone: Sequence[int]) -> set[int]:
    """Give the lines that part the rows into groups, when two groups or more have rows of the same labels."""
    groups: dict[int, set[str]] = {}
    for row in rows:
        head = max((n for n in alone if n < row.line), default=-1)
        groups.setdefault(head, set()).add(_text(row.label))
    counts = Counter(label for labels in groups.values() for label in labels if label)
    headed = [n for n in alone if n in groups]
    again = all(any(counts[label] > 1 for label in groups[n]) for n in headed)
    brief = all(len(parsed[n].pieces[0].text) <= LONGEST_HEADER for n in headed)
    return set(headed) if len(headed) > 1 and again and brief else set()


def _is_wrap(parsed: Sequence[Line], n: int) -> bool:
    """Whether a line begins or ends in the middle of a label."""
    text = parsed[n].pieces[0].text
    return starts_loose(text) or ends_loose(text)


def _runs(data: Sequence[int], loose: Sequence[int]) -> list[list[int]]:
    """Give the label lines above each row, and after the last row."""
    runs: list[list[int]] = [[] for _ in range(len(data) + 1)]
    i = 0
    for n in loose:
        while i < len(data) and data[i] < n:
            i += 1
        runs[i].append(n)
    return runs


def _text(pieces: Sequence[Piece]) -> str:
    return " ".join(piece.text for piece in pieces)


def _share_out(
    lines: Lines,
    parsed: Sequence[Line],
    rows: list[Row],
    runs: Sequence[Sequence[int]],
    headings: dict[int, list[Piece]],
    edge: int,
) -> None:
    """Give each line of labels between two rows to the row above or below, or make a heading of it."""
    open_runs = [list(run) for run in runs]
    cuts: list[tuple[int, ...]] = []
    for i, run in enumerate(open_runs):
        found = _cuts(lines, rows, i, run)
        if run and not found:
            headings[i] = [p for n in run for p in parsed[n].pieces]
            run.clear()
        cuts.append(found or (0,))
    labels = {n: [p for p in parsed[n].pieces if p.left < edge] for run in open_runs for n in run}
    texts = [tuple(_text(labels[n]) for n in run) for run in open_runs]
    own = [_text(row.label) for row in rows]
    room = max((len(text) for text in [*own, *(text for run in texts for text in run)]), default=0)
    shared = share(own, [Run(*found) for found in zip(texts, cuts, strict=True)], room)
    for i, (run, cut) in enumerate(zip(open_runs, shared, strict=True)):
        if i:
            rows[i - 1].below += [labels[n] for n in run[:cut]]
        if i < len(rows):
            rows[i].above += [labels[n] for n in run[cut:]]


def _cuts(lines: Lines, rows: Sequence[Row], i: int, run: Sequence[int]) -> tuple[int, ...]:
    """Give the places where the lines of labels between two rows may be cut; none when they head the rows below."""
    if not run or i == 0:
        return (0,)
    if i == len(rows):
        return (next((k for k, n in enumerate(run) if lines.blank(n - 1)), len(run)),)
    blank_before = any(lines.blank(n) for n in range(rows[i - 1].line + 1, run[0]))
    blank_after = any(lines.blank(n) for n in range(run[-1] + 1, rows[i].line))
    split = next((k for k, n in enumerate(run[1:], 1) if any(lines.blank(m) for m in range(run[k - 1] + 1, n))), None)
    if split is not None:
        return (split,)
    if blank_before and blank_after:
        return ()
    if blank_before or blank_after:
        return (0,) if blank_before else (len(run),)
    return tuple(range(len(run) + 1))


# ---- columns


def _continues(lines: Lines, parts: Sequence[Part], part: Part, repeated: Counter[str]) -> bool:
    """Whether a part goes on with the table before it, cut by the end of a page."""
    before = parts[-1]
    gap = [n for n in range(before.last, part.first) if not lines.blank(n)]
    if len(gap) > MOST_FURNITURE_LINES or _is_closed(before):
        return False
    reach = range(before.last, min(part.first + 1, len(lines)))
    cut = any(_PAGE.search(lines.line(n)) or _is_furniture(lines, n) for n in reach)
    marked = any(_says_continued(lines.line(n)) for n in gap)
    same = bool(part.header) and _header_text(part) == _header_text(parts[0])
    if same:
        return (cut or marked or not gap) and not _labels_again(parts, part)
    if part.header or not cut:
        return False
    furniture = all(
        repeated[_folded(lines, n)] > 1 or _PAGE.search(lines.line(n)) or _is_furniture(lines, n) for n in gap
    )
    brief = len(gap) <= MOST_BRIEF_LINES and not any(_opens_something(lines.line(n)) for n in gap)
    return (furniture or brief) and max(len(row.figures) for row in part.rows) <= max(
        len(r.figures) for p in parts for r in p.rows
    )


def _opens_something(line: str) -> bool:
    """Whether a line between two parts is a caption, a question or prose, so that a new table begins after it."""
    text = " ".join(line.split())
    return len(text) > LONGEST_HEADER or text.endswith((":", "?", ".")) or starts_with_word(text, "caption")


def _says_continued(line: str) -> bool:
    lowered = " ".join(line.lower().split()).rstrip(" ).]:-")
    return any(lowered.endswith(word) for word in table_words()["continuation"])


def _is_closed(part: Part) -> bool:
    return bool(part.rows) and is_word(_text(part.rows[-1].label), "total")


def _labels_again(parts: Sequence[Part], part: Part) -> bool:
    seen = {_text(row.label) for p in parts for row in p.rows if row.label}
    return any(_text(row.label) in seen for row in part.rows if row.label)


def _header_text(part: Part) -> list[str]:
    return sorted(word for pieces in part.header for piece in pieces for word in piece.text.lower().split())


def _corner_and_rest(part: Part) -> tuple[list[list[Piece]], list[list[Piece]]]:
    """Split each header line into what stands over the labels and what stands over the figures."""
    corners, rest = [], []
    for pieces in part.header:
        cut = 0
        while cut < len(pieces) and (
            pieces[cut].right <= part.edge or (cut == 0 and pieces[0].left <= part.margin + 2 and len(pieces) > 1)
        ):
            cut += 1
        corners.append(pieces[:cut])
        rest.append(pieces[cut:])
    for i, corner in enumerate(corners):
        over = [p for k, line in enumerate(rest) if k != i for p in line]
        while corner and corner[-1].left > part.margin + 2 and _stands_under(corner[-1], over):
            rest[i] = [corner[-1], *rest[i]]
            corner = corners[i] = corner[:-1]
    return corners, rest


def _stands_under(piece: Piece, over: Sequence[Piece]) -> bool:
    """Whether a piece is set to one side or one middle with a piece over the figures."""
    return any(_encloses(piece, p) or abs(piece.right - p.right) <= 1 for p in over)


@dataclass(slots=True)
class Band:
    """A column of a header: its own pieces from top to bottom, and those that it shares with other columns."""

    own: list[Piece]
    shared: list[Piece] = field(default_factory=list)

    @property
    def pieces(self) -> list[Piece]:
        """All pieces over the column, from top to bottom."""
        return [*self.shared, *self.own]


def _bands(header: Sequence[Sequence[Piece]]) -> list[Band]:
    """Stack the pieces of a header of several lines into columns, by where they stand, from the lowest line up."""
    bands: list[Band] = []
    for pieces in reversed(header):
        groups = _shared_out(pieces, bands) or _over_all(pieces, bands)
        if groups:
            for piece, group in groups:
                for band in group:
                    band.shared.insert(0, piece)
            continue
        fresh: list[Band] = []
        for piece in pieces:
            over = [band for band in bands if any(piece.left < p.right and p.left < piece.right for p in band.own)]
            for band in over:
                (band.own if len(over) == 1 else band.shared).insert(0, piece)
            if not over:
                fresh.append(Band([piece]))
        bands = sorted([*bands, *fresh], key=lambda band: band.own[-1].left)
    return bands


def _over_all(pieces: Sequence[Piece], bands: list[Band]) -> list[tuple[Piece, list[Band]]]:
    """Give all columns under one piece that stands alone over them, in their middle or over a run of periods."""
    if len(pieces) != 1 or len(bands) <= _LEAST_BANDS or pieces[0].period is not None:
        return []
    left, right = bands[0].own[-1].left, bands[-1].own[-1].right
    middle = abs(pieces[0].middle - (left + right) / 2) <= max(2, (right - left) / 8)
    over = sum(pieces[0].left < band.own[-1].right and band.own[-1].left < pieces[0].right for band in bands)
    dated = [p.period for band in bands for p in band.own[-1:]]
    run = in_order([found for found in dated if found is not None]) and None not in dated
    return [(pieces[0], list(bands))] if (middle or run) and over > 1 else []


def _shared_out(pieces: Sequence[Piece], bands: list[Band]) -> list[tuple[Piece, list[Band]]]:
    """Give the columns under each period of an upper header line, when it heads equal groups of columns."""
    if len(pieces) < 2 or len(bands) <= len(pieces) or len(bands) % len(pieces):
        return []
    size = len(bands) // len(pieces)
    below = [[piece.text for piece in band.own] for band in bands]
    alike = all(below[i] == below[i % size] for i in range(len(below)))
    if not alike and any(piece.period is None for piece in pieces):
        return []
    out = []
    for i, piece in enumerate(pieces):
        group = bands[i * size : (i + 1) * size]
        if not group[0].own[-1].left - 2 <= piece.middle <= group[-1].own[-1].right + 2:
            return []
        out.append((piece, group))
    return out


def _grid(parts: Sequence[Part]) -> Grid | None:
    """Make the grid of a table from its parts, or None when the lines are no table."""
    main = parts[0]
    corners, over = _corner_and_rest(main)
    rows = [row for part in parts for row in part.rows]
    ragged = _is_ragged(rows)
    if ragged and len(main.header) > 1:
        corners, bands = _in_order(main.header, rows)
        if not bands:
            lines = tuple(
                (join_cells(p.cell for p in pieces),) for pieces in [*main.header, *(r.figures for r in rows)]
            )
            return Grid(lines, *_bounds(lines), "aligned", uncertain=_UNALIGNED)
    else:
        bands = _bands(over)
    columns = max(len(bands), max(len(row.figures) for row in rows)) if not bands else len(bands)
    headed = any(p.period is not None for part in parts for pieces in part.headings.values() for p in pieces)
    if not _is_table(rows, bands, columns) and not (headed and columns == 1):
        return None
    starts = _label_starts(corners, rows)
    out: list[list[Cell]] = []
    if main.header:
        if any(band.shared for band in bands):
            above = [join_cells(p.cell for p in band.shared) for band in bands]
            out.append([*[EMPTY] * len(starts), *above])
        head = [join_cells(p.cell for p in band.own) for band in bands]
        out.append([*_labels(corners, starts), *head])
    for part in parts:
        placer = _Placer(part.rows, bands if ragged else _bands(_corner_and_rest(part)[1]), columns)
        for i, row in enumerate(part.rows):
            if i in part.headings:
                heading = join_cells(p.cell for p in part.headings[i])
                whole = replace(heading, column_span=len(starts) + columns)
                out.append([whole, *[EMPTY] * (len(starts) + columns - 1)])
            placer.split_label(row)
            label = [*row.above, row.label, *row.below]
            inner = ragged and len(label) == 1 and len(row.label) < len(starts) and not _is_closing(row)
            cells = _innermost(row.label, len(starts)) if inner else _labels(label, starts)
            out.append([*cells, *placer.cells(row.figures)])
    return Grid(tuple(tuple(line) for line in out), *_bounds(out), "aligned")


def _bounds(rows: Sequence[Sequence[Cell]]) -> tuple[int, int]:
    segments = [segment for row in rows for cell in row for segment in cell.segments]
    return min(start for start, _ in segments), max(end for _, end in segments)


def _is_ragged(rows: Sequence[Row]) -> bool:
    """Whether the figures of full rows do not stand under one another, so that only their order says their column."""
    width = max(len(row.figures) for row in rows)
    full = [row.figures for row in rows if len(row.figures) == width]
    pairs = [(a, b) for above, below in pairwise(full) for a, b in zip(above, below, strict=True)]
    apart = sum(not _encloses(a, b) and abs(a.right - b.right) > 1 for a, b in pairs)
    return apart * _LEAST_RAGGED > len(pairs)


def _in_order(header: Sequence[Sequence[Piece]], rows: Sequence[Row]) -> tuple[list[list[Piece]], list[Band]]:
    """Give the corners and the columns of a header of several lines by the order of its pieces alone.

    The lowest line ends with a piece for each column. A line over it has a piece, after a corner or without one,
    for each group of columns, and the groups have the same heads below. Without that nobody knows what it heads,
    and there are no columns.
    """
    width = max(len(row.figures) for row in rows)
    lowest = list(header[-1])
    bands = [Band([piece]) for piece in lowest[-width:]]
    corners = [lowest[:-width]]
    texts = [piece.text for piece in lowest[-width:]]
    for pieces in reversed(header[:-1]):
        sizes = {count: width // count for count in (len(pieces), len(pieces) - 1) if count > 1 and not width % count}
        fitting = [(n, size) for n, size in sizes.items() if all(texts[i] == texts[i % size] for i in range(width))]
        if len(bands) != width or len(fitting) != 1:
            return [], []
        [(count, size)] = fitting
        corners.insert(0, list(pieces[:-count]))
        for i, band in enumerate(bands):
            band.shared.insert(0, pieces[-count:][i // size])
    return corners, bands


def _is_closing(row: Row) -> bool:
    """Whether a row adds up those above it."""
    return is_word(_text(row.label), "total", "subtotal")


def _innermost(label: Sequence[Piece], columns: int) -> list[Cell]:
    """Put the pieces of a label into the last label columns: the outer ones stand for the rows above, too."""
    return [*[EMPTY] * (columns - len(label)), *[piece.cell for piece in label]]


def _is_table(rows: Sequence[Row], bands: Sequence[Band], columns: int) -> bool:
    if sum(len(row.figures) > columns for row in rows) * 3 > len(rows):
        return False
    if columns == 2 and all(row.figures[0].text in _SEPARATORS for row in rows):
        return False
    texts = sum(p.value is None for row in rows for p in row.figures)
    figures = sum(p.value is not None for row in rows for p in row.figures)
    if texts > figures:
        return False
    if len(rows) == 1:
        dated = sum(any(p.period is not None for p in band.pieces) for band in bands)
        return dated >= 2 and dated >= len(rows[0].figures)
    return bool(bands) or sum(any(p.period is not None for p in row.label) for row in rows) * 2 >= len(rows)


def _label_starts(corners: Sequence[Sequence[Piece]], rows: Sequence[Row]) -> list[int]:
    """Give where each label column begins: by the header's corner, else by what most rows have in common."""
    labelled = [row for row in rows if row.label]
    if not labelled and not any(corners):
        return []
    stacks: list[list[Piece]] = []
    for pieces in corners:
        for piece in pieces:
            over = [s for s in stacks if any(piece.left < p.right and p.left < piece.right for p in s)]
            if over:
                over[0].append(piece)
            else:
                stacks.append([piece])
    if len(stacks) > 1:
        return [min(p.left for p in stack) for stack in sorted(stacks, key=lambda s: s[0].left)]
    widest = max((len(row.label) for row in labelled), default=0)
    starts = [0]
    for i in range(1, widest):
        lefts = Counter(row.label[i].left for row in labelled if len(row.label) == widest)
        left, count = lefts.most_common(1)[0]
        if count < 2 or count * 2 < len(labelled):
            return [0]
        starts.append(left)
    return starts


def _labels(pieces: Sequence[Sequence[Piece]], starts: Sequence[int]) -> list[Cell]:
    """Put the pieces of a label, line by line, into its columns."""
    out: list[list[Cell]] = [[] for _ in starts]
    for line in pieces:
        for piece in line:
            if out:
                column = max((i for i, left in enumerate(starts) if left <= piece.left + 2), default=0)
                out[column].append(piece.cell)
    return [join_cells(cells) for cells in out]


class _Placer:
    """Puts the figures of a row into columns: in order when the row is full, else by where they stand."""

    def __init__(self, rows: Sequence[Row], bands: Sequence[Band], columns: int) -> None:
        self.columns = columns
        full = [row.figures for row in rows if len(row.figures) == columns]
        self.places: list[tuple[float, float, float]] = []
        if full:
            self.places = [_middle_of([figures[c] for figures in full]) for c in range(columns)]
        elif len(bands) == columns:
            self.places = [_middle_of(band.own[-1:]) for band in bands]
        else:
            self.places = _clustered(rows, columns)

    def cells(self, figures: Sequence[Piece]) -> list[Cell]:
        """Give one cell a column; figures that cannot be placed with certainty become one cell across all."""
        if len(figures) == self.columns:
            return [p.cell for p in figures]
        if len(figures) < self.columns and self.places:
            found = [self._column(p) for p in figures]
            placed = [c for c in found if c is not None]
            if len(placed) == len(figures) and all(a < b for a, b in pairwise(placed)):
                out = [EMPTY] * self.columns
                for c, piece in zip(placed, figures, strict=True):
                    out[c] = piece.cell
                return out
        across = Cell(
            "  ".join(p.text for p in figures), tuple((p.start, p.end) for p in figures), column_span=self.columns
        )
        return [across, *[EMPTY] * (self.columns - 1)]

    def split_label(self, row: Row) -> None:
        """Cut a figure off the end of a label that runs up to its column with a single blank between them."""
        if not row.label or not 0 < len(row.figures) < self.columns or not self.places:
            return
        tail = last_word(row.label[-1])
        if tail is None or not tail.is_number or self._column(row.figures[0]) == 0:
            return
        if self._column(tail) == 0 and _distance(tail, self.places[0]) <= _NEAR:
            row.label[-1] = before(row.label[-1], tail)
            row.figures.insert(0, tail)

    def _column(self, piece: Piece) -> int | None:
        away = sorted((_distance(piece, place), c) for c, place in enumerate(self.places))
        if len(away) == 1 or away[0][0] <= _CERTAIN * away[1][0]:
            return away[0][1]
        return None


def _middle_of(pieces: Sequence[Piece]) -> tuple[float, float, float]:
    return (
        median(p.left for p in pieces),
        median(p.middle for p in pieces),
        median(p.right for p in pieces),
    )


def _distance(piece: Piece, place: tuple[float, float, float]) -> float:
    return min(abs(piece.left - place[0]), abs(piece.middle - place[1]), abs(piece.right - place[2]))


def _clustered(rows: Sequence[Row], columns: int) -> list[tuple[float, float, float]]:
    """Give the places of columns from rows none of which is full, if their figures fall into that many columns."""
    pieces = sorted((p for row in rows for p in row.figures), key=lambda p: p.left)
    groups: list[list[Piece]] = []
    right = -1
    for piece in pieces:
        if piece.left >= right:
            groups.append([])
        groups[-1].append(piece)
        right = max(right, piece.right)
    return [_middle_of(group) for group in groups] if len(groups) == columns else []
