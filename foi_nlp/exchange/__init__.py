"""Spans to other review tools and back.

Each format is a module with `write(texts, folder)` and `read(path)`; reading gives each letter with a list of what
does not fit it. Nothing that does not fit is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from foi_nlp.exchange import brat, cas, conll, docbin, doccano, label_studio, prodigy, web_annotation
from foi_nlp.exchange.model import (
    AnnotatedText,
    Difference,
    ExchangeError,
    Problem,
    Relation,
    Span,
    annotated,
    compare,
)

__all__ = [
    "FORMATS", "AnnotatedText", "Difference", "ExchangeError", "Format", "Problem", "Relation", "Span", "annotated",
    "compare", "export", "read_back",
]  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A format of exchange: its name, and how to write and read it."""

    name: str
    write: Callable[[Iterable[AnnotatedText], Path], None]
    read: Callable[[Path], Iterator[tuple[AnnotatedText, list[Problem]]]]


FORMATS: dict[str, Format] = {
    module.NAME: Format(module.NAME, module.write, module.read)
    for module in (label_studio, prodigy, doccano, brat, cas, web_annotation, docbin, conll)
}


def export(texts: Iterable[AnnotatedText], format_name: str, folder: Path) -> None:
    """Write letters for a review tool into a new or empty folder. Raises ExchangeError."""
    chosen = _format(format_name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExchangeError(f"{folder}: is not an empty folder; name a new one")
    folder.mkdir(parents=True, exist_ok=True)
    chosen.write(texts, folder)


def read_back(path: Path, format_name: str) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read what a review tool gave back: each letter, and what in it does not fit. Raises ExchangeError."""
    chosen = _format(format_name)
    if not path.exists():
        raise ExchangeError(f"{path}: there is no such file or folder; check the path")
    return chosen.read(path)


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise ExchangeError(f"no format named {name!r}; there are: {', '.join(FORMATS)}")
    return FORMATS[name]
