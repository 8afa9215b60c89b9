"use strict";

// Every page is made by the server. This script only saves whole reloads, maps keys to the buttons that carry them
// in `data-hotkey`, lights up what belongs together, and turns selected text into the form that adds it.

const view = () => document.getElementById("view");
let busy = false;

function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  said.classList.toggle("shown", text !== "");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.classList.remove("shown"), 4000);
}

function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* a browser may forbid it; then it holds for this page */ }
}

function recall(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

async function fetchPart(url, options = {}) {
  return fetch(url, { ...options, credentials: "same-origin", headers: { "X-Partial": "1", ...options.headers } });
}

function swap(html) {
  const places = [".text", ".panel"].map((name) => [name, document.querySelector(name)?.scrollTop ?? 0]);
  const title = document.querySelector(".head h1")?.textContent;
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("view");
  if (fresh === null) return false;
  view().replaceWith(document.adoptNode(fresh));
  document.title = fresh.dataset.title;
  const same = document.querySelector(".head h1")?.textContent === title;
  for (const [name, top] of places) {
    const pane = document.querySelector(name);
    if (pane !== null && same) pane.scrollTop = top;
  }
  settle();
  return true;
}

/** After every change of the view: bring what is in hand into sight, and put the focus where work goes on. */
function settle() {
  wrap(recall("wrap") !== "off");
  for (const pane of document.querySelectorAll(".text, .panel")) {
    const current = pane.querySelector(".current:not(.k-period)") ?? pane.querySelector(".current");
    if (current === null) continue;
    const box = current.getBoundingClientRect();
    const frame = pane.getBoundingClientRect();
    if (box.top < frame.top + 40 || box.bottom > frame.bottom - 40) {
      pane.scrollTop += box.top - frame.top - frame.height / 3;
    }
  }
  const field = document.querySelector("[aria-invalid]") ?? document.querySelector(".fields input:not([type=hidden]), .fields select");
  (field ?? document.getElementById("hand-title"))?.focus({ preventScroll: field === null });
}

async function go(url, { push = true } = {}) {
  const answer = await fetchPart(url);
  const kind = answer.headers.get("content-type") ?? "";
  if (!kind.startsWith("text/html")) {
    say((await answer.json()).message);
    return;
  }
  if (push) history.pushState(null, "", answer.url);
  if (!swap(await answer.text())) location.assign(answer.url);
}

async function send(form, button) {
  const data = new FormData(form, button ?? undefined);
  // Not form.action: a field of that name would stand in its place.
  const answer = await fetchPart(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(data) });
  if ((answer.headers.get("content-type") ?? "").startsWith("text/html")) {
    swap(await answer.text());
    say(document.querySelector(".hand .notice")?.textContent ?? "");
    return;
  }
  const told = await answer.json();
  if (told.url) await go(told.url);
  say(told.message);
}

/** One request at a time, so that a key held down decides nothing twice; a server that is gone is told, not hidden. */
async function alone(work) {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch {
    say("The server does not answer: is the command still running? Nothing that you decided before is lost.");
  } finally {
    busy = false;
  }
}

function wrap(on) {
  document.getElementById("text")?.classList.toggle("wrapped", on);
  document.querySelector("[data-wrap]")?.setAttribute("aria-pressed", String(on));
}

function addUrl(link) {
  const text = document.getElementById("text");
  const stretch = text && selectedStretch(text);
  if (!stretch) return link.href;
  const url = new URL(link.href);
  url.searchParams.set("start", stretch.start);
  url.searchParams.set("end", stretch.end);
  return url.href;
}

document.addEventListener("click", (event) => {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const help = document.getElementById("help");
  if (event.target.closest("[data-help]")) help.showModal();
  else if (event.target.closest("#help-close")) help.close();
  else if (event.target.closest("[data-wrap]")) {
    const on = recall("wrap") === "off";
    remember("wrap", on ? "on" : "off");
    wrap(on);
  }
  const zoom = event.target.closest("[data-zoom]");
  if (zoom !== null) {
    const pane = zoom.closest(".image");
    zoom.setAttribute("aria-pressed", String(pane.classList.toggle("enlarged")));
    pane.querySelector(".frame")?.scrollIntoView({ block: "center", inline: "center" });
  }
  const link = event.target.closest("#view a[href]");
  if (link !== null && new URL(link.href).origin === location.origin) {
    event.preventDefault();
    alone(() => go(link.matches("[data-add]") ? addUrl(link) : link.href));
    return;
  }
  const marked = event.target.closest("#text mark, .items [data-key]");
  if (marked !== null && window.getSelection().isCollapsed) {
    const row = document.querySelector(`.panel [data-key="${CSS.escape(marked.dataset.key)}"] a`);
    if (row !== null) alone(() => go(row.href));
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-form]")) {
    event.preventDefault();
    alone(() => send(form, event.submitter));
  } else if (form.matches("[data-auto]")) {
    event.preventDefault();
    alone(() => go(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`));
  }
});

document.addEventListener("change", (event) => {
  if (event.target.id === "single-keys") remember("keys", event.target.checked ? "on" : "off");
  event.target.closest("[data-auto]")?.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.metaKey) return;
  const typing = event.target.closest("input, textarea, select");
  if (event.ctrlKey) {
    if (event.key === "Enter" && typing?.form?.matches("[data-form]")) typing.form.requestSubmit();
    return;
  }
  if (document.getElementById("help").open) return;
  if (typing !== null && event.key !== "Escape") return;
  if (event.key.length === 1 && recall("keys") === "off" && event.key !== "?") return;
  const target = [...document.querySelectorAll("[data-hotkey]")].find(
    (element) => element.dataset.hotkey === event.key || element.dataset.also === event.key,
  );
  // Arrow keys scroll a pane that has the focus.
  if (target === undefined || (target.dataset.also === event.key && event.target.matches(".text, .panel"))) return;
  event.preventDefault();
  target.click();
});

for (const [name, on] of [["mouseover", true], ["mouseout", false]]) {
  document.addEventListener(name, (event) => {
    for (let place = event.target.closest?.("[data-key]"); place; place = place.parentElement?.closest("[data-key]")) {
      for (const same of document.querySelectorAll(`[data-key="${CSS.escape(place.dataset.key)}"]`)) {
        same.classList.toggle("hovered", on);
      }
    }
  });
}

window.addEventListener("popstate", () => alone(() => go(location.href, { push: false })));
document.getElementById("single-keys").checked = recall("keys") !== "off";
settle();
