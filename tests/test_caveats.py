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


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("as_of_date", "Data run 03/05/19."),
        ("as_of_date", "Extract date: 12 January 2018"),
        ("as_of_date", "Figures are up to date to 7 June 2021."),
        ("as_of_date", "The search took place on 14 March 2022."),
        ("as_of_date", "This is what the system showed when we looked on 5 May 2020."),
        ("classification", 'A "near miss" is whatever the pilot says it is.'),
        ("classification", "All crimes with a hate crime qualifier are counted."),
        ("classification", "Domestic burglary includes sheds and garages."),
        ("classification", "The following Home Office codes were used: 8/01, 8/06 and 105/1."),
        ("classification", "These are the offences to which the cyber flag had been added."),
        ("data_quality", "A misspelt name would not be picked up."),
        ("data_quality", "No assurance can be given that every case is here."),
        ("data_quality", "Some incidents are likely to have been classified wrongly."),
        ("data_quality", "The accuracy of the answer depends upon what was keyed in."),
        ("data_quality", "There may be errors in the data which have not been corrected."),
        ("date_basis", "An offence from 2016 which came to light in 2018 is in the 2018 figure."),
        ("date_basis", "It is the day the crime was put on the system that counts, not the day it was done."),
        ("date_basis", "Outcomes are set against the year of the offence and not the year they were given."),
        ("date_basis", "Sentences are against the year of arrest."),
        ("date_basis", "The years are those of the hearing."),
        ("differs_from_official", "Statistics for publication are put together separately and are not the same."),
        (
            "differs_from_official",
            "The Government's own tables are made up on another basis and will not tally with this.",
        ),
        ("differs_from_official", "The Home Office publish their own numbers and ours will not be the same."),
        ("differs_from_official", "The published tables have been revised since and will not be the same."),
        ("differs_from_official", "You may notice a difference between this and what is on police.uk."),
        ("double_counting", "Somebody with two convictions will be in the list on both lines."),
        ("double_counting", "The categories overlap."),
        ("double_counting", "The same phone could be reported stolen more than once."),
        ("double_counting", "The total of the rows is more than the number of crimes."),
        ("double_counting", "These are crimes and not people; there can be a number of suspects for a single crime."),
        ("estimate", "It would be in the neighbourhood of £3,000."),
        ("estimate", "No exact number is kept; it would be some 300."),
        ("estimate", "The sum is our best estimate."),
        ("estimate", "The total is approximate."),
        ("estimate", "This is an average and not an actual figure."),
        ("free_text", "It would be in the body of the report, if anywhere."),
        ("free_text", "That is not a searchable field."),
        ("free_text", "The breed would only appear in the narrative."),
        ("free_text", "The information is in a notes field which cannot be searched."),
        ("free_text", "The reason is written in the officer's notes and nowhere else."),
        ("incomplete_picture", "The figures give only part of the story."),
        ("incomplete_picture", "The pandemic should be kept in view when reading the 2020 column."),
        ("incomplete_picture", "These data ought to be approached with caution."),
        ("interpretation", 'By "recent" we have assumed you to mean the last two years.'),
        ("interpretation", "For the purpose of this reply a school is any building with an OFSTED number."),
        ("interpretation", 'We have read "serious" as any offence which can only be tried at the Crown Court.'),
        ("interpretation", "We took your request to be about completed disciplinary hearings."),
        ("interpretation", "Your question has been understood as asking about warranted officers."),
        ("linked_records", "The two databases do not speak to each other."),
        ("not_comparable", "Any comparison with another police area would be misleading."),
        ("not_comparable", "Each force has its own way of recording and the replies you get ought not to be ranked."),
        ("not_comparable", "It is not advisable to draw comparisons between the two years."),
        ("not_comparable", "Please do not put our numbers alongside those of other constabularies."),
        ("not_comparable", "This force's response is unique and cannot be used for comparison."),
        ("not_mandatory", "Age is not known in every case."),
        ("not_mandatory", "Gender is only recorded if the caller offers it."),
        ("not_mandatory", "The make is left empty on many of the records."),
        ("not_mandatory", "The occupation field is seldom completed."),
        ("not_mandatory", "Use of the flag is voluntary."),
        ("ongoing_change", "Four officers are suspended pending the outcome."),
        ("ongoing_change", "It is early days for the crimes of the last quarter and more of them may be solved."),
        ("ongoing_change", "Three of the matters were awaiting a hearing."),
        ("ongoing_change", "Two of these have not been concluded."),
        ("ongoing_change", "Where no outcome is shown the investigation is ongoing."),
        ("partial_period", "2019* (* first half of the year)"),
        ("partial_period", "2022 covers January to September."),
        ("partial_period", "2024 so far: 311"),
        ("partial_period", "Figures for 2018 are to the end of August."),
        ("partial_period", "The current year is not yet over."),
        ("population_mismatch", "Calls that were cancelled have been discounted."),
        ("population_mismatch", "Cases dealt with by the Council do not appear here."),
        ("population_mismatch", "Motorways are the business of another force and aren't here."),
        ("population_mismatch", "Overtime has been omitted."),
        ("population_mismatch", "The sums do not take in pension contributions."),
        ("proxy_measure", "As the nearest thing to what you asked for, here is the number of call-outs."),
        ("proxy_measure", "Data by town is not available, so it has been provided by district."),
        ("proxy_measure", "For want of anything better the table has complaints, not incidents."),
        ("proxy_measure", "This is not what you asked for, but we hold the number of arrests."),
        ("proxy_measure", "We hold nothing on prosecutions but can offer the number of files sent to the CPS."),
        ("recording_change", "Athena replaced the old crime system on 4 May 2016."),
        ("recording_change", "Body worn video went live in 2017, and it is since then that these have been logged."),
        (
            "recording_change",
            "Due to the transition from Genie to Niche in 2017 it has not been possible to give earlier years.",
        ),
        (
            "recording_change",
            "The definition of burglary was altered by the Home Office with effect from 1 April 2017.",
        ),
        (
            "recording_change",
            "The jump between the first and second years is because reports made online have been added since 2018.",
        ),
        ("retention_or_loss", "Earlier files were lost in a flood."),
        ("retention_or_loss", "Logs are wiped after two years."),
        ("retention_or_loss", "Papers from before 2008 are no longer in our possession."),
        ("retention_or_loss", "Records are weeded at 7 years."),
        ("retention_or_loss", "The server failed in 2011 and the figures for that year went with it."),
        ("rounding", "All sums have been rounded up."),
        ("rounding", "Amounts are shown in thousands of pounds."),
        ("rounding", "Sums are in £000."),
        ("rounding", "The figures are given to two decimal places."),
        ("rounding", "Times are to the nearest minute."),
        ("small_number_suppression", "Anything under 5 appears as a star."),
        ("small_number_suppression", "Numbers below 5 are not shown."),
        ("small_number_suppression", 'Numbers from 1 to 4 are replaced by "-".'),
        ("small_number_suppression", "Single figure values have been replaced with a dash."),
        ("small_number_suppression", "Small values have been masked so that nobody can be recognised."),
        ("source_scope", "Numbers are kept by each station and there is no central list."),
        ("source_scope", "Our HR system was used to produce the table."),
        ("source_scope", "The figures have been compiled using Power BI and the custody database."),
        ("source_scope", "The only place looked in was the property register."),
        ("source_scope", "These come out of the Chronicle system."),
        (
            "unaudited_snapshot",
            "Entries are amended as and when officers learn more, therefore a later run may give other totals.",
        ),
        ("unaudited_snapshot", "Figures for the current year remain provisional until they are published in July."),
        ("unaudited_snapshot", "The records are open to editing at any time."),
        ("unaudited_snapshot", "The same search done tomorrow could give another answer."),
        ("unaudited_snapshot", "This data represents a snapshot of the system at the time the report was run."),
    ],
)
def test_caveats_in_the_words_of_many(nlp: Language, category: str, text: str) -> None:
    assert categories(nlp, f"Response\n\n{text}\n") == {category}


