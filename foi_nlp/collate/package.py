"""Write the tables as CSV with a Data Package, and as Parquet.

In CSV, texts that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, tab, carriage return) or change into
another value (`00123`, `1E5`, `4/12`) get an apostrophe in front, and so do texts that begin with one: to read a text
back, drop one leading apostrophe. Numbers are never touched. SQLite and Parquet hold the texts as they are.
"""

from __future__ import annotations

import csv
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from foi_nlp import __version__
from foi_nlp.collate.collation import Collation
from foi_nlp.collate.errors import CollateError
from foi_nlp.collate.schema import TABLES, Cell, Column, Table
from foi_nlp.display import spreadsheet_text

DATA_PACKAGE = "datapackage.json"
_CHANGED = re.compile(
    r"'.*|[ ]*(?:0\d+(?:[.,]\d*)?|\d+(?:\.\d*)?[eE][+-]?\d+|\d{16,}|\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{1,4})?"
    r"|\d{1,2}[ -](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|true|false)[ ]*",
    re.IGNORECASE | re.DOTALL,
)
_FRICTIONLESS = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean"}
_ISO_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


@lru_cache(maxsize=1 << 16)  # most texts of a table stand in many of its rows
def csv_text(text: str) -> str:
    """Give a text as it stands in the CSV files: one that a spreadsheet would run or change gets an apostrophe."""
    if _ISO_DATE.fullmatch(text):
        return text
    return "'" + text if _CHANGED.fullmatch(text) else spreadsheet_text(text)


def text_from_csv(text: str) -> str:
    """Undo `csv_text`."""
    return text.removeprefix("'")


def write_csv(collation: Collation, folder: Path) -> None:
    """Write one CSV file a table into `folder/csv`, UTF-8 with a mark, and the Data Package that describes them."""
    (folder / "csv").mkdir(exist_ok=True)
    for table in TABLES:
        with (folder / "csv" / f"{table.name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.column_names)
            for row in collation.tables[table.name]:
                writer.writerow([_csv_cell(row[c.name]) for c in table.columns])
    text = json.dumps(data_package(collation), ensure_ascii=False, indent=2)
    (folder / DATA_PACKAGE).write_text(text + "\n", encoding="utf-8")


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return csv_text(value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def data_package(collation: Collation) -> dict[str, Any]:
    """Give the descriptor of the Data Package (data-package version 1)."""
    return {
        "profile": "tabular-data-package",
        "name": "foi-collation",
        "title": collation.name,
        "version": __version__,
        "description": "Replies to Freedom of Information requests, collated. An empty value is not given; it is never "
        "zero. In text columns, a text that a spreadsheet would run as a formula or change, or that begins with an "
        "apostrophe, has an apostrophe in front: drop one to read it back.",
        "licenses": [],
        "resources": [_resource(table) for table in TABLES],
    }


def _resource(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column, table) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    keys = [
        {"fields": c.name, "reference": {"resource": "" if t == table.name else t, "fields": target}}
        for c, t, target in table.links()
    ]
    if keys:
        schema["foreignKeys"] = keys
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "path": f"csv/{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "dialect": {"delimiter": ",", "doubleQuote": True, "lineTerminator": "\n"},
        "schema": schema,
    }


def _field(column: Column, table: Table) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.values:
        constraints["enum"] = list(column.values)
    if (
        column.required
        and column.name not in ("part", "letter_question")
        and column.name not in _BLANK_KEYS[table.name]
    ):
        constraints["required"] = True
    field: dict[str, Any] = {"name": column.name, "type": _FRICTIONLESS[column.kind], "title": column.title}
    if column.kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    return {**field, "constraints": constraints} if constraints else field


# Parts of keys that may be the empty text: a CSV cannot tell it from a missing value.
_BLANK_KEYS: dict[str, frozenset[str]] = {table.name: frozenset() for table in TABLES} | {
    "totals": frozenset({"question_id", "period_start", "period_end"})
}


def write_parquet(collation: Collation, folder: Path) -> None:
    """Write one Parquet file a table into `folder/parquet`. Raises CollateError if duckdb is not installed."""
    try:
        import duckdb
    except ImportError:
        raise CollateError("Parquet needs duckdb; install it with: pip install 'foi-nlp[parquet]'") from None
    kinds = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
    (folder / "parquet").mkdir(exist_ok=True)
    with duckdb.connect() as database:
        for table in TABLES:
            source = folder / "parquet" / f"{table.name}.jsonl"
            target = folder / "parquet" / f"{table.name}.parquet"
            with source.open("w", encoding="utf-8") as file:
                for row in collation.tables[table.name]:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
            columns = {column.name: kinds[column.kind] for column in table.columns}
            listed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
            database.execute(
                f"COPY (SELECT * FROM read_json(?, format='newline_delimited', columns={{{listed}}})) "  # noqa: S608
                f"TO '{str(target).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)",
                [str(source)],
            )
            source.unlink()
