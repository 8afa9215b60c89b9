"""Read files into letters. `letters` knows no spaCy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from foi_nlp.letters.limits import DEFAULT_OPTIONS, Limits, ReadOptions
from foi_nlp.letters.model import Letter, LetterError, PlacedText

__all__ = ["Letter", "LetterError", "Limits", "PlacedText", "ReadOptions", "open_letters", "read_letters"]


def open_letters(
    path: Path, *, source: str | None = None, limits: Limits | None = None, include_hidden: bool = False
) -> Iterator[Letter | LetterError]:
    """Give the letters of one file.

    A file is read by what is in it; its extension is asked only where the content does not tell. An archive or
    mailbox gives many letters, and a LetterError in the place of each member that cannot be read, so that a bad
    member never costs its neighbours. Raises LetterError when nothing of the file can be read. `source` is the
    name that letters and errors bear in place of the path. Hidden sheets, rows, columns and comments are left
    out and reported unless `include_hidden` is set.
    """
    name = source or str(path)
    bounds = limits or DEFAULT_OPTIONS.limits
    try:
        size = path.stat().st_size
        if size > bounds.file_megabytes * 1_000_000:
            raise bounds.refuse(name, "file_megabytes", f"{size // 1_000_000:,} megabytes are too many for a letter")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise LetterError(name, "there is no such file; check the path") from error
    except IsADirectoryError as error:
        raise LetterError(name, "it is a folder; name it to the command that reads folders") from error
    except OSError as error:
        raise LetterError(name, f"it cannot be opened ({error.strerror}); check its permissions") from error
    yield from read_letters(data, source=name, limits=limits, include_hidden=include_hidden)


def read_letters(
    data: bytes, *, source: str, limits: Limits | None = None, include_hidden: bool = False
) -> Iterator[Letter | LetterError]:
    """Give the letters in the bytes of one file, as `open_letters` does for a path."""
    from foi_nlp.letters.dispatch import read_source
    from foi_nlp.letters.source import SourceFile

    options = ReadOptions(limits=limits or DEFAULT_OPTIONS.limits, include_hidden=include_hidden)
    yield from read_source(SourceFile(source, data), options)
