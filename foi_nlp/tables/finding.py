"""Find the tables of plain text, whatever their layout."""

from __future__ import annotations

from collections.abc import Sequence

from foi_nlp.grids import Grid
from foi_nlp.tables.aligned import find_aligned
from foi_nlp.tables.delimited import find_comma_separated, find_marked, find_piped, find_tabbed
from foi_nlp.tables.flattened import find_flattened
from foi_nlp.tables.labelled import find_labelled
from foi_nlp.tables.lines import Lines
from foi_nlp.tables.stacked import find_counted, find_piped_cells, find_stacked
from foi_nlp.tables.unread import find_unread

FINDERS = (
    find_piped,
    find_piped_cells,
    find_tabbed,
    find_comma_separated,
    find_marked,
    find_aligned,
    find_stacked,
    find_counted,
    find_flattened,
    find_labelled,
)
"""In the order in which they may take lines: from the surest layout to the least sure."""


def find_grids(text: str, *, taken: Sequence[tuple[int, int]] = ()) -> list[Grid]:
    """Give the tables of a text in order; they do not overlap, nor touch the stretches `taken`."""
    lines = Lines.of(text, taken)
    grids = [grid for find in FINDERS for grid in find(lines)]
    grids += find_unread(lines)
    return sorted(grids, key=lambda grid: grid.start)
