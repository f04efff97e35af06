"""Rules that an office may state and that no engine here can plan with yet.

The one place that says so: with an engine for quotas, this module goes, with
its line in `advice`, its call in `planning.plan` and its two notices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.office.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.office.model import Office

__all__ = ["refuse_unplanned", "unplanned"]


def unplanned(office: Office) -> Iterator[Notice]:
    """Yield ``quotas-not-planned`` (``count``) where the office has quotas."""
    if office.quotas:
        yield Notice("quotas-not-planned", {"count": len(office.quotas)})


def refuse_unplanned(office: Office) -> None:
    """Refuse to plan as if a rule were not there.

    Raises
    ------
    ektp_sched.errors.UnsupportedRuleError
        If the office has quotas.
    """
    for notice in unplanned(office):
        message = (
            "this version checks [[quotas]], of which the office has "
            f"{notice.figures['count']}, but cannot plan with them yet; take them out "
            "to plan without"
        )
        raise UnsupportedRuleError(message)
