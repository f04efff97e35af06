"""Shifts, quotas, blanks, pins, dates and outages in random mixes of two or three.

Each mix is compared with the best of every plan there is (``mixes_brute``).
"""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from mixes_brute import Small, keeping, nameable, relieved
from opinions import nothing_is_wrong
from strategies import (
    HALF,
    START,
    Case,
    days_of,
    desk,
    mixed_cases,
    person,
    quota_cases,
    shift_cases,
)

import ektp_sched as ek
from ektp_sched.planning import Status

if TYPE_CHECKING:
    from ektp_sched.planning import Conflict, Plan

WEEK = ["mon", "tue", "wed", "thu", "fri"]


def values_of(plan: Plan) -> tuple[int, ...]:
    return tuple(tier.value for tier in plan.tiers)


def possible(case: Case) -> bool:
    return Small(case).possible()


@pytest.mark.slow
@given(mixed_cases() | quota_cases())
def test_a_mix_of_rules_is_planned_as_well_as_can_be(case: Case) -> None:
    small = Small(case)
    wanted = small.best()
    plan = ek.plan(case.backlog, case.office, start=case.start, days=case.days)
    event(f"{plan.engine} {plan.status}")
    if wanted is None:
        assert plan.status is Status.INFEASIBLE
        check_contradiction(case, plan)
        return
    assert plan.status is Status.OPTIMAL
    assert [(tier.name) for tier in plan.tiers] == [
        name for name, _ in small.known.tiers
    ]
    assert values_of(plan) == wanted
    uses = [(use.shift, (use.day - case.start).days) for use in plan.shifts]
    assert small.value_of(days_of(plan), uses) == wanted
    nothing_is_wrong(plan, case)


def check_contradiction(case: Case, plan: Plan) -> None:
    assert plan.conflict
    for conflict in plan.conflict:
        rules = sorted({rule.place.split("[")[0] for rule in conflict.rules})
        event(f"conflict {conflict.code} {rules}")
        if conflict.code == "rules":
            check_rules(case, conflict)
        else:
            check_pins(case, conflict, len(plan.conflict))


def check_rules(case: Case, conflict: Conflict) -> None:
    """Contradictory together, and without any one of them no more."""
    if "pins" in {rule.place for rule in conflict.rules}:
        case = with_pins(case, set(conflict.application_ids))
    places = {rule.place for rule in conflict.rules}
    assert places <= set(nameable(case))
    assert not possible(keeping(case, places))
    for place in places:
        assert possible(keeping(case, places - {place})), place
    for rule in conflict.rules:
        if rule.room is None or "_share" in str(quota_of(case, rule.place)):
            continue
        assert rule.room > 0
        for by in (rule.room, rule.room - 1):
            changed = keeping(relieved(case, rule.place, by), places)
            assert possible(changed) is (by == rule.room), rule


def quota_of(case: Case, place: str) -> object:
    if not place.startswith("quotas"):
        return None
    return case.document["quotas"][int(place[7:-1]) - 1]


def with_pins(case: Case, names: set[str]) -> Case:
    """Return the case with the pins of these alone."""
    rows = [
        row if row["application_id"] in names else row | {"pinned_on": None}
        for row in case.rows
    ]
    return case.with_rows(rows)


def check_pins(case: Case, conflict: Conflict, count: int) -> None:
    """None of the pins that are named is innocent."""
    names = set(conflict.application_ids)
    assert names
    assert not possible(with_pins(case, names))
    if conflict.code in ("pin-capacity", "pin-no-blanks"):
        assert count == 1
        assert all(possible(with_pins(case, names - {name})) for name in names)
    else:
        assert not any(possible(with_pins(case, {name})) for name in names)


# Laws


