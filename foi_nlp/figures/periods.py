"""Read the period of a figure: years, financial years, months, quarters, ranges, open years, days.

The forms are rules (`patterns/regex/periods.jsonl`); here is what each kind of form means in dates. Offsets are
code points into the text given, half-open. A period that cannot be placed in time with certainty (a month or
quarter without a year, an open end) is found and marked, never completed by guessing.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

import regex

from foi_nlp.figures.spans import Spans
from foi_nlp.patterns import Rule, RuleBook, load_rules
from foi_nlp.pipeline.reading import flow_of
from foi_nlp.records import Period, PeriodType
from foi_nlp.registers import names_to
from foi_nlp.searched_text import SearchedText

_MARKS = regex.compile(r"[ ]?(?:[*#†‡§¹²³⁴⁵⁶⁷⁸⁹^~]+|\[[a-z0-9]\]|\([a-z]\))+$", regex.IGNORECASE)
_BRACKETED = regex.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_POINT_KINDS = frozenset({"day", "month", "financial_year", "calendar_year", "quarter"})
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_FISCAL_START = 4
_CENTURY_PIVOT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodContext:
    """What the letter says around a period, without which some forms stay open or ambiguous.

    * `fiscal`: the neighbours are consecutive pairs of years, so that `2016-2017` is a financial year.
    * `year`: the year (the first one, of a financial year) that a month or quarter alone belongs to.
    * `year_is_fiscal`: whether `year` is the first year of a financial year.
    * `as_of`: the day the data was taken, which closes an open period.
    * `letter_date`, `received`: the days of the answer and of the request.
    * `open_years`: years that the request or a note calls unfinished (`thus far in 2018`).
    * `year_ends`: the first day of a year with the last day that the letter says its figures reach.
    * `open_end`: the last day that the letter says its unfinished year reaches.
    """

    fiscal: bool = False
    year: int | None = None
    year_is_fiscal: bool = False
    as_of: date | None = None
    letter_date: date | None = None
    received: date | None = None
    open_years: frozenset[int] = field(default_factory=frozenset)
    year_ends: tuple[tuple[date, date], ...] = ()
    open_end: date | None = None


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A period and where it stands in the text given.

    * `needs_year`: a month or quarter alone, or months counted back from a day that is not given; its
      `period.start` is None until a context places it.
    * `open`: the period is said to be unfinished (to date, so far, a part mark).
    * `kind`: the kind of form, as the rules name it (`day`, `month`, `range`, `to_date`, ...).
    * `marks`: the footnote mark that follows it (`2018*`).
    * `rule`: the id of the rule of `patterns/regex/periods.jsonl` that found it.
    """

    period: Period
    start: int
    end: int
    needs_year: bool = False
    open: bool = False
    kind: str = ""
    marks: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Dates of a period: `last` is None for an open end, `first` is None where the year is missing."""

    type: PeriodType
    first: date | None
    last: date | None
    open: bool = False
    month: int | None = None
    quarter: int | None = None
    day: int | None = None


class PeriodReader:
    """The rules for periods, ready to run."""

    def __init__(self, book: RuleBook) -> None:
        self._rules = [(rule, book.compile(rule)) for rule in book.labelled("PERIOD")]
        self._points = [(r, c) for r, c in self._rules if r.attributes["kind"] in _POINT_KINDS]
        self._parts = [
            (kind, book.compile_text(f"{{{{{fragment}}}}}"))
            for kind, fragment in (("day", "period_day_open"), ("month", "period_month_open"))
        ]
        self._matches = lru_cache(maxsize=512)(self._match_all)  # the lines and cells of a table are read repeatedly
        self._months: Mapping[str, int] = names_to("months", "number")
        self._numbers: Mapping[str, int] = names_to("number_words", "number")
        self._read: dict[str, Callable[[regex.Match[str], PeriodContext], _Stretch | None]] = {
            "day": self._day,
            "month": self._month,
            "financial_year": self._financial_year,
            "calendar_year": self._calendar_year,
            "quarter": self._quarter,
            "half": self._half,
            "range": self._range,
            "since": self._since,
            "to_date": self._to_date,
            "length": self._length,
            "as_at": self._as_at,
            "rolling": self._rolling,
            "days": self._days,
        }

    def parse(self, text: str, context: PeriodContext) -> FoundPeriod | None:
        """Read a text that is one period and nothing else."""
        flow = flow_of(text)
        start = len(flow) - len(flow.lstrip())
        end = len(flow.rstrip(" :;,"))
        body = flow[start:end]
        whole = self._whole(text, flow, start, end, context)
        if whole is not None or not body:
            return whole
        marks = _MARKS.search(flow, start, end)
        if marks and marks.start() > start:
            whole = self._whole(text, flow, start, marks.start(), context)
            return whole and replace(whole, marks=marks[0].strip())
        return None

    def find(self, text: str, context: PeriodContext) -> list[FoundPeriod]:
        """Find the periods in a text, in order; of those that overlap the longest stays."""
        found: list[FoundPeriod] = []
        for rule, match in self._matches(flow_of(text)):
            made = self._made(text, match, rule, context)
            if made:
                found.append(made)
        kept: list[FoundPeriod] = []
        taken = Spans(())
        for one in sorted(found, key=lambda f: (f.start - f.end, f.start)):
            if not taken.overlap(one.start, one.end):
                taken.add(one.start, one.end)
                kept.append(one)
        return sorted(kept, key=lambda f: f.start)

    def _match_all(self, flow: str) -> list[tuple[Rule, regex.Match[str]]]:
        searched = SearchedText(flow)
        return [
            (rule, match)
            for rule, compiled in self._rules
            if not rule.attributes.get("whole")
            for match in compiled.find(searched)
        ]

    def _whole(self, text: str, flow: str, start: int, end: int, context: PeriodContext) -> FoundPeriod | None:
        for rule, compiled in self._rules:
            match = compiled.fullmatch(flow, start, end)
            if match:
                made = self._made(text, match, rule, context)
                if made:
                    return made
        bracketed = _BRACKETED.fullmatch(flow, start, end)
        if bracketed:
            return self._whole(text, flow, start + 1, end - 1, context)
        return None

    def _made(self, text: str, match: regex.Match[str], rule: Rule, context: PeriodContext) -> FoundPeriod | None:
        kind: str = rule.attributes["kind"]
        stretch = self._read[kind](match, context)
        if stretch is None:
            return None
        start, end = match.span("span") if "span" in match.re.groupindex else match.span()
        while flow_of(text[start:end])[-1:] in {" ", ","}:
            end -= 1
        label = " ".join(text[start:end].split())
        stretch = _closed(_settled(stretch, context), context)
        period = Period(
            label=label,
            type=stretch.type,
            start=_iso(stretch.first),
            end=_iso(stretch.last),
            complete=stretch.first is not None and stretch.last is not None and not stretch.open,
        )
        return FoundPeriod(
            period, start, end, needs_year=stretch.first is None, open=stretch.open, kind=kind, rule=rule.id
        )

    # The kinds of forms. Each gives dates, or None when the words match but the dates cannot be.

    def _point(self, text: str, context: PeriodContext) -> _Stretch | None:
        for rule, compiled in self._points:
            match = compiled.fullmatch(text)
            if match:
                return self._read[rule.attributes["kind"]](match, context)
        for kind, compiled in self._parts:
            match = compiled.fullmatch(text)
            if match is None:
                continue
            if kind == "day":
                return _Stretch("instant", None, None, day=int(match["day"]), month=self._month_number(match["month"]))
            return _Stretch("month", None, None, month=self._month_number(match["month"]))
        return None

    def _month_number(self, name: str) -> int:
        return int(name) if name.isdigit() else self._months[name.rstrip(".").lower()]

    def _day(self, match: regex.Match[str], _context: PeriodContext) -> _Stretch | None:
        day = _date(_year(match["year"]), self._month_number(match["month"]), int(match["day"]))
        return None if day is None else _Stretch("instant", day, day)

    def _month(self, match: regex.Match[str], _context: PeriodContext) -> _Stretch | None:
        month = self._month_number(match["month"])
        year = match["year"] if "year" in match.re.groupindex else None
        return _month_stretch(_year(year), month) if year else _Stretch("month", None, None, month=month)

    def _financial_year(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        first = _year(match["first"])
        second = match["second"]
        if second is None:
            return _financial(first)
        last = _year(second) if len(second) == 4 else first - first % 100 + int(second)
        if last < first and len(second) == 2 and first % 100 == 99:
            last += 100
        if last != first + 1:
            if len(second) == 4 and last > first and "/" not in match[0]:
                return _Stretch("date_range", date(first, 1, 1), date(last, 12, 31))
            return None
        bare = regex.fullmatch(r"\d{4} ?- ?\d{4}", match[0])
        if bare and not context.fiscal:
            return _Stretch("date_range", date(first, 1, 1), date(last, 12, 31))
        return _financial(first)

    def _calendar_year(self, match: regex.Match[str], _context: PeriodContext) -> _Stretch | None:
        return _calendar(int(match["year"]))

    def _quarter(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        written = match["quarter"].lower()
        quarter = _ORDINALS.get(written) or int(written)
        if "of" not in match.re.groupindex:
            return _Stretch("quarter", None, None, quarter=quarter)
        year = self._point(match["of"], replace(context, fiscal=True))
        if year is None or year.first is None:
            return None
        return _quarter_stretch(year.first, quarter)

    def _half(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        written = match["half"].lower()
        year = self._point(match["of"], replace(context, fiscal=True))
        if year is None or year.first is None:
            return None
        first = _add_months(year.first, 6 * ((_ORDINALS.get(written) or int(written)) - 1))
        return _Stretch("date_range", first, _add_months(first, 6) - timedelta(days=1))

    def _range(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        pairs = replace(context, fiscal=True)
        begin = self._point(match["from"], pairs)
        if begin is None:
            return None
        if match.groupdict().get("next"):
            return None if begin.first is None else _Stretch("date_range", begin.first, begin.first + timedelta(days=1))
        finish = self._point(match["to"], pairs)
        anchor = context.received or context.letter_date or context.as_of
        if finish is not None and finish.first is None and finish.month and begin.first is None and anchor:
            finish = _latest(finish, anchor)
        if finish is None or finish.first is None:
            return None
        if match.groupdict().get("edge") in {"start", "beginning"}:
            finish = replace(finish, last=finish.first)
        if finish.first is None or finish.last is None:
            return None
        first = begin.first or _before(begin, finish.first)
        if first is None or first > finish.last:
            return None
        if begin.first is not None and begin.type == finish.type == "calendar_year" and first.year == finish.first.year:
            return None
        return _shaped(first, finish.last)

    def _days(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        finish = self._point(match["to"], context)
        if finish is None or finish.first is None or finish.last is None:
            return None
        first = _date(finish.first.year, finish.first.month, int(match["begin"]))
        return None if first is None or first >= finish.last else _Stretch("date_range", first, finish.last)

    def _since(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        begin = self._point(match["from"], replace(context, fiscal=True))
        if begin is None or begin.first is None:
            return None
        return _Stretch("date_range", begin.first, None, open=True)

    def _to_date(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        year = self._point(match["of"], replace(context, fiscal=True))
        if year is None or year.first is None:
            return None
        written = match.groupdict().get("to")
        if not written:
            return _Stretch("year_to_date", year.first, None, open=True)
        last = self._point(written, context)
        if last is None:
            return None
        if last.first is None:
            last = _placed_in(last, year.first)
        begin = self._point(match.groupdict().get("from") or "", context)
        first = year.first if begin is None or begin.month is None else _placed_in(begin, year.first).first
        if first is None or last.last is None or year.last is None or not first <= last.last <= year.last:
            return None
        kind: PeriodType = "year_to_date" if first == year.first else "date_range"
        return _Stretch(kind, first, last.last, open=last.last != year.last)

    def _length(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        last = self._point(match["to"], context)
        if last is None or last.last is None:
            return None
        months = 12
        if match.groupdict().get("count"):
            written = match["count"].lower()
            months = int(written) if written.isdigit() else self._numbers[written]
        elif regex.match(r"(?:the )?(?:quarter|three)", match[0], regex.IGNORECASE):
            months = 3
        first = _add_months(last.last + timedelta(days=1), -months)
        return _shaped(first, last.last)

    def _as_at(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        return self._point(match["of"], context)

    def _rolling(self, match: regex.Match[str], context: PeriodContext) -> _Stretch | None:
        if context.received is None:
            return _Stretch("date_range", None, None)
        written = match["count"].lower()
        count = int(written) if written.isdigit() else self._numbers[written]
        unit = match["unit"].lower()
        if unit.startswith("calendar"):
            year = context.received.year
            return _Stretch("date_range", date(year - count, 1, 1), date(year - 1, 12, 31))
        if unit.startswith("financial"):
            year = context.received.year - (context.received.month < _FISCAL_START)
            return _Stretch("date_range", date(year - count, 4, 1), date(year, 3, 31))
        if unit == "weeks":
            first = context.received - timedelta(weeks=count)
        else:
            first = _add_months(context.received, -count * (12 if unit == "years" else 1))
        return _Stretch("date_range", first, context.received)


@lru_cache(maxsize=8)
def reader_of(book: RuleBook) -> PeriodReader:
    """Give the reader of a book of rules, made once."""
    return PeriodReader(book)


def parse_period(
    text: str, *, context: PeriodContext | None = None, book: RuleBook | None = None
) -> FoundPeriod | None:
    """Read a text that is a period and nothing else (a footnote mark apart), such as a cell; else None."""
    return reader_of(book or load_rules()).parse(text, context or PeriodContext())


def find_periods(text: str, *, context: PeriodContext | None = None, book: RuleBook | None = None) -> list[FoundPeriod]:
    """Find the periods in running text or in a header, in order, without overlaps."""
    return reader_of(book or load_rules()).find(text, context or PeriodContext())


def resolve(found: FoundPeriod, context: PeriodContext) -> FoundPeriod:
    """Settle a found period by what is known now: the year of a month alone, the day that closes an open year."""
    if found.needs_year or found.kind == "rolling":
        again = parse_period(found.period.label, context=context)
        return found if again is None else replace(found, period=again.period, needs_year=again.needs_year)
    period = closed(found.period, context, is_open=found.open)
    return replace(found, period=period, open=found.open or not period.complete)


def closed(period: Period, context: PeriodContext, *, is_open: bool = False) -> Period:
    """Close an open end, or open one that the letter cannot have seen, by the days that the letter gives."""
    if period.start is None:
        return period
    stretch = _Stretch(
        period.type,
        date.fromisoformat(period.start),
        date.fromisoformat(period.end) if period.end else None,
        open=is_open or period.end is None,
    )
    after = _closed(stretch, context)
    if after == stretch:
        return period
    end = _iso(after.last)
    return period.model_copy(update={"type": after.type, "end": end, "complete": False})


def spanning(periods: Iterable[Period], *, label: str = "") -> Period | None:
    """Give the one period from the first day to the last of several, as a total over them covers; else None."""
    known = sorted((p for p in periods if p.start), key=lambda p: p.start or "")
    if not known or known[0].start is None:
        return None
    first = date.fromisoformat(known[0].start)
    open_end = any(p.end is None for p in known)
    last = None if open_end else date.fromisoformat(max(p.end for p in known if p.end))
    shape = _Stretch("date_range", first, last) if last is None else _shaped(first, last)
    return Period(
        label=label or " to ".join(dict.fromkeys((known[0].label, known[-1].label))),
        type=shape.type if len(known) > 1 else known[0].type,
        start=first.isoformat(),
        end=_iso(last),
        complete=all(p.complete for p in known),
    )


def years_of(period: Period) -> list[Period]:
    """Give the single calendar or financial years that a period is made up of; none where it is not whole years."""
    if period.start is None or period.end is None:
        return []
    first, last = date.fromisoformat(period.start), date.fromisoformat(period.end)
    out: list[Period] = []
    make = {(1, 1): _calendar, (_FISCAL_START, 1): _financial}.get((first.month, first.day))
    year = first.year
    while make is not None:
        one = make(year)
        if one.first is None or one.last is None or one.last > last:
            break
        out.append(
            Period(label=_year_label(one), type=one.type, start=_iso(one.first), end=_iso(one.last), complete=True)
        )
        year += 1
    return out if out and out[-1].end == period.end else []


def _year_label(year: _Stretch) -> str:
    if year.first is None:
        return ""
    return (
        str(year.first.year) if year.type == "calendar_year" else f"{year.first.year}/{(year.first.year + 1) % 100:02}"
    )


def related(anchor: Period, said: Mapping[str, str | None], *, label: str = "") -> Period | None:
    """Give the period that is said by another one, the `anchor`; None where that is not certain.

    `said` holds the words by what they say: the year `back` or `ahead`, the same part (or day, `day_of`) of another
    `year`, or the time from the end of the anchor's year `until` a day of the next.
    """
    if anchor.start is None or anchor.end is None:
        return None
    first, last = date.fromisoformat(anchor.start), date.fromisoformat(anchor.end)
    until, year = said.get("until"), said.get("year")
    is_year = anchor.type in {"calendar_year", "financial_year"}
    if until:
        return _rest_until(last, until, anchor) if is_year else None
    if year:
        shift = int(year) - first.year
        on_a_day = anchor.type == "instant"
        fits = not is_year and on_a_day == bool(said.get("day_of")) and last.year == first.year and shift != 0
    else:
        shift = 1 if said.get("ahead") else -1
        fits = is_year or anchor.type == "instant"
    if not fits:
        return None
    begin, end = _add_months(first, 12 * shift), _add_months(last, 12 * shift)
    return anchor.model_copy(
        update={"label": label or anchor.label, "start": _iso(begin), "end": _iso(end), "complete": True}
    )


def _rest_until(last: date, written: str, anchor: Period) -> Period | None:
    first = last + timedelta(days=1)
    year = _year_label(_financial(first.year) if first.month == _FISCAL_START else _calendar(first.year))
    found = parse_period(written) or parse_period(f"{year} to {written}")
    if found is None or found.period.end is None:
        return None
    end = date.fromisoformat(found.period.end)
    if not first <= end < _add_months(first, 12):
        return None
    return anchor.model_copy(
        update={"label": written, "type": "year_to_date", "start": _iso(first), "end": _iso(end), "complete": False}
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _year(written: str) -> int:
    number = int(written)
    if len(written) == 4:
        return number
    return number + (2000 if number < _CENTURY_PIVOT else 1900)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _calendar(year: int) -> _Stretch:
    return _Stretch("calendar_year", date(year, 1, 1), date(year, 12, 31))


def _financial(year: int) -> _Stretch:
    return _Stretch("financial_year", date(year, _FISCAL_START, 1), date(year + 1, 3, 31))


def _month_stretch(year: int, month: int) -> _Stretch | None:
    if not 1 <= month <= 12:
        return None
    return _Stretch("month", date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), month=month)


def _quarter_stretch(year_start: date, quarter: int) -> _Stretch:
    first = _add_months(year_start, 3 * (quarter - 1))
    return _Stretch("quarter", first, _add_months(first, 3) - timedelta(days=1), quarter=quarter)


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _before(begin: _Stretch, finish: date) -> date | None:
    """Give the first day of a start without a year: the last such day that is not after the finish."""
    if begin.month is None:
        return None
    same = _date(finish.year, begin.month, begin.day or 1)
    return same if same is None or same <= finish else _date(finish.year - 1, begin.month, begin.day or 1)


def _latest(part: _Stretch, anchor: date) -> _Stretch:
    """Give a month or day without a year, in the last year in which it does not lie after the anchor."""
    this_year = _placed_in(part, date(anchor.year, 1, 1))
    if this_year.first is not None and this_year.first <= anchor:
        return this_year
    return _placed_in(part, date(anchor.year - 1, 1, 1))


def _placed_in(part: _Stretch, year_start: date) -> _Stretch:
    """Put a month or day without a year into the year that begins at `year_start`."""
    if part.month is None:
        return part
    year = year_start.year + (part.month < year_start.month)
    if part.day is not None:
        day = _date(year, part.month, part.day)
        return _Stretch("instant", day, day, month=part.month, day=part.day)
    return _month_stretch(year, part.month) or part


def _shaped(first: date, last: date) -> _Stretch:
    """Name a stretch of days: a whole calendar or financial year, a month, or a range."""
    for whole in (_calendar(first.year), _financial(first.year), _month_stretch(first.year, first.month)):
        if whole and (whole.first, whole.last) == (first, last):
            return whole
    return _Stretch("date_range", first, last)


def _settled(stretch: _Stretch, context: PeriodContext) -> _Stretch:
    """Give a month or quarter alone the year of its context."""
    if stretch.first is not None or context.year is None:
        return stretch
    start = date(context.year, _FISCAL_START if context.year_is_fiscal else 1, 1)
    if stretch.quarter is not None:
        return _quarter_stretch(start, stretch.quarter)
    return _placed_in(stretch, start)


def _closed(stretch: _Stretch, context: PeriodContext) -> _Stretch:
    """Close an open end, or open one that the letter cannot have seen, by the days that the letter gives."""
    if stretch.first is None or stretch.type == "instant":
        return stretch
    if stretch.type in {"calendar_year", "financial_year", "year_to_date"}:
        stated = dict(context.year_ends).get(stretch.first)
        if stated and (stretch.last is None or stated < stretch.last):
            return replace(stretch, type="year_to_date", last=stated, open=True)
    known = context.as_of or context.letter_date
    called_open = stretch.type == "calendar_year" and stretch.first.year in context.open_years
    unfinished = stretch.last is not None and known is not None and stretch.last > known
    if not (stretch.open and stretch.last is None) and not called_open and not unfinished:
        return stretch
    as_of = context.open_end or context.as_of
    end = as_of if as_of and as_of >= stretch.first else None
    if end and stretch.last and end > stretch.last:
        end = stretch.last
    kind: PeriodType = "year_to_date" if stretch.type in {"calendar_year", "financial_year"} else stretch.type
    return replace(stretch, type=kind, last=end, open=True)
