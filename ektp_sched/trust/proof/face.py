"""What the rules allow every group of applications, and what it costs there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ektp_sched.people.keys import compact
from ektp_sched.trust.facts import MISSING
from ektp_sched.trust.verify.tiers import cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.groups import Groups
    from ektp_sched.trust.proof.prices import Prices
    from ektp_sched.trust.verify.tiers import DemandedTier

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["PINS", "Face", "costs", "field", "routes", "whole_face"]

PINS = "pins"
"""Pins not kept: a tier before all others while shifts are still open."""


@dataclass(slots=True)
class Face:
    """What the tiers checked so far leave free."""

    groups: Groups  # the applications
    days: Ints  # days on which anything can be printed, ascending, shape (D,)
    masks: Bools  # days still allowed, and last "not printed", shape (M, D + 1)
    access: Ints  # index into Groups.printers by mask
    mask: Ints  # row of masks by group
    paths: Bools  # printers and servers still allowed, shape (E, D, P, S)

    def positions(self, days: int) -> Ints:
        """Return the column of each day offset; ``days`` is "not printed"."""
        position = np.zeros(days + 1, dtype=np.int64)
        position[self.days] = np.arange(len(self.days))
        position[days] = len(self.days)
        return position


def whole_face(facts: Facts, groups: Groups) -> Face:
    """Return all choices that the rules allow; a limit of zero allows none."""
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
    supply = np.array([limits.supply[c] for c in facts.kinds.stocked], dtype=np.int64)
    stocked = np.ones((len(groups.stock), len(days)), dtype=bool)
    stock_counted = groups.stock >= 0
    if stock_counted.any():
        stocked[stock_counted] = supply[groups.stock[stock_counted]][:, days] > 0
    paths = groups.printers[:, None, :, None] & links[None] & stocked[:, :, None, None]
    code = _choices(groups, facts.days)
    example = np.zeros(int(code.max(initial=-1)) + 1, dtype=np.int64)
    example[code] = np.arange(len(code))
    access, pinned = groups.access[example], groups.pinned[example]
    free: Bools = np.asarray(paths.any(axis=(2, 3)))[access]
    free &= days >= groups.ready[example][:, None]
    free &= (pinned[:, None] == MISSING) | (days == pinned[:, None])
    stays = (pinned == MISSING) | (pinned == facts.days)
    masks = np.concatenate([free, stays[:, None]], axis=1)
    return Face(groups, days, masks, access, code, paths)


def _choices(groups: Groups, days: int) -> Ints:
    """Give each combination of access, first day and pin a number."""
    width = days + 2
    pin = np.where(groups.pinned == MISSING, days + 1, groups.pinned)
    key = (groups.access * width + groups.ready) * width + pin
    return compact(key, max(1, len(groups.stock)) * width * width)[0]


def routes(face: Face, price: Prices) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the price of every path, and the least by access and day.

    A path that is not allowed costs more than any that is; so does a day
    without a path, which no mask allows.
    """
    days = face.days
    later = np.cumsum(price.stock[:, ::-1], axis=1)[:, ::-1]
    none = np.zeros((1, price.stock.shape[1]), dtype=price.stock.dtype)
    blanks = np.concatenate([later, none])[face.groups.stock][:, days]
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


def field(groups: Groups, tier: DemandedTier) -> tuple[Ints, int]:
    """Return a key that is equal for groups that cost the same in a tier."""
    if tier.name == "unprinted":
        key = np.ones(len(groups), dtype=np.int64)
    elif tier.name == PINS:
        key = np.maximum(groups.pinned, -1) + 1
    elif tier.name == "overdue":
        key = np.maximum(groups.due, -1) + 2
    elif tier.name == "promise":
        key = np.maximum(groups.promised, -1) + 2
    else:
        targets, target = np.unique(groups.target, return_inverse=True)
        low = int(groups.since.min(initial=0))
        key = (groups.since - low) * len(targets) + target.reshape(-1) + 1
    if tier.rank is not None:
        key = np.where(groups.rank == tier.rank, key, 0)
    return key, int(key.max(initial=0)) + 1


def costs(facts: Facts, face: Face, tier: DemandedTier, group: Ints) -> Ints:
    """Return the cost of every day, and of not printing, shape (groups, D + 1)."""
    groups = face.groups
    day = np.append(face.days, facts.days)[None, :]
    if tier.name == PINS:
        pinned = groups.pinned[group][:, None]
        kept = (pinned == MISSING) | (pinned == facts.days) | (day < facts.days)
        return np.asarray(~kept, dtype=np.int64)
    when = {
        "unprinted": groups.since,
        "overdue": groups.due,
        "promise": groups.promised,
        "pressure": groups.since,
    }[tier.name][group][:, None]
    per_day = (tier.scale // groups.target[group])[:, None]
    amount = cost(tier.name, day, facts.days, when, per_day)
    if tier.rank is not None:
        amount[groups.rank[group] != tier.rank] = 0
    return amount
