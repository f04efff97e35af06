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

from ektp_sched.people.order import PublicOrder
from ektp_sched.planning.network.program import Arc
from ektp_sched.planning.network.ties import settle_ties

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.network.lexicographic import Solution
    from ektp_sched.planning.network.program import Program

    Ints = NDArray[np.int64]
    Members = NDArray[np.int32]

__all__ = [
    "Prints",
    "assign",
    "even_shares",
]


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


def assign(
    frame: pl.DataFrame,
    office: Office,
    program: Program,
    cohorts: Cohorts,
    solution: Solution,
    by_kind: Split | None = None,
    exchange: Callable[[Members, Ints], None] | None = None,
) -> Prints:
    """Give every application its slot, server and place in the printer's day.

    ``by_kind`` is the network that the solution is in, where it is split by kind.
    ``exchange`` settles, in place, who has which column across kinds; it is given the
    cohort and the column of each application in the order of the tie-break.
    """
    order = PublicOrder.of(frame, office).rows()
    member = cohorts.member[order]
    if by_kind is None:
        column = _columns(program, solution, member)
    else:
        column = by_kind.plain(_columns(by_kind.program, solution, member))
    if exchange is not None:
        exchange(member, column)
    cells = _cells(member, column, program.columns)
    printed = np.flatnonzero(column < program.columns)
    scale = office.lcm_targets
    key = _place_key(program, cohorts, member[printed], column[printed], scale)
    printed = printed[np.argsort(key, kind="stable")]
    per_column = np.bincount(column[printed], minlength=program.columns)
    day, printer, server, place, of_print = _slots(program, solution, per_column)
    return Prints(
        application=order[printed[of_print]],
        day=day,
        printer=printer,
        server=server,
        place=place,
        unprinted=np.sort(order[column == program.columns]),
        cohort_cards=cells,
    )


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
    if not solution.cut:
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


def _slots(
    program: Program, solution: Solution, per_column: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Divide each column among its printers and servers.

    Returned are day, printer, server and place of each print, sorted by day, printer
    and place; and which print of its column, in order of pressure, takes it.  Places
    are dealt in turn, so each printer starts with the most pressing cards.
    """
    column, printer, place = _printer_slots(program, per_column)
    server = _servers(program, solution, column)
    day = program.column_day[column]
    places, printers = place.max(initial=0) + 1, len(program.capacity.printers)
    dealt = _order((column * places + place) * printers + printer)
    final = _order((day * printers + printer) * places + place)
    turn = np.empty(len(dealt), dtype=np.int64)
    turn[dealt] = np.arange(len(dealt))
    return day[final], printer[final], server[final], place[final], turn[final]


def _order(key: Ints) -> Ints:
    """Return the rows in the order of keys that are all different."""
    if (key[1:] > key[:-1]).all():
        return np.arange(len(key), dtype=np.int64)
    return np.argsort(key)


def _printer_slots(program: Program, per_column: Ints) -> tuple[Ints, Ints, Ints]:
    """Return column, printer and place of each print, sorted by these."""
    columns, printers, counts = [], [], []
    for p, members in enumerate(program.pools):
        pool_columns = np.flatnonzero(program.column_pool == p)
        limits = program.capacity.printer_cards[list(members)]
        shares = even_shares(
            limits[:, program.column_day[pool_columns]], per_column[pool_columns]
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


def even_shares(limits: Ints, total: Ints) -> Ints:
    """Divide each day's cards as evenly as limits and whole cards allow.

    Limits and shares have shape ``(members, days)``, and ``total`` is at most the sum
    of a day's limits; odd cards go to earlier members.
    """
    low = np.zeros_like(total)
    high = limits.max(axis=0, initial=0)
    while (low < high).any():
        middle = (low + high + 1) // 2
        fits = np.minimum(limits, middle).sum(axis=0) <= total
        low = np.where(fits, middle, low)
        high = np.where(fits, high, middle - 1)
    shares: Ints = np.minimum(limits, low)
    room = limits > low
    odd = total - shares.sum(axis=0)
    shares += room & (np.cumsum(room, axis=0) <= odd)
    return shares


def _servers(program: Program, solution: Solution, column: Ints) -> Ints:
    """Return the server of each print; prints are sorted by column."""
    link_column, link_server, link_cards = _link_cards(program, solution, column)
    order = np.lexsort((link_column, link_server, program.column_day[link_column]))
    link_column, link_server = link_column[order], link_server[order]
    link_cards = link_cards[order]
    servers, counts = [], []
    for s, members in enumerate(program.server_pools):
        cards = np.zeros(program.capacity.days, dtype=np.int64)
        in_pool = link_server == s
        np.add.at(cards, program.column_day[link_column[in_pool]], link_cards[in_pool])
        shares = even_shares(program.capacity.server_cards[list(members)], cards)
        days = np.arange(program.capacity.days)
        servers.append(
            np.stack(
                [
                    np.broadcast_to(days, shares.shape).ravel(),
                    np.full(shares.size, s),
                    np.repeat(np.array(members), len(days)),
                ]
            )
        )
        counts.append(shares.ravel())
    if not servers:
        return np.zeros(0, dtype=np.int64)
    table, count = np.concatenate(servers, axis=1), np.concatenate(counts)
    by_day = np.lexsort((table[2], table[1], table[0]))
    server = np.repeat(table[2][by_day], count[by_day])
    at = np.repeat(link_column, link_cards)
    return server[np.argsort(at, kind="stable")]


def _link_cards(
    program: Program, solution: Solution, column: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return cards from each column to each server pool it reaches."""
    count = np.bincount(column, minlength=program.columns)
    several = [p for p, _ in program.links if sum(q == p for q, _ in program.links) > 1]
    columns, servers, cards = [], [], []
    for index, (p, s) in enumerate(program.links):
        pool_columns = np.flatnonzero(program.column_pool == p)
        if p in several:
            arcs = (program.kind == Arc.LINK) & (program.owner == index)
            amount = solution.flow.through[np.flatnonzero(arcs)]
        else:
            amount = count[pool_columns]
        columns.append(pool_columns)
        servers.append(np.full_like(pool_columns, s))
        cards.append(amount)
    if not columns:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    return np.concatenate(columns), np.concatenate(servers), np.concatenate(cards)
