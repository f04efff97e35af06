"""Planning: rules become a network, tiers are solved, slots are assigned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.documents import Certificate as Certificate
    from ektp_sched.documents import Conflict as Conflict
    from ektp_sched.documents import Plan as Plan
    from ektp_sched.documents import ShiftUse as ShiftUse
    from ektp_sched.documents import Status as Status
    from ektp_sched.documents import Tier as Tier
    from ektp_sched.planning.dropped import Change as Change
    from ektp_sched.planning.dropped import Dropped as Dropped
    from ektp_sched.planning.dropped import dropped as dropped
    from ektp_sched.planning.solve import plan as plan

__getattr__ = lazily(
    __name__,
    {
        ".documents": ("Certificate", "Conflict", "Plan", "ShiftUse", "Status", "Tier"),
        "dropped": ("Change", "Dropped", "dropped"),
        "solve": ("plan",),
    },
)
