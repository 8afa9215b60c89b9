"""Word documents: what is printed is read, what is not is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from foi_nlp.letters import LetterError
from tests.letter_files import docx, paragraph, read, rows, word_table, zipped

HIDDEN = "<w:vanish/>"


def test_body_header_and_footer_are_read(tmp_path: Path) -> None:
    data = docx(
        paragraph("Dear applicant") + paragraph("There were &lt;5 &amp; 007."),
        header1=paragraph("FOI 12/24"),
        header2=paragraph("FOI 12/24"),
        footer1=paragraph("OFFICIAL"),
    )
    assert read(tmp_path, "a.docx", data).text == "FOI 12/24\n\nDear applicant\n\nThere were <5 & 007.\n\nOFFICIAL"


def test_tables_become_grids(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.docx", docx(word_table(("Year", "2018"), ("A", ""), ("B", "&lt;5"))))
    assert rows(letter) == [["Year", "2018"], ["A", ""], ["B", "<5"]]
    assert letter.grids[0].source == "docx"


def test_hidden_text_is_left_out_and_reported_and_read_when_asked_for(tmp_path: Path) -> None:
    data = docx(paragraph("shown 1") + paragraph("hidden 2", HIDDEN))
    letter = read(tmp_path, "a.docx", data)
    assert letter.text == "shown 1"
    assert [note.code for note in letter.notes] == ["hidden_content"]
    assert read(tmp_path, "a.docx", data, include_hidden=True).text == "shown 1\n\nhidden 2"


@pytest.mark.parametrize("numbered", [False, True])
def test_comments_are_left_out_and_reported_and_read_when_asked_for(tmp_path: Path, *, numbered: bool) -> None:
    import docx as word

    document = word.Document()
    run = document.add_paragraph(style="List Number" if numbered else None).add_run("There were 5.")
    document.add_comment(run, text="It is 9 in truth", author="A B", initials="AB")
    document.save(str(tmp_path / "made.docx"))
    data = (tmp_path / "made.docx").read_bytes()
    letter = read(tmp_path, "a.docx", data)
    assert letter.text == ("1. There were 5." if numbered else "There were 5.")
    assert [note.code for note in letter.notes] == ["hidden_content"]
    assert "It is 9 in truth" in read(tmp_path, "a.docx", data, include_hidden=True).text


def test_tracked_changes_are_reported(tmp_path: Path) -> None:
    body = (
        '<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>6</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="x"><w:r><w:delText>5</w:delText></w:r></w:del></w:p>'
    )
    letter = read(tmp_path, "a.docx", docx(body))
    assert letter.text == "6"
    assert [note.code for note in letter.notes] == ["tracked_changes"]


def test_wrong_extension_is_read_by_content_and_noted(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.pdf", docx(paragraph("Dear applicant")))
    assert letter.text == "Dear applicant"
    assert [note.code for note in letter.notes] == ["wrong_extension"]


ENTITY = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document>&x;</w:document>'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (zipped({"word/document.xml": ENTITY, "[Content_Types].xml": "<Types/>"}), "entities"),
        (docx("<w:p>"), "damaged"),
        (zipped({"word/document.xml": b"<w/>" + b" " * 80_000_000}), "bomb"),
        (docx(paragraph("x"))[:-40], "damaged"),
        (docx(""), "no text"),
    ],
)
def test_bad_documents_end_with_one_line(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(LetterError, match=told) as caught:
        read(tmp_path, "a.docx", data)
    assert str(caught.value).startswith("a.docx: ")
    assert "passwd" not in str(caught.value)
