"""Tables in more of the layouts that replies have, each with all that must come out, in the order of the letter.

A line of what is expected is: first and last day, and what the figure adds up | labels | figure. `-` is no period.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from foi_nlp.letters import Letter, open_letters
from foi_nlp.tables import find_grids
from foi_nlp.tables.pairing import pair

if TYPE_CHECKING:
    from foi_nlp.tables.model import PairedFigure, PairedTable


def when(figure: PairedFigure) -> str:
    if figure.period is not None:
        days = (figure.period.period.start, figure.period.period.end)
    elif figure.first_period is not None and figure.last_period is not None:
        days = (figure.first_period.period.start, figure.last_period.period.end)
    else:
        return "-"
    return f"{days[0] or '?'}..{days[1] or '?'}"


def written(paired: PairedTable) -> list[str]:
    return [
        f"{when(figure)}{' ' + figure.total if figure.total else ''}"
        f" | {' / '.join([*figure.row_labels, *figure.column_labels])} | {figure.value.raw}"
        for figure in paired.figures
    ]


def read(table: str) -> tuple[list[str], set[str]]:
    text = f"The figures are below.\n\n{table}\nYours sincerely\n"
    paired = [pair(grid, text=text) for grid in find_grids(text)]
    for figure in (figure for one in paired for figure in one.figures):
        assert text[figure.start : figure.end] == figure.value.raw
    return [line for one in paired for line in written(one)], {r.code for one in paired for r in one.refusals}


CASES = {
    "heads of words over three lines": (
        """\
                     Number of    Number of     Percentage
                      offences      arrests     leading to
Year                  recorded         made         arrest
2019                       120           40          33.3%
2020                       150           30          20.0%
2021                        90           45          50.0%
""",
        """\
2019-01-01..2019-12-31 | Number of offences recorded | 120
2019-01-01..2019-12-31 | Number of arrests made | 40
2019-01-01..2019-12-31 | Percentage leading to arrest | 33.3%
2020-01-01..2020-12-31 | Number of offences recorded | 150
2020-01-01..2020-12-31 | Number of arrests made | 30
2020-01-01..2020-12-31 | Percentage leading to arrest | 20.0%
2021-01-01..2021-12-31 | Number of offences recorded | 90
2021-01-01..2021-12-31 | Number of arrests made | 45
2021-01-01..2021-12-31 | Percentage leading to arrest | 50.0%
""",
    ),
    "shares beside counts under years": (
        """\
Outcome\t2019\t\t2020\t
\tNo.\t%\tNo.\t%
Charged\t10\t25%\t20\t40%
Not charged\t30\t75%\t30\t60%
""",
        """\
2019-01-01..2019-12-31 | Charged / No. | 10
2019-01-01..2019-12-31 | Charged / % | 25%
2020-01-01..2020-12-31 | Charged / No. | 20
2020-01-01..2020-12-31 | Charged / % | 40%
2019-01-01..2019-12-31 | Not charged / No. | 30
2019-01-01..2019-12-31 | Not charged / % | 75%
2020-01-01..2020-12-31 | Not charged / No. | 30
2020-01-01..2020-12-31 | Not charged / % | 60%
""",
    ),
    "months across and years down, totals of part of a year": (
        """\
Year\tJan\tFeb\tMar\tTotal
2019\t5\t6\t7\t18
2020\t1\t2\t3\t6
""",
        """\
2019-01-01..2019-01-31 |  | 5
2019-02-01..2019-02-28 |  | 6
2019-03-01..2019-03-31 |  | 7
2019-01-01..2019-03-31 row | Total | 18
2020-01-01..2020-01-31 |  | 1
2020-02-01..2020-02-29 |  | 2
2020-03-01..2020-03-31 |  | 3
2020-01-01..2020-03-31 row | Total | 6
""",
    ),
    "months down and years across": (
        """\
            2019    2020    2021
January        5       6       7
February       8       9      10
March         11      12      13
Total         24      27      30
""",
        """\
2019-01-01..2019-01-31 |  | 5
2020-01-01..2020-01-31 |  | 6
2021-01-01..2021-01-31 |  | 7
2019-02-01..2019-02-28 |  | 8
2020-02-01..2020-02-29 |  | 9
2021-02-01..2021-02-28 |  | 10
2019-03-01..2019-03-31 |  | 11
2020-03-01..2020-03-31 |  | 12
2021-03-01..2021-03-31 |  | 13
2019-01-01..2019-03-31 column | Total | 24
2020-01-01..2020-03-31 column | Total | 27
2021-01-01..2021-03-31 column | Total | 30
""",
    ),
    "total in the first column": (
        """\
Offence\tTotal\t2019\t2020
Arson\t10\t4\t6
Theft\t25\t12\t13
Total\t35\t16\t19
""",
        """\
