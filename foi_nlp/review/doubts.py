"""Which facts to look at first: those whose own record says that something is amiss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from foi_nlp.records import LetterRecord, Observation, Provision, ReviewItem
from foi_nlp.review.items import Item


class Doubt(IntEnum):
    """Classes of doubt, the gravest first. The queue goes through them in this order, then letter by letter."""

    TOTALS = 0
    REFUSED = 1
    OCR = 2
    WEAK_LINK = 3
    NONE = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """How doubtful a fact is, and why, in sentences for a reader."""

    doubt: Doubt
    reasons: tuple[str, ...] = ()


SURE = Judgement(Doubt.NONE)


class Judge:
    """Say how doubtful the facts of one record are."""

    def __init__(self, record: LetterRecord) -> None:
        self._by_observation: dict[str, list[ReviewItem]] = {}
        for entry in record.needs_review:
            if entry.observation is not None:
                self._by_observation.setdefault(entry.observation, []).append(entry)

    def __call__(self, item: Item) -> Judgement:
        """Judge one fact."""
        part = item.part
        if isinstance(part, Observation):
            return self._observation(part)
        if isinstance(part, ReviewItem):
            return Judgement(_of_code(part.code))
        if isinstance(part, Provision) and part.status == "implied" and not part.boilerplate:
            return Judgement(Doubt.WEAK_LINK, ("The provision is implied by the wording, not cited.",))
        return SURE

    def _observation(self, part: Observation) -> Judgement:
        found: list[tuple[Doubt, str]] = []
        if part.check == "totals_disagree":
            found.append((Doubt.TOTALS, "The figures of this table do not add up to the totals it states."))
        found += [(_of_code(entry.code), entry.reason) for entry in self._by_observation.get(part.id, [])]
        if part.status == "unclear":
            found.append((Doubt.REFUSED, "What was written cannot be read as a value."))
        if part.question is None:
            found.append((Doubt.WEAK_LINK, "It is not certain which question this figure answers."))
        if part.period.start is None:
            found.append((Doubt.WEAK_LINK, "The period cannot be placed in time."))
        if part.approximate:
            found.append((Doubt.WEAK_LINK, "The letter gives this figure as approximate."))
        if part.is_proxy:
            found.append((Doubt.WEAK_LINK, "The letter gives another measure than the one asked for."))
        if not found:
            return SURE
        return Judgement(min(doubt for doubt, _ in found), tuple(dict.fromkeys(reason for _, reason in found)))


_CODE_WORDS: Mapping[str, Doubt] = {"total": Doubt.TOTALS, "ocr": Doubt.OCR, "inferred": Doubt.WEAK_LINK}


def _of_code(code: str) -> Doubt:
    """Class a review code; a code that nothing is known of is a pair that was refused."""
    return next((doubt for word, doubt in _CODE_WORDS.items() if word in code.lower()), Doubt.REFUSED)
