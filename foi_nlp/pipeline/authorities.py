"""Find the authorities, the part that each plays in the letter, and who answers.

Names are phrases (`AUTHORITY`, `AUTHORITY_SHORT`, `AUTHORITY_PLACE`), domains and patterned names regexes. Cue rules
(`AUTHORITY_CUE`) run on a text in which each name is masked, so that one cue serves every authority. A cue whose value
is "responder" is evidence; its priority is its strength. Evidence adds up by kind (`attributes.evidence`), and the
authority with most of it answers. A reference of a shape that one authority alone uses (`AUTHORITY_REFERENCE`) is weak
evidence; what stands in the furniture of an e-mail (a cue whose value is "footer") is none. Two partners answer
together when cues name them together.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import regex
from spacy.language import Language
from spacy.tokens import Doc

from foi_nlp.patterns import RuleBook, load_rules
from foi_nlp.pipeline.reading import REQUEST_SECTIONS, Reading
from foi_nlp.pipeline.scanning import FreePlaces, Hit, Scanner, longest_first
from foi_nlp.pipeline.shapes import shape
from foi_nlp.records import Authority, AuthorityRole
from foi_nlp.registers import register

MENTION_MASK = "\ue0a1"
PLACE_MASK = "\ue0a3"
ENOUGH_EVIDENCE = 30
ENOUGH_ALONE = 20  # a heading or a signature, where the letter names no other authority that could have answered
CLEAR_LEAD = 1.15
JOINT_EVIDENCE = 40
SPLIT_SHARE = 0.5
REPEATS_COUNTED = 4
NEAR = 120
REQUEST_DISCOUNT = 2
TELLING = frozenset({"answers_for", "subject", "received"})
BODIES_NEED = frozenset({"received", "heading", "signature", "domain", "answers_for", "review"})
FURNITURE = "footer"
SENT_ELSEWHERE = frozenset({"signposted_body", "transferred_to"})
OVERSEEING = "local_policing_body"  # nobody but the body itself says what its office holds or does
NEVER_RESPOND = frozenset({"regulator", "signposted_body"})
FORCES = frozenset({"territorial_force", "special_force", "crown_dependency"})
ROLES_BESIDE_ANSWERING = frozenset({"letterhead_address", "review_address", "footer", "lead_force"})
_PARAGRAPH = regex.compile(r"\n[ \t]*\n")
_COMMA = regex.compile(r"\s?,\s?(?:and\s|&\s|the\s){0,2}")


@dataclass(frozen=True)
class Body:
    """A public authority of the register."""

    id: str
    name: str
    kind: str
    members: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def authority_register() -> dict[str, Body]:
    """Give the register of authorities, by id."""
    return {
        row["id"]: Body(row["id"], row["name"], row["kind"], tuple(row.get("members", ())))
        for row in register("authorities")
    }


@dataclass(frozen=True)
class Mention:
    """A place where a letter names an authority, or several by one joined name."""

    ids: tuple[str, ...]
    start: int
    end: int
    rule: str
    written: str


@dataclass
class Evidence:
    """What speaks for one responder, or for several who answer together."""

    kinds: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    best: tuple[int, int, int, str] | None = None
    heads_letter: bool = False

    def add(self, kind: str, strength: int, start: int, end: int, rule: str) -> None:
        """Add one piece of evidence and where it stands."""
        self.kinds[kind].append(strength)
        if self.best is None or strength > self.best[0]:
            self.best = (strength, start, end, rule)

    @property
    def total(self) -> float:
        """The strongest piece of each kind, and a tenth of each repeat up to a few."""
        return self._sum(set(self.kinds))

    @property
    def telling(self) -> float:
        """The part of the total that says who acted: who answers, holds, decides or received the request."""
        return self._sum(TELLING)

    def _sum(self, kinds: Set[str]) -> float:
        total = 0.0
        for kind in sorted(kinds & set(self.kinds)):
            ordered = sorted(self.kinds[kind], reverse=True)
            total += ordered[0] + sum(ordered[1 : 1 + REPEATS_COUNTED]) / 10
        return total


@Language.factory("foi_authorities", default_config={"patterns": []})
def create(nlp: Language, name: str, patterns: list[str]) -> AuthoritiesComponent:
    """Make the component; `patterns` are the user's folders of rules."""
    return AuthoritiesComponent(nlp, name, load_rules([Path(p) for p in patterns]))


