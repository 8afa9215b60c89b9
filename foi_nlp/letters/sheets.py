"""Read spreadsheets and CSV. What is hidden in them is reported and left out unless it is asked for."""

from __future__ import annotations

import csv
import datetime
import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from foi_nlp.letters.assembling import CellText, TextBuilder
from foi_nlp.letters.containers import open_container, read_member, refuse_entities
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.letters.text import decode
from foi_nlp.records import Place

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_STYLED_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_FORMULA_ALONE = re.compile(
    rb"<(?:\w+:)?f\b[^>]*(?:/>|>[^<]{0,5000}</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ATTRIBUTE = re.compile(rb'\b(?:\w+:)?([a-zA-Z]+)="([^"]*)"')
_ODS_PIECE = re.compile(rb"<table:(table-row|table-column|table)(?=[\s/>])([^>]*)>|<(office:annotation)\b")
_ODS_ATTRIBUTE = re.compile(rb'([\w-]+:[\w-]+)="([^"]*)"')
_BREACH = "this may be a data breach. Read it with --include-hidden to see what it is."


@dataclass
class _Unseen:
    """What a sheet keeps from sight: rows and columns (from 0)."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass
class _Book:
    """What the file says beyond its values: unseen parts by the number of the sheet, and what to note."""

    sheets: dict[int, _Unseen] = field(default_factory=dict)
    comments: bool = False
    pivots: bool = False
    valueless: int = 0


@dataclass(frozen=True)
class SheetCell:
    """A cell with text, the place that it stands at, and how many columns it spans."""

    text: str
    cell: str
    column_span: int = 1


def _read_book(file: SourceFile, options: ReadOptions) -> Iterator[Letter]:
    import python_calamine

    book = _beyond_values(file, options)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.data))
    except (MemoryError, RecursionError):
        raise
    except BaseException as error:  # a panic in calamine is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        message = "it is locked with a password; open it, save it without one, and read that copy"
        if "password" not in str(error).lower():
            message = "the spreadsheet is damaged or cut off; open it and save it anew"
        raise LetterError(file.source, message) from error
    builder = TextBuilder()
    visible = 0
    left_out: list[str] = []
    for number, meta in enumerate(workbook.sheets_metadata):
        if str(meta.typ).rpartition(".")[2] != "WorkSheet":
            continue
        if str(meta.visible).rpartition(".")[2] != "Visible":
            left_out.append(meta.name)
            if not options.include_hidden:
                continue
        visible += 1
        _read_sheet(workbook, meta.name, book.sheets.get(number, _Unseen()), builder, file, options)
    _say(book, left_out, builder)
    if not visible and left_out:
        raise LetterError(file.source, "all its sheets are hidden; open it, or read it with --include-hidden")
    yield builder.finish(file, options)


def _say(book: _Book, left_out: list[str], builder: TextBuilder) -> None:
    if left_out:
        names = ", ".join(repr(name) for name in left_out)
        builder.note("hidden_content", f"The spreadsheet has hidden sheets ({names}), which are left out; {_BREACH}")
    rows = sum(len(sheet.rows) for sheet in book.sheets.values())
    columns = sum(len(sheet.columns) for sheet in book.sheets.values())
    if rows:
        builder.note("hidden_content", f"The spreadsheet has {rows:,} hidden rows, which are left out; {_BREACH}")
    if columns:
        builder.note("hidden_content", f"The spreadsheet has {columns:,} hidden columns, which are left out; {_BREACH}")
    if book.comments:
        builder.note("hidden_content", "The spreadsheet has comments, which are left out; this may be a data breach.")
    if book.pivots:
        builder.note(
            "hidden_content", "The spreadsheet keeps the records behind a pivot table; this may be a data breach."
        )
    if book.valueless:
        builder.note(
            "formula_without_value",
            f"{book.valueless:,} formulas have no stored value, and their cells are read as blank; open the file in a "
            "spreadsheet program and save it, so that it holds the values.",
        )


def _read_sheet(
    workbook: CalamineWorkbook, name: str, unseen: _Unseen, builder: TextBuilder, file: SourceFile, options: ReadOptions
) -> None:
    limits = options.limits
    try:
        sheet = workbook.get_sheet_by_name(name)
        values = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except (MemoryError, RecursionError):
        raise
    except BaseException as error:  # a panic in calamine is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise LetterError(file.source, f"the sheet {name!r} is damaged; open the file and save it anew") from error
    spans = {(top, left): right - left + 1 for (top, left), (_, right) in merged}
    rows: list[list[SheetCell]] = []
    for r, row in enumerate(values):
        if r in unseen.rows and not options.include_hidden:
            continue
        rows.append(
            [
                SheetCell(
                    _shown(value, unseen.formats.get((r, c), "")), f"{column_name(c)}{r + 1}", spans.get((r, c), 1)
                )
                for c, value in enumerate(row)
                if options.include_hidden or c not in unseen.columns
            ]
        )
        if len(row) > limits.columns and any(str(value).strip() for value in row[limits.columns :]):
            raise limits.refuse(file.source, "columns", f"the sheet {name!r} has more than {limits.columns:,} columns")
    filled = sum(any(cell.text for cell in row) for row in rows)
    if filled > limits.rows:
        raise limits.refuse(file.source, "rows", f"the sheet {name!r} has {filled:,} rows")
    builder.end_paragraph()
    if filled:
        builder.add(f"Sheet: {' '.join(name.split())}", Place(sheet=name))
        builder.end_paragraph()
    write_rows(rows, builder, name)


def write_rows(rows: Sequence[Sequence[SheetCell]], builder: TextBuilder, sheet: str | None) -> None:
    """Write rows as blocks that blank rows part: titles and notes as lines, the rows between them as grids."""
    block: list[Sequence[SheetCell]] = []
    for row in [*rows, []]:
        if any(cell.text for cell in row):
            block.append(row)
            continue
        _write_block(block, builder, sheet)
        block = []


def _write_block(block: list[Sequence[SheetCell]], builder: TextBuilder, sheet: str | None) -> None:
    if not block:
        return
    first, last = 0, len(block)
    while first < last and _filled(block[first]) == 1:
        first += 1
    while last > first and _filled(block[last - 1]) == 1:
        last -= 1
    for row in block[:first]:
        _write_line(row, builder, sheet)
    for part in _side_by_side(block[first:last]):
        builder.end_line()
        builder.add_table(
            [[CellText(_piece(cell, sheet), column_span=cell.column_span) for cell in row] for row in part], "sheet"
        )
        builder.end_paragraph()
    for row in block[last:]:
        _write_line(row, builder, sheet)
    builder.end_paragraph()


def _filled(row: Sequence[SheetCell]) -> int:
    return sum(bool(cell.text) for cell in row)


def _piece(cell: SheetCell, sheet: str | None) -> tuple[tuple[str, Place | None], ...]:
    return ((cell.text, Place(sheet=sheet, cell=cell.cell)),) if cell.text else ()


def _write_line(row: Sequence[SheetCell], builder: TextBuilder, sheet: str | None) -> None:
    for cell in row:
        if cell.text:
            builder.add(cell.text, Place(sheet=sheet, cell=cell.cell))
            builder.end_line()


def _side_by_side(rows: list[Sequence[SheetCell]]) -> list[list[Sequence[SheetCell]]]:
    """Part tables that stand beside each other: a blank column between them, and two columns or more on either side."""
    width = max((len(row) for row in rows), default=0)
    used = [any(c < len(row) and row[c].text for row in rows) for c in range(width)]
    stretches: list[list[int]] = []
    for c, is_used in enumerate(used):
        if is_used and (c == 0 or not used[c - 1]):
            stretches.append([])
        if is_used:
            stretches[-1].append(c)
    if not stretches:
        return []
    if len(stretches) > 1 and all(len(stretch) > 1 for stretch in stretches):
        return [[row[stretch[0] : stretch[-1] + 1] for row in rows] for stretch in stretches]
    return [[row[stretches[0][0] : stretches[-1][-1] + 1] for row in rows]]


def column_name(number: int) -> str:
    """Give the letters of a column counted from 0."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


_MONTHS = [datetime.date(2000, month, 1).strftime("%B") for month in range(1, 13)]


def _shown(value: object, code: str) -> str:
    """Give a value as the sheet shows it: whole numbers without a point, percentages as such, UK dates."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime | datetime.date):
        if code and "d" not in re.sub(r"\[[^\]]*\]|\"[^\"]*\"", "", code).lower():
            return f"{_MONTHS[value.month - 1]} {value.year}"
        return f"{value.day:02d}/{value.month:02d}/{value.year}"
    if isinstance(value, int | float):
        return _number(value, code)
    return " ".join(str(value).split())


def _number(value: float, code: str) -> str:
    section = code.split(";")[0]
    decimals = re.search(r"0\.(0+)", section)
    places = len(decimals[1]) if decimals else 0
    if "%" in section:
        return f"{value * 100:.{places}f}%"
    if re.fullmatch(r"0{2,}", section) and value == int(value):
        return f"{int(value):0{len(section)}d}"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.15g}"


def _beyond_values(file: SourceFile, options: ReadOptions) -> _Book:
    if file.ole_streams:
        return _beyond_xls(file)
    with open_container(file, options) as archive:
        names = set(archive.namelist())
        for name in names:
            if name.endswith((".xml", ".rels")):
                refuse_entities(file, name, read_member(archive, name, file)[:10_000])
        if "content.xml" in names:
            return _beyond_ods(read_member(archive, "content.xml", file))
        if "xl/workbook.xml" in names:
            return _beyond_xlsx(archive, names, file, options)
    return _Book()


def _beyond_xlsx(archive: zipfile.ZipFile, names: set[str], file: SourceFile, options: ReadOptions) -> _Book:
    book = _Book(
        comments=any(re.match(r"xl/(?:comments\d*|threadedComments/.*)\.xml", name) for name in names),
        pivots=any(name.startswith("xl/pivotCache/pivotCacheRecords") for name in names),
    )
    formats = _number_formats(read_member(archive, "xl/styles.xml", file), file)
    for number, name in enumerate(_sheet_parts(archive, file)):
        data = read_member(archive, name, file) if name in names else b""
        _check_extent(data, file, options)
        book.sheets[number] = _unseen_in(data, formats)
        book.valueless += sum(1 for _ in _FORMULA_ALONE.finditer(data))
    return book


def _check_extent(data: bytes, file: SourceFile, options: ReadOptions) -> None:
    """Refuse a sheet whose few cells lie so far apart that the area between them would fill the memory."""
    cells = [dict(_ATTRIBUTE.findall(found[1])).get(b"r", b"") for found in _STYLED_CELL.finditer(data)]
    last_row = max((int(re.sub(rb"\D", b"", cell) or b"0") for cell in cells), default=0)
    last_column = max((_column_number(cell) for cell in cells), default=0)
    if last_row * last_column > 200 * options.limits.rows:
        raise options.limits.refuse(
            file.source, "rows", f"a sheet reaches to row {last_row:,} and column {last_column:,}"
        )


def _column_number(cell: bytes) -> int:
    number = 0
    for letter in re.sub(rb"[^A-Z]", b"", cell)[:4]:
        number = number * 26 + letter - 64
    return number


def _sheet_parts(archive: zipfile.ZipFile, file: SourceFile) -> list[str]:
    """Give the part of each sheet in the order of the workbook."""
    try:
        workbook = ElementTree.fromstring(read_member(archive, "xl/workbook.xml", file))  # noqa: S314 - entities refused before
        relations = ElementTree.fromstring(  # noqa: S314 - as above
            read_member(archive, "xl/_rels/workbook.xml.rels", file) or b"<none/>"
        )
    except ElementTree.ParseError as error:
        raise LetterError(file.source, "the spreadsheet is damaged; open it and save it anew") from error
    targets = {element.get("Id", ""): element.get("Target", "") for element in relations}
    parts = []
    for element in workbook.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            identity = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            target = targets.get(identity, "")
            parts.append(target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}"))
    return parts


_BUILT_IN = {9: "0%", 10: "0.00%", 17: "mmm-yy"}


def _number_formats(styles: bytes, file: SourceFile) -> dict[int, str]:
    """Give the number formats that change what is shown (percent, leading zeros, months), by style number."""
    if not styles:
        return {}
    try:
        root = ElementTree.fromstring(styles)  # noqa: S314 - parts that declare entities were refused before
    except ElementTree.ParseError as error:
        raise LetterError(file.source, "the spreadsheet is damaged; open it and save it anew") from error
    codes = dict(_BUILT_IN)
    out: dict[int, str] = {}
    for element in root.iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "numFmt":
            codes[int(element.get("numFmtId") or 0)] = element.get("formatCode") or ""
        elif kind == "cellXfs":
            for style, entry in enumerate(element):
                code = codes.get(int(entry.get("numFmtId") or 0), "")
                if "%" in code or re.match(r"0{2,}(?:;|$)", code) or ("y" in code.lower() and "d" not in code.lower()):
                    out[style] = code
    return out


def _unseen_in(data: bytes, formats: dict[int, str]) -> _Unseen:
    unseen = _Unseen()
    row = 0
    for found in _ROW.finditer(data):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        row = int(attributes.get(b"r", b"%d" % (row + 1)))
        if attributes.get(b"hidden") in (b"1", b"true"):
            unseen.rows.add(row - 1)
    for found in _COLUMN.finditer(data):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        if attributes.get(b"hidden") in (b"1", b"true"):
            first, last = int(attributes.get(b"min", b"1")), int(attributes.get(b"max", b"1"))
            # Hiding everything to the right of the data is a way to tidy up, and hides nothing.
            unseen.columns.update(range(first - 1, min(last, 16_384)) if last < 16_384 else ())
    if formats:
        for found in _STYLED_CELL.finditer(data):
            attributes = dict(_ATTRIBUTE.findall(found[1]))
            code = formats.get(int(attributes.get(b"s", b"0")), "")
            cell = attributes.get(b"r", b"")
            if code and cell:
                at = (int(re.sub(rb"\D", b"", cell) or b"1") - 1, _column_number(cell) - 1)
                unseen.formats[at] = code
    return unseen


def _beyond_ods(content: bytes) -> _Book:
    book = _Book()
    sheet, row, column = -1, 0, 0
    for found in _ODS_PIECE.finditer(content):
        if found[3]:
            book.comments = True
            continue
        attributes = dict(_ODS_ATTRIBUTE.findall(found[2]))
        unseen = attributes.get(b"table:visibility") in (b"collapse", b"filter")
        if found[1] == b"table":
            sheet, row, column = sheet + 1, 0, 0
            book.sheets[sheet] = _Unseen()
        elif found[1] == b"table-row":
            times = int(attributes.get(b"table:number-rows-repeated", b"1"))
            if unseen and sheet >= 0 and times < 10_000:
                book.sheets[sheet].rows.update(range(row, row + times))
            row += times
        elif found[1] == b"table-column":
            times = int(attributes.get(b"table:number-columns-repeated", b"1"))
            if unseen and sheet >= 0 and times < 1_000:
                book.sheets[sheet].columns.update(range(column, column + times))
            column += times
    return book


def _beyond_xls(file: SourceFile) -> _Book:
    """Read hidden rows, columns and comments from the records of a BIFF8 workbook ([MS-XLS] ROW, COLINFO, NOTE)."""
    import olefile  # type: ignore[import-untyped]

    book = _Book()
    name = "Workbook" if "Workbook" in file.ole_streams else "Book"
    try:
        with olefile.OleFileIO(io.BytesIO(file.data)) as ole:
            data = ole.openstream(name).read()
    except (OSError, ValueError, IndexError) as error:
        raise LetterError(file.source, "the spreadsheet is damaged; open it and save it anew") from error
    at, sheet, depth = 0, -1, 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        body = data[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == 0x0809:  # BOF opens the workbook, then each sheet
            depth += 1
            if depth == 1:
                sheet += 1
        elif kind == 0x000A:  # EOF
            depth -= 1
        elif kind == 0x0208 and len(body) >= 14 and struct.unpack_from("<H", body, 12)[0] & 0x20:  # ROW
            book.sheets.setdefault(sheet - 1, _Unseen()).rows.add(struct.unpack_from("<H", body)[0])
        elif kind == 0x007D and len(body) >= 10 and struct.unpack_from("<H", body, 8)[0] & 1:  # COLINFO
            first, last = struct.unpack_from("<HH", body)
            if last < 255:
                book.sheets.setdefault(sheet - 1, _Unseen()).columns.update(range(first, last + 1))
        elif kind == 0x001C:  # NOTE
            book.comments = True
    return book


def _read_csv(file: SourceFile, options: ReadOptions) -> Iterator[Letter]:
    decoded = decode(file.data, file.source)
    builder = TextBuilder()
    builder.notes += decoded.notes
    head = decoded.text[:20_000]
    delimiter = max(",;\t|", key=head.count)
    rows: list[list[SheetCell]] = []
    try:
        for r, row in enumerate(csv.reader(io.StringIO(decoded.text), delimiter=delimiter)):
            rows.append([SheetCell(" ".join(text.split()), f"{column_name(c)}{r + 1}") for c, text in enumerate(row)])
            if r > options.limits.rows:
                raise options.limits.refuse(file.source, "rows", f"it has more than {options.limits.rows:,} rows")
            if len(row) > options.limits.columns:
                raise options.limits.refuse(file.source, "columns", f"row {r + 1} has {len(row):,} columns")
    except csv.Error as error:
        raise LetterError(file.source, f"it is no CSV ({error}); save it as CSV anew") from error
    write_rows(rows, builder, None)
    yield builder.finish(file, options)


def _is_book(file: SourceFile) -> bool:
    if file.zip_names:
        ods = "content.xml" in file.zip_names and b"opendocument.spreadsheet" in file.data[:200]
        return ods or "xl/workbook.xml" in file.zip_names or "xl/workbook.bin" in file.zip_names
    return bool(file.ole_streams & {"Workbook", "Book"})


BOOK = Reader(
    kind="spreadsheet",
    extensions=("xlsx", "xlsm", "xlsb", "xls", "ods"),
    read=_read_book,
    recognise=_is_book,
    isolated=True,
)
CSV = Reader(kind="csv", extensions=("csv", "tsv"), read=_read_csv)
