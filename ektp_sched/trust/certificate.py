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
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.trust.facts import MISSING, blocks, counted, missing_columns, read_facts
from ektp_sched.trust.findings import Findings
from ektp_sched.trust.groups import (
    Groups,
    distinct,
    distinct_rows,
    group_applications,
    numbered,
)
from ektp_sched.trust.prices import Prices, read_prices
from ektp_sched.trust.rules import check_rules, used_blanks
from ektp_sched.trust.tiers import DemandedTier, cost, demanded, value_of, values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Violation
    from ektp_sched.trust.planned import Planned
    from ektp_sched.trust.tiers import Values

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["Face", "check_certificate", "final_face"]

_CHUNK: Final = 1 << 21


@dataclass(slots=True)
class Face:
    """What the tiers checked so far leave free.

    Parameters
    ----------
    groups
        The applications.
    days
        Days on which anything can be printed, ascending, shape ``(D,)``.
    masks
        Days still allowed, and last "not printed", shape ``(M, D + 1)``.
    access
        Index into ``Groups.printers`` by mask.
    mask
        Row of ``masks`` by group.
    paths
        Printers and servers still allowed, shape ``(E, D, P, S)``.
    """

    groups: Groups
    days: Ints
    masks: Bools
    access: Ints
    mask: Ints
    paths: Bools

    def positions(self, days: int) -> Ints:
        """Return the column of each day offset; ``days`` is "not printed"."""
        position = np.zeros(days + 1, dtype=np.int64)
        position[self.days] = np.arange(len(self.days))
        position[days] = len(self.days)
        return position


@dataclass(frozen=True, slots=True)
class _Use:
    """What the plan uses: which choices, and which limits fully."""

    group: Ints
    column: Ints
    paths: Bools
    full: dict[str, Bools]


def check_certificate(
    plan: Planned, backlog: Backlog, office: Office
) -> list[Violation]:
    """Check the prices that prove a plan optimal, in whole numbers.

    Parameters
    ----------
    plan
        A plan with its certificate.
    backlog
        The accepted applications.
    office
        The rules.

    Returns
    -------
    list of Violation
        Empty if and only if the plan obeys every rule and the prices prove all
        tiers, or where the status is ``feasible`` those that it calls proven.
    """
    findings = Findings(plan.start)
    if missing_columns(plan):
        findings.add("columns", "Columns are missing in the plan's tables.")
        return findings.listed()
    facts = read_facts(plan, backlog, office)
    check_rules(facts, findings)
    if findings.found:
        findings.found[:] = []
        findings.add(
            "certificate-rules",
            "The plan breaks a rule, so no prices can prove anything about it.",
        )
        return findings.listed()
    final_face(facts, plan, values(facts), findings)
    return findings.listed()


def final_face(
    facts: Facts,
    plan: Planned,
    found: Values,
    findings: Findings,
) -> Face | None:
    """Check the certificate of a plan that obeys every rule.

    Parameters
    ----------
    facts
        The plan, without a broken rule.
    plan
        Its certificate.
    found
        Its tiers' values, as its rows come to.
    findings
        Where violations go.

    Returns
    -------
    Face or None
        What the last tier leaves free; ``None`` if the proof fails or ends earlier.
    """
    if plan.certificate is None:
        findings.add("certificate-missing", "The plan has no certificate.")
        return None
    prices = read_prices(plan.certificate, facts, findings)
    if prices is None or not _same_tiers(facts, plan, prices, found, findings):
        return None
    groups = group_applications(facts)
    face = _whole_face(facts, groups)
    use = _use(facts, face)
    settled = {name: np.zeros_like(full) for name, full in use.full.items()}
    tiers = demanded(facts)
    for tier, price in zip(tiers, prices, strict=False):
        if not _signs_hold(tier, price, use, settled, findings):
            return None
        _narrow(facts, face, tier, price)
        if not _choices_hold(tier, face, use, findings):
            return None
    return face if len(prices) == len(tiers) else None


