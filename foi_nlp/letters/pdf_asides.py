"""What lies on a PDF page beside its text: form values and text boxes, which are shown, and what is not.

Comments, hidden fields, text under marks for redaction or under black boxes, and files within the file are not what
the sender meant to print; they are reported, because they may be a data breach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from foi_nlp.letters.pdf_words import Box, Word, clean_word
from foi_nlp.records import SourceNote

if TYPE_CHECKING:
    from pdfplumber.page import Page
    from pdfplumber.pdf import PDF

_MOST = 5_000
_HIDDEN_FLAGS = 0b100010  # "hidden" and "no view"
_PASSWORD_FLAG = 1 << 13
_MULTILINE_FLAG = 1 << 12
_COMMENTS = frozenset(("Text", "Highlight", "Underline", "Squiggly", "StrikeOut", "Caret", "Ink", "Line", "Polygon"))
_DARK = 0.2
_LOWEST_BOX = 4.0  # what is less high is a line
_SIZE = 10.0
_ADVANCE = 0.5  # a character's width, as a share of the type's size


@dataclass(slots=True)
class Asides:
    """What lies on one page beside its text. `shown` are words of form fields and text boxes in their places."""

    shown: list[Word] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    hidden_values: list[str] = field(default_factory=list)
    covered: list[Box] = field(default_factory=list)
    boxed: int = 0
    buttons: int = 0
    files: list[str] = field(default_factory=list)


def asides_of(page: Page) -> Asides:
    """Take a page's annotations: those that are shown as words, the others as what they say."""
    found = Asides()
    for annotation in _dictionaries(page.page_obj.annots):
        kind = _name(annotation.get("Subtype"))
        said = _text(annotation.get("Contents"))
        if kind == "Widget":
            _take_field(annotation, page, found)
        elif kind == "FreeText" and said and not _is_hidden(annotation):
            found.shown += _words(said, annotation, page, lines=True)
        elif kind == "Redact":
            found.covered.append(_box(annotation, page))
        elif kind == "FileAttachment":
            found.files.append(said or "without a name")
        elif kind in _COMMENTS and said:
            found.comments.append(said)
    return found


def _take_field(annotation: dict[str, Any], page: Page, found: Asides) -> None:
    kind, value, flags = (_inherited(annotation, name) for name in ("FT", "V", "Ff"))
    if _name(kind) == "Btn":
        found.buttons += _name(annotation.get("AS")) not in ("", "Off")
        return
    values = value if isinstance(value, list) else [value]
    said = "\n".join(filter(None, map(_text, values)))
    flags = flags if isinstance(flags, int) else 0
    if not said or flags & _PASSWORD_FLAG or _name(kind) == "Sig":
        return
    if _is_hidden(annotation):
        found.hidden_values.append(said)
    else:
        found.shown += _words(said, annotation, page, lines=bool(flags & _MULTILINE_FLAG))


def files_within(document: PDF) -> list[str]:
    """Give the names of the files that are embedded in a PDF."""
    names = _resolved(document.doc.catalog.get("Names"))
    tree = _resolved(names.get("EmbeddedFiles")) if isinstance(names, dict) else None
    waiting = [tree]
    out: list[str] = []
    for _ in range(_MOST):
        if not waiting:
            break
        node = _resolved(waiting.pop())
        if isinstance(node, dict):
            waiting += _list(node.get("Kids"))
            out += [_text(name) or "without a name" for name in _list(node.get("Names"))[::2]]
    return out


def seen_characters(page: Page, marks: Sequence[Box]) -> tuple[list[dict[str, Any]], int]:
    """Give the characters of a page without those under marks or dark boxes, and how many lie under dark boxes.

    Dark text in a dark box is not seen, unless a lighter box lies there as well, as in frames made of two boxes.
    """
    dark: list[Box] = []
    light: list[Box] = []
    for rect in page.rects:
        if rect.get("fill") and rect["bottom"] - rect["top"] > _LOWEST_BOX:
            box = (rect["x0"], rect["top"], rect["x1"], rect["bottom"])
            (dark if _is_dark(rect.get("non_stroking_color")) else light).append(box)
    seen: list[dict[str, Any]] = []
    boxed = 0
    for char in page.chars:
        under_box = _is_dark(char.get("non_stroking_color")) and _within(char, dark) and not _within(char, light)
        boxed += under_box and char["text"] != " "
        if not (under_box or _within(char, marks)):
            seen.append(char)
    return seen, boxed


def _within(char: dict[str, Any], boxes: Sequence[Box]) -> bool:
    if not boxes:
        return False
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in boxes)


def _is_dark(colour: object) -> bool:
    if isinstance(colour, int | float):
        colour = (colour,)
    if not isinstance(colour, list | tuple) or not all(isinstance(part, int | float) for part in colour):
        return False
    if len(colour) == 4:
        return bool(colour[3] > 1 - _DARK)
    return len(colour) in (1, 3) and all(part < _DARK for part in colour)


