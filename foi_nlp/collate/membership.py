"""Tell which letters answer which request, and which question of theirs is which of its questions.

A campaign file names one request, and overrides what grouping and wording find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from foi_nlp.collate.aligning import Asked, Match, align, asked_of, reference_reply
from foi_nlp.collate.campaign import Campaign
from foi_nlp.collate.errors import CollateError
from foi_nlp.collate.grouping import (
    SAME_WITH_YEARS,
    SAME_WITHOUT_YEARS,
    Group,
    NearMiss,
    group_replies,
    likeness,
    swapped_words,
)
from foi_nlp.collate.letters import UNKNOWN, CollatedLetter
from foi_nlp.collate.tables import Tables
from foi_nlp.collate.wording import Reply, numbers_of, replies_of, words_of, years_of
from foi_nlp.records import Question

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Request:
    """A request with its questions. `matches` has the matches of each member (an index into the replies)."""

    id: str
    group: Group
    name: str
    years: frozenset[str]
    year_type: str
    asked: list[Asked]
    matches: Mapping[int, list[Match]]


@dataclass(frozen=True)
class Membership:
    """The letters, their replies, and the requests with the replies (by index) that answer them."""

    letters: Sequence[CollatedLetter]
    replies: Sequence[Reply]
    requests: Sequence[Request]
    _members: dict[str, list[tuple[Request, int]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for request in self.requests:
            for member in request.group.members:
                self._members.setdefault(self.letter_of(member).id, []).append((request, member))

    def letter_of(self, member: int) -> CollatedLetter:
        """Give the letter of a reply."""
        return self.letters[self.replies[member].letter]

    def home_of(self, letter: CollatedLetter) -> Request | None:
        """Give the one request that a letter answers; None if it answers several or none.

        A letter to several requests of which one is here belongs here in that part alone.
        """
        homes = self._members.get(letter.id, [])
        return homes[0][0] if len(homes) == 1 and self.answers_one_request(letter) else None

    def questions_of(self, letter: CollatedLetter) -> dict[str, tuple[Request, tuple[str, ...]]]:
        """Give for each question of a letter its request and the questions of it that it is."""
        found: dict[str, tuple[Request, tuple[str, ...]]] = {}
        for request, member in self._members.get(letter.id, ()):
            matches = request.matches[member]
            for question in self.replies[member].question_ids:
                found[question] = (request, tuple(m.question for m in matches if m.letter_question == question))
        return found

    def answers_one_request(self, letter: CollatedLetter) -> bool:
        """Whether all that a letter says is of one request: it may answer others, which nobody asks about here."""
        return sum(self.letters[reply.letter] is letter for reply in self.replies) < 2

    def letters_by_force(self, request: Request) -> dict[tuple[str, ...], list[CollatedLetter]]:
        """Give the letters to a request by those who sent them; one of nobody known stands by itself."""
        found: dict[tuple[str, ...], list[CollatedLetter]] = {}
        for member in request.group.members:
            letter = self.letter_of(member)
            letters = found.setdefault(letter.responders or (letter.id,), [])
            if letter not in letters:
                letters.append(letter)
        return found


def find_members(tables: Tables, letters: Sequence[CollatedLetter], campaign: Campaign | None) -> Membership:
    """Group the letters that are no copies by the request that they answer, and align their questions.

    Says which letters are kept apart or left out, and why. Raises CollateError for a campaign file that names a
    letter or question which is not there.
    """
    live = [n for n, letter in enumerate(letters) if letter.duplicate_of is None]
    replies = [reply for n in live for reply in replies_of(n, letters[n].record)]
    groups, misses = group_replies(replies)
    if campaign is not None:
        groups, misses = [_campaign_group(tables, letters, replies, campaign, groups)], []
    requests = [_request(f"G{n}", group, letters, replies, campaign) for n, group in enumerate(groups, start=1)]
    membership = Membership(letters, replies, requests)
    homes = {member: request.id for request in requests for member in request.group.members}
    for miss in misses:
        _report_miss(tables, membership, miss, homes)
    return membership


def _report_miss(tables: Tables, membership: Membership, miss: NearMiss, homes: Mapping[int, str]) -> None:
    if homes[miss.first] == homes[miss.second]:
        return
    first, second = (membership.letter_of(n).record.source for n in (miss.first, miss.second))
    tables.add_issue(
        "kept_apart",
        f"{first} and {second} ask in like words and are kept apart: {miss.reason}",
        group=homes[miss.first],
    )


def _request(
    group_id: str, group: Group, letters: Sequence[CollatedLetter], replies: Sequence[Reply], campaign: Campaign | None
) -> Request:
    members = [replies[m] for m in group.members]
    years = frozenset().union(*(reply.years for reply in members)) if members else frozenset()
    text = " ".join((campaign.request if campaign else "", *(reply.text for reply in members[:1])))
    if campaign and (named := years_of(f"{campaign.request} {' '.join(q[1] for q in campaign.questions)}")):
        years = named
    if campaign and campaign.questions:
        asked = [Asked(*question) for question in campaign.questions]
    else:
        asked = asked_of(reference_reply(members)) if members else []
    matches = {m: align(asked, replies[m], fixed=_fixed(letters, replies[m], asked, campaign)) for m in group.members}
    year_type = (campaign.year_type if campaign else None) or _year_type(years, text)
    name = campaign.name if campaign else _name_of(members, letters)
    return Request(group_id, group, name, years, year_type, asked, matches)


def _year_type(years: frozenset[str], text: str) -> str:
    financial = {year for year in years if "/" in year}
    if financial and financial != years:
        return "both"
    if financial or (years and "financial year" in text.lower()):
        return "financial"
    return "calendar" if years else UNKNOWN


def _name_of(members: Sequence[Reply], letters: Sequence[CollatedLetter]) -> str:
    """Name a request by the first words of its first question."""
    for reply in members:
        for question in reply.questions:
            words = " ".join(question.text.split())
            return words if len(words) <= _LONGEST_NAME else words[: _LONGEST_NAME - 1] + "…"
    return Path(letters[members[0].letter].record.source).name if members else ""


# What a campaign file says


def _fixed(
    letters: Sequence[CollatedLetter], reply: Reply, asked: Sequence[Asked], campaign: Campaign | None
) -> dict[str, tuple[str, ...]]:
    """Give the questions of a letter whose place the campaign file names."""
    fixed: dict[str, tuple[str, ...]] = {}
    ids = {a.id for a in asked}
    for name, question, targets in campaign.align if campaign else ():
        if reply.letter in _named(letters, name, "align.letter"):
            if question not in reply.question_ids:
                raise CollateError(f"campaign file: align: {name} has no question {question}; it has "
                                   f"{', '.join(reply.question_ids) or 'none'}")  # fmt: skip
            if missing := set(targets) - ids:
                raise CollateError(f"campaign file: align: {', '.join(sorted(missing))} is no question of the "
                                   f"request; it has {', '.join(sorted(ids))}")  # fmt: skip
            fixed[question] = targets
    return fixed


def _named(letters: Sequence[CollatedLetter], name: str, place: str) -> set[int]:
    """Give the letters of a name in the campaign file: a file, its base name, a reference or a letter id."""
    found = {
        n
        for n, letter in enumerate(letters)
        if name in (letter.id, letter.record.source, Path(letter.record.source).name, *letter.references)
    }
    if found:
        return found
    from rapidfuzz import process

    nearest = process.extractOne(name, [Path(letter.record.source).name for letter in letters])
    hint = f"; did you mean “{nearest[0]}”?" if nearest and nearest[1] >= 60 else ""
    raise CollateError(f"campaign file: {place}: “{name}” names no letter of the runs{hint}")


def _campaign_group(
    tables: Tables,
    letters: Sequence[CollatedLetter],
    replies: Sequence[Reply],
    campaign: Campaign,
    groups: Sequence[Group],
) -> Group:
    included = {n for name in campaign.include for n in _named(letters, name, "letters.include")}
    excluded = {n for name in campaign.exclude for n in _named(letters, name, "letters.exclude")}
    wanted = _campaign_reply(campaign)
    scores: dict[int, float] = {}
    for group in groups if wanted.words else ():
        found = {m: score for m in group.members if (score := _answers(wanted, replies[m])) is not None}
        if found:
            scores |= {m: found.get(m, group.scores[m]) for m in group.members}
    for m, reply in enumerate(replies):
        if reply.letter in excluded:
            scores.pop(m, None)
        elif reply.letter in included:
            scores.setdefault(m, 100.0)
    for m, reply in enumerate(replies):
        if m not in scores:
            letter = letters[reply.letter]
            why = "excluded by the campaign file" if reply.letter in excluded else _why_not(wanted, reply)
            what = f"{letter.record.source} ({reply.part})" if reply.part else letter.record.source
            tables.add_issue("left_out", f"{what} is not part of the campaign: {why}", letter=letter.id)
    if not scores:
        text = "no letter answers the request of the campaign file; name letters in letters.include if one should"
        tables.add_issue("no_letter", text)
    for note in campaign.notes:
        tables.add_issue("one_authority", note)
    return Group(sorted(scores), scores)


def _campaign_reply(campaign: Campaign) -> Reply:
    questions = tuple(Question(id=i, text=text, parent=p, start=0, end=0) for i, text, p in campaign.questions)
    asked = "\n".join(question.text for question in questions)
    text = f"{campaign.request}\n{asked}"
    if not questions and campaign.request:
        questions = (Question(id="1", text=campaign.request, start=0, end=0),)
    return Reply(-1, "", questions, text, campaign.request, years_of(text), numbers_of(text), words_of(text))


def _answers(wanted: Reply, reply: Reply) -> float | None:
    """Give how like a reply's request is to the campaign's; None if it is another."""
    if (wanted.years and wanted.years != reply.years) or (wanted.numbers and wanted.numbers != reply.numbers):
        return None
    score = likeness(wanted.words, reply.words)
    enough = SAME_WITH_YEARS if wanted.years else SAME_WITHOUT_YEARS
    return score if score >= enough and swapped_words(wanted, reply) is None else None


def _why_not(wanted: Reply, reply: Reply) -> str:
    if not reply.words:
        return "it does not repeat its request; name it in letters.include if it belongs"
    if wanted.years and wanted.years != reply.years:
        return f"it was asked for {', '.join(sorted(reply.years)) or 'no years'}"
    return "it answers another request"
