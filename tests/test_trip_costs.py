"""What trips in vain cost: short ways against the whole simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st
from strategies_scenarios import World, worlds
from test_scenarios_laws import pooled

from ektp_sched.scenarios import POLICIES, simulate
from ektp_sched.scenarios.compare.costs import Course, pooled_person_days, waiting_costs
from ektp_sched.scenarios.simulate.polymatroid import daily_sets
from ektp_sched.scenarios.simulate.simulate import person_days_by_area


@given(worlds(), st.sampled_from(POLICIES))
def test_days_of_waiting_alone_are_those_of_the_whole_outcome(
    world: World, policy: str
) -> None:
    whole = simulate(world.queue, world.limits, world.arrivals, policy)
    sets = daily_sets(world.queue.kinds, world.limits)
    course = (world.limits, sets, world.arrivals)
    [alone] = person_days_by_area(world.queue, [course], policy)
    np.testing.assert_array_equal(alone, whole.person_days_by_area())


@given(worlds(), st.sampled_from(POLICIES))
def test_several_courses_side_by_side_are_each_by_itself(
    world: World, policy: str
) -> None:
    queue, limits, came = world.queue, world.limits, world.arrivals
    office = world.case.office
    part = np.where(np.arange(limits.days) < limits.days // 2, 1, 2)
    fewer = replace(limits, server_cards=limits.server_cards // part)
    courses = [Course(queue, each, came, office) for each in (limits, fewer)]
    together = waiting_costs(courses, policy)
    event(f"one bound: {pooled_person_days(queue, limits, came) is not None}")
    for each, both in zip((limits, fewer), together, strict=True):
        [alone] = waiting_costs([Course(queue, each, came, office)], policy)
        np.testing.assert_array_equal(both, alone)


@given(worlds(), st.sampled_from(POLICIES), st.booleans())
def test_where_one_bound_holds_a_formula_counts_the_days(
    world: World, policy: str, ample: bool
) -> None:
    if ample:
        world = replace(world, case=pooled(world.case))
    short = pooled_person_days(world.queue, world.limits, world.arrivals)
    event(f"one bound: {short is not None}")
    if short is None:
        return
    outcome = simulate(world.queue, world.limits, world.arrivals, policy)
    exact = outcome.person_days.sum(axis=0) + outcome.person_days_new.sum(axis=0)
    np.testing.assert_array_equal(short, exact)


@given(
    worlds(),
    st.sampled_from(POLICIES),
    st.integers(1, 40),
    st.integers(0, 50_000),
    st.booleans(),
)
def test_costs_are_those_of_the_trips(
    world: World, policy: str, every: int, cost: int, differ: bool
) -> None:
    visits = {"every_days": every, "trip_cost_idr": cost, "areas": {}}
    if differ:
        visits["areas"] = {
            area: {"trip_cost_idr": cost + 100 * number}
            for number, area in enumerate(a for a in world.queue.areas if a)
        }
    world = replace(world, case=pooled(world.case).with_document(visits=visits))
    office = world.case.office
    queue, limits, arrivals = world.queue, world.limits, world.arrivals
    waited = simulate(queue, limits, arrivals, policy).person_days_by_area()
    rates = [
        office.visits.of(area).trip_cost_idr / office.visits.of(area).every_days
        for area in queue.areas
    ]
    [(costs, days)] = waiting_costs([Course(queue, limits, arrivals, office)], policy)
    np.testing.assert_allclose(costs, np.array(rates) @ waited, rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(days, waited.sum(axis=0), rtol=1e-12)