2019-01-01..2020-12-31 row | Arson / Total | 10
2019-01-01..2019-12-31 | Arson | 4
2020-01-01..2020-12-31 | Arson | 6
2019-01-01..2020-12-31 row | Theft / Total | 25
2019-01-01..2019-12-31 | Theft | 12
2020-01-01..2020-12-31 | Theft | 13
2019-01-01..2020-12-31 grand | Total / Total | 35
2019-01-01..2019-12-31 column | Total | 16
2020-01-01..2020-12-31 column | Total | 19
""",
    ),
    "total in the first row, without the word": (
        """\
Force area\t2019\t2020
All areas\t60\t75
North\t10\t20
South\t20\t25
West\t30\t30
""",
        """\
2019-01-01..2019-12-31 column | All areas | 60
2020-01-01..2020-12-31 column | All areas | 75
2019-01-01..2019-12-31 | North | 10
2020-01-01..2020-12-31 | North | 20
2019-01-01..2019-12-31 | South | 20
2020-01-01..2020-12-31 | South | 25
2019-01-01..2019-12-31 | West | 30
2020-01-01..2020-12-31 | West | 30
""",
    ),
    "a measure a row": (
        """\
                              2018/19   2019/20   2020/21
Number of stop and searches     1,204     1,310     1,122
Number of arrests                 204       310       222
Arrest rate                     16.9%     23.7%     19.8%
""",
        """\
2018-04-01..2019-03-31 | Number of stop and searches | 1,204
2019-04-01..2020-03-31 | Number of stop and searches | 1,310
2020-04-01..2021-03-31 | Number of stop and searches | 1,122
2018-04-01..2019-03-31 | Number of arrests | 204
2019-04-01..2020-03-31 | Number of arrests | 310
2020-04-01..2021-03-31 | Number of arrests | 222
2018-04-01..2019-03-31 | Arrest rate | 16.9%
2019-04-01..2020-03-31 | Arrest rate | 23.7%
2020-04-01..2021-03-31 | Arrest rate | 19.8%
""",
    ),
    "two small tables under titles": (
        """\
Burglary
Year\tNumber
2019\t12
2020\t15

Robbery
Year\tNumber
2019\t3
2020\t5
""",
        """\
2019-01-01..2019-12-31 | Number | 12
2020-01-01..2020-12-31 | Number | 15
2019-01-01..2019-12-31 | Number | 3
2020-01-01..2020-12-31 | Number | 5
""",
    ),
    "footnote marks in the header": (
        """\
Offence\t2019*\t2020†\t2021 (to 30 June)
Arson\t5\t6\t7
Theft\t8*\t<5\t9
""",
        """\
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Arson | 6
2021-01-01..2021-06-30 | Arson | 7
2019-01-01..2019-12-31 | Theft | 8
2020-01-01..2020-12-31 | Theft | <5
2021-01-01..2021-06-30 | Theft | 9
""",
    ),
    "years as rows of their own": (
        """\
Division\tOffences
2019
North\t5
South\t6
2020
North\t7
South\t8
""",
        """\
2019-01-01..2019-12-31 | North / Offences | 5
2019-01-01..2019-12-31 | South / Offences | 6
2020-01-01..2020-12-31 | North / Offences | 7
2020-01-01..2020-12-31 | South / Offences | 8
""",
    ),
    "ranges of months in the header": (
        """\
Offence   Jan-Dec 2019   Jan-Dec 2020   Jan-Jun 2021
Arson                5              6              7
Theft               15             16             17
""",
        """\
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Arson | 6
2021-01-01..2021-06-30 | Arson | 7
2019-01-01..2019-12-31 | Theft | 15
2020-01-01..2020-12-31 | Theft | 16
2021-01-01..2021-06-30 | Theft | 17
""",
    ),
    "labels wrapped below their figures": (
        """\
Category of item                2019      2020
Mobile phones and              1,204     1,310
accessories
Laptops                          204       310
Other electronic               1,000     1,100
equipment
""",
        """\
2019-01-01..2019-12-31 | Mobile phones and accessories | 1,204
2020-01-01..2020-12-31 | Mobile phones and accessories | 1,310
2019-01-01..2019-12-31 | Laptops | 204
2020-01-01..2020-12-31 | Laptops | 310
2019-01-01..2019-12-31 | Other electronic equipment | 1,000
2020-01-01..2020-12-31 | Other electronic equipment | 1,100
""",
    ),
    "a cell a line with blank lines between": (
        """\
Year

Number of officers

2019

5

2020

6

2021

7
""",
        """\
2019-01-01..2019-12-31 | Number of officers | 5
2020-01-01..2020-12-31 | Number of officers | 6
2021-01-01..2021-12-31 | Number of officers | 7
""",
    ),
    "a cell a line with pipes, blank cells among them": (
        """\
Offence |
2019 |
2020 |
Arson |
5 |
|
Theft |
|
7 |
Total |
5 |
7 |
""",
        """\
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Theft | 7
2019-01-01..2019-12-31 column | Total | 5
2020-01-01..2020-12-31 column | Total | 7
""",
    ),
    "financial years with blanks around the dash": (
        """\
Financial Year    Number of Incidents
2016 - 2017                       123
2017 - 2018                       145
2018 - 2019                       167
""",
        """\
