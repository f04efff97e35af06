"""Plans with the index and without it: time, and whether they are the same."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from benchmarks.cases import Case, peer_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import plan
from ektp_sched.planning.network import engine
from ektp_sched.planning.network.flow import FlowSolver

if TYPE_CHECKING:
    from ektp_sched.documents import Plan

__all__ = ["index"]

_MOST_PEOPLE, _MOST_DAYS = 400, 40
_ROUNDS = 3


def index(draws: str, *names: str) -> dict[str, Any]:
    """Plan named cases and seeded ones with one printer, half of them with dates.

    Parameters
    ----------
    draws
        How many are drawn.
    names
        Cases.

    Returns
    -------
    dict
        cases (proven; cpu and solver, the least processor seconds), drawn (proven,
        count), and other, the names of cases of which the plans differ.
    """
    draw = np.random.default_rng(7)
    drawn = [
        f"{draw.integers(1, _MOST_PEOPLE)}x{draw.integers(2, _MOST_DAYS)}x1{dates}"
        for _, dates in zip(range(int(draws)), cycle(("", "+")), strict=False)
    ]
    proven, other = 0, []
    for name in drawn:
        one, same, _, _ = _both(peer_case(name))
        proven += one
        other += [] if same else [name]
    cases = {}
    for name in names:
        is_proven, same, cpu, solver = _both(peer_case(name), _ROUNDS)
        cases[name] = {"proven": is_proven, "cpu": cpu, "solver": solver}
        other += [] if same else [name]
    return {
        "cases": cases,
        "drawn": {"proven": proven, "count": len(drawn)},
        "other": other,
    }


def _both(case: Case, rounds: int = 1) -> tuple[bool, bool, float, float]:
    """Return whether the index was proven, the plans alike, and what each took."""
    least = [float("inf"), float("inf")]
    for _ in range(rounds):
        with (
            Timer() as timer,
            patch.object(
                FlowSolver, "solve", autospec=True, side_effect=FlowSolver.solve
            ) as solver,
        ):
            one = _planned(case)
        least[0] = min(least[0], timer.cpu)
        with patch.object(engine, "by_index", lambda *_: None), Timer() as timer:
            other = _planned(case)
        least[1] = min(least[1], timer.cpu)
    same = (
        one.assignments.equals(other.assignments)
        and one.certificate == other.certificate
    )
    return not solver.called, same, least[0], least[1]


def _planned(case: Case) -> Plan:
    backlog = from_frame(case.frame, case.office)
    return plan(backlog, case.office, start=case.start, days=case.days)
