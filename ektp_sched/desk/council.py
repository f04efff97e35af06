"""Council: what was planned and what came of it, and how anybody can check it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from ektp_sched.days.corrections import can_be_undone
from ektp_sched.desk.checks import MONTHS
from ektp_sched.desk.visit import Page
from ektp_sched.errors import UsageError
from ektp_sched.failures import failure
from ektp_sched.forms.typed import day_of, written_day
from ektp_sched.ledger.tables import KINDS
from ektp_sched.morning.handed import CHECKERS, evidence_of
from ektp_sched.output.draw.page import policy_of
from ektp_sched.output.report.rebuild import REPORT
from ektp_sched.telling.ledger import history_table
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.desk.visit import Visit
    from ektp_sched.words import Said

_PLANS: Final = 10
"""Plans on a page."""

_ACTS: Final = 50
"""Acts on a page."""

_HEADS: Final = 50
"""Heads from paper that are compared at once."""


def _show(visit: Visit, wrong: Said | None = None) -> Response:
    folder = visit.folder()
    plans = folder.plans()[::-1]
    page = _page_number(visit, len(plans), _PLANS)
    return visit.page(
        "council.html.j2",
        plans=plans[_PLANS * page : _PLANS * (page + 1)],
        with_report={p.number for p in plans if (p.path / REPORT).is_file()},
        page=page,
        pages=_pages(len(plans), _PLANS),
        months=sorted(_months(folder), reverse=True),
        first=visit.text("first") or written_day(visit.day.replace(day=1)),
        last=visit.text("last") or written_day(visit.day),
        wrong=wrong,
        has_ledger=folder.ledger.exists,
        checkers=CHECKERS,
        verify_plan=_result(visit, "verify_plan"),
        verify_ledger=_result(visit, "verify_ledger"),
    )


def _result(visit: Visit, verb: str) -> Mapping[str, Any] | None:
    """Return what came of the newest work of a kind; None where there is nothing."""
    work = visit.desk.works.newest(verb)
    return work.result if work is not None and work.state == "done" else None


def _page_number(visit: Visit, number: int, each: int) -> int:
    """Return the page that is asked for, from 0, of those that there are."""
    asked = visit.request.query_params.get("page", "")
    page = int(asked) - 1 if asked.isdecimal() and len(asked) < 7 else 0
    return min(max(page, 0), _pages(number, each) - 1)


def _pages(number: int, each: int) -> int:
    return max(1, -(-number // each))


def _months(folder: OfficeFolder) -> dict[str, Path]:
    """Return the folders of months by name, such as ``2017-09-01_2017-09-30``."""
    pages = (folder.path / MONTHS).glob(f"*/{REPORT}")
    return {report.parent.name: report.parent for report in pages}


def _plan(visit: Visit) -> PlanFolder:
    number = visit.request.path_params["number"]
    for plan in visit.folder().plans():
        if str(plan.number) == number:
            return plan
    message = said(
        "there is no plan {number} in this office folder",
        "tidak ada rencana {number} dalam folder kantor ini",
        number=number,
    )
    raise UsageError(message)


def _plan_report(visit: Visit) -> Response:
    return _as_it_is(_plan(visit).path / REPORT)


def _month(visit: Visit) -> Path:
    name = visit.request.path_params["month"]
    months = _months(visit.folder())
    if name not in months:
        message = said(
            "there is no report of these days; make it first",
            "belum ada laporan untuk hari-hari itu; buatlah dahulu",
        )
        raise UsageError(message)
    return months[name]


def _month_report(visit: Visit) -> Response:
    return _as_it_is(_month(visit) / REPORT)


def _month_lists(visit: Visit) -> Response:
    month = _month(visit)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    data = (month / "audit.xlsx").read_bytes()
    return _download(data, kind, f"audit-{month.name}.xlsx")


def _as_it_is(report: Path) -> Response:
    """Return a page of this program with its own style, which alone it may use."""
    page = report.read_bytes()
    headers = {"content-security-policy": policy_of(page)}
    return Response(page, media_type="text/html", headers=headers)


def _evidence(visit: Visit, *, public: bool) -> Response:
    plan = _plan(visit)
    pack = evidence_of(visit.folder(), plan.day, visit.words, public=public)
    kind = visit.words.text(f"desk.council.{'public' if public else 'evidence'}_file")
    return _download(pack, "application/zip", f"{kind}-{plan.day}.zip")


def _download(data: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)


def _verify(visit: Visit) -> Response:
    plan = _plan(visit)
    return visit.start("verify_plan", "/council#plans", number=plan.number)


def _verify_ledger(visit: Visit) -> Response:
    """Check the ledger against heads as somebody typed them from paper."""
    heads = visit.text("heads").replace(",", " ").split()[:_HEADS]
    return visit.start("verify_ledger", "/council#ledger", heads=heads)


def _tell_month(visit: Visit) -> Response:
    try:
        first, last = day_of(visit.text("first")), day_of(visit.text("last"))
    except UsageError as error:
        return _show(visit, failure(error).sentence)
    if first > last:
        wrong = said(
            "the first day is after the last; exchange them",
            "hari pertama sesudah hari terakhir; tukarkan",
        )
        return _show(visit, wrong)
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return visit.start("month", "/council#months", **days)


def _history(visit: Visit) -> Response:
    """Show what was done, the newest first; no row says who a resident is."""
    folder, words = visit.folder(), visit.words
    kind = visit.request.query_params.get("kind", "")
    kinds = (kind,) if kind in KINDS else ()
    acts, undone = [], frozenset[int]()
    if folder.ledger.exists:
        with folder.ledger.reading() as reader:
            acts, undone = reader.acts(*kinds, live=False)[::-1], reader.undone
    page = _page_number(visit, len(acts), _ACTS)
    acts_shown = acts[_ACTS * page : _ACTS * (page + 1)]
    return visit.page(
        "history.html.j2",
        table=history_table(acts_shown, undone, words),
        may_undo=[
            act.number if can_be_undone(act.kind) and act.number not in undone else 0
            for act in acts_shown
        ],
        count=len(acts),
        kind=kind if kinds else "",
        kinds=[*KINDS],
        page=page,
        pages=_pages(len(acts), _ACTS),
    )


_OF_PLAN: Final = "/council/plans/{number}"
_OF_MONTH: Final = "/council/months/{month}"

PAGES: Final = (
    Page("GET", "/council", _show),
    Page("GET", f"{_OF_PLAN}/report", _plan_report),
    Page("GET", f"{_OF_PLAN}/evidence.zip", partial(_evidence, public=False)),
    Page("GET", f"{_OF_PLAN}/public.zip", partial(_evidence, public=True)),
    Page("POST", f"{_OF_PLAN}/verify", _verify),
    Page("POST", "/council/month", _tell_month),
    Page("GET", f"{_OF_MONTH}/report", _month_report),
    Page("GET", f"{_OF_MONTH}/lists", _month_lists),
    Page("POST", "/council/ledger", _verify_ledger),
    Page("GET", "/council/history", _history),
)
