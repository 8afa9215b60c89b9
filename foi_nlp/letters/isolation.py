"""Run readers of complex formats in a process of their own, under limits of time and memory.

The process is kept for the next file, because starting one costs more than reading a short letter. It answers
in JSON: nothing that a hostile file could do to it makes this process run anything.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any

from foi_nlp.grids import Grid
from foi_nlp.letters.limits import Limits, ReadOptions
from foi_nlp.letters.model import Letter, LetterError, PlacedText
from foi_nlp.letters.registry import reader_of_kind
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.records import Place, SourceNote

_IN_WORKER = "FOI_NLP_READER_PROCESS"
_lock = threading.Lock()
_workers: dict[int, _Worker] = {}


def read_isolated(reader: Reader, file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    """Read a file in the reader process. Raises LetterError when it fails, takes too long or too much memory."""
    if os.environ.get(_IN_WORKER):
        yield from reader.read(file, options)
        return
    with _lock:
        worker = _workers.get(os.getpid())
        if worker is None or worker.limits != options.limits or not worker.alive:
            if worker is not None:
                worker.stop()
            worker = _workers[os.getpid()] = _Worker(options.limits)
        answer = worker.ask(reader, file, options)
    failure = answer.get("failure")
    if failure is not None:
        raise LetterError(failure["source"], failure["message"])
    for item in answer["items"]:
        yield _item(item)


class _Worker:
    """The reader process and the pipes to it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from foi_nlp.letters.isolation import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, _IN_WORKER: str(limits.memory_megabytes)},
            start_new_session=True,
        )
        self.served = 0

    @property
    def alive(self) -> bool:
        return self.process.poll() is None and self.served < 500

    def stop(self) -> None:
        """End the process and what it started."""
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, 9)
            except (ProcessLookupError, PermissionError):
                self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue

    def ask(self, reader: Reader, file: SourceFile, options: ReadOptions) -> dict[str, Any]:
        """Have a file read. Raises LetterError when the process dies or takes too long."""
        self.served += 1
        question = {
            "kind": reader.kind,
            "source": file.source,
            "depth": file.depth,
            "limits": asdict(options.limits),
            "include_hidden": options.include_hidden,
            "data": base64.b64encode(file.data).decode("ascii"),
        }
        seconds = options.limits.seconds
        try:
            assert self.process.stdin is not None  # noqa: S101 - opened as a pipe above
            self.process.stdin.write(json.dumps(question).encode("ascii") + b"\n")
            self.process.stdin.flush()
            line = self._answer(seconds)
        except TimeoutError as error:
            self.stop()
            raise LetterError(
                file.source,
                f"reading it takes longer than {seconds:g} seconds; save it anew, or raise the limit with "
                "--limit seconds=NUMBER",
            ) from error
        except (OSError, EOFError) as error:
            self.stop()
            raise LetterError(
                file.source,
                f"reading it needs more than {options.limits.memory_megabytes:,} megabytes of memory or breaks the "
                f"{reader.kind} reader; save it anew, or raise the limit with --limit memory_megabytes=NUMBER",
            ) from error
        except BaseException:
            self.stop()  # an interrupt leaves an answer in the pipe that belongs to no later question
            raise
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _answer(self, seconds: float) -> bytes:
        assert self.process.stdout is not None  # noqa: S101 - opened as a pipe above
        descriptor = self.process.stdout.fileno()
        until = time.monotonic() + seconds
        pieces: list[bytes] = []
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(descriptor, 1 << 20)
            if not piece:
                raise EOFError
            pieces.append(piece)
            if piece.endswith(b"\n"):
                return b"".join(pieces)


@atexit.register
def _stop_worker() -> None:
    worker = _workers.pop(os.getpid(), None)
    if worker is not None:
        worker.stop()


def serve() -> None:
    """Answer questions on standard input until it ends: the life of the reader process."""
    _limit_memory(int(os.environ.get(_IN_WORKER, "3000")))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # A library that prints must not write into the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        _reply(answers, _answer(json.loads(line)))


def _reply(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode("ascii") + b"\n")
    answers.flush()


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where only the limit of time holds
        return
    size = megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    file = SourceFile(question["source"], base64.b64decode(question["data"]), question["depth"])
    options = ReadOptions(limits=Limits(**question["limits"]), include_hidden=question["include_hidden"])
    reader = reader_of_kind(question["kind"])
    if reader is None:
        message = f"no {question['kind']} reader is installed; install the package again"
        return {"failure": {"source": file.source, "message": message}}
    try:
        return {"items": [_to_json(item) for item in reader.read(file, options)]}
    except LetterError as error:
        return {"failure": {"source": error.source, "message": error.message}}
    except MemoryError:
        message = (
            "reading it needs too much memory; save it anew, or raise the limit with --limit memory_megabytes=NUMBER"
        )
    except ImportError as error:  # the loader of libraries says so too where it has no memory left
        message = (
            f"a library that reads it cannot be loaded ({error.name}); raise the limit of memory with "
            "--limit memory_megabytes=NUMBER, or install the package again"
        )
    except Exception as error:
        message = f"the {question['kind']} reader failed ({type(error).__name__}); open the file and save it anew"
    return {"failure": {"source": file.source, "message": message}}


def _to_json(item: Letter | LetterError) -> dict[str, Any]:
    if isinstance(item, LetterError):
        return {"error": {"source": item.source, "message": item.message}}
    return {
        "source": item.source,
        "source_sha256": item.source_sha256,
        "text": item.text,
        "grids": [grid.to_json() for grid in item.grids],
        "places": [[p.start, p.end, p.place.model_dump(exclude_none=True)] for p in item.places],
        "notes": [note.model_dump() for note in item.notes],
        "ocr": item.ocr,
    }


def _item(data: dict[str, Any]) -> Letter | LetterError:
    if "error" in data:
        return LetterError(data["error"]["source"], data["error"]["message"])
    return Letter(
        source=data["source"],
        source_sha256=data["source_sha256"],
        text=data["text"],
        grids=tuple(Grid.from_json(grid) for grid in data["grids"]),
        places=tuple(PlacedText(start, end, Place(**place)) for start, end, place in data["places"]),
        notes=tuple(SourceNote(**note) for note in data["notes"]),
        ocr=data["ocr"],
    )
