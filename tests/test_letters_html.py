"""HTML: what is shown, in lines and grids."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foi_nlp.letters import LetterError, Limits, read_letters
from tests.letter_files import check_offsets, read, rows


def page(body: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>t</title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>one\n  two</p><p>three</p>", "one two\n\nthree"),
        ("<p>a<br>b<br><br>c</p>", "a\nb\n\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ('<ol start="4" type="a"><li>x</ol>', "d. x"),
        ('<ol type="i"><li>x<li value="4">y</ol>', "i. x\niv. y"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "• a\n• b\n• c"),
        ("<p>2021<sup>1</sup> 13<sup>th</sup> CO<sub>2</sub> 9<sup>#</sup></p>", "2021¹ 13th CO₂ 9#"),
        ("<p>&lt;5 &amp; 007 &pound;1&nbsp;204 Act&nbsp;2000</p>", "<5 & 007 £1\u00a0204 Act 2000"),
        ("<p>a</p><script>var n=2021</script><style>p{}</style><nav>Home 9</nav><p>b</p>", "a\n\nb"),
        ('<p>a</p><div style="display: none">9</div><p hidden>8</p>', "a"),
        ("<p>5 <s>6</s> 7</p>", "5 7"),
        ("<pre>a   b\nc</pre>", "a   b\nc"),
        ("<b>a</b><i>b</i> <b>c</b>", "ab c"),
        ("<h2>Q1</h2>Answer<hr>End", "Q1\n\nAnswer\n\nEnd"),
    ],
)
def test_blocks_become_lines(tmp_path: Path, body: str, text: str) -> None:
    assert read(tmp_path, "a.html", page(body)).text == f"t\n\n{text}"


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("<tr><th>Year<th>2018<tr><td>A<td>", [["Year", "2018"], ["A", ""]]),
        ("<tr><td colspan=2>x<td>y<tr><td>1<td>2<td>3", [["x", "", "y"], ["1", "2", "3"]]),
        ("<tr><td rowspan=2>x<td>1<tr><td>2<tr><td>y<td>3", [["x", "1"], ["", "2"], ["y", "3"]]),
        (
            "<tr><td>Number of<br>crimes<td>Number<br>charged<tr><td>1<td>2",
            [["Number of crimes", "Number charged"], ["1", "2"]],
        ),
        ("<tr><td>Year<td>No<tr><td>2018<br>2019<td>5<br>&lt;5", [["Year", "No"], ["2018", "5"], ["2019", "<5"]]),
        ("<tr><td>A<td>&nbsp;<td>0<tr><td>&nbsp;<td><td><tr><td>B<td>1<td>", [["A", "", "0"], ["B", "1", ""]]),
        ('<tr><td>A<td>1<tr style="display:none"><td>B<td>2<tr><td>C<td>3', [["A", "1"], ["C", "3"]]),
    ],
)
def test_tables_become_grids(tmp_path: Path, table: str, cells: list[list[str]]) -> None:
    letter = read(tmp_path, "a.html", page(f"<table>{table}</table>"))
    assert rows(letter) == cells
    assert letter.text.split("\n")[2:] == ["\t".join(row) for row in cells]


def test_header_flags_spans_and_caption(tmp_path: Path) -> None:
    markup = "<table><caption>Stops</caption><thead><tr><td>Year<td colspan=2>2018</thead><tr><th>A<td>1<td>2</table>"
    letter = read(tmp_path, "a.html", page(markup))
    grid = letter.grids[0]
    assert grid.caption == "Stops"
    assert [[cell.header for cell in row] for row in grid.rows] == [[True, True, True], [True, False, False]]
    assert grid.rows[0][1].column_span == 2


def test_a_page_laid_out_in_tables_is_running_text_with_the_data_table_in_it(tmp_path: Path) -> None:
    inner = "<table><tr><td>2018<td>5<tr><td>2019<td>6</table>"
    letter = read(tmp_path, "a.html", page(f"<table><tr><td>Menu<td><p>Dear applicant</p>{inner}</table>"))
    assert len(letter.grids) == 1
    assert rows(letter) == [["2018", "5"], ["2019", "6"]]


def test_hidden_rows_are_reported_and_read_when_asked_for(tmp_path: Path) -> None:
    data = page("<table><tr><td>A<td>1<tr hidden><td>B<td>2</table>")
    assert [note.code for note in read(tmp_path, "a.html", data).notes] == ["hidden_content"]
    assert rows(read(tmp_path, "a.html", data, include_hidden=True)) == [["A", "1"], ["B", "2"]]


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-8", "no-such-charset"])
def test_the_charset_that_the_page_names_is_tried_first(tmp_path: Path, charset: str) -> None:
    encoding = "cp1252" if charset != "utf-8" else "utf-8"
    data = f'<html><head><meta charset="{charset}"></head><body><p>£5 – it’s</p></body></html>'.encode(encoding)
    assert read(tmp_path, "a.html", data).text == "£5 – it’s"


def test_markup_nested_beyond_the_limit_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="nested"):
        read(tmp_path, "a.html", page("<div>" * 100_000))


def test_markup_nested_deep_within_the_limit_is_read(tmp_path: Path) -> None:
    assert "<5 crimes" in read(tmp_path, "a.html", page("<div>" * 1500 + "&lt;5 crimes")).text


def test_a_table_with_too_many_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="rows"):
        read(tmp_path, "a.html", page("<table>" + "<tr><td>a<td>1" * 20 + "</table>"), limits=Limits(rows=10))


_MARKUP = st.lists(
    st.sampled_from(
        [
            "<table>",
            "</table>",
            "<tr>",
            "<td>",
            "<td rowspan=3 colspan=2>",
            "<th>",
            "</td>",
            "<p>",
            "<ul>",
            "<li>",
            "<br>",
            "7",
            "a",
        ]
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(_MARKUP)
def test_any_markup_gives_grids_that_agree_with_the_text(pieces: list[str]) -> None:
    items = read_letters(b"<html><body>x" + "".join(pieces).encode() + b"</body></html>", source="a.html")
    for item in items:
        assert not isinstance(item, LetterError)
        check_offsets(item)
