"""The shapes and words by which requests, questions and answers are told: data of `registers/letter_shapes.jsonl`.

A shape is a regex that ignores case, for text with plain quotes and dashes (`Reading.ruled` or `Reading.flow`);
a word list is in the order in which it is written.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from foi_nlp.registers import by_id

REGISTER = "letter_shapes"


@lru_cache(maxsize=64)
def shape(name: str) -> regex.Pattern[str]:
    """Give one shape, ready to match; `^` and `$` stand for the ends of a line. Raises KeyError for an unknown one."""
    return regex.compile(by_id(REGISTER)[f"shape.{name}"]["regex"], regex.IGNORECASE | regex.MULTILINE)


@lru_cache(maxsize=16)
def word_list(name: str) -> tuple[str, ...]:
    """Give one list of words, in lower case. Raises KeyError for an unknown one."""
    return tuple(by_id(REGISTER)[f"words.{name}"]["names"])


@lru_cache(maxsize=16)
def word_set(name: str) -> frozenset[str]:
    """Give the words of one list, for looking them up. Raises KeyError for an unknown one."""
    return frozenset(word_list(name))
