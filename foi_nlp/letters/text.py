"""Read plain text and Markdown, in whatever encoding it came. The frozen text is the file's own."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from foi_nlp.letters.assembling import check_length
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.records import SourceNote

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_BINARY_CONTROL = bytes(set(range(0x20)) - {0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B})
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\u2066-\u2069\u202a-\u202e\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# UTF-8 read as Windows-1252 or Latin-1 leaves these pairs, which English text never has.
_MOJIBAKE_HINT = re.compile("[ÂÃÅâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was decoded; `notes` say what had to be repaired."""

    text: str
    encoding: str
    notes: tuple[SourceNote, ...] = ()


def looks_binary(data: bytes) -> bool:
    """Tell whether bytes are no text in any encoding: too many control characters once UTF-16 is ruled out."""
    head = data[:65_536]
    if head.startswith(tuple(mark for mark, _ in _MARKS)) or _utf16_without_mark(head):
        return False
    control = len(head) - len(head.translate(None, _BINARY_CONTROL))
    return control > max(2, len(head) // 50)


def decode(data: bytes, source: str) -> Decoded:
    """Decode bytes of unknown encoding. Raises LetterError for what is no text."""
    if looks_binary(data):
        raise LetterError(
            source, "it is a binary file and no text; give the letter in a format that `foi_nlp annotate` reads"
        )
    raw, encoding = _decode(data, source)
    notes = []
    if encoding not in ("utf-8", "ascii"):
        notes.append(SourceNote(code="encoding", text=f"The text was read as {encoding}."))
    text, repairs = clean(raw)
    return Decoded(text, encoding, (*notes, *repairs))


def _decode(data: bytes, source: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), encoding
            except UnicodeDecodeError:
                return data[len(mark) :].decode(encoding, "replace"), f"{encoding} with damaged characters"
    without_mark = _utf16_without_mark(data)
    if without_mark:
        return data.decode(without_mark, "replace"), without_mark
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if not _UNDEFINED_IN_1252.search(data):
        return data.decode("cp1252"), "windows-1252"
    return _guess(data, source)


def _guess(data: bytes, source: str) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000], cp_isolation=["utf_8", "cp1252", "latin_1", "mac_roman", "cp850"]).best()
    if best is None:
        raise LetterError(source, "its encoding cannot be told; save it as UTF-8 text")
    return data.decode(best.encoding, "replace"), best.encoding.replace("_", "-")


def _utf16_without_mark(data: bytes) -> str | None:
    head = data[:4_096]
    pairs = len(head) // 2
    if pairs < 4:
        return None
    if head[1::2].count(0) > pairs * 0.7 and head[0::2].count(0) < pairs * 0.1:
        return "utf-16-le"
    if head[0::2].count(0) > pairs * 0.7 and head[1::2].count(0) < pairs * 0.1:
        return "utf-16-be"
    return None


def clean(text: str) -> tuple[str, tuple[SourceNote, ...]]:
    """Give the text with plain line breaks and without invisible or control characters, and notes of what changed.

    Mojibake is repaired only where its tell-tale pairs stand. Soft hyphens and zero-width characters go without
    a note: nobody sees them, and they would part a word or a figure.
    """
    notes = []
    text = _INVISIBLE.sub("", _LINE_BREAKS.sub("\n", text))
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if _MOJIBAKE_HINT.search(text):
        mended = _mend_mojibake(text)
        if mended != text:
            notes.append(
                SourceNote(code="mojibake", text="Characters that had been decoded wrongly before were repaired.")
            )
            text = _INVISIBLE.sub("", mended)
    without = _CONTROL.sub("", text)
    if len(without) != len(text):
        notes.append(
            SourceNote(code="control_characters", text=f"{len(text) - len(without)} control characters were left out.")
        )
    return without, tuple(notes)


def _mend_mojibake(text: str) -> str:
    import ftfy

    config = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
    )
    return "\n".join(ftfy.fix_text(line, config) if _MOJIBAKE_HINT.search(line) else line for line in text.split("\n"))


def _read(file: SourceFile, options: ReadOptions) -> Iterator[Letter]:
    decoded = decode(file.data, file.source)
    check_length(file.source, decoded.text, options)
    yield Letter(source=file.source, source_sha256=file.sha256, text=decoded.text, notes=decoded.notes)


TEXT = Reader(kind="text", extensions=("txt", "text"), read=_read)
MARKDOWN = Reader(kind="markdown", extensions=("md", "markdown"), read=_read)
