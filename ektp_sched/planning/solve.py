"""The verb of this package, plan a backlog; and where shifts are decided apart."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from ektp_sched.arguments import MOST_WORKERS, check_whole
from ektp_sched.backlog.inputs import as_backlog, as_day
from ektp_sched.errors import UsageError
from ektp_sched.office import capacity
from ektp_sched.office.inputs import as_office
from ektp_sched.planning.assign import assign
from ektp_sched.planning.case import lay_case
from ektp_sched.planning.clock import Clock
from ektp_sched.planning.engines import choose, tier_solver
from ektp_sched.planning.needed import days_needed
from ektp_sched.planning.network.horizon import LONGEST
from ektp_sched.planning.report import made_plan, no_plan
from ektp_sched.planning.scarce import scarce
from ektp_sched.planning.worth import shift_uses
from ektp_sched.rules import holding_back
from ektp_sched.words import joined, said
from ektp_sched.yesterday import with_yesterday

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ektp_sched.arguments import Progress
    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.inputs import BacklogLike, DayLike
    from ektp_sched.backlog.told import ToldLike
    from ektp_sched.documents import Plan
    from ektp_sched.office import Office, Option
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.network.problem import TierSolver
    from ektp_sched.planning.scarce import Scarce
    from ektp_sched.yesterday.morning import DoneLike
    from ektp_sched.yesterday.previous import PreviousLike
    from ektp_sched.yesterday.reconcile import GoneChoice, OpenChoice


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
    previous: PreviousLike | None = None,
    done: DoneLike | None = None,
    promises: ToldLike | None = None,
    open: OpenChoice | None = None,  # noqa: A002 (the option's name)
    gone: GoneChoice = "ask",
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
    previous
        The last plan, or its folder.  Whoever was on a sheet of it before the start, or
        is carried in it, is planned again only if known to be spoilt or not printed;
        the new plan changes as little as it must.
    done
        What became of the cards of the last plan: paths of filled batch sheets, lists
        of queue numbers, or printers' logs.  Sheets filled in where they lie in the
        last plan's folder are read in any case.
    promises
        Dates that people were told: the path of promises.csv, or a frame with
        application_id and ready_by.  Of two dates for one person the earlier holds.
    open
        What becomes of those on an earlier sheet who are print-ready still, and of whom
        nothing is known: ``exclude`` leaves them out, ``plan`` plans them again; left
        out, it is asked.
    gone
        ``accept`` if more than 2 % of the previous plan may be gone from the export,
        and not printed; else it is asked.

    Returns
    -------
    Plan
        With status ``infeasible`` and the conflict named where rules
        contradict each other.

    Raises
    ------
    AskedError
        Of the previous plan, more people are gone, or some are open, and nobody said
        how to go on.
    InputError
        A file of those named is not what it should be; a `FolderError` where the last
        plan's folder is none, was changed, or begins after the start.
    UsageError
        An argument is out of its range.
    UnsupportedRuleError
        A rule needs an engine that this version does not have.
    """
    office = as_office(office)
    backlog, start = as_backlog(backlog, office), as_day(start)
    clock = Clock(time_limit, progress)
    solver = tier_solver(engine)
    check_whole(("workers", workers, 1, MOST_WORKERS))
    first = previous is None and promises is None  # nothing is there to compare with
    with nullcontext() if first else clock.stage("yesterday"):
        backlog = with_yesterday(
            backlog,
            office,
            start=start,
            previous=previous,
            done=done,
            promises=promises,
            open=open,
            gone=gone,
        )
    with clock.stage("cohorts"):
        case = _laid(backlog, office, start, days, solver, workers, clock)
    return _made(case, clock)


def plan_with_shifts(
    backlog: Backlog,
    office: Office,
    *,
    start: date,
    days: int,
    used: Sequence[tuple[str, int]],
) -> Plan:
    """Return the exact plan where it is decided which shifts are worked.

    ``used`` names them, each with the day's offset.
    """
    limits = capacity(office, start, days, used)
    fixed = office.model_copy(update={"shifts": (), "budget": None})
    case = lay_case(backlog, fixed, start, days, tier_solver("auto"), limits=limits)
    return _made(case, Clock(None, None))


def shifts_worked(
    backlog: Backlog, office: Office, *, start: date, days: int, seconds: float
) -> tuple[Option, ...] | None:
    """Return the shifts that the exact plan works; None if it is not proven in time."""
    case = lay_case(backlog, office, start, days, tier_solver("auto"))
    # Shifts are chosen in the first half of the time.
    outcome = choose(case).solve(case, Clock(2 * seconds, None))
    proven = outcome.solution is not None and all(s.proven for s in outcome.settled)
    return outcome.used if proven else None


def _made(case: Case, clock: Clock) -> Plan:
    """Solve a case, and return the plan that it comes to."""
    search = choose(case)
    outcome = search.solve(case, clock)
    if outcome.solution is None:
        conflict = search.contradiction(case, outcome, clock)
        return no_plan(case, outcome, conflict, clock)
    with clock.stage("assign"):
        prints = assign(
            case.backlog.frame,
            case.office,
            outcome.program,
            outcome.cohorts,
            outcome.solution,
            outcome.split,
            outcome.exchange,
            case.given,
        )
    shifts = shift_uses(case, outcome, clock)
    return made_plan(case, outcome, prints, shifts, clock)


def _laid(
    backlog: Backlog,
    office: Office,
    start: date,
    days: int | None,
    solver: TierSolver,
    workers: int,
    clock: Clock,
) -> Case:
    """Lay the case over the days asked for, or over as many as it takes."""
    horizon = days
    if horizon is None:
        _refuse_endless(office)
        # Where shifts are chosen twice, half of the time is for both.
        part = clock.within(0.25 if office.shifts else 0.5)
        horizon = days_needed(backlog, office, start, part, workers)
    check_whole(("days", horizon, 1, LONGEST))
    case = lay_case(backlog, office, start, horizon, solver, workers)
    uncounted = scarce(office, case.cohorts, case.limits)
    if days is None:
        _refuse_scarce(uncounted)
    return replace(case, scarce=uncounted)


def _refuse_endless(office: Office) -> None:
    """Refuse rules that hold cards back where nobody says over how many days."""
    rules = holding_back(office)
    if rules:
        msg = said(
            "days is left out; {rules} may hold cards back for ever, so it must be a "
            "whole number from 1 to {most}",
            "days tidak diberikan; {rules} dapat menahan kartu tanpa batas waktu, jadi "
            "sebutkan bilangan bulat dari 1 sampai {most}",
            rules=joined(said(" and ", " dan "), [rule.subject for rule in rules]),
            most=LONGEST,
        )
        raise UsageError(msg)


def _refuse_scarce(uncounted: Scarce) -> None:
    """Refuse what no network can count where nobody says over how many days."""
    if uncounted.lots or uncounted.ribbons:
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
