"""Write the report: one HTML file with no script and no outside resource, where each figure leads to its letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foi_nlp.collate.collation import Collation
from foi_nlp.collate.grading import ALL
from foi_nlp.collate.note import group_sentences, issue_texts, known_of, provision_name, review_said
from foi_nlp.collate.schema import Row
from foi_nlp.display import one_line, printable
from foi_nlp.registers import register

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
_NOT_ADDRESSED = "not_addressed"
_NEITHER_NOR = "neither confirmed nor denied"
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
    name: str
    measure: str = ""
    cells: list[_Cell | None] = field(default_factory=list)
    gap: _Cell | None = None


@dataclass
class _Table:
    caption: str
    heads: list[str]
    rows: list[_TableRow]
    notes: list[str]
    left_out: int = 0


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
        "letters_read": " ".join((f"{len(letters)} letters were read.", *review_said(collation))),
        "note": ""
        if maker.draws
        else "Charts are left out: they need vl-convert, which comes with pip install 'foi-nlp[report]'.",
        "groups": [maker.group(group) for group in shown],
        "others": [maker.other(group) for group in groups if group not in shown],
        "issues": issue_texts(collation.rows("issues", group_id=None)),
        "letters": [maker.letter(row, whole=whole_letters) for row in letters if row["duplicate_of"] is None],
    }
    return environment.get_template("report.html.jinja").render(page=page)


def _outcome_words(outcome: object) -> str:
    """Give an outcome's id as words for a reader."""
    return _NEITHER_NOR if str(outcome).startswith("ncnd") else str(outcome).replace("_", " ")


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
        self.by_letter: dict[str, list[Row]] = {}
        for row in collation.tables["evidence"]:
            self.by_letter.setdefault(str(row["letter_id"]), []).append(row)

    def group(self, group: Row) -> dict[str, Any]:
        group_id = str(group["group_id"])
        asked = self.collation.rows("requests", group_id=group_id)
        questions = self.collation.rows("questions", group_id=group_id)
        members = list(dict.fromkeys(str(r["letter_id"]) for r in self.collation.rows("replies", group_id=group_id)))
        kinds = {str(row["authority_id"]): _kind(row) for row in asked}
        grounds = self._grounds(members)
        clocks = [row for row in self.collation.tables["timeliness"] if row["letter_id"] in members]
        return {
            "id": group_id,
            "name": str(group["name"]),
            "known_of": known_of(group, self.collation),
            "request": one_line(str(group["request"] or ""), limit=3000),
            "sentences": group_sentences(group, self.collation),
            "issues": issue_texts(self.collation.rows("issues", group_id=group_id)),
            "tiles": self._tiles(group_id, kinds),
            "legend": [{"kind": k, "sign": s, "title": t} for k, s, t in _KINDS if k in kinds.values()],
            "questions": [
                {"id": str(q["question_id"]), "text": one_line(str(q["text"] or ""), limit=300)} for q in questions
            ],
            "forces": [self._force(group_id, row, questions, members) for row in asked],
            "figures": self._figures(group_id, questions),
            "grounds": grounds,
            "grounds_svg": self._grounds_svg(grounds),
            "clocks": [self._clock(row) for row in clocks],
            "clock_svg": self._clock_svg(clocks),
        }

    def other(self, group: Row) -> str:
        asked = self.collation.rows("requests", group_id=group["group_id"])
        return f"{self._name(';'.join(str(r['authority_id']) for r in asked))}: {group['name']}"

    def _name(self, authorities: object) -> str:
        return " with ".join(self.names.get(a, a) for a in str(authorities or "not known").split(";"))

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
            found = [o for o in found if o["outcome"] != _NOT_ADDRESSED] or found
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
            "letters": [{"id": m, "name": _base(str(self.letters[m]["source"]))} for m in mine],
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
            result.append({
                "title": f"Question {question_id}: {text}" if question else f"Figures for which {text}",
                "panels": panels,
                "without_panel": without,
                "whole": self._table("Figures as a whole, by year", whole, by_line=False) if whole else None,
                "lines": self._table("Figures by breakdown and period", lines, by_line=True) if lines else None,
                "line_count": len({(r["authority_id"], r["line"], r["measure"]) for r in lines}),
            })  # fmt: skip
        return result

    def _table(self, caption: str, rows: Sequence[Row], *, by_line: bool) -> _Table:
        periods = sorted({_period(row) for row in rows if row["period_label"]}, key=lambda p: p[:3])
        heads = list(dict.fromkeys(period[3] for period in periods))
        notes: list[str] = []
        found: dict[tuple[str, ...], _TableRow] = {}
        for row in rows:
            measure = _measure(row)
            name = self._name(row["authority_id"])
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
        for (kind, measure, authority, letter), cells in list(series.items())[: self.panels_left]:
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
            name = self._name(authority)
            if len({key[3] for key in series if key[2] == authority}) > 1:
                name += f" ({_base(str(self.letters[letter]['source']))})"
            svg = year_panel(bars, labels=labels, most=most, description=f"{name}, {measure}, {kind} years: {said}")
            panels.append({"name": name, "measure": f"{measure or cells[0]['unit']}, {kind} years", "svg": svg})
        self.panels_left -= len(panels)
        return panels, len(series) - len(panels)

    def _grounds(self, members: Iterable[str]) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        wanted = set(members)
        for row in self.collation.tables["provisions"]:
            if row["is_ground"] and row["letter_id"] in wanted:
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

    def _clock(self, row: Row) -> dict[str, Any]:
        days = row["working_days"]
        return {
            "name": self._name(row["authority_ids"]),
            "received": row["received"] or "–",
            "answered": row["answered"] or "–",
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

        names = Counter(self._name(row["authority_ids"]) for row in counted)
        clocks = []
        for row in counted:
            name = self._name(row["authority_ids"])
            label = f"{name} ({row['answered']})" if names[name] > 1 else name
            clocks.append((label, int(row["working_days"] or 0), int(row["limit"] or 20)))
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
    marks = []
    for reason in str(row["reasons"] or "").split("; "):
        if reason:
            if reason not in notes:
                notes.append(reason)
            marks.append(_letter(notes.index(reason)))
    return " ".join(marks)


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
