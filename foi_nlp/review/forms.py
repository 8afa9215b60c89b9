"""The fields in which a reviewer corrects a fact, and the way back from what was typed to a part of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from pydantic import ValidationError

from foi_nlp.records import (
    AuthorityRole,
    LetterRecord,
    Observation,
    ObservationStatus,
    Part,
    PeriodType,
)
from foi_nlp.registers import register
from foi_nlp.review.decisions import validation_words
from foi_nlp.review.items import KINDS, Item, item_of
from foi_nlp.review.marking import whole_characters

FieldType = Literal["text", "area", "number", "date", "choice", "known", "check"]

DATE_ROLES = (
    "letter_date", "received", "as_of", "request_date", "clarified", "due", "period_start", "period_end", "event",
    "mention",
)  # fmt: skip
REFERENCE_ROLES = ("authority_reference", "requester_reference", "other_request", "regulator_reference")
_MAXIMUM_TYPED = 20_000


class FormError(Exception):
    """What was typed cannot be kept. `problems` says for each field what is wrong; `""` is the form as a whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, the words on its label, its type, and the values it offers.

    `known` offers values and takes no others where there are any; `choice` is a list to choose from.
    """

    name: str
    label: str
    type: FieldType = "text"
    options: tuple[str, ...] = ()
    hint: str = ""


@lru_cache
def registered(name: str, level: str = "") -> Mapping[str, str]:
    """Give id -> name of a shipped register, or of its entries of one level."""
    return {
        entry["id"]: entry.get("name") or entry.get("title") or entry["id"]
        for entry in register(name)
        if entry.get("level", "") in {level, ""}
    }


def known_values(kind: str, name: str, record: LetterRecord) -> tuple[str, ...]:
    """Give the labels that a field knows: those of the register, and those the letter's own record uses."""
    register = {
        ("provision", "id"): registered("provisions"),
        ("authority", "id"): registered("authorities"),
        ("caveat", "category"): registered("caveats"),
        ("outcome", "outcome"): registered("outcomes", "question"),
        ("letter_outcome", "id"): registered("outcomes", "letter"),
    }.get((kind, name))
    if not register:
        return ()
    known = dict.fromkeys(register)
    parts: Sequence[Part] = getattr(record, KINDS[kind].attribute) if kind != "letter_outcome" else ()
    if kind == "letter_outcome" and record.letter_outcome is not None:
        parts = [record.letter_outcome]
    known.update(dict.fromkeys(getattr(part, name) for part in parts))
    return tuple(known)


def fields_of(kind: str, record: LetterRecord) -> list[Field]:
    """Give the fields of a kind of fact, in the order of the form."""
    questions = tuple(question.id for question in record.questions)
    place = [
        Field("start", "From character", "number", hint="counted from 0"),
        Field("end", "To character", "number", hint="not included"),
    ]
    own: dict[str, list[Field]] = {
        "observation": [
            Field("value", "Value", hint="a number; empty where the letter gives none"),
            Field("symbol", "Written as", hint="only for values that are no plain number, such as <5"),
            Field("status", "Status", "choice", get_args(ObservationStatus)),
            Field("period_label", "Period as written"),
            Field("period_type", "Type of period", "choice", get_args(PeriodType)),
            Field("period_start", "Period from", "date"),
            Field("period_end", "Period to", "date", hint="empty while it is open"),
            Field("period_complete", "The whole period is covered", "check"),
            Field("question", "Question", "text", questions),
            Field("breakdown", "Label", "area", hint="one a line, such as “offence: Arson”"),
            Field("metric", "What is counted"),
            Field("unit", "Unit"),
            Field("low", "At least", "text"),
            Field("high", "At most", "text"),
        ],
        "question": [Field("id", "Number"), Field("parent", "Part of question", "text", questions)],
        "outcome": [
            Field("question", "Question", "text", questions),
            Field("outcome", "Outcome", "known"),
            Field("secondary", "Further outcomes", hint="with commas between"),
        ],
        "letter_outcome": [Field("id", "Outcome of the request", "known")],
        "provision": [
            Field("id", "Provision", "known"),
            Field("status", "Status", "choice", ("cited", "implied", "mentioned")),
            Field("boilerplate", "Only recites rights or duties", "check"),
        ],
        "caveat": [
            Field("category", "Category", "known"),
            Field("scope", "Limits", hint="letter, question 2, table t1 …"),
            Field("severity", "Weight", "choice", ("blocks", "limits", "notes")),
        ],
        "date": [Field("role", "Role", "text", DATE_ROLES), Field("iso", "Date", hint="2019-03-31, 2019-03 or 2019")],
        "reference": [Field("value", "Reference"), Field("role", "Role", "text", REFERENCE_ROLES)],
        "authority": [Field("id", "Authority", "known"), Field("role", "Role", "choice", get_args(AuthorityRole))],
    }
    out = [
        Field(f.name, f.label, f.type, known_values(kind, f.name, record), f.hint) if f.type == "known" else f
        for f in own.get(kind, [])
    ]
    return out if kind == "letter_outcome" else [*out, *place]


