"""Apply decisions to the record of a letter, whatever rules made that record.

What a reviewer settled stays settled when newer rules annotate the letter again:

* The rules say the same as then: the decision holds.
* They now say what the reviewer said: the item is settled, and nothing is said twice.
* They say something else at the same place: the reviewer's fact stands in its place, and the change is listed.
  Where the reviewer only rejected the old reading, the new one is open for review.
* They no longer find it: an accepted, corrected or added fact is put back, and the change is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from foi_nlp.records import Caveat, Date, LetterOutcome, LetterRecord, Observation, Part, ReviewItem
from foi_nlp.review.decisions import Decision, in_force
from foi_nlp.review.doubts import SURE, Judge, Judgement
from foi_nlp.review.items import FINISHED, KINDS, Item, items_of
from foi_nlp.review.readding import Check, Readded, Reviewed, add_up_again, outdated
from foi_nlp.review.words import part_words
from foi_nlp.timeliness import REVIEW, timeliness_of

State = Literal["open", "accepted", "rejected", "corrected", "added"]
ChangeType = Literal["says otherwise", "no longer found", "agrees now", "new"]


@dataclass(frozen=True, slots=True)
class Row:
    """A fact as it stands after review. `key` is the key under which it is decided on.

    `predicted` is what the rules say here (None for what only the reviewer says); `item` is what holds.
    `readded` is set on the figures of a table that a reviewer corrected: `item` has the check after correction.
    """

    key: str
    item: Item
    state: State
    predicted: Item | None
    decision: Decision | None = None
    judgement: Judgement = SURE
    readded: Readded | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What newer rules change about a settled fact. `settled` and `now` are in words; empty where there is none."""

    source: str
    type: ChangeType
    kind: str
    start: int
    end: int
    settled: str
    now: str


@dataclass
class Settlement:
    """The facts of a letter after review. `finished`: the reviewer said that nothing is missing."""

    record: LetterRecord
    rows: list[Row] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    finished: bool = False
    finish_decision: Decision | None = None

    @property
    def open(self) -> list[Row]:
        """The facts that nobody has decided on."""
        return [row for row in self.rows if row.state == "open"]


def settle(record: LetterRecord, decisions: Iterable[Decision]) -> Settlement:
    """Bring the facts of a record and one reviewer's decisions together. Decisions on other letters are ignored."""
    forced = in_force(d for d in decisions if d.letter == record.text_sha256)
    out = Settlement(record)
    if finished := forced.pop(FINISHED.key, None):
        out.finished = finished[-1].action == "accept"
        out.finish_decision = finished[-1]
    judge = Judge(record)
    predicted = {item.key: item for item in items_of(record)}
    lost = {key: made for key, made in forced.items() if key not in predicted}
    claimed: dict[str, Row] = {}
    extra: list[Row] = []
    for key, item in predicted.items():
        if key in forced:
            claimed[key] = _decided(key, item, forced[key], judge(item))
            if claimed[key].state == "accepted" and forced[key][0].action == "add":
                _note(out, "agrees now", item, item)
    gone: set[str] = set()
    for key, row in list(claimed.items()):
        twin = row.item.key
        if row.state == "corrected" and twin in predicted and twin not in claimed:
            # The rules say the old and the corrected fact: the corrected one is confirmed, the old one gives way.
            claimed[twin] = Row(key, predicted[twin], "accepted", predicted[twin], row.decision)
            gone.add(claimed.pop(key).key)
            _note(out, "agrees now", row.item, predicted[twin])
    for key, made in lost.items():
        _settle_lost(out, key, made, predicted, claimed, extra)
    for key, item in predicted.items():
        if key not in claimed and key not in gone:
            claimed[key] = Row(key, item, "open", item, None, judge(item))
            if out.finished and item.kind != "doubt":
                _note(out, "new", None, item)
    out.rows = [claimed[key] for key in predicted if key in claimed]
    for row in extra:
        _insert(out.rows, row)
    _add_up(out, judge)
    return out


