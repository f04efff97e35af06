"""What a hostile reviewer got past checker.py, and what it accused falsely."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from builders import (
    START,
    Case,
    make_backlog,
    make_office,
    planned,
    write_folder,
)
from damages import base
from test_checker import CHECKER, found, run

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


@pytest.mark.slow
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
        for name in (".~lock.p1.csv#", "~$p1.XLSX", "~$p1.ods", ".DS_Store"):
            (place / name).write_bytes(b"\x00")
    result = run(folder, "--lang", "en")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_broken_tie_break_is_seen_beside_a_certificate(tmp_path: Path) -> None:
    office = make_office(
        servers=[{"id": "s1", "cards_per_day": 4}],
        printers=[{"id": "p1", "cards_per_day": 4}],
    )
    rows = [
        {
            "application_id": f"A{n}",
            "waiting_since": START - timedelta(20),
            "ready_on": START - timedelta(20 - n),
        }
        for n in range(9)
    ]
    case = Case(office, make_backlog(rows, office), 5)
    plan = planned(case)
    folder = write_folder(plan, case, tmp_path / "honest")
    assert (folder / "certificate.json").exists()
    assert found(folder) == []
    ids = pl.col("application_id").replace({"A0": "A8", "A8": "A0"})
    order = ["day", "printer", "application_id"]
    swapped = plan.assignments.with_columns(ids).sort(order)
    columns = ["batch", "position"]
    swapped = swapped.with_columns(plan.assignments[name] for name in columns)
    folder = write_folder(replace(plan, assignments=swapped), case, tmp_path / "false")
    assert set(found(folder)) == {"tie"}


@pytest.mark.parametrize(
    ("key", "value"), [("done", 1), ("language", "fr"), ("extra", 0)]
)
def test_every_key_of_the_summary_is_computed_or_refused(
    key: str, value: object, folder: Path
) -> None:
    path = folder / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(summary | {key: value}), encoding="utf-8")
    assert found(folder) == ["claim"]
    summary["tiers"][0]["extra"] = 0
    path.write_text(json.dumps(summary), encoding="utf-8")
    assert found(folder) == ["claim"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["summary.json", "certificate.json"])
def test_a_key_that_stands_there_twice_is_refused(name: str, folder: Path) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{", '{"days": 1, ', 1), encoding="utf-8")
    result = run(folder)
    assert (result.returncode, result.stdout) == (2, "")
    assert "'days' x 2" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_a_sentence(folder: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        result = subprocess.run(
            [sys.executable, "-I", "-S", str(CHECKER), str(folder)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr.startswith("Not all could be printed")
    assert "Traceback" not in result.stderr
