"""What limits the use of shifts: rows over the uses of the horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.rules.shifts import limits_on_uses
from ektp_sched.rules.tiers import DECISION_TIERS

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.arrays import Ints
    from ektp_sched.office import Office
    from ektp_sched.planning.decisions.uses import Uses


@dataclass(frozen=True, slots=True)
class Row:
    """One limit: ``weight`` times the uses taken is at most ``most``."""

    rule: str  # its place in office.toml
    weight: Ints  # (U,), not negative
    most: int

    @property
    def is_tier(self) -> bool:
        """Return whether it holds one of the shifts' own tiers at its value."""
        return self.rule in DECISION_TIERS

    @property
    def divided(self) -> tuple[Ints, int]:
        """Return weights without a common divisor, and what they add up to at most."""
        part = max(1, math.gcd(*self.weight.tolist()))
        return self.weight // part, self.most // part


def rows(office: Office, uses: Uses, start: date) -> tuple[Row, ...]:
    """Return every limit on the uses."""
    each_day = [
        Row("day", np.where(uses.day == day, 1, 0), 1) for day in np.unique(uses.day)
    ]
    days = int(uses.day.max(initial=0)) + 1
    options = [(option.shift, option.day) for option in uses.options]
    works = [worked(uses, shift.id) for shift in office.shifts]
    of_shift = np.array(works).reshape(len(works), len(uses))
    rules = [
        Row(
            limit.place,
            np.where(
                (uses.day >= first) & (uses.day <= last), limit.weights @ of_shift, 0
            ),
            most,
        )
        for limit in limits_on_uses(office, start, days, options)
        for first, last, most in limit.stretches
    ]
    return tuple(row for row in each_day + rules if int(row.weight.sum()) > row.most)


def worked(uses: Uses, shift: str) -> Ints:
    """Return whether each use works a shift, shape ``(U,)``, 0 or 1."""
    return np.array(
        [any(uses.options[i].shift == shift for i in use) for use in uses.members],
        dtype=np.int64,
    )


def costs(uses: Uses) -> Ints:
    """Return the cost of each use in rupiah, shape ``(U,)``."""
    return np.array(
        [sum(uses.options[i].cost_idr for i in use) for use in uses.members],
        dtype=np.int64,
    )
