"""The record of one letter: the one vocabulary that everything after the pipeline speaks.

Predictions, reviewers' corrections and gold facts are this one type. All offsets are Python code points,
half-open, into the record's own `text`. `LetterRecord.model_json_schema()` is published as
`docs/letter.schema.json`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = "foi_letter/1"


class Part(BaseModel):
    """Base of every part of a record: unknown keys are refused, so that a typing error is never lost."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Span(Part):
    """A stretch of the letter, and the id of the rule that found it."""

    start: int
    end: int
    rule: str = ""


AuthorityRole = Literal[
    "responder", "joint_responder", "letterhead_address", "review_address", "signposted_body", "transferred_to",
    "mention_in_request", "comparison", "regulator", "data_source", "lead_force", "footer", "in_exemption_text",
    "mention",
]  # fmt: skip


class Authority(Span):
    """A public authority named in the letter, and the part it plays there."""

    id: str
    name: str
    role: AuthorityRole


class Reference(Span):
    """A reference number. Role: authority_reference, requester_reference, other_request, regulator_reference, ..."""

    value: str
    role: str


class Date(Span):
    """A date and its role. `iso` is partial where the letter's date is (`2016-01`)."""

    role: str
    iso: str
    inferred: bool = False
    inference: str = ""


class Question(Span):
    """One question of the request. `parent` is the id of the question that it is a part of."""

    id: str
    text: str
    parent: str | None = None


class Outcome(Span):
    """What became of one question; ids as in `patterns/registers/outcomes.jsonl`."""

    question: str
    outcome: str
    secondary: list[str] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)
    provisions: list[str] = Field(default_factory=list)


class LetterOutcome(Part):
    """What became of the whole request."""

    id: str
    alaveteli: str | None = None
    flags: list[str] = Field(default_factory=list)


class Provision(Span):
    """A provision of an Act that the letter names or implies. `boilerplate` marks recitals of rights."""

    id: str
    status: Literal["cited", "implied", "mentioned"]
    boilerplate: bool = False
    questions: list[str] = Field(default_factory=list)


class Caveat(Span):
    """A data-quality caveat. `scope`: letter, question N, table tN, period, cells."""

    id: str
    category: str
    subtype: str | None = None
    scope: str = "letter"
    severity: Literal["blocks", "limits", "notes"] = "limits"


PeriodType = Literal[
    "calendar_year", "financial_year", "year_to_date", "date_range", "month", "quarter", "instant"
]  # fmt: skip


class Period(Part):
    """The time a figure covers. Dates are ISO; an open end is None and is never guessed.

    `basis` says where the period stands: cell, header, caption, question, letter or sentence.
    """

    label: str
    type: PeriodType
    start: str | None = None
    end: str | None = None
    complete: bool = True
    basis: str = ""


ObservationStatus = Literal[
    "reported", "nil", "suppressed", "withheld", "not_held", "not_recorded", "not_applicable", "unclear"
]  # fmt: skip


class Place(Part):
    """Where a stretch of text stood in its file.

    A page (from 1) and box (points, from the top left: x0, y0, x1, y1), a sheet and cell, or a part of a mail.
    """

    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    sheet: str | None = None
    cell: str | None = None
    part: str | None = None


class Observation(Part):
    """One figure: authority x question x metric x breakdown x period -> value.

    `start` and `end` bound the value as written. A suppressed figure has no value but a symbol and bounds.
    An empty cell is no observation: missing is never zero.
    """

    id: str
    question: str | None = None
    metric: str = ""
    breakdown: dict[str, str | bool] = Field(default_factory=dict)
    period: Period
    value: int | float | None = None
    symbol: str | None = None
    value_raw: str
    low: float | None = None
    high: float | None = None
    status: ObservationStatus = "reported"
    unit: str = "count"
    caveats: list[str] = Field(default_factory=list)
    start: int
    end: int
    period_span: tuple[int, int] | None = None
    table: str | None = None
    cell: tuple[int, int] | None = None
    method: Literal["table", "list", "prose", "answer"] = "table"
    check: Literal["totals_agree", "totals_disagree", "unchecked"] = "unchecked"
    approximate: bool = False
    is_proxy: bool = False
    recoverable: bool = False
    place: Place | None = None
    rule: str = ""


class Timeliness(Part):
    """The statutory clock: 20 working days after receipt. None where the letter does not say."""

    received: str | None = None
    answered: str | None = None
    working_days: int | None = None
    limit: int = 20
    deadline: str | None = None
    in_time: bool | None = None
    note: str = ""


class ReviewItem(Part):
    """Something a person should look at. `code` is one of a small fixed set, `reason` a sentence."""

    code: str
    reason: str
    start: int
    end: int
    table: str | None = None
    observation: str | None = None


class Section(Span):
    """A stretch of the letter with one function; ids as in `patterns/sections.*`."""

    id: str


class TableRecord(Part):
    """A table of the letter: cells as [start, end] (or None when empty), for display and review."""

    id: str
    start: int
    end: int
    source: str
    caption: str = ""
    cells: list[list[tuple[int, int] | None]] = Field(default_factory=list)


class SourceNote(Part):
    """What a reader has to say about the file: hidden sheets, OCR, repaired text.

    `code` is one of a small fixed set, `text` a sentence.
    """

    code: str
    text: str


class LetterRecord(Part):
    """Everything that the pipeline says of one letter; see `CONTRACT` in the documentation."""

    model_config = ConfigDict(
        extra="forbid", populate_by_name=True, json_schema_extra={"$id": "https://foi-nlp.example/letter.schema.json"}
    )

    schema_: Literal["foi_letter/1"] = Field(default="foi_letter/1", alias="schema")
    source: str
    source_sha256: str
    text_sha256: str
    text: str
    regime: str = "FOIA 2000"
    authorities: list[Authority] = Field(default_factory=list)
    references: list[Reference] = Field(default_factory=list)
    dates: list[Date] = Field(default_factory=list)
    sections: list[Section] = Field(default_factory=list)
    questions: list[Question] = Field(default_factory=list)
    outcomes: list[Outcome] = Field(default_factory=list)
    letter_outcome: LetterOutcome | None = None
    provisions: list[Provision] = Field(default_factory=list)
    caveats: list[Caveat] = Field(default_factory=list)
    tables: list[TableRecord] = Field(default_factory=list)
    observations: list[Observation] = Field(default_factory=list)
    timeliness: Timeliness = Field(default_factory=Timeliness)
    needs_review: list[ReviewItem] = Field(default_factory=list)
    source_notes: list[SourceNote] = Field(default_factory=list)
