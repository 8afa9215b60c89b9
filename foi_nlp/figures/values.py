"""Read the value of a figure: counts, nil words, suppression, money, shares, durations.

A value is read from a whole cell or a whole stretch of text. What is not certainly a value is None, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foi_nlp.records import ObservationStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value as written in a cell.

    * `value`: the number, or None where none is given (suppressed, not held, not applicable).
    * `symbol`: how a value that is not a plain number was written (`<5`, `*`, `nil`).
    * `low`, `high`: bounds, where the writing gives them.
    * `unit`: only what the value itself says (`GBP`, `percent`, `hours`, ...).
    * `marks`: footnote marks at the value (`*`, `#`, `1`).
    * `second`: the number in brackets of `12 (3)`; what it means stands in the header, if anywhere.
    * `ambiguous`: a dash or a mark alone, whose meaning only a key or the other cells can tell.
    * `raw`, `start`, `end`: the value inside the text given, `text[start:end] == raw`.
    """

    value: int | float | None = None
    symbol: str | None = None
    low: float | None = None
    high: float | None = None
    status: ObservationStatus = "reported"
    unit: str | None = None
    approximate: bool = False
    marks: tuple[str, ...] = ()
    second: int | float | None = None
    ambiguous: bool = False
    raw: str
    start: int
    end: int
    rule: str = ""


def parse_value(text: str) -> Value | None:
    """Read a text that is a value and nothing else, such as a cell; None for blanks and for anything else."""
    raise NotImplementedError
