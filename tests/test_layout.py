"""The first component: it prepares the tokenizer and finds the tables of plain text."""

from __future__ import annotations

import re

import pytest
import spacy

import foi_nlp  # noqa: F401  (registers the factories)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the [Commissioner](https://example.org)", ["the", "[", "Commissioner", "]("]),
        ("crimes~persons", ["crimes", "~", "persons"]),
    ],
    ids=["a link's text ends a word", "what the user's tokenizer parts stays parted"],
)
def test_the_tokenizer_parts_links_and_what_it_parted_before(text: str, words: list[str]) -> None:
    nlp = spacy.blank("en")
    before = nlp.tokenizer.infix_finditer.__self__.pattern
    nlp.tokenizer.infix_finditer = re.compile(before + "|~").finditer
    nlp.add_pipe("foi_layout")
    assert [token.text for token in nlp.tokenizer(text)][: len(words)] == words


def test_adding_the_component_twice_changes_the_tokenizer_once() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("foi_layout")
    pattern = nlp.tokenizer.infix_finditer.__self__.pattern
    nlp.add_pipe("foi_layout", name="again")
    assert nlp.tokenizer.infix_finditer.__self__.pattern == pattern
