"""What limits the use of shifts: rows over the uses of the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.rules.tiers import DECISION_TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.rules.shifts import Shift

    Ints = NDArray[np.int64]

__all__ = ["Row", "costs", "rows", "worked"]


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


def rows(office: Office, uses: Uses, start: date) -> tuple[Row, ...]:
    """Return every limit on the uses."""
    limits = [
        Row("day", np.where(uses.day == day, 1, 0), 1) for day in np.unique(uses.day)
    ]
    if office.budget is not None:
        limits.append(Row("budget.idr", costs(uses), office.budget.idr))
    for number, shift in enumerate(office.shifts):
        of_shift = worked(uses, shift.id)
        place = f"shifts[{number + 1}]"
        if shift.max_uses is not None:
            limits.append(Row(f"{place}.max_uses", of_shift, shift.max_uses))
        if shift.max_per_week is not None:
            limits += _weekly(f"{place}.max_per_week", of_shift, shift, uses, start)
        limits += _rest(f"{place}.rest_days", of_shift, shift, uses)
    return tuple(row for row in limits if int(row.weight.sum()) > row.most)


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


def _weekly(
    rule: str, of_shift: Ints, shift: Shift, uses: Uses, start: date
) -> Iterator[Row]:
    """Limit each week from Monday to Sunday."""
    assert shift.max_per_week is not None
    week = (uses.day + start.weekday()) // 7
    for number in np.unique(week[of_shift > 0]):
        yield Row(rule, np.where(week == number, of_shift, 0), shift.max_per_week)


def _rest(rule: str, of_shift: Ints, shift: Shift, uses: Uses) -> Iterator[Row]:
    """Allow one use in any stretch of one day and the rest after it."""
    if not shift.rest_days:
        return
    for day in np.unique(uses.day[of_shift > 0]):
        near = (uses.day >= day) & (uses.day <= day + shift.rest_days)
        yield Row(rule, np.where(near, of_shift, 0), 1)
