"""What is written: files that people open, and that hold what the tables hold."""

from __future__ import annotations

import csv
import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foi_nlp.collate import CollateError, Collation, collate_records, method_note, write
from foi_nlp.collate.charts import Bar, can_draw, year_panel
from foi_nlp.collate.package import csv_text, text_from_csv
from foi_nlp.collate.report import marked, quotes, report_html
from foi_nlp.collate.schema import BY_NAME, TABLES, Row
from foi_nlp.records import Date, Period
from foi_nlp.timeliness import timeliness_of
from tests.collate_support import ROOT, group_of
from tests.test_collate_tables import letter

FORMULAS = ("=1+1", "+44", "-", "@cmd", "\t=x", "\r=x", "00123", "1E5", "4/12", "'quoted", '=HYPERLINK("http://x")')
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">&"\'\u202e\x00'


@pytest.fixture(scope="module")
def hospital() -> Collation:
    return collate_records(group_of("hospital-crimes-2019-2024"))


@pytest.fixture(scope="module")
def folder(hospital: Collation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(hospital, tmp_path_factory.mktemp("collation") / "out")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_or_change_is_escaped_in_csv(text: str) -> None:
    assert csv_text(text) == "'" + text
    assert text_from_csv(csv_text(text)) == text


@pytest.mark.parametrize("text", ["2019-04-01", "1a", "635", "FOI 1306/25", "<5", "Kent", ""])
def test_other_texts_stay_as_they_are_in_csv(text: str) -> None:
    assert csv_text(text) == text


@given(st.text())
def test_every_text_comes_back_from_csv(text: str) -> None:
    assert text_from_csv(csv_text(text)) == text


def test_csv_holds_what_the_tables_hold(hospital: Collation, folder: Path) -> None:
    for table in TABLES:
        with (folder / "csv" / f"{table.name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(hospital.tables[table.name])
        for written, row in zip(rows, hospital.tables[table.name], strict=True):
            for column in table.columns:
                value = row[column.name]
                if column.kind == "text":
                    assert text_from_csv(written[column.name]) == (value or "")
                elif column.kind == "number":
                    assert written[column.name] == "" if value is None else float(written[column.name]) == value


def test_the_data_package_validates(folder: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]


def test_a_hostile_collation_validates_too(tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    records = [letter("kent", {"2019": 3}, source=text, reference=text) for text in FORMULAS[:4]]
    folder = write(collate_records(records), tmp_path / "out", report=False)
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]


def test_the_database_has_types_and_links_that_hold(hospital: Collation, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "collation.sqlite")) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        kinds = dict(database.execute("SELECT name, type FROM pragma_table_info('observations')").fetchall())
        assert (kinds["value"], kinds["value_raw"], kinds["period_label"]) == ("REAL", "TEXT", "TEXT")
        (count,) = database.execute("SELECT count(*) FROM comparison").fetchone()
        assert count == len(hospital.tables["comparison"])
        quoted = database.execute(
            "SELECT o.value_raw, e.exact FROM observations o JOIN evidence e USING (evidence_id)"
        ).fetchall()
    assert quoted
    assert all(raw.strip() in exact for raw, exact in quoted)


def test_a_wrong_value_is_refused_by_the_database(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "collation.sqlite")) as database:
        database.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("UPDATE comparison SET grade = 'excellent'")


def test_datasette_serves_the_database(folder: Path) -> None:
    pytest.importorskip("datasette", reason="datasette is not installed")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        str(folder / "collation.sqlite"),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = (
                f"http://127.0.0.1:{port}/collation/comparison.json?_size=1&_shape=array&authority_id=cumbria&value=635"
            )
            rows = json.loads(_fetched(address))
        finally:
            server.terminate()
    assert [row["authority_id"] for row in rows] == ["cumbria"]


def _fetched(address: str) -> bytes:
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  # loopback
                return bytes(answer.read())
        except OSError:
            time.sleep(0.25)
    raise AssertionError("datasette did not come up")


