"""Measure records against gold facts, and one run against another.

Facts are compared, not spans, by fact type:

    authority     the responding authorities
    reference     the authority's reference numbers, letters and digits only
    date          role and day of the letter date, the date of receipt and the as-of date
    provision     the grounds for refusal relied on, by section; provision+ with the subsection
    caveat        the categories of caveats in the letter
    outcome       the primary outcome of each question
    letter        the outcome of the whole request
    pair          period and value of each observation
    observation   the same with its question and its label
    grounded      the share of observations whose place in the letter holds the value as written

Facts that gold marks `explicit: false` count neither way.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FACT_TYPES = (
    "authority", "reference", "date", "provision", "provision+", "caveat", "outcome", "letter", "pair", "observation",
)  # fmt: skip

_RESPONDING = frozenset({"responder", "joint_responder"})
_SCORED_DATES = frozenset({"letter_date", "received", "as_of"})
_STOP_WORDS = frozenset(
    ["the", "of", "a", "an", "and", "or", "in", "to", "for", "by", "on", "number", "total", "count", "no"]
)
_INSTANT_TYPES = frozenset({"instant", "as_at", "snapshot", "day"})
_PART_TYPES = frozenset({"year_to_date", "partial_year"})
_SYMBOLS = {"lessthan5": "<5", "fewerthan5": "<5", "lessthanfive": "<5", "fewerthanfive": "<5", "-": "0", "–": "0"}
_SAME_LABEL = 0.5

Fact = tuple[str, ...]


class EvaluationError(Exception):
    """Gold or records cannot be compared. The message names the file and the remedy."""


@dataclass
class Score:
    """How the facts of one type compare: found rightly, found wrongly, missed; `notes` name the latter two."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of the facts found that are in gold; 1 where nothing was found."""
        found = self.right + self.wrong
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """The share of the facts of gold that were found; 1 where gold has none."""
        wanted = self.right + self.missed
        return self.right / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass
class Evaluation:
    """The scores of a set of letters, by fact type, and the letters of gold that have no record."""

    scores: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in FACT_TYPES})
    letters: int = 0
    absent: list[str] = field(default_factory=list)
    observations: int = 0
    grounded: int = 0

    @property
    def grounded_share(self) -> float:
        """The share of observations that stand in the letter where they say."""
        return self.grounded / self.observations if self.observations else 1.0

    def to_json(self) -> dict[str, Any]:
        """Give the scores as plain values, as kept in `tests/accuracy.json`."""
        table: dict[str, Any] = {
            name: {
                "precision": s.precision,
                "recall": s.recall,
                "f1": s.f1,
                "right": s.right,
                "wrong": s.wrong,
                "missed": s.missed,
            }
            for name, s in self.scores.items()
        }
        return {**table, "grounded": self.grounded_share}


