"""Data-quality caveats: what counts as one, where, and how far it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from foi_nlp.annotate import annotate_letter
from foi_nlp.letters.model import Letter
from foi_nlp.patterns import load_rules
from foi_nlp.pipeline.caveats import load_categories

if TYPE_CHECKING:
    from spacy.language import Language

    from foi_nlp.records import Caveat


def caveats(nlp: Language, text: str) -> list[Caveat]:
    return annotate_letter(nlp, Letter(source="letter.txt", source_sha256="", text=text)).caveats


def categories(nlp: Language, text: str) -> set[str]:
    return {caveat.category for caveat in caveats(nlp, text)}


def test_every_category_of_the_register_has_a_rule() -> None:
    assert {rule.value for rule in load_rules().labelled("CAVEAT")} == set(load_categories())


def test_there_are_twenty_four_categories() -> None:
    assert len(load_categories()) == 24


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("unaudited_snapshot", "The data comes from a live crime recording system and is subject to change."),
        ("as_of_date", "The figures were run on 10 July 2025."),
        ("interpretation", "For this answer, knife crime has been taken to mean offences with a blade."),
        ("recording_change", "The Force migrated to a new records system called Niche in October 2019."),
        ("data_quality", "We cannot guarantee that the search has found all records."),
        ("not_comparable", "Because systems differ it is not possible to compare this with other forces."),
        ("ongoing_change", "Several of the 2024 investigations are still ongoing."),
        ("proxy_measure", "We do not record convictions; however we can provide the number of charges."),
        ("small_number_suppression", "Numbers less than 5 have been suppressed."),
        ("double_counting", "One offence may have several victims."),
        ("classification", "There is no specific code for theft of dogs."),
        ("free_text", "The reason is only held in the free text of the log."),
        ("not_mandatory", "Ethnicity is not always recorded."),
        ("partial_period", "2023 (to 31 August) 619"),
        ("estimate", "The spend was approximately 400 pounds."),
        ("rounding", "Sums have been rounded to the nearest pound."),
        ("retention_or_loss", "Records before 2012 have been deleted under the retention policy."),
        (
            "date_basis",
            "Years are those in which the crime was recorded, which is not necessarily when it was committed.",
        ),
        ("population_mismatch", "Special constables are not included."),
        ("source_scope", "The figures were extracted from the custody system."),
        ("incomplete_picture", "The figures should be treated with caution."),
        ("differs_from_official", "They may differ from those published by the Home Office."),
        ("linked_records", "Custody records are not linked to crime records."),
        ("reuse_context", "If you intend to write an article please speak to our press office."),
    ],
)
def test_each_category_is_heard(nlp: Language, category: str, text: str) -> None:
    assert category in categories(nlp, f"Dear Applicant\n\nResponse\n\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "The information is in the public domain without caveat.",
        "We cannot guarantee that this link will work.",
        "The contract started on 1 April 2018.",
        "There were 34 arrests, of which 12 led to a charge.",
        "Every care is taken over our replies.",
        "You should complete the form in full.",
        "Charged 12 Not recorded 3 Total 15",
        "Somebody would take an estimated 5 minutes per record.",
    ],
)
def test_what_is_no_caveat(nlp: Language, text: str) -> None:
    assert categories(nlp, f"Dear Applicant\n\nResponse\n\n{text}\n") == set()


def test_a_request_has_no_caveats(nlp: Language) -> None:
    text = (
        "Dear Applicant\n\nYou asked:\n\n1. How many officers are shown on your live system, excluding specials?"
        "\n\nResponse\n\n12\n"
    )
    assert categories(nlp, text) == set()


@pytest.mark.parametrize(
    ("asked", "answer", "expected"),
    [
        ("2017 and thus far in 2018", "2017 - 12\n2018 - 9", {"partial_period"}),
        ("2017 and 2018", "2017 - 12\n2018 - 9", set()),
        ("2017 and thus far in 2018", "Twelve in all.", set()),
    ],
)
def test_a_year_asked_for_in_part(nlp: Language, asked: str, answer: str, expected: set[str]) -> None:
    text = f"Dear Applicant\n\nYou asked:\n\n1. How many burglaries were there in {asked}?\n\nResponse\n\n{answer}\n"
    assert categories(nlp, text) == expected


@pytest.mark.parametrize(
    ("text", "scope", "severity"),
    [
        ("2023 (to 31 August) 619", "period", "blocks"),
        ("Thefts: <5", "cells", "blocks"),
        ("These figures are un-audited.", "letter", "limits"),
    ],
)
def test_scope_and_severity(nlp: Language, text: str, scope: str, severity: str) -> None:
    (found,) = caveats(nlp, f"Dear Applicant\n\nResponse\n\n{text}\n")
    assert (found.scope, found.severity) == (scope, severity)


def test_a_caveat_is_said_once_a_sentence(nlp: Language) -> None:
    text = "Response\n\nThe un-audited figures come from a live system and are a snapshot of unpublished data.\n"
    assert [caveat.category for caveat in caveats(nlp, text)] == ["unaudited_snapshot"]


def test_a_change_of_system_says_its_kind(nlp: Language) -> None:
    (found,) = caveats(nlp, "Response\n\nWe moved to a new crime recording system in April 2021.\n")
    assert (found.category, found.subtype) == ("recording_change", "it_system")
