"""Sheets on paper: from the browser or as a workbook, each print recorded."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from ektp_sched.days.paper import Paper, paper_of, printed_before
from ektp_sched.days.sheets import sheet_file
from ektp_sched.desk.today import download
from ektp_sched.desk.visit import Page, Visit
from ektp_sched.documents.reading import load
from ektp_sched.errors import UsageError
from ektp_sched.output.paper_page import as_copy, paper_sheet
from ektp_sched.telling import recording
from ektp_sched.words import said

if TYPE_CHECKING:
    from starlette.responses import Response

    from ektp_sched.days.folder import OfficeFolder

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _print(visit: Visit) -> Response:
    """Record that sheets are printed, and return the page to print them from."""
    papers = [_paper(text) for text in visit.texts("sheet")]
    if not papers:
        return visit.go("/today")
    folder = visit.folder()
    told = recording.record_paper(folder, papers, visit.signature())
    act = told.document["act"]
    if visit.text("as") == "xlsx":
        return _workbook(visit, folder, papers[0])
    return visit.go(f"/today/print/{act}")


def _paper(text: str) -> Paper:
    """Return the sheet that a form names: plan, day, copy and printer."""
    try:
        plan, day, copy, printer = text.split(" ", 3)
        return Paper(int(plan), date.fromisoformat(day), printer, int(copy))
    except ValueError:
        message = said("there is no such sheet", "lembar itu tidak ada")
        raise UsageError(message) from None


def _workbook(visit: Visit, folder: OfficeFolder, paper: Paper) -> Response:
    """Return the sheet as it lies in the plan's folder; a second one says so."""
    with folder.ledger.reading() as reader:
        acts = {act.plan: act for act in reader.acts("plan", "adopt")}
    place = folder.path / str(acts[paper.plan].detail["path"])
    file = sheet_file(place, paper.day, paper.printer)
    assert file is not None  # it was printed just now
    name = f"{paper.day}-{file.name}"
    if file.suffix != ".xlsx":
        return download(file.read_bytes(), name)
    if paper.copy == 1:
        return download(file.read_bytes(), name, _XLSX)
    words = visit.words.text("desk.print.copy", copy=paper.copy)
    return download(as_copy(file, words), name, _XLSX)


def _show(visit: Visit) -> Response:
    """Show the sheets that one act put on paper, to be printed."""
    folder = visit.folder()
    number = visit.request.path_params["act"]
    with folder.ledger.reading() as reader:
        acts = [act for act in reader.acts("sheet") if act.number == number]
        if not acts:
            message = said("nothing was printed there", "tidak ada cetakan itu")
            raise UsageError(message)
        papers = paper_of(acts[0])
        times = printed_before(reader.acts("sheet"))
        plans = {act.plan: act for act in reader.acts("plan", "adopt")}
        voids = reader.facts("voids").select("plan", "day", "printer").rows()
    saved = {
        plan: load(folder.path / str(plans[plan].detail["path"]))
        for plan in {paper.plan for paper in papers}
    }
    # Printed again since, or void: what stands here then is not to be printed.
    sheets = [
        (paper, paper_sheet(saved[paper.plan], paper.day, paper.printer, visit.words))
        for paper in papers
        if paper.key not in voids and times[paper.key] == paper.copy
    ]
    return visit.page(
        "print.html.j2",
        sheets=sheets,
        left=len(papers) - len(sheets),
        starts={number: plan.start for number, plan in saved.items()},
    )


PAGES: Final = (
    Page("POST", "/today/print", _print),
    Page("GET", "/today/print/{act:int}", _show),
)
