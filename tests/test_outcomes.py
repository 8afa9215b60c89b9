"""What became of each question and of the letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from foi_nlp.resources import registers_folder

if TYPE_CHECKING:
    from spacy.language import Language

ONE = "Request\n\nHow many patrol cars were stolen in 2016?\n\nResponse\n\n"
TWO = "Request\n\n1. How many cars were stolen in 2016?\n2. Do you have a camera unit?\n\nResponse\n\n"


def _outcomes(nlp: Language, text: str) -> dict[str, str]:
    return {o["question"]: o["outcome"] for o in nlp(text)._.foi["outcomes"]}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param("There were 88 in 2016.", "disclosed_full", id="a figure"),
        pytest.param("Please see the attached spreadsheet.", "disclosed_attachment", id="elsewhere in the file"),
        pytest.param("Example Police does not hold this information.", "not_held", id="not held"),
        pytest.param("To answer would exceed the appropriate limit of 18 hours.", "refused_cost", id="cost"),
        pytest.param("This is exempt by virtue of Section 31(1)(a) of the Act.", "refused_exempt", id="exempt"),
        pytest.param("This is exempt under Section 21, reasonably accessible.", "refused_accessible", id="accessible"),
        pytest.param(
            "It is exempt under Section 22, future publication.", "deferred_publication", id="to be published"
        ),
        pytest.param("We neither confirm nor deny that we hold it.", "ncnd", id="neither confirmed nor denied"),
        pytest.param("No.", "answered_negative", id="no"),
        pytest.param("N/A", "not_applicable", id="not applicable"),
        pytest.param("Could you please clarify which cars you mean?", "clarification_sought", id="clarification"),
        pytest.param("Your request has been transferred to the council.", "transferred", id="transferred"),
    ],
)
def test_one_question(nlp: Language, answer: str, outcome: str) -> None:
    assert _outcomes(nlp, ONE + answer) == {"1": outcome}


@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [
        pytest.param("1. There were 88.\n\n2. No.", {"1": "disclosed_full", "2": "answered_negative"}, id="labels"),
        pytest.param(
            "We do not hold that information and this relates to points 1 & 2.",
            {"1": "not_held", "2": "not_held"},
            id="a statement for several",
        ),
        pytest.param(
            "1. There were 88.\n\n2. Yes.\n\nThis letter is a refusal notice for question 2 as section "
            "31(1)(a) applies.",
            {"1": "disclosed_full", "2": "disclosed_partial"},
            id="a statement for one",
        ),
        pytest.param(
            "The cost of answering would exceed the appropriate limit of 18 hours under Section 12(1) of the Act.",
            {"1": "refused_cost", "2": "refused_cost"},
            id="a statement for all",
        ),
    ],
)
def test_reach(nlp: Language, answer: str, outcomes: dict[str, str]) -> None:
    assert _outcomes(nlp, TWO + answer) == outcomes


def test_request_text_yields_no_outcome(nlp: Language) -> None:
    text = (
        "Request\n\nHow many complaints were withdrawn, not held or exempt from disclosure? I neither "
        "confirm nor deny that "
        "I am a reporter.\n\nResponse\n\nThere were 88 in 2016."
    )
    assert _outcomes(nlp, text) == {"1": "disclosed_full"}


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("1. There were 88.\n\n2. No.", "all_disclosed"),
        ("1. There were 88.\n\n2. No information held.", "some_disclosed"),
        ("1. No information held.\n\n2. No information held.", "none_held"),
        ("1. Exempt by virtue of Section 31(1)(a).\n\n2. It would exceed the appropriate limit.", "all_refused"),
        ("1. We neither confirm nor deny this.\n\n2. We neither confirm nor deny this.", "ncnd_all"),
        ("Could you please clarify what you mean? The 20 working days will not begin until then.", "clarification"),
    ],
)
def test_letter(nlp: Language, answer: str, letter: str) -> None:
    assert nlp(TWO + answer)._.foi["letter_outcome"]["id"] == letter


def test_letter_carries_the_public_state(nlp: Language) -> None:
    assert nlp(ONE + "No information held.")._.foi["letter_outcome"]["alaveteli"] == "not_held"


def test_internal_review_is_told(nlp: Language) -> None:
    text = f"INTERNAL REVIEW - FOI 12/34\n\nDear Applicant\n\n{ONE}Your complaint is upheld. There were 88 in 2016."
    letter = nlp(text)._.foi["letter_outcome"]
    assert letter["id"] == "review"
    assert "revised_on_review" in letter["flags"]


def test_register_ids_are_unique() -> None:
    rows = [
        json.loads(line) for line in (registers_folder() / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))


HEAD = "Our Ref: FOI 12/19\nDate: 3 June 2019\n\nDear Applicant\n\n"
TWO_ASKED = "You asked:\n\n1. How many vans were stolen in 2018?\n2. What was each of them worth?\n\n"
THREE_ASKED = TWO_ASKED.rstrip() + "\n3. Who drove them?\n\n"
END = "\n\nYours sincerely\n\nDisclosure Officer\n"

LETTERS = [
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. There were 14.\n\n2. This will not be released. It is exempt by virtue of "
            "Section 43(2). Of 14 vans stolen in 2018 no fewer than 9 were bought under one contract, "
            "worth £310,000, and 3 firms will bid again in 2020."
        )
        + END,
        {"1": "disclosed_full", "2": "refused_exempt"},
        "some_disclosed",
        id="digits of the argument",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. There were 14.\n\n2. The value stands in the free text of each file. There "
            "were 2,300 files for 2018 and at 5 minutes each it would take 191 hours. Section 12(1) of "
            "the Act applies."
        )
        + END,
        {"1": "disclosed_full", "2": "refused_cost"},
        "some_disclosed",
        id="cost reckoned under the label",
    ),
    pytest.param(
        HEAD
        + (
            "You asked how many vans were stolen in 2018, what the fleet spends on fuel, and how many "
            "drivers hold a permit.\n\nResponse\n\nFourteen vans were stolen in 2018.\n\nThe fleet "
            "spent £81,000 on fuel in 2018.\n\nNo record is kept of which drivers hold a permit, so "
            "the information is not held."
        )
        + END,
        {"1": "disclosed_full", "2": "disclosed_full", "3": "not_held"},
        "some_disclosed",
        id="ordered paragraphs",
    ),
    pytest.param(
        HEAD
        + (
            "We hold this information, however to give it would exceed the appropriate limit under Section 12(1) of "
            "the Act. Guidance on costs is available at the following link.\n\nQuestion 1\nHow many vans do you "
            "own?\n\nQuestion 2\nPlease split these figures by colour if you could kindly do so.\n\nClarification "
            "sought\nCould you please clarify question 2?\n\nClarification received\nBy make, too.\n\nQuestion 3\n"
            "Which drivers hold a permit?\n\nAnswer\nEach record would need to be read."
        )
        + END,
        {"1": "refused_cost", "2": "refused_cost", "3": "refused_cost"},
        "all_refused",
        id="a refusal that stands above the questions, which stand under headings, is of them all",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n- How many vans were stolen?\n- (i) In how many cases was one found? (ii) How many of these "
            "were burnt?\n- Who drives the vans?\n\nResponse\n\nWe can neither confirm nor deny that this is held, "
            "as the cost of finding out whether it is would exceed the appropriate limit, and Section 12(2) of the Act "
            "applies."
        )
        + END,
        {"1": "refused_cost_ncnd", "2": "refused_cost_ncnd", "3": "refused_cost_ncnd"},
        "all_refused",
        id="one refusal in two halves, of bullets that have parts",
    ),
    pytest.param(
        HEAD
        + (
            "Your request is repeated below.\n\n1. How many vans do you own? 2. Who drives them? 3. What is your "
            "policy on vans? 4. What does a van weigh?\n\nIn response to questions 1, 2 and 4 I must advise that the "
            "information sought is not held.\n\nIn response to question 3, the policy is exempt under Section 31 of "
            "the Act."
        )
        + END,
        {"1": "not_held", "2": "not_held", "3": "refused_exempt", "4": "not_held"},
        "all_refused",
        id="numbers in one paragraph, answered in words that name them",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n• How many vans were stolen in 2018?\n• How much was spent on fuel in "
            "2018?\n• Which drivers hold a permit?\n\nResponse\n\nFourteen vans were stolen in "
            "2018.\n\nFuel cost us £81,000 in 2018.\n\nThe names of drivers who hold a permit are "
            "exempt under Section 40(2) of the Act."
        )
        + END,
        {"1": "disclosed_full", "2": "disclosed_full", "3": "refused_exempt"},
        "some_disclosed",
        id="bullets answered in order",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Before we can go on I need you to tell me which kind of van you mean. Please confirm "
            "whether you are interested in marked or unmarked vans, so that we can search for them. "
            "Once we have received this from you, the period of 20 working days will begin."
        )
        + END,
        {"1": "clarification_sought", "2": "clarification_sought"},
        "clarification",
        id="clarification of everything",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "I am writing to advise you that we have not yet been able to reach a decision on where "
            "the balance of the public interest lies. By Section 10(3) of the Act the time for "
            "responding may be extended. We hope to let you have a full response by 1 July 2019."
        )
        + END,
        {"1": "pit_extension", "2": "pit_extension"},
        "holding",
        id="extension of everything",
    ),
    pytest.param(
        HEAD
        + (
            "Thank you for your request of 1 June 2019, which reads as follows:\n\nHow many vans were "
            "stolen in 2018?\n\nYour request will now be considered in accordance with the Act. You "
            "will receive a response within 20 working days."
        )
        + END,
        {"1": "pit_extension"},
        "holding",
        id="acknowledgement",
    ),
    pytest.param(
        (
            "INTERNAL REVIEW\n\nOur Ref: FOI 12/19\nDate: 3 June 2019\n\nDear Applicant\n\nI have "
            "completed a review of the decision which you were sent on 4 March 2019.\n\nYou had asked "
            "for the following:\n\n1. The names of the drivers.\n\nMy decision\n\nI find that Section "
            "40(2) was rightly applied. The drivers' names are exempt. Your complaint is not upheld."
        )
        + END,
        {"1": "refused_exempt"},
        "review",
        id="review not upheld",
    ),
    pytest.param(
        HEAD
        + (
            "Your request for an internal review was received on 6 May 2019.\n\nOriginal request\n\n1. "
            "How many vans were stolen in 2018?\n2. Who drove them?\n\nOriginal response\n\nBoth parts "
            "were refused, question 1 under Section 12 and question 2 under Section 40(2).\n\nReview "
            "findings\n\n1. Section 12 should not have been used. There were 14 thefts in 2018.\n\n2. "
            "I agree with what was decided. The names are exempt under Section 40(2)."
        )
        + END,
        {"1": "disclosed_full", "2": "refused_exempt"},
        "review",
        id="review upheld",
    ),
    pytest.param(
        HEAD
        + (
            "You wrote:\n\nI would like to know how many vans were stolen in 2018. I would also like "
            "to know what was spent on fuel in that year. Please send it by e-mail.\n\nOur "
            "response\n\n1. There were 14.\n\n2. It was £81,000."
        )
        + END,
        {"1": "disclosed_full", "2": "disclosed_full"},
        "all_disclosed",
        id="prose request with two wishes",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\nQ1. How many vans were stolen in 2018?\n\nThere were 14.\n\nQ2. What was each "
            "of them worth?\n\nThis information is not recorded."
        )
        + END,
        {"1": "disclosed_full", "2": "not_held"},
        "some_disclosed",
        id="question quoted before its answer",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. How many complaints were withdrawn or not upheld in 2018?\n2. How many "
            "were refused?\n\nResponse\n\n1. How many complaints were withdrawn or not upheld in "
            "2018?\n\nThere were 14.\n\n2. How many were refused?\n\nThere were 3."
        )
        + END,
        {"1": "disclosed_full", "2": "disclosed_full"},
        "all_disclosed",
        id="withdrawn stands in the question",
    ),
    pytest.param(
        HEAD + THREE_ASKED + "Response\n\nQ1 There were 14.\n\nQ2 and 3 – We do not record this." + END,
        {"1": "disclosed_full", "2": "not_held", "3": "not_held"},
        "some_disclosed",
        id="two labels for one answer",
    ),
    pytest.param(
        HEAD + THREE_ASKED + "Response\n\n1. There were 14.\n\n2. No information held.\n\n3. As above." + END,
        {"1": "disclosed_full", "2": "not_held", "3": "not_held"},
        "some_disclosed",
        id="as above",
    ),
    pytest.param(
        HEAD
        + THREE_ASKED
        + (
            "Response\n\n1. This is exempt under Section 31(1)(a).\n\n2. There were 14 vans.\n\n3. "
            "Please refer to the response to question 1."
        )
        + END,
        {"1": "refused_exempt", "2": "disclosed_full", "3": "refused_exempt"},
        "some_disclosed",
        id="see another question",
    ),
    pytest.param(
        HEAD + TWO_ASKED + "Response\n\nQ1 Please refer to the attached.\n\nQ2 Please refer to Appendix A." + END,
        {"1": "disclosed_attachment", "2": "disclosed_attachment"},
        "all_disclosed",
        id="attachment",
    ),
    pytest.param(
        HEAD + TWO_ASKED + "Response\n\n1. Nil return.\n\n2. Not applicable." + END,
        {"1": "answered_negative", "2": "not_applicable"},
        "all_disclosed",
        id="nil return",
    ),
    pytest.param(
        HEAD + TWO_ASKED + "Response\n\n1. There were 14.\n\n2. This is not something that the force collects." + END,
        {"1": "disclosed_full", "2": "not_held"},
        "some_disclosed",
        id="not collected",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\nHow many vans were stolen in each year from 2015 to "
            "2018?\n\nResponse\n\nThe figures for 2015 are no longer held, as they have been "
            "deleted.\n\nYear\tVans\n2016\t12\n2017\t9\n2018\t14"
        )
        + END,
        {"1": "disclosed_partial"},
        "some_disclosed",
        id="some years not held",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. There were 14.\n\nThe rest of your request is refused, as to answer it "
            "would exceed the appropriate limit (Section 12)."
        )
        + END,
        {"1": "disclosed_full", "2": "refused_cost"},
        "some_disclosed",
        id="the rest is refused",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. There were 14.\n\n2. They were worth £90,000.\n\nIn addition, Example "
            "Police neither confirms nor denies that it holds any other information relevant to your "
            "request, by virtue of Section 23(5) and Section 24(2)."
        )
        + END,
        {"1": "disclosed_full", "2": "disclosed_full"},
        "all_disclosed",
        id="neither confirmed nor denied besides",
    ),
    pytest.param(
        "FREEDOM OF INFORMATION (SCOTLAND) ACT 2002\n\nOur Ref: FOI 12/19\nDate: 3 June 2019\n\nDear Applicant\n\n"
        + TWO_ASKED
        + (
            "1. I can advise that 14 vans were stolen in 2018.\n\n2. In terms of section 17 of the "
            "Act, this letter represents formal notice that the information you seek is not held by "
            "this force."
        )
        + END,
        {"1": "disclosed_full", "2": "not_held"},
        "some_disclosed",
        id="Scottish notice",
    ),
    pytest.param(
        "FREEDOM OF INFORMATION (SCOTLAND) ACT 2002\n\nOur Ref: FOI 12/19\nDate: 3 June 2019\n\nDear Applicant\n\n"
        + TWO_ASKED
        + (
            "1. I estimate that the cost of answering would be well in excess of the £600 limit and I "
            "am refusing to provide it in terms of section 12(1) of the Act.\n\n2. The information "
            "sought is publicly available at www.example.org and section 25(1) of the Act therefore "
            "applies."
        )
        + END,
        {"1": "refused_cost", "2": "refused_accessible"},
        "all_refused",
        id="Scottish refusal",
    ),
    pytest.param(
        HEAD
        + "We have dealt with your request under the Environmental Information Regulations 2004.\n\n"
        + TWO_ASKED
        + (
            "Response\n\n1. There were 14.\n\n2. Regulation 12(5)(e) is engaged, and the 14 "
            "valuations, which run to 60 pages, are withheld."
        )
        + END,
        {"1": "disclosed_full", "2": "refused_exempt"},
        "some_disclosed",
        id="environmental",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. The numbers are published on our website at www.example.org/vans and are "
            "exempt under Section 21.\n\n2. They were worth £90,000."
        )
        + END,
        {"1": "refused_accessible", "2": "disclosed_full"},
        "some_disclosed",
        id="published elsewhere",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "As the vans belong to another force we have forwarded your request to Kent Police, who "
            "will reply to you direct."
        )
        + END,
        {"1": "transferred", "2": "transferred"},
        "holding",
        id="transferred",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\nExample Police does not hold the information that you have requested. You may "
            "wish to contact the Home Office."
        )
        + END,
        {"1": "not_held", "2": "not_held"},
        "none_held",
        id="redirect",
    ),
    pytest.param(
        (
            "# Vans stolen\n\n> **Request:** How many vans were stolen in 2018? I need it for a thesis "
            "about the years 2010 to 2018.\n\n**Response:** There were 14."
        )
        + END,
        {"1": "disclosed_full"},
        "all_disclosed",
        id="run-in headings",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Your request for information has now been considered and I am not obliged to supply the "
            "information you have requested. Section 17 of the Act requires us to give you a notice "
            "that states the exemption. The exemption is Section 31(1)(a) Law "
            "Enforcement.\n\nHarm\n\nIn 2018 there were 14 thefts and 23 arrests."
        )
        + END,
        {"1": "refused_exempt", "2": "refused_exempt"},
        "all_refused",
        id="plain refusal by the whole",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. This is exempt, see below.\n\n2. They were worth £90,000.\n\nSection "
            "31(1)(a) Law Enforcement\n\nThieves would gain from knowing which 14 vans they were."
        )
        + END,
        {"1": "refused_exempt", "2": "disclosed_full"},
        "some_disclosed",
        id="reasons behind the last answer",
    ),
    pytest.param(
        HEAD
        + THREE_ASKED
        + (
            "Response\n\n1. There were 14.\n\n2. Withheld under Section 43(2).\n\n3. Withheld under "
            "Section 40(2).\n\nThis letter is a refusal notice for 2 and 3."
        )
        + END,
        {"1": "disclosed_full", "2": "refused_exempt", "3": "refused_exempt"},
        "some_disclosed",
        id="notice names its questions",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\nYour request is refused under Section 14(1) of the Act, as it is considered "
            "to be vexatious. You have written to us 41 times since 2016."
        )
        + END,
        {"1": "refused_vexatious", "2": "refused_vexatious"},
        "all_refused",
        id="vexatious",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Example Police can neither confirm nor deny that it holds the information you requested, "
            "as the duty in Section 1(1)(a) does not apply by virtue of Section 30(3). In 2018 two "
            "operations failed because of what had been published."
        )
        + END,
        {"1": "ncnd", "2": "ncnd"},
        "ncnd_all",
        id="neither confirmed nor denied at all",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\nHow many vans were stolen in each year from 2010?\n\nResponse\n\nTo answer "
            "in full would exceed the appropriate limit of 18 hours (Section 12(1)). As a gesture of "
            "goodwill and outside the Act, there were 14 in 2018."
        )
        + END,
        {"1": "refused_cost"},
        "some_disclosed",
        id="figures given for goodwill",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\nHow many vans were stolen in 2018, by "
            "district?\n\nResponse\n\nDistrict\tVans\nNorth\t11\nSouth\t<5\n\nNumbers below five are "
            "shown as <5, as they are exempt under Section 40(2)."
        )
        + END,
        {"1": "disclosed_partial"},
        "some_disclosed",
        id="low numbers",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. How many drivers were convicted in 2018?\n\nResponse\n\nExample Police "
            "do not hold conviction data; you should contact the Ministry of Justice."
        )
        + END,
        {"1": "not_held"},
        "none_held",
        id="not held and other body in one paragraph",
    ),
    pytest.param(
        HEAD
        + (
            "I note you seek access to the following information:\n\nHow many vans were stolen in "
            "2018\n\nI have today decided to disclose the located information to you in full. There "
            "were 14 thefts in 2018."
        )
        + END,
        {"1": "disclosed_full"},
        "all_disclosed",
        id="speaks without a heading",
    ),
    pytest.param(
        HEAD
        + (
            "Norfolk Constabulary and Suffolk Constabulary have considered your request.\n\nYou "
            "asked:\n\n1. How many vans were stolen in 2018?\n\nResponse\n\n1. Norfolk Constabulary: "
            "14. Suffolk Constabulary does not hold the information."
        )
        + END,
        {"1": "disclosed_partial"},
        "some_disclosed",
        id="joint forces",
    ),
    pytest.param(
        HEAD
        + (
            "On 1 June 2019 we had your letter, in which you ask for the number of vans stolen in "
            "2018.\n\nThis is not held."
        )
        + END,
        {"1": "not_held"},
        "none_held",
        id="request told in the letter's words",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. How many vans were stolen in 2018?\n2. Do you think that is too "
            "many?\n\nResponse\n\n1. There were 14.\n\n2. The Act gives access to recorded information "
            "only. This asks for an opinion, which is not recorded information."
        )
        + END,
        {"1": "disclosed_full", "2": "not_recorded_information"},
        "some_disclosed",
        id="opinion",
    ),
    pytest.param(
        HEAD + "You asked:\n\n1. Do you own vans?\n2. Have any been stolen?\n\nResponse\n\n1. Yes\n\n2. No" + END,
        {"1": "disclosed_full", "2": "answered_negative"},
        "all_disclosed",
        id="yes and no",
    ),
    pytest.param(
        (
            "Request\n\nQuestion 1. How many vans were stolen in 2018?\n\nQuestion 2. How many were "
            "found?\n\nResponse\n\nQuestion 1 & 2\n\nWe hold the information, however it is not held "
            "in a format that allows us to extract it. 1,144 records would have to be read by hand, at "
            "three minutes for each, which is in excess of 57 hours. Section 12(1) therefore applies."
        )
        + END,
        {"1": "refused_cost", "2": "refused_cost"},
        "all_refused",
        id="web page of the answers",
    ),
    pytest.param(
        (
            "Request Number: FOI-2019-123\n\nRequest and Answer\n\nRequest 1\nHow many vans were "
            "stolen in 2018?\n\nAnswer\nThere were 14.\n\nRequest 2\nWhere are they "
            "kept?\n\nAnswer\nIn accordance with the Act, this represents a Refusal Notice for this "
            "particular request. The exemption is Section 31(1)(a).\n"
        )
        + END,
        {"1": "disclosed_full", "2": "refused_exempt"},
        "some_disclosed",
        id="Irish layout",
    ),
    pytest.param(
        HEAD
        + (
            "Your request\n\nPart 1: How many vans were stolen in 2018?\nPart 2: Who drove "
            "them?\n\nReply\n\nPart 1\n\nThere were 14.\n\nPart 2\n\nThe exemption at section 40(2) is "
            "engaged. The names will not be given."
        )
        + END,
        {"1": "disclosed_full", "2": "refused_exempt"},
        "some_disclosed",
        id="parts",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + ("Our reply\n\nRe 1: there were 14.\n\nRe 2: we rely upon section 43(2) (commercial interests).")
        + END,
        {"1": "disclosed_full", "2": "refused_exempt"},
        "some_disclosed",
        id="re one re two",
    ),
    pytest.param(
        (
            "Cyf: 12/19\n\nAnnwyl Ymgeisydd\n\nCais\n\n1. Faint o faniau a gafodd eu dwyn yn "
            "2018?\n\nYmateb\n\n1. 14\n\nYn gywir"
        ),
        {"1": "disclosed_full"},
        "all_disclosed",
        id="Welsh",
    ),
    pytest.param(
        HEAD
        + (
            "You asked for:\n\n• the number of vans stolen in 2018\n• the cost of fuel in 2018\n• the "
            "names of the drivers\n\nThefts\n\nThere were 14 in 2018.\n\nFuel\n\nThe cost in 2018 was "
            "£81,000.\n\nNames of drivers\n\nThese are withheld under section 40(2)."
        )
        + END,
        {"1": "disclosed_full", "2": "disclosed_full", "3": "refused_exempt"},
        "some_disclosed",
        id="bullets with headings as answers",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. Please see Annex A below.\n\n2. The information is not held.\n\nYours "
            "sincerely\n\nDisclosure Officer\n\nAnnex A\n\nYear\tVans\n2017\t9\n2018\t14\n"
        ),
        {"1": "disclosed_full", "2": "not_held"},
        "some_disclosed",
        id="annex in the letter",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + ("Response\n\n1. None of our vans has been stolen.\n\n2. In view of the above this does not apply.")
        + END,
        {"1": "answered_negative", "2": "not_applicable"},
        "all_disclosed",
        id="never had",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\na) How many vans were stolen in 2018?\nb) How many were found?\nc) Who "
            "stole them?\n\nWe reply as follows:\n\na) 14\nb) 9\nc) It is our position that we can "
            "neither confirm nor deny this, section 30(3)."
        )
        + END,
        {"a": "disclosed_full", "b": "disclosed_full", "c": "ncnd"},
        "some_disclosed",
        id="lettered",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. How many vans were stolen in each district in 2018?\n\nResponse\n\n1. In "
            "2018 there were 14 in all. A breakdown by district would identify individuals, and "
            "section 40(2) applies to it."
        )
        + END,
        {"1": "disclosed_partial"},
        "some_disclosed",
        id="a breakdown refused",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. A copy of the van policy.\n\nResponse\n\nPlease find attached the "
            "policy. Some parts have been redacted, being exempt under section 31(1)(a)."
        )
        + END,
        {"1": "disclosed_partial"},
        "some_disclosed",
        id="one document redacted",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Unfortunately we are unable to provide you with the information as to do so would take "
            "longer than 18 hours. We estimate 3,410 records at four minutes each, 227 hours in all. "
            "Section 12 of the Act allows us to refuse.\n\nSection 16\n\nIf you were to limit your "
            "request to the number of vans, we could tell you that."
        )
        + END,
        {"1": "refused_cost", "2": "refused_cost"},
        "all_refused",
        id="over the limit and narrowed",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. There were 14.\n\n2. These figures are due to be published in the annual "
            "report in September 2019 and are exempt by virtue of section 22."
        )
        + END,
        {"1": "disclosed_full", "2": "deferred_publication"},
        "some_disclosed",
        id="one to be published",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. How many vans were stolen in 2018?\n\nYou asked us the same on 4 March "
            "2019 and we answered it. By virtue of section 14(2) we are not obliged to answer a "
            "repeated request."
        )
        + END,
        {"1": "refused_repeated"},
        "all_refused",
        id="repeat",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "This letter is a fees notice under section 9 of the Act. A fee of £312 is payable. If it "
            "is not paid within three months we will take it that you no longer want the information."
        )
        + END,
        {"1": "fees_notice", "2": "fees_notice"},
        "holding",
        id="fee",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "On 1 March 2019 we asked you to clarify your request. As we have not heard from you your "
            "request has been closed."
        )
        + END,
        {"1": "withdrawn", "2": "withdrawn"},
        "closed",
        id="withdrawn for want of an answer",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. All that you hold about me.\n\nThis is personal data about yourself and "
            "is exempt under section 40(1). Your request will be dealt with as a subject access "
            "request."
        )
        + END,
        {"1": "other_regime"},
        "all_disclosed",
        id="own data",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. How many vans were stolen in 2018?\n2. What was each of them worth?\n3. "
            "Who drove them?\n4. Who made them?\n\nExample Police holds some of the information. With "
            "regard to question 1, there were 14 thefts. With regard to questions 2 and 4, no "
            "information is held. Question 3 is refused under section 40(2)."
        )
        + END,
        {"1": "disclosed_full", "2": "not_held", "3": "refused_exempt", "4": "not_held"},
        "some_disclosed",
        id="mixture in prose",
    ),
    pytest.param(
        HEAD
        + THREE_ASKED
        + (
            "Decision\n\nQuestion 1 is answered below. Question 2 is not held. Question 3 is exempt "
            "under section 40(2).\n\nResponse\n\n1. There were 14 in 2018."
        )
        + END,
        {"1": "disclosed_full", "2": "not_held", "3": "refused_exempt"},
        "some_disclosed",
        id="summary before the answers",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. How many vans were stolen in:\n  a) 2017\n  b) 2018\n2. Who drove "
            "them?\n\nResponse\n\n1a) 9\n1b) 14\n2. Section 40(2) applies to the drivers' names and "
            "they are withheld."
        )
        + END,
        {"1a": "disclosed_full", "1b": "disclosed_full", "2": "refused_exempt"},
        "some_disclosed",
        id="subquestions",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. There were 14.\n\n2. To retrieve this each of the 2,300 files would have "
            "to be opened and read. We cannot do so within the time that the Act sets (18 hours) and "
            "are refusing the question."
        )
        + END,
        {"1": "disclosed_full", "2": "refused_cost"},
        "some_disclosed",
        id="not within the cost in other words",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + (
            "Response\n\n1. There were 14.\n\n2. There is no field for the value on our system, so it "
            "is not information that we have."
        )
        + END,
        {"1": "disclosed_full", "2": "not_held"},
        "some_disclosed",
        id="names a system",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n1. Which firm makes your vans?\n2. When does the contract "
            "end?\n\nResponse\n\n1. Acme Vans of Leeds.\n\n2. It ends on 31 March 2021."
        )
        + END,
        {"1": "disclosed_full", "2": "disclosed_full"},
        "all_disclosed",
        id="disclosed in full in words",
    ),
    pytest.param(
        HEAD
        + (
            "You asked:\n\n(1) How many vans were stolen in 2018?\n(2) How many were "
            "found?\n\nResponse\n\n(1) - 14\n(2) - None"
        )
        + END,
        {"1": "disclosed_full", "2": "answered_negative"},
        "all_disclosed",
        id="numbers with brackets and dashes",
    ),
    pytest.param(
        HEAD
        + TWO_ASKED
        + ("Response\n\n1. There were 14.\n\n2. Information on this is available at https://www.example.org/vans/2018.")
        + END,
        {"1": "disclosed_full", "2": "refused_accessible"},
        "some_disclosed",
        id="links",
    ),
    pytest.param(
        (
            "OFFICIAL\n\nOur Ref: IM-FOI-2021-0001\nDate: 3 May 2021\n\nFREEDOM OF INFORMATION "
            "(SCOTLAND) ACT 2002\n\nI refer to your recent request for information which has been "
            "handled in accordance with the Freedom of Information (Scotland) Act 2002.\n\nFor ease of "
            "reference, your request is replicated below together with the response.\n\nHow many vans "
            "were stolen in 2018?\n\nI can advise you that there were 14.\n\nWho drove them?\n\nIn "
            "response to this question, the information sought is exempt in terms of section 38(1)(b) "
            "of the Act and I am refusing to provide it.\n\nWhat did they cost to insure?\n\nThe "
            "information sought is not held by Police Scotland and section 17 of the Act therefore "
            "applies.\n\nIf you require any further assistance please contact us.\n"
        ),
        {"1": "disclosed_full", "2": "refused_exempt", "3": "not_held"},
        "some_disclosed",
        id="police Scotland style",
    ),
    pytest.param(
        (
            "Dear Applicant\n\nFOI 12/19\n\nThank you for your request for information regarding "
            "stolen vans, received on 3 May 2019.\n\nI can confirm that no information is held by "
            "Example Police.\n\nRegards\nDisclosure"
        ),
        {"1": "not_held"},
        "none_held",
        id="short e-mail",
    ),
    pytest.param(
        (
            "Freedom of information request reference no: 01.FOI.22.000001\n\nI note you seek access "
            "to the following information:\n\n1 - How many vans were stolen in 2018?\n2 - Who drove "
            "them?\n\nI have today decided to disclose some of the requested information. Some data "
            "has been withheld as it is exempt from disclosure and therefore this response serves as a "
            "Refusal Notice under Section 17 of the Freedom of Information Act 2000 (the Act) by "
            "virtue of the following exemptions:\n\nSection 40(2) - Personal Information\n\nReason for "
            "decision\n\nThe names would identify people.\n\nDisclosure\n\nQ1 - How many vans were "
            "stolen in 2018?\n\nThere were 14.\n\nQ2 - Who drove them?\n\nThis is withheld by virtue "
            "of Section 40(2).\n"
        ),
        {"1": "disclosed_full", "2": "refused_exempt"},
        "some_disclosed",
        id="met style",
    ),
    pytest.param(
        HEAD
        + (
            "Thank you for your request received on 4 May 2019 in which you asked for the number of "
            "vans stolen in 2018.\n\nThere were 14 vans stolen in 2018."
        )
        + END,
        {"1": "disclosed_full"},
        "all_disclosed",
        id="you asked in one sentence",
    ),
]


@pytest.mark.parametrize(("text", "outcomes", "letter"), LETTERS)
def test_whole_letters(nlp: Language, text: str, outcomes: dict[str, str], letter: str) -> None:
    facts = nlp(text)._.foi
    assert {o["question"]: o["outcome"] for o in facts["outcomes"]} == outcomes
    assert facts["letter_outcome"]["id"] == letter


def test_the_only_refusal_of_a_letter_speaks_of_all_its_questions(nlp: Language) -> None:
    text = (
        "Request\n\n1. How many satellite trackers do forces own?\n2. How often were they used?\n3. What was spent?\n\n"
        "Response\n\nWe neither confirm nor deny that anything is held about trackers, as section 24(2) says.\n\n"
        "Were it said what was spent, some would know.\n"
    )
    assert _outcomes(nlp, text) == {"1": "ncnd", "2": "ncnd", "3": "ncnd"}


def test_figures_that_argue_for_a_refusal_are_left_out_and_put_before_a_person(nlp: Language) -> None:
    text = (
        ONE + "Example Police has decided to refuse your request as vexatious under section 14(1) of the Act.\n\n"
        "In 2015 there were 212 e-mails from you.\n"
    )
    facts = nlp(text)._.foi
    assert facts["observations"] == []
    assert "figure_in_refusal" in {item["code"] for item in facts["needs_review"]}


def test_figures_given_to_help_beside_a_refusal_are_kept(nlp: Language) -> None:
    text = (
        ONE + "To answer would exceed the appropriate limit of 18 hours, and section 12(1) applies. To be of help, 611 "
        "cars were reported stolen in 2016.\n"
    )
    assert [figure["value"] for figure in nlp(text)._.foi["observations"]] == [611]


NUMBERED = (
    "Request\n\n1. How many vans do you own?\n2. Who supplies them and at what price?\n\n"
    "Response\n\n1. There are 7.\n\n2. "
)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param("No such contract exists.", "not_held", id="the thing does not exist"),
        pytest.param("None of this is held by the force.", "not_held", id="none of it"),
        pytest.param("We would not hold this; it is bought by the council.", "not_held", id="in the conditional"),
        pytest.param("Prices are not recorded on this system.", "not_held", id="what the system has no place for"),
        pytest.param("The invoices were destroyed in line with our policy.", "not_held", id="held once"),
        pytest.param(
            "The Act does not require us to offer an opinion.", "not_recorded_information", id="no opinion is owed"
        ),
        pytest.param("The 18 hour threshold is therefore breached.", "refused_cost", id="the limit is breached"),
        pytest.param(
            "It would exceed the appropriate limit merely to find out whether we hold it.",
            "refused_cost_ncnd",
            id="the limit is passed by finding out",
        ),
        pytest.param("It has been published in our disclosure log.", "refused_accessible", id="a place"),
        pytest.param("The force has none.", "answered_negative", id="it has none"),
        pytest.param("No vans were sold.", "answered_negative", id="any participle"),
        pytest.param("We do not.", "answered_negative", id="the verb alone"),
        pytest.param("The manual accompanies this letter.", "disclosed_attachment", id="it accompanies"),
        pytest.param("As none is owned, this question falls away.", "not_applicable", id="falls away"),
        pytest.param("A copy is enclosed with this letter.", "disclosed_attachment", id="beside the letter"),
        pytest.param(
            "They come from a dealer in York. The price is exempt under section 43(2).",
            "disclosed_partial",
            id="a part is told and a part refused",
        ),
        pytest.param(
            "It would help thieves. The price is exempt under section 43(2).",
            "refused_exempt",
            id="a reason before a refusal gives nothing",
        ),
        pytest.param("Yes. Colour is not recorded on this system.", "disclosed_full", id="a note behind an answer"),
    ],
)
def test_other_words_for_the_same(nlp: Language, answer: str, outcome: str) -> None:
    assert _outcomes(nlp, NUMBERED + answer) == {"1": "disclosed_full", "2": outcome}


def test_an_annex_of_the_letter_itself_is_no_attachment(nlp: Language) -> None:
    answer = "The price is exempt by virtue of section 43(2). Please see Annex A.\n\nAnnex A\n\nSection 43(2) - harm.\n"
    assert _outcomes(nlp, NUMBERED + answer)["2"] == "refused_exempt"


def test_a_refusal_of_any_part_is_of_every_question(nlp: Language) -> None:
    text = (
        "Request\n\n1. Has the farm been searched?\n2. What was found there?\n\nResponse\n\n"
        "We neither confirm nor deny that we hold any part of it, as the duty in section 1(1)(a) does not apply by "
        "virtue of section 30(3).\n\nWhat would be found there is of use to thieves."
    )
    assert _outcomes(nlp, text) == {"1": "ncnd", "2": "ncnd"}


def test_a_review_tells_the_first_decision_and_gives_the_figures(nlp: Language) -> None:
    text = (
        "OUTCOME OF INTERNAL REVIEW\n\nDear Applicant\n\nYour request was:\n\n"
        "1. How many vans were sold in 2020?\n2. Who bought them?\n\n"
        "Question 1 was refused under section 12 and question 2 under section 40(2).\n\nFindings\n\n"
        "Question 1. Section 12 should not have been claimed. There were 7 in 2020.\n\n"
        "Question 2. I uphold the refusal. Section 40(2) was correctly applied.\n"
    )
    assert _outcomes(nlp, text) == {"1": "disclosed_full", "2": "refused_exempt"}
