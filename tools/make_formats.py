"""Make the PDF, DOCX, HTML, EML and XLSX versions of the project's own text letters, and scans of two of them.

    python tools/make_formats.py [FOLDER]

Writes to `corpus/formats/`, or to FOLDER. The same input gives the same bytes. Needs the packages of the `formats`
extra: reportlab and python-docx. Letters with even numbers get tables with ruling lines in PDF, odd ones tables
without, so that both ways to find a table are tried.
"""

from __future__ import annotations

import datetime
import html
import io
import json
import re
import sys
import zipfile
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import docx
import pypdfium2
import xlsxwriter
from docx.oxml.ns import qn
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from foi_nlp.grids import Grid
from foi_nlp.tables import find_grids

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
SCANNED = ("39_northumbria.txt", "14_psni.txt")
LIST_MARK = re.compile(r"\s*(?:[-–•*]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)]|Q\.?\s?\d+|\[\w{1,3}\])\s")
FIXED = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
SEEN_AS_SPACE = re.compile(r"[ \t\u00a0]+")


@dataclass(frozen=True)
class Block:
    """A paragraph of lines, or the rows of a table."""

    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def letters() -> list[Path]:
    """Give the text letters that state figures and whose tables can all be told with certainty."""
    chosen = []
    for path in sorted(CORPUS.glob("*.txt")):
        gold = json.loads((CORPUS / "gold" / f"{path.name}.json").read_text(encoding="utf-8"))
        grids = find_grids(path.read_text(encoding="utf-8"))
        if gold.get("observations") and all(is_certain(grid) for grid in grids):
            chosen.append(path)
    return chosen


def is_certain(grid: Grid) -> bool:
    """Tell whether every figure of a grid has a cell of its own; where blanks have vanished two may share one."""
    return not grid.uncertain and not any("  " in cell.text for row in grid.rows for cell in row)


def blocks_of(text: str) -> list[Block]:
    """Part a letter into paragraphs and tables; hard-wrapped paragraphs are unwrapped, as a word processor has them."""
    blocks: list[Block] = []
    at = 0
    for grid in [*find_grids(text), None]:
        end = grid.start if grid is not None else len(text)
        blocks += paragraphs(text[at:end])
        if grid is not None:
            blocks.append(Block(rows=rows_of(grid)))
            at = grid.end
    return blocks


def rows_of(grid: Grid) -> tuple[tuple[str, ...], ...]:
    """Give the cells' texts."""
    return tuple(tuple(cell.text for cell in row) for row in grid.rows)


def paragraphs(text: str) -> list[Block]:
    """Part running text at blank lines."""
    out = []
    width = max((len(line) for line in text.split("\n")), default=0)
    for piece in re.split(r"\n\s*\n", text):
        lines: list[str] = []
        long_before = False
        for raw in piece.split("\n"):
            line = SEEN_AS_SPACE.sub(" ", raw).strip()
            if not line:
                continue
            goes_on = long_before and not LIST_MARK.match(raw) and "  " not in raw.strip()
            if lines and width < 180 and goes_on:
                lines[-1] += f" {line}"
            else:
                lines.append(line)
            long_before = len(raw.rstrip()) > 0.75 * width and "   " not in raw.strip()
        if lines:
            out.append(Block(lines=tuple(lines)))
    return out


