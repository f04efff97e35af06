"""A mixed-integer program as arrays, and parts of it as what the solver takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt import model_pb2

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Matrix:
    """Minimise ``cost x`` so that ``least <= matrix x <= most``."""

    cost: Floats  # what one of each variable costs, (N,)
    low: Floats  # bounds of each variable, (N,)
    high: Floats
    whole: Bools  # whether each variable is a whole number, (N,)
    row: Ints  # row, column and value of the entries, in order of row and column
    column: Ints
    value: Floats
    least: Floats  # bounds of each row, (R,)
    most: Floats

    def reduced(self, price: Floats) -> Floats:
        """Return what each variable costs beyond what its rows pay for it."""
        paid = self.value * price[self.row]
        return self.cost - np.bincount(self.column, paid, minlength=len(self.cost))

    def proto(self, kept: Bools, *, whole: bool) -> model_pb2.ModelProto:
        """Return the program with some variables; the others are 0."""
        variables = np.flatnonzero(kept)
        model = model_pb2.ModelProto()
        model.variables.ids.extend(variables.tolist())
        model.variables.lower_bounds.extend(self.low[variables].tolist())
        model.variables.upper_bounds.extend(self.high[variables].tolist())
        model.variables.integers.extend((self.whole[variables] & whole).tolist())
        dear = variables[self.cost[variables] != 0]
        model.objective.linear_coefficients.ids.extend(dear.tolist())
        model.objective.linear_coefficients.values.extend(self.cost[dear].tolist())
        model.linear_constraints.ids.extend(range(len(self.least)))
        model.linear_constraints.lower_bounds.extend(self.least.tolist())
        model.linear_constraints.upper_bounds.extend(self.most.tolist())
        at = np.flatnonzero(kept[self.column])
        matrix = model.linear_constraint_matrix
        matrix.row_ids.extend(self.row[at].tolist())
        matrix.column_ids.extend(self.column[at].tolist())
        matrix.coefficients.extend(self.value[at].tolist())
        return model
