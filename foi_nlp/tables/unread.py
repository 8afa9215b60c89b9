"""Stretches that look like a table but that no layout could read, so that none is passed over in silence."""

from __future__ import annotations

import regex

from foi_nlp.grids import Cell, Grid
from foi_nlp.tables.cells import cell_at, in_order, is_number, period_of, value_of
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.words import is_word

LONGEST_ROW = 160
LEAST_ROWS = 2
MOST_ROWS = 2000
_LEAST_COLUMNS = 2
_MOST_CORNER = 6
_YEAR = regex.compile(r"(?:19|20)?[0-9]{2}")
_FIELD = regex.compile(r"[^\s|,;]+(?:,[0-9]{3})*")
_REASON = "The lines look like a table under {columns} periods, but their layout is not one that can be read."


def find_unread(lines: Lines) -> list[Grid]:
    """Give uncertain grids for headers of two or more periods with rows of as many figures or more below them."""
    grids = []
    n = 0
    while n < len(lines):
        columns = _periods_of_header(lines, n)
        last = _end_of_rows(lines, n + 1, columns) if columns else n
        if columns and last == n + 1 and _is_second_header(lines, n + 1):
            last = _end_of_rows(lines, n + 2, columns)
            last = last if last > n + 2 else n
        if columns and last > n + 1:
            rows = tuple((_whole(lines, k),) for k in range(n, last) if not lines.blank(k))
            reason = _REASON.format(columns=columns)
            grids.append(
                Grid(rows, rows[0][0].segments[0][0], rows[-1][0].segments[-1][1], "aligned", uncertain=reason)
            )
            lines.take(n, last)
        n = max(last, n + 1)
    return grids


def _whole(lines: Lines, n: int) -> Cell:
    return cell_at(lines.text, *lines.spans[n])


def _fields(lines: Lines, n: int) -> list[str]:
    """Give the words of a short line that is no sentence, without the marks between cells."""
    start, end = lines.spans[n]
    if not lines.free[n] or end - start > LONGEST_ROW or lines.line(n).rstrip().endswith((".", "?", ":")):
        return []
    return [field for field in _FIELD.findall(lines.text, start, end) if any(char.isalnum() for char in field)]


def _periods_of_header(lines: Lines, n: int) -> int:
    """Count the periods that end a line of few other words; 0 when the line is no header."""
    fields = _fields(lines, n)
    if fields and is_word(fields[-1], "total", "average"):
        fields.pop()
    if len(fields) < _LEAST_COLUMNS or _YEAR.search(fields[-1]) is None:
        return 0
    found = []
    for field in reversed(fields):
        period = period_of(field)
        if period is None:
            break
        found.append(period)
    others = len(fields) - len(found)
    return len(found) if len(found) >= _LEAST_COLUMNS and others <= _MOST_CORNER and in_order(found) else 0


def _is_second_header(lines: Lines, n: int) -> bool:
    """Whether a line is of words alone, two or more of them."""
    fields = _fields(lines, n) if n < len(lines) else []
    return len(fields) >= _LEAST_COLUMNS and all(value_of(field) is None for field in fields)


def _end_of_rows(lines: Lines, first: int, columns: int) -> int:
    """Give the end of the lines below a header that end in two or more figures, `first` when they are too few.

    A line with a label and a figure for each of the header's `columns` is one of several small tables side by side.
    """
    rows = 0
    last = n = first
    while n < len(lines) and n - first < MOST_ROWS:
        if not lines.blank(n):
            numbers = [is_number(value_of(field)) for field in _fields(lines, n)]
            beside = numbers[-1:] == [True] and sum(numbers) == columns
            if len(numbers) < _LEAST_COLUMNS or not (all(numbers[-_LEAST_COLUMNS:]) or beside):
                break
            rows, last = rows + 1, n + 1
        n += 1
    return last if rows >= LEAST_ROWS else first
