"""How much of a stranger's file is read, and what to say when it asks for more."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from foi_nlp.letters.model import LetterError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one file may cost. A file that asks for more is refused with a line that names the bound.

    The text bounds follow spaCy, whose pipelines take at most a million characters.
    """

    file_megabytes: int = 200
    characters: int = 1_000_000
    line_characters: int = 200_000
    pages: int = 300
    rows: int = 50_000
    columns: int = 1_000
    members: int = 2_000
    unpacked_megabytes: int = 500
    compression_ratio: int = 200
    nesting: int = 5
    markup_depth: int = 2_000
    mail_parts: int = 200
    seconds: float = 120.0
    memory_megabytes: int = 3_000

    @classmethod
    def from_settings(cls, settings: list[str]) -> Limits:
        """Make limits from `name=number` settings. Raises ValueError that names the setting it cannot use."""
        values: dict[str, int] = {}
        names = [field.name for field in fields(cls)]
        for setting in settings:
            name, _, number = setting.partition("=")
            if name not in names:
                raise ValueError(f"{setting!r}: no such limit; there are {', '.join(names)}")
            if not number.isdigit() or int(number) == 0:
                raise ValueError(f"{setting!r}: write a whole number above zero, as in {name}=1000")
            values[name] = int(number)
        return replace(cls(), **values)

    def refuse(self, source: str, name: str, what: str) -> LetterError:
        """Make the error for a file that goes beyond the limit called `name`; `what` says in what way."""
        return LetterError(
            source,
            f"{what}; the limit is {getattr(self, name):,}. If the file is sound, raise it with --limit {name}=NUMBER",
        )


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller asks of the readers. Hidden sheets, rows, columns and comments are left out unless asked for."""

    limits: Limits = Limits()
    include_hidden: bool = False


DEFAULT_OPTIONS = ReadOptions()
