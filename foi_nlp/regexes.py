"""The dialect in which rules write regexes, and what makes hundreds of them cheap to try on a letter.

Most rules do not match in most letters, and a regex that ignores case is slow even where it fails. So a rule runs in
lower case on text in lower case, and only where the letter has a beginning that its matches have, with the literals
near without which it cannot match. What it finds is what a plain search finds. Source: measured,
`benchmarks/annotating.py`; `docs/decisions/rules-run-near-their-literals.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from time import monotonic, process_time

import regex

from foi_nlp.regex_shapes import Clause, Literal, Reach, Shape, lower_case, shape_of
from foi_nlp.searched_text import SearchedText, Starts

FEW_STARTS = 4  # trying a regex at so many places costs less than asking what else it needs
CHARACTERS_A_START = 4  # with more places than one in so many, going through the text costs less
TIMEOUT_SECONDS = 2.0

_KEEPS_CASE = regex.compile(r"\(\?[a-zA-Z]*-?i|\\[pPNxuUX]|\[:|\(\?R|\(\?&|\\L<")
_PIECE = regex.compile(r"(?P<kept>\(\?P?<[A-Za-z_]\w*>|\(\?P=\w+\)|\(\?\(\w+\)|\\.)|.", regex.DOTALL)


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

    def find(self, searched: SearchedText) -> list[regex.Match[str]]:
        """Give the matches in a text, as `finditer` would.

        What a match holds may be in lower case: take its offsets. Raises TimeoutError after `TIMEOUT_SECONDS`.
        """
        where = searched.text if self._lowered is None else searched.lowered
        if self._starts is None:
            return self._starting_in(self._blocks(searched), searched, where)
        places = searched.starts(self._starts)
        for literals in self._literals:
            if len(places) <= FEW_STARTS:
                break
            places = searched.within(searched.blocks_before(literals), places)
        return self._starting_at(places, where) if places else []

    def _starting_in(self, blocks: int, searched: SearchedText, where: str) -> list[regex.Match[str]]:
        """Give the matches that start in some of these blocks."""
        found: list[regex.Match[str]] = []
        beyond = self._shape.reach and self._shape.reach.plus(self._shape.around)
        for start, end in searched.stretches(blocks):
            if found:
                start = max(start, found[-1].end())
            latest = len(where) if beyond is None else end + 2 + searched.length(beyond)
            if start < end:
                matches = self._fast.finditer(where, start, latest, timeout=TIMEOUT_SECONDS)
                found += [match for match in matches if match.start() < end]
        return found

    def _starting_at(self, places: Sequence[int], where: str) -> list[regex.Match[str]]:
        """Give the matches that start at some of these places: of those that overlap, the first."""
        if len(places) * CHARACTERS_A_START > len(where):
            return list(self._fast.finditer(where, timeout=TIMEOUT_SECONDS))
        found: list[regex.Match[str]] = []
        end, began, latest = 0, process_time(), monotonic() + TIMEOUT_SECONDS
        for place in places:
            if place >= end:
                match = self._fast.match(where, place, timeout=TIMEOUT_SECONDS)
                if match and match.end() == place:  # a longer match may start here too
                    return found + list(self._fast.finditer(where, place, timeout=TIMEOUT_SECONDS))
                if match:
                    found.append(match)
                    end = match.end()
                if monotonic() > latest and process_time() > began + TIMEOUT_SECONDS:  # asking for the first costs less
                    raise TimeoutError
        return found

    @cached_property
    def _starts(self) -> Starts | None:
        """Where matches can start, if that is not anywhere."""
        return Starts.of(self._shape.beginnings)

    def _blocks(self, searched: SearchedText) -> int:
        """Give the blocks of the text in which a match can start, as bits."""
        blocks = searched.every_block
        for literals in self._literals:
            blocks &= searched.blocks_before(literals)
            if not blocks:
                break
        return blocks

    @cached_property
    def _literals(self) -> list[dict[Reach | None, list[str]]]:
        """For each clause literals of which a match holds one, by how far they are at most from its start."""
        out = []
        for clause in self._shape.clauses:
            literals: dict[Reach | None, list[str]] = {}
            for literal in _one_of([clause]):
                literals.setdefault(literal.before, []).append(literal.text)
            out.append(literals)
        return sorted(out, key=lambda literals: sum(map(len, literals.values())))

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


def lower_pattern(pattern: str) -> str | None:
    """Give a regex that finds in lower case text what `pattern` finds in any case; None where that cannot be told."""
    if _KEEPS_CASE.search(pattern):
        return None
    return _PIECE.sub(lambda piece: piece[0] if piece["kept"] else lower_case(piece[0]), pattern)


def _one_of(clauses: Iterable[Clause]) -> list[Literal]:
    """Give literals of which a match that meets all clauses holds one: those of the clause with the longest."""
    ways = [
        [clause] if isinstance(clause, Literal) else [one for option in clause.alternatives for one in _one_of(option)]
        for clause in clauses
    ]
    return max(ways, key=lambda some: min(len(one.text) for one in some))
