"""Check that no other choice of shifts is better, without a solver.

Every cut's bound is computed again from prices, applications and rules.  Then
the leaves have to hold every choice, and in each of them a sum of what a
better choice would have to meet has to be impossible.
"""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING, Any

import numpy as np

from ektp_sched.people.objectives import PINS, Objective
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.trust.proof.bounds import Bounds
from ektp_sched.trust.proof.choice import read_cuts
from ektp_sched.trust.proof.prices import UnreadableError
from ektp_sched.trust.verify.shifts import ShiftRules, shift_costs
from ektp_sched.trust.verify.tiers import demanded, value_of
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ektp_sched.documents import Certificate, DecisionProof, Leaf
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.trust.proof.choice import Cut
    from ektp_sched.trust.verify.tiers import Values
    from ektp_sched.words import Said

    Demand = tuple[int, NDArray[Any]]
    _Wrong = tuple[str, Said]


def proves_choice(certificate: Certificate | None) -> bool:
    """Return whether a certificate says why no other choice of shifts is better."""
    if certificate is None or certificate.trees is None:
        return certificate is not None and certificate.decisions is not None
    return {*DECISION_TIERS} <= {tree.name for tree in certificate.trees.tiers}


def check_choice(
    facts: Facts, certificate: Certificate, reached: Values, findings: Findings
) -> None:
    """Check what a certificate says of all other choices of shifts.

    Without ``decisions`` only the solver proves the choice, and there is nothing to
    check.
    """
    proof = certificate.decisions
    if proof is None:
        return
    if not facts.office.shifts:
        message = said(
            "The certificate speaks of shifts; there are none.",
            "Sertifikat ini menyebut shift, padahal kantor ini tidak mempunyai shift.",
        )
        findings.add("choice-form", message)
        return
    try:
        cuts = read_cuts(proof, facts)
    except UnreadableError as problem:
        findings.add("choice-form", problem.sentence)
        return
    wrong = _Check(facts, proof, cuts, reached).wrong()
    if wrong is not None:
        findings.add(*wrong)