def compare(less: Case, more: Case) -> None:
    """Whatever ``less`` allows is allowed in ``more`` too, at the same cost."""
    before, after = less.plan(), more.plan()
    event(f"{before.engine} {before.status}, {after.engine} {after.status}")
    assert {before.status, after.status} <= {Status.OPTIMAL, Status.INFEASIBLE}
    if before.status is Status.OPTIMAL:
        assert after.status is Status.OPTIMAL
        shared = min(len(before.tiers), len(after.tiers))
        assert values_of(after)[:shared] <= values_of(before)[:shared]
        nothing_is_wrong(after, more)


@st.composite
def without_a_restriction(draw: st.DrawFn) -> tuple[Case, Case]:
    """Draw a case, and the same without one rule or outage that only restricts."""
    case = draw(mixed_cases() | shift_cases())
    places = nameable(case)
    places += ["outages"] if case.document.get("outages") else []
    shifts = case.document.get("shifts", ())
    free: dict[str, Any] = {"resources": None, "on_holidays": True}
    places += [key for key in free if any(key in shift for shift in shifts)]
    assume(places)
    place = draw(st.sampled_from(places))
    event(f"without {place.split('[')[0]}")
    if place == "outages":
        return case, case.with_document(outages=[])
    if place in free:
        freed = {place: free[place]}
        return case, case.with_document(shifts=[shift | freed for shift in shifts])
    return case, keeping(case, set(places) - {place})


@pytest.mark.slow
@HALF
@given(without_a_restriction())
def test_dropping_what_only_restricts_never_worsens_the_tiers(
    cases: tuple[Case, Case],
) -> None:
    compare(*cases)


@st.composite
def without_an_addition(draw: st.DrawFn) -> tuple[Case, Case]:
    """Draw a case without one shift or delivery that only adds, and with it."""
    case = draw(mixed_cases() | shift_cases())
    fewer = deepcopy(case.document)
    own = {"cost_idr", "shifts"} & set(fewer.get("plan", {}).get("tiers", ()))
    lists = [
        t["deliveries"] for t in fewer.get("cards", {}).values() if t.get("deliveries")
    ]
    if len(fewer.get("shifts", ())) > 1 or ("shifts" in fewer and not own):
        lists.append(fewer["shifts"])
    assume(lists)
    draw(st.sampled_from(lists)).pop()
    return Case(fewer, case.rows, case.start, case.days), case


@pytest.mark.slow
@HALF
@given(without_an_addition())
def test_dropping_what_only_adds_never_improves_the_tiers(
    cases: tuple[Case, Case],
) -> None:
    compare(*cases)


def idle(case: Case) -> list[dict[str, Any]]:
    """Return tables with a rule each that cannot bind."""
    count = len(case.rows)
    quotas = case.document.get("quotas", [])
    free: list[dict[str, Any]] = [
        {"at_most": count},
        {"at_least": 0},
        {"at_most_share": 1},
        {"at_least_share": 0},
    ]
    found: list[dict[str, Any]] = [
        {"quotas": [*quotas, {"per": per, "area": ["Alak"]} | limit]}
        for per, limit in zip(("day", "week", "plan", "day"), free, strict=True)
    ]
    shifts = case.document.get("shifts", [])
    if shifts:
        found.append({"budget": case.document.get("budget", {"idr": 10**9})})
        found.append({"shifts": [{"max_uses": case.days} | one for one in shifts]})
    cards = case.document.get("cards", {})
    ample = {n: {"stock": count, "deliveries": []} | t for n, t in cards.items()}
    return [*found, {"cards": ample}]


@pytest.mark.slow
@HALF
@given(mixed_cases() | shift_cases(), st.data())
def test_a_rule_that_cannot_bind_changes_no_tier(case: Case, data: Any) -> None:
    tables = data.draw(st.sampled_from(idle(case)))
    before, after = case.plan(), case.with_document(**tables).plan()
    event(f"{before.engine} {after.engine} {after.status}")
    assert after.status is before.status
    assert values_of(after) == values_of(before)


# Faults that the mixes above found, and what they looked at


