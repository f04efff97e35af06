"""Ready-by dates as pure figures: against a count person by person."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.errors import UsageError
from ektp_sched.scenarios.compare.told import (
    Stream,
    halves,
    told_dates,
    wasted_trips_with_dates,
)
from ektp_sched.scenarios.dates.coverage import (
    Dated,
    good_futures,
    held_by_group,
    shifted,
    smallest_margin,
)
from ektp_sched.scenarios.dates.fronts import Fronts
from ektp_sched.scenarios.dates.ready_by import (
    as_confidence,
    first_days,
    needed_replications,
    next_open,
    printed_in,
    rank_of,
)

HORIZON = 12


@st.composite
def streams(draw: st.DrawFn, replications: int | None = None) -> Stream:
    """Few people, few days: initial and new ones, printed oldest first."""
    count = replications or draw(st.integers(1, 6))
    initial = draw(st.integers(0, 6))
    daily = st.lists(st.integers(0, 3), min_size=HORIZON, max_size=HORIZON)
    rows = st.lists(daily, min_size=count, max_size=count)
    recorded = initial + np.cumsum(np.array(draw(rows)), axis=1)
    capacity = np.array(draw(rows))
    printed = np.zeros_like(recorded)
    for r in range(count):
        done = 0
        for d in range(HORIZON):
            done = min(done + int(capacity[r, d]), int(recorded[r, d]))
            printed[r, d] = done
    areas = np.array(
        draw(st.lists(st.integers(0, 1), min_size=initial, max_size=initial))
    )
    return Stream(printed, recorded, areas.astype(np.int64), np.array([0.25, 0.75]))


def print_day(printed: Any, place: int) -> int:
    """Day on which the person at a place is printed, counted day by day."""
    return next((d for d in range(len(printed)) if printed[d] > place), len(printed))


def opening(worked: Any, day: int) -> int:
    return next((d for d in range(day, len(worked)) if worked[d]), len(worked))


@pytest.mark.parametrize("bad", [0, 1, -0.1, 1.5, float("nan"), float("inf")])
def test_a_confidence_lies_between_nothing_and_certainty(bad: float) -> None:
    with pytest.raises(UsageError, match="must lie between 0 and 1"):
        as_confidence(bad)


def test_a_confidence_is_taken_as_written() -> None:
    assert as_confidence(0.9) == Fraction(9, 10)
    assert rank_of(as_confidence(0.9), 9) == 9
    assert rank_of(as_confidence(0.9), 99) == 90
    assert rank_of(as_confidence(0.9), 100) == 91
    assert rank_of(as_confidence(0.9), 2000) == 1801


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_too_few_replications_cannot_carry_a_confidence(confidence: float) -> None:
    exact = as_confidence(confidence)
    least = needed_replications(exact)
    assert rank_of(exact, least) <= least
    with pytest.raises(UsageError, match=f"at least {least}"):
        rank_of(exact, least - 1)


def test_dates_of_a_course_worked_by_hand() -> None:
    front = np.array([[0, 2, 2, 3], [1, 1, 2, 3], [1, 3, 3, 3]], dtype=np.int32)
    assert printed_in(front, 1).tolist() == [1, 3, 3, 3]
    assert printed_in(front, 2).tolist() == [1, 2, 2, 3]
    assert printed_in(front, 3).tolist() == [0, 1, 2, 3]
    assert first_days(printed_in(front, 3), np.arange(4)).tolist() == [1, 2, 3, 4]
    worked = np.array([True, False, False, True])
    assert next_open(worked).tolist() == [0, 3, 3, 3, 4]


@given(streams(), st.data())
def test_a_date_is_an_order_statistic_of_the_print_days(
    stream: Stream, data: st.DataObject
) -> None:
    count = len(stream.printed)
    rank = data.draw(st.integers(1, count))
    found = first_days(printed_in(stream.printed, rank), np.arange(stream.initial))
    for place in range(stream.initial):
        days = sorted(print_day(row, place) for row in stream.printed)
        assert found[place] == days[rank - 1]


@given(streams(), st.data())
def test_dates_told_at_recording_are_those_of_the_last_of_the_day(
    stream: Stream, data: st.DataObject
) -> None:
    count = len(stream.printed)
    rank = data.draw(st.integers(1, count))
    bits = st.lists(st.booleans(), min_size=HORIZON, max_size=HORIZON)
    worked = np.array(data.draw(bits))
    old, new = told_dates(stream, rank, worked)
    recorded = stream.recorded
    assert recorded is not None
    for place in range(stream.initial):
        days = sorted(print_day(row, place) for row in stream.printed)
        assert old[place] == opening(worked, days[rank - 1])
    for day in range(HORIZON):
        last = sorted(
            max(day, print_day(stream.printed[r], int(recorded[r, day]) - 1))
            for r in range(count)
        )
        assert new[day] == opening(worked, last[rank - 1])


@given(st.data(), st.integers(1, 5))
def test_wasted_trips_are_those_counted_person_by_person(
    data: st.DataObject, replications: int
) -> None:
    stream = data.draw(streams(replications))
    bits = st.lists(st.booleans(), min_size=HORIZON, max_size=HORIZON)
    worked = np.array(data.draw(bits))
    every = np.array([data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))])
    confidence = Fraction(3, 4)
    found = wasted_trips_with_dates(stream, confidence, worked, every)
    expected = np.zeros_like(found)
    for setting, judging in halves(replications):
        half = Stream(
            stream.printed[setting],
            None if stream.recorded is None else stream.recorded[setting],
            stream.areas,
            stream.shares,
        )
        size = len(half.printed)
        rank = min(ceil(confidence * (size + 1)), size)
        old, new = told_dates(half, rank, worked)
        for r in range(*judging.indices(replications)):
            expected[:, r] = trips_of(stream, r, old, new, every)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def trips_of(stream: Stream, r: int, old: Any, new: Any, every: Any) -> Any:
    """Every person's own visits in one replication."""
    total = np.zeros(2)
    recorded = stream.recorded
    assert recorded is not None
    people = [(p, 0, int(old[p]), int(stream.areas[p])) for p in range(stream.initial)]
    before = stream.initial
    for day in range(HORIZON):
        upto = int(recorded[r, day])
        people += [(place, day, int(new[day]), -1) for place in range(before, upto)]
        before = int(recorded[r, day])
    for place, since, told, area in people:
        done = print_day(stream.printed[r], place)
        for a in range(2):
            if area not in (a, -1):
                continue
            weight = 1.0 if area == a else stream.shares[a]
            if told >= HORIZON:
                total[a] += weight * (done - since) / every[a]
            else:
                total[a] += weight * len(range(told, done, every[a]))
    return total


