"""Which quota stands against moving a card, or exchanging two, day by day."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.rules import QUOTAS
from ektp_sched.rules.limit import Slots
from ektp_sched.trust.counts.standing import standing_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["QuotaMoves"]

_NONE: Final = -1


class QuotaMoves:
    """The quotas of an office against changes of one plan.

    Cards are told by their sign, an index into ``Kinds.signs``.

    Parameters
    ----------
    facts
        The plan laid beside its applications.
    """

    def __init__(self, facts: Facts) -> None:
        self._days, self._quotas = facts.days, len(facts.office.quotas)
        self._signs = len(facts.kinds.signs)
        if self._quotas:
            self._standing = standing_of(facts, [QUOTAS])
            # Any kind stands for its sign: no quota tells the two apart.
            self._kind: Ints = np.unique(facts.kinds.sign, return_index=True)[1]
        # Who asks goes through the days in order, and asks of each many times.
        self._moves = lru_cache(maxsize=4)(self._against_moves)
        self._exchanges = lru_cache(maxsize=4)(self._against_exchanges)

    def against_move(self, sign: int, day: int, later: int) -> list[int]:
        """Return the quotas that keep a card from being printed earlier.

        Parameters
        ----------
        sign
            Of the card.
        day, later
            The day wanted, and its own; ``days`` for one that is not printed.

        Returns
        -------
        list of int
            Indices of quotas that a plan with nothing else changed breaks.
        """
        if not self._quotas:
            return []
        return np.flatnonzero(self._moves(day)[sign, later - day - 1]).tolist()

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
        if not self._quotas:
            return np.full((self._signs, self._signs), _NONE, dtype=np.int64)
        return self._exchanges(day)[:, :, later - day - 1]

    def _against_moves(self, day: int) -> Bools:
        """Return the quotas against moves to a day, by sign and later day."""
        to, away = self._slots(day)
        return self._by_quota(self._standing.against(self._kind, to, away))

    def _against_exchanges(self, day: int) -> Ints:
        """Return the first quota against exchanges with a day, by signs and day."""
        to, away = self._slots(day)
        behind = np.repeat(self._kind, self._signs)
        ahead = np.tile(self._kind, self._signs)
        held = self._by_quota(self._standing.against(behind, to, away, ahead))
        first = np.where(held.any(axis=2), held.argmax(axis=2), _NONE)
        return first.reshape(self._signs, self._signs, -1)

    def _slots(self, day: int) -> tuple[Slots, Slots]:
        """Return a day beside each day after it."""
        later = np.arange(day + 1, self._days + 1)
        return Slots(np.full(len(later), day)), Slots(later)

    def _by_quota(self, held: Bools) -> Bools:
        """Return which quotas have a limit that stands against a change."""
        by_quota = np.zeros((*held.shape[:2], self._quotas), dtype=bool)
        for number, limit in enumerate(self._standing.limits.limits):
            by_quota[:, :, limit.entry] |= held[:, :, number]
        return by_quota
