"""W3C Web Annotation: one JSON-LD annotation page a letter. Positions are code points, as the standard demands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from foi_nlp.exchange.jsonl import read_lines, write_lines
from foi_nlp.exchange.model import AnnotatedText, ExchangeError, Problem, Relation, Span, check

NAME = "web-annotation"
FILE = "annotations.jsonld.jsonl"
_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 32


def write(texts: Iterable[AnnotatedText], folder: Path) -> None:
    """Write one annotation page a line: position and quote selectors, and the hash of the text they hold for."""
    write_lines(folder / FILE, map(_page, texts))


def _page(text: AnnotatedText) -> dict[str, Any]:
    base = f"urn:sha256:{text.text_sha256}"
    ids = {span: f"{base}#s{i}" for i, span in enumerate(text.spans)}
    items: list[dict[str, Any]] = [
        {
            "id": ids[span],
            "type": "Annotation",
            "motivation": "classifying",
            "body": [
                {"type": "TextualBody", "purpose": "classifying", "value": span.label},
                {"type": "TextualBody", "purpose": "identifying", "value": span.value},
                {"type": "TextualBody", "purpose": "tagging", "value": span.key},
            ],
            "target": {
                "source": base,
                "state": {"type": "State", "text_sha256": text.text_sha256},
                "selector": [
                    {"type": "TextPositionSelector", "start": span.start, "end": span.end},
                    {
                        "type": "TextQuoteSelector",
                        "exact": text.text[span.start : span.end],
                        "prefix": text.text[max(0, span.start - _AROUND) : span.start],
                        "suffix": text.text[span.end : span.end + _AROUND],
                    },
                ],
            },
        }
        for span in text.spans
    ]
    items += [
        {
            "id": f"{base}#r{i}",
            "type": "Annotation",
            "motivation": "linking",
            "body": [{"type": "TextualBody", "purpose": "classifying", "value": r.label}, ids[r.child]],
            "target": ids[r.head],
        }
        for i, r in enumerate(text.relations)
    ]
    return {
        "@context": _CONTEXT,
        "id": base,
        "type": "AnnotationPage",
        "label": text.source,
        "text": text.text,
        "items": items,
    }


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read annotation pages, one a line."""
    file = path / FILE if path.is_dir() else path
    for number, page in read_lines(file):
        try:
            yield _text(page)
        except (KeyError, TypeError, StopIteration) as error:
            raise ExchangeError(f"{file}:{number}: no annotation page of foi_nlp ({error!r})") from None


def _text(page: dict[str, Any]) -> tuple[AnnotatedText, list[Problem]]:
    spans: dict[str, Span] = {}
    quotes: list[tuple[Span, str | None]] = []
    links = []
    for item in page["items"]:
        if item["motivation"] == "linking":
            links.append((item["target"], item["body"][1], item["body"][0]["value"]))
            continue
        bodies = {body["purpose"]: body["value"] for body in item["body"]}
        selectors = {selector["type"]: selector for selector in item["target"]["selector"]}
        place = selectors["TextPositionSelector"]
        span = Span(
            place["start"],
            place["end"],
            bodies["classifying"],
            bodies.get("identifying", ""),
            bodies.get("tagging", ""),
        )
        spans[item["id"]] = span
        quotes.append((span, selectors.get("TextQuoteSelector", {}).get("exact")))
    relations = sorted(Relation(spans[a], spans[b], label) for a, b, label in links if a in spans and b in spans)
    text = AnnotatedText(
        page["label"], page["id"].rpartition(":")[2], page["text"], tuple(sorted(spans.values())), tuple(relations)
    )
    return text, list(check(text, quotes))
