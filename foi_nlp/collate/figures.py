"""Place each figure of a letter in its request: which question of it, of which authority, and on which line.

Writes the table `observations`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from foi_nlp.collate.aligning import Asked, meaning
from foi_nlp.collate.campaign import fold_name, ids_by_name
from foi_nlp.collate.facts import whole_request
from foi_nlp.collate.grading import ALL, breakdown_json, caveats_on, is_proxy, line_of, wording_of
from foi_nlp.collate.letters import CollatedLetter
from foi_nlp.collate.membership import Membership, Request
from foi_nlp.collate.schema import joined
from foi_nlp.collate.tables import Tables
from foi_nlp.collate.wording import words_of
from foi_nlp.records import LetterRecord, Observation
from foi_nlp.tables.words import is_word

_AS_IN_THE_RECORD = {"unit", "value", "value_raw", "symbol", "low", "high", "approximate", "method", "check"}
_REFERENCE = re.compile(r"\([^()]*\)|\d+")


@dataclass(frozen=True)
class Figure:
    """A figure with its place in a request. `wording` is its line as its letter writes it."""

    letter: CollatedLetter
    observation: Observation
    request: Request | None
    question: str | None
    authorities: tuple[str, ...]
    line: str
    wording: str


def figures_of(membership: Membership, letter: CollatedLetter) -> list[Figure]:
    """Give the figures of a letter, each in its place."""
    places = membership.questions_of(letter)
    whole = whole_request(membership, letter)
    alike = _Alike(letter.record)
    found = []
    for observation in letter.record.observations:
        request, questions = places.get(observation.question or "", (whole, ()))
        found.append(_figure(letter, observation, request, questions, alike))
    return found


def add_observations(tables: Tables, figures: Sequence[Figure], superseded: Mapping[tuple[str, str, str], str]) -> None:
    """Add the rows of `observations`."""
    for figure in figures:
        o, letter = figure.observation, figure.letter
        request = figure.request.id if figure.request else None
        caveats = caveats_on(o, letter.record)
        tables.add(
            "observations",
            observation_id=f"{letter.id}-{o.id}",
            letter_id=letter.id,
            group_id=request,
            authority_ids=joined(figure.authorities),
            letter_question=o.question,
            question_id=figure.question,
            measure=o.metric or None,
            breakdown=breakdown_json(o.breakdown),
            line=figure.line,
            period_label=o.period.label,
            period_type=o.period.type,
            period_start=o.period.start,
            period_end=o.period.end,
            period_complete=o.period.complete,
            value_status=o.status,
            proxy=is_proxy(o, letter.record, caveats),
            caveats=joined(c.category for c in caveats),
            table_id=o.table,
            table_row=o.cell[0] if o.cell else None,
            table_column=o.cell[1] if o.cell else None,
            rule=o.rule or None,
            superseded_by=superseded.get((letter.id, request or "", figure.question or "")) or None,
            evidence_id=tables.place(letter, o.start, o.end, o.place),
            **o.model_dump(include=_AS_IN_THE_RECORD),
        )


class _Alike:
    """Knows what the figures of one question and table have in common."""

    def __init__(self, record: LetterRecord) -> None:
        self._metrics: dict[tuple[str | None, str | None, str], set[str]] = {}
        self._lines: dict[tuple[str | None, str | None], set[str]] = {}
        self._bearing: dict[tuple[str | None, str | None, str, str | bool], list[Observation]] = {}
        self._parts: dict[tuple[str | None, str | None, str], set[tuple[str | None, str | None]]] = {}
        for o in record.observations:
            for key, value in o.breakdown.items():
                self._bearing.setdefault((o.question, o.table, key, value), []).append(o)
                if not _is_total(o):
                    days = (o.period.start, o.period.end)
                    self._parts.setdefault((o.question, o.table, key), set()).add(days)
        for o in record.observations:
            self._lines.setdefault((o.question, o.table), set()).add(line_of(self.breakdown(o)))
            if not o.breakdown and words_of(o.metric):
                self._metrics.setdefault((o.question, o.table, o.unit), set()).add(o.metric.casefold())

    def breakdown(self, o: Observation) -> dict[str, str | bool]:
        """Give the breakdown without labels that name a total: by a word (`Grand Total`) or by what they add up.

        `Scotland` under `North`, `East` and `West` is the whole: all of its figures are totals, and for each of its
        periods the table has the parts. `Arson` with a total over its years is a part, for its years are none.
        """
        if not _is_total(o):
            return dict(o.breakdown)
        return {k: v for k, v in o.breakdown.items() if v is True or not self._names_a_total(o, k, v)}

    def _names_a_total(self, o: Observation, key: str, value: str | bool) -> bool:
        if is_word(str(value), "total"):
            return True
        bearing = self._bearing[o.question, o.table, key, value]
        days = {(e.period.start, e.period.end) for e in bearing}
        return (
            len(days) > 1
            and all(map(_is_total, bearing))
            and days <= self._parts.get((o.question, o.table, key), set())
        )

    def is_column(self, o: Observation) -> bool:
        """Whether the metric is one of several of one unit in its table (`Female`, `Male`), and so splits the whole."""
        metrics = self._metrics.get((o.question, o.table, o.unit), ())
        return o.table is not None and bool(words_of(o.metric)) and len(metrics) > 1

    def splits_nothing(self, o: Observation) -> bool:
        """Whether all figures of the same question and table bear one label, which then is no split."""
        return len(self._lines[o.question, o.table]) == 1


def _is_total(observation: Observation) -> bool:
    return observation.breakdown.get("total") is True


def _figure(
    letter: CollatedLetter,
    observation: Observation,
    request: Request | None,
    questions: Sequence[str],
    alike: _Alike,
) -> Figure:
    breakdown = alike.breakdown(observation)
    owners = letter.responders
    if len(owners) > 1:
        for key, value in list(breakdown.items()):
            named = tuple(o for o in owners if value is not True and _is_name(str(value), o))
            if named:
                owners = named
                del breakdown[key]
    question = None
    if request is not None and questions:
        question = _best_question(observation, questions, request.asked, letter.record)
    unit = observation.unit if alike.splits_nothing(observation) else ""
    if request is not None and question is not None and alike.splits_nothing(observation):
        text = next((a.text for a in request.asked if a.id == question), "")
        breakdown = {} if _says_the_question(breakdown, text) else breakdown
    line, wording = line_of(breakdown, unit), wording_of(breakdown, unit)
    if line == ALL and alike.is_column(observation):
        column: dict[str, str | bool] = {"measure": observation.metric}
        line, wording = line_of(column), wording_of(column)
    if request is not None and question is not None and line == ALL:
        question = _yearly_part(question, request.asked)
    return Figure(letter, observation, request, question, owners, line, wording)


def worded(figures: Sequence[Figure]) -> list[Figure]:
    """Give figures with each line in the wording that most of them have of it, so that readers see a letter's words."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for figure in figures:
        found.setdefault((_home(figure), figure.line), Counter())[figure.wording] += 1
    often = {key: wordings.most_common(1)[0][0] for key, wordings in found.items()}
    return [f if f.line == ALL else replace(f, line=often[_home(f), f.line]) for f in figures]


