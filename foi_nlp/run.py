"""Annotate files into a run folder, or as a stream of records: what `foi_nlp annotate` does."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import multiprocessing
import os
import platform
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foi_nlp import __version__
from foi_nlp.letters import Letter, LetterError, open_letters
from foi_nlp.letters.annexes import FolderFile, Tie, Untied, find_ties, with_annexes
from foi_nlp.letters.folder import find_files
from foi_nlp.letters.limits import Limits, ReadOptions
from foi_nlp.letters.registry import extensions
from foi_nlp.patterns import load_rules
from foi_nlp.resources import config_file
from foi_nlp.store import Failure, RunWriter, Tally, ending_counts, file_sha256

if TYPE_CHECKING:
    from types import FrameType

    from spacy.language import Language

    from foi_nlp.patterns import RuleBook
    from foi_nlp.records import LetterRecord

STDIN = "-"
LETTER_SECONDS = 60.0  # the longest letters known take a few seconds
_FILES_WORTH_WORKERS = 60  # starting a worker costs as much as annotating some thirty letters


@dataclass(frozen=True)
class Input:
    """A file to read, and the name it goes by in records; with the annexes that were tied to it.

    `own_folder`: it was found in a folder below the one that was given. `untied`: it seems to be an annex, and
    several letters could be its own.
    """

    path: Path
    source: str
    own_folder: bool = False
    annexes: tuple[tuple[Tie, Input], ...] = ()
    untied: Untied | None = None


@dataclass
class Inputs:
    """What the given paths come to: files to read, paths that are not there, files of kinds that are not read."""

    files: list[Input] = field(default_factory=list)
    missing: list[Failure] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Options:
    """How to annotate: the config of the pipeline, folders of further rules, hidden cells of sheets, and bounds.

    A letter that takes longer than `letter_seconds` is a failure, and its neighbours go on. With `tie_annexes`, an
    annex in a file of its own is read as a part of the one letter of its folder that it belongs to.
    """

    config: str = "foi"
    patterns: tuple[Path, ...] = ()
    include_hidden: bool = False
    limits: Limits = field(default_factory=Limits)
    letter_seconds: float = LETTER_SECONDS
    tie_annexes: bool = True


Progress = Callable[[int, int, str], None]


def versions() -> dict[str, str]:
    """Name the versions that a result depends on."""
    return {
        "foi_nlp": __version__,
        "spacy": importlib.metadata.version("spacy"),
        "python": ".".join(platform.python_version_tuple()[:2]),
    }


def gather(paths: Sequence[Path]) -> Inputs:
    """Find the files of the paths given, each once, in a stable order. A path that is not there is a failure."""
    inputs = Inputs()
    seen: set[Path] = set()
    known = extensions()
    for path in paths:
        if not path.exists():
            inputs.missing.append(Failure(_source_name(path), "there is no such file or folder; check the path"))
            continue
        named = not path.is_dir()
        if named and not path.is_file():
            reason = "is a pipe or a device and no file; give its content as standard input, with -"
            inputs.missing.append(Failure(_source_name(path), reason))
            continue
        try:
            files = find_files([path])
        except OSError as error:
            reason = f"{error.strerror} ({error.filename}); check the permissions"
            inputs.missing.append(Failure(_source_name(path), reason))
            continue
        for file in files:
            if file.resolve() in seen:
                continue
            seen.add(file.resolve())
            # What is named outright is tried whatever it is called; a folder may hold files that are no letters.
            if named or not file.suffix or file.suffix.lower().removeprefix(".") in known:
                inputs.files.append(Input(file, _source_name(file), own_folder=not named and file.parent != path))
            else:
                inputs.skipped.append(file)
    return inputs


def tied(files: Sequence[Input], options: Options) -> list[Input]:
    """Give the files with each annex under the one letter it belongs to; what fits none or several stays by itself."""
    if not options.tie_annexes or len(files) < 2:
        return list(files)
    by_path = {item.path: item for item in files}

    def head(path: Path) -> str:
        found = _letters(by_path[path], options)
        return next((letter.text for letter in found if isinstance(letter, Letter)), "")

    ties, untied = find_ties([FolderFile(item.path, item.own_folder) for item in files], head)
    for one in untied:
        by_path[one.annex] = replace(by_path[one.annex], untied=one)
    for tie in ties:
        letter = by_path[tie.letter]
        by_path[tie.letter] = replace(letter, annexes=(*letter.annexes, (tie, by_path[tie.annex])))
    annexes = {tie.annex for tie in ties}
    return [by_path[item.path] for item in files if item.path not in annexes]


def _source_name(path: Path) -> str:
    """Name a file in records: bytes of its name that are no UTF-8 become backslash escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@contextmanager
def standard_input(data: bytes) -> Iterator[Input]:
    """Give standard input as a file to read, named `-`."""
    with tempfile.TemporaryDirectory(prefix="foi_nlp-") as folder:
        path = Path(folder) / "stdin"
        path.write_bytes(data)
        yield Input(path, STDIN)


