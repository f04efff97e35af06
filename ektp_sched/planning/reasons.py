"""Why applications are not printed: one reason each, read off the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.office import lots, ribbon_cards
from ektp_sched.planning.cohorts import NONE
from ektp_sched.planning.leftover import days_with_blanks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.office import Capacity
    from ektp_sched.planning.assign import Prints
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.outcome import Outcome

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Kind = tuple[int, str | None, str]

__all__ = ["reasons"]


def reasons(case: Case, outcome: Outcome, prints: Prints, left: Ints) -> pl.Series:
    """Return for each application that is not printed why it is not.

    ``no-printer``, ``pinned-later`` and ``not-ready`` as they say.  Else what is
    missing on all days on which it is ready: ``capacity`` if printer, server
    and reserve never had room for it; ``no-ribbon`` if no printer that had
    room had a ribbon; ``no-blanks`` if no such day had a blank for it; else
    ``quota``.
    """
    cohorts, days = outcome.cohorts, outcome.program.capacity.days
    member = cohorts.member[left]
    access = cohorts.eligibility[member]
    none = np.array([not names for names in cohorts.printer_sets], dtype=bool)
    number, kinds = _kinds(case, access, left)
    ready = cohorts.ready[member]
    room, inked, whole = (
        last[number] >= ready for last in _last(case, outcome, prints, kinds)
    )
    # Without quotas all others had everything, and blanks are the last to blame.
    final = "quota" if case.office.quotas else "no-blanks"
    choices = (
        ("no-printer", none[access]),
        ("pinned-later", cohorts.pinned[member] != NONE),
        ("not-ready", ready >= days),
        ("capacity", ~room),
        ("no-ribbon", ~inked),
        ("no-blanks", ~whole),
        (final, np.ones(len(left), dtype=bool)),
    )
    codes = [code for code, _ in choices]
    first = np.argmax(np.array([holds for _, holds in choices]), axis=0)
    return pl.Series("reason", codes, dtype=pl.String).gather(first)


def _kinds(case: Case, access: Ints, left: Ints) -> tuple[Ints, list[Kind]]:
    """Return applications as indices of printer set, card type and class."""
    rows = case.backlog.frame.select("card", "urgency")[left]
    table = rows.with_columns(access=access).select("access", "card", "urgency")
    kinds = table.unique(maintain_order=True).with_row_index("number")
    names = ["access", "card", "urgency"]
    number = table.join(
        kinds, on=names, how="left", nulls_equal=True, maintain_order="left"
    )["number"]
    return number.to_numpy().astype(np.int64), kinds.select(names).rows()


def _last(
    case: Case, outcome: Outcome, prints: Prints, kinds: list[Kind]
) -> tuple[NDArray[np.int64], ...]:
    """Return by kind the last day with room; with a ribbon; and with a blank too."""
    limits = outcome.program.capacity
    room, ribbon = _room(limits, prints), _ribbons(case, limits, prints)
    blanks = _Blanks(case, limits, prints)
    last = np.full((3, len(kinds)), -1, dtype=np.int64)
    for number, (access, card, urgency) in enumerate(kinds):
        names = outcome.cohorts.printer_sets[access]
        able = [limits.printers.index(name) for name in names]
        free = room[able].any(axis=0)
        inked = (room & ribbon)[able].any(axis=0)
        whole = inked & blanks.on(card, urgency) if inked.any() else inked
        for row, on in zip(last, (free, inked, whole), strict=True):
            row[number] = np.flatnonzero(on).max(initial=-1)
    return tuple(last)


def _room(limits: Capacity, prints: Prints) -> Bools:
    """Return on which days each printer could have printed more, shape (P, days)."""
    left_printer = limits.printer_cards.copy()
    np.subtract.at(left_printer, (prints.printer, prints.day), 1)
    left_server = limits.server_cards.copy()
    np.subtract.at(left_server, (prints.server, prints.day), 1)
    room = (left_printer > 0) & (limits.reaches @ (left_server > 0))
    if limits.total is not None:
        room &= limits.total > np.bincount(prints.day, minlength=limits.days)
    return np.asarray(room)


def _ribbons(case: Case, limits: Capacity, prints: Prints) -> Bools:
    """Return on which days a printer's ribbons allow one card more, shape (P, days)."""
    inked = np.ones(limits.printer_cards.shape, dtype=bool)
    allowed = ribbon_cards(case.office, limits.start, limits.days)
    for name, cards in allowed.items():
        number = limits.printers.index(name)
        on = prints.day[prints.printer == number]
        inked[number] = _lasting(
            cards - np.cumsum(np.bincount(on, minlength=limits.days))
        )
    return inked


def _lasting(left: Ints) -> Bools:
    """Return on which days one more may be used: it is missing from then on."""
    return np.asarray(np.minimum.accumulate(left[::-1])[::-1] >= 1)


class _Blanks:
    """On which days there is a blank for one card more."""

    def __init__(self, case: Case, limits: Capacity, prints: Prints) -> None:
        self._limits = limits
        self._lots = lots(case.office, limits.start, limits.days)
        self._days: dict[tuple[str | None, str], Bools] = {}
        self._classes = case.backlog.frame["urgency"].unique().sort().to_list()
        # Nothing is counted where blanks have no end.
        self._printed: dict[tuple[str | None, str, int], int] = {}
        if limits.supply:
            rows = case.backlog.frame.select("card", "urgency")[prints.application]
            counts = rows.with_columns(day=prints.day).group_by(pl.all()).len()
            self._printed = {(c, u, d): n for c, u, d, n in counts.iter_rows()}

    def on(self, card: str | None, urgency: str) -> Bools:
        """Return the days with a blank for a card of a type and class."""
        limits = self._limits
        if card is None or card not in limits.supply:
            return np.ones(limits.days, dtype=bool)
        if (card, urgency) not in self._days:
            self._count(card)
        return self._days[card, urgency]

    def _count(self, card: str) -> None:
        days = range(self._limits.days)
        cards = {
            name: [self._printed.get((card, name, day), 0) for day in days]
            for name in self._classes
        }
        if card in self._lots:
            lasting = days_with_blanks(self._lots[card], cards, len(days))
            self._days |= {(card, n): np.array(on) for n, on in lasting.items()}
            return
        used = np.cumsum(np.sum(list(cards.values()), axis=0))
        on = _lasting(self._limits.supply[card] - used)
        self._days |= {(card, name): on for name in self._classes}
