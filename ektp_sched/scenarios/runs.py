"""Many replications, block by block, wherever they are run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.scenarios.capacities import limits_of
from ektp_sched.scenarios.draws import BLOCK, draw
from ektp_sched.scenarios.outcome import joined
from ektp_sched.scenarios.queue import Queue, build_queue
from ektp_sched.scenarios.simulate import simulate
from ektp_sched.scenarios.told import told_trips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.scenarios.laws import Scenario, Scenarios
    from ektp_sched.scenarios.outcome import Outcome

    Floats = NDArray[np.float64]
    Progress = Callable[[str, float], None]

__all__ = ["Run", "run_scenarios"]


@dataclass(frozen=True, slots=True)
class Run:
    """What is simulated, the scenarios left out.

    Parameters
    ----------
    backlog, scenarios
        Who waits, and what may come.
    start, days
        The horizon.
    replications, seed, policy
        As of `compare`.
    """

    backlog: Backlog
    scenarios: Scenarios
    start: date
    days: int
    replications: int
    seed: int
    policy: str
    _queues: dict[str, Queue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give the arrivals the backlog's own mix where none is stated."""
        counts = self.backlog.frame.group_by("urgency").len().rows()
        mixed = self.scenarios.with_backlog_mix(dict(counts))
        object.__setattr__(self, "scenarios", mixed)

    @property
    def baseline(self) -> Scenario:
        """The scenario that others are compared with."""
        return self.scenarios.scenarios[self.scenarios.baseline]

    def queue(self, scenario: Scenario) -> Queue:
        """Return the backlog as a scenario's office sees it, made once."""
        if scenario.name not in self._queues:
            made = build_queue(self.backlog, scenario.office, self.start, self.days)
            self._queues[scenario.name] = made
        return self._queues[scenario.name]

    def blocks(self, replications: int) -> list[tuple[int, int]]:
        """Return number and size of each block."""
        full, rest = divmod(replications, BLOCK)
        return [(n, BLOCK) for n in range(full)] + ([(full, rest)] if rest else [])


@dataclass(frozen=True, slots=True)
class _Task:
    """A block of replications of some scenarios."""

    scenarios: Scenarios
    chosen: tuple[tuple[Scenario, Queue], ...]
    start: date
    days: int
    seed: int
    block: int
    size: int
    policy: str
    told: str | None


def _simulated(task: _Task) -> tuple[dict[str, Outcome], Floats | None]:
    """Simulate one block; in the scenario ``told``, dates are told as well."""
    world = draw(
        task.scenarios,
        start=task.start,
        days=task.days,
        seed=task.seed,
        block=task.block,
        size=task.size,
    )
    outcomes: dict[str, Outcome] = {}
    told: Floats | None = None
    for scenario, queue in task.chosen:
        limits = limits_of(scenario, world)
        wanted = scenario.name == task.told
        outcome = simulate(
            queue,
            limits,
            world.arrivals,
            task.policy,
            record="dates" if wanted else "figures",
        )
        if wanted:
            told = told_trips(outcome, queue, limits, world.arrivals, scenario.office)
        outcomes[scenario.name] = outcome.without_dates()
    return outcomes, told


def run_scenarios(
    run: Run,
    scenarios: Sequence[Scenario],
    *,
    replications: int | None = None,
    told: str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, Outcome], Floats | None]:
    """Simulate scenarios on the same futures.

    Parameters
    ----------
    run
        What is simulated.
    scenarios
        Those that take part.
    replications
        The first so many futures; None: all of the run.
    told
        Name of a scenario in which ready-by dates are told to everyone.
    executor
        Where blocks run; None: here, one after another.
    progress
        Called with the stage ``simulate`` and the share done.

    Returns
    -------
    tuple
        The outcome of each scenario, and for ``told`` the trips made in vain
        all the same, shape ``(areas, R)``.
    """
    count = run.replications if replications is None else replications
    chosen = tuple((one, run.queue(one)) for one in scenarios)
    blocks = run.blocks(count)
    tasks = [
        _Task(
            run.scenarios, chosen, run.start, run.days, run.seed, *block,
            run.policy, told,
        )
        for block in blocks
    ]
    found: Iterable[tuple[dict[str, Outcome], Floats | None]]
    found = map(_simulated, tasks) if executor is None else executor.map(
        _simulated, tasks
    )
    parts = []
    for number, part in enumerate(found, 1):
        parts.append(part)
        if progress is not None:
            progress("simulate", number / len(tasks))
    outcomes = {
        one.name: joined([part[one.name] for part, _ in parts]) for one in scenarios
    }
    trips = [kept for _, kept in parts if kept is not None]
    return outcomes, np.concatenate(trips, axis=1) if trips else None
