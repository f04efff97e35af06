"""From what the replications came to, to figures of a scenario."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from ektp_sched.scenarios.compare.answer import Queue
from ektp_sched.scenarios.compare.comparison import (
    ClassWait,
    Difference,
    ScenarioFigures,
    Waits,
)
from ektp_sched.scenarios.compare.spread import (
    QUANTILES,
    of_days,
    of_histogram,
    of_values,
    order_statistic,
)
from ektp_sched.scenarios.simulate.polymatroid import CAUSES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.world.laws import CheckedScenario, Told, Worth

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Samples = dict[str, Floats]
    """Every quantity in every replication; whole numbers are exact below 2**53."""

_DAYS: Final = ("backlog_cleared_on", "nobody_waits_on", "on_target_on")
"""Quantities that are days; all others are numbers."""


def trips(person_days: Floats, areas: tuple[str | None, ...], office: Office) -> Floats:
    """Return the trips that people make in vain by area, as the days, ``(A, R)``.

    A person who waits comes every ``visits.every_days`` days.  Where the
    first visit falls within that time is left open, so in the mean a day of
    waiting is 1 / every_days of a trip.
    """
    every = [office.visits.of(area).every_days for area in areas]
    made: Floats = person_days / np.array(every, dtype=np.float64)[:, None]
    return made


def trip_cost(made: Floats, areas: tuple[str | None, ...], office: Office) -> Floats:
    """Return what trips by area, shape ``(A, R)``, cost residents, rupiah."""
    cost = [office.visits.of(area).trip_cost_idr for area in areas]
    rupiah: Floats = np.array(cost, dtype=np.float64) @ made
    return rupiah


def samples(outcome: Outcome, office: Office) -> Samples:
    """Return every quantity in every replication, shape ``(R,)`` each."""
    person_days = outcome.person_days_by_area()
    made = trips(person_days, outcome.areas, office)
    printed = outcome.printed.sum(axis=1)
    possible = np.maximum(outcome.capacity.sum(axis=1), 1)
    by_name = {
        "backlog_cleared_on": outcome.cleared_day,
        "nobody_waits_on": outcome.nobody_waits_day,
        "on_target_on": outcome.on_target_day,
        "waiting_at_end": outcome.waiting[:, -1],
        "longest_wait_days": outcome.longest_wait,
        "free_day": outcome.free_day,
        "person_days": person_days.sum(axis=0),
        "wasted_trips": made.sum(axis=0),
        "wasted_trip_cost_idr": trip_cost(made, outcome.areas, office),
        "pressure_days": outcome.pressure / outcome.scale,
        "utilisation": printed / possible,
    }
    return {name: values.astype(np.float64) for name, values in by_name.items()}


def costs(
    scenario: CheckedScenario,
    worth: Worth,
    worked: Bools,
    in_baseline: Bools,
    replaced: Ints,
) -> Samples:
    """Return what is bought, and all that a scenario costs beside trips, rupiah.

    Parameters
    ----------
    scenario, worth
        Its price, its shifts, what each further day costs, and how far what is bought
        counts.
    worked, in_baseline
        Whether each is a working day of its calendar, and of the baseline's, ``(H,)``.
    replaced
        Price of what replaces that which failed for good, ``(R,)``.
    """
    bought = scenario.cost_idr + replaced.astype(np.float64)
    further = int((worked & ~in_baseline).sum())
    days = further * scenario.cost_idr_per_day + scenario.shifts_idr
    counted = float(worth.counted(1, len(worked)))
    return {"bought_idr": bought, "total_cost_idr": counted * bought + days}


def with_dates(
    base: Samples,
    outcome: Outcome,
    told_trips: Floats,
    office: Office,
    law: Told,
) -> Samples:
    """Return the baseline's samples if everybody is told a date.

    Trips in vain of those who heed it are given by area, ``(A, R)``; the others come
    as people do today.
    """
    heeded, areas = float(law.heeded), outcome.areas
    as_today = trips(outcome.person_days_by_area(), areas, office)
    made = heeded * told_trips + (1 - heeded) * as_today
    return base | {
        "wasted_trips": made.sum(axis=0),
        "wasted_trip_cost_idr": trip_cost(made, areas, office),
        "total_cost_idr": base["total_cost_idr"] + law.cost_idr,
    }


def quantities(sampled: Mapping[str, Floats], days: int, start: date) -> dict[str, Any]:
    """Return how each quantity spreads, as fields of a scenario's figures."""
    return {
        name: of_days(values, days, start) if name in _DAYS else of_values(values)
        for name, values in sampled.items()
        if name in ScenarioFigures.model_fields
    }


