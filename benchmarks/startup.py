"""How long commands take on ten people: whole processes, in turn, as a person waits."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Report, Spent, median, number, run_process

__all__ = ["run"]

_ROUNDS = 10
_TEN = 11
"""Lines of ten people, the heading among them."""

_PROGRAM = (sys.executable, "-m", "ektp_sched")
_FILES = ("--backlog", "ten.csv", "--office", "kupang/office.toml")
_PLAN = ("plan", "ten.csv", "--office", "kupang/office.toml", "--start", "2017-09-12")
_COMMANDS: dict[str, tuple[tuple[str, ...], float | None]] = {
    "--help": (("--help",), None),
    "check": (("check", "ten.csv", "--office", "kupang/office.toml"), 0.6),
    "explain": (("explain", "ten", "KPG-000001", *_FILES), 0.7),
    "verify": (("verify", "ten", *_FILES), None),
    "status": (("status", "kupang", "KPG-000001"), None),
    "plan, no workbooks, no page": (
        (*_PLAN, "--days", "9", "--no-xlsx", "--no-report", "--out", "bare"),
        None,
    ),
    "plan": ((*_PLAN, "--days", "9", "--out", "whole"), None),
}
"""Arguments of each command, and the processor seconds that it should take."""

_HEAVY = {"ortools", "altair", "xlsxwriter", "sqlalchemy", "jinja2"}
_LOADED = (
    "import sys; from ektp_sched.cli.app import run; run(sys.argv[1:]); "
    f"print(*sorted({_HEAVY!r} & sys.modules.keys()))"
)
"""Runs a command and says at its end what it has loaded of these."""


def run(*, smoke: bool) -> Report:
    """Measure all commands; `check` must load nothing heavy that it has no use for.

    Parameters
    ----------
    smoke
        One round.
    """
    report = Report("startup")
    rounds = 1 if smoke else _ROUNDS
    runs: dict[str, list[Spent]] = {name: [] for name in _COMMANDS}
    with TemporaryDirectory() as folder:
        _prepare(folder)
        for number_of_round in range(rounds + 1):
            for name, (arguments, _) in _COMMANDS.items():
                spent = run_process([*_PROGRAM, *arguments], folder)
                if number_of_round:  # the first fills the caches
                    runs[name].append(spent)
        asked = [sys.executable, "-c", _LOADED, *_COMMANDS["check"][0]]
        loaded = run_process(asked, folder).output.splitlines()[-1]
        if loaded:
            report.wrong.append(f"check loads {loaded}")
    rows = []
    for name, (_, target) in _COMMANDS.items():
        cpu = [one.cpu for one in runs[name]]
        peak = max(one.peak_mb for one in runs[name])
        wall = median([one.seconds for one in runs[name]])
        report.data[name] = {"cpu": median(cpu), "least": min(cpu), "seconds": wall}
        report.data[name]["peak_mb"] = peak
        wanted = "" if target is None else number(target)
        figures = [number(each) for each in (median(cpu), min(cpu), wall, peak)]
        rows.append([name, *figures, wanted])
    headings = [
        "command",
        "median cpu s",
        "least cpu s",
        "wall s",
        "MiB",
        "target cpu s",
    ]
    report.tables.append((f"commands on ten people, {rounds} runs", headings, rows))
    return report


def _prepare(folder: str) -> None:
    """Make an office folder with ten people, their first day, and a plan."""
    run_process([*_PROGRAM, "init", "kupang", "--example", "kupang"], folder)
    backlog = Path(folder) / "kupang" / "backlog.csv"
    lines = backlog.read_text("utf-8").splitlines(keepends=True)
    for place in (backlog, Path(folder) / "ten.csv"):
        place.write_text("".join(lines[:_TEN]), "utf-8")
    run_process([*_PROGRAM, "today", "kupang", "--on", "2017-09-12"], folder)
    run_process([*_PROGRAM, *_PLAN, "--days", "9", "--out", "ten"], folder)
