"""On which days a plan leaves a blank for one card more, lot by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ektp_sched.office import Lot

__all__ = ["days_with_blanks"]


def days_with_blanks(
    lots: Sequence[Lot], cards: Mapping[str, Sequence[int]], days: int
) -> dict[str, list[bool]]:
    """Return on which days one card more would leave a blank for every card.

    The plan's cards take blanks day after day: those of a class first what is
    set aside for it, the rest what anybody can use and expires first.  One card
    more takes a blank that is left on its day.  On a later day a card may miss
    that blank and take another that is left then; so what is asked of a lot is
    whether it can do with one blank less, and that is known from the last day
    backwards.

    ``lots`` are blanks of one card type, of which every card of the plan finds one;
    ``cards`` are those of the classes asked about, by day.
    """
    order = sorted(range(len(lots)), key=lambda number: lots[number].last)
    general = [number for number in order if lots[number].kept_for is None]
    own = {lot.kept_for: number for number, lot in enumerate(lots) if lot.kept_for}
    left = _left(lots, general, own, cards, days)
    lasts = {name: [False] * days for name in cards}
    spared = [True] * len(lots)
    for day in reversed(range(days)):
        # One blank less after this day: it expires, or tomorrow can do without.
        if day + 1 < days:
            other = _first(lots, general, left[day + 1], day + 1)
            instead = other is not None and spared[other]
            spared = [
                lot.last <= day or (spared[n] if left[day + 1][n] else instead)
                for n, lot in enumerate(lots)
            ]
        anybody = _first(lots, general, left[day], day)
        for name, on in lasts.items():
            taken = own.get(name)
            if taken is None or lots[taken].last < day or not left[day][taken]:
                taken = anybody
            on[day] = taken is not None and spared[taken]
    return lasts


def _left(
    lots: Sequence[Lot],
    general: Sequence[int],
    own: Mapping[str, int],
    cards: Mapping[str, Sequence[int]],
    days: int,
) -> list[list[int]]:
    """Return the blanks that each lot has left after each day."""
    has = [lot.cards for lot in lots]
    left_by_day = []
    for day in range(days):
        rest = 0
        for name, printed in cards.items():
            more, own_lot = printed[day], own.get(name)
            if own_lot is not None and lots[own_lot].last >= day:
                used = min(more, has[own_lot])
                has[own_lot] -= used
                more -= used
            rest += more
        for number in general:
            if lots[number].first <= day <= lots[number].last:
                used = min(rest, has[number])
                has[number] -= used
                rest -= used
        left_by_day.append(list(has))
    return left_by_day


def _first(
    lots: Sequence[Lot], general: Sequence[int], left: Sequence[int], day: int
) -> int | None:
    """Return the lot that the next card of a day takes a blank from."""
    usable = (n for n in general if lots[n].first <= day <= lots[n].last and left[n])
    return next(usable, None)
