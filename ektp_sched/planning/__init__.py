"""Planning: rules become a network, tiers are solved, slots are assigned."""

from ektp_sched.documents import (
    Certificate,
    Conflict,
    DecisionCut,
    DecisionProof,
    Leaf,
    Plan,
    RuleOfConflict,
    Saving,
    ShiftUse,
    Status,
    Tier,
    TierPrices,
)
from ektp_sched.planning.dropped import Change, Dropped, dropped
from ektp_sched.planning.solve import plan

__all__ = [
    "Certificate",
    "Change",
    "Conflict",
    "DecisionCut",
    "DecisionProof",
    "Dropped",
    "Leaf",
    "Plan",
    "RuleOfConflict",
    "Saving",
    "ShiftUse",
    "Status",
    "Tier",
    "TierPrices",
    "dropped",
    "plan",
]
