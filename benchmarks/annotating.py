"""Annotating against stock tokenising, side by side in one run: `python benchmarks/annotating.py [ROUNDS]`.

Prints ratios, not seconds: the machine is noisy, and the stock tokenizer on the same letters in the same rounds is the
unit. The unit has a pipeline of its own, so that its cache is not warmed by ours. A long letter is all of them in one,
which should cost no more than they do. Starting is building the pipeline and annotating the first letter, whose rules
are compiled then.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import spacy

import foi_nlp
from foi_nlp.annotate import annotate_letter
from foi_nlp.letters import Letter, open_letters

CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def letters() -> list[Letter]:
    """Read the text letters of the corpus."""
    found = [letter for path in sorted(CORPUS.glob("*.txt")) for letter in open_letters(path)]
    return [letter for letter in found if isinstance(letter, Letter)]


def main() -> None:
    """Run the rounds and print the median ratio, whole and by component."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    sample = letters()
    long_text = "\n\n".join(letter.text for letter in sample)
    started = time.process_time()
    full = foi_nlp.load()
    full(sample[0].text)
    starting = time.process_time() - started
    stock = spacy.blank("en")
    ratios, long_ratios, units, shares = [], [], [], {name: [] for name in full.pipe_names}
    for _ in range(rounds):
        started = time.process_time()
        for letter in sample:
            stock.make_doc(letter.text)
        unit = time.process_time() - started
        units.append(unit)
        started = time.process_time()
        for letter in sample:
            annotate_letter(full, letter).model_dump_json()
        ratios.append((time.process_time() - started) / unit)
        started = time.process_time()
        full(long_text)
        long_ratios.append((time.process_time() - started) / unit)
        spent = dict.fromkeys(full.pipe_names, 0.0)
        for letter in sample:
            doc = full.make_doc(letter.text)
            for name, component in full.pipeline:
                started = time.process_time()
                doc = component(doc)
                spent[name] += time.process_time() - started
        for name, seconds in spent.items():
            shares[name].append(seconds / unit)
    print(f"{len(sample)} letters, {rounds} rounds; stock tokenising alone = 1.0")
    print(f"annotating, record and JSON included: {statistics.median(ratios):.2f}")
    print(f"as one long letter: {statistics.median(long_ratios):.2f}")
    print(f"starting: {starting / statistics.median(units):.2f}")
    for name, values in shares.items():
        print(f"  {name:18} {statistics.median(values):.2f}")


if __name__ == "__main__":
    main()
