"""What each shift that is worked saves: the plan made again without it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.office import capacity
from ektp_sched.planning.assign import assign
from ektp_sched.planning.conflicts import pin_conflicts
from ektp_sched.planning.flow import FlowEngine
from ektp_sched.planning.lexicographic import solve_tiers
from ektp_sched.planning.program import build_program
from ektp_sched.planning.result import Saving, ShiftUse
from ektp_sched.planning.tiers import EARLINESS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Capacity, Office, Option
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.decisions.decide import Decided
    from ektp_sched.planning.lexicographic import Solution
    from ektp_sched.planning.program import Program
    from ektp_sched.planning.tiers import Objective

    Ints = NDArray[np.int64]
    Label = tuple[str, int | str | None]

__all__ = ["Made", "shift_uses"]


@dataclass(frozen=True, slots=True)
class Made:
    """A plan at the level of groups.

    Parameters
    ----------
    backlog, office, cohorts, tiers
        What was planned.
    program, solution
        The network under some decision, and the best plan in it.
    """

    backlog: Backlog
    office: Office
    cohorts: Cohorts
    tiers: tuple[Objective, ...]
    program: Program
    solution: Solution

    def person_days(self) -> dict[str | None, int]:
        """Return days until the cards are printed, added up by area.

        An application that is not printed counts up to the horizon's end.
        Areas that pay visits alike are one, under the key ``None``.
        """
        if not self.office.visits.areas:
            problem, flow = self.solution.problem, self.solution.flow
            day = np.append(self.program.column_day, self.program.capacity.days)
            return {None: int(day[problem.choice] @ flow.cards)}
        frame = self.backlog.frame
        day = np.full(len(frame), self.program.capacity.days, dtype=np.int64)
        prints = assign(frame, self.office, self.program, self.cohorts, self.solution)
        day[prints.application] = prints.day
        table = frame.select("area").with_columns(pl.Series("day", day))
        return dict(table.group_by("area").agg(pl.col("day").sum()).iter_rows())


def shift_uses(
    made: Made,
    decided: Decided,
    last_day: int,
    labels: Iterable[Label],
    deadline: float | None = None,
) -> tuple[ShiftUse, ...]:
    """Return every shift that is worked, what it costs and what it saves.

    Parameters
    ----------
    made
        The plan with all of them.
    decided
        The decision.
    last_day
        As for ``build_program``.
    labels
        Name and rank of each tier, as in ``summary.json``.
    deadline
        Moment of ``time.monotonic`` after which nothing is planned again.
    """
    names = list(labels)
    found = []
    for option in decided.used:
        late = deadline is not None and time.monotonic() >= deadline
        without = None if late else _without(made, decided, option, last_day)
        found.append(_use(made, option, without, names))
    return tuple(found)


def _without(
    made: Made, decided: Decided, option: Option, last_day: int
) -> Made | None:
    """Plan again without one shift; ``None`` if the pins then cannot be kept."""
    limits = _limits(made.office, decided.limits, decided.used, option)
    program = build_program(made.cohorts, limits, last_day)
    if pin_conflicts(program, made.cohorts, made.backlog.frame):
        return None
    solution = solve_tiers(program, made.cohorts, made.tiers, FlowEngine())
    assert solution is not None
    return Made(made.backlog, made.office, made.cohorts, made.tiers, program, solution)


def _limits(
    office: Office, limits: Capacity, used: tuple[Option, ...], dropped: Option
) -> Capacity:
    kept = [(o.shift, o.day) for o in used if o != dropped]
    return capacity(office, limits.start, limits.days, kept)


def _use(
    made: Made, option: Option, without: Made | None, labels: list[Label]
) -> ShiftUse:
    day = made.program.capacity.start + timedelta(days=option.day)
    if without is None:
        return ShiftUse(option.shift, day, option.cost_idr, (), 0, Fraction(0))
    pairs = zip(made.solution.tiers, without.solution.tiers, strict=True)
    changes = [
        (b.value - a.value, a.objective.scale)
        for a, b in pairs
        if a.objective.name != EARLINESS
    ]
    saves = tuple(
        Saving(*label, value, scale)
        for label, (value, scale) in zip(labels, changes, strict=True)
    )
    now, then = made.person_days(), without.person_days()
    days = {area: then[area] - now[area] for area in now}
    visits = made.office.visits
    trips = sum(
        (Fraction(d, visits.of(area).every_days) for area, d in days.items()),
        Fraction(0),
    )
    return ShiftUse(
        option.shift, day, option.cost_idr, saves, sum(days.values()), trips
    )
