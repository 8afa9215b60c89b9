"""What is said of an answer: which stretch of the letter it is, and which questions it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AnswerBasis = Literal["label", "order", "content", "single"]


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """A stretch of the letter that answers one question, or several together.

    `start` and `end` are code points, half-open; blocks are sorted and do not overlap. `basis` says how the
    questions were found: an explicit label, the order of as many answers as questions, the words that answer
    and question share, or that there is only one question. `label` is where the label stands, if there is one,
    with the question if the answer repeats it: its digits are never figures.
    """

    question_ids: tuple[str, ...]
    start: int
    end: int
    basis: AnswerBasis
    label: tuple[int, int] | None = None