class AuthoritiesComponent:
    """Find the authorities, and who answers."""

    def __init__(self, nlp: Language, name: str, book: RuleBook) -> None:
        self.name = name
        self.names = Scanner(nlp, book, book.labelled("AUTHORITY"))
        self.shorts = Scanner(nlp, book, book.labelled("AUTHORITY_SHORT"))
        self.places = Scanner(nlp, book, book.labelled("AUTHORITY_PLACE"))
        self.contexts = Scanner(nlp, book, book.labelled("AUTHORITY_CONTEXT"))
        self.introductions = Scanner(nlp, book, book.labelled("AUTHORITY_INTRODUCTION"))
        self.domains = Scanner(nlp, book, book.labelled("AUTHORITY_DOMAIN"))
        self.references = Scanner(nlp, book, book.labelled("AUTHORITY_REFERENCE"))
        self.cues = Scanner(nlp, book, book.labelled("AUTHORITY_CUE"))
        self.register = authority_register()

    def __call__(self, doc: Doc) -> Doc:
        """Add to the Doc's reading."""
        reading = Reading.of(doc)
        mentions = self._mentions(reading)
        domains = longest_first(self.domains.scan(reading))
        for mention in mentions:
            for authority in mention.ids[:1]:
                reading.mark("AUTHORITY", mention.start, mention.end, rule=mention.rule, value=authority)
        for hit in domains:
            reading.mark("AUTHORITY_DOMAIN", hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
        forms = reading.forms.masked([(m.start, m.end) for m in mentions], MENTION_MASK)
        cues = self.cues.scan(reading, forms=forms)
        for hit in cues:
            reading.mark("AUTHORITY_CUE", hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
        references = self.references.scan(reading)
        for hit in references:
            reading.mark("AUTHORITY_REFERENCE", hit.start, hit.end, rule=hit.rule.id, value=hit.rule.value or "")
        evidence = self._evidence(reading, mentions, domains, references, cues)
        responders = self._responders(reading, evidence)
        reading.facts.authorities = self._records(reading, mentions, cues, evidence, responders)
        return doc

    def _mentions(self, reading: Reading) -> list[Mention]:
        hits = longest_first([h for h in self.names.scan(reading) if self._written_as_name(reading, h)])
        mentions = [self._mention(reading, hit) for hit in hits]
        mentions = _free(mentions, [self._mention(reading, h) for h in self._placed(reading, mentions)])
        return self._with_shorts(reading, mentions)

    @staticmethod
    def _written_as_name(reading: Reading, hit: Hit) -> bool:
        written = reading.text[hit.start : hit.end]
        return any(char.isupper() for char in written) and not _PARAGRAPH.search(written)

    def _mention(self, reading: Reading, hit: Hit) -> Mention:
        members = hit.rule.attributes.get("members")
        ids = tuple(members) if members else (hit.rule.value or "",)
        return Mention(ids, hit.start, hit.end, hit.rule.id, " ".join(reading.text[hit.start : hit.end].split()))

    def _placed(self, reading: Reading, mentions: list[Mention]) -> list[Hit]:
        """Police areas that name their force by what stands around them."""
        taken = [(m.start, m.end) for m in mentions]
        free = FreePlaces()
        for start, end in taken:
            free.take(start, end)
        hits = [h for h in longest_first(self.places.scan(reading)) if free.take(h.start, h.end)]
        if not hits:
            return []
        forms = reading.forms.masked(taken, MENTION_MASK).masked([(h.start, h.end) for h in hits], PLACE_MASK)
        found = []
        for context in self.contexts.scan(reading, forms=forms):
            reading.mark("AUTHORITY_CONTEXT", context.start, context.end, rule=context.rule.id)
            found += [replace(h, start=min(h.start, context.start)) for h in hits if context.end == h.end]
            found += [h for h in hits if context.start <= h.start and h.end < context.end]
        return found

    def _with_shorts(self, reading: Reading, mentions: list[Mention]) -> list[Mention]:
        """Add short forms: those that are unmistakable, and those that the letter introduces."""
        forms = reading.forms.masked([(m.start, m.end) for m in mentions], MENTION_MASK)
        introduced: dict[str, tuple[tuple[str, ...], str]] = {}
        for hit in self.introductions.scan(reading, forms=forms):
            named = next((m for m in mentions if m.start <= hit.groups["name"][0] < m.end), None)
            if named:
                reading.mark("AUTHORITY_INTRODUCTION", hit.start, hit.end, rule=hit.rule.id)
                introduced[reading.text[hit.start : hit.end]] = (named.ids, hit.rule.id)
        found: list[Mention] = []
        for hit in self.shorts.scan(reading):
            written = reading.text[hit.start : hit.end]
            body = self.register[hit.rule.value or ""]
            if written in introduced:
                ids = introduced[written][0]
                if body.id in ids or set(ids) <= set(body.members):
                    found.append(Mention(ids, hit.start, hit.end, hit.rule.id, written))
            elif hit.rule.attributes.get("when") != "introduced":
                found.append(Mention((body.id,), hit.start, hit.end, hit.rule.id, written))
        for written, (ids, rule) in introduced.items():
            found += [
                Mention(ids, place.start(), place.end(), rule, written)
                for place in regex.finditer(rf"(?<!\w){regex.escape(written)}(?!\w)", reading.text)
            ]
        return _free(mentions, found)

    def _evidence(
        self, reading: Reading, mentions: list[Mention], domains: list[Hit], references: list[Hit], cues: list[Hit]
    ) -> dict[frozenset[str], Evidence]:
        """Gather what speaks for each authority, or group of partners, that may have answered."""
        evidence: dict[frozenset[str], Evidence] = defaultdict(Evidence)
        furniture = {
            m.start for hit in cues if hit.rule.value == FURNITURE for m in _within(mentions, hit.start, hit.end)
        }
        mentions = [m for m in mentions if m.start not in furniture]
        for hit in references:
            evidence[frozenset({hit.rule.value or ""})].add(
                "reference", hit.rule.priority, hit.start, hit.end, hit.rule.id
            )
        for hit in cues:
            strength = hit.rule.priority
            if reading.section_at(hit.start) in REQUEST_SECTIONS:
                strength //= REQUEST_DISCOUNT
            if strength <= 0:
                continue
            ids = frozenset(i for m in _within(mentions, hit.start, hit.end) for i in m.ids)
            kind = str(hit.rule.attributes.get("evidence", "subject"))
            if len(ids) == 1 or self._partners(ids):
                evidence[ids].add(kind, strength, hit.start, hit.end, hit.rule.id)
        elsewhere = {
            (reading.sentence_at(hit.start), authority)
            for hit in cues
            if hit.rule.value in SENT_ELSEWHERE
            for mention in _within(mentions, hit.start, hit.end)
            for authority in mention.ids
        }
        for hit in domains:
            if (reading.sentence_at(hit.start), hit.rule.value) in elsewhere:
                continue
            strength = _domain_strength(reading, hit)
            evidence[frozenset({hit.rule.value or ""})].add("domain", strength, hit.start, hit.end, hit.rule.id)
        listed = _listed(reading, mentions)
        for mention in mentions:
            if reading.section_at(mention.start) in REQUEST_SECTIONS:
                continue
            ids = frozenset(mention.ids)
            evidence[ids].add("named", 5, mention.start, mention.end, mention.rule)
            if _alone(reading, mention) and mention.start not in listed:
                evidence[ids].heads_letter |= not reading.text[: mention.start].strip(" \t\n#*_|")
                early = mention.start < max(1500, len(reading.text) // 5)
                kind = "signature" if reading.section_at(mention.start) == "closing" else "heading"
                evidence[ids].add(kind, 35 if early else 20, mention.start, mention.end, mention.rule)
        return evidence

    def _partners(self, ids: frozenset[str]) -> bool:
        return len(ids) > 1 and any(ids <= set(body.members) for body in self.register.values())

    def _responders(self, reading: Reading, evidence: dict[frozenset[str], Evidence]) -> frozenset[str]:
        """Weigh the evidence; an empty set when nobody has enough of it."""
        singles = {next(iter(ids)): e for ids, e in evidence.items() if len(ids) == 1 and self._may_answer(ids, e)}
        ranked = sorted(singles, key=lambda i: (-singles[i].total, i))
        best = singles[ranked[0]].total if ranked else 0.0
        groups = sorted(
            ((ids, e) for ids, e in evidence.items() if self._partners(ids)), key=lambda p: (-p[1].total, sorted(p[0]))
        )
        for ids, group in groups:
            shares = [singles[i].total if i in singles else 0.0 for i in ids]
            telling = max((singles[i].telling for i in ids if i in singles), default=0.0)
            if telling and not group.telling:
                continue  # a letterhead of both, and an answer of one
            if ranked and ranked[0] not in ids and best > group.total:
                continue  # partners who are named beside the one that answers
            if group.total >= JOINT_EVIDENCE and (
                group.telling > telling
                or group.total >= best
                or (ranked[0] in ids and min(shares) >= SPLIT_SHARE * max(shares))
            ):
                return ids
        if best < (ENOUGH_EVIDENCE if len(ranked) > 1 else ENOUGH_ALONE):
            reading.review("no_responder", "The letter does not say clearly enough which authority answers.", 0, 0)
            return frozenset()
        if len(ranked) > 1 and best < CLEAR_LEAD * singles[ranked[1]].total:
            _, start, end, _ = singles[ranked[0]].best or (0, 0, 0, "")
            names = " and ".join(self.register[i].name for i in ranked[:2])
            reading.review("responder_unclear", f"Both {names} may have answered: check which.", start, end)
        return frozenset(ranked[:1])

    def _may_answer(self, ids: frozenset[str], evidence: Evidence) -> bool:
        body = self.register.get(next(iter(ids)))
        if body is None or body.kind in NEVER_RESPOND or body.kind == "collaboration":
            return False
        is_force = body.kind in FORCES or (body.kind == "legacy" and body.name.endswith(("Police", "Constabulary")))
        if is_force or evidence.heads_letter:
            return True
        needed = BODIES_NEED | {"subject"} if body.kind == OVERSEEING else BODIES_NEED
        return bool(needed & set(evidence.kinds)) and evidence.total >= 2 * ENOUGH_EVIDENCE

    def _records(
        self,
        reading: Reading,
        mentions: list[Mention],
        cues: list[Hit],
        evidence: dict[frozenset[str], Evidence],
        responders: frozenset[str],
    ) -> list[Authority]:
        records: dict[tuple[str, str], Authority] = {}
        role: AuthorityRole = "joint_responder" if len(responders) > 1 else "responder"
        for authority in sorted(responders):
            proofs = [e.best for ids, e in evidence.items() if authority in ids and e.best]
            _, start, end, rule = max(proofs, key=lambda proof: (proof[0], -proof[1]))
            named = next((m for m in mentions if authority in m.ids and start <= m.start < end), None) or next(
                (m for m in mentions if authority in m.ids), None
            )
            name = named.written if named and authority == "opcc" else self.register[authority].name
            records[authority, role] = Authority(id=authority, name=name, role=role, start=start, end=end, rule=rule)
        for mention in mentions:
            for authority in mention.ids:
                part = self._role(reading, mention, authority, cues, responders)
                if authority in responders and part not in ROLES_BESIDE_ANSWERING:
                    continue
                body = self.register[authority]
                key = (authority, part)
                if key not in records:
                    records[key] = Authority(
                        id=authority, name=body.name, role=part, start=mention.start, end=mention.end, rule=mention.rule
                    )
        told = {key[0] for key in records if key[1] != "mention"}
        return [r for key, r in records.items() if key[1] != "mention" or key[0] not in told]

    def _role(
        self, reading: Reading, mention: Mention, authority: str, cues: list[Hit], responders: frozenset[str]
    ) -> AuthorityRole:
        body = self.register[authority]
        if body.kind == "regulator":
            return "regulator"
        section = reading.section_at(mention.start)
        if section in REQUEST_SECTIONS:
            return "mention_in_request"
        for hit in cues:
            value = hit.rule.value or "responder"
            if value != "responder" and hit.start <= mention.start and mention.end <= hit.end:
                if value == "letterhead_address" and mention.start > len(reading.text) // 2:
                    return "review_address"
                return value  # type: ignore[return-value]
        if section == "footer":
            return "footer"
        if section == "exemption" and authority not in responders:
            return "in_exemption_text"
        return "signposted_body" if body.kind == "signposted_body" else "mention"


def _within(mentions: list[Mention], start: int, end: int) -> Iterator[Mention]:
    """Give the mentions that lie in a stretch; `mentions` are in the order of the letter."""
    i = bisect.bisect_left(mentions, start, key=lambda m: m.start)
    while i < len(mentions) and mentions[i].end <= end:
        yield mentions[i]
        i += 1


def _domain_strength(reading: Reading, hit: Hit) -> int:
    """Rate a domain: a mailbox says more than a website, a website more than a link into it."""
    if reading.section_at(hit.start) in REQUEST_SECTIONS:
        return 5
    if "@" in reading.text[max(0, hit.start - 1) : hit.end]:
        return 40
    return 12 if regex.match(r"/\w", reading.text, pos=hit.end) else ENOUGH_EVIDENCE


def _free(kept: list[Mention], more: list[Mention]) -> list[Mention]:
    """Add those mentions that overlap none that is there, longer ones first."""
    free = FreePlaces()
    ordered = [*kept, *sorted(more, key=lambda m: (m.start - m.end, m.start))]
    return sorted((m for m in ordered if free.take(m.start, m.end)), key=lambda m: m.start)


def _listed(reading: Reading, mentions: list[Mention]) -> set[int]:
    """Where names stand in a list with commas, as in "Kent Police, Essex Police and others": none of them heads."""
    found = set()
    for one, other in pairwise(mentions):
        if one.end < other.start and _COMMA.fullmatch(reading.flow, one.end, other.start) and one.ids != other.ids:
            found |= {one.start, other.start}
    return found


def _alone(reading: Reading, mention: Mention) -> bool:
    """Whether the name stands by itself: a heading, a logo, a line of a signature, a part of a page title."""
    start, end = reading.line_at(mention.start)
    if mention.end > end:
        end = reading.line_at(mention.end)[1]
    before = regex.split(
        r"[|›»>·→\t]|  +| [-–:/] |: |, ", reading.ruled[max(start, mention.start - NEAR) : mention.start]
    )[-1]
    after = regex.split(r"[|›»>·→\t]|  +| [-–/] |[,(]", reading.ruled[mention.end : min(end, mention.end + NEAR)])[0]
    return bool(shape("before_name").match(before)) and not after.strip(" *#_\"'®™")
