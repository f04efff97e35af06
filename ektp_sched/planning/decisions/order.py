"""The tiers of a case with shifts, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.people.objectives import PINS, Objective
from ektp_sched.planning.decisions.rules import costs
from ektp_sched.planning.outcome import Linear
from ektp_sched.planning.tiers import objectives
from ektp_sched.rules.tiers import DECISION_TIERS

if TYPE_CHECKING:
    from ektp_sched.office import Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.decisions.uses import Uses

EARLIEST = "earliest"
"""Sum of the days of shifts: last of all, so that the choice is unique."""


def tier_order(
    office: Office, cohorts: Cohorts, days: int, uses: Uses | None
) -> list[Objective | Linear]:
    """Return all tiers in order, and last what makes the choice unique."""
    if uses is None:
        return list(objectives(office, cohorts, days))
    weights = {
        "cost_idr": costs(uses),
        "shifts": np.array([len(one) for one in uses.members], dtype=np.int64),
    }
    early = np.array(
        [sum(uses.options[i].day + 1 for i in one) for one in uses.members],
        dtype=np.int64,
    )
    named = [
        Linear(tier.name, weights[tier.name]) if tier.name in DECISION_TIERS else tier
        for tier in objectives(office, cohorts, days, decided=True)
    ]
    return [*named, Linear(EARLIEST, early)]


def pin_tiers(cohorts: Cohorts, days: int) -> list[Objective | Linear]:
    """Return the tier that keeps pins, where there are any."""
    pinned = (cohorts.pinned != NONE) & (cohorts.pinned < days)
    return [Objective(PINS, None, 1, days)] if pinned.any() else []
