"""Plans under rules that break the network: quotas, and blanks that cross."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.documents import Status
from ektp_sched.office import Notice, capacity
from ektp_sched.people.objectives import EARLINESS, Objective
from ektp_sched.planning.decisions.order import EARLIEST, tier_order
from ektp_sched.planning.decisions.rules import Row
from ektp_sched.planning.decisions.uses import arc_limits
from ektp_sched.planning.mixed.exact import is_large, told
from ektp_sched.planning.mixed.minima import compared, surely_on, tightened
from ektp_sched.planning.mixed.model import Held
from ektp_sched.planning.mixed.run import minimise
from ektp_sched.planning.network.flow import FlowSolver
from ektp_sched.planning.network.lexicographic import solve_tiers
from ektp_sched.planning.outcome import Linear, Outcome, Settled
from ektp_sched.planning.tiers import check_range
from ektp_sched.planning.trees.prover import Prover
from ektp_sched.planning.trees.search import Effort

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.planning.mixed.master import Past
    from ektp_sched.planning.mixed.model import Laid, Mip
    from ektp_sched.planning.mixed.pose import Problem
    from ektp_sched.planning.mixed.relax import Cut
    from ektp_sched.planning.mixed.run import Ended
    from ektp_sched.planning.network.lexicographic import Solution
    from ektp_sched.planning.network.program import Program


ENGINE = "milp"
"""Name of the engine as in ``summary.json``."""

_BEFORE: Final = Effort()
"""How long a tree is looked for before a solver is asked."""

_AFTER: Final = Effort(work=1_000_000)
"""And how long with the solver's plan, which is mostly the best."""

_CHOSEN: Final = replace(_AFTER, few=60)
"""The same where shifts are chosen: its programs are quick, and many."""


def solve(
    problem: Problem,
    deadline: float | None = None,
    given: Ints | None = None,
    *,
    proven: bool = True,
) -> Outcome | None:
    """Minimise the tiers in strict order, as far as time allows.

    After the deadline the best so far is taken; ``None`` if the rules contradict each
    other, or no plan was found.  ``given`` are cards of each kind in each column of a
    plan without shifts that is as good as any until a better one is found.  Unless
    ``proven``, the solver's word that nothing is better is enough.
    """
    days = problem.limits.days
    order = tier_order(problem.office, problem.cohorts, days, problem.uses)
    flows = tuple(tier for tier in order if isinstance(tier, Objective))
    nodes = problem.split.program.nodes
    check_range(problem.office, problem.cohorts, flows, nodes)
    rows = problem.rows
    rules, on = compared(tightened(rows.rows), rows.sums, rows.switches)
    posed = replace(problem, rows=replace(problem.rows, rows=rules))
    mip = posed.mip(flows[:1])
    on = surely_on(mip.lay(None, None, []).turned_on(on), mip.ordered)
    prover = Prover(problem, set(np.flatnonzero(on).tolist())) if proven else None
    search = _Search(problem, order, flows, deadline, posed, on, prover)
    if given is not None:
        search.offer(given, search.no_uses)
    for tier in order:
        if not search.settle(tier):
            return None
    return search.result()


