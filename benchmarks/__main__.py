"""``python -m benchmarks [--smoke] [subject …]``: measure, keep figures, write docs."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks import figures
from benchmarks.measure import machine, measure
from benchmarks.subjects import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure subjects, all by default; return 1 if any value is wrong.

    Being slow is not wrong.  A smoke run keeps nothing.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, one round")
    parser.add_argument("--rounds", type=int, help="of each row, instead of its own")
    parser.add_argument("--write", action="store_true", help="only write the docs anew")
    parser.add_argument("names", nargs="*", metavar="subject", help=", ".join(SUBJECTS))
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.names) - set(SUBJECTS)):
        parser.error(f"no {', '.join(unknown)}; there are {', '.join(SUBJECTS)}")
    wrong: list[str] = []
    for name in () if chosen.write else chosen.names or SUBJECTS:
        rounds = 1 if chosen.smoke else chosen.rounds
        subject, faults = _measured(name, rounds, smoke=chosen.smoke)
        print(f"## {name}\n\n{figures.tables(subject)}", flush=True)
        wrong += faults
        if not (chosen.smoke or faults):
            figures.keep(name, subject)
    if not chosen.smoke:
        figures.write()
        if "scale" in figures.read():
            figures.draw()
    print(*(f"WRONG: {sentence}" for sentence in wrong), sep="\n", end="")
    return 1 if wrong else 0


def _measured(
    name: str, rounds: int | None, *, smoke: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the figures of a subject, and what is wrong with answers."""
    wrong: list[str] = []
    before, tables = machine(), {}
    for table in SUBJECTS[name](smoke):
        rows, faults = measure(table, rounds or table.rounds)
        columns = {"title": table.title, "against": table.against, "says": table.says}
        tables[table.key] = {**columns, "rows": rows}
        wrong += faults
    return {
        "command": f"python -m benchmarks {name}",
        "on": datetime.now(UTC).date().isoformat(),
        **before,
        "load_after": machine()["load"],
        "tables": tables,
    }, wrong


if __name__ == "__main__":
    sys.exit(main())