@pytest.mark.parametrize(
    "text",
    [
        "We may change this page from time to time and some pages may move.",
        "You can change your cookie preferences at any time.",
        "Please note that this e-mail may contain confidential information and may be subject to change control.",
        "I can confirm that the information you have requested is held by the force.",
        "Section 17 of the Freedom of Information Act 2000 requires us to provide you with a notice.",
        "More than one exemption may apply to the same information.",
        "The cost of complying would exceed the appropriate limit of £450, that is 18 hours at £25 per hour.",
        "It is estimated that it would take approximately 5 minutes to read each of the 4,000 records.",
        "If you are not happy you can complain to the Information Commissioner.",
        "Your request was received on 4 March 2019 and has now been considered.",
        "The letter of 4 March 2019 gave you the decision.",
        "The officer was given a caution for the offence.",
        "Of these 14 received a caution and 20 a community resolution.",
        "There were 412 burglaries in 2018 and 390 in 2019.",
        "The following table shows the number of crimes recorded in each year.",
        "Every request is treated on its own merits.",
        "The force is a company limited by guarantee and not a charity.",
        "I estimate that a decision will be made by 12 June 2019.",
        "The contract was let in 2016 and ends in March 2020.",
        "The supplier is Motorola and the system is called CONNECT.",
        "The policy was introduced in 2018 and is attached.",
        "The officer retired on 4 May 2016.",
        "The hearing took place on 12 January 2017 in Leeds.",
        "We do not include personal data in our replies.",
        "Officers carry Taser only after training.",
        "The post is open to all ranks and no one is excluded.",
        "Two victims of the same offender gave evidence.",
        "Complaints that were withdrawn have not been left out.",
        "Each request is different and none can be seen as a precedent.",
        "We publish our responses on the website and we cannot guarantee that the link will always work.",
        "West Mercia Police covers Herefordshire, Shropshire and Worcestershire.",
        "To disclose it might lead offenders to change their methods.",
        "The public may be put at risk if the capability were known.",
        "Please quote the reference number in any further letter.",
        "Copyright of the information may belong to a third party.",
        "The request for 2019 was refused.",
        "Further to your clarification of 3 May 2019 we have limited the answer to burglary.",
        "How many officers have been suspended more than once?",
        "The system will be replaced next year at a cost of £4 million.",
        "You asked for the number of crimes from 2015 to date.",
        "The information is not held as the force does not own any drones.",
        "Yes, such a policy exists and it was last reviewed in July 2019.",
        "The Constabulary has 12 dogs, of which four are puppies.",
        "Nil",
        "No information held.",
        "There is no requirement to create new information in order to answer a request.",
        "The team is made up of one Sergeant and six Constables.",
        "Police officers are not employees but office holders.",
        "All crimes recorded by the force are investigated proportionately.",
        "It is important to note that each request is considered case by case.",
        "Police forces in the United Kingdom are routinely required to provide crime statistics to government bodies.",
        "Where exemptions are relied upon Section 17 of the Act requires that we provide the applicant with a notice.",
        "This letter serves as a partial refusal notice for questions 2 and 4.",
        "The information may be found in the annual accounts, which are published each June.",
        "Even if it took just five minutes to examine each file this would take over 340 hours.",
        "If you would like to refine your request, for instance by limiting it to one year, we may be able to help.",
        "I should advise that even a refined request may be subject to exemptions.",
        "The investigation was concluded in 2018 and the file has been archived.",
        "Two officers were dismissed in 2016, one in 2017 and none in 2018.",
        "Both officers had served for more than ten years.",
        "The driver was stopped twice on the same night.",
        "A new station was opened on 4 May 2016.",
        "The current contract began in April 2017 and runs until March 2021.",
        "The contract includes an option to extend it for up to two years.",
        "Tasers are drawn far more often than they are fired.",
        "Officers may use only such force as is reasonable.",
        "The vehicles are replaced after five years or 100,000 miles.",
        "All staff receive training which is refreshed every year.",
        "Our policy was revised in June 2018 and a copy is attached.",
        "The dogs retire at about eight years of age.",
        "The Chief Constable's salary was £158,000 in 2017/18.",
        "She was appointed on 1 June 2015.",
        "The number of complaints received was 44, of which 12 were upheld.",
        "Of the 44 complaints, 12 were upheld and the rest were not.",
        "He was charged with two offences and convicted of one.",
        "The review was carried out by an officer who had no part in the original decision.",
        "Your complaint has been upheld and the information is now enclosed.",
        "You have the right to ask for the matter to be looked at again.",
        "Questions 1 and 2 have been answered together.",
        "No personal data has been included.",
        "There were no such arrests in either year.",
        "The unit has an establishment of 14 and a strength of 12.",
        "The station is open from 9 am to 5 pm and is closed on Sundays.",
        "Force policy is that each report is looked at by a supervisor.",
        "The scheme ended on 31 March 2019 and was not replaced.",
        "An officer may be asked to work on a rest day.",
        "Body worn cameras have been issued to all response officers since 2016.",
        "The cost of the cameras was £412,000 in the first year and £96,000 in the second.",
        "Copies of the minutes for 2018 and 2019 are attached.",
        "The request has been narrowed to the calendar year 2018, as agreed on 4 May.",
        "A response was sent to you on 5 May 2019 in respect of the first question.",
        "Wiltshire Police does not use that software and has no plans to buy it.",
        "Please find the data in the attached spreadsheet.",
        "Crimes recorded by month, 2018",
        "Offences by outcome, 2019/20 to 2021/22",
        "The figure for 2019 is higher than that for 2018 by 14.",
        "We are not obliged to answer a question about opinion.",
        "The data is in the table below.",
        "I would point out that the three stations you name are in another county.",
        "Under the Act an authority must say whether it holds the information, and I can do so here.",
        "Yours sincerely, Disclosure Officer, who is the only member of the team.",
        "The officer was moved to another department and a new one took over.",
        "This matter is before the court and therefore sub judice.",
        "The information is held but it will be published in the autumn.",
        "The officer was given words of advice and no further action was taken.",
        "The vehicle was found abandoned two days later and returned to its owner.",
        "Each division has its own custody suite.",
        "The two stations were merged into a single building at a cost of £3 million.",
        "There is no code of practice for this.",
        "The system was bought from a firm in Leeds in 2014.",
        "Both officers were on duty at the time.",
        "No officer has been dismissed for this since 2011.",
        "The dogs are trained at the centre in Surrey.",
        "The helicopter is shared with two other forces.",
        "We spent £11,200 in 2018 and £9,400 in 2019.",
        "This was paid for by the Home Office.",
        "The table below sets out the number of arrests by age and gender.",
        "Of these, 12 were male and four were female.",
        "The oldest was 84 and the youngest 11.",
        "A caution was given in 14 cases and a charge laid in 31.",
        "Fourteen people were charged and nine cautioned.",
        "None of the officers was injured.",
        "The average response time was 11 minutes in 2018.",
        "Yes. The Force has used such equipment since 2015.",
        "No. The Force has never used such equipment.",
        "Training lasts for three weeks and is given by our own instructors.",
        "The guidance is reviewed every two years.",
        "It is a matter for the Chief Constable whether an officer is armed.",
        "A person who is arrested is taken to the nearest station with room.",
        "The post was vacant for part of 2018.",
        "The request covers the period 1 January 2016 to 31 December 2018.",
        "You also asked which types of vehicle were involved.",
        "The three most common offences were theft, assault and criminal damage.",
        "The information is exempt because it is reasonably accessible by other means.",
        "I am sorry for the delay, which was caused by the number of requests that we have had.",
        "We received your clarification on 3 June and the clock started again.",
        "I do not hold any record of such a meeting.",
        "The minutes of the meeting have been withheld in full.",
        "If criminals knew how many officers were on duty they would be able to plan for it.",
        "Releasing the number could lead to an individual being identified by someone with local knowledge.",
        "The sum includes an allowance for travel.",
        "The Force does not own any aircraft.",
        "The unit was disbanded on 31 March 2017.",
        "Two of the posts are part time.",
        "The scheme is run together with the County Council.",
        "Members of the public may hand in a knife at any station.",
        "The knives are melted down and none is kept.",
        "You may find the Crown Prosecution Service able to help with the outcome at court.",
        "Convictions are recorded by the courts and not by the police.",
        "We have no plans to change this.",
        "All recorded crimes are reviewed by a supervisor within 28 days.",
        "The speed limit was changed from 40 to 30 mph in 2016.",
        "The camera was moved from the A6 to the A49 in May 2018.",
        "The cells were closed for repair from June to August 2019.",
        "The collision took place on 4 June 2018 and two people died.",
        "Nine of the complaints were made by the same person.",
        "An inquest was held on 12 November 2018.",
        "The Commissioner decides how the money is used.",
        "We have 31 horses, four of them in training.",
    ],
)
def test_plain_statements_are_no_caveats(nlp: Language, text: str) -> None:
    assert categories(nlp, f"Response\n\n{text}\n") == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A shop burgled, and burgled a second time, is in this table twice.", {"double_counting"}),
        ("A shop was burgled twice.", set()),
        ("The table is of shops.", set()),
        ("Twice in this table there is a dash.\n\nA shop is named.", set()),
    ],
)
def test_ideas_count_only_together_and_in_one_sentence(nlp: Language, text: str, expected: set[str]) -> None:
    assert categories(nlp, f"Response\n\n{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Numbers may change when cases end.", {"ongoing_change"}),
        ("Numbers on this page may change when cases end.", set()),
        ("This page may change. Numbers may change when cases end.", {"ongoing_change"}),
    ],
)
def test_what_is_said_of_something_else_is_left_out(nlp: Language, text: str, expected: set[str]) -> None:
    assert categories(nlp, f"Response\n\n{text}\n") == expected


