"""The charts of a comparison: days, backlog, waits, trips, break-even."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.report.charts import (
    INK,
    MUTED,
    finished,
    number_axis,
    rows,
    text_layer,
    time_axis,
)
from ektp_sched.output.report.comparison_text import break_even_list
from ektp_sched.output.report.comparison_words import millions
from ektp_sched.output.report.intervals import Bar, Group, interval_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.output.report.comparison_file import (
        BreakEvenPart,
        DayPart,
        NumberPart,
        ScenarioPart,
        WaitPart,
    )
    from ektp_sched.output.report.comparison_words import Words

__all__ = [
    "break_even_chart",
    "days_chart",
    "fan_chart",
    "story_end",
    "trips_chart",
    "wait_of",
    "waits_chart",
]

_Net = tuple[str, float, float, float]
_POINTS: Final = 110
_SETTLED: Final = 0.02
"""Share of the axis below which a backlog has nothing left to tell."""


def story_end(words: Words, daily: pl.DataFrame) -> date:
    """Return the day on which the charts by day end.

    It is a little after the last scenario has come down, or the horizon.
    """
    days = [
        part.p90
        for one in words.found.scenarios
        for part in (one.backlog_cleared_on,)
        if part is not None
    ]
    top = int(daily["waiting_p90"].max() or 0)  # type: ignore[arg-type]
    high = daily.filter(pl.col("waiting_p90") > _SETTLED * top)["day"].max()
    if None in days or not isinstance(high, date):
        return words.end
    last = max([high, *(day for day in days if day is not None)])
    length = (last - words.found.start).days
    return min(words.end, last + timedelta(days=7 + length // 20))


def days_chart(words: Words) -> Any:
    """Return when the backlog is printed, and when nobody is past the target."""
    groups = []
    for name in ("backlog_cleared_on", "nobody_waits_on", "on_target_on"):
        bars = []
        for one in words.found.scenarios:
            part: DayPart | None = getattr(one, name)
            if part is not None:
                bars.append(_day_bar(words, one, part))
        if bars:
            groups.append(Group(words.say(f"days.{name}"), tuple(bars)))
    ends = words.found.start.isoformat(), _days_end(words).isoformat()
    return interval_chart(groups, words.texts, ends=ends)


def _days_end(words: Words) -> date:
    """Return the day after which nothing happens any more, or the horizon."""
    parts = [
        part
        for one in words.found.scenarios
        for part in (one.backlog_cleared_on, one.nobody_waits_on, one.on_target_on)
        if part is not None
    ]
    last = [part.p90 for part in parts if part.p90 is not None]
    if not last or len(last) < len(parts):
        return words.end
    length = (max(last) - words.found.start).days
    return min(words.end, max(last) + timedelta(days=7 + length // 20))


def _day_bar(words: Words, one: ScenarioPart, part: DayPart) -> Bar:
    label = f"{words.label(one.name)}: {words.days(part)}"
    if part.p10 is None:
        return Bar(label, None, None, None, words.colour(one.name))
    low, middle, high = (
        None if day is None else day.isoformat()
        for day in (part.p10, part.p50, part.p90)
    )
    return Bar(label, low, middle, high, words.colour(one.name))


def fan_chart(words: Words, daily: pl.DataFrame) -> Any:
    """Return each scenario's backlog by day: a band with its median."""
    import altair as alt

    end = story_end(words, daily)
    shown = daily.filter(pl.col("day") <= end)
    first = words.found.start.isoformat()
    x = time_axis("day", first, end.isoformat())
    top = float(shown["waiting_p90"].max() or 1)  # type: ignore[arg-type]
    y = number_axis("middle", top)
    low = number_axis("low", top)
    bands, lines, points = [], [], {}
    for one in words.found.scenarios:
        mine = shown.filter(pl.col("scenario") == one.name).sort("day")
        points[one.name] = _thinned(mine)
        data = rows(("day", "low", "middle", "high"), points[one.name])
        base, colour = alt.Chart(data), words.colour(one.name)
        band = base.mark_area(color=colour, opacity=0.2)
        bands.append(band.encode(x=x, y=low, y2=alt.Y2(field="high")))
        line = base.mark_line(color=colour, strokeWidth=2.5)
        lines.append(line.encode(x=x, y=y))
    marks = _pay_marks(words, end, x, top)
    labels = _fan_labels(words, points, top, {"x": x, "y": y}, end)
    return finished([*bands, *marks, *lines, *labels], 320, words.texts)


