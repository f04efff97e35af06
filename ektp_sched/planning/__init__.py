"""Planning: rules become a network, tiers are solved, slots are assigned."""

from ektp_sched.planning.certificate import (
    Certificate,
    DecisionCut,
    DecisionProof,
    Leaf,
    TierPrices,
)
from ektp_sched.planning.dropped import Change, Dropped, dropped
from ektp_sched.planning.result import (
    Conflict,
    Plan,
    RuleOfConflict,
    Saving,
    ShiftUse,
    Status,
    Tier,
)
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
