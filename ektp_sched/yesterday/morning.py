"""What a morning begins with: today's export, and what is known of yesterday."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, get_args

from ektp_sched.arguments import check_one_of
from ektp_sched.backlog.told import held_dates, read_told, told_where
from ektp_sched.errors import UsageError
from ektp_sched.office.inputs import kind_of_value
from ektp_sched.words import said
from ektp_sched.yesterday.filled import read_done
from ektp_sched.yesterday.previous import as_previous
from ektp_sched.yesterday.reconcile import GoneChoice, OpenChoice, reconcile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.told import Told, ToldLike
    from ektp_sched.office import Office
    from ektp_sched.yesterday.previous import PreviousLike

DoneLike: TypeAlias = "str | PathLike[str] | Sequence[str | PathLike[str]]"


def with_yesterday(
    backlog: Backlog,
    office: Office,
    *,
    start: date,
    previous: PreviousLike | None = None,
    done: DoneLike | None = None,
    promises: ToldLike | None = None,
    open: OpenChoice | None = None,  # noqa: A002 (the option's name)
    gone: GoneChoice = "ask",
) -> Backlog:
    """Return today's backlog with all that is known of yesterday.

    Parameters
    ----------
    backlog
        Today's export as it was read.
    office, start
        Of the plan to be made.
    previous
        The last plan, or its folder; without it nobody is taken out.
    done
        Filled sheets, lists and printers' logs: a file, or several as they were
        written.  Marked sheets in the folder of the last plan are read before them.
    promises
        Dates that people were told: promises.csv, or a frame with its columns.
    open, gone
        As of `ektp_sched.yesterday.reconcile.reconcile`.

    Raises
    ------
    ektp_sched.errors.AskedError
        Only the office can say how to go on.
    ektp_sched.errors.InputError
        One of the files is not what it should be.
    ektp_sched.errors.UsageError
        An argument is out of its range, or says something of no previous plan.
    """
    if open is not None:
        check_one_of("open", open, get_args(OpenChoice))
    check_one_of("gone", gone, get_args(GoneChoice))
    if previous is None:
        _refuse_alone(done=done is not None, open=open is not None, gone=gone != "ask")
    told = None if promises is None else read_told(promises, backlog, office)
    if previous is not None:
        before = as_previous(previous, start)
        backlog = reconcile(
            backlog,
            office,
            start=start,
            previous=before,
            done=read_done(
                as_files(done), before, office, start, backlog.frame["application_id"]
            ),
            open=open,
            gone=gone,
        )
    return backlog if told is None else _with_dates(backlog, told)


def as_files(done: object) -> list[Path]:
    """Return the paths of filled sheets, of which there may be one, several or none."""
    if done is None:
        return []
    files: list[object] = [done]
    if isinstance(done, Iterable) and not isinstance(done, str | PathLike):
        files = [*done]
    for file in files:
        if not isinstance(file, str | PathLike):
            message = said(
                "done holds {what}; give the path of a filled sheet, list or log, or "
                "several",
                "done memuat {what}; berikan jalur lembar yang sudah diisi, daftar, "
                "atau catatan cetak, boleh beberapa",
                what=kind_of_value(file),
            )
            raise UsageError(message)
    return [Path(str(file)) for file in files]


def _with_dates(backlog: Backlog, told: Told) -> Backlog:
    """Return the backlog with the dates told, and what is known with their numbers."""
    dates = held_dates(backlog, told)
    frame = backlog.frame.with_columns(dates["promised_on"])
    if backlog.known is None:
        return replace(backlog, frame=frame)
    where = told_where(dates)
    counts = backlog.known.counts.model_copy(
        update={
            "promises_joined": where["only_in_file"],
            "promises_earlier_in_export": where["earlier_in_export"],
            "promises_earlier_in_file": where["earlier_in_file"],
            "promises_unknown": told.frame.height - dates["filed"].count(),
        }
    )
    return replace(backlog, frame=frame, known=replace(backlog.known, counts=counts))


def _refuse_alone(**options: bool) -> None:
    """Refuse options that were given and say something of a plan that was not."""
    for name, given in options.items():
        if given:
            message = said(
                "{name} is about an earlier plan; give previous too",
                "{name} menyangkut rencana sebelumnya; berikan juga previous",
                name=name,
            )
            raise UsageError(message)
