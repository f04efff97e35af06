"""What an office may say, but probably does not mean."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.notices import Notice
from ektp_sched.rules.shifts import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.shifts import Shift
    from ektp_sched.rules.tables import OfficeTables

SHORT_TARGET_DAYS: Final = 7
"""A target up to this many days is short beside any longer one."""

_MUCH_SHORTER: Final = 5


def advice(office: OfficeTables) -> tuple[Notice, ...]:
    """Return the remarks on an office, in a fixed order.

    ``short-target``
        A class waits shortly beside another, with neither a rank of its own
        nor a reserve.  Pressure alone lets it wait for weeks behind a long
        backlog (figures ``urgency``, ``target_days``, ``longest``).
    ``reserve-takes-all``
        The reserve is never less than a full day's capacity (``reserve``,
        ``capacity``).
    ``card-without-printer``, ``area-without-printer``
        No printer may print it (``card`` or ``area``).
    ``set-aside-rest``
        All of a stock is set aside and none is to come, so that the classes
        for which nothing is get no card of this type (``card``, ``stock``).
    ``server-unreached``
        No printer uses a server (``server``).
    ``budget-without-shifts``
        There is nothing to buy (``idr``).
    ``shift-never``
        A shift adds no card, or may be used on none of its dates (``shift``).
    ``shift-half-open``
        On a day that is closed by the week a shift opens printers alone, or
        servers that none of its printers reaches (``shift``).
    ``shift-too-dear``
        One use of a shift costs more than the budget (``shift``, ``cost_idr``,
        ``idr``).
    ``shift-for-nothing``
        A shift has no cost, though there is a budget or costs are an aim
        (``shift``).
    """
    return (
        *_short_targets(office),
        *_reserve_takes_all(office),
        *_without_printer(office),
        *_nothing_for_others(office),
        *_unreached(office),
        *_nothing_to_buy(office),
        *_never_used(office),
        *_half_open(office),
        *_odd_costs(office),
    )


def urgency_left_out(office: OfficeTables) -> Notice:
    """Return that all are of one class, and which (``urgency``, ``target_days``)."""
    name = office.default_urgency
    figures: dict[str, str | int] = {"urgency": name}
    figures |= {"target_days": office.urgency[name].target_days}
    return Notice("urgency-left-out", figures)


def _short_targets(office: OfficeTables) -> Iterator[Notice]:
    longest = max(c.target_days for c in office.urgency.values())
    if office.reserve.cards_per_day:
        return
    for name, kind in office.urgency.items():
        target = kind.target_days
        short = target <= SHORT_TARGET_DAYS or target * _MUCH_SHORTER <= longest
        if short and target < longest and kind.rank is None:
            figures: dict[str, str | int] = {
                "urgency": name,
                "target_days": target,
                "longest": longest,
            }
            yield Notice("short-target", figures)


def _reserve_takes_all(office: OfficeTables) -> Iterator[Notice]:
    reserve = office.reserve.cards_per_day
    capacity = min(
        sum(p.cards_per_day for p in office.printers),
        sum(s.cards_per_day for s in office.servers),
    )
    if reserve >= capacity:
        yield Notice("reserve-takes-all", {"reserve": reserve, "capacity": capacity})


def _without_printer(office: OfficeTables) -> Iterator[Notice]:
    for card in office.cards:
        if all(p.cards is not None and card not in p.cards for p in office.printers):
            yield Notice("card-without-printer", {"card": card})
    for area in office.areas:
        if all(p.areas is not None and area not in p.areas for p in office.printers):
            yield Notice("area-without-printer", {"area": area})


def _nothing_for_others(office: OfficeTables) -> Iterator[Notice]:
    for name, card in office.cards.items():
        aside, stock = card.set_aside, card.stock
        if stock is None or not aside or card.deliveries:
            continue
        if sum(aside.values()) == stock and office.urgency.keys() - aside:
            yield Notice("set-aside-rest", {"card": name, "stock": stock})


def _unreached(office: OfficeTables) -> Iterator[Notice]:
    for server in sorted(s.id for s in office.servers):
        if all(
            p.servers is not None and server not in p.servers for p in office.printers
        ):
            yield Notice("server-unreached", {"server": server})


def _nothing_to_buy(office: OfficeTables) -> Iterator[Notice]:
    if office.budget is not None and not office.shifts:
        yield Notice("budget-without-shifts", {"idr": office.budget.idr})


def _never_used(office: OfficeTables) -> Iterator[Notice]:
    for shift in office.shifts:
        if not _adds_cards(office, shift) or not _has_a_day(office, shift):
            yield Notice("shift-never", {"shift": shift.id})


def _adds_cards(office: OfficeTables, shift: Shift) -> bool:
    return any(
        int(resource.cards_per_day * Fraction(shift.share))
        for resource in (*office.servers, *office.printers)
        if shift.opens(resource.id)
    )


def _has_a_day(office: OfficeTables, shift: Shift) -> bool:
    """Return whether there is a day on which a shift may be used.

    A weekday comes again and again, beyond every outage and holiday.
    """
    return any(
        isinstance(day, str)
        or any(option.shift == shift.id for option in options(office, day, 1))
        for day in shift.days
    )


def _half_open(office: OfficeTables) -> Iterator[Notice]:
    """Remark on shifts that by themselves print nothing on a day off."""
    servers = [server.id for server in office.servers]
    for shift in office.shifts:
        off = any(_weekday(day) not in office.calendar.workdays for day in shift.days)
        prints = any(
            shift.opens(printer.id) and shift.opens(server)
            for printer in office.printers
            for server in (servers if printer.servers is None else printer.servers)
        )
        if off and not prints:
            yield Notice("shift-half-open", {"shift": shift.id})


def _weekday(day: str | date) -> str:
    return DAYS[day.weekday()] if isinstance(day, date) else day


def _odd_costs(office: OfficeTables) -> Iterator[Notice]:
    costs_matter = office.budget is not None or "cost_idr" in office.plan.tiers
    for shift in office.shifts:
        cost = shift.cost_idr
        if office.budget is not None and cost > office.budget.idr:
            figures: dict[str, str | int] = {"shift": shift.id, "cost_idr": cost}
            yield Notice("shift-too-dear", figures | {"idr": office.budget.idr})
        elif costs_matter and not cost:
            yield Notice("shift-for-nothing", {"shift": shift.id})
