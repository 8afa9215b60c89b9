"""The words of a PDF page with their boxes, and the lines they stand in. Points from the top left of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

Box = tuple[float, float, float, float]

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALLER = 0.8
# A space is a quarter of the type's size in most faces; columns stand at least this much apart.
COLUMN_GAP = 0.95


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Where its middle stands across the page."""
        return (self.x0 + self.x1) / 2

    @property
    def box(self) -> Box:
        """Its box: left, top, right, bottom."""
        return (round(self.x0, 1), round(self.top, 1), round(self.x1, 1), round(self.bottom, 1))

    def joined(self, other: Word, text: str) -> Word:
        """Give one word of two."""
        return Word(
            self.text + text,
            min(self.x0, other.x0),
            min(self.top, other.top),
            max(self.x1, other.x1),
            max(self.bottom, other.bottom),
            self.size,
        )


@dataclass(slots=True)
class Line:
    """Words that stand on one line, from left to right.

    A line of a column knows the column's margins, and `order`: the height at which it is read.
    """

    words: list[Word] = field(default_factory=list)
    margins: tuple[float, float] | None = None
    order: float | None = None

    @property
    def text(self) -> str:
        """The words, one space apart."""
        return " ".join(word.text for word in self.words)

    @property
    def x0(self) -> float:
        """Its left end."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Its right end."""
        return self.words[-1].x1

    @property
    def top(self) -> float:
        """Its upper edge."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return max(word.bottom for word in self.words)

    @property
    def size(self) -> float:
        """The size of its type."""
        return median(word.size for word in self.words)

    def chunks(self) -> list[list[Word]]:
        """Part the line where the gap between words is too wide for a space."""
        out = [[self.words[0]]]
        for before, word in zip(self.words, self.words[1:], strict=False):
            if word.x0 - before.x1 > COLUMN_GAP * max(before.size, word.size):
                out.append([])
            out[-1].append(word)
        return out


def words_of(chars: Sequence[dict[str, Any]], width: float, height: float) -> list[Word]:
    """Make words of a page's characters: what is printed twice counts once, what lies off the page not at all."""
    from pdfplumber.utils.text import extract_words

    seen: set[tuple[str, int, int]] = set()
    kept = []
    for char in chars:
        # Bold type is sometimes the same character printed twice, a hair's breadth apart.
        key = (char["text"], round(char["x0"] * 0.7), round(char["top"] * 0.7))
        if (char["text"] != " " and key in seen) or not _on_page(char, width, height):
            continue
        seen.add(key)
        kept.append(char)
    found = extract_words(kept, x_tolerance_ratio=0.15, y_tolerance=3, extra_attrs=["size"])
    words = [
        Word(clean_word(w["text"]), w["x0"], w["top"], w["x1"], w["bottom"], float(w["size"]) or 1.0)
        for w in found
        # Glyphs that the font does not name have no width either, and are shown all the same.
        if w["x1"] > w["x0"] or "(cid:" in w["text"]
    ]
    return _rejoined([word for word in words if word.text])


_GLYPH = re.compile(r"\(cid:(\d+)\)")
# Of codes that Windows-1252 leaves unused, the PDF standard makes bullets (Annex D.2).
_BULLET_CODES = frozenset((127, 129, 141, 143, 144, 157))
UNREADABLE = "\ufffd"
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2060\ufeff\ud800-\udfff]")
_LIGATURES = {
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "\uf0b7": "•",
    "\uf0a7": "•",
    "\uf02d": "-",
    "\u00a0": " ",
}


def clean_word(text: str) -> str:
    """Give a word as it is meant: ligatures as letters, symbol-font bullets as bullets, nothing unprintable.

    A glyph that the file does not say the character of becomes U+FFFD; its number must never be read as a figure.
    """
    if "(cid:" in text:
        text = _GLYPH.sub(lambda found: "•" if int(found[1]) in _BULLET_CODES else UNREADABLE, text)
    for ligature, letters in _LIGATURES.items():
        if ligature in text:
            text = text.replace(ligature, letters)
    return _UNPRINTED.sub("", text).strip()


def _on_page(char: dict[str, Any], width: float, height: float) -> bool:
    return bool(-1 <= char["x0"] <= width + 1 and -1 <= char["top"] <= height + 1)


def _rejoined(words: list[Word]) -> list[Word]:
    """Join pieces that were parted by a change of type size only; raised digits become superscript digits."""
    out: list[Word] = []
    for word in words:
        before = out[-1] if out else None
        touching = (
            before is not None
            and -0.5 * before.size < word.x0 - before.x1 < 0.15 * max(before.size, word.size)
            and word.top < before.bottom
            and before.top < word.bottom
        )
        if before is None or not touching or word.size == before.size:
            out.append(word)
        elif word.size < _SMALLER * before.size and word.bottom < before.bottom - 0.12 * before.size:
            out[-1] = before.joined(word, word.text.translate(_RAISED))
        else:
            out[-1] = before.joined(word, word.text)
    return out


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Put words in lines from top to bottom: words are on one line when their middles lie within each other."""
    lines: list[Line] = []
    for word in sorted(words, key=lambda word: (word.middle, word.x0)):
        line = lines[-1] if lines else None
        if line is not None and any(_level(word, other) for other in line.words[-4:]):
            line.words.append(word)
        else:
            lines.append(Line([word]))
    for line in lines:
        line.words.sort(key=lambda word: word.x0)
    return lines


def _level(word: Word, other: Word) -> bool:
    if abs(word.middle - other.middle) < 0.4 * min(word.bottom - word.top, other.bottom - other.top):
        return True
    # A mark that is raised or lowered beside its word.
    return word.size < _SMALLER * other.size and other.top - 0.2 * other.size < word.middle < other.bottom


def wrapped(words: Sequence[Word]) -> list[Word]:
    """Give the words of a cell or paragraph in reading order; a word that was parted at a hyphen is one again."""
    out: list[Word] = []
    for line in lines_of(words):
        first, *rest = line.words
        if out and _hyphenated(out[-1], first):
            out[-1] = replace(out[-1], text=out[-1].text + first.text)
        else:
            out.append(first)
        out += rest
    return out


def _hyphenated(before: Word, after: Word) -> bool:
    return len(before.text) > 1 and before.text.endswith("-") and before.text[-2].isalnum() and after.text[:1].isalnum()
