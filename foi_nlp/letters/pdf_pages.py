"""The pages of a PDF: words with their boxes, tables mended over page breaks, page furniture set aside."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from foi_nlp.letters.assembling import CellText, TextBuilder
from foi_nlp.letters.model import LetterError
from foi_nlp.letters.pdf_asides import Asides, asides_of, files_within, seen_characters
from foi_nlp.letters.pdf_columns import in_reading_order
from foi_nlp.letters.pdf_tables import PageTable, Row, aligned_tables, inside, is_data, ruled_tables
from foi_nlp.letters.pdf_words import Line, Word, lines_of, words_of
from foi_nlp.records import Place

if TYPE_CHECKING:
    from pdfplumber.page import Page

_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*\d{1,4}\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—]?", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_LIST_MARK = re.compile(r"(?:[-–•*·o▪]|\(?[0-9]{1,3}[.)/]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)]|Q\.?\s?\d+.{0,2})$")
_LONG_CELL = 500
_FURNITURE_ZONE = 12  # lines from the top or bottom of a page
_MOST_CELLS = 20_000
_SCAN = 0.8  # a page whose image covers more of it is a scan


@dataclass(slots=True)
class PageContent:
    """What stands on one page: lines outside tables, and tables, with the page's size."""

    number: int
    width: float
    height: float
    lines: list[Line]
    tables: list[PageTable]
    scanned: bool = False
    asides: Asides = field(default_factory=Asides)
    furniture: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Table:
    """A table that may go on over pages; `rows` pair each row with its page."""

    rows: list[tuple[int, Row]]
    width: int


def page_contents(data: bytes, source: str, *, include_hidden: bool = False) -> list[PageContent]:
    """Give the content of each page. Raises LetterError for what pdfplumber cannot read."""
    import pdfplumber

    contents = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            for page in document.pages:
                contents.append(_page_content(page, include_hidden=include_hidden))
                page.close()
            if contents:
                contents[0].asides.files[:0] = files_within(document)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # pdfminer raises anything at all on damaged files
        raise LetterError(
            source, f"the PDF is damaged ({type(error).__name__}); ask for it again or open and save it anew"
        ) from error
    _mark_furniture(contents)
    for content in contents:
        body = [line for i, line in enumerate(content.lines) if i not in content.furniture]
        found = aligned_tables(body)
        if found:
            held = {id(word) for table in found for row in table.rows for cell in row for word in cell.words}
            content.tables = sorted([*content.tables, *found], key=lambda table: table.box[1])
            content.furniture = set()
            boxes = [table.box for table in found]
            content.lines = [
                line
                for line in body
                if not any(id(word) in held for word in line.words)
                and not all(any(inside(word, box) for box in boxes) for word in line.words)
            ]
        else:
            content.lines, content.furniture = body, set()
        content.lines = in_reading_order(content.lines, [table.box for table in content.tables])
    return contents


def _page_content(page: Page, *, include_hidden: bool) -> PageContent:
    asides = asides_of(page)
    chars = page.chars
    scanned = max((_share(image, page) for image in page.images), default=0.0) > _SCAN
    if not (include_hidden or scanned):
        chars, asides.boxed = seen_characters(page, asides.covered)
    words = words_of(chars, page.width, page.height) + asides.shown
    tables, _ = ruled_tables(page, words, most_cells=_MOST_CELLS)
    free = [word for word in words if not any(inside(word, table.box) for table in tables)]
    return PageContent(page.page_number, page.width, page.height, lines_of(free), tables, scanned, asides)


def _share(image: dict[str, Any], page: Page) -> float:
    wide = min(image["x1"], page.width) - max(image["x0"], 0)
    high = min(image["bottom"], page.height) - max(image["top"], 0)
    return float(max(wide, 0) * max(high, 0) / (page.width * page.height))


def _key(line: Line) -> tuple[str, int]:
    return (_DIGITS.sub("#", line.text), round(line.top / 6))


def _zones(page: PageContent) -> Iterator[int]:
    """Give the indexes of lines at the top and bottom, before and after all tables."""
    first = min((table.box[1] for table in page.tables), default=page.height)
    last = max((table.box[3] for table in page.tables), default=0.0)
    top = [i for i, line in enumerate(page.lines[:_FURNITURE_ZONE]) if line.bottom <= min(first + 1, page.height / 2)]
    below = len(page.lines) - _FURNITURE_ZONE
    bottom = [i for i, line in enumerate(page.lines) if i >= below and line.top >= max(last - 1, page.height / 2)]
    yield from sorted({*top, *bottom})


