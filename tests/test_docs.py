"""The documentation is true: its worked example runs, its pages are up to date, every command is described."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foi_nlp.cli import app
from foi_nlp.records import LetterRecord
from tests.shared_files import ROOT

_FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_worked_example_of_a_new_rule_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outputs: dict[str, str] = {}
    for language, name, body in _FENCE.findall((ROOT / "docs" / "rules.md").read_text(encoding="utf-8")):
        if language == "text":
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(body, encoding="utf-8")
            continue
        for line in body.splitlines():
            command = shlex.split(line)
            assert command[0] == "foi_nlp"
            result = CliRunner().invoke(app, command[1:])
            assert result.exit_code == 0, (line, result.output)
            outputs[line] = result.output
    said = "\n".join(outputs.values())
    assert "1 hits in 1 letters" in said
    assert "+ CAVEAT data_quality" in said
    assert "0 findings" in said
    record = json.loads(Path("after/letters.jsonl").read_text(encoding="utf-8"))
    assert "caveat.mine.different-ideas" in [caveat["rule"] for caveat in record["caveats"]]
    before = json.loads(Path("before/letters.jsonl").read_text(encoding="utf-8"))
    assert "data_quality" not in [caveat["category"] for caveat in before["caveats"]]


def test_the_published_schema_is_that_of_the_record() -> None:
    published = json.loads((ROOT / "docs" / "letter.schema.json").read_text(encoding="utf-8"))
    assert published == LetterRecord.model_json_schema(by_alias=True)


def test_the_pages_of_rules_are_up_to_date() -> None:
    result = CliRunner().invoke(app, ["patterns", "docs", str(ROOT / "docs" / "patterns"), "--check"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    "command", ["annotate", "show", "evaluate", "review", "export", "import", "collate", "patterns"]
)
def test_the_readme_or_docs_name_every_command(command: str) -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    assert any(f"foi_nlp {command}" in page.read_text(encoding="utf-8") for page in pages)


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    pages = [
        ROOT / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "docs" / "decisions").glob("*.md")),
    ]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
