"""Give the cells of the comparison that have no figure, and why: refused, not held, no reply, a year left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from foi_nlp.collate.aligning import Asked
from foi_nlp.collate.corrections import is_answer
from foi_nlp.collate.grading import ALL
from foi_nlp.collate.letters import UNKNOWN
from foi_nlp.collate.membership import Membership, Request
from foi_nlp.collate.schema import ASKED, Row
from foi_nlp.collate.tables import Tables
from foi_nlp.registers import by_id

# The first that an outcome begins with says why there is no figure.
_STATUS_OF_OUTCOME = (
    ("refused_cost", "refused_cost"),
    ("refused_exempt", "withheld"),
    ("refused_suppressed", "suppressed"),
    ("refused", "refused"),
    ("deferred", "refused"),
    ("ncnd", "ncnd"),
    ("not_held", "not_held"),
    ("not_recorded", "not_held"),
    ("not_applicable", "not_applicable"),
    ("disclosed_attachment", "in_attachment"),
    ("clarification", "pending"),
    ("fees_notice", "pending"),
    ("pit_extension", "pending"),
    ("transferred", "pending"),
    ("not_addressed", "not_addressed"),
)
_NEGATIVE = "answered_negative"
_TEXTS = {
    "refused_cost": "refused: it would cost more than the limit",
    "withheld": "withheld under an exemption",
    "suppressed": "hidden because numbers are small",
    "refused": "refused",
    "ncnd": "neither confirmed nor denied",
    "not_held": "not held",
    "not_applicable": "does not apply",
    "in_attachment": "said to be in an attachment that is not part of this text",
    "pending": "not answered yet",
    "not_addressed": "the letter says nothing about it",
    "no_reply": "asked, and no reply is among the letters",
    "no_figure": "the letter gives no figure that could be read",
}


def gaps(
    tables: Tables,
    membership: Membership,
    request: Request,
    asked: Sequence[Row],
    rows: Sequence[Row],
    superseded: Mapping[tuple[str, str, str], str],
) -> list[Row]:
    """Give a row for each question to which an authority asked has no figure, and for each year that it leaves out.

    Where a later letter answers a question, what an earlier one said of it is no reason.
    """
    parents = {a.parent for a in request.asked}
    leaves = [a for a in request.asked if a.id not in parents]
    outcomes = [row for row in tables.rows["outcomes"] if row["group_id"] == request.id]
    senders = [membership.letter_of(m) for m in request.group.members]
    found: list[Row] = []
    for who in asked:
        authority = str(who["authority_id"])
        mine = [row for row in rows if authority in str(row["authority_id"]).split(";")]
        letters = {letter.id for letter in senders if authority in (letter.responders or (UNKNOWN,))}
        for question in leaves:
            standing = [row for row in outcomes if not superseded.get((str(row["letter_id"]), request.id, question.id))]
            status, outcome = _status(question, request.asked, standing, letters)
            if who["answer"] == "no_reply":
                status, outcome = "no_reply", None
            row: Row = {
                "group_id": request.id,
                "question_id": question.id,
                "measure": ASKED,
                "line": ALL,
                "authority_id": authority,
                "value_status": status,
                "letter_id": outcome["letter_id"] if outcome else None,
                "evidence_id": outcome["evidence_id"] if outcome else None,
                "reasons": _why(status, str(outcome["outcome"])) if outcome else None,
            }
            here = [r for r in mine if r["question_id"] == question.id]
            found += _missing_years(request, row, here) if here else [row]
    return found


def text_of_gap(row: Row) -> str:
    """Say in words why a cell has no figure."""
    return _TEXTS[str(row["value_status"])]


def days_of_years(years: Collection[str]) -> tuple[str, str] | None:
    """Give the first and the last day of years (`2019`, `2019/20`); None if there are none."""
    bounds = [_bounds(year) for year in years]
    return (min(first for first, _ in bounds), max(last for _, last in bounds)) if bounds else None


def _why(status: str, outcome: str) -> str | None:
    """Say more of a gap than its status does: what was refused is available elsewhere, a question was answered No."""
    if status == "no_figure" and outcome == _NEGATIVE:
        return "the letter answers no, or none, and gives no figure"
    if status != "refused":
        return None
    meaning = by_id("outcomes").get(outcome, {}).get("meaning")
    return f"{_TEXTS['refused']}: {meaning}" if meaning else _TEXTS["refused"]


def _missing_years(request: Request, row: Row, here: Sequence[Row]) -> list[Row]:
    whole = [r for r in here if r["line"] == ALL and r["measure"] in (ASKED, f"{ASKED}: {r['unit']}")]
    given = {_year_label(r) for r in whole}
    missing = sorted(request.years - given) if request.years & given else []
    return [
        {**row, "period_label": year, "period_type": _kind(year), "period_start": _bounds(year)[0],
         "period_end": _bounds(year)[1], "measure": str(whole[0]["measure"]),
         "reasons": "the letter gives no figure for this year"}
        for year in missing
    ]  # fmt: skip


def _status(
    question: Asked, asked: Sequence[Asked], outcomes: Sequence[Row], letters: set[str]
) -> tuple[str, Row | None]:
    """Give why a force has no figure for a question, from the outcome that its letter gives it or its parent."""
    wanted: str | None = question.id
    while wanted is not None:
        here = [row for row in outcomes
                if row["letter_id"] in letters and wanted in str(row["question_ids"] or "").split(";")]  # fmt: skip
        if here:
            row = next((row for row in here if is_answer(row["outcome"])), here[0])
            found = (s for prefix, s in _STATUS_OF_OUTCOME if str(row["outcome"]).startswith(prefix))
            return next(found, "no_figure"), row
        wanted = next((a.parent for a in asked if a.id == wanted), None)
    return "no_figure", None


def _year_label(row: Row) -> str:
    start = str(row["period_start"] or "")
    if not start[:4].isdecimal():
        return ""
    if row["period_type"] == "financial_year":
        return f"{start[:4]}/{(int(start[:4]) + 1) % 100:02d}"
    if row["period_type"] in ("calendar_year", "year_to_date") and start[5:] == "01-01":
        return start[:4]
    if row["period_type"] == "year_to_date" and start[5:] == "04-01":
        return f"{start[:4]}/{(int(start[:4]) + 1) % 100:02d}"
    return ""


def _kind(year: str) -> str:
    return "financial_year" if "/" in year else "calendar_year"


def _bounds(year: str) -> tuple[str, str]:
    first = int(year[:4])
    return (f"{first}-04-01", f"{first + 1}-03-31") if "/" in year else (f"{first}-01-01", f"{first}-12-31")
