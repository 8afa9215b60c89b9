"""The register of provisions: every section, regulation and article that a reply may rest on, by Act.

The register is data (`patterns/registers/provisions.jsonl`). Its ids are `act.number(subsection)...`, for
instance `foia.31(1)` or `eir.12(4)(b)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from foi_nlp.patterns import PatternError
from foi_nlp.registers import register

REGISTER = "provisions"

Path = tuple[str, ...]

_ID = regex.compile(r"(?P<act>[a-z0-9]+)(?:\.(?P<number>\d+[A-Z]?)(?P<path>(?:\([0-9A-Za-z]+\))*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One provision.

    * `act`, `number` and `path` are its place: `foia`, `31`, `("1",)`.
    * `kind`: right, duty, procedural, cost, refusal, exemption, exception, ncnd, not_held, enforcement, code, ...
    * `relied_on_as`: what a bare citation stands for when it is the ground of a refusal (section 12 -> 12(1)).
    * `condition_of`: the ground that this provision only qualifies (40(3A)(a) -> 40(2)).
    * `ncnd_limb`: the limb of the same section that allows neither confirming nor denying.
    * `equivalents`: the provision with the same effect under another regime, by act.
    * `never_bare`: a bare citation of the section never means this subsection.
    * `switches_regime`: it sends the request to another regime, so that there it is named and not relied on.
    * `boilerplate`: a recital of rights, never an outcome.
    """

    id: str
    regime: str
    act: str
    number: str
    path: Path
    title: str
    kind: str
    cite_forms: tuple[str, ...] = ()
    relied_on_as: str | None = None
    condition_of: str | None = None
    ncnd_limb: str | None = None
    is_ncnd_limb: bool = False
    equivalents: tuple[tuple[str, str], ...] = ()
    boilerplate: bool = False
    never_bare: bool = False
    switches_regime: bool = False

    def under(self, act: str) -> str | None:
        """Give the id of the provision with the same effect under another Act, or None."""
        return self.id if act == self.act else dict(self.equivalents).get(act)


class ProvisionRegister:
    """All provisions, by id and by place."""

    def __init__(self, entries: Iterable[RegisterEntry]) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self._by_section: dict[tuple[str, str], list[RegisterEntry]] = {}
        self._aliases: dict[tuple[str, str, Path], str] = {}
        for entry in self.entries.values():
            if entry.number:
                self._by_section.setdefault((entry.act, entry.number), []).append(entry)

    def __getitem__(self, provision_id: str) -> RegisterEntry:
        return self.entries[provision_id]

    def __contains__(self, provision_id: object) -> bool:
        return provision_id in self.entries

    def add_alias(self, act: str, number: str, path: Path, provision_id: str) -> None:
        """Let a place that is written otherwise than the register has it (40(3)(a)(i)) stand for a provision."""
        exact = any(entry.path == path for entry in self._by_section.get((act, number), []))
        if not exact and self.resolve(act, number, path) != provision_id:
            self._aliases[act, number, path] = provision_id

    def has_section(self, act: str, number: str) -> bool:
        """Whether the register has any provision of this section."""
        return (act, number) in self._by_section

    def numbers(self, act: str) -> list[str]:
        """Give the section numbers of an Act that the register has, in numeric order."""
        found = {number for known, number in self._by_section if known == act}
        return sorted(found, key=lambda number: (int(regex.sub(r"\D", "", number)), number))

    def resolve(self, act: str, number: str, path: Sequence[str] = ()) -> str | None:
        """Give the id of the provision at a place, or None where the Act has none.

        A place deeper than the register goes gives the nearest provision above it (31(1)(a) -> 31(1)); a place
        above gives the only provision below it, where there is only one (40(5B) -> 40(5B)(a)(i)).
        """
        wanted = tuple(path)
        if (act, number, wanted) in self._aliases:
            return self._aliases[act, number, wanted]
        entries = self._by_section.get((act, number), [])
        by_path = {entry.path: entry.id for entry in entries}
        for depth in range(len(wanted), 0, -1):
            if wanted[:depth] in by_path:
                return by_path[wanted[:depth]]
            below = [entry.id for entry in entries if entry.path[:depth] == wanted[:depth]]
            if len(below) == 1:
                return below[0]
        if () in by_path:
            return by_path[()]
        return entries[0].id if len(entries) == 1 else None


@lru_cache(maxsize=1)
def load_register() -> ProvisionRegister:
    """Load the shipped register."""
    entries = []
    for data in register(REGISTER):
        place = _ID.fullmatch(data["id"])
        if place is None:
            raise PatternError(f"the register of {REGISTER}: {data['id']!r} is not an id of a provision")
        equivalents = tuple((act, data[act]) for act in ("foisa", "eir") if data.get(act))
        entries.append(
            RegisterEntry(
                id=data["id"],
                regime=data["regime"],
                act=place["act"],
                number=place["number"] or "",
                path=tuple(regex.findall(r"\((\w+)\)", place["path"] or "")),
                title=data["title"],
                kind=data["kind"],
                cite_forms=tuple(data["cite_forms"]),
                relied_on_as=data.get("relied_on_as"),
                condition_of=data.get("condition_of"),
                ncnd_limb=data.get("ncnd_limb"),
                is_ncnd_limb=data["is_ncnd_limb"],
                equivalents=equivalents,
                boilerplate=data.get("boilerplate", False),
                never_bare=data.get("never_bare", False),
                switches_regime=data.get("switches_regime", False),
            )
        )
    return ProvisionRegister(entries)
