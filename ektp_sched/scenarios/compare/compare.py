"""Scenarios side by side, on the same people, arrivals and breakdowns."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.arguments import check_one_of, check_whole
from ektp_sched.backlog.inputs import as_backlog, as_day
from ektp_sched.office import calendar
from ektp_sched.office.inputs import as_office
from ektp_sched.scenarios.arguments import LONGEST_DAYS, MOST_REPLICATIONS
from ektp_sched.scenarios.compare.certain import certain_plan, limiting, policy_gap
from ektp_sched.scenarios.compare.comparison import Comparison, ScenarioFigures
from ektp_sched.scenarios.compare.effects import effect_notices, left_out_effects
from ektp_sched.scenarios.compare.measures import (
    against_told,
    costs,
    daily,
    difference,
    nobody_waits_any_more,
    quantities,
    samples,
    waits,
    with_dates,
)
from ektp_sched.scenarios.compare.told import told_trips
from ektp_sched.scenarios.compare.turns import turns_of
from ektp_sched.scenarios.compare.verdict import verdicts
from ektp_sched.scenarios.simulate.order import POLICIES as FAST_POLICIES
from ektp_sched.scenarios.simulate.roster import rostered
from ektp_sched.scenarios.simulate.runs import Run, run_scenarios
from ektp_sched.scenarios.world.laws import DATES_ONLY
from ektp_sched.scenarios.world.left_out import left_out, unknown_deliveries
from ektp_sched.scenarios.world.loading import as_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from ektp_sched.backlog.inputs import BacklogLike, DayLike
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.planning import Plan
    from ektp_sched.scenarios.compare.comparison import Difference
    from ektp_sched.scenarios.compare.measures import Samples
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.world.laws import CheckedScenario
    from ektp_sched.scenarios.world.loading import ScenariosLike

    Progress = Callable[[str, float], None]

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
    scenarios, rosters = rostered(scenarios, scenarios.scenarios, backlog, start, days)
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
        by_scenario = _samples(run, outcomes, told)
    with clock.stage("limits"):
        plans = {one.name: certain_plan(run, one) for one in every}
        figures = tuple(
            _figures(
                run, one, outcomes[one.name], by_scenario[one.name], plans[one.name]
            )
            for one in every
        )
        effects = left_out_effects(run)
    with clock.stage("break-even"):
        assert told is not None
        turns = turns_of(run, by_scenario, told)
        verdict, against_told = verdicts(
            run, by_scenario, turns.turns, turns.break_even
        )
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
        break_even=turns.break_even,
        question=scenarios.question,
        verdict=verdict,
        verdict_against_told=against_told,
        turns=turns.turns,
        sensitivities=turns.sensitivities,
        gap=policy_gap(run, plans[scenarios.baseline]),
        left_out=effects,
        assumptions=scenarios.assumptions,
        notices=(
            *unknown_deliveries(scenarios, start, days),
            *rosters,
            *(() if policy == "replan" else left_out(office)),
            *effect_notices(effects),
        ),
        table=pl.concat(
            daily(outcomes[each.name], each.name, run.start) for each in every
        ),
        seconds=clock.seconds,
    )


def _people(run: Run) -> dict[str, int]:
    queue = run.queue(run.baseline)
    never = queue.left_out.get("no-printer", 0)
    held, law = run.backlog.held_count - run.backlog.done, run.scenarios.held
    return {
        "initial": queue.initial,
        "unprintable": never,
        "later": sum(queue.left_out.values()) - never,
        "held": held if law is None else max(0, held - (law.people or 0)),
    }


def _samples(
    run: Run, outcomes: dict[str, Outcome], told: NDArray[np.generic] | None
) -> dict[str, Samples]:
    """Return every quantity in all futures, of each scenario and with dates told."""
    base, scenarios = run.baseline, run.scenarios
    by_scenario = {}
    for name, scenario in scenarios.scenarios.items():
        outcome = outcomes[name]
        assert outcome.replacement_idr is not None
        by_scenario[name] = samples(outcome, scenario.office) | costs(
            scenario,
            scenarios.worth,
            calendar(scenario.office, run.start, run.days).open,
            calendar(base.office, run.start, run.days).open,
            outcome.replacement_idr,
        )
    assert told is not None
    by_scenario[DATES_ONLY] = with_dates(
        by_scenario[base.name],
        outcomes[base.name],
        told.astype(np.float64),
        base.office,
        scenarios.told,
    )
    return by_scenario


def _figures(
    run: Run, scenario: CheckedScenario, outcome: Outcome, sampled: Samples, made: Plan
) -> ScenarioFigures:
    return ScenarioFigures(
        name=scenario.name,
        label=scenario.label,
        cost_idr=scenario.cost_idr,
        limits=limiting(run, scenario, outcome, made),
        **quantities(sampled, run.days, run.start),
        nobody_waits_any_more=nobody_waits_any_more(outcome, run.start),
        shifts={
            name: tuple(day for _, day in days)
            for name, days in groupby(sorted(scenario.worked_shifts), itemgetter(0))
        },
        wait_days=waits(outcome, scenario.office),
    )


def _dates_only(
    run: Run, figures: tuple[ScenarioFigures, ...], sampled: Samples
) -> ScenarioFigures:
    """Return the baseline's figures, its trips being those left with dates told."""
    base = next(one for one in figures if one.name == run.scenarios.baseline)
    told = quantities(sampled, run.days, run.start)
    return base.model_copy(
        update={
            "name": DATES_ONLY,
            "label": "",
            "cost_idr": run.scenarios.told.cost_idr,
            **told,
        }
    )


def _differences(run: Run, by_scenario: dict[str, Samples]) -> tuple[Difference, ...]:
    """Return every scenario but the baseline against it, the free remedy last."""
    base = run.scenarios.baseline
    pairs = (
        difference(name, base, ours, by_scenario[base], run.days)
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
