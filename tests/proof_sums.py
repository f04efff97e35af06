"""The proof of a choice of shifts, added up once more in plain whole numbers.

Written from the words of `ektp_sched.documents` alone: whether the
leaves hold every decision, whether the multiples in each come out, and whether
every cut stays below what the network makes of a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.people.objectives import EARLINESS
from ektp_sched.planning.tiers import objectives
from ektp_sched.rules.tiers import DECISION_TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from strategies import Case

    from ektp_sched.documents import DecisionCut, DecisionProof, Leaf
    from ektp_sched.office import Option
    from ektp_sched.planning import Plan

Step = tuple[tuple[int, ...], int, bool]


@dataclass(frozen=True)
class Sums:
    """A proof, and the values of the tiers that it is about.

    Parameters
    ----------
    proof
        As in the certificate.
    names, values
        Name and value of each tier, pins first where there are any; without
        what was lost before the start.
    lost
        What was lost before the start in each tier that the network values.
    """

    proof: DecisionProof
    names: tuple[str, ...]
    values: tuple[int, ...]
    lost: tuple[int, ...]

    def faults(self) -> list[str]:
        """Return what is wrong with the leaves; nothing if the proof is right."""
        found = []
        for number, leaves in enumerate(self.proof.leaves):
            here = f"tier {number}"
            if self.values[number] == 0:
                continue
            if not covers([leaf.path for leaf in leaves]):
                found.append(f"{here}: some decision is in no leaf")
            for place, leaf in enumerate(leaves):
                if not self._contradicts(number, leaf):
                    found.append(f"{here}, leaf {place}: the sum is not positive")
        return found

    def _contradicts(self, number: int, leaf: Leaf) -> bool:
        """Return whether no decision in a leaf is better in a tier."""
        constant = 0
        change = [0] * len(self.proof.uses)
        for (uses, most, above), times in zip(leaf.path, leaf.times, strict=True):
            assert times >= 0
            constant += times * (most + 1 if above else -most)
            for use in uses:
                change[use] += -times if above else times
        for index, times in leaf.rows:
            assert times > 0
            weights, most = self._row(number, index)
            constant -= times * most
            for use, weight in enumerate(weights):
                change[use] += times * weight
        for index, times in leaf.cuts:
            assert times > 0
            need = self._missing(number, self.proof.cuts[index])
            constant += times * need
            for use, slope in enumerate(self.proof.cuts[index].slope):
                change[use] -= times * min(slope, need)
        return constant + sum(min(0, each) for each in change) > 0

    def _row(self, number: int, index: int) -> tuple[tuple[int, ...], int]:
        rule, weights, most = self.proof.rows[index]
        if rule in DECISION_TIERS:
            assert rule in self.names[: number + 1], "a tier not settled yet"
            assert most == self.values[self.names.index(rule)]
        return weights, most - (rule in DECISION_TIERS and rule == self.names[number])

    def _missing(self, number: int, cut: DecisionCut) -> int:
        """Return by how much a cut exceeds what a better decision would allow."""
        settled = [
            value
            for name, value in zip(self.names, self.values, strict=True)
            if name not in DECISION_TIERS
        ]
        place = sum(name not in DECISION_TIERS for name in self.names[:number])
        improved = self.names[number] not in DECISION_TIERS and cut.tier == place
        assert cut.tier < place or improved, "a tier not settled yet"
        need = self.bound(cut, settled) - settled[cut.tier] + improved
        assert need > 0
        return need

    @staticmethod
    def bound(cut: DecisionCut, settled: Sequence[int]) -> int:
        """Return what a cut says of its tier without any shift."""
        better = zip(cut.weights[:-1], settled, strict=False)
        return cut.constant - sum(w * v for w, v in better)

    def too_high(
        self, truth: Mapping[tuple[Option, ...], Sequence[int] | None]
    ) -> list[str]:
        """Return which cuts say more of a decision than is true.

        Parameters
        ----------
        truth
            For decisions the value of each tier that the network values, as
            the plan states them; ``None`` for one that cannot keep the pins.
        """
        kept = {used: values for used, values in truth.items() if values is not None}
        return [
            f"cut {number} under {used}: {said} instead of {true}"
            for used, values in kept.items()
            for number, said, true in self._compared(used, values)
            if said > true
        ]

    def _compared(
        self, used: Sequence[Option], stated: Sequence[int]
    ) -> Iterator[tuple[int, int, int]]:
        by_day: dict[int, set[str]] = {}
        for option in used:
            by_day.setdefault(option.day, set()).add(option.shift)
        taken = [by_day.get(day) == set(shifts) for day, shifts in self.proof.uses]
        if sum(taken) < len(by_day):
            return  # a day beyond those that matter
        pinned = [0] * (len(self.lost) - len(stated))
        values = [*pinned, *stated]
        for number, cut in enumerate(self.proof.cuts):
            slopes = zip(cut.slope, taken, strict=True)
            said = cut.constant - sum(a for a, on in slopes if on)
            pairs = zip(cut.weights, values, self.lost, strict=False)
            yield number, said, sum(w * (v - lost) for w, v, lost in pairs)


def sums(plan: Plan, case: Case) -> Sums:
    """Return a plan's proof ready to be added up.

    Parameters
    ----------
    plan
        Optimal, of an office with shifts.
    case
        What was planned.
    """
    assert plan.certificate is not None
    proof = plan.certificate.decisions
    assert proof is not None
    cohorts = build_cohorts(case.backlog, case.office, case.start, plan.days)
    tiers = objectives(case.office, cohorts, plan.days, decided=True)
    named = [tier for tier in tiers if tier.name != EARLINESS]
    lost = [0 if t.name in DECISION_TIERS else t.constant(cohorts) for t in named]
    pins = len(proof.leaves) - len(named)
    assert pins in (0, 1)
    return Sums(
        proof=proof,
        names=(*["pins"] * pins, *(tier.name for tier in named)),
        values=(
            *[0] * pins,
            *(t.value - gone for t, gone in zip(plan.tiers, lost, strict=True)),
        ),
        lost=(
            *[0] * pins,
            *(
                x
                for t, x in zip(named, lost, strict=True)
                if t.name not in DECISION_TIERS
            ),
        ),
    )


def covers(paths: Sequence[Sequence[Step]]) -> bool:
    """Return whether leaves with these paths hold every decision.

    Parameters
    ----------
    paths
        Each from the root: they must be the leaves of a binary tree.
    """
    if len(paths) == 1 and not paths[0]:
        return True
    if not paths or not all(paths):
        return False
    questions = {path[0][:2] for path in paths}
    return len(questions) == 1 and all(
        covers([path[1:] for path in paths if path[0][2] == side])
        for side in (False, True)
    )
