"""The figures that a plan is judged by, for sheets, summary and terminal.

An application is past its target on a day if its day of waiting exceeds its
class's target_days: pressure above 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import polars as pl

from ektp_sched.office import capacity

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.arrays import Ints
    from ektp_sched.documents import Plan
    from ektp_sched.office import Capacity, Office

    AnyPlan: TypeAlias = Plan
    """A plan just made, or one read from its folder."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long people wait, before and after.

    Parameters
    ----------
    longest_before
        Longest wait on the start day, days; None if nobody waits.
    past_target_before
        Applications past their target on the start day.
    longest_printed, mean_printed, median_printed
        Days from recording to print; None if nothing is printed.
    longest_after
        Longest wait on the last day of the horizon among the unprinted, days;
        None if all are printed.
    past_target_after
        Unprinted applications past their target on that day.
    by_class
        For each class in the office's order: printed, mean_days, longest_days
        and printed_past_target.
    """

    longest_before: int | None
    past_target_before: int
    longest_printed: int | None
    mean_printed: float | None
    median_printed: float | None
    longest_after: int | None
    past_target_after: int
    by_class: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Clearance:
    """How the backlog goes down.

    Parameters
    ----------
    by_day
        day, printed, left, past_target (both at the end of that day) on days
        with prints.
    last_day
        Last day with a print; None without any.
    cleared_on
        Day on which the last application is printed; None if any is left.
    past_target_gone_on
        First day at whose end nobody is past the target, and nobody is on
        any later day of the horizon; None if there is no such day.
    """

    by_day: pl.DataFrame
    last_day: date | None
    cleared_on: date | None
    past_target_gone_on: date | None


@dataclass(frozen=True, slots=True)
class Use:
    """How far a printer or server is used up to the last day with a print.

    Parameters
    ----------
    resource
        Its id.
    is_server
        Whether it is a server.
    cards
        Cards printed with it.
    limit
        Cards that it could have done on those days.
    days_full, days
        Days on which it did all it could, and days on which it could any.
    """

    resource: str
    is_server: bool
    cards: int
    limit: int
    days_full: int
    days: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a plan.

    Parameters
    ----------
    waits, clearance, uses
        As their functions return them.
    """

    waits: Waits
    clearance: Clearance
    uses: tuple[Use, ...]


def figures(plan: AnyPlan) -> Figures:
    """Return all figures of a plan."""
    people = _people(plan)
    return Figures(_waits(plan, people), _clearance(plan, people), uses(plan))


def clearance(plan: AnyPlan) -> Clearance:
    """Return how the backlog goes down day by day."""
    return _clearance(plan, _people(plan))


def _waits(plan: AnyPlan, people: pl.DataFrame) -> Waits:
    end = plan.start + timedelta(days=plan.days - 1)
    before = people.filter(pl.col("since") <= plan.start)
    left = people.filter(pl.col("day").is_null() & (pl.col("since") <= end))
    printed = people.filter(pl.col("day").is_not_null())
    table = printed.group_by(days=_days("since", "day")).agg(pl.col("cards").sum())
    spread = table.sort("days")
    return Waits(
        longest_before=_longest(before, plan.start),
        past_target_before=_past(before, plan.start),
        longest_printed=cast("int | None", spread["days"].max()),
        mean_printed=_mean(spread),
        median_printed=_median(spread),
        longest_after=_longest(left, end),
        past_target_after=_past(left, end),
        by_class=_by_class(printed, plan.office),
    )


def _clearance(plan: AnyPlan, people: pl.DataFrame) -> Clearance:
    printed = plan.assignments.height
    total = printed + plan.unprinted.height
    past = _past_by_day(people, plan.start, plan.days)
    by_day = (
        people.drop_nulls("day")
        .group_by("day")
        .agg(printed=pl.col("cards").sum())
        .sort("day")
        .with_columns(left=total - pl.col("printed").cum_sum())
    )
    offset = (by_day["day"] - plan.start).dt.total_days().to_numpy()
    by_day = by_day.with_columns(past_target=pl.Series(past[offset], dtype=pl.Int64))
    last = cast("date", by_day["day"].last()) if by_day.height else None
    bad = np.flatnonzero(past)
    gone = int(bad[-1]) + 1 if len(bad) else 0
    return Clearance(
        by_day=by_day,
        last_day=last,
        cleared_on=last if printed == total else None,
        past_target_gone_on=(
            plan.start + timedelta(days=gone) if gone < plan.days else None
        ),
    )


def limits_of(plan: AnyPlan) -> Capacity:
    """Return the limits of each day, with the shifts that are worked."""
    worked = [(use.shift, (use.day - plan.start).days) for use in plan.shifts]
    return capacity(plan.office, plan.start, plan.days, worked)


def uses(plan: AnyPlan) -> tuple[Use, ...]:
    """Return how far servers and printers are used, the fullest first."""
    if not plan.assignments.height:
        return ()
    could = pl.col("could")
    totals = (
        machine_days(plan)
        .group_by("resource", "is_server", maintain_order=True)
        .agg(
            pl.col("cards").sum(),
            limit=could.sum(),
            days_full=((could > 0) & (pl.col("cards") >= could)).sum(),
            days=(could > 0).sum(),
        )
        .filter(pl.col("limit") > 0)
    )
    machines = [Use(**row) for row in totals.iter_rows(named=True)]
    machines.sort(key=lambda use: (-use.days_full / use.days, use.resource))
    return tuple(machines)


