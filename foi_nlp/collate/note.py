"""Write the method note: how many were asked, answered, refused under what, are not comparable and why.

It is Markdown text made of counts of the tables, so that a story can state them and anyone can check them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from foi_nlp.collate.collation import Collation
from foi_nlp.collate.grading import reasons
from foi_nlp.collate.schema import Row
from foi_nlp.display import one_line

_MOST_ISSUES = 8
_REFUSED = ("refused", "ncnd", "deferred")
_ESCAPED = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|"})


def method_note(collation: Collation) -> str:
    """Give the method note in Markdown."""
    parts = [f"# How “{_safe(collation.name)}” was collated", ""]
    letters = collation.tables["letters"]
    copies = sum(row["duplicate_of"] is not None for row in letters)
    parts.append(
        f"{_count(len(letters), 'letter')} were read"
        + (f", of which {_count(copies, 'is a copy', 'are copies')} and not counted again" if copies else "")
        + ". Every figure is quoted from a letter. A value that is not given is left empty; it is never zero."
    )
    shown = [group for group in collation.tables["groups"] if _is_shown(group, collation)]
    for group in shown:
        parts += ["", *_group(group, collation)]
    alone = len(collation.tables["groups"]) - len(shown)
    if alone:
        parts += ["", f"{_count(alone, 'other request is', 'other requests are')} answered by one letter each."]
    parts += ["", *_issues(collation), "", *_METHOD]
    return "\n".join(parts) + "\n"


def brief(collation: Collation) -> list[str]:
    """Give what a user wants to know at once: the requests with their letters, and the issues by kind."""
    groups = [group for group in collation.tables["groups"] if _is_shown(group, collation)]
    letters = len(collation.tables["letters"])
    lines = [f"{_count(letters, 'letter')}, {_count(len(collation.tables['groups']), 'request')}"]
    for group in groups:
        name = one_line(str(group["name"]), limit=70)
        lines.append(f"  {group['letters']} of {group['asked']} asked: {name}")
    kinds = Counter(str(row["code"]) for row in collation.tables["issues"])
    lines += [f"  to know: {kind.replace('_', ' ')}, {number}" for kind, number in sorted(kinds.items())]
    return lines


def group_sentences(group: Row, collation: Collation) -> list[str]:
    """Give the sentences that count who was asked, who answered, what was refused and what cannot be compared."""
    group_id = str(group["group_id"])
    asked = collation.rows("requests", group_id=group_id)
    by_answer = Counter(str(row["answer"]) for row in asked)
    silent = _names(collation, [row["authority_id"] for row in asked if row["answer"] == "no_reply"])
    pending = f", {by_answer['pending']} sent a letter but no answer yet" if by_answer["pending"] else ""
    sentences = [
        (
            f"{_count(len(asked), 'authority was', 'authorities were')} asked: {by_answer['answered']} "
            f"answered{pending}, {by_answer['no_reply']} did not reply{f' ({silent})' if silent else ''}."
        )
    ]
    sentences += _refusals(group_id, collation)
    sentences += _comparability(group_id, collation)
    sentences += _clock(group_id, collation)
    return sentences


def _group(group: Row, collation: Collation) -> list[str]:
    group_id = str(group["group_id"])
    years = str(group["years"] or "").replace(";", ", ")
    lines = [f"## {_safe(str(group['name']))}", ""]
    if years:
        lines += [f"Years asked for: {years} ({group['year_type']}).", ""]
    lines += [f"- {_safe(sentence)}" for sentence in group_sentences(group, collation)]
    lines += [f"- {_safe(text)}" for text in issue_texts(collation.rows("issues", group_id=group_id))]
    return lines


def _refusals(group_id: str, collation: Collation) -> list[str]:
    letters = {str(row["letter_id"]): row for row in collation.tables["letters"]}
    refused: dict[str, set[str]] = {}
    for row in collation.rows("outcomes", group_id=group_id):
        if str(row["outcome"]).startswith(_REFUSED):
            force = str(letters[str(row["letter_id"])]["authority_ids"] or "not known")
            refused.setdefault(str(row["outcome"]), set()).add(force)
    lines = [
        f"Refused ({outcome.removeprefix('refused_').replace('_', ' ')}), in part or whole: "
        f"{_count(len(forces), 'authority', 'authorities')} ({_names(collation, forces)})."
        for outcome, forces in sorted(refused.items())
    ]
    members = {str(row["letter_id"]) for row in collation.rows("replies", group_id=group_id)}
    grounds: dict[str, set[str]] = {}
    for row in collation.tables["provisions"]:
        if row["is_ground"] and str(row["letter_id"]) in members:
            force = str(letters[str(row["letter_id"])]["authority_ids"] or "not known")
            grounds.setdefault(str(row["provision"]), set()).add(force)
    if grounds:
        lines.append(
            "Grounds relied on: "
            + "; ".join(f"{provision} ({_names(collation, forces)})" for provision, forces in sorted(grounds.items()))
            + "."
        )
    return lines or ["No question was refused."]


def _comparability(group_id: str, collation: Collation) -> list[str]:
    rows = [row for row in collation.rows("comparison", group_id=group_id) if row["observation_id"]]
    if not rows:
        return ["No figures were given."]
    grades = Counter(str(row["grade"]) for row in rows)
    known = reasons()
    why: dict[str, set[str]] = {}
    for row in rows:
        for reason_id in str(row["reason_ids"] or "").split(";"):
            if reason_id in known and known[reason_id].across == "blocks":
                why.setdefault(known[reason_id].text, set()).add(str(row["authority_id"]))
    lines = [
        (
            f"{_count(len(rows), 'figure was', 'figures were')} given: {grades['comparable']} can be compared between "
            f"forces, {grades['with_care']} with care, {grades['not_comparable']} cannot."
        )
    ]
    if why:
        ordered = sorted(why.items(), key=lambda item: (-len(item[1]), item[0]))
        lines.append(
            "Why figures cannot be compared: "
            + "; ".join(f"{reason} ({_names(collation, forces)})" for reason, forces in ordered)
            + "."
        )
    totals = collation.rows("totals", group_id=group_id)
    if totals:
        summed = sum(row["total"] is not None for row in totals)
        lines.append(
            f"{_count(len(totals), 'row has', 'rows have')} figures of several forces: {summed} could be added up."
        )
    return lines


def _clock(group_id: str, collation: Collation) -> list[str]:
    members = {str(row["letter_id"]) for row in collation.rows("replies", group_id=group_id)}
    clocks = [row for row in collation.tables["timeliness"] if row["letter_id"] in members]
    in_time = Counter(str(row["in_time"]) for row in clocks)
    days = sorted(int(row["working_days"]) for row in clocks if isinstance(row["working_days"], int))
    span = f" Working days taken: {days[0]} to {days[-1]}." if days else ""
    return [
        (
            f"{in_time['yes']} of {_count(len(clocks), 'letter')} came in time, {in_time['no']} late; "
            f"of {in_time['unknown']} it cannot be told, because the letter does not give both dates.{span}"
        )
    ]


def _issues(collation: Collation) -> list[str]:
    rows = [row for row in collation.tables["issues"] if row["group_id"] is None]
    if not rows:
        return []
    return ["## To know", "", *(f"- {_safe(text)}" for text in issue_texts(rows))]


def issue_texts(rows: Sequence[Row]) -> list[str]:
    """Give the texts of issues, the first of each kind, and how many more there are of it."""
    by_code: dict[str, list[str]] = {}
    for row in rows:
        by_code.setdefault(str(row["code"]), []).append(one_line(str(row["text"]), limit=500))
    found = []
    for code, texts in by_code.items():
        found += texts[:_MOST_ISSUES]
        if len(texts) > _MOST_ISSUES:
            found.append(
                f"{len(texts) - _MOST_ISSUES} more of the kind “{code.replace('_', ' ')}” are in csv/issues.csv"
            )
    return found


def _is_shown(group: Row, collation: Collation) -> bool:
    return len(collation.tables["groups"]) == 1 or int(group["letters"] or 0) > 1


def _names(collation: Collation, ids: Iterable[object]) -> str:
    known = {str(row["authority_id"]): str(row["name"]) for row in collation.tables["authorities"]}
    parts = ({known.get(i, i) for i in str(joint).split(";")} for joint in ids)
    return ", ".join(sorted({" with ".join(sorted(part)) for part in parts}))


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _safe(text: str) -> str:
    return text.translate(_ESCAPED)


_METHOD = (
    "## Method",
    "",
    "Letters answer one request if the years and the other numbers of their questions agree and their wording is",
    "alike. Calendar and financial years, different units, and other measures than the one asked for are kept in rows",
    "of their own. A figure is graded on the terms of the request: its measure, unit and period, and the caveats that",
    "bear on it. Sums over forces are given only where every cell of the row can be added.",
)
