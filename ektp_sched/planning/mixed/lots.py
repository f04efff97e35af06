"""Blanks that come in lots as rows of a mixed-integer program.

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from ektp_sched.planning.mixed.rows import Rows, Slots
    from ektp_sched.rules import Kind

    Ints = NDArray[np.int64]

__all__ = ["kept_classes", "lot_rows", "takers"]


def kept_classes(lots: Iterable[Lot]) -> tuple[str, ...]:
    """Return the classes that some of the lots are set aside for, sorted."""
    return tuple(sorted({lot.kept_for for lot in lots if lot.kept_for is not None}))


def takers(kinds: Sequence[Kind], card: str, classes: Sequence[str | None]) -> Ints:
    """Return whose blanks of a card type each kind takes, as an index of classes.

    The first of ``classes`` stands for all that the others do not name; -1 is for
    other card types.
    """
    number = {name: index for index, name in enumerate(classes)}
    return np.array(
        [number.get(urgency, 0) if of == card else -1 for urgency, of, _ in kinds],
        dtype=np.int64,
    )


def lot_rows(
    rows: Rows, slots: Slots, card: str, lots: Sequence[Lot], kinds: Sequence[Kind]
) -> None:
    """Lay the rows of blanks that expire or are set aside.

    In each stretch of days in which the same lots can be used, the cards
    printed are at most the draws; all draws from a lot are at most what it
    holds; and from what is set aside for a class, its cards alone are drawn.
    """
    days = slots.program.capacity.days
    classes = kept_classes(lots)
    rows.places += [f"cards.{card}.set_aside"] if classes else []
    rows.places.append(f"cards.{card}.stock")
    taker = takers(kinds, card, (None, *classes))
    own_class = {name: taker == number for number, name in enumerate(classes, 1)}
    # A lot that holds nothing, so that one blank more can be asked for.
    every = [_Draws(lot) for lot in (*lots, Lot(0, days - 1, 0))]
    edges = {0, *(lot.first for lot in lots), *(lot.last + 1 for lot in lots)}
    begins = np.array(sorted(edge for edge in edges if edge < days), dtype=np.int64)
    for begin, end in zip(begins.tolist(), _ends(begins, days), strict=True):
        period = Period(begin, end)
        inside = slots.within(period)
        here: list[int] = []
        for draws in every:
            if not draws.lot.first <= begin <= draws.lot.last:
                continue
            if draws.lot.kept_for is not None:
                own = rows.new_draw()
                of_class = inside * slots.of_kinds(own_class[draws.lot.kept_for])
                rows.rows.append(SideRow("", period, of_class, (own,), each=-1))
                here.append(own)
                draws.own.append(own)
            here.append(rows.new_draw())
            draws.anybody.append(here[-1])
        used = -inside * slots.of_kinds(taker >= 0)
        row = SideRow(f"cards.{card}.stock", period, used, tuple(here), slack=0)
        rows.rows.append(row)
    nothing = np.zeros_like(slots.split.column)
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


def _ends(begins: Ints, days: int) -> list[int]:
    """Return the last day of each stretch."""
    ends: list[int] = (np.append(begins[1:], days) - 1).tolist()
    return ends
