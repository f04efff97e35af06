"""From a solution to a plan: tables, tier values, reasons, certificate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.office import Notice, calendar
from ektp_sched.people.order import by_code_point
from ektp_sched.planning.certificate import Certificate, TierPrices
from ektp_sched.planning.outlook import start_notices
from ektp_sched.planning.prices import marginal_prices
from ektp_sched.planning.pricing import by_limit
from ektp_sched.planning.problem import least_value
from ektp_sched.planning.reasons import reasons
from ektp_sched.planning.result import Plan, Status, Tier
from ektp_sched.planning.tiers import DECIDED, EARLINESS, objectives

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.planning.assign import Prints
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.lexicographic import Solution
    from ektp_sched.planning.result import Conflict

    Ints = NDArray[np.int64]

__all__ = ["no_plan", "solved_plan"]

_ASSIGNMENTS = {
    "application_id": pl.String,
    "day": pl.Date,
    "printer": pl.String,
    "server": pl.String,
    "batch": pl.Int64,
    "position": pl.Int64,
    "wait_days": pl.Int64,
    "urgency": pl.String,
    "pressure": pl.Float64,
}
_UNPRINTED = {
    "application_id": pl.String,
    "waiting_since": pl.Date,
    "urgency": pl.String,
    "reason": pl.String,
}


def no_plan(
    case: Case,
    status: Status,
    seconds: dict[str, float],
    conflict: tuple[Conflict, ...] = (),
) -> Plan:
    """Return a plan without assignments: infeasible, or out of time."""
    return replace(_bare(case, status, seconds), conflict=conflict)


def solved_plan(
    case: Case,
    solution: Solution,
    prints: Prints,
    seconds: dict[str, float],
    late: bool = False,
) -> Plan:
    """Return the plan that a solution stands for, without prices if it is late."""
    tiers = _tiers(case, solution, prints)
    proven = all(tier.proven for tier in tiers)
    # Prices are those of a network; other rules have none that prove anything.
    priced = proven and case.mixed is None
    left = prints.unprinted
    left = left[by_code_point(case.backlog.frame["application_id"].gather(left))]
    bare = _bare(case, Status.OPTIMAL if proven else Status.FEASIBLE, seconds)
    return replace(
        bare,
        assignments=_assignments(case, prints),
        unprinted=_unprinted(case, prints, left),
        tiers=tiers,
        certificate=_certificate(case, solution, tiers),
        prices=_prices(case, solution, prints) if priced and not late else None,
        notices=(*bare.notices, *([Notice("no-time-for-prices")] if late else [])),
        rows=(prints.application, left),
    )


def _prices(case: Case, solution: Solution, prints: Prints) -> pl.DataFrame:
    return marginal_prices(
        case.program,
        case.cohorts,
        case.named,
        prints.cohort_cards,
        solution.flow.through,
        [case.label(tier) for tier in case.named],
        case.program.capacity.start,
    )


def _bare(case: Case, status: Status, seconds: dict[str, float]) -> Plan:
    """Return what every plan says, whether or not anything is assigned."""
    limits = case.program.capacity
    horizon = calendar(case.office, limits.start, limits.days)
    return Plan(
        office=case.office,
        backlog=case.backlog,
        start=limits.start,
        days=limits.days,
        status=status,
        engine=case.engine,
        assignments=pl.DataFrame(schema=_ASSIGNMENTS),
        unprinted=pl.DataFrame(schema=_UNPRINTED),
        notices=plan_notices(case.backlog, case.office, limits.start, limits.days),
        holidays=horizon.holidays,
        seconds=seconds,
    )


def plan_notices(
    backlog: Backlog, office: Office, start: date, days: int
) -> tuple[Notice, ...]:
    """Return what is worth knowing of any plan of these people in this horizon."""
    notices = start_notices(backlog, office, start)
    early = (backlog.frame["pinned_on"] < start).sum()
    if early:
        notices.append(Notice("pinned-before-start", {"count": int(early)}))
    of_calendar = calendar(office, start, days).notices
    return (*office.warnings(), *of_calendar, *backlog.notices, *notices)


def _tiers(case: Case, solution: Solution, prints: Prints) -> tuple[Tier, ...]:
    """Value every tier from the plan itself; engines are not believed."""
    cohort, column, count = prints.cohort_cards
    day = np.append(case.program.column_day, case.program.capacity.days)[column]
    tiers: list[Tier] = []
    for number, tier in enumerate(case.named):
        cost = tier.cost(case.cohorts, cohort, day)
        value = _total(cost, count) + tier.constant(case.cohorts)
        solved = solution.tiers[number] if number < len(solution.tiers) else None
        proven = solved is not None and solved.prices is not None
        if solved is not None and proven and solved.value != value:
            msg = f"tier {tier.name} is {value} in the plan, {solved.value} solved"
            raise AssertionError(msg)
        bound = value if proven else solved.bound if solved is not None else None
        if case.chosen is not None:
            bound = case.chosen.bound(tier, case.cohorts)
            before = all(tier.proven for tier in tiers)
            proven = proven and before and bound == value
        elif bound is None:
            bound = least_value(case.program, case.cohorts, tier)
        tiers.append(Tier(*case.label(tier), value, tier.scale, bound, proven))
    return _placed(case, tiers) if case.office.shifts else tuple(tiers)


def _placed(case: Case, network_tiers: list[Tier]) -> tuple[Tier, ...]:
    """Put the shifts' own tiers where the office wants them."""
    assert case.chosen is not None
    order = objectives(
        case.office, case.cohorts, case.program.capacity.days, decided=True
    )
    flows = iter(network_tiers)
    return tuple(
        case.chosen.own(tier.name) if tier.name in DECIDED else next(flows)
        for tier in order
        if tier.name != EARLINESS
    )


