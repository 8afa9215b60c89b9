"""The review page: a small web application for one reviewer on the reviewer's own machine.

Letters are strangers' files, and any web page that the reviewer has open could try to reach this server. So it
answers only to its own host name, only to who knows its token, and its pages run no script but its own.
"""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foi_nlp.display import one_line
from foi_nlp.records import LetterRecord
from foi_nlp.review.corrections import Row, Settlement
from foi_nlp.review.decisions import Action
from foi_nlp.review.doubts import Doubt
from foi_nlp.review.forms import FormError, blank_values, fields_of, read_form, typed_values
from foi_nlp.review.gold import base_name
from foi_nlp.review.images import MAXIMUM_BYTES, Original, PageImages, format_of
from foi_nlp.review.items import ADDABLE, FINISHED, KINDS
from foi_nlp.review.journal import JournalError
from foi_nlp.review.marking import Context, context, pieces, whole_characters
from foi_nlp.review.runs import Entry
from foi_nlp.review.session import ReviewError, Session, find_row, progress_of
from foi_nlp.review.words import part_words
from foi_nlp.store import StoreError

PARTIAL_HEADER = "x-partial"
_ACTIONS = frozenset({"accept", "reject", "edit", "add", "accept_all", "undo"})
_LETTERS_A_PAGE = 100
_MAXIMUM_BODY = 200_000
_MUTATING = frozenset({"POST"})
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
_DOUBT_WORDS = {
    Doubt.TOTALS: "totals disagree",
    Doubt.REFUSED: "refused",
    Doubt.OCR: "read by OCR",
    Doubt.WEAK_LINK: "weak link",
    Doubt.NONE: "",
}
_STATE_WORDS = {
    "open": "Open",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "corrected": "Corrected",
    "added": "Added",
}
_STATE_SIGNS = {"open": "○", "accepted": "✓", "rejected": "✗", "corrected": "✎", "added": "＋"}


class Gate:
    """Let in only requests of this server's own page: loopback host name, own origin, and the token's cookie."""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._token = token
        self._cookie = f"foi_review_{port}"
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on, with the headers of every answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        answer = self._refusal(request)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in _HEADERS.items() if k.encode() not in given),
                ]
            await send(message)

        await (answer or self._app)(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if host not in self._hosts:
            return _plain("This server answers only to the address that it printed when it was started.", 421)
        origin = request.headers.get("origin")
        if request.method in _MUTATING and origin is None:
            return _plain("A request that changes something has to come from the review page itself.", 403)
        if origin is not None and origin != f"http://{host}":
            return _plain("Requests from other pages are refused.", 403)
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return _plain("Requests from other pages are refused.", 403)
        if request.method not in {"GET", "HEAD", "POST"}:
            return _plain("There is nothing here for this method.", 405)
        if request.url.path == "/" and "token" in request.query_params:
            if not self._is_token(request.query_params["token"]):
                return _plain("The token is wrong; open the address that the command printed.", 403)
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict", path="/")
            return answer
        if not self._is_token(request.cookies.get(self._cookie, "")):
            return _plain("Open the address that the command printed; it carries the token that lets you in.", 403)
        return None

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())


def _plain(text: str, status: int) -> Response:
    return Response(text + "\n", status, media_type="text/plain; charset=utf-8")


