"""Say what became of each question, and of the letter.

What counts is gathered first: cues (rules with the label OUTCOME), grounds that are relied on, figures and their
state. Each piece of evidence belongs to the questions that its clause or sentence names, else to those that its
stretch of the letter answers, else to the one whose words it shares, else to all. Then each question is decided by
the same few steps, and the letter by the questions.

Attributes of the rules:

* `weak`: counts only where nothing says otherwise.
* `generic`: a refusal that does not say on which ground.
* `notice`: names the letter itself a refusal; it belongs to the questions that it names, and to no place.
* `marker`: says that an answer is in part.
* `secondary`: never a primary outcome.
* `start`: counts only as the first words of an answer.
* `whole`: speaks of the whole request, unless it names a question or stands under the label of an answer.
* `rest`: all that its sentence says holds for the questions that nothing else speaks of.
* `same`: the answer is that of the question named in the same sentence, or of the one before.
* `whole_request`: a refusal that its sentence speaks of is of everything, unless it names a question.
* `part`: refuses a named part of what was asked; what the answer says before it is given.
* `told`: a review tells what the earlier reply decided; what its sentence says counts as little as `weak`.
* `letter`: says something of the letter alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.grids import Grid
from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.answers import AnswerBlock
from foi_nlp.pipeline.questions import named_questions, nearest_question
from foi_nlp.pipeline.reading import Reading
from foi_nlp.pipeline.scanning import Hit, Scanner
from foi_nlp.pipeline.shapes import shape
from foi_nlp.records import LetterOutcome, Observation, Outcome, Question
from foi_nlp.registers import register

LABEL = "OUTCOME"

_GROUNDS_IGNORED_IN = frozenset(
    {"request", "clarification", "review_rights", "ico", "s16_advice", "boilerplate_act", "intro"}
)
_TRAITS = ("weak", "generic", "notice", "marker", "secondary", "start", "whole", "same", "rest", "part")
_OF_SENTENCES = ("told", "whole_request")
_FIRST_WORDS = 200
_HEADING_WORDS = 8
_ANSWER_WORDS = 2
_TRIM = " \t\n*_>|-:"
_LABEL_ENDS = ".)"
_PART_REFUSED = frozenset({"refused_exempt", "refused_accessible", "deferred_publication", "refused_suppressed"})
_GROUNDED = frozenset({"refused_cost", "refused_accessible", "deferred_publication", "refused_vexatious", "ncnd"})
_GIVEN = frozenset({"reported", "nil"})
_GIVING = frozenset({"disclosed_full", "disclosed_proxy", "outside_act"})
_SUPPLIED = frozenset({"disclosed", "partial"})
_REFUSALS = frozenset({"refused", "not_held", "ncnd"})
_COSTS = frozenset({"refused_cost", "refused_cost_ncnd"})
_ANSWERING = frozenset({"responder", "joint_responder"})
_PENDING = frozenset({"pending", "closed"})
_PLACED = frozenset({"named", "label"})

_HEADED = ("section.exemption.ground", "section.exemption.harm", "section.exemption.reasons")

EvidenceBasis = Literal["named", "label", "order", "content", "single", "words", ""]


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
    basis: EvidenceBasis = ""
    target: tuple[str, ...] = ()


@dataclass(slots=True)
class _Case:
    """What is known of one question."""

    question: Question
    evidence: list[_Evidence] = field(default_factory=list)
    figures: list[Observation] = field(default_factory=list)
    blocks: list[tuple[int, int]] = field(default_factory=list)

    def has(self, outcome: str) -> bool:
        return any(e.outcome == outcome for e in self.evidence)

    def block_at(self, offset: int) -> tuple[int, int] | None:
        return next((block for block in self.blocks if block[0] <= offset < block[1]), None)


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
        evidence = [*_from_cues(reading, hits, references), *_from_grounds(reading, hits, references)]
        evidence = _settled(reading, evidence)
        alone = _refuses_alone(reading, evidence)
        if alone:
            evidence = [replace(e, questions=(), basis="") for e in evidence]
        reading.facts.outcomes = _decide_all(reading, evidence, by_blocks=not alone)
        reading.facts.letter_outcome = _letter(reading, evidence, hits)
        _take_back_arguments(reading, evidence)
        return doc


def _take_back_arguments(reading: Reading, evidence: Sequence[_Evidence]) -> None:
    """Leave out figures in running text of an answer that gives nothing: they are its reasons, not the answer."""
    giving = {reading.sentence_at(e.start) for e in evidence if e.outcome in _GIVING}
    refused = {o.question: _gives_nothing(o) for o in reading.facts.outcomes}
    kept = []
    for figure in reading.facts.observations:
        argues = refused.get(figure.question, False) if figure.question else bool(refused) and all(refused.values())
        argues = argues and figure.method == "prose" and not figure.is_proxy
        if argues and reading.sentence_at(figure.start) not in giving:
            reading.review(
                "figure_in_refusal",
                f"{figure.value_raw!r} stands in the reasons for a refusal and was left out; add it if it answers.",
                figure.start,
                figure.end,
            )
        else:
            kept.append(figure)
    reading.facts.observations = kept


def _gives_nothing(outcome: Outcome) -> bool:
    return _is_refusal(outcome.outcome) and not any(_group(name) in _SUPPLIED for name in outcome.secondary)


def _from_cues(reading: Reading, hits: Sequence[Hit], references: Sequence[Hit]) -> list[_Evidence]:
    out = []
    rest = _sentences_with(reading, hits, "rest")
    everything = _sentences_with(reading, hits, "whole_request")
    told = _sentences_with(reading, hits, "told") if _is_review(hits) else frozenset()
    for hit in hits:
        attributes = hit.rule.attributes
        if attributes.get("letter") or any(attributes.get(name) for name in _OF_SENTENCES):
            continue
        if _repeats_question(reading, hit.end - 1) or _names_a_part_of_the_letter(reading, hit):
            continue
        if attributes.get("whole") and _was_clarified(reading, hit.start):
            continue
        traits = {name for name in _TRAITS if attributes.get(name)}
        if "start" in traits and not _begins_answer(reading, hit):
            continue
        at = hit.end - 1 if "start" in traits else hit.start  # such a hit begins with the label, a sentence of its own
        start, end = _sentence(reading, at)
        if _is_scoped(reading, start, end):
            traits.add("scoped")
        names, basis = _questions_of(reading, at, references, by_words=hit.rule.value != "disclosed_full")
        target = names if basis == "named" else ()
        if start in told:
            traits.add("weak")
        if start in everything and basis not in _PLACED and hit.rule.value in _kinds():
            names, basis = (), ""
            if _is_refusal(hit.rule.value or "") and not traits & {"weak", "notice", "scoped"}:
                traits.add("whole_request")
        if "start" in traits and basis == "named":
            names, basis = _answered_at(reading, hit.start)
        if ("notice" in traits and basis != "named") or ("whole" in traits and basis not in _PLACED) or start in rest:
            names, basis = (), ""
        out.append(
            _Evidence(
                outcome=hit.rule.value or "",
                start=hit.start,
                end=hit.end,
                questions=names,
                rule=hit.rule.id,
                traits=frozenset(traits),
                basis=basis,
                target=target,
            )
        )
    return out


def _sentences_with(reading: Reading, hits: Sequence[Hit], attribute: str) -> frozenset[int]:
    """Give where the sentences begin in which a rule with this attribute was found."""
    return frozenset(_sentence(reading, hit.start)[0] for hit in hits if hit.rule.attributes.get(attribute))


def _sentence(reading: Reading, offset: int) -> tuple[int, int]:
    """Give the sentence that holds `offset`, within its answer: cells of a table have no stop between them."""
    start, end = reading.sentence_at(offset)
    block = next((b for b in reading.facts.answers if b.start <= offset < b.end), None)
    return (max(start, block.start), min(end, block.end)) if block else (start, end)


def _is_review(hits: Sequence[Hit]) -> bool:
    return any(hit.rule.attributes.get("letter") and hit.rule.value == "review" for hit in hits)


def _names_a_part_of_the_letter(reading: Reading, hit: Hit) -> bool:
    """Whether what is said to be attached is an annex that stands, under its heading, further down in the text."""
    if hit.rule.value != "disclosed_attachment":
        return False
    named = shape("annex").search(reading.flow, hit.start, reading.sentence_at(hit.start)[1])
    if named is None:
        return False
    heading = " ".join(named.group().split())
    return any(
        " ".join(found.group("annex").split()).lower() == heading.lower()
        for found in shape("annex_heading").finditer(reading.ruled, named.end())
    )


def _is_scoped(reading: Reading, start: int, end: int) -> bool:
    """Whether a sentence speaks of some years, or of one of several authorities, alone."""
    return bool(shape("period").search(reading.flow, start, end)) or _names_one_of_several(reading, start, end)


def _names_one_of_several(reading: Reading, start: int, end: int) -> bool:
    answering = {a.id for a in reading.facts.authorities if a.role in _ANSWERING}
    named = {a.id for a in reading.facts.authorities if a.id in answering and start <= a.start < end}
    return bool(named) and len(named) < len(answering)


def _was_clarified(reading: Reading, offset: int) -> bool:
    """Whether a place lies in an exchange with the applicant that is over: answered, or followed by the request."""
    sections = reading.facts.sections
    here = next((i for i, s in enumerate(sections) if s.start <= offset < s.end), None)
    if here is None or sections[here].id != "clarification":
        return False
    answered = shape("clarified").search(reading.flow, offset, sections[here].end)
    return bool(answered) or any(section.id == "request" for section in sections[here + 1 :])


def _repeats_question(reading: Reading, offset: int) -> bool:
    """Whether a place lies in a label of an answer, with which the question may be repeated."""
    return any(block.label and block.label[0] <= offset < block.label[1] for block in reading.facts.answers)


def _begins_answer(reading: Reading, hit: Hit) -> bool:
    """Whether a hit is among the first words of an answer, behind its label or heading."""
    for block in reading.facts.answers:
        if block.start <= hit.start < block.end:
            between = reading.text[block.start : hit.start]
            return len(between) < _FIRST_WORDS and not any(
                len(line.split()) > _HEADING_WORDS for line in between.splitlines()
            )
    return False


def _from_grounds(reading: Reading, hits: Sequence[Hit], references: Sequence[Hit]) -> list[_Evidence]:
    out = []
    rest = _sentences_with(reading, hits, "rest")
    everything = _sentences_with(reading, hits, "whole_request")
    for provision in reading.facts.provisions:
        if provision.status == "mentioned" or provision.boilerplate or _repeats_question(reading, provision.start):
            continue
        if reading.section_at(provision.start) in _GROUNDS_IGNORED_IN:
            continue
        outcome = _outcome_of_ground(provision.id)
        if outcome is None:
            continue
        start, end = _sentence(reading, provision.start)
        if outcome == "refused_exempt" and shape("small_number").search(reading.flow, start, end):
            outcome = "refused_suppressed"
        names, basis = _questions_of(reading, provision.start, references, by_words=True)
        if start in rest or (start in everything and basis not in _PLACED):
            names, basis = (), ""
        out.append(
            _Evidence(
                outcome=outcome,
                start=provision.start,
                end=provision.end,
                questions=names,
                rule=provision.rule,
                traits=frozenset({"scoped"} if _names_one_of_several(reading, start, end) else ()),
                provision=provision.id,
                basis=basis,
            )
        )
    return out


def _outcome_of_ground(provision: str) -> str | None:
    """Give the outcome that goes with a ground; the longest entry of the register wins, then what neither confirms."""
    best: tuple[int, str] | None = None
    for kind in _kinds().values():
        for ground in kind.grounds:
            if provision == ground or provision.startswith(f"{ground}("):
                best = max(best or (0, ""), (len(ground), kind.id))
    if provision in _ncnd_limbs() and (best is None or best[0] < len(provision)):
        return "ncnd"
    return best[1] if best else None


def _questions_of(
    reading: Reading, offset: int, references: Sequence[Hit], *, by_words: bool
) -> tuple[tuple[str, ...], EvidenceBasis]:
    """Give the questions that the text at `offset` speaks of, and how that is known."""
    start, end = _sentence(reading, offset)
    for stretch in (_clause(reading, offset, start, end), (start, end)):
        named = [
            name
            for reference in references
            if stretch[0] <= reference.start < stretch[1]
            for name in named_questions(reading, reference)
        ]
        if named:
            return tuple(dict.fromkeys(named)), "named"
    names, basis = _answered_at(reading, offset)
    if names:
        return names, basis
    if offset < min((question.start for question in reading.facts.questions), default=0):
        return (), ""  # what is said above the request is said of all of it
    if not by_words or any(block.basis == "label" for block in reading.facts.answers):
        return (), ""
    nearest = nearest_question(reading, start, end)
    return ((nearest,), "words") if nearest else ((), "")


def _answered_at(reading: Reading, offset: int) -> tuple[tuple[str, ...], EvidenceBasis]:
    block = next((b for b in reading.facts.answers if b.start <= offset < b.end), None)
    return (block.question_ids, block.basis) if block else ((), "")


def _clause(reading: Reading, offset: int, start: int, end: int) -> tuple[int, int]:
    """Give the clause of a sentence that holds `offset`."""
    for found in shape("clause_break").finditer(reading.flow, start, end):
        if found.end() <= offset:
            start = found.end()
        elif found.start() > offset:
            return start, found.start()
    return start, end


def _settled(reading: Reading, evidence: Sequence[_Evidence]) -> list[_Evidence]:
    """Settle whose the grounds are that are set out together behind the last answer.

    They are those of the questions whose answers name them, or refuse without naming any; the last question's only
    if its own answer refuses, too; else they are the letter's.
    """
    labelled = [block for block in reading.facts.answers if block.basis == "label"]
    if len({block.question_ids for block in labelled}) < 2:
        return list(evidence)
    last = max(labelled, key=lambda block: block.start)
    tail = _tail(reading, last)
    if tail is None:
        return list(evidence)
    own = [e for e in evidence if not (tail <= e.start < last.end and e.basis == "label")]
    refusing = [e for e in own if e.questions and _kinds().get(e.outcome) and _group(e.outcome) in _REFUSALS]
    out = list(own)
    for item in evidence:
        if not (tail <= item.start < last.end and item.basis == "label"):
            continue
        if item.provision and any(_section_of(e.provision) == _section_of(item.provision) for e in own):
            continue
        if any(set(e.questions) & set(last.question_ids) for e in refusing):
            out.append(item)
            continue
        unfounded = [e for e in refusing if e.outcome == item.outcome and "generic" in e.traits]
        names = tuple(dict.fromkeys(name for e in unfounded for name in e.questions))
        out.append(replace(item, questions=names, basis="named" if names else ""))
    return sorted(out, key=lambda item: item.start)


def _refuses_alone(reading: Reading, evidence: Sequence[_Evidence]) -> bool:
    """Whether a letter without labels and figures says one refusal only: it is of all questions, not of the nearest.

    So it is where a refusal speaks of the whole request.
    """
    refusals = {e.outcome for e in evidence if _is_refusal(e.outcome) and not e.traits & {"weak", "generic"}}
    if "refused_cost_ncnd" in refusals:
        refusals -= {"refused_cost", "ncnd"}  # the same refusal, in the words of its two halves
    placed = any(block.basis not in {"content", "single"} for block in reading.facts.answers)
    given = any(figure.status in _GIVEN and not _reckons(reading, figure) for figure in reading.facts.observations)
    others = any((e.basis == "named" and not e.traits & {"notice", "weak"}) or _is_giving(e) for e in evidence)
    everything = any("whole_request" in e.traits for e in evidence)
    in_part = any("part" in e.traits for e in evidence)
    return (len(refusals) == 1 or everything) and not (placed or given or others or in_part)


def _is_giving(item: _Evidence) -> bool:
    return item.outcome in _GIVING and "weak" not in item.traits


def _tail(reading: Reading, last: AnswerBlock) -> int | None:
    """Give where the headed reasons begin behind the words of the last answer; None where there are none."""
    start = last.label[1] if last.label else last.start
    for section in reading.facts.sections:
        if section.id == "exemption" and section.rule.startswith(_HEADED) and start < section.start < last.end:
            return section.start if reading.text[start : section.start].strip(_TRIM) else None
    return None


def _section_of(provision: str) -> str:
    return provision.split("(")[0]


def _group(outcome: str) -> str:
    return _kinds()[outcome].group


def _decide_all(reading: Reading, evidence: Sequence[_Evidence], *, by_blocks: bool) -> list[Outcome]:
    cases = {question.id: _Case(question) for question in reading.facts.questions}
    general = [e for e in evidence if not e.questions]
    for item in evidence:
        for name in item.questions:
            if name in cases:
                cases[name].evidence.append(item)
    for figure in reading.facts.observations:
        if figure.question in cases:
            cases[figure.question].figures.append(figure)
    for block in reading.facts.answers if by_blocks else ():
        for name in block.question_ids:
            if name in cases:
                cases[name].blocks.append((block.label[1] if block.label else block.start, block.end))
    decided: dict[str, Outcome] = {}
    stems = {question.parent for question in reading.facts.questions}
    labelled = {n for b in reading.facts.answers if b.basis == "label" for n in b.question_ids}
    waiting = _waiting(reading, evidence, list(cases.values()))
    before: Outcome | None = None
    for name, case in cases.items():
        if name in stems and name not in labelled and not case.figures:
            continue
        outcome = _outcome(reading, _Case(case.question, [waiting]), waiting.outcome, []) if waiting else None
        outcome = outcome or _same_as_another(reading, case, decided, before) or _decide(reading, case)
        if outcome is not None:
            decided[name] = before = outcome
    out = []
    for question in reading.facts.questions:
        whole = _inherited(question, reading.facts.questions, decided)
        own = decided.get(question.id)
        if own is not None and whole is not None and own.outcome == "disclosed_full" and question.id in stems:
            own = own.model_copy(update={"outcome": whole.outcome, "secondary": whole.secondary})
        outcome = own or whole
        out.append(outcome or _from_general(reading, question, general, list(decided.values())))
    return out


def _waiting(reading: Reading, evidence: Sequence[_Evidence], cases: Sequence[_Case]) -> _Evidence | None:
    """Give what the whole request waits for, in a letter that answers no question by its label."""
    whole = [e for e in evidence if "whole" in e.traits and not e.questions]
    if not whole or any(f.status in _GIVEN and not _argues(reading, case, f) for case in cases for f in case.figures):
        return None
    if any(e.basis in _PLACED and _is_refusal(e.outcome) for e in evidence):
        return None
    return max(whole, key=lambda e: _kinds()[e.outcome].rank)


def _same_as_another(
    reading: Reading, case: _Case, decided: Mapping[str, Outcome], before: Outcome | None
) -> Outcome | None:
    """Decide an answer that only points to another: a refusal there is one here, too."""
    pointing = next((e for e in case.evidence if "same" in e.traits), None)
    if pointing is None or any(f.status in _GIVEN for f in case.figures):
        return None
    start, end = reading.sentence_at(pointing.start)
    named = [decided[name] for name in pointing.target if name in decided and name != case.question.id]
    other = named[0] if named else before
    if other is None or other.outcome not in _kinds():
        return None
    if not _is_refusal(other.outcome) and pointing.outcome != "same":
        return None
    return other.model_copy(update={"question": case.question.id, "secondary": [], "start": start, "end": end})


def _decide(reading: Reading, case: _Case) -> Outcome | None:
    """Decide one question by its own evidence; None where there is none."""
    given = [f for f in case.figures if f.status in _GIVEN and not _argues(reading, case, f)]
    hidden = [f for f in case.figures if f.status in {"suppressed", "withheld"}]
    lacking = [f for f in case.figures if f.status in {"not_held", "not_recorded"}]
    attached = case.has("disclosed_attachment")
    goodwill = case.has("outside_act") and not case.has("disclosed_partial")
    proxy = case.has("disclosed_proxy") or (bool(given) and goodwill) or any(f.is_proxy for f in given)
    yes = any(e.outcome == "disclosed_full" and "start" in e.traits for e in case.evidence)
    supplied = bool(given) or attached or yes or _answers_before_denying(reading, case)
    refusals = _refusals(reading, case, given=bool(given), hidden=bool(hidden), supplied=supplied)
    pending = _pending(case)
    if pending and not given:
        return _outcome(reading, case, pending, [])
    if refusals:
        return _with_refusals(reading, case, refusals, given=given, yes=yes, attached=attached, proxy=proxy)
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
    for plain in ("other_regime", "not_applicable", "answered_negative"):
        if case.has(plain) and not any(f.value for f in given):
            return _outcome(reading, case, plain, [])
    if given or _answers_in_words(reading, case):
        return _outcome(reading, case, "disclosed_full", [])
    return None


def _answers_before_denying(reading: Reading, case: _Case) -> bool:
    """Whether an answer says something before the paragraph that neither confirms nor denies, and refuses nothing."""
    denied = min((e.start for e in case.evidence if e.outcome == "ncnd"), default=None)
    block = case.block_at(denied) if denied is not None else None
    if denied is None or block is None:
        return False
    before = _paragraph(reading, denied)[0]
    refused = any(block[0] <= e.start < before and _is_refusal(e.outcome) for e in case.evidence)
    said = [
        reading.text[max(start, block[0]) : min(end, before)].strip()
        for start, end in reading.sentences
        if start < before and end > block[0] and reading.section_at(max(start, block[0])) != "boilerplate_act"
    ]
    return not refused and any(len(words.split()) > 1 and not words.endswith(":") for words in said)


def _argues(reading: Reading, case: _Case, figure: Observation) -> bool:
    """Whether a figure in running text only argues for a refusal.

    It does where its paragraph reckons a cost, and where it stands behind a refusal of everything, with nothing
    between them that says that something is given after all.
    """
    if figure.method != "prose" or figure.is_proxy:
        return False
    if _reckons(reading, figure):
        return True
    block = case.block_at(figure.start)
    refused = [
        e.start
        for e in case.evidence
        if e.start < figure.start
        and (block is None or block[0] <= e.start or e.outcome in _COSTS)
        and _is_refusal(e.outcome)
        and not e.traits & {"scoped", "weak", "secondary"}
    ]
    if not refused:
        return False
    return not any(e.outcome in _GIVING and min(refused) <= e.start < figure.end for e in case.evidence)


def _reckons(reading: Reading, figure: Observation) -> bool:
    """Whether a figure in running text belongs to a paragraph that reckons a cost."""
    paragraph = _paragraph(reading, figure.start)
    return figure.method == "prose" and shape("reckoning").search(reading.flow, *paragraph) is not None


def _is_refusal(outcome: str) -> bool:
    return outcome in _kinds() and _group(outcome) in _REFUSALS


def _paragraph(reading: Reading, offset: int) -> tuple[int, int]:
    start = reading.text.rfind("\n\n", 0, offset)
    end = reading.text.find("\n\n", offset)
    return max(start, 0), end if end >= 0 else len(reading.text)


def _refusals(reading: Reading, case: _Case, *, given: bool, hidden: bool, supplied: bool) -> list[str]:
    """Give the kinds of refusal that count, the weightiest first.

    To neither confirm nor deny that there is anything else changes nothing where something was given or refused.
    What only may be a refusal is none where something was given; of a cost, where figures were.
    """
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
    if case.has("ncnd_additional") and (supplied or set(strong) - {"ncnd"}):
        strong.pop("ncnd", None)
    if case.has("other_regime") and not any(e.outcome == "refused_exempt" and e.provision for e in case.evidence):
        strong.pop("refused_exempt", None)  # "exempt" said of what is dealt with elsewhere
    sure = [outcome for outcome, counts in strong.items() if counts]
    if set(sure) & _GROUNDED and not any(e.outcome == "refused_exempt" and e.provision for e in case.evidence):
        sure = [outcome for outcome in sure if outcome != "refused_exempt"]  # "exempt" said of the ground that is named
    if sure:
        return sorted(sure, key=lambda outcome: -kinds[outcome].rank)
    if given:
        return []
    found = sorted(strong, key=lambda outcome: -kinds[outcome].rank)[:1]
    if found and found[0] not in _COSTS and (supplied or _opens_with_figures(reading, case)):
        return []
    return found


def _pending(case: _Case) -> str | None:
    kinds = _kinds()
    found = [
        e.outcome
        for e in case.evidence
        if e.outcome in kinds and kinds[e.outcome].group in _PENDING and "weak" not in e.traits
    ]
    return max(found, key=lambda outcome: kinds[outcome].rank, default=None)


def _with_refusals(
    reading: Reading,
    case: _Case,
    refusals: Sequence[str],
    *,
    given: Sequence[Observation],
    yes: bool,
    attached: bool,
    proxy: bool,
) -> Outcome:
    first = refusals[0]
    refused = [e for e in case.evidence if e.outcome == first and not e.provision]
    scoped = all("scoped" in e.traits for e in refused)
    in_part = case.has("disclosed_partial")
    of_one = any("scoped" in e.traits for e in case.evidence if e.outcome == first and e.provision)
    part = any("part" in e.traits for e in case.evidence)
    some = bool(given) or yes or ((part or of_one or first in _PART_REFUSED) and _opens_with_figures(reading, case))
    some = some or (part and _opens_with_an_answer(reading, case))
    if not some and not attached:
        return _outcome(reading, case, first, list(refusals[1:]))
    if proxy and some:
        if first in {"not_held", "refused_suppressed"} and scoped:
            return _outcome(reading, case, "disclosed_proxy", list(refusals))
        return _outcome(reading, case, first, ["disclosed_proxy", *refusals[1:]])
    instead = not given or min(f.start for f in given) > min((e.start for e in refused), default=0)
    if list(refusals) == ["not_held"] and some and instead and not scoped and not in_part and not attached:
        return _outcome(reading, case, "not_held", ["disclosed_proxy"])
    return _outcome(reading, case, "disclosed_partial", [*(["disclosed_attachment"] if attached else []), *refusals])


def _behind_label(reading: Reading, start: int, end: int) -> int:
    """Give where the words of an answer begin, behind its label and the stops that close the label."""
    label = shape("label").match(reading.ruled, start, end)
    body = label.end() if label else start
    return body + len(reading.text[body:end]) - len(reading.text[body:end].lstrip(_TRIM + _LABEL_ENDS))


def _opens_with_figures(reading: Reading, case: _Case) -> bool:
    """Whether an answer gives numbers, in its first words or in a table, though no period was found for them."""
    for start, end in case.blocks:
        body = _behind_label(reading, start, end)
        if reading.section_at(body) != "response":
            continue
        first = reading.sentence_at(body)[1]
        refused = any(body <= e.start < first and _is_refusal(e.outcome) for e in case.evidence)
        if not refused and shape("opening_figure").match(reading.ruled, body, first):
            return True
        for grid in reading.grids:
            if start <= grid.start < end and reading.section_at(grid.start) == "response" and _holds_figures(grid):
                return True
    return False


def _opens_with_an_answer(reading: Reading, case: _Case) -> bool:
    """Whether the first sentence of an answer tells something, and gives no reason for what is refused behind it."""
    for start, end in case.blocks:
        body = _behind_label(reading, start, end)
        first = min(reading.sentence_at(body)[1], end)
        speaks = any(body <= e.start < first for e in case.evidence)
        if not speaks and len(reading.text[body:first].split()) > _ANSWER_WORDS:
            return shape("reasoning").search(reading.flow, body, first) is None
    return False


def _holds_figures(grid: Grid) -> bool:
    return len(grid.rows) > 1 and any(c.isdigit() for row in grid.rows[1:] for cell in row[1:] for c in cell.text)


def _answers_in_words(reading: Reading, case: _Case) -> bool:
    return any(any(c.isalnum() for c in reading.text[a:b]) for a, b in case.blocks)


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
    reading: Reading, question: Question, general: Sequence[_Evidence], decided: Sequence[Outcome]
) -> Outcome:
    """Decide a question that nothing speaks of by what is said of the whole request.

    Where the letter says that it discloses, a refusal that is some other question's does not reach this one.
    """
    said = any(e.outcome == "disclosed_full" for e in general)
    if any(_is_refusal(name) for o in decided for name in (o.outcome, *o.secondary)):
        general = [e for e in general if "notice" not in e.traits]
    explained = {name for o in decided for name in (o.outcome, *o.secondary)} if said else set()
    case = _Case(question, [e for e in general if "marker" not in e.traits and e.outcome not in explained])
    outcome = _decide(reading, case)
    if outcome is None:
        disclosing = [e for e in general if e.outcome == "disclosed_full"]
        outcome = _outcome(reading, _Case(question, disclosing), "disclosed_full" if said else "not_addressed", [])
    return outcome


def _letter(reading: Reading, evidence: Sequence[_Evidence], hits: Sequence[Hit]) -> LetterOutcome | None:
    kinds = _kinds()
    flags = sorted({e.outcome for e in evidence if _is_flag(e.outcome)})
    outcomes = [o.outcome for o in reading.facts.outcomes]
    if not reading.facts.questions:
        alone = _decide(
            reading, _Case(Question(id="", text="", start=0, end=0), [e for e in evidence if not e.questions])
        )
        outcomes = [alone.outcome] if alone else []
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
