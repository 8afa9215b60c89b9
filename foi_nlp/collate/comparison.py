"""Write the table `comparison`: one cell a row, with its grade and the reasons for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from foi_nlp.collate.figures import Figure
from foi_nlp.collate.gaps import days_of_years, gaps, text_of_gap
from foi_nlp.collate.grading import (
    ALL,
    NO_UNITS,
    asked_unit,
    caveats_on,
    is_proxy,
    structural_reasons,
    type_by_days,
    verdict,
)
from foi_nlp.collate.letters import UNKNOWN
from foi_nlp.collate.membership import Membership, Request
from foi_nlp.collate.schema import ASKED, Cell, Row, joined
from foi_nlp.collate.tables import Tables
from foi_nlp.collate.totals import add_totals
from foi_nlp.tables.words import table_words

_SAME_CELL = (
    "question_id", "measure", "line", "period_type", "period_start", "period_end", "authority_id", "letter_id", "unit",
)  # fmt: skip
_SAME_SERIES = ("question_id", "measure", "line", "authority_id", "letter_id", "unit")
_YEARS = ("calendar_year", "financial_year")


def add_comparison(
    tables: Tables,
    membership: Membership,
    request: Request,
    figures: Sequence[Figure],
    superseded: Mapping[tuple[str, str, str], str],
    asked: Sequence[Row],
) -> None:
    """Add the cells of one request and their sums. `asked` are its rows of `requests`."""
    rows = _cells(tables, request, figures, superseded)
    rows += gaps(tables, membership, request, asked, rows, superseded)
    order = {a.id: n for n, a in enumerate(request.asked)}
    rows.sort(key=lambda row: (order.get(str(row["question_id"]), len(order)), row["measure"] != ASKED,
                               row["line"] != ALL, str(row["line"]), str(row.get("period_start") or ""),
                               str(row.get("period_end") or ""), str(row["authority_id"])))  # fmt: skip
    width = len(str(len(rows)))
    for number, row in enumerate(rows, start=1):
        row["cell_id"] = f"{request.id}-c{number:0{width}}"
        _put_verdicts(row)
    tables.extend("comparison", rows)
    add_totals(tables, request.id, rows, asked)
    _report_years(tables, request, rows)


def _cells(
    tables: Tables, request: Request, figures: Sequence[Figure], superseded: Mapping[tuple[str, str, str], str]
) -> list[Row]:
    """Give a row for each figure that stands, once where a letter states it twice."""
    units: dict[str | None, list[str]] = {}
    for figure in figures:
        units.setdefault(figure.question, []).append(figure.observation.unit)
    texts = {a.id: " ".join((a.text, *(p.text for p in request.asked if p.id == a.parent))) for a in request.asked}
    counted = {question: asked_unit(texts.get(question or "", ""), found) for question, found in units.items()}
    usual = {question: _usual_unit([f for f in figures if f.question == question]) for question in units}
    cells: dict[tuple[str, ...], list[Row]] = {}
    for figure in figures:
        standing = superseded.get((figure.letter.id, request.id, figure.question or ""))
        if standing:
            continue
        row = _cell(tables, figure, request, counted[figure.question], set(units[figure.question]))
        if standing == "":
            _worsen(row, "two_replies")
        common = usual[figure.question]
        if counted[figure.question] is None and common and figure.observation.unit not in {common, *NO_UNITS}:
            _worsen(row, "unusual_unit")
        same = cells.setdefault(tuple(str(row[k]) for k in _SAME_CELL), [])
        if not any(other["shown"] == row["shown"] or other["value"] == row["value"] is not None for other in same):
            same.append(row)
    for same in cells.values():
        if len(same) > 1:
            for row in same:
                _worsen(row, "two_values")
    rows = [row for same in cells.values() for row in same]
    _doubt_units(rows, counted)
    _doubt_sums(rows)
    return rows


def _doubt_units(rows: Sequence[Row], counted: Mapping[str | None, str | None]) -> None:
    """Mark figures in the unit asked for of a letter that elsewhere counts another: it may do so without a word."""
    others = {
        (row["letter_id"], counted[_text(row["question_id"])])
        for row in rows
        if "unit" in str(row["reason_ids"]).split(";")
    }
    for row in rows:
        unit = counted[_text(row["question_id"])]
        if unit is not None and row["unit"] == unit and (row["letter_id"], unit) in others:
            _worsen(row, "unit_elsewhere")


def _doubt_sums(rows: Sequence[Row]) -> None:
    """Mark a figure of several years that cannot be: less than one of them as the letter gives them, or more than all.

    It need not be their sum, for a person may be counted in several years. Shares and averages are no sums.
    """
    series: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if isinstance(row["value"], int | float) and row["period_start"] and row["period_end"] and _adds_up(row):
            series.setdefault(tuple(str(row[key]) for key in _SAME_SERIES), []).append(row)
    for cells in series.values():
        years = {str(row["period_start"]): row for row in cells if row["period_type"] in _YEARS}
        for row in cells:
            if row["period_type"] in _YEARS:
                continue
            within = [y for start, y in sorted(years.items()) if start >= str(row["period_start"])
                      and str(y["period_end"]) <= str(row["period_end"])]  # fmt: skip
            values = [float(y["value"] or 0) for y in within]
            if _fills(within, row) and not max(values) <= float(row["value"] or 0) <= sum(values):
                _worsen(row, "sum_disagrees")


def _adds_up(row: Row) -> bool:
    words = f"{row['unit']} {row['metric']} {row['line']}".lower().split()
    return table_words()["average"].isdisjoint(words)


def _fills(years: Sequence[Row], row: Row) -> bool:
    """Whether years follow one another from the first day of a figure's period to its last."""
    if len(years) < 2 or years[0]["period_start"] != row["period_start"]:
        return False
    try:
        days = [(date.fromisoformat(str(y["period_start"])), date.fromisoformat(str(y["period_end"]))) for y in years]
    except ValueError:
        return False
    unbroken = all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in pairwise(days))
    return unbroken and years[-1]["period_end"] == row["period_end"]


