"""Read the value of a figure: counts, nil words, suppression, money, shares, durations.

A value is read from a whole cell or a whole stretch of text. The forms are rules (`patterns/regex/figures.jsonl`,
label VALUE), the words are the register `value_words`. What is not certainly a value is None, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import regex

from foi_nlp.patterns import Rule, RuleBook, load_rules
from foi_nlp.pipeline.reading import flow_of
from foi_nlp.records import ObservationStatus
from foi_nlp.registers import names_to, register

_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_SECONDS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
_LONGEST = 80
_DIGIT_STARTS = regex.compile(r"[ ]*[-(<>≤≥£€$~]*[ ]*[0-9a-z*#†‡^?~§\[.-]", regex.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value as written in a cell.

    * `value`: the number, or None where none is given (suppressed, not held, not applicable).
    * `symbol`: how a value that is not a plain number was written (`<5`, `*`, `nil`).
    * `low`, `high`: bounds, where the writing gives them.
    * `unit`: only what the value itself says (`GBP`, `percent`, `hours`, ...).
    * `marks`: footnote marks at the value (`*`, `#`, `1`).
    * `second`: the number in brackets of `12 (3)`; what it means stands in the header, if anywhere.
    * `ambiguous`: a dash or a mark alone, whose meaning only a key or the other cells can tell.
    * `raw`, `start`, `end`: the value inside the text given, `text[start:end] == raw`.
    """

    value: int | float | None = None
    symbol: str | None = None
    low: float | None = None
    high: float | None = None
    status: ObservationStatus = "reported"
    unit: str | None = None
    approximate: bool = False
    marks: tuple[str, ...] = ()
    second: int | float | None = None
    ambiguous: bool = False
    raw: str
    start: int
    end: int
    rule: str = ""


