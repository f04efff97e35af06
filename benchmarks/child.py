"""Tasks that the driver runs, each in a process of its own.

``python -m benchmarks.child TASK ARGUMENT …`` prints one JSON object.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_TASKS = {
    "peer": "benchmarks.tasks_peers",
    "index": "benchmarks.tasks_index",
    "scale": "benchmarks.tasks_scale",
    "make": "benchmarks.tasks_files",
    "baseline": "benchmarks.tasks_files",
    "mornings": "benchmarks.tasks_mornings",
    "two_days": "benchmarks.tasks_mornings",
    "next_export": "benchmarks.tasks_mornings",
    "ledger_writes": "benchmarks.tasks_ledger",
    "ledger_folder": "benchmarks.tasks_ledger",
    "ledger_verify": "benchmarks.tasks_ledger",
    "audit": "benchmarks.tasks_audit",
    "futures": "benchmarks.tasks_simulate",
    "peer_days": "benchmarks.tasks_simulate",
    "shifts": "benchmarks.tasks_shifts",
    "quotas": "benchmarks.tasks_quotas",
}


def main(arguments: list[str]) -> None:
    """Run one task and print what it found.

    Parameters
    ----------
    arguments
        Name of the task, then its arguments, as text.
    """
    name, *rest = arguments
    task: Callable[..., dict[str, Any]] = getattr(import_module(_TASKS[name]), name)
    print(json.dumps(task(*rest)))


if __name__ == "__main__":
    main(sys.argv[1:])
