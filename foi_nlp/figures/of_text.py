"""Make observations of the figures of lists, answers and sentences.

Rules (`patterns/regex/figures.jsonl`) say where a number counts something (FIGURE) and where a number is none
(NOT_FIGURE); here a number that counts is bound to the period that its clause, its paragraph or its question
gives. A number whose period is not certain is no observation.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import regex

from foi_nlp.figures.meaning import (
    PlacedPeriod,
    asked_metric,
    asked_phrase,
    breakdown_key,
    count_word,
    counted_in,
    counted_phrase,
    counts_something,
    found_in,
    is_generic,
    lead_of,
    measure_in,
    plain_label,
    shortened,
    stated_over,
    unit_in,
    unit_of_noun,
    value_said,
)
from foi_nlp.figures.periods import FoundPeriod, find_periods, parse_period, related, spanning, years_of
from foi_nlp.figures.spans import Spans
from foi_nlp.figures.values import Value, parse_value
from foi_nlp.figures.values import reader_of as value_reader
from foi_nlp.pipeline.questions import answer_blocks, question_at
from foi_nlp.records import Observation
from foi_nlp.tables.words import is_word

if TYPE_CHECKING:
    from foi_nlp.figures.asking import Asking
    from foi_nlp.patterns import RuleBook
    from foi_nlp.pipeline.reading import Reading
    from foi_nlp.pipeline.scanning import Hit
    from foi_nlp.records import Period, PeriodType

_SECTIONS = frozenset({"response", "preface", "caveat", "searches"})
_UNCOUNTED = frozenset({"hours", "minutes", "days", "weeks", "months", "years", "seconds", "miles"})
_NOUN_REACH = 5
_NEAR = 40
_FEWEST_WORDS = 4
_FURTHEST_DAY = 6000
_PIECE = regex.compile(r"[^;,]+")
_WORD = regex.compile(r"[^\W\d_][\w'-]*")
_SEPARATOR = regex.compile(r"[ ]*(?:-{1,2}>?|:-|[:=|]|\.{2,}|…+)[ ]*|[ ]{3,}")
_UNREADABLE = regex.compile(r"(?![0-9])\p{Nd}|[\u202a-\u202e\u2066-\u2069]")
_NUMBER_IN_PAIR = regex.compile(r"(?<![\w.,/£-])(?:£ ?)?\d[\d,]*(?:\.\d+)?(?:%| per ?cent)?(?![\w/])")
_TIMES = regex.compile(r"(?<![\w.])(\d{1,5}) ?[x×] ([^\d;,|()]+)")
_BETWEEN_LABEL_AND_VALUE = " \t\n.:-–>)"
_LISTED = regex.compile(
    r"(?P<value>£?\d+(?:,\d{3})*(?:\.\d+)?%?|nil|none|zero)(?=[ ]*(?:$|[,;][ ]?|\.(?:[ ]|$)|[ ](?:and|&)[ ]))",
    regex.IGNORECASE,
)
_BEFORE_THOUSANDS = regex.compile(r"£?[ ]?\d{1,3}")
_THOUSANDS = regex.compile(r"(?:[ ]\d{3})+(?![\d/.,-]\d|\d)")
_NUMBER_BEFORE = regex.compile(r"(?<![\d/.,-])£?\d{1,3}[ ]$")
_LONGEST_PAIR_LINE = 400
_LONGEST_TITLE = 6
_SENTENCES_BACK = 8
_YEARS = frozenset({"calendar_year", "financial_year", "year_to_date"})


@dataclass(frozen=True, slots=True)
class _Forms:
    """The shapes of lines and clauses that hold figures; their words are fragments of the rules."""

    direct: regex.Pattern[str]
    breaks: regex.Pattern[str]
    answer: regex.Pattern[str]
    total: regex.Pattern[str]
    within: regex.Pattern[str]
    of_those: regex.Pattern[str]
    same_day: regex.Pattern[str]
    same_years: regex.Pattern[str]
    that_period: regex.Pattern[str]
    in_all: regex.Pattern[str]
    bullet: regex.Pattern[str]
    one_of_several: regex.Pattern[str]
    each: regex.Pattern[str]
    together: regex.Pattern[str]
    parts_follow: regex.Pattern[str]
    of_whole: regex.Pattern[str]
    other_years: regex.Pattern[str]
    relative: regex.Pattern[str]
    in_step: regex.Pattern[str]
    lead_in: regex.Pattern[str]
    short_year: regex.Pattern[str]
    before_period: regex.Pattern[str]
    numbers: regex.Pattern[str]
    between: regex.Pattern[str]
    enumerated: regex.Pattern[str]
    of_counted: regex.Pattern[str]
    some_of: regex.Pattern[str]
    takes_up: regex.Pattern[str]
    of_kind: regex.Pattern[str]
    both: regex.Pattern[str]
    part_after_value: regex.Pattern[str]
    part_of_year: regex.Pattern[str]
    listed_value: regex.Pattern[str]
    before_stock_day: regex.Pattern[str]
    after_stock_day: regex.Pattern[str]
    key_of_mark: regex.Pattern[str]
    bracketed_value: regex.Pattern[str]
    bracketed_values: regex.Pattern[str]


@lru_cache(maxsize=8)
def _forms_of(book: RuleBook) -> _Forms:
    def form(text: str) -> regex.Pattern[str]:
        return regex.compile(book.expand(text), regex.IGNORECASE)

    bullet = r"[ \t]*(?:(?:[-•*·o>]|->)[ \t]+|\(?[a-z0-9]{1,2}[).][ \t]+)?"
    return _Forms(
        direct=form(
            r"(?: ?\(?| [a-z][\w'-]*){0,7}? ?(?:\(|{{figure_before_period}} )?(?:the {{figure_period_noun}} )?"
        ),
        breaks=form(r",|;|\b{{figure_next_clause}}\b|\d"),
        answer=form(
            r"[ \t]*(?:(?:[-•*·o>]|->)[ \t]+)?"
            r"(?P<ask>(?:(?:{{figure_ask}})[ ]?)?\(?[0-9]{0,2}[a-z]?(?:[).:]+|[ ]?-(?=[ ])|[ ]?(?==))[ \t]*)?"
            r"(?:->[ ]*)?(?:(?P<label>[A-Za-z][^\d=:|]{0,48}?)[ ]*(?:[:=|]|[ ]-[ ])[ ]*)?"
            r"(?P<value>{{figure_line_value}})"
            r"(?P<rest>[ ]*(?:$|\.[ ]*$|\.[ ]+(?=[A-Z])|(?=\()|[ ](?=[a-z]+[ ]*\.?$)|[ ](?={{figure_in_all}})|"
            r"[ ](?=[a-z]+\.[ ]+[A-Z])|,(?=[ ][a-z][^\d]*$)))"
        ),
        total=form(
            r"[ \t]*(?P<label>(?:[\w()-]+ ){0,4}{{figure_total}})[ ]*(?:[-:=|]|[ ]{2,})[ ]*"
            r"(?P<value>£?\d[\d,.]*\d|\d)[ ]*\.?[ ]*$"
        ),
        within=form(
            r"\b{{figure_within}} (?P<what>(?-i:(?:[A-Z][\w-]* )?[A-Z0-9][\w-]*?)|[a-z]+(?: [a-z]+?)?)s?(?= \(| [a-z])"
        ),
        of_those=form(r"^{{figure_of_those}}(?= )"),
        same_day=form(r"\b{{figure_same_day}}\b"),
        same_years=form(r"\b{{figure_same_years}}\b"),
        that_period=form(r"\b{{figure_that_period}}\b"),
        in_all=form(r" {{figure_in_all}}\b"),
        bullet=regex.compile(r"[ \t]*(?:[-•*·]|->)[ \t]"),
        one_of_several=form(
            r"(?: [a-z-]+){1,3}(?:, | and |, and )(?:\d+|{{figure_word}}) [a-z]|"
            r"(?:\d+|{{figure_word}})(?: [a-z-]+){1,3}(?:, | and |, and )$"
        ),
        each=form(r"\b{{figure_each}}[ ]?(?:the )?(?:{{figure_period_noun}}s? )?$"),
        together=form(r"\b{{figure_together}}\b"),
        of_whole=form(r"\b{{figure_parts}} (?:only )?$"),
        parts_follow=form(r",?[ ]{{figure_parts}}\b"),
        other_years=form(r"\b{{figure_other_years}}\b"),
        relative=form(
            r"\b(?:(?P<back>{{figure_year_before}})|(?P<ahead>{{figure_year_after}})|"
            r"(?:{{figure_same_part}}|(?P<day_of>{{figure_same_day_of}})) (?:in |of )?"
            r"(?P<year>{{period_full_year}})(?![\d/-])|"
            r"(?:and|then),? (?P<rest>(?:{{figure_this_year}},? )?{{figure_until}} "
            r"(?P<until>{{period_day}}|{{period_day_open}})))(?!\w)"
        ),
        in_step=form(r"\b{{figure_in_step}}\b"),
        lead_in=form(rf"(?:\d{{1,2}}[ \t]{{2,}}|{bullet})(?:{{{{figure_before_period}}}} )?"),
        short_year=form(rf"{bullet}(?P<year>\d\d ?[/-] ?\d\d)(?=[ ]*(?:[-:=|]|\.{{2,}})[ ]*[£<]?[\da-z])"),
        before_period=form(
            rf"(?:{bullet}(?:(?P<label>[A-Z][^=:|\d]{{1,60}}?)[ ]*(?:[:=|]|[ ]-)[ ]*)?|"
            r"[ ]*[),;.]*[ ]*(?:,|;|and|&)?[ ]*(?:and[ ]+)?)(?P<value>{{figure_line_value}})"
            r"(?P<noun>(?: [a-z][\w-]*){0,3}?)[ ]*"
            r"(?:\(|{{figure_before_period}} (?:the )?(?:{{figure_period_noun}} )?)?"
        ),
        numbers=form(r"{{figure_number}}|(?<![\w-])(?P<number>{{figure_nil}})(?!\w)"),
        between=form(r",?[ ](?:and|&|or)[ ](?:{{figure_about}})|,[ ]?(?:and[ ])?(?:{{figure_about}})"),
        of_counted=form(
            r"\bof (?:the|these|those|all)(?: the)? (?P<count>\d[\d,]*\d)(?: [a-z-]+){0,3}(?:,| -)? ?(?:only )?$"
        ),
        some_of=form(r"\b{{figure_some_of}}\b"),
        takes_up=form(r"{{figure_takes_up}}\b"),
        of_kind=form(r"\b(?P<noun>[a-z]+) {{figure_of_kind}} (?:(?P<kind>[a-z-]+(?: [a-z-]+){0,2})(?=[.,;:)]|$))?"),
        both=form(r"(?: [a-z-]+){0,3} [a-z]+ed and {{figure_number}} [a-z]+ed(?: {{figure_before_period}})? ?"),
        part_after_value=form(
            r"[ ]*(?:-{1,2}>?|[:=|]|\.{2,}|…+|[ ]{3,})[ ]*(?:{{figure_line_value}}|[*])"
            r"(?P<bracket>[ ]?\((?P<part>[^()]{4,60}?)(?: only)?\))"
        ),
        part_of_year=form(r" ?\((?:to |up to |until |from |between )?(?P<part>[^()]{4,60}?)(?: only)?\)"),
        listed_value=form(
            r"[ ]*(?P<label>[A-Z][A-Za-z&' -]{1,40}?)[ ]*[:=-]?[ ]+(?P<value>{{figure_line_value}})"
            r"[ ]*(?:$|[,;.]|and |& )"
        ),
        before_stock_day=form(r"(?:^|[.;:,)>•]|\band|\n)[ ]*{{figure_stock_day}}$"),
        after_stock_day=form(r"{{figure_stock_verb}}"),
        key_of_mark=regex.compile(
            book.expand(r"^[ \t>]*['\"(]?(?P<mark>[*#x])['\")]?[ \t]*(?:=|{{figure_key_verb}}\b)"),
            regex.IGNORECASE | regex.MULTILINE,
        ),
        bracketed_value=form(
            r"[ ]*(?P<label>[A-Za-z0-9][\w &'/-]{0,40}?)[ ]*(?:[:=]|[ ]-)[ ]*(?P<value>{{figure_line_value}})[ ]*"
        ),
        bracketed_values=form(r"[ ]*\((?P<inside>[^()]{5,200})\)"),
        enumerated=form(r"(?:,[ ]?|,?[ ](?:and|or|&)[ ])(?:{{figure_before_period}} )?(?:the )?"),
    )


@dataclass(slots=True)
class Candidate:
    """A number that a rule says counts something."""

    start: int
    end: int
    value: Value
    rule: str
    attributes: dict[str, Any] = field(default_factory=dict)
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A period with its value on a line of a list. `day`: the period is a day that no label says more of."""

    period: PlacedPeriod
    value: Value
    offset: int
    line: int
    label: str = ""
    check: Literal["totals_agree", "totals_disagree", "unchecked"] = "unchecked"
    day: bool = False


