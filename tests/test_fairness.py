"""fairness: overtakes counted by groups equal those counted pair by pair."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
import strategies
from builders import (
    Case,
    as_fake,
    choices,
    keeps_limits,
    make_backlog,
    make_office,
    make_plan,
    planned,
    random_case,
)
from damages import base
from hypothesis import assume, event, given
from hypothesis import strategies as st
from reference import reference, slots_of
from strategies import HALF, START, cases, desk, given_cases, person

from ektp_sched.backlog.known import GIVEN
from ektp_sched.planning import Status
from ektp_sched.trust import fairness, verify

if TYPE_CHECKING:
    from builders import Slot


def any_plan(case: Case, rng: random.Random) -> list[Slot] | None:
    """Fill slots at random, pinned applications first; usually a bad plan."""
    rows = case.rows()
    plan: list[Slot] = [None] * len(rows)
    order = sorted(range(len(rows)), key=lambda i: None in choices(case, rows[i]))
    for i in order:
        options = choices(case, rows[i])
        rng.shuffle(options)
        for slot in options:
            plan[i] = slot
            if keeps_limits(case, plan):
                break
        else:
            return None
    return plan


@given(seed=st.integers(0, 10**6), shifts=st.booleans())
def test_groups_count_what_pairs_count(seed: int, shifts: bool) -> None:
    rng = random.Random(seed)
    case = random_case(seed, people=14, days=5, shifts=shifts)
    plan = any_plan(case, rng)
    if plan is None:
        return
    found = fairness(make_plan(case, plan), case.backlog, case.office)
    slots = dict(zip([p.name for p in case.problem.people], plan, strict=True))
    avoidable, accounted, longest = case.problem.overtakes(slots)
    assert (found.avoidable, found.accounted, found.longest_accounted_days) == (
        len(avoidable),
        dict(accounted),
        longest,
    )
    assert bool(found.sample) == bool(avoidable)


@HALF
@given(seed=st.integers(0, 10**6))
def test_the_best_plan_has_no_avoidable_overtake(seed: int) -> None:
    case = random_case(seed)
    plan = planned(case)
    if plan.status == "infeasible" or "pressure" not in case.office.plan.tiers:
        return
    found = fairness(plan, case.backlog, case.office)
    assert (found.avoidable, found.sample) == (0, ())


# A second morning


@HALF
@given(given_cases(cases()))
def test_pairs_are_counted_where_given_days_count_too(case: strategies.Case) -> None:
    # As a first morning it is planned without them, so that many are not kept.
    rows = [{k: v for k, v in row.items() if k not in GIVEN} for row in case.rows]
    plan = case.with_rows(rows).plan()
    assume(plan.status is Status.OPTIMAL)
    found = fairness(plan, case.backlog, case.office)
    avoidable, accounted, _ = reference(case).overtakes(slots_of(plan))
    assert found.avoidable == len(avoidable)
    assert dict(found.accounted) == dict(accounted)
    event(f"by given days: {accounted['moved'] + accounted['frozen'] > 0}")


@pytest.mark.parametrize(
    "rules", [{"freeze_days": 9}, {"tiers": ["unprinted", "moved", "pressure"]}]
)
def test_who_keeps_a_given_day_is_passed_for_that_whatever_the_rank(
    rules: dict[str, Any],
) -> None:
    classes = {
        "emergency": {"target_days": 3, "rank": 0},
        "routine": {"target_days": 30, "default": True},
    }
    days = {"a": START.replace(day=START.day + 1), "b": START}
    rows = [
        person(name, 5, urgency=urgency) | dict.fromkeys(GIVEN) | {"given_on": on}
        for (name, on), urgency in zip(days.items(), classes, strict=True)
    ]
    case = strategies.Case(desk(1, urgency=classes, plan=rules), tuple(rows), days=3)
    plan = case.plan()
    assert dict(plan.assignments.select("application_id", "day").iter_rows()) == days
    assert verify(plan, case.backlog, case.office) == []
    found = fairness(plan, case.backlog, case.office)
    tier = "frozen" if "freeze_days" in rules else "moved"
    assert (found.avoidable, dict(found.accounted)) == (0, {tier: 1})


# By hand


def two(days: tuple[int, int], **second: Any) -> Case:
    office = make_office(printers=[{"id": "p", "cards_per_day": 1}])
    rows = [
        {"application_id": "a", "waiting_since": days[0]},
        {"application_id": "b", "waiting_since": days[1], **second},
    ]
    return Case(office, make_backlog(rows, office), 3)


def test_one_who_waits_longer_and_is_printed_later_was_overtaken() -> None:
    case = two((-9, -5))
    plan = make_plan(case, [(1, "p", "s"), (0, "p", "s")])
    found = fairness(plan, case.backlog, case.office)
    assert (found.avoidable, found.accounted) == (1, {})
    pair = found.sample[0]
    assert (pair.passed, pair.by, pair.day, pair.passed_day) == ("a", "b", 0, 1)


def test_a_due_date_accounts_for_an_overtake() -> None:
    case = two((-9, -5), due_on=0)
    plan = make_plan(case, [None, (0, "p", "s")])
    found = fairness(plan, case.backlog, case.office)
    assert (found.avoidable, found.accounted) == (0, {"overdue": 1})
    assert (found.accounted_total, found.longest_accounted_days) == (1, 3)


def test_neither_overtakes_when_target_and_date_disagree() -> None:
    case = two((-9, -5), urgency="urgent")
    for slots in ([0, 1], [1, 0]):
        plan = make_plan(case, [(d, "p", "s") for d in slots])
        assert fairness(plan, case.backlog, case.office).avoidable == 0


def test_one_who_is_not_ready_is_not_overtaken() -> None:
    office = make_office(printers=[{"id": "p", "cards_per_day": 1}])
    rows = [
        {"application_id": "a", "waiting_since": -9, "ready_on": 1},
        {"application_id": "b", "waiting_since": -5},
    ]
    case = Case(office, make_backlog(rows, office), 3)
    plan = make_plan(case, [(1, "p", "s"), (0, "p", "s")])
    assert fairness(plan, case.backlog, office).avoidable == 0


def test_waits_by_hand() -> None:
    office = make_office(printers=[{"id": "p", "cards_per_day": 9}])
    rows = [
        {
            "application_id": f"{i}",
            "waiting_since": -i,
            "area": "X" if i < 3 else None,
        }
        for i in range(10)
    ]
    case = Case(office, make_backlog(rows, office), 1)
    plan = make_plan(case, [None, *[(0, "p", "s")] * 9])
    waits = fairness(plan, case.backlog, office).waits
    assert waits.rows() == [
        ("all", None, 9, 1, 1, 5, 9, 9),
        ("urgency", "routine", 9, 1, 1, 5, 9, 9),
        ("area", "X", 2, 1, 1, 1, 2, 2),
        ("area", None, 7, 0, 3, 6, 9, 9),
    ]


def test_the_damaged_base_plan_is_unfair() -> None:
    case, plan = base("reserve")
    assert fairness(plan, case.backlog, case.office).avoidable == 0
    from damages import slots_of

    slots = slots_of(case, plan)
    mixed = make_plan(case, slots[::-1])
    assert fairness(mixed, case.backlog, case.office).avoidable > 0
    assert as_fake(plan).status == "optimal"
