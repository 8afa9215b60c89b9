"""Tables in which a request stands beside its answers: no grid of figures, but questions and answers in columns.

Such a table is told by its head, which names a column of questions and one of answers, or by a first column of
which every cell asks. It is taken out of the reading's grids, so that its answers are read as the text that they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from foi_nlp.grids import Cell, Grid
from foi_nlp.pipeline.reading import Reading
from foi_nlp.pipeline.shapes import shape

_FEWEST_ROWS = 2
_FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A question and its answer, side by side. Offsets are code points, half-open; `label` is "" where there is none.

    `start` is where the row begins, `answer` bounds its answer.
    """

    label: str
    start: int
    question: tuple[int, int]
    answer: tuple[int, int]


def take_question_tables(reading: Reading) -> list[AskedRow]:
    """Take the tables of questions and answers out of the reading's grids, and give their rows in order."""
    out: list[AskedRow] = []
    for grid in list(reading.grids):
        rows = _asked_rows(grid)
        if rows:
            reading.grids.remove(grid)
            out += rows
    reading.part_sentences(place for row in out for place in (row.start, *row.answer))
    return out


def _asked_rows(grid: Grid) -> list[AskedRow]:
    if grid.uncertain or not grid.rows:
        return []
    columns = _columns_of(grid.rows[0])
    body = grid.rows[1:]
    if columns is None:
        columns, body = _asking_columns(grid), grid.rows
    if columns is None:
        return []
    question, answer = columns
    out: list[AskedRow] = []
    for row in body:
        asked, told = row[question], row[answer]
        if asked.start is None or asked.end is None or told.start is None or told.end is None:
            continue
        first = min(cell.start for cell in row if cell.start is not None)
        label = next((cell.text.strip(" .):") for cell in row[:question] if cell.text.strip()), "")
        out.append(AskedRow(label, first, (asked.start, asked.end), (told.start, told.end)))
    worded = sum(len(row[question].text.split()) >= _FEWEST_WORDS for row in body)
    return out if worded * 2 > len(body) else []


def _columns_of(head: tuple[Cell, ...]) -> tuple[int, int] | None:
    """Give the columns of the questions and of the answers, by their heads."""
    asked = [i for i, cell in enumerate(head) if shape("question_column").fullmatch(cell.text.strip())]
    told = [i for i, cell in enumerate(head) if shape("answer_column").fullmatch(cell.text.strip())]
    if len(asked) != 1 or len(told) != 1 or asked[0] >= told[0]:
        return None
    return asked[0], told[0]


def _asking_columns(grid: Grid) -> tuple[int, int] | None:
    """Give the last two columns where every cell of the first of them asks and none of the other does."""
    width = len(grid.rows[0])
    if len(grid.rows) < _FEWEST_ROWS or width < 2:
        return None
    asked, told = width - 2, width - 1
    for row in grid.rows:
        if not row[asked].text.rstrip(" *_").endswith("?") or row[told].text.rstrip(" *_").endswith("?"):
            return None
        if not row[told].text.strip():
            return None
    return asked, told
