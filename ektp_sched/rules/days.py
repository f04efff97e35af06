"""How many cards can be printed on each day, with the shifts that are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.rules.calendar import calendar
from ektp_sched.rules.capacity import by_id, cards_of
from ektp_sched.rules.reserve import HasReserve, total
from ektp_sched.rules.shifts import HasShifts, shift_cards
from ektp_sched.rules.stock import CardType, HasCards, supply
from ektp_sched.rules.world import Capacity
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools
    from ektp_sched.rules.shifts import Shift

_T = TypeVar("_T", bound=np.generic)


class HasDays(HasCards, HasReserve, HasShifts, Protocol):
    """What says what an office can do on a day."""

    cards: dict[str, CardType]


def capacity(
    office: HasDays,
    start: date,
    days: int,
    used: Collection[tuple[str, int]] = (),
) -> Capacity:
    r"""Return the daily limits of an office over a horizon.

    A resource of :math:`c` cards a day can do, on a worked day :math:`d`
    within its ``from`` and ``to``,

    .. math:: \Bigl\lfloor c \cdot w_d \cdot \prod_{o \ni d} s_o \Bigr\rfloor

    cards: :math:`w_d` is the share of that day of the week, :math:`s_o` what
    each outage on that day leaves.  The product is exact and rounded down
    once.  On all other days it can do none.  A shift of share :math:`h` that
    is used on a day, worked or not, adds to each resource that it opens and
    that is in use

    .. math:: \Bigl\lfloor c \cdot h \cdot \prod_{o \ni d} s_o \Bigr\rfloor

    cards, rounded down for each shift, and makes it a day that is worked.

    Parameters
    ----------
    office
        What limits printing.
    start
        First day.
    days
        Number of calendar days, 1 to 3,660.
    used
        Shifts that are used: id, and offset of the day from `start`; each
        pair counts once.  Whether it may be used then is not looked at:
        `ektp_sched.rules.shifts.options` knows.

    Raises
    ------
    ektp_sched.errors.UsageError
        If `days` is out of its range, or `used` names a shift that the office
        does not have or a day beyond the horizon.
    """
    worked = calendar(office, start, days).open
    printers, servers = by_id(office.printers), by_id(office.servers)
    printer_cards = cards_of(office, printers, start, worked)
    server_cards = cards_of(office, servers, start, worked)
    opened = worked.copy()
    for shift, on in _uses(office, days, used):
        more_printed, more_served = shift_cards(office, shift, start, days)
        printer_cards += more_printed * on
        server_cards += more_served * on
        opened |= on
    reaches = np.ones((len(printers), len(servers)), dtype=np.bool_)
    number = {server.id: place for place, server in enumerate(servers)}
    for row, printer in zip(reaches, printers, strict=True):
        if printer.servers is not None:
            row[:] = False
            row[[number[name] for name in printer.servers]] = True
    left = total(office, worked, printer_cards, server_cards)
    blanks = supply(office, start, days)
    return Capacity(
        start=start,
        days=days,
        open=_frozen(opened),
        printers=tuple(printer.id for printer in printers),
        servers=tuple(server.id for server in servers),
        printer_cards=_frozen(printer_cards),
        server_cards=_frozen(server_cards),
        reaches=_frozen(reaches),
        total=None if left is None else _frozen(left),
        supply={name: _frozen(up_to) for name, up_to in blanks.items()},
    )


def _frozen(array: NDArray[_T]) -> NDArray[_T]:
    array.flags.writeable = False
    return array


def _uses(
    office: HasDays, days: int, used: Collection[tuple[str, int]]
) -> list[tuple[Shift, Bools]]:
    """Return each shift that is used and on which days, shape (days,)."""
    by_id = {shift.id: np.zeros(days, dtype=np.bool_) for shift in office.shifts}
    for name, day in used:
        if name not in by_id or not 0 <= day < days:
            message = said(
                'shift "{name}" on day {day}; it must be one of the office, and the '
                "day from 0 to {last}",
                'shift "{name}" pada hari ke-{day}; shift itu harus milik kantor ini, '
                "dan harinya dari 0 sampai {last}",
                name=name,
                day=day,
                last=days - 1,
            )
            raise UsageError(message)
        by_id[name][day] = True
    return [(s, by_id[s.id]) for s in office.shifts if by_id[s.id].any()]
