"""Align the questions of letters that answer one request, however each letter numbers or splits them.

The questions of one letter are taken as the request's. Each question of every other letter is matched to them by
the words that carry its meaning, rare words counting more, once the numbers that both name agree. A question may
cover several (`by year and by hospital`), and the opening of a letter's request may be what another letter numbers
as a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from foi_nlp.collate.wording import Reply, numbers_of, words_of, years_of
from foi_nlp.registers import names_to

_LIKE = 0.3
_WEAK = 0.18
_COVERS = 0.5
_YEARLY = re.compile(r"\b(?:years?|yearly|annual(?:ly)?|months?|monthly)\b", re.IGNORECASE)
_TAIL = re.compile(r"[^\W_]+", re.UNICODE)


@dataclass(frozen=True)
class Asked:
    """One question of the request."""

    id: str
    text: str
    parent: str | None = None


@dataclass(frozen=True)
class Match:
    """A question of a letter (its id, empty for the opening of the request) and the request's question that it is."""

    question: str
    letter_question: str
    text: str
    basis: str
    score: float


def asked_of(reply: Reply) -> list[Asked]:
    """Give a letter's questions as questions of the request, with what each is a part of."""
    ids = [question.id for question in reply.questions]
    return [Asked(_bare(q.id, reply), q.text, _parent(q.id, q.parent, ids, reply)) for q in reply.questions]


def reference_reply(replies: Sequence[Reply]) -> Reply:
    """Give the reply whose questions stand for the request: of the commonest count of questions, the first."""
    counts = Counter(len(reply.questions) for reply in replies if reply.questions)
    if not counts:
        return replies[0]
    best = max(counts, key=lambda count: (counts[count], count))
    return next(reply for reply in replies if len(reply.questions) == best)


def align(asked: list[Asked], reply: Reply, *, fixed: Mapping[str, Sequence[str]] | None = None) -> list[Match]:
    """Match the questions of a reply to those of the request; a question that is none of them is added to `asked`.

    `fixed` names questions of the letter whose place is known already, by a campaign file.
    """
    fixed = fixed or {}
    matches = [
        Match(target, question.id, question.text, "campaign", 100.0)
        for question in reply.questions
        for target in fixed.get(question.id, ())
    ]
    free = [q for q in reply.questions if q.id not in fixed]
    weights = _weights(asked)
    words = {a.id: meaning(a.text) for a in asked}
    scored = sorted(
        (
            (
                _score(asked[i], free[j].text, words[asked[i].id], weights)
                + _same_place(asked[i], free[j].id, i, j, reply),
                -i,
                -j,
            )
            for i in range(len(asked))
            for j in range(len(free))
        ),
        reverse=True,
    )
    taken_asked = {match.question for match in matches}
    taken: set[int] = set()
    for threshold, basis in ((_LIKE, "wording"), (_WEAK, "order")):
        for score, minus_i, minus_j in scored:
            a, j = asked[-minus_i], -minus_j
            if score >= threshold and a.id not in taken_asked and j not in taken:
                matches.append(Match(a.id, free[j].id, free[j].text, basis, _percent(score)))
                taken_asked.add(a.id)
                taken.add(j)
    for j, question in enumerate(free):
        bare = _bare(question.id, reply)
        if j not in taken and not question.text.strip() and bare in words and bare not in taken_asked:
            matches.append(Match(bare, question.id, "", "order", 0.0))  # a label without words is known by its place
            taken_asked.add(bare)
            taken.add(j)
    left = [j for j in range(len(free)) if j not in taken]
    open_asked = [a for a in asked if a.id not in taken_asked]
    for j in left:
        best = max(((s, -mi) for s, mi, mj in scored if -mj == j), default=(0.0, 0))
        if best[0] >= _LIKE:
            matches.append(Match(asked[best[1]].id, free[j].id, free[j].text, "wording", _percent(best[0])))
        elif len(left) == 1 and len(open_asked) == 1 and not _numbers_differ(open_asked[0].text, free[j].text):
            matches.append(Match(open_asked[0].id, free[j].id, free[j].text, "order", _percent(best[0])))
        else:
            new = Asked(_new_id(_bare(free[j].id, reply), asked), free[j].text)
            asked.append(new)
            matches.append(Match(new.id, free[j].id, free[j].text, "new", 0.0))
    matches += _covered(asked, reply, {match.question for match in matches}, weights)
    return matches


