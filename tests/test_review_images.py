"""Pages of the original are shown beside letters inside archives and mails too, and only where they are theirs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from foi_nlp.letters import Letter, open_letters
from foi_nlp.letters.members import find_member
from foi_nlp.letters.model import LetterError
from foi_nlp.letters.source import SourceFile
from foi_nlp.records import LetterRecord, Observation, Period
from foi_nlp.review.images import Original, draw
from tests.review_sample import sha256, write_run
from tests.test_review_page import Page

canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab is not installed")


def pdf_of(*lines: str) -> bytes:
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(595, 842))
    for number, line in enumerate(lines):
        sheet.drawString(72, 760 - 24 * number, line)
    sheet.save()
    return out.getvalue()


PDF = pdf_of("Reply of the force to your request", "Thefts in 2019: 617")
OTHER = pdf_of("Another letter of the force", "Thefts in 2019: 9")
YEAR = Period(label="2019", type="calendar_year", start="2019-01-01", end="2019-12-31")


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def mailed(*files: tuple[str, bytes], forwarded: bytes = b"") -> bytes:
    message = EmailMessage()
    message["From"], message["Date"], message["Subject"] = "foi@force.example", "Mon, 4 May 2020 10:00:00 +0000", "FOI"
    message["Message-ID"] = "<1@force.example>"
    message.set_content("Please find our reply attached.\n")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    if forwarded:
        inner = EmailMessage()
        inner["From"], inner["Subject"], inner["Message-ID"] = "a@force.example", "Inner", "<2@force.example>"
        inner.set_content("See attached.\n")
        inner.add_attachment(forwarded, maintype="application", subtype="pdf", filename="inner reply.pdf")
        message.add_attachment(inner)
    return message.as_bytes()


def record_of(letter: Letter) -> LetterRecord:
    """Give a record with the figure 617 where the reader placed it."""
    start = letter.text.index("617")
    return LetterRecord(
        source=letter.source, source_sha256=letter.source_sha256, text_sha256=letter.text_sha256, text=letter.text,
        observations=[
            Observation(id="o1", value=617, value_raw="617", start=start, end=start + 3, period=YEAR,
                        place=letter.place_of(start, start + 3))
        ],
    )  # fmt: skip


def page_of(folder: Path, name: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Read a file as `annotate` does from its folder, and open the letter with the figure on the review page."""
    monkeypatch.chdir(folder)
    (folder / name).write_bytes(data)
    letters = [letter for letter in open_letters(Path(name)) if isinstance(letter, Letter)]
    records = [record_of(letter) for letter in letters if "617" in letter.text]
    return Page(write_run(folder / "run", records))


CASES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a PDF": ("reply.pdf", lambda: PDF),
    "a PDF in a ZIP": ("post.zip", lambda: zipped(**{"a/first.pdf": OTHER, "a/re !/ply.pdf": PDF})),
    "a ZIP in a ZIP": ("post.zip", lambda: zipped(**{"inner.zip": zipped(**{"reply.pdf": PDF})})),
    "an attachment": ("reply.eml", lambda: mailed(("first.pdf", OTHER), ("our reply.pdf", PDF))),
    "an attached ZIP": ("reply.eml", lambda: mailed(("files.zip", zipped(**{"b/reply.pdf": PDF})))),
    "a forwarded mail": ("reply.eml", lambda: mailed(forwarded=PDF)),
    "a mail in a ZIP": ("post.zip", lambda: zipped(**{"x/mail.eml": mailed(("reply.pdf", PDF))})),
}


@pytest.mark.parametrize("case", CASES)
def test_the_page_with_the_figure_is_shown(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, make = CASES[case]
    page = page_of(tmp_path, name, make(), monkeypatch)
    [row] = page.rows(1, "observation")
    html = page.get(f"/letters/1?item={row.key}")
    assert "page 1 of 1" in html
    assert '<rect class="frame"' in html
    answer = page.client.get("/letters/1/pages/1.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content == draw(Original("x.pdf", PDF, "x.pdf", sha256(PDF)), 1).png  # type: ignore[union-attr]


def test_a_part_that_the_letter_does_not_have_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(tmp_path, "reply.eml", mailed(("reply.pdf", PDF)), monkeypatch)
    assert page.client.get("/letters/1/pages/1.png?part=0").status_code == 200
    for query in ("?part=1", "?part=-1", "?part=../../etc/passwd"):
        answer = page.client.get(f"/letters/1/pages/1.png{query}")
        assert answer.status_code == 404 or answer.content == page.client.get("/letters/1/pages/1.png").content
    assert page.client.get("/letters/1/pages/2.png").status_code == 404


def test_a_member_that_has_changed_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(tmp_path, "post.zip", zipped(**{"reply.pdf": PDF}), monkeypatch)
    (tmp_path / "post.zip").write_bytes(zipped(**{"reply.pdf": OTHER}))
    assert page.client.get("/letters/1/pages/1.png").status_code == 404
    assert "of the original" not in page.get("/letters/1")


def test_a_mail_that_has_changed_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(tmp_path, "reply.eml", mailed(("reply.pdf", PDF)), monkeypatch)
    (tmp_path / "reply.eml").write_bytes(mailed(("reply.pdf", OTHER)))
    assert page.client.get("/letters/1/pages/1.png").status_code == 404
    assert "has changed since" in page.get("/letters/1")


def test_an_archive_without_its_file_shows_the_text_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(tmp_path, "post.zip", zipped(**{"reply.pdf": PDF}), monkeypatch)
    (tmp_path / "post.zip").unlink()
    assert "617" in page.get("/letters/1")
    assert page.client.get("/letters/1/pages/1.png").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(zipped(bomb=b"\0" * 300_000_000), id="a bomb"),
        pytest.param(zipped(**{"reply.pdf": PDF})[:-30], id="damage"),
        pytest.param(b"", id="nothing"),
        pytest.param(zipped(**{"reply.txt": b"a letter of text"}), id="text"),
    ],
)
def test_what_cannot_be_unpacked_or_drawn_gives_no_image(data: bytes) -> None:
    for member in ("reply.pdf", "bomb", "reply.txt"):
        assert draw(Original("post.zip", data, f"post.zip!/{member}", sha256(PDF)), 1) is None


def test_a_name_that_climbs_out_finds_nothing_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(PDF)
    page = page_of(tmp_path, "post.zip", zipped(**{"x/../../secret.pdf": PDF}), monkeypatch)
    (tmp_path / "post.zip").write_bytes(zipped(**{"y.pdf": OTHER}))
    assert page.client.get("/letters/1/pages/1.png").status_code == 404


def test_containers_nested_too_deep_are_not_opened() -> None:
    data = PDF
    source = "post.zip" + "!/in.zip" * 7 + "!/reply.pdf"
    data = zipped(**{"reply.pdf": data})
    for _ in range(7):
        data = zipped(**{"in.zip": data})
    assert find_member(SourceFile("post.zip", data), source) is None


def test_a_container_beyond_the_limits_is_refused() -> None:
    with pytest.raises(LetterError, match="limit"):
        find_member(SourceFile("post.zip", zipped(bomb=b"\0" * 300_000_000)), "post.zip!/bomb")
