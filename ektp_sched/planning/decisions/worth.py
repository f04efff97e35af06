"""What each shift that is worked saves: the plan made again without it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
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
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Capacity, Office, Option
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.decisions.decide import Decided
    from ektp_sched.planning.lexicographic import Solution
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.program import Program
    from ektp_sched.planning.tiers import Objective

    Ints = NDArray[np.int64]
    Label = tuple[str, int | str | None]

__all__ = ["Made", "Unmade", "capacity_without", "made_without", "shift_uses"]


class Unmade(Enum):
    """Why there is no plan without a shift to compare with."""

    RULES = "no plan keeps the rules without it"
    UNKNOWN = "the time was over, or it is not known how good a plan is"


@dataclass(frozen=True, slots=True)
class Made:
    """A plan at the level of groups."""

    backlog: Backlog
    office: Office
    cohorts: Cohorts
    tiers: tuple[Objective, ...]
    program: Program  # the network under some decision
    solution: Solution  # the best plan in it
    # The network that the solution is in, where it is split by kind.
    split: Split | None = None

    def person_days(self) -> dict[str | None, int]:
        """Return days until the cards are printed, added up by area.

        An application that is not printed counts up to the horizon's end.
        Areas that pay visits alike are one, under the key ``None``.
        """
        if not self.office.visits.areas:
            problem, flow = self.solution.problem, self.solution.flow
            network = self.program if self.split is None else self.split.program
            day = np.append(network.column_day, self.program.capacity.days)
            return {None: int(day[problem.choice] @ flow.cards)}
        frame = self.backlog.frame
        day = np.full(len(frame), self.program.capacity.days, dtype=np.int64)
        prints = assign(
            frame,
            self.office,
            self.program,
            self.cohorts,
            self.solution,
            self.split,
        )
        day[prints.application] = prints.day
        table = frame.select("area").with_columns(pl.Series("day", day))
        return dict(table.group_by("area").agg(pl.col("day").sum()).iter_rows())


def shift_uses(
    made: Made,
    used: Iterable[Option],
    again: Callable[[Option], Made | Unmade],
    labels: Iterable[Label],
    deadline: float | None = None,
) -> tuple[ShiftUse, ...]:
    """Return every shift that is worked, what it costs and what it saves.

    ``again`` plans without one of them, all others being worked; the last such plan is
    to be made by the deadline.
    """
    names = list(labels)
    uses, longest = [], 0.0
    for option in used:
        begun = time.monotonic()
        # None is begun that, by the pace of those before, would end too late.
        late = deadline is not None and begun + longest >= deadline
        without = Unmade.UNKNOWN if late else again(option)
        longest = max(longest, time.monotonic() - begun)
        uses.append(_use(made, option, without, names))
    return tuple(uses)


def made_without(
    made: Made, decided: Decided, last_day: int, option: Option
) -> Made | Unmade:
    """Plan again without one shift of the decision."""
    limits = capacity_without(made.office, decided.limits, decided.used, option)
    program = build_program(made.cohorts, limits, last_day)
    if pin_conflicts(program, made.cohorts, made.backlog.frame):
        return Unmade.RULES
    solution = solve_tiers(program, made.cohorts, made.tiers, FlowEngine())
    assert solution is not None
    return Made(made.backlog, made.office, made.cohorts, made.tiers, program, solution)


def capacity_without(
    office: Office, limits: Capacity, used: tuple[Option, ...], dropped: Option
) -> Capacity:
    """Return the capacity with all shifts of a decision but one."""
    kept = [(o.shift, o.day) for o in used if o != dropped]
    return capacity(office, limits.start, limits.days, kept)


def _use(
    made: Made, option: Option, without: Made | Unmade, labels: list[Label]
) -> ShiftUse:
    day = made.program.capacity.start + timedelta(days=option.day)
    if isinstance(without, Unmade):
        needed = without is Unmade.RULES
        return ShiftUse(option.shift, day, option.cost_idr, (), 0, Fraction(0), needed)
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
