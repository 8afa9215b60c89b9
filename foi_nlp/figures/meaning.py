"""Say what a figure means: its unit, its breakdown, its metric, and the period that the letter gives it.

The words (units and their nouns, names of breakdowns, heads that say nothing) are registers.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from foi_nlp.figures.periods import (
    FoundPeriod,
    PeriodContext,
    closed,
    find_periods,
    parse_period,
    resolve,
    spanning,
)
from foi_nlp.pipeline.questions import answer_blocks
from foi_nlp.pipeline.reading import REQUEST_SECTIONS
from foi_nlp.records import Period
from foi_nlp.registers import by_id, names_to, register
from foi_nlp.timeliness import whole_day

if TYPE_CHECKING:
    from foi_nlp.pipeline.reading import Reading

_WORDS = regex.compile(r"[^\W\d_][\w&'-]*")
_FOOTNOTES = regex.compile(r"[*#†‡§¹²³⁴⁵⁶⁷⁸⁹^]+|\[[a-z0-9]\]")
_ENUMERATOR = regex.compile(
    r"^[\s*_>|]*(?:(?:q(?:uestion)?\s*)?\(?(?:\d{1,2}[a-z]?|[a-z]|[ivx]{1,4})[.):]+\s*)+", regex.IGNORECASE
)
_TITLE_WORD = r"[A-Z][\w'-]*,? (?:(?:and|of|the|for|in) |[&(] ?)*"
_STATUTE = regex.compile(rf"\b(?:{_TITLE_WORD}){{1,8}}Acts?\b(?: \d{{4}})?")
_BRACKETED_UNIT = regex.compile(r"\((?P<unit>[^()]{1,20})\)$")
_PAIR_AT_END = regex.compile(r"[=:|-]\s*\d[\d,.]*$")
_SENTENCE = regex.compile(r"(?<=[.?!])\s+(?=[A-Z])")
_LONGEST_NOUN = 4
_FURTHEST_NOUN = 9
_LONGEST_ASKED = 5
_SHORTEST_NOUN = 4
_LONGEST_TITLE = 14
_METRIC_LENGTH = 160
_FISCAL_START = 4
_LEAD_LENGTH = 700
_ANSWER = frozenset({"response", "preface"})


@dataclass(frozen=True, slots=True)
class PlacedPeriod:
    """A period with where it stands in the letter, and what gave it."""

    period: Period
    span: tuple[int, int] | None
    basis: str


def context_of(reading: Reading) -> PeriodContext:
    """Gather what the letter says that closes open periods: its dates, and years that the request calls unfinished."""

    def day(role: str) -> date | None:
        days = (whole_day(d.iso) for d in reading.facts.dates if d.role == role)
        return max(filter(None, days), default=None)

    asked = [p for q in reading.facts.questions for p in find_periods(q.text)]
    for section in reading.facts.sections:
        if section.id in REQUEST_SECTIONS:
            asked += find_periods(reading.text[section.start : section.end])
    open_years = frozenset(
        int(p.period.start[:4])
        for p in asked
        if p.open and p.kind == "to_date" and p.period.start and p.period.start.endswith("-01-01")
    )
    return PeriodContext(
        as_of=day("as_of"), letter_date=day("letter_date"), received=day("received"), open_years=open_years
    )


def with_defined_years(context: PeriodContext, definitions: Iterable[tuple[str, str, str]]) -> PeriodContext:
    """Add what the letter says of its unfinished years: (the year as named, its first part if said, its last).

    A year that is only called "this year" or "to date" is the one of the letter's date.
    """
    anchor = context.letter_date or context.as_of or context.received
    ends: dict[date, date] = {}
    open_end = None
    for named, begin, finish in definitions:
        year = named if any(c.isdigit() for c in named) else _year_of(anchor, begin)
        if not year:
            open_end = _before_anchor(finish, anchor) or open_end
            continue
        whole, part = parse_period(year), parse_period(f"{year} to {finish}")
        if whole is None or part is None or not whole.period.start or not part.period.end:
            continue
        if not begin or begin.strip().lower() in _year_beginnings(whole.period.start):
            ends.setdefault(date.fromisoformat(whole.period.start), date.fromisoformat(part.period.end))
    return replace(context, year_ends=tuple(ends.items()), open_end=open_end)


def with_cut_years(context: PeriodContext, reading: Reading) -> PeriodContext:
    """Add where the letter cuts the years that the request calls unfinished: `2021 (to 31/10/21)`, if always there."""
    if not context.open_years:
        return context
    defined = {first for first, _ in context.year_ends}
    cuts: dict[date, set[date]] = {}
    for section in reading.facts.sections:
        if section.id in REQUEST_SECTIONS:
            continue
        for found in find_periods(reading.text[section.start : section.end]):
            period = found.period
            if period.type == "year_to_date" and period.start and period.end:
                cuts.setdefault(date.fromisoformat(period.start), set()).add(date.fromisoformat(period.end))
    ends = [(first, min(last)) for first, last in cuts.items()
            if first.year in context.open_years and first not in defined and len(last) == 1]  # fmt: skip
    return replace(context, year_ends=(*context.year_ends, *ends))


def _year_of(anchor: date | None, begin: str) -> str:
    if anchor is None or not begin:
        return ""
    months = names_to("months", "number")
    month = next((months[w.lower()] for w in _WORDS.findall(begin) if w.lower() in months), None)
    if month == 1:
        return str(anchor.year)
    first = anchor.year - (anchor.month < _FISCAL_START)
    return f"{first}/{(first + 1) % 100:02}" if month == _FISCAL_START else ""


def _year_beginnings(start: str) -> set[str]:
    months = names_to("months", "number")
    number = int(start[5:7])
    names = {name for name, month in months.items() if month == number}
    return names | {f"{day} {name}" for name in names for day in ("1", "1st", "1st of")}


def _before_anchor(finish: str, anchor: date | None) -> date | None:
    found = parse_period(finish)
    if found and found.period.end:
        return date.fromisoformat(found.period.end)
    if anchor is None:
        return None
    for year in (anchor.year, anchor.year - 1):
        found = parse_period(f"{finish} {year}")
        if found and found.period.end and date.fromisoformat(found.period.end) <= anchor:
            return date.fromisoformat(found.period.end)
    return None


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    return frozenset(name.lower() for record in register("generic_headers") for name in record["names"])


def is_generic(label: str) -> bool:
    """Whether a head names no metric of its own (Total, Number, Year, ...)."""
    plain = " ".join(_FOOTNOTES.sub(" ", label).lower().strip(" .:()").split())
    return not plain or plain in _generic() or plain.rstrip(".") in _generic()


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit of counting. A `calendar` one (years) is a length of time and seldom what is counted.

    A `measured` one (litres) may stand in brackets after what is measured.
    """

    name: str
    calendar: bool = False
    measured: bool = False


