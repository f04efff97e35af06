"""A plan as it is read back from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import polars as pl

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice, Office
    from ektp_sched.planning import Certificate, ShiftUse, Status, Tier

__all__ = ["SavedPlan"]


@dataclass(frozen=True, slots=True, repr=False)
class SavedPlan(OneLine):
    """A plan as its folder tells it.

    Parameters
    ----------
    path
        The folder.
    office, backlog
        What was planned with.  The backlog has no columns passed through, and
        the held no area: the folder keeps nothing personal.
    start, days, status, engine, assignments, unprinted, tiers, certificate
        As of a plan just made.
    prices, notices, holidays, seconds, shifts
        As of a plan just made.
    summary
        All of summary.json.
    """

    path: Path
    office: Office
    backlog: Backlog
    start: date
    days: int
    status: Status
    engine: str
    assignments: pl.DataFrame
    unprinted: pl.DataFrame
    tiers: tuple[Tier, ...]
    certificate: Certificate | None
    prices: pl.DataFrame | None
    notices: tuple[Notice, ...]
    holidays: dict[date, str]
    seconds: dict[str, float]
    shifts: tuple[ShiftUse, ...]
    summary: dict[str, Any]
