"""The one verb of this package: plan a backlog."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ektp_sched.backlog.inputs import as_backlog, as_day, as_office
from ektp_sched.errors import UsageError
from ektp_sched.office import calendar, capacity
from ektp_sched.planning.arguments import MOST_WORKERS, check_whole
from ektp_sched.planning.assign import assign
from ektp_sched.planning.case import Case
from ektp_sched.planning.clock import Clock
from ektp_sched.planning.cohorts import build_cohorts
from ektp_sched.planning.conflicts import pin_conflicts
from ektp_sched.planning.horizon import LONGEST, days_needed, days_that_matter
from ektp_sched.planning.lexicographic import solve_tiers
from ektp_sched.planning.program import build_program
from ektp_sched.planning.report import no_plan, solved_plan
from ektp_sched.planning.result import Status
from ektp_sched.planning.scarce import Scarce, scarce
from ektp_sched.planning.tiers import check_range, objectives
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.inputs import BacklogLike, DayLike, OfficeLike
    from ektp_sched.office import Capacity, Office
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.decisions import Decided
    from ektp_sched.planning.lexicographic import Solution
    from ektp_sched.planning.problem import Engine
    from ektp_sched.planning.result import Conflict, Plan, ShiftUse

    Progress = Callable[[str, float], None]

__all__ = ["plan"]


def plan(
    backlog: BacklogLike,
    office: OfficeLike,
    *,
    start: DayLike,
    days: int | None = None,
    engine: str = "auto",
    time_limit: float | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Plan:
    """Assign every application of the backlog to a printer and a day.

    Parameters
    ----------
    backlog
        Who waits: a `Backlog`, or what `ektp_sched.backlog.as_backlog` makes one
        of, such as the path of an export or a data frame.
    office
        What limits printing: an `Office`, its file's path, or its tables.
    start
        First day of the plan; a date, or text such as ``"2017-09-12"``.
    days
        Length of the horizon in calendar days, 1 to 3,660; left out, as
        many as it takes until everybody is printed who can be.
    engine
        ``flow``, ``cpsat``, or ``auto`` for the fastest that is exact.  Rules
        that no network can say need a mixed-integer program, whichever is
        named.
    time_limit
        Seconds after which no tier is begun and prices of one card more or
        less are left out; what is then still open is printed as early as
        possible.  A call of the solver is begun only if, by the pace of those
        before, it ends in time.  Shifts are chosen in the first half of it.
    workers
        Search workers where shifts are chosen, 1 to 256; with one, the default, the
        same input gives the same plan.
    progress
        Called with a stage's name and the share of the work done.

    Returns
    -------
    Plan
        With status ``infeasible`` and the conflict named where rules
        contradict each other.

    Raises
    ------
    UsageError
        An argument is out of its range.
    UnsupportedRuleError
        A rule needs an engine that this version does not have.
    """
    office = as_office(office)
    backlog, start = as_backlog(backlog, office), as_day(start)
    clock = Clock(time_limit, progress)
    solver = _engine(engine)
    check_whole(("workers", workers, 1, MOST_WORKERS))
    with clock.stage("cohorts"):
        asked, days = days, _horizon(backlog, office, start, days, clock, workers)
        limits = capacity(office, start, days)
        cohorts = build_cohorts(backlog, office, start, days)
        last_day = days_that_matter(cohorts, limits)
    short = _scarce(office, cohorts, limits, asked)
    if len(cohorts) and (office.quotas or short):
        from ektp_sched.planning.mixed.plan import mixed_plan

        return mixed_plan(backlog, office, start, days, short, clock)
    decided = None
    if office.shifts:
        with clock.stage("decide"):
            decided = _decided(office, cohorts, limits, last_day, clock, workers)
            limits = decided.limits
    with clock.stage("program"):
        program = build_program(cohorts, limits, last_day)
        tiers = objectives(office, cohorts, days)
        check_range(office, cohorts, tiers, program.nodes)
        conflict = pin_conflicts(program, cohorts, backlog.frame)
    case = Case(backlog, office, program, cohorts, tiers, solver.name, decided)
    if conflict and (decided is None or decided.breaks_pins):
        if decided is not None:
            conflict = (
                _rules_too(backlog, office, start, days, clock)
                # Too much even if every shift were worked.
                or pin_conflicts(decided.program, cohorts, backlog.frame)
                or conflict
            )
        return no_plan(case, Status.INFEASIBLE, clock.seconds, conflict)
    if conflict:
        return no_plan(case, Status.UNKNOWN, clock.seconds)
    with clock.stage("solve"):
        solution = solve_tiers(program, cohorts, tiers, solver, clock.deadline)
    if solution is None:
        return no_plan(case, Status.UNKNOWN, clock.seconds)
    with clock.stage("assign"):
        prints = assign(backlog.frame, office, program, cohorts, solution)
    if decided is not None:
        with clock.stage("savings"):
            uses = _uses(case, decided, solution, last_day, clock)
    with clock.stage("prices"):
        made = solved_plan(case, solution, prints, clock.seconds, clock.over)
    return made if decided is None else replace(made, shifts=uses)


def _rules_too(
    backlog: Backlog, office: Office, start: date, days: int, clock: Clock
) -> tuple[Conflict, ...]:
    """Return the rules on shifts that leave none for a pin; nothing if it is none."""
    from ektp_sched.planning.mixed import pose
    from ektp_sched.planning.mixed.conflict import PINS_RULE, contradiction

    problem = pose(backlog, office, start, days, Scarce())
    conflicts = contradiction(problem, backlog, clock.deadline)
    places = {rule.place for one in conflicts for rule in one.rules}
    return conflicts if places - {PINS_RULE} else ()


def _scarce(
    office: Office, cohorts: Cohorts, limits: Capacity, days: int | None
) -> Scarce:
    """Return what no network can count, which needs a horizon that is named."""
    uncounted = scarce(office, cohorts, limits)
    if days is None and (uncounted.lots or uncounted.ribbons):
        what = [f"cards.{card}" for card in uncounted.lots]
        what += [
            said("the ribbons of {name}", "pita {name}", name=name)
            for name in uncounted.ribbons
        ]
        msg = said(
            "days is left out; {what} can run out, so it must be a whole number from 1 "
            "to {most}",
            "days tidak diberikan; {what} dapat habis, jadi sebutkan bilangan bulat "
            "dari 1 sampai {most}",
            what=joined(said(" and ", " dan "), what),
            most=LONGEST,
        )
        raise UsageError(msg)
    return uncounted


def _decided(
    office: Office,
    cohorts: Cohorts,
    limits: Capacity,
    last_day: int,
    clock: Clock,
    workers: int,
) -> Decided:
    """Choose the shifts; only an office that has some loads what that takes."""
    from ektp_sched.planning.decisions import decide

    return decide(
        office, cohorts, limits, last_day, deadline=clock.half, workers=workers
    )


def _uses(
    case: Case, decided: Decided, solution: Solution, last_day: int, clock: Clock
) -> tuple[ShiftUse, ...]:
    """Say what each shift saves, if there is time to plan again without it."""
    from ektp_sched.planning.decisions import Made, made_without, shift_uses

    made = Made(
        case.backlog, case.office, case.cohorts, case.tiers, case.program, solution
    )
    return shift_uses(
        made,
        decided.used,
        partial(made_without, made, decided, last_day),
        [case.label(tier) for tier in case.named],
        clock.deadline,
    )


def _engine(name: str) -> Engine:
    if name in ("auto", "flow"):
        from ektp_sched.planning.flow import FlowEngine

        return FlowEngine()
    if name == "cpsat":
        from ektp_sched.planning.cpsat import CpSatEngine

        return CpSatEngine()
    msg = said(
        "engine is '{name}'; it must be auto, flow or cpsat",
        "engine berisi '{name}'; seharusnya auto, flow, atau cpsat",
        name=str(name),
    )
    raise UsageError(msg)


def _horizon(
    backlog: Backlog,
    office: Office,
    start: date,
    days: int | None,
    clock: Clock,
    workers: int,
) -> int:
    """Return the days asked for, or as many as it takes."""
    if days is None and office.quotas:
        msg = said(
            "days is left out; quotas may hold cards back for ever, so it must be a "
            "whole number from 1 to {most}",
            "days tidak diberikan; kuota dapat menahan kartu tanpa batas waktu, jadi "
            "sebutkan bilangan bulat dari 1 sampai {most}",
            most=LONGEST,
        )
        raise UsageError(msg)
    if days is None:
        # Where shifts are chosen twice, half of the time is for both.
        deadline = clock.part(0.25 if office.shifts else 0.5)
        return days_needed(backlog, office, start, deadline, workers)
    check_whole(("days", days, 1, LONGEST))
    calendar(office, start, days)
    return days
