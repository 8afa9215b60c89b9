"""Exchange with review tools: every format comes back as it went, and what does not fit is said."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foi_nlp.annotate import annotate_letter
from foi_nlp.exchange import (
    FORMATS,
    AnnotatedText,
    ExchangeError,
    Relation,
    Span,
    annotated,
    compare,
    export,
    read_back,
)
from foi_nlp.exchange.model import LABELS, code_point_offsets, utf16_offsets
from foi_nlp.letters import Letter, open_letters
from tests.shared_files import CORPUS

if TYPE_CHECKING:
    from spacy.language import Language


def letter(
    text: str, spans: list[Span], relations: list[Relation] | None = None, source: str = "a letter.txt"
) -> AnnotatedText:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return AnnotatedText(source, digest, text, tuple(sorted(spans)), tuple(sorted(relations or [])))


PERIOD = Span(0, 4, "PERIOD", "2018", "observations/o1/period")
VALUE = Span(9, 14, "VALUE", "1,204", "observations/o1")
HARD = letter(
    "2018 👍🏽\u00a0\t1,204\r\nne\u0301e <b>&amp;\x0c\ncaveat over\nlines 𝄞 end ",
    [PERIOD, VALUE, Span(0, 14, "OUTCOME", "first", "outcomes/0"), Span(0, 14, "OUTCOME", "second", "outcomes/1"),
     Span(28, 46, "CAVEAT", "a; b|c\t", "caveats/c1"), Span(5, 9, "DATE")],
    [Relation(VALUE, PERIOD, "IN_PERIOD")],
)  # fmt: skip


def round_trip(name: str, texts: list[AnnotatedText], folder: Path) -> list[AnnotatedText]:
    export(texts, name, folder)
    back = list(read_back(folder, name))
    assert [problem for _, problems in back for problem in problems] == []
    return [text for text, _ in back]


@pytest.mark.parametrize("name", FORMATS)
def test_a_hard_letter_comes_back_as_it_went(name: str, tmp_path: Path) -> None:
    assert round_trip(name, [HARD], tmp_path / "out") == [HARD]


@pytest.fixture(scope="module")
def corpus(nlp: Language) -> list[AnnotatedText]:
    """Give every sample letter with what the pipeline finds in it: spans that lie in and on one another included."""
    files = [
        file
        for folder in (CORPUS, CORPUS / "more")
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name != "README.md"
    ]
    letters = [letter for file in files for letter in open_letters(file) if isinstance(letter, Letter)]
    return [annotated(annotate_letter(nlp, letter)) for letter in letters]


@pytest.mark.parametrize("name", FORMATS)
def test_every_letter_of_the_corpus_comes_back_as_it_went(
    name: str, tmp_path: Path, corpus: list[AnnotatedText]
) -> None:
    assert len(corpus) > 60
    assert sum(len(text.relations) for text in corpus) > 1000
    assert round_trip(name, corpus, tmp_path / "out") == corpus


def test_plain_spacy_opens_the_docbin(tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    export([HARD], "docbin", tmp_path / "out")
    [doc] = DocBin().from_disk(tmp_path / "out" / "letters.spacy").get_docs(spacy.blank("en").vocab)
    assert doc.text == HARD.text
    assert [(s.start_char, s.end_char, s.label_, s.kb_id_) for s in doc.spans["foi"]] == [
        (s.start, s.end, s.label, s.value) for s in HARD.spans
    ]


@st.composite
def letters(draw: st.DrawFn) -> AnnotatedText:
    alphabet = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")
    text = draw(st.text(alphabet, min_size=1, max_size=80))
    places = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=6))
    spans = {
        Span(min(a, b), max(a, b), draw(st.sampled_from(LABELS)), draw(st.text(max_size=5)), f"k/{i}")
        for i, (a, b) in enumerate(places)
        if a != b and text[min(a, b) : max(a, b)].strip()
    }
    return letter(text, sorted(spans))


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "cas"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=letters())
def test_any_letter_comes_back_as_it_went(
    name: str, tmp_path_factory: pytest.TempPathFactory, text: AnnotatedText
) -> None:
    back = round_trip(name, [text], tmp_path_factory.mktemp("out"))
    assert back == [text]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf16_offsets_turn_back_to_code_points(text: str) -> None:
    points = code_point_offsets(text)
    assert [points[units] for units in utf16_offsets(text)] == list(range(len(text) + 1))


def test_shifted_offsets_are_listed(tmp_path: Path) -> None:
    export([HARD], "label-studio", tmp_path / "out")
    file = tmp_path / "out" / "tasks.json"
    tasks = json.loads(file.read_text(encoding="utf-8"))
    tasks[0]["predictions"][0]["result"][0]["value"]["start"] += 1
    file.write_text(json.dumps(tasks), encoding="utf-8")
    [(_, problems)] = list(read_back(file, "label-studio"))
    assert "offsets are shifted" in problems[0].message


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("start", "end"), [(3, 5), (0, 4), (3, 4), (0, 3), (4, 5)])
def test_a_span_that_begins_or_ends_in_white_space_comes_back(name: str, start: int, end: int, tmp_path: Path) -> None:
    text = letter("000 0", [Span(start, end, "AUTHORITY", "", "k/0")])
    assert round_trip(name, [text], tmp_path / "out") == [text]


def test_an_unknown_label_is_listed(tmp_path: Path) -> None:
    export([letter("abc", [Span(0, 3, "NONSENSE")])], "doccano", tmp_path / "out")
    [(_, problems)] = list(read_back(tmp_path / "out", "doccano"))
    assert "'NONSENSE'" in problems[0].message


def test_one_of_two_spans_alike_taken_away_in_doccano_is_listed(tmp_path: Path) -> None:
    export([HARD], "doccano", tmp_path / "out")
    file = tmp_path / "out" / "doccano.jsonl"
    task = json.loads(file.read_text(encoding="utf-8"))
    task["entities"] = [e for e in task["entities"] if e["id"] != 2]
    file.write_text(json.dumps(task), encoding="utf-8")
    [(_, problems)] = list(read_back(file, "doccano"))
    assert "of several OUTCOME at 0-16 one was taken away" in problems[0].message


def studio_export(tmp_path: Path, **changes: object) -> Path:
    """Give the tasks as Label Studio exports them: with annotations, and predictions named by number."""
    export([HARD], "label-studio", tmp_path / "out")
    file = tmp_path / "out" / "tasks.json"
    [task] = json.loads(file.read_text(encoding="utf-8"))
    result = task["predictions"][0]["result"]
    task |= {"predictions": [1], "annotations": [{"was_cancelled": False, "result": result}], **changes}
    file.write_text(json.dumps([task]), encoding="utf-8")
    return file


def test_a_submitted_letter_comes_back(tmp_path: Path) -> None:
    [(text, problems)] = list(read_back(studio_export(tmp_path), "label-studio"))
    assert (text, problems) == (HARD, [])


@pytest.mark.parametrize("annotations", [[], [{"was_cancelled": True, "result": []}]])
def test_a_letter_that_nobody_submitted_comes_back_as_not_reviewed(tmp_path: Path, annotations: list[object]) -> None:
    [(text, problems)] = list(read_back(studio_export(tmp_path, annotations=annotations), "label-studio"))
    assert (text.reviewed, text.spans, problems) == (False, (), [])


def test_two_annotators_who_differ_are_listed(tmp_path: Path) -> None:
    two = [{"result": []}, {"result": [{"type": "relation", "from_id": "x", "to_id": "y"}]}]
    [(_, problems)] = list(read_back(studio_export(tmp_path / "same", annotations=two), "label-studio"))
    assert problems == []
    region = {"id": "x", "type": "labels", "value": {"start": 0, "end": 4, "labels": ["DATE"]}}
    two[1]["result"].append(region)
    [(_, problems)] = list(read_back(studio_export(tmp_path / "not", annotations=two), "label-studio"))
    assert "2 annotations of this letter differ" in problems[0].message


@pytest.mark.parametrize(("labels", "said"), [([], "no label"), (["DATE", "VALUE"], "DATE and VALUE")])
def test_a_region_without_one_label_is_listed(tmp_path: Path, labels: list[str], said: str) -> None:
    region = {"id": "x", "type": "labels", "value": {"start": 0, "end": 4, "text": "2018", "labels": labels}}
    file = studio_export(tmp_path, annotations=[{"result": [region]}])
    [(_, problems)] = list(read_back(file, "label-studio"))
    assert f"«2018» has {said}" in problems[0].message


def test_the_annotation_is_taken_before_the_prediction(tmp_path: Path) -> None:
    export([HARD], "label-studio", tmp_path / "out")
    file = tmp_path / "out" / "tasks.json"
    tasks = json.loads(file.read_text(encoding="utf-8"))
    tasks[0]["annotations"] = [{"was_cancelled": True, "result": [{}]}, {"was_cancelled": False, "result": []}]
    file.write_text(json.dumps(tasks), encoding="utf-8")
    [(text, _)] = list(read_back(file, "label-studio"))
    assert text.spans == ()


def test_what_a_reviewer_changed_is_told_apart() -> None:
    after = letter(HARD.text, [Span(0, 4, "DATE", "2018", PERIOD.key), VALUE, Span(20, 24, "DATE")])
    difference = compare(letter(HARD.text, [PERIOD, VALUE, Span(5, 9, "DATE")]), after)
    assert difference.added == (Span(20, 24, "DATE"),)
    assert difference.removed == (Span(5, 9, "DATE"),)
    assert difference.changed == ((PERIOD, Span(0, 4, "DATE", "2018", PERIOD.key)),)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_is_not_of_the_format_is_named(name: str, tmp_path: Path) -> None:
    for file in ("tasks.json", "prodigy.jsonl", "doccano.jsonl", "sources.json", "letters.spacy", "letters.conll"):
        (tmp_path / file).write_bytes(b'{"x": \xff')
    (tmp_path / "annotations.jsonld.jsonl").write_bytes(b'{"x": \xff')
    with pytest.raises(ExchangeError, match=str(tmp_path)):
        list(read_back(tmp_path, name))


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(ExchangeError, match="there are: label-studio"):
        read_back(Path(), "excel")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(ExchangeError, match="not an empty folder"):
        export([HARD], "brat", tmp_path)
