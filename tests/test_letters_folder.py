"""Finding letters in folders."""

from __future__ import annotations

from pathlib import Path

from foi_nlp.letters.folder import find_files
from tests.letter_files import ROOT


def test_folders_are_searched_in_order_and_ignore_files_are_heeded(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "notes.md", "gold/a.json", "sub/c.pdf", "sub/tmp.log", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / ".foiignore").write_text("# no letters\nnotes.md\ngold/\n*.log\n")
    found = [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])]
    assert found == ["a.txt", "b.txt", "sub/c.pdf"]


def test_files_named_outright_are_given_once_even_when_ignored_or_missing(tmp_path: Path) -> None:
    (tmp_path / ".foiignore").write_text("a.txt\n")
    (tmp_path / "a.txt").write_text("x")
    named = [tmp_path / "a.txt", tmp_path / "gone.txt"]
    assert find_files([*named, tmp_path, tmp_path / "a.txt"]) == named


def test_a_link_to_a_folder_above_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a.txt").write_text("x")
    assert find_files([tmp_path]) == [tmp_path / "a.txt"]


def test_the_sample_corpus_names_what_is_no_letter() -> None:
    found = {path.relative_to(ROOT / "corpus").parts[0] for path in find_files([ROOT / "corpus"])}
    assert not found & {"gold", "formats", "README.md"}
