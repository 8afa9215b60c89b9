"""Find reference numbers: by the label before them, whatever their shape, and by shapes that are unmistakable.

Rules labelled `REFERENCE_LABEL` take any value that follows a label, `REFERENCE_TITLE` a value in a heading,
`REFERENCE` a distinctive shape. The value of a rule is the role; its priority says how much the label is to be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import regex
from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.authorities import MENTION_MASK
from foi_nlp.pipeline.reading import REQUEST_SECTIONS, SPANS_KEY, Reading
from foi_nlp.pipeline.scanning import Hit, Scanner
from foi_nlp.records import Reference

OWN = "authority_reference"
OTHER = "other_request"
SURE_LABEL = 12
HEAD_CHARACTERS = 1500
_NOT_ALNUM = regex.compile(r"[^a-z0-9]")
_PREFIX = regex.compile(r"^(?:foiref|foi|reference|ref|no)+(?=\d)")
_NO_REFERENCE = regex.compile(
    r"(?:19|20)\d\d|\d{1,2}|[a-z]?\d|0\d{9,10}|[0-3]?\d[/.-][01]?\d[/.-](?:19|20)\d\d|[a-z]{1,2}\d[a-z\d]?|v\d[\d.]*"
    r"|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d|section\W?\d.*|s\.?\d{1,3}|\d{1,3}(?:st|nd|rd|th)|q\d+[a-z]?|\d+%",
    regex.IGNORECASE,
)
_FINANCIAL_YEAR = regex.compile(r"((?:19|20)?\d\d) ?[-/] ?(\d\d)")


@dataclass(frozen=True)
class Candidate:
    """A stretch of the letter that may be a reference, and the rule that says so."""

    start: int
    end: int
    value: str
    role: str
    rule: str
    label: str
    priority: int


@Language.factory("foi_references", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> ReferencesComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return ReferencesComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class ReferencesComponent:
    """Find reference numbers and their roles."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.rules = Scanner(nlp, book, book.labelled("REFERENCE", "REFERENCE_LABEL", "REFERENCE_TITLE"))

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        reading = Reading.of(doc)
        named = [(s.start_char, s.end_char) for s in doc.spans.get(SPANS_KEY, ()) if s.label_ == "AUTHORITY"]
        forms = reading.forms.masked(named, MENTION_MASK)
        candidates = [c for hit in self.rules.scan(reading, forms=forms) for c in _candidates(reading, hit)]
        for candidate in candidates:
            reading.mark(
                "REFERENCE", candidate.start, candidate.end, rule=candidate.rule, value=reference_key(candidate.value)
            )
        reading.facts.references = resolve(_widest(candidates))
        return doc


def reference_key(value: str) -> str:
    """Give what two spellings of one reference share: letters and digits in lower case, without `FOI` before them."""
    return _PREFIX.sub("", _NOT_ALNUM.sub("", value.lower()))


def _candidates(reading: Reading, hit: Hit) -> list[Candidate]:
    found = []
    spans = [(hit.start, hit.end)]
    if "second" in hit.groups:
        spans.append(hit.groups["second"])
    labelled = hit.rule.label == "REFERENCE_LABEL"
    for start, end in spans:
        written = reading.text[start:end]
        if labelled and reading.section_at(start) in REQUEST_SECTIONS and hit.rule.priority < SURE_LABEL:
            continue
        if not is_reference(written, after_label=labelled):
            continue
        role = hit.rule.value or OWN
        value = " ".join(written.split())
        found.append(Candidate(start, end, value, role, hit.rule.id, hit.rule.label, hit.rule.priority))
    return found


def is_reference(written: str, *, after_label: bool) -> bool:
    """Whether a value can be a reference: no date, year, financial year, telephone number or number of a question.

    After a label a financial year's shape is allowed, for some forces number so.
    """
    value = " ".join(written.split())
    if _NO_REFERENCE.fullmatch(value):
        return False
    years = _FINANCIAL_YEAR.fullmatch(value)
    if years and not after_label:
        first, second = int(years[1]) % 100, int(years[2])
        return not (second == (first + 1) % 100 and (len(years[1]) == 4 or first < 40))
    return any(char.isdigit() for char in value)


def _widest(candidates: list[Candidate]) -> list[Candidate]:
    """Of candidates that overlap, join what is said: the widest stretch, the role of the highest priority."""
    groups: list[list[Candidate]] = []
    for candidate in sorted(candidates, key=lambda c: (c.start, -c.end)):
        if groups and candidate.start < max(c.end for c in groups[-1]):
            groups[-1].append(candidate)
        else:
            groups.append([candidate])
    out = []
    for group in groups:
        told = max(group, key=lambda c: (c.role != OWN and c.label != "REFERENCE_LABEL", c.priority, c.end - c.start))
        wide = max(group, key=lambda c: (c.label == "REFERENCE", c.end - c.start))
        if wide.end - wide.start < told.end - told.start:
            wide = told
        out.append(Candidate(wide.start, wide.end, wide.value, told.role, told.rule, told.label, told.priority))
    return out


def resolve(candidates: list[Candidate]) -> list[Reference]:
    """Decide which references are the authority's own, and make one of each that is written several times."""
    by_key: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        key = reference_key(candidate.value)
        longer = next((k for k in by_key if len(key) >= 3 and (k.startswith(key) or key.startswith(k))), key)
        group = by_key.pop(longer, [])
        by_key[max(longer, key, key=len)] = [*group, candidate]
    sure = any(c.role == OWN and c.priority >= SURE_LABEL for group in by_key.values() for c in group)
    told = any(c.role == OWN and c.label != "REFERENCE" for group in by_key.values() for c in group)
    shaped = min((g[0].start for g in by_key.values() if all(c.role == OWN for c in g)), default=-1)
    references = []
    for key, group in by_key.items():
        role = _role(group, sure=sure, told=told, first_shape=shaped)
        full = [c for c in group if reference_key(c.value) == key]
        best = min(full, key=lambda c: (-c.priority, c.start))
        references.append(Reference(value=best.value, role=role, start=best.start, end=best.end, rule=best.rule))
    return sorted(references, key=lambda r: r.start)


def _role(group: list[Candidate], *, sure: bool, told: bool, first_shape: int) -> str:
    own = [c for c in group if c.role == OWN]
    strongest = max(group, key=lambda c: (c.priority, -c.start))
    if not own:
        return strongest.role
    best = max(own, key=lambda c: (c.priority, -c.start))
    if strongest.role != OWN and strongest.priority > best.priority:
        return strongest.role
    if best.label == "REFERENCE":
        return OWN if not told and best.start <= max(first_shape, 0) else OTHER
    if best.label == "REFERENCE_TITLE":
        return OWN if not sure or best.start < HEAD_CHARACTERS else OTHER
    return OWN if best.priority >= SURE_LABEL or not sure or best.start < HEAD_CHARACTERS else OTHER
