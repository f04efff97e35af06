"""The objectives of planning in their strict order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.people.objectives import EARLINESS, Objective, tiers_of
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.office import Office
    from ektp_sched.people.cohorts import Cohorts

_RANGE = 1 << 56
"""Largest cost times number of nodes: leaves room to double it and to add up."""


def objectives(
    office: Office, cohorts: Cohorts, days: int, *, decided: bool = False
) -> tuple[Objective, ...]:
    """Return the tiers in the order in which they are settled, earliness the last.

    The shifts' own tiers are listed if ``decided``: those that the office names, where
    it names them, and the others last.
    """
    known = cohorts.is_known
    tiers = tiers_of(office, cohorts.ranks, days, decided=decided, known=known)
    if "pressure" in office.plan.tiers:
        return tiers
    return (*tiers, Objective(EARLINESS, None, 1, days))


def check_range(
    office: Office, cohorts: Cohorts, tiers: tuple[Objective, ...], nodes: int
) -> None:
    """Refuse costs that could leave the range of 64-bit integers.

    Solvers multiply costs by the number of nodes, cohorts not counted, distances add
    them up along paths, and neither says when it overflows.  Costs never fall with the
    day, or are 0 and 1, so those of "not printed" are the largest.
    """
    everyone = np.arange(len(cohorts))
    for tier in tiers:
        dearest = tier.cost(cohorts, everyone, np.full_like(everyone, tier.days))
        if int(dearest.max(initial=0)) * (nodes + len(cohorts)) >= _RANGE:
            targets = ", ".join(
                f"{name} = {kind.target_days}" for name, kind in office.urgency.items()
            )
            raise too_large(targets, office.lcm_targets, tier.days)


def too_large(targets: str, multiple: int, days: int) -> UnsupportedRuleError:
    """Return that targets have too large a common multiple."""
    return UnsupportedRuleError(
        said(
            "the target_days of urgency ({targets}) have the common multiple "
            "{multiple}, too large for exact integers over {days} days; choose "
            "targets that divide one another, such as 3, 30 and 90",
            "target_days kelas urgensi ({targets}) memiliki kelipatan persekutuan "
            "{multiple}, terlalu besar untuk dihitung dengan tepat selama {days} "
            "hari; pilihlah target yang saling habis dibagi, misalnya 3, 30, dan "
            "90",
            targets=targets,
            multiple=multiple,
            days=days,
        )
    )
