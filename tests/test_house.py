"""Rules of the house that a machine can hold."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest

from foi_nlp.pipeline import COMPONENTS
from tests.shared_files import ROOT, SHARED

SOURCES = sorted((ROOT / "foi_nlp").rglob("*.py"))


def string_constants(path: Path) -> list[tuple[int, str]]:
    """Give the texts in a module that are not documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    ]


def test_no_authority_is_named_in_code() -> None:
    register = ROOT / "patterns" / "registers" / "authorities.jsonl"
    names = [json.loads(line)["name"] for line in register.read_text(encoding="utf-8").splitlines()]
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in SOURCES
        for line, text in string_constants(path)
        for name in names
        if name in text
    ]
    assert found == []


def test_help_does_not_import_spacy() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from foi_nlp.cli import app;"
        "result = CliRunner().invoke(app, ['--help']); assert result.exit_code == 0, result.output;"
        "print('spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_component_is_registered_as_a_factory() -> None:
    registered = {point.name for point in importlib.metadata.entry_points(group="spacy_factories")}
    assert set(COMPONENTS) <= registered


def test_letters_know_no_spacy() -> None:
    guilty = [p.name for p in (ROOT / "foi_nlp" / "letters").rglob("*.py") if "spacy" in imports(p)]
    assert guilty == []


def test_the_pipeline_knows_no_files() -> None:
    guilty = [p.name for p in (ROOT / "foi_nlp" / "pipeline").rglob("*.py") if "foi_nlp.letters" in imports(p)]
    assert guilty == []


def imports(path: Path) -> set[str]:
    """Give the modules and packages that a module imports."""
    out = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            parts = name.split(".")
            out |= {".".join(parts[:i]) for i in range(1, len(parts) + 1)}
    return out


@pytest.mark.skipif(not SHARED.exists(), reason="the real letters are not part of the project")
def test_no_sentence_of_a_real_letter_is_in_the_project() -> None:
    own = "\n".join(
        " ".join(path.read_text(encoding="utf-8").split())
        for folder in ("foi_nlp", "patterns", "tests", "docs")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".jsonl", ".json", ".md", ".txt"} and path.is_file()
    )
    found = []
    for letter in [*sorted((SHARED / "letters").glob("*.txt")), *sorted((SHARED / "real").glob("*.txt"))]:
        words = letter.read_text(encoding="utf-8").split()
        step = 14  # words in a row that two writers do not hit upon by chance
        windows = (" ".join(words[i : i + step]) for i in range(0, len(words) - step, 3))
        found += [window for window in windows if window in own and sum(c.isalpha() for c in window) > 50]
    assert found == []
