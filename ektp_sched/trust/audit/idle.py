"""Capacity that stood idle while printable people waited, and shifts worked.

How many more cards a day could have had is a largest flow (Ford and
Fulkerson, 1956): from those who waited, by the printers and blanks that
their cards can use, through printers and servers.  The network has a node
per printer and server, so a day takes a handful of augmenting paths.

No log says that a shift was worked; cards that were printed on a day that the
calendar keeps closed do.  On such a day the fewest shifts that allow the
day's prints are taken for worked (of equally few those of fewest cards, then
the first by name); if all together do not allow them, all are.  On ordinary
working days none is: that more was printed than the calendar allows does not
say for how long anybody stayed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import capacity, options
from ektp_sched.rules import printer_supplies
from ektp_sched.rules.shifts import shift_cards

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Capacity, Office
    from ektp_sched.trust.audit.queue import Queue


_SOURCE, _SINK = 0, 1
_ENDLESS: Final = 1 << 40
"""Cards that a printer's supplies are good for where none are counted."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Prints by day, listed or not."""

    by_printer: Ints  # good and spoilt prints, shape (P, days)
    supplied: Ints  # cards that supplies left at a day's end are good for, (P, days)
    listed: Ints  # those of listed applications, shape (days,)
    good: Ints  # good prints, shape (days,)


def attempts(rows: pl.DataFrame, limits: Capacity, office: Office) -> Attempts:
    """Count a log's prints by day; application is null for a card on no list."""
    by_printer = np.zeros((len(limits.printers), limits.days), dtype=np.int64)
    day = rows["day"].to_numpy()
    np.add.at(by_printer, (rows["printer"].to_numpy(), day), 1)
    listed = rows["application"].is_not_null().to_numpy()
    good = rows["good"].to_numpy()
    supplied = np.full_like(by_printer, _ENDLESS)
    for name, cards in printer_supplies(office, limits.start, limits.days).items():
        number = limits.printers.index(name)
        supplied[number] = np.maximum(0, cards - np.cumsum(by_printer[number]))
    return Attempts(
        by_printer,
        supplied,
        np.bincount(day[listed], minlength=limits.days).astype(np.int64),
        np.bincount(day[good], minlength=limits.days).astype(np.int64),
    )


def idle_days(queue: Queue, limits: Capacity, done: Attempts) -> pl.DataFrame:
    """Return the worked days on which more could have been printed, ascending.

    Columns: day, capacity (cards that printers, servers and reserve allow), printed
    (good cards), spoilt, idle (further cards, above 0, that could have been printed for
    people who waited at the day's end), waiting (those people).
    """
    demand, cells = _demand(queue)
    rows = []
    for day in np.flatnonzero(limits.open).tolist():
        possible = _Day(queue, limits, done, day)
        waiting = demand[:, day]
        idle = possible.more(waiting, cells)
        if idle:
            spoilt = int(done.by_printer[:, day].sum() - done.good[day])
            most = most_cards(limits, day)
            figures = (most, int(done.good[day]), spoilt, idle)
            rows.append((day, *figures, int(waiting.sum())))
    names = ("day", "capacity", "printed", "spoilt", "idle", "waiting")
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row")
    first = pl.lit(limits.start)
    return table.with_columns((first + pl.duration(days=pl.col("day"))).alias("day"))


def _demand(queue: Queue) -> tuple[Ints, list[tuple[int, int]]]:
    """Return who waited at each day's end, by (printer set, group of blanks).

    Only those for whom there is a printer; shape ``(cells, days)``.
    """
    groups = len(queue.left.stock)
    key = (queue.kinds.printer_set * groups + queue.blanks)[queue.kind]
    able = np.asarray(queue.kinds.printers.any(axis=1))[queue.kind]
    wanted = np.flatnonzero(able & (queue.begin < queue.printed))
    distinct, cell = np.unique(key[wanted], return_inverse=True)
    cell = cell.reshape(-1)
    change = np.zeros((len(distinct), queue.days + 1), dtype=np.int64)
    np.add.at(change, (cell, queue.begin[wanted]), 1)
    np.add.at(change, (cell, queue.printed[wanted]), -1)
    pairs = [divmod(value, groups) for value in distinct.tolist()]
    return np.cumsum(change, axis=1), pairs


