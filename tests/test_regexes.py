"""Rules find fast what a plain search finds: not one match more, less or otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from foi_nlp.patterns import load_rules
from foi_nlp.pipeline.reading import flow_of
from foi_nlp.regex_shapes import DIGIT, LINE_START, WORD_START, Choice, Clause, Reach, lower_case, shape_of
from foi_nlp.regexes import RuleRegex, lower_pattern
from foi_nlp.searched_text import SearchedText

CORPUS = Path(__file__).parent.parent / "corpus"


def literals(clauses: tuple[Clause, ...]) -> list[object]:
    """Give the literals of clauses, those of a choice as lists."""
    return [
        [literals(option) for option in clause.alternatives] if isinstance(clause, Choice) else clause.text
        for clause in clauses
    ]


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bforce record", ["force record"]),
        (r"ab", []),
        (r"Forces?", ["force"]),
        (r"records+", ["record"]),
        (r"(?:held|kept) by", [[["held"], ["kept"]]]),
        (r"(?:held|up) there", ["there"]),
        (r"(?:held)?there", ["there"]),
        (r"(?:held){0,2}there", ["there"]),
        (r"(?:held){1,2}", ["held"]),
        (r"(?=held)(?<!not)there", ["there"]),
        (r"\d+ [1-9]\w", [DIGIT, DIGIT]),
        (r"(?P<n>\d)?(?(n)held|there)", []),
        (r"(?P<n>held)(?P=n)", ["held"]),
        (r"[held]there\.now", ["there.now"]),
    ],
)
def test_what_a_regex_needs_is_read_from_it(pattern: str, needed: list[object]) -> None:
    assert literals(shape_of(pattern).clauses) == needed


@pytest.mark.parametrize(
    ("pattern", "reach"),
    [
        (r"abc", Reach(3)),
        (r"ab?c{2,4}", Reach(6)),
        (r"\w+ +\d{1,3}", Reach(3, 1, 1)),
        (r"(?:a|bc|\w+)", Reach(2, 1)),
        (r"[^.]{0,40}x", Reach(41)),
        (r"[^.]*x", None),
        (r"(?:ab)+", None),
        (r"[ \w]+", None),
        (r"[ \t]+", Reach(0, 0, 1)),
        (r"(?P<n>a)(?P=n)", Reach(2)),
    ],
)
def test_how_far_a_regex_reaches_is_read_from_it(pattern: str, reach: Reach | None) -> None:
    assert shape_of(pattern).reach == reach


@pytest.mark.parametrize(
    ("pattern", "lowered"),
    [
        (r"\bForce\S\W\B", r"\bforce\S\W\B"),
        (r"(?P<Name>A)(?P=Name)(?(Name)B|C)", r"(?P<Name>a)(?P=Name)(?(Name)b|c)"),
        (r"[A-Z]", r"[a-z]"),
        (r"(?-i:A)", None),
        (r"\p{Lu}", None),
    ],
)
def test_a_regex_is_put_in_lower_case_where_that_says_the_same(pattern: str, lowered: str | None) -> None:
    assert lower_pattern(pattern) == lowered


def test_lower_case_keeps_every_offset() -> None:
    text = "İSTANBUL Straße ΟΔΟΣ"
    assert len(lower_case(text)) == len(text)
    assert lower_case(text) == "istanbul straße οδοσ"


def beginnings(pattern: str) -> list[str]:
    """Give what matches begin with, with signs for the start of a word or line, and dots where more can follow."""
    texts = {text + ("" if whole else "...") for text, whole in shape_of(pattern).beginnings}
    return sorted(text.replace(WORD_START, r"\b").replace(LINE_START, "^") for text in texts)


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        (r"Held", ["held"]),
        (r"\bforces", [r"\bforce..."]),
        (r"(?<![\w/])(?:he|we)", [r"\bhe", r"\bwe"]),
        (r"(?<![/x])held", ["held"]),
        (r"(?:the )?(?:held|kept)\b", ["held", "kept", "the he...", "the ke..."]),
        (r"[a-c]x?", ["a", "ax", "b", "bx", "c", "cx"]),
        (r"\d{1,2}[,.]", ["0,", "0.", "00,", "00."]),
        (r"ab+c", ["ab..."]),
        (r"a*c", ["a...", "c"]),
        (r"(?=x)(?:a|\w)", ["...", "a"]),
        (r"[^a]b", ["..."]),
        (r"^[>* ]*(?:\*\*)?held", ["^held"]),
        (r"^[>* ]*\w", ["^..."]),
        (r"(?P<a>x)?(?(a)y|z)", ["...", "x..."]),
    ],
)
def test_how_a_regex_begins_is_read_from_it(pattern: str, begins: list[str]) -> None:
    assert beginnings(pattern) == begins


@pytest.mark.parametrize("text", ["ſtill", "KEPT", "İt", "Ὀδυσσεύς ΟΔΟΣ", "5 µg 5 μg"])
def test_what_ignoring_case_takes_for_one_is_found(text: str) -> None:
    made = RuleRegex(r"\bstill|\bkept|\bit|οδοσ|5 µg")
    plain = [found.span() for found in made.as_written.finditer(text)]
    assert plain
    assert [found.span() for found in made.find(SearchedText(text))] == plain


WORDS = st.sampled_from(["held", "Force", "ab", "x", "2019", " ", ".", "records", "\n", "y z", "  "])
FILLER = " q" * 400  # so long that what matches lies in stretches
TEXTS = st.lists(WORDS, max_size=40).map(lambda words: FILLER + "".join(words) + FILLER + "".join(words[::-1]))
FIXED = [r"\b", "$", "^", " +", r"^[ .]*", r"(?<!\w)", r"(?<![\w.])"]
ATOMS = st.sampled_from(
    [
        *[
            r"held",
            r"FORCE",
            r"ab",
            r"x",
            r"\d",
            r"\w",
            r"[^.]",
            r"[a-m]",
            r"record",
            r".",
            r"\s",
            r"\b(?:held|x)",
            r"20",
            r"[.x]",
            r"a[.-]",
        ],
        r"[\w ]",
        "the ",
        *FIXED,
    ]
)
QUANTIFIERS = st.sampled_from(["", "", "", "?", "+", "*", "{0,3}", "{1,2}", "{2,}", "{0,9}?"])
PATTERNS = st.recursive(
    st.lists(st.tuples(ATOMS, QUANTIFIERS), min_size=1, max_size=4).map(
        lambda parts: "".join(atom if atom in FIXED else atom + times for atom, times in parts)
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"(?:{'|'.join(some)})"),
        st.tuples(inner, inner).map("".join),
        st.tuples(
            inner, st.sampled_from(["(?=%s)", "(?!%s)", "(?<=%s)", "(?>%s)", "(?:%s)?", "(?:%s){1,2}"]), inner
        ).map(lambda three: three[0] + three[1] % three[2]),
    ),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, TEXTS)
def test_a_fast_search_finds_what_a_plain_search_finds(pattern: str, text: str) -> None:
    made = RuleRegex(pattern, multiline=True)
    try:
        plain = [found.span() for found in made.as_written.finditer(text, timeout=1)]
    except (regex.error, TimeoutError):
        return
    assert [found.span() for found in made.find(SearchedText(text))] == plain


@pytest.mark.parametrize("name", sorted(path.name for path in CORPUS.glob("*.txt"))[::6])
def test_every_rule_finds_in_a_letter_what_a_plain_search_finds(name: str) -> None:
    flow = flow_of((CORPUS / name).read_text(encoding="utf-8"))
    searched = SearchedText(flow)
    book = load_rules()
    different = [
        rule.id
        for rule in book
        if rule.regex is not None
        and [found.span() for found in book.compile(rule).find(searched)]
        != [found.span() for found in book.compile(rule).as_written.finditer(flow)]
    ]
    assert different == []
