"""The verbs that the desk lets run aside, each as the library has it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ektp_sched.arguments import Progress
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.morning.morning import Morning
    from ektp_sched.morning.rest import Rest
    from ektp_sched.output.view.parts import Section


def folder_of(order: Mapping[str, Any]) -> OfficeFolder:
    """Return the office folder that an order is about."""
    from ektp_sched.days.folder import open_office

    return open_office(Path(order["folder"]), ledger=order["ledger"])


def today(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Plan the day; see `ektp_sched.morning.today`."""
    from ektp_sched.morning import today as make

    return _came(make(folder_of(order), **_given(order), progress=progress))


def rest(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Plan what is left of the day; see `ektp_sched.morning.rest.rest`."""
    from ektp_sched.morning.rest import rest as make

    given = _given(order)
    given["left"] = Decimal(given.get("left", 1))
    return _came(make(folder_of(order), **given, progress=progress))


def _given(order: Mapping[str, Any]) -> dict[str, Any]:
    on = date.fromisoformat(order["on"])
    return {"on": on, "by": order["by"], **order["arguments"]}


def _came(came: Morning | Rest) -> Mapping[str, Any]:
    """Return the number of the plan, and what there is to read of it by language.

    Raises
    ------
    ektp_sched.errors.UsageError
        The rules contradict each other, or there was no plan in time.
    """
    from ektp_sched.errors import UsageError
    from ektp_sched.morning.morning import Morning
    from ektp_sched.output.languages import language
    from ektp_sched.telling.morning import sections_of
    from ektp_sched.words import LANGUAGES, Said

    said = {code: _read(sections_of(came, language(code))) for code in LANGUAGES}
    morning = came if isinstance(came, Morning) else came.morning
    if morning is None:  # nothing was left to plan
        return {"plan": None, **said}
    if morning.place is None:
        english, indonesian = (
            " ".join(line for _, lines in said[code] for line in lines)
            for code in ("en", "id")
        )
        raise UsageError(Said(english, indonesian))
    return {"plan": morning.place.number, **said}


def _read(sections: Iterable[Section]) -> list[tuple[str, list[str]]]:
    """Return titles and lines, without what a page of the day shows anew."""
    shown = [
        each for each in sections if each.name not in ("sheets", "phones", "proof")
    ]
    return [
        ("" if section.name == "morning" else section.title, lines_of(section))
        for section in shown
    ]


def lines_of(section: Section) -> list[str]:
    """Return the sentences of a section."""
    lines: list[str] = []
    for part in section.parts:
        if part.part == "items":
            lines += part.items
        elif part.part == "paragraph":
            lines.append(part.text)
    return lines
