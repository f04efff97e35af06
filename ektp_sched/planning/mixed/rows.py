"""Limits on counted cards as rows of a mixed-integer program.

Variables are the cards of each kind in each column (*slots*), the uses of
shifts, one switch for each group and day that lifts a limit (on, somebody of the
group may be left; off, nobody is who is ready), and draws of blanks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.documents.trees import LeftRow, LimitRow, PrintedRow
from ektp_sched.people.cohorts import NONE
from ektp_sched.planning.mixed.hulls import lines
from ektp_sched.planning.mixed.shares import just_above, just_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.documents.trees import TreeRow
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.network.program import Program
    from ektp_sched.rules import Limit


_MOST_SWITCHES: Final = 3
"""So many switches a row has at most: of two groups, and of a day's shifts."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days that a limit holds over."""

    first: int  # day offset
    last: int  # inclusive


@dataclass(frozen=True, slots=True)
class SideRow:
    """``slots · weight + draws + switches`` is at least ``least``."""

    rule: str  # its place in office.toml; empty where it only says what a draw is
    period: Period
    weight: Ints  # of each slot, (S * K,)
    draws: tuple[int, ...] = ()  # indices of draws
    each: int = 1  # what each of them adds
    switches: tuple[int, ...] = ()  # indices of switches
    # What each of them adds: below 0, the row is lifted where one is off; above, it
    # says what the switch means.
    times: tuple[int, ...] = ()
    least: int = 0
    slack: int | Fraction = 1  # what one unit of relief of the rule adds
    rest: Fraction = Fraction(0)  # what `least` leaves out of the rule's number
    group: int | None = None  # of a rule's groups the one that its switch is about
    needs: int = 0  # cards of this group that it counts at least, unless lifted
    # The same as ``weight``: sums of cards, and what a card of each of them weighs.
    sums: tuple[tuple[int, int], ...] = ()
    certain: bool = True  # whether it is there whatever shifts are worked
    # What a proof calls it, switches by their own numbers; None where it names none.
    named: TreeRow | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """All cards of a group of kinds up to a day, as a variable of its own."""

    new: Ints  # 1 for the slots that it adds to the sum before, else 0, (S * K,)
    before: int | None  # index of that sum; None where it is the first
    ready: int  # who of the group could be printed by then
    possible: int  # cards of all kinds that could be by then


