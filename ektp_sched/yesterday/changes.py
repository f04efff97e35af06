"""What a plan changes of the one before, and which dates told slip."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.backlog.matching import laid_beside, match_ids
from ektp_sched.documents.plan import CHANGES, SLIPPED
from ektp_sched.office import capacity
from ektp_sched.people.kinds import read_kinds

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.documents import Plan


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

        The tier ``moved`` counts those from ``pinned`` on whose day was in this plan.
        Without a previous plan no rows.
    """
    known = plan.backlog.known
    if known is None:
        return pl.DataFrame(schema=CHANGES)
    left = known.left.select(
        "application_id",
        "was",
        pl.lit(None, pl.Date).alias("is"),
        pl.lit(None, pl.Int64).alias("days"),
        "because",
    )
    return pl.concat([moved(plan), left]).sort("application_id")


def moved(plan: Plan) -> pl.DataFrame:
    """Return the rows of `changes` of those who are planned, in no order."""
    known, people = plan.backlog.known, plan.backlog.frame
    if known is None or known.given["given_on"].null_count() == people.height:
        return pl.DataFrame(schema=CHANGES)
    was, now = known.given["given_on"], _printed_on(plan)
    beyond = plan.start + timedelta(days=plan.days)
    other = was.is_not_null() & was.ne_missing(now)
    other &= now.is_not_null() | (was < beyond)
    at = other.arg_true()
    rows = people.select(
        pl.col(
            "application_id", "urgency", "card", "area", "ready_on", "pinned_on"
        ).gather(at)
    ).with_columns(was[at].alias("was"), now[at].alias("is"))
    ahead = _offsets(was.drop_nulls(), plan)
    within = (ahead >= 0) & (ahead < plan.days)
    given = np.bincount(ahead[within], minlength=plan.days)
    # Nobody asks of a day after the end: who was given one is printed earlier.  One
    # before the start is a damaged folder's.
    day = _offsets(rows["was"], plan).clip(0, plan.days - 1)
    closed, room = _room(plan, rows, day)
    # A pin before the start binds nobody.
    pin = pl.col("pinned_on")
    pinned = (pin >= plan.start).fill_null(value=False) & (pin != pl.col("was"))
    return (
        rows.with_columns(
            pl.Series("closed", closed, dtype=pl.Boolean),
            pl.Series("scarce", (room < given)[day], dtype=pl.Boolean),
        )
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
            .when(pl.col("scarce"))
            .then(pl.lit("capacity"))
            .otherwise(pl.lit("others")),
        )
        .select(pl.col(name).cast(kind) for name, kind in CHANGES.items())
    )


def _printed_on(plan: Plan) -> pl.Series:
    """Return the day of each planned application, null where it is not printed."""
    people, prints = plan.backlog.frame, plan.assignments
    hint = None if plan.rows is None else plan.rows[0]
    at = match_ids(prints["application_id"], people["application_id"], hint)
    return laid_beside(prints.select("day"), at, people.height)["day"]


def _offsets(days: pl.Series, plan: Plan) -> Ints:
    return (days - plan.start).dt.total_days().to_numpy()


def _room(plan: Plan, rows: pl.DataFrame, day: Ints) -> tuple[Bools, Ints]:
    """Return whether nothing prints a row on its day, and the cards of each day."""
    worked = [(use.shift, (use.day - plan.start).days) for use in plan.shifts]
    limits = capacity(plan.office, plan.start, plan.days, worked)
    served = limits.reaches.astype(np.int64) @ (limits.server_cards > 0) > 0
    prints = (limits.printer_cards > 0) & served  # by printer and day
    room = np.minimum(limits.printer_cards.sum(axis=0), limits.server_cards.sum(axis=0))
    if limits.total is not None:
        room = np.minimum(room, limits.total)
    kind, kinds = read_kinds(rows, plan.office, plan.start, plan.days)
    open_to = kinds.printers.astype(np.int64) @ prints.astype(np.int64) > 0
    return ~open_to[kind, day], room


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
    people = plan.backlog.frame
    promised = people["promised_on"]
    if promised.null_count() == people.height:
        return pl.DataFrame(schema=SLIPPED)
    day = _printed_on(plan)
    beyond = plan.start + timedelta(days=plan.days)
    at = (promised < day.fill_null(beyond)).arg_true()
    return (
        people.select(pl.col("application_id", "promised_on").gather(at))
        .with_columns(day[at].alias("day"))
        .with_columns(
            days_late=(pl.col("day") - pl.col("promised_on")).dt.total_days(),
        )
        .sort("days_late", "application_id", descending=[True, False], nulls_last=True)
        .select(pl.col(name).cast(kind) for name, kind in SLIPPED.items())
    )
