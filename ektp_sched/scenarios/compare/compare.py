"""Scenarios side by side, on the same people, arrivals and breakdowns.

Where nothing is uncertain (likely numbers, nobody new, no failure) the exact plan is
known, so that the policy of a simulation can be measured against it, and its prices
say which resource binds.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.arguments import check_one_of, check_whole
from ektp_sched.backlog.inputs import as_backlog, as_day, as_office
from ektp_sched.office import capacity
from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.planning import Status, plan
from ektp_sched.planning.tiers import objectives
from ektp_sched.scenarios.arguments import LONGEST_DAYS, MOST_REPLICATIONS
from ektp_sched.scenarios.compare.break_even import break_even
from ektp_sched.scenarios.compare.comparison import (
    Comparison,
    Limiting,
    PolicyGap,
    ScenarioFigures,
    Stretch,
)
from ektp_sched.scenarios.compare.measures import (
    against_told,
    binding_share,
    daily,
    difference,
    nobody_waits_any_more,
    quantities,
    samples,
    trip_cost,
    waits,
)
from ektp_sched.scenarios.compare.told import told_trips
from ektp_sched.scenarios.simulate.order import POLICIES as FAST_POLICIES
from ektp_sched.scenarios.simulate.replan import simulate_replan
from ektp_sched.scenarios.simulate.runs import Run, run_scenarios
from ektp_sched.scenarios.simulate.simulate import simulate
from ektp_sched.scenarios.world.capacities import likely_office, limits_of
from ektp_sched.scenarios.world.draws import draw
from ektp_sched.scenarios.world.laws import DATES_ONLY
from ektp_sched.scenarios.world.left_out import left_out
from ektp_sched.scenarios.world.loading import as_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog.inputs import BacklogLike, DayLike, OfficeLike
    from ektp_sched.office import Capacity
    from ektp_sched.planning import Plan, Tier
    from ektp_sched.scenarios.compare.comparison import Difference
    from ektp_sched.scenarios.compare.measures import Samples
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.world.laws import Scenario
    from ektp_sched.scenarios.world.loading import ScenariosLike

    Progress = Callable[[str, float], None]

__all__ = ["compare"]


_POLICIES: Final = (*FAST_POLICIES, "replan")

_SHARE: Final = {"simulate": 0.0, "figures": 0.7, "limits": 0.75, "break-even": 0.8}
"""Rough share of the work that is done when a stage begins."""

_MOST_REPLAN: Final = 100


def compare(
    backlog: BacklogLike,
    office: OfficeLike,
    scenarios: ScenariosLike,
    *,
    start: DayLike,
    days: int = 365,
    replications: int = 2000,
    seed: int = 1,
    policy: str = "pressure",
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Simulate every scenario on the same futures, and compare them in pairs.

    Parameters
    ----------
    backlog, office
        Who waits, and the office as it is, in any form that ``plan`` takes.
    scenarios
        What might become of it, the path of ``scenarios.toml``, or its tables.
    start, days
        First day, and number of calendar days, 1 to 3,660.
    replications
        Futures drawn, 1 to 1,000,000; with ``replan`` at most 100.
    seed
        Any whole number from 0; equal seeds give equal results, whatever
        the executor.
    policy
        ``pressure``, ``class-order``, ``fifo`` or ``replan``.
    executor
        Where blocks of replications run; None: here, one after another.
    progress
        Called with a stage's name and the share of the work done.

    Raises
    ------
    UsageError
        An argument is out of its range.
    ScenarioError
        The scenarios are not what they should be.
    """
    _check(days, replications, seed, policy)
    office, start = as_office(office), as_day(start)
    backlog = as_backlog(backlog, office)
    clock = _Clock(progress)
    scenarios = as_scenarios(scenarios, office, start)
    run = Run(backlog, scenarios, start, days, replications, seed, policy)
    every = tuple(run.scenarios.scenarios.values())
    with clock.stage("simulate"):
        outcomes, told = run_scenarios(
            run,
            every,
            look=(scenarios.baseline, told_trips),
            executor=executor,
            progress=progress,
        )
    with clock.stage("figures"):
        by_scenario = {
            one.name: samples(outcomes[one.name], one.office) for one in every
        }
        by_scenario[DATES_ONLY] = _with_dates(run, by_scenario, outcomes, told)
    with clock.stage("limits"):
        plans = {one.name: _certain_plan(run, one) for one in every}
        figures = tuple(
            _figures(
                run, one, outcomes[one.name], by_scenario[one.name], plans[one.name]
            )
            for one in every
        )
    with clock.stage("break-even"):
        pays = break_even(run, _trip_costs(run, by_scenario))
    return Comparison(
        office=run.baseline.office.name,
        language=run.baseline.office.language,
        replications=replications,
        seed=seed,
        start=start,
        days=days,
        policy=policy,
        baseline=scenarios.baseline,
        people=_people(run),
        scenarios=figures,
        dates_only=_dates_only(run, figures, by_scenario[DATES_ONLY]),
        differences=_differences(run, by_scenario),
        break_even=pays,
        gap=_policy_gap(run, plans[scenarios.baseline]),
        assumptions=scenarios.assumptions,
        notices=left_out(office),
        table=pl.concat(
            daily(outcomes[each.name], each.name, run.start) for each in every
        ),
        seconds=clock.seconds,
    )


