"""Quotas, and blanks that cross: worked optima, brute force, contradictions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mixes_brute import Small
from strategies import (
    FEW,
    HALF,
    START,
    Case,
    crossing_cases,
    days_of,
    desk,
    person,
    pinned_cases,
    quota_cases,
    quota_shift_cases,
)

from ektp_sched.errors import UsageError
from ektp_sched.planning import Status, engines
from ektp_sched.planning.mixed import exact, relax, solve
from ektp_sched.planning.trees.search import Effort

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.planning import Plan

Days = dict[str, int | None]


WEEK = {"workdays": ["mon", "tue", "wed", "thu", "fri"]}


def best(case: Case) -> list[int] | None:
    values = Small(case).best()
    return None if values is None else list(values)


def values(plan: Plan) -> list[int]:
    return [tier.value for tier in plan.tiers]


@pytest.mark.slow
@HALF
@given(quota_cases())
def test_looking_at_few_choices_first_finds_the_same(case: Case) -> None:
    with patch.multiple(relax, _FEW=0, _NEAREST=1, _COARSE=2):
        plan = case.plan()
    known = case.plan()
    assert plan.status is known.status
    assert values(plan) == values(known)


@pytest.mark.slow
@given(pinned_cases(most=8))
def test_the_program_and_the_network_agree_where_both_apply(case: Case) -> None:
    assume(case.rows)
    plan = case.plan()
    with patch.object(engines, "ENGINES", engines.ENGINES[-1:]):
        mixed = case.plan()
    if plan.status is Status.INFEASIBLE:
        assert mixed.status is Status.INFEASIBLE
        return
    assert mixed.status is Status.OPTIMAL
    assert values(mixed) == values(plan)


def people(**count: int) -> tuple[dict[str, Any], ...]:
    """Return so many who wait in each area, the first the longest."""
    return tuple(
        person(f"{area.lower()}{n}", 99 - n, area=area)
        for area, some in count.items()
        for n in range(some)
    )


def district(*quotas: dict[str, Any], daily: int = 2, **tables: Any) -> dict[str, Any]:
    areas: dict[str, list[str]] = {"Alak": [], "Maulafa": []}
    return desk(daily, areas=areas, quotas=list(quotas), **tables)


def test_at_least_one_a_day_for_a_district_until_nobody_is_left() -> None:
    rows = (
        *people(Maulafa=4),
        *(person(f"alak{n}", 5 - n, area="Alak") for n in range(2)),
    )
    quota = {"per": "day", "area": ["Alak"], "at_least": 1}
    free = Case(district(), rows).plan()
    kept = Case(district(quota), rows).plan()
    assert (free.engine, kept.engine) == ("flow", "milp")
    assert days_of(free) == {f"maulafa{n}": n // 2 for n in range(4)} | {
        "alak0": 2,
        "alak1": 2,
    }
    assert days_of(kept) == {
        "maulafa0": 0,
        "alak0": 0,
        "maulafa1": 1,
        "alak1": 1,
        "maulafa2": 2,
        "maulafa3": 2,
    }
    assert kept.certificate is not None
    assert kept.certificate.trees is not None
    assert kept.status is Status.OPTIMAL


def test_at_most_over_the_plan_leaves_the_rest_unprinted_with_that_reason() -> None:
    quota = {"per": "plan", "area": ["Alak"], "at_most": 1}
    plan = Case(district(quota), people(Alak=2), days=3).plan()
    assert days_of(plan) == {"alak0": 0, "alak1": None}
    assert plan.unprinted["reason"].to_list() == ["quota"]


def test_a_quota_that_cannot_be_met_says_where_and_what_would_make_room() -> None:
    day = START + timedelta(days=1)
    out = {"resource": "q", "from": day, "to": day}
    document = district(
        {"per": "day", "area": ["Alak"], "at_least": 2},
        daily=9,
        printers=[
            {"id": "p", "cards_per_day": 9, "areas": ["Maulafa"]},
            {"id": "q", "cards_per_day": 3, "areas": ["Alak"]},
        ],
        outages=[out],
    )
    plan = Case(document, people(Alak=9, Maulafa=3), days=3).plan()
    assert plan.status is Status.INFEASIBLE
    (conflict,) = plan.conflict
    (rule,) = conflict.rules
    assert (conflict.code, rule.place) == ("rules", "quotas[1]")
    assert rule.day == rule.last == day
    assert (rule.room, rule.down) == (2, ("q",))


def test_two_quotas_that_contradict_each_other_are_both_named() -> None:
    document = district(
        {"per": "day", "area": ["Alak"], "at_least": 1},
        {"per": "plan", "urgency": ["routine"], "at_most": 9},
        {"per": "plan", "area": ["Alak"], "at_most": 1},
    )
    plan = Case(document, people(Alak=3), days=3).plan()
    (conflict,) = plan.conflict
    assert [(r.place, r.room) for r in conflict.rules] == [
        ("quotas[1]", 1),
        ("quotas[3]", 2),
    ]


@pytest.mark.parametrize("share", ["0.333333333333333", "0." + "3" * 30])
def test_a_third_of_a_spreadsheet_is_a_third_of_whole_cards(share: str) -> None:
    """So many digits would be lost on a solver of floats."""
    most = {"per": "day", "area": ["Alak"], "at_most_share": Decimal(share)}
    least = {"per": "day", "area": ["Maulafa"], "at_least_share": Decimal(share)}
    rows = people(Alak=90, Maulafa=90)
    document = district(most, daily=39)
    document["printers"][0]["cards_per_day"] = 39
    plan = Case(document, rows, days=3).plan()
    assert plan.status is Status.OPTIMAL
    names = plan.assignments["application_id"]
    # 13 of 39 would be a whole third, which is more than this share.
    assert names.str.starts_with("alak").sum() == 3 * 12
    plan = Case(document | {"quotas": [least]}, rows, days=3).plan()
    assert plan.status is Status.OPTIMAL


def test_quotas_need_a_stated_number_of_days() -> None:
    case = Case(
        district({"per": "plan", "area": ["Alak"], "at_most": 1}), people(Alak=2)
    )
    with pytest.raises(UsageError, match="days is left out; quotas"):
        case.plan(days=None)


def test_a_saturday_is_bought_where_a_quota_needs_it() -> None:
    quota = {"per": "week", "area": ["Alak"], "at_least": 6}
    shift = {"id": "saturday", "days": ["sat"], "share": 1, "cost_idr": 5}
    document = district(quota, daily=1, calendar=WEEK, shifts=[shift])
    monday = START - timedelta(days=1)
    rows = people(Alak=9)
    plan = Case(document, rows, monday, 7).plan()
    assert plan.status is Status.OPTIMAL
    assert [(u.shift, u.day, u.cost_idr) for u in plan.shifts] == [
        ("saturday", monday + timedelta(days=5), 5)
    ]
    broke = Case(document | {"budget": {"idr": 4}}, rows, monday, 7).plan()
    (conflict,) = broke.conflict
    assert [(r.place, r.room) for r in conflict.rules] == [
        ("quotas[1]", 1),
        ("budget.idr", 1),
    ]

    assert plan.shifts[0].needed_for_rules
    assert plan.shifts[0].saves == ()


def test_what_a_saturday_saves_beside_a_quota() -> None:
    quota = {"per": "week", "area": ["Alak"], "at_most": 2}
    shift = {"id": "saturday", "days": ["sat"], "cost_idr": 5}
    document = district(quota, daily=1, calendar=WEEK, shifts=[shift])
    monday = START - timedelta(days=1)
    (use,) = Case(document, people(Alak=9, Maulafa=9), monday, 8).plan().shifts
    # Seven of eight are printed, without Saturday six; the seventh, who waited
    # longest of those then left, would accrue on Saturday and on Sunday too.
    saved = {saving.name: saving.value for saving in use.saves}
    assert saved["unprinted"] == 1
    assert use.person_days == 3
    assert use.wasted_trips * 30 == 3
    assert not use.needed_for_rules


@pytest.mark.slow
@HALF
@given(quota_shift_cases())
def test_what_each_shift_saves_is_what_a_plan_without_it_lacks(case: Case) -> None:
    plan = case.plan()
    tiers = [t.value for t in plan.tiers if t.name not in ("cost_idr", "shifts")]
    for use in plan.shifts:
        kept = [other.day for other in plan.shifts if other is not use]
        wanted = best(opened(case, kept))
        assert use.needed_for_rules == (wanted is None)
        assert bool(use.saves) == (wanted is not None)
        if wanted is not None:
            assert [s.value for s in use.saves] == [
                then - now for then, now in zip(wanted, tiers, strict=True)
            ]


def opened(case: Case, days: list[date]) -> Case:
    """Return the case without shifts, some days being working days."""
    calendar = case.document["calendar"] | {"open": days}
    tables = {k: v for k, v in case.document.items() if k not in ("shifts", "budget")}
    return replace(case, document=tables | {"calendar": calendar})


def test_a_saving_that_time_did_not_suffice_for_is_not_known() -> None:
    quota = {"per": "week", "area": ["Alak"], "at_most": 2}
    shift = {"id": "saturday", "days": ["sat"], "cost_idr": 5}
    document = district(quota, daily=1, calendar=WEEK, shifts=[shift])
    monday = START - timedelta(days=1)
    case = Case(document, people(Alak=9, Maulafa=9), monday, 8)
    plan = case.plan(time_limit=1e-9)
    assert plan.status is Status.FEASIBLE
    assert [(use.saves, use.needed_for_rules) for use in plan.shifts] == [((), False)]


@pytest.mark.parametrize("costs", [(5_000_001, 5_000_001), (5_000_001, 5_000_000)])
def test_a_budget_is_kept_to_the_rupiah(costs: tuple[int, int]) -> None:
    """A solver's tolerance would let through one rupiah in a million."""
    quota = {"per": "week", "area": ["Alak"], "at_most": 500}
    shifts = [
        {"id": name, "days": [day], "cost_idr": cost}
        for name, day, cost in zip("ab", ("wed", "thu"), costs, strict=True)
    ]
    document = district(
        quota, daily=1, shifts=shifts, budget={"idr": 10_000_000}, calendar=WEEK
    )
    plan = Case(document, people(Alak=9, Maulafa=9), days=4).plan()
    assert plan.status is Status.OPTIMAL
    assert len(plan.shifts) == 1


