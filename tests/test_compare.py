"""Scenarios compared: cases worked by calendar, and the laws of pairs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from whatif_cases import START, office, people, scenarios

from ektp_sched.errors import UsageError
from ektp_sched.output.comparison_text import comparison_lines
from ektp_sched.output.languages import language
from ektp_sched.output.report import comparison_report
from ektp_sched.planning import plan
from ektp_sched.scenarios import Comparison, compare
from ektp_sched.scenarios.world.left_out import as_simulated

if TYPE_CHECKING:
    from ektp_sched.office import Office
    from ektp_sched.scenarios.compare.comparison import Limiting

RANDOM: dict[str, Any] = {
    "arrivals": {"per_working_day": 3},
    "breakdowns": {"server-1": {"mean_days_between": 5, "mean_days_down": 2}},
}


def certain(**options: Any) -> Comparison:
    rules = office()
    return compare(people(200, rules), rules, scenarios(rules), start=START, **options)


def dates(found: Comparison, name: str) -> date | None:
    day: date | None = found.scenario(name).quantities["backlog_cleared_on"].p50
    return day


def told_dates(found: Comparison) -> dict[str, Any]:
    assert found.dates_only is not None
    return found.dates_only.quantities


def limits_of(found: Comparison, name: str) -> Limiting:
    limits = found.scenario(name).limits
    assert limits is not None
    return limits


def test_cleared_dates_follow_from_the_calendar() -> None:
    # Now: 200 at 10 a weekday are 20 weekdays, four weeks: Friday, 6 October.
    # New: 50 in the first week, then 150 at 40 a day are four days: Thursday.
    found = certain(days=60, replications=1)
    assert dates(found, "now") == date(2017, 10, 6)
    assert dates(found, "new") == date(2017, 9, 21)


def test_person_days_and_trips_follow_from_the_calendar() -> None:
    # Waiting at the days' ends, now: 190 … 10, 0, weekends as on their Fridays.
    found = certain(days=60, replications=1)
    week = [sum(range(190 - 50 * w, 140 - 50 * w, -10)) for w in range(4)]
    friday = [150, 100, 50, 0]
    expected = sum(week) + 2 * sum(friday)
    assert found.scenario("now").quantities["person_days"].mean == expected
    assert found.scenario("now").quantities["wasted_trips"].mean == expected / 10
    cost = found.scenario("now").quantities["wasted_trip_cost_idr"].mean
    assert cost == expected / 10 * 1000


def test_the_difference_is_that_of_pairs() -> None:
    found = certain(days=60, replications=1)
    (new, told) = found.differences
    assert (new.name, told.name) == ("new", "dates_only")
    cleared = new.quantities["backlog_cleared_on"]
    assert cleared is not None
    assert cleared.mean == (date(2017, 9, 21) - date(2017, 10, 6)).days
    saved = new.quantities["person_days"]
    assert saved is not None
    assert new.idr_per_person_day == pytest.approx(100_000 / -saved.mean)
    # Told dates leave no trip in vain here: what the server leaves counts against it.
    against = new.quantities["wasted_trip_cost_idr_against_told"]
    assert against is not None
    left = found.scenario("new").quantities["wasted_trip_cost_idr"].mean
    assert against.mean == left
    assert "wasted_trips_against_told" not in told.document()


def test_told_dates_leave_no_trip_in_vain_where_nothing_is_uncertain() -> None:
    found = certain(days=60, replications=1)
    assert told_dates(found)["wasted_trips"].mean == 0


def test_break_even_is_the_last_day_that_pays() -> None:
    found = certain(days=60, replications=1)
    (against_now, against_told) = found.break_even
    assert against_now.against == "not-told"
    latest = against_now.installation_date.value
    assert isinstance(latest, date)
    at, after = (_saved(latest, shift) for shift in (0, 1))
    assert at >= 100_000 > after
    assert against_told.installation_date.value is None
    assert against_told.installation_date.reason == "trips-cost-less"


def _saved(day: date, shift: int) -> float:
    """Return what a server on a day saves, counted by hand."""
    first = (day - START).days + shift

    def trips(fast_from: int) -> float:
        left, total = 200, 0
        for offset in range(60):
            if (START + timedelta(days=offset)).weekday() < 5:
                left -= min(left, 40 if offset >= fast_from else 10)
            total += left
        return total / 10 * 1000

    return trips(60) - trips(first)


def test_the_lowest_rate_pays_and_the_one_below_does_not() -> None:
    found = certain(days=60, replications=1)
    rate = found.break_even[0].cards_per_day.value
    assert isinstance(rate, int)

    def trips(fast: int) -> float:
        left, total = 200, 0
        for offset in range(60):
            if (START + timedelta(days=offset)).weekday() < 5:
                left -= min(left, fast if offset >= 7 else 10)
            total += left
        return total * 100.0

    assert trips(10) - trips(rate) >= 100_000 > trips(10) - trips(rate - 1)


def test_one_future_prints_as_many_each_day_as_the_plan() -> None:
    found = certain(days=60, replications=1)
    rules = office()
    made = plan(people(200, rules), rules, start=START, days=60)
    expected = dict(made.assignments.group_by("day").len().rows())
    daily = found.daily().filter(pl.col("scenario") == "now")
    printed = {
        day: cards for day, cards in daily.select("day", "printed_p50").rows() if cards
    }
    assert printed == expected


def test_the_policy_reaches_the_optimum_on_one_class() -> None:
    found = certain(days=60, replications=1)
    assert [(one.tier, one.gap) for one in found.gap] == [
        ("unprinted", None),
        ("overdue", None),
        ("promise", None),
        ("pressure", 0.0),
    ]


def test_a_printer_that_holds_a_new_server_back_is_said_first() -> None:
    rules = office(printers=[{"id": "printer-1", "cards_per_day": 25}])
    found = compare(
        people(200, rules),
        rules,
        scenarios(rules),
        start=START,
        days=60,
        replications=1,
    )
    limits = limits_of(found, "new")
    assert (limits.now, limits.capacity_now) == ("servers", 10)
    assert (limits.after, limits.capacity_after) == ("printers", 25)
    assert limits.offered_after == 40


@pytest.mark.parametrize(
    ("new", "offered"),
    [
        # Not there before the last day.
        (
            {
                "servers": [
                    {"id": "late", "cards_per_day": 40, "from": date(2018, 9, 1)}
                ]
            },
            0,
        ),
        # A card takes one of each: together they print 40, not 80.
        (
            {
                "servers": [{"id": "fast", "cards_per_day": 40}],
                "printers": [{"id": "wide", "cards_per_day": 40}],
            },
            40,
        ),
    ],
)
def test_what_is_not_there_is_not_held_back(new: dict[str, Any], offered: int) -> None:
    rules = office()
    tables = {"scenarios": {"now": {}, "new": new}}
    found = compare(
        people(20, rules), rules, tables, start=START, days=14, replications=1
    )
    limits = limits_of(found, "new")
    assert limits.offered_after == offered
    assert not limits.holds_back


def test_a_scenario_without_capacity_is_never_not_an_error() -> None:
    rules = office()
    tables = {
        "baseline": "now",
        "scenarios": {
            "now": {},
            "none": {
                "office": {
                    "outages": [
                        {
                            "resource": "server-1",
                            "from": date(2017, 1, 1),
                            "to": date(2019, 1, 1),
                        }
                    ]
                }
            },
        },
    }
    found = compare(
        people(20, rules),
        rules,
        scenarios(rules, **tables),
        start=START,
        days=30,
        replications=2,
    )
    cleared = found.scenario("none").quantities["backlog_cleared_on"]
    assert cleared is not None
    assert (cleared.p50, cleared.never_share) == (None, 1)
    assert limits_of(found, "none").after == "closed"


def test_adding_a_scenario_changes_no_byte_of_the_others() -> None:
    rules = office()
    two = scenarios(rules, **RANDOM)
    tables = {"scenarios": {"now": {}}, "baseline": "now"}
    one = scenarios(rules, **RANDOM | tables)
    found = [
        compare(people(60, rules), rules, s, start=START, days=40, replications=20)
        for s in (two, one)
    ]
    first, second = (json.dumps(f.scenario("now").document()) for f in found)
    assert first == second


def test_an_executor_changes_no_byte() -> None:
    rules = office()
    both = scenarios(rules, **RANDOM)

    def document(executor: ThreadPoolExecutor | None) -> str:
        found = compare(
            people(60, rules),
            rules,
            both,
            start=START,
            days=20,
            replications=1200,
            executor=executor,
        )
        return json.dumps(found.document(), sort_keys=True)

    with ThreadPoolExecutor(2) as pool:
        assert document(pool) == document(None)


def test_more_replications_keep_those_before() -> None:
    rules = office()
    both = scenarios(rules, **RANDOM)
    few, many = (
        compare(people(60, rules), rules, both, start=START, days=20, replications=n)
        for n in (1, 2)
    )
    last = few.scenario("now").quantities["waiting_at_end"]
    spread = many.scenario("now").quantities["waiting_at_end"]
    assert last.p50 in (spread.p10, spread.p90)


def test_the_document_has_the_keys_of_the_contract() -> None:
    found = certain(days=60, replications=1).document()
    assert {
        "schema_version",
        "replications",
        "seed",
        "start",
        "days",
        "baseline",
        "scenarios",
        "differences",
        "break_even",
        "dates_only",
    } <= set(found)
    keys = {
        "backlog_cleared_on",
        "on_target_on",
        "waiting_at_end",
        "wait_days",
        "longest_wait_days",
        "wasted_trips",
        "wasted_trip_cost_idr",
        "pressure_days",
        "utilisation",
    }
    for one in (*found["scenarios"], found["dates_only"]):
        assert {"name", "cost_idr"} | keys <= set(one)
        for key in keys:
            assert {"mean", "p10", "p50", "p90"} <= set(one[key])
    assert "never_share" in found["scenarios"][0]["backlog_cleared_on"]
    assert set(found["scenarios"][0]["wait_days"]["by_urgency"]) == {"routine"}
    assert set(found["scenarios"][0]["wait_days"]["by_area"]) == {"Alak", "Oebobo"}
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"replications": 0}, "replications is 0"),
        ({"replications": 1_000_001}, "replications is 1000001"),
        ({"days": 0}, "days is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"policy": "luck"}, "policy is 'luck'"),
        ({"policy": "replan", "replications": 101}, "from 1 to 100"),
    ],
)
def test_arguments_out_of_range_are_named(
    options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        certain(**{"days": 30, "replications": 1} | options)


@pytest.mark.slow
def test_planning_anew_each_day_reaches_the_optimum() -> None:
    found = certain(days=40, replications=1, policy="replan")
    assert all(one.policy == one.optimum for one in found.gap)
    assert dates(found, "now") == date(2017, 10, 6)
    assert told_dates(found)["wasted_trips"].mean == 0


def test_what_is_lost_is_not_said_to_be_saved() -> None:
    rules = office()
    slow = {
        "now": {},
        "slow": {"office": {"servers": [{"id": "server-1", "cards_per_day": 1}]}},
    }
    found = compare(
        people(200, rules),
        rules,
        scenarios(rules, scenarios=slow),
        start=START,
        days=60,
        replications=2,
    )
    # Person-days: 2,500 at ten a weekday; at one, 200 less 1, 2, … 44 over 60 days
    # are 10,650.  A trip every ten days.
    said = "\n".join(comparison_lines(found, Path("out"), language("en")))
    assert "slow against now: 815 trips in vain more in the mean" in said
    assert "-0" not in said
    assert "Dates told, nothing bought against now: 250 trips in vain fewer" in said


def compared(one: Office, policy: str) -> Comparison:
    """Compare one future of an office with 60 people."""
    return compare(
        people(60, one),
        one,
        scenarios(one),
        start=START,
        days=20,
        replications=1,
        policy=policy,
    )


@pytest.mark.slow
def test_expiry_and_ribbons_are_left_out_of_account_and_that_is_said() -> None:
    coming = {"on": START + timedelta(days=3), "cards": 200}
    without = office(cards={"KTP-el": {"stock": 40, "deliveries": [coming]}})
    rules = office(
        cards={
            "KTP-el": {
                "stock": 40,
                "expires_on": START + timedelta(days=1),
                "set_aside": {"routine": 20},
            }
            | {"deliveries": [coming | {"expires_on": START + timedelta(days=4)}]}
        }
    )
    printer = rules.printers[0].model_copy(
        update={"cards_per_ribbon": 10, "ribbons": Decimal(1)}
    )
    rules = rules.model_copy(update={"printers": (printer, *rules.printers[1:])})
    found = compared(rules, "pressure")
    plain, kept = compared(without, "pressure").document(), found.document()
    assert [one["rule"] for one in kept.pop("left_out")] == [
        "all",
        "expiry",
        "set_aside",
        "ribbons",
    ]
    first, *others = kept.pop("notices")
    figures = {"cards": 1, "printers": 1}
    assert first == {"code": "consumables-left-out", "figures": figures}
    # One future has no interval.
    assert [one["code"] for one in others] == ["left-out-unknown"] * 4
    assert plain.pop("notices") == []
    assert kept == plain
    for code, words in (("en", "expire or are set aside"), ("id", "kedaluwarsa")):
        said = comparison_report(found, language(code))
        assert words in said


def test_a_stock_that_had_expired_before_the_start_is_in_no_future() -> None:
    gone = {"stock": 100, "expires_on": START - timedelta(days=1)}
    printed = []
    for card in (gone, gone | {"expires_on": START}):
        rules = office(cards={"KTP-el": card})
        found = compare(
            people(60, rules),
            rules,
            scenarios(rules),
            start=START,
            days=20,
            replications=1,
        )
        printed.append(found.gap)
    without = office(cards={"KTP-el": {"stock": 0}})
    assert as_simulated(rules, START + timedelta(days=1)) == without
    assert as_simulated(rules, START).cards["KTP-el"].stock == 100
    assert [part[0].gap for part in printed] == [0, None]
    assert [part[0].optimum for part in printed] == [60, 0]
