"""Write a collation to a folder: whole or not at all, and never over another's files."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from foi_nlp.collate.collation import Collation
from foi_nlp.collate.database import DATABASE, write_database
from foi_nlp.collate.errors import CollateError
from foi_nlp.collate.note import method_note
from foi_nlp.collate.package import DATA_PACKAGE, write_csv, write_parquet
from foi_nlp.collate.report import REPORT, write_report
from foi_nlp.collate.workbook import WORKBOOK, write_workbook

NOTE = "method.md"
_NAMES = ("csv", "parquet", DATABASE, WORKBOOK, REPORT, NOTE, DATA_PACKAGE)


def write(
    collation: Collation, folder: Path | str, *, parquet: bool = False, report: bool = True, whole_letters: bool = True
) -> Path:
    """Write all outputs of a collation and give the folder.

    An earlier collation in the folder is replaced; a folder that holds anything else is refused with CollateError.
    """
    folder = Path(folder)
    _check(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".partial-") as name:
        partial = Path(name)
        write_csv(collation, partial)
        write_database(collation, partial)
        write_workbook(collation, partial)
        if parquet:
            write_parquet(collation, partial)
        if report:
            write_report(collation, partial, whole_letters=whole_letters)
        (partial / NOTE).write_text(method_note(collation), encoding="utf-8")
        for stale in _NAMES:
            _remove(folder / stale)
        for made in sorted(partial.iterdir(), key=lambda path: _NAMES.index(path.name)):
            os.replace(made, folder / made.name)  # noqa: PTH105  # replaces atomically
    return folder


def _check(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CollateError(f"{folder}: is a file; name a folder with --output")
    if not folder.is_dir() or not (held := {path.name for path in folder.iterdir()}):
        return
    try:
        data = json.loads((folder / DATA_PACKAGE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        data = None
    ours = isinstance(data, dict) and data.get("name") == "foi-collation"
    left = {name for name in held if name.startswith(".partial-")}
    if not ours and held - left:
        raise CollateError(f"{folder}: holds files that are no collation; name a new or empty folder with --output")
    for name in left:
        _remove(folder / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
