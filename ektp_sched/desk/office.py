"""The office file as a form: each mistake beside its field, each change shown first."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from ektp_sched.desk.changing import office_form
from ektp_sched.desk.visit import OFFICES, Page
from ektp_sched.errors import AskedError, EktpSchedError
from ektp_sched.failures import failure
from ektp_sched.office import calendar
from ektp_sched.office.office import office_of
from ektp_sched.places import replace_file
from ektp_sched.rules.fields import DAYS
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from ektp_sched.desk.changing import RulesForm, Typed
    from ektp_sched.desk.visit import Visit

__all__ = ["PAGES", "day_name", "form_in", "save_office"]

_AHEAD: Final = 120
"""Days of which holidays are shown."""

_ISO: Final = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b", re.ASCII)


def _show(visit: Visit) -> Response:
    form = form_in(visit)
    return _page(visit, form, form.shown())


def _change(visit: Visit) -> Response:
    form, step = form_in(visit), visit.text("step")
    sent: dict[str, list[str]] = {}
    for name, value in visit.form.multi_items():
        if isinstance(value, str):
            sent.setdefault(name, []).append(value)
    asked = step.partition(" ")[0] not in ("add", "remove")
    typed = form.typed(sent, "" if asked else step)
    overtaken = visit.text("source") != form.digest
    # What is saved is what was shown: a later word in the form is shown first.
    agreed = step == "save" and typed.digest and visit.text("seen") == typed.digest
    if agreed and not overtaken and typed.content is not None:
        try:
            sentence = save_office(visit, form, typed.content)
            return visit.go("/office", sentence)
        except AskedError:
            return _change(visit)  # somebody was quicker: so it says
        except EktpSchedError as error:
            failed = tuple(failure(error).problems)
    else:
        failed = ()
    asked = asked or overtaken
    return _page(
        *(visit, form, typed),
        step=step,
        asked=asked,
        overtaken=overtaken,
        failed=failed,
    )


def save_office(visit: Visit, form: RulesForm, content: bytes) -> str:
    """Put a new office file in place of the one of a form, and say so.

    Raises
    ------
    ektp_sched.errors.AskedError
        Somebody has changed the file meanwhile.
    ektp_sched.errors.EktpSchedError
        See `ektp_sched.days.office.change_office`.
    """
    from ektp_sched.days.office import change_office

    text = visit.words.text
    if office_of(form.tables)[0] is None:  # nothing can rest on what was no office
        replace_file(form.path, content)
        return text("desk.office.saved")
    changed = change_office(
        visit.folder(), content, visit.signature(), rests_on=form.digest
    )
    return text("desk.office.recorded", act=changed.act or "")


def form_in(visit: Visit) -> RulesForm:
    """Return the form that the office's file makes."""
    path = next(
        (p for name in OFFICES if (p := visit.desk.path / name).is_file()),
        visit.desk.path / OFFICES[0],
    )
    return office_form(path, visit.words.code)


def _page(
    visit: Visit,
    form: RulesForm,
    typed: Typed,
    *,
    step: str = "",
    asked: bool = False,
    overtaken: bool = False,
    failed: tuple[str, ...] = (),
) -> Response:
    keys = {chapter.key for chapter in typed.chapters}
    touched = {str(change.path[0]) for change in typed.changes}
    opened = {key if key in keys else "office" for key in touched}
    table = step.partition(" ")[2].partition(".")[0]
    opened |= {
        chapter.key
        for chapter in typed.chapters
        if any(block.name.partition(".")[0] == table for block in chapter.blocks)
    }
    return visit.page(
        "office.html.j2",
        file=form,
        typed=typed,
        asked=asked,
        overtaken=overtaken,
        failed=failed,
        opened=opened,
        holidays=_holidays(visit, form),
        day=partial(day_name, visit),
        tell=partial(_sentence, visit),
    )


def _holidays(visit: Visit, form: RulesForm) -> list[tuple[date, str]]:
    """Return the next holidays, as the program works them out."""
    office, _ = office_of(form.tables)
    try:
        days = {} if office is None else calendar(office, visit.day, _AHEAD).holidays
    except EktpSchedError:  # beyond the years that a calendar has
        return []
    return sorted(days.items())


def _sentence(visit: Visit, sentence: str) -> str:
    """Return what is wrong, with dates as the form has them."""
    return _ISO.sub(r"\3-\2-\1", in_language(sentence, visit.words.code))


def day_name(visit: Visit, name: str) -> str:
    """Return what a day of the week is called, such as "Senin"."""
    if name not in DAYS:
        return name
    monday = visit.day - timedelta(days=visit.day.weekday())
    on = monday + timedelta(days=DAYS.index(name))
    return visit.words.long_date(on).partition(",")[0]


PAGES: Final = (Page("GET", "/office", _show), Page("POST", "/office", _change))
