"""Two engines, one protocol: limits of time and range, and what is claimed."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reference import reference, slots_of
from strategies import HALF, START, Case, cases, desk, person, pinned_cases

from ektp_sched.errors import UnsupportedRuleError, UsageError
from ektp_sched.planning import Plan, Status, solve
from ektp_sched.planning.clock import Clock
from ektp_sched.planning.needed import days_needed
from ektp_sched.planning.network import engine as network
from ektp_sched.planning.network import lexicographic
from ektp_sched.planning.network.cpsat import CpSatSolver
from ektp_sched.planning.network.flow import FlowSolver
from ektp_sched.trust import check_certificate, verify

if TYPE_CHECKING:
    from ektp_sched.planning.network.problem import Flow, TierProblem

ENGINES = pytest.mark.parametrize("engine", ["flow", "cpsat"])


def crowd(count: int = 6) -> tuple[dict[str, Any], ...]:
    return tuple(
        person(f"n{n}", 9 + 5 * n, due_on=n % 4, promised_on=(n + 1) % 3)
        for n in range(count)
    )


class Stopped:
    """A clock that jumps past every limit after so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def monotonic(self) -> float:
        self.looks -= 1
        return 0.0 if self.looks >= 0 else 1e12


def cut_short(case: Case, looks: int, engine: str = "flow") -> Plan:
    with patch.object(lexicographic, "time", Stopped(looks)):
        return case.plan(time_limit=10.0**9, engine=engine)


@ENGINES
def test_names_of_the_engines(engine: str) -> None:
    assert Case(desk(), crowd()).plan(engine=engine).engine == engine


def test_auto_is_flow_where_all_rules_are_a_network() -> None:
    assert Case(desk(), crowd()).plan().engine == "flow"


SOLVERS = ("network.flow", "network.cpsat", "decisions.search", "mixed.run")
SHIFT = {"id": "sat", "days": ["sat"], "cost_idr": 1, "share": 1.0}
QUOTA = {"per": "day", "at_most": 1, "area": ["Alak"]}


