"""The store of decisions: `RUN/review/REVIEWER.jsonl`, one decision a line, only ever appended to.

Every decision is on the disk before it is answered for. A line that a crash tore is kept where it is, passed over
and reported; the next decision begins on a line of its own.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from foi_nlp.review.decisions import Decision, validation_words

REVIEW_FOLDER = "review"
_NAME = re.compile(r"\w[\w .'-]{0,60}\w|\w")
_RESERVED = frozenset({"con", "prn", "aux", "nul"})


class JournalError(Exception):
    """Decisions cannot be kept or read. The message names the file and the remedy."""


@dataclass
class Decisions:
    """The decisions of one or more journals, oldest first, and the lines that could not be read."""

    decisions: list[Decision] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def reviewer_name(name: str) -> str:
    """Check a reviewer's name, which names a file too. Raises JournalError."""
    folded = unicodedata.normalize("NFC", " ".join(name.split()))
    if not _NAME.fullmatch(folded) or folded.lower() in _RESERVED:
        raise JournalError(
            f"{name!r} cannot be a reviewer's name; use up to 62 letters, digits, blanks, dots and hyphens, "
            "with a letter or digit first and last"
        )
    return folded


def journal_path(folder: Path, reviewer: str) -> Path:
    """Give the file that holds a reviewer's decisions. Raises JournalError for a name that cannot be used."""
    return folder / f"{reviewer_name(reviewer)}.jsonl"


class Journal:
    """The decisions of one reviewer. Several processes and threads may write to one file at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._decisions: list[Decision] = []
        self._problems: list[str] = []
        self._ids: set[str] = set()
        self._read_to = 0
        self._lines = 0
        self._mutex = threading.RLock()

    def load(self) -> Decisions:
        """Give all decisions, those that other processes have appended meanwhile included."""
        with self._mutex:
            torn: list[str] = []
            if self.path.exists():
                with self.path.open("rb") as file, _locked(file):
                    self._read(file)
                    if file.seek(0, os.SEEK_END) > self._read_to:
                        torn.append(f"{self.path}: the last decision was torn by a crash; decide on that item again")
            return Decisions(list(self._decisions), [*self._problems, *torn])

    def append(self, decisions: Sequence[Decision]) -> None:
        """Write decisions and wait until the disk has them. One that is in the file already is not written again.

        Raises JournalError when they cannot be kept; then none of them is in the file.
        """
        with self._mutex:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a+b", buffering=0) as file, _locked(file):
                    self._read(file)
                    new = [decision for decision in decisions if decision.id not in self._ids]
                    _write(file, b"".join(_line(decision) for decision in new))
                    self._read(file)
                if self._lines == len(new):
                    _sync_folder(self.path.parent)
            except OSError as error:
                raise JournalError(_why(self.path, error)) from error

    def _read(self, file: BinaryIO) -> None:
        """Take over what stands behind the part read so far. A last line without its end is read at a later time."""
        size = os.fstat(file.fileno()).st_size
        if size < self._read_to:
            self._decisions, self._problems, self._ids = [], [], set()
            self._read_to = self._lines = 0
        file.seek(self._read_to)
        data = file.read(size - self._read_to)
        whole = data.rfind(b"\n") + 1
        for line in data[:whole].split(b"\n")[:-1]:
            self._lines += 1
            if not line.strip():
                continue
            try:
                decision = Decision.model_validate_json(line)
            except ValidationError as error:
                self._problems.append(
                    f"{self.path}:{self._lines}: not a whole decision ({validation_words(error)}); "
                    "it is passed over and kept in the file; decide on that item again"
                )
                continue
            if decision.id not in self._ids:
                self._ids.add(decision.id)
                self._decisions.append(decision)
        self._read_to += whole


def load_decisions(folder: Path, *, reviewer: str | None = None) -> Decisions:
    """Read the decisions of one reviewer, or of all, from a review folder. Unreadable lines are listed, not dropped."""
    if reviewer is not None:
        return Journal(journal_path(folder, reviewer)).load()
    out = Decisions()
    for name in reviewers(folder):
        found = Journal(folder / f"{name}.jsonl").load()
        out.decisions += found.decisions
        out.problems += found.problems
    out.decisions.sort(key=lambda decision: decision.when)
    return out


def reviewers(folder: Path) -> list[str]:
    """Name the reviewers who have decisions in a review folder, sorted."""
    if not folder.is_dir():
        return []
    return sorted(path.stem for path in folder.glob("*.jsonl") if path.is_file())


def _line(decision: Decision) -> bytes:
    return decision.model_dump_json(by_alias=True).encode() + b"\n"


def _write(file: BinaryIO, data: bytes) -> None:
    """Append data as a whole or not at all, beginning on a new line."""
    if not data:
        return
    size = file.seek(0, os.SEEK_END)
    if size:
        file.seek(size - 1)
        if file.read(1) != b"\n":
            data = b"\n" + data
    view = memoryview(data)
    try:
        while view:
            written = file.write(view)
            view = view[written or 0 :]
        os.fsync(file.fileno())
    except OSError:
        file.truncate(size)
        raise


def _why(path: Path, error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return f"{path}: the disk is full, and this decision is not kept; free some space and decide again"
    return f"{path}: the decision is not kept: {error.strerror or error}; check that the folder can be written to"


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def _locked(file: BinaryIO) -> Iterator[None]:
        # A byte far behind any journal: Windows locks regions, and readers must not be shut out.
        file.seek(1 << 40)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(1 << 40)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    @contextmanager
    def _locked(file: BinaryIO) -> Iterator[None]:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file.fileno(), fcntl.LOCK_UN)
