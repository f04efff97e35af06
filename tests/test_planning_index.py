"""Plans by index: where prices prove them no solver is asked, and nothing differs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import event, given
from strategies import Case, cases, days_of, desk, given_cases, person

from ektp_sched.planning import Status
from ektp_sched.planning.network import engine
from ektp_sched.planning.network.flow import FlowSolver

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.documents import Plan

CROWD = tuple(person(f"p{number}", 10 * number) for number in range(6))


def by_solver(case: Case) -> Plan:
    with patch.object(engine, "by_index", lambda *_: None):
        return case.plan()


def by_index_alone(case: Case) -> Plan:
    with patch.object(FlowSolver, "solve", side_effect=AssertionError("was asked")):
        return case.plan()


def assert_same(one: Plan, other: Plan) -> None:
    assert one.status is other.status
    assert one.assignments.equals(other.assignments)
    assert one.unprinted.equals(other.unprinted)
    assert (one.tiers, one.certificate) == (other.tiers, other.certificate)
    assert (one.prices is None) == (other.prices is None)
    if one.prices is not None and other.prices is not None:
        assert one.prices.equals(other.prices)


def one_pool(case: Case) -> Case:
    """Return the same case where every printer may print every card."""
    free = [{key: p[key] for key in ("id", "cards_per_day")} for p in
            case.document["printers"]]  # fmt: skip
    return case.with_document(printers=free)


def test_a_queue_with_one_pool_needs_no_solver() -> None:
    case = Case(desk(2), CROWD, days=3)
    plan = by_index_alone(case)
    assert plan.status is Status.OPTIMAL
    # The longest wait first, two a day.
    assert days_of(plan) == {"p5": 0, "p4": 0, "p3": 1, "p2": 1, "p1": 2, "p0": 2}
    assert_same(plan, by_solver(case))


def test_whose_last_day_it_is_goes_first() -> None:
    case = Case(desk(1), (*CROWD, person("due", 1, due_on=0)), days=7)
    assert days_of(by_index_alone(case))["due"] == 0


def test_where_the_index_is_wrong_the_solver_is_asked() -> None:
    # Both are due tomorrow, so that one of them must go before the longest wait.
    rows = (*CROWD, person("a", 2, due_on=1), person("b", 1, due_on=1))
    case = Case(desk(1), rows, days=8)
    with pytest.raises(AssertionError, match="was asked"):
        by_index_alone(case)
    plan = case.plan()
    assert plan.status is Status.OPTIMAL
    days = days_of(plan)
    assert {days["a"], days["b"]} == {0, 1}
    assert_same(plan, by_solver(case))


@given((cases(most=10) | given_cases(cases(most=10))).map(one_pool))
def test_an_index_that_is_proven_gives_the_solvers_plan(case: Case) -> None:
    with patch.object(FlowSolver, "solve", autospec=True,
                      side_effect=FlowSolver.solve) as solve:  # fmt: skip
        plan = case.plan()
    event(f"the solver was asked: {solve.called}")
    assert_same(plan, by_solver(case))


@pytest.mark.slow
def test_where_the_index_is_enough_no_solver_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "backlog.csv").write_text(
        "application_id,waiting_since\na,2017-09-01\nb,2017-09-02\n", "utf-8"
    )
    (tmp_path / "office.toml").write_text(
        'name = "K"\n[[servers]]\nid = "s"\ncards_per_day = 1\n'
        '[[printers]]\nid = "p"\ncards_per_day = 1\n',
        "utf-8",
    )
    code = (
        "import sys, ektp_sched as ek\n"
        "plan = ek.plan('backlog.csv', 'office.toml', start='2017-09-12', days=5)\n"
        "plan.save('out')\n"
        "print(plan.status, 'ortools' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout.split() == [b"optimal", b"False"]
