"""A random table, set in any layout, is read back exactly or refused, and never wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foi_nlp.tables import find_grids
from foi_nlp.tables.pairing import pair

LABELS = [
    "Arson", "Burglary", "Criminal damage", "Drug offences", "Robbery", "Theft from the person", "Fraud",
    "Public order offences", "Possession of weapons", "Vehicle crime", "Shoplifting", "Stalking and harassment",
    "Violence with injury", "Bicycle theft", "Sexual offences", "Other",
]  # fmt: skip
BANDS = [
    "Under 18", "18-24", "25 to 34", "10 - 17 years", "35-44 years", "45 - 54", "65 and over", "75+", "Over 60",
    "0 to 9", "Aged 16", "£100-£200", "£201 to £500", "Over £500", "16 and under", "Aged 18 to 24", "0-17",
    "85 years and over", "Under 1 hour", "1-2 hours", "More than 12 months", "21 to 30 days",
]  # fmt: skip


@dataclass(frozen=True)
class Table:
    corner: str
    header: list[str]
    rows: list[tuple[str, list[str]]]
    """A blank cell is an empty text."""

    @property
    def has_blank(self) -> bool:
        return any(not cell for _, cells in self.rows for cell in cells)

    @property
    def expected(self) -> Counter[tuple[str, str, str]]:
        return Counter(
            (label, head, cell)
            for label, cells in self.rows
            for head, cell in zip(self.header, cells, strict=True)
            if cell
        )


def write(number: int | None, *, thousands: bool) -> str:
    if number is None:
        return ""
    return f"{number:,}" if thousands else str(number)


@st.composite
def tables(draw: st.DrawFn, *, blanks: bool = True, suppressed: bool = True, names: list[str] | None = None) -> Table:
    first = draw(st.integers(2005, 2022))
    n = draw(st.integers(2, 7))
    fiscal = draw(st.booleans())
    header = [f"{y}/{(y + 1) % 100:02d}" if fiscal else str(y) for y in range(first, first + n)]
    labels = draw(st.lists(st.sampled_from(names or LABELS), min_size=2, max_size=12, unique=True))
    number = st.one_of(st.integers(0, 40), st.integers(0, 1800), st.integers(2100, 250_000))
    cell = st.one_of(number, st.none()) if blanks else number
    thousands = draw(st.booleans())
    numbers = [[draw(cell) for _ in header] for _ in labels]
    rows = [(label, [write(v, thousands=thousands) for v in row]) for label, row in zip(labels, numbers, strict=True)]
    total_row, total_column = draw(st.booleans()), draw(st.booleans())
    if total_column:
        header = [*header, "Total"]
        rows = [
            (label, [*cells, write(sum(v or 0 for v in row), thousands=thousands)])
            for (label, cells), row in zip(rows, numbers, strict=True)
        ]
    if total_row:
        sums = [sum(row[i] or 0 for row in numbers) for i in range(n)]
        if total_column:
            sums.append(sum(sums))
        rows.append(("Total", [write(v, thousands=thousands) for v in sums]))
    if suppressed and not (total_row or total_column) and draw(st.booleans()):
        r, c = draw(st.integers(0, len(labels) - 1)), draw(st.integers(0, n - 1))
        rows[r][1][c] = "<5"
    if any(not any(cells[:n]) for _, cells in rows):
        rows = [(label, cells if any(cells[:n]) else ["0", *cells[1:]]) for label, cells in rows]
    corner = draw(st.sampled_from(["Offence", "Offence type", "Crime Group", "Category"]))
    return Table(corner, header, rows)


def tabs(table: Table) -> str:
    return "\n".join("\t".join([label, *cells]) for label, cells in [(table.corner, table.header), *table.rows])


def markdown(table: Table) -> str:
    lines = [f"| {' | '.join([label, *cells])} |" for label, cells in [(table.corner, table.header), *table.rows]]
    return "\n".join([lines[0], "|" + "---|" * (len(table.header) + 1), *lines[1:]])


def pipes(table: Table) -> str:
    return "\n".join(" | ".join([label, *cells]) for label, cells in [(table.corner, table.header), *table.rows])


def aligned(table: Table, *, wrap: int | None = None, at: str = "first", how: str = "right") -> str:
    width = max(len(cell) for cells in [table.header, *[c for _, c in table.rows]] for cell in cells)
    labels = [table.corner, *[label for label, _ in table.rows]]
    room = wrap or max(map(len, labels))
    place: dict[str, Callable[[str], str]] = {
        "right": lambda cell: cell.rjust(width),
        "centre": lambda cell: cell.center(width),
        "left": lambda cell: cell.ljust(width),
    }
    out = []
    for label, cells in [(table.corner, table.header), *table.rows]:
        pieces = wrapped(label, room)
        main = {"first": 0, "middle": len(pieces) // 2, "last": len(pieces) - 1}[at]
        for i, piece in enumerate(pieces):
            figures = "".join("   " + place[how](cell) for cell in cells) if i == main else ""
            out.append((piece.ljust(room) + figures).rstrip())
    return "\n".join(out)


def wrapped(label: str, room: int) -> list[str]:
    out: list[str] = []
    for word in label.split():
        if out and len(out[-1]) + 1 + len(word) <= room:
            out[-1] += " " + word
        else:
            out.append(word)
    return out


def piped_cells(table: Table) -> str:
    lines = []
    for i, (label, cells) in enumerate([(table.corner, table.header), *table.rows]):
        lines += [f"{cell} |" if cell else "|" for cell in [label, *cells]]
        if i == 0:
            lines.append(" | ".join(["---"] * (len(cells) + 1)))
    return "\n".join(lines)


def stacked(table: Table) -> str:
    return "\n".join(
        cell for label, cells in [(table.corner, table.header), *table.rows] for cell in [label, *cells] if cell
    )


def flattened(table: Table) -> str:
    return stacked(table).replace("\n", " ")


def single_blanks(table: Table) -> str:
    return "\n".join(
        " ".join(cell for cell in [label, *cells] if cell)
        for label, cells in [(table.corner, table.header), *table.rows]
    )


def read(text: str) -> tuple[Counter[tuple[str, str, str]], int]:
    found: Counter[tuple[str, str, str]] = Counter()
    refused = 0
    for grid in find_grids(text):
        paired = pair(grid, text=text)
        refused += len(paired.refusals)
        for figure in paired.figures:
            assert text[figure.start : figure.end] == figure.value.raw
            head = figure.period.period.label if figure.period is not None else "Total"
            found[" ".join(figure.row_labels), head, figure.value.raw] += 1
    return found, refused


BEFORE = "Please see the table below, which holds the number of crimes recorded.\n\n"
AFTER = "\n\nThe figures were taken from a live system and may change.\n"
STEADY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

LAYOUTS: dict[str, Callable[[Table], str]] = {
    "tabs": tabs,
    "markdown": markdown,
    "pipes": pipes,
    "aligned right": lambda table: aligned(table, how="right"),
    "aligned left": lambda table: aligned(table, how="left"),
    "aligned centre": lambda table: aligned(table, how="centre"),
    "one cell a line with pipes": piped_cells,
}
LOSSY: dict[str, Callable[[Table], str]] = {
    "one cell a line": stacked,
    "flattened": flattened,
    "single blanks": single_blanks,
}


@pytest.mark.parametrize("layout", LAYOUTS)
@STEADY
@given(data=st.data())
def test_a_layout_that_keeps_blank_cells_is_read_back_or_refused(layout: str, data: st.DataObject) -> None:
    table = data.draw(tables())
    found, refused = read(BEFORE + LAYOUTS[layout](table) + AFTER)
    wrong = found - table.expected
    assert not wrong
    assert found == table.expected or refused


@pytest.mark.parametrize("layout", [*LAYOUTS, *LOSSY])
@STEADY
@given(data=st.data())
def test_a_full_table_is_read_back_exactly(layout: str, data: st.DataObject) -> None:
    table = data.draw(tables(blanks=False))
    found, _ = read(BEFORE + (LAYOUTS | LOSSY)[layout](table) + AFTER)
    assert found == table.expected


@pytest.mark.parametrize("layout", [*LAYOUTS, *LOSSY])
@STEADY
@given(data=st.data())
def test_no_figure_is_read_out_of_a_band(layout: str, data: st.DataObject) -> None:
    table = data.draw(tables(blanks=False, suppressed=False, names=BANDS + LABELS[:4]))
    found, refused = read(BEFORE + (LAYOUTS | LOSSY)[layout](table) + AFTER)
    assert not found - table.expected
    assert found == table.expected or refused


@pytest.mark.parametrize("layout", LOSSY)
@STEADY
@given(data=st.data())
def test_a_layout_that_loses_blank_cells_is_never_read_wrongly(layout: str, data: st.DataObject) -> None:
    table = data.draw(tables(suppressed=False))
    found, _ = read(BEFORE + LOSSY[layout](table) + AFTER)
    assert not found - table.expected


@pytest.mark.parametrize("at", ["first", "middle", "last"])
@STEADY
@given(data=st.data())
def test_wrapped_labels_do_not_move_figures(at: str, data: st.DataObject) -> None:
    table = data.draw(tables(blanks=False))
    found, _ = read(BEFORE + aligned(table, wrap=14, at=at) + AFTER)
    assert Counter((h, v) for _, h, v in found.elements()) == Counter((h, v) for _, h, v in table.expected.elements())


WORDS = st.sampled_from(
    [
        "The",
        "force",
        "holds",
        "12",
        "records",
        "of",
        "crimes",
        "in",
        "2016",
        "and",
        "2017",
        "under",
        "section",
        "40",
        "of",
        "the",
        "Act",
        "2000",
        ".",
        "Total",
        "3",
        "Year",
        "5,000",
        "officers",
        "were",
        "arrested",
        "between",
        "2014",
        "-",
        "2018",
        ",",
        "Page",
        "2",
        "of",
        "4",
        "Tel",
        "01234",
        "567890",
        "FOI",
        "2019/123",
    ]
)


@STEADY
@given(st.lists(st.lists(WORDS, min_size=3, max_size=14), min_size=1, max_size=12))
def test_running_text_gives_no_table_figures(paragraphs: list[list[str]]) -> None:
    text = "\n\n".join("Dear Sir, " + " and ".join(words) + "." for words in paragraphs)
    assert sum(read(text)[0].values()) == 0


@st.composite
def grouped(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, list[tuple[str, list[str]]]]]]:
    """Give years, and groups of rows of the same labels under a heading each."""
    first = draw(st.integers(2005, 2015))
    years = [str(y) for y in range(first, first + draw(st.integers(2, 4)))]
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=2, max_size=4, unique=True))
    heads = draw(st.lists(st.sampled_from(["Men", "Women", "Not stated"]), min_size=2, max_size=3, unique=True))
    number = st.integers(0, 1800).map(str)
    return years, [(head, [(label, [draw(number) for _ in years]) for label in labels]) for head in heads]


@pytest.mark.parametrize("between", ["\t", " | ", " "])
@STEADY
@given(data=st.data())
def test_headings_of_groups_are_read_back_with_their_rows_or_refused(between: str, data: st.DataObject) -> None:
    years, groups = data.draw(grouped())
    blank = "" if between == " " else between * len(years)
    lines = [between.join(["Offence", *years])]
    for head, rows in groups:
        lines += [head + blank, *(between.join([label, *cells]) for label, cells in rows)]
    found, refused = read(BEFORE + "\n".join(lines) + AFTER)
    expected = Counter(
        (f"{head} {label}", year, cell)
        for head, rows in groups
        for label, cells in rows
        for year, cell in zip(years, cells, strict=True)
    )
    assert not found - expected
    assert found == expected or refused


@pytest.mark.parametrize("between", ["\n", " "])
@pytest.mark.parametrize("outer_is_year", [True, False])
@STEADY
@given(data=st.data())
def test_headers_of_two_lines_are_read_back_or_refused(between: str, outer_is_year: bool, data: st.DataObject) -> None:
    years, _ = data.draw(grouped())
    names = ["Reported", "Charged"]
    outer, inner = (years, names) if outer_is_year else (names, years)
    labels = data.draw(st.lists(st.sampled_from(LABELS), min_size=2, max_size=5, unique=True))
    heads = [(o, i) for o in outer for i in inner]
    rows = [(label, [str(data.draw(st.integers(0, 1800))) for _ in heads]) for label in labels]
    table = [outer, ["Offence", *(i for _, i in heads)], *([label, *cells] for label, cells in rows)]
    text = BEFORE + "\n".join(between.join(line) for line in table) + AFTER
    found: Counter[tuple[str, str, str, str]] = Counter()
    refused = 0
    for grid in find_grids(text):
        paired = pair(grid, text=text)
        refused += len(paired.refusals)
        for figure in paired.figures:
            year = figure.period.period.label if figure.period else ""
            found[" ".join(figure.row_labels), " ".join(figure.column_labels), year, figure.value.raw] += 1
    expected = Counter(
        (label, *((i, o) if outer_is_year else (o, i)), cell)
        for label, cells in rows
        for (o, i), cell in zip(heads, cells, strict=True)
    )
    assert not found - expected
    assert found == expected or refused
