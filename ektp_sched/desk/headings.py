"""What the headings of an export mean, chosen instead of written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ektp_sched.backlog.headings import NUMBER, known_headings, likely_columns
from ektp_sched.backlog.readers import read_table
from ektp_sched.desk.office import form_in, save_office
from ektp_sched.desk.visit import Page
from ektp_sched.errors import EktpSchedError
from ektp_sched.failures import failure
from ektp_sched.forms.editing import Change
from ektp_sched.public import columns_shown
from ektp_sched.rules.reading import COLUMNS, PERSONAL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from starlette.responses import Response

    from ektp_sched.desk.visit import Visit
    from ektp_sched.forms.changing import RulesForm, Typed
    from ektp_sched.office import Office

CHOICES: Final = (*COLUMNS, *PERSONAL_COLUMNS)
"""What a heading may mean; of ``nik`` ids are made where the export has none."""


_NEEDED: Final = "waiting_since"


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of an export.

    Parameters
    ----------
    heading
        As in the file.
    column
        What it means, or is likeliest to mean; empty: nothing that is known.
    known
        Whether the office says so already.
    """

    heading: str
    column: str
    known: bool


def headings_in(export: Path, office: Office) -> tuple[Heading, ...]:
    """Return the headings of an export; none where its first row seems to hold data.

    Raises
    ------
    ektp_sched.errors.BacklogError
        It cannot be read.
    """
    table, _ = read_table(export, known_headings(office), several=True)
    if not columns_shown(table.headings):
        return ()
    likely = likely_columns(table.headings, office)
    return tuple(Heading(name, *column) for name, column in likely.items())


def with_columns(form: RulesForm, chosen: Mapping[str, str]) -> Typed:
    """Return the office with the meaning of headings as chosen.

    Parameters
    ----------
    form
        Of the office file.
    chosen
        Heading → column, or nothing for none.  A column's own name needs no entry, and
        a number is what ids are made of, unless there are ids.
    """
    return form.changed(tuple(_changes(form.tables, chosen)))


def _changes(tables: Mapping[str, Any], chosen: Mapping[str, str]) -> Iterator[Change]:
    before: Any = tables.get("columns")
    before = before if isinstance(before, dict) else {}
    after = {**before}
    for heading, column in chosen.items():
        after.pop(heading, None)
        if column in CHOICES and column != heading:
            after[heading] = column
    number = next((h for h, column in chosen.items() if column == NUMBER), None)
    if number is not None and "application_id" not in chosen.values():
        after.pop(number, None)
        identity: Any = tables.get("identity")
        if not isinstance(identity, dict):
            yield Change(("identity",), None, {"from": number})
        elif identity.get("from") != number:
            yield Change(("identity", "from"), identity.get("from"), number)
    if not before and after:
        yield Change(("columns",), None, after)
        return
    for heading in dict.fromkeys((*before, *after)):
        old, new = before.get(heading), after.get(heading)
        if old != new:
            yield Change(("columns", heading), old, new)


def _headings(visit: Visit) -> tuple[Heading, ...]:
    from ektp_sched.days.folder import newest_export

    folder = visit.folder()
    return headings_in(newest_export(folder), folder.office)


def _show(visit: Visit) -> Response:
    return _page(visit, _headings(visit))


def _page(
    visit: Visit, headings: tuple[Heading, ...], sentences: tuple[str, ...] = ()
) -> Response:
    """Return the page, with what cannot be so."""
    words = visit.words
    names = {
        column: words.texts.get(f"desk.headings.{column}", words.name("column", column))
        for column in CHOICES
    }
    return visit.page(
        "headings.html.j2", headings=headings, choices=names, sentences=sentences
    )


def _choose(visit: Visit) -> Response:
    headings = tuple(
        Heading(each.heading, visit.text(f"column.{place}"), each.known)
        for place, each in enumerate(_headings(visit))
    )
    columns = [each.column for each in headings if each.column]
    twice = {column for column in columns if columns.count(column) > 1}
    text = visit.words.text
    if twice:
        return _page(visit, headings, (text("desk.headings.twice"),))
    if _NEEDED not in columns or not {NUMBER, "application_id"} & {*columns}:
        return _page(visit, headings, (text("desk.headings.needed"),))
    form = form_in(visit)
    typed = with_columns(form, {each.heading: each.column for each in headings})
    if typed.content is None:
        wrong = [c.problems for part in typed.chapters for c in part.controls()]
        sentences = (*typed.problems, *(p for problems in wrong for p in problems))
        return _page(visit, headings, sentences)
    try:
        return visit.go("/today", save_office(visit, form, typed.content))
    except EktpSchedError as error:
        return _page(visit, headings, tuple(failure(error).problems))


PAGES: Final = (Page("GET", "/headings", _show), Page("POST", "/headings", _choose))
