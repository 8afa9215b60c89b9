"""Find data-quality caveats and their scope: which figures of the letter each of them limits.

Rules with the label CAVEAT are cues: their `value` is the category. How a cue works is told by its attributes:

* `also`: regexes. Each must match in the sentence of the cue, before or behind it: a caveat is told by several
  ideas that stand together in any order (a unit, a word of repetition, a word of counting), not by one wording.
* `one_sentence`: a cue that runs over the end of its sentence does not count.
* `in_exemption`: it counts in an argument for a refusal too. Any cue does in a sentence that begins with the figures.
* `subtype`: the subtype of the category.

A rule CAVEAT_NOT finds what no letter says of its data: a sentence that holds one has no caveat, save those of the
categories in its attribute `but`. A rule CAVEAT_ASKED finds a year that the request asks for only in part.

When the figures are known, a caveat of all figures that stands with a question without any reaches the whole letter;
when the outcome is known, a reply that gives nothing keeps only the caveats that say why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

import regex
from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.questions import question_at
from foi_nlp.pipeline.reading import Facts, Reading
from foi_nlp.pipeline.scanning import Hit, Scanner
from foi_nlp.pipeline.shapes import shape
from foi_nlp.records import Caveat
from foi_nlp.registers import register

REGISTER = "caveats"

Severity = Literal["blocks", "limits", "notes"]

# Text that is not the responder's statement about its data.
_NO_CAVEAT = {"request", "clarification", "boilerplate_act", "review_rights", "ico", "reuse", "footer"}
# Harm and public-interest argument is full of may, could and inaccurate.
_ARGUMENT = {"exemption", "s16_advice"}


@dataclass(frozen=True, slots=True)
class Category:
    """A caveat category of the register: what it does to the use of figures, and how far it reaches by default.

    `without_figures`: it can be the reason why there are no figures, and holds where none are given.
    """

    id: str
    meaning: str
    effect: str
    severity: Severity
    default_scope: str
    without_figures: bool


# Outcomes of a letter with which no figures are given, nor reasons that go into the data.
_NOTHING_GIVEN = {"ncnd_all", "none_held", "clarification", "holding", "review", "closed"}

_TABLE_EDGE = " \n\t\r|:-"  # marks of a table in plain text that belong to no cell
_YEAR = regex.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BLANK_LINE = regex.compile(r"\n\s*\n")
_SENTENCE_OR_PARAGRAPH = regex.compile(r"[.!?;]\s|\n\s*\n")


@lru_cache(maxsize=1)
def load_categories() -> Mapping[str, Category]:
    """Load the register of caveat categories, by id."""
    return {
        data["id"]: Category(
            id=data["id"],
            meaning=data["meaning"],
            effect=data["effect"],
            severity=cast("Severity", data["severity"]),
            default_scope=data["default_scope"],
            without_figures=data.get("without_figures", False),
        )
        for data in register(REGISTER)
    }


@Language.factory("foi_caveats", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> CaveatsComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return CaveatsComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class CaveatsComponent:
    """Find data-quality caveats and their scope."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.book = book
        self.categories = load_categories()
        self._scanner = Scanner(nlp, book, book.labelled("CAVEAT"))
        self._not = Scanner(nlp, book, book.labelled("CAVEAT_NOT"))
        self._asked = Scanner(nlp, book, book.labelled("CAVEAT_ASKED"))
        self._also = {
            rule.id: [book.compile_text(text, where=f"{rule.where}: also") for text in rule.attributes.get("also", ())]
            for rule in book.labelled("CAVEAT")
        }

    def __call__(self, doc: Doc) -> Doc:
        """Add the caveats to the Doc's reading."""
        reading = Reading.of(doc)
        others = self._not.scan(reading)
        hits = [
            hit
            for hit in self._scanner.scan(reading)
            if stated_of_data(reading, hit)
            and self._said_together(reading, hit)
            and not of_others(reading, hit, others)
        ]
        stated = {hit.rule.value for hit in hits}
        hits += [
            hit for hit in self._asked.scan(reading) if hit.rule.value not in stated and answered_by_year(reading, hit)
        ]
        for hit in [*hits, *others]:
            reading.mark(hit.rule.label, hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
        reading.facts.caveats = [
            self._caveat(reading, hit, number) for number, hit in enumerate(one_a_sentence(reading, hits), start=1)
        ]
        return doc

    def _said_together(self, reading: Reading, hit: Hit) -> bool:
        start, end = reading.sentence_at(hit.start)
        return all(pattern.search(reading.flow, start, max(end, hit.end)) for pattern in self._also[hit.rule.id])

    def _caveat(self, reading: Reading, hit: Hit, number: int) -> Caveat:
        category = self.categories[hit.rule.value or ""]
        return Caveat(
            id=f"c{number}",
            category=category.id,
            subtype=hit.rule.attributes.get("subtype"),
            scope=scope_of(reading, hit, category),
            severity=category.severity,
            start=hit.start,
            end=hit.end,
            rule=hit.rule.id,
        )


def stated_of_data(reading: Reading, hit: Hit) -> bool:
    """Whether a cue stands where the letter speaks of its data, and not in a request, a recital or an argument."""
    section = reading.section_at(hit.start)
    if reading.grid_at(hit.start) != reading.grid_at(hit.end - 1):
        return False  # words before a table and the head of its first column are no sentence
    if hit.rule.attributes.get("one_sentence") and hit.end > reading.sentence_at(hit.start)[1]:
        return False
    if section in _NO_CAVEAT and not hit.rule.sections:
        return False
    if section not in _ARGUMENT or hit.rule.attributes.get("in_exemption"):
        return True
    return shape("of_figures").match(reading.flow, reading.sentence_at(hit.start)[0]) is not None


def of_others(reading: Reading, hit: Hit, others: Sequence[Hit]) -> bool:
    """Whether the cue stands in a sentence that speaks of something else than the data."""
    start, end = reading.sentence_at(hit.start)
    return any(
        start <= other.start < end and hit.rule.value not in other.rule.attributes.get("but", ()) for other in others
    )


def answered_by_year(reading: Reading, hit: Hit) -> bool:
    """Whether the answer labels a figure with the bare year that the request asks for only in part."""
    start, end = hit.groups["year"]
    year = regex.escape(reading.text[start:end])
    label = regex.compile(
        rf"(?:^|\t|\||  |[:;,(]) *[*_]*{year}[*_#]*(?= *(?:$|\t|\||  |[-:=–(*#]|\d))(?!/)", regex.MULTILINE
    )
    return any(reading.section_at(found.start()) not in _NO_CAVEAT for found in label.finditer(reading.text))


def one_a_sentence(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    """Keep the longest hit of each category in each sentence, in the order of the letter. A table parts sentences."""
    ends = [grid.end for grid in reading.grids]
    best: dict[tuple[str, int], Hit] = {}
    for hit in hits:
        start = max([reading.sentence_at(hit.start)[0], *(end for end in ends if end <= hit.start)])
        key = (hit.rule.value or "", start)
        if key not in best or hit.length > best[key].length:
            best[key] = hit
    return sorted(best.values(), key=lambda hit: (hit.start, hit.end, hit.rule.id))


def of_given_figures(facts: Facts) -> list[Caveat]:
    """Leave out the caveats of a reply that gives no figures: there is nothing that they could limit.

    What is said in a reply that only asks, puts off, or holds nothing speaks of something else, save what says why
    there are no figures.
    """
    outcome = facts.letter_outcome.id if facts.letter_outcome else None
    if facts.observations or outcome not in _NOTHING_GIVEN:
        return facts.caveats
    return [caveat for caveat in facts.caveats if load_categories()[caveat.category].without_figures]


def reaching_figures(caveats: Sequence[Caveat], answered: Collection[str]) -> list[Caveat]:
    """Let a caveat of a kind that is said of all figures reach the whole letter where its own question has none.

    `answered` are the ids of the questions that figures were found for. Notes that close a letter stand in the block
    of its last answer, which may be a refusal.
    """
    return [
        caveat.model_copy(update={"scope": "letter"})
        if answered and load_categories()[caveat.category].default_scope == "letter" and _without(caveat, answered)
        else caveat
        for caveat in caveats
    ]


def _without(caveat: Caveat, answered: Collection[str]) -> bool:
    """Whether a caveat names questions, and no figure was found for any of them or for a part of one."""
    kind, _, names = caveat.scope.partition(" ")
    questions = names.split(", ") if kind in {"question", "questions"} else []
    return bool(questions) and not any(one.startswith(question) for question in questions for one in answered)


def years_of(reading: Reading, caveat: Caveat) -> frozenset[str]:
    """Give the calendar years named where a caveat stands: those that its figures begin in."""
    return frozenset(_YEAR.findall(reading.flow, caveat.start, caveat.end))


def scope_of(reading: Reading, hit: Hit, category: Category) -> str:
    """Say how far a caveat reaches.

    Inside or right beside a table it is the table's; inside an answer the question's; after the answers, in notes on
    the data, or where it speaks of all figures, the letter's. A hidden or partial value is that of its cells or period.
    """
    if category.default_scope in {"cells", "period"}:
        return category.default_scope
    if category.default_scope == "letter" and _speaks_of_all(reading, hit):
        return "letter"
    table = _table_beside(reading, hit)
    if table is not None:
        return f"table t{table + 1}"
    questions = question_at(reading, hit.start)
    if questions and not _closes_letter(reading, hit, category):
        return ("question " if len(questions) == 1 else "questions ") + ", ".join(questions)
    return "letter"


def _speaks_of_all(reading: Reading, hit: Hit) -> bool:
    """Whether the sentence of a caveat, or the one that its "they" takes up, is about all figures that are given."""
    start, end = reading.sentence_at(hit.start)
    if reading.grid_at(start) is not None:
        return False
    if shape("takes_up").match(reading.flow, start) and start:
        start = reading.sentence_at(start - 1)[0]
    return shape("all_figures").search(reading.flow, start, end) is not None


def _closes_letter(reading: Reading, hit: Hit, category: Category) -> bool:
    """Whether a caveat of a kind that is said of all figures stands in notes, or in a paragraph after the last answer.

    Nothing marks where the last answer ends: the notes that close a letter stand in its block, in a later paragraph.
    """
    if reading.section_at(hit.start) == "caveat":
        return True
    last = reading.facts.answers[-1]
    if category.default_scope != "letter" or not last.start <= hit.start < last.end:
        return False
    answer = reading.ruled[last.label[1] if last.label else last.start : hit.start].strip()
    return len(reading.facts.answers) > 1 and _BLANK_LINE.search(answer) is not None


def _table_beside(reading: Reading, hit: Hit) -> int | None:
    """Give the table that a hit stands in, or in the paragraph right after it, or in the sentence right before it.

    Paragraphs and sentences are the same whether the letter's lines are wrapped or not; lines are not.
    """
    inside = reading.grid_at(hit.start)
    if inside is not None:
        return inside
    spans = [(grid.start, grid.end) for grid in reading.grids]
    above = max((i for i, (_, end) in enumerate(spans) if end <= hit.start), default=None)
    if above is not None:
        between = reading.ruled[spans[above][1] : hit.start].lstrip(_TABLE_EDGE)
        if not _BLANK_LINE.search(between):
            return above
    below = min((i for i, (start, _) in enumerate(spans) if start >= hit.end), default=None)
    if below is not None:
        between = reading.ruled[hit.end : spans[below][0]].rstrip(_TABLE_EDGE)
        if not _SENTENCE_OR_PARAGRAPH.search(between):
            return below
    return None
