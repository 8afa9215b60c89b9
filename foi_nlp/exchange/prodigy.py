"""Prodigy: spans and relations as JSONL. It counts code points; `token_end` is inclusive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from foi_nlp.exchange.jsonl import read_lines, write_lines
from foi_nlp.exchange.model import AnnotatedText, ExchangeError, Problem, Relation, Span, check, tokens

NAME = "prodigy"
FILE = "prodigy.jsonl"


def write(texts: Iterable[AnnotatedText], folder: Path) -> None:
    """Write `prodigy.jsonl`, for the recipes `spans.manual` and `rel.manual`."""
    write_lines(folder / FILE, map(_task, texts))


def _task(text: AnnotatedText) -> dict[str, Any]:
    words = tokens(text.text, text.spans)
    starts = {token.start: i for i, token in enumerate(words)}
    ends = {token.end: i for i, token in enumerate(words)}
    spans = [_span(text, span, starts, ends) for span in text.spans]
    place = dict(zip(text.spans, spans, strict=True))
    return {
        "text": text.text,
        "meta": {"source": text.source, "text_sha256": text.text_sha256},
        "tokens": [
            {
                "text": text.text[t.start : t.end],
                "start": t.start,
                "end": t.end,
                "id": i,
                "ws": text.text[t.end : t.end + 1] == " ",
            }
            for i, t in enumerate(words)
        ],
        "spans": spans,
        "relations": [
            {
                "head": place[r.head].get("token_end"),
                "child": place[r.child].get("token_end"),
                "head_span": place[r.head],
                "child_span": place[r.child],
                "label": r.label,
            }
            for r in text.relations
        ],
        "_view_id": "relations" if text.relations else "spans_manual",
    }


def _span(text: AnnotatedText, span: Span, starts: dict[int, int], ends: dict[int, int]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "text": text.text[span.start : span.end],
        "value": span.value,
        "key": span.key,
    }
    # A span that begins or ends in white space has no token there; the offsets alone then say where it is.
    if span.start in starts and span.end in ends:
        data |= {"token_start": starts[span.start], "token_end": ends[span.end]}
    return data


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read what `db-out` wrote (or the file we wrote). Rejected and ignored tasks are reported and say nothing."""
    file = path / FILE if path.is_dir() else path
    for number, task in read_lines(file):
        try:
            meta = task["meta"]
            spans = [(_read_span(s), s.get("text")) for s in task.get("spans", [])]
            relations = sorted(
                Relation(_read_span(r["head_span"]), _read_span(r["child_span"]), r["label"])
                for r in task.get("relations", [])
            )
            answer = task.get("answer", "accept")
            kept = spans if answer == "accept" else []
            text = AnnotatedText(
                meta["source"], meta["text_sha256"], task["text"],
                tuple(sorted(span for span, _ in kept)), tuple(relations if kept else ()),
            )  # fmt: skip
        except (KeyError, TypeError) as error:
            raise ExchangeError(f"{file}:{number}: no Prodigy task of foi_nlp ({error!r})") from None
        if answer == "accept":
            yield text, list(check(text, kept))
        else:
            yield text, [Problem(text.source, f"the task was answered {answer!r}: it says nothing about the letter")]


def _read_span(data: dict[str, Any]) -> Span:
    return Span(data["start"], data["end"], data["label"], data.get("value", ""), data.get("key", ""))
