"""Find a file inside archives and mails by the name that letters and places have for it."""

from __future__ import annotations

from foi_nlp.letters.limits import DEFAULT_OPTIONS, ReadOptions
from foi_nlp.letters.model import LetterError
from foi_nlp.letters.registry import choose_reader
from foi_nlp.letters.source import SourceFile


def find_member(file: SourceFile, wanted: str, options: ReadOptions = DEFAULT_OPTIONS) -> SourceFile | None:
    """Give the member called `wanted`, such as `post.zip!/reply.eml!/figures.pdf`, or the file itself; None without it.

    The mails that lie in a mail are parts of its letter, and places name them with `/` in place of `!/`. Raises
    LetterError for containers that go beyond the limits of reading. Run it where reading may fail: it opens what
    strangers sent.
    """
    if wanted == file.source:
        return file
    if file.depth >= options.limits.nesting:
        return None
    reader = choose_reader(file)
    if reader.members is None:
        return None
    for member in reader.members(file, options):
        if isinstance(member, LetterError):
            continue
        if wanted == member.source:
            return member
        for mark in ("!/", "/"):
            if wanted.startswith(member.source + mark):
                rest = wanted.removeprefix(member.source + mark)
                found = find_member(member, f"{member.source}!/{rest}", options)
                if found is not None:
                    return found
    return None
