"""Who is to be phoned, as the date told cannot be kept, and who was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.identity import is_made, queue_numbers
from ektp_sched.days.overview import overview
from ektp_sched.desk.today import ROWS, checked_export, download, tell
from ektp_sched.desk.visit import Page, Visit
from ektp_sched.errors import UsageError
from ektp_sched.output.rows import PASSED, guarded, passed_beside
from ektp_sched.output.tables import csv_bytes
from ektp_sched.telling import recording
from ektp_sched.words import said

if TYPE_CHECKING:
    from starlette.responses import Response

    from ektp_sched.days.overview import Overview

_COLUMNS: Final = 4
"""Columns of the export that a page shows of each; a download has all."""


def _list(visit: Visit) -> tuple[Overview, pl.DataFrame]:
    """Return whom to phone, new ones first, with what the export says of them."""
    folder = visit.folder()
    now = overview(folder, visit.day)
    late = now.slipped.sort("is_new", descending=True, maintain_order=True)
    ids = late["application_id"]
    called = queue_numbers(ids) if len(ids) and is_made(ids).all() else ids
    late = late.with_columns(called=called)
    if now.export is None or late.is_empty():
        return now, late
    export = checked_export(visit, folder, now.export.path).backlog
    if export is None:  # today's page says what is wrong with it
        return now, late
    return now, late.hstack(passed_beside(ids, export, folder.office))


def _show(visit: Visit) -> Response:
    now, late = _list(visit)
    passed = [name for name in late.columns if name.startswith(PASSED)]
    telling = [n for n in passed if late[n].n_unique() > 1 or late.height == 1]
    return visit.page(
        "phone.html.j2",
        people=[*late.head(ROWS).iter_rows(named=True)],
        passed=telling[:_COLUMNS],
        prefix=PASSED,
        count=late.height,
        rows=ROWS,
        plan=now.plan,
        seen=_rests_on(now),
    )


def _rests_on(now: Overview) -> str:
    return "" if now.plan is None else str(now.plan.number)


def _download(visit: Visit) -> Response:
    """Return the whole list as CSV, for the office alone."""
    _, late = _list(visit)
    plain = late.drop("application_id").rename(lambda name: name.removeprefix(PASSED))
    return download(csv_bytes(guarded(plain)), f"telepon-{visit.day}.csv")


def _told(visit: Visit) -> Response:
    """Record that people were told the day that the plan has for them now."""
    now, late = _list(visit)
    chosen = late.filter(
        pl.col("application_id").is_in(visit.texts("who")), pl.col("day").is_not_null()
    )
    if visit.text("seen") != _rests_on(now):
        message = said(
            "another plan was made meanwhile, and the days may be others; look at the "
            "list again",
            "sementara itu ada rencana baru, jadi tanggalnya bisa berbeda; lihat lagi "
            "daftarnya",
        )
        return visit.go("/today/phone", message, style="bad")
    if chosen.is_empty():
        message = said(
            "tick first who was told the new day",
            "centang dahulu siapa yang sudah tahu",
        )
        raise UsageError(message)
    told = recording.record_told(
        visit.folder(),
        chosen.select("application_id", "day"),
        visit.signature(),
        anew=True,
    )
    return tell(visit, "/today/phone", told)


PAGES: Final = (
    Page("GET", "/today/phone", _show),
    Page("GET", "/today/phone.csv", _download),
    Page("POST", "/today/phone", _told),
)
