"""Find the figures with their periods: those of the tables, and those of the text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.figures.asking import Asking
from foi_nlp.figures.meaning import caveats_for, unit_of_noun
from foi_nlp.figures.of_tables import TableFigures, review_unread
from foi_nlp.figures.of_text import TextFigures
from foi_nlp.figures.periods import find_periods
from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.caveats import reaching_figures, years_of
from foi_nlp.pipeline.questions import question_at
from foi_nlp.pipeline.reading import REQUEST_SECTIONS, Reading
from foi_nlp.pipeline.scanning import Hit, Scanner
from foi_nlp.tables.cells import period_of, value_of

if TYPE_CHECKING:
    from foi_nlp.grids import Cell, Grid
    from foi_nlp.records import Observation

_PROXY_REACH = 1500
_NO_TABLES_IN = frozenset(
    {"request", "clarification", "addressee", "letterhead", "ref_block", "footer", "ico", "marking", "intro", "subject"}
)
# A table in what was taken for the head of the letter may be an answer whose beginning was not recognised.
_HEADS = frozenset({"addressee", "letterhead", "intro", "subject"})
# An annex stands after the address for complaints, with nothing before it that the sections could tell it by.
_BEFORE_ANNEX = frozenset({"footer", "ico", "marking"})
_ANSWERS = frozenset({"request", "response", "exemption"})
_SURE_CELLS = frozenset({"html", "docx", "pdf", "sheet", "markdown", "commas", "tabs", "pipes"})
_LEAST_DATED = 2


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
            nlp,
            book,
            book.labelled(
                "FIGURE", "NOT_FIGURE", "PERIOD_STATEMENT", "PERIOD_DEFINITION", "UNIT_STATEMENT", "LEGEND", "PROXY"
            ),
        )

    def __call__(self, doc: Doc) -> Doc:
        """Add the observations to the Doc's reading."""
        reading = Reading.of(doc)
        scanned = [(hit, _denied(reading, hit)) for hit in self.scanner.scan(reading)]
        hits = [hit for hit, denied in scanned if denied or hit.rule.label != "UNIT_STATEMENT"]
        units = dict(denied for _, denied in scanned if denied)
        statements = [(hit.start, hit.end) for hit in hits if hit.rule.label == "PERIOD_STATEMENT"]
        masked = [(hit.start, hit.end) for hit in hits if hit.rule.attributes.get("scope") == "period"]
        definitions = [
            (_group(reading, hit, "of"), _group(reading, hit, "begin"), _group(reading, hit, "finish"))
            for hit in hits
            if hit.rule.label == "PERIOD_DEFINITION" and reading.section_at(hit.start) not in REQUEST_SECTIONS
        ]
        legend = {_group(reading, hit, "short"): _group(reading, hit, "long") for hit in hits
                  if hit.rule.label == "LEGEND" and reading.section_at(hit.start) not in REQUEST_SECTIONS}  # fmt: skip
        asking = Asking(reading, statements, masked, definitions, units)
        tables = TableFigures(reading, asking, legend)
        found: list[Observation] = []
        for number, grid in enumerate(reading.grids, start=1):
            if reading.section_at(grid.start) not in _NO_TABLES_IN or _is_apart(reading, grid):
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
        for cell in (cell for grid in reading.grids for row in grid.rows for cell in row if cell.segments):
            self._mark_cell(reading, cell)
        for hit in hits:
            reading.mark(hit.rule.label, hit.start, hit.end, rule=hit.rule.id)

    def _mark_cell(self, reading: Reading, cell: Cell) -> None:
        """Mark the period or the value that a cell was read as, where it stands in the cell."""
        named = period_of(cell.text)
        value = None if named else value_of(cell.text)
        found = named or value
        if found is None or (value is not None and value.rule not in self.book):
            return
        start, end = cell.segments[0][0], cell.segments[-1][1]
        if end - start == len(cell.text):
            start, end = start + found.start, start + found.end
        kind, held = ("PERIOD", named.period.start) if named else ("VALUE", value and value.value)
        reading.mark(kind, start, end, rule=found.rule, value="" if named and held is None else str(held))

    def _finish(self, reading: Reading, found: list[Observation], proxies: list[int]) -> None:
        answered = {observation.question for observation in found if observation.question is not None}
        reading.facts.caveats = reaching_figures(reading.facts.caveats, answered)
        caveats = [(caveat.id, caveat.scope) for caveat in reading.facts.caveats]
        partial = {c.id: years_of(reading, c) for c in reading.facts.caveats if c.category == "partial_period"}
        for number, observation in enumerate(sorted(found, key=lambda o: (o.start, o.end)), start=1):
            marked = observation.symbol is not None
            reading.facts.observations.append(
                observation.model_copy(
                    update={
                        "id": f"o{number}",
                        "is_proxy": _is_proxy(reading, observation.start, proxies),
                        "caveats": caveats_for(observation.question, observation.table, marked, caveats)
                        + [caveat for caveat, years in partial.items() if _is_cut(observation, years)],
                    }
                )
            )
            rule = observation.rule if observation.rule in self.book else ""
            if observation.table is None:
                reading.mark("VALUE", observation.start, observation.end, rule=rule, value=str(observation.value))


def _is_apart(reading: Reading, grid: Grid) -> bool:
    """Whether a table is all that there is, or an annex after the letter, with periods of its own."""
    dated = sum(
        period_of(cell.text) is not None for row in grid.rows for cell in (row if row is grid.rows[0] else row[:1])
    )
    if grid.source not in _SURE_CELLS or dated < _LEAST_DATED:
        return False
    answers = [section.end for section in reading.facts.sections if section.id in _ANSWERS]
    if not answers:
        return True
    return reading.section_at(grid.start) in _BEFORE_ANNEX and grid.start >= max(answers)


def _is_cut(observation: Observation, years: frozenset[str]) -> bool:
    """Whether a figure's period is one of the incomplete ones that a caveat speaks of; any where it names no year."""
    period = observation.period
    return not period.complete and (not years or (period.start or "")[:4] in years)


def _denied(reading: Reading, hit: Hit) -> tuple[str, str] | None:
    """Give the unit that the letter says it does not count, and the one that it counts instead, if a hit says so."""
    if hit.rule.label != "UNIT_STATEMENT":
        return None
    counted, denied = (unit_of_noun(_group(reading, hit, name)) for name in ("counted", "denied"))
    asked = reading.section_at(hit.start) in REQUEST_SECTIONS
    return (denied, counted) if counted and denied and counted != denied and not asked else None


def _group(reading: Reading, hit: Hit, name: str) -> str:
    start, end = hit.groups.get(name, (-1, -1))
    return reading.flow[start:end] if start >= 0 else ""


def _is_proxy(reading: Reading, offset: int, proxies: list[int]) -> bool:
    """Tell whether the answer says, before the figure, that it gives something else than was asked."""
    last = max((start for start in proxies if start < offset), default=None)
    if last is None or offset - last > _PROXY_REACH:
        return False
    return question_at(reading, last) == question_at(reading, offset)
