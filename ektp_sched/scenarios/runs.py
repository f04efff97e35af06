"""Many replications, block by block, wherever they are run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.scenarios.capacities import limits_of
from ektp_sched.scenarios.draws import BLOCK, draw
from ektp_sched.scenarios.outcome import joined
from ektp_sched.scenarios.queue import Queue, build_queue
from ektp_sched.scenarios.replan import simulate_replan
from ektp_sched.scenarios.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.scenarios.laws import Scenario, Scenarios
    from ektp_sched.scenarios.outcome import Outcome
    from ektp_sched.scenarios.types import Arrivals, Limits

    Numbers = NDArray[np.generic]
    Progress = Callable[[str, float], None]
    Look = Callable[[Outcome, Queue, Limits, Arrivals, Office], Numbers]
    """What else is wanted of a block, its last axis being replications."""

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

    backlog: Backlog
    scenarios: Scenarios
    chosen: tuple[tuple[Scenario, Queue], ...]
    start: date
    days: int
    seed: int
    block: int
    size: int
    policy: str
    look: tuple[str, Look] | None


def _simulated(task: _Task) -> tuple[dict[str, Outcome], Numbers | None]:
    """Simulate one block, and look closer at one scenario if asked."""
    world = draw(
        task.scenarios,
        start=task.start,
        days=task.days,
        seed=task.seed,
        block=task.block,
        size=task.size,
    )
    outcomes: dict[str, Outcome] = {}
    seen: Numbers | None = None
    for scenario, queue in task.chosen:
        limits = limits_of(scenario, world)
        outcome = _outcome(task, scenario, queue, limits, world.arrivals)
        if task.look is not None and task.look[0] == scenario.name:
            seen = task.look[1](outcome, queue, limits, world.arrivals, scenario.office)
        outcomes[scenario.name] = replace(
            outcome, front=None, single_days=None, person_dates=None
        )
    return outcomes, seen


def _outcome(
    task: _Task, scenario: Scenario, queue: Queue, limits: Limits, arrivals: Arrivals
) -> Outcome:
    """Simulate one scenario; with who is printed when, if somebody looks."""
    looked = task.look is not None and task.look[0] == scenario.name
    record = "dates" if looked else "summary"
    if task.policy != "replan":
        return simulate(queue, limits, arrivals, task.policy, record=record)
    made = simulate_replan(queue, limits, arrivals, task.backlog, scenario.office)
    if not looked:
        return made
    # Dates are told from the order of a policy, in which a place in the queue
    # is a day; a plan made anew each day has no such order.
    dated = simulate(queue, limits, arrivals, "pressure", record=record)
    return replace(made, front=dated.front, single_days=dated.single_days)


def run_scenarios(
    run: Run,
    scenarios: Sequence[Scenario],
    *,
    replications: int | None = None,
    look: tuple[str, Look] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, Outcome], Numbers | None]:
    """Simulate scenarios on the same futures.

    Parameters
    ----------
    run
        What is simulated.
    scenarios
        Those that take part.
    replications
        The first so many futures; None: all of the run.
    look
        Name of a scenario, and what else is wanted of its blocks, who is
        printed when being known.
    executor
        Where blocks run; None: here, one after another.
    progress
        Called with the stage ``simulate`` and the share done.

    Returns
    -------
    tuple
        The outcome of each scenario, and what ``look`` returned.
    """
    count = run.replications if replications is None else replications
    chosen = tuple((one, run.queue(one)) for one in scenarios)
    blocks = run.blocks(count)
    tasks = [
        _Task(
            run.backlog,
            run.scenarios,
            chosen,
            run.start,
            run.days,
            run.seed,
            *block,
            run.policy,
            look,
        )
        for block in blocks
    ]
    found: Iterable[tuple[dict[str, Outcome], Numbers | None]]
    found = (
        map(_simulated, tasks) if executor is None else executor.map(_simulated, tasks)
    )
    parts: list[tuple[dict[str, Outcome], Numbers | None]] = []
    try:
        for part in found:
            parts.append(part)
            if progress is not None:
                progress("simulate", len(parts) / len(tasks))
    except KeyboardInterrupt:
        done = sum(task.size for task in tasks[: len(parts)])
        message = f"{done:,} of {count:,} futures were done"
        raise KeyboardInterrupt(message) from None
    outcomes = {
        one.name: joined([part[one.name] for part, _ in parts]) for one in scenarios
    }
    seen = [kept for _, kept in parts if kept is not None]
    return outcomes, np.concatenate(seen, axis=-1) if seen else None