def _text(cell: Cell) -> str | None:
    return None if cell is None else str(cell)


def _usual_unit(figures: Sequence[Figure]) -> str | None:
    """Give the unit in which most forces count; None if there is no such unit or only one force."""
    pairs = {(f.observation.unit, f.authorities) for f in figures if f.observation.unit not in NO_UNITS}
    often = Counter(unit for unit, _ in pairs).most_common(2)
    clear = bool(often) and often[0][1] > 1 and (len(often) == 1 or often[0][1] > often[1][1])
    return often[0][0] if clear else None


def _cell(tables: Tables, figure: Figure, request: Request, unit: str | None, units: set[str]) -> Row:
    o, record = figure.observation, figure.letter.record
    caveats = caveats_on(o, record)
    proxy = is_proxy(o, record, caveats)
    found = structural_reasons(
        o,
        record,
        asked_year_type=_asked_year_type(request),
        asked_days=days_of_years(request.years),
        unit=unit,
        joint=len(figure.authorities) > 1,
    )
    if proxy:
        found.append("proxy")
    if figure.question is None and "no_question" not in found:
        found.append("no_question")
    found += [f"caveat.{c.category}" for c in caveats if c.category != "proxy_measure"]
    measure = ASKED
    if proxy:
        measure = f"other: {o.metric or o.unit}"
    elif "unit" in found or (unit is None and len(units - NO_UNITS) > 1):
        measure = f"other: {o.unit}" if "unit" in found else f"{ASKED}: {o.unit}"
    return {
        "group_id": request.id,
        "question_id": figure.question,
        "measure": measure,
        "line": figure.line,
        "period_label": o.period.label,
        "period_type": type_by_days(o.period),
        "period_start": o.period.start,
        "period_end": o.period.end,
        "authority_id": joined(figure.authorities) or UNKNOWN,
        "letter_id": figure.letter.id,
        "observation_id": f"{figure.letter.id}-{o.id}",
        "value": o.value,
        "low": o.low,
        "high": o.high,
        "shown": o.value_raw,
        "value_status": o.status,
        "unit": o.unit,
        "metric": o.metric,
        "reason_ids": joined(found),
        "evidence_id": tables.place(figure.letter, o.start, o.end, o.place),
    }


def _asked_year_type(request: Request) -> str | None:
    return request.year_type if request.year_type in ("calendar", "financial") else None


def _worsen(row: Row, reason: str) -> None:
    row["reason_ids"] = joined((*str(row.get("reason_ids") or "").split(";"), reason))


def _put_verdicts(row: Row) -> None:
    if not row.get("observation_id"):
        text = str(row.get("reasons") or text_of_gap(row))
        row |= {"grade": "no_figure", "grade_over_time": "no_figure", "reasons": text, "reasons_over_time": text}
        return
    ids = str(row.get("reason_ids") or "").split(";")
    across, over_time = verdict(ids), verdict(ids, over_time=True)
    row["grade"], row["reasons"] = across.grade, "; ".join(r.text for r in across.reasons) or None
    row["grade_over_time"] = over_time.grade
    row["reasons_over_time"] = "; ".join(r.text for r in over_time.reasons) or None


def _report_years(tables: Tables, request: Request, rows: Sequence[Row]) -> None:
    """Say which forces give calendar and which financial years, where both kinds stand side by side."""
    by_type: dict[str, set[str]] = {}
    for row in rows:
        kind = {"calendar_year": "calendar", "financial_year": "financial"}.get(str(row.get("period_type")))
        if kind and row.get("observation_id"):
            by_type.setdefault(kind, set()).add(str(row["authority_id"]))
    if len(by_type) < 2:
        return
    asked_type = _asked_year_type(request)
    asked = f" ({asked_type} years were asked for)" if asked_type else ""
    in_both = set.intersection(*by_type.values())
    alone = {kind: forces - in_both for kind, forces in sorted(by_type.items())}
    said = [f"{kind} years: {tables.names(forces)}" for kind, forces in alone.items() if forces]
    said += [f"years of both kinds: {tables.names(in_both)}"] if in_both else []
    text = f"calendar and financial years are kept apart{asked}: {'; '.join(said)}"
    tables.add_issue("year_types", text, group=request.id)