def _covered(asked: Sequence[Asked], reply: Reply, done: set[str], weights: Mapping[str, float]) -> list[Match]:
    """Match what is left of the request to a question of the letter that says it too, or to its opening."""
    found = []
    for a in asked:
        words = meaning(a.text)
        if a.id in done or not words:
            continue
        covers = max(
            ((_cover(words, meaning(q.text), weights), -n, q) for n, q in enumerate(reply.questions)),
            default=None,
            key=lambda entry: entry[:2],
        )
        opening = _cover(words, meaning(reply.opening), weights)
        if opening >= _COVERS and (covers is None or opening > covers[0]):
            found.append(Match(a.id, "", reply.opening, "opening", _percent(opening)))
        elif covers is not None and covers[0] >= _COVERS:
            found.append(Match(a.id, covers[2].id, covers[2].text, "covered", _percent(covers[0])))
    return found


def meaning(text: str) -> frozenset[str]:
    """Give the words that say what a question asks, words of one meaning folded; `year` where it asks for periods."""
    folds = _folds()
    words = {folds.get(word, word) for word in words_of(text)}
    if _YEARLY.search(text):
        words.add("year")
    return frozenset(words)


@lru_cache(maxsize=1)
def _folds() -> dict[str, str]:
    return dict(names_to("request_words", "word"))


def _weights(asked: Sequence[Asked]) -> dict[str, float]:
    counts = Counter(word for a in asked for word in meaning(a.text))
    return {word: 1.0 / count for word, count in counts.items()}


def _score(a: Asked, text: str, words: frozenset[str], weights: Mapping[str, float]) -> float:
    if _numbers_differ(a.text, text):
        return 0.0
    other = meaning(text)
    total = sum(weights.get(w, 0.5) for w in words) + sum(weights.get(w, 0.5) for w in other)
    if not total:
        return 0.0
    shared = 2 * sum(weights.get(w, 0.5) for w in words & other) / total
    return 0.7 * shared + 0.3 * fuzz.token_sort_ratio(a.text.lower(), text.lower()) / 100 if shared else 0.0


def _same_place(a: Asked, letter_question: str, i: int, j: int, reply: Reply) -> float:
    return 0.1 * (a.id == _bare(letter_question, reply)) + 0.05 * (i == j)


def _cover(words: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    total = sum(weights.get(w, 0.5) for w in words)
    return sum(weights.get(w, 0.5) for w in words & other) / total if total else 0.0


def _numbers_differ(first: str, second: str) -> bool:
    for named in (years_of, numbers_of):
        a, b = named(first), named(second)
        if a and b and a != b:
            return True
    return False


def _percent(score: float) -> float:
    return round(min(score, 1.0) * 100, 1)


def _bare(question: str, reply: Reply) -> str:
    return question.removeprefix(f"{reply.part}/") if reply.part else question


def _parent(question: str, stated: str | None, ids: Sequence[str], reply: Reply) -> str | None:
    """Give the question of which another is a part: as stated, or the one whose id it continues (`1`, `1a`)."""
    if stated is not None:
        return _bare(stated, reply)
    longest = ""
    for other in ids:
        rest = question.removeprefix(other)
        if other != question and rest != question and not (other[-1:].isdigit() and rest[0].isdigit()):
            longest = max(longest, other, key=len)
    return _bare(longest, reply) if longest else None


def _new_id(wanted: str, asked: Sequence[Asked]) -> str:
    taken = {a.id for a in asked}
    tail = "".join(_TAIL.findall(wanted)) or "question"
    candidate = wanted if wanted not in taken else f"also-{tail}"
    number = 2
    while candidate in taken:
        candidate = f"also-{tail}-{number}"
        number += 1
    return candidate
