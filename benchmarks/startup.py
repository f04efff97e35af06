"""How long the package takes to come up: whole processes, alternating."""

from __future__ import annotations

import sys

from benchmarks.measure import Report, Spent, median, number, run_process

__all__ = ["run"]

_ROUNDS = 15
_COMMANDS = {
    "python -c pass": (["-c", "pass"], None),
    "import ektp_sched": (["-c", "import ektp_sched"], 0.4),
    "ektp-sched --help": (["-m", "ektp_sched", "--help"], 0.6),
}
_HEAVY = ("ortools", "polars", "numpy", "fastexcel", "xlsxwriter", "holidays", "babel")
_LOADED = (
    "import ektp_sched, sys; "
    f"print(*(name for name in {_HEAVY!r} if name in sys.modules))"
)


def run(*, smoke: bool) -> Report:
    """Measure all commands; the heavy libraries must not be loaded.

    Parameters
    ----------
    smoke
        One round.
    """
    report = Report("startup")
    runs: dict[str, list[Spent]] = {label: [] for label in _COMMANDS}
    for _ in range(1 if smoke else _ROUNDS):
        for label, (arguments, _) in _COMMANDS.items():
            runs[label].append(run_process([sys.executable, *arguments]))
    loaded = run_process([sys.executable, "-c", _LOADED]).output.split()
    if loaded:
        report.wrong.append(f"import ektp_sched loads {', '.join(loaded)}")
    rows = []
    for label, (_, target) in _COMMANDS.items():
        seconds = median([one.seconds for one in runs[label]])
        cpu = median([one.cpu for one in runs[label]])
        least = min(one.seconds for one in runs[label])
        report.data[label] = {"seconds": seconds, "least": least, "cpu": cpu}
        wanted = "" if target is None else number(target)
        rows.append([label, number(seconds), number(least), number(cpu), wanted])
    headings = ["process", "median s", "least s", "cpu s", "target s"]
    report.tables.append((f"start-up, {1 if smoke else _ROUNDS} runs", headings, rows))
    return report
