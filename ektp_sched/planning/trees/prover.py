"""The trees of a plan's tiers, while these are settled one after another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ektp_sched.people.objectives import Objective
from ektp_sched.planning.mixed.minima import tightened
from ektp_sched.planning.trees.program import Program
from ektp_sched.planning.trees.search import Proven, prove
from ektp_sched.planning.trees.write import Grown, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.documents import TreeProof
    from ektp_sched.planning.mixed.model import Held
    from ektp_sched.planning.mixed.pose import Problem
    from ektp_sched.planning.outcome import Linear
    from ektp_sched.planning.trees.program import Part
    from ektp_sched.planning.trees.search import Effort, Offer
    from ektp_sched.planning.trees.write import Label


@dataclass(slots=True)
class Prover:
    """What is proven of a problem so far."""

    problem: Problem
    # Switches that are on in every plan, as far as the fractions say.
    likely: set[int]
    facts: dict[int, Part] = field(default_factory=dict)
    grown: list[Grown] = field(default_factory=list)  # a tree for each tier so far
    over: bool = False  # whether a tier was not proven
    kept: Bools | None = None  # variables that mattered in the last of them

    def __post_init__(self) -> None:
        """Tell rows so that fractions gain little."""
        rows = self.problem.rows
        told = [*tightened(rows.rows), *rows.hulls]
        self.problem = replace(self.problem, rows=replace(rows, rows=told))

    def prove(
        self,
        tier: Objective | Linear,
        flows: Sequence[Objective],
        held: Sequence[Held],
        value: int,
        effort: Effort,
        offer: Offer,
    ) -> bool:
        """Prove the value of a tier, the ones before held.

        ``flows`` are the tiers to which cards add, up to this one or the next of them.
        What seems better is given to ``offer``, as in `prove`.  Nothing is proven after
        a tier that was not.
        """
        if self.over:
            return False
        program = Program(
            self.problem.mip(flows),
            self.problem.scarce.lots,
            held,
            None if isinstance(tier, Objective) else tier.weight,
        )
        proven = Proven(closed=value == 0)
        if value and not program.stuck and program.provable():
            offered = [value]

            def best(slots: Ints, uses: Ints) -> int:
                offered.append(offer(slots, uses))
                return offered[-1]

            know = self.facts, self.likely
            proven = prove(program, value, effort, *know, best, self.kept)
            self.kept = proven.kept
            value = min(offered)
        if proven.closed:
            tree = Grown(tier, value, program.step, tuple(proven.parts))
            self.grown.append(tree)
        return proven.closed

    def written(self, label: Callable[[Objective], Label]) -> TreeProof | None:
        """Return what is proven as a document; None if nothing is."""
        if not self.grown:
            return None
        return written(self.problem, self.facts, self.grown, label)
