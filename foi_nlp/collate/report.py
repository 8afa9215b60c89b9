"""Write the report: one HTML file with no script and no outside resource, where each figure leads to its letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foi_nlp.collate.collation import Collation
from foi_nlp.collate.corrections import is_answer
from foi_nlp.collate.grading import ALL
from foi_nlp.collate.note import (
    grounds_of,
    group_sentences,
    issue_texts,
    known_of,
    letters_said,
    provision_name,
    sentence,
)
from foi_nlp.collate.schema import Row
from foi_nlp.display import one_line, printable
from foi_nlp.registers import by_id, register

if TYPE_CHECKING:
    from markupsafe import Markup

REPORT = "report.html"
_MOST_LINES = 600
_HARMLESS = dict.fromkeys(map(ord, "\n\t\xa0"))
_MOST_PANELS = 1000

_KINDS = (
    ("all_disclosed", "●", "everything disclosed"),
    ("some_disclosed", "◐", "some disclosed"),
    ("refused", "✕", "refused, or neither confirmed nor denied"),
    ("none_held", "∅", "not held"),
    ("pending", "…", "a letter, but no answer yet"),
    ("answered", "·", "answered, outcome not read"),
    ("no_reply", "?", "no reply"),
)
_KIND_OF_OUTCOME = {
    "all_disclosed": "all_disclosed",
    "some_disclosed": "some_disclosed",
    "all_refused": "refused",
    "ncnd_all": "refused",
    "none_held": "none_held",
}


@dataclass(frozen=True)
class _Cell:
    shown: str
    place: str | None = None
    grade: str = ""
    marks: str = ""


@dataclass
class _TableRow:
    """A row of a table. `marks` are those of the footnotes that all of its figures share."""

    name: str
    measure: str = ""
    cells: list[_Cell | None] = field(default_factory=list)
    gap: _Cell | None = None
    marks: str = ""


@dataclass
class _Table:
    caption: str
    heads: list[str]
    rows: list[_TableRow]
    notes: list[str]
    left_out: int = 0
    elsewhere: str = ""

    @property
    def grades(self) -> set[str]:
        """Give the grades of the cells, which are shown by their shade."""
        return {cell.grade for row in self.rows for cell in row.cells if cell is not None}


def write_report(collation: Collation, folder: Path, *, whole_letters: bool = True) -> None:
    """Write `folder/report.html`; with `whole_letters` off it holds only the lines of letters that are quoted."""
    (folder / REPORT).write_text(report_html(collation, whole_letters=whole_letters), encoding="utf-8")


def report_html(collation: Collation, *, whole_letters: bool = True) -> str:
    """Give the report as HTML. Everything that comes from letters is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from foi_nlp.collate.charts import can_draw

    here = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(here),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    maker = _Maker(collation, draws=can_draw())
    groups = collation.tables["groups"]
    shown = [g for g in groups if int(g["letters"] or 0) > 1 or len(groups) == 1]
    letters = collation.tables["letters"]
    css = (here / "report.css").read_text(encoding="utf-8")
    page = {
        "name": collation.name,
        "css": Markup(css),  # noqa: S704  # our own file
        "letters_read": letters_said(collation),
        "note": ""
        if maker.draws
        else "Charts are left out: they need vl-convert, which comes with pip install 'foi-nlp[report]'.",
        "groups": [maker.group(group) for group in shown],
        "others": [maker.other(group) for group in groups if group not in shown],
        "issues": [sentence(text) for text in issue_texts(collation.rows("issues", group_id=None))],
        "letters": [maker.letter(row, whole=whole_letters) for row in letters if row["duplicate_of"] is None],
    }
    return environment.get_template("report.html.jinja").render(page=page)


def _outcome_words(outcome: object) -> str:
    """Give an outcome's id as words for a reader."""
    return str(by_id("outcomes").get(str(outcome), {}).get("short") or str(outcome).replace("_", " "))


