"""How many cards each printer and server can do on each day."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.rules.calendar import calendar
from ektp_sched.rules.fields import DAYS
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.rules.consumables import CardType
    from ektp_sched.rules.decisions import Shift
    from ektp_sched.rules.reading import Server
    from ektp_sched.rules.tables import OfficeTables

__all__ = ["Capacity", "capacity", "day_shares", "shift_cards"]

_T = TypeVar("_T", bound=np.generic)
_R = TypeVar("_R", bound="Server")


@dataclass(frozen=True, slots=True)
class Capacity:
    """Limits of a horizon, in whole cards.

    Parameters
    ----------
    start
        First day.
    days
        Number of calendar days.
    open
        Whether a day is worked, also if only by a shift, shape (days,), bool.
    printers, servers
        Ids, sorted by code point: the rows of the arrays below.
    printer_cards, server_cards
        Cards per resource and day, shapes (P, days) and (S, days), int64.
    reaches
        Whether printer p can use server s, shape (P, S), bool.
    total
        Cards that may be planned on a day in an office that keeps a reserve,
        shape (days,), int64; None without a reserve.  On a day that only a
        shift opens nothing is kept.
    supply
        For each card type with stock, blanks that have come up to and including
        a day, shape (days,), int64; `ektp_sched.rules.lots` knows which of
        them expire or are set aside.
    """

    start: date
    days: int
    open: NDArray[np.bool_]
    printers: tuple[str, ...]
    servers: tuple[str, ...]
    printer_cards: NDArray[np.int64]
    server_cards: NDArray[np.int64]
    reaches: NDArray[np.bool_]
    total: NDArray[np.int64] | None
    supply: dict[str, NDArray[np.int64]]


def capacity(
    office: OfficeTables,
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
    printers, servers = _sorted(office.printers), _sorted(office.servers)
    printer_cards = _cards(office, printers, start, worked)
    server_cards = _cards(office, servers, start, worked)
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
    return Capacity(
        start=start,
        days=days,
        open=_frozen(opened),
        printers=tuple(printer.id for printer in printers),
        servers=tuple(server.id for server in servers),
        printer_cards=_frozen(printer_cards),
        server_cards=_frozen(server_cards),
        reaches=_frozen(reaches),
        total=_total(office, worked, printer_cards, server_cards),
        supply={
            name: _supply(card.stock, card, start, days)
            for name, card in sorted(office.cards.items())
            if card.stock is not None
        },
    )


def _frozen(array: NDArray[_T]) -> NDArray[_T]:
    array.flags.writeable = False
    return array


def _cards(
    office: OfficeTables,
    resources: Sequence[Server],
    start: date,
    worked: NDArray[np.bool_],
) -> NDArray[np.int64]:
    cards = np.zeros((len(resources), len(worked)), dtype=np.int64)
    # Most of many resources are in use and out of order on the same days.
    known: dict[tuple[object, ...], dict[Fraction, NDArray[np.bool_]]] = {}
    for row, resource in zip(cards, resources, strict=True):
        alike = tuple(_stretches(office, resource, start, len(worked)))
        if alike not in known:
            known[alike] = day_shares(office, resource, start, worked)
        for share, on in known[alike].items():
            row[on] = int(resource.cards_per_day * share)
    return cards


def _sorted(resources: Sequence[_R]) -> list[_R]:
    return sorted(resources, key=lambda resource: resource.id)


def _uses(
    office: OfficeTables, days: int, used: Collection[tuple[str, int]]
) -> list[tuple[Shift, NDArray[np.bool_]]]:
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


def shift_cards(
    office: OfficeTables, shift: Shift, start: date, days: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what a shift adds on each day on which it were used.

    That is the cards that each printer and each server can do more, sorted by id,
    shapes ``(P, days)`` and ``(S, days)``, int64.  Neither the weekday's share nor
    whether the day is worked counts.
    """
    return (
        _more_cards(office, shift, _sorted(office.printers), start, days),
        _more_cards(office, shift, _sorted(office.servers), start, days),
    )


def _more_cards(
    office: OfficeTables,
    shift: Shift,
    resources: Sequence[Server],
    start: date,
    days: int,
) -> NDArray[np.int64]:
    cards = np.zeros((len(resources), days), dtype=np.int64)
    for row, resource in zip(cards, resources, strict=True):
        if shift.opens(resource.id):
            full = resource.cards_per_day * Fraction(shift.share)
            for first, last, left in _stretches(office, resource, start, days):
                row[first:last] = int(full * left)
    return cards


def day_shares(
    office: OfficeTables, resource: Server, start: date, worked: NDArray[np.bool_]
) -> dict[Fraction, NDArray[np.bool_]]:
    """Return which part of its cards a resource can do, and on which days.

    Weekday share × what the day's outages leave, exact and above 0 → the worked days on
    which it holds, shape ``(days,)``; the resource's ``from`` and ``to`` bound them.
    """
    days = len(worked)
    days_by_share: dict[Fraction, NDArray[np.bool_]] = {}
    weekday = (start.weekday() + np.arange(days)) % 7
    by_day = [Fraction(office.calendar.share.get(name, 1)) for name in DAYS]
    for first, last, left in _stretches(office, resource, start, days):
        for number, part in enumerate(by_day):
            if left * part:
                on = days_by_share.setdefault(
                    left * part, np.zeros(days, dtype=np.bool_)
                )
                stretch = slice(first, last)
                on[stretch] |= (weekday[stretch] == number) & worked[stretch]
    return days_by_share


def _stretches(
    office: OfficeTables, resource: Server, start: date, days: int
) -> Iterator[tuple[int, int, Fraction]]:
    """Yield first day, day after the last, and share left between outages."""
    begin, end = _span(resource.from_, resource.to, start, days)
    outages = [o for o in office.outages if o.resource == resource.id]
    spans = [(_span(o.from_, o.to, start, days), Fraction(o.share)) for o in outages]
    bounds = {begin, end} | {edge for span, _ in spans for edge in span}
    edges = sorted(edge for edge in bounds if begin <= edge <= end)
    for first, last in pairwise(edges):
        shares = (share for (lo, hi), share in spans if lo <= first and last <= hi)
        yield first, last, prod(shares, start=Fraction(1))


def _span(
    first: date | None, last: date | None, start: date, days: int
) -> tuple[int, int]:
    """Return the half-open range of day offsets from `first` to `last`."""
    begin = 0 if first is None else (first - start).days
    end = days if last is None else (last - start).days + 1
    return min(max(begin, 0), days), min(max(end, 0), days)


def _total(
    office: OfficeTables,
    worked: NDArray[np.bool_],
    printers: NDArray[np.int64],
    servers: NDArray[np.int64],
) -> NDArray[np.int64] | None:
    reserve = office.reserve.cards_per_day
    if not reserve:
        return None
    least = np.minimum(printers.sum(axis=0), servers.sum(axis=0))
    return _frozen(np.maximum(least - reserve * worked, 0))


def _supply(stock: int, card: CardType, start: date, days: int) -> NDArray[np.int64]:
    added = np.zeros(days, dtype=np.int64)
    if card.expires_on is None or card.expires_on >= start:
        added[0] = stock
    for delivery in card.deliveries:
        offset = (delivery.on - start).days
        if 0 <= offset < days:
            added[offset] += delivery.cards
    return _frozen(np.cumsum(added))
