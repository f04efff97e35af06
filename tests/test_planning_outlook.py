"""Ranked and due-dated cases that leave nothing for the others."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ektp_sched.backlog import from_frame
from ektp_sched.office import Office
from ektp_sched.planning.outlook import OUTLOOK_DAYS, starvation

START = date(2017, 9, 4)  # a Monday: 22 working days in 30


def office(**more: object) -> Office:
    return Office.model_validate(
        {
            "name": "Test",
            "urgency": {
                "emergency": {"target_days": 3, "rank": 0},
                "routine": {"target_days": 30, "default": True},
            },
            "servers": [{"id": "s", "cards_per_day": 2}],
            "printers": [{"id": "p", "cards_per_day": 5}],
            **more,
        }
    )


def rows(pressing: int, others: int, column: str = "urgency") -> pl.DataFrame:
    count = pressing + others
    first = pl.Series(range(count)) < pressing
    value = {"urgency": "emergency", "due_on": "2017-12-01", "area": "Alak"}[column]
    return pl.DataFrame(
        {
            "application_id": [f"A{n:03d}" for n in range(count)],
            "waiting_since": ["2017-08-01"] * count,
            column: [value if is_first else None for is_first in first],
        }
    )


@pytest.mark.parametrize("column", ["urgency", "due_on", "area"])
def test_a_warning_where_they_fill_the_month(column: str) -> None:
    rules = office(area_rank={"Alak": 0}) if column == "area" else office()
    full = from_frame(rows(45, 1, column), rules)
    (notice,) = starvation(full, rules, START)
    assert notice.code == "ranked-fill-capacity"
    assert notice.figures == {"count": 45, "days": OUTLOOK_DAYS, "capacity": 44}
    room = from_frame(rows(44, 1, column), rules)
    assert starvation(room, rules, START) == ()


def test_the_reserve_counts() -> None:
    rules = office(reserve={"cards_per_day": 1})
    (notice,) = starvation(from_frame(rows(23, 1), rules), rules, START)
    assert notice.figures["capacity"] == 22


def test_nobody_else_is_nobody_starved() -> None:
    rules = office()
    assert starvation(from_frame(rows(100, 0), rules), rules, START) == ()
    assert starvation(from_frame(rows(0, 100), rules), rules, START) == ()
