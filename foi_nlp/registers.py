"""Load the registers in `patterns/registers/`: the facts and word lists that rules and mechanisms stand on.

A register is one JSON object a line, each with an `id` of its own. Facts: authorities, provisions, caveat categories,
outcomes. Word lists: months, numbers, nil words, units, counted nouns, breakdowns, words of tables; each of their
records says in `source` why its words are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from foi_nlp.patterns import PatternError, read_records
from foi_nlp.resources import registers_folder


@lru_cache(maxsize=64)
def register(name: str) -> tuple[Mapping[str, Any], ...]:
    """Give the records of one shipped register.

    Raises PatternError naming the file and line of a record that is no JSON object, has no id, or has another's.
    """
    return read_register(registers_folder() / f"{name}.jsonl")


def read_register(path: Path) -> tuple[Mapping[str, Any], ...]:
    """Read the records of a register's file. Raises PatternError as `register` does."""
    lines: dict[str, int] = {}
    out: list[Mapping[str, Any]] = []
    for number, record in read_records(path):
        identity = record.get("id")
        if not isinstance(identity, str) or not identity:
            raise PatternError(f'{path}:{number}: a record of a register needs an "id", a text')
        if identity in lines:
            raise PatternError(f"{path}:{number}: the id {identity!r} is taken already by line {lines[identity]}")
        lines[identity] = number
        out.append(record)
    return tuple(out)


@lru_cache(maxsize=64)
def by_id(name: str) -> Mapping[str, Mapping[str, Any]]:
    """Give the records of a register by their ids."""
    return {record["id"]: record for record in register(name)}


@lru_cache(maxsize=64)
def names_to(name: str, key: str) -> Mapping[str, Any]:
    """Give, for each of the `names` in a register, in lower case, what its record says under `key`."""
    return {word.lower(): record[key] for record in register(name) for word in record["names"]}
