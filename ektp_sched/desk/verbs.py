"""The verbs that the desk lets run aside, each as the library has it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ektp_sched.days.folder import OfficeFolder

    Progress = Callable[[str, float], None]

__all__ = ["today"]


def _folder(order: Mapping[str, Any]) -> OfficeFolder:
    from ektp_sched.days.folder import open_office

    return open_office(Path(order["folder"]), ledger=order["ledger"])


def today(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Plan the day, and return the number of its plan; None where no plan is legal."""
    from ektp_sched.morning import today as make

    morning = make(
        _folder(order),
        on=date.fromisoformat(order["on"]),
        by=order["by"],
        lang=order["lang"],
        progress=progress,
        **order["arguments"],
    )
    return {"plan": None if morning.place is None else morning.place.number}
