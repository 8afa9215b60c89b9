"""Figures of lists, answers and sentences: each is bound to its period, and what is no figure is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from spacy.language import Language

LETTER = """Dear Applicant,

FREEDOM OF INFORMATION REQUEST - 123/20

I write in connection with your request for information received on 3 March 2020.

You asked:

1. How many burglaries were recorded in each year from 2016 to 2018?

Response:

1. {answer}

Yours sincerely,

Disclosure Officer
"""
WHOLE = ("2016-01-01", "2018-12-31")


def year(number: int) -> tuple[str, str]:
    return f"{number}-01-01", f"{number}-12-31"


def figures(nlp: Language, answer: str) -> list[tuple[str, tuple[str, str]]]:
    facts: dict[str, Any] = nlp(LETTER.format(answer=answer))._.foi
    return [(o["value_raw"], (o["period"]["start"], o["period"]["end"])) for o in facts["observations"]]


THREE = [("23", year(2016)), ("15", year(2017)), ("9", year(2018))]


@pytest.mark.parametrize(
    "answer",
    [
        "In 2016 there were 23 burglaries, in 2017 there were 15 and in 2018 there were 9.",
        "We recorded 23 burglaries in 2016, 15 in 2017 and 9 in 2018.",
        "2016 – 23, 2017 – 15 and 2018 – 9",
        "2016: 23\n2017: 15\n2018: 9",
        "2016 = 23\n2017 = 15\n2018 = 9",
        "23 in 2016\n15 in 2017\n9 in 2018",
        "In 2016, 23; in 2017, 15; and in 2018, 9.",
    ],
)
def test_each_number_has_its_own_year(nlp: Language, answer: str) -> None:
    assert figures(nlp, answer) == THREE


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Burglaries fell from 23 in 2016 to 9 in 2018.", [("23", year(2016)), ("9", year(2018))]),
        ("In 2016 and 2017 there were 23 and 15 burglaries respectively.", [("23", year(2016)), ("15", year(2017))]),
        ("For 2016 the figure is 23 and for 2017 it is 15.", [("23", year(2016)), ("15", year(2017))]),
        ("23 (2016), 15 (2017)", [("23", year(2016)), ("15", year(2017))]),
        ("2016/17 23 burglaries", [("23", ("2016-04-01", "2017-03-31"))]),
        ("The number of burglaries recorded between 2016 and 2018 was 47.", [("47", WHOLE)]),
        ("In the financial year 2016/17 we spent £61,840 on it.", [("£61,840", ("2016-04-01", "2017-03-31"))]),
        ("As of 1 March 2020, there were 1,204 police officers.", [("1,204", ("2020-03-01", "2020-03-01"))]),
        ("Of the 23 burglaries recorded in 2016, 4 resulted in a charge.", [("4", year(2016))]),
        ("In 2016 two persons were arrested.", [("two", year(2016))]),
    ],
)
def test_a_number_goes_to_the_period_of_its_clause(
    nlp: Language, answer: str, expected: list[tuple[str, tuple[str, str]]]
) -> None:
    assert figures(nlp, answer) == expected


@pytest.mark.parametrize(
    "answer",
    ["47", "47 burglaries.", "A total of 47 burglaries were recorded during this period.", "The answer is 47."],
)
def test_an_answer_without_a_period_has_that_of_its_question(nlp: Language, answer: str) -> None:
    assert figures(nlp, answer) == [("47", WHOLE)]


def test_a_list_that_states_its_total_is_added_up(nlp: Language) -> None:
    facts = nlp(LETTER.format(answer="2016: 12\n2017: 15\n2018: 9\nTotal: 36"))._.foi
    assert [o["check"] for o in facts["observations"]] == ["totals_agree"] * 4
    assert facts["observations"][-1]["breakdown"] == {"total": True}


def test_a_total_that_is_wrong_goes_to_review(nlp: Language) -> None:
    facts = nlp(LETTER.format(answer="2016: 12\n2017: 15\n2018: 9\nTotal: 40"))._.foi
    assert "totals_disagree" in {item["code"] for item in facts["needs_review"]}


def test_a_wrong_total_of_a_row_and_a_column_is_reported_once(nlp: Language) -> None:
    table = "Month\t2018\t2019\tTotal\nMay\t10\t11\t21\nJune\t5\t6\t11\nTotal\t15\t17\t38\n"
    facts = nlp(LETTER.format(answer=table))._.foi
    assert [item["code"] for item in facts["needs_review"]].count("totals_disagree") == 1


def test_a_zero_in_words_is_a_nil(nlp: Language) -> None:
    facts = nlp(LETTER.format(answer="No burglaries were recorded in 2016."))._.foi
    assert [(o["value"], o["symbol"], o["status"], o["value_raw"]) for o in facts["observations"]] == [
        (0, "nil", "nil", "No")
    ]


def test_a_threshold_in_words_is_suppressed(nlp: Language) -> None:
    facts = nlp(LETTER.format(answer="There were fewer than five burglaries in 2016."))._.foi
    assert [(o["value"], o["symbol"], o["high"], o["status"]) for o in facts["observations"]] == [
        (None, "<5", 4, "suppressed")
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "We would have to read 3,715 records at 3 minutes each in 2016, which is 185 hours.",
        "The Theft Act 1968 applies to section 5 of it.",
        "There are 43 police forces in England and Wales.",
        "A boy aged 12, a Year 9 pupil, was seen in 2016.",
        "Please see Outcome 21 and points 6 and 7 for 2016.",
        "In 2016 the number of our telephone was 01234 567890.",
        "On 3 May 2018 the policy was changed within 20 working days.",
        "A dash denotes that no burglaries were recorded in 2016.",
        "Our reference for 2016 is 123/16.",
        "You said that there were 50 burglaries in 2016.",
    ],
)
def test_what_is_no_figure_gives_none(nlp: Language, answer: str) -> None:
    assert figures(nlp, answer) == []


def test_a_number_of_the_request_is_no_figure(nlp: Language) -> None:
    letter = LETTER.replace("from 2016 to 2018?", "from 2016 to 2018? In 2015 there were 300 burglaries.")
    facts = nlp(letter.format(answer="We hold nothing on this."))._.foi
    assert facts["observations"] == []


@pytest.mark.parametrize(
    "line", ["In 2016 there were ٢٣ thefts.", "2016 - ٢٣", "In 2016 there were \u202e12\u202c thefts."]
)
def test_digits_that_cannot_be_read_are_put_before_a_person(nlp: Language, line: str) -> None:
    facts = nlp(f"Response\n\n{line}\n\nThank you.\n")._.foi
    assert facts["observations"] == []
    assert "unreadable_digits" in [item["code"] for item in facts["needs_review"]]


def financial(first: int) -> tuple[str, str]:
    return f"{first}-04-01", f"{first + 1}-03-31"


def day(iso: str) -> tuple[str, str]:
    return iso, iso


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Ashtown: 9 (2016-17), 14 (2017-18)", [("9", financial(2016)), ("14", financial(2017))]),
        ("9 in 2016\n14 in 2017", [("9", year(2016)), ("14", year(2017))]),
        ("<5 in 2016, 12 in 2017", [("<5", year(2016)), ("12", year(2017))]),
        ("£12k in 2016/17 and £14k in 2017/18", [("£12k", financial(2016)), ("£14k", financial(2017))]),
        ("2016-17 - 64\n2017/18 - 71\n18/19 - 49",
         [("64", financial(2016)), ("71", financial(2017)), ("49", financial(2018))]),
        ("18/19 - 49", [("49", financial(2018))]),
        ("In 2016 = 23\nIn 2017 = 15", [("23", year(2016)), ("15", year(2017))]),
        ("Year 2016: 23 burglaries", [("23", year(2016))]),
        ("2016 ... 23\n2017 ... 15", [("23", year(2016)), ("15", year(2017))]),
        ("31 March 2016 = 118\n31 March 2017 = 124", [("118", day("2016-03-31")), ("124", day("2017-03-31"))]),
        ("April 2016 to March 2017: 1,104 hours", [("1,104 hours", financial(2016))]),
        ("Rest days lost from May 1st 2016 - March 31st 2017: 4,872.", [("4,872", ("2016-05-01", "2017-03-31"))]),
        ("Ashtown: 6 between 1 April 2016 and 31 March 2018.", [("6", ("2016-04-01", "2018-03-31"))]),
        (
            "Ashtown: 6 between 1 April 2016 and 31 March 2018. Burford: fewer than five in the same two years.",
            [("6", ("2016-04-01", "2018-03-31")), ("fewer than five", ("2016-04-01", "2018-03-31"))],
        ),
        ("2016: 23, of which 4 were charged", [("23", year(2016)), ("4", year(2016))]),
        ("1/4/16-31/3/17: 23", [("23", financial(2016))]),
    ],
)  # fmt: skip
def test_lines_of_pairs(nlp: Language, answer: str, expected: list[tuple[str, tuple[str, str]]]) -> None:
    assert figures(nlp, answer) == expected


@pytest.mark.parametrize(
    "line",
    ["12-13 - 5", "3 May 2016 - 2", "21/25 - 49", "Section 16/17 - 4", "14 in 2016, and more than that later"],
)
def test_a_line_that_is_no_certain_pair_gives_none_or_only_what_is(nlp: Language, line: str) -> None:
    assert [pair for pair in figures(nlp, line) if pair != ("14", year(2016))] == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("We recorded 5, 6 and 7 burglaries in 2016, 2017 and 2018 respectively.",
         [("5", year(2016)), ("6", year(2017)), ("7", year(2018))]),
        ("In 2016, 2017 and 2018 there were 12, none and 5 burglaries respectively.",
         [("12", year(2016)), ("none", year(2017)), ("5", year(2018))]),
        ("Arrests in 2016 and 2017 numbered 5 and 6, and charges 2 and 3, respectively.",
         [("5", year(2016)), ("6", year(2017)), ("2", year(2016)), ("3", year(2017))]),
        ("Burglaries in 2016, 2017 and 2018 numbered 5 and 6 respectively.", []),
        ("One officer left in 2016, none in 2017 and three in 2018.",
         [("One", year(2016)), ("none", year(2017)), ("three", year(2018))]),
        ("One complaint was received in 2018.", [("One", year(2018))]),
        ("As at 31 March 2018: one inspector, two sergeants and 14 constables.",
         [("one", day("2018-03-31")), ("two", day("2018-03-31")), ("14", day("2018-03-31"))]),
        ("In 2016 there were twelve (12) burglaries.", [("12", year(2016))]),
        ("In 2016 there were 5 burglaries. In the other two years there were none.",
         [("5", year(2016)), ("none", year(2017)), ("none", year(2018))]),
        ("In 2016 there were 5 burglaries. In the other four years there were none.", [("5", year(2016))]),
        ("Between 2016 and 2018 a total of 43 burglaries, of these 11 in 2016, 12 in 2017 and 20 in 2018.",
         [("43", WHOLE), ("11", year(2016)), ("12", year(2017)), ("20", year(2018))]),
        ("There were four burglaries, two in 2016 and two in 2018.",
         [("four", WHOLE), ("two", year(2016)), ("two", year(2018))]),
        ("There were five burglaries, two in 2016 and two in 2018.", [("two", year(2016)), ("two", year(2018))]),
        ("In 2016 there were 23 burglaries and in the previous year 15.", [("23", year(2016)), ("15", year(2015))]),
        ("On 31 March 2017 there were 90 officers; a year later there were 95.",
         [("90", day("2017-03-31")), ("95", day("2018-03-31"))]),
        ("Between April and June 2017 there were 9 burglaries. For the same period in 2018: 4.",
         [("9", ("2017-04-01", "2017-06-30")), ("4", ("2018-04-01", "2018-06-30"))]),
        ("We had 41 burglaries in 2016, 44 in 2017 and, up to 28 February 2018, 7.",
         [("41", year(2016)), ("44", year(2017)), ("7", ("2018-01-01", "2018-02-28"))]),
        ("None in 2016. In 2017, seven so far.", [("None", year(2016)), ("seven", year(2017))]),
        ("The number fell to 97 in 2017, and rose again, to 140, in 2018.", [("97", year(2017)), ("140", year(2018))]),
        ("£25.1m for 2016, £21.4 million for 2017 and a little over £94.5m in 2018.",
         [("£25.1m", year(2016)), ("£21.4 million", year(2017)), ("£94.5m", year(2018))]),
        ("£8,200.50 including VAT, paid in 2017/18.", [("£8,200.50", financial(2017))]),
        ("The rates paid in 2016/17 were £163 for a partner and £118 for an associate.",
         [("£163", financial(2016)), ("£118", financial(2016))]),
        ("In each of 2016 and 2017 there were 5 burglaries.", [("5", year(2016)), ("5", year(2017))]),
        ("No burglaries were recorded in 2016, 2017 or 2018.",
         [("No", year(2016)), ("No", year(2017)), ("No", year(2018))]),
        ("In 2016 and 2017 there were 5 burglaries.", []),
        ("In 2016 and 2017 there was a total of 5 burglaries.", [("5", ("2016-01-01", "2017-12-31"))]),
        ("The number for 2016 is fewer than 5 and for 2017 it is 12.",
         [("fewer than 5", year(2016)), ("12", year(2017))]),
        ("At 31 March 2018 there were 12 officers. At the same date there were 17 volunteers.",
         [("12", day("2018-03-31")), ("17", day("2018-03-31"))]),
        ("In 2016 there were 374 Taser trained officers.", [("374", year(2016))]),
        ("There were 23 burglaries in 2016 compared to 18 the year before.", [("23", year(2016)), ("18", year(2015))]),
        ("2016/17 was 23 and 2017/18 was 15.", [("23", financial(2016)), ("15", financial(2017))]),
        ("In 2016 there were 23 burglaries, an increase of 5 on 2015.", [("23", year(2016))]),
    ],
)  # fmt: skip
def test_sentences_of_many_shapes(nlp: Language, answer: str, expected: list[tuple[str, tuple[str, str]]]) -> None:
    assert figures(nlp, answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        "Six members of staff spent 12 hours on this in 2016.",
        "In 2016 it was 3.4 burglaries a day.",
        "The desk costs £350,000 a year and was set up in 2016.",
        "Another force paid some £20 for each in 2016.",
        "One person detained 4 times in 2016 is 4 detentions.",
        "Where two of them met in 2016 it comes to two burglaries.",
        "In 2016 there may be only 1 or 2 burglaries.",
        "In 2016 up to 12,000 people may have been there.",
        "In 2016 no records were held of burglaries.",
        "The nil for 2016 has a simple reason.",
        "We went through the tracker of 2016, which would take 40 hours.",
        "Burglaries rose by 12 in 2017.",
        "Between 10 and 20 burglaries were recorded in 2016.",
        "Your request of 3 March 2016 asked 4 questions.",
    ],
)
def test_work_rates_and_examples_are_no_figures(nlp: Language, answer: str) -> None:
    assert figures(nlp, answer) == []


def breakdowns(nlp: Language, answer: str) -> list[dict[str, Any]]:
    return [o["breakdown"] for o in nlp(LETTER.format(answer=answer))._.foi["observations"]]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Ashtown = 12\nBurford = 9\nAll = 21", [{"category": "Ashtown"}, {"category": "Burford"}, {"total": True}]),
        ("In 2016, 2 officers (1 sergeant and 1 constable) left.",
         [{"total": True}, {"rank": "sergeant"}, {"rank": "constable"}]),
        ("In 2016 there were 30 burglaries, of which 12 were solved.", [{"total": True}, {"kind": "solved"}]),
        ("In all, 23 burglaries were recorded in 2016; 15 were recorded in 2017.", [{}, {}]),
        ("47 in all", [{"total": True}]),
        ("In 2016 there were 3 sergeants and 14 constables.", [{"rank": "sergeants"}, {"rank": "constables"}]),
        ("As follows.\n\nAshtown\nBurford\nCeeham\n2016 - 5\n2017 - 6", [{}, {}]),
        ("As follows.\n\nAshtown\n2016 - 5\n2017 - 6", [{"category": "Ashtown"}, {"category": "Ashtown"}]),
        ("In 2016 62% of the burglaries had a female victim.", [{"gender": "female"}]),
        ("In 2016 there were 30 burglaries, in 12 of which the victim was male.",
         [{"total": True}, {"gender": "male"}]),
        ("In 2016 15 burglaries had a female victim who lived alone.", [{}]),
        ("Each station kept a list of burglaries of churches. In 2016 there were 4 such burglaries.",
         [{"kind": "churches"}]),
        ("We looked for burglaries of churches and burglaries of shops. In 2016 there were 4 such burglaries.", [{}]),
    ],
)  # fmt: skip
def test_what_splits_a_figure_of_a_sentence_or_line(nlp: Language, answer: str, expected: list[dict[str, Any]]) -> None:
    assert breakdowns(nlp, answer) == expected


def units(nlp: Language, answer: str) -> list[str]:
    return [o["unit"] for o in nlp(LETTER.format(answer=answer))._.foi["observations"]]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("47\n\nPlease note that the figures are numbers of victims rather than burglaries.", "people"),
        ("47\n\nThe data counts *investigations* (not crimes).", "investigations"),
        ("47\n\nThe data is kept by officers rather than electronically.", "crimes"),
        ("47\n\nThe figures count victims, not arrests.", "crimes"),
    ],
)
def test_a_unit_that_the_letter_denies_is_not_taken_from_the_question(
    nlp: Language, answer: str, expected: str
) -> None:
    assert units(nlp, answer) == [expected]


def test_a_unit_that_the_letter_denies_stays_where_a_figure_has_it_beside_it(nlp: Language) -> None:
    answer = "The figures count victims, not burglaries. In 2016 there were 30 burglaries."
    assert units(nlp, answer) == ["crimes"]


def test_an_unfinished_year_is_cut_where_the_letter_cuts_it(nlp: Language) -> None:
    request = "How many burglaries were recorded in 2016, 2017 and 2018 so far?"
    answer = (
        "2016: 30\n2017: 28\n2018 (to 31 October 2018): 9\n\nIn 2018 4 of the burglaries had a female victim.\n\n"
        "Taken from the system on 8 November 2018."
    )
    letter = LETTER.replace("How many burglaries were recorded in each year from 2016 to 2018?", request)
    observations = nlp(letter.format(answer=answer))._.foi["observations"]
    assert {o["period"]["end"] for o in observations if o["period"]["start"] == "2018-01-01"} == {"2018-10-31"}


TWO_QUESTIONS = """Dear Applicant,

