"""PDF: two columns of prose are read one after the other, and tables are never parted."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, SimpleDocTemplate, Table

from tests.letter_files import read, rows

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PLAIN = getSampleStyleSheet()["BodyText"]
PARAGRAPHS = [
    f"The {word} paragraph says that records of this kind are kept by the team which deals with them, that they have "
    "to be opened one by one to be understood, and that nobody has counted them before"
    + (" because there was no need to do so until the request was made and received by the force" * (number % 3))
    + f". It ends with the word {word}."
    for number, word in enumerate(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"])
]
GRID_HEAD = ["Offence", "2018", "2019"]


def in_frames(story: list[Flowable]) -> bytes:
    """Set a text in two columns on each page."""
    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=A4, invariant=1)
    frames = [Frame(60, 340, 230, 420, id="left"), Frame(305, 340, 230, 420, id="right")]
    document.addPageTemplates([PageTemplate(frames=frames)])
    document.build(story)
    return out.getvalue()


def folded(text: str) -> str:
    return " ".join(text.split())


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.pdf", in_frames([Paragraph(text, PLAIN) for text in PARAGRAPHS]))
    assert folded(letter.text) == " ".join(PARAGRAPHS)
    assert [folded(piece) for piece in letter.text.split("\n\n")] == PARAGRAPHS


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian package: chromium)")
@pytest.mark.parametrize("style", ["", "text-align: justify", "font-size: 9pt; line-height: 1.6"])
def test_columns_of_a_browser_are_read_one_after_the_other(tmp_path: Path, style: str) -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    head = "<h2>Reply to your request</h2><p>This stands over both columns and is as wide as the page itself is.</p>"
    table = (
        "<table cellpadding=8><tr><td>Offence<td>2018<td>2019<tr><td>Arson<td>5<td>7<tr><td>Theft<td>11<td>13</table>"
    )
    letter = read(
        tmp_path,
        "a.pdf",
        printed(tmp_path, f'{head}<div style="columns: 2; column-gap: 2em; {style}">{text}</div>{table}<p>End.</p>'),
    )
    assert folded(letter.text).startswith("Reply to your request This stands over both columns")
    assert " ".join(PARAGRAPHS) in folded(letter.text)
    assert rows(letter) == [GRID_HEAD, ["Arson", "5", "7"], ["Theft", "11", "13"]]
    assert letter.text.endswith("End.")


def printed(folder: Path, body: str) -> bytes:
    """Have a browser print a page to PDF."""
    (folder / "page.html").write_text(f"<!DOCTYPE html><html><body>{body}</body></html>", encoding="utf-8")
    command = [
        *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
        f"--user-data-dir={folder / 'profile'}",
        f"--print-to-pdf={folder / 'page.pdf'}",
        (folder / "page.html").as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / "page.pdf").read_bytes()


def test_a_table_of_questions_and_answers_is_read_row_by_row(tmp_path: Path) -> None:
    pairs = list(zip(PARAGRAPHS[::2], PARAGRAPHS[1::2], strict=True))
    out = io.BytesIO()
    cells = [[Paragraph(text, PLAIN) for text in pair] for pair in pairs]
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build(
        [Table(cells, colWidths=[210, 210], style=[("VALIGN", (0, 0), (-1, -1), "TOP")])]
    )
    text = folded(read(tmp_path, "a.pdf", out.getvalue()).text)
    starts = [text.index(f"The {word} paragraph") for word in ("first", "second", "third", "fourth")]
    assert starts == sorted(starts)


def test_a_long_list_of_two_columns_of_words_is_not_parted(tmp_path: Path) -> None:
    out = io.BytesIO()
    cells = [[f"Station {n} in the north of the county", f"closed after {n} years"] for n in range(20)]
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build([Table(cells, colWidths=[230, 200])])
    text = folded(read(tmp_path, "a.pdf", out.getvalue()).text)
    assert text.index("closed after 3 years") < text.index("Station 4 ")


def test_a_letterhead_on_the_right_is_not_a_column(tmp_path: Path) -> None:
    left = ["The Applicant", "By e-mail", "", "Our ref 1234/21", "Your ref none", "Page one"]
    right = ["Information Rights", "Police Headquarters", "1 Long Road", "Town", "AB1 2CD", "Tel 101"]
    out = io.BytesIO()
    cells = [list(pair) for pair in zip(left, right, strict=True)]
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build([Table(cells, colWidths=[230, 200])])
    text = read(tmp_path, "a.pdf", out.getvalue()).text
    assert text.index("Information Rights") < text.index("By e-mail")
