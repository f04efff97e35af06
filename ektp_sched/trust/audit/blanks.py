"""Blanks that a print log left, day by day, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.office import lots
from ektp_sched.trust.counts.consumables import Blanks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.office import Capacity, Office

    Ints = NDArray[np.int64]
    Group = tuple[str | None, str | None]

__all__ = ["Leftover", "blank_groups", "leftover"]

_ENDLESS: Final = 1 << 40
"""Stands for blanks without end."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Blanks that are left at the end of each day, by group of cards.

    Parameters
    ----------
    own
        Set aside for the group, shape ``(K, days)``.
    anybody
        Those that others of its card type could use too, shape ``(K, days)``;
        below 0 where more are used than there were.
    stock
        Number of the card type by group, shape ``(K,)``.
    short
        Blanks used beyond those that there were, summed by card type.
    """

    own: Ints
    anybody: Ints
    stock: Ints
    short: int

    @property
    def usable(self) -> Ints:
        """Return how many a card of each group could use, shape ``(K, days)``."""
        return self.own + self.anybody


def blank_groups(
    card: Ints, cards: Sequence[str | None], urgency: Sequence[str], office: Office
) -> tuple[Ints, tuple[Group, ...]]:
    """Group cards by type and, where it has blanks of its own, by class.

    Parameters
    ----------
    card, cards
        Number of each application's card type, and the types by number.
    urgency
        Class of each application.
    office
        Its ``[cards]`` say for which classes blanks are set aside.

    Returns
    -------
    tuple
        Number of each application's group, and card type and class of groups.
    """
    names = np.array(urgency, dtype=object)
    number, groups = card.copy(), [(name, None) for name in cards]
    found: list[Group] = list(groups)
    for index, name in enumerate(cards):
        aside = office.cards[name].set_aside if name in office.cards else {}
        for owner in sorted(aside):
            mine = (card == index) & (names == owner)
            if mine.any():
                number[mine] = len(found)
                found.append((name, owner))
    return number, tuple(found)


def leftover(
    groups: Sequence[Group], used: Ints, office: Office, limits: Capacity
) -> Leftover:
    """Count the blanks that a log left, day after day.

    Parameters
    ----------
    groups
        Card types and classes, as from ``blank_groups``.
    used
        Blanks used by group and day, spoilt ones included, ``(K, days)``.
    office, limits
        The blanks that there were.
    """
    names = list(dict.fromkeys(name for name, _ in groups))
    own, anybody = np.zeros_like(used), np.full_like(used, _ENDLESS)
    dated, short = lots(office, limits.start, limits.days), 0
    for name in names:
        mine = [n for n, (card, _) in enumerate(groups) if card == name]
        if name is None or name not in limits.supply:
            continue
        if name not in dated:
            left = limits.supply[name] - np.cumsum(used[mine].sum(axis=0))
            anybody[mine] = left
            short += max(0, -int(left.min()))
            continue
        blanks = Blanks(dated[name], {groups[n][1]: used[n] for n in mine})
        anybody[mine] = blanks.anybody()
        short += int(blanks.short.sum())
        for day in range(limits.days):
            kept = blanks.kept(day)
            own[mine, day] = [kept.get(groups[n][1] or "", 0) for n in mine]
    stock = np.array([names.index(name) for name, _ in groups], dtype=np.int64)
    return Leftover(own, anybody, stock, short)
