"""From counts back to people: who gets which slot.

Inside a set of applications that no tier tells apart on the slots still
free, any split is optimal; the public tie-break decides.  All work is on
arrays; people are sorted by the tie-break once, and every later sort is
stable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.kinds import equal_printers
from ektp_sched.people.order import PublicOrder
from ektp_sched.planning.keeping import keep_pools, pool_of_printers
from ektp_sched.planning.servers import even_shares, servers_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.network.lexicographic import Solution
    from ektp_sched.planning.network.program import Program
    from ektp_sched.yesterday.places import GivenPlaces

    Members = NDArray[np.int32]


def settle_ties(program: Program, masks: Bools, mask: Ints, column: Ints) -> None:
    """Exchange slots, in place, until no free exchange favours the tie-break.

    Two applications can exchange slots at no cost exactly if each is free to
    take the other's.  Sets of equal masks are in order already; what is left
    are sets that overlap.  Each exchange moves an earlier application to an
    earlier day, so the rounds end.

    ``masks`` are the distinct sets of free columns, shape ``(M, S + 1)``, ``mask`` the
    set of each application in the order of the tie-break, shape ``(N,)``, and
    ``column`` the column of each, changed in place.
    """
    day = np.append(program.column_day, program.capacity.days)
    pairs = _overlapping(masks, day)
    if not pairs:
        return
    rows = {
        lower: np.flatnonzero(mask == lower)
        for lower, higher in pairs
        if lower == higher
    }
    exchanges = 0
    changed = dict.fromkeys(rows, 0)
    looked = dict.fromkeys(pairs, -1)
    while exchanges > min(looked.values()):
        for lower, higher in pairs:
            before, looked[lower, higher] = looked[lower, higher], exchanges
            # A pair in order stays so until one of its sets changes.
            if max(changed[lower], changed[higher]) <= before:
                continue
            common = masks[lower] & masks[higher]
            both = (rows[lower],) if lower == higher else (rows[lower], rows[higher])
            members = np.concatenate([part[common[column[part]]] for part in both])
            members.sort()
            if (np.diff(day[column[members]]) < 0).any():
                column[members] = np.sort(column[members])
                exchanges += 1
                changed[lower] = changed[higher] = looked[lower, higher] = exchanges


def _overlapping(masks: Bools, day: Ints) -> list[tuple[int, int]]:
    """Return pairs of sets that share columns of two different days."""
    wide = np.flatnonzero(masks.sum(axis=1) > 1)
    column, member = np.nonzero(masks[wide].T)
    begin = np.searchsorted(column, np.arange(len(day) + 1))
    pairs: list[tuple[int, int]] = []
    for position, lower in enumerate(wide.tolist()):
        columns = np.flatnonzero(masks[lower])
        spans = [(begin[c], begin[c + 1]) for c in columns.tolist()]
        other = np.concatenate([member[a:b] for a, b in spans])
        when = np.repeat(day[columns], begin[columns + 1] - begin[columns])
        later = other > position
        first = np.full(len(wide), day.max() + 1)
        last = np.full(len(wide), -1)
        np.minimum.at(first, other[later], when[later])
        np.maximum.at(last, other[later], when[later])
        pairs += [(lower, int(higher)) for higher in wide[first < last]]
    alone = sorted({lower for pair in pairs for lower in pair})
    return pairs + [(lower, lower) for lower in alone]


@dataclass(frozen=True, slots=True)
class Prints:
    """One row per printed application, sorted by day, printer, place."""

    application: Ints  # row in the backlog, (P,)
    day: Ints  # offset from the start
    printer: Ints  # index into the capacity's printers
    server: Ints  # index into the capacity's servers
    place: Ints  # place in the printer's day, from 0
    unprinted: Ints  # rows of the backlog that are not printed, (U,)
    # Cards of each (cohort, column) that has any: cohort, column (`S` for "not
    # printed") and count, three arrays.
    cohort_cards: tuple[Ints, Ints, Ints]
    through: Ints  # cards on each network arc, (A,)


def assign(
    frame: pl.DataFrame,
    office: Office,
    program: Program,
    cohorts: Cohorts,
    solution: Solution,
    by_kind: Split | None = None,
    exchange: Callable[[Members, Ints], None] | None = None,
    given: GivenPlaces | None = None,
) -> Prints:
    """Give every application its slot, server and place in the printer's day.

    ``by_kind`` is the network that the solution is in, where it is split by kind.
    ``exchange`` settles, in place, who has which column across kinds; it is given the
    cohort and the column of each application in the order of the tie-break.  ``given``
    is where a previous plan prints each application of the frame.
    """
    public = PublicOrder.of(frame, office)
    order = public.rows()
    member = cohorts.member[order]
    column = _settled(program, solution, member, by_kind, exchange)
    through = solution.flow.through
    if given is not None:

        def settle() -> None:
            if exchange is not None:
                exchange(member, column)
            elif by_kind is None:
                face = solution.face
                settle_ties(program, face.masks, face.mask[member], column)

        kept = keep_pools(program, office, given.at(order), member, column, settle)
        through = through if kept is None else kept
    printed = _in_places(program, cohorts, office, member, column, program.columns)
    asked = None
    if given is not None:
        application = order[printed]
        asked = _Asked(given.at(application), application, public)
    taker, day, printer, place = _seated(program, office, column[printed], asked)
    return Prints(
        application=order[printed[taker]],
        day=day,
        printer=printer,
        server=servers_of(program.capacity, day, printer),
        place=place,
        unprinted=np.sort(order[column == program.columns]),
        cohort_cards=_cells(member, column, program.columns),
        through=through,
    )


def assign_first_day(
    order: Ints,
    office: Office,
    program: Program,
    cohorts: Cohorts,
    solution: Solution,
    by_kind: Split | None = None,
    exchange: Callable[[Members, Ints], None] | None = None,
) -> tuple[Ints, Ints]:
    """Return whom `assign` prints on the first day, without a previous plan.

    ``order`` are the rows in the order of the tie-break.  Returned are the rows that
    are printed, and the printer of each, sorted by printer and place.
    """
    member = cohorts.member[order]
    column = _settled(program, solution, member, by_kind, exchange)
    today = int(np.searchsorted(program.column_day, 1))
    printed = _in_places(program, cohorts, office, member, column, today)
    taker, _, printer, _ = _seated(program, office, column[printed], None)
    return order[printed[taker]], printer


def _settled(
    program: Program,
    solution: Solution,
    member: Members,
    by_kind: Split | None,
    exchange: Callable[[Members, Ints], None] | None,
) -> Ints:
    """Return the column of each application, in tie-break order."""
    if by_kind is None:
        column = _columns(program, solution, member)
    else:
        column = by_kind.plain(_columns(by_kind.program, solution, member))
    if exchange is not None:
        exchange(member, column)
    return column


def _in_places(
    program: Program,
    cohorts: Cohorts,
    office: Office,
    member: Members,
    column: Ints,
    end: int,
) -> Ints:
    """Return who has a column before ``end``, sorted by column, rank and pressure."""
    printed = np.flatnonzero(column < end)
    key = _place_key(
        program, cohorts, member[printed], column[printed], office.lcm_targets
    )
    return printed[np.argsort(key, kind="stable")]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where the previous plan prints those whom this one prints."""

    given: GivenPlaces
    application: Ints
    public: PublicOrder


