"""`annotate` and `review` stopped at any moment: they stop at once, leave no process behind, and lose nothing kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from foi_nlp.store import read_records
from tests.review_sample import corpus_records, write_run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups of POSIX"),
]
TEXT = "Question 1\nHow many thefts were there?\n\nResponse\n\nYear\tThefts\n2019\t{number}\n2020\t9\n"
COMMAND = [sys.executable, "-m", "foi_nlp"]
COUNT = 300  # so many that it is still at work when the first are done


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Give as many letters as are shared out among workers."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(COUNT):
        (folder / f"{number:03}.txt").write_text(TEXT.format(number=number), encoding="utf-8")
    return folder


def until(wanted: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def start(letters: Path, run: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "annotate", str(letters), "--output", str(run), "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def kept(run: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in run.glob(".partial/*.jsonl"))


def of_group(group: int) -> list[int]:
    """Name the processes of a group that are alive."""
    out = []
    for entry in Path("/proc").iterdir():
        try:
            _, _, rest = (entry / "stat").read_text().rpartition(")")
        except OSError:
            continue
        state, _, owner = rest.split()[:3]
        if entry.name.isdigit() and int(owner) == group and state != "Z":
            out.append(int(entry.name))
    return out


@pytest.mark.parametrize(
    ("how", "whole_group", "code"),
    [
        pytest.param(signal.SIGINT, True, 130, id="Ctrl-C in a terminal"),
        pytest.param(signal.SIGINT, False, 130, id="an interrupt of the command alone"),
        pytest.param(signal.SIGKILL, False, -9, id="kill -9"),
    ],
)
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc")
def test_annotate_stops_at_once_leaves_nothing_running_and_goes_on_later(
    letters: Path, tmp_path: Path, how: signal.Signals, whole_group: bool, code: int
) -> None:
    run = tmp_path / "run"
    process = start(letters, run)
    until(lambda: kept(run) > 0)
    if whole_group:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == code
    assert "Traceback" not in said
    if how is signal.SIGINT:
        assert "run the same command again" in said
    until(lambda: not of_group(process.pid), seconds=20)
    assert not (run / "letters.jsonl").exists()
    before = kept(run)
    assert before > 0
    process = start(letters, run)
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 0, said
    assert sorted(record.text.split("\t")[2].split("\n")[0] for record in read_records(run)) == sorted(
        map(str, range(COUNT))
    )


def serve(run: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [*COMMAND, "review", str(run), "--reviewer", "ann", "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "Reviewing" in process.stdout.readline()
    return process, process.stdout.readline().strip()


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, None), (signal.SIGKILL, -9)])
def test_a_decision_is_on_the_disk_before_it_is_answered_for(tmp_path: Path, how: signal.Signals, code: int) -> None:
    import httpx2 as httpx

    run = write_run(tmp_path / "run", corpus_records(1))
    process, address = serve(run)
    base = address.split("/?")[0]
    with httpx.Client(base_url=base, headers={"Origin": base}) as client:
        client.get(address.removeprefix(base))
        where = client.get("/queue").headers["location"]
        form = {
            "decision_id": "d" * 32, "letter": corpus_records(1)[0].text_sha256, "action": "accept",
            "item": where.partition("item=")[2],
        }  # fmt: skip
        assert client.post("/letters/1/decide", data=form).status_code == 303
    process.send_signal(how)
    said = process.communicate(timeout=20)[1]
    if code is not None:
        assert process.returncode == code
    assert "Traceback" not in said
    [line] = (run / "review" / "ann.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["id"] == "d" * 32
    process, address = serve(run)
    with httpx.Client(base_url=address.split("/?")[0], follow_redirects=True) as client:
        assert "1 of" in client.get(address.removeprefix(address.split("/?")[0])).text
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