def typed_values(item: Item) -> dict[str, str]:
    """Give a fact as what would be typed to say it."""
    values = item.part.model_dump(mode="json")
    if isinstance(item.part, Observation):
        period = item.part.period
        values |= {
            "value": "" if item.part.value is None else f"{item.part.value}",
            "period_label": period.label,
            "period_type": period.type,
            "period_start": period.start,
            "period_end": period.end,
            "period_complete": "on" if period.complete else "",
            "breakdown": "\n".join(k if v is True else f"{k}: {v}" for k, v in item.part.breakdown.items()),
        }
    out = {}
    for name, value in values.items():
        if isinstance(value, bool):
            out[name] = "on" if value else ""
        elif isinstance(value, list):
            out[name] = ", ".join(map(str, value))
        else:
            out[name] = "" if value is None else str(value)
    return out


def blank_values(kind: str, record: LetterRecord, start: int, end: int) -> dict[str, str]:
    """Give what stands in the fields when a stretch of text is to be added as a fact: only what the text says."""
    quote = " ".join(record.text[start:end].split())
    values = {"start": str(start), "end": str(end)}
    question = next((q.id for q in reversed(record.questions) if q.start <= start), "")
    own: dict[str, dict[str, str]] = {
        "observation": _read_value(quote) if kind == "observation" else {},
        "question": {"id": ""},
        "outcome": {"question": question},
        "provision": {"status": "cited"},
        "caveat": {"scope": "letter", "severity": "limits"},
        "date": {"role": "letter_date"},
        "reference": {"value": quote, "role": "authority_reference"},
        "authority": {"role": "responder"},
    }  # fmt: skip
    return values | own.get(kind, {})


def _read_value(quote: str) -> dict[str, str]:
    """Read a figure as the pipeline does, for the reviewer to confirm."""
    from foi_nlp.figures.values import parse_value  # brings spaCy, which the page otherwise does without

    typed = {"period_type": "calendar_year", "period_complete": "on", "unit": "count", "status": "reported"}
    found = parse_value(quote)
    if found is None or found.ambiguous:
        return typed | {"symbol": quote}
    read = {
        "value": found.value, "symbol": found.symbol, "status": found.status, "unit": found.unit or "count",
        "low": found.low, "high": found.high,
    }  # fmt: skip
    return typed | {name: "" if value is None else str(value) for name, value in read.items()}


def _read_period(label: str) -> dict[str, Any]:
    """Read a period as the pipeline does; empty where its place in time is not certain."""
    from foi_nlp.figures.periods import parse_period  # brings spaCy, which the page otherwise does without

    found = parse_period(label)
    if found is None or found.needs_year or found.period.start is None:
        return {}
    return found.period.model_dump(mode="json", include={"type", "start", "end", "complete"})


def read_form(kind: str, typed: Mapping[str, str], record: LetterRecord, *, base: Item | None = None) -> Item:
    """Make a fact of what was typed. Raises FormError, which names each field that is wrong and the remedy."""
    if kind not in KINDS or kind in {"doubt", "letter"}:
        raise FormError({"": f"No kind of fact is called “{kind}”."})
    if sum(map(len, typed.values())) > _MAXIMUM_TYPED:
        raise FormError({"": "This is too long to be one fact of a letter."})
    problems: dict[str, str] = {}
    clean = {name: " ".join(text.split()) if name != "breakdown" else text for name, text in typed.items()}
    values = {
        **(base.part.model_dump(mode="json") if base is not None else {}),
        **_plain_values(kind, clean, record, problems),
    }
    _READERS.get(kind, _read_plain)(values, clean, problems)
    if kind != "letter_outcome":
        _read_place(values, clean, record, problems)
    if problems:
        raise FormError(problems)
    if kind == "observation":
        # The value as written is what stands there, whatever was typed as the value.
        values["value_raw"] = record.text[values["start"] : values["end"]]
    if kind == "question":
        values["text"] = " ".join(record.text[values["start"] : values["end"]].split())
    if kind == "authority":
        values["name"] = registered("authorities").get(values["id"]) or values.get("name") or values["id"]
    if kind != "letter_outcome":
        # A corrected fact is a person's, not a rule's.
        values["rule"] = ""
    try:
        return item_of(kind, values)
    except ValidationError as error:
        raise FormError({"": validation_words(error)}) from None


def _plain_values(
    kind: str, typed: Mapping[str, str], record: LetterRecord, problems: dict[str, str]
) -> dict[str, str | bool]:
    """Take the fields as they were typed, and tell of labels that nobody knows."""
    values: dict[str, str | bool] = {}
    for field in fields_of(kind, record):
        text = typed.get(field.name, "")
        if field.type == "known" and field.options and text not in field.options:
            problems[field.name] = f"“{text}” is not a label that is known here; choose one of the list."
        elif field.type == "choice" and text not in field.options:
            problems[field.name] = "Choose one of the list."
        values[field.name] = text == "on" if field.type == "check" else text
    return values


