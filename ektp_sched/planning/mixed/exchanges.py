"""The public tie-break where rules on kinds of cards let two people exchange.

Once it is settled how many cards of each kind a column takes, people of one kind
are in the order of the tie-break.  People of two kinds, whom a quota or blanks
keep apart, may still be free to exchange their slots: if the rules are kept with
one card more of the one kind and one less of the other, and if from the one day to
the other both cost the same in every tier.  Such exchanges are made here until
none is left that brings the earlier in the tie-break forward.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.keys import compact
from ektp_sched.people.objectives import told_apart
from ektp_sched.planning.mixed.lots import Blanks
from ektp_sched.planning.mixed.rows import RowSums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.mixed.pose import Problem

    Codes = NDArray[np.uint64]


def settle_exchanges(
    problem: Problem,
    tiers: Sequence[Objective],
    member: NDArray[np.int32],
    column: Ints,
) -> None:
    """Exchange slots, in place, until none favours the tie-break at no cost.

    Each exchange gives the earlier in the tie-break an earlier day, and there are
    finitely many plans, so the rounds end.

    ``member`` is the cohort of each application in the order of the tie-break, shape
    ``(N,)``, and ``column`` its column in the plain network; the last is "not printed".
    """
    state = _State.of(problem, tiers, member, column)
    while sum(state.settle(day) for day in state.days.tolist()):
        pass
    for number, people in enumerate(state.people):
        column[people] = number


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cohorts with cards in a column: the first and the last in the tie-break."""

    cohort: Ints
    column: Ints
    first: Ints
    last: Ints

    def __getitem__(self, kept: Bools) -> _Cells:
        return _Cells(
            self.cohort[kept], self.column[kept], self.first[kept], self.last[kept]
        )

    @classmethod
    def joined(cls, parts: Sequence[_Cells]) -> _Cells:
        return cls(
            np.concatenate([part.cohort for part in parts]),
            np.concatenate([part.column for part in parts]),
            np.concatenate([part.first for part in parts]),
            np.concatenate([part.last for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class _Pair:
    """Sorts of people in two columns who may exchange, and are out of order."""

    column: int
    sort: int
    later_column: int
    later_sort: int
    code: np.uint64


@dataclass(slots=True)
class _State:
    """Who stands in which column, and what the rules count.

    ``worth`` holds for each type and day a sum of the costs in all tiers, each
    times a random number of 64 bits: two types whose sums differ by the same
    between two days cost the same to move in every tier.  A *sort* of people is
    one kind with one set of columns.
    """

    member: NDArray[np.int32]
    day: Ints
    masks: Bools
    ready: Ints
    free: Bools
    type: Ints
    worth: Codes
    sort: Ints
    sort_mask: Ints
    sort_kind: Ints
    sums: RowSums
    blanks: Blanks
    people: list[Ints]
    cells: dict[int, _Cells] = field(default_factory=dict)
    refused: set[tuple[int, ...]] = field(default_factory=set)

    @classmethod
    def of(
        cls,
        problem: Problem,
        tiers: Sequence[Objective],
        member: NDArray[np.int32],
        column: Ints,
    ) -> _State:
        program, cohorts = problem.program, problem.cohorts
        days, width = program.capacity.days, program.columns + 1
        order = np.argsort(column, kind="stable")
        ends = np.cumsum(np.bincount(column, minlength=width))[:-1]
        types, worth = _worth(tiers, cohorts, days)
        kinds = cohorts.kinds
        sort, sorts = compact(
            program.mask * kinds + cohorts.kind, max(1, len(program.masks) * kinds)
        )
        key = column.astype(np.int64) * kinds + cohorts.kind[member]
        slots = np.bincount(key, minlength=width * kinds)[: (width - 1) * kinds]
        return cls(
            member=member,
            day=np.append(program.column_day, days),
            masks=program.masks,
            ready=cohorts.ready,
            free=(cohorts.pinned < 0) | (cohorts.pinned >= days),
            type=types,
            worth=worth,
            sort=sort,
            sort_mask=sorts // kinds,
            sort_kind=sorts % kinds,
            sums=RowSums.of(problem.rows.rows, slots, kinds),
            blanks=Blanks.of(problem.scarce.lots, problem.kinds, program, slots),
            people=np.split(order, ends),
        )

    @property
    def days(self) -> Ints:
        """Return the days with prints."""
        used = [len(people) > 0 for people in self.people[:-1]]
        return np.unique(self.day[:-1][used])

    def settle(self, day: int) -> bool:
        """Make every exchange between a day and later ones; return if there was any."""
        changed = False
        while sum(self._deal(pair) for pair in self._pairs(day)):
            changed = True
        return changed

    def _cells_of(self, column: int) -> _Cells:
        if column not in self.cells:
            people = self.people[column]
            people = people[self.free[self.member[people]]]
            cohort = self.member[people].astype(np.int64)
            order = np.argsort(cohort, kind="stable")
            begins = np.flatnonzero(np.diff(cohort[order], prepend=-1))
            ends = np.append(begins[1:], len(order)) - 1
            self.cells[column] = _Cells(
                cohort[order][begins],
                np.full(len(begins), column),
                people[order][begins],
                people[order][ends[: len(begins)]],
            )
        return self.cells[column]

    def _pairs(self, day: int) -> Iterator[_Pair]:
        """Yield who could exchange a slot of a day for a later one, by the rules."""
        here = np.flatnonzero(self.day == day)
        ahead = _Cells.joined([self._cells_of(int(column)) for column in here])
        later = np.flatnonzero(self.day > day)
        behind = _Cells.joined([self._cells_of(int(column)) for column in later])
        able = self.masks[self.sort_mask[self.sort[behind.cohort]]][:, here].any(axis=1)
        behind = behind[able & (behind.first < ahead.last.max(initial=-1))]
        if not len(behind.cohort):
            return
        for pair in self._out_of_order(day, ahead, behind):
            if self._keeps(pair, 1):
                yield pair

    def _out_of_order(self, day: int, ahead: _Cells, behind: _Cells) -> Iterator[_Pair]:
        """Yield sorts of people who cost the same to move, the later one ahead."""
        days = np.unique(self.day[behind.column])
        code = self._code(behind.cohort, day, self.day[behind.column])
        codes, group = np.unique(code, return_inverse=True)
        first = np.full(len(codes), len(self.member), dtype=np.int64)
        np.minimum.at(first, group, behind.first)
        other = self._code(ahead.cohort[:, None], day, days[None, :])
        place = np.minimum(np.searchsorted(codes, other), len(codes) - 1)
        hit = (codes[place] == other) & (ahead.last[:, None] > first[place])
        row, _ = np.nonzero(hit)
        group_ahead = place[hit]
        last = np.full(len(codes), -1, dtype=np.int64)
        np.maximum.at(last, group_ahead, ahead.last[row])
        out = behind.first < last[group]
        width = len(self.day)
        keys_ahead, lasts = _extreme(
            (group_ahead * len(self.sort_kind) + self.sort[ahead.cohort[row]]) * width
            + ahead.column[row],
            -ahead.last[row],
        )
        keys_behind, firsts = _extreme(
            (group[out] * len(self.sort_kind) + self.sort[behind.cohort[out]]) * width
            + behind.column[out],
            behind.first[out],
        )
        per_group = len(self.sort_kind) * width
        begin = np.searchsorted(keys_behind // per_group, keys_ahead // per_group)
        end = np.searchsorted(
            keys_behind // per_group, keys_ahead // per_group, side="right"
        )
        ahead_at = np.repeat(np.arange(len(keys_ahead)), end - begin)
        step = np.arange(len(ahead_at)) - np.repeat(np.cumsum(end - begin), end - begin)
        behind_at = np.repeat(end, end - begin) + step
        sort, column = _parts(keys_ahead[ahead_at], width, len(self.sort_kind))
        later_sort, later_column = _parts(
            keys_behind[behind_at], width, len(self.sort_kind)
        )
        wrong = (-lasts[ahead_at] > firsts[behind_at]) & (
            self.masks[self.sort_mask[later_sort], column]
            & self.masks[self.sort_mask[sort], later_column]
        )
        for at in np.flatnonzero(wrong)[np.argsort(firsts[behind_at[wrong]])].tolist():
            yield _Pair(
                int(column[at]),
                int(sort[at]),
                int(later_column[at]),
                int(later_sort[at]),
                codes[keys_ahead[ahead_at[at]] // per_group],
            )

    def _code(self, cohort: Ints, day: int, later: Ints) -> Codes:
        """Return what tells whether two cost the same to move between two days."""
        types = self.type[cohort]
        moved: Codes = self.worth[types, later] - self.worth[types, day]
        return moved + later.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)

    def _chosen(self, column: int, sort: int, pair: _Pair) -> Ints:
        """Return the people of a sort in a column who cost the pair's to move."""
        people = self.people[column]
        cohort = self.member[people]
        able = (self.sort[cohort] == sort) & self.free[cohort]
        people, cohort = people[able], cohort[able].astype(np.int64)
        day, later = self.day[[pair.column, pair.later_column]]
        code = self._code(cohort, int(day), np.full_like(cohort, later))
        chosen: Ints = people[code == pair.code]
        return chosen

    def _deal(self, pair: _Pair) -> bool:
        """Exchange as many as are out of order and the rules allow."""
        ahead = self._chosen(pair.column, pair.sort, pair)[::-1]
        behind = self._chosen(pair.later_column, pair.later_sort, pair)
        few = min(len(ahead), len(behind))
        number = int((behind[:few] < ahead[:few]).sum())
        while number and not self._keeps(pair, number):
            number //= 2
        if not number:
            return False
        columns = (pair.column, pair.later_column)
        kinds = self.sort_kind[[pair.sort, pair.later_sort]]
        for column, come, go in (
            (columns[0], behind[:number], ahead[:number]),
            (columns[1], ahead[:number], behind[:number]),
        ):
            stay = np.setdiff1d(self.people[column], go, assume_unique=True)
            self.people[column] = np.sort(np.concatenate([stay, come]))
            self.cells.pop(column, None)
        if kinds[0] != kinds[1]:
            self.sums.exchange(columns, kinds, number)
            self.blanks.exchange(self.day[[*columns]], kinds, number)
            self.refused.clear()
        return True

    def _keeps(self, pair: _Pair, number: int) -> bool:
        """Return whether the rules are kept if so many exchange their columns."""
        columns = (pair.column, pair.later_column)
        kinds = self.sort_kind[[pair.sort, pair.later_sort]]
        if kinds[0] == kinds[1]:
            return True
        key = (*columns, *kinds.tolist(), number)
        if key in self.refused:
            return False
        days = self.day[[*columns]]
        kept = self.sums.allow(columns, kinds, number)
        kept = kept and self.blanks.allow(days, kinds, number)
        if not kept:
            self.refused.add(key)
        return kept


def _worth(
    tiers: Sequence[Objective], cohorts: Cohorts, days: int
) -> tuple[Ints, Codes]:
    """Return the type of each cohort, and what each type weighs on each day."""
    nothing = np.zeros(len(cohorts), dtype=np.int64)
    types, of_type, _ = told_apart(cohorts, tiers, nothing, 1)
    count = len(of_type)
    cohort, day = np.repeat(of_type, days + 1), np.tile(np.arange(days + 1), count)
    worth = np.zeros((count, days + 1), dtype=np.uint64)
    draw = np.random.default_rng(0)
    for tier in tiers:
        weight = draw.integers(0, 1 << 64, dtype=np.uint64) | np.uint64(1)
        cost = tier.cost(cohorts, cohort, day).astype(np.uint64)
        worth += (cost * weight).reshape(worth.shape)
    return types, worth


def _extreme(key: Ints, value: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys, ascending, and the least value of each."""
    order = np.lexsort((value, key))
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    return key[order][first], value[order][first]


def _parts(key: Ints, width: int, sorts: int) -> tuple[Ints, Ints]:
    """Return sort and column of keys."""
    return key // width % sorts, key % width
