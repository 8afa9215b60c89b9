"""PDF: tables with rules and without, over page breaks, and what cannot be read."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

from foi_nlp.letters import LetterError, Limits
from tests.letter_files import ROOT, read, rows

REAL = ROOT.parent / "shared" / "real"
HEAD = ["Offence", "2018", "2019"]


def canvas_pdf(*pages: list[tuple[float, float, str]], encrypt: str | None = None) -> bytes:
    """Make a PDF of pages of (x, y from the top, text)."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, encrypt=StandardEncryption(encrypt) if encrypt else None)
    for page in pages:
        canvas.setFont("Helvetica", 10)
        for x, y, text in page:
            canvas.drawString(x, A4[1] - y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def table_pdf(cells: list[list[str]], *commands: tuple[object, ...], repeat: int = 0) -> bytes:
    out = io.BytesIO()
    table = Table(cells, repeatRows=repeat, hAlign="LEFT")
    table.setStyle(TableStyle([("FONTSIZE", (0, 0), (-1, -1), 10), *commands]))
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build([table])
    return out.getvalue()


GRID = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)
CELLS = [HEAD, ["Arson", "<5", ""], ["Burglary of a\ndwelling", "", "1,204"], ["Total", "007", "*"]]
FLAT = [[" ".join(cell.split()) for cell in row] for row in CELLS]


@pytest.mark.parametrize("commands", [[GRID], [("INNERGRID", (0, 0), (-1, -1), 0.5, colors.black)], []])
def test_tables_with_and_without_rules_are_exact(tmp_path: Path, commands: list[tuple[object, ...]]) -> None:
    letter = read(tmp_path, "a.pdf", table_pdf(CELLS, *commands))
    assert rows(letter) == FLAT
    assert letter.text == "\n".join("\t".join(row) for row in FLAT)


NARROW = [
    ["", "12\nmonths\nto 30\nJune\n2024", "12\nmonths\nto 30\nJune\n2025"],
    ["Orders granted", "19", "31"],
    ["Of which breached", "4\n(21.1%)", "9\n(29.0%)"],
]


@pytest.mark.parametrize("commands", [[GRID], []], ids=["ruled", "aligned"])
def test_narrow_columns_wrap_heads_and_bracketed_shares_within_their_cells(
    tmp_path: Path, commands: list[tuple[object, ...]]
) -> None:
    data = table_pdf(NARROW, ("LEADING", (0, 0), (-1, -1), 11), ("VALIGN", (0, 0), (-1, -1), "TOP"), *commands)
    assert rows(read(tmp_path, "a.pdf", data)) == [[" ".join(cell.split()) for cell in row] for row in NARROW]


def test_shading_does_not_part_cells(tmp_path: Path) -> None:
    shade = ("BACKGROUND", (0, 0), (0, -1), colors.lightblue)
    assert rows(read(tmp_path, "a.pdf", table_pdf(CELLS, GRID, shade))) == FLAT


def test_a_cell_that_spans_keeps_its_span(tmp_path: Path) -> None:
    cells = [["", "Crimes", ""], *CELLS]
    grid = read(tmp_path, "a.pdf", table_pdf(cells, GRID, ("SPAN", (1, 0), (2, 0)))).grids[0]
    assert (grid.rows[0][1].text, grid.rows[0][1].column_span) == ("Crimes", 2)


@pytest.mark.parametrize("repeat", [0, 1])
@pytest.mark.parametrize("commands", [[GRID], []])
def test_a_table_over_pages_is_one_table(tmp_path: Path, repeat: int, commands: list[tuple[object, ...]]) -> None:
    body = [[f"Offence {n}", str(n), str(1000 + n)] for n in range(1, 91)]
    letter = read(tmp_path, "a.pdf", table_pdf([HEAD, *body], *commands, repeat=repeat))
    assert rows(letter) == [HEAD, *body]


def test_every_figure_knows_its_page_and_box(tmp_path: Path) -> None:
    letter = read(tmp_path, "a.pdf", canvas_pdf([(72, 100, "Dear applicant")], [(72, 300, "There were 1,204 crimes.")]))
    at = letter.text.index("1,204")
    place = letter.place_of(at, at + 5)
    assert place is not None
    assert place.page == 2
    assert place.box is not None
    left, top, right, bottom = place.box
    assert 115 < left < right < 160
    assert 288 < top < bottom < 305


def test_running_heads_and_page_numbers_are_said_once(tmp_path: Path) -> None:
    pages = [
        [
            (300, 40, "EXAMPLE POLICE"),
            (72, 200 + n, f"Paragraph number {word} ends here."),
            (280, 820, f"Page {n} of 3"),
        ]
        for n, word in enumerate(["one", "two", "three"], start=1)
    ]
    text = read(tmp_path, "a.pdf", canvas_pdf(*pages)).text
    assert text.count("EXAMPLE POLICE") == 1
    assert "Page" not in text


