"""The inputs that an answer rests on, and the advantage at other values of each.

Most are moved and simulated anew, on the same futures.  Where the advantage follows by
a formula from what was simulated (prices, a day's worth, years of use, who heeds a
date), it is taken from that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.scenarios.compare.answer import Turn
from ektp_sched.scenarios.compare.sides import AS_IT_IS, HUNDRED, Setting
from ektp_sched.scenarios.compare.verdict import advantage
from ektp_sched.scenarios.simulate.polymatroid import possible_cards
from ektp_sched.scenarios.world.laws import DATES_ONLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from ektp_sched.scenarios.compare.measures import Samples
    from ektp_sched.scenarios.compare.sides import Sides, Wanted
    from ektp_sched.scenarios.world.laws import (
        CheckedScenario,
        NewResource,
        Question,
        Worth,
    )

    Floats = NDArray[np.float64]
    Value = float | date

_POINTS: Final = 9
"""Points of a grid."""

_WIDER: Final = 4
"""A number of people or cards is tried up to this many times what is stated."""

_MOST_IDR: Final = 1_000_000_000_000
"""Largest sum of rupiah that the files take, too."""

_TENTHS: Final = 10
_MOST_YEARS: Final = 100
_USUAL_YEARS: Final = 5
"""Years of use at the far end where none are stated."""

_SLIP: Final = 30
"""Days by which a day that is certain is moved to either side."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input, as a row of places from 0 on."""

    name: str
    unit: str
    value: Value | None  # as the scenarios have it
    grid: tuple[int, ...]  # places tried first, of all that may be: the ends too
    value_at: Callable[[int], Value]
    advantage: Callable[[int], Floats]  # of a place, by future
    # places of a low and a high value, None: it is nothing to be less or more
    ends: tuple[int, int] | None
    resource: str | None = None
    closed_form: bool = False
    drawn: bool = False  # whether futures differ at other values though not as it is
    # of a place, what must be simulated for it; None: nothing
    setting: Callable[[int], Setting] | None = None


def evenly(first: int, last: int) -> tuple[int, ...]:
    """Return the places of a grid, equally far apart."""
    return tuple(
        np.unique(np.linspace(first, last, _POINTS).round().astype(int)).tolist()
    )


def _by_factors(last: int) -> tuple[int, ...]:
    """Return the places of a grid of 1 to a number, apart by equal factors."""
    numbers = np.unique(np.geomspace(1, last, _POINTS).round().astype(int))
    return tuple((numbers - 1).tolist())


def _half_and_double(value: float, least: int = 1) -> tuple[int, int]:
    return max(least, round(value / 2)), max(least, round(value * 2))


