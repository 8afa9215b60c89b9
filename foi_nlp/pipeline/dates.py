"""Find dates and their roles.

The grammar is the rules labelled `DATE`: day before month, partial dates stay partial, two-digit years are of 1950 to
2049. Roles come from cue rules (`DATE_CUE`), which run on a text where each date and each authority is masked; the date
of the letter also from where it stands. A missing year is the latest that is not after the letter.
"""

from __future__ import annotations

import bisect
import calendar
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import regex
from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.authorities import MENTION_MASK
from foi_nlp.pipeline.reading import REQUEST_SECTIONS, SPANS_KEY, Forms, Reading
from foi_nlp.pipeline.scanning import Hit, Scanner, longest_first
from foi_nlp.pipeline.shapes import shape
from foi_nlp.records import Date
from foi_nlp.registers import names_to
from foi_nlp.timeliness import deadline_after

DATE_MASK = "\ue0a2"
ALONE_IN_HEAD = 70
LINE_END_IN_HEAD = 55
AFTER_SIGNATURE = 30
SURE_CUE = 50
_FINANCIAL_YEAR_END = (3, 31)  # a day to which figures are counted, if the request came later
HEAD_WITHOUT_SALUTATION = 700
SALUTATION_REACH = 500
REFERENCE_REACH = 150
HANDLING_DAYS = 90
_OTHERS_WORDS = REQUEST_SECTIONS | {"exemption"}
DOUBT = 45
_RESOLVED_ROLES = frozenset(
    {"received", "request_dated", "clarified", "acknowledged", "as_of", "review_decision", "review_requested"}
)
_MARKUP = " \t*_#>|\"'."
_AFTER_DATE = regex.compile(r"[ \t*_#\"'.]*(?:st|nd|rd|th)?[ \t*_]*(?:\||$)")
_BEFORE_ALONE = regex.compile(r"(?:.*\||.*   )?[ \t*_#>\"']*")
_REFERENCE_YEAR = regex.compile(r"(?<!\d)(20\d\d)(?!\d)|[-/_] ?(\d\d)$")


@dataclass(frozen=True)
class DateMention:
    """A date as the letter writes it: no `day` for a month, no `year` where none is given."""

    start: int
    end: int
    year: int | None
    month: int
    day: int | None
    rule: str

    @property
    def iso(self) -> str:
        """The date, or year and month where it has no day; empty where the year is missing."""
        if self.year is None:
            return ""
        month = f"{self.year:04d}-{self.month:02d}"
        return month if self.day is None else f"{month}-{self.day:02d}"

    @property
    def value(self) -> date | None:
        """The day, None for a partial date."""
        return date(self.year, self.month, self.day) if self.year and self.day else None


@dataclass(frozen=True)
class Cue:
    """A role that a cue gives to a date."""

    mention: DateMention
    role: str
    rule: str
    priority: int
    window: str = ""
    days_later: int = 0
    working_days_later: int = 0


@Language.factory("foi_dates", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> DatesComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return DatesComponent(nlp, name, load_rules([Path(p) for p in patterns]))


def date_of(groups: dict[str, str]) -> tuple[int | None, int, int | None] | None:
    """Give year, month and day of the parts of a date as written; None when there is no such day."""
    month_text = groups["month"].lower().strip(".")
    month = int(month_text) if month_text.isdigit() else names_to("months", "number").get(month_text, 0)
    year_text = "".join(groups.get("year", "").split())
    year = int(year_text) if year_text else None
    if year is not None and year < 100:
        year += 2000 if year < 50 else 1900
    day_text = "".join(groups.get("day", "").split())
    day = int(day_text) if day_text else None
    if not 1 <= month <= 12:
        return None
    if day is not None and not 1 <= day <= calendar.monthrange(year or 2000, month)[1]:
        return None
    return year, month, day


def latest_on_or_before(month: int, day: int, limit: date) -> date | None:
    """Give the latest day with this month and day that is not after `limit`; None for 29 February out of reach."""
    for year in range(limit.year, limit.year - 8, -1):
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) <= limit:
            return date(year, month, day)
    return None


