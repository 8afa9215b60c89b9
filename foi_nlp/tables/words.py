"""The words by which tables are understood, from the register `table_words.jsonl`."""

from __future__ import annotations

from functools import lru_cache

import regex

from foi_nlp.registers import register

_TRIM = regex.compile(r"^[\s*#†‡:.,_\-–—()\[\]]+|[\s*#†‡:.,_\-–—()\[\]]+$")
_BILINGUAL = regex.compile(r"\s*[/|()]\s*|\s[–-]\s")
_SIGNS = frozenset("#%")
LONGEST_WORD = 60
_NOTE = regex.compile(r"\s*(?:\[\^?\w{1,3}\]|\(\d\)|[¹²³⁴⁵⁶⁷⁸⁹]+)\s*$")


@lru_cache(maxsize=1)
def table_words() -> dict[str, frozenset[str]]:
    """Give the word lists by id."""
    return {record["id"]: frozenset(record["words"]) for record in register("table_words")}


@lru_cache(maxsize=4096)
def fold_label(label: str) -> str:
    """Give a label in lower case without what surrounds it: blanks, points, footnote marks."""
    text = _NOTE.sub("", " ".join(label.split()).lower())
    return _TRIM.sub("", text)


def is_word(label: str, *lists: str) -> bool:
    """Whether a label is one of the words of these lists, or several such, as in two languages: `Cyfanswm / Total`."""
    folded = fold_label(label)
    if any(folded in table_words()[name] for name in lists):
        return True
    if label.strip() in _SIGNS:
        return any(label.strip() in table_words()[name] for name in lists)
    parts = [fold_label(part) for part in _BILINGUAL.split(folded)] if len(folded) <= LONGEST_WORD else []
    return len(parts) > 1 and all(any(part in table_words()[name] for name in lists) for part in parts if part)


def starts_with_word(label: str, *lists: str) -> bool:
    """Whether a label begins with one of the words of these lists, as whole words."""
    folded = fold_label(label)
    return any(
        folded == word or (folded.startswith(word) and not folded[len(word)].isalnum())
        for name in lists
        for word in table_words()[name]
    )


def has_word(label: str, *lists: str) -> bool:
    """Whether a label holds one of the words of these lists, as whole words."""
    padded = f" {regex.sub(r'[^a-z0-9%]+', ' ', fold_label(label))} "
    return any(f" {word} " in padded for name in lists for word in table_words()[name])
