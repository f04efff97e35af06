"""The backlog: who waits, as read from an office's own export."""

from ektp_sched.backlog.identity import make_key
from ektp_sched.backlog.model import Backlog
from ektp_sched.backlog.read import from_frame, read_backlog

__all__ = ["Backlog", "from_frame", "make_key", "read_backlog"]
