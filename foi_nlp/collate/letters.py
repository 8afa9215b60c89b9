"""Take in the letters of runs: give each an id and its responders, and tell copies of one letter.

Writes the tables `runs`, `letters`, `timeliness` and `authorities`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foi_nlp.collate.breaks import with_breaks
from foi_nlp.collate.campaign import Authority
from foi_nlp.collate.grading import line_of
from foi_nlp.collate.reviewing import Reviewed, reviewed
from foi_nlp.collate.schema import joined
from foi_nlp.records import LetterRecord

if TYPE_CHECKING:
    from foi_nlp.collate.tables import Tables

UNKNOWN = "unknown"
_RESPONDING = frozenset({"responder", "joint_responder"})


@dataclass(frozen=True)
class Run:
    """Letters that were annotated together: the folder's name, its records, and what annotated them.

    `decisions` of `reviewers` are in the records; None where they were to be left out. `notes` are issues, by code.
    """

    name: str
    records: tuple[LetterRecord, ...]
    version: str = ""
    rules_sha256: str = ""
    decisions: int | None = 0
    reviewers: int | None = 0
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CollatedLetter:
    """A letter with its ids. `responders` are the ids of the authorities that answer, in order."""

    id: str
    run: str
    record: LetterRecord
    responders: tuple[str, ...]
    duplicate_of: str | None = None

    @property
    def date(self) -> str:
        """Give the date of the letter, or the empty text."""
        return next((d.iso for d in self.record.dates if d.role == "letter_date"), "")

    @property
    def references(self) -> tuple[str, ...]:
        """Give the authority's references of the letter, each once."""
        found = (r.value for r in self.record.references if r.role == "authority_reference")
        return tuple(dict.fromkeys(found))


def read_run(folder: Path, *, predictions: bool = False) -> Run:
    """Read the run that annotate wrote to a folder, as corrected by its reviewers. Raises StoreError for what is none.

    With `predictions` the records stay as the rules made them.
    """
    from foi_nlp.store import RUN, read_records

    records = tuple(read_records(folder))
    try:
        about = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = {}
    versions = about.get("versions") or {}
    found = Reviewed(records, None, None) if predictions else reviewed(folder, records)
    return Run(
        folder.name or str(folder),
        found.records,
        str(versions.get("foi_nlp", "")),
        str(about.get("rules_sha256", "")),
        found.decisions,
        found.reviewers,
        found.notes,
    )


def read_letters(runs: Sequence[Run]) -> list[CollatedLetter]:
    """Give the letters of runs with their ids; one that stands among them already names the first of its kind."""
    taken: Counter[str] = Counter()
    by_text: dict[str, CollatedLetter] = {}
    by_facts: dict[tuple[object, ...], CollatedLetter] = {}
    letters = []
    for number, run in enumerate(runs, start=1):
        for record in map(with_breaks, map(_with_own_ids, run.records)):
            base = f"L{record.text_sha256[:12] or 'x'}"
            taken[base] += 1
            own = base if taken[base] == 1 else f"{base}-{taken[base]}"
            letter = CollatedLetter(own, f"R{number}", record, _responders(record))
            first = by_text.setdefault(record.text_sha256, letter)
            if first is letter:
                first = by_facts.setdefault(_facts_key(letter), letter)
            if first is not letter:
                letter = CollatedLetter(own, f"R{number}", record, letter.responders, duplicate_of=first.id)
            letters.append(letter)
    return letters


def add_runs(tables: Tables, runs: Sequence[Run]) -> None:
    """Add the rows of `runs`, and what is to know of their reviews."""
    for number, run in enumerate(runs, start=1):
        tables.add("runs", run_id=f"R{number}", folder=run.name, letters=len(run.records),
                   version=run.version or None, rules_sha256=run.rules_sha256 or None,
                   decisions=run.decisions, reviewers=run.reviewers)  # fmt: skip
        for code, text in run.notes:
            tables.add_issue(code, text)


