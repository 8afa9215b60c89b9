"""Bring the decisions of reviewers who worked apart together, and say how far they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from foi_nlp.records import LetterRecord
from foi_nlp.review.corrections import settle
from foi_nlp.review.decisions import Decision, by_letter, in_force
from foi_nlp.review.items import FINISHED, Item
from foi_nlp.review.journal import REVIEW_FOLDER, Journal, JournalError, reviewers
from foi_nlp.review.runs import Run
from foi_nlp.review.words import part_words


@dataclass(frozen=True, slots=True)
class Conflict:
    """An item on which reviewers differ: what each of them made of it."""

    source: str
    letter: str
    kind: str
    start: int
    end: int
    opinions: Mapping[str, str]

    @property
    def words(self) -> str:
        """The conflict in one line."""
        said = "; ".join(f"{who}: {opinion}" for who, opinion in sorted(self.opinions.items()))
        return f"{self.source}: {self.kind} at {self.start}: {said}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two reviewers agree.

    `kappa` is Cohen's kappa over the items that both decided on, with the three answers accept, reject and edit;
    None where there is no such item, or where chance alone explains all agreement (both always answer the same).
    `f1` is the F1 score of one reviewer's facts against the other's, on the letters that both finished; None
    where there is no such letter.
    """

    first: str
    second: str
    items: int
    same: int
    kappa: float | None
    letters: int
    f1: float | None

    @property
    def words(self) -> str:
        """The figures in one line, with what they are."""
        kappa = "not defined" if self.kappa is None else f"{self.kappa:.3f}"
        f1 = "no letter finished by both" if self.f1 is None else f"{self.f1:.3f} on {self.letters} letters"
        return (
            f"{self.first} and {self.second}: the same answer on {self.same} of {self.items} items decided by both, "
            f"Cohen's kappa (accept, reject, edit) {kappa}; F1 of facts {f1}"
        )


