"""Tables that lost their grid: header and rows run on in one line, or a row a line with single blanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import regex

from foi_nlp.grids import EMPTY, Cell, Grid
from foi_nlp.tables.cells import cell_at, in_order, is_number, value_of
from foi_nlp.tables.delimited import merged
from foi_nlp.tables.heads import Heads, is_wordy, over_two_lines, repeated, with_shares
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.stacked import adds_up, opens_with_totals
from foi_nlp.tables.tokens import (
    MOST_LABEL_WORDS,
    Part,
    Token,
    as_grid,
    is_clean,
    joined,
    names_row,
    needs_year,
    part_headings,
    rows_of,
    text_of,
    tokens_of,
)
from foi_nlp.tables.words import fold_label, is_word, starts_with_word

MOST_CORNER_WORDS = 6
MOST_SHORT_ROWS = 400
_LEAST_UNREAD = 3
_UNGROUPED = "The words of the header cannot be told apart into one head for each column of figures."
LONG_LINE = 200
_NEIGHBOURS = regex.compile(r"[0-9][^\s]{0,3}\s+(?:[^\s]{1,12}\s+){0,1}[^\s]{0,8}(?:[0-9*-]|Nil|None|NIL|NONE)")
"""Two figures, or a period and a figure, with at most a word between them: without them no line is looked at."""
_DATED = regex.compile(r"(?:19|20)[0-9]{2}|[0-9]{2}[/-][0-9]{2}\b|[A-Za-z]{3}[-' ][0-9]{2}\b|\bQ[1-4]\b|uarter|January")


def find_flattened(lines: Lines) -> list[Grid]:
    """Find tables whose cells have only single blanks between them."""
    grids: list[Grid] = []
    n = 0
    while n < len(lines):
        if not lines.free[n] or not _may_hold_table(lines.line(n)):
            n += 1
            continue
        tokens = tokens_of(lines, n)
        found = (
            _headed_twice(lines, n, tokens)
            or _periods_across(lines, n, tokens)
            or _periods_down(lines, n, tokens)
            or _short_rows(lines, n, tokens)
            or _unread_line(lines, n, tokens)
        )
        if found is None:
            n += 1
            continue
        grid, last = found
        grids.append(grid)
        rest = last if grid.uncertain else _cut_off(lines, last, len(grid.rows[0]) - 1)
        if rest > last:
            rows = tuple((cell_at(lines.text, *lines.spans[k]),) for k in range(last, rest))
            reason = "The lines follow a table closely, but they are no rows that have as many figures."
            grids.append(Grid(rows, lines.spans[last][0], rows[-1][0].segments[-1][1], "flattened", uncertain=reason))
        lines.take(n, rest)
        n = rest
    return grids


def _may_hold_table(line: str) -> bool:
    """Look cheaply whether a line can hold what this module reads; long lines of prose name a year or two as well."""
    first = _NEIGHBOURS.search(line)
    if first is None or _DATED.search(line) is None:
        return False
    return len(line) < LONG_LINE or _NEIGHBOURS.search(line, first.end()) is not None


def _cut_off(lines: Lines, first: int, width: int) -> int:
    """Give the end of the lines right below a table that hold figures, too, but were not read as its rows."""
    n = last = first
    while n < len(lines) and lines.free[n] and not lines.blank(n):
        tokens = tokens_of(lines, n)
        if any(token.ends_sentence for token in tokens) or sum(token.kind == "V" for token in tokens) < max(width, 2):
            break
        n = last = n + 1
    return last


def _unread_line(lines: Lines, n: int, tokens: Sequence[Token]) -> tuple[Grid, int] | None:
    """Say of a line that has a header of periods and figures for it that it could not be read."""
    for at, end in [*_period_runs(lines.text, tokens), *_repeated_runs(tokens)]:
        figures = sum(token.kind == "V" and is_number(value_of(token.text)) for token in tokens[end:])
        words = sum(token.kind == "T" for token in tokens[end:])
        if figures >= max(end - at, _LEAST_UNREAD) and words <= MOST_LABEL_WORDS * figures // (end - at):
            row = cell_at(lines.text, *lines.spans[n])
            reason = f"The line looks like a table under {end - at} periods, but its rows cannot be told apart."
            return Grid(((row,),), row.segments[0][0], row.segments[0][1], "flattened", uncertain=reason), n + 1
    return None


# ---- headers of two lines, and of periods with shares


def _headed_twice(lines: Lines, n: int, tokens: Sequence[Token]) -> tuple[Grid, int] | None:
    """Read a header of two lines, or of periods each with a share, and the rows below it."""
    below = n + 1
    if below >= len(lines) or not lines.free[below] or lines.blank(below):
        return None
    if (width := _row_width(lines, below)) > 1:
        heads = with_shares(tokens, width)
        above = n and lines.free[n - 1] and not lines.blank(n - 1)
        first = n
        if heads is None and above:
            heads, first = over_two_lines(tokens_of(lines, n - 1), tokens, width, whole=False), n - 1
        return _under(lines, heads, first, below, width)
    first, width = n, _row_width(lines, below + 1)
    if width < _LEAST_UNREAD or tokens[-1].kind != "P":
        return None
    heads = over_two_lines(tokens, tokens_of(lines, below), width, whole=False)
    return _under(lines, heads, first, below + 1, width)


def _row_width(lines: Lines, n: int) -> int:
    """Count the figures that end a line after words; 0 where it is no such row."""
    if n >= len(lines) or not lines.free[n] or lines.blank(n):
        return 0
    tokens = tokens_of(lines, n)
    cut = len(tokens)
    while cut and _may_be_figure(tokens[cut - 1]):
        cut -= 1
    named = cut and all(map(is_wordy, tokens[:cut])) and is_clean(tokens[:cut])
    return len(tokens) - cut if named else 0


def _under(lines: Lines, heads: Heads | None, first: int, below: int, width: int) -> tuple[Grid, int] | None:
    """Give the grid of a header that begins in line `first`, with the rows from line `below` on."""
    rows, last = _following_rows(lines, below, width, has_rows=False) if heads else ([], below)
    if heads is None or not rows:
        return None
    lines.take(first, below)
    return as_grid([*heads, *[_cells(part, width) for part in part_headings(rows)]]), last


# ---- periods in the header


def _periods_across(lines: Lines, n: int, tokens: Sequence[Token]) -> tuple[Grid, int] | None:
    """Read a run of periods as a header, then rows of a label and as many figures."""
    for first, end in _period_runs(lines.text, tokens):
        led = first - 1 if first and is_word(tokens[first - 1].text, "total") else first
        for at, stop in [(first, stop) for stop in _total_heads(tokens, end)] + [(led, end), (first, end)][
            led == first :
        ]:
            corner = _corner(tokens[:at])
            width = stop - at
            rows, sure = rows_of(tokens[stop:], width)
            last = n + 1
            if not sure and _is_cut(rows, tokens[stop:], width):
                continue
            if sure:
                more, last = _following_rows(lines, n + 1, width, has_rows=bool(rows))
                rows += more
            grid = _across_grid(corner, tokens[at:stop], rows, width)
            if grid is None or (at < first and not opens_with_totals(grid.rows[1:])):
                continue
            if stop > end or not _total_heads(tokens, end) or not adds_up(grid.rows[1:]):
                return grid, last
    return None


def _is_cut(rows: Sequence[Part], tokens: Sequence[Token], width: int) -> bool:
    """Whether a row of figures that could not be read stands among the rows, so that none of them is sure."""
    if rows and _is_total(rows[-1]):
        return False
    used = sum(len(part.label) + len(part.figures) for part in rows)
    rest = tokens[used : used + MOST_LABEL_WORDS + 2 * width]
    return sum(token.kind == "V" for token in rest) >= min(width, 2)


def _total_heads(tokens: Sequence[Token], end: int) -> list[int]:
    """Give where the header ends if the word after its periods heads a column of totals."""
    if end >= len(tokens) or not is_word(tokens[end].text, "total"):
        return []
    named = end + 1 == len(tokens) or tokens[end + 1].kind == "T" or names_row(tokens, end + 1)
    return [end + 1] if named else []


def _period_runs(text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Give the runs of two or more periods with only blanks between them."""
    out = []
    i = 0
    while i < len(tokens):
        if tokens[i].kind != "P":
            i += 1
            continue
        first = i
        while (
            i + 1 < len(tokens)
            and tokens[i + 1].kind == "P"
            and not text[tokens[i].end : tokens[i + 1].start].strip(" \t|*#")
            and needs_year(tokens[i + 1]) == needs_year(tokens[first])
        ):
            i += 1
        i += 1
        if i - first >= 2 and in_order([token.found for token in tokens[first:i] if token.found is not None]):
            out.append((first, i))
    return out


