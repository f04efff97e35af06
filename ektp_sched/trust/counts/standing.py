"""How a plan stands to the limits of its office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.rules import RULES, Standing, World, limits_of, tally
from ektp_sched.rules.limit import Cards, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.rules import Rule
    from ektp_sched.trust.facts import Facts

__all__ = ["standing_of", "world_of"]


def world_of(facts: Facts) -> World:
    """Return what the rules are stated of."""
    return World(facts.office, facts.limits, facts.kinds.names)


def standing_of(facts: Facts, rules: Iterable[Rule] = RULES) -> Standing:
    """Count a plan's valid rows, and who could have been printed, for rules."""
    limits = limits_of(world_of(facts), rules)
    rows, good = facts.rows, facts.valid()
    if not good.all():
        rows = rows.take(good)
    cards = Cards(
        facts.kind[rows.application],
        rows.printer,
        rows.server,
        rows.day.astype(np.int64),
    )
    able = np.asarray(facts.kinds.printers.any(axis=1))[facts.kind]
    # Who is pinned waits for that day; a pin before the start binds nobody.
    since = np.clip(np.maximum(facts.ready, facts.pinned), 0, facts.days)
    waiting = Waiting(
        facts.kind[able],
        since[able].astype(np.int64),
        facts.printed[able].astype(np.int64),
    )
    return Standing(limits, tally(limits, cards, waiting))
