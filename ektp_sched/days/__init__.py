"""The office day by day: the morning, what was printed, one person, the month.

A name brings its module with it when it is first used: whoever asks for one person
at the counter waits for nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder as OfficeFolder
    from ektp_sched.days.folder import PlanFolder as PlanFolder
    from ektp_sched.days.folder import open_office as open_office
    from ektp_sched.days.status import Standing as Standing
    from ektp_sched.days.status import status_of as status_of

__all__ = ["OfficeFolder", "PlanFolder", "Standing", "open_office", "status_of"]

_MODULES: Final = {
    "folder": ("OfficeFolder", "PlanFolder", "open_office"),
    "status": ("Standing", "status_of"),
}


def __getattr__(name: str) -> object:
    """Load a name's module when the name is first used (PEP 562)."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"ektp_sched.days.{module}"), name)
    message = f"module 'ektp_sched.days' has no attribute {name!r}"
    raise AttributeError(message)
