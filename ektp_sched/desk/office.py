"""The office file as a form: each mistake beside its field, each change shown first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ektp_sched.days.folder import OFFICES
from ektp_sched.desk.rules_page import RulesPage
from ektp_sched.errors import EktpSchedError
from ektp_sched.forms.changing import office_form
from ektp_sched.office import calendar
from ektp_sched.office.office import office_of
from ektp_sched.places import replace_file

if TYPE_CHECKING:
    from ektp_sched.desk.visit import Visit
    from ektp_sched.forms.changing import RulesForm

_AHEAD: Final = 120
"""Days of which holidays are shown."""


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
    path = visit.desk.office_file or visit.desk.path / OFFICES[0]
    return office_form(path, visit.words.code)


def _holidays(visit: Visit, form: RulesForm) -> dict[str, Any]:
    """Return the next holidays, as the program works them out."""
    office, _ = office_of(form.tables)
    try:
        days = {} if office is None else calendar(office, visit.day, _AHEAD).holidays
    except EktpSchedError:  # beyond the years that a calendar has
        days = {}
    return {"holidays": sorted(days.items())}


PAGES: Final = RulesPage(
    "/office", "desk.page.office", form_in, save_office, _holidays
).pages
