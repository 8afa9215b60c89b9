"""Write the method note: how many answered, refused under what, are not comparable and why.

It is Markdown text made of counts of the tables, so that a story can state them and anyone can check them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

from foi_nlp.collate.collation import Collation
from foi_nlp.collate.grading import reasons, verdict
from foi_nlp.collate.schema import ANSWERS, Row
from foi_nlp.display import one_line
from foi_nlp.provision_register import load_register
from foi_nlp.registers import by_id

_MOST_ISSUES = 8
_FEWEST_IN_A_RANGE = 3
_OF_VALUES = "Every figure is quoted from a letter. A value that is not given is left empty; it is never zero."
_NOT_DISCLOSED = ("refused", "ncnd", "not_held")
_UNAPPLIED = ("unreadable_decision", "reviewers_differ", "stray_decisions")
_WARNING = "caveat.not_comparable"
_ESCAPED = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|"})


def method_note(collation: Collation) -> str:
    """Give the method note in Markdown."""
    parts = [f"# Method note: {_safe(collation.name)}", "", f"{letters_said(collation)} {_OF_VALUES}"]
    shown = [group for group in collation.tables["groups"] if _is_shown(group, collation)]
    for group in shown:
        parts += ["", *_group(group, collation)]
    alone = len(collation.tables["groups"]) - len(shown)
    if alone:
        parts += ["", f"{_count(alone, 'other request is', 'other requests are')} answered by one letter each."]
    parts += [*_issues(collation), "", *_METHOD]
    return "\n".join(parts) + "\n"


def letters_said(collation: Collation) -> str:
    """Say how many letters were read, how many are copies, and what reviewers did to them."""
    letters = collation.tables["letters"]
    copies = sum(row["duplicate_of"] is not None for row in letters)
    copied = _count(copies, "of them is a copy of another and is", "of them are copies of others and are")
    once = [f"{copied} not counted."] if copies else []
    return " ".join((f"{_count(len(letters), 'letter was', 'letters were')} read.", *once, *review_said(collation)))


def brief(collation: Collation) -> list[str]:
    """Give what a user wants to know at once: the requests with their answers, and the first issues of each kind."""
    groups = [group for group in collation.tables["groups"] if _is_shown(group, collation)]
    letters = len(collation.tables["letters"])
    lines = [f"{_count(letters, 'letter')}, {_count(len(collation.tables['groups']), 'request')}"]
    lines += [f"  {sentence.removesuffix('.')}" for sentence in review_said(collation)]
    for group in groups:
        asked, others = _asked_and_others(group, collation)
        answered, unasked = (sum(row["answer"] == "answered" for row in rows) for rows in (asked, others))
        of = f" of {len(asked)}" if group["asked"] is not None else ""
        also = f", and {_count(unasked, 'other')}" if unasked else ""
        name = one_line(str(group["name"]), limit=70)
        lines.append(f"  {answered}{of} {'authority' if len(asked) == 1 else 'authorities'} answered{also}: {name}")
    for code, rows in groupby(sorted(collation.tables["issues"], key=_code), key=_code):
        first, *others = rows
        more = f" (and {len(others)} more of the kind “{code.replace('_', ' ')}”)" if others else ""
        lines.append(f"  to know: {one_line(str(first['text']), limit=300)}{more}")
    return lines


def group_sentences(group: Row, collation: Collation) -> list[str]:
    """Give the sentences that say who answered, what was not disclosed and what cannot be compared."""
    group_id = str(group["group_id"])
    return [
        *_answers(group, collation),
        *_refusals(group_id, collation),
        *_comparability(group_id, collation),
        *_clock(group_id, collation),
    ]


def _group(group: Row, collation: Collation) -> list[str]:
    group_id = str(group["group_id"])
    lines = [f"## {_safe(str(group['name']))}", ""]
    if group["years"]:
        lines += [f"Years asked for: {years_said(str(group['years']), str(group['year_type']))}.", ""]
    lines += [f"- {_safe(sentence)}" for sentence in group_sentences(group, collation)]
    lines += [f"- {_safe(sentence(text))}" for text in issue_texts(collation.rows("issues", group_id=group_id))]
    return lines


def years_said(joined: str, kind: str) -> str:
    """Give years with runs of them as ranges: `2016 to 2021 (calendar years)`."""
    years = sorted(joined.split(";"), key=lambda year: (len(year), year))
    runs: list[list[str]] = []
    for year in years:
        last = runs[-1][-1] if runs else ""
        follows = len(last) == len(year) and int(year[:4]) == int(last[:4] or 0) + 1
        if follows:
            runs[-1].append(year)
        else:
            runs.append([year])
    said = [part for run in runs for part in ([f"{run[0]} to {run[-1]}"] if len(run) >= _FEWEST_IN_A_RANGE else run)]
    named = {"calendar": " (calendar years)", "financial": " (financial years)"}.get(kind, "")
    return _listed(said) + named


def review_said(collation: Collation) -> list[str]:
    """Say how many decisions of reviewers are in the figures, or that they were to be left out; else nothing."""
    runs = collation.tables["runs"]
    if any(row["decisions"] is None for row in runs):
        return ["The figures are those that the rules found, without what reviewers decided."]
    applied = sum(int(row["decisions"] or 0) for row in collation.tables["letters"] if row["duplicate_of"] is None)
    if applied:
        deciding = [row for row in runs if row["reviewers"]]
        who = [
            _count(int(row["reviewers"] or 0), "reviewer") + (f" in {row['folder']}" if len(deciding) > 1 else "")
            for row in deciding
        ]
        return [f"{_count(applied, 'decision')} of {_listed(who)} {'was' if applied == 1 else 'were'} applied."]
    if any(row["code"] in _UNAPPLIED for row in collation.tables["issues"]):
        return ["Reviewers have decided, and none of their decisions could be applied."]
    return []


def _answers(group: Row, collation: Collation) -> list[str]:
    asked, others = _asked_and_others(group, collation)
    answered, pending, silent = _by_answer(asked)
    if group["asked"] is None:
        said = f"{_count(len(answered), 'authority has', 'authorities have')} answered: {_names(collation, answered)}."
        waits = f" {_count(len(pending), 'more has', 'more have')} written without an answer: "
        return [said + (f"{waits}{_names(collation, pending)}." if pending else "")]
    parts = ["all of them answered" if len(answered) == len(asked) else f"{_none_or(len(answered))} answered"]
    if pending:
        parts.append(f"{len(pending)} wrote without an answer yet ({_names(collation, pending)})")
    if silent:
        parts.append(f"from {len(silent)} no reply is among the letters ({_names(collation, silent)})")
    lines = [f"{_count(len(asked), 'authority was', 'authorities were')} asked: {_listed(parts)}."]
    answered, pending, _ = _by_answer(others)
    if answered:
        lines.append(f"{_count(len(answered), 'other')} also answered: {_names(collation, answered)}.")
    if pending:
        lines.append(f"{_count(len(pending), 'other')} wrote without an answer yet: {_names(collation, pending)}.")
    return lines


def known_of(group: Row, collation: Collation) -> str:
    """Give how many were asked, or answered where that alone is known, in two words."""
    if group["asked"] is not None:
        return f"{group['asked']} asked"
    answered = _by_answer(collation.rows("requests", group_id=group["group_id"]))[0]
    return f"{len(answered)} answered"


def _by_answer(rows: Sequence[Row]) -> tuple[list[object], ...]:
    """Give the authorities that answered, that wrote without an answer, and of which there is no reply."""
    return tuple([row["authority_id"] for row in rows if row["answer"] == answer] for answer in ANSWERS)


def _asked_and_others(group: Row, collation: Collation) -> tuple[list[Row], list[Row]]:
    """Part the rows of `requests` in those asked and those that wrote unasked; without a campaign there are no others.

    A campaign file names the authorities asked; else only those that answered are known.
    """
    rows = collation.rows("requests", group_id=group["group_id"])
    if group["asked"] is None:
        return rows, []
    return [row for row in rows if row["asked"] == "yes"], [row for row in rows if row["asked"] != "yes"]


def _refusals(group_id: str, collation: Collation) -> list[str]:
    letters = {str(row["letter_id"]): row for row in collation.tables["letters"]}
    register = by_id("outcomes")
    withheld: dict[str, set[str]] = {}
    for row in collation.rows("outcomes", group_id=group_id):
        entry = register.get(str(row["outcome"]), {})
        if entry.get("group") in _NOT_DISCLOSED:
            force = str(letters[str(row["letter_id"])]["authority_ids"] or "not known")
            withheld.setdefault(str(entry["meaning"]), set()).add(force)
    lines = []
    if withheld:
        parts = [f"{meaning} ({_names(collation, forces)})" for meaning, forces in sorted(withheld.items())]
        lines.append(f"For one question or more, the answer was: {'; '.join(parts)}.")
    members = collation.rows("replies", group_id=group_id)
    grounds: dict[str, set[str]] = {}
    for row in grounds_of(group_id, collation):
        force = str(letters[str(row["letter_id"])]["authority_ids"] or "not known")
        grounds.setdefault(str(row["provision"]), set()).add(force)
    if grounds:
        parts = [f"{_provision(i)} ({_names(collation, forces)})" for i, forces in sorted(grounds.items())]
        lines.append(f"Grounds relied on: {'; '.join(parts)}.")
    return lines or (["No question was refused."] if members else [])


def grounds_of(group_id: str, collation: Collation) -> list[Row]:
    """Give the mentions of grounds for not disclosing that are of a request.

    In a letter that answers several requests, one that is tied to the questions of another is none of them.
    """
    own: dict[object, set[str]] = {}
    for row in collation.rows("outcomes", group_id=group_id):
        own.setdefault(row["letter_id"], set()).add(str(row["letter_question"]))
    members = {row["letter_id"]: row["part"] for row in collation.rows("replies", group_id=group_id)}
    found = []
    for row in collation.tables["provisions"]:
        if row["is_ground"] and row["letter_id"] in members:
            tied = set(str(row["letter_questions"] or "").split(";")) - {""}
            if not (members[row["letter_id"]] and tied) or tied & own.get(row["letter_id"], set()):
                found.append(row)
    return found


def provision_name(provision: str) -> str:
    """Give a provision as readers know it: `FOIA 2000 section 12(1)`."""
    register = load_register()
    if provision not in register:
        return provision
    entry = register[provision]
    unit = "regulation" if entry.act == "eir" else "section"
    return f"{entry.regime} {unit} {provision.partition('.')[2]}"


def _provision(provision: str) -> str:
    register = load_register()
    title = register[provision].title if provision in register else ""
    name = provision_name(provision)
    return f"{name}, {title[:1].lower()}{title[1:]}" if title else name


def _comparability(group_id: str, collation: Collation) -> list[str]:
    rows = [row for row in collation.rows("comparison", group_id=group_id) if row["observation_id"]]
    if not rows:
        return ["No figures were given."] if collation.rows("replies", group_id=group_id) else []
    known = reasons()
    why: dict[str, set[str]] = {}
    for row in rows:
        for reason_id in _reason_ids(row):
            if reason_id in known and known[reason_id].across == "blocks":
                why.setdefault(known[reason_id].text, set()).add(str(row["authority_id"]))
    given = _count(len(rows), "figure was", "figures were")
    lines = [f"{given} given. Of these, {_graded(Counter(str(row['grade']) for row in rows), 'can')}."]
    if any(_WARNING in _reason_ids(row) for row in rows):
        rest = Counter(verdict(i for i in _reason_ids(row) if i != _WARNING).grade for row in rows)
        lines.append(f"Were it not for the letters' own warning not to compare them, {_graded(rest, 'could')}.")
    if why:
        ordered = sorted(why.items(), key=lambda item: (-len(item[1]), item[0]))
        parts = [f"{reason} ({_names(collation, forces)})" for reason, forces in ordered]
        lines.append(f"Reasons why figures cannot be compared between forces: {'; '.join(parts)}.")
    totals = collation.rows("totals", group_id=group_id)
    if totals:
        summed = sum(row["total"] is not None for row in totals)
        lines.append(
            f"Several forces give a figure of the same kind in {_count(len(totals), 'row')}; "
            f"{_none_or(summed)} of them could be added up."
        )
    return lines


def _graded(grades: Mapping[str, int], can: str) -> str:
    said = [
        f"{_none_or(grades.get('comparable', 0))} {can} be compared between forces",
        f"{_none_or(grades.get('with_care', 0))} with care",
        f"{_none_or(grades.get('not_comparable', 0))} {'cannot' if can == 'can' else f'{can} not'}",
    ]
    return _listed(said)


def _reason_ids(row: Row) -> list[str]:
    return [i for i in str(row["reason_ids"] or "").split(";") if i]


def _clock(group_id: str, collation: Collation) -> list[str]:
    """Say how many came in time, by the first letter of each force: a correction does not make a force late."""
    members = {row["letter_id"] for row in collation.rows("replies", group_id=group_id)}
    first: dict[object, Row] = {}
    for row in collation.tables["timeliness"]:
        before = first.get(row["authority_ids"] or row["letter_id"])
        if row["letter_id"] in members and (before is None or _earlier(row, before)):
            first[row["authority_ids"] or row["letter_id"]] = row
    clocks = list(first.values())
    if not clocks:
        return []
    late = [row for row in clocks if row["in_time"] == "no"]
    in_time = sum(row["in_time"] == "yes" for row in clocks)
    unknown = len(clocks) - len(late) - in_time
    parts = [f"{_none_or(in_time)} came in time"]
    if late:
        parts.append(f"{len(late)} came late ({_names(collation, [row['authority_ids'] for row in late])})")
    if unknown:
        parts.append(f"for {unknown} it cannot be told, because the letter does not give both dates")
    days = sorted(int(row["working_days"]) for row in clocks if isinstance(row["working_days"], int))
    span = f"{days[0]}" if len(set(days)) == 1 else f"{days[0]} to {days[-1]}" if days else ""
    taken = f" Working days taken, where known: {span}." if span else ""
    return [f"Of {_count(len(clocks), 'first reply', 'first replies')}, {_listed(parts)}.{taken}"]


def _earlier(row: Row, other: Row) -> bool:
    """Whether a letter bears an earlier date than another, or a date where the other has none."""
    return row["answered"] is not None and (other["answered"] is None or str(row["answered"]) < str(other["answered"]))


def _issues(collation: Collation) -> list[str]:
    rows = [row for row in collation.tables["issues"] if row["group_id"] is None]
    if not rows:
        return []
    return ["", "## To know before use", "", *(f"- {_safe(sentence(text))}" for text in issue_texts(rows))]


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


def _code(row: Row) -> str:
    return str(row["code"])


def _names(collation: Collation, ids: Iterable[object]) -> str:
    known = {str(row["authority_id"]): str(row["name"]) for row in collation.tables["authorities"]}
    parts = ({known.get(i, i) for i in str(joint or "not known").split(";")} for joint in ids)
    return ", ".join(sorted({" with ".join(sorted(part)) for part in parts}))


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _none_or(number: int) -> str:
    return str(number) if number else "none"


def _listed(parts: Collection[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def sentence(text: str) -> str:
    """Give a text as a sentence: a capital where it begins with a word, and a full stop."""
    begins_with_word = text.split(" ", 1)[0].isalpha()
    return (text[:1].upper() + text[1:] if begins_with_word else text) + ("" if text.endswith(".") else ".")


def _safe(text: str) -> str:
    return text.translate(_ESCAPED)


_METHOD = (
    "## Method",
    "",
    "Letters were taken to answer one request if the years and the other numbers of their questions agree and their",
    "wording is alike. Calendar and financial years, different units, and measures other than the one asked for were",
    "kept in rows of their own. Each figure was graded on the terms of the request: its measure, unit and period, and",
    "the caveats that bear on it. Figures of several forces were added up only where every one of them can be added.",
    "Which caveat hinders which comparison is a published list and not a matter of judgement in each case.",
)
