"""Tell the sections of the letter apart.

Rules with the label SECTION are cues: their `value` is the section that stands there. How a cue works is told by
its attributes:

* `reach`: how far the section goes. "section" (the default): until the next cue. "paragraph": to the end of the
  paragraph, then the section before is resumed. "line": that line alone, whatever goes on around it.
* `at`: where it begins. "unit" (the default): with the sentence or list item that holds the cue. "line": with
  the cue's line, a heading. "here": with the cue itself. "after": behind the cue. "next": with the next sentence.
* `from` / `not_from`: the sections in progress in which the cue counts, or does not.
* `first` / `first_from`: it counts only until a request was found, anywhere or in those sections.
* `fresh`: the label in the cue ("Request 2") was not seen in the request before.
* `asks`: what stands behind the cue asks.
* `paired`: the heading of a response follows before another such cue.
* `starts`: the cue counts only at the very beginning of its sentence.
* `restarts`: a page may hold several replies; the cue begins another when its text was not seen before.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import regex
from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.grids import Grid
from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.question_tables import AskedRow, take_question_tables
from foi_nlp.pipeline.reading import REQUEST_SECTIONS, Reading
from foi_nlp.pipeline.scanning import Hit, Scanner
from foi_nlp.pipeline.shapes import shape
from foi_nlp.records import Section

LABEL = "SECTION"

_BEFORE_ANSWERS = frozenset(
    {"marking", "letterhead", "addressee", "ref_block", "subject", "intro", "request", "clarification"}
)
_HEAD = frozenset({"marking", "letterhead", "addressee", "ref_block", "subject"})
_OUTSIDE = _HEAD | {"intro", "closing", "footer"}
_ANSWERS = frozenset({"response", "preface", "searches", "boilerplate_act", "exemption", "s16_advice", "caveat"})
_AFTER_ANSWERS = frozenset({"closing", "review_rights", "ico", "reuse", "annex", "s16_advice", "exemption", "caveat"})
_LEFT_BY_LABELS = frozenset({"exemption", "s16_advice", "caveat", "request", "clarification"})
_FURNITURE_SECTIONS = frozenset({"marking", "letterhead", "footer", "ref_block"})
_FURNITURE_MAX_LENGTH = 200
_FURNITURE_GAP_LINES = 2
_SCHEMES = (
    tuple(str(number) for number in range(1, 31)),
    tuple("abcdefgh"),
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
)
_SHORTEST_RUN = 2
_ASKED_IN = frozenset({"request", "response", "exemption", "s16_advice", "caveat"})
_UNASKED = frozenset({"footer", "marking", "exemption", "annex", "s16_advice"})
_BULLET = regex.compile(r"[ \t>*_]*(?:[•·‣▪◦●–-]|\uf0b7)[ \t]+")
_PAGE_NUMBER = regex.compile(r"(?<!\S)\d{1,3}(?!\S)")
_BLANK_LINE = regex.compile(r"\n[ \t\f\r|>]*\n")
_OPENING_QUOTE = regex.compile(r"[\s>*_\-•\d.)]*(?P<quote>[“\"])")
_CLOSING_QUOTE = regex.compile(r"(?P<quote>[”\"])[*_.) ]*(?:\n[\s>*_.)]*|$)")
_FIRST_LABELS = frozenset({"", "1", "a"})
_QUOTED_MAX = 6000
_QUOTED_LINE = regex.compile(r"[ \t]*>")
_FEWEST_WORDS_OF_SENTENCE = 5
_FEWEST_WORDS_OF_PROSE = 14
_HEAD_LINES = frozenset({"addressee", "ref_block", "subject"})
_HEAD_REACH = 1500
_MOST_WORDS_OF_HEAD = 60


@dataclass(slots=True)
class _Unit:
    """A sentence, list item or heading line, the smallest piece that can be a section of its own."""

    start: int
    end: int
    paragraph: int
    section: str = ""
    rule: str = ""
    headed: bool = False


@Language.factory("foi_sections", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> SectionsComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return SectionsComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class SectionsComponent:
    """Tell the sections of the letter apart: `facts.sections` covers the text without gaps or overlaps."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.scanner = Scanner(nlp, book, book.labelled(LABEL))

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        reading = Reading.of(doc)
        hits = self.scanner.scan(reading)
        reading.facts.asked_rows = take_question_tables(reading)
        units, used = _segment(reading, hits)
        units = _with_rows(units, reading.facts.asked_rows)
        reading.facts.sections = _joined(units)
        for hit in used:
            reading.mark(LABEL, hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
        return doc


def _segment(reading: Reading, hits: Sequence[Hit]) -> tuple[list[_Unit], list[Hit]]:
    furniture = _furniture(reading, hits)
    units = _units(reading, hits, furniture)
    walk = _Walk(reading, hits, furniture)
    for unit in units:
        walk.step(unit)
    listed = _listed_request(reading, units)
    if listed is not None:
        units = _units(reading, hits, furniture)
        walk = _Walk(reading, hits, furniture, listed)
        for unit in units:
            walk.step(unit)
    _leave_intro(units)
    _begin_with_paragraph(reading, units)
    if not _interleave_quoted(reading, units):
        _interleave(reading, units)
    _name_prefaces(units)
    return units, walk.used


def _with_rows(units: list[_Unit], rows: Sequence[AskedRow]) -> list[_Unit]:
    """Name the questions of a table request and its answers response; what stands around it stays what it is.

    The head of the table belongs to the request; a section that began within the table ends with it.
    """
    if not rows:
        return units
    cuts = sorted({place for row in rows for place in (row.start, row.answer[0], row.answer[1])})
    out: list[_Unit] = []
    for unit in units:
        inside = [cut for cut in cuts if unit.start < cut < unit.end]
        out += [replace(unit, start=a, end=b) for a, b in pairwise([unit.start, *inside, unit.end])]
    starts = [row.start for row in rows]
    for unit in out:
        i = bisect.bisect_right(starts, unit.start) - 1
        if i >= 0 and unit.start < rows[i].answer[1]:
            unit.section = "request" if unit.start < rows[i].answer[0] else "response"
            unit.rule = ""
    behind = rows[-1].answer[1]
    for unit in out:
        if unit.start >= behind:
            if unit.section not in _BEFORE_ANSWERS:
                break
            unit.section, unit.rule = "response", ""
    return out


def _units(reading: Reading, hits: Sequence[Hit], furniture: Sequence[tuple[int, int]]) -> list[_Unit]:
    cuts = {start for start, _ in reading.sentences} | {0}
    for start, end in furniture:
        cuts |= {start, min(end + 1, len(reading.text))}
    for hit in hits:
        at = hit.rule.attributes.get("at", "unit")
        if at == "here":
            cuts.add(hit.start)
        elif at == "after":
            cuts.add(hit.end)
        elif at == "line":
            line_start, line_end = reading.line_at(hit.start)
            cuts |= {line_start, min(line_end + 1, len(reading.text))}
    for grid in reading.grids:
        cuts |= {grid.start, grid.end}
    marks = [*sorted(cut for cut in cuts if 0 <= cut < len(reading.text)), len(reading.text)]
    labels = {b for a, b in pairwise(marks) if shape("label_alone").fullmatch(reading.text, a, b)}
    bounds = [cut for cut in marks if cut not in labels or cut == len(reading.text)]
    breaks = [found.end() for found in _BLANK_LINE.finditer(reading.text)]
    return [_Unit(start, end, bisect.bisect_right(breaks, start)) for start, end in pairwise(bounds) if end > start]


def _furniture(reading: Reading, hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """Give the lines that stand on several pages: running heads and feet, which may cut any section.

    A run of repeated lines counts if one of them looks like a head or a foot. What stands before the first
    salutation or reference is the letterhead itself.
    """
    keys = [
        _PAGE_NUMBER.sub("0", " ".join(reading.flow[start:end].split())) if end - start <= _FURNITURE_MAX_LENGTH else ""
        for start, end in reading.lines
    ]
    counts = Counter(key for key in keys if len(key) > 2)
    alike = {
        reading.line_index(hit.start)
        for hit in hits
        if hit.rule.value in _FURNITURE_SECTIONS and hit.rule.attributes.get("furniture", True)
    }
    in_grid = {
        line
        for grid in reading.grids
        for line in range(reading.line_index(grid.start), reading.line_index(max(grid.start, grid.end - 1)) + 1)
    }
    seen: set[str] = set()
    out: list[tuple[int, int]] = []
    run: list[int] = []

    def close() -> None:
        if any(i in alike for i in run):
            out.extend(reading.lines[i] for i in run if keys[i] in seen)
        seen.update(keys[i] for i in run)
        run.clear()

    gap = 0
    for i, key in enumerate(keys):
        if counts[key] > 1 and i not in in_grid:
            run.append(i)
            gap = 0
        elif run:
            gap += 1
            if key or gap > _FURNITURE_GAP_LINES:
                close()
    close()
    return out


class _Walk:
    """The state machine: the section in progress, and what may interrupt it."""

    def __init__(
        self,
        reading: Reading,
        hits: Sequence[Hit],
        furniture: Sequence[tuple[int, int]],
        listed: tuple[int, int] | None = None,
    ) -> None:
        self.reading = reading
        self.listed = listed
        self.hits = list(hits)
        self.starts = [hit.start for hit in self.hits]
        self.furniture = list(furniture)
        self.furniture_starts = [start for start, _ in furniture]
        self.grids = [grid.start for grid in reading.grids if _holds_figures(grid)]
        self.used: list[Hit] = []
        self.section = "letterhead"
        self.rule = ""
        self.aside: tuple[str, str, int] | None = None
        self.pending: tuple[str, str, int] | None = None
        self.quote_end: int | None = None
        self.replies: set[str] = set()
        self.asked: dict[str, None] = {}
        self.answered: set[str] = set()
        self.asked_before = False
        self.worded = False
        self.opening = False
        self.words_of_prose = 0

    def step(self, unit: _Unit) -> None:
        """Give one unit its section."""
        if self._is_furniture(unit):
            unit.section = "footer"
            return
        if self.listed and unit.start >= self.listed[0]:
            if unit.start < self.listed[1]:
                self._ask(unit)
                return
            self.listed = None
            self._enter("response", "")
        if self.pending and unit.start >= self.pending[2] and self.reading.text[unit.start : unit.end].strip():
            self._enter(*self.pending[:2])
            self.pending = None
        if self.quote_end is not None and unit.start >= self.quote_end and self.section == "request":
            self._enter("response", "")
        hit = self._best(unit)
        if hit is not None:
            self._apply(hit, unit)
        else:
            self._continue(unit)
        if unit.section == "request":
            if self.opening:
                self._open(unit, hit)
            self._note(unit)

    def _open(self, unit: _Unit, hit: Hit | None) -> None:
        """Look at the first words of a request, which may stand on the line of its heading: a quotation ends it."""
        at = hit.end if hit is not None and hit.rule.attributes.get("at") == "line" else unit.start
        text = self.reading.text[at : unit.end]
        if text.strip(" \t\n*_:.-"):
            self.opening = False
            self.quote_end = self._end_of_quotation(at + len(text) - len(text.lstrip(" \t\n:")))

    def _ask(self, unit: _Unit) -> None:
        self.section, self.rule, self.aside, self.pending, self.quote_end = "request", "", None, None, None
        unit.section = "request"
        self._note(unit)

    def _note(self, unit: _Unit) -> None:
        self.asked_before = True
        self.worded = self.worded or bool(self.reading.text[unit.start : unit.end].strip())
        label = _label(self.reading, unit.start)
        if label:
            self.asked[label] = None

    def _is_furniture(self, unit: _Unit) -> bool:
        i = bisect.bisect_right(self.furniture_starts, unit.start) - 1
        return i >= 0 and unit.start < self.furniture[i][1]

    def _is_numbered_question(self, unit: _Unit) -> bool:
        return bool(_label(self.reading, unit.start)) and _asks(self.reading, unit.start, unit.end)

    def _best(self, unit: _Unit) -> Hit | None:
        first = bisect.bisect_left(self.starts, unit.start)
        best: Hit | None = None
        for hit in self.hits[first:]:
            if hit.start >= unit.end:
                break
            if self._counts(hit, unit) and (best is None or hit.rule.priority > best.rule.priority):
                best = hit
        return best

    def _counts(self, hit: Hit, unit: _Unit) -> bool:
        attributes = hit.rule.attributes
        if attributes.get("at") == "line" and self.reading.text[unit.start : hit.start].count("\n"):
            return False
        if self.section not in attributes.get("from", (self.section,)) or self.section in attributes.get(
            "not_from", ()
        ):
            return False
        if self.asked_before and (attributes.get("first") or self.section in attributes.get("first_from", ())):
            return False
        if hit.rule.value in _AFTER_ANSWERS and self._is_numbered_question(unit):
            return False
        if attributes.get("starts") and self.reading.text[unit.start : hit.start].strip(" \t\n>*_#-"):
            return False
        if attributes.get("fresh") and _label(self.reading, hit.start) in self.asked:
            return False
        if (
            hit.rule.value == "request"
            and self.section in _ANSWERS
            and _BLANK_LINE.search(self.reading.text, hit.start, hit.end)
        ):
            return False  # "what you have requested." ends a paragraph of the answer; the next one announces no request
        if attributes.get("asks") and not _asks_behind(self.reading, hit.end):
            return False
        if attributes.get("paired") and not self._answered_behind(hit):
            return False
        answers = self.section == "request" and attributes.get("at") != "line" and hit.rule.value in _ANSWERS
        if answers and _applicant_speaks(self.reading, unit):
            return False
        if attributes.get("restarts"):
            name = "".join(self.reading.forms.searched_flow.lowered[hit.start : hit.end].split())
            if self.section not in _HEAD and self.section != "intro" and (name in self.replies or not self.replies):
                self.replies.add(name)
                return False
            self.replies.add(name)
        return not (self.quote_end is not None and hit.start < self.quote_end and hit.rule.value != "request")

    def _answered_behind(self, hit: Hit) -> bool:
        """Whether the heading of a response follows a cue before another of its kind does."""
        for other in self.hits[bisect.bisect_right(self.starts, hit.start) :]:
            if other.rule.value == "response" and other.rule.attributes.get("heading"):
                return True
            if other.rule.id == hit.rule.id:
                return False
        return False

    def _apply(self, hit: Hit, unit: _Unit) -> None:
        self.used.append(hit)
        value = hit.rule.value or "response"
        reach = hit.rule.attributes.get("reach", "section")
        at = hit.rule.attributes.get("at", "unit")
        if at in {"after", "next"}:
            if self.section in _HEAD:
                self._enter("intro", "")
            if self.section in _OUTSIDE:
                self.asked.clear()
            self.pending = (value, hit.rule.id, self._behind(hit))
            self._continue(unit)
            return
        announced = self.pending is not None and hit.start < self.pending[2] and value in _OUTSIDE
        if reach == "section" and not announced and (at == "line" or not self._is_announced_later(unit)):
            self.pending = None
        if reach == "line":
            unit.section, unit.rule = value, hit.rule.id
            return
        if reach == "paragraph":
            resumed = self._resumed(value)
            if resumed != self.section:
                self._enter(resumed, "")
            self.aside = (value, hit.rule.id, unit.paragraph)
            unit.section, unit.rule = value, hit.rule.id
            return
        if value == "clarification" or (value == "request" and self.section in _OUTSIDE):
            self.asked.clear()
        if hit.rule.attributes.get("restarts") and self.section not in _HEAD:
            self.asked_before = False
            self.asked.clear()
            self.answered.clear()
        self._enter(value, hit.rule.id)
        unit.section, unit.rule = value, hit.rule.id
        unit.headed = bool(hit.rule.attributes.get("heading"))

    def _is_announced_later(self, unit: _Unit) -> bool:
        """Whether what is announced begins behind a later sentence than this one, so that this one does not end it."""
        return self.pending is not None and unit.end <= self.reading.sentence_at(max(0, self.pending[2] - 1))[0]

    def _behind(self, hit: Hit) -> int:
        """Give where the words that a cue announces begin: behind it, or with a label that the cue runs into.

        A cue that asks for a colon may find the one behind the label of the first question, in the next paragraph.
        """
        for found in _BLANK_LINE.finditer(self.reading.text, hit.start, hit.end):
            if hit.end <= self.reading.line_at(found.end())[1] and _label(self.reading, found.end()):
                return found.end()
        return hit.end

    def _resumed(self, aside: str) -> str:
        """Give what goes on behind an aside: once the authority speaks of the Act or its data, the request is over."""
        if aside in _ANSWERS and self.section in _BEFORE_ANSWERS:
            return "response" if self.section in REQUEST_SECTIONS else self.section
        return self.section

    def _enter(self, section: str, rule: str) -> None:
        self.section, self.rule, self.aside = section, rule, None
        self.quote_end = None
        self.worded = False
        self.opening = section == "request"

    def _end_of_quotation(self, start: int) -> int | None:
        """Give where a request ends that stands in quotation marks: at the one that closes, at a line's end.

        A closing mark is not the end where the next paragraph opens one again or the numbering goes on.
        """
        text = self.reading.text
        marked = self._end_of_marked_lines(start)
        if marked is not None:
            return marked
        opened = _OPENING_QUOTE.match(text, start)
        if not opened:
            return None
        begin, limit = opened.start("quote"), min(len(text), opened.end() + _QUOTED_MAX)
        curly = opened["quote"] == "“" and "”" in text[begin:limit]
        for found in _CLOSING_QUOTE.finditer(text, opened.end(), limit):
            if curly and (
                found["quote"] != "”" or text.count("“", begin, found.end()) > text.count("”", begin, found.end())
            ):
                continue
            if (
                text[found.end() : found.end() + 1] not in {"“", '"'}
                and _label(self.reading, found.end()) in _FIRST_LABELS
            ):
                return found.end("quote")
        return None

    def _end_of_marked_lines(self, start: int) -> int | None:
        """Give where the lines end that are marked as quoted, if the request begins in such a line."""
        text, lines = self.reading.text, self.reading.lines
        line = self.reading.line_index(start)
        if not _QUOTED_LINE.match(text, *lines[line]):
            return None
        while line < len(lines) and _QUOTED_LINE.match(text, *lines[line]):
            line += 1
        rest = lines[line][0] if line < len(lines) else len(text)
        return rest if text[rest:].strip() else None

    def _continue(self, unit: _Unit) -> None:
        if self.aside is not None:
            section, rule, paragraph = self.aside
            if paragraph == unit.paragraph:
                unit.section, unit.rule = section, rule
                return
            self.aside = None
        if self.section in _LEFT_BY_LABELS and self._answers_again(unit):
            self._enter("response", "")
        elif self.section in _HEAD and self._ends_head(unit):
            self._enter("intro", "")
        unit.section, unit.rule = self.section, self.rule
        if self.section == "response":
            self.answered.add(_label(self.reading, unit.start))

    def _ends_head(self, unit: _Unit) -> bool:
        """Whether a letter begins to speak, in running text behind which no line of its head is found."""
        words = self.reading.text[unit.start : unit.end].split()
        if len(words) < _FEWEST_WORDS_OF_SENTENCE or sum(word[0].islower() for word in words) * 2 <= len(words):
            return False
        self.words_of_prose += len(words)
        if self.words_of_prose < _FEWEST_WORDS_OF_PROSE:
            return False
        return not any(
            hit.rule.value in _HEAD_LINES and unit.end <= hit.start < unit.end + _HEAD_REACH for hit in self.hits
        )

    def _answers_again(self, unit: _Unit) -> bool:
        """Whether a table stands, or the numbering of the answers begins or goes on, behind something else.

        A table with which the request begins is the request itself.
        """
        if any(start == unit.start for start in self.grids):
            return self.section != "request" or self.worded
        label = _label(self.reading, unit.start)
        goes_on = label.isdigit() and str(int(label) - 1) in self.answered and self.section not in _BEFORE_ANSWERS
        if label in self.answered or not (label in self.asked or goes_on):
            return False
        if self.section != "request":
            return True
        return len(self.asked) > 1 and label == next(iter(self.asked)) and not _asks(self.reading, unit.start, unit.end)


def _label(reading: Reading, start: int) -> str:
    """Give the number or letter that a line begins with, plain and in lower case, or "" where there is none."""
    found = shape("label").match(reading.text, start)
    return "".join(found["label"].lower().split()) if found else ""


def _asks(reading: Reading, start: int, end: int) -> bool:
    """Whether a stretch ends in a question mark."""
    return reading.text[start:end].rstrip(' \t\n*_"”’').endswith("?")


def _asks_behind(reading: Reading, offset: int) -> bool:
    """Whether the first paragraph behind a heading asks."""
    begin = offset + len(reading.text[offset:]) - len(reading.text[offset:].lstrip())
    found = _BLANK_LINE.search(reading.text, begin)
    words = reading.ruled[begin : found.start() if found else len(reading.text)]
    return "?" in words or bool(shape("question_opening").match(words))


def _applicant_speaks(reading: Reading, unit: _Unit) -> bool:
    """Whether a sentence of a request is the applicant's own, though it speaks as an authority may, too."""
    if shape("asking_back").search(reading.ruled, unit.start, unit.end):
        return False
    return _asks(reading, unit.start, unit.end) or bool(
        shape("applicant_speaks").search(reading.flow, unit.start, unit.end)
    )


def _end_of_answers(units: Sequence[_Unit]) -> int:
    return next((i for i, unit in enumerate(units) if unit.section in {"closing", "review_rights", "ico"}), len(units))


def _listed_request(reading: Reading, units: Sequence[_Unit]) -> tuple[int, int] | None:
    """Give the list of questions that no cue introduces: it is counted through before the answers begin.

    The sign is a run of labels of which most ask, or which is counted through again further on; it counts only
    in a letter in which no request was found.
    """
    end = _end_of_answers(units)
    if any(unit.section in REQUEST_SECTIONS for unit in units[:end]):
        return None
    labelled = [
        (i, label)
        for i, unit in enumerate(units[:end])
        if unit.section not in _UNASKED
        and (label := _label(reading, unit.start))
        and reading.grid_at(unit.start) is None
    ]
    for scheme in _SCHEMES:
        run = _first_run(labelled, scheme)
        if len(run) < _SHORTEST_RUN or any(units[b].paragraph - units[a].paragraph > 1 for a, b in pairwise(run)):
            continue
        again = [label for i, label in labelled if i > run[-1]]
        asking = sum(_repeats_question(reading, units[i]) for i in run)
        if asking * 2 > len(run) or (scheme[0] in again and scheme[1] in again):
            last = run[-1]
            while last + 1 < end and units[last + 1].paragraph == units[run[-1]].paragraph:
                last += 1
            return units[run[0]].start, units[last].end
    return None


def _first_run(labelled: Sequence[tuple[int, str]], scheme: Sequence[str]) -> list[int]:
    """Give the units that are counted through first, parts of the counted left out."""
    out: list[int] = []
    for i, label in labelled:
        if len(out) < len(scheme) and label == scheme[len(out)]:
            out.append(i)
        elif out and label == scheme[0]:
            break
    return out


def _leave_intro(units: list[_Unit]) -> None:
    """Where the request is not repeated, what follows the paragraph of the receipt is the response.

    Running text that neither tells of a receipt nor stands under a salutation is the response from its beginning.
    """
    end = next((i for i, unit in enumerate(units) if unit.section in {"closing", "review_rights"}), len(units))
    if any(unit.section == "request" for unit in units[:end]):
        return
    opened = any(unit.section == "addressee" or (unit.section == "intro" and unit.rule) for unit in units[:end])
    first = next((unit.paragraph for unit in units if unit.section == "intro"), None) if opened else -1
    for unit in units[:end]:
        if first is not None and unit.section == "intro" and unit.paragraph > first:
            unit.section, unit.rule = "response", ""


def _begin_with_paragraph(reading: Reading, units: list[_Unit]) -> None:
    """Let a response that is told by words within a paragraph begin with it, and with its heading, behind a list.

    The request is the list: neither its items nor what asks or speaks for the applicant is taken from it.
    """
    start = next(
        (i for i, u in enumerate(units) if i and u.section == "response" and units[i - 1].section == "request"), 0
    )
    if not start or units[start].headed or not units[start].rule:
        return
    listed = [i for i in range(start) if units[i].section == "request" and _is_item(reading, units[i])]
    if len(listed) < _SHORTEST_RUN:
        return
    first = next((i for i in range(listed[-1] + 1, start) if units[i].paragraph != units[listed[-1]].paragraph), start)
    behind = [unit for unit in units[first:start] if unit.section == "request"]
    if any(_applicant_speaks(reading, unit) or _goes_on_asking(reading, unit) for unit in behind):
        return
    for unit in behind:
        unit.section, unit.rule = "response", ""


def _is_item(reading: Reading, unit: _Unit) -> bool:
    return bool(_label(reading, unit.start) or _BULLET.match(reading.text[unit.start : unit.end].lstrip("\n")))


def _interleave_quoted(reading: Reading, units: list[_Unit]) -> bool:
    """Tell questions from answers where a mail quotes several pieces of the request, each above its answer."""
    end = _end_of_answers(units)
    quoted = [
        bool(_QUOTED_LINE.match(reading.text, *reading.line_at(_first_word(reading, unit)))) for unit in units[:end]
    ]
    runs = [i for i in range(end) if quoted[i] and not (i and quoted[i - 1])]
    if len(runs) < _SHORTEST_RUN:
        return False
    for i in range(runs[0], end):
        unit = units[i]
        if quoted[i]:
            unit.section, unit.rule = "request", ""
        elif unit.section in _BEFORE_ANSWERS:
            unit.section, unit.rule = "response", ""
    return True


def _first_word(reading: Reading, unit: _Unit) -> int:
    text = reading.text[unit.start : unit.end]
    return unit.start + len(text) - len(text.lstrip())


def _interleave(reading: Reading, units: list[_Unit]) -> None:
    """Tell questions from answers where each question is repeated above its answer.

    The sign is a run of numbered questions of which most are followed by a paragraph that is none.
    """
    end = _end_of_answers(units)
    heads = _heads(reading, units[:end])
    if len(heads) < 2 or any(
        unit.section == "request" and reading.text[unit.start : unit.end].strip() and _label(reading, unit.start)
        for unit in units[: heads[0]]
    ):
        return
    first = _label(reading, units[heads[0]].start)
    if first and any(_label(reading, unit.start) == first for unit in units[heads[-1] + 1 : end]):
        return
    if all(units[head].section == "request" for head in heads) and any(unit.headed for unit in units[heads[-1] : end]):
        return
    stretches = list(zip(heads, [*heads[1:], end], strict=True))
    close = not any(
        unit.section == "response" and not unit.headed and reading.text[unit.start : unit.end].strip()
        for unit in units[heads[-1] + 1 : end]
    )
    at_once = [
        head + 1 < stop
        and (
            _answers_at_once(reading, units, head + 1)
            or (units[head + 1].section == "response" and bool(units[head + 1].rule))
        )
        for head, stop in stretches
    ]
    answering = sum(at_once) > 1 and sum(at_once) * 2 > len(at_once)
    followed = [
        any(
            (
                units[i].paragraph != units[head].paragraph
                or ((close or not first) and _answers_on_next_line(reading, units, i))
                or (answering and _answers_at_once(reading, units, i))
                or (units[i].section == "response" and bool(units[i].rule))
            )
            and units[i].section not in {"footer", "marking"}
            and not _goes_on_asking(reading, units[i])
            for i in range(head + 1, stop)
        )
        for head, stop in stretches[:-1]
    ]
    if sum(followed) * 2 < len(followed) or not followed:
        return
    for head, stop in stretches:
        units[head].section = "request"
        asking = True
        for i in range(head + 1, stop):
            unit = units[i]
            same = unit.paragraph == units[head].paragraph and asking
            same = same and not ((close or not first) and _answers_on_next_line(reading, units, i))
            same = same and not (answering and _answers_at_once(reading, units, i))
            asking = same and unit.section in _BEFORE_ANSWERS
            if asking:
                unit.section = "request"
            elif unit.section in _BEFORE_ANSWERS:
                unit.section, unit.rule = "response", ""


def _answers_on_next_line(reading: Reading, units: Sequence[_Unit], i: int) -> bool:
    """Whether a unit stands on the line below a question and is none itself."""
    unit = units[i]
    gap = reading.text[units[i - 1].start : unit.start]
    above = gap.rstrip()
    return (
        above.endswith(("?", "."))
        and "\n" in gap[len(above) :]
        and _label(reading, unit.start) in {"", "a"}  # "A:" stands for the answer
        and not _goes_on_asking(reading, unit)
    )


def _answers_at_once(reading: Reading, units: Sequence[_Unit], i: int) -> bool:
    """Whether a unit stands right behind a question mark, on its line or the next, and begins as answers do."""
    above = reading.text[units[i - 1].start : units[i - 1].end].rstrip()
    return above.endswith("?") and bool(shape("answering").match(reading.ruled[units[i].start : units[i].end].lstrip()))


def _heads(reading: Reading, units: Sequence[_Unit]) -> list[int]:
    """Give the units that repeat a question: counted ones, or else bullets that end in a question mark."""
    for scheme in _SCHEMES:
        heads: list[int] = []
        for i, unit in enumerate(units):
            if len(heads) == len(scheme):
                break
            if unit.headed or _label(reading, unit.start) != scheme[len(heads)]:
                continue
            if _repeats_question(reading, unit) or (len(heads) > 1 and _stands_as_head(reading, units, i)):
                heads.append(i)
            elif heads and unit.section == "request" and units[heads[-1]].section == "request":
                break  # the list of the request goes on; the same label further on is that of an answer
        if len(heads) > 1:
            return heads
    bullets = [
        i
        for i, unit in enumerate(units)
        if _BULLET.match(reading.text[unit.start : unit.end].lstrip("\n")) and _asks(reading, unit.start, unit.end)
    ]
    if len(bullets) > 1 and not any(unit.section == "request" for unit in units):
        return bullets
    asking = [i for i in range(len(units)) if _is_asking_paragraph(reading, units, i)]
    if not asking or any(unit.headed for unit in units[asking[0] : asking[-1] + 1]):
        return []
    return asking if any(units[i].section not in _BEFORE_ANSWERS for i in asking) else []


def _is_asking_paragraph(reading: Reading, units: Sequence[_Unit], i: int) -> bool:
    """Whether a unit is a whole paragraph of a request or an answer that asks, without a label."""
    unit = units[i]
    if unit.section not in _ASKED_IN or _label(reading, unit.start) or not _asks(reading, unit.start, unit.end):
        return False
    if shape("asking_back").search(reading.ruled, unit.start, unit.end):
        return False
    around = [other for other in units[max(0, i - 2) : i + 3] if reading.text[other.start : other.end].strip()]
    if sum(other.paragraph == unit.paragraph for other in around) == 1:
        return True
    begins = all(other.paragraph != unit.paragraph for other in around if other.start < unit.start)
    following = next((j for j in range(i + 1, len(units)) if reading.text[units[j].start : units[j].end].strip()), None)
    return begins and following is not None and _answers_on_next_line(reading, units, following)


def _goes_on_asking(reading: Reading, unit: _Unit) -> bool:
    """Whether a unit asks, or says how the answer should be, so that it is no answer itself."""
    text = reading.ruled[unit.start : unit.end].strip(" \t\n*_-•>")
    return _asks(reading, unit.start, unit.end) or bool(shape("asking").match(text) or shape("detail").match(text))


def _stands_as_head(reading: Reading, units: Sequence[_Unit], i: int) -> bool:
    """Whether a counted unit is a paragraph of its own above one that is not counted: a question above its answer."""
    unit = units[i]
    following = next((other for other in units[i + 1 :] if reading.text[other.start : other.end].strip()), None)
    return (
        following is not None
        and following.paragraph != unit.paragraph
        and not _label(reading, following.start)
        and len(reading.text[unit.start : unit.end].split()) <= _MOST_WORDS_OF_HEAD
    )


def _repeats_question(reading: Reading, unit: _Unit) -> bool:
    text = reading.ruled[unit.start : unit.end]
    label = shape("label").match(text)
    return "?" in text or bool(shape("question_opening").match(text, label.end() if label else 0))


def _holds_figures(grid: Grid) -> bool:
    return sum(any(c.isdigit() for c in cell.text) for row in grid.rows[1:] for cell in row[1:]) > 1


def _name_prefaces(units: list[_Unit]) -> None:
    """Call what stands between the recital of the Act and the heading of the answers a preface."""
    headed = next((i for i, unit in enumerate(units) if unit.section == "response" and unit.headed), None)
    if headed is None:
        return
    for unit in units[:headed]:
        if unit.section == "response" and not unit.rule:
            unit.section = "preface"


def _joined(units: Sequence[_Unit]) -> list[Section]:
    out: list[Section] = []
    for unit in units:
        if out and out[-1].id == unit.section and out[-1].end == unit.start:
            out[-1].end = unit.end
        else:
            out.append(Section(id=unit.section, start=unit.start, end=unit.end, rule=unit.rule))
    return out
