"""The dialect in which rules write regexes, and what makes hundreds of them cheap to try on a letter.

Most rules do not match in most letters, and a regex that ignores case is slow even where it fails. So a rule runs in
lower case on text in lower case, and only in those stretches of a letter that hold the literals without which it
cannot match. What it finds is what a plain search finds. Source: measured, `benchmarks/annotating.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import regex

DIGIT = r"\d"  # stands among literals for any digit
MIN_LITERAL = 3  # shorter literals stand in every letter
NEARBY = 1024  # characters; runs of words and blanks are measured over so many to either side
SHORT_TEXT = 400  # characters; in a shorter text, looking for stretches costs more than it saves
TIMEOUT_SECONDS = 2.0

_KEEPS_CASE = regex.compile(r"\(\?[a-zA-Z]*-?i|\\[pPNxuUX]|\[:|\(\?R|\(\?&|\\L<")
_UNKNOWN = regex.compile(r"\(\?[a-zA-Z]*-?[aiLmsuxw]+\)|\(\?[R&]|\{[eids]<|\\[LNUXgGRmMkK1-9]|\[\[:")
_PIECE = regex.compile(r"(?P<kept>\(\?P?<[A-Za-z_]\w*>|\(\?P=\w+\)|\(\?\(\w+\)|\\.)|.", regex.DOTALL)
_QUANTIFIER = regex.compile(r"(?:(?P<sign>[?*+])|\{(?P<least>\d*)(?P<comma>,)?(?P<most>\d*)\})[+?]?")
_GROUP = regex.compile(
    r"\(\?(?:(?P<plain>[:>|]|(?:[a-zA-Z]*-)?[a-z]+:|P?<(?P<name>[A-Za-z_]\w*)>)|(?P<look><?[=!])|(?P<condition>\(\w+\)))"
)
_BACK_REFERENCE = regex.compile(r"\(\?P=(?P<name>\w+)\)")
_RUNS = regex.compile(r"(?P<blank>\s+)|\S+")
_DIGIT = regex.compile(r"\d")
_WIDE = frozenset({r"\D", r"\W", r"\S", r"\p", r"\P"})  # stand for white space and other characters
_CLASS_PIECE = regex.compile(r"\\.|.", regex.DOTALL)


class SearchedText:
    """A text that many regexes are tried on, in lower case too, with what is known of it so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lowered = lower_case(text)
        self._met: dict[int, bool] = {}
        self._places: dict[str, list[int]] = {}

    def meets(self, need: Need) -> bool:
        """Whether the text holds what a need asks for, wherever it stands."""
        known = self._met.get(id(need))
        if known is None:
            if isinstance(need.of, str):
                known = _DIGIT.search(self.lowered) is not None if need.of == DIGIT else need.of in self.lowered
            elif need.all:
                known = all(map(self.meets, need.of))
            else:
                known = any(map(self.meets, need.of))
            self._met[id(need)] = known
        return known

    def places(self, literal: str) -> list[int]:
        """Give where a literal in lower case, or `DIGIT`, begins."""
        found = self._places.get(literal)
        if found is None:
            found = self._places[literal] = []
            if literal == DIGIT:
                found += [hit.start() for hit in _DIGIT.finditer(self.lowered)]
            else:
                place = self.lowered.find(literal)
                while place >= 0:
                    found.append(place)
                    place = self.lowered.find(literal, place + 1)
        return found

    def near(self, place: int, before: Reach | None, after: Reach | None) -> tuple[int, int]:
        """Give the stretch that reaches so far from a place to either side."""
        start = 0 if before is None else place - self._length(place, before)
        end = len(self.text) if after is None else place + self._length(place, after)
        return max(0, start), min(len(self.text), end)

    def _length(self, place: int, reach: Reach) -> int:
        """Give how many characters a reach is at most, by the longest runs nearby if it ends nearby."""
        if not reach.words and not reach.blanks:
            return reach.fixed
        word, blank = self._runs_nearby(place // NEARBY)
        length = reach.fixed + reach.words * word + reach.blanks * blank
        if length <= NEARBY:
            return length
        word, blank = self._longest_runs
        return reach.fixed + reach.words * word + reach.blanks * blank

    def _runs_nearby(self, block: int) -> tuple[int, int]:
        """Give the longest run of no white space, and of white space, within `NEARBY` characters of a block."""
        words, blanks = self._runs
        return max(words[max(0, block - 1) : block + 2]), max(blanks[max(0, block - 1) : block + 2])

    @cached_property
    def _runs(self) -> tuple[list[int], list[int]]:
        """The longest run of no white space, and of white space, that touches each block of `NEARBY` characters."""
        count = len(self.text) // NEARBY + 1
        words, blanks = [0] * count, [0] * count
        for run in _RUNS.finditer(self.text):
            start, end = run.span()
            longest = blanks if run["blank"] else words
            for block in range(start // NEARBY, (end - 1) // NEARBY + 1):
                longest[block] = max(longest[block], end - start)
        return words, blanks

    @cached_property
    def _longest_runs(self) -> tuple[int, int]:
        words, blanks = self._runs
        return max(words), max(blanks)


class RuleRegex:
    """A regex of a rule, ready to be tried on many letters; `source` is the regex with its fragments put in.

    Raises regex.error when it is first used if it is no valid regex.
    """

    def __init__(self, source: str, *, case: bool = False, multiline: bool = False) -> None:
        self._pattern = loosen_spaces(source, multiline=multiline)
        self._case = case
        self._flags = regex.VERSION0 | (regex.MULTILINE if multiline else 0)
        self._lowered = None if case else lower_pattern(self._pattern)

    @cached_property
    def as_written(self) -> regex.Pattern[str]:
        """The regex for text in its own case."""
        return regex.compile(self._pattern, self._flags | (0 if self._case else regex.IGNORECASE))

    @cached_property
    def _fast(self) -> regex.Pattern[str]:
        return self.as_written if self._lowered is None else regex.compile(self._lowered, self._flags)

    @cached_property
    def _shape(self) -> Shape:
        return shape_of(self._pattern)

    def find(self, searched: SearchedText) -> Iterator[regex.Match[str]]:
        """Give the matches in a text, as `finditer` would.

        What a match holds may be in lower case: take its offsets. Raises TimeoutError after `TIMEOUT_SECONDS`.
        """
        where = searched.text if self._lowered is None else searched.lowered
        for start, end in self._stretches(searched):
            yield from self._fast.finditer(where, start, end, timeout=TIMEOUT_SECONDS)

    def _stretches(self, searched: SearchedText) -> list[tuple[int, int]]:
        """Give the stretches in which matches lie whole, with what they look at: there, matching is as everywhere."""
        size = len(searched.text)
        if not searched.meets(self._need):
            return []
        if size < SHORT_TEXT or self._shape.around is None:
            return [(0, size)]
        out = [(0, size)]
        for ways in self._ways:
            literals = [literal for need, some in ways if searched.meets(need) for literal in some]
            if sum(len(searched.places(literal.text)) for literal in literals) <= size // 50:
                near = [
                    searched.near(place, literal.before, literal.after)
                    for literal in literals
                    for place in searched.places(literal.text)
                ]
                out = _common(out, _merged(sorted(near)))
        return out

    @cached_property
    def _need(self) -> Need:
        return _need_of(self._shape.clauses)

    @cached_property
    def _ways(self) -> list[list[tuple[Need, list[Literal]]]]:
        """For each clause its alternatives: what each needs, and literals of which a match by it holds one."""
        around = self._shape.around
        return [
            [(need, [_widened(literal, around) for literal in some]) for need, some in _alternatives_of(clause)]
            for clause in self._shape.clauses
        ]

    def search(self, text: str, start: int = 0, end: int | None = None) -> regex.Match[str] | None:
        """Give the first match in a stretch of `text`. Raises TimeoutError after `TIMEOUT_SECONDS`."""
        return self.as_written.search(text, start, end, timeout=TIMEOUT_SECONDS)

    def fullmatch(self, text: str, start: int = 0, end: int | None = None) -> regex.Match[str] | None:
        """Give the match that is the whole of a stretch of `text`. Raises TimeoutError after `TIMEOUT_SECONDS`."""
        return self.as_written.fullmatch(text, start, end, timeout=TIMEOUT_SECONDS)


def loosen_spaces(pattern: str, *, multiline: bool) -> str:
    """Let each literal space of a regex match a run of white space, so that wrapped lines do not break it.

    The flow text has no line breaks (see `foi_nlp.pipeline.reading`), so a space is enough there;
    with `multiline` tabs count too but line breaks do not.
    """
    blank = "[ \\t]" if multiline else " "
    out: list[str] = []
    in_class = False
    i = 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\" and i + 1 < len(pattern):
            out.append(pattern[i : i + 2])
            i += 2
            continue
        if in_class:
            in_class = char != "]"
            out.append(char)
        elif char == "[":
            in_class = True
            out.append(char)
            if pattern[i + 1 : i + 2] == "^":
                out.append("^")
                i += 1
            if pattern[i + 1 : i + 2] == "]":
                out.append("]")
                i += 1
        elif char == " ":
            following = pattern[i + 1 : i + 2]
            if following in {"?", "*"}:
                out.append(blank + "*")
                i += 1
            elif following in {"+", "{"}:
                out.append(blank)
            else:
                out.append(blank + "+")
        else:
            out.append(char)
        i += 1
    return "".join(out)


def lower_case(text: str) -> str:
    """Give a text in lower case at the same offsets: a character whose lower case is longer stays as it is."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def lower_pattern(pattern: str) -> str | None:
    """Give a regex that finds in lower case text what `pattern` finds in any case; None where that cannot be told."""
    if _KEEPS_CASE.search(pattern):
        return None
    return _PIECE.sub(lambda piece: piece[0] if piece["kept"] else lower_case(piece[0]), pattern)


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
    """A match holds this literal in lower case (`DIGIT`: any digit), so far at most from its start and from its end."""

    text: str
    before: Reach | None = Reach()
    after: Reach | None = Reach()


@dataclass(frozen=True, slots=True)
class Choice:
    """A match meets all clauses of one of these alternatives."""

    alternatives: tuple[tuple[Clause, ...], ...]


Clause = Literal | Choice


@dataclass(frozen=True, slots=True)
class Shape:
    """What every match of a regex holds: it meets each of the clauses. `reach`: how long a match is at most.

    `around`: how far it looks beyond its ends; None where there is no bound.
    """

    clauses: tuple[Clause, ...] = ()
    reach: Reach | None = None
    around: Reach | None = None


def shape_of(pattern: str) -> Shape:
    """Read the shape of a regex as it is compiled; what the reader does not know has no clauses and no bound."""
    if _UNKNOWN.search(pattern):
        return Shape()
    reader = _ShapeReader(pattern)
    shape = reader.alternatives()
    if reader.at != len(pattern):
        return Shape()
    return replace(shape, around=None if reader.around is None else Reach(2).plus(reader.around))


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """What a text must hold for a regex to match: a literal, or all or one of other needs. Equal needs are one."""

    of: str | tuple[Need, ...]
    all: bool = True


@cache
def _one_need(of: str | frozenset[Need], every: bool) -> Need:
    return Need(of if isinstance(of, str) else tuple(of), every)


def _need_of(clauses: Iterable[Clause]) -> Need:
    """Give what clauses need, without where it stands."""
    needs = frozenset(
        _one_need(clause.text, True)
        if isinstance(clause, Literal)
        else _one_need(frozenset(map(_need_of, clause.alternatives)), False)
        for clause in clauses
    )
    return next(iter(needs)) if len(needs) == 1 else _one_need(needs, True)


def _alternatives_of(clause: Clause) -> list[tuple[Need, list[Literal]]]:
    """Give the alternatives of a clause, each with what it needs and literals of which it holds one."""
    if isinstance(clause, Literal):
        return [(_need_of([clause]), [clause])]
    return [(_need_of(alternative), _one_of(alternative)) for alternative in clause.alternatives]


def _one_of(clauses: Iterable[Clause]) -> list[Literal]:
    """Give literals of which a match that meets all clauses holds one: those of the clause with the longest."""
    ways = [
        [clause] if isinstance(clause, Literal) else [one for option in clause.alternatives for one in _one_of(option)]
        for clause in clauses
    ]
    return max(ways, key=lambda some: min(len(one.text) for one in some))


def _widened(literal: Literal, around: Reach | None) -> Literal:
    """Give a literal with the reach from its start to either end, and with what the regex looks at beyond."""
    if around is None:
        return literal
    beyond = around.plus(Reach(len(literal.text)))
    return Literal(literal.text, around.plus(literal.before), beyond and beyond.plus(literal.after))


def _merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make one of stretches that meet; they come in the order of their starts."""
    out: list[tuple[int, int]] = []
    for start, end in stretches:
        if not out or start > out[-1][1]:
            out.append((start, end))
        elif end > out[-1][1]:
            out[-1] = (out[-1][0], end)
    return out


def _common(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(max(a, c), min(b, d)) for a, b in some for c, d in others if max(a, c) < min(b, d)]


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
        if all(shape.clauses for shape in shapes):
            return Shape((Choice(tuple(shape.clauses for shape in shapes)),), reach)
        return Shape((), reach)

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _sequence(self) -> Shape:
        """Read what stands between two bars: the clauses of all its items, as far as all together reach."""
        items: list[Shape] = []
        run = ""
        while (char := self._next()) and char not in "|)":
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
            return None, Shape((), Reach())
        if char == ".":
            return None, Shape((), None if self._unbounded() else Reach(1))
        return lower_case(char), self._one(blank=char.isspace())

    def _escape(self) -> tuple[str | None, Shape]:
        escaped = self._next()
        self.at += 1
        if not escaped.isalnum():
            return escaped, self._one(blank=escaped.isspace())
        if escaped in "bBAZ":
            return None, Shape((), Reach())
        if escaped in "dwSf":
            return None, self._one(blank=escaped == "f", clauses=(Literal(DIGIT),) if escaped == "d" else ())
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
        pieces = _CLASS_PIECE.findall(self.pattern[start + 1 + negated : self.at - 1])
        blanks = [piece.isspace() or piece in {r"\s", r"\t", r"\n", r"\f"} for piece in pieces]
        if negated or any(blanks) != all(blanks) or any(piece in _WIDE for piece in pieces):
            return Shape((), None if self._unbounded() else Reach(1))
        digits = all(piece.isdigit() or piece in {r"\d", "-"} for piece in pieces)
        return self._one(blank=all(blanks), clauses=(Literal(DIGIT),) if digits else ())

    def _one(self, *, blank: bool, clauses: tuple[Clause, ...] = ()) -> Shape:
        """Give the shape of one character, or of a run of it when a quantifier without a bound follows."""
        if not self._unbounded():
            return Shape(clauses, Reach(1))
        return Shape(clauses, Reach(0, 0, 1) if blank else Reach(0, 1, 0))

    def _unbounded(self) -> bool:
        found = _QUANTIFIER.match(self.pattern, self.at)
        return found is not None and (found["sign"] in {"*", "+"} or (bool(found["comma"]) and not found["most"]))

    def _group(self) -> Shape:
        again = _BACK_REFERENCE.match(self.pattern, self.at)
        if again:
            self.at = again.end()
            return Shape((), None if self._unbounded() else self.named.get(again["name"]))
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
            return Shape(shape.clauses, None) if self._unbounded() else shape
        self.around = self.around and self.around.either(shape.reach)
        return Shape((), Reach())


def _literal(run: str) -> Shape:
    """Give the shape of characters that follow each other."""
    text = run.strip()
    if len(text) < MIN_LITERAL:
        return Shape((), Reach(len(run)))
    start = run.index(text)
    return Shape((Literal(text, Reach(start), Reach(len(run) - start - len(text))),), Reach(len(run)))


def _repeated(item: Shape, least: int, most: int | None) -> Shape:
    """Give the shape of an item that stands `most` times; one without a bound has its whole run in its reach."""
    reach = item.reach if most is None else Reach().plus(item.reach, most)
    if not least:
        return Shape((), reach)
    others = item.reach if most is None else Reach().plus(item.reach, most - 1)
    return Shape(tuple(_moved(clause, others, others) for clause in item.clauses), reach)


def _joined(items: Sequence[Shape]) -> Shape:
    """Give the shape of items that follow each other."""
    before: list[Reach | None] = [Reach()]
    for item in items:
        before.append(before[-1] and before[-1].plus(item.reach))
    after: list[Reach | None] = [Reach()]
    for item in reversed(items):
        after.append(after[-1] and after[-1].plus(item.reach))
    after.reverse()
    clauses = [_moved(clause, before[i], after[i + 1]) for i, item in enumerate(items) for clause in item.clauses]
    return Shape(tuple(clauses), before[-1])


def _moved(clause: Clause, before: Reach | None, after: Reach | None) -> Clause:
    """Give a clause as it stands with more text before and after it."""
    if isinstance(clause, Choice):
        return Choice(tuple(tuple(_moved(c, before, after) for c in option) for option in clause.alternatives))
    return Literal(clause.text, before and before.plus(clause.before), after and after.plus(clause.after))