@pytest.mark.slow
def test_what_is_found_with_days_in_parts_starts_no_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = import_module("ektp_sched.planning.mixed.run")
    search, none = module._search, module.Ended(None, None, 0.0, 0, infeasible=True)
    atoms: list[bool] = []

    def fails_near(laid: Any, matrix: Any, kept: Any, *more: Any, **named: Any) -> Any:
        """Find nothing next to the fractions, nor next to the whole sums."""
        with_atoms = len(matrix.cost) > len(laid.matrix.cost)
        atoms.extend([True] * with_atoms)
        near = (
            len(atoms) % 2 == 0 if with_atoms else named.get("nodes") == module._SHORT
        )
        return none if near else search(laid, matrix, kept, *more, **named)

    share = {"per": "week", "at_most_share": Decimal("0.37"), "area": ["Alak"]}
    other = {"per": "week", "at_most_share": Decimal("0.71"), "area": ["Maulafa"]}
    case = Case(district(share, other, daily=7), people(Alak=31, Maulafa=29))
    wanted = case.plan()
    monkeypatch.setattr(module, "_search", fails_near)
    plan = case.plan()
    assert atoms
    assert (plan.status, values(plan)) == (Status.OPTIMAL, values(wanted))


@pytest.mark.slow
@given(crossing_cases())
def test_blanks_that_cross_are_planned_over_stated_days(case: Case) -> None:
    plan = case.plan()
    assert (plan.status, plan.engine) == (Status.OPTIMAL, "milp")
    stock = case.document["cards"]["KTP-el"]["stock"]
    names = plan.assignments["application_id"].to_list()
    assert sum(name.startswith("k") for name in names) == stock
    assert "i" in names
    assert set(plan.unprinted["reason"]) <= {"no-blanks"}


