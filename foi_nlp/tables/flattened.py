"""Tables that lost their grid: header and rows run on in one line, or a row a line with single blanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from foi_nlp.figures import periods
from foi_nlp.figures.periods import FoundPeriod
from foi_nlp.grids import EMPTY, Cell, Grid
from foi_nlp.tables.cells import band_end, cell_at, in_order, is_number, is_symbol, value_of
from foi_nlp.tables.delimited import merged
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.stacked import adds_up
from foi_nlp.tables.totals import close
from foi_nlp.tables.words import fold_label, is_word, starts_with_word, table_words

MOST_LABEL_WORDS = 15
MOST_CORNER_WORDS = 6
MOST_SHORT_ROWS = 400
_LEAST_UNREAD = 3
LONG_LINE = 200
_WORD = regex.compile(r"[^\s|]+")
_NEIGHBOURS = regex.compile(r"[0-9][^\s]{0,3}\s+(?:[^\s]{1,12}\s+){0,1}[^\s]{0,8}(?:[0-9*-]|Nil|None|NIL|NONE)")
"""Two figures, or a period and a figure, with at most a word between them: without them no line is looked at."""
_DATED = regex.compile(r"(?:19|20)[0-9]{2}|[0-9]{2}[/-][0-9]{2}\b|[A-Za-z]{3}[-' ][0-9]{2}\b|\bQ[1-4]\b|uarter|January")
_FIGURES = regex.compile(r"[0-9]\s+[^\s0-9]?[0-9][^\s]*\s*$")
_SENTENCE_END = regex.compile(r"[.!?;:]$")
_LABELLED = regex.compile(r"[0-9]\s+\S[^0-9]{2,60}\s[0-9]")
_TOTALLED = regex.compile(r"(?:[Tt]otal|TOTAL|[Cc]yfanswm)[^0-9]{0,12}[0-9]")
_DASHES = frozenset("-–—")
_MARK = regex.compile(r"[*#†‡]+|\[\w\]|\(\d\)")


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
        return _SENTENCE_END.search(self.text) is not None and len(self.text) > 2 and not self.text[0].isdigit()


@dataclass(slots=True)
class Part:
    """A row as it was read: the words of its label and its figures."""

    label: list[Token]
    figures: list[Token]


def find_flattened(lines: Lines) -> list[Grid]:
    """Find tables whose cells have only single blanks between them."""
    grids: list[Grid] = []
    n = 0
    while n < len(lines):
        if not lines.free[n] or not _may_hold_table(lines.line(n)):
            n += 1
            continue
        tokens = _tokens(lines, n)
        found = (
            _periods_across(lines, n, tokens)
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
    return [*grids, *_transposed(lines), *_labels_and_totals(lines)]


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
        tokens = _tokens(lines, n)
        if any(token.ends_sentence for token in tokens) or sum(token.kind == "V" for token in tokens) < max(width, 2):
            break
        n = last = n + 1
    return last


def _unread_line(lines: Lines, n: int, tokens: Sequence[Token]) -> tuple[Grid, int] | None:
    """Say of a line that has a header of periods and figures for it that it could not be read."""
    for at, end in _period_runs(lines.text, tokens):
        figures = sum(token.kind == "V" and is_number(value_of(token.text)) for token in tokens[end:])
        words = sum(token.kind == "T" for token in tokens[end:])
        if figures >= max(end - at, _LEAST_UNREAD) and words <= MOST_LABEL_WORDS * figures // (end - at):
            row = cell_at(lines.text, *lines.spans[n])
            reason = f"The line looks like a table under {end - at} periods, but its rows cannot be told apart."
            return Grid(((row,),), row.segments[0][0], row.segments[0][1], "flattened", uncertain=reason), n + 1
    return None


def _tokens(lines: Lines, n: int) -> list[Token]:
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
            trailing = _MARK.match(text, at)
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
        if i + 1 < len(words) and _is_word_value(text[a : words[i + 1][1]]):
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


def _is_word_value(text: str) -> bool:
    value = value_of(text)
    return value is not None and not is_number(value) and text[:1].isupper() and " ".join(text.split()) == text


# ---- periods in the header


def _periods_across(lines: Lines, n: int, tokens: Sequence[Token]) -> tuple[Grid, int] | None:
    """Read a run of periods as a header, then rows of a label and as many figures."""
    for at, end in _period_runs(lines.text, tokens):
        corner = _corner(tokens[:at])
        for stop in [*_total_heads(tokens, end), end]:
            width = stop - at
            rows, sure = _rows(tokens[stop:], width)
            last = n + 1
            if not sure and _is_cut(rows, tokens[stop:], width):
                continue
            if sure:
                more, last = _following_rows(lines, n + 1, width, has_rows=bool(rows))
                rows += more
            grid = _across_grid(corner, tokens[at:stop], rows, width)
            if grid is not None and (stop > end or not _total_heads(tokens, end) or not adds_up(grid.rows[1:])):
                return grid, last
    return None


def _is_cut(rows: Sequence[Part], tokens: Sequence[Token], width: int) -> bool:
    """Whether a row of figures that could not be read stands among the rows, so that none of them is sure."""
    if rows and is_word(" ".join(token.text for token in rows[-1].label), "total"):
        return False
    used = sum(len(part.label) + len(part.figures) for part in rows)
    rest = tokens[used : used + MOST_LABEL_WORDS + 2 * width]
    return sum(token.kind == "V" for token in rest) >= min(width, 2)


def _total_heads(tokens: Sequence[Token], end: int) -> list[int]:
    """Give where the header ends if the word after its periods heads a column of totals."""
    if end >= len(tokens) or not is_word(tokens[end].text, "total"):
        return []
    named = end + 1 == len(tokens) or tokens[end + 1].kind == "T" or _names_row(tokens, end + 1)
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
            and _needs_year(tokens[i + 1]) == _needs_year(tokens[first])
        ):
            i += 1
        i += 1
        if i - first >= 2 and in_order([token.found for token in tokens[first:i] if token.found is not None]):
            out.append((first, i))
    return out


def _needs_year(token: Token) -> bool:
    return token.found is not None and token.found.needs_year


def _corner(before: Sequence[Token]) -> list[Token]:
    """Give the words before a header that can be its corner: few, and no end of a sentence among them."""
    out: list[Token] = []
    for token in reversed(before):
        if token.kind != "T" or token.ends_sentence or len(out) >= MOST_CORNER_WORDS:
            break
        out.append(token)
    return out[::-1]


def _rows(tokens: Sequence[Token], width: int) -> tuple[list[Part], bool]:
    """Read rows until the tokens stop being rows. The flag says that every token was part of a row."""
    rows: list[Part] = []
    i = 0
    while i < len(tokens):
        label: list[Token] = []
        while i < len(tokens) and (_is_label(tokens[i], label) or (not label and _names_row(tokens, i))):
            label.append(tokens[i])
            i += 1
        figures: list[Token] = []
        while i < len(tokens) and _is_figure(tokens[i], figures, width):
            if len(figures) == width and _names_row(tokens, i):
                break
            figures.append(tokens[i])
            i += 1
        while len(figures) > width and _MARK.fullmatch(figures[0].text):
            label.append(figures.pop(0))
        if not figures or len(figures) > width or not _is_clean(label):
            return rows, False
        if not label and rows:
            return rows, False
        rows.append(Part(label, figures))
    return rows, True


def _is_label(token: Token, label: Sequence[Token]) -> bool:
    return token.kind == "T" or (token.kind == "P" and not label and _needs_year(token))


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
    if not label or not _is_clean(label):
        return None
    if label[0].kind != "T":
        return None
    return Part(label, figures)


def _names_row(tokens: Sequence[Token], i: int) -> bool:
    """Whether a word that can be a value (`Not recorded`) is the label of the number after it."""
    if tokens[i].kind != "V" or not tokens[i].text[:1].isalpha() or i + 1 >= len(tokens):
        return False
    return tokens[i + 1].kind == "V" and tokens[i + 1].text[:1].isdigit()


def _is_figure(token: Token, figures: Sequence[Token], width: int) -> bool:
    if token.kind == "V":
        return True
    return token.kind == "P" and 0 < len(figures) < width and is_number(value_of(token.text))


def _is_clean(label: Sequence[Token]) -> bool:
    """Whether words can be the label of a row rather than running text."""
    return len(label) <= MOST_LABEL_WORDS and not any(token.ends_sentence for token in label)


def _following_rows(lines: Lines, n: int, width: int, *, has_rows: bool) -> tuple[list[Part], int]:
    """Read the lines below as rows, as long as each is made of whole rows or is the first line of a label."""
    rows: list[Part] = []
    last = n
    held: list[Token] = []
    blanks = 0
    while n < len(lines) and lines.free[n]:
        if lines.blank(n):
            blanks += 1
            n += 1
            if blanks > 1:
                break
            continue
        tokens = _tokens(lines, n)
        found, sure = _rows([*held, *tokens], width)
        if not sure or any(len(part.figures) != width for part in found):
            whole = _whole_row([*held, *tokens], width)
            if whole is not None:
                found, sure = [whole], True
        complete = bool(found) and all(len(part.figures) == width for part in found)
        if sure and found and (complete or (has_rows or rows)) and not (found and not found[0].label and rows):
            rows += found
            held, blanks, last = [], 0, n + 1
            if is_word(" ".join(t.text for t in found[-1].label), "total"):
                break
        elif all(t.kind == "T" for t in tokens) and _is_clean([*held, *tokens]) and len(tokens) <= 8 and len(held) < 16:
            held += tokens
        else:
            break
        n += 1
    return rows, last


def _across_grid(corner: Sequence[Token], header: Sequence[Token], rows: Sequence[Part], width: int) -> Grid | None:
    parts = list(rows)
    while parts and len(parts[-1].figures) != width:
        parts.pop()
    full = sum(len(part.figures) == width for part in parts)
    if not full:
        return None
    if len(parts) == 1 and not parts[0].label and all(is_number(value_of(t.text)) for t in header) and width < 3:
        return None
    out: list[list[Cell]] = [[_joined(corner), *[token.cell for token in header]]]
    out += [[_joined(part.label), *_figure_cells(part, width)] for part in parts]
    return _as_grid(out)


def _short_rows(lines: Lines, n: int, tokens: Sequence[Token]) -> tuple[Grid, int] | None:
    """Say of a header with more periods than every row below has figures that nothing can be paired."""
    for at, end in _period_runs(lines.text, tokens):
        if end != len(tokens) or end - at < 3:
            continue
        rows: list[Part] = []
        last = n + 1
        while last < len(lines) and lines.free[last] and len(rows) < MOST_SHORT_ROWS:
            found, sure = _rows(_tokens(lines, last), end - at)
            if not sure or len(found) != 1 or not found[0].label:
                break
            rows += found
            last += 1
        counts = {len(part.figures) for part in rows}
        if len(rows) >= 2 and len(counts) == 1 and min(counts) > 1:
            reason = f"The header has {end - at} periods, but each row below has {min(counts)} figures."
            cells = [[_joined(part.label), *[token.cell for token in part.figures]] for part in rows]
            return replace(_as_grid(cells), start=tokens[at].start, uncertain=reason), last
    return None


def _joined(tokens: Sequence[Token]) -> Cell:
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


def _as_grid(rows: Sequence[Sequence[Cell]]) -> Grid:
    segments = [s for row in rows for cell in row for s in cell.segments]
    return Grid(
        tuple(tuple(row) for row in rows), min(s[0] for s in segments), max(s[1] for s in segments), "flattened"
    )


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
        above = _tokens(lines, n - 1)
        if above and starts_with_word(" ".join(t.text for t in above), "period_header"):
            words, first = above, n - 1
    rows, used = _pairs(tokens, at)
    last = n + 1
    while rows and used == len(tokens) and last < len(lines) and lines.free[last]:
        following = _tokens(lines, last)
        more, used_here = _pairs(following, 0)
        if not more or used_here != len(following):
            more = _dated_row(following, len(rows[0].figures))
        if not more:
            break
        rows += more
        last += 1
    width = max((len(part.figures) for part in rows), default=0)
    header = _down_header(words, width)
    ragged = any(len(part.figures) != width for part in rows)
    dated = sum(part.label[0].kind == "P" for part in rows)
    if dated < (2 if header else 3) or (not header and (width > 1 or ragged)):
        return None
    if _disorderly([part.label[0] for part in rows if part.label[0].kind == "P"]):
        return None
    cells = [[_joined(part.label), *_figure_cells(part, width)] for part in rows]
    if header:
        cells.insert(0, header)
    if first < n:
        lines.take(first, n)
    return _as_grid(cells), last


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


def _down_header(words: Sequence[Token], width: int) -> list[Cell]:
    """Give the header cells of a flattened header that begins with a word for the period, or none."""
    for first in range(len(words)):
        text = " ".join(token.text for token in words[first:])
        if any(token.ends_sentence for token in words[first:]) or not starts_with_word(text, "period_header"):
            continue
        corner = 2 if len(words) - first > width + 1 and _is_header_pair(words[first : first + 2]) else 1
        rest = words[first + corner :]
        if len(rest) == width:
            return [_joined(words[first : first + corner]), *[token.cell for token in rest]]
        if width == 1 and 0 < len(rest) <= MOST_CORNER_WORDS:
            return [_joined(words[first : first + corner]), _joined(rest)]
    return []


def _is_header_pair(words: Sequence[Token]) -> bool:
    return is_word(" ".join(token.text for token in words), "period_header")


def _disorderly(labels: Sequence[Token]) -> bool:
    """Whether periods repeat or go up and down: then the numbers beside them need not be theirs."""
    starts = [t.found.period.start or t.text for t in labels if t.found is not None]
    return len(set(starts)) != len(starts) or (
        starts not in (sorted(starts), sorted(starts, reverse=True)) and not any(_needs_year(t) for t in labels)
    )


# ---- labels and figures in turn


def _labels_and_totals(lines: Lines) -> list[Grid]:
    """Read a line of labels and figures in turn that ends in a total, which its figures add up to.

    The first label may have words of the lost header before it; it is kept whole.
    """
    grids = []
    for n in range(len(lines)):
        labelled = _LABELLED.search(lines.line(n)) if lines.free[n] else None
        if labelled is None or not _TOTALLED.search(lines.line(n), labelled.end()):
            continue
        rows, _ = _rows(_tokens(lines, n), 1)
        names = [is_word(" ".join(token.text for token in part.label), "total") for part in rows]
        if True not in names:
            continue
        rows = rows[: names.index(True) + 1]
        figures = [value_of(part.figures[0].text) for part in rows]
        numbers = [float(v.value) for v in figures if v is not None and v.value is not None]
        if len(rows) < 3 or len(numbers) < len(rows) or not close(sum(numbers[:-1]), numbers[-1]):
            continue
        grids.append(_as_grid([[_joined(part.label), part.figures[0].cell] for part in rows]))
        lines.take(n, n + 1)
    return grids


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

    One word is one label, but for names in the list of compound names. Lines that begin with the same corner and
    have the same row label are one table; it is taken only when all its figures add up to its total.
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
        if len(numbers) < 4 or abs(sum(numbers[:-1]) - numbers[-1]) > 1e-6:
            continue
        cells = [[members[0].corner.cell, members[0].name.cell]]
        cells += [
            [_joined(label), figure.cell]
            for member in members
            for label, figure in zip(member.labels, member.figures, strict=True)
        ]
        grids.append(_as_grid(cells))
        for member in members:
            lines.take(member.line, member.line + 1)
    return grids


def _across(lines: Lines, n: int) -> _Across | None:
    tokens = _tokens(lines, n)
    split = next((i for i, token in enumerate(tokens) if token.kind != "T"), 0)
    words, figures = tokens[:split], tokens[split:]
    if len(figures) < 2 or any(token.kind != "V" for token in figures) or len(words) < 4:
        return None
    labels = _compounds(words[1:-1])
    if len(labels) != len(figures):
        return None
    return _Across(n, words[0], labels, words[-1], list(figures))


def _compounds(words: Sequence[Token]) -> list[list[Token]]:
    names = table_words()["compound_name"]
    out: list[list[Token]] = []
    i = 0
    while i < len(words):
        pair = " ".join(token.text for token in words[i : i + 2]).lower()
        size = 2 if pair in names else 1
        out.append(list(words[i : i + size]))
        i += size
    return out
