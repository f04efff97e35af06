"""Shifts and budget: worked optima, brute force over every decision, laws."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from proof_sums import sums
from reference import shifts_allowed
from strategies import FEW, HALF, START, Case, days_of, desk, person, shift_cases

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.office import capacity, options
from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.people.objectives import EARLINESS
from ektp_sched.planning import Status
from ektp_sched.planning.decisions.search import Search
from ektp_sched.planning.network.conflicts import pin_conflicts
from ektp_sched.planning.network.flow import FlowSolver
from ektp_sched.planning.network.lexicographic import solve_tiers
from ektp_sched.planning.network.program import build_program
from ektp_sched.planning.tiers import objectives
from ektp_sched.rules.tiers import DECISION_TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ektp_sched.office import Office, Option
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning import Plan

WEEK = ["mon", "tue", "wed", "thu", "fri"]
SATURDAY, SUNDAY = 4, 5


def allowed(office: Office, used: Sequence[Option], start: date) -> bool:
    return shifts_allowed(office, start, [(o.shift, o.day) for o in used])


def decisions(case: Case) -> Iterator[tuple[Option, ...]]:
    can = options(case.office, case.start, case.days)
    for number in range(len(can) + 1):
        for used in combinations(can, number):
            if allowed(case.office, used, case.start):
                yield used


def cohorts_of(case: Case) -> Cohorts:
    return build_cohorts(case.backlog, case.office, case.start, case.days)


def value(case: Case, used: Sequence[Option], cohorts: Cohorts) -> list[int] | None:
    """Return every tier of the best plan under a decision; None if a pin breaks."""
    office, start, days = case.office, case.start, case.days
    limits = capacity(office, start, days, [(o.shift, o.day) for o in used])
    program = build_program(cohorts, limits, days)
    if pin_conflicts(program, cohorts, case.backlog.frame):
        return None
    tiers = objectives(office, cohorts, days)
    solution = solve_tiers(program, cohorts, tiers, FlowSolver())
    assert solution is not None
    flows = iter(solution.tiers)
    own = {"cost_idr": sum(o.cost_idr for o in used), "shifts": len(used)}
    return [
        own[tier.name] if tier.name in own else next(flows).value
        for tier in objectives(office, cohorts, days, decided=True)
        if tier.name != EARLINESS
    ]


def best(case: Case) -> list[int] | None:
    return min((v for v in truth(case).values() if v is not None), default=None)


def values_of(plan: Plan) -> list[int]:
    return [tier.value for tier in plan.tiers]


def truth(case: Case) -> dict[tuple[Option, ...], list[int] | None]:
    cohorts = cohorts_of(case)
    return {used: value(case, used, cohorts) for used in decisions(case)}


def of_network(plan: Plan, values: list[int] | None) -> list[int] | None:
    """Leave out the tiers that are the shifts' own."""
    if values is None:
        return None
    pairs = zip(values, plan.tiers, strict=True)
    return [v for v, tier in pairs if tier.name not in DECISION_TIERS]


@pytest.mark.slow
@given(shift_cases())
def test_no_decision_is_better_and_the_proof_adds_up(case: Case) -> None:
    every = truth(case)
    kept = [values for values in every.values() if values is not None]
    plan = case.plan()
    event(f"shifts worked: {len(plan.shifts)}")
    if not kept:
        assert plan.status is Status.INFEASIBLE
        return
    assert plan.status is Status.OPTIMAL
    assert values_of(plan) == min(kept)
    proof = sums(plan, case)
    event(f"leaves: {min(3, sum(map(len, proof.proof.leaves)))}")
    assert proof.faults() == []
    assert proof.too_high({u: of_network(plan, v) for u, v in every.items()}) == []


# Worked optima.  The start is a Tuesday: Saturdays are days 4 and 11.


