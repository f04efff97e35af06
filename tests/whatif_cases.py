"""Small offices and scenarios whose outcome can be worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from ektp_sched.backlog import Backlog, from_frame
from ektp_sched.office import Office
from ektp_sched.scenarios import CheckedScenarios, scenarios_of

START = date(2017, 9, 11)
"""A Monday."""


def office(cards: int = 10, /, **tables: Any) -> Office:
    """Return an office of one server and one printer that works every weekday."""
    return Office.model_validate(
        {
            "name": "Test office",
            "language": "en",
            "urgency": {"routine": {"target_days": 30}},
            "servers": [{"id": "server-1", "cards_per_day": cards}],
            "printers": [{"id": "printer-1", "cards_per_day": 1000}],
            "visits": {"every_days": 10, "trip_cost_idr": 1000},
        }
        | tables
    )


def people(count: int, rules: Office, *, waited: int = 100) -> Backlog:
    """Return numbered applications recorded on one day."""
    frame = pl.DataFrame(
        {
            "application_id": [f"A{n:04d}" for n in range(count)],
            "waiting_since": [START - timedelta(days=waited)] * count,
            "area": ["Alak" if n % 2 else "Oebobo" for n in range(count)],
        }
    )
    return from_frame(frame, rules)


def scenarios(rules: Office, **further: Any) -> CheckedScenarios:
    """Return one server against a second, faster one from a later Monday on."""
    tables: dict[str, Any] = {
        "baseline": "now",
        "scenarios": {
            "now": {},
            "new": {
                "cost_idr": 100_000,
                "servers": [
                    {
                        "id": "server-2",
                        "cards_per_day": 40,
                        "replaces": ["server-1"],
                        "from": START + timedelta(days=7),
                    }
                ],
            },
        },
    }
    return scenarios_of(tables | further, rules, start=START)
