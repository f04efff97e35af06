"""Plans under rules that break the network: quotas, and blanks that cross."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.office import calendar, capacity, options
from ektp_sched.planning.cohorts import build_cohorts
from ektp_sched.planning.decisions.benders import Linear, Settled
from ektp_sched.planning.decisions.cuts import stack
from ektp_sched.planning.decisions.decide import tier_order
from ektp_sched.planning.decisions.rules import rows
from ektp_sched.planning.decisions.uses import arc_limits, list_uses
from ektp_sched.planning.flow import FlowEngine
from ektp_sched.planning.lexicographic import solve_tiers
from ektp_sched.planning.mixed.consumables import lot_rows, ribbon_rows, stock_rows
from ektp_sched.planning.mixed.model import Held, Mip
from ektp_sched.planning.mixed.probe import surely_on
from ektp_sched.planning.mixed.rows import Rows, Slots, quota_rows
from ektp_sched.planning.mixed.run import Outcome, minimise
from ektp_sched.planning.mixed.split import split
from ektp_sched.planning.mixed.tight import tightened
from ektp_sched.planning.problem import least_value
from ektp_sched.planning.program import build_program
from ektp_sched.planning.result import Tier
from ektp_sched.planning.tiers import Objective, check_range

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Capacity, Office, Option
    from ektp_sched.office.decisions import Quota
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.lexicographic import Solution
    from ektp_sched.planning.mixed.master import Past
    from ektp_sched.planning.mixed.model import Laid
    from ektp_sched.planning.mixed.relax import Cut
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.program import Program
    from ektp_sched.planning.scarce import Scarce

    Ints = NDArray[np.int64]

__all__ = ["Mixed", "Problem", "pose", "solve"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A plan's problem with rules that break the network.

    Parameters
    ----------
    office, cohorts
        What limits, and who waits, by kind.
    limits
        Capacity without any shift.
    program, split
        The network for all that could be open, plain and by kind.
    uses
        What could be decided; ``None`` without shifts.
    rows
        Rules on kinds.
    scarce
        Blanks and ribbons that are counted by rows.
    """

    office: Office
    cohorts: Cohorts
    limits: Capacity
    program: Program
    split: Split
    uses: Uses | None
    rows: Rows
    scarce: Scarce

    def mip(
        self, tiers: Sequence[Objective], dropped: frozenset[str] = frozenset()
    ) -> Mip:
        """Return the mixed-integer program of some tiers.

        Parameters
        ----------
        tiers
            The tiers whose costs it knows.
        dropped
            Places of rules that are left out.
        """
        limiting = []
        if self.uses is not None:
            found = rows(self.office, self.uses, self.limits.start)
            limiting = [row for row in found if row.rule not in dropped]
        return Mip(
            split=self.split,
            groups=stack(self.split.program, self.cohorts, tiers),
            uses=self.uses,
            limiting=limiting,
            limits=arc_limits(self.program, self.limits),
            side=[row for row in self.rows.rows if row.rule not in dropped],
            switches=self.rows.switches,
            ordered=self.rows.ordered,
            draws=self.rows.draws,
        )


@dataclass(frozen=True, slots=True)
class Mixed:
    """The best plan found, and what the solver says of it.

    Parameters
    ----------
    used, limits
        Shifts that are worked, and capacity with them.
    program, split, solution
        The plain network, the one by kind, and the plan in it.
    settled
        Every tier in order.
    """

    used: tuple[Option, ...]
    limits: Capacity
    program: Program
    split: Split
    solution: Solution
    settled: tuple[Settled, ...]

    @property
    def values_proven(self) -> bool:
        """Return whether with these shifts no plan is better."""
        return all(s.proven for s in self.settled if isinstance(s.tier, Objective))

    def bound(self, tier: Objective, cohorts: Cohorts) -> int:
        """Return below what no plan comes in a tier of choices."""
        for settled in self.settled:
            if settled.tier == tier:
                return settled.bound + tier.constant(cohorts)
        return least_value(self.program, cohorts, tier)

    def own(self, name: str) -> Tier:
        """Return one of the shifts' own tiers."""
        found = next(s for s in self.settled if s.tier.name == name)
        return Tier(name, None, found.value, 1, found.bound, found.proven)


def pose(
    backlog: Backlog, office: Office, start: date, days: int, scarce: Scarce
) -> Problem:
    """Lay the network by kind and the rules on kinds.

    Parameters
    ----------
    backlog, office, start, days
        What to plan.
    scarce
        Blanks and ribbons that are counted by rows.
    """
    questions = [_question(quota) for quota in office.quotas]
    questions += [pl.col("card") == card for card in scarce.cards]
    asked = _lot_questions(scarce, questions)
    limits = capacity(office, start, days)
    cohorts = build_cohorts(backlog, office, start, days, questions)
    can = options(office, start, days)
    every = capacity(office, start, days, [(o.shift, o.day) for o in can])
    program = build_program(cohorts, every, days, scarce.counted, scarce.alone)
    wide = split(program, cohorts)
    uses = list_uses(office, program, limits, can) if office.shifts else None
    found = Rows()
    slots = Slots(program, wide, cohorts, calendar(office, start, days).open)
    quota_rows(found, slots, office)
    stock_rows(found, slots, scarce.cards, len(office.quotas))
    for card, some in scarce.lots.items():
        lot_rows(found, slots, card, some, asked[card])
    ribbon_rows(found, slots, office, scarce.ribbons)
    return Problem(office, cohorts, limits, program, wide, uses, found, scarce)


