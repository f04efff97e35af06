"""The ledger's verbs, each beside the bare database operation of the same run.

Taking in an export and recording cards are laid beside the same rows put into a file
without digests, salts and indexes; `ledger verify` beside fetching all rows; commands
that answer from a ledger or a folder beside a process that asks a bare database, or
loads its libraries, alone.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import (
    Report,
    median,
    number,
    ratio,
    run_child,
    run_process,
)

__all__ = ["run"]

_ROUNDS = 5
_TARGETS = {
    "import": 2.0,
    "prints": 0.2,
    "today": 3.0,
    "status": 0.3,
    "verify": 5.0,
    "explain": 0.7,
}
_BARE = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
    "print(c.execute('SELECT ref FROM personal WHERE text = ? AND "
    "substr(text, 1, 12) = ?', (sys.argv[2], sys.argv[2][:12])).fetchall())"
)
_LIBRARIES = "import typer, pydantic, polars; pydantic.BaseModel"


def run(*, smoke: bool) -> Report:
    """Measure what is written, what is read, and commands.

    Parameters
    ----------
    smoke
        A thousand people, one round.
    """
    report = Report("ledger")
    rounds = 1 if smoke else _ROUNDS
    rows = [
        *_writes(report, rounds, *((1_000, 50) if smoke else (100_000, 700))),
        *_reads(report, rounds, *((1_000, 5_000) if smoke else (200_000, 1_000_000))),
        *_commands(report, rounds, 1_000 if smoke else 20_000),
    ]
    headings = ["what", "rows", "seconds", "bare seconds", "÷ bare", "target s"]
    report.tables.append(("the ledger, SQLite", headings, rows))
    return report


def _row(
    report: Report, name: str, size: str, took: list[float], bare: list[float]
) -> list[str]:
    report.data[name] = {"seconds": took, "bare": bare, "size": size}
    seconds, base = median(took), median(bare)
    target = number(_TARGETS[name])
    return [name, size, number(seconds), number(base), ratio(seconds, base), target]


def _writes(report: Report, rounds: int, count: int, cards: int) -> list[list[str]]:
    runs = [run_child("ledger_writes", count, cards)[1] for _ in range(rounds)]
    report.wrong += [fault for each in runs for fault in each["faults"]]
    return [
        _row(
            report,
            name,
            f"{size:,}",
            [each[name] for each in runs],
            [each[f"bare_{name}"] for each in runs],
        )
        for name, size in (("import", count), ("prints", cards))
    ]


def _reads(report: Report, rounds: int, people: int, facts: int) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        _, made = run_child("ledger_folder", folder, people, facts)
        python = [sys.executable]
        bare = [*python, "-c", _BARE, f"{folder}/ledger.db", made["id"]]
        ask = [*python, "-m", "ektp_sched", "status", folder, made["queue_number"]]
        asked, barely = [], []
        for _ in range(rounds):
            asked.append(run_process(ask).seconds)
            barely.append(run_process(bare).seconds)
        _, checked = run_child("ledger_verify", folder, rounds)
    report.wrong += checked["faults"]
    return [
        _row(report, "status", f"{people:,}", asked, barely),
        _row(report, "verify", f"{facts:,}", checked["verify"], checked["bare"]),
    ]


def _commands(report: Report, rounds: int, count: int) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch)
        _, made = run_child("two_days", where, "site", count, 60)
        (where / "exports").mkdir()
        (where / "first.csv").rename(where / "exports" / "first.csv")
        program = [sys.executable, "-m", "ektp_sched"]
        planned, whole, explained, loaded = [], [], [], []
        for at in range(rounds):
            out = str(where / f"plan-{at}")
            export = str(where / "exports" / "first.csv")
            office = ["--office", str(where / "office.toml"), "--days", "60"]
            plan = [*program, "plan", export, *office, "--start", made["start"]]
            planned.append(run_process([*plan, "--out", out, "--no-report"]).seconds)
            morning = [*program, "today", scratch, "--on", made["start"], "--days"]
            ledger = ["--ledger", f"sqlite:///{at}.db"]
            for plans in where.glob("plans"):
                plans.rename(where / f"plans-{at}")
            whole.append(run_process([*morning, "60", *ledger, "--no-report"]).seconds)
            ask = [*program, "explain", out, "A00000500"]
            explained.append(run_process(ask).seconds)
            loaded.append(run_process([sys.executable, "-c", _LIBRARIES]).seconds)
    return [
        _row(report, "today", f"{count:,} × 60 days", whole, planned),
        _row(report, "explain", f"{count:,}", explained, loaded),
    ]