def machine_days(plan: AnyPlan) -> pl.DataFrame:
    """Return cards, and what could be done, of each server and printer each day.

    Columns are resource, is_server, day, cards and could, for every calendar
    day up to the last one with a print; of a plan without any for all its days.
    """
    limits = limits_of(plan)
    last = cast("date | None", plan.assignments["day"].max())
    days = plan.days if last is None else (last - plan.start).days + 1
    dates = pl.date_range(
        plan.start, plan.start + timedelta(days=days - 1), eager=True
    ).alias("day")
    tables = []
    for column, names, could in (
        ("server", limits.servers, limits.server_cards),
        ("printer", limits.printers, limits.printer_cards),
    ):
        grid = pl.DataFrame(
            {
                "resource": np.repeat(np.array(names, dtype=str), days),
                "is_server": column == "server",
                "day": pl.concat([dates] * len(names)),
                "could": could[:, :days].ravel(),
            }
        )
        cards = plan.assignments.group_by(
            "day", pl.col(column).cast(pl.String).alias("resource")
        ).agg(cards=pl.len().cast(pl.Int64))
        filled = grid.join(
            cards, on=["day", "resource"], how="left", maintain_order="left"
        )
        tables.append(filled.with_columns(pl.col("cards").fill_null(0)))
    return pl.concat(tables)


def _people(plan: AnyPlan) -> pl.DataFrame:
    """Return how many cards share since, day (null: unprinted) and class."""
    cards = pl.len().cast(pl.Int64).alias("cards")
    printed = plan.assignments.group_by("day", "wait_days", "urgency").agg(cards)
    unprinted = plan.unprinted.group_by("waiting_since", "urgency").agg(cards)
    both = [
        printed.select(
            "urgency",
            "cards",
            "day",
            since=pl.col("day") - pl.duration(days="wait_days"),
        ),
        unprinted.select(
            "urgency", "cards", day=pl.lit(None, pl.Date), since="waiting_since"
        ),
    ]
    names = list(plan.office.urgency)
    targets = [plan.office.urgency[name].target_days for name in names]
    return pl.concat(both).with_columns(
        target=pl.col("urgency").replace_strict(names, targets, return_dtype=pl.Int64)
    )


def _mean(spread: pl.DataFrame) -> float | None:
    """Return the mean of days, each as often as it has cards."""
    count = int(spread["cards"].sum())
    return int((spread["days"] * spread["cards"]).sum()) / count if count else None


def _median(spread: pl.DataFrame) -> float | None:
    """Return the median of days, sorted, each as often as it has cards."""
    upto = spread["cards"].cum_sum()
    count = int(spread["cards"].sum())
    if not count:
        return None
    middle = np.searchsorted(upto.to_numpy(), [(count + 1) // 2, count // 2 + 1])
    return float(spread["days"].to_numpy()[middle].mean())


def _days(since: str, until: str) -> pl.Expr:
    return (pl.col(until) - pl.col(since)).dt.total_days()


def _longest(people: pl.DataFrame, on: date) -> int | None:
    oldest = cast("date | None", people["since"].min())
    return None if oldest is None else (on - oldest).days


def _past(people: pl.DataFrame, on: date) -> int:
    waited = (pl.lit(on) - pl.col("since")).dt.total_days() + 1
    return int(people.filter(waited > pl.col("target"))["cards"].sum())


def _by_class(printed: pl.DataFrame, office: Office) -> dict[str, dict[str, Any]]:
    by_class = {}
    for name in office.urgency:
        of_class = printed.filter(pl.col("urgency") == name)
        days = of_class.select("cards", "target", days=_days("since", "day"))
        if days.height:
            late = days.filter(pl.col("days") + 1 > pl.col("target"))
            by_class[name] = {
                "printed": int(days["cards"].sum()),
                "mean_days": round(_mean(days) or 0.0, 2),
                "longest_days": days["days"].max(),
                "printed_past_target": int(late["cards"].sum()),
            }
    return by_class


def _past_by_day(people: pl.DataFrame, start: date, days: int) -> Ints:
    """Return how many are past their target at the end of each day."""
    # From this day on an application is past its target if not printed by then.
    late = (pl.col("since") - pl.lit(start)).dt.total_days() + pl.col("target")
    done = (pl.col("day") - pl.lit(start)).dt.total_days()
    ends = people.select(
        late=late.clip(0, days).alias("late"),
        over=pl.max_horizontal(late, done.fill_null(days)).clip(0, days),
    )
    cards = people["cards"].to_numpy()
    change = np.zeros(days + 1, dtype=np.int64)
    np.add.at(change, ends["late"].to_numpy(), cards)
    np.subtract.at(change, ends["over"].to_numpy(), cards)
    return np.cumsum(change)[:days]
