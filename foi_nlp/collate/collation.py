"""Collate letters: groups, aligned questions, and tidy tables with a graded comparison.

Each step writes the tables that its module names; `schema.py` says what is in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from foi_nlp.collate.campaign import Campaign, authorities, read_campaign
from foi_nlp.collate.comparison import add_comparison
from foi_nlp.collate.corrections import superseded_answers
from foi_nlp.collate.errors import CollateError
from foi_nlp.collate.extensions import extend_clocks
from foi_nlp.collate.facts import add_facts
from foi_nlp.collate.figures import Figure, add_observations, figures_of, worded
from foi_nlp.collate.letters import (
    Run,
    add_authorities,
    add_letter,
    read_letters,
    read_run,
)
from foi_nlp.collate.membership import find_members
from foi_nlp.collate.requests import add_request
from foi_nlp.collate.schema import BY_NAME, Cell, Row
from foi_nlp.collate.tables import Tables
from foi_nlp.records import LetterRecord

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Collation:
    """The tables of a collation, by name, and the text of each letter, by letter id."""

    name: str
    tables: Mapping[str, list[Row]]
    texts: Mapping[str, str] = field(default_factory=dict)
    _index: dict[tuple[str, str], dict[Cell, list[Row]]] = field(init=False, repr=False, default_factory=dict)

    def rows(self, table: str, **equal: Cell) -> list[Row]:
        """Give the rows of a table in which each named column has the given value."""
        if not equal:
            return list(self.tables[table])
        (column, wanted), *others = equal.items()
        if (table, column) not in self._index:
            index = self._index[table, column] = {}
            for row in self.tables[table]:
                index.setdefault(row[column], []).append(row)
        found = self._index[table, column].get(wanted, [])
        return [row for row in found if all(row[key] == value for key, value in others)]

    def to_pandas(self, table: str = "observations") -> pandas.DataFrame:
        """Give a table as a pandas DataFrame, with types that keep the empty apart from zero.

        Raises CollateError if pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise CollateError("pandas is not installed; install it with: pip install pandas") from None
        kinds = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
        columns = {
            column.name: pd.array([row[column.name] for row in self.tables[table]], dtype=kinds[column.kind])
            for column in BY_NAME[table].columns
        }
        return pd.DataFrame(columns)


def collate(runs: Iterable[Path | str], *, campaign: Path | str | None = None, predictions: bool = False) -> Collation:
    """Collate the letters of run folders. Raises StoreError for what is no run, CollateError for a bad campaign.

    What reviewers decided (RUN/review) is in force, unless `predictions` asks for what the rules found.
    """
    read = read_campaign(Path(campaign)) if campaign is not None else None
    return collate_runs([read_run(Path(run), predictions=predictions) for run in runs], campaign=read)


def collate_records(records: Iterable[LetterRecord], *, campaign: Campaign | None = None) -> Collation:
    """Collate records that are at hand."""
    return collate_runs([Run("records", tuple(records))], campaign=campaign)


def collate_runs(runs: Sequence[Run], *, campaign: Campaign | None = None) -> Collation:
    """Collate the letters of runs; with a campaign, those that answer its request."""
    known = authorities()
    tables = Tables(known)
    letters = read_letters(tables, runs)
    if not letters:
        tables.add_issue("no_letters", "the runs hold no letters; annotate the folder that holds them")
    membership = find_members(tables, letters, campaign)
    figures: list[Figure] = []
    for letter in letters:
        add_letter(tables, letter)
        if letter.duplicate_of is None:
            add_facts(tables, membership, letter)
            figures += figures_of(membership, letter)
    figures = worded(figures)
    extend_clocks(tables, membership)
    superseded = superseded_answers(tables, membership, figures)
    add_observations(tables, figures, superseded)
    by_request: dict[str, list[Figure]] = {}
    for figure in figures:
        by_request.setdefault(figure.request.id if figure.request else "", []).append(figure)
    for request in membership.requests:
        asked = add_request(tables, membership, request, campaign, known)
        add_comparison(tables, membership, request, by_request.get(request.id, []), superseded, asked)
    add_authorities(tables, letters, known)
    name = campaign.name if campaign else "Replies to Freedom of Information requests"
    texts = {letter.id: letter.record.text for letter in letters if letter.duplicate_of is None}
    return Collation(name, tables.finished(), texts)
