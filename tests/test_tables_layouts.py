"""Tables in the layouts that replies have, each with the figures that must come out and nothing else."""

from __future__ import annotations

from itertools import pairwise

import pytest

from foi_nlp.tables import find_grids
from foi_nlp.tables.pairing import PairedTable, pair


def read(text: str) -> list[PairedTable]:
    return [pair(grid, text=text) for grid in find_grids(text)]


def figures(text: str) -> set[tuple[str, str, str]]:
    """Give (start of the period or "a..b" or "", labels, value) of each figure."""
    out = set()
    for table in read(text):
        for figure in table.figures:
            if figure.period is not None:
                when = figure.period.period.start or "?"
            elif figure.first_period is not None and figure.last_period is not None:
                when = f"{figure.first_period.period.start}..{figure.last_period.period.end}"
            else:
                when = ""
            labels = " / ".join([*figure.row_labels, *figure.column_labels])
            out.add((when, labels, figure.value.raw))
    return out


CASES = {
    "first column is the year": (
        "Year\tTotal\n2016\t2054\n2017\t5\n",
        {("2016-01-01", "Total", "2054"), ("2017-01-01", "Total", "5")},
    ),
    "counts that look like years": (
        "Offence\t2016\t2017\nTheft\t1995\t2003\n",
        {("2016-01-01", "Theft", "1995"), ("2017-01-01", "Theft", "2003")},
    ),
    "shared header of tabs": (
        "\t2016\t\t2017\t\nArea\tMale\tFemale\tMale\tFemale\nNorth\t1\t2\t3\t4\n",
        {
            ("2016-01-01", "North / Male", "1"),
            ("2016-01-01", "North / Female", "2"),
            ("2017-01-01", "North / Male", "3"),
            ("2017-01-01", "North / Female", "4"),
        },
    ),
    "shared header in columns": (
        (
            "                 2016             2017\nArea         Male  Female     Male  Female\n"
            "North           1       2        3       4\nSouth           5       6        7       8\n"
        ),
        {
            ("2016-01-01", "North / Male", "1"),
            ("2016-01-01", "North / Female", "2"),
            ("2017-01-01", "North / Male", "3"),
            ("2017-01-01", "North / Female", "4"),
            ("2016-01-01", "South / Male", "5"),
            ("2016-01-01", "South / Female", "6"),
            ("2017-01-01", "South / Male", "7"),
            ("2017-01-01", "South / Female", "8"),
        },
    ),
    "two levels of row heads": (
        "Year\tOutcome\tNumber\n2016\tCharge\t4\n\tCaution\t2\n2017\tCharge\t7\nTotal\t\t13\n",
        {
            ("2016-01-01", "Charge / Number", "4"),
            ("2016-01-01", "Caution / Number", "2"),
            ("2017-01-01", "Charge / Number", "7"),
            ("2016-01-01..2017-12-31", "Total / Number", "13"),
        },
    ),
    "months of financial years": (
        "Month\t2016/17\t2017/18\nApril\t3\t5\nJanuary\t4\t6\n",
        {
            ("2016-04-01", "", "3"),
            ("2017-04-01", "", "5"),
            ("2017-01-01", "", "4"),
            ("2018-01-01", "", "6"),
        },
    ),
    "quarters are quarters": (
        "\tQ1\tQ2\n2016/17\t3\t5\n",
        {("2016-04-01", "", "3"), ("2016-07-01", "", "5")},
    ),
    "year in the corner": (
        "| 2021 | Crimes |\n|---|---|\n| Jan | <5 |\n| Feb | 6 |\n",
        {("2021-01-01", "Crimes", "<5"), ("2021-02-01", "Crimes", "6")},
    ),
    "pairs of years are financial years beside others": (
        "Period      Number\n2014/15        212\n2015-2016      305\n",
        {("2014-04-01", "Number", "212"), ("2015-04-01", "Number", "305")},
    ),
    "header row without labels": (
        "FY 2014-15   FY 2015-16\n12           14\n",
        {("2014-04-01", "", "12"), ("2015-04-01", "", "14")},
    ),
    "bands in the header": (
        "Year\t10-17\t18-24\t25+\n2016\t4\t6\t8\n",
        {("2016-01-01", "10-17", "4"), ("2016-01-01", "18-24", "6"), ("2016-01-01", "25+", "8")},
    ),
    "blank cells by their place": (
        (
            "Offence            2018     2019     2020\nFraud                 7                 9\n"
            "Theft                 4        5        6\n"
        ),
        {
            ("2018-01-01", "Fraud", "7"),
            ("2020-01-01", "Fraud", "9"),
            ("2018-01-01", "Theft", "4"),
            ("2019-01-01", "Theft", "5"),
            ("2020-01-01", "Theft", "6"),
        },
    ),
    "label wrapped before its figures": (
        (
            "Offence            2018     2019\nTheft from the\n"
            "person                7        8\nOther theft from a\nvehicle      "
            "         1        2\n"
        ),
        {
            ("2018-01-01", "Theft from the person", "7"),
            ("2019-01-01", "Theft from the person", "8"),
            ("2018-01-01", "Other theft from a vehicle", "1"),
            ("2019-01-01", "Other theft from a vehicle", "2"),
        },
    ),
    "label wrapped around its figures": (
        (
            "Hospital           2018     2019\n\nGeneral Hospital of\n                      7        8\nthe county\n\n"
            "Infirmary             1        2\n"
        ),
        {
            ("2018-01-01", "General Hospital of the county", "7"),
            ("2019-01-01", "General Hospital of the county", "8"),
            ("2018-01-01", "Infirmary", "1"),
            ("2019-01-01", "Infirmary", "2"),
        },
    ),
    "page break with the header again": (
        (
            "Offence                2018     2019\nArson                     1        2\n"
            "\n            Page 1 of 2\n\x0c"
            "Offence                2018     2019\nFraud                     7        9\n"
        ),
        {
            ("2018-01-01", "Arson", "1"),
            ("2019-01-01", "Arson", "2"),
            ("2018-01-01", "Fraud", "7"),
            ("2019-01-01", "Fraud", "9"),
        },
    ),
    "groups by indentation": (
        (
            "Offence  2016  2017\nMale\n  Theft     3     4\n  Arson     1     2\nFemale\n  Theft     5     6\n"
            "  Arson     0     1\n"
        ),
        {
            ("2016-01-01", "Male / Theft", "3"),
            ("2017-01-01", "Male / Theft", "4"),
            ("2016-01-01", "Male / Arson", "1"),
            ("2017-01-01", "Male / Arson", "2"),
            ("2016-01-01", "Female / Theft", "5"),
            ("2017-01-01", "Female / Theft", "6"),
            ("2016-01-01", "Female / Arson", "0"),
            ("2017-01-01", "Female / Arson", "1"),
        },
    ),
    "figure one blank after its label": (
        "Gender  2015  2016\nFemale    10    12\nMale      20    22\nGrand Total 30  34\n",
        {
            ("2015-01-01", "Female", "10"),
            ("2016-01-01", "Female", "12"),
            ("2015-01-01", "Male", "20"),
            ("2016-01-01", "Male", "22"),
            ("2015-01-01", "Grand Total", "30"),
            ("2016-01-01", "Grand Total", "34"),
        },
    ),
    "footnote below the last row": (
        (
            "Year        Complaints        Upheld\n2016/17            231            12\n"
            "2017/18 *          118            <5\n"
            "* to 31 December 2017\n"
        ),
        {
            ("2016-04-01", "Complaints", "231"),
            ("2016-04-01", "Upheld", "12"),
            ("2017-04-01", "Complaints", "118"),
            ("2017-04-01", "Upheld", "<5"),
        },
    ),
    "one cell a line with pipes": (
        "|\n2019 |\n2020 |\nUnder 10 mins |\n1993 |\n2236 |\n1-2hrs |\n198 |\n152 |\n",
        {
            ("2019-01-01", "Under 10 mins", "1993"),
            ("2020-01-01", "Under 10 mins", "2236"),
            ("2019-01-01", "1-2hrs", "198"),
            ("2020-01-01", "1-2hrs", "152"),
        },
    ),
    "header of words, one cell a line": (
        "Division\nConstables\nSergeants\nA Division\n10\n4\nB Division\n12\n5\n",
        {
            ("", "A Division / Constables", "10"),
            ("", "A Division / Sergeants", "4"),
            ("", "B Division / Constables", "12"),
            ("", "B Division / Sergeants", "5"),
        },
    ),
    "flattened into one line": (
        "Call type 2015 2016 Lost property 14 16 Public safety 2 9\n",
        {
            ("2015-01-01", "Lost property", "14"),
            ("2016-01-01", "Lost property", "16"),
            ("2015-01-01", "Public safety", "2"),
            ("2016-01-01", "Public safety", "9"),
        },
    ),
    "period and figure in turn": (
        "Table 2: Crimes detected 2016 4 2017 3 2018 (to 30 September) 6\n",
        {("2016-01-01", "", "4"), ("2017-01-01", "", "3"), ("2018-01-01", "", "6")},
    ),
    "numbers in labels": (
        "Offence 2016 2017\nSection 20 wounding 1 2\nOther 5 6\n",
        {
            ("2016-01-01", "Section 20 wounding", "1"),
            ("2017-01-01", "Section 20 wounding", "2"),
            ("2016-01-01", "Other", "5"),
            ("2017-01-01", "Other", "6"),
        },
    ),
    "labels across, proved by the total": (
        "Make VOLVO FORD LAND ROVER TOTAL Cost 20 30 50 100\n",
        {
            ("", "VOLVO / Cost", "20"),
            ("", "FORD / Cost", "30"),
            ("", "LAND ROVER / Cost", "50"),
            ("", "TOTAL / Cost", "100"),
        },
    ),
    "label and figure in turn, proved by the total": (
        "Female 46 Male 75 Not Recorded 10 Grand Total 131\n",
        {("", "Female", "46"), ("", "Male", "75"), ("", "Not Recorded", "10"), ("", "Grand Total", "131")},
    ),
    "number before the label, proved by the total": (
        "2 Inspectors\n5 Sergeants\n7 Total\n",
        {("", "Inspectors", "2"), ("", "Sergeants", "5"), ("", "Total", "7")},
    ),
    "periods cut over two lines of the header": (
        "            2007/   2008/\nDivision       08      09\nNorth         188     201\nSouth         142     137\n",
        {
            ("2007-04-01", "North", "188"),
            ("2008-04-01", "North", "201"),
            ("2007-04-01", "South", "142"),
            ("2008-04-01", "South", "137"),
        },
    ),
    "figures in the middle and at the foot of their labels": (
        (
            "Team                2013    2014\nEast Town\n(Brook and            18      22\nHill)\n"
            "Newtown-under-\nEdge                  24      19\n"
            "West Town\n(Dale, Ford             3       4\nand Mill)\n"
        ),
        {
            ("2013-01-01", "East Town (Brook and Hill)", "18"),
            ("2014-01-01", "East Town (Brook and Hill)", "22"),
            ("2013-01-01", "Newtown-under-Edge", "24"),
            ("2014-01-01", "Newtown-under-Edge", "19"),
            ("2013-01-01", "West Town (Dale, Ford and Mill)", "3"),
            ("2014-01-01", "West Town (Dale, Ford and Mill)", "4"),
        },
    ),
    "label around its figures at the end of a page": (
        (
            "Group                     2019    2020\nTheft                        1       2\n"
            "Various Crime Against\n                             3       4\n        Society\n\nPage 1 of 2\n"
        ),
        {
            ("2019-01-01", "Theft", "1"),
            ("2020-01-01", "Theft", "2"),
            ("2019-01-01", "Various Crime Against Society", "3"),
            ("2020-01-01", "Various Crime Against Society", "4"),
        },
    ),
    "furniture of the page below the last row": (
        (
            "Group                     2019    2020\nTheft                        1       2\n"
            "Arson                        3       4\n\nSome Constabulary                  FOI 1306/25\n"
        ),
        {
            ("2019-01-01", "Theft", "1"),
            ("2020-01-01", "Theft", "2"),
            ("2019-01-01", "Arson", "3"),
            ("2020-01-01", "Arson", "4"),
        },
    ),
    "groups under labels that are not indented": (
        (
            "Offence       2016  2017\nNorth\nTheft            3     4\nArson            1     2\n"
            "South\nTheft            5     6\nArson            0     1\n"
        ),
        {
            ("2016-01-01", "North / Theft", "3"),
            ("2017-01-01", "North / Theft", "4"),
            ("2016-01-01", "North / Arson", "1"),
            ("2017-01-01", "North / Arson", "2"),
            ("2016-01-01", "South / Theft", "5"),
            ("2017-01-01", "South / Theft", "6"),
            ("2016-01-01", "South / Arson", "0"),
            ("2017-01-01", "South / Arson", "1"),
        },
    ),
    "period in the corner": (
        "Place of arrest (2021)\tNorth\tSouth\nHome\t7\t5\nStreet\t<5\t6\n",
        {
            ("2021-01-01", "Home / North", "7"),
            ("2021-01-01", "Home / South", "5"),
            ("2021-01-01", "Street / North", "<5"),
            ("2021-01-01", "Street / South", "6"),
        },
    ),
    "header of words and a total, single blanks": (
        "Rank Days carried over\nConstable 16,204\nChief Inspector 402\nGrand Total 16,606\n",
        {
            ("", "Constable / Days carried over", "16,204"),
            ("", "Chief Inspector / Days carried over", "402"),
            ("", "Grand Total / Days carried over", "16,606"),
        },
    ),
    "header of words, run on": (
        "Nationality Number of Arrests Bulgaria 31 Czech Republic 58 India 44 Iran 40\n",
        {
            ("", "Bulgaria / Number of Arrests", "31"),
            ("", "Czech Republic / Number of Arrests", "58"),
            ("", "India / Number of Arrests", "44"),
            ("", "Iran / Number of Arrests", "40"),
        },
    ),
    "money in the last column, run on": (
        "Year Vehicles Damaged Cost of Repairs 2013/14 188 £141.55 2014/15 203 £160.20\n",
        {
            ("2013-04-01", "Vehicles Damaged", "188"),
            ("2013-04-01", "Cost of Repairs", "£141.55"),
            ("2014-04-01", "Vehicles Damaged", "203"),
            ("2014-04-01", "Cost of Repairs", "£160.20"),
        },
    ),
    "semicolons": (
        'Offence;2016;2017\nArson;1;2\nTheft;"1,003";4\n',
        {
            ("2016-01-01", "Arson", "1"),
            ("2017-01-01", "Arson", "2"),
            ("2016-01-01", "Theft", "1,003"),
            ("2017-01-01", "Theft", "4"),
        },
    ),
    "commas": (
        'Offence,2016,2017\nArson,1,2\nTheft,"1,003",4\n',
        {
            ("2016-01-01", "Arson", "1"),
            ("2017-01-01", "Arson", "2"),
            ("2016-01-01", "Theft", "1,003"),
            ("2017-01-01", "Theft", "4"),
        },
    ),
    "counts inside a text cell": (
        "Year\tNumber\tRank\n2016\t3\t2 x Constable 1 x Sergeant\n2017\t1\tConstable\n",
        {
            ("2016-01-01", "Number", "3"),
            ("2016-01-01", "Constable / Rank", "2"),
            ("2016-01-01", "Sergeant / Rank", "1"),
            ("2017-01-01", "Number", "1"),
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_layout_is_read(name: str) -> None:
    text, expected = CASES[name]
    assert figures("We give the figures below.\n\n" + text) == expected


NOTHING = {
    "letterhead": "Our Ref: 1234/19                     Date: 12 March 2019\nYour Ref:           Tel: 101 Ext 2016\n",
    "list of records": "No\tYear\tOffence\tAge\n1\t2016\tTheft\t22\n2\t2016\tTheft\t34\n3\t2017\tArson\t19\n",
    "list of properties": "| | |\n|---|---|\n| Date published | January 28, 2025 |\n| Page views | 2,024 |\n",
    "prose with years": "In 2016 2017 and 2018 we had 3 4 and 5 cases respectively and 20 officers.\n",
    "pairs with a dash": "2016  -  611\n2017  -  748\n",
    "numbered paragraphs": "1.\tYes, 12 of them.\n2.\tIn 2016 there were 14.\n",
    "navigation": "Home  |  About us  |  Contact  |  Page 1 2 3 4\nTerms  |  Cookies  |  2018  |  Next 5\n",
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_table_of_counts_gives_nothing(name: str) -> None:
    assert figures(NOTHING[name]) == set()


REFUSED = {
    "more figures than columns": ("Offence\t2016\t2017\nA\t1\t2\nB\t1\t2\nC\t4\t5\t6\n", "merged_cells"),
    "fewer figures than columns": ("Offence\t2016\t2017\t2018\nA\t1\t2\t3\nB\t4\t5\n", "ambiguous_columns"),
    "header with more periods": ("Offence 2015 2016 2017\nTheft of cars 1 2\nArson of cars 4 5\n", "uncertain_table"),
    "digits of another script": ("Year\tTotal\n2016\t١٢\n2017\t5\n", "unreadable_digits"),
    "marks of direction": ("Year\tTotal\n2016\t\u202e12\u202c\n2017\t5\n", "unreadable_digits"),
    "column without a period": ("Area\t2016\t2017\tChange\nLuton\t5\t6\t1\n", "column_without_period"),
    "row without a period": ("Year\tCrimes\n2016\t5\n2017\t7\nAverage\t6\n", "row_without_period"),
    "columns without header": ("North\t5\t6\nSouth\t7\t8\n", "no_header"),
    "row that lost its label": (
        "Area\t2016\t2017\nNorth\t5\t6\nSouth\t7\t8\n\t4\t5\nWest\t9\t9\n",
        "row_without_label",
    ),
    "total that is wrong": ("Offence\t2016\nArson\t3\nTheft\t4\nTotal\t9\n", "totals_disagree"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_paired_is_refused_with_its_reason(name: str) -> None:
    text, code = REFUSED[name]
    refusals = [refusal for table in read(text) for refusal in table.refusals]
    assert code in {refusal.code for refusal in refusals}
    assert all(0 <= refusal.start < refusal.end <= len(text) and refusal.reason for refusal in refusals)


def test_a_table_is_found_outside_the_stretches_taken() -> None:
    text = "Year\tTotal\n2016\t3\n2017\t4\n"
    assert find_grids(text, taken=[(0, len(text))]) == []


def test_grids_are_in_order_and_do_not_overlap() -> None:
    text = (
        "Year\tTotal\n2016\t3\n2017\t4\n\nText.\n\nArea 2016 2017\n"
        "North 1 2\nSouth 3 4\n\nYear   Total\n2016       3\n2017       4\n"
    )
    grids = find_grids(text)
    assert [grid.source for grid in grids] == ["tabs", "flattened", "aligned"]
    assert all(a.end <= b.start for a, b in pairwise(grids))
