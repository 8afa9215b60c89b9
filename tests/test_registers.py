"""The registers load strictly: every record has an id of its own, and word lists say where they come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from foi_nlp.patterns import PatternError
from foi_nlp.registers import by_id, names_to, read_register, register
from foi_nlp.resources import registers_folder

NAMES = sorted(path.stem for path in registers_folder().glob("*.jsonl"))
FACTS = {"authorities", "caveats", "outcomes", "provisions"}  # their source is the register as a whole


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_register_loads(name: str) -> None:
    assert register(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FACTS])
def test_every_record_of_a_word_list_says_its_source(name: str) -> None:
    assert [record["id"] for record in register(name) if not record.get("source")] == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('{"id": "a"}\n{"id": "a"}\n', "2: the id 'a' is taken already by line 1"),
        ('{"names": ["a"]}\n', '1: a record of a register needs an "id"'),
        ('{"id": "a"}\n["b"]\n', "2: a rule is a JSON object"),
        ('{"id": "a"\n', "1: not valid JSON"),
    ],
)
def test_a_wrong_record_is_refused_by_file_and_line(tmp_path: Path, lines: str, message: str) -> None:
    path = tmp_path / "words.jsonl"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(PatternError) as caught:
        read_register(path)
    assert str(caught.value).startswith(f"{path}:{message}")


def test_names_are_found_in_lower_case() -> None:
    assert names_to("months", "number")["january"] == 1
    assert by_id("months")["month.01"]["number"] == 1
