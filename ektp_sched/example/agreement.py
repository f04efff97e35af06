"""Show that two plan folders reach the same value in every tier.

Run as ``python -m ektp_sched.example.agreement OUT OTHER``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def agreement(one: Path, other: Path) -> tuple[list[str], bool]:
    """Compare the exact tier values of two plans."""
    left, right = _summary(one), _summary(other)
    rows = [("tier", "rank", left["engine"], right["engine"], "")]
    agree = len(left["tiers"]) == len(right["tiers"])
    for mine, theirs in zip(left["tiers"], right["tiers"], strict=False):
        same = _key(mine) == _key(theirs) and mine["proven"] and theirs["proven"]
        agree &= same
        rank = "-" if mine["rank"] is None else str(mine["rank"])
        verdict = "equal, both proven" if same else "DIFFERENT"
        rows.append((mine["name"], rank, mine["exact"], theirs["exact"], verdict))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = [
        f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}  {e}"
        for a, b, c, d, e in rows
    ]
    return [line.rstrip() for line in lines], agree


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of two folders; return 1 where they differ."""
    one, other = sys.argv[1:] if arguments is None else arguments
    lines, agree = agreement(Path(one), Path(other))
    print("\n".join(lines))
    return 0 if agree else 1


def _summary(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "summary.json").read_bytes())
    return content


def _key(tier: dict[str, Any]) -> tuple[Any, ...]:
    return tier["name"], tier["rank"], tier["exact"]


if __name__ == "__main__":
    sys.exit(main())
