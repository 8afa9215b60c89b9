"""Put what reviewers decided in the place of what the rules found.

Decisions are kept beside a run, in RUN/review. Those of several reviewers are merged as `foi_nlp review gold` does:
where they differ, what the rules found stays, and the item is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foi_nlp.collate.errors import CollateError
from foi_nlp.records import LetterRecord
from foi_nlp.store import LETTERS


@dataclass(frozen=True)
class Reviewed:
    """The records of a run after review, how many decisions of how many reviewers made them, and what to know.

    `notes` are pairs of the code and the text of an issue.
    """

    records: tuple[LetterRecord, ...]
    decisions: int | None = 0
    reviewers: int | None = 0
    notes: tuple[tuple[str, str], ...] = ()


def reviewed(run: Path, records: Sequence[LetterRecord]) -> Reviewed:
    """Apply the decisions that are kept beside a run to its records. Raises CollateError for what cannot be read."""
    from foi_nlp.review.corrections import apply_decisions
    from foi_nlp.review.decisions import by_letter, in_force
    from foi_nlp.review.items import FINISHED
    from foi_nlp.review.journal import REVIEW_FOLDER, Journal, reviewers
    from foi_nlp.review.merging import merge

    folder = (run.parent if run.name == LETTERS else run) / REVIEW_FOLDER
    try:
        journals = {name: Journal(folder / f"{name}.jsonl").load() for name in reviewers(folder)}
    except OSError as error:
        raise CollateError(f"{folder}: the reviewers' decisions cannot be read: {error.strerror or error}") from None
    merged = merge({name: found.decisions for name, found in journals.items()})
    held = {record.text_sha256 for record in records}
    agreed = by_letter(merged.decisions)
    items = {(letter, key) for letter, made in agreed.items() if letter in held for key in in_force(made)}
    items = {(letter, key) for letter, key in items if key != FINISHED.key}
    taking_part = [
        name
        for name, found in journals.items()
        if any((letter, key) in items for letter, made in by_letter(found.decisions).items() for key in in_force(made))
    ]
    notes = [("unreadable_decision", problem) for found in journals.values() for problem in found.problems]
    notes += [
        ("reviewers_differ", f"reviewers differ, so what the rules found stands: {conflict.words}")
        for conflict in merged.conflicts
        if conflict.letter in held and conflict.kind != FINISHED.kind
    ]
    notes += [
        ("stray_decisions", f"{made[0].source}: {_decisions(len(in_force(made)))} on a text that {run.name} lacks")
        for letter, made in agreed.items()
        if letter not in held
    ]
    return Reviewed(
        tuple(apply_decisions(record, agreed.get(record.text_sha256, ())) for record in records),
        len(items),
        len(taking_part),
        tuple(notes),
    )


def _decisions(number: int) -> str:
    return f"{number} decision was not applied, made" if number == 1 else f"{number} decisions were not applied, made"