class ValueReader:
    """The rules for values, ready to run."""

    def __init__(self, book: RuleBook) -> None:
        self._rules = [(rule, book.compile(rule)) for rule in book.labelled("VALUE") if rule.attributes.get("whole")]
        self._words: Mapping[str, Mapping[str, Any]] = {
            name.lower(): record for record in register("value_words") for name in record["names"]
        }
        self._numbers: Mapping[str, int] = names_to("number_words", "number")
        self._units: Mapping[str, str] = names_to("units", "unit")
        self._read: dict[str, Callable[[regex.Match[str], Value, Rule], Value | None]] = {
            "number": self._number,
            "counted": self._counted,
            "duration": self._duration,
            "below": self._below,
            "at_most": self._at_most,
            "bounds": self._bounds,
            "at_least": self._at_least,
        }

    def parse(self, text: str) -> Value | None:
        """Read a text that is one value and nothing else."""
        flow = flow_of(text)
        start, end = len(flow) - len(flow.lstrip()), len(flow.rstrip())
        if start >= end or end - start > _LONGEST or not _DIGIT_STARTS.match(flow):
            return None
        blank = Value(raw=text[start:end], start=start, end=end)
        plain = " ".join(flow[start:end].lower().split())
        word = self._words.get(plain) or self._words.get(plain.rstrip(".;,:"))
        if word:
            return replace(
                blank,
                value=word["value"],
                symbol=word["symbol"] or blank.raw,
                status=word["status"],
                ambiguous=word.get("ambiguous", False),
                rule=word["id"],
            )
        for rule, compiled in self._rules:
            match = compiled.fullmatch(flow, start, end)
            made = match and self._read[rule.attributes["kind"]](match, _without_marks(blank, match, text), rule)
            if made:
                return replace(made, rule=rule.id)
        return None

    def number_of(self, written: str) -> int | float | None:
        """Read a number in digits or words, without its currency sign."""
        plain = written.strip().lower().lstrip("£€$ ").replace("gbp", "").replace(",", "").replace(" ", "")
        sign = -1 if plain.startswith("-") else 1
        plain = plain.lstrip("-£€$")
        if regex.fullmatch(r"[0-9]+(?:\.[0-9]+)?", plain):
            return sign * (float(plain) if "." in plain else int(plain))
        return self._numbers.get(" ".join(written.lower().split()))

    def unit_of(self, noun: str) -> str | None:
        """Give the unit of a counted noun: of the whole phrase, else of its last or first known word."""
        return self._units.get(" ".join(noun.lower().split()))

    def _number(self, match: regex.Match[str], blank: Value, rule: Rule) -> Value | None:
        groups = match.groupdict()
        number = self.number_of(match["number"])
        if number is None:
            return None
        if groups.get("scale"):
            number = _whole(round(number * _SCALES[match["scale"].lower()], 2))
        if rule.attributes.get("negative"):
            number = -number
        second = groups.get("second")
        return replace(
            blank,
            value=_whole(number),
            unit=rule.attributes.get("unit") or _currency(match["number"]),
            approximate=bool(rule.attributes.get("approximate")),
            second=self.number_of(second.rstrip("%")) if second else None,
        )

    def _counted(self, match: regex.Match[str], blank: Value, _rule: Rule) -> Value | None:
        unit = self.unit_of(match["noun"]) or self.unit_of(match["noun"].split()[-1])
        number = self.number_of(match["number"])
        if unit is None or number is None:
            return None
        start, end = match.span("number")
        shift = start - blank.start
        return replace(
            blank,
            value=number,
            unit=unit,
            raw=blank.raw[shift : shift + end - start],
            start=start,
            end=end,
        )

    def _duration(self, match: regex.Match[str], blank: Value, _rule: Rule) -> Value | None:
        given = {unit: match[unit] for unit in _SECONDS if match.groupdict().get(unit)}
        if not given:
            return None
        smallest = list(given)[-1]
        total = sum(float(written.replace(",", "")) * _SECONDS[unit] for unit, written in given.items())
        return replace(blank, value=_whole(round(total / _SECONDS[smallest], 4)), unit=smallest)

    def _below(self, match: regex.Match[str], blank: Value, _rule: Rule) -> Value | None:
        number = self.number_of(match["number"])
        if number is None:
            return None
        return replace(blank, symbol=f"<{number:g}", high=float(number) - 1, status="suppressed")

    def _at_most(self, match: regex.Match[str], blank: Value, _rule: Rule) -> Value | None:
        number = self.number_of(match["number"])
        if number is None:
            return None
        return replace(blank, symbol=f"<={number:g}", high=float(number), status="suppressed")

    def _bounds(self, match: regex.Match[str], blank: Value, _rule: Rule) -> Value | None:
        low, high = float(match["low"]), float(match["high"])
        if low >= high:
            return None
        return replace(blank, symbol="".join(blank.raw.split()), low=low, high=high, status="suppressed")

    def _at_least(self, match: regex.Match[str], blank: Value, _rule: Rule) -> Value | None:
        number = self.number_of(match["number"])
        if number is None:
            return None
        return replace(blank, value=number, low=float(number), approximate=True, unit=_currency(match["number"]))


@lru_cache(maxsize=8)
def reader_of(book: RuleBook) -> ValueReader:
    """Give the reader of a book of rules, made once."""
    return ValueReader(book)


def parse_value(text: str, *, book: RuleBook | None = None) -> Value | None:
    """Read a text that is a value and nothing else, such as a cell; None for blanks and for anything else."""
    return reader_of(book or load_rules()).parse(text)


def _without_marks(blank: Value, match: regex.Match[str], text: str) -> Value:
    marks = match.groupdict().get("marks")
    if not marks:
        return blank
    end = match.start("marks")
    return replace(blank, marks=(marks.strip(),), raw=text[blank.start : end], end=end)


def _currency(written: str) -> str | None:
    return {"£": "GBP", "€": "EUR", "$": "USD"}.get(written.strip()[:1])


def _whole(number: int | float) -> int | float:
    return int(number) if number == int(number) else number
