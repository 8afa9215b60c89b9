"""Grade each figure: may it be set beside other forces, and beside other years of its own force, and if not, why.

Which reason hinders what is data: `patterns/registers/comparability.jsonl`. A figure is judged on the terms of the
request: its measure, its unit, its kind of year, its period, and the caveats that bear on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from foi_nlp.collate.wording import words_of
from foi_nlp.records import Caveat, LetterRecord, Observation, Period, PeriodType
from foi_nlp.registers import register

_RANK = {"none": 0, "limits": 1, "blocks": 2}
_GRADE = {0: "comparable", 1: "with_care", 2: "not_comparable"}
NO_UNITS = frozenset({"count", "years", "months"})
_NAMED_QUESTIONS = re.compile(r"^questions?\s+(.+?)(?:\s*\(.*)?$", re.IGNORECASE)
_BETWEEN_IDS = re.compile(r"\s*(?:,|;|&|\band\b)\s*", re.IGNORECASE)
ALL = "all"
_EVERYWHERE = "not_comparable"
_LEADING_CODE = re.compile(r"^\s*\d+[a-z]?\s*[:.)-]\s+(?=\D)", re.IGNORECASE)
_ENUMERATOR = re.compile(r"^\s*(?:q(?:uestion)?\s*)?\(?(?:\d{1,2}[a-z]?|[a-z]|[ivx]{1,4})[.):]+\s*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_YEAR_MONTHS = 12
_QUARTER_MONTHS = 3


@dataclass(frozen=True)
class Reason:
    """A reason that hinders a comparison: `across` forces and `over_time` it has no effect, limits it or blocks it."""

    id: str
    across: str
    over_time: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """A grade and the reasons for it, the weightiest first."""

    grade: str
    reasons: tuple[Reason, ...]


@lru_cache(maxsize=1)
def reasons() -> dict[str, Reason]:
    """Give the reasons of the register, by id."""
    return {
        row["id"]: Reason(row["id"], row["across"], row["over_time"], row["text"]) for row in register("comparability")
    }


def verdict(ids: Iterable[str], *, over_time: bool = False) -> Verdict:
    """Grade by reasons: blocked by any that blocks, else with care by any that limits, else comparable."""
    known = reasons()
    found = [known[i] for i in dict.fromkeys(ids) if i in known]
    effects = [(_RANK[r.over_time if over_time else r.across], r) for r in found]
    worst = max((effect for effect, _ in effects), default=0)
    ordered = sorted((pair for pair in effects if pair[0]), key=lambda pair: -pair[0])
    by_text: dict[str, Reason] = {}
    for _, reason in ordered:
        by_text.setdefault(reason.text, reason)
    return Verdict(_GRADE[worst], tuple(by_text.values()))


def line_of(breakdown: Mapping[str, str | bool], unit: str = "") -> str:
    """Give a breakdown as one line of a comparison: its labels folded; `all` for the whole or a total of it.

    Labels are the same line only if their words are: capitals, plurals, punctuation and a leading code apart. A label
    that only names the unit (a row headed `Incidents`) or is the mark of a question (`a)`) splits nothing.
    """
    return " / ".join(folded for folded, _ in _labels(breakdown, unit)) or ALL


def wording_of(breakdown: Mapping[str, str | bool], unit: str = "") -> str:
    """Give the labels of a line as the letter writes them, in the order of `line_of`."""
    return " / ".join(written for _, written in _labels(breakdown, unit)) or ALL


def _labels(breakdown: Mapping[str, str | bool], unit: str) -> list[tuple[str, str]]:
    written = [str(value) for key, value in breakdown.items() if value is not True and key != "subset_of"]
    written += [key for key, value in breakdown.items() if value is True and key != "total"]
    counted = _fold_label(unit)
    folded = ((_fold_label(label), " ".join(_LEADING_CODE.sub("", label).split())) for label in written)
    return sorted((fold, label) for fold, label in folded if fold and fold != counted)


def _fold_label(label: str) -> str:
    return "" if _ENUMERATOR.match(label) else words_as_label(_LEADING_CODE.sub("", label))


def words_as_label(text: str) -> str:
    """Give the words of a text as labels are compared: without capitals, punctuation and the s of a plural."""
    words = _WORD.findall(text.casefold())
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
                    for word in words)  # fmt: skip


def year_type_of(period: Period) -> str | None:
    """Give `calendar` or `financial` for a period of one such year, whole or not; None for any other."""
    kind = type_by_days(period)
    if kind == "calendar_year":
        return "calendar"
    if kind == "financial_year":
        return "financial"
    if period.type == "year_to_date" and period.start:
        return {"01-01": "calendar", "04-01": "financial"}.get(period.start[5:])
    return None


def type_by_days(period: Period) -> PeriodType:
    """Give the type of a period by its first and last day, so that one stretch of time has one type.

    A letter may write October as a month or as `1 to 31 October`. Without both days the type is what it was.
    """
    if period.start is None or period.end is None or not period.complete:
        return period.type
    try:
        first = date.fromisoformat(period.start)
        next_day = date.fromisoformat(period.end) + timedelta(days=1)
    except (ValueError, OverflowError):
        return period.type
    if first.day != 1 or next_day.day != 1:
        return period.type
    months = (next_day.year - first.year) * 12 + next_day.month - first.month
    if months == _YEAR_MONTHS:
        return {1: "calendar_year", 4: "financial_year"}.get(first.month, period.type)  # type: ignore[return-value]
    if months == _QUARTER_MONTHS and first.month % _QUARTER_MONTHS == 1:
        return "quarter"
    return "month" if months == 1 else period.type


def asked_unit(question: str, units: Iterable[str]) -> str | None:
    """Give the unit that a question asks for: the one of the figures' units whose word stands in the question."""
    words = set(words_of(question))
    named = [
        unit
        for unit in dict.fromkeys(units)
        if unit not in NO_UNITS and set(words_of(unit)) and set(words_of(unit)) <= words
    ]
    return named[0] if len(named) == 1 else None


