"""People, and where a plan prints them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.people import People
from ektp_sched.rules import RULES, Standing, World, limits_of, tally
from ektp_sched.rules.limit import Cards, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.office import Capacity
    from ektp_sched.rules import Rule

    Ints32 = NDArray[np.int32]


@dataclass(frozen=True)
class Placed(People):
    """People, and the machine and day that a plan gives those whom it prints."""

    limits: Capacity  # the daily capacity with the shifts worked
    printed: Ints | Ints32  # day of each application; `days` where it is not printed

    def prints(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return application, printer, server and day of each card, (P,) each."""
        raise NotImplementedError

    @cached_property
    def world(self) -> World:
        """Return what the rules are stated of."""
        return World(self.office, self.limits, self.kinds.names, self.applications)

    @cached_property
    def standing(self) -> Standing:
        """Return how the plan stands to all limits of its office."""
        return self.standing_to(RULES)

    def standing_to(
        self, rules: Iterable[Rule], *, who_is_left: bool = False
    ) -> Standing:
        """Count the cards for some rules.

        Who is left is counted where a limit asks for it, and where the caller does.
        """
        limits = limits_of(self.world, rules)
        if not limits.limits:
            none = np.zeros(0, dtype=np.int64)
            return Standing(limits, tally(limits, Cards(none, none, none, none)))
        application, printer, server, day = self.prints()
        cards = Cards(self.kind[application], printer, server, day)
        asked = who_is_left or limits.names_groups
        return Standing(
            limits, tally(limits, cards, self._waiting() if asked else None)
        )

    def _waiting(self) -> Waiting:
        """Return who has a printer, and from which day on could be printed."""
        able = np.asarray(self.kinds.printers.any(axis=1))[self.kind]
        # Who is pinned waits for that day; a pin before the start binds nobody.
        since = np.clip(np.maximum(self.ready, self.pinned), 0, self.days)
        return Waiting(
            self.kind[able],
            since[able].astype(np.int64),
            self.printed[able].astype(np.int64),
        )
