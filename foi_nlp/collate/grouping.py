"""Group replies that answer the same request.

Years and other numbers must agree before wording counts: of near-identical questions the one with the wrong
years scores highest. Then the words that carry meaning must be alike, and two requests that differ in nothing but
one word for another (stalking, harassment) are two requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from foi_nlp.collate.wording import Reply, words_of

SAME_WITH_YEARS = 47.0
SAME_WITHOUT_YEARS = 65.0
_AVERAGE_MARGIN = 8.0
_NEAR_MISS = 85.0
_SWAPPED_FROM = 80.0
_LIKE_WORDS = 80.0
_FEWEST_WORDS = 3


@dataclass
class Group:
    """Replies that answer one request. `scores` is the likeness of each to the one it joined with."""

    members: list[int]
    scores: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class NearMiss:
    """Two replies whose wording is alike and which are kept apart, and why."""

    first: int
    second: int
    reason: str


def likeness(first: Sequence[str], second: Sequence[str]) -> float:
    """Give the likeness of two requests by their words, 0 to 100: mean of shared words and of fuzzy order-free text."""
    a, b = set(first), set(second)
    if not a or not b:
        return 0.0
    shared = 200.0 * len(a & b) / (len(a) + len(b))
    return (shared + fuzz.ratio(" ".join(sorted(a)), " ".join(sorted(b)))) / 2


def swapped_words(first: Reply, second: Reply) -> tuple[str, str] | None:
    """Give the words that two otherwise like requests have in place of one another; None if there are none."""
    a = {word for question in first.questions for word in words_of(question.text)}
    b = {word for question in second.questions for word in words_of(question.text)}
    if not a or not b or 200.0 * len(a & b) / (len(a) + len(b)) < _SWAPPED_FROM:
        return None
    only_a = sorted(w for w in a - b if not any(fuzz.ratio(w, o) >= _LIKE_WORDS for o in b - a))
    only_b = sorted(w for w in b - a if not any(fuzz.ratio(w, o) >= _LIKE_WORDS for o in a - b))
    return (" ".join(only_a), " ".join(only_b)) if only_a and only_b else None


def group_replies(replies: Sequence[Reply]) -> tuple[list[Group], list[NearMiss]]:
    """Group replies, in the order of their first members; also name the pairs that only numbers or a word keep apart.

    A reply whose letter does not repeat its request stands alone.
    """
    clusters: dict[int, list[int]] = {n: [n] for n in range(len(replies))}
    home = list(range(len(replies)))
    scores: dict[int, float] = {}
    misses: list[NearMiss] = []
    buckets: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
    for number, reply in enumerate(replies):
        if len(set(reply.words)) >= _FEWEST_WORDS:
            buckets.setdefault((reply.years, reply.numbers), []).append(number)
    for (years, _), bucket in buckets.items():
        threshold = SAME_WITH_YEARS if years else SAME_WITHOUT_YEARS
        pairs = [
            (likeness(replies[a].words, replies[b].words), a, b)
            for i, a in enumerate(bucket)
            for b in bucket[i + 1 :]
            if replies[a].letter != replies[b].letter
        ]
        table = {(a, b): score for score, a, b in pairs}
        apart: set[tuple[int, int]] = set()
        for score, a, b in pairs:
            if score >= threshold and (words := swapped_words(replies[a], replies[b])):
                apart.add((a, b))
                misses.append(NearMiss(a, b, f"one asks for “{words[0]}” where the other asks for “{words[1]}”"))
        for score, a, b in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
            if score < threshold:
                break
            if home[a] == home[b]:
                continue
            cross = [tuple(sorted((x, y))) for x in clusters[home[a]] for y in clusters[home[b]]]
            if any(pair in apart for pair in cross):
                continue
            average = sum(table.get((x, y), threshold) for x, y in cross) / len(cross)
            if average < threshold - _AVERAGE_MARGIN:
                continue
            scores[b] = max(scores.get(b, 0.0), score)
            scores[a] = max(scores.get(a, 0.0), score)
            _merge(clusters, home, home[a], home[b])
    misses += _numbers_apart(replies)
    groups = [Group(sorted(members), {m: scores.get(m, 100.0) for m in members}) for members in clusters.values()]
    return sorted(groups, key=lambda group: group.members[0]), misses


def _merge(clusters: dict[int, list[int]], home: list[int], keep: int, lose: int) -> None:
    for member in clusters[lose]:
        home[member] = keep
    clusters[keep] += clusters.pop(lose)


def _numbers_apart(replies: Sequence[Reply]) -> list[NearMiss]:
    """Name the pairs of nearly the same wording whose years or numbers differ, by way of equal sets of words."""
    by_words: dict[frozenset[str], list[int]] = {}
    for number, reply in enumerate(replies):
        if len(set(reply.words)) >= _FEWEST_WORDS:
            by_words.setdefault(frozenset(reply.words), []).append(number)
    keys = list(by_words)
    found = []
    for i, first in enumerate(keys):
        for second in keys[i:]:
            if len(first & second) * 200 < _NEAR_MISS * (len(first) + len(second)):
                continue
            a = by_words[first][0]
            found += [
                NearMiss(a, b, f"one names {_named(replies[a])}, the other {_named(replies[b])}")
                for b in by_words[second]
                if (replies[a].years, replies[a].numbers) != (replies[b].years, replies[b].numbers)
            ]
    return found


def _named(reply: Reply) -> str:
    return ", ".join((*sorted(reply.years), *sorted(reply.numbers))) or "no years or numbers"
