"""Find the figures with their periods: those of the tables, and those of the text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.figures.asking import Asking
from foi_nlp.figures.meaning import caveats_for
from foi_nlp.figures.of_tables import TableFigures, review_unread
from foi_nlp.figures.of_text import TextFigures
from foi_nlp.figures.periods import find_periods, parse_period
from foi_nlp.figures.values import parse_value
from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.questions import question_at
from foi_nlp.pipeline.reading import Reading
from foi_nlp.pipeline.scanning import Hit, Scanner

if TYPE_CHECKING:
    from foi_nlp.records import Observation

_PROXY_REACH = 1500
_REQUEST = frozenset({"request", "clarification"})
_NO_TABLES_IN = frozenset(
    {"request", "clarification", "addressee", "letterhead", "ref_block", "footer", "ico", "marking", "intro", "subject"}
)
# A table in what was taken for the head of the letter may be an answer whose beginning was not recognised.
_HEADS = frozenset({"addressee", "letterhead", "intro", "subject"})


@Language.factory("foi_observations", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> ObservationsComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return ObservationsComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class ObservationsComponent:
    """Give every figure that stands in the letter with its period; what is not certain goes to review."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.book = book
        self.scanner = Scanner(
            nlp, book, book.labelled("FIGURE", "NOT_FIGURE", "PERIOD_STATEMENT", "PERIOD_DEFINITION", "PROXY")
        )

    def __call__(self, doc: Doc) -> Doc:
        """Add the observations to the Doc's reading."""
        reading = Reading.of(doc)
        hits = self.scanner.scan(reading)
        statements = [(hit.start, hit.end) for hit in hits if hit.rule.label == "PERIOD_STATEMENT"]
        masked = [(hit.start, hit.end) for hit in hits if hit.rule.attributes.get("scope") == "period"]
        definitions = [
            (_group(reading, hit, "of"), _group(reading, hit, "begin"), _group(reading, hit, "finish"))
            for hit in hits
            if hit.rule.label == "PERIOD_DEFINITION" and reading.section_at(hit.start) not in _REQUEST
        ]
        asking = Asking(reading, statements, masked, definitions)
        tables = TableFigures(reading, asking)
        found: list[Observation] = []
        for number, grid in enumerate(reading.grids, start=1):
            if reading.section_at(grid.start) not in _NO_TABLES_IN:
                found += tables.observations(grid, f"t{number}")
            elif reading.section_at(grid.start) in _HEADS:
                review_unread(reading, grid, f"t{number}")
        found += TextFigures(reading, asking, self.book, hits).observations()
        self._finish(reading, found, [hit.start for hit in hits if hit.rule.label == "PROXY"])
        self._mark(reading, hits)
        return doc

    def _mark(self, reading: Reading, hits: list[Hit]) -> None:
        for period in find_periods(reading.text, book=self.book):
            reading.mark("PERIOD", period.start, period.end, rule=period.rule, value=period.period.start or "")
        for grid in reading.grids:
            for cell in (cell for row in grid.rows for cell in row):
                if cell.start is None or cell.end is None:
                    continue
                named = parse_period(cell.text, book=self.book)
                value = None if named else parse_value(cell.text, book=self.book)
                if named:
                    reading.mark("PERIOD", cell.start, cell.end, rule=named.rule, value=named.period.start or "")
                elif value and value.rule in self.book:
                    reading.mark("VALUE", cell.start, cell.end, rule=value.rule, value=str(value.value))
        for hit in hits:
            reading.mark(hit.rule.label, hit.start, hit.end, rule=hit.rule.id)

    def _finish(self, reading: Reading, found: list[Observation], proxies: list[int]) -> None:
        caveats = [(caveat.id, caveat.scope) for caveat in reading.facts.caveats]
        for number, observation in enumerate(sorted(found, key=lambda o: (o.start, o.end)), start=1):
            marked = observation.symbol is not None
            reading.facts.observations.append(
                observation.model_copy(
                    update={
                        "id": f"o{number}",
                        "is_proxy": _is_proxy(reading, observation.start, proxies),
                        "caveats": caveats_for(observation.question, observation.table, marked, caveats),
                    }
                )
            )
            rule = observation.rule if observation.rule in self.book else ""
            if observation.table is None:
                reading.mark("VALUE", observation.start, observation.end, rule=rule, value=str(observation.value))


def _group(reading: Reading, hit: Hit, name: str) -> str:
    start, end = hit.groups.get(name, (-1, -1))
    return reading.flow[start:end] if start >= 0 else ""


def _is_proxy(reading: Reading, offset: int, proxies: list[int]) -> bool:
    """Tell whether the answer says, before the figure, that it gives something else than was asked."""
    last = max((start for start in proxies if start < offset), default=None)
    if last is None or offset - last > _PROXY_REACH:
        return False
    return question_at(reading, last) == question_at(reading, offset)
