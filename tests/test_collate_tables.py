"""What the tables of a collation say: corrected replies, copies, gaps, grades, totals."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import srsly

from foi_nlp.collate import CollateError, collate_records, method_note, read_campaign
from foi_nlp.collate.grading import line_of, reasons, type_by_days, verdict
from foi_nlp.collate.note import brief, years_said
from foi_nlp.records import (
    Authority,
    Caveat,
    Date,
    LetterOutcome,
    LetterRecord,
    Observation,
    Outcome,
    Period,
    Provision,
    Question,
    Reference,
)
from foi_nlp.resources import registers_folder
from foi_nlp.timeliness import timeliness_of
from tests.collate_support import REAL, found_records, gold_facts, gold_records, group_of

ASKED = "How many dogs were seized by your officers in 2019 and 2020?"


def letter(
    force: str,
    values: dict[str, int | None],
    *,
    source: str = "",
    date: str = "2021-03-01",
    reference: str = "1/21",
    question: str = ASKED,
    unit: str = "count",
    outcome: str = "disclosed_full",
    caveats: tuple[str, ...] = (),
    kind: str = "calendar_year",
    text: str = "",
) -> LetterRecord:
    """Give a letter that answers one question with a figure a year."""
    text = text or f"{question}\n{force} {date} {reference} {values}"
    figures = []
    for n, (year, value) in enumerate(values.items(), start=1):
        raw = "<5" if value is None else str(value)
        first = f"{year[:4]}-04-01" if kind == "financial_year" else f"{year[:4]}-01-01"
        last = f"{int(year[:4]) + 1}-03-31" if kind == "financial_year" else f"{year[:4]}-12-31"
        at = max(text.find(raw), 0)
        figures.append(
            Observation(
                id=f"o{n}",
                question="1",
                metric="dogs",
                period=Period(label=year, type=kind, start=first, end=last),  # type: ignore[arg-type]
                value=value,
                symbol=None if value is not None else "<5",
                low=None if value is not None else 1,
                high=None if value is not None else 4,
                status="reported" if value is not None else "suppressed",
                value_raw=raw,
                unit=unit,
                start=at,
                end=at + len(raw),
            )
        )
    return LetterRecord(
        source=source or f"{force}.txt",
        source_sha256="0",
        text_sha256=f"{abs(hash(text)):x}",
        text=text,
        authorities=[Authority(id=force, name=force, role="responder", start=0, end=0)],
        references=[Reference(value=reference, role="authority_reference", start=0, end=0)],
        dates=[Date(role="letter_date", iso=date, start=0, end=0)],
        questions=[Question(id="1", text=question, start=0, end=len(question))],
        outcomes=[Outcome(question="1", outcome=outcome, start=0, end=4)],
        letter_outcome=LetterOutcome(id="all_disclosed"),
        caveats=[Caveat(id=f"c{n}", category=c, start=0, end=4) for n, c in enumerate(caveats, start=1)],
        observations=figures,
    )


def test_letters_that_agree_can_be_compared_and_added() -> None:
    c = collate_records([letter("kent", {"2019": 3, "2020": 4}), letter("essex", {"2019": 10, "2020": 20})])
    assert {row["grade"] for row in c.tables["comparison"]} == {"comparable"}
    assert [(row["period_start"], row["total"]) for row in c.tables["totals"]] == [
        ("2019-01-01", 13),
        ("2020-01-01", 24),
    ]


@pytest.mark.parametrize(
    ("other", "grade", "reason"),
    [
        ({"values": {"2019": None}}, "not_comparable", "suppressed"),
        ({"values": {"2019": 9}, "caveats": ("not_comparable",)}, "not_comparable", "caveat.not_comparable"),
        ({"values": {"2019": 9}, "caveats": ("data_quality",)}, "with_care", "caveat.data_quality"),
        ({"values": {"2019": 9}, "outcome": "disclosed_proxy"}, "not_comparable", "proxy"),
        ({"values": {"2019/20": 9}, "kind": "financial_year"}, "not_comparable", "year_type"),
        ({"values": {"2019": 9}, "caveats": ("reuse_context",)}, "comparable", "caveat.reuse_context"),
    ],
)
def test_each_cell_carries_its_grade_and_reason(other: dict[str, object], grade: str, reason: str) -> None:
    c = collate_records([letter("kent", {"2019": 3}), letter("essex", **other)])  # type: ignore[arg-type]
    row = next(r for r in c.tables["comparison"] if r["authority_id"] == "essex" and r["observation_id"])
    assert row["grade"] == grade
    assert reason in str(row["reason_ids"]).split(";")


def test_no_sum_over_cells_that_cannot_be_added() -> None:
    c = collate_records([letter("kent", {"2019": 3}), letter("essex", {"2019": None})])
    (total,) = c.tables["totals"]
    assert total["total"] is None
    assert "essex: small number hidden" in str(total["why_not"])


def test_units_are_never_merged() -> None:
    c = collate_records([letter("kent", {"2019": 3}, unit="people"), letter("essex", {"2019": 5}, unit="offences")])
    assert {row["measure"] for row in c.tables["comparison"] if row["observation_id"]} == {
        "asked: people",
        "asked: offences",
    }
    assert c.tables["totals"] == []


def test_columns_that_are_read_as_metrics_are_lines_of_their_own() -> None:
    record = letter("kent", {"2019": 3, "2020": 4})
    first, second = record.observations
    first.table = second.table = "t1"
    second.period = first.period
    first.metric, second.metric = "Female", "Male"
    c = collate_records([record])
    assert {row["line"]: row["value"] for row in c.tables["comparison"] if row["observation_id"]} == {
        "Female": 3,
        "Male": 4,
    }


def test_two_values_for_one_cell_are_both_shown_and_not_compared() -> None:
    record = letter("kent", {"2019": 3, "2020": 4})
    record.observations[1].period = record.observations[0].period
    rows = [row for row in collate_records([record]).tables["comparison"] if row["observation_id"]]
    assert [(row["value"], row["grade"]) for row in rows] == [(3, "not_comparable"), (4, "not_comparable")]


def test_a_year_that_a_force_leaves_out_is_a_row_without_value() -> None:
    c = collate_records([letter("kent", {"2019": 3, "2020": 4}), letter("essex", {"2019": 10})])
    gap = next(row for row in c.tables["comparison"] if row["grade"] == "no_figure")
    assert (gap["authority_id"], gap["period_label"], gap["value"]) == ("essex", "2020", None)


@pytest.mark.parametrize(
    ("outcome", "status", "said"),
    [
        ("refused_cost", "refused_cost", "refused: it would cost more than the limit"),
        ("refused_accessible", "refused", "refused: available elsewhere"),
        ("ncnd", "ncnd", "neither confirmed nor denied"),
        ("not_addressed", "not_addressed", "the letter says nothing about it"),
        ("disclosed_full", "no_figure", "the letter gives no figure that could be read"),
    ],
)
def test_a_question_without_figure_says_why(outcome: str, status: str, said: str) -> None:
    (row,) = collate_records([letter("kent", {}, outcome=outcome)]).tables["comparison"]
    assert (row["value_status"], row["reasons"], row["grade"]) == (status, said, "no_figure")


def test_a_hidden_value_keeps_its_bounds_and_has_no_value() -> None:
    c = collate_records([letter("kent", {"2019": None})])
    row = next(r for r in c.tables["comparison"] if r["observation_id"])
    assert (row["value"], row["low"], row["high"], row["shown"]) == (None, 1, 4, "<5")


def test_the_same_letter_twice_counts_once() -> None:
    first = letter("kent", {"2019": 3, "2020": 4})
    c = collate_records(
        [first, first.model_copy(update={"source": "copy.txt"}), letter("essex", {"2019": 1, "2020": 1})]
    )
    assert len(c.tables["observations"]) == 4
    assert [row["code"] for row in c.tables["issues"]] == ["duplicate"]
    assert [row["duplicate_of"] is None for row in c.tables["letters"]] == [True, False, True]


def test_the_same_letter_in_two_formats_counts_once() -> None:
    first = letter("kent", {"2019": 3, "2020": 4})
    other = first.model_copy(update={"source": "kent.pdf", "text": first.text + "\n\f", "text_sha256": "beef"})
    assert [row["code"] for row in collate_records([first, other]).tables["issues"]] == ["duplicate"]


def test_a_corrected_reply_stands_instead_of_the_first() -> None:
    first = letter("kent", {"2019": 3, "2020": 4}, date="2021-03-01", source="first.txt")
    second = letter("kent", {"2019": 5, "2020": 4}, date="2021-04-01", source="second.txt")
    c = collate_records([second, first])
    values = [row["value"] for row in c.tables["comparison"] if row["period_label"] == "2019"]
    assert values == [5]
    assert sum(row["superseded_by"] is not None for row in c.tables["observations"]) == 2
    assert "corrected" in [row["code"] for row in c.tables["issues"]]


def test_two_replies_without_an_order_are_both_shown_and_not_compared() -> None:
    first = letter("kent", {"2019": 3}, source="a.txt", reference="1/21")
    second = letter("kent", {"2019": 5}, source="b.txt", reference="2/21")
    c = collate_records([first, second, letter("essex", {"2019": 1})])
    rows = [row for row in c.tables["comparison"] if row["authority_id"] == "kent" and row["observation_id"]]
    assert [row["value"] for row in rows] == [3, 5]
    assert all("two_replies" in str(row["reason_ids"]) for row in rows)
    assert all(total["total"] is None for total in c.tables["totals"])


def test_a_letter_of_nobody_known_is_named() -> None:
    record = letter("kent", {"2019": 3}).model_copy(update={"authorities": []})
    c = collate_records([record])
    assert [row["code"] for row in c.tables["issues"]] == ["no_authority"]
    assert [row["authority_id"] for row in c.tables["requests"]] == ["unknown"]


@pytest.mark.parametrize(
    ("breakdown", "unit", "line"),
    [
        ({}, "", "all"),
        ({"total": True}, "", "all"),
        ({"offence": "Violence Without Injury"}, "", "violence without injury"),
        ({"offence": "VIOLENCE WITHOUT INJURY"}, "", "violence without injury"),
        ({"outcome": "12: Suspect too ill"}, "", "suspect too ill"),
        ({"label": "Incidents"}, "incidents", "all"),
        ({"category": "a)"}, "", "all"),
        ({"grade": "A"}, "", "a"),
        ({"b": "Male", "a": "Arson"}, "", "arson / male"),
        ({"offence": "Arson", "total": True}, "", "arson"),
    ],
)
def test_the_line_of_a_breakdown(breakdown: dict[str, str | bool], unit: str, line: str) -> None:
    assert line_of(breakdown, unit) == line


def test_every_caveat_of_the_register_has_an_effect() -> None:
    assert {f"caveat.{row['id']}" for row in srsly.read_jsonl(registers_folder() / "caveats.jsonl")} <= reasons().keys()


def test_the_weightiest_reason_decides_the_grade() -> None:
    found = verdict(["caveat.data_quality", "proxy", "caveat.reuse_context"])
    assert found.grade == "not_comparable"
    assert [reason.id for reason in found.reasons] == ["proxy", "caveat.data_quality"]


CAMPAIGN = f"""
[campaign]
name = "Dogs seized"
request = "{ASKED}"
sent = 2021-02-01
reckoned_on = 2021-06-01
forces = ["kent", "Essex Police", "police-scotland"]
"""


def _campaign(folder: Path, text: str) -> Path:
    path = folder / "campaign.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_force_that_has_not_answered_is_a_row(tmp_path: Path) -> None:
    campaign = read_campaign(_campaign(tmp_path, CAMPAIGN))
    c = collate_records(
        [letter("kent", {"2019": 3, "2020": 1}), letter("essex", {"2019": 3, "2020": 2})], campaign=campaign
    )
    silent = next(row for row in c.tables["requests"] if row["authority_id"] == "police-scotland")
    assert (silent["answer"], silent["due"], silent["overdue"]) == ("no_reply", "2021-03-01", "yes")
    cell = next(row for row in c.tables["comparison"] if row["authority_id"] == "police-scotland")
    assert (cell["value_status"], cell["value"], cell["grade"]) == ("no_reply", None, "no_figure")
    assert "from 1 no reply is among the letters (Police Scotland)" in method_note(c)


def test_forces_that_answer_unasked_are_not_counted_among_those_asked(tmp_path: Path) -> None:
    text = CAMPAIGN.replace('"police-scotland"', '"police-scotland", "cumbria"')
    campaign = read_campaign(_campaign(tmp_path, text))
    forces = ("kent", "essex", "surrey", "durham")
    c = collate_records([letter(f, {"2019": n, "2020": 1}) for n, f in enumerate(forces, 3)], campaign=campaign)
    note = method_note(c)
    assert (
        "- 4 authorities were asked: 2 answered and from 2 no reply is among the letters "
        "(Cumbria Constabulary, Police Scotland).\n- 2 others also answered: Durham Constabulary, Surrey Police.\n"
    ) in note
    assert brief(c)[1].startswith("  2 of 4 authorities answered, and 2 others: ")
    assert c.tables["groups"][0]["asked"] == 4
    asked = {row["authority_id"] for row in c.tables["requests"] if row["asked"] == "yes"}
    assert asked == {"kent", "essex", "police-scotland", "cumbria"}


def test_a_letter_of_which_it_is_not_known_who_wrote_it_is_not_counted_among_those_asked(tmp_path: Path) -> None:
    campaign = read_campaign(_campaign(tmp_path, CAMPAIGN))
    stray = letter("surrey", {"2019": 3, "2020": 1}).model_copy(update={"authorities": []})
    c = collate_records([letter("kent", {"2019": 4, "2020": 1}), stray], campaign=campaign)
    assert "3 authorities were asked: 1 answered and from 2 no reply" in method_note(c)
    assert brief(c)[1].startswith("  1 of 3 authorities answered, and 1 other: ")


def test_a_letter_that_answers_another_request_is_left_out_and_named(tmp_path: Path) -> None:
    campaign = read_campaign(_campaign(tmp_path, CAMPAIGN))
    stray = letter("surrey", {"2019": 3}, question="How many dogs were seized by your officers in 2013 and 2014?")
    c = collate_records([letter("kent", {"2019": 3, "2020": 1}), stray], campaign=campaign)
    assert [row["letter_id"] for row in c.tables["replies"]] == [c.tables["letters"][0]["letter_id"]]
    (issue,) = [row for row in c.tables["issues"] if row["code"] == "left_out"]
    assert "2013, 2014" in str(issue["text"])


def test_a_campaign_whose_request_no_letter_answers_is_named(tmp_path: Path) -> None:
    campaign = read_campaign(_campaign(tmp_path, CAMPAIGN.replace("2019", "2013")))
    c = collate_records([letter("kent", {"2019": 3})], campaign=campaign)
    assert "no_letter" in [row["code"] for row in c.tables["issues"]]
    note = method_note(c)
    assert "3 authorities were asked: none answered and from 3 no reply is among the letters" in note
    assert "No question was refused" not in note


def test_a_campaign_file_overrides_the_grouping(tmp_path: Path) -> None:
    text = CAMPAIGN + '[letters]\ninclude = ["surrey.txt"]\nexclude = ["1/21"]\n'
    stray = letter("surrey", {"2019": 3}, question="Dogs?", reference="9/21")
    c = collate_records([letter("kent", {"2019": 3}), stray], campaign=read_campaign(_campaign(tmp_path, text)))
    assert [row["authority_id"] for row in c.tables["requests"] if row["answer"] == "answered"] == ["surrey"]
    assert "not_asked" in [row["code"] for row in c.tables["issues"]]


def test_one_force_under_two_names_counts_once(tmp_path: Path) -> None:
    text = CAMPAIGN.replace('"police-scotland"', '"Kent Police"')
    campaign = read_campaign(_campaign(tmp_path, text))
    assert list(campaign.asked) == ["kent", "essex"]
    assert "kent" in campaign.notes[0]


def test_a_force_named_in_both_lists_was_asked_on_its_own_day(tmp_path: Path) -> None:
    text = CAMPAIGN + '[[asked]]\nforce = "kent"\non = 2021-02-09\n'
    campaign = read_campaign(_campaign(tmp_path, text))
    assert str(campaign.asked["kent"]) == "2021-02-09"
    assert campaign.notes == (
        "“kent” is named twice: it counts once",
        "kent is in campaign.forces and in [[asked]]: the day of [[asked]] stands",
    )


TWO_DAYS = "".join(f'[[asked]]\nforce = "surrey"\non = 2021-02-0{day}\n' for day in (8, 9))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CAMPAIGN + TWO_DAYS, r"asked\[1\].force: surrey was asked on another day by asked\[0\].force"),
        (CAMPAIGN.replace('"kent"', '"kemt"'), "did you mean “kent”"),
        (CAMPAIGN.replace("sent =", "send ="), "campaign.send: is no key of the campaign file; did you mean “sent”"),
        (CAMPAIGN.replace("[campaign]", "[campain]"), "did you mean “campaign”|campaign: is missing"),
        (CAMPAIGN.replace("2021-02-01", '"1 February"'), "campaign.sent: is no date; write it without quotes as"),
        (CAMPAIGN.replace("2021-02-01", "soon"), "not valid TOML"),
        ('[campaign]\nname = "x"\n', "campaign.request"),
        (CAMPAIGN + '[[question]]\nid = "1"\ntext = "a"\n[[question]]\nid = "1"\ntext = "b"\n', "given twice"),
        (CAMPAIGN + '[[question]]\nid = "1a"\ntext = "a"\npart_of = "1"\n', "is no question here"),
    ],
)
def test_a_wrong_campaign_file_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CollateError, match=said) as error:
        read_campaign(_campaign(tmp_path, text))
    assert "campaign.toml" in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CAMPAIGN + '[letters]\ninclude = ["kennt.txt"]\n', "did you mean “kent.txt”"),
        (CAMPAIGN + '[[align]]\nletter = "kent.txt"\nquestion = "7"\nis = ["1"]\n', "has no question 7"),
        (CAMPAIGN + '[[align]]\nletter = "kent.txt"\nquestion = "1"\nis = ["9"]\n', "9 is no question"),
    ],
)
def test_a_campaign_file_that_fits_no_letter_is_refused(tmp_path: Path, text: str, said: str) -> None:
    campaign = read_campaign(_campaign(tmp_path, text))
    with pytest.raises(CollateError, match=said):
        collate_records([letter("kent", {"2019": 3})], campaign=campaign)


def test_a_table_by_year_and_by_hospital_answers_two_questions() -> None:
    c = collate_records(group_of("hospital-crimes-2019-2024"))
    rows = [r for r in c.tables["comparison"] if r["authority_id"] == "durham" and r["question_id"] == "1d"]
    assert len(rows) == 35
    whole = [r["value"] for r in c.tables["comparison"] if r["authority_id"] == "durham" and r["question_id"] == "1a"]
    assert whole == [141, 213, 289, 296, 404]


def test_a_proxy_never_fills_the_measure_asked_for() -> None:
    c = collate_records(group_of("spiking-2016-2021"))
    asked = {r["authority_id"] for r in c.tables["comparison"] if r["measure"] == "asked" and r["observation_id"]}
    assert asked == {"northumbria"}


@pytest.mark.skipif(not REAL.exists(), reason="the real letters are not beside this checkout")
def test_calendar_and_financial_years_of_one_request_are_kept_apart_and_said_so() -> None:
    c = collate_records(gold_records(REAL, REAL / "gold-text"))
    cells: dict[tuple[object, ...], set[object]] = {}
    for row in c.tables["comparison"]:
        if row["observation_id"]:
            cells.setdefault((row["period_start"], row["period_end"]), set()).add(row["authority_id"])
    assert all(len(forces) == 1 for forces in cells.values())
    (issue,) = [row for row in c.tables["issues"] if row["code"] == "year_types"]
    assert issue["text"] == (
        "calendar and financial years are kept apart (financial years were asked for): "
        "calendar years: Humberside Police; financial years: Cumbria Constabulary"
    )


def test_pandas_keeps_the_empty_apart_from_zero() -> None:
    pytest.importorskip("pandas")
    frame = collate_records([letter("kent", {"2019": 0, "2020": None})]).to_pandas("observations")
    assert frame["value"].isna().tolist() == [False, True]
    assert frame["value"].iloc[0] == 0


def test_the_pipelines_own_records_fall_into_the_request_groups_of_the_corpus() -> None:
    facts = gold_facts()
    c = collate_records(found_records())
    sources = {row["letter_id"]: str(row["source"]) for row in c.tables["letters"]}
    groups: dict[object, set[str]] = {}
    for row in c.tables["replies"]:
        groups.setdefault(row["group_id"], set()).add(sources[row["letter_id"]])
    wanted: dict[str, set[str]] = {}
    for gold in facts:
        if gold.get("request_group"):
            wanted.setdefault(gold["request_group"], set()).add(gold["file"])
    together = {frozenset(members) for members in groups.values() if len(members) > 1}
    assert together == {frozenset(members) for members in wanted.values()}


YEARS = {"2019": 3, "2020": 4, "2021": 5}


@pytest.mark.parametrize(
    ("said", "broken"),
    [
        ("We moved to a new recording system on 1 June 2020. Staff were trained.", {"2020", "2021"}),
        ("We moved to a new recording system. It began work in 2021 after a delay.", {"2021"}),
        ("We moved to a new recording system. Staff were trained.", {"2019", "2020", "2021"}),
        ("We moved to a new recording system on 4 March 2017.", set()),
        ("We moved to a new recording system.\n\nThe figures for 2021 are final.", {"2019", "2020", "2021"}),
    ],
)
def test_a_change_in_recording_breaks_the_years_that_reach_past_its_day(said: str, broken: set[str]) -> None:
    record = _with_change(letter("kent", dict(YEARS), text=f"{ASKED} 3 4 5\n\nPlease note. {said}"))
    assert _broken(record) == {(year, "all") for year in broken}


def test_a_change_in_recording_that_names_a_row_breaks_that_row_alone() -> None:
    record = letter("kent", dict(YEARS), text=f"{ASKED} 3 4 5\n\nThe rise at Mill Lane follows from a new system.")
    record.observations[1].breakdown = {"place": "Mill Lane"}
    assert _broken(_with_change(record)) == {("2020", "Mill Lane")}


def test_a_change_in_recording_that_is_placed_already_is_left_there() -> None:
    record = _with_change(letter("kent", dict(YEARS), text=f"{ASKED} 3 4 5. There is a new system."))
    record.observations[2].caveats = ["change"]
    assert _broken(record) == {("2021", "all")}


def _with_change(record: LetterRecord) -> LetterRecord:
    """Give the record with a change in recording where its text speaks of a system, and the dates it has there."""
    start = record.text.index("new ")
    change = Caveat(id="change", category="recording_change", scope="period", start=start, end=start + 3)
    found = [
        Date(role="event", iso=iso, start=record.text.index(said), end=record.text.index(said) + len(said))
        for said, iso in (("1 June 2020", "2020-06-01"), ("4 March 2017", "2017-03-04"))
        if said in record.text
    ]
    return record.model_copy(update={"caveats": [change], "dates": [*record.dates, *found]})


def _broken(record: LetterRecord) -> set[tuple[object, object]]:
    return {
        (row["period_label"], row["line"])
        for row in collate_records([record]).tables["comparison"]
        if row["observation_id"] and row["grade_over_time"] == "not_comparable"
    }


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2021-10-01", "2021-10-31", "month"),
        ("2021-01-01", "2021-12-31", "calendar_year"),
        ("2020-04-01", "2021-03-31", "financial_year"),
        ("2021-07-01", "2021-09-30", "quarter"),
        ("2021-02-01", "2021-04-30", "date_range"),
        ("2020-09-01", "2021-08-31", "date_range"),
        ("2021-10-02", "2021-10-31", "date_range"),
        ("2021-01-01", None, "date_range"),
        ("2021-01-01", "9999-12-31", "date_range"),
    ],
)
def test_one_stretch_of_time_has_one_type(start: str, end: str | None, wanted: str) -> None:
    assert type_by_days(Period(label="x", type="date_range", start=start, end=end)) == wanted


def test_a_part_of_a_year_is_never_taken_for_the_year() -> None:
    part = Period(label="2021", type="year_to_date", start="2021-01-01", end="2021-12-31", complete=False)
    assert type_by_days(part) == "year_to_date"


def test_one_month_written_in_two_ways_is_one_row_and_is_added() -> None:
    first, second = letter("kent", {"2019": 3}), letter("essex", {"2019": 4})
    first.observations[0].period = Period(label="May 2019", type="month", start="2019-05-01", end="2019-05-31")
    second.observations[0].period = Period(
        label="1 to 31 May 2019", type="date_range", start="2019-05-01", end="2019-05-31"
    )
    (total,) = collate_records([first, second]).tables["totals"]
    assert (total["period_type"], total["total"]) == ("month", 7)


def test_where_the_question_names_no_unit_the_one_that_most_forces_use_is_the_measure() -> None:
    c = collate_records(
        [letter(force, {"2019": 3}, unit=unit) for force, unit in
         (("kent", "animals"), ("essex", "animals"), ("surrey", "orders"))]
    )  # fmt: skip
    grades = {row["authority_id"]: row["grade"] for row in c.tables["comparison"] if row["observation_id"]}
    assert grades == {"kent": "comparable", "essex": "comparable", "surrey": "with_care"}


@pytest.mark.parametrize(
    ("label", "line"),
    [
        ("1. The number of dogs seized", "all"),
        ("Dogs seized by officers", "all"),
        ("Dogs", "Dogs"),
        ("Dogs in kennels", "Dogs in kennels"),
        ("Mill Lane", "Mill Lane"),
    ],
)
def test_a_label_that_only_repeats_the_question_splits_nothing(label: str, line: str) -> None:
    record = letter("kent", {"2019": 3})
    record.observations[0].breakdown = {"group": label}
    assert [r["line"] for r in collate_records([record]).tables["comparison"] if r["observation_id"]] == [line]


def test_a_label_of_one_of_several_things_asked_for_is_a_line() -> None:
    asked = "How many burglaries, robberies and thefts were there in 2019?"
    record = letter("kent", {"2019": 3}, question=asked)
    record.observations[0].breakdown = {"offence": "Burglary"}
    assert [r["line"] for r in collate_records([record]).tables["comparison"] if r["observation_id"]] == ["Burglary"]


def test_the_method_note_counts_what_the_tables_hold(tmp_path: Path) -> None:
    campaign = read_campaign(_campaign(tmp_path, CAMPAIGN))
    note = method_note(
        collate_records(
            [
                letter("kent", {"2019": 3, "2020": 1}),
                letter("essex", {"2019": None, "2020": 2}, caveats=("not_comparable",)),
                letter("essex", {"2019": 4, "2020": 2}, date="2021-05-01", caveats=("not_comparable",)),
            ],
            campaign=campaign,
        )
    )
    for sentence in (
        "3 authorities were asked: 2 answered and from 1 no reply is among the letters (Police Scotland).",
        "4 figures were given. Of these, 2 can be compared between forces, none with care and 2 cannot.",
        "Were it not for the letters' own warning not to compare them, 4 could be compared",
        "Several forces give a figure of the same kind in 2 rows; none of them could be added up.",
        "No question was refused.",
    ):
        assert f"\n- {sentence}" in note


@pytest.mark.parametrize(
    ("copies", "said"),
    [
        (0, "2 letters were read. Every figure is quoted"),
        (1, "3 letters were read. 1 of them is a copy of another and is not counted. Every figure is quoted"),
        (2, "4 letters were read. 2 of them are copies of others and are not counted. Every figure is quoted"),
    ],
)
def test_the_note_says_how_many_letters_are_copies(copies: int, said: str) -> None:
    first = letter("kent", {"2019": 3})
    again = [first.model_copy(update={"source": f"copy-{n}.txt"}) for n in range(copies)]
    assert said in method_note(collate_records([first, *again, letter("essex", {"2019": 4})]))


def test_without_a_campaign_file_the_note_says_nothing_of_who_was_asked() -> None:
    note = method_note(collate_records([letter("kent", {"2019": 3}), letter("essex", {"2019": 4})]))
    assert "- 2 authorities have answered: Essex Police, Kent Police." in note
    assert "asked:" not in note


@pytest.mark.parametrize(
    ("years", "kind", "said"),
    [
        ("2016;2017;2018", "calendar", "2016 to 2018 (calendar years)"),
        ("2016;2018", "calendar", "2016 and 2018 (calendar years)"),
        ("2018/19;2019/20;2020/21;2022/23", "financial", "2018/19 to 2020/21 and 2022/23 (financial years)"),
        ("2017;2018;2018/19", "both", "2017, 2018 and 2018/19"),
    ],
)
def test_years_are_said_as_ranges(years: str, kind: str, said: str) -> None:
    assert years_said(years, kind) == said


@pytest.mark.parametrize(
    ("year", "grade"),
    [("2018", "comparable"), ("2019", "not_comparable"), ("2020", "comparable"), ("2021", "not_comparable")],
)
def test_a_calendar_year_at_the_edge_of_the_financial_years_asked_for_may_be_a_part(year: str, grade: str) -> None:
    asked = "How many dogs were seized by your officers in 2019/20 and 2020/21?"
    c = collate_records([letter("kent", {year: 3}, question=asked)])
    (row,) = [r for r in c.tables["comparison"] if r["observation_id"]]
    assert row["grade_over_time"] == grade
    assert row["grade"] == "not_comparable"


def _rows_of(*breakdowns: dict[str, str | bool], years: tuple[str, ...] = ("2019", "2020")) -> list[object]:
    """Give the lines of the comparison of a letter with one table, whose rows have these breakdowns."""
    record = letter("kent", dict.fromkeys(years, 3))
    record.observations = [
        o.model_copy(update={"id": f"{o.id}-{n}", "breakdown": row, "table": "t1"})
        for n, row in enumerate(breakdowns)
        for o in record.observations
    ]
    rows = collate_records([record]).tables["comparison"]
    return list(dict.fromkeys(row["line"] for row in rows if row["observation_id"]))


def test_the_label_of_a_total_is_the_whole() -> None:
    parts: list[dict[str, str | bool]] = [{"area": "North"}, {"area": "South"}]
    assert _rows_of(*parts, {"area": "Shire", "total": True}) == ["all", "North", "South"]
    assert _rows_of(*parts, {"area": "Cyfanswm / Total", "total": True}) == ["all", "North", "South"]


def test_the_total_of_one_row_stays_that_row() -> None:
    assert _rows_of({"area": "North"}, {"area": "North", "total": True}) == ["North"]


def test_columns_of_totals_alone_leave_each_row_its_label() -> None:
    assert _rows_of({"area": "North", "total": True}, {"area": "South", "total": True}) == ["North", "South"]


def test_a_caveat_of_a_table_bears_on_its_figures_alone() -> None:
    record = letter("kent", {"2019": 3, "2020": 4}, caveats=("data_quality",))
    record.caveats[0].scope = "table t1"
    record.observations[0].table = "t1"
    rows = collate_records([record]).tables["comparison"]
    assert {row["period_label"]: row["grade"] for row in rows} == {"2019": "with_care", "2020": "comparable"}


@pytest.mark.parametrize(
    ("value", "unit", "grade"),
    [
        (0, "animals", "not_comparable"),
        (3, "animals", "not_comparable"),
        (8, "animals", "not_comparable"),
        (7, "animals", "with_care"),
        (5, "people", "with_care"),
        (3, "percent", "with_care"),
    ],
)
def test_a_figure_of_several_years_that_cannot_be_is_not_compared(value: int, unit: str, grade: str) -> None:
    record = letter("kent", {"2019": 3, "2020": 4, "2021": value}, unit=unit)
    record.observations[2].period = Period(label="2019-20", type="date_range", start="2019-01-01", end="2020-12-31")
    rows = collate_records([record]).tables["comparison"]
    (row,) = [row for row in rows if row["period_label"] == "2019-20"]
    assert row["grade"] == grade


def test_a_letter_that_counts_another_unit_elsewhere_is_compared_with_care() -> None:
    record = letter("kent", {"2019": 3, "2020": 4}, unit="incidents", question="How many incidents in 2019 and 2020?")
    record.questions.append(Question(id="2", text="How many incidents by day?", start=0, end=10))
    record.observations[1] = record.observations[1].model_copy(update={"question": "2", "unit": "crimes"})
    record.observations.append(record.observations[1].model_copy(update={"id": "o3", "unit": "incidents"}))
    rows = [row for row in collate_records([record]).tables["comparison"] if row["observation_id"]]
    assert {(row["question_id"], row["unit"]): row["grade"] for row in rows} == {
        ("1", "incidents"): "with_care",
        ("2", "incidents"): "with_care",
        ("2", "crimes"): "not_comparable",
    }


@pytest.mark.parametrize("name", ["Kent", "KENT POLICE (10412)", "Kent Police", "kent"])
def test_a_joint_letter_that_names_the_force_of_a_row_gives_its_figure_to_that_force(name: str) -> None:
    record = letter("kent", {"2019": 3})
    record.authorities = [
        Authority(id=force, name=force, role="joint_responder", start=0, end=0) for force in ("kent", "essex")
    ]
    record.observations[0].breakdown = {"category": name}
    (row,) = [row for row in collate_records([record]).tables["comparison"] if row["observation_id"]]
    assert (row["authority_id"], row["line"], row["grade"]) == ("kent", "all", "comparable")


def test_a_line_stands_in_the_words_of_most_figures_and_not_folded() -> None:
    def aged(force: str, label: str) -> LetterRecord:
        record = letter(force, {"2019": 3, "2020": 4})
        for o in record.observations:
            o.breakdown = {"age": label}
        return record

    c = collate_records(
        [aged("kent", "25-39 year olds"), aged("essex", "25-39 Year Olds"), aged("surrey", "25-39 year olds")]
    )
    assert {row["line"] for row in c.tables["comparison"] if row["observation_id"]} == {"25-39 year olds"}
    assert {row["line"] for row in c.tables["observations"]} == {"25-39 year olds"}
    assert [row["forces"] for row in c.tables["totals"]] == [3, 3]


def _holding(record: LetterRecord, *, outcome: str = "holding", of_question: str = "pit_extension") -> LetterRecord:
    record.observations = []
    record.letter_outcome = LetterOutcome(id=outcome)
    record.outcomes[0].outcome = of_question
    return record


def test_a_letter_that_gives_no_answer_yet_takes_the_place_of_none() -> None:
    holding = _holding(letter("kent", {}, date="", source="wait.txt", reference="2/21"))
    c = collate_records([letter("kent", {"2019": 3, "2020": 4}), holding])
    assert {row["grade"] for row in c.tables["comparison"]} == {"comparable"}
    assert [row["code"] for row in c.tables["issues"]] == ["several_letters"]
    assert [row["answer"] for row in c.tables["requests"]] == ["answered"]


def test_what_a_corrected_letter_said_is_no_reason_for_a_gap() -> None:
    first = letter("kent", {}, date="2021-03-01", reference="1/21", outcome="refused_cost")
    second = letter("kent", {}, date="2021-04-01", reference="2/21", outcome="not_held")
    c = collate_records([first, second])
    (gap,) = c.tables["comparison"]
    assert (gap["value_status"], gap["letter_id"]) == ("not_held", c.tables["letters"][1]["letter_id"])


def test_letters_without_an_order_correct_none() -> None:
    letters = [letter("kent", {"2019": n}, date="", reference=f"{n}/21", source=f"{n}.txt") for n in (1, 2)]
    assert [row["corrects"] for row in collate_records(letters).tables["replies"]] == [None, None]


def test_a_joint_letter_and_one_of_its_forces_alone_are_not_both_counted() -> None:
    joint = letter("kent", {"2019": 3}, date="2021-03-01", reference="1/21")
    joint.authorities += [Authority(id="essex", name="Essex Police", role="joint_responder", start=0, end=0)]
    alone = letter("kent", {"2019": 2}, date="2021-04-01", reference="2/21")
    c = collate_records([joint, alone])
    assert all("two_replies" in str(row["reason_ids"]) for row in c.tables["comparison"] if row["observation_id"])


def _clocked(record: LetterRecord, received: str) -> LetterRecord:
    record.dates.append(Date(role="received", iso=received, start=0, end=0))
    record.timeliness = timeliness_of(record.dates, regime=record.regime)
    return record


def test_a_reply_after_a_notice_of_more_time_has_forty_days() -> None:
    notice = _holding(
        _clocked(letter("kent", {}, date="2021-03-01", source="wait.txt", reference="2/21"), "2021-02-01")
    )
    reply = _clocked(letter("kent", {"2019": 3}, date="2021-03-29"), "2021-02-01")
    c = collate_records([notice, reply])
    first, second = c.tables["timeliness"]
    assert (first["limit"], first["in_time"]) == (20, "yes")
    assert (second["working_days"], second["limit"], second["in_time"]) == (39, 40, "yes")
    assert "public interest" in str(second["note"])
    assert _clocked(letter("kent", {}, date="2021-03-29"), "2021-02-01").timeliness.in_time is False


def test_while_more_time_is_taken_the_fortieth_day_is_due_and_after_a_clarification_none() -> None:
    notice = _holding(_clocked(letter("kent", {}, date="2021-03-01"), "2021-02-01"))
    asking = _holding(
        _clocked(letter("essex", {}, date="2021-03-01"), "2021-02-01"),
        outcome="clarification", of_question="clarification_sought",
    )  # fmt: skip
    due = {row["authority_id"]: row["due"] for row in collate_records([notice, asking]).tables["requests"]}
    assert due == {"kent": "2021-03-30", "essex": None}


def test_the_decision_of_a_review_has_no_clock() -> None:
    record = _clocked(letter("kent", {}, date="2021-09-01"), "2021-02-01")
    found = timeliness_of(record.dates, of_review=True)
    assert (found.working_days, found.in_time, found.deadline) == (None, None, None)
    assert (found.received, found.answered) == ("2021-02-01", "2021-09-01")


def test_the_days_of_the_clock_lead_to_their_places() -> None:
    text = "Received 1 February 2021. Dated 1 March 2021."
    record = letter("kent", {}, text=text)
    record.dates = [
        Date(role="letter_date", iso="2021-03-01", start=32, end=44),
        Date(role="received", iso="2021-02-01", start=9, end=24),
    ]
    record.timeliness = timeliness_of(record.dates)
    c = collate_records([record])
    (row,) = c.tables["timeliness"]
    said = {row["evidence_id"]: row["exact"] for row in c.tables["evidence"]}
    assert said[row["received_evidence_id"]] == "1 February 2021"
    assert said[row["answered_evidence_id"]] == "1 March 2021"


def test_a_sum_says_which_forces_are_not_in_it_and_what_limits_it(tmp_path: Path) -> None:
    campaign = _campaign(tmp_path, CAMPAIGN)
    forces = ("kent", "essex")
    records = [letter(f, {"2019": 3}, caveats=("estimate",) if f == "kent" else ()) for f in forces]
    (total,) = collate_records(records, campaign=read_campaign(campaign)).tables["totals"]
    assert total["total"] == 6
    assert total["with_care"] == "kent: the figure is an estimate"
    assert total["not_in_sum"] == "police-scotland"


def _two_requests() -> LetterRecord:
    """Give a letter that answers two requests, of which the second is refused on cost."""
    record = letter("kent", {"2019": 3, "2020": 4})
    other = letter("kent", {"2019": 7, "2020": 8}, question="How many bicycles were stolen in 2019 and 2020?")
    for part, found in (("1/21", record), ("2/21", other)):
        found.questions[0] = found.questions[0].model_copy(update={"id": f"{part}/1"})
        found.outcomes[0] = found.outcomes[0].model_copy(update={"question": f"{part}/1"})
        for o in found.observations:
            o.question = f"{part}/1"
    other.observations = [o.model_copy(update={"id": f"{o.id}b"}) for o in other.observations]
    other.outcomes[0].outcome = "refused_cost"
    cost = Provision(id="foia.12(1)", status="cited", questions=["2/21/1"], start=0, end=4)
    return record.model_copy(
        update={
            "questions": record.questions + other.questions,
            "outcomes": record.outcomes + other.outcomes,
            "observations": record.observations + other.observations,
            "provisions": [cost],
        }
    )


def test_of_a_letter_to_two_requests_a_campaign_takes_its_own_part_alone(tmp_path: Path) -> None:
    campaign = read_campaign(_campaign(tmp_path, CAMPAIGN))
    c = collate_records([_two_requests(), letter("essex", {"2019": 1, "2020": 2})], campaign=campaign)
    given = [row["value"] for row in c.rows("comparison", authority_id="kent") if row["observation_id"]]
    assert given == [3, 4]
    note = method_note(c)
    assert "No question was refused." in note
    assert "kent.txt (2/21) is not part of the campaign" in note


def test_the_latest_letter_stands_though_two_earlier_ones_bear_one_date() -> None:
    days = (("2021-03-01", 1), ("2021-03-01", 2), ("2021-04-01", 3))
    c = collate_records([letter("kent", {"2019": n}, date=day, reference=f"{n}/21") for day, n in days])
    assert [row["value"] for row in c.tables["comparison"] if row["observation_id"]] == [3]
    assert "Of 1 first reply" in method_note(c)


def test_a_run_without_letters_is_named() -> None:
    assert "the runs hold no letters" in "".join(brief(collate_records([])))


def _numbers(note: str, pattern: str) -> list[int]:
    found = re.search(pattern, note)
    assert found, pattern
    return [0 if number == "none" else int(number) for number in found.groups()]


@pytest.mark.parametrize("group", ["spiking-2016-2021", "hospital-crimes-2019-2024"])
def test_every_number_of_the_method_note_is_a_count_of_the_tables(group: str) -> None:
    c = collate_records(group_of(group))
    note = method_note(c)
    figures = [row for row in c.tables["comparison"] if row["observation_id"]]
    grades = Counter(row["grade"] for row in figures)
    wanted = [len(figures), grades["comparable"], grades["with_care"], grades["not_comparable"]]
    count = r"(\d+|none)"
    assert _numbers(note, rf"{count} figures were given. Of these, {count} can be compared between forces, "
                    rf"{count} with care and {count} cannot") == wanted  # fmt: skip
    rest = Counter(verdict({*str(r["reason_ids"] or "").split(";")} - {"caveat.not_comparable"}).grade for r in figures)
    warned = (
        rf"warning not to compare them, {count} could be compared between forces, {count} with care and {count} could"
    )
    assert _numbers(note, warned) == [rest["comparable"], rest["with_care"], rest["not_comparable"]]
    summed = sum(row["total"] is not None for row in c.tables["totals"])
    if c.tables["totals"]:
        assert _numbers(note, rf"same kind in {count} rows?; {count} of them") == [len(c.tables["totals"]), summed]
    clocks = c.tables["timeliness"]
    in_time = sum(row["in_time"] == "yes" for row in clocks)
    assert _numbers(note, rf"Of {count} first repl(?:y|ies), {count} came in time") == [len(clocks), in_time]
    answered = sum(row["answer"] == "answered" for row in c.tables["requests"])
    assert _numbers(note, rf"{count} authorities have answered") == [answered]
    assert _numbers(note, rf"{count} letters were read") == [len(c.tables["letters"])]
    named = {row["name"] for row in c.tables["authorities"]}
    assert all(name in note for name in named)


def test_a_question_that_is_answered_no_has_no_figure_and_says_so() -> None:
    (gap,) = collate_records([letter("kent", {}, outcome="answered_negative")]).tables["comparison"]
    assert (gap["value"], gap["value_status"]) == (None, "no_figure")
    assert gap["reasons"] == "the letter answers no, or none, and gives no figure"
