"""Output: plan folders, sheets, texts by language, and what a terminal shows."""

from ektp_sched.documents import SavedPlan
from ektp_sched.documents.reading import load
from ektp_sched.output.evidence import check_evidence, check_folder, not_checked
from ektp_sched.output.folder import UnverifiedPlanError, save, save_rejects
from ektp_sched.output.languages import Language, language

__all__ = [
    "Language",
    "SavedPlan",
    "UnverifiedPlanError",
    "check_evidence",
    "check_folder",
    "language",
    "load",
    "not_checked",
    "save",
    "save_rejects",
]
