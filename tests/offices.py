"""The smallest office, for tests that are about something else."""

from __future__ import annotations

from typing import Any

from ektp_sched.office import Office

ROUTINE = {"target_days": 30, "default": True}
THREE = {"emergency": {"target_days": 3}, "urgent": {"target_days": 7}}
THREE |= {"routine": ROUTINE}
RANKED = {"emergency": {"target_days": 3, "rank": 0}, "routine": ROUTINE}


def small(cards: int = 200, /, **tables: Any) -> Office:
    """Return an office of one server and one printer of so many cards a day."""
    machines = {
        f"{kind}s": [{"id": f"{kind}-1", "cards_per_day": cards}]
        for kind in ("server", "printer")
    }
    return Office.model_validate({"name": "Kupang"} | machines | tables)
