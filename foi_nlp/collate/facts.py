"""Write what each letter says apart from figures: the tables `outcomes`, `provisions` and `caveats`."""

from __future__ import annotations

from foi_nlp.collate.grading import reasons
from foi_nlp.collate.letters import CollatedLetter
from foi_nlp.collate.membership import Membership, Request
from foi_nlp.collate.schema import joined
from foi_nlp.collate.tables import Tables
from foi_nlp.evaluate import is_ground
from foi_nlp.provision_register import load_register
from foi_nlp.records import Caveat


def add_facts(tables: Tables, membership: Membership, letter: CollatedLetter) -> None:
    """Add the outcomes, provisions and caveats of one letter."""
    _add_outcomes(tables, membership, letter)
    _add_provisions(tables, letter)
    _add_caveats(tables, letter)


def whole_request(membership: Membership, letter: CollatedLetter) -> Request | None:
    """Give the request to which what a letter says of itself as a whole belongs; None if it answers several."""
    if not membership.answers_one_request(letter):
        return None
    only = {id(request): request for request, _ in membership.questions_of(letter).values()}
    return next(iter(only.values())) if len(only) == 1 else membership.home_of(letter)


def _add_outcomes(tables: Tables, membership: Membership, letter: CollatedLetter) -> None:
    places = membership.questions_of(letter)
    whole = whole_request(membership, letter)
    for n, outcome in enumerate(letter.record.outcomes, start=1):
        request, questions = places.get(outcome.question, (whole, ()))
        tables.add(
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
            evidence_id=tables.place(letter, outcome.start, outcome.end),
        )


def _add_provisions(tables: Tables, letter: CollatedLetter) -> None:
    titles = load_register()
    for n, provision in enumerate(letter.record.provisions, start=1):
        tables.add(
            "provisions",
            provision_id=f"{letter.id}-p{n}",
            letter_id=letter.id,
            provision=provision.id,
            title=titles[provision.id].title if provision.id in titles else None,
            status=provision.status,
            boilerplate=provision.boilerplate,
            is_ground=provision.status != "mentioned" and not provision.boilerplate and is_ground(provision.id),
            letter_questions=joined(provision.questions),
            evidence_id=tables.place(letter, provision.start, provision.end),
        )


def _add_caveats(tables: Tables, letter: CollatedLetter) -> None:
    for caveat in letter.record.caveats:
        across, over_time = _effects(caveat)
        tables.add(
            "caveats",
            caveat_id=f"{letter.id}-{caveat.id}",
            letter_id=letter.id,
            category=caveat.category,
            subtype=caveat.subtype,
            scope=caveat.scope,
            across=across,
            over_time=over_time,
            evidence_id=tables.place(letter, caveat.start, caveat.end),
        )


def _effects(caveat: Caveat) -> tuple[str, str]:
    """Give what a caveat does to comparing forces and to comparing years; of a category not known, its severity."""
    reason = reasons().get(f"caveat.{caveat.category}")
    if reason:
        return reason.across, reason.over_time
    severity = "none" if caveat.severity == "notes" else caveat.severity
    return severity, severity
