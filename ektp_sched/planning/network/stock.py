"""Which blanks can run out, and whether a network can say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.errors import CrossingBlanksError
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arrays import Ints
    from ektp_sched.office import Capacity
    from ektp_sched.people.cohorts import Cohorts

    Pools = tuple[tuple[int, ...], ...]


def can_run_out(
    card: str, cohorts: Cohorts, capacity: Capacity, supply: Ints | None = None
) -> bool:
    """Return whether blanks could ever be what limits printing.

    One card of capacity more than there is counts as possible, so that the
    prices of one card more stay right.

    ``supply`` are blanks up to each day, shape ``(days,)``; those of the capacity if
    left out.
    """
    if supply is None:
        supply = capacity.supply[card]
    wanted = cohorts.wanted.get(card, 0)
    daily = np.minimum(
        capacity.printer_cards.sum(axis=0), capacity.server_cards.sum(axis=0)
    )
    possible = np.minimum(np.cumsum(daily) + 1, wanted)
    return bool((supply < possible).any())


def stock_chains(
    cohorts: Cohorts,
    capacity: Capacity,
    pools: Pools,
    aside: frozenset[str] = frozenset(),
) -> dict[str, set[int]]:
    """Return the card types whose blanks can run out, each with its pools.

    Blanks are a chain of arcs only where all that flows through the chain is
    of that card type; otherwise the sets of cards are not nested and no
    network describes them.

    Something else limits the blanks of card types ``aside``.  ``CrossingBlanksError``
    if other card types use the same printers, servers or reserve.
    """
    chains: dict[str, set[int]] = {}
    for card, own_pools, others in _running_out(cohorts, capacity, pools):
        if card in aside:
            continue
        if others:
            shared = sorted(str(other) for other in others)
            raise CrossingBlanksError(_sentence(card, shared), card=card, others=shared)
        chains[card] = own_pools
    return chains


def crossing_cards(
    cohorts: Cohorts, capacity: Capacity, pools: Pools
) -> tuple[str, ...]:
    """Return the card types whose blanks can run out beside others' cards."""
    running_out = _running_out(cohorts, capacity, pools)
    return tuple(card for card, _, others in running_out if others)


def _running_out(
    cohorts: Cohorts, capacity: Capacity, pools: Pools
) -> Iterator[tuple[str, set[int], set[str | None]]]:
    """Yield card types that can run out, their pools, and who else uses those."""
    for card in sorted(capacity.supply):
        own_pools = _pools_of(card, cohorts, capacity, pools)
        if own_pools and can_run_out(card, cohorts, capacity):
            yield (
                card,
                own_pools,
                _sharing(own_pools, cohorts, capacity, pools) - {card},
            )


def _pools_of(
    card: str | None, cohorts: Cohorts, capacity: Capacity, pools: Pools
) -> set[int]:
    sets = zip(cohorts.printer_sets, cohorts.cards, strict=True)
    usable = {name for names, kinds in sets if card in kinds for name in names}
    return {p for p, pool in enumerate(pools) if capacity.printers[pool[0]] in usable}


def _sharing(
    own_pools: set[int], cohorts: Cohorts, capacity: Capacity, pools: Pools
) -> set[str | None]:
    """Return the card types that meet these pools on a printer, server or reserve."""
    kinds = {k for group in cohorts.cards for k in group if cohorts.wanted.get(k)}
    if capacity.total is not None:
        return kinds
    reach = [capacity.reaches[pool[0]] for pool in pools]
    near = {
        p
        for p in range(len(pools))
        if p in own_pools or any((reach[p] & reach[q]).any() for q in own_pools)
    }
    return {k for k in kinds if _pools_of(k, cohorts, capacity, pools) & near}


def _sentence(card: str, others: list[str]) -> Said:
    return said(
        "cards.{card}.stock: blanks that can run out on printers, servers or a reserve "
        "shared with {shared} can only be planned over a stated number of days "
        "(--days); or give {card} printers and servers of its own, or enough stock",
        "cards.{card}.stock: blangko yang dapat habis pada printer, server, atau "
        "cadangan bersama {shared} hanya dapat direncanakan untuk jumlah hari yang "
        "disebutkan (--days); atau berikan {card} printer dan server sendiri, atau "
        "persediaan yang cukup",
        card=card,
        shared=", ".join(others),
    )
