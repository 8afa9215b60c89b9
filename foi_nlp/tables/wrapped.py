"""Share the lines of wrapped labels out among the rows of a table set in columns.

A label that is too long for its column goes on in the lines below. Its figures may stand on its first line, its
last, or in the middle. Which line belongs to which row is decided for the whole table at once: the sharing that
costs least, where a label that is torn or two that are run together cost most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from foi_nlp.tables.words import table_words

TORN = 4.0
"""What it costs to end a label where it plainly goes on, or to begin one in its middle."""
NEEDLESS = 2.0
"""What it costs to join two lines whose words would have stood on one line."""
JOINED = 0.5
"""What it costs to join two lines that nothing shows to be one label."""
NAMELESS = 3.0
"""What it costs to leave a row without a label."""
ASTRAY = 1.5
"""What it costs for the figures of a row to stand on another line of its label than those of most rows."""

LONGEST_HEADING = 60

_OPEN_END = regex.compile(r"[,/&(–-]$")
_OPEN_START = regex.compile(r"[\p{Ll}(,&/–-]")
_FIRST_WORD = regex.compile(r"\S+")
_LAST_WORD = regex.compile(r"\S+$")


def ends_loose(text: str) -> bool:
    """Whether a line of a label plainly goes on in the next line."""
    if _OPEN_END.search(text) is not None or text.count("(") > text.count(")"):
        return True
    last = _LAST_WORD.search(text)
    return last is not None and last[0].lower() in table_words()["goes_on_after"] and len(last[0]) > 1


def starts_loose(text: str) -> bool:
    """Whether a line of a label plainly goes on from the line before."""
    if _OPEN_START.match(text) is not None or text.count(")") > text.count("("):
        return True
    first = _FIRST_WORD.match(text)
    return first is not None and first[0].lower() in table_words()["goes_on_before"]


def headed(labels: Sequence[Sequence[str]]) -> dict[int, int]:
    """Say of which rows the first lines of the label head the rows from there on, and how many lines do.

    `labels` are the lines of each row's label. Lines head a group of rows where two groups or more have rows of the
    same labels: `Male`, `Theft`, `Robbery`, `Female`, `Theft`, `Robbery`. Otherwise they are one wrapped label.
    """
    cuts: dict[int, int] = {}
    groups: list[set[str]] = [set()]
    for row, lines in enumerate(labels):
        own = max(len(lines) - 1, 0)
        while own and (starts_loose(lines[own]) or ends_loose(lines[own - 1])):
            own -= 1
        if own and lines[-1]:
            cuts[row] = own
            groups.append(set())
        groups[-1].add(" ".join(lines[own:]))
    counts = Counter(label for group in groups for label in group)
    again = all(any(counts[label] > 1 for label in group) for group in groups[1:])
    brief = all(len(" ".join(labels[row][:cut])) <= LONGEST_HEADING for row, cut in cuts.items())
    return cuts if len(cuts) > 1 and again and brief else {}


@dataclass(frozen=True, slots=True)
class Run:
    """The lines of labels between two rows, `texts`, and the ways to cut them that blank lines leave open.

    A cut of `n` gives the first `n` lines to the row above and the rest to the row below.
    """

    texts: tuple[str, ...]
    cuts: tuple[int, ...]


Place = Callable[[int, int], bool]


def _first(_count: int, at: int) -> bool:
    return at == 0


def _last(count: int, at: int) -> bool:
    return at == count - 1


def _lower_middle(count: int, at: int) -> bool:
    return at == count // 2


def _upper_middle(count: int, at: int) -> bool:
    return at == (count - 1) // 2


_STYLES: tuple[Place, ...] = (_first, _last, _lower_middle, _upper_middle)


def share(rows: Sequence[str], runs: Sequence[Run], room: int) -> list[int]:
    """Give the cut of each run: one above each row and one below the last.

    `rows` are the words beside the figures of each row, `room` is the width of the widest line of a label.
    """
    return min((_cheapest(rows, runs, room, style) for style in _STYLES), key=lambda found: found[0])[1]


def _cheapest(rows: Sequence[str], runs: Sequence[Run], room: int, style: Place) -> tuple[float, list[int]]:
    """Give the least cost of a sharing with its cuts, when the figures stand where `style` says."""
    best: dict[int, tuple[float, list[int]]] = {cut: (0.0, [cut]) for cut in runs[0].cuts}
    for i, row in enumerate(rows):
        above, below = runs[i], runs[i + 1]
        following: dict[int, tuple[float, list[int]]] = {}
        for cut in below.cuts:
            for held, (cost, cuts) in best.items():
                label = [*above.texts[held:], row, *below.texts[:cut]]
                added = _label_cost(label, len(above.texts) - held, room, style)
                if cut == len(below.texts) and i + 1 < len(rows):
                    added += _border_cost(label, rows[i + 1])
                elif cut < len(below.texts):
                    added += _border_cost(label, below.texts[cut])
                if cut not in following or cost + added < following[cut][0]:
                    following[cut] = (cost + added, [*cuts, cut])
        best = following
    return min(best.values(), key=lambda found: found[0])


def _label_cost(label: Sequence[str], at: int, room: int, style: Place) -> float:
    lines = [text for text in label if text]
    if len(lines) < 2:
        return 0.0 if lines else NAMELESS
    cost = 0.0
    for before, after in pairwise(lines):
        first = _FIRST_WORD.match(after)
        if ends_loose(before) or starts_loose(after):
            continue
        fits = first is not None and len(before) + 1 + len(first[0]) <= room
        cost += NEEDLESS if fits else JOINED
    own = bool(label[at])
    placed = style(len(lines), at) if own else 2 * at == len(lines)
    return cost if placed else cost + ASTRAY


def _border_cost(label: Sequence[str], following: str) -> float:
    """Give what it costs that one label ends and the next begins here."""
    last = next((text for text in reversed(label) if text), "")
    return TORN * (bool(last) and ends_loose(last)) + TORN * (bool(following) and starts_loose(following))
