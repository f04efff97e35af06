"""A plan's figures, brought together for its report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import polars as pl

from ektp_sched.output.figures import figures, limits_of, machine_days

if TYPE_CHECKING:
    from ektp_sched.arrays import Ints
    from ektp_sched.output.figures import AnyPlan, Figures
    from ektp_sched.rules.world import Capacity

MOMENTS: Final = ("start", "printed", "end")
"""Waiting on the first day, until printed, still waiting on the last day."""

_FEW, _MANY = 70, 500
"""Up to so many calendar days are shown by day, and by week; others by month."""
_AREAS: Final = 12
_EXACT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Load:
    """Cards and capacity by period.

    Parameters
    ----------
    every
        ``1d``, ``1w`` or ``1mo``: the length of a period.
    by_resource
        resource, is_server, day (the period's first), cards, could; periods
        in which nothing could be printed are there with 0.
    total
        day, until (the period's last), cards, printers, servers: what all
        could do together, and limit, what may be planned where a reserve is
        kept (null without).
    shifts
        First day of each period in which a shift is worked, ascending.
    """

    every: str
    by_resource: pl.DataFrame
    total: pl.DataFrame
    shifts: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """How long some people wait, days.

    Parameters
    ----------
    group
        Class or area.
    moment
        One of `MOMENTS`.
    people
        How many.
    low, middle, high, longest
        P10, median and P90, order statistics, and the maximum; None for nobody.
    """

    group: str
    moment: str
    people: int
    low: int | None
    middle: int | None
    high: int | None
    longest: int | None


@dataclass(frozen=True, slots=True)
class Gains:
    """What one more card would save.

    Parameters
    ----------
    groups
        Names of the resources that share a series, and day → pressure-days.
    prints
        Whether one more card also prints one more person.
    useless
        Resources on which one more card changes nothing on any day.
    """

    groups: tuple[tuple[tuple[str, ...], dict[date, float]], ...]
    prints: bool
    useless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanData:
    """All that the report of a plan says in figures.

    Parameters
    ----------
    figures
        As for summary.json.
    load
        By period.
    by_class, by_area
        Waits; areas only where there are two or more, the largest first.
    areas_left_out
        Areas beyond those shown.
    gains
        None without prices.
    """

    figures: Figures
    load: Load
    by_class: tuple[Wait, ...]
    by_area: tuple[Wait, ...]
    areas_left_out: int
    gains: Gains | None


def gather(plan: AnyPlan) -> PlanData:
    """Return all figures of a plan's report."""
    people = _people(plan)
    areas = _areas(people)
    shown = areas[:_AREAS]
    return PlanData(
        figures=figures(plan),
        load=_load(plan),
        by_class=_waits(plan, people, "urgency", list(plan.office.urgency)),
        by_area=_waits(plan, people, "area", shown) if len(areas) > 1 else (),
        areas_left_out=max(0, len(areas) - _AREAS),
        gains=_gains(plan),
    )


def quantiles(days: Ints, cards: Ints) -> list[int]:
    """Return P10, median and P90 of days, order statistics.

    Parameters
    ----------
    days
        Ascending, shape ``(n,)``.
    cards
        How often each occurs, positive, shape ``(n,)``.
    """
    upto = np.cumsum(cards)
    total = int(upto[-1])
    ranks = [-(-total * percent // 100) for percent in (10, 50, 90)]
    return [int(days[index]) for index in np.searchsorted(upto, ranks)]


def _people(plan: AnyPlan) -> pl.DataFrame:
    """Return cards by urgency, area, since and day (null: unprinted)."""
    columns = ["urgency", "area", "waiting_since"]
    frame = plan.backlog.frame
    if frame["area"].null_count() == frame.height:
        columns.remove("area")
    days = plan.assignments.select("application_id", "day")
    both = frame.select("application_id", *columns).join(
        days, on="application_id", how="left"
    )
    counts = both.group_by(*columns, "day").agg(cards=pl.len().cast(pl.Int64))
    if "area" not in columns:
        counts = counts.with_columns(area=pl.lit(None, pl.String))
    return counts


def _areas(people: pl.DataFrame) -> list[str]:
    counts = people.drop_nulls("area").group_by("area").agg(pl.col("cards").sum())
    ordered = counts.sort("cards", "area", descending=[True, False])
    return cast("list[str]", ordered["area"].to_list())


def _waits(
    plan: AnyPlan, people: pl.DataFrame, column: str, names: list[str]
) -> tuple[Wait, ...]:
    end = plan.start + timedelta(days=plan.days - 1)
    since = pl.col("waiting_since")
    asked = {
        "start": (since <= plan.start, pl.lit(plan.start)),
        "printed": (pl.col("day").is_not_null(), pl.col("day")),
        "end": (pl.col("day").is_null() & (since <= end), pl.lit(end)),
    }
    waits = []
    for moment in MOMENTS:
        among, until = asked[moment]
        counts = (
            people.filter(among)
            .group_by(column, days=(until - since).dt.total_days())
            .agg(pl.col("cards").sum())
            .sort("days")
            .partition_by(column, as_dict=True, include_key=False)
        )
        waits += [_wait(name, moment, counts.get((name,))) for name in names]
    order = {name: index for index, name in enumerate(names)}
    kept = [wait for wait in waits if any(w.people for w in waits if _same(w, wait))]
    return tuple(sorted(kept, key=lambda wait: order[wait.group]))


def _same(wait: Wait, other: Wait) -> bool:
    return wait.group == other.group


def _wait(name: str, moment: str, counts: pl.DataFrame | None) -> Wait:
    if counts is None:
        return Wait(name, moment, 0, None, None, None, None)
    days, cards = counts["days"].to_numpy(), counts["cards"].to_numpy()
    low, middle, high = quantiles(days, cards)
    return Wait(name, moment, int(cards.sum()), low, middle, high, int(days[-1]))


def _load(plan: AnyPlan) -> Load:
    daily = machine_days(plan)
    days = daily["day"].n_unique()
    every = "1d" if days <= _FEW else "1w" if days <= _MANY else "1mo"
    period = pl.col("day").dt.truncate(every).alias("day")
    by_resource = (
        daily.group_by("resource", "is_server", period)
        .agg(pl.col("cards", "could").sum())
        .sort("is_server", "resource", "day")
    )
    worked = pl.Series("day", [use.day for use in plan.shifts], dtype=pl.Date)
    marked = pl.select(worked.dt.truncate(every)).to_series().unique().sort()
    total = _total(daily, limits_of(plan), days, period)
    return Load(every, by_resource, total, tuple(marked.to_list()))


def _total(
    machines: pl.DataFrame, limits: Capacity, days: int, period: pl.Expr
) -> pl.DataFrame:
    server = pl.col("is_server")
    daily = (
        machines.group_by("day")
        .agg(
            cards=pl.col("cards").filter(~server).sum(),
            printers=pl.col("could").filter(~server).sum(),
            servers=pl.col("could").filter(server).sum(),
        )
        .sort("day")
    )
    kept = None if limits.total is None else pl.Series(limits.total[:days])
    daily = daily.with_columns(limit=pl.lit(None, pl.Int64) if kept is None else kept)
    sums = [pl.col(name).sum() for name in ("cards", "printers", "servers")]
    reserve = pl.lit(None, pl.Int64) if kept is None else pl.col("limit").sum()
    return (
        daily.group_by(period)
        .agg(pl.col("day").max().alias("until"), *sums, reserve.alias("limit"))
        .filter((pl.col("printers") > 0) | (pl.col("servers") > 0))
        .sort("day")
    )


def _gains(plan: AnyPlan) -> Gains | None:
    """Return what one more card saves in pressure, equal series as one."""
    if plan.prices is None or not plan.prices.height:
        return None
    saved = -pl.col("one_more").sum().round(6)
    pressure = plan.prices.filter(pl.col("tier") == "pressure")
    by_day = pressure.group_by("resource", "day").agg(saved=saved).sort("day")
    series: dict[tuple[tuple[date, float], ...], list[str]] = {}
    useless = []
    for name in sorted(plan.prices["resource"].unique().to_list()):
        of_resource = by_day.filter(pl.col("resource") == name)
        points = tuple((day, gain + 0.0) for _, day, gain in of_resource.iter_rows())
        if all(abs(gain) < _EXACT for _, gain in points):
            useless.append(str(name))
        else:
            series.setdefault(points, []).append(str(name))
    prints = plan.prices.filter(
        (pl.col("tier") == "unprinted") & (pl.col("one_more") < -_EXACT)
    )
    # Behind the last day on which a card helps there is nothing to see.
    worked = [day for points in series for day, gain in points if abs(gain) >= _EXACT]
    end = max(worked, default=plan.start)
    groups = [
        (tuple(names), {day: gain for day, gain in points if day <= end})
        for points, names in series.items()
    ]
    groups.sort(key=lambda group: (-max(group[1].values()), group[0]))
    return Gains(tuple(groups), prints.height > 0, tuple(useless))