def _home(figure: Figure) -> str:
    return figure.request.id if figure.request else figure.letter.id


def _says_the_question(breakdown: Mapping[str, str | bool], question: str) -> bool:
    """Whether labels only repeat what a question asks (`The cost` of `What was the cost of drones?`).

    One that repeats less than half of it may be one of several things asked for.
    """
    asked = meaning(question) - {"year"}
    said = meaning(" ".join(str(value) for value in breakdown.values() if value is not True))
    return bool(said) and said <= asked and 2 * len(said) >= len(asked)


def _is_name(text: str, authority: str) -> bool:
    """Whether a label names an authority, a number or a bracketed reference beside the name apart."""
    return ids_by_name().get(fold_name(_REFERENCE.sub(" ", text))) == authority


def _best_question(
    observation: Observation, questions: Sequence[str], asked: Sequence[Asked], record: LetterRecord
) -> str:
    """Give the one of several questions to which a figure belongs: the one that asks for its breakdown, or for none.

    A letter may answer `by year and by hospital` with one table: its rows answer the split, its total the years.
    """
    if len(questions) == 1:
        return questions[0]
    words = {a.id: meaning(a.text) for a in asked}
    of_question = [o for o in record.observations if o.question == observation.question]
    labels = meaning(" ".join(f"{key} {value}" for o in of_question for key, value in o.breakdown.items()
                              if value is not True))  # fmt: skip
    fits = sorted(questions, key=lambda q: len(words[q] & labels - {"year"}), reverse=True)
    if line_of(observation.breakdown) != ALL:
        return fits[0]
    return min(questions, key=lambda q: (len(words[q] & labels - {"year"}), list(questions).index(q)))


def _yearly_part(question: str, asked: Sequence[Asked]) -> str:
    """Give the part of a question that asks for no more than its years, if there is one; else the question."""
    parts = [a.id for a in asked if a.parent == question and meaning(a.text) == {"year"}]
    return parts[0] if len(parts) == 1 else question
