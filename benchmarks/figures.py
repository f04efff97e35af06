"""One file of figures, and the docs that are written from it.

In a page ``<!-- = KEY -->…<!-- / -->`` holds what a key says: a subject's tables, one
figure (``subject/table/row/column``, the row by the beginning of its label), what the
figures were made on, or where others are quicker.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from benchmarks.measure import ROOT
from benchmarks.subjects import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "CURVE",
    "PAGES",
    "curve",
    "draw",
    "keep",
    "read",
    "tables",
    "write",
    "written",
]

CURVE: Final = ROOT / "docs/images/scale.png"
PAGES: Final = (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
_FILE: Final = ROOT / "benchmarks/figures.json"
_MARK: Final = re.compile(r"(<!-- = (.+?) -->)(.*?)(<!-- / -->)", re.DOTALL)
_KINDS: Final = {
    "site": "one site",
    "printers": "three printers",
    "dates": "with dates",
}


def read() -> dict[str, Any]:
    """Return the figures of all subjects."""
    figures: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return figures


def keep(name: str, subject: dict[str, Any]) -> None:
    """Put a subject's figures among the others."""
    known = (read() if _FILE.exists() else {}) | {name: subject}
    ordered = {name: known[name] for name in SUBJECTS if name in known}
    text = json.dumps(ordered, indent=1, ensure_ascii=False)
    _FILE.write_text(text + "\n", encoding="utf-8")


def written(page: str, figures: dict[str, Any]) -> str:
    """Return a page with what its keys say; what was not measured stays."""

    def said(mark: re.Match[str]) -> str:
        subject = mark[2].partition("/")[0]
        known = subject in figures or subject not in SUBJECTS
        return mark[1] + (_said(mark[2], figures) if known else mark[3]) + mark[4]

    return _MARK.sub(said, page)


def write() -> None:
    """Write the pages anew."""
    figures = read()
    for page in PAGES:
        text = written(page.read_text("utf-8"), figures)
        page.write_text(text, encoding="utf-8")


def _said(key: str, figures: dict[str, Any]) -> str:
    if key == "machine":
        return _machine(figures)
    if key == "losses":
        return "\n" + "\n".join(f"* {loss}" for loss in _losses(figures)) + "\n"
    name, _, place = key.partition("/")
    if not place:
        return f"\n{_made(figures[name])}\n\n{tables(figures[name])}"
    table, label, column = place.split("/")
    rows = figures[name]["tables"][table]["rows"]
    named = [row for row in rows if row["label"] == label]
    [row] = named or [row for row in rows if row["label"].startswith(label)]
    if column == "ratio":
        return _ratio(row, rows)
    value = row[column]
    return value if isinstance(value, str) else _number(value)


def tables(subject: dict[str, Any]) -> str:
    """Return a subject's tables as Markdown; its ratios are of processor time."""
    return "\n".join(_table(table) for table in subject["tables"].values())


def _table(table: dict[str, Any]) -> str:
    against, says, rows = table["against"], table["says"], table["rows"]
    head = ["", "s", "cpu s", "MiB", *filter(None, (against, says))]
    lines = [head, ["---", *["--:"] * (4 - 1 + bool(against)), *["---"] * bool(says)]]
    for row in rows:
        figures = (_number(row[name]) for name in ("seconds", "cpu", "peak_mb"))
        ratio = [_ratio(row, rows)] if against else []
        lines.append(
            [row["label"], *figures, *ratio, *[_proof(row, rows)] * bool(says)]
        )
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"**{table['title']}**\n\n{body}\n"


