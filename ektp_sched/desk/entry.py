"""How one comes in: who works today, in which language, on which day; and goes."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ektp_sched.desk.visit import Page, Visit, own_path
from ektp_sched.errors import EktpSchedError, UsageError
from ektp_sched.failures import failure
from ektp_sched.forms.typed import day_of, written_day
from ektp_sched.words import LANGUAGES, said

if TYPE_CHECKING:
    from starlette.responses import Response

    from ektp_sched.words import Said

_MOST: Final = 80


def _index(visit: Visit) -> Response:
    return visit.go("/today")


def _who(visit: Visit, wrong: Said | None = None) -> Response:
    known = _names_in(visit)
    given = visit.text("who") or visit.session.who
    if not given:
        with suppress(Exception):  # a system may have no name for whoever works
            given = known[0] if known else getpass.getuser()
    day = visit.text("day") or written_day(visit.day)
    return visit.page(
        "who.html.j2", known=known, given=given, written_day=day, wrong=wrong
    )


def _begin(visit: Visit) -> Response:
    name = visit.text("who")
    if not name or len(name) > _MOST or not name.isprintable():
        wrong = said(
            "say who works here: a name of 1 to {most} characters",
            "sebutkan siapa yang bekerja di sini: nama dengan 1 sampai {most} karakter",
            most=_MOST,
        )
        return _who(visit, wrong)
    try:
        day = day_of(visit.text("day"))
    except UsageError as error:
        return _who(visit, failure(error).sentence)
    visit.session.who = name
    # The system's day goes on at midnight; one that was said stays.
    visit.session.day = None if day == visit.desk.today else day
    return visit.go("/")


def _names_in(visit: Visit) -> list[str]:
    """Return who signed acts of the ledger, whoever did last first."""
    try:
        folder = visit.folder()
        if not folder.ledger.exists:
            return []
        with folder.ledger.reading() as reader:
            return [*dict.fromkeys(act.by for act in reversed(reader.acts()))][:20]
    except EktpSchedError:  # the first page that needs it says what is wrong
        return []


def _speak(visit: Visit) -> Response:
    code = visit.text("code")
    visit.session.language = code if code in LANGUAGES else ""
    return visit.go(own_path(visit.text("back")))


def _close(visit: Visit) -> Response:
    visit.desk.close()
    return visit.page("closed.html.j2")


PAGES: Final = (
    Page("GET", "/", _index),
    Page("GET", "/who", _who, is_open=True),
    Page("POST", "/who", _begin, is_open=True),
    Page("POST", "/language", _speak, is_open=True),
    Page("POST", "/close", _close, is_open=True),
)
