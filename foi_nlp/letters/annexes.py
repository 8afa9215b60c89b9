"""Tie annexes to their letters: files of one folder that are one reply, though they came as several.

An annex is tied by its reference number, which exactly one letter of its folder bears as well, or by its folder,
where that holds exactly one letter. Where several letters fit, none is taken: a figure under another letter's
questions would be worse than a table on its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from foi_nlp.letters.assembling import TextBuilder, check_length
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter
from foi_nlp.letters.registry import reader_of_kind
from foi_nlp.records import SourceNote
from foi_nlp.registers import by_id

_SHEET_KINDS = ("spreadsheet", "csv")
_HEAD = 4_000  # characters at the head of a file in which it says what it belongs to
_FEWEST_DIGITS = 4
_NUMBER = re.compile(r"(?<!\d)\d+(?:[/_.–-]\d+)*(?!\d)")
_PARTED = re.compile(r"[/_.–-]")
_NAME_WORDS = re.compile(r"[a-z]+")
# A year, two years, a day in either order, or a day as eight digits: no reference number.
_TIME = re.compile(
    r"(?:19|20)\d\d(?:/(?:(?:19|20)?\d\d))?|\d{1,2}/\d{1,2}/(?:19|20)?\d\d|(?:19|20)\d\d/\d{1,2}/\d{1,2}|(?:19|20)\d{6}"
)

How = Literal["reference", "folder"]
ReadHead = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class FolderFile:
    """A file that may be a letter or an annex. `own_folder`: its folder lies below the one that was given."""

    path: Path
    own_folder: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """An annex and the letter it belongs to. `reference` is the number that both bear, else nothing."""

    annex: Path
    letter: Path
    how: How
    reference: str = ""

    @property
    def note(self) -> SourceNote:
        """What the letter's record says of it."""
        why = (
            f"it bears the same reference, {self.reference}, and no other letter of the folder does"
            if self.how == "reference"
            else "its folder holds this letter alone"
        )
        return SourceNote(code="annex", text=f"The file {self.annex.name} was read as an annex of this letter: {why}.")


@dataclass(frozen=True, slots=True)
class Untied:
    """An annex that several letters of its folder could belong to."""

    annex: Path
    letters: int

    @property
    def note(self) -> SourceNote:
        """What the annex's own record says of it."""
        return SourceNote(
            code="annex_untied",
            text=f"The file seems to be an annex, but {self.letters} letters of its folder could be its own; it was "
            "read by itself. Put it in a folder with its letter to have them read as one.",
        )


def find_ties(files: Sequence[FolderFile], read_head: ReadHead) -> tuple[list[Tie], list[Untied]]:
    """Tie annexes to letters, folder by folder; `read_head` gives the text at the head of a file, or nothing.

    Files are read only in folders that hold both a letter and what may be an annex.
    """
    folders: dict[Path, list[FolderFile]] = defaultdict(list)
    for file in files:
        folders[file.path.parent].append(file)
    ties: list[Tie] = []
    untied: list[Untied] = []
    for held in folders.values():
        annexes = [file for file in held if _may_be_annex(file.path)]
        letters = [file.path for file in held if file not in annexes]
        if not annexes or not letters:
            continue
        known = _References(read_head)
        for annex in annexes:
            found = _tie(annex, letters, known)
            if isinstance(found, Tie):
                ties.append(found)
            elif found is not None:
                untied.append(found)
    return ties, untied


def _tie(annex: FolderFile, letters: Sequence[Path], known: _References) -> Tie | Untied | None:
    if known.is_letter(annex.path):
        return None
    own = known.of(annex.path)
    bearing = [letter for letter in letters if own & known.of(letter)] if own else []
    if len(bearing) == 1:
        reference = min(own & known.of(bearing[0]), key=lambda number: (-len(number), number))
        return Tie(annex.path, bearing[0], "reference", reference)
    if bearing:
        return Untied(annex.path, len(bearing))
    says_so = _says_annex(annex.path)
    if len(letters) == 1 and (says_so or annex.own_folder) and not (own and known.of(letters[0])):
        return Tie(annex.path, letters[0], "folder")
    # Letters with other references than the annex has are not its own.
    return Untied(annex.path, len(letters)) if says_so and len(letters) > 1 and not own else None


