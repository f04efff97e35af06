"""Policy ``replan``: the real planner, every worked day of every replication.

It knows today's breakdowns and nothing of those to come, and keeps every rule of the
office that it is given, shifts being worked by the roster.  What is left of blanks and
ribbons, and what of a quota's cards in a week or plan is used up, is carried from day
to day; shares of a week or plan, and parity, are counted anew each morning.  A day on
which the rules contradict each other is planned without those that fast policies leave
out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import Capacity
from ektp_sched.people.cohorts import NONE
from ektp_sched.people.order import PublicOrder
from ektp_sched.people.people import MISSING, offsets, read_people, some_people
from ektp_sched.planning.assign import assign_first_day
from ektp_sched.planning.case import lay_case
from ektp_sched.planning.clock import Clock
from ektp_sched.planning.engines import choose
from ektp_sched.planning.network.engine import NetworkEngine
from ektp_sched.planning.network.flow import FlowSolver
from ektp_sched.planning.network.foreseen import Foresight
from ektp_sched.planning.scarce import scarce
from ektp_sched.rules.stock import supply
from ektp_sched.rules.tiers import accrued
from ektp_sched.scenarios.simulate.outcome import (
    Outcome,
    Waits,
    first_day,
    joined,
    not_yet,
)
from ektp_sched.scenarios.simulate.polymatroid import CAUSES, possible_cards
from ektp_sched.scenarios.simulate.simulate import arrivals_by_stream
from ektp_sched.scenarios.simulate.stores import Stores
from ektp_sched.scenarios.world.left_out import CARRIED, as_simulated, rules_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import Conflict
    from ektp_sched.office import Office
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Arrivals, Limits

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def simulate_replan(
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    backlog: Backlog,
    office: Office,
    *,
    record: str = "summary",
    numbers: range | None = None,
    until: float | None = None,
) -> Outcome:
    """Let a block of replications go through the horizon, planned anew each day.

    The outcome has no ``front`` and ``single_days``, as people of a stream need not be
    printed in the order in which they came; ``record="dates"`` keeps ``person_dates``.
    ``numbers`` are replications of the block, all if left out; after ``until``, a
    moment of ``time.monotonic``, no day is begun and `OutOfTimeError` raised.
    """
    new = arrivals_by_stream(queue, limits, arrivals)
    most, cause = possible_cards(queue.kinds, limits)
    parts = []
    for number in range(new.shape[1]) if numbers is None else numbers:
        possible = tuple(_column(table, number) for table in (most, cause))
        run = _Run(queue, limits, new[:, number], backlog, office, number, possible)
        for day in np.flatnonzero(limits.open).tolist():
            if until is not None and time.monotonic() > until:
                raise OutOfTimeError
            run.work(day)
        outcome = outcome_of_people(queue, run.people, possible[0], run.binding)
        if record == "dates":
            days = run.people.day[run.people.old].astype(np.int16)
            outcome = replace(outcome, person_dates=days[:, None])
        parts.append(outcome)
    return joined(parts)


class OutOfTimeError(Exception):
    """The time for the replications is over."""


_SECONDS: Final = 20
"""Time for the plan of a day whose rules no network can state."""


class _Run:
    """One replication on its way."""

    def __init__(
        self,
        queue: Queue,
        limits: Limits,
        new: NDArray[np.int32],
        backlog: Backlog,
        office: Office,
        number: int,
        possible: tuple[Ints, ...],
    ) -> None:
        self.queue, self.limits, self.number = queue, limits, number
        self.backlog = backlog
        self.office = office.model_copy(update={"shifts": (), "budget": None})
        self.stores = None
        if CARRIED & set(rules_of(office)):
            self.stores = Stores(self.office, limits.start)
        kept = np.sort(np.concatenate([queue.rows, queue.singles.rows]))
        stream, day = np.nonzero(new)
        newcomers = np.repeat(np.stack([stream, day]), new[stream, day], axis=1)
        old = backlog.frame[kept]
        self.frame = pl.concat([old, self._rows(old, *newcomers)], how="vertical")
        self.people = People.of(queue, kept, *newcomers)
        self.whole = read_people(self.frame, self.office, queue.start, queue.days)
        self.order = PublicOrder.of(self.frame, self.office).rows()
        self.used = dict.fromkeys(limits.supply, 0)
        self.binding = np.zeros((limits.days, len(CAUSES)), dtype=np.int64)
        self.most, self.limit = possible
        self.foresight = Foresight()

    def _rows(self, frame: pl.DataFrame, stream: Ints, day: Ints) -> pl.DataFrame:
        """Return new applications as rows of a backlog, after all others by id."""
        queue = self.queue
        examples = self._examples()
        date = pl.Series(day).cast(pl.Int64)
        date = pl.Series([queue.start]).to_physical()[0] + date
        ids = [f"~{n:09d}" for n in range(len(day))]
        cells = queue.streams.cell[stream].tolist()
        rows = pl.DataFrame(
            {
                "application_id": ids,
                "waiting_since": date.cast(pl.Int32).cast(pl.Date),
                "ready_on": date.cast(pl.Int32).cast(pl.Date),
                "urgency": [queue.classes[u] for u in queue.streams.urgency[stream]],
                "card": [examples[cell][0] for cell in cells],
                "area": [examples[cell][1] for cell in cells],
            },
            schema_overrides={"card": pl.String, "area": pl.String},
        )
        missing = [
            pl.lit(None, dtype=kind).alias(name)
            for name, kind in frame.schema.items()
            if name not in rows.columns
        ]
        return rows.with_columns(missing).select(frame.columns).cast(frame.schema)

    def _examples(self) -> list[tuple[str | None, str | None]]:
        """Return for each cell the card and area of somebody in it."""
        queue, frame = self.queue, self.backlog.frame
        examples: list[tuple[str | None, str | None]] = [
            (self.office.default_card, None) for _ in queue.cell_share
        ]
        stream = np.repeat(np.arange(len(queue.streams)), np.diff(queue.first))
        rows = np.concatenate([queue.rows, queue.singles.rows])
        dated = np.repeat(queue.singles.stream, queue.singles.size)
        cell = queue.streams.cell[np.concatenate([stream, dated])]
        for number, first in zip(*np.unique(cell, return_index=True), strict=True):
            row = frame.select("card", "area").row(int(rows[first]))
            examples[number] = row[0] or self.office.default_card, row[1]
        return examples

    def work(self, day: int) -> None:
        """Plan the rest of the horizon, and print what the plan prints today."""
        people = self.people
        known = (people.day == self.limits.days) & (people.old | (people.since <= day))
        rows = np.flatnonzero(known)
        office = self.office
        if self.stores is not None:
            office = self.stores.office_on(self.limits.start + timedelta(days=day))
        today, printer = self._plan(rows, day, office)
        printed = rows[today]
        people.day[printed] = day
        self._use(day, printed, printer)
        self.binding[day, self._cause(day, len(printed))] = 1

    def _use(self, day: int, printed: Ints, printer: Ints) -> None:
        """Take blanks and ribbons for those who are printed, on which printer."""
        date = self.limits.start + timedelta(days=day)
        cards = np.bincount(self.whole.kind[printed]).tolist()
        for kind, count in zip(self.whole.kinds.names, cards, strict=False):
            if kind[1] in self.used:
                self.used[kind[1]] += count
            if self.stores is not None and count:
                self.stores.use(date, kind, count)
        if self.stores is not None:
            made = np.bincount(printer, minlength=len(self.limits.printers)).tolist()
            self.stores.printed.update(
                dict(zip(self.limits.printers, made, strict=True))
            )

    def _cause(self, day: int, printed: int) -> int:
        """Return what ended today's printing, a place in `CAUSES`."""
        people = self.people
        if not ((people.day == self.limits.days) & (people.ready <= day)).any():
            return CAUSES.index("queue-empty")
        if printed >= self.most[day]:
            return int(self.limit[day])
        supply = self.limits.supply
        empty = any(self.used[card] >= supply[card][day] for card in supply)
        return CAUSES.index("blanks" if empty else "printers")

    def _plan(self, rows: Ints, day: int, office: Office) -> tuple[Ints, Ints]:
        """Return which of the rows are printed today, and on which printers.

        Pins that cannot be kept are put off.
        """
        limits, solver = self._capacity(day), FlowSolver()
        works = limits.printer_cards[:, 0].any() and limits.server_cards[:, 0].any()
        pinned = (self.whole.pinned[rows] != MISSING).any()
        if not len(rows) or not (works or pinned):
            return (np.zeros(0, dtype=np.int64),) * 2
        # All that an engine reads of a backlog beside its people are names of pins.
        names = self.frame.select("application_id")[rows]
        backlog = replace(self.backlog, frame=names, known=None)
        start, days = self.limits.start + timedelta(days=day), self.limits.days - day
        if self.stores is not None:
            limits = replace(limits, supply=supply(office, start, days))
        people = some_people(self.whole, rows, backlog.frame, office, day)
        case = lay_case(
            backlog, office, start, days, solver, limits=limits, people=people
        )
        case = replace(
            case,
            scarce=scarce(office, case.cohorts, limits),
            # Every plan is best in a tier that sees nobody.
            order=tuple(t for t in case.order if t.sees(case.cohorts).any()),
        )
        clock = Clock(_SECONDS if case.asks else None, None)
        engine = choose(case) if case.asks else NetworkEngine(self.foresight)
        outcome = engine.solve(case, clock)
        if outcome.solution is None:
            conflicts = engine.contradiction(case, outcome, clock)
            conflicts = tuple(one for one in conflicts if one.application_ids)
            if not conflicts:
                assert case.asks
                return self._plan(rows, day, as_simulated(office, start))
            self.frame = self.frame.with_columns(self._put_off(conflicts))
            pinned = offsets(self.frame["pinned_on"], self.limits.start)
            self.whole = replace(self.whole, pinned=pinned)
            return self._plan(rows, day, office)
        return assign_first_day(
            self._in_order(rows),
            office,
            outcome.program,
            outcome.cohorts,
            outcome.solution,
            outcome.split,
            outcome.exchange,
        )

    def _in_order(self, rows: Ints) -> Ints:
        """Return places among some rows, ascending, in the order of the tie-break."""
        place = np.full(len(self.order), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        ordered = place[self.order]
        return ordered[ordered >= 0]

    def _put_off(self, conflicts: tuple[Conflict, ...]) -> pl.Expr:
        """Return pins with one of each conflict put off to the next worked day.

        That is the next after the pin's own: rules may contradict it from earlier on.
        """
        worked = np.append(np.flatnonzero(self.limits.open), self.limits.days)
        start = self.limits.start
        pinned = pl.col("pinned_on")
        for conflict in conflicts:
            conflicting = pl.col("application_id") == conflict.application_ids[-1]
            own = self.frame.select(pinned.filter(conflicting)).item()
            offset = (own - start).days
            after = int(worked[np.searchsorted(worked, offset, side="right")])
            later = pl.lit(start + timedelta(days=after))
            pinned = pl.when(conflicting).then(later).otherwise(pinned)
        return pinned.alias("pinned_on")

    def _capacity(self, day: int) -> Capacity:
        """Return what is known of the rest of the horizon this morning."""
        limits = self.limits
        printers = self._cards(limits.printer_cards, limits.printers_unbroken, day)
        servers = self._cards(limits.server_cards, limits.servers_unbroken, day)
        total = None
        if limits.reserve:
            least = np.minimum(printers.sum(axis=0), servers.sum(axis=0))
            total = np.maximum(least - limits.kept_free[day:], 0)
        return Capacity(
            start=limits.start + timedelta(days=day),
            days=limits.days - day,
            open=limits.open[day:],
            printers=limits.printers,
            servers=limits.servers,
            printer_cards=printers,
            server_cards=servers,
            reaches=limits.reaches,
            total=total,
            supply={c: s[day:] - self.used[c] for c, s in limits.supply.items()},
        )

    def _cards(self, drawn: Ints, unbroken: Ints | None, day: int) -> Ints:
        later = drawn if unbroken is None else unbroken
        cards = _column(later, self.number)[:, day:].copy()
        cards[:, 0] = _column(drawn, self.number)[:, day]
        return cards


def _column(table: Ints, number: int) -> Ints:
    """Return one replication along the second axis, which may stand for all."""
    column: Ints = table[:, number if table.shape[1] > 1 else 0]
    return column


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of one replication, the first morning's people first."""

    stream: Ints  # stream of their class, kind and rank, shape (N,)
    # since, ready: day of recording; first day on which printing is allowed
    since: Ints
    ready: Ints
    pinned: Ints  # day of a pin, NONE without
    area: Ints  # place in the queue's areas; -1 for newcomers
    day: Ints  # day printed, H for not yet; it is written while a replication runs

    @classmethod
    def of(cls, queue: Queue, kept: Ints, stream: Ints, since: Ints) -> People:
        """Return the queue's people and those who come later.

        ``kept`` are rows of the backlog, ascending: all that the queue holds.
        """
        singles = queue.singles
        entry = np.repeat(np.arange(len(singles)), singles.size)
        rows = np.concatenate([queue.rows, singles.rows])
        place = np.searchsorted(kept, rows)
        plain = np.repeat(np.arange(len(queue.streams)), np.diff(queue.first))

        def column(streams: Ints, dated: Ints, later: Ints) -> Ints:
            old = np.empty(len(kept), dtype=np.int64)
            old[place] = np.concatenate([streams, dated[entry]])
            return np.concatenate([old, later])

        return cls(
            stream=column(plain, singles.stream, stream),
            since=column(queue.since, singles.since, since),
            ready=column(np.zeros_like(queue.since), singles.ready, since),
            pinned=column(
                np.full_like(queue.since, NONE),
                singles.pinned,
                np.full_like(since, NONE),
            ),
            area=column(queue.area, singles.area, np.full_like(since, -1)),
            day=np.full(len(kept) + len(since), queue.days, dtype=np.int64),
        )

    @property
    def old(self) -> Bools:
        """Whether a person belongs to the first morning."""
        old: Bools = self.area >= 0
        return old


def outcome_of_people(
    queue: Queue, people: People, most: Ints, binding: Ints
) -> Outcome:
    """Return the figures of one replication.

    Given are the cards possible on each day, ``(H,)``, and what ended each worked day,
    ``(H, causes)``.
    """
    days, old = queue.days, people.old
    first = np.maximum(people.since, 0)
    printed = np.bincount(people.day, minlength=days + 1)[:days]
    recorded = np.cumsum(np.bincount(first, minlength=days))
    waiting = recorded - np.cumsum(printed)
    waited = people.day - first
    target = queue.streams.target[people.stream]
    cell = queue.streams.cell[people.stream]
    done = people.day < days
    last = np.where(done, people.day, days - 1) - people.since
    may = np.maximum(people.ready, people.pinned)
    queued_from = np.maximum(np.maximum(people.since + 1, may), 0)
    late = _waiting_from(np.maximum(people.since + target, first), people.day, days)
    cleared = int(people.day[old].max(initial=0)) if old.any() else 0
    if not old.any() and queue.left_out:
        cleared = days
    return Outcome(
        start=queue.start,
        days=days,
        classes=queue.classes,
        areas=queue.areas,
        urgency=queue.streams.urgency,
        cell=queue.streams.cell,
        scale=queue.scale,
        left_out=queue.left_out,
        waiting=waiting.astype(np.int32)[None],
        queued=_waiting_from(queued_from, people.day, days)[None],
        printed=printed.astype(np.int32)[None],
        capacity=most.astype(np.int32)[None],
        cleared_day=np.array([cleared]),
        on_target_day=first_day((late == 0)[:, None]),
        nobody_waits_day=first_day((waiting - not_yet(queue) == 0)[:, None]),
        longest_wait=np.array([last.max(initial=-1)]),
        person_days=_sums(people.area[old], waited[old], len(queue.areas))[:, None],
        person_days_new=_sums(cell[~old], waited[~old], len(queue.cell_share))[:, None],
        cell_share=queue.cell_share,
        pressure=np.array(
            [(queue.scale // target * accrued(people.since, people.day)).sum()]
        ),
        binding=binding,
        waits=_waits(queue, people, done, last),
        waiting_at_end=_waits(queue, people, ~done, last),
    )


def _sums(key: Ints, weight: Ints, size: int) -> Ints:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, key, weight)
    return sums


def _waiting_from(begin: Ints, printed: Ints, days: int) -> NDArray[np.int32]:
    """Return how many wait at each day's end, each from a day until printed, (H,)."""
    waits = begin < printed
    change = np.bincount(begin[waits], minlength=days + 1)
    change -= np.bincount(printed[waits], minlength=days + 1)
    return np.cumsum(change[:days]).astype(np.int32)


def _waits(queue: Queue, people: People, counted: Bools, wait: Ints) -> Waits:
    count, areas = len(queue.streams), len(queue.areas)
    width, old = queue.longest + 1, people.old

    def table(key: Ints, chosen: Bools, rows: int) -> Ints:
        at = key[chosen] * width + wait[chosen]
        return np.bincount(at, minlength=rows * width).reshape(rows, width)

    return Waits(
        initial=table(people.stream, counted & old, count),
        new=table(people.stream, counted & ~old, count),
        area=table(people.area, counted & old, areas),
    )