2016-04-01..2017-03-31 | Number of Incidents | 123
2017-04-01..2018-03-31 | Number of Incidents | 145
2018-04-01..2019-03-31 | Number of Incidents | 167
""",
    ),
    "a column that numbers the rows": (
        """\
No.\tOffence\t2019\t2020
1\tArson\t5\t6
2\tTheft\t7\t8
3\tFraud\t9\t10
""",
        """\
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Arson | 6
2019-01-01..2019-12-31 | Theft | 7
2020-01-01..2020-12-31 | Theft | 8
2019-01-01..2019-12-31 | Fraud | 9
2020-01-01..2020-12-31 | Fraud | 10
""",
    ),
    "bands over the columns": (
        """\
Gender     Under 18    18-24    25-34    35+
Male              5       12       20     31
Female            2        6       11     15
""",
        """\
- | Male / Under 18 | 5
- | Male / 18-24 | 12
- | Male / 25-34 | 20
- | Male / 35+ | 31
- | Female / Under 18 | 2
- | Female / 18-24 | 6
- | Female / 25-34 | 11
- | Female / 35+ | 15
""",
    ),
    "divisions over genders": (
        """\
                    North Division          South Division
Year              Male      Female        Male      Female
2019                 5           6           7           8
2020                 9          10          11          12
""",
        """\
2019-01-01..2019-12-31 | North Division / Male | 5
2019-01-01..2019-12-31 | North Division / Female | 6
2019-01-01..2019-12-31 | South Division / Male | 7
2019-01-01..2019-12-31 | South Division / Female | 8
2020-01-01..2020-12-31 | North Division / Male | 9
2020-01-01..2020-12-31 | North Division / Female | 10
2020-01-01..2020-12-31 | South Division / Male | 11
2020-01-01..2020-12-31 | South Division / Female | 12
""",
    ),
    "quarters under a year in the corner": (
        """\
2019/20        Number
Q1                 10
Q2                 20
Q3                 30
Q4                 40
Total             100
""",
        """\
2019-04-01..2019-06-30 | Number | 10
2019-07-01..2019-09-30 | Number | 20
2019-10-01..2019-12-31 | Number | 30
2020-01-01..2020-03-31 | Number | 40
2019-04-01..2020-03-31 column | Total / Number | 100
""",
    ),
    "ranges cut over two lines of the header": (
        """\
              Apr 2019 -    Apr 2020 -
              Mar 2020      Mar 2021
Arson                 5             6
Theft                 7             8
""",
        """\
2019-04-01..2020-03-31 | Arson | 5
2020-04-01..2021-03-31 | Arson | 6
2019-04-01..2020-03-31 | Theft | 7
2020-04-01..2021-03-31 | Theft | 8
""",
    ),
    "columns worked out from others": (
        """\
Offence\t2019\t2020\tDifference\t% change
Arson\t5\t6\t+1\t20%
Theft\t10\t8\t-2\t-20%
""",
        """\
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Arson | 6
2019-01-01..2019-12-31 | Theft | 10
2020-01-01..2020-12-31 | Theft | 8
""",
    ),
    "parts of a row below it": (
        """\
Offence group                  2019     2020
Violence                         30       40
  of which domestic              10       12
Sexual offences                  20       25
Total                            50       65
""",
        """\
2019-01-01..2019-12-31 | Violence | 30
2020-01-01..2020-12-31 | Violence | 40
2019-01-01..2019-12-31 | of which domestic | 10
2020-01-01..2020-12-31 | of which domestic | 12
2019-01-01..2019-12-31 | Sexual offences | 20
2020-01-01..2020-12-31 | Sexual offences | 25
2019-01-01..2019-12-31 column | Total | 50
2020-01-01..2020-12-31 column | Total | 65
""",
    ),
    "words in the place of figures": (
        """\
Force area     2019     2020
North             5        6
South       not held  not held
West              7        8
""",
        """\
2019-01-01..2019-12-31 | North | 5
2020-01-01..2020-12-31 | North | 6
2019-01-01..2019-12-31 | South | not held
2020-01-01..2020-12-31 | South | not held
2019-01-01..2019-12-31 | West | 7
2020-01-01..2020-12-31 | West | 8
""",
    ),
    "run on, both heads beginning alike": (
        """\
Year Number of crimes Number of arrests 2019 100 50 2020 110 60 2021 120 70
""",
        """\
2019-01-01..2019-12-31 | Number of crimes | 100
2019-01-01..2019-12-31 | Number of arrests | 50
2020-01-01..2020-12-31 | Number of crimes | 110
2020-01-01..2020-12-31 | Number of arrests | 60
2021-01-01..2021-12-31 | Number of crimes | 120
2021-01-01..2021-12-31 | Number of arrests | 70
""",
    ),
    "total in two languages": (
        """\
Blwyddyn\t2019\t2020
Gogledd / North\t5\t6
De / South\t7\t8
Cyfanswm / Total\t12\t14
""",
        """\
