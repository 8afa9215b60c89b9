"""The store of decisions: nothing decided is ever lost, whatever happens to the machine or the disk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from foi_nlp.review.decisions import Decision
from foi_nlp.review.journal import Journal, JournalError, journal_path, load_decisions, reviewer_name, reviewers

DATE = {"role": "letter_date", "iso": "2020-01-01", "start": 3, "end": 9}


def decision(number: int, **changes: object) -> Decision:
    values: dict[str, object] = {
        "id": f"{number:032}", "when": f"2026-01-01T00:00:{number % 60:02}.000Z", "who": "ann", "letter": "ab" * 32,
        "source": "letters/1.txt", "action": "accept", "kind": "date", "before": DATE,
    }  # fmt: skip
    return Decision.model_validate(values | changes)


def ids(journal: Journal) -> list[int]:
    return [int(made.id) for made in journal.load().decisions]


def test_decisions_come_back_in_the_order_they_were_made(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "review" / "ann.jsonl")
    journal.append([decision(1), decision(2)])
    journal.append([decision(3)])
    assert ids(Journal(journal.path)) == [1, 2, 3]


def test_a_decision_sent_twice_is_kept_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "ann.jsonl")
    journal.append([decision(1)])
    Journal(journal.path).append([decision(1), decision(2)])
    assert ids(journal) == [1, 2]


@pytest.mark.parametrize("cut", [1, 2, 40, 200])
def test_a_torn_last_line_costs_that_decision_only(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path / "ann.jsonl")
    journal.append([decision(1), decision(2)])
    journal.path.write_bytes(journal.path.read_bytes()[:-cut])
    torn = Journal(journal.path)
    assert ids(torn) == [1]
    assert "torn by a crash" in torn.load().problems[0]
    torn.append([decision(3)])
    after = Journal(journal.path)
    assert ids(after) == ([1, 2, 3] if cut == 1 else [1, 3])
    assert len(after.load().problems) == (cut != 1)


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\x00\x00",
        b"{}",
        b"[1]",
        b"\xff\xfe",
        b'{"schema": "foi_decision/9"}',
        json.dumps({**decision(7).model_dump(by_alias=True), "kind": "unheard-of"}).encode(),
        json.dumps({**decision(7).model_dump(by_alias=True), "before": {**DATE, "start": "x"}}).encode(),
        json.dumps(
            {**decision(7).model_dump(by_alias=True), "kind": "authority",
             "before": {"id": "x", "name": "X", "role": "emperor", "start": 0, "end": 1}}
        ).encode(),
    ],
)  # fmt: skip
def test_a_line_that_is_no_decision_is_reported_and_its_neighbours_kept(tmp_path: Path, line: bytes) -> None:
    journal = Journal(tmp_path / "ann.jsonl")
    journal.append([decision(1)])
    with journal.path.open("ab") as file:
        file.write(line + b"\n")
    Journal(journal.path).append([decision(2)])
    found = Journal(journal.path).load()
    assert [int(made.id) for made in found.decisions] == [1, 2]
    assert len(found.problems) == 1
    assert f"{journal.path}:2" in found.problems[0]
    assert line in journal.path.read_bytes()


def test_threads_and_journals_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ann.jsonl"
    journals = [Journal(path) for _ in range(4)]

    def work(which: int) -> None:
        for number in range(25):
            journals[which].append([decision(100 * which + number)])

    threads = [threading.Thread(target=work, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = {100 * which + number for which in range(4) for number in range(25)}
    assert set(ids(Journal(path))) == wanted
    assert all(set(ids(journal)) == wanted for journal in journals)


WRITER = """
import sys
from pathlib import Path
from tests.test_review_journal import decision
from foi_nlp.review.journal import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3])):
    journal.append([decision(number)])
    print(number, flush=True)
"""


def start_writer(path: Path, first: int, count: int) -> subprocess.Popen[str]:
    root = Path(__file__).parent.parent
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(first), str(count)], stdout=subprocess.PIPE, text=True, cwd=root
    )


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ann.jsonl"
    writers = [start_writer(path, 1000 * which, 30) for which in range(3)]
    for writer in writers:
        writer.communicate(timeout=60)
    assert set(ids(Journal(path))) == {1000 * which + number for which in range(3) for number in range(30)}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killing_the_writer_loses_nothing_that_was_answered_for(tmp_path: Path) -> None:
    path = tmp_path / "ann.jsonl"
    answered: list[int] = []
    for first in (0, 1000, 2000):
        writer = start_writer(path, first, 900)
        assert writer.stdout is not None
        answered += [int(writer.stdout.readline()) for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
        answered += [int(line) for line in writer.stdout.read().splitlines()]
        writer.wait(timeout=30)
        writer.stdout.close()
    kept = ids(Journal(path))
    assert set(answered) <= set(kept)
    assert len(kept) <= len(answered) + 3


FULL = """
import resource, sys
from pathlib import Path
from tests.test_review_journal import decision
from foi_nlp.review.journal import Journal, JournalError
journal = Journal(Path(sys.argv[1]))
journal.append([decision(1)])
size = journal.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, resource.RLIM_INFINITY))
try:
    journal.append([decision(2)])
except JournalError as error:
    print(error)
assert journal.path.stat().st_size == size
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.append([decision(3)])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited")
def test_a_full_disk_is_told_and_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ann.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 0, done.stderr
    assert "the disk is full, and this decision is not kept" in done.stdout
    assert str(path) in done.stdout
    found = Journal(path).load()
    assert [int(made.id) for made in found.decisions] == [1, 3]
    assert found.problems == []


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "review").write_text("a file where the folder should be")
    with pytest.raises(JournalError, match="is not kept"):
        Journal(tmp_path / "review" / "ann.jsonl").append([decision(1)])


@pytest.mark.parametrize(
    "name", ["", " ", "..", "../ann", "a/b", "a\\b", ".hidden", "x" * 99, "a\x00b", "con", "<b>", "a\nb/"]
)
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(JournalError, match="reviewer's name"):
        reviewer_name(name)


@pytest.mark.parametrize("name", ["ann", "Ann O'Neill", "Zoë", "a.b-c", "李雷"])
def test_names_of_people_are_taken(tmp_path: Path, name: str) -> None:
    Journal(journal_path(tmp_path, name)).append([decision(1)])
    assert reviewers(tmp_path) == [name]
    assert len(load_decisions(tmp_path, reviewer=name).decisions) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"action": "edit"}, "edit"),
        ({"action": "add"}, "add"),
        ({"action": "undo"}, "undo"),
        ({"action": "undo", "before": None}, "undoes"),
        ({"action": "accept", "undoes": "1"}, "undoes"),
        ({"action": "accept", "after": DATE}, "accept"),
        ({"kind": "nonsense"}, "no kind of fact"),
    ],
)
def test_a_decision_that_does_not_hang_together_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decision(1, **changes)