You asked:

1. How many burglaries were recorded in 2016/17 and 2017/18?
2. {second}

Response:

1. 12 in 2016/17 and 14 in 2017/18.

2. {answer}

Yours sincerely,
"""
BOTH = ("2016-04-01", "2018-03-31")


@pytest.mark.parametrize(
    ("second", "answer", "expected"),
    [
        ("How many of those were solved?", "26", [("26", BOTH)]),
        ("In how many was nobody charged?", "26, at all stations together.", [("26", BOTH)]),
        ("How many officers left over the two years?", "26", [("26", BOTH)]),
        ("How many officers left over the three years?", "26", []),
        ("How many vacancies are there now?", "None.", []),
        ("Who keeps the log?", "None.", []),
        ("How many arrests were there since 2015?", "26", [("26", ("2015-01-01", None))]),
    ],
)
def test_a_question_without_a_period_takes_that_of_the_one_it_speaks_of(
    nlp: Language, second: str, answer: str, expected: list[tuple[str, tuple[str, str]]]
) -> None:
    facts = nlp(TWO_QUESTIONS.format(second=second, answer=answer))._.foi
    found = [(o["value_raw"], (o["period"]["start"], o["period"]["end"])) for o in facts["observations"]]
    assert found[2:] == expected


def test_the_metric_of_an_answer_is_what_was_asked_and_its_unit_too(nlp: Language) -> None:
    observation = nlp(LETTER.format(answer="47"))._.foi["observations"][0]
    assert observation["metric"] == "How many burglaries were recorded in each year from 2016 to 2018"
    assert observation["unit"] == "crimes"


def test_a_year_defined_by_its_days_is_closed_there_and_not_where_the_data_was_taken(nlp: Language) -> None:
    answer = (
        "2016: 23\n2019: 9\n\nThe 2019 figures are for the period 1 January to 31 October 2019 only and were "
        "extracted on 8 November 2019."
    )
    assert figures(nlp, answer) == [("23", year(2016)), ("9", ("2019-01-01", "2019-10-31"))]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("In 2016 we bought 5 vans; in 2017 we bought 6.", [("5", year(2016)), ("6", year(2017))]),
        (
            "Seizures: 2016: 3, 2017: none, 2018: 4. They may change.",
            [("3", year(2016)), ("none", year(2017)), ("4", year(2018))],
        ),
        ("2016 - North 40, South 37\n2017 - North 29, South 28",
         [("40", year(2016)), ("37", year(2016)), ("29", year(2017)), ("28", year(2017))]),
        ("The total paid in 2016 was £1 204 331.", [("£1 204 331", year(2016))]),
        ("12 officers retired and 31 resigned in 2017.", [("12", year(2017)), ("31", year(2017))]),
        (
            "There were 4,310 searches in 2017. Of the 4,310, 118 were of vehicles.",
            [("4,310", year(2017)), ("118", year(2017))],
        ),
    ],
)  # fmt: skip
def test_what_a_clause_leaves_out_is_taken_from_the_one_before(
    nlp: Language, answer: str, expected: list[tuple[str, tuple[str, str]]]
) -> None:
    assert figures(nlp, answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        "No theft at all was recorded at five of them in 2016.",
        "There were 1 204 331 thefts in 2016.",
        "2016 2017 2018\nNorth 5 North 6 North 9\nSouth 4 South 3 South 8",
    ],
)
def test_what_is_not_certain_is_put_before_a_person(nlp: Language, answer: str) -> None:
    facts: dict[str, Any] = nlp(LETTER.format(answer=answer))._.foi
    assert facts["observations"] == []
    assert facts["needs_review"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("how many of those PCSOs carry a baton?", {"role": "PCSO"}),
        ("how many of these carry a baton?", {}),
    ],
)
def test_a_question_within_a_kind_names_it_only_where_it_is_named(
    nlp: Language, asked: str, expected: dict[str, Any]
) -> None:
    letter = LETTER.replace("How many burglaries were recorded in each year from 2016 to 2018?", f"In 2016 {asked}")
    (observation,) = nlp(letter.format(answer="In 2016 there were 12."))._.foi["observations"]
    assert observation["breakdown"] == expected


@pytest.mark.parametrize(
    ("asked", "answer", "expected"),
    [
        pytest.param(
            "How many bids were received in 2016 and 2017?",
            "In 2016 we received 41 bids and 17 of them were turned down.",
            [("41", year(2016)), ("17", year(2016))],
            id="a thing that only the question counts",
        ),
        pytest.param(
            "What do whistles cost?",
            "I can tell you that 2,500 whistles were given out in 2016.",
            [("2,500", year(2016))],
            id="the passive counts any thing",
        ),
        pytest.param(
            "How many people took the test in 2016, and how many passed?",
            "In 2016 212 cadets sat the test and 163 passed.",
            [("212", year(2016)), ("163", year(2016))],
            id="a second count without its noun",
        ),
        pytest.param(
            "How many hours did the volunteers do in 2016?",
            "They did 1,900 hours, rounded to the nearest hundred.",
            [("1,900", year(2016))],
            id="hours that are what was asked",
        ),
        pytest.param(
            "How many burglaries were there in 2016?",
            "There were 112 burglaries in 2016. It took the team twenty minutes to find 3 of them.",
            [("112", year(2016))],
            id="a count that is an emergency number too, and minutes that nobody asked for",
        ),
        pytest.param(
            "How many certificates were held on 31 March of 2016, 2017 and 2018?",
            "We had 1,284 such holders on 31 March 2016, 1,309 on 31 March 2017 and 1,347 on the same day of 2018.",
            [
                ("1,284", ("2016-03-31", "2016-03-31")),
                ("1,309", ("2017-03-31", "2017-03-31")),
                ("1,347", ("2018-03-31", "2018-03-31")),
            ],
            id="stocks of several days",
        ),
        pytest.param(
            "How many officers are trained?",
            "At 30th April 2018 there were 63 officers with the training, 17 of whom had it in 2017.",
            [("63", ("2018-04-30", "2018-04-30")), ("17", year(2017))],
            id="a stock beside a count of a year",
        ),
        pytest.param(
            "How many kiosks are there?",
            "There are nine, as of 1st November 2018.",
            [("nine", ("2018-11-01", "2018-11-01"))],
            id="a stock without its noun",
        ),
        pytest.param(
            "How many people sat the test in 2016?",
            "Somebody who sat it again is two people for this purpose. I read that there were 2,000 people in 2016.",
            [],
            id="a way of counting and hearsay",
        ),
        pytest.param(
            "How many burglaries were there in the latest period?",
            "In the period ending 31 March 2018 there were 23 burglaries.",
            [],
            id="a period of which only the end is said",
        ),
        pytest.param(
            "How many times were whistles blown in 2016 and 2017?",
            "In 2017 officers blew whistles 1,316 times, compared to 1,078 in 2016.",
            [("1,316", year(2017)), ("1,078", year(2016))],
            id="times, where these are what was asked",
        ),
        pytest.param(
            "How many people were arrested in 2016 and 2017?",
            "2016 - 38 (under 18: 4; 18 to 25: 15; 26 and over: 19)\n2017: * (1 January to 30 June 2017)\n\n"
            "* indicates a number of five or fewer.",
            [
                ("38", year(2016)),
                ("4", year(2016)),
                ("15", year(2016)),
                ("19", year(2016)),
                ("*", ("2017-01-01", "2017-06-30")),
            ],
            id="parts in brackets, a mark with its key, and a part of a year",
        ),
    ],
)
def test_the_letter_itself_tells_what_counts(
    nlp: Language, asked: str, answer: str, expected: list[tuple[str, tuple[str, str]]]
) -> None:
    letter = LETTER.format(answer=answer).replace(
        "How many burglaries were recorded in each year from 2016 to 2018?", asked
    )
    facts: dict[str, Any] = nlp(letter)._.foi
    assert [(o["value_raw"], (o["period"]["start"], o["period"]["end"])) for o in facts["observations"]] == expected
