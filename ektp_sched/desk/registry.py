"""All pages of the desk: a capability is a module and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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

if TYPE_CHECKING:
    from ektp_sched.desk.visit import Page

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
