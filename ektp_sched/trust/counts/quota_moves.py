"""Which quota stands against moving a card, or exchanging two.

Only counts change, so a period's limit is looked at again with one card more
or less in it.  A minimum is broken as well where nobody was left, and now
somebody is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.trust.counts.quotas import limit_of, periods, tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ektp_sched.trust.counts.quotas import Period
    from ektp_sched.trust.facts import Facts

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["QuotaMoves"]

_NONE: Final = -1


class QuotaMoves:
    """The quotas of an office against changes of one plan.

    Parameters
    ----------
    facts
        The plan laid beside its applications.
    """

    def __init__(self, facts: Facts) -> None:
        self._office = facts.office
        self._days = facts.days
        self._signs = facts.kinds.signs
        found = periods(facts, tally(facts)) if facts.office.quotas else ()
        self._of: dict[int, list[Period]] = defaultdict(list)
        for period in found:
            self._of[period.quota].append(period)
        self._table: dict[int, Ints] = {}

    def against_move(self, sign: int, day: int, later: int) -> list[int]:
        """Return the quotas that keep a card from being printed earlier.

        Parameters
        ----------
        sign
            Index into ``Kinds.signs`` of the card.
        day, later
            The day wanted, and its own; ``days`` for one that is not printed.

        Returns
        -------
        list of int
            Indices of quotas that a plan with nothing else changed breaks.
        """
        return [
            quota
            for quota, some in self._of.items()
            if any(
                self._breaks(period, int(self._signs[sign, quota]), day, later)
                for period in some
            )
        ]

    def _breaks(self, period: Period, own: int, day: int, later: int) -> bool:
        """Return whether a limit breaks when a card goes from one day to another."""
        more = period.first <= day <= period.last
        less = period.first <= later <= period.last
        change = int(more) - int(less)
        printed = period.printed + own * change
        quota = self._office.quotas[period.quota]
        limit = limit_of(quota, period.rule, period.cards + change)
        if period.rule.startswith("at_most"):
            return change != 0 and printed > limit
        left = period.waiting - own * int(day <= period.last < later)
        return change != 0 and printed < limit and left > 0

    def blocked(self) -> Bools:
        """Return where no card more can be printed that now is not.

        Returns
        -------
        ndarray
            By sign and day, shape ``(S, days)``.
        """
        found = np.zeros((len(self._signs), self._days), dtype=bool)
        for quota, some in self._of.items():
            for own in (False, True):
                days = np.zeros(self._days, dtype=bool)
                for period in some:
                    if self._breaks(period, int(own), period.first, self._days):
                        days[period.first : period.last + 1] = True
                found[self._signs[:, quota] == own] |= days
        return found

    def against_exchange(self, day: int, later: int) -> Ints:
        """Return which quota keeps two cards from exchanging their days.

        Parameters
        ----------
        day, later
            Day of the one ahead, and of the one behind; ``days`` for one that
            is not printed.  The one behind was ready by ``day``.

        Returns
        -------
        ndarray
            Index of the first such quota by sign of the one behind and of the
            one ahead, -1 for none; shape ``(S, S)``.
        """
        number = len(self._signs)
        found = np.full((number, number), _NONE, dtype=np.int64)
        for quota, gains, loses in self._exchanges(day, later):
            mine = self._signs[:, quota]
            behind, ahead = mine[:, None], mine[None, :]
            against = (behind & ~ahead) if gains else np.zeros_like(found, dtype=bool)
            if loses:
                against = against | (~behind & ahead)
            found[against & (found == _NONE)] = quota
        return found

    def _exchanges(self, day: int, later: int) -> Iterator[tuple[int, bool, bool]]:
        """Yield each quota that stands against one of its kind coming forward.

        Yielded are the quota, whether it stands against that, and whether it
        stands against one of its kind going back.
        """
        for quota in self._of:
            gains = self._off(quota, day, later)
            loses = self._off(quota, later, day)
            if gains or loses:
                yield quota, gains, loses

    def _off(self, quota: int, to: int, away: int) -> bool:
        """Return whether a quota breaks when one of its kind goes to a day.

        A card of another kind goes the other way, so that each limit stays.
        """
        if quota not in self._table:
            self._table[quota] = _table(self._of[quota])
        most, first, last, printed, limit, waiting = self._table[quota]
        change = ((first <= to) & (to <= last)).astype(np.int64)
        change -= ((first <= away) & (away <= last)).astype(np.int64)
        above = (change > 0) & (printed + change > limit)
        back = (away <= last) & (last < to)
        left = waiting + back - ((to <= last) & (last < away))
        short = ((change < 0) | back) & (printed + change < limit) & (left > 0)
        return bool(np.where(most, above, short).any())


def _table(some: list[Period]) -> Ints:
    """Return periods as columns: maximum or not, first, last, and figures."""
    rows = [
        (
            period.rule.startswith("at_most"),
            period.first,
            period.last,
            period.printed,
            period.limit,
            period.waiting,
        )
        for period in some
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 6).T
