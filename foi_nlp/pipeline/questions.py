"""Find the questions of the request, and which stretch of the response answers which of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.reading import Reading

AnswerBasis = Literal["label", "order", "content", "single"]


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """A stretch of the letter that answers one question, or several together.

    `start` and `end` are code points, half-open; blocks are sorted and do not overlap. `basis` says how the
    questions were found: an explicit label, the order of as many answers as questions, the words that answer
    and question share, or that there is only one question. `label` is where the label stands, if there is one:
    its digits are never figures.
    """

    question_ids: tuple[str, ...]
    start: int
    end: int
    basis: AnswerBasis
    label: tuple[int, int] | None = None


def answer_blocks(reading: Reading) -> list[AnswerBlock]:
    """Give the stretches of the letter that are known to answer questions, in the order of the letter."""
    return reading.facts.answers


def question_at(reading: Reading, offset: int) -> tuple[str, ...]:
    """Give the ids of the questions that the text at `offset` answers; none where that is not known."""
    for block in reading.facts.answers:
        if block.start <= offset < block.end:
            return block.question_ids
    return ()


@Language.factory("foi_questions", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> QuestionsComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return QuestionsComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class QuestionsComponent:
    """Find the questions of the request, and the answers to each."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.book = book

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        Reading.of(doc)
        return doc
