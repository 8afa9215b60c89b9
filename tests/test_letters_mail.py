"""E-mail, mailboxes and archives: one reply with parts, and bad members that cost nothing."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from foi_nlp.letters import Letter, LetterError, Limits
from tests.letter_files import docx, paragraph, read, read_all, word_table, zipped


def message(text: str = "Dear applicant") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Disclosure <foi@example.org>"
    mail["To"] = "A Person <person@example.net>"
    mail["Date"] = "Tue, 09 Dec 2008 16:04:58 +0000"
    mail["Subject"] = "FOI 12/08 – reply"
    mail["MIME-Version"] = "1.0"
    mail.set_content(text)
    return mail


def test_header_lines_open_the_text_without_the_recipient(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.eml", message().as_bytes())
    assert letter.text.split("\n")[:3] == [
        "From: Disclosure <foi@example.org>",
        "Date: Tue, 09 Dec 2008 16:04:58 +0000",
        "Subject: FOI 12/08 – reply",
    ]
    assert "person@example.net" not in letter.text


def test_a_request_address_is_kept(tmp_path: Path) -> None:
    mail = message()
    mail.replace_header("To", "<request-123-abcdef@example.com>")
    assert "To: request-123-abcdef@example.com" in read(tmp_path, "a.eml", mail.as_bytes()).text


@pytest.mark.parametrize(
    ("plain", "rich", "kept"),
    [
        ("Open the HTML part", "<p>There were 5 in 2018</p>", ["There were 5 in 2018"]),
        ("In full: 5 in 2018, 6 in 2019, 7 in 2020 were recorded", "<p>See text</p>", ["In full: 5 in 2018"]),
        (
            "11 and 12 and 13 here",
            "<p>Other figures: 5 in 2018 and more words than that</p>",
            ["11 and 12", "5 in 2018"],
        ),
    ],
)
def test_alternatives_lose_no_figures(tmp_path: Path, plain: str, rich: str, kept: list[str]) -> None:
    mail = message(plain)
    mail.add_alternative(rich, subtype="html")
    text = read(tmp_path, "a.eml", mail.as_bytes()).text
    assert all(words in text for words in kept)


def test_attachments_are_parts_of_the_reply(tmp_path: Path) -> None:
    mail = message()
    mail.add_attachment(
        docx(word_table(("Year", "2018"), ("A", "&lt;5"))), maintype="application", subtype="x", filename="r.docx"
    )
    mail.add_attachment(b"Year,2019\nB,007\n", maintype="text", subtype="csv", filename="t.csv")
    letter = read(tmp_path, "a.eml", mail.as_bytes())
    assert [[cell.text for cell in grid.rows[1]] for grid in letter.grids] == [["A", "<5"], ["B", "007"]]
    at = letter.text.index("<5")
    place = letter.place_of(at, at + 2)
    assert place is not None
    assert place.part == "r.docx"
    at = letter.text.index("007")
    place = letter.place_of(at, at + 3)
    assert place is not None
    assert (place.part, place.cell) == ("t.csv", "B2")


def test_a_bad_attachment_is_named_and_costs_nothing_else(tmp_path: Path) -> None:
    mail = message("There were 5")
    mail.add_attachment(b"%PDF-1.4 cut off", maintype="application", subtype="pdf", filename="r.pdf")
    letter, error = read_all(tmp_path, "a.eml", mail.as_bytes())
    assert isinstance(letter, Letter)
    assert "There were 5" in letter.text
    assert "unread_part" in [note.code for note in letter.notes]
    assert isinstance(error, LetterError)
    assert error.source == "a.eml!/r.pdf"


def test_a_charset_that_does_not_exist(tmp_path: Path) -> None:
    data = message("There were £5").as_bytes().replace(b'charset="utf-8"', b'charset="x-klingon"')
    letter = read(tmp_path, "a.eml", data)
    assert "There were £5" in letter.text
    assert "encoding" in [note.code for note in letter.notes]


def test_a_hundred_nested_parts_end_with_one_line(tmp_path: Path) -> None:
    mail = message("innermost")
    for _ in range(100):
        outer = message("outer")
        outer.add_attachment(mail)
        mail = outer
    items = read_all(tmp_path, "a.eml", mail.as_bytes())
    assert isinstance(items[0], Letter)
    assert any(isinstance(item, LetterError) and "deep" in item.message for item in items)


def test_a_mail_with_too_many_parts_is_refused(tmp_path: Path) -> None:
    mail = message()
    for _ in range(30):
        mail.add_attachment("x", filename="x.txt")
    with pytest.raises(LetterError, match="parts"):
        read(tmp_path, "a.eml", mail.as_bytes(), limits=Limits(mail_parts=20))


def test_mailbox_gives_each_message(tmp_path: Path) -> None:
    box = b"".join(b"From x Tue Dec  9 2008\n" + message(f"reply {n}").as_bytes() + b"\n" for n in range(3))
    items = read_all(tmp_path, "a.mbox", box)
    assert [getattr(item, "source", "") for item in items] == ["a.mbox!/1.eml", "a.mbox!/2.eml", "a.mbox!/3.eml"]


def test_archive_gives_good_members_and_names_bad_ones(tmp_path: Path) -> None:
    data = zipped(
        {
            "../../a.txt": "one 1",
            "b.docx": b"PK\x03\x04 broken",
            "__MACOSX/._a": b"\x00",
            "c/d.docx": docx(paragraph("two")),
        }
    )
    items = read_all(tmp_path, "r.zip", data)
    assert [item.source for item in items] == ["r.zip!/../../a.txt", "r.zip!/b.docx", "r.zip!/c/d.docx"]
    assert [isinstance(item, LetterError) for item in items] == [False, True, False]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.zip"]


def test_archives_in_archives_end_at_the_limit(tmp_path: Path) -> None:
    data = zipped({"a.txt": "letter"})
    for _ in range(8):
        data = zipped({"inner.zip": data})
    [item] = read_all(tmp_path, "r.zip", data)
    assert isinstance(item, LetterError)
    assert "deep" in item.message


@pytest.mark.parametrize(
    ("members", "limits", "told"),
    [
        ({"a.txt": b"0" * 30_000_000}, Limits(), "times its size"),
        ({"a.txt": b"0" * 3_000_000}, Limits(unpacked_megabytes=2), "unpacks to"),
        ({f"{n}.txt": b"x" for n in range(30)}, Limits(members=20), "members"),
    ],
)
def test_zip_bombs_are_refused_before_they_are_unpacked(
    tmp_path: Path, members: dict[str, bytes | str], limits: Limits, told: str
) -> None:
    with pytest.raises(LetterError, match=told):
        read_all(tmp_path, "r.zip", zipped(members), limits=limits)
