"""What a plan says of its own quality, and whether it may say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.trust.tiers import OWN_TIERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.trust.planned import Planned

    Bools = NDArray[np.bool_]

__all__ = ["check_claims", "uncertifiable"]


def check_claims(facts: Facts, plan: Planned, findings: Findings) -> None:
    """Check that bounds, "proven" and "optimal" do not contradict each other.

    Parameters
    ----------
    facts
        The office and its applications.
    plan
        What it states of its tiers, its status and its certificate.
    findings
        Where violations go.
    """
    for tier in plan.tiers:
        label = tier.name if tier.rank is None else f"{tier.name} of rank {tier.rank}"
        if tier.bound is not None and tier.bound > tier.value:
            findings.add(
                "tier-claim",
                f"Tier {label} states the bound {tier.bound} above its value "
                f"{tier.value}.",
            )
        elif tier.proven and tier.bound != tier.value:
            findings.add(
                "tier-claim",
                f"Tier {label} is called proven, but its bound is not its value.",
            )
    word = plan.certificate is not None or uncertifiable(facts)
    status = getattr(plan, "status", None)
    if status is not None and str(status) == "optimal":
        if not all(tier.proven for tier in plan.tiers):
            findings.add("status", "The plan is called optimal, a tier is not proven.")
        elif not word:
            findings.add(
                "status", "The plan is called optimal, but has no certificate."
            )
    elif not word and any(t.proven for t in plan.tiers if t.name not in OWN_TIERS):
        findings.add(
            "tier-claim", "A tier is called proven, but the plan has no certificate."
        )


def uncertifiable(facts: Facts) -> bool:
    """Return whether only a solver can prove such a plan, and prices cannot.

    That is so with quotas, with blanks that expire or are set aside, and with
    ribbons; and where blanks may run out of a card type that shares a printer,
    a server or the reserve with another.  Blanks may run out if on some day
    there have been fewer than applications for them.

    Parameters
    ----------
    facts
        The office and its applications.
    """
    kinds, limits = facts.kinds, facts.limits
    ribbons = any(p.cards_per_ribbon is not None for p in facts.office.printers)
    if facts.office.quotas or kinds.lots or ribbons:
        return True
    due = facts.ready < facts.days
    wanted = np.bincount(facts.kind[due], minlength=len(kinds.stock))
    servers = kinds.printers.astype(np.int64) @ limits.reaches.astype(np.int64) > 0
    uses = np.concatenate([kinds.printers, servers], axis=1)
    if limits.total is not None:
        uses = np.ones((len(uses), 1), dtype=bool)
    waited = (wanted > 0) & np.asarray(kinds.printers.any(axis=1))
    return any(
        bool(
            (limits.supply[card] < wanted[waited & (kinds.stock == stock)].sum()).any()
        )
        and _meet(uses[waited], kinds.stock[waited] == stock)
        for stock, card in enumerate(kinds.stocked)
    )


def _meet(uses: Bools, mine: Bools) -> bool:
    """Return whether any resource is used by some rows and by others."""
    return bool((uses[mine].any(axis=0) & uses[~mine].any(axis=0)).any())
