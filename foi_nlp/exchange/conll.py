"""CoNLL columns: one token a line with its offsets, and a column of BIO tags for each layer of spans.

Spans that overlap stand in different layers. Comment lines hold what columns cannot: the letter, values and keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from foi_nlp.exchange.model import AnnotatedText, ExchangeError, Problem, Relation, Span, Token, check, tokens

NAME = "conll"
FILE = "letters.conll"
_FIXED_COLUMNS = 4


def write(texts: Iterable[AnnotatedText], folder: Path) -> None:
    """Write `letters.conll`: number, form, start, end, then one column of tags for each layer."""
    with (folder / FILE).open("w", encoding="utf-8", newline="\n") as file:
        for text in texts:
            file.writelines(_lines(text))


def _lines(text: AnnotatedText) -> Iterator[str]:
    layers = _layers(text.spans)
    index = {span: i for i, span in enumerate(text.spans)}
    place = {span: (layer, span.start) for layer, spans in enumerate(layers) for span in spans}
    yield f"# source = {json.dumps(text.source)}\n# text_sha256 = {text.text_sha256}\n"
    yield f"# text = {json.dumps(text.text)}\n"
    for span in text.spans:
        layer, _ = place[span]
        # A span that begins or ends in white space is wider than its tokens.
        facts = [layer, span.start, span.end, span.label, span.value, span.key]
        yield f"# span = {json.dumps(facts)}\n"
    for r in text.relations:
        yield f"# relation = {json.dumps([index[r.head], index[r.child], r.label])}\n"
    for number, token in enumerate(tokens(text.text, text.spans), start=1):
        tags = [_tag(text.text, token, spans) for spans in layers]
        form = text.text[token.start : token.end]
        yield "\t".join([str(number), form, str(token.start), str(token.end), *tags]) + "\n"
    yield "\n"


def _layers(spans: Iterable[Span]) -> list[list[Span]]:
    layers: list[list[Span]] = []
    for span in sorted(spans):
        layer = next((spans for spans in layers if spans[-1].end <= span.start), None)
        if layer is None:
            layers.append([span])
        else:
            layer.append(span)
    return layers


def _tag(text: str, token: Token, spans: Iterable[Span]) -> str:
    for span in spans:
        if span.start <= token.start and token.end <= span.end:
            first = not text[span.start : token.start].strip()
            return f"{'B' if first else 'I'}-{span.label}"
    return "O"


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read the columns back: the tags say which spans there are, the comments give their values and keys."""
    file = path / FILE if path.is_dir() else path
    try:
        blocks = file.read_text(encoding="utf-8").split("\n\n")
    except (OSError, ValueError) as error:
        raise ExchangeError(f"{file}: cannot be read as UTF-8 text ({error})") from None
    for block in blocks:
        if block.strip():
            try:
                yield _text(block)
            except (ValueError, KeyError, IndexError) as error:
                raise ExchangeError(f"{file}: no columns of foi_nlp ({error!r}); keep the comment lines") from None


def _text(block: str) -> tuple[AnnotatedText, list[Problem]]:
    comments: dict[str, list[str]] = {}
    rows: list[list[str]] = []
    for line in block.split("\n"):
        if line.startswith("# ") and " = " in line:
            name, _, value = line[2:].partition(" = ")
            comments.setdefault(name, []).append(value)
        elif line:
            rows.append(line.split("\t"))
    letter = json.loads(comments["text"][0])
    written = [json.loads(facts) for facts in comments.get("span", [])]
    tagged = _tagged(rows)
    spans: list[Span | None] = []
    for layer, start, end, label, value, key in written:
        inner = _trimmed(letter, start, end)
        found = tagged.pop((layer, *inner), None) if inner else label
        spans.append(None if found is None else Span(start, end, found, value, key))
    new = [Span(start, end, label) for (_, start, end), label in tagged.items()]
    relations = []
    for facts in comments.get("relation", []):
        a, b, label = json.loads(facts)
        head, child = spans[a], spans[b]
        if head is not None and child is not None:
            relations.append(Relation(head, child, label))
    kept = sorted([*(s for s in spans if s is not None), *new])
    text = AnnotatedText(
        json.loads(comments["source"][0]), comments["text_sha256"][0], letter, tuple(kept), tuple(sorted(relations))
    )
    forms = {(int(row[2]), int(row[3])): row[1] for row in rows}
    shifted = [
        Problem(text.source, f"the token {form!r} is not at {a}-{b} of the letter")
        for (a, b), form in forms.items()
        if letter[a:b] != form
    ]
    return text, [*shifted, *check(text, ((span, None) for span in kept))]


def _tagged(rows: list[list[str]]) -> dict[tuple[int, int, int], str]:
    """Give the spans that the tags say, by layer, start and end."""
    out: dict[tuple[int, int, int], str] = {}
    width = max((len(row) for row in rows), default=_FIXED_COLUMNS) - _FIXED_COLUMNS
    for layer in range(width):
        start = end = -1
        label = ""
        for row in [*rows, ["", "", "0", "0", *["O"] * width]]:
            tag = row[_FIXED_COLUMNS + layer]
            if start >= 0 and not tag.startswith("I-"):
                out[layer, start, end] = label
                start = -1
            if tag.startswith("B-"):
                start, label = int(row[2]), tag[2:]
            end = int(row[3])
    return out


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give a span without the white space at its edges, which is in no token."""
    words = [(t.start, t.end) for t in tokens(text[start:end], [])]
    return (start + words[0][0], start + words[-1][1]) if words else None
