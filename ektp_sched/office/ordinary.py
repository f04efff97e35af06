"""Files that are ordinary ones: a pipe or a device may never end."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from ektp_sched.words import said

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.words import Said

__all__ = ["special_file"]

_SPECIAL: Final = said(
    "is a pipe, a device or a socket; name an ordinary file",
    "adalah pipa, perangkat, atau soket; sebutkan berkas biasa",
)


def special_file(path: str | Path) -> Said | None:
    """Return why a path must not be opened; None if it may be tried.

    Parameters
    ----------
    path
        A file, or what somebody takes for one.

    Returns
    -------
    Said or None
        A sentence if it is a pipe, a device or a socket, which a reader could
        read without end.
    """
    try:
        # Not by Path, which raises where a folder on the way may not be entered.
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return None  # whoever opens it says why that cannot be done
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else _SPECIAL
