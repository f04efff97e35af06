"""The tables of office.toml, one frozen model each.

Attribute names are the keys of the file; `from`, a word that Python keeps for
itself, is ``from_``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from ektp_sched.rules.consumables import RibbonDelivery  # noqa: TC001 - pydantic
from ektp_sched.rules.fields import (
    DAYS,
    LARGEST_DAILY,
    Cards,
    Day,
    DayName,
    Flag,
    Pattern,
    Rank,
    Ribbons,
    Rupiah,
    Share,
    Table,
    Text,
    Whole,
)
from ektp_sched.rules.tiers import DECISION_TIERS

__all__ = [
    "COLUMNS",
    "DECISION_TIERS",
    "PERSONAL_COLUMNS",
    "TIERS",
    "CalendarRules",
    "ClassifyRule",
    "DateRules",
    "Identity",
    "Outage",
    "PlanRules",
    "Printer",
    "Privacy",
    "Reserve",
    "Server",
    "StatusRules",
    "UrgencyClass",
    "Visit",
    "Visits",
    "VisitsOfArea",
]

COLUMNS: Final = (
    "application_id",
    "waiting_since",
    "ready_on",
    "urgency",
    "due_on",
    "card",
    "area",
    "recorded_at",
    "promised_on",
    "pinned_on",
    "status",
)
"""The columns of a backlog that a plan can use."""

PERSONAL_COLUMNS: Final = ("name", "nik", "kelurahan")
"""Columns that pass through to the office's own sheets and nowhere else."""

TIERS: Final = ("unprinted", "overdue", "promise", "pressure")
"""The objectives, in the order in which they stand unless told otherwise."""

_WORKDAYS: tuple[DayName, ...] = ("mon", "tue", "wed", "thu", "fri")
TierName = Literal["unprinted", "overdue", "promise", "pressure", "cost_idr", "shifts"]
Interval = Annotated[Whole, Field(ge=1, le=36_500)]


class CalendarRules(Table):
    """Table ``[calendar]``: on which days the office works.

    Attributes
    ----------
    country
        Code of the country whose holidays are kept; None: no holidays.
    workdays
        Days of the week that are worked, in the order of the week.
    closed, open
        Further closed dates; dates worked although closed.
    share
        By day of the week, the part of a full day's capacity; absent: 1.
    """

    country: Text | None = None
    workdays: tuple[DayName, ...] = Field(default=_WORKDAYS, min_length=1)
    closed: tuple[Day, ...] = ()
    open: tuple[Day, ...] = ()
    share: dict[DayName, Share] = Field(default_factory=dict)

    @field_validator("workdays")
    @classmethod
    def _in_the_order_of_the_week(
        cls, value: tuple[DayName, ...]
    ) -> tuple[DayName, ...]:
        return tuple(sorted(set(value), key=DAYS.index))

    @field_validator("share")
    @classmethod
    def _shares_in_that_order(
        cls, value: dict[DayName, Decimal]
    ) -> dict[DayName, Decimal]:
        return {day: value[day] for day in sorted(value, key=DAYS.index)}

    @field_validator("closed", "open")
    @classmethod
    def _by_date(cls, value: tuple[Day, ...]) -> tuple[Day, ...]:
        return tuple(sorted(set(value)))


class UrgencyClass(Table):
    """Table ``[urgency.NAME]``: how long such a case should wait at most.

    Attributes
    ----------
    target_days
        1 to 36,500 days.
    rank
        Strict precedence, lower first; None: after all that have one.
    default
        Whether an application without a class is of this one.
    """

    target_days: Annotated[Whole, Field(ge=1, le=36_500)]
    rank: Rank | None = None
    default: Flag = False


class Server(Table):
    """Entry of ``[[servers]]``: what a printer needs to print.

    Attributes
    ----------
    id
        Letters, digits, ``.``, ``_``, ``-``; up to 40, no leading dot.
    cards_per_day
        Capacity of a full day, 1 to 10,000,000 cards.
    from_, to
        First and last day in use, inclusive; None: no limit.
    """

    id: Text
    cards_per_day: Cards
    from_: Day | None = Field(
        default=None, validation_alias="from", serialization_alias="from"
    )
    to: Day | None = None


class Printer(Server):
    """Entry of ``[[printers]]``.

    Attributes
    ----------
    id, cards_per_day, from_, to
        As of a server.
    servers
        Ids of the servers that it reaches; None: all.
    cards
        Names of the card types that it prints; None: all.
    areas
        Names of the areas that it prints for; None: all.
    cards_per_ribbon
        Cards that one ribbon is good for, 1 to 10,000,000; None: ribbons
        never run out.
    ribbons
        Ribbons on the morning of the first day, 0 to 1,000,000, an exact
        decimal: 2.4 is two new ones and one of which 0.4 is left.
    ribbon_deliveries
        What is added later, by date.
    """

    servers: tuple[Text, ...] | None = Field(default=None, min_length=1)
    cards: tuple[Text, ...] | None = Field(default=None, min_length=1)
    areas: tuple[Text, ...] | None = Field(default=None, min_length=1)
    cards_per_ribbon: Cards | None = None
    ribbons: Ribbons | None = None
    ribbon_deliveries: tuple[RibbonDelivery, ...] = ()


