"""Load the word lists that figures are read with: months, numbers, nil words, units, counted nouns, breakdowns.

They are facts with a source, one JSON object a line, in `patterns/registers/`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from foi_nlp.patterns import PatternError
from foi_nlp.resources import registers_folder


@lru_cache(maxsize=32)
def register(name: str) -> tuple[dict[str, Any], ...]:
    """Give the records of one register. Raises PatternError naming the file and line of a record that is wrong."""
    path = registers_folder() / f"{name}.jsonl"
    out: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise PatternError(f"{path}:{number}: not valid JSON ({error.msg})") from None
        if not isinstance(record, dict) or not record.get("id") or not record.get("source"):
            raise PatternError(f"{path}:{number}: a record of a register needs an id and a source")
        out.append(record)
    return tuple(out)


@lru_cache(maxsize=32)
def names_to(name: str, key: str) -> dict[str, Any]:
    """Give, for each of the `names` in a register, in lower case, what its record says under `key`."""
    return {word.lower(): record[key] for record in register(name) for word in record["names"]}
