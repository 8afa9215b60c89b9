"""Add up the totals that a table states, and use them as evidence and as equations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from foi_nlp.tables.words import has_word, is_word

SEARCH_LIMIT = 20_000
"""Placements tried before a table with vanished cells is refused."""

MOST_RIGHT_SUMS = 4
"""So many sums that come out prove a total against one that does not."""

LEAST_OF_SEVERAL = 10
"""The size that one of several sums has to have to prove a total that does not call itself one."""
LEAST_SUMS = 2
"""More sums than these prove it whatever their size."""
LEAST_ALONE = 30
"""The size that a sum has to have that proves such a total alone."""
LEAST_PARTS = 3
"""The parts other than zero that such a sum has to have."""

Kind = Literal["part", "total", "subtotal", "apart"]


@dataclass(frozen=True, slots=True)
class Number:
    """What a cell adds to a sum: a number, or bounds where it is suppressed or not given."""

    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


NOTHING = Number(0, 0)


@dataclass(slots=True)
class Sum:
    """One stated total of one line of cells. `line` is the row or column that is added up, `at` the total's place.

    `blank` counts the parts that have no figure here, `adding` those that have one other than zero.
    """

    line: int
    at: int
    parts: tuple[int, ...]
    stated: float
    low: float
    high: float
    blank: int = 0
    adding: int = 0

    @property
    def agrees(self) -> bool:
        """Whether the parts add up to what is stated."""
        return self.low == self.high and close(self.low, self.stated)

    @property
    def disagrees(self) -> bool:
        """Whether the parts cannot add up to what is stated."""
        slack = tolerance(self.stated)
        return self.stated < self.low - slack or self.stated > self.high + slack

    @property
    def short(self) -> bool:
        """Whether what is missing may stand in a cell that was left blank."""
        return self.blank > 0 and self.stated > self.high


def tolerance(stated: float) -> float:
    """Give what a sum of rounded parts may be off: nothing for whole numbers."""
    return 0.0 if float(stated).is_integer() else 0.05 + abs(stated) * 1e-9


def close(added: float, stated: float) -> bool:
    """Whether a sum is what is stated."""
    return abs(added - stated) <= max(tolerance(stated), 1e-6)


@dataclass(slots=True)
class Axis:
    """One direction of adding up: `entries` (rows, say) are added along each of `lines` (columns, say)."""

    entries: Sequence[int]
    lines: Sequence[int]
    labels: dict[int, str]
    number: Callable[[int, int], Number | None]
    apart: set[int] = field(default_factory=set)
    dated: dict[int, tuple[str, str]] = field(default_factory=dict)
    nested: bool = False
    groups: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, Kind] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)

    def solve(self) -> None:
        """Find the entries that are totals and add them up."""
        since: list[int] = []
        subtotals: list[int] = []
        everything: list[int] = []
        pending: list[int] = []
        for position, entry in enumerate(self.entries):
            label = self.labels.get(entry, "")
            if entry in self.apart or is_word(label, "average"):
                self.kinds[entry] = "apart"
                continue
            last = position == len(self.entries) - 1
            strong = is_word(label, "total", "subtotal")
            contained = self._contained(entry, since)
            options = [since, everything, subtotals, [*subtotals, *since]]
            if strong and not everything:
                pending.append(entry)
                self.kinds[entry] = "total"
                continue
            named = has_word(label, "total_word", "whole_word")
            if strong or contained or named or (last and entry not in self.dated):
                chosen = self._choose(entry, [contained] if contained and not strong else options)
                if chosen and (strong or self._proved(entry, chosen, weak=not named)):
                    self.kinds[entry] = "total" if last or not is_word(label, "subtotal") else "subtotal"
                    if contained and not strong:
                        self.kinds[entry] = "subtotal"
                    self.sums += chosen
                    subtotals.append(entry)
                    since = []
                    continue
                if strong:
                    self.kinds[entry] = "total"
                    continue
            self.kinds[entry] = "part"
            since.append(entry)
            everything.append(entry)
        for entry in pending:
            chosen = self._choose(entry, [everything])
            if chosen:
                self.sums += chosen
        if not pending:
            self._solve_first(everything)

    def _solve_first(self, everything: Sequence[int]) -> None:
        """Take the first entry for a total, where it does not call itself one, if all others certainly add up to it."""
        if len(everything) <= LEAST_PARTS or everything[0] in self.dated:
            return
        first, *parts = everything
        if any(first in s.parts for s in self.sums):
            return
        chosen = self._choose(first, [parts])
        named = has_word(self.labels.get(first, ""), "total_word", "whole_word")
        if chosen and self._proved(first, chosen, weak=not named):
            self.kinds[first] = "total"
            self.sums += chosen

    def _contained(self, entry: int, since: Sequence[int]) -> list[int]:
        """Give the entries before it whose periods lie inside its own."""
        own = self.dated.get(entry)
        if own is None or not since:
            return []
        inside = []
        for other in reversed(since):
            theirs = self.dated.get(other)
            if theirs is None or theirs == own or not (own[0] <= theirs[0] and theirs[1] <= own[1]):
                break
            inside.append(other)
        return inside[::-1] if len(inside) > 1 else []

    def _choose(self, entry: int, options: Sequence[Sequence[int]]) -> list[Sum]:
        """Give the sums of an entry over the parts that fit best."""
        best: list[Sum] = []
        score = (-1, -1)
        seen = []
        for parts in options:
            if not parts or list(parts) in seen:
                continue
            seen.append(list(parts))
            sums = [s for line in self.lines if (s := self._sum(entry, line, parts)) is not None]
            if not sums:
                continue
            mark = (-sum(s.disagrees for s in sums), sum(s.agrees for s in sums))
            if not best or mark > score:
                best, score = sums, mark
        return best

    def _sum(self, entry: int, line: int, parts: Sequence[int]) -> Sum | None:
        stated = self.number(entry, line)
        if stated is None or not stated.known:
            return None
        low = high = 0.0
        filled = adding = 0
        for part in parts:
            number = self.number(part, line)
            if number is not None:
                low += number.low
                high += number.high
                filled += 1
                adding += number.high != 0
        if not filled:
            return None
        blank = len(parts) - filled
        return Sum(line, entry, tuple(parts), stated.low, round(low, 6), round(high, 6), blank, adding)

    def _proved(self, entry: int, sums: Sequence[Sum], *, weak: bool) -> bool:
        """Whether an entry that does not call itself a total certainly is one.

        Small numbers add up to one another by chance: without a word for a total, only sums of a size, or several
        of them, prove one.
        """
        wrong = sum(s.disagrees and not s.short for s in sums)
        good = [s for s in sums if s.agrees and s.stated and s.adding > 1]
        short = sum(s.disagrees and s.short for s in sums)
        if wrong and (entry in self.dated or len(good) < MOST_RIGHT_SUMS * wrong):
            return False
        if not good or short * 2 > len(good):
            return False
        if len(sums) < sum(self.number(entry, line) is not None for line in self.lines):
            return False
        if not weak or entry in self.dated:
            return True
        stated = {s.stated for s in good}
        if len(stated) > 1:
            return max(stated) >= LEAST_OF_SEVERAL or len(stated) > LEAST_SUMS
        return max(s.adding for s in good) >= LEAST_PARTS and max(stated) >= LEAST_ALONE


@dataclass(frozen=True, slots=True)
class Gap:
    """A row whose `values` stand in order in some of `columns`, nobody knows which."""

    row: int
    columns: tuple[int, ...]
    values: tuple[float, ...]


def place(gaps: Sequence[Gap], wanted: dict[int, float], *, row_total: int | None) -> list[tuple[int, ...]] | None:
    """Place the values of all gaps so that every column adds up to `wanted`, what known rows leave of its total.

    With `row_total`, the column of row totals, each row has to add up as well. Gives the columns of each gap's
    values, or None unless exactly one placement satisfies all. Raises SearchTooLong past `SEARCH_LIMIT` tries.
    """
    options = [_row_options(gap, wanted, row_total) for gap in gaps]
    order = sorted(range(len(gaps)), key=lambda i: len(options[i]))
    left = dict(wanted)
    found: list[dict[int, tuple[int, ...]]] = []
    chosen: dict[int, tuple[int, ...]] = {}
    tries = 0

    def search(depth: int) -> None:
        nonlocal tries
        if len(found) > 1:
            return
        if depth == len(order):
            if all(abs(rest) < 1e-6 for rest in left.values()):
                found.append(dict(chosen))
            return
        i = order[depth]
        for columns in options[i]:
            tries += 1
            if tries > SEARCH_LIMIT:
                raise SearchTooLongError
            if any(c in left and left[c] < v - 1e-6 for c, v in zip(columns, gaps[i].values, strict=True)):
                continue
            for c, v in zip(columns, gaps[i].values, strict=True):
                if c in left:
                    left[c] -= v
            chosen[i] = columns
            search(depth + 1)
            for c, v in zip(columns, gaps[i].values, strict=True):
                if c in left:
                    left[c] += v

    if any(not option for option in options):
        return None
    search(0)
    if len(found) != 1:
        return None
    return [found[0][i] for i in range(len(gaps))]


class SearchTooLongError(Exception):
    """More placements than can be tried."""


def _row_options(gap: Gap, wanted: dict[int, float], row_total: int | None) -> list[tuple[int, ...]]:
    out = []
    for tries, columns in enumerate(combinations(gap.columns, len(gap.values))):
        if tries > SEARCH_LIMIT:
            raise SearchTooLongError
        if row_total is not None:
            if columns[-1] != row_total:
                continue
            if not close(sum(gap.values[:-1]), gap.values[-1]):
                continue
        if all(c not in wanted or v <= wanted[c] + 1e-6 for c, v in zip(columns, gap.values, strict=True)):
            out.append(columns)
    return out
