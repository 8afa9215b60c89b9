"""Images of the pages that a letter was read from.

A letter's file is a stranger's: it is drawn in a process of its own, which has little memory and little time. What
lies in an archive or a mail is unpacked in that process too, within the limits of reading.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass

MAXIMUM_BYTES = 100_000_000
_SECONDS = 20
_MEMORY = 2 * 1024**3
_KEPT = 24
_WIDTH = 1400
_SIGNATURES = {b"%PDF-": "pdf", b"\x89PNG": "image", b"\xff\xd8\xff": "image", b"II*\0": "image", b"MM\0*": "image"}


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page: its size in points (for PDF) or pixels, as boxes of places are measured, and its PNG."""

    width: float
    height: float
    pages: int
    png: bytes


def format_of(data: bytes) -> str | None:
    """Say whether a file is one whose pages can be drawn, by its first bytes."""
    return next((kind for signature, kind in _SIGNATURES.items() if data.startswith(signature)), None)


@dataclass(frozen=True, slots=True)
class Original:
    """The file whose pages are shown. `data` is the file on the disk, which goes by the name `outer`.

    `letter` is the source of the letter, in that file or the file itself, and `sha256` what its bytes have to be.
    `part` is the attachment of the letter that holds the pages; empty for the letter itself.
    """

    outer: str
    data: bytes
    letter: str
    sha256: str
    part: str = ""


class PageImages:
    """Draw pages and keep the last few. Pages count from 1."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, int], PageImage | None] = OrderedDict()
        self._mutex = threading.Lock()

    def page(self, original: Original, number: int) -> PageImage | None:
        """Give one page of a file, or None where it cannot be drawn."""
        key = (original.sha256, original.part, number)
        with self._mutex:
            if key not in self._kept:
                self._kept[key] = draw(original, number)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def draw(original: Original, number: int) -> PageImage | None:
    """Draw one page in a process of its own; None when that fails, takes too long or needs too much memory."""
    question = {name: getattr(original, name) for name in ("outer", "letter", "sha256", "part")} | {"number": number}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "foi_nlp.review.images"],
            input=json.dumps(question).encode("ascii") + b"\n" + original.data,
            capture_output=True, timeout=_SECONDS, check=True,
        )  # fmt: skip
        head, _, png = done.stdout.partition(b"\n")
        about = json.loads(head)
        return PageImage(float(about["width"]), float(about["height"]), int(about["pages"]), png)
    except (OSError, ValueError, KeyError, subprocess.SubprocessError):
        return None


def _limit() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


def _draw_here(data: bytes, number: int) -> tuple[dict[str, float], bytes]:
    if format_of(data) == "pdf":
        import pypdfium2

        document = pypdfium2.PdfDocument(data)
        page = document[number - 1]
        width, height = page.get_size()
        picture = page.render(scale=min(3.0, _WIDTH / max(width, 1))).to_pil()
        pages = len(document)
        page.close()
        document.close()
    else:
        from PIL import Image

        picture = Image.open(io.BytesIO(data))
        pages = int(getattr(picture, "n_frames", 1))
        picture.seek(number - 1)
        width, height = picture.size
        picture = picture.convert("RGB")
        picture.thumbnail((_WIDTH, 4 * _WIDTH))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return {"width": width, "height": height, "pages": pages}, out.getvalue()


def _unpack(original: Original) -> bytes:
    """Give the bytes that hold the pages. Raises LookupError when they are not there or not those of the letter."""
    data = original.data
    if original.letter != original.outer or original.part:
        from foi_nlp.letters.members import find_member
        from foi_nlp.letters.source import SourceFile

        letter = find_member(SourceFile(original.outer, data), original.letter)
        if letter is None:
            raise LookupError(original.letter)
        data = letter.data
        if original.part:
            part = find_member(letter, f"{letter.source}!/{original.part}")
            if part is None:
                raise LookupError(original.part)
            data = part.data
        if letter.sha256 != original.sha256:
            raise LookupError(original.sha256)
    elif hashlib.sha256(data).hexdigest() != original.sha256:
        raise LookupError(original.sha256)
    return data


def main() -> None:
    """Draw the page that the first line of standard input asks for, of the file that follows it."""
    _limit()
    question = json.loads(sys.stdin.buffer.readline())
    number = int(question.pop("number"))
    data = _unpack(Original(data=sys.stdin.buffer.read(), **question))
    if format_of(data) is None:
        raise LookupError("no format with pages")
    about, png = _draw_here(data, number)
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + png)


if __name__ == "__main__":
    main()
