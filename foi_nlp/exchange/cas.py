"""UIMA CAS in JSON, for INCEpTION. The file counts UTF-16 units; dkpro-cassis converts at its border."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foi_nlp.exchange.model import AnnotatedText, ExchangeError, Problem, Relation, Span, check

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

NAME = "cas"
SOURCES = "sources.json"
_SPAN = "webanno.custom.Foi"
_RELATION = "webanno.custom.FoiRelation"


def write(texts: Iterable[AnnotatedText], folder: Path) -> None:
    """Write NNNN.json for each letter, and `sources.json` with the letters' names."""
    types = _types()
    sources = {}
    for number, text in enumerate(texts, start=1):
        name = f"{number:04}"
        sources[name] = {"source": text.source, "text_sha256": text.text_sha256}
        _cas(types, text).to_json(folder / f"{name}.json")
    (folder / SOURCES).write_text(json.dumps(sources, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _types() -> TypeSystem:
    cassis = _library()
    types = cassis.TypeSystem()
    span = types.create_type(name=_SPAN, supertypeName="uima.tcas.Annotation")
    for feature in ("label", "value", "key"):
        types.create_feature(domainType=span, name=feature, rangeType="uima.cas.String")
    relation = types.create_type(name=_RELATION, supertypeName="uima.tcas.Annotation")
    for feature in ("Governor", "Dependent"):
        types.create_feature(domainType=relation, name=feature, rangeType=span)
    types.create_feature(domainType=relation, name="label", rangeType="uima.cas.String")
    return types


def _library() -> Any:  # noqa: ANN401  # an optional module
    try:
        import cassis
    except ImportError:
        raise ExchangeError("UIMA CAS needs the library dkpro-cassis; install foi-nlp[cas]") from None
    return cassis


def _cas(types: TypeSystem, text: AnnotatedText) -> Cas:
    cas = _library().Cas(typesystem=types, sofa_string=text.text, document_language="en")
    made = {}
    for span in text.spans:
        made[span] = types.get_type(_SPAN)(
            begin=span.start, end=span.end, label=span.label, value=span.value, key=span.key
        )
        cas.add(made[span])
    for r in text.relations:
        cas.add(
            types.get_type(_RELATION)(
                begin=r.child.start, end=r.child.end, Governor=made[r.head], Dependent=made[r.child], label=r.label
            )
        )
    return cas


def read(path: Path) -> Iterator[tuple[AnnotatedText, list[Problem]]]:
    """Read a folder of CAS files in JSON."""
    cassis = _library()
    try:
        sources = json.loads((path / SOURCES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExchangeError(f"{path / SOURCES}: cannot be read ({error}); keep it beside the CAS files") from None
    for name, known in sorted(sources.items()):
        file = path / f"{name}.json"
        try:
            with file.open("rb") as stream:
                cas = cassis.load_cas_from_json(stream)
            found = {s.xmiID: _span(s) for s in cas.select(_SPAN)}
            relations = sorted(
                Relation(_span(r.Governor), _span(r.Dependent), r.label or "") for r in cas.select(_RELATION)
            )
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise ExchangeError(f"{file}: cannot be read as a CAS of foi_nlp ({error!r})") from None
        text = AnnotatedText(
            known["source"], known["text_sha256"], cas.sofa_string, tuple(sorted(found.values())), tuple(relations)
        )
        yield text, list(check(text, ((span, None) for span in text.spans)))


def _span(annotation: Any) -> Span:  # noqa: ANN401  # a class made at run time
    return Span(annotation.begin, annotation.end, annotation.label or "", annotation.value or "", annotation.key or "")
