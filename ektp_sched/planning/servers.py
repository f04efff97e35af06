"""Which server each card of a day is printed through, and how a day is divided evenly.

It follows from what each printer prints that day and what each server can do, and
from nothing else: the same day of two plans has the same servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.kinds import first_numbers

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Capacity


def servers_of(capacity: Capacity, day: Ints, printer: Ints) -> Ints:
    """Return the server of each print; prints are sorted by day and printer.

    Servers that the same printers reach share their cards of a day evenly.
    """
    days, reaches = capacity.days, capacity.reaches
    reach = first_numbers(row.tobytes() for row in reaches)
    pool = first_numbers(column.tobytes() for column in reaches.T)
    links = _links(reaches, reach, pool)
    key = day * len(links) + reach[printer]
    count = np.bincount(key, minlength=days * len(links)).reshape(days, len(links)).T
    room = np.zeros((links.shape[1], days), dtype=np.int64)
    np.add.at(room, pool, capacity.server_cards)
    cards = _link_cards(count.astype(np.int64), room, links)
    # Day by day and pool by pool: the printers' cards, and beside them the servers.
    servers = np.zeros((days, *reaches.shape[1:]), dtype=np.int64)
    for number in range(links.shape[1]):
        members = np.flatnonzero(pool == number)
        total = cards[:, number].sum(axis=0)
        servers[:, members] = even_shares(capacity.server_cards[members], total).T
    by_pool = np.argsort(pool, kind="stable")
    names = np.tile(by_pool, days)
    server = np.repeat(names, servers[:, by_pool].ravel())
    keys = np.arange(days)[:, None, None] * len(links) + np.arange(len(links))
    keys = np.broadcast_to(keys, (days, links.shape[1], len(links)))
    at = np.repeat(keys.ravel(), cards.transpose(2, 1, 0).ravel())
    result = np.empty(len(key), dtype=np.int64)
    result[_stable(key)] = server[_stable(at)]
    return result


def _stable(key: Ints) -> Ints:
    """Return the rows in the order of their keys, equal ones as they are."""
    if (key[1:] >= key[:-1]).all():
        return np.arange(len(key), dtype=np.int64)
    return np.argsort(key, kind="stable")


def _links(reaches: Bools, reach: Ints, pool: Ints) -> Bools:
    """Return which printers, by what they reach, use which pools of servers."""
    shape = (int(reach.max(initial=-1)) + 1, int(pool.max(initial=-1)) + 1)
    links = np.zeros(shape, dtype=bool)
    printer, server = np.nonzero(reaches)
    links[reach[printer], pool[server]] = True
    return links


def _link_cards(count: Ints, room: Ints, links: Bools) -> Ints:
    """Return the cards of each day on each link, shape ``(R, S, days)``.

    Printers of few servers come first; the first server takes what it can.  Where that
    leaves cards over, those before make room.
    """
    left, room = count.copy(), room.copy()
    cards = np.zeros((*links.shape, count.shape[1]), dtype=np.int64)
    for printers in np.argsort(links.sum(axis=1), kind="stable").tolist():
        for servers in np.flatnonzero(links[printers]).tolist():
            taken = np.minimum(left[printers], room[servers])
            cards[printers, servers] = taken
            left[printers] -= taken
            room[servers] -= taken
    for printers, day in np.argwhere(left).tolist():
        while left[printers, day]:
            moves = _path(printers, cards[:, :, day], room[:, day], links)
            gives = [cards[p, s, day] for p, s, sign in moves if sign < 0]
            few = min(left[printers, day], room[moves[-1][1], day], *gives)
            for p, s, sign in moves:
                cards[p, s, day] += sign * few
            left[printers, day] -= few
            room[moves[-1][1], day] -= few
    return cards


def _path(
    first: int, cards: Ints, room: Ints, links: Bools
) -> list[tuple[int, int, int]]:
    """Return the shortest way to a server with room, as links that gain or lose."""
    ways: dict[int, list[tuple[int, int, int]]] = {first: []}
    for printers in (queue := [first]):
        for servers in np.flatnonzero(links[printers]).tolist():
            way = [*ways[printers], (printers, servers, 1)]
            if room[servers]:
                return way
            for other in np.flatnonzero(cards[:, servers]).tolist():
                if other not in ways:
                    ways[other] = [*way, (other, servers, -1)]
                    queue.append(other)
    msg = "the servers cannot do what the printers print"
    raise RuntimeError(msg)


def even_shares(limits: Ints, total: Ints, least: Ints | int = 0) -> Ints:
    """Divide each day's cards as evenly as limits and whole cards allow.

    Limits and shares have shape ``(members, days)``, and ``total`` is at most the sum
    of a day's limits; odd cards go to earlier members.  Nobody gets fewer than
    ``least``, which limits and total allow.
    """
    low = np.zeros_like(total)
    high = limits.max(axis=0, initial=0)
    while (low < high).any():
        middle = (low + high + 1) // 2
        level = np.maximum(least, np.minimum(limits, middle))
        fits = level.sum(axis=0) <= total
        low = np.where(fits, middle, low)
        high = np.where(fits, high, middle - 1)
    shares: Ints = np.maximum(least, np.minimum(limits, low))
    room = (limits > low) & (shares <= low)
    odd = total - shares.sum(axis=0)
    shares += room & (np.cumsum(room, axis=0) <= odd)
    return shares