ANSWERS = """Dear Applicant

You asked:

1. How many burglaries were there in each year?
2. How many robberies were there in 2018 and in 2019?

Response

Question 1

Year | Burglaries
2018 | 12
2019 | 15

{below}

Question 2

There were 7 in 2018 and 9 in 2019.{beside}

{after}

Yours sincerely
"""


@pytest.mark.parametrize(
    ("place", "text", "scope", "questions"),
    [
        ("below", "Attempts are not included.", "table t1", {"1"}),
        ("beside", " Attempts are not included.", "question 2", {"2"}),
        ("below", "All statistics are provisional.", "letter", {"1", "2"}),
        ("below", "Our figures come from a live system.", "letter", {"1", "2"}),
        ("below", "They are unaudited.", "table t1", {"1"}),
        ("after", "The data is from a live system and is subject to change.", "letter", {"1", "2"}),
        ("after", "Figures for questions 1 and 2 have not been audited.", "letter", {"1", "2"}),
    ],
)
def test_a_caveat_is_tied_to_the_figures_it_limits(
    nlp: Language, place: str, text: str, scope: str, questions: set[str]
) -> None:
    places = {"below": "", "beside": "", "after": ""} | {place: text}
    record = annotate_letter(nlp, Letter(source="letter.txt", source_sha256="", text=ANSWERS.format(**places)))
    (found,) = record.caveats
    assert found.scope == scope
    assert {o.question for o in record.observations if found.id in o.caveats} == questions


