"""The office: what limits printing, its calendar and its daily capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily
from ektp_sched.office.office import Office, load_office, read_workbook
from ektp_sched.rules.aims import PlanRules
from ektp_sched.rules.areas import Visits, VisitsOfArea
from ektp_sched.rules.calendar import Calendar, CalendarRules, calendar
from ektp_sched.rules.capacity import Outage, Server
from ektp_sched.rules.classes import UrgencyClass
from ektp_sched.rules.days import capacity
from ektp_sched.rules.notices import Notice
from ektp_sched.rules.quotas import Quota
from ektp_sched.rules.reading import (
    ClassifyRule,
    DateRules,
    Identity,
    Privacy,
    StatusRules,
)
from ektp_sched.rules.reserve import Reserve
from ektp_sched.rules.ribbons import Printer, RibbonDelivery
from ektp_sched.rules.shifts import Budget, Option, Shift, options
from ektp_sched.rules.stock import CardType, Delivery, Lot, lots
from ektp_sched.rules.world import Capacity

if TYPE_CHECKING:
    from ektp_sched.office.workbook import dump as dump
    from ektp_sched.office.workbook import write_workbook as write_workbook
    from ektp_sched.office.writing import to_toml as to_toml

__all__ = [
    "Budget",
    "Calendar",
    "CalendarRules",
    "Capacity",
    "CardType",
    "ClassifyRule",
    "DateRules",
    "Delivery",
    "Identity",
    "Lot",
    "Notice",
    "Office",
    "Option",
    "Outage",
    "PlanRules",
    "Printer",
    "Privacy",
    "Quota",
    "Reserve",
    "RibbonDelivery",
    "Server",
    "Shift",
    "StatusRules",
    "UrgencyClass",
    "Visits",
    "VisitsOfArea",
    "calendar",
    "capacity",
    "dump",
    "load_office",
    "lots",
    "options",
    "read_workbook",
    "to_toml",
    "write_workbook",
]

__getattr__ = lazily(
    __name__, {"workbook": ("dump", "write_workbook"), "writing": ("to_toml",)}
)
