"""How far a simulated policy is from the exact plan, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.compare.comparison import PolicyGap

_PLACES: Final = 4


def gap_sentences(tiers: Sequence[PolicyGap], words: Language) -> list[str]:
    """Return how the policy compares in the first tier in which it differs.

    Later tiers are compared for nothing: the policy paid for them before.
    """
    worse = [tier for tier in tiers if tier.policy != tier.optimum]
    if not worse:
        return [words.text("compare.no-gap")] if tiers else []
    first = worse[0]
    name, unit = words.name("tier", first.tier), words.name("unit", first.tier)
    if first.rank is not None:
        name = words.text("digest.tier_rank", tier=name, rank=str(first.rank))
    figures = {"policy": first.policy, "optimum": first.optimum}
    if first.gap is None:
        return [words.text("compare.gap-count", tier=name, unit=unit, **figures)]
    share = words.percent(first.gap, _PLACES)
    return [words.text("compare.gap", tier=name, unit=unit, share=share, **figures)]
