"""The workbench of those who write rules: check, try, explain, compare, and say what the registers still lack."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process

from foi_nlp.marks import marks_of
from foi_nlp.patterns import PatternError, Rule, RuleBook, parse_rule
from foi_nlp.pipeline.reading import SPANS_KEY, Reading
from foi_nlp.pipeline.scanning import Scanner, Sighting, watched
from foi_nlp.registers import register

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from foi_nlp.letters import Letter
    from foi_nlp.records import LetterRecord

SLOW_RULE_SECONDS = 0.5
_CONTEXT = 60
_CLOSE_ENOUGH = 70.0
_MATCHES_EVERYTHING_SHARE = 0.5
_ENOUGH_EXAMPLES = 20


@dataclass(frozen=True)
class Finding:
    """Something `check` has to say of a rule: where it stands, what kind of fault, and what to do."""

    where: str
    kind: str
    message: str


def check(
    nlp: Language,
    book: RuleBook,
    *,
    rules: Sequence[Rule] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Run every example of the rules through the full pipeline and every regex over hostile text.

    Finds dead rules (an example that the rule does not win), rules that match what they must not, rules that
    match nearly everything, and slow ones. Loading has checked the form of the records before.
    """
    chosen = list(book) if rules is None else list(rules)
    findings: list[Finding] = []
    steps = len(chosen)
    for done, rule in enumerate(chosen, start=1):
        findings += check_examples(nlp, rule)
        if progress:
            progress(done, steps)
    findings += _greedy(nlp, book, chosen)
    findings += slow_rules(book, chosen)
    return findings


def refuse_dangerous(nlp: Language, book: RuleBook, folders: Sequence[Path]) -> None:
    """Refuse rules of the user's folders that match nearly everything or never end. Raises PatternError naming them."""
    resolved = [folder.resolve() for folder in folders]
    own = [rule for rule in book if any(Path(rule.file).is_relative_to(folder) for folder in resolved)]
    findings = [*_greedy(nlp, book, own), *slow_rules(book, own)]
    if findings:
        raise PatternError("; ".join(f"{f.where}: {f.kind}: {f.message}" for f in findings))


def check_examples(nlp: Language, rule: Rule) -> list[Finding]:
    """Run the examples of one rule through the full pipeline."""
    findings = []
    for text in rule.match:
        doc = nlp(text)
        if rule.id not in rule_ids(doc):
            others = sorted(rule_ids(doc) - {""})
            shadow = f"; what fired there: {', '.join(others)}" if others else "; nothing fired there"
            findings.append(Finding(rule.where, "dead", f"does not find its match example {text!r}{shadow}"))
    findings += [
        Finding(rule.where, "too wide", f"finds its no_match example {text!r}")
        for text in rule.no_match
        if rule.id in rule_ids(nlp(text))
    ]
    return findings


def rule_ids(doc: Doc) -> set[str]:
    """Give the ids of the rules behind the spans of an annotated Doc."""
    return {span.id_ for span in doc.spans[SPANS_KEY]}


