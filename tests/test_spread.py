"""How quantities spread: order statistics worked by hand, and their laws."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.scenarios.compare.spread import (
    of_days,
    of_histogram,
    of_values,
    order_statistic,
    rank_interval,
    student,
)

START = date(2017, 9, 12)


def test_percentiles_are_values_that_were_seen() -> None:
    found = of_values(np.array([7.0, 1.0, 5.0, 3.0, 9.0, 2.0, 4.0, 6.0, 8.0, 10.0]))
    assert (found.mean, found.p10, found.p50, found.p90) == (5.5, 1, 5, 9)
    assert found.mean_interval == pytest.approx((3.33415, 7.66585), abs=1e-4)
    assert found.p90_interval is None


def test_one_replication_has_no_interval() -> None:
    found = of_values(np.array([42.0]))
    assert (found.mean, found.p10, found.p50, found.p90) == (42, 42, 42, 42)
    assert found.mean_interval is None
    assert found.document()["p90_interval"] is None


def test_days_beyond_the_horizon_are_never() -> None:
    days = np.array([3.0] * 6 + [5.0] * 2 + [30.0] * 2)
    found = of_days(days, 30, START)
    assert found.p10 == START + timedelta(days=3)
    assert found.p50 == START + timedelta(days=3)
    assert found.p90 is None
    assert found.mean is None
    assert found.never_share == pytest.approx(0.2)


def test_a_mean_day_is_rounded_up_to_a_whole_one() -> None:
    found = of_days(np.array([3.0, 4.0]), 30, START)
    assert found.mean == START + timedelta(days=4)
    assert found.document()["mean"] == "2017-09-16"


def test_a_histogram_is_read_as_its_people() -> None:
    found = of_histogram(np.array([1, 0, 8, 0, 1]))
    assert found is not None
    assert (found.mean, found.p10, found.p50, found.p90) == (2.0, 0, 2, 2)
    assert of_histogram(np.zeros(3, dtype=np.int64)) is None


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_a_histogram_and_its_people_agree(waits: list[int]) -> None:
    counts = np.bincount(np.array(waits))
    ours, theirs = of_histogram(counts), of_values(np.array(waits, dtype=np.float64))
    assert ours is not None
    assert (ours.p10, ours.p50, ours.p90) == (theirs.p10, theirs.p50, theirs.p90)
    assert ours.mean == pytest.approx(theirs.mean)


@given(st.integers(1, 5000), st.integers(1, 100))
def test_an_order_statistic_is_the_smallest_that_is_enough(
    count: int, percent: int
) -> None:
    index = order_statistic(count, percent)
    assert 100 * (index + 1) >= count * percent or index == 0
    assert 100 * index < count * percent


def test_the_interval_of_p90_covers_it_as_often_as_it_says() -> None:
    # 20,000 samples; a coverage of 0.95 gives a share below 0.93 with a probability
    # below exp(-2 · 20,000 · 0.02²), about 1e-7 (Hoeffding).
    draw = np.random.default_rng(7).random((20_000, 500))
    ends = rank_interval(500, 90)
    assert ends is not None
    ordered = np.sort(draw, axis=1)
    inside = (ordered[:, ends[0]] <= 0.9) & (ordered[:, ends[1]] >= 0.9)
    assert inside.mean() > 0.93


@pytest.mark.parametrize(
    # Tables of Student's t, P = 0.975.
    ("degrees", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (29, 2.045)],
)
def test_few_futures_have_wide_intervals(degrees: int, quantile: float) -> None:
    assert student(degrees) == pytest.approx(quantile, rel=1e-3)
    assert student(10**6) == pytest.approx(1.96, abs=1e-3)
