"""A plan, just made or read back, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ektp_sched.arrays import Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.documents.certificate import Certificate
    from ektp_sched.documents.entries import LedgerMark, ShiftUse, Tier
    from ektp_sched.office import Notice, Office


PLAN: Final = {
    "application_id": pl.String(),
    "day": pl.Date(),
    "printer": pl.String(),
    "server": pl.String(),
    "batch": pl.Int64(),
    "position": pl.Int64(),
    "wait_days": pl.Int64(),
    "urgency": pl.String(),
    "pressure": pl.Float64(),
}
UNPRINTED: Final = {
    "application_id": pl.String(),
    "waiting_since": pl.Date(),
    "urgency": pl.String(),
    "reason": pl.String(),
}
PRICES: Final = {
    "resource": pl.String(),
    "day": pl.Date(),
    "tier": pl.String(),
    "rank": pl.String(),
    "one_more": pl.Float64(),
    "one_less": pl.Float64(),
}
CHANGES: Final = {
    "application_id": pl.String(),
    "was": pl.Date(),
    "is": pl.Date(),
    "days": pl.Int64(),
    "because": pl.String(),
}
"""Of changes.csv."""

SLIPPED: Final = {
    "application_id": pl.String(),
    "promised_on": pl.Date(),
    "day": pl.Date(),
    "days_late": pl.Int64(),
}
"""Of slipped.csv."""


class Status(StrEnum):
    """How planning ended."""

    OPTIMAL = "optimal"
    """No plan is better, and prices prove it."""
    FEASIBLE = "feasible"
    """Every rule is kept; a better plan may exist."""
    INFEASIBLE = "infeasible"
    """The rules contradict each other."""
    UNKNOWN = "unknown"
    """The time was over before there was any plan."""


@dataclass(frozen=True, slots=True)
class RuleOfConflict:
    """One of several rules that cannot hold together.

    Parameters
    ----------
    place
        ``quotas[1]``, ``cards.KIA.stock``, ``budget.idr``,
        another number of a rule such as ``shifts[1].max_uses``, or ``pins``.
    day, last
        First and last day of the period in which it fails; ``None`` where a
        rule knows no period.
    room
        The least change of its number, in its own unit, that makes room if
        the others stay; ``None`` where no change of a number does.
    down
        For a quota the printers of its cards that can do nothing then.
    """

    place: str
    day: date | None
    last: date | None
    room: int | None
    down: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together.

    Parameters
    ----------
    code
        What contradicts a pin: ``pin-no-printer``, ``pin-closed``,
        ``pin-not-ready``, ``pin-printers-down``, ``pin-servers-down``,
        ``pin-reserve``, ``pin-capacity`` or ``pin-no-blanks``; or ``rules``
        for a smallest set of rules.
    day
        The pinned day.
    figures
        Numbers and names that the sentence needs.
    application_ids
        A smallest set of pins that cannot all be kept; with ``rules`` those
        pins that are among the rules.
    rules
        The rules, for the code ``rules``: contradictory together, and without
        any one of them there is a plan.
    """

    code: str
    day: date
    figures: dict[str, str | int]
    application_ids: tuple[str, ...]
    rules: tuple[RuleOfConflict, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Plan(OneLine):
    """Who is printed when and where, and why nothing is better.

    Parameters
    ----------
    office, backlog, start, days
        What was planned.
    status, engine
        How it ended, and which engine solved it.
    assignments
        application_id, day, printer, server, batch, position, wait_days,
        urgency, pressure; sorted by day, printer, batch, position.
    unprinted
        application_id, waiting_since, urgency, reason; sorted by id.
    tiers
        The objectives in order.
    certificate
        ``None`` unless a tier is proven.
    prices
        resource, day, tier, rank, one_more, one_less.
    conflict
        Why the status is ``infeasible``; empty otherwise.
    notices
        What a planner should know.
    holidays
        Holidays in the horizon, by date.
    seconds
        Time by stage.
    shifts
        Which shifts are worked, by day and shift.
    rows
        Row in the backlog of each assignment and of each unprinted, where it
        is known: saves looking ids up, and is never relied upon.
    mark
        Which act of a ledger it is; ``None`` where no ledger knows it.
    """

    office: Office
    backlog: Backlog
    start: date
    days: int
    status: Status
    engine: str
    assignments: pl.DataFrame
    unprinted: pl.DataFrame
    tiers: tuple[Tier, ...] = ()
    certificate: Certificate | None = None
    prices: pl.DataFrame | None = None
    conflict: tuple[Conflict, ...] = ()
    notices: tuple[Notice, ...] = ()
    holidays: dict[date, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    shifts: tuple[ShiftUse, ...] = ()
    rows: tuple[Ints, Ints] | None = field(default=None, repr=False, compare=False)
    mark: LedgerMark | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class SavedPlan(Plan):
    """A plan as its folder tells it.

    Its backlog has no columns passed through, and the held no area: the folder
    keeps nothing personal.

    Parameters
    ----------
    path
        The folder.
    summary
        All of summary.json.
    """

    path: Path
    summary: dict[str, Any]
