"""Sample runs for the tests of the review: built from the corpus and its gold, and one made to be hostile."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from foi_nlp.records import LetterRecord

CORPUS = Path(__file__).parent.parent / "corpus"
HOSTILE_NAME = "<img src=x onerror=alert(1)>.txt"
SCRIPT = "<script>window.broken = true</script>"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ACCENTED = "e\u0301"

HOSTILE_TEXT = (
    f"Reply {FAMILY} of the caf{ACCENTED} team\r\n"
    f'{SCRIPT}"\'><img src=x onerror="window.broken=true">\r\n'
    f"Question 1 {FAMILY}{FAMILY} how many th{ACCENTED}fts?\n"
    "2019\t1,234\n"
    "2020\t<5\n"
    f"Total \U0001f600 1,250\x00 end\n"
    f"Section 40(2) keeps na\u0308mes back {ACCENTED}{ACCENTED}.\n"
)


def sha256(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def place(text: str, quote: str, after: int = 0) -> tuple[int, int]:
    """Find where a quote stands in a text; white space may differ."""
    words = [re.escape(word) for word in quote.split()]
    found = re.compile(r"\s+".join(words)).search(text, after) if words else None
    return found.span() if found else (0, 0)


def record_from_gold(gold: dict[str, Any], text: str, source: str, data: bytes) -> LetterRecord:
    """Build a record that says what gold says, each fact placed where its quote stands."""

    def placed(items: list[dict[str, Any]], quote: str, *keep: str) -> list[dict[str, Any]]:
        out = []
        for item in items:
            start, end = place(text, str(item.get(quote, "")))
            if start < end:
                out.append({**{k: item[k] for k in keep if k in item}, "start": start, "end": end, "rule": "sample"})
        return out

    observations = []
    reach = 0
    for number, item in enumerate(gold["observations"], 1):
        if not item.get("explicit", True) or item["period"]["type"] not in {
            "calendar_year", "financial_year", "year_to_date", "date_range", "month", "quarter", "instant",
        }:  # fmt: skip
            continue
        found = re.compile(rf"(?<![\d,]){re.escape(str(item['value_raw']))}(?![\d,])").search(text, reach)
        if not found:
            continue
        reach = found.end()
        period = place(text, str(item["period"]["label"]))
        observations.append(
            {
                **{k: item[k] for k in ("question", "metric", "breakdown", "period", "value", "symbol", "unit")},
                "id": f"o{number}", "value_raw": found[0], "start": found.start(), "end": found.end(),
                "period_span": period if period[0] < period[1] else None,
                "status": "reported" if item["value"] is not None else "suppressed",
                "check": "totals_disagree" if number % 17 == 3 else "totals_agree", "rule": "sample",
            }
        )  # fmt: skip
    return LetterRecord.model_validate(
        {
            "source": source,
            "source_sha256": sha256(data),
            "text_sha256": sha256(text),
            "text": text,
            "regime": gold["regime"],
            "authorities": placed(gold["authorities"], "name", "id", "name", "role"),
            "references": placed(gold["references"], "value", "value", "role"),
            "dates": placed(gold["dates"], "text", "role", "iso", "inferred"),
            "questions": placed(gold["questions"], "text", "id", "text"),
            "outcomes": placed(gold["outcomes"], "quote", "question", "outcome", "secondary"),
            "letter_outcome": gold["letter_outcome"],
            "provisions": placed(gold["provisions"], "quote", "id", "status"),
            "caveats": [
                {**c, "id": f"c{n}"} for n, c in enumerate(placed(gold["caveats"], "quote", "category", "scope"), 1)
            ],
            "observations": observations,
            "needs_review": [
                {"code": "refused_pair", "reason": "As many headers as values were not found.", "start": 0, "end": 20}
            ],
        }
    )


def hostile_record(text: str = HOSTILE_TEXT, source: str = HOSTILE_NAME) -> LetterRecord:
    """Build a letter full of script, emoji and combining characters."""

    def at(quote: str) -> dict[str, int]:
        start = text.index(quote)
        return {"start": start, "end": start + len(quote)}

    year = {"type": "calendar_year", "complete": True}
    return LetterRecord.model_validate(
        {
            "source": source,
            "source_sha256": sha256(text),
            "text_sha256": sha256(text),
            "text": text,
            "authorities": [{"id": "kent", "name": SCRIPT, "role": "responder", **at("team")}],
            "questions": [{"id": "1", "text": SCRIPT, **at(f"how many th{ACCENTED}fts?")}],
            "provisions": [{"id": "foia.40(2)", "status": "cited", "rule": SCRIPT, **at("Section 40(2)")}],
            "caveats": [{"id": "c1", "category": "other", "scope": "letter", **at("Section 40(2) keeps na\u0308mes")}],
            "observations": [
                {
                    "id": "o1", "question": "1", "metric": SCRIPT, "breakdown": {SCRIPT: SCRIPT}, "value": 1234,
                    "period": {"label": "2019", "start": "2019-01-01", "end": "2019-12-31", **year},
                    "value_raw": "1,234",
                    "period_span": tuple(at("2019").values()), "check": "totals_disagree", "caveats": ["c1"],
                    "table": "t1",
                    "cell": (0, 1), **at("1,234"),
                },
                {
                    "id": "o2", "question": None, "value": None, "symbol": "<5", "status": "suppressed",
                    "value_raw": "<5",
                    "period": {"label": "2020", "start": "2020-01-01", "end": "2020-12-31", **year}, **at("<5"),
                },
            ],
            "needs_review": [
                {"code": "totals_disagree", "reason": f"1,234 and 1,250 {SCRIPT}", "observation": "o1", **at("1,250")}
            ],
        }
    )  # fmt: skip


def write_run(folder: Path, records: list[LetterRecord], *, rules: str = "rules-1") -> Path:
    """Write records as a run folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [record.model_dump_json(by_alias=True) for record in records]
    (folder / "letters.jsonl").write_bytes("".join(f"{line}\n" for line in lines).encode())
    about = {
        "schema": "foi_run/1",
        "rules_sha256": rules,
        "letters": [{"source": r.source, "sha256": r.source_sha256, "text_sha256": r.text_sha256} for r in records],
    }
    (folder / "run.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def corpus_records(limit: int = 100) -> list[LetterRecord]:
    """Build records of the plain-text letters of the corpus."""
    out = []
    for path in sorted((CORPUS / "gold").glob("*.txt.json"))[:limit]:
        gold = json.loads(path.read_text(encoding="utf-8"))
        file = CORPUS / gold["file"]
        out.append(record_from_gold(gold, file.read_text(encoding="utf-8"), str(file), file.read_bytes()))
    return out


def pdf_bytes(lines: list[str]) -> bytes:
    """Write a PDF of one page with lines of text."""
    shown = "".join(f"1 0 0 1 72 {760 - 24 * n} Tm ({line}) Tj " for n, line in enumerate(lines))
    content = f"BT /F1 14 Tf {shown}ET"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in places)
    body += f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF"
    return body.encode("latin-1")


def pdf_record(folder: Path) -> LetterRecord:
    """Write a PDF beside the run, and build the record that was read from it, with the place of its figure."""
    lines = ["Reply of the force", "2019   617", "Total   617"]
    data = pdf_bytes(lines)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reply.pdf").write_bytes(data)
    text = "\n".join(lines) + "\n"
    start = text.index("617")
    return LetterRecord.model_validate(
        {
            "source": "reply.pdf", "source_sha256": sha256(data), "text_sha256": sha256(text), "text": text,
            "observations": [
                {
                    "id": "o1", "value": 617, "value_raw": "617", "start": start, "end": start + 3,
                    "period": {"label": "2019", "type": "calendar_year", "start": "2019-01-01", "end": "2019-12-31"},
                    "place": {"page": 1, "box": (120, 92, 146, 110)},
                }
            ],
        }
    )  # fmt: skip
