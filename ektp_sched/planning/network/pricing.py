"""Prices of network nodes as prices of what an office knows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.documents import Prices
from ektp_sched.people.cohorts import NONE
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Ints
    from ektp_sched.planning.network.program import Program

    Lines = dict[str, tuple[int, ...]]


def by_limit(program: Program, price: Sequence[int] | Ints) -> Prices:
    """Return a tier's prices; that of a node is a whole number of any size."""
    limits = program.capacity
    nodes = np.asarray(price, dtype=object)
    paid = nodes[program.head] - nodes[program.tail]

    @cache
    def line(kind: Arc, owner: int) -> tuple[int, ...]:
        arcs = (program.kind == kind) & (program.owner == owner)
        days = [0] * limits.days
        for day, each in zip(
            program.day[arcs].tolist(), paid[arcs].tolist(), strict=True
        ):
            days[day] = int(each)
        return tuple(days)

    def lines(
        kind: Arc, pools: tuple[tuple[int, ...], ...], names: tuple[str, ...]
    ) -> Lines:
        pool_of = {names[i]: p for p, pool in enumerate(pools) for i in pool}
        return {name: line(kind, pool_of.get(name, NONE)) for name in names}

    return Prices(
        lines(Arc.PRINTER, program.pools, limits.printers),
        lines(Arc.SERVER, program.server_pools, limits.servers),
        None if limits.total is None else line(Arc.RESERVE, 0),
        {card: line(Arc.STOCK, i) for i, card in enumerate(program.stocked)},
    )
