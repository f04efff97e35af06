"""What a hostile reviewer got past checker.py, and what it accused falsely."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders import write_folder
from damages import base
from test_checker import found, run

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("applications", "plan", "unprinted", "held", "rejects", "prices")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    case, plan = base("stock")
    return write_folder(plan, case, tmp_path)


@pytest.mark.parametrize("name", TABLES)
def test_a_doubled_column_is_seen(name: str, folder: Path) -> None:
    path = folder / f"{name}.csv"
    heading, *rows = path.read_text(encoding="utf-8").splitlines()
    double = heading.split(",")[0]
    lines = [f"{heading},{double}", *(f"{row},{row.split(',')[0]}" for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "table" in found(folder)


def test_cells_beyond_the_heading_are_seen(folder: Path) -> None:
    path = folder / "plan.csv"
    text = path.read_text(encoding="utf-8").removesuffix("\n")
    path.write_text(text + ",besok\n", encoding="utf-8")
    assert found(folder) == ["table"]


@pytest.mark.parametrize(
    "name",
    [
        "rencana final.csv",
        "batches/PENTING.csv",
        "shifts.csv",
        "~$plan baru.csv",
        ".ektp-sched-plan.csv",
        ".ektp-sched-plancopy",
        "batches/2017-09-12/lagi/p1.csv",
    ],
)
def test_a_file_that_no_plan_folder_has_is_seen(name: str, folder: Path) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes((folder / "plan.csv").read_bytes())
    assert "file" in found(folder) or name == "shifts.csv"
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    summary["files"][name] = summary["files"]["plan.csv"]
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert run(folder).returncode == 1


def test_what_systems_and_open_workbooks_leave_passes(folder: Path) -> None:
    day = next(iter(sorted((folder / "batches").iterdir())))
    for place in (folder, folder / "batches", day):
        for name in (".~lock.p1.csv#", "~$p1.xlsx", ".DS_Store", "Thumbs.db"):
            (place / name).write_bytes(b"\x00")
    result = run(folder, "--lang", "en")
    assert (result.returncode, result.stderr) == (0, "")