@dataclass(frozen=True, slots=True)
class Inputs:
    """All inputs of a question."""

    question: Question
    sides: Sides
    # what trips in vain cost if everybody heeds a date, (R,); None: is not asked
    heeding: Floats | None = None

    def all(self) -> Iterator[Input | Turn]:
        """Yield every input; a `Turn` is one that there is nothing of to move."""
        yield self.arrivals()
        yield from self.breakdowns()
        added = self.choose.added
        for new in added:
            yield self.first_day(new)
            yield self.cards_per_day(new)
        if not added:
            yield _nothing("first_day", "date", "no-resource")
            yield _nothing("cards_per_day", "cards-a-day", "no-resource")
        yield self.blanks()
        yield from self.money()

    @property
    def choose(self) -> CheckedScenario:
        """The scenario that may be chosen."""
        return self.sides.scenario(self.question.choose)

    @property
    def against(self) -> CheckedScenario:
        """The scenario with which it is compared."""
        return self.sides.scenario(self.question.against)

    @property
    def is_certain(self) -> bool:
        """Whether nothing is drawn, so that all futures agree."""
        scenarios = self.sides.run.scenarios
        return all(scenarios.is_certain(side) for side in (self.choose, self.against))

    @property
    def most_saved(self) -> int:
        """What residents would save if nobody waited, less what is paid for it."""
        choose, against = self._both(AS_IT_IS)
        nothing = np.zeros_like(choose["person_days"])
        nobody = choose | {"wasted_trip_cost_idr": nothing, "person_days": nothing}
        return int(self._judged(nobody, against).mean())

    def advantage(self, setting: Setting) -> Floats:
        """Return the advantage at a setting, ``(R,)``."""
        return self._judged(*self._both(setting))

    def wanted(self, setting: Setting) -> tuple[Wanted, Wanted]:
        """Return what is asked of the sides at a setting."""
        asked = self.question
        return (asked.choose, asked.by, setting), (asked.against, asked.by, setting)

    def _both(self, setting: Setting) -> tuple[Samples, Samples]:
        wanted = self.wanted(setting)
        self.sides.prepare(wanted)
        choose, against = (self.sides.samples(*each) for each in wanted)
        return choose, against

    def _moved(
        self,
        name: str,
        unit: str,
        value: Value,
        grid: tuple[int, ...],
        value_at: Callable[[int], Value],
        ends: tuple[int, int],
        setting: Callable[[int], Setting],
        resource: str | None = None,
    ) -> Input:
        """Return an input that is simulated anew at each place."""
        return Input(
            name,
            unit,
            value,
            grid,
            value_at,
            lambda place: self.advantage(setting(place)),
            ends,
            resource,
            drawn=name == "arrivals",
            setting=setting,
        )

    def _judged(self, choose: Samples, against: Samples) -> Floats:
        worth = self.sides.run.scenarios.worth.day_without_card_idr
        return advantage(self.question.by, choose, against, worth)

    def arrivals(self) -> Input:
        """Move how many people are recorded a working day, the held ones left alone."""
        law = self.sides.run.scenarios.arrivals
        rate = Fraction(0) if law is None else law.per_working_day
        if rate:
            top = _WIDER * ceil(rate)
            ends = _half_and_double(float(rate))
        else:
            top = max(1, self._most_cards())
            ends = 0, top // (_POINTS - 1)
        return self._moved(
            "arrivals",
            "people-a-day",
            float(rate),
            evenly(0, top),
            float,
            ends,
            lambda people: Setting(arrivals=people),
        )

    def _most_cards(self) -> int:
        """Return the most cards that a day of the chosen scenario can print."""
        sides, setting = self.sides, AS_IT_IS
        limits = sides.limits(self.choose, setting, sides.world(setting))
        cards, _ = possible_cards(sides.run.queue(self.choose).kinds, limits)
        return int(cards.max(initial=0))

    def breakdowns(self) -> Iterator[Input | Turn]:
        """Move how often each server and printer fails, and for how long."""
        run = self.sides.run
        laws = run.scenarios.breakdowns
        offices = self.choose.office, self.against.office
        for name in dict.fromkeys(
            one.id for office in offices for one in (*office.servers, *office.printers)
        ):
            if name not in laws:
                yield _nothing("mean_days_between", "days", "never-fails", name)
                yield _nothing("mean_days_down", "days", "never-fails", name)
                continue
            between, down = 1 / laws[name].failure, 1 / laws[name].repair
            yield self._mean(name, between, "mean_days_between")
            yield self._mean(name, down, "mean_days_down")

    def _mean(self, resource: str, value: float, name: str) -> Input:
        def setting(place: int) -> Setting:
            between = name == "mean_days_between"
            means = (place + 1, None) if between else (None, place + 1)
            return Setting(breakdown=(resource, *means))

        low, high = _half_and_double(value)
        return self._moved(
            name,
            "days",
            round(value, 6),
            _by_factors(max(self.sides.run.days, high)),
            lambda place: place + 1,
            (low - 1, high - 1),
            setting,
            resource,
        )

    def first_day(self, new: NewResource) -> Input:
        """Move the day from which on something new is in use."""
        run = self.sides.run
        last = run.days - 1
        first = (run.start,) * 3 if new.first is None else new.first
        low, likely, high = ((day - run.start).days for day in first)
        if low == high:
            low, high = low - _SLIP, high + _SLIP

        def at(place: int) -> date:
            return run.start + timedelta(days=place)

        return self._moved(
            "first_day",
            "date",
            at(likely),
            evenly(0, last),
            at,
            (min(max(low, 0), last), min(high, last)),
            lambda day: Setting(moved=replace(new, first=(at(day),) * 3)),
            new.id,
        )

    def cards_per_day(self, new: NewResource) -> Input:
        """Move how many cards a day something new can do."""
        low, likely, high = new.cards
        if low == high:
            low, high = _half_and_double(likely)
        return self._moved(
            "cards_per_day",
            "cards-a-day",
            likely,
            evenly(0, 2 * max(new.cards[2], 1) - 1),
            lambda place: place + 1,
            (low - 1, high - 1),
            lambda place: Setting(moved=replace(new, cards=(place + 1,) * 3)),
            new.id,
        )

    def blanks(self) -> Input | Turn:
        """Move how many blanks there are: stock and each delivery in proportion."""
        sides, setting = self.sides, AS_IT_IS
        supply = sides.limits(self.choose, setting, sides.world(setting)).supply
        total = sum(int(upto[-1]) for upto in supply.values())
        if not total:
            return _nothing("blanks", "cards", "none-counted")
        return self._moved(
            "blanks",
            "cards",
            total,
            evenly(0, 2 * HUNDRED),
            lambda share: total * share // HUNDRED,
            (HUNDRED // 2, 2 * HUNDRED),
            lambda share: Setting(blanks=share),
        )

    def money(self) -> Iterator[Input | Turn]:
        """Yield what only money depends on: in closed form."""
        if self.question.by != "money":
            for name in ("price", "trip_cost_idr", "day_without_card_idr"):
                yield _nothing(name, "idr", "not-by-money")
            yield _nothing("years_of_use", "years", "not-by-money")
            yield _nothing("heeded", "share", "not-by-money")
            return
        yield self.price()
        yield self.trip_cost()
        yield self.day_without_card()
        yield self.years_of_use()
        yield self.heeded()

    def price(self) -> Input:
        """Move what the chosen one costs once."""
        run, price = self.sides.run, self.choose.cost_idr
        choose, against = self._both(AS_IT_IS)
        worth, days = run.scenarios.worth, run.days

        def at(idr: int) -> Floats:
            more = float(worth.counted(idr, days) - worth.counted(price, days))
            total = choose["total_cost_idr"] + more
            return self._judged(choose | {"total_cost_idr": total}, against)

        ends = _half_and_double(price) if price else None
        return _formula("price", "idr", price, evenly(0, _MOST_IDR), float, at, ends)

    def trip_cost(self) -> Input | Turn:
        """Move what a trip costs, in all areas in proportion."""
        price = self.sides.run.scenarios.visits.trip_cost_idr
        both = self._both(AS_IT_IS)
        if not price:
            # There is no proportion to 0: areas may have prices of their own.
            costs = any(side["wasted_trip_cost_idr"].any() for side in both)
            reason = "by-area" if costs else "costs-nothing"
            return _nothing("trip_cost_idr", "idr", reason)

        def at(idr: int) -> Floats:
            choose, against = (
                side
                | {"wasted_trip_cost_idr": side["wasted_trip_cost_idr"] * (idr / price)}
                for side in both
            )
            return self._judged(choose, against)

        ends = _half_and_double(price)
        return _formula(
            "trip_cost_idr", "idr", price, evenly(0, _MOST_IDR), float, at, ends
        )

    def day_without_card(self) -> Input:
        """Move what a day without card is worth."""
        scenarios = self.sides.run.scenarios
        value, visits = scenarios.worth.day_without_card_idr, scenarios.visits
        both = self._both(AS_IT_IS)
        daily = round(visits.trip_cost_idr / visits.every_days)
        ends = _half_and_double(value) if value else (0, daily) if daily else None
        return _formula(
            "day_without_card_idr",
            "idr",
            value,
            evenly(0, _MOST_IDR),
            float,
            lambda idr: advantage("money", *both, idr),
            ends,
        )

    def years_of_use(self) -> Input | Turn:
        """Move over how many years a price is used up."""
        run, worth = self.sides.run, self.sides.run.scenarios.worth
        both = self._both(AS_IT_IS)
        if not any(side["bought_idr"].any() for side in both):
            return _nothing("years_of_use", "years", "no-price")

        def at(place: int) -> Floats:
            other: Worth = replace(worth, years_of_use=Fraction(place + 1, _TENTHS))
            more = float(other.counted(1, run.days) - worth.counted(1, run.days))
            choose, against = (
                side
                | {"total_cost_idr": side["total_cost_idr"] + more * side["bought_idr"]}
                for side in both
            )
            return self._judged(choose, against)

        last = _MOST_YEARS * _TENTHS - 1
        years = worth.years_of_use
        if years is None:
            ends = max(0, run.days * _TENTHS // 365 - 1), _USUAL_YEARS * _TENTHS - 1
        else:
            low, high = _half_and_double(float(years * _TENTHS))
            ends = low - 1, min(high - 1, last)
        return _formula(
            "years_of_use",
            "years",
            None if years is None else float(years),
            _by_factors(last + 1),
            lambda place: (place + 1) / _TENTHS,
            at,
            ends,
        )

    def heeded(self) -> Input | Turn:
        """Move which share of the people heeds a date that they are told."""
        heeding = self.heeding
        if self.question.against != DATES_ONLY or heeding is None:
            return _nothing("heeded", "share", "nobody-told")
        choose, against = self._both(AS_IT_IS)
        base = self.sides.samples(self.sides.run.baseline.name, "money")
        heeded = float(self.sides.run.scenarios.told.heeded)

        def at(place: int) -> Floats:
            share = place / HUNDRED
            as_today = base["wasted_trip_cost_idr"]
            cost = share * heeding + (1 - share) * as_today
            return self._judged(choose, against | {"wasted_trip_cost_idr": cost})

        ends = round(heeded * HUNDRED / 2), HUNDRED
        grid = evenly(0, HUNDRED)
        return _formula(
            "heeded", "share", heeded, grid, lambda place: place / HUNDRED, at, ends
        )


def _formula(
    name: str,
    unit: str,
    value: Value | None,
    grid: tuple[int, ...],
    value_at: Callable[[int], Value],
    at: Callable[[int], Floats],
    ends: tuple[int, int] | None,
) -> Input:
    return Input(name, unit, value, grid, value_at, at, ends, closed_form=True)


def _nothing(name: str, unit: str, reason: str, resource: str | None = None) -> Turn:
    return Turn(
        input=name, resource=resource, unit=unit, state="no-input", reason=reason
    )
