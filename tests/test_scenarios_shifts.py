"""Shifts in futures: which are worked, what they add, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_cases import START, desk, scenarios, world

from ektp_sched.backlog import Backlog, from_frame
from ektp_sched.office import Office, capacity, options
from ektp_sched.planning import plan
from ektp_sched.rules.shifts import limits_on_uses
from ektp_sched.scenarios import Goal, compare, limits_of, need
from ektp_sched.scenarios.dates.backtest import backtest
from ektp_sched.scenarios.dates.promise import promise
from ektp_sched.scenarios.simulate.roster import likely_plan, with_roster

if TYPE_CHECKING:
    from ektp_sched.scenarios.world.laws import CheckedScenario

SATURDAY: dict[str, Any] = {"id": "saturday", "days": ["sat"], "cost_idr": 7}
LATE: dict[str, Any] = {
    "id": "late",
    "days": ["mon", "tue", "wed", "thu", "fri"],
    "share": 0.25,
    "cost_idr": 3,
}
DAYS = 21  # with the Saturdays 4, 11 and 18 days after the start, a Tuesday
SATURDAYS = [4, 11, 18]


def office(*shifts: dict[str, Any], **changes: Any) -> Office:
    return desk(shifts=list(shifts), cards={}, **changes)


def people(count: int, rules: Office) -> Backlog:
    rows = [
        {"application_id": f"{n:05d}", "waiting_since": START, "urgency": "routine"}
        for n in range(count)
    ]
    return from_frame(pl.DataFrame(rows), rules)


def roster(
    rules: Office, count: int = 3000, **tables: Any
) -> tuple[CheckedScenario, str]:
    known = scenarios(office=rules, **tables)
    return with_roster(known.named("now"), people(count, rules), START, DAYS)


def offsets(made: CheckedScenario, shift: str = "saturday") -> list[int]:
    return [day for name, day in made.shifts_from(START, DAYS) if name == shift]


def test_a_shift_without_a_limit_is_worked_whenever_it_may_be() -> None:
    made, how = roster(office(SATURDAY), 10)
    assert (offsets(made), made.shifts_idr, how) == (SATURDAYS, 21, "shifts-whenever")


def test_limits_of_a_week_and_rest_are_kept_as_early_as_can_be() -> None:
    made, _ = roster(office(LATE | {"max_per_week": 2, "rest_days": 1}))
    # Tuesday and Thursday, then Monday and Wednesday of each week.
    assert offsets(made, "late") == [0, 2, 6, 8, 13, 15, 20]


def test_a_budget_goes_on_the_days_of_todays_plan() -> None:
    blanks = {"KTP-el": {"stock": 1350, "deliveries": []}}
    blanks["KTP-el"]["deliveries"] = [{"on": START + timedelta(days=11), "cards": 3000}]
    rules = office(SATURDAY, budget={"idr": 8}).model_copy(
        update={"cards": desk(cards=blanks).cards}
    )
    made, how = roster(rules)
    # 270 a day: no blanks are left for the first Saturday; one of the other two.
    assert (len(made.worked_shifts), made.shifts_idr) == (1, 7)
    assert (offsets(made), how) == ([11], "shifts-planned")
    chosen = plan(people(3000, rules), rules, start=START, days=DAYS).shifts
    assert [(one.shift, one.day) for one in chosen] == list(made.worked_shifts)


def test_where_no_plan_can_be_made_shifts_are_worked_as_early_as_may_be() -> None:
    rules = office(SATURDAY | {"max_uses": 2})
    known = scenarios(office=rules).named("now")
    waiting = people(600, rules)
    frame = waiting.frame.with_columns(pinned_on=pl.lit(START, pl.Date))
    pinned = replace(waiting, frame=frame)
    made, how = with_roster(known, pinned, START, DAYS)
    assert (offsets(made), how) == (SATURDAYS[:2], "shifts-unplanned")


@given(
    st.integers(0, 6),
    st.integers(1, 3) | st.none(),
    st.integers(0, 3),
    st.integers(0, 40) | st.none(),
)
def test_what_is_worked_as_early_as_may_be_keeps_every_limit_on_shifts(
    weekday: int, week: int | None, rest: int, idr: int | None
) -> None:
    late = LATE | {"max_per_week": week, "rest_days": rest}
    late = {key: value for key, value in late.items() if value is not None}
    if week is not None and week > 6 // (rest + 1) + 1:
        return
    budget = {} if idr is None else {"budget": {"idr": idr}}
    rules = office(SATURDAY | {"max_uses": 2}, late, **budget)
    start = START + timedelta(days=weekday)
    waiting = people(1, rules)
    frame = waiting.frame.with_columns(pinned_on=pl.lit(start, pl.Date))
    # Two pinned to a day that is perhaps closed: no plan may be found, else it is one.
    made, _ = with_roster(
        scenarios(office=rules, start=start).named("now"),
        replace(waiting, frame=frame),
        start,
        DAYS,
    )
    used = made.shifts_from(start, DAYS)
    allowed = {(one.shift, one.day) for one in options(rules, start, DAYS)}
    assert set(used) <= allowed
    number = {shift.id: place for place, shift in enumerate(rules.shifts)}
    for limit in limits_on_uses(rules, start, DAYS, used):
        taken = np.zeros(DAYS, dtype=np.int64)
        for name, day in used:
            taken[day] += limit.weights[number[name]]
        assert isinstance(limit.amount, np.ndarray)
        bounds = zip(limit.first, limit.last, limit.amount, strict=True)
        assert all(taken[a : b + 1].sum() <= most for a, b, most in bounds)


def test_a_shift_adds_its_cards_on_its_days_and_nothing_else() -> None:
    rules = office(SATURDAY | {"share": 0.5}, reserve={"cards_per_day": 20})
    made, _ = roster(rules)
    limits = limits_of(made, world(scenarios(office=rules), days=DAYS, size=2))
    wanted = capacity(rules, START, DAYS, made.shifts_from(START, DAYS))
    assert limits.server_cards[:, 0].tolist() == wanted.server_cards.tolist()
    assert limits.printer_cards[:, 0].tolist() == wanted.printer_cards.tolist()
    assert limits.open.tolist() == wanted.open.tolist()
    assert limits.by_shift_only is not None
    assert np.flatnonzero(limits.by_shift_only).tolist() == SATURDAYS
    assert limits.kept_free[SATURDAYS].tolist() == [0, 0, 0]
    assert wanted.total is not None
    least = np.minimum(
        limits.server_cards.sum(axis=0), limits.printer_cards.sum(axis=0)
    )
    assert (least[0] - limits.kept_free).clip(0).tolist() == wanted.total.tolist()


def test_a_shift_of_what_is_new_adds_its_share_of_the_cards_drawn() -> None:
    rules = office(SATURDAY | {"share": 0.5})
    new = {
        "id": "new",
        "cards_per_day": {"low": 11, "likely": 21, "high": 31},
        "from": START + timedelta(days=7),
    }
    known = scenarios(office=rules, more={"servers": [new]})
    made, _ = with_roster(known.named("more"), people(9, rules), START, DAYS)
    block = world(known, days=DAYS, size=20)
    limits = limits_of(made, block)
    row = limits.server_cards[limits.servers.index("new")]
    drawn = block.cards(made.added[0])
    assert (row[:, 4] == 0).all()
    assert (row[:, 11] == drawn // 2).all()
    assert (row[:, 7] == drawn).all()


@pytest.mark.parametrize("policy", ["pressure", "replan"])
def test_shifts_print_cards_and_cost_what_the_office_says(policy: str) -> None:
    rules = office(SATURDAY)
    known = scenarios(office=rules, none={"office": {"shifts": []}, "cost_idr": 5})
    found = compare(
        people(6000, rules),
        rules,
        known,
        start=START,
        days=DAYS,
        replications=1,
        policy=policy,
    )
    now, none = found.scenario("now"), found.scenario("none")
    assert now.total_cost_idr is not None
    assert none.total_cost_idr is not None
    assert (now.total_cost_idr.mean, none.total_cost_idr.mean) == (21, 5)
    days = [START + timedelta(days=day) for day in SATURDAYS]
    assert now.shifts == {"saturday": tuple(days)}
    assert none.shifts == {}
    assert now.waiting_at_end is not None
    assert none.waiting_at_end is not None
    more = none.waiting_at_end.mean - now.waiting_at_end.mean
    assert more == 3 * 270
    assert [(one.code, one.figures) for one in found.learnt] == [
        ("shifts-whenever", {"scenario": "now", "days": 3, "cost_idr": 21})
    ]
    # The policy is as good as the exact plan with the same shifts, and knows its days.
    assert {part.gap for part in found.gap} <= {0, None}


def test_a_day_that_a_shift_opens_is_no_further_working_day() -> None:
    rules = office()
    known = scenarios(
        office=rules,
        more={"office": {"shifts": [SATURDAY]}, "cost_idr_per_day": 1000},
    )
    found = compare(
        people(100, rules), rules, known, start=START, days=DAYS, replications=1
    )
    cost = found.scenario("more").total_cost_idr
    assert cost is not None
    assert cost.mean == 21


def test_a_saturday_brings_a_date_and_a_goal_nearer() -> None:
    dated, needed = {}, {}
    for name, rules in {"with": office(SATURDAY), "without": office()}.items():
        waiting = people(270 * 6, rules)
        dated[name] = promise(waiting, rules, start=START, days=DAYS)
        goal = Goal("cleared", START + timedelta(days=6))
        needed[name] = need(
            waiting, rules, resource="server-1", goal=goal, start=START, days=DAYS
        )
    assert dated["with"].people["likely_on"].max() == START + timedelta(days=6)
    assert dated["without"].people["likely_on"].max() == START + timedelta(days=7)
    # Until Monday there are five working days, and a Saturday.
    assert needed["with"].cards_per_day == 200
    assert needed["without"].cards_per_day == 254
    assert [one.code for one in needed["with"].notices] == ["shifts-whenever"]
    assert [one.code for one in dated["with"].notices] == ["shifts-whenever"]
    assert dated["without"].notices == ()


def test_dates_with_shifts_are_judged_by_futures_with_the_same_shifts() -> None:
    rules = office(SATURDAY)
    broken = {"server-1": {"mean_days_between": 9, "mean_days_down": 2}}
    known = scenarios({"breakdowns": broken}, office=rules)
    found = backtest(
        people(2000, rules),
        rules,
        known,
        start=START,
        days=60,
        replications=50,
        fresh=50,
    )
    assert found.cases[0].share > 0.8
    assert [one.code for one in found.notices] == ["shifts-whenever"]


def test_the_likely_plan_prints_in_every_shift_that_is_worked() -> None:
    rules = office(SATURDAY)
    made, _ = roster(rules)
    printed = likely_plan(made, people(6000, rules), START, DAYS).assignments
    by_day = dict(printed.group_by("day").len().iter_rows())
    assert [by_day[START + timedelta(days=day)] for day in SATURDAYS] == [270] * 3
    assert by_day.get(date(2017, 9, 17)) is None