def _visible(value: object) -> object:
    """Replace characters that would rewrite the page's order or vanish, in whatever the template shows."""
    if not isinstance(value, str) or value.translate(_HARMLESS).isprintable():
        return value
    from markupsafe import Markup

    shown = printable(str(value))
    return Markup(shown) if isinstance(value, Markup) else shown  # noqa: S704  # was markup before


class _Maker:
    """Makes the parts of the page from the tables."""

    def __init__(self, collation: Collation, *, draws: bool) -> None:
        self.collation = collation
        self.draws = draws
        self.panels_left = _MOST_PANELS
        self.names = {str(row["authority_id"]): str(row["name"]) for row in collation.tables["authorities"]}
        self.letters = {str(row["letter_id"]): row for row in collation.tables["letters"]}
        self.files = _file_names(self.letters)
        self.by_letter: dict[str, list[Row]] = {}
        for row in collation.tables["evidence"]:
            self.by_letter.setdefault(str(row["letter_id"]), []).append(row)

    def group(self, group: Row) -> dict[str, Any]:
        group_id = str(group["group_id"])
        asked = self.collation.rows("requests", group_id=group_id)
        questions = self.collation.rows("questions", group_id=group_id)
        members = list(dict.fromkeys(str(r["letter_id"]) for r in self.collation.rows("replies", group_id=group_id)))
        kinds = {str(row["authority_id"]): _kind(row) for row in asked}
        grounds = self._grounds(group_id)
        clocks = [row for row in self.collation.tables["timeliness"] if row["letter_id"] in members]
        clocks.sort(key=lambda row: (self._name(row["authority_ids"]), str(row["answered"] or "")))
        return {
            "id": group_id,
            "name": "The request and its answers" if group["name"] == self.collation.name else str(group["name"]),
            "known_of": known_of(group, self.collation),
            "request": one_line(str(group["request"] or ""), limit=3000),
            "sentences": group_sentences(group, self.collation),
            "issues": [sentence(t) for t in issue_texts(self.collation.rows("issues", group_id=group_id))],
            "tiles": self._tiles(group_id, kinds),
            "legend": [{"kind": k, "sign": s, "title": t} for k, s, t in _KINDS if k in kinds.values()],
            "questions": [
                {"id": str(q["question_id"]), "text": one_line(str(q["text"] or ""), limit=300)} for q in questions
            ],
            "forces": [self._force(group_id, row, questions, members) for row in asked],
            "figures": self._figures(group_id, questions),
            "grounds": grounds,
            "grounds_svg": self._grounds_svg(grounds),
            "clocks": [self._clock(row, clocks) for row in clocks],
            "clock_svg": self._clock_svg(clocks),
        }

    def other(self, group: Row) -> str:
        asked = self.collation.rows("requests", group_id=group["group_id"])
        return f"{self._name(';'.join(str(r['authority_id']) for r in asked))}: {group['name']}"

    def _name(self, authorities: object) -> str:
        return " with ".join(self.names.get(a, a) for a in str(authorities or "not known").split(";"))

    def _name_beside_others(self, row: Row, several: Collection[str]) -> str:
        """Name the authority of a cell, with the letter where another letter of it stands beside."""
        name = self._name(row["authority_id"])
        if row["letter_id"] is None or str(row["authority_id"]) not in several:
            return name
        return f"{name} ({self.files[str(row['letter_id'])]})"

    def _tiles(self, group_id: str, kinds: dict[str, str]) -> list[dict[str, Any]]:
        signs = {kind: (sign, title) for kind, sign, title in _KINDS}
        tiles = []
        placed = set()
        for tile in register("force_tiles"):
            authority = tile["authority"]
            placed.add(authority)
            kind = kinds.get(authority)
            title = f"{self.names.get(authority, authority)}: {signs[kind][1]}" if kind else f"{authority}: not asked"
            tiles.append({
                "code": tile["code"], "column": tile["column"], "row": tile["row"], "kind": kind, "title": title,
                "sign": signs[kind][0] if kind else "", "link": f"{group_id}-{authority}" if kind else None,
            })  # fmt: skip
        last = max(tile["row"] for tile in tiles) + 1
        for number, authority in enumerate(sorted(kinds.keys() - placed)):
            sign, title = signs[kinds[authority]]
            tiles.append({
                "code": self.names[authority][:9], "column": number % 8 + 1, "row": last + number // 8,
                "kind": kinds[authority], "title": f"{self.names[authority]}: {title}", "sign": sign,
                "link": f"{group_id}-{authority}",
            })  # fmt: skip
        return tiles

    def _force(self, group_id: str, row: Row, questions: Sequence[Row], members: Sequence[str]) -> dict[str, Any]:
        authority = str(row["authority_id"])
        mine = [m for m in members if authority in str(self.letters[m]["authority_ids"] or "unknown").split(";")]
        cells = []
        for question in questions:
            found = [
                o
                for o in self.collation.rows("outcomes", group_id=group_id)
                if o["letter_id"] in mine and question["question_id"] in str(o["question_ids"] or "").split(";")
            ]
            found = [o for o in found if is_answer(o["outcome"])] or found
            text = ", ".join(dict.fromkeys(_outcome_words(o["outcome"]) for o in found))
            cells.append(_Cell(text or "–", _text(found[0]["evidence_id"]) if found else None))
        shown = _outcome_words(row["outcome"] or row["answer"])
        if row["answer"] == "no_reply":
            shown = "no reply" + (f"; due {row['due']}" if row["due"] else "")
            shown += " (overdue)" if row["overdue"] == "yes" else ""
        return {
            "id": f"{group_id}-{authority}",
            "name": self._name(authority),
            "outcome": shown,
            "outcomes": cells,
            "letters": [{"id": m, "name": self.files[m]} for m in mine],
        }

    def _figures(self, group_id: str, questions: Sequence[Row]) -> list[dict[str, Any]]:
        rows = self.collation.rows("comparison", group_id=group_id)
        result = []
        for question in [*questions, None]:
            question_id = question["question_id"] if question else None
            here = [row for row in rows if row["question_id"] == question_id]
            if not here:
                continue
            whole = [row for row in here if row["line"] == ALL]
            lines = [row for row in here if row["line"] != ALL]
            with_lines = {row["authority_id"] for row in lines}
            lines = [row for row in whole if row["period_label"] and not _year_kind(row)] + lines
            whole = [row for row in whole if not row["period_label"] or _year_kind(row)]
            whole = [
                r for r in whole if r["observation_id"] or r["authority_id"] not in with_lines or r["period_start"]
            ]
            text = (
                one_line(str(question["text"] or "its words are not in the letter"), limit=160)
                if question
                else "no question of the request is named"
            )
            panels, without = self._panels(whole)
            table = self._table("Figures as a whole, by year", whole, by_line=False) if whole else None
            breakdown = self._table("Figures by breakdown and period", lines, by_line=True) if lines else None
            shown = {row["authority_id"] for row in whole}
            beneath = sorted({self._name(row["authority_id"]) for row in lines if row["authority_id"] not in shown})
            if table is not None and beneath:
                table.elsewhere = ", ".join(beneath)
            result.append({
                "title": f"Question {question_id}: {text}" if question else f"Figures for which {text}",
                "panels": panels,
                "without_panel": without,
                "whole": table,
                "lines": breakdown,
                "line_count": breakdown and len(breakdown.rows) + breakdown.left_out,
            })  # fmt: skip
        return result

    def _table(self, caption: str, rows: Sequence[Row], *, by_line: bool) -> _Table:
        periods = sorted({_period(row) for row in rows if row["period_label"]}, key=lambda p: p[:3])
        heads = list(dict.fromkeys(period[3] for period in periods))
        notes: list[str] = []
        found: dict[tuple[str, ...], _TableRow] = {}
        several = _with_several_letters(rows)
        for row in sorted(rows, key=lambda row: self._name(row["authority_id"])) if not by_line else rows:
            measure = _measure(row)
            name = self._name_beside_others(row, several)
            key = (
                str(row["line"]),
                measure,
                name,
                str(row["letter_id"] or ""),
                "gap" if not row["period_label"] else "",
            )
            if not row["period_label"]:
                found[key] = _TableRow(name, gap=_Cell(str(row["reasons"]), _text(row["evidence_id"]), "no_figure"))
                continue
            first = f"{'the whole' if row['line'] == ALL else row['line']} – {name}" if by_line else name
            entry = found.setdefault(key, _TableRow(first, measure, [None] * len(heads)))
            cell = _Cell(_shown(row), _text(row["evidence_id"]), str(row["grade"]), _marks(row, notes))
            at = heads.index(_period(row)[3])
            before = entry.cells[at]
            entry.cells[at] = cell if before is None else _Cell(
                f"{before.shown} / {cell.shown}", before.place, cell.grade, cell.marks)  # fmt: skip
        ordered = list(found.values())
        for entry in ordered:
            _gather_marks(entry)
        left_out = max(0, len(ordered) - _MOST_LINES)
        heads = ["Authority" if not by_line else "Line – authority", *(heads or ["Figures"])]
        return _Table(caption, heads, ordered[:_MOST_LINES], notes, left_out)

    def _panels(self, rows: Sequence[Row]) -> tuple[list[dict[str, Any]], int]:
        """Give the panels of a question, and how many more there would be were the page not to grow too long."""
        if not self.draws:
            return [], 0
        from foi_nlp.collate.charts import Bar, year_panel

        series: dict[tuple[str, str, str, str], list[Row]] = {}
        for row in rows:
            kind = _year_kind(row)
            if row["observation_id"] and kind:
                key = (kind, _measure(row), str(row["authority_id"]), str(row["letter_id"]))
                series.setdefault(key, []).append(row)
        panels = []
        several = _with_several_letters(rows)
        for (kind, measure, _, _), cells in list(series.items())[: self.panels_left]:
            like = [r for key, found in series.items() if key[0] == kind for r in found]
            labels = sorted({_year(r) for r in like})
            most = max(
                (float(r["value"] or r["high"] or 0) for r in like if r["unit"] == cells[0]["unit"]), default=1.0
            )
            bars = [
                Bar(
                    _year(r),
                    _float(r["value"]),
                    # A count is not below nothing: a hidden one without a stated low bound lies above 0.
                    _float(r["low"]) or (0.0 if r["high"] is not None else None),
                    _float(r["high"]),
                    r["period_type"] != "year_to_date",
                )
                for r in cells
            ]
            said = "; ".join(f"{_year(r)}: {_shown(r)}" for r in cells)
            name = self._name_beside_others(cells[0], several)
            svg = year_panel(bars, labels=labels, most=most, description=f"{name}, {measure}, {kind} years: {said}")
            panels.append({"name": name, "measure": f"{measure or cells[0]['unit']}, {kind} years", "svg": svg})
        self.panels_left -= len(panels)
        return panels, len(series) - len(panels)

    def _grounds(self, group_id: str) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for row in grounds_of(group_id, self.collation):
            title = one_line(str(row["title"] or ""), limit=120)
            entry = found.setdefault(
                str(row["provision"]), {"id": provision_name(str(row["provision"])), "title": title, "forces": {}}
            )
            name = self._name(self.letters[str(row["letter_id"])]["authority_ids"])
            entry["forces"].setdefault(name, _Cell(name, _text(row["evidence_id"])))
        return [{**entry, "forces": list(entry["forces"].values())} for _, entry in sorted(found.items())]

    def _grounds_svg(self, grounds: Sequence[dict[str, Any]]) -> Markup | None:
        if not (self.draws and grounds):
            return None
        from foi_nlp.collate.charts import count_bars

        counts = [(str(g["id"]), len(g["forces"])) for g in grounds]
        said = "; ".join(f"{name}: {count}" for name, count in counts)
        return count_bars(counts, title="authorities", description=f"Authorities by ground relied on. {said}")

    def _sender(self, row: Row, rows: Sequence[Row]) -> str:
        """Name who sent a letter, and the letter where others of the same sender stand beside it."""
        name = self._name(row["authority_ids"])
        if sum(other["authority_ids"] == row["authority_ids"] for other in rows) < 2:
            return name
        return f"{name} ({self.files[str(row['letter_id'])]})"

    def _clock(self, row: Row, rows: Sequence[Row]) -> dict[str, Any]:
        days = row["working_days"]
        return {
            "name": self._sender(row, rows),
            "received": _Cell(str(row["received"] or "–"), _text(row["received_evidence_id"])),
            "answered": _Cell(str(row["answered"] or "–"), _text(row["answered_evidence_id"])),
            "days": "–" if days is None else days,
            "deadline": row["deadline"] or "–",
            "in_time": {"yes": "yes", "no": "late", "unknown": "not known"}[str(row["in_time"])],
            "note": row["note"] or "",
        }

    def _clock_svg(self, rows: Sequence[Row]) -> Markup | None:
        counted = [row for row in rows if isinstance(row["working_days"], int)]
        if not (self.draws and counted):
            return None
        from foi_nlp.collate.charts import clock_bars

        clocks = [(self._sender(row, rows), int(row["working_days"] or 0), int(row["limit"] or 20)) for row in counted]
        said = "; ".join(f"{name}: {days} of {limit}" for name, days, limit in clocks)
        return clock_bars(clocks, description=f"Working days taken. {said}")

    def letter(self, row: Row, *, whole: bool) -> dict[str, Any]:
        letter_id = str(row["letter_id"])
        text = self.collation.texts[letter_id]
        places = self.by_letter.get(letter_id, [])
        title = f"{self._name(row['authority_ids'])}: {_base(str(row['source']))}"
        extra = ", ".join(filter(None, (str(row["reference"] or ""), str(row["letter_date"] or ""))))
        return {
            "id": letter_id,
            "title": one_line(f"{title} ({extra})" if extra else title, limit=200),
            "note": one_line(str(row["notes"] or ""), limit=400),
            "body": marked(text, places) if whole else quotes(text, places),
        }


