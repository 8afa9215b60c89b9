"""Check the facts, compute the statutory clock, and hand the record over as plain values on the Doc."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from foi_nlp.pipeline.caveats import of_given_figures
from foi_nlp.pipeline.reading import SPANS_KEY, Reading
from foi_nlp.records import Observation, TableRecord
from foi_nlp.timeliness import REVIEW, timeliness_of

_NOT_TOLD_APART = (
    "These figures differ, and nothing that was read says how: find in the letter what each of them counts."
)


@Language.factory("foi_checks", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> ChecksComponent:  # noqa: ARG001  # spaCy names them
    """Make the component; `patterns` is accepted for likeness with the others."""
    return ChecksComponent(name)


def not_told_apart(observations: Iterable[Observation]) -> list[list[Observation]]:
    """Give the figures of one question and period that differ, though no label, metric or unit tells them apart.

    Each list is in the order of the letter. A value that is only said twice is no doubt.
    """
    groups: dict[tuple[object, ...], list[Observation]] = {}
    for o in observations:
        labels = tuple(sorted((key, str(value)) for key, value in o.breakdown.items()))
        groups.setdefault((o.question, o.period.start, o.period.end, o.metric, o.unit, labels), []).append(o)
    return [alike for alike in groups.values() if len({o.value_raw for o in alike}) > 1]


class ChecksComponent:
    """The last component: `doc._.foi` becomes the parts of the record as plain values, `doc.ents` is set."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Finish the Doc."""
        reading = Reading.of(doc)
        facts = reading.facts
        for alike in not_told_apart(facts.observations):
            reading.review("not_told_apart", _NOT_TOLD_APART, alike[0].start, alike[-1].end, table=alike[0].table)
        facts.caveats = of_given_figures(facts)
        if facts.timeliness is None:
            of_review = facts.letter_outcome is not None and facts.letter_outcome.id == REVIEW
            facts.timeliness = timeliness_of(facts.dates, regime=facts.regime, of_review=of_review)
        if SPANS_KEY not in doc.spans:
            doc.spans[SPANS_KEY] = []  # a Doc that lacks the key would be skipped in scoring
        doc._.foi = {
            "regime": facts.regime,
            "letter_outcome": facts.letter_outcome and facts.letter_outcome.model_dump(mode="json"),
            "timeliness": facts.timeliness.model_dump(mode="json"),
            "tables": [
                TableRecord(
                    id=f"t{i}",
                    start=grid.start,
                    end=grid.end,
                    source=grid.source,
                    caption=grid.caption,
                    cells=[
                        [None if c.start is None or c.end is None else (c.start, c.end) for c in row]
                        for row in grid.rows
                    ],
                ).model_dump(mode="json")
                for i, grid in enumerate(reading.grids, start=1)
            ],
            **{
                key: [part.model_dump(mode="json") for part in getattr(facts, key)]
                for key in (
                    "authorities",
                    "references",
                    "dates",
                    "sections",
                    "questions",
                    "outcomes",
                    "provisions",
                    "caveats",
                    "observations",
                    "needs_review",
                )
            },
        }
        doc.ents = filter_spans([span for span in doc.spans[SPANS_KEY] if span.label_ not in {"SECTION", "QUESTION"}])
        reading.drop()
        return doc
