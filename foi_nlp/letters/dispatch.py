"""Read a file or a member of one: within its limits, by the reader that fits it, in a process of its own if need be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from foi_nlp.letters.isolation import read_isolated
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.registry import choose_reader, extensions
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.records import SourceNote


def read_source(file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    """Read one file or member. Raises LetterError when the whole of it cannot be read."""
    limits = options.limits
    if len(file.data) > limits.file_megabytes * 1_000_000:
        raise limits.refuse(
            file.source, "file_megabytes", f"{len(file.data) // 1_000_000:,} megabytes are too many for a letter"
        )
    if file.depth > limits.nesting:
        raise limits.refuse(file.source, "nesting", f"it lies {file.depth} archives or mails deep")
    reader = choose_reader(file)
    items = read_isolated(reader, file, options) if reader.isolated else reader.read(file, options)
    said = _wrong_name(reader, file)
    for item in items:
        if isinstance(item, Letter) and said is not None and item.source == file.source:
            yield replace(item, notes=(said, *item.notes))
        else:
            yield item


def _wrong_name(reader: Reader, file: SourceFile) -> SourceNote | None:
    if not file.extension or file.extension in reader.extensions or file.extension not in extensions():
        return None
    return SourceNote(
        code="wrong_extension",
        text=f"The name ends in .{file.extension}, but the content is {reader.kind}; it was read by its content.",
    )
