"""Rules of thumb, day by day: the pressure index and first in, first out.

The index is what an application will have accrued more by the next working day
if it is not printed today: on Fridays that is three days' pressure, which is why
it comes nearer to the optimum than pressure itself.  Each card goes to the least
flexible of its printers that has room, so that the flexible ones stay free for
those who can go nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.engines.answer import Answer
from benchmarks.instance import Instance, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

    Ints = NDArray[np.int64]

__all__ = ["solve_fifo", "solve_index"]


def solve_index(backlog: Backlog, case: Case, limit: float) -> Answer:  # noqa: ARG001
    """Print the greatest pressure until the next working day first.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Not used.
    """
    instance = build(backlog, case)
    accrued = _accrued(instance)
    days = np.unique(instance.day)

    def urgency(number: int) -> Ints:
        return accrued[number + 1] - accrued[number]

    assert len(days) == len(accrued)
    return Answer(instance, _day_by_day(instance, urgency), "none")


def solve_fifo(backlog: Backlog, case: Case, limit: float) -> Answer:  # noqa: ARG001
    """Print who has waited longest first.

    Parameters
    ----------
    backlog, case, limit
        As for `solve_index`.
    """
    instance = build(backlog, case)
    return Answer(instance, _day_by_day(instance, lambda _: -instance.since), "none")


def _accrued(instance: Instance) -> Ints:
    """Return by working day, and last the horizon, what each unit has accrued.

    Scaled by the product of targets, so that units are comparable as integers.
    """
    days = np.unique(instance.day)[:, None]
    since, target = instance.since[None, :], instance.target[None, :]
    first = np.maximum(since, 0)
    waited = np.maximum(0, days - first)
    scale = int(np.lcm.reduce(np.unique(instance.target)))
    found: Ints = (scale // target) * (
        waited * (first - since + 1) + waited * (waited - 1) // 2
    )
    return found


def _day_by_day(instance: Instance, urgency: Callable[[int], Ints]) -> Ints:
    """Fill each working day in order of urgency; return cards on choices."""
    cards = np.zeros(len(instance.choice), dtype=np.int64)
    left = instance.size.copy()
    last = instance.start[1:] - 1
    for number, day in enumerate(np.unique(instance.day)[:-1].tolist()):
        columns = np.flatnonzero(instance.day[:-1] == day)
        today = np.flatnonzero(np.isin(instance.choice, columns))
        mine = instance.owner[today]
        order = np.lexsort((instance.since[mine], -urgency(number)[mine]))
        _fill(instance, today[order], mine[order], left, cards)
    unprinted = instance.choice[last] == instance.columns
    assert unprinted.all()
    cards[last] += left
    return cards


def _fill(
    instance: Instance, today: Ints, owner: Ints, left: Ints, cards: Ints
) -> None:
    """Print until the limits of the day are reached."""
    choice = instance.choice[today]
    columns = np.unique(choice)
    wanted = {c: int(left[owner[choice == c]].sum()) for c in columns.tolist()}
    limits = {
        c: np.flatnonzero(instance.uses[:, c]).tolist() for c in columns.tolist()
    }
    room = dict(enumerate(instance.limit.tolist()))
    everything = set(np.flatnonzero(instance.uses[:, columns].all(axis=1)).tolist())
    options: dict[int, list[tuple[int, int, int]]] = {}
    for entry, unit, column in zip(
        today.tolist(), owner.tolist(), choice.tolist(), strict=True
    ):
        options.setdefault(unit, []).append((wanted[column], column, entry))
    for unit, choices in options.items():
        many = int(left[unit])
        for _, column, entry in sorted(choices):
            number = min(many, *(room[limit] for limit in limits[column]))
            if number <= 0:
                continue
            many -= number
            cards[entry] += number
            for limit in limits[column]:
                room[limit] -= number
        left[unit] = many
        if any(room[limit] == 0 for limit in everything):
            return
