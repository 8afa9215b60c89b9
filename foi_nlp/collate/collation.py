"""Collate letters: groups, aligned questions, and tidy tables with a graded comparison."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from foi_nlp.collate.aligning import Asked, Match, align, asked_of, meaning, reference_reply
from foi_nlp.collate.campaign import Authority, Campaign, authorities, read_campaign
from foi_nlp.collate.comparing import (
    asked_unit,
    breakdown_json,
    caveats_on,
    is_proxy,
    line_of,
    reasons,
    structural_reasons,
    verdict,
)
from foi_nlp.collate.errors import CollateError
from foi_nlp.collate.grouping import (
    SAME_WITH_YEARS,
    SAME_WITHOUT_YEARS,
    Group,
    NearMiss,
    group_replies,
    likeness,
    swapped_words,
)
from foi_nlp.collate.requests import Reply, numbers_of, replies_of, words_of, years_of
from foi_nlp.collate.schema import BY_NAME, TABLES, Cell, Row, joined, plain
from foi_nlp.records import LetterRecord, Observation, Place, Question

if TYPE_CHECKING:
    import pandas

_RESPONDING = frozenset({"responder", "joint_responder"})
_PENDING_LETTERS = frozenset({"holding", "clarification"})
_CONTEXT = 60
_UNKNOWN = "unknown"
_ASKED = "asked"
_ALL = "all"
_STATUS_OF_OUTCOME = (
    ("refused_cost", "refused_cost"),
    ("refused_exempt", "withheld"),
    ("refused_suppressed", "suppressed"),
    ("refused", "refused"),
    ("deferred", "refused"),
    ("ncnd", "ncnd"),
    ("not_held", "not_held"),
    ("not_recorded", "not_held"),
    ("not_applicable", "not_applicable"),
    ("disclosed_attachment", "in_attachment"),
    ("clarification", "pending"),
    ("fees_notice", "pending"),
    ("pit_extension", "pending"),
    ("transferred", "pending"),
)


@dataclass(frozen=True)
class Run:
    """Letters that were annotated together: the folder's name, its records, and what annotated them."""

    name: str
    records: tuple[LetterRecord, ...]
    version: str = ""
    rules_sha256: str = ""