def test_texts_stay_texts_in_the_workbook(tmp_path: Path) -> None:
    calamine = pytest.importorskip("python_calamine")
    records = [letter("kent", {"2019": 3}, source=text, reference=f"{n}/21") for n, text in enumerate(FORMULAS)]
    folder = write(collate_records(records), tmp_path / "out", report=False)
    book = calamine.CalamineWorkbook.from_path(str(folder / "collation.xlsx"))
    rows = book.get_sheet_by_name("letters").to_python()
    at = rows[0].index("source")
    assert {row[at] for row in rows[1:]} == set(FORMULAS)
    with zipfile.ZipFile(folder / "collation.xlsx") as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name)


def test_the_workbook_has_a_sheet_a_table_frozen_headers_notes_and_links(folder: Path) -> None:
    with zipfile.ZipFile(folder / "collation.xlsx") as parts:
        book = parts.read("xl/workbook.xml").decode()
        sheets = re.findall(r'<sheet name="(\w+)"', book)
        assert set(sheets) == {"about", *BY_NAME}
        comparison = parts.read(f"xl/worksheets/sheet{sheets.index('comparison') + 1}.xml").decode()
        notes = "".join(parts.read(name).decode() for name in parts.namelist() if "comments" in name)
    assert 'state="frozen"' in comparison
    assert "'evidence'!A" in comparison
    assert "the letter says not to compare it" in notes