@dataclass(slots=True)
class Rows:
    """Rows while they are being laid."""

    rows: list[SideRow] = field(default_factory=list)  # all so far
    # Places in office.toml of what can be left out, in the order in which it is tried.
    places: list[str] = field(default_factory=list)
    switches: int = 0  # their number
    draws: int = 0  # their number
    # Pairs of switches of one group: where nobody new becomes ready, nobody of it is
    # left afterwards either.
    ordered: list[tuple[int, int]] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)  # so far
    # Switches that are off only if nothing is printed on a day, by day.
    printing: dict[int, int] = field(default_factory=dict)
    # For each other switch the kinds of which it says whether somebody is left, and
    # at the end of which day.
    left: dict[int, tuple[Bools, int]] = field(default_factory=dict)
    # Rows that say no more than others, but with fractions too.
    hulls: list[SideRow] = field(default_factory=list)

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
    """What rows without draws have to come to."""

    least: Ints  # (R,)
    times: Ints  # (R, most groups), 0 for none
    switch: Ints  # (R, most groups), -1 for none

    @classmethod
    def of(cls, rows: Sequence[SideRow]) -> _Least:
        switch = np.full((len(rows), _MOST_SWITCHES), -1)
        times = np.zeros_like(switch)
        for number, row in enumerate(rows):
            switch[number, : len(row.switches)] = row.switches
            times[number, : len(row.switches)] = row.times
        least = np.array([row.least for row in rows], dtype=np.int64)
        return cls(least, times, switch)

    def kept(self, sums: Ints) -> bool:
        """Return whether all rows are kept, the switches set as they have to be."""
        on = np.zeros(int(self.switch.max(initial=-1)) + 2, dtype=bool)
        on[self.switch[(self.times[:, 0] > 0) & (sums < self.least), 0]] = True
        on[-1] = False
        return bool(
            (sums + (self.times * on[self.switch]).sum(axis=1) >= self.least).all()
        )


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
    people: int  # who waits
    ready: Ints  # who could be printed up to a day, by kind, (K, days)
    possible: Ints  # cards that all days before a day can do at most, (days + 1,)
    by_shift: frozenset[int]  # days on which limits hold only if a shift is worked

    @classmethod
    def of(
        cls,
        program: Program,
        split: Split,
        cohorts: Cohorts,
        by_shift: frozenset[int] = frozenset(),
    ) -> Slots:
        """Return what the rows need to know of a problem."""
        limits = program.capacity
        able = np.array([bool(names) for names in cohorts.printer_sets], dtype=bool)
        counted = able[cohorts.eligibility]
        since = np.where(cohorts.pinned == NONE, 0, cohorts.pinned)
        since = np.maximum(cohorts.ready, since)
        ready = np.zeros((cohorts.kinds, limits.days + 1), dtype=np.int64)
        at = cohorts.kind[counted], since[counted]
        np.add.at(ready, at, cohorts.size[counted])
        daily = np.minimum(
            limits.printer_cards.sum(axis=0), limits.server_cards.sum(axis=0)
        )
        if limits.total is not None:
            daily = np.minimum(daily, limits.total)
        return cls(
            program,
            split,
            int(cohorts.size.sum()),
            ready.cumsum(axis=1)[:, :-1],
            np.append(0, daily.cumsum()),
            by_shift,
        )

    def within(self, period: Period) -> Ints:
        """Return 1 for the slots of some days, else 0, shape ``(S * K,)``."""
        day = self.split.program.column_day
        inside = (day >= period.first) & (day <= period.last)
        return np.asarray(inside, dtype=np.int64)

    def of_kinds(self, weight: Ints | Bools) -> Ints:
        """Return for all slots what each kind weighs, shape ``(S * K,)``."""
        return np.tile(np.asarray(weight, dtype=np.int64), self.program.columns)

    def on_printer(self, printer: int) -> Ints:
        """Return 1 for the slots of a printer that has a pool of its own, else 0.

        A printer that serves nobody is in no pool, and has none.
        """
        pools = self.program.pools
        pool = pools.index((printer,)) if (printer,) in pools else len(pools)
        on_it = self.split.program.column_pool == pool
        return np.asarray(on_it, dtype=np.int64)

    def most_in(self, period: Period) -> int:
        """Return from 1 how many cards a period could have at the very most."""
        possible = self.possible[period.last + 1] - self.possible[period.first]
        return max(1, min(int(possible), self.people))


def limit_rows(rows: Rows, slots: Slots, limits: Sequence[Limit]) -> None:
    """Lay the rows of limits, those of one place together: maxima, then minima."""
    for place, of_place in groupby(limits, key=lambda limit: limit.place):
        rows.places.append(place)
        laying, every = _Laying(rows, slots), list(of_place)
        for sense in ("most", "least"):
            laying.lay([limit for limit in every if limit.sense == sense])


@dataclass(frozen=True, slots=True)
class _Chain:
    """The switches of one group of kinds."""

    number: int  # of the group, among those of its rule
    days: dict[int, tuple[int, int]] = field(default_factory=dict)  # switch, who waits