2019-01-01..2019-12-31 | Gogledd / North | 5
2020-01-01..2020-12-31 | Gogledd / North | 6
2019-01-01..2019-12-31 | De / South | 7
2020-01-01..2020-12-31 | De / South | 8
2019-01-01..2019-12-31 column | Cyfanswm / Total | 12
2020-01-01..2020-12-31 column | Cyfanswm / Total | 14
""",
    ),
    "continued on the next page": (
        """\
Offence        2019      2020
Arson             5         6
                                    Page 1 of 2
\fTable 1 continued
Offence        2019      2020
Theft             7         8
""",
        """\
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Arson | 6
2019-01-01..2019-12-31 | Theft | 7
2020-01-01..2020-12-31 | Theft | 8
""",
    ),
    "cut by the foot of a page": (
        """\
Offence        2019      2020
Arson             5         6

FOI 123/20                                     Page 1 of 2

Theft             7         8
Fraud             9         9
""",
        """\
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Arson | 6
2019-01-01..2019-12-31 | Theft | 7
2020-01-01..2020-12-31 | Theft | 8
2019-01-01..2019-12-31 | Fraud | 9
2020-01-01..2020-12-31 | Fraud | 9
""",
    ),
    "days in the header": (
        """\
Rank          As at 31 March 2019    As at 31 March 2020
Constable                     500                    510
Sergeant                      100                     98
""",
        """\
2019-03-31..2019-03-31 | Constable | 500
2020-03-31..2020-03-31 | Constable | 510
2019-03-31..2019-03-31 | Sergeant | 100
2020-03-31..2020-03-31 | Sergeant | 98
""",
    ),
    "shares in brackets": (
        """\
Outcome          2019         2020
Charged       12 (30%)     15 (33%)
Cautioned     28 (70%)     30 (67%)
""",
        """\
2019-01-01..2019-12-31 | Charged | 12 (30%)
2020-01-01..2020-12-31 | Charged | 15 (33%)
2019-01-01..2019-12-31 | Cautioned | 28 (70%)
2020-01-01..2020-12-31 | Cautioned | 30 (67%)
""",
    ),
    "bands of time": (
        """\
Response time             2019     2020
0 - 15 minutes              50       60
15 - 30 minutes             20       25
Over 1 hour                  5        6
""",
        """\
2019-01-01..2019-12-31 | 0 - 15 minutes | 50
2020-01-01..2020-12-31 | 0 - 15 minutes | 60
2019-01-01..2019-12-31 | 15 - 30 minutes | 20
2020-01-01..2020-12-31 | 15 - 30 minutes | 25
2019-01-01..2019-12-31 | Over 1 hour | 5
2020-01-01..2020-12-31 | Over 1 hour | 6
""",
    ),
    "another header below the first table": (
        """\
Area          2019   2020
North            5      6
South            7      8

Area          Charged   Cautioned
North               1           2
South               3           4
""",
        """\
2019-01-01..2019-12-31 | North | 5
2020-01-01..2020-12-31 | North | 6
2019-01-01..2019-12-31 | South | 7
2020-01-01..2020-12-31 | South | 8
- | North / Charged | 1
- | North / Cautioned | 2
- | South / Charged | 3
- | South / Cautioned | 4
""",
    ),
    "figures in the middle of labels of two lines and three": (
        """\
Department                   2019   2020
Major Crime and
Public Protection               5      6
Command
Roads Policing                  7      8
Intelligence and
Covert Policing                 9     10
Custody                        11     12
""",
        """\
2019-01-01..2019-12-31 | Major Crime and Public Protection Command | 5
2020-01-01..2020-12-31 | Major Crime and Public Protection Command | 6
2019-01-01..2019-12-31 | Roads Policing | 7
2020-01-01..2020-12-31 | Roads Policing | 8
2019-01-01..2019-12-31 | Intelligence and Covert Policing | 9
2020-01-01..2020-12-31 | Intelligence and Covert Policing | 10
2019-01-01..2019-12-31 | Custody | 11
2020-01-01..2020-12-31 | Custody | 12
""",
    ),
    "bold cells": (
        """\
| **Offence** | **2019** | **2020** |
|---|---:|---:|
| Arson | 5 | 6 |
| Theft | 7 | 8 |
| **Total** | **12** | **14** |
""",
        """\
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Arson | 6
2019-01-01..2019-12-31 | Theft | 7
2020-01-01..2020-12-31 | Theft | 8
2019-01-01..2019-12-31 column | Total | 12
2020-01-01..2020-12-31 column | Total | 14
""",
    ),
    "quarters beside years that are not repeated": (
        """\
Year\tQuarter\tCrimes
2019\tQ1\t5
\tQ2\t6
\tQ3\t7
\tQ4\t8
2020\tQ1\t9
""",
        """\
2019-01-01..2019-03-31 | Crimes | 5
2019-04-01..2019-06-30 | Crimes | 6
2019-07-01..2019-09-30 | Crimes | 7
2019-10-01..2019-12-31 | Crimes | 8
2020-01-01..2020-03-31 | Crimes | 9
""",
    ),
    "years in the last column": (
        """\
