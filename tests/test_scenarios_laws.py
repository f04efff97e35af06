"""Laws of the simulator, and the policy that plans anew every day."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
from hypothesis import assume, event, given
from hypothesis import strategies as st
from reference import reference
from strategies import FEW, HALF, Case, cases, desk, person
from strategies_scenarios import World, limits_of, worlds
from test_scenarios_simulate import days_of_people, plain

from ektp_sched.planning import Status
from ektp_sched.planning.network.flow import FlowSolver
from ektp_sched.planning.network.lexicographic import Solution, solve_tiers
from ektp_sched.scenarios import POLICIES, Arrivals, build_queue, simulate
from ektp_sched.scenarios.simulate.replan import (
    People,
    outcome_of_people,
    simulate_replan,
)

if TYPE_CHECKING:
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.network.program import Program

REPLAN = "ektp_sched.scenarios.simulate.replan"


def pooled(case: Case) -> Case:
    """Return the case with every printer open to everybody, and blanks ample."""
    document: dict[str, Any] = deepcopy(ample(case).document)
    for printer in document["printers"]:
        for key in ("areas", "cards", "servers"):
            printer.pop(key, None)
    return replace(case, document=document)


def ample(case: Case) -> Case:
    """Return the case with blanks without end."""
    cards = {
        name: {k: v for k, v in card.items() if k == "default"}
        for name, card in case.document["cards"].items()
    }
    return case.with_document(cards=cards)


def richer(case: Case, data: st.DataObject) -> Case:
    """Return the case with more cards a day on some resources."""
    document = deepcopy(case.document)
    for resource in (*document["servers"], *document["printers"]):
        resource["cards_per_day"] += data.draw(st.integers(0, 3))
    return replace(case, document=document)


def nobody_new(case: Case) -> Arrivals:
    return Arrivals(
        tuple(case.office.urgency),
        np.zeros((len(case.office.urgency), 1, case.days), dtype=np.int32),
    )


# With blanks without end, what a day can print is a matroid, and more capacity has the
# old one as a quotient: those accepted greedily are then a superset, and those
# left behind a subset, day after day.  Where blanks can run out, two matroids
# intersect, and the law fails, as the case below it shows.


@HALF
@given(worlds(), st.sampled_from(POLICIES), st.data())
def test_more_capacity_never_makes_more_people_wait(
    world: World, policy: str, data: st.DataObject
) -> None:
    world = replace(world, case=ample(world.case))
    better = replace(world, case=richer(world.case, data))
    before = simulate(world.queue, world.limits, world.arrivals, policy)
    after = simulate(better.queue, better.limits, better.arrivals, policy)
    event(f"it helps: {bool((after.waiting < before.waiting).any())}")
    assert (after.waiting <= before.waiting).all()


def test_blanks_can_turn_more_capacity_into_fewer_cards() -> None:
    # A, first in the queue, takes the last blank from B and the server from C.
    case = Case(
        document=desk(
            servers=[{"id": s, "cards_per_day": 1} for s in ("s-1", "s-2")],
            printers=[
                {"id": "a", "cards_per_day": 1, "areas": ["A"], "servers": ["s-1"]},
                {"id": "b", "cards_per_day": 1, "areas": ["B"], "servers": ["s-2"]},
                {"id": "c", "cards_per_day": 1, "areas": ["C"], "servers": ["s-1"]},
            ],
            cards={"few": {"stock": 1}, "many": {"default": True}},
        ),
        rows=(
            person("1", 9, area="A", card="few"),
            person("2", 5, area="B", card="few"),
            person("3", 5, area="C", card="many"),
        ),
        days=1,
    )
    queue = build_queue(case.backlog, case.office, case.start, case.days)
    waiting = [
        simulate(queue, limits_of(case, (broken,)), nobody_new(case)).waiting.tolist()
        for broken in (frozenset({("a", 0)}), frozenset())
    ]
    assert waiting == [[[1]], [[2]]]


@HALF
@given(worlds(pins=False))
def test_on_pooled_capacity_no_policy_changes_how_many_wait(world: World) -> None:
    world = replace(world, case=pooled(world.case))
    runs = [
        simulate(world.queue, world.limits, world.arrivals, policy).waiting.tolist()
        for policy in POLICIES
    ]
    assert runs[0] == runs[1] == runs[2]


@HALF
@given(cases())
def test_a_certain_future_prints_as_many_cards_each_day_as_the_plan(
    case: Case,
) -> None:
    case = pooled(case)
    plan = case.plan()
    queue = build_queue(case.backlog, case.office, case.start, case.days)
    outcome = simulate(queue, limits_of(case, (frozenset(),)), nobody_new(case))
    days = (plan.assignments["day"] - case.start).dt.total_days().to_numpy()
    planned = np.bincount(days, minlength=case.days)
    assert outcome.printed[0].tolist() == planned.tolist()


@HALF
@given(cases())
def test_planning_anew_reaches_the_plans_tiers(case: Case) -> None:
    plan = case.plan()
    assume(plan.status is Status.OPTIMAL)
    queue = build_queue(case.backlog, case.office, case.start, case.days)
    outcome = simulate_replan(
        queue,
        limits_of(case, (frozenset(),)),
        nobody_new(case),
        case.backlog,
        case.office,
        record="dates",
    )
    assert outcome.person_dates is not None
    rows = np.sort(np.concatenate([queue.rows, queue.singles.rows]))
    day_of = dict.fromkeys(range(case.backlog.planned), case.days)
    day_of |= dict(zip(rows.tolist(), outcome.person_dates[:, 0].tolist(), strict=True))
    known = reference(case)
    values = tuple(
        sum(known.cost(tier, one, day_of[row]) for row, one in enumerate(known.people))
        for tier in known.tiers
    )
    assert values == tuple(tier.value for tier in plan.tiers)
    free = [
        (day_of[row], max(p.since + 1, p.ready, p.pinned or 0))
        for row, p in enumerate(known.people)
        if row in set(rows.tolist())
    ]
    assert outcome.queued[0].tolist() == [
        sum(begin <= day < printed for printed, begin in free)
        for day in range(case.days)
    ]


@FEW
@given(worlds(most=8, replications=2), st.booleans())
def test_planning_anew_keeps_every_limit(world: World, open_to_all: bool) -> None:
    case = pooled(world.case) if open_to_all else world.case
    world = replace(world, case=case)
    queue, limits = world.queue, world.limits
    outcome = simulate_replan(queue, limits, world.arrivals, case.backlog, case.office)
    assert outcome.replications == len(world.broken)
    assert (outcome.printed <= outcome.capacity).all()
    assert (outcome.binding.sum(axis=1) == len(world.broken) * limits.open).all()
    fast = simulate(queue, limits, world.arrivals)
    assert (outcome.capacity == fast.capacity).all()
    if open_to_all:
        assert (outcome.printed == fast.printed).all()


class OneByOne:
    """Solves every tier by itself, whatever came of it the day before."""

    def solve_tiers(
        self, program: Program, cohorts: Cohorts, tiers: tuple[Objective, ...]
    ) -> Solution:
        solution = solve_tiers(program, cohorts, tiers, FlowSolver())
        assert solution is not None
        return solution


@given(worlds())
def test_what_was_foreseen_changes_no_day(world: World) -> None:
    queue, limits, case = world.queue, world.limits, world.case
    given_world = queue, limits, world.arrivals, case.backlog, case.office
    foreseen = plain(simulate_replan(*given_world, record="dates"))
    with patch(f"{REPLAN}.Foresight", OneByOne):
        one_by_one = plain(simulate_replan(*given_world, record="dates"))
    np.testing.assert_equal(foreseen, one_by_one)


@given(worlds(replications=1), st.sampled_from(POLICIES))
def test_figures_by_person_are_figures_by_stream(world: World, policy: str) -> None:
    nobody = nobody_new(world.case)
    queue = world.queue
    outcome = simulate(queue, world.limits, nobody, policy, record="dates")
    kept = np.sort(np.concatenate([queue.rows, queue.singles.rows]))
    none = np.zeros(0, dtype=np.int64)
    people = People.of(queue, kept, none, none)
    for row, day in days_of_people(queue, outcome, 0).items():
        people.day[np.searchsorted(kept, row)] = day
    single = outcome_of_people(queue, people, outcome.capacity[0], outcome.binding)
    one, other = plain(outcome), plain(single)
    for name in ("front", "single_days", "person_dates"):
        one.pop(name), other.pop(name)
    np.testing.assert_equal(other, one)
