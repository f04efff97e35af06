"""Blanks that come in lots, while cards exchange their days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.mixed.lots import kept_classes, takers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.office import Lot
    from ektp_sched.planning.mixed.pose import Problem

    Ints = NDArray[np.int64]

__all__ = ["Blanks"]


@dataclass(frozen=True, slots=True)
class _Taken:
    """Cards that need blanks of one type, as their lots tell them apart."""

    lots: tuple[Lot, ...]  # the lots, those that expire first first
    # Classes that blanks are set aside for; `None`, the first, for all others.
    classes: tuple[str | None, ...]
    of_kind: Ints  # index into `classes` of each kind; -1 where it is of another type
    cards: Ints  # cards by day and class, (days, classes)

    def move(self, days: Ints, kinds: Ints, number: int) -> None:
        """Exchange cards of two kinds between a day and a later one."""
        for own, sign in zip(
            self.of_kind[kinds].tolist(), (-number, number), strict=True
        ):
            for day, way in zip(days.tolist(), (sign, -sign), strict=True):
                if own >= 0 and day < len(self.cards):
                    self.cards[day, own] += way

    def enough(self) -> bool:
        """Return whether every card finds a blank, as section 1 of the model says."""
        left = [lot.cards for lot in self.lots]
        for day in np.flatnonzero(self.cards.any(axis=1)).tolist():
            short = 0
            # Everybody else comes last: a class that needs more joins them.
            for name, cards in zip(
                self.classes[::-1], self.cards[day, ::-1], strict=True
            ):
                short += int(cards)
                for number, lot in enumerate(self.lots):
                    if lot.kept_for == name and lot.first <= day <= lot.last:
                        taken = min(left[number], int(cards) if name else short)
                        left[number] -= taken
                        short -= taken
                        cards -= taken
            if short:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Blanks:
    """Blanks that come in lots, while cards exchange their days."""

    taken: tuple[_Taken, ...]  # for each card type that has lots what its cards take

    @classmethod
    def of(cls, problem: Problem, slots: Ints) -> Blanks:
        """Return what so many cards in each slot, shape ``(S * K,)``, take."""
        kinds = problem.cohorts.kinds
        days, column_day = problem.limits.days, problem.program.column_day
        by_kind = np.zeros((days, kinds), dtype=np.int64)
        np.add.at(by_kind, column_day, slots.reshape(len(column_day), kinds))
        taken = []
        for card, card_lots in problem.scarce.lots.items():
            classes = (None, *kept_classes(card_lots))
            of_kind = takers(problem.kinds, card, classes)
            cards = np.zeros((days, len(classes)), dtype=np.int64)
            needs = of_kind >= 0
            np.add.at(cards.T, of_kind[needs], by_kind.T[needs])
            lots = tuple(sorted(card_lots, key=lambda lot: lot.last))
            taken.append(_Taken(lots, classes, of_kind, cards))
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
