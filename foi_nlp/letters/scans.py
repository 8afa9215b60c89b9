"""Read scans: ocrmypdf and tesseract lay text under the images. OCR mistakes figures, so they always go to review."""

from __future__ import annotations

from collections.abc import Iterator

from foi_nlp.letters.assembling import TextBuilder
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.pdf_pages import page_contents, write_pages
from foi_nlp.letters.programs import installed, run_program, working_folder
from foi_nlp.letters.source import Reader, SourceFile

_MAGIC = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"II*\x00": "tif", b"MM\x00*": "tif"}
_NOT_INSTALLED = (
    "it is a scan without text, and reading it needs ocrmypdf and tesseract, which are not installed; install them "
    "(Debian: apt-get install ocrmypdf tesseract-ocr), or ask the sender for a copy that has text"
)


def recognise_text(file: SourceFile, options: ReadOptions) -> Letter:
    """Give the letter of a scanned PDF or image. Raises LetterError when OCR is not installed or fails."""
    if not installed("ocrmypdf", "tesseract"):
        raise LetterError(file.source, _NOT_INSTALLED)
    contents = page_contents(_with_text(file, options), file.source)
    builder = TextBuilder()
    builder.note("ocr", "The letter is a scan that was read by OCR; compare every figure with the image.")
    write_pages(contents, builder)
    if not builder.length:
        raise LetterError(file.source, "OCR found no text on the scan; ask the sender for a better copy")
    return builder.finish(file, options, ocr=True)


def _with_text(file: SourceFile, options: ReadOptions) -> bytes:
    kind = next((kind for magic, kind in _MAGIC.items() if file.data.startswith(magic)), "pdf")
    # Images seldom say truly how large the paper was; 200 dots an inch is what scanners and faxes are set to.
    extra = ["--image-dpi", "200"] if kind != "pdf" else []
    with working_folder() as folder:
        (folder / f"scan.{kind}").write_bytes(file.data)
        done = run_program(
            [
                *("ocrmypdf", "--quiet", "--language", "eng", "--jobs", "1", "--output-type", "pdf", "--optimize", "0"),
                *("--rotate-pages", "--deskew", "--oversample", "300", "--tesseract-timeout", "60", *extra),
                f"scan.{kind}",
                "out.pdf",
            ],
            source=file.source,
            seconds=max(1.0, options.limits.seconds * 0.9),
            folder=folder,
        )
        made = folder / "out.pdf"
        if done.returncode != 0 or not made.is_file():
            raise LetterError(
                file.source, "OCR cannot read the scan; open it and print it to a new PDF, or ask for a better copy"
            )
        return made.read_bytes()


def _read(file: SourceFile, options: ReadOptions) -> Iterator[Letter]:
    yield recognise_text(file, options)


def _recognise(file: SourceFile) -> bool:
    return file.data.startswith(tuple(_MAGIC))


READER = Reader(
    kind="scan", extensions=("png", "jpg", "jpeg", "tif", "tiff"), read=_read, recognise=_recognise, isolated=True
)
