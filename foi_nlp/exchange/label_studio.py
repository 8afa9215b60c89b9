"""Label Studio: tasks with predictions and relations, and the labelling config. It counts code points in `<Text>`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from foi_nlp.exchange.model import LABELS, AnnotatedText, ExchangeError, Problem, Relation, Span, check

NAME = "label-studio"
TASKS = "tasks.json"
CONFIG = "labelling.xml"


def write(texts: Iterable[AnnotatedText], folder: Path) -> None:
    """Write `tasks.json` to import into a project, and `labelling.xml`, its labelling config."""
    tasks = [_task(text) for text in texts]
    (folder / TASKS).write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    labels = "\n".join(f"    <Label value={quoteattr(label)}/>" for label in LABELS)
    (folder / CONFIG).write_text(
        '<View>\n  <Relations><Relation value="IN_PERIOD"/></Relations>\n'
        f'  <Labels name="label" toName="text">\n{labels}\n  </Labels>\n'
        '  <Text name="text" value="$text" granularity="symbol"/>\n</View>\n',
        encoding="utf-8",
    )


def _task(text: AnnotatedText) -> dict[str, Any]:
    ids = {span: f"s{i}" for i, span in enumerate(text.spans)}
    result: list[dict[str, Any]] = [
        {
            "id": ids[span],
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": span.start,
                "end": span.end,
                "text": text.text[span.start : span.end],
                "labels": [span.label],
            },
            "meta": {"text": [json.dumps({"value": span.value, "key": span.key}, ensure_ascii=False)]},
        }
        for span in text.spans
    ]
    result += [
        {"type": "relation", "from_id": ids[r.head], "to_id": ids[r.child], "direction": "right", "labels": [r.label]}
        for r in text.relations
    ]
    return {
        "data": {"text": text.text, "source": text.source, "text_sha256": text.text_sha256},
        "predictions": [{"model_version": "foi_nlp", "result": result}],
    }


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read a JSON export (or the tasks file). A task that nobody has submitted there comes back as not reviewed."""
    file = path / TASKS if path.is_dir() else path
    try:
        tasks = json.loads(file.read_text(encoding="utf-8"))
        for task in tasks:
            yield _read_task(task)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExchangeError(
            f"{file}: no Label Studio export in JSON ({error!r}); export with the format JSON"
        ) from None


def _read_task(task: dict[str, Any]) -> tuple[AnnotatedText, list[Problem]]:
    data = task["data"]
    if "annotations" not in task:  # the tasks file as we wrote it
        return _text(data, task["predictions"][0]["result"])
    done = [annotation["result"] for annotation in task["annotations"] if not annotation.get("was_cancelled")]
    if not done:
        # An export names predictions by their numbers in Label Studio, so they cannot be read back from it.
        return AnnotatedText(data["source"], data["text_sha256"], data["text"], (), reviewed=False), []
    texts = [_text(data, result) for result in done]
    if any(text != texts[0][0] for text, _ in texts):
        message = (
            f"{len(texts)} annotations of this letter differ; delete all but one there, or import an export of each "
            "annotator under a name of their own"
        )
        return texts[0][0], [Problem(data["source"], message)]
    return texts[0]


def _text(data: dict[str, Any], result: list[dict[str, Any]]) -> tuple[AnnotatedText, list[Problem]]:
    spans: dict[str, Span] = {}
    quotes: list[tuple[Span, str | None]] = []
    problems: list[Problem] = []
    for item in result:
        if item["type"] == "relation":
            continue
        value = item["value"]
        labels = value.get("labels") or []
        if len(labels) != 1:
            named = " and ".join(labels) or "no label"
            problems.append(
                Problem(data["source"], f"the region «{value.get('text', '')}» has {named}; give it one of the labels")
            )
            continue
        facts = _facts(item)
        span = Span(value["start"], value["end"], labels[0], facts.get("value", ""), facts.get("key", ""))
        spans[item["id"]] = span
        quotes.append((span, value.get("text")))
    relations = sorted(
        Relation(spans[item["from_id"]], spans[item["to_id"]], (item.get("labels") or [""])[0])
        for item in result
        if item["type"] == "relation" and item["from_id"] in spans and item["to_id"] in spans
    )
    text = AnnotatedText(
        data["source"], data["text_sha256"], data["text"], tuple(sorted(spans.values())), tuple(relations)
    )
    return text, [*problems, *check(text, quotes)]


def _facts(item: dict[str, Any]) -> dict[str, str]:
    try:
        facts = json.loads((item.get("meta") or {}).get("text", ["{}"])[0])
    except (ValueError, IndexError, TypeError):
        return {}
    return facts if isinstance(facts, dict) else {}
