"""Letters of other people that tests read in place; they never enter the project."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
GOLD = CORPUS / "gold"
SHARED = ROOT.parent / "shared"


def shared(*parts: str) -> Path:
    """Give a path of the real letters, or skip the test where they are not present."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.relative_to(ROOT.parent)} is not present: these real letters are not part of the project")
    return path