Offences   Arrests   Year
12              3    2019
15              4    2020
""",
        """\
2019-01-01..2019-12-31 | Offences | 12
2019-01-01..2019-12-31 | Arrests | 3
2020-01-01..2020-12-31 | Offences | 15
2020-01-01..2020-12-31 | Arrests | 4
""",
    ),
    "a title over all columns": (
        """\
                 Number of offences
Area         2019   2020   2021
North           5      6      7
South           1      8      9
""",
        """\
2019-01-01..2019-12-31 | North / Number of offences | 5
2020-01-01..2020-12-31 | North / Number of offences | 6
2021-01-01..2021-12-31 | North / Number of offences | 7
2019-01-01..2019-12-31 | South / Number of offences | 1
2020-01-01..2020-12-31 | South / Number of offences | 8
2021-01-01..2021-12-31 | South / Number of offences | 9
""",
    ),
    "heads of words over years in the first column": (
        """\
           Total number    Number of
           of incidents    incidents with
           recorded        an arrest
2019                120              40
2020                150              30
""",
        """\
2019-01-01..2019-12-31 | Total number of incidents recorded | 120
2019-01-01..2019-12-31 | Number of incidents with an arrest | 40
2020-01-01..2020-12-31 | Total number of incidents recorded | 150
2020-01-01..2020-12-31 | Number of incidents with an arrest | 30
""",
    ),
    "months with their years": (
        """\
Apr-19   12
May-19   15
Jun-19   17
Total    44
""",
        """\
2019-04-01..2019-04-30 |  | 12
2019-05-01..2019-05-31 |  | 15
2019-06-01..2019-06-30 |  | 17
2019-04-01..2019-06-30 column | Total | 44
""",
    ),
    "year and month in two columns": (
        """\
Year     Month       Offences
2019     November          12
         December          15
2020     January           17
""",
        """\
2019-11-01..2019-11-30 | Offences | 12
2019-12-01..2019-12-31 | Offences | 15
2020-01-01..2020-01-31 | Offences | 17
""",
    ),
    "nil, dashes and suppressed figures with single blanks": (
        """\
Offence 2019 2020
Arson Nil 6
Theft of a pedal cycle 7 <5
Fraud 0 -
""",
        """\
2019-01-01..2019-12-31 | Arson | Nil
2020-01-01..2020-12-31 | Arson | 6
2019-01-01..2019-12-31 | Theft of a pedal cycle | 7
2020-01-01..2020-12-31 | Theft of a pedal cycle | <5
2019-01-01..2019-12-31 | Fraud | 0
2020-01-01..2020-12-31 | Fraud | -
""",
    ),
    "shares in brackets, run on": (
        """\
Outcome 2019 2020 Charged 12 (30%) 15 (33%) Cautioned 28 (70%) 30 (67%)
""",
        """\
2019-01-01..2019-12-31 | Charged | 12 (30%)
2020-01-01..2020-12-31 | Charged | 15 (33%)
2019-01-01..2019-12-31 | Cautioned | 28 (70%)
2020-01-01..2020-12-31 | Cautioned | 30 (67%)
""",
    ),
    "total in the first row": (
        """\
Offence       2019   2020
Total           12     14
Arson            5      6
Theft            7      8
""",
        """\
2019-01-01..2019-12-31 column | Total | 12
2020-01-01..2020-12-31 column | Total | 14
2019-01-01..2019-12-31 | Arson | 5
2020-01-01..2020-12-31 | Arson | 6
2019-01-01..2019-12-31 | Theft | 7
2020-01-01..2020-12-31 | Theft | 8
""",
    ),
    "a cell a line, the first label on two lines": (
        """\
Rank
Number of officers
Chief
Superintendent
5
Superintendent
12
Total
17
""",
        """\
- | Chief Superintendent / Number of officers | 5
- | Superintendent / Number of officers | 12
- column | Total / Number of officers | 17
""",
    ),
    "a cell a line under a header of words": (
        """\
Rank
Number of officers
Constable
5
Sergeant
12
""",
        """\
- | Constable / Number of officers | 5
- | Sergeant / Number of officers | 12
""",
    ),
    "single blanks, heads beginning alike": (
        """\
Year Calls received Calls answered
2019 1,204,331 1,100,000
2020 1,310,000 1,200,000
""",
        """\
2019-01-01..2019-12-31 | Calls received | 1,204,331
2019-01-01..2019-12-31 | Calls answered | 1,100,000
2020-01-01..2020-12-31 | Calls received | 1,310,000
2020-01-01..2020-12-31 | Calls answered | 1,200,000
""",
    ),
    "quarters under years": (
        """\
                        2019              2020
                  Q1     Q2        Q1      Q2
North              5      6         7       8
South              1      2         3       4
""",
        """\
