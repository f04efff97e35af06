"""Prices where a decision leaves no way at all.

On a day that only a shift would open, nothing flows, so any high price is
optimal there and a solver's is often far too high.  The least that still
tells everybody to stay away promises the least gain from opening the day:
the strongest cut.  It is asked where the day would be narrowest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.network.program import Program

    Wide = NDArray[Any]

_UPWARD = (Arc.PRINTER, Arc.LINK, Arc.SERVER, Arc.RESERVE)


def live_nodes(program: Program, limits: Ints) -> Bools:
    """Return from which nodes a card could still reach the sink."""
    shut = limits == 0
    live = np.ones(program.nodes, dtype=bool)
    for kind in reversed(_UPWARD):
        arcs = np.flatnonzero(program.kind == kind)
        passes = ~shut[arcs] & live[program.head[arcs]]
        live[program.tail[arcs]] = False
        live[program.tail[arcs[passes]]] = True
    return live


def price_dead(
    program: Program, uses: Uses, limits: Ints, live: Bools, price: Wide
) -> Wide:
    """Return prices in which dead nodes ask as little as they can.

    ``price`` has for dead columns the highest that mislead nobody.
    """
    shut = limits == 0
    hard, soft = _wanted(program, live, shut, price)
    carries = _carriers(program, uses)
    lowered = price.copy()
    for kind in reversed(_UPWARD):
        arcs = np.flatnonzero((program.kind == kind) & ~live[program.tail])
        tail, head = program.tail[arcs], program.head[arcs]
        if kind == Arc.LINK:
            low = lowered.min(initial=0)
            lowered[tail] = low
            np.maximum.at(lowered, tail, lowered[head])
            continue
        asked = np.where(shut[arcs] & carries[arcs], soft[tail], hard[tail])
        lowered[tail] = np.minimum(lowered[head], np.minimum(asked, hard[tail]))
    return lowered


def _wanted(
    program: Program, live: Bools, shut: Bools, price: Wide
) -> tuple[Wide, Wide]:
    """Return the highest price of each node that its open, or all, tails allow."""
    high = price.max(initial=0) + 1
    hard, soft = np.full_like(price, high), np.full_like(price, price.min() - 1)
    columns = np.arange(program.columns)
    hard[columns] = price[columns]
    soft[columns] = price[columns]
    for kind in _UPWARD:
        arcs = np.flatnonzero((program.kind == kind) & ~live[program.head])
        tail, head = program.tail[arcs], program.head[arcs]
        ask = np.where(live[tail], price[tail], np.minimum(hard[tail], soft[tail]))
        open_ = ~shut[arcs]
        np.minimum.at(hard, head[open_], ask[open_])
        np.maximum.at(soft, head, ask)
    return hard, soft


def _carriers(program: Program, uses: Uses) -> Bools:
    """Return at which arcs a day is at most as wide as what leads there."""
    most = uses.most
    fed = np.zeros(program.nodes, dtype=np.int64)
    np.add.at(fed, program.head, most)
    carries: Bools = (most <= fed[program.tail]) | (program.kind == Arc.PRINTER)
    return carries
