"""Which shifts to work: every tier in its order, then the cheapest and fewest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ektp_sched.documents import Status
from ektp_sched.office import capacity, options
from ektp_sched.people.objectives import EARLINESS, PINS, Objective
from ektp_sched.planning.clock import Clock
from ektp_sched.planning.decisions.futures import Future, lone_tree
from ektp_sched.planning.decisions.network import Network
from ektp_sched.planning.decisions.order import EARLIEST, pin_tiers, tier_order
from ektp_sched.planning.decisions.proof import prove
from ektp_sched.planning.decisions.rules import Row, rows
from ektp_sched.planning.decisions.search import Search
from ektp_sched.planning.decisions.uses import list_uses
from ektp_sched.planning.network.engine import NetworkEngine
from ektp_sched.planning.network.program import build_program
from ektp_sched.planning.outcome import Linear, Unmade
from ektp_sched.planning.tiers import check_range
from ektp_sched.planning.worth import capacity_without

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.documents import DecisionProof
    from ektp_sched.office import Capacity, Office, Option
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.network.program import Program
    from ektp_sched.planning.outcome import Settled

    Label = tuple[str, int | str | None]
    from ektp_sched.documents import Conflict
    from ektp_sched.planning.outcome import Outcome


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

    def proof(self, label: Callable[[Objective], Label]) -> DecisionProof | None:
        """Return why no other choice is better, as anybody can add it up."""
        last = (EARLINESS, EARLIEST)
        settled = [s for s in self.settled if s.tier.name not in last]
        if not all(s.proven for s in settled):
            return None
        return prove(self.program, self.uses, self.rows, settled, self.cuts, label)


def decide(case: Case, deadline: float | None = None) -> Decided:
    """Choose the shifts to work; after the deadline the best so far is taken."""
    network, order = lay_network(case.office, case.cohorts, case.limits, case.last_day)
    uses = network.uses
    limiting = rows(case.office, uses, case.start)
    cuts: list[list[Cut]] = [[] for _ in network.tiers]
    future = Future(case.days, 1, case.office, network, cuts)
    search = Search(
        [future],
        lone_tree(uses, limiting),
        order,
        deadline=deadline,
        workers=case.workers,
    )
    settled = search.settle()
    own = [
        Row(each.tier.name, each.tier.weight, each.value)
        for each in settled
        if isinstance(each.tier, Linear) and each.tier.name != EARLIEST
    ]
    used = uses.options_of(search.best)
    worked = [(option.shift, option.day) for option in used]
    return Decided(
        used=used,
        limits=capacity(case.office, case.start, case.days, worked),
        settled=settled,
        program=network.program,
        uses=uses,
        cuts=tuple(map(tuple, cuts)),
        rows=(*limiting, *own),
        rounds=search.rounds,
    )


def lay_network(
    office: Office, cohorts: Cohorts, limits: Capacity, last_day: int
) -> tuple[Network, list[Objective | Linear]]:
    """Lay the network for all that could be open, and return the order of tiers.

    Days from ``last_day`` on are left out, see ``days_that_matter``.
    """
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


class YesNoEngine:
    """Chooses the shifts, and plans the network with them."""

    def solve(self, case: Case, clock: Clock) -> Outcome:
        """Return the best plan found in time."""
        with clock.stage("decide"):
            decided = decide(case, clock.half)
        outcome = NetworkEngine().solve(replace(case, limits=decided.limits), clock)
        if outcome.status is Status.INFEASIBLE and not decided.breaks_pins:
            # Other shifts may keep the pins.
            outcome = replace(outcome, status=Status.UNKNOWN)
        return replace(
            outcome,
            able=decided.program,
            settled=decided.settled,
            used=decided.used,
            proof=partial(decided.proof, case.label),
            without=partial(_without, case, decided),
        )

    def contradiction(
        self, case: Case, outcome: Outcome, clock: Clock
    ) -> tuple[Conflict, ...]:
        """Return the rules on shifts that leave none for a pin, or pins alone."""
        if outcome.status is not Status.INFEASIBLE:
            return ()
        from ektp_sched.planning.mixed.engine import contradicting_rules

        # Too much even if every shift were worked, or with those that are.
        networks = [(able, case.cohorts) for able in (outcome.able, outcome.program)]
        return contradicting_rules(case, networks, clock)


def _without(case: Case, decided: Decided, option: Option) -> Outcome | Unmade:
    """Plan again without one shift of the decision."""
    limits = capacity_without(case.office, decided.limits, decided.used, option)
    # However late it is, what is begun is carried to its end.
    other = NetworkEngine().solve(replace(case, limits=limits), Clock(None, None))
    return Unmade.RULES if other.status is Status.INFEASIBLE else other
