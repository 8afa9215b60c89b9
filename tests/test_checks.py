"""The last component: what it puts before a person once all facts are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from spacy.language import Language

LETTER = """Dear Applicant,

You asked:

1. How many drivers were caught speeding in 2016 and 2017, and how many took a course?

Response:

1. {answer}

Yours sincerely,

Disclosure Officer
"""


@pytest.mark.parametrize(
    ("answer", "doubts"),
    [
        ("As follows.\n\n2016 - 5,594\n2017 - 6,556\n\n\n2016 - 3,582\n2017 - 4,037", 2),
        ("As follows.\n\n2016 - 5,594\n2017 - 6,556\n\nAs was said, in 2016 there were 5,594.", 0),
        ("As follows.\n\nCaught\n2016 - 5,594\n2017 - 6,556\n\nTrained\n2016 - 3,582\n2017 - 4,037", 0),
    ],
    ids=["two lists without titles", "said twice", "two lists with titles"],
)
def test_figures_that_nothing_tells_apart_are_put_before_a_person(nlp: Language, answer: str, doubts: int) -> None:
    facts: dict[str, Any] = nlp(LETTER.format(answer=answer))._.foi
    assert len(facts["observations"]) > 2
    assert len([item for item in facts["needs_review"] if item["code"] == "not_told_apart"]) == doubts
