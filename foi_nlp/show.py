"""Show one letter: its text with the spans coloured, and what the record says beside it."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from foi_nlp.display import one_line, printable
from foi_nlp.marks import Segment, marks_of, observation_words, segments
from foi_nlp.store import place_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from foi_nlp.patterns import RuleBook
    from foi_nlp.records import LetterRecord, Outcome

# Colours of the Okabe-Ito palette, which colour-blind readers can tell apart: (terminal style, ink, paper).
_COLOURS = {
    "AUTHORITY": ("bold blue", "#004a77", "#d6ebf8"),
    "REFERENCE": ("magenta", "#7a2e5c", "#f6e1ee"),
    "DATE": ("cyan", "#0b5563", "#d9f1f5"),
    "QUESTION": ("dim", "#4d4d4d", "#efefef"),
    "OUTCOME": ("bold yellow", "#6b5200", "#fdf3c8"),
    "PROVISION": ("red", "#8a3200", "#fde3d5"),
    "CAVEAT": ("yellow", "#5c5200", "#f7f3c0"),
    "PERIOD": ("green", "#00543c", "#d8f2e8"),
    "VALUE": ("bold green", "#003f2d", "#b4e4d1"),
}
_PLAIN = ("", "#222", "#eee")
_SHOWN_FIRST = ("VALUE", "PERIOD", "DATE", "REFERENCE", "PROVISION", "AUTHORITY", "CAVEAT", "OUTCOME", "QUESTION")
_IMAGE_SCALE = 1.5


def text_with_marks(record: LetterRecord) -> Text:
    """Give the letter for a terminal; of overlapping spans the more exact one colours the text."""
    from rich.text import Text

    out = Text()
    for segment in segments(len(record.text), marks_of(record)):
        labels = {mark.label for mark in segment.marks}
        label = next((name for name in _SHOWN_FIRST if name in labels), "")
        out.append(printable(record.text[segment.start : segment.end]), style=_COLOURS.get(label, _PLAIN)[0])
    return out


def facts(record: LetterRecord) -> Iterator[tuple[str, str]]:
    """Give what the record says, as pairs of a heading and one line."""
    yield "regime", record.regime
    yield from _head_facts(record)
    yield from (("question", f"{q.id}: {q.text}") for q in record.questions)
    for outcome in record.outcomes:
        also = f" + {', '.join(outcome.secondary)}" if outcome.secondary else ""
        yield "outcome", f"question {outcome.question}: {outcome.outcome}{also}"
    if record.letter_outcome:
        yield "letter", record.letter_outcome.id
    yield from (("provision", f"{p.id} ({p.status})") for p in record.provisions if not p.boilerplate)
    yield from (("caveat", f"{c.category} ({c.scope})") for c in record.caveats)
    for o in record.observations:
        place = place_text(o)
        yield "figure", f"{observation_words(o)} [{o.check}{', ' + place if place else ''}]"
    for item in record.needs_review:
        yield "review", f"{item.reason} («{record.text[item.start : item.end]}»)"
    yield from (("source", note.text) for note in record.source_notes)


def _head_facts(record: LetterRecord) -> Iterator[tuple[str, str]]:
    for a in record.authorities:
        if a.role in {"responder", "joint_responder"}:
            yield "authority", f"{a.name} [{a.id}] {a.role}"
    yield from (("reference", f"{r.value} ({r.role})") for r in record.references)
    for d in record.dates:
        yield "date", f"{d.role}: {d.iso}" + (" (year inferred)" if d.inferred else "")
    clock = record.timeliness
    if clock.received or clock.answered:
        days = "?" if clock.working_days is None else clock.working_days
        verdict = {None: "cannot be told", True: "in time", False: "late"}[clock.in_time]
        yield (
            "clock",
            f"received {clock.received or '?'}, answered {clock.answered or '?'}: {days} working days, {verdict}",
        )


def explanations(record: LetterRecord, book: RuleBook) -> Iterator[tuple[str, str, str, str]]:
    """Give label, quoted text, rule id and the rule's reason for each span; without a rule, what it follows from."""
    given = {o.question for o in record.observations}
    for mark in marks_of(record):
        why = book[mark.rule].source if mark.rule in book else ""
        if not mark.rule:
            kind, _, number = mark.key.partition("/")
            outcome = record.outcomes[int(number)] if kind == "outcomes" else None
            why = _NO_LABEL if outcome is None else _without_cue(outcome, given)
        yield mark.label, record.text[mark.start : mark.end], mark.rule, why


_NO_LABEL = "no rule: it bears no label, and is told by its place in the letter"


