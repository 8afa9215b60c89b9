"""The workbench for rules, as a command: what it lists, and what it says of a label that no rule has."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from foi_nlp.cli import app
from foi_nlp.patterns import load_rules


def test_rules_are_listed_whole_where_it_is_no_terminal() -> None:
    result = CliRunner().invoke(app, ["patterns", "list"], env={"COLUMNS": "40"})
    assert result.exit_code == 0, result.output
    rows = [line.split("\t") for line in result.output.splitlines()]
    assert rows[0] == ["rule", "label", "value", "written in"]
    assert [row[0] for row in rows[1:]] == [rule.id for rule in load_rules(())]


def test_a_label_may_be_written_small() -> None:
    result = CliRunner().invoke(app, ["patterns", "list", "--label", "caveat"])
    assert {line.split("\t")[1] for line in result.output.splitlines()[1:]} == {"CAVEAT"}


@pytest.mark.parametrize(
    "arguments", [["list", "--label", "NOPE"], ["check", "--label", "NOPE"], ["try", "NOPE", "x", "letters"]]
)
def test_a_label_that_no_rule_has_is_refused(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["patterns", *arguments])
    assert result.exit_code == 2
    assert "NOPE: no such label; there are: ACT, " in result.output