_LOADS = """
import json, os, sys
from strategies import Case, desk, person
for engine, tables in json.loads(sys.argv[1]):
    if not os.fork():
        Case(desk(1, **tables), (person("a", 9),), days=7).plan(engine=engine)
        print(*sys.modules, flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.slow
def test_a_solver_is_imported_only_when_it_is_chosen() -> None:
    cases: list[tuple[str, dict[str, Any], set[str]]] = [
        ("auto", {}, {"network.flow"}),
        ("cpsat", {}, {"network.cpsat"}),
        # What chooses the shifts is a program of CP-SAT.
        (
            "auto",
            {"shifts": [SHIFT]},
            {"network.flow", "network.cpsat", "decisions.search"},
        ),
        (
            "auto",
            {"areas": {"Alak": []}, "quotas": [QUOTA]},
            {"network.flow", "network.cpsat", "mixed.run"},
        ),
    ]
    orders = json.dumps([(engine, tables) for engine, tables, _ in cases])
    done = subprocess.run(
        [sys.executable, "-c", _LOADS, orders],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    modules = {f"ektp_sched.planning.{name}" for name in SOLVERS}
    found = [modules & {*line.split()} for line in done.stdout.splitlines()]
    assert found == [
        {f"ektp_sched.planning.{name}" for name in loaded} for _, _, loaded in cases
    ]


@pytest.mark.parametrize("name", ["", "Flow", "gurobi"])
def test_an_unknown_engine_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="auto, flow or cpsat"):
        Case(desk(), crowd()).plan(engine=name)


@pytest.mark.parametrize("limit", [0, -1, -0.5, float("nan")])
def test_a_time_limit_must_be_positive(limit: float) -> None:
    with pytest.raises(UsageError, match="time_limit"):
        Case(desk(), crowd()).plan(time_limit=limit)


@ENGINES
def test_no_time_at_all_is_unknown_and_claims_nothing(engine: str) -> None:
    plan = Case(desk(), crowd()).plan(time_limit=1e-9, engine=engine)
    assert plan.status is Status.UNKNOWN
    assert plan.assignments.is_empty()
    assert plan.unprinted.is_empty()
    assert plan.tiers == ()
    assert plan.certificate is None
    assert plan.prices is None
    assert plan.conflict == ()


@ENGINES
def test_a_limit_that_suffices_changes_nothing(engine: str) -> None:
    plan = Case(desk(), crowd()).plan(time_limit=600.0, engine=engine)
    assert plan.status is Status.OPTIMAL
    assert plan.certificate is not None


@pytest.mark.parametrize("done", [1, 2, 3])
def test_time_that_ends_between_tiers_leaves_a_feasible_plan(done: int) -> None:
    case = Case(desk(1), crowd())
    best = case.plan()
    plan = cut_short(case, done)
    assert plan.status is Status.FEASIBLE
    assert plan.prices is None
    assert [tier.proven for tier in plan.tiers] == [n < done for n in range(4)]
    # The proof of what was settled is not lost.
    assert plan.certificate is not None
    assert best.certificate is not None
    assert plan.certificate.tiers == best.certificate.tiers[:done]
    assert check_certificate(plan, case.backlog, case.office) == []
    for tier, ideal in zip(plan.tiers[:done], best.tiers, strict=False):
        assert tier == ideal
    # What was not reached still has a bound: nobody has to share a day.
    for tier, ideal in zip(plan.tiers[done:], best.tiers[done:], strict=True):
        assert tier.bound is not None
        assert 0 <= tier.bound <= ideal.value <= tier.value


def test_a_call_that_would_not_end_in_time_is_not_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = Case(desk(1), crowd())
    slow, quick = FlowSolver(), FlowSolver()
    slow._watch.pace = 10.0**6
    monkeypatch.setattr(network, "by_index", lambda *_: None)
    with patch.object(solve, "tier_solver", lambda _: slow):
        assert case.plan(time_limit=60.0).status is Status.UNKNOWN
        # Without a limit the pace is of no interest.
        assert case.plan().status is Status.OPTIMAL
    with patch.object(solve, "tier_solver", lambda _: quick):
        assert case.plan(time_limit=60.0).status is Status.OPTIMAL


def test_the_engine_learns_the_pace_from_calls_that_are_long_enough() -> None:
    engine = FlowSolver()
    before = engine._watch.pace
    engine._watch.end(10, engine._watch.begin(10))
    assert engine._watch.pace == before
    engine._watch.end(10**6, engine._watch.begin(10**6) - 10.0)
    # Ten seconds for a million arcs: 10 / 10^9.
    assert engine._watch.pace == pytest.approx(1e-8, rel=0.01)


def test_time_that_ends_after_the_tiers_leaves_the_best_plan_without_prices() -> None:
    case = Case(desk(1), crowd())
    best = case.plan()
    with patch.object(Clock, "over", property(lambda _: True)):
        plan = case.plan(time_limit=600.0)
    assert plan.status is Status.OPTIMAL
    assert plan.assignments.equals(best.assignments)
    assert plan.certificate == best.certificate
    assert plan.prices is None
    assert [n.code for n in plan.notices] == ["no-time-for-prices"]
    assert verify(plan, case.backlog, case.office) == []


def test_half_of_the_time_is_for_finding_how_many_days_it_takes() -> None:
    case = Case(desk(1), crowd())
    office = case.office
    needed = days_needed(case.backlog, office, START)
    late = days_needed(case.backlog, office, START, Clock(1e-9, None))
    # Out of time at once, all days that could matter are kept.
    assert needed == 6
    assert late > needed
    ample = solve.plan(case.backlog, office, start=START, time_limit=600.0)
    assert (ample.status, ample.days) == (Status.OPTIMAL, needed)


def test_a_plan_cut_short_keeps_the_tie_break_among_equals() -> None:
    rows = tuple(person(f"n{n}", 9) for n in (3, 1, 2, 0))
    plan = cut_short(Case(desk(1), rows), 1)
    assert plan.status is Status.FEASIBLE
    assert plan.assignments["application_id"].to_list() == ["n0", "n1", "n2", "n3"]


def test_a_plan_cut_short_that_is_proven_keeps_the_tie_break_across_cards() -> None:
    """Nothing was promised: the tier that was not reached is proven all the same."""
    office = desk(1) | {
        "cards": {"KTP-el": {"default": True}, "KIA": {}},
        "servers": [
            {"id": "server-1", "cards_per_day": 1},
            {"id": "server-2", "cards_per_day": 1},
        ],
        "printers": [
            {"id": "printer-b", "cards_per_day": 1},
            {"id": "printer-a", "cards_per_day": 1, "cards": ["KIA"]},
        ],
        "plan": {"tiers": ["unprinted", "overdue", "promise"]},
    }
    rows = (
        person("A-10", 1, card="KIA"),
        person("A-9", 1, card="KIA"),
        person("B-1", 1, card="KTP-el"),
    )
    case = Case(office, rows, days=7)
    for looks in range(1, 6):
        plan = cut_short(case, looks)
        assert verify(plan, case.backlog, case.office) == []
        first = plan.assignments.filter(day=plan.start)
        assert sorted(first["application_id"]) == ["A-10", "A-9"]


def test_the_bound_of_a_tier_not_reached_knows_when_a_card_can_be_ready() -> None:
    # Two days lost for certain: it waits its 10th and its 11th day, of 30.
    late = person("late", 9, ready_on=2)
    plan = cut_short(Case(desk(1), (*crowd(), late)), 2)
    pressure = plan.tiers[-1]
    assert (pressure.bound, pressure.scale) == (10 + 11, 30)


@pytest.mark.slow
@HALF
@given(pinned_cases(), st.integers(1, 4))
def test_a_plan_cut_short_keeps_every_rule_and_states_true_values(
    case: Case, looks: int
) -> None:
    plan = cut_short(case, looks)
    assume(plan.status is not Status.INFEASIBLE)
    problem = reference(case)
    slots = slots_of(plan)
    assert problem.broken(slots) == []
    assert tuple(tier.value for tier in plan.tiers) == problem.values(slots)
    best = problem.optimum()
    assert best is not None
    assert problem.values(slots) >= best
    proven = [tier.proven for tier in plan.tiers]
    assert proven == sorted(proven, reverse=True)
    assert (plan.status is Status.OPTIMAL) == all(proven)
    for tier, value in zip(plan.tiers, best, strict=True):
        assert not tier.proven or tier.value == value == tier.bound
    assert verify(plan, case.backlog, case.office) == []


class Unproven:
    """An engine that finds the best flow and can only bound it."""

    name = "cpsat"

    def __init__(self, below: int) -> None:
        self.below = below
        self.solved = 0

    def solve(
        self,
        problem: TierProblem,
        seconds: float | None = None,  # noqa: ARG002 (it is given no limit)
    ) -> Flow:
        flow = FlowSolver().solve(problem)
        self.solved += 1
        if self.solved < 2:
            return flow
        return replace(flow, proven=False, bound=-self.below)


def test_an_engine_that_only_bounds_is_feasible_with_bound_and_gap() -> None:
    # b was due before the start: the constant belongs to value and bound.
    rows = (*crowd(), person("b", 50, due_on=-1))
    engine = Unproven(below=2)
    with patch("ektp_sched.planning.solve.tier_solver", lambda _: engine):
        plan = Case(desk(1), rows).plan()
    assert plan.status is Status.FEASIBLE
    assert engine.solved == 2
    assert plan.certificate is not None
    assert [tier.name for tier in plan.certificate.tiers] == ["unprinted"]
    first, second, *others = plan.tiers
    assert (first.proven, second.proven) == (True, False)
    assert second.bound == -2 + 1
    assert second.value >= 1
    assert [tier.proven for tier in others] == [False] * 2
    assert all(0 <= (tier.bound or 0) <= tier.value for tier in others)


def test_an_engine_without_any_flow_is_unknown() -> None:
    engine = CpSatSolver()
    with patch.object(CpSatSolver, "solve", lambda *_: None):
        plan = Case(desk(1), crowd()).plan(engine=engine.name)
    assert plan.status is Status.UNKNOWN
    assert plan.assignments.is_empty()


@pytest.mark.slow
@HALF
@given(cases(most=8))
def test_cpsat_answers_the_same_twice(case: Case) -> None:
    one, two = (case.plan(engine="cpsat") for _ in range(2))
    assert one.assignments.equals(two.assignments)
    assert one.certificate == two.certificate


@ENGINES
def test_costs_beyond_64_bits_are_refused_with_the_targets_named(engine: str) -> None:
    # 9,699,690 = 2·3·5·7·11·13·17·19 is within the office's own limit; with
    # 3,660 days and a record of the year 1 costs times nodes pass 2^60.
    classes = {
        f"c{target}": {"target_days": target, "default": target == 2}
        for target in (2, 3, 5, 7, 11, 13, 17, 19)
    }
    rows = tuple(person(f"n{n}", urgency="c2") for n in range(3))
    rows += (
        {"application_id": "old", "waiting_since": date(1, 1, 1)} | {"urgency": "c2"},
    )
    outage = [{"resource": "s", "from": START, "to": date(2027, 1, 1)}]
    document = desk(1, urgency=classes, outages=outage)
    with pytest.raises(UnsupportedRuleError, match="target_days") as caught:
        Case(document, rows, days=3660).plan(engine=engine)
    assert "c19" in str(caught.value)


@ENGINES
def test_the_largest_scale_an_office_may_have_is_exact(engine: str) -> None:
    classes = {
        f"c{target}": {"target_days": target, "default": target == 2}
        for target in (2, 3, 5, 7, 11, 13, 17, 19)
    }
    rows = tuple(
        person(f"n{n}", 37 * n, urgency=f"c{(2, 3, 5, 7, 11, 13, 17, 19)[n % 8]}")
        for n in range(16)
    )
    case = Case(desk(1, urgency=classes), rows, days=14)
    plan = case.plan(engine=engine)
    assert plan.status is Status.OPTIMAL
    assert tuple(tier.value for tier in plan.tiers) == reference(case).optimum()
