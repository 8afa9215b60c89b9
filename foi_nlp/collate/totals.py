"""Write the table `totals`: sums over forces, only where every cell of the row can be added."""

from __future__ import annotations

from collections.abc import Sequence

from foi_nlp.collate.schema import Row
from foi_nlp.collate.tables import Tables

_SAME_ROW = ("question_id", "measure", "line", "period_type", "period_start", "period_end")


def add_totals(tables: Tables, group_id: str, rows: Sequence[Row]) -> None:
    """Add a row for each question, measure, line and period of which several forces give figures."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.get("observation_id"):
            groups.setdefault(tuple(str(row[k] or "") for k in _SAME_ROW), []).append(row)
    for key, cells in groups.items():
        forces = {str(cell["authority_id"]) for cell in cells}
        if len(forces) < 2:
            continue
        hindered = [cell for cell in cells if cell["grade"] == "not_comparable"]
        tables.add(
            "totals",
            group_id=group_id,
            **dict(zip(_SAME_ROW, key, strict=True)),
            forces=len(forces),
            total=None if hindered else sum(float(cell["value"] or 0) for cell in cells),
            why_not=_why_not(hindered) if hindered else None,
        )


def _why_not(hindered: Sequence[Row]) -> str:
    first = {str(cell["authority_id"]): str(cell["reasons"]).split("; ")[0] for cell in hindered}
    return "; ".join(f"{force}: {reason}" for force, reason in sorted(first.items()))
