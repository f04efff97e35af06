"""One person at the counter: what is known, at once and in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.counter.find import Found as Found
    from ektp_sched.counter.find import Person as Person
    from ektp_sched.counter.find import find as find
    from ektp_sched.counter.history import Event as Event
    from ektp_sched.counter.history import event_line as event_line
    from ektp_sched.counter.history import history_of as history_of
    from ektp_sched.counter.status import Standing as Standing
    from ektp_sched.counter.status import status_of as status_of
    from ektp_sched.counter.text import status_lines as status_lines

__getattr__ = lazily(
    __name__,
    {
        "find": ("Found", "Person", "find"),
        "history": ("Event", "event_line", "history_of"),
        "status": ("Standing", "status_of"),
        "text": ("status_lines",),
    },
)
