"""Today's export beside yesterday's plan: what became of everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import polars as pl

from ektp_sched.backlog.known import (
    CARRIED,
    DONE_REJECTS,
    GIVEN,
    LEFT,
    SPOILT_DONE,
    SPOILT_GONE,
    Counts,
    Known,
)
from ektp_sched.backlog.matching import UNKNOWN, laid_beside, match_ids, rows_at
from ektp_sched.backlog.prints import STANDING
from ektp_sched.backlog.statuses import already_printed
from ektp_sched.documents import SavedPlan
from ektp_sched.errors import AskedError, FolderError, UsageError
from ektp_sched.office import calendar
from ektp_sched.words import said

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.arrays import Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import Plan
    from ektp_sched.office import Office
    from ektp_sched.words import Said
    from ektp_sched.yesterday.filled import Done


OpenChoice: TypeAlias = Literal["exclude", "plan"]
GoneChoice: TypeAlias = Literal["ask", "accept"]

MOST_GONE: Final = 50
"""One in so many may have vanished without a question."""

_OVERDUE: Final = 5
"""Working days after which a registry should know of a print."""

_YEAR: Final = 366

_DAYS_NAMED: Final = 3
"""Days of which each sheet is named that is asked about."""

_ID: Final = "application_id"


def reconcile(
    backlog: Backlog,
    office: Office,
    *,
    start: date,
    previous: Plan,
    done: Done | None = None,
    open: OpenChoice | None = None,  # noqa: A002 (the option's name)
    gone: GoneChoice = "ask",
) -> Backlog:
    """Lay today's export beside the previous plan.

    Parameters
    ----------
    backlog
        Today's export as it was read.
    office
        Its calendar counts working days.
    start
        First day of the plan to be made.
    previous
        What `as_previous` returns.
    done
        What filled sheets and logs say.  Whom they call ``standing``, on a sheet of the
        start that still holds, is open, and nobody asks.
    open
        What becomes of those on an earlier sheet of whom nothing is known: ``exclude``
        leaves them out, ``plan`` plans them again; None asks.
    gone
        Whether to ``ask`` where more than 2 % vanished, or to ``accept`` it.

    Returns
    -------
    Backlog
        Without those who are printed or open; ``known`` says what became of everybody.

    Raises
    ------
    ektp_sched.errors.AskedError
        More vanished, or people are open, and nobody said how to go on.
    ektp_sched.errors.FolderError
        The previous plan is of other people.
    ektp_sched.errors.UsageError
        The backlog was laid beside a plan before.
    """
    if backlog.known is not None:
        message = said(
            "backlog was compared with an earlier plan already; give the export as it "
            "was read",
            "backlog sudah dibandingkan dengan rencana sebelumnya; berikan ekspornya "
            "seperti saat dibaca",
        )
        raise UsageError(message)
    people = _people(previous, done, start)
    at, export = _export(backlog, office, people)
    people = people.with_columns(export).with_columns(
        state=_state(replans=open == "plan")
    )
    states = people.filter("before")["state"].value_counts()
    count = dict.fromkeys(("printed", "open", "waiting", "held", "gone"), 0)
    count |= dict(states.iter_rows())
    if gone == "ask" and count["gone"] * MOST_GONE > previous.backlog.planned:
        raise _many_gone(backlog, previous, people, count["gone"])
    asked = people.filter("asked", ~pl.col("stands"), pl.col("state") == "open")
    if open is None and asked.height:
        raise _asked_about(asked)
    columns = ("before", "on_sheet", "state", "result", *GIVEN)
    today = rows_at(people.select(columns), at)
    taken_out = today["state"].is_in(["printed", "open"]).fill_null(value=False)
    planned = today.filter(~taken_out)
    carried, left = _carried(people), _left(people)
    counts = Counts(
        start=previous.start,
        planned_before=int(people["before"].sum()),
        **count,
        new=planned.height - count["waiting"],
        **_of_waiting(people),
        returned=_number(planned, ~pl.col("before") & pl.col("on_sheet")),
        taken_out=int(taken_out.sum()),
        carried_printed=_number(carried, pl.col("result") == "printed"),
        carried_open=_number(carried, pl.col("result") == "open"),
        overdue_registry=_overdue(people, office, start),
        promises_joined=0,
        promises_earlier_in_export=0,
        promises_earlier_in_file=0,
        promises_unknown=0,
        open_choice=open,
        readings=() if done is None else done.readings,
        spoilt_gone=_number(left, pl.col("because").is_in([SPOILT_GONE, SPOILT_DONE])),
    )
    known = Known(
        given=_given(planned, office, start),
        carried=carried,
        left=left,
        rejects=pl.DataFrame(schema=dict(DONE_REJECTS))
        if done is None
        else done.rejects,
        counts=counts,
    )
    return replace(backlog.only(~taken_out), known=known)


def _people(previous: Plan, done: Done | None, start: date) -> pl.DataFrame:
    """Return everybody of whom anything is known, and what.

    Returns
    -------
    polars.DataFrame
        application_id; ``before``, whether the previous plan had it, or, of the rest of
        a day, an earlier plan of that day; where that plan prints it, as in `GIVEN`;
        ``on_sheet``, whether it was on a sheet before the start or ``stands`` on one of
        the start; ``asked``, whether the office is to say what became of it where
        nothing else does; ``result`` (null for nothing known, which ``open`` is too),
        ``date``, ``source``; ``spoilt``, whether the last word of the card is that it
        is.
    """
    before = previous.backlog.frame.select(_ID, before=pl.lit(True))
    words = _words(previous, done, start)
    at = match_ids(words[_ID], before[_ID])
    others = words.filter(at == UNKNOWN).with_columns(before=_of_that_day(previous))
    before = before.hstack(laid_beside(words.drop(_ID), at, before.height))
    given = previous.assignments.select(
        given_on="day",
        given_printer="printer",
        given_batch="batch",
        given_position="position",
    )
    hint = None if previous.rows is None else previous.rows[0]
    at = match_ids(previous.assignments[_ID], before[_ID], hint)
    before = before.hstack(laid_beside(given, at, before.height))
    was, says = pl.col("was"), pl.col("says")
    # That a card was spoilt or not printed says nothing of a later sheet: one of the
    # previous plan, or one that was carried.
    sheet = pl.coalesce("was_on", pl.lit(previous.start))
    again = says.is_in(["spoilt", "unprinted"]) & (pl.col("says_on") >= sheet)
    counts = (says == "printed") | again
    newer = counts | (was.is_null() & (says == "open"))
    stands = (says == STANDING).fill_null(value=False)
    # Who stood on a sheet when the previous plan was made was not asked about then.
    stood = (was == "open") & (pl.col("was_on") == previous.start)
    on_sheet = (pl.col("given_on") < start).fill_null(value=False) | was.is_not_null()
    return (
        pl.concat([before, others], how="diagonal")
        .select(
            _ID,
            "before",
            *GIVEN,
            on_sheet=on_sheet | stands,
            stands=stands,
            asked=pl.col("before") | stood.fill_null(value=False),
            result=pl.when(counts).then("says").otherwise("was"),
            date=pl.when(newer).then("says_on").otherwise("was_on"),
            source=pl.when(newer).then("says_by").otherwise("was_by"),
            spoilt=(says == "spoilt").fill_null(value=False),
            says_on="says_on",
            says_by="says_by",
        )
        .with_columns(
            result=pl.when(pl.col("result") != "open").then("result"),
            date=pl.coalesce("date", "given_on", "says_on"),
            source=pl.coalesce("source", "given_printer", "says_by"),
        )
        .drop("says_on", "says_by")
    )


def _of_that_day(previous: Plan) -> pl.Expr:
    """Return whether a card was carried from a sheet of the previous plan's day.

    The rest of a day plans nobody who had a card that day already, or stood on a sheet
    that held: the plan before it did.
    """
    known = previous.backlog.known
    is_rest = known is not None and known.counts.start == previous.start
    on_day = (pl.col("was_on") == previous.start).fill_null(value=False)
    return pl.lit(is_rest) & on_day


def _words(previous: Plan, done: Done | None, start: date) -> pl.DataFrame:
    """Return what was carried of a card (``was``) beside what is told (``says``)."""
    known = previous.backlog.known
    carried = pl.DataFrame(schema=dict(CARRIED)) if known is None else known.carried
    told = carried.clear()
    if done is not None:
        # Whom the previous plan does not know may be in this export all the same.
        card = pl.col("result").is_in(["printed", STANDING]) & (pl.col("date") <= start)
        told = pl.concat([done.frame, done.strangers.filter(card)])
    return carried.select(_ID, was="result", was_on="date", was_by="source").join(
        told.select(_ID, says="result", says_on="date", says_by="source"),
        on=_ID,
        how="full",
        coalesce=True,
    )


def _export(
    backlog: Backlog, office: Office, people: pl.DataFrame
) -> tuple[Ints, pl.Series]:
    """Return whose row each planned application is, and where the export has whom.

    Returns
    -------
    place in `people`, or `UNKNOWN`; ``ready``, ``done``, ``held`` or ``rejected``, or
    null, for each of `people`.
    """
    rejected, held = backlog.rejected_ids, backlog.held
    done = already_printed(held["status"], office)
    ids = people[_ID]
    at = match_ids(backlog.frame[_ID], ids)
    names = pl.Series("export", [None, "rejected", "held", "done", "ready"])
    place = np.zeros(people.height, np.int64)
    if rejected is not None:  # a row that repeats an id is rejected too
        place[_there(match_ids(rejected, ids))] = 1
    place[_there(match_ids(held[_ID].filter(~done), ids))] = 2
    place[_there(match_ids(held[_ID].filter(done), ids))] = 3
    place[_there(at)] = 4
    return at, names.gather(place)


def _there(at: Ints) -> Ints:
    return np.compress(at != UNKNOWN, at)


def _state(*, replans: bool) -> pl.Expr:
    """Return what became of each person, of which exactly one holds."""
    export, result = pl.col("export"), pl.col("result")
    unknown = pl.col("on_sheet") & result.is_null()
    # The registry drops whom it knows to be printed.
    dropped = export.is_null() & unknown
    # It may call a card done that was spoilt: the person has none.
    is_done = (export == "done") & ~result.is_in(["spoilt", "unprinted"]).fill_null(
        False
    )
    printed = (result == "printed") | is_done | dropped
    asked = unknown & (export == "ready") & (pl.lit(not replans) | pl.col("stands"))
    return (
        pl.when(printed.fill_null(False))
        .then(pl.lit("printed"))
        .when(export.is_null())
        .then(pl.lit("gone"))
        .when(export != "ready")
        .then(pl.lit("held"))
        .when(asked)
        .then(pl.lit("open"))
        .otherwise(pl.lit("waiting"))
    )


def _number(frame: pl.DataFrame, marked: pl.Expr) -> int:
    return int(frame.select(marked.sum()).item())


def _of_waiting(people: pl.DataFrame) -> dict[str, int]:
    """Count those of an earlier sheet who are planned again, by reason."""
    waiting = people.filter(pl.col("before") & (pl.col("state") == "waiting"))
    result, on_sheet = pl.col("result"), pl.col("on_sheet")
    return {
        "spoilt": _number(waiting, result == "spoilt"),
        "unprinted": _number(waiting, on_sheet & (result == "unprinted")),
        "replanned": _number(waiting, on_sheet & result.is_null()),
    }


def _carried(people: pl.DataFrame) -> pl.DataFrame:
    """Return who is to be remembered, since the export has them still."""
    state, export = pl.col("state"), pl.col("export")
    printed = (state == "printed") & export.is_in(["ready", "held", "rejected"])
    # Nothing is known of one who is held now either: it may be print-ready tomorrow.
    unknown = (state == "held") & pl.col("on_sheet") & pl.col("result").is_null()
    return (
        people.filter(printed | unknown | (state == "open"))
        .select(
            _ID,
            result=pl.when(printed).then(pl.lit("printed")).otherwise(pl.lit("open")),
            date="date",
            source="source",
        )
        .sort(_ID)
        .select(pl.col(name).cast(kind) for name, kind in CARRIED.items())
    )


def _left(people: pl.DataFrame) -> pl.DataFrame:
    """Return who was planned before, is not now, and has no card."""
    state = pl.col("state")
    return (
        people.filter(pl.col("before") & state.is_in(["gone", "held"]))
        .select(
            _ID,
            was="given_on",
            because=pl.when("spoilt", state == "gone")
            .then(pl.lit(SPOILT_GONE))
            .when("spoilt", pl.col("export") == "done")
            .then(pl.lit(SPOILT_DONE))
            .when(state == "gone")
            .then("state")
            .otherwise(pl.col("export").replace("done", "held")),
        )
        .sort(_ID)
        .select(pl.col(name).cast(kind) for name, kind in LEFT.items())
    )


def _given(planned: pl.DataFrame, office: Office, start: date) -> pl.DataFrame:
    """Return where the previous plan prints those who are planned now.

    Of an earlier sheet, only the day is left: the first on which the office is open.
    """
    ahead, on_sheet = pl.col("given_on") >= start, pl.col("on_sheet")
    first = pl.when(on_sheet).then(pl.lit(_first_open(office, start), pl.Date))
    columns = {name: pl.when(ahead).then(name).otherwise(None) for name in GIVEN}
    columns["given_on"] = pl.when(ahead).then("given_on").otherwise(first)
    return planned.select(
        columns[name].cast(kind).alias(name) for name, kind in GIVEN.items()
    )


def _first_open(office: Office, start: date) -> date | None:
    """Return the first working day from the start on; None within a year if none is."""
    days = min(_YEAR, start.max.toordinal() - start.toordinal() + 1)
    worked = np.flatnonzero(calendar(office, start, days).open)
    return start + timedelta(days=int(worked[0])) if len(worked) else None


def _overdue(people: pl.DataFrame, office: Office, start: date) -> int:
    """Count cards printed five working days ago whom the export has print-ready."""
    printed = people.filter(
        (pl.col("state") == "printed") & (pl.col("export") == "ready")
    )
    days = min(_YEAR, start.toordinal() - 1)
    if printed.is_empty() or not days:
        return 0
    first = start - timedelta(days=days)
    worked = np.flatnonzero(calendar(office, first, days).open)
    if len(worked) < _OVERDUE:
        return 0
    latest = first + timedelta(days=int(worked[-_OVERDUE]))
    return _number(printed, pl.col("date") <= latest)


def _asked_about(asked: pl.DataFrame) -> AskedError:
    message = said(
        "{number} applications on the sheets of {sheets} are print-ready still, and "
        "nothing says whether they were printed; hand in those sheets with --done, "
        "filled in, leave the cards out with --open exclude, or plan them again with "
        "--open plan",
        "{number} permohonan di lembar {sheets} masih siap cetak, dan tidak ada "
        "keterangan apakah sudah dicetak; lengkapi lembar itu dan serahkan dengan "
        "--done, kecualikan kartunya dengan --open exclude, atau rencanakan lagi "
        "dengan --open plan",
        number=asked.height,
        sheets=sheets_named(
            asked.select(
                day=pl.coalesce("given_on", "date"),
                printer=pl.coalesce("given_printer", "source"),
            )
        ),
    )
    return AskedError(message, asks="open")


def sheets_named(places: pl.DataFrame) -> str | Said:
    """Return on which sheets people stand, such as "2017-09-12 (printer-1)".

    Parameters
    ----------
    places
        day and printer of each person.
    """
    sheets = places.select("day", "printer").unique().sort(pl.all())
    days = sheets.group_by("day", maintain_order=True).agg("printer")
    named = [f"{day} ({', '.join(printers)})" for day, printers in days.iter_rows()]
    if len(named) <= _DAYS_NAMED:
        return ", ".join(named)
    first, last = str(days["day"][0]), str(days["day"][-1])
    return said("{first} to {last}", "{first} sampai {last}", first=first, last=last)


def _many_gone(
    backlog: Backlog, previous: Plan, people: pl.DataFrame, number: int
) -> AskedError | FolderError | UsageError:
    """Return the question, or that the plan is of another office."""
    if backlog.read and people["export"].null_count() == people.height:
        message = said(
            "plans none of the applications in this export: it is of another office, "
            "or their ids were made with another key; name the last plan of this "
            "office (that one is of {name}), or accept it with --gone accept",
            "tidak memuat satu pun permohonan dari ekspor ini: itu rencana kantor "
            "lain, atau id-nya dibuat dengan kunci lain; sebutkan rencana terakhir "
            "kantor ini (yang disebut milik {name}), atau terima dengan --gone accept",
            name=previous.office.name,
        )
        if isinstance(previous, SavedPlan):
            return FolderError(message, file=str(previous.path))
        return UsageError(said("previous {what}", "previous {what}", what=message))
    message = said(
        "{number} of {before} applications planned before are gone from the export, "
        "and nothing says that they were printed; take a whole export, hand in what "
        "was printed with --done, or accept it with --gone accept",
        "{number} dari {before} permohonan yang direncanakan sebelumnya hilang dari "
        "ekspor, dan tidak ada keterangan bahwa sudah dicetak; ambil ekspor yang "
        "lengkap, serahkan hasil cetak dengan --done, atau terima dengan --gone accept",
        number=number,
        before=previous.backlog.planned,
    )
    return AskedError(message, asks="gone")
