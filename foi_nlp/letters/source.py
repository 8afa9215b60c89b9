"""A file, or a member of one, on its way to a reader; and what a reader is."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class SourceFile:
    """The bytes to read and the name they go by. `depth` counts the archives and mails that they came out of."""

    source: str
    data: bytes
    depth: int = 0

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def extension(self) -> str:
        """The extension of the name in lower case, without its dot."""
        return PurePosixPath(self.source.replace("\\", "/")).suffix.lower().lstrip(".")

    @cached_property
    def zip_names(self) -> frozenset[str]:
        """The member names when the bytes are a ZIP file, else nothing."""
        if not self.data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return frozenset()
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                return frozenset(info.filename for info in archive.infolist()[:100_000])
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            return frozenset()

    @cached_property
    def ole_streams(self) -> frozenset[str]:
        """The top-level stream names when the bytes are an OLE file (DOC, XLS, MSG), else nothing."""
        if not self.data.startswith(OLE_MAGIC):
            return frozenset()
        import olefile  # type: ignore[import-untyped]

        try:
            with olefile.OleFileIO(io.BytesIO(self.data)) as ole:
                return frozenset(entry[0] for entry in ole.listdir(streams=True, storages=True))
        except (OSError, ValueError, IndexError, TypeError):
            return frozenset()

    def member(self, name: str, data: bytes) -> SourceFile:
        """Give a member of this file: its name is only a name, and is never used as a path."""
        return SourceFile(f"{self.source}!/{name}", data, self.depth + 1)


ReadFunction = Callable[[SourceFile, ReadOptions], Iterator[Letter | LetterError]]
MembersFunction = Callable[[SourceFile, ReadOptions], Iterator[SourceFile | LetterError]]


@dataclass(frozen=True)
class Reader:
    """A plug-in that reads one kind of file; it is named under the entry points `foi_nlp.readers`.

    `recognise` proves the kind by the content alone; None for kinds that only an extension can tell (CSV).
    `read` gives letters, or LetterErrors for members that cannot be read; it raises LetterError for the whole file.
    `isolated` readers parse formats that can attack their parser: they run in a process of their own under limits.
    `members` gives the files that lie in one of this kind, under the names that letters and places have for them.
    """

    kind: str
    extensions: tuple[str, ...]
    read: ReadFunction
    recognise: Callable[[SourceFile], bool] | None = None
    isolated: bool = False
    members: MembersFunction | None = None
