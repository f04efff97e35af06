"""Files that are ordinary ones: a pipe or a device may never end."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from ektp_sched.words import said

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.words import Said

__all__ = ["NotOrdinaryError", "ordinary_bytes", "require_ordinary"]


class NotOrdinaryError(OSError):
    """A path names nothing that can be read as a file.

    Parameters
    ----------
    sentence
        What is wrong and what would be right.
    """

    def __init__(self, sentence: Said) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def require_ordinary(path: Path) -> None:
    """Refuse what is there and is no ordinary file, before it is opened.

    Raises
    ------
    NotOrdinaryError
        If it is missing, a folder, a pipe, a device or a socket, or cannot be
        looked at.
    """
    try:
        # Not by Path, which raises where a folder on the way may not be entered.
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        raise NotOrdinaryError(
            said("there is no such file", "berkas ini tidak ada")
        ) from None
    except (OSError, ValueError) as error:
        raise NotOrdinaryError(_unreadable(error)) from None
    if stat.S_ISDIR(mode):
        raise NotOrdinaryError(
            said(
                "is a folder; name the file in it",
                "adalah folder; sebutkan berkas di dalamnya",
            )
        )
    if not stat.S_ISREG(mode):
        raise NotOrdinaryError(
            said(
                "is a pipe, a device or a socket; name an ordinary file",
                "adalah pipa, perangkat, atau soket; sebutkan berkas biasa",
            )
        )


def ordinary_bytes(path: Path, most: int | None = None) -> bytes:
    """Return the bytes of an ordinary file.

    Parameters
    ----------
    path
        The file.
    most
        Bytes to read at most; None for all.

    Raises
    ------
    NotOrdinaryError
        If it is none, or cannot be read.
    """
    require_ordinary(path)
    try:
        with open(path, "rb") as file:
            return file.read(-1 if most is None else most)
    except (OSError, ValueError) as error:
        raise NotOrdinaryError(_unreadable(error)) from None


def _unreadable(error: Exception) -> Said:
    reason = getattr(error, "strerror", None)
    if reason is None:
        reason = said("not a file name", "bukan nama berkas")
    return said(
        "cannot be read: {reason}", "tidak dapat dibaca: {reason}", reason=reason
    )
