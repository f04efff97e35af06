"""What a plan changes of the one before, and which dates told slip."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.documents.tables import CHANGES, SLIPPED
from ektp_sched.office import capacity
from ektp_sched.people.kinds import read_kinds

if TYPE_CHECKING:
    from ektp_sched.documents import Plan

__all__ = ["MOVED_BECAUSE", "changes", "slipped"]

MOVED_BECAUSE: Final = (
    "not-ready",
    "pinned",
    "earlier",
    "closed",
    "capacity",
    "others",
)
"""Why an application has another day; the first that holds is stated.

The tier ``moved`` counts all but the first."""


def changes(plan: Plan) -> pl.DataFrame:
    """Return who has another day than in the previous plan, or no longer any.

    Parameters
    ----------
    plan
        Its ``backlog.known`` says what the previous plan gave.

    Returns
    -------
    polars.DataFrame
        The columns of `CHANGES`, sorted by id: everybody of ``known.left``, and every
        planned application with a given day that is not the day it has now (``is`` is
        null where it stays unprinted).  One given a day after the end of this plan and
        not printed in it is none: its day is yet to be planned.  ``because`` is
        ``gone``, ``held`` or ``rejected``, or the first that holds of

        - ``not-ready``: it becomes ready after that day;
        - ``pinned``: it is pinned to another day;
        - ``earlier``: it is printed before that day;
        - ``closed``: on that day no eligible printer can do a card, nor a server of it;
        - ``capacity``: on that day fewer cards can be done (by all printers, all
          servers, or above the reserve) than were given it;
        - ``others``: its slot went to another.

        Without a previous plan no rows.
    """
    known = plan.backlog.known
    if known is None:
        return pl.DataFrame(schema=CHANGES)
    moved = _moved(plan, known.given["given_on"])
    left = known.left.select(
        "application_id",
        "was",
        pl.lit(None, pl.Date).alias("is"),
        pl.lit(None, pl.Int64).alias("days"),
        "because",
    )
    return pl.concat([moved, left]).sort("application_id")


def _moved(plan: Plan, given_on: pl.Series) -> pl.DataFrame:
    """Return the rows of those planned now whose day is another."""
    if given_on.null_count() == len(given_on):
        return pl.DataFrame(schema=CHANGES)
    frame = plan.backlog.frame.select(
        "application_id", "urgency", "card", "area", "ready_on", "pinned_on"
    )
    beyond = plan.start + timedelta(days=plan.days)
    rows = (
        frame.with_columns(given_on.alias("was"))
        .filter(pl.col("was").is_not_null())
        .join(
            plan.assignments.select("application_id", pl.col("day").alias("is")),
            on="application_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(given=pl.len().over("was"))
        .filter(pl.col("is").ne_missing(pl.col("was")))
        .filter(pl.col("is").is_not_null() | (pl.col("was") < beyond))
    )
    # A pin before the start binds nobody.
    pin = pl.col("pinned_on")
    pinned = (pin >= plan.start).fill_null(value=False) & (pin != pl.col("was"))
    return (
        rows.with_columns(*_room(plan, rows))
        .with_columns(
            days=(pl.col("is") - pl.col("was")).dt.total_days(),
            because=pl.when(pl.col("ready_on") > pl.col("was"))
            .then(pl.lit("not-ready"))
            .when(pinned)
            .then(pl.lit("pinned"))
            .when(pl.col("is") < pl.col("was"))
            .then(pl.lit("earlier"))
            .when(pl.col("closed"))
            .then(pl.lit("closed"))
            .when(pl.col("room") < pl.col("given"))
            .then(pl.lit("capacity"))
            .otherwise(pl.lit("others")),
        )
        .select(pl.col(name).cast(kind) for name, kind in CHANGES.items())
    )


def _room(plan: Plan, rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return for each row whether nothing prints it on the day given, and its room."""
    worked = [(use.shift, (use.day - plan.start).days) for use in plan.shifts]
    limits = capacity(plan.office, plan.start, plan.days, worked)
    # Nobody asks of a day after the end: who was given one is printed earlier.
    day = (rows["was"] - plan.start).dt.total_days().clip(0, plan.days - 1).to_numpy()
    served = limits.reaches.astype(np.int64) @ (limits.server_cards > 0) > 0
    prints = (limits.printer_cards > 0) & served  # by printer and day
    room = np.minimum(limits.printer_cards.sum(axis=0), limits.server_cards.sum(axis=0))
    if limits.total is not None:
        room = np.minimum(room, limits.total)
    kind, kinds = read_kinds(rows, plan.office, plan.start, plan.days)
    open_to = kinds.printers.astype(np.int64) @ prints.astype(np.int64) > 0
    return (
        pl.Series("closed", ~open_to[kind, day], dtype=pl.Boolean),
        pl.Series("room", room[day], dtype=pl.Int64),
    )


def slipped(plan: Plan) -> pl.DataFrame:
    """Return whose told date this plan does not keep.

    Parameters
    ----------
    plan
        Dates told are the ``promised_on`` of its backlog.

    Returns
    -------
    polars.DataFrame
        The columns of `SLIPPED`: printed after the date told, latest first, then by id;
        last those not printed though it lies in the horizon, with neither a day nor
        ``days_late``.
    """
    told = plan.backlog.frame.select("application_id", "promised_on").drop_nulls()
    if not told.height:
        return pl.DataFrame(schema=SLIPPED)
    beyond = plan.start + timedelta(days=plan.days)
    promised, day = pl.col("promised_on"), pl.col("day")
    return (
        told.join(
            plan.assignments.select("application_id", "day"),
            on="application_id",
            how="left",
        )
        .filter(promised < day.fill_null(beyond))
        .with_columns(days_late=(day - promised).dt.total_days())
        .sort("days_late", "application_id", descending=[True, False], nulls_last=True)
        .select(pl.col(name).cast(kind) for name, kind in SLIPPED.items())
    )
