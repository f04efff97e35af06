"""Long work as people see it: how far it has come, and how it is cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from ektp_sched.desk.visit import Page
from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.desk.visit import Visit
    from ektp_sched.desk.work import Work


def _work(visit: Visit) -> Work:
    work = visit.desk.works.get(visit.request.path_params["key"])
    if work is None:
        message = said(
            "the desk does not know of this work any more; what it had finished is "
            "there, and what it had not can be started again",
            "meja kerja tidak mengenal pekerjaan ini lagi; yang sudah selesai tetap "
            "ada, dan yang belum dapat dijalankan lagi",
        )
        raise UsageError(message)
    return work


def _show(visit: Visit) -> Response:
    work = _work(visit)
    if work.state == "done":
        return visit.go(work.after)
    if work.asked and work.failure is not None and work.failure.asks:
        return visit.go(f"{work.asked}/{work.key}")
    return visit.page("work.html.j2", work=work)


def _news(visit: Visit) -> Response:
    work = _work(visit)
    stage = visit.words.name("stage", work.stage)
    return JSONResponse({"state": work.state, "stage": stage, "share": work.share})


def _cancel(visit: Visit) -> Response:
    work = _work(visit)
    work.cancel()
    return visit.go(f"/progress/{work.key}")


PAGES: Final = (
    Page("GET", "/progress/{key}", _show),
    Page("GET", "/progress/{key}/news", _news),
    Page("POST", "/progress/{key}/cancel", _cancel),
)