def letter_text(text: str) -> Markup:
    """Escape the letter's text; a carriage return is written so that a browser keeps it."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704  # escaped in the line itself


class Pages:
    """What the routes do, for one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._images = PageImages()
        self._templates = Environment(
            loader=PackageLoader("foi_nlp.review"), autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._templates.filters["letter_text"] = letter_text
        self._templates.globals.update(
            kinds=KINDS, words=part_words, one_line=one_line, state_words=_STATE_WORDS, state_signs=_STATE_SIGNS,
            doubt_words=_DOUBT_WORDS, fresh_id=lambda: secrets.token_hex(16), letter_url=letter_url,
            check_words=check_words,
        )  # fmt: skip

    def index(self, request: Request) -> Response:
        """List the letters and how far each is."""
        statuses = self._session.statuses()
        count = max(1, -(-len(statuses) // _LETTERS_A_PAGE))
        page = min(max(_whole_number(request.query_params.get("page"), 1), 1), count)
        return self._page(
            request,
            "index.html",
            statuses=statuses[(page - 1) * _LETTERS_A_PAGE : page * _LETTERS_A_PAGE],
            page=page,
            page_count=count,
            progress=progress_of(statuses),
            problems=[*self._session.run.problems, *self._session.problems],
            stray=self._session.stray_decisions(),
            doubtful=sum(doubt < Doubt.NONE for _, status in statuses for doubt, _, _ in status.open),
        )

    def queue(self, request: Request) -> Response:
        """Go to the first fact of the queue."""
        by_letter = request.query_params.get("order") == "letter"
        return RedirectResponse(self._next_url(None, by_letter=by_letter), 303)

    def next(self, request: Request) -> Response:
        """Go to the next open fact after the one in hand."""
        asked = request.query_params
        after = (_whole_number(asked.get("number"), 1), asked.get("item", ""))
        return RedirectResponse(self._next_url(after, by_letter=asked.get("order") == "letter"), 303)

    def letter(self, request: Request) -> Response:
        """Show a letter with one of its facts in hand."""
        return self._letter(request, self._session.entry(request.path_params["number"]))

    def _letter(
        self,
        request: Request,
        entry: Entry,
        *,
        typed: Mapping[str, str] | None = None,
        problems: Mapping[str, str] | None = None,
        message: str = "",
        status: int = 200,
    ) -> Response:
        settlement = self._session.settled(entry)
        asked = dict(request.query_params) | {
            k: v for k, v in (typed or {}).items() if k in {"item", "mode", "order", "kind"}
        }
        order = "letter" if asked.get("order") == "letter" else "doubt"
        rows = settlement.rows
        current = next((row for row in rows if row.key == asked.get("item")), None)
        finish = asked.get("item") == FINISHED.key
        if current is None and not finish and asked.get("mode") != "add":
            first = min(settlement.open, key=lambda row: row.judgement.doubt, default=None)
            current, finish = first, first is None
        statuses = self._session.statuses()
        last = self._session.last_decision(entry)
        return self._page(
            request,
            "letter.html",
            status_code=status,
            entry=entry,
            record=settlement.record,
            settlement=settlement,
            tables=_tables(settlement),
            pieces=pieces(settlement.record.text, rows),
            current=current,
            current_key=current.key if current else FINISHED.key if finish else "",
            finish=finish,
            order=order,
            form=_form(settlement, current, asked, typed, problems),
            addable=[KINDS[name] for name in ADDABLE],
            neighbours=_neighbours(rows, current.key if current else FINISHED.key if finish else ""),
            finished_key=FINISHED.key,
            letters=len(statuses),
            progress=progress_of(statuses),
            letter_status=self._session.status(entry),
            last=last,
            history=self._session.decisions_on(entry.text_sha256)[-20:][::-1],
            image=self._image(entry, settlement.record, current, asked),
            around=_around(settlement, current),
            source_note=self._session.run.source_note(entry),
            message=message,
            by_letter=order == "letter",
        )

    def decide(self, request: Request, typed: Mapping[str, str]) -> Response:
        """Keep a decision and go on to the next fact."""
        entry = self._entry(request, typed)
        by_letter = typed.get("order") == "letter"
        action, key, id_ = typed.get("action", ""), typed.get("item", ""), _decision_id(typed)
        if action not in _ACTIONS:
            raise ReviewError("There is no such action; load the page again.")
        try:
            if action in {"accept", "reject"}:
                made: Action = "accept" if action == "accept" else "reject"
                self._session.decide(entry, made, key, id=id_, seen=typed.get("seen"))
            elif action == "edit":
                settlement = self._session.settled(entry)
                row = find_row(settlement, key)
                after = read_form(row.item.kind, typed, settlement.record, base=row.item)
                self._session.decide(entry, "edit", key, id=id_, after=after, seen=typed.get("seen"))
            elif action == "add":
                settlement = self._session.settled(entry)
                after = read_form(typed.get("kind", ""), typed, settlement.record)
                self._session.decide(entry, "add", "", id=id_, after=after)
                return self._go(request, letter_url(entry.number, after.key, typed.get("order", "")), "Added.")
            elif action == "accept_all":
                count = self._session.accept_all(entry, id=id_)
                return self._go(
                    request, self._next_url((entry.number, FINISHED.key), by_letter=by_letter), f"{count} accepted."
                )
            else:
                undone = self._session.undo(entry, id=id_, decision_id=typed.get("undoes", ""))
                return self._go(request, letter_url(entry.number, undone or "", typed.get("order", "")), "Taken back.")
        except FormError as error:
            return self._letter(
                request, entry, typed=typed, problems=error.problems, status=422,
                message=error.problems.get("", "Nothing was changed: see the fields marked below."),
            )  # fmt: skip
        except ReviewError as error:
            return self._letter(request, entry, typed=typed, problems={}, message=str(error), status=409)
        except JournalError as error:
            return self._letter(request, entry, typed=typed, problems={}, message=str(error), status=507)
        done = {"accept": "Accepted.", "reject": "Rejected.", "edit": "Corrected."}[action]
        return self._go(request, self._next_url((entry.number, key), by_letter=by_letter), done)

    def image(self, request: Request) -> Response:
        """Give the image of a page, but only of a file that the run was made of and that has not changed."""
        entry = self._session.entry(request.path_params["number"])
        page = request.path_params["page"]
        parts = _parts_with_pages(self._session.run.read(entry))
        at = _whole_number(request.query_params.get("part"), 0)
        original = self._original(entry, parts[at]) if at < len(parts) and page > 0 else None
        found = self._images.page(original, page) if original is not None else None
        if found is None:
            raise HTTPException(404, "There is no image of this page.")
        return Response(found.png, media_type="image/png")

    def _image(
        self, entry: Entry, record: LetterRecord, current: Row | None, asked: Mapping[str, str]
    ) -> dict[str, Any] | None:
        parts = _parts_with_pages(record)
        place = getattr(current.item.part, "place", None) if current is not None else None
        if place is None or not place.page:
            place = None
        at = parts.index(place.part or "") if place is not None else _whole_number(asked.get("part"), 0)
        original = self._original(entry, parts[at]) if at < len(parts) else None
        if original is None:
            return None
        number = max(1, place.page if place is not None else _whole_number(asked.get("page"), 1))
        found = self._images.page(original, number)
        if found is None:
            return None
        return {
            "number": number, "width": found.width, "height": found.height, "pages": found.pages,
            "box": place.box if place is not None else None, "part": str(at) if at else "", "name": parts[at],
        }  # fmt: skip

    def _original(self, entry: Entry, part: str) -> Original | None:
        """Give the file that holds the pages of a letter or of its attachment; None where it cannot have any."""
        original = self._session.run.original(entry, part=part, limit=MAXIMUM_BYTES)
        if original is not None and original.outer == original.letter and not part:
            return original if format_of(original.data) is not None else None
        return original

    def _entry(self, request: Request, typed: Mapping[str, str]) -> Entry:
        entry = self._session.entry(request.path_params["number"])
        if typed.get("letter") != entry.text_sha256:
            raise ReviewError("The run was written anew meanwhile; load the page again. Nothing was changed.")
        return entry

    def _next_url(self, after: tuple[int, str] | None, *, by_letter: bool) -> str:
        found = self._session.next_open(after=after, by_letter=by_letter)
        return "/" if found is None else letter_url(found[0], found[1], "letter" if by_letter else "doubt")

    def _go(self, request: Request, url: str, message: str) -> Response:
        if PARTIAL_HEADER in request.headers:
            return JSONResponse({"url": url, "message": message})
        return RedirectResponse(url, 303)

    def _page(self, request: Request, template: str, *, status_code: int = 200, **values: Any) -> Response:  # noqa: ANN401
        html = self._templates.get_template(template).render(
            name_of=self._name_of(),
            partial=PARTIAL_HEADER in request.headers,
            reviewer=self._session.reviewer,
            **values,
        )
        return HTMLResponse(html.encode("utf-8", "replace"), status_code)

    def _name_of(self) -> Callable[[Entry], str]:
        """Name a letter by its file's name, or by its whole source where several files have that name."""
        counts = Counter(base_name(entry.source) for entry in self._session.run.entries)
        return lambda entry: base_name(entry.source) if counts[base_name(entry.source)] == 1 else entry.source

    def problem(self, request: Request, message: str, status: int) -> Response:
        """Tell a reviewer what went wrong."""
        if PARTIAL_HEADER in request.headers:
            return JSONResponse({"message": message}, status)
        return self._page(request, "problem.html", status_code=status, message=message)


def check_words(row: Row) -> str:
    """Say what the totals say of a figure, and whether that is after a correction."""
    check = str(getattr(row.item.part, "check", "unchecked")).replace("_", " ")
    if row.readded is None:
        return check
    before = row.readded.before.replace("_", " ")
    if row.readded.now is None:
        return f"not re-added after correction (before: {before})"
    return f"{check} after correction (before: {before})" if before != check else f"{check}, also after correction"


def letter_url(number: int, key: str = "", order: str = "doubt", **more: str) -> str:
    """Give the address of a letter with one of its facts in hand."""
    query = {"item": key, "order": "letter" if order == "letter" else "", **more}
    given = {name: value for name, value in query.items() if value}
    return f"/letters/{number}" + (f"?{urlencode(given)}" if given else "")


def _parts_with_pages(record: LetterRecord) -> list[str]:
    """Name the attachments of a letter that have pages, by its figures; the letter itself is an empty name."""
    places = [observation.place for observation in record.observations]
    named = dict.fromkeys(place.part or "" for place in places if place is not None and place.page)
    return list(named) or [""]


def _tables(settlement: Settlement) -> list[tuple[str, list[Row]]]:
    out = []
    for name in KINDS:
        rows = [row for row in settlement.rows if row.item.kind == name]
        if rows:
            out.append((name, rows))
    return out


def _neighbours(rows: list[Row], key: str) -> tuple[str, str]:
    """Give the keys before and after one, in the order of the panel; the question whether all is there comes last."""
    ordered = [row.key for name in KINDS for row in rows if row.item.kind == name]
    keys = [*ordered, FINISHED.key]
    place = keys.index(key) if key in keys else 0
    return (keys[place - 1] if place else ""), (keys[place + 1] if place + 1 < len(keys) else "")


def _form(
    settlement: Settlement,
    current: Row | None,
    asked: Mapping[str, str],
    typed: Mapping[str, str] | None,
    problems: Mapping[str, str] | None,
) -> dict[str, Any] | None:
    """Give the form to show: of the fact in hand, or of a stretch of text that is to be added."""
    record = settlement.record
    action = (typed or {}).get("action") or asked.get("mode")
    if action == "edit" and current is not None and current.item.kind not in {"doubt", "letter"}:
        values, kind = typed_values(current.item), current.item.kind
    elif action == "add":
        kind = asked.get("kind", "observation")
        kind = kind if kind in ADDABLE else "observation"
        start, end = (_whole_number((typed or asked).get(name), 0) for name in ("start", "end"))
        start, end = whole_characters(record.text, start, end)
        values = blank_values(kind, record, start, end)
    else:
        return None
    if problems is not None and typed is not None:
        values |= typed
    start, end = (_whole_number(values.get(name), 0) for name in ("start", "end"))
    return {
        "action": action, "kind": kind, "fields": fields_of(kind, record), "values": values, "problems": problems or {},
        "around": context(record.text, start, end) if start < end else None, "start": start, "end": end,
    }  # fmt: skip


def _around(settlement: Settlement, current: Row | None) -> Context | None:
    if current is None or current.item.start >= current.item.end:
        return None
    return context(settlement.record.text, current.item.start, current.item.end)


def _whole_number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def _decision_id(typed: Mapping[str, str]) -> str:
    id_ = typed.get("decision_id", "")
    if not (16 <= len(id_) <= 64 and id_.isascii() and id_.isalnum()):
        raise ReviewError("The form is not one of this page; load the page again.")
    return id_


def make_application(session: Session, *, token: str, port: int) -> ASGIApp:
    """Make the web application of a session."""
    pages = Pages(session)

    def get(method: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(method, request)

        return endpoint

    async def post(request: Request) -> Response:
        if _whole_number(request.headers.get("content-length"), _MAXIMUM_BODY + 1) > _MAXIMUM_BODY:
            raise HTTPException(413, "This is too much for one decision.")
        async with request.form(max_files=0, max_fields=100) as form:
            typed = {name: value for name, value in form.items() if isinstance(value, str)}
        return await run_in_threadpool(pages.decide, request, typed)

    def on_known(request: Request, error: Exception) -> Response:
        status = 507 if isinstance(error, JournalError) else 409
        return pages.problem(request, str(error), status)

    def on_http(request: Request, error: Exception) -> Response:
        status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
        return pages.problem(
            request, "There is no such page." if status == 404 and detail == "Not Found" else detail, status
        )

    def on_unknown(request: Request, error: Exception) -> Response:
        return pages.problem(request, f"Something went wrong here ({type(error).__name__}); nothing was changed.", 500)

    static = StaticFiles(directory=Path(__file__).parent / "static")
    app = Starlette(
        routes=[
            Route("/", get(pages.index)),
            Route("/queue", get(pages.queue)),
            Route("/next", get(pages.next)),
            Route("/letters/{number:int}", get(pages.letter)),
            Route("/letters/{number:int}/decide", post, methods=["POST"]),
            Route("/letters/{number:int}/pages/{page:int}.png", get(pages.image)),
            Mount("/static", static),
        ],
        exception_handlers={
            ReviewError: on_known, JournalError: on_known, StoreError: on_known, HTTPException: on_http,
            Exception: on_unknown,
        },
    )  # fmt: skip
    return Gate(app, token=token, port=port)


def address_of(port: int, token: str) -> str:
    """Give the address that opens the page."""
    return f"http://127.0.0.1:{port}/?{urlencode({'token': token})}"
