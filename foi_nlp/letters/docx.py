"""Read DOCX: mammoth makes HTML of it, which the HTML reader reads; headers and footers are read as well.

The document's body is handed to mammoth with the headers and footers laid before and after it, because they
hold the force and the reference. What a reader of the printed letter does not see (deleted text, hidden text,
comments) is left out and reported.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from foi_nlp.letters.assembling import TextBuilder
from foi_nlp.letters.containers import open_container, read_member, refuse_entities
from foi_nlp.letters.docx_numbering import Numbering
from foi_nlp.letters.html import page_text
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.source import Reader, SourceFile

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_BODY = "word/document.xml"
_NUMBERING = "word/numbering.xml"
_STYLES = "word/styles.xml"
_HEADER_OR_FOOTER = re.compile(r"word/(header|footer)\d*\.xml")
_VANISH = re.compile(rb"<w:vanish(?:\s*/>|\s+w:val=\"(?:1|true|on)\")")
_PACKED = (
    "[Content_Types].xml",
    "_rels/.rels",
    _STYLES,
    _NUMBERING,
    "word/footnotes.xml",
    "word/endnotes.xml",
    "word/comments.xml",
)
_STYLE_MAP = "u => u\nstrike => s"
_WITH_COMMENTS = f"{_STYLE_MAP}\ncomment-reference => sup"


def _read(file: SourceFile, options: ReadOptions) -> Iterator[Letter]:
    builder = TextBuilder()
    with open_container(file, options) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                refuse_entities(file, name, read_member(archive, name, file))
        body = read_member(archive, _BODY, file)
        if not body:
            raise LetterError(file.source, "it has no document in it; open it in Word and save it anew")
        _say_what_is_unseen(body, archive, builder)
        heads, feet = _headers_and_footers(archive, file)
        for text in heads:
            page_text(file, text, options, builder, grid_source="docx")
            builder.end_paragraph()
        shown = _shown(body, archive, file, options)
        markup = _to_html(shown, file.source, comments=options.include_hidden)
        page_text(file, markup, options, builder, grid_source="docx")
        for text in feet:
            builder.end_paragraph()
            page_text(file, text, options, builder, grid_source="docx")
    yield builder.finish(file, options)


def _to_html(data: bytes, source: str, *, comments: bool = False) -> str:
    import mammoth

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_WITH_COMMENTS if comments else _STYLE_MAP,
            # An image as a data address would be megabytes of text that is thrown away.
            convert_image=mammoth.images.img_element(lambda image: {"src": ""}),  # noqa: ARG005
        )
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # mammoth lets through whatever its XML and ZIP parsers raise
        raise LetterError(
            source, f"the document is damaged ({type(error).__name__}); open it in Word and save it anew"
        ) from error
    return str(result.value)


def _headers_and_footers(archive: zipfile.ZipFile, file: SourceFile) -> tuple[list[str], list[str]]:
    """Give the HTML of the headers and footers, each text once: first pages and even pages often repeat one."""
    heads: dict[str, None] = {}
    feet: dict[str, None] = {}
    for name in sorted(archive.namelist()):
        found = _HEADER_OR_FOOTER.fullmatch(name)
        if not found:
            continue
        markup = _to_html(_as_document(archive, name, file), file.source)
        if re.sub(r"<[^>]*>|\s|\d", "", markup):
            (heads if found[1] == "header" else feet).setdefault(markup)
    return list(heads), list(feet)


def _as_document(archive: zipfile.ZipFile, name: str, file: SourceFile) -> bytes:
    """Make a document whose body is one header or footer, so that mammoth reads it as it reads any body."""
    root = _parse(read_member(archive, name, file), name, file)
    document = ElementTree.Element(f"{_W}document")
    ElementTree.SubElement(document, f"{_W}body").extend(list(root))
    return _packed(document, name, archive, file)


def _parse(part: bytes, name: str, file: SourceFile) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(part)  # noqa: S314 - parts that declare entities were refused before
    except ElementTree.ParseError as error:
        raise LetterError(file.source, f"{name} in it is damaged; open it in Word and save it anew") from error


def _shown(body: bytes, archive: zipfile.ZipFile, file: SourceFile, options: ReadOptions) -> bytes:
    """Give the document as it is shown: without runs of hidden text, and with the labels of its lists in the text.

    The same bytes where it has neither.
    """
    hidden = not options.include_hidden and bool(_VANISH.search(body))
    numbering = read_member(archive, _NUMBERING, file)
    styles = read_member(archive, _STYLES, file)
    numbered = bool(numbering) and (b"<w:numPr" in body or b"<w:numPr" in styles)
    if not (hidden or numbered):
        return file.data
    root = _parse(body, _BODY, file)
    if hidden:
        _remove_hidden(root)
    if numbered:
        of_styles = _parse(styles, _STYLES, file) if styles else None
        Numbering(_parse(numbering, _NUMBERING, file), of_styles).write_labels(root)
    return _packed(root, _BODY, archive, file)


def _remove_hidden(root: ElementTree.Element) -> None:
    for parent in root.iter():
        for run in parent.findall(f"{_W}r"):
            vanish = run.find(f"{_W}rPr/{_W}vanish")
            if vanish is not None and vanish.get(f"{_W}val", "1") not in ("0", "false", "off"):
                parent.remove(run)


def _packed(document: ElementTree.Element, name: str, archive: zipfile.ZipFile, file: SourceFile) -> bytes:
    """Pack a document with the file's styles, numbering, notes and comments, and the relations of the part `name`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for kept in _PACKED:
            data = read_member(archive, kept, file)
            if data:
                out.writestr(kept, data)
        relations = read_member(archive, f"word/_rels/{posixpath.basename(name)}.rels", file)
        if relations:
            out.writestr("word/_rels/document.xml.rels", relations)
        out.writestr(_BODY, ElementTree.tostring(document, encoding="utf-8", xml_declaration=True))
    return made.getvalue()


def _say_what_is_unseen(body: bytes, archive: zipfile.ZipFile, builder: TextBuilder) -> None:
    if re.search(rb"<w:del [^>]*>.{0,2000}?<w:delText|<w:moveFrom ", body, re.DOTALL):
        builder.note(
            "tracked_changes",
            "The document still holds tracked changes: deleted text was left out, inserted text was read. "
            "This may be a data breach.",
        )
    elif re.search(rb"<w:ins [^>]*>", body):
        builder.note("tracked_changes", "The document still holds tracked changes: inserted text was read.")
    if b"<w:commentReference" in body and "word/comments.xml" in archive.namelist():
        builder.note(
            "hidden_content",
            "The document has comments, which are left out unless asked for; this may be a data breach.",
        )
    if _VANISH.search(body):
        builder.note(
            "hidden_content",
            "The document has text formatted as hidden, which is left out unless asked for; this may be a data breach.",
        )
    if b"<w:txbxContent" in body:
        builder.note("text_box", "The document has text boxes; their text was read where they are anchored.")


def _recognise(file: SourceFile) -> bool:
    return _BODY in file.zip_names


READER = Reader(kind="DOCX", extensions=("docx", "docm", "dotx"), read=_read, recognise=_recognise, isolated=True)