def _repeated_runs(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Give the runs of periods that begin again, as under a second header: `2020 2021 2020 2021`."""
    out = []
    i = 0
    while i < len(tokens):
        first = i
        while i < len(tokens) and tokens[i].kind == "P":
            i += 1
        if repeated(tokens[first:i]):
            out.append((first, i))
        i += 1
    return out


def _corner(before: Sequence[Token]) -> list[Token]:
    """Give the words before a header that can be its corner: few, and no end of a sentence among them."""
    out: list[Token] = []
    for token in reversed(before):
        if token.kind != "T" or token.ends_sentence or len(out) >= MOST_CORNER_WORDS:
            break
        out.append(token)
    return out[::-1]


def _may_be_figure(token: Token) -> bool:
    return token.kind == "V" or (token.kind == "P" and is_number(value_of(token.text)))


def _whole_row(tokens: Sequence[Token], width: int) -> Part | None:
    """Read a line as one row whose label holds numbers, as in `Section 20 wounding 5 6 7`."""
    figures = list(tokens[-width:])
    label = list(tokens[:-width])
    run = 0
    while run < len(tokens) and _may_be_figure(tokens[-1 - run]):
        run += 1
    if len(figures) < width or run < width or run > width + 1:
        return None
    if not label or not is_clean(label):
        return None
    if label[0].kind != "T":
        return None
    return Part(label, figures)


def _following_rows(lines: Lines, n: int, width: int, *, has_rows: bool) -> tuple[list[Part], int]:
    """Read the lines below as rows, as long as each is made of whole rows or is the first line of a label."""
    rows: list[Part] = []
    last = n
    above: list[list[Token]] = []
    blanks = 0
    while n < len(lines) and lines.free[n]:
        if lines.blank(n):
            blanks += 1
            n += 1
            if blanks > 1 or (rows and _is_total(rows[-1])):
                break
            continue
        tokens = tokens_of(lines, n)
        held = [token for line in above for token in line]
        found, sure = rows_of([*held, *tokens], width)
        if not sure or any(len(part.figures) != width for part in found):
            whole = _whole_row([*held, *tokens], width)
            if whole is not None:
                found, sure = [whole], True
        complete = bool(found) and all(len(part.figures) == width for part in found)
        if sure and found and (complete or (has_rows or rows)) and not (found and not found[0].label and rows):
            if above and len(found[0].label) > len(held):
                found[0] = Part(found[0].label[len(held) :], found[0].figures, above)
            rows += found
            above, blanks, last = [], 0, n + 1
        elif all(map(is_wordy, tokens)) and is_clean([*held, *tokens]) and len(tokens) <= 8 and len(held) < 16:
            above.append([replace(token, kind="T") for token in tokens])
        else:
            break
        n += 1
    return rows, last


def _is_total(row: Part) -> bool:
    return is_word(text_of(row.label), "total")


def _across_grid(corner: Sequence[Token], header: Sequence[Token], rows: Sequence[Part], width: int) -> Grid | None:
    parts = list(rows)
    while parts and len(parts[-1].figures) != width:
        parts.pop()
    full = sum(len(part.figures) == width for part in parts)
    if not full:
        return None
    if len(parts) == 1 and not parts[0].label and all(is_number(value_of(t.text)) for t in header) and width < 3:
        return None
    out: list[list[Cell]] = [[joined(corner), *[token.cell for token in header]]]
    out += [_cells(part, width) for part in part_headings(parts)]
    return as_grid(out)


def _cells(part: Part, width: int) -> list[Cell]:
    """Give the cells of a row; what heads other rows is one cell across all columns."""
    label = joined(part.label)
    if not part.figures:
        return [replace(label, column_span=width + 1), *[EMPTY] * width]
    return [label, *_figure_cells(part, width)]


def _short_rows(lines: Lines, n: int, tokens: Sequence[Token]) -> tuple[Grid, int] | None:
    """Say of a header with more periods than every row below has figures that nothing can be paired."""
    for at, end in _period_runs(lines.text, tokens):
        if end != len(tokens) or end - at < 3:
            continue
        rows: list[Part] = []
        last = n + 1
        while last < len(lines) and lines.free[last] and len(rows) < MOST_SHORT_ROWS:
            found, sure = rows_of(tokens_of(lines, last), end - at)
            if not sure or len(found) != 1 or not found[0].label:
                break
            rows += found
            last += 1
        counts = {len(part.figures) for part in rows}
        if len(rows) >= 2 and len(counts) == 1 and min(counts) > 1:
            reason = f"The header has {end - at} periods, but each row below has {min(counts)} figures."
            cells = [[joined(part.label), *[token.cell for token in part.figures]] for part in rows]
            return replace(as_grid(cells), start=tokens[at].start, uncertain=reason), last
    return None


# ---- periods down the side


def _periods_down(lines: Lines, n: int, tokens: Sequence[Token]) -> tuple[Grid, int] | None:
    """Read `2016 4 2017 3 ...`, in one line or a pair a line, and the header before it."""
    at = next((i for i in range(len(tokens) - 1) if tokens[i].kind == "P"), None)
    if at is not None and tokens[at + 1].kind != "V":
        return None
    if at is None:
        return None
    words = list(tokens[:at])
    first = n
    if not words and n and lines.free[n - 1] and not lines.blank(n - 1):
        above = tokens_of(lines, n - 1)
        if above and starts_with_word(" ".join(t.text for t in above), "period_header"):
            words, first = above, n - 1
    rows, used = _pairs(tokens, at)
    last = n + 1
    while rows and used == len(tokens) and last < len(lines) and lines.free[last]:
        following = tokens_of(lines, last)
        more, used_here = _pairs(following, 0)
        if not more or used_here != len(following):
            more = _dated_row(following, len(rows[0].figures))
        if not more:
            break
        rows += more
        last += 1
    width = max((len(part.figures) for part in rows), default=0)
    header = _down_header(words, width, rows)
    ragged = any(len(part.figures) != width for part in rows)
    dated = sum(part.label[0].kind == "P" for part in rows)
    if not header and width > 1 and not ragged and words and dated >= _least_dated(words):
        cells = [[joined(part.label), *_figure_cells(part, width)] for part in rows]
        return replace(as_grid(cells), uncertain=_UNGROUPED), last
    if dated < (2 if header else 3) or (not header and (width > 1 or ragged)):
        return None
    if _disorderly([part.label[0] for part in rows if part.label[0].kind == "P"]):
        return None
    cells = [[joined(part.label), *_figure_cells(part, width)] for part in rows]
    if header:
        cells.insert(0, header)
    if first < n:
        lines.take(first, n)
    return as_grid(cells), last


def _least_dated(words: Sequence[Token]) -> int:
    """Give how many rows of a period have to follow words to show that these are a header."""
    return 2 if is_word(words[0].text, "period_header") else _LEAST_UNREAD


def _dated_row(tokens: Sequence[Token], width: int) -> list[Part]:
    """Read a line as one row of a period and `width` figures, of which some could be years."""
    if len(tokens) != width + 1 or tokens[0].kind != "P":
        return []
    figures = list(tokens[1:])
    if any(token.kind != "V" and not is_number(value_of(token.text)) for token in figures):
        return []
    return [Part([tokens[0]], figures)]


def _figure_cells(part: Part, width: int) -> list[Cell]:
    """Give a cell a column; figures of a row with too few become one cell across all columns."""
    figures = [token.cell for token in part.figures]
    return figures if len(figures) == width else [merged(figures, width), *[EMPTY] * (width - 1)]


def _pairs(tokens: Sequence[Token], at: int) -> tuple[list[Part], int]:
    """Read rows of a period, or at last a total, and the same number of figures each."""
    rows: list[Part] = []
    i = at
    while i < len(tokens):
        label = [tokens[i]]
        stop = i + 1
        if tokens[i].kind == "T":
            while stop < len(tokens) and tokens[stop].kind == "T" and stop - i < 3:
                label.append(tokens[stop])
                stop += 1
            if not is_word(" ".join(t.text for t in label), "total"):
                break
        elif tokens[i].kind != "P":
            break
        figures = []
        while stop < len(tokens) and tokens[stop].kind == "V":
            figures.append(tokens[stop])
            stop += 1
        if not figures:
            break
        rows.append(Part(label, figures))
        i = stop
    return rows, i


def _down_header(words: Sequence[Token], width: int, rows: Sequence[Part]) -> list[Cell]:
    """Give the header cells of a flattened header that begins with a word for the period, or none."""
    for first in range(len(words)):
        text = " ".join(token.text for token in words[first:])
        if any(token.ends_sentence for token in words[first:]) or not starts_with_word(text, "period_header"):
            continue
        corner = 2 if len(words) - first > width + 1 and _is_header_pair(words[first : first + 2]) else 1
        rest = words[first + corner :]
        if len(rest) == width:
            return [joined(words[first : first + corner]), *[token.cell for token in rest]]
        if width == 1 and 0 < len(rest) <= MOST_CORNER_WORDS:
            return [joined(words[first : first + corner]), joined(rest)]
        alike = _alike_heads(rest)
        cuts = alike if len(alike) == width else _money_last(rest, rows)
        if len(cuts) == width > 1:
            groups = [rest[a:b] for a, b in pairwise([*cuts, len(rest)])]
            return [joined(words[first : first + corner]), *[joined(group) for group in groups]]
    return []


def _alike_heads(words: Sequence[Token]) -> list[int]:
    """Give where heads begin that all begin with one word, as `Calls received` and `Calls answered` do."""
    return [i for i, token in enumerate(words) if fold_label(token.text) == fold_label(words[0].text)]


def _money_last(words: Sequence[Token], rows: Sequence[Part]) -> list[int]:
    """Give where two heads begin of which one word names money, over figures of which the last alone are sums."""
    money = [[_is_money(token.text) for token in row.figures] for row in rows]
    if any(found != [False, True] for found in money):
        return []
    named = [i for i, token in enumerate(words) if is_word(token.text, "money_word")]
    return [0, named[0]] if len(named) == 1 and named[0] > 0 else []


def _is_money(text: str) -> bool:
    value = value_of(text)
    return value is not None and value.unit == "GBP"


def _is_header_pair(words: Sequence[Token]) -> bool:
    return is_word(" ".join(token.text for token in words), "period_header")


def _disorderly(labels: Sequence[Token]) -> bool:
    """Whether periods repeat or go up and down: then the numbers beside them need not be theirs."""
    starts = [t.found.period.start or t.text for t in labels if t.found is not None]
    return len(set(starts)) != len(starts) or (
        starts not in (sorted(starts), sorted(starts, reverse=True)) and not any(needs_year(t) for t in labels)
    )
