"""The facts of a letter are the same whatever format it came in."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import foi_nlp
from foi_nlp.annotate import annotate_letter
from foi_nlp.letters import Letter, LetterError, open_letters
from tests.letter_files import ROOT, check_offsets

if TYPE_CHECKING:
    from spacy.language import Language

CORPUS = ROOT / "corpus"
FORMATS = CORPUS / "formats"
STEMS = sorted({path.stem for path in FORMATS.glob("*.docx")})
KINDS = ("html", "docx", "pdf", "eml", "xlsx")
# The stacked lines of the text take the heading of the answer into the table, which the other formats cannot do.
KNOWN_TO_DIFFER = {"20_warwickshire": ("observations", "outcomes")}


@cache
def pipeline() -> Language:
    return foi_nlp.load()


def facts(path: Path) -> dict[str, Counter[Any]]:
    [letter] = open_letters(path)
    assert isinstance(letter, Letter)
    check_offsets(letter)
    record = annotate_letter(pipeline(), letter)
    return {
        "observations": Counter(
            (o.period.start, o.period.end, o.value, o.symbol, tuple(sorted(map(str, o.breakdown.values()))))
            for o in record.observations
        ),
        "references": Counter({r.value: 1 for r in record.references if r.role == "authority_reference"}),
        "dates": Counter({(d.role, d.iso): 1 for d in record.dates if d.role in ("letter_date", "received", "as_of")}),
        "authorities": Counter({a.id: 1 for a in record.authorities if a.role in ("responder", "joint_responder")}),
        "outcomes": Counter({(o.question, o.outcome): 1 for o in record.outcomes}),
        "letter": Counter([record.letter_outcome.id] if record.letter_outcome else []),
    }


@cache
def text_facts(stem: str) -> dict[str, Counter[Any]]:
    return facts(CORPUS / f"{stem}.txt")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stem", STEMS)
def test_facts_are_those_of_the_text(stem: str, kind: str) -> None:
    found = facts(FORMATS / f"{stem}.{kind}")
    for name, want in text_facts(stem).items():
        if name in KNOWN_TO_DIFFER.get(stem, ()):
            continue
        assert found[name] == want, f"{name}: lost {want - found[name]}, gained {found[name] - want}"


@pytest.mark.parametrize("kind", KINDS)
def test_samples_of_each_kind_are_read_without_complaint(kind: str) -> None:
    for path in sorted(FORMATS.glob(f"*.{kind}"))[:3]:
        items = list(open_letters(path))
        assert not any(isinstance(item, LetterError) for item in items)


def test_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in FORMATS.iterdir()) < 4_000_000