def caveats_on(observation: Observation, record: LetterRecord) -> list[Caveat]:
    """Give the caveats that bear on a figure: those it names, those of its table or question, and those of the letter.

    A proxy that is said of the letter as a whole bears on a figure only where the letter answers one question. That
    replies must not be compared bears on every figure, wherever the letter says so.
    """
    found = []
    for caveat in record.caveats:
        whole = caveat.scope == "letter" and (caveat.category != "proxy_measure" or len(record.questions) < 2)
        if (
            whole
            or caveat.category == _EVERYWHERE
            or caveat.id in observation.caveats
            or (observation.table is not None and caveat.scope == f"table {observation.table}")
            or _names_question(caveat.scope, observation.question)
        ):
            found.append(caveat)
    return found


def _names_question(scope: str, question: str | None) -> bool:
    named = _NAMED_QUESTIONS.match(scope)
    return bool(named and question) and question in _BETWEEN_IDS.split(named[1])  # type: ignore[index]


def is_proxy(observation: Observation, record: LetterRecord, caveats: Iterable[Caveat]) -> bool:
    """Whether a figure is of another measure than the one asked for: so marked, or its question so answered."""
    if observation.is_proxy or any(caveat.category == "proxy_measure" for caveat in caveats):
        return True
    return any(
        outcome.question == observation.question
        and "disclosed_proxy" in (outcome.outcome, *outcome.secondary)
        and not outcome.outcome.startswith(("disclosed_full", "disclosed_partial"))
        for outcome in record.outcomes
    )


def structural_reasons(
    observation: Observation,
    record: LetterRecord,
    *,
    asked_year_type: str | None,
    asked_days: tuple[str, str] | None,
    unit: str | None,
    joint: bool,
) -> list[str]:
    """Give the ids of the reasons that lie in the figure itself, not in a caveat.

    `asked_days` are the first and the last day of the years asked for.
    """
    found = []
    kind = year_type_of(observation.period)
    if observation.value is None:
        found.append("suppressed" if observation.status == "suppressed" else "withheld")
    if unit is not None and observation.unit not in {unit, *NO_UNITS}:
        found.append("unit")
    if kind is None:
        found.append("other_period")
    elif asked_year_type is not None and kind != asked_year_type:
        found.append("year_type")
        if asked_days is not None and _is_at_the_edge(observation.period, asked_days):
            found.append("edge_year")
    if kind is not None and not observation.period.complete:
        found.append("partial_period")
    if observation.check == "totals_disagree":
        found.append("totals_disagree")
    if observation.approximate:
        found.append("approximate")
    if joint:
        found.append("joint_figure")
    if observation.question is None:
        found.append("no_question")
    if any(item.observation == observation.id for item in record.needs_review):
        found.append("to_review")
    return found


def _is_at_the_edge(period: Period, asked: tuple[str, str]) -> bool:
    """Whether a year of the other kind is only partly among the years asked for, so that it may hold a part only."""
    if period.start is None or period.end is None or not period.complete:
        return False
    first, last = asked
    return period.start <= last and period.end >= first and (period.start < first or period.end > last)


def breakdown_json(breakdown: dict[str, str | bool]) -> str:
    """Give a breakdown as JSON with sorted keys."""
    return json.dumps(breakdown, ensure_ascii=False, sort_keys=True)
