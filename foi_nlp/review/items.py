"""What a reviewer decides on: the facts of a record, one by one, each under a key that outlives the run.

A key is made of the letter's text, the kind of fact, where it stands and what it says. Ids such as `o3` are not in
it, because they are numbered anew whenever a letter is annotated again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from foi_nlp.records import (
    Authority,
    Caveat,
    Date,
    LetterOutcome,
    LetterRecord,
    Observation,
    Outcome,
    Part,
    Provision,
    Question,
    Reference,
    ReviewItem,
)

KEY_LENGTH = 20


class Finished(Part):
    """A reviewer's word that nothing is missing from a letter: what is settled is all that it says."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact. `says` are the fields that make up what it says; `attribute` is its list in a record."""

    name: str
    attribute: str
    part: type[Part]
    says: tuple[str, ...]
    heading: str


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "observation",
            "observations",
            Observation,
            ("question", "metric", "breakdown", "period", "value", "symbol", "status"),
            "Figures",
        ),
        Kind("doubt", "needs_review", ReviewItem, ("code", "reason"), "To review"),
        Kind("question", "questions", Question, ("id", "parent"), "Questions"),
        Kind("outcome", "outcomes", Outcome, ("question", "outcome", "secondary"), "Outcomes"),
        Kind("letter_outcome", "letter_outcome", LetterOutcome, ("id",), "Outcome of the request"),
        Kind("provision", "provisions", Provision, ("id", "status"), "Provisions"),
        Kind("caveat", "caveats", Caveat, ("category", "scope"), "Caveats"),
        Kind("date", "dates", Date, ("role", "iso"), "Dates"),
        Kind("reference", "references", Reference, ("value", "role"), "References"),
        Kind("authority", "authorities", Authority, ("id", "role"), "Authorities"),
        Kind("letter", "", Finished, (), "The letter"),
    )
}

ADDABLE = (
    "observation",
    "question",
    "outcome",
    "provision",
    "caveat",
    "date",
    "reference",
    "authority",
    "letter_outcome",
)


@dataclass(frozen=True)
class Item:
    """One fact of a letter: its kind, the stretch of text it stands on (half-open code points) and its part."""

    kind: str
    part: Part

    @property
    def start(self) -> int:
        """Where the fact begins; 0 for facts of the whole letter."""
        return int(getattr(self.part, "start", 0))

    @property
    def end(self) -> int:
        """Where the fact ends; 0 for facts of the whole letter."""
        return int(getattr(self.part, "end", 0))

    @property
    def place(self) -> tuple[str, int, int]:
        """Its kind, start and end."""
        return self.kind, self.start, self.end

    @cached_property
    def says(self) -> str:
        """What the fact says, as JSON with sorted keys: the fields that a reviewer confirms."""
        values = self.part.model_dump(mode="json", include=set(KINDS[self.kind].says))
        if self.kind == "observation":
            values["period"] = {name: values["period"][name] for name in ("label", "type", "start", "end")}
        return json.dumps(values, ensure_ascii=False, sort_keys=True)

    @cached_property
    def key(self) -> str:
        """The stable key within a letter, as hexadecimal digits."""
        text = json.dumps([*self.place, self.says])
        return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


FINISHED = Item("letter", Finished())


def item_of(kind: str, values: Mapping[str, Any]) -> Item:
    """Build an item from plain values. Raises KeyError for an unknown kind, pydantic's error for unfit values."""
    return Item(kind, KINDS[kind].part.model_validate(dict(values)))


def items_of(record: LetterRecord) -> list[Item]:
    """Give the facts of a record, in the order of its lists; what is said twice at one place is given once."""
    out: dict[str, Item] = {}
    for kind in KINDS.values():
        parts: list[Part] = []
        if kind.name == "letter_outcome":
            parts = [record.letter_outcome] if record.letter_outcome else []
        elif kind.attribute:
            parts = getattr(record, kind.attribute)
        for part in parts:
            item = Item(kind.name, part)
            out.setdefault(item.key, item)
    return list(out.values())
