"""Spreadsheets and CSV: figures exactly as shown, hidden content reported."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from foi_nlp.letters import LetterError, Limits
from tests.letter_files import read, rows, zipped


def book(fill: Any) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(workbook)
    workbook.close()
    return out.getvalue()


def test_values_are_as_the_sheet_shows_them(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Data")
        sheet.write_row(0, 0, ["Label", 2018, "<5", "007", "*"])
        sheet.write_row(1, 0, ["A", 1204.0, 12.5, 0, "&"])
        sheet.write_number(2, 1, 0.121, workbook.add_format({"num_format": "0.0%"}))
        sheet.write_number(2, 2, 7, workbook.add_format({"num_format": "000"}))

    letter = read(tmp_path, "a.xlsx", book(fill))
    assert rows(letter) == [
        ["Label", "2018", "<5", "007", "*"],
        ["A", "1204", "12.5", "0", "&"],
        ["", "12.1%", "007", "", ""],
    ]
    at = letter.text.index("1204")
    place = letter.place_of(at, at + 4)
    assert place is not None
    assert (place.sheet, place.cell) == ("Data", "B2")


def test_titles_and_notes_are_lines_and_blank_rows_part_tables(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(
            [["Table 1"], ["Year", "No"], [2018, 5], [2019, 6], ["* note"], [], ["Year", "No"], [2020, 7]]
        ):
            sheet.write_row(number, 0, row)

    letter = read(tmp_path, "a.xlsx", book(fill))
    assert [len(grid.rows) for grid in letter.grids] == [3, 2]
    assert "Table 1\nYear\tNo\n2018\t5\n2019\t6\n\n* note" in letter.text


@pytest.mark.parametrize("what", ["sheet", "row", "column", "comment"])
def test_hidden_content_is_reported_and_left_out_unless_asked_for(tmp_path: Path, what: str) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Shown")
        for number, row in enumerate([["Year", "No", "Name"], [2018, 5, "open"], [2019, 6, "open"]]):
            sheet.write_row(number, 0, row)
        if what == "sheet":
            other = workbook.add_worksheet("Raw")
            other.write_row(0, 0, ["SECRET", 1])
            other.hide()
        elif what == "row":
            sheet.write_string(1, 2, "SECRET")
            sheet.set_row(1, None, None, {"hidden": True})
        elif what == "column":
            sheet.write_string(1, 2, "SECRET")
            sheet.set_column(2, 2, None, None, {"hidden": True})
        else:
            sheet.write_comment("A1", "SECRET")

    data = book(fill)
    letter = read(tmp_path, "a.xlsx", data)
    assert "SECRET" not in letter.text
    assert [note.code for note in letter.notes] == ["hidden_content"]
    if what != "comment":
        assert "SECRET" in read(tmp_path, "a.xlsx", data, include_hidden=True).text


def test_formulas_without_values_are_reported(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Year", "No"])
        sheet.write_row(1, 0, [2018])
        sheet.write_formula(1, 1, "=A2+1", None, "")

    letter = read(tmp_path, "a.xlsx", book(fill))
    assert [note.code for note in letter.notes] == ["formula_without_value"]


def test_a_million_empty_rows_cost_nothing(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Year", "No"])
        sheet.write_row(1, 0, [2018, 5])

    data = book(fill)
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    sheet = members[part]
    assert isinstance(sheet, bytes)
    empty = b"".join(b'<row r="%d"/>' % n for n in range(3, 1_000_001))
    members[part] = sheet.replace(b"</sheetData>", empty + b"</sheetData>")
    assert rows(read(tmp_path, "a.xlsx", zipped(members))) == [["Year", "No"], ["2018", "5"]]
    members[part] = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    with pytest.raises(LetterError, match="reaches to row"):
        read(tmp_path, "b.xlsx", zipped(members))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_cells_stay_exactly_as_written(tmp_path: Path, delimiter: str) -> None:
    data = "\n".join(delimiter.join(row) for row in [["Area", "2018", "2019"], ["A", "<5", "007"], ["B", "", "*"]])
    letter = read(tmp_path, "a.csv", data.encode())
    assert rows(letter) == [["Area", "2018", "2019"], ["A", "<5", "007"], ["B", "", "*"]]


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="rows"):
        read(tmp_path, "a.csv", b"a,1\n" * 100, limits=Limits(rows=50))


@pytest.mark.parametrize(
    "data", [zipped({"xl/workbook.xml": "<workbook", "[Content_Types].xml": ""}), b"PK\x03\x04junk"]
)
def test_damaged_books_end_with_one_line(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(LetterError, match="damaged"):
        read(tmp_path, "a.xlsx", data)
