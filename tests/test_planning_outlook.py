"""What a planner should know of a start, before anything is planned."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from offices import RANKED, small

from ektp_sched.backlog import from_frame
from ektp_sched.office import Notice, Office
from ektp_sched.output.languages import language
from ektp_sched.planning import Status, plan
from ektp_sched.planning.outlook import (
    OUTLOOK_DAYS,
    outlook,
    start_notices,
    starvation,
    supplies_short,
)

START = date(2017, 9, 4)  # a Monday: 22 working days in 30


def office(**more: object) -> Office:
    return small(2, urgency=RANKED, **more)


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


def codes(rules: Office, start: date, count: int = 3) -> list[str]:
    return [n.code for n in outlook(from_frame(rows(0, count), rules), rules, start)]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (date(2017, 7, 31), "start-before-data"),
        (date(2017, 8, 1), None),
        (date(2017, 8, 31), None),
        (date(2017, 9, 1), "start-after-data"),
        (date(2027, 1, 4), "start-after-data"),
    ],
)
def test_a_start_that_does_not_fit_the_dates(start: date, code: str | None) -> None:
    expected = [] if code is None else [code]
    assert codes(office(), start) == expected
    made = plan(from_frame(rows(0, 3), office()), office(), start=start, days=40)
    assert [notice.code for notice in made.notices] == expected


def test_the_dates_of_such_a_start_are_named() -> None:
    rules = office()
    (notice,) = outlook(from_frame(rows(0, 3), rules), rules, date(2018, 8, 1))
    assert notice.figures == {"start": "2018-08-01", "last": "2017-08-01", "days": 365}
    (notice,) = outlook(from_frame(rows(0, 3), rules), rules, date(2016, 8, 1))
    assert notice.figures == {"start": "2016-08-01", "first": "2017-08-01"}
    assert outlook(from_frame(rows(0, 0), rules), rules, date(2018, 8, 1)) == ()


def test_holidays_are_looked_at_for_as_long_as_the_backlog_needs() -> None:
    """The collective leave of far years is announced for none of them."""
    rules = office(calendar={"country": "ID"})
    start = date(2090, 12, 1)
    few, many = codes(rules, start), codes(rules, start, 100)
    assert (few.count("leave-not-announced"), few[0]) == (1, "start-after-data")
    assert many.count("leave-not-announced") == 2


def test_a_start_after_all_printers_are_gone() -> None:
    gone = {"id": "p", "cards_per_day": 5, "to": date(2017, 8, 15)}
    rules = office(printers=[gone])
    assert codes(rules, date(2017, 8, 14)) == []
    (notice,) = outlook(from_frame(rows(0, 3), rules), rules, date(2017, 8, 16))
    assert notice.code == "no-capacity-ahead"
    assert notice.figures == {"start": "2017-08-16", "days": 30}


def test_a_start_near_the_last_date_there_is() -> None:
    assert "start-after-data" in codes(office(), date(9999, 12, 30))


def test_a_stock_that_had_expired_is_named_with_its_day() -> None:
    gone = {"stock": 7, "expires_on": START - timedelta(days=1)}
    kinds = {"A": gone | {"default": True}, "B": gone | {"stock": 0}, "C": {"stock": 7}}
    rules = office(cards=kinds | {"D": gone | {"expires_on": START}})
    people = from_frame(rows(1, 1), rules)
    expected = Notice(
        "blanks-expired",
        {"card": "A", "count": 7, "expires_on": "2017-09-03", "start": "2017-09-04"},
    )
    found = start_notices(people, rules, START)
    assert [n.code for n in found] == ["start-after-data", "blanks-expired"]
    assert found[1] == expected
    made = plan(people, rules, start=START, days=3)
    assert made.status == Status.OPTIMAL
    assert [n for n in made.notices if n.code == "blanks-expired"] == [expected]
    assert set(made.unprinted["reason"]) == {"no-blanks"}
    assert language("en").notice(expected) == (
        "7 blanks of A could be used up to 3 September 2017, before the start on 4 "
        "September 2017; the plan leaves them out. Correct stock or expires_on, if "
        "that is wrong."
    )
    assert "7 blangko A" in language("id").notice(expected)


def with_ribbons(ribbons: float, *coming: tuple[int, float]) -> Office:
    deliveries = [{"on": START + timedelta(days=d), "ribbons": n} for d, n in coming]
    own = {"cards_per_ribbon": 4, "ribbons": ribbons, "ribbon_deliveries": deliveries}
    return office(printers=[{"id": "p", "cards_per_day": 5} | own])


@pytest.mark.parametrize(
    ("ribbons", "coming", "people", "expected"),
    [
        # Two cards a working day, Monday to Friday: 6 by Wednesday, 44 in the month.
        (1.25, (), 60, {"printer": "p", "cards": 5, "on": "2017-09-06"}),
        (0, (), 1, {"printer": "p", "cards": 0, "on": "2017-09-04"}),
        # What comes on the Wednesday is there in time; then it lasts to 18 cards.
        (1.25, ((2, 3.25),), 60, {"printer": "p", "cards": 18, "on": "2017-09-15"}),
        (1.25, ((2, 9.75),), 60, None),
        (11, (), 60, None),
        (2.5, (), 10, None),
    ],
)
def test_a_printer_that_runs_short_of_ribbons(
    ribbons: float,
    coming: tuple[tuple[int, float], ...],
    people: int,
    expected: dict[str, object] | None,
) -> None:
    rules = with_ribbons(ribbons, *coming)
    found = supplies_short(from_frame(rows(0, people), rules), rules, START)
    assert [n.figures for n in found] == ([expected] if expected else [])
    assert all(n.code == "ribbons-short" for n in found)


def test_check_tells_of_ribbons() -> None:
    rules = with_ribbons(1.25)
    found = outlook(from_frame(rows(0, 60), rules), rules, START)
    (notice,) = [n for n in found if n.code == "ribbons-short"]
    assert language("en").notice(notice) == (
        "At full work p is short of ribbons on 6 September 2017: up to that day they "
        "are good for 5 cards."
    )
    assert "hanya cukup untuk 5 kartu" in language("id").notice(notice)
