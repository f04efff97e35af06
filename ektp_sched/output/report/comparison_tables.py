"""The tables of a comparison's report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.output.report.comparison_words import millions
from ektp_sched.output.view.parts import Paragraph, Part, Table, columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ektp_sched.output.report.comparison_words import Words
    from ektp_sched.scenarios.compare.comparison import (
        Difference,
        ScenarioFigures,
    )
    from ektp_sched.scenarios.compare.spread import Spread
    from ektp_sched.scenarios.world.laws import Assumption

_MILLIONS: Final = frozenset(
    {"wasted_trip_cost_idr", "wasted_trip_cost_idr_against_told"}
)
_DIFFERENCES: Final = (
    "backlog_cleared_on",
    "nobody_waits_on",
    "on_target_on",
    "waiting_at_end",
    "longest_wait_days",
    "person_days",
    "wasted_trips",
    "wasted_trip_cost_idr",
    "wasted_trip_cost_idr_against_told",
)
_AREAS: Final = 20


def overview_table(words: Words, figures: Sequence[str] = ()) -> Table:
    """Return the scenarios side by side, a row each figure; none named are all."""
    everything = words.everything
    shown: dict[str, Callable[[ScenarioFigures], str]] = {
        "cost": lambda one: words.number(millions(one.cost_idr), 1),
        "total_cost": lambda one: words.money(one.total_cost_idr),
        "cleared": lambda one: words.days(one.backlog_cleared_on),
        "nobody_waits": lambda one: _queue(words, one),
        "returns": lambda one: _returns(words, one),
        "first_free": lambda one: words.days(one.nobody_waits_on),
        "on_target": lambda one: words.days(one.on_target_on),
        "waiting": lambda one: words.spread(one.waiting_at_end),
        "longest": lambda one: words.spread(one.longest_wait_days),
        "trips": lambda one: words.spread(one.wasted_trips),
        "trip_cost": lambda one: words.money(one.wasted_trip_cost_idr),
        "per_day": lambda one: _per_day(words, one),
        "used": lambda one: _used(words, one),
    }
    rows = [
        (words.say(f"figure.{name}"), *(_two_lines(tell(one)) for one in everything))
        for name, tell in shown.items()
        if not figures or name in figures
    ]
    headings = (words.say("figure.name"), *(words.label(s.name) for s in everything))
    return Table(words.say("short.caption"), columns(headings), tuple(rows))


def _queue(words: Words, scenario: ScenarioFigures) -> str:
    return (
        words.number(None) if scenario.queue is None else words.day(scenario.queue.on)
    )


def _returns(words: Words, scenario: ScenarioFigures) -> str:
    if (
        scenario.queue is None
        or scenario.queue.on is None
        or scenario.queue.returns_share is None
    ):
        return words.number(None)
    return words.texts.percent(scenario.queue.returns_share, 1)


def _two_lines(cell: str) -> str:
    """Return a cell whose brackets stand below the figure before them."""
    return cell.replace(" (", "\n(", 1)


def _per_day(words: Words, scenario: ScenarioFigures) -> str:
    difference = words.comparison.difference(scenario.name)
    return words.number(None if difference is None else difference.idr_per_person_day)


def _used(words: Words, scenario: ScenarioFigures) -> str:
    part = scenario.utilisation
    if part is None or part.mean is None:
        return words.number(None)
    return words.texts.percent(round(part.mean, 3), 1)


def area_parts(words: Words) -> list[Part]:
    """Return waits by area, where there are several."""
    base = words.comparison.base.wait_days
    areas = [] if base is None else [name for name in base.by_area if name]
    if len(areas) < 2:
        return []
    rows = []
    for area in areas[:_AREAS]:
        cells = []
        for scenario in words.comparison.scenarios:
            part = (
                None
                if scenario.wait_days is None
                else scenario.wait_days.by_area.get(area)
            )
            cells.append(words.spread(part))
        rows.append((area, *cells))
    labels = [words.label(scenario.name) for scenario in words.comparison.scenarios]
    headings = (words.texts.text("column.area"), *labels)
    parts: list[Part] = [
        Table(words.say("waits.by_area"), columns(headings), tuple(rows))
    ]
    if len(areas) > _AREAS:
        count = len(areas) - _AREAS
        parts.append(Paragraph(words.say("waits.more_areas", count=count), "note"))
    return parts


def difference_parts(words: Words) -> list[Part]:
    """Return each scenario less the baseline, with 95 % intervals."""
    rows = []
    for difference in words.comparison.differences:
        for name in _DIFFERENCES:
            part: Spread | None = getattr(difference, name)
            if part is not None and part.mean is not None and _differs(part):
                rows.append(_difference(words, difference, name, part))
    if not rows:
        return []
    names = ("scenario", "figure", "mean", "interval", "spread")
    headings = tuple(words.say(f"differences.{name}") for name in names)
    base = words.label(words.comparison.base.name)
    caption = words.say("differences.caption", base=base)
    said = [words.say("differences.note", base=base), words.say("differences.equal")]
    note = Paragraph(" ".join(said), "note")
    return [note, Table(caption, columns(headings, 2), tuple(rows))]


def left_out_parts(words: Words) -> list[Part]:
    """Return what each rule does that the policy leaves out, by the planner itself."""
    effects = words.comparison.left_out
    if not effects:
        return []
    names = ("rule", "person_days", "free_day", "trip_cost")
    headings = tuple(words.say(f"left.{name}") for name in names)
    rows = tuple(
        (
            words.say(f"left.rules.{one.rule}"),
            _more(words, one.person_days),
            _more(words, one.free_day, 1),
            _more(words, one.wasted_trip_cost_idr, 1, 1e6),
        )
        for one in effects
    )
    futures, days = effects[0].futures, effects[0].days
    note = words.say("left.note" if futures else "left.none", count=futures, days=days)
    return [
        Paragraph(note, "note"),
        Table(words.say("left.caption"), columns(headings), rows),
    ]


def _more(words: Words, part: Spread | None, places: int = 0, by: float = 1.0) -> str:
    """Return a mean with its sign, and its 95 % interval in brackets."""
    if part is None or part.mean is None:
        return words.number(None)
    mean = words.signed(part.mean / by, places)
    if part.mean_interval is None or part.mean_interval[0] == part.mean_interval[1]:
        return mean
    low, high = (words.signed(end / by, places) for end in part.mean_interval)
    between = words.texts.text("report.range", low=low, high=high)
    return f"{mean} ({between})"


def _differs(part: Spread) -> bool:
    """Return whether the two differ in any future that counts."""
    return any((part.mean, part.p10, part.p90, *(part.mean_interval or ())))


def _difference(
    words: Words, difference: Difference, name: str, part: Spread
) -> tuple[str, ...]:
    by = 1e6 if name in _MILLIONS else 1.0

    def signed(value: float | None) -> str:
        if value is None:
            return words.number(None)
        places = 1 if abs(value / by) < 100 else 0
        return words.signed(value / by, places)

    dash = words.number(None)
    interval = part.mean_interval
    between = (
        dash
        if interval is None
        else words.texts.text(
            "report.range", low=signed(interval[0]), high=signed(interval[1])
        )
    )
    tenths = words.texts.text(
        "report.range", low=signed(part.p10), high=signed(part.p90)
    )
    what = words.say(f"differences.{name}")
    return words.label(difference.name), what, signed(part.mean), between, tenths


def input_ids(inputs: Sequence[Assumption]) -> list[str]:
    """Return F1, F2, … for facts and A1, A2, … for assumptions, in order."""
    counts = {"F": 0, "A": 0}
    ids = []
    for assumption in inputs:
        kind = "F" if assumption.kind == "fact" else "A"
        counts[kind] += 1
        ids.append(f"{kind}{counts[kind]}")
    return ids


def input_parts(words: Words) -> list[Part]:
    """Return all inputs, numbered, facts before assumptions."""
    inputs = words.comparison.assumptions
    if not inputs:
        return []
    rows = sorted(
        zip(input_ids(inputs), inputs, strict=True),
        key=lambda row: row[1].kind != "fact",
    )
    cells = tuple(
        (
            name,
            words.say("inputs.fact" if one.kind == "fact" else "inputs.assumed"),
            words.input_name(one),
            words.input_value(one.value),
            one.note,
        )
        for name, one in rows
    )
    names = ("number", "kind", "what", "value", "note")
    headings = tuple(words.say(f"inputs.{name}") for name in names)
    ids = tuple(name for name, _ in rows)
    table = Table(words.say("inputs.caption"), columns(headings, 5), cells, ids=ids)
    return [table]
