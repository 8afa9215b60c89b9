"""Turn gold facts into records, so that collating can be tested apart from the pipeline's finding of facts."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from foi_nlp.collate import Collation
from foi_nlp.collate.grading import words_as_label
from foi_nlp.letters import open_letters
from foi_nlp.letters.model import Letter
from foi_nlp.records import (
    Authority,
    Caveat,
    Date,
    LetterOutcome,
    LetterRecord,
    Observation,
    ObservationStatus,
    Outcome,
    Period,
    Provision,
    Question,
    Reference,
    Timeliness,
)
from foi_nlp.timeliness import clock

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
REAL = ROOT.parent / "shared" / "real"


def gold_facts(folder: Path = CORPUS / "gold") -> list[dict[str, Any]]:
    """Give the gold facts of a folder, in the order of their names."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


@lru_cache(maxsize=4)
def gold_records(letters: Path = CORPUS, gold: Path = CORPUS / "gold") -> tuple[LetterRecord, ...]:
    """Give the records that gold makes of the letters of a folder."""
    return tuple(gold_record(facts, bare_record(letters / facts["file"])) for facts in gold_facts(gold))


def bare_record(path: Path) -> LetterRecord:
    """Give a record of a letter with its text and no facts."""
    letter = next(iter(open_letters(path)))
    assert isinstance(letter, Letter)
    return LetterRecord(
        source=path.name, source_sha256=letter.source_sha256, text_sha256=letter.text_sha256, text=letter.text
    )


def group_of(name: str) -> tuple[LetterRecord, ...]:
    """Give the gold records of one request group of the corpus."""
    names = {g["file"] for g in gold_facts() if g.get("request_group") == name}
    return tuple(record for record in gold_records() if record.source in names)


def gold_record(gold: dict[str, Any], base: LetterRecord) -> LetterRecord:
    """Give a record with the facts of gold, each placed where its quote stands in the text of `base`."""
    text = base.text
    place = _Placer(text)
    questions = []
    for q in gold["questions"]:
        start, end = place.find(q["text"])
        questions.append(Question(id=q["id"], text=q["text"], start=start, end=end, parent=q.get("parent")))
    caveats = [
        Caveat(
            id=f"c{n}",
            category=c["category"],
            scope="letter" if c["scope"] == "letter" else "cells",
            severity="limits",
            start=place.find(c["quote"])[0],
            end=place.find(c["quote"])[1],
        )
        for n, c in enumerate(gold["caveats"], start=1)
    ]
    scopes = {c.id: g["scope"] for c, g in zip(caveats, gold["caveats"], strict=True)}
    observations = [_observation(n, o, scopes, place) for n, o in enumerate(gold["observations"], start=1)]
    dates = [
        Date(role=d["role"], iso=d["iso"], inferred=bool(d.get("inferred")), start=s, end=e)
        for d in gold["dates"]
        for s, e in [place.find(d.get("text") or d["iso"])]
    ]
    return base.model_copy(
        update={
            "regime": gold["regime"],
            "authorities": [
                Authority(id=a["id"], name=a["name"], role=a["role"], start=0, end=0) for a in gold["authorities"]
            ],
            "references": [
                Reference(value=r["value"], role=r.get("role", "authority_reference"), start=s, end=e)
                for r in gold["references"]
                for s, e in [place.find(r["as_written"][0] if r.get("as_written") else r["value"])]
            ],
            "dates": dates,
            "questions": questions,
            "outcomes": [
                Outcome(
                    question=o["question"],
                    outcome=o["outcome"],
                    secondary=o.get("secondary", []),
                    flags=o.get("flags", []),
                    start=s,
                    end=e,
                )
                for o in gold["outcomes"]
                for s, e in [place.find(o.get("quote", ""))]
            ],
            "letter_outcome": LetterOutcome(id=gold["letter_outcome"]["id"]) if gold.get("letter_outcome") else None,
            "provisions": [
                Provision(id=p["id"], status=p["status"], start=s, end=e)
                for p in gold["provisions"]
                for s, e in [place.find(p.get("quote", ""))]
            ],
            "caveats": caveats,
            "observations": [o for o in observations if o is not None],
            "timeliness": _timeliness(gold),
            "needs_review": [],
        }
    )


def _observation(number: int, o: dict[str, Any], scopes: dict[str, str], place: _Placer) -> Observation | None:
    if not o.get("explicit", True):
        return None
    period = {k: v for k, v in o["period"].items() if k in {"label", "type", "start", "end", "complete"}}
    start, end = place.find_within(o.get("quote", ""), o["value_raw"])
    value, symbol = o["value"], o["symbol"]
    status: ObservationStatus = "suppressed" if value is None else "nil" if symbol == "nil" else "reported"
    return Observation(
        id=f"o{number}",
        question=o["question"],
        metric=o["metric"],
        breakdown=o["breakdown"],
        period=Period(**period),
        value=value,
        symbol=symbol,
        value_raw=o["value_raw"],
        low=o.get("low"),
        high=o.get("high"),
        status=status,
        unit=o.get("unit", "count"),
        caveats=[i for i, scope in scopes.items() if _applies(scope, o)],
        start=start,
        end=end,
    )


# The question whose figures a table holds that a scope of gold names; the names of no two letters clash.
_TABLES = {"Table 1": "1", "Table 2": "4", "outcome table": "1c"}


