"""Suggest rules from corrections: for what reviewers added, and against what they rejected.

A suggestion is only a record to start from: its examples are sentences of reviewed letters and must be put into
one's own words before the rule is shared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foi_nlp.patterns import RuleBook
from foi_nlp.pipeline.reading import flow_of
from foi_nlp.review.corrections import Settlement
from foi_nlp.review.items import Item

_LABELS = {
    "authority": "AUTHORITY",
    "caveat": "CAVEAT",
    "date": "DATE",
    "outcome": "OUTCOME",
    "provision": "PROVISION",
    "reference": "REFERENCE",
}
_VALUES = {"authority": "id", "caveat": "category", "outcome": "outcome", "provision": "id"}
_SHORTEST, _LONGEST = 2, 6
_EXAMPLE = 160
_TOP = 40


@dataclass(frozen=True)
class Suggestion:
    """A record to start from, with what it would have gained and lost on the reviewed letters."""

    record: Mapping[str, Any]
    gained: int
    lost: int
    why: str


@dataclass(frozen=True)
class _Case:
    """A fact that was added or rejected, in its sentence."""

    kind: str
    value: str
    rule: str
    letter: int
    start: int
    end: int


def suggest(settlements: Sequence[Settlement], book: RuleBook) -> list[Suggestion]:
    """Suggest records, those that gain most and lose least first. Letters without corrections give the losses."""
    flows = [flow_of(settlement.record.text) for settlement in settlements]
    added, rejected = _cases(settlements)
    right = [_right_places(settlement) for settlement in settlements]
    found = [*_for_added(added, flows, right), *_against_rejected(rejected, flows, settlements, book)]
    return sorted(found, key=lambda s: (s.lost - s.gained, -s.gained, str(s.record["id"])))[:_TOP]


def _cases(settlements: Sequence[Settlement]) -> tuple[list[_Case], list[_Case]]:
    added, rejected = [], []
    for number, settlement in enumerate(settlements):
        for row in settlement.rows:
            if row.item.kind not in _LABELS or row.item.start >= row.item.end:
                continue
            case = _case(row.item, number)
            if row.state == "added":
                added.append(case)
            elif row.state == "rejected" and case.rule:
                rejected.append(case)
    return added, rejected


def _case(item: Item, letter: int) -> _Case:
    value = str(getattr(item.part, _VALUES.get(item.kind, ""), ""))
    return _Case(item.kind, value, str(getattr(item.part, "rule", "")), letter, item.start, item.end)


def _right_places(settlement: Settlement) -> dict[tuple[str, str], list[tuple[int, int]]]:
    out: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in settlement.rows:
        if row.item.kind in _LABELS and row.state != "rejected":
            case = _case(row.item, 0)
            out.setdefault((case.kind, case.value), []).append((case.start, case.end))
    return out


def _for_added(
    cases: Iterable[_Case],
    flows: Sequence[str],
    right: Sequence[Mapping[tuple[str, str], list[tuple[int, int]]]],
) -> Iterator[Suggestion]:
    seen: set[tuple[str, str, str]] = set()
    for case in cases:
        for phrase in _phrases(flows[case.letter][case.start : case.end]):
            key = (case.kind, case.value, phrase)
            if key in seen:
                continue
            seen.add(key)
            pattern = re.compile(re.escape(phrase).replace(r"\ ", r"\s+"), re.IGNORECASE)
            gained = lost = 0
            for number, flow in enumerate(flows):
                places = right[number].get((case.kind, case.value), [])
                for hit in pattern.finditer(flow):
                    inside = any(start < hit.end() and hit.start() < end for start, end in places)
                    gained, lost = gained + inside, lost + (not inside)
            if gained > lost:
                record = {
                    "id": f"{case.kind}.suggested.{'-'.join(re.findall(r'[a-z0-9]+', phrase.lower()))}",
                    "label": _LABELS[case.kind],
                    "regex": re.escape(phrase).replace(r"\ ", " ").replace(r"\-", "-"),
                    **({"value": case.value} if case.value else {}),
                    "match": [_example(flows[case.letter], case.start, case.end)],
                    "no_match": ["Write a sentence that it must not find."],
                    "source": "a correction",
                }
                yield Suggestion(record, gained, lost, "a reviewer added it")


def _phrases(text: str) -> list[str]:
    words = text.split()
    if len(words) <= _LONGEST:
        return [" ".join(words)] if len(words) >= _SHORTEST or any(c.isdigit() for c in text) else []
    return [
        " ".join(words[i : i + size]).strip(".,;:()\"'")
        for size in range(_LONGEST, _SHORTEST, -1)
        for i in range(len(words) - size + 1)
    ]


def _against_rejected(
    cases: Sequence[_Case], flows: Sequence[str], settlements: Sequence[Settlement], book: RuleBook
) -> Iterator[Suggestion]:
    wrong = Counter(case.rule for case in cases)
    uses = Counter(
        str(getattr(row.item.part, "rule", ""))
        for settlement in settlements
        for row in settlement.rows
        if row.state != "rejected"
    )
    for rule_id, count in wrong.items():
        if rule_id not in book:
            continue
        of_rule = [case for case in cases if case.rule == rule_id]
        examples = [_example(flows[case.letter], case.start, case.end) for case in of_rule[:3]]
        if uses[rule_id]:
            rule = book[rule_id]
            record: dict[str, Any] = {
                "id": rule.id,
                "label": rule.label,
                **({"regex": rule.regex} if rule.regex else {"pattern": rule.pattern}),
                **({"value": rule.value} if rule.value else {}),
                "cancelled_by": [*rule.cancelled_by, "words that tell these sentences from the right ones"],
                "match": list(rule.match),
                "no_match": [*rule.no_match, *examples],
                "source": rule.source,
            }
            yield Suggestion(record, count, 0, f"rejected {count} times, right {uses[rule_id]} times: cancel it there")
        else:
            yield Suggestion({"id": rule_id, "enabled": False}, count, 0, f"rejected {count} times, never right")


def _example(flow: str, start: int, end: int) -> str:
    first = max(flow.rfind(". ", 0, start) + 2 if ". " in flow[:start] else 0, end - _EXAMPLE)
    last = flow.find(". ", end)
    return " ".join(flow[first : min(last + 1 if last >= 0 else len(flow), first + _EXAMPLE)].split())
