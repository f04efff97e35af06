"""One planning problem, on its way through planning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.planning.tiers import EARLINESS

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.decisions import Decided
    from ektp_sched.planning.mixed import Mixed
    from ektp_sched.planning.program import Program
    from ektp_sched.planning.tiers import Objective

__all__ = ["Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """One planning problem, as given and as a network."""

    backlog: Backlog
    office: Office
    program: Program  # the network
    cohorts: Cohorts  # what flows through it
    tiers: tuple[Objective, ...]
    engine: str  # its name
    decided: Decided | None = None  # which shifts are worked; None without shifts
    mixed: Mixed | None = None  # the plan under rules that break the network

    @property
    def chosen(self) -> Decided | Mixed | None:
        """Return who settled the tiers, if not the network alone."""
        return self.decided if self.mixed is None else self.mixed

    @property
    def named(self) -> tuple[Objective, ...]:
        """Return the tiers that the office names."""
        return tuple(tier for tier in self.tiers if tier.name != EARLINESS)

    def label(self, tier: Objective) -> tuple[str, int | str | None]:
        """Return a tier's name and rank as in ``summary.json``."""
        return tier.name, tier.label
