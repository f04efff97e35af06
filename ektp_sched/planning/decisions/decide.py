"""Which shifts to work: every tier in its order, then the cheapest and fewest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity, options
from ektp_sched.planning.cohorts import NONE
from ektp_sched.planning.decisions.benders import Linear, Search
from ektp_sched.planning.decisions.network import Network
from ektp_sched.planning.decisions.proof import prove
from ektp_sched.planning.decisions.rules import Row, costs, rows
from ektp_sched.planning.decisions.uses import list_uses
from ektp_sched.planning.problem import least_value
from ektp_sched.planning.program import build_program
from ektp_sched.planning.result import Tier
from ektp_sched.planning.tiers import (
    DECIDED,
    EARLINESS,
    PINS,
    Objective,
    check_range,
    objectives,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.office import Capacity, Office, Option
    from ektp_sched.planning.certificate import DecisionProof
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.decisions.benders import Settled
    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.program import Program

    Label = tuple[str, int | str | None]

__all__ = ["EARLIEST", "Decided", "decide", "lay_network", "pin_tiers", "tier_order"]

EARLIEST = "earliest"
"""Sum of the days of shifts: last of all, so that the choice is unique."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The shifts to work, and why no others."""

    used: tuple[Option, ...]  # the shifts that are worked, by day and shift
    limits: Capacity  # capacity with them
    # Every tier in order, the shifts' own included; pins first where there are any.
    settled: tuple[Settled, ...]
    program: Program  # the network for all that could be open
    uses: Uses  # what could be decided
    # For each tier that the network values, what was learnt.
    cuts: tuple[tuple[Cut, ...], ...]
    rows: tuple[Row, ...]  # rules on the uses, and after them the shifts' own tiers
    rounds: int  # decisions that the master proposed

    @property
    def breaks_pins(self) -> bool:
        """Return whether it is proven that no decision keeps every pin."""
        first = self.settled[0]
        return first.tier.name == PINS and first.bound > 0

    def bound(self, tier: Objective, cohorts: Cohorts) -> int:
        """Return below what no plan comes in a tier that the network values."""
        for settled in self.settled:
            if settled.tier == tier:
                return settled.bound + tier.constant(cohorts)
        return least_value(self.program, cohorts, tier)

    def own(self, name: str) -> Tier:
        """Return one of the shifts' own tiers."""
        for settled in self.settled:
            if settled.tier.name == name:
                value, bound = settled.value, settled.bound
                return Tier(name, None, value, 1, bound, settled.proven)
        costs = sum(option.cost_idr for option in self.used)
        value = costs if name == "cost_idr" else len(self.used)
        return Tier(name, None, value, 1, 0, proven=False)

    def proof(self, label: Callable[[Objective], Label]) -> DecisionProof | None:
        """Return why no other choice is better, as anybody can add it up."""
        last = (EARLINESS, EARLIEST)
        settled = [s for s in self.settled if s.tier.name not in last]
        if not all(s.proven for s in settled):
            return None
        return prove(self.program, self.uses, self.rows, settled, self.cuts, label)


def decide(
    office: Office,
    cohorts: Cohorts,
    limits: Capacity,
    last_day: int,
    *,
    deadline: float | None = None,
    workers: int = 1,
) -> Decided:
    """Choose the shifts to work, given the capacity without any.

    Days from ``last_day`` on are left out, see ``days_that_matter``; after the deadline
    the best so far is taken.
    """
    start, days = limits.start, limits.days
    network, order = lay_network(office, cohorts, limits, last_day)
    uses = network.uses
    limiting = list(rows(office, uses, start))
    search = Search(network, limiting, deadline, workers)
    settled = _settle(search, order)
    used = uses.options_of(search.best.parts)
    return Decided(
        used=used,
        limits=capacity(office, start, days, [(o.shift, o.day) for o in used]),
        settled=settled,
        program=network.program,
        uses=uses,
        cuts=tuple(tuple(cuts) for cuts in search.cuts),
        rows=tuple(row for row in search.rows if row.rule != EARLIEST),
        rounds=search.rounds,
    )


def lay_network(
    office: Office, cohorts: Cohorts, limits: Capacity, last_day: int
) -> tuple[Network, list[Objective | Linear]]:
    """Lay the network for all that could be open, and return the order of tiers."""
    start, days = limits.start, limits.days
    can = [o for o in options(office, start, days) if o.day < last_day]
    every = capacity(office, start, days, [(o.shift, o.day) for o in can])
    program = _free_pins(build_program(cohorts, every, last_day))
    uses = list_uses(office, program, limits, can)
    order = pin_tiers(cohorts, days) + tier_order(office, cohorts, days, uses)
    tiers = tuple(tier for tier in order if isinstance(tier, Objective))
    check_range(office, cohorts, tiers, program.nodes)
    return Network(program, cohorts, uses, tiers), order


def _free_pins(program: Program) -> Program:
    """Let a pinned card stay unprinted: the first tier forbids it, with a price."""
    masks = program.masks.copy()
    masks[:, -1] = True
    return replace(program, masks=masks)


def tier_order(
    office: Office, cohorts: Cohorts, days: int, uses: Uses | None
) -> list[Objective | Linear]:
    """Return all tiers in order, and last what makes the choice unique."""
    if uses is None:
        return list(objectives(office, cohorts, days))
    weights = {
        "cost_idr": costs(uses),
        "shifts": np.array([len(one) for one in uses.members], dtype=np.int64),
    }
    early = np.array(
        [sum(uses.options[i].day + 1 for i in one) for one in uses.members],
        dtype=np.int64,
    )
    named = [
        Linear(tier.name, weights[tier.name]) if tier.name in DECIDED else tier
        for tier in objectives(office, cohorts, days, decided=True)
    ]
    return [*named, Linear(EARLIEST, early)]


def pin_tiers(cohorts: Cohorts, days: int) -> list[Objective | Linear]:
    """Return the tier that keeps pins, where there are any."""
    pinned = (cohorts.pinned != NONE) & (cohorts.pinned < days)
    return [Objective(PINS, None, 1, days)] if pinned.any() else []


def _settle(search: Search, order: list[Objective | Linear]) -> tuple[Settled, ...]:
    settled: list[Settled] = []
    number = 0
    for tier in order:
        if isinstance(tier, Linear):
            settled.append(search.settle_linear(tier))
            continue
        settled.append(search.settle(number))
        number += 1
        if tier.name == PINS and settled[-1].value:
            break
        if not settled[-1].proven:
            break
    return tuple(settled)
