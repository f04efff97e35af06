"""How often a plan by index is proven, and what that saves."""

from __future__ import annotations

from benchmarks.measure import Report, number, run_child

__all__ = ["run"]

_CASES = ("5000x25x1", "20000x60x1", "20000x60x1+", "100000x365x1", "5000x25x3")
_SMALL = ("60x9x1", "60x9x1+", "60x9x3")


def run(*, smoke: bool) -> Report:
    """Plan by index and by the solver alone; the plans must be the same.

    Parameters
    ----------
    smoke
        Tiny cases and few draws.
    """
    report = Report("index")
    _, report.data = run_child(
        "index", 50 if smoke else 2000, *(_SMALL if smoke else _CASES)
    )
    drawn = report.data["drawn"]
    rows = [
        [
            name,
            "yes" if case["proven"] else "no",
            number(case["cpu"]),
            number(case["solver"]),
        ]
        for name, case in report.data["cases"].items()
    ]
    title = f"by index; {drawn['proven']} of {drawn['count']} drawn cases are proven so"
    headings = ["case", "proven", "cpu s", "cpu s by the solver alone"]
    report.tables.append((title, headings, rows))
    report.wrong += [f"{name}: another plan" for name in report.data["other"]]
    return report
