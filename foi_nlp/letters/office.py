"""Read RTF, DOC and ODT: LibreOffice makes DOCX of them where it is installed; RTF can be read without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from foi_nlp.letters import docx
from foi_nlp.letters.assembling import CellText, TextBuilder
from foi_nlp.letters.containers import open_container, read_member, refuse_entities
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.programs import convert_to_docx, installed
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.letters.text import clean
from foi_nlp.records import SourceNote

_ODT = "application/vnd.oasis.opendocument.text"


def _read_converted(file: SourceFile, options: ReadOptions, extension: str) -> Iterator[Letter | LetterError]:
    if not installed("soffice"):
        raise LetterError(
            file.source,
            f"reading .{extension} needs LibreOffice, which is not installed; install it (Debian: apt-get install "
            "libreoffice-writer), or save the letter as DOCX or PDF",
        )
    made = convert_to_docx(file.data, extension, source=file.source, seconds=max(1.0, options.limits.seconds * 0.8))
    said = SourceNote(code="converted", text=f"The .{extension} file was read through LibreOffice.")
    for item in docx.READER.read(SourceFile(file.source, made, file.depth), options):
        if isinstance(item, Letter):
            yield replace(item, source_sha256=file.sha256, notes=(said, *item.notes))
        else:
            yield item


def _read_doc(file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    return _read_converted(file, options, "doc")


def _read_odt(file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    with open_container(file, options) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                refuse_entities(file, name, read_member(archive, name, file))
    yield from _read_converted(file, options, "odt")


def _read_rtf(file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    if installed("soffice"):
        yield from _read_converted(file, options, "rtf")
    else:
        yield read_rtf_alone(file, options)


def read_rtf_alone(file: SourceFile, options: ReadOptions) -> Letter:
    """Read RTF without LibreOffice: text and simple tables, but no headers. Raises LetterError for damage."""
    from striprtf.striprtf import rtf_to_text

    try:
        plain = rtf_to_text(file.data.decode("cp1252", "replace"), encoding="cp1252", errors="replace")
    except Exception as error:  # striprtf lets through whatever its parsing raises
        raise LetterError(file.source, "the RTF is damaged; open it in a word processor and save it as DOCX") from error
    text, notes = clean(plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    builder = TextBuilder()
    builder.notes += notes
    builder.note(
        "rtf_without_office", "LibreOffice is not installed: headers, footers and lists of the RTF were not read."
    )
    rows: list[list[CellText]] = []
    for line in text.split("\n"):
        # striprtf ends each cell with a bar.
        if line.count("|") > 1 and line.rstrip().endswith("|"):
            rows.append([CellText.of(cell) for cell in line.rstrip()[:-1].split("|")])
            continue
        builder.add_table(rows, "rtf")
        rows = []
        if line.strip():
            builder.add(line.rstrip())
            builder.end_line()
        else:
            builder.end_paragraph()
    builder.add_table(rows, "rtf")
    return builder.finish(file, options)


def _is_doc(file: SourceFile) -> bool:
    return "WordDocument" in file.ole_streams


def _is_odt(file: SourceFile) -> bool:
    return "content.xml" in file.zip_names and _ODT.encode() in file.data[:200]


def _is_rtf(file: SourceFile) -> bool:
    return file.data[:100].lstrip().startswith(b"{\\rtf")


DOC = Reader(kind="DOC", extensions=("doc", "dot"), read=_read_doc, recognise=_is_doc, isolated=True)
ODT = Reader(kind="ODT", extensions=("odt", "ott"), read=_read_odt, recognise=_is_odt, isolated=True)
RTF = Reader(kind="RTF", extensions=("rtf",), read=_read_rtf, recognise=_is_rtf, isolated=True)
