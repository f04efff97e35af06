"""What an engine is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from ektp_sched.documents import Tier
from ektp_sched.planning.network.problem import least_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.arrays import Ints
    from ektp_sched.documents import Conflict, DecisionProof, Status, TreeProof
    from ektp_sched.office import Notice, Option
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.assign import Members
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.clock import Clock
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.network.lexicographic import Solution
    from ektp_sched.planning.network.program import Program

    Label = tuple[str, int | str | None]


@dataclass(frozen=True, slots=True)
class Linear:
    """A tier that only the uses decide: rupiah, or their number."""

    name: str  # as in `[plan] tiers`
    weight: Ints  # what each use costs, (U,)


@dataclass(frozen=True, slots=True)
class Settled:
    """What one tier came to."""

    tier: Objective | Linear
    value: int  # without losses before the start
    bound: int  # nothing comes below it
    said: bool = False  # whether that is a solver's word, where a proof was looked for

    @property
    def proven(self) -> bool:
        """Return whether nothing is better."""
        return self.value == self.bound and not self.said


class Unmade(Enum):
    """Why there is no plan without a shift to compare with."""

    RULES = "no plan keeps the rules without it"
    UNKNOWN = "the time was over, or it is not known how good a plan is"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an engine made of a case: a plan at the level of groups, or none."""

    engine: str  # its name as in `summary.json`
    # Feasible with a plan, however good; without one infeasible if that is proven.
    status: Status
    cohorts: Cohorts  # who waits, told apart as far as the engine needs
    program: Program  # the network under the shifts that are worked
    able: Program  # the network for all that could be open
    solution: Solution | None = None  # the best plan in it
    # What is known of the tiers, the shifts' own among them.
    settled: tuple[Settled, ...] = ()
    used: tuple[Option, ...] = ()  # the shifts that are worked, by day and shift
    # The network by kind that the solution is in, where rules break the plain one; its
    # prices prove nothing then.
    split: Split | None = None
    # Settles, in place, who has which column across kinds.
    exchange: Callable[[Members, Ints], None] | None = None
    # Why no other choice of shifts is better.
    proof: Callable[[], DecisionProof | None] | None = None
    # Why the tiers are least, where rules break the network.
    trees: Callable[[Callable[[Objective], Label]], TreeProof | None] | None = None
    # What comes of it without one of the shifts, the others being worked.
    without: Callable[[Option], Outcome | Unmade] | None = None
    notices: tuple[Notice, ...] = ()

    def bound(self, tier: Objective) -> int:
        """Return below what no plan comes in a tier that days decide."""
        for settled in self.settled:
            if settled.tier == tier:
                return settled.bound + tier.constant(self.cohorts)
        return least_value(self.able, self.cohorts, tier)

    def rests_on_word(self, tier: Objective) -> bool:
        """Return whether the bound of a tier is a solver's word alone."""
        return any(s.said for s in self.settled if s.tier == tier)

    def own(self, name: str) -> Tier:
        """Return one of the shifts' own tiers."""
        for settled in self.settled:
            if settled.tier.name == name:
                value, bound = settled.value, settled.bound
                return Tier(name, None, value, 1, bound, settled.proven)
        costs = sum(option.cost_idr for option in self.used)
        value = costs if name == "cost_idr" else len(self.used)
        return Tier(name, None, value, 1, 0, proven=False)


class Engine(Protocol):
    """Something that plans a case."""

    def solve(self, case: Case, clock: Clock) -> Outcome:
        """Return the best plan found in time."""

    def contradiction(
        self, case: Case, outcome: Outcome, clock: Clock
    ) -> tuple[Conflict, ...]:
        """Say why there is no plan; nothing if that is not known."""
