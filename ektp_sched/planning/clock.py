"""Time: how long each stage took, and when all of it is over."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arguments import Progress


_SHARE = {
    "yesterday": 0.0,
    "cohorts": 0.0,
    "conflict": 0.5,
    "decide": 0.05,
    "program": 0.1,
    "solve": 0.15,
    "assign": 0.7,
    "savings": 0.8,
    "prices": 0.85,
}
"""Rough share of the work that is done when a stage begins."""


@dataclass(slots=True)
class Clock:
    """Times the stages and knows when the time is over.

    Every deadline is a moment of ``time.monotonic``.
    """

    limit: float | None  # seconds
    # Called with a stage's name and the share of the work done.
    progress: Progress | None
    begun: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.limit is not None and not self.limit > 0:
            msg = said(
                "time_limit is {limit}; it must be a number of seconds above 0",
                "time_limit berisi {limit}; seharusnya bilangan detik di atas 0",
                limit=str(self.limit),
            )
            raise UsageError(msg)

    @property
    def deadline(self) -> float | None:
        """Return the moment when the time is over."""
        return None if self.limit is None else self.begun + self.limit

    @property
    def half(self) -> float | None:
        """Return the moment when half of the time is over."""
        return self.within(0.5).deadline

    def within(self, share: float) -> Clock:
        """Return a clock for a part of the time, 0 to 1, that tells nobody."""
        limit = None if self.limit is None else self.limit * share
        return Clock(limit, None, self.begun)

    @property
    def over(self) -> bool:
        """Return whether the time is over."""
        return self.deadline is not None and time.monotonic() > self.deadline

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and tell that it begins."""
        if self.progress is not None:
            self.progress(name, _SHARE[name])
        begun = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - begun, 6)
