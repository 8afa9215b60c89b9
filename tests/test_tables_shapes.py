"""Headers, bands and drawn tables in shapes that replies use, each read whole or refused."""

from __future__ import annotations

import time

import pytest

from foi_nlp.tables import find_grids
from foi_nlp.tables.pairing import pair

SHAPES = {
    "names that are numbers over words": (
        (
            "Quarter\t999\t\t101\t\n\tReceived\tAnswered\tReceived\tAnswered\n"
            "Q1 2021/22\t1,204\t94.1%\t3,118\t81.0%\nQ2 2021/22\t1,960\t92.7%\t4,406\t77.4%\n"
        ),
        8,
    ),
    "names over the same years": (
        (
            "                     Recorded                  Detected\n"
            "Area            2019   2020   2021      2019   2020   2021\n"
            "North             11     12     13        14     15     16\n"
            "South             21     22     23        24     25     26\n"
        ),
        12,
    ),
    "a date over three lines": (
        (
            "                Year ending    Year ending\n                  31 March       31 March\n"
            "Offence             2020           2021\nArson                 12             13\n"
            "Theft                 22             23\n"
        ),
        4,
    ),
    "bands a cell a line with pipes": (
        "Age |\n2019 |\n2020 |\nUnder 18 |\n11 |\n12 |\n18 - 30 |\n21 |\n22 |\n31+ |\n31 |\n32 |\n",
        6,
    ),
    "bands a cell a line": ("Age\n2019\n2020\n0-17\n11\n12\n18-24\n21\n22\n65 and over\n31\n32\n", 6),
    "bands in one line": ("Age 2019 2020 2021 Under 18 11 12 13 18-24 21 22 23 25+ 31 32 33\n", 9),
    "bands with single blanks": ("Age 2019 2020 2021\nUnder 18 11 12 13\n18 to 24 21 22 23\nTotal 32 34 36\n", 9),
    "a period and its figure between pipes": ("Hours: 2016/17 1,204 | 2017/18 1,660 | 2018/19 1,018\n" * 2, 6),
    "two fields with a comma": ('Year,"Calls"\n2017,"1,940"\n2018,"2,013"\n2019,"2,288"\n', 3),
    "a table drawn with signs": (
        (
            "+-------+------+------+\n| Area  | 2019 | 2020 |\n+-------+------+------+\n"
            "| North | 11   | 12   |\n| South | 21   | 22   |\n+-------+------+------+\n"
        ),
        4,
    ),
    "a table drawn with lines": (
        (
            "┌──────┬──────┬──────┐\n│ Area │ 2019 │ 2020 │\n├──────┼──────┼──────┤\n"
            "│ North│ 11   │ 12   │\n└──────┴──────┴──────┘\n"
        ),
        2,
    ),
    "blank first cells before a pipe": (
        "Year | Outcome | Count\n2019 | Charged | 11\n | Cautioned | 12\n2020 | Charged | 13\n | Cautioned | 14\n",
        4,
    ),
    "headings without tabs": (
        "Offence\t2019\t2020\nNorth\nArson\t1\t2\nTheft\t3\t4\nSouth\nArson\t5\t6\nTheft\t7\t8\n",
        8,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_gives_all_its_figures(name: str) -> None:
    table, count = SHAPES[name]
    text = f"Please see below.\n\n{table}\nYours sincerely\n"
    figures = [figure for grid in find_grids(text) for figure in pair(grid, text=text).figures]
    assert len(figures) == count
    assert all(figure.period is not None for figure in figures)


def test_a_band_after_vanished_cells_is_no_figure() -> None:
    text = "Age\n2019\n2020\n2021\n18-24\n11\n12\nUnder 18\n5\n6\n7\nOver 65\n8\n9\n10\n"
    (grid,) = find_grids(text)
    paired = pair(grid, text=text)
    assert {figure.row_labels for figure in paired.figures} == {("Under 18",), ("Over 65",)}
    assert [refusal.code for refusal in paired.refusals] == ["ambiguous_columns"]


def test_a_total_that_most_rows_prove_is_one_though_another_row_contradicts_it() -> None:
    rows = [(1, 2, 3), (4, 6, 10), (7, 1, 8), (2, 2, 4), (9, 9, 19)]
    text = "Team\t2019\t2020\tBoth years\n" + "".join(
        f"T{'ABCDE'[i]}\t{a}\t{b}\t{c}\n" for i, (a, b, c) in enumerate(rows)
    )
    paired = pair(find_grids(text)[0], text=text)
    assert [(total.stated, total.added) for total in paired.totals if not total.agrees] == [(19, 18)]
    assert sum(figure.total == "row" for figure in paired.figures) == len(rows)


@pytest.mark.parametrize("mark", [" = ", "; "])
def test_a_layout_that_is_not_read_is_refused_and_not_passed_over(mark: str) -> None:
    text = "".join(
        mark.join(row) + "\n" for row in (["Area", "2019", "2020"], ["North", "11", "12"], ["South", "21", "22"])
    )
    grids = find_grids(text)
    refusals = [refusal for grid in grids for refusal in pair(grid, text=text).refusals]
    assert refusals
    assert not any(pair(grid, text=text).figures for grid in grids)


@pytest.mark.parametrize("piece", [",", '",', "|", "\t", "1 ", "| 1 ", "+-", "Arson 5 ", "5\n"])
def test_hostile_lines_take_time_in_proportion(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    began = time.perf_counter()
    find_grids(text)
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("mark", [" / ", " · ", " • "])
@pytest.mark.parametrize("corner", [["Area"], []])
def test_signs_with_blanks_around_them_part_cells(mark: str, corner: list[str]) -> None:
    lines = [[*corner, "2019", "2020"], ["North", "11", "12"], ["South", "21", "22"], ["Total", "32", "34"]]
    text = "".join(mark.join(row) + "\n" for row in lines)
    (grid,) = find_grids(text)
    paired = pair(grid, text=text)
    assert not paired.refusals
    assert [(f.row_labels[-1], f.period.period.label if f.period else "", f.value.value) for f in paired.figures] == [
        (row[0], year, float(number))
        for row in lines[1:]
        for year, number in zip(("2019", "2020"), row[1:], strict=True)
    ]


def test_signs_between_words_make_no_table() -> None:
    assert find_grids("Harassment / public order\nTheft / burglary\nAssault / battery\n") == []


def test_an_unfinished_year_begins_with_the_financial_years_beside_it() -> None:
    text = "\t2019-20\t2020-21\t2021 to 30/09/21\nApplications\t261\t274\t118\nReviews\t139\t221\t96\n"
    (grid,) = find_grids(text)
    last = [f.period.period for f in pair(grid, text=text).figures if f.period][2]
    assert (last.start, last.end, last.complete) == ("2021-04-01", "2021-09-30", False)


def test_a_band_of_ages_is_no_year() -> None:
    text = "Age\t2021\t2022\n10-12\t11\t8\n13-15\t288\t301\n16-17\t540\t602\n"
    (grid,) = find_grids(text)
    assert [f.value.value for f in pair(grid, text=text).figures] == [11, 8, 288, 301, 540, 602]
