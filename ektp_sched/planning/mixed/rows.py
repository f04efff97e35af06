"""Rules on kinds of cards as rows of a mixed-integer program.

Variables are the cards of each kind in each column (*slots*), the uses of
shifts, one switch for each minimum and period (on, the number is reached;
off, nobody of the kind is left who is ready), and draws of blanks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.cohorts import NONE
from ektp_sched.planning.mixed.shares import just_above, just_below
from ektp_sched.rules.quotas import key_of
from ektp_sched.rules.world import weeks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.program import Program
    from ektp_sched.rules.quotas import Quota

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Period", "RowSums", "Rows", "SideRow", "Slots", "quota_rows"]


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days that a limit holds over."""

    first: int  # day offset
    last: int  # inclusive


@dataclass(frozen=True, slots=True)
class SideRow:
    """``slots · weight + draws + switch part`` is at least ``least``."""

    rule: str  # its place in office.toml; empty where it only says what a draw is
    period: Period
    weight: Ints  # of each slot, (S * K,)
    draws: tuple[int, ...] = ()  # indices of draws
    each: int = 1  # what each of them adds
    switch: int | None = None  # index of a switch; None without
    times: int = 0  # what it adds
    least: int = 0
    slack: int = 1  # what one unit of relief of the rule adds


@dataclass(slots=True)
class Rows:
    """Rows while they are being laid."""

    rows: list[SideRow] = field(default_factory=list)  # all so far
    switches: int = 0  # their number
    draws: int = 0  # their number
    # Pairs of switches of one rule: where nobody new becomes ready, nobody of the kind
    # is left afterwards either.
    ordered: list[tuple[int, int]] = field(default_factory=list)

    def new_switch(self) -> int:
        """Return the index of one more switch."""
        self.switches += 1
        return self.switches - 1

    def new_draw(self) -> int:
        """Return the index of one more draw."""
        self.draws += 1
        return self.draws - 1

    def keep(self, slots: Ints) -> bool:
        """Return whether whole numbers of cards keep every row without draws.

        Solvers work within a tolerance; this is counted in integers.
        """
        counted = [row for row in self.rows if not row.draws]
        sums = np.array([row.weight @ slots for row in counted], dtype=np.int64)
        return _Least.of(counted).kept(sums)


@dataclass(frozen=True, slots=True)
class _Least:
    """What rows without draws have to come to, as arrays of shape ``(R,)``."""

    least: Ints
    times: Ints
    switch: Ints

    @classmethod
    def of(cls, rows: Sequence[SideRow]) -> _Least:
        switches = [-1 if row.switch is None else row.switch for row in rows]
        return cls(
            np.array([row.least for row in rows], dtype=np.int64),
            np.array([row.times for row in rows], dtype=np.int64),
            np.array(switches, dtype=np.int64),
        )

    def kept(self, sums: Ints) -> bool:
        """Return whether all rows are kept, the switches set as they have to be."""
        off, on = sums >= self.least, sums + self.times >= self.least
        either = self.switch >= 0
        if not off[~either].all():
            return False
        failed_off = np.bincount(self.switch[either], ~off[either])
        failed_on = np.bincount(self.switch[either], ~on[either])
        return bool((np.minimum(failed_off, failed_on) == 0).all())


@dataclass(slots=True)
class RowSums:
    """What every row without draws comes to, while cards exchange their columns."""

    limits: _Least  # what the rows have to come to
    begin: Ints  # where the weights of each slot begin, (S * K + 1,)
    row: Ints  # rows of the weights, slot after slot, those of 0 left out
    weight: Ints
    sums: Ints  # what they come to, (R,)
    kinds: int  # their number

    @classmethod
    def of(cls, rows: Sequence[SideRow], slots: Ints, kinds: int) -> RowSums:
        """Return the sums of so many cards in each slot."""
        counted = [row for row in rows if not row.draws]
        none = np.zeros(0, dtype=np.int64)
        places = [np.flatnonzero(row.weight) for row in counted]
        weight = [row.weight[at] for row, at in zip(counted, places, strict=True)]
        slot = np.concatenate([none, *places])
        order = np.argsort(slot, kind="stable")
        return cls(
            _Least.of(counted),
            np.searchsorted(slot[order], np.arange(len(slots) + 1)),
            np.repeat(np.arange(len(counted)), [len(at) for at in places])[order],
            np.concatenate([none, *weight])[order],
            np.array([row.weight @ slots for row in counted], dtype=np.int64),
            kinds,
        )

    def allow(self, columns: Sequence[int], kinds: Ints, number: int) -> bool:
        """Return whether every row is kept after an exchange.

        ``columns`` are an earlier and a later one, the last standing for "not printed";
        ``kinds`` are those of the cards that leave the earlier column, and of those
        that come.
        """
        return self.limits.kept(self.sums + self._change(columns, kinds, number))

    def exchange(self, columns: Sequence[int], kinds: Ints, number: int) -> None:
        """Exchange cards, as `allow` is asked."""
        self.sums += self._change(columns, kinds, number)

    def _change(self, columns: Sequence[int], kinds: Ints, number: int) -> Ints:
        """Return what an exchange adds to each sum."""
        (goes, comes), change = kinds.tolist(), np.zeros_like(self.sums)
        for column, sign in zip(columns, (number, -number), strict=True):
            for kind, way in ((comes, sign), (goes, -sign)):
                slot = column * self.kinds + kind
                if slot < len(self.begin) - 1:
                    entries = slice(self.begin[slot], self.begin[slot + 1])
                    change[self.row[entries]] += way * self.weight[entries]
        return change


