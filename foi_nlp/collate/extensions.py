"""Give replies the longer time of which their force has given notice: more time for the public interest test.

Section 10(3) of the Freedom of Information Act 2000 allows what is reasonable; the Commissioner's guidance is no more
than forty working days in all. The notice itself is due within twenty. The Scottish Act knows no such extension.
"""

from __future__ import annotations

from datetime import date

from foi_nlp.collate.corrections import in_order
from foi_nlp.collate.membership import Membership
from foi_nlp.collate.tables import Tables
from foi_nlp.records import LetterRecord
from foi_nlp.timeliness import EXTENDED_LIMIT, deadline_after, whole_day

_EXTENSION = "pit_extension"
_ACT_SECTION = "foia.10(3)"
_ANNOUNCED = "an earlier letter takes more time for the public interest test (section 10(3))"
_SAID = "the letter names section 10(3), under which more time may be taken: whether a notice came in time is not said"


def takes_more_time(record: LetterRecord) -> bool:
    """Whether a letter says that more time is taken for the public interest test."""
    return any(_EXTENSION in (outcome.outcome, *outcome.secondary) for outcome in record.outcomes)


def start_of(record: LetterRecord) -> date | None:
    """Give the day from which a letter's working days are counted: of its clarification, else of receipt."""
    clarified = [d.iso for d in record.dates if d.role == "clarified"]
    return whole_day(max(clarified, default="")) or whole_day(record.timeliness.received or "")


def extend_clocks(tables: Tables, membership: Membership) -> None:
    """Put the longer limit into the rows of `timeliness` of the replies that follow a notice of more time."""
    rows = {str(row["letter_id"]): row for row in tables.rows["timeliness"]}
    extended: set[str] = set()
    for request in membership.requests:
        for letters in membership.letters_by_force(request).values():
            announced = False
            for letter in in_order(letters) or ():
                if announced and not takes_more_time(letter.record):
                    extended.add(letter.id)
                announced = announced or takes_more_time(letter.record)
    for letter in membership.letters:
        row, record = rows.get(letter.id), letter.record
        if row is None or row["regime"] != "FOIA 2000":
            continue
        days = record.timeliness.working_days
        if letter.id in extended:
            start = start_of(record)
            row["limit"] = EXTENDED_LIMIT
            row["deadline"] = deadline_after(start, limit=EXTENDED_LIMIT).isoformat() if start else None
            row["in_time"] = row["in_time"] if days is None else "yes" if days <= EXTENDED_LIMIT else "no"
            row["note"] = "; ".join(filter(None, (record.timeliness.note, _ANNOUNCED)))
        elif record.timeliness.in_time is False and (days or 0) <= EXTENDED_LIMIT and _names_more_time(record):
            row["in_time"] = "unknown"
            row["note"] = "; ".join(filter(None, (record.timeliness.note, _SAID)))


def _names_more_time(record: LetterRecord) -> bool:
    return any(p.id == _ACT_SECTION and p.status == "cited" and not p.boilerplate for p in record.provisions)
