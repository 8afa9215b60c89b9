"""Which letters answer one request, and which question is which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foi_nlp.collate.aligning import align, asked_of, reference_reply
from foi_nlp.collate.grouping import NEAR_MISS, group_replies, nearly_equal, swapped_words
from foi_nlp.collate.wording import Reply, numbers_of, replies_of, words_of, years_of
from foi_nlp.records import LetterRecord, Question
from tests.collate_support import REAL, gold_facts, gold_records


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("in 2016, 2017 and 2018", {"2016", "2017", "2018"}),
        ("between 2013 and 2015", {"2013", "2014", "2015"}),
        ("2016-2018", {"2016", "2017", "2018"}),
        ("the years 2019/20 to 2021/22", {"2019/20", "2020/21", "2021/22"}),
        ("2014-15, and 15/16", {"2014/15", "2015/16"}),
        ("under the Freedom of Information Act 2000 and the Regulations 2004", set()),
        ("from 2010/2011", {"2010/11"}),
        ("costing £2,016 at 2018.50", set()),
        ("2015-2017", {"2015", "2016", "2017"}),
    ],
)
def test_years_of_a_request(text: str, years: set[str]) -> None:
    assert years_of(text) == years


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("in the last five years", {"5"}),
        ("in the last 5 years", {"5"}),
        ("1. How many arrests\n2) How many charges", set()),
        ("people aged 0 to 16", {"0", "16"}),
        ("With reference to question 1a, how many", set()),
        ("how many in 2018 and 2019/20", set()),
        ("more than 1,000 miles", {"1000"}),
    ],
)
def test_numbers_of_a_request(text: str, numbers: set[str]) -> None:
    assert numbers_of(text) == numbers


def _reply(letter: int, *questions: str, opening: str = "") -> Reply:
    text = "\n".join((opening, *questions))
    parts = tuple(Question(id=str(n), text=q, start=0, end=0) for n, q in enumerate(questions, start=1))
    return Reply(letter, "", parts, text, opening, years_of(text), numbers_of(text), words_of(text))


def _together(*replies: Reply) -> list[list[int]]:
    return [group.members for group in group_replies(replies)[0]]


def test_the_wrong_years_keep_apart_what_wording_would_join() -> None:
    right = _reply(0, "How many dogs were seized by your officers between 2014 and 2019, by breed?")
    wrong_years = _reply(1, "How many dogs were seized by your officers between 2013 and 2018, by breed?")
    other_words = _reply(2, "From 2014 to 2019, please say how many dogs officers seized, with the breed of each")
    assert _together(right, wrong_years, other_words) == [[0, 2], [1]]


def test_other_numbers_keep_apart_what_wording_would_join() -> None:
    first = _reply(0, "How many drivers aged under 18 were arrested for speeding in 2020?")
    second = _reply(1, "How many drivers aged under 25 were arrested for speeding in 2020?")
    groups, misses = group_replies([first, second])
    assert len(groups) == 2
    assert "18" in misses[0].reason
    assert "25" in misses[0].reason


def test_one_noun_for_another_is_another_request() -> None:
    first = _reply(0, "How many offences of stalking were recorded in 2020 and 2021, by outcome and victim gender?")
    second = _reply(1, "How many offences of harassment were recorded in 2020 and 2021, by outcome and victim gender?")
    assert swapped_words(first, second) == ("stalking", "harassment")
    assert _together(first, second) == [[0], [1]]


def test_a_typing_error_is_no_other_request() -> None:
    first = _reply(0, "How many offences of harassment were recorded in 2020 and 2021, by outcome and victim gender?")
    second = _reply(1, "How many offences of harrassment were recorded in 2020 and 2021, by outcome and victim gender?")
    assert _together(first, second) == [[0, 1]]


def test_letters_that_do_not_repeat_their_request_stand_alone() -> None:
    assert _together(_reply(0), _reply(1)) == [[0], [1]]


def test_a_letter_that_answers_several_requests_is_several_replies() -> None:
    record = LetterRecord(
        source="two.txt",
        source_sha256="",
        text_sha256="a",
        text="",
        questions=[
            Question(id="101-20/1", text="How many horses does the force own?", start=0, end=0),
            Question(id="102-20/1", text="What was spent on drones in 2019?", start=0, end=0),
            Question(id="102-20/2", text="How many drones were bought in 2019?", start=0, end=0),
        ],
    )
    assert [(r.part, len(r.questions)) for r in replies_of(0, record)] == [("101-20", 1), ("102-20", 2)]


def test_each_request_group_of_the_corpus_is_found_and_nothing_else() -> None:
    records = gold_records()
    replies = [reply for n, record in enumerate(records) for reply in replies_of(n, record)]
    found = {
        frozenset(records[replies[m].letter].source for m in group.members)
        for group in group_replies(replies)[0]
        if len(group.members) > 1
    }
    wanted: dict[str, set[str]] = {}
    for gold in gold_facts():
        if gold.get("request_group"):
            wanted.setdefault(gold["request_group"], set()).add(gold["file"])
    assert found == {frozenset(members) for members in wanted.values()}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("04_cumbria.txt", {("1", "1"), ("1a", "1a"), ("1b", "1b"), ("1c", "1c"), ("1d", "1d")}),
        ("05_dyfed-powys.html", {("1", "1"), ("1a", "1a"), ("1b", "1b"), ("1c", "1c"), ("1d", "1d")}),
        ("06_north-yorkshire.txt", {("1", "1"), ("1a", "1a"), ("1b", "1b"), ("1c", "1c"), ("1d", "1d")}),
        ("18_durham.txt", {("", "1"), ("a", "1a"), ("a", "1d"), ("b", "1b"), ("c", "1c")}),
    ],
)
def test_questions_align_however_they_are_numbered(name: str, wanted: set[tuple[str, str]]) -> None:
    records = [r for r in gold_records() if r.source[:2] in {"04", "05", "06", "18"}]
    replies = [reply for n, record in enumerate(records) for reply in replies_of(n, record)]
    asked = asked_of(reference_reply(replies))
    reply = next(r for r in replies if records[r.letter].source == name)
    assert {(m.letter_question, m.question) for m in align(asked, reply)} == wanted


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_questions_align_in_another_order(order: tuple[int, ...]) -> None:
    texts = ["How many dogs were seized?", "What was the cost of kennels?", "How many owners were prosecuted?"]
    asked = asked_of(_reply(0, *texts))
    matches = align(asked, _reply(1, *(texts[n] for n in order)))
    assert {(m.letter_question, m.question) for m in matches} == {(str(i + 1), str(n + 1)) for i, n in enumerate(order)}


def test_a_question_that_no_other_letter_has_is_kept() -> None:
    asked = asked_of(_reply(0, "How many dogs were seized?"))
    matches = align(asked, _reply(1, "How many dogs were seized?", "Who is the press officer responsible?"))
    assert [(m.letter_question, m.basis) for m in matches] == [("1", "wording"), ("2", "new")]
    assert len(asked) == 2


@pytest.mark.skipif(not REAL.exists(), reason="the real letters are not beside this checkout")
def test_two_real_letters_are_one_campaign_and_their_questions_align() -> None:
    records = gold_records(REAL, REAL / "gold-text")
    replies = [reply for n, record in enumerate(records) for reply in replies_of(n, record)]
    assert [group.members for group in group_replies(replies)[0]] == [[0, 1]]
    asked = asked_of(reference_reply(replies))
    wanted = {("1-stem", "1"), ("1-stem", "1a"), ("1", "1b"), ("2", "1c"), ("3", "1d")}
    assert {(m.letter_question, m.question) for m in align(asked, replies[1])} == wanted


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How many dogs were seized by officers in 2019?", "How many knives were seized by officers in 2019?"),
        ("Number of arrests in 2019 by ethnicity and age", "Number of complaints in 2019 by ethnicity and age"),
        ("How many tasers were discharged by officers in 2019?", "How many dogs were seized by officers in 2019?"),
        ("How many burglaries were recorded in 2019?", "How many robberies were recorded in 2019?"),
    ],
)
def test_short_requests_of_one_form_for_another_thing_are_kept_apart(first: str, second: str) -> None:
    assert [group.members for group in group_replies([_reply(0, first), _reply(1, second)])[0]] == [[0], [1]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How many burglaries were recorded in 2019?", "The number of burglaries recorded in 2019"),
        (
            "How many crimes were logged as taking place in hospitals in 2019, by outcome?",
            "The number of crimes recorded which occurred in hospitals in 2019, by outcome",
        ),
    ],
)
def test_one_request_in_other_words_is_one_request(first: str, second: str) -> None:
    assert [group.members for group in group_replies([_reply(0, first), _reply(1, second)])[0]] == [[0, 1]]


def test_a_pair_kept_apart_is_named_in_the_words_of_the_letters() -> None:
    asked = "How many {} were seized by your officers in 2019, and what did their storage cost?"
    (miss,) = group_replies([_reply(0, asked.format("knives")), _reply(1, asked.format("dogs"))])[1]
    assert miss.reason == "one asks for “knives” where the other asks for “dogs”"


def test_two_questions_of_one_letter_in_the_same_words_join_only_by_another_letter() -> None:
    text = "How many dogs were seized by your officers in 2019?"
    twice = [_reply(0, text), _reply(0, text)]
    assert len(group_replies(twice)[0]) == 2
    assert [group.members for group in group_replies([*twice, _reply(1, text)])[0]] == [[0, 1, 2]]


WORDS = st.sampled_from(["dog", "knife", "seized", "officer", "cost", "year", "arrest", "court", "fine", "car"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=8), max_size=8))
def test_every_reply_is_in_one_group(texts: list[list[str]]) -> None:
    replies = [_reply(n, " ".join(words)) for n, words in enumerate(texts)]
    members = [member for group in group_replies(replies)[0] for member in group.members]
    assert sorted(members) == list(range(len(replies)))


@given(st.lists(st.frozensets(WORDS, min_size=1), unique=True, max_size=12))
def test_looking_at_rare_words_alone_misses_no_nearly_equal_pair(sets: list[frozenset[str]]) -> None:
    wanted = {frozenset((a, b)) for a in sets for b in sets if len(a & b) * 200 >= NEAR_MISS * (len(a) + len(b))}
    assert {frozenset(pair) for pair in nearly_equal(sets)} == wanted


def test_a_question_without_words_is_known_by_its_label() -> None:
    whole = _reply(0, "How many dogs were seized?", "")
    asked = asked_of(whole)
    assert [(m.question, m.letter_question) for m in align(asked, whole)] == [("1", "1"), ("2", "2")]
    assert [a.id for a in asked] == ["1", "2"]
