"""People: who somebody is, what is known of the card, and what is recorded of it.

Whoever is asked for goes by POST, and stands in an address as a key that only this
browser has: no address, title or log says who came to the counter.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.counter.find import Person, find
from ektp_sched.counter.history import history_of
from ektp_sched.counter.status import Standing, status_of
from ektp_sched.counter.text import status_lines
from ektp_sched.days.corrections import can_be_undone
from ektp_sched.desk.visit import Page
from ektp_sched.errors import EktpSchedError
from ektp_sched.forms.typed import day_of
from ektp_sched.telling import recording
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.responses import Response

    from ektp_sched.counter.history import Event
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.desk.visit import Visit
    from ektp_sched.telling.told import Told

    Verb = Callable[[OfficeFolder, Sequence[str], Visit], Told]

_SHOWN: Final = 20
"""People on a page; more letters find the others."""

_TYPED: Final = ("urgency", "due_on", "reason", "approved_by")
"""Fields that a page gives back as they were typed."""


def _show(visit: Visit) -> Response:
    return visit.page("people.html.j2", asked="", **_nobody(visit))


def _nobody(visit: Visit) -> dict[str, Any]:
    """Return what a page shows where nobody is looked for."""
    folder = visit.folder()
    return {"found": None, "matches": [], "is_new": not folder.ledger.exists}


def _find(visit: Visit) -> Response:
    """Show who is meant; go to the one person, where it is one."""
    asked = visit.text("asked")
    if visit.text("live"):
        return visit.page("people-found.html.j2", **_found(visit, asked))
    matches = find(visit.desk.path, asked, _SHOWN, ledger=visit.desk.ledger)
    if len(matches.people) == 1:
        return visit.go(_address(visit, matches.people[0]) + "#person")
    return visit.go(f"/people/found/{visit.session.key_of(asked)}")


def _list(visit: Visit) -> Response:
    asked = visit.session.kept(visit.request.path_params["key"])
    if not isinstance(asked, str):
        return visit.go("/people")
    return visit.page("people.html.j2", asked=asked, **_found(visit, asked))


def _found(visit: Visit, asked: str) -> dict[str, Any]:
    found = find(visit.desk.path, asked, _SHOWN, ledger=visit.desk.ledger)
    matches = [(_address(visit, person), person) for person in found.people]
    return {**_nobody(visit), "found": found, "matches": matches}


def _address(visit: Visit, person: Person) -> str:
    return f"/people/{visit.session.key_of(person)}"


def _of_person(answer: Callable[[Visit, Person], Response]) -> Callable[..., Response]:
    """Answer for the person whose key stands in the address."""

    def answered(visit: Visit) -> Response:
        person = visit.session.kept(visit.request.path_params["key"])
        if isinstance(person, Person):
            return answer(visit, person)
        return visit.go("/people", _FORGOTTEN_KEY, style="bad")

    return answered


_FORGOTTEN_KEY: Final = said(
    "The desk does not know any more who was asked for; look for the person again.",
    "Meja kerja tidak lagi mengenal siapa yang ditanyakan; carilah lagi orangnya.",
)


def _why(visit: Visit, person: Person) -> Response:
    return _page(visit, person, why=_explanation(visit, person))


def _explanation(visit: Visit, person: Person) -> list[str]:
    """Return why the newest plan gives this day."""
    from ektp_sched.documents.reading import load
    from ektp_sched.output.explain_text import explanation_lines
    from ektp_sched.trust import explain

    plans = visit.folder().plans()
    if not plans:
        return [visit.words.text("desk.people.no_plan")]
    plan = load(plans[-1].path)
    explanation = explain(plan, plan.backlog, plan.office, person.id)
    return explanation_lines(explanation, visit.words)


def _page(visit: Visit, person: Person, **more: Any) -> Response:
    """Return the page of one person, with what somebody typed if that goes on."""
    folder = visit.folder()
    where, ledger = visit.desk.path, visit.desk.ledger
    standing = Standing(on=visit.day, known=False)
    events: tuple[Event, ...] = ()
    if folder.ledger.exists:
        standing = status_of(where, person.id, on=visit.day, ledger=ledger)
        events = history_of(where, person.id, ledger=ledger)
    content: dict[str, Any] = {
        "wrong": (),
        "opened": "",
        "typed": dict.fromkeys(_TYPED, ""),
        "since": (),
        "why": (),
    }
    return visit.page(
        "person.html.j2",
        person=person,
        address=_address(visit, person),
        lines=status_lines(standing) if standing.known else (),
        may=_may(standing),
        printed=_is_printed(standing),
        classes=[*folder.office.classes],
        events=events[::-1],
        rests_on=_last(events),
        may_undo={
            each.act for each in events if can_be_undone(each.kind) and not each.undone
        },
        **content | more,
    )


def _is_printed(standing: Standing) -> bool:
    return bool(standing.prints) and standing.prints[-1].result == "printed"


def _may(standing: Standing) -> frozenset[str]:
    """Return what may be recorded of somebody of whom all that is known."""
    if not standing.known:
        return frozenset()
    printed = _is_printed(standing)
    day = None if standing.place is None else standing.place.day
    on_sheet = day is not None and day <= standing.on
    may = {
        "hand-over": standing.handed is None and (printed or on_sheet),
        "priority": not printed,
        "accept": bool(standing.withheld),
        "reprint": printed,
    }
    return frozenset(name for name, is_so in may.items() if is_so)


def _last(events: Sequence[Event]) -> int:
    """Return the last act that says anything of the person; 0 where none does."""
    return events[-1].act if events else 0


def _recorded(name: str, visit: Visit, person: Person) -> Response:
    """Record what a form says, unless it rests on what is no longer so."""
    events = history_of(visit.desk.path, person.id, ledger=visit.desk.ledger)
    typed = {field: visit.text(field) for field in _TYPED}
    seen = visit.text("rests_on")
    since = [e for e in events if e.act > (int(seen) if seen.isdecimal() else 0)]
    if since:
        return _page(visit, person, since=since, opened=name, typed=typed)
    try:
        told = _VERBS[name](visit.folder(), [person.id], visit)
    except EktpSchedError as error:
        from ektp_sched.failures import failure

        wrong = failure(error).problems
        return _page(visit, person, wrong=wrong, opened=name, typed=typed)
    return visit.go(_address(visit, person), *told.sentences)


def _hand_over(folder: OfficeFolder, whom: Sequence[str], visit: Visit) -> Told:
    return recording.record_handed_over(folder, whom, visit.signature())


def _prefer(folder: OfficeFolder, whom: Sequence[str], visit: Visit) -> Told:
    due_on = visit.text("due_on")
    return recording.record_priority(
        folder,
        whom,
        visit.signature(),
        urgency=visit.text("urgency") or None,
        due_on=day_of(due_on) if due_on else None,
    )


def _accept(folder: OfficeFolder, whom: Sequence[str], visit: Visit) -> Told:
    return recording.accept(folder, whom, visit.signature())


def _reprint(folder: OfficeFolder, whom: Sequence[str], visit: Visit) -> Told:
    return recording.reprint(folder, whom, visit.signature())


_VERBS: Final[dict[str, Verb]] = {
    "hand-over": _hand_over,
    "priority": _prefer,
    "accept": _accept,
    "reprint": _reprint,
}
"""What is recorded of a person, by the last part of the address."""


PAGES: Final = (
    Page("GET", "/people", _show),
    Page("POST", "/people/find", _find),
    Page("GET", "/people/found/{key}", _list),
    Page("GET", "/people/{key}", _of_person(_page)),
    Page("GET", "/people/{key}/why", _of_person(_why)),
    *(
        Page("POST", f"/people/{{key}}/{name}", _of_person(partial(_recorded, name)))
        for name in _VERBS
    ),
)