@lru_cache(maxsize=1)
def _units() -> Mapping[str, _Unit]:
    return {
        name.lower(): _Unit(
            record["unit"], calendar=bool(record.get("calendar")), measured=bool(record.get("measured"))
        )
        for record in register("units")
        for name in record["names"]
    }


@lru_cache(maxsize=1)
def _count_cue() -> regex.Pattern[str]:
    return _any_of(name for record in register("count_words") for name in record.get("names", ()))


@lru_cache(maxsize=1)
def count_word(kind: str) -> frozenset[str]:
    """Give one list of words by which counts are told. Raises KeyError for an unknown one."""
    return frozenset(by_id("count_words")[f"count_words.{kind}"]["words"])


def _any_of(names: Iterable[str]) -> regex.Pattern[str]:
    written = "|".join(regex.escape(name).replace("\\ ", r"\s+") for name in sorted(names, key=len, reverse=True))
    return regex.compile(rf"(?<!\ba )\b(?:{written})\b", regex.IGNORECASE)


def unit_in(text: str) -> str | None:
    """Give the unit that a text counts: the counted noun after "number of" and the like, else the first there is.

    After such a cue the noun stands in its own phrase: "how many were stolen in each of the years" names none.
    """
    text = _STATUTE.sub(" ", text)
    cues = list(_count_cue().finditer(text))
    for cue in cues:
        unit = _noun_of_phrase(text[cue.end() :])
        if unit is not None:
            return unit
    if not cues:
        words = [w.group().lower() for w in _WORDS.finditer(text)]
        for i in range(len(words)):
            found = _unit_at(words, i)
            if (
                found is not None
                and not found[0].calendar
                and not (i and words[i - 1] in count_word("not_counted_after"))
            ):
                return found[0].name
    if "£" in text:
        return "GBP"
    return "percent" if "%" in text else None


