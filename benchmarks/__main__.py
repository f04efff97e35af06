"""``python -m benchmarks [--smoke] [name …]``: measure, print tables, keep JSON."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.measure import Report

__all__ = ["NAMES", "main"]

NAMES = (
    *("startup", "peers", "index", "scale", "files", "mornings", "ledger"),
    *("audit", "simulate", "shifts", "quotas"),
)
RESULTS = ROOT / "bench-results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run benchmarks by name, all by default.

    Parameters
    ----------
    arguments
        Of the command line.

    Returns
    -------
    int
        1 if any value is wrong; being slow is not.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, one round")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    wrong = 0
    for name in chosen.names or NAMES:
        run: Callable[..., Report] = import_module(f"benchmarks.{name}").run
        before = surroundings()
        report = run(smoke=chosen.smoke)
        after = surroundings()
        print(f"## {name}\n\n{report.markdown()}", flush=True)
        _warn(before, after)
        _keep(report, before, after, smoke=chosen.smoke)
        wrong += len(report.wrong)
    return 1 if wrong else 0


def _warn(before: dict[str, float], after: dict[str, float]) -> None:
    """Say when the machine had other work to do."""
    if before["load"] > 1:
        print(
            f"The machine was busy before this began (load {before['load']} on "
            f"{before['cores']} cores, {after['load']} after): seconds are too high, "
            "ratios and processor seconds say more.\n"
        )


def _keep(
    report: Report, before: dict[str, float], after: dict[str, float], *, smoke: bool
) -> None:
    RESULTS.mkdir(exist_ok=True)
    found = {
        "name": report.name,
        "smoke": smoke,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "before": before,
        "after": after,
        "wrong": report.wrong,
        "data": report.data,
    }
    name = f"{report.name}{'-smoke' if smoke else ''}.json"
    text = json.dumps(found, indent=1)
    (RESULTS / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
