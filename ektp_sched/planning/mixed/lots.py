"""Blanks that come in lots: as rows of a program, and while cards exchange days.

Blanks that expire or are set aside come in lots.  How many of a lot are used
in each stretch of days is a *draw*: with whole numbers of cards the draws are
a transportation problem, so they need not be whole themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.documents.trees import BlankRow, OwnRow
from ektp_sched.office import Lot
from ektp_sched.people.blanks import enough
from ektp_sched.planning.mixed.rows import Period, SideRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ektp_sched.arrays import Ints
    from ektp_sched.planning.mixed.rows import Rows, Slots
    from ektp_sched.planning.network.program import Program
    from ektp_sched.rules import Kind


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
    ends = np.append(begins[1:], days) - 1
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        period = Period(begin, end)
        inside = slots.within(period)
        here: list[int] = []
        for draws in every:
            if not draws.lot.first <= begin <= draws.lot.last:
                continue
            if draws.lot.kept_for is not None:
                own = rows.new_draw()
                of_class = inside * slots.of_kinds(own_class[draws.lot.kept_for])
                named = OwnRow("own", card, draws.lot.kept_for, begin, end)
                rows.rows.append(
                    SideRow("", period, of_class, (own,), each=-1, named=named)
                )
                here.append(own)
                draws.own.append(own)
            here.append(rows.new_draw())
            draws.anybody.append(here[-1])
        used = -inside * slots.of_kinds(taker >= 0)
        row = SideRow(
            f"cards.{card}.stock",
            period,
            used,
            tuple(here),
            slack=0,
            named=BlankRow("blanks", card, begin, end),
        )
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


@dataclass(frozen=True, slots=True)
class _Taken:
    """Cards that need blanks of one type, as their lots tell them apart."""

    lots: tuple[Lot, ...]
    # Classes that blanks are set aside for; `None`, the first, for all others.
    classes: tuple[str | None, ...]
    of_kind: Ints  # index into `classes` of each kind; -1 where it is of another type
    cards: Ints  # cards by class and day, (classes, days)

    def move(self, days: Ints, kinds: Ints, number: int) -> None:
        """Exchange cards of two kinds between a day and a later one."""
        for own, sign in zip(
            self.of_kind[kinds].tolist(), (-number, number), strict=True
        ):
            for day, way in zip(days.tolist(), (sign, -sign), strict=True):
                if own >= 0 and day < self.cards.shape[1]:
                    self.cards[own, day] += way

    def enough(self) -> bool:
        """Return whether every card finds a blank."""
        return enough(self.lots, dict(zip(self.classes, self.cards, strict=True)))


@dataclass(frozen=True, slots=True)
class Blanks:
    """Blanks that come in lots, while cards exchange their days."""

    taken: tuple[_Taken, ...]  # for each card type that has lots what its cards take

    @classmethod
    def of(
        cls,
        lots: Mapping[str, tuple[Lot, ...]],
        kinds: Sequence[Kind],
        program: Program,
        slots: Ints,
    ) -> Blanks:
        """Return what so many cards in each slot, shape ``(S * K,)``, take."""
        days, column_day = program.capacity.days, program.column_day
        by_kind = np.zeros((days, len(kinds)), dtype=np.int64)
        np.add.at(by_kind, column_day, slots.reshape(len(column_day), len(kinds)))
        taken = []
        for card, card_lots in lots.items():
            classes = (None, *kept_classes(card_lots))
            of_kind = takers(kinds, card, classes)
            cards = np.zeros((len(classes), days), dtype=np.int64)
            needs = of_kind >= 0
            np.add.at(cards, of_kind[needs], by_kind.T[needs])
            taken.append(_Taken(card_lots, classes, of_kind, cards))
        return cls(tuple(taken))

    def allow(self, days: Ints, kinds: Ints, number: int) -> bool:
        """Return whether every card has a blank after an exchange.

        ``days`` are a day and a later one, beyond the horizon for "not printed";
        ``kinds`` are those of the cards of the earlier day, and of the later one.
        """
        for taken in self.taken:
            if taken.of_kind[kinds[0]] == taken.of_kind[kinds[1]]:
                continue
            taken.move(days, kinds, number)
            enough = taken.enough()
            taken.move(days, kinds, -number)
            if not enough:
                return False
        return True

    def exchange(self, days: Ints, kinds: Ints, number: int) -> None:
        """Exchange cards, as `allow` is asked."""
        for taken in self.taken:
            taken.move(days, kinds, number)