def test_what_they_takes_up_reaches_as_far_as_the_sentence_before(nlp: Language) -> None:
    below = "Our figures come from our own log. They are subject to change."
    text = ANSWERS.format(below=below, beside="", after="")
    record = annotate_letter(nlp, Letter(source="letter.txt", source_sha256="", text=text))
    assert {c.scope for c in record.caveats if c.category == "unaudited_snapshot"} == {"letter"}


def test_a_partial_year_is_tied_to_that_year(nlp: Language) -> None:
    text = "Response\n\nYear | Burglaries\n2018 | 12\n2019 (to 31 August) | 9\n"
    record = annotate_letter(nlp, Letter(source="letter.txt", source_sha256="", text=text))
    (found,) = record.caveats
    assert [o.value for o in record.observations if found.id in o.caveats] == [9]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("The value is the one that the owner gave and nobody has verified it.", "unaudited_snapshot"),
        ("The sums are to the nearest pound and so might not add up to the total.", "double_counting"),
        ("The hours that our own solicitors put in have not been recorded.", "not_mandatory"),
        ("The papers have gone to the Procurator Fiscal.", "retention_or_loss"),
        ("From 1 June 2022 a new form is to be introduced.", "recording_change"),
        ("There is no connection from one to the other.", "not_comparable"),
    ],
)
def test_words_of_a_caveat_about_something_else_are_not_that_caveat(nlp: Language, text: str, category: str) -> None:
    assert category not in categories(nlp, f"Response\n\n{text}\n")


