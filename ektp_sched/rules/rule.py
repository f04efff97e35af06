"""What a rule is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.words import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from ektp_sched.rules.limit import Limit, Period
    from ektp_sched.rules.problems import Problem
    from ektp_sched.rules.told import Printed, Told
    from ektp_sched.rules.world import World

OfficeT_contra = TypeVar(
    "OfficeT_contra", bound=HasCalendar, contravariant=True, default=Any
)


def _lays_none(_: World) -> Iterator[Limit]:
    return iter(())


def _nothing_left(*_: object) -> Iterator[tuple[Said, Said]]:
    return iter(())


def _never_broken(world: World, period: Period) -> Said:
    raise AssertionError(f"{period.limit.place} on {world.date(period.last)}")


@dataclass(frozen=True, slots=True)
class Rule(Generic[OfficeT_contra]):
    """One rule of office.toml: what it limits, the sentence of a breach, its mistakes.

    Who reads it needs no more of an office than the protocol that it is of.

    Parameters
    ----------
    name
        As the registry knows it; that of its key in office.toml if it holds
        cards back.
    codes
        What breaches of it are called, in the order in which they are told; none
        of a rule that lays no limit.
    limits
        Yields the limits that it lays on plans of a world.
    says
        Returns what a period that does not keep one of its limits comes to.
    runs_out
        Whether it counts from the first day on, so that the last day of a
        period is the day of its breach.
    told
        Its words, if it can keep a card waiting on a day on which a machine, a
        blank and a ribbon are free, perhaps for ever; else None.
    problems
        Each yields what contradicts itself in an office, as this rule reads it.
    left
        Yields what can run out, and what a plan leaves of it: of an office from
        a day on for so many days, with a function that returns the cards that
        are printed, in the order of their days and classes.
    """

    name: str
    codes: tuple[str, ...] = ()
    limits: Callable[[World[OfficeT_contra]], Iterator[Limit]] = _lays_none
    says: Callable[[World[OfficeT_contra], Period], Said] = _never_broken
    runs_out: bool = False
    told: Told | None = None
    problems: tuple[Callable[[OfficeT_contra], Iterator[Problem]], ...] = ()
    left: Callable[
        [OfficeT_contra, date, int, Callable[[], Sequence[Printed]]],
        Iterator[tuple[Said, Said]],
    ] = _nothing_left

    @property
    def holds_back(self) -> bool:
        """Return whether it can keep a card waiting although a place is free."""
        return self.told is not None

    @property
    def reason(self) -> str:
        """Return why it alone keeps a card waiting; empty if it holds none back."""
        return "" if self.told is None else self.told.reason

    @property
    def words(self) -> Told:
        """Return its words, of a rule that holds cards back."""
        assert self.told is not None
        return self.told

    @property
    def subject(self) -> Said:
        """Return what it is called within a sentence, such as "quotas"."""
        title = self.words.title
        return Said(title.lower(), title.indonesian.lower())

    def used(self, office: object) -> bool:
        """Return whether an office has the key of a rule that holds cards back."""
        return bool(getattr(office, self.name))

    def day(self, period: Period) -> int | None:
        """Return the day of a breach; None if it is of several days."""
        alone = self.runs_out or period.first == period.last
        return period.last if alone else None
