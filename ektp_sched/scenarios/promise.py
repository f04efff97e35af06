"""Dates for everybody who waits: what they are, and for whom there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ektp_sched.office import calendar
from ektp_sched.scenarios.fronts import (
    Fronts,
    chosen,
    simulated,
    undisturbed,
)
from ektp_sched.scenarios.loading import as_scenarios
from ektp_sched.scenarios.ready_by import (
    as_confidence,
    first_days,
    next_open,
    printed_in,
    rank_of,
)
from ektp_sched.scenarios.spread import order_statistic
from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from datetime import date
    from fractions import Fraction
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.scenarios.blocks import Progress
    from ektp_sched.scenarios.laws import Scenarios
    from ektp_sched.scenarios.queue import Queue
    from ektp_sched.scenarios.ready_by import Ints

__all__ = ["Promises", "days_printed", "promise"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Promises(OneLine):
    """Ready-by dates of a backlog.

    Parameters
    ----------
    backlog, office
        Who waits, and the office as it is today.
    start, days
        First day and number of calendar days simulated.
    scenario, policy
        What was simulated.
    replications, seed
        How often, and from which seed; once where nothing is uncertain.
    confidence
        Probability with which a date holds.
    certain
        Whether nothing in the simulation was uncertain: nobody arrives and
        nothing breaks down.
    people
        Everybody in the backlog's order: application_id, area, urgency,
        waiting_since; ``earliest``, the day before which the card cannot be
        ready; ``ready_by``; ``likely_on``; null for no date.
    never
        Applications that no printer or blank is there for.
    """

    backlog: Backlog
    office: Office
    start: date
    days: int
    scenario: str
    policy: str
    replications: int
    seed: int
    confidence: Fraction
    certain: bool
    people: pl.DataFrame
    never: int

    @property
    def frame(self) -> pl.DataFrame:
        """application_id, ready_by, confidence, likely_on: promises.csv."""
        return self.people.select(
            "application_id",
            "ready_by",
            pl.lit(float(self.confidence)).alias("confidence"),
            "likely_on",
        )

    @property
    def dated(self) -> int:
        """Number of applications with a date."""
        return self.people.height - self.people["ready_by"].null_count()

    @property
    def beyond(self) -> int:
        """Number of applications that may be printed after the horizon only."""
        return self.people["ready_by"].null_count() - self.never

    @property
    def last_day(self) -> date:
        """Last day of the horizon."""
        return self.start + timedelta(days=self.days - 1)

    def document(self) -> dict[str, Any]:
        """Return the object that stands in promises.json."""
        days = self.people["ready_by"].drop_nulls().sort()
        middle = days[(len(days) - 1) // 2] if len(days) else None
        return {
            "schema_version": 1,
            "office": self.office.name,
            "start": self.start.isoformat(),
            "days": self.days,
            "scenario": self.scenario,
            "policy": self.policy,
            "replications": self.replications,
            "seed": self.seed,
            "confidence": float(self.confidence),
            "certain": self.certain,
            "applications": self.people.height,
            "dated": self.dated,
            "no_date_yet": self.beyond,
            "never": self.never,
            "first": None if middle is None else days[0].isoformat(),
            "middle": None if middle is None else middle.isoformat(),
            "last": None if middle is None else days[-1].isoformat(),
        }


def promise(
    backlog: Backlog,
    office: Office,
    scenarios: Scenarios | str | Path | None,
    *,
    start: date,
    days: int = 365,
    scenario: str | None = None,
    replications: int = 2_000,
    seed: int = 1,
    confidence: float = 0.9,
    policy: str = "pressure",
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Promises:
    """Tell everybody who waits a date that holds with a stated probability.

    A date is the first day on which the office is open and by whose end the
    card is printed in enough replications (`ektp_sched.scenarios.ready_by`).

    Parameters
    ----------
    backlog, office
        Who waits, and the office as it is, whose open days count.
    scenarios
        What may come, or the path of ``scenarios.toml``; None: nothing is
        uncertain.
    start, days
        First day, and number of calendar days simulated, 1 to 3,660.
    scenario
        The one that is followed; None: the baseline.
    replications
        1 to 1,000,000; so many as the confidence needs.
    seed
        A whole number from 0; equal seeds give equal dates.
    confidence
        Between 0 and 1.
    policy
        ``pressure``, ``class-order`` or ``fifo``.
    executor
        Where blocks of replications run; None: here, one after another.
    progress
        Called with ``simulate`` and the share done.

    Raises
    ------
    ektp_sched.errors.UsageError
        If a number is out of its range, or there is no such scenario.
    ektp_sched.errors.UnsupportedRuleError
        If the policy cannot follow the office's rules.
    """
    exact = as_confidence(confidence)
    course = chosen(
        backlog,
        as_scenarios(scenarios, office, start),
        scenario,
        start=start,
        days=days,
        replications=replications,
        seed=seed,
        policy=policy,
        executor=executor,
        progress=progress,
    )
    rank = 1 if course.is_certain else rank_of(exact, replications)
    fronts = simulated(course, 1 if course.is_certain else replications)
    best = simulated(undisturbed(course), 1)
    opens = next_open(calendar(office, start, days).open)
    middle = order_statistic(fronts.replications, 50) + 1
    columns = {
        "earliest": np.minimum(
            days_printed(best, course.queue, 1), days_printed(fronts, course.queue, 1)
        ),
        "ready_by": days_printed(fronts, course.queue, rank),
        "likely_on": days_printed(fronts, course.queue, middle),
    }
    rows = np.concatenate([course.queue.rows, course.queue.singles.rows])
    dates = {
        name: _column(opens[found], rows, backlog.planned, start, days).alias(name)
        for name, found in columns.items()
    }
    own = backlog.frame.select("application_id", "area", "urgency", "waiting_since")
    return Promises(
        backlog=backlog,
        office=office,
        start=start,
        days=days,
        scenario=course.scenario.name,
        policy=policy,
        replications=fronts.replications,
        seed=seed,
        confidence=exact,
        certain=course.is_certain,
        people=own.with_columns(*dates.values()),
        never=course.queue.left_out.get("no-printer", 0),
    )


def days_printed(fronts: Fronts, queue: Queue, rank: int) -> Ints:
    """Return for each person the day that is an order statistic of all.

    Parameters
    ----------
    fronts
        Replications.
    queue
        Who waits.
    rank
        1 for the earliest of all print days, R for the latest.

    Returns
    -------
    ndarray
        Days, H for never: the people of the streams in the queue's order,
        then the singles.
    """
    found = [
        first_days(printed_in(front, rank), np.arange(end - first))
        for front, first, end in zip(
            fronts.streams, queue.first[:-1], queue.first[1:], strict=True
        )
    ]
    at = rank - 1
    singles = np.partition(fronts.singles, at, axis=1)[:, at]
    return np.concatenate([*found, singles.astype(np.int64)])


def _column(found: Ints, rows: Ints, count: int, start: date, days: int) -> pl.Series:
    """Return days as dates in the backlog's order; null for none."""
    offsets = np.full(count, days, dtype=np.int64)
    offsets[rows] = found
    column = pl.lit(pl.Series(offsets))
    return pl.select(
        pl.when(column < days).then(pl.lit(start, pl.Date) + pl.duration(days=column))
    ).to_series()
