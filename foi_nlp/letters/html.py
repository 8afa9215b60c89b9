"""Read HTML: block structure as lines and paragraphs, tables as grids, what a browser hides left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from selectolax.lexbor import LexborHTMLParser, LexborNode

from foi_nlp.letters.assembling import CellText, TextBuilder
from foi_nlp.letters.docx_numbering import LABEL_MARK, letters, roman
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.letters.text import clean, decode, looks_binary
from foi_nlp.records import SourceNote

_HIDDEN = frozenset(
    [
        "script",
        "style",
        "head",
        "nav",
        "template",
        "noscript",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "canvas",
        "audio",
        "video",
        "button",
        "select",
        "textarea",
        "datalist",
        "input",
        "img",
        "-comment",
        "!doctype",
    ]
)
_STRUCK = frozenset(("s", "strike", "del"))
_PARAGRAPHS = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "blockquote",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "form",
        "fieldset",
        "figure",
        "hr",
        "address",
        "details",
    ]
)
_LINES = frozenset(
    [
        "div",
        "li",
        "dt",
        "dd",
        "caption",
        "figcaption",
        "summary",
        "legend",
        "tr",
        "body",
        "html",
        "center",
        "option",
        "thead",
        "tbody",
        "tfoot",
    ]
)
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "th",
        "tr",
        "option",
        "dt",
        "dd",
    ]
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>")
_OPENING = re.compile(
    rb"\A[\xef\xbb\xbf\s]*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,5000}?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|p|h[1-6]|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:-]{2,40})", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_NOT_SHOWN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# A no-break space may part thousands; everywhere else it is a space like any other.
_NO_BREAK = re.compile(r"(?<!\d)[\u00a0\u202f\u2007]|[\u00a0\u202f\u2007](?!\d{3}(?!\d))")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_FIGURE = re.compile(r"[<>≤≥~£]?\s?[\d,.\s]*\d%?|[<>≤≥]\s?\d+|[*\-–—#.]|nil|none|zero|n/?a", re.IGNORECASE)
_LONG_CELL = 120
_NARROW = 2
_FEWEST_WORDS = 4
_MAX_SPAN = 1_000


class Sink(Protocol):
    """Where the walk over the page puts text and breaks."""

    def text(self, piece: str) -> None:
        """Take inline text whose white space is folded."""

    def line(self) -> None:
        """End the line, if there is one."""

    def forced_line(self) -> None:
        """End the line; two in a row make a blank line."""

    def paragraph(self) -> None:
        """End the paragraph."""

    def table(self, node: LexborNode, depth: int) -> None:
        """Take a table."""


@dataclass
class _Page:
    """What the walk needs to know all along, and what it has to say about the page at its end."""

    options: ReadOptions
    source: str
    grid_source: str
    rows: int = 0
    hidden_cells: bool = False
    struck: bool = False
    too_deep: bool = False


class _Inline:
    """Folds white space across inline elements, as a browser does."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.after_space = True

    def add(self, piece: str) -> None:
        folded = _SPACES.sub(" ", _NO_BREAK.sub(" ", piece))
        if self.after_space:
            folded = folded.lstrip(" ")
        if folded:
            self.pieces.append(folded)
            self.after_space = folded.endswith(" ")

    def take(self) -> str:
        taken = "".join(self.pieces).strip(" \u00a0")
        self.pieces, self.after_space = [], True
        return taken


class _TextSink:
    """Writes running text into the letter."""

    def __init__(self, builder: TextBuilder, page: _Page) -> None:
        self.builder = builder
        self.page = page
        self.inline = _Inline()

    def text(self, piece: str) -> None:
        self.inline.add(piece)

    def _flush(self) -> bool:
        line = self.inline.take()
        if line:
            self.builder.add(line)
            self.builder.end_line()
        return bool(line)

    def line(self) -> None:
        self._flush()

    def forced_line(self) -> None:
        if not self._flush():
            self.builder.end_paragraph()

    def paragraph(self) -> None:
        self._flush()
        self.builder.end_paragraph()

    def preformatted(self, text: str) -> None:
        self.paragraph()
        for line in text.strip("\n").split("\n"):
            self.builder.add(line.rstrip())
            self.builder.end_line()
            if not line.strip():
                self.builder.end_paragraph()
        self.builder.end_paragraph()

    def table(self, node: LexborNode, depth: int) -> None:
        self.paragraph()
        _write_table(_Table.of(node, self.page, depth), self, depth)
        self.paragraph()