def _add_up(out: Settlement, judge: Judge) -> None:
    """Check the figures of corrected tables against the totals once more, and say so."""
    figures = {at: _reviewed(row) for at, row in enumerate(out.rows) if row.item.kind == "observation"}
    if not any(figure.changed for figure in figures.values()):
        return
    for table in out.record.tables:
        sums = add_up_again(out.record, table, list(figures.values()))
        if sums is None:
            continue
        for at, row in enumerate(out.rows):
            part = row.item.part
            if isinstance(part, ReviewItem) and part.table == table.id and part.code == "totals_disagree":
                judged = replace(row.judgement, reasons=(*row.judgement.reasons, *(sums.reasons or [_NOT_READDED])))
                out.rows[at] = replace(row, judgement=judged)
            elif isinstance(part, Observation) and part.table == table.id and part.cell is not None:
                now = None if sums.checks is None else sums.checks.get(part.cell, "unchecked")
                out.rows[at] = _readded(row, part, now, judge, sums.reasons)
    listed = outdated(list(figures.values()))
    for at, row in enumerate(out.rows):
        part = row.item.part
        if isinstance(part, Observation) and part.id in listed and _before(row) != "unchecked":
            out.rows[at] = _readded(row, part, None, judge, [])


_NOT_READDED = "A figure was corrected, and its total was not added up again."


def _reviewed(row: Row) -> Reviewed:
    predicted = row.predicted.part if row.predicted is not None else None
    held = row.item.part if row.state != "rejected" else None
    return Reviewed(
        predicted if isinstance(predicted, Observation) else None, held if isinstance(held, Observation) else None
    )


def _before(row: Row) -> Check:
    part = row.predicted.part if row.predicted is not None else row.item.part
    return part.check if isinstance(part, Observation) else "unchecked"


def _readded(row: Row, part: Observation, now: Check | None, judge: Judge, reasons: Iterable[str]) -> Row:
    """Give a figure with the check after correction. What could not be added up again proves nothing any more."""
    check = now or ("unchecked" if part.check == "totals_agree" else part.check)
    item = Item(row.item.kind, part.model_copy(update={"check": check}))
    judged = judge(item)
    if check == "totals_disagree" and now is not None:
        judged = replace(judged, reasons=tuple(dict.fromkeys((*judged.reasons, *reasons))))
    return replace(row, item=item, judgement=judged, readded=Readded(_before(row), now))


def _decided(key: str, item: Item, made: Sequence[Decision], judgement: Judgement) -> Row:
    last = made[-1]
    if last.result is None:
        return Row(key, item, "rejected", item, last, judgement)
    if last.action == "edit":
        return Row(key, Item(item.kind, _corrected(item.part, last.result.part)), "corrected", item, last, judgement)
    return Row(key, item, "accepted", item, last, judgement)


def _settle_lost(
    out: Settlement,
    key: str,
    made: Sequence[Decision],
    predicted: dict[str, Item],
    claimed: dict[str, Row],
    extra: list[Row],
) -> None:
    """Settle a fact that the rules do not say, or no longer say in the same words."""
    last, added = made[-1], any(d.action == "add" for d in made)
    if last.kind == "doubt":
        return
    result = last.result
    places = {last.subject.place} | ({result.place} if result else set())
    rival = next((i for k, i in predicted.items() if k not in claimed and i.place in places), None)
    if result is None:
        if rival is not None and not added:
            _note(out, "says otherwise", last.subject, rival)
        return
    twin = predicted.get(result.key)
    if twin is not None:
        if twin.key not in claimed:
            claimed[twin.key] = Row(key, Item(twin.kind, _corrected(twin.part, result.part)), "accepted", twin, last)
            _note(out, "agrees now", result, twin)
        return
    state: State = "added" if added else "corrected" if last.action == "edit" else "accepted"
    if rival is not None:
        item = Item(rival.kind, _corrected(rival.part, result.part))
        claimed[rival.key] = Row(key, item, state, rival, last)
        _note(out, "says otherwise", result, rival)
        return
    extra.append(Row(key, Item(result.kind, _unbound(result.part, last, out.record, len(extra))), state, None, last))
    if not added:
        _note(out, "no longer found", result, None)


