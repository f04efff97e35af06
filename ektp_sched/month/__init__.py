"""The month: what was printed, promised and waited for, out of the acts alone."""

from ektp_sched.month.figures import Month, month_of
from ektp_sched.month.history import Histories, histories
from ektp_sched.month.report import month_report
from ektp_sched.month.saving import refuse_month, save_month

__all__ = [
    "Histories",
    "Month",
    "histories",
    "month_of",
    "month_report",
    "refuse_month",
    "save_month",
]