def annotate_files(
    inputs: Inputs, output: Path, *, options: Options, jobs: int | None = None, progress: Progress | None = None
) -> tuple[Tally, list[Failure]]:
    """Annotate files into the run folder `output`. Gives the counts and what failed.

    Before any letter is read, raises StoreError for an output folder that holds something else, and PatternError or
    ResourceError for rules or a config that cannot be used. Raises OSError when the disk is full; the files of an
    earlier run stay whole.
    """
    config_file(options.config)
    rules = _checked_rules(options)
    tally = Tally(files_skipped=len(inputs.skipped), skipped_by_ending=ending_counts(inputs.skipped))
    tally.letters_in = tally.letters_failed = len(inputs.missing)
    order: list[tuple[str, str]] = []
    with RunWriter(output, rules_sha256=_rules_key(rules.sha256, options), versions=versions()) as writer:
        todo: list[Input] = []
        files = tied(inputs.files, options)
        for item in files:
            key = (item.source, _sha256_of(item))
            order.append(key)
            if not writer.is_done(*key):
                todo.append(item)
        done = len(files) - len(todo)
        jobs = _useful_jobs(jobs, len(todo))
        with (
            _interrupts(kept_back=jobs > 1) as interrupted,
            closing(_annotate_each(todo, options=options, jobs=jobs, interrupted=interrupted)) as annotating,
        ):
            for item, results in annotating:
                if interrupted.is_set():
                    raise KeyboardInterrupt
                writer.add(item.source, _sha256_of(item), results)
                done += 1
                if progress:
                    progress(done, len(files), item.source)
        failures = writer.finish(order, tally)
    return tally, [*inputs.missing, *failures]


def stream(inputs: Inputs, *, options: Options) -> Iterator[LetterRecord | Failure]:
    """Annotate files one by one and give each record, or each failure, as it comes.

    Refuses rules and a config as `annotate_files` does.
    """
    _checked_rules(options)
    yield from inputs.missing
    nlp = _pipeline(options)
    for item in tied(inputs.files, options):
        for letter in _replies(item, options):
            if isinstance(letter, Failure):
                yield letter
                continue
            try:
                with _time_limit(options.letter_seconds):
                    record = _annotate(nlp, letter, pack=False)[0]
            except Exception as error:  # no letter may stop its neighbours
                yield Failure(letter.source, _unexpected(error))
            else:
                yield record


def _checked_rules(options: Options) -> RuleBook:
    """Load the rules; those of the user's folders must neither match everything nor run without end."""
    rules = load_rules(options.patterns)
    if options.patterns:
        import spacy

        from foi_nlp.workbench import refuse_dangerous

        refuse_dangerous(spacy.blank("en"), rules, options.patterns)
    return rules


def _rules_key(sha256: str, options: Options) -> str:
    asked = f"{sha256} {options.config} {options.include_hidden} {options.limits} {options.tie_annexes}"
    return hashlib.sha256(asked.encode()).hexdigest()


def _sha256_of(item: Input) -> str:
    """Give the SHA-256 of a file; with annexes, of those of all its files. Nothing for what cannot be read."""
    try:
        sums = [file_sha256(path) for path in (item.path, *(annex.path for _, annex in item.annexes))]
    except OSError:
        return ""
    return sums[0] if len(sums) == 1 else hashlib.sha256(" ".join(sums).encode("ascii")).hexdigest()


def _useful_jobs(jobs: int | None, count: int) -> int:
    """Give how many processes annotate so many files."""
    if jobs is None:
        jobs = (os.cpu_count() or 1) if count >= _FILES_WORTH_WORKERS else 1
    return jobs if count > 1 else 1


def _annotate_each(
    items: Sequence[Input], *, options: Options, jobs: int, interrupted: threading.Event
) -> Generator[tuple[Input, list[dict[str, Any]]], None, None]:
    if jobs <= 1:
        nlp = _pipeline(options) if items else None
        for item in items:
            yield item, _annotate_file(nlp, item, options)
        return
    waiting = list(items)
    while waiting:
        # A worker that dies takes its pool with it; the letters it did not answer for get a pool of their own.
        unanswered: list[Input] = []
        broken = False
        with _workers(jobs, options) as pool:
            futures = {pool.submit(_work, item): item for item in waiting}
            pending = set(futures)
            while pending:
                answered, pending = wait(pending, timeout=_HEED_SECONDS, return_when=FIRST_COMPLETED)
                if interrupted.is_set():
                    raise KeyboardInterrupt
                for future in answered:
                    try:
                        yield futures[future], future.result()
                    except BrokenProcessPool:
                        broken = True
                        unanswered.append(futures[future])
        if broken and jobs == 1:
            item = unanswered.pop(0)
            yield item, [_failure(item.source, "the worker that read it died; the file may need more memory")]
        waiting, jobs = sorted(unanswered, key=lambda item: item.source), 1


_ENDING_SECONDS = 5.0
_HEED_SECONDS = 0.2


