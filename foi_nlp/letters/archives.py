"""Read ZIP files and mailboxes: each member is a file of its own, and a bad one never costs its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from foi_nlp.letters.containers import open_container, read_member
from foi_nlp.letters.dispatch import read_source
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.source import Reader, SourceFile

_NO_LETTERS = re.compile(r"(?:^|/)(?:__MACOSX/|\.[^./]|Thumbs\.db$|desktop\.ini$|~\$)")
_ENVELOPE = re.compile(rb"^From [^\n]*\n(?=[A-Za-z][A-Za-z0-9-]*:)", re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def _read_members(
    members: Iterable[SourceFile | LetterError], file: SourceFile, options: ReadOptions
) -> Iterator[Letter | LetterError]:
    """Read members one by one. What they give is counted, so that archives within archives cannot multiply."""
    given = 0
    for member in members:
        items: Iterable[Letter | LetterError] = (
            [member] if isinstance(member, LetterError) else read_source(member, options)
        )
        try:
            for item in items:
                given += 1
                if given > options.limits.members:
                    yield options.limits.refuse(file.source, "members", "it holds archives with too many members")
                    return
                yield item
        except LetterError as error:
            given += 1
            yield error
    if not given:
        raise LetterError(file.source, "there is nothing in it; ask for it again")


def _zip_members(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | LetterError]:
    with open_container(file, options) as archive:
        for info in archive.infolist():
            if info.is_dir() or _NO_LETTERS.search(info.filename):
                continue
            try:
                yield file.member(info.filename, read_member(archive, info.filename, file))
            except LetterError as error:
                yield LetterError(f"{file.source}!/{info.filename}", error.message)


def _read_zip(file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    return _read_members(_zip_members(file, options), file, options)


def _mailbox_members(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | LetterError]:
    data = file.data.replace(b"\r\n", b"\n")
    starts = [(found.start(), found.end()) for found in _ENVELOPE.finditer(data)]
    if len(starts) > options.limits.members:
        raise options.limits.refuse(file.source, "members", f"it has {len(starts):,} messages")
    ends = [start for start, _ in starts[1:]] + [len(data)]
    for number, ((_, begin), end) in enumerate(zip(starts, ends, strict=True), start=1):
        yield file.member(f"{number}.eml", _QUOTED_FROM.sub(rb"\1", data[begin:end]))


def _read_mailbox(file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    return _read_members(_mailbox_members(file, options), file, options)


def _is_zip(file: SourceFile) -> bool:
    # Office documents are ZIP files too; the parts that every one of them has tell them from an archive.
    return bool(file.zip_names) and not file.zip_names & {"[Content_Types].xml", "mimetype", "META-INF/manifest.xml"}


def _is_mailbox(file: SourceFile) -> bool:
    return bool(_ENVELOPE.match(file.data[:4_096].replace(b"\r\n", b"\n")))


ZIP = Reader(kind="ZIP", extensions=("zip",), read=_read_zip, recognise=_is_zip, members=_zip_members)
MAILBOX = Reader(
    kind="mailbox", extensions=("mbox", "mbx"), read=_read_mailbox, recognise=_is_mailbox, members=_mailbox_members
)
