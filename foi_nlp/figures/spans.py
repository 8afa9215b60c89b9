"""Stretches of a text that do not overlap, and whether another stretch overlaps one of them."""

from __future__ import annotations

import bisect
from collections.abc import Sequence


class Spans:
    """Stretches of the letter, asked whether any of them overlaps another stretch."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def overlap(self, start: int, end: int) -> bool:
        """Tell whether a stretch overlaps any of these."""
        after = bisect.bisect_left(self._starts, end)
        return after > 0 and self._ends[after - 1] > start

    def add(self, start: int, end: int) -> None:
        """Add a stretch that overlaps none of these."""
        place = bisect.bisect_left(self._starts, start)
        self._starts.insert(place, start)
        self._ends.insert(place, end)
