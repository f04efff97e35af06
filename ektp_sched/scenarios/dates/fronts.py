"""Who is printed by when, in many replications, block by block."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.arguments import check_whole
from ektp_sched.errors import UsageError
from ektp_sched.scenarios.arguments import LONGEST_DAYS, MOST_REPLICATIONS
from ektp_sched.scenarios.simulate.queue import build_queue
from ektp_sched.scenarios.simulate.roster import rostered
from ektp_sched.scenarios.simulate.simulate import simulate
from ektp_sched.scenarios.world.capacities import limits_of
from ektp_sched.scenarios.world.draws import Futures, in_blocks
from ektp_sched.words import said

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.rules.notices import Notice
    from ektp_sched.scenarios.dates.ready_by import Counts
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Progress, World
    from ektp_sched.scenarios.world.laws import CheckedScenario, CheckedScenarios

_MOST_CELLS: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Fronts:
    """How far the backlog's people got, in R replications."""

    streams: Counts  # cards of each stream printed by each day's end, shape (K, R, H)
    # day on which each application with dates of its own is printed, H for never, shape
    # (N, R)
    singles: NDArray[np.int16]

    @property
    def replications(self) -> int:
        """Number of replications, R."""
        return int(self.streams.shape[1])

    @property
    def days(self) -> int:
        """Number of calendar days, H."""
        return int(self.streams.shape[2])


@dataclass(frozen=True, slots=True)
class Course:
    """What is simulated."""

    queue: Queue
    # scenarios, scenario: what may come, and the one that is followed
    scenarios: CheckedScenarios
    scenario: CheckedScenario
    start: date
    days: int
    # seed, policy: as of `promise`
    seed: int
    policy: str
    # where blocks run; None: here, one after another
    executor: Executor | None = field(default=None, compare=False)
    # called with simulate and the share of the blocks done
    progress: Progress | None = field(default=None, compare=False)
    # how the shifts that are worked were chosen
    notices: tuple[Notice, ...] = ()

    @property
    def is_certain(self) -> bool:
        """Whether nothing is drawn, so that all replications are alike."""
        return self.scenarios.is_certain(self.scenario)


def chosen(
    backlog: Backlog,
    scenarios: CheckedScenarios,
    name: str | None,
    *,
    start: date,
    days: int,
    replications: int,
    seed: int,
    policy: str,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Course:
    """Return what is to be simulated, its numbers checked; no name is the baseline."""
    check_whole(
        ("days", days, 1, LONGEST_DAYS),
        ("replications", replications, 1, MOST_REPLICATIONS),
    )
    followed = scenarios.named(name).name
    scenarios, notices = rostered(scenarios, [followed], backlog, start, days)
    scenario = scenarios.named(followed)
    queue = build_queue(backlog, scenario.office, start, days)
    cells = len(queue.streams) * replications * days
    if cells + len(queue.singles.rows) * replications > _MOST_CELLS:
        raise UsageError(
            said(
                "{count} replications of {days} days need too much memory; take fewer "
                "of either",
                "{count} simulasi selama {days} hari memerlukan terlalu banyak memori; "
                "kurangi salah satunya",
                count=replications,
                days=days,
            )
        )
    mixed = scenarios.with_backlog(backlog) if backlog.planned else scenarios
    return Course(
        queue,
        mixed,
        scenario,
        start,
        days,
        seed,
        policy,
        executor,
        progress,
        notices,
    )


@dataclass(frozen=True, slots=True)
class _Following:
    """What a block of replications goes through."""

    queue: Queue
    scenario: CheckedScenario
    policy: str

    def __call__(self, world: World) -> Fronts:
        """Simulate one block."""
        outcome = simulate(
            self.queue,
            limits_of(self.scenario, world),
            world.arrivals,
            self.policy,
            record="dates",
        )
        assert outcome.front is not None
        assert outcome.single_days is not None
        return Fronts(outcome.front, outcome.single_days)


def simulated(course: Course, count: int, *, first: int = 0) -> Fronts:
    """Simulate replications, from a block on: other blocks are other futures.

    The result is the same whatever the executor.
    """
    parts = in_blocks(
        _Following(course.queue, course.scenario, course.policy),
        Futures(course.scenarios, course.start, course.days, course.seed),
        count,
        first=first,
        executor=course.executor,
        progress=course.progress,
    )
    if len(parts) == 1:
        return parts[0]
    return Fronts(
        np.concatenate([part.streams for part in parts], axis=1),
        np.concatenate([part.singles for part in parts], axis=1),
    )


def undisturbed(course: Course) -> Course:
    """Return the same if nothing goes wrong, and nobody else comes.

    There is no outage and no breakdown; all that a scenario adds comes on its
    earliest day at its highest rate.
    """
    scenario = course.scenario
    for resource in scenario.added:
        first = None if resource.first is None else (resource.first[0],) * 3
        cards = (resource.cards[2],) * 3
        scenario = scenario.at(replace(resource, cards=cards, first=first))
    office = scenario.office.model_copy(update={"outages": ()})
    bare = replace(course.scenarios, arrivals=None, held=None, breakdowns={})
    changed = replace(scenario, office=office)
    return replace(course, scenarios=bare, scenario=changed, progress=None)
