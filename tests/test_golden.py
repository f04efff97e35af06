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
from examples import START, example, planned, read

import ektp_sched as ek

if TYPE_CHECKING:
    from collections.abc import Mapping

GOLDEN = Path(__file__).with_name("golden")
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
    ("name", "determined"),
    [
        ("kupang", True),
        ("saturdays", True),
        pytest.param("quotas", False, marks=pytest.mark.slow),
        pytest.param("two-card-types", False, marks=pytest.mark.slow),
    ],
)
def test_an_example_is_planned_as_ever(
    name: str, determined: bool, tmp_path: Path
) -> None:
    planned(name).save(tmp_path / "out", xlsx=False, report=False)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    left_out = NOT_OURS if determined else NOT_OURS | CHOSEN_AMONG_EQUALS
    compare_with_golden(name, {k: v for k, v in summary.items() if k not in left_out})


@pytest.mark.slow
def test_one_server_is_compared_with_a_new_one_as_ever() -> None:
    scenarios = example("kupang") / "scenarios.toml"
    comparison = ek.compare(
        *read("kupang"), scenarios, start=START, days=120, replications=40
    )
    compare_with_golden("comparison", comparison.document())
