"""A small office and first scenarios from a few answers, as authors write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.forms.editing import Change, edited

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from ektp_sched.office import Office


CARD: Final = "KTP-el"
"""The card that blanks are counted of."""


_NAMES: Final = ("as-it-is", "new-server")


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


@dataclass(frozen=True, slots=True)
class FirstScenarios:
    """What an office says of a server that is to come, and of who comes meanwhile.

    Parameters
    ----------
    cards_per_day
        Cards that the new server can do on a full day.
    cost_idr
        Its price, in rupiah.
    days
        When it is in use: at the earliest, most likely, at the latest.
    arrivals
        People recorded on a working day.
    stands_by
        Whether the servers of today stand by while it works.
    labels
        What the office as it is, and with it, is called.
    marks
        Of each of ``cards``, ``cost``, ``days``, ``arrivals`` and ``standby``: whether
        it is a fact or assumed, and why, as ``[sources]`` says it.
    """

    cards_per_day: int
    cost_idr: int
    days: tuple[date, date, date]
    arrivals: int
    stands_by: bool
    labels: tuple[str, str]
    marks: Mapping[str, str]


def first_scenarios(answers: FirstScenarios, office: Office) -> dict[str, Any]:
    """Return an office as it is, and a new server in it, as tables of scenarios.toml.

    Whether they are sound says whoever reads them.
    """
    names = {each.id for each in (*office.servers, *office.printers)}
    (server, *_) = (
        name
        for number in range(len(names) + 1)
        if (name := f"server-new{number or ''}") not in names
    )
    as_it_is, new = _NAMES
    entry: dict[str, Any] = {"id": server, "cards_per_day": answers.cards_per_day}
    place = f"scenarios.{new}.servers.{server}"
    marks = {
        "arrivals.per_working_day": answers.marks["arrivals"],
        f"scenarios.{new}.cost_idr": answers.marks["cost"],
        f"{place}.cards_per_day": answers.marks["cards"],
        f"{place}.from": answers.marks["days"],
    }
    if answers.stands_by:
        entry["replaces"] = [each.id for each in office.servers]
        marks[f"{place}.replaces"] = answers.marks["standby"]
    entry["from"] = dict(
        zip(("earliest", "likely", "latest"), answers.days, strict=True)
    )
    return {
        "baseline": as_it_is,
        "question": {"choose": new, "against": as_it_is, "by": "money"},
        "arrivals": {"per_working_day": answers.arrivals},
        "scenarios": {
            as_it_is: {"label": answers.labels[0]},
            new: {
                "label": answers.labels[1],
                "cost_idr": answers.cost_idr,
                "servers": [entry],
            },
        },
        "sources": marks,
    }
