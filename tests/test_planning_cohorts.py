"""Who is told apart: cohorts, clamped dates, ranks, the range of the start."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import START, Case, desk, make_backlog, person

from ektp_sched.errors import UsageError
from ektp_sched.office import Office
from ektp_sched.people.cohorts import NONE, Cohorts, build_cohorts
from ektp_sched.people.keys import compact
from ektp_sched.planning import plan

OFFICE = Office.model_validate(desk())


def cohorts(*rows: dict[str, Any], days: int = 5) -> Cohorts:
    return build_cohorts(make_backlog(rows), OFFICE, START, days)


def test_equal_applications_are_one_cohort() -> None:
    found = cohorts(person("a", 3), person("b", 3), person("c", 4))
    assert found.since.tolist() == [-4, -3]
    assert found.size.tolist() == [1, 2]
    assert found.member.tolist() == [1, 1, 0]


def test_dates_that_no_longer_matter_do_not_split_cohorts() -> None:
    rows = [person(f"n{day}", 3, due_on=day, promised_on=day) for day in (-2, 5, 90)]
    found = cohorts(*rows, person("none", 3))
    # Due before the start and promised before it: a constant, and day 0.
    assert sorted(zip(found.due.tolist(), found.promised.tolist(), strict=True)) == [
        (NONE, NONE),
        (NONE, 0),
    ]
    assert found.late_due.tolist() == [1]
    assert found.late_promise.tolist() == [2]


def test_ready_before_the_start_is_day_0_and_after_the_horizon_its_end() -> None:
    found = cohorts(person("a", 9, ready_on=-3), person("b", 9, ready_on=99))
    assert found.ready.tolist() == [0, 5]


def test_members_stand_for_their_rows() -> None:
    found = cohorts(
        *(person(f"n{n}", n % 3, pinned_on=n % 2 or None) for n in range(9))
    )
    assert found.size.sum() == 9
    assert np.bincount(found.member).tolist() == found.size.tolist()
    assert (found.since[found.member] == [-(n % 3) for n in range(9)]).all()


def test_a_million_people_of_few_kinds_would_be_few_cohorts() -> None:
    rows = [person(f"n{n}", n % 7) for n in range(500)]
    assert len(cohorts(*rows)) == 7


@given(st.lists(st.integers(0, 10_000_000), max_size=30), st.booleans())
def test_compact_renumbers_in_order(keys: list[int], large: bool) -> None:
    top = max(keys, default=0) + 1
    size = top + (1 << 40 if large else 0)
    number, distinct = compact(np.array(keys, dtype=np.int64), size)
    assert distinct.tolist() == sorted(set(keys))
    assert distinct[number].tolist() == keys


@pytest.mark.parametrize("offset", [-3661, 3661])
def test_a_start_far_from_the_data_is_refused(offset: int) -> None:
    rows = [person("a", 0), person("b", 0)]
    start = START + timedelta(days=offset)
    near = f"{START.isoformat()} to {START.isoformat()}"
    with pytest.raises(UsageError, match=f"{start.isoformat()}.*{near}"):
        plan(make_backlog(rows), OFFICE, start=start, days=3)


@pytest.mark.parametrize("offset", [-3660, 3660])
def test_a_start_just_near_enough_is_planned(offset: int) -> None:
    start = START + timedelta(days=offset)
    found = plan(make_backlog([person("a")]), OFFICE, start=start, days=3)
    assert found.status == "optimal"


def test_one_ancient_record_among_recent_ones_is_planned() -> None:
    # 117 years of waiting: (42,989 + 1) thirtieths on the first day.
    rows = (person("old", 0) | {"waiting_since": date(1900, 1, 1)}, person("new"))
    plan = Case(desk(1), rows, days=2).plan()
    assert plan.assignments["application_id"].to_list() == ["old", "new"]
    waited = (START - date(1900, 1, 1)).days
    assert plan.assignments["wait_days"].to_list() == [waited, 1]
    assert plan.tiers[3].value == 1
