"""Find the questions of the request, and which stretch of the response answers which of them.

Ids are as labelled, without the words around them: "1", "2a", "A". Unlabelled questions are counted. A stem that
is no question of its own ("How many of these:") belongs to its parts. On a page with several replies each id is
led by the reply's reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import regex
from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.grids import Grid
from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.answers import AnswerBlock
from foi_nlp.pipeline.question_tables import AskedRow
from foi_nlp.pipeline.reading import REQUEST_SECTIONS, Reading
from foi_nlp.pipeline.scanning import Hit, Scanner
from foi_nlp.pipeline.shapes import shape, word_list, word_set
from foi_nlp.records import Question

_ANSWER_SECTIONS = frozenset(
    {"response", "preface", "searches", "boilerplate_act", "exemption", "s16_advice", "caveat"}
)
_ASIDES = frozenset({"boilerplate_act", "caveat"})
_ASIDE_MAX = 1500
_FEWEST_WORDS = 2
_LETTERS = frozenset("abcdefgh")
_BESIDE = "questions.beside_answers"  # no rule, but the place in a table; see question_tables
_PLAIN = ".bare_number"  # a number without a mark is a label only where the request is numbered so; pages are, too
_HIGHEST_FIRST = 4
_RUN_ON_MAX = 250
_SAME_QUESTION = 0.7
_STEM_LENGTH = 5
_WORDY_CELL = 8
_WRAPPED_LINE = 60
_MOST_PLACES = 2000  # paragraphs times questions; the time of finding their order grows with it
_ANSWERED = 0.4
_CLAIM = 1.5
_CLEAR_CLAIM = 1.5
_MOSTLY = 0.8
_HEADING_WORDS = 5
_WORDS_OF_HEADING = 20
_NO_CONTENT = frozenset({"boilerplate_act", "searches", "caveat", "footer", "marking"})
_TRIM = ' \t\n\r\f*_-–"“”|>•:;'
_DIGITS = regex.compile(r"\d+")
_WORD = regex.compile(r"[a-z]+")
_DIGITS = regex.compile(r"\d+")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ID = regex.compile(r"(?P<roman>[ivxIVX]{1,4})|(?P<number>\d{1,2})?(?P<letter>[a-hA-H])?")
_LABEL_PART = regex.compile(
    r"(?P<number>\d{1,2})[ ./]{0,2}[(\[]?(?P<letter>[a-h]\b)?|"
    r"\b(?P<letter>[a-h])\b",
    regex.IGNORECASE,
)
_LABEL_TAIL = regex.compile(r"[ \t\\.):\]\[/*_-]*")
_NUMBERED_LINE = regex.compile(r"^[ \t>*_]*\d{1,2}[ \t]*[.):]", regex.MULTILINE)
_BLANK = regex.compile(r"\n[ \t\f\r|>]*\n\s*")
_BULLET = regex.compile(r"^[ \t>]*(?:[•·‣▪◦●*-]|\uf0b7)[ \t]+", regex.MULTILINE)
_SENTENCE_BREAK = regex.compile(r"[.?!]\s")
_REFERENCE_LINE = regex.compile(
    r"(?:[A-Za-z]+[ .:]+){0,3}(?=[A-Za-z0-9/.-]*\d{2})[A-Za-z0-9]+(?:[/.-][A-Za-z0-9]+)+:?|\d{4,}:?"
)
_AFTER_ANSWERS = frozenset({"closing", "review_rights", "ico", "copyright", "footer"})
_SENTENCE_START = regex.compile(r"(?<=[.!])\s+")


def answer_blocks(reading: Reading) -> list[AnswerBlock]:
    """Give the stretches of the letter that are known to answer questions, in the order of the letter."""
    return reading.facts.answers


def question_at(reading: Reading, offset: int) -> tuple[str, ...]:
    """Give the ids of the questions that the text at `offset` answers; none where that is not known."""
    for block in reading.facts.answers:
        if block.start <= offset < block.end:
            return block.question_ids
    return ()


def named_questions(reading: Reading, reference: Hit) -> tuple[str, ...]:
    """Give the ids of the questions that a hit of a QUESTION_REFERENCE rule names; none where they are not known."""
    names = [question.id for question in reading.facts.questions]
    if "ordinals" in reference.groups:
        return _ordinal_ids(reading.flow[slice(*reference.groups["ordinals"])], names)
    return _ids_of(reading.flow[slice(*reference.groups["ids"])], names, "")


def nearest_question(reading: Reading, start: int, end: int) -> str | None:
    """Give the question whose own words a stretch shares most; None where several or none do."""
    parents = {question.parent for question in reading.facts.questions}
    words = {q.id: _content_words(q.text) for q in reading.facts.questions if q.id not in parents}
    scores = _shared(words, _content_words(reading.text[start:end]))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] <= 0 or (len(ranked) > 1 and ranked[0][1] <= ranked[1][1]):
        return None
    return ranked[0][0]


def _shared(words: Mapping[str, frozenset[str]], have: frozenset[str]) -> dict[str, float]:
    """Weigh the words that each question shares with a text: one that few questions have weighs more."""
    common = Counter(word for own in words.values() for word in own)
    return {
        name: sum(1 / common[word] for word in own & have if common[word] < len(words)) for name, own in words.items()
    }


@Language.factory("foi_questions", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> QuestionsComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return QuestionsComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class QuestionsComponent:
    """Find the questions of the request, and the answers to each."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.asked = Scanner(nlp, book, book.labelled("QUESTION_LABEL"))
        self.inline = Scanner(nlp, book, book.labelled("QUESTION_LABEL_INLINE"))
        self.answered = Scanner(nlp, book, book.labelled("ANSWER_LABEL"))
        self.told = Scanner(nlp, book, book.labelled("QUESTION_TOLD"))

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        reading = Reading.of(doc)
        asked = self.asked.scan(reading)
        inline = self.inline.scan(reading)
        answered = self.answered.scan(reading)
        told = self.told.scan(reading)
        replies = _replies(reading, asked, answered)
        if any(reply.bare for reply in replies) and not _count_alike(reading, replies, asked):
            replies = [_Reply(0, len(reading.text), "")]
        for reply in replies:
            labels = asked if reply.asked is None else _one_a_place([*asked, *answered])
            questions, labels = _questions(reading, reply, labels, inline, _counted_answers(reading, reply, answered))
            beside = _beside_answers(
                reading, [row for row in reading.facts.asked_rows if reply.holds(row.start)], questions
            )
            if beside:
                questions, labels = beside, []
            elif len(questions) <= 1 and not any(question.rule for question in questions):
                numbered = _numbered_in_answers(reading, reply, answered)
                if not questions or all(_is_quoted(reading, question) for question in numbered):
                    questions = numbered or questions
            questions = questions or _told(reading, reply, told)
            questions += _named_in_answers(reading, reply, questions, inline, answered)
            questions.sort(key=lambda q: q.start)
            if len(replies) > 1:
                questions = [_prefixed(question, reply.reference) for question in questions]
            reading.facts.questions += questions
            blocks, used = _answers(reading, reply, questions, answered)
            reading.facts.answers += blocks
            for hit in [*labels, *used]:
                reading.mark(hit.rule.label, hit.start, hit.end, rule=hit.rule.id)
        for question in reading.facts.questions:
            if question.end > question.start:
                reading.mark("QUESTION", question.start, question.end, rule=question.rule, value=question.id)
        return doc


