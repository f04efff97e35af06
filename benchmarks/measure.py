"""Processes that are timed, in alternating rounds, and what is wrong with answers."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, Final, Self

__all__ = ["ROOT", "Row", "Table", "Timer", "machine", "measure"]

ROOT: Final = Path(__file__).resolve().parent.parent
_MEGA: Final = 1 << 20
_PEAK_UNIT: Final = 1 if sys.platform == "darwin" else 1 << 10
_LIBRARIES: Final = (
    *("numpy", "polars", "ortools", "highspy", "pyjobshop", "simpy", "ciw", "scipy"),
)
_LONG: Final = 20.0
"""Seconds after which a row is not run again."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is measured: a task below `benchmarks.tasks`, or a command.

    Parameters
    ----------
    label
        What stands in the table.
    task
        Module, function and arguments; empty for a command.
    command
        Arguments of Python; ``{folder}`` is the table's scratch folder, ``{made}``
        and ``{out}`` below it the set-up's folder and one for each run, and other
        names are what the set-up returned.
    """

    label: str
    task: tuple[object, ...] = ()
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are compared with the first of them.

    Parameters
    ----------
    key, title
        Name among the figures, and heading.
    rows
        What is measured.
    against
        Heading of the ratios of processor time; none without.
    says
        Heading of what each row says of its answer; none without.
    setup
        Tasks or commands that fill the scratch folder, not timed.
    rounds
        How often each row is run, in turn; medians are kept.
    """

    key: str
    title: str
    rows: tuple[Row, ...]
    against: str = ""
    says: str = ""
    setup: tuple[Row, ...] = ()
    rounds: int = 3


class Timer:
    """Time a block: wall clock and processor seconds."""

    seconds: float
    cpu: float

    def __enter__(self) -> Self:
        """Start."""
        self.seconds, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.seconds = time.perf_counter() - self.seconds
        self.cpu = time.process_time() - self.cpu

    def spent(self) -> dict[str, float]:
        """Return both figures by name."""
        return {"seconds": self.seconds, "cpu": self.cpu}


def measure(table: Table, rounds: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Run every row so many times, in turn.

    Returns
    -------
    tuple
        A dictionary a row: label, medians of seconds, cpu and peak_mb, runs, and
        what the task says besides; and sentences about wrong answers.
    """
    runs: dict[str, list[dict[str, Any]]] = {}
    with TemporaryDirectory() as scratch:
        known = dict.fromkeys(("made", "out"), f"{scratch}/made") | {"folder": scratch}
        for row in table.setup:
            known |= {k: str(v) for k, v in _run(row, known).items()}
        for number in range(rounds):
            for at, row in enumerate(table.rows):
                before = runs.setdefault(row.label, [])
                if not before or before[0]["seconds"] < _LONG:
                    ran = _run(row, known | {"out": f"{scratch}/out-{number}-{at}"})
                    before.append(ran)
    wrong = [
        f"{table.key}, {label}: {fault}"
        for label, each in runs.items()
        for ran in each
        if (fault := _fault(ran, each[0], next(iter(runs.values()))[0]))
    ]
    return [{"label": label, **_middle(each)} for label, each in runs.items()], wrong


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return medians, and of everything else what the first run said."""
    middle = {
        name: float(f"{statistics.median(run[name] for run in runs):.3g}")
        for name in ("seconds", "cpu", "peak_mb")
    }
    first = {
        k: v
        for k, v in runs[0].items()
        if k not in ("answer", "exact", "faults", "same")
    }
    return {**first, **middle, "runs": len(runs)}


def _fault(run: dict[str, Any], first: dict[str, Any], ours: dict[str, Any]) -> str:
    """Say what is wrong with an answer; taking too long is not wrong.

    Tiers are compared one after the other with those of the table's first row, as
    far as both are proven; those of peers may be off by rounding.
    """
    if run.get("faults"):
        return str(run["faults"][0])
    if run.get("answer") != first.get("answer"):
        return "two runs differ"
    if "same" in run and run["same"] != ours.get("same"):
        return "the answer is another than that of the first row"
    best = dict(zip(ours.get("names", ()), ours.get("tiers", ()), strict=False))
    for name, tier in zip(run.get("names", ()), run.get("tiers") or (), strict=False):
        if name not in best:
            continue
        if tier < best[name] - max(1, best[name] // 10**9):
            return f"is better than the optimum in {name}"
        if tier != best[name]:
            exact = run.get("exact") and run["says"].startswith("optimal")
            return f"is called optimal and is not in {name}" if exact else ""
    return ""


def _run(row: Row, known: dict[str, str]) -> dict[str, Any]:
    """Run a row to its end in a process of its own."""
    arguments = [str(part).format(**known) for part in row.task or row.command]
    child = ["-m", "benchmarks.child"] if row.task else []
    command = [sys.executable, *child, *arguments]
    # A child's peak counts its parent's memory at the moment of the fork.
    assert "numpy" not in sys.modules, "the driver must stay small"
    begun = time.perf_counter()
    with (
        TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            said = errors.read()
            message = f"{' '.join(command)} ended with {process.returncode}: {said}"
            raise RuntimeError(message)
    spent = {
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss * _PEAK_UNIT / _MEGA,
    }
    return spent | (json.loads(output.splitlines()[-1]) if row.task else {})


def machine() -> dict[str, Any]:
    """Return what the figures were made on; nothing that names the machine.

    Returns
    -------
    dict
        python, libraries, cores, and load: processes that wanted to run in the
        last minute.  More than cores means that seconds on the clock are too high.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "python": sys.version.split()[0],
        "libraries": {name: version(name) for name in _LIBRARIES},
        "cores": len(affinity(0)) if affinity else os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }
