"""Group replies that answer the same request.

Years and other numbers must agree before wording counts: of near-identical questions the one with the wrong
years scores highest. Then the words that carry meaning must be alike, and two requests that have
one word in place of another (stalking, harassment) are two requests, unless they share many more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import ceil

from rapidfuzz import fuzz

from foi_nlp.collate.aligning import meaning
from foi_nlp.collate.wording import Reply, words_as_written, words_of

SAME_WITH_YEARS = 47.0
SAME_WITHOUT_YEARS = 65.0
_AVERAGE_MARGIN = 8.0
NEAR_MISS = 85.0
_SWAPPED_FROM = 80.0
_SHARED_FOR_ONE_SWAPPED = 5
_LIKE_WORDS = 80.0
_FEWEST_WORDS = 3
_FEWEST_EQUAL_WORDS = 2


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


class Wording:
    """The words of a request, made ready to be compared with others."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = frozenset(words)
        self._line = " ".join(sorted(self.words))

    def likeness(self, other: Wording, *, at_least: float = 0.0) -> float:
        """Give the likeness of two requests, 0 to 100: the mean of shared words and of fuzzy order-free text.

        Below `at_least` the number may be too low, never too high.
        """
        if not self.words or not other.words:
            return 0.0
        shared = 200.0 * len(self.words & other.words) / (len(self.words) + len(other.words))
        if shared + 100.0 < 2 * at_least:
            return shared / 2
        return (shared + fuzz.ratio(self._line, other._line)) / 2


def likeness(first: Sequence[str], second: Sequence[str]) -> float:
    """Give the likeness of two requests by their words, 0 to 100."""
    return Wording(first).likeness(Wording(second))


def swapped_words(first: Reply, second: Reply) -> tuple[str, str] | None:
    """Give the words that two otherwise like requests have in place of one another; None if there are none.

    Requests that share nearly all words differ in what they ask for by the one that is another. So do short ones:
    for each word that stands in place of another, several must be shared, or the two only have a form in common.
    """
    first_text, second_text = (" ".join(question.text for question in reply.questions) for reply in (first, second))
    a, b = meaning(first_text), meaning(second_text)
    only_a, only_b = _unlike(a, b)
    if not (only_a and only_b):
        return None
    nearly_equal = 200.0 * len(a & b) / (len(a) + len(b)) >= _SWAPPED_FROM
    if nearly_equal or len(a & b) < _SHARED_FOR_ONE_SWAPPED * min(len(only_a), len(only_b)):
        return (
            " ".join(words_as_written(first_text, only_a, meaning)),
            " ".join(words_as_written(second_text, only_b, meaning)),
        )
    return None


def _unlike(a: frozenset[str], b: frozenset[str]) -> tuple[list[str], list[str]]:
    """Give the words that each side has alone, those left out that are another form of one of the other side."""
    only_a = sorted(w for w in a - b if not any(fuzz.ratio(w, o) >= _LIKE_WORDS for o in b - a))
    only_b = sorted(w for w in b - a if not any(fuzz.ratio(w, o) >= _LIKE_WORDS for o in a - b))
    return only_a, only_b


def group_replies(replies: Sequence[Reply]) -> tuple[list[Group], list[NearMiss]]:
    """Group replies, in the order of their first members; also name the pairs that only numbers or a word keep apart.

    A reply whose letter does not repeat its request stands alone; one of very few words joins only its equal.
    """
    clusters: list[list[int]] = []
    scores: dict[int, float] = {}
    misses: list[NearMiss] = []
    buckets: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
    for number, reply in enumerate(replies):
        if len(set(reply.words)) >= _FEWEST_EQUAL_WORDS:
            buckets.setdefault((reply.years, reply.numbers), []).append(number)
        else:
            clusters.append([number])
    for (years, _), bucket in buckets.items():
        found = _Clusters(replies, bucket, SAME_WITH_YEARS if years else SAME_WITHOUT_YEARS)
        found.merge()
        clusters += found.members()
        scores |= found.scores
        misses += found.misses
    misses += _numbers_apart(replies)
    groups = [Group(sorted(members), {m: scores.get(m, 100.0) for m in members}) for members in clusters]
    return sorted(groups, key=lambda group: group.members[0]), misses