class TextFigures:
    """Find the figures of running text."""

    def __init__(self, reading: Reading, asking: Asking, book: RuleBook, hits: Sequence[Hit]) -> None:
        self.reading = reading
        self.asking = asking
        self.context = asking.context
        self.values = value_reader(book)
        self.forms = _forms_of(book)
        self.hits = [hit for hit in hits if hit.rule.label == "FIGURE"]
        negative = [hit for hit in hits if hit.rule.label == "NOT_FIGURE"]
        scopes = {"sentence", "measure"}
        self.masked = [(h.start, h.end) for h in negative if h.rule.attributes.get("scope") not in scopes]
        self.masked += [(r.start, r.end) for r in reading.facts.references]
        # A bare number is masked where it stands after "section"; elsewhere it may be a figure as well.
        self.masked += [(p.start, p.end) for p in reading.facts.provisions
                        if not reading.text[p.start : p.end].strip().isdigit()]  # fmt: skip
        self._measured = Spans([(h.start, h.end) for h in negative if h.rule.attributes.get("scope") == "measure"])
        self.masked += [b.label for b in answer_blocks(reading) if b.label]
        self.masked.sort()
        self._masked_spans = Spans(self.masked)
        self._used_spans = Spans(())
        self._made: list[tuple[Observation, tuple[int, int]]] = []
        self.silent = {self._sentence_at(h.start) for h in negative if h.rule.attributes.get("scope") == "sentence"}

    def observations(self) -> list[Observation]:
        """Give the observations of the text outside its tables."""
        out = self._lists() + self._answers()
        by_sentence: dict[tuple[int, int], list[Candidate]] = {}
        for candidate in self._candidates():
            by_sentence.setdefault(self._sentence_at(candidate.start), []).append(candidate)
        for found in self.forms.in_step.finditer(self.reading.flow):
            by_sentence.setdefault(self._sentence_at(found.start()), [])
        for sentence, candidates in sorted(by_sentence.items(), key=lambda item: item[0]):
            made = self._sentence(sentence, candidates)
            self._made += [(one, sentence) for one in made]
            out += made
        self._ask_about_unreadable()
        return out

    def _ask_about_unreadable(self) -> None:
        """Put digits of other scripts, and marks that turn the direction of digits, before a person, once a line."""
        lines = {self.reading.line_at(found.start()) for found in _UNREADABLE.finditer(self.reading.text)}
        for start, end in sorted(lines):
            if self.reading.section_at(start) in _SECTIONS and self.reading.grid_at(start) is None:
                reason = "This line has digits of another script or marks that turn digits round; nothing was read."
                self.reading.review("unreadable_digits", reason, start, end)

    # ---- where figures may stand

    def _answers_at(self, start: int, end: int) -> bool:
        """Whether a line stands in a section that answers, outside its tables: where its first word does."""
        first = start + len(self.reading.text[start:end]) - len(self.reading.text[start:end].lstrip())
        return self.reading.section_at(first) in _SECTIONS and self.reading.grid_at(first) is None

    def _allowed(self, start: int, end: int, *, measured: bool = False) -> bool:
        if self.reading.section_at(start) not in _SECTIONS or self.reading.grid_at(start) is not None:
            return False
        spans = (self._masked_spans, self._used_spans, *(() if measured else (self._measured,)))
        return not any(span.overlap(start, end) for span in spans)

    @staticmethod
    def _overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
        return any(s < end and start < e for s, e in spans)

    @cached_property
    def _masked_but_labels(self) -> Spans:
        labels = {b.label for b in answer_blocks(self.reading) if b.label}
        return Spans([span for span in self.masked if span not in labels])

    @cached_property
    def _lines_of_text(self) -> list[tuple[int, int]]:
        """The lines of the letter; where a question and its answer stand side by side, the lines of the answer."""
        answers = [row.answer for row in self.reading.facts.asked_rows]
        if not answers:
            return self.reading.lines
        rows = Spans([(row.start, row.answer[1]) for row in self.reading.facts.asked_rows])
        out = [line for line in self.reading.lines if not rows.overlap(*line)]
        for start, end in answers:
            out += [(max(a, start), min(b, end)) for a, b in self.reading.lines if a < end and start < b]
        return sorted(out)

    def _sentence_at(self, offset: int) -> tuple[int, int]:
        """Give the sentence that holds a place; a cell that answers is a text of its own."""
        start, end = self.reading.sentence_at(offset)
        asked = ((row.start, row.answer[0]) for row in self.reading.facts.asked_rows)
        cell = self._cell_at(offset) or next((span for span in asked if span[0] <= offset < span[1]), None)
        return (start, end) if cell is None else (max(start, cell[0]), min(end, cell[1]))

    def _cell_at(self, offset: int) -> tuple[int, int] | None:
        """Give the cell of an answer beside its question that holds a place."""
        rows = self.reading.facts.asked_rows
        return next((row.answer for row in rows if row.answer[0] <= offset < row.answer[1]), None)

    # ---- lists: a period and its value

    def _lists(self) -> list[Observation]:
        pairs: list[Pair] = []
        out: list[Observation] = []
        for number, (start, end) in enumerate(self._lines_of_text):
            if not self.reading.text[start:end].strip():
                continue
            if end - start > _LONGEST_PAIR_LINE:
                pairs += self._enumerated_pairs(number, start, end)
                continue
            total = self._total(pairs, number, start, end)
            if total is not None:
                out += self._of_pairs(pairs, total)
                pairs = []
                continue
            found = self._line_pairs(number, start, end, pairs)
            if not found and pairs and number - pairs[-1].line > 3:
                out += self._of_pairs(pairs, None)
                pairs = []
            if found and pairs and self._heading(found[0].line) != self._heading(pairs[-1].line):
                out += self._of_pairs(pairs, None)
                pairs = []
            pairs += found
        return out + self._of_pairs(pairs, None)

    def _line_pairs(self, number: int, start: int, end: int, before: Sequence[Pair]) -> list[Pair]:
        """Give the pairs of a line that is nothing but pairs: periods with their values, or values with periods."""
        if not self._answers_at(start, end):
            return []
        if any(s <= start < e or start <= s < end for s, e in self.silent):
            return []
        periods = [p for p, _ in found_in(self.reading, (start, end), self.context) if p.period.start]
        short = self._short_year(start, end, before)
        if short is not None and not any(p.start <= short.start for p in periods):
            periods.insert(0, short)
        periods = self._with_parts(start, end, periods)
        periods, tails = self._with_parts_after(start, end, periods)
        return (
            self._periods_first(number, start, end, periods, tails)
            or self._values_first(number, start, end, periods)
            or self._enumerated_pairs(number, start, end)
        )

    def _with_parts(self, start: int, end: int, periods: Sequence[FoundPeriod]) -> list[FoundPeriod]:
        """Cut a year to the part of it that stands in brackets after it: `2025/26 (1 April to 30 June 2025)`."""
        out: list[FoundPeriod] = []
        for found in periods:
            year = out[-1] if out else None
            bracket = self.forms.part_of_year.match(self.reading.flow, start + year.end, end) if year else None
            inside = bracket is not None and bracket.start("part") <= start + found.start < bracket.end("part")
            if year is None or bracket is None or not inside:
                out.append(found)
            elif _is_part(found.period, year.period):
                out[-1] = replace(year, period=_cut(year.period, found.period), end=bracket.end() - start, marks="")
        return out

    def _with_parts_after(
        self, start: int, end: int, periods: Sequence[FoundPeriod]
    ) -> tuple[list[FoundPeriod], dict[int, int]]:
        """Cut a year to the part of it in brackets after its value: `2024: 11 (to 31 March)`.

        The places give, for each year cut, where its bracket begins.
        """
        out: list[FoundPeriod] = []
        tails: dict[int, int] = {}
        for found in periods:
            year = out[-1] if out else None
            if year is not None and start + found.start >= tails.get(year.start, end) and not found.open:
                continue
            bracket = self.forms.part_after_value.match(self.reading.flow, start + found.end, end)
            said = bracket["part"] if bracket else ""
            part = (
                parse_period(said) or parse_period(f"{found.period.start[:4]} {said}")
                if said and found.period.start
                else None
            )
            if bracket is None or part is None or not _is_part(part.period, found.period):
                out.append(found)
                continue
            out.append(replace(found, period=_cut(found.period, part.period)))
            tails[found.start] = bracket.start("bracket")
        return out, tails

    def _enumerated_pairs(self, number: int, start: int, end: int) -> list[Pair]:
        """Give the pairs of a line that goes on with sentences: `Referrals: 2018-19: 0, 2019-20: 1. The reports ...`.

        Two or more years of one kind, each with a sign and its value and parted by commas, are certain.
        """
        if not self._answers_at(start, end):
            return []
        found = [p for p, _ in found_in(self.reading, (start, end), self.context) if p.period.start]
        runs: list[list[Pair]] = [[]]
        last = -1
        for i, period in enumerate(found):
            after = start + period.end + len(period.marks)
            stop = start + found[i + 1].start if i + 1 < len(found) else end
            separator = _SEPARATOR.match(self.reading.flow, after, stop)
            item = _LISTED.match(self.reading.flow, separator.end(), stop) if separator else None
            value = parse_value(item["value"]) if item else None
            at = item.start("value") if item else 0
            sure = period.period.type in _YEARS and value is not None and not value.ambiguous
            if item is None or value is None or not sure or self._masked_spans.overlap(at, item.end("value")):
                runs.append([])
                continue
            if runs[-1] and self.reading.flow[last : start + period.start].strip(" ,;") not in {"", "and", "&"}:
                runs.append([])
            runs[-1].append(Pair(self._in_cell(period, start), value, at, number))
            last = item.end("value")
        return [
            pair
            for run in runs
            if len(run) > 1 and len({p.period.period.type for p in run} - {"year_to_date"}) < 2
            for pair in run
        ]

    def _short_year(self, start: int, end: int, before: Sequence[Pair]) -> FoundPeriod | None:
        """Give the `21/22` that begins a line of a list; with a hyphen only after another financial year."""
        found = self.forms.short_year.match(self.reading.ruled, start, end)
        if found is None:
            return None
        year = parse_period(found["year"], context=self.context)
        if year is None or year.kind != "financial_year" or year.period.type not in {"financial_year", "year_to_date"}:
            return None
        if "/" not in found["year"] and not any(p.period.period.type == "financial_year" for p in before):
            return None
        return replace(year, start=found.start("year") - start, end=found.end("year") - start)

    def _periods_first(
        self, number: int, start: int, end: int, periods: Sequence[FoundPeriod], tails: Mapping[int, int]
    ) -> list[Pair]:
        flow = self.reading.flow
        out: list[Pair] = []
        label: str | None = ""
        for i, found in enumerate(periods):
            after = start + found.end + len(found.marks)
            stop = start + periods[i + 1].start if i + 1 < len(periods) else end
            stop = min(stop, tails.get(found.start, stop))
            separator = _SEPARATOR.match(flow, after, stop)
            if separator is None:
                break
            if i == 0:
                label = self._label_before(start, found, equals="=" in separator[0])
            if label is None:
                break
            placed = self._in_cell(found, start)
            listed = [] if label else self._listed_values(separator.end(), stop)
            if listed and found.period.type in _YEARS:
                out += [Pair(placed, value, at, number, name) for name, value, at in listed]
                continue
            values = self._values_of(separator.end(), stop)
            if not values:
                break
            alone = found.kind == "day" and not label
            out += [Pair(placed, value, at, number, label, day=alone) for value, at in values]
            if len(values) == 1 and not label:
                value, at = values[0]
                out += [Pair(placed, part, place, number, name)
                        for name, part, place in self._bracketed_values(at + value.end, stop)]  # fmt: skip
        return out

    @staticmethod
    def _in_cell(found: FoundPeriod, start: int) -> PlacedPeriod:
        period = found.period.model_copy(update={"basis": "cell"})
        return PlacedPeriod(period, (start + found.start, start + found.end), "cell")

    def _values_first(self, number: int, start: int, end: int, periods: Sequence[FoundPeriod]) -> list[Pair]:
        """Give the pairs of `9 (2019-20), 14 (2020-21)` or `Ashtown: 6 in 2019`, where nothing else is on the line."""
        out: list[Pair] = []
        at = start
        label = ""
        for found in periods:
            item = self.forms.before_period.fullmatch(self.reading.flow, at, start + found.start)
            if item is None or (out and item["label"]) or found.kind == "day":
                break
            label = label or (item["label"] or "").strip()
            pair = self._valued(item, self._in_cell(found, start), number, label)
            if pair is None:
                return []
            out.append(pair)
            at = start + found.end + len(found.marks)
        if not out:
            return []
        rest = regex.match(r"[ ]*\)?[ ]*(?:$|[.;](?=[ ]|$))", self.reading.flow[at:end])
        if rest is None:
            return []
        again = self.forms.before_period.match(self.reading.flow, at + rest.end(), end)
        near = min(end, again.end("value") + _NEAR) if again else end
        if again and again["label"] and self.forms.that_period.search(self.reading.flow, again.end("value"), near):
            same = self._valued(again, out[-1].period, number, again["label"].strip())
            out += [same] if same else []
        return out

    def _valued(self, item: regex.Match[str], period: PlacedPeriod, number: int, label: str) -> Pair | None:
        value = parse_value(item["value"])
        noun = item["noun"].strip()
        if value is None or value.ambiguous or (noun and unit_of_noun(noun) is None):
            return None
        if self._masked_spans.overlap(item.start("value"), item.end("value")):
            return None
        return Pair(period, value, item.start("value"), number, label)

    def _listed_values(self, start: int, end: int) -> list[tuple[str, Value, int]]:
        """Give the two or more labels with values that are all of the rest of a pair: `North 402, South 377`."""
        out: list[tuple[str, Value, int]] = []
        at = start
        while at < end and (item := self.forms.listed_value.match(self.reading.flow, at, end)) is not None:
            value = parse_value(item["value"])
            if value is None or value.ambiguous or self._masked_spans.overlap(*item.span("value")):
                return []
            out.append((item["label"].strip(), value, item.start("value")))
            at = item.end()
        return out if len(out) > 1 and not self.reading.flow[at:end].strip(" .") else []

    def _bracketed_values(self, start: int, end: int) -> list[tuple[str, Value, int]]:
        """Give the labels with values that are all of a bracket after a value: `38 (boys: 4; girls: 34)`."""
        bracket = self.forms.bracketed_values.match(self.reading.flow, start, end)
        if bracket is None:
            return []
        out: list[tuple[str, Value, int]] = []
        for piece in _PIECE.finditer(bracket["inside"]):
            at = bracket.start("inside") + piece.start()
            item = self.forms.bracketed_value.fullmatch(self.reading.flow, at, at + len(piece[0]))
            value = parse_value(item["value"]) if item else None
            if item is None or value is None or value.ambiguous or self._masked_spans.overlap(*item.span("value")):
                return []
            out.append((item["label"].strip(), value, item.start("value")))
        return out if len(out) > 1 else []

    def _label_before(self, start: int, found: FoundPeriod, *, equals: bool) -> str | None:
        """Give what stands before the period of a pair: nothing, a bullet, or a label set off; else None."""
        asked = [
            b.label[1] for b in answer_blocks(self.reading) if b.label and start <= b.label[0] < start + found.start
        ]
        begin = max([start, *(end for end in asked if end <= start + found.start)])
        before = self.reading.ruled[begin : start + found.start]
        if self.forms.lead_in.fullmatch(before) or (begin > start and not before.strip(" *_.:)\t")):
            return ""
        spread = found.kind in {"range", "since"}
        setting = r"[ \t]*(?:in|for|during)?[ \t]*" if equals or spread else r"[ \t]*(?:-|:|=|,)[ \t]*"
        mark = r"[ \t]*(?:[-•*·][ \t]+|\(?\d{1,2}[).][ \t]+)?"
        label = regex.fullmatch(rf"{mark}(?P<label>[A-Z][^=:|]{{2,80}}?){setting}", before)
        return label["label"].strip() if label else None

    def _values_of(self, start: int, end: int) -> list[tuple[Value, int]]:
        """Give the values of the rest of a pair: one alone, or several counted things."""
        rest = self.reading.flow[start:end]
        rest = regex.sub(r"[ ,;.]*(?:\band\b|&)?[ ]*$", "", rest)
        # A copied page leaves stray letters of a wrong encoding before the value.
        stray = regex.match(r"Â[ ]*", rest)
        if stray:
            start, rest = start + stray.end(), rest[stray.end() :]
        whole = parse_value(rest)
        explained = whole is not None and whole.status == "suppressed" and whole.raw in self._explained
        if whole is not None and (explained or not whole.ambiguous) and rest.strip():
            return [] if self._masked_spans.overlap(start, start + len(rest)) else [(whole, start)]
        out: list[tuple[Value, int]] = []
        for found in _NUMBER_IN_PAIR.finditer(rest):
            s, e = start + found.start(), start + found.end()
            value = parse_value(found[0].strip().rstrip(","))
            if value is None or self._masked_spans.overlap(s, e):
                continue
            first = not out and found.start() <= 1
            follows = rest[found.end() :]
            in_all = self.forms.in_all.match(follows)
            alone = first and (
                regex.match(r"\s*(?:$|\(|[.;](?: |$))", follows) or self.forms.parts_follow.match(follows)
            )
            noun = self._noun_after(e, end)
            counted = noun and unit_of_noun(noun) not in _UNCOUNTED
            if alone or in_all or counted or value.unit == "percent":
                out.append((value, s + len(found[0]) - len(found[0].lstrip())))
            elif first:
                return []
        return out

    @cached_property
    def _explained(self) -> frozenset[str]:
        """The marks in place of a number that a line of the letter explains: `* denotes five or fewer`."""
        return frozenset(m["mark"] for m in self.forms.key_of_mark.finditer(self.reading.text))

    def _total(self, pairs: Sequence[Pair], number: int, start: int, end: int) -> Pair | None:
        if len(pairs) < 2 or number - pairs[-1].line > 2:
            return None
        line = self.forms.total.fullmatch(self.reading.flow, start, end)
        value = parse_value(line["value"]) if line else None
        if line is None or value is None:
            return None
        whole = spanning([pair.period.period for pair in pairs])
        if whole is None:
            return None
        added = sum(pair.value.value or 0 for pair in pairs)
        agrees: Literal["totals_agree", "totals_disagree"] = (
            "totals_agree" if value.value is not None and abs(added - value.value) < 0.005 else "totals_disagree"
        )
        span = ((pairs[0].period.span or (start, end))[0], (pairs[-1].period.span or (start, end))[1])
        if agrees == "totals_disagree":
            reason = f"The stated total {value.raw} is not the sum of the list, {added:g}."
            self.reading.review("totals_disagree", reason, start, end)
        placed = PlacedPeriod(whole.model_copy(update={"basis": "cell"}), span, "cell")
        return Pair(placed, value, line.start("value"), number, "total", agrees)

    def _heading(self, line: int) -> str:
        """Give the short title line over a list, if there is one inside the answer."""
        begin = self._lines_of_text[line][0]
        floor = max((b.start for b in answer_blocks(self.reading) if b.start <= begin < b.end), default=0)
        for n in range(line - 1, max(-1, line - 40), -1):
            start, end = self._lines_of_text[n]
            if end <= floor or (floor == 0 and self.reading.text[start:end].rstrip().endswith(":")):
                return ""
            text = self.reading.text[start:end].strip()
            if not text:
                continue
            if regex.search(r"\d", text):
                continue
            listed = all(self._is_title(other) for other in range(max(0, n - 2), n))
            return text if self._is_title(n) and not listed and not is_generic(text) else ""
        return ""

    def _is_title(self, line: int) -> bool:
        """Whether a line is a few words that are no sentence; three of them on end are a list and head nothing."""
        text = self.reading.text[slice(*self._lines_of_text[line])].strip()
        return 0 < len(text.split()) <= _LONGEST_TITLE and not text.endswith((".", ",", ";"))

    def _of_pairs(self, pairs: Sequence[Pair], total: Pair | None) -> list[Observation]:
        days = Counter((p.period.period.start or "")[5:] for p in pairs if p.day)
        # A day alone may be that of an event; the same day of several years is a count of what there was.
        kept = [p for p in pairs if not p.day or days[(p.period.period.start or "")[5:]] > 1]
        if not kept:
            return []
        over = stated_over(self.reading, lead_of(self.reading, self._lines_of_text[kept[0].line][0]))
        checked = [replace(pair, check=total.check) for pair in (*kept, total)] if total else kept
        return [self._of_pair(pair, kept[0], over) for pair in checked]

    def _of_pair(self, pair: Pair, first: Pair, over: str) -> Observation:
        start = pair.offset + pair.value.start
        end = start + len(pair.value.raw)
        line = self._lines_of_text[pair.line]
        question = self.asking.question(start, over)
        texts = self.asking.texts_of(question)
        heading = self._heading(first.line if pair.label == "total" else pair.line)
        breakdown: dict[str, str | bool] = {}
        if pair.label == "total" or self.forms.in_all.match(self.reading.flow, end, line[1]):
            breakdown["total"] = True
        measure = pair.label if measure_in(pair.label) else ""
        if pair.label and pair.label != "total" and not measure:
            breakdown[breakdown_key(pair.label, about=texts)] = plain_label(pair.label)
        if heading and not unit_in(heading):
            breakdown[breakdown_key(heading, about=texts)] = plain_label(heading.strip("*# "))
        noun = self._noun_after(end, line[1])
        if noun and self.forms.in_all.match(self.reading.flow, end + len(noun) + 1, line[1]):
            breakdown["total"] = True
        about = measure or over or asked_metric(self.asking.counted_by(question))
        metric = f"{noun}: {about}" if noun and about and unit_of_noun(noun) != unit_in(about) else about or noun
        return self._observation(
            pair.value,
            pair.offset,
            pair.period,
            "list",
            metric,
            breakdown,
            noun=noun,
            told=(measure, over),
            check=pair.check,
        )

    # ---- answers: a label and its value

    def _answers(self) -> list[Observation]:
        out: list[Observation] = []
        part = (-1, "")
        blocks = answer_blocks(self.reading)
        for number, (start, end) in enumerate(self._lines_of_text):
            line = self.reading.flow[start:end]
            if not line.strip() or not self._answers_at(start, end):
                continue
            block = next((b for b in blocks if b.start < end and start < b.end), None)
            begin = start
            if block and block.label and start <= block.label[0] < end:
                begin = max(start, block.label[1])
            match = self.forms.answer.match(line, begin - start)
            if match is None or self._used_spans.overlap(start + match.start("value"), start + match.end("value")):
                continue
            enumerator = len(match["value"]) < 3 and regex.match(r"\.[ ]", match["rest"])
            if begin == start and not match["ask"] and not match["label"] and enumerator:
                continue
            if block is None:
                if match["label"] and self._in_run(number):
                    out += self._answer(match, start, end, "")
                continue
            body = block.label[1] if block.label else block.start
            before = (
                self.reading.text[a : start + match.start("value")] for a in (block.start, max(block.start, body))
            )
            alone = any(not text.strip(_BETWEEN_LABEL_AND_VALUE) or text.rstrip().endswith("?") for text in before)
            marked = match["ask"] or match["label"] or begin > start or self.forms.bullet.match(line)
            if not (marked or alone):
                continue
            sub = regex.search(r"\(?([a-z])[).]", match["ask"] or "")
            if sub is not None:
                part = (block.start, sub[1])
            kind = self.asking.part_named(part[1]) if part[0] == block.start and part[1] else ""
            out += self._answer(match, start, end, kind)
        return out

    def _in_run(self, number: int) -> bool:
        """Whether the line beside this one is a label with its value too, set off by the same sign."""

        def sign(line: int) -> str | None:
            if not 0 <= line < len(self._lines_of_text):
                return None
            start, end = self._lines_of_text[line]
            found = self.forms.answer.match(self.reading.flow, start, end)
            if found is None or not found["label"] or self.reading.flow[found.end() : end].strip(" ."):
                return None
            return self.reading.flow[found.end("label") : found.start("value")].strip()

        own = sign(number)
        return bool(own) and own in (sign(number - 1), sign(number + 1))

    def _answer(self, match: regex.Match[str], offset: int, line_end: int, kind: str) -> list[Observation]:
        at = offset + match.start("value")
        end = offset + match.end("value")
        value = parse_value(match["value"])
        if value is None or value.ambiguous or at + 1 > line_end or self._masked_but_labels.overlap(at, end):
            return []
        label = match["label"] or ""
        line = self.reading.text[offset:line_end]
        if any(p.kind != "day" for p in find_periods(line)):
            return []
        question = self.asking.question(at, line)
        texts = self.asking.texts_of(question)
        if value.status == "nil" and self._in_words(at, end) and not label and not counts_something(texts):
            return []
        placed = self.asking.period(at, line)
        if placed is None:
            self.reading.review("no_period", "The figure has no period that is certain.", at, end)
            return []
        breakdown: dict[str, str | bool] = {}
        if kind:
            breakdown[breakdown_key(kind, default="part")] = shortened(kind)
        if is_word(label, "total") or self.forms.in_all.match(self.reading.flow, end, line_end):
            breakdown["total"] = True
        elif label:
            key = breakdown_key(label, about=texts)
            breakdown[key if key not in breakdown else "result"] = plain_label(label)
        asked = self.asking.counted_by(question)
        metric = asked_metric(asked) or shortened(line)
        noun = self._noun_after(end, line_end)
        told = () if asked else (line,)
        out = [self._observation(value, at, placed, "answer", metric, breakdown, noun=noun, told=told, around=kind)]
        for part in _TIMES.finditer(self.reading.flow[end:line_end]):
            inner = parse_value(part[1])
            if inner is not None:
                thing = plain_label(part[2])
                kinds: dict[str, str | bool] = {**breakdown, breakdown_key(thing, default="kind"): thing}
                out.append(self._observation(inner, end + part.start(1), placed, "answer", metric, kinds,
                                             told=told, around=kind))  # fmt: skip
        return out

    # ---- sentences

    def _candidates(self) -> list[Candidate]:
        found: dict[int, Candidate] = {}
        for hit in self.hits:
            start, end = hit.groups["number"]
            attributes = dict(hit.rule.attributes)
            sentence = self._sentence_at(start)
            if sentence in self.silent or self.reading.section_at(start) not in _SECTIONS:
                continue
            measured = bool(attributes.get("rate")) or self._asks_for(start, self._noun_after(end, sentence[1]))
            if not self._allowed(start, end, measured=measured):
                continue
            end = self._end_of_thousands(start, end)
            if end < 0 or (attributes.get("zero") and self._is_of_some(start, end)):
                continue
            noun = self._noun_after(end, sentence[1]) or self._asked_noun(start, end, sentence[1])
            asked_time = unit_of_noun(noun) in _UNCOUNTED and self._asks_for(start, noun)
            if attributes.get("in_period") and unit_of_noun(noun) in _UNCOUNTED and not asked_time:
                noun = ""  # "18 the year before"
            uncounted = unit_of_noun(noun) in _UNCOUNTED and not asked_time
            if attributes.get("noun") and (not noun or uncounted):
                continue
            if uncounted and not attributes.get("zero") and not attributes.get("rate"):
                continue
            if self._in_words(start, end) and regex.match(r" \(\d", self.reading.flow[end : end + 3]):
                continue
            value = self._value(self.reading.text[start:end], attributes)
            if value is None or (self._in_words(start, end) and not self._words_count(start, end, noun, attributes)):
                continue
            held = found.get(start)
            if held is None:
                found[start] = Candidate(start, end, value, hit.rule.id, attributes, noun)
            else:
                alone = attributes.get("beside") and held.attributes.get("beside")
                held.attributes.update(attributes)
                held.attributes["beside"] = alone
        inside = {
            start
            for start, one in found.items()
            for other in found.values()
            if other is not one and other.start <= start and one.end <= other.end
        }
        return [found[start] for start in sorted(found) if start not in inside]

    def _asks_for(self, offset: int, noun: str) -> bool:
        """Whether a length of time or of way is what the question of a place asks for: "how many hours"."""
        unit = unit_of_noun(noun) if noun else None
        return unit in _UNCOUNTED and any(unit_in(text) == unit for text in self._asked_at(offset))

    def _asked_at(self, offset: int) -> tuple[str, ...]:
        return self.asking.texts_of(
            self.asking.question(offset, self.reading.text[slice(*self.reading.line_at(offset))])
        )

    def _asked_noun(self, start: int, end: int, stop: int) -> str:
        """Give the words after a number as far as a thing that its question asks the number of, or nothing."""
        ahead = regex.split(r"[,;:.()=|\d]", self.reading.flow[end : min(end + 90, stop)], maxsplit=1)[0]
        words = [word.group().lower() for word in _WORD.finditer(ahead)]
        return asked_phrase(words, self._asked_at(start), _NOUN_REACH)

    def _end_of_thousands(self, start: int, end: int) -> int:
        """Give the end of a number whose thousands may be set off by blanks; -1 where they might be two numbers."""
        flow = self.reading.flow
        if not _BEFORE_THOUSANDS.fullmatch(flow, start, end):
            return end
        after = _THOUSANDS.match(flow, end)
        before = _NUMBER_BEFORE.search(flow, max(0, start - 5), start)
        if after is None and (before is None or end - start != len("000")):
            return end
        if after is not None and flow[start] == "£":
            return after.end()
        reason = "Blanks between these digits may part thousands or two numbers; nothing was read."
        self.reading.review("unreadable_digits", reason, start if after else before.start() if before else start,
                            after.end() if after else end)  # fmt: skip
        return -1

    def _is_of_some(self, start: int, end: int) -> bool:
        """Whether a zero is said of some of several things only: "no crime was recorded at five of them"."""
        sentence = self._sentence_at(start)
        if self.forms.some_of.search(self.reading.flow, end, sentence[1]) is None:
            return False
        self.reading.review("unpaired_number", "This zero is said of some of them only; it was left out.", *sentence)
        return True

    def _in_words(self, start: int, end: int) -> bool:
        return not any(c.isdigit() for c in self.reading.text[start:end])

    def _words_count(self, start: int, end: int, noun: str, attributes: dict[str, Any]) -> bool:
        """Whether a number in words counts: beside a counted noun, or in a sentence that can only be a count."""
        if attributes.get("zero") or attributes.get("part") or attributes.get("change") or attributes.get("few"):
            return True
        if self.values.number_of(self.reading.text[start:end]) != 1 or (noun and attributes.get("strong")):
            return bool(noun or attributes.get("strong") or attributes.get("in_period"))
        if attributes.get("in_period") or attributes.get("single"):
            return True
        around = (self.reading.flow[end : end + 60], self.reading.flow[max(0, start - 60) : start])
        return bool(noun) and any(self.forms.one_of_several.search(text) for text in around)

    def _value(self, written: str, attributes: dict[str, Any]) -> Value | None:
        raw = written.strip()
        shift = len(written) - len(written.lstrip())
        if attributes.get("zero"):
            return Value(value=0, symbol="nil", status="nil", raw=raw, start=shift, end=shift + len(raw))
        value = parse_value(raw)
        if value is None:
            number = self.values.number_of(raw)
            return None if number is None else Value(value=number, raw=raw, start=shift, end=shift + len(raw))
        return value

    def _noun_after(self, offset: int, stop: int) -> str:
        """Give the counted thing after a number, before `stop`: as far as the last noun of its phrase, or nothing."""
        ahead = self.reading.flow[offset : min(offset + 90, stop)]
        ahead = self.forms.of_those.sub(lambda found: " " * len(found[0]), ahead.removeprefix(")"))
        ahead = regex.split(r"[,;:.()=|\d]", ahead, maxsplit=1)[0]
        return counted_phrase([word.group().lower() for word in _WORD.finditer(ahead)], _NOUN_REACH)

    def _sentence(self, sentence: tuple[int, int], candidates: list[Candidate]) -> list[Observation]:
        text = self.reading.text[sentence[0] : sentence[1]]
        periods = self._periods(sentence)
        inside = [(at + p.start, at + p.end) for p, at in periods]
        every = find_periods(text, context=self.context)
        inside += [(sentence[0] + p.start, sentence[0] + p.end) for p in every]
        numbers = [c for c in candidates if not self._overlaps(inside, c.start, c.end)]
        bound = self._in_step(sentence, periods, inside)
        zipped = {number.start for number, _ in bound}
        in_step = self.forms.in_step.search(text) is not None and len(periods) > 1
        for number in numbers:
            placed = None if in_step or number.start in zipped else self._bind(number, numbers, periods, sentence, text)
            if placed is not None and self._holds(number, placed):
                bound.append((number, placed))
        if all(number.attributes.get("beside") for number, _ in bound):
            bound = []
        self._ask_about([number for number in numbers if all(number.start != done.start for done, _ in bound)])
        total = self._total_of_parts(numbers, bound, text)
        spread = [(number, one) for number, placed in bound
                  for one in self._over(number, placed, periods, text, in_step=in_step)]  # fmt: skip
        self._mark_parts(spread)
        out = []
        for number, placed in [*total, *spread, *self._other_years(numbers, bound, sentence, text)]:
            beside = [n for n, other in spread if other.period.start == placed.period.start]
            breakdown = (
                {"total": True} if total and number is total[0][0] else self._breakdown(number, beside, sentence)
            )
            asked = self.asking.counted_by(self.asking.question(number.start, text))
            breakdown |= self._taken_up(beside, sentence, asked)
            told = (text[: number.start - sentence[0]],)
            metric = self._metric(sentence, number, asked)
            out.append(self._observation(number.value, number.start, placed, "prose", metric, breakdown,
                                         noun=number.noun, rule=number.rule, told=told, around=text))  # fmt: skip
        return out

    def _holds(self, number: Candidate, placed: PlacedPeriod) -> bool:
        """Whether a count that only its shape tells may have this period: a day must be one of stocks."""
        told = number.noun or any(number.attributes.get(mark) for mark in ("strong", "part", "change", "in_period"))
        if told or not (number.attributes.get("on_day") or number.attributes.get("things")):
            return True
        return placed.period.type != "instant" or (placed.span or (-1, -1))[0] in self._days_of_stocks

    def _over(
        self,
        number: Candidate,
        placed: PlacedPeriod,
        periods: Sequence[tuple[FoundPeriod, int]],
        text: str,
        *,
        in_step: bool,
    ) -> list[PlacedPeriod]:
        """Give the periods that a number holds for, where its own is one of several set side by side.

        "In each of 2016 and 2017" is said of each, as is a zero; a total is one of all of them together. What is
        said of "2016 and 2017" without such a word is not certain.
        """
        flow = self.reading.flow
        places = [(at + p.start, at + p.end) for p, at in periods]
        runs = _runs(places, lambda a, b: self.forms.enumerated.fullmatch(flow, a, b) is not None)
        run = next((r for r in runs if len(r) > 1 and placed.span in [places[i] for i in r]), None)
        if run is None or in_step or number.attributes.get("change"):
            return [placed]
        several = [self._placed(periods[i]) for i in run]
        first = places[run[0]][0]
        each = self.forms.each.search(flow, max(0, first - _NEAR), first)
        if each or number.attributes.get("zero"):
            return several
        whole = spanning([one.period for one in several]) if self.forms.together.search(text) else None
        if whole is None:
            self._ask_about([number])
            return []
        span = (places[run[0]][0], places[run[-1]][1])
        return [PlacedPeriod(whole.model_copy(update={"basis": "sentence"}), span, "sentence")]

    def _mark_parts(self, bound: Sequence[tuple[Candidate, PlacedPeriod]]) -> None:
        """Mark the counts in brackets right after a count of the same period as parts of it."""
        for (before, placed), (number, other) in itertools.pairwise(bound):
            between = self.reading.flow[before.end : number.start]
            opened = "(" in between and ")" not in between.rpartition("(")[2]
            inside = before.attributes.get("inside") and ")" not in between
            if placed.period.start == other.period.start and (opened or inside):
                number.attributes |= {"part": True, "inside": True}

    def _total_of_parts(
        self, numbers: Sequence[Candidate], bound: Sequence[tuple[Candidate, PlacedPeriod]], text: str
    ) -> list[tuple[Candidate, PlacedPeriod]]:
        """Give the count that opens a sentence, where the counts of its parts add up to it, over all that was asked."""
        first = next((n for n in numbers if all(n is not done for done, _ in bound)), None)
        parts = [(n, placed) for n, placed in bound if first is not None and n.start > first.start]
        if first is None or len(parts) < 2 or sum(n.value.value or 0 for n, _ in parts) != first.value.value:
            return []
        whole = spanning([placed.period for _, placed in parts])
        placed = self.asking.period(first.start, text)
        if whole is None or placed is None or placed.basis != "question" or not _covers(placed.period, whole):
            return []
        return [(first, placed)]

    def _other_years(
        self,
        numbers: Sequence[Candidate],
        bound: Sequence[tuple[Candidate, PlacedPeriod]],
        sentence: tuple[int, int],
        text: str,
    ) -> list[tuple[Candidate, PlacedPeriod]]:
        """Give the zero of "in the other two years there were none" for each year asked for and not spoken of."""
        found = self.forms.other_years.search(text)
        zeros = [n for n in numbers if n.attributes.get("zero") and all(n is not done for done, _ in bound)]
        asked = self.asking.period(sentence[0], text) if found and len(zeros) == 1 else None
        if found is None or asked is None:
            return []
        block = max(
            (b.start for b in answer_blocks(self.reading) if b.start <= sentence[0] < b.end), default=sentence[0]
        )
        spoken = {p.period.start for p, _ in self._periods((block, sentence[1])) if p.period.type in _YEARS}
        years = years_of(asked.period)
        others = [year for year in years if year.start not in spoken]
        counts = [self.values.number_of(c) for c in found.captures("count")]
        if not spoken or len(others) + len(spoken) != len(years) or any(count != len(others) for count in counts):
            return []
        span = (sentence[0] + found.start(), sentence[0] + found.end())
        return [(zeros[0], PlacedPeriod(year, span, "sentence")) for year in others]

    def _ask_about(self, unbound: Sequence[Candidate]) -> None:
        """Put the counts of a sentence that have no certain period before a person."""
        counted = [c for c in unbound if (c.noun or c.attributes.get("refers")) and not self._in_words(c.start, c.end)]
        if counted:
            reason = "This count has no period that is certain; it was left out."
            self.reading.review("unpaired_number", reason, counted[0].start, counted[-1].end)

    def _periods(self, sentence: tuple[int, int]) -> list[tuple[FoundPeriod, int]]:
        found = [(p, at) for p, at in found_in(self.reading, sentence, self.context) if p.period.start]
        found = [(p, at) for p, at in found if not self._masked_spans.overlap(at + p.start, at + p.end)]
        found = self._with_relative(sentence, found)
        kept = [(p, at) for p, at in found if p.kind != "day" or self._is_stock_day(sentence, p, at)]
        return kept or found

    def _is_stock_day(self, sentence: tuple[int, int], found: FoundPeriod, at: int) -> bool:
        """Whether a day is that of a stock: "At 31 March 2016 there were 9", "9 on 31 March 2016"."""
        flow, start = self.reading.flow, at + found.start
        if start in self._days_of_stocks:
            return True
        opens = self.forms.before_stock_day.search(flow[max(sentence[0], start - _NEAR) : start])
        return opens is not None and self.forms.after_stock_day.match(flow, at + found.end, sentence[1]) is not None

    @cached_property
    def _days_of_stocks(self) -> frozenset[int]:
        """Where the days stand that two or more counts of one sentence each name as their own."""
        by_sentence: dict[tuple[int, int], list[int]] = {}
        for hit in self.hits:
            if hit.rule.attributes.get("on_day"):
                by_sentence.setdefault(self._sentence_at(hit.start), []).append(hit.groups["number"][1])
        out: set[int] = set()
        for sentence, ends in by_sentence.items():
            days = [(p, at) for p, at in found_in(self.reading, sentence, self.context) if p.period.type == "instant"]
            same = [m.start() for m in self.forms.relative.finditer(self.reading.flow, *sentence) if m["day_of"]]
            if ends and len(days) + len(same) > 1:
                out |= {*same, *(at + p.start for p, at in days)}
        return frozenset(out)

    def _with_relative(
        self, sentence: tuple[int, int], found: list[tuple[FoundPeriod, int]]
    ) -> list[tuple[FoundPeriod, int]]:
        """Add the periods that are said by another one: the year before, the same months of another year."""
        for match in self.forms.relative.finditer(self.reading.flow, *sentence):
            before = [pair for pair in found if pair[1] + pair[0].end <= match.start()]
            anchor, kind = (before[-1][0].period, before[-1][0].kind) if before else (None, "relative")
            if anchor is None and not match["until"]:
                anchor = self._spoken_before(sentence[0])
            period = related(anchor, match.groupdict(), label=" ".join(match[0].split())) if anchor else None
            if period is not None:
                found = [pair for pair in found if not match.start() <= pair[1] + pair[0].start < match.end()]
                start = match.start("rest") if match["rest"] else match.start()
                kind = "as_at" if period.type == "instant" else kind
                found.append((FoundPeriod(period, start, match.end(), kind=kind), 0))
                found.sort(key=lambda pair: pair[0].start + pair[1])
        return found

    def _spoken_before(self, offset: int) -> Period | None:
        start = self._paragraph(offset)
        pairs = [p.period for p, _ in found_in(self.reading, (start, offset), self.context) if p.period.start]
        return pairs[-1] if start < offset and pairs else None

    def _bind(
        self,
        number: Candidate,
        numbers: Sequence[Candidate],
        periods: Sequence[tuple[FoundPeriod, int]],
        sentence: tuple[int, int],
        text: str,
    ) -> PlacedPeriod | None:
        following = next(((p, at) for p, at in periods if at + p.start >= number.end), None)
        preceding = next(((p, at) for p, at in reversed(periods) if at + p.end <= number.start), None)
        if following is not None:
            between = self.reading.flow[number.end : following[1] + following[0].start]
            first_line, *more = self.reading.text[number.end : following[1] + following[0].start].split("\n")
            broken = bool(more) and preceding is not None and not any(c.isalpha() for c in first_line)
            if number.attributes.get("change"):
                between = between.removeprefix(",")
            if self.forms.direct.fullmatch(between) and not self.forms.breaks.search(between) and not broken:
                return self._placed(following)
        if number.attributes.get("change"):
            return self._changed(number, sentence)
        if number.attributes.get("others"):
            return None
        if preceding is not None:
            return self._placed(preceding)
        if following is not None:
            others = {p.period.start for p, _ in periods}
            stop = following[1] + following[0].start
            parted = any(n.attributes.get("part") for n in numbers if number.end <= n.start < stop)
            if parted and self.forms.both.fullmatch(self.reading.flow, number.end, stop) is not None:
                parted = False
                for other in numbers:
                    other.attributes.pop("part", None)
            return self._placed(following) if len(others) == 1 and not parted else None
        return self._from_around(number, sentence, text)

    def _changed(self, number: Candidate, sentence: tuple[int, int]) -> PlacedPeriod | None:
        """Give the period of one end of a change that names none: the first or second of the two years spoken of."""
        two = self._years_before(sentence[1], 2)
        text = self.reading.flow[sentence[0] : sentence[1]]
        if len(two) != 2 or not self.forms.same_years.search(text):
            return None
        first, second = sorted(two, key=lambda pair: pair[0].period.start or "")
        return self._placed(second if number.attributes["change"] == "to" else first)

    def _years_before(self, offset: int, count: int) -> list[tuple[FoundPeriod, int]]:
        """Give the last different years spoken of before a place, in its paragraph."""
        start = self._paragraph(offset)
        found = [(p, at) for p, at in found_in(self.reading, (start, offset), self.context) if p.period.start]
        years: dict[str, tuple[FoundPeriod, int]] = {}
        for p, at in found:
            if p.period.type in {"calendar_year", "financial_year", "year_to_date"}:
                years.pop(p.period.start or "", None)
                years[p.period.start or ""] = (p, at)
        last = list(years.values())[-count:]
        return last if len(last) == count else []

    def _paragraph(self, offset: int) -> int:
        line = self.reading.line_index(max(0, offset - 1))
        while line > 0 and self.reading.text[slice(*self.reading.lines[line - 1])].strip():
            line -= 1
        cell = self._cell_at(offset)
        return max(self.reading.lines[line][0], cell[0] if cell else 0)

    def _in_step(
        self,
        sentence: tuple[int, int],
        periods: Sequence[tuple[FoundPeriod, int]],
        inside: Sequence[tuple[int, int]],
    ) -> list[tuple[Candidate, PlacedPeriod]]:
        """Zip the numbers of a sentence that says "respectively" with as many periods, its own or those before it."""
        if not self.forms.in_step.search(self.reading.flow, *sentence):
            return []
        flow = self.reading.flow
        spans = [m.span("number") for m in self.forms.numbers.finditer(flow, *sentence)]
        spans = [s for s in spans if self._allowed(*s) and not self._overlaps(inside, *s)]
        places = [(at + p.start, at + p.end) for p, at in periods]
        named = [run for run in _runs(places, lambda a, b: self.forms.enumerated.fullmatch(flow, a, b) is not None)
                 if len(run) > 1]  # fmt: skip
        pairs = [periods[i] for i in named[0]] if len(named) == 1 else []
        if not periods:
            pairs = self._years_listed_before(sentence)
        out = []
        for run in _runs(spans, lambda a, b: self.forms.between.fullmatch(flow, a, b) is not None):
            if len(run) < 2 or len(run) != len(pairs):
                continue
            noun = next(filter(None, (self._noun_after(spans[i][1], sentence[1]) for i in reversed(run))), "")
            for i, pair in zip(run, pairs, strict=True):
                start, end = spans[i]
                zero = self.values.number_of(flow[start:end]) is None
                value = self._value(
                    self.reading.text[start:end], {"zero": zero} if zero and self._in_words(start, end) else {}
                )
                if value is None:
                    return []
                out.append((Candidate(start, end, value, value.rule, {"step": True}, noun), self._placed(pair)))
        return out

    def _years_listed_before(self, sentence: tuple[int, int]) -> list[tuple[FoundPeriod, int]]:
        """Give the periods of the nearest sentence before one that sets several years side by side."""
        index = bisect.bisect_left(self.reading.sentences, sentence)
        last = self._periods(self.reading.sentences[index - 1]) if index else []
        if len(last) > 1:
            return last
        for n in range(index - 2, max(-1, index - 1 - _SENTENCES_BACK), -1):
            years = [pair for pair in self._periods(self.reading.sentences[n]) if pair[0].period.type in _YEARS]
            if years and question_at(self.reading, self.reading.sentences[n][0]) != question_at(
                self.reading, sentence[0]
            ):
                return []
            if len(years) > 1:
                return years
        return []

    def _of_counted(self, number: Candidate) -> PlacedPeriod | None:
        """Give the period of the one figure before that a sentence takes up again: "Of the 15,633, 3,118 were"."""
        found = self.forms.of_counted.search(self.reading.flow, max(0, number.start - 2 * _NEAR), number.start)
        whole = parse_value(found["count"]) if found else None
        same = [one for one, _ in self._made if whole is not None and one.value == whole.value]
        return _period_of(same)

    def _of_sentence_before(self, sentence: tuple[int, int]) -> PlacedPeriod | None:
        """Give the one period of the figures of the sentence right before: "411 of these were"."""
        index = bisect.bisect_left(self.reading.sentences, sentence)
        before = self.reading.sentences[index - 1] if index else None
        return _period_of([one for one, at in self._made if at == before])

    def _from_around(self, number: Candidate, sentence: tuple[int, int], text: str) -> PlacedPeriod | None:
        """Give the period of a sentence that names none: the sentence before says it, or the question does."""
        if number.attributes.get("bound"):
            return None
        if (taken_up := self._of_counted(number)) is not None:
            return taken_up
        if number.attributes.get("refers"):
            return self._of_sentence_before(sentence)
        if self.forms.same_day.search(text):
            before = found_in(self.reading, (max(0, sentence[0] - _FURTHEST_DAY), sentence[0]), self.context)
            days = [pair for pair in before if pair[0].period.type == "instant"]
            stocks = [pair for pair in days if pair[0].kind == "as_at"] or days
            return self._placed(stocks[-1]) if stocks else None
        strong = number.attributes.get("strong") or number.attributes.get("zero") or self.forms.that_period.search(text)
        if not strong or not question_at(self.reading, number.start):
            return None
        start = self._paragraph(number.start)
        found = [pair for pair in self._periods((start, sentence[0])) if pair[0].period.type != "instant"] if (
            start < sentence[0]
        ) else []  # fmt: skip
        distinct = {(p.period.start, p.period.end) for p, _ in found}
        if len(distinct) == 1:
            return self._placed(found[-1])
        if distinct:
            return None
        return self.asking.period(number.start, text)

    def _placed(self, pair: tuple[FoundPeriod, int]) -> PlacedPeriod:
        found, at = pair
        return PlacedPeriod(
            found.period.model_copy(update={"basis": "sentence"}), (at + found.start, at + found.end), "sentence"
        )

    def _breakdown(
        self, number: Candidate, numbers: Sequence[Candidate], sentence: tuple[int, int]
    ) -> dict[str, str | bool]:
        """Give what splits a number from the others of its period in the sentence, `numbers`."""
        ahead = self.reading.flow[number.end : min(number.end + 80, sentence[1])]
        if number.attributes.get("times"):
            thing = regex.match(r" ?[x×] ([^,;.()]+?)(?= and \d| \d+(?:\.\d+)? ?[x×] |[,;.()]|$)", ahead)
            if thing:
                return {breakdown_key(thing[1], default="kind"): plain_label(thing[1])}
        parts = [n for n in numbers if n.attributes.get("part") and n.start > number.start]
        if number.attributes.get("total") or (parts and not number.attributes.get("part") and number is numbers[0]):
            return {"total": True}
        of_whole = self.forms.of_whole.search(self.reading.flow, max(0, number.start - _NEAR), number.start)
        if number.attributes.get("part") and (of_whole or len(numbers) > 1):
            told = regex.split(r"[,;.:()]| and \d", ahead, maxsplit=1)[0]
            said = value_said(told)
            linking = count_word("linking")
            kind = " ".join(word for word in _WORD.findall(told) if word.lower() not in linking)
            return dict([said]) if said else {"kind": shortened(kind)} if kind else {}
        said = value_said(self._said_of(number, sentence[1])) if number.noun else None
        if said:
            return dict([said])
        key = breakdown_key(number.noun, default="") if number.noun else ""
        beside = {n.noun for n in numbers if unit_of_noun(n.noun) == unit_of_noun(number.noun)} if key else set()
        return {key: number.noun} if len(beside) > 1 else {}

    def _said_of(self, number: Candidate, stop: int) -> str:
        """Give the words after the counted noun of a number, as far as the next break: "12 crimes [had a ...]"."""
        ahead = self.reading.flow[number.end : min(number.end + _NEAR, stop)]
        ahead = regex.split(r"[,;:.()|\d]", ahead, maxsplit=1)[0]
        return ahead.lower().rpartition(number.noun.split()[-1])[2]

    def _taken_up(
        self, numbers: Sequence[Candidate], sentence: tuple[int, int], asked: Sequence[str]
    ) -> dict[str, str | bool]:
        """Give what the sentence before says of the things that a count takes up: "reports of theft"."""
        such = next((n for n in numbers if self.forms.takes_up.match(n.noun)), None)
        if such is None or sentence[0] == 0 or len(such.noun.split()) < 2:
            return {}
        before = self._sentence_at(sentence[0] - 1)
        noun = such.noun.split()[-1]
        found = [m for m in self.forms.of_kind.finditer(self.reading.flow, *before, overlapped=True)
                 if m["noun"].lower() == noun]  # fmt: skip
        kind = found[0]["kind"] if len(found) == 1 else None
        return {breakdown_key(kind, about=asked, default="kind"): kind} if kind else {}

    def _metric(self, sentence: tuple[int, int], number: Candidate, asked: Sequence[str]) -> str:
        """Give the sentence of a figure, with the one before it if it says "such"; what was asked if it is bare."""
        text = self.reading.text[sentence[0] : sentence[1]]
        if self.forms.takes_up.match(number.noun) and sentence[0] > 0:
            before = self._sentence_at(sentence[0] - 1)
            text = f"{text} {self.reading.text[before[0] : before[1]]}"
        wanted = asked_metric(asked) if len(_WORD.findall(text)) < _FEWEST_WORDS else ""
        return wanted or text

    def _observation(
        self,
        value: Value,
        offset: int,
        placed: PlacedPeriod,
        method: Literal["list", "prose", "answer"],
        metric: str,
        breakdown: Mapping[str, str | bool],
        *,
        noun: str = "",
        rule: str = "",
        told: Sequence[str] = (),
        around: str = "",
        check: Literal["totals_agree", "totals_disagree", "unchecked"] = "unchecked",
    ) -> Observation:
        """Make an observation.

        `told` are the texts that tell what it counts, the most telling first; then the question does, then `around`.
        """
        start = offset + value.start
        end = start + len(value.raw)
        self._used_spans.add(start, end)
        question = self.asking.question(start, metric)
        asked = self.asking.counted_by(question)
        within = self.forms.within.search(self.asking.text_of(question))
        named = within["what"] if within else ""
        key = breakdown_key(named, head=named.split(" ")[0], default="within" if named[:1].isupper() else "")
        if key:
            breakdown = {key: named, **breakdown}
        own = (value.unit, unit_of_noun(noun) if noun else None, *map(counted_in, told))
        wanted = self.asking.counted_instead(next(filter(None, map(counted_in, asked)), None))
        unit = next(filter(None, (*own, wanted, counted_in(around))), "count")
        return Observation(
            id="",
            question=question,
            metric=shortened(metric),
            breakdown=dict(breakdown),
            period=placed.period,
            value=value.value,
            symbol=value.symbol,
            value_raw=self.reading.text[start:end],
            low=value.low,
            high=value.high,
            status=value.status,
            unit=unit,
            start=start,
            end=end,
            period_span=placed.span,
            method=method,
            check=check,
            approximate=value.approximate,
            rule=rule or value.rule,
        )