2019-01-01..2019-03-31 | North | 5
2019-04-01..2019-06-30 | North | 6
2020-01-01..2020-03-31 | North | 7
2020-04-01..2020-06-30 | North | 8
2019-01-01..2019-03-31 | South | 1
2019-04-01..2019-06-30 | South | 2
2020-01-01..2020-03-31 | South | 3
2020-04-01..2020-06-30 | South | 4
""",
    ),
    "numbers at the end of labels": (
        """\
Offence 2019 2020
Section 47 12 13
Section 20 5 6
""",
        """\
2019-01-01..2019-12-31 | Section 47 | 12
2020-01-01..2020-12-31 | Section 47 | 13
2019-01-01..2019-12-31 | Section 20 | 5
2020-01-01..2020-12-31 | Section 20 | 6
""",
    ),
    "figures that look like years, with single blanks": (
        """\
Offence 2019 2020
Arson 2015 2016
Theft 1999 2010
""",
        """\
2019-01-01..2019-12-31 | Arson | 2015
2020-01-01..2020-12-31 | Arson | 2016
2019-01-01..2019-12-31 | Theft | 1999
2020-01-01..2020-12-31 | Theft | 2010
""",
    ),
    "totals with their year": (
        """\
| Year | Region | Count |
|---|---|---|
| 2019 | North | 5 |
| | South | 6 |
| Total 2019 | | 11 |
| 2020 | North | 7 |
| | South | 8 |
| Total 2020 | | 15 |
""",
        """\
2019-01-01..2019-12-31 | North / Count | 5
2019-01-01..2019-12-31 | South / Count | 6
2019-01-01..2019-12-31 column | Total / Count | 11
2020-01-01..2020-12-31 | North / Count | 7
2020-01-01..2020-12-31 | South / Count | 8
2020-01-01..2020-12-31 column | Total / Count | 15
""",
    ),
    "a vanished cell that only one placement explains": (
        """\
Outcome
2019
2020
2021
Charged
5
6
Cautioned
1
2
3
Total
6
8
3
""",
        """\
2019-01-01..2019-12-31 | Charged | 5
2020-01-01..2020-12-31 | Charged | 6
2019-01-01..2019-12-31 | Cautioned | 1
2020-01-01..2020-12-31 | Cautioned | 2
2021-01-01..2021-12-31 | Cautioned | 3
2019-01-01..2019-12-31 column | Total | 6
2020-01-01..2020-12-31 column | Total | 8
2021-01-01..2021-12-31 column | Total | 3
""",
    ),
    "a last column of totals without a head": (
        """\
Area\t2019\t2020\t2021\t
North\t10\t20\t30\t60
South\t11\t21\t31\t63
""",
        """\
2019-01-01..2019-12-31 | North | 10
2020-01-01..2020-12-31 | North | 20
2021-01-01..2021-12-31 | North | 30
2019-01-01..2021-12-31 row | North | 60
2019-01-01..2019-12-31 | South | 11
2020-01-01..2020-12-31 | South | 21
2021-01-01..2021-12-31 | South | 31
2019-01-01..2021-12-31 row | South | 63
""",
    ),
    "months of a financial year across": (
        """\
Year\tApr\tMay\tJun\tJul\tAug\tSep\tOct\tNov\tDec\tJan\tFeb\tMar\tTotal
2019/20\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t78
""",
        """\
2019-04-01..2019-04-30 |  | 1
2019-05-01..2019-05-31 |  | 2
2019-06-01..2019-06-30 |  | 3
2019-07-01..2019-07-31 |  | 4
2019-08-01..2019-08-31 |  | 5
2019-09-01..2019-09-30 |  | 6
2019-10-01..2019-10-31 |  | 7
2019-11-01..2019-11-30 |  | 8
2019-12-01..2019-12-31 |  | 9
2020-01-01..2020-01-31 |  | 10
2020-02-01..2020-02-29 |  | 11
2020-03-01..2020-03-31 |  | 12
2019-04-01..2020-03-31 row | Total | 78
""",
    ),
    "a period in every label": (
        """\
Question | Answer
How many arrests in 2019? | 5
How many arrests in 2020? | 6
""",
        """\
2019-01-01..2019-12-31 | How many arrests / Answer | 5
2020-01-01..2020-12-31 | How many arrests / Answer | 6
""",
    ),
    "a total for every group": (
        """\
Force\tRank\t2019\t2020
North\tConstable\t5\t6
\tSergeant\t1\t2
\tTotal\t6\t8
South\tConstable\t7\t8
\tSergeant\t3\t4
\tTotal\t10\t12
Grand Total\t\t16\t20
""",
        """\
2019-01-01..2019-12-31 | North / Constable | 5
2020-01-01..2020-12-31 | North / Constable | 6
2019-01-01..2019-12-31 | North / Sergeant | 1
2020-01-01..2020-12-31 | North / Sergeant | 2
2019-01-01..2019-12-31 column | North / Total | 6
2020-01-01..2020-12-31 column | North / Total | 8
2019-01-01..2019-12-31 | South / Constable | 7
2020-01-01..2020-12-31 | South / Constable | 8
2019-01-01..2019-12-31 | South / Sergeant | 3
2020-01-01..2020-12-31 | South / Sergeant | 4
2019-01-01..2019-12-31 column | South / Total | 10
2020-01-01..2020-12-31 column | South / Total | 12
2019-01-01..2019-12-31 column | Grand Total | 16
2020-01-01..2020-12-31 column | Grand Total | 20
""",
    ),
    "rows of shares below rows of counts": (
        """\
