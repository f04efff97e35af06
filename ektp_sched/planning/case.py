"""One planning problem: what is given, and what limits it, each laid once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ektp_sched.office import calendar, capacity
from ektp_sched.planning.cohorts import build_cohorts, rank_label
from ektp_sched.planning.horizon import days_that_matter
from ektp_sched.planning.scarce import Scarce
from ektp_sched.planning.tiers import DECIDED, EARLINESS, objectives

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Calendar, Capacity, Office
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.problem import TierSolver
    from ektp_sched.planning.tiers import Objective

__all__ = ["COUNTS", "SHIFTS", "Case", "lay_case"]

SHIFTS = "shifts"
"""Limits that a choice of shifts moves, and what limits that choice."""

COUNTS = "counts"
"""Limits on cards that no network counts: quotas, blanks that cross, ribbons."""


@dataclass(frozen=True, slots=True)
class Case:
    """One planning problem."""

    backlog: Backlog
    office: Office
    calendar: Calendar
    limits: Capacity  # without any shift
    cohorts: Cohorts  # who waits
    # Every tier in order, the shifts' own among them where there are shifts.
    order: tuple[Objective, ...]
    last_day: int  # from here on no optimal plan prints anything
    solver: TierSolver  # solves a tier of a network
    workers: int = 1  # where shifts are chosen
    # What can run out in a way that no network can say.
    scarce: Scarce = field(default_factory=Scarce)

    @property
    def days(self) -> int:
        """Return the length of the horizon."""
        return self.limits.days

    @property
    def start(self) -> date:
        """Return the first day."""
        return self.limits.start

    @property
    def asks(self) -> frozenset[str]:
        """Return which limits it has that a plain network cannot state."""
        counts = len(self.cohorts) > 0 and (self.office.quotas or self.scarce)
        asked = ((SHIFTS, self.office.shifts), (COUNTS, counts))
        return frozenset(name for name, there in asked if there)

    @property
    def tiers(self) -> tuple[Objective, ...]:
        """Return the tiers that days decide."""
        return tuple(tier for tier in self.order if tier.name not in DECIDED)

    @property
    def named(self) -> tuple[Objective, ...]:
        """Return those of them that the office names."""
        return tuple(tier for tier in self.tiers if tier.name != EARLINESS)

    def label(self, tier: Objective) -> tuple[str, int | str | None]:
        """Return a tier's name and rank as in ``summary.json``."""
        if tier.rank is None:
            return tier.name, None
        return tier.name, rank_label(self.office, self.cohorts.ranks[tier.rank])


def lay_case(
    backlog: Backlog,
    office: Office,
    start: date,
    days: int,
    solver: TierSolver,
    workers: int = 1,
) -> Case:
    """Lay out who waits for what over a horizon."""
    worked = calendar(office, start, days)
    limits = capacity(office, start, days)
    cohorts = build_cohorts(backlog, office, start, days)
    order = objectives(office, cohorts, days, decided=bool(office.shifts))
    last_day = days_that_matter(cohorts, limits)
    return Case(
        backlog, office, worked, limits, cohorts, order, last_day, solver, workers
    )
