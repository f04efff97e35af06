"""Blanks that expire or are set aside, counted day after day.

Of a card type some of whose blanks expire or are set aside, a number of blanks
up to a day does not say who can be printed.  The count does.  On each day the
cards of a class with blanks set aside first take those, as long as these have
not expired; all other cards of the day take blanks that are for anybody, those
that expire first first.  No other way finds a blank for more cards:

* Blanks set aside come out of the stock, and the office may not state a
  delivery that expires before it.  So among all that a class can use, its own
  expire first, and nobody else can use them.  Take any way in which a card of
  the class takes another blank while one of its own is left that day: let it
  take that one instead, and let the card that takes this one later, if any,
  have the other, which can be used at least as long.
* Of two blanks for anybody that can be used today, the one that expires first
  serves none but days on which the other serves as well.  So using it first
  takes nothing from a later card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.keys import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Lot
    from ektp_sched.people.placed import Placed


Change = tuple[tuple[int, int], ...]
"""Cards more, or fewer, by day."""


class Blanks:
    """The blanks of one card type, and the cards of a plan that take them.

    Where cards move, the number of days stands for "not printed".

    Parameters
    ----------
    lots
        As `ektp_sched.rules.stock.lots` states them.
    cards
        Cards printed by day and class, shape ``(days,)`` each; ``None`` stands
        for all classes that have no blanks set aside.
    """

    def __init__(self, lots: Sequence[Lot], cards: dict[str | None, Ints]) -> None:
        self._own, self._lots = _apart(lots)
        self._cards = cards
        self._wanted = _wanted(self._own, cards)
        self._taken, self.short = _take(self._lots, self._wanted)
        self._moved: dict[tuple[str | None, int, int], Change] = {}
        self._fits: dict[Change, bool] = {}
        self._reaches = self._chains()

    def _chains(self) -> Bools:
        """Return which lots a card of each day can get at, shape ``(days, lots)``.

        It takes a blank of a lot of its day; or one that another card has,
        which then takes one of another lot of its own day; and so on.
        """
        usable = self._usable()
        step = (self._taken > 0).astype(np.int64).T @ usable.astype(np.int64)
        chains = (step > 0) | np.eye(len(self._lots), dtype=bool)
        for middle in range(len(self._lots)):
            chains |= chains[:, middle, None] & chains[middle]
        return np.asarray(usable.astype(np.int64) @ chains.astype(np.int64) > 0)

    def spare(self, name: str | None) -> Bools:
        """Return on which days a card more of a class leaves one for every card."""
        days = len(self._wanted)
        return np.array(
            [self._fit(self._change(name, day, days)) for day in range(days)],
            dtype=bool,
        )

    def exchanges(
        self, coming: str | None, going: str | None, day: int, later: int
    ) -> bool:
        """Return whether two cards of this type could exchange their days."""
        if coming == going:
            return True
        forward = self._change(coming, day, later)
        return self._fit(_summed(forward, self._change(going, later, day)))

    def moves(self, name: str | None, to: int, away: int) -> bool:
        """Return whether a card of a class could be printed on another day."""
        return self._fit(self._change(name, to, away))

    def _change(self, name: str | None, to: int, away: int) -> Change:
        """Return what a card's move changes among blanks for anybody."""
        key = name, to, away
        if key not in self._moved:
            cards = np.append(self._cards.get(name, 0 * self._wanted), 1)
            own = self._own.get(name)
            before = _from_all(own, cards[:-1].copy())
            cards[to] += 1
            cards[away] -= 1
            change = _from_all(own, cards[:-1]) - before
            days = np.flatnonzero(change).tolist()
            self._moved[key] = tuple((day, int(change[day])) for day in days)
        return self._moved[key]

    def _fit(self, change: Change) -> bool:
        """Return whether all cards still find blanks; few are counted again."""
        if change not in self._fits:
            more = [day for day, cards in change if cards > 0]
            if self.short.any() or len(more) > 1 or any(c > 1 for _, c in change):
                self._fits[change] = self._counted_again(change)
            else:
                fewer = [day for day, cards in change if cards < 0]
                self._fits[change] = not more or self._finds(more[0], fewer)
        return self._fits[change]

    def _finds(self, day: int, fewer: Iterable[int]) -> bool:
        """Return whether a card finds a blank: one left, or one given back."""
        cards = np.array([lot.cards for lot in self._lots], dtype=np.int64)
        free = self._taken.sum(axis=0) < cards
        for other in fewer:
            free |= self._taken[other] > 0
        return bool((self._reaches[day] & free).any())

    def _counted_again(self, change: Change) -> bool:
        wanted = self._wanted.copy()
        for day, cards in change:
            wanted[day] += cards
        _, short = _take(self._lots, wanted)
        return int(short.sum()) <= int(self.short.sum())

    def anybody(self) -> Ints:
        """Return how many blanks for anybody each day leaves that it could use."""
        cards = np.array([lot.cards for lot in self._lots], dtype=np.int64)
        left = cards - np.cumsum(self._taken, axis=0)
        usable: Ints = np.where(self._usable(), left, 0).sum(axis=1)
        return usable

    def _usable(self) -> Bools:
        """Return which lots for anybody can be used on a day, ``(days, lots)``."""
        days = np.arange(len(self._wanted))[:, None]
        first = np.array([lot.first for lot in self._lots], dtype=np.int64)
        last = np.array([lot.last for lot in self._lots], dtype=np.int64)
        return np.asarray((first <= days) & (days <= last))

    def kept(self, day: int) -> dict[str, int]:
        """Return how many blanks set aside are left for each class after a day."""
        by_class = {}
        for name, lot in sorted(self._own.items(), key=lambda item: str(item[0])):
            left = lot.cards - self._own_taken(name, day)
            if lot.last >= day and left > 0:
                by_class[str(name)] = left
        return by_class

    def expired(self, day: int) -> dict[int, int]:
        """Return how many blanks were left unused when they expired before a day."""
        taken = self._taken.sum(axis=0).tolist()
        left = [(s, s.cards - t) for s, t in zip(self._lots, taken, strict=True)]
        for name, lot in self._own.items():
            left.append((lot, lot.cards - self._own_taken(name, lot.last)))
        by_day: dict[int, int] = {}
        for lot, cards in sorted(left, key=lambda pair: pair[0].last):
            if lot.last < day and cards:
                by_day[lot.last] = by_day.get(lot.last, 0) + cards
        return by_day

    def _own_taken(self, name: str | None, day: int) -> int:
        lot, cards = self._own[name], self._cards.get(name)
        if cards is None:
            return 0
        return min(int(cards[: min(day, lot.last) + 1].sum()), lot.cards)