_ASKED = "Dear Applicant\n\nYou asked:\n\n1. How many dogs were seized in 2020 and 2021?\n\n2. Where are they kept?\n\n"
_GIVEN = "Response\n\n1. 2020 - 14\n2021 - 19\n\n"
_REFUSED = "2. This is exempt under Section 31(1)(a) of the Freedom of Information Act 2000.\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{_GIVEN}{_REFUSED}The numbers are rounded to the nearest ten.\n", {"rounding"}),
        ("We need more time for the public interest test. It may not be possible to give accurate dates.\n", set()),
        (
            "We cannot answer it. Please clarify which dogs you mean. Figures for other places are not comparable.\n",
            set(),
        ),
        (
            "We cannot answer it. Please clarify which dogs you mean. Records before 2014 have been destroyed.\n",
            {"retention_or_loss"},
        ),
    ],
)
def test_a_reply_without_figures_has_only_reasons_why(nlp: Language, text: str, expected: set[str]) -> None:
    assert categories(nlp, f"{_ASKED}{text}") == expected


def test_notes_behind_a_refusal_reach_the_figures(nlp: Language) -> None:
    text = f"{_ASKED}{_GIVEN}{_REFUSED}The crimes come off a live system.\n"
    record = annotate_letter(nlp, Letter(source="letter.txt", source_sha256="", text=text))
    assert {caveat.scope for caveat in record.caveats if caveat.category == "unaudited_snapshot"} == {"letter"}
    snapshot = next(caveat.id for caveat in record.caveats if caveat.category == "unaudited_snapshot")
    assert all(snapshot in observation.caveats for observation in record.observations)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The figures above may not be complete.", {"data_quality"}),
        ("Those who plan an attack may not have complete knowledge.", set()),
    ],
)
def test_a_sentence_about_the_figures_counts_in_an_argument(nlp: Language, sentence: str, expected: set[str]) -> None:
    argument = "Harm\n\nOffenders would learn where dogs are kept. "
    assert categories(nlp, f"{_ASKED}{_GIVEN}{_REFUSED}{argument}{sentence}\n") == expected


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("unaudited_snapshot", "You should note that those for 2022/23 are provisional."),
        ("interpretation", "We worked on the assumption that by youth you meant anyone under 18."),
        ("recording_change", "The outcome framework was overhauled in April 2014."),
        ("data_quality", "The figures for 2022 are likely to be on the low side."),
        ("not_comparable", "Figures from before and after the merger are not equivalent."),
        ("ongoing_change", "The percentage may yet change."),
        ("double_counting", "Percentages total more than 100 since several reasons can apply."),
        ("not_mandatory", "People can choose not to give their ethnicity."),
        ("partial_period", "The column for 2023/24 runs from 1 April to 31 December only."),
        ("retention_or_loss", "We cannot provide data previous to 2012."),
        (
            "date_basis",
            "People arrested within a given year will not necessarily have been convicted in the same year.",
        ),
        ("population_mismatch", "The figure is for the three forces together."),
        ("linked_records", "Our arrest and crime computers do not talk to one another."),
        ("small_number_suppression", "An asterisk indicates a number of five or fewer."),
    ],
)
def test_kinds_of_words_that_stand_together(nlp: Language, category: str, text: str) -> None:
    assert category in categories(nlp, f"Response\n\n1. 2020 - 14\n\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "The term of the contract was revised in April 2014.",
        "The code of practice for official statistics was followed.",
        "It is not uncommon for a crime to be reported on a Monday.",
        "The information is not held in an easily retrievable format.",
        "The search warrant was executed on 3 May 2019.",
        "The Home Office gives other guidance on numbers.",
        "Somebody would have to be found who is able to do it.",
    ],
)
def test_kinds_of_words_that_say_something_else(nlp: Language, text: str) -> None:
    assert categories(nlp, f"Response\n\n1. 2020 - 14\n\n{text}\n") == set()
