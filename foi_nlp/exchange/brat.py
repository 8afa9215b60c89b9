"""brat: a .txt and a .ann file for each letter, and annotation.conf. It counts code points.

A text-bound annotation must not hold a line break, so a span over lines is written as fragments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from foi_nlp.exchange.model import IN_PERIOD, LABELS, AnnotatedText, ExchangeError, Problem, Relation, Span, check

NAME = "brat"
SOURCES = "sources.json"


def write(texts: Iterable[AnnotatedText], folder: Path) -> None:
    """Write NNNN.txt and NNNN.ann for each letter, `annotation.conf`, and `sources.json` with the letters' names."""
    sources = {}
    for number, text in enumerate(texts, start=1):
        name = f"{number:04}"
        sources[name] = {"source": text.source, "text_sha256": text.text_sha256}
        (folder / f"{name}.txt").write_text(text.text, encoding="utf-8", newline="")
        (folder / f"{name}.ann").write_text("".join(_lines(text)), encoding="utf-8", newline="")
    (folder / SOURCES).write_text(json.dumps(sources, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    entities = "\n".join(LABELS)
    (folder / "annotation.conf").write_text(
        f"[entities]\n{entities}\n[relations]\n{IN_PERIOD} Arg1:VALUE, Arg2:PERIOD\n"
        "<OVERLAP> Arg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n[events]\n[attributes]\n",
        encoding="utf-8",
    )


def _lines(text: AnnotatedText) -> Iterator[str]:
    ids = {span: f"T{i}" for i, span in enumerate(text.spans, start=1)}
    for span, name in ids.items():
        pieces = _fragments(text.text, span)
        places = ";".join(f"{start} {end}" for start, end in pieces)
        words = " ".join(text.text[start:end] for start, end in pieces)
        yield f"{name}\t{span.label} {places}\t{words}\n"
        facts = json.dumps({"value": span.value, "key": span.key, "end": span.end, "start": span.start})
        yield f"#{name[1:]}\tAnnotatorNotes {name}\t{facts}\n"
    for i, relation in enumerate(text.relations, start=1):
        yield f"R{i}\t{relation.label} Arg1:{ids[relation.head]} Arg2:{ids[relation.child]}\n"


def _fragments(text: str, span: Span) -> list[tuple[int, int]]:
    pieces = [
        (span.start + found.start(), span.start + found.end())
        for found in re.finditer(r"[^\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+", text[span.start : span.end])
    ]
    return pieces or [(span.start, span.end)]


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read a folder of .txt and .ann files. A letter's name comes from `sources.json`, else from its file."""
    if not path.is_dir():
        raise ExchangeError(f"{path}: name the folder that holds the .txt and .ann files")
    try:
        sources = json.loads((path / SOURCES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExchangeError(f"{path / SOURCES}: cannot be read ({error}); keep it beside the .ann files") from None
    for file in sorted(path.glob("*.ann")):
        known = sources.get(file.stem)
        if known is None:
            raise ExchangeError(f"{file}: {SOURCES} does not name its letter")
        with file.with_suffix(".txt").open(encoding="utf-8", newline="") as letter:
            yield _read_one(file, known, letter.read())


def _read_one(file: Path, known: dict[str, str], letter: str) -> tuple[AnnotatedText, list[Problem]]:
    spans: dict[str, tuple[str, list[tuple[int, int]], str]] = {}
    notes: dict[str, dict[str, str]] = {}
    links: list[tuple[str, str, str]] = []
    with file.open(encoding="utf-8", newline="") as lines:
        for number, line in enumerate(lines.read().split("\n"), start=1):
            kind, _, rest = line.partition("\t")
            try:
                if kind.startswith("T"):
                    head, _, words = rest.partition("\t")
                    label, _, places = head.partition(" ")
                    pieces = [(int(a), int(b)) for a, b in (piece.split() for piece in places.split(";"))]
                    spans[kind] = label, pieces, words
                elif kind.startswith("R"):
                    label, first, second = rest.split()[:3]
                    links.append((first.partition(":")[2], second.partition(":")[2], label))
                elif kind.startswith("#"):
                    target, _, note = rest.partition("\t")
                    notes[target.split()[-1]] = _note(note)
            except (ValueError, IndexError) as error:
                raise ExchangeError(f"{file}:{number}: not a line of brat's standoff format ({error})") from None
    made: dict[str, Span] = {}
    quotes: list[tuple[Span, str | None]] = []
    for name, (label, pieces, words) in spans.items():
        facts = notes.get(name, {})
        start, end = pieces[0][0], pieces[-1][1]
        whole = Span(int(facts.get("start", start)), int(facts.get("end", end)), label)
        if pieces == _fragments(letter, whole):
            start, end = whole.start, whole.end  # white space at the edges is in no fragment
        made[name] = Span(start, end, label, facts.get("value", ""), facts.get("key", ""))
        held = " ".join(letter[a:b] for a, b in pieces)
        quotes.append((made[name], letter[start:end] if held == words else words))
    relations = sorted(Relation(made[a], made[b], label) for a, b, label in links if a in made and b in made)
    text = AnnotatedText(known["source"], known["text_sha256"], letter, tuple(sorted(made.values())), tuple(relations))
    return text, list(check(text, quotes))


def _note(text: str) -> dict[str, str]:
    try:
        note = json.loads(text)
    except ValueError:
        return {}  # a reviewer's own note
    return note if isinstance(note, dict) else {}
