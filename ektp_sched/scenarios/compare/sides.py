"""What each side of a question comes to where one input is another, same futures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.scenarios.compare.costs import Course, Known, alike, waiting_costs
from ektp_sched.scenarios.compare.measures import costs, samples, with_dates
from ektp_sched.scenarios.compare.told import told_trips
from ektp_sched.scenarios.compare.verdict import FUTURES
from ektp_sched.scenarios.simulate.simulate import simulate
from ektp_sched.scenarios.world.capacities import limits_of
from ektp_sched.scenarios.world.draws import BLOCK, World
from ektp_sched.scenarios.world.laws import DATES_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from ektp_sched.scenarios.compare.measures import Samples
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.simulate.runs import Run
    from ektp_sched.scenarios.world.draws import Limits
    from ektp_sched.scenarios.world.laws import CheckedScenario, Measure, NewResource

    Floats = NDArray[np.float64]
    Wanted = tuple[str, Measure, "Setting"]
    """A scenario by name, what it is judged by, and where it is looked at."""

HUNDRED: Final = 100

_TOGETHER: Final = 20
"""Settings whose limits are held in memory at once; changes no result."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One input at another value than the scenarios have it."""

    arrivals: int | None = None  # people a working day
    # id of a resource, and its mean days between failures and until repair
    breakdown: tuple[str, int | None, int | None] | None = None
    moved: NewResource | None = None  # something new, at another day or rate
    blanks: int = HUNDRED  # hundredths of all blanks, in stock and delivered


AS_IT_IS: Final = Setting()