def as_html(blocks: list[Block], title: str) -> str:
    """Make a page with a heading row in each table."""
    out = ["<!DOCTYPE html>", '<html lang="en-GB"><head><meta charset="utf-8">']
    out.append(f"<title>{html.escape(title)}</title><style>td,th{{border:1px solid}}</style></head><body><main>")
    for block in blocks:
        if block.rows:
            head, *body = block.rows
            out.append("<table>")
            if any(re.fullmatch(r"[\d,.]+", c) and not re.fullmatch(r"(?:19|20)\d\d", c) for c in head[1:]):
                body.insert(0, head)  # a row of figures heads nothing
            else:
                cells = "".join(f"<th>{html.escape(c)}</th>" for c in head)
                out.append(f"<thead><tr>{cells}</tr></thead>")
            out.append("<tbody>")
            out += ["<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in body]
            out.append("</tbody></table>")
        else:
            out.append("<p>" + "<br>".join(html.escape(line) for line in block.lines) + "</p>")
    out.append("</main></body></html>\n")
    return "\n".join(out)


def as_docx(blocks: list[Block]) -> bytes:
    """Make a Word document."""
    document = docx.Document()
    for block in blocks:
        if block.rows:
            table = document.add_table(rows=0, cols=len(block.rows[0]))
            table.style = "Table Grid"
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.paragraphs[0].text = text
            document.add_paragraph()
        else:
            run = document.add_paragraph().add_run()
            for number, line in enumerate(block.lines):
                if number:
                    run.add_break()
                run.add_text(line)
    for element in document.element.iter(qn("w:rsidR")):
        element.getparent().remove(element)
    document.core_properties.created = document.core_properties.modified = FIXED.replace(tzinfo=None)
    out = io.BytesIO()
    document.save(out)
    return with_fixed_times(out.getvalue())


def with_fixed_times(data: bytes) -> bytes:
    """Give a ZIP file whose members bear one fixed time, so that the same content is the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as write:
        for name in sorted(read.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            write.writestr(info, read.read(name))
    return out.getvalue()


def as_pdf(blocks: list[Block], *, ruled: bool) -> bytes:
    """Make a PDF with page numbers, its tables with ruling lines or without."""
    out = io.BytesIO()
    plain = ParagraphStyle("plain", fontName="Helvetica", fontSize=10, leading=12.5)
    small = ParagraphStyle("cell", fontName="Helvetica", fontSize=9, leading=11)
    story: list[Flowable] = []
    width = A4[0] - 120
    for block in blocks:
        if block.rows:
            story += [pdf_table(block.rows, small, width, ruled=ruled), Spacer(1, 10)]
        else:
            story += [Paragraph(html.escape(line), plain) for line in block.lines]
            story.append(Spacer(1, 10))
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=60, rightMargin=60, topMargin=60, bottomMargin=60, invariant=1
    )

    def number(canvas: object, template: object) -> None:
        canvas.setFont("Helvetica", 8)  # type: ignore[attr-defined]
        canvas.drawCentredString(A4[0] / 2, 30, f"Page {template.page}")  # type: ignore[attr-defined]

    document.build(story, onFirstPage=number, onLaterPages=number)
    return out.getvalue()


def pdf_table(rows: tuple[tuple[str, ...], ...], style: ParagraphStyle, width: float, *, ruled: bool) -> Table:
    """Lay out a table whose first column takes what the others leave."""
    others = [
        min(110.0, 14 + max(max(len(word) for word in (row[c].split() or [""])) for row in rows) * 5.2)
        for c in range(1, len(rows[0]))
    ]
    first = max(width - sum(others), 70.0)
    if not ruled:
        first = min(first, 30 + 5.0 * max(len(row[0]) for row in rows))
    cells = [[Paragraph(html.escape(text), style) for text in row] for row in rows]
    table = Table(cells, colWidths=[first, *others], repeatRows=1, hAlign="LEFT")
    commands = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if ruled:
        commands.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
    table.setStyle(TableStyle(commands))
    return table


def as_xlsx(blocks: list[Block]) -> bytes:
    """Make a workbook of one sheet: a line a row, tables in their cells, everything as text or as whole numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"created": FIXED.replace(tzinfo=None)})
    sheet = book.add_worksheet("Reply")
    at = 0
    for block in blocks:
        for row in block.rows or [(line,) for line in block.lines]:
            for column, text in enumerate(row):
                if re.fullmatch(r"0|[1-9]\d{0,8}", text):
                    sheet.write_number(at, column, int(text))
                elif text:
                    sheet.write_string(at, column, text)
            at += 1
        at += 1
    book.close()
    return out.getvalue()


def as_eml(document: bytes, stem: str, when: datetime.datetime | None) -> bytes:
    """Make an e-mail that carries the reply as an attachment."""
    message = EmailMessage()
    message["From"] = "Information Rights <disclosure@example.org>"
    message["To"] = "The Applicant <applicant@example.net>"
    if when is not None:
        message["Date"] = format_datetime(when)
    message["Subject"] = "Correspondence"
    message["Message-ID"] = f"<{stem}@example.org>"
    message.set_content("Good afternoon\n")
    message.add_attachment(
        document,
        maintype="application",
        subtype="pdf",
        filename=f"{stem}.pdf",
    )
    message.set_boundary(f"=_{stem}")
    return message.as_bytes()


def as_scan(pdf: bytes) -> bytes:
    """Make an image-only PDF, a little askew, as an office scanner does."""
    document = pypdfium2.PdfDocument(pdf)
    pages = []
    for page in document:
        image = page.render(scale=200 / 72, grayscale=True).to_pil().convert("L")
        turned = image.rotate(0.4, resample=Image.Resampling.BICUBIC, fillcolor=255)
        pages.append(turned.point(lambda grey: 0 if grey < 150 else 255).convert("1"))
    out = io.BytesIO()
    fixed = FIXED.timetuple()
    pages[0].save(
        out, "PDF", resolution=200.0, save_all=True, append_images=pages[1:], creationDate=fixed, modDate=fixed
    )
    return out.getvalue()


def main(folder: Path) -> None:
    """Write all versions of all letters."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in letters():
        text = path.read_text(encoding="utf-8")
        gold = json.loads((CORPUS / "gold" / f"{path.name}.json").read_text(encoding="utf-8"))
        dates = [
            date["iso"] for date in gold.get("dates", []) if date["role"] == "letter_date" and len(date["iso"]) == 10
        ]
        when = datetime.datetime.fromisoformat(f"{dates[0]}T12:00:00+00:00") if dates else None
        blocks = blocks_of(text)
        stem = path.stem
        (folder / f"{stem}.html").write_text(
            as_html(blocks, next(line for block in blocks for line in block.lines)), encoding="utf-8"
        )
        document = as_docx(blocks)
        (folder / f"{stem}.docx").write_bytes(document)
        (folder / f"{stem}.xlsx").write_bytes(with_fixed_times(as_xlsx(blocks)))
        pdf = as_pdf(blocks, ruled=int(stem[:2]) % 2 == 0)
        (folder / f"{stem}.pdf").write_bytes(pdf)
        (folder / f"{stem}.eml").write_bytes(as_eml(pdf, stem, when))
        if path.name in SCANNED:
            (folder / f"{stem}.scan.pdf").write_bytes(as_scan(pdf))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS / "formats")
