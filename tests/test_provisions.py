"""Citations, the regime that gives them meaning, and whether a reply rests on them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foi_nlp.annotate import annotate_letter
from foi_nlp.citations import read_numbers
from foi_nlp.letters.model import Letter
from foi_nlp.patterns import load_rules
from foi_nlp.pipeline.provisions import register_with_aliases
from foi_nlp.provision_register import load_register
from foi_nlp.regime import decide_regime

if TYPE_CHECKING:
    from spacy.language import Language

    from foi_nlp.records import LetterRecord

FOISA_TITLE = "FREEDOM OF INFORMATION (SCOTLAND) ACT 2002\n\n"


def annotate(nlp: Language, text: str) -> LetterRecord:
    return annotate_letter(nlp, Letter(source="letter.txt", source_sha256="", text=text))


def statuses(nlp: Language, text: str) -> set[tuple[str, str]]:
    return {(p.id, p.status) for p in annotate(nlp, text).provisions}


def cited(nlp: Language, text: str) -> set[str]:
    return {provision for provision, status in statuses(nlp, text) if status == "cited"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", [("12", ())]),
        ("40(2)&(3)(A)(a)", [("40", ("2",)), ("40", ("3A", "a"))]),
        ("40(2)(3A)(a)", [("40", ("2",)), ("40", ("3A", "a"))]),
        ("31(1)(a)&(b)", [("31", ("1", "a")), ("31", ("1", "b"))]),
        ("30 (1) (c) & (2) (a) (ii) Investigations", [("30", ("1", "c")), ("30", ("2", "a", "ii"))]),
        ("30(1)(a)(i)(ii) - title", [("30", ("1", "a", "i")), ("30", ("1", "a", "ii"))]),
        ("40(5)(B)(a)(i)", [("40", ("5B", "a", "i"))]),
        ("22A", [("22A", ())]),
        ("17(1) and Section 17(5) of", [("17", ("1",)), ("17", ("5",))]),
        ("12, 18 hours of work", [("12", ())]),
        ("12 and 18 hours", [("12", ())]),
        ("12.5 hours", []),
        ("£450", []),
    ],
)
def test_numbers_of_one_citation(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(c.number, c.path) for c in read_numbers(text, 0)] == expected


def test_a_range_names_every_section_between() -> None:
    assert [c.number for c in read_numbers("30 to 32 apply", 0, plural=True)] == ["30", "31", "32"]


@given(
    number=st.integers(1, 99),
    path=st.sampled_from([(), ("1",), ("2",), ("3A",), ("1", "a"), ("2", "b"), ("1", "c", "ii"), ("5B", "a", "i")]),
    gap=st.sampled_from(["", " "]),
)
def test_a_written_citation_reads_back(number: int, path: tuple[str, ...], gap: str) -> None:
    text = str(number) + "".join(f"{gap}({label})" for label in path)
    found = read_numbers(text, 0)
    assert [(c.number, c.path, text[c.start : c.end]) for c in found] == [(str(number), path, text)]


@given(st.text(alphabet="0123456789()aivx &,-to", max_size=60))
def test_reading_numbers_stays_inside_the_text(text: str) -> None:
    for found in read_numbers(text, 0):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("provision", sorted(p.id for p in load_register().entries.values() if p.number))
def test_every_provision_of_the_register_can_be_cited(provision: str) -> None:
    register = register_with_aliases()
    entry = register[provision]
    written = entry.number + "".join(f"({label})" for label in entry.path)
    (found,) = read_numbers(written, 0)
    assert register.resolve(entry.act, found.number, found.path) == provision


@pytest.mark.parametrize(
    ("act", "number", "path", "expected"),
    [
        ("foia", "31", ("1", "a"), "foia.31(1)"),
        ("foia", "40", ("3", "a", "i"), "foia.40(3A)(a)"),
        ("foia", "40", ("5B",), "foia.40(5B)(a)(i)"),
        ("foia", "1", ("a",), "foia.1(1)(a)"),
        ("foia", "99", (), None),
    ],
)
def test_places_resolve_to_the_register(act: str, number: str, path: tuple[str, ...], expected: str | None) -> None:
    assert register_with_aliases().resolve(act, number, path) == expected


@pytest.mark.parametrize(
    ("responders", "named", "expected"),
    [
        (["police-scotland"], {}, "FOISA 2002"),
        (["kent"], {"FOISA 2002": 3}, "FOIA 2000"),
        ([], {"FOISA 2002": 1}, "FOISA 2002"),
        ([], {"FOISA 2002": 1, "FOIA 2000": 2}, "FOIA 2000"),
        ([], {}, "FOIA 2000"),
        (["kent"], {"EIR 2004": 1}, "EIR 2004"),
        (["police-scotland"], {"EIR 2004": 1}, "EIR (Scotland) 2004"),
    ],
)
def test_regime(responders: list[str], named: dict[str, int], expected: str) -> None:
    assert decide_regime(responders, Counter(named)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Section 12 of the Act applies to question 2.", {"foia.12(1)"}),
        ("The names are exempt under S40(2)&(3)(A)(a).", {"foia.40(2)"}),
        ("It is refused (FOIA, s.12).", {"foia.12(1)"}),
        ("Sections 30, 31 and 40(2) FOIA are engaged.", {"foia.30", "foia.31", "foia.40(2)"}),
        ("The list is exempt by virtue of 31(1)(a)&(b).", {"foia.31(1)"}),
        ("The limit that applies is set out in 12 of the Act.", {"foia.12(1)"}),
        ("Section 43(2) applies. Section 43 is a qualified exemption.", {"foia.43(2)"}),
        ("Section 12(4) adds the two together, so Section 12 applies.", {"foia.12(4)", "foia.12(1)"}),
    ],
)
def test_forms_of_citation(nlp: Language, text: str, expected: set[str]) -> None:
    assert cited(nlp, f"Dear Applicant\n\nResponse\n\n{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Section 1 of the Act places two duties on public authorities. It is exempt by virtue of section 30(1).",
            {"foia.30(1)"},
        ),
        (
            "You asked:\n\n1. How many dogs?\n\nThe duty does not apply by virtue of\n\nS30(3) - Investigations",
            {"foia.30(3)"},
        ),
        (
            "You asked:\n\n1. The plans. They are withheld on the basis of section 36(2).\n\n2. The costs?\n",
            {"foia.36(2)"},
        ),
        ("You asked:\n\n1. How many were refused by virtue of section 36(2)?\n\nResponse\n\nNone.\n", set()),
    ],
)
def test_a_ground_counts_where_the_authority_says_so(nlp: Language, text: str, expected: set[str]) -> None:
    assert {p for p in cited(nlp, text) if not p.startswith(("foia.1(", "foia.1."))} - {"foia.1"} == expected


@pytest.mark.parametrize("text", ["By station: Ashtown: 9 (2), Birchley: 31 (1).", "The Road, Sheffield S35 2PY"])
def test_numbers_and_postcodes_are_no_provisions(nlp: Language, text: str) -> None:
    assert statuses(nlp, f"Response\n\n{text}\n") == set()


def test_section_39_only_sends_to_the_regulations(nlp: Language) -> None:
    text = "It was dealt with under the Environmental Information Regulations 2004, as section 39 of FOIA says."
    assert ("foia.39", "mentioned") in statuses(nlp, text)


def test_section_17_is_not_held_in_scotland_and_a_notice_elsewhere(nlp: Language) -> None:
    text = "In terms of Section 17 of the Act this is notice to you."
    assert cited(nlp, FOISA_TITLE + text) == {"foisa.17(1)"}
    assert cited(nlp, "FREEDOM OF INFORMATION ACT 2000\n\n" + text) == {"foia.17"}


@pytest.mark.parametrize(
    "text",
    [
        "Two persons were charged under section 12 of the Theft Act 1968.",
        "They were dealt with under Section 38 or Section 39 of the Criminal Justice Act 1988.",
        "There were 40 section 39 assaults in the year.",
        "The Firearms Act 1968 applies; a person needs none by virtue of section 21 of that Act.",
        "The stop was made under s.43 of the Terrorism Act.",
    ],
)
def test_sections_of_other_acts_are_left_alone(nlp: Language, text: str) -> None:
    assert cited(nlp, f"Response\n\n{text}\n") == set()


@pytest.mark.parametrize(
    "text",
    [
        "We are not relying on section 12 here.",
        "Section 14 has not been considered.",
        "A new request may attract section 40 as well.",
        "Each page would have to be considered under sections 24, 30 and 31.",
        "Your previous request was refused under section 12.",
        "You complain that section 31 was applied too widely.",
        "An authority which is relying on a claim that section 12 or section 14 applies must give a notice.",
        "An authority cannot claim section 12 for the cost of redaction.",
        "Previously, section 12 was applied to a wider question.",
        "Section 43(2) falls away.",
        "Section 12, which we cited in our first response, is no longer relied on.",
        "Names and addresses would in all likelihood be exempt under section 40(2).",
    ],
)
def test_what_is_only_named_is_no_ground(nlp: Language, text: str) -> None:
    found = {status for _, status in statuses(nlp, f"Response\n\n{text}\n")}
    assert found == {"mentioned"}


def test_a_ground_taken_back_on_review_is_taken_back_everywhere(nlp: Language) -> None:
    text = (
        "Internal review\n\nSection 31(1)(a) was used for the list.\n\nMy findings\n\nSection 31 is withdrawn.\n\n"
        "Section 40(2) is maintained.\n"
    )
    assert cited(nlp, text) == {"foia.40(2)"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We cannot provide this figure within cost.", "foia.12(1)"),
        ("To answer this would exceed the limit of 18 hours.", "foia.12(1)"),
        ("The Force does not hold conviction data.", "foia.1(1)(a)"),
        ("The figures should be sought directly from the Courts.", "foia.16"),
    ],
)
def test_provisions_implied_by_their_words(nlp: Language, text: str, expected: str) -> None:
    assert (expected, "implied") in statuses(nlp, f"Dear Applicant\n\nResponse\n\n{text}\n")


def test_an_implied_cost_refusal_follows_the_regime(nlp: Language) -> None:
    text = FOISA_TITLE + "Response\n\nTo answer this would exceed the appropriate limit.\n"
    assert ("foisa.12(1)", "implied") in statuses(nlp, text)


def test_a_possible_later_refusal_is_no_ground(nlp: Language) -> None:
    text = "Response\n\nIt is possible that the time needed will be more than 18 hours.\n"
    assert not [p for p, s in statuses(nlp, text) if p.startswith("foia.12") and s != "mentioned"]


def test_neither_confirm_nor_deny_implies_the_limb(nlp: Language) -> None:
    text = (
        "Response\n\nThe Force neither confirms nor denies that it holds the information by virtue of Section 31(1)(a)."
    )
    assert {("foia.31(1)", "cited"), ("foia.31(3)", "implied")} <= statuses(nlp, text)


def test_spans_lie_on_the_citation(nlp: Language) -> None:
    text = "Response\n\nIt is exempt under Section 31(1)(a)(b) of the Act.\n"
    found = [p for p in annotate(nlp, text).provisions if p.status == "cited"]
    assert [text[p.start : p.end] for p in found] == ["Section 31(1)(a)(b)"]


def test_status_rules_speak_of_citations() -> None:
    assert all("§" in (rule.regex or "") for rule in load_rules().labelled("PROVISION_STATUS"))
