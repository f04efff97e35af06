"""What the shifts of a plan cost and save, in figures."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ektp_sched.planning import ShiftUse

__all__ = ["total_savings"]


def total_savings(use: ShiftUse) -> dict[str, Fraction]:
    """Return what a shift saves in each objective, all ranks together.

    Parameters
    ----------
    use
        A shift that is worked.

    Returns
    -------
    dict
        Objective → cards, days or pressure-days; empty where the plan could
        not be made without it.
    """
    found: dict[str, Fraction] = {}
    for saving in use.saves:
        found[saving.name] = found.get(saving.name, Fraction(0)) + saving.amount
    return found
