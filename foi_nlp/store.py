"""The run folder: what `annotate` leaves behind, written so that it is whole or absent.

    letters.jsonl        one LetterRecord a line
    annotations.spacy    the annotated Docs, a DocBin that plain spaCy opens (further parts: annotations.2.spacy, ...)
    observations.csv     one row an observation
    run.json             versions, hashes, counts and failures; written last

While a run is in progress its results stand in `RUN/.partial/journal.jsonl`. A run that was interrupted goes on
from there when it is started again with the same rules; the files above change only when a run is complete.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from foi_nlp.display import one_line, spreadsheet_text
from foi_nlp.records import LetterRecord, Observation

LETTERS = "letters.jsonl"
OBSERVATIONS = "observations.csv"
RUN = "run.json"
PARTIAL = ".partial"
JOURNAL = "journal.jsonl"
RUN_SCHEMA = "foi_run/1"
_DOCS_A_FILE = 1000

CSV_COLUMNS = (
    "source", "authority", "reference", "letter_date", "observation", "question", "metric", "breakdown",
    "period", "period_type", "period_start", "period_end", "period_complete", "value", "symbol", "low", "high",
    "status", "unit", "approximate", "proxy", "caveats", "check", "method", "table", "row", "column",
    "start", "end", "place", "quote",
)  # fmt: skip


class StoreError(Exception):
    """A run folder cannot be read or written. The message names the file and the remedy."""


@dataclass(frozen=True)
class Failure:
    """A letter that could not be annotated: its source, why, and what to do."""

    source: str
    message: str


@dataclass
class Tally:
    """The counts of a run. Letters in are letters out plus letters failed, always."""

    letters_in: int = 0
    letters_out: int = 0
    letters_failed: int = 0
    files_skipped: int = 0
    observations: int = 0
    refusals: int = 0
    needs_review: int = 0
    letters_to_review: int = 0
    authorities: set[str] = field(default_factory=set)
    skipped_by_ending: dict[str, int] = field(default_factory=dict)

    def add(self, record: LetterRecord) -> None:
        """Count a letter that was annotated."""
        self.letters_in += 1
        self.letters_out += 1
        self.observations += len(record.observations)
        self.refusals += sum(o.outcome.startswith(("refused", "ncnd", "deferred")) for o in record.outcomes)
        self.needs_review += len(record.needs_review)
        self.letters_to_review += bool(record.needs_review)
        self.authorities.update(a.id for a in record.authorities if a.role in {"responder", "joint_responder"})

    def to_json(self) -> dict[str, Any]:
        """Give the counts as plain values."""
        return {
            "letters_in": self.letters_in,
            "letters_out": self.letters_out,
            "letters_failed": self.letters_failed,
            "files_skipped": self.files_skipped,
            "skipped_by_ending": dict(sorted(self.skipped_by_ending.items())),
            "authorities": len(self.authorities),
            "observations": self.observations,
            "refusals": self.refusals,
            "needs_review": self.needs_review,
            "letters_to_review": self.letters_to_review,
        }


def check_output(folder: Path) -> None:
    """Refuse an output folder that holds something else than a run. Raises StoreError."""
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder}: is a file; name a folder for the run with --output")
    if folder.is_dir() and any(folder.iterdir()) and not _is_run(folder):
        raise StoreError(
            f"{folder}: holds files that are not a run of foi_nlp, and nothing of theirs will be touched; "
            "name a new or empty folder with --output"
        )


def _is_run(folder: Path) -> bool:
    if (folder / PARTIAL).is_dir():
        return True
    try:
        data = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and data.get("schema") == RUN_SCHEMA


class RunWriter:
    """Write a run. Use as a context manager: results go to the journal, `finish` puts the files in place."""

    def __init__(self, folder: Path, *, rules_sha256: str, versions: dict[str, str]) -> None:
        check_output(folder)
        self.folder = folder
        self.rules_sha256 = rules_sha256
        self.versions = versions
        self._partial = folder / PARTIAL
        self._key = {"rules_sha256": rules_sha256, "versions": versions}
        self._done: dict[tuple[str, str], tuple[int, int]] = {}

    def __enter__(self) -> RunWriter:
        self._partial.mkdir(parents=True, exist_ok=True)
        path = self._partial / JOURNAL
        self._resume(path)
        self._journal = path.open("ab")
        if self._journal.tell() == 0:
            self._append(self._key)
        return self

    def __exit__(self, *exception: object) -> None:
        self._journal.close()

    def _resume(self, path: Path) -> None:
        """Take over what an interrupted run with the same rules has done; drop its torn last line."""
        if not path.exists():
            return
        whole = 0
        with path.open("rb") as journal:
            first = journal.readline()
            if not first.endswith(b"\n") or json.loads(first) != self._key:
                journal.close()
                path.unlink()
                return
            whole = journal.tell()
            while (line := journal.readline()).endswith(b"\n"):
                entry = json.loads(line)
                self._done.setdefault((entry["file"], entry["file_sha256"]), (whole, journal.tell()))
                whole = journal.tell()
        with path.open("r+b") as journal:
            journal.truncate(whole)

    def is_done(self, file: str, file_sha256: str) -> bool:
        """Whether an interrupted run has annotated this file already."""
        return (file, file_sha256) in self._done

    def add(self, file: str, file_sha256: str, results: list[dict[str, Any]]) -> None:
        """Keep what one file gave: `{"record": ..., "doc": bytes in base64}` or `{"failure": ...}` each."""
        self._append({"file": file, "file_sha256": file_sha256, "results": results})

    def _append(self, entry: dict[str, Any]) -> None:
        self._journal.write(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n")
        self._journal.flush()

    def finish(self, order: list[tuple[str, str]], tally: Tally) -> list[Failure]:
        """Write the files of the run in the order given and put them in place. Gives the letters that failed."""
        self._journal.close()
        entries = self._entries()
        failures: list[Failure] = []
        inputs: list[dict[str, str]] = []
        docs = _DocFiles(self._partial)
        with (
            (self._partial / LETTERS).open("w", encoding="utf-8", newline="\n") as letters,
            (self._partial / OBSERVATIONS).open("w", encoding="utf-8-sig", newline="") as table,
        ):
            rows = csv.DictWriter(table, CSV_COLUMNS, lineterminator="\r\n")
            rows.writeheader()
            for result in self._results(order, entries):
                if "failure" in result:
                    failures.append(Failure(**result["failure"]))
                    tally.letters_in += 1
                    tally.letters_failed += 1
                    continue
                letters.write(result["record"] + "\n")
                record = LetterRecord.model_validate_json(result["record"])
                tally.add(record)
                inputs.append(
                    {"source": record.source, "sha256": record.source_sha256, "text_sha256": record.text_sha256}
                )
                rows.writerows(observation_rows(record))
                docs.add(base64.b64decode(result["doc"]))
        docs.close()
        run = {
            "schema": RUN_SCHEMA,
            "versions": self.versions,
            "rules_sha256": self.rules_sha256,
            "counts": tally.to_json(),
            "letters": inputs,
            "failures": [{"source": f.source, "message": f.message} for f in failures],
        }
        (self._partial / RUN).write_text(
            json.dumps(run, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
        )
        self._put_in_place(docs.names)
        return failures

    def _entries(self) -> dict[tuple[str, str], int]:
        places: dict[tuple[str, str], int] = {}
        with (self._partial / JOURNAL).open("rb") as journal:
            journal.readline()
            start = journal.tell()
            while line := journal.readline():
                entry = json.loads(line)
                places[entry["file"], entry["file_sha256"]] = start
                start = journal.tell()
        return places

    def _results(self, order: list[tuple[str, str]], places: dict[tuple[str, str], int]) -> Iterator[dict[str, Any]]:
        with (self._partial / JOURNAL).open("rb") as journal:
            for key in order:
                journal.seek(places[key])
                yield from json.loads(journal.readline())["results"]

    def _put_in_place(self, doc_files: list[str]) -> None:
        for stale in self.folder.glob("annotations*.spacy"):
            if stale.name not in doc_files:
                stale.unlink()
        for name in (*doc_files, LETTERS, OBSERVATIONS, RUN):
            os.replace(self._partial / name, self.folder / name)  # noqa: PTH105  # replaces atomically
        shutil.rmtree(self._partial)


class _DocFiles:
    """DocBin files of a bounded number of Docs each, so that memory stays bounded too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.names: list[str] = []
        self._parts: list[bytes] = []

    def add(self, part: bytes) -> None:
        self._parts.append(part)
        if len(self._parts) >= _DOCS_A_FILE:
            self._write()

    def close(self) -> None:
        if self._parts or not self.names:
            self._write()

    def _write(self) -> None:
        from spacy.tokens import DocBin

        whole = DocBin(store_user_data=True)
        for part in self._parts:
            whole.merge(DocBin(store_user_data=True).from_bytes(part))
        name = "annotations.spacy" if not self.names else f"annotations.{len(self.names) + 1}.spacy"
        (self._folder / name).write_bytes(whole.to_bytes())
        self.names.append(name)
        self._parts = []


