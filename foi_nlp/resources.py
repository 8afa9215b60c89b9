"""Find the data that ships with foi_nlp: rules, registers and configs.

In a checkout they are the folders `patterns/` and `configs/` beside the package; in an installed wheel they
are `foi_nlp/data/`.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def patterns_folder() -> Path:
    """Give the folder of the shipped rules."""
    return _folder("patterns")


def registers_folder() -> Path:
    """Give the folder of the shipped registers: authorities, provisions, caveat categories, outcomes."""
    return patterns_folder() / "registers"


def configs_folder() -> Path:
    """Give the folder of the shipped spaCy configs."""
    return _folder("configs")


class ResourceError(ValueError):
    """Something that should ship with foi_nlp is asked for by a name that it does not have."""


def config_file(name: str) -> Path:
    """Give the spaCy config of a shipped pipeline. Raises ResourceError naming those that there are."""
    path = configs_folder() / f"{name}.cfg"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in configs_folder().glob("*.cfg")))
        raise ResourceError(f"no config named {name!r}; there are: {known}")
    return path
