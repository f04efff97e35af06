"""What a rule on amounts is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ektp_sched.rules.limit import Limit, Period
    from ektp_sched.rules.tables import OfficeTables
    from ektp_sched.rules.told import Told
    from ektp_sched.rules.world import World
    from ektp_sched.words import Said

__all__ = ["Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of office.toml, whole: what it limits, and the sentence of a breach.

    Parameters
    ----------
    name
        As the registry knows it; that of its key in office.toml if it holds
        cards back.
    codes
        What breaches of it are called, in the order in which they are told.
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
    """

    name: str
    codes: tuple[str, ...]
    limits: Callable[[World], Iterator[Limit]]
    says: Callable[[World, Period], Said]
    runs_out: bool = False
    told: Told | None = None

    @property
    def holds_back(self) -> bool:
        """Return whether it can keep a card waiting although a place is free."""
        return self.told is not None

    @property
    def reason(self) -> str:
        """Return why it alone keeps a card waiting; empty if it holds none back."""
        return "" if self.told is None else self.told.reason

    def used(self, office: OfficeTables) -> bool:
        """Return whether an office has the key of a rule that holds cards back."""
        return bool(getattr(office, self.name))

    def day(self, period: Period) -> int | None:
        """Return the day of a breach; None if it is of several days."""
        alone = self.runs_out or period.first == period.last
        return period.last if alone else None
