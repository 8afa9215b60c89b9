"""What pairing gives: figures with their places, headers and checks, and what it refused to pair.

Offsets are code points into the letter's text, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from foi_nlp.figures.periods import FoundPeriod
    from foi_nlp.figures.values import Value

Check = Literal["totals_agree", "totals_disagree", "unchecked"]
TotalKind = Literal["row", "column", "grand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedFigure:
    """One figure of a table.

    * `value`; `start`, `end`: the value and where it stands in the letter.
    * `row`, `column`: the cell in the grid, from 0.
    * `period`, `period_span`: the period that the table itself gives it, or None; a month or quarter whose year
      the table does not give is found with `needs_year`.
    * `first_period`, `last_period`: set instead of `period` for a total over several periods.
    * `row_labels`, `column_labels`: without their periods and footnote marks, outermost first.
    * `row_header_names`: the headers over the label columns ("Offence", "Hospital Name / Financial Year").
    * `attributes`: header and text of the text columns of the row.
    * `subset`: the row or column is a part of the one before it ("of which"), or a count inside a
      text cell that says how the row's figure is made up (`2 x Sergeant`); its last row label is what is counted.
    * `total`: "column" adds up the rows above, "row" adds up the columns of its row, "grand" both.
    * `check`: what the stated totals say of the figure.
    * `recoverable`: a suppressed value that the stated totals would reveal. It is never filled in.
    """

    value: Value
    start: int
    end: int
    row: int
    column: int
    period: FoundPeriod | None = None
    period_span: tuple[int, int] | None = None
    first_period: FoundPeriod | None = None
    last_period: FoundPeriod | None = None
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    row_header_names: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    subset: bool = False
    total: TotalKind | None = None
    check: Check = "unchecked"
    recoverable: bool = False

    @property
    def row_header_name(self) -> str:
        """The header over the innermost label column, or an empty text."""
        return self.row_header_names[-1] if self.row_header_names else ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not paired, and why: `code` is one of a small fixed set, `reason` a sentence."""

    code: str
    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CheckedSum:
    """A total that the table states, and what its parts add up to."""

    label: str
    stated: float
    added: float
    agrees: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PairedTable:
    """The figures of one table, what was refused, and the totals that were added up."""

    figures: tuple[PairedFigure, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    totals: tuple[CheckedSum, ...] = ()
