"""A print log and its backlog as arrays: who waited, and which blanks were left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import calendar, lots
from ektp_sched.people.blanks import Blanks
from ektp_sched.people.people import read_people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.office import Capacity, Office
    from ektp_sched.people.kinds import Kinds

    Ints = NDArray[np.int64]
    Group = tuple[str | None, str | None]
    Bools = NDArray[np.bool_]

__all__ = [
    "NEVER",
    "Leftover",
    "Queue",
    "Stretches",
    "build_queue",
    "stretches",
]


_ENDLESS: Final = 1 << 40
"""Stands for blanks without end."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Blanks that are left at the end of each day, by group of cards."""

    own: Ints  # set aside for the group, shape (K, days)
    # those that others of its card type could use too, shape (K, days); below 0 where
    # more are used than there were
    anybody: Ints
    stock: Ints  # number of the card type by group, (K,)
    short: int  # blanks used beyond those that there were, summed by card type

    @property
    def usable(self) -> Ints:
        """Return how many a card of each group could use, shape ``(K, days)``."""
        return self.own + self.anybody


def _blank_groups(kinds: Kinds, office: Office) -> tuple[Ints, tuple[Group, ...]]:
    """Group kinds by card type and, where it has blanks of its own, by class.

    Returned are each kind's group, and the card type and class of each group.
    """
    of_kind: list[Group] = []
    for urgency, card, _ in kinds.names:
        aside = office.cards[card].set_aside if card in office.cards else {}
        of_kind.append((card, urgency if urgency in aside else None))
    groups = sorted(set(of_kind), key=lambda group: (group[0] or "", group[1] or ""))
    numbers = {group: number for number, group in enumerate(groups)}
    return np.fromiter((numbers[g] for g in of_kind), dtype=np.int64), tuple(groups)


def _leftover(
    groups: Sequence[Group], used: Ints, office: Office, limits: Capacity
) -> Leftover:
    """Count the blanks that a log left; used is ``(K, days)``, spoilt ones included."""
    names = list(dict.fromkeys(name for name, _ in groups))
    own, anybody = np.zeros_like(used), np.full_like(used, _ENDLESS)
    dated, short = lots(office, limits.start, limits.days), 0
    for name in names:
        members = [n for n, (card, _) in enumerate(groups) if card == name]
        if name is None or name not in limits.supply:
            continue
        if name not in dated:
            left = limits.supply[name] - np.cumsum(used[members].sum(axis=0))
            anybody[members] = left
            short += max(0, -int(left.min()))
            continue
        blanks = Blanks(dated[name], {groups[n][1]: used[n] for n in members})
        anybody[members] = blanks.anybody()
        short += int(blanks.short.sum())
        for day in range(limits.days):
            kept = blanks.kept(day)
            own[members, day] = [kept.get(groups[n][1] or "", 0) for n in members]
    stock = np.array([names.index(name) for name, _ in groups], dtype=np.int64)
    return Leftover(own, anybody, stock, short)


NEVER = -1
"""Stands for "no printer": the card was not printed within the log."""

