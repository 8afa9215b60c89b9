"""Turn what came back from a review tool into decisions, beside those that were taken on the review page.

A tool can only label text. A span that it added becomes a fact where its text and label say all that the fact needs;
otherwise it becomes a doubt, which the review page asks about. Nothing is dropped in silence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from foi_nlp.exchange.model import AnnotatedText, ExchangeError, Problem, Span, annotated, compare
from foi_nlp.review.decisions import Action, Decision
from foi_nlp.review.items import Item, items_of

if TYPE_CHECKING:
    from foi_nlp.records import LetterRecord, Part

_LISTS = {
    "authorities": "authority",
    "references": "reference",
    "dates": "date",
    "questions": "question",
    "outcomes": "outcome",
    "provisions": "provision",
}


@dataclass
class Returned:
    """What an import came to: decisions to keep, and what did not fit."""

    decisions: list[Decision] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Reviewer:
    """Who decided, when (UTC, ISO 8601), and under which rules the run was made."""

    who: str
    when: str
    rules: str = ""


def decisions_of(
    record: LetterRecord, returned: AnnotatedText, reviewer: Reviewer, *, accept_rest: bool = False
) -> Returned:
    """Give the decisions that a returned letter stands for. `accept_rest`: what was left as it was is accepted.

    Raises ExchangeError when the letter that came back is not the letter of the record.
    """
    if returned.text_sha256 != record.text_sha256 or returned.text != record.text:
        raise ExchangeError(
            f"{record.source}: what came back was made of another text; import it into the run it came from"
        )
    sent = annotated(record)
    difference = compare(sent, returned)
    items = _items_by_key(record)
    out = Returned()
    by_place = {item.key: item for item in items_of(record)}
    touched: set[str] = set()

    def decide(action: Action, before: Item | None, after: Item | None) -> None:
        subject = before or after
        if subject is None:
            return
        touched.add(subject.key)
        out.decisions.append(_decision(record, reviewer, action, before, after))

    for span in difference.removed:
        item = items.get(span.key)
        if item is not None:
            decide("reject", item, None)
        else:
            decide("add", None, _doubt(record, span, f"A reviewer took away the {span.label} here."))
    for old, new in difference.changed:
        item = items.get(old.key)
        if old.label != new.label and item is not None:
            decide("reject", item, None)
        made = _fact(record, new) if old.label != new.label else None
        words = f"A reviewer made of {old.label} «{old.value}» here: {new.label} «{new.value}»."
        decide("add", None, made or _doubt(record, new, words))
    for span in difference.added:
        words = f"A reviewer marked this as {span.label}; say what it is."
        decide("add", None, _fact(record, span) or _doubt(record, span, words))
    if accept_rest:
        for key, item in by_place.items():
            if key not in touched and item.kind != "doubt":
                decide("accept", item, None)
    return out


def _items_by_key(record: LetterRecord) -> dict[str, Item]:
    out: dict[str, Item] = {}
    for name, kind in _LISTS.items():
        out |= {f"{name}/{i}": Item(kind, part) for i, part in enumerate(getattr(record, name))}
    out |= {f"caveats/{part.id}": Item("caveat", part) for part in record.caveats}
    out |= {f"observations/{part.id}": Item("observation", part) for part in record.observations}
    return out


def _decision(
    record: LetterRecord, reviewer: Reviewer, action: Action, before: Item | None, after: Item | None
) -> Decision:
    subject = before or after
    if subject is None:
        raise ValueError("a decision is about something")
    values: list[dict[str, Any] | None] = [
        None if item is None else item.part.model_dump(mode="json") for item in (before, after)
    ]
    content = json.dumps([reviewer.who, record.text_sha256, action, subject.kind, values], sort_keys=True)
    # The same import twice gives the same ids, which the journal keeps once.
    return Decision(
        id=hashlib.sha256(content.encode()).hexdigest()[:32],
        when=reviewer.when,
        who=reviewer.who,
        letter=record.text_sha256,
        source=record.source,
        rules=reviewer.rules,
        action=action,
        kind=subject.kind,
        before=values[0],
        after=values[1],
    )


def _doubt(record: LetterRecord, span: Span, reason: str) -> Item:
    from foi_nlp.records import ReviewItem

    number = next((key for key in [span.key.removeprefix("observations/").removesuffix("/period")] if key), None)
    known = {o.id for o in record.observations}
    return Item(
        "doubt",
        ReviewItem(
            code="imported",
            reason=reason,
            start=span.start,
            end=span.end,
            observation=number if number in known else None,
        ),
    )


def _fact(record: LetterRecord, span: Span) -> Item | None:
    """Make a fact of an added span where its text says enough."""
    text = record.text[span.start : span.end].strip()
    made = next(_facts(span, text), None)
    return Item(*made) if made else None


def _facts(span: Span, text: str) -> Iterator[tuple[str, Part]]:
    from foi_nlp.figures.periods import parse_period
    from foi_nlp.records import Caveat, Date, Reference
    from foi_nlp.registers import by_id

    if span.label == "REFERENCE":
        yield "reference", Reference(value=text, role="authority_reference", start=span.start, end=span.end)
    elif span.label == "DATE":
        found = parse_period(text)
        if found is not None and found.period.start and found.period.start == found.period.end:
            yield "date", Date(role="event", iso=found.period.start, start=span.start, end=span.end)
    elif span.label == "CAVEAT":
        categories = set(by_id("caveats"))
        if span.value in categories:
            yield "caveat", Caveat(id="imported", category=span.value, start=span.start, end=span.end)
