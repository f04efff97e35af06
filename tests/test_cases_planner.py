"""Cases that were wrong, each with the value that its README calls right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import ektp_sched as ek

CASES = Path(__file__).parents[2] / "shared" / "cases" / "trust"

pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="the shared cases are not beside this clone"
)


def read(name: str) -> tuple[ek.Backlog, ek.Office]:
    office = ek.Office.load(CASES / name / "office.toml")
    return ek.read_backlog(CASES / name / "backlog.csv", office), office


def test_a_quota_that_never_binds_changes_no_order() -> None:
    backlog, office = read("tie-quota")
    plan = ek.plan(backlog, office, start=date(2017, 9, 4), days=6)
    order = plan.assignments.sort("day")["application_id"].to_list()
    assert order.index("a") < order.index("b")
    assert order.index("c") < order.index("d")


def test_without_days_everybody_is_printed_whom_only_a_shift_can_print() -> None:
    backlog, office = read("autodays-shift")
    plan = ek.plan(backlog, office, start=date(2017, 9, 10))
    assert (plan.days, plan.status) == (7, ek.Status.OPTIMAL)
    assert plan.unprinted.is_empty()
    rows = plan.assignments.rows_by_key("application_id", named=True, unique=True)
    assert rows["A583490-1"]["day"] == date(2017, 9, 16)
    assert [use.shift for use in plan.shifts if use.day == date(2017, 9, 16)] == ["x0"]


def test_the_lowest_pressure_is_that_of_printers_that_could_print_it() -> None:
    backlog, office = read("explain-lowest-pressure")
    plan = ek.plan(backlog, office, start=date(2017, 9, 10), days=9)
    said = ek.explain(plan, backlog, office, "A898357-1")
    (move,) = [move for move in said.moves if move.code == "pressure"]
    there = plan.assignments.filter(day=move.day)
    able = there.filter(there["printer"].is_in(list(said.printers)))
    least, lower = min(able["pressure"].to_list()), min(there["pressure"].to_list())
    assert move.needed == least > lower
    (line,) = [line for line in said.sentences("en") if "lowest pressure" in line]
    assert "on printers that could print it" in line
