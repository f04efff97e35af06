"""An office folder, and what it is told day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder as OfficeFolder
    from ektp_sched.days.folder import PlanFolder as PlanFolder
    from ektp_sched.days.folder import open_office as open_office

__getattr__ = lazily(
    __name__, {"folder": ("OfficeFolder", "PlanFolder", "open_office")}
)
