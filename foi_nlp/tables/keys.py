"""What a table says of its own marks, in the lines below it."""

from __future__ import annotations

from functools import lru_cache

import regex

from foi_nlp.tables.words import table_words

_REACH = 900
"""How far below a table its key may stand."""


@lru_cache(maxsize=1)
def _dash() -> regex.Pattern[str]:
    def one_of(name: str) -> str:
        words = sorted(table_words()[name], key=len, reverse=True)
        return "|".join(regex.escape(word, literal_spaces=True).replace(" ", r"\s+") for word in words)

    sign = r"(?:[-–—]|['\"‘“][-–—]['\"’”]|(?:an?|the|where)\s+(?:dash|hyphen)(?:es)?(?:\s+is\s+shown)?)"
    return regex.compile(
        rf"(?m)(?:^[ \t*(]*|\b|(?<=\s)){sign}[ \t,]*(?:=|:|{one_of('key_verb')})[ \t]+(?:[^.\n]{{0,60}}?\b)??"
        rf"(?:(?P<absent>{one_of('key_absent')})|(?P<nil>{one_of('key_nil')}))\b",
        regex.IGNORECASE,
    )


def dash_key(text: str, end: int) -> str:
    """Give what the lines below a table that ends at `end` say of its dashes: "nil", "absent", or nothing."""
    found = _dash().search(text, end, min(len(text), end + _REACH))
    if found is None:
        return ""
    return "absent" if found["absent"] else "nil"
