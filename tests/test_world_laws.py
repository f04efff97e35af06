"""What the futures of two worlds with the same random numbers have in common."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_cases import START, desk, history, scenarios, working_days, world
from strategies import make_backlog, person

from ektp_sched.errors import UsageError
from ektp_sched.office import calendar
from ektp_sched.scenarios import (
    POLICIES,
    CheckedScenarios,
    build_queue,
    compare,
    limits_of,
    simulate,
    unknown_deliveries,
)
from ektp_sched.scenarios.simulate.runs import Run, run_scenarios

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog

DAYS = 42
WORKED = np.ones(DAYS, dtype=np.bool_)
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
RATES = st.fractions(0, 30, max_denominator=4)
MEANS = st.integers(2, 40)
BREAKING = {"mean_days_between": 6, "mean_days_down": 3}
NEW = {"servers": [{"id": "new", "cards_per_day": 300, "replaces": ["server-1"]}]}


def waiting(count: int) -> Backlog:
    return make_backlog([person(f"A{n:03d}", n % 60) for n in range(count)])


def small(**changes: Any) -> CheckedScenarios:
    servers = [{"id": "server-1", "cards_per_day": 9}]
    office = desk(servers=servers, cards={}, **changes.pop("office", {}))
    return scenarios(changes, office=office, more=NEW)


def arriving(rate: float, dispersion: float = 1, **more: Any) -> CheckedScenarios:
    rules = {"per_working_day": rate, "mix": {"emergency": 0.25, "routine": 0.75}}
    return small(arrivals=rules | {"dispersion": dispersion}, **more)


def queue_by_day(
    known: CheckedScenarios, policy: str = "pressure"
) -> NDArray[np.int32]:
    people = waiting(40)
    queue = build_queue(people, known.office, START, DAYS)
    block = world(known, days=DAYS, size=30)
    limits = limits_of(known.named(None), block)
    return simulate(queue, limits, block.arrivals, policy).waiting


@given(RATES, RATES, st.sampled_from((1, 1.5, 9)), st.sampled_from(POLICIES))
def test_more_arrivals_never_shorten_the_queue_on_any_day(
    one: Fraction, other: Fraction, dispersion: float, policy: str
) -> None:
    known = arriving(9, dispersion, breakdowns={"server-1": BREAKING})
    few, many = (known.with_arrivals(rate) for rate in sorted((one, other)))
    fewer, more = (world(k, days=DAYS, size=30).arrivals.cards for k in (few, many))
    assert (fewer <= more).all()
    assert (queue_by_day(few, policy) <= queue_by_day(many, policy)).all()


@given(MEANS, MEANS, MEANS, MEANS)
def test_more_frequent_or_longer_breakdowns_never_give_a_day_more(
    between: int, other: int, down: int, longer: int
) -> None:
    known = small(breakdowns={"server-1": BREAKING})
    often, seldom = sorted((between, other))
    short, long = sorted((down, longer))
    worse, better = (
        known.with_breakdown("server-1", mean_days_between=a, mean_days_down=b)
        for a, b in ((often, long), (seldom, short))
    )
    lives = [world(k, days=DAYS).up("server-1", WORKED) for k in (worse, better)]
    assert lives[0] is not None
    assert lives[1] is not None
    assert (lives[0] <= lives[1]).all()
    cards = [
        limits_of(k.named(None), world(k, days=DAYS)).server_cards
        for k in (worse, better)
    ]
    assert (cards[0] <= cards[1]).all()


def test_where_a_repair_is_sure_failing_more_can_give_a_day_more() -> None:
    """The exception: with chances that sum to more than 1 spells alternate."""
    known = small(breakdowns={"server-1": BREAKING})
    often, seldom = (
        known.with_breakdown("server-1", mean_days_between=n, mean_days_down=1)
        for n in (1, 2)
    )
    one, other = (world(k, days=DAYS).up("server-1", WORKED) for k in (often, seldom))
    assert one is not None
    assert other is not None
    assert one[1].all()
    assert not other[1].all()


@given(st.integers(0, 4), st.integers(0, 4))
def test_more_final_failures_never_give_a_day_more_where_nothing_is_replaced(
    one: int, other: int
) -> None:
    few, many = (
        small(breakdowns={"server-1": BREAKING | {"for_good": share / 4}})
        for share in sorted((one, other))
    )
    lives = [world(k, days=DAYS).up("server-1", WORKED) for k in (few, many)]
    assert lives[0] is not None
    assert lives[1] is not None
    assert (lives[1] <= lives[0]).all()


# What is scaled is scaled in each future alike


def fitted(tmp_path: Path) -> CheckedScenarios:
    days = working_days(START.replace(month=6, day=1), 40)
    rows = [f"{day},{name},{n % 7}" for n, day in enumerate(days) for name in CLASSES]
    history(tmp_path / "a.csv", "day,urgency,cards", rows)
    counts = {"failures": 2, "days_up": 60, "repairs": 2, "days_down": 9}
    tables = {"arrivals": {"history": "a.csv"}, "breakdowns": {"server-1": counts}}
    return scenarios(tables, folder=tmp_path)


CLASSES = ("emergency", "routine")


def test_a_fitted_history_is_monotone_and_its_own_mean_changes_nothing(
    tmp_path: Path,
) -> None:
    known = fitted(tmp_path)
    assert known.arrivals is not None
    mean = known.arrivals.per_working_day
    assert sum(known.arrivals.means().values()) == mean
    drawn = [
        world(known.with_arrivals(rate), days=DAYS, size=200).arrivals.cards
        for rate in (mean / 3, mean, mean * 2)
    ]
    as_it_is = world(known, days=DAYS, size=200)
    assert (drawn[1] == as_it_is.arrivals.cards).all()
    assert (drawn[0] <= drawn[1]).all()
    assert (drawn[1] <= drawn[2]).all()
    assert drawn[0].sum() < drawn[1].sum() < drawn[2].sum()
    twice = known.with_arrivals(2 * mean).arrivals
    assert twice is not None
    assert sum(twice.means().values()) == 2 * mean

    law = known.breakdowns["server-1"]
    same = known.with_breakdown(
        "server-1", mean_days_between=1 / law.failure, mean_days_down=1 / law.repair
    )
    worse = known.with_breakdown("server-1", mean_days_between=0.5 / law.failure)
    ups = [world(k, days=DAYS).up("server-1", WORKED) for k in (known, same, worse)]
    assert ups[0] is not None
    assert ups[1] is not None
    assert ups[2] is not None
    assert (ups[0] == ups[1]).mean() > 0.999
    assert (ups[2] <= ups[0]).mean() > 0.999
    assert ups[2].sum() < ups[0].sum()


def test_copies_say_what_they_cannot_make() -> None:
    with pytest.raises(UsageError, match='unknown printer or server "server-1"; none'):
        small().with_breakdown("server-1", mean_days_down=2)
    made = small().with_breakdown("server-1", mean_days_between=4, mean_days_down=2)
    assert made.breakdowns["server-1"].failure == 1 / 4
    assert small().with_arrivals(5).arrivals is not None
    assert small().with_held(5, 10).held is not None


# Failures for good


def life(tables: dict[str, Any], **more: Any) -> Any:
    law = {"mean_days_between": 1, "mean_days_down": 1, "for_good": 1} | tables
    known = small(breakdowns={"server-1": law})
    return world(known, days=12, size=3).life("server-1", WORKED[:12], **more)


def test_what_is_lost_for_good_is_never_up_again_unless_replaced() -> None:
    lost = life({})
    assert not lost.up.any()
    assert not lost.replaced.any()
    # It fails on its first day; its replacement is up on the morning of day 5, and
    # fails at once, and the next comes on day 10.
    again = life({"replaced_after": 5})
    assert not again.up.any()
    assert again.replaced.tolist() == [2, 2, 2]
    late = life({"replaced_after": 5}, first=np.array([0, 3, 11]))
    assert late.replaced.tolist() == [2, 1, 0]
    assert late.up.T.tolist()[1] == [True] * 3 + [False] * 9
    kept = life({"replaced_after": 5}, retired=np.array([0, 1, 6]))
    assert kept.replaced.tolist() == [0, 1, 2]


def test_a_replacement_is_as_good_as_new() -> None:
    """The share of futures up on each day is that of the Markov chain."""
    law = {"mean_days_between": 5, "mean_days_down": 2, "for_good": 0.5}
    known = small(breakdowns={"server-1": law | {"replaced_after": 3}})
    made = world(known, days=60, size=1000).life("server-1", np.ones(60, dtype=bool))
    assert made is not None
    up, down, lost, replaced = 1.0, 0.0, [0.0] * 3, 0.0
    for day in range(60):
        up, replaced = up + lost[-1], replaced + lost[-1]
        failed = up / 5
        lost = [failed / 2, *lost[:-1]]
        up, down = up - failed + down / 2, down / 2 + failed / 2
        off = abs(made.up[day].mean() - up)
        assert off <= 6 * sqrt(up * (1 - up) / 1000)  # 60 tests: 1.2e-7
    assert abs(made.replaced.mean() - replaced) <= 6 * made.replaced.std() / sqrt(1000)


def test_no_failure_for_good_draws_as_ever() -> None:
    plain = small(breakdowns={"server-1": BREAKING})
    stated = small(breakdowns={"server-1": BREAKING | {"for_good": 0}})
    ups = [world(k, days=DAYS).up("server-1", WORKED) for k in (plain, stated)]
    assert ups[0] is not None
    assert ups[1] is not None
    assert (ups[0] == ups[1]).all()


def test_replacements_are_paid_for_by_future_and_not_of_what_stands_by() -> None:
    law = {"mean_days_between": 8, "mean_days_down": 2, "for_good": 0.5}
    law |= {"replaced_after": 3, "replacement_cost_idr": 1_000}
    everyday = {"calendar": {"workdays": EVERY_DAY}}
    known = small(breakdowns={"server-1": law}, office=everyday)
    block = world(known, days=60, size=100)
    alone = limits_of(known.scenarios["now"], block).replacement_idr
    made = block.life("server-1", np.ones(60, dtype=np.bool_))
    assert alone is not None
    assert made is not None
    assert (alone == 1_000 * made.replaced).all()
    assert len(set(alone.tolist())) > 2
    beside = limits_of(known.scenarios["more"], block).replacement_idr
    assert beside is not None
    assert not beside.any()
    free = small(breakdowns={"server-1": law | {"replacement_cost_idr": 0}})
    assert limits_of(free.named(None), world(free)).replacement_idr is None


def test_the_old_one_takes_over_when_the_new_one_is_lost() -> None:
    law = {"mean_days_between": 1, "mean_days_down": 1, "for_good": 1}
    everyday = {"calendar": {"workdays": EVERY_DAY}}
    tables = {"breakdowns": {"new": law | {"replaced_after": 4}}}
    known = small(**tables, office=everyday)
    limits = limits_of(known.scenarios["more"], world(known, days=6))
    cards = dict(zip(limits.servers, limits.server_cards[:, 0].tolist(), strict=True))
    assert cards == {"server-1": [9] * 6, "new": [0] * 6}


# Held people


def holding(**tables: Any) -> CheckedScenarios:
    rules = {"per_working_day": 4, "people": 60, "mix": {"routine": 1}}
    return small(held=rules, **tables)


@given(st.integers(0, 90), RATES, st.fractions(0, 1, max_denominator=3))
def test_nobody_held_is_lost_or_comes_twice(
    people: int, rate: Fraction, share: Fraction
) -> None:
    known = holding().with_held(rate, people)
    law = known.held
    assert law is not None
    mix = {"emergency": share, "routine": 1 - share}
    known = replace(known, held=replace(law, mix=mix))
    block = world(known, days=200, size=50).arrivals
    assert block.held is not None
    assert (block.cards == block.held).all()
    assert (block.held >= 0).all()
    by_class = block.held.sum(axis=2)
    wanted = law.by_class(known.office.classes)
    assert sum(wanted.values()) == people
    assert (by_class.sum(axis=0) <= people).all()
    if rate >= 10 and share in (0, 1):
        assert (by_class.sum(axis=0) == people).all()
    closed = ~calendar(known.office, START, 200).open
    assert not block.held[:, :, closed].any()
    expected = known.expected(500 if rate else 1)
    total = sum(joined[-1] for joined in expected.values())
    assert total == (people if rate >= 1 and share in (0, 1) else total)


@given(RATES, RATES)
def test_a_faster_check_never_leaves_fewer_ready(
    one: Fraction, other: Fraction
) -> None:
    slow, fast = sorted((one, other))
    ready = [
        world(holding().with_held(rate), days=DAYS).arrivals.cards.cumsum(axis=2)
        for rate in (slow, fast)
    ]
    assert (ready[0] <= ready[1]).all()


def test_held_people_are_simulated_in_every_command_s_way() -> None:
    known = holding()
    run = Run(waiting(20), known, START, DAYS, 40, 1, "pressure")
    outcomes, _ = run_scenarios(run, (known.named(None),))
    outcome = outcomes["now"]
    block = world(known, days=DAYS, size=40).arrivals
    assert block.held is not None
    joined = block.held.sum(axis=(0, 2))
    left = outcome.waiting[:, -1]
    assert (outcome.printed.sum(axis=1) + left == 20 + joined).all()
    assert joined.min() == 60
    anew = replace(run, policy="replan", replications=2)
    planned, _ = run_scenarios(anew, (known.named(None),))
    assert (planned["now"].printed == outcome.printed[:2]).all()
    assert not known.is_certain(known.named(None))


def test_the_backlog_says_who_is_held_where_the_file_does_not() -> None:
    known = small(held={"per_working_day": 4})
    people = waiting(8)
    nobody = known.with_backlog(people).held
    assert nobody is not None
    assert nobody.people == 0
    counts = {"emergency": 2, "routine": 6}
    law = known.with_backlog(replace(people, held_classes=counts)).held
    assert law is not None
    assert law.people == 8
    assert law.by_class(known.office.classes) == counts
    stated = small(held={"per_working_day": 4, "people": 5})
    own = stated.with_backlog(people).held
    assert own is not None
    assert own.by_class(known.office.classes) == {"emergency": 0, "routine": 5}
    with pytest.raises(UsageError, match=r"write \[held\] mix"):
        stated.with_backlog(make_backlog([]))


def test_held_people_leave_all_other_draws_as_they_are() -> None:
    rules = {"per_working_day": 9, "mix": {"emergency": 0.25, "routine": 0.75}}
    plain, held = small(arrivals=rules), holding(arrivals=rules)
    first, second = (world(k, days=DAYS).arrivals for k in (plain, held))
    assert first.held is None
    assert second.held is not None
    assert second.held.any()
    assert (first.cards == second.cards - second.held).all()


# Deliveries


def test_days_beyond_known_deliveries_are_told() -> None:
    until = {"deliveries_known_until": START.replace(day=20)}
    counted = scenarios(until)
    (notice,) = unknown_deliveries(counted, START, 28)
    assert notice.code == "deliveries-unknown-after"
    assert notice.figures == {"date": "2017-09-20", "days": 19}
    assert unknown_deliveries(counted, START, 9) == ()
    assert unknown_deliveries(scenarios(until, office=desk(cards={})), START, 28) == ()
    assert unknown_deliveries(scenarios(), START, 28) == ()
    past = {"deliveries_known_until": START.replace(month=1)}
    (notice,) = unknown_deliveries(scenarios(past), START, 28)
    assert notice.figures["days"] == 28


def test_a_comparison_says_first_what_is_not_known_of_deliveries() -> None:
    tables = {
        "deliveries_known_until": START,
        "held": {"per_working_day": 2, "people": 3},
        "scenarios": {"now": {}},
    }
    office = desk(shifts=[{"id": "sat", "days": ["sat"], "cost_idr": 5}])
    held = pl.DataFrame({"application_id": ["x", "y", "z", "w"]})
    people = replace(waiting(5), held=held, held_classes={"routine": 4})
    made = compare(people, office, tables, start=START, days=9, replications=3)
    codes = [notice.code for notice in made.notices]
    assert codes == ["deliveries-unknown-after", "shifts-whenever"]
    assert made.people["held"] == 1
    assert made.table["printed_p50"].sum() == 8
