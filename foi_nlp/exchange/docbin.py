"""spaCy DocBin: spans in `doc.spans["foi"]`, their values as knowledge-base ids, their keys as ids."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from foi_nlp.exchange.model import AnnotatedText, ExchangeError, Problem, Relation, Span, check, tokens

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

NAME = "docbin"
FILE = "letters.spacy"
_SPANS = "foi"


def write(texts: Iterable[AnnotatedText], folder: Path) -> None:
    """Write `letters.spacy`, which plain spaCy opens."""
    import spacy
    from spacy.tokens import DocBin

    vocab = spacy.blank("en").vocab
    whole = DocBin(store_user_data=True)
    for text in texts:
        whole.add(_doc(vocab, text))
    whole.to_disk(folder / FILE)


def _doc(vocab: Vocab, text: AnnotatedText) -> Doc:
    from spacy.tokens import Doc

    words, spaces = _words(text)
    doc = Doc(vocab, words=words, spaces=spaces)
    group = []
    for span in text.spans:
        made = doc.char_span(
            span.start, span.end, label=span.label, kb_id=span.value, span_id=span.key, alignment_mode="strict"
        )
        if made is None:
            raise ExchangeError(f"{text.source}: the span at {span.start}-{span.end} is not whole tokens")
        group.append(made)
    doc.spans[_SPANS] = group
    index = {span: i for i, span in enumerate(text.spans)}
    doc.user_data["source"] = text.source
    doc.user_data["text_sha256"] = text.text_sha256
    doc.user_data["relations"] = [[index[r.head], index[r.child], r.label] for r in text.relations]
    return doc


def _words(text: AnnotatedText) -> tuple[list[str], list[bool]]:
    """Cut the text into words and white space, without losing a character."""
    words: list[str] = []
    spaces: list[bool] = []
    starts = {span.start for span in text.spans}
    ends = {span.end for span in text.spans}
    cuts = sorted(starts | ends)

    def fill(start: int, end: int) -> None:
        """Keep the white space between two words; one blank of no span's edge becomes the flag of the word before."""
        is_blank = start < end and text.text[start] == " "
        if is_blank and words and start not in starts and start + 1 not in ends:
            spaces[-1] = True
            start += 1
        while start < end:
            following = bisect.bisect_right(cuts, start)
            stop = min(cuts[following], end) if following < len(cuts) else end
            words.append(text.text[start:stop])
            spaces.append(False)
            start = stop

    at = 0
    for token in tokens(text.text, text.spans):
        fill(at, token.start)
        words.append(text.text[token.start : token.end])
        spaces.append(False)
        at = token.end
    fill(at, len(text.text))
    return words, spaces


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read a DocBin whose Docs carry the source and the hash of their text."""
    import spacy
    from spacy.tokens import DocBin

    file = path / FILE if path.is_dir() else path
    try:
        docs = DocBin().from_disk(file).get_docs(spacy.blank("en").vocab)
    except (OSError, ValueError) as error:
        raise ExchangeError(f"{file}: cannot be read as a DocBin ({error})") from None
    for number, doc in enumerate(docs, start=1):
        if "source" not in doc.user_data or "text_sha256" not in doc.user_data:
            raise ExchangeError(f"{file}: document {number} does not say which letter it is; write it with export")
        spans = [Span(s.start_char, s.end_char, s.label_, s.kb_id_, s.id_) for s in doc.spans.get(_SPANS, [])]
        relations = sorted(
            Relation(spans[a], spans[b], label)
            for a, b, label in doc.user_data.get("relations", [])
            if max(a, b) < len(spans)
        )
        text = AnnotatedText(
            doc.user_data["source"], doc.user_data["text_sha256"], doc.text, tuple(sorted(spans)), tuple(relations)
        )
        yield text, list(check(text, ((span, None) for span in spans)))
