"""What the components of the pipeline know about the letter in hand, and where they put what they find.

A `Reading` is made by the first component and dropped by the last, which leaves plain JSON values on the Doc
(`doc._.foi`) and the spans in `doc.spans["foi"]`. Offsets are code points into the text, half-open.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import regex
from spacy.tokens import Doc, Span, Token

from foi_nlp.grids import Grid
from foi_nlp.searched_text import SearchedText

if TYPE_CHECKING:
    from foi_nlp import records
    from foi_nlp.pipeline.answers import AnswerBlock
    from foi_nlp.pipeline.question_tables import AskedRow

SPANS_KEY = "foi"
REQUEST_SECTIONS = frozenset({"request", "clarification"})
"""The sections in which the applicant speaks, and not the authority."""
_USER_DATA_KEY = "foi_reading"

# One character for one character, so that offsets into the flow are offsets into the text.
_FLOW = {ord(c): " " for c in "\n\r\t\f\v\u00a0\u2002\u2003\u2007\u2009\u202f\u2028\u2029\u200b\ufeff"}
_FLOW |= {ord(c): "'" for c in "‘’‚‛′`´"}
_FLOW |= {ord(c): '"' for c in "“”„‟″«»"}
_FLOW |= {ord(c): "-" for c in "‐‑‒–—―−"}
_RULED = {key: value for key, value in _FLOW.items() if chr(key) not in "\n\t"}


def flow_of(text: str) -> str:
    """Give a text as one flow, as `Reading.flow`: plain spaces, quotes and dashes, at the same offsets."""
    return text.translate(_FLOW)


_SENTENCE_END = regex.compile(
    r"(?<!\b(?:no|nos|ref|sec|ss?|reg|regs|e\.g|i\.e|etc|st|mr|mrs|ms|dr|para|approx|ext|tel|c|vs|cf)\.)(?<=[.!?][\"')\]*]?)\s+"
    r"(?=[\"'(\[*_#-]*[A-Z0-9£])|\n\s*\n|\n(?=\s*(?:[-•*·]\s|\(?[0-9ivx]{1,3}[.)]\s|\(?[a-zA-Z][.)]\s))",
    regex.IGNORECASE,
)
_UPPER_ONLY = regex.compile(r"[\"'(\[*_#-]*[A-Z0-9£]")


@dataclass(slots=True)
class Facts:
    """The parts of the record, as the components fill them."""

    regime: str = "FOIA 2000"
    authorities: list[records.Authority] = field(default_factory=list)
    references: list[records.Reference] = field(default_factory=list)
    dates: list[records.Date] = field(default_factory=list)
    sections: list[records.Section] = field(default_factory=list)
    questions: list[records.Question] = field(default_factory=list)
    answers: list[AnswerBlock] = field(default_factory=list)
    asked_rows: list[AskedRow] = field(default_factory=list)
    outcomes: list[records.Outcome] = field(default_factory=list)
    letter_outcome: records.LetterOutcome | None = None
    provisions: list[records.Provision] = field(default_factory=list)
    caveats: list[records.Caveat] = field(default_factory=list)
    observations: list[records.Observation] = field(default_factory=list)
    timeliness: records.Timeliness | None = None
    needs_review: list[records.ReviewItem] = field(default_factory=list)


@dataclass(frozen=True)
class Forms:
    """The text as regexes see it: as one flow, and with its line breaks. Offsets are those of the letter."""

    flow: str
    ruled: str

    @cached_property
    def searched_flow(self) -> SearchedText:
        """The flow, with what is known of it so far."""
        return SearchedText(self.flow)

    @cached_property
    def searched_ruled(self) -> SearchedText:
        """The ruled form, with what is known of it so far."""
        return SearchedText(self.ruled)

    def masked(self, spans: Iterable[tuple[int, int]], mask: str) -> Forms:
        """Put the character `mask` in place of each character of the spans, so that a cue can ask for their kind."""
        flow, ruled = list(self.flow), list(self.ruled)
        for start, end in spans:
            flow[start:end] = ruled[start:end] = mask * (end - start)
        return Forms("".join(flow), "".join(ruled))


class Reading:
    """A letter on its way through the pipeline: its text in the forms rules need, its tables, and the facts so far."""

    def __init__(self, doc: Doc, grids: tuple[Grid, ...] = ()) -> None:
        self.doc = doc
        self.text: str = doc.text
        self.grids: list[Grid] = list(grids)
        self.facts = Facts()

    @classmethod
    def of(cls, doc: Doc) -> Reading:
        """Give the Doc's reading, made at the first call."""
        reading = doc.user_data.get(_USER_DATA_KEY)
        if reading is None:
            given = tuple(Grid.from_json(grid) for grid in (doc._.foi_grids or ()))
            reading = doc.user_data[_USER_DATA_KEY] = cls(doc, given)
        if not isinstance(reading, Reading):
            raise TypeError(f"doc.user_data[{_USER_DATA_KEY!r}] is kept for foi_nlp")
        return reading

    def drop(self) -> None:
        """Take the reading off its Doc, which can then be serialised."""
        self.doc.user_data.pop(_USER_DATA_KEY, None)

    @cached_property
    def flow(self) -> str:
        """The text as one flow: white space is spaces, quotes and dashes are plain. Offsets stay the same."""
        return flow_of(self.text)

    @cached_property
    def ruled(self) -> str:
        """The text with plain quotes and dashes, but with its line breaks and tabs. Offsets stay the same."""
        return self.text.translate(_RULED)

    @cached_property
    def forms(self) -> Forms:
        """The text as regexes see it, with what is known of it so far."""
        return Forms(self.flow, self.ruled)

    @cached_property
    def condensed(self) -> tuple[list[Token], Doc]:
        """The tokens that are not white space, and a Doc of their words, so that no cue breaks at a wrapped line."""
        tokens = [token for token in self.doc if not token.is_space]
        return tokens, Doc(self.doc.vocab, words=[token.text for token in tokens])

    @cached_property
    def lines(self) -> list[tuple[int, int]]:
        """Start and end of each line, without its line break."""
        out, start = [], 0
        for piece in self.text.split("\n"):
            out.append((start, start + len(piece)))
            start += len(piece) + 1
        return out

    @cached_property
    def _line_starts(self) -> list[int]:
        return [start for start, _ in self.lines]

    def line_index(self, offset: int) -> int:
        """Give the index of the line that holds `offset`."""
        return max(0, bisect.bisect_right(self._line_starts, offset) - 1)

    def line_at(self, offset: int) -> tuple[int, int]:
        """Give start and end of the line that holds `offset`."""
        return self.lines[self.line_index(offset)]

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Start and end of each sentence, paragraph end or list item. They cover the text."""
        out, start = [], 0
        for found in _SENTENCE_END.finditer(self.ruled):
            if (found[0].strip(" ") and "\n" in found[0]) or _UPPER_ONLY.match(self.ruled, found.end()):
                out.append((start, found.start()))
                start = found.end()
        out.append((start, len(self.text)))
        return out

    def part_sentences(self, places: Iterable[int]) -> None:
        """End a sentence at each of the places, which a mark of its own does not: the edges of a table's cells."""
        cuts = sorted(set(places))
        parted: list[tuple[int, int]] = []
        for start, end in self.sentences:
            inside = [cut for cut in cuts if start < cut < end]
            parted += itertools.pairwise([start, *inside, end])
        self.sentences = parted
        self.__dict__.pop("_sentence_starts", None)

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """Give start and end of the sentence that holds `offset`."""
        return self.sentences[max(0, bisect.bisect_right(self._sentence_starts, offset) - 1)]

    def section_at(self, offset: int) -> str:
        """Give the id of the section that holds `offset`; "response" before sections are known."""
        i = bisect.bisect_right(self.facts.sections, offset, key=lambda section: section.start) - 1
        return self.facts.sections[i].id if i >= 0 and offset < self.facts.sections[i].end else "response"

    def grid_at(self, offset: int) -> int | None:
        """Give the index of the grid that holds `offset`, or None in running text."""
        return next((i for i, grid in enumerate(self.grids) if grid.start <= offset < grid.end), None)

    def mark(self, label: str, start: int, end: int, *, rule: str = "", value: str = "") -> Span:
        """Add a span to `doc.spans["foi"]`: `rule` becomes its id, `value` its knowledge-base id."""
        span = self.doc.char_span(start, end, label=label, kb_id=value, span_id=rule, alignment_mode="expand")
        if span is None:
            raise ValueError(f"no tokens between {start} and {end}")
        if SPANS_KEY not in self.doc.spans:
            self.doc.spans[SPANS_KEY] = []
        self.doc.spans[SPANS_KEY].append(span)
        return span

    def review(self, code: str, reason: str, start: int, end: int, *, table: str | None = None) -> None:
        """Ask a person to look at a place, and say why."""
        from foi_nlp.records import ReviewItem

        item = ReviewItem(code=code, reason=reason, start=start, end=end, table=table)
        if item not in self.facts.needs_review:  # a total can be that of its row and of its column
            self.facts.needs_review.append(item)
