"""One reviewer at work on one run: what the page asks for and what it tells, without any of the web."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from foi_nlp.records import LetterRecord, Observation
from foi_nlp.review.corrections import Row, Settlement, settle
from foi_nlp.review.decisions import Action, Decision, in_force
from foi_nlp.review.doubts import Doubt
from foi_nlp.review.items import FINISHED, Item
from foi_nlp.review.journal import REVIEW_FOLDER, Journal, journal_path
from foi_nlp.review.runs import Entry, Run

Position = tuple[int, int, Doubt, int, str]


class ReviewError(Exception):
    """A request that cannot be carried out. The message is for the reviewer; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a letter is: facts in all, facts decided on, what is open, and when it was last worked on."""

    total: int
    decided: int
    open: tuple[tuple[Doubt, int, str], ...]
    finished: bool
    last: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    letters: int
    finished: int
    total: int
    decided: int

    @property
    def percent(self) -> int:
        """The share decided, rounded down, so that 100 means all."""
        return 100 * self.decided // self.total if self.total else 100


class Session:
    """A reviewer, a run and the reviewer's journal. Safe to use from several threads."""

    def __init__(self, folder: Path, reviewer: str, *, decisions: Path | None = None) -> None:
        self.run = Run(folder)
        self.reviewer = reviewer
        self.journal = Journal(journal_path(decisions or folder / REVIEW_FOLDER, reviewer))
        self._mutex = threading.RLock()
        self._made: dict[str, list[Decision]] = {}
        self._ids: set[str] = set()
        self._statuses: dict[tuple[str, int, int], Status] = {}
        self.problems: list[str] = []
        self._take_up()

    def _take_up(self) -> None:
        found = self.journal.load()
        with self._mutex:
            self.problems = found.problems
            if len(found.decisions) < len(self._ids):
                self._made, self._ids = {}, set()
            for decision in found.decisions:
                if decision.id not in self._ids:
                    self._ids.add(decision.id)
                    self._made.setdefault(decision.letter, []).append(decision)

    def decisions_on(self, letter: str) -> list[Decision]:
        """Give the reviewer's decisions on one letter, undone ones included, oldest first."""
        with self._mutex:
            return list(self._made.get(letter, ()))

    def entry(self, number: int) -> Entry:
        """Give one letter of the run by its number, from 1. Raises ReviewError."""
        entries = self.run.entries
        if not 1 <= number <= len(entries):
            raise ReviewError(f"The run has no letter {number}; it has {len(entries)}.")
        return entries[number - 1]

    def settled(self, entry: Entry) -> Settlement:
        """Give the facts of a letter as they stand now."""
        self._take_up()
        return settle(self.run.read(entry), self.decisions_on(entry.text_sha256))

    def status(self, entry: Entry) -> Status:
        """Say how far a letter is."""
        made = self.decisions_on(entry.text_sha256)
        if not made:
            return Status(len(entry.open) + 1, 0, entry.open, finished=False)
        cached = (entry.text_sha256, entry.offset, len(made))
        status = self._statuses.get(cached)
        if status is None:
            status = status_of(settle(self.run.read(entry), made), last=made[-1].when)
            with self._mutex:
                self._statuses = {key: value for key, value in self._statuses.items() if key[:2] != cached[:2]}
                self._statuses[cached] = status
        return status

    def statuses(self) -> list[tuple[Entry, Status]]:
        """Say how far every letter is, decisions of other processes included."""
        self._take_up()
        return [(entry, self.status(entry)) for entry in self.run.entries]

    def stray_decisions(self) -> dict[str, int]:
        """Count the decisions on letters that are not in this run, by source."""
        held = {entry.text_sha256 for entry in self.run.entries}
        with self._mutex:
            return {made[0].source: len(made) for letter, made in self._made.items() if letter not in held}

    def next_open(self, *, after: tuple[int, str] | None = None, by_letter: bool = False) -> tuple[int, str] | None:
        """Give letter number and key of the next fact to decide on, in the order of the queue, wrapping around.

        `after` is the fact in hand. Facts in doubt come first, across all letters, then the rest letter by letter;
        with `by_letter` each letter is done as a whole. A letter whose facts are all decided ends with the
        question whether it is complete.
        """
        queue: list[Position] = []
        current: Position | None = None
        for entry, status in self.statuses():
            rest = [] if status.finished else [(Doubt.NONE, len(entry.open) + 10**6, FINISHED.key)]
            for doubt, order, key in (*status.open, *rest):
                queue.append(_position(entry.number, doubt, order, key, by_letter=by_letter))
            if after is not None and after[0] == entry.number:
                current = self._position_of(entry, after[1], by_letter=by_letter)
        later = [place for place in queue if current is None or place > current]
        best = min(later or queue, default=None)
        if best is None:
            return None
        return (best[0] if by_letter else best[1]), best[4]

    def _position_of(self, entry: Entry, key: str, *, by_letter: bool) -> Position | None:
        if key == FINISHED.key:
            return _position(entry.number, Doubt.NONE, len(entry.open) + 10**6, key, by_letter=by_letter)
        rows = self.settled(entry).rows
        for order, row in enumerate(rows):
            if row.key == key:
                return _position(entry.number, row.judgement.doubt, order, key, by_letter=by_letter)
        return None

    def decide(
        self,
        entry: Entry,
        action: Action,
        key: str,
        *,
        id: str,  # noqa: A002
        after: Item | None = None,
        seen: str | None = None,
    ) -> Decision:
        """Keep one decision on a fact, or add one (`key` is empty). Raises ReviewError and JournalError.

        `seen` is the id of the decision that the reviewer saw on the fact, empty for none: another one that was taken
        meanwhile, in another window, is not overruled unseen.
        """
        if id in self._ids:
            return next(d for d in self.decisions_on(entry.text_sha256) if d.id == id)
        settlement = self.settled(entry)
        if action == "add":
            if after is None:
                raise ReviewError("There is nothing to add.")
            if any(row.item.key == after.key and row.state != "rejected" for row in settlement.rows):
                raise ReviewError("The letter has this fact already, at this place.")
            subject: Item = after
        elif key == FINISHED.key:
            if action == "accept" and settlement.open:
                raise ReviewError(f"{len(settlement.open)} items of this letter are still to be decided on.")
            _refuse_unseen(settlement.finish_decision, seen)
            subject = FINISHED
        else:
            row = find_row(settlement, key)
            _refuse_unseen(row.decision, seen)
            subject = row.decision.subject if row.decision is not None else row.item
        decision = self._decision(settlement.record, action, subject, after, id)
        self._keep([decision])
        return decision

    def accept_all(self, entry: Entry, *, id: str) -> int:  # noqa: A002
        """Accept every open fact of a letter as it stands, and call the letter finished. Gives how many."""
        settlement = self.settled(entry)
        subjects = [row.item for row in settlement.open] + ([] if settlement.finished else [FINISHED])
        self._keep(
            [
                self._decision(settlement.record, "accept", subject, None, f"{id}-{number}")
                for number, subject in enumerate(subjects)
            ]
        )
        return len(subjects)

    def undo(self, entry: Entry, *, id: str, decision_id: str) -> str | None:  # noqa: A002
        """Take back one decision, which must be the last one in force on its fact. Gives the fact's key."""
        self._take_up()
        made = self.decisions_on(entry.text_sha256)
        for key, decisions in in_force(made).items():
            if decisions[-1].id == decision_id:
                record = self.run.read(entry)
                undo = Decision(
                    id=id, when=_now(), who=self.reviewer, letter=record.text_sha256, source=record.source,
                    rules=self.run.rules_sha256, action="undo", kind=decisions[-1].kind, undoes=decision_id,
                )  # fmt: skip
                self._keep([undo])
                return key
        raise ReviewError("This decision was taken back already.")

    def last_decision(self, entry: Entry) -> Decision | None:
        """Give the last decision in force on a letter: the one that undo takes back."""
        made = [d for decisions in in_force(self.decisions_on(entry.text_sha256)).values() for d in decisions]
        order = {decision.id: place for place, decision in enumerate(self.decisions_on(entry.text_sha256))}
        return max(made, key=lambda decision: order[decision.id], default=None)

    def _decision(self, record: LetterRecord, action: Action, subject: Item, after: Item | None, id: str) -> Decision:  # noqa: A002
        before = None if action == "add" else subject.part.model_dump(mode="json")
        part = (after or subject).part
        named = {c.id: (c.category, c.start, c.end) for c in record.caveats}
        return Decision(
            id=id, when=_now(), who=self.reviewer, letter=record.text_sha256, source=record.source,
            rules=self.run.rules_sha256, action=action, kind=subject.kind, before=before,
            after=after.part.model_dump(mode="json") if after is not None else None,
            caveats=[named[c] for c in part.caveats if c in named] if isinstance(part, Observation) else [],
        )  # fmt: skip

    def _keep(self, decisions: list[Decision]) -> None:
        self.journal.append(decisions)
        self._take_up()


