"""Periods: each written form gives its dates, and what is no period gives none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foi_nlp.figures.periods import PeriodContext, find_periods, parse_period, related, resolve, spanning, years_of
from foi_nlp.patterns import load_rules
from foi_nlp.registers import register

FORMS = [
    ("2016", "calendar_year", "2016-01-01", "2016-12-31"),
    ("2016*", "calendar_year", "2016-01-01", "2016-12-31"),
    ("CY2016", "calendar_year", "2016-01-01", "2016-12-31"),
    ("Calendar year 2016", "calendar_year", "2016-01-01", "2016-12-31"),
    ("Jan-Dec 2016", "calendar_year", "2016-01-01", "2016-12-31"),
    ("2016/17", "financial_year", "2016-04-01", "2017-03-31"),
    ("2016–17", "financial_year", "2016-04-01", "2017-03-31"),
    ("1999/00", "financial_year", "1999-04-01", "2000-03-31"),
    ("2016/2017", "financial_year", "2016-04-01", "2017-03-31"),
    ("FY 2016/17", "financial_year", "2016-04-01", "2017-03-31"),
    ("FY16/17", "financial_year", "2016-04-01", "2017-03-31"),
    ("16/17", "financial_year", "2016-04-01", "2017-03-31"),
    ("April 2016 to March 2017", "financial_year", "2016-04-01", "2017-03-31"),
    ("financial year ending March 2017", "financial_year", "2016-04-01", "2017-03-31"),
    ("Year ending 31 March 2017", "financial_year", "2016-04-01", "2017-03-31"),
    ("2016-2018", "date_range", "2016-01-01", "2018-12-31"),
    ("Sept 2016 - Aug 2017", "date_range", "2016-09-01", "2017-08-31"),
    ("01.01.11 to 31.12.12", "date_range", "2011-01-01", "2012-12-31"),
    ("1 April - 30 June 2022", "date_range", "2022-04-01", "2022-06-30"),
    ("between 23 March and 5th April (2020)", "date_range", "2020-03-23", "2020-04-05"),
    ("2019/20 to 2023/24", "date_range", "2019-04-01", "2024-03-31"),
    ("20 October 2014 to the end of 2017", "date_range", "2014-10-20", "2017-12-31"),
    ("12 months to 30 June 2018", "date_range", "2017-07-01", "2018-06-30"),
    ("2018 (to 30 September)", "year_to_date", "2018-01-01", "2018-09-30"),
    ("2022/23 up to 30 June 2022", "year_to_date", "2022-04-01", "2022-06-30"),
    ("2018 to date", "year_to_date", "2018-01-01", None),
    ("thus far in 2018", "year_to_date", "2018-01-01", None),
    ("since 2010", "date_range", "2010-01-01", None),
    ("Sep-17", "month", "2017-09-01", "2017-09-30"),
    ("Chwefror 2020", "month", "2020-02-01", "2020-02-29"),
    ("Q3 2017/18", "quarter", "2017-10-01", "2017-12-31"),
    ("Q3 2017", "quarter", "2017-07-01", "2017-09-30"),
    ("2007 - Quarter 1", "quarter", "2007-01-01", "2007-03-31"),
    ("as at 31 March 2018", "instant", "2018-03-31", "2018-03-31"),
    ("December 23rd 2017", "instant", "2017-12-23", "2017-12-23"),
]


@pytest.mark.parametrize(("text", "kind", "start", "end"), FORMS)
def test_a_form_gives_its_dates(text: str, kind: str, start: str, end: str | None) -> None:
    found = parse_period(text)
    assert found is not None
    assert (found.period.type, found.period.start, found.period.end) == (kind, start, end)


@pytest.mark.parametrize(
    "text",
    ["", " ", "23", "1,012", "Total", "2016 - 23", "2016/19", "31/02/2018", "086/02", "Outcome 21", "Maybe", "20161"],
)
def test_what_is_no_period_gives_none(text: str) -> None:
    assert parse_period(text) is None


@pytest.mark.parametrize(
    "text",
    ["Act 2000", "the Theft Act (1968)", "Regulations 2004", "FOI2018/03894", "F-2013-01604", "0408-2024/25", "£2016"],
)
def test_statutes_and_references_are_not_periods(text: str) -> None:
    assert find_periods(f"It is {text} here.") == []


def test_a_pair_of_full_years_is_a_financial_year_beside_others() -> None:
    alone, beside = parse_period("2016-2017"), parse_period("2016-2017", context=PeriodContext(fiscal=True))
    assert alone is not None
    assert beside is not None
    assert (alone.period.end, beside.period.end) == ("2017-12-31", "2017-03-31")


@pytest.mark.parametrize(
    ("text", "fiscal", "start"),
    [("January", False, "2017-01-01"), ("January", True, "2018-01-01"), ("Q1", True, "2017-04-01")],
)
def test_a_month_or_quarter_alone_waits_for_its_year(text: str, fiscal: bool, start: str) -> None:
    found = parse_period(text)
    assert found is not None
    assert found.needs_year
    assert found.period.start is None
    settled = resolve(found, PeriodContext(year=2017, year_is_fiscal=fiscal))
    assert settled.period.start == start


def test_the_as_of_day_closes_an_open_year() -> None:
    context = PeriodContext(as_of=date(2018, 10, 31), letter_date=date(2018, 11, 20))
    found = parse_period("2018 to date", context=context)
    assert found is not None
    assert (found.period.end, found.period.complete) == ("2018-10-31", False)


def test_an_open_year_without_an_as_of_day_stays_open() -> None:
    found = parse_period("2018", context=PeriodContext(letter_date=date(2018, 11, 20)))
    assert found is not None
    assert (found.period.type, found.period.end) == ("year_to_date", None)


def test_a_year_that_the_request_calls_unfinished_is_open() -> None:
    context = PeriodContext(open_years=frozenset({2018}), letter_date=date(2019, 2, 1))
    found = parse_period("2018", context=context)
    assert found is not None
    assert (found.period.type, found.period.end) == ("year_to_date", None)


def test_months_counted_back_need_the_day_they_are_counted_from() -> None:
    unplaced = parse_period("the last 12 months")
    placed = parse_period("the last 12 months", context=PeriodContext(received=date(2019, 6, 15)))
    assert unplaced is not None
    assert placed is not None
    assert unplaced.period.start is None
    assert (placed.period.start, placed.period.end) == ("2018-06-15", "2019-06-15")


def test_periods_of_a_sentence_are_found_in_order_with_their_places() -> None:
    text = "It rose from 5 in 2015 to 9 in 2016/17."
    assert [text[p.start : p.end] for p in find_periods(text)] == ["2015", "2016/17"]


def test_several_periods_span_from_the_first_day_to_the_last() -> None:
    found = [parse_period(text) for text in ("2014/15", "2015/16", "2016/17 (to 31 October 2016)")]
    whole = spanning([p.period for p in found if p])
    assert whole is not None
    assert (whole.start, whole.end, whole.complete) == ("2014-04-01", "2016-10-31", False)


def test_the_fragment_of_month_names_and_the_register_agree() -> None:
    fragment = load_rules().fragments["period_month_name"]
    listed = set(fragment.removeprefix("(?:").split(")")[0].split("|"))
    assert listed == {name for record in register("months") for name in record["names"]}


@given(
    st.dates(date(1990, 1, 1), date(2049, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%Y-%m-%d"])
)
def test_any_day_is_read_day_first(day: date, style: str) -> None:
    found = parse_period(day.strftime(style))
    assert found is not None
    assert found.period.start == day.isoformat()


@given(st.text(max_size=60))
def test_any_text_is_read_without_error_and_places_hold(text: str) -> None:
    for found in find_periods(text):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("2016 to 2018", ["2016", "2017", "2018"]),
        ("2016/17", ["2016/17"]),
        ("1 April 2016 to 31 March 2018", ["2016/17", "2017/18"]),
        ("1 May 2016 to 31 March 2018", []),
        ("2016 to 30 June 2018", []),
        ("31 March 2018", []),
    ],
)
def test_a_period_of_whole_years_is_made_up_of_them(written: str, years: list[str]) -> None:
    found = parse_period(written)
    assert found is not None
    assert [year.label for year in years_of(found.period)] == years


@pytest.mark.parametrize(
    ("anchor", "said", "expected"),
    [
        ("2016", {"back": "the previous year"}, ("2015-01-01", "2015-12-31")),
        ("2016/17", {"ahead": "the following year"}, ("2017-04-01", "2018-03-31")),
        ("31 March 2017", {"ahead": "a year later"}, ("2018-03-31", "2018-03-31")),
        ("April to June 2017", {"year": "2018"}, ("2018-04-01", "2018-06-30")),
        ("2017", {"year": "2018"}, None),
        ("1 May 2016 to 30 June 2017", {"back": "the previous year"}, None),
        ("2017", {"until": "28 February 2018"}, ("2018-01-01", "2018-02-28")),
        ("2017", {"until": "28 February 2019"}, None),
        ("April to June 2017", {"until": "31 July 2017"}, None),
    ],
)
def test_a_period_said_by_another(anchor: str, said: dict[str, str], expected: tuple[str, str] | None) -> None:
    found = parse_period(anchor)
    assert found is not None
    period = related(found.period, said)
    assert (period and (period.start, period.end)) == expected