@dataclass
class Merged:
    """The decisions on which all agree who decided, the conflicts, and the agreement of each two reviewers."""

    decisions: list[Decision] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Give everything as plain values."""
        return {
            "decisions": [d.model_dump(mode="json", by_alias=True) for d in self.decisions],
            "conflicts": [
                {
                    "source": c.source, "letter": c.letter, "kind": c.kind, "start": c.start, "end": c.end,
                    "opinions": dict(c.opinions),
                }
                for c in self.conflicts
            ],
            "agreements": [
                {
                    "reviewers": [a.first, a.second], "items": a.items, "same": a.same, "cohens_kappa": a.kappa,
                    "letters": a.letters, "f1_of_facts": a.f1,
                }
                for a in self.agreements
            ],
            "problems": self.problems,
        }  # fmt: skip


def merge(
    made: Mapping[str, Sequence[Decision]],
    *,
    decider: str | None = None,
    records: Mapping[str, LetterRecord] | None = None,
) -> Merged:
    """Merge the decisions of reviewers (name -> decisions, oldest first).

    A decision holds when everyone who decided on the item made the same of it. A fact that one reviewer added is a
    conflict when another finished the letter without it. A letter is finished when all say so who decided on it.
    `decider`'s word holds over all others'. With `records` (by `text_sha256`) the F1 of facts is reckoned too.
    """
    out = Merged()
    forced = {
        who: {letter: in_force(items) for letter, items in by_letter(list(decisions)).items()}
        for who, decisions in made.items()
    }
    for letter in dict.fromkeys(letter for found in forced.values() for letter in found):
        views = {who: found[letter] for who, found in forced.items() if letter in found}
        _merge_letter(out, letter, views, decider)
    for first, second in combinations(sorted(made), 2):
        out.agreements.append(_agreement(first, second, forced[first], forced[second], made, records or {}))
    return out


def _merge_letter(out: Merged, letter: str, views: dict[str, dict[str, list[Decision]]], decider: str | None) -> None:
    for key in dict.fromkeys(key for view in views.values() for key in view):
        said = {who: view[key] for who, view in views.items() if key in view}
        if decider in said:
            said = {str(decider): said[str(decider)]}
        results = {who: _result_key(decisions[-1]) for who, decisions in said.items()}
        first = next(iter(said.values()))
        opinions = {who: _opinion(decisions[-1]) for who, decisions in said.items()}
        if any(d.action == "add" for decisions in said.values() for d in decisions) and decider not in said:
            unaware = [
                who for who, view in views.items() if key not in view and _finished(view) and not _has(view, first[-1])
            ]
            opinions |= dict.fromkeys(unaware, "not in the letter")
            results |= dict.fromkeys(unaware, None)
        if key == FINISHED.key and decider not in said and len(said) < len(views):
            continue
        if len(set(results.values())) == 1:
            out.decisions += first
        else:
            subject = first[-1].subject
            out.conflicts.append(Conflict(first[-1].source, letter, subject.kind, subject.start, subject.end, opinions))


def _finished(view: dict[str, list[Decision]]) -> bool:
    return FINISHED.key in view and view[FINISHED.key][-1].action == "accept"


def _has(view: dict[str, list[Decision]], decision: Decision) -> bool:
    """Whether a view holds the fact that a decision comes to, by whatever way it got there."""
    result = decision.result
    return result is not None and any(
        made[-1].result is not None and made[-1].result.key == result.key for made in view.values()
    )


def _result_key(decision: Decision) -> str | None:
    return None if decision.result is None else decision.result.key


def _opinion(decision: Decision) -> str:
    return "rejected" if decision.result is None else part_words(decision.result.part)


def _answer(decision: Decision) -> str:
    if decision.result is None:
        return "reject"
    return "accept" if decision.result.key == decision.subject.key else "edit"


Forced = dict[str, dict[str, list[Decision]]]


def _agreement(
    first: str,
    second: str,
    one: Forced,
    other: Forced,
    made: Mapping[str, Sequence[Decision]],
    records: Mapping[str, LetterRecord],
) -> Agreement:
    answers: list[tuple[str, str]] = []
    same = 0
    for letter in one.keys() & other.keys():
        for key in (one[letter].keys() & other[letter].keys()) - {FINISHED.key}:
            mine, theirs = one[letter][key][-1], other[letter][key][-1]
            answers.append((_answer(mine), _answer(theirs)))
            same += _result_key(mine) == _result_key(theirs)
    both = [
        letter
        for letter in one.keys() & other.keys()
        if letter in records and _finished(one[letter]) and _finished(other[letter])
    ]
    shared = total = 0
    for letter in both:
        facts = [_facts(records[letter], made[who]) for who in (first, second)]
        shared += len(facts[0] & facts[1])
        total += len(facts[0]) + len(facts[1])
    return Agreement(
        first, second, len(answers), same, cohens_kappa(answers), len(both), 2 * shared / total if total else None
    )


def _facts(record: LetterRecord, decisions: Sequence[Decision]) -> set[str]:
    rows = settle(record, decisions).rows
    items: list[Item] = [row.item for row in rows if row.state not in {"open", "rejected"} and row.item.kind != "doubt"]
    return {item.key for item in items}


def cohens_kappa(answers: Sequence[tuple[str, str]]) -> float | None:
    """Reckon Cohen's kappa of pairs of answers; None where it is not defined."""
    if not answers:
        return None
    count = len(answers)
    observed = sum(a == b for a, b in answers) / count
    left, right = Counter(a for a, _ in answers), Counter(b for _, b in answers)
    expected = sum(left[name] * right[name] for name in left) / count**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def merge_run(run: Path, *, decider: str | None = None, decisions: Path | None = None) -> Merged:
    """Merge all reviewers of a run. Raises JournalError where there is none, or no such decider."""
    folder = decisions or run / REVIEW_FOLDER
    names = reviewers(folder)
    if not names:
        raise JournalError(f"{folder}: nobody has decided anything yet; review the run first")
    if decider is not None and decider not in names:
        raise JournalError(f"{folder}: no reviewer is called {decider!r}; there are {', '.join(names)}")
    found = {name: Journal(folder / f"{name}.jsonl").load() for name in names}
    source = Run(run)
    decided = {d.letter for loaded in found.values() for d in loaded.decisions}
    records = (
        {e.text_sha256: source.read(e) for e in source.entries if e.text_sha256 in decided} if len(names) > 1 else {}
    )
    out = merge({name: loaded.decisions for name, loaded in found.items()}, decider=decider, records=records)
    out.problems = [*source.problems, *(problem for loaded in found.values() for problem in loaded.problems)]
    return out
