"""The rows of a print log beside the backlog: listed, held, twice, on no list."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.backlog.identity import ids_of
from ektp_sched.backlog.statuses import already_printed
from ektp_sched.errors import LogError
from ektp_sched.office import Notice, capacity
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Capacity, Office
    from ektp_sched.trust.audit.log import PrintLog
    from ektp_sched.trust.audit.queue import Queue

__all__ = [
    "authorised",
    "doubles",
    "held_but_printed",
    "limits_of",
    "match_rows",
    "remarks",
    "spoilt_prints",
    "unlisted_prints",
]

_MOST_DAYS = 3660


def limits_of(prints: PrintLog, office: Office) -> Capacity:
    """Return the office's capacity from a log's first day to its last.

    Raises
    ------
    ektp_sched.errors.LogError
        The log holds no print, or spans more than 3,660 days.
    """
    first, last = prints.frame["printed_at"].min(), prints.frame["printed_at"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        message = said(
            "holds no print that can be judged; give one row for each print",
            "tidak memuat cetakan yang dapat dinilai; tulislah satu baris untuk setiap "
            "cetakan",
        )
        raise LogError(message, file=prints.source)
    days = (last - first).days + 1
    if days > _MOST_DAYS:
        message = said(
            "spans {days} days, from {first} to {last}; a log must not span more than "
            "{most}: correct the dates, or cut it in parts",
            "mencakup {days} hari, dari {first} sampai {last}; catatan tidak boleh "
            "lebih dari {most} hari: perbaiki tanggalnya, atau bagilah berkasnya",
            days=days,
            first=str(first),
            last=str(last),
            most=_MOST_DAYS,
        )
        raise LogError(message, file=prints.source, column="printed_at")
    return capacity(office, first, days)


def match_rows(frame: pl.DataFrame, backlog: Backlog, limits: Capacity) -> pl.DataFrame:
    """Line up a log's rows with the backlog, sorted by day and row.

    A queue number stands for its application.

    Returns
    -------
    DataFrame
        The log's columns with ``printer`` as its number and ``machine`` as
        its id, application (row of the backlog, or null), day (offset) and
        first (whether it is the application's first good print).
    """
    numbers = backlog.frame.select("application_id").with_row_index("application")
    ids = ids_of(frame["application_id"], backlog.frame, backlog.held)
    frame = frame.with_columns(ids.alias("application_id"))
    printers = pl.Enum(limits.printers)
    good = pl.when("good").then("application_id").is_first_distinct()
    return (
        frame.sort("printed_at", "row")
        .join(numbers, on="application_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("application").cast(pl.Int64),
            (pl.col("printed_at") - pl.lit(limits.start)).dt.total_days().alias("day"),
            pl.col("printer").alias("machine"),
            pl.col("printer").cast(printers).to_physical().cast(pl.Int64),
            first=good & pl.col("good"),
        )
    )


def unlisted_prints(
    rows: pl.DataFrame, backlog: Backlog, source: str | None
) -> pl.DataFrame:
    """Return good prints of ids that the backlog neither plans nor holds.

    ``source`` is the log's file, whose name stands beside each row of it.
    """
    file = None if source is None else Path(source).name
    return (
        _strays(rows)
        .join(backlog.held, on="application_id", how="anti", maintain_order="left")
        .with_columns(pl.lit(file, dtype=pl.String).alias("file"))
        .select("application_id", "printed_at", "file", "row")
    )


def _strays(rows: pl.DataFrame) -> pl.DataFrame:
    stray = rows.filter(pl.col("first") & pl.col("application").is_null())
    return stray.select("application_id", "printed_at", "row")


def held_but_printed(
    rows: pl.DataFrame, backlog: Backlog, office: Office
) -> pl.DataFrame:
    """Return good prints of applications that were not ready for it."""
    printed = already_printed(backlog.held["status"], office)
    held = backlog.held.filter(~printed).select("application_id", "status")
    return (
        _strays(rows)
        .join(held, on="application_id", how="inner", maintain_order="left")
        .select("application_id", "printed_at", "status")
    )


def doubles(rows: pl.DataFrame) -> pl.DataFrame:
    """Return good prints after an application's first one."""
    again = rows.filter(pl.col("good") & ~pl.col("first"))
    first = rows.filter("first").select(
        "application_id", pl.col("printed_at").alias("first_printed_at")
    )
    return again.join(first, on="application_id", maintain_order="left").select(
        "application_id",
        "printed_at",
        "first_printed_at",
        pl.col("machine").alias("printer"),
        "operator",
        "reason",
    )


def spoilt_prints(rows: pl.DataFrame) -> pl.DataFrame:
    """Count spoilt and failed prints by printer and operator."""
    return (
        rows.filter(~pl.col("good"))
        .group_by(pl.col("machine").alias("printer"), "operator")
        .agg(pl.len().cast(pl.Int64).alias("prints"))
        .sort("printer", "operator", nulls_last=True)
    )


def authorised(rows: pl.DataFrame, backlog: Backlog) -> pl.DataFrame:
    """Return printed cards that the office's priority list put forward."""
    prints = rows.filter("first").select("application_id", "printed_at")
    return (
        prints.join(
            backlog.priorities,
            on="application_id",
            how="inner",
            maintain_order="left",
        )
        .sort("by", "reason", "printed_at", "application_id", nulls_last=True)
        .select("application_id", "printed_at", "urgency", "due_on", "reason", "by")
    )


def remarks(
    rows: pl.DataFrame,
    queue: Queue,
    limits: Capacity,
    backlog: Backlog,
    prints: PrintLog,
    opened: int,
    office: Office,
) -> tuple[Notice, ...]:
    """Return what a log shows besides order: each a count, left out at 0.

    ``opened`` are the days on which a shift was taken for worked.
    """
    printed = np.flatnonzero(queue.printed < queue.days)
    ready = queue.ready[printed]
    fits = queue.eligible[queue.signature[printed], queue.printer[printed]]
    good = rows.filter("good")
    counts = {
        "log-rejects": prints.rejects.height,
        "printed-before-ready": int((queue.printed[printed] < ready).sum()),
        "printed-on-wrong-printer": int((~fits).sum()),
        "printed-on-closed-day": int((~limits.open[good["day"].to_numpy()]).sum()),
        "opened-by-shifts": opened,
        "printed-although-held": held_but_printed(rows, backlog, office).height,
        "printed-twice": doubles(rows).height,
        "backlog-rejects": backlog.rejected if _strays(rows).height else 0,
        "more-blanks-than-stock": queue.left.short,
    }
    return tuple(
        Notice(code, {"count": count}) for code, count in counts.items() if count
    )
