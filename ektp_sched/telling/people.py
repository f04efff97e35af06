"""Who was found, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ektp_sched.output.view.parts import Column, Table

if TYPE_CHECKING:
    from ektp_sched.counter.find import Found
    from ektp_sched.output.languages import Language


def people_table(found: Found, texts: Language) -> Table:
    """Return who was found, a row a person, without columns of which nothing is known.

    Parameters
    ----------
    found
        What `ektp_sched.counter.find.find` returns.
    texts
        The language of headings and dates.
    """
    names = [
        name
        for name in ("queue_number", "application_id", "name", "area", "waiting_since")
        if any(getattr(person, name) is not None for person in found.people)
    ]
    headings = {
        name: texts.text("find.name" if name == "name" else f"month.column.{name}")
        for name in names
    }
    columns = [
        Column(heading, "date" if name == "waiting_since" else "text")
        for name, heading in headings.items()
    ]
    return Table(
        caption=texts.text("find.caption"),
        columns=(*columns,),
        rows=tuple(
            tuple(getattr(person, name) for name in names) for person in found.people
        ),
        ids=tuple(
            person.queue_number or person.application_id or ""
            for person in found.people
        ),
        rest=texts.text("find.more", count=found.more) if found.more else "",
    )


def people_document(found: Found) -> dict[str, Any]:
    """Return who was found as ``--json`` prints it."""
    people = [
        {
            "application_id": person.application_id,
            "queue_number": person.queue_number,
            "name": person.name,
            "area": person.area,
            "waiting_since": None
            if person.waiting_since is None
            else person.waiting_since.isoformat(),
        }
        for person in found.people
    ]
    return {"schema_version": 1, "people": people, "more": found.more}
