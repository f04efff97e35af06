"""The month: what was printed, promised and waited for, out of the acts alone."""

from ektp_sched.days.month.figures import Month, Spread, month_of
from ektp_sched.days.month.history import Histories, histories

__all__ = ["Histories", "Month", "Spread", "histories", "month_of"]
