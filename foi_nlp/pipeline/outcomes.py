"""Say what became of each question, and of the letter.

What counts is gathered first: cues (rules with the label OUTCOME), grounds that are relied on, figures and their
state. Each piece of evidence belongs to the questions that its sentence names, else to those that its stretch
of the letter answers, else to the one whose words it shares, else to all. Then each question is decided by the
same few steps, and the letter by the questions.

Attributes of the rules: `weak`: counts only where nothing says otherwise. `generic`: a refusal that does not say
on which ground. `marker`: says that an answer is in part. `secondary`: never a primary outcome. `start`: counts
only as the first words of an answer. `letter`: says something of the letter alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import regex
from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.questions import named_questions, nearest_question, question_at
from foi_nlp.pipeline.reading import Reading
from foi_nlp.pipeline.scanning import Hit, Scanner
from foi_nlp.records import LetterOutcome, Observation, Outcome, Question
from foi_nlp.registers import register

LABEL = "OUTCOME"

_GROUNDS_IGNORED_IN = frozenset({"request", "clarification", "review_rights", "ico", "s16_advice", "boilerplate_act"})
_SMALL = regex.compile(
    r"<\s?\d|(?:fewer|less) than (?:five|ten|\d)|(?:low|small) (?:numbers?|counts?|cells?)", regex.IGNORECASE
)
_PERIOD = regex.compile(
    r"\b(?:19|20)\d\d\b|\b(?:that|current|first|earlier|previous) (?:years?|period)\b|\b(?:before|prior to)\b"
)
_FIRST_WORDS = 200
_RECKONING = regex.compile(
    r"\b(?:\w+ )?minutes?\b|\bhours\b|within (?:the )?cost|(?:cost|fees|appropriate) limit", regex.IGNORECASE
)
_LABEL = regex.compile(r"[^\w£]*(?:[a-z]{1,10}[ .]{0,2})?\(?\d{0,2}[a-h]?[.):\]/*_ \t-]*\s*", regex.IGNORECASE)
_PART_REFUSED = frozenset({"refused_exempt", "refused_accessible", "deferred_publication", "refused_suppressed"})
_GROUNDED = frozenset({"refused_cost", "refused_accessible", "deferred_publication", "refused_vexatious", "ncnd"})
_GIVEN = frozenset({"reported", "nil"})
_SUPPLIED = frozenset({"disclosed", "partial"})
_REFUSALS = frozenset({"refused", "not_held", "ncnd"})


@dataclass(frozen=True, slots=True)
class _Kind:
    """An entry of the register of outcomes."""

    id: str
    level: str
    group: str
    rank: int
    grounds: tuple[str, ...]
    alaveteli: str | None


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A place that speaks for an outcome. Without questions it speaks of the whole request."""

    outcome: str
    start: int
    end: int
    questions: tuple[str, ...]
    rule: str = ""
    traits: frozenset[str] = frozenset()
    provision: str = ""


@dataclass(slots=True)
class _Case:
    """What is known of one question."""

    question: Question
    evidence: list[_Evidence] = field(default_factory=list)
    figures: list[Observation] = field(default_factory=list)
    blocks: list[tuple[int, int]] = field(default_factory=list)

    def has(self, outcome: str, *, without: str = "") -> bool:
        return any(e.outcome == outcome and (not without or without not in e.traits) for e in self.evidence)


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, _Kind]:
    return {
        row["id"]: _Kind(
            id=row["id"],
            level=row["level"],
            group=row["group"],
            rank=row.get("rank", 0),
            grounds=tuple(row.get("grounds", ())),
            alaveteli=row.get("alaveteli"),
        )
        for row in register("outcomes")
    }


@lru_cache(maxsize=1)
def _ncnd_limbs() -> frozenset[str]:
    return frozenset(row["id"] for row in register("provisions") if row.get("is_ncnd_limb"))


