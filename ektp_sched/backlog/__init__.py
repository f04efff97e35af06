"""The backlog: who waits, as read from an office's own export."""

from ektp_sched.backlog.identity import make_key
from ektp_sched.backlog.inputs import as_backlog, as_day
from ektp_sched.backlog.model import Backlog
from ektp_sched.backlog.read import from_frame, read_backlog
from ektp_sched.office.inputs import as_office

__all__ = [
    "Backlog",
    "as_backlog",
    "as_day",
    "as_office",
    "from_frame",
    "make_key",
    "read_backlog",
]
