"""The charts of a plan: load, backlog, waits, value of one more card."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.output.report.charts import (
    BAD,
    GRID,
    INK,
    MUTED,
    SERIES,
    Spec,
    finished,
    layer,
    number_axis,
    rows,
    text_layer,
    time_axis,
)
from ektp_sched.output.report.intervals import Bar, Group, interval_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.plan_data import Gains, Load, PlanData, Wait

_POINTS: Final = 240
RESOURCES: Final = 16
"""Resources in the chart by printer; the table has all."""
HELPFUL: Final = 4
"""Series in the chart of one more card."""
_MOMENT_COLOURS: Final = {"start": SERIES[1], "printed": SERIES[0], "end": SERIES[3]}


def tallest(load: Load) -> int:
    """Return the height that the chart of all cards must have."""
    return max(int(load.total["cards"].max() or 0), *_least(load), 1)  # type: ignore[arg-type]


def _least(load: Load) -> list[int]:
    """Return the largest limits that are worth showing.

    What is over three times the cards would press them to the ground.
    """
    done = int(load.total["cards"].max() or 0)  # type: ignore[arg-type]
    tops = [int(load.total[name].max() or 0) for name in ("servers", "printers")]  # type: ignore[arg-type]
    return [top for top in tops if top <= 4 * max(done, 1)] or [min(tops)]


def load_chart(load: Load, texts: Language) -> Spec:
    """Return cards by period against what servers and printers could do."""
    total = load.total
    top = tallest(load) * 1.12
    first, last = _ends(total)
    x = time_axis("day", first, last)
    y = number_axis("cards", top)
    sides = {"x": x, "x2": {"field": "until"}, "y": y}
    shown = [_span(*ends) for ends in total.select("day", "until").iter_rows()]
    cards = [(*span, n, 0) for span, n in zip(shown, total["cards"], strict=True)]
    bars = rows(("day", "until", "cards", "zero"), cards)
    on_ground = {**sides, "y2": {"field": "zero"}}
    layers = [layer(bars, "rect", on_ground, color=SERIES[0])]
    names = ["servers", "printers"]
    if total["limit"].null_count() < total.height:
        names.append("limit")
    tops: dict[tuple[int, ...], list[str]] = {}
    for name in names:
        tops.setdefault(tuple(total[name].to_list()), []).append(name)
    for (values, kinds), colour in zip(tops.items(), (BAD, MUTED, INK), strict=False):
        if max(values) > top:
            continue
        lines = [(*span, n) for span, n in zip(shown, values, strict=True)]
        line = rows(("day", "until", "cards"), lines)
        layers.append(layer(line, "rule", sides, color=colour, strokeWidth=2))
        label = texts.text(f"report.load.{'_'.join(kinds)}", cards=max(values))
        at = rows(("day", "cards", "text"), [(last, max(values), label)])
        encoding = {"x": x, "y": y}
        mark = {"align": "right", "baseline": "bottom", "dy": -4, "color": colour}
        layers.append(text_layer(at, encoding, **mark))
    if load.shifts:
        layers.append(_shift_marks(load, x, y, top))
    return finished(layers, 230, texts)


def _shift_marks(load: Load, x: Spec, y: Spec, top: float) -> Spec:
    """Return a triangle over the bar of each period in which a shift is worked."""
    heights = dict(load.total.select("day", "cards").iter_rows())
    ends = dict(load.total.select("day", "until").iter_rows())
    points = [
        (_middle(day, ends[day]), heights[day] + top / 30)
        for day in load.shifts
        if day in ends
    ]
    triangle = {"shape": "triangle-down", "filled": True, "size": 44}
    style = {**triangle, "color": INK, "opacity": 1}
    return layer(rows(("day", "cards"), points), "point", {"x": x, "y": y}, **style)


def _middle(begin: date, end: date) -> str:
    """Return the moment below which a bar has its middle; see `_span`."""
    hours = 10 if begin == end else 12 * (end - begin).days + 6
    return f"{begin + timedelta(hours // 24)}T{hours % 24:02d}:00:00Z"


def _ends(total: pl.DataFrame) -> tuple[str, str]:
    """Return the ends of the axis; a day ends at the next one's beginning."""
    first: date = total["day"][0]
    last: date = total["until"][-1]
    return first.isoformat(), (last + timedelta(days=1)).isoformat()


def _span(begin: date, end: date) -> tuple[str, str]:
    """Return the ends of a bar, with some air behind it."""
    hours = 20 if begin == end else 12
    return begin.isoformat(), f"{end.isoformat()}T{hours:02d}:00:00Z"


def heat_chart(load: Load, texts: Language) -> Spec:
    """Return how full each printer and server is in each period."""
    until = load.total.select("day", "until")
    table = load.by_resource.join(until, on="day").sort("is_server", "resource", "day")
    names = list(dict.fromkeys(table["resource"].to_list()))[:RESOURCES]
    table = table.filter(pl.col("resource").is_in(names))
    x = time_axis("day", *_ends(load.total))
    sides = {"x": x, "x2": {"field": "until"}, "y": _resource_axis(names)}
    cells, closed = [], []
    for name, _, day, cards, could, end in table.iter_rows():
        begin, stop = _span(day, end)
        if could:
            cells.append((begin, stop, name, round(cards / could, 3)))
        else:
            closed.append((begin, stop, name))
    share = {
        "field": "share",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [0, 1], "range": [0, 1]},
    }
    boxes = rows(("day", "until", "resource", "share"), cells)
    lines = rows(("day", "until", "resource"), closed)
    filled = {**sides, "fillOpacity": share}
    layers = [
        layer(boxes, "rect", filled, color=SERIES[0], stroke=GRID),
        layer(lines, "rule", sides, color=MUTED),
    ]
    return finished(layers, 26 * len(names) + 28, texts)