Outcome\t2019\t2020
Charged\t10\t20
%\t10%\t20%
Cautioned\t90\t80
%\t90%\t80%
""",
        """\
2019-01-01..2019-12-31 | Charged | 10
2020-01-01..2020-12-31 | Charged | 20
2019-01-01..2019-12-31 | Charged / % | 10%
2020-01-01..2020-12-31 | Charged / % | 20%
2019-01-01..2019-12-31 | Cautioned | 90
2020-01-01..2020-12-31 | Cautioned | 80
2019-01-01..2019-12-31 | Cautioned / % | 90%
2020-01-01..2020-12-31 | Cautioned / % | 80%
""",
    ),
    "the same header under another title": (
        """\
2019
Offence        Number
Arson               5
Theft               6

2020
Offence        Number
Arson               7
Theft               8
""",
        """\
- | Arson / Number | 5
- | Theft / Number | 6
- | Arson / Number | 7
- | Theft / Number | 8
""",
    ),
    "two tables side by side": (
        """\
Year   Number        Year   Number
2015        5        2018        8
2016        6        2019        9
2017        7        2020       10
""",
        """\
2015-01-01..2015-12-31 | Number | 5
2018-01-01..2018-12-31 | Number | 8
2016-01-01..2016-12-31 | Number | 6
2019-01-01..2019-12-31 | Number | 9
2017-01-01..2017-12-31 | Number | 7
2020-01-01..2020-12-31 | Number | 10
""",
    ),
    "two lists of areas side by side": (
        """\
| Area | Number | Area | Number |
|---|---|---|---|
| North | 5 | East | 7 |
| South | 6 | West | 8 |
""",
        """\
- | North / Number | 5
- | East / Number | 7
- | South / Number | 6
- | West / Number | 8
""",
    ),
    "ranges of days cut over two lines": (
        """\
               01/04/2018-   01/04/2019-
               31/03/2019    31/03/2020
Arrests                12            15
Charges                 3             4
""",
        """\
2018-04-01..2019-03-31 | Arrests | 12
2019-04-01..2020-03-31 | Arrests | 15
2018-04-01..2019-03-31 | Charges | 3
2019-04-01..2020-03-31 | Charges | 4
""",
    ),
    "units below the years": (
        """\
             2019      2020
              (£)       (£)
Overtime    1,200     1,300
Travel        100       110
""",
        """\
2019-01-01..2019-12-31 | Overtime / £ | 1,200
2020-01-01..2020-12-31 | Overtime / £ | 1,300
2019-01-01..2019-12-31 | Travel / £ | 100
2020-01-01..2020-12-31 | Travel / £ | 110
""",
    ),
    "one row": (
        """\
              2019   2020   2021
Arrests         12     15     18
""",
        """\
2019-01-01..2019-12-31 | Arrests | 12
2020-01-01..2020-12-31 | Arrests | 15
2021-01-01..2021-12-31 | Arrests | 18
""",
    ),
    "two lines of header with single blanks": (
        """\
2019 2020
Area Male Female Male Female
North 1 2 3 4
South 5 6 7 8
""",
        """\
2019-01-01..2019-12-31 | North / Male | 1
2019-01-01..2019-12-31 | North / Female | 2
2020-01-01..2020-12-31 | North / Male | 3
2020-01-01..2020-12-31 | North / Female | 4
2019-01-01..2019-12-31 | South / Male | 5
2019-01-01..2019-12-31 | South / Female | 6
2020-01-01..2020-12-31 | South / Male | 7
2020-01-01..2020-12-31 | South / Female | 8
""",
    ),
    "heads over years that begin again": (
        """\
Recorded Charged
Offence 2019 2020 2019 2020
Arson 1 2 3 4
Fraud 5 6 7 8
""",
        """\
2019-01-01..2019-12-31 | Arson / Recorded | 1
2020-01-01..2020-12-31 | Arson / Recorded | 2
2019-01-01..2019-12-31 | Arson / Charged | 3
2020-01-01..2020-12-31 | Arson / Charged | 4
2019-01-01..2019-12-31 | Fraud / Recorded | 5
2020-01-01..2020-12-31 | Fraud / Recorded | 6
2019-01-01..2019-12-31 | Fraud / Charged | 7
2020-01-01..2020-12-31 | Fraud / Charged | 8
""",
    ),
    "groups of rows under a line of their own": (
        """\
Offence 2019 2020
Men
Arson 1 2
Fraud 3 4
Women
Arson 5 6
Fraud 7 8
""",
        """\
