"""Reading and replacing office files as a whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ektp_sched.errors import OfficeError

__all__ = ["read_bytes", "replace_file"]

_LARGEST_BYTES = 16_000_000


def read_bytes(path: Path) -> bytes:
    """Return the contents of an office file.

    Raises
    ------
    ektp_sched.errors.OfficeError
        If it is missing, empty, a folder, too large or not readable.
    """
    name = str(path)
    # Path.is_dir raises where a folder on the way may not be entered.
    if os.path.isdir(path):
        raise OfficeError(
            "is a folder; name the office file in it, such as office.toml", file=name
        )
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        message = "there is no such file; name an office.toml or office.xlsx"
        raise OfficeError(message, file=name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise OfficeError(f"cannot be read: {reason}", file=name) from None
    if len(raw) > _LARGEST_BYTES:
        message = f"is larger than {_LARGEST_BYTES:,} bytes, so it is no office file"
        raise OfficeError(message, file=name)
    if not raw.strip():
        message = "is empty; it must have a name, [[servers]] and [[printers]]"
        raise OfficeError(message, file=name)
    return raw


def replace_file(path: Path, raw: bytes) -> None:
    """Write a file, or replace it, whole or not at all.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
