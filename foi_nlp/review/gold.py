"""Gold facts from a review: what is settled in the letters that a reviewer finished."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foi_nlp.records import LetterRecord
from foi_nlp.review.corrections import Change, Settlement, corrected_record, settle
from foi_nlp.review.decisions import Decision, by_letter
from foi_nlp.review.journal import REVIEW_FOLDER, JournalError, load_decisions, reviewers
from foi_nlp.review.merging import merge_run
from foi_nlp.review.runs import Run

GOLD_SCHEMA = "foi_gold/1"


@dataclass
class GoldResult:
    """What was written, the sources of letters that are not finished, and notes for the user."""

    written: list[Path] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class RunChanges:
    """What the rules of a run change about settled items, and notes for the user."""

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def gold_of(settlement: Settlement) -> dict[str, Any]:
    """Give the gold of a letter: its settled facts in the shape of a record, and the `file` that it is gold for."""
    record: LetterRecord = corrected_record(settlement, settled_only=True)
    values = record.model_dump(mode="json", by_alias=True)
    return {"file": base_name(record.source), **values, "schema": GOLD_SCHEMA}


def base_name(source: str) -> str:
    """Give the last name of a source, `reply.docx` for `mail.zip!/reply.docx`."""
    return re.split(r"[/\\]", source)[-1]


def write_gold(
    run: Path,
    folder: Path,
    *,
    reviewer: str | None = None,
    decider: str | None = None,
    decisions: Path | None = None,
) -> GoldResult:
    """Write a gold file for every finished letter of a run. Raises JournalError when nobody has reviewed it.

    Without `reviewer` the decisions of all are merged; items on which they differ are not settled, and a letter
    with such an item is not finished.
    """
    out = GoldResult()
    made, disputed = _decisions(run, reviewer, decider, decisions, out.notes)
    names: dict[str, str] = {}
    folder.mkdir(parents=True, exist_ok=True)
    for settlement in _settlements(run, made, out.notes):
        record = settlement.record
        if not settlement.finished or record.text_sha256 in disputed:
            out.unfinished.append(record.source)
            continue
        gold = gold_of(settlement)
        name = gold["file"]
        if names.setdefault(name.lower(), record.text_sha256) != record.text_sha256:
            name = f"{name}.{record.text_sha256[:12]}"
            out.notes.append(
                f"{record.source}: another letter has the same file name, and `evaluate` tells letters apart by it; "
                f"its gold is {name}.json"
            )
        path = folder / f"{name}.json"
        _replace(path, json.dumps(gold, ensure_ascii=False, indent=1) + "\n")
        out.written.append(path)
    return out


def changes_of_run(run: Path, *, reviewer: str | None = None, decisions: Path | None = None) -> RunChanges:
    """List what the rules of a run change about settled items. Raises JournalError when nobody has reviewed it."""
    out = RunChanges()
    folder = decisions or run / REVIEW_FOLDER
    names = [reviewer] if reviewer is not None else reviewers(folder)
    if not names:
        raise JournalError(f"{folder}: nobody has decided anything yet; review the run first")
    for name in names:
        found = load_decisions(folder, reviewer=name)
        out.notes += found.problems
        for settlement in _settlements(run, found.decisions, out.notes):
            out.changes += settlement.changes
    out.changes = list(dict.fromkeys(out.changes))
    out.notes = list(dict.fromkeys(out.notes))
    return out


def _decisions(
    run: Path, reviewer: str | None, decider: str | None, decisions: Path | None, notes: list[str]
) -> tuple[Sequence[Decision], set[str]]:
    folder = decisions or run / REVIEW_FOLDER
    if reviewer is not None:
        found = load_decisions(folder, reviewer=reviewer)
        notes += found.problems
        if not found.decisions:
            there = ", ".join(reviewers(folder)) or "nobody"
            raise JournalError(f"{folder}: {reviewer} has decided nothing; decisions are there of {there}")
        return found.decisions, set()
    merged = merge_run(run, decider=decider, decisions=decisions)
    notes += merged.problems
    notes += [f"conflict, so the letter is not gold yet: {conflict.words}" for conflict in merged.conflicts]
    return merged.decisions, {conflict.letter for conflict in merged.conflicts}


def _settlements(run: Path, made: Sequence[Decision], notes: list[str]) -> Iterator[Settlement]:
    """Settle the letters of a run one by one. Decisions on letters that are not in it are noted."""
    source = Run(run)
    notes += [problem for problem in source.problems if problem not in notes]
    of_letter = by_letter(list(made))
    for entry in source.entries:
        yield settle(source.read(entry), of_letter.get(entry.text_sha256, ()))
    held = {entry.text_sha256 for entry in source.entries}
    notes += [
        f"{found[0].source}: {len(found)} decisions were made on another text than this run has, and do not apply"
        for letter, found in of_letter.items()
        if letter not in held
    ]


def _replace(path: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    data = text.encode("utf-8", "surrogatepass")
    partial = path.with_name(f".{path.name[:100]}.{hashlib.sha256(data).hexdigest()[:8]}.partial")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
