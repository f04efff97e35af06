"""The charts of a comparison: days, backlog, waits, trips, break-even."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.report.charts import (
    INK,
    MUTED,
    SERIES,
    WIDTH,
    Spec,
    finished,
    layer,
    number_axis,
    number_line,
    pixels_down,
    rows,
    text_layer,
    time_axis,
    wrapped,
)
from ektp_sched.output.report.comparison_words import millions
from ektp_sched.output.report.intervals import Bar, Group, interval_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.output.report.comparison_words import Words
    from ektp_sched.scenarios.compare.comparison import (
        BreakEven,
        ClassWait,
        ScenarioFigures,
        Wait,
    )
    from ektp_sched.scenarios.compare.spread import DaySpread, Spread

_LETTERS: Final = 58
"""Letters in a line of a label that is as wide as the chart."""
_LINE: Final = 16
_BAR: Final = 22
"""Height of a bar of the tornado, its room included."""

_Net = tuple[str, float, float, float]
_POINTS: Final = 110
_FAN_HEIGHT: Final = 155
"""So low that verdict, cards and this stand on one screen of a phone."""
_NAME_LETTERS: Final = 24
"""Letters of a bold name that fit into half of a chart."""
_NAME_LINE: Final = 14
_LETTER: Final = 8.5
"""Height of a line, and width of a letter, of a bold name."""
_MARK_LEVEL: Final = 0.9
"""Share of the axis above which the latest day that pays is written."""
_NAME_LINES: Final = 3
"""Longer names stand on the cards alone, which have the same colours."""
_SETTLED: Final = 0.02
"""Share of the axis below which a backlog has nothing left to tell."""


@dataclass(frozen=True, slots=True)
class Swing:
    """How far ahead the chosen one is with one input low and high."""

    label: str
    low: float
    high: float


def story_end(words: Words) -> date:
    """Return the day on which the charts by day end.

    It is a little after the last scenario has come down, or the horizon.
    """
    days = [
        part.p90
        for one in words.comparison.scenarios
        for part in (one.backlog_cleared_on,)
        if part is not None
    ]
    daily = words.backlog()
    top = int(daily["high"].max() or 0)  # type: ignore[arg-type]
    high = daily.filter(pl.col("high") > _SETTLED * top)["day"].max()
    if None in days or not isinstance(high, date):
        return words.comparison.last_day
    last = max([high, *(day for day in days if day is not None)])
    length = (last - words.comparison.start).days
    return min(words.comparison.last_day, last + timedelta(days=7 + length // 20))


def days_chart(words: Words) -> Spec:
    """Return when the backlog is printed, and when nobody is past the target."""
    groups = []
    for name in ("backlog_cleared_on", "nobody_waits_on", "on_target_on"):
        bars = []
        for scenario in words.comparison.scenarios:
            part: DaySpread | None = getattr(scenario, name)
            if part is not None:
                bars.append(_day_bar(words, scenario, part))
        if bars:
            groups.append(Group(words.say(f"days.{name}"), tuple(bars)))
    ends = words.comparison.start.isoformat(), _days_end(words).isoformat()
    return interval_chart(groups, words.texts, ends=ends)


def _days_end(words: Words) -> date:
    """Return the day after which nothing happens any more, or the horizon."""
    parts = [
        part
        for one in words.comparison.scenarios
        for part in (one.backlog_cleared_on, one.nobody_waits_on, one.on_target_on)
        if part is not None
    ]
    last = [part.p90 for part in parts if part.p90 is not None]
    if not last or len(last) < len(parts):
        return words.comparison.last_day
    length = (max(last) - words.comparison.start).days
    return min(words.comparison.last_day, max(last) + timedelta(days=7 + length // 20))


def _day_bar(words: Words, scenario: ScenarioFigures, part: DaySpread) -> Bar:
    label = f"{words.label(scenario.name)}: {words.days(part)}"
    if part.p10 is None:
        return Bar(label, None, None, None, words.colour(scenario.name))
    low, middle, high = (
        None if day is None else day.isoformat()
        for day in (part.p10, part.p50, part.p90)
    )
    return Bar(label, low, middle, high, words.colour(scenario.name))


def fan_chart(words: Words) -> Spec:
    """Return each scenario's backlog by day: a band with its median."""
    end = story_end(words)
    shown = words.backlog().filter(pl.col("day") <= end)
    first = words.comparison.start.isoformat()
    x = time_axis("day", first, end.isoformat())
    top = float(shown["high"].max() or 1)  # type: ignore[arg-type]
    y = number_axis("middle", top)
    low = number_axis("low", top)
    bands, lines, points = [], [], {}
    for scenario in words.comparison.scenarios:
        days = shown.filter(pl.col("scenario") == scenario.name).sort("day")
        points[scenario.name] = _thinned(days)
        data = rows(("day", "low", "middle", "high"), points[scenario.name])
        colour = words.colour(scenario.name)
        between = {"x": x, "y": low, "y2": {"field": "high"}}
        bands.append(layer(data, "area", between, color=colour, opacity=0.2))
        line = layer(data, "line", {"x": x, "y": y}, color=colour, strokeWidth=2.5)
        lines.append(line)
    marks = _pay_marks(words, end, x, top)
    labels = _fan_labels(words, points, top, {"x": x, "y": y}, end)
    return finished([*bands, *marks, *lines, *labels], _FAN_HEIGHT, words.texts)


