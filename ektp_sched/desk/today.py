"""Today: what became of yesterday, the newest export in, and the sheets out."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from starlette.responses import Response

from ektp_sched.days.folder import keep_export
from ektp_sched.days.overview import overview
from ektp_sched.days.paper import printed_before
from ektp_sched.days.sheets import sheets_ahead
from ektp_sched.days.supplies import WHOLE, Down
from ektp_sched.desk.verbs import lines_of
from ektp_sched.desk.visit import Page, Visit
from ektp_sched.errors import EktpSchedError, UsageError
from ektp_sched.failures import failure
from ektp_sched.forms.typed import day_of, share_of, whole_of, written_day
from ektp_sched.output.tables import csv_bytes
from ektp_sched.telling import recording
from ektp_sched.telling.checking import checked
from ektp_sched.telling.recording import outage_sentence
from ektp_sched.telling.undoing import acts_of_day
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.overview import Overview
    from ektp_sched.days.sheets import Sheet
    from ektp_sched.desk.work import Work
    from ektp_sched.ledger import Act
    from ektp_sched.telling.checking import Checked
    from ektp_sched.telling.told import Told

ROWS: Final = 200
"""Rows of a list that a page shows; a download has all."""

_ACTS: Final = 8
"""Acts of the day that its page lists; the history has all."""

_OPEN: Final = ("exclude", "plan")
_GONE: Final = ("accept",)
_REJECTS: Final = ("accept",)
_VERBS: Final = ("today", "rest")


def _show(visit: Visit, **typed: Any) -> Response:
    folder = visit.folder()
    now = overview(folder, visit.day)
    read = None
    if now.export is not None and not now.export.taken_in:
        read = checked_export(visit, folder, now.export.path)
    days = [
        (day, [*sheets])
        for day, sheets in groupby(now.earlier, lambda sheet: sheet.day)
    ]
    running = next(filter(None, map(visit.desk.works.running, _VERBS)), None)
    return visit.page(
        "today.html.j2",
        now=now,
        days=days,
        read=None if read is None else _understood(read, visit),
        running=running,
        ahead=_ahead(folder, now),
        made=_made(visit, now),
        machines=_machines(folder),
        stocked=_stocked(folder),
        outages=[(each.resource, outage_sentence(each)) for each in now.outages],
        seen=_last_act(folder),
        acts=acts_of_day(folder, visit.day, _ACTS) if now.begun else (),
        written_day=written_day,
        typed=typed,
    )


def _understood(read: Checked, visit: Visit) -> dict[str, Any]:
    """Return what was understood of an export, for a page."""
    from ektp_sched.output.understood import held_lines, read_as, reconciled

    words, backlog = visit.words, read.backlog
    shown: dict[str, Any] = {
        "problems": read.problems,
        "is_limited": read.is_limited,
        "notices": [words.notice(notice) for notice in read.notices],
        "counts": "",
        "read_as": "",
        "held": [],
        "rejected": 0,
    }
    if backlog is not None and read.office is not None:
        shown |= {
            "counts": reconciled(backlog, words),
            "read_as": read_as(backlog, words),
            "held": held_lines(backlog, read.office, words),
            "rejected": backlog.rejected,
        }
    return shown


def _machines(folder: OfficeFolder) -> list[str]:
    return [each.id for each in (*folder.office.printers, *folder.office.servers)]


def _stocked(folder: OfficeFolder) -> list[str]:
    """Return the card types whose blanks are counted."""
    cards = folder.office.cards.items()
    return [name for name, card in cards if card.stock is not None]


def _last_act(folder: OfficeFolder) -> int:
    """Return the number of the last act, which forms carry."""
    if not folder.ledger.exists:
        return 0
    with folder.ledger.reading() as reader:
        return reader.number


def newer_acts(folder: OfficeFolder, seen: str, *kinds: str) -> list[Act]:
    """Return what somebody recorded since a form was opened."""
    if not folder.ledger.exists or not seen.isdecimal():
        return []
    with folder.ledger.reading() as reader:
        return [act for act in reader.acts(*kinds) if act.number > int(seen)]


def _ahead(
    folder: OfficeFolder, now: Overview
) -> tuple[date, list[tuple[str, int]]] | None:
    """Return the next day with prints, its sheets, and how often each is on paper."""
    ahead = None if now.plan is None else sheets_ahead(now.plan)
    if ahead is None or now.plan is None:
        return None
    with folder.ledger.reading() as reader:
        times = printed_before(reader.acts("sheet"))
    day, printers = ahead
    return day, [(name, times[now.plan.number, day, name]) for name in printers]


def _made(visit: Visit, now: Overview) -> list[tuple[str, list[str]]]:
    """Return what there is to say of the plan of this day."""
    from ektp_sched.documents.reading import load
    from ektp_sched.output.digest import proof
    from ektp_sched.output.view.records import records_section
    from ektp_sched.output.view.yesterday import yesterday_section

    if now.plan is None:
        return []
    words, plan = visit.words, load(now.plan.path)
    sections: list[tuple[str, list[str]]] = []
    for verb in _VERBS:
        work = visit.desk.works.newest(verb)
        if work is not None and work.result.get("plan") == now.plan.number:
            sections += [(title, lines) for title, lines in work.result[words.code]]
    if not sections:
        for section in (yesterday_section(plan, words), records_section(plan, words)):
            sections.append((section.title, lines_of(section)))
    notices = [words.notice(notice) for notice in plan.notices]
    sections.append((words.text("desk.today.proven"), [proof(plan, words), *notices]))
    return [(title, lines) for title, lines in sections if lines]


def tell(visit: Visit, path: str, told: Told) -> Response:
    """Return that a page is next which first says what was recorded."""
    visit.session.told += [("bad", line) for line in told.rejects]
    return visit.go(path, *told.sentences)


def _plan(visit: Visit) -> Response:
    """Plan the day, or what is left of it."""
    verb = visit.text("verb") or "today"
    if verb not in _VERBS:
        return visit.go("/today")
    given: dict[str, Any] = {}
    if (choice := visit.text("open")) in _OPEN:
        given["open"] = choice
    if (choice := visit.text("gone")) in _GONE:
        given["gone"] = choice
    if visit.text("rejects") in _REJECTS:
        given["max_rejects"] = 1.0
    if verb == "rest" and visit.text("left"):
        try:
            given["left"] = str(share_of(visit.text("left")))
        except UsageError as error:
            return _refused(visit, "rest", error)
    return visit.start(verb, "/today", asked="/today/asked", **given)


def _asked(visit: Visit) -> Response:
    """Ask what only the office can answer, with the answers as buttons."""
    work = visit.desk.works.get(visit.request.path_params["key"])
    if work is None or work.failure is None or not work.failure.asks:
        return visit.go("/today")
    earlier: Sequence[Sheet] = ()
    if work.failure.asks == "open":
        earlier = overview(visit.folder(), visit.day).earlier
    return visit.page(
        "asked.html.j2",
        work=work,
        asks=work.failure,
        earlier=earlier,
        answered=_answered(work),
    )


def _answered(work: Work) -> dict[str, str]:
    """Return what was answered before, for the next answer to keep."""
    answers = {name: work.arguments.get(name, "") for name in ("open", "gone")}
    left = work.arguments.get("left")
    answers["rejects"] = "accept" if "max_rejects" in work.arguments else ""
    return {**answers, "left": "" if left is None else f"{Decimal(left) * 100:f}"}


def _drop(visit: Visit) -> Response:
    """Keep the export that was dropped."""
    folder, files = visit.folder(), visit.uploads("export")
    if not files:
        message = said(
            "choose the file of the export first", "pilih dahulu berkas ekspornya"
        )
        raise UsageError(message)
    for path in files:
        kept = keep_export(folder, path, visit.day)
    sentence = said(
        "The export is kept as {file}. Look below whether it was understood.",
        "Ekspor disimpan sebagai {file}. Periksa di bawah apakah sudah terbaca benar.",
        file=kept.name,
    )
    return visit.go("/today#export", sentence)


def _export(visit: Visit) -> Response:
    """Show how the newest export was understood, and which rows are wrong."""
    from ektp_sched.output.understood import reject_lines

    export, read = _newest(visit)
    backlog = None if read is None else read.backlog
    lines: list[str] = []
    if backlog is not None:
        rejects = backlog.rejects.sort("row", maintain_order=True)
        lines = [*reject_lines(rejects.head(ROWS), visit.words)]
    return visit.page(
        "export.html.j2",
        file=None if export is None else export.name,
        read=None if read is None else _understood(read, visit),
        lines=lines,
        rows=ROWS,
    )


def _newest(visit: Visit) -> tuple[Path | None, Checked | None]:
    from ektp_sched.days.folder import newest_export
    from ektp_sched.errors import FolderError

    folder = visit.folder()
    try:
        export = newest_export(folder)
    except FolderError:
        return None, None
    return export, checked_export(visit, folder, export)


def checked_export(visit: Visit, folder: OfficeFolder, export: Path) -> Checked:
    """Return how an export is understood, read once as long as nothing changes."""
    stat, office = export.stat(), folder.office
    key = export, stat.st_mtime_ns, stat.st_size, office.source_digest, visit.day
    kept = visit.desk.checked
    if kept is None or kept[0] != key:
        kept = visit.desk.checked = key, checked(export, office, start=visit.day)
    return kept[1]


def _rejects(visit: Visit) -> Response:
    """Return all rows of the export that cannot be used, as CSV."""
    _, read = _newest(visit)
    if read is None or read.backlog is None:
        return visit.go("/today")
    words = visit.words
    rejects = read.backlog.rejects.with_columns(
        text=read.backlog.rejects["reason"].map_elements(
            words.reason, return_dtype=pl.String
        )
    )
    return download(csv_bytes(rejects), f"ditolak-{visit.day}.csv")


def download(raw: bytes, name: str, kind: str = "text/csv; charset=utf-8") -> Response:
    """Return a file to be kept; its name is ours."""
    disposition = f'attachment; filename="{name}"'
    headers = {"content-disposition": disposition}
    return Response(raw, media_type=kind, headers=headers)


def _refused(visit: Visit, form: str, error: Exception) -> Response:
    """Show the page again with what was typed, and what is wrong beside it."""
    if not isinstance(error, EktpSchedError):
        raise error
    typed = {name: value for name, value in visit.form.items() if name != "token"}
    wrong = {"form": form, "wrong": failure(error).sentence, **typed}
    return _show(visit, **wrong)


def _overtaken(visit: Visit, kind: str) -> None:
    """Refuse a form of which somebody said something since it was opened."""
    acts = newer_acts(visit.folder(), visit.text("seen"), kind)
    if acts:
        message = said(
            "meanwhile {who} recorded the same kind of thing (act {act}); look at it "
            "and send yours again if it still holds",
            "sementara itu {who} sudah mencatat hal serupa (catatan {act}); periksa "
            "dahulu, lalu kirim lagi kalau memang masih perlu",
            who=acts[-1].by,
            act=str(acts[-1].number),
        )
        raise UsageError(message)


def _outage(visit: Visit) -> Response:
    """Record that a machine does less, or works again."""
    try:
        _overtaken(visit, "outage")
        ends = visit.text("to")
        down = Down(
            visit.text("machine"),
            day_of(visit.text("from")),
            day_of(ends) if ends else None,
            int(share_of(visit.text("left") or "0") * WHOLE),
        )
        told = recording.record_outage(visit.folder(), down, visit.signature())
    except EktpSchedError as error:
        return _refused(visit, "outage", error)
    return tell(visit, "/today", told)


def _works(visit: Visit) -> Response:
    """Record that a machine works again from today on."""
    down = Down(visit.text("machine"), visit.day, None, WHOLE)
    told = recording.record_outage(visit.folder(), down, visit.signature())
    return tell(visit, "/today", told)


def _blanks(visit: Visit) -> Response:
    """Record how many blanks there are."""
    try:
        _overtaken(visit, "count")
        cards = visit.texts("card")
        counts: dict[str | None, int] = {
            card: whole_of(number)
            for card, number in zip(cards, visit.texts("blanks"), strict=False)
            if number
        }
        if not counts:
            message = said("write a number of blanks", "tulislah jumlah blangkonya")
            raise UsageError(message)
        told = recording.record_counts(visit.folder(), counts, visit.signature())
    except EktpSchedError as error:
        return _refused(visit, "blanks", error)
    return tell(visit, "/today", told)


PAGES: Final = (
    Page("GET", "/today", _show),
    Page("POST", "/today/plan", _plan),
    Page("GET", "/today/asked/{key}", _asked),
    Page("POST", "/today/export", _drop),
    Page("GET", "/today/export", _export),
    Page("GET", "/today/export/rejects.csv", _rejects),
    Page("POST", "/today/outage", _outage),
    Page("POST", "/today/works", _works),
    Page("POST", "/today/blanks", _blanks),
)
