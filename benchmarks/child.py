"""One task in a process of its own: ``python -m benchmarks.child MODULE.TASK …``."""

from __future__ import annotations

import json
import sys
from importlib import import_module

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Run a function below `benchmarks.tasks` and print what it returns as JSON."""
    name, *rest = arguments
    module, _, task = name.partition(".")
    print(json.dumps(getattr(import_module(f"benchmarks.tasks.{module}"), task)(*rest)))


if __name__ == "__main__":
    main(sys.argv[1:])