def counted_in(text: str) -> str | None:
    """Give the unit that a text counts; that it speaks of shares does not make the figures about it shares."""
    unit = unit_in(text)
    return None if unit == "percent" else unit


def _unit_at(words: Sequence[str], i: int) -> tuple[_Unit, int] | None:
    for length in range(_LONGEST_NOUN, 0, -1):
        unit = _units().get(" ".join(words[i : i + length])) if i + length <= len(words) else None
        if unit is not None:
            return unit, length
    return None


def _noun_of_phrase(text: str) -> str | None:
    """Give the unit of the noun phrase that a text begins with: its last noun before a verb or a preposition.

    A noun in the singular stands before another one ("firearm and shotgun certificates") unless it is alone.
    """
    words = [w.group().lower() for w in _WORDS.finditer(regex.split(r"[?.;:]", text, maxsplit=1)[0])]
    last: str | None = None
    single: str | None = None
    i = 0
    while i < len(words) and i < _FURTHEST_NOUN:
        if words[i] in count_word("ends_phrase") or (last and words[i] in count_word("goes_on")):
            break
        found = _unit_at(words, i)
        if found is None:
            i += 1
            continue
        i += found[1]
        if _is_singular(words[i - 1], found[0]):
            single = single or found[0].name
        else:
            last = found[0].name
    return last or single


def _is_singular(noun: str, unit: _Unit) -> bool:
    return not unit.measured and _units().get(f"{noun}s") == unit


def counted_phrase(words: Sequence[str], reach: int) -> str:
    """Give the words after a number as far as the last noun of their phrase that can be counted, or nothing.

    A noun beyond `reach` words is not looked for.
    """
    last = i = 0
    while i < len(words) and i <= reach:
        found = _unit_at(words, i)
        if found is not None and not (last and found[0].name == "GBP"):
            i = last = i + found[1]
        elif words[i] in names_to("noun_stops", "stops"):
            break
        else:
            i += 1
    return " ".join(words[:last])


def asked_phrase(words: Sequence[str], asked: Sequence[str], reach: int) -> str:
    """Give the words after a number as far as a thing that a question asks the number of, or nothing.

    "41 bids" counts bids where the question is "how many bids"; no register need know them.
    """
    wanted = {noun for text in asked for noun in _things_asked(text)}
    for i, word in enumerate(words[:reach]):
        if word in wanted:
            return " ".join(words[: i + 1])
        if word in names_to("noun_stops", "stops"):
            break
    return ""


def _things_asked(text: str) -> set[str]:
    """Give the plurals of the phrases after "how many", "number of" and the like."""
    out: set[str] = set()
    for cue in _count_cue().finditer(text):
        ahead = regex.split(r"[?.;:,(]", text[cue.end() :], maxsplit=1)[0]
        words = [found.group().lower() for found in itertools.islice(_WORDS.finditer(ahead), _LONGEST_ASKED)]
        for word in (cue[0].split()[-1].lower(), *words):
            if word in count_word("ends_phrase") or (out and word in count_word("goes_on")):
                break
            if word.endswith("s") and not word.endswith("ss") and len(word) >= _SHORTEST_NOUN:
                out.add(word)
    return out


def counts_something(asked: Sequence[str]) -> bool:
    """Whether a question asks how many there are of something."""
    return any(_count_cue().search(text) for text in asked)


def unit_of_noun(noun: str) -> str | None:
    """Give the unit of a noun phrase that stands right after its number: of the last noun in it."""
    return _noun_of_phrase(noun)