@dataclass(frozen=True, slots=True)
class _Reply:
    """One reply of a page: its stretch of the text, and the reference it stands under.

    `asked` and `told` are set where a letter takes several requests together: where it repeats this one, and where
    it answers it.
    """

    start: int
    end: int
    reference: str
    asked: tuple[int, int] | None = None
    told: tuple[int, int] | None = None
    bare: bool = False

    def holds(self, place: int) -> bool:
        """Whether a place belongs to the reply."""
        if self.asked is None or self.told is None:
            return self.start <= place < self.end
        return any(start <= place < end for start, end in (self.asked, self.told))


@dataclass(slots=True)
class _Item:
    """A labelled piece of the request, before it is known whether it is a question of its own."""

    id: str
    start: int
    end: int
    parent: str | None
    rule: str
    label: Hit | None


def _replies(reading: Reading, asked_labels: Sequence[Hit], answer_labels: Sequence[Hit]) -> list[_Reply]:
    """Cut a page that holds several replies, each under its own reference; most letters are one."""
    heads: list[tuple[int, str]] = []
    asked = True
    bare = False
    for section in reading.facts.sections:
        if section.id == "ref_block" and asked and ".next_reply" in section.rule:
            first_line = reading.text[section.start : section.end].strip().split("\n")[0]
            heads.append((section.start, first_line.strip(_TRIM).split(":")[-1].split()[-1]))
            bare = bare or section.rule.endswith("_bare")
            asked = False
        asked = asked or section.id in REQUEST_SECTIONS
    if len(heads) < 2:
        return _taken_together(reading, asked_labels, answer_labels) or [_Reply(0, len(reading.text), "")]
    bounds = [0, *(start for start, _ in heads[1:]), len(reading.text)]
    return [_Reply(a, b, ref, bare=bare) for a, b, (_, ref) in zip(bounds, bounds[1:], heads, strict=False)]


def _count_alike(reading: Reading, replies: Sequence[_Reply], asked: Sequence[Hit]) -> bool:
    """Whether two replies of one letter label their questions alike, so that labels do not tell them apart."""
    labels = [
        {
            reading.text[slice(*hit.groups["ids"])].strip().lower()
            for a, b in _stretches(reading, reply)
            for hit in asked
            if a <= hit.start < b
        }
        for reply in replies
    ]
    return any(one & other for i, one in enumerate(labels) for other in labels[i + 1 :])


def _taken_together(reading: Reading, asked: Sequence[Hit], answered: Sequence[Hit]) -> list[_Reply]:
    """Cut a letter that repeats several requests and then answers them, each under its reference both times.

    The reference stands alone on its line. Each request counts its questions from the first label again: where the
    numbers go on, they tell the requests apart already.
    """
    labels = {reading.line_at(hit.start)[0] for hit in (*asked, *answered)}
    places: dict[str, list[int]] = {}
    for start, end in reading.lines:
        head = reading.text[start:end].strip(_TRIM)
        if start not in labels and _REFERENCE_LINE.fullmatch(head):
            places.setdefault(head.split()[-1], []).append(start)
    twice = {head: found for head, found in places.items() if len(found) == 2}
    if len(twice) < 2:
        return []
    first, second = ([(found[n], head) for head, found in twice.items()] for n in (0, 1))
    ends = [start for start, _ in first[1:]]
    request_end = min(next((s.start for s in reading.facts.sections if s.id == "response" and s.start > first[-1][0]),
                           second[0][0]), second[0][0])  # fmt: skip
    answer_end = next((s.start for s in reading.facts.sections if s.id in _AFTER_ANSWERS and s.start > second[-1][0]),
                      len(reading.text))  # fmt: skip
    if second != sorted(second) or first[-1][0] >= second[0][0]:
        return []
    stops = [start for start, _ in second[1:]]
    out = [
        _Reply(a, d, head, (a, b), (c, d))
        for (a, head), b, (c, _), d in zip(first, [*ends, request_end], second, [*stops, answer_end], strict=True)
    ]
    named = [(hit.start, _label_of(reading, hit)) for hit in _one_a_place([*asked, *answered])]
    counted = [[name for start, name in named if a <= start < b] for a, b in (r.asked for r in out if r.asked)]
    starts_anew = reading.section_at(first[0][0]) != "response" and all(not ids or _is_first(ids[0]) for ids in counted)
    return out if starts_anew else []


def _one_a_place(hits: Sequence[Hit]) -> list[Hit]:
    """Give the hits that name questions, in order, the first of those that begin at one place."""
    found: dict[int, Hit] = {}
    for hit in hits:
        if "ids" in hit.groups:
            found.setdefault(hit.start, hit)
    return [found[start] for start in sorted(found)]


def _label_of(reading: Reading, hit: Hit) -> str:
    a, b = hit.groups["ids"]
    return "".join(c for c in reading.text[a:b] if c.isalnum())


def _prefixed(question: Question, reference: str) -> Question:
    parent = f"{reference}/{question.parent}" if question.parent else None
    return question.model_copy(update={"id": f"{reference}/{question.id}", "parent": parent})


def _without(prefix: str, question: Question) -> Question:
    parent = question.parent and question.parent.removeprefix(prefix)
    return question.model_copy(update={"id": question.id.removeprefix(prefix), "parent": parent})


def _stretches(reading: Reading, reply: _Reply) -> list[tuple[int, int]]:
    """Give the stretches of the request; a clarification that numbers its questions afresh takes its place."""
    if reply.asked is not None:
        return [reply.asked]
    out: list[tuple[int, int]] = []
    clarified: list[tuple[int, int]] = []
    aside = True
    for section in reading.facts.sections:
        if not reply.start <= section.start < reply.end:
            continue
        if section.id == "request":
            if out and aside and section.start - out[-1][1] < _ASIDE_MAX:
                out[-1] = (out[-1][0], section.end)
            else:
                out.append((section.start, section.end))
            aside = True
        elif section.id == "clarification":
            clarified.append((section.start, section.end))
            aside = False
        elif section.id not in {"footer", "marking"}:
            aside = False
    revised = [c for c in clarified if len(_NUMBERED_LINE.findall(reading.text, *c)) > 1]
    return revised or out or clarified


