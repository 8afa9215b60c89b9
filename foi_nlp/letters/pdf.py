"""Read PDF: pages with text as they are, pages without through OCR."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from foi_nlp.letters.assembling import TextBuilder
from foi_nlp.letters.limits import ReadOptions
from foi_nlp.letters.model import Letter, LetterError
from foi_nlp.letters.pdf_asides import notes_of
from foi_nlp.letters.pdf_pages import PageContent, page_contents, write_pages
from foi_nlp.letters.pdf_words import UNREADABLE
from foi_nlp.letters.scans import recognise_text
from foi_nlp.letters.source import Reader, SourceFile
from foi_nlp.records import Place


def _read(file: SourceFile, options: ReadOptions) -> Iterator[Letter]:
    pages = _triage(file, options)
    if pages and not any(pages):
        yield recognise_text(file, options)
        return
    contents = page_contents(file.data, file.source, include_hidden=options.include_hidden)
    builder = TextBuilder()
    builder.notes += notes_of([(page.number, page.asides) for page in contents])
    blank = [page.number for page in contents if not page.lines and not page.tables and page.scanned]
    if blank:
        builder.note("image_pages", f"Page {', '.join(map(str, blank))} is an image and was not read.")
    write_pages(contents, builder)
    unreadable = builder.text.count(UNREADABLE)
    if unreadable:
        builder.note(
            "unreadable_glyphs",
            f"{unreadable:,} characters are drawn from a font that does not say which they are; they stand as "
            f"{UNREADABLE} and no figure was read from them. Ask for another copy, or print it and read the scan.",
        )
    if options.include_hidden:
        _write_hidden(contents, builder)
    scanned = any(page.scanned and (page.lines or page.tables) for page in contents)
    if scanned:
        builder.note("ocr_layer", "The pages are images with a layer of text that was made by OCR.")
    yield builder.finish(file, options, ocr=scanned)


def _triage(file: SourceFile, options: ReadOptions) -> list[bool]:
    """Tell for each page whether it has text. Raises LetterError for what cannot be opened or is too long."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file.data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise LetterError(
                file.source, "it is locked with a password; open it, print it to a new PDF, and read that copy"
            ) from error
        raise LetterError(
            file.source, "the PDF is damaged or cut off; ask for it again or open and save it anew"
        ) from error
    try:
        count = len(document)
        if count == 0:
            raise LetterError(file.source, "the PDF has no pages; ask for it again")
        if count > options.limits.pages:
            raise options.limits.refuse(file.source, "pages", f"{count:,} pages are too many for a letter")
        return [document[number].get_textpage().count_chars() > 3 for number in range(count)]
    except pypdfium2.PdfiumError as error:
        raise LetterError(
            file.source, "a page of the PDF is damaged; ask for it again or open and save it anew"
        ) from error
    finally:
        document.close()


def _write_hidden(pages: Sequence[PageContent], builder: TextBuilder) -> None:
    for page in pages:
        for kind, said in (("Comment", page.asides.comments), ("Hidden field", page.asides.hidden_values)):
            for text in said:
                builder.end_paragraph()
                builder.add(f"[{kind} on page {page.number}: {' '.join(text.split())}]", Place(page=page.number))


def _recognise(file: SourceFile) -> bool:
    return b"%PDF-" in file.data[:1024]


READER = Reader(kind="PDF", extensions=("pdf",), read=_read, recognise=_recognise, isolated=True)
