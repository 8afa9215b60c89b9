"""Put what reviewers decided in the place of what the rules found.

Decisions are kept beside a run, in RUN/review, and are about the text of a letter: those of all runs hold for that
letter in whichever run it stands. Several reviewers are merged as `foi_nlp review gold` does: where they differ, what
the rules found stays, and the item is named. Who decided is told nowhere, for reports are published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from foi_nlp.collate.errors import CollateError
from foi_nlp.display import one_line
from foi_nlp.records import LetterRecord
from foi_nlp.store import LETTERS

if TYPE_CHECKING:
    from foi_nlp.review.decisions import Decision
    from foi_nlp.review.merging import Conflict


@dataclass(frozen=True)
class Kept:
    """The decisions that are kept beside a run, by reviewer, and how many of them cannot be read."""

    by_reviewer: Mapping[str, Sequence[Decision]] = field(default_factory=dict)
    unreadable: int = 0


@dataclass(frozen=True)
class Reviews:
    """What reviewers agree on, by the letter's text, and for each run how much of that they decided there.

    `in_runs` are pairs of the number of decisions and of reviewers; `notes` are pairs of the code and the text of an
    issue.
    """

    agreed: Mapping[str, Sequence[Decision]] = field(default_factory=dict)
    in_runs: Sequence[tuple[int, int]] = ()
    notes: Sequence[tuple[str, str]] = ()

    def applied(self, record: LetterRecord) -> LetterRecord:
        """Give a record as corrected."""
        from foi_nlp.review.corrections import apply_decisions

        made = self.agreed.get(record.text_sha256)
        return apply_decisions(record, made) if made else record

    def count(self, record: LetterRecord) -> int:
        """Give how many decisions are applied to a record."""
        return len(_items(self.agreed.get(record.text_sha256, ())))


def read_decisions(run: Path) -> Kept:
    """Read the decisions that are kept beside a run. Raises CollateError for what cannot be read."""
    from foi_nlp.review.journal import REVIEW_FOLDER, Journal, reviewers

    folder = (run.parent if run.name == LETTERS else run) / REVIEW_FOLDER
    try:
        found = {name: Journal(folder / f"{name}.jsonl").load() for name in reviewers(folder)}
    except OSError as error:
        raise CollateError(f"{folder}: the reviewers' decisions cannot be read: {error.strerror or error}") from None
    return Kept({name: made.decisions for name, made in found.items()}, sum(len(m.problems) for m in found.values()))


def reviews_of(runs: Sequence[tuple[str, Sequence[LetterRecord], Kept]]) -> Reviews:
    """Bring the decisions of runs together: each run's name, its records, and what is kept beside it.

    What one reviewer decided in several runs counts in the order of time.
    """
    from foi_nlp.review.decisions import by_letter
    from foi_nlp.review.merging import merge

    pooled: dict[str, dict[str, Decision]] = {}
    for _, _, kept in runs:
        for name, made in kept.by_reviewer.items():
            pooled.setdefault(name, {}).update((decision.id, decision) for decision in made)
    merged = merge({name: sorted(made.values(), key=lambda d: d.when) for name, made in pooled.items()})
    agreed = by_letter(merged.decisions)
    texts = {record.text_sha256: record.text for _, records, _ in runs for record in records}
    unread = [(name, _decisions(kept.unreadable)) for name, _, kept in runs if kept.unreadable]
    astray = [(made[0].source, _decisions(len(_items(made)))) for text, made in agreed.items() if text not in texts]
    differing = [c for c in merged.conflicts if c.letter in texts and c.kind != "letter"]
    notes = [
        *(("unreadable_decision", f"{run}: {number} could not be read; foi_nlp review merge says where")
          for run, number in unread),
        *(("reviewers_differ", _conflict_words(conflict, texts[conflict.letter])) for conflict in differing),
        *(("stray_decisions", f"{source}: {number} not applied, made on a text that no letter has")
          for source, number in astray),
    ]  # fmt: skip
    held = {letter: made for letter, made in agreed.items() if letter in texts}
    return Reviews(held, [_taking_part(kept, held) for _, _, kept in runs], notes)


def _items(made: Sequence[Decision]) -> set[str]:
    """Give the keys of the items that decisions settle; that a letter is finished is no item."""
    from foi_nlp.review.decisions import in_force
    from foi_nlp.review.items import FINISHED

    return in_force(made).keys() - {FINISHED.key}


def _taking_part(kept: Kept, agreed: Mapping[str, Sequence[Decision]]) -> tuple[int, int]:
    """Give how many of the items that are settled were decided in a run, and by how many reviewers."""
    from foi_nlp.review.decisions import by_letter

    settled = {(letter, key) for letter, made in agreed.items() for key in _items(made)}
    own = [
        settled & {(letter, key) for letter, made in by_letter(list(decisions)).items() for key in _items(made)}
        for decisions in kept.by_reviewer.values()
    ]
    return len(set().union(*own)), sum(map(bool, own))


def _conflict_words(conflict: Conflict, text: str) -> str:
    """Say on what reviewers differ, and how many of them say what."""
    said = "; ".join(
        f"{count} reviewer{'s' if count > 1 else ''}: {opinion}"
        for opinion, count in sorted(Counter(conflict.opinions.values()).items())
    )
    quoted = one_line(text[conflict.start : conflict.end], limit=60)
    place = f"{conflict.kind.replace('_', ' ')} «{quoted}»" if quoted else conflict.kind.replace("_", " ")
    return f"reviewers differ, so what the rules found stands: {conflict.source}: {place}: {said}"


def _decisions(number: int) -> str:
    return f"{number} decision{'s' if number > 1 else ''}"