def enough(lots: Sequence[Lot], cards: dict[str | None, Ints]) -> bool:
    """Return whether every card finds a blank; both are as of `Blanks`."""
    own, shared = _apart(lots)
    return not _take(shared, _wanted(own, cards))[1].any()


def _apart(lots: Sequence[Lot]) -> tuple[dict[str | None, Lot], list[Lot]]:
    """Return the lots set aside, by class, and the others by their last day."""
    own: dict[str | None, Lot] = {}
    own |= {lot.kept_for: lot for lot in lots if lot.kept_for is not None}
    shared = [lot for lot in lots if lot.kept_for is None]
    return own, sorted(shared, key=lambda lot: lot.last)


def _wanted(own: dict[str | None, Lot], cards: dict[str | None, Ints]) -> Ints:
    """Return how many cards of each day take blanks for anybody."""
    rest = [_from_all(own.get(name), of_class) for name, of_class in cards.items()]
    return np.asarray(np.sum(rest, axis=0, dtype=np.int64))


def _from_all(own: Lot | None, cards: Ints) -> Ints:
    """Return a class's cards by day that take blanks for anybody."""
    if own is None:
        return cards
    here = slice(own.first, own.last + 1)
    taken = np.minimum(np.cumsum(cards[here]), own.cards)
    rest = cards.copy()
    rest[here] -= np.diff(taken, prepend=0)
    return rest


def _summed(first: Change, other: Change) -> Change:
    total: dict[int, int] = {}
    for day, cards in (*first, *other):
        total[day] = total.get(day, 0) + cards
    return tuple(sorted((day, cards) for day, cards in total.items() if cards))


def _take(lots: Sequence[Lot], wanted: Ints) -> tuple[Ints, Ints]:
    """Hand out blanks for anybody, those that expire first first.

    Returned are cards by day and lot, shape ``(days, lots)``, and cards by day that
    find no blank.
    """
    taken = np.zeros((len(wanted), len(lots)), dtype=np.int64)
    short = np.zeros(len(wanted), dtype=np.int64)
    left = [lot.cards for lot in lots]
    for day, cards in enumerate(wanted.tolist()):
        for number, lot in enumerate(lots):
            if cards and left[number] and lot.first <= day <= lot.last:
                drawn = min(cards, left[number])
                taken[day, number] = drawn
                left[number] -= drawn
                cards -= drawn
        short[day] = cards
    return taken, short


def blanks_of(placed: Placed) -> dict[str, Blanks]:
    """Return the blanks, and a plan's cards, of types that need the day's count."""
    kinds, days = placed.kinds, placed.days
    if not kinds.takers:
        return {}
    application, _, _, day = placed.prints()
    taker = kinds.taker[placed.kind[application]]
    takes = taker >= 0
    shape = (len(kinds.takers), days)
    table = counted(taker[takes] * days + day[takes], shape)
    by_type: dict[str, dict[str | None, Ints]] = {}
    for (card, name), cards in zip(kinds.takers, table, strict=True):
        by_type.setdefault(card, {})[name] = cards
    return {card: Blanks(kinds.lots[card], cards) for card, cards in by_type.items()}
