"""What a plan says of its own quality, and whether it may say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity
from ektp_sched.rules import holding_back, printer_supplies, told_apart
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.trust.verify.shifts import ShiftRules
from ektp_sched.trust.verify.tiers import tier_label
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.documents import Plan
    from ektp_sched.office import Capacity, Lot
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings


def check_claims(facts: Facts, plan: Plan, findings: Findings) -> None:
    """Check that bounds, "proven" and "optimal" do not contradict each other."""
    for tier in plan.tiers:
        if tier.bound is not None and tier.bound > tier.value:
            message = said(
                "Tier {tier} states the bound {bound} above its value {value}.",
                "Tujuan {tier} menyatakan batas {bound} di atas nilainya, {value}.",
                tier=tier_label(tier.name, tier.rank),
                bound=tier.bound,
                value=tier.value,
            )
            findings.add("tier-claim", message)
        elif tier.proven and tier.bound != tier.value:
            message = said(
                "Tier {tier} is called proven, but its bound is not its value.",
                "Tujuan {tier} disebut terbukti, padahal batasnya bukan nilainya.",
                tier=tier_label(tier.name, tier.rank),
            )
            findings.add("tier-claim", message)
    word = plan.certificate is not None or uncertifiable(facts)
    if plan.status == "optimal":
        if not all(tier.proven for tier in plan.tiers):
            message = said(
                "The plan is called optimal, a tier is not proven.",
                "Rencana ini disebut optimal, padahal ada tujuan yang tidak terbukti.",
            )
            findings.add("status", message)
        elif not word:
            message = said(
                "The plan is called optimal, but has no certificate.",
                "Rencana ini disebut optimal, padahal tidak bersertifikat.",
            )
            findings.add("status", message)
    elif plan.tiers and all(tier.proven for tier in plan.tiers):
        # Else nobody would look for better plans than one that is called proven.
        message = said(
            "Every tier is called proven, but the plan is not called optimal.",
            "Semua tujuan disebut terbukti, padahal rencananya tidak disebut optimal.",
        )
        findings.add("status", message)
    elif not word and any(t.proven for t in plan.tiers if t.name not in DECISION_TIERS):
        message = said(
            "A tier is called proven, but the plan has no certificate.",
            "Ada tujuan yang disebut terbukti, padahal rencananya tidak bersertifikat.",
        )
        findings.add("tier-claim", message)


def uncertifiable(facts: Facts) -> bool:
    """Return whether only a solver can prove such a plan, and prices cannot.

    That is so with rules that hold cards back, and where something can run out on
    these data: what a printer uses up; blanks that expire or are set aside; blanks of a
    card type that shares a printer, a server or the reserve with another.  What all
    capacity, with every shift, and everybody who waits could not use up cannot run
    out.
    """
    office, kinds = facts.office, facts.kinds
    if not facts.frame.height:
        return False
    if holding_back(office):
        return True
    if not kinds.stocked and not told_apart(office):
        return False
    uses = ShiftRules(office, facts.start, facts.days).may_be_worked()
    return _runs_out(facts, capacity(office, facts.start, facts.days, uses))


def _runs_out(facts: Facts, every: Capacity) -> bool:
    """Return whether supplies can run out as no network can say."""
    kinds = facts.kinds
    could = np.cumsum(every.printer_cards, axis=1)
    for name, cards in printer_supplies(facts.office, facts.start, facts.days).items():
        most = np.minimum(could[every.printers.index(name)], facts.frame.height)
        if (cards < most).any():
            return True
    printers, servers = (
        cards.sum(axis=0) for cards in (every.printer_cards, every.server_cards)
    )
    # One card more than can be printed, so that its price is known as well.
    daily = np.cumsum(np.minimum(printers, servers)) + 1
    waits = np.bincount(
        facts.kind[facts.ready < facts.days], minlength=len(kinds.stock)
    )
    wanted = (waits > 0) & np.asarray(kinds.printers.any(axis=1))
    for stock, card in enumerate(kinds.stocked):
        takers = wanted & (kinds.stock == stock)
        most = np.minimum(daily, waits[takers].sum())
        if card in kinds.lots:
            if (_lasting(kinds.lots[card], facts.days) < most).any():
                return True
        elif (every.supply[card] < most).any() and _meet(facts, takers, wanted):
            return True
    return False


def _lasting(lots: tuple[Lot, ...], days: int) -> Ints:
    """Return the blanks up to each day that anybody can use to the end."""
    cards = np.zeros(days, dtype=np.int64)
    for lot in lots:
        if lot.kept_for is None and lot.last == days - 1:
            cards[lot.first :] += lot.cards
    return cards


def _meet(facts: Facts, takers: Bools, wanted: Bools) -> bool:
    """Return whether a card type shares a printer, a server or the reserve."""
    kinds, limits = facts.kinds, facts.limits
    others = wanted & ~takers
    if limits.total is not None:
        return bool(takers.any() and others.any())
    reached = kinds.printers.astype(np.int64) @ limits.reaches.astype(np.int64) > 0
    uses = np.concatenate([kinds.printers, reached], axis=1)
    return bool((uses[takers].any(axis=0) & uses[others].any(axis=0)).any())