def _refuse_unseen(last: Decision | None, seen: str | None) -> None:
    if seen is None or seen == (last.id if last is not None else ""):
        return
    if last is None:
        raise ReviewError("What you saw here was taken back in another window. Nothing was changed; decide again.")
    what = {"accept": "accepted", "reject": "rejected", "edit": "corrected", "add": "added"}[last.action]
    raise ReviewError(f"This was {what} in another window meanwhile. Nothing was changed; look, and decide again.")


def find_row(settlement: Settlement, key: str) -> Row:
    """Find a fact by its key. Raises ReviewError."""
    for row in settlement.rows:
        if row.key == key:
            return row
    raise ReviewError("This item is no longer here; it was changed in another window or by a new run.")


def status_of(settlement: Settlement, *, last: str = "") -> Status:
    """Say how far a settled letter is."""
    open_rows = tuple(
        (row.judgement.doubt, order, row.key) for order, row in enumerate(settlement.rows) if row.state == "open"
    )
    return Status(
        total=len(settlement.rows) + 1,
        decided=len(settlement.rows) - len(open_rows) + settlement.finished,
        open=open_rows,
        finished=settlement.finished,
        last=last,
    )


def progress_of(statuses: list[tuple[Entry, Status]]) -> Progress:
    """Add up the progress of letters."""
    return Progress(
        letters=len(statuses),
        finished=sum(status.finished for _, status in statuses),
        total=sum(status.total for _, status in statuses),
        decided=sum(status.decided for _, status in statuses),
    )


def _position(number: int, doubt: Doubt, order: int, key: str, *, by_letter: bool) -> Position:
    return (number, int(doubt), doubt, order, key) if by_letter else (int(doubt), number, doubt, order, key)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