@dataclass(frozen=True)
class Collation:
    """The tables of a collation, by name, and the text of each letter, by letter id."""

    name: str
    tables: Mapping[str, list[Row]]
    texts: Mapping[str, str] = field(default_factory=dict)

    def rows(self, table: str, **equal: Cell) -> list[Row]:
        """Give the rows of a table in which each named column has the given value."""
        return [row for row in self.tables[table] if all(row[key] == value for key, value in equal.items())]

    def to_pandas(self, table: str = "observations") -> pandas.DataFrame:
        """Give a table as a pandas DataFrame, with types that keep the empty apart from zero.

        Raises CollateError if pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise CollateError("pandas is not installed; install it with: pip install pandas") from None
        kinds = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
        columns = {
            column.name: pd.array([row[column.name] for row in self.tables[table]], dtype=kinds[column.kind])
            for column in BY_NAME[table].columns
        }
        return pd.DataFrame(columns)


def collate(runs: Iterable[Path | str], *, campaign: Path | str | None = None) -> Collation:
    """Collate the letters of run folders. Raises StoreError for what is no run, CollateError for a bad campaign."""
    read = read_campaign(Path(campaign)) if campaign is not None else None
    return collate_runs([_read_run(Path(run)) for run in runs], campaign=read)


def collate_records(records: Iterable[LetterRecord], *, campaign: Campaign | None = None) -> Collation:
    """Collate records that are at hand."""
    return collate_runs([Run("records", tuple(records))], campaign=campaign)


def collate_runs(runs: Sequence[Run], *, campaign: Campaign | None = None) -> Collation:
    """Collate the letters of runs; with a campaign, those that answer its request."""
    return _Builder(runs, campaign).build()


def _read_run(folder: Path) -> Run:
    from foi_nlp.store import RUN, read_records

    records = tuple(read_records(folder))
    try:
        about = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = {}
    versions = about.get("versions") or {}
    return Run(
        folder.name or str(folder), records, str(versions.get("foi_nlp", "")), str(about.get("rules_sha256", ""))
    )


@dataclass
class _Letter:
    """A letter with its ids. `responders` are the ids of the authorities that answer, in order."""

    id: str
    run: str
    record: LetterRecord
    responders: tuple[str, ...]
    duplicate_of: str | None = None

    @property
    def date(self) -> str:
        return next((d.iso for d in self.record.dates if d.role == "letter_date"), "")

    @property
    def references(self) -> tuple[str, ...]:
        found = (r.value for r in self.record.references if r.role == "authority_reference")
        return tuple(dict.fromkeys(found))


@dataclass
class _Request:
    """A group with its questions. `matches` has the matches of each member (an index into the replies)."""

    id: str
    group: Group
    name: str
    years: frozenset[str]
    year_type: str
    asked: list[Asked]
    matches: dict[int, list[Match]]


@dataclass(frozen=True)
class _Figure:
    """A figure with its place in a request."""

    letter: _Letter
    observation: Observation
    request: _Request | None
    question: str | None
    authorities: tuple[str, ...]
    line: str


class _Builder:
    """Builds the tables step by step; each step adds rows."""

    def __init__(self, runs: Sequence[Run], campaign: Campaign | None) -> None:
        self.runs = runs
        self.campaign = campaign
        self.known = authorities()
        self.tables: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        self.letters: list[_Letter] = []
        self.replies: list[Reply] = []
        self.requests: list[_Request] = []
        self._evidence: dict[tuple[str, int, int], str] = {}
        self._outcomes: dict[str, list[Row]] = {}
        self._asked: dict[str, list[Row]] = {}
        self._metrics: dict[tuple[str, str | None, str | None, str], int] = {}
        self._labels: dict[tuple[str, str | None, str | None], int] = {}
        self._members: dict[str, list[tuple[_Request, int]]] = {}

    def build(self) -> Collation:
        self._read_letters()
        live = [n for n, letter in enumerate(self.letters) if letter.duplicate_of is None]
        self.replies = [reply for n in live for reply in replies_of(n, self.letters[n].record)]
        self._make_requests()
        self._add_letters()
        figures = [figure for letter in self.letters if letter.duplicate_of is None for figure in self._facts(letter)]
        superseded = self._superseded(figures)
        by_request: dict[str, list[_Figure]] = {}
        for figure in figures:
            by_request.setdefault(figure.request.id if figure.request else "", []).append(figure)
        for row in self.tables["outcomes"]:
            self._outcomes.setdefault(str(row["group_id"]), []).append(row)
        self._add_observations(figures, superseded)
        for request in self.requests:
            self._add_request(request)
            self._compare(request, by_request.get(request.id, []), superseded)
        name = self.campaign.name if self.campaign else "Replies to Freedom of Information requests"
        texts = {letter.id: letter.record.text for letter in self.letters if letter.duplicate_of is None}
        self._add_authorities()
        return Collation(name, {t.name: self._checked(t.name) for t in TABLES}, texts)

    def _checked(self, table: str) -> list[Row]:
        columns = BY_NAME[table].columns
        return [{c.name: plain(row.get(c.name), c.kind) for c in columns} for row in self.tables[table]]

    def _add(self, table: str, **row: Cell) -> None:
        self.tables[table].append(row)

    def _issue(self, code: str, text: str, *, group: str | None = None, letter: str | None = None) -> None:
        number = len(self.tables["issues"]) + 1
        self._add("issues", issue_id=f"I{number}", code=code, group_id=group, letter_id=letter, text=text)

    # Letters

    def _read_letters(self) -> None:
        taken: Counter[str] = Counter()
        by_text: dict[str, _Letter] = {}
        by_facts: dict[tuple[object, ...], _Letter] = {}
        for number, run in enumerate(self.runs, start=1):
            self._add("runs", run_id=f"R{number}", folder=run.name, letters=len(run.records),
                      version=run.version or None,
                      rules_sha256=run.rules_sha256 or None)  # fmt: skip
            for record in map(_with_own_ids, run.records):
                base = f"L{record.text_sha256[:12] or 'x'}"
                taken[base] += 1
                letter = _Letter(
                    base if taken[base] == 1 else f"{base}-{taken[base]}", f"R{number}", record, _responders(record)
                )
                self.letters.append(letter)
                first = by_text.setdefault(record.text_sha256, letter)
                if first is letter:
                    first = by_facts.setdefault(_facts_key(letter), letter)
                if first is not letter:
                    letter.duplicate_of = first.id
                    self._issue(
                        "duplicate",
                        f"{record.source} is the same letter as {first.record.source}: it counts once",
                        letter=letter.id,
                    )
                elif not letter.responders:
                    self._issue("no_authority", f"{record.source}: who answers is not known", letter=letter.id)

    def _add_letters(self) -> None:
        for letter in self.letters:
            record = letter.record
            outcome = record.letter_outcome
            self._add(
                "letters",
                letter_id=letter.id,
                run_id=letter.run,
                source=record.source,
                source_sha256=record.source_sha256,
                text_sha256=record.text_sha256,
                authority_ids=joined(letter.responders),
                reference=joined(letter.references),
                regime=record.regime,
                letter_date=letter.date or None,
                as_of=next((d.iso for d in record.dates if d.role == "as_of"), None),
                outcome=outcome.id if outcome else None,
                alaveteli=outcome.alaveteli if outcome else None,
                to_review=len(record.needs_review),
                notes="; ".join(note.text for note in record.source_notes) or None,
                duplicate_of=letter.duplicate_of,
            )
            if letter.duplicate_of is None:
                t = record.timeliness
                self._add(
                    "timeliness",
                    letter_id=letter.id,
                    authority_ids=joined(letter.responders),
                    regime=record.regime,
                    received=t.received,
                    answered=t.answered,
                    working_days=t.working_days,
                    limit=t.limit,
                    deadline=t.deadline,
                    in_time={True: "yes", False: "no", None: _UNKNOWN}[t.in_time],
                    note=t.note or None,
                )

    # Requests

    def _make_requests(self) -> None:
        groups, misses = group_replies(self.replies)
        if self.campaign is not None:
            groups, misses = [self._campaign_group(self.campaign, groups)], []
        for number, group in enumerate(groups, start=1):
            members = [self.replies[m] for m in group.members]
            self.requests.append(self._request(f"G{number}", group, members))
        for request in self.requests:
            for member in request.group.members:
                letter = self.letters[self.replies[member].letter]
                self._members.setdefault(letter.id, []).append((request, member))
        homes = {member: request.id for request in self.requests for member in request.group.members}
        for miss in misses:
            self._report_miss(miss, homes)

    def _report_miss(self, miss: NearMiss, homes: Mapping[int, str]) -> None:
        if homes[miss.first] == homes[miss.second]:
            return
        first, second = (self.letters[self.replies[n].letter].record.source for n in (miss.first, miss.second))
        self._issue(
            "kept_apart",
            f"{first} and {second} ask in like words and are kept apart: {miss.reason}",
            group=homes[miss.first],
        )

    def _request(self, group_id: str, group: Group, members: Sequence[Reply]) -> _Request:
        campaign = self.campaign
        years = frozenset().union(*(reply.years for reply in members)) if members else frozenset()
        text = " ".join((campaign.request if campaign else "", *(reply.text for reply in members[:1])))
        if campaign and (named := years_of(f"{campaign.request} {' '.join(q[1] for q in campaign.questions)}")):
            years = named
        if campaign and campaign.questions:
            asked = [Asked(*question) for question in campaign.questions]
        else:
            asked = asked_of(reference_reply(members)) if members else []
        matches: dict[int, list[Match]] = {}
        for member in group.members:
            matches[member] = align(asked, self.replies[member], fixed=self._fixed(self.replies[member], asked))
        year_type = (campaign.year_type if campaign else None) or _year_type(years, text)
        name = campaign.name if campaign else _name_of(members, self.letters)
        return _Request(group_id, group, name, years, year_type, asked, matches)

    def _fixed(self, reply: Reply, asked: Sequence[Asked]) -> dict[str, tuple[str, ...]]:
        fixed: dict[str, tuple[str, ...]] = {}
        ids = {a.id for a in asked}
        for name, question, targets in self.campaign.align if self.campaign else ():
            if reply.letter in self._named(name, "align.letter"):
                if question not in reply.question_ids:
                    raise CollateError(f"campaign file: align: {name} has no question {question}; it has "
                                       f"{', '.join(reply.question_ids) or 'none'}")  # fmt: skip
                if missing := set(targets) - ids:
                    raise CollateError(f"campaign file: align: {', '.join(sorted(missing))} is no question of the "
                                       f"request; it has {', '.join(sorted(ids))}")  # fmt: skip
                fixed[question] = targets
        return fixed

    def _named(self, name: str, place: str) -> set[int]:
        """Give the letters of a name in the campaign file: a file, its base name, a reference or a letter id."""
        found = {
            n
            for n, letter in enumerate(self.letters)
            if name in (letter.id, letter.record.source, Path(letter.record.source).name, *letter.references)
        }
        if found:
            return found
        from rapidfuzz import process

        names = [Path(letter.record.source).name for letter in self.letters]
        nearest = process.extractOne(name, names)
        hint = f"; did you mean “{nearest[0]}”?" if nearest and nearest[1] >= 60 else ""
        raise CollateError(f"campaign file: {place}: “{name}” names no letter of the runs{hint}")

    def _campaign_group(self, campaign: Campaign, groups: Sequence[Group]) -> Group:
        included = {n for name in campaign.include for n in self._named(name, "letters.include")}
        excluded = {n for name in campaign.exclude for n in self._named(name, "letters.exclude")}
        wanted = _campaign_reply(campaign)
        scores: dict[int, float] = {}
        for group in groups:
            found = {
                m: score for m in group.members if (score := self._answers(wanted, self.replies[m])) is not None
            } if wanted.words else {}  # fmt: skip
            if found:
                scores |= {m: found.get(m, group.scores[m]) for m in group.members}
        for m, reply in enumerate(self.replies):
            if reply.letter in excluded:
                scores.pop(m, None)
            elif reply.letter in included:
                scores.setdefault(m, 100.0)
        for m, reply in enumerate(self.replies):
            if m not in scores:
                letter = self.letters[reply.letter]
                why = "excluded by the campaign file" if reply.letter in excluded else self._why_not(wanted, reply)
                self._issue("left_out", f"{letter.record.source} is not part of the campaign: {why}", letter=letter.id)
        for note in campaign.notes:
            self._issue("one_authority", note)
        return Group(sorted(scores), scores)

    def _answers(self, wanted: Reply, reply: Reply) -> float | None:
        if (wanted.years and wanted.years != reply.years) or (wanted.numbers and wanted.numbers != reply.numbers):
            return None
        score = likeness(wanted.words, reply.words)
        enough = SAME_WITH_YEARS if wanted.years else SAME_WITHOUT_YEARS
        return score if score >= enough and swapped_words(wanted, reply) is None else None

    def _why_not(self, wanted: Reply, reply: Reply) -> str:
        if not reply.words:
            return "it does not repeat its request; name it in letters.include if it belongs"
        if wanted.years and wanted.years != reply.years:
            return f"it was asked for {', '.join(sorted(reply.years)) or 'no years'}"
        return "it answers another request"

    # Facts of one letter

    def _place(self, letter: _Letter, start: int, end: int, place: Place | None = None) -> str | None:
        text = letter.record.text
        if not 0 <= start < end <= len(text):
            return None
        key = (letter.id, start, end)
        if key not in self._evidence:
            self._evidence[key] = evidence_id = f"{letter.id}-{start}-{end}"
            self._add(
                "evidence",
                evidence_id=evidence_id,
                letter_id=letter.id,
                char_start=start,
                char_end=end,
                prefix=text[max(0, start - _CONTEXT) : start],
                exact=text[start:end],
                suffix=text[end : end + _CONTEXT],
                page=place.page if place else None,
                box=" ".join(f"{n:g}" for n in place.box) if place and place.box else None,
                sheet=place.sheet if place else None,
                cell=place.cell if place else None,
                part=place.part if place else None,
            )
        return self._evidence[key]

    def _facts(self, letter: _Letter) -> list[_Figure]:
        record = letter.record
        places = self._places(letter)
        only = {id(r): r for r, _ in places.values()}
        whole = next(iter(only.values())) if len(only) == 1 else self._home_of(letter)
        for n, outcome in enumerate(record.outcomes, start=1):
            request, questions = places.get(outcome.question, (whole, ()))
            self._add(
                "outcomes",
                outcome_id=f"{letter.id}-q{n}",
                letter_id=letter.id,
                group_id=request.id if request else None,
                letter_question=outcome.question,
                question_ids=joined(questions),
                outcome=outcome.outcome,
                secondary=joined(outcome.secondary),
                flags=joined(outcome.flags),
                provisions=joined(outcome.provisions),
                evidence_id=self._place(letter, outcome.start, outcome.end),
            )
        self._add_provisions(letter)
        known = reasons()
        for caveat in record.caveats:
            reason = known.get(f"caveat.{caveat.category}")
            self._add(
                "caveats",
                caveat_id=f"{letter.id}-{caveat.id}",
                letter_id=letter.id,
                category=caveat.category,
                subtype=caveat.subtype,
                scope=caveat.scope,
                across=reason.across if reason else caveat.severity if caveat.severity != "notes" else "none",
                over_time=reason.over_time if reason else caveat.severity if caveat.severity != "notes" else "none",
                evidence_id=self._place(letter, caveat.start, caveat.end),
            )
        return [self._figure(letter, observation, places, whole) for observation in record.observations]

    def _add_provisions(self, letter: _Letter) -> None:
        from foi_nlp.provision_register import load_register

        titles = load_register()
        for n, provision in enumerate(letter.record.provisions, start=1):
            title = titles[provision.id].title if provision.id in titles else None
            self._add(
                "provisions",
                provision_id=f"{letter.id}-p{n}",
                letter_id=letter.id,
                provision=provision.id,
                title=title,
                status=provision.status,
                boilerplate=provision.boilerplate,
                is_ground=provision.status != "mentioned" and not provision.boilerplate and _is_ground(provision.id),
                letter_questions=joined(provision.questions),
                evidence_id=self._place(letter, provision.start, provision.end),
            )

    def _places(self, letter: _Letter) -> dict[str, tuple[_Request, tuple[str, ...]]]:
        """Give for each question of a letter its request and the questions of it that it is."""
        found: dict[str, tuple[_Request, tuple[str, ...]]] = {}
        for request, member in self._members.get(letter.id, ()):
            matches = request.matches[member]
            for question in self.replies[member].question_ids:
                found[question] = (request, tuple(m.question for m in matches if m.letter_question == question))
        return found

    def _home_of(self, letter: _Letter) -> _Request | None:
        homes = self._members.get(letter.id, [])
        return homes[0][0] if len(homes) == 1 else None

    def _figure(
        self,
        letter: _Letter,
        observation: Observation,
        places: Mapping[str, tuple[_Request, tuple[str, ...]]],
        whole: _Request | None,
    ) -> _Figure:
        request, questions = places.get(observation.question or "", (whole, ()))
        breakdown = dict(observation.breakdown)
        owners = letter.responders
        if len(owners) > 1:
            for key, value in observation.breakdown.items():
                named = tuple(o for o in owners if value is not True and self._is_name(str(value), o))
                if named:
                    owners = named
                    del breakdown[key]
        question = None
        if request is not None and questions:
            question = _best_question(observation, questions, request.asked, letter.record)
        line = line_of(breakdown, observation.unit if self._splits_nothing(letter, observation) else "")
        if line == _ALL and self._is_column(letter, observation):
            line = line_of({"measure": observation.metric})
        if request is not None and question is not None and line == _ALL:
            question = _yearly_part(question, request.asked)
        return _Figure(letter, observation, request, question, owners, line)

    def _is_column(self, letter: _Letter, observation: Observation) -> bool:
        """Whether the metric is one of several of one unit in its table (`Female`, `Male`), and so splits the whole."""
        key = (letter.id, observation.question, observation.table, observation.unit)
        if key not in self._metrics:
            alike = (o for o in letter.record.observations if (o.question, o.table, o.unit) == key[1:])
            self._metrics[key] = len({o.metric.casefold() for o in alike if not o.breakdown and words_of(o.metric)})
        return observation.table is not None and bool(words_of(observation.metric)) and self._metrics[key] > 1

    def _splits_nothing(self, letter: _Letter, observation: Observation) -> bool:
        """Whether all figures of the same question and table bear one label, which then is no split."""
        key = (letter.id, observation.question, observation.table)
        if key not in self._labels:
            alike = (o for o in letter.record.observations if (o.question, o.table) == key[1:])
            self._labels[key] = len({line_of(o.breakdown) for o in alike})
        return self._labels[key] == 1

    def _is_name(self, text: str, authority: str) -> bool:
        words = text.casefold().replace("-", " ").split()
        known = self.known.get(authority)
        names = [authority.replace("-", " "), known.name.casefold() if known else ""]
        return any(words == name.split() for name in names)

    # Corrected replies

    def _superseded(self, figures: Sequence[_Figure]) -> dict[tuple[str, str, str], str]:
        """Give, for a letter, request and question, the letter whose answer stands instead; '' where unknown."""
        found: dict[tuple[str, str, str], str] = {}
        answered = {(f.letter.id, f.request.id, f.question) for f in figures if f.request and f.question}
        for row in self.tables["outcomes"]:
            if row["outcome"] != "not_addressed":
                for question in str(row["question_ids"] or "").split(";"):
                    answered.add((str(row["letter_id"]), str(row["group_id"]), question))
        for request in self.requests:
            for letters in self._letters_by_force(request).values():
                if len(letters) < 2:
                    continue
                dates = [letter.date for letter in letters]
                known = all(len(d) == 10 for d in dates) and len(set(dates)) == len(dates)
                ordered = sorted(letters, key=lambda letter: letter.date) if known else letters
                names = ", ".join(letter.record.source for letter in ordered)
                self._issue(
                    "corrected" if known else "two_replies",
                    f"{names}: letters of one force to one request; "
                    + ("the latest stands for each question that it answers" if known else
                       "their dates do not say which one stands, so that none of their figures is compared"),
                    group=request.id,
                )  # fmt: skip
                for n, letter in enumerate(ordered):
                    for asked in request.asked:
                        later = [o.id for o in ordered[n + 1 :] if (o.id, request.id, asked.id) in answered]
                        if not known:
                            found[letter.id, request.id, asked.id] = ""
                        elif later:
                            found[letter.id, request.id, asked.id] = later[-1]
        return found

    def _letters_by_force(self, request: _Request) -> dict[tuple[str, ...], list[_Letter]]:
        found: dict[tuple[str, ...], list[_Letter]] = {}
        for member in request.group.members:
            letter = self.letters[self.replies[member].letter]
            letters = found.setdefault(letter.responders or (letter.id,), [])
            if letter not in letters:
                letters.append(letter)
        return found

    def _add_observations(self, figures: Sequence[_Figure], superseded: Mapping[tuple[str, str, str], str]) -> None:
        for figure in figures:
            o, letter = figure.observation, figure.letter
            request = figure.request.id if figure.request else None
            caveats = caveats_on(o, letter.record)
            self._add(
                "observations",
                observation_id=f"{letter.id}-{o.id}",
                letter_id=letter.id,
                group_id=request,
                authority_ids=joined(figure.authorities),
                letter_question=o.question,
                question_id=figure.question,
                measure=o.metric or None,
                unit=o.unit,
                breakdown=breakdown_json(o.breakdown),
                line=figure.line,
                period_label=o.period.label,
                period_type=o.period.type,
                period_start=o.period.start,
                period_end=o.period.end,
                period_complete=o.period.complete,
                value=o.value,
                value_raw=o.value_raw,
                symbol=o.symbol,
                low=o.low,
                high=o.high,
                value_status=o.status,
                approximate=o.approximate,
                proxy=is_proxy(o, letter.record, caveats),
                caveats=joined(c.category for c in caveats),
                method=o.method,
                table_id=o.table,
                table_row=o.cell[0] if o.cell else None,
                table_column=o.cell[1] if o.cell else None,
                check=o.check,
                rule=o.rule or None,
                superseded_by=superseded.get((letter.id, request or "", figure.question or "")) or None,
                evidence_id=self._place(letter, o.start, o.end, o.place),
            )

    # One request

    def _add_request(self, request: _Request) -> None:
        by_force = self._letters_by_force(request)
        asked_on = dict(self.campaign.asked) if self.campaign else {}
        answered: dict[str, list[_Letter]] = {}
        for letters in by_force.values():
            for letter in letters:
                for authority in letter.responders or (_UNKNOWN,):
                    answered.setdefault(authority, []).append(letter)
        if asked_on:
            for authority in answered.keys() - asked_on.keys() - {_UNKNOWN}:
                self._issue(
                    "not_asked", f"{authority} has answered and is not among the forces asked", group=request.id
                )
        self._add(
            "groups",
            group_id=request.id,
            name=request.name,
            request=next((self.replies[m].text for m in request.group.members), None),
            years=joined(sorted(request.years)),
            year_type=request.year_type,
            letters=len({self.replies[m].letter for m in request.group.members}),
            asked=len({*answered, *asked_on}),
        )
        for position, asked in enumerate(request.asked, start=1):
            self._add("questions", group_id=request.id, question_id=asked.id, position=position,
                      parent_id=asked.parent, text=" ".join(asked.text.split()))  # fmt: skip
        self._add_replies(request, by_force)
        for authority in sorted({*answered, *asked_on}):
            self._add_asked(request, authority, asked_on.get(authority), answered.get(authority, []))

    def _add_replies(self, request: _Request, by_force: Mapping[tuple[str, ...], list[_Letter]]) -> None:
        earlier = {b.id: a.id for letters in by_force.values()
                   for a, b in pairwise(sorted(letters, key=lambda x: x.date))}  # fmt: skip
        for member in request.group.members:
            reply = self.replies[member]
            letter = self.letters[reply.letter]
            alone = len(request.group.members) == 1 and self.campaign is None
            basis = "alone" if alone and reply.words else "no_request" if alone else "years, numbers and wording"
            if self.campaign and not reply.words:
                basis = "campaign file"
            self._add("replies", group_id=request.id, letter_id=letter.id, part=reply.part, basis=basis,
                      score=round(request.group.scores[member], 1), corrects=earlier.get(letter.id))  # fmt: skip
            for match in request.matches[member]:
                self._add("alignments", group_id=request.id, question_id=match.question, letter_id=letter.id,
                          letter_question=match.letter_question, text=" ".join(match.text.split())[:500],
                          basis=match.basis, score=match.score)  # fmt: skip
            for match in request.matches[member]:
                if match.basis == "new" and len(request.group.members) > 1:
                    self._issue(
                        "unaligned",
                        f"{letter.record.source}: question {match.letter_question} is none of the request's questions",
                        group=request.id,
                        letter=letter.id,
                    )

    def _add_asked(self, request: _Request, authority: str, on: date | None, letters: Sequence[_Letter]) -> None:
        from foi_nlp.timeliness import deadline_after

        standing = max(letters, key=lambda letter: letter.date, default=None)
        outcome = standing.record.letter_outcome.id if standing and standing.record.letter_outcome else None
        answer = "no_reply" if standing is None else "pending" if outcome in _PENDING_LETTERS else "answered"
        due = standing.record.timeliness.deadline if standing else None
        if standing is None and on is not None:
            known = self.known.get(authority)
            scottish = known is not None and known.regime.startswith("FOISA")
            due = deadline_after(on, regime="FOISA 2002" if scottish else "FOIA 2000").isoformat()
        today = self.campaign.reckoned_on if self.campaign else None
        overdue = _UNKNOWN
        if answer == "answered":
            overdue = "no"
        elif due and today:
            overdue = "yes" if today.isoformat() > due else "no"
        self._add("requests", group_id=request.id, authority_id=authority, asked_on=on.isoformat() if on else None,
                  answer=answer, letters=len(letters), outcome=outcome, due=due, overdue=overdue)  # fmt: skip
        self._asked.setdefault(request.id, []).append(self.tables["requests"][-1])

    # The comparison

    def _compare(
        self, request: _Request, figures: Sequence[_Figure], superseded: Mapping[tuple[str, str, str], str]
    ) -> None:
        cells: dict[tuple[str, ...], list[Row]] = {}
        asked_type = request.year_type if request.year_type in ("calendar", "financial") else None
        units: dict[str | None, list[str]] = {}
        for figure in figures:
            units.setdefault(figure.question, []).append(figure.observation.unit)
        texts = {a.id: " ".join((a.text, *(p.text for p in request.asked if p.id == a.parent))) for a in request.asked}
        counted = {question: asked_unit(texts.get(question or "", ""), found) for question, found in units.items()}
        rows: list[Row] = []
        for figure in figures:
            standing = superseded.get((figure.letter.id, request.id, figure.question or ""))
            if standing:
                continue
            unit = counted[figure.question]
            row = self._cell(figure, request, asked_type, unit, set(units[figure.question]))
            if standing == "":
                _worsen(row, ["two_replies"])
            key = tuple(str(row[k]) for k in (
                "question_id", "measure", "line", "period_type", "period_start", "period_end", "authority_id",
                "letter_id", "unit"))  # fmt: skip
            same = cells.setdefault(key, [])
            if any(other["shown"] == row["shown"] or other["value"] == row["value"] is not None for other in same):
                continue
            same.append(row)
            rows.append(row)
        for same in cells.values():
            if len(same) > 1:
                for row in same:
                    _worsen(row, ["two_values"])
        rows += self._gaps(request, rows)
        order = {a.id: n for n, a in enumerate(request.asked)}
        rows.sort(key=lambda row: (order.get(str(row["question_id"]), len(order)), row["measure"] != _ASKED,
                                   row["line"] != _ALL, str(row["line"]), str(row.get("period_start") or ""),
                                   str(row.get("period_end") or ""), str(row["authority_id"])))  # fmt: skip
        for number, row in enumerate(rows, start=1):
            row["cell_id"] = f"{request.id}-c{number}"
            _put_verdicts(row)
            self.tables["comparison"].append(row)
        self._total(request, rows)
        self._report_years(request, asked_type, rows)

    def _report_years(self, request: _Request, asked_type: str | None, rows: Sequence[Row]) -> None:
        """Say which forces give calendar and which financial years, where both kinds stand side by side."""
        by_type: dict[str, set[str]] = {}
        for row in rows:
            kind = {"calendar_year": "calendar", "financial_year": "financial"}.get(str(row.get("period_type")))
            if kind and row.get("observation_id"):
                by_type.setdefault(kind, set()).add(str(row["authority_id"]))
        if len(by_type) < 2:
            return
        said = "; ".join(f"{kind} years: {', '.join(sorted(forces))}" for kind, forces in sorted(by_type.items()))
        asked = f" ({asked_type} years were asked for)" if asked_type else ""
        self._issue("year_types", f"calendar and financial years are kept apart{asked}: {said}", group=request.id)

    def _cell(
        self, figure: _Figure, request: _Request, asked_type: str | None, unit: str | None, units: set[str]
    ) -> Row:
        o, record = figure.observation, figure.letter.record
        caveats = caveats_on(o, record)
        proxy = is_proxy(o, record, caveats)
        found = structural_reasons(o, record, asked_year_type=asked_type, unit=unit, joint=len(figure.authorities) > 1)
        if proxy:
            found.append("proxy")
        if figure.question is None and "no_question" not in found:
            found.append("no_question")
        found += [f"caveat.{c.category}" for c in caveats if c.category != "proxy_measure"]
        measure = _ASKED
        if proxy:
            measure = f"other: {o.metric or o.unit}"
        elif "unit" in found or (unit is None and len(units - {"count", "years", "months"}) > 1):
            measure = f"other: {o.unit}" if "unit" in found else f"asked: {o.unit}"
        return {
            "group_id": request.id,
            "question_id": figure.question,
            "measure": measure,
            "line": figure.line,
            "period_label": o.period.label,
            "period_type": o.period.type,
            "period_start": o.period.start,
            "period_end": o.period.end,
            "authority_id": joined(figure.authorities) or _UNKNOWN,
            "letter_id": figure.letter.id,
            "observation_id": f"{figure.letter.id}-{o.id}",
            "value": o.value,
            "low": o.low,
            "high": o.high,
            "shown": o.value_raw,
            "value_status": o.status,
            "unit": o.unit,
            "reason_ids": joined(found),
            "evidence_id": self._place(figure.letter, o.start, o.end, o.place),
        }

    def _gaps(self, request: _Request, rows: Sequence[Row]) -> list[Row]:
        """Give a row for each question to which a force that was asked has no figure, and each year it leaves out."""
        parents = {a.parent for a in request.asked}
        leaves = [a for a in request.asked if a.id not in parents]
        asked = self._asked.get(request.id, [])
        outcomes = self._outcomes.get(request.id, [])
        senders = [self.letters[self.replies[m].letter] for m in request.group.members]
        gaps: list[Row] = []
        for who in asked:
            authority = str(who["authority_id"])
            mine = [row for row in rows if authority in str(row["authority_id"]).split(";")]
            letters = {letter.id for letter in senders if authority in (letter.responders or (_UNKNOWN,))}
            for question in leaves:
                status, outcome = _status(question, request.asked, outcomes, letters)
                if who["answer"] == "no_reply":
                    status, outcome = "no_reply", None
                row: Row = {
                    "group_id": request.id,
                    "question_id": question.id,
                    "measure": _ASKED,
                    "line": _ALL,
                    "authority_id": authority,
                    "value_status": status,
                    "letter_id": outcome["letter_id"] if outcome else None,
                    "evidence_id": outcome["evidence_id"] if outcome else None,
                }
                here = [r for r in mine if r["question_id"] == question.id]
                if not here:
                    gaps.append(row)
                    continue
                whole = [r for r in here if r["line"] == _ALL and r["measure"] in (_ASKED, f"{_ASKED}: {r['unit']}")]
                given = {_year_label(r) for r in whole}
                missing = sorted(request.years - given) if request.years & given else []
                gaps += [
                    {**row, "period_label": year, "period_type": _kind(year), "period_start": _bounds(year)[0],
                     "period_end": _bounds(year)[1], "measure": str(whole[0]["measure"]),
                     "reasons": "the letter gives no figure for this year"}
                    for year in missing
                ]  # fmt: skip
        return gaps

    def _total(self, request: _Request, rows: Sequence[Row]) -> None:
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            if row.get("observation_id"):
                key = tuple(str(row[k] or "") for k in (
                    "question_id", "measure", "line", "period_type", "period_start", "period_end"))  # fmt: skip
                groups.setdefault(key, []).append(row)
        for key, cells in groups.items():
            forces = {str(cell["authority_id"]) for cell in cells}
            if len(forces) < 2:
                continue
            hindered = [cell for cell in cells if cell["grade"] == "not_comparable"]
            total = None if hindered else sum(float(cell["value"] or 0) for cell in cells)
            why = None
            if hindered:
                first = {str(cell["authority_id"]): str(cell["reasons"]).split("; ")[0] for cell in hindered}
                why = "; ".join(f"{force}: {reason}" for force, reason in sorted(first.items()))
            self._add("totals", group_id=request.id, question_id=key[0], measure=key[1], line=key[2],
                      period_type=key[3],
                      period_start=key[4], period_end=key[5], forces=len(forces), total=total, why_not=why)  # fmt: skip

    def _add_authorities(self) -> None:
        used = {str(row["authority_id"]) for row in self.tables["requests"]}
        used |= {responder for letter in self.letters for responder in letter.responders}
        for authority in sorted(used):
            known = self.known.get(authority) or Authority(authority, _stated_name(authority, self.letters), "", "", "")
            self._add("authorities", authority_id=authority, name=known.name, kind=known.kind or None,
                      nation=known.nation or None, regime=known.regime or None)  # fmt: skip


def _responders(record: LetterRecord) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a.id for a in record.authorities if a.role in _RESPONDING))


def _with_own_ids(record: LetterRecord) -> LetterRecord:
    """Give a record in which no two figures and no two caveats bear one id, as corrected records may."""
    observations, caveats = ([o.id for o in record.observations], [c.id for c in record.caveats])
    if len(set(observations)) == len(observations) and len(set(caveats)) == len(caveats):
        return record
    return record.model_copy(
        update={
            "observations": [
                o if i == observations.index(o.id) else o.model_copy(update={"id": f"{o.id}~{i}"})
                for i, o in enumerate(record.observations)
            ],
            "caveats": [
                c if i == caveats.index(c.id) else c.model_copy(update={"id": f"{c.id}~{i}"})
                for i, c in enumerate(record.caveats)
            ],
        }
    )


def _facts_key(letter: _Letter) -> tuple[object, ...]:
    """Give what tells that two files hold the same letter: force, reference, date, outcomes and figures all equal.

    A letter without reference or date is like no other.
    """
    record = letter.record
    if not (letter.responders and letter.references and letter.date):
        return (letter.id,)
    figures = sorted((o.question or "", o.period.label, line_of(o.breakdown), o.value_raw) for o in record.observations)
    outcomes = sorted((o.question, o.outcome) for o in record.outcomes)
    asked = tuple(sorted(" ".join(q.text.split()) for q in record.questions))
    return (letter.responders, letter.references, letter.date, tuple(figures), tuple(outcomes), asked)


def _year_type(years: frozenset[str], text: str) -> str:
    financial = {year for year in years if "/" in year}
    if financial and financial != years:
        return "both"
    if financial or (years and "financial year" in text.lower()):
        return "financial"
    return "calendar" if years else _UNKNOWN


def _name_of(members: Sequence[Reply], letters: Sequence[_Letter]) -> str:
    """Name a request by the first words of its first question."""
    for reply in members:
        for question in reply.questions:
            words = " ".join(question.text.split())
            return words if len(words) <= 120 else words[:119] + "…"
    return Path(letters[members[0].letter].record.source).name if members else ""


def _campaign_reply(campaign: Campaign) -> Reply:
    questions = tuple(Question(id=i, text=text, parent=p, start=0, end=0) for i, text, p in campaign.questions)
    asked = "\n".join(question.text for question in questions)
    text = f"{campaign.request}\n{asked}"
    if not questions and campaign.request:
        questions = (Question(id="1", text=campaign.request, start=0, end=0),)
    return Reply(-1, "", questions, text, campaign.request, years_of(text), numbers_of(text), words_of(text))


def _best_question(
    observation: Observation, questions: Sequence[str], asked: Sequence[Asked], record: LetterRecord
) -> str:
    """Give the one of several questions to which a figure belongs: the one that asks for its breakdown, or for none.

    A letter may answer `by year and by hospital` with one table: its rows answer the split, its total the years.
    """
    if len(questions) == 1:
        return questions[0]
    words = {a.id: meaning(a.text) for a in asked}
    of_question = [o for o in record.observations if o.question == observation.question]
    labels = meaning(" ".join(f"{key} {value}" for o in of_question for key, value in o.breakdown.items()
                              if value is not True))  # fmt: skip
    fits = sorted(questions, key=lambda q: len(words[q] & labels - {"year"}), reverse=True)
    if line_of(observation.breakdown) != _ALL:
        return fits[0]
    return min(questions, key=lambda q: (len(words[q] & labels - {"year"}), list(questions).index(q)))


def _yearly_part(question: str, asked: Sequence[Asked]) -> str:
    """Give the part of a question that asks for no more than its years, if there is one; else the question."""
    parts = [a.id for a in asked if a.parent == question and meaning(a.text) == {"year"}]
    return parts[0] if len(parts) == 1 else question


def _is_ground(provision: str) -> bool:
    from foi_nlp.evaluate import is_ground

    return is_ground(provision)


def _status(
    question: Asked, asked: Sequence[Asked], outcomes: Sequence[Row], letters: set[str]
) -> tuple[str, Row | None]:
    """Give why a force has no figure for a question, from the outcome that its letter gives it or its parent."""
    wanted: str | None = question.id
    while wanted is not None:
        for row in outcomes:
            if row["letter_id"] in letters and wanted in str(row["question_ids"] or "").split(";"):
                outcome = str(row["outcome"])
                status = next((s for prefix, s in _STATUS_OF_OUTCOME if outcome.startswith(prefix)), "no_figure")
                return status, row
        wanted = next((a.parent for a in asked if a.id == wanted), None)
    return "no_figure", None


def _worsen(row: Row, ids: Sequence[str]) -> None:
    row["reason_ids"] = joined((*str(row.get("reason_ids") or "").split(";"), *ids))


def _put_verdicts(row: Row) -> None:
    if not row.get("observation_id"):
        text = str(row.get("reasons") or _GAPS[str(row["value_status"])])
        row |= {"grade": "no_figure", "grade_over_time": "no_figure", "reasons": text, "reasons_over_time": text}
        return
    ids = str(row.get("reason_ids") or "").split(";")
    across, over_time = verdict(ids), verdict(ids, over_time=True)
    row["grade"], row["reasons"] = across.grade, "; ".join(r.text for r in across.reasons) or None
    row["grade_over_time"] = over_time.grade
    row["reasons_over_time"] = "; ".join(r.text for r in over_time.reasons) or None


_GAPS = {
    "refused_cost": "refused: it would cost more than the limit",
    "withheld": "withheld under an exemption",
    "suppressed": "hidden because numbers are small",
    "refused": "refused",
    "ncnd": "neither confirmed nor denied",
    "not_held": "not held",
    "not_applicable": "does not apply",
    "in_attachment": "said to be in an attachment that is not part of this text",
    "pending": "not answered yet",
    "no_reply": "asked, and no reply is among the letters",
    "no_figure": "the letter gives no figure that could be read",
}


def _year_label(row: Row) -> str:
    start = str(row["period_start"] or "")
    if row["period_type"] == "financial_year":
        return f"{start[:4]}/{(int(start[:4]) + 1) % 100:02d}"
    if row["period_type"] in ("calendar_year", "year_to_date") and start[5:] == "01-01":
        return start[:4]
    if row["period_type"] == "year_to_date" and start[5:] == "04-01":
        return f"{start[:4]}/{(int(start[:4]) + 1) % 100:02d}"
    return ""


def _kind(year: str) -> str:
    return "financial_year" if "/" in year else "calendar_year"


def _bounds(year: str) -> tuple[str, str]:
    first = int(year[:4])
    return (f"{first}-04-01", f"{first + 1}-03-31") if "/" in year else (f"{first}-01-01", f"{first}-12-31")


def _stated_name(authority: str, letters: Sequence[_Letter]) -> str:
    for letter in letters:
        for stated in letter.record.authorities:
            if stated.id == authority:
                return stated.name
    return "not known" if authority == _UNKNOWN else authority