def _thinned(days: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Return at most so many days as a curve needs, the last one among them."""
    every = max(1, -(-days.height // _POINTS))
    kept = days.gather_every(every)
    if days.height and (days.height - 1) % every:
        kept = pl.concat([kept, days.tail(1)])
    columns = kept.select("day", "low", "middle", "high")
    return [(day.isoformat(), *numbers) for day, *numbers in columns.iter_rows()]


def _fan_labels(
    words: Words,
    points: dict[str, list[tuple[Any, ...]]],
    top: float,
    encoding: Spec,
    end: date,
) -> list[Spec]:
    """Return each name above its own line, where no other name or line is in its way.

    Where lines lie so near each other that there is no such place, it is where the
    next line is farthest; a name without room stands on its card alone.
    """
    layers = []
    taken = [(0.0, 1.0, _MARK_LEVEL, 2.0)] if _pay_days(words, end) else []
    middles = {name: [row[2] / top for row in rows_] for name, rows_ in points.items()}
    for name, own in points.items():
        lines = wrapped(words.label(name), _NAME_LETTERS)
        others = [line for other, line in middles.items() if other != name]
        place = _name_place(middles[name], others, lines, taken)
        if len(lines) > _NAME_LINES or place is None:
            continue
        at, rises, box = place
        taken.append(box)
        side = {"align": "right", "dx": -5} if rises else {"align": "left", "dx": 5}
        style = {"color": words.colour(name), "fontWeight": "bold", **side}
        for number, line in enumerate(lines):
            data = rows(("day", "middle", "text"), [(own[at][0], own[at][2], line)])
            down = {"dy": -7 - _NAME_LINE * (len(lines) - 1 - number)}
            layers.append(text_layer(data, encoding, **style | down))
    return layers


_Box = tuple[float, float, float, float]
"""Left, right, bottom and top, as shares of a chart."""


def _name_place(
    own: list[float], others: list[list[float]], lines: Sequence[str], taken: list[_Box]
) -> tuple[int, bool, _Box] | None:
    """Return where in a line its name stands best, whether it rises, the name's box."""
    last = max(1, len(own) - 1)
    width = max(map(len, lines)) * _LETTER / WIDTH
    height = (_NAME_LINE * len(lines) + 2) / _FAN_HEIGHT
    best: tuple[tuple[int, float], tuple[int, bool, _Box]] | None = None
    for at, level in enumerate(own):
        # A name stands beside a falling line to its right, of a rising one to its left.
        rises = own[min(at + 3, last)] > own[max(at - 3, 0)]
        left = at / last - (width if rises else 0)
        box = left, left + width, level + 0.02, level + 0.02 + height
        if left < 0 or left + width > 1 or box[3] > 1.1:
            continue
        if any(_meet(box, other) for other in taken):
            continue
        across = range(round(left * last), round((left + width) * last) + 1)
        crossings = sum(
            any(box[2] - 0.02 <= line[day] <= box[3] for day in across)
            for line in others
        ) + any(box[2] + 0.02 <= own[day] <= box[3] for day in across)
        gap = min((abs(line[at] - level) for line in others), default=1.0)
        score = -crossings, gap
        if best is None or score > best[0]:
            best = score, (at, rises, box)
    return None if best is None else best[1]


def _meet(box: _Box, other: _Box) -> bool:
    apart = box[1] <= other[0] or other[1] <= box[0]
    return not (apart or box[3] <= other[2] or other[3] <= box[2])


def _pay_marks(words: Words, end: date, x: Spec, top: float) -> list[Spec]:
    """Return the latest dates on which a scenario's first day still pays."""
    layers = []
    for scenario, day in _pay_days(words, end):
        colour = words.colour(scenario)
        data = rows(
            ("day", "middle", "text"), [(day.isoformat(), top, _pays(words, day))]
        )
        dashed = {"color": colour, "strokeWidth": 1.5, "strokeDash": [4, 3]}
        layers.append(layer(data, "rule", {"x": x}, **dashed))
        late = (day - words.comparison.start) * 2 > end - words.comparison.start
        side = {"align": "right", "dx": -5} if late else {"align": "left", "dx": 5}
        style = {"color": colour, "baseline": "top", **side}
        encoding = {"x": x, "y": {"value": 2}}
        layers.append(text_layer(data, encoding, **style))
    return layers


def _pay_days(words: Words, end: date) -> list[tuple[str, date]]:
    return [
        (one.scenario or "", one.installation_date.value)
        for one in words.comparison.break_even
        if one.against == "not-told"
        and isinstance(one.installation_date.value, date)
        and one.installation_date.value <= end
        and one.is_reached
    ]


def _pays(words: Words, day: date) -> str:
    return words.say("pays_until", day=words.day(day))


def waits_chart(words: Words, people: str) -> Spec:
    """Return how long classes wait in each scenario."""
    groups = []
    longest = 1.0
    for name in (
        words.comparison.base.wait_days.by_urgency
        if words.comparison.base.wait_days
        else ()
    ):
        bars = []
        for scenario in words.comparison.scenarios:
            waits = scenario.wait_days
            part = wait_of(
                None if waits is None else waits.by_urgency.get(name), people
            )
            if part is not None and part.p50 is not None:
                longest = max(longest, part.p90 or 0)
                label = words.say(
                    "waits.bar",
                    name=words.label(scenario.name),
                    days=words.spread(part),
                )
                colour = words.colour(scenario.name)
                bars.append(Bar(label, part.p10, part.p50, part.p90, colour))
        if bars:
            groups.append(Group(name, tuple(bars)))
    return interval_chart(groups, words.texts, ends=(0, longest))


def wait_of(part: ClassWait | None, people: str) -> Spread | Wait | None:
    """Return the waits of a class's first backlog, of its new cases, or of all."""
    if part is None or people == "all":
        return part
    return part.initial if people == "initial" else part.new


def trips_chart(words: Words) -> Spec:
    """Return the trips made in vain in each scenario, and with dates told."""
    bars = []
    longest = 1.0
    for scenario in words.everything:
        part = scenario.wasted_trips
        if part is None or part.p50 is None:
            continue
        longest = max(longest, part.p90 or 0)
        label = words.say(
            "trips.bar", name=words.label(scenario.name), trips=words.spread(part)
        )
        bars.append(
            Bar(label, part.p10, part.p50, part.p90, words.colour(scenario.name))
        )
    return interval_chart([Group("", tuple(bars))], words.texts, ends=(0, longest))


def tornado_chart(words: Words, bars: Sequence[Swing], here: float) -> Spec:
    """Return how far each input moves the answer, the widest first.

    A bar runs from what is answered with the input low, in the colour of that end,
    through the answer as it is to that with the input high.
    """
    heights = [len(wrapped(bar.label, _LETTERS)) * _LINE + _BAR for bar in bars]
    tops = list(accumulate(heights, initial=0))
    height = tops.pop()
    ends = [0.0, here, *(end for bar in bars for end in (bar.low, bar.high))]
    x, y = number_line("low", min(ends), max(ends)), pixels_down("y", height)
    layers = []
    for end, colour in (("low", SERIES[1]), ("high", SERIES[0])):
        spans = [
            (here, getattr(bar, end), top + tall - _BAR / 2)
            for bar, top, tall in zip(bars, tops, heights, strict=True)
        ]
        bar = {"color": colour, "strokeWidth": 10, "opacity": 0.75}
        span = {"x": x, "x2": {"field": "high"}, "y": y}
        layers.append(layer(rows(("low", "high", "y"), spans), "rule", span, **bar))
    zero, as_it_is = (rows(("low",), [(at,)]) for at in (0, here))
    dashed = {"color": MUTED, "strokeWidth": 1.5, "strokeDash": [4, 3]}
    layers += [
        layer(zero, "rule", {"x": x}, color=INK, strokeWidth=1.5),
        layer(as_it_is, "rule", {"x": x}, **dashed),
    ]
    lines = [
        (line, top + 8 + _LINE * number)
        for bar, top in zip(bars, tops, strict=True)
        for number, line in enumerate(wrapped(bar.label, _LETTERS))
    ]
    encoding = {"x": {"value": 0}, "y": y}
    place = {"align": "left", "baseline": "middle", "color": INK}
    layers.append(text_layer(rows(("text", "y"), lines), encoding, **place))
    return finished(layers, height + 24, words.texts)


def break_even_chart(words: Words, parts: Sequence[BreakEven]) -> Spec:
    """Return what is saved, less the cost, by the day of installation."""
    points = [
        _told([_net(row) for row in turn.installation_date.curve]) for turn in parts
    ]
    days = sorted(row[0] for each in points for row in each)
    ends = [n for each in points for row in each for n in (row[1], row[3])]
    low, top = min(0.0, *ends), max(0.0, *ends)
    x = time_axis("day", days[0], days[-1])
    y = number_axis("middle", top, low)
    below = number_axis("low", top, low)
    zero = rows(("middle",), [(0,)])
    layers = [layer(zero, "rule", {"y": y}, color=INK, strokeWidth=1.5)]
    labels = []
    for turn, pays in zip(parts, points, strict=True):
        told = turn.against != "not-told"
        colour = MUTED if told else words.colour(turn.scenario or "")
        curve = rows(("day", "low", "middle", "high"), pays)
        between = {"x": x, "y": below, "y2": {"field": "high"}}
        along = {"x": x, "y": y}
        layers += [
            layer(curve, "area", between, color=colour, opacity=0.18),
            layer(curve, "line", along, color=colour, strokeWidth=2.5),
        ]
        at = _after(pays, days[0], days[-1])
        text = words.say(f"pays.{'told' if told else 'not_told'}_label")
        data = rows(("day", "middle", "text"), [(at[0], at[2], text)])
        mark = {"align": "left", "dx": 6, "dy": -8, "color": colour}
        labels.append(text_layer(data, {"x": x, "y": y}, fontWeight="bold", **mark))
        labels += _edge(words, turn, x, y, colour)
    return finished([*layers, *labels], 280, words.texts)


def _told(curve: list[_Net]) -> list[_Net]:
    """Return a curve without its end, where it has come down and stays so."""
    means = [row[2] for row in curve]
    floor = means[-1] + _SETTLED * (max(means) - means[-1])
    first = next(index for index, mean in enumerate(means) if mean <= floor)
    return curve[: max(2, first + 1)]


def _after(curve: list[_Net], first: str, last: str) -> _Net:
    """Return the point of a curve that follows two fifths of the axis."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    at = (begin + (end - begin) * 2 / 5).isoformat()
    return next((row for row in curve if row[0] >= at), curve[-1])


def _net(row: Any) -> _Net:
    """Return day, P10, mean and P90: it is the mean that decides what pays."""
    middle = row.mean or 0.0
    low = middle if row.p10 is None else row.p10
    high = middle if row.p90 is None else row.p90
    return (
        row.day.isoformat(),
        *(round(millions(n), 2) for n in (low, middle, high)),
    )


def _edge(words: Words, turn: BreakEven, x: Spec, y: Spec, colour: str) -> list[Spec]:
    """Return the point at which nothing is saved any more, with its date."""
    day = turn.installation_date.value
    if not isinstance(day, date):
        return []
    text = words.texts.short_date(day)
    if not turn.is_reached:
        text = words.say("pays.too_early", day=text)
    data = rows(("day", "middle", "text"), [(day.isoformat(), 0, text)])
    mark = {"align": "left", "dx": 7, "dy": -10, "color": colour}
    return [
        layer(data, "circle", {"x": x, "y": y}, color=colour, size=110, opacity=1),
        text_layer(data, {"x": x, "y": y}, fontWeight="bold", **mark),
    ]
