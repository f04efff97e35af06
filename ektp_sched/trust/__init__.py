"""Trust: checks that know no solver, and answers that people can follow."""

from ektp_sched.trust.audit.audit import Audit, audit
from ektp_sched.trust.explain.explain import Explanation, explain
from ektp_sched.trust.fairness.fairness import Fairness, fairness
from ektp_sched.trust.findings import Violation
from ektp_sched.trust.proof.certificate import check_certificate
from ektp_sched.trust.proof.decided import proves_choice
from ektp_sched.trust.verify.records import check_raw_records
from ektp_sched.trust.verify.verify import verify

__all__ = [
    "Audit",
    "Explanation",
    "Fairness",
    "Violation",
    "audit",
    "check_certificate",
    "check_raw_records",
    "explain",
    "fairness",
    "proves_choice",
    "verify",
]