def test_a_quota_is_the_reason_where_blanks_are_left() -> None:
    quota = {"per": "day", "area": ["Alak"], "at_most": 0}
    cards = {"KTP-el": {"default": True, "stock": 1}, "KIA": {}}
    document = desk(1, cards=cards, areas={"Alak": []}, quotas=[quota])
    people = [person(n, 9, area="Alak", card="KTP-el") for n in ("a", "b")]
    case = Case(document, tuple(people), days=4)
    plan = case.plan()
    assert plan.status is Status.OPTIMAL
    assert plan.unprinted["reason"].to_list() == ["quota", "quota"]
    assert ek.verify(plan, case.backlog, case.office) == []


def test_blanks_do_not_cross_with_cards_that_nobody_can_print_in_time() -> None:
    cards = {"KTP-el": {"default": True, "stock": 0}, "KIA": {"stock": 0}}
    late = person("b", 0, card="KIA", ready_on=4)
    case = Case(desk(1, cards=cards), (person("a", 9, card="KTP-el"), late), days=4)
    plan = case.plan()
    assert (plan.status, plan.engine) == (Status.OPTIMAL, "flow")
    assert plan.certificate is not None
    assert plan.unprinted["reason"].to_list() == ["no-blanks", "not-ready"]
    assert ek.verify(plan, case.backlog, case.office) == []


def test_blanks_do_not_cross_in_the_reserve_with_cards_without_a_printer() -> None:
    cards = {"KTP-el": {"default": True, "stock": 0}, "KIA": {"stock": 0}}
    printers = [{"id": "p", "cards_per_day": 2, "cards": ["KIA"]}]
    document = desk(2, cards=cards, printers=printers, reserve={"cards_per_day": 1})
    people = (person("a", 9, card="KTP-el"), person("b", 9, card="KIA"))
    case = Case(document, people, days=4)
    plan = case.plan()
    assert (plan.status, plan.engine) == (Status.OPTIMAL, "flow")
    assert plan.unprinted["reason"].to_list() == ["no-printer", "no-blanks"]
    assert ek.verify(plan, case.backlog, case.office) == []


def test_a_pin_that_a_shift_could_keep_is_not_blamed_for_others() -> None:
    """Saturday keeps "a"; no money makes room for two on Sunday."""
    shifts = [
        {"id": "saturday", "days": ["sat"], "cost_idr": 1},
        {"id": "sunday", "days": ["sun"], "cost_idr": 1},
    ]
    document = desk(1, calendar={"workdays": WEEK}, shifts=shifts, budget={"idr": 1})
    people = (
        person("a", 9, pinned_on=4),
        person("b", 9, pinned_on=5),
        person("c", 9, pinned_on=5),
    )
    plan = Case(document, people, days=7).plan()
    assert plan.status is Status.INFEASIBLE
    (conflict,) = plan.conflict
    assert (conflict.code, conflict.application_ids) == ("pin-capacity", ("b", "c"))


def test_a_pin_that_keeps_a_card_out_of_a_week_is_among_the_rules() -> None:
    """Without its pin "a" could be printed in the week, and the quota be met."""
    sunday = START - timedelta(days=2)
    document = desk(
        1,
        cards={"KTP-el": {"default": True}, "KIA": {"stock": 1}},
        areas={"Alak": []},
        quotas=[{"per": "week", "area": ["Alak"], "at_least": 2}],
    )
    people = (
        person("a", 9, area="Alak", card="KTP-el", pinned_on=sunday),
        person("b", 1, area="Alak", card="KIA"),
        person("c", 1, area="Alak", card="KIA"),
    )
    case = Case(document, people, sunday, 8)
    plan = case.plan()
    assert plan.status is Status.INFEASIBLE
    (conflict,) = plan.conflict
    places = [rule.place for rule in conflict.rules]
    assert places == ["quotas[1]", "cards.KIA.stock", "pins"]
    check_rules(case, conflict)
