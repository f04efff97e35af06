"""Today: the newest export in, the sheets out, and what became of the cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.desk.visit import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ektp_sched.desk.visit import Visit

__all__ = ["PAGES"]


def _show(visit: Visit) -> Response:
    folder = visit.folder()
    plans = [plan for plan in folder.plans() if plan.day == visit.day]
    return visit.page("today.html.j2", plans=plans)


def _plan(visit: Visit) -> Response:
    return visit.start("today", "/today")


PAGES: Final = (
    Page("GET", "/today", _show),
    Page("POST", "/today/plan", _plan),
)
