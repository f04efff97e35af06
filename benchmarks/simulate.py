"""What-if: 10,000 pairs of futures, and a day's process against event simulators.

The peers run the office's own day, first in, first out on one pooled capacity,
with the arrivals of our first future; what they print each day must equal ours.
Compared are seconds for a simulated card.  Ours runs many futures at once, which
is what it is made for; a peer has no such way, so its one run is its best.  Ciw's
time grows steeply with the queue, so it runs a short one, in its favour.
"""

from __future__ import annotations

from benchmarks.measure import Report, median, number, ratio, run_child

__all__ = ["run"]

_ROUNDS = 3
_CASES = {
    "site": ("pooled capacity", 12.0),
    "printers": ("restricted printers, blanks", 60.0),
}
_QUICK = 1_000, 1.2
_MEMORY = 500


def run(*, smoke: bool) -> Report:
    """Measure both.

    Parameters
    ----------
    smoke
        Twenty futures, a short queue, one round.
    """
    report = Report("simulate")
    _futures(report, smoke)
    _peers(report, smoke)
    return report


def _futures(report: Report, smoke: bool) -> None:
    rows = []
    sizes = (20,) if smoke else (_QUICK[0], 10_000)
    for kind, (title, target) in _CASES.items():
        for size in sizes:
            rounds = 1 if smoke else _ROUNDS
            runs = [run_child("futures", kind, size) for _ in range(rounds)]
            seconds = median([found["seconds"] for _, found in runs])
            simulated = median([found["stages"]["simulate"] for _, found in runs])
            cpu = median([found["cpu"] for _, found in runs])
            peak = median([spent.peak_mb for spent, _ in runs])
            report.data[f"{kind} {size}"] = {"seconds": seconds, "peak_mb": peak}
            aim = target if size > _QUICK[0] else _QUICK[1] if kind == "site" else None
            rows.append(
                [
                    title,
                    f"{size:,}",
                    number(simulated),
                    number(seconds),
                    "" if aim is None else number(aim),
                    number(cpu),
                    f"{peak:,.0f}",
                ]
            )
    headings = ["case", "pairs", "simulate s", "compare s", "target s", "cpu s", "MiB"]
    title = f"one server against a new one, 20,000 waiting (memory {_MEMORY} MiB)"
    report.tables.append((title, headings, rows))


def _peers(report: Report, smoke: bool) -> None:
    long, short = ("400", "20"), ("400", "20")
    if not smoke:
        long, short = ("20000", "250"), ("2000", "40")
    count = "20" if smoke else "10000"
    rows = []
    for engine, (waiting, days) in (("simpy", long), ("ciw", short)):
        ours = run_child("peer_days", "ours", waiting, days, count)[1]
        theirs = run_child("peer_days", engine, waiting, days, count)[1]
        if ours["by_day"] != theirs["by_day"]:
            report.wrong.append(f"simulate: {engine} prints other cards on some day")
        mine = ours["seconds"] / ours["cards"]
        other = theirs["seconds"] / theirs["cards"]
        report.data[engine] = {"ours": mine, "theirs": other}
        rows.append(
            [
                engine,
                f"{int(waiting):,} × {days}",
                f"{other * 1e6:.3g}",
                f"{mine * 1e9:.3g}",
                ratio(other, mine),
            ]
        )
    headings = ["peer", "waiting × days", "µs a card", "ours, ns a card", "ratio"]
    report.tables.append(("first in, first out, equal days", headings, rows))