def person_in(head: str) -> str | None:
    """Give the unit of a head that says who is counted (`Female`, `Police staff`); None for any other."""
    unit = unit_in(head)
    return unit if unit in count_word("persons") else None


def measure_in(head: str) -> str | None:
    """Give the unit of a head that says what is counted (`Dogs seized`, `Officer hours`); None for any other.

    `Female` or `Constable` say who, `Burglary` or `Charged` of what kind: they split what is counted.
    """
    plain = _plain(head)
    keys, values = names_to("breakdowns", "key"), _values()
    if not plain or plain in keys or plain in values or any(form.fullmatch(plain) for form, _ in _value_forms()):
        return None
    if "%" in plain:
        return "percent"
    bracketed = _BRACKETED_UNIT.search(plain)
    measured = _units().get(bracketed["unit"]) if bracketed else None
    if measured is not None and measured.measured:
        return measured.name
    if _count_cue().match(plain):
        return unit_in(plain)
    phrase: list[str] = []
    for word in _WORDS.finditer(plain.split("(")[0]):
        if word.group() in names_to("noun_stops", "stops"):
            break
        phrase.append(word.group())
    done = False
    for last in range(len(phrase) - 1, -1, -1):
        unit = _unit_ending(phrase, last)
        if unit is not None:
            if _is_singular(phrase[last], unit):
                return None
            splits = unit.name in count_word("split_by_kind") and not done and _key_of_value(plain) is not None
            return None if splits or (unit.calendar and len(phrase) > 1) else unit.name
        if not _is_participle(phrase[last]):
            break
        done = True
    return "GBP" if "£" in head else None


def _unit_ending(words: Sequence[str], last: int) -> _Unit | None:
    for first in range(max(0, last - _LONGEST_NOUN + 1), last + 1):
        found = _units().get(" ".join(words[first : last + 1]))
        if found is not None:
            return found
    return None


def _is_participle(word: str) -> bool:
    return word.endswith("ed") or word in count_word("participles")


def _plain(label: str) -> str:
    return " ".join(_FOOTNOTES.sub(" ", label).lower().replace("/", " / ").split()).strip(" .:")


def breakdown_key(label: str, *, head: str = "", about: Sequence[str] = (), default: str = "category") -> str:
    """Give the key under which a label splits a count.

    The head over the label names it, or the label is a known value (`Constable` is a rank); else a text `about`
    the figures says "by district". What none of them says with certainty is kept under the neutral `default`.
    """
    keys: Mapping[str, str] = names_to("breakdowns", "key")
    heads = (_plain(head), _plain(head.split("/")[0]))
    named = next(filter(None, (keys.get(h) or keys.get(h.removesuffix("s")) for h in heads)), None)
    if named is not None:
        return named
    return _key_of_value(_plain(label)) or _key_within(head) or next(filter(None, map(_key_asked, about)), default)


def value_said(text: str) -> tuple[str, str] | None:
    """Give the key and the value of words that say one known value of those counted, and nothing else of them.

    `the complainer was female`, `had a female victim`. What says more, or says it of two, is left whole.
    """
    values = _values()
    words = [word for word in _WORDS.findall(_plain(text)) if word not in count_word("owning")]
    said = [word for word in words if word in values]
    others = [word for word in words if word not in values]
    persons = all((unit := _units().get(word)) is not None and unit.name in count_word("persons") for word in others)
    return (values[said[0]], said[0]) if len(said) == 1 and persons else None


@lru_cache(maxsize=1)
def _values() -> Mapping[str, str]:
    return {value: record["key"] for record in register("breakdowns") for value in record.get("values", ())}


@lru_cache(maxsize=1)
def _value_forms() -> tuple[tuple[regex.Pattern[str], str], ...]:
    return tuple(
        (regex.compile(record["form"]), record["key"]) for record in register("breakdowns") if record.get("form")
    )


def _key_of_value(plain: str) -> str | None:
    for form, key in _value_forms():
        if form.fullmatch(plain):
            return key
    values = _values()
    if plain in values:
        return values[plain]
    words = [w.group() for w in _WORDS.finditer(plain)]
    for length in range(_LONGEST_NOUN, 0, -1):
        for i in range(len(words) - length + 1):
            found = values.get(" ".join(words[i : i + length]))
            if found is not None:
                return found
    return None