@dataclass(slots=True)
class _Search:
    """The tiers settled so far, and the best plan.

    What is posed to the solver are tighter rows, and choices that a plan as good
    as the best in the settled tiers can take at all.
    """

    problem: Problem
    order: list[Objective | Linear]
    flows: tuple[Objective, ...]
    deadline: float | None
    posed: Problem
    on: NDArray[np.bool_]
    prover: Prover | None  # what proves tiers without a solver, as long as all were
    held: list[Held] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    best: _Plan | None = None
    known: Ints | None = None
    past: list[Past] = field(default_factory=list)
    covers: list[Row] = field(default_factory=list)
    large: bool = False
    unsearched: bool = False

    def settle(self, tier: Objective | Linear) -> bool:
        """Find the best plan in a tier; return whether there is one at all."""
        position = len(self.settled)
        bound = 0
        cuts: tuple[Cut, ...] = ()
        laid: Laid | None = None
        closed = False
        # Any plan is enough for a tree to begin with; else the solver has the word.
        for searched in (False, True) if self._provable(tier) else (True,):
            before = self.best
            open_ = before is not None and before.values[position] and searched
            if before is None or (open_ and not self._late()):
                laid, bound, cuts = self._searched(tier, position, searched=searched)
            if self.best is None:
                return False
            if not searched or self.best is not before:
                # With the solver's plan another look is short.
                after = _AFTER if self.problem.uses is None else _CHOSEN
                closed = self._proven(position, after if searched else _BEFORE)
            if closed:
                break
        assert self.best is not None
        said = False
        if self.prover is not None and tier.name not in (EARLINESS, EARLIEST):
            said = self.prover.over = not closed
        value = self.best.values[position]
        bound = value if closed else min(value, max(0, bound))
        self.settled.append(Settled(tier, value, bound, said))
        if laid is not None:
            # Held at the best plan's value; a search may have found another or none.
            self.past.append((laid, value, cuts))
        number = self._number() - 1
        is_flow = isinstance(tier, Objective)
        weight = None if isinstance(tier, Objective) else tier.weight
        self.held.append(Held(number if is_flow else None, weight, value))
        return True

    def _searched(
        self, tier: Objective | Linear, position: int, *, searched: bool
    ) -> tuple[Laid, int, tuple[Cut, ...]]:
        """Look for the best plan in a tier; return the program, its bound and cuts."""
        mip, laid, outcome = self._within(tier, searched=searched)
        # No cost is below 0, so that is a bound where the solver knows none.
        bound = outcome.bound or 0
        if outcome.slots is not None and outcome.uses is not None:
            plan = self._plan(outcome.slots, outcome.uses)
            self._offer(plan)
            self.known = outcome.yes if self.best is plan else self.known
        if self.best is not None and self.large and searched:
            bound = self._exactly(mip, laid, outcome, position)
        elif self.best is not None and outcome.relaxed is not None:
            able = outcome.relaxed.below(self.best.values[position])
            narrow = self.posed.split.narrowed(mip.groups, able)
            self.posed = replace(self.posed, split=narrow)
        return laid, bound, outcome.cuts

    def _within(
        self, tier: Objective | Linear, *, searched: bool
    ) -> tuple[Mip, Laid, Ended]:
        """Solve until the uses keep their limits, counted in integers.

        A solver's tolerance is a part of the limit: of a budget in rupiah, many.
        """
        while True:
            mip = self.posed.mip(self.flows[: self._number() + 1])
            mip = replace(mip, limiting=[*mip.limiting, *self.covers])
            laid = self._lay(mip, tier)
            self.large |= is_large(laid)
            outcome = self._minimise(laid, tier, searched=searched)
            cover = _cover(mip.limiting, outcome.uses)
            if cover is None:
                return mip, laid, outcome
            self.covers.append(cover)

    def _exactly(self, mip: Mip, laid: Laid, outcome: Ended, position: int) -> int:
        """Prove the best plan in a tier, or better it, in whole numbers."""
        assert self.best is not None
        held = [held.most for held in self.held]
        price = None if outcome.relaxed is None else outcome.relaxed.price
        exact = told(laid, held, price)
        values, bound = exact.search(self.best.values[position], self._left())
        if values is not None:
            uses = values[slice(*laid.uses)]
            plan = self._plan(values[slice(*laid.slots)], uses)
            self._offer(plan)
            if self.best is plan:
                self.known = values[laid.uses[0] : laid.switches[1]]
        value = self.best.values[position]
        self.unsearched |= bound < value and not self._late()
        narrow = self.posed.split.narrowed(mip.groups, exact.below(value))
        self.posed = replace(self.posed, split=narrow)
        return bound

    def _provable(self, tier: Objective | Linear) -> bool:
        """Return whether a tree is looked for."""
        named = tier.name not in (EARLINESS, EARLIEST)
        return named and self.prover is not None and not self.prover.over

    def _proven(self, position: int, effort: Effort) -> bool:
        """Prove the best plan in a tier by a tree, or a better one that it shows."""
        tier = self.order[position]
        if not self._provable(tier):
            return False
        assert self.prover is not None
        assert self.best is not None

        def offer(slots: Ints, uses: Ints) -> int:
            self.offer(slots, uses)
            assert self.best is not None
            return self.best.values[position]

        # A tier of the shifts' own tells nobody apart that those before do not.
        count = max(1, self._number() + isinstance(tier, Objective))
        flows, value = self.flows[:count], self.best.values[position]
        effort = replace(effort, end=self.deadline)
        return self.prover.prove(tier, flows, self.held, value, effort, offer)

    @property
    def no_uses(self) -> Ints:
        """Return that no shift is worked."""
        uses = self.problem.uses
        return np.zeros(0 if uses is None else len(uses), dtype=np.int64)

    def offer(self, slots: Ints, uses: Ints) -> None:
        """Take the best plan with these slots and uses, if the rules allow any."""
        if _cover(self.problem.limiting, uses) is None:
            self._offer(self._plan(slots, uses))

    def result(self) -> Outcome:
        """Return the best plan found."""
        best = self.best
        assert best is not None
        uses, limits = self.problem.uses, self.problem.limits
        used = () if uses is None else uses.options_of(best.uses)
        pairs = [(option.shift, option.day) for option in used]
        with_shifts = limits
        if pairs:
            office = self.problem.office
            with_shifts = capacity(office, limits.start, limits.days, pairs)
        unsearched = self.unsearched and not all(s.proven for s in self.settled)
        program = replace(
            self.problem.program,
            capacity=with_shifts,
            limit=arc_limits(self.problem.program, with_shifts),
        )
        return Outcome(
            ENGINE,
            Status.FEASIBLE,
            self.problem.cohorts,
            program,
            able=self.problem.program,
            solution=best.solution,
            settled=tuple(self.settled),
            used=used,
            split=replace(self.problem.split, program=best.program),
            trees=None if self.prover is None else self.prover.written,
            notices=(Notice("search-numbers"),) if unsearched else (),
        )

    def _number(self) -> int:
        """Return how many tiers of choices are settled."""
        return sum(isinstance(s.tier, Objective) for s in self.settled)

    def _left(self) -> float | None:
        return None if self.deadline is None else self.deadline - time.monotonic()

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _lay(self, mip: Mip, tier: Objective | Linear) -> Laid:
        if isinstance(tier, Linear):
            laid = mip.lay(None, tier.weight, self.held)
        else:
            laid = mip.lay(mip.groups.costs[-1], None, self.held)
        return laid.turned_on(self.on)

    def _minimise(
        self, laid: Laid, tier: Objective | Linear, *, searched: bool
    ) -> Ended:
        left = self._left()
        if tier.name == "unprinted":
            # Cheap, and nobody may be left out whom only time kept from a slot.
            left = None
        return minimise(
            laid, left, self.known, self.past, searched=searched and not self.large
        )

    def _plan(self, slots: Ints, uses: Ints) -> _Plan | None:
        """Return the exact plan with so many cards of each kind in each column."""
        problem = self.problem
        if not problem.rows.keep(slots):
            # The solver's tolerance let through what whole cards cannot do.
            return None
        limits = arc_limits(problem.program, problem.limits)
        if problem.uses is not None:
            limits = problem.uses.limits(uses)
        program, face = problem.split.settled(slots, limits)
        if not face.masks.any(axis=1).all():
            # Somebody is pinned to a day on which nothing can print the card.
            return None
        try:
            solution = solve_tiers(
                program, problem.cohorts, self.flows, FlowSolver(), face=face
            )
        except RuntimeError:
            return None
        assert solution is not None
        flows = iter(solution.tiers)
        values = []
        for tier in self.order:
            if isinstance(tier, Linear):
                values.append(int(tier.weight @ uses))
            else:
                lost = tier.constant(problem.cohorts)
                values.append(next(flows).value - lost)
        return _Plan(tuple(values), uses, program, solution)

    def _offer(self, plan: _Plan | None) -> None:
        if plan is None:
            return
        if self.best is None or plan.values < self.best.values:
            self.best = plan


def _cover(limiting: Iterable[Row], uses: Ints | None) -> Row | None:
    """Return that not all of the uses can be taken; ``None`` if they can."""
    if uses is None:
        return None
    for row in limiting:
        if int(row.weight @ uses) > row.most:
            taken = (row.weight > 0) * uses
            return Row(row.rule, taken, int(taken.sum()) - 1)
    return None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan, its value in each tier, and the uses that it takes."""

    values: tuple[int, ...]
    uses: Ints
    program: Program
    solution: Solution
