"""Load and check the rules in `patterns/`.

A rule is one JSON object a line. `patterns/*.jsonl` are spaCy ruler patterns (`label`, `pattern`, `id`), which
plain `span_ruler` loads too; `patterns/regex/*.jsonl` hold what a token pattern cannot say, with `regex` in
place of `pattern`. Both carry `match` and `no_match` examples and a `source`. Further folders, given by the
user, are laid out the same way: a record with a shipped id replaces the shipped record, and
`{"id": "...", "enabled": false}` switches it off.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex

from foi_nlp.regexes import RuleRegex
from foi_nlp.resources import patterns_folder

RULER_FOLDER = "."
REGEX_FOLDER = "regex"
FRAGMENTS_FILE = "fragments.json"


class PatternError(ValueError):
    """A rule file cannot be used. The message names the file, the line, the record, the key and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what it looks for, what it calls it, where it counts, and examples that prove it.

    Exactly one of `pattern` (a phrase, or spaCy token patterns) and `regex` is set.

    * `value` is the canonical value of a match: the id of an authority, a caveat category, a section, ...
    * `attributes` are more facts for the component of this family, for instance `{"scope": "letter"}`.
    * `case`: match upper and lower case exactly. Otherwise case is ignored.
    * `multiline`: `^` and `$` match at lines and a space does not match a line break. Otherwise the text
      is one flow in which a space of the regex matches any run of white space.
    * `sections` / `not_sections`: the sections of a letter in which the rule counts; empty means all.
    * `cancelled_by`: regexes; one that matches in the same sentence takes the hit back.
    * `since` / `until`: ISO dates between which the fact holds.
    * `source`: why the rule exists.
    """

    id: str
    label: str
    pattern: str | tuple[Mapping[str, Any], ...] | None = None
    regex: str | None = None
    value: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    case: bool = False
    multiline: bool = False
    priority: int = 0
    sections: tuple[str, ...] = ()
    not_sections: tuple[str, ...] = ()
    cancelled_by: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()
    source: str = ""
    enabled: bool = True
    file: str = ""
    line: int = 0

    @property
    def where(self) -> str:
        """Name the rule and where it is written, for messages."""
        return f"{self.file}:{self.line}: rule {self.id!r}"


_KEYS = {f.name for f in fields(Rule)} - {"file", "line"}
_LISTS = {"sections", "not_sections", "cancelled_by", "match", "no_match"}
_TEXTS = {"id", "label", "regex", "value", "since", "until", "source"}
_FLAGS = {"case", "multiline", "enabled"}


class RuleBook:
    """All rules in force, by label, with the fragments that their regexes share."""

    def __init__(self, rules: Iterable[Rule], fragments: Mapping[str, str] | None = None) -> None:
        self.fragments: Mapping[str, str] = dict(fragments or {})
        self._by_id: dict[str, Rule] = {rule.id: rule for rule in rules}
        self._ready: dict[tuple[str, bool, bool], RuleRegex] = {}
        self._by_label: dict[str, list[Rule]] = {}
        for rule in self._by_id.values():
            self._by_label.setdefault(rule.label, []).append(rule)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __getitem__(self, rule_id: str) -> Rule:
        return self._by_id[rule_id]

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._by_id

    @property
    def labels(self) -> list[str]:
        """The labels that rules give, sorted."""
        return sorted(self._by_label)

    def labelled(self, *labels: str) -> list[Rule]:
        """Give the rules with one of these labels, in the order they are written."""
        return [rule for label in labels for rule in self._by_label.get(label, [])]

    @property
    def sha256(self) -> str:
        """A hash of all rules and fragments in force, for `run.json`."""
        digest = hashlib.sha256(json.dumps(self.fragments, sort_keys=True).encode())
        for rule in sorted(self._by_id.values(), key=lambda r: r.id):
            record = {f.name: getattr(rule, f.name) for f in fields(Rule) if f.name not in {"file", "line"}}
            digest.update(json.dumps(record, sort_keys=True, default=list).encode())
        return digest.hexdigest()

    def compile(self, rule: Rule) -> RuleRegex:
        """Make the regex of a rule ready, its fragments put in. Raises PatternError for a fragment that is unknown."""
        if rule.regex is None:
            raise PatternError(f"{rule.where}: has no regex to compile")
        return self.compile_text(rule.regex, case=rule.case, multiline=rule.multiline, where=f"{rule.where}: regex")

    def compile_text(
        self, text: str, *, case: bool = False, multiline: bool = False, where: str = "regex"
    ) -> RuleRegex:
        """Make one regex in the dialect of the rules ready. Raises PatternError for a fragment that is unknown."""
        key = text, case, multiline
        if key not in self._ready:
            self._ready[key] = RuleRegex(self.expand(text, where=where), case=case, multiline=multiline)
        return self._ready[key]

    def check(self, rules: Iterable[Rule] | None = None) -> None:
        """Compile all regexes of these rules, or of all. Raises PatternError naming the rule whose regex is wrong."""
        for rule in self if rules is None else rules:
            parts = [(rule.regex, "regex")] if rule.regex is not None else []
            for text, key in (*parts, *((cancel, "cancelled_by") for cancel in rule.cancelled_by)):
                where = f"{rule.where}: {key}"
                made = self.compile(rule) if key == "regex" else self.compile_text(text, where=where)
                try:
                    made.as_written  # noqa: B018  (compiled when it is first asked for)
                except regex.error as error:
                    raise PatternError(f"{where} is not a valid regular expression: {error}") from None

    def expand(self, text: str, *, where: str = "regex") -> str:
        """Put the fragments `{{name}}` into a regex, each as a group. Raises PatternError for an unknown one."""

        def replace(found: regex.Match[str]) -> str:
            name = found[1]
            if name not in self.fragments:
                raise PatternError(f"{where}: no fragment {name!r}{_nearest(name, self.fragments)}")
            return f"(?:{self.expand(self.fragments[name], where=where)})"

        return regex.sub(r"\{\{(\w+)\}\}", replace, text)


def load_rules(folders: Sequence[Path] = ()) -> RuleBook:
    """Load the shipped rules and those of `folders`, which override them by id.

    Raises PatternError for a file, record or key that cannot be used, before any letter is read.
    """
    return _load(tuple(str(Path(folder).resolve()) for folder in folders))


@lru_cache(maxsize=8)
def _load(folders: tuple[str, ...]) -> RuleBook:
    rules: dict[str, Rule] = {}
    fragments: dict[str, str] = {}
    for folder in (patterns_folder(), *map(Path, folders)):
        if not folder.is_dir():
            raise PatternError(f"{folder}: no such folder of patterns; give a folder that holds .jsonl files of rules")
        fragments.update(_read_fragments(folder / FRAGMENTS_FILE))
        of_this_folder: dict[str, Rule] = {}
        for path in rule_files(folder):
            for number, data in read_records(path):
                _add(data, path=path, line=number, shipped=rules, own=of_this_folder)
        _refuse_contradictions(of_this_folder, rules)
        for rule_id, rule in of_this_folder.items():
            if rule.enabled:
                rules[rule_id] = rule
            else:
                rules.pop(rule_id, None)
    book = RuleBook(rules.values(), fragments)
    if folders:  # the shipped rules are known to be valid, and compiling them all takes a second or two
        book.check()
    return book


def _refuse_contradictions(own: Mapping[str, Rule], earlier: Mapping[str, Rule]) -> None:
    """Refuse a rule that looks for the same as an earlier one, in the same sections, and calls it otherwise."""
    known = {_looks_for(rule): rule for rule in earlier.values() if rule.id not in own}
    for rule in own.values():
        other = known.get(_looks_for(rule)) if rule.enabled else None
        if other is not None and other.value != rule.value:
            raise PatternError(
                f"{rule.where}: contradicts {other.id!r} ({other.file}:{other.line}), which finds the same and "
                f"calls it {other.value!r}, not {rule.value!r}; give yours that id, "
                "to replace it, or switch the other off"
            )


def _looks_for(rule: Rule) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    text = rule.regex if rule.regex is not None else json.dumps(rule.pattern, sort_keys=True)
    return rule.label, text if rule.case else text.lower(), rule.sections, rule.not_sections


def rule_files(folder: Path) -> list[Path]:
    """Give the rule files of a folder of patterns, in the order they are loaded."""
    return sorted(folder.glob("*.jsonl")) + sorted((folder / REGEX_FOLDER).glob("*.jsonl"))


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each record of a rule file with its line number. Raises PatternError for a line that is no object."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PatternError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except json.JSONDecodeError as error:
            raise PatternError(f"{path}:{number}: not valid JSON ({error.msg} at column {error.colno})") from None
        if not isinstance(data, dict):
            raise PatternError(f"{path}:{number}: a rule is a JSON object, this line is {type(data).__name__}")
        yield number, data


def _read_fragments(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise PatternError(f"{path}:{error.lineno}: not valid JSON ({error.msg})") from None
    if not isinstance(data, dict) or not all(isinstance(v, str) for v in data.values()):
        raise PatternError(f"{path}: fragments are one JSON object of names and regexes")
    return data


def _add(data: dict[str, Any], *, path: Path, line: int, shipped: Mapping[str, Rule], own: dict[str, Rule]) -> None:
    where = f"{path}:{line}"
    rule_id = data.get("id")
    if not isinstance(rule_id, str) or not rule_id:
        raise PatternError(f'{where}: a rule needs an "id", a text that no other rule has')
    where = f"{where}: rule {rule_id!r}"
    if rule_id in own:
        first = own[rule_id]
        raise PatternError(f"{where}: the id is taken already by {first.file}:{first.line}; give each rule its own")
    if data.get("enabled") is False and set(data) <= {"id", "enabled", "source"}:
        if rule_id not in shipped:
            raise PatternError(f"{where}: switches off a rule that does not exist{_nearest(rule_id, shipped)}")
        own[rule_id] = Rule(id=rule_id, label="", enabled=False, file=path.name, line=line)
        return
    own[rule_id] = parse_rule(data, where=where, file=str(path), line=line)


def parse_rule(data: Mapping[str, Any], *, where: str, file: str = "", line: int = 0) -> Rule:
    """Make a Rule of one record. Raises PatternError naming the key that is wrong and the nearest valid one."""
    for key in data:
        if key not in _KEYS:
            raise PatternError(f"{where}: unknown key {key!r}{_nearest(key, _KEYS)}")
    for key in ("label", "match", "no_match", "source"):
        if not data.get(key):
            raise PatternError(f"{where}: {key!r} is missing or empty; every rule needs it")
    values = {key: _parse_value(key, value, where=where) for key, value in data.items()}
    if (values.get("pattern") is None) == (values.get("regex") is None):
        raise PatternError(f"{where}: give exactly one of 'pattern' (patterns/) and 'regex' (patterns/regex/)")
    return Rule(**values, file=file, line=line)


def _parse_value(key: str, value: object, *, where: str) -> Any:  # noqa: ANN401  # as the field of Rule has it
    if key == "pattern":
        return _parse_pattern(value, where=where)
    if key in _LISTS:
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise PatternError(f"{where}: {key!r} must be a list of texts that are not empty")
        return tuple(value)
    kind, name = (
        (str, "a text")
        if key in _TEXTS
        else (bool, "true or false")
        if key in _FLAGS
        else (dict, "a JSON object")
        if key == "attributes"
        else (int, "a whole number")
    )
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise PatternError(f"{where}: {key!r} must be {name}")
    return value


def _parse_pattern(value: object, *, where: str) -> str | tuple[Mapping[str, Any], ...]:
    if isinstance(value, str):
        if not value.strip() or value != " ".join(value.split()):
            raise PatternError(f"{where}: a phrase must not be empty, nor have white space around or doubled in it")
        return value
    if not isinstance(value, list) or not value or not all(isinstance(token, dict) for token in value):
        raise PatternError(f"{where}: 'pattern' must be a phrase or a list of spaCy token patterns")
    for token in value:
        lower = token.get("LOWER")
        texts = lower.get("IN", []) if isinstance(lower, dict) else [lower]
        for text in texts:
            if isinstance(text, str) and text != text.lower():
                raise PatternError(f'{where}: {{"LOWER": {text!r}}} can never match; write {text.lower()!r}')
    return tuple(value)


def _nearest(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
