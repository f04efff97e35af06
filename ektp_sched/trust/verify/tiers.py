"""The tiers an office demands, what each costs, and what a plan comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.keys import counted
from ektp_sched.trust.facts import MISSING
from ektp_sched.trust.verify.shifts import shift_costs
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.people.kinds import RankKey
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.trust.planned import Planned

    Ints = NDArray[np.int64]
    Values = Mapping[tuple[str, int], int]

__all__ = [
    "OWN_TIERS",
    "DemandedTier",
    "check_tiers",
    "cost",
    "demanded",
    "priced",
    "rank_text",
    "stretches",
    "value_of",
    "values",
]

OWN_TIERS: Final = ("cost_idr", "shifts")
"""Tiers that only the choice of shifts decides: their cost, and their number."""


@dataclass(frozen=True, slots=True)
class DemandedTier:
    """One tier as the office demands it.

    Parameters
    ----------
    name
        ``unprinted``, ``overdue``, ``promise``, ``pressure``, ``cost_idr`` or
        ``shifts``.
    rank
        Index of the rank that it counts; ``None`` for everybody.
    label
        The rank as it is written; ``None`` without ranks.
    scale
        The least common multiple of the targets for ``pressure``, else 1.
    """

    name: str
    rank: int | None
    label: int | str | None
    scale: int


def rank_text(office: Office, key: RankKey) -> int | str | None:
    """Return a rank as it is written: class rank, area rank, or "class/area"."""
    by_class = any(kind.rank is not None for kind in office.urgency.values())
    if by_class and office.area_rank:
        return "/".join("-" if part is None else str(part) for part in key)
    return key[0] if by_class else key[1]


def demanded(facts: Facts) -> tuple[DemandedTier, ...]:
    """Return the tiers in the order in which they must be settled.

    An office with shifts has two tiers of their own; those that it does not
    name come last.  They know no rank, so all that stands before one is
    settled for every rank before it.

    Parameters
    ----------
    facts
        The office and the ranks that occur among its applications.
    """
    office, keys = facts.office, facts.kinds.ranks

    def tier(name: str, rank: int | None) -> DemandedTier:
        label = None if rank is None else rank_text(office, keys[rank])
        scale = office.lcm_targets if name == "pressure" else 1
        return DemandedTier(name, rank, label, scale)

    found: list[DemandedTier] = []
    for names in stretches(office):
        if not office.has_ranks or names[0] in OWN_TIERS:
            found += [tier(name, None) for name in names]
            continue
        ranks = range(len(keys))
        found += [tier("unprinted", rank) for rank in ranks if "unprinted" in names]
        found += [tier(n, rank) for rank in ranks for n in names if n != "unprinted"]
    return tuple(found)


def stretches(office: Office) -> list[list[str]]:
    """Return the tiers' names, cut before and after each of the shifts' own."""
    names = list(office.plan.tiers)
    if office.shifts:
        names += [name for name in OWN_TIERS if name not in names]
    found: list[list[str]] = []
    for name in names:
        apart = name in OWN_TIERS or not found or found[-1][0] in OWN_TIERS
        if apart:
            found.append([])
        found[-1].append(name)
    return found


def priced(facts: Facts) -> tuple[DemandedTier, ...]:
    """Return the demanded tiers to which applications add, in order.

    Parameters
    ----------
    facts
        As for `demanded`.
    """
    return tuple(tier for tier in demanded(facts) if tier.name not in OWN_TIERS)


def cost(name: str, day: Ints, days: int, when: Ints, per_day: Ints | int = 1) -> Ints:
    r"""Return what printing on a day costs in a tier.

    Parameters
    ----------
    name
        The tier.
    day
        Day offset in ``[0, days]``; ``days`` stands for "not printed".
    days
        Length of the horizon.
    when
        The date that the tier looks at: due_on, promised_on (``MISSING`` for
        none) or waiting_since; broadcast against ``day``.
    per_day
        Scale divided by the target, for ``pressure``.

    Returns
    -------
    ndarray
        Non-negative whole numbers; for ``pressure`` the scaled sum

        .. math:: \frac{L}{\tau} \sum_{t=\max(0, r)}^{d-1} (t - r + 1)
    """
    if name == "unprinted":
        return np.broadcast_to(day == days, np.broadcast(day, when).shape).astype(
            np.int64
        )
    if name == "overdue":
        counts = (when != MISSING) & (when < days)
        return np.asarray(counts & (day > when), dtype=np.int64)
    if name == "promise":
        return np.where(when == MISSING, 0, np.maximum(0, day - when))
    waited = _triangle(np.maximum(0, day - when)) - _triangle(np.maximum(0, -when))
    return np.asarray(per_day * waited)


def _triangle(number: Ints) -> Ints:
    return np.asarray(number * (number + 1) // 2)


def values(facts: Facts) -> dict[tuple[str, int], int]:
    """Return each tier's scaled value by name and rank, from the rows alone.

    Parameters
    ----------
    facts
        The plan's rows; an application that is nowhere counts as unprinted.
    """
    names, ranks = facts.office.plan.tiers, len(facts.kinds.ranks)
    found: dict[tuple[str, int], int] = {}
    rank = facts.rank if ranks > 1 else None
    for name, when in (("overdue", facts.due), ("promise", facts.promised)):
        if name in names:
            dated = np.flatnonzero(when != MISSING)
            some = None if rank is None else rank[dated]
            day = facts.printed[dated].astype(np.int64)
            amount = cost(name, day, facts.days, when[dated].astype(np.int64))
            found |= _by_rank(name, amount, some, ranks)
    if "unprinted" in names:
        stays = np.flatnonzero(facts.printed == facts.days)
        some = None if rank is None else rank[stays]
        found |= _by_rank("unprinted", np.ones_like(stays), some, ranks)
    if "pressure" in names:
        found |= _pressure(facts)
    if facts.office.shifts:
        found["cost_idr", 0] = shift_costs(facts.office, facts.worked)
        found["shifts", 0] = len(facts.worked)
    return found


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
    found = {("pressure", rank): 0 for rank in range(len(kinds.ranks))}
    pairs = sorted(set(zip(kinds.rank.tolist(), kinds.target.tolist(), strict=True)))
    of_kind = [pairs.index(pair) for pair in zip(kinds.rank, kinds.target, strict=True)]
    pair = np.array(of_kind, dtype=np.int64)[facts.kind]
    # P(i, d) adds the days of waiting from the start to d - 1, so it is what
    # had been waited by day d, less what had been waited by the start.
    for sign, day in ((1, facts.printed), (-1, np.int32(0))):
        waited = np.maximum(0, day - facts.since)
        width = int(waited.max(initial=0)) + 1
        count = counted(pair * width + waited, (len(pairs), width))
        sums = _triangle(np.arange(width)).astype(object) @ count.T.astype(object)
        for (rank, target), total in zip(pairs, sums, strict=True):
            share = facts.office.lcm_targets // target
            found["pressure", rank] += sign * share * int(total)
    return found


def value_of(tier: DemandedTier, found: Values) -> int:
    """Return the scaled value of one demanded tier."""
    return sum(
        value
        for (name, rank), value in found.items()
        if name == tier.name and tier.rank in (None, rank)
    )


def check_tiers(
    facts: Facts,
    plan: Planned,
    found: Values,
    findings: Findings,
) -> bool:
    """Check that the plan states the tiers demanded, with their exact values.

    Parameters
    ----------
    facts, plan
        The plan laid beside its applications, and what it states.
    found
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
        value = value_of(tier, found)
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
