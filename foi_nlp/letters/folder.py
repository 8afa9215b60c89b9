"""Find the letters in folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

IGNORE_FILE = ".foiignore"


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Give the files under the paths, in a stable order and each once. Files that are named outright are always given.

    A folder is searched with all its folders. Hidden files are passed over, and so is what a `.foiignore` file
    names for its folder: one `fnmatch` pattern a line, against the name or the path below that folder; a pattern
    that ends in `/` names a folder; `#` opens a comment. A path that does not exist is given as it is, so that
    reading it says so.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for file in _walk(path, ()) if path.is_dir() else [path]:
            found.setdefault(file)
    return list(found)


Ignored = tuple[tuple[Path, str], ...]


def _walk(folder: Path, ignored: Ignored) -> Iterator[Path]:
    ignored = (*ignored, *_patterns(folder))
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith(".") or _is_ignored(entry, ignored):
            continue
        if entry.is_dir():
            # A link to a folder may lead back up, and then the walk would never end.
            if not entry.is_symlink():
                yield from _walk(entry, ignored)
        elif entry.is_file():
            yield entry


def _patterns(folder: Path) -> Ignored:
    file = folder / IGNORE_FILE
    if not file.is_file():
        return ()
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return tuple((folder, line.strip()) for line in lines if line.strip() and not line.lstrip().startswith("#"))


def _is_ignored(entry: Path, ignored: Ignored) -> bool:
    for folder, pattern in ignored:
        if pattern.endswith("/") and not entry.is_dir():
            continue
        plain = pattern.rstrip("/")
        below = entry.relative_to(folder).as_posix()
        if fnmatch(entry.name, plain) or fnmatch(below, plain):
            return True
    return False
