"""A million rows: CSV in, plan folder out, against polars doing the least.

Ours is the command ``ektp-sched plan … --no-xlsx --no-report`` (read, plan, verify,
write all tables and the batch sheets as CSV; drawing the report's charts takes as
long for ten thousand rows as for a million, and is left out).  The baseline reads
the same file with polars (dates parsed), sorts it by waiting_since and id, and
writes it.  Both are whole processes, in alternating rounds.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import (
    Report,
    Spent,
    median,
    number,
    ratio,
    run_child,
    run_process,
)

__all__ = ["run"]

_ROUNDS = 5
_TIME, _MEMORY = 3, 5


def run(*, smoke: bool) -> Report:
    """Measure both.

    Parameters
    ----------
    smoke
        A thousand rows, one round.
    """
    report = Report("files")
    count = 1_000 if smoke else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        _, made = run_child("make", where, count)
        ours, theirs = [], []
        for _ in range(1 if smoke else _ROUNDS):
            ours.append(_plan(where, made["start"], made["days"]))
            spent, _ = run_child("baseline", where / "backlog.csv", where / "o.csv")
            theirs.append(spent)
        report.wrong += _faults(where / "out", count)
        shutil.rmtree(where / "out")
    _add(report, count, ours, theirs)
    return report


def _plan(where: Path, start: str, days: int) -> Spent:
    command = [sys.executable, "-m", "ektp_sched", "plan", str(where / "backlog.csv")]
    command += ["--office", str(where / "office.toml"), "--start", start]
    command += [
        "--days",
        str(days),
        "--out",
        str(where / "out"),
        "--no-xlsx",
        "--no-report",
    ]
    return run_process(command)


def _faults(out: Path, count: int) -> list[str]:
    """Check that nobody was lost on the way to the folder."""
    lines = 0
    for name in ("plan.csv", "unprinted.csv"):
        with (out / name).open("rb") as file:
            lines += sum(1 for _ in file) - 1
    if lines != count:
        return [f"files: {count} applications went in, {lines} came out"]
    if not any((out / "batches").glob("*/*.csv")):
        return ["files: there are no batch sheets"]
    return []


def _add(report: Report, count: int, ours: list[Spent], theirs: list[Spent]) -> None:
    rows = []
    for label, runs in (
        ("ektp-sched plan", ours),
        ("polars read, sort, write", theirs),
    ):
        seconds = median([one.seconds for one in runs])
        cpu = median([one.cpu for one in runs])
        peak = median([one.peak_mb for one in runs])
        report.data[label] = {"seconds": seconds, "cpu": cpu, "peak_mb": peak}
        rows.append([label, number(seconds), number(cpu), f"{peak:,.0f}"])
    mine, other = report.data.values()
    keys = ("seconds", "cpu", "peak_mb")
    rows.append(["ratio", *(ratio(mine[key], other[key]) for key in keys)])
    rows.append(["target", f"{_TIME} ×", "", f"{_MEMORY} ×"])
    headings = ["whole process", "seconds", "cpu s", "peak MiB"]
    report.tables.append((f"{count:,} rows, CSV to folder", headings, rows))
