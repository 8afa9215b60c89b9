"""What every match of a regex holds, how long it can be and how it begins, read from the regex.

What is read is true of every match, but not all that could be said: a search may be narrowed by it and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import regex

DIGIT = r"\d"  # stands among literals for any digit
MIN_LITERAL = 3  # shorter literals stand in every letter
WORD_START, LINE_START = "\x01", "\x02"  # stand before a beginning that only a word, or a line, can begin with
MOST_BEGINNINGS = 160  # more are cut shorter, until they are fewer
BEGINNING_LENGTH = 6  # characters
LONGEST_RANGE = 64  # characters; a longer range of a class is not listed

_UNKNOWN = regex.compile(r"\(\?[a-zA-Z]*-?[aiLmsuxw]+\)|\(\?[R&]|\{[eids]<|\\[LNUXgGRmMkK1-9]|\[\[:")
_QUANTIFIER = regex.compile(r"(?:(?P<sign>[?*+])|\{(?P<least>\d*)(?P<comma>,)?(?P<most>\d*)\})[+?]?")
_GROUP = regex.compile(
    r"\(\?(?:(?P<plain>[:>|]|(?:[a-zA-Z]*-)?[a-z]+:|P?<(?P<name>[A-Za-z_]\w*)>)|(?P<look><?[=!])|(?P<condition>\(\w+\)))"
)
_PLAIN_RUN = regex.compile(r"(?:[^][\\(){}|?*+.^$](?![?*+{]))+")
_BACK_REFERENCE = regex.compile(r"\(\?P=(?P<name>\w+)\)")
OTHERS = r"\W"  # stands among the members of a class for characters that are not listed
_WIDE = frozenset({r"\D", OTHERS, r"\S", r"\p", r"\P"})  # stand for white space and other characters
_CLASS_PIECE = regex.compile(r"(?P<range>(?P<first>\\.|.)-(?P<last>\\.|.))|\\.|.", regex.DOTALL)
_NO_WORD_BEFORE = regex.compile(r"\(\?<!(?:\\w|\[[^]^\\][^]\\]*\\w[^]]*\]|\[\\w[^]]*\])\)")
_DIGITS = regex.compile(r"\d")
_BARE_START = regex.compile(r"^[^\p{L}\p{N}]+")
_LETTER = regex.compile(r"[\p{L}\p{N}]")


def lower_case(text: str) -> str:
    """Give a text in lower case at the same offsets; what regexes that ignore case take for one is one character."""
    lowered = text.replace("İ", "i").lower()
    return lowered if lowered.isascii() else lowered.replace("ſ", "s").replace("ς", "σ").replace("µ", "μ")


def plain_digits(text: str) -> str:
    """Give a text with 0 for each digit, at the same offsets."""
    return _DIGITS.sub("0", text)


@dataclass(frozen=True, slots=True)
class Reach:
    """How long a stretch can be: characters, and runs without a bound of what is, or is not, white space."""

    fixed: int = 0
    words: int = 0
    blanks: int = 0

    def plus(self, other: Reach | None, times: int = 1) -> Reach | None:
        """Give the reach of this and `times` the other; None is without a bound."""
        if other is None:
            return None
        return Reach(
            self.fixed + other.fixed * times, self.words + other.words * times, self.blanks + other.blanks * times
        )

    def either(self, other: Reach | None) -> Reach | None:
        """Give the reach of whichever of two is longer."""
        if other is None:
            return None
        return Reach(max(self.fixed, other.fixed), max(self.words, other.words), max(self.blanks, other.blanks))


@dataclass(frozen=True, slots=True)
class Literal:
    """A match holds this literal in lower case (`DIGIT`: any digit), and starts so far before it at most."""

    text: str
    before: Reach | None = Reach()


@dataclass(frozen=True, slots=True)
class Choice:
    """A match meets all clauses of one of these alternatives."""

    alternatives: tuple[tuple[Clause, ...], ...]


Clause = Literal | Choice

# What a match begins with, in lower case and with 0 for each digit, and whether that is all of it, so that what follows
# comes next. After `WORD_START` a word begins so, after `LINE_START` the first letters or digits after a line starts.
Beginning = tuple[str, bool]
ANYTHING = frozenset({("", False)})
NOTHING = frozenset({("", True)})


@dataclass(frozen=True, slots=True)
class Shape:
    """What every match of a regex holds: it meets each of the clauses. `reach`: how long a match is at most.

    `around`: how far it looks beyond its ends; None where there is no bound. `beginnings`: it begins with one of them.
    `bare`: it holds no letter and no digit.
    """

    clauses: tuple[Clause, ...] = ()
    reach: Reach | None = None
    around: Reach | None = None
    beginnings: frozenset[Beginning] = ANYTHING
    bare: bool = False


def shape_of(pattern: str) -> Shape:
    """Read the shape of a regex as it is compiled; what the reader does not know has no clauses and no bound."""
    if _UNKNOWN.search(pattern):
        return Shape()
    reader = _ShapeReader(pattern)
    shape = reader.alternatives()
    if reader.at != len(pattern):
        return Shape()
    return replace(shape, around=None if reader.around is None else Reach(2).plus(reader.around))


@dataclass
class _ShapeReader:
    """Reads a regex from left to right. `around` is how far its longest look to either side goes."""

    pattern: str
    at: int = 0
    around: Reach | None = Reach()
    named: dict[str, Reach | None] = field(default_factory=dict)

    def alternatives(self) -> Shape:
        """Read up to the end of a group."""
        shapes = [self._sequence()]
        while self._next() == "|":
            self.at += 1
            shapes.append(self._sequence())
        if len(shapes) == 1:
            return shapes[0]
        reach: Reach | None = Reach()
        for shape in shapes:
            reach = reach and reach.either(shape.reach)
        beginnings = _fewer(frozenset().union(*(shape.beginnings for shape in shapes)))
        clauses = (Choice(tuple(s.clauses for s in shapes)),) if all(s.clauses for s in shapes) else ()
        return Shape(clauses, reach, beginnings=beginnings, bare=all(shape.bare for shape in shapes))

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _sequence(self) -> Shape:
        """Read what stands between two bars: the clauses of all its items, as far as all together reach."""
        items: list[Shape] = []
        run = ""
        while (char := self._next()) and char not in "|)":
            plain = _PLAIN_RUN.match(self.pattern, self.at)
            if plain:
                run += lower_case(plain[0])
                self.at = plain.end()
                continue
            literal, item = self._item()
            least, most = self._quantifier()
            if literal is not None and (least, most) == (1, 1):
                run += literal
                continue
            items += [_literal(run), _repeated(item, least, most)]
            run = ""
        return _joined([*items, _literal(run)])

    def _quantifier(self) -> tuple[int, int | None]:
        """Read how often the item before stands at least and at most; None is without a bound."""
        found = _QUANTIFIER.match(self.pattern, self.at)
        if not found:
            return 1, 1
        self.at = found.end()
        if found["sign"]:
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[found["sign"]]
        least = int(found["least"] or 0)
        return least, (int(found["most"]) if found["most"] else None) if found["comma"] else least

    def _item(self) -> tuple[str | None, Shape]:
        """Read one item: the character that it stands for, if it is one, and its shape."""
        char = self._next()
        if char == "(":
            return None, self._group()
        if char == "[":
            return None, self._class()
        self.at += 1
        if char == "\\":
            return self._escape()
        if char in "^$":
            return None, _empty(LINE_START if char == "^" else "")
        if char == ".":
            return None, Shape((), None if self._unbounded() else Reach(1))
        return lower_case(char), self._one(blank=char.isspace(), beginnings=_begins(char))

    def _escape(self) -> tuple[str | None, Shape]:
        escaped = self._next()
        self.at += 1
        if not escaped.isalnum():
            return escaped, self._one(blank=escaped.isspace(), beginnings=_begins(escaped))
        if escaped in "bBAZ":
            return None, _empty(WORD_START if escaped == "b" else "")
        if escaped == "d":
            return None, self._one(blank=False, clauses=(Literal(DIGIT),), beginnings=_begins("0"))
        if escaped in "wSf":
            return None, self._one(blank=escaped == "f")
        if escaped in "stn":
            return None, self._one(blank=True)
        if escaped in "pP" and self._next() == "{":
            self.at = self.pattern.find("}", self.at) + 1 or len(self.pattern)
        elif escaped in "xu":
            self.at += {"x": 2, "u": 4}[escaped]
        return None, Shape((), None if self._unbounded() else Reach(1))

    def _class(self) -> Shape:
        start = self.at
        self.at += 1
        negated = self._next() == "^"
        self.at += negated
        if self._next() == "]":
            self.at += 1
        while (char := self._next()) and char != "]":
            self.at += 2 if char == "\\" else 1
        self.at += 1
        pieces = _members(self.pattern[start + 1 + negated : self.at - 1])
        blanks = [piece.isspace() or piece in {r"\s", r"\t", r"\n", r"\f"} for piece in pieces]
        beginnings = ANYTHING if negated else _of_class(pieces)
        if negated or any(blanks) != all(blanks) or not _WIDE.isdisjoint(pieces):
            reach = None if self._unbounded() else Reach(1)
            return Shape((), reach, beginnings=beginnings, bare=_all_bare(beginnings))
        digits = beginnings == _begins("0")
        return self._one(blank=all(blanks), clauses=(Literal(DIGIT),) if digits else (), beginnings=beginnings)

    def _one(
        self, *, blank: bool, clauses: tuple[Clause, ...] = (), beginnings: frozenset[Beginning] = ANYTHING
    ) -> Shape:
        """Give the shape of one character, or of a run of it when a quantifier without a bound follows."""
        reach = (Reach(0, 0, 1) if blank else Reach(0, 1, 0)) if self._unbounded() else Reach(1)
        return Shape(clauses, reach, beginnings=beginnings, bare=_all_bare(beginnings))

    def _unbounded(self) -> bool:
        found = _QUANTIFIER.match(self.pattern, self.at)
        return found is not None and (found["sign"] in {"*", "+"} or (bool(found["comma"]) and not found["most"]))

    def _group(self) -> Shape:
        again = _BACK_REFERENCE.match(self.pattern, self.at)
        if again:
            self.at = again.end()
            return Shape((), None if self._unbounded() else self.named.get(again["name"]))
        no_word_before = _NO_WORD_BEFORE.match(self.pattern, self.at) is not None
        opened = _GROUP.match(self.pattern, self.at)
        if opened is None and self.pattern.startswith("(?", self.at):
            self.at = len(self.pattern) + 1
            return Shape()
        self.at = opened.end() if opened else self.at + 1
        shape = self.alternatives()
        self.at += 1
        if opened is not None and opened["name"]:
            self.named[opened["name"]] = shape.reach
        if opened is not None and opened["condition"]:
            return Shape((), None if self._unbounded() else shape.reach)
        if opened is None or not opened["look"]:
            return replace(shape, reach=None) if self._unbounded() else shape
        self.around = self.around and self.around.either(shape.reach)
        return _empty(WORD_START if no_word_before else "")


def _empty(mark: str) -> Shape:
    """Give the shape of what stands for no characters; `mark` is where it can stand, if not anywhere."""
    return Shape((), Reach(), beginnings=_begins(mark), bare=True)


def _is_bare(text: str) -> bool:
    return _LETTER.search(text) is None


@cache
def _all_bare(characters: frozenset[Beginning]) -> bool:
    return all(text and _is_bare(text) for text, _ in characters)


def _literal(run: str) -> Shape:
    """Give the shape of characters that follow each other."""
    text = run.strip()
    start = run.index(text)
    literal = Literal(text, Reach(start))
    clauses = (literal,) if len(text) >= MIN_LITERAL else ()
    return Shape(clauses, Reach(len(run)), beginnings=_begins(run), bare=_is_bare(run))


def _repeated(item: Shape, least: int, most: int | None) -> Shape:
    """Give the shape of an item that stands `most` times; one without a bound has its whole run in its reach."""
    reach = item.reach if most is None else Reach().plus(item.reach, most)
    beginnings = _begins_repeated(item.beginnings, least, most)
    others = item.reach if most is None else Reach().plus(item.reach, most - 1)
    clauses = tuple(_moved(clause, others) for clause in item.clauses) if least else ()
    return Shape(clauses, reach, beginnings=beginnings, bare=item.bare)


def _joined(items: Sequence[Shape]) -> Shape:
    """Give the shape of items that follow each other."""
    before: list[Reach | None] = [Reach()]
    for item in items:
        before.append(before[-1] and before[-1].plus(item.reach))
    clauses = [_moved(clause, before[i]) for i, item in enumerate(items) for clause in item.clauses]
    beginnings = _begins_joined([(item.beginnings, item.bare) for item in items])
    return Shape(tuple(clauses), before[-1], beginnings=beginnings, bare=all(item.bare for item in items))


def _moved(clause: Clause, before: Reach | None) -> Clause:
    """Give a clause as it stands with more text before it."""
    if isinstance(clause, Choice):
        return Choice(tuple(tuple(_moved(c, before) for c in option) for option in clause.alternatives))
    return Literal(clause.text, before and before.plus(clause.before))


@cache
def _begins(text: str) -> frozenset[Beginning]:
    """Give the beginnings of a literal."""
    text = plain_digits(lower_case(text))
    return frozenset({(text[:BEGINNING_LENGTH], len(text) <= BEGINNING_LENGTH)})


def _members(written: str) -> set[str]:
    """Give the characters, and the escapes for several, that a class is written with; of a long range `OTHERS`."""
    out: set[str] = set()
    for piece in _CLASS_PIECE.finditer(written):
        first, last = piece["first"] or piece[0], piece["last"] or piece[0]
        if len(first) == len(last) == 1 and ord(last) - ord(first) <= LONGEST_RANGE:
            out.update(map(chr, range(ord(first), ord(last) + 1)))
        elif piece["first"]:
            out.add(OTHERS)
        else:
            out.add(piece[0] if piece[0][1].isalnum() else piece[0][1])
    return out


def _of_class(members: Iterable[str]) -> frozenset[Beginning]:
    """Give the beginnings of a class that stands for one of its members."""
    out: set[Beginning] = set()
    for member in members:
        if len(member) > 1 and member != DIGIT:
            return ANYTHING
        out |= _begins("0" if member == DIGIT else member)
    return frozenset(out)


def _begins_joined(items: Sequence[tuple[frozenset[Beginning], bool]]) -> frozenset[Beginning]:
    """Give the beginnings of items that follow each other; with each is whether it is bare."""
    out = NOTHING
    for item, bare in items:
        if not any(whole for _, whole in out):
            break
        joined: set[Beginning] = set()
        for text, whole in out:
            goes_on = whole and not (bare and text == LINE_START)
            joined |= {_followed(text, *following) for following in item} if goes_on else {(text, whole)}
        out = _fewer(frozenset(joined))
    return out


def _followed(text: str, following: str, whole: bool) -> Beginning:
    """Give a text with what follows. Marks say nothing there; after that of a line, what is bare does not either."""
    if text:
        following = following.lstrip(WORD_START + LINE_START)
    if text == LINE_START:
        following = _BARE_START.sub("", following)
    both = text + following
    return both[:BEGINNING_LENGTH], whole and len(both) <= BEGINNING_LENGTH


def _begins_repeated(item: frozenset[Beginning], least: int, most: int | None) -> frozenset[Beginning]:
    """Give the beginnings of an item that stands `least` to `most` times."""
    if most is not None and most <= BEGINNING_LENGTH and most - least < 3:
        return _fewer(frozenset().union(*(_begins_joined([(item, False)] * times) for times in range(least, most + 1))))
    first = frozenset(
        (text, False) for text, _ in _begins_joined([(item, False)] * min(max(least, 1), BEGINNING_LENGTH))
    )
    return first if least else first | NOTHING


def _fewer(beginnings: frozenset[Beginning]) -> frozenset[Beginning]:
    """Cut beginnings shorter until there are not too many of them."""
    length = BEGINNING_LENGTH
    while len(beginnings) > MOST_BEGINNINGS:
        length -= 1
        beginnings = frozenset((text[:length], whole and len(text) <= length) for text, whole in beginnings)
    return beginnings
