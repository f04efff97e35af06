"""A print log and its backlog as arrays: who waited, and which blanks were left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import calendar, lots
from ektp_sched.trust.counts.consumables import Blanks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Capacity, Office

    Ints = NDArray[np.int64]
    Group = tuple[str | None, str | None]
    Bools = NDArray[np.bool_]

__all__ = [
    "MISSING",
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


def _blank_groups(
    card: Ints, cards: Sequence[str | None], urgency: Sequence[str], office: Office
) -> tuple[Ints, tuple[Group, ...]]:
    """Group cards by type and, where it has blanks of its own, by class.

    Returned are each application's group, and the card type and class of each group.
    """
    names = np.array(urgency, dtype=object)
    number, groups = card.copy(), [(name, None) for name in cards]
    every_group: list[Group] = list(groups)
    for index, name in enumerate(cards):
        aside = office.cards[name].set_aside if name in office.cards else {}
        for owner in sorted(aside):
            owned = (card == index) & (names == owner)
            if owned.any():
                number[owned] = len(every_group)
                every_group.append((name, owner))
    return number, tuple(every_group)


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


MISSING = int(np.iinfo(np.int64).min)
"""Stands for "no such date"."""

NEVER = -1
"""Stands for "no printer": the card was not printed within the log."""

_FAR = 366
"""Days after a log among which the next one that is worked is looked for."""

_DATES = ("waiting_since", "ready_on", "due_on", "promised_on", "pinned_on")


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
    since, ready, due, promised, pinned = (
        _offsets(frame, column, limits.start) for column in _DATES
    )
    rank, target = _classes(frame, office)
    signature, eligible, kind, kinds = _signatures(frame, office, limits.printers)
    card, cards = _blank_groups(kind, kinds, frame["urgency"].to_list(), office)
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
        rank=rank,
        target=target,
        signature=signature,
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


def _offsets(frame: pl.DataFrame, column: str, start: date) -> Ints:
    first = pl.Series([start]).to_physical()[0]
    days = frame[column].to_physical().cast(pl.Int64) - first
    offsets: Ints = days.fill_null(MISSING).to_numpy()
    return offsets


def _numbers(column: pl.Series) -> tuple[Ints, list[str | None]]:
    """Return texts as numbers in sorted order; missing is the last."""
    names: list[str] = column.drop_nulls().unique().sort().to_list()
    codes = column.cast(pl.Enum(names)).to_physical().cast(pl.Int64)
    numbers: Ints = codes.fill_null(len(names)).to_numpy()
    return numbers, [*names, None]


def _places(frame: pl.DataFrame, *, matter: bool) -> tuple[Ints, list[str | None]]:
    """Return areas as numbers, where a rule asks for them."""
    if matter:
        return _numbers(frame["area"])
    return np.zeros(frame.height, dtype=np.int64), [None]


def _classes(frame: pl.DataFrame, office: Office) -> tuple[Ints, Ints]:
    """Return rank and target of each application."""
    urgency, classes = _numbers(frame["urgency"])
    area, areas = _places(frame, matter=bool(office.area_rank))
    last = float("inf")

    def strictness(name: str | None, where: str | None) -> tuple[float, float]:
        by_class = None if name is None else office.class_rank(name)
        by_area = None if where is None else office.area_rank.get(where)
        return (
            last if by_class is None else by_class,
            last if by_area is None else by_area,
        )

    keys = [[strictness(name, where) for where in areas] for name in classes]
    order = {key: n for n, key in enumerate(sorted({k for row in keys for k in row}))}
    rank = np.array([[order[key] for key in row] for row in keys], dtype=np.int64)
    target = np.array(
        [0 if name is None else office.urgency[name].target_days for name in classes],
        dtype=np.int64,
    )
    return rank[urgency, area], target[urgency]


def _signatures(
    frame: pl.DataFrame, office: Office, printers: tuple[str, ...]
) -> tuple[Ints, Bools, Ints, tuple[str | None, ...]]:
    """Return each application's signature and card type, and what they mean."""
    if office.cards:
        card, cards = _numbers(frame["card"])
    else:
        card, cards = np.zeros(frame.height, dtype=np.int64), [None]
    by_area = any(printer.areas is not None for printer in office.printers)
    area, areas = _places(frame, matter=by_area)
    rows = np.array(
        [
            [name in office.eligible(kind, where) for name in printers]
            for kind in cards
            for where in areas
        ],
        dtype=bool,
    )
    eligible, number = np.unique(rows, axis=0, return_inverse=True)
    return number.reshape(-1)[card * len(areas) + area], eligible, card, tuple(cards)
