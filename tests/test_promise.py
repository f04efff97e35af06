"""Dates for a backlog: worked out by calendar, and person by person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from builders import START, day, make_backlog, make_office
from hypothesis import given
from hypothesis import strategies as st
from slow_queue import slow
from strategies import HALF
from strategies_scenarios import World, worlds
from test_ready_by import opening
from test_scenarios_simulate import days_of_people, newcomers

from ektp_sched.errors import UsageError
from ektp_sched.scenarios import (
    POLICIES,
    certain_scenarios,
    draw,
    limits_of,
    scenarios_of,
    simulate,
)
from ektp_sched.scenarios.compare.told import halves, told_trips
from ektp_sched.scenarios.dates.fronts import chosen, simulated, undisturbed
from ektp_sched.scenarios.dates.promise import promise
from ektp_sched.scenarios.dates.ready_by import rank_of
from ektp_sched.scenarios.simulate.simulate import arrivals_by_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.scenarios import CheckedScenarios
    from ektp_sched.scenarios.dates.promise import Promises

WEEK = {"workdays": ["mon", "tue", "wed", "thu", "fri"]}
UNCERTAIN: dict[str, Any] = {
    "baseline": "now",
    "arrivals": {"per_working_day": 2, "dispersion": 2, "mix": {"routine": 1}},
    "breakdowns": {"p": {"mean_days_between": 6, "mean_days_down": 3}},
    "scenarios": {"now": {}, "more": {"printers": [{"id": "q", "cards_per_day": 3}]}},
}


def people(count: int, **more: Any) -> list[dict[str, Any]]:
    """People recorded one a day, the first one longest ago."""
    return [
        {"application_id": f"A{n:02d}", "waiting_since": n - 60} | more
        for n in range(count)
    ]


def dates(made: Promises) -> dict[str, date | None]:
    return dict(made.people.select("application_id", "ready_by").iter_rows())


def test_without_chance_a_date_is_the_day_of_printing() -> None:
    # Two cards a day from Tuesday 12 September 2017; Saturday and Sunday closed.
    office = make_office(calendar=WEEK)
    backlog = make_backlog(people(10), office)
    made = promise(backlog, office, certain_scenarios(office), start=START, days=20)
    worked = [12, 13, 14, 15, 18]
    assert dates(made) == {
        f"A{n:02d}": date(2017, 9, worked[n // 2]) for n in range(10)
    }
    assert made.certain
    assert made.replications == 1
    for name in ("earliest", "likely_on"):
        assert made.people[name].equals(made.people["ready_by"])
    assert (made.dated, made.no_date_yet, made.never) == (10, 0, 0)


def test_a_saturday_worked_in_a_scenario_is_told_as_monday() -> None:
    office = make_office(calendar=WEEK)
    backlog = make_backlog(people(10), office)
    days = [*WEEK["workdays"], "sat"]
    found = scenarios_of(
        {"scenarios": {"now": {}, "sat": {"office": {"calendar": {"workdays": days}}}}},
        office,
    )
    made = promise(backlog, office, found, start=START, days=20, scenario="sat")
    assert dates(made)["A08"] == date(2017, 9, 18)
    assert made.people["earliest"][9] == date(2017, 9, 18)
    assert made.people["earliest"][7] == date(2017, 9, 15)


def test_dates_beyond_the_horizon_and_without_a_printer_are_counted() -> None:
    office = make_office(
        areas={"A": [], "B": []},
        printers=[{"id": "p", "cards_per_day": 2, "areas": ["A"]}],
    )
    rows = [
        *people(7, area="A"),
        {"application_id": "Z", "waiting_since": 0} | {"area": "B"},
    ]
    rows.append(
        {"application_id": "Y", "waiting_since": -1, "ready_on": 9, "area": "A"}
    )
    backlog = make_backlog(rows, office)
    made = promise(backlog, office, certain_scenarios(office), start=START, days=3)
    assert (made.dated, made.no_date_yet, made.never) == (6, 2, 1)
    assert dates(made)["A06"] is None
    assert dates(made)["Y"] is None
    assert dates(made)["A05"] == day(2)


def test_dates_of_their_own_get_ready_by_dates_of_their_own() -> None:
    office = make_office()
    rows = people(6)
    rows[0] |= {"pinned_on": 2}
    rows[5] |= {"due_on": 0}
    rows[1] |= {"ready_on": 1}
    made = promise(
        make_backlog(rows, office),
        office,
        certain_scenarios(office),
        start=START,
        days=9,
    )
    assert dates(made) == {
        "A00": day(2),
        "A01": day(1),
        "A02": day(0),
        "A03": day(1),
        "A04": day(2),
        "A05": day(0),
    }


def uncertain(**changes: Any) -> tuple[Any, Any, CheckedScenarios]:
    office = make_office(calendar=WEEK)
    backlog = make_backlog(people(24), office)
    return backlog, office, scenarios_of(UNCERTAIN | changes, office)


def by_person(
    backlog: Any, scenarios: CheckedScenarios, name: str, days: int, replications: int
) -> dict[int, list[int]]:
    """Print days of each row in each replication, taken one by one."""
    course = chosen(
        backlog, scenarios, name,
        start=START, days=days, replications=replications, seed=3, policy="pressure",
    )  # fmt: skip
    world = draw(
        course.scenarios, start=START, days=days, seed=3, block=0, size=replications
    )
    limits = limits_of(course.scenario, world)
    outcome = simulate(course.queue, limits, world.arrivals, record="dates")
    found: dict[int, list[int]] = {row: [] for row in range(backlog.planned)}
    for r in range(replications):
        one = days_of_people(course.queue, outcome, r)
        for row, printed in found.items():
            printed.append(one.get(row, days))
    return found


@pytest.mark.parametrize("scenario", ["now", "more"])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.97])
def test_a_date_is_the_order_statistic_of_a_persons_print_days(
    scenario: str, confidence: float
) -> None:
    backlog, office, found = uncertain()
    days, replications = 40, 60
    made = promise(
        backlog, office, found,
        start=START, days=days, scenario=scenario, replications=replications,
        seed=3, confidence=confidence,
    )  # fmt: skip
    printed = by_person(backlog, found, scenario, days, replications)
    worked = [day(d).weekday() < 5 for d in range(days)]
    rank = rank_of(Fraction(str(confidence)), replications)
    told = made.people["ready_by"].to_list()
    likely = made.people["likely_on"].to_list()
    for row, own in printed.items():
        own.sort()
        for value, at in ((told[row], rank), (likely[row], ceil(replications / 2))):
            when = opening(worked, own[at - 1])
            assert value == (day(when) if when < days else None)
    early = made.people["earliest"].to_list()
    assert all(
        e <= min(own_day(p, worked))
        for e, p in zip(early, printed.values(), strict=True)
    )


def own_day(printed: list[int], worked: list[bool]) -> list[date]:
    return [day(opening(worked, one)) for one in printed if one < len(worked)]


@pytest.mark.slow
def test_more_confidence_is_never_sooner() -> None:
    backlog, office, found = uncertain()
    before: Any = None
    for confidence in (0.1, 0.5, 0.8, 0.9, 0.98):
        made = promise(
            backlog, office, found,
            start=START, days=60, replications=99, confidence=confidence,
        )  # fmt: skip
        days = made.people["ready_by"]
        assert days.null_count() == 0
        assert (made.people["earliest"] <= days).all()
        if before is not None:
            assert (before <= days).all()
        before = days


@pytest.mark.slow
def test_nothing_else_in_the_file_and_no_executor_moves_a_date() -> None:
    backlog, office, found = uncertain()
    options: dict[str, Any] = {"start": START, "days": 40, "replications": 1_050}
    plain = promise(backlog, office, found, **options)
    with ThreadPoolExecutor(2) as executor:
        spread = promise(backlog, office, found, **options, executor=executor)
    fewer = UNCERTAIN | {"scenarios": {"now": {}}}
    alone = promise(backlog, office, scenarios_of(fewer, office), **options)
    assert plain.people.equals(spread.people)
    assert plain.people.equals(alone.people)


def test_the_best_case_has_no_outage_no_arrival_and_the_highest_rate() -> None:
    office = make_office(
        outages=[{"resource": "p", "from": day(0), "to": day(5)}],
    )
    backlog = make_backlog(people(8), office)
    extra = {
        "id": "q",
        "cards_per_day": {"low": 1, "likely": 1, "high": 2},
        "from": {"earliest": day(1), "likely": day(9), "latest": day(9)},
    }
    found = scenarios_of(
        UNCERTAIN | {"scenarios": {"now": {"printers": [extra]}}}, office
    )
    course = chosen(
        backlog, found, None,
        start=START, days=9, replications=9, seed=1, policy="pressure",
    )  # fmt: skip
    best = simulated(undisturbed(course), 1).streams[0, 0]
    assert best.tolist()[:3] == [2, 6, 8]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"confidence": 1.5}, "confidence is 1.5; it must lie between 0 and 1"),
        ({"confidence": 0}, "confidence is 0; it must lie between 0 and 1"),
        ({"replications": 0}, "replications is 0; it must be a whole number from 1"),
        ({"replications": 1_000_001}, "from 1 to 1,000,000"),
        ({"replications": 8}, "at least 9 can"),
        ({"days": 0}, "days is 0; it must be a whole number from 1 to 3,660"),
        (
            {"scenario": "mroe"},
            'unknown scenario "mroe"; the nearest known one is "more"',
        ),
        ({"seed": -1}, "seed is -1"),
        ({"policy": "random"}, "policy"),
        ({"replications": 1_000_000, "days": 3_660}, "too much memory"),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(
    changes: Mapping[str, Any], sentence: str
) -> None:
    backlog, office, found = uncertain()
    with pytest.raises(UsageError, match=sentence):
        promise(backlog, office, found, **{"start": START, "days": 9, **changes})


def test_an_empty_backlog_gets_no_dates() -> None:
    _, office, found = uncertain()
    nobody = make_backlog([], office)
    made = promise(nobody, office, found, start=START, days=5, replications=9)
    assert (made.people.height, made.dated, made.no_date_yet, made.never) == (
        0,
        0,
        0,
        0,
    )
    assert made.document()["last"] is None


@pytest.mark.slow
@HALF
@given(worlds(), st.sampled_from(POLICIES))
def test_trips_with_dates_are_those_of_every_single_person(
    world: World, policy: str
) -> None:
    queue, limits, office = world.queue, world.limits, world.case.office
    outcome = simulate(queue, limits, world.arrivals, policy, record="dates")
    found = told_trips(outcome, queue, limits, world.arrivals, office, 0.75)
    np.testing.assert_allclose(found, slow_trips(world, policy), atol=1e-9)


def slow_trips(world: World, policy: str) -> Any:
    """Every person's own visits in every replication."""
    queue, worked, horizon = world.queue, world.limits.open, world.case.days
    count = len(world.broken)
    name_of = world.case.backlog.frame["application_id"].to_list()
    stream_of = {
        name_of[row]: k
        for k in range(len(queue.streams))
        for row in queue.rows[queue.first[k] : queue.first[k + 1]].tolist()
    }
    urgency, cell = queue.streams.urgency.tolist(), queue.streams.cell.tolist()
    pairs = zip(urgency, cell, strict=True)
    stream_at = {(queue.classes[u], c): k for k, (u, c) in enumerate(pairs)}
    runs = []
    for r, broken in enumerate(world.broken):
        one = slow(world.case, policy, newcomers(world, queue, r), set(broken))
        runs.append([(p, one.day_of.get(i, horizon)) for i, p in enumerate(one.people)])
    new = arrivals_by_stream(queue, world.limits, world.arrivals)
    total = np.zeros((len(queue.areas), count))
    for setting, judging in halves(count):
        half = range(count)[setting]
        rank = min(ceil(Fraction(3, 4) * (len(half) + 1)), len(half))

        def told(days: list[int], rank: int = rank) -> int:
            return opening(worked, sorted(days)[rank - 1])

        own = {
            p.name: told([d for r in half for q, d in runs[r] if q.name == p.name])
            for p, _ in runs[0]
            if p.name
        }
        later = {
            (k, t): told([last_day(runs[r], k, t, stream_of, stream_at) for r in half])
            for k in np.flatnonzero(new.any(axis=(1, 2))).tolist()
            for t in range(horizon)
        }
        for r in range(count)[judging]:
            for person, done in runs[r]:
                since = max(person.since, 0)
                if person.name:
                    weight = {queue.areas.index(person.area): 1.0}
                    date_told = own[person.name]
                else:
                    share = queue.cell_share[person.cell]
                    weight = dict(enumerate(share / max(1, share.sum())))
                    k = stream_at[person.urgency, person.cell]
                    date_told = later[k, person.since]
                for area, part in weight.items():
                    every = world.case.office.visits.of(queue.areas[area]).every_days
                    if date_told >= horizon:
                        total[area, r] += part * (done - since) / every
                    else:
                        total[area, r] += part * len(range(date_told, done, every))
    return total


def last_day(
    run: list[tuple[Any, int]],
    stream: int,
    since: int,
    stream_of: Mapping[str, int],
    stream_at: Mapping[tuple[str, int], int],
) -> int:
    """Day on which all of a stream recorded up to a day are printed."""
    mine = [
        done
        for p, done in run
        if (stream_of.get(p.name) == stream if p.name else False)
        or (not p.name and p.since <= since and stream_at[p.urgency, p.cell] == stream)
    ]
    return max(since, *mine, 0)
