"""How a rule that holds cards back is told to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ektp_sched.words import Said, grouped, said

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from fractions import Fraction

    from ektp_sched.rules.world import Kind


class Printed(NamedTuple):
    """Cards of a plan that are alike: how many on a day."""

    day: int  # from the first on
    urgency: str
    card: str | None
    printer: str
    cards: int


@dataclass(frozen=True, slots=True)
class Told:
    """The words of a rule that may keep a card waiting though a place is free.

    Its numbers stand in entries of a table of office.toml; an entry may hold several,
    each under a key of its own.

    Parameters
    ----------
    reason
        Why an application is not printed that only this rule keeps waiting.
    title, caption, note
        Heading of its section, caption of its table, and how that is to be read.
    amounts
        Headings of the columns of what is counted, and of what it may come to.
    sees
        Returns what it asks of a kind: it treats kinds alike for which that is equal.
    sees_area
        Whether it asks for areas.
    place
        Returns where an entry stands in office.toml, with its id if it has one.
    keys
        Returns the keys of the numbers that an entry has.
    whom
        Returns whom an entry is about.
    wants
        Returns what a key of an entry wants, such as "at most 5 cards a day".
    span
        Returns over which and how many periods it holds.
    stated
        Returns what ``summary.json`` says of a key of an entry beside its figures.
    shown
        Returns in words what is counted, in the unit of the number.
    change
        Returns what change of the numbers of an entry would make room.
    concerns
        Whether a printer prints any card that an entry is about.
    """

    reason: str
    title: Said
    caption: Said
    note: Said
    amounts: tuple[Said, Said]
    sees: Callable[[Any, Kind], Hashable]
    sees_area: Callable[[Any], bool]
    place: Callable[[Any, int], str]
    keys: Callable[[Any, int], tuple[str, ...]]
    whom: Callable[[Any, int], Said]
    wants: Callable[[Any, int, str], Said]
    span: Callable[[Any, int, str, int], Said]
    stated: Callable[[Any, int, str], dict[str, Any]]
    shown: Callable[[Fraction], Said]
    change: Callable[[Any, int, int], Said]
    concerns: Callable[[Any, int, Any], bool]


def cards(number: int) -> Said:
    """Return so many cards in words."""
    if number == 1:
        return said("1 card", "1 kartu")
    return said("{number} cards", "{number} kartu", number=number)


def decimal(value: Fraction, places: int) -> Said:
    """Return a number rounded half to even, without trailing zeros."""
    whole, part = divmod(round(abs(value) * 10**places), 10**places)
    digits = f"{part:0{places}d}".rstrip("0")
    sign = "-" if value < 0 and (whole or digits) else ""
    return Said(
        f"{sign}{grouped(whole, 'en')}{'.' if digits else ''}{digits}",
        f"{sign}{grouped(whole, 'id')}{',' if digits else ''}{digits}",
    )


def percent(share: Fraction, places: int = 2) -> Said:
    """Return a share, 1 being all of it, such as "12.5%"."""
    return said("{value}%", "{value}%", value=decimal(100 * share, places))
