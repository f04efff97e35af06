"""How much capacity a goal needs: planners ask for capacity, not for simulations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.errors import UsageError
from ektp_sched.office.nearest import unknown
from ektp_sched.planning import plan
from ektp_sched.planning.arguments import check_whole
from ektp_sched.scenarios.arguments import LONGEST_DAYS, MOST_REPLICATIONS
from ektp_sched.scenarios.goal import Need
from ektp_sched.scenarios.runs import Run, run_scenarios
from ektp_sched.scenarios.simulate import arrivals_by_stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.planning import Plan
    from ektp_sched.scenarios.goal import Goal
    from ektp_sched.scenarios.laws import Scenario, Scenarios
    from ektp_sched.scenarios.outcome import Outcome
    from ektp_sched.scenarios.queue import Queue
    from ektp_sched.scenarios.types import Arrivals, Limits

__all__ = ["need"]

_MOST: Final = 10_000_000
"""Cards a day beyond which no resource is thought of."""


def need(
    backlog: Backlog,
    scenarios: Scenarios,
    *,
    resource: str,
    goal: Goal,
    start: date,
    days: int,
    confidence: float = 0.9,
    scenario: str | None = None,
    replications: int = 1000,
    seed: int = 1,
    executor: Executor | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Need:
    """Search the smallest whole cards a day that reach a goal.

    Parameters
    ----------
    backlog, scenarios
        Who waits, and what may come.
    resource
        Id of a printer or server of the scenario.
    goal
        What is to be reached.
    start, days
        The horizon; the goal's day lies in it.
    confidence
        Share of the futures in which it must be reached, above 0, below 1.
    scenario
        Name of the scenario; None: the baseline.
    replications, seed, executor, progress
        As of `compare`.

    Raises
    ------
    UsageError
        No such resource or scenario, or an argument is out of its range.
    """
    check_whole(
        ("days", days, 1, LONGEST_DAYS),
        ("replications", replications, 1, MOST_REPLICATIONS),
        ("seed", seed, 0, 2**63 - 1),
    )
    run = Run(backlog, scenarios, start, days, replications, seed, "pressure")
    chosen = scenarios.named(scenario)
    now = _cards_now(chosen, resource)
    day = _check(goal, start, days, confidence)
    search = _Search(run, chosen, resource, goal, day, executor, progress)
    wanted = ceil(confidence * replications - 1e-9)
    cards, tried = _smallest(lambda n: search.reached(n), wanted, now)
    exact, _ = _smallest(lambda n: int(search.exact(n)), 1, now)
    return Need(
        resource=resource,
        goal=goal,
        confidence=confidence,
        cards_per_day=cards,
        reached=None if cards is None else tried[cards] / replications,
        deterministic=exact,
        now=now,
        reason=None if cards is not None else search.why_not(tried),
        tried=tuple((n, count / replications) for n, count in sorted(tried.items())),
    )


def _smallest(
    count: Callable[[int], int], wanted: int, first: int
) -> tuple[int | None, dict[int, int]]:
    """Return the smallest number whose count is wanted, and all counts.

    More capacity of one resource never makes the queue longer as long as it is
    pooled; where printers are restricted that is not certain, so the number
    found is exact only in the sense that the one below it fails.
    """
    found: dict[int, int] = {}

    def enough(cards: int) -> bool:
        if cards not in found:
            found[cards] = count(cards)
        return found[cards] >= wanted

    high = first
    while not enough(high):
        if high >= _MOST:
            return None, found
        same = found.get(high // 2) == found[high]
        high = _MOST if same and high > 64 * first else min(2 * high, _MOST)
    low = max((n for n in found if n < high and not enough(n)), default=0)
    while high - low > 1:
        middle = (low + high) // 2
        if enough(middle):
            high = middle
        else:
            low = middle
    return high, found


@dataclass(frozen=True, slots=True)
class _Search:
    """One question, asked for different numbers."""

    run: Run
    scenario: Scenario
    resource: str
    goal: Goal
    day: int
    executor: Executor | None
    progress: Callable[[str, float], None] | None

    def reached(self, cards: int) -> int:
        """Return in how many futures so many cards a day reach the goal."""
        if self.progress is not None:
            self.progress("need", 0.5)
        changed = _with_cards(self.scenario, self.resource, cards)
        look = None
        if self.goal.kind == "nobody-over":
            over = partial(nobody_over, day=self.day, most=self.goal.days or 0)
            look = changed.name, over
        found, seen = run_scenarios(
            self.run, [changed], look=look, executor=self.executor
        )
        if seen is not None:
            return int(seen.sum())
        outcome = found[changed.name]
        cleared = self.goal.kind == "cleared"
        reached = outcome.cleared_day if cleared else outcome.on_target_day
        return int((reached <= self.day).sum())

    def exact(self, cards: int) -> bool:
        """Return whether the exact plan reaches the goal, nothing by chance."""
        from ektp_sched.scenarios.capacities import likely_office

        changed = _with_cards(self.scenario, self.resource, cards)
        office = likely_office(changed, self.run.start, self.run.days)
        rows = expected_arrivals(self.run)
        backlog = replace(
            self.run.backlog,
            frame=pl.concat([self.run.backlog.frame, rows], how="diagonal"),
        )
        made = plan(backlog, office, start=self.run.start, days=self.run.days)
        return _plan_holds(made, self.run.backlog.planned, self.goal, self.day)

    def why_not(self, tried: dict[int, int]) -> str:
        """Return why no number reaches the goal."""
        return "too-late" if not any(tried.values()) else "other-limit"


def nobody_over(
    outcome: Outcome,
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    office: Office,  # noqa: ARG001 (every look is called alike)
    *,
    day: int,
    most: int,
) -> NDArray[np.bool_]:
    """Return in which futures nobody waits too long at a day's end, shape (R,).

    Parameters
    ----------
    outcome, queue, limits, arrivals, office
        A block, simulated with ``record="dates"``.
    day
        The day.
    most
        Days that somebody unprinted may have waited by then.
    """
    assert outcome.front is not None
    last = day - most - 1
    new = arrivals_by_stream(queue, limits, arrivals)
    fine = np.ones(outcome.replications, dtype=np.bool_)
    for number, front in enumerate(outcome.front):
        since = queue.since[queue.first[number] : queue.first[number + 1]]
        due = int(np.searchsorted(since, last, side="right"))
        joined = new[number][:, : max(0, last + 1)].sum(axis=1)
        fine &= front[:, day] >= due + joined
    if outcome.single_days is not None and len(outcome.single_days):
        old = np.repeat(queue.singles.since, queue.singles.size) <= last
        fine &= (outcome.single_days[old] <= day).all(axis=0)
    return fine


def _plan_holds(made: Plan, initial: int, goal: Goal, day: int) -> bool:
    """Return the same of a plan, from its rows."""
    frame = made.backlog.frame.with_row_index("row")
    table = frame.join(
        made.assignments.select("application_id", "day"),
        on="application_id",
        how="left",
    ).with_columns(target=pl.col("urgency").replace_strict(_targets(made.office)))
    end = made.start + timedelta(days=day)
    if goal.kind == "cleared":
        first = table.filter(pl.col("row") < initial)
        return not first.filter(pl.col("day").is_null() | (pl.col("day") > end)).height
    if goal.kind == "nobody-over":
        left = _waiting(table, end)
        most = goal.days or 0
        return not left.filter(_waited(end) > most).height
    return any(
        not _waiting(table, on).filter(_waited(on) + 1 > pl.col("target")).height
        for on in (made.start + timedelta(days=n) for n in range(day + 1))
    )


def _targets(office: Office) -> dict[str, int]:
    return {name: kind.target_days for name, kind in office.urgency.items()}


def _waiting(table: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return who is recorded and unprinted at the end of a day."""
    unprinted = pl.col("day").is_null() | (pl.col("day") > on)
    return table.filter((pl.col("waiting_since") <= on) & unprinted)


