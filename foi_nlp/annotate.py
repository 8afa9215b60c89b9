"""Annotate letters: the one way from a Letter to its Doc and its LetterRecord."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foi_nlp.records import LetterRecord, Observation, Place, ReviewItem

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from foi_nlp.letters.model import Letter


def annotate_letter(nlp: Language, letter: Letter) -> LetterRecord:
    """Run the pipeline over a letter and give its record."""
    return record_of(letter_doc(nlp, letter), letter)


def letter_doc(nlp: Language, letter: Letter) -> Doc:
    """Run the pipeline over a letter and give its Doc, the tables that its format gave included."""
    doc = nlp.make_doc(letter.text)
    doc._.foi_grids = [grid.to_json() for grid in letter.grids]
    doc = nlp(doc)
    doc._.foi_grids = None
    return doc


def record_of(doc: Doc, letter: Letter) -> LetterRecord:
    """Make the record of a letter from its annotated Doc. Raises ValueError for a Doc of another text."""
    if doc.text != letter.text:
        raise ValueError(f"{letter.source}: the Doc was made of another text")
    facts: dict[str, Any] = doc._.foi
    record = LetterRecord(
        source=letter.source,
        source_sha256=letter.source_sha256,
        text_sha256=letter.text_sha256,
        text=letter.text,
        source_notes=list(letter.notes),
        **facts,
    )
    record.observations = [_placed(observation, letter) for observation in record.observations]
    if letter.ocr:
        record.needs_review += [_ocr_item(observation) for observation in record.observations]
    return record


def _placed(observation: Observation, letter: Letter) -> Observation:
    place: Place | None = letter.place_of(observation.start, observation.end)
    return observation if place is None else observation.model_copy(update={"place": place})


def _ocr_item(observation: Observation) -> ReviewItem:
    return ReviewItem(
        code="ocr",
        reason="The figure was read by OCR, which mistakes digits; compare it with the image.",
        start=observation.start,
        end=observation.end,
        table=observation.table,
        observation=observation.id,
    )
