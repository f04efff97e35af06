"""Where nothing is uncertain: the exact plan, how far a policy is from it, what binds.

Likely numbers, nobody new, no failure: there the exact plan is known, so that the
policy of a simulation can be measured against it, and its prices say which resource
binds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import capacity
from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.planning import Status
from ektp_sched.planning.tiers import objectives
from ektp_sched.scenarios.compare.comparison import Limiting, PolicyGap, Stretch
from ektp_sched.scenarios.compare.measures import binding_share
from ektp_sched.scenarios.simulate.replan import simulate_replan
from ektp_sched.scenarios.simulate.roster import likely_plan
from ektp_sched.scenarios.simulate.simulate import simulate
from ektp_sched.scenarios.world.capacities import limits_of
from ektp_sched.scenarios.world.draws import draw
from ektp_sched.scenarios.world.left_out import as_simulated

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Capacity
    from ektp_sched.planning import Plan, Tier
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.simulate.runs import Run
    from ektp_sched.scenarios.world.laws import CheckedScenario

_CLOSED: Final = "closed"


def certain_plan(run: Run, scenario: CheckedScenario) -> Plan:
    """Return the exact plan of a scenario on its likely numbers."""
    queue = run.queue(scenario)
    rows = np.sort(np.append(queue.rows, queue.singles.rows))
    backlog = replace(run.backlog, frame=run.backlog.frame[rows], rows=None)
    return likely_plan(scenario, backlog, run.start, run.days)


def policy_gap(run: Run, made: Plan) -> tuple[PolicyGap, ...]:
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
    certain = replace(run.scenarios, arrivals=None, held=None, breakdowns={})
    scenario, queue = run.baseline.at_likely(), run.queue(run.baseline)
    world = draw(certain, start=run.start, days=run.days, seed=0, block=0, size=1)
    limits = limits_of(scenario, world)
    if run.policy == "replan":
        office = as_simulated(scenario.office, run.start)
        made = simulate_replan(
            queue, limits, world.arrivals, run.backlog, office, record="dates"
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


def limiting(
    run: Run, scenario: CheckedScenario, outcome: Outcome, made: Plan
) -> Limiting:
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
        offered_after=_offered(scenario, run.start + timedelta(days=last)),
        share=share,
        by_day=_stretches(made),
    )


def _offered(scenario: CheckedScenario, day: date) -> int:
    """Return what is new, and there by a day, could print if all else were plenty.

    A card takes a server and a printer, so that these are not added up.
    """
    cards = {"servers": 0, "printers": 0}
    for new in scenario.added:
        if new.first is None or new.first[1] <= day:
            cards[new.kind] += new.cards[1]
    return max(cards.values())


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
