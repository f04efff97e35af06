"""From a solution to a plan: tables, tier values, reasons, certificate."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.documents import Certificate, Plan, Status, Tier, TierPrices
from ektp_sched.documents.plan import PLAN, UNPRINTED
from ektp_sched.office import Notice
from ektp_sched.people.objectives import EARLINESS
from ektp_sched.people.order import by_code_point
from ektp_sched.people.placed import Placed
from ektp_sched.people.standing import true_reasons
from ektp_sched.planning.network.prices import marginal_prices
from ektp_sched.planning.network.pricing import by_limit
from ektp_sched.planning.outlook import start_notices
from ektp_sched.rules.tiers import DECISION_TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arrays import Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import Conflict, ShiftUse
    from ektp_sched.office import Calendar, Capacity, Office
    from ektp_sched.people.people import People
    from ektp_sched.planning.assign import Prints
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.clock import Clock
    from ektp_sched.planning.network.lexicographic import Solution
    from ektp_sched.planning.outcome import Outcome


@dataclass(frozen=True)
class _Planned(Placed):
    """People, and the prints of a plan that is being made."""

    made: Prints

    def prints(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return application, printer, server and day of each card, (P,) each."""
        made = self.made
        return made.application, made.printer, made.server, made.day


def reasons(people: People, limits: Capacity, made: Prints, left: Ints) -> pl.Series:
    """Return for each application that is not printed the first reason that holds."""
    printed = np.full(len(people.kind), people.days, dtype=np.int64)
    printed[made.application] = made.day
    placed = _Planned(
        **{column.name: getattr(people, column.name) for column in fields(people)},
        limits=limits,
        printed=printed,
        made=made,
    )
    true = true_reasons(placed, left)
    # Where time was over a place may be left: then what is asked last is named.
    holds = np.array([*list(true.values())[:-1], np.ones(len(left), dtype=bool)])
    codes = pl.Series("reason", list(true), dtype=pl.String)
    return codes.gather(np.argmax(holds, axis=0))


def no_plan(
    case: Case, outcome: Outcome, conflict: tuple[Conflict, ...], clock: Clock
) -> Plan:
    """Return a plan without assignments: infeasible, or out of time."""
    status = Status.INFEASIBLE if conflict else Status.UNKNOWN
    return replace(_bare(case, outcome, status, clock), conflict=conflict)


def made_plan(
    case: Case,
    outcome: Outcome,
    prints: Prints,
    shifts: tuple[ShiftUse, ...],
    clock: Clock,
) -> Plan:
    """Return the plan that an outcome stands for, without prices if it is late."""
    assert outcome.solution is not None
    tiers = tuple(_tiers(case, outcome, outcome.solution, prints))
    left = prints.unprinted
    left = left[by_code_point(case.backlog.frame["application_id"].gather(left))]
    proven = all(tier.proven for tier in tiers)
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    plan = replace(
        _bare(case, outcome, status, clock),
        assignments=_assignments(case, outcome, prints),
        unprinted=_unprinted(case, outcome, prints, left),
        tiers=tiers,
        shifts=shifts,
        rows=(prints.application, left),
    )
    if outcome.split is None:
        return _priced(plan, case, outcome, prints, clock)
    # Prices are those of a network; what proves other rules is a tree.
    trees = None if outcome.trees is None else outcome.trees(case.label)
    if trees is None:
        return plan
    return replace(
        plan, certificate=Certificate(case.start, case.days, (), trees=trees)
    )


def _priced(
    plan: Plan, case: Case, outcome: Outcome, prints: Prints, clock: Clock
) -> Plan:
    """Return a plan with its certificate and, if there is time, prices."""
    assert outcome.solution is not None
    with clock.stage("prices"):
        late = clock.over
        prices = None
        if plan.status is Status.OPTIMAL and not late:
            prices = marginal_prices(
                outcome.program,
                outcome.cohorts,
                case.named,
                prints.cohort_cards,
                prints.through,
                [case.label(tier) for tier in case.named],
                case.start,
            )
        return replace(
            plan,
            certificate=_certificate(case, outcome, outcome.solution, plan.tiers),
            prices=prices,
            notices=(*plan.notices, *([Notice("no-time-for-prices")] if late else [])),
        )


