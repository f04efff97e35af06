"""Processes that are timed, medians, and tables of what they took."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ROOT",
    "Report",
    "Spent",
    "Timer",
    "median",
    "number",
    "ratio",
    "run_child",
    "run_process",
    "surroundings",
]

ROOT = Path(__file__).resolve().parent.parent
_MEGA = 1 << 20
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1 << 10


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took.

    Parameters
    ----------
    seconds
        From start to end, wall clock.
    cpu
        Seconds of processor time, all threads, user and system.
    peak_mb
        Largest resident memory in MiB.
    output
        What it printed.
    """

    seconds: float
    cpu: float
    peak_mb: float
    output: str


@dataclass(slots=True)
class Report:
    """What one benchmark found.

    Parameters
    ----------
    name
        Name of the benchmark.
    tables
        Title, headings and rows, all text.
    data
        Everything measured, for the JSON file.
    wrong
        Sentences about wrong values; any makes the run fail.
    """

    name: str
    tables: list[tuple[str, list[str], list[list[str]]]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """Return the tables as Markdown."""
        parts = []
        for title, headings, rows in self.tables:
            lines = [headings, ["---"] * len(headings), *rows]
            body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
            parts.append(f"**{title}**\n\n{body}\n")
        return "\n".join([*parts, *(f"WRONG: {sentence}" for sentence in self.wrong)])


def run_process(command: Sequence[str], folder: str | Path = ROOT) -> Spent:
    """Run a command to its end and say what it took.

    Parameters
    ----------
    command
        Program and arguments.
    folder
        Where it runs; the repository's if left out.

    Raises
    ------
    RuntimeError
        It ended with another exit code than 0.
    """
    light = "polars" not in sys.modules and "numpy" not in sys.modules
    # A child's peak counts its parent's memory at the moment of the fork.
    assert light, "the driver must stay small"
    begun = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        output = process.stdout.read()
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        message = f"{' '.join(command)} ended with {process.returncode}: {errors}"
        raise RuntimeError(message)
    peak = usage.ru_maxrss * _PEAK_UNIT / _MEGA
    return Spent(seconds, usage.ru_utime + usage.ru_stime, peak, output)


def run_child(*arguments: object) -> tuple[Spent, dict[str, Any]]:
    """Run a task of `benchmarks.child` in a fresh process.

    Parameters
    ----------
    arguments
        Name of the task and what it takes.

    Returns
    -------
    tuple
        What the process took, and the JSON object that it printed last.
    """
    command = [sys.executable, "-m", "benchmarks.child", *map(str, arguments)]
    spent = run_process(command)
    found: dict[str, Any] = json.loads(spent.output.splitlines()[-1])
    return spent, found


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


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return float(statistics.median(values))


def number(value: float) -> str:
    """Return a figure with three digits, seconds or mebibytes alike."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def ratio(value: float, other: float) -> str:
    """Return how many times the other a value is."""
    return f"{number(value / other)} ×"


def surroundings() -> dict[str, Any]:
    """Return the machine and how busy others keep it.

    Returns
    -------
    dict
        python, cores, and load: processes that wanted to run in the last
        minute.  More than cores means that wall clock figures are too high.
    """
    cores = (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count()
    )
    return {
        "python": sys.version.split()[0],
        "cores": cores,
        "load": round(os.getloadavg()[0], 2),
    }
