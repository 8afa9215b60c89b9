"""Questions as they are numbered, and which stretch of a letter answers which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from foi_nlp.pipeline.questions import question_at
from foi_nlp.pipeline.reading import Reading

if TYPE_CHECKING:
    from spacy.language import Language


def _read(nlp: Language, text: str) -> Reading:
    doc = nlp.make_doc(text)
    for name, component in nlp.pipeline:
        doc = component(doc)
        if name == "foi_questions":
            break
    return Reading.of(doc)


@pytest.mark.parametrize(
    ("request_text", "ids"),
    [
        pytest.param("1. How many cars?\n2. How many vans?", ["1", "2"], id="numbers"),
        pytest.param("- 1: How many cars?**\n- 2: How many vans?**", ["1", "2"], id="marked-up numbers"),
        pytest.param("Q1a. Own a car?\nQ1b. Own a van?\nQ2. How many?", ["1a", "1b", "2"], id="combined labels"),
        pytest.param("A. The cars.\nB. The vans.", ["A", "B"], id="capitals"),
        pytest.param("These to be split\n(a) by year\n(b) by make", ["a", "b"], id="letters"),
        pytest.param(
            "1. How many cars in all? Please split them:\n a. by year\n b. by make", ["1", "1a", "1b"], id="parts"
        ),
        pytest.param("1.\nHow many of each:\na)\ncars\nb)\nvans\n2.\nWhy?", ["1a", "1b", "2"], id="stem that is none"),
        pytest.param("[1a] how many cars\n\n[b] and vans\n\n[2a] how many sold", ["1a", "1b", "2a"], id="brackets"),
        pytest.param("How many cars were bought in 2016?", ["1"], id="one paragraph"),
        pytest.param(
            "How many cars?\n\nHow many vans?\n\nI would like this by year please:", ["1", "2"], id="paragraphs"
        ),
        pytest.param("Please say: 1. How many cars? 2. How many vans?", ["1", "2"], id="run on"),
        pytest.param("• How many cars have you?\n• How many vans have you?", ["1", "2"], id="bullets"),
        pytest.param(
            "I would like to know how many cars were sold, and how much that brought.", ["1", "2"], id="joined by and"
        ),
        pytest.param(
            "How many calls came from:\n\n• North School\n• South School", ["1"], id="bullets that are places"
        ),
        pytest.param("1. How many cars in 2016?\n2016. That year counts.", ["1"], id="years are no labels"),
        pytest.param(
            "For these:\n1 Jan 2018 to 5 Dec 2018\n2 Jan 2019 to 5 Dec 2019\n- How many cars?\n- How many vans?",
            ["1", "2"],
            id="dates are no labels",
        ),
        pytest.param(
            "- A breakdown of the cars by year\nPlease break down the number by:\n- The colour of the car\n"
            "- The number of doors",
            ["1"],
            id="bullets that only tell how to split",
        ),
        pytest.param("Questions 1 A - B\na) How many cars?\nb) How many vans?", ["1a", "1b"], id="a range of parts"),
    ],
)
def test_ids(nlp: Language, request_text: str, ids: list[str]) -> None:
    reading = _read(nlp, f"Request\n\n{request_text}\n\nResponse\n\nThere are 7.")
    assert [question.id for question in reading.facts.questions] == ids


TWO = "Request\n\n1. How many cars are there?\n2. How many vans are there?\n\nResponse\n\n"


@pytest.mark.parametrize(
    ("answer", "words", "ids"),
    [
        pytest.param("Q1 – 88\n\nQ2 – 99", "99", ("2",), id="Q label"),
        pytest.param("Q1 – 88\n\nQ2 – 99", "88", ("1",), id="value behind a dash is no range"),
        pytest.param("1. 88\n\nmore words\n\n2. 99", "more words", ("1",), id="a label holds until the next"),
        pytest.param("Questions 1 and 2\n\nall 88", "all 88", ("1", "2"), id="joint heading"),
        pytest.param("Response 1-2:\n\nall 88", "all 88", ("1", "2"), id="range"),
        pytest.param("1 & 2 see table below:\n\nall 88", "all 88", ("1", "2"), id="ampersand"),
        pytest.param("As regards question 2, there are 99.", "99", ("2",), id="in running text"),
        pytest.param("For the first question: 88.\n\nFor the last question: 99.", "99", ("2",), id="ordinals"),
        pytest.param("1. Quarterly figures\n\nQ2 2018/19 was 88", "88", ("1",), id="a quarter is no question"),
        pytest.param(
            "The figures were checked by more than one person and were taken from the register on "
            "page\n2. of it, 88.\n",
            "88",
            (),
            id="a number that was wrapped",
        ),
    ],
)
def test_answers(nlp: Language, answer: str, words: str, ids: tuple[str, ...]) -> None:
    text = TWO + answer
    assert question_at(_read(nlp, text), text.rindex(words)) == ids


def test_one_question_is_answered_by_the_whole_response(nlp: Language) -> None:
    text = "Request\n\nHow many cars are there?\n\nResponse\n\nThere are 88."
    assert question_at(_read(nlp, text), text.index("88")) == ("1",)


def test_answers_without_labels_go_by_the_words_they_share(nlp: Language) -> None:
    text = (
        "You wrote:\n\nHow many burglaries were there?\n\nHow many officers carry Taser?\n\nResponse\n\n"
        "The burglaries came to 88.\n\nThe officers who carry Taser are 99.\n"
    )
    reading = _read(nlp, text)
    assert question_at(reading, text.index("88")) == ("1",)
    assert question_at(reading, text.index("99")) == ("2",)


def test_several_replies_on_one_page_keep_their_references(nlp: Language) -> None:
    text = (
        "Reference: 100-20\nDate: 01/02/2020\n\nYou asked:\n\nHow many cars are "
        "there?\n\nResponse:\n\nThere are 88.\n\n"
        "Reference: 101-20\nDate: 02/02/2020\n\nYou asked:\n\nHow many dogs are there?\n\nResponse:\n\nThere are 99.\n"
    )
    reading = _read(nlp, text)
    assert [question.id for question in reading.facts.questions] == ["100-20/1", "101-20/1"]
    assert question_at(reading, text.index("99")) == ("101-20/1",)


@pytest.mark.parametrize(
    ("first", "second", "ids"),
    [
        pytest.param("How many cars do you own?", "How many dogs do you own?", ["1", "2"], id="counted on"),
        pytest.param(
            "1. How many cars?\n2. How many vans?",
            "1. How many dogs?\n2. How many cats?",
            ["100/20/1", "100/20/2", "101/20/1", "101/20/2"],
            id="told apart by their references where both are labelled alike",
        ),
    ],
)
def test_two_requests_in_one_letter(nlp: Language, first: str, second: str, ids: list[str]) -> None:
    text = (
        f"I refer to your two requests.\n\nFOI 100/20\n\nYou asked:\n\n{first}\n\nResponse\n\n1. 88 of them.\n\n"
        f"FOI 101/20\n\nYou asked:\n\n{second}\n\nResponse\n\n1. 99 of them.\n"
    )
    reading = _read(nlp, text)
    assert [question.id for question in reading.facts.questions] == ids
    assert question_at(reading, text.index("99")) == (ids[len(ids) // 2],)


def test_the_head_of_a_page_is_no_part_of_a_question(nlp: Language) -> None:
    head = "EXAMPLE POLICE\nFreedom of Information\n"
    text = (
        f"{head}Page 1 of 2\n\nYou asked:\n\n1. How many\n\n{head}Page 2 of 2\n\ncats?\n2. How many dogs?\n\n"
        "Response\n\n1. 8\n2. 9\n"
    )
    assert [question.text for question in _read(nlp, text).facts.questions] == ["How many cats?", "How many dogs?"]


def test_revised_questions_take_the_place_of_the_first(nlp: Language) -> None:
    text = (
        "You asked:\n\n1. How many staff?\n2. How many left?\n3. Why?\n\nYour request was clarified on 3 May. Revised "
        "questions are:\n\n1. How many officers?\n2. How many resigned?\n\nResponse:\n\n1. 88\n\n2. 99"
    )
    assert [q.text for q in _read(nlp, text).facts.questions] == ["How many officers?", "How many resigned?"]


def test_rows_that_repeat_the_questions_answer_them(nlp: Language) -> None:
    text = (
        "Request\n\n• How many arrests for drug driving were made?\n• How many roadside tests were carried out?\n\n"
        "Response\n\n"
        "Question\t2019\t2020\nArrests for drug driving made\t88\t77\nRoadside tests carried out\t99\t66\n"
    )
    reading = _read(nlp, text)
    assert question_at(reading, text.index("88")) == ("1",)
    assert question_at(reading, text.index("99")) == ("2",)


PLACES: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "numbered notes under a table are no answers": (
        (
            "You asked:\n\n• the number of knife crimes\n• how many were detected\n• how many cameras are worn\n\n"
            "Response\n\nTable 1: knife crimes(1)\n\nYear\t2019\t2020\nKent\t881\t771\n\n"
            "1. Taken from the day of report.\n2. Knife crimes are counted once.\n\n"
            "As for your third point, 995 cameras are worn.\n"
        ),
        {"881": ("1",), "995": ("3",)},
    ),
    "a heading that names a question, under repeated questions": (
        (
            "What you asked is set out below with our answer after each part.\n\nPlease provide:\n\n"
            "1) How many cars?\n\nAnswer\nThere are 881.\n\n2) How many vans?\n\nAnswer\nSee below.\n\n"
            "3) How many dogs?\n\nAnswer\nThere are 771.\n\nQuestion 2\n\nThere would be 995 papers to read.\n"
        ),
        {"881": ("1",), "771": ("3",), "995": ("2",)},
    ),
    "a paragraph in the words of a question that no label names": (
        (
            "Request\n\n1. How many patrol cars?\n2. How many vans?\n3. Your policy on the export of falcons?\n\n"
            "Response\n\n"
            "1. There are 881.\n\n2. There are 771.\n\nOur policy on falcons and their export has 995 pages.\n"
        ),
        {"881": ("1",), "771": ("2",), "995": ("3",)},
    ),
    "answers in words before the first label": (
        (
            "Request\n\n1. How many work at Margate?\n2. How many have resigned?\n3. What were their reasons?\n\n"
            "Response\n\n881 work at Margate.\n\n771 resigned in that year.\n\nQ3. They gave 995 reasons.\n"
        ),
        {"881": ("1",), "771": ("2",), "995": ("3",)},
    ),
    "a table beside paragraphs that answer others": (
        (
            "Request\n\n- the number of burglaries by year\n- how many Taser officers there are\n"
            "- the cost of falcon food\n\n"
            "Response\n\nYear\t2019\t2020\nBurglaries\t881\t771\n\nTaser officers number 995.\n\n"
            "Falcon food came to £663 as a cost.\n"
        ),
        {"995": ("2",), "663": ("3",)},
    ),
    "questions beside their answers in a table": (
        (
            "Our answers are in the table below.\n\n| Question | Response |\n|---|---|\n"
            "| How many vans in 2019? | 881 |\n| What did they cost in 2019? | 995 |\n\nThere were 771 applicants.\n"
        ),
        {"881": ("1",), "995": ("2",), "771": ()},
    ),
    "numbered rows that ask, without a head": (
        (
            "Your questions are answered below.\n\n| 4 | How many vans in 2019? | 881 |\n|---|---|---|\n"
            "| 5 | What did they cost in 2019? | 995 |\n"
        ),
        {"881": ("4",), "995": ("5",)},
    ),
    "numbers in headings of Markdown": (
        "Request\n\n1. How many vans?\n2. What do they cost?\n\nResponse\n\n## 1\n\nThere are 881.\n\n## 2\n\n£995.\n",
        {"881": ("1",), "995": ("2",)},
    ),
    "questions quoted in a mail, each above its answer": (
        (
            "Our reference 12\n\nI have answered under each part.\n\n> 1. Number of calls in each month\n\n"
            "There were 881.\n\n"
            "> 2. How many crimes were there\n\nThere were 995.\n"
        ),
        {"881": ("1",), "995": ("2",)},
    ),
}


@pytest.mark.parametrize(("text", "places"), PLACES.values(), ids=PLACES.keys())
def test_which_question_a_place_answers(nlp: Language, text: str, places: dict[str, tuple[str, ...]]) -> None:
    reading = _read(nlp, text)
    assert {words: question_at(reading, text.index(words)) for words in places} == places


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param(
            "Request 1A\nHow many cars?\n\nAnswer\n881\n\nRequest 1B\nHow many vans?\n\nAnswer\n771\n\n"
            "Request 2A\nHow many dogs?\n\nAnswer\n995\n",
            ["1A", "1B", "2A"],
            id="counted on under headings of their own",
        ),
        pytest.param(
            "You would like to have the following:\n\n1 How many cars are there? 2 How old is the oldest? 3 How many "
            "were sold?\n\nResponse\n\n1  There are 881.\n\n2  It is 9.\n\n3  There were 771.\n",
            ["1", "2", "3"],
            id="numbers without a mark in one paragraph",
        ),
        pytest.param(
            "This response answered the following query, received on 2 May 2019:\n\n1) The number of cars.\n"
            "2) The number of vans.\n\nWe hold this. There are 881.\n\nQuestion 2. There are 771.\n",
            ["1", "2"],
            id="a query that a page repeats",
        ),
        pytest.param(
            "The Roads Unit has provided the following information.\n\n1. The number of cars.\n\n881\n\n"
            "2. The number of vans.\n\n771\n",
            ["1", "2"],
            id="questions above their answers on a page without a request",
        ),
    ],
)
def test_questions_of_other_layouts(nlp: Language, text: str, ids: list[str]) -> None:
    assert [question.id for question in _read(nlp, text).facts.questions] == ids


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        pytest.param(
            "Dear Applicant\n\nYou wrote:\n\nI would like to know how many vans you own.\nI would also like to know "
            "who drives them.\n\nResponse\n\n1. Seven.\n\n2. Officers.",
            ["1", "2"],
            id="lines that wish, where two answers are counted",
        ),
        pytest.param(
            "Dear Applicant\n\nThank you for your request of 3 May 2019 about the colour of the vans.\n\nThey are red.",
            ["1"],
            id="a request that is only told of",
        ),
        pytest.param(
            "Request\n\n(i) How many vans do you own?\n\nThere are 7.\n\n(ii) Who drives them?\n\nOfficers do.\n\n"
            "(iii) The colour of each van.\n\nAll are white.",
            ["i", "ii", "iii"],
            id="small roman figures go on across answers",
        ),
    ],
)
def test_questions_without_plain_numbers(nlp: Language, text: str, asked: list[str]) -> None:
    assert [question["id"] for question in nlp(text)._.foi["questions"]] == asked


def test_a_request_that_is_only_told_of_is_put_before_a_person(nlp: Language) -> None:
    text = "Dear Applicant\n\nThank you for your request of 3 May 2019 about the colour of the vans.\n\nThey are red."
    assert "request_not_repeated" in [item["code"] for item in nlp(text)._.foi["needs_review"]]


def test_a_repeated_question_belongs_to_the_label(nlp: Language) -> None:
    text = (
        "Request\n\n1. How many vans were refused in 2018?\n2. Who drives them?\n\nResponse\n\n"
        "1. How many vans were refused in 2018?\n\nThere were 14 in 2018.\n\n2. Who drives them?\n\nOfficers."
    )
    facts = nlp(text)._.foi
    assert [(o["question"], o["outcome"]) for o in facts["outcomes"]] == [
        ("1", "disclosed_full"),
        ("2", "disclosed_full"),
    ]
    assert [o["value"] for o in facts["observations"]] == [14]


ON_NEXT_LINE: dict[str, tuple[str, dict[str, str]]] = {
    "figures below a question": (
        (
            "You asked for the following:\n\n1. How many dogs were stolen in 2019?\n2019: 31\n\n2. How many cats?\n"
            "No information is held.\n"
        ),
        {"1": "disclosed_full", "2": "not_held"},
    ),
    "a letter for the answer": (
        (
            "You asked:\n\nQ1. How many dogs were stolen in 2019?\nA: 31\n\nQ2. Please provide the names of owners.\n"
            "This is exempt under section 40(2) of the Act.\n"
        ),
        {"1": "disclosed_full", "2": "refused_exempt"},
    ),
    "a word for the answer": (
        (
            "I write about your request.\n\nQuestion 1: How many dogs were stolen in 2019?\nResponse: 31\n\n"
            "Question 2: How many cats were stolen in 2019?\nResponse: No information held.\n"
        ),
        {"1": "disclosed_full", "2": "not_held"},
    ),
}


@pytest.mark.parametrize("end", ["", "\nYours sincerely\n"])
@pytest.mark.parametrize(("text", "outcomes"), ON_NEXT_LINE.values(), ids=ON_NEXT_LINE.keys())
def test_answers_on_the_line_below_their_question(nlp: Language, text: str, outcomes: dict[str, str], end: str) -> None:
    facts = nlp(f"Example Police\nOur Ref: 123/21\n\n3 May 2022\n\nDear Applicant\n\n{text}{end}")._.foi
    assert {outcome["question"]: outcome["outcome"] for outcome in facts["outcomes"]} == outcomes
    assert [figure["value"] for figure in facts["observations"]] == [31]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1. How many cars are there?\n2. How many are red?", "1. How many dogs are there?"),
        ("How many cars are there?", "How many dogs are there?"),
    ],
    ids=["numbered anew", "without numbers"],
)
def test_requests_taken_together_keep_their_references(nlp: Language, first: str, second: str) -> None:
    reading = _read(
        nlp,
        f"Request\n\nFOI/12/20\n{first}\n\nFOI/15/20\n{second}\n\nResponse\n\n"
        "FOI/12/20\nQ1. There are 7.\n\nFOI/15/20\nQ1. There are 8.\n\nYours sincerely",
    )
    assert {q.id.rpartition("/")[0] for q in reading.facts.questions} == {"FOI/12/20", "FOI/15/20"}
    assert question_at(reading, reading.text.index("7")) == ("FOI/12/20/1",)
    assert question_at(reading, reading.text.index("8")) == ("FOI/15/20/1",)


def test_an_answer_that_asks_to_see_a_table_is_not_the_question(nlp: Language) -> None:
    reading = _read(
        nlp,
        "I note you seek the following:\n\n1. How many cars?\n2. How many vans?\n\nResponse\n\n"
        "Q1 – Please see the table below.\n\nYear\tTotal\n2016\t3\n\nQ2 – Please see the table below.\n\n"
        "Year\tTotal\n2016\t4\n",
    )
    assert [q.text for q in reading.facts.questions] == ["How many cars?", "How many vans?"]


def test_the_list_of_a_request_goes_on_past_a_question_that_does_not_ask(nlp: Language) -> None:
    reading = _read(
        nlp,
        "Request\n\n1. How many cars?\n\n2. How many vans?\n\n3. The price of each of those at 2.\n\n4. Any sold?\n\n"
        "Response\n\nQ1 and Q2\n\nThere are 7.\n\nQ3\n\nThe price is exempt from disclosure.\n\nQ4\n\nNone.\n",
    )
    texts = [q.text for q in reading.facts.questions]
    assert texts[2:] == ["The price of each of those at 2.", "Any sold?"]


def test_an_answer_that_ends_a_paragraph_with_what_was_requested_announces_no_request(nlp: Language) -> None:
    text = (
        "Dear Applicant,\n\nRESPONSE\n\nI can confirm that we hold part of what you have requested.\n\n"
        "For people detained in 2016, how many by each of the following:\n\n"
        "1 Gender\n\nWomen 40 Men 61 Total 101\n\n2 Religion\n\nNo information held.\n\n"
        "3 Rank\n\nThis is not recorded.\n\n"
        "Yours sincerely,\n\nDisclosure Officer\n"
    )
    assert [question["text"] for question in nlp(text)._.foi["questions"]] == ["Gender", "Religion", "Rank"]