def test_each_half_judges_the_other() -> None:
    assert list(halves(1)) == [(slice(0, 1), slice(0, 1))]
    for setting, judging in halves(5):
        both = {*range(5)[setting]} | {*range(5)[judging]}
        assert both == set(range(5))
        assert not {*range(5)[setting]} & {*range(5)[judging]}


@given(streams(), st.data())
def test_dates_that_held_are_counted_by_group(
    stream: Stream, data: st.DataObject
) -> None:
    count, alone = stream.initial, 3
    total = count + alone
    days = np.array(
        data.draw(st.lists(st.integers(0, 11), min_size=total, max_size=total))
    )
    own = st.lists(st.integers(0, 12), min_size=alone, max_size=alone)
    replications = len(stream.printed)
    rows = st.lists(own, min_size=replications, max_size=replications)
    singles = np.array(data.draw(rows), dtype=np.int16).T
    fronts = Fronts(stream.printed[None].astype(np.int32), singles)
    place = np.append(np.arange(count), np.arange(alone))
    which = np.append(np.zeros(count, dtype=np.int64), np.full(alone, -1))
    dated = Dated(which, place, days, place % 3)

    def kept(r: int, group: int, margin: int) -> int:
        found = 0
        for n in range(total):
            late = min(int(days[n]) + margin, HORIZON - 1)
            done = (
                print_day(stream.printed[r], int(place[n]))
                if n < count
                else singles[place[n], r]
            )
            found += group in (place[n] % 3, -1) and done <= late
        return found

    held = held_by_group(dated, fronts, 3)
    expected = [[kept(r, g, 0) for r in range(replications)] for g in range(3)]
    assert held.tolist() == expected
    worked = np.ones(HORIZON, dtype=np.bool_)
    confidence = Fraction(2, 3)
    margin = smallest_margin([(dated, fronts)], worked, confidence)
    good = [
        sum(kept(r, -1, m) >= confidence * total for r in range(replications))
        for m in range(HORIZON + 1)
    ]
    assert good[0] == good_futures(held.sum(axis=0), total, confidence)
    enough = [m for m, found in enumerate(good) if found >= confidence * replications]
    assert margin == (enough[0] if enough else None)


def test_a_margin_is_counted_in_working_days() -> None:
    worked = np.array([True, False, True, True, False, True])
    assert shifted(np.array([0, 2, 5]), worked, 1).tolist() == [2, 3, 5]
    assert shifted(np.array([0, 2, 5]), worked, 2).tolist() == [3, 5, 5]
    assert shifted(np.array([0, 2, 5]), worked, 0).tolist() == [0, 2, 5]
