"""Tell which answer of a force stands where it has sent several letters to one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from foi_nlp.collate.figures import Figure
from foi_nlp.collate.letters import CollatedLetter
from foi_nlp.collate.membership import Membership, Request
from foi_nlp.collate.tables import Tables
from foi_nlp.registers import by_id
from foi_nlp.timeliness import whole_day

Standing = Literal["two_replies", "corrected", "several_letters"]
_NO_ANSWER = frozenset({"unresolved", "pending"})
_SAID: dict[Standing, str] = {
    "two_replies": "their dates do not say which one stands, so that no figure is compared that both may give",
    "corrected": "the latest stands for each question that it answers",
    "several_letters": "no two of them answer the same question",
}


def is_answer(outcome: object) -> bool:
    """Whether an outcome answers its question: neither silence nor a notice that an answer will come."""
    return by_id("outcomes").get(str(outcome), {}).get("group") not in _NO_ANSWER


def superseded_answers(
    tables: Tables, membership: Membership, figures: Sequence[Figure]
) -> dict[tuple[str, str, str], str]:
    """Give, for a letter, request and question, the letter whose answer stands instead; '' where it is not known.

    A later letter stands for the questions that it answers and no others. Says so of each force with several letters.
    """
    found: dict[tuple[str, str, str], str] = {}
    answered = {(f.letter.id, f.request.id, f.question) for f in figures if f.request and f.question}
    for row in tables.rows["outcomes"]:
        if is_answer(row["outcome"]):
            for question in str(row["question_ids"] or "").split(";"):
                answered.add((str(row["letter_id"]), str(row["group_id"]), question))
    for request in membership.requests:
        for letters in _of_one_force(membership, request):
            standing: Standing = "several_letters"
            for asked in request.asked:
                telling = [letter for letter in letters if (letter.id, request.id, asked.id) in answered]
                if len(telling) < 2:
                    continue
                ordered = in_order(telling)
                standing = "two_replies" if ordered is None or standing == "two_replies" else "corrected"
                if ordered is None:
                    found |= {(letter.id, request.id, asked.id): "" for letter in telling}
                else:
                    found |= {(letter.id, request.id, asked.id): ordered[-1].id for letter in ordered[:-1]}
            names = ", ".join(letter.record.source for letter in in_order(letters) or letters)
            text = f"{names}: letters of one force to one request; {_SAID[standing]}"
            tables.add_issue(standing, text, group=request.id)
    return found


def _of_one_force(membership: Membership, request: Request) -> list[list[CollatedLetter]]:
    """Give the letters of each force that has sent several; a joint letter is one of each of its forces."""
    found: list[tuple[set[str], list[CollatedLetter]]] = []
    for force, letters in membership.letters_by_force(request).items():
        joined = [entry for entry in found if not entry[0].isdisjoint(force)]
        found = [entry for entry in found if entry not in joined]
        found.append((set(force).union(*(f for f, _ in joined)), [x for _, own in joined for x in own] + letters))
    return [letters for _, letters in found if len(letters) > 1]


def in_order(letters: Sequence[CollatedLetter]) -> list[CollatedLetter] | None:
    """Give letters by their dates; None if one has no whole date, or none is the latest, or their forces differ.

    What a joint letter says of one of its forces is not known to take the place of what that force said alone.
    """
    dates = [whole_day(letter.date) for letter in letters]
    known = None not in dates and sum(letter.date == max(x.date for x in letters) for letter in letters) == 1
    alike = len({frozenset(letter.responders) for letter in letters}) == 1
    return sorted(letters, key=lambda letter: letter.date) if known and alike else None