class _CellSink:
    """Gathers a cell's lines; a table within it is only noted, its cell then belongs to a layout table."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.inline = _Inline()
        self.nested = False

    def text(self, piece: str) -> None:
        self.inline.add(piece)

    def line(self) -> None:
        line = self.inline.take()
        if line:
            self.lines.append(line)

    forced_line = line
    paragraph = line

    def table(self, node: LexborNode, depth: int) -> None:  # noqa: ARG002
        self.nested = True


@dataclass(frozen=True)
class _TableCell:
    node: LexborNode
    lines: tuple[str, ...]
    header: bool
    column_span: int
    row_span: int
    nested: bool
    listed: bool


@dataclass
class _Table:
    caption: str = ""
    rows: list[list[_TableCell]] = field(default_factory=list)

    @classmethod
    def of(cls, node: LexborNode, page: _Page, depth: int) -> _Table:
        table = cls()
        for part in _children(node):
            if part.tag == "caption":
                table.caption = " ".join(_cell_lines(part, page, depth + 1).lines)
            elif part.tag == "tr":
                table._add_row(part, page, depth, header=False)
            elif part.tag in ("thead", "tbody", "tfoot"):
                for row in _children(part):
                    if row.tag == "tr":
                        table._add_row(row, page, depth, header=part.tag == "thead")
        return table

    def _add_row(self, node: LexborNode, page: _Page, depth: int, *, header: bool) -> None:
        if _is_hidden(node, page):
            page.hidden_cells = True
            return
        cells = []
        for child in _children(node):
            if child.tag not in ("td", "th"):
                continue
            if _is_hidden(child, page):
                page.hidden_cells = True
                continue
            sink = _cell_lines(child, page, depth + 1)
            cells.append(
                _TableCell(
                    node=child,
                    lines=tuple(sink.lines),
                    header=header or child.tag == "th",
                    column_span=_span(child, "colspan", page.options.limits.columns),
                    row_span=_span(child, "rowspan", _MAX_SPAN),
                    nested=sink.nested,
                    listed=child.css_first("li + li") is not None,
                )
            )
        if cells:
            page.rows += 1
            limits = page.options.limits
            if page.rows > limits.rows:
                raise limits.refuse(page.source, "rows", f"its tables have more than {limits.rows:,} rows")
            self.rows.append(cells)


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _is_hidden(node: LexborNode, page: _Page) -> bool:
    attributes = node.attributes
    if not attributes or page.options.include_hidden:
        return False
    return "hidden" in attributes or bool(_NOT_SHOWN.search(attributes.get("style") or ""))


def _span(node: LexborNode, name: str, most: int) -> int:
    written = (node.attributes.get(name) or "").strip()
    return min(max(int(written), 1), most) if written.isascii() and written.isdigit() and len(written) < 10 else 1


def _cell_lines(node: LexborNode, page: _Page, depth: int) -> _CellSink:
    sink = _CellSink()
    _walk(node, sink, page, depth)
    sink.line()
    return sink


def _walk(parent: LexborNode, sink: Sink, page: _Page, depth: int, *, in_list: bool = False) -> None:
    """Go through the children of a node in the order of the page."""
    if depth > 400:
        # Python's own stack is the bound here; what lies this deep has no structure that a reader could see.
        page.too_deep = True
        sink.text(parent.text(deep=True, separator=" "))
        return
    number = _list_start(parent)
    for node in _children(parent):
        tag = node.tag
        if tag == "-text":
            sink.text((node.text_content or "").replace(LABEL_MARK, ""))
        elif tag == "br":
            sink.forced_line()
        elif tag in _HIDDEN:
            continue
        elif tag == "table":
            if _is_hidden(node, page):
                page.hidden_cells = True
            else:
                sink.table(node, depth)
        elif tag in _STRUCK and _is_struck(node):
            page.struck = True
        elif not (_is_hidden(node, page) or (node.attributes.get("role") == "navigation")):
            if tag == "li":
                sink.line()
                if not (node.text(deep=True) or "").lstrip().startswith(LABEL_MARK):
                    sink.text(_marker(parent, node, number))
                number += 1
            _walk_element(node, sink, page, depth, in_list=in_list)


def _walk_element(node: LexborNode, sink: Sink, page: _Page, depth: int, *, in_list: bool) -> None:
    tag = node.tag
    if tag in ("sup", "sub"):
        inner = node.text(deep=True)
        sink.text(inner.translate(_RAISED if tag == "sup" else _LOWERED))
        return
    if tag == "pre" and isinstance(sink, _TextSink):
        sink.preformatted(node.text(deep=True))
        return
    nested_list = tag in ("ul", "ol") and in_list
    block = tag in _PARAGRAPHS and not nested_list
    line = tag in _LINES or nested_list
    if block:
        sink.paragraph()
    elif line and tag != "li":
        sink.line()
    _walk(node, sink, page, depth + 1, in_list=in_list or tag == "li")
    if block:
        sink.paragraph()
    elif line:
        sink.line()


def _is_struck(node: LexborNode) -> bool:
    return bool((node.text(deep=True) or "").strip())


def _list_start(node: LexborNode) -> int:
    start = (node.attributes.get("start") or "") if node.tag == "ol" else ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1


def _marker(parent: LexborNode, item: LexborNode, number: int) -> str:
    if parent.tag != "ol":
        return "• "
    value = item.attributes.get("value") or ""
    if value.isascii() and value.isdigit() and len(value) < 7:
        number = int(value)
    style = parent.attributes.get("type") or "1"
    if style in ("a", "A"):
        return f"{letters(number) if style == 'a' else letters(number).upper()}. "
    if style in ("i", "I"):
        return f"{roman(number) if style == 'i' else roman(number).upper()}. "
    return f"{number}. "


def _write_table(table: _Table, sink: _TextSink, depth: int) -> None:
    """Write a table: its rows of figures as a grid, and what is only laid out as a table as running text.

    A page or mail is often laid out in tables. A row is layout when it has one cell alone in a table of one
    column, when a cell holds another table, or when a cell of a narrow row holds paragraphs or a list.
    """
    if table.caption:
        sink.builder.add(table.caption)
        sink.builder.end_line()
    columns = max((len(row) for row in table.rows), default=0)
    worded = _is_worded(table)
    pending: list[list[_TableCell]] = []
    for row in table.rows:
        if columns == 1 or _is_layout(row) or (worded and not all(cell.header for cell in row)):
            _write_grid(pending, sink, table.caption)
            pending = []
            for cell in row:
                sink.paragraph()
                _walk(cell.node, sink, sink.page, depth + 1)
                sink.paragraph()
        else:
            pending.append(row)
    _write_grid(pending, sink, table.caption)


def _is_worded(table: _Table) -> bool:
    """Whether a table has words, not figures, in both its columns: what one of its rows is, all are."""
    body = [row for row in table.rows if not all(cell.header for cell in row)]
    return any(_is_layout(row) for row in body) and all(
        len(row) == _NARROW and sum(len(line.split()) for line in row[0].lines) >= _FEWEST_WORDS for row in body
    )


def _is_layout(row: list[_TableCell]) -> bool:
    if any(cell.nested for cell in row):
        return True
    filled = [cell for cell in row if cell.lines]
    return len(filled) <= 2 and any(
        cell.listed or (len(cell.lines) > 1 and sum(map(len, cell.lines)) > _LONG_CELL) for cell in filled
    )


def _write_grid(rows: list[list[_TableCell]], sink: _TextSink, caption: str) -> None:
    if rows:
        sink.builder.add_table(
            _spread([part for row in rows for part in _unstacked(row)]), sink.page.grid_source, caption
        )


def _unstacked(row: list[_TableCell]) -> list[list[_TableCell]]:
    """Part a row whose cells hold as many lines each: such a row is several rows written with line breaks.

    Only done where the lines of at least one cell are all figures; else the lines are one wrapped header.
    """
    filled = [cell for cell in row if cell.lines]
    heights = {len(cell.lines) for cell in filled}
    if len(filled) < 2 or len(heights) != 1 or heights == {1}:
        return [row]
    if not any(all(_FIGURE.fullmatch(line) for line in cell.lines) for cell in filled[1:]):
        return [row]
    return [
        [_TableCell(c.node, c.lines[i : i + 1], c.header, c.column_span, 1, c.nested, c.listed) for c in row]
        for i in range(heights.pop())
    ]


def _spread(rows: list[list[_TableCell]]) -> list[list[CellText]]:
    """Put each cell in its column: a cell that spans leaves empty cells behind it and below it."""
    out: list[list[CellText]] = []
    below: dict[int, int] = {}
    for row in rows:
        line: list[CellText] = []
        for cell in row:
            while below.get(len(line), 0):
                line.append(CellText())
            at = len(line)
            line.append(
                CellText(
                    pieces=((" ".join(cell.lines), None),) if cell.lines else (),
                    header=cell.header,
                    column_span=cell.column_span,
                    row_span=cell.row_span,
                )
            )
            line += [CellText(header=cell.header)] * (cell.column_span - 1)
            if cell.row_span > 1:
                for column in range(at, at + cell.column_span):
                    # One more than the rows below, because this row takes one off as well.
                    below[column] = cell.row_span
        while below.get(len(line), 0):
            line.append(CellText())
        below = {column: left - 1 for column, left in below.items() if left > 1}
        out.append(line)
    return out


def page_text(
    file: SourceFile, markup: str, options: ReadOptions, builder: TextBuilder, *, grid_source: str = "html"
) -> None:
    """Write the text of a page into the builder; `grid_source` is what its grids say they come from.

    Raises LetterError for markup nested beyond the limit.
    """
    depth = _depth(markup)
    if depth > options.limits.markup_depth:
        raise options.limits.refuse(file.source, "markup_depth", f"its markup is nested {depth:,} deep")
    page = _Page(options, file.source, grid_source)
    tree = LexborHTMLParser(markup)
    sink = _TextSink(builder, page)
    title = tree.css_first("head > title")
    heading = tree.css_first("h1")
    if title is not None:
        words = " ".join((title.text(deep=True) or "").split())
        if words and (heading is None or " ".join((heading.text(deep=True) or "").split()) != words):
            sink.text(words)
            sink.paragraph()
    if tree.body is not None:
        _walk(tree.body, sink, page, 0)
    sink.line()
    _say(page, builder)


def _say(page: _Page, builder: TextBuilder) -> None:
    if page.hidden_cells:
        builder.note(
            "hidden_content",
            "Table rows or cells are hidden in this page and were left out; this may be a data breach. Read it with "
            "--include-hidden to see them.",
        )
    if page.struck:
        builder.note("struck_text", "Text that is struck through was left out.")
    if page.too_deep:
        builder.note(
            "flattened", "Some markup is nested too deep to be told apart; its text was read without structure."
        )


def _depth(markup: str) -> int:
    """Count how deep the elements nest, before a parser whose time grows with the square of it sees them."""
    depth = deepest = 0
    for found in _TAG.finditer(markup):
        if found[2].lower() in _VOID or found[3]:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def decode_markup(data: bytes, source: str, charset: str | None = None) -> tuple[str, tuple[SourceNote, ...]]:
    """Decode a page by the charset that its transport or it itself names, else as plain text is decoded."""
    named = _CHARSET.search(data[:4_096])
    for name in (charset, named[1].decode("ascii") if named else None):
        if name and not looks_binary(data):
            # Browsers read Latin-1 as Windows-1252, and pages are written for browsers.
            wanted = "cp1252" if name.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii") else name
            try:
                text, notes = clean(data.decode(wanted))
            except (LookupError, UnicodeDecodeError, ValueError):
                continue
            return text, notes
    decoded = decode(data, source)
    return decoded.text, decoded.notes


def _read(file: SourceFile, options: ReadOptions) -> Iterator[Letter]:
    builder = TextBuilder()
    markup, notes = decode_markup(file.data, file.source)
    builder.notes += notes
    page_text(file, markup, options, builder)
    yield builder.finish(file, options)


def _recognise(file: SourceFile) -> bool:
    return bool(_OPENING.match(file.data[:8_192]))


READER = Reader(kind="html", extensions=("html", "htm", "xhtml"), read=_read, recognise=_recognise)
