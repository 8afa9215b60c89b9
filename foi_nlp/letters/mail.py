"""Read e-mail: header lines, the message, and its attachments as parts of one reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses

from foi_nlp.letters.assembling import TextBuilder
from foi_nlp.letters.dispatch import read_source
from foi_nlp.letters.html import decode_markup, page_text
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.letters.text import clean, decode
from foi_nlp.records import SourceNote

_HEADER_BLOCK = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+", re.MULTILINE)
_TRANSPORT = re.compile(
    rb"^(?:MIME-Version|Received|Message-ID|Return-Path|Content-Type):", re.IGNORECASE | re.MULTILINE
)
_WRITTEN = re.compile(rb"^(?:From|Date|Subject):", re.IGNORECASE | re.MULTILINE)
# Alaveteli sites give each request an address of its own, which is public and names nobody.
_REQUEST_ADDRESS = re.compile(r"request-\d+-\w+@[\w.-]+")
_WORDS = re.compile(r"\w+")
_SMALL_IMAGE = 30_000


@dataclass
class MailParts:
    """A message taken apart: header lines, bodies as (content type, text or markup), and attachments."""

    headers: list[str] = field(default_factory=list)
    bodies: list[tuple[str, str]] = field(default_factory=list)
    attachments: list[tuple[str, bytes]] = field(default_factory=list)
    notes: list[SourceNote] = field(default_factory=list)


def assemble_mail(file: SourceFile, parts: MailParts, options: ReadOptions) -> Iterator[Letter | LetterError]:
    """Give the letter of a message with its attachments as parts, then a LetterError for each part that failed."""
    builder = TextBuilder()
    builder.notes += parts.notes
    for line in parts.headers:
        builder.add(line)
        builder.end_line()
    builder.end_paragraph()
    for kind, body in parts.bodies:
        if kind == "text/html":
            page_text(file, body, options, builder)
        elif body.strip():
            builder.add(body.strip("\n"))
        builder.end_paragraph()
    failed, ocr = _add_attachments(file, parts.attachments, builder, options)
    yield builder.finish(file, options, ocr=ocr)
    yield from failed


def _add_attachments(
    file: SourceFile, attachments: list[tuple[str, bytes]], builder: TextBuilder, options: ReadOptions
) -> tuple[list[LetterError], bool]:
    failed: list[LetterError] = []
    ocr = False
    for name, data in attachments:
        member = file.member(name, data)
        try:
            items = list(read_source(member, options))
        except LetterError as error:
            items = [error]
        for item in items:
            if isinstance(item, LetterError):
                failed.append(item)
                builder.note("unread_part", f"The attachment {name} could not be read: {item.message}")
                continue
            inner = item.source.removeprefix(f"{file.source}!/")
            builder.end_paragraph()
            builder.add(f"[Attachment {inner}]")
            builder.end_paragraph()
            builder.add_letter(item, part=inner)
            builder.end_paragraph()
            ocr = ocr or item.ocr
    return failed, ocr


def header_lines(sender: str, recipients: str, date: str, subject: str) -> list[str]:
    """Give the header lines that a letter's text opens with. Recipients are left out but for request addresses."""
    lines = [f"{name}: {value}" for name, value in (("From", sender), ("Date", date), ("Subject", subject)) if value]
    public = _REQUEST_ADDRESS.findall(recipients)
    if public:
        lines.insert(1 if sender else 0, f"To: {', '.join(public)}")
    return lines


def choose_bodies(bodies: list[tuple[str, str]], plain_words: set[str], rich_words: set[str]) -> list[tuple[str, str]]:
    """Choose among alternatives: the HTML form when it says at least as much, else whichever says more, or both.

    A plain part that says something else than the HTML part, and is no notice to use another program, is kept.
    """
    rich = [body for body in bodies if body[0] == "text/html"]
    plain = [body for body in bodies if body[0] != "text/html"]
    if not rich or not plain:
        return bodies
    figures = {word for word in plain_words - rich_words if word.isdigit()}
    if len(rich_words) * 2 < len(plain_words) and not {word for word in rich_words - plain_words if word.isdigit()}:
        return plain
    return rich + plain if len(figures) > 2 else rich


def words_of(text: str) -> set[str]:
    """Give the words of a text, to compare two forms of one message."""
    return set(_WORDS.findall(text.lower()))


