"""The office day by day: the morning, what was printed, one person, the month.

A name brings its module with it when it is first used: the counter asks of one person,
and waits for no planner to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

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

_MODULES: Final = {
    "folder": ("OfficeFolder", "PlanFolder", "open_office"),
    "morning": ("Morning", "today"),
    "status": ("Standing", "status_of"),
}


def __getattr__(name: str) -> object:
    """Load a public name's module when the name is first used (PEP 562)."""
    for module, names in _MODULES.items():
        if name in names:
            value: object = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
