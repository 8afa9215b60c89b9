"""Make observations of the figures of tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import regex

from foi_nlp.figures.meaning import (
    PlacedPeriod,
    asked_metric,
    breakdown_key,
    counted_in,
    found_in,
    is_generic,
    lead_of,
    measure_in,
    one_period,
    person_in,
    plain_label,
    shortened,
    stated_over,
    states_metric,
    unit_in,
)
from foi_nlp.figures.periods import FoundPeriod, PeriodContext, parse_period, resolve, spanning
from foi_nlp.figures.values import parse_value
from foi_nlp.pipeline.questions import answer_blocks
from foi_nlp.records import Observation, Period
from foi_nlp.tables.pairing import pair
from foi_nlp.tables.words import has_word, is_word, starts_with_word

if TYPE_CHECKING:
    from foi_nlp.figures.asking import Asking
    from foi_nlp.grids import Grid
    from foi_nlp.pipeline.reading import Reading
    from foi_nlp.tables.model import PairedFigure, PairedTable

_SECOND = regex.compile(r"\((?P<second>[^()]*)\)")
_NOTE_LENGTH = 900
_KINDS_OF_CRIME = frozenset({"crimes", "offences"})
MOST_LEAD = 4
"""Sentences before a table that may say what it holds."""


@dataclass(frozen=True, slots=True)
class TableMeaning:
    """What the surroundings of one table say of all its figures."""

    table: str
    caption: str
    lead: str
    lead_spans: tuple[tuple[int, int], ...]
    period: PlacedPeriod | None
    notes: dict[str, Period]
    heading: str
    stated: str = ""
    measures: frozenset[str] = frozenset()


def review_unread(reading: Reading, grid: Grid, table: str) -> None:
    """Put a table of numbers that gave no figure before a person."""
    values = [c for row in grid.rows for c in row if c.segments and parse_value(c.text) and not parse_period(c.text)]
    if len(values) > 1:
        reason = f"{len(values)} cells of this table hold numbers, and none could be paired with a period."
        reading.review("unread_table", reason, grid.start, grid.end, table=table)


class TableFigures:
    """Make the observations of a letter's tables.

    `asking` answers which question and period a place has; `legend` is what the letter says that its short labels
    stand for.
    """

    def __init__(self, reading: Reading, asking: Asking, legend: Mapping[str, str] | None = None) -> None:
        self.legend = legend or {}
        self.reading = reading
        self.asking = asking
        self.context: PeriodContext = asking.context

    def observations(self, grid: Grid, table: str) -> list[Observation]:
        """Pair one table and give its observations; what is refused goes to review."""
        paired = pair(grid, text=self.reading.text)
        for refusal in paired.refusals:
            self.reading.review(refusal.code, refusal.reason, refusal.start, refusal.end, table=table)
        if not paired.figures:
            if not paired.refusals:
                review_unread(self.reading, grid, table)
            return []
        meaning = replace(self._meaning(grid, table), measures=_measures(paired))
        shapes = self._part_years(paired)
        whole = self._whole_column(paired, meaning)
        out = []
        without_period: list[PairedFigure] = []
        for figure in paired.figures:
            placed = self._period(figure, meaning, shapes)
            if placed is None:
                without_period.append(figure)
                continue
            made = self._observation(figure, placed, meaning, whole=whole)
            second = self._second(figure, made)
            out += [made] if second is None else [made.model_copy(update=_trimmed(made)), second]
        if without_period:
            first, last = without_period[0], without_period[-1]
            reason = f"{len(without_period)} figures of the table have no period that is certain."
            self.reading.review("no_period", reason, first.start, last.end, table=table)
        return out

    def _meaning(self, grid: Grid, table: str) -> TableMeaning:
        spans = tuple(lead_of(self.reading, grid.start)[:MOST_LEAD])
        period = None
        for span in spans[:3]:
            period = one_period(found_in(self.reading, span, self.context, self.asking.masked), self.context, "caption")
            if period:
                break
        texts = [self.reading.text[s:e] for s, e in spans]
        lead = next((t for t in texts if unit_in(t)), texts[0] if texts else "")
        caption = shortened(grid.caption) if states_metric(grid.caption) else ""
        return TableMeaning(table, grid.caption, lead, spans, period, self._notes(grid), self._heading(grid),
                            caption or stated_over(self.reading, spans))  # fmt: skip

    @cached_property
    def _stem(self) -> PlacedPeriod | None:
        """Give the period of the words before the first answer that all questions go on from: "how many of each:"."""
        first = min((answer.start for answer in self.reading.facts.answers), default=0)
        for span in lead_of(self.reading, first - 1)[:2] if first else ():
            if self.reading.text[slice(*span)].rstrip().endswith(":"):
                found = found_in(self.reading, span, self.context, self.asking.masked)
                return one_period(found, self.context, "question")
        return None

    def _notes(self, grid: Grid) -> dict[str, Period]:
        """Give what footnote marks of periods stand for: the last day of a part year, by its mark."""
        out: dict[str, Period] = {}
        below = self.reading.text[grid.end : grid.end + _NOTE_LENGTH]
        for note in regex.finditer(r"(?m)^[ \t(]*(?P<mark>[*#†‡§¹²³^]+)[ \t)=:-]*(?P<text>\S.*)$", below):
            span = (grid.end + note.start("text"), grid.end + note.end("text"))
            found = found_in(self.reading, span, self.context)
            if found:
                out.setdefault(note["mark"], found[-1][0].period)
        return out

    def _part_years(self, paired: PairedTable) -> set[tuple[str, str]]:
        """Ranges that begin a year of the same kind as the table's other periods: years that are not over.

        In a table with ranges that begin elsewhere, too, all of them stand for themselves.
        """
        known = [f.period.period for f in paired.figures if f.period]
        years = {(p.start or "")[5:] for p in known if p.type in {"financial_year", "calendar_year"}}
        years |= {(p.start or "")[5:] for p in known if p.type == "quarter" and (p.start or "").endswith("-04-01")}
        if any(p.type == "date_range" and p.start and p.start[5:] not in years for p in known):
            return set()
        return {(p.start, p.end) for p in known if p.type == "date_range" and p.start and p.end and p.start[5:] in years
                and p.end < f"{int(p.start[:4]) + 1}{p.start[4:]}"}  # fmt: skip

    def _period(
        self, figure: PairedFigure, meaning: TableMeaning, part_years: set[tuple[str, str]]
    ) -> PlacedPeriod | None:
        if figure.period is not None:
            settled = self._settled(figure.period, meaning, part_years)
            if settled is not None:
                return PlacedPeriod(settled, figure.period_span, settled.basis or "cell")
            if not figure.period.needs_year:
                return None
        if figure.first_period is not None and figure.last_period is not None:
            ends = [self._settled(p, meaning, part_years) for p in (figure.first_period, figure.last_period)]
            whole = spanning([p for p in ends if p is not None]) if None not in ends else None
            if whole is None:
                return None
            return PlacedPeriod(whole.model_copy(update={"basis": "header"}), figure.period_span, "header")
        if figure.period is not None:
            return None
        if meaning.period is not None:
            return meaning.period
        asked = self.asking.period(figure.start, " ".join((*figure.column_labels, *figure.row_labels)))
        if self._is_cross_table(figure):
            return asked if asked is not None and asked.period.type == "instant" and asked.basis == "letter" else None
        return asked or self._stem

    def _is_cross_table(self, figure: PairedFigure) -> bool:
        """Whether a figure stands under two breakdowns, so that the request alone would have to give its period."""
        rows = [label for label in figure.row_labels if not is_generic(label)]
        columns = [label for label in figure.column_labels if not is_generic(label) and not unit_in(label)]
        return bool(rows and columns)

    def _whole_column(self, paired: PairedTable, meaning: TableMeaning) -> tuple[int, str] | None:
        """Give the column that the others are parts of, where the lead says "and of those", and the breakdown's key."""
        columns = sorted({figure.column for figure in paired.figures})
        labels = {figure.column: figure.column_labels for figure in paired.figures}
        if (
            len(columns) != 2
            or not any(has_word(self.reading.text[a:b], "part_lead") for a, b in meaning.lead_spans)
            or any(f.row_labels for f in paired.figures)
        ):
            return None
        return columns[0], breakdown_key(" ".join(labels[columns[1]]), about=(meaning.lead,))

    def _second(self, figure: PairedFigure, made: Observation) -> Observation | None:
        """Give the number in brackets of `12 (3%)`, where the head over it says in brackets what it is."""
        label = next((t for t in (*figure.row_labels, *figure.column_labels) if "(" in t), "")
        bracket = _SECOND.search(made.value_raw)
        about = _SECOND.search(label)
        value = parse_value(bracket["second"]) if bracket else None
        if bracket is None or about is None or value is None:
            return None
        start = made.start + bracket.start("second") + value.start
        return made.model_copy(
            update={
                "value": value.value,
                "value_raw": value.raw,
                "start": start,
                "end": start + len(value.raw),
                "metric": f"{about['second']} {made.metric}".strip(),
                "unit": value.unit or unit_in(about["second"]) or made.unit,
                "check": "unchecked",
            }
        )

    def _heading(self, grid: Grid) -> str:
        """Give the title line right over a table, where a table with the same heads stands under another title."""
        heads = [cell.text for cell in grid.rows[0]]
        same = [g for g in self.reading.grids if g is not grid and g.rows and [c.text for c in g.rows[0]] == heads]
        if not same or not any(heads):
            return ""
        line = self.reading.line_index(grid.start) - 1
        while line >= 0 and not self.reading.text[slice(*self.reading.lines[line])].strip():
            line -= 1
        start, end = self.reading.lines[max(line, 0)]
        if any(block.label and start <= block.label[0] < end for block in answer_blocks(self.reading)):
            return ""  # "Q1 response" names the answer, not the table
        title = plain_label(self.reading.text[start:end])
        if parse_period(title) is not None:
            return ""
        return title if title and len(title.split()) <= 8 and not title.endswith((".", ",", ";")) else ""

    def _settled(self, found: FoundPeriod, meaning: TableMeaning, part_years: set[tuple[str, str]]) -> Period | None:
        if found.needs_year:
            about = meaning.period or self.asking.period(meaning.lead_spans[0][0] if meaning.lead_spans else 0, "")
            if about is None or about.period.start is None:
                return None
            year = about.period
            if year.type not in {"calendar_year", "financial_year", "year_to_date"}:
                return None
            start = about.period.start
            context = replace(self.context, year=int(start[:4]), year_is_fiscal=start[5:7] == "04")
            found = resolve(found, context)
            return None if found.period.start is None else found.period
        period = resolve(found, self.context).period
        if period.start is None:
            return None
        note = meaning.notes.get(found.marks) if found.marks else None
        if note is not None and note.end and note.end > period.start and (period.end is None or note.end < period.end):
            kind = "year_to_date" if period.type in {"calendar_year", "financial_year"} else period.type
            period = period.model_copy(update={"type": kind, "end": note.end, "complete": False})
        if (period.start, period.end) in part_years:
            period = period.model_copy(update={"type": "year_to_date", "complete": False})
        return period

    def _observation(
        self, figure: PairedFigure, placed: PlacedPeriod, meaning: TableMeaning, *, whole: tuple[int, str] | None
    ) -> Observation:
        value = figure.value
        rows = [self._spelt_out(label) for label in figure.row_labels]
        columns = [self._spelt_out(label) for label in figure.column_labels if not is_generic(label)]
        question = self.asking.question(figure.start, *self._telling(figure, meaning, rows, columns), parts=True)
        asked = self.asking.texts_of(question)
        counted_by = self.asking.counted_by(question)
        wanted = asked_metric(counted_by)
        stated = meaning.stated or wanted or shortened(meaning.lead)
        counted, breakdown = self._labels(figure, meaning, rows, columns, (meaning.caption, *asked), whole)
        metric = " ".join(label for label in counted if any(map(str.isalpha, label))) or stated
        if counted and wanted and (figure.subset or len(metric.split()) == 1):
            metric = f"{metric}: {wanted}"
        own = (value.unit, *(measure_in(c) or unit_in(c) for c in counted), counted_in(meaning.stated))
        told = (stated, *counted_by, meaning.caption, meaning.lead)
        said = (*map(counted_in, told), *map(person_in, (*columns, *rows)))
        unit = next(filter(None, own), None) or self.asking.counted_instead(next(filter(None, said), None)) or "count"
        return Observation(
            id="",
            question=question,
            metric=metric,
            breakdown=breakdown,
            period=placed.period,
            value=value.value,
            symbol=value.symbol,
            value_raw=value.raw,
            low=value.low,
            high=value.high,
            status=value.status,
            unit=unit,
            start=figure.start,
            end=figure.end,
            period_span=placed.span,
            table=meaning.table,
            cell=(figure.row, figure.column),
            method="table",
            check=figure.check,
            approximate=value.approximate,
            recoverable=figure.recoverable,
            rule=value.rule,
        )

    def _spelt_out(self, label: str) -> str:
        """Give a label without its marks, in the words of the legend where it is one of its short forms."""
        plain = plain_label(label)
        return self.legend.get(plain, plain)

    @staticmethod
    def _labels(
        figure: PairedFigure,
        meaning: TableMeaning,
        rows: list[str],
        columns: list[str],
        about: tuple[str, ...],
        whole: tuple[int, str] | None,
    ) -> tuple[list[str], dict[str, str | bool]]:
        """Give the labels of a figure that say what is counted, and those that split it, by their keys."""
        counted = [label for label in columns if label in meaning.measures]
        if figure.subset:
            counted = counted or [label for label in columns if unit_in(label)]
        breakdown: dict[str, str | bool] = {}
        names = figure.row_header_names
        for i, label in enumerate(rows):
            if is_generic(label):
                continue
            if label in meaning.measures and not figure.subset:
                counted.insert(0, label)
                continue
            heads = columns if figure.subset else names[i : i + 1]
            _put(breakdown, breakdown_key(label, head=" ".join(heads), about=() if figure.subset else about), label)
        for label in columns:
            if label not in counted:
                _put(breakdown, breakdown_key(label, about=about), label)
        if figure.total is not None or any(_is_total(label) for label in figure.row_labels):
            breakdown["total"] = True
        if figure.subset:
            breakdown["subset_of"] = "all"
            for label in counted[-1:]:
                _put(breakdown, breakdown_key(label, about=about), label)
        elif whole is not None:
            if figure.column == whole[0]:
                breakdown.setdefault(whole[1], "all")
            else:
                if not breakdown:
                    breakdown[whole[1]] = columns[-1] if columns else ""
                breakdown["subset_of"] = "all"
        if meaning.heading:
            breakdown.setdefault(breakdown_key(meaning.heading, default="group"), meaning.heading)
        return counted, breakdown

    def _telling(
        self, figure: PairedFigure, meaning: TableMeaning, rows: list[str], columns: list[str]
    ) -> tuple[str, ...]:
        """Give the words that tell which question a figure answers, the most telling first."""
        leads = [self.reading.text[s:e] for s, e in meaning.lead_spans[:2]]
        keys = (breakdown_key("", head=name, default="").replace("_", " ") for name in figure.row_header_names)
        names = " ".join((*figure.row_header_names, *keys))
        by_year = "year month" if figure.period is not None and not rows else ""
        return (" ".join(columns), names, meaning.caption, *leads, by_year, " ".join(rows))