def _same_tiers(
    facts: Facts,
    plan: Planned,
    prices: list[Prices],
    found: Values,
    findings: Findings,
) -> bool:
    """Check names, ranks, scales and values against the rows themselves."""
    expected = [
        (tier.name, tier.label, tier.scale, value_of(tier, found))
        for tier in demanded(facts)
    ]
    stated = [(price.name, price.rank, price.scale, price.value) for price in prices]
    least = len(expected)
    if str(getattr(plan, "status", "optimal")) == "feasible":  # cut short
        least = max(1, sum(tier.proven for tier in plan.tiers))
    if len(stated) >= least and stated == expected[: len(stated)]:
        return True
    findings.add(
        "certificate-tiers",
        "The certificate's tiers, scales or values are not those of the plan.",
    )
    return False


def _whole_face(facts: Facts, groups: Groups) -> Face:
    """Return all choices that the rules allow; a limit of zero allows none."""
    limits = facts.limits
    worked = limits.printer_cards.any(axis=0) & limits.server_cards.any(axis=0)
    if limits.total is not None:
        worked &= limits.total > 0
    days = np.flatnonzero(worked)
    links = (
        (limits.printer_cards.T[days] > 0)[:, :, None]
        & (limits.server_cards.T[days] > 0)[:, None, :]
        & limits.reaches[None]
    )
    supply = np.array([limits.supply[c] for c in facts.kinds.stocked], dtype=np.int64)
    stocked = np.ones((len(groups.stock), len(days)), dtype=bool)
    some = groups.stock >= 0
    if some.any():
        stocked[some] = supply[groups.stock[some]][:, days] > 0
    paths = groups.printers[:, None, :, None] & links[None] & stocked[:, :, None, None]
    code = _choices(groups, facts.days)
    one = np.zeros(int(code.max(initial=-1)) + 1, dtype=np.int64)
    one[code] = np.arange(len(code))
    access, pinned = groups.access[one], groups.pinned[one]
    free: Bools = np.asarray(paths.any(axis=(2, 3)))[access]
    free &= days >= groups.ready[one][:, None]
    free &= (pinned[:, None] == MISSING) | (days == pinned[:, None])
    stays = (pinned == MISSING) | (pinned == facts.days)
    masks = np.concatenate([free, stays[:, None]], axis=1)
    return Face(groups, days, masks, access, code, paths)


def _choices(groups: Groups, days: int) -> Ints:
    """Give each combination of access, first day and pin a number."""
    width = days + 2
    pin = np.where(groups.pinned == MISSING, days + 1, groups.pinned)
    key = (groups.access * width + groups.ready) * width + pin
    return numbered(key, max(1, len(groups.stock)) * width * width)[0]


