"""Labels of numbered paragraphs are those that the document shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from foi_nlp.letters.docx_numbering import letters, roman
from foi_nlp.letters.programs import installed, run_program
from tests.letter_files import docx, read


def level(depth: int, shape: str, text: str, **further: str) -> str:
    """Make a level of a list; `further` are its other properties by name."""
    more = "".join(f'<w:{name} w:val="{value}"/>' for name, value in further.items() if name not in ("start", "isLgl"))
    legal = "<w:isLgl/>" if "isLgl" in further else ""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{further.get("start", "1")}"/><w:numFmt w:val="{shape}"/>'
        f'{more}{legal}<w:lvlText w:val="{text}"/></w:lvl>'
    )


def lists(*definitions: str, numbers: dict[str, tuple[int, str]]) -> str:
    """Make the numbering of a document: its lists, and its numbers as (list, overrides)."""
    made = "".join(f'<w:abstractNum w:abstractNumId="{n}">{d}</w:abstractNum>' for n, d in enumerate(definitions))
    return made + "".join(
        f'<w:num w:numId="{name}"><w:abstractNumId w:val="{n}"/>{overrides}</w:num>'
        for name, (n, overrides) in numbers.items()
    )


def item(text: str, number: str = "1", depth: int | None = 0, style: str = "", mark: str = "") -> str:
    """Make a numbered paragraph."""
    place = f'<w:ilvl w:val="{depth}"/>' if depth is not None else ""
    numbered = f'<w:numPr>{place}<w:numId w:val="{number}"/></w:numPr>' if number else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    run = f"<w:r><w:t>{text}</w:t></w:r>" if text else ""
    return f"<w:p><w:pPr>{styled}{numbered}{mark}</w:pPr>{run}</w:p>"


ONE = {"1": (0, "")}
RESTART = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
OWN_LEVEL = f'<w:lvlOverride w:ilvl="0">{level(0, "upperLetter", "%1:")}</w:lvlOverride>'
NESTED = level(0, "decimal", "%1.") + level(1, "lowerLetter", "(%2)") + level(2, "lowerRoman", "%1.%2.%3")
QUESTION_STYLE = (
    '<w:style w:type="paragraph" w:styleId="Question"><w:name w:val="Question"/><w:pPr><w:numPr><w:numId w:val="1"/>'
    '</w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Bold"><w:name w:val="Bold"/>'
    '<w:basedOn w:val="Question"/></w:style>'
)
CASES = [
    pytest.param(lists(level(0, "lowerLetter", "%1)"), numbers=ONE), item("x") + item("y"), "a) x\nb) y", id="a)"),
    pytest.param(lists(level(0, "lowerRoman", "(%1)"), numbers=ONE), item("x") + item("y"), "(i) x\n(ii) y", id="(i)"),
    pytest.param(lists(level(0, "decimal", "Q%1."), numbers=ONE), item("x") + item("y"), "Q1. x\nQ2. y", id="Q1."),
    pytest.param(
        lists(level(0, "upperRoman", "Part %1", start="4"), numbers=ONE), item("x"), "Part IV x", id="a later start"
    ),
    pytest.param(
        lists(NESTED, numbers=ONE),
        item("x") + item("y", depth=1) + item("z", depth=1) + item("u", depth=2) + item("v") + item("w", depth=1),
        "1. x\n(a) y\n(b) z\n1.b.i u\n2. v\n(a) w",
        id="levels, which begin again under the next number",
    ),
    pytest.param(
        lists(level(0, "decimal", "%1."), numbers={"1": (0, ""), "2": (0, "")}),
        item("x") + item("y", "2") + item("z"),
        "1. x\n2. y\n3. z",
        id="numbers of one list count on",
    ),
    pytest.param(
        lists(level(0, "decimal", "%1."), numbers={"1": (0, ""), "2": (0, RESTART)}),
        item("x") + item("y") + item("z", "2") + item("u", "2"),
        "1. x\n2. y\n1. z\n2. u",
        id="a number that begins afresh",
    ),
    pytest.param(
        lists(level(0, "decimal", "%1."), numbers={"1": (0, ""), "2": (0, OWN_LEVEL)}),
        item("x") + item("y", "2"),
        "1. x\nB: y",
        id="a number with a level of its own",
    ),
    pytest.param(lists(level(0, "none", ""), numbers=ONE), item("x"), "x", id="a list that shows no label"),
    pytest.param(
        lists(level(0, "decimal", "%1."), numbers=ONE), item("x") + item("") + item("y"), "1. x\n3. y", id="blank items"
    ),
]
# LibreOffice does not heed this property, which the standard describes (17.9.4).
LEGAL = [
    pytest.param(
        lists(level(0, "upperRoman", "%1.") + level(1, "decimal", "%1.%2", isLgl="1"), numbers=ONE),
        item("x") + item("y", depth=1),
        "I. x\n1.1 y",
        id="legal numbers are digits",
    ),
]


@pytest.mark.parametrize(("numbering", "body", "shown"), CASES + LEGAL)
def test_labels_are_those_that_are_shown(tmp_path: Path, numbering: str, body: str, shown: str) -> None:
    assert read(tmp_path, "a.docx", docx(body, numbering=numbering)).text == shown


@pytest.mark.slow
@pytest.mark.skipif(not installed("soffice"), reason="LibreOffice is not installed")
def test_labels_are_those_that_an_office_program_shows(tmp_path: Path) -> None:
    shown = []
    for number, case in enumerate(CASES):
        numbering, body, _ = case.values
        (tmp_path / f"{number}.docx").write_bytes(docx(str(body), numbering=str(numbering)))
    names = [f"{number}.docx" for number in range(len(CASES))]
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8", *names]
    run_program(command, source="tests", seconds=300, folder=tmp_path)
    for number in range(len(CASES)):
        text = (tmp_path / f"{number}.txt").read_text(encoding="utf-8-sig")
        lines = [" ".join(line.split()) for line in text.split("\n") if any(c in line for c in "xyzuvw")]
        shown.append("\n".join(lines))
    assert shown == [case.values[2] for case in CASES]


def test_numbered_styles_and_those_based_on_them_are_labelled(tmp_path: Path) -> None:
    body = item("x", "", style="Question") + item("y", "", style="Bold") + item("z", "0", style="Question")
    numbering = lists(level(0, "decimal", "Question %1:", pStyle="Question"), numbers=ONE)
    text = read(tmp_path, "a.docx", docx(body, numbering=numbering, styles=QUESTION_STYLE)).text
    assert [line for line in text.split("\n") if line] == ["Question 1: x", "Question 2: y", "z"]


def test_a_heading_keeps_its_number(tmp_path: Path) -> None:
    styles = '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    numbering = lists(level(0, "upperLetter", "%1."), numbers=ONE)
    text = read(tmp_path, "a.docx", docx(item("Reply", style="Heading1"), numbering=numbering, styles=styles)).text
    assert text == "A. Reply"


def test_bullets_stay_bullets(tmp_path: Path) -> None:
    numbering = lists(level(0, "bullet", "o"), numbers=ONE)
    assert read(tmp_path, "a.docx", docx(item("x"), numbering=numbering)).text == "• x"


def test_a_deleted_item_is_not_counted(tmp_path: Path) -> None:
    gone = '<w:rPr><w:del w:id="1" w:author="x"/></w:rPr>'
    numbering = lists(level(0, "decimal", "%1."), numbers=ONE)
    text = read(tmp_path, "a.docx", docx(item("x") + item("", mark=gone) + item("y"), numbering=numbering)).text
    assert text == "1. x\n2. y"


@pytest.mark.parametrize(
    ("number", "letter", "numeral"),
    [(1, "a", "i"), (26, "z", "xxvi"), (27, "aa", "xxvii"), (54, "bbb", "liv"), (0, "0", "0")],
)
def test_letters_and_numerals(number: int, letter: str, numeral: str) -> None:
    assert (letters(number), roman(number)) == (letter, numeral)


def test_a_list_definition_that_names_itself_ends(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="numbering" w:styleId="Loop"><w:name w:val="Loop"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style>"
    )
    numbering = lists('<w:numStyleLink w:val="Loop"/>', numbers=ONE)
    assert "x" in read(tmp_path, "a.docx", docx(item("x"), numbering=numbering, styles=styles)).text
