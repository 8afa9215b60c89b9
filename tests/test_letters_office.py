"""RTF, DOC and ODT, through LibreOffice where it is installed; and scans, through tesseract."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from foi_nlp.letters import LetterError, open_letters
from foi_nlp.letters.limits import DEFAULT_OPTIONS
from foi_nlp.letters.office import DOC, read_rtf_alone
from foi_nlp.letters.source import OLE_MAGIC, SourceFile
from tests.letter_files import ROOT, read, rows, zipped

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
needs_ocr = pytest.mark.skipif(shutil.which("ocrmypdf") is None, reason="ocrmypdf is not installed")
RTF = (
    rb"{\rtf1\ansi Dear applicant\par There were <5 & 007.\par "
    rb"\trowd\cellx1\cellx2 Year\cell No\cell\row 2018\cell *\cell\row}"
)


@needs_office
@pytest.mark.slow
def test_rtf_is_read_through_libreoffice(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.rtf", RTF)
    assert "There were <5 & 007." in letter.text
    assert rows(letter) == [["Year", "No"], ["2018", "*"]]
    assert "converted" in [note.code for note in letter.notes]


def test_rtf_is_read_without_libreoffice() -> None:
    letter = read_rtf_alone(SourceFile("a.rtf", RTF), DEFAULT_OPTIONS)
    assert "There were <5 & 007." in letter.text
    assert rows(letter) == [["Year", "No"], ["2018", "*"]]
    assert [note.code for note in letter.notes] == ["rtf_without_office"]


def test_doc_without_libreoffice_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LetterError, match="LibreOffice"):
        list(DOC.read(SourceFile("a.doc", OLE_MAGIC), DEFAULT_OPTIONS))


@needs_office
@pytest.mark.slow
def test_odt_is_read_through_libreoffice(tmp_path: Path) -> None:
    from foi_nlp.letters.programs import run_program

    (tmp_path / "a.rtf").write_bytes(RTF)
    run_program(["soffice", "--headless", "--convert-to", "odt", "a.rtf"], source="a.rtf", seconds=100, folder=tmp_path)
    [letter] = open_letters(tmp_path / "a.odt")
    assert not isinstance(letter, LetterError)
    assert rows(letter) == [["Year", "No"], ["2018", "*"]]


@needs_office
@pytest.mark.slow
@pytest.mark.parametrize("extension", ["xls", "ods"])
def test_hidden_rows_columns_sheets_and_comments_of_older_sheets(tmp_path: Path, extension: str) -> None:
    import xlsxwriter

    from foi_nlp.letters.programs import run_program

    workbook = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = workbook.add_worksheet("Shown")
    for number, row in enumerate(
        [["Year", "No", "SECRET"], [2018, 5, "SECRET"], [2019, "SECRET", ""], [2020, "<5", ""]]
    ):
        sheet.write_row(number, 0, row)
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(2, 2, None, None, {"hidden": True})
    sheet.write_comment("A1", "SECRET")
    hidden = workbook.add_worksheet("Raw")
    hidden.write(0, 0, "SECRET")
    hidden.hide()
    workbook.close()
    command = ["soffice", "--headless", "--convert-to", extension, "a.xlsx"]
    run_program(command, source="a.xlsx", seconds=100, folder=tmp_path)
    [letter] = open_letters(tmp_path / f"a.{extension}")
    assert not isinstance(letter, LetterError)
    assert rows(letter) == [["Year", "No"], ["2018", "5"], ["2020", "<5"]]
    assert [note.code for note in letter.notes] == ["hidden_content"] * 4
    [letter] = open_letters(tmp_path / f"a.{extension}", include_hidden=True)
    assert not isinstance(letter, LetterError)
    assert letter.text.count("SECRET") == 4


def test_odt_with_entities_is_refused(tmp_path: Path) -> None:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>')
    with pytest.raises(LetterError, match="entities"):
        read(tmp_path, "a.odt", out.getvalue())


@pytest.mark.parametrize("data", [OLE_MAGIC + b"\x00" * 600, zipped({"mimetype": "application/x-unknown"})])
def test_office_files_of_unknown_kind_end_with_one_line(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(LetterError, match="damaged") as caught:
        read(tmp_path, "a.doc", data)
    assert str(caught.value).startswith("a.doc: ")


@needs_ocr
@pytest.mark.slow
def test_scans_are_read_and_marked(tmp_path: Path) -> None:
    scan = next((ROOT / "corpus" / "formats").glob("39_*.scan.pdf"))
    letter = read(tmp_path, "a.pdf", scan.read_bytes())
    assert letter.ocr
    assert "ocr" in [note.code for note in letter.notes]
    assert "24 October 2012" in letter.text
    assert letter.places
