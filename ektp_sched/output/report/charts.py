"""What all charts share: colours, type, axes, and the way to inline SVG.

Charts are stated in Vega-Lite as plain values, for altair takes longer to load than
they take to be stated.  A chart is drawn once, so wide that its letters can be read on
a page and on a phone.  Colours are replaced by CSS variables, which is how one drawing
serves light and dark pages alike.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from html import escape
from importlib.util import find_spec
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from babel.dates import get_day_names, get_month_names

from ektp_sched.errors import MissingExtraError
from ektp_sched.output.report.converter import to_svg
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ektp_sched.output.languages import Language

Spec: TypeAlias = dict[str, Any]
"""A chart or a part of one, as Vega-Lite states it."""

INK: Final = "#1c2127"
MUTED: Final = "#55606b"
GRID: Final = "#dfe3e8"
PAPER: Final = "#ffffff"
BAD: Final = "#b3261e"
SERIES: Final = ("#0b5fa5", "#b3470b", "#1a7a4c", "#8a3b95", "#7a6a00", "#a8264f")
"""One colour per scenario or resource; each is 4.5 : 1 on the paper."""

_VARIABLES: Final = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--paper",
    BAD: "--bad",
    **{colour: f"--c{number}" for number, colour in enumerate(SERIES, 1)},
}
_VEGA_LITE: Final = "6.1"
_NUMBERS: Final = {"format": ",.10~f", "tickCount": 5, "domain": False, "ticks": False}
_LETTERS: Final = 13.5
_FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The converter brings the first of them, so that widths are the same everywhere."""

_INSTALL: Final = said(
    "charts need the packages altair and vl-convert-python; install them with "
    "`pip install 'ektp-sched[report]'`",
    "grafik memerlukan paket altair dan vl-convert-python; pasanglah dengan "
    "`pip install 'ektp-sched[report]'`",
)


WIDTH: Final = 440
"""Of every drawing, in its own units: a page stretches it, a phone shrinks it."""


def available() -> bool:
    """Return whether the packages that draw charts are installed."""
    return all(find_spec(name) is not None for name in ("altair", "vl_convert"))


def need_charts() -> None:
    """Raise unless charts can be drawn.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        Which is an ImportError too, and says what to install.
    """
    if not available():
        raise MissingExtraError(_INSTALL)


def colours(names: Sequence[str]) -> dict[str, str]:
    """Return a colour for each name; they repeat after the sixth."""
    return {name: SERIES[index % len(SERIES)] for index, name in enumerate(names)}


def ink(colour: str) -> str:
    """Return the class by which a page's style gives a border a chart's colour."""
    return _VARIABLES[colour].removeprefix("--")


def wrapped(label: str, letters: int) -> list[str]:
    """Return a label in lines of at most so many letters, for no place cuts any."""
    return wrap(label, letters) or [""]


def rows(columns: Sequence[str], values: Iterable[Sequence[Any]]) -> Spec:
    """Return inline data of a chart."""
    return {"values": [dict(zip(columns, row, strict=True)) for row in values]}


def layer(data: Spec, kind: str, encoding: Spec, **mark: Any) -> Spec:
    """Return data drawn as marks of a kind, such as ``rect``."""
    return {"data": data, "mark": {"type": kind, **mark}, "encoding": encoding}


def time_axis(field: str, first: str, last: str) -> Spec:
    """Return a horizontal axis of dates."""
    long = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])
    days = (date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])).days
    axis = {
        "format": "%b %Y" if long > 5 else "%-d %b",
        "grid": False,
        # Of few days more ticks would say each day twice.
        "tickCount": {"interval": "day", "step": 1} if days < 6 else 5,
        "labelOverlap": "greedy",
        "labelSeparation": 14,
        "labelFlush": True,
    }
    scale = {"type": "utc", "domain": [first, last]}
    return _axis(field, "temporal", axis, scale)


def number_axis(field: str, top: float, low: float = 0) -> Spec:
    """Return a vertical axis of whole numbers."""
    scale = {"domain": [low, top], "nice": True, "zero": False}
    return _axis(field, "quantitative", _NUMBERS, scale)


def number_line(field: str, low: float, top: float) -> Spec:
    """Return a horizontal axis of whole numbers."""
    scale = {"domain": [low, top], "nice": True}
    return _axis(field, "quantitative", _NUMBERS, scale)


def pixels_down(field: str, height: int) -> Spec:
    """Return heights in pixels from the top, without an axis."""
    scale = {"domain": [0, height], "reverse": True, "nice": False}
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale}


def _axis(field: str, kind: str, axis: Spec, scale: Spec) -> Spec:
    named = {"field": field, "type": kind, "title": None}
    return {**named, "axis": axis, "scale": scale}


def text_layer(data: Spec, encoding: Spec, **mark: Any) -> Spec:
    """Return the field ``text``; the page's style puts a rim of paper around it."""
    written = {"field": "text", "type": "nominal"}
    return layer(data, "text", {**encoding, "text": written}, **mark)