def _mark_furniture(pages: list[PageContent]) -> None:
    """Mark running heads and feet: the same line at the same height on several pages. The first one is kept.

    Letterheads hold the force and the reference, so that one copy belongs to the text; page numbers do not.
    """
    counts: Counter[tuple[str, int]] = Counter()
    for page in pages:
        counts.update({key for i in _zones(page) for key in _near(_key(page.lines[i]))})
    seen: set[tuple[str, int]] = set()
    for page in pages:
        for i in _zones(page):
            line = page.lines[i]
            text, height = _key(line)
            edge = line.bottom < 0.1 * page.height or line.top > 0.9 * page.height
            if _PAGE_NUMBER.fullmatch(line.text) and edge:
                page.furniture.add(i)
            elif len(pages) > 1 and counts[text, height] > 1 and not _is_table_row(line, edge=edge):
                if any(key in seen for key in _near((text, height))):
                    page.furniture.add(i)
                seen.add((text, height))


def _is_table_row(line: Line, *, edge: bool) -> bool:
    """Tell whether a line that comes again may be a row: rows of a long table are alike but for their figures."""
    chunks = len(line.chunks())
    return chunks > 3 or (is_data(line) and not (edge and chunks == 2))


def _near(key: tuple[str, int]) -> tuple[tuple[str, int], ...]:
    text, height = key
    return ((text, height - 1), (text, height), (text, height + 1))


def write_pages(pages: Sequence[PageContent], builder: TextBuilder) -> None:
    """Write pages into the builder in reading order; a table that goes on over a page break is written once."""
    open_table: _Table | None = None
    open_edges: list[tuple[float, float]] = []
    margins = _margins([line for page in pages for line in page.lines])
    before: Line | None = None
    for page in pages:
        items: list[Line | PageTable] = sorted([*page.lines, *page.tables], key=_top)
        before = _carried(before, items, margins, builder)
        for item in items:
            if isinstance(item, PageTable):
                goes_on = open_table is not None and open_table.rows[-1][0] != page.number
                if open_table is not None and goes_on and _same_columns(open_edges, item.columns):
                    _continue_table(open_table, item, page.number)
                else:
                    _write_table(open_table, builder)
                    open_table = _Table([(page.number, row) for row in item.rows], len(item.columns))
                open_edges = item.columns
                before = None
            else:
                _write_table(open_table, builder)
                open_table = None
                _write_line(item, before, builder, page.number, margins)
                before = item
    _write_table(open_table, builder)


def _carried(
    before: Line | None, items: list[Line | PageTable], margins: tuple[float, float], builder: TextBuilder
) -> Line | None:
    """Give the last line of the page before where the new page goes on with it, else end it."""
    if before is None or not items:
        return before
    first = items[0]
    goes_on = isinstance(first, Line) and not _ends_sentence(before) and _wraps(before, first, margins)
    # A capital may begin a heading of the new page: then only the line ends.
    if isinstance(first, Line) and goes_on and not first.text[:1].isupper():
        return before
    if goes_on or (isinstance(first, Line) and _LIST_MARK.match(first.words[0].text)):
        builder.end_line()
    else:
        builder.end_paragraph()
    return None


def _top(item: Line | PageTable) -> float:
    if isinstance(item, PageTable):
        return item.box[1]
    return item.top if item.order is None else item.order


def _ends_sentence(line: Line) -> bool:
    return line.text.rstrip("\"'”’)")[-1:] in (".", ":", "?", "!")


def _margins(lines: Sequence[Line]) -> tuple[float, float]:
    """Give how far left and right the text reaches."""
    return min((line.x0 for line in lines), default=0.0), max((line.x1 for line in lines), default=0.0)


