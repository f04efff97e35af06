"""What limits the use of shifts: rows over the uses of the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.tiers import DECIDED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.office.decisions import Shift
    from ektp_sched.planning.decisions.uses import Uses

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
        return self.rule in DECIDED


def rows(office: Office, uses: Uses, start: date) -> tuple[Row, ...]:
    """Return every limit on the uses."""
    found = [
        Row("day", np.where(uses.day == day, 1, 0), 1) for day in np.unique(uses.day)
    ]
    if office.budget is not None:
        found.append(Row("budget.idr", costs(uses), office.budget.idr))
    for number, shift in enumerate(office.shifts):
        mine = worked(uses, shift.id)
        place = f"shifts[{number + 1}]"
        found += _most(f"{place}.max_uses", mine, shift.max_uses)
        if shift.max_per_week is not None:
            found += _weekly(f"{place}.max_per_week", mine, shift, uses, start)
        found += _rest(f"{place}.rest_days", mine, shift, uses)
    return tuple(row for row in found if int(row.weight.sum()) > row.most)


def worked(uses: Uses, shift: str) -> Ints:
    """Return whether each use works a shift, shape ``(U,)``, 0 or 1."""
    return np.array(
        [any(uses.options[i].shift == shift for i in one) for one in uses.members],
        dtype=np.int64,
    )


def costs(uses: Uses) -> Ints:
    """Return the cost of each use in rupiah, shape ``(U,)``."""
    return np.array(
        [sum(uses.options[i].cost_idr for i in one) for one in uses.members],
        dtype=np.int64,
    )


def _most(rule: str, mine: Ints, most: int | None) -> list[Row]:
    return [] if most is None else [Row(rule, mine, most)]


def _weekly(
    rule: str, mine: Ints, shift: Shift, uses: Uses, start: date
) -> Iterator[Row]:
    """Limit each week from Monday to Sunday."""
    assert shift.max_per_week is not None
    week = (uses.day + start.weekday()) // 7
    for number in np.unique(week[mine > 0]):
        yield Row(rule, np.where(week == number, mine, 0), shift.max_per_week)


def _rest(rule: str, mine: Ints, shift: Shift, uses: Uses) -> Iterator[Row]:
    """Allow one use in any stretch of one day and the rest after it."""
    if not shift.rest_days:
        return
    for day in np.unique(uses.day[mine > 0]):
        near = (uses.day >= day) & (uses.day <= day + shift.rest_days)
        yield Row(rule, np.where(near, mine, 0), 1)
