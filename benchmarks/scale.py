"""From frame to verified plan, with prices and certificate, as size grows.

Each size runs in a fresh process after a warm-up on 1,000 applications.
"""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Report, median, number, ratio, run_child

__all__ = ["run"]

_KINDS = {
    "site": ("one site", 1.5),
    "printers": ("three restricted printers", 2.5),
    "dates": ("the same, 5 % due dates, 20 % promises", 10.0),
}
_COUNTS = (10_000, 100_000, 1_000_000)
_ROUNDS = 3
_HEADINGS = [
    "case",
    "applications",
    "accept s",
    "plan s",
    "verify s",
    "plan + verify s",
    "target s",
    "cpu s",
    "÷ 10,000",
    "peak MiB",
]


def run(*, smoke: bool) -> Report:
    """Measure all kinds and sizes.

    Parameters
    ----------
    smoke
        Tiny sizes, one process a kind.
    """
    report = Report("scale")
    rows: list[list[str]] = []
    for kind in _KINDS:
        if smoke:
            spent, found = run_child("scale", kind, 100, 1_000)
            parts = {int(n): [(spent.peak_mb, one)] for n, one in found.items()}
        else:
            parts = _measure(kind)
        rows += _rows(report, kind, parts)
    report.tables.append(("40 days in memory", _HEADINGS, rows))
    return report


def _measure(kind: str) -> dict[int, list[tuple[float, dict[str, Any]]]]:
    parts: dict[int, list[tuple[float, dict[str, Any]]]] = {n: [] for n in _COUNTS}
    for _ in range(_ROUNDS):
        for count in _COUNTS:
            spent, found = run_child("scale", kind, count)
            parts[count].append((spent.peak_mb, found[str(count)]))
    return parts


def _rows(
    report: Report, kind: str, parts: dict[int, list[tuple[float, dict[str, Any]]]]
) -> list[list[str]]:
    title, target = _KINDS[kind]
    rows = []
    totals: dict[int, float] = {}
    for count, rounds in parts.items():
        found = [one for _, one in rounds]
        report.wrong += [
            f"scale {kind} {count}: {one['status']}, {one['violations']} violations"
            for one in found
            if one["status"] != "optimal" or one["violations"]
        ]
        if any(one["tiers"] != found[0]["tiers"] for one in found):
            report.wrong.append(f"scale {kind} {count}: two runs differ")
        stages = {
            name: median([one["seconds"][name] for one in found])
            for name in ("accept", "plan", "verify")
        }
        cpu = median([one["cpu"]["plan"] + one["cpu"]["verify"] for one in found])
        totals[count] = stages["plan"] + stages["verify"]
        first = totals[min(totals)]
        peak = median([mb for mb, _ in rounds])
        report.data[f"{kind} {count}"] = {
            "seconds": stages,
            "cpu": cpu,
            "peak_mb": peak,
            "stages": found[0]["stages"],
            "tiers": found[0]["tiers"],
        }
        rows.append(
            [
                title,
                f"{count:,}",
                *(number(value) for value in stages.values()),
                number(totals[count]),
                number(target) if count == _COUNTS[-1] else "",
                number(cpu),
                ratio(totals[count], first),
                f"{peak:,.0f}",
            ]
        )
    return rows
