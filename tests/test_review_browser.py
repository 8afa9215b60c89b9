"""The review page in a real browser: worked by keyboard, attacked by a letter, checked for accessibility."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from foi_nlp.review.journal import load_decisions
from tests.review_sample import ACCENTED, FAMILY, HOSTILE_TEXT, corpus_records, hostile_record, pdf_record, write_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian package: chromium)"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@dataclass
class Server:
    """A server of the review page, run as a user runs it."""

    run: Path
    process: subprocess.Popen[str]
    address: str

    @property
    def base(self) -> str:
        return self.address.split("/?")[0]

    @classmethod
    def start(cls, run: Path) -> Server:
        code = "from foi_nlp.cli.review import app; app()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(run), "--reviewer", "ann", "--no-browser"],
            stdout=subprocess.PIPE, text=True, cwd=run.parent, env={**os.environ, "PYTHONWARNINGS": "error"},
        )  # fmt: skip
        assert process.stdout is not None
        assert "Reviewing" in process.stdout.readline()
        return cls(run, process, process.stdout.readline().strip())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server.start(write_run(tmp_path / "run", [hostile_record(), *corpus_records(2), pdf_record(tmp_path)]))
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[Tab]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    alarms: list[str] = []
    tab.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    tab.on("pageerror", lambda error: alarms.append(str(error)))
    tab.on("request", lambda r: None if r.url.startswith(server.base) else alarms.append(r.url))
    tab.goto(server.address)
    yield tab
    assert alarms == []
    context.close()


def press(tab: Tab, key: str) -> None:
    """Press a key that makes the page ask the server, and wait for the answer."""
    tab.evaluate("document.getElementById('view').dataset.old = '1'")
    tab.keyboard.press(key)
    tab.wait_for_selector("#view:not([data-old])")


def title(tab: Tab) -> str:
    return tab.inner_text("#hand-title")


def select(tab: Tab, quote: str) -> None:
    """Select a quote in the letter's text as a drag of the mouse does, across the pieces that the text is cut into."""
    tab.evaluate(
        """(quote) => {
          const root = document.getElementById('text');
          const whole = root.textContent, from = whole.indexOf(quote), to = from + quote.length;
          const range = document.createRange();
          const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
          let seen = 0, begun = false;
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const length = node.data.length;
            if (!begun && from < seen + length) { range.setStart(node, from - seen); begun = true; }
            if (begun && to <= seen + length) { range.setEnd(node, to - seen); break; }
            seen += length;
          }
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        quote,
    )


def test_a_queue_is_worked_by_keyboard_and_everything_is_kept(tab: Tab, server: Server) -> None:
    press(tab, "n")
    assert "2019 = 1,234" in title(tab)
    # A figure is corrected.
    press(tab, "e")
    tab.fill("[name=value]", "1,243")
    tab.fill("[name=question]", "1a")
    press(tab, "Control+Enter")
    # The next in the queue: the other item whose totals disagree.
    assert "1,250" in tab.inner_text(".hand blockquote b")
    press(tab, "a")
    # A stretch across emoji and combining characters is added; it begins and ends inside marks.
    tab.goto(f"{server.base}/letters/1")
    quote = f"{FAMILY}{FAMILY} how many th{ACCENTED}fts"
    select(tab, quote)
    press(tab, "s")
    assert tab.inner_text("#form-quote") == quote
    tab.select_option("#add-kind", "caveat")
    tab.wait_for_selector("[name=category]")
    tab.fill("[name=category]", "as_of_date")
    tab.focus("[name=scope]")
    press(tab, "Control+Enter")
    assert "as_of_date" in title(tab)
    # A provision is rejected, and the rejection taken back.
    tab.click(".panel a:has-text('foia.40(2)')")
    tab.wait_for_selector("#hand-title:has-text('foia.40(2)')")
    press(tab, "r")
    press(tab, "u")
    assert "foia.40(2)" in title(tab)

    tab.reload()
    assert tab.inner_text(".panel tr.s-corrected .pick") == "1243"
    assert tab.locator(".panel li.s-added").count() == 1
    assert tab.locator("#text mark.s-corrected").first.inner_text() in {"2019", "1,234"}
    assert tab.locator("#text mark.k-provision.s-open").count() >= 1

    made = load_decisions(server.run / "review", reviewer="ann").decisions
    assert [d.action for d in made] == ["edit", "accept", "add", "reject", "undo"]
    added = made[2].after
    assert added is not None
    assert HOSTILE_TEXT[added["start"] : added["end"]] == quote
    assert made[0].after is not None
    assert (made[0].after["value"], made[0].after["question"]) == (1243, "1a")


@pytest.mark.parametrize(
    "quote",
    [
        FAMILY,
        f"caf{ACCENTED} team",
        "\U0001f600 1,25",
        "1,234\n2020\t<5",
        f"na\u0308mes back {ACCENTED}{ACCENTED}",
        'window.broken = true</script>"',
    ],
)
def test_what_is_selected_is_what_is_added(tab: Tab, server: Server, quote: str) -> None:
    tab.goto(f"{server.base}/letters/1")
    select(tab, quote)
    press(tab, "s")
    start = int(tab.input_value("[name=start]"))
    end = int(tab.input_value("[name=end]"))
    assert HOSTILE_TEXT[start:end] == quote


def test_half_an_emoji_is_never_added(tab: Tab, server: Server) -> None:
    tab.goto(f"{server.base}/letters/1")
    tab.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.getElementById('text'), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf('\\u{1f600}');
            if (at >= 0) { getSelection().setBaseAndExtent(node, at + 1, node, at + 2); break; }
          }
        }"""
    )
    press(tab, "s")
    place = slice(int(tab.input_value("[name=start]")), int(tab.input_value("[name=end]")))
    assert HOSTILE_TEXT[place] == "\U0001f600"