def observation_rows(record: LetterRecord) -> Iterator[dict[str, object]]:
    """Give the rows of `observations.csv` for one letter; texts that a spreadsheet would run are escaped."""
    responders = [a for a in record.authorities if a.role in {"responder", "joint_responder"}]
    authority = ";".join(dict.fromkeys(a.id for a in responders))
    reference = ";".join(dict.fromkeys(r.value for r in record.references if r.role == "authority_reference"))
    letter_date = next((d.iso for d in record.dates if d.role == "letter_date"), "")
    categories = {caveat.id: caveat.category for caveat in record.caveats}
    for o in record.observations:
        texts = {
            "source": record.source,
            "authority": authority,
            "reference": reference,
            "question": o.question or "",
            "metric": o.metric,
            "breakdown": breakdown_text(o),
            "period": o.period.label,
            "symbol": o.symbol or "",
            "unit": o.unit,
            "caveats": ";".join(dict.fromkeys(categories.get(c, c) for c in o.caveats)),
            "place": place_text(o),
            "quote": quote(record, o),
        }
        yield {
            **{key: spreadsheet_text(one_line(text, limit=400)) for key, text in texts.items()},
            "letter_date": letter_date,
            "observation": o.id,
            "period_type": o.period.type,
            "period_start": o.period.start or "",
            "period_end": o.period.end or "",
            "period_complete": str(o.period.complete).lower(),
            "value": "" if o.value is None else o.value,
            "low": "" if o.low is None else f"{o.low:g}",
            "high": "" if o.high is None else f"{o.high:g}",
            "status": o.status,
            "approximate": str(o.approximate).lower(),
            "proxy": str(o.is_proxy).lower(),
            "check": o.check,
            "method": o.method,
            "table": o.table or "",
            "row": "" if o.cell is None else o.cell[0],
            "column": "" if o.cell is None else o.cell[1],
            "start": o.start,
            "end": o.end,
        }


