"""Every rule finds its own examples and leaves its counter-examples alone, through the full pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from foi_nlp.patterns import Rule, load_rules
from foi_nlp.pipeline.reading import SPANS_KEY

if TYPE_CHECKING:
    from spacy.language import Language

RULES = list(load_rules())


def _found(nlp: Language, text: str) -> set[str]:
    doc = nlp(text)
    return {span.id_ for span in doc.spans[SPANS_KEY]}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_proves_itself(nlp: Language, rule: Rule) -> None:
    wrong = [f"does not find its match {text!r}" for text in rule.match if rule.id not in _found(nlp, text)]
    wrong += [f"finds its no_match {text!r}" for text in rule.no_match if rule.id in _found(nlp, text)]
    assert not wrong, f"{rule.where}: " + "; ".join(wrong)
