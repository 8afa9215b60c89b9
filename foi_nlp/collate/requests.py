"""Write who was asked what, and whether they have answered.

Writes the tables `groups`, `questions`, `replies`, `alignments` and `requests`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from foi_nlp.collate.campaign import Authority, Campaign
from foi_nlp.collate.corrections import in_order
from foi_nlp.collate.extensions import start_of, takes_more_time
from foi_nlp.collate.letters import UNKNOWN, CollatedLetter
from foi_nlp.collate.membership import Membership, Request
from foi_nlp.collate.schema import Row, joined
from foi_nlp.collate.tables import Tables
from foi_nlp.timeliness import EXTENDED_LIMIT, WORKING_DAYS_LIMIT, deadline_after

_CLARIFICATION = "clarification"
_PENDING_LETTERS = frozenset({"holding", _CLARIFICATION})
_LONGEST_QUESTION = 500


def add_request(
    tables: Tables,
    membership: Membership,
    request: Request,
    campaign: Campaign | None,
    known: Mapping[str, Authority],
) -> list[Row]:
    """Add the rows of one request, and give those of `requests`: the authorities asked, and others that answered."""
    by_force = membership.letters_by_force(request)
    asked_on = dict(campaign.asked) if campaign else {}
    answered: dict[str, list[CollatedLetter]] = {}
    for letters in by_force.values():
        for letter in letters:
            for authority in letter.responders or (UNKNOWN,):
                answered.setdefault(authority, []).append(letter)
    if asked_on:
        for authority in sorted(answered.keys() - asked_on.keys() - {UNKNOWN}):
            text = f"{tables.names([authority])} has answered and is not among the forces asked"
            tables.add_issue("not_asked", text, group=request.id)
    replies = membership.replies
    tables.add(
        "groups",
        group_id=request.id,
        name=request.name,
        request=next((replies[m].text for m in request.group.members), None),
        years=joined(sorted(request.years)),
        year_type=request.year_type,
        letters=len({replies[m].letter for m in request.group.members}),
        asked=len(asked_on) or None,
    )
    for position, asked in enumerate(request.asked, start=1):
        tables.add("questions", group_id=request.id, question_id=asked.id, position=position,
                   parent_id=asked.parent, text=" ".join(asked.text.split()) or None)  # fmt: skip
    _add_replies(tables, membership, request, by_force, of_campaign=campaign is not None)
    rows = [
        _asked(
            request.id, authority, asked_on, answered.get(authority, []),
            campaign.reckoned_on if campaign else None, known,
        )
        for authority in sorted({*answered, *asked_on})
    ]  # fmt: skip
    tables.extend("requests", rows)
    return rows


def _add_replies(
    tables: Tables,
    membership: Membership,
    request: Request,
    by_force: Mapping[tuple[str, ...], list[CollatedLetter]],
    *,
    of_campaign: bool,
) -> None:
    earlier = {b.id: a.id for letters in by_force.values() for a, b in pairwise(in_order(letters) or ())
               if a.date < b.date}  # fmt: skip
    several = len(request.group.members) > 1
    for member in request.group.members:
        reply = membership.replies[member]
        letter = membership.letter_of(member)
        alone = not several and not of_campaign
        basis = "alone" if alone and reply.words else "no_request" if alone else "years, numbers and wording"
        if of_campaign and not reply.words:
            basis = "campaign file"
        tables.add("replies", group_id=request.id, letter_id=letter.id, part=reply.part, basis=basis,
                   score=round(request.group.scores[member], 1), corrects=earlier.get(letter.id))  # fmt: skip
        for match in request.matches[member]:
            tables.add("alignments", group_id=request.id, question_id=match.question, letter_id=letter.id,
                       letter_question=match.letter_question, text=" ".join(match.text.split())[:_LONGEST_QUESTION],
                       basis=match.basis, score=match.score)  # fmt: skip
        for match in request.matches[member]:
            if match.basis == "new" and several:
                tables.add_issue(
                    "unaligned",
                    f"{letter.record.source}: question {match.letter_question} is none of the request's questions",
                    group=request.id,
                    letter=letter.id,
                )


def _asked(
    group_id: str,
    authority: str,
    asked_on: Mapping[str, date | None],
    letters: Sequence[CollatedLetter],
    today: date | None,
    known: Mapping[str, Authority],
) -> Row:
    """Give the row of one authority: asked when, what it answered, and by when it is due."""
    on = asked_on.get(authority)
    answering = [letter for letter in letters if _outcome(letter) not in _PENDING_LETTERS]
    standing = max(answering or letters, key=lambda letter: letter.date, default=None)
    outcome = _outcome(standing) if standing else None
    answer = "no_reply" if standing is None else "pending" if outcome in _PENDING_LETTERS else "answered"
    scottish = authority in known and known[authority].regime.startswith("FOISA")
    due = _due(standing, on, "FOISA 2002" if scottish else "FOIA 2000")
    overdue = UNKNOWN
    if answer == "answered":
        overdue = "no"
    elif due and today:
        overdue = "yes" if today.isoformat() > due else "no"
    return {
        "group_id": group_id,
        "authority_id": authority,
        "asked": UNKNOWN if not asked_on or authority == UNKNOWN else "yes" if authority in asked_on else "no",
        "asked_on": on.isoformat() if on else None,
        "answer": answer,
        "letters": len(letters),
        "outcome": outcome,
        "due": due,
        "overdue": overdue,
    }


def _outcome(letter: CollatedLetter) -> str | None:
    return letter.record.letter_outcome.id if letter.record.letter_outcome else None


def _due(letter: CollatedLetter | None, asked_on: date | None, regime: str) -> str | None:
    """Give the last day in time: of the letter's own dates, else counted from the day the request was sent.

    None where clarification was asked for: the days are counted from the day it comes.
    """
    if letter is not None and _outcome(letter) == _CLARIFICATION:
        return None
    extended = letter is not None and takes_more_time(letter.record)
    if letter is not None and letter.record.timeliness.deadline and not extended:
        return letter.record.timeliness.deadline
    start = (letter and start_of(letter.record)) or asked_on
    limit = EXTENDED_LIMIT if extended else WORKING_DAYS_LIMIT
    return deadline_after(start, limit=limit, regime=regime).isoformat() if start else None