@contextmanager
def _interrupts(*, kept_back: bool) -> Iterator[threading.Event]:
    """Tell whether there was an interrupt: one that falls into a callback or a finaliser is lost as an exception.

    With `kept_back` the first is told only, to be heeded where nothing breaks; a second one is raised at once.
    """
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return
    before = signal.getsignal(signal.SIGINT)
    if not callable(before):  # ignored, as for a command that a shell runs in the background
        yield interrupted
        return

    def note(number: int, frame: FrameType | None) -> None:
        again = interrupted.is_set()
        interrupted.set()
        if again or not kept_back:
            before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _workers(jobs: int, options: Options) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of workers. When its user is interrupted they are ended at once, not after the letters in line."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, initializer=_start_worker, initargs=(options,))
    try:
        yield pool
    except BaseException:
        for worker in set(multiprocessing.active_children()) - before:
            worker.kill()
        # The pool's own thread must be done before Python ends, or Python trips over what it closes meanwhile.
        ending = threading.Thread(target=pool.shutdown, kwargs={"cancel_futures": True}, daemon=True)
        ending.start()
        ending.join(_ENDING_SECONDS)
        raise
    pool.shutdown()


_worker: tuple[Language, Options] | None = None


def _start_worker(options: Options) -> None:
    global _worker  # a worker process has one pipeline, made once
    # Ctrl-C reaches every process of a terminal; the one that was started by the user sees to the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = (_pipeline(options), options)


def _end_with_parent() -> None:
    """End this worker when the process that started it was killed and could not say so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(item: Input) -> list[dict[str, Any]]:
    if _worker is None:
        raise RuntimeError("the worker was not started")
    nlp, options = _worker
    return _annotate_file(nlp, item, options)


def _pipeline(options: Options) -> Language:
    import foi_nlp

    return foi_nlp.load(config=options.config, patterns=options.patterns)


def _letters(item: Input, options: Options) -> Iterator[Letter | Failure]:
    try:
        found = open_letters(
            item.path, source=item.source, limits=options.limits, include_hidden=options.include_hidden
        )
        for letter in found:
            yield Failure(letter.source, letter.message) if isinstance(letter, LetterError) else letter
    except LetterError as error:
        yield Failure(error.source, error.message)
    except OSError as error:
        yield Failure(item.source, f"cannot be read: {error.strerror or error}; check that the file is there and yours")
    except Exception as error:  # no letter may stop its neighbours
        yield Failure(item.source, _unexpected(error))


def _replies(item: Input, options: Options) -> Iterator[Letter | Failure]:
    """Give the letters of a file, its annexes as parts where it is one letter, else each by itself."""
    found = list(_letters(item, options)) if item.annexes else _letters(item, options)
    if item.untied is not None:
        note = item.untied.note
        found = (replace(one, notes=(note, *one.notes)) if isinstance(one, Letter) else one for one in found)
    if isinstance(found, list):
        annexes = [(tie, list(_letters(annex, options))) for tie, annex in item.annexes]
        if len(found) == 1 and isinstance(found[0], Letter):
            read = [(tie, [one for one in held if isinstance(one, Letter)]) for tie, held in annexes]
            limits = ReadOptions(limits=options.limits, include_hidden=options.include_hidden)
            try:
                found = [with_annexes(found[0], read, limits)]
            except LetterError as error:
                found = [Failure(error.source, error.message)]
            annexes = [(tie, [one for one in held if isinstance(one, Failure)]) for tie, held in annexes]
        found = [*found, *(one for _, held in annexes for one in held)]
    yield from found


def _annotate_file(nlp: Language | None, item: Input, options: Options) -> list[dict[str, Any]]:
    if nlp is None:
        raise RuntimeError("no pipeline")
    results: list[dict[str, Any]] = []
    for letter in _replies(item, options):
        if isinstance(letter, Failure):
            results.append(_failure(letter.source, letter.message))
            continue
        try:
            with _time_limit(options.letter_seconds):
                record, doc = _annotate(nlp, letter)
                results.append({"record": record.model_dump_json(by_alias=True), "doc": doc})
        except Exception as error:  # no letter may stop its neighbours
            results.append(_failure(letter.source, _unexpected(error)))
    return results


class _LetterTimeoutError(Exception):
    """A letter took longer than it may."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop what takes longer than `seconds`, where the system has an alarm clock and this is the main thread."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: object) -> None:
        raise _LetterTimeoutError(f"took longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _annotate(nlp: Language, letter: Letter, *, pack: bool = True) -> tuple[LetterRecord, str]:
    from spacy.tokens import DocBin

    from foi_nlp.annotate import letter_doc, record_of

    with nlp.memory_zone():
        doc = letter_doc(nlp, letter)
        record = record_of(doc, letter)
        packed = base64.b64encode(DocBin(docs=[doc], store_user_data=True).to_bytes()).decode("ascii") if pack else ""
    return record, packed


def _failure(source: str, message: str) -> dict[str, Any]:
    return {"failure": {"source": source, "message": message}}


def _unexpected(error: Exception) -> str:
    if isinstance(error, _LetterTimeoutError):
        return f"{error} and was left out; cut the letter into parts, or find a slow rule with foi_nlp patterns check"
    return (
        f"could not be annotated ({type(error).__name__}: {error}); this is a fault of foi_nlp, "
        "please report it with the file"
    )
