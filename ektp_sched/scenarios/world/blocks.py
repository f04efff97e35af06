"""Many futures, block by block, wherever they are run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ektp_sched.scenarios.world.draws import BLOCK, draw
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from datetime import date

    from ektp_sched.scenarios.world.draws import World
    from ektp_sched.scenarios.world.laws import Scenarios

    Progress = Callable[[str, float], None]

__all__ = ["Futures", "in_blocks"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Futures:
    """Which futures are drawn.

    Parameters
    ----------
    scenarios
        What may come.
    start, days
        First day, and number of calendar days.
    seed
        From which they are drawn.
    """

    scenarios: Scenarios
    start: date
    days: int
    seed: int

    def block(self, number: int, size: int) -> World:
        """Return the first so many futures of a block."""
        return draw(
            self.scenarios,
            start=self.start,
            days=self.days,
            seed=self.seed,
            block=number,
            size=size,
        )


@dataclass(frozen=True, slots=True)
class _Task(Generic[_T]):
    """One block's work, which any process can do."""

    work: Callable[[World], _T]
    futures: Futures
    number: int
    size: int

    def __call__(self) -> _T:
        return self.work(self.futures.block(self.number, self.size))


def in_blocks(
    work: Callable[[World], _T],
    futures: Futures,
    count: int,
    *,
    first: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[_T]:
    """Return what is found of each block of futures, in their order.

    Parameters
    ----------
    work
        What is done with a block; for an executor of processes, one that can
        be pickled.
    futures
        Which are drawn.
    count
        How many, at least 1.
    first
        Number of the first block; other blocks are other futures.
    executor
        Where blocks run; None: here, one after another.
    progress
        Called with the stage ``simulate`` and the share done.

    Raises
    ------
    KeyboardInterrupt
        Saying how many futures were done.
    """
    tasks = [
        _Task(work, futures, first + number, min(BLOCK, count - number * BLOCK))
        for number in range(-(-count // BLOCK))
    ]
    parts: list[_T] = []
    try:
        for part in (map if executor is None else executor.map)(_done, tasks):
            parts.append(part)
            if progress is not None:
                progress("simulate", len(parts) / len(tasks))
    except KeyboardInterrupt:
        done = sum(task.size for task in tasks[: len(parts)])
        raise KeyboardInterrupt(
            said(
                "{done} of {count} futures were done",
                "{done} dari {count} kemungkinan masa depan sudah selesai",
                done=done,
                count=count,
            )
        ) from None
    return parts


def _done(task: _Task[_T]) -> _T:
    return task()
