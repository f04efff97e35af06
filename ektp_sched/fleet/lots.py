"""Blanks that come on several days, divided lot by lot among offices.

A price for each lot: what offices take together, as the prices move, is the slope of a
function that is concave on whole prices in the sense of Murota (2003): where neither
raising nor lowering the prices of some lots together by one betters it, nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from ektp_sched.fleet.division import Division, OutOfReachError, in_turn, too_few

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ektp_sched.fleet.division import Claim

    Ints = NDArray[np.int64]
    Told = Callable[[float], object]
    Vector = tuple[int, ...]
    Some = frozenset[int]


def divide_lots(claims: Sequence[Claim], lots: Sequence[int], told: Told) -> Division:
    """Divide each lot so that the tiers, summed over the offices, are least.

    Parameters
    ----------
    claims
        Of all offices; each is left with its prices, tier by tier.
    lots
        Blanks of each lot, by day.
    told
        Called with the share that is done.

    Returns
    -------
    Division
        Of each lot all is given, or nobody could use more.

    Raises
    ------
    ektp_sched.errors.UsageError
        More cards are pinned than there are blanks.
    """
    price: list[Vector] = []
    ends: dict[str, _Range] = {}
    count = len(claims[0].tiers) if claims else 0
    for tier in range(count):
        told(tier / count)
        search = _Tier(claims, tier, tuple(lots))
        try:
            price.append(search.price())
        except OutOfReachError:
            raise too_few(sum(lots)) from None
        ends = {claim.key: search.range(claim, price[-1]) for claim in claims}
        for claim in claims:
            claim.settle(tier, *price[-1])
    return _given(claims, lots, price, ends)


@dataclass(frozen=True, slots=True)
class _Range:
    """What may be taken: of some lots together at least and at most so much.

    Both are such that whole amounts can be chosen lot by lot: a generalised polymatroid
    (Frank and Tardos, 1988).
    """

    least: dict[Some, int]
    most: dict[Some, int]

    def at(self, lot: int, cards: int) -> _Range:
        """Return what may be taken of the others, if so much is taken of one."""
        rest = [some for some in self.least if lot not in some]
        return _Range(
            {s: max(self.least[s], self.least[s | {lot}] - cards) for s in rest},
            {s: min(self.most[s], self.most[s | {lot}] - cards) for s in rest},
        )


def _subsets(lots: int) -> list[Some]:
    """Return all sets of lots, from the empty one to all."""
    every = range(lots)
    return [frozenset(s) for n in range(lots + 1) for s in combinations(every, n)]


def _most(own: _Range, rest: _Range, lot: int) -> int:
    """Return the most of a lot that one may take if the rest is to take what is left.

    Two ranges meet in whole amounts if neither asks more of any lots than the other
    allows (Edmonds, 1970).
    """
    return min(
        above.most[some | {lot}] - below.least[some]
        for above in (own, rest)
        for below in (own, rest)
        for some in own.least
        if lot not in some
    )


def _given(
    claims: Sequence[Claim],
    lots: Sequence[int],
    price: Sequence[Vector],
    ends: dict[str, _Range],
) -> Division:
    """Give each lot out, what the tiers leave open in turn."""
    every = _subsets(len(lots))
    free = [not any(paid[k] for paid in price) for k in range(len(lots))]
    # What has no price may be kept, as much as nobody needs.
    store = {s: sum(lots[k] for k in s if free[k]) for s in every}
    ranges = [("", _Range(dict.fromkeys(every, 0), store))]
    ranges += [(claim.key, ends[claim.key]) for claim in in_turn(claims)]
    least = {s: sum(r.least[s] for _, r in ranges) for s in every}
    most = {s: sum(r.most[s] for _, r in ranges) for s in every}
    left, cards = list(lots), dict[str, tuple[int, ...]]()
    for key, own in ranges:
        for s in every:
            least[s] -= own.least[s]
            most[s] -= own.most[s]
        open_ = {s: sum(left[k] for k in s) for s in every}
        rest = _Range(
            {s: open_[s] - most[s] for s in every},
            {s: open_[s] - least[s] for s in every},
        )
        taken = []
        for lot in range(len(lots)):
            taken.append(_most(own, rest, lot))
            own, rest = own.at(lot, taken[-1]), rest.at(lot, taken[-1])
            left[lot] -= taken[-1]
        cards[key] = tuple(taken)
    single = [frozenset({k}) for k in range(len(lots))]
    return Division(
        tuple(price),
        {claim.key: cards[claim.key] for claim in claims},
        {c.key: tuple(ends[c.key].least[s] for s in single) for c in claims},
        {c.key: tuple(ends[c.key].most[s] for s in single) for c in claims},
        cards[""],
    )


@dataclass(frozen=True, slots=True)
class _Tier:
    """The search of one tier's prices, one for each lot."""

    claims: Sequence[Claim]
    tier: int
    lots: Vector
    _taken: dict[str, dict[Vector, Vector]] = field(default_factory=dict)
    _nodes: dict[str, Ints] = field(default_factory=dict)  # their last prices

    def price(self) -> Vector:
        """Return whole prices at which all together can take what there is."""
        at = (0,) * len(self.lots)
        some = _subsets(len(self.lots))[:0:-1]
        while True:
            ways = ((s, sign) for s in some for sign in (1, -1))
            way = next((w for w in ways if self._gain(at, *w) > 0), None)
            if way is None:
                return at
            at = self._along(at, *way)

    def range(self, claim: Claim, at: Vector) -> _Range:
        """Return what an office may take at whole prices."""
        least, most = {}, {}
        for s in _subsets(len(self.lots)):
            low, high = (self._at(claim, _moved(at, s, sign)) for sign in (1, -1))
            least[s], most[s] = sum(low[k] for k in s), sum(high[k] for k in s)
        return _Range(least, most)

    def _along(self, at: Vector, some: Some, sign: int) -> Vector:
        """Return the best prices on the way of some lots together."""
        most = max(4 * claim.dearest(self.tier) for claim in self.claims)
        low, step = 0, 1  # bettered at least so far; then how far further is tried
        while self._gain(_shifted(at, some, sign * (low + step)), some, sign) > 0:
            low, step = low + step, 4 * step
            if low > most:
                raise OutOfReachError
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            gains = self._gain(_shifted(at, some, sign * middle), some, sign) > 0
            low, high = (middle, high) if gains else (low, middle)
        return _shifted(at, some, sign * high)

    def _gain(self, at: Vector, some: Some, sign: int) -> int:
        """Return by what one step betters the sum of all: too much, or too little."""
        twice = _moved(at, some, sign)
        taken = sum(self._at(claim, twice)[k] for claim in self.claims for k in some)
        return sign * (taken - sum(self.lots[k] for k in some))

    def _at(self, claim: Claim, twice: Vector) -> Vector:
        known = self._taken.setdefault(claim.key, {})
        if twice not in known:
            made = claim.office.at(
                claim.tiers[self.tier],
                claim.face,
                twice,
                times=2 * claim.times[self.tier],
                guess=self._nodes.get(claim.key),
            )
            if made is None:
                raise OutOfReachError
            known[twice], self._nodes[claim.key] = made.taken, made.prices
        return known[twice]


def _shifted(at: Vector, some: Some, step: int) -> Vector:
    return tuple(p + step * (k in some) for k, p in enumerate(at))


def _moved(at: Vector, some: Some, sign: int) -> Vector:
    """Return twice the prices, those of some lots half a step on."""
    return tuple(2 * p + sign * (k in some) for k, p in enumerate(at))
