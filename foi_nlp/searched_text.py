"""A text that many regexes are tried on, and what is known of it: which literals stand in it, and where words begin."""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

import regex

from foi_nlp.regex_shapes import DIGIT, LINE_START, WORD_START, Beginning, Reach, lower_case, plain_digits

HEAD_LENGTH = 3  # characters; words are looked up by so many
BLOCK = 64  # characters; where something can start is told by blocks of so many

_LONG_WORD, _LONG_BLANK = regex.compile(r"\S+"), regex.compile(r"\s+")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_ONES = re.compile("1+")
# What is certainly a letter or digit before one hides a word start; elsewhere there may be one.
_WORD_START = re.compile(r"(?<![a-z0-9_])[a-z0-9_]")
_LETTERS = frozenset(string.ascii_lowercase + "0_")


class Starts:
    """Where the matches of a regex can start: at words, at lines, or anywhere, with one of some texts."""

    def __init__(self, beginnings: Iterable[str]) -> None:
        words, lines = [], []
        self.anywhere: list[str] = []
        self.any_line = False
        for text in sorted(set(beginnings)):
            if text == LINE_START:
                self.any_line = True
            elif text[0] == LINE_START:
                lines.append(text[1:])
            elif text[0] == WORD_START and text[1:2] in _LETTERS:
                words.append(text[1:])
            else:
                self.anywhere.append(text.removeprefix(WORD_START))
        self.words = _Heads(words)
        self.lines = _Heads(lines)

    @classmethod
    def of(cls, beginnings: Iterable[Beginning]) -> Starts | None:
        """Give where matches that begin so can start; None where that is anywhere."""
        some = [text for text, _ in beginnings]
        return cls(some) if all(text.strip(WORD_START) for text in some) else None


class _Heads:
    """Texts by their first letters; with no texts where those letters are enough."""

    def __init__(self, texts: Collection[str]) -> None:
        self.texts: dict[str, tuple[str, ...]] = {}
        self.short = [text for text in texts if len(text) < HEAD_LENGTH]
        for text in texts:
            head = text[:HEAD_LENGTH]
            if text == head or self.texts.get(head) == ():
                self.texts[head] = ()
            else:
                self.texts[head] = (*self.texts.get(head, ()), text)
        for text in self.short:
            del self.texts[text]
        self.heads = frozenset(self.texts)


class _Words:
    """Words of a text by their first letters."""

    def __init__(self, plain: str, places: Iterable[int]) -> None:
        self._plain = plain
        self._places: dict[str, list[int]] = {}
        for place in places:
            self._places.setdefault(plain[place : place + HEAD_LENGTH], []).append(place)
        self._heads = frozenset(self._places)
        self._short: dict[str, list[int]] = {}

    def beginning(self, of: _Heads) -> list[int]:
        """Give where the words with one of some beginnings stand."""
        found: list[int] = []
        for head in of.heads & self._heads:
            texts, places = of.texts[head], self._places[head]
            found += [place for place in places if self._plain.startswith(texts, place)] if texts else places
        for text in of.short:
            found += self._beginning_shortly(text)
        return found

    def _beginning_shortly(self, text: str) -> list[int]:
        found = self._short.get(text)
        if found is None:
            found = [place for head, some in self._places.items() if head.startswith(text) for place in some]
            self._short[text] = found
        return found


class SearchedText:
    """A text that many regexes are tried on, in lower case too, with what is known of it so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lowered = lower_case(text)
        self._blocks: dict[str, int] = {}
        self._places: dict[str, list[int]] = {}
        self._beginnings: dict[str, list[int]] = {}

    def places(self, literal: str) -> list[int]:
        """Give where a literal in lower case, or `DIGIT`, begins."""
        found = self._places.get(literal)
        if found is None:
            found = _every("0", self._plain) if literal == DIGIT else _every(literal, self.lowered)
            self._places[literal] = found
        return found

    def starts(self, of: Starts) -> list[int]:
        """Give where matches can start, in order."""
        found = self._words.beginning(of.words)
        for text in of.anywhere:
            found += self._beginning(text)
        if of.any_line:
            found += self._lines
        elif of.lines.texts or of.lines.short:
            found += [line for word in self._first_words.beginning(of.lines) for line in self._lines_by_word[word]]
        return sorted(set(found))

    def _beginning(self, text: str) -> list[int]:
        found = self._beginnings.get(text)
        if found is None:
            found = self._beginnings[text] = _every(text, self._plain)
        return found

    @cached_property
    def _plain(self) -> str:
        return plain_digits(self.lowered)

    @cached_property
    def _words(self) -> _Words:
        return _Words(self._plain, [word.start() for word in _WORD_START.finditer(self._plain)])

    @cached_property
    def _first_words(self) -> _Words:
        return _Words(self._plain, self._lines_by_word)

    @cached_property
    def _lines_by_word(self) -> dict[int, list[int]]:
        """The starts of lines by the first letter or digit that follows."""
        found: dict[int, list[int]] = {}
        for line in self._lines:
            word = _LETTER.search(self._plain, line)
            if word:
                found.setdefault(word.start(), []).append(line)
        return found

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(place + 1 for place in self.places("\n"))]

    @property
    def every_block(self) -> int:
        """All blocks of the text, as bits."""
        return (1 << (len(self.text) // BLOCK + 1)) - 1

    def blocks_before(self, literals: Mapping[Reach | None, Iterable[str]]) -> int:
        """Give the blocks, as bits, in which something can start that holds one of these literals within a reach."""
        found = 0
        for reach, texts in literals.items():
            blocks = 0
            for text in texts:
                blocks |= self._blocks_of(text)
            if reach is None:
                found |= (1 << blocks.bit_length()) - 1
            elif blocks:
                found |= _with_before(blocks, self.length(reach) // BLOCK + 1)
        return found

    def _blocks_of(self, literal: str) -> int:
        """Give the blocks, as bits, in which a literal begins."""
        blocks = self._blocks.get(literal)
        if blocks is None:
            blocks = 0
            for place in self.places(literal):
                blocks |= 1 << place // BLOCK
            self._blocks[literal] = blocks
        return blocks

    def within(self, blocks: int, places: list[int]) -> list[int]:
        """Give those places that lie in the blocks."""
        if not blocks or blocks == self.every_block:
            return places if blocks else []
        lies = f"{blocks:0{len(self.text) // BLOCK + 1}b}"[::-1]
        return [place for place in places if lies[place // BLOCK] == "1"]

    def stretches(self, blocks: int) -> list[tuple[int, int]]:
        """Give the stretches that the blocks make up."""
        return [(run.start() * BLOCK, run.end() * BLOCK) for run in _ONES.finditer(f"{blocks:b}"[::-1])]

    def length(self, reach: Reach) -> int:
        """Give how many characters a reach is at most in this text."""
        return reach.fixed + reach.words * self._longest_word + reach.blanks * self._longest_blank

    @cached_property
    def _longest_word(self) -> int:
        return max(map(len, _LONG_WORD.findall(self.text)), default=0)

    @cached_property
    def _longest_blank(self) -> int:
        return max(map(len, _LONG_BLANK.findall(self.text)), default=0)


def _with_before(blocks: int, count: int) -> int:
    """Give blocks together with so many before each."""
    width = 0
    while width < count:
        more = min(width + 1, count - width)
        blocks |= blocks >> more
        width += more
    return blocks


def _every(literal: str, text: str) -> list[int]:
    """Give every place where a literal stands in a text."""
    found: list[int] = []
    place = text.find(literal)
    while place >= 0:
        found.append(place)
        place = text.find(literal, place + 1)
    return found
