"""How many cards each resource of a scenario can do, in each future."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import calendar, capacity
from ektp_sched.rules.capacity import Outage, day_shares, stretches
from ektp_sched.scenarios.world.draws import Limits
from ektp_sched.scenarios.world.left_out import as_simulated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Capacity, Office
    from ektp_sched.rules.capacity import Server
    from ektp_sched.scenarios.world.draws import World
    from ektp_sched.scenarios.world.laws import CheckedScenario, NewResource


@dataclass(frozen=True, slots=True)
class _Days:
    """One resource in one block."""

    cards: NDArray[np.int64]  # what it can do by itself, shape (H, R) or (H, 1)
    # whether it is in use, not broken and not in an outage that leaves nothing, shape
    # (H, R) or (H, 1)
    works: NDArray[np.bool_]
    # its first day, as days since the start, shape (R,) or one for all
    first: NDArray[np.int64] | int
    # what its replacements cost, rupiah, shape (R,); None: nothing
    replaced_idr: NDArray[np.int64] | None = None


def limits_of(scenario: CheckedScenario, world: World) -> Limits:
    """Return what limits a scenario in each future of a block.

    A resource can do what `ektp_sched.rules.capacity` says, in shifts that are worked
    as well, at its drawn
    cards a day and from its drawn first day on, and nothing while it is
    broken down.  One that is replaced stands by: it does nothing on the days
    on which the new one works, and its own cards on all others; if it fails for
    good from the new one's first day on, it is not bought anew.

    Parameters
    ----------
    scenario
        One of those that `world` was drawn for.
    world
        The block.
    """
    used = scenario.shifts_from(world.start, world.days)
    fixed = capacity(scenario.office, world.start, world.days, used)
    added = {resource.id: resource for resource in scenario.added}
    sound = {
        resource.id: _sound(resource, row, scenario, fixed, added, world)
        for resource, row in _with_rows(scenario.office, fixed)
    }
    retired = _retired(scenario, sound)
    broken = {
        name: _broken(name, days, fixed, world, retired.get(name))
        for name, days in sound.items()
    }
    prices = [days.replaced_idr for days in broken.values()]
    costs = [price for price in prices if price is not None]
    cards, unbroken = _stand_by(scenario, broken), _stand_by(scenario, sound)
    known = any(name in world.breakdowns for name in sound)
    by_shift = fixed.open & ~calendar(scenario.office, world.start, world.days).open
    return Limits(
        start=world.start,
        days=world.days,
        open=fixed.open,
        printers=fixed.printers,
        servers=fixed.servers,
        printer_cards=_stacked(fixed.printers, cards),
        server_cards=_stacked(fixed.servers, cards),
        reaches=fixed.reaches,
        reserve=scenario.office.reserve.cards_per_day,
        supply=fixed.supply,
        printers_unbroken=_stacked(fixed.printers, unbroken) if known else None,
        servers_unbroken=_stacked(fixed.servers, unbroken) if known else None,
        replacement_idr=np.sum(costs, axis=0) if costs else None,
        by_shift_only=by_shift if by_shift.any() else None,
    )


def _stand_by(
    scenario: CheckedScenario, days: dict[str, _Days]
) -> dict[str, NDArray[np.int64]]:
    """Return each resource's cards, those that stand by doing nothing."""
    cards = {name: own.cards for name, own in days.items()}
    for new in scenario.added:
        for old in new.replaces:
            cards[old] = np.where(days[new.id].works, 0, cards[old])
    return cards


def _retired(
    scenario: CheckedScenario, days: dict[str, _Days]
) -> dict[str, NDArray[np.int64] | int]:
    """Return from which day on nobody buys a resource anew: another stands in."""
    retired: dict[str, NDArray[np.int64] | int] = {}
    for new in scenario.added:
        for old in new.replaces:
            first = days[new.id].first
            retired[old] = np.minimum(retired.get(old, first), first)
    return retired


def _broken(
    name: str,
    days: _Days,
    fixed: Capacity,
    world: World,
    retired: NDArray[np.int64] | int | None,
) -> _Days:
    """Return a resource's days with its breakdowns."""
    life = world.life(name, fixed.open, days.first, retired)
    if life is None:
        return days
    price = world.breakdowns[name].replacement_cost_idr
    return _Days(
        np.where(life.up, days.cards, 0),
        days.works & life.up,
        days.first,
        life.replaced * price if price else None,
    )


def _with_rows(
    office: Office, fixed: Capacity
) -> list[tuple[Server, NDArray[np.int64]]]:
    by_id = dict(zip(fixed.servers, fixed.server_cards, strict=True))
    by_id |= dict(zip(fixed.printers, fixed.printer_cards, strict=True))
    return [(r, by_id[r.id]) for r in (*office.servers, *office.printers)]