def test_of_each_card_type_the_longest_waiting_get_its_blanks() -> None:
    document = desk(
        2,
        cards={"KTP-el": {"default": True, "stock": 1}, "KIA": {"stock": 1}},
    )
    rows = (
        person("a", 9, card="KTP-el"),
        person("b", 8, card="KTP-el"),
        person("c", 7, card="KIA"),
        person("d", 6, card="KIA"),
    )
    plan = Case(document, rows, days=2).plan()
    assert days_of(plan) == {"a": 0, "b": None, "c": 0, "d": None}


@pytest.mark.parametrize("values", [True, False])
def test_a_search_that_knows_no_bound_claims_none(
    monkeypatch: pytest.MonkeyPatch, values: bool
) -> None:
    """Where the time is over at once the solver says "above minus infinity"."""
    module = import_module("ektp_sched.planning.mixed.run")
    search = module.branch

    def cut_short(*arguments: Any, **named: Any) -> Any:
        answer = search(*arguments, **named)
        return replace(answer, bound=None, values=answer.values if values else None)

    share = {"per": "week", "at_most_share": Decimal("0.37"), "area": ["Alak"]}
    case = Case(district(share, daily=7), people(Alak=31, Maulafa=29))
    wanted = case.plan()
    monkeypatch.setattr(module, "branch", cut_short)
    plan = case.plan(time_limit=20)
    assert plan.status in (Status.OPTIMAL, Status.FEASIBLE, Status.UNKNOWN)
    for tier, best in zip(plan.tiers, wanted.tiers, strict=False):
        assert tier.bound is not None
        assert tier.bound <= best.value <= tier.value
        if tier.value > best.value:
            break