def _waited(on: date) -> pl.Expr:
    return (pl.lit(on) - pl.col("waiting_since")).dt.total_days()


def expected_arrivals(run: Run) -> pl.DataFrame:
    """Return the applications of a horizon if each day brought its mean.

    Whole people, so that their number never strays a full one from the mean;
    card and area are those of the backlog's own people, taken in turn.

    Parameters
    ----------
    run
        Its arrivals and its backlog.
    """
    from ektp_sched.office import capacity

    law = run.scenarios.arrivals
    if law is None or not run.backlog.planned:
        return run.backlog.frame.clear()
    worked = np.flatnonzero(capacity(run.scenarios.office, run.start, run.days).open)
    names, days = [], []
    for name, rate in law.means().items():
        due = np.array([int(rate * n) for n in range(len(worked) + 1)])
        days.append(np.repeat(worked, np.diff(due)))
        names += [name] * int(due[-1])
    offsets = np.concatenate(days).astype("timedelta64[D]")
    recorded = pl.Series(np.datetime64(run.start) + offsets).cast(pl.Date)
    like = run.backlog.frame.select("card", "area")
    turn = np.random.default_rng(0).integers(0, like.height, len(names))
    return like[turn].select(
        "card",
        "area",
        application_id=pl.format("expected-{}", pl.int_range(len(names))),
        urgency=pl.Series(names, dtype=pl.String),
        waiting_since=recorded,
        ready_on=recorded,
    )


def _cards_now(scenario: Scenario, resource: str) -> int:
    office = scenario.office
    known = {one.id: one.cards_per_day for one in (*office.servers, *office.printers)}
    if resource not in known:
        raise UsageError(unknown("printer or server", resource, known))
    return known[resource]


def _with_cards(scenario: Scenario, resource: str, cards: int) -> Scenario:
    """Return a scenario in which a resource can do another number of cards."""
    for one in scenario.added:
        if one.id == resource:
            return scenario.at(replace(one, cards=(cards,) * 3))
    office = scenario.office
    update = {
        table: tuple(
            one.model_copy(update={"cards_per_day": cards})
            if one.id == resource
            else one
            for one in getattr(office, table)
        )
        for table in ("servers", "printers")
    }
    return replace(scenario, office=office.model_copy(update=update))


def _check(goal: Goal, start: date, days: int, confidence: float) -> int:
    """Return the goal's day as an offset."""
    if not 0 < confidence < 1:
        message = f"confidence is {confidence}; it must lie between 0 and 1"
        raise UsageError(message)
    day = (goal.by - start).days
    if not 0 <= day < days:
        end = start + timedelta(days=days - 1)
        message = (
            f"the goal's day {goal.by} lies outside {start} to {end}; give more --days "
            "or another day"
        )
        raise UsageError(message)
    return day
