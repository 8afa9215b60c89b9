"""Stated totals are added up; they prove figures, place vanished cells, and never fill in what is suppressed."""

from __future__ import annotations

import pytest

from foi_nlp.tables import find_grids
from foi_nlp.tables.pairing import PairedFigure, PairedTable, pair
from foi_nlp.tables.totals import Gap, SearchTooLongError, place


def only(text: str) -> PairedTable:
    (grid,) = find_grids(text)
    return pair(grid, text=text)


def by_value(table: PairedTable, raw: str) -> PairedFigure:
    (figure,) = [figure for figure in table.figures if figure.value.raw == raw]
    return figure


def test_row_column_and_grand_totals_agree() -> None:
    table = only("Area\t2016\t2017\tTotal\nNorth\t1\t20\t21\nSouth\t300\t4\t304\nTotal\t301\t24\t325\n")
    assert {figure.check for figure in table.figures} == {"totals_agree"}
    assert [by_value(table, raw).total for raw in ("20", "21", "24", "325")] == [None, "row", "column", "grand"]
    assert all(total.agrees for total in table.totals)
    assert len(table.totals) == 6


def test_a_wrong_total_marks_its_column_and_names_both_sums() -> None:
    table = only("Area\t2016\t2017\nNorth\t1\t2\nSouth\t30\t40\nTotal\t31\t45\n")
    assert by_value(table, "45").check == "totals_disagree"
    assert by_value(table, "40").check == "totals_disagree"
    assert by_value(table, "30").check == "totals_agree"
    (refusal,) = table.refusals
    assert "45" in refusal.reason
    assert "42" in refusal.reason


def test_a_column_headed_total_beside_years_alone_is_no_total() -> None:
    table = only("Year\tTotal\n2016\t3\n2017\t4\n")
    assert {figure.total for figure in table.figures} == {None}
    assert {figure.check for figure in table.figures} == {"unchecked"}


@pytest.mark.parametrize("label", ["Force", "Scotland", "All divisions"])
def test_a_last_row_that_adds_up_all_others_is_a_total_whatever_its_name(label: str) -> None:
    table = only(f"Division\t2016\t2017\nA\t10\t21\nB\t12\t25\nC\t13\t28\n{label}\t35\t74\n")
    assert by_value(table, "74").total == "column"


def test_a_last_row_that_does_not_add_up_is_no_total() -> None:
    table = only("Division\t2016\t2017\nA\t10\t21\nB\t12\t25\nC\t22\t40\n")
    assert by_value(table, "40").total is None


def test_a_first_row_that_adds_up_all_others_is_a_total_whatever_its_name() -> None:
    table = only("Division\t2016\t2017\nWales\t35\t74\nA\t10\t21\nB\t12\t25\nC\t13\t28\n")
    assert by_value(table, "74").total == "column"


@pytest.mark.parametrize("label", ["Cyfanswm / Total", "Total (Cyfanswm)", "Grand Total / Cyfanswm"])
def test_a_total_may_be_named_in_two_languages(label: str) -> None:
    table = only(f"Area\t2016\nNorth\t1\nSouth\t2\n{label}\t3\n")
    assert by_value(table, "3").total == "column"


def test_a_blank_cell_may_hold_what_a_sum_lacks() -> None:
    table = only("Area\t2016\t2017\t2018\nA\t10\t\t30\nB\t11\t21\t31\nC\t12\t22\t32\nUlster\t33\t73\t93\n")
    assert by_value(table, "93").total == "column"


@pytest.mark.parametrize("rows", [(5, 0, 0, 0, 5), (1, 2, 1, 2, 6)])
def test_small_numbers_that_add_up_by_chance_prove_no_total(rows: tuple[int, ...]) -> None:
    lines = "".join(f"{name}\t{number}\n" for name, number in zip("ABCDE", rows, strict=True))
    table = only(f"Team\t2016\n{lines}")
    assert {figure.total for figure in table.figures} == {None}


def test_subtotals_and_the_grand_total_agree() -> None:
    table = only("Area\tOffence\t2016\nNorth\tArson\t1\n\tTheft\t3\n\tSub Total\t4\nSouth\tArson\t5\n\tTheft\t7\n"
                 "\tSub Total\t12\nGrand Total\t\t16\n")  # fmt: skip
    assert {figure.check for figure in table.figures} == {"totals_agree"}


def test_the_year_adds_up_its_quarters() -> None:
    table = only("Quarter\tReports\nQ1 2018/19\t15\nQ2 2018/19\t11\nQ3 2018/19\t17\nQ4 2018/19\t13\n2018/19\t56\n")
    assert {figure.check for figure in table.figures} == {"totals_agree"}
    assert by_value(table, "56").total is None


def test_parts_of_a_row_are_not_added_to_it() -> None:
    table = only("Item\t2016\t2017\nArrests\t30\t41\nof whom charged\t12\t13\nWarnings\t5\t6\nTotal\t35\t47\n")
    assert by_value(table, "47").check == "totals_agree"
    assert by_value(table, "12").subset


def test_a_suppressed_figure_that_a_total_reveals_is_said_to_be_so_and_not_filled_in() -> None:
    table = only("Area\t2016\nNorth\t<5\nSouth\t7\nTotal\t10\n")
    hidden = by_value(table, "<5")
    assert hidden.recoverable
    assert hidden.value.value is None


