"""Plans by the pressure index and by the solver alone, which must be the same."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from benchmarks.cases import peer_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import plan
from ektp_sched.planning.network import engine
from ektp_sched.planning.network.flow import FlowSolver

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from ektp_sched.documents import Plan

__all__ = ["drawn", "index", "solver"]

_MOST_PEOPLE, _MOST_DAYS = 400, 40


def index(name: str) -> dict[str, Any]:
    """Plan a case by index, and by the solver where no prices prove that."""
    case = peer_case(name)
    with Timer() as spent:
        made, is_proven = _by_index(case)
    says = "proven, no solver" if is_proven else "the solver went on"
    other = made.assignments.rows() != _by_solver(case).assignments.rows()
    return {**spent.spent(), "says": says, "faults": ["another plan"] if other else []}


def solver(name: str) -> dict[str, Any]:
    """Plan a case by the solver alone."""
    case = peer_case(name)
    with Timer() as spent:
        _by_solver(case)
    return {**spent.spent(), "says": "", "faults": []}


def drawn(count: str) -> dict[str, Any]:
    """Plan seeded cases with one printer, every second one with dates, both ways."""
    draw = np.random.default_rng(7)
    proven, faults = 0, []
    with Timer() as spent:
        for _, dates in zip(range(int(count)), cycle(("", "+")), strict=False):
            people, days = draw.integers(1, _MOST_PEOPLE), draw.integers(2, _MOST_DAYS)
            name = f"{people}x{days}x1{dates}"
            case = peer_case(name)
            (made, is_proven), other = _by_index(case), _by_solver(case)
            proven += is_proven
            if (made.assignments.rows(), made.certificate) != (
                other.assignments.rows(),
                other.certificate,
            ):
                faults.append(f"{name}: another plan")
    return {**spent.spent(), "says": f"{proven:,} of {count} proven", "faults": faults}


def _by_index(case: Case) -> tuple[Plan, bool]:
    """Return a plan, and whether no solver was asked."""
    with patch.object(
        FlowSolver, "solve", autospec=True, side_effect=FlowSolver.solve
    ) as asked:
        return _planned(case), not asked.called


def _by_solver(case: Case) -> Plan:
    with patch.object(engine, "by_index", lambda *_: None):
        return _planned(case)


def _planned(case: Case) -> Plan:
    backlog = from_frame(case.frame, case.office)
    return plan(backlog, case.office, start=case.start, days=case.days)
