"""Suggest rules from corrections: for what reviewers added, and against what they rejected.

A suggestion is a record to start from. It is only proposed when the full pipeline finds what its examples say; the
examples are sentences of reviewed letters and must be put into one's own words before the rule is shared.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from foi_nlp.patterns import REGEX_FOLDER, PatternError, Rule, RuleBook, load_rules
from foi_nlp.pipeline.reading import flow_of
from foi_nlp.review.corrections import Settlement
from foi_nlp.review.items import Item

_LABELS = {
    "authority": "AUTHORITY",
    "caveat": "CAVEAT",
    "date": "DATE",
    "outcome": "OUTCOME",
    "provision": "PROVISION",
    "reference": "REFERENCE",
}
_VALUES = {"authority": "id", "caveat": "category", "outcome": "outcome", "provision": "id"}
_SHORTEST, _LONGEST = 2, 6
_LONGEST_CANCEL = 4
_EXAMPLE = 160
_TOP = 40
_FILE = "suggested.jsonl"
_SENTENCE_END = re.compile(r"[.!?;:](?=\s)|\n\s*\n")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


@dataclass(frozen=True)
class Suggestion:
    """A record to start from, with what it would have gained and lost on the reviewed letters.

    What it gains are facts that reviewers added, or finds that they rejected; what it loses are finds at places where
    no reviewer sees such a fact, or right finds that it would take away.
    """

    record: Mapping[str, Any]
    gained: int
    lost: int
    why: str


@dataclass(frozen=True)
class _Case:
    """A fact that was added, rejected or is right: what it says, the rule behind it, and where it stands."""

    kind: str
    value: str
    rule: str
    letter: int
    start: int
    end: int


@dataclass(frozen=True)
class _Candidate:
    """A record with the added facts that it finds, and how often it finds anything else."""

    record: Mapping[str, Any]
    gained: frozenset[_Case]
    lost: int
    words: int


def suggest(settlements: Sequence[Settlement], book: RuleBook) -> list[Suggestion]:
    """Suggest records, those that gain most and lose least first, over all the letters given."""
    flows = [flow_of(settlement.record.text) for settlement in settlements]
    cases = {"added": list[_Case](), "rejected": list[_Case](), "right": list[_Case]()}
    for number, settlement in enumerate(settlements):
        for row in settlement.rows:
            if row.item.kind in _LABELS and row.item.start < row.item.end:
                state = row.state if row.state in {"added", "rejected"} else "right"
                cases[state].append(_case(row.item, number))
    found = [
        *_for_added(cases["added"], cases["right"], cases["rejected"], flows, book),
        *_against_rejected(cases["rejected"], cases["right"], flows, book),
    ]
    return sorted(found, key=lambda s: (s.lost - s.gained, -s.gained, str(s.record["id"])))[:_TOP]


def _case(item: Item, letter: int) -> _Case:
    value = str(getattr(item.part, _VALUES.get(item.kind, ""), ""))
    return _Case(item.kind, value, str(getattr(item.part, "rule", "")), letter, item.start, item.end)


def _for_added(
    added: Sequence[_Case], right: Sequence[_Case], rejected: Sequence[_Case], flows: Sequence[str], book: RuleBook
) -> Iterator[Suggestion]:
    """Suggest rules for added facts: for each fact the phrase that gains most, unless another finds it as well."""
    candidates: dict[tuple[str, str, str], _Candidate] = {}
    for case in added:
        for regex, words in _regexes(case, flows[case.letter]):
            key = (case.kind, case.value, regex)
            if key not in candidates:
                candidates[key] = _tried(case, regex, words, [c for c in added if c.kind == case.kind], right, flows)
    best = sorted(
        (candidate for candidate in candidates.values() if len(candidate.gained) > candidate.lost),
        key=lambda c: (c.lost - len(c.gained), -len(c.gained), -c.words, str(c.record["id"])),
    )
    met: set[_Case] = set()
    for candidate in best:
        if candidate.gained <= met or candidate.record["id"] in book:
            continue
        met |= candidate.gained
        pattern = re.compile(str(candidate.record["regex"]).replace(" ", r"\s+"), re.IGNORECASE)
        examples = [
            _example(flows[case.letter], *_hit(pattern, flows[case.letter], case)) for case in _by_place(candidate)
        ]
        near = _near_misses(pattern, candidate, rejected, flows)
        record = {**candidate.record, "match": examples[:3], "no_match": near, "source": "Added by a reviewer."}
        count = len(candidate.gained)
        yield Suggestion(record, count, candidate.lost, f"reviewers added {count} that it finds")


def _by_place(candidate: _Candidate) -> list[_Case]:
    return sorted(candidate.gained, key=lambda case: (case.letter, case.start))


def _regexes(case: _Case, flow: str) -> Iterator[tuple[str, int]]:
    """Give regexes that find a fact, with the number of their words: its own words, or the shape of its number."""
    text = flow[case.start : case.end]
    if case.kind in {"reference", "date"}:
        # A number of one letter says nothing about others: its shape after the words that lead to it does.
        line = flow[max(0, case.start - 80) : case.start].rsplit("\n", 1)[-1]
        leads = _words(re.split(r"[.!?;] ", line)[-1])
        shape = re.sub(r"\d+", lambda digits: rf"\d{{{len(digits[0])}}}", _escaped(" ".join(text.split())))
        for size in (2, 1):
            if len(leads) >= size:
                lead = r"\W{1,3}".join(map(_escaped, leads[-size:]))
                yield rf"\b{lead}\W{{0,3}}(?P<span>{shape})(?!\w)", size + 1
        return
    words = text.split()
    if len(words) <= _LONGEST:
        if len(words) >= _SHORTEST or any(char.isdigit() for char in text):
            yield _bounded(" ".join(words)), len(words)
        return
    for size in range(_LONGEST, _SHORTEST, -1):
        for at in range(len(words) - size + 1):
            phrase = " ".join(words[at : at + size]).strip(".,;:()\"'")
            if len(phrase.split()) == size:
                yield _bounded(phrase), size


def _escaped(text: str) -> str:
    return re.escape(text).replace(r"\ ", " ").replace(r"\-", "-")


def _bounded(phrase: str) -> str:
    before = r"\b" if phrase[:1].isalnum() else ""
    after = r"\b" if phrase[-1:].isalnum() else ""
    return f"{before}{_escaped(phrase)}{after}"


def _tried(
    case: _Case, regex: str, words: int, added: Iterable[_Case], right: Iterable[_Case], flows: Sequence[str]
) -> _Candidate:
    """Try a regex on all letters."""
    pattern = re.compile(regex.replace(" ", r"\s+"), re.IGNORECASE)
    wanted = [c for c in added if c.value == case.value]
    known = [c for c in right if (c.kind, c.value) == (case.kind, case.value)]
    gained: set[_Case] = set()
    lost = 0
    for number, flow in enumerate(flows):
        for hit in pattern.finditer(flow):
            start, end = hit.span("span") if "span" in pattern.groupindex else hit.span()
            met = [c for c in (*wanted, *known) if c.letter == number and c.start < end and start < c.end]
            gained.update(c for c in met if c in wanted)
            lost += not met
    name = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"\\[a-zA-Z]|\(\?[^)]*\)", " ", regex).lower()))
    record = {"id": f"{case.kind}.suggested.{name}", "label": _LABELS[case.kind], "regex": regex}
    return _Candidate(record | ({"value": case.value} if case.value else {}), frozenset(gained), lost, words)


def _hit(pattern: re.Pattern[str], flow: str, case: _Case) -> tuple[int, int]:
    """Give where a regex finds a fact that it gains."""
    return next(hit.span() for hit in pattern.finditer(flow) if hit.start() < case.end and case.start < hit.end())


def _near_misses(
    pattern: re.Pattern[str], candidate: _Candidate, rejected: Sequence[_Case], flows: Sequence[str]
) -> list[str]:
    """Give sentences that the rule must leave alone: what was rejected under its label, and what comes nearest."""
    label = candidate.record["label"]
    wrong = [_example(flows[c.letter], c.start, c.end) for c in rejected if _LABELS[c.kind] == label]
    wanted = set(_words(str(candidate.record["regex"]).lower()))
    others: list[tuple[int, str]] = []
    for flow in flows:
        for start, end in _sentences(flow):
            text = " ".join(flow[start:end].split())
            if 20 <= len(text) <= _EXAMPLE:
                others.append((-len(wanted & set(_words(text.lower()))), text))
    near = [text for _, text in sorted(others)]
    return list(dict.fromkeys(text for text in (*wrong[:2], *near) if not pattern.search(text)))[:2]


def _against_rejected(
    rejected: Sequence[_Case], right: Sequence[_Case], flows: Sequence[str], book: RuleBook
) -> Iterator[Suggestion]:
    """Suggest for each rule with rejected finds what takes them back: words that cancel it, or no such rule at all."""
    for rule_id in dict.fromkeys(case.rule for case in rejected):
        if rule_id not in book:
            continue
        rule = book[rule_id]
        wrong = [case for case in rejected if case.rule == rule_id]
        held = [case for case in right if case.rule == rule_id]
        cancel = _cancel(rule, wrong, held, flows)
        said = f"rejected {len(wrong)} times, right {len(held)} times"
        if cancel is not None and (held or len(wrong) == 1):
            words, taken, lost = cancel
            examples = [_example(flows[case.letter], case.start, case.end) for case in taken[:3]]
            record = _written(rule) | {
                "cancelled_by": [*rule.cancelled_by, words],
                "no_match": list(dict.fromkeys([*rule.no_match, *examples])),
            }
            yield Suggestion(record, len(taken), lost, f"{said}: cancelled by words beside the rejected ones")
        elif len(wrong) > len(held):
            record = {"id": rule_id, "enabled": False, "source": f"Of no use: {said}."}
            yield Suggestion(record, len(wrong), len(held), said)


def _cancel(
    rule: Rule, wrong: Sequence[_Case], held: Sequence[_Case], flows: Sequence[str]
) -> tuple[str, list[_Case], int] | None:
    """Give words that stand in sentences of rejected finds and not of right ones, and which finds they take back."""
    wrong_texts = {case: _sentence(flows[case.letter], case.start, case.end).lower() for case in wrong}
    held_texts = [_sentence(flows[case.letter], case.start, case.end).lower() for case in held]
    matches = [flow_of(text).lower() for text in rule.match]
    best: tuple[tuple[int, int, str], str, list[_Case], int] | None = None
    for text in wrong_texts.values():
        for phrase, size in _phrases(text):
            pattern = re.compile(rf"\b{re.escape(phrase)}\b".replace(r"\ ", r"\s+"))
            if any(pattern.search(example) for example in matches):
                continue
            taken = [case for case, sentence in wrong_texts.items() if pattern.search(sentence)]
            lost = sum(bool(pattern.search(sentence)) for sentence in held_texts)
            mark = (lost - len(taken), -size, phrase)
            if lost < len(taken) and (best is None or mark < best[0]):
                best = (mark, _bounded(phrase), taken, lost)
    return best[1:] if best is not None else None


def _phrases(text: str) -> Iterator[tuple[str, int]]:
    """Give the runs of words of a sentence, of two words and more, with the number of their words."""
    for piece in re.split(r"[^\w\s'-]|\d", text):
        words = _words(piece)
        for size in range(2, _LONGEST_CANCEL + 1):
            for at in range(len(words) - size + 1):
                phrase = " ".join(words[at : at + size])
                if phrase in " ".join(piece.split()):
                    yield phrase, size


def _written(rule: Rule) -> dict[str, Any]:
    """Give the record of a rule as it is written, to be overridden by its id."""
    blank = Rule(id="", label="")
    record: dict[str, Any] = {}
    for name in (item.name for item in fields(Rule)):
        value = getattr(rule, name)
        if name in {"file", "line"} or value == getattr(blank, name):
            continue
        if isinstance(value, tuple):
            value = [dict(entry) if isinstance(entry, Mapping) else entry for entry in value]
        record[name] = dict(value) if isinstance(value, Mapping) else value
    return record


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _sentences(flow: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _SENTENCE_END.finditer(flow):
        yield start, end.end()
        start = end.end()
    yield start, len(flow)


def _sentence(flow: str, start: int, end: int) -> str:
    """Give the sentence or sentences in which a stretch stands, white space folded."""
    first = max((found.end() for found in _SENTENCE_END.finditer(flow, max(0, start - 1_000), start)), default=-1)
    last = _SENTENCE_END.search(flow, end)
    return " ".join(flow[max(first, 0, start - 1_000) : min(last.end() if last else len(flow), end + 1_000)].split())


def _example(flow: str, start: int, end: int) -> str:
    """Give the sentence of a stretch, cut at words where it is long, with the whole stretch in it."""
    whole = _sentence(flow, start, end)
    if len(whole) <= _EXAMPLE:
        return whole
    quote = " ".join(flow[start:end].split())
    at = max(0, whole.find(quote))
    room = max(0, _EXAMPLE - len(quote)) // 2
    first, last = max(0, at - room), min(len(whole), at + len(quote) + room)
    first = whole.rfind(" ", 0, first) + 1 if first else 0
    end_of_word = whole.find(" ", last)
    return whole[first : end_of_word if end_of_word >= 0 else len(whole)]


def write(suggestions: Iterable[Suggestion], folder: Path) -> None:
    """Write suggested records as a new or empty folder of rules, to be given as `--patterns`. Raises PatternError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PatternError(f"{folder}: is not an empty folder; name a new one")
    lines: dict[Path, list[str]] = {folder / _FILE: [], folder / REGEX_FOLDER / _FILE: []}
    for suggestion in suggestions:
        file = folder / REGEX_FOLDER / _FILE if "regex" in suggestion.record else folder / _FILE
        lines[file].append(json.dumps(dict(suggestion.record), ensure_ascii=False) + "\n")
    for file, text in lines.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(text), encoding="utf-8", newline="\n")


def prove(suggestions: Sequence[Suggestion], folders: Sequence[Path] = ()) -> tuple[list[Suggestion], list[str]]:
    """Check suggested records as `foi_nlp patterns check` does, all together and beside the rules of `folders`.

    Gives those whose examples hold, and why the others are left out, in sentences.
    """
    import foi_nlp
    from foi_nlp import workbench

    refused: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        loading = []
        for number, suggestion in enumerate(suggestions):
            alone = Path(name) / f"{number}"
            write([suggestion], alone)
            try:
                load_rules((*folders, alone))
            except PatternError as error:
                refused.append(f"{suggestion.record['id']} cannot be loaded: {error}")
            else:
                loading.append(suggestion)
        together = Path(name) / "together"
        write(loading, together)
        book = load_rules((*folders, together))
        nlp = foi_nlp.load(patterns=(*folders, together))
        held = []
        for suggestion in loading:
            rule_id = str(suggestion.record["id"])
            found = workbench.check(nlp, book, rules=[book[rule_id]]) if rule_id in book else []
            refused += [f"{rule_id} is {finding.kind}: it {finding.message}" for finding in found]
            if not found:
                held.append(suggestion)
    return held, refused