class DatesComponent:
    """Find dates and their roles."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.grammar = Scanner(nlp, book, book.labelled("DATE"))
        self.cues = Scanner(nlp, book, book.labelled("DATE_CUE"))
        self.salutations = Scanner(nlp, book, book.labelled("DATE_SALUTATION"))

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        reading = Reading.of(doc)
        mentions = self._mentions(reading)
        named = [(s.start_char, s.end_char) for s in doc.spans.get(SPANS_KEY, ()) if s.label_ == "AUTHORITY"]
        forms = reading.forms.masked(named, MENTION_MASK)
        forms = forms.masked([(m.start, m.end) for m in mentions], DATE_MASK)
        cues = self._cues(reading, mentions, forms)
        salutations = self._salutations(reading, forms)
        reading.facts.dates = self._records(reading, mentions, cues, salutations)
        return doc

    def _mentions(self, reading: Reading) -> list[DateMention]:
        found: list[tuple[Hit, DateMention]] = []
        for hit in self.grammar.scan(reading):
            parts = date_of({name: reading.flow[start:end] for name, (start, end) in hit.groups.items()})
            if parts:
                found.append((hit, DateMention(hit.start, hit.end, *parts, hit.rule.id)))
        kept = {id(hit) for hit in longest_first([hit for hit, _ in found])}
        mentions = sorted((mention for hit, mention in found if id(hit) in kept), key=lambda m: m.start)
        for mention in mentions:
            reading.mark("DATE", mention.start, mention.end, rule=mention.rule, value=mention.iso)
        return mentions

    def _cues(self, reading: Reading, mentions: list[DateMention], forms: Forms) -> list[Cue]:
        cues = []
        for hit in self.cues.scan(reading, forms=forms):
            first = bisect.bisect_left(mentions, hit.start, key=lambda m: m.start)
            if first == len(mentions) or mentions[first].end > hit.end:
                continue
            mention = _day_alone(reading, hit, mentions[first])
            if mention is None:
                continue
            reading.mark("DATE_CUE", hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
            facts = hit.rule.attributes
            priority = hit.rule.priority
            if reading.section_at(mention.start) in _OTHERS_WORDS and hit.rule.value != "letter_date":
                priority -= DOUBT
            cues.append(
                Cue(
                    mention,
                    hit.rule.value or "",
                    hit.rule.id,
                    priority,
                    window=str(facts.get("window", "")),
                    days_later=int(facts.get("days_later", 0)),
                    working_days_later=int(facts.get("working_days_later", 0)),
                )
            )
        return cues

    def _salutations(self, reading: Reading, forms: Forms) -> list[int]:
        """Where the authority greets the requester: not where the requester greets the authority."""
        found = []
        for hit in self.salutations.scan(reading, forms=forms):
            reading.mark("DATE_SALUTATION", hit.start, hit.end, rule=hit.rule.id)
            if MENTION_MASK not in forms.flow[hit.start : hit.end]:
                found.append(hit.start)
        return found

    def _records(
        self, reading: Reading, mentions: list[DateMention], cues: list[Cue], salutations: list[int]
    ) -> list[Date]:
        by_mention: dict[DateMention, list[Cue]] = defaultdict(list)
        for cue in cues:
            by_mention[cue.mention].append(cue)
        letter_cues = self._letter_dates(reading, mentions, cues, by_mention, salutations)
        letter_days = [c.mention.value for c in letter_cues if c.mention.value]
        limit, how = _limit(reading, letter_days, cues)
        roles: dict[str, list[tuple[Cue, DateMention, str]]] = defaultdict(list)
        taken = {c.mention for c in letter_cues}
        for mention, told in by_mention.items():
            if mention in taken:
                continue
            for cue in sorted(told, key=lambda c: -c.priority):
                if cue.role == "letter_date":
                    continue
                resolved, inference = _resolve(mention, limit, how) if cue.role in _RESOLVED_ROLES else (mention, "")
                resolved, inference = _later(cue, resolved, inference)
                if resolved.iso:
                    roles[cue.role].append((cue, resolved, inference))
        received = _best_received(roles["received"], several=len(letter_days) > 1)
        start = min((m.value for _, m, _ in received or roles["request_dated"] if m.value), default=None)
        end = max(letter_days, default=None)
        chosen: list[tuple[Cue, DateMention, str]] = [(c, c.mention, "") for c in letter_cues]
        chosen += received
        chosen += _best_as_of(roles["as_of"], start, end)
        used = {(m.start, m.end) for _, m, _ in chosen}
        for role in ("clarified", "acknowledged", "review_requested", "review_decision", "request_dated", "publication",
                     "extension_to", "period_start", "period_end"):  # fmt: skip
            for entry in roles[role]:
                place = (entry[1].start, entry[1].end)
                if place not in used:
                    used.add(place)
                    chosen.append(entry)
        records = _dates(chosen)
        for mention in mentions:
            place = (mention.start, mention.end)
            if place in used or not mention.iso or reading.section_at(mention.start) in REQUEST_SECTIONS:
                continue
            records.append(Date(role="event", iso=mention.iso, start=mention.start, end=mention.end, rule=mention.rule))
        self._review(reading, records)
        return sorted(records, key=lambda d: (d.start, d.role))

    def _letter_dates(
        self,
        reading: Reading,
        mentions: list[DateMention],
        cues: list[Cue],
        by_mention: dict[DateMention, list[Cue]],
        salutations: list[int],
    ) -> list[Cue]:
        """Give the date of the letter; several where a page holds several answers, each with its own reference."""
        told = [c for c in cues if c.role == "letter_date" and c.mention.value]
        told = [c for c in told if not self._outranked(c, by_mention)]
        placed = [
            Cue(m, "letter_date", m.rule, strength)
            for m in mentions
            if m.value
            and not any(c.priority >= SURE_CUE and c.role != "letter_date" for c in by_mention[m])
            and (
                (section := reading.section_at(m.start)) not in _OTHERS_WORDS
                or _greeted(m, salutations)
                or (section == "exemption" and _is_late(reading, m))
            )
            and (strength := _position(reading, m, salutations, bool(by_mention[m])))
        ]
        candidates = told + placed
        if not candidates:
            return []
        best = max(c.priority for c in candidates)
        top = sorted((c for c in candidates if c.priority == best), key=lambda c: c.mention.start)
        days = {c.mention.value for c in top}
        if len(days) == 1:
            return top[:1]
        if best == ALONE_IN_HEAD:
            greeted = [c for c in top if _greeted(c.mention, salutations)]
            return greeted[-1:] or top[:1]
        labelled = [c for c in top if _near_reference(reading, c.mention)]
        return labelled if len(labelled) > 1 else top[:1]

    @staticmethod
    def _outranked(cue: Cue, by_mention: dict[DateMention, list[Cue]]) -> bool:
        return any(c.priority > cue.priority and c.role != cue.role for c in by_mention[cue.mention])

    @staticmethod
    def _review(reading: Reading, records: list[Date]) -> None:
        letter = max((d.iso for d in records if d.role == "letter_date"), default="")
        for found in records:
            if found.role == "received" and letter and found.iso > letter:
                reading.review(
                    "dates_disagree",
                    "The request is said to have come after the letter's date.",
                    found.start,
                    found.end,
                )
            elif found.role in {"received", "as_of"} and found.inferred and not letter:
                reading.review(
                    "year_inferred", "The year is not written and the letter has no date to tell it by.",
                    found.start, found.end,
                )  # fmt: skip


def _position(reading: Reading, mention: DateMention, salutations: list[int], has_cue: bool) -> int:
    """How surely a date is the letter's because of where it stands; 0 when it is not."""
    start, end = reading.line_at(mention.start)
    if mention.end > end:
        end = reading.line_at(mention.end)[1]
    if not _AFTER_DATE.match(reading.ruled[mention.end : end]):
        return 0
    before = reading.ruled[start : mention.start]
    head = next((s for s in salutations if s > mention.start), None)
    in_head = mention.start < HEAD_WITHOUT_SALUTATION or (
        head is not None and (head - mention.end < SALUTATION_REACH or head == salutations[0])
    )
    if reading.grid_at(mention.start) is not None and not in_head:
        return 0
    if _BEFORE_ALONE.fullmatch(before):
        return ALONE_IN_HEAD if in_head else AFTER_SIGNATURE if _is_late(reading, mention) and not has_cue else 0
    before_greeting = head == salutations[0] if head is not None else not salutations
    if shape("date_of_sentence").search(before):
        return 0
    return LINE_END_IN_HEAD if in_head and before_greeting and not has_cue else 0


