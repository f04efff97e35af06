"""The planning problem as any solver could take it: choices, costs, limits.

Peers get the program's own preparation for nothing: the same cohorts, the same
pools of equal printers, the same open days, and limits that repeat one another
left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity
from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.planning.network.horizon import days_that_matter
from ektp_sched.planning.network.program import build_program
from ektp_sched.planning.tiers import objectives

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog
    from ektp_sched.planning.network.program import Program

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Answer", "Instance", "build", "by_person", "check", "values", "weighted"]


@dataclass(frozen=True, slots=True)
class Instance:
    """Units (cohorts or people), their choices, and the limits on them.

    Parameters
    ----------
    names
        The tiers in order.
    size
        Applications in each unit, shape ``(U,)``.
    start
        Where each unit's choices begin, shape ``(U + 1,)``.
    choice
        Column of each choice, ``S`` for "not printed", shape ``(E,)``.
    costs
        Scaled cost of each choice by tier, shape ``(T, E)``.
    uses
        Which columns count against each limit, shape ``(A, S)``.
    limit
        Cards, shape ``(A,)``.
    day
        Day of each column, and last the length of the horizon, ``(S + 1,)``.
    since, target
        Day of recording and target of each unit.
    late
        Loss by tier before the start, which nothing changes.
    """

    names: tuple[str, ...]
    size: Ints
    start: Ints
    choice: Ints
    costs: Ints
    uses: Bools
    limit: Ints
    day: Ints
    since: Ints
    target: Ints
    late: tuple[int, ...]
    member: NDArray[np.int32]

    @property
    def columns(self) -> int:
        """Return the number of columns, "not printed" not counted."""
        return len(self.day) - 1

    @property
    def owner(self) -> Ints:
        """Return the unit of each choice, shape ``(E,)``."""
        return np.repeat(np.arange(len(self.size)), np.diff(self.start))


@dataclass(frozen=True, slots=True)
class Answer:
    """Cards on each choice, ``None`` where nothing came out, and what is said of it.

    An exact answer that is called optimal must equal the library's; others must never
    be better.
    """

    instance: Instance
    cards: Ints | None
    proof: str
    exact: bool = True


def build(backlog: Backlog, case: Case) -> Instance:
    """Return the problem of a case by cohorts."""
    limits = capacity(case.office, case.start, case.days)
    cohorts = build_cohorts(backlog, case.office, case.start, case.days)
    program = build_program(cohorts, limits, days_that_matter(cohorts, limits))
    tiers = objectives(case.office, cohorts, case.days)
    owner, choice = np.nonzero(program.masks[program.mask])
    day = np.append(program.column_day, case.days)
    uses, limit = _limits(program)
    return Instance(
        names=tuple(tier.name for tier in tiers),
        size=cohorts.size,
        start=np.searchsorted(owner, np.arange(len(cohorts) + 1)),
        choice=choice,
        costs=np.stack([tier.cost(cohorts, owner, day[choice]) for tier in tiers]),
        uses=uses,
        limit=limit,
        day=day,
        since=cohorts.since,
        target=np.array(cohorts.targets)[cohorts.target],
        late=tuple(tier.constant(cohorts) for tier in tiers),
        member=cohorts.member,
    )


def _limits(program: Program) -> tuple[Bools, Ints]:
    """Return which columns each limit counts; of equal sets the least limit.

    Every node has one way on, so a limit counts the columns upstream of it.
    """
    assert len(np.unique(program.tail)) == len(program.tail), "not a tree"
    reached = np.zeros((program.nodes, program.columns), dtype=bool)
    reached[: program.columns] = np.eye(program.columns, dtype=bool)
    for arc in np.argsort(program.tail).tolist():
        reached[program.head[arc]] |= reached[program.tail[arc]]
    uses = reached[program.tail]
    order = np.lexsort((program.limit, *np.packbits(uses, axis=1).T))
    sorted_ = uses[order]
    first = np.append(True, (sorted_[1:] != sorted_[:-1]).any(axis=1))
    return sorted_[first], program.limit[order][first]


def by_person(instance: Instance) -> Instance:
    """Return the same problem with one unit for each application."""
    member = instance.member.astype(np.int64)
    count = np.diff(instance.start)[member]
    start = np.append(0, np.cumsum(count))
    taken = np.arange(start[-1]) + np.repeat(instance.start[member] - start[:-1], count)
    return replace(
        instance,
        size=np.ones(len(member), dtype=np.int64),
        start=start,
        choice=instance.choice[taken],
        costs=instance.costs[:, taken],
        since=instance.since[member],
        target=instance.target[member],
    )


def weighted(instance: Instance) -> Ints:
    """Return one cost for each choice whose least sum is least tier by tier.

    A tier need only outweigh what later ones can change round one simple cycle,
    which passes each column at most once and "not printed" once.  Costs are less
    each unit's least, which changes no optimum and keeps figures small.
    """
    total = np.zeros(len(instance.choice), dtype=np.int64)
    scale = 1
    for cost in instance.costs[::-1]:
        assert scale * int(cost.max(initial=0)) < 1 << 62
        total += scale * cost
        total -= np.minimum.reduceat(total, instance.start[:-1])[instance.owner]
        scale = (instance.columns + 2) * int(total.max(initial=0)) + 1
    return total


def values(instance: Instance, cards: Ints) -> list[int]:
    """Return the scaled tier values of cards on choices, in Python integers."""
    used = np.flatnonzero(cards)
    many = cards[used].tolist()
    return [
        sum(a * b for a, b in zip(many, cost[used].tolist(), strict=True)) + late
        for cost, late in zip(instance.costs, instance.late, strict=True)
    ]


def check(instance: Instance, cards: Ints) -> bool:
    """Return whether cards on choices print everybody once within all limits."""
    per_unit = np.add.reduceat(cards, instance.start[:-1])
    per_column = np.bincount(
        instance.choice, weights=cards, minlength=instance.columns + 1
    )
    within = instance.uses @ per_column[:-1] <= instance.limit
    return bool((per_unit == instance.size).all() and within.all())