def _greedy(nlp: Language, book: RuleBook, rules: Sequence[Rule]) -> list[Finding]:
    """Find rules that match most of what other labels' rules have as examples: they match nearly everything."""
    examples = list(dict.fromkeys((rule.label, rule.match[0]) for rule in book if rule.match))
    if len(examples) < _ENOUGH_EXAMPLES:
        return []
    step = max(1, len(examples) // 100)
    sample = [(label, Reading(nlp.make_doc(text))) for label, text in examples[::step]]
    findings = []
    for rule in rules:
        scanner = Scanner(nlp, book, [rule])
        foreign = [reading for label, reading in sample if label != rule.label]
        hits = sum(bool(scanner.find_all(reading)) for reading in foreign)
        if foreign and hits / len(foreign) > _MATCHES_EVERYTHING_SHARE:
            findings.append(
                Finding(
                    rule.where,
                    "matches everything",
                    f"matches {hits} of {len(foreign)} sentences that other labels' rules are about; make it narrower",
                )
            )
    return findings


def hostile_texts() -> list[str]:
    """Give texts on which a careless regex never ends: long runs without a break, of many kinds."""
    size = 20_000
    return [
        "a" * size,
        "1" * size,
        " " * size,
        "a " * (size // 2),
        "1,1 " * (size // 4),
        "(1)" * (size // 3),
        "section 12 and " * (size // 15),
        "not held recorded force information " * (size // 36),
    ]


def slow_rules(book: RuleBook, rules: Sequence[Rule]) -> list[Finding]:
    """Find regexes that take long on hostile text; each is stopped in bounded time."""
    texts = hostile_texts()
    findings = []
    for rule in rules:
        if rule.regex is None:
            continue
        compiled = book.compile(rule).as_written
        worst = 0.0
        for text in texts:
            started = time.process_time()  # a busy machine makes no rule slow
            try:
                for _ in compiled.finditer(text, timeout=SLOW_RULE_SECONDS):
                    pass
            except TimeoutError:
                worst = SLOW_RULE_SECONDS
                break
            worst = max(worst, time.process_time() - started)
        if worst >= SLOW_RULE_SECONDS:
            findings.append(
                Finding(
                    rule.where,
                    "slow",
                    f"takes {SLOW_RULE_SECONDS:g} seconds or more on a long line; "
                    "start it with a rare word, bound its gaps",
                )
            )
    return findings


@dataclass(frozen=True)
class Occurrence:
    """A hit in a letter, in context."""

    source: str
    start: int
    end: int
    section: str
    before: str
    text: str
    after: str


def trial_rule(book: RuleBook, *, label: str, pattern: str, phrase: bool = False, case: bool = False) -> Rule:
    """Make a rule for trying out: a regex, a phrase, or token patterns as JSON. Raises PatternError."""
    data: dict[str, Any] = {
        "id": "trial",
        "label": label,
        "match": ["-"],
        "no_match": ["-"],
        "source": "trial",
        "case": case,
    }
    if pattern.lstrip().startswith("[{"):
        try:
            data["pattern"] = json.loads(pattern)
        except json.JSONDecodeError as error:
            raise PatternError(f"the token pattern is not valid JSON: {error}") from None
    else:
        data["pattern" if phrase else "regex"] = pattern
    rule = parse_rule(data, where="the pattern given", file="the pattern given")
    book.check([rule])
    return rule


def occurrences(nlp: Language, book: RuleBook, rule: Rule, letters: Iterable[Letter]) -> Iterator[Occurrence]:
    """Give every hit of a rule in letters, with the section it stands in."""
    scanner = Scanner(nlp, book, [rule])
    for letter in letters:
        reading = _sectioned(nlp, letter.text)
        for hit in scanner.find_all(reading):
            text = letter.text
            yield Occurrence(
                letter.source,
                hit.start,
                hit.end,
                reading.section_at(hit.start),
                text[max(0, hit.start - _CONTEXT) : hit.start],
                text[hit.start : hit.end],
                text[hit.end : hit.end + _CONTEXT],
            )


def _sectioned(nlp: Language, text: str) -> Reading:
    """Read a text as far as its sections, which rules refer to."""
    doc = nlp.make_doc(text)
    for name, component in nlp.pipeline:
        component(doc)
        if name == "foi_sections":
            break
    return Reading.of(doc)


@dataclass(frozen=True)
class Fired:
    """A rule at a place: what it matched, and whether it won, or why it did not."""

    rule: Rule
    start: int
    end: int
    verdict: str


def explain(nlp: Language, book: RuleBook, text: str, offset: int) -> tuple[str, list[Fired]]:
    """Say which section holds an offset, and which rules fired there, nearly fired, or lost, and why.

    Hits are those that the components saw, on the text as they masked it. The few families whose regexes are run
    by their component alone are tried on the plain text, and the verdict says so.
    """
    with watched() as sightings:
        doc = nlp(text)
    spans = [(span.id_, span.start_char, span.end_char) for span in doc.spans[SPANS_KEY] if span.id_ in book]
    winners = {(rule_id, start, end) for rule_id, start, end in spans if start <= offset < end}
    won_ids = {rule_id for rule_id, _, _ in winners}
    out = [
        Fired(book[rule_id], start, end, "won: its span stands in the record")
        for rule_id, start, end in sorted(winners, key=lambda w: (w[1], -w[2], w[0]))
    ]
    reading = _sectioned(nlp, text)
    verdicts: dict[tuple[str, int, int], Fired] = {}
    for s in sightings:
        if s.hit.start <= offset < s.hit.end and s.hit.rule.id not in won_ids:
            key = (s.hit.rule.id, s.hit.start, s.hit.end)
            verdicts[key] = Fired(s.hit.rule, *key[1:], _why_not(reading, s, winners))
    out += verdicts.values()
    out += _of_unwatched(nlp, book, reading, offset, won_ids)
    seen = {fired.rule.id for fired in out}
    start, end = reading.sentence_at(offset)
    out += [
        Fired(rule, start, end, f"did not match; closest example ({score:.0f} %): {example!r}")
        for rule, example, score in _closest(book, text[start:end])
        if rule.id not in seen
    ]
    return reading.section_at(offset), out


def _why_not(reading: Reading, sighting: Sighting, winners: set[tuple[str, int, int]]) -> str:
    hit, rule, section = sighting.hit, sighting.hit.rule, reading.section_at(sighting.hit.start)
    if section in rule.not_sections or (rule.sections and section not in rule.sections):
        return f"does not count in the section {section!r}"
    cancel = sighting.scanner.cancelled(reading, hit, forms=sighting.forms)
    if cancel is not None:
        return f"cancelled by {cancel!r} in the same sentence"
    overlapping = [rule_id for rule_id, start, end in winners if start < hit.end and hit.start < end]
    if overlapping:
        return f"matched, but what stands here is {', '.join(sorted(overlapping))}"
    return "matched, but its component needed more evidence than this (context, role or a nearer cue)"


# Their components run these regexes themselves, on one sentence, cell or masked stretch at a time.
_UNWATCHED = ("PERIOD", "PROVISION_STATUS", "VALUE")


def _of_unwatched(nlp: Language, book: RuleBook, reading: Reading, offset: int, won_ids: set[str]) -> Iterator[Fired]:
    for hit in Scanner(nlp, book, book.labelled(*_UNWATCHED)).find_all(reading):
        if hit.start <= offset < hit.end and hit.rule.id not in won_ids:
            yield Fired(
                hit.rule,
                hit.start,
                hit.end,
                "matches the plain text; its component reads a narrower or masked text, which is not shown here",
            )


def _closest(book: RuleBook, sentence: str) -> list[tuple[Rule, str, float]]:
    examples = {(rule.id, example): example for rule in book for example in rule.match}
    found = process.extract(
        sentence, examples, scorer=fuzz.token_set_ratio, score_cutoff=_CLOSE_ENOUGH, limit=3, processor=str.lower
    )
    return [(book[key[0]], example, score) for example, score, key in found]


@dataclass(frozen=True)
class SpanChange:
    """A span that one run has and another has not."""

    source: str
    label: str
    value: str
    text: str
    gained: bool


def diff(old: Iterable[LetterRecord], new: Iterable[LetterRecord]) -> list[SpanChange]:
    """List the spans gained and lost between two runs over the same letters, by label, with their text."""
    before, after = _spans(old), _spans(new)
    out = []
    for source in sorted({*before, *after}):
        a, b = before.get(source, {}), after.get(source, {})
        out += [SpanChange(source, key[2], key[3], b[key], True) for key in b.keys() - a.keys()]
        out += [SpanChange(source, key[2], key[3], a[key], False) for key in a.keys() - b.keys()]
    return sorted(out, key=lambda c: (c.label, c.source, not c.gained, c.text, c.value))


def _spans(records: Iterable[LetterRecord]) -> dict[str, dict[tuple[int, int, str, str], str]]:
    return {
        record.source: {(m.start, m.end, m.label, m.value): record.text[m.start : m.end] for m in marks_of(record)}
        for record in records
    }


REGISTERS = ("authorities", "provisions", "caveats", "outcomes")


@dataclass(frozen=True)
class Covered:
    """An entry of a register: whether a rule gives it, and whether a letter of the corpus has it.

    `worked_out`: no rule can give it, for it follows from other facts of the letter (the outcome of the whole
    request from those of its questions).
    """

    register: str
    id: str
    has_rule: bool
    has_example: bool
    worked_out: bool = False


def coverage(nlp: Language, book: RuleBook, corpus: Iterable[Mapping[str, Any]]) -> list[Covered]:
    """Say of each entry of the registers whether a rule gives it and whether the corpus has an example.

    A provision has a rule when its own citation, written as in its register entry, is resolved to it, or to the
    ground that the register says it stands for (section 12 -> 12(1)).
    """
    values = {rule.value for rule in book}
    in_corpus = {name: set[str]() for name in REGISTERS}
    for gold in corpus:
        in_corpus["authorities"] |= {
            a["id"] for key in ("authorities", "not_responders") for a in gold.get(key, []) if a.get("id")
        }
        in_corpus["provisions"] |= {p["id"] for p in gold.get("provisions", [])}
        in_corpus["caveats"] |= {c["category"] for c in gold.get("caveats", [])}
        for outcome in gold.get("outcomes", []):
            in_corpus["outcomes"] |= {outcome["outcome"], *outcome.get("secondary", [])}
        in_corpus["outcomes"] |= {(gold.get("letter_outcome") or {}).get("id", "")}
    out = []
    for name in REGISTERS:
        for entry in register(name):
            has_rule = entry["id"] in values or (name == "provisions" and _resolves(nlp, entry))
            worked_out = not has_rule and (entry.get("level") == "letter" or entry.get("group") in _WORKED_OUT)
            out.append(Covered(name, entry["id"], has_rule, entry["id"] in in_corpus[name], worked_out))
    return out


# Outcomes that follow when nothing answers a question.
_WORKED_OUT = frozenset({"unresolved"})


def _resolves(nlp: Language, entry: Mapping[str, Any]) -> bool:
    sentence = f"This is exempt under {citation(entry)}."
    meant = {entry["id"], entry.get("relied_on_as"), entry.get("condition_of")}
    return any(p["id"] in meant for p in nlp(sentence)._.foi["provisions"])


def citation(entry: Mapping[str, Any]) -> str:
    """Write the full citation of a provision: its unit and number as the register writes them, and the Act."""
    act = str(entry["regime"])
    number = entry.get("number") or ""
    if not any(c.isdigit() for c in number):
        return act
    short = str(entry["cite_forms"][0]).lower()
    unit = "Article" if short.startswith("art") else "Regulation" if short.startswith("reg") else "Section"
    return f"{unit} {number} of the {act.rpartition(' / ')[2] if unit == 'Article' else act}"


def write_rule(path: Path, data: dict[str, Any]) -> None:
    """Append a record to a rule file, after the checks of loading. Raises PatternError."""
    parse_rule(data, where=str(path), file=str(path))
    line = json.dumps(data, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    existing = path.read_text(encoding="utf-8") if path.exists() else ""
    if existing and not existing.endswith("\n"):
        existing += "\n"
    path.write_text(existing + line, encoding="utf-8", newline="\n")


def family_pages(book: RuleBook) -> dict[str, str]:
    """Give one Markdown page for each family of rules (the files of one name), by file name."""
    families: dict[str, list[Rule]] = {}
    for rule in book:
        families.setdefault(Path(rule.file).stem, []).append(rule)
    return {f"{family}.md": _family_page(family, rules) for family, rules in sorted(families.items())}


def _family_page(family: str, rules: Sequence[Rule]) -> str:
    lines = [
        f"# Rules: {family}",
        "",
        "Generated by `foi_nlp patterns docs` from the rule files; do not edit.",
        "",
        "| rule | label | value | finds, for example | but not | why |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rule in rules:
        cells = (f"`{rule.id}`", rule.label, rule.value or "", rule.match[0], rule.no_match[0], rule.source)
        lines.append("| " + " | ".join(_markdown_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _markdown_cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