2019-01-01..2019-12-31 | Men / Arson | 1
2020-01-01..2020-12-31 | Men / Arson | 2
2019-01-01..2019-12-31 | Men / Fraud | 3
2020-01-01..2020-12-31 | Men / Fraud | 4
2019-01-01..2019-12-31 | Women / Arson | 5
2020-01-01..2020-12-31 | Women / Arson | 6
2019-01-01..2019-12-31 | Women / Fraud | 7
2020-01-01..2020-12-31 | Women / Fraud | 8
""",
    ),
    "a blank corner between pipes that stand between cells alone": (
        """\
 | 2019 | 2020 | Total
North | 1 | 2 | 3
South | 4 | 5 | 9
""",
        """\
2019-01-01..2019-12-31 | North | 1
2020-01-01..2020-12-31 | North | 2
2019-01-01..2020-12-31 row | North / Total | 3
2019-01-01..2019-12-31 | South | 4
2020-01-01..2020-12-31 | South | 5
2019-01-01..2020-12-31 row | South / Total | 9
""",
    ),
    "one period over one column with single blanks": (
        """\
Offence 2019/20
Arson 12
Fraud 8
""",
        """\
2019-04-01..2020-03-31 | Arson | 12
2019-04-01..2020-03-31 | Fraud | 8
""",
    ),
    "thousands of pounds in the header": (
        """\
Year         £000s
2018/19      1,204
2019/20      1,310
""",
        """\
2018-04-01..2019-03-31 | £000s | 1,204
2019-04-01..2020-03-31 | £000s | 1,310
""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_figure_has_its_period_and_labels(name: str) -> None:
    table, expected = CASES[name]
    figures, _ = read(table)
    assert figures == expected.splitlines()


REFUSED = {
    "heads of several words that cannot be parted": """\
Financial year Claims Compensation paid
2018/19 12 £12,000
2019/20 15 £14,500
2020/21 9 £8,250
""",
    "two lines of header whose heads do not repeat": """\
2019 2020
Male Female Reported Charged
North 1 2 3 4
South 5 6 7 8
""",
    "a row too short, nobody knows where": """\
Area       2019 2020 2021
North      5    6    7
South      8 9
""",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_told_is_refused(name: str) -> None:
    _, refusals = read(REFUSED[name])
    assert refusals & {"uncertain_table", "ambiguous_columns"}


HTML = {
    "a title over all columns that has the period": (
        (
            "<tr><td colspan=2>Arrests in 2019</td></tr><tr><td>Area</td><td>Number</td></tr>"
            "<tr><td>North</td><td>1</td></tr><tr><td>South</td><td>5</td></tr>"
        ),
        [
            "2019-01-01..2019-12-31 | North / Arrests / Number | 1",
            "2019-01-01..2019-12-31 | South / Arrests / Number | 5",
        ],
    ),
    "a figure beside two rows": (
        (
            "<tr><th>Offence</th><th>2019</th><th>2020</th></tr><tr><td>Arson</td><td rowspan=2>12</td><td>5</td></tr>"
            "<tr><td>Theft</td><td>4</td></tr>"
        ),
        ["2020-01-01..2020-12-31 | Arson | 5", "2020-01-01..2020-12-31 | Theft | 4"],
    ),
    "a header half way": (
        (
            "<tr><th>Area</th><th>2019</th></tr><tr><td>North</td><td>5</td></tr>"
            "<tr><th>Area</th><th>2020</th></tr><tr><td>North</td><td>6</td></tr>"
        ),
        ["2019-01-01..2019-12-31 | North | 5", "2020-01-01..2020-12-31 | North | 6"],
    ),
    "a share after each year": (
        (
            "<tr><th>Outcome</th><th>2019</th><th>%</th><th>2020</th><th>%</th></tr>"
            "<tr><td>Charged</td><td>5</td><td>50%</td><td>6</td><td>60%</td></tr>"
        ),
        [
            "2019-01-01..2019-12-31 | Charged | 5",
            "2019-01-01..2019-12-31 | Charged / % | 50%",
            "2020-01-01..2020-12-31 | Charged | 6",
            "2020-01-01..2020-12-31 | Charged / % | 60%",
        ],
    ),
    "years and figures inside one cell": (
        "<tr><td>Arson</td><td>2019 - 5<br>2020 - 6</td></tr><tr><td>Theft</td><td>2019 - 7<br>2020 - 8</td></tr>",
        [],
    ),
}


@pytest.mark.parametrize("name", HTML)
def test_cells_of_web_pages_are_paired_or_refused(name: str, tmp_path: Path) -> None:
    rows, expected = HTML[name]
    page = tmp_path / "reply.html"
    page.write_text(f"<html><body><p>See below.</p><table>{rows}</table></body></html>", encoding="utf8")
    [letter] = open_letters(page)
    assert isinstance(letter, Letter)
    paired = [pair(grid, text=letter.text) for grid in letter.grids]
    assert [line for one in paired for line in written(one)] == expected
    assert any(one.refusals for one in paired) == (
        name in {"a figure beside two rows", "years and figures inside one cell"}
    )
