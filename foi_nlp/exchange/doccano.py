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
            }
            for span in text.spans
        ],
        "relations": [
            {"id": i, "from_id": ids[r.head], "to_id": ids[r.child], "type": r.label}
            for i, r in enumerate(text.relations, start=1)
        ],
        # doccano keeps the further keys of a task but not those of an entity; they come back from here.
        "foi_nlp": _facts(text, units),
    }


def _facts(text: AnnotatedText, units: list[int]) -> dict[str, list[list[str]]]:
    """Give the values and keys of the spans by place and label; several spans may have the same."""
    out: dict[str, list[list[str]]] = {}
    for span in text.spans:
        out.setdefault(f"{units[span.start]}-{units[span.end]}-{span.label}", []).append([span.value, span.key])
    return out


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read an export in JSONL with relations (or the file we wrote)."""
    file = path / FILE if path.is_dir() else path
    for number, task in read_lines(file):
        try:
            yield _read_task(task)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ExchangeError(f"{file}:{number}: no doccano task of foi_nlp ({error!r})") from None


def _read_task(task: dict[str, Any]) -> tuple[AnnotatedText, list[Problem]]:
    problems: list[Problem] = []
    points = code_point_offsets(task["text"])
    facts = {name: list(held) for name, held in task["foi_nlp"].items()}
    spans: dict[int, Span] = {}
    for entity in sorted(task["entities"], key=lambda entity: int(entity["id"])):
        first, last, label = entity["start_offset"], entity["end_offset"], entity["label"]
        start, end = points.get(first), points.get(last)
        if start is None or end is None:
            problems.append(Problem(task["source"], f"{label} at {first}-{last} cuts a character in two"))
            continue
        held = facts.get(f"{first}-{last}-{label}")
        value, key = held.pop(0) if held else ("", "")
        spans[entity["id"]] = Span(start, end, label, value, key)
    met = {(span.start, span.end, span.label) for span in spans.values()}
    for name, held in facts.items():
        first, last, label = name.split("-")
        if held and (points.get(int(first)), points.get(int(last)), label) in met:
            message = (
                f"of several {label} at {first}-{last} one was taken away, and doccano does not tell which; "
                "put it back there, and reject it on the review page"
            )
            problems.append(Problem(task["source"], message))
    relations = sorted(
        Relation(spans[r["from_id"]], spans[r["to_id"]], r["type"])
        for r in task.get("relations", [])
        if r["from_id"] in spans and r["to_id"] in spans
    )
    text = AnnotatedText(
        task["source"], task["text_sha256"], task["text"], tuple(sorted(spans.values())), tuple(relations)
    )
    return text, [*problems, *check(text, ((span, None) for span in text.spans))]
