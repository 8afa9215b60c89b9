"""foi_nlp reads replies to Freedom of Information requests and says what they hold, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language

__version__ = "0.1.0"

__all__ = ["__version__", "load"]


def load(*, config: str = "foi", patterns: tuple[Path, ...] = ()) -> Language:
    """Give the spaCy pipeline named by `config`: "foi" (everything) or "tags" (tags only).

    `patterns` are folders of further rules, which add to the shipped ones and override them by id.
    Raises `foi_nlp.patterns.PatternError` when a rule file cannot be used.
    """
    from foi_nlp.pipeline import load as load_pipeline  # spaCy costs over a second: only on demand

    return load_pipeline(config=config, patterns=patterns)
