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
    from collections.abc import Mapping
    from datetime import date

    from ektp_sched.office import Office
    from ektp_sched.rules.areas import Visits
    from ektp_sched.scenarios.world.history import ArrivalFit, BreakdownFit

__all__ = [
    "DATES_ONLY",
    "MEASURES",
    "ArrivalLaw",
    "Assumption",
    "BreakdownLaw",
    "HeldLaw",
    "Measure",
    "NewResource",
    "Question",
    "Scenario",
    "Scenarios",
    "Told",
    "Worth",
]

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
class Scenario:
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
    """

    name: str
    label: str
    cost_idr: int
    office: Office
    added: tuple[NewResource, ...]
    cost_idr_per_day: int = 0

    @property
    def has_price(self) -> bool:
        """Whether it costs anything, once or a day."""
        return self.cost_idr > 0 or self.cost_idr_per_day > 0

    def at(self, changed: NewResource) -> Scenario:
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


@dataclass(frozen=True, slots=True)
class ArrivalLaw:
    """How many people are recorded a day."""

    per_working_day: Fraction  # mean of all classes together
    # variance over mean of a class's daily count, from 1; so that of the total
    dispersion: Fraction
    # class → share, the office's classes in order; None: not yet known
    mix: Mapping[str, Fraction] | None
    # what a history says; then it is used instead of the three above
    fit: ArrivalFit | None = None

    def means(self) -> dict[str, Fraction]:
        """Return the expected cards of each class on a worked day."""
        if self.fit is not None:
            return self.fit.means()
        mix = self.mix or {}
        return {name: self.per_working_day * share for name, share in mix.items()}


@dataclass(frozen=True, slots=True)
class HeldLaw:
    """How fast people who are recorded and not print-ready become so."""

    per_working_day: Fraction  # mean of all classes together
    people: int | None  # how many there are; None: not yet known
    # class → share, the office's classes in order; None: not yet known
    mix: Mapping[str, Fraction] | None


@dataclass(frozen=True, slots=True)
class BreakdownLaw:
    """How often a resource fails, for how long, and whether for good."""

    failure: float  # chance that it fails on a worked day on whose morning it was up
    # chance that it is repaired on a worked day on whose morning it was down
    repair: float
    # what was seen; then the two chances are drawn from their posterior
    fit: BreakdownFit | None = None
    for_good: float = 0.0  # share of the failures that are never repaired
    # calendar days from such a failure until a replacement works; None: never
    replaced_after: int | None = None
    replacement_cost_idr: int = 0


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
class Scenarios(OneLine):
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
    scenarios: dict[str, Scenario]
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

    def named(self, name: str | None) -> Scenario:
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

    def is_certain(self, scenario: Scenario) -> bool:
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

    def with_backlog_mix(self, counts: Mapping[str, int]) -> Scenarios:
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
        total = sum(counts.values())
        if not total:
            raise UsageError(
                said(
                    "an empty backlog has no mix of classes; write [arrivals] mix",
                    "antrean kosong tidak punya bagian tiap kelas; tulis mix dalam "
                    "[arrivals]",
                )
            )
        shares = {n: Fraction(counts.get(n, 0), total) for n in self.office.classes}
        return replace(self, arrivals=replace(law, mix=shares))