def marked(text: str, places: Sequence[Row]) -> Markup:
    """Give a text as HTML with its places marked, each with an anchor of its id; places may overlap."""
    from markupsafe import Markup, escape

    clean = printable(text.replace("\r", " ").replace("\f", " ").replace("\v", " "))
    starts: dict[int, list[str]] = {}
    depth: Counter[int] = Counter()
    for row in places:
        start, end = int(row["char_start"] or 0), int(row["char_end"] or 0)
        starts.setdefault(start, []).append(str(row["evidence_id"]))
        depth[start] += 1
        depth[end] -= 1
    out = []
    at = level = 0
    for cut in sorted({*depth, len(clean)}):
        piece = escape(clean[at:cut])
        out.append(Markup("<mark>{}</mark>").format(piece) if level and piece else piece)
        out += [Markup('<a class="at" id="{}"></a>').format(i) for i in starts.get(cut, ())]
        level += depth[cut]
        at = cut
    return Markup("").join(out)


def quotes(text: str, places: Sequence[Row]) -> Markup:
    """Give the lines of a text that hold places, as HTML with the places marked, and dots for what lies between."""
    from markupsafe import Markup

    windows: list[list[int]] = []
    for row in sorted(places, key=lambda r: int(r["char_start"] or 0)):
        start = text.rfind("\n", 0, int(row["char_start"] or 0)) + 1
        end = text.find("\n", int(row["char_end"] or 0))
        end = len(text) if end < 0 else end
        if windows and start <= windows[-1][1]:
            windows[-1][1] = max(windows[-1][1], end)
        else:
            windows.append([start, end])
    parts = []
    for start, end in windows:
        inside = [
            {**r, "char_start": int(r["char_start"] or 0) - start, "char_end": int(r["char_end"] or 0) - start}
            for r in places
            if start <= int(r["char_start"] or 0) and int(r["char_end"] or 0) <= end
        ]
        parts.append(marked(text[start:end], inside))
    return Markup("\n…\n").join(parts)


