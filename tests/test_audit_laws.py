"""The audit against its definitions, pair by pair, on generated logs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
import strategies as planning
from audit_brute import Case, idle_by_flow, verdicts
from audit_cases import backlog_of, cases, log_of
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import FEW, HALF

from ektp_sched.planning import Status
from ektp_sched.trust.audit.audit import audit
from ektp_sched.trust.fairness.overtakes import dominated

if TYPE_CHECKING:
    from random import Random

pytestmark = pytest.mark.slow


@HALF
@given(cases())
def test_audit_finds_exactly_what_the_pairs_say(case: Case) -> None:
    expected = verdicts(case)
    found = audit(log_of(case), backlog_of(case), case.office)
    out = {
        row["application_id"]: (
            row["passed"],
            row["longest_passed_days"],
            row["unaccounted"],
        )
        for row in found.out_of_turn.to_dicts()
    }
    recorded = {
        p["application_id"]
        for p in case.people
        if (row := case.first_print(p)) is not None and row["reason"] is not None
    }
    assert out == {
        name: (passed, longest, left)
        for name, (passed, longest, left, _) in expected.items()
        if left and name not in recorded
    }
    assert {
        row["application_id"]: (row["passed"], row["longest_passed_days"])
        for row in found.explained.to_dicts()
    } == {
        name: (passed, longest)
        for name, (passed, longest, left, _) in expected.items()
        if not left or name in recorded
    }


@FEW
@given(planning.pinned_cases())
def test_a_plan_carried_out_has_nobody_out_of_turn(case: planning.Case) -> None:
    plan = case.plan()
    known = plan.status is Status.OPTIMAL and "pressure" in case.office.plan.tiers
    assume(known and plan.assignments.height > 0)
    log = plan.assignments.select(
        "application_id", pl.col("day").alias("printed_at"), "printer"
    )
    followed = audit(log, case.backlog, case.office, plans=[plan])
    assert followed.out_of_turn.is_empty()
    assert followed.deviations is not None
    assert followed.deviations.is_empty()
    found = audit(log, case.backlog, case.office)
    # A log does not tell how far its plan looks ahead.
    end = plan.start + timedelta(plan.days - 1)
    dates = case.backlog.frame.select(pl.col("due_on", "promised_on").max()).row(0)
    if not any(found.end < day <= end for day in dates if day is not None):
        assert found.out_of_turn.to_dicts() == []
    assert found.unlisted.is_empty()
    assert found.cards == plan.assignments.height


@FEW
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(case: Case, random: Random) -> None:
    people, prints = list(case.people), list(case.prints)
    random.shuffle(people)
    first = audit(log_of(case), backlog_of(case), case.office)
    shuffled = replace(case, people=people, prints=prints[::-1])
    again = audit(log_of(shuffled), backlog_of(shuffled), case.office)
    # Of two good prints on one day, the operator of the first row is named.
    keys = ("application_id", "printed_at", "passed", "longest_passed_days")
    assert first.idle.equals(again.idle)
    for name in ("out_of_turn", "explained"):
        ours, theirs = getattr(first, name), getattr(again, name)
        assume(case_has_no_double(case))
        assert ours.select(keys).equals(theirs.select(keys))


def case_has_no_double(case: Case) -> bool:
    ids = [row["application_id"] for row in case.prints if row["result"] == "ok"]
    return len(ids) == len(set(ids))


@given(st.integers(0, 30), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_dominance_counts_what_a_double_loop_counts(
    number: int, asked: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    since, gain = rng.integers(-4, 5, number), rng.integers(0, 4, number)
    count, until = rng.integers(1, 4, number), rng.integers(-5, 6, asked)
    losses = [rng.integers(0, 5, asked) for _ in range(int(rng.integers(0, 3)))]
    total, below = dominated((since, gain, count), until, losses)
    for query, last in enumerate(until.tolist()):
        first = since <= last
        assert total[query] == count[first].sum()
        for part, loss in zip(below, losses, strict=True):
            assert part[query] == count[first & (gain < loss[query])].sum()


@given(cases())
def test_idle_capacity_is_the_least_cut(case: Case) -> None:
    found = audit(log_of(case), backlog_of(case), case.office).idle
    idle = dict(zip(found["day"], found["idle"], strict=True))
    for offset in range((case.end - case.start).days + 1):
        day = case.start + timedelta(offset)
        assert idle.get(day, 0) == idle_by_flow(case, day)
