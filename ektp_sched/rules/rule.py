"""What a rule is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from typing_extensions import TypeVar

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.words import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from ektp_sched.arrays import Ints
    from ektp_sched.rules.limit import Limit, Period
    from ektp_sched.rules.notices import Notice
    from ektp_sched.rules.problems import Problem
    from ektp_sched.rules.told import Printed, Told
    from ektp_sched.rules.world import Capacity, World


OfficeT_contra = TypeVar(
    "OfficeT_contra", bound=HasCalendar, contravariant=True, default=Any
)


class Without(NamedTuple):
    """What an office is without a part of a rule."""

    place: str  # in office.toml
    id: str | None
    update: Mapping[str, Any]  # fields of the office that are others then


class Stated(NamedTuple):
    """What a number of office.toml comes to, in a conflict."""

    # Of its sentence in `Rule.texts`, and behind "room_" of that on its change.
    key: str
    figures: Mapping[str, Any]


def _none(*_: object) -> Iterator[Any]:
    return iter(())


def _states_none(*_: object) -> Stated | None:
    return None


def _nothing(*_: object) -> Mapping[str, Ints]:
    return {}


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
        Its words, if it can keep a card waiting on a day on which a machine and all
        that printing uses up are free, perhaps for ever; else None.
    problems
        Each yields what contradicts itself in an office, as this rule reads it.
    left
        Yields what can run out, and what a plan leaves of it: of an office from
        a day on for so many days, with a function that returns the cards that
        are printed, in the order of their days and classes.
    short
        Yields what will run out where an office's capacity is used for so many people.
    needs
        Something sound for the keys that each of its entries must have.
    lack
        Why an application is not printed that only a want of what it counts keeps
        waiting; empty if it counts nothing that printing uses up.
    supplies
        Returns how many cards what each printer uses up is good for up to each day:
        of an office from a day on for so many days; of those printers alone of which
        it is counted, which no other can stand for.
    uncounted
        Yields the places of what no network counts, from a day on for so many days.
    states
        Returns what a place of a conflict comes to, if it is one of the rule's: of an
        office from a day on for so many days, on a day if it fails on one.
    withouts
        Yields its parts that a plan could do without; entries of one that holds cards
        back are known.
    texts
        Its sentences by their keys in output/texts, figures to be filled in: English,
        Indonesian, and the English of one where that is another.
    """

    name: str
    codes: tuple[str, ...] = ()
    limits: Callable[[World[OfficeT_contra]], Iterator[Limit]] = _none
    says: Callable[[World[OfficeT_contra], Period], Said] = _never_broken
    runs_out: bool = False
    told: Told | None = None
    problems: tuple[Callable[[OfficeT_contra], Iterator[Problem]], ...] = ()
    left: Callable[
        [OfficeT_contra, date, int, Callable[[], Sequence[Printed]]],
        Iterator[tuple[Said, Said]],
    ] = _none
    needs: Mapping[str, Any] = field(default_factory=dict)
    lack: str = ""
    short: Callable[[OfficeT_contra, Capacity, int], Iterator[Notice]] = _none
    supplies: Callable[[OfficeT_contra, date, int], Mapping[str, Ints]] = _nothing
    uncounted: Callable[[OfficeT_contra, date, int], Iterator[str]] = _none
    states: Callable[[OfficeT_contra, str, date, int, date | None], Stated | None] = (
        _states_none
    )
    withouts: Callable[[OfficeT_contra], Iterator[Without]] = _none
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
        """Return what it is called within a sentence."""
        title = self.words.title
        return Said(title.lower(), title.indonesian.lower())

    def used(self, office: object) -> bool:
        """Return whether an office has the key of a rule that holds cards back."""
        return bool(getattr(office, self.name))

    def parts(self, office: OfficeT_contra) -> Iterator[Without]:
        """Yield what an office is without each part of the rule, one at a time."""
        yield from self.withouts(office)
        entries = getattr(office, self.name) if self.holds_back else ()
        for number, entry in enumerate(entries):
            others = tuple(each for each in entries if each is not entry)
            place = f"{self.name}[{number + 1}]"
            yield Without(place, entry.id, {self.name: others})

    def day(self, period: Period) -> int | None:
        """Return the day of a breach; None if it is of several days."""
        alone = self.runs_out or period.first == period.last
        return period.last if alone else None
