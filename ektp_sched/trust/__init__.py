"""Trust: checks that know no solver, and answers that people can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.trust.audit.audit import Audit as Audit
    from ektp_sched.trust.audit.audit import audit as audit
    from ektp_sched.trust.explain.explain import explain as explain
    from ektp_sched.trust.explain.model import Explanation as Explanation
    from ektp_sched.trust.fairness.fairness import Fairness as Fairness
    from ektp_sched.trust.fairness.fairness import fairness as fairness
    from ektp_sched.trust.findings import Violation as Violation
    from ektp_sched.trust.proof.certificate import (
        check_certificate as check_certificate,
    )
    from ektp_sched.trust.proof.decided import proves_choice as proves_choice
    from ektp_sched.trust.verify.records import check_raw_records as check_raw_records
    from ektp_sched.trust.verify.verify import verify as verify

__getattr__ = lazily(
    __name__,
    {
        "audit.audit": ("Audit", "audit"),
        "explain.explain": ("Explanation", "explain"),
        "fairness.fairness": ("Fairness", "fairness"),
        "findings": ("Violation",),
        "proof.certificate": ("check_certificate",),
        "proof.decided": ("proves_choice",),
        "verify.records": ("check_raw_records",),
        "verify.verify": ("verify",),
    },
)
