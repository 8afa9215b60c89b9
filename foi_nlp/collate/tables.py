"""Gather the rows of a collation's tables, the places in letters that they point at, and what a user should know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from foi_nlp.collate.campaign import Authority
from foi_nlp.collate.letters import CollatedLetter
from foi_nlp.collate.schema import BY_NAME, TABLES, Cell, Row, plain
from foi_nlp.records import Place

_CONTEXT = 60
_UNNAMED = "an authority that is not known"


class Tables:
    """The rows under way, by table. `known` are the authorities of the register, by id."""

    def __init__(self, known: Mapping[str, Authority]) -> None:
        self.known = known
        self.rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        self._places: dict[tuple[str, int, int], str] = {}

    def add(self, table: str, **row: Cell) -> None:
        """Add a row."""
        self.rows[table].append(row)

    def extend(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows."""
        self.rows[table].extend(rows)

    def add_issue(self, code: str, text: str, *, group: str | None = None, letter: str | None = None) -> None:
        """Add what a user should know of a request or a letter."""
        number = len(self.rows["issues"]) + 1
        self.add("issues", issue_id=f"I{number}", code=code, group_id=group, letter_id=letter, text=text)

    def names(self, authorities: Iterable[str]) -> str:
        """Give the names of authorities by their ids, for a text; a joint `a;b` is one of them."""
        joint = (a.split(";") for a in authorities)
        named = (" with ".join(self.known[a].name if a in self.known else _UNNAMED for a in ids) for ids in joint)
        return ", ".join(sorted(named))

    def place(self, letter: CollatedLetter, start: int, end: int, place: Place | None = None) -> str | None:
        """Give the id of a place in a letter, which becomes a row of `evidence`; None where it is no place."""
        text = letter.record.text
        if not 0 <= start < end <= len(text):
            return None
        key = (letter.id, start, end)
        if key not in self._places:
            self._places[key] = f"{letter.id}-{start}-{end}"
            self.add(
                "evidence",
                evidence_id=self._places[key],
                letter_id=letter.id,
                char_start=start,
                char_end=end,
                prefix=text[max(0, start - _CONTEXT) : start],
                exact=text[start:end],
                suffix=text[end : end + _CONTEXT],
                page=place.page if place else None,
                box=" ".join(f"{n:g}" for n in place.box) if place and place.box else None,
                sheet=place.sheet if place else None,
                cell=place.cell if place else None,
                part=place.part if place else None,
            )
        return self._places[key]

    def finished(self) -> dict[str, list[Row]]:
        """Give the rows of all tables, each with every column and no more, made fit for any file."""
        return {
            table.name: [
                {c.name: plain(row.get(c.name), c.kind) for c in BY_NAME[table.name].columns}
                for row in self.rows[table.name]
            ]
            for table in TABLES
        }
