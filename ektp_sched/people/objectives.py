"""The tiers of an office for its people, and what each choice costs a cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.people.keys import compact
from ektp_sched.rules.tiers import DATES, cost, in_order, rank_label, with_stability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.kinds import RankKey
    from ektp_sched.people.people import People


EARLINESS: Final = "earliness"
"""Sum of the days printed: settles what the office's tiers leave open."""

PINS: Final = "pins"
"""Pins not kept: must come to 0 before any tier counts."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One tier: an objective for the applications of one rank."""

    name: str  # as in `[plan] tiers`; or `earliness` or `pins`, which no office names
    rank: int | None  # index into the ranks that occur; None for everybody
    # Costs are this many times the tier's unit: the least common multiple of all
    # targets for `pressure`, else 1.
    scale: int
    days: int  # length of the horizon, the day on which the unprinted are counted
    label: int | str | None = None  # the rank as it is written; None without ranks

    def sees(self, cohorts: Cohorts) -> Ints:
        """Return a key that is equal for cohorts that cost the same everywhere.

        Shape ``(C,)``; 0 for cohorts that this tier does not see.
        """
        if self.name in ("unprinted", EARLINESS):
            key = np.ones(len(cohorts), dtype=np.int64)
        elif self.name in DATES:
            key = getattr(cohorts, DATES[self.name]) + 1
        elif self.name == PINS:
            key = self._bound(cohorts).astype(np.int64)
        else:
            low = int(cohorts.since.min(initial=0))
            span = int(cohorts.since.max(initial=0)) - low + 1
            key = cohorts.target * span + cohorts.since - low + 1
        if self.rank is None:
            return key
        return np.where(cohorts.rank == self.rank, key, 0)

    def cost(self, cohorts: Cohorts, cohort: Ints, day: Ints) -> Ints:
        """Return the scaled cost of printing a cohort's card on a day.

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
            Non-negative, same shape as ``cohort``.
        """
        key = self.sees(cohorts)
        kinds = int(key.max(initial=0)) + 1
        if kinds * (self.days + 1) > len(cohort):
            return self.formula(cohorts, cohort, day)
        member = np.zeros(kinds, dtype=np.int64)
        member[key] = np.arange(len(cohorts))
        of_kind, of_day = np.divmod(np.arange(kinds * (self.days + 1)), self.days + 1)
        table = self.formula(cohorts, member[of_kind], of_day)
        costs: Ints = table[(key * (self.days + 1))[cohort] + day]
        return costs

    def formula(self, cohorts: Cohorts, cohort: Ints, day: Ints) -> Ints:
        """Return the same cohort by cohort, broadcast against the days."""
        if self.name == EARLINESS:
            costs = day.copy()
        elif self.name == PINS:
            costs = np.asarray(self._bound(cohorts)[cohort] & (day == self.days), int)
        else:
            when = getattr(cohorts, DATES.get(self.name, "since"))[cohort]
            per_day: Ints | int = 1
            if self.name == "pressure":
                per_day = (self.scale // np.array(cohorts.targets))[cohorts.target]
                per_day = per_day[cohort]
            costs = cost(self.name, day, self.days, when, per_day)
        if self.rank is None:
            return costs
        return np.where(cohorts.rank[cohort] == self.rank, costs, np.int64(0))

    def constant(self, people: Cohorts | People) -> int:
        """Return what is lost before the start, whatever is done."""
        if self.name not in ("overdue", "promise"):
            return 0
        lost = people.late_due if self.name == "overdue" else people.late_promise
        return int(lost.sum() if self.rank is None else lost[self.rank])

    def _bound(self, cohorts: Cohorts) -> Bools:
        return np.asarray((cohorts.pinned != NONE) & (cohorts.pinned < self.days))


def label_of(office: Office, key: RankKey) -> int | str | None:
    """Return a rank as an office writes it; None without ranks."""
    by_class = any(kind.rank is not None for kind in office.urgency.values())
    return rank_label(key, by_class=by_class, by_area=bool(office.area_rank))


def names_of(office: Office, *, known: bool) -> list[str]:
    """Return the tiers that an office names, with a previous plan or without."""
    plan = office.plan
    return with_stability(plan.tiers, known=known, freeze_days=plan.freeze_days)


def tiers_of(
    office: Office, ranks: Sequence[RankKey], days: int, *, decided: bool, known: bool
) -> tuple[Objective, ...]:
    """Return an office's tiers in the order in which they are settled.

    ``ranks`` are those that occur; the shifts' own tiers are listed if ``decided``;
    those that keep what the previous plan gave if it is ``known``.
    """
    number = len(ranks) if office.has_ranks else None
    names = names_of(office, known=known)
    return tuple(
        Objective(
            name,
            rank,
            office.lcm_targets if name == "pressure" else 1,
            days,
            None if rank is None else label_of(office, ranks[rank]),
        )
        for name, rank in in_order(names, number, decided=decided, known=known)
    )


def told_apart(
    cohorts: Cohorts, tiers: Iterable[Objective], key: Ints, count: int
) -> tuple[Ints, Ints, Ints]:
    """Return numbers of cohorts by what some tiers see of them, and by a key.

    Parameters
    ----------
    cohorts
        All of them.
    tiers
        Tiers to which cohorts of one number are alike.
    key
        What else tells cohorts apart, in ``[0, count)``, shape ``(C,)``.
    count
        Keys there may be, from 1.

    Returns
    -------
    tuple of ndarray
        The number of each cohort, shape ``(C,)``, in the order of keys; and of each
        number one cohort and the applications of all, shape ``(N,)``.
    """
    number, distinct = compact(key, count)
    for tier in tiers:
        seen = tier.sees(cohorts)
        seen, kinds = compact(seen, int(seen.max(initial=0)) + 1)
        size = len(distinct) * len(kinds)
        number, distinct = compact(number * len(kinds) + seen, size)
    member = np.zeros(len(distinct), dtype=np.int64)
    member[number] = np.arange(len(cohorts))
    cards = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(cards, number, cohorts.size)
    return number, member, cards
