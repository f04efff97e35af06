"""Scarce blanks divided among offices, so that the tiers of all together are best.

The more blanks an office has, the less one more is worth to it: not less in one figure,
but in the tiers as a whole, compared in their order.  So there is a price, a number for
each tier, at which offices together take just what there is; and where each takes what
is best for it at that price, no other division is better (`docs/model.md`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.network.priced import Answer, PricedOffice
    from ektp_sched.planning.network.problem import Face

    Ints = NDArray[np.int64]
    Told = Callable[[float], object]

_SAMPLE: Final = 24
"""Offices by which a price is guessed before all are asked."""


@dataclass(slots=True)
class Claim:
    """An office that asks for blanks, as far as its tiers are settled.

    Parameters
    ----------
    key
        Of the office.
    office
        Its network.
    tiers
        Of all offices, in their order, as this one sees them.
    times
        What the costs of each tier are multiplied by, so that all have one unit.
    card
        Type of its blanks.
    waiting
        How many people wait for such a card.
    """

    key: str
    office: PricedOffice
    tiers: tuple[Objective, ...]
    times: tuple[int, ...]
    card: str
    waiting: int
    face: Face
    low: int = 0  # of the blanks that it may take in what is settled
    high: int = 0
    prices: list[Ints] = field(default_factory=list)  # of its nodes, tier by tier
    _asked: list[int] = field(default_factory=list)  # of this tier, ascending
    _answers: dict[int, Answer] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether what it takes is not settled."""
        return self.low < self.high

    def taken(self, tier: int, twice: int) -> int:
        """Return what it takes at half of an odd price, where that is one number."""
        if twice not in self._answers:
            below, above = self.around(twice)
            if below and above and below.taken == above.taken:
                return below.taken[0]
            near = above or below
            made = self.office.at(
                self.tiers[tier],
                self.face,
                [twice],
                times=2 * self.times[tier],
                guess=near.prices if near else None,
            )
            assert made is not None, "the tiers before were possible"
            insort(self._asked, twice)
            self._answers[twice] = made
        return self._answers[twice].taken[0]

    def around(self, twice: int) -> tuple[Answer | None, Answer | None]:
        """Return the answers at the nearest prices from below and above."""
        at = bisect_left(self._asked, twice)
        below, above = self._asked[:at][-1:], self._asked[at:][:1]
        return (
            self._answers[below[0]] if below else None,
            self._answers[above[0]] if above else None,
        )

    def step(self, low: int, high: int) -> tuple[Fraction, int] | None:
        """Return where between two prices it seems to take less, and how much less.

        It is where what is best at the one is as good as what is best at the other.
        """
        (_, at_low), (at_high, _) = self.around(low), self.around(high + 1)
        if at_low is None or at_high is None:
            return None
        less = at_low.taken[0] - at_high.taken[0]
        return (Fraction(at_high.cost - at_low.cost, less), less) if less else None

    def narrow(self, tier: int, price: int) -> None:
        """Note what it may take at a whole price."""
        if self.is_open:
            self.low = self.taken(tier, 2 * price + 1)
            self.high = self.taken(tier, 2 * price - 1)

    def restore(self, face: Face, known: int) -> None:
        """Take back tiers that were settled too early."""
        self.face = face
        del self.prices[known:]
        self._asked, self._answers = [], {}

    def counts(self, tier: int) -> bool:
        """Return whether a tier counts cards, so that its blanks have a price."""
        return self.tiers[tier].name == "unprinted"

    def settle(self, tier: int, *price: int) -> None:
        """Go on to what is best in a tier at the price of each lot."""
        near, _ = self.around(2 * price[0] + 1)
        made = self.office.at(
            self.tiers[tier],
            self.face,
            price,
            times=self.times[tier],
            guess=near.prices // 2 if near else None,
        )
        assert made is not None, "the tiers before were possible"
        self.face = made.face
        self.prices.append(made.prices)
        self._asked, self._answers = [], {}

    def dearest(self, tier: int) -> int:
        """Return more than what one card more can change in a tier."""
        each = self.tiers[tier].cost(
            self.office.cohorts,
            np.arange(len(self.office.cohorts)),
            np.full(len(self.office.cohorts), self.tiers[tier].days),
        )
        hops = self.office.program.nodes + 2
        return hops * self.times[tier] * (int(each.max(initial=0)) + 1)


@dataclass(frozen=True, slots=True)
class Division:
    """Who gets how many blanks, and the price at which each would take them.

    Parameters
    ----------
    price
        Of a blank of each lot, for each tier.
    cards
        Of each lot, for each office by key.
    least, most
        What each may have of each lot at that price without making any tier worse.
    kept
        Blanks of each lot that nobody could use.
    """

    price: tuple[tuple[int, ...], ...]
    cards: dict[str, tuple[int, ...]]
    least: dict[str, tuple[int, ...]]
    most: dict[str, tuple[int, ...]]
    kept: tuple[int, ...]


