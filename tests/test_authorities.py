"""Who answers: the layouts and traps of real replies, in invented letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from foi_nlp.pipeline.authorities import authority_register

if TYPE_CHECKING:
    from spacy.language import Language

LETTERS: dict[str, tuple[str, set[str]]] = {
    "another force's headquarters in the letterhead": (
        (
            "Information Rights\n"
            "Bedfordshire Police Headquarters,\n"
            "Woburn Road\n"
            "\n"
            "Email: foi@herts.pnn.police.uk\n"
            "\n"
            "9 May 2018\n"
            "\n"
            "Dear Applicant\n"
            "\n"
            "Hertfordshire Constabulary does not hold this.\n"
        ),
        {"hertfordshire"},
    ),
    "only the address for a review": (
        (
            "Date: 3 May 2018\n"
            "\n"
            "I write about your request. There were 4.\n"
            "\n"
            "You may ask for an internal review by writing to the Disclosure Team, Gwent Police, Cwmbran.\n"
        ),
        {"gwent"},
    ),
    "a reference that only one force has": ("FOI reference: 01.FOI.22.025733\n\nThere were 4.\n", {"metropolitan"}),
    "the furniture of an e-mail names both partners": (
        "There were 4.\n\nThis e-mail contains information from Kent Police and/or Essex Police.\n",
        set(),
    ),
    "the cost limit of the force": (
        "There were 4.\n\nFor Kent Police, the appropriate limit is £450.\n",
        {"kent"},
    ),
    "the office in a letterhead": (
        "Force Disclosure Unit Wiltshire Police HQ, Anytown\n\nThere were 4.\n",
        {"wiltshire"},
    ),
    "another body answers about a force": (
        "Thank you for asking for information about the use of buses by Kent Police.\n\nThere were 4.\n",
        set(),
    ),
    "names in a list head nothing": (
        "The unit is shared between Thames Valley Police, Hampshire Constabulary, Surrey Police and\nSussex Police.\n",
        set(),
    ),
    "only the name at the end": ("There were 4.\n\nRegards\n\nGwent Police\n", {"gwent"}),
    "a body that is no force, by its letterhead": (
        (
            "Independent Office for Police Conduct\n"
            "\n"
            "3 May 2018\n"
            "\n"
            "We had 4 referrals from Gwent Police, and the Crown Prosecution Service may hold more.\n"
        ),
        {"iopc"},
    ),
    "a name below a heading of one word": (
        (
            "Response\n"
            "\n"
            "The Scottish Police Authority has considered your requirement for review.\n"
            "\n"
            "A request can be made to Police Scotland at foi@scotland.police.uk.\n"
        ),
        {"spa"},
    ),
    "an ampersand for the and of a name": (
        "Police Investigations & Review Commissioner\n\n3 May 2018\n\nWe hold 4 reports.\n",
        {"pirc"},
    ),
    "only the note that its figures are not for comparison": (
        (
            "There were 4.\n"
            "\n"
            "Forces record in different ways. Responses from Gwent Police should not be compared with others.\n"
        ),
        {"gwent"},
    ),
    "two forces as one": (
        (
            "I write about your request received by Norfolk and Suffolk Constabularies on 3 May 2018.\n"
            "\n"
            "Norfolk and Suffolk Constabularies have considered it.\n"
            "\n"
            "Reviews: Suffolk Constabulary, Martlesham Heath\n"
        ),
        {"norfolk", "suffolk"},
    ),
    "one of two partners only": (
        (
            "I write about your request received by Norfolk Constabulary on 3 May 2018.\n"
            "\n"
            "Norfolk Constabulary has considered it.\n"
            "\n"
            "You may ask the Norfolk and Suffolk Constabularies to look again.\n"
            "Reviews: Suffolk Constabulary, Martlesham Heath\n"
        ),
        {"norfolk"},
    ),
    "partners joined with an ampersand": (
        (
            "Your request was received by Surrey & Sussex Police on 3 May 2018. Sussex and Surrey Police "
            "hold no record.\n"
        ),
        {"surrey", "sussex"},
    ),
    "letterhead of two, answer of one": (
        (
            "Devon & Cornwall Police and Dorset Police Alliance\n"
            "\n"
            "Your request to Devon & Cornwall Police, received 20/09/21. Devon & Cornwall Police holds none.\n"
        ),
        {"devon-and-cornwall"},
    ),
    "other forces as examples": (
        (
            "Dear Applicant\n"
            "\n"
            "Gwent Police can confirm that it holds the information.\n"
            "\n"
            "If Kent Police refused and Essex Police answered, offenders would learn from it. Other forces "
            "such as Kent Police count otherwise.\n"
        ),
        {"gwent"},
    ),
    "partner named in the disclaimer": (
        (
            "Dear Applicant\n"
            "\n"
            "Thank you for your request received by Kent Police on 3 May 2019.\n"
            "\n"
            "This email contains information from Kent Police and/or Essex Police. Telephone Kent Police or "
            "Essex Police.\n"
        ),
        {"kent"},
    ),
    "name in the letterhead, redacted address": (
        (
            "Thames Valley Police\n"
            "Chief Constable A Person QPM\n"
            "Headquarters\n"
            "Oxford Road\n"
            "Our ref:\n"
            "HQ/PA/000001/18\n"
            "19th December 2018\n"
            "\n"
            "Dear Applicant,\n"
            "\n"
            "Thames Valley Police has now considered this request.\n"
        ),
        {"thames-valley"},
    ),
    "commissioner, not the force": (
        (
            "The Office of the Police and Crime Commissioner for Kent received your request on 28 June "
            "2022.\n"
            "\n"
            "The OPCC does not hold this. You may wish to contact Kent Police.\n"
        ),
        {"opcc"},
    ),
    "legacy force": (
        ("From: FOI, Grampian Police\n\nGrampian Police holds nothing on it.\n"),
        {"grampian"},
    ),
    "name across lines": (
        ("Your request was received by Devon &\nCornwall Police on 3 May 2018.\n"),
        {"devon-and-cornwall"},
    ),
    "Chief Constable of": (
        ("I write on behalf of the Chief Constable of Lancashire. Lancashire Constabulary holds none.\n"),
        {"lancashire"},
    ),
    "short form introduced": (
        ("Your request to Durham Constabulary (DC) is answered here.\n\nDC holds no such record. DC 123 Smith came.\n"),
        {"durham"},
    ),
    "Welsh name": (
        ("Heddlu Gogledd Cymru\n\nCais am wybodaeth\n\nfoi@nthwales.police.uk\n"),
        {"north-wales"},
    ),
    "mailbox only": (
        ("Dear Applicant\n\nNo information is held.\n\nfoi@cumbria.police.uk\n"),
        {"cumbria"},
    ),
    "shared abbreviation": (
        ("West Mercia Police (WMP)\n\nYour request to West Mercia Police: WMP holds none.\n"),
        {"west-mercia"},
    ),
    "nobody": (
        ("Dear Applicant\n\nNo information is held.\n\nYours sincerely\n"),
        set(),
    ),
    "a regulator only": (
        ("You may complain to the Information Commissioner's Office at ico.org.uk.\n"),
        set(),
    ),
}


@pytest.mark.parametrize(("text", "expected"), LETTERS.values(), ids=LETTERS.keys())
def test_who_answers(nlp: Language, text: str, expected: set[str]) -> None:
    facts = nlp(text)._.foi
    found = {a["id"] for a in facts["authorities"] if a["role"] in {"responder", "joint_responder"}}
    assert found == expected


def test_an_unknown_responder_is_left_to_a_person(nlp: Language) -> None:
    facts = nlp("Dear Applicant\n\nNo information is held.\n")._.foi
    assert "no_responder" in {item["code"] for item in facts["needs_review"]}


@pytest.mark.parametrize(
    ("text", "authority", "role"),
    [
        ("Kent Police holds it.\n\nYou may wish to contact the Crown Prosecution Service.", "cps", "signposted_body"),
        ("Kent Police holds it.\n\nYour last question was transferred to Essex Police.", "essex", "transferred_to"),
        ("Kent Police holds it.\n\nSee the tables published by the Home Office.", "home-office", "data_source"),
        ("Kent Police holds it.\n\nYou may go to the Information Commissioner's Office.", "ico", "regulator"),
        ("Bedfordshire Police Headquarters\n\nHertfordshire Constabulary holds it.\n" + "\nWords." * 20,
         "bedfordshire", "letterhead_address"),
    ],
)  # fmt: skip
def test_the_part_others_play(nlp: Language, text: str, authority: str, role: str) -> None:
    assert (authority, role) in {(a["id"], a["role"]) for a in nlp(text)._.foi["authorities"]}


def test_every_authority_of_the_register_has_a_rule() -> None:
    from foi_nlp.patterns import load_rules

    ruled = {rule.value for rule in load_rules() if rule.label.startswith("AUTHORITY")}
    assert set(authority_register()) - ruled == set()


@pytest.mark.parametrize(
    "text", ["Kent Police and " * 3000, "a" * 50_000, "received by the office of the team " * 1500]
)
def test_no_rule_runs_out_of_time_on_hostile_text(nlp: Language, text: str) -> None:
    late = [i["reason"] for i in nlp(text)._.foi["needs_review"] if i["code"] == "rule_timeout"]
    assert not [reason for reason in late if "authority." in reason or "date." in reason or "reference." in reason]


def test_a_sentence_that_ends_with_a_name_is_no_heading(nlp: Language) -> None:
    text = (
        "E-mail: [Kent Police request email]\n\nFraud is led on by one force\n"
        "which leads for the whole country \u2013 The City of London Police.\n\nReported to Kent Police.\n"
    )
    found = {a["id"] for a in nlp(text)._.foi["authorities"] if a["role"] == "responder"}
    assert found == {"kent"}