def _total(cost: Ints, count: Ints) -> int:
    if int(count.sum()) * int(cost.max(initial=0)) < 1 << 62:
        return int(cost @ count)
    return sum(a * b for a, b in zip(cost.tolist(), count.tolist(), strict=True))


def _assignments(case: Case, prints: Prints) -> pl.DataFrame:
    limits, cohorts = case.program.capacity, case.cohorts
    member = cohorts.member[prints.application]
    since = cohorts.since[member]
    wait = prints.day - since
    target = np.array(cohorts.targets)[cohorts.target[member]]
    size = case.office.plan.batch_size
    start = pl.Series([limits.start]).to_physical()[0]
    rows = case.backlog.frame.select("application_id", "urgency")[prints.application]
    return pl.DataFrame(
        {
            "application_id": rows["application_id"],
            "day": pl.Series((prints.day + start).astype(np.int32)).cast(pl.Date),
            "printer": _names(prints.printer, limits.printers),
            "server": _names(prints.server, limits.servers),
            "batch": prints.place // size + 1,
            "position": prints.place % size + 1,
            "wait_days": wait,
            "urgency": rows["urgency"],
            "pressure": np.round((wait + 1) / target, 6),
        },
        schema=_ASSIGNMENTS,
    )


def _names(index: Ints, names: tuple[str, ...]) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(index)


def _unprinted(case: Case, prints: Prints, left: Ints) -> pl.DataFrame:
    rows = case.backlog.frame.select("application_id", "waiting_since", "urgency")
    return rows[left].with_columns(reasons(case, prints, left))


def _certificate(
    case: Case, solution: Solution, tiers: tuple[Tier, ...]
) -> Certificate | None:
    """Return the prices of the tiers that are proven; None if none is."""
    if case.mixed is not None:
        return None
    limits = case.program.capacity
    flows = (tier for tier in tiers if tier.name not in DECIDED)
    prices = []
    for tier, solved in zip(case.named, solution.tiers, strict=False):
        if not next(flows).proven:
            break
        assert solved.prices is not None
        head = (*case.label(tier), tier.scale, solved.value)
        prices.append(TierPrices(*head, *by_limit(case.program, solved.prices)))
    proof = None if case.decided is None else case.decided.proof(case.label)
    whole = Certificate(limits.start, limits.days, tuple(prices), proof)
    return whole if prices else None
