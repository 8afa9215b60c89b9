"""Make observations of the figures of lists, answers and sentences.

Rules (`patterns/regex/figures.jsonl`) say where a number counts something (FIGURE) and where a number is none
(NOT_FIGURE); here a number that counts is bound to the period that its clause, its paragraph or its question
gives. A number whose period is not certain is no observation.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import regex

from foi_nlp.figures.meaning import (
    PlacedPeriod,
    breakdown_key,
    found_in,
    is_generic,
    plain_label,
    shortened,
    unit_in,
    unit_of_noun,
)
from foi_nlp.figures.periods import FoundPeriod, find_periods, spanning
from foi_nlp.figures.spans import Spans
from foi_nlp.figures.values import Value, parse_value
from foi_nlp.figures.values import reader_of as value_reader
from foi_nlp.pipeline.questions import answer_blocks, question_at
from foi_nlp.records import Observation
from foi_nlp.registers import names_to

if TYPE_CHECKING:
    from foi_nlp.figures.asking import Asking
    from foi_nlp.patterns import RuleBook
    from foi_nlp.pipeline.reading import Reading
    from foi_nlp.pipeline.scanning import Hit

_SECTIONS = frozenset({"response", "preface", "caveat", "searches"})
_UNCOUNTED = frozenset({"hours", "minutes", "days", "weeks", "months", "years", "seconds", "miles"})
_NOUN_REACH = 5
_WORD = regex.compile(r"[^\W\d_][\w'-]*")
_DIRECT = regex.compile(
    r"(?: ?\(?| [a-z][\w'-]*){0,7}? ?"
    r"(?:\(|in |during |for |of |between |from |over |throughout |as at |on |since |by )?"
    r"(?:the (?:year|financial year|calendar year|period) )?",
    regex.IGNORECASE,
)
_BREAK = regex.compile(r",|;|\band\b|\bbut\b|\d")
_SEPARATOR = regex.compile(r"[ ]*(?:-{1,2}|:-|[:=|]|\.{2,}|…+)[ ]*|[ ]{3,}")
_LABEL_VALUE = regex.compile(
    r"[ \t]*(?:[-•*·o][ \t]+)?"
    r"(?P<ask>(?:(?:answer|response|question|q)[ ]?)?\(?[0-9]{0,2}[a-z]?(?:[).:]+|[ ]?-(?=[ ])|[ ]?(?==))[ \t]*)?"
    r"(?:(?P<label>[A-Za-z][^\d=:|]{0,48}?)[ ]*(?:[:=|]|[ ]-[ ])[ ]*)?"
    r"(?P<value>£?\d[\d,.]*\d%?|\d%?|nil|none|zero|<[ ]?\d+|fewer than (?:five|5|ten|10))"
    r"(?P<rest>[ ]*(?:$|\.[ ]*$|\.[ ]+(?=[A-Z])|(?=\()|[ ](?=[a-z]+[ ]*\.?$)))",
    regex.IGNORECASE,
)
_TOTAL_LINE = regex.compile(
    r"[ \t]*(?P<label>(?:[\w()-]+ ){0,4}totals?)[ ]*(?:[-:=|]|[ ]{2,})[ ]*(?P<value>£?\d[\d,.]*\d|\d)[ ]*\.?[ ]*$",
    regex.IGNORECASE,
)
_WITHIN = regex.compile(r"\bof (?:those|these) (?P<what>(?:[A-Z][\w-]* )?[A-Z0-9][\w-]*?)s?(?= \(| [a-z])")
_OF_THOSE = regex.compile(
    r"^ of (?:(?:the|those|these|that|this|all|such|its|our)(?: year's| period's)?(?: [\d,]+)?)(?= )", regex.IGNORECASE
)
_UNREADABLE = regex.compile(r"(?![0-9])\p{Nd}|[\u202a-\u202e\u2066-\u2069]")
_SAME_DAY = regex.compile(r"\b(?:at|on|as at) (?:the same|that|this) (?:date|day|time)\b", regex.IGNORECASE)
_SAME_YEARS = regex.compile(
    r"\b(?:the same two|these two|those two|the two|both) (?:years|periods)\b", regex.IGNORECASE
)
_THAT_PERIOD = regex.compile(
    r"\b(?:this|that|the same|the|those|these) (?:period|time ?frame|time|years?|months?|date)\b", regex.IGNORECASE
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
    """A period with its value on a line of a list."""

    period: PlacedPeriod
    value: Value
    offset: int
    line: int
    label: str = ""
    check: Literal["totals_agree", "totals_disagree", "unchecked"] = "unchecked"


class TextFigures:
    """Find the figures of running text."""

    def __init__(self, reading: Reading, asking: Asking, book: RuleBook, hits: Sequence[Hit]) -> None:
        self.reading = reading
        self.asking = asking
        self.context = asking.context
        self.values = value_reader(book)
        self.hits = [hit for hit in hits if hit.rule.label == "FIGURE"]
        negative = [hit for hit in hits if hit.rule.label == "NOT_FIGURE"]
        self.masked = [(h.start, h.end) for h in negative if h.rule.attributes.get("scope") != "sentence"]
        self.masked += [(r.start, r.end) for r in reading.facts.references]
        self.masked += [(p.start, p.end) for p in reading.facts.provisions]
        self.masked += [b.label for b in answer_blocks(reading) if b.label]
        self.masked.sort()
        self._masked_spans = Spans(self.masked)
        self._used_spans = Spans(())
        self.silent = {reading.sentence_at(h.start) for h in negative if h.rule.attributes.get("scope") == "sentence"}

    def observations(self) -> list[Observation]:
        """Give the observations of the text outside its tables."""
        out = self._lists() + self._answers()
        by_sentence: dict[tuple[int, int], list[Candidate]] = {}
        for candidate in self._candidates():
            by_sentence.setdefault(self.reading.sentence_at(candidate.start), []).append(candidate)
        for sentence, candidates in by_sentence.items():
            out += self._sentence(sentence, candidates)
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

    def _allowed(self, start: int, end: int) -> bool:
        if self.reading.section_at(start) not in _SECTIONS or self.reading.grid_at(start) is not None:
            return False
        return not self._masked_spans.overlap(start, end) and not self._used_spans.overlap(start, end)

    @staticmethod
    def _overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
        return any(s < end and start < e for s, e in spans)

    @cached_property
    def _masked_but_labels(self) -> Spans:
        labels = {b.label for b in answer_blocks(self.reading) if b.label}
        return Spans([span for span in self.masked if span not in labels])

    # ---- lists: a period and its value

    def _lists(self) -> list[Observation]:
        pairs: list[Pair] = []
        out: list[Observation] = []
        for number, (start, end) in enumerate(self.reading.lines):
            if end - start > 400 or not self.reading.text[start:end].strip():
                continue
            total = self._total(pairs, number, start, end)
            if total is not None:
                out += self._of_pairs(pairs, total)
                pairs = []
                continue
            found = self._line_pairs(number, start, end)
            if not found and pairs and number - pairs[-1].line > 3:
                out += self._of_pairs(pairs, None)
                pairs = []
            if found and pairs and self._heading(found[0].line) != self._heading(pairs[-1].line):
                out += self._of_pairs(pairs, None)
                pairs = []
            pairs += found
        return out + self._of_pairs(pairs, None)

    def _line_pairs(self, number: int, start: int, end: int) -> list[Pair]:
        if self.reading.section_at(start) not in _SECTIONS or self.reading.grid_at(start) is not None:
            return []
        if any(s <= start < e or start <= s < end for s, e in self.silent):
            return []
        flow = self.reading.flow
        periods = [p for p, _ in found_in(self.reading, (start, end), self.context) if p.period.start]
        out: list[Pair] = []
        label: str | None = ""
        for i, found in enumerate(periods):
            after = start + found.end + len(found.marks)
            stop = start + periods[i + 1].start if i + 1 < len(periods) else end
            separator = _SEPARATOR.match(flow, after, stop)
            if separator is None:
                break
            if i == 0:
                label = self._label_before(start, found, equals="=" in separator[0])
            if label is None:
                break
            if found.kind == "day" and not label:
                break
            placed = PlacedPeriod(
                found.period.model_copy(update={"basis": "cell"}), (start + found.start, start + found.end), "cell"
            )
            values = self._values_of(separator.end(), stop)
            if not values:
                break
            out += [Pair(placed, value, at, number, label) for value, at in values]
        return out

    def _label_before(self, start: int, found: FoundPeriod, *, equals: bool) -> str | None:
        """Give what stands before the period of a pair: nothing, a bullet, or a label set off; else None."""
        before = self.reading.ruled[start : start + found.start]
        if regex.fullmatch(
            r"[ \t]*(?:[-•*·o>][ \t]+|\(?[a-z0-9]{1,2}[).][ \t]+|in |for |year |during )?", before, regex.I
        ):
            return ""
        setting = r"[ \t]*(?:in|for|during)?[ \t]*" if equals else r"[ \t]*(?:-|:|=|,)[ \t]*"
        label = regex.fullmatch(rf"[ \t]*(?:[-•*·][ \t]+)?(?P<label>[A-Z][^=:|]{{2,80}}?){setting}", before)
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
        if whole is not None and not whole.ambiguous and rest.strip():
            return [] if self._masked_spans.overlap(start, start + len(rest)) else [(whole, start)]
        out: list[tuple[Value, int]] = []
        for found in regex.finditer(r"(?<![\w.,/£-])(?:£ ?)?\d[\d,]*(?:\.\d+)?(?:%| per ?cent)?(?![\w/])", rest):
            s, e = start + found.start(), start + found.end()
            value = parse_value(found[0].strip().rstrip(","))
            if value is None or self._masked_spans.overlap(s, e):
                continue
            first = not out and found.start() <= 1
            follows = rest[found.end() :]
            in_all = regex.match(r" (?:in (?:all|total)|altogether)", follows)
            alone = first and regex.match(r"\s*(?:$|\(|[.;](?: |$))", follows)
            noun = self._noun_after(e)
            counted = noun and unit_of_noun(noun) not in _UNCOUNTED
            if alone or in_all or counted or value.unit == "percent":
                out.append((value, s + len(found[0]) - len(found[0].lstrip())))
            elif first:
                return []
        return out

    def _total(self, pairs: Sequence[Pair], number: int, start: int, end: int) -> Pair | None:
        if len(pairs) < 2 or number - pairs[-1].line > 2:
            return None
        line = _TOTAL_LINE.fullmatch(self.reading.flow, start, end)
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
        begin = self.reading.lines[line][0]
        floor = max((b.start for b in answer_blocks(self.reading) if b.start <= begin < b.end), default=0)
        for n in range(line - 1, max(-1, line - 40), -1):
            start, end = self.reading.lines[n]
            if end <= floor or (floor == 0 and self.reading.text[start:end].rstrip().endswith(":")):
                return ""
            text = self.reading.text[start:end].strip()
            if not text:
                continue
            if regex.search(r"\d", text):
                continue
            titled = len(text.split()) <= 6 and not text.endswith((".", ",", ";")) and not is_generic(text)
            return text if titled else ""
        return ""

    def _of_pairs(self, pairs: Sequence[Pair], total: Pair | None) -> list[Observation]:
        out = []
        for pair in (*pairs, total) if total else pairs:
            heading = self._heading(pair.line) if pair.label != "total" or not pairs else self._heading(pairs[0].line)
            breakdown: dict[str, str | bool] = {}
            if pair.label == "total":
                breakdown["total"] = True
            elif pair.label:
                breakdown[breakdown_key(pair.label)] = plain_label(pair.label)
            if heading and not unit_in(heading):
                breakdown[breakdown_key(heading)] = plain_label(heading.strip("*# "))
            start = pair.offset + pair.value.start
            line = self.reading.lines[pair.line]
            noun = self._noun_after(start + len(pair.value.raw))
            if noun and line[0] <= start < line[1]:
                in_all = regex.match(r" in (?:all|total)", self.reading.flow[start + len(pair.value.raw) : line[1]])
                if in_all:
                    breakdown["total"] = True
            if regex.match(r" (?:in (?:all|total)|altogether)", self.reading.flow[start + len(pair.value.raw) :][:14]):
                breakdown["total"] = True
            lead = self._lead(line[0])
            check = total.check if total else pair.check
            out.append(
                self._observation(
                    pair.value, pair.offset, pair.period, "list", f"{noun} {lead}".strip(), breakdown, noun=noun,
                    check=check,
                )
            )  # fmt: skip
        return out

    def _lead(self, offset: int) -> str:
        """Give the sentence before a list that says what it counts."""
        index = bisect.bisect_right(self.reading.sentences, offset, key=lambda s: s[0]) - 1
        for start, end in reversed(self.reading.sentences[max(0, index - 12) : index + 1]):
            text = self.reading.text[start : min(end, offset)]
            if len(_WORD.findall(text)) >= 4 and unit_in(text):
                return shortened(text)
        return ""

    # ---- answers: a label and its value

    def _answers(self) -> list[Observation]:
        out: list[Observation] = []
        part = (-1, "")
        for start, end in self.reading.lines:
            line = self.reading.flow[start:end]
            if not line.strip() or self.reading.section_at(start) not in _SECTIONS:
                continue
            block = next((b for b in answer_blocks(self.reading) if b.start < end and start < b.end), None)
            if block is None or self.reading.grid_at(start) is not None:
                continue
            begin = start
            if block.label and start <= block.label[0] < end:
                begin = max(start, block.label[1])
            match = _LABEL_VALUE.match(line, begin - start)
            if match is None or self._used_spans.overlap(start + match.start("value"), start + match.end("value")):
                continue
            labelled = match["ask"] or match["label"] or begin > start or regex.match(r"[ \t]*[-•*·][ \t]", line)
            first = not self.reading.text[block.start : start + match.start("value")].strip(" \t\n.:-–)")
            only = not self.reading.text[
                max(block.start, block.label[1] if block.label else block.start) : start
            ].strip(" \t\n.:-–)")
            if not (labelled or first or only):
                continue
            sub = regex.search(r"\(?([a-z])[).]", match["ask"] or "")
            if sub is not None:
                part = (block.start, sub[1])
            kind = self.asking.part_named(part[1]) if part[0] == block.start and part[1] else ""
            out += self._answer(match, start, start + len(line), kind)
        return out

    def _answer(self, match: regex.Match[str], offset: int, line_end: int, kind: str) -> list[Observation]:
        at = offset + match.start("value")
        value = parse_value(match["value"])
        if value is None or value.ambiguous or at + 1 > line_end:
            return []
        if self._masked_but_labels.overlap(at, offset + match.end("value")):
            return []
        label = match["label"] or ""
        sentence = self.reading.text[offset:line_end]
        if any(p.kind != "day" for p in find_periods(sentence)):
            return []
        placed = self.asking.period(at, sentence)
        if placed is None:
            self.reading.review(
                "no_period", "The figure has no period that is certain.", at, offset + match.end("value")
            )
            return []
        breakdown: dict[str, str | bool] = {}
        if kind:
            breakdown[breakdown_key(kind, default="part")] = shortened(kind)
        if label:
            key = breakdown_key(label)
            breakdown[key if key not in breakdown else "result"] = plain_label(label)
        out = [self._observation(value, at, placed, "answer", sentence, breakdown)]
        rest_at = offset + match.end("value")
        for part in regex.finditer(r"(?<![\w.])(\d{1,5}) ?[x×] ([^\d;,|()]+)", self.reading.flow[rest_at:line_end]):
            inner = parse_value(part[1])
            if inner is not None:
                thing = plain_label(part[2])
                kinds: dict[str, str | bool] = {**breakdown, breakdown_key(thing, default="kind"): thing}
                out.append(self._observation(inner, rest_at + part.start(1), placed, "answer", sentence, kinds))
        return out

    # ---- sentences

    def _candidates(self) -> list[Candidate]:
        found: dict[int, Candidate] = {}
        for hit in self.hits:
            start, end = hit.groups["number"]
            if not self._allowed(start, end) or self.reading.sentence_at(start) in self.silent:
                continue
            attributes = dict(hit.rule.attributes)
            noun = self._noun_after(end)
            if attributes.get("noun") and (not noun or unit_of_noun(noun) in _UNCOUNTED):
                continue
            if unit_of_noun(noun) in _UNCOUNTED and not attributes.get("zero"):
                continue
            value = self._value(self.reading.text[start:end], attributes)
            if value is None or (self._in_words(start, end) and not self._words_count(start, end, noun, attributes)):
                continue
            held = found.get(start)
            if held is None:
                found[start] = Candidate(start, end, value, hit.rule.id, attributes, noun)
            else:
                held.attributes.update(attributes)
        inside = {
            start
            for start, one in found.items()
            for other in found.values()
            if other is not one and other.start <= start and one.end <= other.end
        }
        return [found[start] for start in sorted(found) if start not in inside]

    def _in_words(self, start: int, end: int) -> bool:
        return not any(c.isdigit() for c in self.reading.text[start:end])

    def _words_count(self, start: int, end: int, noun: str, attributes: dict[str, Any]) -> bool:
        """Whether a number in words counts: beside a counted noun, or in a sentence that can only be a count."""
        if attributes.get("zero") or attributes.get("part") or attributes.get("change") or attributes.get("few"):
            return True
        single = self.reading.text[start:end].strip().lower() == "one"
        return not single and bool(noun or attributes.get("strong") or attributes.get("in_period"))

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

    def _noun_after(self, offset: int) -> str:
        """Give the counted thing after a number: as far as its noun, or nothing."""
        units = names_to("units", "unit")
        words: list[str] = []
        ahead = self.reading.flow[offset : offset + 90]
        ahead = _OF_THOSE.sub(lambda found: " " * len(found[0]), ahead)
        ahead = regex.split(r"[,;:.()=|\d]", ahead, maxsplit=1)[0]
        for word in _WORD.finditer(ahead):
            words.append(word.group().lower())
            if len(words) > _NOUN_REACH:
                return ""
            for length in (3, 2, 1):
                if " ".join(words[-length:]) in units and len(words) >= length:
                    following = " ".join([words[-1], *[w.lower() for w in _WORD.findall(ahead[word.end() :])[:1]]])
                    return " ".join(words) if following not in units else f"{' '.join(words[:-1])} {following}".strip()
            if words[-1] in names_to("noun_stops", "stops"):
                return ""
        return ""

    def _sentence(self, sentence: tuple[int, int], candidates: list[Candidate]) -> list[Observation]:
        periods = self._periods(sentence)
        every = find_periods(self.reading.text[sentence[0] : sentence[1]], context=self.context)
        inside = [(sentence[0] + p.start, sentence[0] + p.end) for p in every]
        numbers = [c for c in candidates if not self._overlaps(inside, c.start, c.end)]
        text = self.reading.text[sentence[0] : sentence[1]]
        bound: list[tuple[Candidate, PlacedPeriod]] = []
        step = self._in_step(numbers, periods, sentence)
        in_step = "respectively" in text.lower()
        for number in numbers:
            placed = step.get(number.start) if number.attributes.get("step") else None
            if placed is None and in_step and len(periods) > 1:
                continue
            if placed is None and not number.attributes.get("step"):
                placed = self._bind(number, numbers, periods, sentence, text)
            if placed is not None:
                bound.append((number, placed))
        self._ask_about([number for number in numbers if all(number is not done for done, _ in bound)])
        out = []
        for number, placed in bound:
            breakdown = self._breakdown(number, numbers)
            metric = self._metric(sentence, number)
            out.append(self._observation(number.value, number.start, placed, "prose", metric, breakdown,
                                         noun=number.noun, rule=number.rule))  # fmt: skip
        return out

    def _ask_about(self, unbound: Sequence[Candidate]) -> None:
        """Put the counts of a sentence that have no certain period before a person."""
        counted = [c for c in unbound if c.noun and not self._in_words(c.start, c.end)]
        if counted:
            reason = "This count has no period that is certain; it was left out."
            self.reading.review("unpaired_number", reason, counted[0].start, counted[-1].end)

    def _periods(self, sentence: tuple[int, int]) -> list[tuple[FoundPeriod, int]]:
        found = [(p, at) for p, at in found_in(self.reading, sentence, self.context) if p.period.start]
        found = [(p, at) for p, at in found if not self._masked_spans.overlap(at + p.start, at + p.end)]
        spans = [(p, at) for p, at in found if p.kind != "day"]
        return spans or found

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
            if _DIRECT.fullmatch(between) and not _BREAK.search(between) and not broken:
                return self._placed(following)
        if number.attributes.get("change"):
            return self._changed(number, sentence)
        if preceding is not None:
            return self._placed(preceding)
        if following is not None:
            others = {p.period.start for p, _ in periods}
            stop = following[1] + following[0].start
            parted = any(n.attributes.get("part") for n in numbers if number.end <= n.start < stop)
            return self._placed(following) if len(others) == 1 and not parted else None
        return self._from_around(number, sentence, text)

    def _changed(self, number: Candidate, sentence: tuple[int, int]) -> PlacedPeriod | None:
        """Give the period of one end of a change that names none: the first or second of the two years spoken of."""
        two = self._years_before(sentence[1], 2)
        text = self.reading.flow[sentence[0] : sentence[1]]
        if len(two) != 2 or not _SAME_YEARS.search(text):
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
        return self.reading.lines[line][0]

    def _in_step(
        self, numbers: Sequence[Candidate], periods: Sequence[tuple[FoundPeriod, int]], sentence: tuple[int, int]
    ) -> dict[int, PlacedPeriod]:
        """Zip the numbers before "respectively" with as many periods, of this sentence or the one before."""
        in_step = [n for n in numbers if n.attributes.get("step")]
        if len(in_step) < 2:
            return {}
        before = [pair for pair in periods if pair[1] + pair[0].end <= in_step[0].start]
        if not before:
            index = bisect.bisect_left(self.reading.sentences, sentence)
            before = self._periods(self.reading.sentences[index - 1]) if index else []
        if len(before) != len(in_step):
            return {}
        return {n.start: self._placed(pair) for n, pair in zip(in_step, before, strict=True)}

    def _from_around(self, number: Candidate, sentence: tuple[int, int], text: str) -> PlacedPeriod | None:
        """Give the period of a sentence that names none: the sentence before says it, or the question does."""
        if _SAME_DAY.search(text):
            days = [pair for pair in found_in(self.reading, (max(0, sentence[0] - 1500), sentence[0]), self.context)
                    if pair[0].period.type == "instant"]  # fmt: skip
            return self._placed(days[-1]) if days else None
        strong = number.attributes.get("strong") or number.attributes.get("zero") or _THAT_PERIOD.search(text)
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

    def _breakdown(self, number: Candidate, numbers: Sequence[Candidate]) -> dict[str, str | bool]:
        ahead = self.reading.flow[number.end : number.end + 80]
        if number.attributes.get("times"):
            thing = regex.match(r" ?[x×] ([^,;.()]+?)(?= and \d|[,;.()]|$)", ahead)
            if thing:
                return {breakdown_key(thing[1], default="kind"): plain_label(thing[1])}
        parts = [n for n in numbers if n.attributes.get("part") and n.start > number.start]
        if number.attributes.get("total") or (parts and not number.attributes.get("part") and number is numbers[0]):
            return {"total": True}
        if number.attributes.get("part"):
            words = _WORD.findall(regex.split(r"[,;.:]| and \d", ahead, maxsplit=1)[0])
            kind = " ".join(
                w
                for w in words
                if w.lower() not in {"was", "were", "had", "been", "have", "of", "which", "whom", "in", "them", "these"}
            )
            return {"kind": shortened(kind)} if kind else {}
        return {}

    def _metric(self, sentence: tuple[int, int], number: Candidate) -> str:
        text = self.reading.text[sentence[0] : sentence[1]]
        if number.noun.split()[:1] in (["such"], ["others"]) and sentence[0] > 0:
            before = self.reading.sentence_at(sentence[0] - 1)
            text = f"{text} {self.reading.text[before[0] : before[1]]}"
        return text

    def _observation(
        self,
        value: Value,
        offset: int,
        placed: PlacedPeriod,
        method: Literal["list", "prose", "answer"],
        metric: str,
        breakdown: dict[str, str | bool],
        *,
        noun: str = "",
        rule: str = "",
        check: Literal["totals_agree", "totals_disagree", "unchecked"] = "unchecked",
    ) -> Observation:
        start = offset + value.start
        end = start + len(value.raw)
        self._used_spans.add(start, end)
        question = self.asking.question(start, metric)
        asked = self.asking.text_of(question)
        within = _WITHIN.search(asked)
        if within:
            breakdown = {breakdown_key(within["what"], default="within"): within["what"], **breakdown}
        unit = value.unit or unit_in(noun) or unit_in(metric) or unit_in(asked) or "count"
        return Observation(
            id="",
            question=question,
            metric=shortened(metric),
            breakdown=breakdown,
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
