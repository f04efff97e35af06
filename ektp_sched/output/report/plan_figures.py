"""The figures of a plan's report: findings, drawings, and their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ektp_sched.output.report.charts import drawn
from ektp_sched.output.report.page import Figure, Paragraph, Table
from ektp_sched.output.report.plan_charts import (
    HELPFUL,
    RESOURCES,
    backlog_chart,
    gains_chart,
    heat_chart,
    load_chart,
    tallest,
    wait_chart,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from ektp_sched.output.figures import AnyPlan, Use
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.charts import Size
    from ektp_sched.output.report.page import Part
    from ektp_sched.output.report.plan_data import Gains, Load, PlanData, Wait

__all__ = ["backlog_part", "figure", "gains_parts", "load_parts", "wait_parts"]

_MOST = 0.5
"""Share of days on which a resource must be full to be named as the limit."""
_NAMED = 3
_TABLE_ROWS = 80


def figure(
    name: str,
    title: str,
    note: str,
    table: Table,
    make: Callable[[Size], Any],
    texts: Language,
) -> Figure:
    """Return a drawn figure, told in words to those who do not see it."""
    svgs = drawn(make, name, texts)
    alt = f"{title}. {note}".strip()
    return Figure(name, f"{title}.", note, alt, svgs, table)


def load_parts(data: PlanData, texts: Language) -> list[Part]:
    """Return cards by day against capacity, all together and each."""
    load = data.load
    notes = [texts.text(f"report.load.note_{load.every}"), *_beyond(load, texts)]
    if load.shifts:
        notes.append(texts.text("shifts.mark"))
    note = " ".join(notes)
    total = figure(
        "load-all",
        _limit_finding(data.figures.uses, texts),
        note,
        _load_table(load, texts),
        lambda size: load_chart(load, size, texts),
        texts,
    )
    note = texts.text("report.load.heat_note")
    count = load.by_resource["resource"].n_unique()
    if count > RESOURCES:
        more = texts.text("report.load.heat_more", count=count - RESOURCES)
        note = f"{note} {more}"
    each = figure(
        "load-each",
        _use_finding(data.figures.uses, texts),
        note,
        _heat_table(load, texts),
        lambda size: heat_chart(load, size, texts),
        texts,
    )
    return [total, each]


def _beyond(load: Load, texts: Language) -> list[str]:
    """Return a sentence for each limit whose line would be off the chart."""
    said = []
    for name in ("servers", "printers"):
        most = int(load.total[name].max() or 0)  # type: ignore[arg-type]
        if most > tallest(load) * 1.12:
            what = texts.text(f"report.load.{name}_word")
            said.append(texts.text("report.load.beyond", what=what, cards=most))
    return said


def _limit_finding(uses: Sequence[Use], texts: Language) -> str:
    full = [use for use in uses if use.days_full >= _MOST * use.days]
    if not full:
        return texts.text("report.load.no_limit")
    names = ", ".join(sorted(use.resource for use in full))
    if len(full) > _NAMED:
        names = texts.text("report.load.many", count=len(full))
    least = min(full, key=lambda use: (use.days_full / use.days, use.resource))
    return texts.text(
        "report.load.full", names=names, full=least.days_full, days=least.days
    )


def _use_finding(uses: Sequence[Use], texts: Language) -> str:
    said = {}
    for name, is_server in (("printers", False), ("servers", True)):
        shares = [use.cards / use.limit for use in uses if use.is_server is is_server]
        ends = sorted({texts.percent(round(s, 2)) for s in (min(shares), max(shares))})
        if len(ends) == 2:
            low, high = (texts.percent(round(s, 2)) for s in (min(shares), max(shares)))
            said[name] = texts.text("report.range", low=low, high=high)
        else:
            said[name] = ends[0]
    return texts.text("report.load.heat_title", **said)


def _period(day: date, until: date, texts: Language) -> str:
    if day == until:
        return f"{texts.weekday(day)} {texts.short_date(day)}"
    return f"{texts.short_date(day)} – {texts.short_date(until)}"


def _load_table(load: Load, texts: Language) -> Table:
    columns = ["cards", "servers", "printers"]
    names = ["column.printed", "report.load.could_servers"]
    names += ["report.load.could_printers"]
    if load.total["limit"].null_count() < load.total.height:
        columns.append("limit")
        names.append("report.load.could_limit")
    headings = tuple(texts.text(key) for key in ("report.load.period", *names))
    rows = [
        (
            _period(row["day"], row["until"], texts),
            *(texts.number(row[c]) for c in columns),
        )
        for row in load.total.to_dicts()
    ]
    return Table(texts.text("report.load.caption"), headings, tuple(rows))


def _heat_table(load: Load, texts: Language) -> Table:
    table = load.by_resource
    names = list(dict.fromkeys(table["resource"].to_list()))
    cells = {
        (day, name): (cards, could)
        for name, day, cards, could in table.select(
            "resource", "day", "cards", "could"
        ).iter_rows()
    }
    rows = []
    for day, until in load.total.select("day", "until").iter_rows():
        row = [_period(day, until, texts)]
        for name in names:
            cards, could = (texts.number(n) for n in cells.get((day, name), (0, 0)))
            row.append(texts.text("report.load.cards_of", cards=cards, could=could))
        rows.append(tuple(row))
    headings = (texts.text("report.load.period"), *names)
    return Table(texts.text("report.load.heat_caption"), headings, tuple(rows))


def backlog_part(plan: AnyPlan, data: PlanData, texts: Language) -> Figure:
    """Return how the backlog goes down."""
    found = data.figures.clearance
    count = plan.backlog.planned
    if found.cleared_on is not None:
        title = texts.text("report.backlog.cleared", count=count, day=found.cleared_on)
    else:
        past = data.figures.waits.past_target_after
        left = plan.unprinted.height
        title = texts.text("report.backlog.left", left=left, count=count, past=past)
    names = ("day", "printed", "left", "past_target")
    every = -(-found.by_day.height // _TABLE_ROWS)
    rows = [
        (f"{texts.weekday(day)} {texts.short_date(day)}", *map(texts.number, numbers))
        for day, *numbers in found.by_day.select(*names).gather_every(every).iter_rows()
    ]
    headings = tuple(texts.text(f"column.{name}") for name in names)
    table = Table(texts.text("report.backlog.caption"), headings, tuple(rows))
    return figure(
        "backlog-by-day",
        title,
        texts.text("report.backlog.note"),
        table,
        lambda size: backlog_chart(plan, data, size, texts),
        texts,
    )


def wait_parts(plan: AnyPlan, data: PlanData, texts: Language) -> list[Part]:
    """Return waits by class, and by area where there are several."""
    targets = {name: each.target_days for name, each in plan.office.urgency.items()}
    parts: list[Part] = []
    for name, waits, marks in (
        ("class", data.by_class, targets),
        ("area", data.by_area, {}),
    ):
        if not waits:
            continue
        prefix = "" if name == "class" else "area_"
        title = (
            _longest(data, texts) if name == "class" else _area_finding(waits, texts)
        )
        caption = texts.text(f"report.waits.{prefix}caption")
        heading = texts.text("column.urgency" if name == "class" else "column.area")
        part = figure(
            f"waits-by-{name}",
            title,
            texts.text(f"report.waits.{prefix}note"),
            _wait_table(waits, caption, heading, texts),
            lambda size, w=waits, m=marks: wait_chart(w, m, size, texts),  # type: ignore[misc]
            texts,
        )
        parts.append(part)
    if data.areas_left_out:
        others = texts.text("report.others", count=data.areas_left_out)
        parts.append(Paragraph(others, "note"))
    return parts


def _longest(data: PlanData, texts: Language) -> str:
    waits = data.figures.waits
    before, after = waits.longest_before, waits.longest_after
    if before is None:
        return texts.text("report.waits.plain")
    if after is None:
        return texts.text("report.waits.gone", before=before)
    key = "longest" if after < before else "longer"
    return texts.text(f"report.waits.{key}", before=before, after=after)


def _area_finding(waits: Sequence[Wait], texts: Language) -> str:
    middles = [
        (wait.middle, wait.group)
        for wait in waits
        if wait.moment == "printed" and wait.middle is not None
    ]
    if len(middles) < 2:
        return texts.text("report.waits.area_plain")
    (low, least), (high, most) = min(middles), max(middles)
    if low == high:
        return texts.text("report.waits.area_same", low=low)
    return texts.text(
        "report.waits.area_title", low=low, high=high, area_low=least, area_high=most
    )


def _wait_table(
    waits: Sequence[Wait], caption: str, heading: str, texts: Language
) -> Table:
    names = ("moment", "people", "low", "middle", "high", "most")
    headings = (heading, *(texts.text(f"report.waits.{name}") for name in names))
    dash = texts.text("digest.none")
    rows = [
        (
            wait.group,
            texts.text(f"report.waits.moment_{wait.moment}"),
            texts.number(wait.people),
            *(
                dash if n is None else texts.number(n)
                for n in (wait.low, wait.middle, wait.high, wait.longest)
            ),
        )
        for wait in waits
    ]
    return Table(caption, headings, tuple(rows), texts=2)


def gains_parts(gains: Gains, texts: Language) -> list[Part]:
    """Return what one more card on each day would save."""
    if not gains.groups:
        return [Paragraph(texts.text("report.gains.none"))]
    note = [texts.text("report.gains.note")]
    if gains.prints:
        note.append(texts.text("report.gains.prints"))
    if gains.useless:
        useless = ", ".join(gains.useless[:12])
        note.append(texts.text("report.gains.useless", names=useless))
    return [
        figure(
            "gains-by-day",
            _gains_finding(gains, texts),
            " ".join(note),
            _gains_table(gains, texts),
            lambda size: gains_chart(gains, size, texts),
            texts,
        )
    ]


def _gains_finding(gains: Gains, texts: Language) -> str:
    points = gains.groups[0][1]
    first, last = min(points), max(points)
    saved, least = (texts.number(points[day], 1) for day in (first, last))
    key = "title_falls" if points[last] < points[first] else "title_one"
    return texts.text(
        f"report.gains.{key}", day=first, saved=saved, last=last, least=least
    )


def _gains_table(gains: Gains, texts: Language) -> Table:
    groups = gains.groups[:HELPFUL]
    days = sorted({day for _, points in groups for day in points})
    every = -(-len(days) // _TABLE_ROWS)
    rows = [
        (
            f"{texts.weekday(day)} {texts.short_date(day)}",
            *(texts.number(points.get(day, 0.0), 1) for _, points in groups),
        )
        for day in days[::every]
    ]
    headings = (
        texts.text("column.day"),
        *(", ".join(names) for names, _ in groups),
    )
    return Table(texts.text("report.gains.caption"), headings, tuple(rows))