def notes_of(pages: Sequence[tuple[int, Asides]]) -> list[SourceNote]:
    """Say what of a PDF is not its text; `pages` pair page numbers with their asides."""
    out: list[SourceNote] = []

    def say(code: str, counts: dict[int, int], one: str, many: str, rest: str) -> None:
        number = sum(counts.values())
        if number:
            where = ", ".join(str(page) for page in sorted(counts) if counts[page])
            out.append(SourceNote(code=code, text=f"{number} {one if number == 1 else many} (page {where}) {rest}"))

    left_out = "left out unless asked for; this may be a data breach."
    say("hidden_content", {n: len(p.comments) for n, p in pages}, "comment", "comments", f"of the PDF: {left_out}")
    say(
        "hidden_content",
        {n: len(p.hidden_values) for n, p in pages},
        "form field",
        "form fields",
        f"of the PDF not shown: {left_out}",
    )
    say(
        "hidden_content",
        {n: len(p.covered) for n, p in pages},
        "mark for redaction",
        "marks for redaction",
        f"never applied: the text beneath is still in the PDF, and was {left_out}",
    )
    say(
        "hidden_content",
        {n: p.boxed for n, p in pages},
        "character",
        "characters",
        f"under black boxes: the text is still in the PDF, and was {left_out}",
    )
    say("form_field", {n: p.buttons for n, p in pages}, "tick", "ticks", "in boxes of a form: they were not read.")
    names = [name for _, page in pages for name in page.files]
    if names:
        listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        text = (
            f"The PDF holds {'a file' if len(names) == 1 else f'{len(names)} files'} that was not read: {listed}. Save "
            "what you need from a PDF viewer and read it as well; if it was not to be sent, this is a data breach."
        )
        out.append(SourceNote(code="embedded_file", text=text))
    return out


def _words(said: str, annotation: dict[str, Any], page: Page, *, lines: bool) -> list[Word]:
    """Give the words of a field in its box; how wide each is can only be guessed."""
    x0, top, x1, bottom = _box(annotation, page)
    size = _size(annotation, bottom - top)
    rows: list[list[str]] = []
    room = max(1, int((x1 - x0) / (size * _ADVANCE)))
    for line in said.split("\n"):
        rows.append([])
        for word in map(clean_word, line.split()):
            if lines and rows[-1] and len(" ".join([*rows[-1], word])) > room:
                rows.append([])
            rows[-1].append(word)
    first = top + 2 if len(rows) > 1 else (top + bottom - size) / 2
    out = []
    for number, row in enumerate(rows):
        at, y = x0 + 2, first + number * size * 1.15
        for word in row:
            end = at + len(word) * size * _ADVANCE
            if word:
                out.append(Word(word, at, y, end, y + size, size))
            at = end + size * _ADVANCE / 2
    return out


def _size(annotation: dict[str, Any], height: float) -> float:
    """Give the size of a field's type, as its appearance string says it; 0 there means what fits."""
    parts = _text(_inherited(annotation, "DA")).split()
    if "Tf" in parts[1:]:
        try:
            size = float(parts[parts.index("Tf") - 1])
        except ValueError:
            size = 0.0
        if 2 < size < 100:
            return size
    return max(4.0, min(_SIZE, height * 0.7))


def _box(annotation: dict[str, Any], page: Page) -> Box:
    corners = [part for part in map(_resolved, _list(annotation.get("Rect"))) if isinstance(part, int | float)]
    if len(corners) != 4:
        return (0.0, 0.0, 0.0, 0.0)
    left, low = page.mediabox[0], page.mediabox[1]
    x0, x1 = sorted((corners[0] - left, corners[2] - left))
    y0, y1 = sorted((corners[1] - low, corners[3] - low))
    return (float(x0), float(page.height - y1), float(x1), float(page.height - y0))


def _is_hidden(annotation: dict[str, Any]) -> bool:
    flags = _resolved(annotation.get("F"))
    return isinstance(flags, int) and bool(flags & _HIDDEN_FLAGS)


def _inherited(annotation: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever the PDF holds
    """Give a property of a field, its own or of the fields it is a part of."""
    node: Any = annotation
    for _ in range(10):
        if not isinstance(node, dict):
            return None
        if name in node:
            value = _resolved(node[name])
            return [_resolved(part) for part in value] if isinstance(value, list) else value
        node = _resolved(node.get("Parent"))
    return None


def _dictionaries(raw: object) -> list[dict[str, Any]]:
    return [made for made in map(_resolved, _list(raw)[:_MOST]) if isinstance(made, dict)]


def _list(raw: object) -> list[Any]:
    made = _resolved(raw)
    return made if isinstance(made, list) else []


def _resolved(raw: object) -> Any:  # noqa: ANN401 - whatever the PDF holds
    from pdfminer.pdftypes import resolve1

    return resolve1(raw)


def _name(raw: object) -> str:
    name = getattr(_resolved(raw), "name", "")
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)


def _text(raw: object) -> str:
    from pdfminer.utils import decode_text

    made = _resolved(raw)
    if isinstance(made, bytes):
        made = decode_text(made)
    return made.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(made, str) else ""