@dataclass(frozen=True, slots=True)
class _Laying:
    """The rows of one place while they are laid."""

    rows: Rows
    slots: Slots
    chains: dict[bytes, _Chain] = field(default_factory=dict)
    # Sums of each group of kinds that is compared with another: index by the last day.
    sums: dict[bytes, dict[int, int]] = field(default_factory=dict)

    def lay(self, limits: Sequence[Limit]) -> None:
        """Lay limits period after period, and then what new switches mean."""
        stretches = [(*each, limit) for limit in limits for each in _stretches(limit)]
        stretches.sort(key=lambda each: (each[0].last, each[0].first))
        for _, of_day in groupby(stretches, key=lambda each: each[0].last):
            meant: list[SideRow] = []
            for period, amount, limit in of_day:
                row, falls = self._row(limit, period, amount)
                if limit.unless is not None:
                    meant += self._lifted(row, falls, limit)
                elif row.least > 0 or row.weight.any():
                    self._add(row, limit)
            self.rows.rows += meant

    def _row(
        self, limit: Limit, period: Period, amount: int | Fraction
    ) -> tuple[SideRow, int]:
        """Return one stretch as a row, and how far below 0 its cards can come."""
        slots, sign = self.slots, 1 if limit.sense == "least" else -1
        inside, most = slots.within(period), slots.most_in(period)
        counted = inside * slots.of_kinds(limit.weights)
        if limit.printer is not None:
            counted *= slots.on_printer(limit.printer)
        if isinstance(amount, Fraction):
            nearest = just_above if sign > 0 else just_below
            over, under = nearest(amount, most).as_integer_ratio()
            weight = sign * (under * counted - over * inside)
            each = [sign * (under * int(card) - over) for card in (0, *limit.weights)]
            of_kinds = (max(0, *each[1:], 0), min(0, *each[1:], 0))
            row = SideRow(
                limit.place,
                period,
                weight,
                slack=under * limit.adds,
                named=_name(limit, period, (*of_kinds, 0)),
            )
            return row, -most * min(each)
        falls = np.maximum(0, -sign * limit.weights)
        below = int(falls @ slots.ready[:, period.last])
        row = SideRow(
            limit.place,
            period,
            sign * counted,
            least=sign * amount,
            slack=limit.adds,
            rest=limit.rest,
            named=_name(limit, period),
        )
        return row, min(below, most * int(falls.max(initial=0)))

    def _lifted(self, row: SideRow, falls: int, limit: Limit) -> Iterator[SideRow]:
        """Lay a row that holds while somebody is left; yield what its switches mean."""
        assert limit.unless is not None
        last, short = row.period.last, row.least + falls
        waiting = [int(self.slots.ready[group, last].sum()) for group in limit.unless]
        if short <= 0 or 0 in waiting:
            return
        compares = len(limit.unless) > 1 and not limit.first.any()
        if compares:
            row = replace(row, sums=self._sums(limit, last))
        switches, lifts = [], []
        for group, people in zip(limit.unless, waiting, strict=True):
            # Where more are ready than could be printed, somebody is left for sure.
            if people > self.slots.possible[last + 1]:
                continue
            lift = min(short, self._lift(limit, row, group)) if compares else short
            if lift <= 0:
                continue
            chain = self._chain(group)
            if last not in chain.days:
                yield self._meaning(row, group, people)
            switches.append(chain.days[last][0])
            lifts.append(-lift)
        if last in self.slots.by_shift:
            # Who works a shift for nothing does not plan best, so it is enough that
            # the row holds where something is printed.
            if last not in self.rows.printing:
                yield self._printing(row.period)
            switches.append(self.rows.printing[last])
            lifts.append(-short)
            row = replace(row, certain=False)
        row = self._grouped(row, limit)
        if switches:
            least, times = row.least + sum(lifts), tuple(lifts)
            row = replace(row, switches=tuple(switches), times=times, least=least)
        self._add(row, limit)

    def _add(self, row: SideRow, limit: Limit) -> None:
        self.rows.rows.append(row)
        if limit.printer is None and row.certain:
            self.rows.hulls += self._hull(row)

    def _hull(self, row: SideRow) -> Iterator[SideRow]:
        """Yield the lines of a row's hull, where it compares two sums of kinds."""
        inside, kinds = self.slots.within(row.period), self.slots.split.kinds
        days = np.flatnonzero(inside)
        if not len(days):
            return
        of_kind = row.weight[days[0] :][:kinds]
        down, up = int(of_kind.min()), int(of_kind.max())
        if {*of_kind.tolist()} - {0} != {down, up} or not down < 0 < up:
            return
        assert isinstance(row.named, LimitRow)
        first, last = row.period.first, row.period.last
        possible = int(self.slots.possible[last + 1] - self.slots.possible[first])
        ready = self.slots.ready[:, last]
        most_up, most_down, both = (
            min(possible, int(ready[part].sum()))
            for part in (of_kind == up, of_kind == down, of_kind != 0)
        )
        least = row.least - sum(row.times)
        for line in lines(up, -down, least, (most_up, most_down, both)):
            above, below, bound = line
            if line == (up, down, least):
                continue
            weight = np.where(row.weight == up, above, below * (row.weight == down))
            lift = bound - below * most_down  # where somebody need not be left
            lifts = tuple(-lift for _ in row.switches if lift > 0)
            yield replace(
                row,
                weight=weight,
                switches=row.switches if lifts else (),
                times=lifts,
                least=bound + sum(lifts),
                group=None,
                sums=(),
                named=replace(row.named, line=line),
            )

    def _grouped(self, row: SideRow, limit: Limit) -> SideRow:
        """Say of a row that counts one group, and is lifted by it, which one it is."""
        assert limit.unless is not None
        if len(limit.unless) > 1 or not (limit.weights == limit.unless[0]).all():
            return row
        needs = 0 if isinstance(limit.amount, Fraction) else row.least
        return replace(row, group=self._chain(limit.unless[0]).number, needs=needs)

    def _lift(self, limit: Limit, row: SideRow, group: Bools) -> int:
        """Return how far a row up to a day is broken at most with nobody left."""
        ready = self.slots.ready[:, row.period.last]
        weight = limit.weights if limit.sense == "least" else -limit.weights
        least = np.where(group, weight, np.minimum(0, weight))
        return row.least - int(least @ ready)

    def _sums(self, limit: Limit, last: int) -> tuple[tuple[int, int], ...]:
        """Return the sums up to a day of the groups that a limit counts."""
        assert limit.unless is not None
        sign, counted = 1 if limit.sense == "least" else -1, []
        for group in limit.unless:
            (weight,) = np.unique(limit.weights[group]).tolist()
            counted.append((self._sum(group, last), sign * weight))
        return tuple(counted)

    def _sum(self, group: Bools, last: int) -> int:
        """Return the sum of the cards of a group up to a day."""
        days = self.sums.setdefault(group.tobytes(), {})
        if last not in days:
            before = max(days, default=-1)
            new = self.slots.within(Period(before + 1, last))
            new *= self.slots.of_kinds(group)
            ready = int(self.slots.ready[group, last].sum())
            possible = int(self.slots.possible[last + 1])
            days[last] = len(self.rows.sums)
            self.rows.sums.append(Sum(new, days.get(before), ready, possible))
        return days[last]

    def _printing(self, period: Period) -> SideRow:
        """Return that nothing is printed on a day whose new switch is off."""
        day = Period(period.last, period.last)
        switch = self.rows.printing[period.last] = self.rows.new_switch()
        most = self.slots.most_in(day)
        cards = self.slots.within(day)
        named = PrintedRow("printed", switch)
        return SideRow(
            "",
            day,
            -cards,
            switches=(switch,),
            times=(most,),
            slack=0,
            named=named,
        )

    def _chain(self, group: Bools) -> _Chain:
        return self.chains.setdefault(group.tobytes(), _Chain(len(self.chains)))

    def _meaning(self, row: SideRow, group: Bools, people: int) -> SideRow:
        """Return that so many are printed by a day where a new switch is off."""
        chain, switch = self._chain(group), self.rows.new_switch()
        before = next(reversed(chain.days.values()), None)
        if before is not None and before[1] == people:
            self.rows.ordered.append((before[0], switch))
        chain.days[row.period.last] = switch, people
        self.rows.left[switch] = group, row.period.last
        so_far = self.slots.within(Period(0, row.period.last))
        return SideRow(
            row.rule,
            row.period,
            so_far * self.slots.of_kinds(group),
            switches=(switch,),
            times=(people,),
            least=people,
            slack=0,
            group=chain.number,
            named=LeftRow("left", switch),
            sums=row.sums and ((self._sum(group, row.period.last), 1),),
        )


def _name(
    limit: Limit, period: Period, line: tuple[int, int, int] | None = None
) -> LimitRow:
    """Return what a proof calls one stretch of a limit."""
    days = period.first, period.last
    return LimitRow("limit", limit.place, limit.key, limit.part, *days, line)


def _stretches(limit: Limit) -> Iterator[tuple[Period, int | Fraction]]:
    """Yield the stretches of a limit with the amount of each, implied ones left out.

    What may come up to a day may come up to any day before.
    """
    stretches = zip(limit.first.tolist(), limit.last.tolist(), strict=True)
    if isinstance(limit.amount, Fraction):
        yield from ((Period(*days), limit.amount) for days in stretches)
        return
    implied = np.zeros(len(limit.first), dtype=bool)
    if limit.sense == "most" and limit.unless is None and (limit.weights >= 0).all():
        steps = np.diff(limit.first), np.diff(limit.last), np.diff(limit.amount)
        implied[:-1] = (steps[0] == 0) & (steps[1] >= 0) & (steps[2] <= 0)
    for days, cards, left_out in zip(
        stretches, limit.amount.tolist(), implied.tolist(), strict=True
    ):
        if not left_out:
            yield Period(*days), cards
