"""verify: a valid plan passes, every kind of damage is found and named."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
import strategies
from builders import (
    START,
    Case,
    as_fake,
    day,
    make_backlog,
    make_office,
    make_plan,
    planned,
)
from damages import DAMAGES, Damage, base
from hypothesis import given, settings
from hypothesis import strategies as st
from opinions import nothing_is_wrong

from ektp_sched.documents import Status, Tier
from ektp_sched.output.explain_text import explanation_lines
from ektp_sched.output.languages import language
from ektp_sched.output.rows import sheet_rows
from ektp_sched.trust import (
    Violation,
    check_certificate,
    explain,
    facts,
    fairness,
    proves_choice,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def codes(found: list[Violation]) -> list[str]:
    return [violation.code for violation in found]


@pytest.mark.parametrize("name", ["stock", "reserve", "shifts"])
def test_the_best_plan_passes(name: str) -> None:
    case, plan = base(name)
    assert verify(plan, case.backlog, case.office) == []


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.name)
def test_every_damage_is_found_and_named(damage: Damage) -> None:
    case, plan = damage.damaged()
    found = verify(plan, case.backlog, case.office)
    assert damage.code in codes(found)
    assert all(v.message.endswith(".") and len(v.message) > 20 for v in found)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.name)
def test_damage_is_found_the_same_in_small_blocks(
    damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, plan = damage.damaged()
    found = verify(plan, case.backlog, case.office)
    monkeypatch.setattr(facts, "_BLOCK", 2)
    assert verify(plan, case.backlog, case.office) == found


LIES: dict[str, Callable[[Ints], Ints]] = {
    "true": lambda at: at,
    "turned": lambda at: at[::-1],
    "beyond": lambda at: at + 1,
    "below": lambda at: at - at.max(initial=0) - 1,
    "short": lambda at: at[:1],
}


@pytest.mark.parametrize("lie", LIES)
def test_rows_that_a_plan_says_of_itself_are_not_believed(lie: str) -> None:
    case, _ = base("stock")
    made = planned(case)
    printed, left = made.rows
    made = replace(made, rows=(LIES[lie](printed), LIES[lie](left)))
    ids = made.assignments["application_id"]
    turned = replace(made, assignments=made.assignments.with_columns(ids.reverse()))
    assert verify(made, case.backlog, case.office) == []
    found = verify(turned, case.backlog, case.office)
    assert found
    assert found == verify(replace(turned, rows=None), case.backlog, case.office)
    for each in (made, turned):
        plain = replace(each, rows=None)
        assert sheet_rows(each).frame.equals(sheet_rows(plain).frame)


def test_there_are_enough_kinds_of_damage() -> None:
    assert len({damage.code for damage in DAMAGES}) >= 20


@settings(max_examples=3 * settings().max_examples)
@given(
    strategies.cases()
    | strategies.pinned_cases()
    | strategies.quota_cases()
    | strategies.shift_cases()
    | strategies.mixed_cases()
    | strategies.consumable_cases()
    | strategies.given_cases(strategies.cases() | strategies.mixed_cases())
)
def test_what_the_program_plans_passes_every_check(case: strategies.Case) -> None:
    plan = case.plan()
    if plan.status is Status.INFEASIBLE:
        assert plan.conflict
        return
    assert plan.status is Status.OPTIMAL
    check = nothing_is_wrong(plan, case)
    assert check.chosen == proves_choice(plan.certificate)
    if plan.certificate is None:
        assert case.office.shifts
        assert plan.engine == "milp"
    else:
        assert check.whole
        assert check_certificate(plan, case.backlog, case.office) == []
    overtakes = fairness(plan, case.backlog, case.office)
    assert overtakes.avoidable == 0 or "pressure" not in case.office.plan.tiers
    for name in case.backlog.frame["application_id"]:
        said = explain(plan, case.backlog, case.office, name)
        assert explanation_lines(said, language("en"))


def test_where_rules_contradict_there_is_no_plan_to_verify() -> None:
    office = make_office()
    rows = [
        {"application_id": f"a{n}", "waiting_since": 0, "pinned_on": 1}
        for n in range(3)
    ]
    case = Case(office, make_backlog(rows, office), 2)
    plan = planned(case)
    assert plan.status is Status.INFEASIBLE
    assert codes(verify(plan, case.backlog, office)) == ["no-plan"]


def test_an_empty_backlog_has_an_empty_plan() -> None:
    office = make_office()
    full = make_backlog([{"application_id": "a", "waiting_since": 0}], office)
    empty = replace(full, frame=full.frame.clear())
    case = Case(office, empty, 5)
    plan = make_plan(case, [])
    assert verify(plan, empty, office) == []
    stranger = make_plan(Case(office, full, 5), [(0, "p", "s")])
    assert "unknown-application" in codes(verify(stranger, empty, office))


def test_a_plan_by_hand_needs_no_certificate() -> None:
    office = make_office()
    rows = [{"application_id": n, "waiting_since": -5} for n in ("a", "b", "c")]
    case = Case(office, make_backlog(rows, office), 3)
    plan = make_plan(case, [(0, "p", "s"), (0, "p", "s"), (1, "p", "s")])
    assert verify(plan, case.backlog, office) == []
    worse = make_plan(case, [(0, "p", "s"), (1, "p", "s"), (0, "p", "s")])
    found = verify(worse, case.backlog, office)
    assert [(v.code, v.application_id, v.day) for v in found] == [
        ("tie-break", "b", day(1))
    ]


def test_recorded_at_comes_before_the_id_and_missing_comes_last() -> None:
    office = make_office(printers=[{"id": "p", "cards_per_day": 1}])
    rows = [
        {"application_id": "a", "waiting_since": -5, "recorded_at": None},
        {
            "application_id": "c",
            "waiting_since": -5,
            "recorded_at": datetime(2017, 1, 1, 9),
        },
        {
            "application_id": "b",
            "waiting_since": -5,
            "recorded_at": datetime(2017, 1, 1, 9),
        },
    ]
    case = Case(office, make_backlog(rows, office), 3)
    right = make_plan(case, [(2, "p", "s"), (1, "p", "s"), (0, "p", "s")])
    assert verify(right, case.backlog, office) == []
    for slots in ([1, 2, 0], [2, 0, 1], [0, 1, 2]):
        wrong = make_plan(case, [(d, "p", "s") for d in slots])
        assert set(codes(verify(wrong, case.backlog, office))) == {"tie-break"}


def test_ids_are_compared_by_code_point() -> None:
    office = make_office(printers=[{"id": "p", "cards_per_day": 1}])
    names = ["Z", "a", "é", "\N{CJK UNIFIED IDEOGRAPH-4E00}", "\U0001f600"]
    rows = [{"application_id": n, "waiting_since": -5} for n in names]
    case = Case(office, make_backlog(rows, office), 5)
    plan = make_plan(case, [(d, "p", "s") for d in range(5)])
    assert verify(plan, case.backlog, office) == []


def test_a_lottery_is_drawn_from_its_seed() -> None:
    rules = {"tie_break": "lottery", "seed": 7}
    office = make_office(printers=[{"id": "p", "cards_per_day": 1}], plan=rules)
    rows = [{"application_id": n, "waiting_since": -5} for n in "abc"]
    case = Case(office, make_backlog(rows, office), 3)
    # sha256 of 7:a, 7:b, 7:c begins 8cd2…, 5c0b…, 6fe6…
    import hashlib

    drawn = sorted("abc", key=lambda n: hashlib.sha256(f"7:{n}".encode()).hexdigest())
    days = [drawn.index(n) for n in "abc"]
    plan = make_plan(case, [(d, "p", "s") for d in days])
    assert verify(plan, case.backlog, office) == []
    mixed = make_plan(case, [(2 - d, "p", "s") for d in days])
    assert "tie-break" in codes(verify(mixed, case.backlog, office))


def test_the_tie_break_holds_across_cohorts_that_the_tiers_leave_free() -> None:
    # Without pressure nothing tells one waiting_since from another.
    office = make_office(
        printers=[{"id": "p", "cards_per_day": 1}], plan={"tiers": ["unprinted"]}
    )
    rows = [
        {"application_id": "b", "waiting_since": -9},
        {"application_id": "a", "waiting_since": -5},
    ]
    case = Case(office, make_backlog(rows, office), 2)
    best = as_fake(planned(case))
    assert verify(best, case.backlog, office) == []
    assert best.assignments["application_id"].to_list() == ["a", "b"]
    other = make_plan(
        case, [(0, "p", "s"), (1, "p", "s")], certificate=best.certificate
    )
    found = verify(other, case.backlog, office)
    assert [(v.code, v.application_id) for v in found] == [("tie-break", "a")]


def test_a_promise_before_the_start_is_counted() -> None:
    office = make_office()
    rows = [{"application_id": "a", "waiting_since": -50, "promised_on": -4}]
    case = Case(office, make_backlog(rows, office), 3)
    plan = make_plan(case, [(1, "p", "s")])
    assert [tier.value for tier in plan.tiers] == [0, 0, 5, 51 * 1]
    assert verify(plan, case.backlog, office) == []


def test_pressure_by_hand() -> None:
    # Waiting since the day before: day 2, 3, 4 of waiting before day 3.
    office = make_office(urgency={"only": {"target_days": 7}})
    rows = [{"application_id": "a", "waiting_since": -1}]
    case = Case(office, make_backlog(rows, office), 9)
    plan = make_plan(case, [(3, "p", "s")])
    assert (plan.tiers[-1].value, plan.tiers[-1].scale) == (2 + 3 + 4, 7)
    assert verify(plan, case.backlog, office) == []
    future = make_backlog([{"application_id": "a", "waiting_since": 2}], office)
    late = Case(office, future, 9)
    plan = make_plan(late, [None])
    assert plan.tiers[-1].value == 1 + 2 + 3 + 4 + 5 + 6 + 7
    assert codes(verify(plan, late.backlog, office)) == ["unprinted-reason"]


def test_many_violations_of_a_kind_are_counted_not_listed() -> None:
    office = make_office(printers=[{"id": "p", "cards_per_day": 1000}])
    rows = [{"application_id": f"{i:04d}", "waiting_since": -5} for i in range(300)]
    case = Case(office, make_backlog(rows, office), 3)
    plan = make_plan(case, [(0, "p", "s")] * 300)
    found = verify(plan, case.backlog, office)
    assert codes(found) == ["server-capacity"]
    wrong = plan.assignments.with_columns(wait_days=0)
    found = verify(replace(plan, assignments=wrong), case.backlog, office)
    listed = [v for v in found if v.code == "wait-days"]
    assert len(listed) == 101
    assert listed[-1].message == "200 more of the kind wait-days are not listed."


def test_missing_columns_are_named() -> None:
    case, plan = base("stock")
    less = replace(plan, assignments=plan.assignments.drop("server"))
    found = verify(less, case.backlog, case.office)
    assert [(v.code, v.message) for v in found] == [
        ("columns", "Columns are missing: plan.server.")
    ]


def test_empty_cells_are_violations_not_crashes() -> None:
    case, plan = base("stock")
    for column in plan.assignments.columns:
        empty = plan.assignments.with_columns(
            plan.assignments[column].clear(plan.assignments.height).alias(column)
        )
        found = verify(replace(plan, assignments=empty), case.backlog, case.office)
        assert found, column


def test_a_bound_below_its_value_is_no_claim() -> None:
    case, plan = base("stock")
    tiers = tuple(
        Tier(t.name, t.rank, t.value, t.scale, t.value - 1, proven=False)
        for t in plan.tiers
    )
    honest = replace(plan, tiers=tiers, status=Status.FEASIBLE, certificate=None)
    assert verify(honest, case.backlog, case.office) == []
    proud = replace(honest, status=Status.OPTIMAL)
    assert codes(verify(proud, case.backlog, case.office)) == ["status"]
    boast = tuple(replace(t, proven=True, bound=t.value) for t in tiers)
    unfounded = replace(honest, tiers=(*boast[:-1], tiers[-1]))
    assert codes(verify(unfounded, case.backlog, case.office)) == ["tier-claim"]
    contrary = replace(honest, tiers=boast)
    assert codes(verify(contrary, case.backlog, case.office)) == ["status"]


def test_start_is_a_date_of_the_plan() -> None:
    assert date(2017, 9, 12) == START
    assert START.strftime("%a") == "Tue"


@given(
    cards=st.lists(st.sampled_from([2, 3]), min_size=2, max_size=5),
    data=st.data(),
)
def test_shares_are_even_where_they_are_between_every_two(
    cards: list[int], data: st.DataObject
) -> None:
    printers = [
        {"id": f"p{number}", "cards_per_day": most} for number, most in enumerate(cards)
    ]
    used = [data.draw(st.integers(0, most)) for most in cards]
    office = make_office(printers=printers)
    rows = [
        {"application_id": f"A{number:02}", "waiting_since": -9}
        for number in range(sum(used))
    ]
    case = Case(office, make_backlog(rows, office), days=1)
    places = [f"p{number}" for number, count in enumerate(used) for _ in range(count)]
    plan = make_plan(case, [(0, printer, "s") for printer in places])
    pairs = itertools.combinations(zip(cards, used, strict=True), 2)
    even = all(
        more - fewer in (0, 1)
        for (most, more), (other, fewer) in pairs
        if most == other
    )
    told = codes(verify(plan, case.backlog, case.office))
    assert ("uneven-share" not in told) is even
