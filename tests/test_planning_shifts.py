"""Shifts and budget: worked optima, brute force over every decision, laws."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from strategies import Case, shift_cases

from ektp_sched.office import capacity, options
from ektp_sched.planning import Status
from ektp_sched.planning.cohorts import build_cohorts
from ektp_sched.planning.conflicts import pin_conflicts
from ektp_sched.planning.flow import FlowEngine
from ektp_sched.planning.lexicographic import solve_tiers
from ektp_sched.planning.program import build_program
from ektp_sched.planning.tiers import EARLINESS, objectives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ektp_sched.office import Office, Option
    from ektp_sched.planning import Plan


def allowed(office: Office, used: Sequence[Option], start: date) -> bool:
    """The rules on shifts once more, one use at a time."""
    if office.budget is not None:
        cost = {s.id: s.cost_idr for s in office.shifts}
        if sum(cost[o.shift] for o in used) > office.budget.idr:
            return False
    for shift in office.shifts:
        days = sorted(o.day for o in used if o.shift == shift.id)
        weeks = [(start + timedelta(days=d)).isocalendar()[:2] for d in days]
        if shift.max_uses is not None and len(days) > shift.max_uses:
            return False
        if shift.max_per_week is not None and any(
            weeks.count(week) > shift.max_per_week for week in weeks
        ):
            return False
        rest = shift.rest_days or 0
        if any(b - a <= rest for a, b in pairwise(days)):
            return False
    return True


def decisions(case: Case) -> Iterator[tuple[Option, ...]]:
    can = options(case.office, case.start, case.days)
    for number in range(len(can) + 1):
        for used in combinations(can, number):
            if allowed(case.office, used, case.start):
                yield used


def value(case: Case, used: Sequence[Option]) -> list[int] | None:
    """Return every tier of the best plan under a decision; None if a pin breaks."""
    office, start, days = case.office, case.start, case.days
    limits = capacity(office, start, days, [(o.shift, o.day) for o in used])
    cohorts = build_cohorts(case.backlog, office, start, days)
    program = build_program(cohorts, limits, days)
    if pin_conflicts(program, cohorts, case.backlog.frame):
        return None
    tiers = objectives(office, cohorts, days)
    solution = solve_tiers(program, cohorts, tiers, FlowEngine())
    assert solution is not None
    flows = iter(solution.tiers)
    own = {"cost_idr": sum(o.cost_idr for o in used), "shifts": len(used)}
    return [
        own[tier.name] if tier.name in own else next(flows).value
        for tier in objectives(office, cohorts, days, decided=True)
        if tier.name != EARLINESS
    ]


def best(case: Case) -> list[int] | None:
    values = (value(case, used) for used in decisions(case))
    return min((v for v in values if v is not None), default=None)


def values_of(plan: Plan) -> list[int]:
    return [tier.value for tier in plan.tiers]


@given(shift_cases())
def test_no_decision_is_better(case: Case) -> None:
    wanted = best(case)
    plan = case.plan()
    if wanted is None:
        assert plan.status is Status.INFEASIBLE
        return
    assert plan.status is Status.OPTIMAL
    assert values_of(plan) == wanted
