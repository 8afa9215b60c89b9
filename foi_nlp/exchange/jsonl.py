"""Read and write files of one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from foi_nlp.exchange.model import ExchangeError


def write_lines(path: Path, items: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each object with its line number. Raises ExchangeError naming file and line."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    item = json.loads(line)
                    if not isinstance(item, dict):
                        raise ExchangeError(f"{path}:{number}: expected a JSON object on each line")
                    yield number, item
    except OSError as error:
        raise ExchangeError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except ValueError as error:
        raise ExchangeError(f"{path}: not one JSON object a line in UTF-8 ({error})") from None
