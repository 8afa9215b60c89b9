"""Read prose that is set in two columns column by column.

Tables win: what stands side by side is only taken for columns of prose where it can be no table. Rows of a table
begin at one height in all their cells; paragraphs of columns begin wherever the one before happens to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import mean, median

from foi_nlp.letters.pdf_words import Box, Line

_FEWEST_LINES = 5
_FEWEST_WORDS = 4.0  # a line of a column of prose; cells of tables have fewer
_MOST_DIGITS = 0.25  # share of words with digits
_WRAPPED = 0.5  # share of lines that go on a sentence; entries of a list begin anew
_FILLED = 0.75  # lines of prose reach across most of their column, those of letterheads do not
_NARROWEST = 6.0
_PARAGRAPH_GAP = 1.35  # of the usual distance between lines
_SAME_HEIGHT = 3.0
_TALL = 15  # lines without a paragraph between them, which no cell of a table has
_MOST_GAPS = 400


def in_reading_order(lines: Sequence[Line], tables: Sequence[Box]) -> list[Line]:
    """Give the lines of a page in reading order: where two columns of prose stand side by side, the left one first.

    Lines of columns know their margins, and their `order` among what else stands on the page.
    """
    at = _gutter(lines)
    if at is None:
        return list(lines)
    out: list[Line] = []
    run: list[Line] = []
    for line in lines:
        apart = bool(run) and any(run[-1].top < top < line.top for _, top, _, _ in tables)
        if _crosses(line, at) or apart:
            out += _columns(run, at)
            run = []
        if _crosses(line, at):
            out.append(line)
        else:
            run.append(line)
    return out + _columns(run, at)


def _gutter(lines: Sequence[Line]) -> float | None:
    """Give where across the page most lines have a wide gap; None where few have.

    Columns whose lines stand at other heights give lines of one column each, in turn.
    """
    gaps = [(before[-1].x1, after[0].x0) for line in lines for before, after in pairwise(line.chunks())]
    for above, below in pairwise(lines):
        left, right = sorted((above, below), key=lambda line: line.x0)
        if right.x0 - left.x1 > _NARROWEST and below.top < above.bottom + above.size:
            gaps.append((left.x1, right.x0))
    gaps = gaps[:_MOST_GAPS]
    if len(gaps) < _FEWEST_LINES:
        return None
    middles = [(a + b) / 2 for a, b in gaps]
    held = [sum(a < middle < b for a, b in gaps) for middle in middles]
    most = max(held)
    return median(middle for middle, count in zip(middles, held, strict=True) if count == most) if most > 1 else None


def _crosses(line: Line, at: float) -> bool:
    return any(word.x0 < at < word.x1 for word in line.words) or any(
        before.x1 <= at <= after.x0 and after.x0 - before.x1 < _NARROWEST for before, after in pairwise(line.words)
    )


def _columns(run: list[Line], at: float) -> list[Line]:
    """Give the lines of a run column by column where it is two columns of prose; else as they are."""
    left = [Line(words) for line in run if (words := [word for word in line.words if word.centre < at])]
    right = [Line(words) for line in run if (words := [word for word in line.words if word.centre >= at])]
    if not (_is_prose(left) and _is_prose(right)) or _is_table(left, right):
        return run
    first = run[0].top
    out: list[Line] = []
    for column in (left, right):
        margins = (min(line.x0 for line in column), max(line.x1 for line in column))
        for line in column:
            # The order must not go beyond the next item below, so the steps are smaller than any distance on paper.
            out.append(replace(line, margins=margins, order=first + len(out) * 1e-6))
    return out


def _is_prose(column: Sequence[Line]) -> bool:
    if len(column) < _FEWEST_LINES:
        return False
    words = [word.text for line in column for word in line.words]
    width = max(line.x1 for line in column) - min(line.x0 for line in column)
    return (
        mean(len(line.words) for line in column) >= _FEWEST_WORDS
        and sum(any(c.isdigit() for c in word) for word in words) <= _MOST_DIGITS * len(words)
        and sum(line.text[:1].islower() for line in column) >= _WRAPPED * len(column)
        and median(line.x1 - line.x0 for line in column) >= _FILLED * width
    )


def _is_table(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Tell whether two columns may be those of a table: where one of them begins anew, the other one does."""
    begins = [_paragraph_heights(column) for column in (left, right)]
    fewer, more = sorted(begins, key=len)
    if len(fewer) == 1:
        return abs(fewer[0] - more[0]) < _SAME_HEIGHT and min(len(left), len(right)) < _TALL
    return all(any(abs(height - other) < _SAME_HEIGHT for other in more) for height in fewer)


def _paragraph_heights(column: Sequence[Line]) -> list[float]:
    steps = [below.top - above.top for above, below in pairwise(column)]
    usual = median(steps)
    return [
        column[0].top,
        *(line.top for line, step in zip(column[1:], steps, strict=True) if step > _PARAGRAPH_GAP * usual),
    ]
