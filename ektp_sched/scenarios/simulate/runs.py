"""Scenarios on the same futures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.scenarios.simulate.outcome import joined
from ektp_sched.scenarios.simulate.queue import Queue, build_queue
from ektp_sched.scenarios.simulate.replan import simulate_replan
from ektp_sched.scenarios.simulate.simulate import simulate
from ektp_sched.scenarios.world.capacities import limits_of
from ektp_sched.scenarios.world.draws import Futures, in_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.world.draws import Arrivals, Limits, Progress, World
    from ektp_sched.scenarios.world.laws import CheckedScenario, CheckedScenarios

    Numbers = NDArray[np.generic]
    Look = Callable[[Outcome, Queue, Limits, Arrivals, Office], Numbers]
    """What else is wanted of a block, its last axis being replications."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is simulated, the scenarios left out."""

    # backlog, scenarios: who waits, and what may come
    backlog: Backlog
    scenarios: CheckedScenarios
    start: date
    days: int
    # replications, seed, policy: as of `compare`
    replications: int
    seed: int
    policy: str
    _queues: dict[str, Queue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give arrivals and held people the backlog's own mix where none is stated."""
        mixed = self.scenarios.with_backlog(self.backlog)
        object.__setattr__(self, "scenarios", mixed)

    @property
    def baseline(self) -> CheckedScenario:
        """The scenario that others are compared with."""
        return self.scenarios.named(None)

    def queue(self, scenario: CheckedScenario) -> Queue:
        """Return the backlog as a scenario's office sees it, made once."""
        if scenario.name not in self._queues:
            made = build_queue(self.backlog, scenario.office, self.start, self.days)
            self._queues[scenario.name] = made
        return self._queues[scenario.name]

    @property
    def futures(self) -> Futures:
        """The futures that are drawn."""
        return Futures(self.scenarios, self.start, self.days, self.seed)


@dataclass(frozen=True, slots=True)
class _Course:
    """What a block of replications goes through: some scenarios."""

    backlog: Backlog
    chosen: tuple[tuple[CheckedScenario, Queue], ...]
    policy: str
    look: tuple[str, Look] | None

    def __call__(self, world: World) -> tuple[dict[str, Outcome], Numbers | None]:
        """Simulate one block, and look closer at one scenario if asked."""
        outcomes: dict[str, Outcome] = {}
        seen: Numbers | None = None
        for scenario, queue in self.chosen:
            limits = limits_of(scenario, world)
            outcome = self._outcome(scenario, queue, limits, world.arrivals)
            if self.look is not None and self.look[0] == scenario.name:
                look = self.look[1]
                seen = look(outcome, queue, limits, world.arrivals, scenario.office)
            replaced = limits.replacement_idr
            if replaced is None:
                replaced = np.zeros(world.size, dtype=np.int64)
            outcomes[scenario.name] = replace(
                outcome,
                front=None,
                single_days=None,
                person_dates=None,
                replacement_idr=replaced,
            )
        return outcomes, seen

    def _outcome(
        self,
        scenario: CheckedScenario,
        queue: Queue,
        limits: Limits,
        arrivals: Arrivals,
    ) -> Outcome:
        """Simulate one scenario; with who is printed when, if somebody looks."""
        looked = self.look is not None and self.look[0] == scenario.name
        record = "dates" if looked else "summary"
        if self.policy != "replan":
            return simulate(queue, limits, arrivals, self.policy, record=record)
        made = simulate_replan(queue, limits, arrivals, self.backlog, scenario.office)
        if not looked:
            return made
        # Dates are told from the order of a policy, in which a place in the queue
        # is a day; a plan made anew each day has no such order.
        dated = simulate(queue, limits, arrivals, "pressure", record=record)
        return replace(made, front=dated.front, single_days=dated.single_days)


def run_scenarios(
    run: Run,
    scenarios: Sequence[CheckedScenario],
    *,
    replications: int | None = None,
    look: tuple[str, Look] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, Outcome], Numbers | None]:
    """Simulate scenarios on the same futures, all of the run or the first so many.

    ``look`` names a scenario and says what else is wanted of its blocks, who is printed
    when being known; its answer comes beside the outcome of each scenario.
    """
    count = run.replications if replications is None else replications
    chosen = tuple((one, run.queue(one)) for one in scenarios)
    parts = in_blocks(
        _Course(run.backlog, chosen, run.policy, look),
        run.futures,
        count,
        executor=executor,
        progress=progress,
    )
    outcomes = {
        one.name: joined([part[one.name] for part, _ in parts]) for one in scenarios
    }
    seen = [kept for _, kept in parts if kept is not None]
    return outcomes, np.concatenate(seen, axis=-1) if seen else None
