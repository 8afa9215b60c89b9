"""Write the labels of numbered paragraphs, "a)" or "(iv)" or "Q2.", into a Word document's body as Word shows them.

A document does not hold the labels: it holds how each level of a list counts (`word/numbering.xml`), and which
paragraphs count. Answers are tied to questions by these labels, so they must be those that the reader of the
printed letter sees. The rules are those of ECMA-376 part 1, 17.9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

LABEL_MARK = "\ufdd0"
"""Stands before a label that is written into the text; no document has this noncharacter."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_UNSEEN = frozenset({f"{_W}del", f"{_W}moveFrom"})
_DEEPEST = 9
_MOST_LETTERS = 30
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def roman(number: int) -> str:
    """Give a number in small Roman numerals; in digits beyond 4,999."""
    if not 0 < number < 5_000:
        return str(number)
    out = ""
    for value, letters in _ROMAN:
        while number >= value:
            out += letters
            number -= value
    return out


def letters(number: int) -> str:
    """Give a number in small letters as Word counts them: z is followed by aa, bb, cc."""
    if number < 1:
        return str(number)
    times = (number - 1) // 26 + 1
    return chr(ord("a") + (number - 1) % 26) * min(times, _MOST_LETTERS)


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@dataclass(slots=True)
class _Level:
    """How one level of a list counts and shows its number."""

    start: int = 1
    shape: str = "decimal"
    text: str = ""
    style: str = ""
    restarts: bool = True
    legal: bool = False

    @classmethod
    def of(cls, element: Element) -> _Level:
        return cls(
            start=_whole(_value(element, "start"), 1),
            shape=_value(element, "numFmt") or "decimal",
            text=_value(element, "lvlText") or "",
            style=_value(element, "pStyle") or "",
            restarts=_value(element, "lvlRestart") != "0",
            legal=element.find(f"{_W}isLgl") is not None and _value(element, "isLgl") not in ("0", "false", "off"),
        )

    def show(self, number: int) -> str:
        shapes: dict[str, Callable[[int], str]] = {
            "lowerLetter": letters,
            "upperLetter": lambda n: letters(n).upper(),
            "lowerRoman": roman,
            "upperRoman": lambda n: roman(n).upper(),
            "decimalZero": lambda n: f"{n:02}",
            "ordinal": _ordinal,
            "none": lambda n: "",  # noqa: ARG005
        }
        return shapes.get(self.shape, str)(number)


@dataclass(slots=True)
class _List:
    """One list definition and how far it has counted; several `num`s count on in the same one."""

    levels: dict[int, _Level] = field(default_factory=dict)
    style_link: str = ""
    counts: dict[int, int] = field(default_factory=dict)

    def count(self, depth: int) -> None:
        """Count one paragraph of a level: deeper levels begin again."""
        self.counts[depth] = self.counts.get(depth, self.levels[depth].start - 1) + 1
        for deeper, level in self.levels.items():
            if deeper > depth and level.restarts:
                self.counts.pop(deeper, None)

    def label(self, depth: int) -> str:
        """Give the label of the level as it stands now."""
        out = self.levels[depth].text
        for number in range(_DEEPEST, 0, -1):
            level = self.levels.get(number - 1)
            if level is not None and f"%{number}" in out:
                count = self.counts.get(number - 1, level.start)
                out = out.replace(f"%{number}", str(count) if self.levels[depth].legal else level.show(count))
        return out