def _is_late(reading: Reading, mention: DateMention) -> bool:
    """Whether a date stands in the last quarter of the letter, where pages say when they were put out."""
    return mention.start > len(reading.text) * 3 // 4


def _greeted(mention: DateMention, salutations: list[int]) -> bool:
    """Whether a salutation of the authority follows the date closely."""
    return any(0 < s - mention.end < SALUTATION_REACH for s in salutations)


def _near_reference(reading: Reading, mention: DateMention) -> bool:
    return any(
        abs(span.start_char - mention.start) < REFERENCE_REACH
        for span in reading.doc.spans.get(SPANS_KEY, ())
        if span.label_ == "REFERENCE"
    )


def _limit(reading: Reading, letter_days: list[date], cues: list[Cue]) -> tuple[date | None, str]:
    """Give the latest day that a date without a year may be, and how that is known."""
    if letter_days:
        return max(letter_days), "on or before the letter date"
    as_of = [c.mention.value for c in cues if c.role == "as_of" and c.mention.value]
    if as_of:
        return max(as_of), "on or before the date of the data, for the letter has none"
    for reference in reading.facts.references:
        found = _REFERENCE_YEAR.search(reference.value)
        if reference.role == "authority_reference" and found:
            year = int(found[1] or 2000 + int(found[2]))
            return date(year, 12, 31), "of the year in the reference, for the letter has no date"
    return None, ""