def _kind(row: Row) -> str:
    if row["answer"] == "answered":
        return _KIND_OF_OUTCOME.get(str(row["outcome"]), "answered")
    return str(row["answer"])


def _measure(row: Row) -> str:
    measure = str(row["measure"])
    if measure == "asked":
        return ""
    return one_line(measure.removeprefix("asked: ").replace("other: ", "another measure: "), limit=90)


def _shown(row: Row) -> str:
    if not row["observation_id"]:
        return "–"
    if row["value_status"] == "nil" or row["value"] is None:
        return one_line(str(row["shown"] or row["value_status"]), limit=30) or str(row["value_status"])
    value = f"{float(row['value'] or 0):,.10g}"
    return f"{value}%" if row["unit"] == "percent" else value


def _marks(row: Row, notes: list[str]) -> str:
    numbers = []
    for reason in str(row["reasons"] or "").split("; "):
        if reason:
            if reason not in notes:
                notes.append(reason)
            numbers.append(notes.index(reason))
    return " ".join(_letter(number) for number in sorted(numbers))


def _gather_marks(row: _TableRow) -> None:
    """Put the marks that all figures of a row share beside its name, so that its cells keep what is theirs alone."""
    figures = [cell for cell in row.cells if cell is not None and cell.grade != "no_figure"]
    if len(figures) < 2:
        return
    own = [cell.marks.split() for cell in figures]
    shared = [mark for mark in own[0] if all(mark in marks for marks in own)]
    row.marks = " ".join(shared)
    row.cells = [
        cell if cell is None or cell.grade == "no_figure"
        else replace(cell, marks=" ".join(mark for mark in cell.marks.split() if mark not in shared))
        for cell in row.cells
    ]  # fmt: skip