_FAR = 366
"""Days after a log among which the next one that is worked is looked for."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Listed applications; days are offsets from the log's first day.

    Parameters
    ----------
    days
        Days from the first to the last of the log.
    last
        Last day before the next one that is worked after the log: a date up to
        it is missed by whoever is not printed within the log.
    since, ready, begin
        Day of recording, day on which the record was ready, and first day of
        the log on which the card could be printed: ready, and pinned to no
        later day; shape ``(N,)``.
    printed, printer
        Day and printer of the first good print; ``days`` and ``NEVER``
        without one.
    rank, target
        Rank, 0 the strictest, and target in days.
    signature, card
        Index into ``eligible``; number of the card type and, where blanks are
        set aside for it, class.
    due, promised, pinned
        Days; ``MISSING`` without.
    eligible
        Whether cards of a signature can be printed on a printer, ``(E, P)``.
    cards
        Card types by number, each with its class where one has its own.
    tried_by, tried_on
        Application and day of every print that failed.
    used
        Blanks used by number and day, spoilt ones included, ``(K, days)``.
    left
        Blanks that each day leaves.
    """

    days: int
    last: int
    since: Ints
    ready: Ints
    begin: Ints
    printed: Ints
    printer: Ints
    rank: Ints
    target: Ints
    signature: Ints
    card: Ints
    due: Ints
    promised: Ints
    pinned: Ints
    eligible: Bools
    cards: tuple[tuple[str | None, str | None], ...]
    tried_by: Ints
    tried_on: Ints
    used: Ints
    left: Leftover


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of days on which an application waited and was not tried."""

    owner: Ints  # the application, shape (S,)
    # begin, end: first day, and the day after the last one
    begin: Ints
    end: Ints
    # the first day of the stretch on which a blank of this card type could take the
    # place of a blank of another: between that day and end one was left on every day
    begin_other: Ints


def build_queue(
    frame: pl.DataFrame, prints: pl.DataFrame, office: Office, limits: Capacity
) -> Queue:
    """Join a backlog with the prints of its applications."""
    days = limits.days
    printed, printer = _first_prints(prints, frame.height, days)
    people = read_people(frame, office, limits.start, days)
    since, ready, due, promised, pinned = (
        dates.astype(np.int64)
        for dates in (
            people.since,
            people.ready,
            people.due,
            people.promised,
            people.pinned,
        )
    )
    kinds = people.kinds
    eligible = np.zeros((len(kinds.printer_sets), len(limits.printers)), dtype=bool)
    eligible[kinds.printer_set] = kinds.printers
    group, cards = _blank_groups(kinds, office)
    card = group[people.kind]
    bad = prints.filter(~pl.col("good"))
    used = np.zeros((len(cards), days), dtype=np.int64)
    every = prints["application"].to_numpy()
    np.add.at(used, (card[every], prints["day"].to_numpy()), 1)
    return Queue(
        days=days,
        last=days - 1 + _closed_after(office, limits),
        since=since,
        ready=ready,
        begin=np.clip(np.maximum(ready, pinned), 0, days),
        printed=printed,
        printer=printer,
        rank=people.rank,
        target=people.target,
        signature=kinds.printer_set[people.kind],
        card=card,
        due=due,
        promised=promised,
        pinned=pinned,
        eligible=eligible,
        cards=cards,
        tried_by=bad["application"].to_numpy().astype(np.int64),
        tried_on=bad["day"].to_numpy().astype(np.int64),
        used=used,
        left=_leftover(cards, used, office, limits),
    )


def _closed_after(office: Office, limits: Capacity) -> int:
    """Return how many closed days follow a log."""
    next_day = limits.start + timedelta(days=limits.days)
    worked = calendar(office, next_day, _FAR).open
    return int(worked.argmax()) if worked.any() else _FAR


def _first_prints(prints: pl.DataFrame, rows: int, days: int) -> tuple[Ints, Ints]:
    """Return day and printer of each application's first good print."""
    first = prints.filter("first")
    application = first["application"].to_numpy()
    printed = np.full(rows, days, dtype=np.int64)
    printer = np.full(rows, NEVER, dtype=np.int64)
    printed[application] = first["day"].to_numpy()
    printer[application] = first["printer"].to_numpy()
    return printed, printer


def stretches(queue: Queue) -> Stretches:
    """Cut each application's wait at the days on which its print failed."""
    begins, ends = queue.begin, queue.printed
    cut = (queue.tried_on >= begins[queue.tried_by]) & (
        queue.tried_on < ends[queue.tried_by]
    )
    owner = np.append(np.arange(len(begins)), queue.tried_by[cut])
    begin = np.append(begins, queue.tried_on[cut] + 1)
    if cut.any():
        order = np.lexsort((begin, owner))
        owner, begin = owner[order], begin[order]
    end = ends[owner]
    follows = np.flatnonzero(owner[1:] == owner[:-1])
    end[follows] = begin[follows + 1] - 1
    last_empty = _last_without_blanks(queue)
    other = np.maximum(begin, last_empty[queue.card[owner], queue.printed[owner]] + 1)
    return Stretches(owner, begin, end, other)


def _last_without_blanks(queue: Queue) -> Ints:
    """Return the last day before each day at whose end no blank was left for it.

    Shape ``(K, days + 1)``; -1 if there was none.
    """
    last = np.full((len(queue.cards), queue.days + 1), -1, dtype=np.int64)
    empty = np.where(queue.left.usable <= 0, np.arange(queue.days), -1)
    last[:, 1:] = np.maximum.accumulate(empty, axis=1)
    return last
