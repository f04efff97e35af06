"""Planning: rules become a network, tiers are solved, slots are assigned."""

from ektp_sched.planning.result import (
    Certificate,
    Conflict,
    Plan,
    Status,
    Tier,
    TierPrices,
)
from ektp_sched.planning.solve import plan

__all__ = [
    "Certificate",
    "Conflict",
    "Plan",
    "Status",
    "Tier",
    "TierPrices",
    "plan",
]
