"""A print log is a plan that happened: the log against the office's own rule.

Definitions
-----------
The first good print of an application counts, by its day; order inside a day
is no overtake.  A card B, printed on day d on printer p, *passed* A if A

* was ready, and pinned to no later day, and was neither printed nor tried
  (a spoilt print) on d, nor printed before;
* comes first: a stricter rank, or an equal rank and waiting since no later
  and a target no longer, one of the two strictly;
* could be printed on p; and, where A's card is of another type than B's, a
  blank of A's type was left on every day from d until A's own print.

B is *out of turn* if it passed somebody with whom it could have exchanged
slots, and nothing accounts for that.  An exchange is impossible where A was
printed later on a printer on which B cannot be (``printer``).  What accounts
for one is B's pin to that very day (``pinned_on``); a due date or a promise
of B's, of equal rank, which the exchange would make worse in a tier that
stands before ``pressure``, gains on A's side counted (``due_on``,
``promised_on``; see `ektp_sched.trust.audit.overtakes`); or else a reason that
was recorded (``reason``).  These are shown apart.  A stricter rank of B's
needs no account: A does not come first then.  So the log of a plan that was
carried out as it was proven optimal has nobody out of turn.

Where the plan's folder is given, a card that followed the sheets is accounted for
(``sheet``, ``earlier-sheet``), and that somebody was passed whom a stopped sheet left
on that day is the jam's doing (``jam``): see `ektp_sched.trust.audit.verdicts`.

A shift counts as worked where cards were printed on a day that only it opens
(`ektp_sched.trust.audit.idle`).  The blanks in stock are taken for those on
the morning of the log's first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ektp_sched.backlog.inputs import as_backlog
from ektp_sched.backlog.statuses import already_printed
from ektp_sched.errors import LogError
from ektp_sched.office import Notice, capacity
from ektp_sched.office.inputs import as_office
from ektp_sched.showing import OneLine
from ektp_sched.trust.audit.idle import attempts, idle_days, with_shifts
from ektp_sched.trust.audit.known import everybody, first_told, prints_of
from ektp_sched.trust.audit.log import log_from_frame, read_log
from ektp_sched.trust.audit.queue import build_queue
from ektp_sched.trust.audit.verdicts import sheets_of, verdicts
from ektp_sched.words import said
from ektp_sched.yesterday import as_previous
from ektp_sched.yesterday.morning import as_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.inputs import BacklogLike
    from ektp_sched.backlog.told import ToldLike
    from ektp_sched.documents import Plan
    from ektp_sched.office import Capacity, Office
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.trust.audit.log import PrintLog
    from ektp_sched.trust.audit.queue import Queue
    from ektp_sched.yesterday.morning import DoneLike
    from ektp_sched.yesterday.previous import PreviousLike
    from ektp_sched.yesterday.reconcile import OpenChoice


@dataclass(frozen=True, slots=True, repr=False)
class Audit(OneLine):
    """What a print log shows.

    Parameters
    ----------
    start, end
        First and last day of the log.
    cards
        Applications with a good print, listed or not.
    out_of_turn
        application_id, printed_at, passed (applications), longest_passed_days
        (days by which the longest-waiting of them had been waiting longer; 0
        where only rank or target decides), reason (a date that the card had
        and that does not account for it, or null), unaccounted (those of
        ``passed`` for whom nothing accounts), printer, operator; those with
        most of them first.
    explained
        application_id, printed_at, passed, longest_passed_days,
        accounted_by, operator, reason as recorded; sorted by what accounts
        for it, operator and reason.
    idle
        day, capacity, printed, spoilt, idle, waiting; see
        `ektp_sched.trust.audit.idle.idle_days`.
    unlisted
        application_id, printed_at, file, row of good prints on no list: the log's
        name (null without a file) and the row in it, the heading being row 1.
    held
        application_id, printed_at, status: printed although the backlog says
        that they cannot be.
    doubles
        application_id, printed_at, first_printed_at, printer, operator,
        reason: good prints after the first.
    spoilt
        Spoilt and failed prints by printer and operator: prints.
    authorised
        application_id, printed_at, urgency, due_on, reason, by: printed
        cards that the priority list put forward.
    rejects
        Rows of the log that could not be used: row, column, reason.
    notices
        What else the log shows.
    overtakes
        Pairs of a card and somebody whom it passed: ``all``, and by what accounts for
        them ``jam``, ``printer``, ``earlier_tier``, ``sheet``, ``earlier_sheet`` and
        ``reason``; the rest are ``out_of_turn``.
    stopped, deviations
        With plans: the sheets whose end was left, and who deviates from the
        sheets, as `ektp_sched.trust.audit.verdicts.Sheets` has them; else None.
        ``out_of_turn`` then says, too, what the sheet said: sheet_day,
        sheet_printer; and both lists left_by_jam, whom a stopped sheet had left on
        that day, which is not in ``passed``.
    """

    start: date
    end: date
    cards: int
    out_of_turn: pl.DataFrame
    explained: pl.DataFrame
    idle: pl.DataFrame
    unlisted: pl.DataFrame
    held: pl.DataFrame
    doubles: pl.DataFrame
    spoilt: pl.DataFrame
    authorised: pl.DataFrame
    rejects: pl.DataFrame
    notices: tuple[Notice, ...]
    overtakes: dict[str, int]
    stopped: pl.DataFrame | None = None
    deviations: pl.DataFrame | None = None

    @property
    def clean(self) -> bool:
        """Whether no card was printed out of turn."""
        return self.out_of_turn.is_empty()

    def to_dict(self) -> dict[str, Any]:
        """Return the contents of ``audit.json``; dates are text."""
        document = {
            "schema_version": 1,
            "cards": self.cards,
            "out_of_turn": _records(
                self.out_of_turn.drop("unaccounted", "printer", "operator")
            ),
            "explained": _records(self.explained),
            "idle": _records(self.idle),
            "unlisted": _records(self.unlisted),
            "overtakes": self.overtakes,
        }
        if self.stopped is not None and self.deviations is not None:
            document["stopped"] = _records(self.stopped)
            document["deviations"] = _records(self.deviations)
        return document


def _records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.with_columns(pl.col(pl.Date).dt.to_string("iso")).to_dicts()


def audit(
    log: PrintLog | pl.DataFrame | str | PathLike[str] | None,
    backlog: BacklogLike,
    office: OfficeLike,
    *,
    plans: Sequence[Plan] = (),
    previous: PreviousLike | None = None,
    done: DoneLike | None = None,
    promises: ToldLike | None = None,
    open: OpenChoice | None = None,  # noqa: A002 (the option's name)
) -> Audit:
    """Compare a print log with the order that the office's rule asks for.

    Exact, and without looking at pairs: sorting, and tables whose size
    depends on dates and kinds of application.

    Parameters
    ----------
    log
        The path of a print log; or what `ektp_sched.trust.audit.log.read_log`
        makes of it; or a frame with application_id, printed_at, printer and, if
        there are any, result, operator, reason; None: only filled sheets tell.
    backlog
        Who waited; with its priority list, if the office has one.  Whoever was printed
        and is not in it any more is read from the plans.
    office
        The rule.
    plans
        What was to be printed: plans just made, or read back from their
        folders.  A card that followed their sheets is not out of turn.
    previous
        One more of them, or its folder, of which also the sheets are read that
        somebody filled in.
    done
        Filled sheets, lists and logs of that plan's cards, or else of the last of
        ``plans``; they count on days of which ``log`` has nothing.
    promises
        Dates that people were told: promises.csv.  Everybody is judged by the first.
    open
        Whether cards of which nothing is known count as not printed (``plan``), or
        nobody is said to have passed them since: those whose box is empty on a sheet
        with ticks, on sheets of days before all prints, or carried by a plan as open.

    Returns
    -------
    Audit
        The module's text says what each word means.

    Raises
    ------
    ektp_sched.errors.LogError
        The frame is no log, holds no print, or spans more than 3,660 days.
    ektp_sched.errors.InputError
        Another file or folder is not what it should be.
    """
    office = as_office(office)
    backlog = as_backlog(backlog, office)
    if isinstance(log, str | PathLike):
        log = read_log(log, office)
    elif isinstance(log, pl.DataFrame):
        log = log_from_frame(log, office)
    filled = plans if log is None else ()
    if previous is not None:
        last = as_previous(previous, date.max)
        plans, filled = (*plans, last), (*filled, last)
    elif done is not None:
        filled = filled or plans
    told = prints_of(log, plans, filled, as_files(done), backlog, office)
    prints = told.log
    backlog = everybody(backlog, plans, prints.frame, office)
    backlog, dates = first_told(backlog, plans, promises, office)
    limits, opened = with_shifts(office, _limits_of(prints, office), prints.frame)
    rows = _match_rows(prints.frame, backlog, limits)
    listed = rows.filter(pl.col("application").is_not_null())
    queue = build_queue(backlog.frame, listed, office, limits)
    unknown = told.unknown
    if open == "plan":
        unknown = unknown.filter(pl.col("result") != "open")
    queue = queue.unknown_from(unknown, backlog.frame)
    sheets = None
    if plans:
        sheets = sheets_of(plans, rows, backlog.frame, office, limits)
    judged = verdicts(queue, listed, sheets)
    return Audit(
        start=limits.start,
        end=limits.start + timedelta(days=limits.days - 1),
        cards=int(rows["first"].sum()),
        out_of_turn=judged.out_of_turn,
        explained=judged.explained,
        overtakes=judged.overtakes,
        idle=idle_days(queue, limits, attempts(rows, limits, office)),
        unlisted=_unlisted_prints(rows, backlog),
        held=_held_but_printed(rows, backlog, office),
        doubles=_doubles(rows),
        spoilt=_spoilt_prints(rows),
        authorised=_authorised(rows, backlog),
        rejects=prints.rejects,
        notices=(
            *prints.notices,
            *told.notices,
            *dates,
            *_remarks(rows, queue, limits, backlog, prints, opened, office),
            *_without_sheets(judged.out_of_turn, plans),
        ),
        stopped=None if sheets is None else sheets.stopped,
        deviations=None if sheets is None else sheets.deviations,
    )


_MOST_DAYS = 3660


def _limits_of(prints: PrintLog, office: Office) -> Capacity:
    """Return capacity from a log's first day to its last; it must have some."""
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