def _questions(
    reading: Reading, reply: _Reply, asked: Sequence[Hit], inline: Sequence[Hit], answers: int
) -> tuple[list[Question], list[Hit]]:
    found: dict[str, Question] = {}
    labels: list[Hit] = []
    counted = 0
    lettered = ""
    romans = 0
    stretches = _stretches(reading, reply)
    labelled = False
    loose: list[tuple[int, int]] = []
    for start, end in stretches:
        hits = [hit for hit in asked if start <= hit.start < end]
        items = _labelled_items(reading, hits, end, counted, lettered, romans)
        if len(items) < 2 and not counted and len(_asking_bullets(reading, start, end)) < _FEWEST_WORDS:
            run_on = _labelled_items(reading, _chain(reading, [h for h in inline if start <= h.start < end]), end)
            if len(run_on) > len(items):
                items = run_on
        if (
            not items
            or (len(items) == 1 and not counted and not romans and len(stretches) == 1 and not _is_first(items[0].id))
            or (len(items) == 1 and _is_within_bullets(reading, items[0], start, end))
        ):
            loose.append((start, end))
            continue
        labelled = True
        counted = max([0, *(int(digits[0]) for item in items if (digits := _DIGITS.match(item.id)))])
        lettered = next((item.id.lower() for item in reversed(items) if item.id.lower() in _LETTERS), lettered)
        romans += sum(item.id.lower() == _ROMAN[romans + i] for i, item in enumerate(items[: len(_ROMAN) - romans]))
        labels += [item.label for item in items if item.label is not None]
        for question in _folded(reading, items):
            found.setdefault(question.id, question)  # what an answer repeats under the same label is no new question
    if not labelled:
        headings = [_plain(p[2]) for a, b in _answer_stretches(reading, reply) for p in _paragraphs(reading, a, b)]
        unlabelled: list[tuple[int, int, str]] = []
        for start, end in loose:
            pieces = _unlabelled(reading, start, end, answers if len(loose) == 1 else 0, headings)
            unlabelled = [*[u for u in unlabelled if all(_alike(u[2], p[2]) < _SAME_QUESTION for p in pieces)], *pieces]
        for number, (start, end, _) in enumerate(unlabelled, start=1):
            found[str(number)] = _question(reading, str(number), start, end, None, "")
    return list(found.values()), labels


def _is_first(name: str) -> bool:
    return name.lower() in {"1", "a", "1a", "i"}


def _labelled_items(
    reading: Reading, hits: Sequence[Hit], end: int, counted: int = 0, lettered: str = "", romans: int = 0
) -> list[_Item]:
    """Make items of the labels that go on counting from `counted`, the letter `lettered` or as many `romans`.

    Other labels are text.
    """
    items: list[_Item] = []
    number = 0
    letter = lettered
    top: _Item | None = None
    nested = False
    for hit in hits:
        match = _ID.fullmatch(_label_of(reading, hit))
        if match is None:
            continue
        digits, part = match["number"], match["letter"]
        parent: str | None = None
        if match["roman"]:
            place = romans + len(items)
            if number or letter or place >= len(_ROMAN) or match["roman"].lower() != _ROMAN[place]:
                continue
            if items:
                items[-1].end = hit.start
            items.append(_Item(match["roman"], hit.start, end, None, hit.rule.id, hit))
            continue
        if digits and part:
            if int(digits) not in ({number, number + 1} if items else {number, number + 1, counted, counted + 1}):
                continue
            number, letter, name, parent = int(digits), part.lower(), f"{int(digits)}{part}", str(int(digits))
        elif digits:
            value = int(digits)
            if value == number + 1 or (number == 0 and (value < _HIGHEST_FIRST or value == counted + 1)):
                name, number, letter = str(value), value, ""
            elif value == 1 and number == 1 and top is not None and not nested and _open_stem(reading, top, hit.start):
                top.id = f"{top.id}-stem"
                name, letter, nested = "1", "", True
            else:
                continue
            parent = f"{top.id}" if nested and top is not None else None
        else:
            if part.lower() != (chr(ord(letter) + 1) if letter else "a"):
                continue
            letter = part.lower()
            name = f"{number}{part}" if number else part
            parent = str(number) if number else None
        if items:
            items[-1].end = hit.start
        items.append(_Item(name, hit.start, end, parent, hit.rule.id, hit))
        if digits and not part and not nested:
            top = items[-1]
    return items


def _open_stem(reading: Reading, item: _Item, end: int) -> bool:
    return reading.text[item.start : end].rstrip(" \t\n*_").endswith((":", "-", ";"))


