"""What a certificate says of all choices of shifts, read with suspicion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.trust.proof.prices import UnreadableError, limit_prices
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.documents import DecisionCut, DecisionProof, Leaf
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.proof.prices import Prices

__all__ = ["Cut", "read_cuts"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A bound on one tier under every choice, as stated, with its prices as arrays."""

    tier: int  # index among the tiers to which applications add, pins first
    weights: tuple[int, ...]  # how often each of those tiers up to this one counts
    constant: int  # bound on the weighed tiers without any shift
    slope: tuple[int, ...]  # what each use lowers it by
    prices: Prices  # price of every limit


def read_cuts(proof: DecisionProof, facts: Facts) -> tuple[Cut, ...]:
    """Return the cuts of a proof whose parts fit each other.

    `UnreadableError` if a line is of another length than what it speaks of, or
    leaves speak of nothing that is there.
    """
    uses, sizes = len(proof.uses), (len(proof.cuts), len(proof.rows))
    leaves = [leaf for part in proof.leaves for leaf in part]
    lines = [
        *((weights, uses) for _, weights, _ in proof.rows),
        *((cut.slope, uses) for cut in proof.cuts),
        *((cut.weights, cut.tier + 1) for cut in proof.cuts),
        *((leaf.times, len(leaf.path)) for leaf in leaves),
    ]
    if any(len(line) != size for line, size in lines):
        message = said(
            "proof of the choice has a line that does not have one number for each "
            "use, tier or step",
            "satu baris dalam bukti pilihan shift tidak berisi satu angka untuk tiap "
            "pemakaian, tujuan, atau langkah",
        )
        raise UnreadableError(message)
    if not all(_speaks_of_what_is_there(leaf, uses, sizes) for leaf in leaves):
        message = said(
            "leaves name something that is not there, or twice",
            "leaves menyebut sesuatu yang tidak ada, atau dua kali",
        )
        raise UnreadableError(message)
    return tuple(_cut(cut, facts) for cut in proof.cuts)


def _cut(cut: DecisionCut, facts: Facts) -> Cut:
    prices = limit_prices(cut, facts)
    return Cut(cut.tier, cut.weights, cut.constant, cut.slope, prices)


def _speaks_of_what_is_there(leaf: Leaf, uses: int, sizes: tuple[int, int]) -> bool:
    steps = all(max(indices, default=uses) < uses for indices, _, _ in leaf.path)
    named = [[number for number, _ in pairs] for pairs in (leaf.cuts, leaf.rows)]
    return steps and all(
        len(set(numbers)) == len(numbers) and max(numbers, default=-1) < size
        for numbers, size in zip(named, sizes, strict=True)
    )