class _References:
    """The reference numbers that files bear, in their names or at their heads; each file is read at most once."""

    def __init__(self, read_head: ReadHead) -> None:
        self._read_head = read_head
        self._heads: dict[Path, str] = {}
        self._found: dict[Path, frozenset[str]] = {}

    def _head(self, path: Path) -> str:
        if path not in self._heads:
            self._heads[path] = self._read_head(path)[:_HEAD]
        return self._heads[path]

    def is_letter(self, path: Path) -> bool:
        """Whether a file that may be an annex greets somebody, as letters do."""
        return bool(_any_word("salutation").search(self._head(path)))

    def of(self, path: Path) -> frozenset[str]:
        """Give the reference numbers of a file: those in its name, and those after a word for them in its head."""
        if path not in self._found:
            named = {number for number in map(_number, _NUMBER.findall(path.stem)) if number}
            self._found[path] = frozenset(named | _stated(self._head(path)))
        return self._found[path]


def _stated(text: str) -> set[str]:
    out = set()
    for cue in _any_word("reference").finditer(text):
        line = text[cue.start() : cue.end() + 40].split("\n")[0]
        found = _NUMBER.search(line)
        if found and _number(found[0]):
            out.add(_number(found[0]))
    return out


def _number(written: str) -> str:
    """Give a number as it is compared, its parts joined by strokes; nothing for a year, a date or a short number.

    Nor for a number of one part that begins with 0, as those of telephones do.
    """
    number = _PARTED.sub("/", written)
    digits = sum(character.isdigit() for character in number)
    telephone = number.startswith("0") and "/" not in number
    return "" if digits < _FEWEST_DIGITS or telephone or _TIME.fullmatch(number) else number


@lru_cache(maxsize=8)
def _words(name: str) -> frozenset[str]:
    return frozenset(by_id("annex_words")[f"annex_words.{name}"]["names"])


@lru_cache(maxsize=8)
def _any_word(name: str) -> re.Pattern[str]:
    longest_first = sorted(_words(name), key=lambda word: (-len(word), word))
    # A number may follow at once, as in FOI2018/03894.
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?![a-z])", re.IGNORECASE)


def _says_annex(path: Path) -> bool:
    words = set(_NAME_WORDS.findall(path.stem.lower()))
    return bool(words & _words("annex")) and not words & _words("letter")


def _may_be_annex(path: Path) -> bool:
    """Whether a file's name says that it is an annex, or it is a sheet of figures and its name says nothing else."""
    if _says_annex(path):
        return True
    readers = filter(None, map(reader_of_kind, _SHEET_KINDS))
    sheet = any(path.suffix.lower().lstrip(".") in reader.extensions for reader in readers)
    return sheet and not set(_NAME_WORDS.findall(path.stem.lower())) & _words("letter")


def with_annexes(letter: Letter, annexes: Sequence[tuple[Tie, Sequence[Letter]]], options: ReadOptions) -> Letter:
    """Give the letter with its annexes as parts, each under a line with its name, as the attachments of a mail are.

    Raises LetterError when the whole is longer than a letter can be.
    """
    builder = TextBuilder()
    builder.add_letter(letter)
    ocr = letter.ocr
    for tie, read in annexes:
        for annex in read:
            builder.end_paragraph()
            builder.add(f"[Attachment {tie.annex.name}]")
            builder.end_paragraph()
            builder.add_letter(annex, part=tie.annex.name)
            ocr = ocr or annex.ocr
    check_length(letter.source, builder.text, options)
    notes = (*(tie.note for tie, read in annexes if read), *builder.notes)
    return replace(
        letter, text=builder.text, grids=tuple(builder.grids), places=tuple(builder.places), notes=notes, ocr=ocr
    )
