"""Tables of labels and figures with only single blanks between them, whose heads are words.

Such lines are read only where something proves them: a total that the figures add up to, or a header whose words
name what the labels are and what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from foi_nlp.figures.meaning import unit_in
from foi_nlp.grids import Cell, Grid
from foi_nlp.registers import names_to
from foi_nlp.tables.cells import is_band, is_number, value_of
from foi_nlp.tables.heads import grouped
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.tokens import Part, Token, as_grid, is_clean, joined, names_row, needs_year, rows_of, tokens_of
from foi_nlp.tables.totals import close
from foi_nlp.tables.words import fold_label, is_word, table_words
from foi_nlp.tables.wrapped import ends_loose, starts_loose

MOST_COLUMNS = 12
MOST_HEADER_WORDS = 14
MOST_CORNER_WORDS = 4
MOST_NOUN_WORDS = 6
MOST_BLOCK = 2000
LEAST_ROWS = 2
LEAST_TOTALLED = 3
LEAST_RUN_ON = 4
"""Rows in one line under a header, which prove that it is no sentence."""

_UNGROUPED = "The words of the header cannot be told apart into one head for each column of figures."
_ROW = regex.compile(r"[^\W\d_].*\s\S*[0-9*-]\S*\s*$|[0-9]{1,3}\s?[-–+].*\s\S+\s*$")
_FIGURES = regex.compile(r"[0-9]\s+[^\s0-9]?[0-9][^\s]*\s*$")
_SEPARATED = regex.compile(r"[:=–—-]$")


@dataclass(slots=True)
class Block:
    """Lines `first` to `last` (excluded) of rows with `width` figures each; `run_on` says that a line holds several."""

    first: int
    last: int
    width: int
    rows: list[Part]
    run_on: bool


def find_labelled(lines: Lines) -> list[Grid]:
    """Find tables without columns whose header is of words, or that end in a total."""
    grids: list[Grid] = []
    n = 0
    while n < len(lines):
        block = _block(lines, n) if lines.free[n] and _ROW.match(lines.line(n).lstrip()) else None
        if block is None:
            n += 1
            continue
        found = _read(lines, block)
        if found is None:
            n = block.last
            continue
        grid, first, last = found
        grids.append(grid)
        lines.take(first, last)
        n = last
    return [*grids, *_transposed(lines)]


# ---- rows


def _block(lines: Lines, n: int) -> Block | None:
    """Give the lines from here that are made of whole rows of as many figures, wrapped labels among them."""
    first = n
    width = 0
    rows: list[Part] = []
    held: list[Token] = []
    last = n
    run_on = False
    while n < len(lines) and lines.free[n] and n - first < MOST_BLOCK:
        if lines.blank(n):
            if not run_on or n + 1 >= len(lines) or lines.blank(n + 1) or _ends(rows):
                break
            n += 1
            continue
        tokens = tokens_of(lines, n)
        found = _line_rows([*held, *tokens], width)
        if found:
            width = len(found[0].figures)
            run_on = run_on or len(found) > 1
            rows += found
            held = []
            last = n + 1
            if _ends(rows):
                break
        elif rows and not held and tokens and all(t.kind == "T" for t in tokens) and _goes_on(lines, n):
            held = tokens
        else:
            break
        n += 1
    return Block(first, last, width, rows, run_on) if rows else None


def _line_rows(tokens: Sequence[Token], width: int) -> list[Part]:
    """Read a line as one row of any number of figures, or as several of one each; nothing where it is neither."""
    if tokens and names_row(tokens, 0):
        tokens = [replace(tokens[0], kind="T"), *tokens[1:]]
    if not tokens or tokens[0].kind != "T" or any(token.kind == "P" for token in tokens):
        return []
    cut = next((i for i in range(len(tokens), 0, -1) if tokens[i - 1].kind != "V"), 0)
    label, figures = list(tokens[:cut]), list(tokens[cut:])
    if label and all(t.kind == "T" for t in label):
        one = Part(label, figures)
        fits = 0 < len(figures) <= MOST_COLUMNS and (not width or len(figures) == width)
        return [one] if fits and _is_row(one) else []
    rows, sure = rows_of(tokens, 1)
    return rows if sure and width < 2 and all(len(r.figures) == 1 and _is_row(r) for r in rows) else []


def _is_row(row: Part) -> bool:
    if not row.label or not is_clean(row.label) or _SEPARATED.search(row.label[-1].text):
        return False
    return any(is_number(value_of(t.text)) for t in row.figures) or len(row.figures) > 1


def _ends(rows: Sequence[Part]) -> bool:
    return bool(rows) and is_word(" ".join(token.text for token in rows[-1].label), "total")


def _goes_on(lines: Lines, n: int) -> bool:
    """Whether a line of words alone certainly is the beginning of the label in the next line."""
    if n + 1 >= len(lines) or lines.blank(n + 1):
        return False
    return ends_loose(lines.line(n).strip()) or starts_loose(lines.line(n + 1).strip())


# ---- what proves them


def _read(lines: Lines, block: Block) -> tuple[Grid, int, int] | None:
    totalled = _is_totalled(block)
    header, first = _header_above(lines, block, proved=totalled)
    if header is not None and len(header) != block.width + 1:
        whole = as_grid([header, *_cells(block.rows)])
        return (replace(whole, uncertain=_UNGROUPED), first, block.last) if len(block.rows) >= LEAST_ROWS else None
    if header is None and block.width == 1 and (split := _split_header(block.rows[0].label)):
        corner, counted, label = split
        header = [joined(corner), joined(counted)]
        block.rows[0] = replace_label(block.rows[0], label)
    least = LEAST_RUN_ON if block.run_on and first == block.first else LEAST_ROWS
    if header is None:
        if not totalled or block.width > 1:
            return None
        return as_grid(_cells(block.rows)), block.first, block.last
    if len(block.rows) < (LEAST_TOTALLED if totalled else least):
        return None
    return as_grid([header, *_cells(block.rows)]), first, block.last


def replace_label(row: Part, label: Sequence[Token]) -> Part:
    """Give a row with another label."""
    return Part(list(label), row.figures)


def _cells(rows: Sequence[Part]) -> list[list[Cell]]:
    return [[joined(row.label), *[token.cell for token in row.figures]] for row in rows]


def _is_totalled(block: Block) -> bool:
    """Whether the last of three rows or more is a total that the others add up to in every column."""
    if len(block.rows) < LEAST_TOTALLED or not _ends(block.rows):
        return False
    for c in range(block.width):
        values = [value_of(row.figures[c].text) for row in block.rows]
        numbers = [float(v.value) for v in values if v is not None and v.value is not None]
        if len(numbers) < len(block.rows) or not numbers[-1] or not close(sum(numbers[:-1]), numbers[-1]):
            return False
    return True


# ---- headers


def _header_above(lines: Lines, block: Block, *, proved: bool) -> tuple[list[Cell] | None, int]:
    """Give the header in the line above the rows, with its line: a word for the labels, then its other heads."""
    n = block.first - 1
    if n >= 0 and lines.blank(n):
        n -= 1
    if n < 0 or not lines.free[n] or lines.blank(n):
        return None, block.first
    tokens = tokens_of(lines, n)
    if 1 < len(tokens) <= MOST_HEADER_WORDS and tokens[-1].kind == "P" and block.width == 1:
        named = all(t.kind == "T" for t in tokens[:-1]) and _corner_words(tokens[:-1]) == len(tokens) - 1
        return (
            ([joined(tokens[:-1]), tokens[-1].cell], n) if named and not needs_year(tokens[-1]) else (None, block.first)
        )
    if not 1 < len(tokens) <= MOST_HEADER_WORDS or any(t.kind == "P" or t.ends_sentence for t in tokens):
        return None, block.first
    if any(is_number(value_of(t.text)) and not is_band(t.text) for t in tokens):
        return None, block.first
    words = [replace(token, kind="T") for token in tokens]
    size = _corner_words(words)
    rest = grouped(words[size:])
    if not size or not rest:
        return None, block.first
    if block.width == 1:
        text = " ".join(token.text for token in words[size:])
        if not proved and not is_word(text, "generic_header", "total") and unit_in(text) is None:
            return None, block.first
        return [joined(words[:size]), joined(words[size:])], n
    return [joined(words[:size]), *[joined(group) for group in rest]], n


def _corner_words(words: Sequence[Token]) -> int:
    """Count the first words that name what the labels of the rows are; 0 for none."""
    names = names_to("breakdowns", "key")
    for size in range(min(MOST_CORNER_WORDS, len(words)), 0, -1):
        if fold_label(" ".join(token.text for token in words[:size])) in names:
            return size
    return 0


def _split_header(label: Sequence[Token]) -> tuple[list[Token], list[Token], list[Token]] | None:
    """Part a first label that runs on from its header, as `Nationality Number of Arrests Bulgaria` does.

    Gives the word for the labels, the words for what is counted, and the label itself.
    """
    size = _corner_words(label)
    rest = list(label[size:])
    end = _counted_words([token.text.lower() for token in rest]) if size else 0
    return (list(label[:size]), rest[:end], rest[end:]) if end and end < len(rest) else None


def _counted_words(words: Sequence[str]) -> int:
    """Count the words of `Total`, `Count of crimes` or `Number of persons arrested` that a text begins with."""
    if not words or not is_word(words[0], "generic_header"):
        return 0
    if len(words) < 2 or words[1] not in table_words()["of"]:
        return 1
    nouns = names_to("units", "unit")
    ends = [
        i + size
        for i in range(2, min(len(words), MOST_NOUN_WORDS))
        for size in (3, 2, 1)
        if " ".join(words[i : i + size]) in nouns
    ]
    if not ends:
        return 0
    end = ends[0]
    while end < len(words) and words[end] in table_words()["after_noun"]:
        end += 1
    return end


# ---- labels across, a figure for each


@dataclass(slots=True)
class _Across:
    """A line `corner, labels, row label, figures`, with as many labels as figures."""

    line: int
    corner: Token
    labels: list[list[Token]]
    name: Token
    figures: list[Token]


def _transposed(lines: Lines) -> list[Grid]:
    """Read lines of labels followed by as many figures, proved by the total that the last label names.

    One word is one label, but for names of several words. Lines that begin with the same corner and have the same
    row label are one table; it is taken only when all its figures add up to its total.
    """
    groups: dict[tuple[str, str], list[_Across]] = {}
    for n in range(len(lines)):
        if lines.free[n] and _FIGURES.search(lines.line(n)):
            found = _across(lines, n)
            if found is not None:
                groups.setdefault((fold_label(found.corner.text), fold_label(found.name.text)), []).append(found)
    grids: list[Grid] = []
    for members in groups.values():
        figures = [value_of(token.text) for member in members for token in member.figures]
        numbers = [float(v.value) for v in figures if v is not None and v.value is not None]
        last = members[-1].labels[-1]
        if len(numbers) != len(figures) or not is_word(" ".join(t.text for t in last), "total"):
            continue
        if len(numbers) < LEAST_TOTALLED + 1 or not close(sum(numbers[:-1]), numbers[-1]):
            continue
        cells = [[members[0].corner.cell, members[0].name.cell]]
        cells += [
            [joined(label), figure.cell]
            for member in members
            for label, figure in zip(member.labels, member.figures, strict=True)
        ]
        grids.append(as_grid(cells))
        for member in members:
            lines.take(member.line, member.line + 1)
    return grids


def _across(lines: Lines, n: int) -> _Across | None:
    tokens = tokens_of(lines, n)
    split = next((i for i, token in enumerate(tokens) if token.kind != "T"), 0)
    words, figures = tokens[:split], tokens[split:]
    if len(figures) < 2 or any(token.kind != "V" for token in figures) or len(words) < 4:
        return None
    labels = grouped(words[1:-1])
    if len(labels) != len(figures):
        return None
    return _Across(n, words[0], labels, words[-1], list(figures))
