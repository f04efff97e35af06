"""A rule of thumb, day by day: the pressure index.

The index is what an application will have accrued more by the next working day
if it is not printed today: on Fridays that is three days' pressure, which is why
it comes nearer to the optimum than pressure itself.  Each card goes to the least
flexible of its printers that has room, so that the flexible ones stay free for
those who can go nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instance import Answer, Instance, build

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

    Ints = NDArray[np.int64]

__all__ = ["index"]


def index(backlog: Backlog, case: Case, limit: float) -> Answer:  # noqa: ARG001
    """Fill each working day with those of the greatest pressure until the next."""
    instance = build(backlog, case)
    accrued = _accrued(instance)
    units, columns = len(instance.size), instance.columns
    entry = np.full((units, columns + 1), -1, dtype=np.int64)
    entry[instance.owner, instance.choice] = np.arange(len(instance.choice))
    cards = np.zeros(len(instance.choice), dtype=np.int64)
    left = instance.size.copy()
    for number, day in enumerate(np.unique(instance.day)[:-1].tolist()):
        today = np.flatnonzero(instance.day[:-1] == day)
        allowed = (entry[:, today] >= 0) & (left > 0)[:, None]
        # Few wait for the least flexible printer: it comes first.
        today = today[np.argsort(left @ allowed, kind="stable")]
        order = np.lexsort((instance.since, accrued[number] - accrued[number + 1]))
        order = order[
            (entry[order[:, None], today] >= 0).any(axis=1) & (left[order] > 0)
        ]
        _fill(instance, today, order, entry, left, cards)
    cards[entry[:, columns]] += left
    return Answer(instance, cards, "no proof", exact=False)


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


def _fill(
    instance: Instance, today: Ints, order: Ints, entry: Ints, left: Ints, cards: Ints
) -> None:
    """Print until the limits of the day are reached."""
    limits = [np.flatnonzero(instance.uses[:, c]).tolist() for c in today.tolist()]
    room = dict(enumerate(instance.limit.tolist()))
    shared = set(limits[0]).intersection(*limits)
    for unit in order.tolist():
        many = int(left[unit])
        for place, choice in enumerate(entry[unit, today].tolist()):
            number = min(many, *(room[limit] for limit in limits[place]))
            if choice < 0 or number <= 0:
                continue
            many -= number
            cards[choice] += number
            for limit in limits[place]:
                room[limit] -= number
        left[unit] = many
        if any(room[limit] == 0 for limit in shared):
            return
