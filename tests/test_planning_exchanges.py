"""The public tie-break in mixed plans, against looking at every pair of people.

No two people could exchange their slots with every rule and every tier value kept
and the earlier in the tie-break coming earlier.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from mixes_brute import Small
from reference import Slot, reference, slots_of
from strategies import (
    FEW,
    HALF,
    Case,
    consumable_cases,
    days_of,
    desk,
    mixed_cases,
    person,
    quota_cases,
    quota_shift_cases,
)

from ektp_sched.planning import Status

if TYPE_CHECKING:
    from reference import Person

    from ektp_sched.planning import Plan

pytestmark = pytest.mark.slow


def could_have_exchanged(case: Case, plan: Plan) -> list[tuple[str, str]]:
    """Return pairs of which the first comes first, and could have come earlier."""
    small, problem = Small(case), reference(case)
    slots, days = slots_of(plan), days_of(plan)
    uses = [(use.shift, (use.day - case.start).days) for use in plan.shifts]
    value = small.value_of(days, uses)

    def may(one: Person, slot: Slot) -> bool:
        pinned = one.pinned if one.pinned is not None and one.pinned >= 0 else None
        if slot is None:
            return pinned is None or pinned >= case.days
        free = pinned in (None, slot[0])
        return free and slot[0] >= one.ready and slot[1] in one.printers

    found = []
    for first, other in permutations(problem.people, 2):
        here, there = slots[first.name], slots[other.name]
        if problem.tie_break(first) > problem.tie_break(other):
            continue
        if problem.day(here) <= problem.day(there):
            continue
        after = slots | {first.name: there, other.name: here}
        swapped = days | {first.name: days[other.name], other.name: days[first.name]}
        if (
            may(first, there)
            and may(other, here)
            and not problem.broken_blanks(after)
            and small.value_of(swapped, uses) == value
        ):
            found.append((first.name, other.name))
    return found


CASES = st.one_of(quota_cases(), mixed_cases(), consumable_cases(), quota_shift_cases())


@FEW
@given(CASES)
def test_nobody_could_exchange_at_no_cost(case: Case) -> None:
    plan = case.plan()
    event(f"{plan.engine} {plan.status}")
    if plan.status in (Status.OPTIMAL, Status.FEASIBLE):
        assert could_have_exchanged(case, plan) == []


def idle_quotas(case: Case) -> list[dict[str, Any]]:
    """Return quotas that cannot bind, by area, class and card type."""
    many = len(case.rows)
    kinds = ({"area": ["Alak"]}, {"urgency": ["urgent"]}, {"card": ["KIA"]})
    return [{"per": "day", "at_most": many} | kind for kind in kinds]


@HALF
@given(quota_cases())
def test_quotas_that_cannot_bind_change_nobodys_day(case: Case) -> None:
    """Where the tiers tell nobody apart the tie-break alone decides."""
    nothing = dict.fromkeys(("due_on", "promised_on", "pinned_on"))
    since = {"waiting_since": case.start, "ready_on": case.start}
    alike = [row | nothing | since for row in case.rows]
    classes = {"urgent": {"target_days": 30}, "routine": {"target_days": 30}}
    classes["routine"] |= {"default": True}
    document = case.document | {"urgency": classes}
    free = Case(document | {"quotas": []}, tuple(alike), case.start, case.days)
    bound = free.with_document(quotas=idle_quotas(free))
    plain, mixed = free.plan(), bound.plan()
    event(f"{plain.engine} {mixed.engine}")
    if plain.engine != mixed.engine and plain.status is mixed.status:
        assert days_of(mixed) == days_of(plain)


def test_a_quota_that_cannot_bind_does_not_put_the_later_record_first() -> None:
    quotas = [{"per": "day", "area": ["X"], "at_most": 5}]
    document = desk(1, areas={"X": [], "Y": []}, quotas=quotas)
    for areas in permutations("XXYY"):
        people = [
            person(name, area=area) for name, area in zip("abcd", areas, strict=True)
        ]
        days = days_of(Case(document, tuple(people), days=6).plan())
        assert days == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_a_quota_that_binds_lets_the_later_record_come_first() -> None:
    quotas = [{"per": "day", "area": ["X"], "at_least": 1}]
    document = desk(1, areas={"X": [], "Y": []}, quotas=quotas)
    people = (person("a", area="Y"), person("b", area="X"), person("c", area="X"))
    plan = Case(document, people, days=6).plan()
    assert days_of(plan) == {"b": 0, "c": 1, "a": 2}


def test_many_exchange_at_once_and_the_last_as_far_as_the_quota_lets_them() -> None:
    """All are alike but for their area; at most two of X a day, three a day printed."""
    quotas = [{"per": "day", "area": ["X"], "at_most": 2}]
    document = desk(3, areas={"X": [], "Y": []}, quotas=quotas)
    people = [person(f"{n:03}", area="X" if n < 60 else "Y") for n in range(120)]
    case = Case(document, tuple(people), days=50)
    plan = case.plan()
    days = days_of(plan)
    assert [days[f"{n:03}"] for n in range(60)] == [n // 2 for n in range(60)]
    assert could_have_exchanged(case, plan) == []
