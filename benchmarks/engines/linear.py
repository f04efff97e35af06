"""GLOP (OR-Tools) and HiGHS on one linear program, at their best settings.

One variable for each cohort and allowed column or "not printed", one equality for
each cohort, one row for each limit that no other repeats, the tiers weighted into
one objective; the arrays are handed over in one call.

Tried on 2000x10x1, 2000x10x3 and 5000x25x3, processor seconds of the last.  GLOP: as
it comes 0.32 to 0.41, dual simplex 9.7 to 11.7, dual problem 17.7, without
preprocessing 0.27 to 0.34, Dantzig's rule 0.29, both 0.25; scaling, basis and
refactorisation within noise; tier by tier 4.2 and more.  HiGHS: dual simplex 6 to 13
with or without presolve, primal simplex 4 and more, interior point with crossover
1.5, without presolve 1.3, HiPO 4.9 and more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from benchmarks.instance import Answer, build, by_person, weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.cases import Case
    from benchmarks.instance import Instance
    from ektp_sched.backlog import Backlog

    Floats = NDArray[np.float64]

__all__ = ["glop", "highs", "highs_model", "highs_people"]

_GLOP = "use_preprocessing: false optimization_rule: DANTZIG"
_HIGHS = {"output_flag": False, "solver": "ipx", "presolve": "off"}


def _program(instance: Instance) -> tuple[Floats, Floats, Floats, csr_array]:
    """Return costs, bounds of rows, and the matrix: units, then limits."""
    units, limits = len(instance.size), len(instance.limit)
    owner, cost = instance.owner, weighted(instance)
    uses = np.concatenate([instance.uses.T, np.zeros((1, limits), dtype=bool)])
    entry, row = np.nonzero(uses[instance.choice])
    rows = np.concatenate([owner, row + units])
    columns = np.concatenate([np.arange(len(owner)), entry])
    matrix = csr_array(
        (np.ones(len(rows)), (rows, columns)), shape=(units + limits, len(owner))
    )
    size = instance.size.astype(float)
    return (
        cost / max(1.0, cost.max(initial=0) / 1e6),
        np.concatenate([size, np.full(limits, -np.inf)]),
        np.concatenate([size, instance.limit.astype(float)]),
        matrix,
    )


def glop(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan by ModelBuilder's sparse form: MathOpt's is filled term by term."""
    from ortools.linear_solver.python import model_builder_helper as helper

    instance = build(backlog, case)
    cost, low, high, matrix = _program(instance)
    model: Any = helper.ModelBuilderHelper()
    model.fill_model_from_sparse_data(
        np.zeros_like(cost), np.full_like(cost, np.inf), cost, low, high, matrix
    )
    solver = helper.ModelSolverHelper("glop")
    solver.set_time_limit_in_seconds(limit)
    solver.set_solver_specific_parameters(_GLOP)
    solver.solve(model)
    if solver.status() != helper.SolveStatus.OPTIMAL:
        return Answer(instance, None, "no answer")
    return _answer(instance, np.asarray(solver.variable_values()))


def highs(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan by cohorts."""
    return _highs(build(backlog, case), limit)


def highs_people(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan with a variable for each person and column."""
    return _highs(by_person(build(backlog, case)), limit)


def _highs(instance: Instance, limit: float) -> Answer:
    import highspy

    cost, low, high, matrix = _program(instance)
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in _HIGHS.items():
        solver.setOptionValue(name, value)
    solver.setOptionValue("time_limit", float(limit))
    nothing, endless = np.zeros_like(cost), np.full_like(cost, highspy.kHighsInf)
    solver.passModel(highs_model(cost, (nothing, endless), (low, high), matrix))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return Answer(instance, None, "no answer")
    return _answer(instance, np.array(solver.getSolution().col_value))


def highs_model(
    cost: Floats,
    bounds: tuple[Floats, Floats],
    rows: tuple[Floats, Floats],
    matrix: csr_array,
) -> Any:
    """Return a program as HiGHS takes it: bounds of variables and of rows."""
    import highspy

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(rows[0])
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = bounds
    model.row_lower_, model.row_upper_ = rows
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    return model


def _answer(instance: Instance, value: Floats) -> Answer:
    cards = np.rint(value).astype(np.int64)
    return Answer(instance, cards, "optimal, in floats", exact=False)