def report_letters(tables: Tables, letters: Sequence[CollatedLetter]) -> None:
    """Say which letters are copies of others, and of which it is not known who answers."""
    sources = {letter.id: letter.record.source for letter in letters}
    for letter in letters:
        source = letter.record.source
        if letter.duplicate_of is not None:
            text = f"{source} is the same letter as {sources[letter.duplicate_of]}: it counts once"
            tables.add_issue("duplicate", text, letter=letter.id)
        elif not letter.responders:
            tables.add_issue("no_authority", f"{source}: who answers is not known", letter=letter.id)


def add_letter(tables: Tables, letter: CollatedLetter) -> None:
    """Add the rows of `letters` and `timeliness` of one letter."""
    record = letter.record
    outcome = record.letter_outcome
    tables.add(
        "letters",
        letter_id=letter.id,
        run_id=letter.run,
        source=record.source,
        source_sha256=record.source_sha256,
        text_sha256=record.text_sha256,
        authority_ids=joined(letter.responders),
        reference=joined(letter.references),
        regime=record.regime,
        letter_date=letter.date or None,
        as_of=next((d.iso for d in record.dates if d.role == "as_of"), None),
        outcome=outcome.id if outcome else None,
        alaveteli=outcome.alaveteli if outcome else None,
        to_review=len(record.needs_review),
        notes="; ".join(note.text for note in record.source_notes) or None,
        duplicate_of=letter.duplicate_of,
    )
    if letter.duplicate_of is None:
        t = record.timeliness
        tables.add(
            "timeliness",
            letter_id=letter.id,
            authority_ids=joined(letter.responders),
            regime=record.regime,
            received=t.received,
            answered=t.answered,
            working_days=t.working_days,
            limit=t.limit,
            deadline=t.deadline,
            in_time={True: "yes", False: "no", None: UNKNOWN}[t.in_time],
            note=t.note or None,
        )


def add_authorities(tables: Tables, letters: Sequence[CollatedLetter], known: Mapping[str, Authority]) -> None:
    """Add the authorities that the other tables name."""
    used = {str(row["authority_id"]) for row in tables.rows["requests"]}
    used |= {responder for letter in letters for responder in letter.responders}
    for authority in sorted(used):
        entry = known.get(authority) or Authority(authority, _stated_name(authority, letters), "", "", "")
        tables.add("authorities", authority_id=authority, name=entry.name, kind=entry.kind or None,
                   nation=entry.nation or None, regime=entry.regime or None)  # fmt: skip


def _responders(record: LetterRecord) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a.id for a in record.authorities if a.role in _RESPONDING))


def _stated_name(authority: str, letters: Sequence[CollatedLetter]) -> str:
    for letter in letters:
        for stated in letter.record.authorities:
            if stated.id == authority:
                return stated.name
    return "not known" if authority == UNKNOWN else authority


def _with_own_ids(record: LetterRecord) -> LetterRecord:
    """Give a record in which no two figures and no two caveats bear one id, as corrected records may."""
    observations, caveats = ([o.id for o in record.observations], [c.id for c in record.caveats])
    if len(set(observations)) == len(observations) and len(set(caveats)) == len(caveats):
        return record
    return record.model_copy(
        update={
            "observations": [
                o if i == observations.index(o.id) else o.model_copy(update={"id": f"{o.id}~{i}"})
                for i, o in enumerate(record.observations)
            ],
            "caveats": [
                c if i == caveats.index(c.id) else c.model_copy(update={"id": f"{c.id}~{i}"})
                for i, c in enumerate(record.caveats)
            ],
        }
    )


def _facts_key(letter: CollatedLetter) -> tuple[object, ...]:
    """Give what tells that two files hold the same letter: force, reference, date, outcomes and figures all equal.

    A letter without reference or date is like no other.
    """
    record = letter.record
    if not (letter.responders and letter.references and letter.date):
        return (letter.id,)
    figures = sorted((o.question or "", o.period.label, line_of(o.breakdown), o.value_raw) for o in record.observations)
    outcomes = sorted((o.question, o.outcome) for o in record.outcomes)
    asked = tuple(sorted(" ".join(q.text.split()) for q in record.questions))
    return (letter.responders, letter.references, letter.date, tuple(figures), tuple(outcomes), asked)
