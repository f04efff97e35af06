"""Blanks and ribbons as rows of a mixed-integer program.

Blanks that expire or are set aside come in lots.  How many of a lot are used
in each stretch of days is a *draw*: with whole numbers of cards the draws are
a transportation problem, so they need not be whole themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import Lot
from ektp_sched.planning.mixed.rows import Period, SideRow
from ektp_sched.rules.ribbons import place as ribbons_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.planning.mixed.rows import Rows, Slots

    Ints = NDArray[np.int64]

__all__ = ["lot_rows", "ribbon_rows", "stock_rows"]


def stock_rows(rows: Rows, slots: Slots, cards: Sequence[str], first: int) -> None:
    """Lay the rows of blanks that run out beside other cards.

    The first of the card types asks question ``first``, the number of the questions
    before.
    """
    for number, card in enumerate(cards, start=first):
        of_card = slots.of(number)
        supply = slots.program.capacity.supply[card]
        for last in _ends(np.flatnonzero(np.diff(supply, prepend=-1)), len(supply)):
            weight = -(of_card & (slots.day <= last)).astype(np.int64)
            rule = f"cards.{card}.stock"
            rows.rows.append(
                SideRow(rule, Period(0, last), weight, least=-int(supply[last]))
            )


def lot_rows(
    rows: Rows, slots: Slots, card: str, lots: Sequence[Lot], asked: dict[str, int]
) -> None:
    """Lay the rows of blanks that expire or are set aside.

    In each stretch of days in which the same lots can be used, the cards
    printed are at most the draws; all draws from a lot are at most what it
    holds; and from what is set aside for a class, its cards alone are drawn.

    ``asked`` is that of `Problem` for the card type.
    """
    days = slots.program.capacity.days
    # A lot that holds nothing, so that one blank more can be asked for.
    every = [_Draws(lot) for lot in (*lots, Lot(0, days - 1, 0))]
    edges = {0, *(lot.first for lot in lots), *(lot.last + 1 for lot in lots)}
    begins = np.array(sorted(edge for edge in edges if edge < days), dtype=np.int64)
    for begin, end in zip(begins.tolist(), _ends(begins, days), strict=True):
        period = Period(begin, end)
        inside = ((slots.day >= begin) & (slots.day <= end)).astype(np.int64)
        here: list[int] = []
        for draws in every:
            if not draws.lot.first <= begin <= draws.lot.last:
                continue
            if draws.lot.kept_for is not None:
                own = rows.new_draw()
                of_class = inside * slots.of(asked[draws.lot.kept_for])
                rows.rows.append(SideRow("", period, of_class, (own,), each=-1))
                here.append(own)
                draws.own.append(own)
            here.append(rows.new_draw())
            draws.anybody.append(here[-1])
        used = -inside * slots.of(asked[""])
        row = SideRow(f"cards.{card}.stock", period, used, tuple(here), slack=0)
        rows.rows.append(row)
    nothing = np.zeros(len(slots.day), dtype=np.int64)
    rows.rows += _limits(every, card, nothing)


@dataclass(frozen=True, slots=True)
class _Draws:
    """All draws from a lot, stretch by stretch."""

    lot: Lot
    # Draws for the class that it is set aside for.
    own: list[int] = field(default_factory=list)
    anybody: list[int] = field(default_factory=list)


def _limits(every: Sequence[_Draws], card: str, nothing: Ints) -> list[SideRow]:
    """Return what each lot holds, and that nothing set aside is for anybody.

    The last lot is the one that one blank more would be added to.
    """
    limits = []
    for draws in every:
        lot, from_lot = draws.lot, (*draws.own, *draws.anybody)
        period = Period(lot.first, lot.last)
        rule, spare = f"cards.{card}.stock", int(draws is every[-1])
        row = SideRow(rule, period, nothing, from_lot, each=-1, least=-lot.cards)
        limits.append(replace(row, slack=spare))
    kept = [draws for draws in every if draws.lot.kept_for is not None]
    if kept:
        # One row for all classes, so that its relief is blanks in all.
        lent = tuple(draw for draws in kept for draw in draws.anybody)
        last = max(draws.lot.last for draws in kept)
        rule = f"cards.{card}.set_aside"
        limits.append(SideRow(rule, Period(0, last), nothing, lent, each=-1))
    return limits


def ribbon_rows(
    rows: Rows, slots: Slots, office: Office, ribbons: dict[str, Ints]
) -> None:
    """Lay the rows of ribbons that run out, each printer's alone in its pool.

    ``ribbons`` are cards that a printer's ribbons allow up to a day.
    """
    program = slots.program
    for name, cards in ribbons.items():
        index = program.capacity.printers.index(name)
        pools = [p for p, pool in enumerate(program.pools) if index in pool]
        on_printer = np.isin(slots.pool, pools)
        for last in _ends(np.flatnonzero(np.diff(cards, prepend=-1)), len(cards)):
            weight = -(on_printer & (slots.day <= last)).astype(np.int64)
            rule = ribbons_place(office, name)
            rows.rows.append(
                SideRow(rule, Period(0, last), weight, least=-int(cards[last]))
            )


def _ends(begins: Ints, days: int) -> list[int]:
    """Return the last day of each stretch."""
    ends: list[int] = (np.append(begins[1:], days) - 1).tolist()
    return ends