def _read_place(
    values: dict[str, Any], typed: Mapping[str, str], record: LetterRecord, problems: dict[str, str]
) -> None:
    for name in ("start", "end"):
        text = typed.get(name, "")
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            problems[name] = "Give a whole number."
    if "start" in problems or "end" in problems:
        return
    start, end = whole_characters(record.text, int(typed["start"]), int(typed["end"]))
    if start >= end:
        problems["start"] = f"There is no text between these characters; the letter has {len(record.text)}."
    values["start"], values["end"] = start, end


def _number(text: str, name: str, problems: dict[str, str]) -> int | float | None:
    text = text.replace(",", "").replace(" ", "")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not text.isascii() or number != number or number in {float("inf"), float("-inf")}:
        problems[name] = "Give a number, or leave it empty."
        return None
    return int(text) if text.lstrip("+-").isdigit() else number


def _date(text: str, name: str, problems: dict[str, str], *, partial: bool = False) -> str | None:
    from datetime import date

    if not text:
        return None
    forms = (text, f"{text}-01", f"{text}-01-01") if partial else (text,)
    for form in forms:
        try:
            if len(form) == len("2019-03-31") and date.fromisoformat(form):
                return text
        except ValueError:
            continue
    problems[name] = "Give a date that exists, as 2019-03-31." + (" Day or month may be left out." if partial else "")
    return None


def _read_observation(values: dict[str, Any], typed: Mapping[str, str], problems: dict[str, str]) -> None:
    values["value"] = _number(typed.get("value", ""), "value", problems)
    values["symbol"] = typed.get("symbol") or None
    values["question"] = typed.get("question") or None
    values["unit"] = typed.get("unit") or "count"
    for name in ("low", "high"):
        values[name] = _number(typed.get(name, ""), name, problems)
    status = typed.get("status", "")
    if values["value"] is None and status in {"reported", "nil"} and "value" not in problems:
        problems["value"] = f"A figure that is {status} has a value; choose another status where the letter gives none."
    if values["value"] is not None and status in {"suppressed", "withheld", "not_held", "not_recorded"}:
        problems["status"] = f"A figure that is {status.replace('_', ' ')} has no value; missing is never zero."
    period = dict(values.get("period") or {})
    before = period.get("label"), period.get("start") or "", period.get("end") or ""
    label = typed.get("period_label", "")
    if not label:
        problems["period_label"] = "Say which period the figure is for, as the letter writes it."
    start = _date(typed.get("period_start", ""), "period_start", problems)
    end = _date(typed.get("period_end", ""), "period_end", problems)
    if start and end and end < start:
        problems["period_end"] = "The period ends before it begins."
    period |= {
        "label": label, "type": typed.get("period_type", ""), "start": start, "end": end,
        "complete": typed.get("period_complete") == "on",
    }  # fmt: skip
    if label != (before[0] or "") and before[1:] == (typed.get("period_start", ""), typed.get("period_end", "")):
        # Only the words were changed: the dates are those that the new words say.
        period |= _read_period(label) or {"start": None, "end": None}
    values["period"] = period
    for name in ("period_label", "period_type", "period_start", "period_end", "period_complete"):
        values.pop(name, None)
    breakdown: dict[str, str | bool] = {}
    for line in typed.get("breakdown", "").splitlines():
        name, colon, value = (part.strip() for part in line.partition(":"))
        if name:
            breakdown[name] = value if colon and value else True
    values["breakdown"] = breakdown
    values.setdefault("id", "new")
    values.setdefault("method", "prose")


def _read_plain(values: dict[str, Any], typed: Mapping[str, str], problems: dict[str, str]) -> None:
    for name in ("id", "value", "role", "scope", "category", "outcome"):
        if name in values and not values[name] and name not in problems:
            problems[name] = "This may not be empty."
    if "parent" in typed:
        values["parent"] = typed["parent"] or None
    if "iso" in typed:
        _date(typed["iso"], "iso", problems, partial=True)
        if not typed["iso"]:
            problems["iso"] = "This may not be empty."


def _read_outcome(values: dict[str, Any], typed: Mapping[str, str], problems: dict[str, str]) -> None:
    values["secondary"] = [name.strip() for name in typed.get("secondary", "").split(",") if name.strip()]
    known = registered("outcomes", "question")
    unknown = [name for name in values["secondary"] if known and name not in known]
    if unknown:
        problems["secondary"] = f"“{unknown[0]}” is not an outcome that is known here."
    if not values.get("question"):
        problems["question"] = "Say which question this became of."


def _read_caveat(values: dict[str, Any], typed: Mapping[str, str], problems: dict[str, str]) -> None:
    values.setdefault("id", "new")
    _read_plain(values, typed, problems)


_READERS = {"observation": _read_observation, "outcome": _read_outcome, "caveat": _read_caveat}
