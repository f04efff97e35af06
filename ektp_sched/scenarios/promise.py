"""Dates for everybody who waits: what they are, and for whom there is none."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

__all__ = ["Promises"]


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """Ready-by dates of a backlog.

    Parameters
    ----------
    backlog, office
        Who waits, and the office as it is today.
    start, days
        First day and number of calendar days simulated.
    scenario, policy
        What was simulated.
    replications, seed
        How often, and from which seed.
    confidence
        Probability with which a date holds.
    certain
        Whether nothing in the simulation was uncertain: nobody arrives and
        nothing breaks down.
    people
        Everybody in the backlog's order: application_id, area, urgency,
        waiting_since; ``earliest``, the day before which the card cannot be
        ready; ``ready_by``; ``likely_on``; null for no date.
    never
        Applications that no printer or blank is there for.
    """

    backlog: Backlog
    office: Office
    start: date
    days: int
    scenario: str
    policy: str
    replications: int
    seed: int
    confidence: Fraction
    certain: bool
    people: pl.DataFrame
    never: int

    @property
    def frame(self) -> pl.DataFrame:
        """application_id, ready_by, confidence, likely_on: promises.csv."""
        return self.people.select(
            "application_id",
            "ready_by",
            pl.lit(float(self.confidence)).alias("confidence"),
            "likely_on",
        )

    @property
    def dated(self) -> int:
        """Number of applications with a date."""
        return self.people.height - self.people["ready_by"].null_count()

    @property
    def beyond(self) -> int:
        """Number of applications that may be printed after the horizon only."""
        return self.people["ready_by"].null_count() - self.never

    def document(self) -> dict[str, Any]:
        """Return the object that stands in promises.json."""
        days = self.people["ready_by"].drop_nulls().sort()
        middle = days[(len(days) - 1) // 2] if len(days) else None
        return {
            "schema_version": 1,
            "office": self.office.name,
            "start": self.start.isoformat(),
            "days": self.days,
            "scenario": self.scenario,
            "policy": self.policy,
            "replications": self.replications,
            "seed": self.seed,
            "confidence": float(self.confidence),
            "certain": self.certain,
            "applications": self.people.height,
            "dated": self.dated,
            "no_date_yet": self.beyond,
            "never": self.never,
            "first": None if middle is None else days[0].isoformat(),
            "middle": None if middle is None else middle.isoformat(),
            "last": None if middle is None else days[-1].isoformat(),
        }
