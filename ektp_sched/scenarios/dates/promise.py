"""Dates for everybody who waits: what they are, and for whom there is none."""

from __future__ import annotations

import operator
from datetime import date, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
import polars as pl
from pydantic import Field, GetPydanticSchema, PlainSerializer
from pydantic_core.core_schema import is_instance_schema

from ektp_sched.backlog import Backlog  # noqa: TC001 - pydantic reads it
from ektp_sched.backlog.inputs import as_backlog, as_day
from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.office import Notice, Office, calendar
from ektp_sched.office.inputs import as_office
from ektp_sched.planning import Status
from ektp_sched.scenarios.compare.spread import order_statistic
from ektp_sched.scenarios.dates.fronts import (
    Fronts,
    chosen,
    simulated,
    undisturbed,
)
from ektp_sched.scenarios.dates.kept import Kept, read_before, slips
from ektp_sched.scenarios.dates.ready_by import (
    as_confidence,
    first_days,
    next_open,
    printed_in,
    rank_of,
)
from ektp_sched.scenarios.document import Document, Exact
from ektp_sched.scenarios.simulate.roster import likely_plan
from ektp_sched.scenarios.world.loading import as_scenarios
from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ektp_sched.backlog.inputs import BacklogLike, DayLike
    from ektp_sched.backlog.told import ToldLike
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.scenarios.dates.fronts import Course
    from ektp_sched.scenarios.dates.ready_by import Ints
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Progress
    from ektp_sched.scenarios.world.loading import ScenariosLike

PLAN: Final = "plan"
"""Policy of dates that are the days of the exact plan."""


_AS_IT_IS: Final = GetPydanticSchema(lambda kind, _: is_instance_schema(kind))


class Promises(OneLine, Document):
    """Ready-by dates of a backlog.

    Parameters
    ----------
    office
        As it is today; its name stands in promises.json.
    start, days
        First day and number of calendar days simulated.
    scenario, policy
        What was simulated; policy ``plan`` where nothing is uncertain and the
        dates are the days of the exact plan.
    replications, seed
        How often, and from which seed; once where nothing is uncertain.
    confidence
        Probability with which a date holds.
    certain
        Whether nothing in the simulation was uncertain: nobody arrives and
        nothing breaks down.
    applications, dated
        How many there are, and with a date.
    no_date_yet
        Those that may be printed after the horizon only.
    never
        Those that no printer or blank is there for.
    first, middle, last
        The earliest date, the one that half of them have, and the latest.
    backlog
        Who waits.
    people
        Everybody in the backlog's order: application_id, area, urgency,
        waiting_since; ``earliest``, the day before which the card cannot be
        ready; ``ready_by``, a date told before where there is one; ``likely_on``;
        ``confidence``, that of the day on which the date was told, null where that is
        not known; ``first_told``, the first of all dates that the person was told;
        null for no date.
    previous
        What became of the dates told before; None where none were given.
    slipped
        Whose date told before no longer holds: application_id, promised_on,
        new_date (null for no date yet) and days_late, the latest first.
    notices
        How the shifts that are worked were chosen.
    """

    schema_version: int = 1
    office: Annotated[Office, PlainSerializer(attrgetter("name"), return_type=str)]
    start: date
    days: int
    scenario: str
    policy: str
    replications: int
    seed: int
    confidence: Exact
    certain: bool
    applications: int
    dated: int
    no_date_yet: int
    never: int
    first: date | None
    middle: date | None
    last: date | None
    backlog: Annotated[Backlog, _AS_IT_IS] = Field(exclude=True)
    people: pl.DataFrame = Field(exclude=True)
    previous: Kept | None = None
    slipped: pl.DataFrame | None = Field(default=None, exclude=True)
    notices: tuple[Notice, ...] = Field(default=(), exclude_if=operator.not_)

    @property
    def frame(self) -> pl.DataFrame:
        """application_id, ready_by, confidence, likely_on: promises.csv.

        With dates told before also first_told.
        """
        first = () if self.previous is None else ("first_told",)
        return self.people.select(
            "application_id", "ready_by", "confidence", "likely_on", *first
        )

    def document(self) -> dict[str, Any]:
        """Return promises.json, with ``previous`` where dates were told before."""
        without = {"previous"} if self.previous is None else None
        return self.model_dump(mode="json", exclude=without)

    @property
    def last_day(self) -> date:
        """Last day of the horizon."""
        return self.start + timedelta(days=self.days - 1)


