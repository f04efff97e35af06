"""Quotas, stocks and shifts as one mixed-integer program: HiGHS and CP-SAT.

The program is the library's own, as it is before anything in it is tightened or
left out, solved tier after tier with a row that holds each settled tier.  Cohorts,
pools and rows are the library's preparation, which the peers get for nothing.
Whole are the cards of each kind in each column, uses and switches, as the rest is
then a network; CP-SAT knows whole numbers only.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks.engines.linear import highs_model
from ektp_sched.office import capacity
from ektp_sched.people.cohorts import group
from ektp_sched.people.objectives import Objective
from ektp_sched.people.people import read_people
from ektp_sched.planning.decisions.order import tier_order
from ektp_sched.planning.mixed.model import Held
from ektp_sched.planning.mixed.pose import pose
from ektp_sched.planning.scarce import scarce

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog
    from ektp_sched.planning.mixed.model import Laid

    Solve = Callable[[Laid, float], tuple[float | None, str]]

__all__ = ["by_tier", "cpsat", "highs"]


def by_tier(backlog: Backlog, case: Case, limit: float, solve: Solve) -> dict[str, Any]:
    """Plan with `highs` or `cpsat`, in so many seconds for all tiers together."""
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
            late, kept, own = tier.constant(problem.cohorts), number, None
            number += 1
        else:
            laid = problem.mip(flows[:number]).lay(None, tier.weight, held)
            late, kept, own = 0, None, tier.weight
        value, proof = solve(laid, max(0.1, end - time.monotonic()))
        proofs.append(proof)
        if value is None:
            break
        names.append(tier.name)
        values.append(round(value) + late)
        if proof != "optimal":
            break
        held.append(Held(kept, own, round(value)))
    says = proofs[0] if len(set(proofs)) == 1 else ", ".join(proofs)
    return {"names": names, "tiers": values, "says": says}


def highs(laid: Laid, seconds: float) -> tuple[float | None, str]:
    """Solve one tier with HiGHS' branch and cut; costs are scaled to at most 1e6."""
    import highspy

    matrix = laid.matrix
    scale = max(1.0, float(matrix.cost.max(initial=0)) / 1e6)
    shape = len(matrix.least), len(matrix.cost)
    model = highs_model(
        matrix.cost / scale,
        (matrix.low, matrix.high),
        (matrix.least, matrix.most),
        csr_array((matrix.value, (matrix.row, matrix.column)), shape=shape),
    )
    sorts = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
    model.integrality_ = [sorts[int(whole)] for whole in matrix.whole]
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {"output_flag": False, "mip_rel_gap": 0.0, "time_limit": seconds}
    for name, value in (options | {"mip_abs_gap": 0.5 / scale}).items():
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, "no solution"
    value = info.objective_function_value * scale
    if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
        return value, "optimal"
    return value, _stopped(value, info.mip_dual_bound * scale)


def cpsat(laid: Laid, seconds: float) -> tuple[float | None, str]:
    """Solve one tier with CP-SAT, two workers, through MathOpt."""
    from ortools.math_opt.python import mathopt

    matrix = laid.matrix
    proto = matrix.proto(np.ones(len(matrix.cost), dtype=bool), whole=True)
    most = np.minimum(matrix.high, laid.size.sum())
    del proto.variables.upper_bounds[:], proto.variables.integers[:]
    proto.variables.upper_bounds.extend(most.tolist())
    proto.variables.integers.extend([True] * len(most))
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=seconds),
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.9,
        threads=2,
    )
    parameters.cp_sat.linearization_level = 2
    model = mathopt.Model.from_model_proto(proto)
    result = mathopt.solve(model, mathopt.SolverType.CP_SAT, params=parameters)
    if not result.has_primal_feasible_solution():
        return None, "no solution"
    value = result.objective_value()
    if result.termination.reason == mathopt.TerminationReason.OPTIMAL:
        return value, "optimal"
    return value, _stopped(value, result.best_objective_bound())


def _stopped(value: float, bound: float) -> str:
    """No tier comes below 0, whatever a search says of its bound."""
    return f"stopped, gap {1 - max(0.0, bound) / max(1.0, value):.1g}"
