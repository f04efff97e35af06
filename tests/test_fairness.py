"""fairness: overtakes counted by groups equal those counted pair by pair."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from builders import (
    Case,
    as_fake,
    choices,
    keeps_limits,
    make_backlog,
    make_office,
    make_plan,
    one_cost,
    planned,
    random_case,
    rank_key,
    strict,
    tier_names,
)
from damages import base
from hypothesis import given
from hypothesis import strategies as st
from strategies import HALF

from ektp_sched.trust import fairness

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


def by_pairs(case: Case, plan: list[Slot]) -> tuple[int, Counter[str], int]:
    """Count overtakes by the definition, pair by pair, by exchanging."""
    rows, tiers = case.rows(), tier_names(case)
    avoidable, accounted, longest = 0, Counter[str](), 0
    for a, first in enumerate(rows):
        for b, other in enumerate(rows):
            slot = plan[b]
            if slot is None:
                continue
            days = case.days if plan[a] is None else (plan[a] or (0,))[0], slot[0]
            ready = (first["ready_on"] - case.start).days
            if days[1] >= days[0] or ready > days[1]:
                continue
            if not comes_first(case, first, other):
                continue
            swapped = list(plan)
            swapped[a], swapped[b] = plan[b], plan[a]
            if swapped[a] not in choices(case, first):
                continue
            if swapped[b] not in choices(case, other):
                continue
            if not keeps_limits(case, swapped):
                continue
            change = [
                sum(
                    one_cost(name, row, at, case) * sign
                    for row, at, sign in (
                        (first, days[1], 1),
                        (first, days[0], -1),
                        (other, days[0], 1),
                        (other, days[1], -1),
                    )
                    if key is None or rank_key(case.office, row) == key
                )
                for name, key in tiers
            ]
            decides = next((i for i, c in enumerate(change) if c), None)
            if decides is None or change[decides] < 0:
                avoidable += 1
            else:
                accounted[tiers[decides][0]] += 1
                longest = max(longest, days[0] - days[1])
    return avoidable, accounted, longest


def comes_first(case: Case, a: dict[str, Any], b: dict[str, Any]) -> bool:
    ranks = strict(rank_key(case.office, a)), strict(rank_key(case.office, b))
    if ranks[0] != ranks[1]:
        return ranks[0] < ranks[1]
    targets = [case.office.urgency[row["urgency"]].target_days for row in (a, b)]
    since = a["waiting_since"], b["waiting_since"]
    return (
        since[0] <= since[1]
        and targets[0] <= targets[1]
        and (since[0] < since[1] or targets[0] < targets[1])
    )


@given(seed=st.integers(0, 10**6), shifts=st.booleans())
def test_groups_count_what_pairs_count(seed: int, shifts: bool) -> None:
    rng = random.Random(seed)
    case = random_case(seed, people=14, days=5, shifts=shifts)
    plan = any_plan(case, rng)
    if plan is None:
        return
    found = fairness(make_plan(case, plan), case.backlog, case.office)
    avoidable, accounted, longest = by_pairs(case, plan)
    assert (found.avoidable, found.accounted, found.longest_accounted_days) == (
        avoidable,
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