def _resource_axis(names: list[str]) -> Spec:
    axis = {"domain": False, "ticks": False, "labelColor": INK, "labelLimit": 140}
    scale = {"domain": names, "paddingInner": 0.2, "paddingOuter": 0.1}
    named = {"field": "resource", "type": "nominal", "title": None}
    return {**named, "axis": axis, "scale": scale}


def backlog_chart(plan: AnyPlan, data: PlanData, texts: Language) -> Spec:
    """Return how the backlog, and those past their target, go down."""
    points = _backlog(plan, data)
    first, last = points[0][0], points[-1][0]
    x = time_axis("day", first, last)
    top = max(row[1] for row in points)
    left, past = (number_axis(name, top) for name in ("left", "past"))
    days = rows(("day", "left", "past"), points)
    steps = {"interpolate": "step-after"}
    layers = [
        layer(
            days, "area", {"x": x, "y": left}, color=SERIES[0], opacity=0.22, **steps
        ),
        layer(
            days, "line", {"x": x, "y": left}, color=SERIES[0], strokeWidth=2.5, **steps
        ),
        layer(days, "line", {"x": x, "y": past}, color=BAD, strokeWidth=2.5, **steps),
    ]
    # Both fall, so there is room above the one and below the other.
    middle = points[len(points) * 2 // 5]
    places = (
        ("left", left, middle[1], {"align": "left", "dx": 6, "dy": -8}, SERIES[0]),
        ("past", past, middle[2], {"align": "right", "dx": -6, "dy": 12}, BAD),
    )
    for name, y, height, place, colour in places:
        label = texts.text(f"report.backlog.{name}_label")
        data_ = rows(("day", name, "text"), [(middle[0], height, label)])
        encoding = {"x": x, "y": y}
        layers.append(text_layer(data_, encoding, color=colour, **place))
    return finished(layers, 260, texts)


def _backlog(plan: AnyPlan, data: PlanData) -> list[tuple[str, int, int]]:
    """Return day, left, past target at its end; the first is the day before."""
    table = data.figures.clearance.by_day
    every = -(-table.height // _POINTS)
    kept = table.gather_every(every)
    if (table.height - 1) % every:
        kept = pl.concat([kept, table.tail(1)])
    before = plan.start - timedelta(days=1)
    begin = (before, plan.backlog.planned, data.figures.waits.past_target_before)
    days = kept.select("day", "left", "past_target").rows()
    return [(day.isoformat(), left, past) for day, left, past in [begin, *days]]


def wait_chart(
    waits: Sequence[Wait],
    targets: dict[str, int],
    texts: Language,
) -> Spec:
    """Return intervals of waits by class or area, before and after."""
    names = list(dict.fromkeys(wait.group for wait in waits))
    groups = []
    for name in names:
        of_class = [wait for wait in waits if wait.group == name]
        bars = tuple(_wait_bar(wait, texts) for wait in of_class)
        groups.append(Group(_wait_title(name, targets, texts), bars, targets.get(name)))
    longest = max([wait.high or 0 for wait in waits] + list(targets.values()) + [1])
    return interval_chart(groups, texts, ends=(0, float(longest)))


def _wait_title(name: str, targets: dict[str, int], texts: Language) -> str:
    if name not in targets:
        return name
    return texts.text("report.waits.group", name=name, count=targets[name])


def _wait_bar(wait: Wait, texts: Language) -> Bar:
    if wait.middle is None or wait.low is None or wait.high is None:
        none = texts.text(f"report.waits.none_{wait.moment}")
        return Bar(none, None, None, None, INK)
    numbers = {
        "low": wait.low,
        "middle": wait.middle,
        "high": wait.high,
        "people": wait.people,
    }
    label = texts.text(f"report.waits.bar_{wait.moment}", **numbers)
    colour = _MOMENT_COLOURS[wait.moment]
    return Bar(label, wait.low, wait.middle, wait.high, colour)


def gains_chart(gains: Gains, texts: Language) -> Spec:
    """Return what one more card on each day would save."""
    shown = gains.groups[:HELPFUL]
    days = sorted({day for _, points in shown for day in points})
    first, last = days[0].isoformat(), days[-1].isoformat()
    x = time_axis("day", first, last)
    top = max(max(points.values()) for _, points in shown)
    y = number_axis("saved", top * 1.08)
    layers: list[Spec] = []
    taken: list[float] = []
    for (names, points), colour in zip(shown, SERIES, strict=False):
        every = -(-len(points) // _POINTS)
        values = [(day.isoformat(), gain) for day, gain in points.items()][::every]
        line = {"color": colour, "strokeWidth": 2, "point": {"color": colour}}
        gained = rows(("day", "saved"), values)
        layers.append(layer(gained, "line", {"x": x, "y": y}, **line))
        height = _free(max(points.values()), taken, top / 12)
        taken.append(height)
        label = rows(("day", "saved", "text"), [(last, height, ", ".join(names))])
        encoding = {"x": x, "y": y}
        layers.append(text_layer(label, encoding, align="right", dy=-4, color=colour))
    return finished(layers, 230, texts)


def _free(wanted: float, taken: Sequence[float], gap: float) -> float:
    """Return a height at least a gap away from those taken, below them."""
    while any(abs(wanted - other) < gap for other in taken):
        wanted -= gap / 2
    return wanted