def shift(name: str, *days: Any, cost: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": name, "days": list(days), "cost_idr": cost} | fields


def office(daily: int, *shifts: dict[str, Any], **tables: Any) -> dict[str, Any]:
    """A desk that works from Monday to Friday, and some shifts."""
    budget = tables.pop("budget", None)
    if budget is not None:
        tables["budget"] = {"idr": budget}
    calendar = {"workdays": WEEK} | tables.pop("calendar", {})
    return desk(daily, calendar=calendar, shifts=list(shifts), **tables)


def crowd(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [person(f"n{number}", 9, **fields) for number in range(count)]


def planned(document: dict[str, Any], people: Sequence[Any], days: int = 12) -> Plan:
    case = Case(document, tuple(people), days=days)
    plan = case.plan()
    assert plan.status is Status.OPTIMAL
    assert sums(plan, case).faults() == []
    return plan


def worked(plan: Plan) -> list[tuple[str, int]]:
    return [(use.shift, (use.day - START).days) for use in plan.shifts]


def amount(plan: Plan, name: str) -> int:
    return next(tier.value for tier in plan.tiers if tier.name == name)


def test_the_budget_buys_the_better_saturday() -> None:
    document = office(1, shift("sat", "sat"), budget=1)
    early = planned(document, crowd(10))
    assert worked(early) == [("sat", SATURDAY)]
    assert amount(early, "unprinted") == 0
    # One who is ready on the last day can only be printed by the second.
    late = planned(document, [*crowd(9), person("late", 0, ready_on=11)])
    assert worked(late) == [("sat", 11)]
    assert amount(late, "unprinted") == 0


@pytest.mark.parametrize(
    ("budget", "uses", "left"),
    [
        (4, [("over", 1)], 8),
        # One dear use of 3 cards is more than one cheap use of 2,
        (5, [("sat", SATURDAY)], 7),
        # but not more than two of them.
        (6, [("over", 1), ("over", 3)], 6),
        (8, [("over", 1), ("sat", SATURDAY)], 5),
    ],
)
def test_overtime_against_saturday_is_a_knapsack(
    budget: int, uses: list[tuple[str, int]], left: int
) -> None:
    document = office(
        2,
        shift("sat", "sat", cost=5, share=Decimal("1.5")),
        shift("over", "wed", "fri", cost=3),
        budget=budget,
    )
    plan = planned(document, crowd(20), days=7)
    assert worked(plan) == uses
    assert amount(plan, "unprinted") == left
    assert amount(plan, "cost_idr") <= budget


def test_what_a_use_saves() -> None:
    plan = planned(office(1, shift("sat", "sat", cost=7), budget=7), crowd(5), days=7)
    (use,) = plan.shifts
    assert use.cost_idr == 7
    # The fifth card is printed on day 4 instead of day 6, on its 14th day of
    # waiting: days 13 and 14 of 30 are saved, 14/30 + 15/30.
    saved = {saving.name: saving.value for saving in use.saves}
    assert saved == {"unprinted": 0, "overdue": 0, "promise": 0, "pressure": 29}
    assert use.person_days == 2
    assert use.wasted_trips * 30 == 2


PINNED = [
    person("a", 9, pinned_on=SATURDAY),
    person("b", 9, pinned_on=SUNDAY),
]


@pytest.mark.parametrize(
    ("rule", "allows", "forbids"),
    [
        ("max_uses", {"max_uses": 2}, {"max_uses": 1}),
        ("max_per_week", {"max_per_week": 2}, {"max_per_week": 1}),
        ("rest_days", {"rest_days": 0}, {"rest_days": 1}),
        ("resources", {"resources": ["p", "s"]}, {"resources": ["p"]}),
        ("days", {"days": ["sat", START + timedelta(days=5)]}, {"days": ["sat"]}),
        ("cost_idr", {"cost_idr": 2}, {"cost_idr": 3}),
    ],
)
def test_a_rule_that_leaves_pins_their_days_and_one_that_does_not(
    rule: str, allows: dict[str, Any], forbids: dict[str, Any]
) -> None:
    free = office(1, shift("extra", "sat", "sun") | allows, budget=4)
    assert worked(planned(free, PINNED)) == [("extra", SATURDAY), ("extra", SUNDAY)]
    bound = office(1, shift("extra", "sat", "sun") | forbids, budget=4)
    plan = Case(bound, tuple(PINNED), days=12).plan()
    assert plan.status is Status.INFEASIBLE, rule
    assert plan.conflict


def test_most_uses_of_a_plan() -> None:
    free = planned(office(1, shift("sat", "sat")), crowd(30))
    assert worked(free) == [("sat", SATURDAY), ("sat", 11)]
    bound = planned(office(1, shift("sat", "sat", max_uses=1)), crowd(30))
    assert len(worked(bound)) == 1
    assert amount(bound, "unprinted") == amount(free, "unprinted") + 1


def test_a_week_begins_on_monday() -> None:
    extra = shift("extra", "sat", "sun", max_per_week=1)
    assert len(worked(planned(office(1, extra), crowd(30), days=7))) == 1
    across = shift("extra", "sun", "mon", max_per_week=1)
    plan = planned(office(1, across), crowd(30), days=7)
    assert worked(plan) == [("extra", SUNDAY), ("extra", 6)]


def test_rest_between_uses() -> None:
    near = shift("extra", "sat", "sun", "mon", rest_days=1)
    plan = planned(office(1, near), crowd(30), days=7)
    assert worked(plan) == [("extra", SATURDAY), ("extra", 6)]
    far = shift("extra", "sat", "sun", "mon", rest_days=2)
    assert len(worked(planned(office(1, far), crowd(30), days=7))) == 1


def test_a_shift_opens_what_it_names() -> None:
    printer_alone = shift("over", "wed", resources=["p"])
    # Printing is held up by the server alone: more printer is worth nothing.
    assert worked(planned(office(1, printer_alone), crowd(30))) == []
    narrow = office(9, printer_alone, printers=[{"id": "p", "cards_per_day": 1}])
    assert worked(planned(narrow, crowd(30), days=4)) == [("over", 1)]


def test_on_holidays() -> None:
    closed = {"calendar": {"closed": [START + timedelta(days=2)]}}
    shut = planned(office(1, shift("extra", "thu"), **closed), crowd(30), days=4)
    assert worked(shut) == []
    extra = shift("extra", "thu", on_holidays=True)
    assert worked(planned(office(1, extra, **closed), crowd(30), days=4)) == [
        ("extra", 2)
    ]


def test_the_reserve_is_kept_on_working_days_only() -> None:
    document = office(
        3, shift("sat", "sat"), shift("over", "fri"), reserve={"cards_per_day": 1}
    )
    plan = planned(document, crowd(40), days=5)
    assert worked(plan) == [("over", 3), ("sat", SATURDAY)]
    by_day = [list(days_of(plan).values()).count(day) for day in range(5)]
    assert by_day == [2, 2, 2, 5, 3]


def test_a_pin_on_a_closed_day_forces_the_shift() -> None:
    own = {"tiers": ["cost_idr", "unprinted", "overdue", "promise", "pressure"]}
    document = office(5, shift("sat", "sat", cost=9), budget=9, plan=own)
    assert worked(planned(document, crowd(3))) == []
    plan = planned(document, [*crowd(3), person("pinned", 0, pinned_on=SATURDAY)])
    assert worked(plan) == [("sat", SATURDAY)]
    assert amount(plan, "cost_idr") == 9
    (use,) = plan.shifts
    assert use.needed_for_rules
    assert use.saves == ()


def test_a_pin_that_no_budget_pays_for() -> None:
    document = office(5, shift("sat", "sat", cost=9), budget=8)
    people = (*crowd(3), person("pinned", 0, pinned_on=SATURDAY))
    plan = Case(document, people, days=12).plan()
    assert plan.status is Status.INFEASIBLE
    (conflict,) = plan.conflict
    assert conflict.application_ids == ("pinned",)
    assert [(r.place, r.room) for r in conflict.rules] == [
        ("budget.idr", 1),
        ("pins", None),
    ]


def test_of_pins_too_many_for_a_shift_that_is_too_dear_one_is_named() -> None:
    people = [person(f"pinned{n}", pinned_on=SATURDAY) for n in range(2)]
    named = []
    for budget in (9, 8):
        document = office(1, shift("sat", "sat", cost=9), budget=budget)
        plan = Case(document, tuple(people), days=12).plan()
        assert plan.status is Status.INFEASIBLE
        (conflict,) = plan.conflict
        places = [(rule.place, rule.room) for rule in conflict.rules]
        named.append((conflict.code, len(conflict.application_ids), places))
    assert named == [
        # There is room for one of both,
        ("pin-capacity", 2, []),
        # and here not for one.
        ("rules", 1, [("budget.idr", 1), ("pins", None)]),
    ]


BASE = ["unprinted", "overdue", "promise", "pressure"]


@pytest.mark.parametrize(
    ("tiers", "uses"),
    [
        # Last, as it is if the office does not name them: every gain is bought.
        (BASE, [("dear", 1), ("free", 2), ("sat", SATURDAY)]),
        # After the number of unprinted only what prints one more is bought.
        (["unprinted", "cost_idr", "pressure"], [("free", 2), ("sat", 4)]),
        # First it allows what costs nothing,
        (["cost_idr", *BASE], [("free", 2)]),
        # and the number of shifts not even that.
        (["shifts", *BASE], []),
        # One dear shift is fewer, two cheap ones are less money.
        (["unprinted", "shifts", "cost_idr", "pressure"], [("dear", 1)]),
    ],
)
def test_where_the_shifts_own_tiers_stand(
    tiers: list[str], uses: list[tuple[str, int]]
) -> None:
    document = office(
        1,
        shift("dear", "wed", cost=9, share=2, max_uses=1),
        shift("free", "thu", cost=0, max_uses=1),
        shift("sat", "sat", cost=2),
        plan={"tiers": tiers},
    )
    # Nine working days and eleven people: two cards are missing.
    assert worked(planned(document, crowd(11))) == uses


def test_a_strict_rank_buys_the_day_that_it_needs() -> None:
    def document(**emergency: int) -> dict[str, Any]:
        classes = {
            "emergency": {"target_days": 30} | emergency,
            "routine": {"target_days": 30, "default": True},
        }
        over = shift("over", "wed", "fri")
        return office(1, over, budget=1, urgency=classes)

    new = [person(f"e{n}", 0, urgency="emergency", ready_on=3) for n in range(2)]
    people = [*crowd(9), *new]
    assert worked(planned(document(), people)) == [("over", 1)]
    assert worked(planned(document(rank=0), people)) == [("over", 3)]


# What a planner may leave out, or ask for


def test_without_days_the_horizon_is_that_without_shifts() -> None:
    document = office(2, shift("sat", "sat"), budget=2)
    case = Case(document, tuple(crowd(40)))
    plan = case.plan(days=None)
    assert plan.status is Status.OPTIMAL
    assert plan.days == 28
    assert worked(plan) == [("sat", SATURDAY), ("sat", 11)]


def test_without_days_a_pin_on_a_closed_day_is_kept() -> None:
    document = office(2, shift("sat", "sat"))
    people = (person("pinned", 0, pinned_on=SATURDAY),)
    plan = Case(document, people).plan(days=None)
    assert plan.status is Status.OPTIMAL
    assert worked(plan) == [("sat", SATURDAY)]


@pytest.mark.parametrize(
    "people",
    [[], crowd(3, area="Alak"), crowd(3, ready_on=90)],
    ids=["nobody", "no printer", "not ready"],
)
def test_nothing_is_bought_for_nobody(people: list[dict[str, Any]]) -> None:
    printers = [{"id": "p", "cards_per_day": 1, "areas": ["Maulafa"]}]
    document = office(1, shift("sat", "sat", cost=0), printers=printers)
    assert worked(planned(document, people)) == []


def test_nothing_is_bought_where_it_is_not_needed() -> None:
    far = shift("far", START + timedelta(days=300))
    assert worked(planned(office(9, far, shift("sat", "sat")), crowd(3))) == []
    late = planned(office(9, shift("sat", "sat")), crowd(3), days=300)
    assert worked(late) == []
    poor = office(1, shift("sat", "sat"), shift("gift", "sun", cost=0), budget=0)
    assert worked(planned(poor, crowd(30), days=7)) == [("gift", SUNDAY)]


def test_six_shifts_may_share_a_day_and_seven_may_not() -> None:
    shifts = [
        shift(f"s{n}", "sat", cost=n + 1, share=Decimal(n + 1) / 2) for n in range(7)
    ]
    plan = planned(office(2, *shifts[:6], budget=7), crowd(30), days=7)
    assert amount(plan, "unprinted") == 30 - 2 * 5 - 7
    # As many cards for as much money; three shifts would be too many.
    assert len(worked(plan)) == 2
    with pytest.raises(UnsupportedRuleError, match="7 of Kantor may be worked"):
        Case(office(2, *shifts), tuple(crowd(30)), days=7).plan()


def test_stock_servers_and_areas_behind_shifts() -> None:
    document = office(
        2,
        shift("sat", "sat", resources=["p", "s"]),
        shift("all", "sat", "sun", cost=3, share=Decimal("0.5")),
        budget=4,
        servers=[{"id": "s", "cards_per_day": 2}, {"id": "t", "cards_per_day": 2}],
        printers=[
            {"id": "p", "cards_per_day": 3, "areas": ["Alak"]},
            {"id": "q", "cards_per_day": 2, "servers": ["t"]},
        ],
        cards={"K": {"default": True, "stock": 12, "deliveries": []}},
    )
    areas = ("Alak", "Maulafa")
    people = [
        person(f"n{n}", n % 5, area=areas[n % 2], due_on=4 + n % 3) for n in range(24)
    ]
    case = Case(document, tuple(people), days=7)
    plan = planned(document, people, days=7)
    assert values_of(plan) == best(case)


# Laws


@pytest.mark.slow
@FEW
@given(shift_cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_shifts_changes_nothing(case: Case, shuffle: Any) -> None:
    rows = list(case.rows)
    shuffle.shuffle(rows)
    other = case.with_rows(rows).with_document(shifts=case.document["shifts"][::-1])
    first, second = case.plan(), other.plan()
    assert first.status is second.status
    assert values_of(first) == values_of(second)
    assert first.shifts == second.shifts
    assert first.assignments.equals(second.assignments)


@pytest.mark.slow
@FEW
@given(shift_cases())
def test_the_same_twice(case: Case) -> None:
    first, second = case.plan(), case.plan()
    assert first.tiers == second.tiers
    assert first.shifts == second.shifts
    assert first.certificate == second.certificate
    assert first.assignments.equals(second.assignments)


@pytest.mark.slow
@FEW
@given(shift_cases())
def test_the_second_engine_decides_alike(case: Case) -> None:
    first, second = case.plan(), case.plan(engine="cpsat")
    assert second.engine == "cpsat"
    assert first.status is second.status
    assert values_of(first) == values_of(second)
    assert worked(first) == worked(second)


@pytest.mark.slow
@HALF
@given(shift_cases(), st.integers(0, 12))
def test_cut_short_it_is_never_worse_than_without_shifts(
    case: Case, looks: int
) -> None:
    """The time is over after so many looks at the clock."""
    left = iter(range(looks))
    with patch.object(Search, "_late", lambda _: next(left, None) is None):
        plan = case.plan()
    without = value(case, (), cohorts_of(case))
    if plan.status in (Status.UNKNOWN, Status.INFEASIBLE):
        assert without is None
        assert plan.status is Status.UNKNOWN or best(case) is None
        return
    wanted = best(case)
    assert wanted is not None
    event(str(plan.status))
    assert without is None or values_of(plan) <= without
    assert (values_of(plan) == wanted) or plan.status is Status.FEASIBLE
    for tier, least in zip(plan.tiers, wanted, strict=True):
        assert tier.bound is not None
        assert tier.bound <= min(tier.value, least)
        if not tier.proven:
            break
        assert tier.value == tier.bound == least


def test_pins_that_time_did_not_suffice_for_are_no_contradiction() -> None:
    document = office(1, shift("sat", "sat"))
    case = Case(document, (person("pinned", 0, pinned_on=SATURDAY),), days=7)
    with patch.object(Search, "_late", lambda _: True):
        plan = case.plan()
    assert plan.status is Status.UNKNOWN
    assert plan.conflict == ()
    assert case.plan().status is Status.OPTIMAL
