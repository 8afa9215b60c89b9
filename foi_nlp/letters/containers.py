"""Open ZIP containers safely: sizes are checked before anything is unpacked, and names are only names."""

from __future__ import annotations

import io
import re
import zipfile

from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import LetterError
from foi_nlp.letters.source import SourceFile

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SMALL = 1_000_000


def open_container(file: SourceFile, options: ReadOptions) -> zipfile.ZipFile:
    """Open a ZIP file whose members stay within the limits. Raises LetterError for bombs and damage."""
    limits = options.limits
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise LetterError(file.source, "the file is damaged or cut off; ask for it again") from error
    members = archive.infolist()
    if len(members) > limits.members:
        raise limits.refuse(file.source, "members", f"it has {len(members):,} members")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_megabytes * 1_000_000:
        raise limits.refuse(
            file.source, "unpacked_megabytes", f"it unpacks to {unpacked // 1_000_000:,} megabytes, as a ZIP bomb does"
        )
    if unpacked > _SMALL and unpacked > limits.compression_ratio * max(len(file.data), 1):
        raise limits.refuse(
            file.source,
            "compression_ratio",
            f"it unpacks to {unpacked // max(len(file.data), 1):,} times its size, as a ZIP bomb does",
        )
    return archive


def read_member(archive: zipfile.ZipFile, name: str, file: SourceFile) -> bytes:
    """Unpack one member, never beyond the size that its directory states. Raises LetterError for damage."""
    try:
        info = archive.getinfo(name)
        locked = bool(info.flag_bits & 1)
        if not locked:
            with archive.open(info) as stream:
                return stream.read(info.file_size)
    except KeyError:
        return b""
    except MemoryError:
        raise
    except Exception as error:  # the errors of zipfile, zlib and lzma have no common base
        raise LetterError(file.source, f"{name} in it is damaged; ask for the file again") from error
    raise LetterError(file.source, f"{name} in it is locked with a password; unpack it and read the files")


def refuse_entities(file: SourceFile, name: str, data: bytes) -> None:
    """Raise LetterError when an XML member declares a document type, which Office files never do: it is an attack."""
    head = data
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = data.decode("utf-16", "replace").encode("utf-8")
    if _DOCTYPE.search(head):
        raise LetterError(
            file.source,
            f"{name} in it declares XML entities, which Office never writes and which can attack a reader; "
            "open it in an office program and save it anew",
        )
