"""The first scenarios of an office from a few answers, as scenarios.toml says them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ektp_sched.office import Office

_NAMES: Final = ("as-it-is", "new-server")


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
