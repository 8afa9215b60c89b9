"""The campaign file: who was asked what, and when. It overrides what grouping finds.

[campaign]
name = "Crimes at hospitals"
request = "How many crimes ... in the years 2019/20 to 2023/24"    # or [[question]] tables, or [letters]
year_type = "financial"       # the kind of year asked for, where the request does not say
sent = 2025-09-15             # day the request was sent to `forces`
reckoned_on = 2025-11-20      # day on which overdue replies are reckoned; never today by itself
forces = ["cumbria", "Humberside Police"]

[[asked]]                     # a force asked on another day
force = "durham"
on = 2025-09-18

[[question]]                  # the questions, where the letters should not say which they are
id = "1a"
text = "Year by year"
part_of = "1"

[letters]                     # by file, base name, reference or letter id
include = ["reply-12.txt"]
exclude = ["1604A/21"]

[[align]]                     # a question of a letter that wording does not place
letter = "reply-12.txt"
question = "a"
is = ["1a", "1d"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import process

from foi_nlp.collate.errors import CollateError
from foi_nlp.registers import register

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Head(_Part):
    name: str
    request: str = ""
    year_type: Literal["calendar", "financial"] | None = None
    sent: date | None = None
    reckoned_on: date | None = None
    forces: list[str] = Field(default_factory=list)


class _Asked(_Part):
    force: str
    on: date | None = None


class _Question(_Part):
    id: str
    text: str
    part_of: str | None = None


class _Letters(_Part):
    include: list[str] = Field(default_factory=list)
    exclude: list[str] = Field(default_factory=list)


class _Align(_Part):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    letter: str
    question: str
    questions: list[str] = Field(alias="is")


class _File(_Part):
    campaign: _Head
    asked: list[_Asked] = Field(default_factory=list)
    question: list[_Question] = Field(default_factory=list)
    letters: _Letters = Field(default_factory=_Letters)
    align: list[_Align] = Field(default_factory=list)


# The keys of each table of the file, and under the empty name the tables; a key in a file may be near one of them.
_KEYS: dict[str, tuple[str, ...]] = {
    "": tuple(_File.model_fields),
    "campaign": tuple(_Head.model_fields),
    "asked": tuple(_Asked.model_fields),
    "question": tuple(_Question.model_fields),
    "letters": tuple(_Letters.model_fields),
    "align": ("letter", "question", "is"),
}
_LIKE_A_KEY = 60


@dataclass(frozen=True)
class Authority:
    """An authority of the register."""

    id: str
    name: str
    kind: str
    nation: str
    regime: str


@dataclass(frozen=True)
class Campaign:
    """A campaign file, read and checked. `asked` gives for each authority id the day it was asked, if known."""

    name: str
    request: str = ""
    year_type: str | None = None
    reckoned_on: date | None = None
    asked: Mapping[str, date | None] = field(default_factory=dict)
    questions: tuple[tuple[str, str, str | None], ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    align: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    notes: tuple[str, ...] = ()


def authorities() -> dict[str, Authority]:
    """Give the authorities of the register, by id."""
    return {
        str(row["id"]): Authority(
            str(row["id"]), str(row["name"]), str(row.get("kind", "")), str(row.get("nation", "")),
            str(row.get("regime", "")),
        )
        for row in register("authorities")
    }  # fmt: skip


def read_campaign(path: Path) -> Campaign:
    """Read a campaign file. Raises CollateError that names the file, the place and the remedy."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CollateError(f"{path}: cannot be read ({error.strerror}); name the campaign file") from None
    except UnicodeDecodeError:
        raise CollateError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise CollateError(f"{path}: is not valid TOML ({error}); correct that line") from None
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CollateError(f"{path}: {place}: {_what_is_wrong(first)}; see docs/collate.md for the keys") from None
    return _checked(path, file)


