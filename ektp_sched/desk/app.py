"""The desk as an application: who is let in, and which page answers."""

from __future__ import annotations

from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ektp_sched.desk import (
    council,
    entry,
    first,
    headings,
    longer,
    office,
    people,
    phoning,
    printing,
    scenarios,
    settle,
    today,
    undoing,
    whatif,
)
from ektp_sched.desk.safety import Guard, cookie_name, plain_refusal
from ektp_sched.desk.visit import Visit
from ektp_sched.failures import failure
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from ektp_sched.desk.visit import Desk, Page


PAGES: Final[tuple[Page, ...]] = (
    *entry.PAGES,
    *first.PAGES,
    *headings.PAGES,
    *longer.PAGES,
    *today.PAGES,
    *settle.PAGES,
    *printing.PAGES,
    *phoning.PAGES,
    *whatif.PAGES,
    *scenarios.PAGES,
    *people.PAGES,
    *council.PAGES,
    *undoing.PAGES,
    *office.PAGES,
)


LARGEST: Final = 200 * 1024 * 1024
"""Bytes that one form may bring, files included."""

_FIELDS: Final = 20_000
"""Fields that one form may have: an office with many areas has thousands."""


_NO_FORM: Final = said(
    "This form did not arrive as it was sent, and nothing was done; go back and send "
    "it again.",
    "Formulir ini tidak tiba utuh, dan tidak ada yang dilakukan; kembali, lalu kirim "
    "lagi.",
)


def desk_app(desk: Desk) -> Guard:
    """Return the desk as an ASGI application."""
    by_path: dict[str, dict[str, Page]] = {}
    for page in PAGES:
        by_path.setdefault(page.path, {})[page.method] = page
    routes = [
        Route("/style.css", _static("style.css", "text/css")),
        Route("/desk.js", _static("desk.js", "text/javascript")),
        Route("/open", partial(_open, desk)),
        *(
            Route(path, partial(_answered, desk, pages), methods=[*pages])
            for path, pages in by_path.items()
        ),
    ]
    app = Starlette(
        routes=routes,
        max_body_size=LARGEST,
        exception_handlers={HTTPException: _refused, Exception: _broken},
    )
    return Guard(app, desk.port)


async def _refused(_: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    # The guard has seen the address already: what is bad now is the form.
    return plain_refusal(status, _NO_FORM if status == 400 else None)


async def _broken(_: Request, error: Exception) -> Response:
    return plain_refusal(500, failure(error).sentence)


async def _open(desk: Desk, request: Request) -> Response:
    """Let the browser in that has the address; once."""
    opened = desk.sessions.open(request.query_params.get("token", ""))
    if opened is None:
        return plain_refusal(401)
    key, _ = opened
    answer = RedirectResponse("/", 303)
    name = cookie_name(desk.port)
    answer.set_cookie(name, key, httponly=True, samesite="strict", path="/")
    return answer


async def _answered(desk: Desk, pages: dict[str, Page], request: Request) -> Response:
    """Return the answer to a request of somebody who was let in."""
    session = desk.sessions.get(request.cookies.get(cookie_name(desk.port), ""))
    if session is None:
        return plain_refusal(401)
    method = "GET" if request.method == "HEAD" else request.method
    page = pages[method]
    visit = Visit(desk, session, request)
    if method != "POST":
        return await run_in_threadpool(_answer, page, visit)
    async with request.form(max_fields=_FIELDS, max_part_size=4 * 1024 * 1024) as form:
        if not session.has_token(str(form.get("token", ""))):
            return plain_refusal(401)
        visit.form = form
        try:
            return await run_in_threadpool(_answer, page, visit)
        finally:
            visit.discard()


def _answer(page: Page, visit: Visit) -> Response:
    try:
        if not page.is_open:
            if visit.desk.office_file is None:
                return visit.go("/first")
            if not visit.session.who:
                return visit.go("/who")
        return page.answer(visit)
    except Exception as error:  # is said on a page, whatever it is
        return visit.failed(error)


def _static(name: str, media_type: str) -> Callable[..., Any]:
    async def answer(_: Request) -> Response:
        return Response(_file(name), media_type=media_type)

    return answer


@cache
def _file(name: str) -> str:
    own = (resources.files("ektp_sched.desk") / "static" / name).read_text("utf-8")
    if name != "style.css":
        return own
    shared = resources.files("ektp_sched.output.draw") / "style.css"
    return shared.read_text("utf-8") + own
