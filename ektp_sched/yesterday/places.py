"""Who keeps the place that the previous plan gave: one rule, for plan and check.

Whoever is printed on the day given, in the pool of the printer given, keeps printer,
batch and position if that place is there: the batch has such a position, and the
printer so many cards that day.  The free places of the day go to all others, in the
order of rank, pressure and the tie-break.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.people.people import offsets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.order import PublicOrder

    Ints32 = NDArray[np.int32]

NONE: Final = -1
"""Stands for no printer, and for a place that batches of this size do not have."""

_LAST: Final = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class GivenPlaces:
    """Where the previous plan prints each application, shape ``(N,)`` each."""

    day: Ints | Ints32  # offset from the start; `MISSING` for none
    printer: Ints32  # index into the printers; `NONE`
    place: Ints32  # place in the printer's day, from 0; `NONE`

    @classmethod
    def of(
        cls, given: pl.DataFrame, start: date, printers: Sequence[str], batch_size: int
    ) -> GivenPlaces:
        """Read the columns of `GIVEN` for printers of these ids."""
        codes = given["given_printer"].cast(pl.Enum(list(printers)), strict=False)
        batch, position = (
            given[name].fill_null(0).to_numpy()
            for name in ("given_batch", "given_position")
        )
        there = (batch >= 1) & (position >= 1) & (position <= batch_size)
        place = np.where(there, (batch - 1) * batch_size + position - 1, NONE)
        return cls(
            offsets(given["given_on"], start),
            codes.to_physical().cast(pl.Int32).fill_null(NONE).to_numpy(),
            np.minimum(place, _LAST).astype(np.int32),
        )

    def at(self, who: Ints) -> GivenPlaces:
        """Return those of some applications, in their order."""
        return GivenPlaces(self.day[who], self.printer[who], self.place[who])

    def wish(self, day: Ints, pool: Ints, pools: Ints) -> Bools:
        """Return who is printed on the day given, in the pool of the printer given.

        ``day`` and ``pool`` are those of each, ``pools`` those of the printers, (P,).
        """
        wish: Bools = (
            (self.printer >= 0) & (self.day == day) & (pools[self.printer] == pool)
        )
        return wish

    def kept(self, who: Ints, wish: Bools, cards: Ints, order: PublicOrder) -> Bools:
        """Return who of those with a wish keeps the place given.

        Parameters
        ----------
        who
            Application of each entry, each once.
        wish
            What `wish` says of each.
        cards
            Cards of each printer and day, shape ``(P, days)``.
        order
            Who comes first of several with the same place.
        """
        kept = np.zeros(len(who), dtype=bool)
        asked = np.flatnonzero(wish & (self.place >= 0))
        given = self.at(asked)
        day = given.day.astype(np.int64)
        there = given.place < cards[given.printer, day]
        asked, given, day = asked[there], given.at(np.flatnonzero(there)), day[there]
        kept[asked] = True
        first = (np.cumsum(cards) - cards.ravel()).reshape(cards.shape)
        slot = first[given.printer, day] + given.place
        twice = np.bincount(slot, minlength=1)[slot] > 1
        if twice.any():
            several, slot = asked[twice], slot[twice]
            by_order = np.lexsort((order.ranked(who[several]), slot))
            later = np.diff(slot[by_order], prepend=-1) == 0
            kept[several[by_order[later]]] = False
        return kept
