"""The sections of a plan with charts: findings, drawings, and their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from ektp_sched.output.view.parts import (
    Column,
    Figure,
    Paragraph,
    Part,
    Section,
    Table,
    columns,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ektp_sched.output.figures import AnyPlan, Use
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.plan_data import Gains, Load, PlanData, Wait

_MOST = 0.5
"""Share of days on which a resource must be full to be named as the limit."""
_NAMED = 3
_TABLE_ROWS = 80
_USELESS = 12


def load_section(data: PlanData, texts: Language) -> Section:
    """Return cards by day against capacity, all together and each."""
    load = data.load
    notes = [texts.text(f"report.load.note_{load.every}"), *_beyond(load, texts)]
    if load.shifts:
        notes.append(texts.text("shifts.mark"))
    note = " ".join(notes)
    total = Figure(
        "load-all",
        _limit_finding(data.figures.uses, texts),
        note,
        _load_table(load, texts),
        lambda: load_chart(load, texts),
    )
    note = texts.text("report.load.heat_note")
    count = load.by_resource["resource"].n_unique()
    if count > RESOURCES:
        more = texts.text("report.load.heat_more", count=count - RESOURCES)
        note = f"{note} {more}"
    each = Figure(
        "load-each",
        _use_finding(data.figures.uses, texts),
        note,
        _heat_table(load, texts),
        lambda: heat_chart(load, texts),
    )
    return Section("load", texts.text("report.load.title"), (total, each))


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
    """Return the days of a period in words."""
    if day == until:
        return f"{texts.weekday(day)} {texts.short_date(day)}"
    return f"{texts.short_date(day)} – {texts.short_date(until)}"


def _load_table(load: Load, texts: Language) -> Table:
    counts = {
        "cards": "column.printed",
        "servers": "report.load.could_servers",
        "printers": "report.load.could_printers",
    }
    if load.total["limit"].null_count() < load.total.height:
        counts["limit"] = "report.load.could_limit"
    headings = map(texts.text, ("report.load.period", *counts.values()))
    rows = tuple(
        (_period(day, until, texts), *cards)
        for day, until, *cards in load.total.select("day", "until", *counts).iter_rows()
    )
    return Table(texts.text("report.load.caption"), columns(headings), rows)


def _heat_table(load: Load, texts: Language) -> Table:
    names = load.by_resource["resource"].unique(maintain_order=True).to_list()
    cells = {
        (day, name): texts.text(
            "report.load.cards_of", cards=texts.number(cards), could=texts.number(could)
        )
        for name, day, cards, could in load.by_resource.select(
            "resource", "day", "cards", "could"
        ).iter_rows()
    }
    rows = tuple(
        (_period(day, until, texts), *(cells[day, name] for name in names))
        for day, until in load.total.select("day", "until").iter_rows()
    )
    headings = (texts.text("report.load.period"), *names)
    return Table(texts.text("report.load.heat_caption"), columns(headings), rows)


def backlog_section(plan: AnyPlan, data: PlanData, texts: Language) -> Section:
    """Return how the backlog goes down."""
    progress, count = data.figures.clearance, plan.backlog.planned
    if progress.cleared_on is not None:
        day = progress.cleared_on
        finding = texts.text("report.backlog.cleared", count=count, day=day)
    else:
        past = data.figures.waits.past_target_after
        left = plan.unprinted.height
        finding = texts.text("report.backlog.left", left=left, count=count, past=past)
    names = ("day", "printed", "left", "past_target")
    date_of, *numbers = columns(texts.text(f"column.{name}") for name in names)
    every = -(-progress.by_day.height // _TABLE_ROWS)
    table = Table(
        texts.text("report.backlog.caption"),
        (Column(date_of.heading, "day"), *numbers),
        tuple(progress.by_day.select(*names).gather_every(every).iter_rows()),
    )
    figure = Figure(
        "backlog-by-day",
        finding,
        texts.text("report.backlog.note"),
        table,
        lambda: backlog_chart(plan, data, texts),
    )
    return Section("backlog", texts.text("report.backlog.title"), (figure,))


def wait_section(plan: AnyPlan, data: PlanData, texts: Language) -> Section:
    """Return waits by class, and by area where there are several."""
    targets = {name: each.target_days for name, each in plan.office.urgency.items()}
    parts: list[Part] = []
    if data.by_class:
        parts.append(
            Figure(
                "waits-by-class",
                _longest(data, texts),
                texts.text("report.waits.note"),
                wait_table(data.by_class, "caption", "urgency", texts),
                lambda: wait_chart(data.by_class, targets, texts),
            )
        )
    if data.by_area:
        parts.append(
            Figure(
                "waits-by-area",
                _area_finding(data.by_area, texts),
                texts.text("report.waits.area_note"),
                wait_table(data.by_area, "area_caption", "area", texts),
                lambda: wait_chart(data.by_area, {}, texts),
            )
        )
    if data.areas_left_out:
        others = texts.text("report.others", count=data.areas_left_out)
        parts.append(Paragraph(others, "note"))
    return Section("waits", texts.text("report.waits.title"), tuple(parts))


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


def wait_table(
    waits: Sequence[Wait], caption: str, group: str, texts: Language
) -> Table:
    """Return waits by class or area; ``caption`` is the key of what it shows."""
    names = ("moment", "people", "low", "middle", "high", "most")
    headings = (
        texts.text(f"column.{group}"),
        *(texts.text(f"report.waits.{name}") for name in names),
    )
    dash = texts.text("digest.none")
    rows = tuple(
        (
            wait.group,
            texts.text(f"report.waits.moment_{wait.moment}"),
            wait.people,
            *(
                dash if days is None else days
                for days in (wait.low, wait.middle, wait.high, wait.longest)
            ),
        )
        for wait in waits
    )
    return Table(texts.text(f"report.waits.{caption}"), columns(headings, 2), rows)


def gain_section(gains: Gains, texts: Language) -> Section:
    """Return what one more card on each day would save."""
    title = texts.text("report.gains.title")
    if not gains.groups:
        return Section("gains", title, (Paragraph(texts.text("report.gains.none")),))
    notes = [texts.text("report.gains.note")]
    if gains.prints:
        notes.append(texts.text("report.gains.prints"))
    if gains.useless:
        useless = ", ".join(gains.useless[:_USELESS])
        notes.append(texts.text("report.gains.useless", names=useless))
    figure = Figure(
        "gains-by-day",
        _gains_finding(gains, texts),
        " ".join(notes),
        _gains_table(gains, texts),
        lambda: gains_chart(gains, texts),
    )
    return Section("gains", title, (figure,))


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
    return Table(
        texts.text("report.gains.caption"),
        (
            Column(texts.text("column.day"), "day"),
            *(Column(", ".join(names), "number", 1) for names, _ in groups),
        ),
        tuple(
            (day, *(points.get(day, 0.0) for _, points in groups))
            for day in days[::every]
        ),
    )