def most_cards(limits: Capacity, day: int) -> int:
    """Return the cards that printers, servers and the reserve allow on a day."""
    cards = limits.printer_cards[:, day]
    arcs = _machines(limits.reaches, cards, limits.server_cards[:, day])
    for printer, limit in enumerate(cards.tolist()):
        arcs[_SOURCE, _printer(printer)] = limit
    flow = _largest_flow(arcs)
    return flow if limits.total is None else min(flow, int(limits.total[day]))


def _printer(printer: int) -> int:
    """Return a printer's first node."""
    return 2 + printer


class _Day:
    """One day's network."""

    def __init__(
        self, queue: Queue, limits: Capacity, done: Attempts, day: int
    ) -> None:
        self.queue, self.limits, self.day = queue, limits, day
        self.done = done.by_printer[:, day]
        self.supplied = done.supplied[:, day]
        self.listed = int(done.listed[day])

    def more(self, waiting: Ints, cells: list[tuple[int, int]]) -> int:
        """Return how many further cards could have been printed."""
        if not waiting.any():
            return 0
        cards = np.minimum(
            self.limits.printer_cards[:, self.day], self.done + self.supplied
        )
        cards = np.maximum(cards, self.done)
        arcs = self._machines(cards)
        for printer, count in enumerate(self.done.tolist()):
            arcs[_SOURCE, _printer(printer)] = count
        _largest_flow(arcs)
        self._add_waiting(arcs, waiting, cells)
        further = _largest_flow(arcs)
        if self.limits.total is None:
            return further
        room = max(0, int(self.limits.total[self.day]) - self.listed)
        return min(further, room)

    def _machines(self, cards: Ints) -> dict[tuple[int, int], int]:
        limits = self.limits
        return _machines(limits.reaches, cards, limits.server_cards[:, self.day])

    def _add_waiting(
        self,
        arcs: dict[tuple[int, int], int],
        waiting: Ints,
        cells: list[tuple[int, int]],
    ) -> None:
        free = 2 + 2 * len(self.limits.printers) + len(self.limits.servers)
        left, every = self.queue.left, int(waiting.sum())
        sets, ids = self.queue.kinds.printer_sets, self.limits.printers
        groups = len(left.stock)
        for number, (printers, group) in enumerate(cells):
            kind, cell = free + group, free + groups + number
            stock = free + groups + len(cells) + 1 + int(left.stock[group])
            shared = min(every, max(0, int(left.anybody[group, self.day])))
            arcs[_SOURCE, stock] = arcs[stock, kind] = shared
            arcs[_SOURCE, kind] = int(left.own[group, self.day])
            arcs[kind, cell] = int(waiting[number])
            for printer in map(ids.index, sets[printers]):
                arcs[cell, _printer(printer)] = int(waiting[number])


def _fits(reaches: Bools, printers: Ints, servers: Ints, done: Ints) -> bool:
    """Return whether printers and their servers allow a day's prints by printer."""
    arcs = _machines(reaches, printers, servers)
    for printer, count in enumerate(done.tolist()):
        arcs[_SOURCE, 2 + printer] = count
    return _largest_flow(arcs) == int(done.sum())


def _machines(
    reaches: Bools, printers: Ints, servers: Ints
) -> dict[tuple[int, int], int]:
    """Return arcs from printers through servers to the sink.

    A printer has two nodes, so that its own limit is an arc.
    """
    arcs: dict[tuple[int, int], int] = {}
    count = len(printers)
    for printer, cards in enumerate(printers.tolist()):
        arcs[2 + printer, 2 + count + printer] = cards
        for server in np.flatnonzero(reaches[printer]).tolist():
            arcs[2 + count + printer, 2 + 2 * count + server] = cards
    for server, cards in enumerate(servers.tolist()):
        arcs[2 + 2 * count + server, _SINK] = cards
    return arcs


