"""Make the PDF, DOCX, HTML, EML and XLSX versions of all the project's own letters, and scans of two of them.

    python tools/make_formats.py [FOLDER]

Writes to `corpus/formats/`, or to FOLDER. The same input gives the same bytes. Needs the packages of the `formats`
extra, reportlab and python-docx, and DejaVu Sans for letters in other scripts (Debian: fonts-dejavu-core).

A copy is made of the text and tables that the letter's own reader gives. Letters with even numbers get tables with
ruling lines in PDF, odd ones tables without, so that both ways to find a table are tried. E-mails carry the letter
as a PDF, as a Word document, or in their own HTML body, in turn. Where blank cells have vanished from a table of the
text, the letter's gold says in which cell a figure stands.
"""

from __future__ import annotations

import datetime
import html
import io
import json
import re
import sys
import zipfile
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import xlsxwriter
from docx.oxml.ns import qn
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
from xlsxwriter.worksheet import Worksheet

from foi_nlp.grids import Cell, Grid
from foi_nlp.letters import Letter, LetterError, open_letters
from foi_nlp.tables import find_grids

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
KINDS = (".txt", ".md", ".html", ".eml")
SCANNED = ("39_northumbria.txt", "14_psni.txt")
LIST_MARK = re.compile(r"\s*(?:[-–•*]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)]|Q\.?\s?\d+\w?[.):]?|\[\w{1,3}\])\s")
MAIL_HEADER = re.compile(r"(From|To|Date|Subject): (.+)")
FIXED = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
SEEN_AS_SPACE = re.compile(r"[ \t\u00a0]+")
WIDEST_WRAP = 140  # lines of plain text that a program wrapped are no longer
TABLE_MARKS = re.compile(r"^[ \t|:+-]*\|[ \t|:+-]*$", re.MULTILINE)
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>-])")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<(https?://[^>]*)>")
EMPHASIS = re.compile(r"(?<![\w\\*])(\*{1,3}|_{1,3}|`)(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)")
MARKDOWN_LINE = re.compile(r"^(?:#{1,6} |> ?|-{3,}$)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A paragraph of lines, or the rows of a table."""

    lines: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


def letters() -> list[Path]:
    """Give the letters of the corpus."""
    return sorted(path for path in CORPUS.iterdir() if path.suffix in KINDS and path.name != "README.md")


def read(path: Path) -> Letter:
    """Read a letter with its own reader. Raises LetterError when it cannot be read."""
    [letter] = open_letters(path)
    if isinstance(letter, LetterError):
        raise letter
    return letter


def settled(grid: Grid, letter: Letter, gold: list[dict[str, Any]]) -> Grid:
    """Give the grid with every figure in a cell of its own; where blank cells have vanished the gold says which."""
    heads = [cell.text for cell in grid.rows[0]]
    rows = []
    for row in grid.rows:
        cells = list(row)
        for held in row:
            if "  " not in held.text:
                continue
            inside = [o for o in gold if row[0].text in o["breakdown"].values() and o["period"]["label"] in heads]
            columns = {o["value_raw"]: heads.index(o["period"]["label"]) for o in inside}
            if sorted(columns) != sorted(held.text.split()):
                raise ValueError(f"{letter.source}: the gold does not say where {held.text!r} stands")
            cells[cells.index(held)] = Cell("")
            for text, column in columns.items():
                cells[column] = Cell(text)
        rows.append(tuple(cells))
    return replace(grid, rows=tuple(rows))


def blocks_of(letter: Letter, gold: list[dict[str, Any]], *, markdown: bool) -> list[Block]:
    """Part a letter into paragraphs and tables; hard-wrapped paragraphs are unwrapped, as a word processor has them."""
    found = find_grids(letter.text, taken=[(grid.start, grid.end) for grid in letter.grids])
    found = [settled(grid, letter, gold) for grid in found if not grid.uncertain]
    grids = sorted([*letter.grids, *found], key=lambda grid: grid.start)
    shown = plain_of_markdown if markdown else str
    blocks: list[Block] = []
    at = 0
    pieces: list[str | Grid] = []
    for grid in grids:
        pieces += [letter.text[at : grid.start], grid]  # a page break within a table is not the copy's
        at = grid.end
    pieces = [TABLE_MARKS.sub("", piece) if isinstance(piece, str) else piece for piece in [*pieces, letter.text[at:]]]
    width = wrap_width([piece for piece in pieces if isinstance(piece, str)])
    for piece in pieces:
        if isinstance(piece, str):
            blocks += paragraphs(shown(piece), width)
        else:
            rows = tuple(tuple(replace(cell, text=shown(cell.text)) for cell in row) for row in piece.rows)
            blocks.append(Block(rows=rows))
    return blocks


def plain_of_markdown(text: str) -> str:
    """Give the words of Markdown as they are shown."""
    text = LINK.sub(lambda found: found[1] or found[2] or "", MARKDOWN_LINE.sub("", text))
    for _ in range(2):  # bold within italics
        text = EMPHASIS.sub(r"\2", text)
    return html.unescape(ESCAPED.sub(r"\1", text))


def wrap_width(pieces: list[str]) -> int:
    """Give the width at which a program wrapped the lines of running text; 0 where none did."""
    lengths = [len(line.rstrip()) for piece in pieces for line in piece.split("\n") if line.strip()]
    short = [length for length in lengths if length <= WIDEST_WRAP]
    return max(short, default=0) if len(lengths) - len(short) <= 0.02 * len(lengths) else 0


def paragraphs(text: str, width: int) -> list[Block]:
    """Part running text at blank lines; lines that were wrapped at `width` are one again."""
    out = []
    for piece in re.split(r"\n\s*\n", text):
        lines: list[str] = []
        long_before = False
        for raw in piece.split("\n"):
            line = SEEN_AS_SPACE.sub(" ", raw).strip()
            if not line:
                continue
            goes_on = long_before and not LIST_MARK.match(raw) and "  " not in raw.strip()
            if lines and goes_on:
                lines[-1] += f" {line}"
            else:
                lines.append(line)
            long_before = 0 < 0.75 * width < len(raw.rstrip()) and "   " not in raw.strip()
        if lines:
            out.append(Block(lines=tuple(lines)))
    return out


def own_cells(rows: tuple[tuple[Cell, ...], ...]) -> list[tuple[int, int, Cell]]:
    """Give the cells of a table with their places, without those that lie under a cell that spans."""
    covered: set[tuple[int, int]] = set()
    out = []
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if (r, c) in covered:
                continue
            out.append((r, c, cell))
            covered |= {(r + i, c + k) for i in range(cell.row_span) for k in range(cell.column_span)}
    return out


def as_html(blocks: list[Block], title: str) -> str:
    """Make a page with a heading row in each table."""
    out = ["<!DOCTYPE html>", '<html lang="en-GB"><head><meta charset="utf-8">']
    shown = f"<title>{html.escape(title)}</title>" if title else ""
    out.append(f"{shown}<style>td,th{{border:1px solid}}</style></head><body><main>")
    for block in blocks:
        if block.rows:
            heads = heading_rows(block.rows)
            out.append("<table>")
            for r in range(len(block.rows)):
                cells = [(cell, spans_of(cell)) for row, _, cell in own_cells(block.rows) if row == r]
                tag = "th" if r < heads else "td"
                shown = "".join(
                    f"<{'th' if cell.header else tag}{spans}>{html.escape(cell.text)}</{'th' if cell.header else tag}>"
                    for cell, spans in cells
                )
                out.append(f"<thead><tr>{shown}</tr></thead><tbody>" if r < heads else f"<tr>{shown}</tr>")
            out.append("</tbody></table>" if heads else "</table>")
        else:
            out.append("<p>" + "<br>".join(html.escape(line) for line in block.lines) + "</p>")
    out.append("</main></body></html>\n")
    return "\n".join(out)


def heading_rows(rows: tuple[tuple[Cell, ...], ...]) -> int:
    """Tell whether the first row heads the table: not where the letter's format says which cells do, nor figures."""
    if any(cell.header for row in rows for cell in row):
        return 0
    figures = any(
        re.fullmatch(r"[\d,.]+", cell.text) and not re.fullmatch(r"(?:19|20)\d\d", cell.text) for cell in rows[0][1:]
    )
    return 0 if figures else 1


def spans_of(cell: Cell) -> str:
    """Give the attributes of a cell that spans."""
    columns = f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    return columns + (f' rowspan="{cell.row_span}"' if cell.row_span > 1 else "")


def as_docx(blocks: list[Block]) -> bytes:
    """Make a Word document."""
    document = docx.Document()
    for block in blocks:
        if block.rows:
            table = document.add_table(rows=0, cols=len(block.rows[0]))
            table.style = "Table Grid"
            for _ in block.rows:
                table.add_row()
            for r, c, cell in own_cells(block.rows):
                made = table.cell(r, c)
                if cell.row_span > 1 or cell.column_span > 1:
                    made = made.merge(table.cell(r + cell.row_span - 1, c + cell.column_span - 1))
                made.paragraphs[0].text = cell.text
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
    font = font_for(blocks)
    plain = ParagraphStyle("plain", fontName=font, fontSize=10, leading=12.5)
    small = ParagraphStyle("cell", fontName=font, fontSize=9, leading=11)
    story: list[Flowable] = []
    width = A4[0] - 120
    for block in blocks:
        if block.rows:
            story += [pdf_table(block.rows, small, width, ruled=ruled), Spacer(1, 10)]
        else:
            story += [Paragraph(html.escape(line), plain) for line in block.lines]
            story.append(Spacer(1, 10))
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=60, rightMargin=60, topMargin=90, bottomMargin=90, invariant=1
    )

    def number(canvas: object, template: object) -> None:
        canvas.setFont("Helvetica", 8)  # type: ignore[attr-defined]
        canvas.drawCentredString(A4[0] / 2, 30, f"Page {template.page}")  # type: ignore[attr-defined]

    document.build(story, onFirstPage=number, onLaterPages=number)
    return out.getvalue()