def _write_line(line: Line, before: Line | None, builder: TextBuilder, page: int, margins: tuple[float, float]) -> None:
    if before is not None:
        gap = line.top - before.bottom
        goes_on = _wraps(before, line, margins)
        next_column = gap < -line.size and line.order is not None
        if gap > 0.75 * max(line.size, before.size) or line.size > 1.15 * before.size or (next_column and not goes_on):
            builder.end_paragraph()
        elif goes_on:
            glued = before.words[-1].text.endswith("-") and before.words[-1].text[-2:-1].isalnum()
            if not glued:
                builder.add(" ")
        else:
            builder.end_line()
    else:
        builder.end_line()
    for number, word in enumerate(line.words):
        if number:
            gap = (word.x0 - line.words[number - 1].x1) / max(word.size, 1.0)
            # Wide gaps stay visible: two columns of a letterhead, or a table that was not recognised.
            builder.add(" " if gap <= 0.95 else " " * min(60, max(3, round(gap * 2))))
        builder.add(word.text, _place(page, word))


def _wraps(before: Line, line: Line, margins: tuple[float, float]) -> bool:
    """Tell whether a line goes on the one before: its first word would not have fitted there any more."""
    first = line.words[0]
    if _LIST_MARK.match(first.text) or len(before.chunks()) > 1 or len(line.chunks()) > 1:
        return False
    left, right = before.margins or margins
    if before.x1 - before.x0 < 0.5 * (right - left):
        return False  # short lines that end at the margin are set to the right, as letterheads are
    room = right - before.x1
    return room < (first.x1 - first.x0) + 0.3 * before.size and abs(before.size - line.size) < 0.6


def _place(page: int, word: Word) -> Place:
    return Place(page=page, box=word.box)


def _same_columns(known: list[tuple[float, float]], columns: list[tuple[float, float]]) -> bool:
    if len(known) != len(columns):
        return False
    return all(max(a0, b0) < min(a1, b1) for (a0, a1), (b0, b1) in zip(known, columns, strict=True))


def _continue_table(table: _Table, more: PageTable, page: int) -> None:
    """Go on with a table on a new page: its header is not said again, and a row cut by the page break is mended."""
    rows = list(more.rows)
    head = 0
    while head < min(len(rows), len(table.rows), 4) and _texts(rows[head]) == _texts(table.rows[head][1]):
        head += 1
    rows = rows[head:]
    if rows and table.rows and _is_cut(table.rows[-1][1], rows[0]):
        last_page, last = table.rows.pop()
        mended = rows.pop(0)
        for cell, piece in zip(last, mended, strict=True):
            cell.words = cell.words + piece.words
        table.rows.append((last_page, last))
    table.rows += [(page, row) for row in rows]


def _texts(row: Row) -> list[str]:
    return [cell.text for cell in row]


def _is_cut(last: Row, first: Row) -> bool:
    """Tell whether two rows are one: one of them has a label alone, and the second goes on in mid-phrase."""
    opening = first[0].text[:1]
    if not opening or not last[0].text:
        return False
    label_alone = not any(cell.words for cell in first[1:]) or not any(cell.words for cell in last[1:])
    unfinished = last[0].text[-1:] in (",", "-", "–", "/", "(", "&") or last[0].text.endswith(
        (" and", " or", " of", " the", " with", " a")
    )
    return label_alone and (opening.islower() or opening in "(&/" or unfinished)


def _write_table(table: _Table | None, builder: TextBuilder) -> None:
    if table is None:
        return
    used = [c for c in range(table.width) if any(row[c].words for _, row in table.rows)]
    pending: list[list[CellText]] = []
    builder.end_paragraph()
    for page, row in table.rows:
        cells = [row[c] for c in used]
        if sum(1 for cell in cells if cell.words) <= 2 and any(len(cell.text) > _LONG_CELL for cell in cells):
            builder.add_table(pending, "pdf")
            pending = []
            for cell in cells:
                _write_prose(cell.words, builder, page)
            continue
        pending.append(
            [
                CellText(
                    pieces=tuple((word.text, _place(page, word)) for word in cell.words),
                    column_span=sum(1 for c in used if at <= c < at + cell.column_span) or 1,
                    row_span=cell.row_span,
                )
                for at, cell in zip(used, cells, strict=True)
            ]
        )
    builder.add_table(pending, "pdf")
    builder.end_paragraph()


def _write_prose(words: Sequence[Word], builder: TextBuilder, page: int) -> None:
    lines = lines_of(words)
    margins = _margins(lines)
    builder.end_paragraph()
    before: Line | None = None
    for line in lines:
        _write_line(line, before, builder, page, margins)
        before = line
    builder.end_paragraph()
