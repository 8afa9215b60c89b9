"""Time reading side by side with what it is held against, in one run.

    python benchmarks/reading.py [PDF...]

HTML and text: reading against annotating the same letters. PDF: reading against pdfplumber's own table extraction.
DOCX: reading against mammoth's conversion. Each is run alternately and the fastest of the rounds counts.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mammoth
import pdfplumber

import foi_nlp
from foi_nlp.annotate import annotate_letter
from foi_nlp.letters import Letter
from foi_nlp.letters.limits import DEFAULT_OPTIONS
from foi_nlp.letters.registry import choose_reader
from foi_nlp.letters.source import SourceFile

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
ROUNDS = 3


def fastest(*jobs: Callable[[], object]) -> list[float]:
    """Run jobs in turn, several rounds, and give the fastest time of each."""
    best = [float("inf")] * len(jobs)
    for _ in range(ROUNDS):
        for number, job in enumerate(jobs):
            start = time.perf_counter()
            job()
            best[number] = min(best[number], time.perf_counter() - start)
    return best


def read_here(path: Path) -> list[Letter]:
    """Read a file in this process, as the reader process does."""
    file = SourceFile(str(path), path.read_bytes())
    return [item for item in choose_reader(file).read(file, DEFAULT_OPTIONS) if isinstance(item, Letter)]


def pdfplumber_tables(path: Path) -> None:
    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_tables()


def mammoth_html(path: Path) -> None:
    mammoth.convert_to_html(io.BytesIO(path.read_bytes()))


def report(name: str, ours: float, theirs: float, against: str, limit: int) -> None:
    times = f"{ours * 1000:9.1f} ms  {against} {theirs * 1000:9.1f} ms"
    print(f"{name:34} {times}  ratio {ours / theirs:5.2f}  (limit {limit})")


def main(pdfs: list[Path]) -> None:
    nlp = foi_nlp.load()
    for kind in ("html", "txt"):
        paths = sorted(CORPUS.glob(f"*.{kind}"))
        letters = [letter for path in paths for letter in read_here(path)]
        ours, theirs = fastest(
            lambda paths=paths: [read_here(path) for path in paths],
            lambda letters=letters: [annotate_letter(nlp, letter) for letter in letters],
        )
        report(f"{len(paths)} {kind} letters", ours, theirs, "annotating", 1)
    for path in pdfs:
        ours, theirs = fastest(lambda path=path: read_here(path), lambda path=path: pdfplumber_tables(path))
        report(path.name, ours, theirs, "pdfplumber", 2)
    documents = sorted((CORPUS / "formats").glob("*.docx"))
    ours, theirs = fastest(
        lambda: [read_here(path) for path in documents], lambda: [mammoth_html(path) for path in documents]
    )
    report(f"{len(documents)} DOCX letters", ours, theirs, "mammoth", 2)


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]]
    real = sorted((CORPUS.parent.parent / "shared" / "real").glob("*.pdf"))
    main(given or [*real, *sorted((CORPUS / "formats").glob("[0-9]*[a-z].pdf"))[:4]])