def _largest_flow(arcs: dict[tuple[int, int], int]) -> int:
    """Push as much as fits from source to sink; ``arcs`` keeps what is left."""
    neighbours: dict[int, set[int]] = {}
    for tail, head in arcs:
        neighbours.setdefault(tail, set()).add(head)
        neighbours.setdefault(head, set()).add(tail)
    total = 0
    while path := _path(arcs, neighbours):
        amount = min(arcs[arc] for arc in path)
        for tail, head in path:
            arcs[tail, head] -= amount
            arcs[head, tail] = arcs.get((head, tail), 0) + amount
        total += amount
    return total


def _path(
    arcs: dict[tuple[int, int], int], neighbours: dict[int, set[int]]
) -> list[tuple[int, int]]:
    """Return a shortest path with room, as arcs; empty if there is none."""
    came = {_SOURCE: _SOURCE}
    waiting = deque([_SOURCE])
    while waiting and _SINK not in came:
        tail = waiting.popleft()
        for head in sorted(neighbours.get(tail, ())):
            if head not in came and arcs.get((tail, head), 0) > 0:
                came[head] = tail
                waiting.append(head)
    path: list[tuple[int, int]] = []
    node = _SINK if _SINK in came else _SOURCE
    while node != _SOURCE:
        path.append((came[node], node))
        node = came[node]
    return path


_TOGETHER = 6
"""Most shifts of a day whose sets are tried; of more, all are taken."""


def with_shifts(
    office: Office, limits: Capacity, prints: pl.DataFrame
) -> tuple[Capacity, int]:
    """Return capacity with the shifts that were worked, and on how many days."""
    usable: dict[int, list[str]] = {}
    for option in options(office, limits.start, limits.days):
        if not limits.open[option.day]:
            usable.setdefault(option.day, []).append(option.shift)
    done = _by_printer(prints, limits)
    more = {
        shift.id: shift_cards(office, shift, limits.start, limits.days)
        for shift in office.shifts
    }
    worked = []
    for day, names in usable.items():
        if done[:, day].any():
            added = {n: (more[n][0][:, day], more[n][1][:, day]) for n in names}
            fewest = _least(names, limits.reaches, added, done[:, day])
            worked += [(name, day) for name in fewest]
    if not worked:
        return limits, 0
    with_worked = capacity(office, limits.start, limits.days, worked)
    return with_worked, len({day for _, day in worked})


def _by_printer(prints: pl.DataFrame, limits: Capacity) -> Ints:
    """Return prints by printer and day, shape ``(P, days)``."""
    by_printer = np.zeros((len(limits.printers), limits.days), dtype=np.int64)
    number = {name: n for n, name in enumerate(limits.printers)}
    counts = prints.group_by("printer", "printed_at").len()
    for printer, on, count in counts.iter_rows():
        by_printer[number[printer], (on - limits.start).days] = count
    return by_printer


def _least(
    names: list[str], reaches: Bools, added: dict[str, tuple[Ints, Ints]], done: Ints
) -> tuple[str, ...]:
    """Return the fewest shifts that allow a day's prints, or else all."""
    for size in range(1, len(names) if len(names) <= _TOGETHER else 0):
        enough = []
        for together in combinations(names, size):
            printers = np.sum([added[name][0] for name in together], axis=0)
            servers = np.sum([added[name][1] for name in together], axis=0)
            if _fits(reaches, printers, servers, done):
                enough.append(
                    (int(np.minimum(printers.sum(), servers.sum())), together)
                )
        if enough:
            return min(enough)[1]
    return tuple(names)
