"""Loading of rule files: what is refused, and how the message helps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foi_nlp.patterns import PatternError, RuleBook, load_rules, parse_rule
from foi_nlp.regexes import loosen_spaces

GOOD = {
    "id": "mine.one",
    "label": "CAVEAT",
    "regex": "odd figures",
    "match": ["These are odd figures."],
    "no_match": ["These are even."],
    "source": "a reply",
}


def write(folder: Path, *lines: str) -> Path:
    (folder / "regex").mkdir(parents=True)
    (folder / "regex" / "mine.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def record(**changes: object) -> str:
    return json.dumps({key: value for key, value in {**GOOD, **changes}.items() if value is not None})


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["{"], ["mine.jsonl:1", "not valid JSON"]),
        ([record(), "[]"], ["mine.jsonl:2", "JSON object"]),
        ([record(id=None)], ["mine.jsonl:1", '"id"']),
        ([record(lable="X")], ["mine.jsonl:1", "'mine.one'", "'lable'", "did you mean 'label'"]),
        ([record(match=[])], ["'match' is missing or empty"]),
        ([record(no_match=None)], ["'no_match' is missing or empty"]),
        ([record(source="")], ["'source' is missing or empty"]),
        ([record(regex=None)], ["exactly one of 'pattern'"]),
        ([record(pattern="odd figures")], ["exactly one of 'pattern'"]),
        ([record(regex="(odd")], ["not a valid regular expression"]),
        ([record(regex="{{no_such_fragment}}")], ["no fragment 'no_such_fragment'"]),
        ([record(cancelled_by=["(x"])], ["cancelled_by", "not a valid regular expression"]),
        ([record(case="yes")], ["'case' must be true or false"]),
        ([record(priority=True)], ["'priority' must be a whole number"]),
        ([record(), record()], ["mine.jsonl:2", "taken already by", "mine.jsonl:1"]),
        ([record(regex=None, pattern=[{"LOWER": "Odd"}])], ["can never match", "'odd'"]),
        ([record(regex=None, pattern=[{"LOWER": {"IN": ["odd", "Even"]}}])], ["can never match", "'even'"]),
        ([record(regex=None, pattern="odd  figures")], ["white space"]),
        ([json.dumps({"id": "no.such.rule", "enabled": False})], ["switches off a rule that does not exist"]),
    ],
)
def test_a_rule_that_cannot_be_used_is_named_with_the_remedy(
    tmp_path: Path, lines: list[str], words: list[str]
) -> None:
    with pytest.raises(PatternError) as caught:
        load_rules((write(tmp_path / "rules", *lines),))
    for word in words:
        assert word in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PatternError, match="no such folder of patterns"):
        load_rules((tmp_path / "absent",))


def test_a_users_rule_is_added(tmp_path: Path) -> None:
    assert "mine.one" in load_rules((write(tmp_path / "rules", record()),))


def test_a_users_rule_replaces_a_shipped_one_by_id(tmp_path: Path) -> None:
    shipped = next(iter(load_rules()))
    book = load_rules((write(tmp_path / "rules", record(id=shipped.id)),))
    assert book[shipped.id].regex == "odd figures"


def test_a_shipped_rule_can_be_switched_off(tmp_path: Path) -> None:
    shipped = next(iter(load_rules()))
    book = load_rules((write(tmp_path / "rules", json.dumps({"id": shipped.id, "enabled": False})),))
    assert shipped.id not in book


def test_the_hash_of_the_rules_changes_with_a_rule(tmp_path: Path) -> None:
    assert load_rules().sha256 != load_rules((write(tmp_path / "rules", record()),)).sha256


@pytest.mark.parametrize(
    ("pattern", "multiline", "loosened"),
    [
        ("a b", False, "a +b"),
        ("a ?b", False, "a *b"),
        ("a *b", False, "a *b"),
        ("a {0,2}b", False, "a {0,2}b"),
        ("[a b] c", False, "[a b] +c"),
        ("[]x ] c", False, "[]x ] +c"),
        (r"a\ b", False, r"a\ b"),
        ("a b", True, "a[ \\t]+b"),
    ],
)
def test_a_space_matches_any_run_of_white_space(pattern: str, multiline: bool, loosened: str) -> None:
    assert loosen_spaces(pattern, multiline=multiline) == loosened


def test_fragments_are_put_in_as_groups() -> None:
    book = RuleBook([], {"number": "{{digit}}+", "digit": "[0-9]"})
    assert book.expand("no {{number}}") == "no (?:(?:[0-9])+)"


def test_a_record_becomes_a_rule() -> None:
    rule = parse_rule(GOOD, where="here", file="mine.jsonl", line=3)
    assert (rule.id, rule.regex, rule.match, rule.where) == (
        "mine.one",
        "odd figures",
        ("These are odd figures.",),
        "mine.jsonl:3: rule 'mine.one'",
    )


def test_a_users_rule_that_contradicts_a_shipped_one_is_named(tmp_path: Path) -> None:
    shipped = next(r for r in load_rules() if r.label == "CAVEAT" and r.regex and not r.sections and not r.not_sections)
    lines = record(regex=shipped.regex, value="another")
    with pytest.raises(PatternError, match=f"contradicts '{shipped.id}'"):
        load_rules((write(tmp_path / "rules", lines),))


def test_every_shipped_regex_is_valid() -> None:
    load_rules().check()
