"""Rules of an office that no simulated future follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.office.notices import Notice

if TYPE_CHECKING:
    from ektp_sched.office import Office

__all__ = ["left_out", "without_shifts"]


def left_out(office: Office) -> tuple[Notice, ...]:
    """Return ``shifts-left-out`` (``count``) where the office has shifts.

    Parameters
    ----------
    office
        As it was read.
    """
    if not office.shifts:
        return ()
    return (Notice("shifts-left-out", {"count": len(office.shifts)}),)


def without_shifts(office: Office) -> Office:
    """Return the office as the futures see it: its shifts are never used.

    So that an exact plan beside them follows the same rules.
    """
    return office.model_copy(update={"shifts": (), "budget": None})