def _applies(scope: str, o: dict[str, Any]) -> bool:
    """Read a scope of gold: the letter or its tables, questions, a table, periods on a side of a day, a row."""
    period, label = o["period"], " ".join(str(value) for value in o["breakdown"].values())
    if scope in ("letter", "tables", "both tables"):
        return True
    if scope in _TABLES:
        return bool(o["question"] == _TABLES[scope])
    if named := re.match(r"questions? ([\w, -]+?)(?: \(|$)", scope):
        return o["question"] in _question_ids(named[1])
    if past := re.fullmatch(r"periods reaching past (\S+)", scope):
        return bool(period["end"] >= past[1])
    if before := re.fullmatch(r"(?:periods )?before (\S+)", scope):
        return bool(period["start"] < before[1])
    if row := re.fullmatch(r"row (.+?), from (\d{4})/\d\d", scope):
        return label == row[1] and bool(period["start"] >= f"{row[2]}-04-01")
    return False


def _question_ids(text: str) -> list[str]:
    if span := re.fullmatch(r"(\d)-(\d)", text):
        return [str(n) for n in range(int(span[1]), int(span[2]) + 1)]
    return re.split(r", | and ", text)


def _timeliness(gold: dict[str, Any]) -> Timeliness:
    from datetime import date

    by_role = {d["role"]: d["iso"] for d in gold["dates"]}

    def day(role: str) -> date | None:
        try:
            return date.fromisoformat(by_role[role])
        except (KeyError, ValueError):
            return None

    return clock(
        received=day("received"),
        answered=day("letter_date"),
        clarified=day("clarification_received"),
        regime=gold["regime"],
    )


class _Placer:
    """Find quotes in a text, whatever white space and cell borders stand between their words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[tuple[str, str], tuple[int, int]] = {}

    def find(self, quote: str) -> tuple[int, int]:
        words = quote.split()
        if not words:
            return 0, 0
        pattern = r"[\s|*_>\\]*".join(map(re.escape, words))
        match = re.search(pattern, self.text) or re.search(pattern, self.text, re.IGNORECASE)
        return (match.start(), match.end()) if match else (0, 0)

    def find_within(self, quote: str, value: str) -> tuple[int, int]:
        """Give the place of the value in its quote, the next one at each further call with the same two."""
        start, end = self.find(quote)
        if end == 0:
            start, end = 0, len(self.text)
        after = self._found.get((quote, value), (start, start))[1]
        at = self.text.find(value, after, end)
        at = at if at >= 0 else self.text.find(value, start)
        at = max(at, 0)
        self._found[quote, value] = (at, at + len(value))
        return at, at + len(value)


@lru_cache(maxsize=4)
def found_records(letters: Path = CORPUS, gold: Path = CORPUS / "gold") -> tuple[LetterRecord, ...]:
    """Give the records that the pipeline makes of the letters of a folder that have gold."""
    from foi_nlp.run import Input, Inputs, Options, stream

    files = [Input(letters / facts["file"], facts["file"]) for facts in gold_facts(gold)]
    return tuple(r for r in stream(Inputs(files=files), options=Options()) if isinstance(r, LetterRecord))


# Differences between two comparisons

_CELL = ("question_id", "line", "authority_id", "period_start", "period_end", "shown")
_CONTENT = ("value", "value_status", "unit", "period_type", "grade", "grade_over_time")


@dataclass(frozen=True, order=True)
class Difference:
    """What differs in one force's answer to one question: one column, or a cell that is missing or extra."""

    authority: str
    question: str
    what: str


@dataclass
class Compared:
    """How many cells are equal, how many are not, and each difference with the count of cells that it is in."""

    equal: int
    unequal: int
    differences: Counter[Difference]

    def __str__(self) -> str:
        lines = [f"{self.equal} cells are equal, {self.unequal} are not:"]
        lines += [f"  {n:3} {d.authority} {d.question}: {d.what}" for d, n in sorted(self.differences.items())]
        return "\n".join(lines)


def compared(wanted: Collation, found: Collation) -> Compared:
    """Compare two comparisons cell by cell.

    Cells are the same if question, line, authority, days and the value as written are. Then their value, status,
    unit, kind of period, measure (the one asked for or another) and both grades must be equal.
    """
    left, right = _by_cell(wanted), _by_cell(found)
    shared = left & right
    result = Compared(shared.total(), 0, Counter())
    missing, extra = _rows(left - shared), _rows(right - shared)
    for key in ("", "line", "question_id", "period_end", "period_start"):
        for row in list(missing):
            match = next((other for other in extra if _alike(row, other, but=key)), None)
            if match is not None:
                missing.remove(row)
                extra.remove(match)
                result.unequal += 1
                for column in (*_CELL, *_CONTENT, "measure"):
                    if row[column] != match[column]:
                        result.differences[_difference(row, f"{column} {match[column]} for {row[column]}")] += 1
    for word, rows in (("missing", missing), ("extra", extra)):
        for row in rows:
            result.unequal += 1
            result.differences[_difference(row, f"{word}: {row['line']} {row['period_start']} {row['shown']}")] += 1
    return result


def _by_cell(collation: Collation) -> Counter[tuple[tuple[str, object], ...]]:
    first = collation.tables["groups"][0]["group_id"]
    return Counter(
        tuple((key, _cell(key, row[key])) for key in (*_CELL, *_CONTENT, "measure"))
        for row in collation.rows("comparison", group_id=first)
    )


def _cell(column: str, value: object) -> object:
    if column == "measure":
        return "asked" if str(value).startswith("asked") else "other"
    return _folded(value) if column == "line" else value


def _folded(line: object) -> str:
    return " / ".join(words_as_label(label) for label in str(line).split(" / "))


def _rows(cells: Counter[tuple[tuple[str, object], ...]]) -> list[dict[str, object]]:
    return [dict(cell) for cell in sorted(cells.elements(), key=str)]


def _alike(row: dict[str, object], other: dict[str, object], *, but: str) -> bool:
    return all(row[key] == other[key] for key in _CELL if key != but)


def _difference(row: dict[str, object], what: str) -> Difference:
    return Difference(str(row["authority_id"]), str(row["question_id"]), what)