def _file_names(letters: Mapping[str, Row]) -> dict[str, str]:
    """Give letters by the names of their files, with the folder where two files have one name."""
    often = Counter(_base(str(row["source"])) for row in letters.values())
    return {
        letter: base if often[base := _base(str(row["source"]))] == 1 else str(row["source"])
        for letter, row in letters.items()
    }


def _with_several_letters(rows: Sequence[Row]) -> set[str]:
    """Give the authorities of which the figures of several letters stand in rows of a table."""
    pairs = {(str(row["authority_id"]), row["letter_id"]) for row in rows if row["observation_id"]}
    return {authority for authority, count in Counter(a for a, _ in pairs).items() if count > 1}


def _letter(number: int) -> str:
    first, second = divmod(number, 26)
    return (chr(96 + first) if first else "") + chr(97 + second)


def _period(row: Row) -> tuple[str, str, str, str]:
    """Give what sorts a period and how it is headed: years of a kind together, each kind named."""
    start, end = str(row["period_start"] or ""), str(row["period_end"] or "")
    kind = _year_kind(row)
    if kind and row["period_type"] != "year_to_date":
        return (kind, start, end, f"{_year(row)} ({kind})")
    if kind:
        return (kind, start, end or "9999", f"{_year(row)} (part, to {end})" if end else f"{_year(row)} (part)")
    return ("other", start, end, f"{start} to {end}" if start and end else str(row["period_label"]))


def _year_kind(row: Row) -> str:
    kind = str(row["period_type"])
    if kind == "year_to_date":
        return {"01-01": "calendar", "04-01": "financial"}.get(str(row["period_start"] or "")[5:], "")
    return {"calendar_year": "calendar", "financial_year": "financial"}.get(kind, "")


def _year(row: Row) -> str:
    start = str(row["period_start"] or row["period_label"] or "")
    if _year_kind(row) == "financial" and start[:4].isdigit():
        return f"{start[:4]}/{(int(start[:4]) + 1) % 100:02d}"
    return start[:4]


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _base(source: str) -> str:
    return source.replace("\\", "/").rpartition("/")[2] or source
