"""Plain text and Markdown: encodings, damage, and what stays exactly as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foi_nlp.letters import Letter, LetterError, Limits, read_letters
from foi_nlp.letters.text import clean
from tests.letter_files import read

LETTER = "Dear applicant\n\nThere were £1,204 – “about” <5 & 007 *.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_text_is_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, "a.txt", LETTER.encode(encoding)).text == LETTER


@pytest.mark.parametrize(
    ("written", "frozen"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a 1\u00ad204 b", "a 1204 b"),
        ("20\u200b21", "2021"),
        ("1\x002", "12"),
        ("2018\u20282019", "2018\n2019"),
        ("“curly” ‘quotes’ – stay…", "“curly” ‘quotes’ – stay…"),
        ("the Commissionerâ€™s office, Â£450", "the Commissioner’s office, £450"),
        ("Année â Ãngel", "Année â Ãngel"),
        ("  <5\t\t007\t*  &", "  <5\t\t007\t*  &"),
    ],
)
def test_text_is_cleaned_and_nothing_else(tmp_path: Path, written: str, frozen: str) -> None:
    assert read(tmp_path, "a.txt", f"Figures follow\n{written}".encode()).text == f"Figures follow\n{frozen}"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("£5 – café".encode("cp1252"), "encoding"),
        ("the Commissionerâ€™s office".encode(), "mojibake"),
        (b"one\x00 two\x01 of a letter that is long enough to be text", "control_characters"),
        (b"%PDF is only mentioned here", None),
    ],
)
def test_repairs_are_noted(tmp_path: Path, data: bytes, code: str | None) -> None:
    letter = read(tmp_path, "a.txt", data)
    assert [note.code for note in letter.notes] == ([code] if code else [])


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t\n", "no text"),
        ("a.txt", bytes(range(256)) * 20, "no text"),
        ("a.xyz", b"\x7fELF\x02\x01\x01\x00\x00\x00" * 50, "not known"),
        ("a.txt", b"x" * 5_000_000, "too many"),
        ("a.txt", b"x" * 500_000, "line"),
    ],
)
def test_bad_text_is_one_line_that_names_file_and_remedy(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    with pytest.raises(LetterError) as caught:
        read(tmp_path, name, data)
    assert str(caught.value).startswith(f"{name}: ")
    assert told in caught.value.message
    assert "\n" not in caught.value.message
    assert ";" in caught.value.message or "--limit" in caught.value.message


def test_limits_can_be_raised(tmp_path: Path) -> None:
    limits = Limits.from_settings(["line_characters=600000"])
    assert len(read(tmp_path, "a.txt", b"x" * 500_000, limits=limits).text) == 500_000


@pytest.mark.parametrize("setting", ["pages", "pages=", "pages=many", "pages=0", "sides=3"])
def test_wrong_limits_are_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=r"limit|number"):
        Limits.from_settings([setting])


def test_markdown_is_frozen_as_it_stands(tmp_path: Path) -> None:
    written = "# Reply\n\n| Year | Total |\n|---|---|\n| 2018 | <5 |\n"
    assert read(tmp_path, "a.md", written.encode()).text == written


@given(st.text(min_size=1))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)[0]
    assert clean(once)[0] == once


@settings(deadline=None)  # starting the reader process takes longer than an example may
@given(st.binary(max_size=400))
def test_any_bytes_are_a_letter_or_one_error(data: bytes) -> None:
    try:
        items = list(read_letters(data, source="a.txt"))
    except LetterError as error:
        items = [error]
    assert all(isinstance(item, Letter | LetterError) and item.source.startswith("a.txt") for item in items)