def breakdown_text(observation: Observation) -> str:
    """Give a breakdown as `offence: Arson; area: Luton`; a total is `total`."""
    return "; ".join(key if value is True else f"{key}: {value}" for key, value in observation.breakdown.items())


def place_text(observation: Observation) -> str:
    """Say where a figure stood in its file: `page 2`, `Sheet1!B4`, the part of a mail; empty for plain text."""
    place = observation.place
    if place is None:
        return ""
    if place.page is not None:
        return f"page {place.page}"
    return "!".join(filter(None, (place.part, place.sheet, place.cell)))


def quote(record: LetterRecord, observation: Observation) -> str:
    """Give the line of the letter in which a figure stands."""
    start = record.text.rfind("\n", 0, observation.start) + 1
    end = record.text.find("\n", observation.end)
    line = record.text[start : end if end >= 0 else len(record.text)]
    if len(line) > 200:
        at = observation.start - start
        line = line[max(0, at - 100) : at + 100]
    return line


def read_records(run: Path) -> Iterator[LetterRecord]:
    """Give the records of a run folder (or of a `letters.jsonl`). Raises StoreError for what is no run."""
    path = run / LETTERS if run.is_dir() else run
    try:
        with path.open(encoding="utf-8") as letters:
            for number, line in enumerate(letters, start=1):
                if not line.strip():
                    continue
                try:
                    yield LetterRecord.model_validate_json(line)
                except ValidationError as error:
                    first = error.errors(include_url=False)[0]
                    place = ".".join(map(str, first["loc"])) or "the line"
                    reason = f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}"
                    raise StoreError(
                        f"{path}:{number}: not a record of this version ({reason}); annotate the letters again"
                    ) from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror}); name the folder that annotate wrote") from None


def file_sha256(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ending_counts(paths: Iterable[Path]) -> dict[str, int]:
    """Count files by their ending, for naming what was skipped."""
    counts: dict[str, int] = {}
    for path in paths:
        ending = path.suffix.lower() or "(none)"
        counts[ending] = counts.get(ending, 0) + 1
    return counts
