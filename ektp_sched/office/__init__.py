"""The office: what limits printing, its calendar and its daily capacity."""

from ektp_sched.office.calendar import Calendar, calendar
from ektp_sched.office.capacity import Capacity, capacity
from ektp_sched.office.loading import load_office
from ektp_sched.office.lots import Lot, lots, ribbon_cards
from ektp_sched.office.model import Office
from ektp_sched.office.notices import Notice
from ektp_sched.office.shifts import Option, options
from ektp_sched.office.workbook import dump, write_workbook
from ektp_sched.office.workbook_reading import read_workbook
from ektp_sched.office.writing import to_toml

__all__ = [
    "Calendar",
    "Capacity",
    "Lot",
    "Notice",
    "Office",
    "Option",
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