def divide(claims: Sequence[Claim], blanks: int, told: Told) -> Division:
    """Divide blanks so that the tiers, summed over the offices, are least.

    Parameters
    ----------
    claims
        Of all offices; each is left with its prices, tier by tier.
    blanks
        How many there are.
    told
        Called with the share that is done.

    Returns
    -------
    Division
        All blanks are given, or none more could be used.

    Raises
    ------
    ektp_sched.errors.UsageError
        They are fewer than the cards that are pinned.
    """
    usable = min(blanks, sum(claim.office.ample for claim in claims))
    price = _prices(claims, usable, told)
    cards: dict[str, tuple[int, ...]] = {c.key: (c.low,) for c in claims}
    left = blanks - sum(claim.low for claim in claims)
    if any(price):
        for claim in in_turn(claims):
            more = min(left, claim.high - claim.low)
            cards[claim.key] = (claim.low + more,)
            left -= more
    return Division(
        tuple((paid,) for paid in price),
        cards,
        {claim.key: (claim.low,) for claim in claims},
        {claim.key: (claim.high,) for claim in claims},
        (left,),
    )


def in_turn(claims: Sequence[Claim]) -> list[Claim]:
    """Return claims in the order in which they get what the tiers leave open.

    It goes first to where most people wait.
    """
    return sorted(claims, key=lambda claim: (-claim.waiting, claim.key))


def _prices(claims: Sequence[Claim], blanks: int, told: Told) -> list[int]:
    """Return the price of a blank in each tier, and settle them all."""
    for claim in claims:
        claim.high = claim.office.ample
    price: list[int] = []
    count = len(claims[0].tiers) if claims else 0
    careful = 0
    while len(price) < count:
        told(len(price) / count)
        # Most tiers take no price: they are foreseen at 0 up to the last, whose search
        # shows whether that leaves what there is.
        ahead = len(price)
        while ahead >= careful and not claims[0].counts(ahead) and ahead + 1 < count:
            ahead += 1
        before = [(claim, claim.face, len(claim.prices)) for claim in claims]
        for tier in range(len(price), ahead):
            for claim in claims:
                claim.settle(tier, 0)
        try:
            last = _Tier(claims, ahead, blanks).price()
        except OutOfReachError:
            if ahead == len(price):
                raise too_few(blanks) from None
            careful = ahead
            for claim, face, known in before:
                claim.restore(face, known)
            continue
        price += [0] * (ahead - len(price)) + [last]
        for claim in claims:
            claim.narrow(ahead, last)
            claim.settle(ahead, last)
    return price


@dataclass(frozen=True, slots=True)
class _Tier:
    """The search of one tier's price: what all take falls as it rises."""

    claims: Sequence[Claim]
    tier: int
    blanks: int

    def price(self) -> int:
        """Return a whole price at which all together can take what there is."""
        asking = [claim for claim in self.claims if claim.is_open]
        free = self.blanks - sum(c.low for c in self.claims if not c.is_open)
        if not asking:
            return 0
        at, step = 1, 2
        if len(asking) > 2 * _SAMPLE:
            # A few offices tell about where the price is; then all are asked.
            few = asking[:: len(asking) // _SAMPLE]
            part = free * sum(c.high for c in few) // sum(c.high for c in asking)
            low, high = self._around(few, part, at, step, near=64)
            if low > at:
                at, step = low, max(2, high - low)
        _, twice = self._around(asking, free, at, step)
        return (twice - 1) // 2 if twice > 0 else (twice + 1) // 2

    def _total(self, claims: Sequence[Claim], twice: int) -> int:
        return sum(claim.taken(self.tier, twice) for claim in claims)

    def _around(
        self, claims: Sequence[Claim], free: int, at: int, step: int, near: int = 0
    ) -> tuple[int, int]:
        """Return odd numbers, twice the prices at which too much and not too much goes.

        They are next to each other, or so much is taken at both as there is; or
        ``near``, they differ by one part of so many.
        """
        most = max(4 * claim.dearest(self.tier) for claim in claims)
        total = self._total(claims, at)
        up, low, high = total > free, at, at
        while (total > free) == up and total != free:
            if abs(at) > most:
                raise OutOfReachError
            low, high = (at, at + step) if up else (at - step, at)
            at, step = (high if up else low), 4 * step
            total = self._total(claims, at)
        if total == free:
            return at, at
        slow = False
        while high - low > 2 and not (near and high - low <= abs(high) // near):
            width = high - low
            at = (low + high) // 2 if slow else self._crossing(claims, free, low, high)
            at = min(max(at + 1 - at % 2, low + 2), high - 2)
            total = self._total(claims, at)
            if total == free:
                return at, at
            low, high = (at, high) if total > free else (low, at)
            slow = high - low > width // 2
        return low, high

    def _crossing(self, claims: Sequence[Claim], free: int, low: int, high: int) -> int:
        """Return where so much seems to be taken as there is."""
        steps = sorted(filter(None, (claim.step(low, high) for claim in claims)))
        left = self._total(claims, low) - free
        for twice, less in steps:
            left -= less
            if left <= 0:
                return int(twice)
        return (low + high) // 2


class OutOfReachError(Exception):
    """No price makes offices take so little, or so much."""


def too_few(blanks: int) -> UsageError:
    """Return that cards are pinned to days for which there are no blanks."""
    return UsageError(
        said(
            "blanks is too small: more cards than {blanks} are pinned to days of the "
            "plan; take pins back or send more",
            "blanks terlalu sedikit: kartu yang dipatok pada hari-hari rencana lebih "
            "dari {blanks}; batalkan sebagian patokan atau kirim lebih banyak",
            blanks=blanks,
        )
    )
