"""Output: plan folders, sheets, texts by language, and what a terminal shows."""

from ektp_sched.output.folder import UnverifiedPlanError, save, save_rejects
from ektp_sched.output.languages import Language, language
from ektp_sched.output.reading import SavedPlan, check_evidence, check_folder, load

__all__ = [
    "Language",
    "SavedPlan",
    "UnverifiedPlanError",
    "check_evidence",
    "check_folder",
    "language",
    "load",
    "save",
    "save_rejects",
]
