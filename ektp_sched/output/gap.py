"""How far a simulated policy is from the exact plan, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.output.languages import Language

    Part = tuple[str, int | str | None, float, float, float | None]
    """Tier, rank, the policy's value, the optimum, gap as a share."""

__all__ = ["gap_sentences"]

_PLACES: Final = 4


def gap_sentences(parts: Iterable[Part], words: Language) -> list[str]:
    """Return how the policy compares in the first tier in which it differs.

    Later tiers are compared for nothing: the policy paid for them before.
    """
    every = list(parts)
    worse = [part for part in every if part[2] != part[3]]
    if not worse:
        return [words.text("compare.no-gap")] if every else []
    tier, rank, policy, optimum, gap = worse[0]
    name = words.name("tier", tier)
    if rank is not None:
        name = words.text("digest.tier_rank", tier=name, rank=str(rank))
    figures = {"policy": policy, "optimum": optimum}
    unit = words.name("unit", tier)
    if gap is None:
        return [words.text("compare.gap-count", tier=name, unit=unit, **figures)]
    share = words.percent(gap, _PLACES)
    return [words.text("compare.gap", tier=name, unit=unit, share=share, **figures)]
