"""Find data-quality caveats and their scope."""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.reading import Reading


@Language.factory("foi_caveats", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> CaveatsComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return CaveatsComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class CaveatsComponent:
    """Find data-quality caveats and their scope."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.book = book

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        Reading.of(doc)
        return doc
