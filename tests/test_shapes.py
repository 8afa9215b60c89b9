"""The shapes and word lists by which requests, questions and answers are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from foi_nlp.pipeline.shapes import REGISTER, shape, word_list, word_set
from foi_nlp.registers import register

SHAPES = [record for record in register(REGISTER) if "regex" in record]


@pytest.mark.parametrize("record", SHAPES, ids=lambda record: record["id"])
def test_a_shape_proves_itself(record: Mapping[str, Any]) -> None:
    ready = shape(record["id"].removeprefix("shape."))
    look = ready.search if record.get("at") == "anywhere" else ready.match
    assert [text for text in record["match"] if not look(text)] == []
    assert [text for text in record["no_match"] if look(text)] == []


def test_words_keep_their_order() -> None:
    assert word_list("ordinals").index("third") == word_list("cardinals").index("three") == 2
    assert "third" in word_set("ordinals")


def test_an_unknown_shape_is_named() -> None:
    with pytest.raises(KeyError, match=r"shape\.nothing"):
        shape("nothing")
