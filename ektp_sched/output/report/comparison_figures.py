"""The figures of a comparison's report: findings, drawings, and their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.output.report.comparison_answer import turn_sentences, value_of
from ektp_sched.output.report.comparison_charts import (
    Swing,
    break_even_chart,
    days_chart,
    fan_chart,
    story_end,
    tornado_chart,
    trips_chart,
    wait_of,
    waits_chart,
)
from ektp_sched.output.report.comparison_text import (
    best_of,
    pays_sentence,
    when,
)
from ektp_sched.output.report.comparison_words import millions
from ektp_sched.output.view.parts import Figure, Items, Paragraph, Part, Table, columns

if TYPE_CHECKING:
    from ektp_sched.output.report.comparison_words import Words
    from ektp_sched.scenarios.compare.answer import Verdict
    from ektp_sched.scenarios.compare.comparison import BreakEven

_ROWS: Final = 26
_TELLING: Final = 3
"""Days by which a median must change to be worth a headline."""


def _labels(words: Words) -> list[str]:
    return [words.label(one.name) for one in words.comparison.scenarios]


def days_part(words: Words) -> Figure:
    """Return when the old backlog is printed, and when nobody waits any more."""
    rows = []
    for scenario in words.comparison.scenarios:
        row = [words.label(scenario.name)]
        for part in (
            scenario.backlog_cleared_on,
            scenario.nobody_waits_on,
            scenario.on_target_on,
        ):
            never = words.texts.percent(part.never_share, 1) if part else "–"
            row += [words.days(part), never]
        rows.append(tuple(row))
    names = ("cleared", "never", "nobody_waits", "never", "on_target", "never")
    headings = (words.say("figure.name"), *(words.say(f"days.{n}") for n in names))
    return Figure(
        "cmp-days-chart",
        _days_finding(words),
        f"{words.say('days.what')} {words.say('days.note')}",
        Table(words.say("days.caption"), columns(headings), tuple(rows)),
        lambda: days_chart(words),
    )


def _days_finding(words: Words) -> str:
    best, base = best_of(words), words.comparison.base.backlog_cleared_on
    theirs = None if best is None else best.backlog_cleared_on
    base_day = None if base is None else base.p50
    if best is None or theirs is None or theirs.p50 is None or base_day is None:
        return words.say("days.plain")
    days = (base_day - theirs.p50).days
    if days <= 0:
        return words.say("days.plain")
    return words.say(
        "days.sooner",
        name=words.label(best.name),
        count=days,
        base=words.label(words.comparison.base.name),
        free=when(words, best.queue),
        other=when(words, words.comparison.base.queue),
    )


def fan_part(words: Words) -> Figure:
    """Return the backlog of each scenario by day."""
    end = story_end(words)
    shown = words.backlog().filter(pl.col("day") <= end)
    days = shown["day"].unique().sort()
    kept = days.gather_every(max(1, -(-days.len() // _ROWS)))
    names = ("middle", "low", "high")
    cells = {
        (name, day): numbers
        for name, day, *numbers in shown.filter(pl.col("day").is_in(kept.implode()))
        .select("scenario", "day", *names)
        .iter_rows()
    }
    rows = []
    for day in kept:
        row = [words.texts.short_date(day)]
        for scenario in words.comparison.scenarios:
            numbers = cells.get((scenario.name, day))
            middle, low, high = (
                words.number(n) for n in (numbers or (None, None, None))
            )
            row.append(middle if low == high else f"{middle} ({low}–{high})")
        rows.append(tuple(row))
    headings = (words.texts.text("column.day"), *_labels(words))
    return Figure(
        "cmp-fan-chart",
        _fan_finding(words),
        f"{words.say('fan.note')} {words.period()}.",
        Table(words.say("fan.caption"), columns(headings), tuple(rows)),
        lambda: fan_chart(words),
    )


def _fan_finding(words: Words) -> str:
    """Return how many still wait with the baseline when nobody does with another.

    Where that day is not in this time, of the day on which the two differ most.
    """
    best, base = best_of(words), words.comparison.base
    if best is None:
        return words.say("fan.plain")
    theirs, ours = (
        words.backlog().filter(pl.col("scenario") == one.name).select("day", "middle")
        for one in (best, base)
    )
    both = ours.join(theirs, on="day", suffix="_best")
    both = both.with_columns(saved=pl.col("middle") - pl.col("middle_best"))
    queue = best.queue
    free = queue.on if queue is not None and queue.is_lasting else None
    day = both.filter(pl.col("day").is_in([free]), pl.col("middle_best") == 0)
    most = both.sort("saved", "day", descending=[True, False]).head(1)
    row = day if day.height else most
    if not row.height or row["saved"][0] <= 0:
        return words.say("fan.plain")
    return words.say(
        "fan.nobody" if day.height else "fan.left",
        day=row["day"][0],
        name=words.label(best.name),
        best=row["middle_best"][0],
        base=words.label(base.name),
        count=row["middle"][0],
    )


def waits_parts(words: Words) -> list[Part]:
    """Return how long classes wait, old backlog and new applications apart."""
    classes = (
        {}
        if words.comparison.base.wait_days is None
        else words.comparison.base.wait_days.by_urgency
    )
    apart = any(part.initial or part.new for part in classes.values())
    parts: list[Part] = []
    for people in ("initial", "new") if apart else ("all",):
        rows = []
        for name in classes:
            for scenario in words.comparison.scenarios:
                waits = scenario.wait_days
                of = None if waits is None else waits.by_urgency.get(name)
                part = wait_of(of, people)
                if part is not None and part.p50 is not None:
                    late = None if of is None else of.late_share
                    shown = (part.p10, part.p50, part.p90, part.mean)
                    rows.append(
                        (
                            name,
                            words.label(scenario.name),
                            *(words.number(n, 1) for n in shown),
                            words.number(None)
                            if late is None
                            else words.texts.percent(late, 1),
                        )
                    )
        if rows:
            parts.append(_waits_figure(words, people, rows))
    return parts


def _waits_figure(words: Words, people: str, rows: list[tuple[str, ...]]) -> Figure:
    names = ("class", "scenario", "p10", "p50", "p90", "mean", "late")
    headings = tuple(words.say(f"waits.{name}") for name in names)
    return Figure(
        f"cmp-waits-{people}",
        _waits_finding(words, people),
        words.say("waits.note"),
        Table(words.say(f"waits.caption_{people}"), columns(headings, 2), tuple(rows)),
        lambda: waits_chart(words, people),
    )


def _waits_finding(words: Words, people: str) -> str:
    """Return the largest change among the classes.

    It is told of the half, or, where that hardly changes, of the tenth that
    waits longest.
    """
    best, base = best_of(words), words.comparison.base.wait_days
    if best is None or base is None or best.wait_days is None:
        return words.say(f"waits.plain_{people}")
    pairs = [
        (
            name,
            wait_of(part, people),
            wait_of(best.wait_days.by_urgency.get(name), people),
        )
        for name, part in base.by_urgency.items()
    ]
    for key, field, least in (("finding", "p50", _TELLING), ("tenth", "p90", 1)):
        changes = [
            (getattr(ours, field) - getattr(theirs, field), name, ours, theirs)
            for name, ours, theirs in pairs
            if ours and theirs and None not in (ours.p50, theirs.p50)
        ]
        change, name, before, after = max(
            changes, key=lambda row: row[0], default=(0, "", None, None)
        )
        if change >= least:
            return words.say(
                f"waits.{key}_{people}",
                class_name=name,
                base=words.label(words.comparison.base.name),
                before=words.number(getattr(before, field)),
                best=words.label(best.name),
                after=words.number(getattr(after, field)),
            )
    return words.say(f"waits.plain_{people}")


def trips_part(words: Words) -> Figure:
    """Return the trips in vain of each scenario, and with dates told."""
    rows = tuple(
        (
            words.label(one.name),
            words.spread(one.wasted_trips),
            words.money(one.wasted_trip_cost_idr),
        )
        for one in words.everything
    )
    names = ("scenario", "trips", "money")
    headings = tuple(words.say(f"trips.{name}") for name in names)
    told, base = words.comparison.dates_only, words.comparison.base.wasted_trips
    title = words.say("trips.plain")
    if told and told.wasted_trips and told.wasted_trips.p50 is not None and base:
        title = words.say(
            "trips.finding",
            before=words.number(base.p50),
            after=words.number(told.wasted_trips.p50),
        )
    return Figure(
        "cmp-trips-chart",
        title,
        words.say("trips.note"),
        Table(words.say("trips.caption"), columns(headings), rows),
        lambda: trips_chart(words),
    )


def turns_parts(words: Words) -> list[Part]:
    """Return what each input by itself does to the answer, and where it turns it."""
    parts: list[Part] = []
    verdict, turns = words.comparison.verdict, turn_sentences(words)
    if verdict is not None and words.comparison.sensitivities:
        parts.append(_tornado(words, verdict))
    if turns:
        parts += [Paragraph(words.say("turns.others")), Items(turns)]
    return parts


def _rupiah(largest: float) -> tuple[str, int]:
    """Return the unit in which the largest amount of a picture is 1 or more."""
    for unit, size in (("millions", 10**6), ("thousands", 10**3)):
        if largest >= size:
            return unit, size
    return "rupiah", 1


def _tornado(words: Words, verdict: Verdict) -> Figure:
    moved = sorted(words.comparison.sensitivities, key=lambda move: -move.swing)
    unit, size = "days", 1
    if verdict.question.by == "money":
        means = [verdict.advantage.mean]
        means += [point.mean for move in moved for point in (move.low, move.high)]
        unit, size = _rupiah(max(map(abs, means)))
    places = 1 if size > 1 else 0

    def scaled(mean: float) -> float:
        return round(mean / size, places + 1) + 0.0

    bars, cells = [], []
    for move in moved:
        name = words.say(f"turn.name.{move.input}", resource=move.resource or "")
        ends = [
            (value_of(words, move, p.value, bare=True), scaled(p.mean))
            for p in (move.low, move.high)
        ]
        (low, behind), (high, ahead) = ends
        shown = [words.signed(each, places) for each in (behind, ahead)]
        label = words.say(
            "tornado.bar",
            name=name,
            low=low,
            high=high,
            low_ahead=shown[0],
            high_ahead=shown[1],
        )
        bars.append(Swing(label, behind, ahead))
        cells.append((name, low, shown[0], high, shown[1]))
    names = ("input", "low", "ahead_low", "high", "ahead_high")
    headings = tuple(words.say(f"tornado.{each}") for each in names)
    chosen = words.label(verdict.question.choose)
    return Figure(
        "cmp-tornado",
        words.say("tornado.finding", name=cells[0][0]),
        words.say("tornado.note", chosen=chosen, unit=words.say(f"tornado.{unit}")),
        Table(words.say("tornado.caption"), columns(headings), tuple(cells)),
        lambda: tornado_chart(words, bars, scaled(verdict.advantage.mean)),
    )


def pays_parts(words: Words) -> list[Part]:
    """Return up to when, and from which rate on, each cost pays."""
    every = words.comparison.break_even
    if not every:
        return []
    parts: list[Part] = [Items(tuple(pays_sentence(words, one) for one in every))]
    for name in dict.fromkeys(one.scenario or "" for one in every):
        curve = [
            one
            for one in every
            if one.scenario == name and len(one.installation_date.curve) > 1
        ]
        if curve:
            parts.append(_curve_figure(words, name, curve))
    return parts


def _curve_figure(words: Words, name: str, curve: list[BreakEven]) -> Figure:
    rows = []
    for turn in curve:
        against = words.say(f"pays.{turn.against.replace('-', '_')}_label")
        for row in turn.installation_date.curve:
            shown = (row.p10, row.mean, row.p90)
            rows.append(
                (
                    words.texts.short_date(row.day),
                    against,
                    *(
                        words.number(None if n is None else millions(n), 1)
                        for n in shown
                    ),
                )
            )
    names = ("day", "against", "p10", "mean", "p90")
    headings = tuple(words.say(f"pays.{each}") for each in names)
    first = curve[0].installation_date.value
    label = words.label(name)
    if first is None or not curve[0].pays_till_then:
        title = words.say("pays.curve_plain", name=label)
    elif curve[0].is_reached:
        title = words.say("pays.curve", name=label, day=first)
    else:
        earliest = curve[0].earliest
        title = words.say(
            "pays.unreached_curve", name=label, day=first, earliest=earliest
        )
    number = [each.name for each in words.comparison.scenarios].index(name)
    return Figure(
        f"cmp-pays-{number}",
        title,
        words.say("pays.note"),
        Table(words.say("pays.caption", name=label), columns(headings, 2), tuple(rows)),
        lambda: break_even_chart(words, curve),
    )