def test_wrapped_lines_are_one_paragraph_and_lists_are_not(tmp_path: Path) -> None:
    long = "This is a sentence that is long enough to reach the right margin of the page and so it has"
    lines = [
        (72, 100, long),
        (72, 112, "to go on in the next line."),
        (72, 124, "1. First"),
        (72, 136, "2. Second"),
        (72, 170, "End."),
    ]
    text = read(tmp_path, "a.pdf", canvas_pdf(lines)).text
    assert text == f"{long} to go on in the next line.\n1. First\n2. Second\n\nEnd."


def test_a_sentence_goes_on_over_a_page_break(tmp_path: Path) -> None:
    long = "This is a sentence that is long enough to reach the right margin of the page and so it has"
    data = canvas_pdf([(72, 780, long)], [(72, 80, "to go on, up to 2017, on the next page.")])
    assert read(tmp_path, "a.pdf", data).text == f"{long} to go on, up to 2017, on the next page."


def test_a_heading_at_the_top_of_a_page_is_not_glued_to_the_line_before(tmp_path: Path) -> None:
    foot = "The Disclosure Office of the Force, Police Headquarters, Long Road, Large Town AB1 2CD, third floor"
    data = canvas_pdf([(72, 700, foot)], [(72, 100, "Question 2")])
    assert read(tmp_path, "a.pdf", data).text.split("\n") == [foot, "Question 2"]


def test_tables_that_follow_each_other_on_a_page_stay_apart(tmp_path: Path) -> None:
    out = io.BytesIO()
    story = [
        Table([HEAD, [name, "1", "2"]], colWidths=[90, 50, 50], style=[GRID], spaceAfter=20)
        for name in ("Arson", "Theft")
    ]
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build(story)
    assert [len(grid.rows) for grid in read(tmp_path, "a.pdf", out.getvalue()).grids] == [2, 2]


def test_raised_digits_stay_apart_from_the_figure(tmp_path: Path) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(72, 700, "2021")
    canvas.setFont("Helvetica", 7)
    canvas.drawString(72 + canvas.stringWidth("2021", "Helvetica", 12), 705, "1")
    canvas.save()
    assert read(tmp_path, "a.pdf", out.getvalue()).text == "2021¹"


def empty_pdf() -> bytes:
    out = io.BytesIO()
    pypdfium2.PdfDocument.new().save(out)
    return out.getvalue()


SOUND = canvas_pdf([(72, 100, "Dear applicant")])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (canvas_pdf([(72, 100, "x")], encrypt="secret"), "password"),
        (SOUND[:200], "damaged"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "damaged"),
        (empty_pdf(), "no pages|damaged"),
    ],
)
def test_bad_files_end_with_one_line(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(LetterError, match=told) as caught:
        read(tmp_path, "a.pdf", data)
    assert str(caught.value).startswith("a.pdf: ")


def test_a_pdf_with_too_many_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="pages"):
        read(tmp_path, "a.pdf", canvas_pdf(*[[(72, 100, "x")]] * 12), limits=Limits(pages=10))


def test_a_reader_that_takes_too_long_is_stopped_and_the_next_file_is_read(tmp_path: Path) -> None:
    long = table_pdf([HEAD, *[[f"Offence {n}", "1", "2"] for n in range(4000)]], GRID)
    with pytest.raises(LetterError, match="longer than"):
        read(tmp_path, "a.pdf", long, limits=Limits(seconds=2))
    assert read(tmp_path, "b.pdf", SOUND).text == "Dear applicant"


def test_memory_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="memory"):
        read(tmp_path, "a.pdf", SOUND, limits=Limits(memory_megabytes=60))


def test_an_image_without_ocr_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from foi_nlp.letters.limits import DEFAULT_OPTIONS
    from foi_nlp.letters.pdf import READER
    from foi_nlp.letters.source import SourceFile

    scan = next((ROOT / "corpus" / "formats").glob("*.scan.pdf"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LetterError, match="ocrmypdf"):
        list(READER.read(SourceFile("a.pdf", scan.read_bytes()), DEFAULT_OPTIONS))


@pytest.mark.parametrize("name", ["Cumbria", "Humberside"])
def test_real_tables_are_exact(name: str) -> None:
    import json

    path = REAL / f"{name}.pdf"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    from foi_nlp.letters import Letter, open_letters

    [letter] = open_letters(path)
    assert isinstance(letter, Letter)
    gold = json.loads((REAL / "gold-pdf" / f"{name}.pdf.json").read_text(encoding="utf-8"))
    want = {
        (str(label), observation["period"]["label"], observation["value_raw"])
        for observation in gold["observations"]
        for label in observation["breakdown"].values()
        if isinstance(label, str) and observation["period"]["label"].count("/") < 2
    }
    have = {
        (row[0].text, head.text, cell.text)
        for grid in letter.grids
        for row in grid.rows[1:]
        for head, cell in zip(grid.rows[0], row, strict=True)
    }
    assert len(want) > 100
    assert want <= have


def test_the_reader_process_ends_with_its_parent() -> None:
    code = (
        "from pathlib import Path; from foi_nlp.letters import open_letters, isolation; import sys; "
        "list(open_letters(Path(sys.argv[1]))); print(next(iter(isolation._workers.values())).process.pid)"
    )
    import sys

    path = next((ROOT / "corpus" / "formats").glob("*.pdf"))
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert not Path(f"/proc/{done.stdout.strip()}").exists()
