"""The objectives in their strict order, and what a choice costs in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.planning.cohorts import NONE
from ektp_sched.words import said

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.planning.cohorts import Cohorts

    Ints = NDArray[np.int64]

__all__ = ["DECIDED", "EARLINESS", "PINS", "Objective", "check_range", "objectives"]

_RANGE = 1 << 56
"""Largest cost times number of nodes: leaves room to double it and to add up."""

EARLINESS = "earliness"
"""Sum of the days printed: settles what the office's tiers leave open."""

PINS = "pins"
"""Pins not kept: must come to 0 before any tier counts."""

DECIDED = ("cost_idr", "shifts")
"""Tiers that no choice of a day costs anything in: the shifts' own."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One tier: an objective for the applications of one rank."""

    name: str  # as in `[plan] tiers`; or `earliness` or `pins`, which no office names
    rank: int | None  # index into `Cohorts.ranks`; `None` for everybody
    # Costs are this many times the tier's unit: the least common multiple of all
    # targets for `pressure`, else 1.
    scale: int
    days: int  # length of the horizon, the day on which the unprinted are counted

    def sees(self, cohorts: Cohorts) -> Ints:
        """Return a key that is equal for cohorts that cost the same everywhere.

        Shape ``(C,)``; 0 for cohorts that this tier does not see.
        """
        if self.name in ("unprinted", EARLINESS):
            key = np.ones(len(cohorts), dtype=np.int64)
        elif self.name == "overdue":
            key = cohorts.due + 1
        elif self.name == "promise":
            key = cohorts.promised + 1
        elif self.name == PINS:
            key = self._bound(cohorts).astype(np.int64)
        else:
            low = int(cohorts.since.min(initial=0))
            span = int(cohorts.since.max(initial=0)) - low + 1
            key = cohorts.target * span + cohorts.since - low + 1
        if self.rank is None:
            return key
        ours: Ints = np.where(self._ours(cohorts), key, 0)
        return ours

    def cost(self, cohorts: Cohorts, cohort: Ints, day: Ints) -> Ints:
        r"""Return the scaled cost of printing a cohort's card on a day.

        Parameters
        ----------
        cohorts
            All cohorts.
        cohort
            Index of the cohort of each entry.
        day
            Day of each entry, in ``[0, days]``; ``days`` stands for "not
            printed".

        Returns
        -------
        ndarray
            Non-negative, same shape as ``cohort``.  For ``pressure`` it is
            scale times the accrued pressure

            .. math:: P(i, d) = \sum_{t=\max(0, r)}^{d-1} (t - r + 1) / \tau

            with r the day of recording and tau the target.
        """
        key = self.sees(cohorts)
        kinds = int(key.max(initial=0)) + 1
        if kinds * (self.days + 1) > len(cohort):
            return self._formula(cohorts, cohort, day)
        member = np.zeros(kinds, dtype=np.int64)
        member[key] = np.arange(len(cohorts))
        of_kind, of_day = np.divmod(np.arange(kinds * (self.days + 1)), self.days + 1)
        table = self._formula(cohorts, member[of_kind], of_day)
        costs: Ints = table[(key * (self.days + 1))[cohort] + day]
        return costs

    def _formula(self, cohorts: Cohorts, cohort: Ints, day: Ints) -> Ints:
        if self.name == "unprinted":
            cost: Ints = (day == self.days).astype(np.int64)
        elif self.name == EARLINESS:
            cost = day.copy()
        elif self.name == "overdue":
            due = cohorts.due[cohort]
            cost = ((due != NONE) & (day > due)).astype(np.int64)
        elif self.name == "promise":
            promised = cohorts.promised[cohort]
            cost = np.where(promised == NONE, 0, np.maximum(0, day - promised))
        elif self.name == PINS:
            cost = (self._bound(cohorts)[cohort] & (day == self.days)).astype(np.int64)
        else:
            since = cohorts.since[cohort]
            per_day = self.scale // np.array(cohorts.targets)[cohorts.target[cohort]]
            first = np.maximum(since, 0)
            waited = np.maximum(0, day - first)
            cost = per_day * (waited * (first - since + 1) + waited * (waited - 1) // 2)
        if self.rank is None:
            return cost
        return np.where(self._ours(cohorts)[cohort], cost, np.int64(0))

    def constant(self, cohorts: Cohorts) -> int:
        """Return what is lost before the start, whatever is done."""
        lost = {"overdue": cohorts.late_due, "promise": cohorts.late_promise}
        if self.name not in lost:
            return 0
        by_rank = lost[self.name]
        return int(by_rank.sum() if self.rank is None else by_rank[self.rank])

    def _bound(self, cohorts: Cohorts) -> NDArray[np.bool_]:
        pinned = cohorts.pinned
        bound: NDArray[np.bool_] = (pinned != NONE) & (pinned < self.days)
        return bound

    def _ours(self, cohorts: Cohorts) -> NDArray[np.bool_]:
        ours: NDArray[np.bool_] = cohorts.rank == self.rank
        return ours


def objectives(
    office: Office, cohorts: Cohorts, days: int, *, decided: bool = False
) -> tuple[Objective, ...]:
    """Return the tiers in the order in which they are settled.

    With ranks, ``unprinted`` is settled first for everybody, rank by rank,
    then all other tiers of the strictest rank, then those of the next.  The
    shifts' own tiers know no rank: what stands before one is settled for
    everybody before it, and what stands after it afterwards.

    The shifts' own tiers are listed if ``decided``: those that the office names, where
    it names them, and the others last.
    """

    def tier(name: str, rank: int | None) -> Objective:
        scale = office.lcm_targets if name == "pressure" else 1
        return Objective(name, rank, scale, days)

    tiers: list[Objective] = []
    for names in _stretches(office, decided=decided):
        if not office.has_ranks or names[0] in DECIDED:
            tiers += [tier(name, None) for name in names]
            continue
        ranks = range(len(cohorts.ranks))
        tiers += [tier("unprinted", r) for r in ranks if "unprinted" in names]
        tiers += [tier(n, r) for r in ranks for n in names if n != "unprinted"]
    if "pressure" not in office.plan.tiers:
        tiers.append(Objective(EARLINESS, None, 1, days))
    return tuple(tiers)


def _stretches(office: Office, *, decided: bool) -> list[list[str]]:
    """Cut the office's tiers at those that are the shifts' own."""
    stretches: list[list[str]] = [[]]
    for name in office.plan.tiers:
        stretches += [[name], []] if name in DECIDED else []
        if name not in DECIDED:
            stretches[-1].append(name)
    stretches += [[name] for name in DECIDED if name not in office.plan.tiers]
    return [one for one in stretches if one and (decided or one[0] not in DECIDED)]


def check_range(
    office: Office, cohorts: Cohorts, tiers: tuple[Objective, ...], nodes: int
) -> None:
    """Refuse costs that could leave the range of 64-bit integers.

    Solvers multiply costs by the number of nodes, cohorts not counted, distances add
    them up along paths, and neither says when it overflows.  Costs never fall with the
    day, so the last day's are the largest.
    """
    everyone = np.arange(len(cohorts))
    for tier in tiers:
        dearest = tier.cost(cohorts, everyone, np.full_like(everyone, tier.days))
        if int(dearest.max(initial=0)) * (nodes + len(cohorts)) >= _RANGE:
            targets = ", ".join(
                f"{name} = {kind.target_days}" for name, kind in office.urgency.items()
            )
            msg = said(
                "the target_days of urgency ({targets}) have the common multiple "
                "{multiple}, too large for exact integers over {days} days; choose "
                "targets that divide one another, such as 3, 30 and 90",
                "target_days kelas urgensi ({targets}) memiliki kelipatan persekutuan "
                "{multiple}, terlalu besar untuk dihitung dengan tepat selama {days} "
                "hari; pilihlah target yang saling habis dibagi, misalnya 3, 30, dan "
                "90",
                targets=targets,
                multiple=office.lcm_targets,
                days=tier.days,
            )
            raise UnsupportedRuleError(msg)
