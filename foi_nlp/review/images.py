"""Images of the pages that a letter was read from.

A letter's file is a stranger's: it is drawn in a process of its own, which has little memory and little time.
"""

from __future__ import annotations

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


class PageImages:
    """Draw pages and keep the last few. Pages count from 1."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], PageImage | None] = OrderedDict()
        self._mutex = threading.Lock()

    def page(self, sha256: str, data: bytes, number: int) -> PageImage | None:
        """Give one page of a file, or None where it cannot be drawn."""
        key = (sha256, number)
        with self._mutex:
            if key not in self._kept:
                self._kept[key] = draw(data, number)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def kept(self, sha256: str, number: int) -> PageImage | None:
        """Give a page that was drawn already."""
        with self._mutex:
            return self._kept.get((sha256, number))


def draw(data: bytes, number: int) -> PageImage | None:
    """Draw one page in a process of its own; None when that fails, takes too long or needs too much memory."""
    try:
        done = subprocess.run(  # noqa: S603  # our own module, with a number
            [sys.executable, "-m", "foi_nlp.review.images", str(number)],
            input=data, capture_output=True, timeout=_SECONDS, check=True,
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


def main() -> None:
    """Draw the page whose number is the argument, of the file on standard input."""
    _limit()
    about, png = _draw_here(sys.stdin.buffer.read(), int(sys.argv[1]))
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + png)


if __name__ == "__main__":
    main()
