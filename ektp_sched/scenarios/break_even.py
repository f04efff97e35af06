"""Up to which date, and from which rate on, the saved trips pay for the cost.

Both are found by simulation on the same futures: the resource's first day, or
its cards a day, is made certain and moved, everything else stays as drawn.
Money saved is the mean of what the baseline's trips cost residents, less what
the scenario's do.  It falls with a later day and rises with the rate as far as
capacity is pooled; bisection finds the edge, and the curve shows its shape.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.scenarios.comparison import BreakEven, Payoff
from ektp_sched.scenarios.measures import samples
from ektp_sched.scenarios.runs import run_scenarios
from ektp_sched.scenarios.spread import of_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from ektp_sched.scenarios.laws import NewResource, Scenario
    from ektp_sched.scenarios.runs import Run

    Floats = NDArray[np.float64]

__all__ = ["break_even"]

_REPLICATIONS: Final = 300
"""Futures for one point of the search; the mean needs far fewer than P90."""

_POINTS: Final = 5
"""Points of the curve of installation dates before the edge is searched."""


@dataclass(frozen=True, slots=True)
class _Search:
    """One scenario with a cost, against one baseline."""

    run: Run
    scenario: Scenario
    baseline: Floats
    executor: Executor | None
    costs: dict[NewResource, Floats]

    def net(self, changed: NewResource) -> Floats:
        """Return saved trips less cost, rupiah, in each future."""
        if changed not in self.costs:
            self.costs[changed] = self._cost(changed)
        net: Floats = self.baseline - self.costs[changed] - self.scenario.cost_idr
        return net

    def _cost(self, changed: NewResource) -> Floats:
        moved = self.scenario.at(changed)
        found, _ = run_scenarios(
            self.run,
            [moved],
            replications=len(self.baseline),
            executor=self.executor,
        )
        cost: Floats = samples(found[moved.name], moved.office)["wasted_trip_cost_idr"]
        return cost


def break_even(
    run: Run,
    trip_costs: dict[str, Floats],
    executor: Executor | None = None,
) -> tuple[BreakEven, ...]:
    """Search the edges of every scenario that costs something.

    Parameters
    ----------
    run
        What is simulated.
    trip_costs
        What trips in vain cost residents in the baseline, by future, shape
        ``(R,)``: ``not-told`` as it is, and ``told`` with ready-by dates.
    executor
        Where blocks run.

    Returns
    -------
    tuple of BreakEven
        For each scenario with a cost, one against each baseline.
    """
    if run.policy == "replan":
        # Hundreds of futures for each point: too many for the planner itself.
        run = replace(run, policy="pressure")
    priced = [one for one in run.scenarios.scenarios.values() if one.cost_idr > 0]
    few = {name: costs[:_REPLICATIONS] for name, costs in trip_costs.items()}
    found = []
    for scenario in priced:
        tried: dict[NewResource, Floats] = {}
        for against, costs in few.items():
            search = _Search(run, scenario, costs, executor, tried)
            found.append(_one(search, against))
    return tuple(found)


def _one(search: _Search, against: str) -> BreakEven:
    added = search.scenario.added
    if not added:
        none = Payoff(None, "no-resource")
        return BreakEven(search.scenario.name, None, against, none, none)
    resource = added[0]
    best = max(0, int(search.baseline.mean()))
    if best <= search.scenario.cost_idr:
        # Not even printing everybody at once would save as much.
        none = Payoff(None, "trips-cost-less")
        return BreakEven(search.scenario.name, resource.id, against, none, none)
    return BreakEven(
        search.scenario.name,
        resource.id,
        against,
        _latest_date(search, resource),
        _lowest_rate(search, resource),
    )


def _latest_date(search: _Search, resource: NewResource) -> Payoff:
    start, days = search.run.start, search.run.days
    found: dict[int, Floats] = {}

    def pays(offset: int) -> bool:
        if offset not in found:
            day = start + timedelta(days=offset)
            found[offset] = search.net(replace(resource, first=(day, day, day)))
        return float(found[offset].mean()) >= 0

    for offset in np.linspace(0, days - 1, _POINTS).round().astype(int).tolist():
        pays(offset)
    if not pays(0):
        return Payoff(None, "never-pays", _curve(found, start))
    if pays(days - 1):
        return Payoff(None, "beyond-horizon", _curve(found, start))
    paying = max(offset for offset in found if pays(offset))
    failing = min(offset for offset in found if offset > paying)
    edge = _edge(paying, failing, pays)
    latest = start + timedelta(days=edge)
    return Payoff(latest.isoformat(), None, _curve(found, start))


def _lowest_rate(search: _Search, resource: NewResource) -> Payoff:
    def pays(cards: int) -> bool:
        return float(search.net(replace(resource, cards=(cards,) * 3)).mean()) >= 0

    high = resource.cards[2]
    if not pays(high):
        return Payoff(None, "rate-too-low")
    if pays(1):
        return Payoff(1, None)
    return Payoff(_edge(high, 1, pays), None)


def _edge(paying: int, failing: int, pays: Callable[[int], bool]) -> int:
    """Return the last number that pays, going from one that does to one that fails."""
    while abs(paying - failing) > 1:
        middle = (paying + failing) // 2
        if pays(middle):
            paying = middle
        else:
            failing = middle
    return paying


def _curve(found: dict[int, Floats], start: date) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"day": (start + timedelta(days=offset)).isoformat()}
        | of_values(np.round(net)).document()
        for offset, net in sorted(found.items())
    )
