"""What the rules allow every group of applications, and what it costs there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.people.keys import compact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.proof.prices import Prices


@dataclass(slots=True)
class Face:
    """What the tiers checked so far leave free."""

    groups: Cohorts  # the applications
    days: Ints  # days on which anything can be printed, ascending, shape (D,)
    masks: Bools  # days still allowed, and last "not printed", shape (M, D + 1)
    access: Ints  # index into `paths` by mask
    mask: Ints  # row of masks by group
    paths: Bools  # printers and servers still allowed, shape (E, D, P, S)
    stock: Ints  # index of the card type whose blanks are counted, or -1, (E,)
    group_access: Ints  # index into `paths` by group

    def positions(self, days: int) -> Ints:
        """Return the column of each day offset; ``days`` is "not printed"."""
        position = np.zeros(days + 1, dtype=np.int64)
        position[self.days] = np.arange(len(self.days))
        position[days] = len(self.days)
        return position


def whole_face(facts: Facts) -> Face:
    """Return all choices that the rules allow; a limit of zero allows none."""
    groups, kinds = facts.groups, facts.kinds
    limits = facts.limits
    worked = limits.printer_cards.any(axis=0) & limits.server_cards.any(axis=0)
    if limits.total is not None:
        worked &= limits.total > 0
    days = np.flatnonzero(worked)
    links = (
        (limits.printer_cards.T[days] > 0)[:, :, None]
        & (limits.server_cards.T[days] > 0)[:, None, :]
        & limits.reaches[None]
    )
    ways = len(kinds.stocked) + 1
    access, used = compact(
        kinds.printer_set * ways + kinds.stock + 1, len(kinds.printer_sets) * ways
    )
    like = np.zeros(len(used), dtype=np.int64)
    like[access] = np.arange(len(access))
    stock, group_access = kinds.stock[like], access[groups.example]
    supply = np.array([limits.supply[c] for c in kinds.stocked], dtype=np.int64)
    stocked = np.ones((len(stock), len(days)), dtype=bool)
    if (stock >= 0).any():
        stocked[stock >= 0] = supply[stock[stock >= 0]][:, days] > 0
    printers = kinds.printers[like]
    paths = printers[:, None, :, None] & links[None] & stocked[:, :, None, None]
    # Groups of equal access, first day and pin have the same choices.
    width = facts.days + 2
    key = (group_access * width + groups.ready) * width + groups.pinned + 1
    code, values = compact(key, max(1, len(stock)) * width * width)
    example = np.zeros(len(values), dtype=np.int64)
    example[code] = np.arange(len(code))
    pinned = groups.pinned[example]
    free: Bools = np.asarray(paths.any(axis=(2, 3)))[group_access[example]]
    free &= days >= groups.ready[example][:, None]
    free &= (pinned[:, None] == NONE) | (days == pinned[:, None])
    stays = (pinned == NONE) | (pinned == facts.days)
    masks = np.concatenate([free, stays[:, None]], axis=1)
    return Face(
        groups, days, masks, group_access[example], code, paths, stock, group_access
    )


def routes(face: Face, price: Prices) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the price of every path, and the least by access and day.

    A path that is not allowed costs more than any that is; so does a day
    without a path, which no mask allows.
    """
    days = face.days
    later = np.cumsum(price.stock[:, ::-1], axis=1)[:, ::-1]
    none = np.zeros((1, price.stock.shape[1]), dtype=price.stock.dtype)
    blanks = np.concatenate([later, none])[face.stock][:, days]
    daily = (
        price.printers.T[days][:, :, None]
        + price.servers.T[days][:, None, :]
        + price.reserve[days][:, None, None]
    )
    route = daily[None] + blanks[:, :, None, None]
    worst = np.abs(route).max(initial=0) + 1
    closed = np.where(face.paths, route, worst)
    least = closed.min(axis=(2, 3), initial=worst)
    return closed, np.asarray(least)


def costs(face: Face, tier: Objective, group: Ints) -> Ints:
    """Return the cost of every day, and of not printing, shape (groups, D + 1)."""
    day = np.append(face.days, tier.days)[None, :]
    return tier.formula(face.groups, group[:, None], day)
