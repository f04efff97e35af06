"""Optima worked by hand, with the arithmetic beside them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from strategies import Case, days_of, desk, person

from ektp_sched.planning import Plan, Status

ENGINES = pytest.mark.parametrize("engine", ["flow", "cpsat"])
CLASSES = {
    "emergency": {"target_days": 3},
    "routine": {"target_days": 30, "default": True},
    "slow": {"target_days": 90},
}


def solved(case: Case, engine: str = "auto", **options: Any) -> Plan:
    plan = case.plan(engine=engine, **options)
    assert plan.status is Status.OPTIMAL
    assert [tier.bound for tier in plan.tiers] == [tier.value for tier in plan.tiers]
    return plan


def values(plan: Plan) -> list[int]:
    return [tier.value for tier in plan.tiers]


@ENGINES
def test_pressure_of_one_who_waits_to_the_end(engine: str) -> None:
    # Ready only after a horizon of 3 days, recorded on the start day, target
    # 30: day of waiting 1, 2, 3, so (1 + 2 + 3) / 30 = 1/5 pressure-days.
    case = Case(desk(), (person("a", ready_on=9),), days=3)
    plan = solved(case, engine)
    assert values(plan) == [1, 0, 0, 6]
    assert plan.tiers[3].scale == 30
    assert plan.tiers[3].amount == Fraction(1, 5)
    assert plan.tiers[3].exact == "1/5"
    assert plan.unprinted.rows() == [("a", case.start, "routine", "not-ready")]


@ENGINES
def test_the_index_of_today_is_not_the_optimum(engine: str) -> None:
    # Day of waiting / target is 901/90 > 10 for a and 30/3 = 10 for b and c,
    # yet b and c go first.  L = lcm(3, 30, 90) = 90.
    #   b, c, a: c pays 30·30 = 900 on day 0, a pays 901 + 902 = 1,803: 2,703
    #   a, b, c: b pays 900 on day 0, c 900 + 31·30 = 930 on days 0, 1: 2,730
    people = (
        person("a", 900, urgency="slow"),
        person("b", 29, urgency="emergency"),
        person("c", 29, urgency="emergency"),
    )
    plan = solved(Case(desk(1, urgency=CLASSES), people, days=3), engine)
    assert days_of(plan) == {"b": 0, "c": 1, "a": 2}
    assert values(plan) == [0, 0, 0, 2703]
    assert plan.tiers[3].exact == "901/30"


@ENGINES
def test_a_future_record_accrues_nothing_before_it_is_recorded(engine: str) -> None:
    # Recorded on day 2 of 4, never ready: days 2 and 3 are days 1 and 2 of
    # waiting, so 1 + 2 = 3 thirtieths.
    case = Case(desk(), (person("a", -2, ready_on=9),), days=4)
    assert values(solved(case, engine)) == [1, 0, 0, 3]


@ENGINES
def test_due_dates_count_when_they_fall_into_the_horizon(engine: str) -> None:
    # One card a day, 3 days.  a is due today and can be met; b was due before
    # the start and counts whatever is done; c is due after the horizon.
    people = (
        person("a", 0, due_on=0),
        person("b", 50, due_on=-1),
        person("c", 9, due_on=3, ready_on=8),
    )
    plan = solved(Case(desk(1), people, days=3), engine)
    assert days_of(plan) == {"a": 0, "b": 1, "c": None}
    # b pays day 51 of waiting once, c days 10, 11 and 12: 51 + 33 = 84.
    assert values(plan) == [1, 1, 0, 84]


@ENGINES
def test_a_promise_slips_by_days_the_unprinted_to_the_end(engine: str) -> None:
    # a was promised 2 days before the start and is printed on day 0: 2 days.
    # b, promised day 1, is not ready in 4 days: 4 - 1 = 3 days.
    people = (person("a", 5, promised_on=-2), person("b", promised_on=1, ready_on=9))
    plan = solved(Case(desk(), people, days=4), engine)
    assert days_of(plan) == {"a": 0, "b": None}
    # b pays days 1 to 4 of waiting: 1 + 2 + 3 + 4 = 10.
    assert values(plan) == [1, 0, 5, 10]


@ENGINES
def test_a_due_date_goes_before_a_promise_and_that_before_pressure(engine: str) -> None:
    people = (
        person("due", 0, due_on=0),
        person("promised", 0, promised_on=0),
        person("waiting", 300),
    )
    plan = solved(Case(desk(1), people, days=3), engine)
    assert days_of(plan) == {"due": 0, "promised": 1, "waiting": 2}
    # Promise: 1 day.  Pressure: 1 + (301 + 302) thirtieths.
    assert values(plan) == [0, 0, 1, 604]


@ENGINES
@pytest.mark.parametrize(
    ("tiers", "first"),
    [
        (["unprinted", "overdue", "promise", "pressure"], "due"),
        (["unprinted", "promise", "overdue", "pressure"], "promised"),
        (["pressure", "overdue"], "waiting"),
        (["promise"], "promised"),
    ],
)
def test_an_office_orders_its_tiers(engine: str, tiers: list[str], first: str) -> None:
    people = (
        person("due", 0, due_on=0),
        person("promised", 1, promised_on=0),
        person("waiting", 300),
    )
    plan = solved(Case(desk(1, plan={"tiers": tiers}), people, days=3), engine)
    assert [tier.name for tier in plan.tiers] == tiers
    assert days_of(plan)[first] == 0
    # Earlier is better even where no tier says so: no day is left empty.
    assert sorted(d for d in days_of(plan).values() if d is not None) == [0, 1, 2]


@ENGINES
def test_more_cards_printed_come_before_who_waits_longest(engine: str) -> None:
    # Printer a serves A alone; one card on one day each.  The longest wait is
    # in A and could take the free printer b, but then B could not print.
    printers = [
        {"id": "a", "cards_per_day": 1, "areas": ["A"]},
        {"id": "b", "cards_per_day": 1},
    ]
    people = (
        person("far", 0, area="B"),
        person("near", 400, area="A"),
        person("near-too", 300, area="A"),
    )
    plan = solved(Case(desk(2, printers=printers), people, days=1), engine)
    assert values(plan)[0] == 1
    # near on a; then b goes to whoever pays more: near-too, 301 against 1.
    assert days_of(plan) == {"near": 0, "near-too": 0, "far": None}
    assert values(plan)[3] == 1


@ENGINES
def test_ranks_are_the_outer_order(engine: str) -> None:
    # Without ranks the routine due date would take day 0.
    classes = {
        "emergency": {"target_days": 3, "rank": 0},
        "routine": {"target_days": 30, "default": True},
    }
    people = (
        person("e", 0, urgency="emergency"),
        person("r", 400, due_on=0, promised_on=0),
    )
    plan = solved(Case(desk(1, urgency=classes), people, days=2), engine)
    assert days_of(plan) == {"e": 0, "r": 1}
    assert [(t.name, t.rank, t.value) for t in plan.tiers] == [
        ("unprinted", 0, 0),
        ("unprinted", None, 0),
        ("overdue", 0, 0),
        ("promise", 0, 0),
        ("pressure", 0, 0),
        ("overdue", None, 1),
        ("promise", None, 1),
        ("pressure", None, 401),
    ]


@ENGINES
def test_a_strict_rank_is_printed_even_if_two_others_are_not(engine: str) -> None:
    # Unprinted is settled rank by rank, "which costs nothing in total": here
    # one card is left over whichever is chosen, and it is the routine one.
    classes = {
        "emergency": {"target_days": 3, "rank": 0},
        "routine": {"target_days": 30, "default": True},
    }
    people = (person("e", 0, urgency="emergency"), person("r", 400))
    plan = solved(Case(desk(1, urgency=classes), people, days=1), engine)
    assert days_of(plan) == {"e": 0, "r": None}


@ENGINES
def test_area_ranks_come_after_class_ranks(engine: str) -> None:
    classes = {
        "emergency": {"target_days": 3, "rank": 0},
        "routine": {"target_days": 30, "default": True},
    }
    people = (
        person("nowhere", 900),
        person("second", 500, area="B"),
        person("first", 0, area="A"),
        person("urgent", 0, urgency="emergency"),
    )
    document = desk(1, urgency=classes, area_rank={"A": 1, "B": 2})
    plan = solved(Case(document, people, days=4), engine)
    assert days_of(plan) == {"urgent": 0, "first": 1, "second": 2, "nowhere": 3}
    ranks = [tier.rank for tier in plan.tiers if tier.name == "pressure"]
    assert ranks == ["0/-", "-/1", "-/2", "-/-"]


def test_area_ranks_alone_are_plain_numbers() -> None:
    people = (person("b", 9, area="B"), person("a", 0, area="A"))
    case = Case(desk(1, area_rank={"A": 0}), people, days=2)
    plan = solved(case)
    assert days_of(plan) == {"a": 0, "b": 1}
    assert [t.rank for t in plan.tiers if t.name == "pressure"] == [0, None]


def test_equal_ranks_share_one_scale() -> None:
    classes = {
        "emergency": {"target_days": 3, "rank": 0},
        "urgent": {"target_days": 30, "rank": 0, "default": True},
    }
    # 10/3 a day against 300/30: the urgent one has waited enough to go first.
    people = (person("e", 9, urgency="emergency"), person("u", 299, urgency="urgent"))
    plan = solved(Case(desk(1, urgency=classes), people, days=2), engine="auto")
    assert days_of(plan) == {"u": 0, "e": 1}
    assert [tier.rank for tier in plan.tiers] == [0, 0, 0, 0]


def test_two_recorded_today_are_no_tie() -> None:
    # Day of waiting is 1, never 0: 1/3 against 1/30.
    people = (person("a"), person("b", urgency="emergency"))
    plan = solved(Case(desk(1, urgency=CLASSES), people, days=2))
    assert days_of(plan) == {"b": 0, "a": 1}


@ENGINES
def test_nobody_waits_is_a_plan(engine: str) -> None:
    plan = solved(Case(desk(), (), days=3), engine)
    assert values(plan) == [0, 0, 0, 0]
    assert plan.assignments.is_empty()
    assert plan.unprinted.is_empty()
    assert plan.certificate is not None
    assert plan.prices is not None


def test_nobody_waits_where_ranks_are_in_use() -> None:
    document = desk(area_rank={"A": 0})
    plan = solved(Case(document, (), days=3))
    assert plan.assignments.is_empty()
    assert all(tier.value == 0 for tier in plan.tiers)