def _key_within(head: str) -> str | None:
    """Give the key that one of the words of a head names."""
    keys: Mapping[str, str] = names_to("breakdowns", "key")
    words = [w.group() for w in _WORDS.finditer(_plain(head))]
    for length in range(_LONGEST_NOUN, 0, -1):
        for i in range(len(words) - length, -1, -1):
            found = keys.get(" ".join(words[i : i + length]))
            if found is not None:
                return found
    return None


@lru_cache(maxsize=1)
def _split_cue() -> regex.Pattern[str]:
    names = "|".join(
        regex.escape(n).replace("\\ ", " ") for n in sorted(names_to("breakdowns", "key"), key=len, reverse=True)
    )
    before = "|".join(by_id("count_words")["count_words.split_before"]["words"])
    after = "|".join(by_id("count_words")["count_words.split_after"]["words"])
    return regex.compile(rf"\b(?:{before}) (?P<name>{names})\b|\b(?P<name>{names}) (?:{after})\b", regex.IGNORECASE)


def _key_asked(text: str) -> str | None:
    """Give the key of the one breakdown that a text names ("by district"); None where it names several."""
    keys: Mapping[str, str] = names_to("breakdowns", "key")
    found = {keys[match["name"].lower()] for match in _split_cue().finditer(" ".join(text.split()))}
    return found.pop() if len(found) == 1 else None


def asked_metric(asked: Sequence[str]) -> str:
    """Give what a question asks for, from its own words and those of the questions that it is a part of.

    The sentence that counts something stands for a question of several; a part that counts nothing of its own
    ("by district") follows what it is a part of.
    """
    for find in (_sentence_with_cue, _sentence_with_unit):
        for i, text in enumerate(asked):
            counted = find(text)
            if counted:
                parts = [_ENUMERATOR.sub("", part) for part in reversed(asked[:i])]
                return shortened(": ".join(filter(None, (counted.rstrip(" ?:.,;"), *parts))))
    return shortened(_ENUMERATOR.sub("", asked[0])) if asked else ""


def _sentences_of(text: str) -> list[str]:
    return _SENTENCE.split(_ENUMERATOR.sub("", " ".join(text.split())))


def _sentence_with_cue(text: str) -> str:
    return next((s for s in _sentences_of(text) if _count_cue().search(s) and unit_in(s)), "")


def _sentence_with_unit(text: str) -> str:
    found = (s for s in _sentences_of(text) if unit_in(s) and not _split_cue().match(s))
    return next(found, "")


def states_metric(text: str) -> bool:
    """Whether a caption or the words over a table say what its figures count."""
    plain = _ENUMERATOR.sub("", text).strip()
    if _PAIR_AT_END.search(plain):
        return False
    if len(_WORDS.findall(plain)) < 2 or _plain(regex.sub(r"\(.*", "", plain)) in names_to("breakdowns", "key"):
        return False
    unit = unit_in(plain)
    return unit is not None and unit not in count_word("of_the_letter")


def stated_over(reading: Reading, spans: Sequence[tuple[int, int]]) -> str:
    """Give the words over a table or a list that say what it counts, the nearest sentence first; or nothing.

    A sentence that is left open (a title, `... was:`) does so right over its table; a whole sentence only where it
    says "the number of". Any other sentence explains, and a question is the question's own.
    """
    for i, (start, end) in enumerate(spans):
        text = " ".join(reading.text[start:end].split()).strip("*_|> ").rpartition("; ")[2]
        if text.endswith("?") or not states_metric(text):
            continue
        words = _WORDS.findall(text)
        announced = text.endswith(":") or words[-1].lower() in count_word("announces")
        titled = len(words) <= _LONGEST_TITLE and not text.endswith((".", "!", ")", '"', "'"))
        if (i == 0 and (announced or titled)) or _count_cue().search(text):
            return shortened(text)
    return ""


def plain_label(label: str) -> str:
    """Give a label without footnote marks and doubled blanks."""
    return " ".join(_FOOTNOTES.sub(" ", label).split()).strip(" :")