def _runs(spans: Sequence[tuple[int, int]], joined: Callable[[int, int], bool]) -> list[list[int]]:
    """Give the indices of the spans in runs: each with the ones after it that only an "and" or a comma sets off."""
    runs: list[list[int]] = []
    for i, (start, _) in enumerate(spans):
        if runs and joined(spans[runs[-1][-1]][1], start):
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _period_of(figures: Sequence[Observation]) -> PlacedPeriod | None:
    """Give the period of figures that all have the same one."""
    if len({(one.period.start, one.period.end) for one in figures}) != 1:
        return None
    last = figures[-1]
    return PlacedPeriod(last.period.model_copy(update={"basis": "sentence"}), last.period_span, "sentence")


def _cut(year: Period, part: Period) -> Period:
    """Give a year cut to a part of it, under the year's own label."""
    kind: PeriodType = "year_to_date" if part.start == year.start else "date_range"
    return year.model_copy(update={"type": kind, "start": part.start, "end": part.end, "complete": False})


def _is_part(part: Period, year: Period) -> bool:
    """Whether a period lies within a year that it does not fill."""
    if year.type not in _YEARS or not (part.start and part.end and year.start):
        return False
    return year.start <= part.start and (year.end is None or part.end <= year.end) and part.end != year.end


def _covers(period: Period, other: Period) -> bool:
    if period.start is None or other.start is None or period.start > other.start:
        return False
    return period.end is None or (other.end is not None and other.end <= period.end)
