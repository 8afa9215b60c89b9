"""The tables of a letter: found in plain text, understood by their headers, proved by their totals."""

from __future__ import annotations

from foi_nlp.tables.finding import find_grids

__all__ = ["find_grids"]
