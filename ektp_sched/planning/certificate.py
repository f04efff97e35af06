"""What proves a plan optimal without a solver: prices, cuts and leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Certificate", "DecisionCut", "DecisionProof", "Leaf", "TierPrices"]


@dataclass(frozen=True, slots=True)
class TierPrices:
    """Prices of every limit in one tier, whole numbers, one a calendar day.

    Parameters
    ----------
    name, rank, scale, value
        As in ``Tier``.
    printers, servers
        Price by resource and day.
    reserve
        Price of each day's total, ``None`` without a reserve.
    stock
        For each card type with stock, the price of "printed up to and
        including this day".
    """

    name: str
    rank: int | str | None
    scale: int
    value: int
    printers: dict[str, tuple[int, ...]]
    servers: dict[str, tuple[int, ...]]
    reserve: tuple[int, ...] | None
    stock: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class DecisionCut:
    """Prices that bound one tier from below whichever shifts are worked.

    With each better tier counted ``weights`` times and the prices of
    ``limits``, weak duality bounds the weighed tiers under every decision;
    with the better tiers held at their values it bounds this one.

    Parameters
    ----------
    tier
        Index of the tier among those that the network values, pins (an
        unkept pin costs 1) first where there are any.
    weights
        How often each of those tiers up to this one counts; the last is 1.
    limits
        Price of every limit, not negative; its ``value`` is the bound
        without any shift, before better tiers are taken off.
    slope
        What each use lowers the bound by, in the order of ``uses``.
    """

    tier: int
    weights: tuple[int, ...]
    limits: TierPrices
    slope: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    r"""One part of all decisions, and why none of them is better.

    A decision y better in a tier of value v would need every cut of that tier
    to say at most v - 1, every cut of a better tier at most its value, and
    every row to hold.  So each cut demands :math:`r - a \cdot y \le 0`, with r
    the cut's bound less that amount, and a its slope, no part of which need
    need exceed r as y is 0 or 1.  The leaf is right if so many times each demand,
    each row :math:`w \cdot y - m \le 0` and each step of the path add up to
    something positive for every y in [0, 1].

    Parameters
    ----------
    path
        Steps that lead to the leaf: indices of uses, a number, and whether
        more of these uses are taken than that, or at most so many.
    times
        How often each step counts, not negative.
    cuts, rows
        Index into ``cuts`` and ``rows`` and how many times, positive.
    """

    path: tuple[tuple[tuple[int, ...], int, bool], ...]
    times: tuple[int, ...]
    cuts: tuple[tuple[int, int], ...]
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class DecisionProof:
    """Why no other choice of shifts is better.

    Parameters
    ----------
    uses
        Sets of shifts that could be worked together on a day: day offset and
        shift ids.
    rows
        Rules on the uses: place in office.toml, weight of each use, and the
        most that they may add up to.  After them the shifts' own tiers by
        name, with their values: in the proof of such a tier its row counts
        with one less, in those of later tiers as it is.
    cuts
        What the network says of every decision.
    leaves
        For each tier in order (pins first where there are any, then those of
        ``Plan.tiers``) leaves that together hold every decision: a binary
        tree from left to right, by their paths; none for a tier at 0, which
        nothing is below.
    """

    uses: tuple[tuple[int, tuple[str, ...]], ...]
    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    cuts: tuple[DecisionCut, ...]
    leaves: tuple[tuple[Leaf, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Certificate(OneLine):
    """Prices that prove a plan optimal without a solver.

    Parameters
    ----------
    start, days
        The horizon.
    tiers
        Prices by tier that the network values, in the order in which the
        tiers were settled.
    decisions
        Why the shifts are the right ones; ``None`` without shifts, or where
        only the solver proves it.
    """

    start: date
    days: int
    tiers: tuple[TierPrices, ...]
    decisions: DecisionProof | None = None
