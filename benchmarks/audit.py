"""A million prints audited: the log of a plan carried out, and a disturbed one."""

from __future__ import annotations

from benchmarks.measure import Report, median, number, run_child

__all__ = ["run"]

_TARGET = 15.0
_ROUNDS = 3
_KINDS = {"site": "one site", "printers": "three restricted printers"}


def run(*, smoke: bool) -> Report:
    """Measure both logs.

    Parameters
    ----------
    smoke
        A thousand prints, one round.
    """
    report = Report("audit")
    count = 1_000 if smoke else 1_000_000
    rows = []
    for kind, title in _KINDS.items():
        runs = [run_child("audit", kind, count) for _ in range(1 if smoke else _ROUNDS)]
        peak = median([spent.peak_mb for spent, _ in runs])
        for log in runs[0][1]:
            found = [one[log] for _, one in runs]
            turned = found[0]["out_of_turn"]
            if bool(turned) != (log != "as planned"):
                report.wrong.append(f"audit {kind}, {log}: {turned} out of turn")
            seconds = median([one["seconds"] for one in found])
            cpu = median([one["cpu"] for one in found])
            report.data[f"{kind}, {log}"] = {**found[0], "seconds": seconds}
            figures = [f"{found[0]['cards']:,}", f"{turned:,}", number(seconds)]
            rows.append([title, log, *figures, number(cpu), f"{peak:,.0f}"])
    headings = ["case", "log", "prints", "out of turn", "s", "cpu s", "peak MiB"]
    report.tables.append((f"audit (target {_TARGET:.0f} s)", headings, rows))
    return report
