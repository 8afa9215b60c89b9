"""Observations of tables: question, period, breakdown, unit and status, all grounded in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from spacy.language import Language

LETTER = """Dear Applicant,

I write in connection with your request for information received on 3 September 2018.

You asked:

1. How many thefts were recorded in 2016, 2017 and thus far in 2018?

2. How many arrests were made by gender?

Response:

1. The number of thefts is in the table.

{table}

Yours sincerely,

Disclosure Officer
"""


def observations(nlp: Language, table: str) -> list[dict[str, Any]]:
    facts: dict[str, Any] = nlp(LETTER.format(table=table))._.foi
    found: list[dict[str, Any]] = facts["observations"]
    return found


def test_every_value_stands_where_the_record_says(nlp: Language) -> None:
    text = LETTER.format(table="Year\tTotal\n2016\t1,203\n2017\t<5\n2018\tNil")
    found = nlp(text)._.foi["observations"]
    assert [text[o["start"] : o["end"]] for o in found] == [o["value_raw"] for o in found] == ["1,203", "<5", "Nil"]


def test_a_year_that_the_request_calls_unfinished_stays_open(nlp: Language) -> None:
    found = observations(nlp, "Year\tTotal\n2016\t3\n2017\t2\n2018\t1")
    assert [(o["period"]["start"], o["period"]["end"], o["period"]["type"]) for o in found] == [
        ("2016-01-01", "2016-12-31", "calendar_year"),
        ("2017-01-01", "2017-12-31", "calendar_year"),
        ("2018-01-01", None, "year_to_date"),
    ]


def test_labels_of_rows_are_breakdowns_under_the_name_of_their_column(nlp: Language) -> None:
    found = observations(nlp, "Offence\t2016\t2017\nBurglary\t12\t9\nArson\t2\t3\nTotal\t14\t12")
    assert [o["breakdown"] for o in found[::2]] == [
        {"offence": "Burglary"},
        {"offence": "Arson"},
        {"total": True},
    ]
    assert {o["check"] for o in found} == {"totals_agree"}


def test_an_empty_cell_is_no_observation(nlp: Language) -> None:
    found = observations(nlp, "Offence\t2016\t2017\nBurglary\t12\t\nArson\t2\t3")
    assert [o["value"] for o in found] == [12, 2, 3]


@pytest.mark.parametrize(
    ("cell", "value", "status"),
    [("Nil", 0, "nil"), ("<5", None, "suppressed"), ("Not held", None, "not_held"), ("N/A", None, "not_applicable")],
)
def test_the_status_says_what_a_cell_is(nlp: Language, cell: str, value: int | None, status: str) -> None:
    found = observations(nlp, f"Year\tThefts\n2015\t7\n2016\t{cell}\n2017\t14")
    assert [(o["value"], o["status"]) for o in found][1] == (value, status)


def test_the_note_of_a_mark_closes_a_part_year(nlp: Language) -> None:
    found = observations(nlp, "Year\tThefts\n2016/17\t31\n2017/18*\t14\n\n* 1 April 2017 to 28 February 2018 only")
    assert (found[1]["period"]["end"], found[1]["period"]["complete"]) == ("2018-02-28", False)


def test_ids_run_in_the_order_of_the_letter(nlp: Language) -> None:
    found = observations(nlp, "Year\tThefts\n2016\t31\n2017\t14")
    assert [(o["id"], o["table"], tuple(o["cell"])) for o in found] == [("o1", "t1", (1, 1)), ("o2", "t1", (2, 1))]


def test_a_table_of_two_breakdowns_and_no_period_goes_to_review(nlp: Language) -> None:
    facts = nlp(LETTER.format(table="Outcome\tHill Hospital\tDale Hospital\nCaution\t12\t9\nCharge\t2\t3"))._.foi
    assert facts["observations"] == []
    assert "no_period" in {item["code"] for item in facts["needs_review"]}


def test_a_figure_given_in_place_of_the_one_asked_for_is_a_proxy(nlp: Language) -> None:
    lead = "We do not hold that. To be helpful we give the number of thefts charged.\n\n"
    assert {o["is_proxy"] for o in observations(nlp, lead + "Year\tThefts\n2016\t31\n2017\t14")} == {True}
    assert {o["is_proxy"] for o in observations(nlp, "Year\tThefts\n2016\t31\n2017\t14")} == {False}


def test_a_count_without_a_certain_period_is_put_before_a_person(nlp: Language) -> None:
    facts = nlp("Response\n\nWe found 34 dogs. No year was kept.\n")._.foi
    assert facts["observations"] == []
    assert [item["code"] for item in facts["needs_review"] if item["code"] == "unpaired_number"] == ["unpaired_number"]


def test_a_table_that_gives_no_figure_is_put_before_a_person(nlp: Language) -> None:
    facts = nlp("Response\n\nKennel\tDogs\nNorth\t12\nSouth\t9\nEast\t4\n")._.foi
    assert facts["observations"] == []
    assert [item["table"] for item in facts["needs_review"] if item["table"]] == ["t1"]


def test_a_year_in_the_answer_to_another_question_dates_no_table(nlp: Language) -> None:
    text = """You asked:

1. How many arrests were there between 1 May 2018 and 30 June 2018?

2. What was the levy?

3. The ages of those arrested.

Response:

1. There were 50.

2. It is exempt under section 31. The levy that was asked for in 2012 is no secret.

3.
Age\tMale\tFemale
10-17\t21\t6
18-25\t11\t12
"""
    found = nlp(text)._.foi["observations"]
    assert {o["period"]["start"] for o in found if o["table"]} <= {"2018-05-01"}


def test_a_period_before_the_first_answer_dates_the_answers_that_go_on_from_it(nlp: Language) -> None:
    text = """RESPONSE

For people detained between 01/01/16 and 31/12/16, how many by each of the following:

1 Gender

Gender\tDetentions
Female\t12
Male\t34

2 Religion

No information held.

3 Nationality

Nationality\tDetentions
French\t5
Irish\t7
"""
    found = nlp(text)._.foi["observations"]
    assert [(o["value"], o["period"]["start"]) for o in found if o["table"]] == [
        (12, "2016-01-01"),
        (34, "2016-01-01"),
        (5, "2016-01-01"),
        (7, "2016-01-01"),
    ]


def test_a_table_that_stands_alone_is_read(nlp: Language) -> None:
    found = nlp('Offence,2016,2017\nArson,1,2\nTheft,"1,003",4\n')._.foi["observations"]
    assert [o["value"] for o in found] == [1, 2, 1003, 4]


def test_a_range_stands_for_itself_beside_ranges_that_begin_no_year(nlp: Language) -> None:
    table = "\t1 February - 31 March 2020\t2020/21\t1 April - 30 June 2021\nReceived\t1\t62\t27\nUpheld\t0\t9\t3"
    found = observations(nlp, table)
    assert {(o["period"]["end"], o["period"]["type"]) for o in found if o["value"] in {27, 3}} == {
        ("2021-06-30", "date_range")
    }
