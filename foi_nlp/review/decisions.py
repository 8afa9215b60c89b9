"""One decision of a reviewer: who decided what about which fact of which letter, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from foi_nlp.records import Part
from foi_nlp.review.items import KINDS, Item, item_of

DECISION_SCHEMA = "foi_decision/1"

Action = Literal["accept", "reject", "edit", "add", "undo"]


class Decision(Part):
    """A decision. `before` is the fact as the reviewer saw it, `after` as it should be; the prediction stays as it is.

    * `accept` and `reject` have `before`, `edit` has both, `add` has `after`, `undo` names a decision in `undoes`.
    * `letter` is the `text_sha256` of the letter, so that a decision finds its letter in any run.
    * `rules` is the `rules_sha256` of the run in which it was taken; `when` is UTC.
    * `caveats` are the caveats of a figure as (category, start, end), because their ids change from run to run.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)

    schema_: Literal["foi_decision/1"] = Field(default="foi_decision/1", alias="schema")
    id: str
    when: str
    who: str
    letter: str
    source: str
    rules: str = ""
    action: Action
    kind: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    caveats: list[tuple[str, int, int]] = Field(default_factory=list)
    undoes: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Decision:
        if self.kind not in KINDS:
            raise ValueError(f"no kind of fact is called {self.kind!r}; known are {', '.join(KINDS)}")
        wanted = {
            "accept": (True, False), "reject": (True, False), "edit": (True, True), "add": (False, True),
            "undo": (False, False),
        }[self.action]  # fmt: skip
        if (self.before is not None, self.after is not None) != wanted:
            raise ValueError(f"{self.action} with before={self.before is not None} and after={self.after is not None}")
        if (self.undoes is not None) != (self.action == "undo"):
            raise ValueError("`undoes` belongs to undo, and only to it")
        for values in (self.before, self.after):
            if values is not None:
                try:
                    item_of(self.kind, values)
                except ValidationError as error:
                    raise ValueError(validation_words(error)) from None
        return self

    @cached_property
    def subject(self) -> Item:
        """The fact that the decision is about: as it was seen, or as it was added. Not for undo."""
        values = self.before if self.before is not None else self.after
        if values is None:
            raise ValueError(f"decision {self.id}: an undo has no fact of its own")
        return item_of(self.kind, values)

    @cached_property
    def result(self) -> Item | None:
        """The fact as it stands after the decision; None where it was rejected."""
        if self.action == "reject":
            return None
        return item_of(self.kind, self.after) if self.after is not None else self.subject


def validation_words(error: ValidationError) -> str:
    """Say in one line what pydantic found wrong."""
    parts = []
    for problem in error.errors(include_url=False, include_context=False)[:3]:
        where = ".".join(str(step) for step in problem["loc"])
        parts.append(f"{where}: {problem['msg']}" if where else problem["msg"])
    return "; ".join(parts)


def in_force(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """Give the decisions of one letter and reviewer that were not undone: item key -> decisions, oldest first."""
    decisions = list(decisions)
    undone = {d.undoes for d in decisions if d.action == "undo"}
    out: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.action != "undo" and decision.id not in undone:
            out.setdefault(decision.subject.key, []).append(decision)
    return out


def by_letter(decisions: Sequence[Decision]) -> dict[str, list[Decision]]:
    """Sort decisions by the letter (`text_sha256`) they are about, keeping their order."""
    out: dict[str, list[Decision]] = {}
    for decision in decisions:
        out.setdefault(decision.letter, []).append(decision)
    return out
