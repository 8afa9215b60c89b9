"""Values: each written form gives its number or its bounds, and missing is never zero."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foi_nlp.figures.values import parse_value


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,012", 1012, None),
        ("1 012", 1012, None),
        ("1.012", 1.012, None),
        ("0", 0, None),
        ("9,755.5", 9755.5, None),
        ("45%", 45, "percent"),
        ("45 per cent", 45, "percent"),
        ("£1.2m", 1200000, "GBP"),
        ("£61,840", 61840, "GBP"),
        ("£215,929.00", 215929, "GBP"),
        ("(£1,000)", -1000, "GBP"),
        ("$200", 200, "USD"),
        ("3 hrs 20 mins", 200, "minutes"),
        ("00:14:32", 872, "seconds"),
        ("45 days", 45, "days"),
        ("23 offences", 23, "offences"),
    ],
)
def test_a_number_and_its_unit(text: str, value: float, unit: str | None) -> None:
    read = parse_value(text)
    assert read is not None
    assert (read.value, read.unit, read.status) == (value, unit, "reported")


@pytest.mark.parametrize("text", ["Nil", "None", "NONE", "zero", "nil return", "No offences"])
def test_words_that_say_zero(text: str) -> None:
    read = parse_value(text)
    assert read is not None
    assert (read.value, read.symbol, read.status) == (0, "nil", "nil")


@pytest.mark.parametrize(
    ("text", "symbol", "low", "high"),
    [
        ("<5", "<5", None, 4),
        ("< 5", "<5", None, 4),
        ("fewer than 5", "<5", None, 4),
        ("less than five", "<5", None, 4),
        ("≤5", "<=5", None, 5),
        ("5 or fewer", "<=5", None, 5),
        ("1-4", "1-4", 1, 4),
        ("0 to 5", "0to5", 0, 5),
    ],
)
def test_a_suppressed_number_has_bounds_and_no_value(text: str, symbol: str, low: int | None, high: int) -> None:
    read = parse_value(text)
    assert read is not None
    assert (read.value, read.symbol, read.low, read.high, read.status) == (None, symbol, low, high, "suppressed")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("N/A", "not_applicable"),
        ("Not held", "not_held"),
        ("Not recorded", "not_recorded"),
        ("Unknown", "unclear"),
        ("Redacted", "withheld"),
        ("*", "suppressed"),
    ],
)
def test_what_is_not_given_has_no_value(text: str, status: str) -> None:
    read = parse_value(text)
    assert read is not None
    assert (read.value, read.status) == (None, status)


@pytest.mark.parametrize("text", ["-", "–", "*", "#"])
def test_a_sign_alone_is_left_to_the_key(text: str) -> None:
    read = parse_value(text)
    assert read is not None
    assert read.ambiguous


@pytest.mark.parametrize(
    "text", ["", "  ", "Male", "Yes", "No", "Total", "086/02", "2016/17", "12,34", "9 x Ford", "١٢"]
)
def test_what_is_no_value_gives_none(text: str) -> None:
    assert parse_value(text) is None


@pytest.mark.parametrize(("text", "mark"), [("23*", "*"), ("23¹", "¹"), ("23 [1]", "[1]")])
def test_a_footnote_mark_is_no_part_of_the_value(text: str, mark: str) -> None:
    read = parse_value(text)
    assert read is not None
    assert (read.value, read.raw, read.marks) == (23, "23", (mark,))


@pytest.mark.parametrize("text", ["approx 200", "c. 200", "about 200", "200+", "over 200", "more than 200"])
def test_an_approximate_value_says_so(text: str) -> None:
    read = parse_value(text)
    assert read is not None
    assert (read.value, read.approximate) == (200, True)


def test_a_second_number_in_brackets_is_kept_apart() -> None:
    read = parse_value("12 (3)")
    assert read is not None
    assert (read.value, read.second, read.raw) == (12, 3, "12 (3)")


@given(st.integers(0, 10**9), st.sampled_from(["{}", "{:,}", " {} ", "{:,}*"]))
def test_any_number_is_read_back(number: int, style: str) -> None:
    read = parse_value(style.format(number))
    assert read is not None
    assert read.value == number


@given(st.text(max_size=40))
def test_any_text_is_read_without_error_and_is_grounded(text: str) -> None:
    read = parse_value(text)
    assert read is None or text[read.start : read.end] == read.raw