class _Check:
    """One proof of the choice of shifts."""

    def __init__(
        self, facts: Facts, proof: DecisionProof, cuts: Sequence[Cut], reached: Values
    ) -> None:
        self.facts, self.proof, self.cuts = facts, proof, cuts
        inside = (facts.pinned >= 0) & (facts.pinned < facts.days)
        pins = (Objective(PINS, None, 1, facts.days),) if bool(inside.any()) else ()
        self.order = (*pins, *demanded(facts))
        self.values = [
            0 if tier.name == PINS else value_of(tier, reached) - tier.constant(facts)
            for tier in self.order
        ]
        own = [tier.name in DECISION_TIERS for tier in self.order]
        self.flows = [n for n, is_own in enumerate(own) if not is_own]
        self.slopes = [np.array(cut.slope, dtype=object) for cut in cuts]
        self.weights = [np.array(row[1], dtype=object) for row in proof.rows]

    def wrong(self) -> _Wrong | None:
        """Return code and sentence of the first thing that is wrong."""
        rules = ShiftRules(self.facts.office, self.facts.start, self.facts.days)
        by_day: dict[int, list[str]] = {}
        for name, day in rules.may_be_worked():
            by_day.setdefault(day, []).append(name)
        tiers = [self.order[n] for n in self.flows]
        bounds = Bounds(self.facts, tiers, by_day)
        return (
            self._uses(by_day, bounds)
            or self._rows(rules)
            or self._cuts(bounds)
            or self._leaves()
        )

    def _uses(self, by_day: Mapping[int, list[str]], bounds: Bounds) -> _Wrong | None:
        """Check that sets are allowed, and that none is missing that matters."""
        uses = self.proof.uses
        listed: dict[int, list[tuple[str, ...]]] = {}
        for day, names in uses:
            listed.setdefault(day, []).append(names)
            known = set(names) <= set(by_day.get(day, ()))
            if not names or list(names) != sorted(set(names)) or not known:
                return _wrong(
                    "uses",
                    said(
                        "names shifts that cannot be worked on a day",
                        "menyebut shift yang tidak dapat dipakai pada harinya",
                    ),
                )
        if len(set(uses)) != len(uses):
            return _wrong(
                "uses",
                said(
                    "lists the same shifts twice for a day",
                    "mencantumkan shift yang sama dua kali untuk satu hari",
                ),
            )
        for day, possible in by_day.items():
            there = {name for one in listed.get(day, ()) for name in one}
            if len(listed.get(day, ())) + 1 != 1 << len(there):
                return _wrong(
                    "uses",
                    said(
                        "leaves out shifts that could be worked together",
                        "melewatkan shift yang dapat dipakai bersama-sama",
                    ),
                )
            asked = any(cut.prices.asks_on(day) for cut in self.cuts)
            for name in set(possible) - there if asked else ():
                if not bounds.adds_nothing(name, day):
                    return _wrong(
                        "uses",
                        said(
                            "leaves out a shift that could be worked",
                            "melewatkan shift yang dapat dipakai",
                        ),
                    )
        return None

    def _rows(self, rules: ShiftRules) -> _Wrong | None:
        """Check that every row is a rule, or holds a tier of the shifts' own."""
        uses, known = self.proof.uses, rules.sums(self.proof.uses)
        costs = tuple(
            shift_costs(self.facts.office, [(name, day) for name in names])
            for day, names in uses
        )
        own = {"cost_idr": costs, "shifts": tuple(len(names) for _, names in uses)}
        for place, weights, most in self.proof.rows:
            if place in DECISION_TIERS:
                value = self.values[self._place(place)]
                right = (weights, most) == (own[place], value)
            else:
                right = (weights, most) in known
            if not right:
                return _wrong(
                    "rows",
                    said(
                        "has a row {place} that is no rule of the office",
                        "memuat baris {place} yang bukan aturan kantor ini",
                        place=place,
                    ),
                )
        return None

    def _place(self, name: str) -> int:
        return [tier.name for tier in self.order].index(name)

    def _cuts(self, bounds: Bounds) -> _Wrong | None:
        """Check that prices prove at least what each cut says."""
        for cut in self.cuts:
            if cut.tier >= len(self.flows) or cut.weights[-1] != 1:
                return _wrong(
                    "cuts",
                    said(
                        "has a cut of a tier that is not there",
                        "memuat potongan untuk tujuan yang tidak ada",
                    ),
                )
            if cut.prices.pays():
                return _wrong(
                    "cuts", said("has a price below 0", "memuat harga di bawah 0")
                )
            if cut.constant > bounds.constant(cut):
                return _wrong(
                    "cuts",
                    said(
                        "has a cut that says more than its prices prove",
                        "memuat potongan yang menyatakan lebih daripada bukti harganya",
                    ),
                )
        slopes = bounds.slopes(self.proof.uses, self.cuts)
        for cut, slope in zip(self.cuts, slopes, strict=True):
            if any(a < b for a, b in zip(cut.slope, slope, strict=True)):
                return _wrong(
                    "cuts",
                    said(
                        "has a use that lowers a cut too little",
                        "memuat pemakaian yang terlalu sedikit menurunkan potongan",
                    ),
                )
        return None

    def _leaves(self) -> _Wrong | None:
        """Check that leaves hold every choice, and that none can be better."""
        leaves = self.proof.leaves
        if len(leaves) != len(self.order):
            return _wrong(
                "leaves",
                said(
                    "does not speak of each tier once",
                    "tidak membahas setiap tujuan tepat sekali",
                ),
            )
        for number, tier_leaves in enumerate(leaves):
            if self.values[number] == 0:
                continue  # No cost is below 0.
            name = self.order[number].name
            if not leave_nothing_out([leaf.path for leaf in tier_leaves]):
                return _wrong(
                    "leaves",
                    said(
                        "forgets some choices in tier {name}",
                        "melupakan beberapa pilihan pada tujuan {name}",
                        name=name,
                    ),
                )
            demands = self._demands(number)
            if not all(self._contradicts(leaf, demands) for leaf in tier_leaves):
                return _wrong(
                    "leaves",
                    said(
                        "leaves room for a better one in tier {name}",
                        "masih menyisakan pilihan yang lebih baik pada tujuan {name}",
                        name=name,
                    ),
                )
        return None

    def _demands(self, number: int) -> dict[tuple[str, int], Demand]:
        """Return what a choice better in a tier, and equal before, would have to meet.

        Each is a need and a slope by use: need - slope @ uses must be at most 0.
        """
        demands: dict[tuple[str, int], Demand] = {}
        for index, (cut, slope) in enumerate(zip(self.cuts, self.slopes, strict=True)):
            if self.flows[cut.tier] > number:
                continue
            held = [self.values[n] for n in self.flows[: cut.tier + 1]]
            need = cut.constant - sum(map(mul, cut.weights, held))
            need += self.flows[cut.tier] == number
            # A use is taken whole or not: it need not lower more than all of it.
            demands["cut", index] = need, np.minimum(slope, max(0, need))
        for index, (place, _, most) in enumerate(self.proof.rows):
            at = self._place(place) if place in DECISION_TIERS else -1
            if at <= number:
                need = int(at == number) - most
                demands["row", index] = need, -self.weights[index]
        return demands

    def _contradicts(
        self, leaf: Leaf, demands: Mapping[tuple[str, int], Demand]
    ) -> bool:
        """Return whether multiples of demands add up to more than 0 anyhow."""
        total, slope = 0, np.zeros(len(self.proof.uses), dtype=object)
        times = [(("cut", n), t) for n, t in leaf.cuts]
        times += [(("row", n), t) for n, t in leaf.rows]
        for what, count in times:
            if what not in demands:
                return False
            need, line = demands[what]
            total += count * need
            slope += count * line
        for (uses, number, above), count in zip(leaf.path, leaf.times, strict=True):
            total += count * (number + 1 if above else -number)
            for use in uses:
                slope[use] += count if above else -count
        return bool(total - np.maximum(slope, 0).sum() > 0)


def _wrong(part: str, what: Said) -> _Wrong:
    message = said(
        "The certificate's proof of the choice of shifts {what}.",
        "Bukti sertifikat tentang pilihan shift {what}.",
        what=what,
    )
    return f"choice-{part}", message


def leave_nothing_out(paths: Sequence[tuple[Any, ...]]) -> bool:
    """Return whether paths are those of a whole binary tree.

    A step says what is counted, a number, and whether it is more or at most that.  So
    where both ways of each lead on to leaves, every choice is in one of them.
    """
    open_ = [(0, paths)]
    while open_:
        depth, paths_below = open_.pop()
        if len(paths_below) == 1 and len(paths_below[0]) == depth:
            continue
        if not paths_below or any(len(path) <= depth for path in paths_below):
            return False
        if len({path[depth][:2] for path in paths_below}) > 1:
            return False
        open_ += [
            (depth + 1, [path for path in paths_below if path[depth][2] is above])
            for above in (False, True)
        ]
    return True