def _lot_questions(
    scarce: Scarce, questions: list[pl.Expr]
) -> dict[str, dict[str, int]]:
    """Ask for each card type with lots, and its classes with blanks set aside."""
    asked: dict[str, dict[str, int]] = {}
    for card, some in scarce.lots.items():
        asked[card] = {"": len(questions)}
        questions.append(pl.col("card") == card)
        for name in sorted({lot.kept_for for lot in some if lot.kept_for is not None}):
            asked[card][name] = len(questions)
            questions.append((pl.col("card") == card) & (pl.col("urgency") == name))
    return asked


def _question(quota: Quota) -> pl.Expr:
    asked = {"urgency": quota.urgency, "card": quota.card, "area": quota.area}
    parts = [pl.col(name).is_in(list(some)) for name, some in asked.items() if some]
    return pl.all_horizontal(parts)


def solve(problem: Problem, deadline: float | None = None) -> Mixed | None:
    """Minimise the tiers in strict order, as far as time allows.

    Parameters
    ----------
    problem
        What to plan.
    deadline
        Moment of ``time.monotonic`` after which the best so far is taken.

    Returns
    -------
    Mixed or None
        ``None`` if the rules contradict each other, or no plan was found.
    """
    days = problem.limits.days
    order = tier_order(problem.office, problem.cohorts, days, problem.uses)
    flows = tuple(tier for tier in order if isinstance(tier, Objective))
    nodes = problem.split.program.nodes
    check_range(problem.office, problem.cohorts, flows, nodes)
    rules = tightened(problem.rows.rows)
    posed = replace(problem, rows=replace(problem.rows, rows=rules))
    mip = posed.mip(flows[:1])
    on = surely_on(mip.lay(None, None, []), mip.ordered)
    search = _Search(problem, order, flows, deadline, posed, on)
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
    held: list[Held] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    best: _Plan | None = None
    known: Ints | None = None
    past: list[Past] = field(default_factory=list)

    def settle(self, tier: Objective | Linear) -> bool:
        """Find the best plan in a tier; return whether there is one at all."""
        position = len(self.settled)
        bound = 0
        cuts: tuple[Cut, ...] = ()
        laid: Laid | None = None
        if self.best is None or (self.best.values[position] and not self._late()):
            mip = self.posed.mip(self.flows[: self._number() + 1])
            laid = self._lay(mip, tier)
            outcome = self._minimise(laid, tier)
            bound, cuts = outcome.bound, outcome.cuts
            if outcome.slots is not None and outcome.uses is not None:
                plan = self._plan(outcome.slots, outcome.uses)
                self._offer(plan)
                self.known = outcome.yes if self.best is plan else self.known
            if self.best is not None and outcome.relaxed is not None:
                able = outcome.relaxed.below(self.best.values[position])
                narrow = self.posed.split.narrowed(mip.groups, able)
                self.posed = replace(self.posed, split=narrow)
        if self.best is None:
            return False
        value = self.best.values[position]
        self.settled.append(Settled(tier, value, min(value, max(0, bound))))
        if laid is not None:
            # Held at the best plan's value; a search may have found another or none.
            self.past.append((laid, value, cuts))
        number = self._number() - 1
        is_flow = isinstance(tier, Objective)
        weight = None if isinstance(tier, Objective) else tier.weight
        self.held.append(Held(number if is_flow else None, weight, value))
        return True

    def result(self) -> Mixed:
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
        program = replace(
            self.problem.program,
            capacity=with_shifts,
            limit=arc_limits(self.problem.program, with_shifts),
        )
        return Mixed(
            used=used,
            limits=with_shifts,
            program=program,
            split=replace(self.problem.split, program=best.program),
            solution=best.solution,
            settled=tuple(self.settled),
        )

    def _number(self) -> int:
        """Return how many tiers of choices are settled."""
        return sum(isinstance(s.tier, Objective) for s in self.settled)

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _lay(self, mip: Mip, tier: Objective | Linear) -> Laid:
        if isinstance(tier, Linear):
            laid = mip.lay(None, tier.weight, self.held)
        else:
            laid = mip.lay(mip.groups.costs[-1], None, self.held)
        return laid.turned_on(self.on)

    def _minimise(self, laid: Laid, tier: Objective | Linear) -> Outcome:
        left = None if self.deadline is None else self.deadline - time.monotonic()
        if tier.name == "unprinted":
            # Cheap, and nobody may be left out whom only time kept from a slot.
            left = None
        return minimise(laid, left, self.known, self.past)

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
        try:
            solution = solve_tiers(
                program, problem.cohorts, self.flows, FlowEngine(), face=face
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


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan, its value in each tier, and the uses that it takes."""

    values: tuple[int, ...]
    uses: Ints
    program: Program
    solution: Solution