def _chain(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    """Of labels within a paragraph, those that count 1, 2, 3 or i, ii, iii in order; the longer run counts."""
    numbers: list[Hit] = []
    romans: list[Hit] = []
    for hit in hits:
        a, b = hit.groups["ids"]
        if reading.text[a:b] == str(len(numbers) + 1):
            numbers.append(hit)
        elif len(romans) < len(_ROMAN) and reading.text[a:b] == _ROMAN[len(romans)]:
            romans.append(hit)
    return max(numbers, romans, key=len)


def _folded(reading: Reading, items: Sequence[_Item]) -> list[Question]:
    """Make questions of items. A stem that is no sentence of its own belongs to its parts."""
    out = []
    for i, item in enumerate(items):
        label_end = item.label.end if item.label else item.start
        text_start = label_end + len(_LABEL_TAIL.match(reading.text, label_end)[0])  # type: ignore[index]
        end = _first_answer_sentence(reading, item, text_start, last=i == len(items) - 1)
        text = reading.text[text_start:end].strip(" \t\n*_-")
        has_parts = any(other.parent == item.id for other in items)
        if has_parts and (not text or (text.endswith(":") and not _SENTENCE_BREAK.search(text))):
            continue
        known = {other.id for other in items}
        parent = item.parent if item.parent in known else None
        out.append(_question(reading, item.id, text_start, end, parent, item.rule))
    out = [part for question in out for part in (question, *_bulleted_parts(reading, question, out))]
    ids = {question.id for question in out}
    return [q if q.parent in ids else q.model_copy(update={"parent": None}) for q in out]


def _bulleted_parts(reading: Reading, question: Question, questions: Sequence[Question]) -> list[Question]:
    """Bullets that a numbered question introduces with a colon are its parts, lettered in order."""
    bullets = _bulleted(reading, question.start, question.end)
    if len(bullets) < _FEWEST_WORDS or any(other.parent == question.id for other in questions):
        return []
    if not reading.text[question.start : bullets[0][0]].rstrip(" \t\n•·‣▪◦●*-").endswith(":"):
        return []
    return [
        _question(reading, f"{question.id}{chr(ord('a') + i)}", start, end, question.id, question.rule)
        for i, (start, end, _) in enumerate(bullets[:8])
    ]


def _first_answer_sentence(reading: Reading, item: _Item, text_start: int, *, last: bool) -> int:
    """Where an item ends; the last one of a run-on list may have its words behind the request's end."""
    if reading.text[text_start : item.end].strip(' \t\n*_-"”') or not last:
        return item.end
    return min(reading.sentence_at(text_start)[1], text_start + _RUN_ON_MAX)


def _question(reading: Reading, name: str, start: int, end: int, parent: str | None, rule: str) -> Question:
    piece = reading.text[start:end]
    left = len(piece) - len(piece.lstrip(_TRIM))
    right = len(piece.rstrip(_TRIM))
    if right <= left:
        left, right = 0, len(piece)
    return Question(
        id=name,
        text=" ".join(_without_furniture(reading, start + left, start + right).split()),
        start=start + left,
        end=start + right,
        parent=parent,
        rule=rule,
    )


def _without_furniture(reading: Reading, start: int, end: int) -> str:
    """Give a stretch without the heads and feet of pages that stand in it."""
    return "".join(
        reading.text[max(start, section.start) : min(end, section.end)]
        for section in reading.facts.sections
        if section.id not in {"footer", "marking"} and section.start < end and start < section.end
    )


def _unlabelled(
    reading: Reading, start: int, end: int, answers: int, headings: Sequence[str]
) -> list[tuple[int, int, str]]:
    """Questions without labels: bullets or paragraphs that ask; within a lone paragraph, lines or sentences that ask.

    Where the answers are counted, the pieces of which there are as many are the questions; paragraphs that do not
    ask are questions where they stand again as headings of the answers.
    """
    paragraphs = _paragraphs(reading, start, end)
    bullets = _bullets_of_questions(reading, start, end)
    asking_bullets = _asking_bullets(reading, start, end)
    several = len(asking_bullets) > 1 and len(asking_bullets) * 2 > len(bullets)
    asking = [p for p in paragraphs if _asks_something(p[2])]
    parts = [part for p in asking for part in _coordinated(reading, p)]
    lines = [piece for piece in _asking_lines(reading, start, end) if _asks_something(piece[2])]
    sentences = [s for s in _sentences(reading, start, end) if _asks_something(s[2])]
    marked = [s for s in sentences if s[2].rstrip(_TRIM).endswith("?")]
    if several:
        return [line for line in bullets if line in asking_bullets or not shape("detail").match(line[2])]
    if len(bullets) == 1 and bullets == asking_bullets and len(_bulleted(reading, start, end)) > _FEWEST_WORDS:
        return bullets  # the others only tell how it should be answered
    halves = [half for p in asking for half in _coordinated(reading, p, even_asked=True)]
    for pieces in (bullets, asking, parts, lines, marked, sentences, halves):
        if 1 < len(pieces) == answers:
            return pieces
    if len(asking) > 1:
        return parts
    if asking:
        for pieces in (marked, lines, sentences):
            if len(pieces) > 1:
                return pieces
        return _coordinated(reading, (asking[0][0], end, asking[0][2]))
    repeated = [p for p in paragraphs if len(p[2].split()) <= _WORDS_OF_HEADING and headings.count(_plain(p[2]))]
    if len(repeated) > 1:
        return repeated
    text = reading.text[start:end].strip()
    return [(start, end, text)] if len(text.split()) > _FEWEST_WORDS else []


def _bullets_of_questions(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    """Give the bullets that may be questions: those with words, and no list of how an answer should be split."""
    out: list[tuple[int, int, str]] = []
    detail = False
    above = start
    for a, b, text in _bulleted(reading, start, end):
        between = reading.flow[above:a].rstrip(" •·‣▪◦●*-\uf0b7")
        if between.strip(_TRIM):
            detail = bool(shape("detail_list").search(between))
        above = b
        if not detail and len(text.split()) > _FEWEST_WORDS:
            out.append((a, b, text))
        if shape("detail_list").search(text):
            detail = True
    return out


def _asking_bullets(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    return [
        line for line in _bullets_of_questions(reading, start, end) if shape("asking").match(line[2]) or "?" in line[2]
    ]


def _is_within_bullets(reading: Reading, item: _Item, start: int, end: int) -> bool:
    """Whether a label counts parts of one of several bullets that ask."""
    bullets = _asking_bullets(reading, start, end)
    return len(bullets) >= _FEWEST_WORDS and bullets[0][0] < item.start


def _plain(text: str) -> str:
    return " ".join(text.lower().strip(_TRIM).split())


def _asking_lines(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    """Cut a stretch at the lines behind which a line begins to ask; a line that is wrapped goes on."""
    cuts = [start]
    for a, b in reading.lines:
        if not start < a < end or not reading.text[a:b].strip():
            continue
        above = reading.text[start:a].rstrip()
        if above.endswith((".", "?", "!", ";")) and shape("asking").match(reading.ruled[a:b].strip(_TRIM)):
            cuts.append(a)
    return [
        (a, b, reading.text[a:b].strip())
        for a, b in zip(cuts, [*cuts[1:], end], strict=True)
        if reading.text[a:b].strip()
    ]


def _asks_something(text: str) -> bool:
    sentences = [sentence.strip(_TRIM) for sentence in _SENTENCE_START.split(text)]
    if shape("detail").match(sentences[0]) and (len(sentences) == 1 or "?" not in text):
        sentences = sentences[1:]
    elif "?" in text:
        return True
    return any(shape("asking").match(sentence) and not shape("detail").match(sentence) for sentence in sentences)


def _coordinated(
    reading: Reading, piece: tuple[int, int, str], *, even_asked: bool = False
) -> list[tuple[int, int, str]]:
    """Cut two indirect questions that are joined in one sentence; with `even_asked` direct ones, too."""
    start, end, text = piece
    found = shape("second_question").search(reading.flow, start, end)
    if not found or ("?" in text and not even_asked):
        return [piece]
    cut = found.start("second")
    return [(start, found.start(), reading.text[start : found.start()]), (cut, end, reading.text[cut:end])]


def _paragraphs(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    out = []
    position = start
    for found in [*_BLANK.finditer(reading.text, start, end), None]:
        stop = found.start() if found else end
        text = reading.text[position:stop].strip()
        if text:
            out.append((position, stop, text))
        position = found.end() if found else end
    return out


def _bulleted(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    marks = [(found.start(), found.end()) for found in _BULLET.finditer(reading.text, start, end)]
    stops = [*(a for a, _ in marks[1:]), end] if marks else []
    out = []
    for (_, text_start), stop in zip(marks, stops, strict=True):
        blank = _BLANK.search(reading.text, text_start, stop)
        stop = blank.start() if blank else stop
        out.append((text_start, stop, reading.text[text_start:stop].strip()))
    return out


def _sentences(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    return [
        (max(a, start), min(b, end), reading.text[max(a, start) : min(b, end)].strip())
        for a, b in reading.sentences
        if b > start and a < end
    ]


def _alike(one: str, other: str) -> float:
    a, b = _content_words(one), _content_words(other)
    return len(a & b) / max(1, len(a | b))


def _content_words(text: str) -> frozenset[str]:
    return frozenset(
        word[:_STEM_LENGTH].rstrip("s")
        for word in _WORD.findall(text.lower())
        if word not in word_set("shared_by_questions") and len(word) > 2
    )


def _words_of(questions: Sequence[Question]) -> dict[str, frozenset[str]]:
    """Give the words of each question by which its answer is known, by its id."""
    return {question.id: _content_words(question.text) for question in questions}


def _named_in_answers(
    reading: Reading, reply: _Reply, questions: Sequence[Question], inline: Sequence[Hit], answered: Sequence[Hit]
) -> list[Question]:
    """Parts that a question names within its sentence are questions of their own if the answers keep them apart."""
    known = {question.id.lower() for question in questions}
    wanted: set[str] = set()
    current = ""
    for hit in answered:
        if "ids" in hit.groups and reply.holds(hit.start):
            for number, letter in _pairs(reading.text[slice(*hit.groups["ids"])]):
                current = number or current
                if letter and current in known:
                    wanted.add(f"{current}{letter}")
    if len(wanted) < 2:
        return []
    out: list[Question] = []
    for question in list(questions):
        parts = [
            h
            for h in inline
            if question.start <= h.start < question.end and reading.text[slice(*h.groups["ids"])].isalpha()
        ]
        names = [f"{question.id}{reading.text[slice(*h.groups['ids'])]}" for h in parts]
        if len(parts) > 1 and set(names) <= wanted and not any(q.parent == question.id for q in questions):
            stops = [*(h.start for h in parts[1:]), question.end]
            stem_is_question = len(reading.text[question.start : parts[0].start].split()) <= 1
            for hit, name, stop in zip(parts, names, stops, strict=True):
                out.append(_question(reading, name, hit.end, stop, question.id, hit.rule.id))
            if not stem_is_question and isinstance(questions, list):
                questions.remove(question)
    return [q.model_copy(update={"parent": None}) if q.parent not in {x.id for x in questions} else q for q in out]


def _numbered_in_answers(reading: Reading, reply: _Reply, answered: Sequence[Hit]) -> list[Question]:
    """Where the request is not repeated, or runs beside the answers in two columns, numbered answers tell it."""
    out: list[Question] = []
    stretches = _answer_stretches(reading, reply)
    for hit in answered:
        if "ids" not in hit.groups or not any(a <= hit.start < b for a, b in stretches) or _in_table(reading, hit):
            continue
        if reading.flow[slice(*hit.groups["ids"])].strip("()[]. ") == str(len(out) + 1):
            name = str(len(out) + 1)
            out.append(_question(reading, name, hit.end, reading.line_at(hit.end)[1], None, hit.rule.id))
    return out if len(out) > 1 else []


def _beside_answers(reading: Reading, rows: Sequence[AskedRow], questions: Sequence[Question]) -> list[Question]:
    """Make questions of a table that has them beside their answers; [] where the request itself tells more."""
    found = [q for q in questions if not any(row.start <= q.start < row.answer[1] for row in rows)]
    if len(rows) < max(_FEWEST_WORDS, len(found)):
        return []
    labels = [_label_of_row(reading, row) for row in rows]
    if len(set(labels)) < len(labels) or not all(labels):
        labels = [str(number) for number in range(1, len(rows) + 1)]
    return [
        _question(reading, name, _behind_label(reading, row), row.question[1], None, _BESIDE)
        for name, row in zip(labels, rows, strict=True)
    ]


def _label_of_row(reading: Reading, row: AskedRow) -> str:
    """Give the label of a row: in a cell of its own, or at the beginning of its question."""
    found = shape("label").match(f"{row.label}." if row.label else reading.text[slice(*row.question)])
    return "".join(c for c in found["label"] if c.isalnum()) if found else ""


def _behind_label(reading: Reading, row: AskedRow) -> int:
    found = shape("label").match(reading.text, *row.question)
    return found.end() if found and not row.label else row.question[0]


def _is_quoted(reading: Reading, question: Question) -> bool:
    """Whether a question stands in a line that is marked as quoted from another mail."""
    return reading.text[reading.line_at(question.start)[0] :].lstrip().startswith(">")


def _counted_answers(reading: Reading, reply: _Reply, answered: Sequence[Hit]) -> int:
    """Give how far answers are counted through from 1; less than 2 where they are not."""
    stretches = _answer_stretches(reading, reply)
    last = 0
    for hit in answered:
        if not any(a <= hit.start < b for a, b in stretches) or _in_table(reading, hit):
            continue
        if "ids" in hit.groups:
            last += reading.flow[slice(*hit.groups["ids"])].strip("()[]. ") == str(last + 1)
        elif "ordinals" in hit.groups:
            said = _WORD.findall(reading.forms.searched_flow.lowered[slice(*hit.groups["ordinals"])])
            last += any(
                word in row[last : last + 1] for word in said for row in (word_list("ordinals"), word_list("cardinals"))
            )
    return last


def _told(reading: Reading, reply: _Reply, told: Sequence[Hit]) -> list[Question]:
    """Where the request is not repeated, what the letter tells of it is the question; of that a person should know."""
    hit = next((h for h in told if reply.holds(h.start) and h.end > h.start), None)
    if hit is None:
        return []
    pieces = _told_apart(reading, hit.start, hit.end)
    reading.review(
        "request_not_repeated",
        "The letter does not repeat the request; the questions are taken from what it says of it. Compare the request.",
        hit.start,
        hit.end,
    )
    return [
        _question(reading, str(number), start, end, None, hit.rule.id)
        for number, (start, end, _) in enumerate(pieces, start=1)
    ]


def _told_apart(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    """Cut what a sentence tells of a request at the words that ask, if it begins with such words."""
    found = list(shape("told_apart").finditer(reading.flow, start, end))
    if not found or not shape("told_apart").match(f", {reading.flow[start:end]}"):
        return _coordinated(reading, (start, end, reading.text[start:end]))
    starts = [start, *(hit.start("second") for hit in found)]
    stops = [*(hit.start() for hit in found), end]
    return [(a, b, reading.text[a:b]) for a, b in zip(starts, stops, strict=True)]


def _pairs(text: str) -> list[tuple[str, str]]:
    """Read a label: numbers and the letters that go with them, in order; roman numerals are left out."""
    out = []
    for found in _LABEL_PART.finditer(text):
        number, letter = found["number"] or "", (found["letter"] or "").lower()
        if number or letter:
            out.append((str(int(number)) if number else "", letter))
    return out


def _ids_of(text: str, names: Sequence[str], current: str) -> tuple[str, ...]:
    """Give the known questions that a label names: "2", "1(a)", "1c and 1d", "2-5", "2A to 3B", "[b]" after "[1a]"."""
    by_key = {name.lower(): name for name in names}
    if "ii" in by_key:
        return tuple(by_key[word] for word in _WORD.findall(text.lower()) if word in by_key)
    resolved: list[str] = []
    for number, letter in _pairs(text):
        current = number or current
        key = f"{number or current}{letter}" if (number or (letter and f"{current}{letter}" in by_key)) else letter
        if key in by_key:
            resolved.append(by_key[key])
        elif number and not letter and any(_under(name, number) for name in names):
            resolved += [name for name in names if _under(name, number)]
        elif letter and number and number in by_key:
            resolved.append(by_key[number])
        elif letter and not current and len(lettered := [n for n in names if n.lower().endswith(letter)]) == 1:
            resolved += lettered
        else:
            break
    if not resolved:
        return ()
    if len(resolved) == 2 and shape("range").search(text):
        first, last = (list(names).index(name) for name in (resolved[0], resolved[-1]))
        resolved = list(names)[first : last + 1] if first < last else resolved
    elif len(resolved) > 2 and shape("range").search(text):
        first, last = list(names).index(resolved[0]), list(names).index(resolved[-1])
        resolved = list(names)[first : last + 1] if first < last else resolved
    return tuple(dict.fromkeys(resolved))


def _under(name: str, number: str) -> bool:
    return name.lower().startswith(number) and name[len(number) :].isalpha()


def _answers(
    reading: Reading, reply: _Reply, questions: Sequence[Question], answered: Sequence[Hit]
) -> tuple[list[AnswerBlock], list[Hit]]:
    stretches = _behind_request(reading, _answer_stretches(reading, reply), questions, answered)
    if not questions or not stretches:
        return [], []
    prefix = f"{reply.reference}/"
    if reply.reference and questions[0].id.startswith(prefix):
        plain_reply = replace(reply, reference="")
        blocks, used = _answers(reading, plain_reply, [_without(prefix, q) for q in questions], answered)
        return [replace(b, question_ids=tuple(prefix + name for name in b.question_ids)) for b in blocks], used
    names = [question.id for question in questions]
    if all(question.rule == _BESIDE for question in questions):
        return _answers_beside(reading, stretches, questions), []
    plain = any(question.rule.endswith(_PLAIN) for question in questions)
    hits = [
        hit
        for hit in answered
        if any(a <= hit.start < b for a, b in stretches) and (plain or not hit.rule.id.endswith(_PLAIN))
    ]
    hits.sort(key=lambda hit: (hit.start, bool(hit.rule.attributes.get("chain"))))
    if len(names) == 1:
        return [AnswerBlock((questions[0].id,), a, b, "single") for a, b in stretches], []
    texts = {question.id: question for question in questions}
    blocks, used = _by_label(reading, stretches, names, hits)
    beneath = _beneath_questions(stretches, questions)
    if beneath:
        spoken = [b for b, hit in zip(blocks, used, strict=True) if hit.rule.attributes.get("named")]
        used = [hit for hit in used if hit.rule.attributes.get("named")]
        blocks = _overlaid(beneath, spoken)
    elif _are_notes(reading, blocks, used, questions):
        blocks, used = _by_label(reading, stretches, names, [h for h in hits if not _is_bare(h)])
    blocks = [_without_echo(reading, block, texts) for block in blocks]
    if blocks:
        before = _before_labels(reading, stretches, questions, blocks)
        blocks = sorted([*blocks, *before], key=lambda b: b.start)
        blocks = _with_unlabelled(reading, blocks, questions)
    else:
        blocks = (
            _by_order(reading, stretches, names)
            or _one_table(reading, stretches, questions)
            or _by_content(reading, stretches, questions)
        )
    return blocks, used


def _answers_beside(
    reading: Reading, stretches: Sequence[tuple[int, int]], questions: Sequence[Question]
) -> list[AnswerBlock]:
    """Give each question of a table the answer beside it."""
    out = []
    for question in questions:
        row = next(row for row in reading.facts.asked_rows if row.start <= question.start < row.answer[1])
        if any(a < row.answer[1] and row.answer[0] < b for a, b in stretches):
            out.append(AnswerBlock((question.id,), *row.answer, "label"))
    return out


def _overlaid(blocks: Sequence[AnswerBlock], over: Sequence[AnswerBlock]) -> list[AnswerBlock]:
    """Let blocks that say whose they are begin within others, which end there."""
    out: list[AnswerBlock] = []
    for block in blocks:
        inside = [o for o in over if block.start < o.start < block.end]
        bounds = [*(o.start for o in inside), block.end]
        out.append(replace(block, end=bounds[0]))
        out += [replace(o, end=stop) for o, stop in zip(inside, bounds[1:], strict=True)]
    return out


def _is_bare(hit: Hit) -> bool:
    """Whether a label is a number and nothing else, as that of a note can be."""
    return "ids" in hit.groups and not hit.rule.attributes.get("named")


def _are_notes(
    reading: Reading,
    blocks: Sequence[AnswerBlock],
    used: Sequence[Hit],
    questions: Sequence[Question],
) -> bool:
    """Whether bare numbers count notes: the request has none, some questions get none, and the words do not agree."""
    numbered = [block for block, hit in zip(blocks, used, strict=True) if _is_bare(hit)]
    if not numbered or any(question.rule for question in questions):
        return False
    if {name for block in numbered for name in block.question_ids} >= {q.id for q in questions}:
        return False
    words = _words_of(questions)
    own = others = 0.0
    for block in numbered:
        end = min(block.end, reading.line_at(block.start)[1])
        scores = _shared(words, _content_words(reading.text[block.start : end]))
        own += max(scores[name] for name in block.question_ids)
        others += max((score for name, score in scores.items() if name not in block.question_ids), default=0.0)
    return own <= others


def _with_unlabelled(
    reading: Reading, blocks: Sequence[AnswerBlock], questions: Sequence[Question]
) -> list[AnswerBlock]:
    """Let a question that no label names have the paragraphs, later in others' blocks, that speak in its words."""
    words = _words_of(questions)
    parents = {question.parent for question in questions if question.parent}
    named = {name for block in blocks for name in block.question_ids}
    left = set(words) - named - parents
    if not left:
        return list(blocks)
    out: list[AnswerBlock] = []
    for block in blocks:
        out.append(block)
        body = block.label[1] if block.label else block.start
        for number, (a, _, text) in enumerate(_paragraphs(reading, body, block.end)):
            if not number or reading.section_at(a) in _NO_CONTENT or reading.grid_at(a) is not None:
                continue
            scores = _shared(words, _content_words(text))
            best = max(left, key=lambda name: (scores[name], name))
            rivals = [score for name, score in scores.items() if name != best]
            if scores[best] >= _CLAIM and scores[best] >= _CLEAR_CLAIM * max(rivals, default=0.0):
                out[-1] = replace(out[-1], end=a)
                out.append(AnswerBlock((best,), a, block.end, "content"))
    return out


def _answer_stretches(reading: Reading, reply: _Reply) -> list[tuple[int, int]]:
    """Give the parts of the letter that answer; page furniture and notes within them are no break."""
    if reply.told is not None:
        return [reply.told]
    out: list[tuple[int, int]] = []
    joined = False
    for section in reading.facts.sections:
        if not reply.start <= section.start < reply.end:
            continue
        if section.id in _ANSWER_SECTIONS and not (section.id in _ASIDES and not out):
            if joined and out:
                out[-1] = (out[-1][0], section.end)
            else:
                out.append((section.start, section.end))
            joined = True
        elif section.id not in {"footer", "marking"}:
            joined = False
    return out


def _behind_request(
    reading: Reading, stretches: Sequence[tuple[int, int]], questions: Sequence[Question], answered: Sequence[Hit]
) -> list[tuple[int, int]]:
    """Leave out what stands above the request, which speaks of all of it.

    A letter may repeat the request below its sign-off, or in an annex to answers that name the questions.
    """
    first = min((question.start for question in questions), default=0)
    closed = [section.end for section in reading.facts.sections if section.id == "closing" and section.end <= first]
    names = [question.id for question in questions]
    naming = [h for h in answered if "ids" in h.groups and _ids_of(reading.flow[slice(*h.groups["ids"])], names, "")]
    labelled = len(naming) > 1 and not any(h.start > first for h in naming if h.rule.attributes.get("named"))
    return [(a, b) for a, b in stretches if b > first or labelled or any(a < end for end in closed)]


def _beneath_questions(stretches: Sequence[tuple[int, int]], questions: Sequence[Question]) -> list[AnswerBlock]:
    """Where questions are repeated one by one, each stretch answers those that stand directly above it."""
    out = []
    above = 0
    for start, end in stretches:
        names = tuple(q.id for q in questions if above <= q.start < start)
        if names:
            out.append(AnswerBlock(names, start, end, "label"))
            above = start
        elif out and out[-1].end <= start:
            out.append(replace(out[-1], start=start, end=end))
    return out if len({block.question_ids for block in out}) > 1 else []


def _by_label(
    reading: Reading, stretches: Sequence[tuple[int, int]], names: Sequence[str], hits: Sequence[Hit]
) -> tuple[list[AnswerBlock], list[Hit]]:
    blocks: list[AnswerBlock] = []
    used: list[Hit] = []
    by_line = len({reading.flow[slice(*h.groups["ids"])] for h in hits if _on_its_line(h, names, reading)}) > 1
    for start, end in stretches:
        labels: list[tuple[int, tuple[str, ...], Hit]] = []
        current = ""
        for hit in hits:
            if not start <= hit.start < end or _in_table(reading, hit) or _wrapped(reading, hit):
                continue
            if labels and hit.start < labels[-1][2].end:
                continue
            if hit.rule.attributes.get("sentence") and reading.text[
                reading.sentence_at(hit.start)[0] : hit.start
            ].strip(_TRIM):
                continue
            if "ordinals" in hit.groups:
                ids = _ordinal_ids(reading.flow[slice(*hit.groups["ordinals"])], names)
                text = ""
            else:
                text = reading.flow[slice(*hit.groups["ids"])]
                ids = _ids_of(text, names, current)
            if not ids:
                continue
            if hit.rule.attributes.get("chain") and (by_line or not _goes_on(ids, labels, names)):
                continue
            numbers = [number for number, _ in _pairs(text) if number]
            current = numbers[-1] if numbers else current
            labels.append((hit.start, ids, hit))
            used.append(hit)
        for i, (at, ids, hit) in enumerate(labels):
            stop = labels[i + 1][0] if i + 1 < len(labels) else end
            stop = _before_reasons(reading, hit.end, stop)
            blocks.append(AnswerBlock(ids, at, stop, "label", (hit.start, hit.end)))
    return blocks, used


def _before_reasons(reading: Reading, start: int, end: int) -> int:
    """Give where an answer ends: before an annex that gives the reasons of the letter's refusals, or at `end`."""
    for found in shape("annex_heading").finditer(reading.ruled, start, end):
        if any(
            s.id in {"exemption", "boilerplate_act"} and found.start() < s.start < end for s in reading.facts.sections
        ):
            return found.start()
    return end


def _without_echo(reading: Reading, block: AnswerBlock, questions: Mapping[str, Question]) -> AnswerBlock:
    """Count the question that an answer repeats first among its label: it says nothing of its own."""
    if block.label is None or len(block.question_ids) != 1:
        return block
    question = questions[block.question_ids[0]]
    label = block.label[1]
    label += len(_LABEL_TAIL.match(reading.text, label)[0])  # type: ignore[index]
    label += len(reading.text[label : block.end]) - len(reading.text[label : block.end].lstrip())
    end = min(block.end, reading.sentence_at(label)[1])
    if label <= question.start < block.end:
        return replace(block, label=(block.label[0], max(label, min(question.end, block.end))))
    said = reading.text[label:end]
    if len(said.split()) > _FEWEST_WORDS and end < block.end and _repeats(said, question.text):
        return replace(block, label=(block.label[0], end))
    return block


def _repeats(said: str, asked: str) -> bool:
    """Whether a sentence is a question said again: it asks, or has no number that the question has not."""
    if _alike(said, asked) < _SAME_QUESTION:
        return False
    if said.rstrip(_TRIM).endswith("?"):
        return True
    known = set(_DIGITS.findall(asked))
    return len(_content_words(said)) > _FEWEST_WORDS and set(_DIGITS.findall(said)) <= known


def _on_its_line(hit: Hit, names: Sequence[str], reading: Reading) -> bool:
    """Whether a label of a known question begins a line, so that labels within lines are chance."""
    attributes = hit.rule.attributes
    return (
        "ids" in hit.groups
        and not attributes.get("chain")
        and not attributes.get("sentence")
        and bool(_ids_of(reading.flow[slice(*hit.groups["ids"])], names, ""))
    )


def _goes_on(ids: tuple[str, ...], labels: Sequence[tuple[int, tuple[str, ...], Hit]], names: Sequence[str]) -> bool:
    """Whether a label in running text is the next to be answered."""
    seen = {name for _, given, _ in labels for name in given}
    return next((name for name in names if name not in seen), None) in ids


def _in_table(reading: Reading, hit: Hit) -> bool:
    index = reading.grid_at(hit.start)
    if index is None:
        return False
    grid = reading.grids[index]
    return len(grid.rows) > 1 and sum(len(cell.text.split()) for row in grid.rows for cell in row) < (
        _WORDY_CELL * len(grid.rows) * len(grid.rows[0])
    )


def _wrapped(reading: Reading, hit: Hit) -> bool:
    """Whether a label begins its line only because the sentence before it was wrapped there."""
    index = reading.line_index(hit.start)
    start, end = reading.lines[index - 1] if index else (0, 0)
    above = reading.text[start:end].rstrip()
    if reading.text[reading.lines[index][0] : hit.start].strip(_TRIM + "#("):
        return False
    return len(above) > _WRAPPED_LINE and (above[-1].isalnum() or above[-1] in ",(-")


def _ordinal_ids(text: str, names: Sequence[str]) -> tuple[str, ...]:
    tops = [name for name in names if not name[:-1].isdigit()] or list(names)
    out = []
    for word in _WORD.findall(text.lower()):
        if word in word_set("last"):
            out.append(tops[-1])
        out += [
            tops[row.index(word)] for row in (word_list("ordinals"), word_list("cardinals")) if word in row[: len(tops)]
        ]
    return tuple(out)


def _by_order(reading: Reading, stretches: Sequence[tuple[int, int]], names: Sequence[str]) -> list[AnswerBlock]:
    """As many tables as questions: each answers the question at its place, with the text before it."""
    grids = [grid for grid in reading.grids if any(a <= grid.start < b for a, b in stretches)]
    if len(grids) != len(names):
        return []
    out = []
    start, end = stretches[0][0], stretches[-1][1]
    for name, grid in zip(names, grids, strict=True):
        last = grid is grids[-1]
        stop = end if last else grid.end
        out.append(AnswerBlock((name,), start, stop, "order"))
        start = stop
    return out


def _by_rows(grid: Grid, questions: Sequence[Question]) -> list[AnswerBlock]:
    """Give each row of a table to the question that its first cell repeats, if every row repeats one."""
    words = _words_of(questions)
    out = []
    for row in grid.rows[1:]:
        have = _content_words(row[0].text)
        names = [name for name, own in words.items() if have and len(own & have) * 2 > len(have | own)]
        start = row[0].start
        end = max((cell.end for cell in row if cell.end is not None), default=None)
        if len(names) != 1 or start is None or end is None:
            return []
        out.append(AnswerBlock((names[0],), start, end, "content"))
    return sorted(out, key=lambda block: block.start) if len({block.question_ids for block in out}) > 1 else []


def _is_heading(text: str) -> bool:
    return (
        len(text.split()) <= _HEADING_WORDS
        and not text.endswith((".", ":", ";"))
        and not any(c.isdigit() for c in text)
    )


def _one_table(
    reading: Reading, stretches: Sequence[tuple[int, int]], questions: Sequence[Question]
) -> list[AnswerBlock]:
    """Let a lone table answer all questions, each by its own columns; the nearest in words is named first."""
    grids = [grid for grid in reading.grids if any(a <= grid.start < b for a, b in stretches)]
    if len(grids) != 1 or len(grids[0].rows) < _FEWEST_WORDS:
        return []
    if _spoken_of_beside(reading, stretches, questions, grids[0]):
        return []
    have = _content_words(" ".join(cell.text for cell in (*grids[0].rows[0], *(row[0] for row in grids[0].rows))))
    rows = _by_rows(grids[0], questions)
    if rows:
        return rows
    ranked = sorted(questions, key=lambda q: (-len(_content_words(q.text) & have), q.start))
    names = tuple(question.id for question in ranked)
    return [AnswerBlock(names, a, b, "content") for a, b in stretches]


def _spoken_of_beside(
    reading: Reading, stretches: Sequence[tuple[int, int]], questions: Sequence[Question], grid: Grid
) -> bool:
    """Whether several paragraphs beside a table speak of different questions, so that it does not answer all."""
    words = _words_of(questions)
    spoken = set()
    for start, end in stretches:
        for a, b, text in _paragraphs(reading, start, end):
            if reading.section_at(a) in _NO_CONTENT or (a < grid.end and grid.start < b):
                continue
            ranked = sorted(_shared(words, _content_words(text)).items(), key=lambda item: -item[1])
            if ranked[0][1] >= 1 and ranked[0][1] >= _CLEAR_CLAIM * ranked[1][1]:
                spoken.add(ranked[0][0])
    return len(spoken) > 1


def _by_content(
    reading: Reading, stretches: Sequence[tuple[int, int]], questions: Sequence[Question]
) -> list[AnswerBlock]:
    """Give each paragraph to the question whose own words it shares most; one that shares none goes on."""
    words = _words_of(questions)
    ordered = _in_order(reading, stretches, words)
    if ordered:
        return ordered
    out: list[AnswerBlock] = []
    current: str | None = None
    headed = False
    for start, end in stretches:
        for a, b, text in _paragraphs(reading, start, end):
            if reading.section_at(a) in _NO_CONTENT:
                continue
            scores = _shared(words, _content_words(text))
            ranked = sorted(scores.values(), reverse=True)
            heading = _is_heading(text)
            inside = (
                reading.grid_at(a) is not None
                and current is not None
                and reading.grids[reading.grid_at(a) or 0].start < a
            )
            if ranked[0] > ranked[1] and not inside and (heading or not headed):
                headed = heading
                current = max(scores, key=lambda name: scores[name])
            if current is None:
                continue
            if out and out[-1].question_ids == (current,) and out[-1].end <= a:
                out[-1] = replace(out[-1], end=b)
            else:
                out.append(AnswerBlock((current,), a, b, "content"))
    parents = {question.parent for question in questions}
    answerable = [q for q in questions if q.id not in parents and words[q.id]]
    return out if len({block.question_ids for block in out}) * 2 > len(answerable) else []


def _answering_pieces(reading: Reading, start: int, end: int) -> list[tuple[int, int, str]]:
    """Cut a stretch into paragraphs and, where a paragraph is a list, into its items."""
    out = []
    for a, b, text in _paragraphs(reading, start, end):
        items = _bulleted(reading, a, b)
        if len(items) < _FEWEST_WORDS:
            out.append((a, b, text))
            continue
        cuts = [a, *(item[0] for item in items), b]
        out += [(x, y, reading.text[x:y].strip()) for x, y in pairwise(cuts) if reading.text[x:y].strip(_TRIM)]
    return out


def _in_order(
    reading: Reading, stretches: Sequence[tuple[int, int]], own: Mapping[str, frozenset[str]]
) -> list[AnswerBlock]:
    """Give paragraphs to the questions in the order of both, so that they share the most words; [] where they do not.

    Each question answered counts, so that a paragraph that shares no words may still stand at its place.
    """
    pieces = [
        (a, b, _shared(own, _content_words(text)))
        for start, end in stretches
        for a, b, text in _answering_pieces(reading, start, end)
        if reading.section_at(a) not in _NO_CONTENT
    ]
    names = list(own)
    if len(pieces) < len(names) or len(names) * len(pieces) > _MOST_PLACES:
        return []
    # best[j]: the most that the paragraphs so far can share if the last of them answers question j - 1, or none yet
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for _, _, scores in pieces:
        now: list[tuple[float, tuple[int, ...]]] = [(best[0][0], (*best[0][1], 0))]
        for j, name in enumerate(names, start=1):
            stay = best[j][0] if j < len(best) else float("-inf")
            came, way = max(best[:j], key=lambda item: item[0])
            fresh = came + _ANSWERED
            value, path = (stay, best[j][1]) if stay >= fresh else (fresh, way)
            now.append((value + scores[name], (*path, j)))
        best = now
    total, path = max(best, key=lambda item: item[0])
    shared = total - _ANSWERED * len(set(path) - {0})
    most = sum(max(scores.values()) for _, _, scores in pieces)
    sure = {names[j - 1] for j, (_, _, scores) in zip(path, pieces, strict=True) if j and scores[names[j - 1]] > 0}
    if set(path) - {0} != set(range(1, len(names) + 1)) or shared < most * _MOSTLY:
        return []
    if len(sure) < len(names) - (len(names) > _FEWEST_WORDS):
        return []
    out: list[AnswerBlock] = []
    for j, (a, b, _) in zip(path, pieces, strict=True):
        if not j:
            continue
        if out and out[-1].question_ids == (names[j - 1],):
            out[-1] = replace(out[-1], end=b)
        else:
            out.append(AnswerBlock((names[j - 1],), a, b, "content"))
    return out


def _before_labels(
    reading: Reading,
    stretches: Sequence[tuple[int, int]],
    questions: Sequence[Question],
    blocks: Sequence[AnswerBlock],
) -> list[AnswerBlock]:
    """Text before the first label of a stretch answers the questions that no label names, if it shares their words."""
    labelled = {name for block in blocks for name in block.question_ids}
    left = [question for question in questions if question.id not in labelled]
    if not left or len(left) == len(questions):
        return []
    first = min(block.start for block in blocks)
    start = stretches[0][0]
    if first <= start:
        return []
    grids = [grid for grid in reading.grids if start <= grid.start < first]
    names = [question.id for question in left]
    if not grids or len(names) != len(grids):
        earlier = [question for question in left if question.start < min(_starts_of(blocks, questions))]
        ahead = [(a, min(b, first)) for a, b in stretches if a < first]
        return _by_content(reading, ahead, earlier) if len(earlier) > 1 else []
    stops = [*(grid.end for grid in grids[:-1]), first]
    starts = [start, *stops[:-1]]
    return [AnswerBlock((name,), a, b, "order") for name, a, b in zip(names, starts, stops, strict=True)]


def _starts_of(blocks: Sequence[AnswerBlock], questions: Sequence[Question]) -> list[int]:
    """Give where the questions stand that blocks answer."""
    answered = {name for block in blocks for name in block.question_ids}
    return [question.start for question in questions if question.id in answered]
