"""How many days: asked for, left out, and those that matter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import event, given
from strategies import FEW, START, Case, days_of, desk, person, shift_cases

from ektp_sched.errors import UsageError
from ektp_sched.office import capacity
from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.planning import Status, dropped
from ektp_sched.planning.network.horizon import days_that_matter


def last_day(document: dict[str, Any], *rows: dict[str, Any]) -> int:
    plan = Case(document, rows).plan(days=None)
    assert plan.status is Status.OPTIMAL
    return plan.days


def crowd(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [person(f"n{number}", 9, **fields) for number in range(count)]


@pytest.mark.parametrize(("count", "days"), [(0, 1), (1, 1), (2, 1), (3, 2), (41, 21)])
def test_days_left_out_are_as_many_as_it_takes(count: int, days: int) -> None:
    assert last_day(desk(2), *crowd(count)) == days


def test_days_left_out_reach_the_last_who_becomes_ready() -> None:
    assert last_day(desk(1), person("a", ready_on=400), person("b")) == 401


def test_days_left_out_wait_for_a_delivery() -> None:
    delivery = {"on": date(2017, 10, 2), "cards": 1}
    document = desk(9, cards={"KTP-el": {"stock": 1, "deliveries": [delivery]}})
    assert last_day(document, *crowd(2, card="KTP-el")) == 21
    # The third never gets one: the days that print the others.
    assert last_day(document, *crowd(3, card="KTP-el")) == 21


def test_days_left_out_are_not_spent_on_whom_nobody_can_print() -> None:
    printers = [{"id": "p", "cards_per_day": 1, "areas": ["Alak"]}]
    rows = person("a", area="Alak"), person("b", area="Oebobo")
    assert last_day(desk(1, printers=printers), *rows) == 1


def test_days_left_out_reach_the_last_pin() -> None:
    assert last_day(desk(1), person("a", pinned_on=30), person("b")) == 31


def test_days_left_out_reach_a_pin_that_nobody_can_keep() -> None:
    document = desk(1)
    document["servers"][0]["to"] = date(2017, 9, 13)
    plan = Case(document, (person("a", pinned_on=6), person("b"))).plan(days=None)
    assert plan.status is Status.INFEASIBLE
    assert [conflict.application_ids for conflict in plan.conflict] == [("a",)]


def test_days_left_out_span_a_long_outage() -> None:
    document = desk(1)
    outage = {"resource": "s", "from": START, "to": date(2018, 9, 11)}
    assert last_day(document | {"outages": [outage]}, person("a")) == 366


@pytest.mark.slow
def test_days_left_out_end_at_3660() -> None:
    assert last_day(desk(1), *crowd(1), person("b", ready_on=3660)) == 1
    assert last_day(desk(1), *crowd(1), person("b", ready_on=3659)) == 3660


def test_nothing_is_printed_after_the_server_is_gone() -> None:
    document = desk(1)
    document["servers"][0]["to"] = date(2017, 9, 13)
    plan = Case(document, tuple(crowd(3))).plan(days=None)
    assert plan.days == 2
    assert plan.unprinted["reason"].to_list() == ["capacity"]


@pytest.mark.parametrize("days", [0, -1, 3661, 10**9])
def test_days_out_of_range(days: int) -> None:
    with pytest.raises(UsageError, match=rf"days is {days}.*1 to 3,660"):
        Case(desk(), ()).plan(days=days)


@pytest.mark.parametrize("days", [2.5, 7.0, "7"])
def test_days_that_are_no_whole_number(days: object) -> None:
    with pytest.raises(UsageError, match=r"days is .*whole number"):
        Case(desk(), (person("a"),)).plan(days=days)


@pytest.mark.parametrize("workers", [0, -1, 257, 1.5, 2.0, True, "2", None])
def test_workers_out_of_range(workers: Any) -> None:
    says = rf"^workers is {workers}; it must be a whole number from 1 to 256$"
    case = Case(desk(), (person("a"),))
    with pytest.raises(UsageError, match=says):
        case.plan(workers=workers)
    made = case.with_document(shifts=[{"id": "sat", "days": ["sat"]}]).plan()
    with pytest.raises(UsageError, match=says):
        dropped(made, workers=workers)


@pytest.mark.parametrize("days", [1, 3660])
def test_days_at_the_ends_of_the_range(days: int) -> None:
    plan = Case(desk(), (person("a"),)).plan(days=days)
    assert plan.days == days
    assert days_of(plan) == {"a": 0}


def test_a_horizon_beyond_the_calendar_is_refused() -> None:
    rows = ({"application_id": "a", "waiting_since": date(9999, 12, 1)},)
    with pytest.raises(UsageError, match="9999-12-31"):
        Case(desk(), rows, start=date(9999, 12, 30)).plan(days=7)


def test_days_left_out_near_the_end_of_the_calendar() -> None:
    rows = ({"application_id": "a", "waiting_since": date(9999, 12, 1)},)
    with pytest.raises(UsageError, match="9999-12-31"):
        Case(desk(), rows, start=date(9999, 12, 30)).plan(days=None)


def test_few_days_matter_where_few_wait() -> None:
    case = Case(desk(5), tuple(crowd(10)), days=3660)
    limits = capacity(case.office, START, 3660)
    cohorts = build_cohorts(case.backlog, case.office, START, 3660)
    # 10 cards and 2 spare at 5 a day fill 3 days.
    assert days_that_matter(cohorts, limits) == 3


def test_a_long_horizon_costs_what_its_busy_days_cost() -> None:
    short = Case(desk(5), tuple(crowd(10))).plan(days=4)
    long = Case(desk(5), tuple(crowd(10))).plan(days=3660)
    assert short.assignments.equals(long.assignments)
    assert short.tiers == long.tiers


@pytest.mark.slow
@FEW
@given(shift_cases())
def test_with_shifts_too_everybody_is_printed_who_ever_can_be(case: Case) -> None:
    """A horizon that is chosen leaves out nobody whom a very long one would print."""
    chosen, longer = case.plan(days=None), case.plan(days=90)
    event(f"{len(case.rows)} people, {len(chosen.shifts)} shifts, {chosen.days} days")
    assert chosen.status is longer.status
    if chosen.status is Status.OPTIMAL:
        before = "unprinted" in case.office.plan.tiers[:1]
        if before and not case.office.has_ranks:
            assert chosen.unprinted.height == longer.unprinted.height


def test_whom_only_a_shift_can_print_is_waited_for() -> None:
    """The printer is in use until a Saturday, on which one becomes ready."""
    printers = [{"id": "p", "cards_per_day": 2, "to": START + timedelta(days=4)}]
    shift = {"id": "saturday", "days": ["sat"], "cost_idr": 1}
    week = {"workdays": ["mon", "tue", "wed", "thu", "fri"]}
    document = desk(2, printers=printers, calendar=week, shifts=[shift])
    people = (person("a", 9), person("b", 0, ready_on=4), person("c", ready_on=30))
    plan = Case(document, people).plan(days=None)
    assert (plan.days, days_of(plan)) == (5, {"a": 0, "b": 4, "c": None})
    assert plan.unprinted["reason"].to_list() == ["not-ready"]


def test_a_shift_that_is_not_needed_to_print_everybody_does_not_shorten_the_plan() -> (
    None
):
    shift = {"id": "late", "days": ["tue", "wed"], "cost_idr": 1}
    people = tuple(person(name, 9) for name in "abcd")
    plan = Case(desk(1, shifts=[shift]), people).plan(days=None)
    assert plan.unprinted.is_empty()
    assert plan.days == 4
