"""The review page as a browser's requests see it: what it shows, keeps, refuses and never lets through."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from foi_nlp.review.application import make_application
from foi_nlp.review.doubts import Doubt
from foi_nlp.review.forms import typed_values
from foi_nlp.review.items import FINISHED
from foi_nlp.review.journal import load_decisions
from foi_nlp.review.marking import pieces, whole_characters
from foi_nlp.review.runs import Run
from foi_nlp.review.session import Session
from foi_nlp.store import StoreError
from tests.review_sample import (
    ACCENTED,
    FAMILY,
    HOSTILE_TEXT,
    SCRIPT,
    corpus_records,
    hostile_record,
    pdf_record,
    sha256,
    write_run,
)

TOKEN = "f3a9"  # noqa: S105
HOST = "127.0.0.1:8000"
ORIGIN = {"origin": f"http://{HOST}"}


class Page:
    """A browser without a screen: it has the token's cookie and sends forms as the page's own do."""

    def __init__(self, run: Path, reviewer: str = "ann") -> None:
        self.session = Session(run, reviewer)
        self.client = TestClient(
            make_application(self.session, token=TOKEN, port=8000), base_url=f"http://{HOST}", follow_redirects=False
        )
        self.client.get(f"/?token={TOKEN}")
        self._sent = 0

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, number: int, **typed: str) -> Any:
        self._sent += 1
        entry = self.session.entry(number)
        form = {"decision_id": f"{self.session.reviewer}{self._sent:030}", "letter": entry.text_sha256, **typed}
        return self.client.post(f"/letters/{number}/decide", data=form, headers=ORIGIN)

    def rows(self, number: int, kind: str) -> list[Any]:
        return [row for row in self.session.settled(self.session.entry(number)).rows if row.item.kind == kind]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", [hostile_record(), *corpus_records(3)])


@pytest.fixture
def page(run: Path) -> Page:
    return Page(run)


# Who is let in.


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {"host": "evil.example"}, 421),
        ("GET", "/", {"host": "127.0.0.1:9999"}, 421),
        ("GET", "/", {"host": "[::1]:8000"}, 421),
        ("GET", "/", {"origin": "http://evil.example"}, 403),
        ("GET", "/", {"origin": "null"}, 403),
        ("GET", "/", {"sec-fetch-site": "cross-site"}, 403),
        ("GET", "/", {"sec-fetch-site": "same-site"}, 403),
        ("POST", "/letters/1/decide", {}, 403),
        ("POST", "/letters/1/decide", {"origin": "http://127.0.0.1:9999"}, 403),
        ("DELETE", "/", {"origin": f"http://{HOST}"}, 405),
        ("GET", "/?token=wrong", {}, 403),
        ("GET", "/?token=", {}, 403),
    ],
)
def test_requests_of_others_are_refused(
    page: Page, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = page.client.request(method, path, headers=headers)
    assert answer.status_code == status
    assert "Letters" not in answer.text


@pytest.mark.parametrize("path", ["/", "/queue", "/letters/1", "/letters/1/pages/1.png", "/static/review.js"])
def test_nothing_is_shown_without_the_token(page: Page, path: str) -> None:
    page.client.cookies.clear()
    assert page.client.get(path).status_code == 403


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(page: Page) -> None:
    page.client.cookies.clear()
    answer = page.client.get(f"/?token={TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert page.client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/letters/1", "/nowhere", "/static/review.js", "/?token=wrong"])
def test_every_answer_carries_the_policy(page: Page, path: str) -> None:
    headers = page.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../application.py", "/static/%2e%2e/application.py", "/static/..%2f..%2frecords.py",
        "/static//etc/passwd",
        "/letters/1/pages/../../../etc/passwd", "/letters/0", "/letters/99", "/letters/x", "/review/ann.jsonl",
        "/run.json",
    ],
)  # fmt: skip
def test_no_file_outside_the_page_is_served(page: Page, path: str) -> None:
    answer = page.client.get(path)
    assert answer.status_code in {404, 405, 409}
    assert "import" not in answer.text


# What is shown.


@pytest.mark.parametrize(
    "path",
    ["/", "/letters/1", "/letters/1?mode=add&start=0&end=90", "/letters/1?item=%22%3E%3Cscript%3E&order=%3Cscript%3E"],
)
def test_what_strangers_wrote_is_escaped(page: Page, path: str) -> None:
    text = page.get(path)
    assert SCRIPT not in text
    assert "<img" not in text
    assert re.findall(r"<script(?! src=\"/static/)", text) == []
    assert re.findall(r"\son\w+=|\sstyle=", re.sub(r">[^<]*<|\"[^\"]*\"", "", text)) == []


def test_every_form_of_the_hostile_letter_is_escaped(page: Page) -> None:
    for kind in ("observation", "authority", "question", "provision", "caveat", "doubt"):
        for row in page.rows(1, kind):
            assert SCRIPT not in page.get(f"/letters/1?item={row.key}&mode=edit")


def test_the_text_of_a_letter_comes_back_character_for_character(page: Page) -> None:
    html = page.get("/letters/1")
    parts = re.findall(r'<span data-at="(\d+)">(.*?)</span>', html, flags=re.DOTALL)
    text = "".join(unescape(piece) for _, piece in parts)
    assert text == HOSTILE_TEXT.replace("\0", "\ufffd")
    for at, piece in parts:
        assert HOSTILE_TEXT[int(at) :].replace("\0", "\ufffd").startswith(unescape(piece))


def test_overlapping_marks_are_split_where_they_begin_and_end() -> None:
    from foi_nlp.review.corrections import settle

    record = hostile_record()
    layered = [p for p in pieces(record.text, settle(record, []).rows) if len(p.layers) > 1]
    assert [(p.text, [layer.kind for layer in p.layers]) for p in layered] == [
        ("Section 40(2)", ["caveat", "provision"])
    ]


@pytest.mark.parametrize(
    ("text", "start", "end", "wanted"),
    [
        (f"a{FAMILY}b", 2, 3, (1, 6)),
        (f"caf{ACCENTED}!", 3, 4, (3, 5)),
        (f"caf{ACCENTED}!", 4, 5, (3, 5)),
        ("  12  ", 0, 6, (2, 4)),
        ("    ", 1, 3, (3, 3)),
        ("12\r\n", 0, 3, (0, 2)),
        ("plain", 1, 3, (1, 3)),
        ("plain", -5, 99, (0, 5)),
    ],
)
def test_a_selection_is_widened_to_whole_characters(text: str, start: int, end: int, wanted: tuple[int, int]) -> None:
    assert whole_characters(text, start, end) == wanted


def test_the_queue_begins_with_totals_that_disagree_in_all_letters(page: Page) -> None:
    order = []
    after = None
    while (found := page.session.next_open(after=after)) and found not in order:
        order.append(found)
        after = found
    doubts = {}
    for entry in page.session.run.entries:
        doubts.update({(entry.number, key): doubt for doubt, _, key in entry.open})
    classes = [doubts.get(place, Doubt.NONE) for place in order]
    assert classes == sorted(classes)
    assert classes[0] == Doubt.TOTALS
    assert set(order) == set(doubts) | {(number, FINISHED.key) for number in range(1, 5)}
    numbers = [number for number, _ in order if doubts.get((number, _), Doubt.NONE) == Doubt.NONE]
    assert numbers == sorted(numbers)


def test_letter_by_letter_each_letter_is_done_as_a_whole(page: Page) -> None:
    after, numbers = None, []
    for _ in range(sum(len(entry.open) + 1 for entry in page.session.run.entries)):
        after = page.session.next_open(after=after, by_letter=True)
        assert after is not None
        numbers.append(after[0])
    assert numbers == sorted(numbers)


# What is kept.


def test_accepting_goes_on_to_the_next_item_and_is_kept(page: Page, run: Path) -> None:
    row = page.rows(1, "observation")[0]
    answer = page.send(1, action="accept", item=row.key)
    assert answer.status_code == 303
    assert answer.headers["location"] != f"/letters/1?item={row.key}"
    made = load_decisions(run / "review", reviewer="ann").decisions[0]
    assert (made.action, made.who, made.rules) == ("accept", "ann", "rules-1")
    assert made.when.endswith("Z")
    assert Page(run).rows(1, "observation")[0].state == "accepted"


def form_of(page: Page, number: int, key: str) -> dict[str, str]:
    """Read the fields of the edit form, as a browser would send them back."""
    html = page.get(f"/letters/{number}?item={key}&mode=edit")
    form = html.split('class="fields"')[1].split("</form>")[0]
    typed = {
        name: unescape(value) for name, value in re.findall(r'<input id="[^"]*" name="(\w+)" value="([^"]*)"', form)
    }
    typed |= {
        name: unescape(text)
        for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    }
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        typed[name] = chosen[0] if chosen else ""
    typed |= dict.fromkeys(re.findall(r'type="checkbox" name="(\w+)" value="on" checked', form), "on")
    return typed


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(page: Page, number: int) -> None:
    settlement = page.session.settled(page.session.entry(number))
    for row in settlement.rows:
        if row.item.kind in {"doubt", "letter"}:
            continue
        answer = page.send(number, action="edit", item=row.key, **form_of(page, number, row.key))
        assert answer.status_code == 303, (row, re.findall(r'class="hint">([^<]*)', answer.text))
    for row in page.session.settled(page.session.entry(number)).rows:
        if row.predicted is not None and row.item.kind not in {"doubt", "letter"}:
            assert row.item.says == row.predicted.says


def test_a_figure_is_corrected_and_the_prediction_is_kept_beside_it(page: Page, run: Path) -> None:
    before = (run / "letters.jsonl").read_bytes()
    row = page.rows(1, "observation")[0]
    typed = form_of(page, 1, row.key) | {"value": "1,243", "question": "2", "breakdown": "offence: Arson\ntotal"}
    assert page.send(1, action="edit", item=row.key, **typed).status_code == 303
    part = page.rows(1, "observation")[0].item.part
    assert (part.value, part.question, part.breakdown) == (1243, "2", {"offence": "Arson", "total": True})
    assert part.value_raw == "1,234"
    assert page.rows(1, "observation")[0].predicted.part.value == 1234
    assert (run / "letters.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "many"}, "value"),
        ({"value": "nan"}, "value"),
        ({"value": "inf"}, "value"),
        ({"value": "١٢"}, "value"),
        ({"value": ""}, "value"),
        ({"status": "suppressed"}, "status"),
        ({"status": "made-up"}, "status"),
        ({"period_label": ""}, "period_label"),
        ({"period_type": "decade"}, "period_type"),
        ({"period_start": "2019-02-30"}, "period_start"),
        ({"period_end": "2018-01-01"}, "period_end"),
        ({"start": "x"}, "start"),
        ({"start": "-1"}, "start"),
        ({"start": "99999", "end": "100000"}, "start"),
        ({"low": "few"}, "low"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field_and_the_form_stays(
    page: Page, changes: dict[str, str], field: str
) -> None:
    row = page.rows(1, "observation")[0]
    answer = page.send(1, action="edit", item=row.key, **(form_of(page, 1, row.key) | {"metric": "kept"} | changes))
    assert answer.status_code == 422
    assert f'name="{field}"' in answer.text
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', answer.text)
    assert 'value="kept"' in answer.text
    assert page.rows(1, "observation")[0].state == "open"


@pytest.mark.parametrize(
    ("changes", "period"),
    [
        ({"period_label": "2020/21"}, ("financial_year", "2020-04-01", "2021-03-31")),
        ({"period_label": "some time"}, ("calendar_year", None, None)),
        ({"period_label": "2020/21", "period_end": "2021-01-31"}, ("calendar_year", "2019-01-01", "2021-01-31")),
    ],
)
def test_a_period_whose_words_were_changed_gets_the_dates_that_they_say(
    page: Page, changes: dict[str, str], period: tuple[str, str | None, str | None]
) -> None:
    row = page.rows(1, "observation")[0]
    assert page.send(1, action="edit", item=row.key, **(form_of(page, 1, row.key) | changes)).status_code == 303
    found = page.rows(1, "observation")[0].item.part.period
    assert (found.type, found.start, found.end) == period


@pytest.mark.parametrize(
    ("quote", "value", "symbol"), [("1,250", "1250", ""), ("<5", "", "&lt;5"), ("Total", "", "Total")]
)
def test_a_figure_that_is_added_is_read_as_the_rules_would(page: Page, quote: str, value: str, symbol: str) -> None:
    start = HOSTILE_TEXT.index(quote)
    html = page.get(f"/letters/1?mode=add&kind=observation&start={start}&end={start + len(quote)}")
    assert f'name="value" value="{value}"' in html
    assert f'name="symbol" value="{symbol}"' in html


@pytest.mark.parametrize("label", ["foia.99(9)", SCRIPT, ""])
def test_a_label_nobody_knows_is_refused(page: Page, label: str) -> None:
    row = page.rows(1, "provision")[0]
    answer = page.send(1, action="edit", item=row.key, **(form_of(page, 1, row.key) | {"id": label}))
    assert answer.status_code == 422
    assert "is not a label that is known here" in answer.text
    assert SCRIPT not in answer.text


@pytest.mark.parametrize("kind", ["letter", "doubt", "nonsense", SCRIPT, ""])
def test_a_kind_nobody_knows_cannot_be_added(page: Page, kind: str) -> None:
    answer = page.send(1, action="add", kind=kind, start="0", end="5")
    assert answer.status_code == 422
    assert SCRIPT not in answer.text


def test_a_stretch_with_emoji_and_accents_is_added_where_it_stands(page: Page) -> None:
    start = HOSTILE_TEXT.index(FAMILY + FAMILY)
    end = HOSTILE_TEXT.index("fts?")
    answer = page.send(
        1,
        action="add",
        kind="caveat",
        category="as_of_date",
        scope="letter",
        severity="limits",
        start=str(start + 1),
        end=str(end - 1),
    )
    assert answer.status_code == 303
    added = next(row for row in page.rows(1, "caveat") if row.state == "added")
    assert HOSTILE_TEXT[added.item.start : added.item.end] == f"{FAMILY}{FAMILY} how many th{ACCENTED}"


def test_undo_takes_the_last_decision_back(page: Page) -> None:
    row = page.rows(1, "observation")[0]
    page.send(1, action="reject", item=row.key)
    made = page.session.last_decision(page.session.entry(1))
    assert made is not None
    assert page.send(1, action="undo", undoes=made.id).status_code == 303
    assert page.rows(1, "observation")[0].state == "open"
    again = page.send(1, action="undo", undoes=made.id)
    assert again.status_code == 409
    assert "taken back already" in again.text


def test_a_request_sent_twice_decides_once(page: Page, run: Path) -> None:
    row = page.rows(1, "observation")[0]
    form = {"decision_id": "x" * 32, "letter": page.session.entry(1).text_sha256, "action": "accept", "item": row.key}
    for _ in range(2):
        assert page.client.post("/letters/1/decide", data=form, headers=ORIGIN).status_code == 303
    assert len(load_decisions(run / "review").decisions) == 1


def test_two_windows_and_two_reviewers_see_and_lose_nothing(run: Path) -> None:
    one, other, bob = Page(run), Page(run, "ann"), Page(run, "bob")
    rows = one.rows(1, "observation")
    other._sent = 500
    one.send(1, action="accept", item=rows[0].key)
    other.send(1, action="reject", item=rows[1].key)
    bob.send(1, action="reject", item=rows[0].key)
    for page in (one, other):
        assert [row.state for row in page.rows(1, "observation")] == ["accepted", "rejected"]
    assert [row.state for row in bob.rows(1, "observation")] == ["rejected", "open"]


def test_a_letter_is_finished_only_when_every_item_is_decided(page: Page, run: Path) -> None:
    early = page.send(1, action="accept", item=FINISHED.key)
    assert early.status_code == 409
    assert "still to be decided on" in early.text
    assert page.send(1, action="accept_all", item=FINISHED.key).status_code == 303
    settlement = page.session.settled(page.session.entry(1))
    assert settlement.finished
    assert not settlement.open
    assert "1 of 4 letters finished" in page.get("/")
    page.send(1, action="reject", item=FINISHED.key)
    assert not Page(run).session.settled(page.session.entry(1)).finished


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"letter": "0" * 64}, 409),
        ({"decision_id": ""}, 409),
        ({"decision_id": "../../etc/passwd\n12345678"}, 409),
        ({"action": "destroy"}, 409),
        ({"item": "no such item"}, 409),
        ({"metric": "x" * 300_000}, 413),
    ],
)
def test_requests_that_are_not_of_this_page_change_nothing(
    page: Page, run: Path, changes: dict[str, str], status: int
) -> None:
    row = page.rows(1, "observation")[0]
    answer = page.send(1, **({"action": "accept", "item": row.key} | changes))
    assert answer.status_code == status
    assert not (run / "review").exists() or load_decisions(run / "review").decisions == []


def test_when_a_decision_cannot_be_kept_the_reviewer_is_told_and_the_form_stays(page: Page, run: Path) -> None:
    (run / "review").write_text("in the way")
    key = page.session.run.entries[0].open[0][2]
    answer = page.client.post(
        "/letters/1/decide",
        data={"decision_id": "y" * 32, "letter": page.session.entry(1).text_sha256, "action": "accept", "item": key},
        headers=ORIGIN,
    )
    assert answer.status_code == 507
    assert "is not kept" in answer.text


# Runs that are not as they should be.


def test_a_record_that_is_not_whole_is_named_and_the_others_are_shown(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [hostile_record(), *corpus_records(1)])
    path = run / "letters.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    page = Page(run)
    assert len(page.session.run.entries) == 1
    problems = " ".join(page.session.run.problems)
    assert f"{path}:2: not a whole record" in problems
    assert "annotate again" in unescape(page.get("/"))


def test_a_text_that_is_not_the_annotated_one_is_not_shown(tmp_path: Path) -> None:
    tampered = hostile_record().model_copy(update={"text_sha256": "0" * 64})
    run = Run(write_run(tmp_path / "run", [tampered]))
    assert run.entries == []
    assert "is not the one that was annotated" in run.problems[0]


def test_a_run_of_other_letters_than_it_lists_is_told(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", [hostile_record(), *corpus_records(1)])
    about = json.loads((folder / "run.json").read_text())
    about["letters"][0]["sha256"] = "0" * 64
    (folder / "run.json").write_text(json.dumps(about))
    problems = " ".join(Run(folder).problems)
    assert "run.json does not list" in problems
    assert "which run.json lists" in problems


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_run_without_a_whole_run_json_can_still_be_reviewed(tmp_path: Path, content: str | None) -> None:
    folder = write_run(tmp_path / "run", [hostile_record()])
    (folder / "run.json").unlink()
    if content is not None:
        (folder / "run.json").write_text(content)
    assert len(Run(folder).entries) == 1


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="give the folder that"):
        Run(tmp_path)


def test_a_run_that_is_annotated_again_meanwhile_is_taken_up(page: Page, run: Path) -> None:
    row = page.rows(1, "observation")[0]
    page.send(1, action="accept", item=row.key)
    newer = hostile_record()
    newer.observations[0].value = 999
    write_run(run, [*corpus_records(2), newer], rules="rules-2")
    assert len(page.session.run.entries) == 3
    kept = page.rows(3, "observation")[0]
    assert (kept.state, kept.item.part.value, kept.predicted.part.value) == ("accepted", 1234, 999)
    assert "The rules now say" in page.get(f"/letters/3?item={kept.key}")


def test_decisions_on_other_letters_are_told_on_the_list(page: Page, run: Path) -> None:
    page.send(1, action="accept", item=page.rows(1, "observation")[0].key)
    write_run(run, corpus_records(2))
    assert "1 decision on" in page.get("/")


@pytest.mark.parametrize("action", ["accept", "reject", "edit"])
def test_what_another_window_decided_is_not_overruled_unseen(page: Page, run: Path, action: str) -> None:
    row = page.rows(1, "observation")[0]
    html = page.get(f"/letters/1?item={row.key}")
    assert 'name="seen" value=""' in html
    first = page.send(1, action="accept", item=row.key, seen="")
    assert first.status_code == 303
    typed = typed_values(row.item) if action == "edit" else {}
    answer = page.send(1, action=action, item=row.key, seen="", **typed)
    assert answer.status_code == 409
    assert "accepted in another window meanwhile" in answer.text
    assert [d.action for d in load_decisions(run / "review", reviewer="ann").decisions] == ["accept"]
    last = page.rows(1, "observation")[0].decision.id
    assert f'name="seen" value="{last}"' in answer.text
    assert page.send(1, action=action, item=row.key, seen=last, **typed).status_code == 303


def test_what_another_window_took_back_is_told(page: Page) -> None:
    row = page.rows(1, "observation")[0]
    page.send(1, action="accept", item=row.key, seen="")
    last = page.rows(1, "observation")[0].decision.id
    page.send(1, action="undo", undoes=last)
    answer = page.send(1, action="reject", item=row.key, seen=last)
    assert answer.status_code == 409
    assert "taken back in another window" in answer.text


# Pages of the original.


@pytest.fixture
def pdf_page(tmp_path: Path) -> Page:
    return Page(write_run(tmp_path / "run", [pdf_record(tmp_path)]))


def test_the_page_of_the_original_is_shown_with_the_figure_framed(pdf_page: Page) -> None:
    html = pdf_page.get("/letters/1")
    assert '<rect class="frame" x="117.0" y="89.0"' in html
    answer = pdf_page.client.get("/letters/1/pages/1.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("number", [0, 2, 999999])
def test_pages_that_the_original_does_not_have_are_not_there(pdf_page: Page, number: int) -> None:
    assert pdf_page.client.get(f"/letters/1/pages/{number}.png").status_code == 404


def test_an_original_that_has_changed_is_told_and_not_shown(pdf_page: Page, tmp_path: Path) -> None:
    with (tmp_path / "reply.pdf").open("ab") as file:
        file.write(b"\n%")
    html = pdf_page.get("/letters/1")
    assert "it has changed since" in html
    assert "<image" not in html
    assert pdf_page.client.get("/letters/1/pages/1.png").status_code == 404


@pytest.mark.parametrize("data", [b"%PDF-1.4 broken", b"no picture at all", b"\x89PNG broken"])
def test_an_original_that_cannot_be_drawn_is_left_out(tmp_path: Path, data: bytes) -> None:
    record = pdf_record(tmp_path).model_copy(update={"source_sha256": sha256(data)})
    (tmp_path / "reply.pdf").write_bytes(data)
    assert "<image" not in Page(write_run(tmp_path / "run", [record])).get("/letters/1")


@pytest.mark.parametrize("source", ["mail.zip!/reply.pdf", "../../etc/passwd", "/etc/passwd", "x\0y", "a" * 5000])
def test_a_source_that_leads_elsewhere_is_not_served(tmp_path: Path, source: str) -> None:
    record = pdf_record(tmp_path).model_copy(update={"source": source})
    page = Page(write_run(tmp_path / "run", [record]))
    page.get("/letters/1")
    assert page.client.get("/letters/1/pages/1.png").status_code == 404


@pytest.mark.slow
def test_several_hundred_letters_open_quickly(tmp_path: Path) -> None:
    import time

    sample = corpus_records(20)
    records = []
    for number in range(400):
        text = f"{sample[number % 20].text}\n{number}"
        records.append(
            sample[number % 20].model_copy(
                update={"source": f"{number}.txt", "text": text, "text_sha256": sha256(text)}
            )
        )
    page = Page(write_run(tmp_path / "run", records))
    page.send(200, action="accept_all", item=FINISHED.key)
    begun = time.perf_counter()
    page.get("/")
    page.client.get("/queue")
    page.get("/letters/399")
    assert time.perf_counter() - begun < 5
