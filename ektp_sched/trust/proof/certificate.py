r"""Prices that prove a plan optimal, checked without a solver.

Let choice j of application i (print it on day d, printer p, server v; or not
at all) cost :math:`c_k(i, j)` in tier k, and let each limit l have a price
:math:`\lambda_l`.  A plan is least in the first tier if

* :math:`\lambda \ge 0`, and :math:`\lambda_l > 0` only where limit l is used
  fully;
* each application's choice attains :math:`\min_j c(i, j) + \sum_{l \ni j}
  \lambda_l` over the choices that the rules allow it.

That is complementary slackness.  All other optima then use only choices that
attain the minimum, and fill every limit of positive price; so for the next
tier these choices alone are allowed, and a limit once full may have a price of
either sign.  Passing every tier in turn, the plan is lexicographically least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.backlog.inputs import as_backlog
from ektp_sched.office.inputs import as_office
from ektp_sched.people.keys import distinct, distinct_rows
from ektp_sched.people.objectives import told_apart
from ektp_sched.people.standing import left_of
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.trust.facts import blocks, missing_columns, read_facts
from ektp_sched.trust.findings import Findings
from ektp_sched.trust.proof.decided import check_choice
from ektp_sched.trust.proof.face import Face, costs, routes, whole_face
from ektp_sched.trust.proof.prices import (
    UnreadableError,
    limit_prices,
    read_certificate,
)
from ektp_sched.trust.proof.trees import check_trees
from ektp_sched.trust.verify.rules import check_rules
from ektp_sched.trust.verify.tiers import priced, value_of, values
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.backlog.inputs import BacklogLike
    from ektp_sched.documents import Certificate, Plan
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.people.objectives import Objective
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Violation
    from ektp_sched.trust.proof.prices import Prices
    from ektp_sched.trust.verify.tiers import Values


_CHUNK: Final = 1 << 21


@dataclass(frozen=True, slots=True)
class _Use:
    """What the plan uses: which choices, and which limits fully."""

    group: Ints
    column: Ints
    paths: Bools
    full: dict[str, Bools]


def check_certificate(
    plan: Plan, backlog: BacklogLike, office: OfficeLike
) -> list[Violation]:
    """Check the prices that prove a plan optimal, in whole numbers."""
    office = as_office(office)
    backlog = as_backlog(backlog, office)
    findings = Findings(plan.start)
    if missing_columns(plan):
        message = said(
            "Columns are missing in the plan's tables.",
            "Ada kolom yang tidak terdapat dalam tabel rencana.",
        )
        findings.add("columns", message)
        return findings.listed()
    facts = read_facts(plan, backlog, office)
    check_rules(facts, findings)
    if findings.violations:
        findings.violations[:] = []
        findings.add(
            "certificate-rules",
            said(
                "The plan breaks a rule, so no prices can prove anything about it.",
                "Rencana ini melanggar aturan, jadi tidak ada harga yang dapat "
                "membuktikan apa pun tentangnya.",
            ),
        )
        return findings.listed()
    reached = values(facts)
    if plan.certificate is None:
        message = said(
            "The plan has no certificate.", "Rencana ini tidak bersertifikat."
        )
        findings.add("certificate-missing", message)
        return findings.listed()
    certificate = read_certificate(plan.certificate, facts, findings)
    if certificate is not None and certificate.trees is not None:
        check_trees(facts, plan, certificate, reached, findings)
    elif certificate is not None:
        final_face(facts, plan, certificate, reached, findings)
        check_choice(facts, certificate, reached, findings)
    return findings.listed()


def final_face(
    facts: Facts,
    plan: Plan,
    certificate: Certificate,
    reached: Values,
    findings: Findings,
) -> Face | None:
    """Check the certificate of a plan that obeys every rule.

    Returned is what the last tier leaves free; ``None`` if the proof fails or ends
    earlier.
    """
    try:
        prices = [limit_prices(tier.prices, facts) for tier in certificate.tiers]
    except UnreadableError as problem:
        findings.add("certificate-form", problem.sentence)
        return None
    if not _same_tiers(facts, plan, certificate, reached, findings):
        return None
    face = whole_face(facts)
    use = _use(facts, face)
    settled = {name: np.zeros_like(full) for name, full in use.full.items()}
    for tier, price in zip(priced(facts), prices, strict=False):
        if not _signs_hold(tier, price, use, settled, findings):
            return None
        _narrow(face, tier, price)
        if not _choices_hold(tier, face, use, findings):
            return None
    return face if len(prices) == len(priced(facts)) else None


def _same_tiers(
    facts: Facts,
    plan: Plan,
    certificate: Certificate,
    reached: Values,
    findings: Findings,
) -> bool:
    """Check names, ranks, scales and values against the rows themselves."""
    expected = [
        (tier.name, tier.label, tier.scale, value_of(tier, reached))
        for tier in priced(facts)
    ]
    stated = [(t.name, t.rank, t.scale, t.value) for t in certificate.tiers]
    least = len(expected)
    if plan.status == "feasible":  # cut short
        claimed = [
            tier.proven for tier in plan.tiers if tier.name not in DECISION_TIERS
        ]
        least = max(1, sum(claimed))
    if len(stated) >= least and stated == expected[: len(stated)]:
        return True
    findings.add(
        "certificate-tiers",
        said(
            "The certificate's tiers, scales or values are not those of the plan.",
            "Tujuan, skala, atau nilai dalam sertifikat bukan milik rencana ini.",
        ),
    )
    return False


def _use(facts: Facts, face: Face) -> _Use:
    """Return which choices the plan makes and which limits it uses fully."""
    rows, days, groups = facts.rows, facts.days, face.groups
    position = face.positions(days)
    width = len(face.days) + 1
    key = groups.member.astype(np.int64) * width + position[facts.printed]
    cells = distinct(key, max(1, len(groups)) * width)
    paths = np.zeros(face.paths.shape, dtype=bool)
    access = face.group_access[groups.member[rows.application]]
    paths[access, position[rows.day], rows.printer, rows.server] = True
    left = left_of(facts)
    full = {
        "printers": left.printers == 0,
        "servers": left.servers == 0,
        "reserve": left.total == 0,
        "stock": left.blanks == 0,
    }
    return _Use(cells // width, cells % width, paths, full)


def _signs_hold(
    tier: Objective,
    price: Prices,
    use: _Use,
    settled: dict[str, Bools],
    findings: Findings,
) -> bool:
    """Check the sign of every price, and note the limits that are now settled."""
    for name, full in use.full.items():
        paid = getattr(price, name)
        wrong = np.asarray(((paid > 0) & ~full) | ((paid < 0) & ~settled[name]), bool)
        for place in findings.places("certificate-sign", wrong)[:1]:
            findings.add(
                "certificate-sign",
                said(
                    "In tier {tier} a price of {limit} is positive where the limit is "
                    "not used fully, or negative where no earlier tier needs it full.",
                    "Pada tujuan {tier} ada harga {limit} yang positif padahal "
                    "batasnya tidak terpakai penuh, atau negatif padahal tidak ada "
                    "tujuan sebelumnya yang memerlukannya penuh.",
                    tier=tier.name,
                    limit=name,
                ),
                day=place[-1],
            )
            return False
        settled[name] |= np.asarray(paid > 0, dtype=bool)
    return True


def _narrow(face: Face, tier: Objective, price: Prices) -> None:
    """Keep the choices that attain the minimum of cost and prices."""
    route, least = routes(face, price)
    face.paths &= route == least[:, :, None, None]
    count = max(1, len(face.masks))
    number_of, example, _ = told_apart(face.groups, [tier], face.mask, count)
    kept = np.zeros((len(example), face.masks.shape[1]), dtype=bool)
    step = max(1, _CHUNK // face.masks.shape[1])
    for block in blocks(len(example), step):
        group = example[block]
        mask = face.masks[face.mask[group]]
        total = costs(face, tier, group)
        total = total.astype(route.dtype, copy=False)
        total[:, :-1] += least[face.access[face.mask[group]]]
        worst = total.max(initial=0) + 1
        total[~mask] = worst
        kept[block] = mask & (total == total.min(axis=1, keepdims=True))
    access = face.access[face.mask[example]]
    marked = np.concatenate([kept, access[:, None] >> np.arange(24) & 1 == 1], axis=1)
    first, number = distinct_rows(marked)
    face.masks, face.access = kept[first], access[first]
    face.mask = number[number_of]


def _choices_hold(tier: Objective, face: Face, use: _Use, findings: Findings) -> bool:
    """Check that every choice the plan makes attains its minimum."""
    wrong = ~face.masks[face.mask[use.group], use.column]
    if wrong.any():
        column = int(use.column[np.flatnonzero(wrong)[0]])
        findings.add(
            "certificate-choice",
            said(
                "In tier {tier} the prices leave a better choice for some "
                "applications, so they prove nothing.",
                "Pada tujuan {tier} harga-harganya masih menyisakan pilihan yang lebih "
                "baik bagi sebagian permohonan, jadi tidak membuktikan apa pun.",
                tier=tier.name,
            ),
            day=int(face.days[column]) if column < len(face.days) else None,
        )
        return False
    apart = use.paths & ~face.paths
    if apart.any():
        _, column, _, _ = (int(i) for i in np.argwhere(apart)[0])
        findings.add(
            "certificate-choice",
            said(
                "In tier {tier} the prices leave a better printer or server on a day, "
                "so they prove nothing.",
                "Pada tujuan {tier} harga-harganya masih menyisakan printer atau "
                "server yang lebih baik pada suatu hari, jadi tidak membuktikan apa "
                "pun.",
                tier=tier.name,
            ),
            day=int(face.days[column]),
        )
        return False
    return True
