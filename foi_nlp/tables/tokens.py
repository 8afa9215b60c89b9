"""The words, figures and periods of lines whose cells have only single blanks between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import regex

from foi_nlp.figures import periods
from foi_nlp.figures.periods import FoundPeriod
from foi_nlp.grids import EMPTY, Cell, Grid
from foi_nlp.tables.cells import band_end, is_number, is_symbol, value_of
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.words import table_words
from foi_nlp.tables.wrapped import headed

MOST_LABEL_WORDS = 15
_WORD = regex.compile(r"[^\s|]+")
_SENTENCE_END = regex.compile(r"[.!?;:]$")
_DASHES = frozenset("-–—")
MARK = regex.compile(r"[*#†‡]+|\[\w\]|\(\d\)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a figure or a whole period of a line. `kind` is "P", "V" or "T"."""

    kind: str
    start: int
    end: int
    text: str
    found: FoundPeriod | None = None

    @property
    def cell(self) -> Cell:
        """The token as a cell."""
        return Cell(self.text, ((self.start, self.end),))

    @property
    def ends_sentence(self) -> bool:
        """Whether running text ends or pauses at the token."""
        if _SENTENCE_END.search(self.text) is None or len(self.text) <= 2 or self.text[0].isdigit():
            return False
        return self.text.lower() not in table_words()["generic_header"]  # "No."


@dataclass(slots=True)
class Part:
    """A row as it was read: the words of its label and its figures.

    `above` are the lines over the row that the label may begin in, or that may head the row and those below it.
    A row that only heads others has no figures.
    """

    label: list[Token]
    figures: list[Token]
    above: list[list[Token]] = field(default_factory=list)


def tokens_of(lines: Lines, n: int) -> list[Token]:
    """Cut a line into words, figures and periods."""
    start, end = lines.spans[n]
    text = lines.text
    found = [
        Token("P", start + one.start, start + one.end, text[start + one.start : start + one.end], one)
        for one in periods.find_periods(text[start:end])
    ]
    out: list[Token] = []
    at = start
    for one in [*found, None]:
        stop = end if one is None else one.start
        out += _words(text, at, stop, start)
        if one is not None:
            out.append(one)
            at = one.end
            trailing = MARK.match(text, at)
            if trailing:
                at = trailing.end()
    return [_as_word(out, i) for i in range(len(out))]


def _as_word(tokens: Sequence[Token], i: int) -> Token:
    """Take a dash between two words for what joins them rather than for a nil."""
    token = tokens[i]
    inside = 0 < i < len(tokens) - 1 and tokens[i - 1].kind == "T" and tokens[i + 1].kind == "T"
    return replace(token, kind="T") if inside and token.text in _DASHES else token


def _words(text: str, start: int, end: int, line_start: int) -> list[Token]:
    words = [(found.start(), found.end()) for found in _WORD.finditer(text, start, end)]
    out = []
    i = 0
    while i < len(words):
        a, b = words[i]
        if i + 1 < len(words) and _is_value_of_two(text, words[i], words[i + 1]):
            out.append(Token("V", a, words[i + 1][1], text[a : words[i + 1][1]]))
            i += 2
            continue
        last = band_end(text, a, end, first=not text[line_start:a].strip())
        if last > a:
            out.append(Token("T", a, last, text[a:last]))
            while i < len(words) and words[i][0] < last:
                i += 1
            continue
        value = value_of(text[a:b])
        kind = "V" if is_symbol(value) or (value is not None and _is_word_value(text[a:b])) else "T"
        out.append(Token(kind, a, b, text[a:b]))
        i += 1
    return out


def _is_value_of_two(text: str, first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether two words are one value: `Not recorded`, or a number and another in brackets, `12 (30%)`."""
    both = text[first[0] : second[1]]
    if text[second[0]] == "(":
        return is_number(value_of(text[first[0] : first[1]])) and value_of(both) is not None
    return _is_word_value(both)


def _is_word_value(text: str) -> bool:
    value = value_of(text)
    return value is not None and not is_number(value) and text[:1].isupper() and " ".join(text.split()) == text


def rows_of(tokens: Sequence[Token], width: int) -> tuple[list[Part], bool]:
    """Read rows until the tokens stop being rows. The flag says that every token was part of a row."""
    rows: list[Part] = []
    i = 0
    while i < len(tokens):
        label: list[Token] = []
        while i < len(tokens) and (is_label(tokens[i], label) or (not label and names_row(tokens, i))):
            label.append(tokens[i])
            i += 1
        figures: list[Token] = []
        while i < len(tokens) and is_figure(tokens[i], figures, width):
            if len(figures) == width and names_row(tokens, i):
                break
            figures.append(tokens[i])
            i += 1
        while len(figures) > width and MARK.fullmatch(figures[0].text):
            label.append(figures.pop(0))
        if not figures or len(figures) > width or not is_clean(label):
            return rows, False
        if not label and rows:
            return rows, False
        rows.append(Part(label, figures))
    return rows, True


def part_headings(rows: Sequence[Part]) -> list[Part]:
    """Make rows of their own of the lines that head groups of rows; other lines above a row begin its label."""
    labels = [[text_of(line) for line in (*row.above, row.label)] for row in rows]
    cuts = headed(labels)
    out = []
    for i, row in enumerate(rows):
        cut = cuts.get(i, 0)
        if cut:
            out.append(Part([token for line in row.above[:cut] for token in line], []))
        out.append(Part([token for line in (*row.above[cut:], row.label) for token in line], row.figures))
    return out


def text_of(tokens: Sequence[Token]) -> str:
    """Give the words of tokens with single blanks between them."""
    return " ".join(token.text for token in tokens)


def is_label(token: Token, label: Sequence[Token]) -> bool:
    """Whether a token is a word of a label, or a month that begins one."""
    return token.kind == "T" or (token.kind == "P" and not label and needs_year(token))


def names_row(tokens: Sequence[Token], i: int) -> bool:
    """Whether a word that can be a value (`Not recorded`) is the label of the number after it."""
    if tokens[i].kind != "V" or not tokens[i].text[:1].isalpha() or i + 1 >= len(tokens):
        return False
    return tokens[i + 1].kind == "V" and tokens[i + 1].text[:1].isdigit()


def is_figure(token: Token, figures: Sequence[Token], width: int) -> bool:
    """Whether a token goes on with a row's figures; a number that could be a year does while the row is not full."""
    if token.kind == "V":
        return True
    return token.kind == "P" and 0 < len(figures) < width and is_number(value_of(token.text))


def is_clean(label: Sequence[Token]) -> bool:
    """Whether words can be the label of a row rather than running text."""
    return len(label) <= MOST_LABEL_WORDS and not any(token.ends_sentence for token in label)


def needs_year(token: Token) -> bool:
    """Whether a token is a month or quarter without its year."""
    return token.found is not None and token.found.needs_year


def joined(tokens: Sequence[Token]) -> Cell:
    """Give one cell of several tokens."""
    if not tokens:
        return EMPTY
    text = " ".join(token.text for token in tokens)
    segments: list[tuple[int, int]] = []
    for token in tokens:
        if segments and token.start - segments[-1][1] <= 1:
            segments[-1] = (segments[-1][0], token.end)
        else:
            segments.append((token.start, token.end))
    return Cell(text, tuple(segments))


def as_grid(rows: Sequence[Sequence[Cell]]) -> Grid:
    """Give the grid of some rows."""
    segments = [s for row in rows for cell in row for s in cell.segments]
    return Grid(
        tuple(tuple(row) for row in rows), min(s[0] for s in segments), max(s[1] for s in segments), "flattened"
    )
