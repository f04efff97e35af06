"""Quotas and stocks as one mixed-integer program: HiGHS, SCIP and CP-SAT.

The program is the library's own, as it is before anything in it is tightened or
left out, solved tier after tier with a row that holds each settled tier.  Cohorts,
pools and rows are the library's preparation, which the peers get for nothing.
Whole are the cards of each kind in each column, uses and switches, as the rest is
then a network; CP-SAT knows whole numbers only.  All through MathOpt.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.math_opt.python import mathopt

from ektp_sched.office import capacity
from ektp_sched.people.cohorts import group
from ektp_sched.people.objectives import Objective
from ektp_sched.people.people import read_people
from ektp_sched.planning.decisions.order import tier_order
from ektp_sched.planning.mixed.model import Held
from ektp_sched.planning.mixed.pose import pose
from ektp_sched.planning.scarce import scarce

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog
    from ektp_sched.planning.mixed.model import Laid

__all__ = ["cpsat", "highs", "scip"]

_ENDED = (mathopt.TerminationReason.OPTIMAL,)
_WRONG = (
    mathopt.TerminationReason.INFEASIBLE,
    mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED,
)


def highs(backlog: Backlog, case: Case, limit: float) -> dict[str, Any]:
    """Plan with HiGHS.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Seconds for all tiers together.
    """
    return _by_tier(backlog, case, limit, mathopt.SolverType.HIGHS)


def scip(backlog: Backlog, case: Case, limit: float) -> dict[str, Any]:
    """Plan with SCIP.

    Parameters
    ----------
    backlog, case, limit
        As for `highs`.
    """
    return _by_tier(backlog, case, limit, mathopt.SolverType.GSCIP)


def cpsat(backlog: Backlog, case: Case, limit: float) -> dict[str, Any]:
    """Plan with CP-SAT, everything a whole number.

    Parameters
    ----------
    backlog, case, limit
        As for `highs`.
    """
    return _by_tier(backlog, case, limit, mathopt.SolverType.CP_SAT)


def _by_tier(
    backlog: Backlog,
    case: Case,
    limit: float,
    solver: mathopt.SolverType,
) -> dict[str, Any]:
    end = time.monotonic() + limit
    limits = capacity(case.office, case.start, case.days)
    people = read_people(backlog.frame, case.office, case.start, case.days)
    problem = pose(people, limits, scarce(case.office, group(people), limits))
    order = tier_order(case.office, problem.cohorts, case.days, problem.uses)
    flows = tuple(tier for tier in order if isinstance(tier, Objective))
    names, values, proofs, held = [], [], [], list[Held]()
    number = 0
    for tier in order:
        if isinstance(tier, Objective):
            mip = problem.mip(flows[: number + 1])
            laid = mip.lay(mip.groups.costs[-1], None, held)
            late, own = tier.constant(problem.cohorts), None
            number += 1
        else:
            mip = problem.mip(flows[:number])
            laid = mip.lay(None, tier.weight, held)
            late, own = 0, tier.weight
        value, proof = _solve(laid, solver, end - time.monotonic())
        names.append(tier.name)
        proofs.append(proof)
        if value is None:
            break
        values.append(round(value) + late)
        if proof != "optimal":
            break
        kept = number - 1 if own is None else None
        held.append(Held(kept, own, round(value)))
    return {"names": names, "values": values, "proofs": proofs}


def _solve(
    laid: Laid, solver: mathopt.SolverType, seconds: float
) -> tuple[float | None, str]:
    matrix = laid.matrix
    proto = matrix.proto(np.ones(len(matrix.cost), dtype=bool), whole=True)
    if solver is mathopt.SolverType.CP_SAT:
        most = np.minimum(matrix.high, laid.size.sum())
        del proto.variables.upper_bounds[:], proto.variables.integers[:]
        proto.variables.upper_bounds.extend(most.tolist())
        proto.variables.integers.extend([True] * len(most))
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=max(0.1, seconds)),
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.9,
    )
    if solver is mathopt.SolverType.CP_SAT:
        parameters.threads = 2
        parameters.cp_sat.linearization_level = 2
    model = mathopt.Model.from_model_proto(proto)
    result = mathopt.solve(model, solver, params=parameters)
    reason = result.termination.reason
    if not result.has_primal_feasible_solution():
        return None, "calls it infeasible" if reason in _WRONG else "no solution"
    value = result.objective_value()
    if reason in _ENDED:
        return value, "optimal"
    gap = 1 - max(0.0, result.best_objective_bound()) / max(1.0, value)
    return value, f"stopped, gap {gap:.1g}"
