"""The trees of a plan's tiers, while these are settled one after another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ektp_sched.planning.mixed.minima import tightened
from ektp_sched.planning.trees.program import Program
from ektp_sched.planning.trees.search import Proven, prove
from ektp_sched.planning.trees.write import Grown, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ektp_sched.documents import TreeProof
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.mixed.model import Held
    from ektp_sched.planning.mixed.pose import Problem
    from ektp_sched.planning.trees.program import Part
    from ektp_sched.planning.trees.search import Effort
    from ektp_sched.planning.trees.write import Label

__all__ = ["Prover"]


@dataclass(slots=True)
class Prover:
    """What is proven of a problem so far."""

    problem: Problem
    # Switches that are on in every plan, as far as the fractions say.
    likely: set[int]
    facts: dict[int, Part] = field(default_factory=dict)
    grown: list[Grown] = field(default_factory=list)  # a tree for each tier so far
    over: bool = False  # whether a tier was not proven

    def __post_init__(self) -> None:
        """Tell rows so that fractions gain little."""
        rows = self.problem.rows
        told = [*tightened(rows.rows), *rows.hulls]
        self.problem = replace(self.problem, rows=replace(rows, rows=told))

    def prove(
        self,
        tiers: Sequence[Objective],
        held: Sequence[Held],
        value: int,
        effort: Effort,
    ) -> Proven:
        """Prove the value of the last of some tiers, the others held, or better it.

        Nothing is proven after a tier that was not.
        """
        proven = Proven()
        if self.over:
            return proven
        program = Program(self.problem.mip(tiers), self.problem.scarce.lots)
        if value == 0:
            proven.closed = True
        elif not program.stuck and program.provable():
            proven = prove(program, held, value, effort, self.facts, self.likely)
        if proven.closed:
            tree = Grown(tiers[-1], value, program.step, tuple(proven.parts))
            self.grown.append(tree)
        return proven

    def written(self, label: Callable[[Objective], Label]) -> TreeProof | None:
        """Return what is proven as a document; None if nothing is."""
        if not self.grown:
            return None
        return written(self.problem, self.facts, self.grown, label)