def _people(run: Run) -> dict[str, int]:
    queue = run.queue(run.baseline)
    never = queue.left_out.get("no-printer", 0)
    return {
        "initial": queue.initial,
        "unprintable": never,
        "later": sum(queue.left_out.values()) - never,
        "held": run.backlog.held_count - run.backlog.done,
    }


def _trip_costs(
    run: Run, by_scenario: dict[str, Samples]
) -> dict[str, NDArray[np.float64]]:
    """Return what trips in vain cost in both baselines: dates told, and not."""
    return {
        "not-told": by_scenario[run.scenarios.baseline]["wasted_trip_cost_idr"],
        "told": by_scenario[DATES_ONLY]["wasted_trip_cost_idr"],
    }


def _figures(
    run: Run, scenario: Scenario, outcome: Outcome, sampled: Samples, made: Plan
) -> ScenarioFigures:
    return ScenarioFigures(
        name=scenario.name,
        label=scenario.label,
        cost_idr=scenario.cost_idr,
        limits=_limiting(run, scenario, outcome, made),
        **quantities(sampled, run.days, run.start),
        nobody_waits_any_more=nobody_waits_any_more(outcome, run.start),
        wait_days=waits(outcome, scenario.office),
    )


def _with_dates(
    run: Run,
    by_scenario: dict[str, Samples],
    outcomes: dict[str, Outcome],
    told: NDArray[np.generic] | None,
) -> Samples:
    """Return the baseline's samples with the trips that are left if dates are told."""
    base = run.baseline
    assert told is not None
    trips = told.astype(np.float64)
    areas = outcomes[base.name].areas
    return by_scenario[base.name] | {
        "wasted_trips": trips.sum(axis=0),
        "wasted_trip_cost_idr": trip_cost(trips, areas, base.office),
    }


def _dates_only(
    run: Run, figures: tuple[ScenarioFigures, ...], sampled: Samples
) -> ScenarioFigures:
    """Return the baseline's figures, its trips being those left with dates told."""
    base = next(one for one in figures if one.name == run.scenarios.baseline)
    told = quantities(sampled, run.days, run.start)
    return base.model_copy(
        update={"name": DATES_ONLY, "label": "", "cost_idr": 0, **told}
    )


def _differences(run: Run, by_scenario: dict[str, Samples]) -> tuple[Difference, ...]:
    """Return every scenario but the baseline against it, the free remedy last."""
    base = run.scenarios.baseline
    costs = {one.name: one.cost_idr for one in run.scenarios.scenarios.values()}
    pairs = (
        difference(name, base, ours, by_scenario[base], run.days, costs.get(name, 0))
        for name, ours in by_scenario.items()
        if name != base
    )
    told = by_scenario[DATES_ONLY]
    return tuple(
        one
        if one.name == DATES_ONLY
        else against_told(one, by_scenario[one.name], told)
        for one in pairs
    )


def _check(days: int, replications: int, seed: int, policy: str) -> None:
    """Refuse arguments out of their range."""
    check_one_of("policy", policy, _POLICIES)
    most = _MOST_REPLAN if policy == "replan" else MOST_REPLICATIONS
    check_whole(
        ("days", days, 1, LONGEST_DAYS),
        ("replications", replications, 1, most),
        ("seed", seed, 0, 2**63 - 1),
    )


@dataclass(slots=True)
class _Clock:
    """Times the stages, and tells of each as it begins."""

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if self.progress is not None:
            self.progress(name, _SHARE[name])
        begun = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - begun, 6)


_CLOSED: Final = "closed"


def _certain_plan(run: Run, scenario: Scenario) -> Plan:
    """Return the exact plan of a scenario on its likely numbers."""
    queue = run.queue(scenario)
    rows = np.sort(np.append(queue.rows, queue.singles.rows))
    backlog = replace(run.backlog, frame=run.backlog.frame[rows], rows=None)
    office = likely_office(scenario, run.start, run.days)
    return plan(backlog, office, start=run.start, days=run.days)


def _policy_gap(run: Run, made: Plan) -> tuple[PolicyGap, ...]:
    """Return how far the policy is from the optimum where nothing is uncertain.

    Tiers are compared in order, so behind the first that differs a negative gap is no
    merit.
    """
    if made.status != Status.OPTIMAL:
        return ()
    cohorts = build_cohorts(made.backlog, made.office, run.start, run.days)
    day, member = _simulated_days(run), cohorts.member.astype(np.int64)
    tiers = objectives(made.office, cohorts, run.days)
    return tuple(
        _gap(
            solved,
            Fraction(
                int(tier.cost(cohorts, member, day).sum()) + tier.constant(cohorts),
                tier.scale,
            ),
        )
        for solved, tier in zip(made.tiers, tiers, strict=False)
    )


