"""The accuracy reached is held: it may rise, never fall. `python -m tests.test_accuracy` writes the file anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foi_nlp.evaluate import FACT_TYPES, base_name, evaluate, read_gold
from foi_nlp.records import LetterRecord
from foi_nlp.run import Input, Inputs, Options, stream
from tests.shared_files import CORPUS, ROOT, shared

HELD = ROOT / "tests" / "accuracy.json"
OWN = {"corpus": CORPUS, "more": CORPUS / "more", "further": CORPUS / "further", "wider": CORPUS / "wider"}
REAL = {"letters": ("letters", "gold"), "real text": ("real", "real/gold-text"), "real PDF": ("real", "real/gold-pdf")}


def measure(letters: Path, gold: Path) -> dict[str, Any]:
    """Annotate the letters that gold names and compare."""
    truth = read_gold(gold)
    files = [Input(letters / str(g["file"]), str(g["file"])) for g in truth]
    records = [r for r in stream(Inputs(files=files), options=Options()) if isinstance(r, LetterRecord)]
    found = {base_name(r.source): r.model_dump(mode="json", by_alias=True) for r in records}
    return evaluate(truth, found).to_json()


def assert_not_fallen(now: dict[str, Any], held: dict[str, Any]) -> None:
    fallen = {
        f"{name} {part}": (round(now[name][part], 4), held[name][part])
        for name in FACT_TYPES
        for part in ("precision", "recall", "f1")
        if now[name][part] < held[name][part] - 0.0005
    }
    assert fallen == {}, "now, held"
    assert now["grounded"] == 1.0


@pytest.mark.parametrize("name", OWN)
def test_the_accuracy_on_our_own_letters_has_not_fallen(name: str) -> None:
    letters = OWN[name]
    assert_not_fallen(measure(letters, letters / "gold"), json.loads(HELD.read_text(encoding="utf-8"))[name])


@pytest.mark.parametrize("name", REAL)
def test_the_accuracy_on_real_letters_has_not_fallen(name: str) -> None:
    letters, gold = (shared(*part.split("/")) for part in REAL[name])
    assert_not_fallen(measure(letters, gold), json.loads(HELD.read_text(encoding="utf-8"))[name])


def write() -> None:
    """Write the accuracy reached now."""
    held = {name: measure(letters, letters / "gold") for name, letters in OWN.items()}
    held |= {name: measure(*(shared(*part.split("/")) for part in parts)) for name, parts in REAL.items()}
    for scores in held.values():
        for name in FACT_TYPES:
            scores[name] = {key: round(value, 4) for key, value in scores[name].items()}
    HELD.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
