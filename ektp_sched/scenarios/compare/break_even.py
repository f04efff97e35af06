r"""Up to which date, and from which rate on, the saved trips pay for the cost.

Both are found by simulation on the same futures: the resource's first day, or
its cards a day, is made certain and moved, everything else stays as drawn.
Money saved is the mean of what the baseline's trips cost residents, less what
the scenario's do.  It falls with a later day and rises with the rate as far as
capacity is pooled; straight lines find the edge, and the curve shows its shape.

**What trips cost.** Only what trips in vain cost residents is simulated.  Where one
bound holds for everybody and a day of waiting costs the same in every area, the order
of printing changes nothing: all cards up to day :math:`t` are

.. math:: P_t = C_t + \min\bigl(0, \min_{s \le t} (B_s - C_s)\bigr)

with :math:`C` the capacity and :math:`B` the lesser of the people who could be
printed and the blanks, each up to that day: the reflection of a queue at its
boundary (Lindley 1952; Harrison, *Brownian Motion and Stochastic Flow
Systems*, 1985).  Otherwise the days are gone through one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.scenarios.compare.comparison import BreakEven, CurvePoint, Payoff
from ektp_sched.scenarios.compare.measures import trip_cost, trips
from ektp_sched.scenarios.compare.spread import of_values
from ektp_sched.scenarios.simulate.polymatroid import daily_sets
from ektp_sched.scenarios.simulate.simulate import (
    arrivals_by_stream,
    person_days_by_area,
)
from ektp_sched.scenarios.world.capacities import limits_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.simulate.runs import Run
    from ektp_sched.scenarios.world.draws import Arrivals, Limits, World
    from ektp_sched.scenarios.world.laws import NewResource, Scenario

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["break_even", "pooled_person_days", "trip_costs"]


_REPLICATIONS: Final = 300
"""Futures for one point of the search; the mean needs far fewer than P90."""

_POINTS: Final = 9
"""Points of the curve of installation dates before the edge is searched."""


@dataclass(frozen=True, slots=True)
class _Search:
    """One scenario with a cost, against one baseline."""

    run: Run
    world: World
    scenario: Scenario
    baseline: Floats
    costs: dict[NewResource, Floats]

    def net(self, changed: NewResource) -> Floats:
        """Return saved trips less cost, rupiah, in each future."""
        if changed not in self.costs:
            self.costs[changed] = self._cost(changed)
        net: Floats = self.baseline - self.costs[changed] - self.scenario.cost_idr
        return net

    def _cost(self, changed: NewResource) -> Floats:
        moved = self.scenario.at(changed)
        return trip_costs(
            self.run.queue(self.scenario),
            limits_of(moved, self.world),
            self.world.arrivals,
            self.run.policy,
            moved.office,
        )


def break_even(run: Run, baseline: dict[str, Floats]) -> tuple[BreakEven, ...]:
    """Search the edges of every scenario with a cost, one against each baseline.

    What trips in vain cost residents in the baseline, rupiah by future, ``(R,)``, is
    given ``not-told``, as it is, and ``told``, with ready-by dates.
    """
    priced = [one for one in run.scenarios.scenarios.values() if one.cost_idr > 0]
    if not priced:
        return ()
    if run.policy == "replan":
        # Hundreds of futures for each point: too many for the planner itself.
        run = replace(run, policy="pressure")
    few = {name: costs[:_REPLICATIONS] for name, costs in baseline.items()}
    world = run.futures.block(0, min(run.replications, _REPLICATIONS))
    edges = []
    for scenario in priced:
        tried: dict[NewResource, Floats] = {}
        for against, costs in few.items():
            search = _Search(run, world, scenario, costs, tried)
            edges.append(_one(search, against))
    return tuple(edges)


def _one(search: _Search, against: str) -> BreakEven:
    edge = BreakEven(scenario=search.scenario.name, against=against)
    added = search.scenario.added
    if not added:
        return _never(edge, "no-resource")
    resource = added[0]
    first = search.run.start if resource.first is None else resource.first[0]
    edge = edge.model_copy(update={"resource": resource.id, "earliest": first})
    best = max(0, int(search.baseline.mean()))
    if best <= search.scenario.cost_idr:
        # Not even printing everybody at once would save as much.
        return _never(edge, "trips-cost-less")
    edges = {
        "installation_date": _latest_date(search, resource),
        "cards_per_day": _lowest_rate(search, resource),
    }
    return edge.model_copy(update=edges)


def _never(edge: BreakEven, reason: str) -> BreakEven:
    none = Payoff(reason=reason)
    return edge.model_copy(update={"installation_date": none, "cards_per_day": none})


def _latest_date(search: _Search, resource: NewResource) -> Payoff:
    start, days = search.run.start, search.run.days
    tried: dict[int, Floats] = {}

    def net(offset: int) -> float:
        if offset not in tried:
            day = start + timedelta(days=offset)
            tried[offset] = search.net(replace(resource, first=(day, day, day)))
        return _mean(tried[offset])

    for offset in np.linspace(0, days - 1, _POINTS).round().astype(int).tolist():
        net(offset)
    if net(0) < 0:
        return Payoff(reason="never-pays", curve=_curve(tried, start))
    if net(days - 1) >= 0:
        return Payoff(reason="beyond-horizon", curve=_curve(tried, start))
    paying = max(offset for offset in tried if net(offset) >= 0)
    failing = min(offset for offset in tried if offset > paying)
    edge = _edge(paying, failing, net)
    latest = start + timedelta(days=edge)
    return Payoff(value=latest, curve=_curve(tried, start))


def _lowest_rate(search: _Search, resource: NewResource) -> Payoff:
    def net(cards: int) -> float:
        return _mean(search.net(replace(resource, cards=(cards,) * 3)))

    high = resource.cards[2]
    if net(high) < 0:
        return Payoff(reason="rate-too-low")
    if net(1) >= 0:
        return Payoff(value=1)
    return Payoff(value=_edge(high, 1, net))


def _mean(net: Floats) -> float:
    """Return the mean, to a thousandth of a rupiah: less is rounding of floats."""
    return round(float(net.mean()), 3)


def _edge(paying: int, failing: int, net: Callable[[int], float]) -> int:
    """Return the last number that pays, going from one that does to one that fails.

    By straight lines through the ends (Illinois rule: the end that stays twice
    counts half), each guess being a new whole number between them.
    """
    gain, loss = net(paying), net(failing)
    side = 0
    while abs(paying - failing) > 1:
        width = abs(failing - paying)
        step = min(max(int(width * gain / (gain - loss)), 1), width - 1)
        guess = paying + step if failing > paying else paying - step
        gained = net(guess)
        if gained >= 0:
            paying, gain = guess, gained
            loss = loss / 2 if side > 0 else loss
            side = 1
        else:
            failing, loss = guess, gained
            gain = gain / 2 if side < 0 else gain
            side = -1
    return paying


def _curve(tried: dict[int, Floats], start: date) -> tuple[CurvePoint, ...]:
    return tuple(
        CurvePoint(day=start + timedelta(days=offset), **dict(of_values(np.round(net))))
        for offset, net in sorted(tried.items())
    )


def trip_costs(
    queue: Queue, limits: Limits, arrivals: Arrivals, policy: str, office: Office
) -> Floats:
    """Return what trips in vain cost residents, rupiah, shape ``(R,)``."""
    rate = _one_rate(queue, office)
    if rate is not None:
        total = pooled_person_days(queue, limits, arrivals)
        if total is not None:
            cost: Floats = np.asarray(total * float(rate), dtype=np.float64)
            return cost
    waited = person_days_by_area(queue, limits, arrivals, policy)
    return trip_cost(trips(waited, queue.areas, office), queue.areas, office)


def _one_rate(queue: Queue, office: Office) -> Fraction | None:
    """Return what a day of waiting costs; None if it differs among areas."""
    lived = np.flatnonzero(queue.cell_share.sum(axis=0)).tolist()
    visits = [office.visits.of(queue.areas[area]) for area in lived]
    rates = {Fraction(one.trip_cost_idr, one.every_days) for one in visits}
    return rates.pop() if len(rates) == 1 else None


def pooled_person_days(queue: Queue, limits: Limits, arrivals: Arrivals) -> Ints | None:
    """Return everybody's days of waiting, ``(R,)``.

    None where more than one bound holds, so that the order counts.
    """
    sets = daily_sets(queue.kinds, limits)
    if sets.members.shape != (1, 1):
        return None
    new = arrivals_by_stream(queue, limits, arrivals).sum(axis=0, dtype=np.int64)
    joined = np.cumsum(new.T, axis=0) + len(queue.rows)
    singles = queue.singles
    free = np.where(
        singles.pinned == NONE, singles.ready, np.maximum(singles.ready, singles.pinned)
    )
    able = joined + _by_day(free, singles.size, queue.days)
    recorded = joined + _by_day(singles.since, singles.size, queue.days)
    for _, supply in sets.stock:
        able = np.minimum(able, supply[:, None])
    cards = np.where(limits.open[:, None], sets.bound[0], 0)
    capacity = np.cumsum(cards, axis=0, dtype=np.int64)
    lost = np.minimum.accumulate(able - capacity, axis=0)
    printed = capacity + np.minimum(lost, 0)
    waited: Ints = (recorded - printed).sum(axis=0)
    return waited


def _by_day(day: Ints, size: Ints, days: int) -> Ints:
    """Return how many have reached their day by each day, shape ``(H, 1)``."""
    count = np.bincount(np.maximum(day, 0), weights=size, minlength=days)
    return np.cumsum(count[:days]).astype(np.int64)[:, None]
