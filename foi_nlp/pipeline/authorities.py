"""Find the authorities, and who answers."""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.reading import Reading


@Language.factory("foi_authorities", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> AuthoritiesComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return AuthoritiesComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class AuthoritiesComponent:
    """Find the authorities, and who answers."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.book = book

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        Reading.of(doc)
        return doc
