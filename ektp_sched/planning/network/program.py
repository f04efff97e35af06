"""The rules as a network: cohorts on one side, capacity on the other.

A *column* is one pool of interchangeable printers on one open day.  Cards
flow from their cohort to a column, then through the servers, the reserve
limit and the chain of blanks to the sink; a card that is not printed flows
to the sink directly.  Every rule is one function that adds arcs, or that
takes columns away from cohorts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.people.keys import compact, distinct_rows
from ektp_sched.planning.network.stock import stock_chains

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Capacity
    from ektp_sched.people.cohorts import Cohorts


class Arc(IntEnum):
    """What the capacity of a network arc stands for."""

    PRINTER = 0
    LINK = 1
    SERVER = 2
    RESERVE = 3
    STOCK = 4
    KIND = 5


@dataclass(frozen=True, slots=True)
class Program:
    """The network of one planning problem.

    Nodes are numbered so that every arc leads to a higher number: columns
    first, the sink last.
    """

    capacity: Capacity  # for the whole horizon
    # Indices of interchangeable printers, pool by pool.
    pools: tuple[tuple[int, ...], ...]
    server_pools: tuple[tuple[int, ...], ...]  # the same of servers
    column_pool: Ints  # pool of each column, (S,); sorted by day, pool
    column_day: Ints  # day of each column, (S,)
    tail: Ints  # node that each network arc leaves, (A,)
    head: Ints  # node that it leads to, (A,)
    limit: Ints  # its capacity in cards, (A,)
    kind: Ints  # kind of what it limits
    owner: Ints  # index of the pool, link or card that it limits
    day: Ints  # its day; for blanks the last of the stretch between two deliveries
    nodes: int  # their number, the sink being `nodes - 1`
    # Distinct sets of allowed choices, (M, S + 1); the last choice is "not printed".
    masks: Bools
    mask: Ints  # row of `masks` for each cohort, (C,)
    # (pool, server pool) of each link, in order of `owner`.
    links: tuple[tuple[int, int], ...]
    stocked: tuple[str, ...]  # card types whose blanks may run out, in order of `owner`

    @property
    def sink(self) -> int:
        """Return the node that every card reaches."""
        return self.nodes - 1

    @property
    def columns(self) -> int:
        """Return the number of columns, "not printed" not counted."""
        return len(self.column_pool)


_SINK = -1


@dataclass(slots=True)
class _Network:
    """Arcs while they are being laid; the sink is numbered last."""

    capacity: Capacity
    days: Ints
    count: int = 0
    laid: list[tuple[Ints, Ints, Ints, Ints, Ints, Ints]] = field(default_factory=list)

    def new_nodes(self, number: int) -> Ints:
        first = self.count
        self.count += number
        return np.arange(first, self.count, dtype=np.int64)

    def lay(
        self, ends: tuple[Ints, Ints], limit: Ints, kind: Arc, owner: int, day: Ints
    ) -> None:
        tail, head = ends
        same = np.ones_like(tail)
        self.laid.append((tail, head, limit, same * kind, same * owner, day))

    def arcs(self) -> list[Ints]:
        empty = np.zeros(0, dtype=np.int64)
        parts = zip(*self.laid, strict=True) if self.laid else [(empty,)] * 6
        tail, head, *rest = (np.concatenate(part) for part in parts)
        return [tail, np.where(head == _SINK, self.count, head), *rest]


def build_program(
    cohorts: Cohorts,
    capacity: Capacity,
    last_day: int,
    aside: frozenset[str] = frozenset(),
    alone: frozenset[str] = frozenset(),
) -> Program:
    """Lay the network for the open days before ``last_day``.

    No optimal plan uses days from that one on.  Something else limits blanks of the
    card types ``aside``, and the printers ``alone`` get a pool of their own.  Blanks of
    several card types that cross on shared printers are refused.
    """
    pools = printer_pools(capacity, cohorts, alone)
    server_pools = _server_pools(capacity, pools)
    links = _links(capacity, pools, server_pools)
    chains = stock_chains(cohorts, capacity, pools, aside)
    days = np.flatnonzero(capacity.open[:last_day])
    column_day = np.repeat(days, len(pools)).astype(np.int64)
    column_pool = np.tile(np.arange(len(pools), dtype=np.int64), len(days))
    net = _Network(capacity, days)
    net.new_nodes(len(column_day))
    servers = _lay_printers(net, pools, links, column_pool)
    totals = net.new_nodes(len(days) if capacity.total is not None else 0)
    after = _lay_stock(net, chains, links, len(server_pools))
    _lay_servers(net, server_pools, servers, totals, after)
    _lay_reserve(net, totals, after)
    masks, mask = _choices(cohorts, capacity, pools, column_pool, column_day)
    tail, head, limit, kind, owner, day = net.arcs()
    return Program(
        capacity=capacity,
        pools=pools,
        server_pools=server_pools,
        column_pool=column_pool,
        column_day=column_day,
        tail=tail,
        head=head,
        limit=limit,
        kind=kind,
        owner=owner,
        day=day,
        nodes=net.count + 1,
        masks=masks,
        mask=mask,
        links=links,
        stocked=tuple(chains),
    )


def printer_pools(
    capacity: Capacity, cohorts: Cohorts, alone: frozenset[str] = frozenset()
) -> tuple[tuple[int, ...], ...]:
    """Pool printers that serve the same cohorts through the same servers.

    Returned are their indices, pool by pool; printers that serve nobody are in none,
    and those ``alone`` have a pool of their own.
    """
    sets = [frozenset(chosen) for chosen in cohorts.printer_sets]
    by_sets = {
        name: tuple(name in chosen for chosen in sets) for name in capacity.printers
    }
    pools: dict[tuple[tuple[bool, ...], tuple[bool, ...], str], list[int]] = {}
    for index, name in enumerate(capacity.printers):
        if any(by_sets[name]):
            own = name if name in alone else ""
            key = by_sets[name], tuple(capacity.reaches[index].tolist()), own
            pools.setdefault(key, []).append(index)
    return tuple(tuple(pool) for pool in pools.values())


def _server_pools(
    capacity: Capacity, pools: tuple[tuple[int, ...], ...]
) -> tuple[tuple[int, ...], ...]:
    """Pool servers that the same printers reach."""
    alike: dict[tuple[bool, ...], list[int]] = {}
    for index in range(len(capacity.servers)):
        key = tuple(bool(capacity.reaches[pool[0], index]) for pool in pools)
        if any(key):
            alike.setdefault(key, []).append(index)
    return tuple(tuple(pool) for pool in alike.values())


def _links(
    capacity: Capacity,
    pools: tuple[tuple[int, ...], ...],
    server_pools: tuple[tuple[int, ...], ...],
) -> tuple[tuple[int, int], ...]:
    return tuple(
        (p, s)
        for p, printers in enumerate(pools)
        for s, servers in enumerate(server_pools)
        if capacity.reaches[printers[0], servers[0]]
    )


def _lay_printers(
    net: _Network,
    pools: tuple[tuple[int, ...], ...],
    links: tuple[tuple[int, int], ...],
    column_pool: Ints,
) -> Ints:
    """Limit each column by its printers; return the server nodes, pool by day.

    A pool with one server pool behind it leads there directly; one with
    several gets a node of its own, from which links of ample capacity lead on.
    """
    days = net.days
    cards = net.capacity.printer_cards
    reached = [[s for q, s in links if q == p] for p in range(len(pools))]
    outs = {p: net.new_nodes(len(days)) for p, s in enumerate(reached) if len(s) > 1}
    server_count = max((s for _, s in links), default=-1) + 1
    servers = net.new_nodes(server_count * len(days)).reshape(server_count, len(days))
    for p, printers in enumerate(pools):
        column = np.flatnonzero(column_pool == p)
        head = outs[p] if p in outs else servers[reached[p][0]]
        limit = cards[list(printers)].sum(axis=0)[days]
        net.lay((column, head), limit, Arc.PRINTER, p, days)
    ample = np.full_like(days, int(cards.sum()) + 1)
    for index, (p, s) in enumerate(links):
        if p in outs:
            net.lay((outs[p], servers[s]), ample, Arc.LINK, index, days)
    return servers


def _lay_servers(
    net: _Network,
    server_pools: tuple[tuple[int, ...], ...],
    servers: Ints,
    totals: Ints,
    after: Ints,
) -> None:
    """Limit the cards of each server pool on each day."""
    for s, members in enumerate(server_pools):
        limit = net.capacity.server_cards[list(members)].sum(axis=0)[net.days]
        head = totals if len(totals) else after[s]
        net.lay((servers[s], head), limit, Arc.SERVER, s, net.days)


def _lay_reserve(net: _Network, totals: Ints, after: Ints) -> None:
    """Limit the cards of each day, so that the reserve stays free."""
    if net.capacity.total is not None and len(after):
        limit = net.capacity.total[net.days]
        net.lay((totals, after[0]), limit, Arc.RESERVE, 0, net.days)


def _lay_stock(
    net: _Network,
    chains: dict[str, set[int]],
    links: tuple[tuple[int, int], ...],
    server_count: int,
) -> Ints:
    """Limit the cumulative use of blanks; return where servers lead, pool by day.

    The sets "printed up to day d" are nested, so a chain with one arc for
    each stretch between two deliveries limits them all.
    """
    after = np.full((server_count, len(net.days)), _SINK, dtype=np.int64)
    for index, (card, pools) in enumerate(chains.items()):
        supply = net.capacity.supply[card]
        first = np.flatnonzero(np.diff(supply, prepend=-1))
        last = np.append(first[1:], len(supply)) - 1
        stretch = net.new_nodes(len(first))
        ends = stretch, np.append(stretch[1:], _SINK)
        net.lay(ends, supply[first], Arc.STOCK, index, last)
        of_day = stretch[np.searchsorted(first, net.days, side="right") - 1]
        after[[s for p, s in links if p in pools]] = of_day
    return after


def _choices(
    cohorts: Cohorts,
    capacity: Capacity,
    pools: tuple[tuple[int, ...], ...],
    column_pool: Ints,
    column_day: Ints,
) -> tuple[Bools, Ints]:
    """Which columns each cohort may use: eligibility, release date, pin."""
    days = capacity.days
    sizes = len(cohorts.printer_sets), days + 1, days + 2
    key = (cohorts.eligibility * sizes[1] + cohorts.ready) * sizes[2] + (
        cohorts.pinned + 1
    )
    number, distinct = compact(key, max(1, sizes[0]) * sizes[1] * sizes[2])
    pinned = distinct % sizes[2] - 1
    ready = distinct // sizes[2] % sizes[1]
    chosen = distinct // (sizes[1] * sizes[2])
    eligible = _eligible_pools(cohorts, capacity, pools)[chosen]
    masks = np.zeros((len(distinct), len(column_day) + 1), dtype=bool)
    masks[:, :-1] = (
        eligible[:, column_pool]
        & (column_day >= ready[:, None])
        & ((pinned[:, None] == NONE) | (column_day == pinned[:, None]))
    )
    masks[:, -1] = (pinned == NONE) | (pinned == days)
    first, of_distinct = distinct_rows(masks)
    return masks[first], of_distinct[number]


def _eligible_pools(
    cohorts: Cohorts, capacity: Capacity, pools: tuple[tuple[int, ...], ...]
) -> Bools:
    """Return which pools serve each printer set."""
    return np.array(
        [
            [capacity.printers[pool[0]] in chosen for pool in pools]
            for chosen in map(frozenset, cohorts.printer_sets)
        ],
        dtype=bool,
    ).reshape(len(cohorts.printer_sets), len(pools))
