"""Run rules over a letter: phrases, token patterns and regexes, with their sections and what cancels them."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc

from foi_nlp.patterns import Rule, RuleBook
from foi_nlp.regexes import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from spacy.language import Language

    from foi_nlp.pipeline.reading import Forms, Reading


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a rule matched. `groups` are the named groups of its regex that took part."""

    rule: Rule
    start: int
    end: int
    groups: dict[str, tuple[int, int]]

    @property
    def length(self) -> int:
        """How many characters the hit covers."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Sighting:
    """A hit as its component saw it: on which reading and forms, and with which scanner."""

    scanner: Scanner
    reading: Reading
    forms: Forms | None
    hit: Hit


_WATCHER: ContextVar[list[Sighting] | None] = ContextVar("watcher", default=None)


@contextmanager
def watched() -> Iterator[list[Sighting]]:
    """Collect what every scanner sees meanwhile, so that it can be explained to the writer of a rule."""
    sightings: list[Sighting] = []
    token = _WATCHER.set(sightings)
    try:
        yield sightings
    finally:
        _WATCHER.reset(token)


class Scanner:
    """The rules of one family, ready to run. Hits come back in the order of the letter, longest first."""

    def __init__(self, nlp: Language, book: RuleBook, rules: Sequence[Rule]) -> None:
        self.rules = list(rules)
        self._by_id = {rule.id: rule for rule in rules}
        self._regexes = [(rule, book.compile(rule)) for rule in rules if rule.regex is not None]
        self._cancels = {
            rule.id: [book.compile_text(text, where=f"{rule.where}: cancelled_by") for text in rule.cancelled_by]
            for rule in rules
            if rule.cancelled_by
        }
        self._vocab = nlp.vocab
        self._phrases = {case: PhraseMatcher(nlp.vocab, attr="ORTH" if case else "LOWER") for case in (False, True)}
        self._tokens = Matcher(nlp.vocab)
        written = {rule.pattern.lower() for rule in rules if isinstance(rule.pattern, str)}
        for rule in rules:
            if isinstance(rule.pattern, str):
                for phrase in (rule.pattern, *_spellings(rule.pattern, written)):
                    words = [t.text for t in nlp.make_doc(phrase) if not t.is_space]
                    self._phrases[rule.case].add(rule.id, [Doc(nlp.vocab, words=words)])
            elif rule.pattern is not None:
                self._tokens.add(rule.id, [[dict(token) for token in rule.pattern]])

    def scan(self, reading: Reading, *, forms: Forms | None = None) -> list[Hit]:
        """Give every hit that stands in a section where its rule counts and that nothing cancels.

        `forms` are the forms of the text that regexes run on, with the same offsets; the reading's own when None.
        """
        hits = [hit for hit in self.find_all(reading, forms=forms) if self.counts(reading, hit, forms=forms)]
        return sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.rule.priority, hit.rule.id))

    def counts(self, reading: Reading, hit: Hit, *, forms: Forms | None = None) -> bool:
        """Whether a hit stands where its rule counts and is not cancelled in its sentence."""
        rule = hit.rule
        if rule.sections or rule.not_sections:
            section = reading.section_at(hit.start)
            if section in rule.not_sections or (rule.sections and section not in rule.sections):
                return False
        return self.cancelled(reading, hit, forms=forms) is None

    def cancelled(self, reading: Reading, hit: Hit, *, forms: Forms | None = None) -> str | None:
        """Give the words that cancel a hit, or None."""
        cancels = self._cancels.get(hit.rule.id)
        if not cancels:
            return None
        start, end = reading.sentence_at(hit.start)
        end = max(end, hit.end)
        for pattern in cancels:
            found = pattern.search(forms.flow if forms else reading.flow, start, end)
            if found:
                return found[0]
        return None

    def find_all(self, reading: Reading, *, forms: Forms | None = None) -> list[Hit]:
        """Give every hit, wherever it stands and whether or not something cancels it."""
        hits = self._find(reading, forms or reading.forms)
        watcher = _WATCHER.get()
        if watcher is not None:
            watcher += [Sighting(self, reading, forms, hit) for hit in hits]
        return hits

    def _find(self, reading: Reading, forms: Forms) -> list[Hit]:
        hits = self._find_tokens(reading)
        for rule, compiled in self._regexes:
            try:
                for found in compiled.find(forms.searched_ruled if rule.multiline else forms.searched_flow):
                    if found.end() > found.start():
                        hits.append(Hit(rule, *_bounds(found), _groups(found)))
            except TimeoutError:
                reading.review(
                    "rule_timeout",
                    f"The rule {rule.id} took longer than {TIMEOUT_SECONDS:g} seconds on this letter and was "
                    "left out; make its regex start with a rare word and bound its gaps.",
                    0,
                    0,
                )
        return hits

    def _find_tokens(self, reading: Reading) -> list[Hit]:
        matchers = [m for m in (*self._phrases.values(), self._tokens) if len(m)]
        if not matchers:
            return []
        tokens, condensed = reading.condensed
        hits = []
        for matcher in matchers:
            for key, first, last in matcher(condensed):
                rule = self._by_id[self._vocab.strings[key]]
                end = tokens[last - 1]
                hits.append(Hit(rule, tokens[first].idx, end.idx + len(end), {}))
        return hits


def _spellings(phrase: str, written: Collection[str]) -> Iterator[str]:
    """Give a phrase with "&" for "and" and the other way about, where no rule of its own writes it so."""
    for one, other in ((" and ", " & "), (" & ", " and ")):
        if one in phrase and phrase.replace(one, other).lower() not in written:
            yield phrase.replace(one, other)


def _bounds(found: regex.Match[str]) -> tuple[int, int]:
    """Bound a hit by the group `span` where its regex has one; what is around it is context."""
    if "span" in found.re.groupindex and found.start("span") >= 0:
        return found.start("span"), found.end("span")
    return found.start(), found.end()


def _groups(found: regex.Match[str]) -> dict[str, tuple[int, int]]:
    return {name: found.span(name) for name in found.re.groupindex if found.start(name) >= 0}


def longest_first(hits: Sequence[Hit]) -> list[Hit]:
    """Keep hits that do not overlap: the longer one wins, then the higher priority, then the earlier."""
    free = FreePlaces()
    ordered = sorted(hits, key=lambda h: (-h.length, -h.rule.priority, h.start, h.rule.id))
    return sorted((hit for hit in ordered if free.take(hit.start, hit.end)), key=lambda h: h.start)


class FreePlaces:
    """Which stretches of a letter are taken: a stretch that overlaps none that is taken can be taken."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def take(self, start: int, end: int) -> bool:
        """Take a stretch, and say whether it was free."""
        i = bisect.bisect_right(self._ends, start)
        if i < len(self._starts) and self._starts[i] < end:
            return False
        self._starts.insert(i, start)
        self._ends.insert(i, end)
        return True