def promise(
    backlog: BacklogLike,
    office: OfficeLike,
    scenarios: ScenariosLike | None = None,
    *,
    start: DayLike,
    days: int = 365,
    scenario: str | None = None,
    replications: int = 2_000,
    seed: int = 1,
    confidence: float = 0.9,
    policy: str = "pressure",
    previous: ToldLike | None = None,
    told: ToldLike | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Promises:
    """Tell everybody who waits a date that holds with a stated probability.

    A date is the first day on which the office is open and by whose end the
    card is printed in enough replications (`ektp_sched.scenarios.dates.ready_by`).
    Where nothing is uncertain, it is the day of the exact plan.  With ``previous``
    everybody keeps the date that was told, and only others are told one.

    Parameters
    ----------
    backlog, office
        Who waits, and the office as it is, whose open days count, in any form
        that ``plan`` takes.
    scenarios
        What may come, the path of ``scenarios.toml``, or its tables; None:
        nothing is uncertain.
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
        ``pressure``, the office's own order, ``class-order`` or ``fifo``.
    previous
        The dates told before: promises.csv, the folder that holds it, or its frame.
        Where the export has a date as well, the earlier one holds.
    told
        Those of ``previous`` who were told another date since: a list with
        application_id and new_date, as slipped.csv has them.
    executor
        Where blocks of replications run; None: here, one after another.
    progress
        Called with ``simulate`` and the share done.

    Raises
    ------
    ektp_sched.errors.InputError
        If a file of dates told is not what it should be.
    ektp_sched.errors.UsageError
        If a number is out of its range, or there is no such scenario.
    ektp_sched.errors.UnsupportedRuleError
        If the policy cannot follow the office's rules.
    """
    office, start = as_office(office), as_day(start)
    backlog = as_backlog(backlog, office)
    exact = as_confidence(confidence)
    before = read_before(backlog, office, previous, told)
    if before is not None:
        backlog = before.promised(backlog)
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
    rows = np.concatenate([course.queue.rows, course.queue.singles.rows])
    planned = _planned_days(backlog, course, rows)
    if planned is None:
        soonest, ready_by, likely_on = (
            days_printed(fronts, course.queue, at) for at in (1, rank, middle)
        )
    else:
        soonest = ready_by = likely_on = planned
    columns = {
        "earliest": np.minimum(days_printed(best, course.queue, 1), soonest),
        "ready_by": ready_by,
        "likely_on": likely_on,
    }
    dates = {
        name: _column(opens[offsets], rows, backlog.planned, start, days).alias(name)
        for name, offsets in columns.items()
    }
    own = backlog.frame.select("application_id", "area", "urgency", "waiting_since")
    people = own.with_columns(
        *dates.values(),
        confidence=pl.lit(float(exact)),
        first_told=dates["ready_by"],
    )
    slipped = kept = None
    if before is not None:
        slipped = slips(own, before.frame["promised_on"], dates["ready_by"])
        people = before.keeping(people)
        kept = before.counts(people, slipped)
    unprintable = course.queue.rows_left_out.get("no-printer", rows[:0])
    never = people["ready_by"].gather(unprintable).null_count()
    return Promises(
        office=office,
        start=start,
        days=days,
        scenario=course.scenario.name,
        policy=policy if planned is None else PLAN,
        replications=fronts.replications,
        seed=seed,
        confidence=exact,
        certain=course.is_certain,
        **counted(people, never),
        backlog=backlog,
        people=people,
        previous=kept,
        slipped=slipped,
        notices=course.notices,
    )


def counted(people: pl.DataFrame, never: int) -> dict[str, Any]:
    """Return what promises.json says of the dates; ``never``: with no printer."""
    told = people["ready_by"].drop_nulls().sort()
    count = len(told)
    return {
        "applications": people.height,
        "dated": count,
        "no_date_yet": people.height - count - never,
        "never": never,
        "first": told[0] if count else None,
        "middle": told[(count - 1) // 2] if count else None,
        "last": told[-1] if count else None,
    }


def _planned_days(backlog: Backlog, course: Course, rows: Ints) -> Ints | None:
    """Return the exact plan's day of each row, where nothing is uncertain.

    None where something is, where another order is asked for, and where there
    is no plan: a pin that cannot be kept, a rule that no engine can solve.
    """
    if not course.is_certain or course.policy != "pressure" or not backlog.planned:
        return None
    try:
        made = likely_plan(course.scenario, backlog, course.start, course.days)
    except UnsupportedRuleError:
        return None
    if made.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return None
    printed = backlog.frame.select("application_id").join(
        made.assignments.select("application_id", "day"),
        on="application_id",
        how="left",
        maintain_order="left",
    )
    offsets = (printed["day"] - course.start).dt.total_days().fill_null(course.days)
    return offsets.to_numpy()[rows]


def days_printed(fronts: Fronts, queue: Queue, rank: int) -> Ints:
    """Return for each person the day that is an order statistic of all, H for never.

    Rank 1 is the earliest of all print days, R the latest.  The people of the streams
    come in the queue's order, then the singles.
    """
    by_stream = [
        first_days(printed_in(front, rank), np.arange(end - first))
        for front, first, end in zip(
            fronts.streams, queue.first[:-1], queue.first[1:], strict=True
        )
    ]
    at = rank - 1
    singles = np.partition(fronts.singles, at, axis=1)[:, at]
    return np.concatenate([*by_stream, singles.astype(np.int64)])


def _column(printed: Ints, rows: Ints, count: int, start: date, days: int) -> pl.Series:
    """Return days as dates in the backlog's order; null for none."""
    offsets = np.full(count, days, dtype=np.int64)
    offsets[rows] = printed
    column = pl.lit(pl.Series(offsets))
    return pl.select(
        pl.when(column < days).then(pl.lit(start, pl.Date) + pl.duration(days=column))
    ).to_series()
