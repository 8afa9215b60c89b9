"""Make small files of each format for the tests of the readers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from foi_nlp.letters import Letter, LetterError, Limits, open_letters

ROOT = Path(__file__).resolve().parent.parent


def read(folder: Path, name: str, data: bytes, *, limits: Limits | None = None, include_hidden: bool = False) -> Letter:
    """Read a file that gives one letter."""
    items = read_all(folder, name, data, limits=limits, include_hidden=include_hidden)
    assert len(items) == 1
    assert isinstance(items[0], Letter)
    return items[0]


def read_all(
    folder: Path, name: str, data: bytes, *, limits: Limits | None = None, include_hidden: bool = False
) -> list[Letter | LetterError]:
    """Read all that a file gives, and check that every cell and place says where it stands."""
    path = folder / name
    path.write_bytes(data)
    items = list(open_letters(path, source=name, limits=limits, include_hidden=include_hidden))
    for item in items:
        if isinstance(item, Letter):
            check_offsets(item)
    return items


def check_offsets(letter: Letter) -> None:
    """Check that grids and places agree with the text."""
    for grid in letter.grids:
        assert len({len(row) for row in grid.rows}) == 1
        for row in grid.rows:
            for cell in row:
                assert " ".join(letter.text[a:b] for a, b in cell.segments) == cell.text
                assert all(grid.start <= a < b <= grid.end for a, b in cell.segments)
    at = 0
    for placed in letter.places:
        assert at <= placed.start < placed.end <= len(letter.text)
        at = placed.end


def rows(letter: Letter, number: int = 0) -> list[list[str]]:
    """Give the texts of a grid."""
    return [[cell.text for cell in row] for row in letter.grids[number].rows]


def zipped(members: dict[str, bytes | str]) -> bytes:
    """Make a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = ("numbering", "styles")
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, **parts: str) -> bytes:
    """Make a Word document of the XML of its body; `parts` are further parts: header1, footer1, numbering, styles."""
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
    }
    for name, xml in parts.items():
        tag = name if name in _KINDS else "hdr" if name.startswith("header") else "ftr"
        members[f"word/{name}.xml"] = f"<w:{tag} {_WORD}>{xml}</w:{tag}>"
    known = [name for name in _KINDS if name in parts]
    if known:
        relations = "".join(
            f'<Relationship Id="{name}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>' for name in known
        )
        members["word/_rels/document.xml.rels"] = f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>'
        types = "".join(
            f'<Override PartName="/word/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            f'wordprocessingml.{name}+xml"/>'
            for name in known
        )
        members["[Content_Types].xml"] = _TYPES.replace("</Types>", f"{types}</Types>")
    return zipped(members)


def paragraph(text: str, properties: str = "") -> str:
    """Make a Word paragraph of one run."""
    return f'<w:p><w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def word_table(*table: tuple[str, ...]) -> str:
    """Make a Word table."""
    cells = ["".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in row) for row in table]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"