def waits(outcome: Outcome, office: Office) -> Waits:
    """Return how long people wait, over all replications."""
    done, left = outcome.waits, outcome.waiting_at_end
    initial, new = done.initial + left.initial, done.new + left.new
    by_urgency = {}
    for number, (name, rule) in enumerate(office.urgency.items()):
        of_class = outcome.urgency == number
        old, fresh = initial[of_class].sum(axis=0), new[of_class].sum(axis=0)
        both = old + fresh
        late = float(both[rule.target_days :].sum()) / max(1, int(both.sum()))
        by_urgency[name] = ClassWait(**_wait(old, fresh), late_share=late)
    by_area = done.area + left.area
    return Waits(
        **_wait(initial.sum(axis=0), new.sum(axis=0)),
        by_urgency=by_urgency,
        by_area={
            area or "": of_histogram(counts)
            for area, counts in zip(outcome.areas, by_area, strict=True)
            if counts.any()
        },
    )


def _wait(initial: Ints, new: Ints) -> dict[str, Any]:
    """Return the fields of a `Wait`, of people by days of wait, ``(W,)`` each."""
    parts = {"initial": of_histogram(initial), "new": of_histogram(new)}
    return dict(of_histogram(initial + new) or ()) | parts


def binding_share(outcome: Outcome) -> dict[str, float]:
    """Return the share of worked days, over all replications, on which each binds."""
    total = max(1, int(outcome.binding.sum()))
    shares = outcome.binding.sum(axis=0) / total
    return dict(zip(CAUSES, shares.tolist(), strict=True))


def nobody_waits_any_more(outcome: Outcome, start: date) -> Queue:
    """Return when no day leaves a queue, and how often one comes back."""
    free = outcome.queued == 0
    count, days = free.shape
    futures = free.sum(axis=0)
    later = np.arange(days) > outcome.free_day[:, None]
    returns = float((later & ~free).any(axis=1).mean())
    halves = np.flatnonzero(2 * futures >= count)
    if not len(halves):
        return Queue(returns_share=returns)
    day = int(halves[0])
    after = ~free[:, day + 1 :][:, outcome.worked[day + 1 :]]
    return Queue(
        on=start + timedelta(days=day),
        share=float(futures[day]) / count,
        returns_share=returns,
        queue_days_share=float(after.mean()) if after.size else None,
    )


def daily(outcome: Outcome, name: str, start: date) -> pl.DataFrame:
    """Return waiting, printed and the queue left by day, at P10, P50 and P90.

    And in how many futures a queue is left, and which days are worked.
    """
    count, days = outcome.waiting.shape
    columns: dict[str, object] = {
        "scenario": [name] * days,
        "day": [start + timedelta(days=day) for day in range(days)],
    }
    for field in ("waiting", "printed", "queued"):
        values = getattr(outcome, field)
        ordered = np.sort(values, axis=0)
        for label, percent in QUANTILES:
            row = ordered[order_statistic(count, percent)]
            columns[f"{field}_{label}"] = row.astype(np.int64)
    columns["queued_futures"] = (outcome.queued > 0).sum(axis=0)
    columns["worked"] = outcome.worked
    return pl.DataFrame(columns)


def difference(
    name: str,
    baseline: str,
    ours: Mapping[str, Floats],
    theirs: Mapping[str, Floats],
    days: int,
) -> Difference:
    """Return a scenario less the baseline, replication by replication.

    Percentiles are those of the difference: P90 less P90 would be another number, and a
    wrong one.  Both samples are from the same replications in the same order; a day at
    the end of the horizon is none.
    """
    spreads: dict[str, Any] = {}
    for key in ours:
        own, other = ours[key], theirs[key]
        if key in _DAYS:
            both = (own < days) & (other < days)
            own, other = own[both], other[both]
        spreads[key] = of_values(own - other) if len(own) else None
    saved, cost = -spreads["person_days"].mean, spreads["total_cost_idr"].mean
    money = cost / saved if cost > 0 and saved > 0 else None
    return Difference(name=name, baseline=baseline, **spreads, idr_per_person_day=money)


def against_told(
    plain: Difference, ours: Mapping[str, Floats], told: Mapping[str, Floats]
) -> Difference:
    """Return a difference with the trips against those of dates told, too."""
    more = {
        f"{key}_against_told": of_values(ours[key] - told[key])
        for key in ("wasted_trips", "wasted_trip_cost_idr")
    }
    return plain.model_copy(update=more)
