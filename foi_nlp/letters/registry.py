"""Find the reader of a file: by what is in it first, and by its name only where the content does not tell."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points

from foi_nlp.letters.model import LetterError
from foi_nlp.letters.source import OLE_MAGIC, Reader, SourceFile

ENTRY_POINT_GROUP = "foi_nlp.readers"
_PLAIN_KINDS = ("text", "markdown", "csv")


@lru_cache(maxsize=1)
def readers() -> tuple[Reader, ...]:
    """Give the installed readers, in the order of their names. Raises LetterError for a plug-in that is no reader."""
    found = []
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        reader = point.load()
        if not isinstance(reader, Reader):
            raise LetterError(
                point.value,
                f"the entry point {point.name!r} is not a foi_nlp Reader; correct it or uninstall its package",
            )
        found.append(reader)
    if not found:
        raise LetterError("foi_nlp", "no readers are installed; install the package again with pip")
    return tuple(found)


def reader_of_kind(kind: str) -> Reader | None:
    """Give the reader of one kind, or None."""
    return next((reader for reader in readers() if reader.kind == kind), None)


def extensions() -> frozenset[str]:
    """Give all the extensions that some reader reads, without dots."""
    return frozenset(extension for reader in readers() for extension in reader.extensions)


def choose_reader(file: SourceFile) -> Reader:
    """Choose the reader of a file. Raises LetterError when there is none."""
    if not file.data:
        raise LetterError(file.source, "the file is empty; ask the sender for it again")
    by_name = next((reader for reader in readers() if file.extension in reader.extensions), None)
    by_content = [reader for reader in readers() if reader.recognise is not None and reader.recognise(file)]
    if by_content:
        return by_name if by_name in by_content else by_content[0]
    _refuse_known_damage(file)
    if by_name is not None and (by_name.kind in _PLAIN_KINDS or by_name.recognise is None):
        return by_name
    if by_name is not None and by_name.kind in ("html", "mail", "mailbox") and _is_text(file):
        return by_name
    if _is_text(file):
        text = reader_of_kind("text")
        if text is not None:
            return text
    named = (
        f"it is not the {by_name.kind} file that its name says" if by_name is not None else "its format is not known"
    )
    raise LetterError(file.source, f"{named}, and it is no text; convert it to PDF or DOCX, or leave it out")


def _refuse_known_damage(file: SourceFile) -> None:
    if "EncryptedPackage" in file.ole_streams:
        raise LetterError(file.source, "it is locked with a password; open it, save it without one, and read that copy")
    if file.data.startswith(OLE_MAGIC) or file.data.startswith(b"PK\x03\x04"):
        raise LetterError(
            file.source, "it is damaged or cut off, or of a kind that is not read; ask for it again or save it as PDF"
        )


def _is_text(file: SourceFile) -> bool:
    from foi_nlp.letters.text import looks_binary

    return not looks_binary(file.data)
