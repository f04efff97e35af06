"""Who waits at an office, for questions about what is to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.prints import PRINTED
from ektp_sched.days.committed import last_plan
from ektp_sched.days.folder import newest_export
from ektp_sched.days.supplies import office_of
from ektp_sched.documents.seal import DONE_FILE, TOLD_FILE
from ektp_sched.ledger import newest_of
from ektp_sched.morning.basis import basis_of
from ektp_sched.morning.intake import read_export
from ektp_sched.yesterday import with_yesterday

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.office import Office

_REJECTS: Final = 0.01
"""Largest share of bad rows to go on with, as of `ektp_sched.morning.today`."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits, and with what they are served.

    Parameters
    ----------
    start
        The morning from which it is so: that of the day, or the next one where the
        sheets of the day are made; whoever stands on them waits no longer then.
    backlog
        Whom the newest export has, less those who are printed or on a sheet.
    office
        With blanks and outages as they are known.
    told
        application_id, promised_on: the dates that they were told.
    export
        Where the newest export is.
    """

    start: date
    backlog: Backlog
    office: Office
    told: pl.DataFrame
    export: Path


def waiting(
    folder: OfficeFolder, day: date, *, max_rejects: float = _REJECTS
) -> Waiting:
    """Return who waits at an office, as a plan of the day would find it.

    Nothing is recorded: an export that is not taken in yet is read as it is.

    Parameters
    ----------
    folder
        The office.
    day
        The day at the office.
    max_rejects
        Largest share of bad rows to go on with.

    Raises
    ------
    ektp_sched.errors.InputError
        There is no export, or one of the office's files is not what it should be.
    """
    export = newest_export(folder)
    backlog = read_export(folder, export, day, max_rejects)
    if not folder.ledger.exists:
        nobody = {"application_id": pl.String, "promised_on": pl.Date}
        told = pl.DataFrame(schema=nobody)
        return Waiting(day, backlog, folder.office, told, export)
    with folder.ledger.reading() as reader:
        last = last_plan(folder, reader)
    is_made = last is not None and last.day >= day
    start = day + timedelta(days=1) if is_made else day
    basis = basis_of(folder, backlog, start)
    with folder.ledger.reading() as reader:
        on_sheets = basis.state.standing(day).join(
            basis.state.seen.select("person", "card"), on="person", how="left"
        )
        cards = on_sheets.select(
            "person", "day", "printer", "card", result=pl.lit(PRINTED)
        )
        office = office_of(folder.office, reader, start, cards if is_made else None)
    with TemporaryDirectory(prefix="ektp-waiting-") as place:
        for name, raw in basis.files.items():
            Path(place, name).write_bytes(raw)
        later = {} if basis.previous is None else {"done": Path(place, DONE_FILE)}
        known = with_yesterday(
            basis.backlog,
            office,
            start=start,
            promises=Path(place, TOLD_FILE),
            previous=basis.previous,
            open=None if basis.previous is None else "exclude",
            gone="ask" if basis.previous is None else "accept",
            **later,
        )
    told = basis.state.told.join(newest_of(basis.state.people), on="person")
    told = told.join(known.frame.select("application_id"), on="application_id")
    told = told.select("application_id", "promised_on").sort("application_id")
    # Where everybody stood on the last plan's sheets says nothing of what may come.
    return Waiting(start, replace(known, known=None), office, told, export)
