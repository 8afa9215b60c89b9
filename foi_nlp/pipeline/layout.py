"""Find the tables of plain text."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from foi_nlp.pipeline.reading import Reading
from foi_nlp.tables import find_grids

_LINK = r"\]\("


@Language.factory("foi_layout", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> LayoutComponent:  # noqa: ARG001  (spaCy names them)
    """Make the component. Layout has no rules, only word lists; `patterns` is taken so that all configs are alike."""
    part_link_texts(nlp)
    return LayoutComponent(name)


def part_link_texts(nlp: Language) -> None:
    """Have the tokenizer end a word where a Markdown link's text ends, so that a name that is a link is seen.

    English rules make one token of the last word and the address: `Commissioner](https://...`. What the tokenizer
    parted before it still parts; one that is not spaCy's, or is told by code and no regex, is left as it is.
    """
    infixes = getattr(getattr(nlp.tokenizer, "infix_finditer", None), "__self__", None)
    if isinstance(nlp.tokenizer, Tokenizer) and isinstance(infixes, re.Pattern) and _LINK not in infixes.pattern:
        nlp.tokenizer.infix_finditer = re.compile(f"{infixes.pattern}|{_LINK}").finditer


class LayoutComponent:
    """Find the tables of plain text, beside those whose cells the letter's format gave."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Add the tables of plain text to the Doc's reading, in the order of the letter."""
        reading = Reading.of(doc)
        taken = [(grid.start, grid.end) for grid in reading.grids]
        reading.grids = sorted([*reading.grids, *find_grids(reading.text, taken=taken)], key=lambda grid: grid.start)
        return doc
