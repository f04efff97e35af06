"""Several networks under one choice: which day of which future decides what.

A *future* is the office with something installed on a certain day.  Until
that day nobody knows which future it is, so that all futures in which the
thing is still to come share one choice; from that day on each has its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ektp_sched.planning.decisions.rules import rows
from ektp_sched.planning.decisions.uses import Uses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.office import Office, Option
    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.decisions.network import Network
    from ektp_sched.planning.decisions.rules import Row


_T = TypeVar("_T", bound=np.generic)

EVERYBODY = -1
"""Owner of a choice that all futures share which have not parted yet."""


@dataclass(frozen=True, slots=True)
class Future:
    """One installation day and its network."""

    # First day in use, counted from the start; the days of the horizon if it comes
    # later, or never.
    day: int
    times: int  # how often it counts
    office: Office
    network: Network
    # For each tier that the network values, what was learnt so far.
    cuts: list[list[Cut]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Column:
    """A yes/no question: whether just these shifts are worked on a day."""

    owner: int  # the one future that it is about, or `EVERYBODY`
    day: int  # day, counted from the start
    options: tuple[Option, ...]  # the shifts


@dataclass(frozen=True, slots=True)
class Tree:
    """All questions, what limits their answers, and whom each concerns."""

    columns: tuple[Column, ...]  # the questions, those of everybody first, by day
    # Rules on them, each along the path of at least one future.
    limits: tuple[Row, ...]
    path: tuple[tuple[int, ...], ...]  # for each future the columns that it meets
    # For each future the uses of its network that are asked about.
    used: tuple[Ints, ...]
    of: tuple[Ints, ...]  # the column that takes each of these

    def uses(self, future: int, parts: NDArray[_T], count: int) -> NDArray[_T]:
        """Return how much of each of its uses a future takes, by parts of columns."""
        taken = np.zeros(count, dtype=parts.dtype)
        np.add.at(taken, self.used[future], parts[self.of[future]])
        return taken


def lay_tree(futures: Sequence[Future], start: date, *, known: bool) -> Tree:
    """Return the questions of some futures.

    Unless ``known``, the installation cannot be waited for: every day is decided before
    anything is known.
    """
    columns = _columns(futures, known=known)
    path = tuple(
        tuple(
            number
            for number, column in enumerate(columns)
            if column.owner == _owner(index, future, column.day, known=known)
        )
        for index, future in enumerate(futures)
    )
    effect = [
        _effect(f, [(n, columns[n]) for n in numbers])
        for f, numbers in zip(futures, path, strict=True)
    ]
    limits: dict[tuple[bytes, int], Row] = {}
    for future, numbers in zip(futures, path, strict=True):
        uses = without_effect([columns[n] for n in numbers])
        for row in rows(future.office, uses, start):
            weight = np.zeros(len(columns), dtype=np.int64)
            weight[list(numbers)] = row.weight
            alike = weight.tobytes(), row.most
            limits.setdefault(alike, replace(row, weight=weight))
    used, of = (tuple(part) for part in zip(*effect, strict=True))
    return Tree(columns, tuple(limits.values()), path, used, of)


def lone_tree(uses: Uses, limiting: Sequence[Row]) -> Tree:
    """Return the questions of one network: each of its uses."""
    every = np.arange(len(uses), dtype=np.int64)
    columns = tuple(
        Column(EVERYBODY, int(day), tuple(uses.options[i] for i in members))
        for day, members in zip(uses.day, uses.members, strict=True)
    )
    path = tuple(range(len(uses)))
    return Tree(columns, tuple(limiting), (path,), (every,), (every,))


def without_effect(columns: Sequence[Column]) -> Uses:
    """Return columns as uses of no network: what they are, cost and work."""
    options: list[Option] = []
    members = []
    for column in columns:
        first = len(options)
        options += column.options
        members.append(tuple(range(first, len(options))))
    day = np.array([column.day for column in columns], dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    return Uses(tuple(options), tuple(members), day, none, none, none, none)


def _owner(index: int, future: Future, day: int, *, known: bool) -> int:
    return index if known and day >= future.day else EVERYBODY


def _columns(futures: Sequence[Future], *, known: bool) -> tuple[Column, ...]:
    """List every set of shifts that can be worked on a day in some future."""
    able: defaultdict[tuple[int, int], dict[str, Option]] = defaultdict(dict)
    for index, future in enumerate(futures):
        for option in future.network.uses.options:
            owner = _owner(index, future, option.day, known=known)
            able[owner, option.day][option.shift] = option
    return tuple(
        Column(owner, day, chosen)
        for (owner, day), options in sorted(able.items())
        for size in range(1, len(options) + 1)
        for chosen in combinations([options[s] for s in sorted(options)], size)
    )


def _effect(future: Future, path: list[tuple[int, Column]]) -> tuple[Ints, Ints]:
    """Match columns to the uses of a network that they amount to there.

    A shift that adds nothing in one future, as it opens what is not yet
    installed, is paid for all the same.
    """
    uses = future.network.uses
    number = {
        (int(day), frozenset(uses.options[i].shift for i in members)): use
        for use, (day, members) in enumerate(zip(uses.day, uses.members, strict=True))
    }
    able = {(option.day, option.shift) for option in uses.options}
    matches = []
    for column, asked in path:
        shifts = frozenset(
            o.shift for o in asked.options if (asked.day, o.shift) in able
        )
        if shifts:
            matches.append((number[asked.day, shifts], column))
    pairs = np.array(matches, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
