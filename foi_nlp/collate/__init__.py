"""Same request, many forces, one table: group letters, align questions, grade each cell, write what people open."""

from __future__ import annotations

from foi_nlp.collate.campaign import Campaign, read_campaign
from foi_nlp.collate.collation import Collation, collate, collate_records, collate_runs
from foi_nlp.collate.errors import CollateError
from foi_nlp.collate.letters import Run
from foi_nlp.collate.note import method_note
from foi_nlp.collate.writing import write

__all__ = [
    "Campaign",
    "CollateError",
    "Collation",
    "Run",
    "collate",
    "collate_records",
    "collate_runs",
    "method_note",
    "read_campaign",
    "write",
]
