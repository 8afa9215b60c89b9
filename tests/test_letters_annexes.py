"""Annexes in files of their own are tied to the one letter they belong to, or to none."""

from __future__ import annotations

from pathlib import Path

import pytest

from foi_nlp.letters import Letter, Limits, ReadOptions, read_letters
from foi_nlp.letters.annexes import FolderFile, Tie, find_ties, with_annexes
from foi_nlp.records import LetterRecord
from foi_nlp.run import Options, gather, stream, tied

LETTER = "Dear applicant\n\nOur ref: FOI 1306/25\n\nThere were 5.\n\nYours sincerely"
OTHER = "Dear applicant\n\nOur ref: FOI 1407/25\n\nThere were 6.\n\nYours sincerely"
SHEET = "Year,Crimes\n2018,5\n2019,7\n"


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "ties"),
    [
        pytest.param(
            {"a.txt": LETTER, "b.txt": OTHER, "1306-25 Table.csv": SHEET},
            {"1306-25 Table.csv": ("a.txt", "reference")},
            id="the number in the annex's name stands in one letter",
        ),
        pytest.param(
            {"FOI_1306_25_reply.txt": LETTER, "b.txt": OTHER, "t.csv": "Reference FOI 1306/25\n" + SHEET},
            {"t.csv": ("FOI_1306_25_reply.txt", "reference")},
            id="the number in the annex's text stands in a letter's name",
        ),
        pytest.param(
            {"a.txt": LETTER, "b.txt": LETTER, "1306-25 Table.csv": SHEET}, {}, id="two letters bear the number"
        ),
        pytest.param(
            {"reply/a.txt": LETTER, "reply/figures.csv": SHEET, "b.txt": OTHER},
            {"reply/figures.csv": ("reply/a.txt", "folder")},
            id="a folder of one letter and a sheet",
        ),
        pytest.param(
            {"reply/a.txt": LETTER, "reply/Appendix B.txt": "Tactics that are used"},
            {"reply/Appendix B.txt": ("reply/a.txt", "folder")},
            id="an appendix that is no sheet",
        ),
        pytest.param({"a.txt": LETTER, "figures.csv": SHEET}, {}, id="a sheet beside a letter may be a reply itself"),
        pytest.param(
            {"a.txt": LETTER, "Annex A.csv": SHEET},
            {"Annex A.csv": ("a.txt", "folder")},
            id="a file called annex beside the only letter",
        ),
        pytest.param(
            {"reply/a.txt": LETTER, "reply/b.txt": OTHER, "reply/figures.csv": SHEET}, {}, id="a folder of two letters"
        ),
        pytest.param(
            {"reply/a.txt": LETTER, "reply/1407-25 Table.csv": SHEET}, {}, id="the annex has another letter's number"
        ),
        pytest.param(
            {"reply/a.txt": LETTER, "reply/b.csv": "Dear applicant\nThere were 5\nYours sincerely\n"},
            {},
            id="a letter that came as a sheet",
        ),
        pytest.param(
            {"a.txt": LETTER, "b.txt": OTHER, "Table 2018-19.csv": SHEET, "Table 2018.csv": SHEET},
            {},
            id="years are no references",
        ),
        pytest.param(
            {"a.txt": "Dear Sir\nFOI Team, telephone 01234 5", "b.txt": OTHER, "01234.csv": SHEET},
            {},
            id="telephone numbers are no references",
        ),
        pytest.param(
            {"reply/Response with attachment.txt": LETTER, "reply/b.txt": OTHER}, {}, id="a response is no annex"
        ),
        pytest.param({"reply/a.csv": SHEET, "reply/b.csv": SHEET}, {}, id="sheets without a letter"),
    ],
)
def test_an_annex_is_tied_when_exactly_one_letter_fits(
    tmp_path: Path, files: dict[str, str], ties: dict[str, tuple[str, str]]
) -> None:
    found = tied(gather([written(tmp_path, files)]).files, Options())
    told = {
        tie.annex.relative_to(tmp_path).as_posix(): (item.path.relative_to(tmp_path).as_posix(), tie.how)
        for item in found
        for tie, _ in item.annexes
    }
    assert told == ties
    assert len(found) + len(ties) == len(files)


def test_files_are_read_only_where_a_letter_and_an_annex_stand_together(tmp_path: Path) -> None:
    read: list[str] = []

    def head(path: Path) -> str:
        read.append(path.name)
        return ""

    find_ties([FolderFile(tmp_path / "x" / "a.txt"), FolderFile(tmp_path / "y" / "Annex.txt")], head)
    assert not read


def record_of(tmp_path: Path, files: dict[str, str], *, tie_annexes: bool = True) -> list[LetterRecord]:
    inputs = gather([written(tmp_path, files)])
    out = list(stream(inputs, options=Options(tie_annexes=tie_annexes)))
    assert all(isinstance(record, LetterRecord) for record in out)
    return [record for record in out if isinstance(record, LetterRecord)]


def test_the_record_says_why_and_where_each_figure_stands(tmp_path: Path) -> None:
    [record] = record_of(tmp_path, {"reply/a.txt": LETTER, "reply/Annex.csv": "Crimes by year,2018,2019\nArson,5,7\n"})
    assert record.source.endswith("a.txt")
    assert [(note.code, "folder" in note.text) for note in record.source_notes] == [("annex", True)]
    assert "\n\n[Attachment Annex.csv]\n\nCrimes by year\t2018\t2019\nArson\t5\t7" in record.text
    figures = {(o.value, o.place.part, o.place.cell) for o in record.observations if o.place}
    assert figures == {(5, "Annex.csv", "B2"), (7, "Annex.csv", "C2")}


def test_ties_can_be_turned_off(tmp_path: Path) -> None:
    files = {"reply/a.txt": LETTER, "reply/Annex.csv": SHEET}
    assert len(record_of(tmp_path, files, tie_annexes=False)) == 2


def test_an_annex_that_several_letters_could_own_says_so(tmp_path: Path) -> None:
    records = record_of(tmp_path, {"a.txt": LETTER, "b.txt": OTHER, "Annex A.csv": SHEET})
    notes = {record.source.rsplit("/", 1)[-1]: [note.code for note in record.source_notes] for record in records}
    assert notes == {"a.txt": [], "b.txt": [], "Annex A.csv": ["annex_untied"]}


def test_an_annex_that_cannot_be_read_is_named_and_costs_nothing_else(tmp_path: Path) -> None:
    inputs = gather([written(tmp_path, {"reply/a.txt": LETTER, "reply/Annex.pdf": "%PDF-1.4 cut off"})])
    first, second = stream(inputs, options=Options())
    assert isinstance(first, LetterRecord)
    assert "There were 5" in first.text
    assert not isinstance(second, LetterRecord)
    assert second.source.endswith("Annex.pdf")


def test_cells_and_places_of_the_annex_are_moved_behind_the_letter() -> None:
    [letter] = read_letters(LETTER.encode(), source="a.txt")
    [annex] = read_letters(SHEET.encode(), source="t.csv")
    assert isinstance(letter, Letter)
    assert isinstance(annex, Letter)
    tie = Tie(Path("t.csv"), Path("a.txt"), "folder")
    whole = with_annexes(letter, [(tie, [annex])], ReadOptions(limits=Limits()))
    cells = [(cell.text, whole.text[cell.start : cell.end]) for row in whole.grids[0].rows for cell in row]
    assert cells == [(text, text) for text in ("Year", "Crimes", "2018", "5", "2019", "7")]
