"""Draw the charts of the report as static SVG with Vega-Lite, by vl-convert, without a browser or the network.

Each panel is small enough to be read on a telephone at its natural size. A whole year is a filled bar, a part year
an outlined one, and a hidden small number a line between its bounds, so that colour carries nothing alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from foi_nlp.collate.errors import CollateError

INK = "#222222"
FILL = "#0072B2"
LATE = "#D55E00"
_DATA = "figures"
_UNSAFE = re.compile(r"<(?:script|foreignObject|image|a)\b|\bon\w+\s*=|javascript:|url\(\s*['\"]?(?!#)", re.IGNORECASE)
_CONFIG: dict[str, Any] = {
    "font": "sans-serif",
    "view": {"stroke": None},
    "background": None,
    "axis": {"labelColor": INK, "titleColor": INK, "gridColor": "#dddddd", "labelFontSize": 11, "titleFontSize": 11},
}


@dataclass(frozen=True)
class Bar:
    """One bar of a panel: its label, its value or the bounds of it, and whether its period is whole."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    whole: bool = True


def can_draw() -> bool:
    """Whether the library that draws is installed."""
    try:
        import vl_convert  # noqa: F401
    except ImportError:
        return False
    return True


def year_panel(bars: Sequence[Bar], *, labels: Sequence[str], most: float, description: str) -> Markup:
    """Draw the figures of one force by year. `labels` are all years of the row of panels, `most` their common top."""
    data = [
        {"label": b.label, "value": b.value, "low": b.low, "high": b.high, "whole": b.whole, "text": _number(b.value)}
        for b in bars
    ]
    x = {"field": "label", "type": "ordinal", "title": None, "scale": {"domain": list(labels)},
         "axis": {"labelAngle": -45 if len(labels) > 4 else 0}}  # fmt: skip
    scale = {"domain": [0, most or 1], "nice": True}
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "scale": scale,
        "axis": {"tickCount": 4},
        "stack": None,
    }
    bar = {"type": "bar", "stroke": FILL, "strokeWidth": 1.5, "width": {"band": 0.7}}
    layers = [
        {"transform": [{"filter": "datum.whole && isValid(datum.value)"}], "mark": {**bar, "fill": FILL},
         "encoding": {"x": x, "y": y}},
        {"transform": [{"filter": "!datum.whole && isValid(datum.value)"}],
         "mark": {**bar, "fill": "white", "strokeDash": [4, 3]}, "encoding": {"x": x, "y": y}},
        {"transform": [{"filter": "isValid(datum.value)"}],
         "mark": {"type": "text", "dy": -7, "fontSize": 10, "fill": INK},
         "encoding": {"x": x, "y": y, "text": {"field": "text", "type": "nominal"}}},
        {"transform": [{"filter": "!isValid(datum.value) && isValid(datum.high)"}],
         "mark": {"type": "rule", "stroke": INK, "strokeWidth": 4},
         "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
    ]  # fmt: skip
    return _svg({"width": 230, "height": 110, "layer": layers}, data, description)


def count_bars(counts: Sequence[tuple[str, int]], *, title: str, description: str) -> Markup:
    """Draw counts by name, as lying bars."""
    data = [{"name": name, "count": count} for name, count in counts]
    y = {"field": "name", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 150}}
    x = {
        "field": "count",
        "type": "quantitative",
        "title": title,
        "axis": {"values": _whole_ticks(counts), "format": "d"},
    }
    return _svg(
        {"width": 150, "height": {"step": 20}, "mark": {"type": "bar", "fill": FILL}, "encoding": {"x": x, "y": y}},
        data,
        description,
    )  # fmt: skip


def _whole_ticks(counts: Sequence[tuple[str, int]]) -> list[int]:
    most = max(count for _, count in counts)
    return list(range(0, most + 1, max(1, most // 4)))


def clock_bars(clocks: Sequence[tuple[str, int, int]], *, description: str) -> Markup:
    """Draw working days taken, with the days allowed as a tick; a late reply has another colour."""
    data = [{"name": name, "days": days, "limit": limit, "late": days > limit} for name, days, limit in clocks]
    y = {"field": "name", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 230}}
    x = {"field": "days", "type": "quantitative", "title": "working days", "stack": None}
    colour = {"condition": {"test": "datum.late", "value": LATE}, "value": FILL}
    layers = [
        {"mark": {"type": "bar"}, "encoding": {"x": x, "y": y, "fill": colour}},
        {"mark": {"type": "tick", "thickness": 2, "stroke": INK, "fill": INK, "height": 18},
         "encoding": {"x": {**x, "field": "limit"}, "y": y}},
        {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "fill": INK},
         "encoding": {"x": x, "y": y, "text": {"field": "days", "type": "quantitative"}}},
    ]  # fmt: skip
    return _svg({"width": 150, "height": {"step": 22}, "layer": layers}, data, description)


def _svg(spec: dict[str, Any], values: Sequence[dict[str, Any]], description: str) -> Markup:
    import vl_convert

    chart = json.loads(_compiled(json.dumps(spec, sort_keys=True)))
    next(source for source in chart["data"] if source["name"] == _DATA)["values"] = list(values)
    drawn: str = vl_convert.vega_to_svg(json.dumps(chart), allowed_base_urls=[])
    if _UNSAFE.search(drawn):
        raise CollateError("a chart came out with active content and is not used; report this with the letters' names")
    start = f'<svg role="img" aria-label="{Markup.escape(description)}" '
    return Markup(drawn.replace("<svg ", start, 1))  # noqa: S704  # static SVG, texts escaped by Vega, checked above


@lru_cache(maxsize=256)
def _compiled(spec: str) -> str:
    """Give a Vega-Lite chart without its data as Vega, both as JSON: like panels differ in their data alone."""
    import vl_convert

    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "config": _CONFIG,
        "padding": {"left": 18, "right": 12, "top": 6, "bottom": 4},
        "data": {"name": _DATA},
        **json.loads(spec),
    }
    return json.dumps(vl_convert.vegalite_to_vega(json.dumps(whole)))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}"
