"""Recompute a plan's every rule, figure and tier from the accepted rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.backlog.inputs import as_backlog
from ektp_sched.office.inputs import as_office
from ektp_sched.trust.facts import missing_columns, read_facts
from ektp_sched.trust.findings import Findings, Violation
from ektp_sched.trust.proof.certificate import final_face
from ektp_sched.trust.proof.decided import check_choice, proves_choice
from ektp_sched.trust.proof.prices import read_certificate
from ektp_sched.trust.proof.trees import check_trees
from ektp_sched.trust.verify.claims import check_claims
from ektp_sched.trust.verify.figures import (
    check_even_shares,
    check_figures,
    check_places,
    check_reasons,
)
from ektp_sched.trust.verify.improvements import check_improvements, check_shift_choice
from ektp_sched.trust.verify.records import check_records
from ektp_sched.trust.verify.rules import check_rules
from ektp_sched.trust.verify.tiers import check_tiers, values
from ektp_sched.trust.verify.ties import check_ties, check_ties_in_groups
from ektp_sched.trust.verify.yesterday import (
    check_changes,
    check_known,
    check_yesterday,
    other_yesterday,
)
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.backlog.inputs import BacklogLike
    from ektp_sched.documents import Plan
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.verify.tiers import Values


def verify(plan: Plan, backlog: BacklogLike, office: OfficeLike) -> list[Violation]:
    """Check a plan against the accepted rows and the office, from scratch.

    Parameters
    ----------
    plan
        A plan, just made or loaded from its folder.  Its rows are judged; its
        tier values, figures and claims are compared with what they come to.
    backlog
        The accepted applications.
    office
        The rules.

    Returns
    -------
    list of Violation
        Empty if the plan obeys every rule, states every figure rightly, and
        is as good as it claims.
    """
    office = as_office(office)
    backlog = as_backlog(backlog, office)
    findings = Findings(plan.start)
    if plan.status in ("infeasible", "unknown"):
        message = said(
            "The status is {status}: there is no plan to verify.",
            "Statusnya {status}: tidak ada rencana untuk diperiksa.",
            status=str(plan.status),
        )
        findings.add("no-plan", message)
        return findings.listed()
    missing = missing_columns(plan)
    if missing:
        message = said(
            "Columns are missing: {names}.",
            "Ada kolom yang kurang: {names}.",
            names=", ".join(missing),
        )
        findings.add("columns", message)
        return findings.listed()
    if other_yesterday(plan, backlog, findings):
        return findings.listed()
    facts = read_facts(plan, backlog, office)
    check_rules(facts, findings)
    sound = not findings.violations
    check_figures(facts, findings)
    check_places(facts, findings, backlog.known)
    check_even_shares(facts, findings)
    check_reasons(facts, findings)
    sums = values(facts)
    listed = check_tiers(facts, plan, sums, findings)
    check_claims(facts, plan, findings)
    if plan.backlog is not backlog:
        check_known(plan, backlog, findings)
    check_yesterday(plan, backlog, findings)
    check_records(backlog, office, findings)
    if sound:
        check_changes(plan, backlog, sums, findings)
    if sound and listed:
        _check_proof(facts, plan, sums, findings)
    return findings.listed()


def _check_proof(
    facts: Facts,
    plan: Plan,
    sums: Values,
    findings: Findings,
) -> None:
    """Check the certificate, and the tie-break as far as it is then known."""
    face = None
    optimal = plan.status == "optimal"
    stated = plan.certificate
    certificate = None
    if stated is not None:
        certificate = read_certificate(stated, facts, findings)
    by_trees = certificate is not None and certificate.trees is not None
    if stated is None or by_trees:
        if certificate is not None:
            check_trees(facts, plan, certificate, sums, findings)
        if optimal:
            check_improvements(facts, findings)
            return
    elif certificate is not None:
        face = final_face(facts, plan, certificate, sums, findings)
        check_choice(facts, certificate, sums, findings)
        if optimal and not proves_choice(certificate):
            check_shift_choice(facts, findings)
    if face is None:
        check_ties_in_groups(facts, findings)
    else:
        check_ties(facts, face, findings)