def read_gold(folder: Path) -> list[dict[str, Any]]:
    """Read the gold facts of a folder, one JSON file a letter. Raises EvaluationError."""
    if not folder.is_dir():
        raise EvaluationError(f"{folder}: there is no such folder; name a folder of gold facts")
    gold = []
    for path in sorted(folder.glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise EvaluationError(f"{path}: cannot be read as JSON ({error})") from None
        if not isinstance(data, dict) or "file" not in data:
            raise EvaluationError(f'{path}: gold facts are a JSON object with a "file", the name of the letter')
        gold.append(data)
    if not gold:
        raise EvaluationError(f"{folder}: holds no gold facts; name a folder of .json files")
    return gold


def read_predictions(path: Path) -> dict[str, dict[str, Any]]:
    """Read the records of a run folder or of a letters.jsonl, by the base name of their source."""
    file = path / "letters.jsonl" if path.is_dir() else path
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{file}: cannot be read as records ({error}); name a run folder") from None
    return {base_name(str(record.get("source") or record.get("file"))): record for record in records}


def base_name(source: str) -> str:
    """Give the name by which a letter and its gold find each other."""
    return source.replace("\\", "/").rsplit("/", 1)[-1]


def evaluate(gold: Iterable[Mapping[str, Any]], predictions: Mapping[str, Mapping[str, Any]]) -> Evaluation:
    """Compare records with gold, letter by letter. A letter without a record counts as one that says nothing."""
    result = Evaluation()
    for letter in gold:
        name = str(letter["file"])
        record = predictions.get(name)
        result.letters += 1
        if record is None:
            result.absent.append(name)
            record = {}
        _add_letter(result, name, letter, record)
    return result


def _add_letter(result: Evaluation, name: str, gold: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    facts_gold, facts_found = letter_facts(gold), letter_facts(record)
    for kind in FACT_TYPES[:-2]:
        if kind == "letter" and not facts_gold[kind]:
            continue
        optional: Counter[Fact] = Counter()
        if kind == "reference":
            # Any number that gold lists, in whatever role, is rightly in the letter.
            optional = Counter({(reference_key(r["value"]),): 9 for r in gold["references"]})
        _compare(result.scores[kind], name, facts_gold[kind], facts_found[kind], optional)
    wanted = [o for o in gold.get("observations", []) if o.get("explicit", True)]
    spare = [o for o in gold.get("observations", []) if not o.get("explicit", True)]
    found = list(record.get("observations", []))
    pairs = [Counter(map(pair_key, some)) for some in (wanted, found, spare)]
    _compare(result.scores["pair"], name, *pairs)
    _compare_observations(result.scores["observation"], name, wanted, found, Counter(map(pair_key, spare)))
    text = str(record.get("text", ""))
    result.observations += len(found)
    result.grounded += sum(
        bool(o.get("value_raw")) and str(o["value_raw"]).strip() in text[o.get("start", 0) : o.get("end", 0)]
        for o in found
    )


def _compare(
    score: Score, name: str, gold: Counter[Fact], found: Counter[Fact], optional: Counter[Fact] | None = None
) -> None:
    missed = gold - found
    wrong = found - gold - (optional or Counter())
    score.right += (gold & found).total()
    score.missed += missed.total()
    score.wrong += wrong.total()
    score.notes += [f"{name}: missed {_words(fact)}" for fact in missed.elements()]
    score.notes += [f"{name}: wrong {_words(fact)}" for fact in wrong.elements()]


def _words(fact: Fact) -> str:
    return " = ".join(fact)


def _compare_observations(
    score: Score, name: str, gold: list[dict[str, Any]], found: list[dict[str, Any]], spare: Counter[Fact]
) -> None:
    left = list(found)
    for wanted in gold:
        match = next((o for o in left if same_observation(wanted, o)), None)
        if match is None:
            score.missed += 1
            score.notes.append(f"{name}: missed {describe(wanted)}")
        else:
            left.remove(match)
            score.right += 1
    for extra in left:
        key = pair_key(extra)
        if spare[key] > 0:
            spare[key] -= 1
        else:
            score.wrong += 1
            score.notes.append(f"{name}: wrong {describe(extra)}")


def describe(observation: Mapping[str, Any]) -> str:
    """Say an observation in a few words."""
    label = " ".join(str(v) for v in (observation.get("breakdown") or {}).values())
    return f"question {observation.get('question')}: {_words(pair_key(observation))} {label}".rstrip()


def same_observation(gold: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether a record's observation is gold's: period, value, question, and half the words of the label agree."""
    if pair_key(gold) != pair_key(found):
        return False
    asked, answered = question_key(gold.get("question")), question_key(found.get("question"))
    if asked and asked != answered and not (answered and asked.startswith(answered)):
        return False
    label = label_words(gold)
    return (
        not label
        or len(label & (label_words(found) | _content(str(found.get("metric", ""))))) / len(label) >= _SAME_LABEL
    )


def letter_facts(record: Mapping[str, Any]) -> dict[str, Counter[Fact]]:
    """Give the facts of a letter that are compared as sets, by fact type."""
    grounds = {
        p["id"]
        for p in record.get("provisions", [])
        if p.get("status") in {"cited", "implied"} and not p.get("boilerplate") and is_ground(p["id"])
    }
    outcome = (record.get("letter_outcome") or {}).get("id")
    sets: dict[str, set[Fact]] = {
        "authority": {(a["id"],) for a in record.get("authorities", []) if a.get("role") in _RESPONDING},
        "reference": {
            (reference_key(r["value"]),)
            for r in record.get("references", [])
            if r.get("role", "authority_reference") == "authority_reference"
        },
        "date": {(d["role"], d["iso"]) for d in record.get("dates", []) if d.get("role") in _SCORED_DATES},
        "provision": {(g.split("(")[0],) for g in grounds},
        "provision+": {(g,) for g in grounds},
        "caveat": {(c["category"],) for c in record.get("caveats", [])},
        "outcome": {(question_key(o["question"]), o["outcome"]) for o in record.get("outcomes", [])},
        "letter": {(outcome,)} if outcome else set(),
    }
    return {kind: Counter(facts) for kind, facts in sets.items()}


def all_facts(record: Mapping[str, Any]) -> dict[str, Counter[Fact]]:
    """Give every fact of a letter by type, figures included, for comparing two runs."""
    figures: Counter[Fact] = Counter(
        (question_key(o.get("question")), *pair_key(o), " ".join(sorted(label_words(o))))
        for o in record.get("observations", [])
    )
    return {**letter_facts(record), "observation": figures}


@dataclass(frozen=True)
class Change:
    """A fact that one run has and another has not; `right` says whether gold has it, None without gold."""

    letter: str
    kind: str
    fact: Fact
    gained: bool
    right: bool | None = None


def changes(
    old: Mapping[str, Mapping[str, Any]],
    new: Mapping[str, Mapping[str, Any]],
    gold: Iterable[Mapping[str, Any]] = (),
) -> list[Change]:
    """List what was gained and lost from one run to another, by letter and fact type."""
    truth = {str(letter["file"]): all_facts(letter) for letter in gold}
    out = []
    for name in sorted({*old, *new}):
        before, after = all_facts(old.get(name, {})), all_facts(new.get(name, {}))
        for kind in before:
            known = truth.get(name, {}).get(kind)
            for gained, facts in ((True, after[kind] - before[kind]), (False, before[kind] - after[kind])):
                out += [
                    Change(name, kind, fact, gained, None if known is None else fact in known)
                    for fact in sorted(facts.elements())
                ]
    return out


def reference_key(value: str) -> str:
    """Give the letters and digits of a reference, without a leading `FOI`, `Ref` or `No`."""
    key = re.sub(r"[^a-z0-9]", "", value.lower())
    return re.sub(r"^(?:foiref|foi|reference|ref|no)+(?=\d)", "", key)


def question_key(value: object) -> str:
    """Give a question id in small letters and digits, without a leading Q."""
    return re.sub(r"[^a-z0-9]", "", str(value or "").lower().removeprefix("q"))


def pair_key(observation: Mapping[str, Any]) -> Fact:
    """Give period and value of an observation in their comparable forms."""
    return period_key(observation.get("period") or {}), value_key(observation)


def period_key(period: Mapping[str, Any]) -> str:
    """Give a period as `2016`, `2016/17`, `@2018-03-31` or `start..end`; a whole year and its part are one."""
    start, end, kind = period.get("start"), period.get("end"), period.get("type")
    if not start:
        return re.sub(r"\s+", "", str(period.get("label", "")).lower())
    if kind in _INSTANT_TYPES:
        return f"@{start}"
    year, day = int(start[:4]), start[5:]
    part = kind in _PART_TYPES
    if day == "01-01" and (part or end in (None, f"{year}-12-31")):
        return str(year)
    if day == "04-01" and (part or kind == "financial_year" or end in (None, f"{year + 1}-03-31")):
        return f"{year}/{(year + 1) % 100:02d}"
    return f"{start}..{end}"


def value_key(observation: Mapping[str, Any]) -> str:
    """Give a value as a number, or the symbol that stands for it."""
    value = observation.get("value")
    if value is not None:
        return f"{float(value):g}"
    symbol = re.sub(r"\s+", "", str(observation.get("symbol") or observation.get("value_raw") or "")).lower()
    return _SYMBOLS.get(symbol, symbol)


def label_words(observation: Mapping[str, Any]) -> set[str]:
    """Give the content words of an observation's breakdown; a total adds `grandtotal`."""
    breakdown = observation.get("breakdown") or {}
    text = " ".join(str(v) for k, v in breakdown.items() if v is not True and k != "subset_of")
    if breakdown.get("total") is True:
        text += " grandtotal"
    return _content(text)


def _content(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in _STOP_WORDS}


def is_ground(provision: str) -> bool:
    """Whether a provision is a ground for not disclosing, rather than a right, a duty or a procedure."""
    act, _, rest = provision.partition(".")
    number = re.match(r"\d+", rest)
    if not number:
        return False
    section = int(number[0])
    if act == "foia":
        return section in (12, 14) or 21 <= section <= 44
    if act == "foisa":
        return section in (12, 14, 17, 18) or 25 <= section <= 41
    if act == "eir":
        return section == 13 or rest.startswith(("12(4)", "12(5)", "12(6)"))
    return act == "eirscotland" and section in (10, 11)
