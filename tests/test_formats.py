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

    from foi_nlp.records import Observation

CORPUS = ROOT / "corpus"
FORMATS = CORPUS / "formats"
LETTERS = sorted(
    path for path in CORPUS.iterdir() if path.suffix in {".txt", ".md", ".html", ".eml"} and path.name[0].isdigit()
)
KINDS = ("html", "docx", "pdf", "eml", "xlsx")


@cache
def pipeline() -> Language:
    return foi_nlp.load()


def facts(path: Path) -> dict[str, Counter[Any]]:
    """Give all that the record says of a letter but where it stands, and the wording of what is counted."""
    [letter] = open_letters(path)
    assert isinstance(letter, Letter)
    check_offsets(letter)
    record = annotate_letter(pipeline(), letter)
    letter_dates = {date.iso for date in record.dates if date.role == "letter_date"}
    return {
        "observations": Counter(observed(o) for o in record.observations),
        "references": Counter({(r.role, folded(r.value)): 1 for r in record.references}),
        # A mail's own head, and running heads, which copies have not, say the day of the letter once more.
        "dates": Counter({(d.role, d.iso): 1 for d in record.dates if d.role != "event" or d.iso not in letter_dates}),
        "authorities": Counter({(a.id, a.role): 1 for a in record.authorities}),
        "provisions": Counter({(p.id, p.status): 1 for p in record.provisions}),
        "caveats": Counter({(c.category, c.subtype, c.scope): 1 for c in record.caveats}),
        "questions": Counter(q.id for q in record.questions),
        "outcomes": Counter((o.question, o.outcome, tuple(o.secondary)) for o in record.outcomes),
        "letter": Counter([record.letter_outcome.id] if record.letter_outcome else []),
        "timeliness": Counter([record.timeliness.model_dump_json()]),
    }


def observed(o: Observation) -> tuple[object, ...]:
    breakdown = tuple(sorted((name, folded(str(value))) for name, value in o.breakdown.items()))
    period = (o.period.type, o.period.start, o.period.end, o.period.complete)
    return (o.question, period, o.value, o.symbol, o.status, o.unit, breakdown, o.check)


def folded(text: str) -> str:
    return " ".join(text.split())


@cache
def own_facts(path: Path) -> dict[str, Counter[Any]]:
    return facts(path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_facts_are_those_of_the_letter(path: Path, kind: str) -> None:
    found = facts(FORMATS / f"{path.stem}.{kind}")
    for name, want in own_facts(path).items():
        assert found[name] == want, f"{name}: lost {want - found[name]}, gained {found[name] - want}"


@pytest.mark.parametrize("kind", KINDS)
def test_samples_of_each_kind_are_read_without_complaint(kind: str) -> None:
    for path in sorted(FORMATS.glob(f"*.{kind}"))[:3]:
        items = list(open_letters(path))
        assert not any(isinstance(item, LetterError) for item in items)


def test_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in FORMATS.iterdir()) < 8_000_000