@dataclass(slots=True)
class _Number:
    """A `num`: the list that it counts in, and where it begins to count afresh."""

    definition: _List
    restarts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The numbered lists of a document, on its way from the first paragraph to the last."""

    def __init__(self, numbering: Element, styles: Element | None) -> None:
        self._styles = {} if styles is None else {_attribute(style, "styleId"): style for style in styles}
        definitions = {
            _attribute(element, "abstractNumId"): _definition(element)
            for element in numbering.findall(f"{_W}abstractNum")
        }
        self._numbers: dict[str, _Number] = {}
        for element in numbering.findall(f"{_W}num"):
            definition = definitions.get(_value(element, "abstractNumId") or "")
            if definition is not None:
                self._numbers[_attribute(element, "numId")] = _number(element, definition)

    def write_labels(self, body: Element) -> None:
        """Write the label of each numbered paragraph before its text, after `LABEL_MARK`; bullets stay as they are."""
        for paragraph in _paragraphs(body):
            found = self._place(paragraph)
            if found is None:
                continue
            number, depth = found
            level = number.definition.levels[depth]
            if level.shape == "bullet" or _is_unseen(paragraph):
                continue
            if depth in number.restarts:
                number.definition.counts[depth] = number.restarts.pop(depth) - 1
            number.definition.count(depth)
            if _has_text(paragraph):
                _insert(paragraph, f"{LABEL_MARK}{number.definition.label(depth)} ")

    def _place(self, paragraph: Element) -> tuple[_Number, int] | None:
        """Give the number and level of a paragraph: its own, or those of its style and the styles that is based on."""
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return None
        own = properties.find(f"{_W}numPr")
        name, depth = _number_and_depth(own)
        style_name = _value(properties, "pStyle") or ""
        if not name:
            name, style_depth, style_name = self._of_style(style_name)
            depth = style_depth if depth is None else depth
        number = self._resolved(name)
        if number is None:
            return None
        if depth is None:
            depth = next((d for d, level in number.definition.levels.items() if style_name == level.style != ""), 0)
        return (number, depth) if depth in number.definition.levels else None

    def _of_style(self, name: str) -> tuple[str, int | None, str]:
        seen: set[str] = set()
        while name and name not in seen:
            seen.add(name)
            style = self._styles.get(name)
            if style is None:
                break
            number, depth = _number_and_depth(style.find(f"{_W}pPr/{_W}numPr"))
            if number:
                return number, depth, name
            name = _value(style, "basedOn") or ""
        return "", None, ""

    def _resolved(self, name: str) -> _Number | None:
        """Give a number; a list that only names a style counts in the list of that style."""
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            number = self._numbers.get(name)
            if number is None or not number.definition.style_link:
                return number
            style = self._styles.get(number.definition.style_link)
            name = "" if style is None else _number_and_depth(style.find(f"{_W}pPr/{_W}numPr"))[0]
        return None


def _definition(element: Element) -> _List:
    levels = {_whole(_attribute(level, "ilvl"), 0): _Level.of(level) for level in element.findall(f"{_W}lvl")}
    return _List(levels, _value(element, "numStyleLink") or "")


def _number(element: Element, definition: _List) -> _Number:
    """Make a number; one that says levels of its own counts on in its list all the same."""
    number = _Number(definition)
    for override in element.findall(f"{_W}lvlOverride"):
        depth = _whole(_attribute(override, "ilvl"), 0)
        level = override.find(f"{_W}lvl")
        if level is not None:
            if number.definition is definition:
                number.definition = _List(dict(definition.levels), definition.style_link, definition.counts)
            number.definition.levels[depth] = _Level.of(level)
        start = _value(override, "startOverride")
        if start is not None:
            number.restarts[depth] = _whole(start, 1)
    return number


def _number_and_depth(properties: Element | None) -> tuple[str, int | None]:
    if properties is None:
        return "", None
    depth = _value(properties, "ilvl")
    return _value(properties, "numId") or "", None if depth is None else _whole(depth, 0)


def _paragraphs(parent: Element) -> Iterator[Element]:
    """Give the paragraphs in the order of the document; of content in two forms, the form that is read."""
    for child in parent:
        if child.tag == _CHOICE:
            continue
        if child.tag == f"{_W}p":
            yield child
        yield from _paragraphs(child)


def _is_unseen(paragraph: Element) -> bool:
    """Whether the mark that ends a paragraph is deleted or hidden: then its number is not shown, and not counted."""
    return any(paragraph.find(f"{_W}pPr/{_W}rPr/{_W}{name}") is not None for name in ("del", "moveFrom", "vanish"))


def _has_text(element: Element) -> bool:
    return any(
        (child.tag == f"{_W}t" and bool((child.text or "").strip())) or (child.tag not in _UNSEEN and _has_text(child))
        for child in element
    )


def _insert(paragraph: Element, label: str) -> None:
    at = 1 if len(paragraph) and paragraph[0].tag == f"{_W}pPr" else 0
    run = Element(f"{_W}r")
    text = SubElement(run, f"{_W}t", {_SPACE: "preserve"})
    text.text = label
    paragraph.insert(at, run)


def _value(element: Element, name: str) -> str | None:
    child = element.find(f"{_W}{name}")
    return None if child is None else _attribute(child, "val")


def _attribute(element: Element, name: str) -> str:
    return element.get(f"{_W}{name}", "")


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else otherwise
