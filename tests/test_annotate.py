"""The command `annotate`: what it writes, and what it says of bad input."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin
from typer.testing import CliRunner

from foi_nlp.cli import app
from foi_nlp.patterns import load_rules
from foi_nlp.records import LetterRecord
from foi_nlp.run import Inputs, Options, annotate_files, gather
from foi_nlp.store import CSV_COLUMNS, Tally, observation_rows, read_records
from tests.shared_files import CORPUS, ROOT

LETTER = "Our Ref: 123/21\n\nResponse\n\nQ1 - 88\n\nYear\tTotal\n2019\t12\n2020\t<5\n"
ODD_NAMES = ["1.txt", "two words.txt", "ünï.md"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    letters = tmp_path / "letters"
    letters.mkdir()
    for name in ODD_NAMES:
        (letters / name).write_text(LETTER, encoding="utf-8")
    return letters


def foi(*arguments: object, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "foi_nlp", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, cwd=ROOT)


def run_json(run: Path) -> dict[str, dict[str, int]]:
    data: dict[str, dict[str, int]] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return data


def test_a_run_holds_its_four_files_and_says_its_counts(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["annotate", str(folder), "--output", str(tmp_path / "run")])
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "annotations.spacy", "letters.jsonl", "observations.csv", "run.json",
    ]  # fmt: skip
    assert "3 of 3" in result.output
    counts = run_json(tmp_path / "run")["counts"]
    assert (counts["letters_in"], counts["letters_out"], counts["letters_failed"]) == (3, 3, 0)


def test_two_runs_are_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert foi("annotate", folder, "-o", tmp_path / name).returncode == 0
    for file in ("letters.jsonl", "observations.csv", "annotations.spacy", "run.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_workers_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name, jobs in (("one", 1), ("two", 2)):
        annotate_files(gather([folder]), tmp_path / name, options=Options(), jobs=jobs)
    for file in ("letters.jsonl", "observations.csv", "annotations.spacy", "run.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_records_keep_to_the_schema_and_stand_in_their_text(folder: Path, tmp_path: Path) -> None:
    annotate_files(gather([folder]), tmp_path / "run", options=Options())
    for record in read_records(tmp_path / "run"):
        assert record.text == LETTER
        assert all(record.text[o.start : o.end] == o.value_raw for o in record.observations)


def test_plain_spacy_opens_the_annotations(folder: Path, tmp_path: Path) -> None:
    annotate_files(gather([folder]), tmp_path / "run", options=Options())
    docs = list(DocBin().from_disk(tmp_path / "run" / "annotations.spacy").get_docs(spacy.blank("en").vocab))
    assert [doc.text for doc in docs] == [LETTER] * 3
    assert all("foi" in doc.spans for doc in docs)


def test_the_table_has_one_row_an_observation(folder: Path, tmp_path: Path) -> None:
    annotate_files(gather([folder]), tmp_path / "run", options=Options())
    with (tmp_path / "run" / "observations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    records = list(read_records(tmp_path / "run"))
    assert len(rows) == sum(len(r.observations) for r in records)
    assert rows
    assert list(rows[0]) == list(CSV_COLUMNS)
    for row in rows:
        if row["value"] == "":
            assert row["symbol"], "missing is never nought, and never without a sign"


def test_a_cell_that_a_spreadsheet_would_run_is_escaped(folder: Path, tmp_path: Path) -> None:
    annotate_files(gather([folder]), tmp_path / "run", options=Options())
    record = next(iter(read_records(tmp_path / "run")))
    record.observations[0].metric = '=HYPERLINK("x")'
    assert next(observation_rows(record))["metric"] == '\'=HYPERLINK("x")'


def test_records_are_streamed_to_standard_output(folder: Path) -> None:
    done = foi("annotate", folder, "--format", "jsonl")
    assert done.returncode == 0
    assert [LetterRecord.model_validate_json(line).text for line in done.stdout.splitlines()] == [LETTER] * 3


def test_standard_input_is_a_letter() -> None:
    done = foi("annotate", "-", "--format", "jsonl", stdin=LETTER.encode())
    record = LetterRecord.model_validate_json(done.stdout)
    assert (done.returncode, record.source, record.text) == (0, "-", LETTER)


BAD_FILES = {
    "empty.txt": b"",
    "binary.txt": bytes(range(256)) * 40,
    "long.txt": b"x" * 5_000_000,
}


def test_bad_letters_are_named_and_the_others_done(folder: Path, tmp_path: Path) -> None:
    for name, data in BAD_FILES.items():
        (folder / name).write_bytes(data)
    (folder / "picture.xyz").write_bytes(b"x")
    done = foi("annotate", folder, tmp_path / "absent.txt", "-o", tmp_path / "run")
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "Traceback" not in said
    for name in ("empty.txt", "absent.txt"):
        assert sum(name in line for line in said.splitlines()) == 1, said
    counts = run_json(tmp_path / "run")["counts"]
    assert counts["letters_in"] == counts["letters_out"] + counts["letters_failed"]
    assert counts["letters_in"] == len(ODD_NAMES) + len(BAD_FILES) + 1
    assert counts["files_skipped"] == 1
    assert "1 .xyz" in done.stdout.decode()
    sources = {Path(record.source).name for record in read_records(tmp_path / "run")}
    assert set(ODD_NAMES) <= sources


ENCODINGS = {
    "utf16.txt": LETTER.encode("utf-16"),
    "bom.txt": LETTER.encode("utf-8-sig"),
    "windows.txt": ("The force’s figures – as asked\n" + LETTER).encode("cp1252"),
    "mojibake.txt": ("The forceâ€™s figures â€“ as asked\n" + LETTER).encode(),
    "nul.txt": LETTER.replace("Response", "Res\0ponse").encode(),
    "crlf.txt": LETTER.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_letters_in_other_encodings_are_read(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(ENCODINGS[name])
    tally, failures = annotate_files(gather([tmp_path / name]), tmp_path / "run", options=Options())
    assert failures == []
    [record] = read_records(tmp_path / "run")
    assert "2019\t12\n" in record.text
    assert "\0" not in record.text
    assert "â€" not in record.text
    assert tally.letters_out == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["annotate", "{empty}"], "no letters here"),
        (["annotate", "{letters}", "-o", "{other}"], "holds files that are not a run"),
        (["annotate", "{letters}", "-o", "{file}"], "is a file"),
        (["annotate", "{letters}", "--patterns", "{empty}/absent"], "no such folder of patterns"),
        (["annotate", "{letters}", "--config", "none"], "no config named 'none'"),
        (["annotate"], "Missing argument"),
        (["annotate", "{letters}", "--format", "xml"], "xml"),
    ],
)
def test_wrong_usage_is_said_in_one_line(arguments: list[str], words: str, folder: Path, tmp_path: Path) -> None:
    places = {"letters": folder, "empty": tmp_path / "empty", "other": tmp_path / "other", "file": tmp_path / "file"}
    places["empty"].mkdir()
    places["other"].mkdir()
    (places["other"] / "thesis.docx").write_bytes(b"mine")
    places["file"].touch()
    done = foi(*[argument.format(**places) for argument in arguments])
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert (places["other"] / "thesis.docx").read_bytes() == b"mine"


def test_a_mistyped_path_leaves_an_earlier_run_whole(folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert foi("annotate", folder, "-o", run).returncode == 0
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    done = foi("annotate", tmp_path / "nope", "-o", run)
    said = done.stderr.decode()
    assert (done.returncode, len(said.splitlines())) == (2, 1), said
    assert f"{tmp_path / 'nope'}: there is no such file or folder" in said
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


def test_a_full_disk_leaves_the_earlier_run_whole(folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert foi("annotate", folder, "-o", run).returncode == 0
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    (folder / "more.txt").write_text(LETTER * 200, encoding="utf-8")

    def little_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    command = [sys.executable, "-m", "foi_nlp", "annotate", str(folder), "-o", str(run)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, check=False, preexec_fn=little_space, env=environment, cwd=ROOT)
    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert "free some space" in said
    assert {name: (run / name).read_bytes() for name in before} == before


def test_an_interrupted_run_goes_on_where_it_stopped(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = gather([folder])
    stop_after_first(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        annotate_files(inputs, tmp_path / "run", options=Options(), jobs=1)
    monkeypatch.undo()
    journal = tmp_path / "run" / ".partial" / "journal.jsonl"
    with journal.open("ab") as file:
        file.write(b'{"file": "torn')
    seen: list[str] = []
    annotate_files(
        inputs,
        tmp_path / "run",
        options=Options(),
        jobs=1,
        progress=lambda done, total, _: seen.append(f"{done}/{total}"),
    )
    assert seen == ["2/3", "3/3"]
    annotate_files(inputs, tmp_path / "whole", options=Options(), jobs=1)
    for file in ("letters.jsonl", "observations.csv", "annotations.spacy", "run.json"):
        assert (tmp_path / "run" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes(), file


def stop_after_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the writer stop as a user's interruption would, after the first letter."""
    from foi_nlp.store import RunWriter

    keep = RunWriter.add

    def add(self: RunWriter, *arguments: object) -> None:
        keep(self, *arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(RunWriter, "add", add)


def test_the_same_letter_given_twice_is_read_once(folder: Path) -> None:
    assert len(gather([folder, folder / "1.txt"]).files) == len(ODD_NAMES)


def test_letters_in_are_letters_out_and_failed(tmp_path: Path) -> None:
    tally, failures = annotate_files(Inputs(), tmp_path / "run", options=Options())
    assert (tally.letters_in, failures) == (0, [])
    assert isinstance(tally, Tally)


@pytest.mark.parametrize("config", ["foi", "tags"])
def test_an_assembled_pipeline_is_opened_by_spacy_load(config: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "spacy",
        "assemble",
        str(ROOT / "configs" / f"{config}.cfg"),
        str(tmp_path / "model"),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    doc = spacy.load(tmp_path / "model")(LETTER)
    assert len(doc.spans["foi"]) > 0
    assert bool(doc._.foi["observations"]) is (config == "foi")


def test_show_writes_a_self_contained_page_without_script(tmp_path: Path) -> None:
    (tmp_path / "evil.txt").write_text("<script>alert(1)</script>\n" + LETTER, encoding="utf-8")
    page = tmp_path / "page.html"
    result = CliRunner().invoke(app, ["show", str(tmp_path / "evil.txt"), "--html", "--explain", "-o", str(page)])
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "http" not in text.replace("http-equiv", "").replace("https://", "http").split("<body>")[0]


def test_show_names_the_rule_behind_each_span(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text(LETTER, encoding="utf-8")
    result = CliRunner().invoke(app, ["show", str(tmp_path / "letter.txt"), "--explain"])
    assert result.exit_code == 0, result.output
    assert "123/21" in result.output
    assert "REFERENCE" in result.output


def test_show_says_what_an_outcome_without_a_rule_follows_from(tmp_path: Path) -> None:
    text = (
        "Request\n\n1. How many cars are there?\n2. How many vans?\n\nResponse\n\nQ1.\nYear\tCars\n2019\t12\n2020\t9\n"
    )
    (tmp_path / "letter.txt").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["show", str(tmp_path / "letter.txt"), "--explain"])
    rows = [line.split("\t") for line in result.output.splitlines() if line.startswith("OUTCOME\t")]
    assert [(rule, why[:8]) for _, _, rule, why in rows] == [("", "no rule:")] * len(rows)
    assert "the figures that the answer gives" in rows[-1][3] + rows[0][3]


def test_items_and_letters_to_review_are_told_apart(tmp_path: Path) -> None:
    letter = f"Kent Police\n{LETTER}"
    wrong = letter.replace("2020\t<5\n", "2020\t4\nTotal\t20\n")
    (tmp_path / "wrong.txt").write_text(wrong, encoding="utf-8")
    (tmp_path / "right.txt").write_text(letter, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("wrong.txt", "right.txt")]
    result = CliRunner().invoke(app, ["annotate", *files, "--output", str(tmp_path / "run")])
    counts = run_json(tmp_path / "run")["counts"]
    records = list(read_records(tmp_path / "run"))
    items, letters = (sum(len(r.needs_review) for r in records), sum(bool(r.needs_review) for r in records))
    assert (counts["needs_review"], counts["letters_to_review"]) == (items, letters)
    assert (items, letters) == (1, 1)
    assert "1 item in 1 letter" in result.output


def test_show_writes_the_rules_whole_where_it_is_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text(LETTER, encoding="utf-8")
    result = CliRunner().invoke(app, ["show", str(tmp_path / "letter.txt"), "--explain"], env={"COLUMNS": "40"})
    rows = [line.split("\t") for line in result.output.splitlines() if line.startswith("REFERENCE\t")]
    book = load_rules(())
    assert rows
    assert [row[3] for row in rows] == [" ".join(book[row[2]].source.split()) for row in rows]


def test_show_reads_standard_input() -> None:
    done = foi("show", "-", stdin=LETTER.encode())
    assert done.returncode == 0, done.stderr
    assert b"123/21" in done.stdout


def test_show_names_each_letter_of_a_folder_or_zip(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["show", str(folder)])
    assert [str(folder / name) in result.output.splitlines() for name in ODD_NAMES] == [True] * 3, result.output
    with zipfile.ZipFile(tmp_path / "letters.zip", "w") as archive:
        archive.writestr("a.txt", LETTER)
    result = CliRunner().invoke(app, ["show", str(tmp_path / "letters.zip")])
    assert "a.txt" in result.output.splitlines()[0]
    result = CliRunner().invoke(app, ["show", str(folder / "1.txt")])
    assert "1.txt" not in result.output


def test_the_corpus_is_read_whole_and_only_its_letters() -> None:
    names = {file.path.name for file in gather([CORPUS]).files}
    gold = {path.name.removesuffix(".json") for path in (CORPUS / "gold").glob("*.json")}
    assert names == gold


def test_a_name_that_is_no_utf8_is_escaped_and_costs_no_run(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"odd\xff.txt")).write_text(LETTER, encoding="utf-8")
    tally, failures = annotate_files(gather([tmp_path]), tmp_path / "run", options=Options())
    assert (tally.letters_out, failures) == (1, [])
    assert next(iter(read_records(tmp_path / "run"))).source.endswith("odd\\xff.txt")


def test_a_letter_that_takes_too_long_is_a_named_failure(folder: Path, tmp_path: Path) -> None:
    (folder / "0 long.txt").write_text(LETTER * 400, encoding="utf-8")
    options = Options(letter_seconds=0.5)
    tally, failures = annotate_files(gather([folder]), tmp_path / "run", options=options, jobs=1)
    assert [Path(f.source).name for f in failures] == ["0 long.txt"]
    assert "took longer than 0.5 seconds" in failures[0].message
    assert (tally.letters_in, tally.letters_out, tally.letters_failed) == (4, 3, 1)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "pipe" in gather([tmp_path / "pipe.txt"]).missing[0].message
