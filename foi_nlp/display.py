"""Make text from letters safe to show: letters are strangers' files.

Control characters can rewrite a terminal, and a cell that begins with `=` can run in a spreadsheet.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    """Replace control and direction characters, line breaks and tabs apart, by U+FFFD for a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"} else "\ufffd" for char in text
    )


def one_line(text: str, *, limit: int = 200) -> str:
    """Fold white space to single blanks and cut at `limit` characters with an ellipsis."""
    folded = " ".join(printable(text).split())
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


def tab_separated(cells: Iterable[str]) -> str:
    """Give cells as one line parted by tabs, each whole, for a file or another command."""
    return "\t".join(" ".join(printable(cell).split()) for cell in cells)


def spreadsheet_text(text: str) -> str:
    """Prefix an apostrophe to a text that a spreadsheet would take for a formula. For text columns only."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
