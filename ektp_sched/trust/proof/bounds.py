r"""Bounds on the tiers under every choice of shifts, from prices alone.

Let every limit l have a price :math:`\lambda_l \ge 0`, and let application i
cost :math:`c(i, j)` at choice j, some tiers weighed together.  Whatever
shifts are worked, a plan comes to at least

.. math::

    \sum_i \min_j \Bigl( c(i, j) + \sum_{l \ni j} \lambda_l \Bigr)
        - \sum_l \lambda_l u_l(y)

with :math:`u_l(y)` what limit l is under the choice y.  That is weak duality;
it asks nothing of the prices but their sign.  Each day's limits depend on
that day's shifts alone, so the bound is a constant less a slope for each use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.office import capacity
from ektp_sched.people.objectives import told_apart
from ektp_sched.trust.facts import blocks
from ektp_sched.trust.proof.face import costs, routes, whole_face

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.documents.trees import Use
    from ektp_sched.office import Capacity
    from ektp_sched.people.objectives import Objective
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.proof.choice import Cut
    from ektp_sched.trust.proof.prices import Prices


_CHUNK: Final = 1 << 21
_ROOM: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class _Many:
    """Groups that some tiers together cannot tell apart: one of each, and sizes."""

    example: Ints
    size: Ints


class Bounds:
    """What prices prove under every choice of shifts; tiers begin with pins, if any."""

    def __init__(
        self,
        facts: Facts,
        tiers: Sequence[Objective],
        possible: Mapping[int, Sequence[str]],
    ) -> None:
        office, start, days = facts.office, facts.start, facts.days
        every = [(name, day) for day, names in possible.items() for name in names]
        self._facts = replace(facts, limits=capacity(office, start, days, every))
        self._tiers = tiers
        self._base = capacity(office, start, days)
        self._face = whole_face(self._facts)
        # A pin that cannot be kept costs 1 in the first tier of all.
        self._face.masks[:, -1] = True
        self._many: dict[int, _Many] = {}

    def constant(self, cut: Cut) -> int:
        """Return the bound on the weighed tiers without any shift, by prices alone."""
        _, least = routes(self._face, cut.prices)
        total = 0
        for group, size in self._blocks(cut.tier):
            mask = self._face.mask[group]
            paid = least[self._face.access[mask]]
            cost = self._weighed(cut, group, paid)
            cost[:, :-1] += paid
            cost[~self._face.masks[mask]] = cost.max(initial=0) + 1
            total += _dot(size, cost.min(axis=1))
        return total - self._asked(cut.prices)

    def _asked(self, prices: Prices) -> int:
        """Return what all limits without any shift come to at their prices."""
        base = self._base
        supply = [base.supply[card] for card in self._facts.kinds.stocked]
        pairs = [
            (base.printer_cards, prices.printers),
            (base.server_cards, prices.servers),
            *zip(supply, prices.stock, strict=True),
        ]
        if base.total is not None:
            pairs.append((base.total, prices.reserve))
        return sum(_dot(limit.reshape(-1), price.reshape(-1)) for limit, price in pairs)

    def _weighed(self, cut: Cut, group: Ints, paid: NDArray[Any]) -> NDArray[Any]:
        """Return the weighed cost of every choice, in a type that holds it."""
        parts = [
            (weight, costs(self._face, tier, group))
            for weight, tier in zip(cut.weights, self._tiers, strict=False)
            if weight
        ]
        dearest = sum(weight * largest(part) for weight, part in parts)
        fits = dearest + largest(paid) < _ROOM
        kind = paid.dtype if fits else np.dtype(object)
        shape = len(group), len(self._face.days) + 1
        total: NDArray[Any] = np.zeros(shape, dtype=kind)
        for weight, part in parts:
            total += weight * part.astype(kind, copy=False)
        return total

    def _blocks(self, tier: int) -> Iterator[tuple[Ints, Ints]]:
        if tier not in self._many:
            face, tiers = self._face, self._tiers[: tier + 1]
            count = max(1, len(face.masks))
            _, example, size = told_apart(face.groups, tiers, face.mask, count)
            self._many[tier] = _Many(example, size)
        many = self._many[tier]
        step = max(1, _CHUNK // self._face.masks.shape[1])
        for block in blocks(len(many.example), step):
            yield many.example[block], many.size[block]

    def slopes(self, uses: Sequence[Use], cuts: Sequence[Cut]) -> list[list[int]]:
        """Return what each use lowers the bound of each cut by, by cut, then by use."""
        slopes = [[0] * len(uses) for _ in cuts]
        for turn in turns(uses):
            chosen = [(name, uses[u][0]) for u in turn for name in uses[u][1]]
            facts = self._facts
            limits = capacity(facts.office, facts.start, facts.days, chosen)
            days = [uses[u][0] for u in turn]
            for cut, line in zip(cuts, slopes, strict=True):
                daily = self._more(limits, cut.prices, days)
                for u, amount in zip(turn, daily, strict=True):
                    line[u] = amount
        return slopes

    def adds_nothing(self, shift: str, day: int) -> bool:
        """Return whether a shift adds no card to any resource on a day."""
        facts = self._facts
        limits = capacity(facts.office, facts.start, facts.days, [(shift, day)])
        return bool(
            (limits.printer_cards == self._base.printer_cards).all()
            and (limits.server_cards == self._base.server_cards).all()
        )

    def _more(self, limits: Capacity, prices: Prices, days: list[int]) -> list[int]:
        base = self._base
        pairs = [
            (limits.printer_cards - base.printer_cards, prices.printers),
            (limits.server_cards - base.server_cards, prices.servers),
        ]
        if limits.total is not None and base.total is not None:
            more = (limits.total - base.total)[None]
            pairs.append((more, prices.reserve[None]))
        return [
            sum(_dot(added[:, day], price[:, day]) for added, price in pairs)
            for day in days
        ]


def turns(uses: Sequence[Use]) -> list[list[int]]:
    """Return uses in lists that hold no day twice."""
    seen: dict[int, int] = {}
    turns: list[list[int]] = []
    for number, (day, _) in enumerate(uses):
        turn = seen[day] = seen.get(day, -1) + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(number)
    return turns


def largest(numbers: NDArray[Any]) -> int:
    """Return the largest of some whole numbers, in size."""
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))


def _dot(count: NDArray[Any], each: NDArray[Any]) -> int:
    """Return a sum of products, in Python's integers where it might not fit."""
    if int(np.abs(count).sum()) * (largest(each) + 1) < _ROOM:
        return int((count * each).sum())
    return sum(a * b for a, b in zip(count.tolist(), each.tolist(), strict=True))
