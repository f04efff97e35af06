"""Weekly quotas, a daily minimum, three stocks on shared printers, and parity.

The peers solve the same mixed-integer program, tier by tier, in at most one minute
for all tiers together; they decide cards of each kind, shifts and switches.  Ours
returns people.  That no plan is better is the solver's word in each of them.
"""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Report, median, number, ratio, run_child

__all__ = ["run"]

_ROUNDS = 3
_LIMIT = 60
_SIZES = {
    "weekly-5000x25": 10.0,
    "weekly-20000x60": 100.0,
    "stocks-5000x25": 4.0,
    "stocks-20000x60": 20.0,
    "daily-5000x25": None,
    "daily-20000x60": None,
    "parity-6000x60": 60.0,
}
_EQUAL = ("weekly-5000x25", "stocks-5000x25", "daily-5000x25")
_SMALL = ("weekly-200x14", "stocks-200x14", "daily-200x14")
_PEERS = {"highs": "HiGHS", "scip": "SCIP", "cpsat": "CP-SAT"}


def run(*, smoke: bool) -> Report:
    """Measure our own sizes, then all engines on equal work.

    Parameters
    ----------
    smoke
        Tiny cases, one round.
    """
    report = Report("quotas")
    rounds = 1 if smoke else _ROUNDS
    small = (*_SMALL, "parity-200x14")
    _sizes(report, small if smoke else tuple(_SIZES), rounds)
    for name in _SMALL if smoke else _EQUAL:
        _peers(report, name, 5 if smoke else _LIMIT)
    return report


def _sizes(report: Report, names: tuple[str, ...], rounds: int) -> None:
    rows = []
    for name in names:
        runs = [run_child("quotas", "ours", _LIMIT, name) for _ in range(rounds)]
        first = runs[0][1]
        if any(one["values"] != first["values"] for _, one in runs):
            report.wrong.append(f"quotas {name}: two runs differ")
        seconds = median([one["seconds"] for _, one in runs])
        cpu = median([one["cpu"] for _, one in runs])
        solving = median([one["stages"]["solve"] for _, one in runs])
        peak = median([spent.peak_mb for spent, _ in runs])
        report.data[name] = {**first, "seconds": seconds, "cpu": cpu, "peak_mb": peak}
        target = _SIZES.get(name)
        cells = [name, _proof(first), *map(number, (seconds, cpu, solving))]
        rows.append([*cells, number(target) if target else "", f"{peak:,.0f}"])
    spent_on = ["seconds", "cpu s", "solving s", "target s", "peak MiB"]
    headings = ["case", "proof by tier", *spent_on]
    report.tables.append(("quotas and stocks, the whole call", headings, rows))


def _peers(report: Report, name: str, limit: float) -> None:
    spent, ours = run_child("quotas", "ours", limit, name)
    rows = [_row("ektp_sched, whole call", ours, ours["cpu"], spent.peak_mb)]
    for engine, label in _PEERS.items():
        spent, theirs = run_child("quotas", engine, limit, name)
        report.wrong += _faults(name, label, theirs, ours)
        report.data[f"{name} {engine}"] = {**theirs, "peak_mb": spent.peak_mb}
        rows.append(_row(label, theirs, ours["cpu"], spent.peak_mb))
    headings = ["engine", "tiers", "seconds", "cpu s", "cpu ÷ ours", "proof by tier"]
    title = f"{name}, {limit:g} s for all tiers"
    report.tables.append((title, [*headings, "peak MiB"], rows))


def _row(label: str, one: dict[str, Any], own: float, peak: float) -> list[str]:
    tiers = zip(one["names"], one["values"], strict=False)
    return [
        label,
        ", ".join(f"{name} {value:,}" for name, value in tiers) or "–",
        number(one["seconds"]),
        number(one["cpu"]),
        ratio(one["cpu"], own),
        _proof(one),
        f"{peak:,.0f}",
    ]


def _proof(one: dict[str, Any]) -> str:
    proofs = list(dict.fromkeys(one["proofs"]))
    return proofs[0] if len(proofs) == 1 else ", ".join(one["proofs"])


def _faults(
    name: str, label: str, theirs: dict[str, Any], ours: dict[str, Any]
) -> list[str]:
    """Return where a peer beats what we call optimal; floats may be off by one."""
    values = zip(ours["values"], ours["proofs"], strict=True)
    best = dict(zip(ours["names"], values, strict=True))
    for tier, value in zip(theirs["names"], theirs["values"], strict=False):
        if tier not in best:
            continue
        own, proof = best[tier]
        if proof == "optimal" and value < own - max(1, own // 10**9):
            return [f"{name}: {label} is better than the optimum in {tier}"]
        if value != own:
            return []
    return []
