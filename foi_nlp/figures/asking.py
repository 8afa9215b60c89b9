"""Say which question a place of the letter answers, and which period the request gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import regex

from foi_nlp.figures.meaning import (
    PlacedPeriod,
    context_of,
    counts_something,
    found_in,
    one_period,
    unit_in,
    with_cut_years,
    with_defined_years,
)
from foi_nlp.figures.periods import years_of
from foi_nlp.pipeline.questions import question_at
from foi_nlp.pipeline.reading import REQUEST_SECTIONS
from foi_nlp.records import Period
from foi_nlp.registers import by_id, names_to, register
from foi_nlp.timeliness import whole_day

if TYPE_CHECKING:
    from foi_nlp.figures.periods import PeriodContext
    from foi_nlp.pipeline.reading import Reading
    from foi_nlp.records import Question

_WORD = regex.compile(r"[^\W\d_]{3,}")
_OWN_LINE = regex.compile(r"\s*\n\s*(?=[A-Z])")


class Asking:
    """What is known of the request, for every figure of the letter."""

    def __init__(
        self,
        reading: Reading,
        statements: Sequence[tuple[int, int]],
        masked: Sequence[tuple[int, int]] = (),
        definitions: Sequence[tuple[str, str, str]] = (),
        units: Mapping[str, str] | None = None,
    ) -> None:
        self.reading = reading
        self.masked = masked
        self.statements = statements
        self.definitions = definitions
        self._units = units or {}
        self._of_question: dict[str | None, PlacedPeriod | None] = {}
        self.questions: dict[str, Question] = {q.id: q for q in reading.facts.questions}

    @cached_property
    def context(self) -> PeriodContext:
        """The dates of the letter, and the years that the request calls unfinished."""
        return with_cut_years(with_defined_years(context_of(self.reading), self.definitions), self.reading)

    def counted_instead(self, unit: str | None) -> str | None:
        """Give the unit that the letter counts, where it says that it does not count the one that was asked for."""
        return self._units.get(unit, unit) if unit else unit

    def part_named(self, letter: str) -> str:
        """Give the words of the one part of a question that has this letter; nothing where several have it.

        What stands below it in a line of its own is said of all parts: "Please split these by rank".
        """
        parts = [q for q in self.questions.values() if len(q.id) > 1 and q.id.endswith(letter.lower())]
        written = self.reading.text[parts[0].start : parts[0].end] if len(parts) == 1 else ""
        return " ".join(_OWN_LINE.split(written, maxsplit=1)[0].split())

    def text_of(self, question: str | None) -> str:
        """Give the words of a question, of the questions it is a part of too."""
        return " ".join(self.texts_of(question))

    def texts_of(self, question: str | None) -> tuple[str, ...]:
        """Give the words of a question, then those of the question that it is a part of, and so on."""
        held = self.questions.get(question or "")
        if held is None:
            return ()
        return (held.text, *(self.texts_of(held.parent) if held.parent else ()))

    def counted_by(self, question: str | None) -> tuple[str, ...]:
        """Give the texts that say what a question counts: its own, else with those of the question before it.

        "And in the last three years?" counts what the question before it does.
        """
        texts = self.texts_of(question)
        held = self.questions.get(question or "")
        if held is None or any(map(unit_in, texts)) or not _goes_on(held.text):
            return texts
        earlier = [other for other in self.questions.values() if other.start < held.start and other.id != held.parent]
        last = max(earlier, key=lambda other: other.start, default=None)
        before = self.texts_of(last.id) if last else ()
        return (*texts, *before) if any(map(unit_in, before)) else texts

    def question(self, offset: int, *texts: str, parts: bool = False) -> str | None:
        """Give the question that the figure at `offset` answers: by its place, then by the words of its heads.

        `texts` are tried in order (heads, caption, lead). With `parts`, one part of a question is given where a
        text tells which is meant, else the whole.
        """
        placed = question_at(self.reading, offset)
        ids = placed or tuple(i for i, q in self.questions.items() if q.parent not in self.questions)
        if not ids:
            return None
        chosen = ids[0] if len(ids) == 1 else self._first_best(ids, texts)
        if chosen is None:
            return min(ids, key=self._order) if placed else None
        inner = tuple(q.id for q in self.questions.values() if q.parent == chosen) if parts else ()
        return (self._first_best(inner, texts) or chosen) if inner else chosen

    def _order(self, question: str) -> int:
        known = list(self.questions)
        return known.index(question) if question in known else len(known)

    def _first_best(self, ids: tuple[str, ...], texts: tuple[str, ...]) -> str | None:
        found = (self._best(ids, words) for words in texts if words)
        return next((best for best in found if best is not None), None)

    def _best(self, ids: tuple[str, ...], words: str) -> str | None:
        wanted = _content(words)
        scores = sorted(
            ((len(wanted & _content(self.questions[i].text)), i) for i in ids if i in self.questions), reverse=True
        )
        if not scores or not scores[0][0]:
            return None
        if len(scores) > 1 and scores[0][0] == scores[1][0]:
            return None
        return scores[0][1]

    def period(self, offset: int, words: str) -> PlacedPeriod | None:
        """Give the period that the question of a place asks for, else the one stated for all questions."""
        if self._stated is not None:
            return self._stated
        question = self.question(offset, words)
        if question not in self._of_question:
            self._of_question[question] = self._asked(question)
        return self._of_question[question]

    def _asked(self, question: str | None) -> PlacedPeriod | None:
        first = question
        while question is not None and question in self.questions:
            placed = self._named_in(self.questions[question], "question")
            if placed is not None:
                return placed
            question = self.questions[question].parent
        if first is not None and _says(self.text_of(first), "stock") and self._one_day is not None:
            return self._one_day
        if first is not None and _says(self.text_of(first), "now"):
            return None
        referred = self._referred_to(first)
        if referred is None and self._counts_years(first):
            return None
        return referred or self._whole_request

    def _counts_years(self, question: str | None) -> bool:
        """Whether a question says of how many years it speaks: "over the four years"."""
        held = self.questions.get(question or "")
        refers = _refers_back().search(" ".join(held.text.split())) if held else None
        return refers is not None and refers["count"] is not None

    def _named_in(self, held: Question, basis: str) -> PlacedPeriod | None:
        """Give the period that the words of a question name."""
        span = (held.start, held.end)
        return one_period(found_in(self.reading, span, self.context, self.masked), self.context, basis)

    def _referred_to(self, question: str | None) -> PlacedPeriod | None:
        """Give the period of the nearest question before one that refers to it: "of those", "over the four years"."""
        held = self.questions.get(question or "")
        if held is None:
            return None
        refers = _refers_back().search(" ".join(held.text.split()))
        if refers is None and not (counts_something((held.text,)) and unit_in(held.text) is None):
            return None
        earlier = [other for other in self.questions.values() if other.start < held.start and other.id != held.parent]
        for other in sorted(earlier, key=lambda q: -q.start):
            placed = self._named_in(other, "question")
            if placed is None or placed.period.type == "instant":
                continue
            count = _number_of(refers["count"]) if refers else None
            if count is None or count == len(years_of(placed.period)):
                return placed
        return None

    @cached_property
    def _one_day(self) -> PlacedPeriod | None:
        """Give the one day to which the reply says that its data are correct."""
        days = [day for day in self.reading.facts.dates if day.role == "as_of" and whole_day(day.iso)]
        if len({day.iso for day in days}) != 1:
            return None
        first = days[0]
        label = self.reading.text[first.start : first.end]
        period = Period(label=label, type="instant", start=first.iso, end=first.iso, basis="letter")
        return PlacedPeriod(period, (first.start, first.end), "letter")

    @cached_property
    def _stated(self) -> PlacedPeriod | None:
        """Give the period of the first statement that governs all questions."""
        for statement in self.statements:
            placed = one_period(found_in(self.reading, statement, self.context, self.masked), self.context, "letter")
            if placed is not None and placed.period.type != "instant":
                return placed
        return None

    @cached_property
    def _whole_request(self) -> PlacedPeriod | None:
        found = [
            pair
            for section in self.reading.facts.sections
            if section.id in REQUEST_SECTIONS
            for pair in found_in(self.reading, (section.start, section.end), self.context, self.masked)
            if pair[0].period.type != "instant"
        ]
        outside = [
            (p, at) for p, at in found if not any(q.start <= at + p.start < q.end for q in self.reading.facts.questions)
        ]
        if not outside:
            return self._agreed
        distinct = {(p.period.start, p.period.end) for p, _ in outside}
        if len(distinct) != 1 and not _all_years(distinct):
            return None
        return one_period(outside, self.context, "letter")

    @cached_property
    def _agreed(self) -> PlacedPeriod | None:
        """Give the period that all questions which name one name alike: what one asks says nothing of another."""
        named = (self._named_in(held, "letter") for held in self.questions.values())
        said = [placed for placed in named if placed is not None and placed.period.type != "instant"]
        return said[0] if said and len({(p.period.start, p.period.end) for p in said}) == 1 else None


def _all_years(spans: set[tuple[str | None, str | None]]) -> bool:
    return bool(spans) and all(s is not None and s.endswith(("-01-01", "-04-01")) for s, _ in spans)


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    return frozenset(word for record in register("stop_words") for word in record["names"])


def _content(text: str) -> frozenset[str]:
    return frozenset(w.lower().rstrip("s") for w in _WORD.findall(text)) - _stop_words()


@lru_cache(maxsize=1)
def _refers_back() -> regex.Pattern[str]:
    forms = "|".join(by_id("count_words")["count_words.refers_back"]["words"])
    return regex.compile(rf"\b(?:{forms})\b", regex.IGNORECASE)


def _goes_on(text: str) -> bool:
    """Whether a question counts what the one before it does: "and in 2016?", "how many of those"."""
    plain = " ".join(text.split()).lstrip("(.)1234567890 ")
    words = by_id("count_words")["count_words.goes_on_asking"]
    first, within = ("|".join(words[key]) for key in ("words", "within"))
    return regex.search(rf"^(?:{first})\b|\b(?:{within})", plain, regex.IGNORECASE) is not None


@lru_cache(maxsize=4)
def _words(name: str) -> regex.Pattern[str]:
    return regex.compile(rf"\b(?:{'|'.join(by_id('count_words')[f'count_words.{name}']['words'])})\b", regex.IGNORECASE)


def _says(text: str, name: str) -> bool:
    """Whether a question has words of a list: "now" asks how things stand, "stock" how many there are."""
    return _words(name).search(" ".join(text.split())) is not None


def _number_of(written: str | None) -> int | None:
    if written is None:
        return None
    number: int | None = int(written) if written.isdigit() else names_to("number_words", "number").get(written.lower())
    return number
