"""What planning returns: a plan, its tiers, and the shifts that it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice, Office
    from ektp_sched.planning.certificate import Certificate

    Ints = NDArray[np.int64]

__all__ = [
    "Conflict",
    "Plan",
    "RuleOfConflict",
    "Saving",
    "ShiftUse",
    "Status",
    "Tier",
]


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
class Tier:
    """One objective and what the plan reaches in it.

    Parameters
    ----------
    name
        ``unprinted``, ``overdue``, ``promise``, ``pressure``, ``cost_idr`` or
        ``shifts``.
    rank
        The rank it counts; ``None`` for everybody, or for no rank.
    value
        The plan's value times ``scale``, a whole number.
    scale
        The least common multiple of the targets for ``pressure``, else 1.
    bound
        A proven lower bound on ``value``; ``None`` if there is none.
    proven
        Whether the value is proven to be the least possible, given those of
        the tiers before.
    """

    name: str
    rank: int | str | None
    value: int
    scale: int
    bound: int | None
    proven: bool

    @property
    def amount(self) -> Fraction:
        """Return the value in the tier's unit: cards, days or pressure-days."""
        return Fraction(self.value, self.scale)

    @property
    def exact(self) -> str:
        """Return the value as text, a fraction where it is not whole."""
        return str(self.amount)


@dataclass(frozen=True, slots=True)
class Saving:
    """What a tier would come to more if one shift were not worked.

    Parameters
    ----------
    name, rank, scale
        As in ``Tier``.
    value
        The difference times ``scale``.
    """

    name: str
    rank: int | str | None
    value: int
    scale: int

    @property
    def amount(self) -> Fraction:
        """Return the difference in the tier's unit."""
        return Fraction(self.value, self.scale)


@dataclass(frozen=True, slots=True)
class ShiftUse:
    """A shift worked on a day, what it costs and what it saves.

    Parameters
    ----------
    shift, day
        Which, and when.
    cost_idr
        What it costs, rupiah.
    saves
        For each tier that the network values what it would be more without;
        empty where it is needed for the rules, or is not known.
    person_days
        Days that people would wait more without it.
    wasted_trips
        Trips in vain that they would make more without it: a day of waiting
        is 1 / ``visits.every_days`` of a trip, by area.
    needed_for_rules
        Whether without it, the other shifts being worked, no plan keeps all
        pins, quotas and other rules.
    """

    shift: str
    day: date
    cost_idr: int
    saves: tuple[Saving, ...]
    person_days: int
    wasted_trips: Fraction
    needed_for_rules: bool = False


@dataclass(frozen=True, slots=True)
class RuleOfConflict:
    """One of several rules that cannot hold together.

    Parameters
    ----------
    place
        ``quotas[1]``, ``cards.KIA.stock``, ``budget.idr``,
        ``shifts[1].max_uses``, ``.max_per_week`` or ``.rest_days``, or
        ``pins``.
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
        A smallest set of pins that cannot all be kept; with ``rules`` all
        pins, where they are among the rules.
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
