"""What the cases that come first leave for everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import Notice, capacity

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

__all__ = ["OUTLOOK_DAYS", "starvation"]

OUTLOOK_DAYS: Final = 30
"""Calendar days that ranked and due-dated cases should not fill."""


def starvation(backlog: Backlog, office: Office, start: date) -> tuple[Notice, ...]:
    """Warn where ranked and due-dated cases leave nothing for the others.

    Pressure alone starves nobody; a strict rank or a due date does as soon as
    such cases fill the capacity.

    Parameters
    ----------
    backlog, office
        As for planning.
    start
        First day that is looked at.

    Returns
    -------
    tuple of Notice
        ``ranked-fill-capacity`` with count, capacity in cards and days; or
        nothing.
    """
    ranked = [name for name, kind in office.urgency.items() if kind.rank is not None]
    first = (
        pl.col("urgency").is_in(ranked)
        | pl.col("area").is_in(list(office.area_rank))
        | pl.col("due_on").is_not_null()
    )
    others = backlog.frame.select((~first.fill_null(value=False)).any()).item()
    count = int(backlog.frame.select(first.fill_null(value=False).sum()).item())
    limits = capacity(office, start, OUTLOOK_DAYS)
    daily = np.minimum(
        limits.printer_cards.sum(axis=0), limits.server_cards.sum(axis=0)
    )
    if limits.total is not None:
        daily = np.minimum(daily, limits.total)
    room = int(daily.sum())
    if not others or count <= room:
        return ()
    figures: dict[str, str | int] = {
        "count": count,
        "days": OUTLOOK_DAYS,
        "capacity": room,
    }
    return (Notice("ranked-fill-capacity", figures),)