def _use(facts: Facts, face: Face) -> _Use:
    """Return which choices the plan makes and which limits it uses fully."""
    limits, rows, days = facts.limits, facts.rows, facts.days
    groups = face.groups
    position = face.positions(days)
    width = len(face.days) + 1
    key = groups.member * width + position[facts.printed]
    cells = distinct(key, max(1, len(groups)) * width)
    paths = np.zeros(face.paths.shape, dtype=bool)
    access = groups.access[groups.member[rows.application]]
    paths[access, position[rows.day], rows.printer, rows.server] = True
    day = rows.day.astype(np.int64)
    printers = counted(rows.printer * days + day, limits.printer_cards.shape)
    servers = counted(rows.server * days + day, limits.server_cards.shape)
    total = np.zeros(days, dtype=bool)
    if limits.total is not None:
        total = counted(day, (days,)) == limits.total
    supply = np.array([limits.supply[c] for c in facts.kinds.stocked], dtype=np.int64)
    full = {
        "printers": printers == limits.printer_cards,
        "servers": servers == limits.server_cards,
        "reserve": total,
        "stock": used_blanks(facts) == supply.reshape(-1, days),
    }
    return _Use(cells // width, cells % width, paths, full)


def _signs_hold(
    tier: DemandedTier,
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
                f"In tier {tier.name} a price of {name} is positive where the limit is "
                "not used fully, or negative where no earlier tier needs it full.",
                day=place[-1],
            )
            return False
        settled[name] |= np.asarray(paid > 0, dtype=bool)
    return True


def _narrow(facts: Facts, face: Face, tier: DemandedTier, price: Prices) -> None:
    """Keep the choices that attain the minimum of cost and prices."""
    route, least = _routes(face, price)
    face.paths &= route == least[:, :, None, None]
    seen, width = _field(face.groups, tier)
    key, count = numbered(face.mask * width + seen, max(1, len(face.masks)) * width)
    one = np.zeros(count, dtype=np.int64)
    one[key] = np.arange(len(key))
    kept = np.zeros((count, face.masks.shape[1]), dtype=bool)
    step = max(1, _CHUNK // face.masks.shape[1])
    for some in blocks(count, step):
        group = one[some]
        mask = face.masks[face.mask[group]]
        total = _costs(facts, face, tier, group)
        total = total.astype(route.dtype, copy=False)
        total[:, :-1] += least[face.access[face.mask[group]]]
        worst = total.max(initial=0) + 1
        total[~mask] = worst
        kept[some] = mask & (total == total.min(axis=1, keepdims=True))
    access = face.access[face.mask[one]]
    marked = np.concatenate([kept, access[:, None] >> np.arange(24) & 1 == 1], axis=1)
    first, number = distinct_rows(marked)
    face.masks, face.access, face.mask = kept[first], access[first], number[key]


def _routes(face: Face, price: Prices) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the price of every path, and the least by access and day.

    A path that is not allowed costs more than any that is; so does a day
    without a path, which no mask allows.
    """
    days = face.days
    later = np.cumsum(price.stock[:, ::-1], axis=1)[:, ::-1]
    none = np.zeros((1, price.stock.shape[1]), dtype=price.stock.dtype)
    blanks = np.concatenate([later, none])[face.groups.stock][:, days]
    daily = (
        price.printers.T[days][:, :, None]
        + price.servers.T[days][:, None, :]
        + price.reserve[days][:, None, None]
    )
    route = daily[None] + blanks[:, :, None, None]
    worst = np.abs(route).max(initial=0) + 1
    closed = np.where(face.paths, route, worst)
    least = closed.min(axis=(2, 3), initial=worst)
    return closed, np.asarray(least)


def _field(groups: Groups, tier: DemandedTier) -> tuple[Ints, int]:
    """Return a key that is equal for groups that cost the same in a tier."""
    if tier.name == "unprinted":
        key = np.ones(len(groups), dtype=np.int64)
    elif tier.name == "overdue":
        key = np.maximum(groups.due, -1) + 2
    elif tier.name == "promise":
        key = np.maximum(groups.promised, -1) + 2
    else:
        targets, which = np.unique(groups.target, return_inverse=True)
        low = int(groups.since.min(initial=0))
        key = (groups.since - low) * len(targets) + which.reshape(-1) + 1
    if tier.rank is not None:
        key = np.where(groups.rank == tier.rank, key, 0)
    return key, int(key.max(initial=0)) + 1


def _costs(facts: Facts, face: Face, tier: DemandedTier, group: Ints) -> Ints:
    """Return the cost of every day, and of not printing, shape (groups, D + 1)."""
    groups = face.groups
    when = {
        "unprinted": groups.since,
        "overdue": groups.due,
        "promise": groups.promised,
        "pressure": groups.since,
    }[tier.name][group][:, None]
    per_day = (tier.scale // groups.target[group])[:, None]
    day = np.append(face.days, facts.days)[None, :]
    amount = cost(tier.name, day, facts.days, when, per_day)
    if tier.rank is not None:
        amount[groups.rank[group] != tier.rank] = 0
    return amount


def _choices_hold(
    tier: DemandedTier, face: Face, use: _Use, findings: Findings
) -> bool:
    """Check that every choice the plan makes attains its minimum."""
    wrong = ~face.masks[face.mask[use.group], use.column]
    if wrong.any():
        column = int(use.column[np.flatnonzero(wrong)[0]])
        findings.add(
            "certificate-choice",
            f"In tier {tier.name} the prices leave a better choice for some "
            "applications, so they prove nothing.",
            day=int(face.days[column]) if column < len(face.days) else None,
        )
        return False
    apart = use.paths & ~face.paths
    if apart.any():
        _, column, _, _ = (int(i) for i in np.argwhere(apart)[0])
        findings.add(
            "certificate-choice",
            f"In tier {tier.name} the prices leave a better printer or server on a "
            "day, so they prove nothing.",
            day=int(face.days[column]),
        )
        return False
    return True
