"""What a letter was asked: its request, the years and other numbers in it, and its words.

A letter may answer several requests; each of them is a `Reply`. Two replies can answer one request only when
they were asked for the same years and name the same other numbers: a question with other years is nearly the
same string and another question altogether.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from foi_nlp.records import LetterRecord, Question
from foi_nlp.registers import names_to, register

_REQUEST_SECTION = "request"
_PERIOD_ROLES = frozenset({"period_start", "period_end", "event", "as_of"})
_LONGEST_OPENING = 500

_YEAR = r"(?:19|20)\d\d"
_FINANCIAL_YEAR = re.compile(rf"\b({_YEAR})\s?[/–-]\s?((?:19|20)?\d\d)\b")
_SHORT_FINANCIAL_YEAR = re.compile(r"(?<![\d/])(\d\d)/(\d\d)(?![\d/])")
_PLAIN_RANGE = re.compile(
    rf"\b({_YEAR})\s*(?:-|–|—|\bto\b|\btill\b|\buntil\b|\bthrough\b)\s*({_YEAR})\b", re.IGNORECASE
)
_BETWEEN = re.compile(rf"\b(?:between|from)\s+({_YEAR})\s+and\s+({_YEAR})\b", re.IGNORECASE)
_PLAIN_YEAR = re.compile(rf"(?<![\d/.,£])({_YEAR})(?![\d/,.]\d|\d)")
_YEAR_RANGE_LINK = re.compile(
    r"^\s*(?:-|–|—|to|till|until|through|up to)\s*(?:the\s+)?(?:financial\s+year\s+)?$", re.IGNORECASE
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = re.compile(
    rf"(?<!from )(?<!between )(?<!since )(?<!and )(?<!to )(?<!until )(?<!after )(?<!before )(?<![\d/.])"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)?\s+{_MONTH},?\s+{_YEAR}|\d{{1,2}}[/.]\d{{1,2}}[/.](?:{_YEAR}|\d\d)\b)",
    re.IGNORECASE,
)
_ACT_YEAR = re.compile(rf"\b(?:Acts?|Regulations?|Order|Rules)\s*(?:\([^)\n]{{0,30}}\)\s*)?{_YEAR}\b", re.IGNORECASE)
_LABEL = re.compile(r"(?m)^[\s>*_|\"'“‘-]*[(\[]?(?:q(?:uestion)?\s*)?(?:\d{1,2}[a-z]?|[a-z]|[ivx]{1,4})\\?[.):\]]+\s")
_MENTIONED_LABEL = re.compile(r"\b(?:q|qs|questions?|points?|parts?)\s*\(?\d{1,2}\s?\(?[a-z]?\)?(?!\w)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


@dataclass(frozen=True)
class Reply:
    """One letter's answer to one request.

    `part` names the request where the letter answers several of them, else it is empty. `text` is the request as
    the letter repeats it, `opening` the stretch of it before the first question, and `years` and `numbers` what
    it names. `words` are the words that carry its meaning.
    """

    letter: int
    part: str
    questions: tuple[Question, ...]
    text: str
    opening: str
    years: frozenset[str]
    numbers: frozenset[str]
    words: tuple[str, ...]

    @property
    def question_ids(self) -> tuple[str, ...]:
        """Give the ids of the questions, in the order of the letter."""
        return tuple(question.id for question in self.questions)


def years_of(text: str) -> frozenset[str]:
    """Give the years that a text names, ranges filled in: `2018` calendar years, `2018/19` financial years.

    Years of Acts and Regulations are none. `2016-17` is a financial year, `2015-2017` three calendar years.
    """
    text = _ACT_YEAR.sub(" ", text)
    found: set[str] = set()
    financial: list[tuple[int, int, int]] = []
    for match in _FINANCIAL_YEAR.finditer(text):
        first, second = int(match[1]), int(match[2][-2:])
        if (first + 1) % 100 == second and (len(match[2]) == 2 or int(match[2]) == first + 1):
            financial.append((match.start(), match.end(), first))
    for match in _SHORT_FINANCIAL_YEAR.finditer(text):
        first, second = int(match[1]), int(match[2])
        inside = any(start <= match.start() < end for start, end, _ in financial)
        if (first + 1) % 100 == second and not inside:
            financial.append((match.start(), match.end(), 2000 + first if first < 70 else 1900 + first))
    financial.sort()
    found.update(_financial(year) for _, _, year in financial)
    for (_, end, first), (start, _, last) in pairwise(financial):
        if first < last <= first + 30 and _YEAR_RANGE_LINK.match(text[end:start]):
            found.update(_financial(year) for year in range(first, last + 1))
    rest = _blank(text, [(start, end) for start, end, _ in financial])
    for pattern in (_PLAIN_RANGE, _BETWEEN):
        for match in pattern.finditer(rest):
            first, last = sorted((int(match[1]), int(match[2])))
            if last - first <= 30:
                found.update(map(str, range(first, last + 1)))
    found.update(match[1] for match in _PLAIN_YEAR.finditer(rest))
    return frozenset(found)


def numbers_of(text: str) -> frozenset[str]:
    """Give the numbers that a text names besides years and the labels of questions; words from two on count."""
    text = _ACT_YEAR.sub(" ", text)
    text = _MENTIONED_LABEL.sub(" ", _LABEL.sub(" ", text))
    for pattern in (_FINANCIAL_YEAR, _SHORT_FINANCIAL_YEAR, _PLAIN_YEAR):
        text = pattern.sub(" ", text)
    found = {match[0].replace(",", "") for match in _NUMBER.finditer(text)}
    words = _number_words()
    found.update(words[word] for word in map(str.lower, _WORD.findall(text)) if word in words)
    return frozenset(found)


def words_of(text: str) -> tuple[str, ...]:
    """Give the words that carry the meaning of a text: no numbers, labels or stop words, plurals cut."""
    text = _MENTIONED_LABEL.sub(" ", _LABEL.sub(" ", text)).replace("’", "'")
    stop = _stop_words()
    folded = (_singular(word) for word in map(str.lower, _WORD.findall(text)) if word not in stop)
    return tuple(word for word in folded if len(word) > 2 and word not in stop)


def words_as_written(text: str, wanted: Collection[str], fold: Callable[[str], Iterable[str]]) -> list[str]:
    """Give the words of a text that `fold` makes any of the wanted ones of, as written, each once."""
    return list(dict.fromkeys(word for word in _WORD.findall(text) if not set(fold(word)).isdisjoint(wanted)))


def replies_of(letter: int, record: LetterRecord) -> list[Reply]:
    """Give the replies of a letter: one, or one a request where its question ids name several (`REFERENCE/1`)."""
    parts: dict[str, list[Question]] = {}
    first = {question.id: question for question in reversed(record.questions)}
    for question in (first[i] for i in dict.fromkeys(q.id for q in record.questions)):
        parts.setdefault(_request_prefix(question.id), []).append(question)
    if len(parts) < 2:
        return [_reply(letter, "", tuple(q for questions in parts.values() for q in questions), record)]
    return [_reply(letter, part, tuple(questions), record) for part, questions in parts.items()]


def _reply(letter: int, part: str, questions: tuple[Question, ...], record: LetterRecord) -> Reply:
    whole = _opening_and_questions(questions, record) if not part else ("", "")
    opening, text = whole
    asked = "\n".join(question.text for question in questions)
    return Reply(
        letter=letter,
        part=part,
        questions=questions,
        text=" ".join((text or asked).split()),
        opening=" ".join(opening.split()),
        years=years_of(f"{text}\n{asked}"),
        numbers=numbers_of(asked),
        words=words_of(f"{opening}\n{asked}"),
    )


def _opening_and_questions(questions: tuple[Question, ...], record: LetterRecord) -> tuple[str, str]:
    """Give the request before its first question, and the whole of it, without dates and references of the case."""
    masked = _blank(record.text, _case_spans(record))
    spans = [(s.start, s.end) for s in record.sections if s.id == _REQUEST_SECTION]
    placed = [(q.start, q.end) for q in questions if 0 <= q.start < q.end]
    if not spans and placed:
        first = min(start for start, _ in placed)
        spans = [(_paragraph_before(record.text, first), max(end for _, end in placed))]
    spans = sorted({*spans, *placed}) if spans else []
    masked = _blank(masked, [match.span() for match in _DAY.finditer(masked) if _is_before(match.start(), placed)])
    text = "\n".join(masked[start:end] for start, end in _joined(spans))
    if not placed:
        return "", text
    first = min(start for start, _ in placed)
    before = "\n".join(masked[start : min(end, first)] for start, end in _joined(spans) if start < first)
    return before[-_LONGEST_OPENING:], text


def _case_spans(record: LetterRecord) -> list[tuple[int, int]]:
    """Give the places of dates and numbers that belong to the case and not to what was asked."""
    dates = [(d.start, d.end) for d in record.dates if d.role not in _PERIOD_ROLES]
    return [*dates, *((r.start, r.end) for r in record.references), *((p.start, p.end) for p in record.provisions)]


def _paragraph_before(text: str, start: int) -> int:
    """Give the start of the two paragraphs before a place, at most `_LONGEST_OPENING` characters back."""
    floor = max(0, start - _LONGEST_OPENING)
    blanks = [match.end() for match in re.finditer(r"\n\s*\n", text[floor:start])]
    return floor + blanks[-3] if len(blanks) >= 3 else floor


def _is_before(place: int, questions: list[tuple[int, int]]) -> bool:
    return not any(start <= place < end for start, end in questions)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Put blanks in the place of the spans, so that offsets stay."""
    for start, end in spans:
        if 0 <= start < end <= len(text):
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _request_prefix(question: str) -> str:
    return question.rpartition("/")[0]


def _financial(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02d}"


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=1)
def _number_words() -> dict[str, str]:
    return {word: str(number) for word, number in names_to("number_words", "number").items() if number > 1}


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    return frozenset(word for row in register("request_stop_words") for word in row["names"])