def _thinned(mine: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Return at most so many days as a curve needs, the last one among them."""
    every = max(1, -(-mine.height // _POINTS))
    kept = mine.gather_every(every)
    if mine.height and (mine.height - 1) % every:
        kept = pl.concat([kept, mine.tail(1)])
    columns = kept.select("day", "waiting_p10", "waiting_p50", "waiting_p90")
    return [(day.isoformat(), *numbers) for day, *numbers in columns.iter_rows()]


def _fan_labels(
    words: Words,
    points: dict[str, list[tuple[Any, ...]]],
    top: float,
    encoding: dict[str, Any],
    end: date,
) -> list[Any]:
    """Return each name beside its own line, at heights that keep them apart.

    The higher a curve lies in all, the higher its name: where curves fall,
    they pass the heights one after another.
    """
    order = sorted(points, key=lambda name: -sum(row[2] for row in points[name]))
    layers = []
    half = words.found.start + (end - words.found.start) / 2
    for rank, name in enumerate(order):
        level = top * (0.86 - 0.7 * rank / max(1, len(order) - 1))
        mine = points[name]
        if not mine:
            continue
        place = next((row for row in mine if row[2] <= level), mine[-1])
        late = place[0] > half.isoformat()
        mark = (
            {"align": "right", "dx": -6, "dy": 12}
            if late
            else {"align": "left", "dx": 7, "dy": -7}
        )
        data = rows(
            ("day", "middle", "text"), [(place[0], place[2], words.label(name))]
        )
        style = {"color": words.colour(name), "fontWeight": "bold", **mark}
        layers.append(text_layer(data, encoding, **style))
    return layers


def _pay_marks(words: Words, end: date, x: Any, top: float) -> list[Any]:
    """Return the latest dates on which a scenario's first day still pays."""
    import altair as alt

    layers = []
    for one in break_even_list(words.found.break_even):
        day = one.installation_date.value
        if one.against != "not-told" or not isinstance(day, date) or day > end:
            continue
        if not one.is_reached:
            continue
        colour = words.colour(one.scenario or "")
        data = rows(
            ("day", "middle", "text"), [(day.isoformat(), top, _pays(words, day))]
        )
        rule = alt.Chart(data).mark_rule(
            color=colour, strokeWidth=1.5, strokeDash=[4, 3]
        )
        layers.append(rule.encode(x=x))
        late = (day - words.found.start) * 2 > end - words.found.start
        side = {"align": "right", "dx": -5} if late else {"align": "left", "dx": 5}
        style = {"color": colour, "baseline": "top", **side}
        encoding = {"x": x, "y": alt.value(2)}
        layers.append(text_layer(data, encoding, **style))
    return layers


def _pays(words: Words, day: date) -> str:
    return words.say("pays_until", day=words.day(day))


def waits_chart(words: Words, which: str) -> Any:
    """Return how long classes wait in each scenario."""
    groups = []
    longest = 1.0
    for name in words.base.wait_days.by_urgency if words.base.wait_days else ():
        bars = []
        for one in words.found.scenarios:
            waits = one.wait_days
            part = wait_of(None if waits is None else waits.by_urgency.get(name), which)
            if part is not None and part.p50 is not None:
                longest = max(longest, part.p90 or 0)
                label = words.say(
                    "waits.bar",
                    name=words.label(one.name),
                    days=words.spread(part),
                )
                colour = words.colour(one.name)
                bars.append(Bar(label, part.p10, part.p50, part.p90, colour))
        if bars:
            groups.append(Group(name, tuple(bars)))
    return interval_chart(groups, words.texts, ends=(0, longest))


def wait_of(part: WaitPart | None, which: str) -> NumberPart | None:
    """Return the waits of a class's first backlog, of its new cases, or of all."""
    if part is None or which == "all":
        return part
    found: NumberPart | None = getattr(part, which)
    return found


def trips_chart(words: Words) -> Any:
    """Return the trips made in vain in each scenario, and with dates told."""
    bars = []
    longest = 1.0
    for one in words.everything:
        part = one.wasted_trips
        if part is None or part.p50 is None:
            continue
        longest = max(longest, part.p90 or 0)
        label = words.say(
            "trips.bar", name=words.label(one.name), trips=words.spread(part)
        )
        bars.append(Bar(label, part.p10, part.p50, part.p90, words.colour(one.name)))
    return interval_chart([Group("", tuple(bars))], words.texts, ends=(0, longest))


def break_even_chart(words: Words, parts: Sequence[BreakEvenPart]) -> Any:
    """Return what is saved, less the cost, by the day of installation."""
    import altair as alt

    points = [
        _told([_net(row) for row in one.installation_date.curve]) for one in parts
    ]
    days = sorted(row[0] for each in points for row in each)
    ends = [n for each in points for row in each for n in (row[1], row[3])]
    low, top = min(0.0, *ends), max(0.0, *ends)
    x = time_axis("day", days[0], days[-1])
    y = number_axis("middle", top, low)
    below = number_axis("low", top, low)
    zero = alt.Chart(rows(("middle",), [(0,)])).mark_rule(color=INK, strokeWidth=1.5)
    layers: list[Any] = [zero.encode(y=y)]
    labels = []
    for one, mine in zip(parts, points, strict=True):
        told = one.against != "not-told"
        colour = MUTED if told else words.colour(one.scenario or "")
        base = alt.Chart(rows(("day", "low", "middle", "high"), mine))
        band = base.mark_area(color=colour, opacity=0.18)
        layers.append(band.encode(x=x, y=below, y2=alt.Y2(field="high")))
        layers.append(base.mark_line(color=colour, strokeWidth=2.5).encode(x=x, y=y))
        at = _after(mine, days[0], days[-1])
        text = words.say(f"pays.{'told' if told else 'not_told'}_label")
        data = rows(("day", "middle", "text"), [(at[0], at[2], text)])
        mark = {"align": "left", "dx": 6, "dy": -8, "color": colour}
        labels.append(text_layer(data, {"x": x, "y": y}, fontWeight="bold", **mark))
        labels += _edge(words, one, x, y, colour)
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


def _edge(words: Words, one: BreakEvenPart, x: Any, y: Any, colour: str) -> list[Any]:
    """Return the point at which nothing is saved any more, with its date."""
    import altair as alt

    day = one.installation_date.value
    if not isinstance(day, date):
        return []
    text = words.texts.short_date(day)
    data = rows(("day", "middle", "text"), [(day.isoformat(), 0, text)])
    dot = alt.Chart(data).mark_circle(color=colour, size=110, opacity=1)
    mark = {"align": "left", "dx": 7, "dy": -10, "color": colour}
    return [
        dot.encode(x=x, y=y),
        text_layer(data, {"x": x, "y": y}, fontWeight="bold", **mark),
    ]
