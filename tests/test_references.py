"""Reference numbers: labels, shapes, roles, and numbers that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from foi_nlp.pipeline.references import is_reference, reference_key

if TYPE_CHECKING:
    from spacy.language import Language


def _own(nlp: Language, text: str) -> list[str]:
    doc = nlp(text)
    return [r["value"] for r in doc._.foi["references"] if r["role"] == "authority_reference"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Our Ref: FOI2018/03894\n\nREQUEST Ref No: FOI2018/03894", ["FOI2018/03894"]),
        ("Our Ref: FOI2019/06255\n\nAnnex A - FOI2019 06255", ["FOI2019/06255"]),
        ("FREEDOM OF INFORMATION REQUEST REFERENCE NO: 0102-2015\n\nDate: 2 March 2015", ["0102-2015"]),
        ("Freedom of Information Request Reference N^o: FOI 002509-18", ["FOI 002509-18"]),
        ("Our ref:\nHQ/PA/003493/18\n19th December 2018", ["HQ/PA/003493/18"]),
        ("Ein cyf: 123/19\n", ["123/19"]),
        ("FOI Ref: 19/11/1609 & 19/11/1675\nDear Applicant", ["19/11/1609", "19/11/1675"]),
        ("FREEDOM OF INFORMATION REQUEST REFERENCE NOs: West Mercia Police 10411 and\nWarwickshire Police 10412",
         ["10411", "10412"]),
        ("Spiking 2016-2021 - 1461/21\n\nYou asked:", ["1461/21"]),
        ("# Drink Spiking (1604A/21)\n", ["1604A/21"]),
        ("Please write to us quoting reference number 77-ABQ-9912.", ["77-ABQ-9912"]),
        ("Reference No: RFI2011000175\n\nI write", ["RFI2011000175"]),
        ("Response Date:09/01/2012\n2011/673 - Crime Statistics\n", ["2011/673"]),
        ("Our Ref: DC/FOI 782/17\n", ["DC/FOI 782/17"]),
        ("Enquiry Reference: 398 - 24\nI write about your request.", ["398 - 24"]),
        ("Ref 123/2021\n\nDear Applicant", ["123/2021"]),
        ("URN: 881/24\n", ["881/24"]),
        ("Our ref: MOPAC-FOI-030617-4\n", ["MOPAC-FOI-030617-4"]),
        ("Ref: PCC/FOI/2024/03\n", ["PCC/FOI/2024/03"]),
        ("If Asked (509_15)\n", ["509_15"]),
        ("Telephone: 01234 842547\nPO Box 9\nMK43 9AX\nSection 12 of the Act 2000, 2018/19", []),
        ("FOI Reference No:  Our ref: FOI-20122/304268", ["FOI-20122/304268"]),
    ],
)  # fmt: skip
def test_references_of_the_authority(nlp: Language, text: str, values: list[str]) -> None:
    assert _own(nlp, text) == values


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Your ref: AB/12\nOur ref: 1234/19", "requester_reference"),
        ("Our ref: 1234/19\n\nSee the earlier request 281/18 for more.", "other_request"),
        ("Our ref: 1234/19\n\nThe Commissioner's case is IC-123456-A1B2.", "regulator_reference"),
        ("To: request-67213-xxxxxxxx@whatdotheyknow.com\nOur ref: 1234/19", "whatdotheyknow_address"),
    ],
)
def test_references_of_others(nlp: Language, text: str, role: str) -> None:
    doc = nlp(text)
    found = {r["role"]: r["value"] for r in doc._.foi["references"]}
    assert role in found
    assert found["authority_reference"] == "1234/19"


def test_every_reference_stands_in_the_letter(nlp: Language) -> None:
    doc = nlp("Our ref: 1234/19 and Your ref: AB/12")
    for found in doc._.foi["references"]:
        assert doc.text[found["start"] : found["end"]] == found["value"]


@pytest.mark.parametrize("written", ["2018", "12", "01234567890", "12/10/2018", "2018-2021", "s.40", "1st"])
def test_numbers_that_are_no_reference(written: str) -> None:
    assert not is_reference(written, after_label=True)


def test_a_financial_year_is_a_reference_only_after_a_label() -> None:
    assert not is_reference("2018/19", after_label=False)
    assert is_reference("2018/19", after_label=True)


@pytest.mark.parametrize("written", ["FOI 1306/25", "FOI-1306-25", "1306/25", "1306 25"])
def test_spellings_of_one_reference(written: str) -> None:
    assert reference_key(written) == "130625"