def _without_cue(outcome: Outcome, given: Collection[str | None]) -> str:
    """Say what an outcome follows from where no words of the letter name it."""
    if outcome.outcome == "not_addressed":
        return "no rule: no answer is known to be to this question, and nothing is said of it"
    if outcome.question in given:
        return "no rule: it follows from the figures that the answer gives"
    return "no rule: the answer says something, and no words in it refuse"


def terminal_page(record: LetterRecord) -> RenderableType:
    """Give the letter and its record beside it, for a terminal."""
    from rich.table import Table
    from rich.text import Text

    beside = Table(show_header=False, box=None, pad_edge=False)
    beside.add_column(style="bold", no_wrap=True)
    beside.add_column(overflow="fold")
    for heading, line in facts(record):
        beside.add_row(heading, Text(one_line(line, limit=300)))
    page = Table(show_header=False, box=None, pad_edge=False, expand=True)
    page.add_column(ratio=3, overflow="fold")
    page.add_column(ratio=2, overflow="fold")
    page.add_row(text_with_marks(record), beside)
    return page


def html_page(record: LetterRecord, *, file: Path | None = None, book: RuleBook | None = None) -> str:
    """Give one self-contained HTML page: the letter, its record, and images of PDF pages with figures framed.

    Everything from the letter is escaped, and the page runs no script.
    """
    body = "".join(_html_segment(record, segment) for segment in segments(len(record.text), marks_of(record)))
    rows = "".join(
        f"<tr><th>{html.escape(heading)}</th><td>{html.escape(one_line(line, limit=600))}</td></tr>"
        for heading, line in facts(record)
    )
    legend = " ".join(f'<mark class="{name}">{name.lower()}</mark>' for name in _COLOURS)
    styles = "".join(
        f".{name}{{color:{ink};background:{paper};border-bottom:2px solid {ink}}}"
        for name, (_, ink, paper) in _COLOURS.items()
    )
    explained = ""
    if book is not None:
        explained = "<h2>Rules</h2><table>" + "".join(
            f"<tr><th>{label}</th><td>{html.escape(one_line(text, limit=120))}</td>"
            f"<td><code>{html.escape(rule)}</code></td><td>{html.escape(source)}</td></tr>"
            for label, text, rule, source in explanations(record, book)
        ) + "</table>"  # fmt: skip
    images = "".join(_page_images(record, file)) if file is not None else ""
    title = html.escape(one_line(record.source))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{title}</title><style>{_STYLESHEET.read_text(encoding='utf-8')}{styles}</style></head>"
        f"<body><header><h1>{title}</h1><p>{legend}</p></header>"
        f'<main><section class="letter" aria-label="Letter">{body}</section>'
        f'<section aria-label="Record"><table>{rows}</table></section></main>{explained}{images}</body></html>\n'
    )


_STYLESHEET = Path(__file__).with_name("show.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def _html_segment(record: LetterRecord, segment: Segment) -> str:
    text = html.escape(printable(record.text[segment.start : segment.end]))
    marks = segment.marks
    if not marks:
        return text
    labels = {mark.label for mark in marks}
    label = next((name for name in _SHOWN_FIRST if name in labels), "")
    title = html.escape(
        "\n".join(f"{m.label}: {m.value}" + (f" [{m.rule}]" if m.rule else "") for m in marks), quote=True
    )
    return f'<mark class="{label}" title="{title}">{text}</mark>'


def _page_images(record: LetterRecord, file: Path) -> Iterator[str]:
    boxes: dict[int, list[tuple[tuple[float, float, float, float], str]]] = {}
    for o in record.observations:
        if o.place and o.place.page and o.place.box:
            boxes.setdefault(o.place.page, []).append((o.place.box, observation_words(o)))
    if not boxes or file.suffix.lower() != ".pdf":
        return
    import pypdfium2

    document = pypdfium2.PdfDocument(file)
    for number in sorted(boxes):
        image = io.BytesIO()
        document[number - 1].render(scale=_IMAGE_SCALE).to_pil().save(image, "PNG", optimize=True)
        data = base64.b64encode(image.getvalue()).decode("ascii")
        frames = "".join(
            f'<i title="{html.escape(words, quote=True)}" style="'
            f"left:{x0 * _IMAGE_SCALE:.0f}px;top:{y0 * _IMAGE_SCALE:.0f}px;"
            f'width:{(x1 - x0) * _IMAGE_SCALE:.0f}px;height:{(y1 - y0) * _IMAGE_SCALE:.0f}px"></i>'
            for (x0, y0, x1, y1), words in boxes[number]
        )
        image_tag = f'<img alt="Page {number}" src="data:image/png;base64,{data}">'
        yield f'<h2>Page {number}</h2><div class="page">{image_tag}{frames}</div>'
    document.close()
