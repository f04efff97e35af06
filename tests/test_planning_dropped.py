"""What each yes/no rule is worth: plans made again without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from output_cases import SHIFTS, make
from rich.console import Console
from strategies import (
    FEW,
    HALF,
    START,
    Case,
    cases,
    consumable_cases,
    desk,
    given_cases,
    person,
    shift_cases,
)

from ektp_sched.errors import UsageError
from ektp_sched.office import Office
from ektp_sched.output.languages import language
from ektp_sched.output.terminal import dropped_entries, show_dropped
from ektp_sched.planning import Status, dropped, plan

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.planning import Dropped, Plan

PLANNED = (Status.OPTIMAL, Status.FEASIBLE)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("case"), rate=4, rules=SHIFTS)


def values(plan: Plan) -> dict[tuple[str, object], int]:
    return {(tier.name, tier.rank): tier.value for tier in plan.tiers}


def office_without(office: Office, text: str) -> Office:
    """Return the office as a planner would write it without a rule."""
    document = office.model_dump(by_alias=True, exclude_none=True)
    if text == "budget":
        del document["budget"]
    else:
        document["shifts"] = [s for s in document["shifts"] if s["id"] != text]
    return Office.model_validate(document)


@pytest.mark.slow
def test_each_rule_is_dropped_as_if_it_were_not_written(made: Plan) -> None:
    before = made.office.model_copy(deep=True)
    found = dropped(made)
    assert made.office == before
    assert [(each.rule, each.name) for each in found] == [
        ("shifts[1]", "saturday"),
        ("shifts[2]", "overtime"),
        ("budget", None),
    ]
    for each in found:
        office = office_without(made.office, each.name or "budget")
        wanted = plan(made.backlog, office, start=made.start, days=made.days)
        assert values(each.plan) == values(wanted)
        assert each.plan.status is Status.OPTIMAL
        assert {(c.name, c.rank): c.without for c in each.changes} == values(wanted)
        assert {(c.name, c.rank): c.value for c in each.changes} == values(made)
        assert all(change.proven for change in each.changes)


@pytest.mark.slow
def test_changes_by_hand(made: Plan) -> None:
    saturday, overtime, budget = dropped(made)
    cost = {c.name: c.more for c in saturday.changes}
    assert cost["cost_idr"] == -2_500_000
    assert cost["shifts"] == -1
    cost = {c.name: c.more for c in overtime.changes}
    assert cost["cost_idr"] == -500_000
    assert cost["shifts"] == -1
    # Both are bought already, and there is one of each in these ten days.
    assert not any(change.more for change in budget.changes)


def test_the_last_shift_leaves_an_office_without_any(tmp_path: Path) -> None:
    rules = "[[shifts]]\nid = 'a'\ndays = ['sat']\ncost_idr = 7\n"
    made = make(tmp_path, rate=4, rules=rules)
    (only,) = dropped(made)
    assert only.plan.office.shifts == ()
    assert only.plan.shifts == ()
    own = {c.name: (c.value, c.without) for c in only.changes}
    assert own["cost_idr"] == (7, 0)
    assert own["shifts"] == (1, 0)


@pytest.mark.slow
def test_each_quota_is_dropped_too(tmp_path: Path) -> None:
    rules = "[[quotas]]\nid = 'few'\narea = 'Area 1'\nper = 'day'\nat_most = 1\n"
    rules += "[[quotas]]\narea = 'Area 2'\nper = 'plan'\nat_most = 20\n"
    made = make(tmp_path, rate=4, rules=rules)
    few, many = dropped(made)
    assert (few.rule, few.name) == ("quotas[1]", "few")
    assert (many.rule, many.name) == ("quotas[2]", None)
    assert [quota.id for quota in few.plan.office.quotas] == [None]
    # It only restricts, and the other one cannot bind.
    worth = {c.name: c.more for c in few.changes if c.rank is None}
    assert worth["pressure"] < 0
    assert not any(change.more for change in many.changes)


@pytest.mark.slow
def test_a_pin_that_only_a_shift_can_keep(made: Plan) -> None:
    pinned = made.backlog.frame.with_columns(pinned_on=date(2017, 9, 16)).head(1)
    backlog = replace(made.backlog, frame=pinned)
    kept = plan(backlog, made.office, start=made.start, days=made.days)
    saturday, overtime, _ = dropped(kept)
    assert saturday.plan.status is Status.INFEASIBLE
    assert saturday.changes == ()
    assert overtime.plan.status is Status.OPTIMAL


def test_without_a_plan_there_is_nothing_to_compare(made: Plan) -> None:
    with pytest.raises(UsageError, match="its status is infeasible"):
        dropped(replace(made, status=Status.INFEASIBLE))


def test_an_office_without_such_rules(tmp_path: Path) -> None:
    assert dropped(make(tmp_path)) == ()


@pytest.mark.slow
def test_progress_rises_from_rule_to_rule(made: Plan) -> None:
    said: list[tuple[str, float]] = []
    dropped(made, progress=lambda stage, share: said.append((stage, share)))
    assert {stage for stage, _ in said} == {"dropped"}
    shares = [share for _, share in said]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 2 / 3 < shares[-1] <= 1


def compared(each: Dropped) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return (
        tuple(change.without for change in each.changes),
        tuple(change.value for change in each.changes),
    )


@pytest.mark.slow
@FEW
@given(shift_cases())
def test_a_shift_only_adds_and_a_budget_only_restricts(case: Case) -> None:
    made = case.plan()
    if made.status not in PLANNED:
        return
    for each in dropped(made):
        Office.model_validate(each.plan.office.model_dump(by_alias=True))
        without, value = compared(each)
        if each.rule == "budget":
            assert without <= value
        elif each.plan.status is Status.OPTIMAL:
            assert without >= value
        else:
            assert each.plan.status is Status.INFEASIBLE


@pytest.mark.slow
@HALF
@given(consumable_cases())
def test_blanks_and_ribbons_only_restrict(case: Case) -> None:
    made = case.plan()
    if made.status is not Status.OPTIMAL:
        return
    for each in dropped(made):
        if each.rule.startswith("quotas"):
            continue
        assert each.plan.status is Status.OPTIMAL
        assert [c.without for c in each.changes] <= [c.value for c in each.changes]


def test_each_consumable_is_dropped_by_itself() -> None:
    two = {
        "cards": {
            "KTP-el": {
                "stock": 3,
                "expires_on": date(2017, 9, 12),
                "set_aside": {"routine": 1},
                "deliveries": [{"on": date(2017, 9, 13), "cards": 1}],
            }
        },
        "printers": [
            {"id": "p", "cards_per_day": 1},
            {"id": "q", "cards_per_day": 1, "cards_per_ribbon": 2, "ribbons": 1},
        ],
    }
    rows = tuple(person(f"a{n}", n, card="KTP-el") for n in range(6))
    made = Case(desk(9, **two), rows, days=4).plan()
    found = {each.rule: each for each in dropped(made)}
    assert list(found) == [
        "cards.KTP-el.set_aside",
        "cards.KTP-el.expires_on",
        "printers[2].ribbons",
    ]
    assert found["printers[2].ribbons"].name == "q"
    left = {rule: each.plan.unprinted.height for rule, each in found.items()}
    assert made.unprinted.height == 3
    assert left == {
        "cards.KTP-el.set_aside": 3,
        "cards.KTP-el.expires_on": 2,
        "printers[2].ribbons": 3,
    }


# Stability: what a given day kept costs.


def morning(**aims: Any) -> Plan:
    """A second morning of one card a day: yesterday gave the less pressing one today.

    Printed in the order of pressure, a (10 days) has today and b (2 days) tomorrow;
    the other way round pressure is (11 - 3) / 30 more.
    """
    rows = (
        person("a", 10, given_on=START + timedelta(days=1), given_printer="p"),
        person("b", 2, given_on=START, given_printer="p"),
    )
    return Case(desk(1, plan=aims), rows, days=4).plan()


def more(found: Dropped) -> dict[str, Fraction]:
    return {change.name: change.more for change in found.changes if change.more}


def test_one_more_day_of_stability_has_its_price() -> None:
    (longer,) = dropped(morning())
    assert longer.rule == "plan.freeze_days"
    assert longer.plan.office.plan.freeze_days == 1
    assert more(longer) == {"pressure": Fraction(8, 30), "moved": -2}
    assert all(change.proven for change in longer.changes)
    # Nothing of the office's own changed.
    assert morning().office.plan.freeze_days == 0


@pytest.mark.parametrize(
    "aims", [{"freeze_days": 1}, {"tiers": ["unprinted", "moved", "pressure"]}]
)
def test_what_keeping_days_costs_at_all(aims: dict[str, Any]) -> None:
    longer, without = dropped(morning(**aims))
    assert more(longer) == {}
    assert without.rule == "plan.tiers"
    assert more(without) == {"pressure": Fraction(-8, 30), "moved": 2}
    assert [c.name for c in without.changes if c.name == "frozen"] == []


@pytest.mark.slow
@FEW
@given(given_cases(cases()))
def test_stability_is_never_for_nothing(case: Case) -> None:
    made = case.plan()
    assume(made.status is Status.OPTIMAL)
    aims = case.office.plan
    for each in dropped(made):
        assert each.plan.status is Status.OPTIMAL
        first = next((c.more for c in each.changes if c.more), 0)
        own = next((c.more for c in each.changes if c.more and c.name != "moved"), 0)
        if each.rule == "plan.tiers":
            assert own <= 0
        elif each.rule == "plan.freeze_days" and not aims.freeze_days:
            # The other plan was one that the first could have chosen.
            assert first >= 0 or "moved" in aims.tiers


@pytest.mark.parametrize("code", ["en", "id"])
def test_stability_is_said_in_both_languages(code: str) -> None:
    console = Console(file=StringIO(), width=200)
    show_dropped(dropped(morning(freeze_days=1)), console, language(code))
    assert isinstance(console.file, StringIO)
    said = console.file.getvalue()
    assert "plan.freeze_days = 2" in said
    assert "freeze_days = 0" in said
    entries = dropped_entries(dropped(morning()))
    assert [entry["rule"] for entry in entries] == ["plan.freeze_days"]
    tiers = {tier["name"]: tier["more_exact"] for tier in entries[0]["tiers"]}
    assert tiers["pressure"] == "4/15"
