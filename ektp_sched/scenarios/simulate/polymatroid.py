"""How many cards of each set of kinds a day can print.

Cards flow from kinds to printers to servers.  What can flow is a polymatroid
(Edmonds 1970): a number of cards by kind can be printed exactly if, for every
set of printers, the kinds that no other printer takes need no more than these
printers and their servers can do, which is a least cut.  Reserve and blanks
are bounds on sets of kinds as well.  Equal printers and equal servers are one
pool, and only sets of kinds that differ count.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from ektp_sched.errors import UnsupportedRuleError, UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.queue import Kinds
    from ektp_sched.scenarios.world.draws import Limits

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

CAUSES: Final = ("queue-empty", "servers", "printers", "blanks", "reserve")
"""What can end a day's printing."""

_T = TypeVar("_T", bound=np.generic)
_SERVERS, _PRINTERS, _BLANKS, _RESERVE = range(1, len(CAUSES))
_MOST_KINDS: Final = 12
_AMPLE: Final = 1 << 30
"""Cards that nothing limits; two of them still fit into 32 bits."""


@dataclass(frozen=True, slots=True)
class DailySets:
    """Bounds on the cards of sets of kinds, day by day."""

    members: Bools  # which kinds each set holds, shape (J, G)
    # for each set the cards of a day, shape (H, R) or (H, 1), int32
    bound: tuple[NDArray[np.int32], ...]
    # for each set what a full bound is due to, a place in `CAUSES`, same shape, int8
    cause: tuple[NDArray[np.int8], ...]
    # the sets bounded by blanks: place of the set, and supply up to and including a
    # day, shape (H,), or (H, R) where replications differ
    stock: tuple[tuple[int, Ints], ...]
    # cards that could be printed on a day if enough people of every kind waited and
    # blanks were ample, shape (H, R) or (H, 1)
    most: NDArray[np.int32]

    def part(self, here: slice | NDArray[np.intp]) -> DailySets:
        """Return the bounds of some replications."""

        def of(array: NDArray[_T]) -> NDArray[_T]:
            return array if array.shape[1] == 1 else array[:, here]

        return DailySets(
            members=self.members,
            bound=tuple(of(array) for array in self.bound),
            cause=tuple(of(array) for array in self.cause),
            stock=tuple(
                (place, supply if supply.ndim == 1 else supply[:, here])
                for place, supply in self.stock
            ),
            most=of(self.most),
        )

    def fits(self, other: DailySets) -> bool:
        """Return whether it bounds the same sets as another, so that both can join."""
        places = [place for place, _ in self.stock]
        return np.array_equal(self.members, other.members) and places == [
            place for place, _ in other.stock
        ]


def side_by_side(parts: Sequence[tuple[DailySets, int]]) -> DailySets:
    """Return the bounds of several blocks as those of one; they fit.

    Each comes with the number of its replications.
    """
    first, days = parts[0][0], len(parts[0][0].most)
    if len(parts) == 1:
        return first

    def joined(arrays: Iterable[NDArray[_T]]) -> NDArray[_T]:
        wide = (
            np.broadcast_to(a if a.ndim > 1 else a[:, None], (days, size))
            for a, (_, size) in zip(arrays, parts, strict=True)
        )
        return np.concatenate(list(wide), axis=1)

    every = [sets for sets, _ in parts]
    return DailySets(
        members=first.members,
        bound=tuple(map(joined, zip(*(s.bound for s in every), strict=True))),
        cause=tuple(map(joined, zip(*(s.cause for s in every), strict=True))),
        stock=tuple(
            (place, joined(s.stock[number][1] for s in every))
            for number, (place, _) in enumerate(first.stock)
        ),
        most=joined(s.most for s in every),
    )


@dataclass(frozen=True, slots=True)
class _Network:
    """Pools, and their cards by day and replication."""

    serves: Bools
    """Which printer pools each kind may use, shape ``(G, P)``."""
    reach: Bools
    """Which server pools each printer pool reaches, shape ``(P, S)``."""
    printers: list[Ints]
    servers: list[Ints]


