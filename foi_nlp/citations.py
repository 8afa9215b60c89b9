"""The grammar of citations: `S40(2)&(3)(A)(a)`, `Sections 24, 27 and 30`, `30 (1) (c) & (2) (a) (ii)`.

A citation is a unit (section, regulation, article), then one or more numbers, each with its subsections, joined
by commas, ampersands, "and", "or", or a range. What the words for a unit are is data; this module only reads
the numbers. Offsets are code points into the text given, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

_NUMBER = regex.compile(r"(?<!\d[.,])(?<![\d£$€/])(?P<number>\d{1,3})(?P<letter>[A-Za-z]?)(?![\w%/]|[.,]\d|\s?:\d)")
_SUBSECTION = regex.compile(r"[ ]*[(\[] ?(?P<label>\d{1,2} ?[A-Za-z]?|[A-Za-z]|[ivxIVX]{2,5}) ?[)\]]")
_JOINT = regex.compile(
    r"[ ]*(?P<joint>,? ?(?:&amp;|&|and|or|plus)\b(?: \(?(?:also|the|section|sub-?sections?|s\.?))?|[,;/&])[ ]*",
    regex.IGNORECASE,
)
_RANGE = regex.compile(r"(?:-| ?to | through )[ ]?", regex.IGNORECASE)
# After a bare number in a list: what shows that it is a section and not a count of something.
_FOLLOWER = regex.compile(
    r"[ ]*(?:[.,;:)\]&\"'*/-]|$|\((?!\d{1,2}[ ,])|(?:and|or|of|to|in|under|by|apply|applies|are|is|were|was|have|has|"
    r"may|which|would|relat\w+|exempt\w*|below|above|FOIA|FOISA|EIR)\b)",
    regex.IGNORECASE,
)
_ROMAN = regex.compile(r"[ivx]+", regex.IGNORECASE)

_LONGEST_CITATION = 200


@dataclass(frozen=True, slots=True)
class Cited:
    """One provision of a citation: a section number with the labels of its subsections, and where it stands."""

    number: str
    path: tuple[str, ...]
    start: int
    end: int


def read_numbers(text: str, start: int, *, plural: bool = False) -> list[Cited]:
    """Read the numbers of a citation, from just behind its unit.

    `plural` says that the unit was plural, so that bare numbers and ranges are expected. Each provision that
    the citation names comes once for each of its branches: 31(1)(a)&(b) gives two. Nothing readable gives [].
    """
    end = min(len(text), start + _LONGEST_CITATION)
    found: list[Cited] = []
    position = start
    while position < end:
        number = _NUMBER.match(text, position, end)
        if number is None or (found and not _may_continue(text, number)):
            break
        section = number["number"] + number["letter"].upper()
        branches, position = _branches(text, number.end(), end)
        found += [Cited(section, path, number.start(), stop) for path, stop in branches] or [
            Cited(section, (), number.start(), position)
        ]
        step = _RANGE.match(text, position, end) if plural and not branches else None
        if step and (last := _NUMBER.match(text, step.end(), end)):
            found += [
                Cited(str(n), (), number.start(), last.end())
                for n in range(int(number["number"]) + 1, min(int(last["number"]), int(number["number"]) + 40) + 1)
            ]
            position = last.end()
        joint = _JOINT.match(text, position, end)
        if joint is None:
            break
        position = joint.end()
    return found


def _may_continue(text: str, number: regex.Match[str]) -> bool:
    """Say whether a further number is a section: it has subsections, or what follows shows that it is no count."""
    return any(shape.match(text, number.end()) for shape in (_SUBSECTION, _FOLLOWER))


def _branches(text: str, position: int, end: int) -> tuple[list[tuple[tuple[str, ...], int]], int]:
    """Read subsections: each branch as its labels from the top and where it ends, and where reading stopped."""
    branches: list[tuple[tuple[str, ...], int]] = []
    path: tuple[str, ...] = ()
    stopped = position
    while position < end:
        found = _SUBSECTION.match(text, position, end)
        if found is None:
            joint = _JOINT.match(text, position, end)
            found = _SUBSECTION.match(text, joint.end(), end) if joint and (path or branches) else None
            if found is None:
                break
        label = found["label"].replace(" ", "")
        if branches and _joins(branches[-1][0], label) and found.start() - stopped <= 1:
            path = (*path[:-1], path[-1] + label)
            branches[-1] = (path, found.end())
        else:
            deeper = _below(path, label)
            if branches and deeper[:-1] == branches[-1][0]:
                branches[-1] = (deeper, found.end())
            else:
                branches.append((deeper, found.end()))
            path = deeper
        position = stopped = found.end()
    return branches, stopped


def _joins(path: tuple[str, ...], label: str) -> bool:
    """Whether a label is the letter of the subsection before it: (3)(A) is subsection 3A."""
    return bool(path) and path[-1].isdigit() and len(label) == 1 and label.isupper()


def _below(path: tuple[str, ...], label: str) -> tuple[str, ...]:
    """Put a label at its level: digits, then letters, then roman numerals."""
    if label[0].isdigit():
        return (label[:-1] + label[-1].upper(),) if label[-1].isalpha() else (label,)
    label = label.lower()
    level = _level_of_letter(path, label)
    return (*path[:level], label)


def _level_of_letter(path: tuple[str, ...], label: str) -> int:
    roman = _ROMAN.fullmatch(label) is not None
    first_letter = 1 if path and path[0][0].isdigit() else 0
    has_letter = len(path) > first_letter
    return first_letter + 1 if roman and has_letter else first_letter
