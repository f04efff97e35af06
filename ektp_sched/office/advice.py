"""What an office may say, but probably does not mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.office.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.office.model import Office

__all__ = ["SHORT_TARGET_DAYS", "advice"]

SHORT_TARGET_DAYS: Final = 7
"""A target up to this many days is short beside any longer one."""

_MUCH_SHORTER: Final = 5


def advice(office: Office) -> tuple[Notice, ...]:
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
    ``server-unreached``
        No printer uses a server (``server``).
    """
    return (
        *_short_targets(office),
        *_reserve_takes_all(office),
        *_without_printer(office),
        *_unreached(office),
    )


def _short_targets(office: Office) -> Iterator[Notice]:
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


def _reserve_takes_all(office: Office) -> Iterator[Notice]:
    reserve = office.reserve.cards_per_day
    capacity = min(
        sum(p.cards_per_day for p in office.printers),
        sum(s.cards_per_day for s in office.servers),
    )
    if reserve >= capacity:
        yield Notice("reserve-takes-all", {"reserve": reserve, "capacity": capacity})


def _without_printer(office: Office) -> Iterator[Notice]:
    for card in office.cards:
        if all(p.cards is not None and card not in p.cards for p in office.printers):
            yield Notice("card-without-printer", {"card": card})
    for area in office.areas:
        if all(p.areas is not None and area not in p.areas for p in office.printers):
            yield Notice("area-without-printer", {"area": area})


def _unreached(office: Office) -> Iterator[Notice]:
    for server in sorted(s.id for s in office.servers):
        if all(
            p.servers is not None and server not in p.servers for p in office.printers
        ):
            yield Notice("server-unreached", {"server": server})
