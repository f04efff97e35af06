"""How a plan stands to the limits of its office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.rules import RIBBONS, RULES, Standing, World, limits_of, tally
from ektp_sched.rules.limit import Cards, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ektp_sched.rules import Rule
    from ektp_sched.trust.facts import Facts

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["machine_room", "ribbons_left", "room_by_kind", "standing_of", "world_of"]

_ENDLESS: Final = 1 << 40
"""Cards that a printer's ribbons are good for where none are counted."""


def world_of(facts: Facts) -> World:
    """Return what the rules are stated of."""
    return World(facts.office, facts.limits, facts.kinds.names)


def standing_of(
    facts: Facts, rules: Iterable[Rule] = RULES, *, who_is_left: bool = False
) -> Standing:
    """Count a plan's valid rows, and who could have been printed, for rules.

    Who is left is counted where a limit asks for it, and where the caller does.
    """
    limits = limits_of(world_of(facts), rules)
    if not limits.limits:
        none = np.zeros(0, dtype=np.int64)
        return Standing(limits, tally(limits, Cards(none, none, none, none)))
    rows, good = facts.rows, facts.valid()
    if not good.all():
        rows = rows.take(good)
    cards = Cards(
        facts.kind[rows.application],
        rows.printer,
        rows.server,
        rows.day.astype(np.int64),
    )
    counted = who_is_left or limits.names_groups
    return Standing(limits, tally(limits, cards, _waiting(facts) if counted else None))


def _waiting(facts: Facts) -> Waiting:
    """Return who has a printer, and from which day on could be printed."""
    able = np.asarray(facts.kinds.printers.any(axis=1))[facts.kind]
    # Who is pinned waits for that day; a pin before the start binds nobody.
    since = np.clip(np.maximum(facts.ready, facts.pinned), 0, facts.days)
    return Waiting(
        facts.kind[able],
        since[able].astype(np.int64),
        facts.printed[able].astype(np.int64),
    )


def machine_room(facts: Facts, *rules: Rule) -> Bools:
    """Return on which printers and days rules that ask for no kind leave room."""
    if not facts.kinds.names:
        return np.zeros(facts.limits.printer_cards.shape, dtype=bool)
    return standing_of(facts, rules).room(0).places(facts.limits.reaches)


def room_by_kind(facts: Facts, *rules: Rule) -> Bools:
    """Return on which days rules on all machines leave room, shape ``(K, days)``."""
    standing = standing_of(facts, rules)
    limits = standing.limits
    by_sort = [standing.room(kind).days for kind in limits.kind.tolist()]
    return np.array(by_sort, dtype=bool).reshape(-1, facts.days)[limits.sort]


def ribbons_left(facts: Facts) -> Ints:
    """Return the cards that each printer's ribbons are still good for.

    Returns
    -------
    ndarray
        By printer and day, that day's cards and all before taken away; very
        many where ribbons are not counted.
    """
    standing = standing_of(facts, [RIBBONS])
    left = np.full(facts.limits.printer_cards.shape, _ENDLESS, dtype=np.int64)
    for number, limit in enumerate(standing.limits.limits):
        left[limit.entry] = standing.left[standing.limits.limit == number]
    return left
