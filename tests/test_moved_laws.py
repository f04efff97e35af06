"""Least change: as few cards as can be leave the day that yesterday gave them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from mixes_brute import Small
from opinions import nothing_is_wrong
from reference import every_plan, reference, slots_of
from strategies import (
    HALF,
    START,
    Case,
    cases,
    days_of,
    desk,
    given_cases,
    mixed_cases,
    person,
    pinned_cases,
    quota_cases,
    shift_cases,
    tiny_cases,
)

from ektp_sched.backlog.known import GIVEN
from ektp_sched.planning import Status

if TYPE_CHECKING:
    from ektp_sched.planning import Plan

pytestmark = pytest.mark.slow

STABLE = ("moved", "frozen")


def values(plan: Plan) -> tuple[int, ...]:
    return tuple(tier.value for tier in plan.tiers)


def named(plan: Plan) -> list[str]:
    return [tier.name for tier in plan.tiers]


def feasible(case: Case) -> Plan:
    plan = case.plan()
    assume(plan.status is not Status.INFEASIBLE)
    assert plan.status is Status.OPTIMAL
    return plan


# The optimum


@HALF
@given(given_cases(mixed_cases(), kinds=2))
def test_shifts_quotas_and_blanks_move_no_more_than_they_must(case: Case) -> None:
    small = Small(case)
    best = small.best()
    plan = case.plan()
    event(f"{plan.engine} {plan.status}")
    if best is None:
        assert plan.status is Status.INFEASIBLE
        return
    assert plan.status is Status.OPTIMAL
    assert named(plan) == [name for name, _ in small.known.tiers]
    assert values(plan) == best
    uses = [(use.shift, (use.day - case.start).days) for use in plan.shifts]
    assert small.value_of(days_of(plan), uses) == best
    nothing_is_wrong(plan, case)


@st.composite
def _crowds(draw: st.DrawFn) -> Case:
    """Draw people alike but for the day of recording and the day given."""
    days = draw(st.sampled_from((3, 4, 12)))
    tiers = draw(st.permutations(("moved", "unprinted", "pressure")))
    document = desk(draw(st.integers(1, 4)), plan={"tiers": list(tiers)})
    rows = []
    for number in range(draw(st.integers(1, 9))):
        given_on = START + timedelta(days=draw(st.integers(0, days)))
        values = (given_on, "p", 1, number + 1)
        slot = dict(zip(GIVEN, values, strict=True))
        rows.append(person(f"n{number}", draw(st.integers(0, 6)), **slot))
    return Case(document, tuple(rows), START, days)


@HALF
@given(_crowds())
def test_given_days_far_away_and_between_others_count_in_plan_and_prices(
    case: Case,
) -> None:
    problem = reference(case)
    plan = case.plan()
    best = problem.optimum()
    assert values(plan) == best == problem.values(slots_of(plan))
    assert plan.prices is not None
    scales = [tier.scale for tier in plan.tiers]
    for (resource, day), part in plan.prices.group_by("resource", "day"):
        assert isinstance(resource, str)
        assert isinstance(day, date)
        for by, column in ((1, "one_more"), (-1, "one_less")):
            limits = problem.limits.changed(resource, (day - START).days, by)
            others = replace(problem, limits=limits).optimum()
            assert others is not None
            changes = zip(others, best, scales, strict=True)
            assert part[column].to_list() == [(a - b) / s for a, b, s in changes]


# What stability may cost


@HALF
@given(given_cases(cases() | pinned_cases() | quota_cases() | shift_cases()))
def test_what_stands_before_moved_is_as_good_as_on_a_first_morning(case: Case) -> None:
    plan = feasible(case)
    first = case.with_rows(
        [{k: v for k, v in row.items() if k not in GIVEN} for row in case.rows]
    ).plan()
    assert not set(named(first)) & set(STABLE)
    before = next((n for n, t in enumerate(plan.tiers) if t.name in STABLE), 0)
    assert named(first)[:before] == named(plan)[:before]
    assert values(first)[:before] == values(plan)[:before]


@HALF
@given(given_cases(tiny_cases()))
def test_told_dates_slip_only_as_every_plan_of_equal_earlier_tiers_slips_them(
    case: Case,
) -> None:
    plan = feasible(case)
    problem = reference(case)
    told = [n for n, (name, _) in enumerate(problem.tiers) if name == "promise"]
    assume(any(p.promised is not None for p in problem.people))
    reached = values(plan)
    for others, _ in every_plan(problem):
        for tier in told:
            if others[:tier] == reached[:tier]:
                assert others[tier] >= reached[tier]


def test_a_pin_that_cannot_be_kept_is_said_with_a_plan_before_too() -> None:
    """Beside a quota, where the search is offered the plan before."""
    office = desk(quotas=[{"per": "day", "area": ["Alak"], "at_most": 0}])
    given = dict.fromkeys(GIVEN)
    pinned = person("a", ready_on=9, pinned_on=0) | given
    plan = Case(office | {"areas": {"Alak": []}}, (pinned,), days=2).plan()
    assert plan.status is Status.INFEASIBLE
