"""Saturdays and overtime under a budget: proven optimal on every tier.

The peers solve the same problem as one mixed-integer program, tier by tier, in
at most two and a half minutes for all tiers together; they decide cards and
shifts and no more.  Ours returns people, prices, what each shift saves, and a
proof that adds up without a solver.
"""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Report, median, number, ratio, run_child

__all__ = ["run"]

_ROUNDS = 3
_LIMIT = 150
_SIZES = {"5000x25": 2.0, "20000x60": 10.0, "200000x60": 60.0}
_EQUAL = ("1500x25", "5000x25")
_SMALL = ("400x14",)
_PEERS = {
    "highs": "HiGHS, shifts alone integer",
    "scip": "SCIP, shifts alone integer",
    "cpsat": "CP-SAT, direct",
}


def run(*, smoke: bool) -> Report:
    """Measure our own sizes, then all engines on equal work.

    Parameters
    ----------
    smoke
        A tiny case, one round.
    """
    report = Report("shifts")
    _sizes(report, _SMALL if smoke else tuple(_SIZES), 1 if smoke else _ROUNDS)
    for name in _SMALL if smoke else _EQUAL:
        _peers(report, name, 1 if smoke else _ROUNDS)
    return report


def _sizes(report: Report, names: tuple[str, ...], rounds: int) -> None:
    rows = []
    for name in names:
        runs = [run_child("shifts", "ours", _LIMIT, name) for _ in range(rounds)]
        first = runs[0][1]
        if any(one["values"] != first["values"] for _, one in runs):
            report.wrong.append(f"shifts {name}: two runs differ")
        if set(first["proofs"]) != {"optimal"}:
            report.wrong.append(f"shifts {name}: not proven on every tier")
        seconds = median([one["seconds"] for _, one in runs])
        cpu = median([one["cpu"] for _, one in runs])
        peak = median([spent.peak_mb for spent, _ in runs])
        report.data[name] = {**first, "seconds": seconds, "cpu": cpu, "peak_mb": peak}
        rows.append(
            [
                name,
                f"{first['worked']} of {first['options']}",
                number(seconds),
                number(cpu),
                number(_SIZES[name]) if name in _SIZES else "",
                str(first["rounds"]),
                str(first["cuts"]),
                str(first["leaves"] or "–"),
                f"{peak:,.0f}",
            ]
        )
    headings = ["case", "shifts worked", "seconds", "cpu s", "target s"]
    headings += ["rounds", "cuts", "leaves of the proof", "peak MiB"]
    report.tables.append(("shifts under a budget, every tier proven", headings, rows))


def _peers(report: Report, name: str, rounds: int) -> None:
    ours = [run_child("shifts", "ours", _LIMIT, name)[1] for _ in range(rounds)]
    own = median([one["cpu"] for one in ours])
    rows = [_row("ektp_sched, whole call", ours, own)]
    for engine, label in _PEERS.items():
        theirs = [run_child("shifts", engine, _LIMIT, name)[1]]
        if theirs[0]["seconds"] < _LIMIT / 4:
            theirs += [
                run_child("shifts", engine, _LIMIT, name)[1] for _ in range(rounds - 1)
            ]
        report.wrong += _faults(name, label, theirs[0], ours[0])
        report.data[f"{name} {engine}"] = theirs
        rows.append(_row(label, theirs, own))
    headings = ["engine", "tiers", "seconds", "cpu s", "cpu ÷ ours", "proof by tier"]
    report.tables.append((f"{name}, {_LIMIT} s for all tiers", headings, rows))


def _row(label: str, runs: list[dict[str, Any]], own: float) -> list[str]:
    cpu = median([one["cpu"] for one in runs])
    names, first = runs[0]["names"], runs[0]
    values = ", ".join(
        f"{n} {v:,}" for n, v in zip(names, first["values"], strict=False)
    )
    proofs = list(dict.fromkeys(first["proofs"]))
    return [
        label,
        values or "–",
        number(median([one["seconds"] for one in runs])),
        number(cpu),
        ratio(cpu, own),
        proofs[0] if len(proofs) == 1 else ", ".join(first["proofs"]),
    ]


def _faults(
    name: str, label: str, theirs: dict[str, Any], ours: dict[str, Any]
) -> list[str]:
    """Return where a peer beats what we call optimal; floats may be off by one."""
    tiers = zip(theirs["names"], theirs["values"], ours["values"], strict=False)
    for tier, value, best in tiers:
        if value < best - max(1, best // 10**9):
            return [f"{name}: {label} is better than the optimum in {tier}"]
        if value != best:
            return []
    return []
