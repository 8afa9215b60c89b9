"""Write the table `totals`: sums over forces, only where every cell of the row can be added."""

from __future__ import annotations

from collections.abc import Sequence

from foi_nlp.collate.schema import Row, joined
from foi_nlp.collate.tables import Tables

_SAME_ROW = ("question_id", "measure", "line", "period_type", "period_start", "period_end")


def add_totals(tables: Tables, group_id: str, rows: Sequence[Row], asked: Sequence[Row]) -> None:
    """Add a row for each question, measure, line and period of which several forces give figures.

    `asked` are the rows of `requests`: a sum says which of these forces are not in it.
    """
    everyone = {str(row["authority_id"]) for row in asked}
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.get("observation_id"):
            groups.setdefault(tuple(str(row[k] or "") for k in _SAME_ROW), []).append(row)
    for key, cells in groups.items():
        forces = {str(cell["authority_id"]) for cell in cells}
        if len(forces) < 2:
            continue
        hindered = [cell for cell in cells if cell["grade"] == "not_comparable"]
        twice = {force for force in forces if sum(str(cell["authority_id"]) == force for cell in cells) > 1}
        why_not = _first_reasons(hindered) if hindered else None
        if twice and not hindered:
            why_not = "; ".join(f"{force}: several figures" for force in sorted(twice))
        limited = [cell for cell in cells if cell["grade"] == "with_care"]
        in_sum = {force for joint in forces for force in joint.split(";")}
        tables.add(
            "totals",
            group_id=group_id,
            **dict(zip(_SAME_ROW, key, strict=True)),
            forces=len(forces),
            not_in_sum=joined(sorted(everyone - in_sum)),
            total=None if why_not else sum(float(cell["value"] or 0) for cell in cells),
            with_care=_first_reasons(limited) if limited and not why_not else None,
            why_not=why_not,
        )


def _first_reasons(cells: Sequence[Row]) -> str:
    """Say of each force the weightiest reason that hinders its cell."""
    first = {str(cell["authority_id"]): str(cell["reasons"]).split("; ")[0] for cell in cells}
    return "; ".join(f"{force}: {reason}" for force, reason in sorted(first.items()))