def test_script_of_a_letter_never_runs(tab: Tab, server: Server) -> None:
    for path in ("/", "/letters/1", "/letters/1?mode=add&start=20&end=120", "/letters/1?item=%3Cscript%3E"):
        tab.goto(server.base + path)
        assert tab.evaluate("window.broken") is None
        assert tab.locator("#view img, #view script, #view [onerror]").count() == 0
    addresses = [row.get_attribute("href") for row in tab.locator(".panel a.pick").all()]
    assert len(addresses) > 5
    for address in addresses:
        tab.goto(f"{server.base}{address}&mode=edit")
        assert tab.locator("#view img, #view script, #view [onerror]").count() == 0
    assert tab.evaluate("window.broken") is None


def test_script_that_gets_into_the_page_is_stopped_by_the_policy(tab: Tab) -> None:
    """Even if escaping failed somewhere, nothing would run."""
    tab.set_default_timeout(3000)
    tab.evaluate(
        """() => {
          const place = document.createElement('div');
          place.innerHTML = '<img src="/nothing" onerror="window.broken = true">';
          document.body.append(place);
          const script = document.createElement('script');
          script.textContent = 'window.broken = true';
          document.body.append(script);
        }"""
    )
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.broken") is None


def test_a_server_killed_at_any_moment_loses_at_most_what_is_being_typed(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(server.address)
    press(tab, "n")
    for _ in range(3):
        press(tab, "a")
    press(tab, "e")
    tab.fill("[name=metric]", "being typed")
    server.stop(signal.SIGKILL)
    tab.keyboard.press("Control+Enter")
    tab.wait_for_selector("#said:has-text('does not answer')")
    assert tab.input_value("[name=metric]") == "being typed"
    context.close()
    again = Server.start(server.run)
    try:
        assert len(load_decisions(server.run / "review").decisions) == 3
        tab = browser.new_page()
        tab.goto(again.address)
        assert "3 of" in tab.inner_text(".progress")
        tab.close()
    finally:
        again.stop()


def test_figures_and_text_light_each_other_up(tab: Tab, server: Server) -> None:
    tab.goto(f"{server.base}/letters/1")
    tab.hover("#text mark.k-observation:has-text('<5')")
    row = tab.locator(".panel tr.hovered")
    assert "<5" in row.inner_text()
    tab.hover(".panel tr[data-key] >> nth=0")
    assert tab.locator("#text mark.hovered").all_inner_texts() == ["2019", "1,234"]
    tab.click("#text mark.k-observation:has-text('<5')")
    tab.wait_for_selector("#hand-title:has-text('2020')")


def test_the_help_lists_the_keys_and_switches_single_keys_off(tab: Tab, server: Server) -> None:
    tab.goto(f"{server.base}/letters/1")
    tab.keyboard.press("?")
    assert tab.is_visible("#help")
    keys = tab.locator("#help kbd").all_inner_texts()
    hot = {element.get_attribute("data-hotkey") for element in tab.locator("[data-hotkey]").all()} - {"Escape"}
    assert hot <= set(keys)
    tab.uncheck("#single-keys")
    tab.keyboard.press("Escape")
    tab.keyboard.press("a")
    tab.wait_for_timeout(300)
    assert not (server.run / "review").exists()


def test_a_key_held_down_decides_each_item_once(tab: Tab, server: Server) -> None:
    tab.goto(f"{server.base}/letters/1")
    tab.evaluate(
        """() => { for (let n = 0; n < 20; n += 1)
          document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', bubbles: true, repeat: n > 0})); }"""
    )
    tab.wait_for_timeout(600)
    assert len(load_decisions(server.run / "review").decisions) == 1


def test_the_page_works_without_script(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(server.address)
    tab.goto(f"{server.base}/letters/1")
    tab.click("button[value=accept]")
    tab.wait_for_selector(".panel .sign.s-accepted")
    assert len(load_decisions(server.run / "review").decisions) == 1
    context.close()


SCENES = {
    "list": "/",
    "letter": "/letters/2",
    "hostile": "/letters/1",
    "edit": "/letters/2?mode=edit",
    "add": "/letters/1?mode=add&kind=provision&start=0&end=30",
    "finish": "/letters/4",
    "original": "/letters/4",
    "problem": "/letters/99",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", list(WIDTHS))
def test_every_view_is_accessible_and_fits(
    browser: Browser, server: Server, tmp_path: Path, width: str, scheme: Any
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
    # The checker is put into the page by the test; the page's own policy would rightly refuse it.
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.goto(server.address)
    shots = Path(os.environ.get("FOI_NLP_SCREENSHOTS") or tmp_path)
    shots.mkdir(parents=True, exist_ok=True)
    for name, path in SCENES.items():
        tab.goto(server.base + path)
        if name == "finish":
            press(tab, "f")
        if name == "letter":
            tab.keyboard.press("?")
            assert axe.Axe().run(tab).response["violations"] == []
            tab.keyboard.press("Escape")
        found = axe.Axe().run(tab).response["violations"]
        told = [(v["id"], [node["html"][:160] for node in v["nodes"]][:3]) for v in found]
        assert told == [], f"{name} {width} {scheme}: {json.dumps(told, indent=1)}"
        wider = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name} {width}: the page is {wider} pixels too wide"
        tab.screenshot(path=shots / f"{name}-{width}-{scheme}.png")
    context.close()


def test_nothing_but_loopback_is_listened_on(server: Server) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("there is no /proc/net/tcp to look at")
    port = int(server.base.rsplit(":", 1)[1])
    time.sleep(0.1)
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    listening = [line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]
