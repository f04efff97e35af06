"""Tiers: their order, their labels, and costs worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.rules.tiers import (
    accrued,
    cost,
    in_order,
    rank_label,
    stretches,
    with_stability,
)

DAYS = 5


def costs(name: str, when: int, per_day: int = 1) -> list[int]:
    """Return the cost on each day, and of not printing."""
    on = np.arange(DAYS + 1)
    by_day: list[int] = cost(name, on, DAYS, np.array(when), per_day).tolist()
    return by_day


def test_the_unprinted_count_once() -> None:
    assert costs("unprinted", 2) == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (2, [0, 0, 0, 1, 1, 1]),
        (4, [0, 0, 0, 0, 0, 1]),
        (-1, [0, 0, 0, 0, 0, 0]),
        (5, [0, 0, 0, 0, 0, 0]),
    ],
)
def test_overdue_counts_from_the_day_after(when: int, expected: list[int]) -> None:
    assert costs("overdue", when) == expected


def test_a_promise_slips_by_a_day_each_day() -> None:
    assert costs("promise", 3) == [0, 0, 0, 0, 1, 2]
    assert costs("promise", -1) == [0] * 6


def test_pressure_adds_the_days_of_waiting_from_the_start() -> None:
    # Recorded two days before the start: on its first day it is in its third day.
    assert costs("pressure", -2) == [0, 3, 7, 12, 18, 25]
    assert costs("pressure", 2) == [0, 0, 0, 1, 3, 6]
    assert costs("pressure", 2, per_day=10) == [0, 0, 0, 10, 30, 60]


@given(
    st.sampled_from(("unprinted", "overdue", "promise", "pressure")),
    st.integers(-40, 40),
    st.integers(1, 90),
)
def test_no_day_costs_less_than_the_one_before(
    name: str, when: int, per_day: int
) -> None:
    by_day = costs(name, when, per_day)
    assert by_day[0] == 0
    assert by_day == sorted(by_day)


@given(st.integers(-40, 40), st.integers(0, 30))
def test_pressure_is_a_sum_over_days(since: int, day: int) -> None:
    total = sum(t - since + 1 for t in range(max(0, since), day))
    assert int(accrued(np.array(since), day)) == total


def test_without_ranks_the_tiers_stand_as_named() -> None:
    names = ("overdue", "unprinted")
    assert in_order(names, None, decided=False) == [
        ("overdue", None),
        ("unprinted", None),
    ]


def test_unprinted_is_settled_for_every_rank_first() -> None:
    names = ("overdue", "unprinted", "pressure")
    assert in_order(names, 2, decided=False) == [
        ("unprinted", 0),
        ("unprinted", 1),
        ("overdue", 0),
        ("pressure", 0),
        ("overdue", 1),
        ("pressure", 1),
    ]


def test_tiers_of_shifts_part_the_others() -> None:
    names = ("unprinted", "cost_idr", "pressure")
    assert stretches(names, decided=True) == [
        ["unprinted"],
        ["cost_idr"],
        ["pressure"],
        ["shifts"],
    ]
    assert in_order(names, 1, decided=True) == [
        ("unprinted", 0),
        ("cost_idr", None),
        ("pressure", 0),
        ("shifts", None),
    ]
    assert in_order(names, 1, decided=False) == [("unprinted", 0), ("pressure", 0)]


def test_a_rank_is_written_as_the_office_uses_it() -> None:
    assert rank_label((1, None), by_class=True, by_area=False) == 1
    assert rank_label((None, 2), by_class=False, by_area=True) == 2
    assert rank_label((1, None), by_class=True, by_area=True) == "1/-"
    assert rank_label((None, None), by_class=False, by_area=False) is None


def test_a_given_day_costs_nothing_and_any_other_one() -> None:
    assert costs("moved", 3) == [1, 1, 1, 0, 1, 1]
    assert costs("moved", -1) == [0] * 6


def test_moved_is_last_without_rank_unless_it_is_named() -> None:
    plain = with_stability(("unprinted", "pressure"), known=True)
    assert in_order(plain, 2, decided=True, known=True)[-3:] == [
        ("cost_idr", None),
        ("shifts", None),
        ("moved", None),
    ]
    named = with_stability(("moved", "pressure"), known=True)
    assert in_order(named, 2, decided=False, known=True) == [
        ("moved", 0),
        ("pressure", 0),
        ("moved", 1),
        ("pressure", 1),
    ]


def test_what_is_frozen_stands_before_pressure_in_its_rank() -> None:
    names = with_stability(("overdue", "pressure"), known=True, freeze_days=2)
    assert in_order(names, 1, decided=False, known=True) == [
        ("overdue", 0),
        ("frozen", 0),
        ("pressure", 0),
        ("moved", None),
    ]
    assert with_stability(("overdue",), known=True, freeze_days=1)[-1] == "frozen"


def test_on_a_first_morning_nothing_is_kept() -> None:
    names = ("moved", "unprinted")
    assert with_stability(names, known=False, freeze_days=3) == ["unprinted"]
