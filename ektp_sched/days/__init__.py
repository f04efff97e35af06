"""The office day by day: the morning, what was printed, one person, the month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder as OfficeFolder
    from ektp_sched.days.folder import PlanFolder as PlanFolder
    from ektp_sched.days.folder import open_office as open_office
    from ektp_sched.days.morning import Morning as Morning
    from ektp_sched.days.morning import today as today
    from ektp_sched.days.status import Standing as Standing
    from ektp_sched.days.status import status_of as status_of

__all__ = [
    "Morning",
    "OfficeFolder",
    "PlanFolder",
    "Standing",
    "open_office",
    "status_of",
    "today",
]

__getattr__ = lazily(
    __name__,
    {
        "folder": ("OfficeFolder", "PlanFolder", "open_office"),
        "morning": ("Morning", "today"),
        "status": ("Standing", "status_of"),
    },
)
