"""Output: plan folders, sheets, texts by language, and what a terminal shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.documents import SavedPlan as SavedPlan
    from ektp_sched.documents.reading import load as load
    from ektp_sched.output.evidence import check_evidence as check_evidence
    from ektp_sched.output.evidence import check_folder as check_folder
    from ektp_sched.output.evidence import not_checked as not_checked
    from ektp_sched.output.folder import UnverifiedPlanError as UnverifiedPlanError
    from ektp_sched.output.folder import save as save
    from ektp_sched.output.folder import save_rejects as save_rejects
    from ektp_sched.output.languages import Language as Language
    from ektp_sched.output.languages import language as language

__getattr__ = lazily(
    __name__,
    {
        ".documents": ("SavedPlan",),
        ".documents.reading": ("load",),
        "evidence": ("check_evidence", "check_folder", "not_checked"),
        "folder": ("UnverifiedPlanError", "save", "save_rejects"),
        "languages": ("Language", "language"),
    },
)