def _proof(row: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Return what an engine says of its answer, and how far it is from the first."""
    best, tiers, says = rows[0].get("tiers"), row.get("tiers"), str(row.get("says", ""))
    named = zip(row.get("names", ()), tiers or (), best or (), strict=False)
    off = next((each for each in named if each[1] != each[2]), None)
    if off is None or row["label"].startswith("ektp_sched"):
        return says
    name, value, least = off
    return f"{says}; {name} off by " + (
        f"{value / least - 1:+.1g}" if least else f"{value - least:+,}"
    )


def _losses(figures: dict[str, Any]) -> Iterator[str]:
    """Yield what took less processor time than ours, peers and bare work alike."""
    for subject in figures.values():
        for table in subject["tables"].values():
            rows = table["rows"]
            for row in rows[1:] if table["against"] else ():
                ratio, (first, last) = row["cpu"] / rows[0]["cpu"], (rows[0], row)
                if table["against"] in ("÷ ours", "÷ first") and ratio < 1:
                    ours = row["label"].startswith(("ektp_sched", "a second"))
                elif table["against"] == "÷ polars" and ratio > 1:
                    first, last, ours = row, rows[0], False
                else:
                    continue
                if not ours:
                    times = _number(first["cpu"] / last["cpu"])
                    yield f"{table['title']}: {last['label']} is {times} times quicker"


def _made(subject: dict[str, Any]) -> str:
    busy = f"load {subject['load']} before and {subject['load_after']} after"
    return f"`{subject['command']}`, {subject['on']}, {subject['cores']} cores, {busy}."


def _machine(figures: dict[str, Any]) -> str:
    last = max(figures.values(), key=lambda subject: str(subject["on"]))
    libraries = ", ".join(f"{name} {v}" for name, v in last["libraries"].items())
    return f"{last['cores']} cores, Python {last['python']}, {libraries}"


def _number(value: float) -> str:
    """Return three digits of a figure, seconds or mebibytes alike."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _ratio(row: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    times = float(f"{row['cpu'] / max(1e-9, rows[0]['cpu']):.2g}")
    return f"{times:,.10g} ×"


def draw(target: Path = CURVE) -> None:
    """Draw the curve of size, with its figures beside the picture's own bytes."""
    from io import BytesIO

    import altair as alt
    import vl_convert
    from PIL import Image, PngImagePlugin

    from ektp_sched.output.report.charts import GRID, INK, MUTED, PAPER, SERIES, WIDTH

    points = curve(read())
    values = [
        {"kind": _KINDS[kind], "count": count, "cpu": cpu}
        for kind, part in points.items()
        for count, cpu in part
    ]
    ends = [value for value in values if value["count"] == points["site"][-1][0]]
    x = alt.X("count:Q", title="applications").scale(type="log")
    ticks = [10**n for n in range(4, 8)]
    million = "datum.value >= 1e6 ? datum.value / 1e6 + ' million' : "
    x = x.axis(values=ticks, labelExpr=million + "format(datum.value, ',')")
    y = alt.Y("cpu:Q", title="processor seconds, planned and verified")
    y = y.scale(type="log", domainMin=0.03).axis(values=[0.1, 1, 10, 100], format="~g")
    colour = alt.Color("kind:N", legend=None, sort=list(_KINDS.values()))
    base = alt.Chart(alt.InlineData(values)).encode(
        x, y, colour.scale(range=list(SERIES[: len(_KINDS)]))
    )
    names = alt.Chart(alt.InlineData(ends)).mark_text(
        align="left", dx=10, fontSize=14, fontWeight="bold"
    )
    chart = (
        (base.mark_line(strokeWidth=2.5) + base.mark_point(filled=True, size=60))
        + names.encode(x, y, colour, text="kind:N")
    ).properties(width=WIDTH - 100, height=300, background=PAPER, padding=10)
    chart = chart.configure_axis(
        labelFontSize=13,
        titleFontSize=14,
        titleFontWeight="normal",
        labelColor=INK,
        titleColor=MUTED,
        gridColor=GRID,
    ).configure_view(stroke=None)
    image = Image.open(BytesIO(vl_convert.vegalite_to_png(chart.to_json(), scale=2)))
    info = PngImagePlugin.PngInfo()
    info.add_text("figures", json.dumps(points))
    small = image.convert("RGB").quantize(64)
    small.save(target, optimize=True, pnginfo=info)


def curve(figures: dict[str, Any]) -> dict[str, list[list[float]]]:
    """Return processor seconds by size, for each kind, as the picture shows them."""
    tables = figures["scale"]["tables"]
    return {
        kind: [
            [int(row["label"].replace(",", "")), row["cpu"]]
            for row in tables[kind]["rows"]
        ]
        for kind in _KINDS
    }
