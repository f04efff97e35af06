"""What a plan is made of, all of one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched import planning
from ektp_sched.days.committed import last_plan
from ektp_sched.days.folder import PLANS
from ektp_sched.days.supplies import blanks_left, office_of
from ektp_sched.documents.reading import load
from ektp_sched.documents.seal import DONE_FILE, TOLD_FILE
from ektp_sched.ledger import newest_of
from ektp_sched.ledger.state import state_of
from ektp_sched.morning.imports import as_used
from ektp_sched.morning.plans import refuse_edited
from ektp_sched.output.tables import csv_bytes
from ektp_sched.places import workplace
from ektp_sched.yesterday import as_previous

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ektp_sched.arguments import Progress
    from ektp_sched.backlog import Backlog
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.documents import Plan
    from ektp_sched.ledger.state import State
    from ektp_sched.office import Office


_DAYS: Final = 60
"""Calendar days that are planned unless the last plan had another number."""

_ID: Final = "application_id"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan is made of, all of one moment.

    Parameters
    ----------
    state
        What the ledger says.
    office
        With blanks and outages as they are known.
    backlog
        The export as it is used.
    blanks
        Blanks this morning, by card type.
    previous
        The last plan; None on a first morning.
    days
        Calendar days that it planned.
    files
        Further files of the plan's folder, by name: what the ledger knows of cards and
        of dates told.
    """

    state: State
    office: Office
    backlog: Backlog
    blanks: Mapping[str, int]
    previous: Plan | None
    days: int
    files: Mapping[str, bytes]


def basis_of(folder: OfficeFolder, backlog: Backlog, day: date) -> Basis:
    """Return all that a plan from a day on is made of."""
    with folder.ledger.reading() as reader:
        state = state_of(reader)
        last = last_plan(folder, reader)
        if last is not None:
            refuse_edited(last, reader)
        office = office_of(folder.office, reader, day)
        used, _ = as_used(backlog, state, folder.office)
        blanks = blanks_left(folder.office, reader, day)
        anew = {act.number: act.day for act in reader.acts("reprint")}
    previous = None if last is None else as_previous(load(last.path), day)
    days = _DAYS if previous is None else previous.days
    files = {TOLD_FILE: _told(state, used)}
    if previous is not None:
        files[DONE_FILE] = _done(state, previous, used, anew)
    return Basis(state, office, used, blanks, previous, days, files)


def made_of(
    folder: OfficeFolder,
    basis: Basis,
    start: date,
    days: int,
    progress: Progress | None,
) -> Plan:
    """Return the plan of all that."""
    with workplace(folder.path / PLANS / "next") as place:
        place.new.mkdir()
        for name, raw in basis.files.items():
            (place.new / name).write_bytes(raw)
        later: dict[str, Any] = {}
        if basis.previous is not None:
            later = {
                "previous": basis.previous,
                "done": place.new / DONE_FILE,
                "open": "exclude",
                "gone": "accept",
            }
        return planning.plan(
            basis.backlog,
            basis.office,
            start=start,
            days=days,
            progress=progress,
            promises=place.new / TOLD_FILE,
            **later,
        )


def _told(state: State, backlog: Backlog) -> bytes:
    """Return the dates that those of an export were told."""
    told = state.told.join(newest_of(state.people), on="person", how="inner")
    told = told.join(backlog.frame.select(_ID), on=_ID, how="semi")
    return csv_bytes(told.select(_ID, ready_by="promised_on").sort(_ID))


def _done(
    state: State, previous: Plan, backlog: Backlog, anew: Mapping[int, date]
) -> bytes:
    """Return what is known of the cards that the last plan or the export has.

    A card to be printed anew has the id of the one before, so that of this one is said
    that it is no good.
    """
    known, frame = previous.backlog.known, previous.backlog.frame
    before = [frame.select(_ID), previous.backlog.held.select(_ID)]
    if known is not None:
        before += [known.carried.select(_ID), known.left.select(_ID)]
    asked = pl.concat(
        [*before, backlog.frame.select(_ID), backlog.held.select(_ID)]
    ).unique()
    people = state.people.join(asked, on=_ID, how="semi")
    newest = newest_of(people)
    words = newest.join(state.results, on="person", how="inner").filter(
        pl.col("result") != "open"
    )
    again = (
        newest.filter(pl.col("since").is_in([*anew]))
        .join(state.results, on="person", how="anti")
        .join(state.given, on="person", how="anti")
        .join(pl.concat(before).unique(), on=_ID, how="semi")
        .select(
            _ID,
            result=pl.lit("spoilt"),
            day=pl.col("since").replace_strict(
                [*anew], [*anew.values()], default=None, return_dtype=pl.Date
            ),
            reason=pl.lit("reprint"),
        )
    )
    words = pl.concat([words.select(again.columns), again]).sort(_ID)
    printed_at = pl.col("day").alias("printed_at")
    return csv_bytes(words.select(_ID, "result", printed_at, "reason"))