def font_for(blocks: list[Block]) -> str:
    """Give a font that has the letter's characters: the standard ones have Western European letters only."""
    text = "".join("".join(block.lines) + "".join(c.text for row in block.rows for c in row) for block in blocks)
    if text.encode("cp1252", "ignore").decode("cp1252") == text:
        return "Helvetica"
    if not FONT.is_file():
        raise SystemExit(f"{FONT} is not there; install it (Debian: apt-get install fonts-dejavu-core)")
    pdfmetrics.registerFont(TTFont("DejaVu", str(FONT)))
    return "DejaVu"


def pdf_table(rows: tuple[tuple[Cell, ...], ...], style: ParagraphStyle, width: float, *, ruled: bool) -> Table:
    """Lay out a table whose first column takes what the others leave."""
    others = [
        min(110.0, 14 + max(max(len(word) for word in (row[c].text.split() or [""])) for row in rows) * 5.2)
        for c in range(1, len(rows[0]))
    ]
    first = max(width - sum(others), 70.0)
    if not ruled:
        first = min(first, 30 + 5.0 * max(len(row[0].text) for row in rows))
    cells = [[Paragraph(html.escape(cell.text), style) for cell in row] for row in rows]
    table = Table(cells, colWidths=[first, *others], repeatRows=1, hAlign="LEFT")
    commands: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    commands += [
        ("SPAN", (c, r), (c + cell.column_span - 1, r + cell.row_span - 1))
        for r, c, cell in own_cells(rows)
        if cell.row_span > 1 or cell.column_span > 1
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
        for number, line in enumerate(block.lines):
            write_cell(sheet, at + number, 0, Cell(line))
        for r, c, cell in own_cells(block.rows):
            write_cell(sheet, at + r, c, cell)
        at += max(len(block.lines), len(block.rows)) + 1
    book.close()
    return out.getvalue()


def write_cell(sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
    """Write a cell as a whole number where it is one, else as text; an empty one not at all."""
    if cell.row_span > 1 or cell.column_span > 1:
        sheet.merge_range(row, column, row + cell.row_span - 1, column + cell.column_span - 1, "")
    if re.fullmatch(r"0|[1-9]\d{0,8}", cell.text):
        sheet.write_number(row, column, int(cell.text))
    elif cell.text:
        sheet.write_string(row, column, cell.text)


def as_eml(blocks: list[Block], stem: str, when: datetime.datetime | None, attached: tuple[str, bytes] | None) -> bytes:
    """Make an e-mail that carries the reply as an attachment of an extension, or as its HTML body.

    A letter that opens with the lines of a mail's head gets them as its own head.
    """
    message = EmailMessage()
    head, body = mail_head(blocks)
    message["From"] = head.get("From", "Information Rights <disclosure@example.org>")
    message["To"] = head.get("To", "The Applicant <applicant@example.net>")
    if "Date" in head:
        message["Date"] = head["Date"]
    elif when is not None:
        message["Date"] = format_datetime(when)
    message["Subject"] = head.get("Subject", "Correspondence")
    message["Message-ID"] = f"<{stem}@example.org>"
    message["MIME-Version"] = "1.0"
    if attached is None or head:
        message.set_content(as_html(body, ""), subtype="html", cte="quoted-printable")
    else:
        extension, document = attached
        message.set_content("Good afternoon\n")
        message.add_attachment(document, maintype="application", subtype=extension, filename=f"{stem}.{extension}")
        message.set_boundary(f"=_{stem}")
    return message.as_bytes()


def mail_head(blocks: list[Block]) -> tuple[dict[str, str], list[Block]]:
    """Part the lines of a mail's head from a letter that opens with them."""
    found = [MAIL_HEADER.fullmatch(line) for line in blocks[0].lines]
    head = {line[1]: line[2] for line in found if line}
    if len(head) < 3 or not all(found) or not re.search(r"\d\d:\d\d:\d\d [+-]\d{4}$", head.get("Date", "")):
        return {}, blocks
    return head, blocks[1:]


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
        gold = json.loads((CORPUS / "gold" / f"{path.name}.json").read_text(encoding="utf-8"))
        dates = [
            date["iso"] for date in gold.get("dates", []) if date["role"] == "letter_date" and len(date["iso"]) == 10
        ]
        when = datetime.datetime.fromisoformat(f"{dates[0]}T12:00:00+00:00") if dates else None
        blocks = blocks_of(read(path), gold.get("observations", []), markdown=path.suffix == ".md")
        stem = path.stem
        (folder / f"{stem}.html").write_text(as_html(blocks, ""), encoding="utf-8")
        document = as_docx(blocks)
        (folder / f"{stem}.docx").write_bytes(document)
        (folder / f"{stem}.xlsx").write_bytes(with_fixed_times(as_xlsx(blocks)))
        pdf = as_pdf(blocks, ruled=int(stem[:2]) % 2 == 0)
        (folder / f"{stem}.pdf").write_bytes(pdf)
        attached = (("pdf", pdf), ("docx", document), None)[int(stem[:2]) % 3]
        (folder / f"{stem}.eml").write_bytes(as_eml(blocks, stem, when, attached))
        if path.name in SCANNED:
            (folder / f"{stem}.scan.pdf").write_bytes(as_scan(pdf))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS / "formats")
