"""The tiers an office demands, what each costs, and what a plan comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.keys import counted
from ektp_sched.people.objectives import tiers_of
from ektp_sched.people.people import MISSING
from ektp_sched.rules.tiers import DECISION_TIERS, FROZEN, MOVED, cost, triangle
from ektp_sched.trust.verify.shifts import shift_costs
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.arrays import Ints
    from ektp_sched.documents import Plan
    from ektp_sched.people.objectives import Objective
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings

    Values = Mapping[tuple[str, int], int]


def demanded(facts: Facts) -> tuple[Objective, ...]:
    """Return the tiers in the order in which they must be settled.

    An office with shifts has two tiers of their own.
    """
    office = facts.office
    decided = bool(office.shifts)
    ranks, known = facts.kinds.ranks, facts.is_known
    return tiers_of(office, ranks, facts.days, decided=decided, known=known)


def priced(facts: Facts) -> tuple[Objective, ...]:
    """Return the demanded tiers to which applications add, in order."""
    return tuple(t for t in demanded(facts) if t.name not in DECISION_TIERS)


def values(facts: Facts) -> dict[tuple[str, int], int]:
    """Return each tier's scaled value by name and rank, from the rows alone.

    Parameters
    ----------
    facts
        The plan's rows; an application that is nowhere counts as unprinted.
    """
    ranks = len(facts.kinds.ranks)
    names = {tier.name for tier in demanded(facts)}
    amounts: dict[tuple[str, int], int] = {}
    rank = facts.rank if ranks > 1 else None
    dates = (
        ("overdue", facts.due, facts.due >= 0, facts.late_due),
        ("promise", facts.promised, facts.promised != MISSING, facts.late_promise),
    )
    for name, when, counts, lost in dates:
        if name in names:
            dated = np.flatnonzero(counts)
            of_rank = None if rank is None else rank[dated]
            day = facts.printed[dated].astype(np.int64)
            # A promise before the start slips as one for the first day.
            dates_of = np.maximum(when[dated], 0).astype(np.int64)
            amount = cost(name, day, facts.days, dates_of)
            of_name = _by_rank(name, amount, of_rank, ranks)
            amounts |= {key: of_name[key] + int(lost[key[1]]) for key in of_name}
    for name, given in ((MOVED, facts.given), (FROZEN, facts.frozen)):
        if name in names and given is not None:
            lost = np.flatnonzero((given != MISSING) & (given != facts.printed))
            of_rank = None if rank is None else rank[lost]
            amounts |= _by_rank(name, np.ones_like(lost), of_rank, ranks)
    if "unprinted" in names:
        stays = np.flatnonzero(facts.printed == facts.days)
        of_rank = None if rank is None else rank[stays]
        amounts |= _by_rank("unprinted", np.ones_like(stays), of_rank, ranks)
    if "pressure" in names:
        amounts |= _pressure(facts)
    if facts.office.shifts:
        amounts["cost_idr", 0] = shift_costs(facts.office, facts.worked)
        amounts["shifts", 0] = len(facts.worked)
    return amounts


def _by_rank(
    name: str, amount: Ints, rank: Ints | None, ranks: int
) -> dict[tuple[str, int], int]:
    """Add whole numbers by rank; below 2**24 each, so doubles stay exact."""
    if rank is None:
        return {(name, 0): int(amount.sum())}
    sums = np.bincount(rank, amount, minlength=ranks).tolist()
    return {(name, index): int(value) for index, value in enumerate(sums)}


def _pressure(facts: Facts) -> dict[tuple[str, int], int]:
    """Count applications by class and days waited; sum in Python's integers."""
    kinds = facts.kinds
    amounts = {("pressure", rank): 0 for rank in range(len(kinds.ranks))}
    pairs = sorted(set(zip(kinds.rank.tolist(), kinds.target.tolist(), strict=True)))
    of_kind = [pairs.index(pair) for pair in zip(kinds.rank, kinds.target, strict=True)]
    pair = np.array(of_kind, dtype=np.int64)[facts.kind]
    # P(i, d) adds the days of waiting from the start to d - 1, so it is what
    # had been waited by day d, less what had been waited by the start.
    for sign, day in ((1, facts.printed), (-1, np.int32(0))):
        waited = np.maximum(0, day - facts.since)
        width = int(waited.max(initial=0)) + 1
        count = counted(pair * width + waited, (len(pairs), width))
        sums = triangle(np.arange(width)).astype(object) @ count.T.astype(object)
        for (rank, target), total in zip(pairs, sums, strict=True):
            share = facts.office.lcm_targets // target
            amounts["pressure", rank] += sign * share * int(total)
    return amounts


def value_of(tier: Objective, amounts: Values) -> int:
    """Return the scaled value of one demanded tier."""
    return sum(
        value
        for (name, rank), value in amounts.items()
        if name == tier.name and tier.rank in (None, rank)
    )


def check_tiers(
    facts: Facts,
    plan: Plan,
    values: Values,
    findings: Findings,
) -> bool:
    """Check that the plan states the tiers demanded, with their exact values.

    Parameters
    ----------
    facts, plan
        The plan laid beside its applications, and what it states.
    values
        What `values` returns of it.
    findings
        Where violations go.

    Returns
    -------
    bool
        Whether the list of tiers is the one demanded.
    """
    wanted = demanded(facts)
    stated = [(tier.name, tier.rank) for tier in plan.tiers]
    if stated != [(tier.name, tier.label) for tier in wanted]:
        findings.add(
            "tier-list",
            said(
                "The plan's tiers are not those that the office's [plan] tiers and "
                "ranks demand, in their order.",
                "Tujuan rencana ini, atau urutannya, bukan yang diminta [plan] tiers "
                "dan peringkat kantor.",
            ),
        )
        return False
    for tier, claim in zip(wanted, plan.tiers, strict=True):
        value = value_of(tier, values)
        if claim.scale != tier.scale:
            findings.add(
                "tier-scale",
                said(
                    "Tier {tier} states the scale {stated}; it is {scale}.",
                    "Tujuan {tier} menyatakan skala {stated}; seharusnya {scale}.",
                    tier=tier_label(tier.name, tier.label),
                    stated=claim.scale,
                    scale=tier.scale,
                ),
            )
        elif claim.value != value:
            findings.add(
                "tier-value",
                said(
                    "Tier {tier} states {stated}; the plan comes to {value} (in units "
                    "of 1/{scale}).",
                    "Tujuan {tier} menyatakan {stated}; hasil rencana ini {value} "
                    "(dalam satuan 1/{scale}).",
                    tier=tier_label(tier.name, tier.label),
                    stated=claim.value,
                    value=value,
                    scale=str(tier.scale),
                ),
            )
    return True


def tier_label(name: str, rank: int | str | None) -> Said:
    """Return a tier's key, and its rank where it has one."""
    if rank is None:
        return Said(name, name)
    return said(
        "{name} of rank {rank}", "{name} peringkat {rank}", name=name, rank=str(rank)
    )
