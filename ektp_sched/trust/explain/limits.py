"""What was full, and what was free, on the days before a card's turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity
from ektp_sched.trust.explain.model import Limit
from ektp_sched.trust.verify.shifts import known_uses, read_shifts

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Capacity, Office
    from ektp_sched.trust.explain.model import Explained

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Room", "find_room"]


@dataclass(frozen=True, slots=True)
class Room:
    """A plan's use of capacity, as one card's printers see it.

    Parameters
    ----------
    start
        First day of the plan.
    possible
        Days on which one of its printers and a server of that printer work,
        shape ``(days,)``.
    free
        Those on which both, and the reserve, leave room for a card more.
    limits
        Capacity of the horizon.
    takes
        Which of its printers have room and a server with room, shape
        ``(P, days)``.
    left_printer, left_server
        Cards not used, shapes ``(P, days)`` and ``(S, days)``.
    left_total
        Cards that the reserve still allows, shape ``(days,)``; None without.
    mine
        Which printers can print the card, shape ``(P,)``.
    worked
        Id and day offset of the shifts that are worked, by day and id.
    """

    start: date
    possible: Bools
    free: Bools
    limits: Capacity
    takes: Bools
    left_printer: Ints
    left_server: Ints
    left_total: Ints | None
    mine: Bools
    worked: tuple[tuple[str, int], ...]

    def servers(self) -> tuple[str, ...]:
        """Return the servers that its printers reach and that work on some day."""
        reached = self.limits.reaches[self.mine].any(axis=0)
        works = self.limits.server_cards.any(axis=1)
        numbers = np.flatnonzero(reached & works)
        return tuple(self.limits.servers[number] for number in numbers.tolist())

    def binding(self, first: int, end: int) -> tuple[Limit, ...]:
        """Return how often each resource was full on days in ``[first, end)``.

        Parameters
        ----------
        first, end
            Day offsets.
        """
        days = np.zeros(len(self.possible), dtype=bool)
        days[first:end] = self.possible[first:end]
        found = []
        reached = self.limits.reaches[self.mine].any(axis=0)
        for names, cards, left, ours in (
            (
                self.limits.printers,
                self.limits.printer_cards,
                self.left_printer,
                self.mine,
            ),
            (self.limits.servers, self.limits.server_cards, self.left_server, reached),
        ):
            for number in np.flatnonzero(ours).tolist():
                worked = days & (cards[number] > 0)
                full = worked & (left[number] <= 0)
                count = int(full.sum()), int(worked.sum())
                found.append(Limit(names[number], *count))
        if self.left_total is not None:
            full = days & (self.left_total <= 0)
            found.append(Limit("reserve", int(full.sum()), int(days.sum())))
        return tuple(limit for limit in found if limit.full)


def find_room(plan: Explained, office: Office, printers: tuple[str, ...]) -> Room:
    """Return what a plan uses and leaves, day by day.

    Parameters
    ----------
    plan, office
        The plan, and its capacity.
    printers
        Those that can print the card.
    """
    worked = known_uses(read_shifts(plan.shifts, plan.start), office, plan.days)
    limits = capacity(office, plan.start, plan.days, worked)
    left_printer = limits.printer_cards - _used(plan, "printer", limits.printers)
    left_server = limits.server_cards - _used(plan, "server", limits.servers)
    mine = np.array([name in printers for name in limits.printers], dtype=bool)
    works = (limits.printer_cards > 0) & (
        limits.reaches.astype(np.int64) @ (limits.server_cards > 0) > 0
    )
    room = (left_printer > 0) & (
        limits.reaches.astype(np.int64) @ (left_server > 0) > 0
    )
    takes = room & mine[:, None]
    possible, free = works[mine].any(axis=0), takes.any(axis=0)
    left_total = None
    if limits.total is not None:
        left_total = limits.total - _used(plan, "printer", limits.printers).sum(axis=0)
        possible &= limits.total > 0
        free &= left_total > 0
    left = left_printer, left_server, left_total
    return Room(plan.start, possible, free, limits, takes, *left, mine, worked)


def _used(plan: Explained, column: str, names: tuple[str, ...]) -> Ints:
    """Count a plan's cards by resource and day, shape ``(names, days)``."""
    counts = plan.assignments.group_by(column, "day").len()
    used = np.zeros((len(names), plan.days), dtype=np.int64)
    number = {name: index for index, name in enumerate(names)}
    for name, day, cards in counts.iter_rows():
        at = (day - plan.start).days
        if name in number and 0 <= at < plan.days:
            used[number[name], at] += cards
    return used
