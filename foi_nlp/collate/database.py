"""Write the tables as an SQLite database with an explicit schema, keys and links, which Datasette opens as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from foi_nlp.collate.collation import Collation
from foi_nlp.collate.schema import TABLES, Table

DATABASE = "collation.sqlite"
_KINDS = {"text": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}


def write_database(collation: Collation, folder: Path) -> None:
    """Write `folder/collation.sqlite`."""
    path = folder / DATABASE
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        with database:
            for table in TABLES:
                database.execute(create_statement(table))
                for column, _, _ in table.links():
                    database.execute(f'CREATE INDEX "{table.name}_{column.name}" ON "{table.name}" ("{column.name}")')
        with database:
            database.execute("PRAGMA defer_foreign_keys = ON")
            for table in TABLES:
                names = ", ".join(f'"{name}"' for name in table.column_names)
                marks = ", ".join("?" * len(table.columns))
                database.executemany(
                    f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})',  # noqa: S608  # names of the schema
                    ([row[name] for name in table.column_names] for row in collation.tables[table.name]),
                )
        database.execute("VACUUM")


def create_statement(table: Table) -> str:
    """Give the CREATE TABLE statement of a table."""
    lines = []
    for column in table.columns:
        parts = [f'"{column.name}"', _KINDS[column.kind]]
        if column.required:
            parts.append("NOT NULL")
        if column.values:
            values = ", ".join(f"'{value}'" for value in column.values)
            parts.append(f'CHECK ("{column.name}" IN ({values}))')
        if column.kind == "boolean":
            parts.append(f'CHECK ("{column.name}" IN (0, 1))')
        lines.append(" ".join(parts))
    key = ", ".join(f'"{name}"' for name in table.key)
    lines.append(f"PRIMARY KEY ({key})")
    lines += [
        f'FOREIGN KEY ("{column.name}") REFERENCES "{target}" ("{name}") DEFERRABLE INITIALLY DEFERRED'
        for column, target, name in table.links()
    ]
    return f'CREATE TABLE "{table.name}" (\n  ' + ",\n  ".join(lines) + "\n)"