@Language.factory("foi_outcomes", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> OutcomesComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return OutcomesComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class OutcomesComponent:
    """Say what became of each question, and of the letter."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.cues = Scanner(nlp, book, book.labelled(LABEL))
        self.references = Scanner(nlp, book, book.labelled("QUESTION_REFERENCE"))

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        reading = Reading.of(doc)
        hits = self.cues.scan(reading)
        references = self.references.scan(reading)
        for hit in [*hits, *references]:
            reading.mark(hit.rule.label, hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
        evidence = [*_from_cues(reading, hits, references), *_from_grounds(reading, references)]
        reading.facts.outcomes = _decide_all(reading, evidence)
        reading.facts.letter_outcome = _letter(reading, evidence, hits)
        return doc


def _from_cues(reading: Reading, hits: Sequence[Hit], references: Sequence[Hit]) -> list[_Evidence]:
    out = []
    for hit in hits:
        attributes = hit.rule.attributes
        if attributes.get("letter"):
            continue
        traits = {name for name in ("weak", "generic", "marker", "secondary", "start") if attributes.get(name)}
        if "start" in traits and not _begins_answer(reading, hit):
            continue
        start, end = reading.sentence_at(hit.start)
        if _PERIOD.search(reading.flow, start, end):
            traits.add("scoped")
        out.append(
            _Evidence(
                outcome=hit.rule.value or "",
                start=hit.start,
                end=hit.end,
                questions=_questions_of(reading, hit.start, references, by_words=hit.rule.value != "disclosed_full"),
                rule=hit.rule.id,
                traits=frozenset(traits),
            )
        )
    return out


def _begins_answer(reading: Reading, hit: Hit) -> bool:
    """Whether a hit is among the first words of an answer, behind its label or heading."""
    for block in reading.facts.answers:
        if block.start <= hit.start < block.end:
            between = reading.text[block.start : hit.start]
            return len(between) < _FIRST_WORDS and not any(
                len(line.split()) > _HEADING_WORDS for line in between.splitlines()
            )
    return False


_HEADING_WORDS = 8


def _from_grounds(reading: Reading, references: Sequence[Hit]) -> list[_Evidence]:
    out = []
    for provision in reading.facts.provisions:
        if provision.status == "mentioned" or provision.boilerplate:
            continue
        if reading.section_at(provision.start) in _GROUNDS_IGNORED_IN:
            continue
        outcome = _outcome_of_ground(provision.id)
        if outcome is None:
            continue
        start, end = reading.sentence_at(provision.start)
        if outcome == "refused_exempt" and _SMALL.search(reading.flow, start, end):
            outcome = "refused_suppressed"
        out.append(
            _Evidence(
                outcome=outcome,
                start=provision.start,
                end=provision.end,
                questions=_questions_of(reading, provision.start, references, by_words=True),
                rule=provision.rule,
                provision=provision.id,
            )
        )
    return out


def _outcome_of_ground(provision: str) -> str | None:
    """Give the outcome that goes with a ground; the longest entry of the register wins."""
    if provision in _ncnd_limbs():
        return "ncnd"
    best: tuple[int, str] | None = None
    for kind in _kinds().values():
        for ground in kind.grounds:
            if provision == ground or provision.startswith(f"{ground}("):
                best = max(best or (0, ""), (len(ground), kind.id))
    return best[1] if best else None


def _questions_of(reading: Reading, offset: int, references: Sequence[Hit], *, by_words: bool) -> tuple[str, ...]:
    start, end = reading.sentence_at(offset)
    if reading.section_at(offset) != "exemption":
        named = [
            name
            for reference in references
            if start <= reference.start < end
            for name in named_questions(reading, reference)
        ]
        if named:
            return tuple(dict.fromkeys(named))
    answered = question_at(reading, offset)
    if answered or not by_words:
        return answered
    if any(block.basis == "label" for block in reading.facts.answers):
        return ()
    nearest = nearest_question(reading, start, end)
    return (nearest,) if nearest else ()


def _decide_all(reading: Reading, evidence: Sequence[_Evidence]) -> list[Outcome]:
    cases = {question.id: _Case(question) for question in reading.facts.questions}
    general = [e for e in evidence if not e.questions]
    for item in evidence:
        for name in item.questions:
            if name in cases:
                cases[name].evidence.append(item)
    for figure in reading.facts.observations:
        if figure.question in cases:
            cases[figure.question].figures.append(figure)
    for block in reading.facts.answers:
        for name in block.question_ids:
            if name in cases:
                cases[name].blocks.append((block.label[1] if block.label else block.start, block.end))
    decided: dict[str, Outcome] = {}
    stems = {question.parent for question in reading.facts.questions}
    labelled = {n for b in reading.facts.answers if b.basis == "label" for n in b.question_ids}
    for name, case in cases.items():
        if name in stems and name not in labelled and not case.figures:
            continue
        outcome = _decide(reading, case)
        if outcome is not None:
            decided[name] = outcome
    out = []
    for question in reading.facts.questions:
        whole = _inherited(question, reading.facts.questions, decided)
        own = decided.get(question.id)
        if own is not None and whole is not None and own.outcome == "disclosed_full" and question.id in stems:
            own = own.model_copy(update={"outcome": whole.outcome, "secondary": whole.secondary})
        outcome = own or whole
        out.append(outcome or _from_general(reading, question, general, list(decided.values())))
    return out


def _decide(reading: Reading, case: _Case) -> Outcome | None:
    """Decide one question by its own evidence; None where there is none."""
    given = [f for f in case.figures if f.status in _GIVEN and not _argues_cost(reading, f)]
    hidden = [f for f in case.figures if f.status in {"suppressed", "withheld"}]
    lacking = [f for f in case.figures if f.status in {"not_held", "not_recorded"}]
    refusals = _refusals(case, given=bool(given), hidden=bool(hidden))
    pending = _pending(case)
    if pending and not given:
        return _outcome(reading, case, pending, [])
    attached = case.has("disclosed_attachment")
    proxy = case.has("disclosed_proxy") or any(f.is_proxy for f in given)
    yes = any(e.outcome == "disclosed_full" and "start" in e.traits for e in case.evidence)
    if refusals:
        return _with_refusals(reading, case, refusals, given=bool(given) or yes, attached=attached, proxy=proxy)
    secondary = ["refused_suppressed"] if hidden else ["not_held"] if lacking else []
    if proxy and given:
        return _outcome(reading, case, "disclosed_proxy", [])
    if secondary and (given or attached):
        return _outcome(reading, case, "disclosed_partial", secondary)
    if secondary:
        return _outcome(reading, case, secondary[0], [])
    if any(f.value for f in given) or yes:
        return _outcome(reading, case, "disclosed_full", ["disclosed_attachment"] if attached and not yes else [])
    if attached:
        return _outcome(reading, case, "disclosed_attachment", [])
    for plain in ("not_applicable", "answered_negative"):
        if case.has(plain) and not any(f.value for f in given):
            return _outcome(reading, case, plain, [])
    if given or _answers_in_words(reading, case):
        return _outcome(reading, case, "disclosed_full", [])
    return None


def _argues_cost(reading: Reading, figure: Observation) -> bool:
    """Whether a figure stands in running text that reckons what an answer would cost."""
    if figure.method != "prose":
        return False
    start, end = _paragraph(reading, figure.start)
    return bool(_RECKONING.search(reading.flow, start, end))


def _paragraph(reading: Reading, offset: int) -> tuple[int, int]:
    start = reading.text.rfind("\n\n", 0, offset)
    end = reading.text.find("\n\n", offset)
    return max(start, 0), end if end >= 0 else len(reading.text)


def _refusals(case: _Case, *, given: bool, hidden: bool) -> list[str]:
    """Give the kinds of refusal that count, the weightiest first."""
    kinds = _kinds()
    strong: dict[str, bool] = {}
    for item in case.evidence:
        kind = kinds.get(item.outcome)
        if kind is None or (kind.group not in _REFUSALS and item.outcome != "refused_suppressed"):
            continue
        outcome = (
            "refused_suppressed" if hidden and item.outcome == "refused_exempt" and item.provision else item.outcome
        )
        counts = not item.traits & {"weak", "generic", "secondary"}
        strong[outcome] = strong.get(outcome, False) or counts
    sure = [outcome for outcome, counts in strong.items() if counts]
    if set(sure) & _GROUNDED and not any(e.outcome == "refused_exempt" and e.provision for e in case.evidence):
        sure = [outcome for outcome in sure if outcome != "refused_exempt"]  # "exempt" said of the ground that is named
    if sure:
        return sorted(sure, key=lambda outcome: -kinds[outcome].rank)
    if given:
        return []
    return sorted(strong, key=lambda outcome: -kinds[outcome].rank)[:1]


def _pending(case: _Case) -> str | None:
    kinds = _kinds()
    found = [
        e.outcome
        for e in case.evidence
        if e.outcome in kinds and kinds[e.outcome].group in {"pending", "closed"} and "weak" not in e.traits
    ]
    return max(found, key=lambda outcome: kinds[outcome].rank, default=None)


def _with_refusals(
    reading: Reading, case: _Case, refusals: Sequence[str], *, given: bool, attached: bool, proxy: bool
) -> Outcome:
    first = refusals[0]
    scoped = all("scoped" in e.traits for e in case.evidence if e.outcome == first and not e.provision)
    in_part = case.has("disclosed_partial")
    if not given and first in _PART_REFUSED and _opens_with_figures(reading, case):
        given = True
    if not given and not attached:
        return _outcome(reading, case, first, list(refusals[1:]))
    if proxy and given:
        if first in {"not_held", "refused_suppressed"} and scoped:
            return _outcome(reading, case, "disclosed_proxy", list(refusals))
        return _outcome(reading, case, first, ["disclosed_proxy", *refusals[1:]])
    if refusals == ["not_held"] and given and not scoped and not in_part and not attached:
        return _outcome(reading, case, "not_held", ["disclosed_proxy"])
    return _outcome(reading, case, "disclosed_partial", [*(["disclosed_attachment"] if attached else []), *refusals])


def _opens_with_figures(reading: Reading, case: _Case) -> bool:
    """Whether an answer gives numbers before it refuses anything."""
    refused = [e.start for e in case.evidence if e.outcome in _PART_REFUSED]
    for start, end in case.blocks:
        body = start + len(_LABEL.match(reading.text, start, end)[0])  # type: ignore[index]
        stop = min((at for at in refused if at >= body), default=end)
        first = reading.sentence_at(body)[1]
        if reading.section_at(body) != "response" or any(body <= p.start < first for p in reading.facts.provisions):
            continue
        if first <= stop and any(c.isdigit() for c in reading.text[body:first]):
            return True
    return False


def _answers_in_words(reading: Reading, case: _Case) -> bool:
    return any(len(reading.text[a:b].split()) > 1 for a, b in case.blocks)


def _outcome(reading: Reading, case: _Case, outcome: str, secondary: Sequence[str]) -> Outcome:
    """Make the record, with the place that speaks for it: a cue's sentence, else the figures, else the answer."""
    own = [e for e in case.evidence if e.outcome == outcome] or [e for e in case.evidence if e.outcome in secondary]
    if own:
        start, end = reading.sentence_at(own[0].start)
    elif case.figures:
        start, end = case.figures[0].start, case.figures[0].end
    else:
        start, end = case.blocks[0] if case.blocks else (case.question.start, case.question.end)
    flags = {e.outcome for e in case.evidence if _is_flag(e.outcome)}
    extra = [*secondary]
    if case.has("advice_other_body") and outcome in {
        "not_held",
        "disclosed_partial",
        "disclosed_proxy",
        "deferred_publication",
    }:
        extra.append("advice_other_body")
    return Outcome(
        question=case.question.id,
        outcome=outcome,
        secondary=list(dict.fromkeys(extra)),
        flags=sorted(flags),
        provisions=list(dict.fromkeys(e.provision for e in case.evidence if e.provision)),
        start=start,
        end=end,
        rule=own[0].rule if own else "",
    )


def _is_flag(outcome: str) -> bool:
    kind = _kinds().get(outcome)
    return kind is not None and kind.level == "flag"


def _inherited(question: Question, questions: Sequence[Question], decided: Mapping[str, Outcome]) -> Outcome | None:
    """Take a stem for what its parts are together; a part that no answer names shares its stem's refusal."""
    kinds = _kinds()
    parts = [decided[q.id] for q in questions if q.parent == question.id and q.id in decided]
    if parts:
        groups = {kinds[part.outcome].group for part in parts}
        outcome = parts[0].outcome if len({p.outcome for p in parts}) == 1 else "disclosed_partial"
        if groups <= {"disclosed", "neutral"}:
            outcome = "disclosed_full" if outcome == "disclosed_partial" else outcome
        secondary = sorted({p.outcome for p in parts if kinds[p.outcome].group in _REFUSALS and p.outcome != outcome})
        return parts[0].model_copy(update={"question": question.id, "outcome": outcome, "secondary": secondary})
    stem = decided.get(question.parent or "")
    if stem is not None and kinds[stem.outcome].group in {*_REFUSALS, "pending"}:
        return stem.model_copy(update={"question": question.id, "secondary": []})
    return None


def _from_general(
    reading: Reading, question: Question, general: Sequence[_Evidence], decided: Iterable[Outcome]
) -> Outcome:
    """Decide a question that nothing speaks of by what is said of the whole request.

    Where the letter says that it discloses, a refusal that is some other question's does not reach this one.
    """
    said = any(e.outcome == "disclosed_full" for e in general)
    explained = {name for o in decided for name in (o.outcome, *o.secondary)} if said else set()
    case = _Case(question, [e for e in general if "marker" not in e.traits and e.outcome not in explained])
    outcome = _decide(reading, case)
    if outcome is None:
        disclosing = [e for e in general if e.outcome == "disclosed_full"]
        outcome = _outcome(reading, _Case(question, disclosing), "disclosed_full" if said else "not_addressed", [])
    return outcome


def _letter(reading: Reading, evidence: Iterable[_Evidence], hits: Sequence[Hit]) -> LetterOutcome | None:
    kinds = _kinds()
    flags = sorted({e.outcome for e in evidence if _is_flag(e.outcome)})
    outcomes = [o.outcome for o in reading.facts.outcomes]
    supplied = [name for o in reading.facts.outcomes for name in o.secondary if kinds[name].group in _SUPPLIED]
    special = next((h.rule.value for h in hits if h.rule.attributes.get("letter") and h.rule.value in kinds), None)
    name = special or _letter_id([kinds[outcome].group for outcome in [*outcomes, *supplied]], outcomes)
    if name is None:
        return None
    return LetterOutcome(id=name, alaveteli=kinds[name].alaveteli, flags=flags)


def _letter_id(groups: Sequence[str], outcomes: Sequence[str]) -> str | None:
    """Roll the questions' outcomes up; what was not addressed does not count where others were."""
    telling = [group for group in groups if group not in {"neutral", "unresolved"}]
    if not telling:
        return "all_disclosed" if "neutral" in groups else None
    kinds = set(telling)
    if kinds == {"pending"}:
        return "clarification" if "clarification_sought" in outcomes else "holding"
    simple = {"ncnd": "ncnd_all", "not_held": "none_held", "closed": "closed", "disclosed": "all_disclosed"}
    if len(kinds) == 1 and telling[0] in simple:
        return simple[telling[0]]
    return "some_disclosed" if kinds & {"disclosed", "partial"} else "all_refused"
