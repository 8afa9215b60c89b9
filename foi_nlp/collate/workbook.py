"""Write the tables as an Excel workbook: one sheet a table, texts always texts, notes for caveats.

Each figure links to its place in its letter.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from foi_nlp.collate.collation import Collation
from foi_nlp.collate.schema import TABLES, Cell, Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

WORKBOOK = "collation.xlsx"
_MOST_ROWS = 1_048_576
_LONGEST_TEXT = 32_767
_MOST_LINKS = 60_000
_MOST_NOTES = 20_000
_WIDEST = 60
_A4 = 9
_ORDER = ("comparison", "requests", "groups", "totals")


def write_workbook(collation: Collation, folder: Path) -> None:
    """Write `folder/collation.xlsx`. A table too long for a sheet has a sheet that says where it is whole."""
    import xlsxwriter

    options = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(folder / WORKBOOK), options) as book:
        book.set_properties({"title": collation.name, "created": datetime.datetime(2000, 1, 1)})
        tables = sorted(TABLES, key=lambda t: _ORDER.index(t.name) if t.name in _ORDER else len(_ORDER))
        rows_of_evidence = {str(row["evidence_id"]): n for n, row in enumerate(collation.tables["evidence"], start=2)}
        _about(book, collation, tables)
        for table in tables:
            _sheet(book, table, collation, rows_of_evidence)


def _about(book: Workbook, collation: Collation, tables: list[Table]) -> None:
    sheet = book.add_worksheet("about")
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, collation.name, bold)
    sheet.write_string(
        1, 0, "An empty value is not given; it is never zero. Each figure links to its place in its letter."
    )
    for number, table in enumerate(tables, start=3):
        sheet.write_url(number, 0, f"internal:'{table.name}'!A1", string=table.name)
        count = len(collation.tables[table.name])
        sheet.write_string(number, 1, f"{table.title}: {count} {'row' if count == 1 else 'rows'}")


def _sheet(book: Workbook, table: Table, collation: Collation, evidence: dict[str, int]) -> None:
    sheet = book.add_worksheet(table.name)
    rows = collation.tables[table.name]
    header = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    for column, definition in enumerate(table.columns):
        sheet.write_string(0, column, definition.name, header)
        sheet.write_comment(0, column, definition.title)
        longest = max((len(str(row[definition.name] or "")) for row in rows[:200]), default=0)
        sheet.set_column(column, column, min(max(longest, len(definition.name)) + 2, _WIDEST))
    sheet.freeze_panes(1, 1)
    _prepare_print(sheet)
    if len(rows) >= _MOST_ROWS:
        sheet.write_string(1, 0, f"{len(rows)} rows do not fit on a sheet; they are whole in csv/{table.name}.csv")
        return
    if rows:
        sheet.autofilter(0, 0, len(rows), len(table.columns) - 1)
    notes = links = 0
    for number, row in enumerate(rows, start=1):
        for column, definition in enumerate(table.columns):
            value = row[definition.name]
            line = evidence.get(str(value)) if definition.links == "evidence.evidence_id" else None
            if line is not None and links < _MOST_LINKS:
                sheet.write_url(number, column, f"internal:'evidence'!A{line}", string=_fitted(str(value)))
                links += 1
            else:
                _write(sheet, number, column, value)
        note = row.get("reasons") if table.name == "comparison" else row.get("caveats")
        if note and "value" in table.column_names and notes < _MOST_NOTES:
            sheet.write_comment(number, table.column_names.index("value"), _fitted(str(note)))
            notes += 1


def _prepare_print(sheet: Worksheet) -> None:
    """Make a sheet print across one page, its header on each."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, _fitted(value))


def _fitted(text: str) -> str:
    """Cut a text that a cell cannot hold, and say so."""
    if len(text) <= _LONGEST_TEXT:
        return text
    end = "… (cut; whole in the CSV file)"
    return text[: _LONGEST_TEXT - len(end)] + end
