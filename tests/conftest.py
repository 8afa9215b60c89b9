"""What the tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import foi_nlp

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Give the full pipeline."""
    return foi_nlp.load()