@dataclass(slots=True)
class Sides:
    """Scenarios on the first futures of a run, each worked out once for a setting.

    Where the policy is ``replan`` that of the pressure stands for it: there are too
    many futures for the planner itself.
    """

    run: Run
    told: Mapping[str, Floats]  # the baseline's samples with dates told, as simulated
    _known: dict[tuple[str, Measure, Setting], Samples] = field(default_factory=dict)
    _worlds: dict[tuple[int | None, int], World] = field(default_factory=dict)
    _followed: dict[int | None, Known] = field(default_factory=dict)
    _limits: dict[tuple[str, int], Limits] = field(default_factory=dict)
    _queues: list[Queue] = field(default_factory=list)

    @property
    def policy(self) -> str:
        """The order of a day."""
        return "pressure" if self.run.policy == "replan" else self.run.policy

    def scenario(self, name: str) -> CheckedScenario:
        """Return a side's scenario: the baseline's where only dates are told."""
        return self.run.scenarios.named(None if name == DATES_ONLY else name)

    def samples(self, name: str, by: Measure, setting: Setting = AS_IT_IS) -> Samples:
        """Return what a measure is judged by, ``(R,)`` each, as `advantage` has it."""
        setting = self._as_seen_by(self.scenario(name), setting)
        key = name, by, setting
        if key not in self._known:
            if name != DATES_ONLY and by == "money":
                self.prepare([key])
            elif name != DATES_ONLY:
                self._known[key] = self._simulated(self.scenario(name), setting)
            elif setting == AS_IT_IS:
                self._known[key] = {n: v[:FUTURES] for n, v in self.told.items()}
            else:
                self._known[key] = self._with_dates(setting)
        return self._known[key]

    def prepare(self, wanted: Iterable[Wanted]) -> None:
        """Work out together what will be asked for."""
        new: dict[Wanted, None] = {}
        for name, by, setting in wanted:
            key = name, by, self._as_seen_by(self.scenario(name), setting)
            if by == "money" and name != DATES_ONLY and key not in self._known:
                new[key] = None
        for begin in range(0, len(new), _TOGETHER):
            keys = list(new)[begin : begin + _TOGETHER]
            courses = [self._course(self.scenario(key[0]), key[2]) for key in keys]
            costs = waiting_costs(courses, self.policy)
            for key, course, (cost, days) in zip(keys, courses, costs, strict=True):
                self._known[key] = {
                    "wasted_trip_cost_idr": cost,
                    "person_days": days,
                } | self._costs(self.scenario(key[0]), course.limits, len(cost))

    def _course(self, scenario: CheckedScenario, setting: Setting) -> Course:
        """Return what a scenario's futures go through."""
        world, queue = self.world(setting), self.run.queue(scenario)
        # Two scenarios may have the same people though offices differ.
        same = next((known for known in self._queues if alike(known, queue)), None)
        if same is None:
            self._queues.append(queue)
        return Course(
            same or queue,
            self.limits(scenario, setting, world),
            world.arrivals,
            scenario.office,
            self._followed.setdefault(setting.arrivals, Known()),
        )

    def world(self, setting: Setting, size: int = FUTURES) -> World:
        """Return the first futures of a setting."""
        size = min(self.run.replications, size)
        scenarios = self.run.scenarios
        key = setting.arrivals, size
        if key not in self._worlds:
            if setting.arrivals is not None:
                scenarios = scenarios.with_arrivals(setting.arrivals)
                scenarios = scenarios.with_backlog(self.run.backlog)
            futures = replace(self.run.futures, scenarios=scenarios)
            self._worlds[key] = futures.block(0, size)
        if setting.breakdown is None:
            return self._worlds[key]
        name, between, down = setting.breakdown
        moved = scenarios.with_breakdown(
            name, mean_days_between=between, mean_days_down=down
        )
        return replace(self._worlds[key], breakdowns=moved.breakdowns)

    def limits(
        self, scenario: CheckedScenario, setting: Setting, world: World
    ) -> Limits:
        """Return what limits a scenario."""
        moved, share = setting.moved, setting.blanks
        if moved is not None or setting.breakdown is not None:
            return limits_of(scenario if moved is None else scenario.at(moved), world)
        key = scenario.name, world.size
        if key not in self._limits:
            self._limits[key] = limits_of(scenario, world)
        limits = self._limits[key]
        supply = {card: upto * share // HUNDRED for card, upto in limits.supply.items()}
        return replace(limits, supply=supply)

    def _as_seen_by(self, scenario: CheckedScenario, setting: Setting) -> Setting:
        """Return a setting without what a scenario does not have."""
        office, moved = scenario.office, setting.moved
        if moved is not None and moved.id not in {new.id for new in scenario.added}:
            setting = replace(setting, moved=None)
        ids = {one.id for one in (*office.servers, *office.printers)}
        if setting.breakdown is not None and setting.breakdown[0] not in ids:
            setting = replace(setting, breakdown=None)
        return setting

    def _simulated(self, scenario: CheckedScenario, setting: Setting) -> Samples:
        world = self.world(setting)
        limits = self.limits(scenario, setting, world)
        queue = self.run.queue(scenario)
        outcome = simulate(queue, limits, world.arrivals, self.policy)
        return samples(outcome, scenario.office)

    def _costs(self, scenario: CheckedScenario, limits: Limits, size: int) -> Samples:
        """Return what a scenario costs beside trips, ``(R,)``."""
        base = self.limits(self.run.baseline, AS_IT_IS, self.world(AS_IT_IS))
        replaced = limits.replacement_idr
        if replaced is None:
            replaced = np.zeros(size, dtype=np.int64)
        worth = self.run.scenarios.worth
        return costs(scenario, worth, limits.working, base.working, replaced)

    def _with_dates(self, setting: Setting) -> Samples:
        """Return the baseline's samples with dates told.

        Dates are set by the futures of a whole block, as in the comparison itself.
        """
        scenario, world = self.run.baseline, self.world(setting, BLOCK)
        limits = self.limits(scenario, setting, world)
        queue, arrivals = self.run.queue(scenario), world.arrivals
        outcome = simulate(queue, limits, arrivals, self.policy, record="dates")
        told = told_trips(outcome, queue, limits, arrivals, scenario.office)
        base = samples(outcome, scenario.office)
        base |= self._costs(scenario, limits, world.size)
        dated = with_dates(
            base, outcome, told, scenario.office, self.run.scenarios.told
        )
        return {name: values[:FUTURES] for name, values in dated.items()}