def _read(file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    return assemble_mail(file, _take_apart(file, options), options)


def _members(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | LetterError]:
    return attached(file, _take_apart(file, options))


def attached(file: SourceFile, parts: MailParts) -> Iterator[SourceFile]:
    """Give the attachments of a message as members of it."""
    return (file.member(name, data) for name, data in parts.attachments)


def _take_apart(file: SourceFile, options: ReadOptions) -> MailParts:
    message: Message = message_from_bytes(file.data, policy=policy.default)
    parts = MailParts(headers=header_lines(*(_header(message, name) for name in ("From", "To", "Date", "Subject"))))
    _Taker(file, options, parts).take(message, 0)
    return parts


def _header(message: Message, name: str) -> str:
    try:
        value = str(message.get(name) or "")
    except Exception:
        value = str(dict(message.raw_items()).get(name, ""))
    value = " ".join(clean(value)[0].split())
    if name == "From":
        value = (
            ", ".join(f"{shown} <{address}>" if shown else address for shown, address in getaddresses([value])) or value
        )
    return value


@dataclass
class _Taker:
    """Takes a message apart, counting its parts."""

    file: SourceFile
    options: ReadOptions
    parts: MailParts
    count: int = 0

    def take(self, message: Message, depth: int) -> None:
        limits = self.options.limits
        self.count += 1
        if self.count > limits.mail_parts:
            raise limits.refuse(
                self.file.source, "mail_parts", f"the message has more than {limits.mail_parts:,} parts"
            )
        if depth > 4 * limits.nesting:
            raise limits.refuse(
                self.file.source, "nesting", f"its parts are nested more than {4 * limits.nesting} deep"
            )
        kind = message.get_content_type()
        if kind == "message/rfc822":
            self._forwarded(message)
        elif message.is_multipart():
            inner = message.get_payload()
            members = [part for part in inner if isinstance(part, Message)] if isinstance(inner, list) else []
            if kind == "multipart/alternative":
                self._alternative(members, depth)
            else:
                for member in members:
                    self.take(member, depth + 1)
        elif self._is_body(message):
            self.parts.bodies.append((kind, self._text(message)))
        else:
            self._attachment(message)

    def _is_body(self, message: Message) -> bool:
        return (
            message.get_content_type() in ("text/plain", "text/html")
            and message.get_content_disposition() != "attachment"
        )

    def _alternative(self, members: list[Message], depth: int) -> None:
        bodies = []
        for member in members:
            if self._is_body(member) and not member.is_multipart():
                self.count += 1
                bodies.append((member.get_content_type(), self._text(member)))
            else:
                before = len(self.parts.bodies)
                self.take(member, depth + 1)
                bodies += self.parts.bodies[before:]
                del self.parts.bodies[before:]
        plain = words_of(" ".join(text for kind, text in bodies if kind != "text/html"))
        rich = words_of(
            " ".join(_page_words(self.file, text, self.options) for kind, text in bodies if kind == "text/html")
        )
        self.parts.bodies += choose_bodies(bodies, plain, rich)

    def _text(self, message: Message) -> str:
        data = _payload(message)
        charset = message.get_content_charset()
        if message.get_content_type() == "text/html":
            text, notes = decode_markup(data, self.file.source, charset)
            self.parts.notes += notes
            return text
        try:
            text, notes = clean(data.decode("cp1252" if charset in (None, "us-ascii", "iso-8859-1") else str(charset)))
        except (LookupError, UnicodeDecodeError, ValueError):
            decoded = decode(data, self.file.source) if data else None
            text, notes = (decoded.text, decoded.notes) if decoded else ("", ())
            self.parts.notes.append(
                SourceNote(code="encoding", text=f"The message names the character set {charset}, which it is not in.")
            )
        self.parts.notes += notes
        return text

    def _forwarded(self, message: Message) -> None:
        inner = message.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        if isinstance(first, Message):
            try:
                data = first.as_bytes()
            except (UnicodeError, LookupError, ValueError, TypeError, RecursionError):
                data = str(first).encode("utf-8", "replace")
            self._keep(message.get_filename() or "forwarded message.eml", data)

    def _attachment(self, message: Message) -> None:
        data = _payload(message)
        name = message.get_filename() or f"part {self.count}"
        if message.get_content_maintype() == "image" and (message.get("Content-ID") or len(data) < _SMALL_IMAGE):
            self.parts.notes.append(SourceNote(code="image", text=f"The image {name} in the message was not read."))
            return
        if data and message.get_content_type() not in ("application/pkcs7-signature", "application/pgp-signature"):
            self._keep(name, data)

    def _keep(self, name: str, data: bytes) -> None:
        taken = {known for known, _ in self.parts.attachments}
        folded = " ".join(clean(name)[0].split()) or "part"
        number, unique = 2, folded
        while unique in taken:
            unique, number = f"{number} {folded}", number + 1
        self.parts.attachments.append((unique, data))


def _payload(message: Message) -> bytes:
    data = message.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _page_words(file: SourceFile, markup: str, options: ReadOptions) -> str:
    builder = TextBuilder()
    page_text(file, markup, options, builder)
    return builder.text


def _recognise(file: SourceFile) -> bool:
    head = file.data[:65_536].replace(b"\r\n", b"\n").lstrip(b"\xef\xbb\xbf\n ")
    block = _HEADER_BLOCK.match(head)
    return bool(block and _TRANSPORT.search(block[0]) and _WRITTEN.search(block[0]))


READER = Reader(kind="mail", extensions=("eml",), read=_read, recognise=_recognise, members=_members)