def _resolve(mention: DateMention, limit: date | None, how: str) -> tuple[DateMention, str]:
    if mention.year is not None or mention.day is None or limit is None:
        return mention, ""
    day = latest_on_or_before(mention.month, mention.day, limit)
    if day is None:
        return mention, ""
    return replace(mention, year=day.year), f"year absent; latest such day {how}"


def _day_alone(reading: Reading, hit: Hit, before: DateMention) -> DateMention | None:
    """Give the day that a cue names by its number alone ("received on the 23rd"): the first such after `before`."""
    if "ordinal" not in hit.groups:
        return before
    start, end = hit.groups["ordinal"]
    day = int(reading.flow[start:end])
    if before.day is None or not 1 <= day <= 31:
        return None
    ahead = day < before.day
    month = before.month % 12 + 1 if ahead else before.month
    year = before.year if before.year is None else before.year + (ahead and month == 1)
    if day > calendar.monthrange(year or 2000, month)[1]:
        return None
    return DateMention(start, end, year, month, day, hit.rule.id)


def _later(cue: Cue, mention: DateMention, inference: str) -> tuple[DateMention, str]:
    """Move a date on by the days that its cue tells: received the day after, or the next working day."""
    day = mention.value
    if day is None or not (cue.days_later or cue.working_days_later):
        return mention, inference
    after = day + timedelta(days=cue.days_later)
    if cue.working_days_later:
        after = deadline_after(day, limit=cue.working_days_later)
    told = f"{cue.working_days_later or cue.days_later} {'working ' if cue.working_days_later else ''}day(s) after"
    inference = f"{told} the day that is written{'; ' * bool(inference)}{inference}"
    return replace(mention, year=after.year, month=after.month, day=after.day), inference


def _best_received(found: list[tuple[Cue, DateMention, str]], *, several: bool) -> list[tuple[Cue, DateMention, str]]:
    full = [entry for entry in found if entry[1].value]
    if not full:
        return []
    sure = [entry for entry in full if entry[0].priority >= SURE_CUE]
    pool = sorted(sure or full, key=lambda e: (-e[0].priority, e[1].start))
    if several:
        places = {(m.start, m.end): entry for entry in reversed(pool) for m in [entry[1]]}
        return list(places.values())
    return pool[:1]


def _best_as_of(
    found: list[tuple[Cue, DateMention, str]], start: date | None, end: date | None
) -> list[tuple[Cue, DateMention, str]]:
    """Those that fit the time in which the request was dealt with; weaker cues only where there is no stronger one."""
    fitting = [entry for entry in found if entry[1].value and _fits(entry[0], entry[1].value, start, end)]
    sure = [entry for entry in fitting if entry[0].priority >= SURE_CUE]
    return sure or fitting


def _fits(cue: Cue, day: date, start: date | None, end: date | None) -> bool:
    if end is not None and day > end:
        return False
    if cue.window == "recent":
        ends_year = (day.month, day.day) == _FINANCIAL_YEAR_END and start is not None and day < start
        return not ends_year and (end is None or day >= end - timedelta(days=HANDLING_DAYS))
    if cue.window != "handling":
        return True
    if start is None and end is None:
        month_end = calendar.monthrange(day.year, day.month)[1] == day.day
        return cue.priority >= SURE_CUE or not month_end
    earliest = start or (end or day) - timedelta(days=HANDLING_DAYS)
    return day >= earliest


def _dates(chosen: list[tuple[Cue, DateMention, str]]) -> list[Date]:
    records: dict[tuple[str, str], Date] = {}
    for cue, mention, inference in chosen:
        records.setdefault(
            (cue.role, mention.iso),
            Date(
                role=cue.role,
                iso=mention.iso,
                inferred=bool(inference),
                inference=inference,
                start=mention.start,
                end=mention.end,
                rule=cue.rule,
            ),
        )
    return list(records.values())