def lead_of(reading: Reading, start: int) -> list[tuple[int, int]]:
    """Give the sentences that lead up to a place, the nearest first: those of its own answer, after any other table.

    Refusals, recitals of the Act and other sections that answer nothing lead up to no figure.
    """
    block = max((b.start for b in answer_blocks(reading) if b.start <= start < b.end), default=0)
    floor = max([g.end for g in reading.grids if g.end <= start] + [start - _LEAD_LENGTH, block, 0])
    out = []
    for s, e in reversed(_sentences_between(reading, floor, start)):
        first, last = max(s, floor), min(e, start)
        if reading.text[first:last].strip() and reading.section_at(first) in _ANSWER:
            out.append((first, last))
    return out


def _sentences_between(reading: Reading, start: int, end: int) -> list[tuple[int, int]]:
    first = max(0, bisect.bisect_right(reading.sentences, start, key=lambda s: s[0]) - 1)
    last = bisect.bisect_left(reading.sentences, end, key=lambda s: s[0])
    return [(s, e) for s, e in reading.sentences[first:last] if e > start]


def found_in(
    reading: Reading, span: tuple[int, int], context: PeriodContext, masked: Sequence[tuple[int, int]] = ()
) -> list[tuple[FoundPeriod, int]]:
    """Find the periods of a stretch of the letter, settled, each with the offset of the stretch.

    Those that overlap a `masked` stretch are left out: the year of an Act, an end without its beginning.
    """
    found = [(resolve(p, context), span[0]) for p in find_periods(reading.text[span[0] : span[1]], context=context)]
    return [(p, at) for p, at in found if not any(s < at + p.end and at + p.start < e for s, e in masked)]


def one_period(found: Sequence[tuple[FoundPeriod, int]], context: PeriodContext, basis: str) -> PlacedPeriod | None:
    """Give the one period that several say together: the range from the first to the last, or the widest."""
    usable = [(p, at) for p, at in found if p.period.start]
    usable = [(p, at) for p, at in usable if p.kind != "rolling"] or usable
    if not usable:
        return None
    stretches = [(p, at) for p, at in usable if p.period.type != "instant"] or usable
    if stretches == usable and len({p.period.start for p, _ in usable if p.period.type == "instant"}) > 1:
        return None
    period = stretches[0][0].period
    if len(stretches) > 1:
        joined = spanning([p.period for p, _ in stretches])
        if joined is None:
            return None
        period = closed(joined, context, is_open=any(p.open for p, _ in stretches))
    first, last = stretches[0], stretches[-1]
    span = (first[0].start + first[1], last[0].end + last[1])
    return PlacedPeriod(period.model_copy(update={"basis": basis}), span, basis)


def caveats_for(
    observation_question: str | None, table: str | None, marked: bool, caveats: Iterable[tuple[str, str]]
) -> list[str]:
    """Give the ids of the caveats (id, scope) that bear on a figure: the letter's, its question's, its table's."""
    out = []
    for caveat, scope in caveats:
        plain = scope.lower()
        if (
            plain == "letter"
            or (table is not None and plain in {table, f"table {table}", f"table {table.lstrip('t')}"})
            or (observation_question is not None and _names_question(plain, observation_question))
            or (marked and plain in {"cell", "cells"})
        ):
            out.append(caveat)
    return out


def _names_question(scope: str, question: str) -> bool:
    """Whether a scope ("question 1a", "questions 1, 2") names a question, or the one that it is a part of."""
    kind, _, ids = scope.partition(" ")
    plain = question.lower()
    whole = plain[: len(plain) - len(plain.lstrip("0123456789"))] or plain
    named = {one.strip() for one in ids.split(",")} if kind in {"question", "questions"} else {scope.removeprefix("q")}
    return not named.isdisjoint({plain, whole})


def shortened(text: str) -> str:
    """Give a metric in one line, cut at a word."""
    plain = " ".join(text.split()).strip(" :.-–")
    return plain if len(plain) <= _METRIC_LENGTH else plain[:_METRIC_LENGTH].rsplit(" ", 1)[0]
