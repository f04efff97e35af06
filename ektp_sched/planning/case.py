"""One planning problem: what is given, and what limits it, each laid once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ektp_sched.office import calendar, capacity
from ektp_sched.people.cohorts import check_start, group
from ektp_sched.people.objectives import EARLINESS
from ektp_sched.people.people import read_people
from ektp_sched.planning.network.horizon import days_that_matter
from ektp_sched.planning.scarce import Scarce
from ektp_sched.planning.tiers import objectives
from ektp_sched.rules import holding_back
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.yesterday.places import GivenPlaces

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Calendar, Capacity, Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.people.people import People
    from ektp_sched.planning.network.problem import TierSolver

SHIFTS = "shifts"
"""Limits that a choice of shifts moves, and what limits that choice."""

COUNTS = "counts"
"""Limits on cards that no network counts, such as of blanks that cross."""


@dataclass(frozen=True, slots=True)
class Case:
    """One planning problem."""

    backlog: Backlog
    office: Office
    calendar: Calendar
    limits: Capacity  # without any shift
    people: People  # who waits
    cohorts: Cohorts  # the same, grouped
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
    def given(self) -> GivenPlaces | None:
        """Return where the previous plan prints each application, if there is one."""
        known = self.backlog.known
        if known is None:
            return None
        size = self.office.plan.batch_size
        return GivenPlaces.of(known.given, self.start, self.limits.printers, size)

    @property
    def asks(self) -> frozenset[str]:
        """Return which limits it has that a plain network cannot state."""
        counts = len(self.cohorts) > 0 and (holding_back(self.office) or self.scarce)
        asked = ((SHIFTS, self.office.shifts), (COUNTS, counts))
        return frozenset(name for name, there in asked if there)

    @property
    def tiers(self) -> tuple[Objective, ...]:
        """Return the tiers that days decide."""
        return tuple(tier for tier in self.order if tier.name not in DECISION_TIERS)

    @property
    def named(self) -> tuple[Objective, ...]:
        """Return those of them that the office names."""
        return tuple(tier for tier in self.tiers if tier.name != EARLINESS)

    def label(self, tier: Objective) -> tuple[str, int | str | None]:
        """Return a tier's name and rank as in ``summary.json``."""
        return tier.name, tier.label


def lay_case(
    backlog: Backlog,
    office: Office,
    start: date,
    days: int,
    solver: TierSolver,
    workers: int = 1,
    limits: Capacity | None = None,
    people: People | None = None,
) -> Case:
    """Lay out who waits for what.

    ``limits`` are the office's own if left out, ``people`` those of the backlog.
    """
    worked = calendar(office, start, days)
    limits = capacity(office, start, days) if limits is None else limits
    if people is None:
        people = read_people(backlog.frame, office, start, days, backlog.known)
    check_start(people.since, start)
    cohorts = group(people)
    order = objectives(office, cohorts, days, decided=bool(office.shifts))
    last_day = days_that_matter(cohorts, limits)
    return Case(
        backlog,
        office,
        worked,
        limits,
        people,
        cohorts,
        order,
        last_day,
        solver,
        workers,
    )
