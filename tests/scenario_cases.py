"""A small office and its scenarios for the tests of what if, made by hand."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ektp_sched.office.office import parse_office
from ektp_sched.scenarios.world.draws import draw
from ektp_sched.scenarios.world.loading import scenarios_of

if TYPE_CHECKING:
    from ektp_sched.office import Office
    from ektp_sched.scenarios import CheckedScenarios, World

START = date(2017, 9, 12)  # a Tuesday

OFFICE: dict[str, Any] = {
    "name": "Kantor",
    "urgency": {
        "emergency": {"target_days": 3, "rank": 0},
        "routine": {"target_days": 30, "default": True},
    },
    "cards": {"KTP-el": {"stock": 9000}},
    "servers": [
        {"id": "server-1", "cards_per_day": 200},
        {"id": "server-2", "cards_per_day": 70},
    ],
    "printers": [{"id": "printer-1", "cards_per_day": 900}],
}


def desk(**changes: Any) -> Office:
    return parse_office(deepcopy(OFFICE) | changes)


def scenarios(
    data: dict[str, Any] | None = None,
    *,
    office: Office | None = None,
    start: date | None = START,
    folder: Path | None = None,
    **named: Any,
) -> CheckedScenarios:
    """Return scenarios of tables; `named` are those beside [scenarios.now]."""
    whole = {"scenarios": {"now": {}} | named} | (data or {})
    return scenarios_of(whole, office or desk(), start=start, folder=folder or Path())


def world(found: CheckedScenarios, **changes: Any) -> World:
    usual: dict[str, Any] = {"start": START, "days": 28, "seed": 1, "block": 0}
    return draw(found, **(usual | {"size": 50} | changes))


def working_days(first: date, count: int) -> list[date]:
    """The first Mondays to Fridays from a day on."""
    days = (first + timedelta(days=at) for at in range(2 * count + 7))
    return [day for day in days if day.weekday() < 5][:count]


def history(path: Path, heading: str, rows: list[str]) -> Path:
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return path