def _bare(case: Case, outcome: Outcome, status: Status, clock: Clock) -> Plan:
    """Return what every plan says, whether or not anything is assigned."""
    notices = plan_notices(case.backlog, case.office, case.calendar)
    return Plan(
        office=case.office,
        backlog=case.backlog,
        start=case.start,
        days=case.days,
        status=status,
        engine=outcome.engine,
        assignments=pl.DataFrame(schema=PLAN),
        unprinted=pl.DataFrame(schema=UNPRINTED),
        notices=(*notices, *outcome.notices),
        holidays=case.calendar.holidays,
        seconds=clock.seconds,
    )


def plan_notices(
    backlog: Backlog, office: Office, worked: Calendar
) -> tuple[Notice, ...]:
    """Return what is worth knowing of any plan of these people in this horizon."""
    notices = start_notices(backlog, office, worked.start)
    early = (backlog.frame["pinned_on"] < worked.start).sum()
    if early:
        notices.append(Notice("pinned-before-start", {"count": int(early)}))
    return (*office.warnings(), *worked.notices, *backlog.notices, *notices)


def _tiers(
    case: Case, outcome: Outcome, solution: Solution, prints: Prints
) -> Iterator[Tier]:
    """Value every tier from the plan itself; engines are not believed."""
    cohorts = outcome.cohorts
    cohort, column, count = prints.cohort_cards
    day = np.append(outcome.program.column_day, case.days)[column]
    solved_tiers = iter(solution.tiers)
    before = True  # whether the tiers before are proven
    for tier in case.order:
        if tier.name in DECISION_TIERS:
            yield outcome.own(tier.name)
        elif tier.name != EARLINESS:
            cost = tier.cost(cohorts, cohort, day)
            value = _total(cost, count) + tier.constant(cohorts)
            solved = next(solved_tiers, None)
            optimal = solved is not None and solved.prices is not None
            if solved is not None and optimal and solved.value != value:
                msg = f"tier {tier.name} is {value} in the plan, {solved.value} solved"
                raise RuntimeError(msg)
            bound = outcome.bound(tier)
            before = before and optimal and bound == value
            before = before and not outcome.rests_on_word(tier)
            yield Tier(*case.label(tier), value, tier.scale, bound, before)


def _total(cost: Ints, count: Ints) -> int:
    if int(count.sum()) * int(cost.max(initial=0)) < 1 << 62:
        return int(cost @ count)
    return sum(a * b for a, b in zip(cost.tolist(), count.tolist(), strict=True))


def _assignments(case: Case, outcome: Outcome, prints: Prints) -> pl.DataFrame:
    limits, cohorts = outcome.program.capacity, outcome.cohorts
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
        schema=PLAN,
    )


def _names(index: Ints, names: tuple[str, ...]) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(index)


def _unprinted(
    case: Case, outcome: Outcome, prints: Prints, left: Ints
) -> pl.DataFrame:
    rows = case.backlog.frame.select("application_id", "waiting_since", "urgency")
    return rows[left].with_columns(
        reasons(case.people, outcome.program.capacity, prints, left)
    )


def _certificate(
    case: Case, outcome: Outcome, solution: Solution, tiers: tuple[Tier, ...]
) -> Certificate | None:
    """Return the prices of the tiers that are proven; None if none is."""
    flows = (tier for tier in tiers if tier.name not in DECISION_TIERS)
    prices = []
    for tier, solved in zip(case.named, solution.tiers, strict=False):
        if not next(flows).proven:
            break
        assert solved.prices is not None
        by_day = by_limit(outcome.program, solved.prices)
        prices.append(TierPrices(*case.label(tier), tier.scale, solved.value, by_day))
    proof = None if outcome.proof is None else outcome.proof()
    whole = Certificate(case.start, case.days, tuple(prices), proof)
    return whole if prices else None
