"""Documents: a plan, and each of its files as one form, written and read by it."""

from ektp_sched.documents.certificate import (
    Certificate,
    DecisionCut,
    DecisionProof,
    Leaf,
    Prices,
    TierPrices,
)
from ektp_sched.documents.entries import Saving, ShiftUse, Tier
from ektp_sched.documents.plan import (
    Conflict,
    Plan,
    RuleOfConflict,
    SavedPlan,
    Status,
)
from ektp_sched.documents.trees import TreeProof

__all__ = [
    "Certificate",
    "Conflict",
    "DecisionCut",
    "DecisionProof",
    "Leaf",
    "Plan",
    "Prices",
    "RuleOfConflict",
    "SavedPlan",
    "Saving",
    "ShiftUse",
    "Status",
    "Tier",
    "TierPrices",
    "TreeProof",
]
