"""Make observations of the figures of lists, answers and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foi_nlp.figures.asking import Asking
    from foi_nlp.patterns import RuleBook
    from foi_nlp.pipeline.reading import Reading
    from foi_nlp.pipeline.scanning import Hit
    from foi_nlp.records import Observation


class TextFigures:
    """Find the figures of running text."""

    def __init__(self, reading: Reading, asking: Asking, book: RuleBook, hits: Sequence[Hit]) -> None:
        self.reading = reading

    def observations(self) -> list[Observation]:
        """Give the observations of the text outside its tables."""
        return []
