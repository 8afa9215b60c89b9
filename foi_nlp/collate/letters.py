"""Take in the letters of runs: give each an id and its responders, and tell copies of one letter.

Writes the tables `runs`, `letters`, `timeliness` and `authorities`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from foi_nlp.collate.breaks import with_breaks
from foi_nlp.collate.campaign import Authority
from foi_nlp.collate.grading import line_of
from foi_nlp.collate.reviewing import Kept, Reviews, read_decisions, reviews_of
from foi_nlp.collate.schema import joined
from foi_nlp.records import LetterRecord

if TYPE_CHECKING:
    from foi_nlp.collate.tables import Tables

UNKNOWN = "unknown"
_RESPONDING = frozenset({"responder", "joint_responder"})


@dataclass(frozen=True)
class Run:
    """Letters that were annotated together: the folder's name, its records as the rules made them, and those rules.

    `decisions` of reviewers are kept beside it; None where they are to be left out.
    """

    name: str
    records: tuple[LetterRecord, ...]
    version: str = ""
    rules_sha256: str = ""
    decisions: Kept | None = field(default_factory=Kept)


@dataclass(frozen=True)
class CollatedLetter:
    """A letter with its ids. `responders` are the ids of the authorities that answer, in order.

    `decisions` of reviewers are in its record; None where they were to be left out.
    """

    id: str
    run: str
    record: LetterRecord
    responders: tuple[str, ...]
    duplicate_of: str | None = None
    decisions: int | None = 0

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
    """Read the run that annotate wrote to a folder, and what its reviewers decided. Raises StoreError for what is none.

    With `predictions` their decisions are left out.
    """
    from foi_nlp.store import RUN, read_records

    records = tuple(read_records(folder))
    try:
        about = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = {}
    versions = about.get("versions") or {}
    return Run(
        folder.name or str(folder),
        records,
        str(versions.get("foi_nlp", "")),
        str(about.get("rules_sha256", "")),
        None if predictions else read_decisions(folder),
    )


def read_letters(tables: Tables, runs: Sequence[Run]) -> list[CollatedLetter]:
    """Give the letters of runs as reviewers left them, with their ids; a copy names the letter that counts for it.

    Writes the table `runs`, and says what is to know of reviews and copies.
    """
    left_out = any(run.decisions is None for run in runs)
    reviews = Reviews() if left_out else reviews_of([(run.name, run.records, run.decisions or Kept()) for run in runs])
    _add_runs(tables, runs, None if left_out else reviews)
    taken: Counter[str] = Counter()
    copies: dict[object, list[int]] = {}
    letters: list[CollatedLetter] = []
    for number, run in enumerate(runs, start=1):
        for record in run.records:
            base = f"L{record.text_sha256[:12] or 'x'}"
            taken[base] += 1
            own = base if taken[base] == 1 else f"{base}-{taken[base]}"
            found = _letter(own, f"R{number}", record)
            letter = _letter(own, f"R{number}", reviews.applied(record))
            letters.append(replace(letter, decisions=None if left_out else reviews.count(record)))
            # What a reviewer corrected in one copy makes it no other letter: they are alike as found, or as corrected.
            keys = (record.text_sha256, _facts_key(found), _facts_key(letter))
            alike = next((copies[key] for key in keys if key in copies), [])
            alike.append(len(letters) - 1)
            copies.update(dict.fromkeys((key for key in keys if key not in copies), alike))
    for alike in {id(found): found for found in copies.values()}.values():
        _settle_copies(tables, letters, alike)
    for letter in letters:
        if letter.duplicate_of is None and not letter.responders:
            tables.add_issue("no_authority", f"{letter.record.source}: who answers is not known", letter=letter.id)
    return letters


def _letter(own: str, run: str, record: LetterRecord) -> CollatedLetter:
    record = with_breaks(_with_own_ids(record))
    return CollatedLetter(own, run, record, _responders(record))


def _settle_copies(tables: Tables, letters: list[CollatedLetter], alike: Sequence[int]) -> None:
    """Let one of several copies count: the one with most decisions of reviewers, and of equal ones the first."""
    standing = letters[max(alike, key=lambda n: (letters[n].decisions or 0, -n))]
    for n in alike:
        letter = letters[n]
        if letter is standing:
            continue
        letters[n] = replace(letter, responders=standing.responders, duplicate_of=standing.id)
        text = f"{letter.record.source} is the same letter as {standing.record.source}: it counts once"
        if letter.decisions and letter.record.text_sha256 != standing.record.text_sha256:
            text += "; both were reviewed, and the decisions on the first are not used"
        tables.add_issue("duplicate", text, letter=letter.id)


def _add_runs(tables: Tables, runs: Sequence[Run], reviews: Reviews | None) -> None:
    for number, run in enumerate(runs, start=1):
        decisions, reviewers = (None, None) if reviews is None else reviews.in_runs[number - 1]
        tables.add("runs", run_id=f"R{number}", folder=run.name, letters=len(run.records),
                   version=run.version or None, rules_sha256=run.rules_sha256 or None,
                   decisions=decisions, reviewers=reviewers)  # fmt: skip
    for code, text in reviews.notes if reviews else ():
        tables.add_issue(code, text)


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
        decisions=letter.decisions,
        duplicate_of=letter.duplicate_of,
    )
    if letter.duplicate_of is None:
        clock = record.timeliness
        tables.add(
            "timeliness",
            letter_id=letter.id,
            authority_ids=joined(letter.responders),
            regime=record.regime,
            clarified=_last(record, "clarified"),
            in_time={True: "yes", False: "no", None: UNKNOWN}[clock.in_time],
            note=clock.note or None,
            received_evidence_id=_place_of_date(tables, letter, "received", clock.received),
            answered_evidence_id=_place_of_date(tables, letter, "letter_date", clock.answered),
            **clock.model_dump(include={"received", "answered", "working_days", "limit", "deadline"}),
        )


def _last(record: LetterRecord, role: str) -> str | None:
    return max((d.iso for d in record.dates if d.role == role), default=None)


def _place_of_date(tables: Tables, letter: CollatedLetter, role: str, iso: str | None) -> str | None:
    dates = [d for d in letter.record.dates if d.role == role and d.iso == iso]
    return tables.place(letter, dates[0].start, dates[0].end) if dates else None


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
