"""Say a fact in few words, for lists, messages and the page."""

from __future__ import annotations

from foi_nlp.marks import observation_words
from foi_nlp.records import (
    Authority,
    Caveat,
    Date,
    LetterOutcome,
    Observation,
    Outcome,
    Part,
    Provision,
    Question,
    Reference,
    ReviewItem,
)
from foi_nlp.review.items import Finished


def part_words(part: Part) -> str:  # one line for each type of part
    """Say what one part of a record says, in one line."""
    match part:
        case Observation():
            return observation_words(part)
        case Question():
            return f"question {part.id}: {part.text}"
        case Outcome():
            also = f" + {', '.join(part.secondary)}" if part.secondary else ""
            return f"question {part.question}: {part.outcome}{also}"
        case LetterOutcome():
            return part.id
        case Provision():
            return f"{part.id} ({part.status})"
        case Caveat():
            return f"{part.category} ({part.scope})"
        case Date():
            return f"{part.role}: {part.iso}"
        case Reference():
            return f"{part.value} ({part.role})"
        case Authority():
            return f"{part.name} ({part.role})"
        case ReviewItem():
            return part.reason
        case Finished():
            return "nothing is missing from this letter"
        case _:
            return type(part).__name__