class _Clusters:
    """Clusters of the replies that name the same years and numbers.

    Replies in the same words are one unit from the start, so that the work grows with the wordings and not with the
    letters. Units join by likeness, the most alike first, as long as the clusters are alike on average.
    """

    def __init__(self, replies: Sequence[Reply], bucket: Sequence[int], threshold: float) -> None:
        self.replies = replies
        self.threshold = threshold
        self.scores: dict[int, float] = {}
        self.misses: list[NearMiss] = []
        self.units = _units(replies, bucket)
        self.words = [Wording(replies[unit[0]].words) for unit in self.units]
        self.home = list(range(len(self.units)))
        self.clusters = {n: [n] for n in self.home}
        self.apart: set[tuple[int, int]] = set()

    def members(self) -> list[list[int]]:
        """Give the replies of each cluster."""
        return [[reply for unit in cluster for reply in self.units[unit]] for cluster in self.clusters.values()]

    def merge(self) -> None:
        """Join the units that ask the same; note those that differ in one word for another."""
        pairs = []
        long_enough = [n for n, wording in enumerate(self.words) if len(wording.words) >= _FEWEST_WORDS]
        for a, b in combinations(long_enough, 2):
            score = self.words[a].likeness(self.words[b], at_least=self.threshold)
            if score >= self.threshold and not self._of_one_letter(a, b):
                pairs.append((score, a, b))
                self._keep_swapped_apart(a, b)
        for score, a, b in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
            if self.home[a] != self.home[b] and self._may_join(self.home[a], self.home[b]):
                for unit in (a, b):
                    for reply in self.units[unit]:
                        self.scores[reply] = max(self.scores.get(reply, 0.0), self._own_score(unit), score)
                self._join(self.home[a], self.home[b])

    def _own_score(self, unit: int) -> float:
        return 100.0 if len(self.units[unit]) > 1 else 0.0

    def _of_one_letter(self, a: int, b: int) -> bool:
        return len({self.replies[n].letter for unit in (a, b) for n in self.units[unit]}) < 2

    def _keep_swapped_apart(self, a: int, b: int) -> None:
        first, second = self.units[a][0], self.units[b][0]
        words = swapped_words(self.replies[first], self.replies[second])
        if words is not None:
            self.apart.add((a, b))
            reason = f"one asks for “{words[0]}” where the other asks for “{words[1]}”"
            self.misses.append(NearMiss(first, second, reason))

    def _may_join(self, keep: int, lose: int) -> bool:
        cross = [(min(x, y), max(x, y)) for x in self.clusters[keep] for y in self.clusters[lose]]
        if any(pair in self.apart for pair in cross):
            return False
        weights = [len(self.units[x]) * len(self.units[y]) for x, y in cross]
        alike = [self.words[x].likeness(self.words[y]) for x, y in cross]
        average = sum(w * score for w, score in zip(weights, alike, strict=True)) / sum(weights)
        return average >= self.threshold - _AVERAGE_MARGIN

    def _join(self, keep: int, lose: int) -> None:
        for unit in self.clusters[lose]:
            self.home[unit] = keep
        self.clusters[keep] += self.clusters.pop(lose)


def _units(replies: Sequence[Reply], bucket: Sequence[int]) -> list[list[int]]:
    """Give the replies that ask in the same words, the first of each letter apart from its second."""
    found: dict[tuple[frozenset[str], frozenset[str], int], list[int]] = {}
    seen: Counter[tuple[frozenset[str], frozenset[str], int]] = Counter()
    for number in bucket:
        reply = replies[number]
        asked = frozenset(word for question in reply.questions for word in words_of(question.text))
        words = frozenset(reply.words)
        found.setdefault((words, asked, seen[words, asked, reply.letter]), []).append(number)
        seen[words, asked, reply.letter] += 1
    return list(found.values())


def _numbers_apart(replies: Sequence[Reply]) -> list[NearMiss]:
    """Name the pairs of nearly the same wording whose years or numbers differ, by way of equal sets of words."""
    by_words: dict[frozenset[str], list[int]] = {}
    for number, reply in enumerate(replies):
        if len(set(reply.words)) >= _FEWEST_WORDS:
            by_words.setdefault(frozenset(reply.words), []).append(number)
    found = []
    for first, second in nearly_equal(list(by_words)):
        a = by_words[first][0]
        found += [
            NearMiss(a, b, f"one names {_named(replies[a])}, the other {_named(replies[b])}")
            for b in by_words[second]
            if (replies[a].years, replies[a].numbers) != (replies[b].years, replies[b].numbers)
        ]
    return found


def nearly_equal(sets: Sequence[frozenset[str]]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Give the pairs of sets that share nearly all of their words, each set with itself too.

    Two sets of which one lacks few words of the other share one of their rarest words: only those are looked at.
    """
    often = Counter(word for words in sets for word in words)
    by_word: dict[str, list[int]] = {}
    for n, words in enumerate(sets):
        least = NEAR_MISS / (200 - NEAR_MISS) * len(words)
        rarest = sorted(words, key=lambda word: (often[word], word))[: len(words) - ceil(least) + 1]
        near = {other for word in rarest for other in by_word.get(word, ())}
        for other in sorted(near):
            if len(words & sets[other]) * 200 >= NEAR_MISS * (len(words) + len(sets[other])):
                yield sets[other], words
        yield words, words
        for word in rarest:
            by_word.setdefault(word, []).append(n)


def _named(reply: Reply) -> str:
    return ", ".join((*sorted(reply.years), *sorted(reply.numbers))) or "no years or numbers"
