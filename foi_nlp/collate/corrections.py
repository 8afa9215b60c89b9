"""Tell which answer of a force stands where it has sent several letters to one request."""

from __future__ import annotations

from collections.abc import Sequence

from foi_nlp.collate.figures import Figure
from foi_nlp.collate.letters import CollatedLetter
from foi_nlp.collate.membership import Membership, Request
from foi_nlp.collate.tables import Tables


def superseded_answers(
    tables: Tables, membership: Membership, figures: Sequence[Figure]
) -> dict[tuple[str, str, str], str]:
    """Give, for a letter, request and question, the letter whose answer stands instead; '' where it is not known.

    A later letter stands for the questions that it answers and no others. Says so of each force with several letters.
    """
    found: dict[tuple[str, str, str], str] = {}
    answered = {(f.letter.id, f.request.id, f.question) for f in figures if f.request and f.question}
    for row in tables.rows["outcomes"]:
        if row["outcome"] != "not_addressed":
            for question in str(row["question_ids"] or "").split(";"):
                answered.add((str(row["letter_id"]), str(row["group_id"]), question))
    for request in membership.requests:
        for letters in membership.letters_by_force(request).values():
            if len(letters) < 2:
                continue
            ordered = _in_order(letters)
            _report(tables, request, letters, ordered)
            for n, letter in enumerate(letters if ordered is None else ordered):
                for asked in request.asked:
                    if ordered is None:
                        found[letter.id, request.id, asked.id] = ""
                        continue
                    later = [o.id for o in ordered[n + 1 :] if (o.id, request.id, asked.id) in answered]
                    if later:
                        found[letter.id, request.id, asked.id] = later[-1]
    return found


def _in_order(letters: Sequence[CollatedLetter]) -> list[CollatedLetter] | None:
    """Give letters by their dates; None if one has no whole date or two have the same."""
    dates = [letter.date for letter in letters]
    known = all(len(date) == len("2021-03-01") for date in dates) and len(set(dates)) == len(dates)
    return sorted(letters, key=lambda letter: letter.date) if known else None


def _report(
    tables: Tables, request: Request, letters: Sequence[CollatedLetter], ordered: Sequence[CollatedLetter] | None
) -> None:
    names = ", ".join(letter.record.source for letter in ordered or letters)
    what_stands = (
        "their dates do not say which one stands, so that none of their figures is compared"
        if ordered is None
        else "the latest stands for each question that it answers"
    )
    code = "two_replies" if ordered is None else "corrected"
    tables.add_issue(code, f"{names}: letters of one force to one request; {what_stands}", group=request.id)
