"""Outlook MSG: the same parts as an e-mail, from messages that are made by the published specifications."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import olefile
import pytest

from foi_nlp.letters import Letter, LetterError
from tests.compound_files import OutlookMessage, compound_file
from tests.letter_files import docx, paragraph, read, read_all, rows, word_table

TEXT = "Dear applicant\r\n\r\nThere were 5 in 2018 and <5 in 2019."


def test_head_and_body_are_read_without_the_recipient(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.msg", OutlookMessage(body=TEXT).to_bytes())
    assert letter.text == (
        'From: "Disclosure" <foi@example.org>\nDate: Tue, 09 Dec 2008 16:04:58 +0000\nSubject: FOI 12/08 – reply\n\n'
        "Dear applicant\n\nThere were 5 in 2018 and <5 in 2019."
    )


def test_a_request_address_is_kept(tmp_path: Path) -> None:
    message = OutlookMessage(body=TEXT, recipient=("request", "request-123-abcdef@example.com"))
    assert "To: request-123-abcdef@example.com" in read(tmp_path, "a.msg", message.to_bytes()).text


def test_the_html_body_gives_tables(tmp_path: Path) -> None:
    page = "<p>Dear applicant</p><table><tr><th>Year<th>2018<tr><td>Arson – all<td>&lt;5</table>"
    letter = read(tmp_path, "a.msg", OutlookMessage(body="Arson 2018 <5", html=page).to_bytes())
    assert rows(letter) == [["Year", "2018"], ["Arson – all", "<5"]]


@pytest.mark.parametrize("padding", [0, 6_000], ids=["a small stream", "a stream of sectors"])
def test_attachments_are_parts_of_the_reply(tmp_path: Path, padding: int) -> None:
    table = docx(word_table(("Year", "2018"), ("A", "&lt;5")) + paragraph("x" * padding))
    message = OutlookMessage(body=TEXT, attachments=[("reply.docx", table), ("t.csv", b"Year,2019\nB,007\n")])
    letter = read(tmp_path, "a.msg", message.to_bytes())
    assert [[cell.text for cell in grid.rows[1]] for grid in letter.grids] == [["A", "<5"], ["B", "007"]]
    at = letter.text.index("007")
    place = letter.place_of(at, at + 3)
    assert place is not None
    assert (place.part, place.cell) == ("t.csv", "B2")


def test_a_bad_attachment_is_named_and_costs_nothing_else(tmp_path: Path) -> None:
    message = OutlookMessage(body=TEXT, attachments=[("r.pdf", b"%PDF-1.4 cut off")])
    letter, error = read_all(tmp_path, "a.msg", message.to_bytes())
    assert isinstance(letter, Letter)
    assert "There were 5" in letter.text
    assert isinstance(error, LetterError)
    assert error.source == "a.msg!/r.pdf"


def test_a_message_within_is_reported(tmp_path: Path) -> None:
    message = OutlookMessage(body=TEXT, attachments=[("earlier reply", OutlookMessage(body="There were 9"))])
    letter = read(tmp_path, "a.msg", message.to_bytes())
    assert [(note.code, "earlier reply" in note.text) for note in letter.notes] == [("unread_part", True)]


@pytest.mark.parametrize("kept", [600, 1_500])
def test_a_message_that_is_cut_off_ends_with_one_line(tmp_path: Path, kept: int) -> None:
    with pytest.raises(LetterError) as caught:
        read(tmp_path, "a.msg", OutlookMessage(body=TEXT).to_bytes()[:kept])
    assert str(caught.value).startswith("a.msg: ")


def test_compound_files_are_what_other_programs_take_them_for(tmp_path: Path) -> None:
    data = OutlookMessage(body=TEXT, attachments=[("a.bin", bytes(200_000))]).to_bytes()
    with olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_INCORRECT) as ole:
        assert ole.exists("__attach_version1.0_#00000000/__substg1.0_37010102")
        assert ole.get_size("__attach_version1.0_#00000000/__substg1.0_37010102") == 200_000
    if shutil.which("file"):
        (tmp_path / "a.msg").write_bytes(data)
        told = subprocess.run(["file", "-b", "a.msg"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert "CDFV2" in told
        assert "Corrupt" not in told


def test_compound_files_give_back_what_was_put_in() -> None:
    tree = {f"stream {n}": bytes([n % 256]) * (n * 37) for n in range(150)}
    with olefile.OleFileIO(io.BytesIO(compound_file({"folder": dict(tree)}))) as ole:
        assert {name: ole.openstream(["folder", name]).read() for name in tree if tree[name]} == {
            name: data for name, data in tree.items() if data
        }