def test_two_suppressed_figures_in_a_column_are_not_recoverable() -> None:
    table = only("Area\t2016\nNorth\t<5\nSouth\t<5\nWest\t9\nTotal\t14\n")
    assert not any(figure.recoverable for figure in table.figures)


def test_vanished_cells_are_placed_where_only_one_placement_adds_up() -> None:
    text = "Outcome\n2016  2017  2018\nCharged\n31\n58\n42\nNot yet known\n2\n50\nTotal\n31\n60\n92\n"
    table = only(text)
    years = {
        f.value.raw: f.period.period.label for f in table.figures if f.period and f.row_labels == ("Not yet known",)
    }
    assert years == {"2": "2017", "50": "2018"}
    assert {figure.check for figure in table.figures} == {"totals_agree"}


def test_vanished_cells_stay_out_where_two_placements_add_up() -> None:
    text = "Outcome\n2016\n2017\nCharged\n5\n5\nCautioned\n2\nOther\n2\nReleased\n1\n1\nTotal\n8\n8\n"
    table = only(text)
    assert {refusal.code for refusal in table.refusals} == {"ambiguous_columns"}
    assert not any(figure.row_labels in {("Cautioned",), ("Other",)} for figure in table.figures)


def test_placing_takes_the_only_solution() -> None:
    gaps = [Gap(1, (0, 1, 2), (2.0, 50.0))]
    assert place(gaps, {0: 0.0, 1: 2.0, 2: 50.0}, row_total=None) == [(1, 2)]


def test_placing_gives_nothing_for_two_solutions() -> None:
    gaps = [Gap(1, (0, 1), (2.0,)), Gap(2, (0, 1), (2.0,))]
    assert place(gaps, {0: 2.0, 1: 2.0}, row_total=None) is None


def test_placing_gives_up_on_a_search_that_is_too_long() -> None:
    gaps = [Gap(row, tuple(range(12)), (1.0, 1.0, 1.0, 1.0)) for row in range(12)]
    with pytest.raises(SearchTooLongError):
        place(gaps, dict.fromkeys(range(12), 4.5), row_total=None)


def test_a_large_table_is_read_whole() -> None:
    rows = "\n".join(f"Ward {i} north\t{i}\t{2 * i}" for i in range(3000))
    table = only(f"Ward\t2016\t2017\n{rows}\nTotal\t{sum(range(3000))}\t{2 * sum(range(3000))}\n")
    assert len(table.figures) == 6002
    assert {figure.check for figure in table.figures} == {"totals_agree"}


DASHES = {
    "nothing says what it is, and there is no nought": ("North\t-\t2\nSouth\t3\t4\n", "", "nil", {"unexplained_dash"}),
    "a nought beside it": ("North\t-\t0\nSouth\t3\t4\n", "", "unclear", {"unexplained_dash"}),
    "a total that comes out with nought": ("North\t-\t0\nSouth\t3\t4\nTotal\t3\t4\n", "", "nil", set()),
    "a key of nil": ("North\t-\t0\nSouth\t3\t4\n", "\n- denotes no offences recorded\n", "nil", set()),
    "a key of not available": ("North\t-\t2\nSouth\t3\t4\n", "\nA dash means not available.\n", "not_held", set()),
}


@pytest.mark.parametrize("name", DASHES)
def test_a_dash_is_nil_only_where_nothing_speaks_against_it(name: str) -> None:
    rows, below, status, codes = DASHES[name]
    table = only(f"Area\t2016\t2017\n{rows}{below}")
    figure = by_value(table, "-")
    assert (figure.value.status, figure.value.value) == (status, 0 if status == "nil" else None)
    assert {refusal.code for refusal in table.refusals} == codes


def test_blank_cells_among_figures_are_put_before_a_person_once_and_are_no_figures() -> None:
    table = only("Area\t2016\t2017\nNorth\t\t2\nSouth\t3\t\nWest\t5\t6\n")
    assert [figure.value.raw for figure in table.figures] == ["2", "3", "5", "6"]
    assert [refusal.code for refusal in table.refusals] == ["blank_cells"]


def test_the_sign_for_not_available_is_no_number() -> None:
    table = only("Area\t2016\t2017\nNorth\t..\t2\nSouth\t3\t4\n")
    assert (by_value(table, "..").value.value, by_value(table, "..").value.status) == (None, "not_held")


def test_rows_that_lost_what_tells_them_apart_are_refused() -> None:
    table = only("Area\t2016\t2017\nNorth\t1\t2\nNorth\t3\t4\nSouth\t5\t6\n")
    assert [figure.value.raw for figure in table.figures] == ["5", "6"]
    assert {refusal.code for refusal in table.refusals} == {"labels_repeat"}


def test_rows_with_a_mark_are_parts_of_the_row_above_without_one() -> None:
    table = only(
        "Place\t2016\t2017\nA total\t3\t5\n• Cars\t1\t2\n• Vans\t2\t3\nB total\t7\t9\n• Cars\t3\t4\n• Vans\t4\t5\n"
    )
    assert [figure.row_labels for figure in table.figures[2:4]] == [("A", "Cars"), ("A", "Cars")]
    assert len(table.figures) == 12


def test_labels_of_ages_beside_an_outer_label_are_labels() -> None:
    table = only("Gender\tAge\t2016\nWomen\t12 and under\t1\n\t13 to 15\t2\nMen\t12 and under\t3\n\t13 to 15\t4\n")
    assert [figure.row_labels for figure in table.figures][1:3] == [("Women", "13 to 15"), ("Men", "12 and under")]
