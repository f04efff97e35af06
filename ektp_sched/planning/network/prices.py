"""What one card more, or one less, on one resource and day would change.

Both are shortest paths in the residual network of the final plan, compared
tier by tier: one card more on an arc lets a card run round the cycle that
the arc closes, one less sends a card from its tail to its head another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.documents.plan import PRICES
from ektp_sched.planning.network.distances import distances
from ektp_sched.planning.network.program import Arc
from ektp_sched.planning.network.residual import ROOT, SlotGraph, least_moves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ektp_sched.arrays import Floats, Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.network.program import Program

    Cells = tuple[Ints, Ints, Ints]
    Price = tuple[int, ...] | None

_CHUNK = 2_000_000
"""Moves looked at in one go, to bound memory."""


@dataclass(frozen=True, slots=True)
class _Radix:
    """Several tiers in one integer, as digits that may be negative."""

    tiers: tuple[int, ...]
    bases: tuple[int, ...]

    def pack(self, changes: Sequence[Ints]) -> Ints:
        packed = np.zeros_like(changes[0])
        for tier, base in zip(self.tiers, self.bases, strict=True):
            packed = packed * base + changes[tier]
        return packed

    def unpack(self, packed: int) -> list[int]:
        digits: list[int] = []
        for base in reversed(self.bases):
            digit = (packed + base // 2) % base - base // 2
            digits.append(digit)
            packed = (packed - digit) // base
        return digits[::-1]


def marginal_prices(
    program: Program,
    cohorts: Cohorts,
    tiers: tuple[Objective, ...],
    cells: Cells,
    through: Ints,
    labels: Sequence[tuple[str, int | str | None]],
    start: date,
) -> pl.DataFrame:
    """Price every printer-day and server-day of the open days.

    Given are ``cells``, the cards of each (cohort, column) in the plan, ``through``,
    the cards on each network arc, shape ``(A,)``, and ``labels``, name and rank of each
    tier as in ``summary.json``.  Returned are resource, day, tier, rank, one_more,
    one_less: the change of the tier's value, in its own unit, when tiers are compared
    in order.  ``one_less`` is missing where there is no card to take away, or where a
    pin could then not be kept.
    """
    packs = _packs(cohorts, tiers, program.columns + 1)
    graph = _graph(program, cohorts, tiers, packs, cells, through)
    more, less = _price_arcs(program, graph, through)
    return _table(program, tiers, packs, (more, less), labels, start)


def _packs(cohorts: Cohorts, tiers: tuple[Objective, ...], width: int) -> list[_Radix]:
    """Pack as many tiers into one integer as surely fit.

    A path visits each column once, and "not printed" once.
    """
    everyone = np.arange(len(cohorts))
    packs: list[_Radix] = []
    chosen: list[int] = []
    bases: list[int] = []
    size = 1
    for index, tier in enumerate(tiers):
        hops = 2 if tier.name == "unprinted" else width
        dearest = tier.cost(cohorts, everyone, np.full_like(everyone, tier.days))
        base = 2 * hops * int(dearest.max(initial=0)) + 3
        if chosen and size * base >= ROOT // 2:
            packs.append(_Radix(tuple(chosen), tuple(bases)))
            chosen, bases, size = [], [], 1
        chosen.append(index)
        bases.append(base)
        size *= base
    packs.append(_Radix(tuple(chosen), tuple(bases)))
    return packs


def _graph(
    program: Program,
    cohorts: Cohorts,
    tiers: tuple[Objective, ...],
    packs: list[_Radix],
    cells: Cells,
    through: Ints,
) -> SlotGraph:
    room = through < program.limit
    used = through > 0
    width = program.columns + 1
    moves = _moves(program, cohorts, tiers, packs, _extremes(program, cohorts, cells))
    return SlotGraph(
        moves=least_moves(width, len(packs), moves),
        at=np.append(np.arange(program.columns), program.sink),
        tails=np.append(program.tail[room], program.head[used]),
        heads=np.append(program.head[room], program.tail[used]),
        nodes=program.nodes,
    )


def _extremes(program: Program, cohorts: Cohorts, cells: Cells) -> tuple[Ints, Ints]:
    """Return the cohorts that can have the cheapest move out of a column.

    Among cohorts that differ in the day of recording alone, the youngest
    loses least by a later day and the oldest gains most by an earlier one:
    the pressure between two days falls with the day of recording.
    """
    cohort, column, _ = cells
    fields = (
        cohorts.since[cohort],
        cohorts.promised[cohort],
        cohorts.given[cohort],
        cohorts.due[cohort],
        cohorts.target[cohort],
        cohorts.rank[cohort],
        program.mask[cohort],
        column,
    )
    order = np.lexsort(fields)
    other = np.zeros(len(order) + 1, dtype=bool)
    other[[0, -1]] = True
    for field in fields[1:]:
        other[1:-1] |= np.diff(field[order]) != 0
    kept = order[other[1:] | other[:-1]]
    return cohort[kept], column[kept]


def _moves(
    program: Program,
    cohorts: Cohorts,
    tiers: tuple[Objective, ...],
    packs: list[_Radix],
    cells: tuple[Ints, Ints],
) -> Iterator[tuple[Ints, list[Ints]]]:
    """Yield every move that a card in the plan could make, in chunks."""
    day = np.append(program.column_day, program.capacity.days)
    width = program.columns + 1
    parts = len(cells[0]) * width // _CHUNK + 1
    every = (np.array_split(side, parts) for side in cells)
    for cohort, column in zip(*every, strict=True):
        cell, target = np.nonzero(program.masks[program.mask[cohort]])
        mover, source = cohort[cell], column[cell]
        changes = [
            tier.cost(cohorts, mover, day[target])
            - tier.cost(cohorts, cohort, day[column])[cell]
            for tier in tiers
        ]
        yield source * width + target, [pack.pack(changes) for pack in packs]


def _price_arcs(
    program: Program, graph: SlotGraph, through: Ints
) -> tuple[list[Price], list[Price]]:
    """Return the packed prices of one more and one less for each arc."""
    nothing = (0,) * len(graph.moves)
    more: list[Price] = [nothing] * len(program.tail)
    less: list[Price] = [nothing] * len(program.tail)
    wanted = np.flatnonzero(
        (through == program.limit) & np.isin(program.kind, (Arc.PRINTER, Arc.SERVER))
    )
    tail, head = program.tail[wanted], program.head[wanted]
    ends = np.append(head, tail), np.append(tail, head)
    lengths = distances(graph, len(program.pools), *ends)
    far = list(zip(*(part.tolist() for part in lengths), strict=True))
    for arc, onward, around in zip(
        wanted.tolist(), far[: len(wanted)], far[len(wanted) :], strict=True
    ):
        if onward[0] < ROOT // 2:
            more[arc] = min(nothing, onward)
        less[arc] = max(nothing, around) if around[0] < ROOT // 2 else None
    return more, less


def _table(
    program: Program,
    tiers: tuple[Objective, ...],
    packs: list[_Radix],
    prices: tuple[list[Price], list[Price]],
    labels: Sequence[tuple[str, int | str | None]],
    start: date,
) -> pl.DataFrame:
    capacity = program.capacity
    more, less = (_by_tier(side, packs, tiers) for side in prices)
    cards = np.concatenate([capacity.printer_cards, capacity.server_cards])
    days = np.flatnonzero(capacity.open)
    arc, works = _arc_of(program)[:, days].ravel(), cards[:, days].ravel() > 0
    # A resource that serves nobody has no arc: one card more changes nothing, nor
    # does one less where there is one.
    ups = np.where(arc[:, None] < 0, 0.0, more[arc])
    downs = np.where(arc[:, None] < 0, 0.0, less[arc])
    downs[~works] = np.nan
    names = pl.Series([*capacity.printers, *capacity.servers], dtype=pl.String)
    moments = np.datetime64(start) + np.repeat(np.tile(days, len(cards)), len(tiers))
    tier = np.tile(np.arange(len(tiers)), len(arc))
    ranks = [None if rank is None else str(rank) for _, rank in labels]
    columns = {
        "resource": names.gather(
            np.repeat(np.arange(len(cards)), len(days) * len(tiers))
        ),
        "day": moments,
        "tier": pl.Series([name for name, _ in labels], dtype=pl.String).gather(tier),
        "rank": pl.Series(ranks, dtype=pl.String).gather(tier),
        "one_more": pl.Series(ups.ravel(), nan_to_null=True),
        "one_less": pl.Series(downs.ravel(), nan_to_null=True),
    }
    return pl.DataFrame(columns, schema=PRICES)


def _arc_of(program: Program) -> Ints:
    """Return the arc of each printer, then server, on each day; -1 for none."""
    capacity = program.capacity
    printers, servers = len(capacity.printers), len(capacity.servers)
    arc_of = np.full((printers + servers, capacity.days), -1, dtype=np.int64)
    for kind, pools, first in (
        (Arc.PRINTER, program.pools, 0),
        (Arc.SERVER, program.server_pools, printers),
    ):
        for number, pool in enumerate(pools):
            arcs = np.flatnonzero((program.kind == kind) & (program.owner == number))
            rows = np.array(pool, dtype=np.int64) + first
            arc_of[rows[:, None], program.day[arcs]] = arcs
    return arc_of


def _by_tier(
    prices: list[Price],
    packs: list[_Radix],
    tiers: tuple[Objective, ...],
) -> Floats:
    """Return each arc's price tier by tier, in the tier's own unit; NaN for none."""
    by_tier = np.full((len(prices) + 1, len(tiers)), np.nan)
    for row, price in zip(by_tier, prices, strict=False):
        if price is not None:
            digits = [
                d
                for pack, part in zip(packs, price, strict=True)
                for d in pack.unpack(part)
            ]
            row[:] = [d / tier.scale for d, tier in zip(digits, tiers, strict=True)]
    return by_tier