# What belongs to the run and not to the reviewer: taken from the prediction when there is one.
_OF_THE_RUN = {
    "observation": ("id", "table", "cell", "method", "check", "recoverable", "place", "rule", "caveats"),
    "caveat": ("id", "rule"),
}


def _corrected(predicted: Part, reviewed: Part) -> Part:
    """Give the reviewed fact with the ids and places of the run at hand."""
    kind = next(kind.name for kind in KINDS.values() if kind.part is type(predicted))
    names = _OF_THE_RUN.get(kind, ())
    part = reviewed.model_copy(update={name: getattr(predicted, name) for name in names})
    if isinstance(part, Observation) and isinstance(predicted, Observation) and part.value != predicted.value:
        # A sum that was checked with another value says nothing about this one.
        part = part.model_copy(update={"check": "unchecked"})
    return part


def _unbound(part: Part, decision: Decision, record: LetterRecord, number: int) -> Part:
    """Give a fact that the run does not have an id of its own, and the caveats by their ids in this run."""
    if isinstance(part, Observation):
        ids = {(c.category, c.start, c.end): c.id for c in record.caveats}
        caveats = [ids[caveat] for caveat in decision.caveats if caveat in ids]
        return part.model_copy(update={"id": f"r{number + 1}", "caveats": caveats})
    if isinstance(part, Caveat):
        return part.model_copy(update={"id": f"r{number + 1}"})
    return part


def _insert(rows: list[Row], row: Row) -> None:
    """Put a row before the first of its kind that stands later in the letter."""
    for index, other in enumerate(rows):
        if other.item.kind == row.item.kind and other.item.start > row.item.start:
            rows.insert(index, row)
            return
    rows.append(row)


def _note(out: Settlement, change: ChangeType, settled: Item | None, now: Item | None) -> None:
    item = settled or now
    if item is not None:
        out.changes.append(
            Change(
                out.record.source,
                change,
                item.kind,
                item.start,
                item.end,
                part_words(settled.part) if settled else "",
                part_words(now.part) if now else "",
            )
        )


def apply_decisions(record: LetterRecord, decisions: Iterable[Decision], *, settled_only: bool = False) -> LetterRecord:
    """Give the record as corrected. Without decisions it is the record itself.

    `settled_only` leaves out the facts that nobody decided on, for gold.
    """
    return corrected_record(settle(record, decisions), settled_only=settled_only)


def corrected_record(settlement: Settlement, *, settled_only: bool = False) -> LetterRecord:
    """Give the record that a settlement comes to; what was rejected or is done with is left out."""
    kept: dict[str, list[Part]] = {kind: [] for kind in KINDS}
    for row in settlement.rows:
        done = row.state != "open" if row.item.kind == "doubt" else row.state == "rejected"
        if not done and not (settled_only and row.state == "open"):
            kept[row.item.kind].append(row.item.part)
    update: dict[str, object] = {
        kind.attribute: kept[kind.name] for kind in KINDS.values() if kind.attribute not in {"", "letter_outcome"}
    }
    outcomes = [part for part in kept["letter_outcome"] if isinstance(part, LetterOutcome)]
    outcome = update["letter_outcome"] = outcomes[-1] if outcomes else None
    dates = [part for part in kept["date"] if isinstance(part, Date)]
    before, after = (o is not None and o.id == REVIEW for o in (settlement.record.letter_outcome, outcome))
    if dates != settlement.record.dates or before != after:
        update["timeliness"] = timeliness_of(dates, regime=settlement.record.regime, of_review=after)
    caveats = {caveat.id for caveat in settlement.record.caveats} - {getattr(c, "id", "") for c in kept["caveat"]}
    if caveats:
        update["observations"] = [_without(part, caveats) for part in kept["observation"]]
    return settlement.record.model_copy(update=update)


def _without(part: Part, caveats: set[str]) -> Part:
    if isinstance(part, Observation) and not caveats.isdisjoint(part.caveats):
        return part.model_copy(update={"caveats": [c for c in part.caveats if c not in caveats]})
    return part