def _sound(
    resource: Server,
    row: NDArray[np.int64],
    scenario: CheckedScenario,
    fixed: Capacity,
    added: dict[str, NewResource],
    world: World,
) -> _Days:
    """Return a resource's days if nothing breaks down."""
    office, new = scenario.office, added.get(resource.id)
    if new is not None and not new.is_certain:
        first, rates = world.first(new), world.cards(new)
        bare = resource.model_copy(update={"from_": None})
        worked = calendar(office, world.start, world.days).open
        cards = _at_rate(
            rates, day_shares(office, bare, world.start, worked), world.days
        )
        for shares in _shift_shares(scenario, bare, world):
            cards += _at_rate(rates, shares, world.days)
        begun = np.arange(world.days)[:, None] >= first
        shares = day_shares(office, bare, world.start, fixed.open)
        works = begun & _any_share(shares, world.days)
        return _Days(np.where(begun, cards, 0), works, first)
    shares = day_shares(office, resource, world.start, fixed.open)
    begins = resource.from_
    since = 0 if begins is None else (begins - world.start).days
    return _Days(row[:, None], _any_share(shares, world.days), since)


def _any_share(
    shares: dict[Fraction, NDArray[np.bool_]], days: int
) -> NDArray[np.bool_]:
    """Return on which days anything of a resource is left, shape (H, 1)."""
    left = np.zeros((days, 1), dtype=np.bool_)
    for on in shares.values():
        left[on] = True
    return left


def _shift_shares(
    scenario: CheckedScenario, resource: Server, world: World
) -> Iterator[dict[Fraction, NDArray[np.bool_]]]:
    """Yield for each shift that is worked what `day_shares` says of a calendar."""
    office, used = scenario.office, scenario.shifts_from(world.start, world.days)
    for shift in office.shifts:
        on = np.zeros(world.days, dtype=np.bool_)
        on[[day for name, day in used if name == shift.id]] = True
        if shift.opens(resource.id):
            shares: dict[Fraction, NDArray[np.bool_]] = {}
            for first, last, left in stretches(
                office, resource, world.start, world.days
            ):
                part = left * Fraction(shift.share)
                days = shares.setdefault(part, np.zeros_like(on))
                days[first:last] |= on[first:last]
            yield shares


def _at_rate(
    rates: NDArray[np.int64], shares: dict[Fraction, NDArray[np.bool_]], days: int
) -> NDArray[np.int64]:
    """Return ⌊rate × share⌋ for each day and future, shape (H, R)."""
    cards = np.zeros((days, len(rates)), dtype=np.int64)
    for share, on in shares.items():
        # Shares may have thirty decimals: exact, then rounded down once.
        exact = rates.astype(object) * share.numerator // share.denominator
        cards[on] = exact.astype(np.int64)
    return cards


def _stacked(
    names: Sequence[str], by_name: dict[str, NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Return cards of shape (H, R) or (H, 1) as one array (N, R or 1, H).

    Days come first in memory: whoever goes day by day finds the futures of
    one day beside each other.
    """
    rows = [by_name[name] for name in names]
    days, size = len(rows[0]), max(row.shape[1] for row in rows)
    cards = np.empty((len(rows), days, size), dtype=np.int64)
    for at, row in enumerate(rows):
        cards[at] = row
    cards.flags.writeable = False
    return cards.transpose(0, 2, 1)


def likely_office(scenario: CheckedScenario, start: date, days: int) -> Office:
    """Return the office of a scenario if everything goes as is likely.

    What a plan can be made for by the rules that the futures follow: as
    `installed`, with what `left_out` names left out, and without any shift.

    Parameters
    ----------
    scenario
        The scenario.
    start, days
        The horizon in which the outages are written.
    """
    return as_simulated(installed(scenario, start, days), start)


def installed(scenario: CheckedScenario, start: date, days: int) -> Office:
    """Return the office of a scenario with all that is likely installed.

    What is new comes at its likely number on its likely day, nothing breaks
    down, and a replaced resource has an outage on the days on which the new
    one works.
    """
    office = scenario.office
    worked = np.ones(days, dtype=np.bool_)
    resources = {r.id: r for r in (*office.servers, *office.printers)}
    outages = list(office.outages)
    for new in scenario.added:
        # On closed days as well: then a stretch of work is one outage.
        shares = day_shares(office, resources[new.id], start, worked)
        works = _any_share(shares, days)[:, 0]
        for working, stretch in groupby(range(days), works.__getitem__):
            offsets = list(stretch)
            if working:
                span = {
                    "from": start + timedelta(days=offsets[0]),
                    "to": start + timedelta(days=offsets[-1]),
                }
                outages += [
                    Outage.model_validate({"resource": old} | span)
                    for old in new.replaces
                ]
    return office.model_copy(update={"outages": tuple(outages)})
