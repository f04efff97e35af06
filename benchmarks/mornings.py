"""The second morning against a first one: what yesterday adds to a plan.

Both plan the same export of the second day: most of what was printed is gone from it,
some is still in it, some was spoilt, and as many people are new as were printed.  The
first morning knows no yesterday; the second compares the export with the plan of the
day before and a list of what was printed, and moves as few cards as can be.  In memory
they alternate in one process; the commands are whole processes, folders included.
"""

from __future__ import annotations

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
_DAYS = 60
_TARGETS = {20_000: 1.3, 1_000_000: 1.5}
_KINDS = {"site": "one site", "dates": "three restricted printers, dates"}


def run(*, smoke: bool) -> Report:
    """Measure both mornings in memory, then as commands.

    Parameters
    ----------
    smoke
        A thousand applications, one round.
    """
    report = Report("mornings")
    counts = (1_000,) if smoke else tuple(_TARGETS)
    rounds = 1 if smoke else _ROUNDS
    rows, commands = [], []
    for kind in _KINDS:
        for count in counts:
            rows.append(_in_memory(report, kind, count, rounds))
            commands.append(_as_commands(report, kind, count, rounds))
    headings = ["case", "applications", "first cpu s", "second cpu s", "÷ first"]
    headings += ["target", "moved", "verify: first cpu s", "second cpu s", "÷ first"]
    report.tables.append((f"{_DAYS} days in memory, plan alone", headings, rows))
    headings = ["case", "applications", "first cpu s", "second cpu s", "÷ first"]
    title = f"{_DAYS} days, whole commands without workbooks and report"
    report.tables.append((title, headings, commands))
    return report


def _in_memory(report: Report, kind: str, count: int, rounds: int) -> list[str]:
    _, found = run_child("mornings", kind, count, _DAYS, rounds)
    report.data[f"{kind} {count}"] = found
    report.wrong += [f"mornings {kind} {count}: {fault}" for fault in found["faults"]]
    first, second, checks, again = (
        median(found[key]) for key in ("first", "second", "verify", "verify_second")
    )
    return [
        _KINDS[kind],
        f"{count:,}",
        number(first),
        number(second),
        ratio(second, first),
        f"{_TARGETS[count]} ×" if count in _TARGETS else "",
        f"{found['moved']:,}",
        number(checks),
        number(again),
        ratio(again, checks),
    ]


def _as_commands(report: Report, kind: str, count: int, rounds: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        _, made = run_child("two_days", where, kind, count, _DAYS)
        yesterday = where / "yesterday"
        _plan(where, made["start"], "first.csv", yesterday)
        run_child("next_export", where, yesterday)
        known = ["--previous", str(yesterday), "--done", str(where / "printed.csv")]
        runs: dict[str, list[Spent]] = {"first": [], "second": []}
        for number_of in range(rounds):
            for name, options in (("first", []), ("second", [*known, "--gone=accept"])):
                out = where / f"{name}-{number_of}"
                spent = _plan(where, made["second"], "second.csv", out, *options)
                runs[name].append(spent)
    cpu = {name: [spent.cpu for spent in part] for name, part in runs.items()}
    report.data[f"{kind} {count} commands"] = cpu
    first, second = median(cpu["first"]), median(cpu["second"])
    cells = [number(first), number(second), ratio(second, first)]
    return [_KINDS[kind], f"{count:,}", *cells]


def _plan(where: Path, start: str, export: str, out: Path, *options: str) -> Spent:
    command = [sys.executable, "-m", "ektp_sched", "plan", str(where / export)]
    command += ["--office", str(where / "office.toml"), "--start", start]
    command += ["--days", str(_DAYS), "--out", str(out), "--no-xlsx", "--no-report"]
    return run_process([*command, *options])
