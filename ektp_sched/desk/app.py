"""The desk as an application: who is let in, and which page answers.

A page of another site may make a browser send requests here, and a name of its own may
lead to 127.0.0.1; other programs of this machine may ask too.  So the host that was
asked for, the page that a form comes from and a random token must all be right.
Cookies do not tell one port of 127.0.0.1 from another, and nor does SameSite.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
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
from ektp_sched.desk.visit import Visit
from ektp_sched.failures import failure
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ektp_sched.desk.visit import Desk, Page


COOKIE: Final = "ektp_desk"

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page of the desk may do: show itself and ask the desk."""

_HEADERS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

REFUSED: Final = {
    400: said(
        "This address is not that of the desk; open the one that it printed.",
        "Alamat ini bukan alamat meja kerja; bukalah alamat yang dicetaknya.",
    ),
    401: said(
        "This browser was not let in, or the desk was started anew. Open the address "
        "that `ektp-sched desk` printed last; it works once.",
        "Peramban ini belum diizinkan, atau meja kerja baru dijalankan ulang. Bukalah "
        "alamat yang terakhir dicetak `ektp-sched desk`; alamat itu berlaku satu kali.",
    ),
    403: said(
        "This request comes from another page than the desk's, and nothing was done.",
        "Permintaan ini datang dari halaman lain, bukan dari meja kerja; tidak ada "
        "yang dilakukan.",
    ),
    404: said("There is no such page.", "Halaman itu tidak ada."),
    405: said(
        "This page is not asked for in this way.",
        "Halaman ini tidak diminta dengan cara itu.",
    ),
    413: said(
        "That is more than the desk takes at once: at most {most} MiB.",
        "Itu terlalu besar untuk sekali kirim: paling besar {most} MiB.",
        most=200,
    ),
}
"""Why a request is refused, by the status of the answer."""


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


def cookie_name(port: int) -> str:
    """Return the name of the cookie of one desk among several on a machine."""
    return f"{COOKIE}_{port}"


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses what comes from elsewhere, and says to browsers what pages may do.

    Parameters
    ----------
    app
        What is asked if nothing is wrong.
    port
        Of this desk.
    """

    app: ASGIApp
    port: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("content-security-policy", POLICY)
                message["headers"] = headers.raw
            await send(message)

        status = self._refusal(Headers(scope=scope), scope["method"])
        if status is None:
            await self.app(scope, receive, with_headers)
            return
        await plain_refusal(status)(scope, receive, with_headers)

    def _refusal(self, headers: Headers, method: str) -> int | None:
        """Return with which status a request is refused; None if it is not."""
        hosts = headers.getlist("host")
        own = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost")}
        if len(hosts) != 1 or hosts[0] not in own:
            return 400
        site = headers.getlist("sec-fetch-site")
        if method in ("GET", "HEAD"):
            # Another page may lead here; what it would load from here it does not get.
            leads = headers.getlist("sec-fetch-mode") in ([], ["navigate"])
            return None if leads or site == ["same-origin"] else 403
        if method != "POST":
            return 405
        origins = headers.getlist("origin")
        if origins == [f"http://{hosts[0]}"]:
            return None
        # Where pages send no referrer, a browser calls the origin of a form "null"; but
        # then it says itself, and no page can, whether the form is of the same origin.
        is_unsaid = origins in ([], ["null"])
        return None if is_unsaid and site == ["same-origin"] else 403


def plain_refusal(status: int, sentence: Said | None = None) -> Response:
    """Return an answer that needs no session: what is wrong, in both languages."""
    text = sentence or REFUSED.get(status, REFUSED[404])
    return HTMLResponse(
        '<!DOCTYPE html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">'
        f"<title>{status}</title></head><body><main><h1>{escape(text.indonesian)}</h1>"
        f'<p lang="en">{escape(str(text))}</p></main></body></html>',
        status,
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
