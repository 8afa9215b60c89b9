"""A run folder as the review page needs it: letters one at a time, and what is known of all of them.

The texts of the letters stay on the disk. One pass over `letters.jsonl` keeps, for each letter, where its line
stands and how doubtful its facts are.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from foi_nlp.records import LetterRecord
from foi_nlp.review.decisions import validation_words
from foi_nlp.review.doubts import Doubt, Judge
from foi_nlp.review.images import Original
from foi_nlp.review.items import items_of
from foi_nlp.store import LETTERS, RUN, StoreError

_ARCHIVE_MARK = "!/"


@dataclass(frozen=True, slots=True)
class Entry:
    """One letter of a run. `open` holds (doubt, order, key) of its facts as the rules left them."""

    number: int
    source: str
    source_sha256: str
    text_sha256: str
    authority: str
    offset: int
    length: int
    figures: int
    open: tuple[tuple[Doubt, int, str], ...]


@dataclass
class _Contents:
    stamp: tuple[int, int, int]
    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    rules_sha256: str = ""


class Run:
    """A run folder, read again when `annotate` has written it anew. Raises StoreError when it holds no run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / LETTERS
        self._mutex = threading.Lock()
        self._contents = self._index()

    @property
    def entries(self) -> list[Entry]:
        """The letters of the run, in its order."""
        return self._fresh().entries

    @property
    def problems(self) -> list[str]:
        """What is wrong with the run's files, in sentences."""
        return self._fresh().problems

    @property
    def rules_sha256(self) -> str:
        """The hash of the rules that made the run; empty where `run.json` does not say."""
        return self._fresh().rules_sha256

    def read(self, entry: Entry) -> LetterRecord:
        """Read the record of one letter. Raises StoreError when the run was changed underneath."""
        with self._path.open("rb") as file:
            file.seek(entry.offset)
            line = file.read(entry.length)
        try:
            record = LetterRecord.model_validate_json(line)
        except ValidationError:
            record = None
        if record is None or record.text_sha256 != entry.text_sha256:
            raise StoreError(f"{self._path}: was written anew meanwhile; load the page again")
        return record

    def original(self, entry: Entry, *, part: str = "", limit: int) -> Original | None:
        """Read the file that a letter came from, or that it lies in; None unless it is there.

        A file that is no archive has to be the very file that was annotated; a member is held against its hash when
        it is unpacked. `part` names the attachment of a mail whose pages are wanted.
        """
        found = self._find(entry.source)
        if found is None:
            return None
        name, path = found
        try:
            if path.stat().st_size > limit:
                return None
            data = path.read_bytes()
        except OSError:
            return None
        if name == entry.source and hashlib.sha256(data).hexdigest() != entry.source_sha256:
            return None
        return Original(name, data, entry.source, entry.source_sha256, part)

    def source_path(self, entry: Entry) -> Path | None:
        """Find the file that a letter came from, as its source is written or beside the run; it may have changed."""
        found = self._find(entry.source)
        return found[1] if found is not None and found[0] == entry.source else None

    def _find(self, source: str) -> tuple[str, Path] | None:
        """Find the file on the disk that a source names or lies in, and give its own name too."""
        if "\0" in source:
            return None
        pieces = source.split(_ARCHIVE_MARK)
        for count in range(len(pieces), 0, -1):
            name = _ARCHIVE_MARK.join(pieces[:count])
            for folder in (Path(), self.folder.parent, self.folder):
                try:
                    if name and (folder / name).is_file():
                        return name, folder / name
                except OSError:
                    continue
        return None

    def source_note(self, entry: Entry) -> str:
        """Say what is wrong with the file that a letter came from; empty when it is the one that was annotated."""
        path = self.source_path(entry)
        if path is None:
            return ""
        try:
            with path.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == entry.source_sha256
        except OSError as error:
            return f"{entry.source} cannot be read: {error.strerror or error}."
        if same:
            return ""
        return (
            f"{entry.source} is not the file that was annotated: it has changed since. You review the text as it was "
            "then; annotate again to review the new one."
        )

    def _stamp(self) -> tuple[int, int, int]:
        try:
            found = os.stat(self._path)  # noqa: PTH116  # one call for three facts
        except OSError as error:
            raise StoreError(
                f"{self._path}: {error.strerror or error}; give the folder that `foi_nlp annotate --output` wrote"
            ) from None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _fresh(self) -> _Contents:
        with self._mutex:
            if self._stamp() != self._contents.stamp:
                self._contents = self._index()
            return self._contents

    def _index(self) -> _Contents:
        out = _Contents(self._stamp())
        about = _read_about(self.folder / RUN, out.problems)
        out.rules_sha256 = str(about.get("rules_sha256", ""))
        with self._path.open("rb") as file:
            offset = 0
            for number, line in enumerate(file, 1):
                if line.strip():
                    self._add(out, line, offset=offset, number=number)
                offset += len(line)
        _compare(about, out)
        return out

    def _add(self, out: _Contents, line: bytes, *, offset: int, number: int) -> None:
        where = f"{self._path}:{number}"
        try:
            record = LetterRecord.model_validate_json(line)
        except ValidationError as error:
            out.problems.append(f"{where}: not a whole record ({validation_words(error)}); annotate again to have it")
            return
        if hashlib.sha256(record.text.encode("utf-8", "surrogatepass")).hexdigest() != record.text_sha256:
            out.problems.append(
                f"{where}: the text of {record.source} is not the one that was annotated, so nothing can be pointed at "
                "in it; annotate again"
            )
            return
        judge = Judge(record)
        responders = [a.name for a in record.authorities if a.role in {"responder", "joint_responder"}]
        out.entries.append(
            Entry(
                number=len(out.entries) + 1,
                source=record.source,
                source_sha256=record.source_sha256,
                text_sha256=record.text_sha256,
                authority=", ".join(dict.fromkeys(responders)),
                offset=offset,
                length=len(line),
                figures=len(record.observations),
                open=tuple((judge(item).doubt, order, item.key) for order, item in enumerate(items_of(record))),
            )
        )


def _read_about(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problems.append(f"{path}: cannot be read ({error}); the run may be half-written, annotate again")
        return {}
    return data if isinstance(data, dict) else {}


def _compare(about: dict[str, Any], out: _Contents) -> None:
    """Tell when run.json speaks of other letters than letters.jsonl holds."""
    if "letters" not in about:
        return
    listed = {
        (entry.get("source"), entry.get("sha256")) for entry in about["letters"] if isinstance(entry, dict)
    }  # fmt: skip
    held = {(entry.source, entry.source_sha256) for entry in out.entries}
    stray = sorted(source for source, _ in held - listed)
    if stray:
        out.problems.append(
            f"run.json does not list {_some(stray)}: the run was put together from several; annotate again"
        )
    absent = sorted(str(source) for source, _ in listed - held)
    if absent:
        out.problems.append(
            f"letters.jsonl has no whole record of {_some(absent)}, which run.json lists; annotate again"
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
