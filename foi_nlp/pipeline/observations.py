"""Find the figures with their periods."""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.reading import Reading


@Language.factory("foi_observations", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> ObservationsComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return ObservationsComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class ObservationsComponent:
    """Find the figures with their periods."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.book = book

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        Reading.of(doc)
        return doc
