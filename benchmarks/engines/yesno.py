"""Direct models of shifts under a budget: HiGHS, SCIP and CP-SAT.

Cards of each cohort on each column, one Boolean for each use of shifts, a sum
for each limit with what the uses add to it; tier after tier, with a row that
holds each settled tier.  Cohorts, pools and uses are the library's own
preparation, which they get for nothing.  Only the uses are integer for HiGHS
and SCIP: with them fixed the rest is a network, whose corners are whole.
All columns integer, or a chain of the unprinted, were slower on some tier where
they were tried.  CP-SAT knows whole numbers only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from ortools.linear_solver.python import model_builder_helper as helper
from ortools.sat.python import cp_model
from scipy.sparse import csr_array

from ektp_sched.office import capacity, options
from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.planning.decisions.rules import rows
from ektp_sched.planning.decisions.uses import list_uses
from ektp_sched.planning.network.horizon import days_that_matter
from ektp_sched.planning.network.program import build_program
from ektp_sched.planning.tiers import objectives

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Solve = Callable[["Mixed", Floats, float, Any], "Ended"]

__all__ = ["cpsat", "highs", "scip"]


@dataclass(frozen=True, slots=True)
class Mixed:
    """Cards on choices, then uses: ``low <= matrix @ x <= high``.

    Parameters
    ----------
    names, costs
        Tiers, and what each choice and use costs in them, shape ``(T, E + U)``.
    low, high, matrix
        Shape ``(R,)`` and ``(R, E + U)``.
    most
        Largest value of each variable, shape ``(E + U,)``.
    uses
        Number of uses; they come last.
    late
        Loss by tier before the start.
    """

    names: tuple[str, ...]
    costs: Floats
    low: Floats
    high: Floats
    matrix: csr_array
    most: Floats
    uses: int
    late: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """Value and bound of a search, ``None`` without a solution."""

    value: float | None
    bound: float
    proven: bool
    hint: Any = None


def highs(backlog: Backlog, case: Case, limit: float) -> dict[str, Any]:
    """Plan with HiGHS' branch and cut.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Seconds for all tiers together.
    """
    return _by_tier(backlog, case, limit, _highs)


def scip(backlog: Backlog, case: Case, limit: float) -> dict[str, Any]:
    """Plan with SCIP, as OR-Tools ships it.

    Parameters
    ----------
    backlog, case, limit
        As for `highs`.
    """
    return _by_tier(backlog, case, limit, _scip)


def cpsat(backlog: Backlog, case: Case, limit: float) -> dict[str, Any]:
    """Plan with CP-SAT, everything a whole number.

    Parameters
    ----------
    backlog, case, limit
        As for `highs`.
    """
    return _by_tier(backlog, case, limit, _cpsat)


def _by_tier(
    backlog: Backlog, case: Case, limit: float, solve: Solve
) -> dict[str, Any]:
    begun = time.monotonic()
    mixed = _build(backlog, case)
    values, proofs, hint = [], [], None
    for cost, late in zip(mixed.costs, mixed.late, strict=True):
        left = limit - (time.monotonic() - begun)
        ended = solve(mixed, cost, max(0.1, left), hint)
        hint = ended.hint
        if ended.value is None:
            proofs.append("no solution")
            break
        values.append(round(ended.value) + late)
        if not ended.proven:
            # No tier comes below 0, whatever a search says of its bound.
            gap = 1 - max(0.0, ended.bound) / max(1.0, ended.value)
            proofs.append(f"stopped, gap {gap:.1%}")
            break
        proofs.append("optimal")
        mixed = _held(mixed, cost, round(ended.value))
    return {"names": list(mixed.names), "values": values, "proofs": proofs}


def _held(mixed: Mixed, cost: Floats, value: int) -> Mixed:
    """Add the row that holds a tier at its value."""
    row = csr_array(cost[None, :])
    whole = csr_array(
        (
            np.concatenate([mixed.matrix.data, row.data]),
            np.concatenate([mixed.matrix.indices, row.indices]),
            np.append(mixed.matrix.indptr, mixed.matrix.indptr[-1] + row.nnz),
        ),
        shape=(mixed.matrix.shape[0] + 1, len(cost)),
    )
    return Mixed(
        mixed.names,
        mixed.costs,
        np.append(mixed.low, -np.inf),
        np.append(mixed.high, value),
        whole,
        mixed.most,
        mixed.uses,
        mixed.late,
    )


def _build(backlog: Backlog, case: Case) -> Mixed:
    office, start, days = case.office, case.start, case.days
    limits = capacity(office, start, days)
    cohorts = build_cohorts(backlog, office, start, days)
    last = days_that_matter(cohorts, limits)
    can = [o for o in options(office, start, days) if o.day < last]
    every = capacity(office, start, days, [(o.shift, o.day) for o in can])
    program = build_program(cohorts, every, last)
    uses = list_uses(office, program, limits, can)
    tiers = objectives(office, cohorts, days)
    owner, choice = np.nonzero(program.masks[program.mask])
    day = np.append(program.column_day, days)[choice]
    reached = np.zeros((program.nodes, program.columns + 1), dtype=bool)
    reached[: program.columns, : program.columns] = np.eye(program.columns, dtype=bool)
    for arc in np.argsort(program.tail).tolist():
        reached[program.head[arc]] |= reached[program.tail[arc]]
    entry, limit = np.nonzero(reached[program.tail].T[choice])
    rules = rows(office, uses, start)
    own = np.stack([row.weight for row in rules])
    rule, use = np.nonzero(own)
    cards, people, arcs = len(choice), len(cohorts), len(program.tail)
    places = [
        (owner, np.arange(cards), np.ones(cards)),
        (limit + people, entry, np.ones(len(entry))),
        (uses.arc + people, uses.use + cards, -uses.added.astype(float)),
        (rule + people + arcs, use + cards, own[rule, use].astype(float)),
    ]
    at_row, at_column, value = (np.concatenate(p) for p in zip(*places, strict=True))
    shape = people + arcs + len(rules), cards + len(uses)
    size = cohorts.size.astype(float)
    costs = [tier.cost(cohorts, owner, day) for tier in tiers]
    return Mixed(
        names=tuple(tier.name for tier in tiers),
        costs=np.pad(np.stack(costs).astype(float), ((0, 0), (0, len(uses)))),
        low=np.append(size, np.full(arcs + len(rules), -np.inf)),
        high=np.concatenate([size, uses.base, [row.most for row in rules]]),
        matrix=csr_array((value, (at_row, at_column)), shape=shape),
        most=np.append(size[owner], np.ones(len(uses))),
        uses=len(uses),
        late=tuple(tier.constant(cohorts) for tier in tiers),
    )


def _highs(mixed: Mixed, cost: Floats, seconds: float, hint: Any) -> Ended:
    scale = max(1.0, float(cost.max(initial=0)) / 1e6)
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.5 / scale)
    solver.setOptionValue("time_limit", seconds)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(mixed.low)
    model.col_cost_ = cost / scale
    model.col_lower_, model.col_upper_ = np.zeros_like(cost), mixed.most
    model.row_lower_, model.row_upper_ = mixed.low, mixed.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = mixed.matrix.indptr
    model.a_matrix_.index_ = mixed.matrix.indices
    model.a_matrix_.value_ = mixed.matrix.data
    whole = [highspy.HighsVarType.kContinuous] * (len(cost) - mixed.uses)
    model.integrality_ = whole + [highspy.HighsVarType.kInteger] * mixed.uses
    solver.passModel(model)
    if hint is not None:
        solver.setSolution(hint)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Ended(None, 0.0, proven=False)
    done = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    value, bound = info.objective_function_value, info.mip_dual_bound
    return Ended(value * scale, bound * scale, done, solver.getSolution())


def _scip(mixed: Mixed, cost: Floats, seconds: float, hint: Any) -> Ended:  # noqa: ARG001
    scale = max(1.0, float(cost.max(initial=0)) / 1e6)
    model: Any = helper.ModelBuilderHelper()
    model.fill_model_from_sparse_data(
        np.zeros_like(cost),
        mixed.most,
        cost / scale,
        mixed.low,
        mixed.high,
        mixed.matrix,
    )
    for use in range(len(cost) - mixed.uses, len(cost)):
        model.set_var_integrality(use, True)
    solver = helper.ModelSolverHelper("scip")
    solver.set_time_limit_in_seconds(seconds)
    solver.set_solver_specific_parameters("limits/gap = 0")
    solver.solve(model)
    status = solver.status()
    if status not in (helper.SolveStatus.OPTIMAL, helper.SolveStatus.FEASIBLE):
        return Ended(None, 0.0, proven=False)
    done = status == helper.SolveStatus.OPTIMAL
    value, bound = solver.objective_value(), solver.best_objective_bound()
    return Ended(value * scale, bound * scale, done)


def _cpsat(mixed: Mixed, cost: Floats, seconds: float, hint: Any) -> Ended:
    begun = time.monotonic()
    model = cp_model.CpModel()
    cards = [model.new_int_var(0, most, "") for most in mixed.most.astype(int).tolist()]
    matrix = mixed.matrix
    for row, (low, high) in enumerate(zip(mixed.low, mixed.high, strict=True)):
        at = slice(matrix.indptr[row], matrix.indptr[row + 1])
        weights = matrix.data[at]
        total = cp_model.LinearExpr.weighted_sum(
            [cards[i] for i in matrix.indices[at]], weights.astype(int)
        )
        model.add(total <= round(high))
        if np.isfinite(low):
            model.add(total >= round(low))
    model.minimize(cp_model.LinearExpr.weighted_sum(cards, cost.astype(int)))
    for place, value in enumerate(hint or ()):
        model.add_hint(cards[place], value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.linearization_level = 2
    left = seconds - (time.monotonic() - begun)
    solver.parameters.max_time_in_seconds = max(0.1, left)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Ended(None, 0.0, proven=False)
    found = [solver.value(card) for card in cards]
    done = status == cp_model.OPTIMAL
    return Ended(solver.objective_value, solver.best_objective_bound, done, found)
