"""The backlog: who waits, as read from an office's own export."""

from ektp_sched.backlog.identity import make_key
from ektp_sched.backlog.inputs import as_backlog, as_day, as_office
from ektp_sched.backlog.model import Backlog
from ektp_sched.backlog.read import from_frame, read_backlog

__all__ = [
    "Backlog",
    "as_backlog",
    "as_day",
    "as_office",
    "from_frame",
    "make_key",
    "read_backlog",
]