def _simulated_days(run: Run) -> NDArray[np.int64]:
    """Return on which day the policy prints each row of the certain plan."""
    certain = replace(run.scenarios, arrivals=None, breakdowns={})
    scenario, queue = run.baseline.at_likely(), run.queue(run.baseline)
    world = draw(certain, start=run.start, days=run.days, seed=0, block=0, size=1)
    limits = limits_of(scenario, world)
    if run.policy == "replan":
        made = simulate_replan(
            queue, limits, world.arrivals, run.backlog, scenario.office, record="dates"
        )
        assert made.person_dates is not None
        return made.person_dates[:, 0].astype(np.int64)
    outcome = simulate(queue, limits, world.arrivals, run.policy, record="dates")
    assert outcome.front is not None
    printed = np.full(run.backlog.planned, run.days, dtype=np.int64)
    for number, front in enumerate(outcome.front):
        begin, end = queue.first[number : number + 2].tolist()
        days = np.searchsorted(front[0], np.arange(end - begin), side="right")
        printed[queue.rows[begin:end]] = days
    if outcome.single_days is not None:
        printed[queue.singles.rows] = outcome.single_days[:, 0]
    return printed[np.sort(np.append(queue.rows, queue.singles.rows))]


def _gap(solved: Tier, policy: Fraction) -> PolicyGap:
    optimum = solved.amount
    share = float((policy - optimum) / optimum) if optimum else None
    return PolicyGap(
        tier=solved.name,
        rank=solved.rank,
        policy=round(float(policy), 6),
        optimum=round(float(optimum), 6),
        gap=None if share is None else round(share, 9),
    )


def _limiting(run: Run, scenario: Scenario, outcome: Outcome, made: Plan) -> Limiting:
    """Return what binds in a scenario: before and after, by day, and by share."""
    limits = capacity(made.office, run.start, run.days)
    share, worked = binding_share(outcome), np.flatnonzero(limits.open)
    if not len(worked):
        return Limiting(
            now=_CLOSED, after=_CLOSED, capacity_now=0, capacity_after=0, share=share
        )
    firsts = [added.first[1] for added in scenario.added if added.first is not None]
    begun = (max(firsts) - run.start).days if firsts else 0
    later = worked[worked >= begun]
    now, capacity_now = _binds(limits, int(worked[0]))
    last = int(later[0] if len(later) else worked[-1])
    after, capacity_after = _binds(limits, last)
    return Limiting(
        now=now,
        after=after,
        capacity_now=capacity_now,
        capacity_after=capacity_after,
        offered_after=sum(added.cards[1] for added in scenario.added),
        share=share,
        by_day=_stretches(made),
    )


def _binds(limits: Capacity, day: int) -> tuple[str, int]:
    """Return which limit is the least on a day, and how many cards it allows."""
    printers = limits.printer_cards[:, day]
    # Servers that the same printers reach are one: the cuts double with each.
    reaches, pool = np.unique(limits.reaches, axis=1, return_inverse=True)
    count = reaches.shape[1]
    servers = np.zeros(count, dtype=np.int64)
    np.add.at(servers, pool.reshape(-1), limits.server_cards[:, day])
    best = None
    for chosen in range(1 << count):
        cut = np.array([bool(chosen >> s & 1) for s in range(count)])
        beyond = (reaches & ~cut).any(axis=1)
        through = int(servers[cut].sum()), int(printers[beyond].sum())
        if best is None or sum(through) < sum(best):
            best = through
    assert best is not None
    name = "servers" if best[0] >= best[1] else "printers"
    if limits.total is not None and int(limits.total[day]) < sum(best):
        return "reserve", int(limits.total[day])
    return (name if sum(best) else _CLOSED), sum(best)


def _stretches(made: Plan) -> tuple[Stretch, ...]:
    """Return, from the prices, which resources one card more of would help."""
    if made.prices is None:
        return ()
    table = (
        made.prices.group_by("day", maintain_order=True)
        .agg(
            pl.col("resource")
            .filter(pl.col("one_more") != 0)
            .unique(maintain_order=True)
            .alias("names")
        )
        .sort("day")
    )
    binding = [(day, tuple(names) or _blanks(made, day)) for day, names in table.rows()]
    stretches = []
    for resources, alike in groupby(binding, key=itemgetter(1)):
        days = [day for day, _ in alike]
        if resources:
            stretches.append(Stretch(first=days[0], last=days[-1], resources=resources))
    return tuple(stretches)


def _blanks(made: Plan, day: date) -> tuple[str, ...]:
    """Return the card types whose blanks, used by a day, have a price."""
    if made.certificate is None:
        return ()
    offset = (day - made.start) // timedelta(days=1)
    return tuple(
        sorted(
            {
                card
                for tier in made.certificate.tiers
                for card, prices in tier.prices.stock.items()
                if any(prices[offset:])
            }
        )
    )
