"""Reading a file whole, if it is an ordinary one: a pipe or a device may never end."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from ektp_sched.words import said, system_reason

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.errors import InputError
    from ektp_sched.words import Said

_SPECIAL: Final = said(
    "is a pipe, a device or a socket; name an ordinary file",
    "adalah pipa, perangkat, atau soket; sebutkan berkas biasa",
)


class SpecialFileError(OSError):
    """A pipe, a device or a socket, which a reader could read without end."""


def ordinary_bytes(path: Path, most: int = -1) -> bytes:
    """Return what a file holds, up to so many bytes; -1 for all.

    `SpecialFileError` if it is a pipe, a device or a socket; OSError or ValueError if
    it cannot be read, or the path is no name of a file.
    """
    # Not by Path, which raises where a folder on the way may not be entered.
    mode = os.stat(path).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise SpecialFileError(_SPECIAL)
    with path.open("rb") as file:
        return file.read(most)


def read_whole(
    path: Path,
    error: type[InputError],
    *,
    missing: Said,
    folder: Said | None = None,
    remedy: Said | None = None,
    most: int = -1,
) -> bytes:
    """Return what a file holds, or say in one sentence why it cannot be read.

    The ``error`` says ``missing`` where there is no such file, ``folder`` of a folder
    (None: the system's reason), and ``remedy`` is what to do about a file that cannot
    be read (None: that goes without saying).
    """
    name = str(path)
    if folder is not None and os.path.isdir(path):  # takes any name whatever
        raise error(folder, file=name)
    try:
        return ordinary_bytes(path, most)
    except FileNotFoundError:
        raise error(missing, file=name) from None
    except SpecialFileError:
        raise error(_SPECIAL, file=name) from None
    except (OSError, ValueError) as failure:
        no_name = said("not a file name", "bukan nama berkas")
        message = said(
            "cannot be read: {reason}",
            "tidak dapat dibaca: {reason}",
            reason=system_reason(failure) if isinstance(failure, OSError) else no_name,
        )
        if remedy is not None:
            message = said(
                "{what}; {remedy}", "{what}; {remedy}", what=message, remedy=remedy
            )
        raise error(message, file=name) from None
