"""Pair the figures of a grid with their periods and labels."""

from __future__ import annotations

from foi_nlp.grids import Grid
from foi_nlp.tables.model import CheckedSum, PairedFigure, PairedTable, Refusal

__all__ = ["CheckedSum", "PairedFigure", "PairedTable", "Refusal", "pair"]


def pair(grid: Grid, *, text: str = "") -> PairedTable:
    """Pair the figures of a grid. `text` is the letter's text, which places a value inside its cell exactly."""
    return PairedTable()
