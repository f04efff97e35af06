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


def agreement(left_folder: Path, right_folder: Path) -> tuple[list[str], bool]:
    """Compare the exact tier values of two plans."""
    left, right = _summary(left_folder), _summary(right_folder)
    rows = [("tier", "rank", left["engine"], right["engine"], "")]
    agree = len(left["tiers"]) == len(right["tiers"])
    for left_tier, right_tier in zip(left["tiers"], right["tiers"], strict=False):
        same = (
            _key(left_tier) == _key(right_tier)
            and left_tier["proven"]
            and right_tier["proven"]
        )
        agree &= same
        rank = "-" if left_tier["rank"] is None else str(left_tier["rank"])
        verdict = "equal, both proven" if same else "DIFFERENT"
        rows.append(
            (left_tier["name"], rank, left_tier["exact"], right_tier["exact"], verdict)
        )
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = [
        f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}  {e}"
        for a, b, c, d, e in rows
    ]
    return [line.rstrip() for line in lines], agree


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of two folders; return 1 where they differ."""
    first, second = sys.argv[1:] if arguments is None else arguments
    lines, agree = agreement(Path(first), Path(second))
    print("\n".join(lines))
    return 0 if agree else 1


def _summary(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "summary.json").read_bytes())
    return content


def _key(tier: dict[str, Any]) -> tuple[Any, ...]:
    return tier["name"], tier["rank"], tier["exact"]


if __name__ == "__main__":
    sys.exit(main())