@dataclass(frozen=True, slots=True)
class Slots:
    """What the rows need to know of slots and demand."""

    program: Program  # plain network
    split: Split  # the network by kind
    cohorts: Cohorts  # what flows through it
    worked: Bools  # ordinary working days, (days,)

    @property
    def day(self) -> Ints:
        """Return the day of each slot, shape ``(S * K,)``."""
        return self.split.program.column_day

    @property
    def pool(self) -> Ints:
        """Return the pool of printers of each slot, shape ``(S * K,)``."""
        return self.split.program.column_pool

    def of(self, question: int) -> Bools:
        """Return the slots of all kinds for which a question's answer is yes."""
        yes = np.array([kind[question] for kind in self.cohorts.kinds], dtype=bool)
        return np.tile(yes, self.program.columns)

    def ready(self, question: int, last: int) -> int:
        """Return how many of a kind could all be printed up to a day."""
        cohorts = self.cohorts
        yes = np.array([kind[question] for kind in cohorts.kinds], dtype=bool)
        able = np.array([bool(s) for s in cohorts.printer_sets], dtype=bool)
        counted = yes[cohorts.kind] & able[cohorts.eligibility]
        counted &= (cohorts.ready <= last) & (
            (cohorts.pinned == NONE) | (cohorts.pinned <= last)
        )
        return int(cohorts.size[counted].sum())

    def possible(self, last: int, first: int = 0) -> int:
        """Return how many cards some days, inclusive, could have at the very most."""
        limits = self.program.capacity
        daily = np.minimum(
            limits.printer_cards.sum(axis=0), limits.server_cards.sum(axis=0)
        )
        if limits.total is not None:
            daily = np.minimum(daily, limits.total)
        return int(daily[first : last + 1].sum())

    def most_in(self, period: Period) -> int:
        """Return from 1 how many cards a period could have at the very most."""
        possible = self.possible(period.last, period.first)
        return max(1, min(possible, int(self.cohorts.size.sum())))


def quota_rows(rows: Rows, slots: Slots, office: Office) -> None:
    """Lay the rows of every quota; quota i asks question i of each application."""
    for number, quota in enumerate(office.quotas):
        for period in _periods(quota, slots):
            _most(rows, quota, number, period, slots)
        before: tuple[range, int] = range(0), -1
        for period in _periods(quota, slots, whole=True):
            first = rows.switches
            _least(rows, quota, number, period, slots)
            here = range(first, rows.switches), slots.ready(number, period.last)
            if before[1] == here[1]:
                rows.ordered += zip(before[0], here[0], strict=False)
            before = here


def _periods(quota: Quota, slots: Slots, *, whole: bool = False) -> Iterator[Period]:
    """Yield the periods of a maximum; for a minimum the whole ones alone."""
    days = slots.program.capacity.days
    if quota.per == "plan":
        yield Period(0, days - 1)
    elif quota.per == "day":
        counted = slots.worked if whole else slots.program.capacity.open
        yield from (Period(d, d) for d in np.flatnonzero(counted).tolist())
    else:
        first, last = weeks(slots.program.capacity.start, days, whole=whole)
        yield from map(Period, first.tolist(), last.tolist())


def _inside(period: Period, slots: Slots) -> Ints:
    return ((slots.day >= period.first) & (slots.day <= period.last)).astype(np.int64)


def _most(rows: Rows, quota: Quota, number: int, period: Period, slots: Slots) -> None:
    inside = _inside(period, slots)
    of_kind = inside * slots.of(number)
    rule = key_of(number)
    if quota.at_most is not None:
        rows.rows.append(SideRow(rule, period, -of_kind, least=-quota.at_most))
    if quota.at_most_share is not None:
        part = just_below(Fraction(quota.at_most_share), slots.most_in(period))
        weight = part.numerator * inside - part.denominator * of_kind
        rows.rows.append(SideRow(rule, period, weight, slack=part.denominator))


def _least(rows: Rows, quota: Quota, number: int, period: Period, slots: Slots) -> None:
    inside = _inside(period, slots)
    of_kind = inside * slots.of(number)
    rule = key_of(number)
    ready = slots.ready(number, period.last)
    so_far = ((slots.day <= period.last) & slots.of(number)).astype(np.int64)
    # Where more are ready than could ever be printed, somebody is left for sure.
    sure = ready > slots.possible(period.last)
    if quota.at_least and ready:
        row = SideRow(rule, period, of_kind, least=quota.at_least)
        rows.rows += (
            [row] if sure else _unless(rows, row, so_far, ready, quota.at_least)
        )
    if quota.at_least_share and ready:
        printed = slots.most_in(period)
        part = just_above(Fraction(quota.at_least_share), printed)
        weight = part.denominator * of_kind - part.numerator * inside
        most = part.numerator * printed
        row = SideRow(rule, period, weight, slack=part.denominator)
        rows.rows += [row] if sure else _unless(rows, row, so_far, ready, most)


def _unless(
    rows: Rows, row: SideRow, so_far: Ints, ready: int, most: int
) -> list[SideRow]:
    """Return a row that holds unless all who are ready are printed so far."""
    switch = rows.new_switch()
    return [
        replace(row, switch=switch, times=-most, least=row.least - most),
        replace(row, weight=so_far, switch=switch, times=ready, least=ready, slack=0),
    ]
