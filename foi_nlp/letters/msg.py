"""Read Outlook MSG: the same parts as an e-mail, from another container."""

from __future__ import annotations

import io
from collections.abc import Iterator

from foi_nlp.letters.assembling import TextBuilder
from foi_nlp.letters.html import page_text
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.mail import MailParts, assemble_mail, attached, choose_bodies, header_lines, words_of
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.letters.text import clean
from foi_nlp.records import SourceNote


def _read(file: SourceFile, options: ReadOptions) -> Iterator[Letter | LetterError]:
    return assemble_mail(file, _take_apart(file, options), options)


def _members(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | LetterError]:
    return attached(file, _take_apart(file, options))


def _take_apart(file: SourceFile, options: ReadOptions) -> MailParts:
    try:
        return _parts(file, options)
    except (LetterError, MemoryError, RecursionError):
        raise
    except Exception as error:  # oxmsg lets through whatever its OLE parser raises
        raise LetterError(
            file.source, f"the message is damaged ({type(error).__name__}); save it from Outlook again"
        ) from error


def _parts(file: SourceFile, options: ReadOptions) -> MailParts:
    from oxmsg import Message

    message = Message.load(io.BytesIO(file.data))
    sent = message.sent_date
    date = sent.strftime("%a, %d %b %Y %H:%M:%S %z").strip() if sent else ""
    recipients = ", ".join(recipient.email_address or "" for recipient in message.recipients)
    parts = MailParts(headers=header_lines(message.sender or "", recipients, date, message.subject or ""))
    bodies = []
    if message.html_body:
        bodies.append(("text/html", clean(message.html_body)[0]))
    if message.body:
        bodies.append(("text/plain", clean(message.body)[0]))
    rich = TextBuilder()
    for kind, markup in bodies:
        if kind == "text/html":
            page_text(file, markup, options, rich)
    plain_words = words_of(" ".join(text for kind, text in bodies if kind != "text/html"))
    parts.bodies = choose_bodies(bodies, plain_words, words_of(rich.text))
    for number, attachment in enumerate(message.attachments, start=1):
        data = attachment.file_bytes
        if number > options.limits.mail_parts:
            raise options.limits.refuse(
                file.source, "mail_parts", f"the message has more than {options.limits.mail_parts:,} parts"
            )
        name = clean(attachment.file_name or f"part {number}")[0]
        if data:
            parts.attachments.append((name, data))
        else:
            text = f"{name} in the message is a message or an object itself, and was not read; save it from Outlook."
            parts.notes.append(SourceNote(code="unread_part", text=text))
    return parts


def _recognise(file: SourceFile) -> bool:
    return "__properties_version1.0" in file.ole_streams


READER = Reader(kind="MSG", extensions=("msg",), read=_read, recognise=_recognise, isolated=True, members=_members)