class Outage(Table):
    """Entry of ``[[outages]]``: days on which less is possible.

    Attributes
    ----------
    resource
        Id of a printer or server.
    from_, to
        First and last day, inclusive.
    share
        Part of the capacity that remains, 0 to 1.
    """

    resource: Text
    from_: Day = Field(validation_alias="from", serialization_alias="from")
    to: Day
    share: Share = Decimal(0)


class Reserve(Table):
    """Table ``[reserve]``: cards a day kept for walk-in emergencies."""

    cards_per_day: Annotated[Whole, Field(ge=0, le=LARGEST_DAILY)] = 0


class PlanRules(Table):
    """Table ``[plan]``: what a plan aims at and how it is handed out.

    Attributes
    ----------
    tiers
        Objectives in strict order, each once; ``cost_idr`` and ``shifts``
        only with shifts.
    batch_size
        Cards in a full batch.
    freeze_days
        Working days that a new plan leaves as they are.
    tie_break, seed
        ``recorded`` (who was recorded first) or ``lottery`` with its seed.
    """

    tiers: tuple[TierName, ...] = Field(default=TIERS, min_length=1)
    batch_size: Cards = 50
    freeze_days: Annotated[Whole, Field(ge=0, le=3660)] = 2
    tie_break: Literal["recorded", "lottery"] = "recorded"
    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)] | None = None


class Visit(NamedTuple):
    """Days between two visits, and rupiah for one of them."""

    every_days: int
    trip_cost_idr: int


class VisitsOfArea(Table):
    """Table ``[visits.areas.NAME]``: what differs for the people of an area.

    Attributes
    ----------
    every_days, trip_cost_idr
        As in ``[visits]``; None: as there.
    """

    every_days: Interval | None = None
    trip_cost_idr: Rupiah | None = None


class Visits(Table):
    """Table ``[visits]``: what waiting costs a resident.

    Attributes
    ----------
    every_days
        Days between two visits of a person who waits.
    trip_cost_idr
        Cost of one trip, rupiah.
    areas
        Area → what differs there; an area without an entry has the above.
    """

    every_days: Interval = 30
    trip_cost_idr: Rupiah = 20_000
    areas: dict[Text, VisitsOfArea] = Field(default_factory=dict)

    def of(self, area: str | None) -> Visit:
        """Return days between visits and rupiah a trip for an area's people."""
        own = VisitsOfArea() if area is None else self.areas.get(area, VisitsOfArea())
        every, cost = own.every_days, own.trip_cost_idr
        return Visit(
            self.every_days if every is None else every,
            self.trip_cost_idr if cost is None else cost,
        )


class DateRules(Table):
    """Table ``[dates]``: the form of dates, where day first would be wrong.

    Attributes
    ----------
    format
        Such as ``%m/%d/%Y``; None: every form that is understood.
    """

    format: Text | None = None

    @field_validator("format")
    @classmethod
    def _names_a_day(cls, value: str | None) -> str | None:
        parts = ("%Y", "%y"), ("%m", "%b", "%B"), ("%d", "%e")
        whole = value is None or "%F" in value or "%D" in value
        if whole or all(any(p in str(value) for p in kinds) for kinds in parts):
            return value
        raise PydanticCustomError(
            "date_format", "must name day, month and year, such as %d/%m/%Y"
        )


class StatusRules(Table):
    """Table ``[status]``: which records can be printed.

    Attributes
    ----------
    printable
        Texts of the column ``status`` that are planned; others are held.
    done
        Those that mean a card which is printed already; held, and counted apart.
    """

    printable: tuple[Text, ...] = Field(min_length=1)
    done: tuple[Text, ...] = ()


class Identity(Table):
    """Table ``[identity]``: the number from which ids are made.

    Attributes
    ----------
    from_
        Heading of the column with the number.
    key
        Name of the key file, beside the office file.
    """

    from_: Text = Field(validation_alias="from", serialization_alias="from")
    key: Text = "identity.key"


class ClassifyRule(Table):
    """Entry of ``[[classify]]``: sets the class from another column.

    Attributes
    ----------
    column
        Heading in the export, or a column's own name.
    matches
        Regular expression (Rust's dialect) searched in the cell, upper and
        lower case alike.
    urgency
        Name of the class given to the rows that match.
    """

    column: Text
    matches: Pattern
    urgency: Text


class Privacy(Table):
    """Table ``[privacy]``: whether sheets show a person's whole number."""

    show_nik: Flag = False
