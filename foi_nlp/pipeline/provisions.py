"""Find provisions that are cited, implied or mentioned, and first the regime that gives their numbers meaning."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import regex
from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.citations import read_numbers
from foi_nlp.patterns import Rule, RuleBook, load_rules
from foi_nlp.pipeline.questions import question_at
from foi_nlp.pipeline.reading import Reading
from foi_nlp.pipeline.scanning import Hit, Scanner, longest_first
from foi_nlp.provision_register import ProvisionRegister, load_register
from foi_nlp.records import Provision
from foi_nlp.regexes import RuleRegex
from foi_nlp.regime import ACT_OF_REGIME, decide_regime
from foi_nlp.searched_text import SearchedText

Status = Literal["cited", "implied", "mentioned"]

RESPONDING = {"responder", "joint_responder"}
CITATION_MARK = "§"
# Sections of a letter in which a citation is never a ground of this reply.
_NO_GROUND = {
    "request",
    "clarification",
    "boilerplate_act",
    "review_rights",
    "ico",
    "reuse",
    "footer",
    "annex",
    "closing",
}
_RECITALS = {"review_rights", "ico"}
RELIED_ON, MENTIONED = "relied_on", "mentioned"
# Of several things that the words around a citation say, the one with the highest number stands.
_FORCE = {"": 0, RELIED_ON: 1, MENTIONED: 2, "overturned": 3, "other_law": 3}
_ARTICLE_ACT = "ukgdpr"
_FEES_ACT = "feesregs"
_DPA_2018_IN_FORCE = "2018-05-25"

# What may stand between a citation and the Act it is of: a title in brackets, then a preposition.
_TO_ACT = regex.compile(
    r"[ ,*\"']*(?:\([^()]{1,60}\)[ ,*]*)?(?:(?:are|is) those )?"
    r"(?:of|in|under|from|within|to|contained in|set out in)?[ (\"'*]*(?:the |UK |an? )*[ (\"'*]*",
    regex.IGNORECASE,
)
_FROM_ACT = regex.compile(r"[ ,:()*\"'-]*(?:(?:under|in|at|and its|by virtue of) )?[ (*]*", regex.IGNORECASE)
_CHAIN = regex.compile(
    r"[ ,;/&*]*(?:\([^()]{1,60}\)[ ,]*)?(?:(?:and|or|as well as|by virtue of|together with)[ ,]*)*(?:sections? )?[ *]*",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Citation:
    """One place where a provision is cited: its act once known, number and subsections, and the rule that saw it."""

    start: int
    end: int
    number: str
    path: tuple[str, ...]
    unit: str
    rule: str
    act: str = ""


@Language.factory("foi_provisions", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> ProvisionsComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return ProvisionsComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class ProvisionsComponent:
    """Decide the regime, then find provisions and whether the reply rests on them."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.book = book
        self.register = register_with_aliases()
        self._acts = Scanner(nlp, book, book.labelled("ACT"))
        self._regimes = Scanner(nlp, book, book.labelled("REGIME"))
        self._units = Scanner(nlp, book, book.labelled("CITATION"))
        self._beside = {
            rule.id: book.compile_text(rule.attributes["beside"], where=f"{rule.where}: beside")
            for rule in book.labelled("CITATION")
            if "beside" in rule.attributes
        }
        self._implied = Scanner(nlp, book, book.labelled("PROVISION_IMPLIED"))
        self._statuses = [
            (rule, book.compile(rule), _cancels(book, rule)) for rule in book.labelled("PROVISION_STATUS")
        ]

    def __call__(self, doc: Doc) -> Doc:
        """Add the regime and the provisions to the Doc's reading."""
        reading = Reading.of(doc)
        reading.facts.regime = self._regime(reading)
        act = ACT_OF_REGIME[reading.facts.regime]
        acts = longest_first(self._acts.scan(reading))
        for hit in acts:
            reading.mark(hit.rule.label, hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
        citations = name_acts(reading, self._citations(reading), acts, act, self.register)
        found = self._cited(reading, citations)
        found += self._whole_acts(reading, acts)
        found += self._implied_by_cues(reading, act, found)
        reading.facts.provisions = sorted(_once(found), key=lambda p: (p.start, p.end, p.id))
        for provision in reading.facts.provisions:
            reading.mark("PROVISION", provision.start, provision.end, rule=provision.rule, value=provision.id)
        return doc

    def _regime(self, reading: Reading) -> str:
        responders = [a.id for a in reading.facts.authorities if a.role in RESPONDING]
        named: Counter[str] = Counter()
        for hit in self._regimes.scan(reading):
            named[hit.rule.value or ""] += 1
            reading.mark(hit.rule.label, hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
        return decide_regime(responders, named)

    def _citations(self, reading: Reading) -> list[Citation]:
        out: list[Citation] = []
        for hit in self._units.scan(reading):
            numbers = hit.groups["number"][0] if "number" in hit.groups else hit.end
            start = numbers if hit.rule.value == "bare" else hit.start
            if any(c.start <= numbers < c.end or c.start <= start < c.end for c in out):
                continue
            if not self._in_context(reading, hit, out):
                continue
            for cited in read_numbers(reading.flow, numbers, plural="plural" in hit.groups):
                first = start if not out or out[-1].rule != hit.rule.id or out[-1].end <= hit.start else cited.start
                out.append(
                    Citation(
                        min(first, cited.start), cited.end, cited.number, cited.path, hit.rule.value or "", hit.rule.id
                    )
                )
                reading.mark(hit.rule.label, hit.start, cited.end, rule=hit.rule.id)
        return out

    def _in_context(self, reading: Reading, hit: Hit, before: Sequence[Citation]) -> bool:
        """Whether numbers that no unit announces stand among words of law, where their rule asks for that."""
        beside = self._beside.get(hit.rule.id)
        if beside is None:
            return True
        start, end = reading.sentence_at(hit.start)
        return any(c.start >= start for c in before) or beside.search(reading.flow, start, end) is not None

    def _cited(self, reading: Reading, citations: Sequence[Citation]) -> list[Provision]:
        resolved = [(c, self.register.resolve(c.act, c.number, c.path)) for c in citations]
        verdicts = self._verdicts(reading, [(c, i) for c, i in resolved if i])
        overturned = {
            (c.act, c.number) for c, i in resolved if i and verdicts.get((c.start, c.end), ("", ""))[0] == "overturned"
        }
        said = {place: verdict for place, (verdict, _) in verdicts.items()}
        relied_on = {
            i
            for c, i in resolved
            if i and (reading.section_at(c.start) not in _NO_GROUND or said.get((c.start, c.end)) == RELIED_ON)
        }
        precise = self._precise(
            [(c, i) for c, i in resolved if i and said.get((c.start, c.end), RELIED_ON) == RELIED_ON]
        )
        out = []
        for citation, provision_id in resolved:
            verdict = said.get((citation.start, citation.end), "")
            if provision_id is None or verdict == "other_law":
                continue
            entry = self.register[provision_id]
            section = reading.section_at(citation.start)
            mentioned = (
                verdict not in {"", RELIED_ON}
                or (citation.act, citation.number) in overturned
                or (section in _NO_GROUND and verdict != RELIED_ON)
                or entry.boilerplate
                or (entry.switches_regime and citation.act != ACT_OF_REGIME[reading.facts.regime])
            )
            if not mentioned and entry.condition_of:
                mentioned = entry.condition_of in relied_on
                entry = entry if mentioned else self.register[entry.condition_of]
            if not mentioned and not entry.path:
                entry = self.register[precise.get((entry.act, entry.number)) or entry.relied_on_as or entry.id]
            out.append(
                Provision(
                    id=entry.id,
                    status="mentioned" if mentioned else "cited",
                    boilerplate=entry.boilerplate or section in _RECITALS,
                    questions=list(question_at(reading, citation.start)),
                    start=citation.start,
                    end=citation.end,
                    rule=citation.rule,
                )
            )
        return out

    def _precise(self, resolved: Sequence[tuple[Citation, str]]) -> dict[tuple[str, str], str]:
        """Give the subsection that a bare citation of each section stands for: the first that the letter cites."""
        out: dict[tuple[str, str], str] = {}
        for citation, provision_id in resolved:
            entry = self.register[provision_id]
            qualifies = entry.condition_of or entry.never_bare or entry.kind in {"right", "procedural"}
            if entry.path and not qualifies:
                out.setdefault((citation.act, citation.number), provision_id)
        return out

    def _verdicts(
        self, reading: Reading, resolved: Sequence[tuple[Citation, str]]
    ) -> dict[tuple[int, int], tuple[str, str]]:
        """Give what the words around each citation say of it: a status and the rule that says so."""
        if not resolved:
            return {}
        text = mask(reading.flow, [c for c, _ in resolved])
        searched = SearchedText(text)
        starts = [c.start for c, _ in resolved]
        out: dict[tuple[int, int], tuple[str, str]] = {}
        for rule, compiled, cancels in self._statuses:
            kinds = rule.attributes.get("kinds")
            for found in compiled.find(searched):
                first, last = reading.sentence_at(found.start())
                if any(c.search(text, first, max(last, found.end())) for c in cancels):
                    continue
                if not _counts_in(rule, reading.section_at(found.start())):
                    continue
                touched = False
                for citation, provision_id in resolved[max(0, bisect_right(starts, found.start()) - 1) :]:
                    if citation.start >= found.end():
                        break
                    if citation.end <= found.start() or (kinds and self.register[provision_id].kind not in kinds):
                        continue
                    touched = True
                    key = (citation.start, citation.end)
                    verdict = rule.value or ""
                    if _FORCE[verdict] > _FORCE[out.get(key, ("", ""))[0]]:
                        out[key] = (verdict, rule.id)
                if touched:
                    reading.mark(rule.label, found.start(), found.end(), rule=rule.id, value=rule.value or "")
        return out

    def _whole_acts(self, reading: Reading, acts: Sequence[Hit]) -> list[Provision]:
        """Acts that are provisions of the register themselves: data protection and re-use."""
        return [
            Provision(id=value, status="mentioned", start=hit.start, end=hit.end, rule=hit.rule.id)
            for hit in acts
            if (value := hit.rule.value or "") in self.register and reading.section_at(hit.start) != "request"
        ]

    def _implied_by_cues(self, reading: Reading, act: str, cited: Sequence[Provision]) -> list[Provision]:
        relied_on = {p.id.split("(")[0] for p in cited if p.status == "cited"}
        named = {p.id for p in cited if p.status == "mentioned"} & {p.id for p in cited if not p.boilerplate}
        named_sections = {provision.split("(")[0] for provision in named}
        out: list[Provision] = []
        seen: set[str] = set()
        hits = self._implied.scan(reading)
        for hit in hits:
            if act not in hit.rule.attributes.get("acts", [act]):
                continue
            reading.mark(hit.rule.label, hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
            for provision_id in self._meant(reading, hit, act, cited):
                entry = self.register[provision_id]
                section = provision_id.split("(")[0]
                if entry.kind not in {"right", "procedural"} and (section in relied_on or section in named_sections):
                    continue
                if provision_id in seen and entry.kind != "right":
                    continue
                seen.add(provision_id)
                out.append(
                    Provision(
                        id=provision_id,
                        status="implied",
                        boilerplate=entry.boilerplate,
                        questions=list(question_at(reading, hit.start)),
                        start=hit.start,
                        end=hit.end,
                        rule=hit.rule.id,
                    )
                )
        return out + self._limbs([hit for hit in hits if hit.rule.value == "ncnd"], cited)

    def _meant(self, reading: Reading, hit: Hit, act: str, cited: Sequence[Provision]) -> list[str]:
        """Give the ids that a cue stands for under the Act of this letter."""
        value = hit.rule.value or ""
        if value == "data_protection":
            return [_data_protection_act(reading)]
        if value not in self.register:
            return []
        entry = self.register[value]
        if value == "foia.17(1)":
            cost = any(p.id.startswith(("foia.12", "foia.14")) and p.status == "cited" for p in cited)
            exemption = any(self.register[p.id].kind in {"exemption", "ncnd"} and p.status == "cited" for p in cited)
            entry = self.register["foia.17(5)"] if cost and not exemption else entry
        if entry.act not in ACT_OF_REGIME.values():
            return [entry.id]
        under = entry.under(act)
        return [under] if under and under in self.register else []

    def _limbs(self, hits: Sequence[Hit], cited: Sequence[Provision]) -> list[Provision]:
        """Where the reply neither confirms nor denies, each exemption cited behind that means its own limb too."""
        if not hits or any(self.register[p.id].is_ncnd_limb and p.status == "cited" for p in cited):
            return []
        out: dict[str, Provision] = {}
        for provision in cited:
            limb = self.register[provision.id].ncnd_limb
            if provision.status != "cited" or limb is None or self.register[limb].kind != "ncnd":
                continue
            near = [
                h
                for h in hits
                if 0 <= provision.start - h.start <= 600 or provision.start <= h.start <= provision.start + 200
            ]
            if near and limb not in out:
                hit = near[0]
                out[limb] = Provision(
                    id=limb,
                    status="implied",
                    questions=provision.questions,
                    start=hit.start,
                    end=hit.end,
                    rule=hit.rule.id,
                )
        return list(out.values())


def name_acts(
    reading: Reading, citations: Sequence[Citation], acts: Sequence[Hit], regime_act: str, register: ProvisionRegister
) -> list[Citation]:
    """Give each citation its Act, and leave out those of Acts that are no part of the register.

    The Act is named behind a citation or behind the last of several, or just before it; an Act that stands
    for nothing in the register takes the bare citations after it in its sentence along. Otherwise the regime's.
    """
    named: list[str] = ["" for _ in citations]
    starts = [hit.start for hit in acts]
    for i in range(len(citations) - 1, -1, -1):
        citation = citations[i]
        named[i] = _act_behind(reading, citation.end, acts, starts) or _act_before(
            reading, citation.start, acts, starts
        )
        if not named[i] and i + 1 < len(citations) and named[i + 1]:
            between = reading.flow[citation.end : citations[i + 1].start]
            if citations[i + 1].start <= citation.end or _CHAIN.fullmatch(between):
                named[i] = named[i + 1]
    out = []
    other_until = -1
    for citation, act in zip(citations, named, strict=True):
        if act == "other":
            other_until = reading.sentence_at(citation.start)[1]
            continue
        chosen = _plausible(citation, act, regime_act, acts, register)
        if not act and citation.start < other_until and citation.unit != "article":
            continue
        if chosen and register.has_section(chosen, citation.number):
            out.append(replace(citation, act=chosen))
    return out


def _plausible(citation: Citation, act: str, regime_act: str, acts: Sequence[Hit], register: ProvisionRegister) -> str:
    """Give the Act that a citation is of, from the Act named, its unit and the regime."""
    values = {hit.rule.value for hit in acts}
    if act and act not in {"this", "last"}:
        return act
    if citation.unit == "article":
        return _ARTICLE_ACT if _ARTICLE_ACT in values and register.has_section(_ARTICLE_ACT, citation.number) else ""
    if citation.unit == "regulation":
        if regime_act.startswith("eir"):
            return regime_act
        for known in ("eir", "eirscotland", _FEES_ACT):
            if known in values and not act:
                return known
        return ""
    return regime_act


def _act_behind(reading: Reading, end: int, acts: Sequence[Hit], starts: Sequence[int]) -> str:
    between = _TO_ACT.match(reading.flow, end)
    reach = between.end() if between else end
    i = bisect_right(starts, end - 1)
    for hit in acts[i : i + 2]:
        if hit.start <= reach or _TO_ACT.fullmatch(reading.flow, end, hit.start):
            if hit.start < end or "\n\n" in reading.ruled[end : hit.start]:
                continue
            return _value(hit, acts)
    return ""


def _act_before(reading: Reading, start: int, acts: Sequence[Hit], starts: Sequence[int]) -> str:
    i = bisect_right(starts, start) - 1
    if i < 0 or acts[i].end > start or start - acts[i].end > 24:
        return ""
    if "\n" in reading.ruled[acts[i].end : start] or not _FROM_ACT.fullmatch(reading.flow, acts[i].end, start):
        return ""
    return _value(acts[i], acts)


def _value(hit: Hit, acts: Sequence[Hit]) -> str:
    value = hit.rule.value or ""
    if value != "last":
        return value
    before = [h.rule.value or "" for h in acts[: acts.index(hit)] if h.rule.value not in {"this", "last"}]
    return before[-1] if before else "this"


def _data_protection_act(reading: Reading) -> str:
    """Say which Act a data protection principle is of: the one in force on the day of the letter."""
    letter = next((date.iso for date in reading.facts.dates if date.role == "letter_date"), "")
    return "dpa1998" if letter and letter < _DPA_2018_IN_FORCE else "ukgdpr.5(1)(a)"


def mask(text: str, citations: Sequence[Citation]) -> str:
    """Give the text with every character of a citation replaced, so that rules can speak of citations."""
    pieces, position = [], 0
    for citation in sorted(citations, key=lambda c: c.start):
        start = max(position, citation.start)
        if citation.end <= start:
            continue
        pieces += [text[position:start], CITATION_MARK * (citation.end - start)]
        position = citation.end
    return "".join([*pieces, text[position:]])


@lru_cache(maxsize=1)
def register_with_aliases() -> ProvisionRegister:
    """Load the register, with the odd ways of writing a provision that it lists read by the grammar."""
    register = load_register()
    for entry in list(register.entries.values()):
        for form in entry.cite_forms:
            digit = regex.search(r"\d", form)
            cited = read_numbers(form, digit.start()) if digit else []
            if len(cited) == 1 and cited[0].number == entry.number and cited[0].path != entry.path:
                register.add_alias(entry.act, entry.number, cited[0].path, entry.id)
    return register


def _counts_in(rule: Rule, section: str) -> bool:
    return section not in rule.not_sections and (not rule.sections or section in rule.sections)


def _cancels(book: RuleBook, rule: Rule) -> list[RuleRegex]:
    return [book.compile_text(text, where=f"{rule.where}: cancelled_by") for text in rule.cancelled_by]


def _once(provisions: Sequence[Provision]) -> list[Provision]:
    """Join the branches of one citation: 31(1)(a)&(b) is one place that cites 31(1)."""
    out: list[Provision] = []
    last: dict[str, int] = {}
    for provision in sorted(provisions, key=lambda p: (p.start, p.end)):
        index = last.get(provision.id)
        if index is not None and provision.start < out[index].end:
            out[index] = out[index].model_copy(update={"end": max(out[index].end, provision.end)})
            continue
        last[provision.id] = len(out)
        out.append(provision)
    return out