def test_parquet_holds_the_figures(hospital: Collation, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder = write(hospital, tmp_path / "it's out", parquet=True, report=False)
    path = str(folder / "parquet" / "observations.parquet")
    with duckdb.connect() as database:
        total = database.execute("SELECT count(*), sum(value) FROM read_parquet(?)", [path]).fetchone()
    values = [row["value"] for row in hospital.tables["observations"]]
    assert total == (len(values), sum(float(v) for v in values if v is not None))


def test_writing_twice_gives_the_same_bytes(hospital: Collation, folder: Path, tmp_path: Path) -> None:
    again = write(hospital, tmp_path / "again")
    for name in ("collation.xlsx", "collation.sqlite", "report.html", "method.md", "datapackage.json"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_folder_with_other_files_is_left_alone(hospital: Collation, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(CollateError, match="holds files that are no collation"):
        write(hospital, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_earlier_collation_is_replaced(hospital: Collation, tmp_path: Path) -> None:
    folder = write(hospital, tmp_path / "out")
    write(collate_records([letter("kent", {"2019": 3})]), folder, report=False)
    assert not (folder / "report.html").exists()
    assert "Kent" in (folder / "csv" / "authorities.csv").read_text(encoding="utf-8-sig")


def test_the_report_runs_and_fetches_nothing() -> None:
    record = letter("kent", {"2019": 3}, text=f"{HOSTILE} 3 {HOSTILE}", source=HOSTILE, reference=HOSTILE)
    record.questions[0].text = HOSTILE
    record.observations[0].metric = HOSTILE
    record.observations[0].breakdown = {"x": HOSTILE}
    record.observations[0].period.label = HOSTILE
    page = report_html(collate_records([record, letter("essex", {"2019": 3})]))
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r'(?:src|href|action)="(?!#)', page)
    assert "\u202e" not in page
    assert "default-src 'none'" in page


def test_hostile_text_and_repeated_ids_break_no_output(tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    record = letter("kent", {"2019": 3, "2020": 4}, text=f"{HOSTILE} 3 4 {HOSTILE}", source=HOSTILE, reference=HOSTILE)
    record.questions += [record.questions[0].model_copy(update={"text": HOSTILE})]
    record.observations += record.observations
    record.caveats += letter("kent", {}, caveats=("estimate",)).caveats * 2
    folder = write(collate_records([record, letter("essex", {"2019": 3})]), tmp_path / "out", parquet=True)
    assert frictionless.validate(str(folder / "datapackage.json")).valid
    with closing(sqlite3.connect(folder / "collation.sqlite")) as database:
        (source,) = database.execute("SELECT source FROM letters LIMIT 1").fetchone()
    assert source == HOSTILE


ODD_DAYS = st.sampled_from(
    [None, "", "2019", "2019-04", "2019-01-01", "2019-12-31", "2020-12-31", "9999-12-31", "soon"]
)
ODD_TYPES = st.sampled_from(["calendar_year", "financial_year", "year_to_date", "date_range", "month", "instant"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(ODD_TYPES, ODD_DAYS, ODD_DAYS, st.booleans()), min_size=1, max_size=4))
def test_odd_days_of_a_corrected_record_break_nothing(periods: list[tuple[str, str | None, str | None, bool]]) -> None:
    record = letter("kent", {str(2019 + n): 3 for n in range(len(periods))}, caveats=("recording_change",))
    record.caveats[0].scope = "period"
    for figure, (kind, start, end, complete) in zip(record.observations, periods, strict=True):
        figure.period = Period(label="x", type=kind, start=start, end=end, complete=complete)  # type: ignore[arg-type]
    collation = collate_records([record, letter("essex", {"2019": 3})])
    assert "Kent Police" in method_note(collation)
    assert "<table>" in report_html(collation)


def test_every_figure_leads_to_its_quote(hospital: Collation) -> None:
    page = report_html(hospital)
    targets = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= targets
    shown = {row["evidence_id"] for row in hospital.tables["comparison"] if row["observation_id"]}
    assert shown <= links


def test_a_report_of_quotes_only_holds_no_whole_letter(hospital: Collation) -> None:
    page = report_html(hospital, whole_letters=False)
    targets = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= targets
    assert len(page) < len(report_html(hospital))


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
def test_marking_loses_no_text(text: str, spans: list[tuple[int, int]]) -> None:
    pytest.importorskip("markupsafe")
    places: list[Row] = [
        {"evidence_id": f"e{n}", "char_start": min(a, b, len(text)), "char_end": min(max(a, b), len(text))}
        for n, (a, b) in enumerate(spans)
        if min(a, b) < min(max(a, b), len(text))
    ]
    html = str(marked(text, places))
    assert len(re.findall(r'<a class="at"', html)) == len(places)
    bare = re.sub(r"</?mark>|<a class=\"at\" id=\"e\d\"></a>", "", html)
    assert str(marked(text, [])) == bare
    assert str(quotes(text, places)).count('<a class="at"') == len(places)


@pytest.mark.skipif(not can_draw(), reason="vl-convert is not installed")
def test_a_panel_draws_a_bar_a_value_and_names_itself() -> None:
    bars = [Bar("2019", 3), Bar("2020", 5, whole=False), Bar("2021", None, 1, 4)]
    drawn = str(year_panel(bars, labels=["2019", "2020", "2021"], most=5, description='Kent <"x">'))
    assert drawn.startswith("<svg")
    assert 'aria-label="Kent &lt;&#34;x&#34;&gt;"' in drawn
    assert "stroke-dasharray" in drawn


def test_without_the_library_the_report_says_that_charts_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    page = report_html(collate_records([letter("kent", {"2019": 3})]))
    assert "foi-nlp[report]" in page
    assert "<svg" not in page


@pytest.mark.skipif(not can_draw(), reason="vl-convert is not installed")
def test_charts_that_would_make_the_page_too_long_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foi_nlp.collate.report._MOST_PANELS", 2)
    page = report_html(collate_records([letter(force, {"2019": 3}) for force in ("kent", "essex", "surrey")]))
    assert page.count("<figcaption>") == 2
    assert "would grow too long: 1." in page


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_fits_a_browser_and_a_figure_opens_its_letter(folder: Path, width: int) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    browser_path = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None)
    if browser_path is None:
        pytest.skip("Chromium is not installed")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=browser_path, args=flags)
        page = browser.new_page(viewport={"width": width, "height": 900})
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto((folder / "report.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("td.n a >> nth=0")
        assert page.evaluate("document.querySelector(':target').closest('details').open")
        box = page.evaluate("document.querySelector(':target + mark, :target + a + mark').getBoundingClientRect().top")
        assert 0 <= box < 900
        browser.close()
    assert len(asked) == 1
    assert said == []


def test_the_notebook_runs_and_finds_the_table() -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    path = ROOT / "docs" / "notebooks" / "collate.ipynb"
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    client.execute()
    texts = [str(output) for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("authority_id" in text for text in texts)


def test_the_contents_say_who_was_asked_only_where_it_is_known() -> None:
    other = "How many knives were seized by your officers in 2011?"
    letters = [letter(f, {"2019": n}) for n, f in enumerate(("kent", "essex", "surrey"))]
    letters += [letter(f, {"2011": n}, question=other) for n, f in enumerate(("durham", "cumbria"))]
    page = report_html(collate_records(letters))
    assert "</a> (3 answered)</li>" in page
    assert "</a> (2 answered)</li>" in page
    assert " asked)</li>" not in page


def test_the_command_writes_everything_and_says_what_it_found(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    lines = [record.model_dump_json(by_alias=True) for record in group_of("spiking-2016-2021")]
    (run / "letters.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code = "import typer; from foi_nlp.cli.collate import collate; app = typer.Typer(); app.command()(collate); app()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(run), "--output", str(tmp_path / "out")],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert "3 authorities answered: How many" in done.stdout
    made = {path.name for path in (tmp_path / "out").iterdir()}
    assert made == {"csv", "collation.sqlite", "collation.xlsx", "report.html", "method.md", "datapackage.json"}


def test_a_wrong_campaign_file_is_one_line_and_code_2(tmp_path: Path) -> None:
    run = tmp_path / "letters.jsonl"
    run.write_text(letter("kent", {"2019": 3}).model_dump_json(by_alias=True) + "\n", encoding="utf-8")
    campaign = tmp_path / "campaign.toml"
    campaign.write_text('[campaign]\nname = "x"\nrequest = "y"\nforces = ["kemt"]\n', encoding="utf-8")
    code = "import typer; from foi_nlp.cli.collate import collate; app = typer.Typer(); app.command()(collate); app()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(run), "-o", str(tmp_path / "out"), "--campaign", str(campaign)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2
    assert "did you mean “kent”" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not can_draw(), reason="vl-convert is not installed")
def test_the_clocks_of_two_letters_of_one_force_are_two_bars() -> None:
    letters = []
    for n, day in enumerate(("2021-03-01", "2021-03-01"), start=1):
        record = letter("kent", {"2019": n}, date=day, reference=f"{n}/21", source=f"{n}.txt")
        record.dates.append(Date(role="received", iso="2021-02-01", start=0, end=0))
        record.timeliness = timeliness_of(record.dates)
        letters.append(record)
    page = report_html(collate_records(letters))
    assert "Working days taken. Kent Police (1.txt): 20 of 20; Kent Police (2.txt): 20 of 20" in page


def test_marks_that_a_whole_row_shares_stand_beside_its_name_once() -> None:
    record = letter("kent", {"2019": 3, "2020": 4, "2021": 5}, caveats=("estimate", "data_quality"))
    record.caveats[1].scope = "cells"
    record.observations[0].caveats = [record.caveats[1].id]
    page = report_html(collate_records([record, letter("essex", {"2019": 3, "2020": 4})]))
    assert re.search(r'<th scope="row">Kent Police<sup>[a-z]</sup></th>', page)
    row = page.split('<th scope="row">Kent Police<sup>')[1].split("</tr>")[0]
    assert row.count("</sup></td>") == 1


def test_the_shades_of_cells_are_explained_where_they_occur() -> None:
    plain = [letter(force, {"2019": 3}) for force in ("kent", "essex")]
    assert 'class="small shades"' not in report_html(collate_records(plain))
    limited = letter("surrey", {"2019": 3}, caveats=("estimate",))
    assert '<span class="with_care">Blue</span>: with care.' in report_html(collate_records([*plain, limited]))
