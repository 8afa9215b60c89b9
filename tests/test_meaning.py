"""What a figure means: the unit that a text counts, the heads that name a measure, the key of a split, the metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from foi_nlp.figures.meaning import asked_metric, breakdown_key, measure_in, states_metric, unit_in

if TYPE_CHECKING:
    from spacy.language import Language


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("How many agricultural vehicles were stolen in each of the last five years?", "vehicles"),
        ("The number of reports of stray dogs", "reports"),
        ("the total number of hate crimes recorded by officers", "crimes"),
        ("How many Taser trained officers do you have?", "officers"),
        ("How many members of staff left?", "staff"),
        ("How many firearm, shotgun and explosives certificates were revoked?", "licences"),
        ("How often were the powers of the Public Order Act 1986 used?", None),
        ("How many incidents by Outcome Type", "incidents"),
        ("Recorded crimes, by outcome", "crimes"),
        ("By outcome, the complaints received", "complaints"),
        ("Violence against the person rose", "offences"),
        ("The rules came in on the third day of that year", None),
        ("How many of each were convicted of a criminal offence?", None),
        ("how often the power was used", None),
        ("Additional cost (£)", "GBP"),
        ("A number of things were asked", None),
        ("The number of working days lost", "days"),
    ],
)
def test_a_text_counts_what_stands_after_its_cue(text: str, unit: str | None) -> None:
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("Dogs seized", "animals"),
        ("Stalking offences recorded", "offences"),
        ("Officer hours at site", "hours"),
        ("Complaints about police", "complaints"),
        ("Number of crimes", "crimes"),
        ("% charged", "percent"),
        ("Arrests", "arrests"),
        ("Female", None),
        ("Constables", None),
        ("Burglary", None),
        ("Sexual offences", None),
        ("Fixed penalty", None),
        ("Offence type", None),
        ("North Downs Police", None),
        ("Under 18", None),
        ("Barnet", None),
        ("", None),
    ],
)
def test_a_head_names_a_measure_or_a_kind(head: str, unit: str | None) -> None:
    assert measure_in(head) == unit


@pytest.mark.parametrize(
    ("label", "head", "about", "key"),
    [
        ("Ashtown", "District", (), "area"),
        ("Ashtown", "", ("How many crimes were recorded in 2014, by district?",), "area"),
        ("Ashtown", "", ("How many crimes were recorded by your force?",), "category"),
        ("Ashtown", "", ("Crimes by district and by outcome",), "category"),
        ("Section 1 (prohibited type)", "", ("How many dogs were seized by your force?",), "category"),
        ("Inspector", "", (), "rank"),
        ("Female", "", ("How many incidents by age",), "gender"),
        ("No further action", "", ("Offences recorded",), "outcome"),
        ("Theft of pedal cycle", "", (), "offence"),
        ("18 to 25", "", (), "age"),
        ("North Downs Police", "", (), "force"),
        ("St Anne's", "", ("Crime count with Hospital Breakdown",), "hospital"),
        ("Theft", "Offences", (), "offence"),
    ],
)
def test_a_split_has_the_key_that_is_certain_or_a_neutral_one(
    label: str, head: str, about: tuple[str, ...], key: str
) -> None:
    assert breakdown_key(label, head=head, about=about) == key


@pytest.mark.parametrize(
    ("texts", "metric"),
    [
        (("Thank you. How many dogs were seized? I would like it soon.",), "How many dogs were seized"),
        (("By outcome", "How many crimes were recorded?"), "How many crimes were recorded: By outcome"),
        (("a) officers", "How many complaints were there about"), "How many complaints were there about: officers"),
        (("2) What was bought",), "What was bought"),
        ((), ""),
    ],
)
def test_a_question_says_what_it_counts(texts: tuple[str, ...], metric: str) -> None:
    assert asked_metric(texts) == metric


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("Table 2: Detected crimes of arson", True),
        ("Victim Gender", False),
        ("b)", False),
        ("Ashtown", False),
        ("Your request came to us on 20 February", False),
        ("Injunctions obtained = 0", False),
    ],
)
def test_a_caption_states_a_metric_only_where_it_counts(text: str, states: bool) -> None:
    assert states_metric(text) is states


LETTER = """Dear Applicant,

FREEDOM OF INFORMATION REQUEST - 123/20

You asked:

1. How many dogs were seized in each year from 2016 to 2018, by district?
2. How many arrests were made in the same years?

Response:

1. {lead}

{table}

2. Arrests are recorded by the officer in the case. In 2016 there were 5 arrests.

Yours sincerely,

Disclosure Officer
"""
QUESTION = "How many dogs were seized in each year from 2016 to 2018, by district"
SHOWN = "The table shows the number of dogs that were taken away"
ROWS = "District\t2016\t2017\t2018\nAshtown\t12\t9\t11\nBurford\t7\t8\t6"


def found(nlp: Language, lead: str, table: str = ROWS) -> list[dict[str, Any]]:
    facts = nlp(LETTER.format(lead=lead, table=table))._.foi
    return [o for o in facts["observations"] if o["table"]]


@pytest.mark.parametrize(
    ("lead", "metric"),
    [
        ("Dogs seized by officers were:", "Dogs seized by officers were"),
        (f"{SHOWN}.", SHOWN),
        ("Complaints are kept on another system.", QUESTION),
        ("The law came in on the last day of that year.", QUESTION),
    ],
)
def test_the_words_over_a_table_give_its_metric_only_where_they_state_one(
    nlp: Language, lead: str, metric: str
) -> None:
    observations = found(nlp, lead)
    assert {o["metric"] for o in observations} == {metric}
    assert {o["unit"] for o in observations} == {"animals"}


def test_rows_that_count_different_things_are_measures(nlp: Language) -> None:
    rows = "\t2016\t2017\nIncidents logged\t12\t9\nOfficer hours\t700\t800\nComplaints received\t3\t1"
    observations = found(nlp, "As follows.", rows)
    assert [(o["metric"], o["unit"], o["breakdown"]) for o in observations[::2]] == [
        ("Incidents logged", "incidents", {}),
        ("Officer hours", "hours", {}),
        ("Complaints received", "complaints", {}),
    ]


def test_columns_of_one_kind_of_person_split_what_the_question_counts(nlp: Language) -> None:
    observations = found(nlp, "As follows.", "Year\tFemale\tMale\n2016\t12\t9\n2017\t7\t8")
    assert {o["unit"] for o in observations} == {"animals"}
    assert [o["breakdown"] for o in observations[:2]] == [{"gender": "Female"}, {"gender": "Male"}]


def test_short_heads_are_spelt_out_as_the_letter_explains_them(nlp: Language) -> None:
    rows = "\t2016\t2016\t2017\t2017\nArea\tR\tD\tR\tD\nAshtown\t12\t9\t7\t8\nBurford\t5\t4\t6\t1"
    observations = found(nlp, "R stands for recorded and D for destroyed.", rows)
    assert [set(o["breakdown"].values()) for o in observations[:2]] == [
        {"Ashtown", "recorded"},
        {"Ashtown", "destroyed"},
    ]