def finished(layers: Sequence[Spec], height: int, texts: Language) -> Spec:
    """Return one chart of several layers in the common style."""
    numbers, dates = _locales(texts.code)
    embed = {"formatLocale": numbers, "timeFormatLocale": dates}
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{_VEGA_LITE}.json",
        "layer": [*layers],
        "width": WIDTH,
        "height": height,
        "padding": {"left": 2, "top": 2, "right": 14, "bottom": 2},
        "autosize": {"type": "fit", "contains": "padding"},
        "config": _config(),
        "usermeta": {"embedOptions": embed},
    }


def svg(chart: Spec, name: str, texts: Language) -> str:
    """Return a chart as an ``<svg>`` element for a page."""
    return _inlined(plain_svg(chart, texts), name)


def plain_svg(chart: Spec, texts: Language) -> str:
    """Return a chart as an ``<svg>`` element in its own colours."""
    numbers, dates = _locales(texts.code)
    spec, labels = _with_stand_ins(chart)
    drawing = to_svg(
        vl_spec=spec,
        vl_version=_VEGA_LITE,
        show_warnings=False,
        allowed_base_urls=[],
        format_locale=numbers,
        time_format_locale=dates,
    )
    written = {name: escape(label, quote=False) for name, label in labels.items()}
    return re.sub(r"(?<=>)~\d+~(?=<)", lambda found: written[found[0]], drawing)


def _with_stand_ins(chart: Spec) -> tuple[Spec, dict[str, str]]:
    """Return a chart whose labels are short, and what they stand for.

    The converter measures every text letter by letter, which is most of its
    work; labels have their own place, so that nothing depends on their width.
    No id or number on an axis looks like a stand-in.
    """
    labels: dict[str, str] = {}
    layers = []
    for part in chart["layer"]:
        values = part["data"]["values"]
        if "text" in part["encoding"]:
            short = [f"~{len(labels) + index}~" for index in range(len(values))]
            labels |= {s: row["text"] for s, row in zip(short, values, strict=True)}
            values = [row | {"text": s} for s, row in zip(short, values, strict=True)]
        layers.append(part | {"data": {"values": values}})
    return chart | {"layer": layers}, labels


def _config() -> Spec:
    axis = {
        "labelColor": MUTED,
        "labelFontSize": _LETTERS,
        "tickColor": GRID,
        "domainColor": MUTED,
        "gridColor": GRID,
        "titleColor": MUTED,
        "titleFontSize": _LETTERS,
        "titleFontWeight": "normal",
        "labelPadding": 5,
    }
    return {
        "aria": False,
        "background": PAPER,
        "font": _FONT,
        "view": {"stroke": None},
        "axis": axis,
        "text": {"fontSize": _LETTERS, "color": INK, "font": _FONT},
    }


@cache
def _locales(code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the numbers and dates of a language as d3 describes them."""
    signs = ",." if code == "id" else ".,"
    numbers = {"decimal": signs[0], "thousands": signs[1], "grouping": [3]}
    days = {w: get_day_names(w, locale=code) for w in ("wide", "abbreviated")}
    months = {w: get_month_names(w, locale=code) for w in ("wide", "abbreviated")}
    sunday_first = (6, 0, 1, 2, 3, 4, 5)
    dates = {
        "dateTime": "%-d %B %Y %H:%M",
        "date": "%-d %B %Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": [days["wide"][d] for d in sunday_first],
        "shortDays": [days["abbreviated"][d] for d in sunday_first],
        "months": [months["wide"][m] for m in range(1, 13)],
        "shortMonths": [months["abbreviated"][m] for m in range(1, 13)],
    }
    return {**numbers, "currency": ["Rp ", ""]}, dates


def _inlined(drawing: str, name: str) -> str:
    """Return a drawing whose colours, letters and size the page decides."""
    box = re.search(r'viewBox="[^"]+"', drawing)
    inner = drawing[drawing.index(">") + 1 :]
    inner = re.sub(rf'^<rect [^>]*fill="{PAPER}"[^>]*>(</rect>)?', "", inner)
    inner = re.sub(r"<[^>]+>", _slim, inner)
    names = {old: f"{name}-{n}" for n, old in enumerate(_ids(inner))}
    for old, new in names.items():
        inner = inner.replace(f'id="{old}"', f'id="{new}"')
        inner = inner.replace(f"url(#{old})", f"url(#{new})")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box[0] if box else ""}'
    return f'{head} aria-hidden="true" focusable="false">{inner}'


def _ids(drawing: str) -> list[str]:
    # The converter numbers them on from one drawing to the next.
    return list(dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawing)))


def _slim(tag: re.Match[str]) -> str:
    """Return a tag with short numbers, its colours by name, and no font."""
    text = re.sub(r"-?\d+\.\d{2,}", lambda number: f"{float(number[0]):.1f}", tag[0])
    text = re.sub(r' (?:font-family|aria-hidden|pointer-events)="[^"]*"', "", text)
    text = re.sub(r' class="mark-[^"]*role-(\w+)[^"]*"', r' class="\1"', text)
    for colour, variable in _VARIABLES.items():
        text = text.replace(f'"{colour}"', f'"var({variable})"')
    return text
