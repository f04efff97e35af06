"""What each shift that is worked saves: the plan made again without it."""

from __future__ import annotations

import time
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.documents import Saving, ShiftUse
from ektp_sched.office import capacity
from ektp_sched.people.objectives import EARLINESS
from ektp_sched.planning.assign import assign
from ektp_sched.planning.outcome import Unmade

if TYPE_CHECKING:
    from ektp_sched.office import Capacity, Office, Option
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.clock import Clock
    from ektp_sched.planning.outcome import Outcome


def shift_uses(case: Case, outcome: Outcome, clock: Clock) -> tuple[ShiftUse, ...]:
    """Return every shift that is worked, what it costs and what it saves.

    What it saves is not known where the time does not suffice to plan without it.
    """
    if outcome.without is None:
        return ()
    uses, longest = [], 0.0
    with clock.stage("savings"):
        for option in outcome.used:
            begun = time.monotonic()
            # None is begun that, by the pace of those before, would end too late.
            end = clock.deadline
            late = end is not None and begun + longest >= end
            without = Unmade.UNKNOWN if late else outcome.without(option)
            longest = max(longest, time.monotonic() - begun)
            uses.append(_use(case, outcome, option, without))
    return tuple(uses)


def capacity_without(
    office: Office, limits: Capacity, used: tuple[Option, ...], dropped: Option
) -> Capacity:
    """Return the capacity with all shifts of a decision but one."""
    kept = [(o.shift, o.day) for o in used if o != dropped]
    return capacity(office, limits.start, limits.days, kept)


def _use(
    case: Case, outcome: Outcome, option: Option, without: Outcome | Unmade
) -> ShiftUse:
    day = case.start + timedelta(days=option.day)
    if isinstance(without, Unmade):
        needed = without is Unmade.RULES
        return ShiftUse(option.shift, day, option.cost_idr, (), 0, Fraction(0), needed)
    assert outcome.solution is not None
    assert without.solution is not None
    pairs = zip(outcome.solution.tiers, without.solution.tiers, strict=True)
    saves = tuple(
        Saving(*case.label(a.objective), b.value - a.value, a.objective.scale)
        for a, b in pairs
        if a.objective.name != EARLINESS
    )
    now, then = _person_days(case, outcome), _person_days(case, without)
    days = {area: then[area] - now[area] for area in now}
    visits = case.office.visits
    trips = sum(
        (Fraction(d, visits.of(area).every_days) for area, d in days.items()),
        Fraction(0),
    )
    return ShiftUse(
        option.shift, day, option.cost_idr, saves, sum(days.values()), trips
    )


def _person_days(case: Case, outcome: Outcome) -> dict[str | None, int]:
    """Return days until the cards are printed, added up by area.

    An application that is not printed counts up to the horizon's end.  Areas that pay
    visits alike are one, under the key ``None``.
    """
    solution, program = outcome.solution, outcome.program
    assert solution is not None
    if not case.office.visits.areas:
        network = program if outcome.split is None else outcome.split.program
        day = np.append(network.column_day, case.days)
        return {None: int(day[solution.problem.choice] @ solution.flow.cards)}
    frame = case.backlog.frame
    day = np.full(len(frame), case.days, dtype=np.int64)
    prints = assign(
        frame, case.office, program, outcome.cohorts, solution, outcome.split
    )
    day[prints.application] = prints.day
    table = frame.select("area").with_columns(pl.Series("day", day))
    return dict(table.group_by("area").agg(pl.col("day").sum()).iter_rows())
