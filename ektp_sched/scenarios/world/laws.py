"""Scenarios as they were read and checked: what is certain, and what is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Literal

from ektp_sched.errors import UsageError
from ektp_sched.rules.nearest import unknown
from ektp_sched.scenarios.document import Document
from ektp_sched.showing import OneLine
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.rules.areas import Visits
    from ektp_sched.scenarios.world.history import ArrivalFit, BreakdownFit

DATES_ONLY: Final = "dates_only"
"""Name of the remedy that buys nothing: the baseline, with dates told."""

Measure = Literal["money", "date", "wait"]
"""By what is judged: money within the horizon, the day on which nobody waits any more,
or the longest wait."""

MEASURES: Final[tuple[Measure, ...]] = ("money", "date", "wait")


class Question(Document):
    """Whether one scenario should be chosen rather than another."""

    choose: str
    against: str  # a scenario, or dates_only: the baseline with dates told
    by: Measure = "money"


@dataclass(frozen=True, slots=True)
class Told:
    """What telling people a date does and costs."""

    heeded: Fraction = Fraction(1)  # share of the people who heed it
    cost_idr: int = 0  # once


@dataclass(frozen=True, slots=True)
class Worth:
    """What is set against a price."""

    day_without_card_idr: int = 0  # what such a day costs a person, beside trips
    years_of_use: Fraction | None = None  # None: a price counts whole

    def counted(self, price_idr: int, days: int) -> Fraction:
        """Return what of a price counts within a horizon of so many days."""
        if self.years_of_use is None:
            return Fraction(price_idr)
        return price_idr * min(Fraction(1), Fraction(days) / (365 * self.years_of_use))


@dataclass(frozen=True, slots=True)
class NewResource:
    """A server or printer that a scenario adds.

    Parameters
    ----------
    id
        The same id in two scenarios has the same draws.
    kind
        Table of the office in which it stands.
    cards
        Cards a day: low, likely, high; equal where certain.
    first
        First day in use: earliest, likely, latest; None: the start.
    replaces
        All that stand by while it works, those of its replaced ones included.
    """

    id: str
    kind: Literal["servers", "printers"]
    cards: tuple[int, int, int]
    first: tuple[date, date, date] | None
    replaces: tuple[str, ...]

    @property
    def is_certain(self) -> bool:
        """Whether neither its cards nor its first day are drawn."""
        certain_day = self.first is None or self.first[0] == self.first[2]
        return certain_day and self.cards[0] == self.cards[2]


@dataclass(frozen=True, slots=True)
class CheckedScenario:
    """One way to go on.

    Parameters
    ----------
    name
        Its table's name.
    label
        Its name for people.
    cost_idr
        What it costs once, rupiah.
    office
        The office with what differs and what is added, at likely numbers; a
        printer that lists a replaced server reaches the new one too.
    added
        What is new, in the file's order.
    cost_idr_per_day
        What each day costs that is worked in it and not in the baseline, rupiah.
    worked_shifts
        Shifts of the office that are worked in every future, by id, and on which day.
    """

    name: str
    label: str
    cost_idr: int
    office: Office
    added: tuple[NewResource, ...]
    cost_idr_per_day: int = 0
    worked_shifts: tuple[tuple[str, date], ...] = ()

    @property
    def shifts_idr(self) -> int:
        """What the shifts that are worked cost together."""
        cost = {shift.id: shift.cost_idr for shift in self.office.shifts}
        return sum(cost[name] for name, _ in self.worked_shifts)

    def shifts_from(self, start: date, days: int) -> list[tuple[str, int]]:
        """Return the shifts that are worked within a horizon, by offset."""
        offsets = [(name, (day - start).days) for name, day in self.worked_shifts]
        return [(name, offset) for name, offset in offsets if 0 <= offset < days]

    @property
    def has_price(self) -> bool:
        """Whether it costs anything, once or a day."""
        return self.cost_idr > 0 or self.cost_idr_per_day > 0

    def at(self, changed: NewResource) -> CheckedScenario:
        """Return the same with other numbers for one of its additions.

        Parameters
        ----------
        changed
            One of them, by its id; its likely numbers go into the office.
        """
        first = None if changed.first is None else changed.first[1]
        update = {"cards_per_day": changed.cards[1], "from_": first}
        table = tuple(
            one.model_copy(update=update) if one.id == changed.id else one
            for one in getattr(self.office, changed.kind)
        )
        added = tuple(changed if one.id == changed.id else one for one in self.added)
        office = self.office.model_copy(update={changed.kind: table})
        return replace(self, office=office, added=added)

    def at_likely(self) -> CheckedScenario:
        """Return the same with its additions certain, at their likely numbers."""
        scenario = self
        for resource in self.added:
            first = None if resource.first is None else (resource.first[1],) * 3
            certain = replace(resource, cards=(resource.cards[1],) * 3, first=first)
            scenario = scenario.at(certain)
        return scenario


@dataclass(frozen=True, slots=True)
class ArrivalLaw:
    """How many people are recorded a day."""

    # mean of all classes together; with a fit, to which its rates are scaled
    per_working_day: Fraction
    # variance over mean of a class's daily count, from 1; so that of the total
    dispersion: Fraction
    # class → share, the office's classes in order; None: not yet known
    mix: Mapping[str, Fraction] | None
    # what a history says; then it is used instead of dispersion and mix
    fit: ArrivalFit | None = None

    @classmethod
    def of_history(cls, fit: ArrivalFit) -> ArrivalLaw:
        """Return what a history says, at its own mean."""
        total = sum(fit.means().values(), start=Fraction(0))
        return cls(total, Fraction(fit.dispersion), None, fit)

    @property
    def factor(self) -> Fraction:
        """By how much the rates of a fit are multiplied; 1 as it was fitted."""
        if self.fit is None:
            return Fraction(1)
        return self.per_working_day / sum(self.fit.means().values())

    def means(self) -> dict[str, Fraction]:
        """Return the expected cards of each class on a worked day."""
        if self.fit is not None:
            return {n: mean * self.factor for n, mean in self.fit.means().items()}
        mix = self.mix or {}
        return {name: self.per_working_day * share for name, share in mix.items()}


@dataclass(frozen=True, slots=True)
class HeldLaw:
    """How fast people who are recorded and not print-ready become so."""

    per_working_day: Fraction  # mean of all classes together
    people: int | None  # how many there are; None: not yet known
    # class → share, the office's classes in order; None: not yet known
    mix: Mapping[str, Fraction] | None

    def by_class(self, classes: Iterable[str]) -> dict[str, int]:
        """Return how many people of each class there are, of largest remainders.

        Parameters
        ----------
        classes
            The office's, in its order.
        """
        people, mix = self.people or 0, self.mix or {}
        wanted = {name: people * mix.get(name, Fraction(0)) for name in classes}
        counts = {name: int(share) for name, share in wanted.items()}
        by_rest = sorted(wanted, key=lambda name: counts[name] - wanted[name])
        for name in by_rest[: people - sum(counts.values())]:
            counts[name] += 1
        return counts


@dataclass(frozen=True, slots=True)
class BreakdownLaw:
    """How often a resource fails, for how long, and whether for good."""

    failure: float  # chance that it fails on a worked day on whose morning it was up
    # chance that it is repaired on a worked day on whose morning it was down
    repair: float
    # what was seen; then the two chances are drawn from their posterior, scaled so that
    # their means are those above
    fit: BreakdownFit | None = None
    for_good: float = 0.0  # share of the failures that are never repaired
    # calendar days from such a failure until a replacement works; None: never
    replaced_after: int | None = None
    replacement_cost_idr: int = 0

    def fitted(self, fit: BreakdownFit) -> BreakdownLaw:
        """Return the same with chances as a history has them."""
        failure, repair = fit.means
        return replace(self, failure=failure, repair=repair, fit=fit)


@dataclass(frozen=True, slots=True)
class Assumption:
    """An input, and whether somebody reported it."""

    # dotted key in scenarios.toml, or office. and one in office.toml; entries of a list
    # by their id
    key: str
    value: Any = None  # as JSON would hold it; dates as ISO text
    kind: Literal["fact", "assumed"] = "assumed"
    note: str = ""  # what the author says about it; may be empty
    stated: bool = True  # whether the file says it; else it stands at its default


@dataclass(frozen=True, slots=True, repr=False)
class CheckedScenarios(OneLine):
    """All that a comparison is about, beside the backlog.

    Parameters
    ----------
    baseline
        Name of the scenario with which the others are compared.
    scenarios
        By name, in the file's order.
    arrivals
        None: nobody comes.
    breakdowns
        By resource; a resource without an entry never fails.
    assumptions
        Every input with its mark.
    digest
        SHA-256 of the file's bytes, hexadecimal.
    question
        What is to be decided; None: nothing is asked.
    told, worth
        What telling people a date does and costs, and what is set against a price.
    held
        How fast held people become print-ready; None: they never do.
    deliveries_known_until
        Last day up to which deliveries of blanks are known; None: all are.
    """

    baseline: str
    scenarios: dict[str, CheckedScenario]
    arrivals: ArrivalLaw | None
    breakdowns: dict[str, BreakdownLaw]
    assumptions: tuple[Assumption, ...] = field(default=(), repr=False)
    digest: str | None = None
    question: Question | None = None
    told: Told = Told()
    worth: Worth = Worth()
    held: HeldLaw | None = None
    deliveries_known_until: date | None = None

    @property
    def office(self) -> Office:
        """The baseline's office: its calendar says when people come."""
        return self.named(None).office

    @property
    def visits(self) -> Visits:
        """What waiting costs a resident, in the baseline."""
        return self.office.visits

    def named(self, name: str | None) -> CheckedScenario:
        """Return the scenario of a name; None: the baseline.

        Parameters
        ----------
        name
            Of its table.

        Raises
        ------
        ektp_sched.errors.UsageError
            If there is none of that name, with the nearest that there is.
        """
        wanted = self.baseline if name is None else name
        if wanted not in self.scenarios:
            raise UsageError(unknown("scenario", wanted, self.scenarios))
        return self.scenarios[wanted]

    def is_certain(self, scenario: CheckedScenario) -> bool:
        """Return whether nothing is drawn in a scenario, so that all futures agree.

        Parameters
        ----------
        scenario
            One of these.
        """
        office = scenario.office
        known = {resource.id for resource in (*office.servers, *office.printers)}
        breaks = known & set(self.breakdowns)
        fixed = all(resource.is_certain for resource in scenario.added)
        nobody_comes = self.arrivals is None and self.held is None
        return fixed and nobody_comes and not breaks

    def with_arrivals(self, per_working_day: Fraction | float) -> CheckedScenarios:
        """Return these with another mean number of people a working day.

        On the same draws, so that more never are fewer on any day.  Where a history was
        fitted, its rates are multiplied, in each future alike.

        Parameters
        ----------
        per_working_day
            Mean of all classes together, from 0.
        """
        law = self.arrivals or ArrivalLaw(Fraction(0), Fraction(1), None)
        rate = Fraction(per_working_day)
        return replace(self, arrivals=replace(law, per_working_day=rate))

    def with_held(
        self, per_working_day: Fraction | float, people: int | None = None
    ) -> CheckedScenarios:
        """Return these with another rate at which held people become ready.

        Parameters
        ----------
        per_working_day
            Mean of all classes together, from 0.
        people
            How many there are; None: as before, or those that the backlog holds.
        """
        law = self.held or HeldLaw(Fraction(0), None, None)
        rate = Fraction(per_working_day)
        count = law.people if people is None else people
        return replace(self, held=replace(law, per_working_day=rate, people=count))

    def with_breakdown(
        self,
        resource: str,
        *,
        mean_days_between: float | None = None,
        mean_days_down: float | None = None,
    ) -> CheckedScenarios:
        """Return these with other means for the breakdowns of one resource.

        On the same draws.  Where they were fitted, both chances are multiplied, in each
        future alike.

        Parameters
        ----------
        resource
            Its id; it has breakdowns already, or both means are given.
        mean_days_between, mean_days_down
            Working days, from 1; None: as before.

        Raises
        ------
        ektp_sched.errors.UsageError
            If nothing is known of its breakdowns and not both are given.
        """
        law = self.breakdowns.get(resource)
        if law is None and (mean_days_between is None or mean_days_down is None):
            raise UsageError(unknown("printer or server", resource, self.breakdowns))
        law = law or BreakdownLaw(1.0, 1.0)
        if mean_days_between is not None:
            law = replace(law, failure=float(1 / Fraction(mean_days_between)))
        if mean_days_down is not None:
            law = replace(law, repair=float(1 / Fraction(mean_days_down)))
        return replace(self, breakdowns=self.breakdowns | {resource: law})

    def expected(self, days: int) -> dict[str, list[int]]:
        """Return who has come by each working day if each brings its mean, by class.

        Whole people; held ones who become print-ready count until none is left.

        Parameters
        ----------
        days
            Number of working days; an entry for none of them comes first.
        """
        joined = {name: [0] * (days + 1) for name in self.office.classes}
        rates = {} if self.arrivals is None else self.arrivals.means()
        for name, rate in rates.items():
            joined[name] = [int(rate * day) for day in range(days + 1)]
        if self.held is not None:
            mix = self.held.mix or {}
            for name, people in self.held.by_class(joined).items():
                rate = self.held.per_working_day * mix.get(name, 0)
                for day in range(days + 1):
                    joined[name][day] += min(people, int(rate * day))
        return joined

    def with_backlog(self, backlog: Backlog) -> CheckedScenarios:
        """Return these with the backlog's own mix and held people, where none is given.

        Parameters
        ----------
        backlog
            Who waits, and who is held.

        Raises
        ------
        ektp_sched.errors.UsageError
            If a mix is wanted that it does not have, since nobody is in it.
        """
        waiting = dict(backlog.frame.group_by("urgency").len().rows())
        known, law = self.with_backlog_mix(waiting), self.held
        if law is None:
            return known
        held = backlog.held_classes
        people = sum(held.values()) if law.people is None else law.people
        shares = law.mix
        if shares is None and people:
            shares = self._shares("held", held if any(held.values()) else waiting)
        return replace(known, held=replace(law, people=people, mix=shares or {}))

    def with_backlog_mix(self, counts: Mapping[str, int]) -> CheckedScenarios:
        """Return these with the backlog's own mix, where none is given.

        Parameters
        ----------
        counts
            Class → applications in the backlog; a class that is not named has
            none.

        Raises
        ------
        ektp_sched.errors.UsageError
            If the backlog is empty, so that it has no mix.
        """
        law = self.arrivals
        if law is None or law.mix is not None or law.fit is not None:
            return self
        mix = self._shares("arrivals", counts)
        return replace(self, arrivals=replace(law, mix=mix))

    def _shares(self, table: str, counts: Mapping[str, int]) -> dict[str, Fraction]:
        """Return the share of each class among some people."""
        total = sum(counts.values())
        if not total:
            raise UsageError(
                said(
                    "an empty backlog has no mix of classes; write [{table}] mix",
                    "antrean kosong tidak punya bagian tiap kelas; tulis mix dalam "
                    "[{table}]",
                    table=table,
                )
            )
        return {n: Fraction(counts.get(n, 0), total) for n in self.office.classes}