def _what_is_wrong(error: ErrorDetails) -> str:
    """Say what pydantic found wrong as a user of the file would."""
    kind, place = error["type"], error["loc"]
    if kind == "extra_forbidden":
        known = _KEYS.get(str(place[0]) if len(place) > 1 else "", ())
        nearest = process.extractOne(str(place[-1]), known)
        hint = f"; did you mean “{nearest[0]}”?" if nearest and nearest[1] >= _LIKE_A_KEY else ""
        return f"is no key of the campaign file{hint}"
    if kind.startswith("date"):
        return "is no date; write it without quotes as 2022-02-14"
    if kind == "missing":
        return "is missing; give it"
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}"


def _checked(path: Path, file: _File) -> Campaign:
    names = ids_by_name()
    asked: dict[str, date | None] = {}
    notes: list[str] = []
    written: dict[str, tuple[str, str]] = {}
    entries = [(name, file.campaign.sent, f"campaign.forces[{n}]") for n, name in enumerate(file.campaign.forces)]
    entries += [(a.force, a.on or file.campaign.sent, f"asked[{n}].force") for n, a in enumerate(file.asked)]
    for name, day, place in entries:
        force = _resolve(name, names, f"{path}: {place}")
        if force in written:
            first, where = written[force]
            if where.startswith("asked") and asked[force] != day:
                raise CollateError(f"{path}: {place}: {force} was asked on another day by {where}; keep one")
            notes.append(_named_twice(force, first, name))
            if asked[force] != day:
                notes.append(f"{force} is in campaign.forces and in [[asked]]: the day of [[asked]] stands")
        written[force] = (name, place)
        asked[force] = day
    ids = [question.id for question in file.question]
    for question in file.question:
        if ids.count(question.id) > 1:
            raise CollateError(f"{path}: question {question.id}: is given twice; ids must differ")
        if question.part_of is not None and question.part_of not in ids:
            raise CollateError(f"{path}: question {question.id}: part_of {question.part_of} is no question here")
    head = file.campaign
    if not (head.request.strip() or file.question or file.letters.include):
        raise CollateError(
            f"{path}: says nothing by which letters can be told; give campaign.request, [[question]] or letters.include"
        )
    return Campaign(
        name=head.name,
        request=head.request,
        year_type=head.year_type,
        reckoned_on=head.reckoned_on,
        asked=asked,
        questions=tuple((q.id, q.text, q.part_of) for q in file.question),
        include=tuple(file.letters.include),
        exclude=tuple(file.letters.exclude),
        align=tuple((a.letter, a.question, tuple(a.questions)) for a in file.align),
        notes=tuple(notes),
    )


def _named_twice(force: str, first: str, second: str) -> str:
    if first == second:
        return f"“{first}” is named twice: it counts once"
    return f"“{second}” and “{first}” are one authority, {force}: it counts once"


@lru_cache(maxsize=1)
def ids_by_name() -> Mapping[str, str]:
    """Give the id of each authority by its id, names and abbreviations, folded; what names two stands for neither."""
    found: dict[str, set[str]] = {}
    for row in register("authorities"):
        for name in (row["id"], row["name"], *row.get("aliases", []), *row.get("abbreviations", [])):
            found.setdefault(fold_name(str(name)), set()).add(str(row["id"]))
    ids = {str(row["id"]) for row in register("authorities")}
    plain = {name: next(iter(owners)) for name, owners in found.items() if len(owners) == 1}
    return plain | {fold_name(i): i for i in ids}


def _resolve(name: str, names: Mapping[str, str], place: str) -> str:
    force = names.get(fold_name(name))
    if force is not None:
        return force
    nearest = process.extractOne(fold_name(name), list(names))
    hint = f"; did you mean “{names[nearest[0]]}”?" if nearest and nearest[1] >= 60 else ""
    raise CollateError(
        f"{place}: “{name}” is no authority that foi_nlp knows, or stands for several{hint} "
        "(the ids are in patterns/registers/authorities.jsonl)"
    )


def fold_name(name: str) -> str:
    """Give a name as `ids_by_name` has it."""
    return " ".join(name.casefold().replace("&", " and ").replace("-", " ").split())
