"""Quotas that keep a card from being printed on an earlier day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.rules.quotas import place
from ektp_sched.trust.counts.quota_moves import QuotaMoves
from ektp_sched.trust.explain.model import QuotaHold
from ektp_sched.trust.facts import MISSING, read_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.planned import PlannedRows

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["QuotaCase"]


class QuotaCase:
    """One application against the quotas of its office.

    Parameters
    ----------
    plan, backlog, office
        The plan, what was planned, and the rules.
    application_id
        One of the backlog.
    days
        Days before its own on which it could have been printed.
    free
        On which of all days there is a place left for it.
    """

    def __init__(
        self,
        plan: PlannedRows,
        backlog: Backlog,
        office: Office,
        application_id: str,
        days: Sequence[int],
        free: Bools,
    ) -> None:
        self._office = office
        self._facts: Facts = read_facts(plan, backlog, office)
        ids = backlog.frame["application_id"]
        self._row = int((ids == application_id).arg_max() or 0)
        self._sign = int(self._facts.kinds.sign[self._facts.kind[self._row]])
        self._moves = QuotaMoves(self._facts)
        self._free = [day for day in days if free[day]]
        self._days = days

    def holds_alone(self) -> bool:
        """Return whether there is a place earlier, and a quota forbids each."""
        return bool(self._free) and all(map(self._against_move, self._free))

    def holds(self) -> tuple[QuotaHold, ...]:
        """Return on how many of its earlier days each quota stands against it."""
        counts: Counter[int] = Counter()
        free = set(self._free)
        for day in self._days:
            against = self._against_exchange(day)
            if day in free:
                against |= set(self._against_move(day))
            counts.update(against)
        return tuple(
            QuotaHold(place(self._office, quota), days, len(self._days))
            for quota, days in sorted(counts.items())
        )

    def _against_move(self, day: int) -> list[int]:
        later = int(self._facts.printed[self._row])
        return self._moves.against_move(self._sign, day, later)

    def _against_exchange(self, day: int) -> set[int]:
        """Return the quotas that keep it from changing places with cards behind it."""
        later = int(self._facts.printed[self._row])
        held = self._moves.against_exchange(day, later)[self._sign, self._passed(day)]
        return set(held[held >= 0].tolist())

    def _passed(self, day: int) -> Ints:
        """Return the signs of cards of a day that it comes before by the rule."""
        facts, mine = self._facts, self._row
        rank, target, since = facts.rank, facts.target, facts.since
        level = rank == rank[mine]
        first = (since > since[mine]) | (target > target[mine])
        behind = (since >= since[mine]) & (target >= target[mine]) & first
        there = (facts.printed == day) & (facts.pinned == MISSING)
        who = there & ((rank > rank[mine]) | (level & behind))
        return np.unique(facts.kinds.sign[facts.kind[who]])
