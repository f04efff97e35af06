"""A small office from five answers, written as its author would have filled it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.forms.editing import Change, edited

if TYPE_CHECKING:
    from collections.abc import Iterator

CARD: Final = "KTP-el"
"""The card that blanks are counted of."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What an office says of itself on its first day.

    Parameters
    ----------
    name
        What it is called.
    printers
        How many printers work, 1 or more.
    cards_per_day
        Cards that each of them prints on a full day.
    server_cards_per_day
        Cards a day that the server can do for all of them; None: as many as they print.
    workdays
        Days on which they print, from ``mon`` to ``sun``.
    blanks
        Blanks that are there; None: nobody counts them.
    """

    name: str
    printers: int
    cards_per_day: int
    workdays: tuple[str, ...]
    server_cards_per_day: int | None = None
    blanks: int | None = None


def answered(text: str, answers: Answers) -> str:
    """Return the text of the small office with an office's answers in it.

    Whether they are sound says whoever reads the office.
    """
    return edited(text, tuple(_changes(answers)))


def _changes(answers: Answers) -> Iterator[Change]:
    each, server = answers.cards_per_day, answers.server_cards_per_day
    whole = server if server is not None else answers.printers * each
    values: dict[tuple[str | int, ...], Any] = {
        ("name",): answers.name,
        ("calendar", "workdays"): [*answers.workdays],
        ("servers", 0, "cards_per_day"): whole,
        ("printers", 0, "cards_per_day"): each,
    }
    for further in range(1, answers.printers):
        printer = {"id": f"printer-{further + 1}", "cards_per_day": each}
        values["printers", further] = printer
    if answers.blanks is not None:
        values["cards",] = {CARD: {"default": True, "stock": answers.blanks}}
    for path, value in values.items():
        yield Change(path, None, value)