def daily_sets(kinds: Kinds, limits: Limits) -> DailySets:
    """Return all bounds that a day's cards must keep.

    Refused are limits that lack a printer of the office (`UsageError`), and more than
    12 kinds that share printers or servers (`UnsupportedRuleError`).
    """
    network = _network(kinds, limits)
    bounds: dict[tuple[int, ...], tuple[Ints, NDArray[np.int8]]] = {}
    for component in _components(network):
        _check_size(component, network, kinds)
        for pools in _unions(component, network):
            inside = ~(network.serves & ~_mask(pools, network.serves.shape[1]))
            members = tuple(g for g in component if inside[g].all())
            bounds[members] = _least_cut(pools, network)
    everyone = tuple(range(len(kinds)))
    if limits.reserve:
        _tighten(bounds, everyone, _after_reserve(limits), _RESERVE)
    stocked = sorted({card for card in kinds.card if card in limits.supply} - {None})
    sets = list(bounds)
    stock = []
    for card in stocked:
        users = tuple(g for g, c in enumerate(kinds.card) if c == card)
        if users not in bounds:
            bounds[users] = _ample()
            sets.append(users)
        stock.append((sets.index(users), limits.supply[str(card)]))
    return DailySets(
        members=np.array([[g in s for g in everyone] for s in sets], dtype=bool),
        bound=tuple(_small(bounds[s][0]) for s in sets),
        cause=tuple(bounds[s][1] for s in sets),
        stock=tuple(stock),
        most=_small(possible_cards(kinds, limits)[0]),
    )


def possible_cards(kinds: Kinds, limits: Limits) -> tuple[Ints, Ints]:
    """Return the cards of a day with ample people and blanks, and what limits them.

    The latter is a place in `CAUSES`; both ``(H, R)`` or ``(H, 1)``, for any number of
    kinds.
    """
    network = _network(kinds, limits)
    nothing = np.zeros((limits.days, 1), dtype=np.int64)
    most, printers = nothing, sum(network.printers, nothing)
    for component in _components(network):
        pools = np.flatnonzero(network.serves[component].any(axis=0))
        most = most + _least_cut(tuple(pools.tolist()), network)[0]
    cause = np.where(printers > most, _SERVERS, _PRINTERS)
    if limits.reserve:
        total = _after_reserve(limits)
        cause = np.where(total < most, _RESERVE, cause)
        most = np.minimum(most, total)
    return most, cause


def _small(cards: Ints) -> NDArray[np.int32]:
    return np.ascontiguousarray(np.minimum(cards, _AMPLE), dtype=np.int32)


def _ample() -> tuple[Ints, NDArray[np.int8]]:
    return np.full((1, 1), _AMPLE), np.full((1, 1), _BLANKS, dtype=np.int8)


def _mask(places: tuple[int, ...], size: int) -> Bools:
    mask = np.zeros(size, dtype=bool)
    mask[list(places)] = True
    return mask


def _network(kinds: Kinds, limits: Limits) -> _Network:
    """Pool printers that serve the same kinds and reach the same servers."""
    missing = {name for names in kinds.printers for name in names}
    missing -= set(limits.printers)
    if missing:
        raise UsageError(
            said(
                "printer {name} of the office has no limits; the queue and the limits "
                "must belong to the same scenario",
                "printer {name} di kantor tidak ada dalam limits; queue dan limits "
                "harus dari skenario yang sama",
                name=repr(min(missing)),
            )
        )
    serves = np.array(
        [[p in names for p in limits.printers] for names in kinds.printers], dtype=bool
    ).reshape(len(kinds), len(limits.printers))
    used = np.flatnonzero(serves.any(axis=0) & limits.reaches.any(axis=1))
    pools = _alike(np.concatenate([serves[:, used].T, limits.reaches[used]], axis=1))
    leads = np.array([used[pool[0]] for pool in pools], dtype=np.intp)
    reach = limits.reaches[leads]
    server_used = np.flatnonzero(reach.any(axis=0))
    server_pools = _alike(reach[:, server_used].T)
    return _Network(
        serves=serves[:, leads],
        reach=reach[
            :, np.array([server_used[pool[0]] for pool in server_pools], dtype=np.intp)
        ],
        printers=[limits.printer_cards[used[pool]].sum(axis=0).T for pool in pools],
        servers=[
            limits.server_cards[server_used[pool]].sum(axis=0).T
            for pool in server_pools
        ],
    )


