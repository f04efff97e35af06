"""What the rules do that the fast policies leave out, by the planner itself.

The real planner with all rules of the office plans each day anew, beside the same
without one rule and beside the policy of the comparison, in a few of its futures.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.rules.notices import Notice
from ektp_sched.scenarios.compare.answer import LeftOut
from ektp_sched.scenarios.compare.measures import samples
from ektp_sched.scenarios.compare.spread import of_values
from ektp_sched.scenarios.simulate.replan import OutOfTimeError, simulate_replan
from ektp_sched.scenarios.simulate.simulate import simulate
from ektp_sched.scenarios.world.capacities import limits_of
from ektp_sched.scenarios.world.left_out import rules_of, without

if TYPE_CHECKING:
    from ektp_sched.scenarios.compare.measures import Samples
    from ektp_sched.scenarios.simulate.runs import Run

_FUTURES: Final = 10
_DAYS: Final = 60
_SECONDS: Final = 60
"""Most futures, days and time: no day of a future is begun later."""

_MEASURES: Final = (
    "person_days",
    "free_day",
    "longest_wait_days",
    "wasted_trip_cost_idr",
)


def left_out_effects(run: Run) -> tuple[LeftOut, ...]:
    """Return what each rule of the baseline's office does, and all of them together.

    Nothing where it has none, or where the policy is the planner itself.
    """
    scenario = run.baseline
    rules = rules_of(scenario.office)
    if not rules or run.policy == "replan":
        return ()
    until = time.monotonic() + _SECONDS
    short = replace(run, days=min(run.days, _DAYS), _queues={})
    world = short.futures.block(0, min(run.replications, _FUTURES))
    queue, limits = short.queue(scenario), limits_of(scenario, world)
    office = scenario.office
    sides = {rule: without(office, [rule], run.start) for rule in rules}
    planned: dict[str, list[Samples]] = {name: [] for name in ("", *rules)}
    try:
        for number in range(world.size):
            future = {
                name: simulate_replan(
                    queue,
                    limits,
                    world.arrivals,
                    run.backlog,
                    side,
                    numbers=range(number, number + 1),
                    until=until,
                )
                for name, side in {"": office, **sides}.items()
            }
            for name, outcome in future.items():
                planned[name].append(samples(outcome, office))
    except OutOfTimeError:
        pass
    count = len(planned[""])
    simulated = samples(simulate(queue, limits, world.arrivals, run.policy), office)

    def effect(rule: str, beside: Samples) -> LeftOut:
        return LeftOut(
            rule=rule,
            futures=count,
            days=short.days,
            **{name: of_values(kept[name] - beside[name]) for name in _MEASURES},
        )

    if not count:
        return tuple(LeftOut(rule=rule, days=short.days) for rule in ("all", *rules))
    kept = _joined(planned[""])
    first = {name: values[:count] for name, values in simulated.items()}
    each = (effect(rule, _joined(planned[rule])) for rule in rules)
    return effect("all", first), *each


def effect_notices(effects: tuple[LeftOut, ...]) -> tuple[Notice, ...]:
    """Return the same as sentences, whole days rounded.

    ``left-out-effect`` of a rule and ``left-out-all``: with ``futures`` and ``days``,
    ``waited``, ``waited_low`` and ``waited_high`` are person-days, ``later`` … days
    until nobody waits any more.  ``left-out-unknown``: too few futures for an interval.
    """
    return tuple(map(_notice, effects))


def _notice(effect: LeftOut) -> Notice:
    figures: dict[str, str | int] = {"rule": effect.rule, "days": effect.days}
    for name, spread in (("waited", effect.person_days), ("later", effect.free_day)):
        if spread is None or spread.mean_interval is None:
            return Notice("left-out-unknown", figures)
        low, high = spread.mean_interval
        figures |= {
            name: round(spread.mean),
            f"{name}_low": round(low),
            f"{name}_high": round(high),
        }
    code = "left-out-all" if effect.rule == "all" else "left-out-effect"
    return Notice(code, figures | {"futures": effect.futures})


def _joined(futures: list[Samples]) -> Samples:
    return {name: np.concatenate([one[name] for one in futures]) for name in futures[0]}
