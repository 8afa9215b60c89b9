"""Label Studio itself imports, shows, submits and exports the whole corpus, and nothing is lost.

Run by hand or nightly, because Label Studio brings some hundred packages and is installed in an environment of its own:

    python -m venv studio && studio/bin/pip install label-studio
    FOI_NLP_LABEL_STUDIO=studio/bin/label-studio python -m pytest tests/nightly/test_label_studio.py

It needs Chromium too, takes some five minutes, and talks to no other machine.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from foi_nlp.cli import app
from foi_nlp.exchange import annotated, export, read_back
from foi_nlp.review.journal import load_decisions
from tests.review_sample import FAMILY, HOSTILE_TEXT, hostile_record, write_run

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from foi_nlp.records import LetterRecord

COMMAND = os.environ.get("FOI_NLP_LABEL_STUDIO") or shutil.which("label-studio")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MAIL, PASSWORD = "reviewer@example.org", "a long pass phrase"
# It asks nobody on the network: no newest version, no figures of use, no error reports.
SILENT = {"COLLECT_ANALYTICS": "0", "LATEST_VERSION_CHECK": "0", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": ""}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        COMMAND is None, reason="Label Studio is not installed; FOI_NLP_LABEL_STUDIO may name its command"
    ),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian package: chromium)"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
httpx = pytest.importorskip("httpx2", reason="httpx2 is not installed")


@dataclass
class Studio:
    """A Label Studio at work on this machine, a signed-in tab of a browser, and what the tab asked of others."""

    base: str
    client: Any
    tab: Tab
    strays: list[str] = field(default_factory=list)

    def project(self, folder: Path) -> tuple[int, list[int]]:
        """Make a project of an exported folder; give its number and those of its tasks."""
        config = (folder / "labelling.xml").read_text(encoding="utf-8")
        made = self.ask("POST", "/api/projects", json={"title": "Letters", "label_config": config})["id"]
        tasks = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
        answer = self.ask("POST", f"/api/projects/{made}/import", params={"return_task_ids": "true"}, json=tasks)
        assert answer["prediction_count"] == len(tasks)
        return made, answer["task_ids"]

    def ask(self, method: str, path: str, **more: Any) -> Any:
        answer = self.client.request(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json()

    def open(self, project: int, task: int, *, spans: int) -> None:
        """Open a letter and wait until its spans are shown."""
        self.tab.goto(f"{self.base}/projects/{project}/data?task={task}")
        self.tab.wait_for_selector("button[name=submit]")
        self.tab.wait_for_function(
            "count => window.Htx?.annotationStore?.selected?.regions?.length === count", arg=spans
        )

    def send(self, name: str) -> None:
        """Press the button that keeps the letter, and wait until it is kept."""
        with self.tab.expect_response(lambda r: "/annotations" in r.url and r.request.method in {"POST", "PATCH"}) as r:
            self.tab.click(f"button[name={name}]")
        assert r.value.ok

    def export(self, project: int, file: Path) -> Path:
        """Export a project as its page does, tasks without an answer included."""
        asked = {"exportType": "JSON", "download_all_tasks": "true"}
        file.write_bytes(self.client.get(f"/api/projects/{project}/export", params=asked).content)
        return file


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    assert COMMAND is not None
    data = tmp_path_factory.mktemp("studio")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base, token = f"http://127.0.0.1:{port}", secrets.token_hex(20)
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [COMMAND, "start", "--data-dir", str(data), "--port", str(port), "--internal-host", "127.0.0.1",
             "--no-browser", "--username", MAIL, "--password", PASSWORD, "--user-token", token],
            env={**os.environ, **SILENT, "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true", "HOME": str(data)},
            cwd=data, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        client = httpx.Client(base_url=base, headers={"Authorization": f"Token {token}"}, timeout=120)
        with client, playwright.sync_playwright() as driver:
            _wait_for(client, process, data / "log")
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            tab = browser.new_page(viewport={"width": 1600, "height": 1000})
            tab.set_default_timeout(60_000)
            out = Studio(base, client, tab)
            tab.on(
                "request", lambda r: None if r.url.startswith((base, "data:", "blob:")) else out.strays.append(r.url)
            )
            tab.goto(f"{base}/user/login/")
            tab.fill("[name=email]", MAIL)
            tab.fill("[name=password]", PASSWORD)
            tab.click("button[type=submit]")
            tab.wait_for_url(lambda url: "/user/login" not in url)
            yield out
            browser.close()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(client: Any, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(180):
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            if client.get("/health").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    pytest.fail(f"Label Studio does not answer: {log.read_text(errors='replace')[-2000:]}")


def run_command(*arguments: str | Path) -> str:
    said = CliRunner().invoke(app, list(map(str, arguments)))
    assert said.exit_code == 0, said.output
    return said.output


def test_the_corpus_is_shown_submitted_exported_and_comes_back_as_it_went(
    studio: Studio, records: list[LetterRecord], tmp_path: Path
) -> None:
    run = write_run(tmp_path / "run", records)
    run_command("export", run, "--to", "label-studio", "-o", tmp_path / "out")
    project, tasks = studio.project(tmp_path / "out")
    for record, task in zip(records, tasks, strict=True):
        sent = annotated(record)
        studio.open(project, task, spans=len(sent.spans))
        shown = studio.tab.evaluate(
            "() => { const shown = window.Htx.annotationStore.selected;"
            " return [shown.relationStore.relations.length, document.querySelectorAll('[class*=htx-highlight]').length]"
            " }"
        )
        assert shown[0] == len(sent.relations), record.source
        assert shown[1] >= len({(span.start, span.end) for span in sent.spans}), record.source
        studio.send("submit")
    file = studio.export(project, tmp_path / "export.json")
    back = list(read_back(file, "label-studio"))
    assert [problem.message for _, problems in back for problem in problems] == []
    assert {text.text_sha256: text for text, _ in back} == {r.text_sha256: annotated(r) for r in records}
    said = run_command("import", run, file, "--from", "label-studio", "--reviewer", "Ada")
    assert "0 decisions" in said
    assert studio.strays == []


def test_what_is_corrected_there_becomes_decisions(studio: Studio, tmp_path: Path) -> None:
    record = hostile_record()
    run = write_run(tmp_path / "run", [record])
    export([annotated(record)], "label-studio", tmp_path / "out")
    project, [task] = studio.project(tmp_path / "out")
    studio.open(project, task, spans=len(annotated(record).spans))
    tab = studio.tab
    # A provision is taken away, and a caveat is marked across signs outside the basic plane by a drag of the mouse.
    place = HOSTILE_TEXT.index("Section 40(2)")
    tab.evaluate(
        "() => { const shown = window.Htx.annotationStore.selected;"
        " shown.selectArea(shown.regions.find(region => region.labelName === 'PROVISION')); }"
    )
    tab.keyboard.press("Backspace")
    tab.click("[class*=label]:has-text('REFERENCE') >> nth=-1")
    box = tab.evaluate(
        """quote => {
          const walker = document.createTreeWalker(document.querySelector("[class*=richtext]"), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(quote);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at); range.setEnd(node, at + quote.length);
            const box = range.getBoundingClientRect();
            return [box.left + 1, box.right - 1, (box.top + box.bottom) / 2];
          }
        }""",
        "Question 1",
    )
    tab.mouse.move(box[0], box[2])
    tab.mouse.down()
    tab.mouse.move(box[1], box[2], steps=8)
    tab.mouse.up()
    studio.send("submit")
    file = studio.export(project, tmp_path / "export.json")
    run_command("import", run, file, "--from", "label-studio", "--reviewer", "Ada")
    made = load_decisions(run / "review", reviewer="Ada").decisions
    assert [(d.action, d.kind, d.subject.start) for d in made] == [
        ("reject", "provision", place),
        ("add", "reference", HOSTILE_TEXT.index("Question 1")),
    ]
    assert HOSTILE_TEXT.index(FAMILY) < HOSTILE_TEXT.index("Question 1")  # so that UTF-16 units would be off


def test_a_letter_that_nobody_submitted_decides_nothing(studio: Studio, tmp_path: Path) -> None:
    record = hostile_record()
    run = write_run(tmp_path / "run", [record])
    export([annotated(record)], "label-studio", tmp_path / "out")
    project, _ = studio.project(tmp_path / "out")
    file = studio.export(project, tmp_path / "export.json")
    said = run_command("import", run, file, "--from", "label-studio", "--reviewer", "Ada", "--accept-rest")
    assert "1 letters came back without an answer" in said
    assert load_decisions(run / "review", reviewer="Ada").decisions == []
