"""The month: what was printed, promised and waited for, out of the acts alone."""

from ektp_sched.days.month.history import Histories, histories

__all__ = ["Histories", "histories"]
