"""The tables of a collation: their columns, keys and links, from which every output is written.

One row of `observations` is one figure of one letter; one row of `comparison` is one cell: what one force says
of one question, line and period, or why it says nothing. Times are ISO dates as text, because a letter's date may
be partial. A value that is not given is empty, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "boolean"]
Cell = str | int | float | bool | None
Row = dict[str, Cell]


@dataclass(frozen=True)
class Column:
    """A column. `links` is `table.column` of the row it points at; `values` are all that it can hold."""

    name: str
    kind: Kind
    title: str
    required: bool = False
    links: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table, its key and its columns."""

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Give the names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def links(self) -> list[tuple[Column, str, str]]:
        """Give each column that points at another table, with that table and its column."""
        return [(c, *c.links.split(".")) for c in self.columns if c.links]  # type: ignore[misc]


ASKED = "asked"
GRADES = ("comparable", "with_care", "not_comparable", "no_figure")
ANSWERS = ("answered", "pending", "no_reply")
VALUE_STATUSES = (
    "reported", "nil", "suppressed", "withheld", "not_held", "not_recorded", "not_applicable", "unclear",
    "refused_cost", "refused", "ncnd", "in_attachment", "pending", "not_addressed", "no_reply",
    "no_figure",
)  # fmt: skip


def _text(name: str, title: str, *, required: bool = False, values: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", title, required=required, values=values)


def _link(name: str, target: str, title: str, *, required: bool = True) -> Column:
    return Column(name, "text", title, required=required, links=target)


def _integer(name: str, title: str, *, required: bool = False) -> Column:
    return Column(name, "integer", title, required=required)


def _number(name: str, title: str) -> Column:
    return Column(name, "number", title)


def _flag(name: str, title: str) -> Column:
    return Column(name, "boolean", title, required=True)


_LETTER = _link("letter_id", "letters.letter_id", "letter")
_GROUP = _link("group_id", "groups.group_id", "request")
_EVIDENCE = _link("evidence_id", "evidence.evidence_id", "where the letter says so", required=False)
_PERIOD = (
    _text("period_label", "period as the letter writes it"),
    _text("period_type", "calendar_year, financial_year, year_to_date, date_range, month, quarter, instant"),
    _text("period_start", "first day"),
    _text("period_end", "last day; empty where the letter leaves it open"),
)

TABLES: tuple[Table, ...] = (
    Table(
        "runs",
        "Runs of annotate that the letters come from",
        ("run_id",),
        (
            _text("run_id", "run", required=True),
            _text("folder", "name of the run's folder", required=True),
            _integer("letters", "letters in it", required=True),
            _text("version", "version of foi_nlp that annotated them"),
            _text("rules_sha256", "hash of the rules that annotated them"),
            _integer("decisions", "decisions taken on it that are applied; empty where they were to be left out"),
            _integer("reviewers", "reviewers who took them"),
        ),
    ),
    Table(
        "groups",
        "Requests, each with the letters that answer it",
        ("group_id",),
        (
            _text("group_id", "request", required=True),
            _text("name", "name", required=True),
            _text("request", "the request as the first letter repeats it"),
            _text("years", "years asked for"),
            _text("year_type", "kind of year asked for", values=("calendar", "financial", "both", "unknown")),
            _integer("letters", "letters that answer it", required=True),
            _integer("asked", "authorities asked; empty where no campaign file names them"),
        ),
    ),
    Table(
        "authorities",
        "Authorities that were asked or have answered",
        ("authority_id",),
        (
            _text("authority_id", "authority", required=True),
            _text("name", "name", required=True),
            _text("kind", "kind of authority"),
            _text("nation", "nation"),
            _text("regime", "Act it answers under"),
        ),
    ),
    Table(
        "letters",
        "Letters",
        ("letter_id",),
        (
            _text("letter_id", "letter", required=True),
            _link("run_id", "runs.run_id", "run"),
            _text("source", "file", required=True),
            _text("source_sha256", "hash of the file"),
            _text("text_sha256", "hash of the text that places point into", required=True),
            _text("authority_ids", "authorities that answer, joined by ;"),
            _text("reference", "references of the authority, joined by ;"),
            _text("regime", "Act"),
            _text("letter_date", "date of the letter"),
            _text("as_of", "day of extraction of the data"),
            _text("outcome", "outcome of the whole letter"),
            _text("alaveteli", "the same as Alaveteli calls it"),
            _integer("to_review", "items in the review list", required=True),
            _text("notes", "what the reader of the file had to say"),
            _integer("decisions", "decisions of reviewers that are applied to it; empty where they were left out"),
            _link("duplicate_of", "letters.letter_id", "letter of which this is a copy", required=False),
        ),
    ),
    Table(
        "evidence",
        "Places in letters, with what they say",
        ("evidence_id",),
        (
            _text("evidence_id", "place", required=True),
            _LETTER,
            _integer("char_start", "first character, from 0", required=True),
            _integer("char_end", "character after the last", required=True),
            _text("prefix", "text before it"),
            _text("exact", "text of it", required=True),
            _text("suffix", "text after it"),
            _integer("page", "page of the file"),
            _text("box", "box on the page, in points: left, top, right, bottom"),
            _text("sheet", "sheet of a workbook"),
            _text("cell", "cell of a sheet"),
            _text("part", "part of a mail"),
        ),
    ),
    Table(
        "replies",
        "Which letter answers which request",
        ("group_id", "letter_id", "part"),
        (
            _GROUP,
            _LETTER,
            _text("part", "which of the letter's requests, where it answers several", required=True),
            _text("basis", "why the letter is in this group", required=True),
            _number("score", "likeness of the wording to the group's, 0 to 100"),
            _link("corrects", "letters.letter_id", "earlier letter of the same force that this one follows",
                  required=False),
        ),
    ),
    Table(
        "requests",
        "Authorities asked or heard of, and whether they have answered; one that has not is a row",
        ("group_id", "authority_id"),
        (
            _GROUP,
            _link("authority_id", "authorities.authority_id", "authority"),
            _text("asked", "whether the campaign file names it; unknown where it or the authority is not known",
                  required=True,
                  values=("yes", "no", "unknown")),
            _text("asked_on", "day the request was sent, from the campaign file"),
            _text("answer", "whether it has answered", required=True, values=ANSWERS),
            _integer("letters", "letters it has sent", required=True),
            _text("outcome", "outcome of the letter that stands"),
            _text("due", "last day in time by the letter, else counted from the day the request was sent; empty where "
                  "clarification is asked for; the fortieth working day where more time is taken for the public "
                  "interest test"),
            _text("overdue", "whether that day has passed on the campaign's day of reckoning",
                  values=("yes", "no", "unknown")),
        ),
    ),
    Table(
        "questions",
        "Questions of each request",
        ("group_id", "question_id"),
        (
            _GROUP,
            _text("question_id", "question", required=True),
            _integer("position", "order", required=True),
            _text("parent_id", "question of which it is a part"),
            _text("text", "wording; empty where the letter gives the label alone"),
        ),
    ),
    Table(
        "alignments",
        "Which question of a letter is which question of the request",
        ("group_id", "question_id", "letter_id", "letter_question"),
        (
            _GROUP,
            _text("question_id", "question of the request", required=True),
            _LETTER,
            _text("letter_question", "question as the letter numbers it; empty: the opening of its request",
                  required=True),
            _text("text", "wording in the letter"),
            _text("basis", "how it was found", required=True,
                  values=("first", "wording", "covered", "order", "opening", "campaign", "new")),
            _number("score", "likeness, 0 to 100"),
        ),
    ),
    Table(
        "outcomes",
        "What became of each question in each letter",
        ("outcome_id",),
        (
            _text("outcome_id", "outcome of a question", required=True),
            _LETTER,
            _link("group_id", "groups.group_id", "request", required=False),
            _text("letter_question", "question as the letter numbers it", required=True),
            _text("question_ids", "questions of the request, joined by ;"),
            _text("outcome", "outcome", required=True),
            _text("secondary", "further outcomes, joined by ;"),
            _text("flags", "flags, joined by ;"),
            _text("provisions", "provisions relied on, joined by ;"),
            _EVIDENCE,
        ),
    ),
    Table(
        "provisions",
        "Provisions of Acts that letters name or imply",
        ("provision_id",),
        (
            _text("provision_id", "mention of a provision", required=True),
            _LETTER,
            _text("provision", "provision", required=True),
            _text("title", "what it is about"),
            _text("status", "cited, implied or mentioned", required=True),
            _flag("boilerplate", "a recital of rights"),
            _flag("is_ground", "a ground for not disclosing"),
            _text("letter_questions", "questions as the letter numbers them, joined by ;"),
            _EVIDENCE,
        ),
    ),
    Table(
        "caveats",
        "Data-quality caveats",
        ("caveat_id",),
        (
            _text("caveat_id", "caveat", required=True),
            _LETTER,
            _text("category", "category", required=True),
            _text("subtype", "kind of it"),
            _text("scope", "what it limits", required=True),
            _text("across", "what it does to comparing forces", values=("none", "limits", "blocks")),
            _text("over_time", "what it does to comparing years of one force", values=("none", "limits", "blocks")),
            _EVIDENCE,
        ),
    ),
    Table(
        "observations",
        "Figures: authority x question x metric x breakdown x period -> value",
        ("observation_id",),
        (
            _text("observation_id", "figure", required=True),
            _LETTER,
            _link("group_id", "groups.group_id", "request", required=False),
            _text("authority_ids", "authorities it is of, joined by ;"),
            _text("letter_question", "question as the letter numbers it"),
            _text("question_id", "question of the request"),
            _text("measure", "what is counted, as the letter says"),
            _text("unit", "unit", required=True),
            _text("breakdown", "breakdown, as JSON"),
            _text("line", "breakdown as one line; `all` is the whole"),
            *_PERIOD,
            _flag("period_complete", "whether the period is whole"),
            _number("value", "value; empty where hidden or not given"),
            _text("value_raw", "value as written"),
            _text("symbol", "sign that stands for the value"),
            _number("low", "lowest value it can be"),
            _number("high", "highest value it can be"),
            _text("value_status", "status of the value", required=True),
            _flag("approximate", "about, estimated, rounded"),
            _flag("proxy", "another measure than the one asked for"),
            _text("caveats", "categories of the caveats that bear on it, joined by ;"),
            _text("method", "table, list, prose or answer", required=True),
            _text("table_id", "table of the letter"),
            _integer("table_row", "row of it"),
            _integer("table_column", "column of it"),
            _text("check", "whether the table's totals agree", required=True),
            _text("rule", "rule that found it"),
            _link("superseded_by", "letters.letter_id", "later letter whose answer stands instead", required=False),
            _EVIDENCE,
        ),
    ),
    Table(
        "comparison",
        "One cell a row: what a force says of a question, line and period, or why it says nothing",
        ("cell_id",),
        (
            _text("cell_id", "cell", required=True),
            _GROUP,
            _text("question_id", "question of the request; empty: the letter does not say"),
            _text("measure", "`asked`, or the other measure that is given", required=True),
            _text("line", "breakdown as one line; `all` is the whole", required=True),
            *_PERIOD,
            _text("authority_id", "authority; several joined by ; for a joint figure", required=True),
            _link("letter_id", "letters.letter_id", "letter", required=False),
            _link("observation_id", "observations.observation_id", "figure", required=False),
            _number("value", "value"),
            _number("low", "lowest value it can be"),
            _number("high", "highest value it can be"),
            _text("shown", "value as written"),
            _text("value_status", "status of the value", required=True, values=VALUE_STATUSES),
            _text("unit", "unit"),
            _text("grade", "may it be set beside the other forces", required=True, values=GRADES),
            _text("reasons", "why, in words"),
            _text("reason_ids", "why, as ids joined by ;"),
            _text("grade_over_time", "may it be set beside other years of the same force", required=True,
                  values=GRADES),
            _text("reasons_over_time", "why, in words"),
            _EVIDENCE,
        ),
    ),
    Table(
        "totals",
        "Sums over forces; empty where the cells cannot be added, with the reason",
        ("group_id", "question_id", "measure", "line", "period_type", "period_start", "period_end"),
        (
            _GROUP,
            _text("question_id", "question of the request", required=True),
            _text("measure", "`asked`, or the other measure that is given", required=True),
            _text("line", "breakdown as one line; `all` is the whole", required=True),
            _text("period_type", "kind of period", required=True),
            _text("period_start", "first day", required=True),
            _text("period_end", "last day", required=True),
            _integer("forces", "forces with a cell", required=True),
            _text("not_in_sum", "forces asked or heard of that give no figure here, joined by ;"),
            _number("total", "sum of the forces with a cell"),
            _text("with_care", "what limits the cells that are added up"),
            _text("why_not", "why there is no sum"),
        ),
    ),
    Table(
        "timeliness",
        "The statutory clock of each letter",
        ("letter_id",),
        (
            _LETTER,
            _text("authority_ids", "authorities that answer, joined by ;"),
            _text("regime", "Act"),
            _text("received", "day of receipt"),
            _text("clarified", "day on which a clarification came, from which the days are counted anew"),
            _text("answered", "day of the letter"),
            _integer("working_days", "working days taken"),
            _integer("limit", "working days allowed", required=True),
            _text("deadline", "last day in time"),
            _text("in_time", "whether it came in time", required=True, values=("yes", "no", "unknown")),
            _text("note", "what the letter does not say"),
            _link("received_evidence_id", "evidence.evidence_id", "where the day of receipt stands", required=False),
            _link("answered_evidence_id", "evidence.evidence_id", "where the date of the letter stands",
                  required=False),
        ),
    ),
    Table(
        "issues",
        "What could not be settled, and what was settled and should be known",
        ("issue_id",),
        (
            _text("issue_id", "issue", required=True),
            _text("code", "kind", required=True),
            _link("group_id", "groups.group_id", "request", required=False),
            _link("letter_id", "letters.letter_id", "letter", required=False),
            _text("text", "what it is", required=True),
        ),
    ),
)  # fmt: skip

BY_NAME = {table.name: table for table in TABLES}


def plain(value: object, kind: Kind) -> Cell:
    """Give a value as its column holds it. Raises TypeError for one that the column cannot hold."""
    if value is None:
        return None
    if kind == "text" and isinstance(value, str):
        return value
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "integer" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise TypeError(f"{value!r} in a column of kind {kind}")


def joined(values: Iterable[str]) -> str | None:
    """Join values by `;`, each once; None for none."""
    return ";".join(dict.fromkeys(value for value in values if value)) or None
