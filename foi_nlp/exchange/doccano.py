"""doccano: sequence labelling with relations, as JSONL. Its page counts UTF-16 units, so the file does too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from foi_nlp.exchange.jsonl import read_lines, write_lines
from foi_nlp.exchange.model import (
    AnnotatedText,
    ExchangeError,
    Problem,
    Relation,
    Span,
    check,
    code_point_offsets,
    utf16_offsets,
)

NAME = "doccano"
FILE = "doccano.jsonl"


def write(texts: Iterable[AnnotatedText], folder: Path) -> None:
    """Write `doccano.jsonl`, for a sequence labelling project with relations allowed."""
    write_lines(folder / FILE, map(_task, texts))


def _task(text: AnnotatedText) -> dict[str, Any]:
    units = utf16_offsets(text.text)
    ids = {span: i for i, span in enumerate(text.spans, start=1)}
    return {
        "text": text.text,
        "source": text.source,
        "text_sha256": text.text_sha256,
        "entities": [
            {
                "id": ids[span],
                "label": span.label,
                "start_offset": units[span.start],
                "end_offset": units[span.end],
                "value": span.value,
                "key": span.key,
            }
            for span in text.spans
        ],
        "relations": [
            {"id": i, "from_id": ids[r.head], "to_id": ids[r.child], "type": r.label}
            for i, r in enumerate(text.relations, start=1)
        ],
        # doccano keeps the further keys of a task but not those of an entity; they come back from here.
        "foi_nlp": {f"{units[s.start]}-{units[s.end]}-{s.label}": [s.value, s.key] for s in text.spans},
    }


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read an export in JSONL with relations (or the file we wrote)."""
    file = path / FILE if path.is_dir() else path
    for number, task in read_lines(file):
        problems: list[Problem] = []
        try:
            points = code_point_offsets(task["text"])
            known = task.get("foi_nlp", {})
            spans: dict[int, Span] = {}
            for entity in task.get("entities", []):
                start, end = points.get(entity["start_offset"]), points.get(entity["end_offset"])
                if start is None or end is None:
                    place = f"{entity['start_offset']}-{entity['end_offset']}"
                    problems.append(Problem(task["source"], f"{entity['label']} at {place} cuts a character in two"))
                    continue
                name = f"{entity['start_offset']}-{entity['end_offset']}-{entity['label']}"
                value, key = known.get(name, ["", ""])
                value, key = entity.get("value", value), entity.get("key", key)
                spans[entity["id"]] = Span(start, end, entity["label"], value, key)
            relations = sorted(
                Relation(spans[r["from_id"]], spans[r["to_id"]], r["type"])
                for r in task.get("relations", [])
                if r["from_id"] in spans and r["to_id"] in spans
            )
            text = AnnotatedText(
                task["source"], task["text_sha256"], task["text"], tuple(sorted(spans.values())), tuple(relations)
            )
        except (KeyError, TypeError) as error:
            raise ExchangeError(f"{file}:{number}: no doccano task of foi_nlp ({error!r})") from None
        yield text, [*problems, *check(text, ((span, None) for span in text.spans))]
