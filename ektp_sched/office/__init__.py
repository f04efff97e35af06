"""The office: what limits printing, its calendar and its daily capacity."""

from ektp_sched.office.office import Office, load_office, read_workbook
from ektp_sched.office.workbook import dump, write_workbook
from ektp_sched.office.writing import to_toml
from ektp_sched.rules.calendar import Calendar, calendar
from ektp_sched.rules.consumables import CardType, Delivery, RibbonDelivery
from ektp_sched.rules.decisions import Budget, Quota, Shift
from ektp_sched.rules.lots import Lot, lots, ribbon_cards
from ektp_sched.rules.machines import Capacity, capacity
from ektp_sched.rules.notices import Notice
from ektp_sched.rules.reading import (
    CalendarRules,
    ClassifyRule,
    DateRules,
    Identity,
    Outage,
    PlanRules,
    Printer,
    Privacy,
    Reserve,
    Server,
    StatusRules,
    UrgencyClass,
    Visits,
    VisitsOfArea,
)
from ektp_sched.rules.shifts import Option, options

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
    "ribbon_cards",
    "to_toml",
    "write_workbook",
]
