"""What the tests against other programs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from foi_nlp.annotate import annotate_letter
from foi_nlp.letters import Letter, open_letters
from tests.review_sample import hostile_record
from tests.shared_files import CORPUS

if TYPE_CHECKING:
    from spacy.language import Language

    from foi_nlp.records import LetterRecord


@pytest.fixture(scope="session")
def records(nlp: Language) -> list[LetterRecord]:
    """Give the record of each letter of the corpus, and of one that is hard to point at."""
    folders = [CORPUS, *(folder for folder in sorted(CORPUS.iterdir()) if folder.is_dir() and folder.name != "gold")]
    files = [
        file
        for folder in folders
        for file in sorted(folder.iterdir())
        if file.is_file() and file.suffix != ".json" and file.name != "README.md"
    ]
    read = [
        annotate_letter(nlp, letter) for file in files for letter in open_letters(file) if isinstance(letter, Letter)
    ]
    # The same letter in several formats has one text; once is enough.
    return [hostile_record(), *{record.text_sha256: record for record in read}.values()]
