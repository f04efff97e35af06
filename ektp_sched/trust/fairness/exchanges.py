"""What two applications gain and lose when they exchange their days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.trust.facts import MISSING
from ektp_sched.trust.verify.tiers import stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts

    Ints = NDArray[np.int64]

__all__ = ["changes", "tiers_that_count"]


def tiers_that_count(facts: Facts, by_rank: bool, later: int) -> list[list[str]]:
    """Return the tiers that stand before the one an exchange surely improves.

    Within a rank an exchange leaves the number of unprinted as it is, and
    improves ``pressure``.  A stricter rank surely improves the first stretch
    of tiers with ``pressure``, or with ``unprinted`` where it is not printed.

    Parameters
    ----------
    facts
        The office's tiers.
    by_rank
        Whether the one who gains has a stricter rank.
    later
        The later of the two days.

    Returns
    -------
    list of list of str
        ``overdue`` and ``promise`` by stretch: in each, all tiers of a
        stricter rank stand before those of the other.
    """
    sure = ["pressure"]
    if by_rank and later == facts.days:
        sure.append("unprinted")
    found: list[list[str]] = []
    for names in stretches(facts.office):
        first = min((names.index(n) for n in sure if n in names), default=None)
        before = names[: 0 if by_rank and first is not None else first]
        found.append([name for name in before if name in ("overdue", "promise")])
        if first is not None:
            break
    return found


def changes(
    facts: Facts,
    dates: tuple[Ints, Ints],
    days: tuple[int, int],
    parts: list[list[str]],
    *,
    wins: bool = False,
) -> list[Ints]:
    """Return what changes between two days, tiers packed into one number each.

    Parameters
    ----------
    facts
        Length of the horizon.
    dates
        due and promised of some applications, shape ``(K,)`` each.
    days
        The earlier day and the later.
    parts
        As from `tiers_that_count`.
    wins
        Whether any change in a stretch outweighs all that others have there.

    Returns
    -------
    list of ndarray
        For each tier the changes up to it, so that larger numbers matter
        more; at least one entry, the last being all of them.
    """
    found: list[Ints] = []
    for names in parts:
        some = [_change(name, dates, days) for name in names]
        if wins and some:
            moved = np.logical_or.reduce([change > 0 for change in some])
            most = _width(facts, names[0]) - 1
            some = [np.where(moved, most, 0), *(0 * change for change in some[1:])]
        found += some
    widths = [_width(facts, name) for names in parts for name in names]
    return _packed(found, widths) or [np.zeros(len(dates[0]), dtype=np.int64)]


def _change(name: str, dates: tuple[Ints, Ints], days: tuple[int, int]) -> Ints:
    (due, promised), (day, later) = dates, days
    if name == "overdue":
        return np.asarray((due >= day) & (due < later), dtype=np.int64)
    slip = np.maximum(0, later - np.maximum(promised, day))
    return np.where(promised == MISSING, 0, slip)


def _width(facts: Facts, name: str) -> int:
    """Return how many changes there are, "outweighs all" being one more."""
    return 3 if name == "overdue" else facts.days + 2


def _packed(some: list[Ints], widths: list[int]) -> list[Ints]:
    found: list[Ints] = []
    for change, width in zip(some, widths, strict=True):
        found.append(found[-1] * width + change if found else change)
    scale = 1
    for index in range(len(found) - 1, -1, -1):
        found[index] = found[index] * scale
        scale *= widths[index]
    return found
