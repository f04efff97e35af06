"""What the examples come to, to the byte: a fence around changes that change nothing.

A summary holds the digest of every other file of its folder.  Where a solver
chose among equals, its folder is not the same bytes on every machine: there
what is compared are the tiers, the shifts, the counts and the notices.
``EKTP_GOLDEN=write`` writes the values anew; look at what differs before.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import ektp_sched as ek
from ektp_sched.example import write_start

if TYPE_CHECKING:
    from collections.abc import Mapping

GOLDEN = Path(__file__).with_name("golden")
START = "2017-09-12"
NOT_OURS = {"seconds", "program"}
CHOSEN_AMONG_EQUALS = {"files", "by_area", "clearance", "uses", "waits"}


def compare_with_golden(name: str, values: Mapping[str, Any]) -> None:
    path = GOLDEN / f"{name}.json"
    text = json.dumps(values, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("EKTP_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert _read(text) == _read(path.read_text(encoding="utf-8"))


def _read(text: str) -> Any:
    # The last digits of a mean depend on how a processor adds.
    return json.loads(text, parse_float=lambda digits: float(f"{float(digits):.9g}"))


@pytest.mark.parametrize(
    ("name", "days", "determined"),
    [
        ("kupang", 60, True),
        ("saturdays", 60, True),
        ("quotas", 60, False),
        ("two-card-types", 60, False),
    ],
)
def test_an_example_is_planned_as_ever(
    name: str, days: int, determined: bool, tmp_path: Path
) -> None:
    write_start(tmp_path, example=name)
    office = ek.Office.load(tmp_path / "office.toml")
    backlog = ek.read_backlog(tmp_path / "backlog.csv", office)
    plan = ek.plan(backlog, office, start=START, days=days)
    plan.save(tmp_path / "out", xlsx=False, report=False)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    left_out = NOT_OURS if determined else NOT_OURS | CHOSEN_AMONG_EQUALS
    compare_with_golden(name, {k: v for k, v in summary.items() if k not in left_out})


def test_one_server_is_compared_with_a_new_one_as_ever(tmp_path: Path) -> None:
    write_start(tmp_path, example="kupang")
    scenarios = tmp_path / "scenarios.toml"
    office = ek.Office.load(tmp_path / "office.toml")
    backlog = ek.read_backlog(tmp_path / "backlog.csv", office)
    comparison = ek.compare(
        backlog, office, scenarios, start=START, days=120, replications=40
    )
    compare_with_golden("comparison", comparison.document())
