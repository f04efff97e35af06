"""Blanks that are not for everybody, and ribbons, that keep a card from a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.trust.counts.consumables import blanks_of
from ektp_sched.trust.counts.standing import ribbons_left
from ektp_sched.trust.explain.model import SupplyHold
from ektp_sched.trust.facts import read_facts
from ektp_sched.trust.verify.rules import used_blanks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.trust.explain.limits import Room
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.planned import PlannedRows

    Bools = NDArray[np.bool_]

__all__ = ["ConsumableCase", "may_be_held"]


def may_be_held(office: Office, card: str | None) -> bool:
    """Return whether ribbons or blanks could hold a card.

    Parameters
    ----------
    office
        The rules.
    card
        Its card type.
    """
    ribbons = any(p.cards_per_ribbon is not None for p in office.printers)
    kind = office.cards.get(card or "")
    return ribbons or (kind is not None and kind.stock is not None)


class ConsumableCase:
    """One application against what its office's printing uses up.

    Parameters
    ----------
    plan, backlog, office
        The plan, what was planned, and the rules.
    application_id
        One of the backlog.
    days
        Days before its own on which it could have been printed.
    room
        What the plan uses and leaves.
    """

    def __init__(
        self,
        plan: PlannedRows,
        backlog: Backlog,
        office: Office,
        application_id: str,
        days: Sequence[int],
        room: Room,
    ) -> None:
        self._facts: Facts = read_facts(plan, backlog, office)
        ids = backlog.frame["application_id"]
        self._row = int((ids == application_id).arg_max() or 0)
        self._kind = int(self._facts.kind[self._row])
        self._later = int(self._facts.printed[self._row])
        self._takes = room.takes
        self._left = ribbons_left(self._facts)
        self._blanks = blanks_of(self._facts)
        self._days = [day for day in days if room.free[day]]
        self._inked = [day for day in self._days if self._has_ribbon(day)]
        self._whole = [day for day in self._inked if self._has_blank(day)]

    @property
    def whole(self) -> Bools:
        """Return the days with a place, a ribbon and a blank, shape ``(days,)``."""
        found = np.zeros(self._facts.days, dtype=bool)
        found[self._whole] = True
        return found

    def rule(self) -> str | None:
        """Return which of them holds it on each day on which there is a place."""
        if self._days and not self._inked:
            return "no-ribbon"
        return "no-blanks" if self._inked and not self._whole else None

    def holds(self) -> tuple[SupplyHold, ...]:
        """Return what is used up, set aside or expired."""
        rule = self.rule()
        if rule is None:
            return ()
        return tuple(self._ribbons() if rule == "no-ribbon" else self._lots())

    def _has_ribbon(self, day: int) -> bool:
        """Return whether a printer with a place has a ribbon for the card."""
        names = self._facts.assignments["printer"]
        at = np.flatnonzero(self._facts.rows.application == self._row)
        mine = names[int(at[0])] if len(at) else None
        for number in np.flatnonzero(self._takes[:, day]).tolist():
            same = self._facts.limits.printers[number] == mine
            end = self._later if same else self._facts.days
            if self._left[number, day:end].min(initial=1) > 0:
                return True
        return False

    def _has_blank(self, day: int) -> bool:
        kinds = self._facts.kinds
        taker, stock = int(kinds.taker[self._kind]), int(kinds.stock[self._kind])
        if taker >= 0:
            card, name = kinds.takers[taker]
            return self._blanks[card].moves(name, day, self._later)
        if stock < 0:
            return True
        supply = self._facts.limits.supply[kinds.stocked[stock]]
        left = supply - used_blanks(self._facts)[stock]
        return bool((left[day : self._later] > 0).all())

    def _ribbons(self) -> Iterator[SupplyHold]:
        facts = self._facts
        for number in np.flatnonzero(self._takes[:, self._days].any(axis=1)).tolist():
            empty = np.flatnonzero(self._left[number] <= 0)
            before = empty[empty < self._later]
            last = (before if len(before) else empty).max(initial=0)
            until = facts.start + timedelta(days=int(last))
            yield SupplyHold("ribbon", name=facts.limits.printers[number], day=until)

    def _lots(self) -> Iterator[SupplyHold]:
        """Yield whose blanks are left, and what had expired, on the last such day."""
        kinds, start = self._facts.kinds, self._facts.start
        taker = int(kinds.taker[self._kind])
        if taker < 0:
            return
        card, mine = kinds.takers[taker]
        day, blanks = self._inked[-1], self._blanks[card]
        for name, cards in blanks.kept(day).items():
            if name != mine:
                when = start + timedelta(days=day)
                yield SupplyHold("set-aside", name=name, cards=cards, day=when)
        for last, cards in blanks.expired(day).items():
            when = start + timedelta(days=last)
            yield SupplyHold("expired", cards=cards, day=when)
