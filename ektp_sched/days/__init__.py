"""The office day by day: the morning, what was printed, one person, the month."""

from ektp_sched.days.folder import OfficeFolder, PlanFolder, open_office

__all__ = ["OfficeFolder", "PlanFolder", "open_office"]