def _match_rows(
    frame: pl.DataFrame, backlog: Backlog, limits: Capacity
) -> pl.DataFrame:
    """Line up a log's rows with the backlog, sorted by day and row.

    Added to the log's columns are machine (the printer's id, ``printer`` being its
    number), application (row of the backlog, or null), day (offset) and first (whether
    it is the application's first good print).
    """
    numbers = backlog.frame.select("application_id").with_row_index("application")
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


def _unlisted_prints(rows: pl.DataFrame, backlog: Backlog) -> pl.DataFrame:
    """Return good prints of ids that the backlog neither plans nor holds."""
    return (
        _strays(rows)
        .join(backlog.held, on="application_id", how="anti", maintain_order="left")
        .select("application_id", "printed_at", "file", "row")
    )


def _strays(rows: pl.DataFrame) -> pl.DataFrame:
    stray = rows.filter(pl.col("first") & pl.col("application").is_null())
    return stray.select("application_id", "printed_at", "file", "row")


def _held_but_printed(
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


def _doubles(rows: pl.DataFrame) -> pl.DataFrame:
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


def _spoilt_prints(rows: pl.DataFrame) -> pl.DataFrame:
    """Count spoilt and failed prints by printer and operator."""
    return (
        rows.filter(~pl.col("good"))
        .group_by(pl.col("machine").alias("printer"), "operator")
        .agg(pl.len().cast(pl.Int64).alias("prints"))
        .sort("printer", "operator", nulls_last=True)
    )


def _authorised(rows: pl.DataFrame, backlog: Backlog) -> pl.DataFrame:
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


def _without_sheets(accused: pl.DataFrame, plans: Sequence[Plan]) -> list[Notice]:
    """Return how many are accused of whose day no sheet was given."""
    if plans:
        first = min(plan.start for plan in plans)
        accused = accused.filter(pl.col("printed_at") < first)
    return [Notice("no-sheets", {"count": accused.height})] if accused.height else []


def _remarks(
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
    fits = queue.kinds.printers[queue.kind[printed], queue.machine[printed]]
    good = rows.filter("good")
    counts = {
        "log-rejects": prints.rejects.height,
        "printed-before-ready": int((queue.printed[printed] < ready).sum()),
        "printed-on-wrong-printer": int((~fits).sum()),
        "printed-on-closed-day": int((~limits.open[good["day"].to_numpy()]).sum()),
        "opened-by-shifts": opened,
        "printed-although-held": _held_but_printed(rows, backlog, office).height,
        "printed-twice": _doubles(rows).height,
        "backlog-rejects": backlog.rejected if _strays(rows).height else 0,
        "more-blanks-than-stock": queue.left.short,
    }
    return tuple(
        Notice(code, {"count": count}) for code, count in counts.items() if count
    )