def _trimmed(made: Observation) -> dict[str, object]:
    """Give the first number of `12 (3%)` alone."""
    raw = made.value_raw.split("(")[0].rstrip()
    return {"value_raw": raw, "end": made.start + len(raw)}


def _measures(paired: PairedTable) -> frozenset[str]:
    """Give the labels of a table that say what is counted (`Dogs seized`) rather than of what kind it is (`Theft`).

    Columns beside one that says so do too (`Charged` beside `Offences recorded`). Rows do where there is but one,
    or where most of them count things of several units (incidents, hours, arrests).
    """
    columns = {plain_label(c) for f in paired.figures if not f.subset for c in f.column_labels if not is_generic(c)}
    named = {label for label in columns if measure_in(label) or (_is_total(label) and unit_in(label))}
    if any(not _is_total(label) for label in named):
        named = columns
    rows = {plain_label(f.row_labels[-1]) for f in paired.figures if f.row_labels and not f.subset}
    rows = {label for label in rows if not is_generic(label) and not _is_total(label)}
    units = {label: unit for label in rows if (unit := measure_in(label))}
    several = len(set(units.values()) - _KINDS_OF_CRIME) > 1 and len(units) * 4 >= len(rows) * 3
    if units and (len(rows) == 1 or several):
        named |= rows
    return frozenset(named)


def _put(breakdown: dict[str, str | bool], key: str, label: str) -> None:
    """Add a label under its key; a second one under the same key is kept beside it, innermost last."""
    held = breakdown.get(key)
    if held == label:
        return
    if held is None:
        breakdown[key] = label
        return
    number = 2
    while f"{key}_{number}" in breakdown:
        number += 1
    breakdown[f"{key}_{number}"] = label


def _is_total(label: str) -> bool:
    return is_word(label, "total") or starts_with_word(label, "total_word")
