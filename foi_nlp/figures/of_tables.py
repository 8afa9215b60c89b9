"""Make observations of the figures of tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from foi_nlp.figures.meaning import (
    PlacedPeriod,
    breakdown_key,
    found_in,
    is_generic,
    lead_of,
    one_period,
    plain_label,
    shortened,
    unit_in,
)
from foi_nlp.figures.periods import FoundPeriod, PeriodContext, resolve, spanning
from foi_nlp.figures.values import parse_value
from foi_nlp.records import Observation, Period
from foi_nlp.tables.pairing import pair

if TYPE_CHECKING:
    from foi_nlp.figures.asking import Asking
    from foi_nlp.grids import Grid
    from foi_nlp.pipeline.reading import Reading
    from foi_nlp.tables.model import PairedFigure, PairedTable

_SUB_COUNT = regex.compile(
    r"(?<![\w.])(?P<number>\d{1,4}) ?[x×](?= )\s*(?P<thing>[^\W\d_][^\d;,|]*?)(?=\s*(?:$|[;,|]|\d{1,4} ?[x×] ))",
    regex.IGNORECASE,
)
_NOTE_LENGTH = 900


@dataclass(frozen=True, slots=True)
class TableMeaning:
    """What the surroundings of one table say of all its figures."""

    table: str
    caption: str
    lead: str
    lead_spans: tuple[tuple[int, int], ...]
    period: PlacedPeriod | None
    notes: dict[str, Period]


class TableFigures:
    """Make the observations of a letter's tables. `asking` answers which question and period a place has."""

    def __init__(self, reading: Reading, asking: Asking) -> None:
        self.reading = reading
        self.asking = asking
        self.context: PeriodContext = asking.context

    def observations(self, grid: Grid, table: str) -> list[Observation]:
        """Pair one table and give its observations; what is refused goes to review."""
        paired = pair(grid, text=self.reading.text)
        for refusal in paired.refusals:
            self.reading.review(refusal.code, refusal.reason, refusal.start, refusal.end, table=table)
        for total in paired.totals:
            if not total.agrees:
                reason = f"The stated total {total.stated:g} ({total.label}) is not the sum of its parts, {total.added:g}."
                self.reading.review("totals_disagree", reason, total.start, total.end, table=table)
        if not paired.figures:
            return []
        meaning = self._meaning(grid, table)
        shapes = self._part_years(paired)
        has_subset = any(figure.subset for figure in paired.figures)
        out = []
        without_period: list[PairedFigure] = []
        for figure in paired.figures:
            placed = self._period(figure, meaning, shapes)
            if placed is None:
                without_period.append(figure)
                continue
            out.append(self._observation(figure, placed, meaning, has_subset=has_subset))
        if without_period:
            first, last = without_period[0], without_period[-1]
            reason = f"{len(without_period)} figures of the table have no period that is certain."
            self.reading.review("no_period", reason, first.start, last.end, table=table)
        return out + self._sub_counts(grid, paired, out)

    def _meaning(self, grid: Grid, table: str) -> TableMeaning:
        spans = tuple(lead_of(self.reading, grid.start)[:4])
        period = None
        for span in spans[:3]:
            period = one_period(found_in(self.reading, span, self.context, self.asking.masked), self.context, "caption")
            if period:
                break
        texts = [self.reading.text[s:e] for s, e in spans]
        lead = next((t for t in texts if unit_in(t)), texts[0] if texts else "")
        return TableMeaning(table, grid.caption, lead, spans, period, self._notes(grid))

    def _notes(self, grid: Grid) -> dict[str, Period]:
        """What footnote marks of periods stand for: the last day of a part year, by its mark."""
        out: dict[str, Period] = {}
        below = self.reading.text[grid.end : grid.end + _NOTE_LENGTH]
        for note in regex.finditer(r"(?m)^[ \t(]*(?P<mark>[*#†‡§¹²³^]+)[ \t)=:-]*(?P<text>\S.*)$", below):
            span = (grid.end + note.start("text"), grid.end + note.end("text"))
            found = found_in(self.reading, span, self.context)
            if found:
                out.setdefault(note["mark"], found[-1][0].period)
        return out

    def _part_years(self, paired: PairedTable) -> set[tuple[str, str]]:
        """Ranges that begin a year of the same kind as the table's other periods: years that are not over."""
        known = [f.period.period for f in paired.figures if f.period]
        years = {(p.start or "")[5:] for p in known if p.type in {"financial_year", "calendar_year"}}
        years |= {(p.start or "")[5:] for p in known if p.type == "quarter" and (p.start or "").endswith("-04-01")}
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
            return whole and PlacedPeriod(whole.model_copy(update={"basis": "header"}), figure.period_span, "header")
        if figure.period is not None:
            return None
        return meaning.period or self.asking.period(figure.start, " ".join((*figure.column_labels, *figure.row_labels)))

    def _settled(
        self, found: FoundPeriod, meaning: TableMeaning, part_years: set[tuple[str, str]]
    ) -> Period | None:
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
        self, figure: PairedFigure, placed: PlacedPeriod, meaning: TableMeaning, *, has_subset: bool
    ) -> Observation:
        value = figure.value
        rows = [plain_label(label) for label in figure.row_labels]
        columns = [plain_label(label) for label in figure.column_labels if not is_generic(label)]
        question = self.asking.question(figure.start, *self._telling(figure, meaning, rows, columns))
        asked = self.asking.text_of(question)
        about = meaning.caption or meaning.lead or asked
        counted = [label for label in columns if unit_in(label)]
        breakdown: dict[str, str | bool] = {}
        names = figure.row_header_names
        for i, label in enumerate(rows):
            if is_generic(label):
                continue
            name = names[i] if i < len(names) else ""
            _put(breakdown, breakdown_key(name.split("/")[0], meaning.caption, asked), label)
        for label in columns:
            if label not in counted:
                _put(breakdown, breakdown_key(label, asked), label)
        if figure.total is not None or any(_is_total(label) for label in figure.row_labels):
            breakdown["total"] = True
        if figure.subset:
            breakdown["subset_of"] = "all"
            for label in counted[-1:]:
                _put(breakdown, breakdown_key(label, asked), label)
        elif has_subset and not breakdown:
            breakdown[breakdown_key(asked, default="offence")] = "all"
        metric = " ".join(counted) if counted else shortened(about)
        unit = value.unit or next(filter(None, map(unit_in, (*columns, meaning.caption, meaning.lead, asked))), "count")
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

    def _telling(
        self, figure: PairedFigure, meaning: TableMeaning, rows: list[str], columns: list[str]
    ) -> tuple[str, ...]:
        """The words that tell which question a figure answers, the most telling first."""
        leads = [self.reading.text[s:e] for s, e in meaning.lead_spans[:2]]
        names = " ".join(figure.row_header_names)
        by_year = "year month" if figure.period is not None and not rows else ""
        return (" ".join(columns), names, meaning.caption, *leads, by_year, " ".join(rows))

    def _sub_counts(self, grid: Grid, paired: PairedTable, made: list[Observation]) -> list[Observation]:
        """Counts of kinds inside a cell, as `2 x Sergeant`, under the period of the figure of their row."""
        taken = {(figure.row, figure.column) for figure in paired.figures}
        of_row = {o.cell[0]: o for o in reversed(made) if o.cell is not None}
        out = []
        for r, row in enumerate(grid.rows):
            anchor = of_row.get(r)
            if anchor is None:
                continue
            for c, cell in enumerate(row):
                if (r, c) in taken:
                    continue
                header = grid.rows[0][c].text if r else ""
                for start, end in cell.segments:
                    out += [
                        self._sub_count(anchor, match, start, header, c)
                        for match in _SUB_COUNT.finditer(self.reading.text[start:end])
                    ]
        return out

    def _sub_count(
        self, anchor: Observation, match: regex.Match[str], offset: int, header: str, column: int
    ) -> Observation:
        thing = plain_label(match["thing"])
        breakdown = {**anchor.breakdown}
        _put(breakdown, breakdown_key(thing, header), thing)
        start = offset + match.start("number")
        question = self.asking.question(start, " ".join([header, thing]), thing)
        value = parse_value(match["number"])
        return anchor.model_copy(
            update={
                "question": question or anchor.question,
                "breakdown": breakdown,
                "value": value.value if value else None,
                "value_raw": match["number"],
                "symbol": None,
                "status": "reported",
                "unit": unit_in(thing) or anchor.unit,
                "start": start,
                "end": offset + match.end("number"),
                "cell": (anchor.cell[0] if anchor.cell else 0, column),
                "check": "unchecked",
            }
        )


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
    return regex.match(r"(?:grand |overall |force )?totals?\b|cyfanswm\b", label.strip(), regex.IGNORECASE) is not None
