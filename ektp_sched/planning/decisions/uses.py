"""What may be decided: sets of shifts for each day, and what each adds.

A *use* is a set of shifts that are worked together on one day.  Of the uses
of a day at most one is taken, so that what a day can do may depend on the
whole set, as it does where a reserve is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.office import capacity
from ektp_sched.planning.network.program import Arc
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Ints
    from ektp_sched.documents.trees import Use
    from ektp_sched.office import Capacity, Office, Option
    from ektp_sched.planning.network.program import Program


_TOGETHER = 6
"""Most shifts that may share a day: 63 sets of them."""


@dataclass(frozen=True, slots=True)
class Uses:
    """The uses of a horizon and their effect on a network."""

    options: tuple[Option, ...]  # every shift on every day on which it may be worked
    members: tuple[tuple[int, ...], ...]  # for each use the indices of its options
    day: Ints  # day of each use, (U,), ascending
    base: Ints  # limit of each network arc without any shift, (A,)
    use: Ints  # parallel to `arc` and `added`: what a use adds to which arc
    arc: Ints
    added: Ints  # cards, above 0

    def __len__(self) -> int:
        """Return the number of uses."""
        return len(self.day)

    @property
    def most(self) -> Ints:
        """Return the largest limit of each arc, shape ``(A,)``."""
        largest = np.zeros_like(self.base)
        np.maximum.at(largest, self.arc, self.added)
        return self.base + largest

    @property
    def named(self) -> tuple[Use, ...]:
        """Return day and shifts of each use, as a proof names it."""
        return tuple(
            (day, tuple(sorted(self.options[i].shift for i in use)))
            for day, use in zip(self.day.tolist(), self.members, strict=True)
        )

    def limits(self, parts: Ints, whole: int = 1) -> Ints:
        """Return the limit of each arc, times ``whole``.

        ``parts``, shape ``(U,)``, say how much of each use is taken, out of ``whole``;
        1 for a real decision.
        """
        limits = whole * self.base
        np.add.at(limits, self.arc, parts[self.use] * self.added)
        return limits

    def options_of(self, parts: Ints) -> tuple[Option, ...]:
        """Return the options that a decision takes, by day and shift."""
        taken = sorted(i for u in np.flatnonzero(parts) for i in self.members[u])
        return tuple(self.options[i] for i in taken)


def list_uses(
    office: Office, program: Program, limits: Capacity, options: Sequence[Option]
) -> Uses:
    """List the uses of a horizon; more than six shifts on one day are refused."""
    by_day: dict[int, list[int]] = {}
    for index, option in enumerate(options):
        by_day.setdefault(option.day, []).append(index)
    sets = [(d, _sets(office, limits, d, by_day[d])) for d in sorted(by_day)]
    members = tuple(one for _, some in sets for one in some)
    day = np.array([d for d, some in sets for _ in some], dtype=np.int64)
    base = arc_limits(program, limits)
    parts: list[tuple[Ints, Ints, Ints]] = []
    for turn in range(max((len(some) for _, some in sets), default=0)):
        chosen = [some[turn] if turn < len(some) else () for _, some in sets]
        used = [(options[i].shift, options[i].day) for one in chosen for i in one]
        more = arc_limits(program, capacity(office, limits.start, limits.days, used))
        first = np.cumsum([0, *(len(some) for _, some in sets)])[:-1]
        number = np.full(limits.days, -1, dtype=np.int64)
        here = np.array([turn < len(some) for _, some in sets])
        days = np.array([d for d, _ in sets], dtype=np.int64)
        number[days[here]] = first[here] + turn
        arc = np.flatnonzero(more > base)
        parts.append((number[program.day[arc]], arc, more[arc] - base[arc]))
    use, arc, added = (
        np.concatenate(part) if parts else np.zeros(0, dtype=np.int64)
        for part in (zip(*parts, strict=True) if parts else [()] * 3)
    )
    return Uses(tuple(options), members, day, base, use, arc, added)


def _sets(
    office: Office, limits: Capacity, day: int, options: list[int]
) -> list[tuple[int, ...]]:
    if len(options) > _TOGETHER:
        msg = said(
            "shifts: {count} of {name} may be worked on one day (day {day} of {days}); "
            "at most {most} may",
            "shifts: {count} shift {name} boleh dipakai pada satu hari (hari ke-{day} "
            "dari {days}); paling banyak {most}",
            count=len(options),
            name=office.name,
            day=day + 1,
            days=limits.days,
            most=_TOGETHER,
        )
        raise UnsupportedRuleError(msg)
    sizes = range(1, len(options) + 1)
    return [one for size in sizes for one in combinations(options, size)]


def arc_limits(program: Program, limits: Capacity) -> Ints:
    """Return the limit of each arc under a capacity; links and blanks keep theirs."""
    arc_limit = program.limit.copy()
    kinds = (
        (Arc.PRINTER, program.pools, limits.printer_cards),
        (Arc.SERVER, program.server_pools, limits.server_cards),
    )
    for kind, pools, cards in kinds:
        if pools:
            of_pool = np.stack([cards[list(pool)].sum(axis=0) for pool in pools])
            arcs = program.kind == kind
            arc_limit[arcs] = of_pool[program.owner[arcs], program.day[arcs]]
    if limits.total is not None:
        arcs = program.kind == Arc.RESERVE
        arc_limit[arcs] = limits.total[program.day[arcs]]
    return arc_limit