def _alike(rows: Bools) -> list[list[int]]:
    """Return the places of equal rows, group by group."""
    groups: dict[bytes, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(row.tobytes(), []).append(place)
    return list(groups.values())


def _components(network: _Network) -> list[list[int]]:
    """Return the kinds that share printers or servers, group by group."""
    reached = (network.serves.astype(np.int64) @ network.reach) > 0
    near = np.concatenate([network.serves, reached], axis=1).astype(np.int64)
    joined = near @ near.T > 0
    np.fill_diagonal(joined, val=True)
    for through in range(len(joined)):
        joined |= joined[:, through, None] & joined[through]
    components: dict[bytes, list[int]] = {}
    for kind, row in enumerate(joined):
        components.setdefault(row.tobytes(), []).append(kind)
    return list(components.values())


def _check_size(component: list[int], network: _Network, kinds: Kinds) -> None:
    sets = {network.serves[g].tobytes() for g in component}
    if len(sets) <= _MOST_KINDS:
        return
    raise UnsupportedRuleError(
        said(
            "{count} kinds of application share printers or servers (one needs "
            "{example}); the fast policies follow up to {most}: use policy replan, or "
            "give printers fewer lists of areas and cards",
            "{count} macam permohonan berbagi printer atau server (salah satunya perlu "
            "{example}); urutan cetak yang cepat sanggup sampai {most}: pakai policy "
            "replan, atau kurangi daftar areas dan cards pada printer",
            count=len(sets),
            example=", ".join(kinds.printers[component[0]]),
            most=_MOST_KINDS,
        )
    )


def _unions(component: list[int], network: _Network) -> list[tuple[int, ...]]:
    """Return every union of the kinds' printer pools, the smaller first."""
    wanted = {tuple(np.flatnonzero(network.serves[g]).tolist()) for g in component}
    unions: set[tuple[int, ...]] = set()
    for pools in sorted(wanted):
        unions |= {tuple(sorted({*pools, *other})) for other in unions} | {pools}
    return sorted(unions, key=lambda pools: (len(pools), pools))


def _least_cut(
    pools: tuple[int, ...], network: _Network
) -> tuple[Ints, NDArray[np.int8]]:
    """Return what some printer pools can print, and which side limits them.

    Every set of servers is a cut: these servers, and the printers that reach
    any other.  Where both sides limit alike, it is the servers.
    """
    nothing = np.zeros((1, 1), dtype=np.int64)
    least: Ints | None = None
    cause = np.full((1, 1), _PRINTERS, dtype=np.int8)
    for cut in _cuts(pools, network):
        others = ~_mask(cut, network.reach.shape[1])
        paid = [p for p in pools if (network.reach[p] & others).any()]
        by_servers = sum((network.servers[s] for s in cut), nothing)
        by_printers = sum((network.printers[p] for p in paid), nothing)
        cards = by_servers + by_printers
        servers = (by_servers >= by_printers) & bool(cut)
        side = np.where(servers, np.int8(_SERVERS), np.int8(_PRINTERS))
        better = np.ones((1, 1), dtype=bool) if least is None else cards < least
        least = cards if least is None else np.where(better, cards, least)
        cause = np.where(better, side, cause)
    assert least is not None
    return least, np.ascontiguousarray(cause)


def _cuts(pools: tuple[int, ...], network: _Network) -> Iterator[tuple[int, ...]]:
    """Yield every set of the servers reached, the largest first."""
    reached = network.reach[np.array(pools, dtype=np.intp)].any(axis=0)
    servers = np.flatnonzero(reached).tolist()
    for size in range(len(servers), -1, -1):
        yield from combinations(servers, size)


def _after_reserve(limits: Limits) -> Ints:
    least = np.minimum(
        limits.printer_cards.sum(axis=0), limits.server_cards.sum(axis=0)
    )
    total: Ints = np.maximum(least - limits.kept_free, 0).T
    return total


def _tighten(
    bounds: dict[tuple[int, ...], tuple[Ints, NDArray[np.int8]]],
    members: tuple[int, ...],
    cards: Ints,
    cause: int,
) -> None:
    """Bound a set by one more number of cards a day."""
    before, why = bounds.get(members, _ample())
    tighter = cards < before
    bounds[members] = (
        np.where(tighter, cards, before),
        np.where(tighter, np.int8(cause), why),
    )
