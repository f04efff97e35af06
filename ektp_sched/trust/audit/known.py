"""What an audit rests on besides a log: earlier plans, filled sheets, dates told.

Prints that filled sheets tell of count on the days of which the log has nothing.
Nobody is said to have been passed from the day on from which nothing is known of the
card: its box is empty while others of the sheet are ticked, or its sheet is of a day
before all prints known, or a plan carries it as printed or asked about.  Whoever was
printed and is in the export no more is read from the plan that had the card.  Everybody
is judged by the first date told, be it in the export, a plan or a file of promises.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.identity import ids_of
from ektp_sched.backlog.model import PLANNED, REJECTS
from ektp_sched.backlog.statuses import already_printed
from ektp_sched.backlog.told import held_dates, read_told
from ektp_sched.errors import LogError
from ektp_sched.office import Notice
from ektp_sched.trust.audit.log import NO_PRINTS, PrintLog
from ektp_sched.words import said
from ektp_sched.yesterday.filled import DONE, read_done

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.told import ToldLike
    from ektp_sched.documents import Plan
    from ektp_sched.office import Office
    from ektp_sched.yesterday.filled import Done

_UNKNOWN: Final = {
    "application_id": pl.String,
    "result": pl.String,
    "printed_at": pl.Date,
}
_NOTHING: Final = pl.DataFrame(schema=DONE)
_NO_REJECTS: Final = pl.DataFrame(schema=dict(REJECTS))


@dataclass(frozen=True, slots=True)
class Prints:
    """A log, and what filled sheets add to it."""

    log: PrintLog  # with a column file more: where a row stands, null for no file
    # application_id, printed_at, result: cards that are ``open`` from that day on, or
    # ``printed`` before all that is known
    unknown: pl.DataFrame
    notices: tuple[Notice, ...]


def prints_of(
    log: PrintLog | None,
    plans: Sequence[Plan],
    filled: Sequence[Plan],
    done: Sequence[str | PathLike[str]],
    backlog: Backlog,
    office: Office,
) -> Prints:
    """Return a log together with the filled sheets of plans.

    ``filled`` are those whose own folders are read; the files of ``done`` are of the
    last of them.  A queue number in the log stands for its application.
    """
    last = max(filled, key=lambda plan: plan.start, default=None)
    told = [
        read_done(
            done if plan is last else (),
            plan,
            office,
            plan.start + timedelta(days=plan.days),
        )
        for plan in filled
    ]
    logged = _logged(log, plans, backlog)
    rows = _told_otherwise(told, logged["printed_at"].unique())
    made = rows.filter(pl.col("result").is_in(["printed", "spoilt"]))
    placed = _as_logged(
        made.filter(pl.col("printer").is_in([p.id for p in office.printers]))
    )
    prints = pl.concat([logged, placed])
    # Whoever is printed later was not printed before.
    unknown = _opened(rows, plans).join(
        prints.filter("good"), on="application_id", how="anti"
    )
    before = _before(plans, prints)
    counts = {
        "prints-from-sheets": placed.height,
        "sheets-without-printer": made.height - placed.height,
        "sheets-open": unknown.height,
        "sheets-before-log": before.height,
        "sheets-rejects": sum(each.rejects.height for each in told),
    }
    if log is None and prints.is_empty():
        raise LogError(
            said(
                "no print is known; give a print log, or filled sheets and the folder "
                "of their plan",
                "tidak ada cetakan yang diketahui; berikan catatan cetak, atau lembar "
                "yang sudah diisi beserta folder rencananya",
            )
        )
    return Prints(
        replace(log or PrintLog(NO_PRINTS, _NO_REJECTS, 0), frame=prints),
        pl.concat([unknown, before]),
        tuple(Notice(code, {"count": n}) for code, n in counts.items() if n),
    )


def _logged(
    log: PrintLog | None, plans: Sequence[Plan], backlog: Backlog
) -> pl.DataFrame:
    """Return the prints of a log by ids, with the name of its file."""
    name = None if log is None or log.source is None else Path(log.source).name
    frame = NO_PRINTS if log is None else log.frame
    people = [each.frame for each in (backlog, *(plan.backlog for plan in plans))]
    ids = ids_of(frame["application_id"], *people, backlog.held)
    file = pl.lit(name, dtype=pl.String).alias("file")
    return frame.with_columns(ids.alias("application_id"), file)


def _told_otherwise(told: Sequence[Done], logged: pl.Series) -> pl.DataFrame:
    """Return what filled sheets say of days of which the log has nothing."""
    rows = pl.concat([_NOTHING, *(each.frame for each in told)])
    strangers = pl.concat([_NOTHING, *(each.strangers for each in told)])
    rows = pl.concat([rows, strangers.filter(pl.col("result") == "printed")])
    on_others = ~pl.col("date").is_in(logged.implode())
    return rows.filter(on_others).unique(maintain_order=True)


def _as_logged(made: pl.DataFrame) -> pl.DataFrame:
    """Return cards that sheets say were printed, or spoilt, as rows of a log."""
    return made.select(
        "row",
        "application_id",
        pl.col("date").alias("printed_at"),
        "printer",
        (pl.col("result") == "printed").alias("good"),
        pl.lit(None, dtype=pl.String).alias("operator"),
        "reason",
        pl.col("source").alias("file"),
    )


def _opened(rows: pl.DataFrame, plans: Sequence[Plan]) -> pl.DataFrame:
    """Return whose box is empty among ticks, and whom plans carry."""
    known = [plan.backlog.known for plan in plans]
    carried = [each.carried for each in known if each is not None]
    return pl.concat(
        each.select("application_id", "result", printed_at="date")
        for each in (rows.filter(pl.col("result") == "open"), *carried)
    )


def _before(plans: Sequence[Plan], prints: pl.DataFrame) -> pl.DataFrame:
    """Return who was on the sheets of days before all prints, and in no print."""
    if not plans or prints.is_empty():
        return pl.DataFrame(schema=_UNKNOWN)
    first = prints["printed_at"].min()
    in_turn = sorted(plans, key=lambda plan: plan.start)
    ends = [*(plan.start for plan in in_turn[1:]), date.max]
    sheets = [
        plan.assignments.filter(pl.col("day") < end).select("application_id", "day")
        for plan, end in zip(in_turn, ends, strict=True)
    ]
    return (
        pl.concat(sheets)
        .filter(pl.col("day") < first)
        .join(prints, on="application_id", how="anti")
        .select("application_id", result=pl.lit("open"), printed_at="day")
    )


def everybody(
    backlog: Backlog, plans: Sequence[Plan], prints: pl.DataFrame, office: Office
) -> Backlog:
    """Return a backlog with those who were printed and whom only plans had."""
    if not plans:
        return backlog
    done = already_printed(backlog.held["status"], office)
    here = pl.concat(
        [
            backlog.frame["application_id"],
            backlog.held["application_id"].filter(~done),
        ]
    )
    ids = prints.filter("good")["application_id"]
    gone = ids.filter(~ids.is_in(here.implode())).unique()
    frames = [
        plan.backlog.frame.filter(pl.col("application_id").is_in(gone.implode()))
        for plan in sorted(plans, key=lambda plan: plan.start)
    ]
    if not sum(frame.height for frame in frames):
        return backlog
    columns = [name for name in backlog.frame.columns if name in PLANNED]
    more = pl.concat([frame.select(columns) for frame in frames])
    more = more.unique("application_id", keep="first", maintain_order=True)
    frame = pl.concat([backlog.frame, more], how="diagonal")
    return replace(backlog, frame=frame, rows=None)


def first_told(
    backlog: Backlog,
    plans: Sequence[Plan],
    promises: ToldLike | None,
    office: Office,
) -> tuple[Backlog, tuple[Notice, ...]]:
    """Return a backlog whose dates told are the first, and how many were later."""
    before = backlog.frame["promised_on"]
    told = [
        plan.backlog.frame.select("application_id", "promised_on") for plan in plans
    ]
    frame = backlog.frame.select("application_id", "promised_on")
    if promises is not None:
        dates = held_dates(backlog, read_told(promises, backlog, office))
        frame = dates.select("application_id", promised_on="first_told")
    if told:
        earlier = (
            pl.concat(told).group_by("application_id").agg(pl.col("promised_on").min())
        )
        frame = frame.join(
            earlier, on="application_id", how="left", maintain_order="left"
        ).select(
            "application_id",
            pl.min_horizontal("promised_on", "promised_on_right").alias("promised_on"),
        )
    first = frame["promised_on"]
    later = (before.is_not_null() & (first < before)).sum()
    added = (before.is_null() & first.is_not_null()).sum()
    counts = {"told-earlier": later, "told-elsewhere": added}
    return (
        replace(backlog, frame=backlog.frame.with_columns(first)),
        tuple(Notice(code, {"count": int(n)}) for code, n in counts.items() if n),
    )
