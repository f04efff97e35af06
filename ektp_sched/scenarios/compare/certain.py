"""The case in which nothing is uncertain: likely numbers, nobody new, no failure.

There the exact plan is known, so that the policy of a simulation can be
measured against it, and its prices say which resource binds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from ektp_sched.office import capacity
from ektp_sched.planning import Status, plan
from ektp_sched.planning.cohorts import build_cohorts
from ektp_sched.planning.tiers import objectives
from ektp_sched.scenarios.compare.comparison import Limiting
from ektp_sched.scenarios.compare.measures import binding_share
from ektp_sched.scenarios.simulate.replan import simulate_replan
from ektp_sched.scenarios.simulate.simulate import simulate
from ektp_sched.scenarios.world.capacities import likely_office, limits_of
from ektp_sched.scenarios.world.draws import draw

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Capacity
    from ektp_sched.planning import Plan, Tier
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.simulate.runs import Run
    from ektp_sched.scenarios.world.laws import Scenario

__all__ = ["certain_plan", "limiting", "policy_gap"]

_CLOSED: Final = "closed"


def certain_plan(run: Run, scenario: Scenario) -> Plan:
    """Return the exact plan of a scenario on its likely numbers.

    Parameters
    ----------
    run
        What is simulated.
    scenario
        One of its scenarios.
    """
    queue = run.queue(scenario)
    rows = np.sort(np.append(queue.rows, queue.singles.rows))
    backlog = replace(run.backlog, frame=run.backlog.frame[rows])
    office = likely_office(scenario, run.start, run.days)
    return plan(backlog, office, start=run.start, days=run.days)


def policy_gap(run: Run, made: Plan) -> tuple[dict[str, Any], ...]:
    """Return how far the policy is from the optimum where nothing is uncertain.

    Parameters
    ----------
    run
        What is simulated; its baseline is looked at.
    made
        The baseline's certain plan.

    Returns
    -------
    tuple of dict
        For each tier in its order: tier, rank, policy, optimum, and gap as a
        share of the optimum, None where that is 0.  Tiers are compared in
        order, so behind the first that differs a negative gap is no merit.
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
    scenario, queue = _at_likely(run.baseline), run.queue(run.baseline)
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
    found = np.full(run.backlog.planned, run.days, dtype=np.int64)
    for number, front in enumerate(outcome.front):
        begin, end = queue.first[number : number + 2].tolist()
        days = np.searchsorted(front[0], np.arange(end - begin), side="right")
        found[queue.rows[begin:end]] = days
    if outcome.single_days is not None:
        found[queue.singles.rows] = outcome.single_days[:, 0]
    return found[np.sort(np.append(queue.rows, queue.singles.rows))]


def _at_likely(scenario: Scenario) -> Scenario:
    """Return a scenario whose additions are certain, at their likely values."""
    for one in scenario.added:
        first = None if one.first is None else (one.first[1],) * 3
        scenario = scenario.at(replace(one, cards=(one.cards[1],) * 3, first=first))
    return scenario


def _gap(solved: Tier, policy: Fraction) -> dict[str, Any]:
    optimum = solved.amount
    share = float((policy - optimum) / optimum) if optimum else None
    return {
        "tier": solved.name,
        "rank": solved.rank,
        "policy": round(float(policy), 6),
        "optimum": round(float(optimum), 6),
        "gap": None if share is None else round(share, 9),
    }


def limiting(run: Run, scenario: Scenario, outcome: Outcome, made: Plan) -> Limiting:
    """Return what binds in a scenario: before and after, by day, and by share.

    Parameters
    ----------
    run, scenario
        What is simulated, and the scenario that is looked at.
    outcome
        Its replications.
    made
        Its certain plan.
    """
    limits = capacity(made.office, run.start, run.days)
    worked = np.flatnonzero(limits.open)
    if not len(worked):
        return Limiting(_CLOSED, _CLOSED, 0, 0, 0, binding_share(outcome))
    firsts = [one.first[1] for one in scenario.added if one.first is not None]
    begun = (max(firsts) - run.start).days if firsts else 0
    later = worked[worked >= begun]
    now, after = int(worked[0]), int(later[0] if len(later) else worked[-1])
    return Limiting(
        now=_binds(limits, now)[0],
        after=_binds(limits, after)[0],
        capacity_now=_binds(limits, now)[1],
        capacity_after=_binds(limits, after)[1],
        offered_after=sum(one.cards[1] for one in scenario.added),
        share=binding_share(outcome),
        stretches=_stretches(made),
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


def _stretches(made: Plan) -> tuple[tuple[date, date, tuple[str, ...]], ...]:
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
    found: list[tuple[date, date, tuple[str, ...]]] = []
    for day, names in table.rows():
        mine = tuple(names) or _blanks(made, day)
        if found and found[-1][2] == mine:
            found[-1] = found[-1][0], day, mine
        else:
            found.append((day, day, mine))
    return tuple(one for one in found if one[2])


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
                for card, prices in tier.stock.items()
                if any(prices[offset:])
            }
        )
    )
