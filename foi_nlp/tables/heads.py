"""Headers of two lines, or with a share after each period, over figures whose cells are known by their order alone.

The lower line repeats the same heads once for each head of the upper line; the repetition proves which figures are
whose. One of the two lines holds periods.
"""

from __future__ import annotations

from collections.abc import Sequence

from foi_nlp.figures.values import parse_value
from foi_nlp.grids import EMPTY, Cell
from foi_nlp.tables.cells import in_order
from foi_nlp.tables.tokens import Token, joined
from foi_nlp.tables.words import fold_label, is_word, table_words

_LEAST_GROUPS = 2

Heads = list[list[Cell]]
"""The rows of a header: a corner, then a head for each column of figures."""


def is_wordy(token: Token) -> bool:
    """Whether a token is a word, such as one that names rows though it can be a value: `Unknown`."""
    return token.kind == "T" or (token.kind == "V" and token.text[:1].isalpha())


def grouped(words: Sequence[Token]) -> list[list[Token]]:
    """Group words into heads: one word each, but for names of several words."""
    out: list[list[Token]] = []
    i = 0
    while i < len(words):
        texts = [" ".join(token.text for token in words[i : i + size]) for size in (3, 2)]
        size = next((s for s, text in zip((3, 2), texts, strict=True) if i + s <= len(words) and _is_name(text)), 1)
        out.append(list(words[i : i + size]))
        i += size
    return out


def _is_name(text: str) -> bool:
    value = parse_value(text)
    named = value is not None and text[:1].isalpha()
    return named or is_word(text, "total", "average") or text.lower() in table_words()["compound_name"]


def with_shares(header: Sequence[Token], width: int) -> Heads | None:
    """Read `Offence 2017 % 2018 %`: a corner, then each period with the share that stands beside its figures."""
    pairs, odd = divmod(width, 2)
    heads = header[len(header) - width :]
    if odd or pairs < _LEAST_GROUPS or len(header) < width or not all(map(is_wordy, header[: len(header) - width])):
        return None
    dated, shares = heads[::2], heads[1::2]
    if not _are_periods(dated) or not all(is_word(token.text, "share_word") for token in shares):
        return None
    return [[joined(header[: len(header) - width]), *[token.cell for token in heads]]]


def over_two_lines(outer: Sequence[Token], inner: Sequence[Token], width: int, *, whole: bool) -> Heads | None:
    """Read a header of two lines over `width` columns; `whole` says that each token is a whole cell."""
    return _periods_over_heads(outer, inner, width, whole=whole) or _heads_over_periods(
        outer, inner, width, whole=whole
    )


def _periods_over_heads(outer: Sequence[Token], inner: Sequence[Token], width: int, *, whole: bool) -> Heads | None:
    """Read `2018 2019` over `Offence Male Female Male Female`."""
    count = _trailing_periods(outer)
    dated = outer[len(outer) - count :]
    if count < _LEAST_GROUPS or width % count or not _are_periods(dated):
        return None
    if not all(map(is_wordy, [*outer[: len(outer) - count], *inner])):
        return None
    for corner in range(len(inner)):
        size, odd = divmod(len(inner) - corner, count)
        names = [fold_label(token.text) for token in inner[corner:]]
        if odd or any(name != names[i % size] for i, name in enumerate(names)):
            continue
        parts = [inner[corner + i * size : corner + (i + 1) * size] for i in range(count)]
        heads = [[token] for part in parts for token in part]
        if not whole and size * count != width:
            heads = [group for part in parts for group in grouped(part)]
        if len(heads) == width:
            above = [dated[i * count // width].cell for i in range(width)]
            return [[EMPTY, *above], [joined(inner[:corner]), *[joined(head) for head in heads]]]
    return None


def _heads_over_periods(outer: Sequence[Token], inner: Sequence[Token], width: int, *, whole: bool) -> Heads | None:
    """Read `Recorded Charged` over `Offence 2018 2019 2018 2019`."""
    dated = inner[len(inner) - width :]
    if len(inner) < width or any(token.kind != "P" for token in dated):
        return None
    if not outer or not all(map(is_wordy, [*outer, *inner[: len(inner) - width]])):
        return None
    size = repeated(dated)
    count = width // size if size else 0
    heads = [[token] for token in outer]
    if not whole and len(heads) != count:
        heads = grouped(outer)
    if count < _LEAST_GROUPS or len(heads) != count:
        return None
    above = [joined(heads[i // size]) for i in range(width)]
    return [[EMPTY, *above], [joined(inner[: len(inner) - width]), *[token.cell for token in dated]]]


def repeated(dated: Sequence[Token]) -> int:
    """Give how many periods there are before they begin again, with nothing left over; 0 where they do not."""
    texts = [token.text for token in dated]
    for size in range(2, len(texts) // _LEAST_GROUPS + 1):
        if len(texts) % size == 0 and all(text == texts[i % size] for i, text in enumerate(texts)):
            return size if _are_periods(dated[:size]) else 0
    return 0


def _trailing_periods(tokens: Sequence[Token]) -> int:
    count = 0
    while count < len(tokens) and tokens[-1 - count].kind == "P":
        count += 1
    return count


def _are_periods(tokens: Sequence[Token]) -> bool:
    found = [token.found for token in tokens if token.found is not None]
    texts = {token.text for token in tokens}
    return len(found) == len(tokens) == len(texts) and in_order(found)