LONG = (64, 81, 25, 49)
"""Targets in days whose least common multiple is 6,350,400."""


def waiting_long(waits: list[int], days: int, daily: int = 2) -> Case:
    """Return people in four classes and four districts, two of them with quotas."""
    urgency: dict[str, Any] = {f"u{days}": {"target_days": days} for days in LONG}
    urgency["u64"]["default"] = True
    quotas = [
        {"per": "week", "area": ["A"], "at_most_share": 0.3},
        {"per": "day", "area": ["B"], "at_least": 1},
    ]
    document = desk(
        daily, urgency=urgency, areas={name: [] for name in "ABCD"}, quotas=quotas
    )
    rows = tuple(
        person(
            f"p{n}",
            waited,
            ready_on=START,
            area="ABCD"[n % 4],
            urgency=f"u{LONG[n * 5 % 7 % 4]}",
        )
        for n, waited in enumerate(waits)
    )
    return Case(document, rows, days=days)


@pytest.mark.slow
@FEW
@given(
    st.lists(st.integers(20_000, 700_000), min_size=1, max_size=5),
    st.sampled_from([0, exact._LARGE]),
)
def test_large_numbers_are_planned_as_brute_force_does(
    waits: list[int], large: int
) -> None:
    case = waiting_long([5, *waits], 4)
    with patch.object(exact, "_LARGE", large):
        plan = case.plan()
    wanted = best(case)
    if wanted is None:
        assert plan.status is Status.INFEASIBLE
        return
    assert plan.status is Status.OPTIMAL
    assert values(plan) == wanted
    assert days_of(plan).keys() == {row["application_id"] for row in case.rows}


@pytest.mark.slow
@FEW
@given(quota_shift_cases())
def test_whole_numbers_and_floats_agree_where_both_suffice(case: Case) -> None:
    known = case.plan()
    with patch.object(exact, "_LARGE", 0):
        plan = case.plan()
    assert plan.status is known.status
    assert values(plan) == values(known)


@pytest.mark.parametrize(
    ("count", "days", "daily", "value"),
    [
        (12, 6, 2, 45_913_201_949),
        (12, 10, 1, 122_690_806_870),
        (40, 20, 3, 427_156_442_189),
    ],
)
def test_a_plan_of_large_numbers_is_proven(
    count: int, days: int, daily: int, value: int
) -> None:
    """The solver of fractions gave up here; CP-SAT alone finds the same values."""
    waits = [10 + n * 7919 % 40_000 for n in range(count)]
    plan = waiting_long(waits, days, daily).plan()
    assert (plan.status, plan.engine) == (Status.OPTIMAL, "milp")
    assert (plan.tiers[-1].value, plan.tiers[-1].bound) == (value, value)


def test_a_search_that_numbers_keep_from_its_end_says_so() -> None:
    case = waiting_long([10 + n * 7919 % 40_000 for n in range(12)], 6)
    with patch.multiple(exact, _LARGE=0, _RANGE=1):
        assert case.plan().status is Status.OPTIMAL  # a tree proves it all the same
        with patch.multiple(solve, _BEFORE=Effort(parts=0), _AFTER=Effort(parts=0)):
            plan = case.plan()
    assert plan.status is Status.FEASIBLE
    assert [notice.code for notice in plan.notices] == ["search-numbers"]
    for tier in plan.tiers:
        assert tier.bound is not None
        assert tier.bound <= tier.value