def _columns(program: Program, solution: Solution, member: Members) -> Ints:
    """Return the column of each application, in tie-break order."""
    problem, flow, face = solution.problem, solution.flow, solution.face
    group_mask = np.zeros(len(problem.size), dtype=np.int64)
    group_mask[problem.group] = face.mask
    width = program.columns + 1
    cards = np.zeros(len(face.masks) * width, dtype=np.int64)
    key = group_mask[problem.owner] * width + problem.choice
    np.add.at(cards, key, flow.cards)
    mask = face.mask[member].astype(_small(len(face.masks)))
    queue = np.argsort(mask, kind="stable")
    column = np.empty(len(member), dtype=np.int64)
    column[queue] = np.repeat(np.tile(np.arange(width), len(face.masks)), cards)
    settle_ties(program, face.masks, face.mask[member], column)
    return column


def _cells(member: Members, column: Ints, columns: int) -> tuple[Ints, Ints, Ints]:
    width = columns + 1
    key, count = np.unique(member.astype(np.int64) * width + column, return_counts=True)
    return key // width, key % width, count


def _small(count: int) -> type[np.integer]:
    """Return the smallest type for so many numbers; small ones sort by radix."""
    return np.uint16 if count < 1 << 16 else np.int64


def _place_key(
    program: Program, cohorts: Cohorts, member: Members, column: Ints, scale: int
) -> Ints:
    """Return a key that sorts a printer's day: column, rank, then pressure."""
    day = program.column_day[column]
    per_day = (scale // np.array(cohorts.targets))[cohorts.target]
    pressure = (day - cohorts.since[member] + 1) * per_day[member]
    span = int(pressure.max(initial=0)) + 1
    rank = cohorts.rank[member]
    key: Ints = (column * len(cohorts.ranks) + rank) * span + (span - 1 - pressure)
    return key


def _seated(
    program: Program, office: Office, column: Ints, asked: _Asked | None
) -> tuple[Ints, Ints, Ints, Ints]:
    """Divide each column among its printers, and their places among its cards.

    The cards are sorted by column and pressure.  Returned are the card of each place,
    and day, printer and place, sorted by these.  Who has a place of the previous plan
    keeps it.  The others are dealt in turn, so each printer starts with the most
    pressing of them.
    """
    per_column = np.bincount(column, minlength=program.columns)
    day = program.column_day[column]
    least = wish = None
    if asked is not None:
        pool = program.column_pool[column]
        wish = asked.given.wish(day, pool, pool_of_printers(program))
        least = _least(program, office, asked.given, day, wish)
    of_column, printer, place = _slots(program, per_column, least)
    on = program.column_day[of_column]
    places, printers = place.max(initial=0) + 1, len(program.capacity.printers)
    final = _order((on * printers + printer) * places + place)
    dealt = _order((of_column * places + place) * printers + printer)
    taker = np.empty(len(dealt), dtype=np.int64)
    if asked is None or wish is None:
        taker[dealt] = np.arange(len(dealt))
    else:
        size = printers, program.capacity.days
        cards = np.bincount(printer * size[1] + on, minlength=size[0] * size[1])
        cards = cards.reshape(size)
        kept = asked.given.kept(asked.application, wish, cards, asked.public)
        first = np.zeros_like(cards)
        starts = np.flatnonzero(place == 0)
        first[printer[starts], on[starts]] = starts
        keeper = np.flatnonzero(kept)
        given = asked.given.at(keeper)
        seat = first[given.printer, day[keeper]] + given.place
        free = np.ones(len(dealt), dtype=bool)
        free[seat] = False
        taker[seat] = keeper
        taker[dealt[free[dealt]]] = np.flatnonzero(~kept)
    return taker[final], on[final], printer[final], place[final]


def _slots(
    program: Program, per_column: Ints, least: Ints | None
) -> tuple[Ints, Ints, Ints]:
    """Return column, printer and place of each print, sorted by these.

    Printers of a pool share each column evenly; none gets fewer than ``least``, shape
    ``(P, days)``.
    """
    columns, printers, counts = [], [], []
    for p, pool in enumerate(program.pools):
        members = list(pool)
        pool_columns = np.flatnonzero(program.column_pool == p)
        days = program.column_day[pool_columns]
        shares = even_shares(
            program.capacity.printer_cards[members][:, days],
            per_column[pool_columns],
            0 if least is None else least[members][:, days],
        )
        for index, share in zip(members, shares, strict=True):
            columns.append(pool_columns)
            printers.append(np.full_like(pool_columns, index))
            counts.append(share)
    if not columns:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    column, printer, count = map(np.concatenate, (columns, printers, counts))
    order = np.lexsort((printer, column))
    column, printer, count = column[order], printer[order], count[order]
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(column, count), np.repeat(printer, count), place


def _least(
    program: Program, office: Office, given: GivenPlaces, day: Ints, wish: Bools
) -> Ints:
    """Return the cards of each printer and day that are given to its equals.

    Where a pool has printers of different rules, who is given one keeps it.
    """
    capacity = program.capacity
    equal = equal_printers(office, capacity)
    printer, on = given.printer[wish], day[wish]
    least = np.zeros_like(capacity.printer_cards)
    for group in range(int(equal.max(initial=-1)) + 1):
        limits = capacity.printer_cards[equal == group]
        asked = np.bincount(on[equal[printer] == group], minlength=capacity.days)
        least[equal == group] = even_shares(
            limits, np.minimum(asked, limits.sum(axis=0))
        )
    return least


def _order(key: Ints) -> Ints:
    """Return the rows in the order of keys that are all different."""
    if (key[1:] > key[:-1]).all():
        return np.arange(len(key), dtype=np.int64)
    return np.argsort(key)
