"""PDF: what lies beside the text of a page is read where it is shown, and reported where it is not."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName
from reportlab.pdfgen.canvas import Canvas

from tests.letter_files import read, rows


def drawn(draw: Callable[[Canvas], object]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(72, 750, "Dear applicant")
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def text_field(canvas: Canvas, value: str, **options: object) -> None:
    canvas.acroForm.textfield(value=value, x=150, y=700, width=200, height=18, fontSize=10, **options)


def with_value(canvas: Canvas) -> None:
    canvas.drawString(72, 705, "Arrests in 2018:")
    text_field(canvas, "1,204")


def test_form_values_are_read_where_they_are_shown(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.pdf", drawn(with_value))
    assert "Arrests in 2018: 1,204" in " ".join(letter.text.split())
    at = letter.text.index("1,204")
    place = letter.place_of(at, at + 5)
    assert place is not None
    assert place.box is not None
    assert 150 <= place.box[0] < place.box[2] <= 350
    assert not letter.notes


def test_form_values_in_the_cells_of_a_table_are_cells(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for y in (640, 660, 680):
            canvas.line(72, y, 272, y)
        for x in (72, 172, 272):
            canvas.line(x, 640, x, 680)
        canvas.drawString(80, 665, "Year")
        canvas.drawString(180, 665, "2018")
        canvas.drawString(80, 645, "Arrests")
        canvas.acroForm.textfield(value="17", x=175, y=641, width=90, height=18, fontSize=10, borderWidth=0)

    assert rows(read(tmp_path, "a.pdf", drawn(draw))) == [["Year", "2018"], ["Arrests", "17"]]


def test_hidden_fields_are_reported_and_read_when_asked_for(tmp_path: Path) -> None:
    data = drawn(lambda canvas: text_field(canvas, "secret 5", annotationFlags="hidden"))
    letter = read(tmp_path, "a.pdf", data)
    assert "secret" not in letter.text
    assert [note.code for note in letter.notes] == ["hidden_content"]
    assert "[Hidden field on page 1: secret 5]" in read(tmp_path, "a.pdf", data, include_hidden=True).text


def test_ticks_are_reported(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.pdf", drawn(lambda canvas: canvas.acroForm.checkbox(checked=True, x=72, y=600)))
    assert [note.code for note in letter.notes] == ["form_field"]


def test_comments_are_reported_and_read_when_asked_for(tmp_path: Path) -> None:
    data = drawn(lambda canvas: canvas.textAnnotation("check 7 with legal", Rect=[72, 600, 92, 620]))
    letter = read(tmp_path, "a.pdf", data)
    assert "legal" not in letter.text
    assert [(note.code, "1 comment (page 1)" in note.text) for note in letter.notes] == [("hidden_content", True)]
    assert "[Comment on page 1: check 7 with legal]" in read(tmp_path, "a.pdf", data, include_hidden=True).text


def test_text_boxes_are_read(tmp_path: Path) -> None:
    data = drawn(lambda canvas: canvas.freeTextAnnotation("Our ref: 1234/21", "/Helv 10 Tf", [72, 600, 300, 620]))
    assert "Our ref: 1234/21" in read(tmp_path, "a.pdf", data).text


@pytest.mark.parametrize("lighter", [False, True], ids=["black box", "black frame around a white box"])
def test_text_under_a_black_box_is_left_out_and_reported(tmp_path: Path, *, lighter: bool) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(colors.black)
        canvas.rect(70, 596, 120, 16, stroke=0, fill=1)
        if lighter:
            canvas.setFillColor(colors.white)
            canvas.rect(71, 597, 118, 14, stroke=0, fill=1)
        canvas.setFillColor(colors.black)
        canvas.drawString(72, 600, "Informant 41")

    letter = read(tmp_path, "a.pdf", drawn(draw))
    assert ("Informant" in letter.text) is lighter
    assert [note.code for note in letter.notes] == ([] if lighter else ["hidden_content"])
    assert "Informant" in read(tmp_path, "a.pdf", drawn(draw), include_hidden=True).text


def test_light_text_in_a_black_box_is_a_heading(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(colors.black)
        canvas.rect(70, 596, 120, 16, stroke=0, fill=1)
        canvas.setFillColor(colors.white)
        canvas.drawString(72, 600, "Offence")

    letter = read(tmp_path, "a.pdf", drawn(draw))
    assert "Offence" in letter.text
    assert not letter.notes


def changed(data: bytes, change: Callable[[pypdfium2.PdfDocument], object]) -> bytes:
    document = pypdfium2.PdfDocument(data)
    change(document)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def test_text_under_a_mark_for_redaction_is_left_out_and_reported(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 600, "Informant 41")
        mark = {"Type": PDFName("Annot"), "Subtype": PDFName("Redact"), "Rect": PDFArray([70, 596, 190, 612])}
        canvas._addAnnotation(PDFDictionary(mark))

    data = drawn(draw)
    letter = read(tmp_path, "a.pdf", data)
    assert "Informant" not in letter.text
    assert [("redaction" in note.text, note.code) for note in letter.notes] == [(True, "hidden_content")]


def test_files_within_are_named(tmp_path: Path) -> None:
    def attach(document: pypdfium2.PdfDocument) -> None:
        document.new_attachment("case list.xlsx").set_data(b"x")

    letter = read(tmp_path, "a.pdf", changed(drawn(Canvas.getPageNumber), attach))
    assert [(note.code, "case list.xlsx" in note.text) for note in letter.notes] == [("embedded_file", True)]


def test_bullets_that_the_font_does_not_name_are_bullets(tmp_path: Path) -> None:
    data = drawn(lambda canvas: canvas.drawString(72, 600, "• Arson"))
    assert "• Arson" in read(tmp_path, "a.pdf", data).text


@pytest.mark.parametrize(("glyphs", "text"), [("(cid:127)", "•"), ("(cid:50)(cid:48)", "\ufffd\ufffd")])
def test_the_number_of_a_glyph_is_no_text(glyphs: str, text: str) -> None:
    from foi_nlp.letters.pdf_words import clean_word

    assert clean_word(glyphs) == text
