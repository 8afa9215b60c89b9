"""Read files into letters. `letters` knows no spaCy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from foi_nlp.letters.model import Letter, LetterError, PlacedText

__all__ = ["Letter", "LetterError", "PlacedText", "open_letters"]


def open_letters(path: Path, *, source: str | None = None) -> Iterator[Letter]:
    """Give the letters of one file. Raises LetterError when it cannot be read."""
    data = path.read_bytes()
    yield Letter(
        source=source or str(path), source_sha256=hashlib.sha256(data).hexdigest(), text=data.decode("utf-8-sig")
    )
