"""An act is taken back: what that does is shown first, and then it is said why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.desk.visit import Page, Visit, own_path
from ektp_sched.errors import EktpSchedError
from ektp_sched.failures import failure
from ektp_sched.telling import recording
from ektp_sched.telling.undoing import foretold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from ektp_sched.ledger import Act
    from ektp_sched.telling.undoing import Foretold
    from ektp_sched.words import Said

_HISTORY: Final = "/council/history"


def _asked(visit: Visit) -> Foretold:
    return foretold(visit.folder(), int(visit.request.path_params["number"]))


def _show(visit: Visit) -> Response:
    return _page(visit, _asked(visit), visit.request.query_params.get("back", ""))


def _page(
    visit: Visit,
    told: Foretold,
    back: str,
    status: int = 200,
    *,
    newer: Sequence[Act] = (),
    wrong: Sequence[Said] = (),
) -> Response:
    return visit.page(
        "undo.html.j2",
        status,
        act=told.meant.act,
        meant=told.meant,
        what=told.what,
        rests_on=told.last,
        back=own_path(back, _HISTORY),
        newer=newer,
        wrong=wrong,
    )


def _undo(visit: Visit) -> Response:
    """Take the act back, unless that rests on what is no longer so."""
    told, back = _asked(visit), visit.text("back")
    seen = visit.text("rests_on")
    known = int(seen) if seen.isdecimal() else 0
    newer = [act for act in told.since if act.number > known]
    if newer or told.meant.undone_by is not None:
        return _page(visit, told, back, 409, newer=newer)
    number = told.meant.act.number
    try:
        done = recording.undo(visit.folder(), number, visit.signature())
    except EktpSchedError as error:
        return _page(visit, told, back, 400, wrong=failure(error).problems)
    return visit.go(own_path(back, _HISTORY), *done.sentences)


PAGES: Final = (
    Page("GET", "/acts/{number:int}/undo", _show),
    Page("POST", "/acts/{number:int}/undo", _undo),
)
